#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The runner of the runtime benchmark without anything to measure: what is run, how goals are
judged, tables, chart, the order of turns with programs that pretend to be implementations, and a
whole run on a device that is pretended, too."""

from __future__ import annotations

import contextlib
import importlib.machinery
import importlib.util
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
from unittest import mock
import xml.etree.ElementTree as xml
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "benchmarks" / "runtime")]
sys.dont_write_bytecode = True
from machine import LoadMeter  # noqa: E402
from runner import Failure, report  # noqa: E402
from runner.chart import chart  # noqa: E402
from runner.device import Device, find_device  # noqa: E402
from runner.goals import DEVICE_GOALS, FASTEST_PEER, GOALS, Goal  # noqa: E402
from runner.implementations import commands  # noqa: E402
from runner.plan import README, SETS, Group, plan  # noqa: E402
from runner.roofline import add_roofline, work  # noqa: E402
from runner.turns import DEVICE_WARM_UP, Measurement  # noqa: E402
from runner.workloads import (IMPLEMENTATIONS, ON_DEVICE, PEAKS, PRODUCTS, WORKLOADS,  # noqa: E402
                              parse_workload)


def result(implementation: str, least: float, median: float = 0.0, *, workload: str = "mlp-train",
           group: str = "", peak: float = 50.0, **more) -> dict:
    return {"group": group or workload, "workload": workload, "implementation": implementation,
            "min_ms": least, "median_ms": median or 2 * least, "max_ms": 3 * least,
            "peak_MiB": peak, "base_MiB": 5.0, "steps": 20, "threads": 2, "others_load": 0.01,
            "version": "1.2.3", "machine": "a machine", **more}


class Workloads(unittest.TestCase):
    def test_names_are_canonical(self):
        self.assertEqual(parse_workload("mlp-train/width=128,batch=8"),
                         ("mlp-train/batch=8,width=128",
                          {"batch": 8, "samples": 10, "width": 128, "depth": 2}))
        self.assertEqual(parse_workload("mlp-train/batch=64,depth=2")[0], "mlp-train")

    def test_mistakes_are_told(self):
        for text, words in (("mlp", "no workload mlp"), ("mlp-train/batch=0", "got batch=0"),
                            ("mlp-train/batch=x", "got batch=x"), ("mlp-train/size=8", "size=8"),
                            ("mlp-predict/depth=4", "depth=4")):
            with self.assertRaisesRegex(Failure, words):
                parse_workload(text)


class Plan(unittest.TestCase):
    def test_groups_have_names_that_exist_and_nothing_twice(self):
        groups = plan(["all"], None)
        self.assertEqual(len({group.name for group in groups}), len(groups))
        for group in groups:
            self.assertEqual(len(set(group.entries)), len(group.entries), group.name)
            for workload, implementation in group.entries:
                self.assertEqual(parse_workload(workload)[0], workload)
                self.assertIn(implementation, IMPLEMENTATIONS)

    def test_all_measures_what_every_goal_and_readme_need(self):
        for words in ["goals"], ["all"]:
            entries = {group.name: group.entries for group in plan(words, None)}
            for goal in GOALS:
                self.assertLessEqual(set(goal.entries()), set(entries[goal.group]), goal)
        for workload in README:
            self.assertLessEqual({(workload, name) for name in
                                  ("blue", "torch_blue", "blitz", "bayesian-torch", "pytorch")},
                                 set(entries[workload]))

    def test_slow_peers_are_left_out_where_no_goal_needs_them(self):
        entries = {group.name: group.entries for group in plan(["goals"], None)}
        self.assertEqual(entries["mlp-train/width=2048"],
                         [("mlp-train/width=2048", "blue"), ("mlp-train/width=2048", "pytorch")])

    def test_kernels_are_no_workload_of_peers(self):
        for group in plan(["kernels"], None):
            self.assertEqual(group.kind, "kernels")
        self.assertEqual(plan(["normals"], None),
                         [Group("normals", "kernels", [("normals", "blue")])])

    def test_implementations_can_be_chosen(self):
        for group in plan(["all"], ["blue", "pytorch"]):
            self.assertLessEqual({name for _, name in group.entries}, {"blue", "pytorch"})
        self.assertEqual([group.name for group in plan(["goals", "kernels"], ["blue-sse"])],
                         ["mlp-train", "normals", "draw-and-score"])
        self.assertEqual(plan(["lstm-train"], ["blue-avx2"])[0].entries,
                         [("lstm-train", "blue-avx2")])

    def test_a_device_has_sets_of_its_own(self):
        for words, implementations in (["all"], None), (["gpu"], ["blue", "pytorch"]):
            for group in plan(words, implementations):
                self.assertFalse({who for _, who in group.entries} & set(ON_DEVICE), group.name)
        for group in plan(["gpu"], None):
            self.assertLessEqual({who for _, who in group.entries}, set(ON_DEVICE))
            self.assertIn(group.kind, ("peaks", "device", "device growth"))
            for workload, _ in group.entries:
                self.assertEqual(parse_workload(workload)[0], workload)
        entries = {group.name: group.entries for group in plan(["gpu-goals"], None)}
        self.assertIn(PEAKS, entries)
        for goal in DEVICE_GOALS:
            self.assertLessEqual(set(goal.entries()), set(entries[goal.group]), goal)
        growth = {group.name: group.entries for group in plan(["gpu-growth"], None)}
        self.assertIn(("mlp-train/samples=1000", "torch_blue-cuda"),
                      growth["growth on the device with samples"])
        self.assertEqual(plan(["device-copy/width=1"], None),
                         [Group(PEAKS, "peaks", [("device-copy/width=1", "blue-cuda")])])
        self.assertEqual(plan(["lstm-train"], ["blue-cuda"]),
                         [Group("lstm-train on the device", "device",
                                [("lstm-train", "blue-cuda")])])

    def test_sets_and_workloads_join(self):
        groups = {group.name: group for group in plan(["goals", "mlp-train", "mlp-train"], None)}
        self.assertEqual(groups["mlp-train"].entries.count(("mlp-train", "blue")), 1)
        self.assertIn("goals", SETS)
        self.assertNotIn("goals", WORKLOADS)


class Goals(unittest.TestCase):
    def judge(self, goal: Goal, results: list[dict], reasons=None, sets=frozenset()) -> dict:
        return goal.judge(results, reasons or {}, set(sets))

    def test_at_most_is_own_time_over_the_other(self):
        goal = Goal("mlp-train", at_most=1.3, against="pytorch")
        self.assertEqual(goal.sentence(), "at most 1.3 x pytorch")
        row = self.judge(goal, [result("blue", 12, 30), result("pytorch", 10, 20)])
        self.assertEqual((row["min"], row["median"], row["met"]), (1.2, 1.5, True))
        self.assertFalse(self.judge(goal, [result("blue", 14), result("pytorch", 10)])["met"])
        # Exactly the bound is met.
        self.assertTrue(self.judge(goal, [result("blue", 13), result("pytorch", 10)])["met"])

    def test_at_least_is_the_other_over_own_time(self):
        goal = Goal("mlp-train", at_least=14, against="torch_blue")
        self.assertEqual(goal.sentence(), "at least 14 x as fast as torch_blue")
        row = self.judge(goal, [result("blue", 10, 20), result("torch_blue", 150, 260)])
        self.assertEqual((row["min"], row["median"], row["met"]), (15, 13, True))
        self.assertFalse(self.judge(goal, [result("blue", 11), result("torch_blue", 150)])["met"])

    def test_the_fastest_peer_is_chosen_by_minima_and_by_medians(self):
        goal = Goal("lenet-train", at_least=4, against=FASTEST_PEER)
        of = {"workload": "lenet-train"}
        row = self.judge(goal, [result("blue", 10, 10, **of), result("blitz", 60, 61, **of),
                                result("bayesian-torch", 50, 70, **of),
                                result("pytorch", 1, 1, **of)])
        self.assertEqual((row["min"], row["median"], row["met"]), (5, 6.1, True))

    def test_another_workload_can_be_the_measure(self):
        goal = Goal("mlp-predict-moments", at_least=40, against="blue", base="mlp-predict")
        self.assertEqual(goal.sentence(), "at least 40 x as fast as mlp-predict")
        row = self.judge(goal, [
            result("blue", 2, workload="mlp-predict-moments", group="mlp-predict"),
            result("blue", 100, workload="mlp-predict")])
        self.assertEqual((row["min"], row["met"]), (50, True))

    def test_a_peer_of_another_workload_can_be_the_measure(self):
        goal = Goal("mlp-train-bfloat16", at_most=0.8, against="pytorch", base="mlp-train")
        self.assertEqual(goal.sentence(), "at most 0.8 x pytorch")
        row = self.judge(goal, [
            result("blue", 6, workload="mlp-train-bfloat16", group="mlp-train"),
            result("blue", 12, workload="mlp-train"), result("pytorch", 10, workload="mlp-train")])
        self.assertEqual((row["min"], row["met"]), (0.6, True))

    def test_memory_and_numbers(self):
        row = self.judge(Goal("mlp-train", at_most=70, unit="MiB"), [result("blue", 1, peak=71)])
        self.assertEqual((row["min"], row["median"], row["met"]), (71, None, False))
        goal = Goal("normals", at_most=0.62, unit="ns", needs="avx512f")
        normals = result("blue", 1, workload="normals", min_ns=0.6, median_ns=0.7)
        row = self.judge(goal, [normals], sets={"avx512f"})
        self.assertEqual((row["min"], row["median"], row["met"]), (0.6, 0.7, True))
        row = self.judge(goal, [normals], sets={"avx2"})
        self.assertEqual((row["met"], row["why"]), (None, "the processor has no avx512f"))

    def test_only_what_took_turns_is_compared(self):
        goal = Goal("mlp-train", at_most=1.3, against="pytorch")
        growth = [result(name, 10, group="growth with depth") for name in ("blue", "pytorch")]
        row = self.judge(goal, growth)
        self.assertEqual((row["met"], row["why"]), (None, "not part of this run"))

    def test_what_is_missing_is_named_with_its_reason(self):
        goal = Goal("mlp-train", at_most=1.8, against="pytorch", implementation="blue-avx2")
        reasons = {("mlp-train", "pytorch"): "no peers", ("mlp-train", "blue-avx2"): "no avx2"}
        row = self.judge(goal, [result("blue-avx2", 1)], reasons)
        self.assertEqual((row["met"], row["why"]), (None, "no peers"))
        row = self.judge(goal, [result("pytorch", 1)], reasons)
        self.assertEqual((row["met"], row["why"]), (None, "no avx2"))

    def test_on_a_device(self):
        of = {"group": "wide-train on the device", "workload": "wide-train"}
        results = [result("blue-cuda", 10, device_MiB=2, roofline_ms=6, **of),
                   result("torch_blue-cuda", 35, device_MiB=8, **of)]
        rows = [self.judge(goal, results) for goal in DEVICE_GOALS
                if goal.workload == "wide-train"]
        self.assertEqual([(row["goal"], row["min"], row["median"], row["met"]) for row in rows], [
            ("at least 3 x as fast as torch_blue-cuda", 3.5, 3.5, True),
            ("device memory at most 0.33 x that of torch_blue-cuda", 0.25, None, True),
            ("at least 50% of the roofline", 0.6, 0.3, True)])
        del results[0]["roofline_ms"]
        self.assertEqual(self.judge(DEVICE_GOALS[-1], results)["why"],
                         "the peaks of the device were not measured")
        # What the processor measured says nothing about it.
        row = self.judge(DEVICE_GOALS[0], [result("blue", 1), result("torch_blue", 100)],
                         {("mlp-train", "blue-cuda"): "no device"})
        self.assertEqual((row["met"], row["why"]), (None, "no device"))

    def test_bounds_are_complete(self):
        for goal in [*GOALS, *DEVICE_GOALS]:
            self.assertNotEqual(goal.at_most is None, goal.at_least is None, goal)
            self.assertNotEqual(goal.against is None, goal.unit == "", goal)


class Roofline(unittest.TestCase):
    def test_work(self):
        # 784-512-512-10: 401408 + 262144 + 5120 weights.
        self.assertEqual(work("mlp-train"), (2 * 640 * (3 * 668672 - 401408), 48 * 668672))
        self.assertEqual(work("mlp-predict/samples=2,batch=3"), (2 * 6 * 668672, 8 * 668672))
        self.assertEqual(work("wide-train/batch=1,samples=1"),
                         (2 * (3 * (2 * 4096**2 + 4096000) - 4096**2),
                          48 * (2 * 4096**2 + 4096000)))
        self.assertIsNone(work("lstm-train"))

    def test_the_longer_of_products_and_copies_is_the_least_time(self):
        peaks = [result("blue-cuda", 1, workload=name, group=PEAKS, min_ns=ns, device_MiB=1)
                 for name, ns in ((PRODUCTS, 1e-3), ("device-copy", 1e-3))]  # 1 TFLOP/s, 1 TB/s
        # With one row and one sample the parameters take longer: 48 bytes for 4.8 operations.
        for workload, least in ("mlp-train", 2.0539), ("mlp-train/batch=1,samples=1", 0.0321):
            rows = [result(who, 10, workload=workload, device_MiB=1) for who in ON_DEVICE]
            add_roofline([*rows, result("lstm-train", 10, device_MiB=1), *peaks])
            self.assertAlmostEqual(rows[0]["roofline_ms"], least, places=4)
            self.assertAlmostEqual(rows[0]["roofline_share"], least / 10, places=4)
            self.assertEqual(rows[0]["tflops"], rows[1]["tflops"])
        alone, processor = result("blue-cuda", 10, device_MiB=1), result("blue", 10)
        add_roofline([alone, processor])
        self.assertEqual((alone["tflops"], "roofline_ms" in alone), (0.205, False))
        self.assertNotIn("tflops", processor)


class FakeDriver:
    """As much of the driver's library as is called; `counts` devices."""

    def __init__(self, count: int = 1, status: int = 0):
        self.count, self.status = count, status

    def cuInit(self, flags):
        return self.status

    def cuDeviceGetCount(self, to):
        to._obj.value = self.count
        return 0

    def cuDeviceGet(self, to, index):
        return 0

    def cuDeviceGetName(self, to, length, device):
        to.value = b"NVIDIA X"
        return 0

    def cuDeviceTotalMem_v2(self, to, device):
        to._obj.value = 141 * 2**30
        return 0

    def cuDriverGetVersion(self, to):
        to._obj.value = 13020
        return 0

    def cuDeviceGetAttribute(self, to, attribute, device):
        to._obj.value = {75: 9, 76: 0}[attribute]
        return 0


