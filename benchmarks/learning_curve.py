# SPDX-License-Identifier: BSD-3-Clause
"""The same with torch_blue: learning_curve.py FOLDER [SEED...], in the environment of
scripts/bench-setup. FOLDER holds the four files of MNIST. Prints the same columns as learning_curve.
"""

import gzip
import pathlib
import sys

import numpy
import torch
from torch import nn
from torch_blue import vi
from torch_blue.vi.distributions import Categorical

BATCH, SAMPLES, EPOCHS = 64, 10, 5


def read(path: pathlib.Path, header: int) -> torch.Tensor:
    with gzip.open(path) as file:
        return torch.from_numpy(numpy.frombuffer(file.read(), numpy.uint8, offset=header).copy())


def load(folder: pathlib.Path, part: str) -> tuple[torch.Tensor, torch.Tensor]:
    images = read(folder / f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 784).float() / 255
    return images, read(folder / f"{part}-labels-idx1-ubyte.gz", 8).long()


@torch.no_grad()
def evaluate(model, images, labels, samples: int) -> tuple[float, float]:
    """Accuracy in % and negative log-likelihood in nats of the mean of the drawn predictions."""
    right, nats = 0, 0.0
    for x, y in zip(images.split(500), labels.split(500)):
        p = torch.Tensor(model(x, samples=samples)).softmax(-1).mean(0)
        right += (p.argmax(-1) == y).sum().item()
        nats -= p[torch.arange(len(y)), y].log().sum().item()
    return 100 * right / len(labels), nats / len(labels)


def main(folder: str, *seeds: str) -> None:
    train, test = (load(pathlib.Path(folder), part) for part in ("train", "t10k"))
    for seed in seeds or ("1",):
        torch.manual_seed(int(seed))
        model = vi.VISequential(
            vi.VILinear(784, 512), nn.ReLU(), vi.VILinear(512, 512), nn.ReLU(), vi.VILinear(512, 10)
        )
        objective = vi.KullbackLeiblerLoss(Categorical(), dataset_size=len(train[0]), track=True)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        for epoch in range(1, EPOCHS + 1):
            data, divergence = [], []
            for rows in torch.randperm(len(train[0])).split(BATCH):
                optimizer.zero_grad()
                objective(model(train[0][rows], samples=SAMPLES), train[1][rows]).backward()
                optimizer.step()
                data.append(float(objective.log["data_fitting"][-1]))
                divergence.append(float(objective.log["prior_matching"][-1]))
                objective.log["log_probs"].clear()
            scores = " ".join(
                f"{accuracy:.2f} | {nats:.4f} |"
                for accuracy, nats in (evaluate(model, *test, samples) for samples in (10, 100))
            )
            print(f"| {seed} | {epoch} | {scores} {numpy.mean(data):.4g} | {numpy.mean(divergence):.4g} |",
                  flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
