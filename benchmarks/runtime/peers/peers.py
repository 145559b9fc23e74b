# SPDX-License-Identifier: BSD-3-Clause
"""The peers of the runtime benchmark: one process per implementation that runs steps on request.

usage: peers.py [--device=cuda] IMPLEMENTATION WORKLOAD KEY=VALUE...
                                                serve one workload (../protocol.hpp)
       peers.py --check                         import every peer and print the versions

The same lines go over stdin and stdout as with `bench_runtime`, the program of `blue`. So the
runner can alternate implementations step by step, and peak memory is that of one implementation.
"""

from __future__ import annotations

import contextlib
import functools
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
WIDE = (4096, 1000)  # inputs and classes of the wide network
SEQUENCE = (32, 16)  # length and width of the inputs of LSTMs
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
    depth: int = 2  # hidden layers of `mlp`
    device: str = "cpu"  # of models, inputs and labels


# A step runs once and returns a number that must be finite: the loss, or a sum of probabilities.
Step = Callable[[], float]


def memory_mib(field: str) -> float:
    """VmHWM (peak) or VmRSS of this process; 0 where the system does not say. Unlike ru_maxrss it
    does not inherit the runner's."""
    with contextlib.suppress(OSError), open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
    return 0.0


# --- models -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parts:
    """What networks of an implementation are made of."""

    container: Callable
    linear: Callable
    convolution: Callable


def mlp(parts: Parts, p: Parameters):
    """784-width-...-width-10 with ReLU."""
    from torch import nn

    widths = [784] + p.depth * [p.width]
    hidden = [layer for pair in zip(widths, widths[1:])
              for layer in (parts.linear(*pair), nn.ReLU())]
    return parts.container(nn.Flatten(), *hidden, parts.linear(p.width, CLASSES))


def lenet(parts: Parts, p: Parameters):
    """LeNet-5 with ReLU and the largest number of each window; the width is that of the images."""
    from torch import nn

    if p.width != 28:
        raise Unsupported(f"images have a width of 28, not {p.width}")
    return parts.container(
        parts.convolution(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2),
        parts.convolution(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), parts.linear(256, 120), nn.ReLU(), parts.linear(120, 84), nn.ReLU(),
        parts.linear(84, CLASSES),
    )


def wide(parts: Parts, p: Parameters):
    """4096-width-width-1000 with ReLU."""
    from torch import nn

    return parts.container(parts.linear(WIDE[0], p.width), nn.ReLU(),
                           parts.linear(p.width, p.width), nn.ReLU(),
                           parts.linear(p.width, WIDE[1]))


NETWORKS = {"mlp": mlp, "lenet": lenet}


def pytorch_model(network, p: Parameters):
    from torch import nn

    return network(Parts(nn.Sequential, nn.Linear, nn.Conv2d), p).to(p.device)


def torch_blue_model(network, p: Parameters):
    from torch_blue import vi

    return network(Parts(vi.VISequential, vi.VILinear, vi.VIConv2d), p).to(p.device)


def blitz_model(network, p: Parameters):
    from blitz.modules import BayesianConv2d, BayesianLinear
    from blitz.utils import variational_estimator
    from torch import nn

    @variational_estimator
    class Estimator(nn.Sequential):
        pass

    return network(
        Parts(Estimator, BayesianLinear, lambda i, o, k: BayesianConv2d(i, o, (k, k))),
        p).to(p.device)


BAYESIAN_TORCH = {
    "prior_mu": 0.0, "prior_sigma": 1.0, "posterior_mu_init": 0.0, "posterior_rho_init": -3.0,
    "type": "Reparameterization", "moped_enable": False, "moped_delta": 0.5,
}


def bayesian_torch_model(network, p: Parameters, kind: str = "Reparameterization"):
    from bayesian_torch.models.dnn_to_bnn import dnn_to_bnn

    model = pytorch_model(network, p)
    dnn_to_bnn(model, {**BAYESIAN_TORCH, "type": kind})
    return model.to(p.device)


def last_step(recurrent, output):
    """A recurrent layer, batch first, and a layer on its output of the last step."""
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.recurrent, self.output = recurrent, output

        def forward(self, x):
            return self.output(self.recurrent(x)[0][:, -1])

    return Model()


