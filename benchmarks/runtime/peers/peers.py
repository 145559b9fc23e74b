# SPDX-License-Identifier: BSD-3-Clause
"""The peers of the runtime benchmark: one process per implementation that runs steps on request.

usage: peers.py IMPLEMENTATION WORKLOAD KEY=VALUE...      serve one workload (../protocol.hpp)
       peers.py --check                                   import every peer and print the versions

The same lines go over stdin and stdout as with `bench_runtime`, the program of `blue`. So the
runner can alternate implementations step by step, and peak memory is that of one implementation.
"""

from __future__ import annotations

import importlib.metadata
import json
import math
import os
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Callable

CLASSES = 10
HEADS, LENGTH = 4, 32  # of transformers, whose feed-forward part is twice as wide
DATASET_SIZE = 60_000  # scales the KL term; any number would cost the same
LEARNING_RATE = 1e-3


class Unsupported(Exception):
    """The implementation cannot run the workload; the message says why."""


@dataclass(frozen=True)
class Parameters:
    batch: int
    samples: int
    width: int
    threads: int


# A step runs once and returns a number that must be finite: the loss, or a sum of probabilities.
Step = Callable[[], float]


def memory_mib(field: str) -> float:
    """VmHWM (peak) or VmRSS of this process. Unlike ru_maxrss it does not inherit the runner's."""
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
    raise RuntimeError(f"no {field} in /proc/self/status")


# --- models -------------------------------------------------------------------------------------


def mlp(linear, container, width: int):
    """784-width-width-10 with ReLU, out of a peer's linear layer and its sequential container."""
    from torch import nn

    return container(
        nn.Flatten(), linear(784, width), nn.ReLU(), linear(width, width), nn.ReLU(),
        linear(width, CLASSES),
    )


def pytorch_mlp(width: int):
    from torch import nn

    return mlp(nn.Linear, nn.Sequential, width)


def torch_blue_mlp(width: int):
    from torch_blue import vi

    return mlp(vi.VILinear, vi.VISequential, width)


def blitz_mlp(width: int):
    from blitz.modules import BayesianLinear
    from blitz.utils import variational_estimator
    from torch import nn

    @variational_estimator
    class Estimator(nn.Sequential):
        pass

    return mlp(BayesianLinear, Estimator, width)


def bayesian_torch_mlp(width: int):
    from bayesian_torch.models.dnn_to_bnn import dnn_to_bnn

    model = pytorch_mlp(width)
    dnn_to_bnn(model, {
        "prior_mu": 0.0, "prior_sigma": 1.0, "posterior_mu_init": 0.0, "posterior_rho_init": -3.0,
        "type": "Reparameterization", "moped_enable": False, "moped_delta": 0.5,
    })
    return model


def pytorch_transformer(width: int):
    from torch import nn

    layer = nn.TransformerEncoderLayer(width, HEADS, 2 * width, dropout=0.0, batch_first=True)
    return nn.Sequential(nn.TransformerEncoder(layer, 2), nn.Linear(width, CLASSES))


def torch_blue_transformer(width: int):
    from torch_blue import vi

    layer = vi.VITransformerEncoderLayer(width, HEADS, 2 * width)
    return vi.VISequential(vi.VITransformerEncoder(layer, 2), vi.VILinear(width, CLASSES))


# --- training: one step on one batch ------------------------------------------------------------


def training_step(model, loss: Callable[[], "torch.Tensor"]) -> Step:
    import torch

    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)

    def step() -> float:
        optimizer.zero_grad()
        value = loss()
        value.backward()
        optimizer.step()
        return value.item()

    return step


def pytorch_train(p: Parameters, x, y) -> Step:
    """A deterministic network on batch x samples rows: the price of the matrix products alone."""
    from torch import nn

    model, criterion = pytorch_mlp(p.width), nn.CrossEntropyLoss()
    rows, labels = x.repeat(p.samples, 1, 1, 1), y.repeat(p.samples)
    return training_step(model, lambda: criterion(model(rows), labels))


def torch_blue_train(p: Parameters, x, y) -> Step:
    from torch_blue import vi
    from torch_blue.vi.distributions import Categorical

    model = torch_blue_mlp(p.width)
    objective = vi.KullbackLeiblerLoss(Categorical(), dataset_size=DATASET_SIZE)
    return training_step(model, lambda: objective(model(x, samples=p.samples), y))


def blitz_train(p: Parameters, x, y) -> Step:
    from torch import nn

    model, criterion = blitz_mlp(p.width), nn.CrossEntropyLoss()
    return training_step(model, lambda: model.sample_elbo(
        inputs=x, labels=y, criterion=criterion, sample_nbr=p.samples,
        complexity_cost_weight=1 / DATASET_SIZE,
    ))


def bayesian_torch_train(p: Parameters, x, y) -> Step:
    from bayesian_torch.models.dnn_to_bnn import get_kl_loss
    from torch import nn

    model, criterion = bayesian_torch_mlp(p.width), nn.CrossEntropyLoss()

    def loss():
        total = 0
        for _ in range(p.samples):
            total = total + criterion(model(x), y) + get_kl_loss(model) / DATASET_SIZE
        return total / p.samples

    return training_step(model, loss)


def pytorch_transformer_train(p: Parameters, x, y) -> Step:
    """A deterministic network on batch x samples sequences."""
    from torch import nn

    model, criterion = pytorch_transformer(p.width), nn.CrossEntropyLoss()
    rows, labels = x.repeat(p.samples, 1, 1), y.repeat(p.samples, 1).flatten()
    return training_step(model, lambda: criterion(model(rows).flatten(0, 1), labels))


