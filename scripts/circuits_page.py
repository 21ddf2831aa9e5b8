"""Measures what docs/circuits.md says of the digits network and writes it there, with its curves.

Run by hand, with ngspice: `python scripts/circuits_page.py`. It works on the networks in tests/golden/networks and
needs minutes; everything below the mark in the page is its.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from snntrainer3d.analysis import render
from snntrainer3d.circuits import (
    TYPICAL_DEVICES,
    CircuitSettings,
    Decider,
    DeviceStudy,
    Imperfections,
    design_circuit,
    disturbance,
    draw_study,
    draw_waveforms,
    energy_of,
    imperfect,
    sheets_svg,
    simulate,
    stack_of,
    study_devices,
    study_point,
    summarise,
)
from snntrainer3d.data import Dataset, load
from snntrainer3d.exports import read_weights
from snntrainer3d.spec import TrainedNetwork
from snntrainer3d.training import harden

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "circuits.md"
PICTURES = ROOT / "docs" / "pictures"
NETWORKS = ROOT / "tests" / "golden" / "networks"
MARK = "<!-- From here on written by scripts/circuits_page.py -->"
STEPS = 25
SAMPLES = 20
HARDENING = (
    ("all typical faults", TYPICAL_DEVICES),
    ("spread 0.3, 2 % stuck", Imperfections(spread=0.3, stuck=0.02)),
    ("4 levels", Imperfections(levels=4)),
)


def main() -> None:
    """Measure and write."""
    digits, xor = (read_weights(NETWORKS / f"{name}.json") for name in ("digits-64-20-10", "xor-2-8-2"))
    dataset = load("digits")
    values = values_of(digits, dataset)
    lines = [MARK, "", "## Measured", "", *agreement(digits, values), *study(digits, dataset, values)]
    lines += [*hardening(digits, dataset, values), *energy(digits, values)]
    kept = PAGE.read_text(encoding="utf-8").split(MARK)[0].rstrip()
    PAGE.write_text(kept + "\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
    picture(xor)
    printed(xor)


def values_of(trained: TrainedNetwork, dataset: Dataset) -> np.ndarray:
    """Give the test set as the network takes it."""
    assert trained.training is not None
    scale, offset = dataset.affine(trained.training.pixels)
    rows = dataset.test.inputs.reshape(len(dataset.test.labels), -1)
    return rows.astype(np.float32) * np.float32(scale) + np.float32(offset)


def agreement(trained: TrainedNetwork, values: np.ndarray) -> Iterator[str]:
    """Give the five measures of each form."""
    yield f"The digits network {trained.network.title()} of `tests/golden/networks`, {SAMPLES} test samples of {STEPS}"
    yield "steps, ngspice against the network:"
    yield ""
    columns = ["predictions equal", "counts off, at most", "spikes that differ", "one-step residual"]
    yield f"| form | {' | '.join(columns)} | root causes, unexplained |"
    yield "|---|---|---|---|---|---|"
    inputs = np.repeat(values[:SAMPLES, None], STEPS, axis=1)
    for form in ("vccs", "ideal", "opamp", "async"):
        design = design_circuit(trained, CircuitSettings(form=form))
        found = summarise([one.agreement for one in simulate(design, inputs)])
        yield (
            f"| `{form}` | {found.predictions_equal} of {found.samples} | {found.largest_count_error} "
            f"| {found.spikes_differing:,} of {found.spikes:,} | {found.residual:.1e} "
            f"| {found.root_causes}, {found.unexplained} |"
        )
    yield ""


def study(trained: TrainedNetwork, dataset: Dataset, values: np.ndarray) -> Iterator[str]:
    """Give curves, requirements and the comparison with ngspice."""
    assert trained.training is not None
    decider = Decider.of_inputs(values[:, None], dataset.test.labels, trained.training.num_steps)
    begun = time.process_time()
    found = study_devices(trained, decider)
    seconds = time.process_time() - begun
    (PICTURES / "devices-digits.svg").write_bytes(render(draw_study(found), "svg"))
    yield "### Imperfect devices"
    yield ""
    yield f"`snntrainer3d devices`, all {found.samples} test samples, {found.draws} sets of devices at each value where"
    yield f"chance plays a part, {seconds:.0f} s of one processor. Perfect devices: {found.software:.1%}."
    yield ""
    yield "![Accuracy over each imperfection alone](pictures/devices-digits.svg)"
    yield ""
    yield from requirements(found)
    yield from confirmed(trained, dataset, values)


def requirements(found: DeviceStudy) -> Iterator[str]:
    """Give what devices must be, and all faults together."""
    yield "How good must devices be for 90 %, each fault alone:"
    yield ""
    yield from (f"- {one.sentence}" for one in found.requirements)
    yield ""
    yield "All faults of `TYPICAL_DEVICES` together, and without each (mean, and where 95 % of the draws lie):"
    yield ""
    yield "| devices | accuracy | 95 % of draws |"
    yield "|---|---|---|"
    for point in found.together:
        yield f"| {point.imperfection} | {point.mean:.1%} | {point.low:.1%} to {point.high:.1%} |"
    yield ""


def confirmed(trained: TrainedNetwork, dataset: Dataset, values: np.ndarray) -> Iterator[str]:
    """Give ngspice's word on imperfect devices."""
    assert trained.training is not None
    steps = trained.training.num_steps
    inputs = np.repeat(values[:SAMPLES, None], steps, axis=1)
    decider = Decider.of_inputs(values[:SAMPLES, None], dataset.test.labels[:SAMPLES], steps)
    yield "The study computes the network with the weights that the devices stand for. ngspice on the resistors"
    yield f"themselves (form `ideal`, {SAMPLES} samples of {steps} steps, one draw each) says the same:"
    yield ""
    yield "| devices | decisions equal | spikes that differ |"
    yield "|---|---|---|"
    cases = {
        "levels 6, spread 0.2": Imperfections(levels=6, spread=0.2),
        "10 % stuck, range 10": Imperfections(stuck=0.1, on_off_ratio=10.0),
        "wires of 20 Ω, drift 0.03 ± 0.01": Imperfections(wire_ohm=20.0, drift=0.03, drift_spread=0.01),
    }
    for name, wrong in cases.items():
        design = imperfect(trained, CircuitSettings(form="ideal"), wrong, np.random.default_rng(3))
        ran = sorted(simulate(design, inputs), key=lambda one: one.place)
        fast = decider.decisions(design)
        equal = sum(one.agreement.circuit_decision == decision for one, decision in zip(ran, fast, strict=True))
        together = summarise([one.agreement for one in ran])
        yield f"| {name} | {equal} of {SAMPLES} | {together.spikes_differing} of {together.spikes:,} |"
    yield ""


