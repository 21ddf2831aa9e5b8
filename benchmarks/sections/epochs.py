"""From data to a tested network, and the paper's 32 networks in a row: whole runs, nothing left out."""

from __future__ import annotations

import statistics
import sys
from typing import Any

from benchmarks.served import command, home, run_json
from benchmarks.session import SNNTORCH_KINDS, Session

PAPER_SIZES = (10, 15, 20, 25, 30, 50, 80, 100)


def run_epoch(session: Session) -> dict[str, Any]:
    """Train one epoch by the paper's recipe: the generator in a fresh process, and the command line."""
    dataset, times = _dataset(session), 1 if session.quick else 5
    with home() as environment:
        generator = [_generator(environment, dataset, "leaky:100") for _ in range(times)]
        by_command = [_by_command(environment, dataset, "fused") for _ in range(times)]
        reference = [] if session.quick else [_by_command(environment, dataset, "reference")]
    return {
        "dataset": dataset,
        "generator": {
            "import_s": _best([found["import_s"] for found, _ in generator]),
            "load_s": _best([found["load_s"] for found, _ in generator]),
            "train_s": _best([found["networks"][0]["train_s"] for found, _ in generator]),
            "prepared_trained_tested_s": _best(
                [found["networks"][0]["prepared_trained_tested_s"] for found, _ in generator]
            ),
            "whole_process_s": _best([seconds for _, seconds in generator]),
            "test_accuracy": generator[0][0]["networks"][0]["test_accuracy"],
        },
        "command": _told(by_command),
        "reference": _told(reference) if reference else None,
    }


def run_networks(session: Session) -> dict[str, Any]:
    """Train the paper's study: eight sizes of each neuron, one epoch each, in one process."""
    dataset, sizes = _dataset(session), (10, 100) if session.quick else PAPER_SIZES
    networks = [f"{kind}:{size}" for kind in SNNTORCH_KINDS for size in sizes]
    with home() as environment:
        found, seconds = _generator(environment, dataset, *networks)
    rows = found["networks"]
    return {
        "dataset": dataset,
        "networks": len(rows),
        "train_s": sum(row["train_s"] for row in rows),
        "whole_process_s": seconds,
        "rows": rows,
    }


def _dataset(session: Session) -> str:
    return "mnist" if session.has_mnist else "digits"


def _generator(environment: dict[str, str], dataset: str, *networks: str) -> tuple[dict[str, Any], float]:
    return run_json([sys.executable, "-m", "benchmarks.whole_runs", dataset, "1", *networks], environment)


def _by_command(environment: dict[str, str], dataset: str, engine: str) -> tuple[dict[str, Any], float]:
    asked = ("--dataset", dataset, "--hidden", "100", "--preset", "paper", "--engine", engine, "--json")
    return run_json(command("train", *asked), environment)


def _told(runs: list[tuple[dict[str, Any], float]]) -> dict[str, Any]:
    return {
        "train_s": _best([results["train_seconds"] for results, _ in runs]),
        "whole_command_s": _best([seconds for _, seconds in runs]),
        "test_accuracy": runs[0][0]["test"]["accuracy"],
        "updates": runs[0][0]["updates"],
        "engine": runs[0][0]["engine"],
    }


def _best(seconds: list[float]) -> dict[str, float]:
    return {"min": min(seconds), "median": statistics.median(seconds)}
