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
from .device import Device
from .workloads import BUILDS, DEVICE_PEERS, ON_DEVICE, PEERS

NVCC = Path("/usr/local/cuda/bin/nvcc")
NO_DEVICE = "no CUDA device was found"
PEERS_FOLDER = ROOT / "benchmarks" / "runtime" / "peers"


def peers_environment() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("BLUE_PEERS_VENV") or Path(cache) / "blue" / "peers")


def peers_python(check: bool) -> str | None:
    """The interpreter of the peers' environment; None where there is none."""
    if given := os.environ.get("BLUE_PEERS_PYTHON"):
        if not shutil.which(given):
            raise Failure(f"BLUE_PEERS_PYTHON: expected an interpreter, got {given}")
        return given
    venv = peers_environment()
    python, stamp = venv / "bin" / "python", venv / "blue-requirements.txt"
    if not python.exists() or not stamp.exists():
        return None
    if check and not filecmp.cmp(stamp, PEERS_FOLDER / "requirements.txt", shallow=False):
        say("warning: the peers' versions differ from requirements.txt; run scripts/bench-setup")
    return str(python)


def build(name: str, folder: str, flags: list[str], target: str = "bench_runtime") -> None:
    """Configures and builds the program of an implementation in a folder of build/."""
    where = ROOT / "build" / folder
    configure = ["cmake", "-S", str(ROOT), "-B", str(where), "-DCMAKE_BUILD_TYPE=Release",
                 "-DBLUE_BUILD_BENCHMARKS=ON", "-DBLUE_BUILD_TESTS=OFF",
                 "-DBLUE_BUILD_EXAMPLES=OFF", *flags]
    if not (where / "CMakeCache.txt").exists() and shutil.which("ninja"):
        configure += ["-G", "Ninja"]
    make = ["cmake", "--build", str(where), "--target", target, "--parallel", str(os.cpu_count())]
    environment = dict(os.environ)
    if not shutil.which("nvcc") and NVCC.exists():  # where CMake does not look by itself
        environment.setdefault("CUDACXX", str(NVCC))
    for command in configure, make:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env=environment)
        if done.returncode != 0:
            raise Failure(f"cannot build {name}: {' '.join(command)}\n{done.stdout}")


def commands(wanted: list[str], setup: bool, programs: dict[str, Path], device: Device | None
             ) -> tuple[dict[str, list[str]], dict[str, str]]:
    """How to start each implementation, and why some cannot be. With `setup` builds are made or
    brought up to date, but for those of `programs`, which are used as they are."""
    start: dict[str, list[str]] = {}
    missing: dict[str, str] = {}
    for name in [name for name in wanted if name in BUILDS]:
        folder, flags, needs = BUILDS[name]
        given = programs.get(name)
        file = given or ROOT / "build" / folder / "benchmarks" / "bench_runtime"
        if not needs <= instruction_sets():
            missing[name] = f"the processor has no {', '.join(sorted(needs - instruction_sets()))}"
            continue
        if setup and not given:
            say(f"building {name}")
            build(name, folder, ["-DBLUE_ENABLE_CUDA=OFF", *flags])
        if file.exists():
            start[name] = [str(file.resolve())]
        elif name == "blue":
            raise Failure(f"no {file}; run scripts/bench without --no-setup and --program")
        else:
            missing[name] = f"no {file.relative_to(ROOT)}"
    if "blue-cuda" in wanted and device:
        given = programs.get("blue-cuda")
        file = given or ROOT / "build" / "bench-cuda" / "benchmarks" / "bench_runtime_cuda"
        if setup and not given:
            say("building blue-cuda")
            # The host does nothing that its vector instructions would make faster.
            build("blue-cuda", "bench-cuda", ["-DBLUE_NATIVE=OFF", "-DBLUE_ENABLE_CUDA=ON",
                  f"-DCMAKE_CUDA_ARCHITECTURES={device.architecture}"], "bench_runtime_cuda")
        if not file.exists():
            raise Failure(f"no {file}; run scripts/bench without --no-setup and --program-cuda")
        start["blue-cuda"] = [str(file.resolve())]
    if not device:
        missing |= {name: NO_DEVICE for name in wanted if name in ON_DEVICE}
    peers = [name for name in wanted if name in PEERS or (device and name in DEVICE_PEERS)]
    if peers and (python := peers_python(setup)):
        script = str(PEERS_FOLDER / "peers.py")
        start |= {name: [python, script, "--device=cuda", DEVICE_PEERS[name]]
                  if name in DEVICE_PEERS else [python, script, name] for name in peers}
    elif peers:
        missing |= dict.fromkeys(peers, "no peers are installed: run scripts/bench-setup")
        say(f"no peers in {peers_environment()}: run scripts/bench-setup to compare with "
            + ", ".join(peers))
    return start, missing
