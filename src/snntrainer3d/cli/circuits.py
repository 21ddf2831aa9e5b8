"""What the commands about circuits share: options that become settings, and what `export` writes of a circuit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from snntrainer3d.errors import Fault, SpecError

if TYPE_CHECKING:
    from snntrainer3d.circuits import CircuitSettings, Production
    from snntrainer3d.spec import InputContract, Readout, TrainedNetwork

T = TypeVar("T")
FormOption = Annotated[str | None, typer.Option("--form", help="Of the circuit: vccs, ideal, opamp or async.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A value of the circuit, such as levels=16; docs/circuits.md."),
]
PrintOption = Annotated[
    list[str] | None,
    typer.Option("--print", metavar="NAME=VALUE", help="A size of the print, such as pitch_m=0.001; docs/circuits.md."),
]

PRINTS = frozenset({"svg", "dxf", "gds", "stl", "glb"})
CIRCUITS = frozenset({"spice", "conductances", "bill"}) | PRINTS
"""What `export --to` makes a circuit of."""


@dataclass(frozen=True, slots=True)
class CircuitOptions:
    """The options of `export` that are about circuits; None and empty for what was not given."""

    form: str | None
    simulator: str | None
    sample: tuple[int, ...]
    setting: tuple[str, ...]
    printing: tuple[str, ...]

    def refuse_given(self, to: str) -> None:
        """Raise SpecError where any was given although `to` is no circuit."""
        given = {"--form": self.form, "--simulator": self.simulator, "--sample": self.sample, "--set": self.setting}
        given |= {"--print": self.printing}
        why = f"is about circuits, and --to {to} is none."
        faults = [Fault(name, why, "Leave it out, or give --to spice.") for name, value in given.items() if value]
        if faults:
            raise SpecError(faults, what="command")

    def settings(self) -> CircuitSettings:
        """Give the circuit's settings; raises SpecError."""
        return settings_from(self.setting, form=self.form, simulator=self.simulator)

    def production(self) -> Production:
        """Give the sizes of the print; raises SpecError."""
        from snntrainer3d.circuits import Production

        return document_from(Production, self.printing, "--print", {})

    def files(self, to: str, trained: TrainedNetwork, name: str) -> dict[str, bytes | str]:
        """Give what `--to` makes of a network, by the names of files; raises SpecError."""
        makers: dict[str, Callable[[TrainedNetwork, str], dict[str, bytes | str]]] = {
            "spice": self._netlist,
            "conductances": self._conductances,
            "bill": self._bill,
        }
        return self._print(to, trained, name) if to in PRINTS else makers[to](trained, name)

    def _print(self, to: str, trained: TrainedNetwork, name: str) -> dict[str, bytes | str]:
        """Give one drawing for each ink layer, or one file for all."""
        from snntrainer3d import circuits

        design, production = circuits.design_circuit(trained, self.settings()), self.production()
        try:
            stack = circuits.stack_of(design, production)
        except SpecError as error:
            raise SpecError(
                [replace(fault, path=f"--print {fault.path}") for fault in error.faults], what="production"
            ) from None
        path = PurePath(name)
        if to in ("svg", "dxf"):
            drawn = circuits.sheets_svg(stack) if to == "svg" else circuits.sheets_dxf(stack)
            return {f"{path.stem}-{ink}{path.suffix}": text for ink, text in drawn.items()}
        whole = {"gds": circuits.sheets_gds, "stl": circuits.stack_stl, "glb": circuits.stack_glb}
        return {name: whole[to](stack)}

    def _netlist(self, trained: TrainedNetwork, name: str) -> dict[str, bytes | str]:
        """Give a netlist with the samples as sources, or without samples a sub-circuit with pins."""
        from snntrainer3d.circuits import as_subcircuit, design_circuit, netlist
        from snntrainer3d.cli.samples import samples_for
        from snntrainer3d.data import contract_for
        from snntrainer3d.spec import OUTPUT

        design = design_circuit(trained, self.settings())
        title = trained.training.name if trained.training else ""
        if not self.sample:
            contract = contract_for(trained) if trained.training or trained.inputs else None
            return {name: as_subcircuit(design, title=title, notes=_notes(contract, trained.readouts.get(OUTPUT)))}
        chosen = samples_for(trained, None, self.sample)
        told = f"{title} {chosen.dataset.info.name} test sample(s) {', '.join(map(str, self.sample))}".strip()
        return {name: netlist(design, chosen.inputs(), title=told, notes=_notes(chosen.contract, chosen.readout))}

    def _conductances(self, trained: TrainedNetwork, name: str) -> dict[str, bytes | str]:
        """Give one table for each crossbar, or one JSON where the name ends so."""
        from snntrainer3d.circuits import conductances_csv, conductances_json, design_circuit

        design = design_circuit(trained, self.settings())
        path = PurePath(name)
        if path.suffix.lower() == ".json":
            return {name: conductances_json(design)}
        tables = enumerate(conductances_csv(design), start=1)
        return {f"{path.stem}-layer{layer}{path.suffix}": table for layer, table in tables}

    def _bill(self, trained: TrainedNetwork, name: str) -> dict[str, bytes | str]:
        """Give the parts as CSV; as JSON with area, and with samples the energy of one, where the name ends so."""
        from snntrainer3d.circuits import bill_csv, bill_of, design_circuit, energy_of
        from snntrainer3d.cli.samples import samples_for

        design = design_circuit(trained, self.settings())
        production = self.production()
        bill = bill_of(design, production)
        if PurePath(name).suffix.lower() != ".json":
            return {name: bill_csv(bill)}
        document = bill.to_dict()
        if self.sample:
            inputs = samples_for(trained, None, self.sample).inputs()
            document["energy_nj"] = energy_of(design, trained.network, inputs, production=production).to_dict()
        return {name: json.dumps(document, indent=1) + "\n"}


def _notes(contract: InputContract | None, readout: Readout | None) -> list[str]:
    """Return what a netlist says of how its network is fed and read."""
    from snntrainer3d.exports import coding_in_words, decision_in_words

    fed = [f"input: {coding_in_words(contract)}"] if contract is not None else []
    return [*fed, *([f"the class: {decision_in_words(readout)}"] if readout is not None else [])]


def settings_from(assignments: Sequence[str], **chosen: Any) -> CircuitSettings:
    """Give a circuit's settings from `NAME=VALUE` and options of their own; raises SpecError with all faults."""
    from snntrainer3d.circuits import CircuitSettings

    return document_from(CircuitSettings, assignments, "--set", {}, **chosen)


def document_from(
    kind: type[T], assignments: Sequence[str], option: str, defaults: Mapping[str, Any], **chosen: Any
) -> T:
    """Give a document from `NAME=VALUE` given with `option`; raises SpecError with all faults, named by option."""
    from snntrainer3d.spec import parse

    given = {name: value for name, value in chosen.items() if value is not None}
    values = dict(_assignment(text, option) for text in assignments)
    try:
        return parse(kind, {**defaults, **values, **given}, what="command")
    except SpecError as error:
        raise SpecError([_as_option(fault, given, option) for fault in error.faults], what="command") from None


def _assignment(text: str, option: str) -> tuple[str, Any]:
    name, found, value = text.partition("=")
    if not found or not name:
        raise SpecError([Fault(option, f"got {text!r}, expected NAME=VALUE.", "For example levels=16.")])
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def _as_option(fault: Fault, options: dict[str, Any], prefix: str) -> Fault:
    option = f"--{fault.path}" if fault.path in options else f"{prefix} {fault.path}"
    return Fault(option, fault.message, fault.hint)
