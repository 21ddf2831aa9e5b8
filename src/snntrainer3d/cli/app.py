"""The command line put together, and how it ends: 0 done, 1 failed, 2 wrong input, 130 stopped by Ctrl-C."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from snntrainer3d import __version__
from snntrainer3d.cli.bench import bench
from snntrainer3d.cli.compare import compare
from snntrainer3d.cli.datasets import app as datasets_app
from snntrainer3d.cli.devices import devices
from snntrainer3d.cli.doctor import doctor
from snntrainer3d.cli.evaluate import evaluate
from snntrainer3d.cli.export import export
from snntrainer3d.cli.harden import harden
from snntrainer3d.cli.neuron import app as neuron_app
from snntrainer3d.cli.output import give, say, tell_error
from snntrainer3d.cli.runs import app as runs_app
from snntrainer3d.cli.serve import serve
from snntrainer3d.cli.simulate import simulate
from snntrainer3d.cli.study import study, tune
from snntrainer3d.cli.train import INTERRUPTED, train
from snntrainer3d.cli.usage import usage_error
from snntrainer3d.errors import InputError, Snntrainer3dError, as_ours
from snntrainer3d.storage import disk_error

# Typer carries its own copy of click, so that the class of all wrong usage is only reachable as a parent.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="snntrainer3d",
    help="Design, train and see spiking neural networks.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("serve")(serve)
app.command("train")(train)
app.command("evaluate")(evaluate)
app.command("compare")(compare)
app.command("study")(study)
app.command("tune")(tune)
app.add_typer(runs_app, name="runs")
app.add_typer(neuron_app, name="neuron")
app.command("export")(export)
app.command("simulate")(simulate)
app.command("devices")(devices)
app.command("harden")(harden)
app.add_typer(datasets_app, name="datasets")
app.command("bench")(bench)
app.command("doctor")(doctor)


def _version(wanted: bool) -> None:
    if wanted:
        give(f"snntrainer3d {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    pass


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; give the exit code. Every error is told once, on stderr."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal's encoding lacks, or that is damaged, is shown by its number.
            stream.reconfigure(errors="backslashreplace")
    try:
        code = app(given, prog_name="snntrainer3d", standalone_mode=False)
        sys.stdout.flush()
    except Snntrainer3dError as error:
        return tell_error(error, as_json=as_json)
    except _UsageError as error:
        return _wrong_usage(error, as_json)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away, as `| head` does.
        _abandon_stdout()
        return 1
    except OSError as error:
        told = disk_error(error)
        if told is None:
            return _unforeseen(error, as_json)
        if error.filename is None:  # what was printed, to a file on a full disk
            _abandon_stdout()
        return tell_error(told, as_json=as_json)
    except Exception as error:
        return _unforeseen(error, as_json)
    return code if isinstance(code, int) else 0


def _abandon_stdout() -> None:
    """Let what could not be written go, which Python would try again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run())


def _wrong_usage(error: Exception, as_json: bool) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        return InputError.exit_code  # the help was printed in place of a message
    return tell_error(usage_error(error), as_json=as_json)


def _unforeseen(error: Exception, as_json: bool) -> int:
    if os.environ.get("SNNTRAINER3D_DEBUG"):
        raise error
    say("")
    return tell_error(as_ours(error, "SNNTRAINER3D_DEBUG=1 shows more; please report it."), as_json=as_json)