class Devices(unittest.TestCase):
    def test_the_driver_is_asked(self):
        device = find_device(FakeDriver())
        self.assertEqual(device, Device("NVIDIA X", (9, 0), 141 * 2**30, 13020))
        self.assertEqual(str(device),
                         "NVIDIA X, compute capability 9.0, 141 GiB, driver for CUDA 13.2")
        self.assertEqual(device.architecture, "90")
        self.assertIsNone(find_device(FakeDriver(count=0)))
        self.assertIsNone(find_device(FakeDriver(status=100)))

    def test_how_programs_are_started(self):
        wanted = ["blue-cuda", "torch_blue-cuda", "pytorch"]
        with mock.patch.dict(os.environ, {"BLUE_PEERS_PYTHON": sys.executable}):
            start, missing = commands(wanted, False, {"blue-cuda": Path("/bin/true")},
                                      find_device(FakeDriver()))
            self.assertEqual(start["torch_blue-cuda"][2:], ["--device=cuda", "torch_blue"])
            self.assertEqual(start["pytorch"][2:], ["pytorch"])
            self.assertEqual((sorted(start), missing), (sorted(wanted), {}))
            start, missing = commands(wanted, False, {}, None)
            self.assertEqual(list(start), ["pytorch"])
            self.assertEqual(set(missing.values()), {"no CUDA device was found"})
        with mock.patch.dict(os.environ, {"BLUE_PEERS_PYTHON": "/no/such/python"}):
            with self.assertRaisesRegex(Failure, "expected an interpreter"):
                commands(["pytorch"], False, {}, None)


