"""The operator F = (grad_theta f, -grad_delta f) of adversarial training of a perceptron in PyTorch, by automatic
differentiation: the same f, rows and point as the problem adversarial_network. Prints one line of JSON.

    python3 saddle_step.py --images IDX --labels IDX --point NUMBERS --widths 784 512 512 10 --check F
    python3 saddle_step.py --cases FILE      # a line of such arguments each, and a line of JSON for each

The point is (theta, delta) as raw numbers, theta layer after layer the weights, row-major (outputs, inputs), and the biases;
theta alone with a perturbation per sample. --check compares F with the one in a file: the largest difference of an entry
over the largest entry, for theta and for delta. --turns times evaluations, eager and with --compile also compiled: the
median, in processor seconds on the processor, in wall seconds between two waits on a card. Images, labels and the numbers of
the rows are on the device before. No TF32. One thread.
"""

import argparse
import json
import os
import shlex
import statistics
import sys
import time

import torch
import torch.nn.functional as functional

PHI = {"relu": functional.relu, "gelu": functional.gelu, "tanh": torch.tanh}


def read_idx(path):
    with open(path, "rb") as file:
        dimensions = file.read(4)[3]
        shape = [int.from_bytes(file.read(4), "big") for _ in range(dimensions)]
        return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).reshape(shape)


