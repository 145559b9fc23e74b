# SPDX-License-Identifier: BSD-3-Clause
"""The runner of the runtime benchmark: what scripts/bench consists of."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class Failure(Exception):
    """Ends the program, or one implementation's part, with a message and without a trace."""


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)
