# SPDX-License-Identifier: BSD-3-Clause
"""What nvcc made of the kernels of a program: registers, memory, and how many threads fit."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import ROOT, Failure

CUOBJDUMP = "/usr/local/cuda/bin/cuobjdump"
WARP = 32
REGISTERS = 64 * 1024  # of a multiprocessor, in all architectures
REGISTER_UNIT = 256  # a warp gets a multiple of it
WARP_UNIT = 4  # warps have registers in fours: each of a multiprocessor's quarters has its own


@dataclass(frozen=True)
class Limits:
    """Of a multiprocessor: CUDA C++ Programming Guide, "Technical Specifications per Compute
    Capability"."""
    threads: int
    blocks: int
    shared: int  # bytes
    reserved: int = 1024  # bytes of shared memory that a block cannot use


KIB = 1024
LIMITS = {"75": Limits(1024, 16, 64 * KIB, 0), "80": Limits(2048, 32, 164 * KIB),
          "86": Limits(1536, 16, 100 * KIB), "89": Limits(1536, 24, 100 * KIB),
          "90": Limits(2048, 32, 228 * KIB), "100": Limits(2048, 32, 228 * KIB),
          "120": Limits(1536, 24, 100 * KIB)}


@dataclass(frozen=True)
class Kernel:
    architecture: str  # as nvcc wants it, 80
    name: str  # of the body, without its arguments
    registers: int  # of a thread
    stack: int  # bytes of a thread: arrays, and registers that had no place
    shared: int  # bytes of a block


def block_threads() -> int:
    header = (ROOT / "include" / "blue" / "backends" / "cuda" / "parallel.hpp").read_text()
    return int(re.search(r"block_lanes = (\d+)", header)[1])


def round_up(number: int, unit: int) -> int:
    return -(-number // unit) * unit


def occupancy(kernel: Kernel, threads: int) -> float | None:
    """Threads that a multiprocessor can hold at a time, as a share of the most; None for an unknown
    architecture."""
    limits = LIMITS.get(kernel.architecture)
    if limits is None:
        return None
    warps = REGISTERS // round_up(max(kernel.registers, 1) * WARP, REGISTER_UNIT)
    blocks = min(warps // WARP_UNIT * WARP_UNIT * WARP // threads, limits.threads // threads,
                 limits.blocks)
    if kernel.shared + limits.reserved:
        blocks = min(blocks, limits.shared // (kernel.shared + limits.reserved))
    return blocks * threads / limits.threads


FUNCTION = re.compile(r"^arch = sm_(\d+)|Function (\S+):$|"
                      r"REG:(\d+) STACK:(\d+) SHARED:(\d+) LOCAL:(\d+)", re.MULTILINE)
BODY = re.compile(r"blue::cuda::detail::\w+_kernel<(?:\d+, )?(?:\w+::)*(\w+)")


def parse(usage: str, demangle) -> list[Kernel]:
    """The library's kernels in what `cuobjdump --dump-resource-usage` prints. `demangle` turns a
    list of symbols into one of names."""
    found, architecture, symbol = [], "", ""
    for match in FUNCTION.finditer(usage):
        if match[1]:
            architecture = match[1]
        elif match[2]:
            symbol = match[2]
        else:
            registers, stack, shared, local = map(int, match.groups()[2:])
            if int(architecture) >= 90 and shared:
                shared -= LIMITS["90"].reserved  # counted from there on
            found.append((symbol, architecture, registers, stack + local, shared))
    names = demangle([symbol for symbol, *_ in found])
    return [Kernel(architecture, body[1], *rest) for name, (_, architecture, *rest)
            in zip(names, found) if (body := BODY.search(name))]


def read(program: Path) -> list[Kernel]:
    """The kernels in a program, by the tools of CUDA and of binutils."""
    cuobjdump = (os.environ.get("CUOBJDUMP") or shutil.which("cuobjdump")
                 or (CUOBJDUMP if Path(CUOBJDUMP).exists() else ""))
    if not cuobjdump or not shutil.which("c++filt"):
        raise Failure("no cuobjdump (name it in CUOBJDUMP), or no c++filt")

    def run(*command: str, text: str = "") -> str:
        done = subprocess.run(command, input=text, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    kernels = parse(run(cuobjdump, "--dump-resource-usage", str(program)),
                    lambda symbols: run("c++filt", text="\n".join(symbols)).splitlines())
    if not kernels:
        raise Failure(f"{program}: no kernels of the library")
    return kernels


def span(numbers: list[int]) -> str:
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low} - {high}"


def table(kernels: list[Kernel], threads: int) -> list[str]:
    """A line for each body, with all its types; occupancy is that of the worst of them."""
    architectures = sorted({k.architecture for k in kernels}, key=int)
    lines = ["| kernel | number | "
             + " | ".join(f"{a}: registers | stack | shared | occupancy" for a in architectures)
             + " |", "|---|" + "--:|" * (1 + 4 * len(architectures))]
    for name in sorted({k.name for k in kernels}):
        cells = []
        for architecture in architectures:
            own = [k for k in kernels if (k.name, k.architecture) == (name, architecture)]
            if not own:
                cells += ["-"] * 4
                continue
            shares = [occupancy(k, threads) for k in own]
            cells += [span([k.registers for k in own]), span([k.stack for k in own]),
                      span([k.shared for k in own]),
                      "-" if None in shares else f"{min(shares):.0%}"]
        number = max(sum((k.name, k.architecture) == (name, a) for k in kernels)
                     for a in architectures)
        lines.append(f"| `{name}` | {number} | " + " | ".join(cells) + " |")
    return lines


def section(program: Path) -> list[str]:
    """For a report: the table, or why there is none."""
    try:
        lines = table(read(program), block_threads())
    except Failure as failure:
        return [f"Unknown: {failure}."]
    return ["What nvcc made of each kernel, by architecture: registers and bytes of stack of a "
            "thread, bytes of shared memory of a block, and the share of a multiprocessor's threads "
            "that these let it hold. Counted by the compiler, not measured.", "", *lines]
