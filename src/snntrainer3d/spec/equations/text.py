"""A graph as statements of a programming language: what is used once is inline, what a step names keeps its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from snntrainer3d.spec.equations.graph import COMPARISONS, Graph, Node, ordered
from snntrainer3d.spec.equations.trace import Equation

_VARIABLE, _CALLED = 7, 16
"""Characters of a variable, and of a function around its arguments, about."""
_WITHIN, CHOICE, COMPARED, SUM, PRODUCT, SIGN, CALL = range(7)
"""How tightly an expression holds together; one that holds less tightly than its place asks stands in brackets."""
_INFIX = {
    "add": ("+", SUM), "sub": ("-", SUM), "mul": ("*", PRODUCT), "div": ("/", PRODUCT),
    **dict(zip(COMPARISONS, ((sign, COMPARED) for sign in (">", ">=", "<", "<=")), strict=True)),
}  # fmt: skip
_ONLY_OF_GRADIENTS = ("detach", "with_gradient")


ALL = "{*}"
"""In a pattern: all arguments, however many."""


@dataclass(frozen=True)
class Form:
    """How a language writes an operation: a pattern of its arguments."""

    pattern: str
    arguments: int | tuple[int, ...] = _WITHIN
    """How tightly the arguments must hold together where they stand, all alike or each."""
    itself: int = CALL
    number: str = "{}"
    """How a number stands among the arguments."""


@dataclass(frozen=True)
class Language:
    """A programming language, as far as a step needs it."""

    forms: Mapping[str, Form]
    number: Callable[[float], str]
    parameter: Callable[[str], str] | None = None
    """How a parameter is read; None where it is a variable of its own name."""
    taken: frozenset[str] = frozenset()
    """Names that no variable can have."""
    learns: bool = False
    """Whether gradients go through what it computes."""
    signs: Mapping[str, str] = field(default_factory=dict)
    """Of operators that it writes otherwise."""
    before: Callable[[str], str] = str
    """A state before the step, by its name."""
    after: Callable[[str], str] = str
    """A state after the step, the spike and the input."""
    once: bool = False
    """Whether a variable has one value for good, and nothing but what a step names is one."""
    variant: Callable[[str, int], str] = "{}_{}".format
    """A variable whose name others have already, by the number of those."""
    longest: int = 84
    """Characters of an expression, about; a part of a longer one is a statement of its own."""


@dataclass(frozen=True)
class Statement:
    """A variable gets a value."""

    name: str
    expression: str
    boolean: bool
    again: bool
    """Whether the variable had another value before."""


@dataclass(frozen=True)
class Written:
    """Statements, and the expressions of what was wanted after them."""

    variables: dict[str, str]
    """Of the input and of those states that are read: by their names those of their variables."""
    statements: list[Statement]
    results: list[str]

    @property
    def changing(self) -> set[str]:
        """Return the variables that get another value later on."""
        return {one.name for one in self.statements if one.again}


def written(language: Language, equation: Equation, values: Mapping[str, Node]) -> Written:
    """Return what computes a step: the states after it, and the spike where there is one.

    Args:
        values: nodes that are given under names, as parameters are.
    """
    wanted = equation.results
    given = {node.place: name for name, node in values.items()}
    nodes = lowered(list(wanted.values()), given, learns=language.learns)
    for name, node in zip(wanted, nodes, strict=True):
        node.graph.named(name, node)
    return _Writer(language, dict(zip(wanted, nodes, strict=True))).written()


def expression(language: Language, node: Node) -> str:
    """Return what computes a node in one expression."""
    [alone] = lowered([node], {}, learns=language.learns)
    return _Writer(language, {"": alone}, inline=True).written().results[0]


def lowered(wanted: Sequence[Node], given: Mapping[int, str], *, learns: bool) -> list[Node]:
    """Return the nodes in a graph of their own: values are parameters, and what only a gradient needs is left out.

    Θ(a − b) becomes `fired`(a, b), which compares: a − b > 0 just where a > b, by what IEEE arithmetic promises.
    """
    graph, made = Graph(), dict[int, Node]()
    for node in ordered(wanted, given, gradients=learns):
        if node.place in given:
            found = graph.leaf("parameter", given[node.place])
        elif not node.arguments:
            found = graph.leaf(node.operation, node.value) if isinstance(node.value, str) else _constant(graph, node)
        else:
            found = _operated(graph, node, [made[one.place] for one in node.arguments if one.place in made], learns)
        name = node.graph.names.get(node.place)
        made[node.place] = graph.named(name, found) if name else found
    return [made[node.place] for node in wanted]


def _constant(graph: Graph, node: Node) -> Node:
    assert isinstance(node.value, float)
    return graph.constant(node.value)


def _operated(graph: Graph, node: Node, arguments: list[Node], learns: bool) -> Node:
    operation, first = node.operation, arguments[0]
    if operation == "heaviside" or (operation == "spike" and not learns):
        difference = first.operation == "sub" and first.place not in graph.names
        return graph.operate("fired", *(first.arguments if difference else (first, graph.constant(0.0))))
    if operation in _ONLY_OF_GRADIENTS and (not learns or first.operation in ("fired", "constant")):
        return first
    return graph.operate(operation, *arguments)


class _Writer:
    """Chooses what is a statement, gives names, and writes expressions."""

    def __init__(self, language: Language, wanted: Mapping[str, Node], *, inline: bool = False) -> None:
        self._language, self._wanted = language, list(wanted.values())
        # What a state becomes is called so, also where the spike is one.
        self._after = {node.place: language.after(name) for name, node in reversed(list(wanted.items()))}
        self._nodes = ordered(self._wanted)
        self._stated = set[int]() if inline else self._chosen()
        self._parts = {node.place: self._read(node) for node in self._nodes if node.place in self._stated}
        self._conditions = {node.place for node in self._nodes if node.boolean}
        self._variables: dict[int, str] = {}

    def _chosen(self) -> set[int]:
        """Return the places of what becomes a statement."""
        users: dict[int, list[Node]] = {node.place: [] for node in self._nodes}
        for node in self._nodes:
            for one in node.arguments:
                users[one.place].append(node)
        asked = Counter(node.place for node in self._wanted)
        stated, lengths = set[int](), dict.fromkeys((node.place for node in self._nodes), _VARIABLE)
        for node in self._nodes:
            if not node.arguments:
                continue
            parts = {one.place: _VARIABLE if one.place in stated else lengths[one.place] for one in node.arguments}
            length = sum(parts.values()) + (len(" + ") if node.operation in _INFIX else _CALLED)
            for place, longest in sorted(parts.items(), key=lambda part: -part[1]):
                if length > self._language.longest and longest > 2 * _VARIABLE:
                    stated.add(place)
                    length -= longest - _VARIABLE
            name = node.graph.names.get(node.place)
            mine, asks = users[node.place], asked[node.place]
            shared = len(mine) + asks > 1 and (name is not None or not self._language.once)
            if shared or (name is not None and not self._goes_on(node, mine)):
                stated.add(node.place)
                if name is None:
                    self._name_after(node, mine)
            else:
                lengths[node.place] = length
        return stated

    def _goes_on(self, node: Node, users: list[Node]) -> bool:
        """Whether all that follows is more of the same variable's value, before any other variable's."""
        if len(users) != 1:
            return False
        names, following = node.graph.names, users[0].place
        between = (one.place for one in self._nodes if node.place < one.place < following)
        return names.get(following) == names[node.place] and not any(place in names for place in between)

    def _name_after(self, node: Node, users: list[Node]) -> None:
        """Call a node by what becomes of it, where that is one thing."""
        names = {node.graph.names[one.place] for one in users if one.place in node.graph.names}
        if len(names) == 1:
            node.graph.named(names.pop(), node)

    def _read(self, node: Node) -> set[int]:
        """Return the places of the leaves and statements that an expression reads."""
        found, waiting = set[int](), list(node.arguments)
        while waiting:
            one = waiting.pop()
            if one.place in self._stated or not one.arguments:
                found.add(one.place)
            else:
                waiting.extend(one.arguments)
        return found

    def written(self) -> Written:
        """Return statements and results."""
        statements = [node for node in self._nodes if node.place in self._stated]
        last = {part: at for at, node in enumerate(statements) for part in self._parts[node.place]}
        for node in self._wanted:
            direct = node.place in self._stated or not node.arguments
            last |= dict.fromkeys({node.place} if direct else self._read(node), len(statements))
        bound: dict[str, int] = {}
        variables = {}
        for node in self._nodes:
            if node.operation in ("input", "state"):
                told = self._language.before if node.operation == "state" else self._language.after
                name = str(node.value)
                variables[name] = self._bind(node, told(name), bound, last, -1)
            elif node.operation == "parameter" and self._language.parameter is None:
                self._bind(node, str(node.value), bound, last, -1)
        lines = []
        for at, node in enumerate(statements):
            text = self._text(node)[0]
            before = set(bound)
            called = node.graph.names.get(node.place, "part")
            if self._language.once:
                called = self._language.parameter(called) if self._language.parameter else called
                called = self._after.get(node.place, called)
            name = self._bind(node, called, bound, last, at)
            lines.append(Statement(name, text, node.boolean, name in before))
        return Written(variables, lines, [self._whole(node) for node in self._wanted])

    def _bind(self, node: Node, wanted: str, bound: dict[str, int], last: dict[int, int], at: int) -> str:
        """Give a node a variable: of the name wanted, unless what that holds is read later on."""
        names = (wanted if number == 0 else self._language.variant(wanted, number) for number in count())
        for name in names:
            held = bound.get(name)
            alike = (held in self._conditions) is node.boolean
            free = held is None or (not self._language.once and alike and last.get(held, -1) <= at)
            if name not in self._language.taken and free:
                bound[name] = node.place
                self._variables[node.place] = name
                return name
        raise AssertionError

    def _whole(self, node: Node) -> str:
        return self._variables[node.place] if node.place in self._variables else self._text(node)[0]

    def _argument(self, node: Node, tightness: int) -> str:
        if node.place in self._variables:
            return self._variables[node.place]
        text, itself = self._text(node)
        return text if itself >= tightness else f"({text})"

    def _text(self, node: Node) -> tuple[str, int]:
        """Return an expression, and how tightly it holds together."""
        language, operation = self._language, node.operation
        if isinstance(node.value, float):
            return language.number(node.value), SIGN if node.value < 0 else CALL
        if operation == "parameter":
            assert language.parameter is not None
            return language.parameter(str(node.value)), CALL
        if operation in _INFIX and operation not in language.forms:
            sign, tightness = _INFIX[operation]
            sign = language.signs.get(operation, sign)
            left, right = node.arguments
            return f"{self._argument(left, tightness)} {sign} {self._argument(right, tightness + 1)}", tightness
        if operation == "neg":
            return language.signs.get("neg", "-") + self._argument(node.arguments[0], SIGN + 1), SIGN
        form = language.forms[operation]
        tight = form.arguments if isinstance(form.arguments, tuple) else [form.arguments] * len(node.arguments)
        arguments = [self._argument(one, each) for one, each in zip(node.arguments, tight, strict=True)]
        for at, one in enumerate(node.arguments):
            if one.operation == "constant":
                arguments[at] = form.number.format(arguments[at])
        return form.pattern.replace(ALL, ", ".join(arguments)).format(*arguments), form.itself
