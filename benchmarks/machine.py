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


def machine() -> str:
    model, flags = platform.processor() or platform.machine(), ""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                model = value.strip()
            elif key.strip() == "flags":
                flags = value
    widest = next((f for f in ("avx512f", "avx2", "sse2") if f in flags.split()), "")
    return ", ".join(filter(None, [model, f"{os.cpu_count()} cores", widest,
                                   f"{platform.system()} {platform.release()}"]))


def busy_share(seconds: float = 1.0) -> float | None:
    """The share of all cores' time that others are using right now."""
    def jiffies() -> list[int]:
        return [int(n) for n in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]

    try:
        before = jiffies()
        time.sleep(seconds)
        spent = [b - a for a, b in zip(before, jiffies())]
    except (OSError, ValueError):
        return None
    idle = spent[3] + spent[4]  # idle and waiting for input or output
    return 1 - idle / sum(spent) if sum(spent) else None


def commit() -> str:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True,
                              text=True).stdout.strip()

    head = git("rev-parse", "--short", "HEAD")
    changed = git("status", "--porcelain", "--", "include", "benchmarks")
    return (head + (" with changes" if changed else "")) if head else ""
