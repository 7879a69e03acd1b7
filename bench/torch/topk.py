"""The k entries of a vector largest in magnitude, by torch.topk: their indices and values. Prints one line of JSON.

    python3 topk.py --dimension 100000000 --k 1000000 --dtype float32 --device cuda

Normal entries. "seconds" ends with indices (32 bits) and values on the host, "selection" on the device; medians, in
processor seconds of one thread on the processor, in wall seconds between two waits on a card.
"""

import argparse
import json
import statistics
import time

import torch


def select(x, k):
    """The order of the entries is of no use to a compressor."""
    indices = torch.topk(x.abs(), k, sorted=False).indices
    return indices, x[indices]


def send(x, k):
    indices, values = select(x, k)
    return indices.to(torch.int32).cpu(), values.cpu()


def seconds(work, turns, on_card):
    clock, found = time.perf_counter if on_card else time.process_time, []
    for _ in range(turns + 1):
        begin = clock()
        work()
        if on_card:
            torch.cuda.synchronize()
        found.append(clock() - begin)
    return statistics.median(found[1:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dimension", type=int, required=True)
    parser.add_argument("--k", type=int, required=True)
    parser.add_argument("--dtype", choices=["float32", "float64"], required=True)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--turns", type=int, default=11)
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    x = torch.randn(given.dimension, dtype=getattr(torch, given.dtype), device=given.device)
    if given.device == "cuda":
        torch.cuda.synchronize()

    # The same entries as those of a full sort, or the times below are of something else.
    part = x[:100000]
    found = select(part, 1000)[1].abs().sort().values
    if not torch.equal(found, part.abs().sort().values[-1000:]):
        raise SystemExit("torch.topk did not find the largest entries")

    on_card = given.device == "cuda"
    print(json.dumps({
        "seconds": seconds(lambda: send(x, given.k), given.turns, on_card),
        "selection": seconds(lambda: select(x, given.k), given.turns, on_card),
        "torch": torch.__version__,
    }))


if __name__ == "__main__":
    main()
