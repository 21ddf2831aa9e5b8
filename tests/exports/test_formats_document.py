"""docs/formats.md is true: its examples are read, run and compared."""

import re
from pathlib import Path

import numpy as np
import pytest
from test_weight_files import trained

from snntrainer3d.analysis import metrics_csv
from snntrainer3d.events import EpochDone
from snntrainer3d.exports import from_json, to_json, to_npz, to_safetensors
from snntrainer3d.frames import decode_frame

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_json_on_the_page_is_a_weight_file():
    (example,) = blocks("json")
    network = from_json(example.encode())
    assert network.network.title() == "2-1"
    assert network.tensors["layers.0.weight"].tolist() == [[0.75, np.float32(-0.1)]]
    assert network.tensors["layers.0.neuron.beta"] == np.float32(0.9)
    assert from_json(to_json(network)).network == network.network
    written = to_json(network).decode()
    assert example.split('"tensors"')[1].split() == written.split('"tensors"')[1].split()


@pytest.mark.parametrize("index", [0, 1, 2])
def test_the_python_on_the_page_reads_what_we_write(index, tmp_path, monkeypatch):
    original = trained(3, 4, 2)
    (tmp_path / "weights.json").write_bytes(to_json(original))
    (tmp_path / "weights.safetensors").write_bytes(to_safetensors(original))
    (tmp_path / "weights.npz").write_bytes(to_npz(original))
    monkeypatch.chdir(tmp_path)
    found: dict = {}
    exec(blocks("python")[index], found)
    assert set(found["arrays"]) == set(original.tensors)
    for name, array in found["arrays"].items():
        assert array.tobytes() == original.tensors[name].tobytes()


def test_the_frame_on_the_page_is_the_golden_one():
    (example,) = blocks("hex")
    data = bytes.fromhex(example)
    assert data == (ROOT / "tests" / "golden" / "frames" / "tiny-2-2-1.bin").read_bytes()
    frame = decode_frame(data)
    rows = re.findall(r"^\| \d \| ([-−\d, ]+) \| ([-−.\d, ]+) \|$", TEXT, re.MULTILINE)
    assert len(rows) == len(frame.layers) == 2
    for layer, (values, weights) in zip(frame.layers, rows, strict=True):
        assert layer.values.ravel().tolist() == [int(number.replace("−", "-")) for number in values.split(",")]
        told = [float(number.replace("−", "-")) for number in weights.split(",")]
        np.testing.assert_allclose(layer.values.ravel() * layer.scale, told, atol=5e-4)


def test_every_column_of_the_table_is_explained():
    epoch = EpochDone(epoch=1, update=1, train_loss=1.0, train_accuracy=0.5, rates=[0.1], seconds=1.0)
    header = metrics_csv([epoch]).splitlines()[0].split(",")
    assert len(header) > 9
    for column in header:
        assert f"`{column.replace('layer_1', 'layer_N')}`" in TEXT
