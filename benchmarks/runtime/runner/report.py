# SPDX-License-Identifier: BSD-3-Clause
"""Tables in Markdown."""

from __future__ import annotations

import math
from pathlib import Path

from .plan import DEVICE_GROWTH, GROWTH, README, Group
from .workloads import BUILDS, COPIES, DEVICE, DEVICE_PEERS, PRODUCTS, parse_workload


QUIET = 0.05  # of the cores, used by others


def write(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def ratio(numerator: float | None, denominator: float | None) -> str:
    return f"{numerator / denominator:.2f}" if numerator and denominator else "-"


def load_of(rows: list[dict]) -> str:
    others = rows[0]["others_load"]
    return "" if others is None else f"Other programs used {others:.0%} of the cores meanwhile."


def goals_table(rows: list[dict], load: float) -> list[str]:
    """Rows of `Goal.judge`; the largest load by other programs while something was measured."""
    met, missed, unknown = (sum(row["met"] is verdict for row in rows)
                            for verdict in (True, False, None))
    lines = ["## Goals", "",
             f"{met} met, {missed} not met, {unknown} not measured; judged by minima."]
    if load > QUIET:
        lines += ["", f"**Other programs used up to {load:.0%} of the cores: believe none of this, "
                      "measure on an idle machine.**"]
    lines += ["", "| workload | goal | measured | by medians | met |", "|---|---|--:|--:|---|"]
    for row in rows:
        name = row["workload"]
        if row["implementation"] not in ("blue", "blue-cuda"):
            name += f", {row['implementation']}"
        numbers = ["-" if row[key] is None else f"{row[key]:.{3 if row[key] < 10 else 1}f}"
                   for key in ("min", "median")]
        verdict = {True: "yes", False: "**no**", None: f"not measured: {row['why']}"}[row["met"]]
        lines.append(f"| {name} | {row['goal']} | {numbers[0]} | {numbers[1]} | {verdict} |")
    return lines


def network_table(group: Group, rows: list[dict]) -> list[str]:
    of = {r["implementation"]: r for r in rows if r["workload"] == group.name}
    blue, pytorch = of.get("blue", {}), of.get("pytorch", {})
    lines = ["| implementation | min | median | max | peak MiB | to pytorch, min | median "
             "| to blue, min | median |", "|---|" + "--:|" * 8]
    for r in rows:
        name = f"{r['implementation']} {r['version']}"
        if r["workload"] != group.name:
            name += f", {r['workload']}"
        lines.append(f"| {name} | {r['min_ms']:.2f} | {r['median_ms']:.2f} | "
                     f"{r['max_ms']:.2f} | {r['peak_MiB']:.0f} | "
                     + " | ".join(ratio(r[key], other.get(key)) for other in (pytorch, blue)
                                  for key in ("min_ms", "median_ms")) + " |")
    return lines


def kernels_table(rows: list[dict]) -> list[str]:
    """A line for each kernel, a column for each build."""
    builds = [name for name in BUILDS if any(r["implementation"] == name for r in rows)]
    lines = ["Millions of numbers per second and core, and ns for each, by the fastest step.", "",
             "| kernel | " + " | ".join(builds) + " |", "|---|" + "--:|" * len(builds)]
    for workload in dict.fromkeys(r["workload"] for r in rows):
        of = {r["implementation"]: r["min_ns"] for r in rows if r["workload"] == workload}
        cells = [f"{1e3 / of[name]:.0f}, {of[name]:.2f} ns" if name in of else "-"
                 for name in builds]
        lines.append(f"| {workload} | " + " | ".join(cells) + " |")
    return lines


def power(factor: float, new: float, old: float) -> str:
    return f"{math.log(new / old) / math.log(factor):.2f}" if new and old else "-"


def growth_table(group: Group, rows: list[dict]) -> list[str]:
    key = next(key for key in GROWTH if group.name.endswith(f" {key}"))
    lines = [f"Training steps of `mlp-train`. *Power*: blue's time, or memory, grows with this "
             f"power of {key} from the row above; 1 is in proportion.", "",
             f"| {key} | ms, min | median | power | peak MiB | power | pytorch, min "
             "| to pytorch, min | median |", "|--:|" + "--:|" * 8]
    above: tuple[int, dict] | None = None
    for workload in dict.fromkeys(r["workload"] for r in rows):
        of = {r["implementation"]: r for r in rows if r["workload"] == workload}
        if "blue" not in of:
            continue
        value, blue, plain = parse_workload(workload)[1][key], of["blue"], of.get("pytorch", {})
        powers = ["" if above is None else power(value / above[0], blue[k], above[1][k])
                  for k in ("min_ms", "peak_MiB")]
        lines.append(f"| {value} | {blue['min_ms']:.2f} | {blue['median_ms']:.2f} | {powers[0]} | "
                     f"{blue['peak_MiB']:.0f} | {powers[1]} | "
                     + (f"{plain['min_ms']:.2f}" if plain else "-") + " | "
                     + " | ".join(ratio(blue[k], plain.get(k)) for k in ("min_ms", "median_ms"))
                     + " |")
        above = value, blue
    return lines


# --- on a device --------------------------------------------------------------------------------


def cell(value: float | None, form: str) -> str:
    return "-" if value is None else f"{value:{form}}"


def peaks_table(rows: list[dict]) -> list[str]:
    of = {r["workload"].partition("/")[0]: r for r in rows}
    lines = ["What the device does at most, by the fastest step; products are cuBLAS's.", "", "| | |", "|---|--:|"]
    if PRODUCTS in of:
        width = parse_workload(of[PRODUCTS]["workload"])[1]["width"]
        lines.append(f"| products of {width} x {width} floats "
                     f"| {1e-3 / of[PRODUCTS]['min_ns']:.1f} TFLOP/s |")
    if COPIES in of:
        width = parse_workload(of[COPIES]["workload"])[1]["width"]
        lines.append(f"| copies of {width} MiB, read and written "
                     f"| {1e-3 / of[COPIES]['min_ns']:.2f} TB/s |")
    return lines


def device_table(rows: list[dict]) -> list[str]:
    own = rows[0]["group"].removesuffix(DEVICE)
    blue = next((r for r in rows if (r["workload"], r["implementation"]) == (own, "blue-cuda")), {})
    lines = ["| implementation | min | median | max | to blue, min | median | device MiB | by the "
             "driver | TFLOP/s | of the roofline | launches |", "|---|" + "--:|" * 10]
    for r in rows:
        name = f"{r['implementation']} {r['version']}"
        if r["workload"] != own:
            name += f", {r['workload']}"
        lines.append(
            f"| {name} | {r['min_ms']:.3f} | {r['median_ms']:.3f} | "
            f"{r['max_ms']:.3f} | "
            + " | ".join(ratio(r[key], blue.get(key)) for key in ("min_ms", "median_ms"))
            + f" | {cell(r.get('device_MiB'), '.0f')} | {cell(r.get('driver_MiB'), '.0f')} "
            f"| {cell(r.get('tflops'), '.2f')} | {cell(r.get('roofline_share'), '.1%')} "
            f"| {cell(r.get('launches'), 'd')} |")
    return lines


def device_growth_table(group: Group, rows: list[dict]) -> list[str]:
    key = next(key for key in DEVICE_GROWTH if group.name.endswith(f" {key}"))
    names = list(DEVICE_PEERS.values())
    lines = [f"Training steps of `mlp-train` on the device. *Power*: blue's time, or memory, grows "
             f"with this power of {key} from the row above; 1 is in proportion.", "",
             f"| {key} | ms, min | median | power | device MiB | power | of the roofline | "
             + " | ".join(f"{name}, min | to blue | its MiB" for name in names) + " |",
             "|--:|" + "--:|" * (6 + 3 * len(names))]
    above: tuple[int, dict] | None = None
    for workload in dict.fromkeys(r["workload"] for r in rows):
        of = {r["implementation"]: r for r in rows if r["workload"] == workload}
        if "blue-cuda" not in of:
            continue
        value, blue = parse_workload(workload)[1][key], of["blue-cuda"]
        powers = ["" if above is None else power(value / above[0], blue[k], above[1][k])
                  for k in ("min_ms", "device_MiB")]
        cells = [f"{blue['min_ms']:.3f}", f"{blue['median_ms']:.3f}", powers[0],
                 f"{blue['device_MiB']:.0f}", powers[1], cell(blue.get("roofline_share"), ".1%")]
        for name in DEVICE_PEERS:
            peer = of.get(name, {})
            cells += [cell(peer.get("min_ms"), ".3f"), ratio(peer.get("min_ms"), blue["min_ms"]),
                      cell(peer.get("device_MiB"), ".0f")]
        lines.append(f"| {value} | " + " | ".join(cells) + " |")
        above = value, blue
    return lines


# --- the tables of README -----------------------------------------------------------------------

NAMES = {"torch_blue": "torch_blue", "blitz": "BLiTZ", "bayesian-torch": "bayesian-torch",
         "pytorch": "PyTorch"}


def readme_tables(results: list[dict]) -> list[str]:
    """The two tables of README's section on speed; none unless all its workloads were measured."""
    of = {(r["group"], r["implementation"]): r for r in results if r["workload"] == r["group"]}
    if any((workload, "blue") not in of for workload in README):
        return []

    def time(milliseconds: float) -> str:
        return f"{milliseconds:.{1 if milliseconds < 100 else 0}f} ms"

    def times(workload: str, name: str) -> str:
        quotient = of[workload, name]["min_ms"] / of[workload, "blue"]["min_ms"]
        return f"{quotient:.{2 if quotient < 1 else 1 if quotient < 20 else 0}f} times"

    def memory(workload: str, name: str) -> str:
        return f"{of[workload, name]['peak_MiB']:.0f} MiB"

    def row(label: str, cells: list[str]) -> str:
        return f"| {label} | " + " | ".join(cells) + " |"

    def of_peers(rows: list[str]) -> list[str]:
        return [row.replace(" times", " times as long", 1) for row in rows[:1]] + rows[1:]

    peers = [name for name in NAMES if any((workload, name) in of for workload in README)]
    training, rest = README[:2], README[2:]
    first, second = [], []
    for name in peers:
        version = next(r["version"] for (_, who), r in of.items() if who == name)
        label = f"{NAMES[name]} {'.'.join(version.split('+')[0].split('.')[:2])}"
        cells = []
        for w in training:
            cells += ([f"{time(of[w, name]['min_ms'])}, {times(w, name)}", memory(w, name)]
                      if (w, name) in of else ["-", "-"])
        plain = name == "pytorch"
        first.append(row(label + (", no distributions at all" if plain else ""), cells))
        second.append(row(NAMES[name] + (", no distributions" if plain else ""),
                          [f"{times(w, name)}, {memory(w, name)}" if (w, name) in of else "-"
                           for w in rest]))
    return ["| | training step | | prediction | |", "|---|--:|--:|--:|--:|",
            row("**blue**", [f"**{cell}**" for w in training
                             for cell in (time(of[w, "blue"]["min_ms"]), memory(w, "blue"))]),
            *of_peers(first), "",
            "| | LeNet-5 | its prediction | LSTM | transformer |", "|---|--:|--:|--:|--:|",
            row("**blue**", [f"**{time(of[w, 'blue']['min_ms'])}, {memory(w, 'blue')}**"
                             for w in rest]),
            *of_peers(second)]


READING = ("times in ms; *to pytorch*: own time / pytorch's; *to blue*: own time / blue's, that "
           "is, how many times as fast blue is")


def markdown(groups: list[Group], results: list[dict], goals: list[dict], notes: list[str],
             chart: str = "", kernels: list[str] | None = None) -> str:
    """The whole report. `goals` are rows of `Goal.judge`, empty for none; `chart` is a file;
    `kernels` are lines about those of the device's program."""
    lines = ["# Runtime benchmark", "", *(f"* {note}" for note in [*notes, READING])]
    if goals:
        load = max((r["others_load"] or 0 for r in results), default=0)
        lines += ["", *goals_table(goals, load)]
    if chart:
        lines += ["", f"![Time of each implementation in units of blue's]({chart})"]
    if tables := readme_tables(results):
        lines += ["", "## The tables of README", "", *tables]
    for group in groups:
        rows = [r for r in results if r["group"] == group.name]
        if not rows:
            continue
        table = {"network": lambda: network_table(group, rows),
                 "kernels": lambda: kernels_table(rows),
                 "growth": lambda: growth_table(group, rows),
                 "peaks": lambda: peaks_table(rows),
                 "device": lambda: device_table(rows),
                 "device growth": lambda: device_growth_table(group, rows)}[group.kind]()
        lines += ["", f"## {group.name}", "", load_of(rows), "", *table]
    if kernels:
        lines += ["", "## Kernels", "", *kernels]
    return "\n".join(lines) + "\n"
