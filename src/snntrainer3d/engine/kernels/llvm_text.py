"""A neuron's equation as LLVM assembly: all steps of many neurons, side by side in vectors, forward and backward.

Time is the outer loop, neurons the inner one, in groups of 32, of 8, then one by one. No fast math, no contraction,
operations in the order in which they are written: forward gives snnTorch's bits, and what backward computes again is
what forward computed. Backward loads the states that forward has left, and computes everything else once more.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from snntrainer3d.engine.kernels.layout import (
    CARRY,
    FIRST,
    FROM_START,
    GRAD,
    GRAD_STEP,
    LAST,
    MEMBRANE_GRAD,
    MEMBRANE_STEP,
    PERIOD,
    RAW,
    SCAN_ENTRIES,
    SHIFT,
    SPIKE_GRAD,
    SPIKE_STEP,
    SPIKES,
    STATES,
    STEPS,
    VALUES,
    WIDTH,
    X_STEP,
    X,
)
from snntrainer3d.spec.equations import Equation, Node, gradients, ordered, value_rows

LANES = (32, 8, 1)
LONG = 1000
"""Instructions of a step from which on the widest loop is left out: it would take LLVM seconds to compile."""
_OF_EXP = 20
"""Instructions of an exponential."""
_OPERATORS = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
_COMPARED = {"gt": "ogt", "ge": "oge", "lt": "olt", "le": "ole"}
_EXP = (1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)
"""Cephes' polynomial for e^r, r within ln 2 / 2 of 0."""
_LOG = (
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
    2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip
"""Cephes' polynomial for ln(1 + m), 1 + m from √½ to √2."""


@dataclass(frozen=True, eq=False)
class Scanned:
    """An equation, and the rows of values that its scans read, for all forms of backward alike."""

    equation: Equation
    rows: tuple[Node, ...] = field(init=False)

    def __post_init__(self) -> None:
        made = self.equation
        wanted = [*made.states.values(), *made.starts.values()]
        if made.spike is not None:
            wanted += [made.spike, *(made.derivative(one.arguments[0]) for one in _spikes([*wanted, made.spike]))]
        object.__setattr__(self, "rows", tuple(value_rows(wanted)))


def _spikes(nodes: Iterable[Node]) -> list[Node]:
    return [node for node in ordered(nodes) if node.operation == "spike"]


def forward_text(scanned: Scanned, number: str, shared: Sequence[bool]) -> str:
    """Return the function `scan` that takes neurons first…last through all steps.

    Args:
        number: float or double.
        shared: of each row of values, whether all neurons have the same.
    """
    made = scanned.equation
    text = _Function(scanned, number, shared)
    spike = made.spike
    starts = {("before", at): node for at, node in enumerate(made.starts.values())}
    text.begin_where(FROM_START, lambda: text.over_neurons("start", starts))
    stored: dict[tuple[str, int], Node] = {("now", at): node for at, node in enumerate(made.states.values())}
    if spike is not None:
        stored["spikes", 0] = spike
    text.over_time(lambda: text.over_neurons("step", stored), backwards=False)
    return text.whole()


def backward_text(
    scanned: Scanned,
    number: str,
    shared: Sequence[bool],
    *,
    learned: Sequence[int] = (),
    spike: bool = True,
    membrane: bool = False,
    sums: bool = False,
) -> str:
    """Return the function `scan` that takes neurons first…last back through all steps.

    Args:
        learned: rows whose gradients are added to `raw`, in this order.
        spike: whether gradients arrive at the spikes.
        membrane: whether gradients arrive at the membrane.
        sums: the gradient of x is added up over time to what is there, in place of one for each step.
    """
    made, graph = scanned.equation, scanned.equation.graph
    text = _Function(scanned, number, shared, loads_after=True)
    carried = [graph.leaf("gradient", f"carry {at}") for at in range(len(made.states))]
    seeds = []
    if spike and made.spike is not None:
        seeds.append((made.spike, graph.leaf("gradient", "spike")))
    if membrane:
        seeds.append((made.membrane, graph.leaf("gradient", "membrane")))
    seeds += zip(made.states.values(), carried, strict=True)
    rows = scanned.rows
    before = [graph.leaf("state", name) for name in made.states]
    found = gradients(seeds, [graph.leaf("input", made.input), *before, *rows], made.derivative)
    nothing = graph.constant(0.0)
    arrived, carries = found[0], found[1 : 1 + len(before)]
    stored: dict[tuple[str, int], Node] = {
        ("carry", at): nothing if one is None else one for at, one in enumerate(carries)
    }
    added = _of_learned(found[1 + len(before) :], learned)
    target: dict[tuple[str, int], Node] = {("grad", 0): nothing if arrived is None else arrived}
    text.over_time(
        lambda: text.over_neurons("step", stored | ({} if sums else target), added | (target if sums else {})),
        backwards=True,
    )
    at_start = gradients(list(zip(made.starts.values(), carried, strict=True)), rows, made.derivative)
    given = _of_learned(at_start, learned)
    if given:
        text.end_where(FROM_START, lambda: text.over_neurons("start", {}, given))
    return text.whole()


def _of_learned(found: Sequence[Node | None], learned: Sequence[int]) -> dict[tuple[str, int], Node]:
    """Return what is added to each row of raw gradients."""
    chosen = [found[row] for row in learned]
    return {("raw", at): one for at, one in enumerate(chosen) if one is not None}


class _Function:
    """The text of one function `void scan(i64 table, i64 unused)` as it grows."""

    def __init__(self, scanned: Scanned, number: str, shared: Sequence[bool], *, loads_after: bool = False) -> None:
        self._made, self._number = scanned.equation, number
        self._bytes = 4 if number == "float" else 8
        self._rows = {node.place: at for at, node in enumerate(scanned.rows)}
        self._shared, self._loads_after = shared, loads_after
        self._entry: list[str] = []
        self._lines: list[str] = []
        self._names = 0
        self._uniform: dict[tuple[int, int], str] = {}
        self._declared: set[str] = set()
        self._block = "entry"
        self._arguments = [self._load_argument(at) for at in range(SCAN_ENTRIES)]

    # Text

    def _name(self) -> str:
        self._names += 1
        return f"%v{self._names}"

    def _put(self, operation: str) -> str:
        name = self._name()
        self._lines.append(f"{name} = {operation}")
        return name

    def _label(self, name: str) -> None:
        self._lines.append(f"{name}:")
        self._block = name

    def _load_argument(self, at: int) -> str:
        pointer, name = self._name(), self._name()
        self._entry.append(f"{pointer} = getelementptr i64, ptr %table, i64 {at}")
        self._entry.append(f"{name} = load i64, ptr {pointer}")
        return name

    def whole(self) -> str:
        """Return the module."""
        declared = "\n".join(sorted(self._declared))
        body = "\n".join([*self._entry, "br label %begin", *self._lines, "ret void"])
        return f"{declared}\ndefine void @scan(ptr %table, i64 %unused) {{\nentry:\n{body}\n}}\n"

    # Loops

    def begin_where(self, flag: int, inside: Callable[[], None]) -> None:
        """Write what is done before all steps where an entry of the table is not 0."""
        self._label("begin")
        self._where("starting", flag, lambda: self._with_time("0", inside))

    def end_where(self, flag: int, inside: Callable[[], None]) -> None:
        """Write what is done after all steps."""
        self._where("ending", flag, lambda: self._with_time("0", inside))

    def _where(self, name: str, flag: int, inside: Callable[[], None]) -> None:
        asked = self._put(f"icmp ne i64 {self._arguments[flag]}, 0")
        self._lines.append(f"br i1 {asked}, label %{name}, label %{name}.done")
        self._label(name)
        inside()
        self._lines.append(f"br label %{name}.done")
        self._label(f"{name}.done")

    def _with_time(self, time: str, inside: Callable[[], None]) -> None:
        self._time = time
        inside()

    def over_time(self, inside: Callable[[], None], *, backwards: bool) -> None:
        """Write a loop over the steps."""
        if self._block == "entry":
            self._label("begin")
        steps = self._arguments[STEPS]
        before = self._block
        self._lines.append("br label %time")
        self._label("time")
        done = self._name()
        place = len(self._lines)
        self._lines.append("")
        asked = self._put(f"icmp slt i64 {done}, {steps}")
        self._lines.append(f"br i1 {asked}, label %now, label %time.done")
        self._label("now")
        time = done
        if backwards:
            time = self._put(f"sub i64 {self._put(f'sub i64 {steps}, 1')}, {done}")
        self._with_time(time, inside)
        following = self._put(f"add i64 {done}, 1")
        self._lines[place] = f"{done} = phi i64 [0, %{before}], [{following}, %{self._block}]"
        self._lines.append("br label %time")
        self._label("time.done")

    def over_neurons(
        self, name: str, stored: dict[tuple[str, int], Node], added: dict[tuple[str, int], Node] | None = None
    ) -> None:
        """Write loops over the neurons: `stored` replaces, `added` is added to what is there."""
        wanted = [(place, node, False) for place, node in stored.items()]
        wanted += [(place, node, True) for place, node in (added or {}).items()]
        self._bases: dict[tuple[str, int], str] = {}
        nodes = self._needed([node for _, node, _ in wanted])
        for node in nodes:
            if (leaf := self._leaf(node)) is not None:
                self._base(leaf)
        for place, _, _ in wanted:
            self._base(place)
        begin = self._arguments[FIRST]
        long = sum(_OF_EXP if node.operation == "exp" else 1 for node in nodes) >= LONG
        for lanes in LANES[1:] if long else LANES:
            begin = self._loop(f"{name}.{lanes}", lanes, begin, nodes, wanted)

    def _loop(
        self, name: str, lanes: int, begin: str, nodes: list[Node], wanted: list[tuple[tuple[str, int], Node, bool]]
    ) -> str:
        before = self._block
        self._lines.append(f"br label %{name}")
        self._label(name)
        index = self._name()
        place = len(self._lines)
        self._lines.append("")
        following = self._put(f"add i64 {index}, {lanes}")
        asked = self._put(f"icmp sle i64 {following}, {self._arguments[LAST]}")
        self._lines.append(f"br i1 {asked}, label %{name}.body, label %{name}.done")
        self._label(f"{name}.body")
        self._body(lanes, index, nodes, wanted)
        self._lines[place] = f"{index} = phi i64 [{begin}, %{before}], [{following}, %{self._block}]"
        self._lines.append(f"br label %{name}")
        self._label(f"{name}.done")
        return index

    def _body(
        self, lanes: int, index: str, nodes: list[Node], wanted: list[tuple[tuple[str, int], Node, bool]]
    ) -> None:
        kind = self._kind(lanes)
        known: dict[int, str] = {}
        for node in nodes:
            known[node.place] = self._operation(node, lanes, index, known)
        for place, node, adds in wanted:
            pointer = self._pointer(place, index)
            value = known[node.place]
            if adds:
                there = self._put(f"load {kind}, ptr {pointer}, align {self._bytes}")
                value = self._put(f"fadd {kind} {there}, {value}")
            self._lines.append(f"store {kind} {value}, ptr {pointer}, align {self._bytes}")

    # Places

    def _needed(self, wanted: list[Node]) -> list[Node]:
        """Return what must be computed or loaded, arguments first; nothing below what is loaded."""
        found: dict[int, Node] = {}
        waiting = list(wanted)
        while waiting:
            node = waiting.pop()
            if node.place not in found:
                found[node.place] = node
                if self._leaf(node) is None:
                    waiting.extend(self._used(node))
        return [found[place] for place in sorted(found)]

    def _used(self, node: Node) -> tuple[Node, ...]:
        return node.arguments[:1] if node.operation == "with_gradient" else node.arguments

    def _leaf(self, node: Node) -> tuple[str, int] | None:
        """Return the array and row that a node is loaded from; None for what is computed."""
        if node.place in self._rows:
            return "values", self._rows[node.place]
        if node.operation == "input":
            return "x", 0
        if node.operation == "state":
            return "before", list(self._made.states).index(str(node.value))
        if node.operation == "gradient":
            name = str(node.value)
            return ("carry", int(name.split()[1])) if name.startswith("carry") else (f"{name}_grad", 0)
        if self._loads_after and node.operation != "constant":
            for at, after in enumerate(self._made.states.values()):
                if after is node:
                    return "now", at
        return None

    def _base(self, place: tuple[str, int]) -> None:
        """Compute the address of a row before the loop over neurons."""
        if place in self._bases:
            return
        array, row = place
        argument, arguments = self._arguments, self._arguments
        width, time = arguments[WIDTH], self._time
        per_step = {
            "x": (X, X_STEP), "spike_grad": (SPIKE_GRAD, SPIKE_STEP),
            "membrane_grad": (MEMBRANE_GRAD, MEMBRANE_STEP), "grad": (GRAD, GRAD_STEP),
        }  # fmt: skip
        if array in per_step:
            begin, step = per_step[array]
            offset = self._put(f"mul i64 {time}, {argument[step]}")
        elif array == "spikes":
            begin, offset = SPIKES, self._put(f"mul i64 {time}, {width}")
        elif array in ("before", "now"):
            states = len(self._made.states)
            first = self._put(f"mul i64 {time}, {states}")
            row_of = self._put(f"add i64 {first}, {row + (states if array == 'now' else 0)}")
            begin, offset = STATES, self._put(f"mul i64 {row_of}, {width}")
        elif array == "values":
            moved = self._put(f"mul i64 {arguments[PERIOD]}, {row}")
            begin, offset = VALUES, self._put(f"sub i64 {moved}, {arguments[SHIFT]}")
        else:
            begin, offset = {"carry": CARRY, "raw": RAW}[array], self._put(f"mul i64 {width}, {row}")
        moved = self._put(f"mul i64 {offset}, {self._bytes}")
        address = self._put(f"add i64 {arguments[begin]}, {moved}")
        self._bases[place] = self._put(f"inttoptr i64 {address} to ptr")

    def _pointer(self, place: tuple[str, int], index: str) -> str:
        return self._put(f"getelementptr {self._number}, ptr {self._bases[place]}, i64 {index}")

    # Operations

    def _kind(self, lanes: int, element: str = "") -> str:
        each = element or self._number
        return each if lanes == 1 else f"<{lanes} x {each}>"

    def _constant(self, value: float, lanes: int) -> str:
        rounded = float(np.float32(value)) if self._number == "float" else float(value)
        bits = struct.unpack("<Q", struct.pack("<d", rounded))[0]
        return self._splat(f"0x{bits:016X}", lanes)

    def _splat(self, text: str, lanes: int, element: str = "") -> str:
        each = element or self._number
        return text if lanes == 1 else "<" + ", ".join([f"{each} {text}"] * lanes) + ">"

    def _operation(self, node: Node, lanes: int, index: str, known: dict[int, str]) -> str:
        kind = self._kind(lanes)
        if node.operation == "constant":
            return self._constant(float(node.value or 0.0), lanes)
        leaf = self._leaf(node)
        if leaf is not None and leaf[0] == "values" and self._shared[leaf[1]]:
            return self._shared_value(leaf[1], lanes)
        if leaf is not None:
            return self._put(f"load {kind}, ptr {self._pointer(leaf, index)}, align {self._bytes}")
        given = [known[one.place] for one in self._used(node)]
        return self._computed(node.operation, given, lanes)

    def _shared_value(self, row: int, lanes: int) -> str:
        """Return a value that all neurons share: loaded and spread once, before everything."""
        if (row, lanes) not in self._uniform:
            kept, self._lines = self._lines, self._entry
            if lanes == 1:
                offset = self._put(f"mul i64 {self._arguments[PERIOD]}, {row * self._bytes}")
                address = self._put(f"add i64 {self._arguments[VALUES]}, {offset}")
                found = self._put(f"load {self._number}, ptr {self._put(f'inttoptr i64 {address} to ptr')}")
            else:
                self._lines = kept
                one = self._shared_value(row, 1)
                kept, self._lines = self._lines, self._entry
                kind = self._kind(lanes)
                first = self._put(f"insertelement {kind} poison, {self._number} {one}, i32 0")
                mask = f"<{lanes} x i32> zeroinitializer"
                found = self._put(f"shufflevector {kind} {first}, {kind} poison, {mask}")
            self._lines = kept
            self._uniform[row, lanes] = found
        return self._uniform[row, lanes]

    def _computed(self, operation: str, given: list[str], lanes: int) -> str:
        kind, truth = self._kind(lanes), self._kind(lanes, "i1")
        zero, one = self._constant(0.0, lanes), self._constant(1.0, lanes)
        if operation in _OPERATORS:
            return self._put(f"{_OPERATORS[operation]} {kind} {given[0]}, {given[1]}")
        if operation in _COMPARED:
            return self._put(f"fcmp {_COMPARED[operation]} {kind} {given[0]}, {given[1]}")
        match operation:
            case "neg":
                return self._put(f"fneg {kind} {given[0]}")
            case "detach" | "with_gradient":
                return given[0]
            case "select":
                return self._put(f"select {truth} {given[0]}, {kind} {given[1]}, {kind} {given[2]}")
            case "spike" | "heaviside":
                above = self._put(f"fcmp ogt {kind} {given[0]}, {zero}")
                return self._put(f"select {truth} {above}, {kind} {one}, {kind} {zero}")
            case "abs" | "sqrt":
                intrinsic = f"llvm.{'fabs' if operation == 'abs' else 'sqrt'}.{self._suffix(lanes)}"
                self._declared.add(f"declare {kind} @{intrinsic}({kind})")
                return self._put(f"call {kind} @{intrinsic}({kind} {given[0]})")
            case "clamp":
                low = self._put(f"fcmp olt {kind} {given[0]}, {given[1]}")
                lifted = self._put(f"select {truth} {low}, {kind} {given[1]}, {kind} {given[0]}")
                high = self._put(f"fcmp ogt {kind} {lifted}, {given[2]}")
                return self._put(f"select {truth} {high}, {kind} {given[2]}, {kind} {lifted}")
            case "minimum" | "maximum":
                return self._extreme(operation, given, lanes)
            case "exp" if self._number == "float":
                return self._exponential(given[0], lanes)
            case "log" if self._number == "float":
                return self._logarithm(given[0], lanes)
            case "log1p" if self._number == "float":
                return self._logarithm_of_more(given[0], lanes)
            case "expm1" if self._number == "float":
                return self._exponential_less_1(given[0], lanes)
        return self._called(operation, given[0], lanes)

    def _suffix(self, lanes: int) -> str:
        each = f"f{8 * self._bytes}"
        return each if lanes == 1 else f"v{lanes}{each}"

    def _extreme(self, operation: str, given: list[str], lanes: int) -> str:
        """Return the smaller or larger one; no number where either is none, as torch has it."""
        kind, truth = self._kind(lanes), self._kind(lanes, "i1")
        first, second = given
        wins = self._put(f"fcmp {'olt' if operation == 'minimum' else 'ogt'} {kind} {first}, {second}")
        chosen = self._put(f"select {truth} {wins}, {kind} {first}, {kind} {second}")
        none = self._put(f"fcmp uno {kind} {first}, {first}")
        return self._put(f"select {truth} {none}, {kind} {first}, {kind} {chosen}")

    def _exponential(self, x: str, lanes: int) -> str:
        """Return e^x of single precision by a polynomial, within 2 units of the last place (Cephes)."""
        kind, whole, truth = self._kind(lanes), self._kind(lanes, "i32"), self._kind(lanes, "i1")

        def number(value: float) -> str:
            return self._constant(value, lanes)

        def operate(name: str, first: str, second: str) -> str:
            return self._put(f"{name} {kind} {first}, {second}")

        x = self._computed("clamp", [x, number(-87.0), number(88.0)], lanes)
        positive = self._put(f"fcmp ogt {kind} {x}, {number(0.0)}")
        half = self._put(f"select {truth} {positive}, {kind} {number(0.5)}, {kind} {number(-0.5)}")
        scaled = operate("fadd", operate("fmul", x, number(1.44269504088896341)), half)
        n = self._put(f"fptosi {kind} {scaled} to {whole}")
        back = self._put(f"sitofp {whole} {n} to {kind}")
        r = operate("fsub", x, operate("fmul", back, number(0.693359375)))
        r = operate("fsub", r, operate("fmul", back, number(-2.12194440e-4)))
        p = number(_EXP[0])
        for term in _EXP[1:]:
            p = operate("fadd", operate("fmul", p, r), number(term))
        y = operate("fadd", operate("fadd", operate("fmul", operate("fmul", p, r), r), r), number(1.0))
        raised = self._put(f"add {whole} {n}, {self._splat('127', lanes, 'i32')}")
        shifted = self._put(f"shl {whole} {raised}, {self._splat('23', lanes, 'i32')}")
        return operate("fmul", y, self._put(f"bitcast {whole} {shifted} to {kind}"))

    def _logarithm(self, x: str, lanes: int) -> str:
        """Return ln x of single precision by a polynomial, within a unit of the last place (Cephes)."""
        kind, whole, truth = self._kind(lanes), self._kind(lanes, "i32"), self._kind(lanes, "i1")

        def number(value: float) -> str:
            return self._constant(value, lanes)

        def operate(name: str, first: str, second: str) -> str:
            return self._put(f"{name} {kind} {first}, {second}")

        def either(asked: str, then: str, otherwise: str) -> str:
            return self._put(f"select {truth} {self._put(f'fcmp {asked}')}, {kind} {then}, {kind} {otherwise}")

        # x = m·2^e with m from √½ to √2; below the normal numbers after multiplying by 2²³.
        small = self._put(f"fcmp olt {kind} {x}, {number(2.0**-126)}")
        normal = self._put(f"select {truth} {small}, {kind} {operate('fmul', x, number(2.0**23))}, {kind} {x}")
        bits = self._put(f"bitcast {kind} {normal} to {whole}")
        raised = self._put(f"lshr {whole} {bits}, {self._splat('23', lanes, 'i32')}")
        e = self._put(
            f"sitofp {whole} {self._put(f'sub {whole} {raised}, ' + self._splat('126', lanes, 'i32'))} to {kind}"
        )
        e = self._put(f"select {truth} {small}, {kind} {operate('fsub', e, number(23.0))}, {kind} {e}")
        fraction = self._put(f"and {whole} {bits}, {self._splat('8388607', lanes, 'i32')}")
        fraction = self._put(f"or {whole} {fraction}, {self._splat('1056964608', lanes, 'i32')}")
        m = self._put(f"bitcast {whole} {fraction} to {kind}")
        low = f"olt {kind} {m}, {number(0.707106781186547524)}"
        e = either(low, operate("fsub", e, number(1.0)), e)
        m = operate("fsub", either(low, operate("fadd", m, m), m), number(1.0))
        p = number(_LOG[0])
        for term in _LOG[1:]:
            p = operate("fadd", operate("fmul", p, m), number(term))
        z = operate("fmul", m, m)
        y = operate("fmul", operate("fmul", p, m), z)
        y = operate("fadd", y, operate("fmul", e, number(-2.12194440e-4)))
        y = operate("fsub", y, operate("fmul", z, number(0.5)))
        found = operate("fadd", operate("fadd", m, y), operate("fmul", e, number(0.693359375)))
        found = either(f"oeq {kind} {x}, {number(0.0)}", number(-math.inf), found)
        found = either(f"oeq {kind} {x}, {number(math.inf)}", number(math.inf), found)
        return either(f"ult {kind} {x}, {number(0.0)}", number(math.nan), found)

    def _logarithm_of_more(self, x: str, lanes: int) -> str:
        """Return ln(1 + x) of single precision: ln u·x/(u − 1) with u = 1 + x, which loses nothing near 0 (Kahan)."""
        kind, truth = self._kind(lanes), self._kind(lanes, "i1")
        one, infinite = self._constant(1.0, lanes), self._constant(math.inf, lanes)
        u = self._put(f"fadd {kind} {x}, {one}")
        whole = self._logarithm(u, lanes)
        share = self._put(f"fdiv {kind} {x}, {self._put(f'fsub {kind} {u}, {one}')}")
        found = self._put(f"fmul {kind} {whole}, {share}")
        near = self._put(f"fcmp oeq {kind} {u}, {one}")
        found = self._put(f"select {truth} {near}, {kind} {x}, {kind} {found}")
        far = self._put(f"fcmp oeq {kind} {u}, {infinite}")
        return self._put(f"select {truth} {far}, {kind} {u}, {kind} {found}")

    def _exponential_less_1(self, x: str, lanes: int) -> str:
        """Return e^x − 1 of single precision: (u − 1)·x/ln u with u = e^x, which loses nothing near 0 (Kahan)."""
        kind, truth = self._kind(lanes), self._kind(lanes, "i1")
        one, beyond = self._constant(1.0, lanes), self._constant(17.0, lanes)
        u = self._exponential(x, lanes)
        less = self._put(f"fsub {kind} {u}, {one}")
        share = self._put(f"fdiv {kind} {x}, {self._logarithm(u, lanes)}")
        found = self._put(f"fmul {kind} {less}, {share}")
        near = self._put(f"fcmp oeq {kind} {u}, {one}")
        found = self._put(f"select {truth} {near}, {kind} {x}, {kind} {found}")
        size = f"llvm.fabs.{self._suffix(lanes)}"
        self._declared.add(f"declare {kind} @{size}({kind})")
        far = self._put(f"fcmp ogt {kind} {self._put(f'call {kind} @{size}({kind} {x})')}, {beyond}")
        return self._put(f"select {truth} {far}, {kind} {less}, {kind} {found}")

    def _called(self, operation: str, x: str, lanes: int) -> str:
        """Call the C library for each neuron."""
        function = operation + ("f" if self._number == "float" else "")
        self._declared.add(f"declare {self._number} @{function}({self._number})")
        if lanes == 1:
            return self._put(f"call {self._number} @{function}({self._number} {x})")
        kind = self._kind(lanes)
        found = "poison"
        for lane in range(lanes):
            each = self._put(f"extractelement {kind} {x}, i32 {lane}")
            each = self._put(f"call {self._number} @{function}({self._number} {each})")
            found = self._put(f"insertelement {kind} {found}, {self._number} {each}, i32 {lane}")
        return found