def pytorch_lstm(width: int):
    from torch import nn

    return last_step(nn.LSTM(SEQUENCE[1], width, batch_first=True), nn.Linear(width, CLASSES))


def blitz_lstm(width: int):
    from blitz.modules import BayesianLinear, BayesianLSTM
    from blitz.utils import variational_estimator

    model = last_step(BayesianLSTM(SEQUENCE[1], width), BayesianLinear(width, CLASSES))
    variational_estimator(type(model))
    return model


def bayesian_torch_lstm(width: int):
    """Its LSTM draws its weights in each step of a sequence, not once per sequence."""
    from bayesian_torch.models.dnn_to_bnn import dnn_to_bnn

    model = pytorch_lstm(width)
    dnn_to_bnn(model, BAYESIAN_TORCH)
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


def pytorch_train(network, p: Parameters, x, y) -> Step:
    """A deterministic network on batch x samples rows: the price of the matrix products alone."""
    from torch import nn

    model, criterion = pytorch_model(network, p), nn.CrossEntropyLoss()
    rows, labels = x.repeat(p.samples, *[1] * (x.dim() - 1)), y.repeat(p.samples)
    return training_step(model, lambda: criterion(model(rows), labels))


def torch_blue_train(network, p: Parameters, x, y) -> Step:
    from torch_blue import vi
    from torch_blue.vi.distributions import Categorical

    model = torch_blue_model(network, p)
    objective = vi.KullbackLeiblerLoss(Categorical(), dataset_size=DATASET_SIZE)
    return training_step(model, lambda: objective(model(x, samples=p.samples), y))


def torch_blue_train_lrt(p: Parameters, x, y) -> Step:
    """Its analytical loss makes the model draw outputs instead of weights."""
    from torch_blue import vi
    from torch_blue.vi.distributions import Categorical

    model = torch_blue_model(mlp, p)
    objective = vi.AnalyticalKullbackLeiblerLoss(model, Categorical(), dataset_size=DATASET_SIZE)
    return training_step(model, lambda: objective(model(x, samples=p.samples), y))


def train_blitz(model, p: Parameters, x, y) -> Step:
    from torch import nn

    criterion = nn.CrossEntropyLoss()
    return training_step(model, lambda: model.sample_elbo(
        inputs=x, labels=y, criterion=criterion, sample_nbr=p.samples,
        complexity_cost_weight=1 / DATASET_SIZE,
    ))


def blitz_train(network, p: Parameters, x, y) -> Step:
    return train_blitz(blitz_model(network, p), p, x, y)


def train_bayesian_torch(model, p: Parameters, x, y) -> Step:
    from bayesian_torch.models.dnn_to_bnn import get_kl_loss
    from torch import nn

    criterion = nn.CrossEntropyLoss()

    def loss():
        total = 0
        for _ in range(p.samples):
            total = total + criterion(model(x), y) + get_kl_loss(model) / DATASET_SIZE
        return total / p.samples

    return training_step(model, loss)


def bayesian_torch_train(network, p: Parameters, x, y) -> Step:
    return train_bayesian_torch(bayesian_torch_model(network, p), p, x, y)


def bayesian_torch_train_flipout(p: Parameters, x, y) -> Step:
    return train_bayesian_torch(bayesian_torch_model(mlp, p, "Flipout"), p, x, y)


def pytorch_transformer_train(p: Parameters, x, y) -> Step:
    """A deterministic network on batch x samples sequences."""
    from torch import nn

    model, criterion = pytorch_transformer(p.width).to(p.device), nn.CrossEntropyLoss()
    rows, labels = x.repeat(p.samples, 1, 1), y.repeat(p.samples, 1).flatten()
    return training_step(model, lambda: criterion(model(rows).flatten(0, 1), labels))


def torch_blue_transformer_train(p: Parameters, x, y) -> Step:
    from torch_blue import vi
    from torch_blue.vi.distributions import Categorical

    model = torch_blue_transformer(p.width).to(p.device)
    objective = vi.KullbackLeiblerLoss(Categorical(), dataset_size=DATASET_SIZE)
    return training_step(model, lambda: objective(model(x, samples=p.samples), y))