class Report(unittest.TestCase):
    def test_goals(self):
        rows = [Goal("mlp-train", at_most=1.3, against="pytorch").judge(
                    [result("blue", times), result("pytorch", 10)], {}, set())
                for times in (13.1, 20)]
        rows += [Goal("normals", at_most=1.1, unit="ns", implementation="blue-avx2").judge(
            [], {("normals", "blue-avx2"): "no avx2"}, set())]
        lines = report.goals_table(rows, load=0.01)
        self.assertIn("0 met, 2 not met, 1 not measured; judged by minima.", lines)
        self.assertIn("| mlp-train | at most 1.3 x pytorch | 1.310 | 1.310 | **no** |", lines)
        self.assertEqual(lines[-1], "| normals, blue-avx2 | at most 1.1 ns each | - | - "
                                    "| not measured: no avx2 |")
        self.assertFalse(any("idle" in line for line in lines))
        self.assertTrue(any("up to 20% of the cores" in line
                            for line in report.goals_table(rows, load=0.2)))

    def test_a_group_compares_with_its_own_workload(self):
        lines = report.network_table(Group("mlp-train"), [
            result("blue", 10), result("pytorch", 8),
            result("blue", 15, workload="mlp-train-laplace", group="mlp-train")])
        self.assertEqual(lines[-1], "| blue 1.2.3, mlp-train-laplace | 15.00 | 30.00 | 45.00 | 50 "
                                    "| 1.88 | 1.88 | 1.50 | 1.50 |")

    def test_kernels_are_rates(self):
        lines = report.kernels_table([
            result("blue", 1, workload="normals", min_ns=0.5),
            result("blue-sse", 1, workload="normals", min_ns=2.0),
            result("blue", 1, workload="draw-and-score-normal", min_ns=0.8)])
        self.assertEqual(lines[2:], ["| kernel | blue | blue-sse |", "|---|--:|--:|",
                                     "| normals | 2000, 0.50 ns | 500, 2.00 ns |",
                                     "| draw-and-score-normal | 1250, 0.80 ns | - |"])

    def test_growth_is_a_power(self):
        one, three, ten = (f"mlp-train{variant}" for variant in ("/samples=1", "/samples=3", ""))
        rows = [result(name, time, workload=workload, group="growth with samples", peak=peak)
                for name, workload, time, peak in (("blue", one, 2, 40), ("blue", three, 18, 120),
                                                   ("pytorch", three, 9, 700),
                                                   ("blue", ten, 18, 0))]
        lines = report.growth_table(Group("growth with samples", "growth"), rows)
        self.assertEqual(lines[-3:], [
            "| 1 | 2.00 | 4.00 |  | 40 |  | - | - | - |",
            "| 3 | 18.00 | 36.00 | 2.00 | 120 | 1.00 | 9.00 | 2.00 | 2.00 |",
            "| 10 | 18.00 | 36.00 | 0.00 | 0 | - | - | - | - |"])

    def test_a_device(self):
        peaks = report.peaks_table([result("blue-cuda", 1, workload=PRODUCTS, min_ns=2e-5),
                                    result("blue-cuda", 1, workload="device-copy", min_ns=2.5e-4)])
        self.assertEqual(peaks[-2:], ["| products of 8192 x 8192 floats | 50.0 TFLOP/s |",
                                      "| copies of 1024 MiB, read and written | 4.00 TB/s |"])
        on_device = {"device_MiB": 30.4, "driver_MiB": 64.2, "launches": 60}
        rows = [result("blue-cuda", 0.5, tflops=4.1, roofline_share=0.082, **on_device),
                result("torch_blue-cuda", 5, device_MiB=300.0, driver_MiB=400.0, launches=None)]
        self.assertEqual(report.device_table(rows)[-2:], [
            "| blue-cuda 1.2.3 | 0.500 | 1.000 | 1.500 | 1.00 | 1.00 | 30 | 64 | 4.10 | 8.2% "
            "| 60 |",
            "| torch_blue-cuda 1.2.3 | 5.000 | 10.000 | 15.000 | 10.00 | 10.00 | 300 | 400 | - "
            "| - | - |"])

    def test_growth_on_a_device(self):
        rows = [result(who, time, workload=workload, device_MiB=10 * time)
                for workload, time in (("mlp-train/samples=1", 1), ("mlp-train", 5))
                for who in ("blue-cuda", "pytorch-cuda")]
        lines = report.device_growth_table(Group("growth on the device with samples"), rows)
        self.assertEqual(lines[-2:], [
            "| 1 | 1.000 | 2.000 |  | 10 |  | - | - | - | - | 1.000 | 1.00 | 10 |",
            "| 10 | 5.000 | 10.000 | 0.70 | 50 | 0.70 | - | - | - | - | 5.000 | 1.00 | 50 |"])
        for line in lines[2:]:
            self.assertEqual(line.count("|"), lines[2].count("|"))

    def test_readme(self):
        def tables(left_out=()) -> list[str]:
            return report.readme_tables([
                result(name, time, workload=workload)
                for workload in README for name, time in
                (("blue", 10), ("torch_blue", 80), ("bayesian-torch", 230), ("pytorch", 7.5))
                if (workload, name) not in left_out])
        lines = tables({("lstm-train", "torch_blue")})
        readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
        for header in lines[0], next(line for line in lines if "LSTM" in line):
            self.assertIn(header, readme)
        self.assertIn("| **blue** | **10.0 ms** | **50 MiB** | **10.0 ms** | **50 MiB** |", lines)
        self.assertIn("| torch_blue 1.2 | 80.0 ms, 8.0 times as long | 50 MiB "
                      "| 80.0 ms, 8.0 times | 50 MiB |", lines)
        self.assertIn("| torch_blue | 8.0 times as long, 50 MiB | 8.0 times, 50 MiB | - "
                      "| 8.0 times, 50 MiB |", lines)
        self.assertTrue(any("7.5 ms, 0.75 times" in line for line in lines))
        self.assertTrue(any("230 ms, 23 times" in line for line in lines))
        self.assertEqual(tables({("lstm-train", "blue")}), [])

    def test_the_whole(self):
        text = report.markdown([Group("mlp-train"), Group("mlp-predict")], [result("blue", 10)], [],
                               ["a note"], "results.svg")
        self.assertIn("* a note\n", text)
        self.assertIn("(results.svg)", text)
        self.assertIn("\n## mlp-train\n", text)
        self.assertNotIn("mlp-predict", text)  # nothing was measured
        self.assertNotIn("## Goals", text)

    def test_the_largest_load_is_told(self):
        goal = Goal("mlp-train", at_most=1.3, against="pytorch")
        results = [result("blue", 10), result("pytorch", 10) | {"others_load": 0.3},
                   result("blue", 10, workload="lstm-train") | {"others_load": None}]
        rows = [goal.judge(results, {}, set())]
        text = report.markdown([Group("mlp-train")], results, rows, [])
        self.assertIn("up to 30% of the cores", text)


