"""Kernels written in a small part of Python, as LLVM assembly: numbers, addresses, loops and calls.

A kernel's parameters are annotated with the kinds below, a local variable has the kind of its first value.
`array[i]` reads or writes, `array[i:]` is the address from there on; `Integers(address)` takes an integer as an
address, `int(array)` does the reverse. Two kinds in one operation become the wider one; a number is wider than any
integer. Both arms of `a if c else b` must be of one kind. `//` and `%` are for integers that are not
negative.
"""

from __future__ import annotations

import ast
import inspect
import struct
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload


class Address:
    """Values one behind the other, within a kernel."""

    def __init__(self, address: int) -> None:
        raise TypeError(f"{address} is taken as an address within a kernel only")

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Address: ...
    def __getitem__(self, place: int | slice) -> Any:
        """Stand for a value, or for the address of those from there on."""

    def __setitem__(self, place: int, value: float) -> None:
        """Stand for writing a value."""

    def __int__(self) -> int:
        """Stand for the address as a number."""
        return 0


Number = float
Raw = float
Single = float
Int32 = int
"""A network's float, a stored sample's value, single precision, 32 bits; beside them there are `int` of 64 bits,
`float` of double precision and `bool`."""
Numbers = Address
Raws = Address
Floats = Address
Integers = Address
Integers32 = Address

Kinds = Mapping[str, str]
"""What LLVM calls the kinds that a kernel leaves open: {"Number": "float"}."""

_KINDS = {"int": "i64", "bool": "i1", "float": "double", "Single": "float", "Int32": "i32"}
_KINDS |= {"Number": "Number", "Raw": "Raw"}
_ADDRESSES = {"Integers": "int", "Floats": "float", "Integers32": "Int32", "Numbers": "Number", "Raws": "Raw"}
_WIDTHS = ("i1", "i8", "i32", "i64", "float", "double")
"""From narrow to wide; numbers after integers."""
_SIZES = {"i8": 1, "i32": 4, "i64": 8, "float": 4, "double": 8}
_SUFFIXES = {"float": "f32", "double": "f64"}
_OPERATORS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("add nsw", "fadd"), ast.Sub: ("sub nsw", "fsub"), ast.Mult: ("mul nsw", "fmul"),
    ast.FloorDiv: ("sdiv", ""), ast.Mod: ("srem", ""), ast.Div: ("", "fdiv"),
    ast.LShift: ("shl", ""), ast.BitOr: ("or", ""),
}  # fmt: skip
_COMPARED: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("slt", "olt"), ast.LtE: ("sle", "ole"), ast.Gt: ("sgt", "ogt"), ast.GtE: ("sge", "oge"),
    ast.Eq: ("eq", "oeq"), ast.NotEq: ("ne", "une"),
}  # fmt: skip


def array_of(kind: Any, size: int) -> Any:
    """Within a kernel: room for so many values, whatever they are, until it returns."""
    raise TypeError(f"{size} values of {kind} have room within a kernel only")


def size_of(kind: Any) -> int:
    """Within a kernel: how many bytes a value takes."""
    raise TypeError(f"{kind} has a size within a kernel only")


def float_of_bits(bits: Any) -> Any:
    """Within a kernel: 32 bits taken as a number of single precision."""
    raise TypeError(f"{bits} are taken as a number within a kernel only")


def _is_float(kind: str) -> bool:
    return kind in _SUFFIXES


@dataclass(frozen=True, slots=True)
class Value:
    """A value of LLVM: its kind, a leading * for the address of such values, and its name or digits."""

    kind: str
    text: str

    def __str__(self) -> str:
        return f"{'ptr' if self.kind.startswith('*') else self.kind} {self.text}"


@dataclass(frozen=True, eq=False)
class Instructions:
    """A function in LLVM's own words; Number and Raw stand for what they are in the kernel that calls it."""

    name: str
    takes: tuple[str, ...]
    gives: str
    text: str

    def __call__(self, *_given: Any) -> Any:
        """Stand for the call within a kernel."""
        raise TypeError(f"{self.name} can be called by kernels only")

    def translated(self, kinds: Kinds) -> tuple[str, list[Any]]:
        """Return the text, and what it calls."""
        return _replaced(self.text, kinds), []


