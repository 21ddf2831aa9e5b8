"""A neuron in each form: what its columns' currents become, and the parts that all forms share."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from snntrainer3d.circuits.design import Crossbar, Design
from snntrainer3d.circuits.netlist.cards import comment, membrane, number, row, spike, switch
from snntrainer3d.circuits.netlist.memristor import cell
from snntrainer3d.circuits.settings import CircuitSettings

LATCH_FARAD_PER_SECOND = 1e-7
"""Of the capacitor that holds a spike: 100 pF at a step of 1 ms."""
COMPARATOR_GAIN = 1e4
"""Of a comparator without a clock; a jump would leave the solver without a solution within the feedback."""
EDGE = 1e-2
"""Time constant of a free spike's edges, in time steps."""
EMPTYING = 2e-3
"""Time constant with which the timing capacitor is emptied, in time steps."""
EXPIRED_V = 0.4
"""Of the timing capacitor when the spike ends; below a half, so that it still charges until the spike has gone."""
READY_V = 0.02
"""Of the timing capacitor when the next spike may begin."""
SURE_V = 0.8
"""Of a spike that closes the clamp: one that only begins, and whose membrane is emptied, would end again."""
CLAMPED_V = 0.05
"""Of the timing capacitor until which a membrane that resets to zero is emptied: 10 % of a time step."""


@dataclass(frozen=True, slots=True)
class Neuron:
    """One neuron of a layer, its values ready to be written."""

    layer: int
    index: int
    bar: Crossbar
    settings: CircuitSettings
    resistance_ohm: float
    capacitance_f: float
    reset_current_a: float

    @property
    def name(self) -> str:
        """Give what every name of its elements ends with."""
        return f"{self.layer}_{self.index}"

    def rows(self) -> Iterator[tuple[int, str, float, float]]:
        """Give number, node and both conductances of each row."""
        pairs = zip(self.bar.plus[self.index], self.bar.minus[self.index], strict=True)
        for place, (plus, minus) in enumerate(pairs):
            yield place, row(self.layer, place, self.bar.inputs), float(plus), float(minus)


def layer_neurons(design: Design, layer: int) -> Iterator[Neuron]:
    """Give the neurons of a layer, from 1."""
    bar, settings = design.crossbars[layer - 1], design.settings
    values = zip(bar.resistance_ohm(settings), bar.capacitance_f(settings), bar.reset_current_a(settings), strict=True)
    for index, (resistance, capacitance, current) in enumerate(values):
        yield Neuron(layer, index, bar, settings, float(resistance), float(capacitance), float(current))


def write_neuron(neuron: Neuron) -> Iterator[str]:
    """Give all cards of one neuron."""
    yield from comment(
        f"neuron {neuron.index} of layer {neuron.layer}: R {neuron.resistance_ohm:.4g} ohm, "
        f"C {neuron.capacitance_f:.4g} F, decay {neuron.bar.decay[neuron.index]:.6g} per step"
    )
    yield from FORMS[neuron.settings.form](neuron)
    if neuron.settings.form != "async":
        yield from _spike_parts(neuron)


def _vccs(neuron: Neuron) -> Iterator[str]:
    """Give one controlled source per weight, into the membrane's resistor."""
    column = f"sum{neuron.name}"
    for place, node, plus, minus in neuron.rows():
        yield f"G{neuron.name}_{place} 0 {column} {node} 0 {number(plus - minus)}"
    if neuron.bar.reset == "subtract":
        taken = neuron.reset_current_a
        yield f"Grst{neuron.name} {column} 0 {spike(neuron.layer, neuron.index)} 0 {number(taken)}"
    yield from _passive_membrane(neuron, column)


def _ideal(neuron: Neuron) -> Iterator[str]:
    """Give two resistors per weight; both columns end in ammeters at 0 V, whose currents are mirrored."""
    yield from _mirrored_columns(neuron, f"sum{neuron.name}")
    yield from _passive_membrane(neuron, f"sum{neuron.name}")


def _mirrored_columns(neuron: Neuron, into: str) -> Iterator[str]:
    yield from _device_pairs(neuron)
    yield f"Vpos{neuron.name} pos{neuron.name} 0 0"
    yield f"Vneg{neuron.name} neg{neuron.name} 0 0"
    yield f"Fpos{neuron.name} 0 {into} Vpos{neuron.name} 1"
    yield f"Fneg{neuron.name} {into} 0 Vneg{neuron.name} 1"