def hardening(trained: TrainedNetwork, dataset: Dataset, values: np.ndarray) -> Iterator[str]:
    """Give what fine-tuning on disturbed weights wins."""
    assert trained.training is not None
    recipe = trained.training.changed(epochs=40, learning_rate=trained.training.learning_rate / 2)
    decider = Decider.of_inputs(values[:, None], dataset.test.labels, recipe.num_steps)
    yield "### Networks that bear it"
    yield ""
    yield "`snntrainer3d harden`, 40 epochs on disturbed weights; test accuracy over 20 sets of devices never seen:"
    yield ""
    yield "| devices | before | after | gain in points | on perfect devices, before and after |"
    yield "|---|---|---|---|---|"
    for name, wrong in HARDENING:
        last = trained
        for done in harden(trained, dataset, recipe, disturbance(CircuitSettings(), wrong)):
            last = done.trained
        before, after = (study_point(one, decider, wrong, seed=1_000_003).mean for one in (trained, last))
        perfect = [decider.accuracy(design_circuit(one)) for one in (trained, last)]
        yield (
            f"| {name} | {before:.1%} | {after:.1%} | {100 * (after - before):+.1f} "
            f"| {perfect[0]:.1%}, {perfect[1]:.1%} |"
        )
    yield ""


def energy(trained: TrainedNetwork, values: np.ndarray) -> Iterator[str]:
    """Give the energy of a sample."""
    assert trained.training is not None
    inputs = np.repeat(values[:, None], trained.training.num_steps, axis=1)
    found = energy_of(design_circuit(trained), trained.network, inputs)
    yield "### Energy of one sample"
    yield ""
    yield f"Mean of {found.samples} samples; one takes {1000 * found.seconds:.1f} ms of circuit time."
    yield ""
    yield "| what | nJ |"
    yield "|---|---|"
    yield f"| crossbars: inputs, biases, spikes | {found.inputs:.3g} + {found.biases:.3g} + {found.spikes:.3g} |"
    yield f"| op-amps and comparators at rest, as `Production` assumes them | {found.amplifiers:.3g} |"
    yield f"| digital neuromorphic, by counted operations | {found.digital:.3g} |"
    yield f"| ordinary network of the same shape | {found.conventional:.3g} |"
    yield ""
    yield f"Digital figures: {found.source}. With its defaults (1 ms a step, 100 µS) this circuit costs more than"
    yield "digital hardware does: its amplifiers wait most of the time. Energy falls in proportion to the time step and"
    yield "to the conductances, and both are settings."


def picture(xor: TrainedNetwork) -> None:
    """Draw the tutorial's waveforms: the row 0, 1."""
    assert xor.training is not None
    inputs = np.repeat(load("xor").test.inputs[1:2, None], xor.training.num_steps, axis=1)
    (found,) = simulate(design_circuit(xor, CircuitSettings(form="ideal")), inputs)
    drawn = render(draw_waveforms(found, "exclusive or of 0 and 1, 2-8-2, form ideal"), "svg")
    (PICTURES / "xor-waveforms.svg").write_bytes(drawn)


def printed(xor: TrainedNetwork) -> None:
    """Draw the ink layers of the tutorial's first crossbar over each other."""
    drawn = sheets_svg(stack_of(design_circuit(xor, CircuitSettings(levels=16))))
    rows = drawn.pop("layer1-rows").removesuffix("</svg>\n")
    above = [drawn[f"layer1-{use}"].split("</title>\n")[1].removesuffix("</svg>\n") for use in ("columns", "devices")]
    faded = above[0].replace("<g ", '<g fill-opacity="0.55" ')
    whole = f"{rows}{faded}{above[1]}</svg>\n".replace(
        "<title>", '<rect x="-9" y="-9" width="99" height="99" fill="#fff"/><title>'
    )
    (PICTURES / "xor-print.svg").write_text(whole, encoding="utf-8")


if __name__ == "__main__":
    main()
