# SPDX-License-Identifier: BSD-3-Clause
"""What a measurement was made on: the processor, its load, the version of the sources."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def processor() -> dict[str, str]:
    """What the system says about its last core; nothing where there is no /proc."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return {key.strip(): value.strip() for key, _, value in (l.partition(":") for l in lines)}
    return {}


def instruction_sets() -> set[str]:
    return set(processor().get("flags", "").split())


def machine() -> str:
    model = processor().get("model name") or platform.processor() or platform.machine()
    widest = next((f for f in ("avx512f", "avx2", "sse2") if f in instruction_sets()), "")
    return ", ".join(filter(None, [model, f"{os.cpu_count()} cores", widest,
                                   f"{platform.system()} {platform.release()}"]))


class LoadMeter:
    """What other programs use of the processors, from its construction on."""

    def __init__(self):
        self.start = self._ticks()

    def others(self, pids: list[int] = ()) -> float | None:
        """The share of all cores' time that went to others than this process, its children that
        have ended, and the given ones.

        Call it while those still live. Children of this process that were alive at the beginning
        and are not given count as others.
        """
        try:
            spent = [now - then for now, then in zip(self._ticks(), self.start)]
            own = spent[-1] + sum(self._process_ticks(pid) for pid in pids)
        except (OSError, ValueError, IndexError):
            return None
        total, idle = sum(spent[:-1]), spent[3] + spent[4]  # idle, and waiting for a disk
        return max(0.0, (total - idle - own) / total) if total else None

    def _ticks(self) -> list[int]:
        """user, nice, system, idle, iowait, irq, softirq, steal of all cores; and our own time."""
        try:
            fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
            return [int(n) for n in fields] + [self._process_ticks(os.getpid())]
        except OSError:  # no /proc: nothing is known
            return []

    @staticmethod
    def _process_ticks(pid: int) -> int:
        """Of the process itself and of its children that have ended, as user and in the system."""
        # The program's name, in parentheses, may contain anything.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(n) for n in fields[11:15])


def busy_share(seconds: float = 1.0) -> float | None:
    """The share of all cores' time that others are using right now."""
    meter = LoadMeter()
    time.sleep(seconds)
    return meter.others()


def commit() -> str:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True,
                              text=True).stdout.strip()

    head = git("rev-parse", "--short", "HEAD")
    changed = git("status", "--porcelain", "--", "include", "benchmarks")
    return (head + (" with changes" if changed else "")) if head else ""
