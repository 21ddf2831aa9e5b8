"""The paper's study: cited cells, the family of tests, and a whole one with its report."""

import csv
import re

import numpy as np
import pytest

from snntrainer3d.analysis import pairs_needed
from snntrainer3d.runs import RunStore
from snntrainer3d.studies import carry_out, paper_study
from snntrainer3d.studies.comparisons import family, paper_way
from snntrainer3d.studies.paper import NEURONS, PRINTED, SIZES, one_vs_rest_accuracy


def test_printed_accuracies_follow_from_the_true_ones():
    assert len(PRINTED) == len(NEURONS) * len(SIZES) == 32
    for cell in PRINTED.values():
        assert one_vs_rest_accuracy(cell.true_accuracy) == pytest.approx(cell.printed_accuracy, abs=1e-4)


def test_one_vs_rest_accuracy_is_the_sum_of_right_ones_and_right_rejections():
    generator = np.random.default_rng(0)
    labels, decisions = generator.integers(0, 10, (2, 500))
    hits = sum(((decisions == digit) == (labels == digit)).sum() for digit in range(10)) / (10 * 500)
    assert one_vs_rest_accuracy(float((labels == decisions).mean())) == pytest.approx(hits)


def test_the_family_of_tests_needs_twelve_seeds():
    assert len(family()) == len(set(family())) == 76
    assert pairs_needed(len(family())) == 12


def test_the_papers_way_finds_differences_that_are_none():
    generator = np.random.default_rng(1)
    first = generator.random(10_000) < 0.9
    second = first.copy()
    second[np.flatnonzero(first)[:12]] = False
    # Twelve of 10,000 images: nothing that says which is better on others, and the test of the paper is sure of it.
    assert paper_way(first, second) < 0.05
    assert paper_way(first, first.copy(), seed=3) > 0.05


@pytest.mark.slow
@pytest.mark.mnist
def test_the_whole_study_and_its_report():
    with RunStore() as store:
        done = carry_out(paper_study(1), store, workers=2)
        assert done.state.counts() == {"finished": 32}
        folder = done.study.report
        for form in ("svg", "png"):
            numbers = sorted(int(path.name.split("-")[1]) for path in (folder / "figures").glob(f"*.{form}"))
            assert numbers == list(range(10, 22))
        page = done.report.html.read_text()
        assert page.count("<figure") == 12
        assert page.count("<li>") == 9
        for state in done.state.entries:
            assert f'id="run-{state.run_id}"' in page
        assert set(re.findall(r'href="#run-(\w+)"', page)) <= {state.run_id for state in done.state.entries}
        with (folder / "tables" / "accuracy.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == 32
        for row in rows:
            assert float(row["ours"]) == pytest.approx(store.results(row["runs"])["test"]["accuracy"] * 100, abs=0.0051)
        with (folder / "tables" / "table-4.csv").open() as file:
            tests = list(csv.DictReader(file))
        assert len(tests) == 76
        assert {row["Wilcoxon p"] for row in tests} == {"–"}
        assert "2/2^1" in done.report.markdown.read_text()
