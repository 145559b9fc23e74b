# SPDX-License-Identifier: BSD-3-Clause
"""The least time that a step could take on the device, and what share of it a step reaches."""

from __future__ import annotations

from .workloads import COPIES, PEAKS, PRODUCTS, parse_workload

ADAM = 2 * 2 * 3 * 4  # bytes per weight: two parameters; read and write; each with two moments
STORED = 2 * 4


def widths(name: str, parameters: dict[str, int]) -> list[int] | None:
    """Of the layers of a network whose work is known here."""
    width = parameters["width"]
    return {"mlp-train": [784] + parameters.get("depth", 2) * [width] + [10],
            "mlp-predict": [784, width, width, 10],
            "wide-train": [4096, width, width, 1000]}.get(name)


def work(workload: str) -> tuple[float, float] | None:
    """Additions and multiplications in the matrix products of a step; and the bytes that it has to
    move at least, if weights were drawn where they are multiplied: parameters are read and, with
    their moments in Adam, written. None for workloads that nobody counted."""
    name, parameters = parse_workload(workload)
    name = name.partition("/")[0]
    layers = widths(name, parameters)
    if layers is None:
        return None
    of_layers = [a * b for a, b in zip(layers, layers[1:])]
    trains = name.endswith("-train")
    # Backward has two products for each of forward, but none for the gradient of the inputs.
    products = 3 * sum(of_layers) - of_layers[0] if trains else sum(of_layers)
    return (2.0 * parameters["samples"] * parameters["batch"] * products,
            float((ADAM if trains else STORED) * sum(of_layers)))


def add_roofline(results: list[dict]) -> None:
    """Gives `tflops` to each result on the device whose work is known and, where the device's peaks
    were measured in this run, `roofline_ms` and `roofline_share`."""
    # Elements are operations and bytes: what the fastest step did in a ms.
    peaks = {r["workload"].partition("/")[0]: 1e6 / r["min_ns"] for r in results
             if r["group"] == PEAKS}
    for result in results:
        known = work(result["workload"]) if "device_MiB" in result else None
        if known is None:
            continue
        operations, size = known
        result["tflops"] = round(operations / result["min_ms"] / 1e9, 3)
        if PRODUCTS in peaks and COPIES in peaks:
            least = max(operations / peaks[PRODUCTS], size / peaks[COPIES])
            result |= {"roofline_ms": round(least, 5),
                       "roofline_share": round(least / result["min_ms"], 4)}
