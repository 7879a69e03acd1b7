"""The operator of adversarial training of a perceptron with a perturbation that all images share, vectorised over the
images: loss, derivatives in the weights and in the perturbation. Prints one line of JSON.

    python3 mlp.py --images IDX --labels IDX --point FLOATS --out FLOATS --widths 784 256 128 10 --steps 31

The point is (theta, delta) as raw float32, theta layer after layer the weights, row-major (outputs, inputs), and the biases;
--out gets (grad_theta f, -grad_delta f) likewise. relu between the layers, pixels from 0 to 1 before delta is added. Only
the steps are timed, in processor seconds of the one thread; the median after one warm-up.
"""

import argparse
import json
import os
import time

import numpy as np


def read_idx(path):
    with open(path, "rb") as file:
        dimensions = file.read(4)[3]
        shape = np.frombuffer(file.read(4 * dimensions), dtype=">u4").astype(int)
        return np.frombuffer(file.read(), dtype=np.uint8).reshape(shape)


def layers_of(theta, widths):
    """Views of the weights (outputs, inputs) and biases (outputs) of every layer."""
    at, layers = 0, []
    for inputs, outputs in zip(widths, widths[1:]):
        weights = theta[at : at + inputs * outputs].reshape(outputs, inputs)
        at += inputs * outputs
        layers.append((weights, theta[at : at + outputs]))
        at += outputs
    return layers


def step(images, labels, z, widths, weight_decay):
    """f and F = (grad_theta f, -grad_delta f) at z = (theta, delta). The sum over the rows comes before the product with the
    first weights: a shared perturbation sees no more of the rows."""
    n = len(images)
    theta, delta = z[: -widths[0]], z[-widths[0] :]
    layers = layers_of(theta, widths)
    values = [images.astype(np.float32)]
    values[0] *= np.float32(1 / 255)
    values[0] += delta
    for l, (weights, biases) in enumerate(layers):
        value = values[-1] @ weights.T
        value += biases
        if l + 1 < len(layers):
            np.maximum(value, 0, out=value)
        values.append(value)

    logits = values.pop()
    logits -= logits.max(axis=1, keepdims=True)
    slope = np.exp(logits)
    sums = slope.sum(axis=1, keepdims=True)
    rows = np.arange(n)
    loss = (np.log(sums[:, 0]) - logits[rows, labels]).mean(dtype=np.float64)
    slope /= sums
    slope[rows, labels] -= 1
    slope /= n

    F = np.empty_like(z)
    gradients = layers_of(F[: -widths[0]], widths)
    for l in reversed(range(len(layers))):
        np.matmul(slope.T, values[l], out=gradients[l][0])
        slope.sum(axis=0, out=gradients[l][1])
        if l > 0:
            slope = slope @ layers[l][0]
            slope *= values[l] > 0
    F[-widths[0] :] = gradients[0][1] @ layers[0][0]
    F[-widths[0] :] *= -1
    F[: -widths[0]] += np.float32(weight_decay) * theta
    return loss + weight_decay / 2 * float(np.square(theta, dtype=np.float64).sum()), F


def blas():
    """The file names of the BLAS libraries that NumPy has loaded."""
    with open("/proc/self/maps") as maps:
        paths = {os.path.realpath(line.split()[-1]) for line in maps if "blas" in line or "mkl" in line}
    return ", ".join(sorted(map(os.path.basename, paths))) or "its own BLAS"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("images", "labels", "point", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--widths", type=int, nargs="+", required=True)
    parser.add_argument("--weight-decay", type=float, default=0)
    parser.add_argument("--steps", type=int, default=31)
    arguments = parser.parse_args()
    images = read_idx(arguments.images)
    images = images.reshape(len(images), -1)
    labels = read_idx(arguments.labels).astype(np.intp)
    z = np.fromfile(arguments.point, dtype=np.float32)

    seconds = []
    for _ in range(arguments.steps + 1):
        begin = time.thread_time()
        loss, F = step(images, labels, z, arguments.widths, arguments.weight_decay)
        seconds.append(time.thread_time() - begin)
    F.tofile(arguments.out)
    print(json.dumps({"seconds": float(np.median(seconds[1:])), "loss": float(loss), "blas": blas()}))


if __name__ == "__main__":
    main()
