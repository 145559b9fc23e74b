# SPDX-License-Identifier: BSD-3-Clause
"""A chart of the times in units of blue's, as SVG: bars on a logarithmic scale."""

from __future__ import annotations

import math
from xml.sax.saxutils import escape

# Name, colour on a light ground, on a dark one.
SERIES = {
    "torch_blue": ("torch_blue", "#2a78d6", "#3987e5"),
    "blitz": ("BLiTZ", "#eb6834", "#d95926"),
    "bayesian-torch": ("bayesian-torch", "#1baf7a", "#199e70"),
    "pytorch": ("PyTorch, no distributions", "#8a8984", "#8f8e88"),
    "blue-avx2": ("blue for AVX2", "#4a3aa7", "#9085e9"),
    "blue-sse": ("blue for SSE2", "#e87ba4", "#d55181"),
}
INK, DIM, GRID, GROUND = (("#0b0b0b", "#ffffff"), ("#52514e", "#c3c2b7"), ("#e1e0d9", "#2c2c2a"),
                          ("#fcfcfb", "#1a1a19"))
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)

WIDTH, RIGHT, TOP, EDGE = 960, 60, 116, 20
BAR, STEP, GAP = 12, 15, 12  # height of a bar, distance to the next, space between workloads


def quotients(results: list[dict]) -> dict[str, tuple[float, dict[str, float]]]:
    """For each workload that blue and somebody else ran in the same group: blue's least time in ms,
    and the others' in units of it. Growth and kernels have tables of their own."""
    chosen: dict[str, tuple[float, dict[str, float]]] = {}
    own = [r for r in results if r["workload"] == r["group"] and "min_ns" not in r]
    for workload in dict.fromkeys(r["workload"] for r in own):
        of = {r["implementation"]: r["min_ms"] for r in own if r["workload"] == workload}
        others = {name: of[name] / of["blue"] for name in SERIES if name in of and "blue" in of}
        if others:
            chosen[workload] = of["blue"], others
    return chosen


def style() -> str:
    def rules(mode: int) -> str:
        colours = {".ink": INK, ".dim": DIM, ".ground": GROUND}
        colours |= {f".{name}": series[1:] for name, series in SERIES.items()}
        return ("".join(f"{name}{{fill:{colour[mode]}}}" for name, colour in colours.items())
                + f".grid{{stroke:{GRID[mode]}}}.one{{stroke:{DIM[mode]}}}")

    return ("<style>text{font:13px sans-serif}.title{font-size:17px;font-weight:600}"
            ".small{font-size:11px}" + rules(0)
            + "@media (prefers-color-scheme:dark){" + rules(1) + "}</style>")


def text(x: float, y: float, words: str, kind: str = "ink", anchor: str = "start") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' class='{kind}' text-anchor='{anchor}'>" \
           f"{escape(words)}</text>"


def legend(names: list[str], y: float) -> list[str]:
    lines, x = [], float(EDGE)
    for name in names:
        label = SERIES[name][0]
        lines += [f"<rect x='{x:.1f}' y='{y - 10}' width='12' height='12' rx='2' class='{name}'/>",
                  text(x + 17, y, label, "dim")]
        x += 34 + 7.2 * len(label)
    return lines


def chart(results: list[dict], notes: list[str]) -> str:
    """The drawing; empty where nobody ran beside blue. `notes` stand under the title."""
    workloads = quotients(results)
    if not workloads:
        return ""
    values = [value for _, others in workloads.values() for value in others.values()]
    left = EDGE + 80 + 7.5 * max(map(len, workloads))  # room for the names
    low, high = min([0.5, *values]) / 1.1, max([2, *values]) * 1.1
    bottom = TOP + sum(STEP * len(others) + GAP for _, others in workloads.values())
    height = bottom + 34

    def at(value: float) -> float:
        return left + (WIDTH - left - RIGHT) * math.log(value / low) / math.log(high / low)

    lines = [f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' "
             f"width='{WIDTH}' height='{height}'>", style(),
             "<rect width='100%' height='100%' class='ground'/>",
             text(EDGE, 32, "Time of a step in units of blue's", "ink title"),
             text(EDGE, 53, "; ".join(notes), "dim small"),
             text(EDGE, 71, "Fastest step of each. To the right of 1: slower than blue. "
                          "Logarithmic scale.", "dim small"),
             *legend([name for name in SERIES
                      if any(name in others for _, others in workloads.values())], 97)]
    for tick in TICKS:
        if low <= tick <= high:
            lines += [f"<path class='{'one' if tick == 1 else 'grid'}' "
                      f"d='M{at(tick):.1f} {TOP - 4}V{bottom}'/>",
                      text(at(tick), bottom + 18, f"{tick:g}", "dim", "middle")]
    y = TOP + GAP / 2
    for workload, (milliseconds, others) in workloads.items():
        middle = y + STEP * len(others) / 2 - 2
        if len(others) == 1:  # no room for two lines
            lines += [text(left - 70, middle + 4, workload, "ink", "end"),
                      text(left - 12, middle + 4, f"{milliseconds:.3g} ms", "dim small", "end")]
        else:
            lines += [text(left - 12, middle - 2, workload, "ink", "end"),
                      text(left - 12, middle + 12, f"blue {milliseconds:.3g} ms", "dim small",
                           "end")]
        for name, value in others.items():
            start, end = sorted((at(1), at(value)))
            lines += [f"<rect x='{start:.1f}' y='{y:.1f}' width='{max(end - start, 1):.1f}' "
                      f"height='{BAR}' class='{name}'/>",
                      text(end + 5, y + 10, f"{value:.{2 if value < 10 else 1}f}", "dim small")]
            y += STEP
        y += GAP
    return "\n".join([*lines, "</svg>"]) + "\n"
