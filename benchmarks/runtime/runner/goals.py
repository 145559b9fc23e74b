# SPDX-License-Identifier: BSD-3-Clause
"""What the library wants to reach, and how far a run is from it."""

from __future__ import annotations

from dataclasses import dataclass

from .workloads import BAYESIAN_PEERS, DEVICE, ELEMENTWISE, ON_DEVICE

FASTEST_PEER = "the fastest peer"  # of those that draw weights


@dataclass(frozen=True)
class Goal:
    """A bound on the time of a workload in units of another's, on its peak memory, or on the time
    of one number of a kernel. `needs` names an instruction set of the processor."""

    workload: str
    at_most: float | None = None
    at_least: float | None = None  # how many times as fast
    against: str | None = None  # an implementation of `base`; None for a bound with a unit
    unit: str = ""  # of such a bound: "MiB", "ns" or "roofline", the share of it
    quantity: str = "ms"  # what is compared with others: also "device_MiB"
    base: str = ""  # the workload that it is compared with, unless it is the same
    implementation: str = "blue"
    needs: str = ""

    @property
    def group(self) -> str:
        """Who is compared takes turns: the goals of a group are measured together."""
        return (self.base or self.workload) + (DEVICE if self.implementation in ON_DEVICE else "")

    def entries(self) -> list[tuple[str, str]]:
        """The pairs of workload and implementation that it takes to judge."""
        return [(self.workload, self.implementation), *self._others()]

    def _others(self) -> list[tuple[str, str]]:
        if self.against is None:
            return []
        names = BAYESIAN_PEERS if self.against == FASTEST_PEER else [self.against]
        return [(self.base or self.workload, name) for name in names]

    def sentence(self) -> str:
        if self.against is None:
            what = {"MiB": "peak memory at most {:g} MiB", "ns": "at most {:g} ns each",
                    "roofline": "at least {:.0%} of the roofline"}[self.unit]
            return what.format(self.at_least if self.at_most is None else self.at_most)
        if self.quantity == "device_MiB":
            return f"device memory at most {self.at_most:.2g} x that of {self.against}"
        other = self.base if self.base and self.against == "blue" else self.against
        if self.at_least is not None:
            return f"at least {self.at_least:g} x as fast as {other}"
        return f"at most {self.at_most:g} x {other}"

    def judge(self, results: list[dict], reasons: dict[tuple[str, str], str],
              instruction_sets: set[str]) -> dict:
        """A row of the table: what was measured, by minima and by medians, and whether the minima
        meet the bound; None, and why, where it was not measured."""
        row = {"workload": self.workload, "implementation": self.implementation,
               "goal": self.sentence(), "min": None, "median": None, "met": None, "why": ""}
        if self.needs and self.needs not in instruction_sets:
            return row | {"why": f"the processor has no {self.needs}"}
        of = {(r["workload"], r["implementation"]): r for r in results
              if r["group"] == self.group}
        own = of.get((self.workload, self.implementation))
        others = [of[entry] for entry in self._others() if entry in of]
        if own is None or (self.against and not others):
            lacking = [entry for entry in self.entries() if entry not in of]
            return row | {"why": reasons.get(lacking[0], "not part of this run")}
        for key in "min", "median":
            row[key] = self._measured(own, others, key)
        if row["min"] is None:
            return row | {"why": "the peaks of the device were not measured"}
        met = (row["min"] >= self.at_least if self.at_least is not None
               else row["min"] <= self.at_most)
        return row | {"met": met}

    def _measured(self, own: dict, others: list[dict], key: str) -> float | None:
        if self.unit == "MiB":
            return own["peak_MiB"] if key == "min" else None  # a process has one peak
        if self.unit == "ns":
            return own[f"{key}_ns"]
        if self.unit == "roofline":
            return own["roofline_ms"] / own[f"{key}_ms"] if "roofline_ms" in own else None
        if self.quantity == "device_MiB":
            least = min(r["device_MiB"] for r in others)
            return own["device_MiB"] / least if key == "min" else None
        mine, theirs = own[f"{key}_ms"], min(r[f"{key}_ms"] for r in others)
        return theirs / mine if self.at_least is not None else mine / theirs


def times_plain(bound: float, workload: str, implementation: str = "blue") -> Goal:
    return Goal(workload, at_most=bound, against="pytorch", implementation=implementation)


def faster(bound: float, workload: str, than: str, implementation: str = "blue") -> Goal:
    return Goal(workload, at_least=bound, against=than, implementation=implementation)


# Two threads, float. `pytorch` is the deterministic network of the same shape on as many rows.
GOALS = [
    times_plain(1.3, "mlp-train"),
    faster(14, "mlp-train", "torch_blue"),
    faster(9.5, "mlp-train", "bayesian-torch"),
    Goal("mlp-train", at_most=70, unit="MiB"),
    Goal("mlp-train-chunks", at_most=40, unit="MiB", base="mlp-train"),
    times_plain(1.6, "mlp-train/batch=8"),
    times_plain(1.4, "mlp-train/batch=256"),
    times_plain(0.5, "mlp-train/samples=1"),
    times_plain(1.6, "mlp-train/samples=30"),
    times_plain(0.9, "mlp-train/width=128"),
    times_plain(1.4, "mlp-train/width=1200"),
    times_plain(1.6, "mlp-train/width=2048"),
    *(Goal(f"mlp-train-{name}", at_most=1.5, against="blue", base="mlp-train")
      for name in ELEMENTWISE),
    Goal("mlp-train-bfloat16", at_most=0.8, against="pytorch", base="mlp-train"),
    times_plain(1.8, "mlp-train", "blue-avx2"),
    times_plain(1.15, "mlp-train-lrt"),
    faster(3, "mlp-train-lrt", "torch_blue"),
    times_plain(1.3, "mlp-predict"),
    faster(20, "mlp-predict", "torch_blue"),
    faster(4.5, "mlp-predict", "bayesian-torch"),
    Goal("mlp-predict-moments", at_least=40, against="blue", base="mlp-predict"),
    times_plain(1.2, "lenet-train"),
    faster(4, "lenet-train", FASTEST_PEER),
    faster(4, "lstm-train", FASTEST_PEER),
    faster(4, "transformer-train", FASTEST_PEER),
    Goal("normals", at_most=0.62, unit="ns", needs="avx512f"),
    Goal("normals", at_most=1.1, unit="ns", implementation="blue-avx2"),
]

# On a CUDA device, float without TF32.
DEVICE_GOALS = [
    faster(10, "mlp-train", "torch_blue-cuda", "blue-cuda"),
    faster(3, "wide-train", "torch_blue-cuda", "blue-cuda"),
    Goal("wide-train", at_most=1 / 3, against="torch_blue-cuda", quantity="device_MiB",
         implementation="blue-cuda"),
    Goal("wide-train", at_least=0.5, unit="roofline", implementation="blue-cuda"),
]