def torch_blue_transformer_train(p: Parameters, x, y) -> Step:
    from torch_blue import vi
    from torch_blue.vi.distributions import Categorical

    model = torch_blue_transformer(p.width)
    objective = vi.KullbackLeiblerLoss(Categorical(), dataset_size=DATASET_SIZE)
    return training_step(model, lambda: objective(model(x, samples=p.samples), y))


# --- prediction: the mean of the softmax over the samples ---------------------------------------


def prediction_step(probabilities: Callable[[], "torch.Tensor"]) -> Step:
    import torch

    def step() -> float:
        with torch.no_grad():
            return probabilities().sum().item()

    return step


def one_by_one(model, p: Parameters, x) -> Step:
    """For peers that draw one weight sample per call."""
    import torch

    return prediction_step(
        lambda: torch.stack([model(x).softmax(-1) for _ in range(p.samples)]).mean(0))


def pytorch_predict(p: Parameters, x, y) -> Step:
    model, rows = pytorch_mlp(p.width), x.repeat(p.samples, 1, 1, 1)
    return prediction_step(
        lambda: model(rows).softmax(-1).view(p.samples, p.batch, CLASSES).mean(0))


def torch_blue_predict(p: Parameters, x, y) -> Step:
    # With log probs, as the model is made: without them torch_blue draws outputs, not weights.
    model = torch_blue_mlp(p.width)
    return prediction_step(lambda: model(x, samples=p.samples).softmax(-1).mean(0))


def blitz_predict(p: Parameters, x, y) -> Step:
    return one_by_one(blitz_mlp(p.width), p, x)


def bayesian_torch_predict(p: Parameters, x, y) -> Step:
    return one_by_one(bayesian_torch_mlp(p.width), p, x)


STEPS = {
    "pytorch": {
        "mlp-train": pytorch_train, "mlp-predict": pytorch_predict,
        "transformer-train": pytorch_transformer_train,
    },
    "torch_blue": {
        "mlp-train": torch_blue_train, "mlp-predict": torch_blue_predict,
        "transformer-train": torch_blue_transformer_train,
    },
    "blitz": {"mlp-train": blitz_train, "mlp-predict": blitz_predict},
    "bayesian-torch": {"mlp-train": bayesian_torch_train, "mlp-predict": bayesian_torch_predict},
}
PACKAGES = {
    "pytorch": "torch", "torch_blue": "torch-blue", "blitz": "blitz-bayesian-pytorch",
    "bayesian-torch": "bayesian-torch",
}


# --- the process --------------------------------------------------------------------------------


def build(implementation: str, workload: str, parameters: Parameters) -> Step:
    if implementation not in STEPS:
        raise Unsupported(f"no implementation {implementation}; there are {', '.join(STEPS)}")
    if workload not in STEPS[implementation]:
        raise Unsupported(f"no workload {workload}; there are {', '.join(STEPS[implementation])}")
    import torch

    torch.manual_seed(0)
    sequences = workload.startswith("transformer")
    x = torch.randn(parameters.batch, *((LENGTH, parameters.width) if sequences else (1, 28, 28)))
    y = torch.randint(0, CLASSES, (parameters.batch, LENGTH) if sequences else (parameters.batch,))
    return STEPS[implementation][workload](parameters, x, y)


def import_peer(implementation: str, threads: int) -> str:
    """Imports what the implementation needs, so that its memory is known; returns its version."""
    import torch

    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    if implementation == "torch_blue":
        from torch_blue import vi  # noqa: F401
    elif implementation == "blitz":
        from blitz.modules import BayesianLinear  # noqa: F401
    elif implementation == "bayesian-torch":
        from bayesian_torch.models.dnn_to_bnn import dnn_to_bnn  # noqa: F401
    return importlib.metadata.version(PACKAGES[implementation])


def serve(arguments: list[str]) -> int:
    # Replies keep the real stdout to themselves; what a peer prints goes to the log.
    replies = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)

    def reply(**values) -> None:
        print(json.dumps(values), file=replies)

    try:
        implementation, workload, *pairs = arguments
        values = {key: int(value) for key, value in (pair.split("=") for pair in pairs)}
        parameters = Parameters(**values)
    except (ValueError, TypeError) as error:
        print(f"peers.py: {error}\n{__doc__}", file=sys.stderr)
        return 2
    try:
        version = import_peer(implementation, parameters.threads) if implementation in STEPS else ""
        base = memory_mib("VmRSS")
        step = build(implementation, workload, parameters)
        reply(ready=True, version=version, base_MiB=round(base, 1))
        for line in sys.stdin:
            command = line.strip()
            if command == "step":
                start = time.perf_counter()
                value = step()
                elapsed = 1e3 * (time.perf_counter() - start)
                if not math.isfinite(value):
                    raise RuntimeError(f"the step returned {value}")
                reply(ms=elapsed, value=value)
            elif command == "memory":
                reply(peak_MiB=round(memory_mib("VmHWM"), 1))
            elif command == "quit":
                break
            else:
                raise RuntimeError(f"unknown command {command!r}")
    except Unsupported as error:
        reply(unsupported=str(error))
    except Exception as error:  # whatever a peer throws ends its part of the run, with its reason
        traceback.print_exc()
        reply(error=f"{type(error).__name__}: {error}")
        return 1
    return 0


def check() -> int:
    for implementation, workloads in STEPS.items():
        for workload in workloads:
            build(implementation, workload, Parameters(batch=2, samples=2, width=8, threads=1))()
        version = importlib.metadata.version(PACKAGES[implementation])
        print(f"{implementation}: {PACKAGES[implementation]} {version}, runs")
    return 0


if __name__ == "__main__":
    sys.exit(check() if sys.argv[1:] == ["--check"] else serve(sys.argv[1:]))