def read_numbers(path, dtype):
    with open(path, "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=dtype)


def layers_of(theta, widths):
    """Weights (outputs, inputs) and biases (outputs) of every layer, one list."""
    at, parameters = 0, []
    for inputs, outputs in zip(widths, widths[1:]):
        parameters.append(theta[at : at + inputs * outputs].reshape(outputs, inputs))
        at += inputs * outputs
        parameters.append(theta[at : at + outputs])
        at += outputs
    return [parameter.clone().requires_grad_() for parameter in parameters]


def losses(parameters, x, labels, phi):
    """Cross-entropy of every row."""
    for weights, biases in zip(parameters[:-2:2], parameters[1:-2:2]):
        x = phi(functional.linear(x, weights, biases))
    return functional.cross_entropy(functional.linear(x, *parameters[-2:]), labels, reduction="none")


class Step:
    def __init__(self, given):
        self.given, self.phi = given, PHI[given.activation]
        dtype, device = getattr(torch, given.dtype), torch.device(given.device)
        self.dtype = dtype
        self.images = read_idx(given.images).flatten(1).to(device)
        self.labels = read_idx(given.labels).long().to(device)
        self.rows = torch.arange(len(self.labels), device=device)
        if given.rows:
            self.rows = read_numbers(given.rows, torch.int32).long().to(device)
        z = read_numbers(given.point, dtype).to(device)
        self.parameters = layers_of(z, given.widths)
        self.fixed = [parameter.detach() for parameter in self.parameters]
        self.delta = z[-given.widths[0] :].clone().requires_grad_() if given.perturbation == "shared" else None
        # What is compiled; what stands around it is a few operations.
        self.shared_loss, self.sum_of_losses = self.shared_loss_of, self.sum_of_losses_of

    def pixels(self, rows):
        return self.images[rows].to(self.dtype) * (1 / 255)

    def shared_loss_of(self, parameters, delta, rows):
        """A delta that all rows share moves the first biases by W_1 delta: cheaper than moving every row, unless asked
        for as it is written."""
        x, parameters = self.pixels(rows), list(parameters)
        if self.given.as_written:
            x = x + delta
        else:
            parameters[1] = torch.addmv(parameters[1], parameters[0], delta)
        return losses(parameters, x, self.labels[rows], self.phi).mean()

    def sum_of_losses_of(self, parameters, x, labels):
        return losses(parameters, x, labels, self.phi).sum()

    def attack(self, x, labels):
        """The rows, each moved by projected ascent from 0 (Madry et al. 2018)."""
        given, delta = self.given, torch.zeros_like(x)
        for _ in range(given.attack_steps):
            moved = (x + delta).requires_grad_()
            (g,) = torch.autograd.grad(self.sum_of_losses(self.fixed, moved, labels), [moved])
            if given.penalty > 0:
                delta = delta + given.attack_step * (g - given.penalty * delta)
            elif given.ball == "l2":
                length = g.norm(dim=1, keepdim=True)
                delta = delta + given.attack_step * torch.where(length > 0, g / length, torch.zeros_like(g))
                delta = delta * (given.radius / delta.norm(dim=1, keepdim=True)).clamp(max=1)
            else:
                delta = (delta + given.attack_step * g.sign()).clamp(-given.radius, given.radius)
        return x + delta

    def __call__(self):
        """F: the parts for theta, in a list, and the part for a shared delta or None."""
        if self.delta is not None:
            value = self.shared_loss(self.parameters, self.delta, self.rows)
            *theta, delta = torch.autograd.grad(value, [*self.parameters, self.delta])
            delta = self.given.penalty * self.delta.detach() - delta
        else:
            labels = self.labels[self.rows]
            x = self.attack(self.pixels(self.rows), labels)
            value = self.sum_of_losses(self.parameters, x, labels) / len(labels)
            theta, delta = torch.autograd.grad(value, self.parameters), None
        return torch._foreach_add(list(theta), self.fixed, alpha=self.given.weight_decay), delta

    def in_one_piece(self):
        """F on the host, in its two parts."""
        theta, delta = self()
        theta = torch.cat([part.flatten() for part in theta]).cpu()
        return theta, delta if delta is None else delta.cpu()

    def differences(self, path):
        expected = read_numbers(path, self.dtype)
        theta, delta = self.in_one_piece()
        found = {"theta": largest_difference(theta, expected[: len(theta)])}
        if delta is not None:
            found["delta"] = largest_difference(delta, expected[len(theta) :])
        return found

    def compiled(self, mode):
        import torch._dynamo

        # Else a graph of launches begins with copies of all that does not change.
        for unchanged in (self.images, self.labels, self.rows, *self.parameters, *self.fixed):
            if hasattr(torch._dynamo, "mark_static_address"):
                torch._dynamo.mark_static_address(unchanged)
        self.shared_loss = torch.compile(self.shared_loss_of, mode=mode)
        self.sum_of_losses = torch.compile(self.sum_of_losses_of, mode=mode)
        return self


def largest_difference(found, expected):
    return float((found - expected).abs().max() / expected.abs().max())


def seconds(step, given):
    """Of one evaluation: the median over the turns, after one that is not counted."""
    on_card, found = given.device == "cuda", []
    clock = time.perf_counter if on_card else time.process_time
    for _ in range(given.turns + 1):
        begin = clock()
        for _ in range(given.repeats):
            step()
        if on_card:
            torch.cuda.synchronize()
        found.append((clock() - begin) / given.repeats)
    return statistics.median(found[1:])


def compiled_seconds(step, given):
    """Of the faster of two modes, 0 where none works, and a word on which or why not."""
    if not hasattr(torch, "compile"):
        return {"compiled": 0.0, "compiled_by": "PyTorch " + torch.__version__ + " has no torch.compile"}
    best = {"compiled": 0.0, "compiled_by": ""}
    eager = step.in_one_piece()[0]
    for mode in ("default", "reduce-overhead"):
        try:
            found = seconds(step.compiled(mode), given)
            if largest_difference(step.in_one_piece()[0], eager) > 0.01:
                raise ArithmeticError("mode " + mode + " finds other numbers")
        except Exception as error:  # whatever the compiler says: eager figures are there all the same
            reason = str(error).strip().splitlines() or [type(error).__name__]
            best["compiled_by"] = best["compiled_by"] or "torch.compile failed: " + reason[0].replace('"', "'")
            continue
        if best["compiled"] == 0 or found < best["compiled"]:
            best = {"compiled": found, "compiled_by": "mode " + mode}
    return best


def blas():
    """The file names of the libraries for products that this process has loaded."""
    with open("/proc/self/maps") as maps:
        paths = {os.path.realpath(line.split()[-1]) for line in maps if "blas" in line or "mkl" in line or "dnnl" in line}
    return ", ".join(sorted(map(os.path.basename, paths))) or "its own BLAS"


def parser():
    all_of = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("images", "labels", "point"):
        all_of.add_argument("--" + name, required=True)
    all_of.add_argument("--rows", help="int32 numbers of the images used, else all")
    all_of.add_argument("--check", help="F to compare with")
    all_of.add_argument("--widths", type=int, nargs="+", required=True)
    all_of.add_argument("--dtype", choices=["float32", "float64"], default="float32")
    all_of.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    all_of.add_argument("--activation", choices=sorted(PHI), default="relu")
    all_of.add_argument("--perturbation", choices=["shared", "per_sample"], default="shared")
    all_of.add_argument("--ball", choices=["linf", "l2"], default="linf")
    all_of.add_argument("--radius", type=float, default=0.1)
    all_of.add_argument("--penalty", type=float, default=0)
    all_of.add_argument("--weight-decay", type=float, default=0)
    all_of.add_argument("--attack-steps", type=int, default=10)
    all_of.add_argument("--attack-step", type=float, default=0.025)
    all_of.add_argument("--as-written", action="store_true")
    all_of.add_argument("--compile", action="store_true")
    all_of.add_argument("--turns", type=int, default=0)
    all_of.add_argument("--repeats", type=int, default=1)
    return all_of


def run(arguments):
    given = parser().parse_args(arguments)
    step = Step(given)
    found = {"torch": torch.__version__, "blas": blas()}
    if given.check:
        found.update(step.differences(given.check))
    if given.turns:
        found["seconds"] = seconds(step, given)
        if given.compile:
            found.update(compiled_seconds(step, given))
    print(json.dumps(found), flush=True)


def main():
    torch.set_num_threads(1)
    torch.backends.cuda.matmul.allow_tf32 = False
    if sys.argv[1:2] == ["--cases"]:
        with open(sys.argv[2]) as cases:
            for line in cases:
                run(shlex.split(line))
    else:
        run(sys.argv[1:])


if __name__ == "__main__":
    main()
