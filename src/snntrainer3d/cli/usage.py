"""Wrong usage of the command line in the words that faults of documents have."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from snntrainer3d.errors import Fault, InputError

if TYPE_CHECKING:
    from pydantic import ValidationError

_QUOTED = re.compile(r"'([^']*)'")


def usage_error(error: Exception) -> InputError:
    """Give what Typer refused as an error of ours: the option, what was given, what was expected."""
    context = getattr(error, "ctx", None)
    hint = f"`{context.command_path} --help` lists what there is." if context else ""
    fault = _refused_value(error)
    if fault is not None:
        return InputError(fault.message, path=fault.path, hint=fault.hint or hint)
    text = " ".join(str(getattr(error, "format_message", lambda: error)()).split())
    return InputError(text if text.endswith((".", "?", ")")) else f"{text}.", hint=hint)


def _refused_value(error: Exception) -> Fault | None:
    """Give the fault where an option's value was of the wrong kind, or None where something else is wrong."""
    from pydantic import ValidationError

    cause, option = error.__cause__, getattr(error, "param", None)
    if not isinstance(cause, ValidationError) or option is None:
        return None
    name = max(option.opts, key=len) if option.opts[0].startswith("-") else option.human_readable_name
    _, among, choices = cause.errors()[0]["msg"].partition(" is not one of ")
    return _not_among(cause, name, _QUOTED.findall(choices)) if among else _of_another_kind(cause, name)


def _not_among(cause: ValidationError, name: str, known: list[str]) -> Fault:
    given = str(cause.errors()[0]["input"])
    close = get_close_matches(given, known, 1)
    hint = f"Did you mean {close[0]}?" if close else ""
    return Fault(name, f"got {given!r:.60}, expected one of {', '.join(known)}.", hint)


def _of_another_kind(cause: ValidationError, name: str) -> Fault:
    from snntrainer3d.spec import fault_of

    return fault_of(cause, name)