@dataclass(frozen=True, eq=False)
class Kernel:
    """A function that is written as this module says; called by other kernels, or as a task."""

    function: Callable[..., Any]
    flags: str = ""

    def __call__(self, *_given: Any) -> Any:
        """Stand for the call within a kernel."""
        raise TypeError(f"{self.name} can be called by kernels only")

    @cached_property
    def name(self) -> str:
        """The name within a module."""
        return f"{self.function.__module__.rpartition('.')[2]}.{self.function.__name__}"

    @cached_property
    def tree(self) -> ast.FunctionDef:
        """The function as Python reads it."""
        read = ast.parse(textwrap.dedent(inspect.getsource(self.function))).body[0]
        assert isinstance(read, ast.FunctionDef)
        return read

    @property
    def takes(self) -> tuple[str, ...]:
        """The kinds of the parameters."""
        return tuple(_kind_of(one.annotation) for one in self.tree.args.args)

    @property
    def gives(self) -> str:
        """The kind of what is returned."""
        returned = self.tree.returns
        nothing = isinstance(returned, ast.Constant) and returned.value is None
        return "void" if nothing else _kind_of(returned)

    def translated(self, kinds: Kinds) -> tuple[str, list[Any]]:
        """Return the text, and what it calls."""
        made = _Translation(self, kinds)
        return made.whole(), made.called


def kernel(function: Callable[..., Any]) -> Kernel:
    """Take a function as a kernel."""
    return Kernel(function)


def kernel_with(flags: str) -> Callable[[Callable[..., Any]], Kernel]:
    """Take a function as a kernel in which LLVM may take liberties with numbers, such as "contract"."""
    return lambda function: Kernel(function, flags)


def module_text(first: Kernel, kinds: Kinds) -> str:
    """Return the module of a kernel and of all that it calls; only it can be seen from outside, as `run`."""
    waiting: list[Any] = [first]
    parts: dict[str, str] = {}
    declared: dict[str, None] = {}
    while waiting:
        one = waiting.pop()
        if one.name not in parts:
            text, called = one.translated(kinds)
            waiting += called
            declared |= dict.fromkeys(line for line in text.splitlines() if line.startswith("declare "))
            parts[one.name] = "\n".join(line for line in text.splitlines() if not line.startswith("declare "))
    parameters = ", ".join(str(Value(kind, f"%{at}")) for at, kind in enumerate(first.takes))
    parts[""] = f"define void @run({parameters}) {{\ncall void @{first.name}({parameters})\nret void\n}}"
    return "\n".join([*declared, *parts.values(), ""])


def _kind_of(annotation: ast.expr | None) -> str:
    name = annotation.id if isinstance(annotation, ast.Name) else ""
    if name in _ADDRESSES:
        return "*" + _KINDS[_ADDRESSES[name]]
    if name in _KINDS:
        return _KINDS[name]
    raise TypeError(f"a kernel knows no kind {'' if annotation is None else ast.unparse(annotation)!r}")


def _replaced(text: str, kinds: Kinds) -> str:
    for name, kind in kinds.items():
        text = text.replace(f"size_of({name})", str(_SIZES[kind])).replace(name, kind)
    return text


