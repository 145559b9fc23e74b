# SPDX-License-Identifier: BSD-3-Clause
"""The programs that run workloads: builds of the library, and the peers' environment."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
from pathlib import Path

from machine import instruction_sets

from . import ROOT, Failure, say
from .workloads import BUILDS, PEERS

PEERS_FOLDER = ROOT / "benchmarks" / "runtime" / "peers"


def peers_environment() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("BLUE_PEERS_VENV") or Path(cache) / "blue" / "peers")


def peers_python(check: bool) -> Path | None:
    """The interpreter of the peers' environment; None where there is none."""
    venv = peers_environment()
    python, stamp = venv / "bin" / "python", venv / "blue-requirements.txt"
    if not python.exists() or not stamp.exists():
        return None
    if check and not filecmp.cmp(stamp, PEERS_FOLDER / "requirements.txt", shallow=False):
        say("warning: the peers' versions differ from requirements.txt; run scripts/bench-setup")
    return python


def build(name: str) -> None:
    """Configures and builds `bench_runtime` in the folder of that build."""
    folder, flags, _ = BUILDS[name]
    where = ROOT / "build" / folder
    configure = ["cmake", "-S", str(ROOT), "-B", str(where), "-DCMAKE_BUILD_TYPE=Release",
                 "-DBLUE_BUILD_BENCHMARKS=ON", "-DBLUE_BUILD_TESTS=OFF",
                 "-DBLUE_BUILD_EXAMPLES=OFF", "-DBLUE_ENABLE_CUDA=OFF", *flags]
    if not (where / "CMakeCache.txt").exists() and shutil.which("ninja"):
        configure += ["-G", "Ninja"]
    make = ["cmake", "--build", str(where), "--target", "bench_runtime", "--parallel",
            str(os.cpu_count())]
    for command in configure, make:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise Failure(f"cannot build {name}: {' '.join(command)}\n{done.stdout}")


def commands(wanted: list[str], setup: bool, program: Path | None
             ) -> tuple[dict[str, list[str]], dict[str, str]]:
    """How to start each implementation, and why some cannot be. With `setup` builds are made or
    brought up to date; `program` stands for the native build."""
    start: dict[str, list[str]] = {}
    missing: dict[str, str] = {}
    for name in [name for name in wanted if name in BUILDS]:
        folder, _, needs = BUILDS[name]
        given = program if name == "blue" else None
        file = given or ROOT / "build" / folder / "benchmarks" / "bench_runtime"
        if not needs <= instruction_sets():
            missing[name] = f"the processor has no {', '.join(sorted(needs - instruction_sets()))}"
            continue
        if setup and not given:
            say(f"building {name}")
            build(name)
        if file.exists():
            start[name] = [str(file.resolve())]
        elif name == "blue":
            raise Failure(f"no {file}; run scripts/bench without --no-setup and --program")
        else:
            missing[name] = f"no {file.relative_to(ROOT)}"
    peers = [name for name in wanted if name in PEERS]
    if peers and (python := peers_python(setup)):
        start |= {name: [str(python), str(PEERS_FOLDER / "peers.py"), name] for name in peers}
    elif peers:
        missing |= dict.fromkeys(peers, "no peers are installed: run scripts/bench-setup")
        say(f"no peers in {peers_environment()}: run scripts/bench-setup to compare with "
            + ", ".join(peers))
    return start, missing
