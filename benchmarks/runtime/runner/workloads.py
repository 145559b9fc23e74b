# SPDX-License-Identifier: BSD-3-Clause
"""The workloads, their parameters and who runs them."""

from __future__ import annotations

from . import Failure

MLP = {"batch": 64, "samples": 10, "width": 512}
# Numbers that stay in the first-level cache, often enough for a step of about a millisecond.
KERNEL = {"batch": 1, "samples": 256, "width": 4096}

# What the device can do at most: products of square matrices of this width, copies of so many MiB.
PRODUCTS, COPIES = "device-products", "device-copy"
PEAKS = "peaks of the device"  # the group in which they are measured

# Other variational distributions in mlp-train. Radial's elements are not independent: it has no
# place among the elementwise ones.
ELEMENTWISE = ["laplace", "logistic", "student-t", "cauchy", "log-normal", "softplus"]
DISTRIBUTIONS = [*ELEMENTWISE, "radial"]
# Beside a normal, but the last two beside a log-normal.
PRIORS = ["laplace", "logistic", "student-t", "cauchy", "scale-mixture", "spike-and-slab-lasso",
          "learned-scale", "centred", "quiet", "uniform", "log-normal", "half-cauchy"]

KERNELS = {
    "normals": KERNEL,
    "draw-and-score-normal": KERNEL,
    **{f"draw-and-score-{name}": KERNEL for name in ELEMENTWISE},
    **{f"draw-and-score-prior-{name}": KERNEL for name in PRIORS},
}
WORKLOADS = {
    "mlp-train": {**MLP, "depth": 2},
    "mlp-predict": {"batch": 100, "samples": 100, "width": 512},
    "mlp-train-lrt": MLP,
    "mlp-train-flipout": MLP,
    "mlp-train-bfloat16": MLP,
    "mlp-train-chunks": MLP,
    **{f"mlp-train-{name}": MLP for name in DISTRIBUTIONS},
    "mlp-predict-moments": {"batch": 100, "samples": 100, "width": 512},
    "mlp-predict-bfloat16": {"batch": 100, "samples": 100, "width": 512},
    "lenet-train": {"batch": 64, "samples": 10, "width": 28},
    "lenet-predict": {"batch": 100, "samples": 100, "width": 28},
    "mlp-train-graphs": MLP,
    "wide-train": {"batch": 256, "samples": 10, "width": 4096},
    "wide-train-bfloat16": {"batch": 256, "samples": 10, "width": 4096},
    "transformer-train": {"batch": 16, "samples": 10, "width": 64},
    "lstm-train": {"batch": 32, "samples": 10, "width": 64},
    **KERNELS,
    PRODUCTS: {"batch": 1, "samples": 1, "width": 8192},
    COPIES: {"batch": 1, "samples": 1, "width": 1024},
}

# Builds of the library: the folder in build/, how CMake is to compile, and what a processor needs
# to run it.
BUILDS = {
    "blue": ("bench", ["-DBLUE_NATIVE=ON"], set()),
    "blue-avx2": ("bench-avx2", ["-DBLUE_NATIVE=OFF", "-DCMAKE_CXX_FLAGS=-march=x86-64-v3"],
                  {"avx2", "fma", "bmi2"}),
    "blue-sse": ("bench-sse", ["-DBLUE_NATIVE=OFF"], {"sse2"}),
}
BAYESIAN_PEERS = ["torch_blue", "blitz", "bayesian-torch"]
PEERS = [*BAYESIAN_PEERS, "pytorch"]
# On a CUDA device: this library, and peers with `--device=cuda`.
DEVICE_PEERS = {"torch_blue-cuda": "torch_blue", "pytorch-cuda": "pytorch"}
ON_DEVICE = ["blue-cuda", *DEVICE_PEERS]
DEVICE = " on the device"  # ends the names of groups there
IMPLEMENTATIONS = [*BUILDS, *PEERS, *ON_DEVICE]


def parse_workload(text: str) -> tuple[str, dict[str, int]]:
    """`mlp-train/batch=8` to its canonical name and all its parameters."""
    base, _, variant = text.partition("/")
    if base not in WORKLOADS:
        raise Failure(f"no workload {base}; there are {', '.join(WORKLOADS)}, the sets all, goals, "
                      "kernels, growth, gpu, gpu-goals and gpu-growth, and compile-time")
    parameters = dict(WORKLOADS[base])
    for pair in filter(None, variant.split(",")):
        key, _, value = pair.partition("=")
        if key not in parameters or not value.isdigit() or int(value) < 1:
            raise Failure(f"{text}: expected {'=, '.join(parameters)}= with a positive integer, "
                          f"got {pair}")
        parameters[key] = int(value)
    changed = [f"{k}={v}" for k, v in parameters.items() if v != WORKLOADS[base][k]]
    return base + ("/" + ",".join(changed) if changed else ""), parameters