class _Translation:
    """The text of one kernel as it grows. Variables lie on the stack, from where LLVM takes them into registers."""

    def __init__(self, kernel: Kernel, kinds: Kinds) -> None:
        self.called: list[Any] = []
        self._kernel, self._kinds = kernel, kinds
        self._entry: list[str] = []
        self._lines: list[str] = []
        self._declared: dict[str, None] = {}
        self._variables: dict[str, Value] = {}
        self._names = 0
        self._block = "begin"

    def whole(self) -> str:
        """Return the function, and what it declares."""
        tree, given = self._kernel.tree, [self._own(kind) for kind in self._kernel.takes]
        for argument, kind in zip(tree.args.args, given, strict=True):
            self._set(argument.arg, Value(kind, f"%{argument.arg}"))
        self._statements(tree.body)
        gives = self._own(self._kernel.gives)
        parameters = ", ".join(
            str(Value(kind, f"%{argument.arg}")) for argument, kind in zip(tree.args.args, given, strict=True)
        )
        end = "ret void" if gives == "void" else "unreachable"
        body = "\n".join(["entry:", *self._entry, "br label %begin", "begin:", *self._lines, end])
        # What gives a number belongs into the loop that asks for it; anything else in place costs time to compile only.
        place = "noinline " if gives == "void" else ""
        head = f"define internal {_written(gives)} @{self._kernel.name}({parameters}) {place}{{"
        return "\n".join([*self._declared, head, body, "}"])

    def _own(self, kind: str) -> str:
        """Return a kind with the open ones settled."""
        return _replaced(kind, self._kinds)

    # Text

    def _name(self) -> str:
        self._names += 1
        return f"%v.{self._names}"

    def _put(self, kind: str, operation: str) -> Value:
        name = self._name()
        self._lines.append(f"{name} = {operation}")
        return Value(kind, name)

    def _labels(self, *names: str) -> Iterator[str]:
        self._names += 1
        return (f"{name}.{self._names}" for name in names)

    def _begin(self, label: str) -> None:
        self._lines.append(f"{label}:")
        self._block = label

    def _go(self, label: str) -> None:
        self._lines.append(f"br label %{label}")

    def _fork(self, asked: Value, yes: str, no: str) -> None:
        self._lines.append(f"br i1 {asked.text}, label %{yes}, label %{no}")

    def _room(self, kind: str, size: str = "1") -> str:
        name = self._name()
        self._entry.append(f"{name} = alloca {_written(kind)}, i64 {size}, align {8 if size == '1' else 64}")
        return name

    # Statements

    def _statements(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            try:
                self._statement(statement)
            except TypeError as error:
                if str(error).startswith(self._kernel.name):
                    raise
                raise TypeError(f"{self._kernel.name}: {ast.unparse(statement)}: {error}") from error

    def _statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Expr(value=ast.Constant()):
                return
            case ast.Expr(value=ast.Call() as call):
                self._call(call)
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=given)):
                for target, value in zip(targets, [self._value(one) for one in given], strict=True):
                    self._assign(target, value)
            case ast.Assign(targets=targets, value=given):
                value = self._value(given)
                for target in targets:
                    self._assign(target, value)
            case ast.AugAssign(target=target, op=operator, value=given):
                self._assign(target, self._operation(operator, self._value(target), self._value(given)))
            case ast.For(target=ast.Name(id=name), iter=ast.Call(args=bounds), body=body):
                self._for(name, [self._value(one) for one in bounds], body)
            case ast.While(test=test, body=body):
                self._while(test, body)
            case ast.If(test=test, body=body, orelse=otherwise):
                self._if(test, body, otherwise)
            case ast.Return(value=None):
                self._return("ret void")
            case ast.Return(value=ast.expr() as given):
                self._return(f"ret {self._as(self._value(given), self._own(self._kernel.gives))}")
            case _:
                raise TypeError("this statement is none that kernels have")

    def _return(self, text: str) -> None:
        self._lines.append(text)
        (after,) = self._labels("after")
        self._begin(after)

    def _assign(self, target: ast.expr, value: Value) -> None:
        if isinstance(target, ast.Name):
            self._set(target.id, value)
        else:
            assert isinstance(target, ast.Subscript)
            place = self._place(target)
            self._lines.append(f"store {self._as(value, place.kind[1:])}, ptr {place.text}")

    def _set(self, name: str, value: Value) -> None:
        if name not in self._variables:
            self._variables[name] = Value(value.kind, self._room(value.kind))
        there = self._variables[name]
        self._lines.append(f"store {self._as(value, there.kind)}, ptr {there.text}")

    def _for(self, name: str, bounds: list[Value], body: list[ast.stmt]) -> None:
        first, last, step = (
            (Value("i64", "0"), bounds[0], Value("i64", "1")) if len(bounds) == 1
            else (*bounds, Value("i64", "1"))[:3]
        )  # fmt: skip
        counter = self._room("i64")
        head, inside, done = self._labels("for", "inside", "done")
        self._lines.append(f"store {first}, ptr {counter}")
        self._go(head)
        self._begin(head)
        now = self._put("i64", f"load i64, ptr {counter}")
        self._fork(self._put("i1", f"icmp slt {now}, {last.text}"), inside, done)
        self._begin(inside)
        self._set(name, now)
        self._statements(body)
        following = self._put("i64", f"add nsw {now}, {step.text}")
        self._lines.append(f"store {following}, ptr {counter}")
        self._go(head)
        self._begin(done)

    def _while(self, test: ast.expr, body: list[ast.stmt]) -> None:
        head, inside, done = self._labels("while", "inside", "done")
        self._go(head)
        self._begin(head)
        self._fork(self._truth(self._value(test)), inside, done)
        self._begin(inside)
        self._statements(body)
        self._go(head)
        self._begin(done)

    def _if(self, test: ast.expr, body: list[ast.stmt], otherwise: list[ast.stmt]) -> None:
        yes, no, done = self._labels("yes", "no", "done")
        self._fork(self._truth(self._value(test)), yes, no)
        for label, part in ((yes, body), (no, otherwise)):
            self._begin(label)
            self._statements(part)
            self._go(done)
        self._begin(done)

    # Values

    def _value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant():
                return _constant(node.value)
            case ast.Name(id=name) if name in self._variables:
                there = self._variables[name]
                return self._put(there.kind, f"load {_written(there.kind)}, ptr {there.text}")
            case ast.Name() | ast.Attribute():
                return _constant(self._known(node))
            case ast.BinOp(left=left, op=operator, right=right):
                return self._operation(operator, self._value(left), self._value(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self._value(operand)
                return self._put(
                    value.kind, f"fneg {value}" if _is_float(value.kind) else f"sub {value.kind} 0, {value.text}"
                )
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._put("i1", f"xor {self._truth(self._value(operand))}, 1")
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return self._compared(operator, self._value(left), self._value(right))
            case ast.BoolOp(op=operator, values=values):
                return self._either(isinstance(operator, ast.Or), values)
            case ast.IfExp(test=test, body=first, orelse=second):
                return self._choice(self._truth(self._value(test)), first, second)
            case ast.Subscript(slice=ast.Slice()):
                return self._place(node)
            case ast.Subscript():
                place = self._place(node)
                return self._put(place.kind[1:], f"load {place.kind[1:]}, ptr {place.text}")
            case ast.Call():
                return self._call(node)
        raise TypeError("this expression is none that kernels have")

    def _known(self, node: ast.expr) -> Any:
        """Return what a name outside of the function stands for."""
        if isinstance(node, ast.Attribute):
            return getattr(self._known(node.value), node.attr)
        assert isinstance(node, ast.Name)
        return self._kernel.function.__globals__[node.id]

    def _place(self, node: ast.Subscript) -> Value:
        array, at = self._value(node.value), node.slice
        if not array.kind.startswith("*"):
            raise TypeError("only an address has places")
        if isinstance(at, ast.Slice):
            if at.lower is None or at.upper is not None or at.step is not None:
                raise TypeError("of an address there is only what begins somewhere: [begin:]")
            at = at.lower
        index = self._as(self._value(at), "i64")
        return self._put(array.kind, f"getelementptr inbounds {array.kind[1:]}, ptr {array.text}, {index}")

    def _operation(self, operator: ast.operator, left: Value, right: Value) -> Value:
        kind = _wider(left, right)
        if isinstance(operator, ast.Div) and not _is_float(kind):
            kind = "double"
        name = _OPERATORS[type(operator)][_is_float(kind)]
        flags = f" {self._kernel.flags}" if self._kernel.flags and _is_float(kind) else ""
        return self._put(kind, f"{name}{flags} {self._as(left, kind)}, {self._as(right, kind).text}")

    def _compared(self, operator: ast.cmpop, left: Value, right: Value) -> Value:
        kind = _wider(left, right)
        name = _COMPARED[type(operator)][_is_float(kind)]
        compare = "fcmp" if _is_float(kind) else "icmp"
        return self._put("i1", f"{compare} {name} {self._as(left, kind)}, {self._as(right, kind).text}")

    def _truth(self, value: Value) -> Value:
        return value if value.kind == "i1" else self._compared(ast.NotEq(), value, Value("i64", "0"))

    def _either(self, is_or: bool, values: list[ast.expr]) -> Value:
        """Return `a or b`, `a and b`: what is not needed is not computed."""
        found = self._truth(self._value(values[0]))
        for each in values[1:]:
            before = self._block
            more, done = self._labels("more", "done")
            self._fork(found, *((done, more) if is_or else (more, done)))
            self._begin(more)
            own = self._truth(self._value(each))
            last = self._block
            self._go(done)
            self._begin(done)
            found = self._put("i1", f"phi i1 [{int(is_or)}, %{before}], [{own.text}, %{last}]")
        return found

    def _choice(self, asked: Value, first: ast.expr, second: ast.expr) -> Value:
        yes, no, done = self._labels("yes", "no", "done")
        self._fork(asked, yes, no)
        found = []
        for label, part in ((yes, first), (no, second)):
            self._begin(label)
            found.append((self._value(part), self._block))
            self._go(done)
        self._begin(done)
        (one, _), (other, _) = found
        if one.kind != other.kind:
            raise TypeError(f"the arms of a choice are {one.kind} and {other.kind}")
        arms = ", ".join(f"[{value.text}, %{block}]" for value, block in found)
        return self._put(one.kind, f"phi {_written(one.kind)} {arms}")

    # Calls

    def _call(self, node: ast.Call) -> Value:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in _KINDS or name in _ADDRESSES:
            return self._as(self._value(node.args[0]), self._own(_kind_of(node.func)), is_asked=True)
        if name == "size_of":
            return Value("i64", str(_SIZES[self._own(_kind_of(node.args[0]))]))
        if name == "array_of":
            kind = self._own(_kind_of(node.args[0]))
            return Value(f"*{kind}", self._room(kind, self._value(node.args[1]).text))
        given = [self._value(one) for one in node.args]
        if name in ("min", "max"):
            kind = _wider(*given)
            first, second = (self._as(one, kind) for one in given)
            wins = self._compared(ast.Lt() if name == "min" else ast.Gt(), second, first)
            return self._put(kind, f"select {wins}, {second}, {first}")
        if name == "float_of_bits":
            return self._put("float", f"bitcast {self._as(given[0], 'i32', is_asked=True)} to float")
        known = self._known(node.func)
        if isinstance(known, Kernel | Instructions):
            return self._call_known(known, given)
        return self._call_mathematics(known.__name__, given[0])

    def _call_known(self, known: Kernel | Instructions, given: list[Value]) -> Value:
        self.called.append(known)
        takes = [self._own(kind) for kind in known.takes]
        passed = ", ".join(str(self._as(value, kind)) for value, kind in zip(given, takes, strict=True))
        gives = self._own(known.gives)
        if gives == "void":
            self._lines.append(f"call void @{self._own(known.name)}({passed})")
            return Value("void", "")
        return self._put(gives, f"call {_written(gives)} @{self._own(known.name)}({passed})")

    def _call_mathematics(self, name: str, given: Value) -> Value:
        kind = given.kind
        intrinsic = f"@llvm.{name}.{_SUFFIXES[kind]}"
        self._declared[f"declare {kind} {intrinsic}({kind})"] = None
        return self._put(kind, f"call {self._kernel.flags} {kind} {intrinsic}({given})")

    # Kinds

    def _as(self, value: Value, kind: str, *, is_asked: bool = False) -> Value:
        """Return a value as another kind; if asked, a number becomes an integer, and an integer an address or back."""
        have = value.kind
        if have == kind:
            return value
        operation = _change(have, kind)
        if not operation or (operation in ("fptosi", "inttoptr", "ptrtoint") and not is_asked):
            raise TypeError(f"{have} is no {kind}")
        return self._put(kind, f"{operation} {value} to {_written(kind)}")


def _written(kind: str) -> str:
    return "ptr" if kind.startswith("*") else kind


def _constant(value: Any) -> Value:
    if isinstance(value, bool):
        return Value("i1", str(int(value)))
    if isinstance(value, int):
        return Value("i64", str(value))
    if isinstance(value, float):
        return Value("double", f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}")
    raise TypeError(f"{value!r} is no number")


def _wider(*values: Value) -> str:
    for value in values:
        if value.kind not in _WIDTHS:
            raise TypeError(f"there is no computing with {value.kind}")
    return max((value.kind for value in values), key=_WIDTHS.index)


def _change(have: str, kind: str) -> str:
    """Return LLVM's word for a change of kind; nothing where there is none."""
    if have.startswith("*") or kind.startswith("*"):
        return {"i64": "inttoptr"}.get(have) or {"i64": "ptrtoint"}.get(kind, "")
    if have not in _WIDTHS or kind not in _WIDTHS:
        return ""
    widens = _WIDTHS.index(kind) > _WIDTHS.index(have)
    if _is_float(have) and _is_float(kind):
        return "fpext" if widens else "fptrunc"
    if _is_float(kind):
        return "uitofp" if have in ("i1", "i8") else "sitofp"
    if _is_float(have):
        return "fptosi"
    return ("zext" if have in ("i1", "i8") else "sext") if widens else "trunc"