class Chart(unittest.TestCase):
    SVG = "{http://www.w3.org/2000/svg}"

    def bars(self, results: list[dict]) -> dict[str, tuple[float, float]]:
        """Left and right end of each implementation's bar; the legend's squares are no bars."""
        root = xml.fromstring(chart(results, ["a <machine> & a date"]))
        return {rect.get("class"): (float(rect.get("x")),
                                    float(rect.get("x")) + float(rect.get("width")))
                for rect in root.iter(self.SVG + "rect")
                if rect.get("class") != "ground" and rect.get("rx") is None}

    def test_bars_begin_at_one_and_are_logarithmic(self):
        bars = self.bars([result("blue", 10), result("pytorch", 5), result("torch_blue", 40),
                          result("blitz", 160)])
        one = bars["torch_blue"][0]
        self.assertEqual(bars["blitz"][0], one)
        self.assertAlmostEqual(bars["pytorch"][1], one, delta=0.2)  # coordinates have one decimal
        self.assertAlmostEqual(bars["blitz"][1] - one, 2 * (bars["torch_blue"][1] - one), delta=0.4)
        self.assertAlmostEqual(one - bars["pytorch"][0], (bars["torch_blue"][1] - one) / 2,
                               delta=0.4)

    def test_words_stand_in_it(self):
        text = chart([result("blue", 10), result("blitz", 80)], ["a <machine> & a date"])
        words = "".join(xml.fromstring(text).itertext())
        for expected in "a <machine> & a date", "mlp-train", "10 ms", "BLiTZ", "8.00":
            self.assertIn(expected, words)
        self.assertNotIn("bayesian-torch</text>", text)  # the legend names who ran
        self.assertIn("prefers-color-scheme:dark", text)

    def test_nothing_to_compare(self):
        self.assertEqual(chart([result("blue", 10)], []), "")
        self.assertEqual(chart([result("pytorch", 10)], []), "")
        growth = [result(name, 1, group="growth with depth") for name in ("blue", "pytorch")]
        kernels = [result(name, 1, workload="normals", min_ns=1) for name in ("blue", "blue-sse")]
        self.assertEqual(chart(growth + kernels, []), "")