def pytorch_lstm_train(p: Parameters, x, y) -> Step:
    """A deterministic network on batch x samples sequences."""
    from torch import nn

    model, criterion = pytorch_lstm(p.width).to(p.device), nn.CrossEntropyLoss()
    rows, labels = x.repeat(p.samples, 1, 1), y.repeat(p.samples)
    return training_step(model, lambda: criterion(model(rows), labels))


def blitz_lstm_train(p: Parameters, x, y) -> Step:
    return train_blitz(blitz_lstm(p.width).to(p.device), p, x, y)


def bayesian_torch_lstm_train(p: Parameters, x, y) -> Step:
    return train_bayesian_torch(bayesian_torch_lstm(p.width).to(p.device), p, x, y)


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


def pytorch_predict(network, p: Parameters, x, y) -> Step:
    model, rows = pytorch_model(network, p), x.repeat(p.samples, 1, 1, 1)
    return prediction_step(
        lambda: model(rows).softmax(-1).view(p.samples, p.batch, CLASSES).mean(0))


def torch_blue_predict(network, p: Parameters, x, y) -> Step:
    # With log probs, as the model is made: without them torch_blue draws outputs, not weights.
    model = torch_blue_model(network, p)
    return prediction_step(lambda: model(x, samples=p.samples).softmax(-1).mean(0))


def blitz_predict(network, p: Parameters, x, y) -> Step:
    return one_by_one(blitz_model(network, p), p, x)


def bayesian_torch_predict(network, p: Parameters, x, y) -> Step:
    return one_by_one(bayesian_torch_model(network, p), p, x)


def steps_of_networks(train, predict) -> dict:
    """The workloads of all networks that classify images."""
    steps = {}
    for name, network in NETWORKS.items():
        steps[f"{name}-train"] = functools.partial(train, network)
        steps[f"{name}-predict"] = functools.partial(predict, network)
    return steps


