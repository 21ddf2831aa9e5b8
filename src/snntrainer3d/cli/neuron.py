"""`snntrainer3d neuron`: own neurons, and one neuron on the bench, under an input of one's choice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snntrainer3d.cli.completion import complete_neuron, complete_own_neuron
from snntrainer3d.cli.output import AsJson, give, give_json, give_pairs, give_table, say
from snntrainer3d.errors import ConflictError, Fault, InputError, Snntrainer3dError, SpecError

if TYPE_CHECKING:
    from snntrainer3d.analysis import NeuronBench

app = typer.Typer(help="Neurons: keep your own, try one under an input of your choice.", no_args_is_help=True)
_OPTIONS = {
    "neuron": "--neuron",
    "against": "--against",
    "input": "--input",
    "num_steps": "--steps",
    "currents": "--currents",
}


@app.command("list")
def list_neurons(as_json: AsJson = False) -> None:
    """List the built-in neurons and your own."""
    from snntrainer3d.neurons import own_names, own_neuron
    from snntrainer3d.spec import NEURONS, equation_of, usual_neuron
    from snntrainer3d.spec.equations import equation_lines

    found = {str(model.model_fields["kind"].default): usual_neuron(model) for model in NEURONS}
    broken = []
    for name in own_names():
        try:
            found[name] = own_neuron(name)
        except Snntrainer3dError as error:
            broken.append(f"{name} cannot be read: {error}")
    steps = {name: equation_lines(equation_of(one)) for name, one in found.items()}
    for line in broken:
        say(line)
    if as_json:
        rows = [{"name": name, "title": one.title, "step": steps[name]} for name, one in found.items()]
        give_json({"neurons": rows})
        return
    give_table(["name", "title", "step"], [[name, one.title, "; ".join(steps[name])] for name, one in found.items()])


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="The document of a neuron of kind equations.")],
    check: Annotated[bool, typer.Option("--check", help="Read it and show its step; keep nothing.")] = False,
) -> None:
    """Keep a neuron of your own, for train --neuron own-NAME, studies and the page."""
    from snntrainer3d.neurons import keep_neuron, neuron_named
    from snntrainer3d.spec import OwnNeuron, equation_of
    from snntrainer3d.spec.equations import equation_lines

    neuron = neuron_named(file, root="")
    if not isinstance(neuron, OwnNeuron):
        raise InputError(f"{file} is a built-in neuron, {neuron.kind}.", hint="Only those of kind equations are kept.")
    if not check:
        give(f"Kept as {keep_neuron(neuron)}.")
    for line in equation_lines(equation_of(neuron)):
        give(line)


@app.command("show")
def show(
    neuron: Annotated[
        str, typer.Argument(metavar="KIND|NAME|FILE.json", help="A neuron.", autocompletion=complete_neuron)
    ],
) -> None:
    """Print a neuron's document, to change and to add under another title."""
    from snntrainer3d.neurons import neuron_named

    give(neuron_named(neuron).model_dump_json(indent=1))


@app.command("remove")
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An own neuron.", autocompletion=complete_own_neuron)],
) -> None:
    """Remove an own neuron; runs keep the equations that they were trained with."""
    from snntrainer3d.neurons import remove_neuron

    remove_neuron(name)
    give(f"Removed {name}.")


