#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What models cost to compile: time, memory, object size and template instantiations.

    scripts/bench compile-time                  measure; writes build/bench/compile-time.{json,md}
    scripts/bench compile-time --check          compare the instantiations with baseline.json
    scripts/bench compile-time --update         write this compiler's counts to baseline.json

Seconds depend on the machine; counts of template instantiations do not, so they are the gate: the
test fails when the templates of `blue` are instantiated more than 3 % more often than reviewed.
Exit status of --check: 0 within bounds, 1 above, 77 no clang or no baseline for its version.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))
sys.dont_write_bytecode = True
from cases import CASES, source  # noqa: E402
from machine import busy_share, machine  # noqa: E402

BASELINE = HERE / "baseline.json"
CHECKED = ["empty", "mlp_1", "mlp_4", "mlp_16"]  # 64 layers add time and no information
FAIL_ABOVE, WARN_ABOVE = 1.03, 1.01
SKIPPED = 77  # CTest: SKIP_RETURN_CODE
FLAGS = ["-std=c++20", "-c"]


class Failure(Exception):
    """Ends the program with a message and without a trace."""


def includes(given: list[str]) -> list[str]:
    folders = [folder for text in given for folder in text.split(";") if folder]
    # Naming a compiler's own folder again hides what <cstdlib> includes next.
    own = {str(ROOT / "include"), "/usr/include", "/usr/local/include"}
    return [f"-I{ROOT / 'include'}", f"-I{ROOT / 'examples'}",  # for the first program's digits
            *(f"-isystem{folder}" for folder in folders if folder not in own)]


def version(compiler: str) -> str:
    line = subprocess.run([compiler, "--version"], capture_output=True, text=True).stdout
    number = re.search(r"\d+\.\d+\.\d+", line)
    return f"{'clang' if 'clang' in line else 'g++'} {number.group() if number else '?'}"


