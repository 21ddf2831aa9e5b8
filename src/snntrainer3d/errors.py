"""The one family of errors. Each has a stable `code`; input errors end a command with 2, failures with 1.

Snntrainer3dError
├── InputError            the person can mend it (exit 2, HTTP 4xx)
│   ├── SpecError         a document has faults: all of them, each with its path
│   ├── FileFormatError   a weight, run or data file is damaged, foreign or of another version
│   ├── MismatchError     two things that do not fit: weights of one network, spec of another
│   ├── NotFoundError     no such run, data set, file
│   ├── ConflictError     not possible in the present state: resume a running run, a taken port
│   ├── LimitError        larger than what is allowed or what the machine bears
│   └── AccessError       asked from elsewhere than the server's own page and address
│       └── TokenError    the token is missing or wrong
│           └── GuessingError  too many wrong ones came from one address
└── FailureError          something broke outside the person's input (exit 1, HTTP 5xx)
    ├── DataUnavailableError   a data set is neither here nor to be downloaded
    ├── StorageError           disk full, home not writable, store locked or damaged
    ├── JobError               a training process ended without finishing; holds its last words
    └── SimulationError        a circuit simulator is missing, failed, stopped early or never ended
"""

from __future__ import annotations

import errno
import re
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar


def writable(text: str) -> str:
    """Return a text that can be written: half a surrogate pair, as damaged names hold it, becomes its number."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def printable(text: str) -> str:
    """Return a text as a terminal may show it: what would steer it, or turn the direction of writing, is escaped."""
    if text.isascii() and text.isprintable():
        return text
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and line break, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks of direction
    "\u2028\u2029\ud800-\udfff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"  # line ends, halves, unseen
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a document or file.

    `path` is where, as a person writes it (`network.layers[1].neuron.beta`; empty for the whole);
    `message` says what was got and what was expected; `hint` what to do.
    """

    path: str
    message: str
    hint: str = ""

    def __post_init__(self) -> None:
        # What a file or a person called something may hold what no answer can be written with.
        for field in ("path", "message", "hint"):
            object.__setattr__(self, field, writable(getattr(self, field)))

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{where}{self.message}" + (f" {self.hint}" if self.hint else "")


class Snntrainer3dError(Exception):
    """Every error that this package raises on purpose."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, path: str = "", hint: str = "", faults: Sequence[Fault] = ()) -> None:
        super().__init__(writable(message))
        self.message = writable(message)
        self.path = writable(path)
        self.hint = writable(hint)
        self.faults = tuple(faults) or (Fault(path, message, hint),)

    def __str__(self) -> str:
        if len(self.faults) == 1:
            return str(self.faults[0])
        return "\n".join([self.message, *(f"  {fault}" for fault in self.faults)])

    def body(self) -> dict[str, Any]:
        """Give the one JSON body used on HTTP, on the socket and by `--json`."""
        return {
            "error": {
                "code": self.code,
                "message": self.message,
                "path": self.path,
                "hint": self.hint,
                "faults": [asdict(fault) for fault in self.faults],
            }
        }


class InputError(Snntrainer3dError):
    """What was given cannot be used; the person can mend it."""

    code = "input"
    http_status = 400
    exit_code = 2


class SpecError(InputError):
    """A document has faults; `faults` lists all of them at once."""

    code = "spec"
    http_status = 422

    def __init__(self, faults: Sequence[Fault], *, what: str = "document") -> None:
        if not faults:
            raise ValueError("a SpecError needs at least one fault")
        count = "one fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"The {what} has {count}.", path=faults[0].path, hint=faults[0].hint, faults=faults)


class FileFormatError(InputError):
    """A file is damaged, foreign, truncated or of a version that this release does not read."""

    code = "file_format"
    http_status = 422


class MismatchError(InputError):
    """Two things do not fit together, such as the weights of one network and the spec of another."""

    code = "mismatch"
    http_status = 422


class NotFoundError(InputError):
    """No run, data set, snapshot or file of that name."""

    code = "not_found"
    http_status = 404


class ConflictError(InputError):
    """The request is understood but not possible in the present state."""

    code = "conflict"
    http_status = 409


class LimitError(InputError):
    """What was asked for is larger than is allowed; the message names the limit."""

    code = "limit"
    http_status = 413


class AccessError(InputError):
    """The request comes from another site, or by a name that is not this server's."""

    code = "access"
    http_status = 403


class TokenError(AccessError):
    """The server asks for its token, and none or a wrong one was given."""

    code = "token"
    http_status = 401


class GuessingError(TokenError):
    """Too many wrong tokens came from one address; the right one is taken a moment later."""

    code = "guessing"
    http_status = 429


class FailureError(Snntrainer3dError):
    """Something broke that is not the person's input."""

    code = "failure"


class DataUnavailableError(FailureError):
    """A data set is neither on disk nor to be downloaded; the hint says which files to put where."""

    code = "data_unavailable"
    http_status = 503


class StorageError(FailureError):
    """The disk is full, the home is not writable, or the store is locked or damaged."""

    code = "storage"
    http_status = 507


class JobError(FailureError):
    """A training process ended without finishing; the message holds its last words."""

    code = "job"


class SimulationError(FailureError):
    """A circuit simulator is missing, failed, stopped early or never ended; the message holds its last lines."""

    code = "simulation"


def reason_of(error: OSError) -> str:
    """Return what the system says of an error, for a message; some errors of Python have no such words."""
    return error.strerror or "the system gives an error"


def as_ours(error: BaseException, hint: str = "Please report it.") -> Snntrainer3dError:
    """Return the error of ours that says what happened; of one that was not foreseen only where it came from.

    What Python and libraries say of it is for logs: whoever calls this writes the trace into one.

    Args:
        hint: what to do about an error that was not foreseen.
    """
    if isinstance(error, Snntrainer3dError):
        return error
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError("The disk is full.", hint="Free some space, then go on.")
    if isinstance(error, OSError) and error.filename and error.strerror:
        return StorageError(
            f"{error.filename} cannot be used: {error.strerror}.", hint="Check its rights and its disk."
        )
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
        return FailureError("The memory is not enough.", hint="Try a smaller batch, fewer steps or a smaller network.")
    return unforeseen("".join(traceback.format_tb(error.__traceback__)), hint)


def unforeseen(trace: str, hint: str = "Please report it.") -> FailureError:
    """Return the error for a trace of Python: it names the last line of this package, and nothing else of it."""
    places = _OURS.findall(trace)
    where = f" in {places[-1][0].replace(chr(92), '/')}, line {places[-1][1]}" if places else ""
    return FailureError(f"An error that was not foreseen{where}.", hint=hint)


_OURS = re.compile(r'File "[^"]*[/\\]snntrainer3d[/\\]([^"]+\.py)", line (\d+)')


def error_of(body: dict[str, Any]) -> Snntrainer3dError:
    """Return the error that another process put into `body()`, known by its code."""
    told = body["error"]
    faults = [Fault(**fault) for fault in told["faults"]]
    kind = next((one for one in _family(Snntrainer3dError) if one.code == told["code"]), Snntrainer3dError)
    if issubclass(kind, SpecError):
        return kind(faults)
    return kind(told["message"], path=told["path"], hint=told["hint"], faults=faults)


def _family(kind: type[Snntrainer3dError]) -> list[type[Snntrainer3dError]]:
    return [kind, *(one for child in kind.__subclasses__() for one in _family(child))]