@app.command("bench")
def bench(
    neuron: Annotated[
        str | None,
        typer.Option(
            metavar="KIND|NAME|FILE.json",
            help="A kind of neuron, with values if you like (leaky:beta=0.95), an own one, or the file of a document.",
            autocompletion=complete_neuron,
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A value of the neuron, as often as you like: beta=0.95."),
    ] = None,
    given: Annotated[
        str,
        typer.Option(
            "--input",
            metavar="INPUT|FILE",
            help="step:CURRENT,BEGIN, ramp:FIRST,LAST, pulse:CURRENT,BEGIN,LENGTH, sine:MEAN,AMPLITUDE,PERIOD, "
            "noise:MEAN,DEVIATION,SEED, spikes:3,10,40 or spikes:FILE (the steps of spikes), or a file of one current "
            "a step.",
        ),
    ] = "step:0.3",
    steps: Annotated[
        int | None, typer.Option(help="Time steps; 200 by default, with a file as many as it has.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="KIND|NAME|FILE.json",
            help="A second neuron beside it, under the same.",
            autocompletion=complete_neuron,
        ),
    ] = None,
    currents: Annotated[
        str | None,
        typer.Option(
            metavar="LOW:HIGH",
            help="Constant currents of the firing curve; by default from 0 to four times the least that makes the "
            "neuron spike.",
        ),
    ] = None,
    fi: Annotated[bool, typer.Option("--fi", help="Print the firing curve: rate over constant current.")] = False,
    svg: Annotated[Path | None, typer.Option(metavar="FILE.svg", help="Write everything as one figure.")] = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv", help="Write input, states and spikes; with --fi also the curve, as FILE-fi.csv."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Try one neuron, or two side by side: spikes, membrane, firing curve and phase plane under an input."""
    from snntrainer3d.analysis import bench_csv, curve_csv, draw_bench, render
    from snntrainer3d.neurons import neuron_named
    from snntrainer3d.notebook.benching import benches_of, stimulus_named
    from snntrainer3d.spec import DEFAULT_KIND
    from snntrainer3d.storage import write_output

    files = _files(svg, csv, fi)
    _check(files, force)
    try:
        chosen = [neuron_named(neuron or DEFAULT_KIND, settings or [])]
        if against is not None:
            chosen.append(neuron_named(against, root="against"))
        stimulus, span = stimulus_named(given), None if currents is None else _span(currents)
        benches = benches_of(chosen, stimulus, steps, span)
    except Snntrainer3dError as error:
        raise _by_option(error) from None
    title = f"{given}, {len(benches[0].response.spikes):,} steps"
    made: dict[str, bytes | str] = {}
    if svg is not None:
        made["svg"] = render(draw_bench(benches, title), "svg")
    if csv is not None:
        made |= {"csv": bench_csv(benches)} | ({"fi": curve_csv(benches)} if fi else {})
    written = [str(write_output(files[name], content)) for name, content in made.items()]
    for one in benches:
        if one.finite_steps < len(one.response.spikes):
            say(
                f"{one.title} diverges: at step {one.finite_steps} a state is no finite number any more. What is told "
                "is of the steps before. Give less input, or values that let it forget."
            )
    if as_json:
        give_json(
            {
                "input": stimulus.model_dump(mode="json"),
                "neurons": [_told(one, fi) for one in benches],
                "files": written,
            }
        )
        return
    for one in benches:
        give_pairs({"neuron": one.title, "step": "; ".join(one.equation()), **_shown(one)})
        if fi:
            _give_curve(one)
        give()
    for file in written:
        give(file)


def _files(svg: Path | None, csv: Path | None, fi: bool) -> dict[str, Path]:
    found = {} if svg is None else {"svg": svg}
    if csv is not None:
        found |= {"csv": csv} | ({"fi": csv.with_name(f"{csv.stem}-fi{csv.suffix}")} if fi else {})
    return found


def _check(files: dict[str, Path], force: bool) -> None:
    """Refuse places where nothing can be written before anything is computed."""
    from snntrainer3d.storage import refuse_place

    for name, path in files.items():
        option = "--svg" if name == "svg" else "--csv"
        refuse_place(path)
        ending = "svg" if name == "svg" else "csv"
        if path.suffix.lower() != f".{ending}":
            raise InputError(f"{path} does not end in .{ending}.", path=option, hint=f"Write {path.stem}.{ending}.")
        if path.exists() and not force:
            raise ConflictError(f"{path} is already there.", path=option, hint="Give --force to replace it.")


def _span(text: str) -> tuple[float, float]:
    low, colon, high = text.partition(":")
    try:
        if colon:
            return float(low), float(high)
    except ValueError:
        pass
    raise InputError(f"got {text!r}, expected LOW:HIGH.", path="--currents", hint="For example 0:2.")


def _by_option(error: Snntrainer3dError) -> Snntrainer3dError:
    """Return an error that names the options which caused it."""
    faults = [replace(fault, path=_option(fault)) for fault in error.faults]
    if isinstance(error, SpecError):
        return SpecError(faults, what="command")
    return type(error)(error.message, path=faults[0].path, hint=error.hint, faults=faults)


def _option(fault: Fault) -> str:
    name, _, rest = fault.path.partition(".")
    return " ".join(part for part in (_OPTIONS.get(name, fault.path), rest if name in _OPTIONS else "") if part)


def _told(one: NeuronBench, fi: bool) -> dict[str, Any]:
    about = {"neuron": one.neuron.model_dump(mode="json"), "title": one.title, **one.summary()}
    about["spike_steps"] = one.spike_steps
    if fi and one.curve is not None:
        about["curve"] = {"currents": one.curve.currents.tolist(), "rates": one.curve.rates.tolist()}
    return about


def _shown(one: NeuronBench) -> dict[str, str]:
    found = one.summary()
    hertz = "" if found["rate_hz"] is None else f", {found['rate_hz']:.4g} Hz"
    pairs = {"spikes": f"{found['spikes']:,} in {found['steps']:,} steps, {found['rate']:.4g} a step{hertz}"}
    if found["first_spike"] is not None:
        pairs["first spike"] = f"at step {found['first_spike']:,}"
    if found["mean_interval"] is not None:
        pairs["between spikes"] = f"{found['mean_interval']:.4g} steps on average"
    if found["highest_membrane"] is not None:
        pairs["highest membrane"] = f"{found['highest_membrane']:.5g}, {found['last_membrane']:.5g} after the last step"
    assert one.curve is not None
    highest = float(one.curve.currents[-1])
    pairs["rheobase"] = (
        f"none up to a constant input of {highest:.4g}"
        if found["rheobase"] is None
        else f"{found['rheobase']:.4g}, the least constant input that makes it spike within {found['steps']:,} steps"
    )
    if found["diverged_at"] is not None:
        pairs["diverges"] = f"at step {found['diverged_at']:,}"
    return pairs


def _give_curve(one: NeuronBench) -> None:
    assert one.curve is not None
    hertz = one.step_s is not None
    rows = zip(one.curve.currents.tolist(), one.curve.rates.tolist(), strict=True)
    give()
    give_table(
        ["#constant input", "#spikes a step", *(["#Hz"] if hertz else [])],
        [[f"{at:.4g}", f"{rate:.4g}", *([f"{rate / one.step_s:.4g}"] if one.step_s else [])] for at, rate in rows],
    )
