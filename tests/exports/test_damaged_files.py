"""Damaged files of every form end in an error of ours: no crash, no hang, nothing executed."""

from __future__ import annotations

import io
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import torch
from made_networks import made

from snntrainer3d.apart import own_process
from snntrainer3d.errors import InputError
from snntrainer3d.exports import read_weight_file, to_json, to_nir, to_npz, to_paper_json, to_safetensors
from snntrainer3d.spec import Leaky, Network, TrainedNetwork

SMALL = made(Leaky(), sizes=(3, 4, 2))
WRITERS = {"json": to_json, "safetensors": to_safetensors, "npz": to_npz, "paper": to_paper_json}
TOKENS = [b"null", b"true", b"[]", b"{}", b'"', b"1e999", b"-1", b"\\u0000", b"[[", b"}}", b"\xff" * 8, b"9" * 400]
ALLOWED = {"file_format", "mismatch", "limit", "spec"}
LONGEST = 20_000


def damaged(raw: bytes, count: int, seed: int = 0) -> Iterator[bytes]:
    """Give copies with bits flipped, bytes replaced, parts cut out, doubled or moved, and ends cut off."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        copy = bytearray(raw)
        for _ in range(int(random.integers(1, 5))):
            _damage(copy, random)
        yield bytes(copy)


def _damage(raw: bytearray, random: np.random.Generator) -> None:
    if not raw:
        return
    at, length = int(random.integers(len(raw))), int(random.integers(1, 40))
    match int(random.integers(7)):
        case 0:
            raw[at] ^= 1 << int(random.integers(8))
        case 1:
            raw[at] = int(random.integers(256))
        case 2:
            del raw[at : at + length]
        case 3:
            raw[at:at] = TOKENS[int(random.integers(len(TOKENS)))]
        case 4:
            raw[at : at + 4] = int(random.choice([0, 0x7FFFFFFF, 0xFFFFFFFF])).to_bytes(4, "little")
        case 5:
            raw[at:at] = raw[at : at + length]
        case _:
            if random.random() < 0.3:
                del raw[at:]


def tell(raw: bytes, network: Network | None = None) -> str:
    """Give how reading ends; anything but a network or an error of ours fails the test."""
    try:
        found = read_weight_file(raw, network).trained
    except InputError as error:
        told = error
    else:
        assert isinstance(found, TrainedNetwork)
        return "read"
    assert told.code in ALLOWED, told.code
    assert 0 < len(str(told)) < LONGEST
    json.dumps(told.body())
    return told.code


@pytest.mark.parametrize(
    "count", [200, pytest.param(10_000, marks=[pytest.mark.verify, pytest.mark.slow, pytest.mark.timeout(1800)])]
)
@pytest.mark.parametrize("form", WRITERS)
def test_damaged_files_end_in_an_error_of_ours(form: str, count: int) -> None:
    ends = [tell(raw) for raw in damaged(WRITERS[form](SMALL), count)]
    assert len(ends) == count
    assert ends.count("file_format") > count / 4


def state_dict(form: str) -> bytes:
    """Give the small network's weights as somebody's snnTorch script would save them."""
    arrays = {
        f"fc{at + 1}.{name}": SMALL.tensors[f"layers.{at}.{name}"] for at in (0, 1) for name in ("weight", "bias")
    }
    arrays |= {f"lif{at + 1}.beta": SMALL.tensors[f"layers.{at}.neuron.beta"] for at in (0, 1)}
    if form == "safetensors":
        return safetensors.numpy.save({name: np.array(array) for name, array in arrays.items()})
    out = io.BytesIO()
    if form == "npz":
        np.savez(out, **arrays)
    else:
        torch.save({name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}, out)
    return out.getvalue()


@pytest.mark.parametrize(
    "count", [200, pytest.param(10_000, marks=[pytest.mark.verify, pytest.mark.slow, pytest.mark.timeout(1800)])]
)
@pytest.mark.parametrize("form", ["safetensors", "npz"])
def test_damaged_state_dicts_end_in_an_error_of_ours(form: str, count: int) -> None:
    whole = state_dict(form)
    assert tell(whole, SMALL.network) == "read"
    ends = [tell(raw, SMALL.network) for raw in damaged(whole, count, seed=2)]
    assert len(ends) == count
    assert len(set(ends)) > 1


@pytest.mark.slow
def test_damaged_files_of_torch_end_in_an_error_of_ours() -> None:
    """Each is read in a process of its own, which imports torch first."""
    whole = state_dict("pt")
    assert tell(whole, SMALL.network) == "read"
    ends = [tell(raw, SMALL.network) for raw in damaged(whole, 4, seed=3)]
    assert len(ends) == 4


def forked(command: list[str], *, cwd: Path, timeout: float, **_: Any) -> subprocess.CompletedProcess[str]:
    """Run a child's script as `subprocess.run` does, in a copy of this process, which has torch already."""
    script = runpy.run_path(command[2])
    child = os.fork()
    if child == 0:
        os.chdir(cwd)
        with open("told", "w", encoding="utf-8") as sys.stdout:
            sys.argv = command[2:]
            code = script["main"]()
        os._exit(code)
    until = time.monotonic() + timeout
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0:
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise subprocess.TimeoutExpired(command, timeout)
        time.sleep(0.002)
    told = cwd / "told"
    code = os.waitstatus_to_exitcode(ended[1])
    return subprocess.CompletedProcess(command, code, told.read_text() if told.exists() else "", "")


@pytest.mark.verify
@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_ten_thousand_damaged_files_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        own_process, "subprocess", SimpleNamespace(run=forked, TimeoutExpired=subprocess.TimeoutExpired)
    )
    whole = state_dict("pt")
    assert tell(whole, SMALL.network) == "read"
    ends = Counter(tell(raw, SMALL.network) for raw in damaged(whole, 10_000, seed=4))
    print(dict(ends))
    assert ends.total() == 10_000
    assert ends["file_format"] > 2_500


@pytest.mark.slow
@pytest.mark.parametrize("count", [8, pytest.param(1000, marks=[pytest.mark.verify, pytest.mark.timeout(3600)])])
def test_damaged_nir_files_end_in_an_error_of_ours(count: int) -> None:
    """Each is read in a process of its own, which takes a third of a second."""
    ends = [tell(raw) for raw in damaged(to_nir(SMALL), count, seed=1)]
    assert len(ends) == count
    assert ends.count("file_format") >= count / 8
