# SPDX-License-Identifier: BSD-3-Clause
"""Measures a group: each entry in a process of its own, and all in turn."""

from __future__ import annotations

import contextlib
import json
import os
import select
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from machine import LoadMeter

from . import Failure, say
from .plan import Entry, Group
from .workloads import ON_DEVICE, parse_workload

WARM_UP = 3
DEVICE_WARM_UP = 10  # a device loads its kernels and raises its clock; memory is found again
MINIMUM_STEPS = 15
REPLY_TIMEOUT = 600.0  # seconds; the slowest known step takes 5
# Idle worker threads of a peer spin for some milliseconds after its step: let them fall asleep
# before the next implementation is timed.
SETTLE = 0.05


class NotHere(Failure):
    """A workload that this implementation or machine cannot run, with the reason."""


class Server:
    """A process that holds one workload and runs its steps (benchmarks/runtime/protocol.hpp)."""

    def __init__(self, entry: Entry, command: list[str], threads: int, log: Path):
        self.entry, self.times, self.log = entry, [], log
        self.name = f"{entry[0]} with {entry[1]}"
        log.parent.mkdir(parents=True, exist_ok=True)
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=stderr, bufsize=0, env=environment)
        try:
            self.description = self.reply()
        except Failure:
            self.close()
            raise

    def reply(self) -> dict:
        ready, _, _ = select.select([self.process.stdout], [], [], REPLY_TIMEOUT)
        if not ready:
            raise Failure(f"{self.name} did not answer within {REPLY_TIMEOUT:.0f} s")
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f"{self.name} ended with status {self.process.wait()}; see {self.log}")
        answer = json.loads(line)
        if "unsupported" in answer:
            raise NotHere(answer["unsupported"])
        if "error" in answer:
            raise Failure(f"{self.name} failed: {answer['error']} (see {self.log})")
        return answer

    def ask(self, command: str) -> dict:
        try:
            self.process.stdin.write(command.encode() + b"\n")
        except BrokenPipeError:
            raise Failure(f"{self.name} ended with status {self.process.wait()}; "
                          f"see {self.log}") from None
        return self.reply()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


@dataclass
class Outcome:
    """One result per entry that ran; why the others did not; and which of those failed."""

    results: list[dict] = field(default_factory=list)
    reasons: dict[Entry, str] = field(default_factory=dict)
    failed: list[Entry] = field(default_factory=list)

    def __iadd__(self, other: Outcome) -> Outcome:
        self.results += other.results
        self.reasons |= other.reasons
        self.failed += other.failed
        return self


@dataclass
class Measurement:
    """How to measure: the commands of the implementations, and the options of a run."""

    commands: dict[str, list[str]]
    steps: int
    turn: int  # steps before the next takes its turn
    threads: int
    logs: Path
    machine: str

    def start(self, entry: Entry, threads: int) -> Server:
        workload, implementation = entry
        name, parameters = parse_workload(workload)
        arguments = [name.partition("/")[0], *(f"{k}={v}" for k, v in parameters.items()),
                     f"threads={threads}"]
        log = self.logs / f"{workload.replace('/', '_')}.{implementation}.log"
        return Server(entry, [*self.commands[implementation], *arguments], threads, log)

    def run(self, group: Group) -> Outcome:
        """Small groups of steps take turns, and the order rotates: a change of the machine's speed
        meets all alike, and nobody always runs behind the same neighbour."""
        threads = 1 if group.kind in ("kernels", "peaks") else self.threads
        servers: list[Server] = []
        outcome = Outcome()
        meter = LoadMeter()

        def drop(entry: Entry, error: Exception) -> None:
            if isinstance(error, NotHere):
                say(f"not {' with '.join(entry)}: {error}")
                outcome.reasons[entry] = str(error)
            else:
                say(str(error))
                outcome.failed.append(entry)
                outcome.reasons[entry] = "failed"
            for server in [s for s in servers if s.entry == entry]:
                server.process.kill()
                server.close()
                servers.remove(server)

        try:
            for entry in [entry for entry in group.entries if entry[1] in self.commands]:
                try:
                    server = self.start(entry, threads)
                    servers.append(server)
                    for _ in range(DEVICE_WARM_UP if entry[1] in ON_DEVICE else WARM_UP):
                        server.ask("step")
                except Failure as error:
                    drop(entry, error)
            rounds = -(-self.steps // self.turn)
            for turn in range(rounds if servers else 0):
                shift = turn % max(1, len(servers))
                for server in servers[shift:] + servers[:shift]:
                    time.sleep(SETTLE)
                    try:
                        for _ in range(min(self.turn, self.steps - len(server.times))):
                            server.times.append(server.ask("step")["ms"])
                    except Failure as error:
                        drop(server.entry, error)
                say(f"{group.name}: round {turn + 1} of {rounds}")
            others = meter.others([server.process.pid for server in servers])
            for server in list(servers):
                try:
                    memory = server.ask("memory")
                    outcome.results.append(self.result(group, server, threads, memory, others))
                except Failure as error:
                    drop(server.entry, error)
                    continue
                if "device_MiB" in memory:
                    outcome.results[-1]["launches"] = self.launches(server)
            return outcome
        finally:
            for server in servers:
                server.close()

    @staticmethod
    def launches(server: Server) -> int | None:
        """None where they could not be counted: peers need a profiler, which may fail."""
        try:
            return server.ask("launches")["launches"]
        except Failure as error:
            say(str(error))
            return None

    def result(self, group: Group, server: Server, threads: int, memory: dict,
               others: float | None) -> dict:
        workload, implementation = server.entry
        least, median = min(server.times), statistics.median(server.times)
        result = {
            "group": group.name, "workload": workload, "implementation": implementation,
            "min_ms": round(least, 3), "median_ms": round(median, 3),
            "max_ms": round(max(server.times), 3),
            "peak_MiB": round(memory["peak_MiB"], 1),
            "base_MiB": round(server.description["base_MiB"], 1),
            "steps": len(server.times), "threads": threads,
            "others_load": None if others is None else round(others, 3),
            "version": server.description["version"], "machine": self.machine,
        }
        result |= {key: memory[key] for key in ("device_MiB", "driver_MiB") if key in memory}
        if elements := server.description.get("elements"):
            result |= {"elements": elements, "min_ns": round(1e6 * least / elements, 4),
                       "median_ns": round(1e6 * median / elements, 4)}
        return result
