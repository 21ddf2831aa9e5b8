"""Lines of text as operations on numbers: a small grammar on Python's syntax tree, of which nothing is ever run."""

from __future__ import annotations

import ast
import keyword
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from snntrainer3d.spec.equations.graph import Graph, Node
from snntrainer3d.spec.equations.trace import Trace

MAX_LINES, MAX_LINE, MAX_DEPTH, MAX_OPERATIONS = 100, 1_000, 100, 2_000
"""Of a text: lines, characters of one, brackets and signs within each other; operations of a step, all sub-steps."""
OUT, DT = "out", "dt"
"""What the spike is called, and the seconds of one sub-step where a document says them."""
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_MEANINGLESS = re.compile(r"[^A-Za-z0-9_.+\-*/()<>=, \t]")
_OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}
_COMPARED = {ast.Gt: "gt", ast.GtE: "ge", ast.Lt: "lt", ast.LtE: "le"}
_CONDITION = "where(condition, then, otherwise)"


@dataclass(frozen=True, slots=True)
class TextFault:
    """Something wrong in a line: where, what, and what to do."""

    line: int
    """From 0."""
    column: int
    """From 1."""
    message: str
    hint: str = ""

    @property
    def told(self) -> str:
        """Return the message with its place."""
        return f"line {self.line + 1}, column {self.column}: {self.message}"


def _power(now: Trace, x: Node, exponent: Node) -> Node:
    return now.exp(exponent * now.log(x))


def _sigmoid(now: Trace, x: Node) -> Node:
    return 1.0 / (1.0 + now.exp(-x))


def _tanh(now: Trace, x: Node) -> Node:
    grown = now.expm1(now.clamp(2.0 * x, -40.0, 40.0))
    return grown / (grown + 2.0)


def _clip(now: Trace, x: Node, low: Node, high: Node) -> Node:
    if isinstance(low.value, float) and isinstance(high.value, float):
        return now.clamp(x, low.value, high.value)
    return now.minimum(now.maximum(x, low), high)


FUNCTIONS: Mapping[str, tuple[str, Callable[..., Node]]] = {
    "exp": ("x", Trace.exp),
    "expm1": ("x", Trace.expm1),
    "log": ("x", Trace.log),
    "log1p": ("x", Trace.log1p),
    "sqrt": ("x", Trace.sqrt),
    "abs": ("x", lambda _, x: abs(x)),
    "tanh": ("x", _tanh),
    "sigmoid": ("x", _sigmoid),
    "pow": ("x, exponent", _power),
    "min": ("x, y", Trace.minimum),
    "max": ("x, y", Trace.maximum),
    "clip": ("x, low, high", _clip),
    "where": ("condition, then, otherwise", Trace.select),
    "heaviside": ("z", Trace.heaviside),
    "detach": ("x", Trace.detach),
    "spike": ("z", Trace.spike),
}
"""What a line can call: its arguments, and what it writes into a graph."""