# Answers as bench_runtime does; the second argument says how long steps pretend to take.
PRETENDER = """
import json, sys
kind, log, workload, *parameters = sys.argv[1:]
on_device = dict(device_MiB=len(kind), driver_MiB=9.5)
def reply(**values): print(json.dumps(values), flush=True)
if kind == "unable": reply(unsupported="cannot"), sys.exit()
reply(ready=True, version="1", base_MiB=1, 
      elements=1e9 if workload.startswith("device") else 1000 if workload == "normals" else 0)
for i, line in enumerate(sys.stdin):
    open(log, "a").write(kind + " " + line)
    if line == "memory\\n": reply(peak_MiB=7, **(on_device if kind.startswith("device") else {}))
    elif line == "launches\\n": reply(**(dict(launches=3) if kind == "device" else dict(error="?")))
    elif kind == "device full" and i == 12: reply(unsupported="out of device memory"), sys.exit()
    elif kind == "broken" and i == 4: reply(error="broke")
    else: reply(ms=float(10 + i), value=1)
"""


class Load(unittest.TestCase):
    def test_children_that_have_ended_are_not_others(self):
        before = LoadMeter._process_ticks(os.getpid())
        subprocess.run([sys.executable, "-c", "import time\n"
                        "while time.process_time() < 0.3: pass"], check=True)
        # 0.3 s are 30 ticks; the test itself uses one or two.
        self.assertGreaterEqual(LoadMeter._process_ticks(os.getpid()) - before, 29)