STEPS = {
    "pytorch": {
        **steps_of_networks(pytorch_train, pytorch_predict),
        **{f"mlp-train-{variant}": functools.partial(pytorch_train, mlp)
           for variant in ("bfloat16", "lrt", "flipout", "cauchy", "laplace", "log-normal",
                           "logistic", "radial", "softplus", "student-t")},
        "mlp-predict-bfloat16": functools.partial(pytorch_predict, mlp),
        "mlp-predict-moments": functools.partial(pytorch_predict, mlp),
        "wide-train": functools.partial(pytorch_train, wide),
        "transformer-train": pytorch_transformer_train,
        "lstm-train": pytorch_lstm_train,
    },
    "torch_blue": {
        **steps_of_networks(torch_blue_train, torch_blue_predict),
        "mlp-train-lrt": torch_blue_train_lrt,
        "wide-train": functools.partial(torch_blue_train, wide),
        "transformer-train": torch_blue_transformer_train,
    },
    "blitz": {
        **steps_of_networks(blitz_train, blitz_predict),
        "lstm-train": blitz_lstm_train,
    },
    "bayesian-torch": {
        **steps_of_networks(bayesian_torch_train, bayesian_torch_predict),
        "mlp-train-flipout": bayesian_torch_train_flipout,
        "lstm-train": bayesian_torch_lstm_train,
    },
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
    # The shapes of an example and of its labels, and their classes.
    example, labels, classes = {
        "transformer-train": ((LENGTH, parameters.width), (LENGTH,), CLASSES),
        "lstm-train": (SEQUENCE, (), CLASSES),
        "wide-train": (WIDE[:1], (), WIDE[1]),
    }.get(workload, ((1, 28, 28), (), CLASSES))
    x = torch.randn(parameters.batch, *example, device=parameters.device)
    y = torch.randint(0, classes, (parameters.batch, *labels), device=parameters.device)
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


class Processor:
    """What steps run on: a step is finished when `wait` returns. Nothing is left to wait for."""

    def begin(self) -> None:
        """Of the construction and of each step."""

    def wait(self) -> None:
        pass

    def end(self) -> None:
        pass

    def memory(self) -> dict:
        """Members for the reply to `memory`."""
        return {}

    def launches(self, step: Step) -> int | None:
        """Of kernels in one more step; None where they cannot be seen."""
        return None


class CudaDevice(Processor):
    """The driver's account of this process's memory is with all caches: what its turns took, since
    others are idle then. The context is not counted."""

    def __init__(self):
        import torch

        if not torch.cuda.is_available():
            raise Unsupported(f"torch {torch.__version__} finds no CUDA device")
        self.cuda = torch.cuda
        # The full precision of float, as in blue: cuDNN would round to 10 bits (TF32).
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        self.cuda.init()
        self.taken = 0

    def driver_bytes(self) -> int:
        free, total = self.cuda.mem_get_info()
        return total - free

    def begin(self) -> None:
        self.wait()
        self.before = self.driver_bytes()

    def wait(self) -> None:
        self.cuda.synchronize()

    def end(self) -> None:
        self.taken += self.driver_bytes() - self.before

    def memory(self) -> dict:
        return {"device_MiB": round(self.cuda.max_memory_allocated() / 2**20, 1),
                "driver_MiB": round(self.taken / 2**20, 1)}

    def launches(self, step: Step) -> int | None:
        from torch.autograd import DeviceType
        from torch.profiler import ProfilerActivity, profile

        with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as seen:
            step()
            self.wait()
        # Beside kernels the device has copies, fills, and what the optimiser calls its step.
        names = [event.name for event in seen.events() if event.device_type == DeviceType.CUDA]
        others = ("Memcpy", "Memset", "Optimizer.")
        return sum(not name.startswith(others) for name in names) or None


def serve(arguments: list[str]) -> int:
    # Replies keep the real stdout to themselves; what a peer prints goes to the log.
    replies = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)

    def reply(**values) -> None:
        print(json.dumps(values), file=replies)

    try:
        device = "cpu"
        if arguments and arguments[0].startswith("--device="):
            device = arguments.pop(0).removeprefix("--device=")
            if device not in ("cpu", "cuda"):
                raise ValueError(f"--device: expected cpu or cuda, got {device}")
        implementation, workload, *pairs = arguments
        values = {key: int(value) for key, value in (pair.split("=") for pair in pairs)}
        parameters = Parameters(**values, device=device)
    except (ValueError, TypeError) as error:
        print(f"peers.py: {error}\n{__doc__}", file=sys.stderr)
        return 2
    try:
        version = import_peer(implementation, parameters.threads) if implementation in STEPS else ""
        base = memory_mib("VmRSS")
        platform = CudaDevice() if device == "cuda" else Processor()
        platform.begin()
        step = build(implementation, workload, parameters)
        platform.end()
        reply(ready=True, version=version, base_MiB=round(base, 1))
        for line in sys.stdin:
            command = line.strip()
            if command == "step":
                platform.begin()
                start = time.perf_counter()
                value = step()
                platform.wait()
                elapsed = 1e3 * (time.perf_counter() - start)
                platform.end()
                if not math.isfinite(value):
                    raise RuntimeError(f"the step returned {value}")
                reply(ms=elapsed, value=value)
            elif command == "memory":
                peak = round(memory_mib("VmHWM"), 1)
                reply(peak_MiB=peak, **platform.memory())
            elif command == "launches":
                reply(launches=platform.launches(step))
            elif command == "quit":
                break
            else:
                raise RuntimeError(f"unknown command {command!r}")
    except Unsupported as error:
        reply(unsupported=str(error))
    except Exception as error:  # whatever a peer throws ends its part of the run, with its reason
        traceback.print_exc()
        if type(error).__name__ == "OutOfMemoryError":  # of torch, for the device
            reply(unsupported="out of device memory")
            return 0
        reply(error=f"{type(error).__name__}: {error}")
        return 1
    return 0


def check() -> int:
    for implementation, workloads in STEPS.items():
        for workload in workloads:
            width = 28 if workload.startswith("lenet") else 8
            build(implementation, workload, Parameters(batch=2, samples=2, width=width, threads=1))()
        version = importlib.metadata.version(PACKAGES[implementation])
        print(f"{implementation}: {PACKAGES[implementation]} {version}, runs")
    return 0


if __name__ == "__main__":
    sys.exit(check() if sys.argv[1:] == ["--check"] else serve(sys.argv[1:]))