def _opamp(neuron: Neuron) -> Iterator[str]:
    """Give two transimpedance op-amps, the second of which subtracts, and a gated leaky integrator.

    The first turns the positive column's current into −Rf·I₊; a resistor of the same Rf adds that to the negative
    column, so that the second gives Rf·(I₊ − I₋); the third inverts once more, which the order of columns undoes.
    """
    settings, name = neuron.settings, neuron.name
    transfer = transimpedance_ohm(neuron.bar)
    leak = neuron.resistance_ohm
    series = transfer  # R_leak/R_series · transfer must be R_leak: the gain from column current to membrane
    factor = 1.0 / (1.0 + settings.switch_ohm * (1.0 / series + 1.0 / leak))
    capacitance = neuron.capacitance_f * (leak + settings.switch_ohm) / leak * factor
    yield from _device_pairs(neuron)
    yield f"Xneg{name} 0 neg{name} low{name} opamp ; {number(transfer)} ohm x current of the negative column"
    yield f"Rneg{name} low{name} neg{name} {number(transfer)}"
    yield f"Rsub{name} low{name} pos{name} {number(transfer)}"
    yield f"Xpos{name} 0 pos{name} dif{name} opamp ; {number(transfer)} ohm x difference of the columns"
    yield f"Rpos{name} dif{name} pos{name} {number(transfer)}"
    yield f"Rser{name} dif{name} gat{name} {number(series)}"
    yield f"Rleak{name} {membrane(neuron.layer, neuron.index)} gat{name} {number(leak)}"
    yield switch(f"int{name}", f"gat{name}", f"vir{name}", "phi_int")
    yield f"Xmem{name} 0 vir{name} {membrane(neuron.layer, neuron.index)} opamp ; leaky integrator"
    yield f"Cmem{name} {membrane(neuron.layer, neuron.index)} vir{name} {number(capacitance)}"
    yield from _emptying(neuron, f"vir{name}")


def _device_pairs(neuron: Neuron) -> Iterator[str]:
    for place, node, plus, minus in neuron.rows():
        yield from _device(f"p{neuron.name}_{place}", node, f"pos{neuron.name}", plus, neuron.settings)
        yield from _device(f"n{neuron.name}_{place}", node, f"neg{neuron.name}", minus, neuron.settings)
    if neuron.bar.reset == "subtract":
        feedback = neuron.settings.read_voltage_v / neuron.reset_current_a
        yield f"Rrst{neuron.name} out{neuron.name} neg{neuron.name} {number(feedback)}"


def _device(name: str, node: str, column: str, conductance: float, settings: CircuitSettings) -> Iterator[str]:
    """Give a device's resistor or memristor; one that is stuck open is left out."""
    if conductance <= 0.0:
        return
    if settings.cells == "threshold":
        yield cell(name, node, column, conductance, settings)
    else:
        yield f"R{name} {node} {column} {number(1.0 / conductance)}"


def _passive_membrane(neuron: Neuron, column: str) -> Iterator[str]:
    """Give resistor, switch and capacitor; the switch freezes the membrane in the hold phase."""
    node = membrane(neuron.layer, neuron.index)
    yield f"Rmem{neuron.name} {column} 0 {number(neuron.resistance_ohm)}"
    yield switch(f"int{neuron.name}", column, node, "phi_int")
    yield f"Cmem{neuron.name} {node} 0 {number(neuron.capacitance_f)}"
    yield from _emptying(neuron, "0")


def _emptying(neuron: Neuron, other: str) -> Iterator[str]:
    """Give the switch across the capacitor: before a sample, and after a spike where it resets to zero."""
    node, name = membrane(neuron.layer, neuron.index), neuron.name
    control = f"clear{neuron.layer}"
    if neuron.bar.reset == "zero":
        phase = "phi_clamp" if neuron.bar.clamped else "phi_zero"
        control = f"zero{name}"
        spiked = f"V({spike(neuron.layer, neuron.index)})"
        yield f"Bzero{name} {control} 0 V=u(V(clear{neuron.layer})+V({phase})*{spiked}-0.5)"
    yield switch(f"zero{name}", node, other, control)


def _spike_parts(neuron: Neuron) -> Iterator[str]:
    """Give comparator, latch and the driver of the next layer's row."""
    node, name = membrane(neuron.layer, neuron.index), neuron.name
    latch = LATCH_FARAD_PER_SECOND * neuron.settings.time_step_s
    yield f"Bcmp{name} cmp{name} 0 V=u(V({node})-{number(neuron.settings.threshold_v)}) ; comparator"
    yield switch(f"lat{name}", f"cmp{name}", spike(neuron.layer, neuron.index), "phi_latch")
    yield f"Clat{name} {spike(neuron.layer, neuron.index)} 0 {number(latch)}"
    yield f"Eout{name} out{name} 0 {spike(neuron.layer, neuron.index)} 0 {number(neuron.settings.read_voltage_v)}"


