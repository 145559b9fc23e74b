#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""scripts/check-device with tests and a compute-sanitizer that are pretended."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What it does with a program: finds something in test.bad by racecheck, else gives its status.
SANITIZER = """#!/bin/bash
tool=$2 program=${!#}
echo "$*"
if [ "$tool ${program##*/}" = "racecheck test.bad" ]; then exit 99; fi
exec "$program"
"""


class CheckDevice(unittest.TestCase):
    def run_script(self, statuses: dict[str, int], tools: str, *arguments: str
                   ) -> tuple[int, list[str], dict[str, str]]:
        """With a test of the label gpu for each status, and one of another label."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder)
            listing = ""
            for name, status in {**statuses, "other": 1, "benchmarks.gpu": 1}.items():
                program = path / f"test.{name}"
                program.write_text(f"#!/bin/sh\nexit {status}\n")
                program.chmod(0o755)
                label = "math" if name == "other" else "cuda;gpu"
                listing += (f'add_test({name} "{program}")\n'
                            f'set_tests_properties({name} PROPERTIES LABELS "{label}")\n')
            (path / "CTestTestfile.cmake").write_text(listing)
            sanitizer = path / "sanitizer"
            sanitizer.write_text(SANITIZER)
            sanitizer.chmod(0o755)
            done = subprocess.run(
                [str(ROOT / "scripts" / "check-device"), *arguments], text=True,
                stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                env=dict(os.environ, BLUE_BUILD=folder, BLUE_SANITIZERS=tools,
                         COMPUTE_SANITIZER=str(sanitizer)))
            logs = {log.name: log.read_text() for log in path.glob("sanitizer-logs/*")}
            return done.returncode, done.stderr.splitlines(), logs

    def test_all_tools_see_the_programs_of_the_device(self):
        status, lines, logs = self.run_script({"a": 0, "b": 0}, "memcheck initcheck")
        self.assertEqual(status, 0)
        self.assertEqual(lines, [f"check-device: {tool} test.{name}: clean"
                                 for tool in ("memcheck", "initcheck") for name in "ab"])
        self.assertIn("--tool initcheck --error-exitcode 99 ", logs["initcheck.test.a.log"])

    def test_findings_and_failures_are_told(self):
        status, lines, _ = self.run_script({"a": 0, "bad": 0}, "memcheck racecheck")
        self.assertEqual(status, 1)
        self.assertEqual([line for line in lines if "clean" not in line][0].split(", see")[0],
                         "check-device: racecheck test.bad: status 99")
        self.assertEqual(self.run_script({"a": 1}, "memcheck")[0], 1)

    def test_ctest_chooses(self):
        self.assertEqual(self.run_script({"a": 0, "bad": 0}, "racecheck", "-E", "bad")[0], 0)

    def test_without_a_device(self):
        status, lines, _ = self.run_script({"a": 77}, "memcheck")
        self.assertEqual((status, lines),
                         (77, ["check-device: nothing was checked: no CUDA device was found"]))

    def test_nothing_built(self):
        status, lines, _ = self.run_script({}, "memcheck")
        self.assertEqual(status, 2)
        self.assertIn("no test of the label gpu", lines[0])


if __name__ == "__main__":
    unittest.main()
