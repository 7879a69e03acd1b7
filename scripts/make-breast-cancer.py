#!/usr/bin/env python3
"""Writes experiments/data/breast_cancer.svm from the copy of the data that scikit-learn carries.

    scripts/make-breast-cancer.py [CSV] > experiments/data/breast_cancer.svm

CSV defaults to the file of Debian's python3-sklearn: a line of counts, then 30 features and the class (0 malignant, 1 benign).
Labels become +1 malignant, -1 benign; every feature gets mean 0 and standard deviation 1 (population) and 6 significant digits.
"""
import sys

import numpy as np

DEFAULT = "/usr/lib/python3/dist-packages/sklearn/datasets/data/breast_cancer.csv"


def main() -> None:
    table = np.loadtxt(sys.argv[1] if len(sys.argv) > 1 else DEFAULT, delimiter=",", skiprows=1)
    if table.shape != (569, 31):
        sys.exit(f"the table has shape {table.shape}, expected (569, 31)")
    features, malignant = table[:, :30], table[:, 30] == 0
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    for row, positive in zip(features, malignant):
        pairs = " ".join(f"{index}:{value:.6g}" for index, value in enumerate(row, start=1))
        print("+1" if positive else "-1", pairs)


if __name__ == "__main__":
    main()