def _async(neuron: Neuron) -> Iterator[str]:
    """Give a neuron without a clock: leaky RC, comparator, monostable, clamp.

    Above the threshold the monostable begins a spike of one time step, which drives the row of the next layer and
    the reset of its own neuron. It begins again once its timing capacitor is empty.
    """
    name, node, fired = neuron.name, membrane(neuron.layer, neuron.index), spike(neuron.layer, neuron.index)
    decay = float(neuron.bar.decay[neuron.index])
    yield from _mirrored_columns(neuron, node)
    yield f"Rmem{name} {node} 0 {number(neuron.resistance_ohm)}"
    yield f"Cmem{name} {node} 0 {number(-neuron.settings.time_step_s / (neuron.resistance_ohm * math.log(decay)))}"
    yield from _monostable(name, node, fired, neuron.settings)
    yield from _clamp(neuron)
    yield f"Eout{name} out{name} 0 {fired} 0 {number(neuron.settings.read_voltage_v)}"


def _monostable(name: str, node: str, fired: str, settings: CircuitSettings) -> Iterator[str]:
    """Give what turns a crossing of the threshold into a spike of one time step, unless all is being cleared."""
    step, farad = settings.time_step_s, LATCH_FARAD_PER_SECOND * settings.time_step_s
    timing = -step / (math.log(1.0 - EXPIRED_V) * farad)
    yield f"Bcmp{name} cmp{name} 0 V={_above(f'V({node})', number(settings.threshold_v))} ; comparator"
    yield f"Brun{name} run{name} 0 V={_above(number(EXPIRED_V), f'V(tim{name})')} ; until a spike's time is over"
    yield f"Brdy{name} rdy{name} 0 V={_above(number(READY_V), f'V(tim{name})')} ; the next may begin"
    yield f"Bset{name} set{name} 0 V=(1-V(clear))*V(run{name})*(1-(1-V(cmp{name})*V(rdy{name}))*(1-V({fired})))"
    yield f"Rset{name} set{name} edg{name} {number(EDGE * step / farad)}"
    yield f"Cset{name} edg{name} 0 {number(farad)}"
    # What it drives sees whole spikes only: half of one would hold the membrane at its threshold, and none would come.
    yield f"Bspk{name} {fired} 0 V={_above(f'V(edg{name})', '0.5')} ; the spike, which holds itself"
    yield f"Rtim{name} {fired} tim{name} {number(timing)}"
    yield f"Ctim{name} tim{name} 0 {number(farad)} ; its length"
    yield f"Bidle{name} idle{name} 0 V=1-V({fired})"
    yield f"Ridle{name} tim{name} low{name} {number(EMPTYING * step / farad)}"
    yield switch(f"idle{name}", f"low{name}", "0", f"idle{name}")


def _clamp(neuron: Neuron) -> Iterator[str]:
    """Give the switch that empties a membrane: before a sample, and where it resets to zero, when it spikes.

    One that is not clamped keeps the input of the step that follows: its switch opens at once.
    """
    node, name, fired = membrane(neuron.layer, neuron.index), neuron.name, spike(neuron.layer, neuron.index)
    control = "clear"
    if neuron.bar.reset == "zero":
        control = f"zero{name}"
        brief = "" if neuron.bar.clamped else f"*{_above(number(CLAMPED_V), f'V(tim{name})')}"
        yield f"Bzero{name} {control} 0 V=V(clear)+{number(0.5 / SURE_V)}*V({fired}){brief}"
    yield switch(f"zero{name}", node, "0", control)


def _above(one: str, other: str) -> str:
    """Give a comparator: 1 where one voltage is above the other, else 0, steep and without a jump."""
    return f"(0.5+0.5*tanh({number(COMPARATOR_GAIN)}*({one}-{other})))"


def transimpedance_ohm(bar: Crossbar) -> float:
    """Give the resistor of a layer's transimpedance op-amps: one over the largest column's conductance.

    A larger one multiplies the op-amp's errors by 1 + R·ΣG.
    """
    return 1.0 / float(max(bar.plus.sum(axis=1).max(), bar.minus.sum(axis=1).max()))


FORMS: dict[str, Callable[[Neuron], Iterator[str]]] = {
    "vccs": _vccs,
    "ideal": _ideal,
    "opamp": _opamp,
    "async": _async,
}
