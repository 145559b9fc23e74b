#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""scripts/occupancy with what cuobjdump printed for a program, and occupancies by NVIDIA's own
calculator (cuda_occupancy.h)."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks" / "runtime"))
sys.dont_write_bytecode = True
from runner.occupancy import Kernel, block_threads, occupancy, parse, section, table  # noqa: E402

# Of test.cuda, shortened; cuobjdump 13.1.
USAGE = """
Fatbin ptx code:
================
arch = sm_80
code version = [9,0]

Fatbin elf code:
================
arch = sm_80
code version = [1,8]

Resource usage:
 Common:
  GLOBAL:128 CONSTANT[4]:8
 Function _ZN4blue4cuda6detail15for_each_kernelINS0_9AddScaledIdEEEEvlT_:
  REG:12 STACK:0 SHARED:0 LOCAL:0 CONSTANT[0]:392 TEXTURE:0 SURFACE:0 SAMPLER:0
 Function _ZN4blue4cuda6detail13reduce_kernelILi256ENS0_8SumPartsIdEEEEvlT0_:
  REG:29 STACK:0 SHARED:1024 LOCAL:0 CONSTANT[0]:408 TEXTURE:0 SURFACE:0 SAMPLER:0
 Function _ZN4mine6kernelEv:
  REG:200 STACK:0 SHARED:0 LOCAL:0 CONSTANT[0]:352 TEXTURE:0 SURFACE:0 SAMPLER:0

Fatbin elf code:
================
arch = sm_90

Resource usage:
 Function _ZN4blue4cuda6detail15for_each_kernelINS0_9AddScaledIdEEEEvlT_:
  REG:14 STACK:0 SHARED:0 LOCAL:0 CONSTANT[0]:560 TEXTURE:0 SURFACE:0 SAMPLER:0
 Function _ZN4blue4cuda6detail15for_each_kernelINS0_9AddScaledIfEEEEvlT_:
  REG:65 STACK:8 SHARED:0 LOCAL:16 CONSTANT[0]:560 TEXTURE:0 SURFACE:0 SAMPLER:0
 Function _ZN4blue4cuda6detail13reduce_kernelILi256ENS0_8SumPartsIdEEEEvlT0_:
  REG:30 STACK:0 SHARED:2048 LOCAL:0 CONSTANT[0]:576 TEXTURE:0 SURFACE:0 SAMPLER:0
"""
TABLE = """\
| kernel | number | 80: registers | stack | shared | occupancy | 90: registers | stack | shared \
| occupancy |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
| `AddScaled` | 2 | 12 | 0 | 0 | 100% | 14 - 65 | 0 - 24 | 0 | 38% |
| `SumParts` | 1 | 29 | 0 | 1024 | 100% | 30 | 0 | 1024 | 100% |
"""


def blocks(architecture: str, registers: int, shared: int = 0) -> int:
    threads = {"75": 1024, "86": 1536, "89": 1536, "120": 1536}.get(architecture, 2048)
    share = occupancy(Kernel(architecture, "", registers, 0, shared), 256)
    return round(share * threads / 256)


class Occupancy(unittest.TestCase):
    def test_registers_bound_the_blocks(self):
        numbers = (16, 32, 33, 40, 41, 48, 64, 65, 80, 96, 128, 168, 255)
        for architecture, expected in {"75": [4, 4, 4, 4, 4, 4, 4, 3, 3, 2, 2, 1, 1],
                                       "80": [8, 8, 6, 6, 5, 5, 4, 3, 3, 2, 2, 1, 1],
                                       "86": [6, 6, 6, 6, 5, 5, 4, 3, 3, 2, 2, 1, 1],
                                       "89": [6, 6, 6, 6, 5, 5, 4, 3, 3, 2, 2, 1, 1],
                                       "90": [8, 8, 6, 6, 5, 5, 4, 3, 3, 2, 2, 1, 1],
                                       "100": [8, 8, 6, 6, 5, 5, 4, 3, 3, 2, 2, 1, 1],
                                       "120": [6, 6, 6, 6, 5, 5, 4, 3, 3, 2, 2, 1, 1]}.items():
            self.assertEqual([blocks(architecture, n) for n in numbers], expected, architecture)

    def test_shared_memory_bounds_the_blocks(self):
        for architecture, most in {"75": 1, "80": 3, "86": 2, "89": 2, "90": 4, "100": 4,
                                   "120": 2}.items():
            self.assertEqual(blocks(architecture, 16, 49152), most, architecture)
            self.assertGreaterEqual(blocks(architecture, 16, 12000), 4)

    def test_an_unknown_architecture_has_none(self):
        self.assertIsNone(occupancy(Kernel("50", "", 32, 0, 0), 256))

    def test_threads_are_those_of_the_library(self):
        self.assertEqual(block_threads(), 256)


class Programs(unittest.TestCase):
    def run_script(self, usage: str, *options: str) -> subprocess.CompletedProcess:
        with tempfile.TemporaryDirectory() as folder:
            tool = Path(folder) / "cuobjdump"
            tool.write_text(f"#!/bin/sh\n[ $1 = --dump-resource-usage ] && cat <<'E'\n{usage}E\n")
            tool.chmod(0o755)
            return subprocess.run([sys.executable, str(ROOT / "scripts" / "occupancy"), *options,
                                   "program"], capture_output=True, text=True,
                                  env=dict(os.environ, CUOBJDUMP=str(tool)))

    def test_the_table(self):
        done = self.run_script(USAGE)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, TABLE, ""))

    def test_kernels_can_be_chosen(self):
        lines = self.run_script(USAGE, "--kernels", "SumParts,Other").stdout.splitlines()
        self.assertEqual(lines[2:], TABLE.splitlines()[3:])

    def test_what_is_missing_is_told(self):
        for usage, options, message in (
                ("", [], "occupancy: program: no kernels of the library"),
                (USAGE, ["--kernels", "Other"], "occupancy: no kernels of the names Other")):
            done = self.run_script(usage, *options)
            self.assertEqual((done.returncode, done.stderr.strip()), (1, message))

    def test_a_report_says_why_it_has_no_table(self):
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "program"
            with unittest.mock.patch.dict(os.environ, CUOBJDUMP="false"):
                self.assertEqual(section(program),
                                 [f"Unknown: false --dump-resource-usage {program}: ."])

    def test_an_unknown_architecture_has_registers_only(self):
        name = "void blue::cuda::detail::team_kernel<blue::cuda::JointDeviate<Q, float> >(...)"
        usage = "arch = sm_50\n Function f:\n  REG:40 STACK:0 SHARED:2048 LOCAL:0\n"
        kernels = parse(usage, lambda symbols: [name] * len(symbols))
        self.assertEqual(table(kernels, 256)[2], "| `JointDeviate` | 1 | 40 | 0 | 2048 | - |")
        # Of two architectures, one of which lacks it:
        self.assertEqual(table([*kernels, Kernel("80", "Other", 16, 0, 0)], 256)[2:], [
            "| `JointDeviate` | 1 | 40 | 0 | 2048 | - | - | - | - | - |",
            "| `Other` | 1 | - | - | - | - | 16 | 0 | 0 | 100% |"])


if __name__ == "__main__":
    unittest.main()
