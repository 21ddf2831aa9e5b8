"""Writes TypeScript types for pydantic models, with their descriptions and ranges as doc comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter

WIDTH = 120
HEADER = "// Made by `make generate` from the Python models; edit those.\n"
_NAME = re.compile(r"\b[A-Z]\w*(?![\w\"])")
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


class Module:
    """One TypeScript file: `constants`, the types of `roots` and what they are made of that no earlier module has."""

    def __init__(
        self,
        roots: Iterable[type],
        aliases: Mapping[str, Any],
        earlier: Mapping[str, Module],
        constants: Mapping[str, Any] | None = None,
    ) -> None:
        self.constants = constants or {}
        self.homes = {name: file for file, module in earlier.items() for name in module.types}
        self.short = dict(entry for module in earlier.values() for entry in module.short.items())
        self.imports: dict[str, set[str]] = {}
        self.types: dict[str, str] = {}
        for name, kind in aliases.items():
            schema = _schema(kind)
            self._definitions(schema)
            text = self.expression(schema)
            self.types[name] = f"export type {name} ={_broken(text)};"
            self.short[text] = name
        for root in roots:
            schema = _schema(root)
            self._definitions(schema)
            self._definition(schema["title"], schema)

    def text(self) -> str:
        """Give the file."""
        lines = [_import(sorted(names), file) for file, names in sorted(self.imports.items())]
        values = [f"export const {name} = {_json(value)} as const;" for name, value in self.constants.items()]
        return HEADER + "".join(lines) + "".join(f"\n{text}\n" for text in [*values, *self.types.values()])

    def _definitions(self, schema: dict[str, Any]) -> None:
        for name, definition in schema.get("$defs", {}).items():
            self._definition(name, definition)

    def _definition(self, name: str, schema: dict[str, Any]) -> None:
        if name not in self.types and name not in self.homes:
            self.types[name] = self._interface(name, schema)

    def _interface(self, name: str, schema: dict[str, Any]) -> str:
        lines = [*_comment(schema.get("description", ""), ""), f"export interface {name} {{"]
        for key, field in schema.get("properties", {}).items():
            lines += _comment(_note(field), "  ")
            lines.append(f"  {key}: {self.expression(field)};")
        return "\n".join([*lines, "}"])

    def expression(self, schema: dict[str, Any]) -> str:
        """Give a schema as a TypeScript type, and note what it needs from other files."""
        text = self._short(schema)
        for name in _NAME.findall(text):
            if name in self.homes:
                self.imports.setdefault(self.homes[name], set()).add(name)
        return text

    def _short(self, schema: dict[str, Any]) -> str:
        text = self._expression(schema)
        return self.short.get(text, text)

    def _expression(self, schema: dict[str, Any]) -> str:
        if "$ref" in schema:
            return str(schema["$ref"]).rsplit("/", 1)[-1]
        if "const" in schema:
            return json.dumps(schema["const"])
        if "enum" in schema:
            return " | ".join(json.dumps(value) for value in schema["enum"])
        if choices := schema.get("oneOf") or schema.get("anyOf"):
            return " | ".join(dict.fromkeys(self._short(choice) for choice in choices))
        if schema.get("type") == "array":
            inner = self._short(schema.get("items", {}))
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        if schema.get("type") == "object":
            extra = schema.get("additionalProperties")
            return f"Record<string, {self._short(extra) if isinstance(extra, dict) else 'unknown'}>"
        return _PLAIN.get(schema.get("type", ""), "unknown")


def _schema(kind: Any) -> dict[str, Any]:
    return TypeAdapter(kind).json_schema(mode="serialization", by_alias=True)


def _import(names: list[str], file: str) -> str:
    line = f'import type {{ {", ".join(names)} }} from "./{file}";\n'
    return line if len(line) <= WIDTH else line.replace("{ ", "{\n  ").replace(", ", ",\n  ").replace(" }", ",\n}")


def _broken(text: str) -> str:
    if len(text) < WIDTH - 30:
        return f" {text}"
    return "\n" + "\n".join(f"  | {part}" for part in text.split(" | "))


def _note(field: dict[str, Any]) -> str:
    bounds = next((choice for choice in field.get("anyOf", []) if choice.get("type") != "null"), field)
    limits = {"minimum": "From", "exclusiveMinimum": "Above", "maximum": "to", "exclusiveMaximum": "below"}
    said = " ".join(f"{word} {_number(bounds[key])}" for key, word in limits.items() if key in bounds)
    return " ".join(part for part in (field.get("description", ""), f"{said}." if said else "") if part)


def _number(value: float) -> str:
    return f"{int(value):,}" if float(value).is_integer() else str(value)


def _comment(text: str, indent: str) -> list[str]:
    lines = [line.strip() for line in text.strip().splitlines()]
    if not text.strip():
        return []
    if len(lines) == 1 and len(lines[0]) + len(indent) + 7 <= WIDTH:
        return [f"{indent}/** {lines[0]} */"]
    return [f"{indent}/**", *(f"{indent} * {line}".rstrip() for line in lines), f"{indent} */"]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2 if isinstance(value, dict) else None)
