# SPDX-License-Identifier: BSD-3-Clause
"""What a run measures: groups of workloads and implementations that take turns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .goals import DEVICE_GOALS, GOALS
from .workloads import (BUILDS, COPIES, DEVICE, KERNELS, ON_DEVICE, PEAKS, PEERS, PRODUCTS,
                        parse_workload)

Entry = tuple[str, str]  # workload and implementation

# The workloads of README's tables, with all peers.
README = ["mlp-train", "mlp-predict", "lenet-train", "lenet-predict", "lstm-train",
          "transformer-train"]
# What mlp-train costs when one number changes.
GROWTH = {"samples": [1, 3, 10, 30, 100], "width": [128, 512, 1200, 2048], "depth": [2, 4, 8],
          "batch": [8, 64, 256, 1024]}
# The same on a CUDA device, and the workloads that are measured there.
DEVICE_GROWTH = {"samples": [1, 10, 100, 1000], "batch": [8, 64, 512, 4096],
                 "width": [128, 512, 1200, 2048]}
DEVICE_WORKLOADS = ["mlp-train", "wide-train", "mlp-predict", "mlp-train-lrt", "lenet-train",
                    "lstm-train", "transformer-train"]
# Beside which of them.
DEVICE_VARIANTS = {"mlp-train-graphs": "mlp-train", "mlp-train-bfloat16": "mlp-train",
                   "wide-train-bfloat16": "wide-train"}


@dataclass
class Group:
    """Takes turns, and is one section of the report. Kernels run on one thread."""

    name: str
    kind: str = "network"  # or "kernels", "growth", "peaks"; "device", "device growth"
    entries: list[Entry] = field(default_factory=list)

    def add(self, entries: Iterable[Entry]) -> None:
        self.entries = list(dict.fromkeys([*self.entries, *entries]))


def kind_of(workload: str) -> str:
    return "kernels" if workload.partition("/")[0] in KERNELS else "network"


def goals() -> list[Group]:
    """README's workloads with everybody, and the workloads of the goals with whom they need."""
    groups = {name: Group(name) for name in README}
    for name in README:
        groups[name].add((name, who) for who in ["blue", *PEERS])
    groups["mlp-train"].add([("mlp-train", "blue-avx2"), ("mlp-train", "blue-sse"),
                             ("mlp-train-radial", "blue")])
    groups["mlp-predict"].add([("mlp-predict-bfloat16", "blue")])
    for goal in GOALS:
        group = groups.setdefault(goal.group, Group(goal.group, kind_of(goal.group)))
        group.add([(goal.group, "blue"), *goal.entries()])
    return list(groups.values())


def kernels() -> list[Group]:
    draws = [name for name in KERNELS if name != "normals"]
    return [Group("normals", "kernels", [("normals", build) for build in BUILDS]),
            Group("draw-and-score", "kernels",
                  [(name, build) for name in draws for build in BUILDS])]


def growth() -> list[Group]:
    return [Group(f"growth with {key}", "growth",
                  [(parse_workload(f"mlp-train/{key}={value}")[0], who)
                   for value in values for who in ("blue", "pytorch")])
            for key, values in GROWTH.items()]


def device_goals() -> list[Group]:
    """The peaks, which say how much of the device others use, and all networks."""
    groups = {name: Group(name + DEVICE, "device", [(name, who) for who in ON_DEVICE])
              for name in DEVICE_WORKLOADS}
    for name, base in DEVICE_VARIANTS.items():
        groups[base].add([(name, "blue-cuda")])
    for goal in DEVICE_GOALS:
        groups[goal.workload].add(goal.entries())
    return [peaks(), *groups.values()]


def peaks() -> Group:
    return Group(PEAKS, "peaks", [(name, "blue-cuda") for name in (PRODUCTS, COPIES)])


def device_growth() -> list[Group]:
    return [peaks(), *(Group(f"growth{DEVICE} with {key}", "device growth",
                             [(parse_workload(f"mlp-train/{key}={value}")[0], who)
                              for value in values for who in ON_DEVICE])
                       for key, values in DEVICE_GROWTH.items())]


SETS = {
    "goals": goals,
    "kernels": kernels,
    "growth": growth,
    "all": lambda: [*goals(), *kernels(), *growth()],
    "gpu-goals": device_goals,
    "gpu-growth": device_growth,
    "gpu": lambda: [*device_goals(), *device_growth()],
}


def group_of(workload: str, implementations: list[str] | None) -> Group:
    """Of a workload that was named."""
    if workload.partition("/")[0] in (PRODUCTS, COPIES):
        return Group(PEAKS, "peaks", [(workload, "blue-cuda")])
    kind = kind_of(workload)
    chosen = implementations or (["blue"] if kind == "kernels" else ["blue", *PEERS])
    if set(chosen) <= set(ON_DEVICE):
        return Group(workload + DEVICE, "device", [(workload, who) for who in chosen])
    return Group(workload, kind, [(workload, who) for who in chosen])


def plan(words: list[str], implementations: list[str] | None) -> list[Group]:
    """The groups of the sets and workloads that `words` name. `implementations` run the named
    workloads, else the native build and the peers do; of the sets it leaves out all others."""
    groups: dict[str, Group] = {}
    for word in words:
        if word in SETS:
            new = SETS[word]()
            for group in new:
                group.entries = [(workload, who) for workload, who in group.entries
                                 if implementations is None or who in implementations]
        else:
            new = [group_of(parse_workload(word)[0], implementations)]
        for group in new:
            groups.setdefault(group.name, Group(group.name, group.kind)).add(group.entries)
    return [group for group in groups.values() if group.entries]