class Turns(unittest.TestCase):
    def run_group(self, group: Group, steps: int) -> tuple:
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "order"
            commands = {name: [sys.executable, "-c", PRETENDER, kind, str(log)]
                        for name, kind in (("blue", "able"), ("blitz", "unable"),
                                           ("pytorch", "broken"), ("torch_blue", "able"))}
            commands["torch_blue"][3] = "other"
            outcome = Measurement(commands, steps, 2, 2, Path(folder), "m").run(group)
            return outcome, log.read_text().split("\n")

    def test_everybody_takes_turns_in_an_order_that_rotates(self):
        group = Group("mlp-train", entries=[("mlp-train", "blue"), ("mlp-train", "torch_blue")])
        outcome, order = self.run_group(group, steps=3)
        self.assertEqual([line.split()[0] for line in order if line.endswith("step")],
                         3 * ["able"] + 3 * ["other"]  # warm-up
                         + ["able", "able", "other", "other", "other", "able"])
        self.assertEqual([(r["implementation"], r["min_ms"], r["median_ms"], r["peak_MiB"])
                          for r in outcome.results],
                         [("blue", 13, 14, 7), ("torch_blue", 13, 14, 7)])
        self.assertNotIn("min_ns", outcome.results[0])

    def test_who_fails_is_dropped_and_who_cannot_says_why(self):
        group = Group("mlp-train", entries=[("mlp-train", name) for name in
                                            ("blue", "blitz", "pytorch", "bayesian-torch")])
        outcome, _ = self.run_group(group, steps=4)
        self.assertEqual([(r["implementation"], r["steps"]) for r in outcome.results],
                         [("blue", 4)])
        self.assertEqual(outcome.failed, [("mlp-train", "pytorch")])
        self.assertEqual(outcome.reasons, {("mlp-train", "blitz"): "cannot",
                                           ("mlp-train", "pytorch"): "failed"})

    def test_memory_may_end_on_a_device(self):
        with tempfile.TemporaryDirectory() as folder:
            commands = {who: [sys.executable, "-c", PRETENDER, kind, folder + "/order"]
                        for who, kind in (("blue-cuda", "device"), ("pytorch-cuda", "device full"))}
            group = Group("mlp-train on the device", "device",
                          [("mlp-train", who) for who in commands])
            outcome = Measurement(commands, 4, 2, 2, Path(folder), "m").run(group)
        self.assertEqual(outcome.failed, [])
        self.assertEqual(outcome.reasons, {("mlp-train", "pytorch-cuda"): "out of device memory"})
        [own] = outcome.results
        self.assertEqual((own["device_MiB"], own["driver_MiB"], own["launches"]), (6, 9.5, 3))
        self.assertEqual(own["min_ms"], 10 + DEVICE_WARM_UP)

    def test_kernels_are_measured_per_number_and_on_one_thread(self):
        outcome, _ = self.run_group(Group("normals", "kernels", [("normals", "blue")]), steps=2)
        kernel = outcome.results[0]
        # 13 ms for 1000 numbers.
        self.assertEqual((kernel["min_ns"], kernel["threads"]), (13000, 1))