def compile_once(command: list[str], folder: Path) -> tuple[float, float]:
    """Seconds of processor time, and MiB at the peak, of a compiler and the programs it starts."""
    with (folder / "messages").open("w+") as messages:
        process = subprocess.Popen(command, stdout=messages, stderr=subprocess.STDOUT, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)  # wait4 has taken it from Popen
        if process.returncode != 0:
            messages.seek(0)
            raise Failure(f"{shlex.join(command)}\n{messages.read()[:4000]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def instantiations(compiler: str, case: str, flags: list[str], folder: Path) -> dict[str, int]:
    """Instantiated functions and classes by the library that they belong to."""
    (folder / f"{case}.cpp").write_text(source(case))
    trace = folder / f"{case}.json"
    compile_once([compiler, *FLAGS, "-O0", *flags, "-ftime-trace", "-ftime-trace-granularity=0",
                  f"{case}.cpp", "-o", f"{case}.o"], folder)
    counts = dict.fromkeys(["blue", "std", "other"], 0)
    for event in json.loads(trace.read_text())["traceEvents"]:
        if event["name"] in ("InstantiateFunction", "InstantiateClass"):
            library = event["args"]["detail"].partition("::")[0]
            library = "std" if library == "__gnu_cxx" else library
            counts[library if library in counts else "other"] += 1
    trace.unlink()
    return counts


# --- measuring ----------------------------------------------------------------------------------


def measure(options: argparse.Namespace) -> list[dict]:
    rows: list[dict] = []
    flags = includes(options.include)
    busy = busy_share()
    if busy is not None and busy > 0.05:
        print(f"compile-time: warning: other programs use {busy:.0%} of the cores", file=sys.stderr)
    compilers = [c for c in options.compilers if shutil.which(c)]
    for missing in set(options.compilers) - set(compilers):
        print(f"compile-time: no {missing} here", file=sys.stderr)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for case in options.cases:
            (folder / f"{case}.cpp").write_text(source(case))
        for compiler in compilers:
            for case in options.cases:
                for level in options.levels:
                    rows.append({"case": case, "compiler": version(compiler), "command": compiler,
                                 "optimization": level, "seconds": float("inf"), "peak_MiB": 0.0})
        # Repeats outermost: a busy minute does not spoil all measurements of one case.
        for repeat in range(options.repeats):
            for row in rows:
                target = folder / f"{row['case']}.o"
                seconds, peak = compile_once(
                    [row["command"], *FLAGS, f"-{row['optimization']}", *flags,
                     f"{row['case']}.cpp", "-o", str(target)], folder)
                row["seconds"] = round(min(row["seconds"], seconds), 2)
                row["peak_MiB"] = round(max(row["peak_MiB"], peak), 1)
                row["object_KiB"] = round(target.stat().st_size / 1024, 1)
            print(f"compile-time: repeat {repeat + 1} of {options.repeats} done", file=sys.stderr)
        for row in rows:
            if row["compiler"].startswith("clang") and row["optimization"] == "O0":
                row["instantiations"] = instantiations(row["command"], row["case"], flags, folder)
            row["machine"] = machine()
            del row["command"]
    return rows


def markdown(rows: list[dict], repeats: int) -> str:
    cases = list(dict.fromkeys(row["case"] for row in rows))
    lines = ["# Compile-time benchmark", "",
             f"{rows[0]['machine']}. Seconds of processor time (minimum of {repeats}) / MiB at the "
             "peak / KiB of object code.", "",
             "| compiler | " + " | ".join(cases) + " |", "|---|" + "--:|" * len(cases)]
    settings = dict.fromkeys((row["compiler"], row["optimization"]) for row in rows)
    for setting in settings:
        cells = [f"{row['seconds']:.2f} / {row['peak_MiB']:.0f} / {row['object_KiB']:.0f}"
                 for row in rows if (row["compiler"], row["optimization"]) == setting]
        lines.append(f"| {setting[0]} -{setting[1]} | " + " | ".join(cells) + " |")
    seconds = {(r["compiler"], r["optimization"], r["case"]): r["seconds"] for r in rows}
    growth = [f"{c} -{o}: {seconds[c, o, 'mlp_64'] / seconds[c, o, 'mlp_16']:.2f}"
              for c, o in settings if (c, o, "mlp_16") in seconds and (c, o, "mlp_64") in seconds]
    if growth:
        lines += ["", "Time of 64 layers over time of 16: " + ", ".join(growth) + "."]
    counted = [row for row in rows if "instantiations" in row]
    if counted:
        libraries = list(counted[0]["instantiations"])
        lines += ["", "Template instantiations, functions and classes (clang):", "",
                  "| case | " + " | ".join(libraries) + " |", "|---|" + "--:|" * len(libraries)]
        lines += [f"| {row['case']} ({row['compiler']}) | "
                  + " | ".join(str(n) for n in row["instantiations"].values()) + " |"
                  for row in counted]
    return "\n".join(lines) + "\n"


# --- the gate -----------------------------------------------------------------------------------


def check(options: argparse.Namespace) -> int:
    clang = next((c for c in options.compilers if shutil.which(c) and "clang" in version(c)), None)
    if clang is None:
        print("skipped: no clang here, and only clang reports its instantiations")
        return SKIPPED
    flags = includes(options.include)
    with tempfile.TemporaryDirectory() as folder:
        counts = {case: instantiations(clang, case, flags, Path(folder))["blue"]
                  for case in CHECKED}
    # The counts of one version differ from another's in what it instantiates lazily.
    key = f"{version(clang).partition('.')[0]} {platform.machine()}"
    baselines = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    if options.update:
        baselines[key] = counts
        BASELINE.write_text(json.dumps(baselines, indent=2, sort_keys=True) + "\n")
        print(f"{key}: {counts} written to {BASELINE.name}")
        return 0
    if key not in baselines:
        print(f"skipped: no baseline for {key}; measured {counts}")
        return SKIPPED
    worst = 0
    for case, count in counts.items():
        allowed = baselines[key].get(case, 0)
        verdict = ("FAIL: more than 3 % above" if count > FAIL_ABOVE * allowed else
                   "warning: more than 1 % above" if count > WARN_ABOVE * allowed else
                   "better: run with --update" if count * FAIL_ABOVE < allowed else "ok")
        worst |= verdict.startswith("FAIL")
        print(f"{case}: {count} instantiations of blue, baseline {allowed}: {verdict}")
    if worst:
        print("Templates of blue are instantiated more often. Where that is worth it, run\n"
              "scripts/bench compile-time --update and commit baseline.json with the reason.")
    return int(worst)


def listed(text: str) -> list[str]:
    return text.split(",")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench compile-time", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=listed, default=[c for c in CASES if source(c)],
                        metavar="A,B,...", help="default: " + ",".join(CASES))
    parser.add_argument("--compilers", type=listed, default=["g++", "clang++"], metavar="A,B,...",
                        help="default: g++,clang++")
    parser.add_argument("--levels", type=listed, default=["O0", "O2"], metavar="A,B,...",
                        help="default: O0,O2")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="default: 3")
    parser.add_argument("--include", action="append", default=[], metavar="FOLDER",
                        help="where the dependencies lie (default: where the compiler looks)")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "bench", metavar="FOLDER",
                        help="where the tables go (build/bench)")
    parser.add_argument("--check", action="store_true", help="compare counts with baseline.json")
    parser.add_argument("--update", action="store_true", help="write counts to baseline.json")
    options = parser.parse_args()
    if options.check or options.update:
        return check(options)
    unknown = set(options.cases) - {c for c in CASES if source(c)}
    if unknown:
        raise Failure(f"no case {', '.join(unknown)}; there are {', '.join(CASES)}")
    if options.repeats < 1:
        raise Failure("--repeats is at least 1")
    rows = measure(options)
    if not rows:
        raise Failure("no compiler found")
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "compile-time.json").write_text(json.dumps(rows, indent=2) + "\n")
    table = markdown(rows, options.repeats)
    (options.output / "compile-time.md").write_text(table)
    print(table, end="")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(f"compile-time: {failure}", file=sys.stderr)
        sys.exit(1)