class Lines:
    """Lines that are read one after another into a graph; what is wrong is gathered."""

    def __init__(
        self, graph: Graph, names: Mapping[str, Node], may_assign: Callable[[str], str] = lambda _: ""
    ) -> None:
        """Begin.

        Args:
            names: what each name means before the first line.
            may_assign: says why a name cannot be assigned; empty where it can.
        """
        self.names = dict(names)
        self.faults: list[TextFault] = []
        self.assigned: set[str] = set()
        self.places: dict[int, TextFault] = {}
        """Where each node was written first, and as what, by the node's place in the graph."""
        self._graph, self._now, self._may_assign = graph, Trace(graph), may_assign
        self._line, self._code = 0, ""
        self._out: ast.expr | None = None

    def assign(self, number: int, text: str) -> None:
        """Read a line `name = expression`; empty lines and what follows a # say nothing."""
        self._line = number
        found = self._parsed(text)
        if found is None:
            self.assigned.add(text.partition("=")[0].strip())
            return
        if not found:
            return
        statement, *more = found
        if more:
            self._fault(more[0], "is a second statement in this line.", "Give each a line of its own.")
        match statement:
            case ast.Assign(targets=[ast.Name() as target]):
                self._out = statement.value if target.id == OUT else None
                self._keep(target, self._value(statement.value))
            case ast.AugAssign(target=ast.Name() as target):
                before = self._value(ast.copy_location(ast.Name(target.id, ast.Load()), target))
                value = self._value(statement.value)
                operation = _OPERATORS.get(type(statement.op))
                if operation is None:
                    self._fault(statement, "is an assignment that is not read.", "Use =, +=, -=, *= or /=.")
                elif before is not None and value is not None:
                    self._keep(target, self._graph.operate(operation, before, value))
            case _:
                self._fault(statement, "is no assignment.", "Write name = expression.")

    def expression(self, text: str) -> Node:
        """Return what an expression says; a 1 in its place where it is at fault."""
        self._line = 0
        found: Node | None = None
        match self._parsed(text):
            case [ast.Expr(value=value)]:
                found = self._number(value)
            case [statement, *_]:
                self._fault(statement, "is no expression.", "Write a number, or what gives one.")
            case []:
                self._told(1, "the expression is empty.", "Write a number, or what gives one.")
        return self._graph.constant(1.0) if found is None else found

    # Text

    def _parsed(self, text: str) -> list[ast.stmt] | None:
        code = self._code = text.partition("#")[0].rstrip()
        indent = len(code) - len(code.lstrip())
        stranger = _MEANINGLESS.search(code)
        if len(text) > MAX_LINE:
            self._told(MAX_LINE, f"the line has {len(text):,} characters, at most {MAX_LINE:,} are read.", "Part it.")
        elif stranger:
            hint = (
                _INSTEAD.get(stranger[0])
                or "Use names of the letters a to z, numbers, + - * / ** ( ) , and comparisons."
            )
            self._told(stranger.start() + 1, f"{stranger[0]!r} means nothing here.", hint)
        else:
            try:
                tree = ast.parse(code.lstrip())
            except SyntaxError as error:
                hint = _DERIVATIVE_HINT if _DERIVATIVE.match(code) else "Check brackets and signs there."
                self._told(indent + (error.offset or 1), _no_syntax(code), hint)
                return None
            except (ValueError, MemoryError, RecursionError):
                tree = None
            if tree is not None and _depth(tree) <= MAX_DEPTH:
                return _moved(tree, indent)
            self._told(1, "the line is nested too deeply.", "Part it into several lines.")
        return None

    def _told(self, column: int, message: str, hint: str) -> None:
        self.faults.append(TextFault(self._line, column, message, hint))

    def _fault(self, at: ast.stmt | ast.expr, message: str, hint: str = "") -> None:
        """Keep a fault; a message that begins with a verb is said of the text itself."""
        if message.startswith(("is ", "has ")):
            message = f"{self._written(at)} {message}"
        self._told(at.col_offset + 1, message, hint)

    def _written(self, at: ast.stmt | ast.expr) -> str:
        text = self._code[at.col_offset : at.end_col_offset]
        return text if len(text) <= 40 else f"{text[:39]}…"

    def _keep(self, target: ast.Name, value: Node | None) -> None:
        name = target.id
        if not NAME.fullmatch(name):
            self._fault(target, f"{name} is no name for a value.", "Begin with a letter; at most 40 characters.")
        elif name in FUNCTIONS:
            self._fault(target, f"{name} is a function.", "Choose another name.")
        elif why := self._may_assign(name):
            self._fault(target, why, "Assign to a state, or to a name of your own.")
        elif name == OUT and value is not None and value.operation != "spike":
            self._fault(target, "out is no spike.", "Write out = spike(z): 1 where z > 0.")
        elif name == OUT and OUT in self.assigned:
            self._fault(target, "out is assigned a second time.", "A step has one spike.")
        self.assigned.add(name)
        if value is not None:
            self.names[name] = self._graph.named(name, value)
        else:
            self.names.setdefault(name, self._graph.constant(1.0))

    # Values

    def _number(self, tree: ast.expr) -> Node | None:
        """Return a value that is a number, not true or false."""
        found = self._value(tree)
        if found is not None and found.boolean:
            self._fault(tree, "a comparison is no number.", f"Use it in {_CONDITION}.")
            return None
        return found

    def _value(self, tree: ast.expr) -> Node | None:
        found = self._read(tree)
        if found is not None:
            self.places.setdefault(found.place, TextFault(self._line, tree.col_offset + 1, self._written(tree)))
            if len(self._graph.nodes) > MAX_OPERATIONS:
                if not any("operations" in fault.message for fault in self.faults):
                    message = f"the step takes more than {MAX_OPERATIONS:,} operations, all sub-steps together."
                    self._fault(tree, message, "Take fewer sub-steps, or a shorter step.")
                return None
        return found

    def _read(self, tree: ast.expr) -> Node | None:
        match tree:
            case ast.Constant(value=bool() | complex()):
                self._fault(tree, "is no real number.", "Write a real number.")
            case ast.Constant(value=int() | float() as value):
                return self._constant(tree, value)
            case ast.Name(id=name):
                return self._named(tree, name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self._number(operand)
                return None if inner is None else self._negative(inner)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._number(operand)
            case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
                return self._whole_power(base, exponent)
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
                return self._operated(_OPERATORS[type(sign)], left, right)
            case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in _COMPARED:
                return self._operated(_COMPARED[type(sign)], left, right)
            case ast.Compare():
                self._fault(tree, "such a comparison is not read.", "Compare two numbers with >, >=, < or <=.")
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
                return self._called(tree, name, arguments)
            case ast.Call(func=ast.Name(id=name)) if name not in FUNCTIONS:
                self._fault(
                    tree,
                    f"there is no function {name}.",
                    _closest(name, FUNCTIONS) or f"There are {', '.join(FUNCTIONS)}.",
                )
            case ast.Call(func=ast.Name(id=name)):
                self._fault(tree, f"{name} takes its values by place.", f"Write {name}({FUNCTIONS[name][0]}).")
            case ast.BoolOp():
                self._fault(tree, "conditions are not joined here.", f"Put one {_CONDITION} into another.")
            case ast.IfExp():
                self._fault(tree, "if and else choose nothing here.", f"Write {_CONDITION}.")
            case _:
                message = "is not part of the language of equations."
                self._fault(tree, message, "Use names, numbers, + - * / **, comparisons and functions.")
        return None

    def _operated(self, operation: str, left: ast.expr, right: ast.expr) -> Node | None:
        first, second = self._number(left), self._number(right)
        return None if first is None or second is None else self._graph.operate(operation, first, second)

    def _negative(self, value: Node) -> Node:
        return self._graph.constant(-value.value) if isinstance(value.value, float) else -value

    def _constant(self, tree: ast.expr, value: float) -> Node | None:
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not abs(number) < 1e30:
            self._fault(tree, "is too large a number.", "Write one below 1e30.")
            return None
        return self._graph.constant(number)

    def _named(self, tree: ast.expr, name: str) -> Node | None:
        if name in self.names:
            return self.names[name]
        if name in FUNCTIONS:
            self._fault(tree, f"{name} is a function.", f"Write {name}({FUNCTIONS[name][0]}).")
        else:
            self._fault(tree, f"there is no {name}.", _closest(name, self.names) or "Declare it, or assign it before.")
        return None

    def _whole_power(self, base: ast.expr, exponent: ast.expr) -> Node | None:
        value = self._number(base)
        if not (isinstance(exponent, ast.Constant) and type(exponent.value) is int and 1 <= exponent.value <= 8):
            self._fault(
                exponent, "is no power that is read.", "Take a whole number from 1 to 8, sqrt(x), or pow(x, y)."
            )
            return None
        if value is None:
            return None
        found = value
        for _ in range(exponent.value - 1):
            found = found * value
        return found

    def _called(self, tree: ast.Call, name: str, arguments: Sequence[ast.expr]) -> Node | None:
        wanted, write = FUNCTIONS[name]
        if len(arguments) != wanted.count(",") + 1:
            self._fault(tree, f"{name} got {len(arguments)} of its values.", f"Write {name}({wanted}).")
            return None
        if name == "spike" and tree is not self._out:
            self._fault(tree, "a spike stands here.", "Write it once, as out = spike(z); out is its name below.")
            return None
        chooses = name == "where"
        values = [self._value(one) if chooses and one is arguments[0] else self._number(one) for one in arguments]
        found = [one for one in values if one is not None]
        if chooses and values[0] is not None and not values[0].boolean:
            self._fault(arguments[0], "is no comparison.", f"Write {_CONDITION}, such as where(v > 1, 0, v).")
            return None
        return write(self._now, *found) if len(found) == len(values) else None


def no_name(name: str) -> str:
    """Say why a parameter or a state cannot be called so; empty where it can."""
    if not NAME.fullmatch(name):
        return "is no name: letters a to z, digits and _ make one, a letter first, 40 at most."
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        return "is a word of Python."
    if name in FUNCTIONS:
        return "is a function."
    return _MEANING.get(name, "")


_MEANING = {DT: "is the seconds of a sub-step.", OUT: "is the spike.", "pi": "is π."}
_INSTEAD = {
    "^": "Write ** for a power.", "−": "Write - for minus.", "–": "Write - for minus.", "·": "Write * for times.",
    "×": "Write * for times.", "÷": "Write / for divided by.", "'": "A derivative is no name: write v = v + dt * (…).",
}  # fmt: skip
_DERIVATIVE = re.compile(r"\s*d\w*\s*/\s*dt\s*=")
_DERIVATIVE_HINT = "Write the step in place of the derivative: v = v + dt * (…)."


def _closest(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), 1)
    return f"Did you mean {close[0]}?" if close else ""


def _no_syntax(code: str) -> str:
    missing = code.count("(") - code.count(")")
    if missing:
        return f"a {'closing' if missing > 0 else 'opening'} bracket is missing."
    return "something is missing, or stands where it cannot."


def _moved(tree: ast.Module, columns: int) -> list[ast.stmt]:
    """Return the statements with the places that they have in an indented line."""
    for node in ast.walk(tree) if columns else ():
        if isinstance(node, ast.stmt | ast.expr):
            node.col_offset += columns
            node.end_col_offset = (node.end_col_offset or 0) + columns
    return tree.body


def _depth(tree: ast.AST) -> int:
    """Return how deep a tree is, without recursion."""
    deepest, waiting = 0, [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return deepest
