"""What the fuzzers begin with: whole files, so that what they make of them reaches the inside of a reader."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reliability.readers import READERS, Reader

from snntrainer3d.errors import InputError

QUICK = {name: reader for name, reader in READERS.items() if reader.share == 1.0}


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_every_seed_is_read_whole(name: str) -> None:
    seeds = READERS[name].seeds()
    assert seeds
    for seed in seeds:
        assert READERS[name].read(seed) is not None


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_a_seed_cut_short_or_with_bytes_changed_is_read_or_refused(name: str) -> None:
    reader = READERS[name]
    seeds = reader.seeds()

    @settings(max_examples=30)
    @given(st.sampled_from(seeds), st.data())
    def once(seed: bytes, data: st.DataObject) -> None:
        _read(reader, seed[: data.draw(st.integers(0, len(seed)))])
        changed = bytearray(seed)
        for at, byte in data.draw(st.lists(st.tuples(st.integers(0, len(seed) - 1), st.integers(0, 255)), max_size=8)):
            changed[at] = byte
        _read(reader, bytes(changed))

    once()


def _read(reader: Reader, content: bytes) -> None:
    try:
        reader.read(content)
    except InputError:
        return


@pytest.mark.slow
@pytest.mark.parametrize("evil", ["eval('1 + 1')", "__import__('this')", "open('/dev/null')", "os.system('true')"])
def test_a_text_of_a_neuron_that_is_evaluated_is_a_fault(evil: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = READERS["own neuron"].seeds()[0]
    READERS["own neuron"].read(seed)
    run = compile(evil, "evil", "eval")
    monkeypatch.setattr("reliability.readers.parse", lambda *_: eval(run, {"os": os}))
    with pytest.raises(RuntimeError, match="a text of a neuron led to"):
        READERS["own neuron"].read(seed)