class DryRun(unittest.TestCase):
    """scripts/bench itself, with a device and programs that are pretended."""

    def run_bench(self, *arguments: str, device: bool) -> tuple[int, str, str]:
        path = str(ROOT / "scripts" / "bench")
        loader = importlib.machinery.SourceFileLoader("bench_script", path)
        bench = importlib.util.module_from_spec(
            importlib.util.spec_from_loader("bench_script", loader))
        loader.exec_module(bench)
        out, errors = io.StringIO(), io.StringIO()

        def pretended(wanted, *_):
            kinds = {"blue-cuda": "device", "torch_blue-cuda": "device " + 20 * "x"}
            return ({name: [sys.executable, "-c", PRETENDER, kind, os.devnull]
                     for name, kind in kinds.items() if name in wanted},
                    {"pytorch-cuda": "no peers"})

        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors), \
                mock.patch.object(bench, "find_device",
                                  lambda: find_device(FakeDriver()) if device else None), \
                mock.patch.object(bench, "commands", pretended), \
                mock.patch.object(bench, "busy_share", lambda: 0.0), \
                mock.patch.object(sys, "argv", [path, *arguments]):
            status = bench.main()
        return status, out.getvalue(), errors.getvalue()

    def test_without_a_device_one_sentence_says_so(self):
        status, out, errors = self.run_bench("gpu", device=False)
        self.assertEqual((status, out), (77, ""))
        self.assertEqual(errors, "bench: nothing was measured: no CUDA device was found\n")

    def test_everything_that_a_device_gets(self):
        with tempfile.TemporaryDirectory() as folder:
            status, out, _ = self.run_bench("gpu", "--steps", "1", "--output", folder, device=True)
            self.assertEqual(status, 0)
            self.assertEqual((Path(folder) / "results.md").read_text(), out)
            results = json.loads((Path(folder) / "results.json").read_text())
        # The pretended library is as fast as the peer, in 6 of its 27 MiB.
        self.assertIn("| mlp-train | at least 10 x as fast as torch_blue-cuda | 1.000 | 1.000 "
                      "| **no** |", out)
        self.assertIn("that of torch_blue-cuda | 0.222 | - | yes |", out)
        self.assertIn("NVIDIA X, compute capability 9.0", out)
        self.assertIn("## growth on the device with samples", out)
        self.assertIn("| 1000 |", out)
        self.assertIn("\n## Kernels\n\nUnknown: ", out)  # a script has none
        self.assertEqual({(r["implementation"], r["launches"]) for r in results},
                         {("blue-cuda", 3), ("torch_blue-cuda", None)})
        wide = next(r for r in results if r["workload"] == "wide-train")
        # 20 ms a step, as 10^9 operations, or bytes, at the peak.
        self.assertAlmostEqual(wide["roofline_share"], work("wide-train")[0] / 1e9, places=3)


if __name__ == "__main__":
    unittest.main()
