"""What reads bytes that come from elsewhere, each with whole files to begin with, as the fuzzer calls it."""

from __future__ import annotations

import atexit
import hashlib
import io
import json
import shutil
import sys
import tempfile
import wave
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from snntrainer3d.analysis import FIGURES, draw, evaluate_counts, metrics_csv
from snntrainer3d.circuits.simulation.raw import read_raw
from snntrainer3d.data.idx import read_idx
from snntrainer3d.data.own.gathered import Choice, Faults
from snntrainer3d.data.own.keeping import understood
from snntrainer3d.data.own.nmnist import read_bin_events
from snntrainer3d.data.own.npz import read_npz
from snntrainer3d.data.own.pictures import read_pictures
from snntrainer3d.data.own.sounds import read_sounds
from snntrainer3d.data.own.table import read_csv
from snntrainer3d.data.own.tree import opened_tree
from snntrainer3d.data.wav import read_wav
from snntrainer3d.errors import NotFoundError, SimulationError
from snntrainer3d.exports import model_card, read_weight_file, to_json, to_nir, to_npz, to_paper_json, to_safetensors
from snntrainer3d.frames import decode_frame, encode_frame, make_frame
from snntrainer3d.jobs.pipe import Message, read_message, write_message
from snntrainer3d.runs import (
    Query,
    RunStore,
    StoredCheckpoint,
    parse_condition,
    read_live_frame,
    read_record,
    write_checkpoint,
)
from snntrainer3d.runs.checkpoints import read_checkpoint
from snntrainer3d.runs.live import LiveFrameWriter
from snntrainer3d.runs.run_file import read_run_file
from snntrainer3d.runs.snapshots import SnapshotWriter, list_snapshots, read_snapshot
from snntrainer3d.server.circuit_models import MeasureCircuit, SimulateCircuit
from snntrainer3d.server.compare_models import CompareRuns
from snntrainer3d.server.models import ChangeRun, Play, SetQuota, StartRun
from snntrainer3d.server.socket import understand
from snntrainer3d.server.study_models import PlanStudy, ResumeStudy, TuneStudy
from snntrainer3d.spec import (
    Dense,
    Input,
    Leaky,
    Network,
    OwnNeuron,
    RunSpec,
    TrainedNetwork,
    Training,
    as_built_in,
    dense_network,
    equation_of,
    fixed_tensors,
    parse,
    parse_run,
    read_json,
    tensor_shapes,
)
from snntrainer3d.spec.equations import equation_lines, latex_of, multiplications
from snntrainer3d.spec.study import Study

ROOM = Path(tempfile.mkdtemp(prefix="snntrainer3d-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
"""In memory where that can be: a file for each input."""
atexit.register(shutil.rmtree, ROOM, ignore_errors=True)


@dataclass(frozen=True)
class Reader:
    """A reader and where to begin."""

    read: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    share: float = 1.0
    """Of the inputs that others get: where each is read in a process of its own, which takes a second."""


def _file(read: Callable[[Path], object], ending: str = ".bin") -> Callable[[bytes], object]:
    def from_bytes(content: bytes) -> object:
        path = ROOM / f"input{ending}"
        path.write_bytes(content)
        return read(path)

    return from_bytes


def _small() -> TrainedNetwork:
    network = dense_network((3,), [2], 2, Leaky(beta=0.8))
    tensors = {name: np.ones(shape, np.float32) for name, shape in tensor_shapes(network).items()}
    return TrainedNetwork(network, {**tensors, **fixed_tensors(network)}, Training(dataset="xor"))


def _frames() -> list[bytes]:
    weights = [np.array([[1.0, -0.5], [0.25, 0.0]], np.float32), np.array([[-2.0, 2.0]], np.float32)]
    return [encode_frame(make_frame("0123456789ab", 1, 0, 0, weights, rates=[0.0, 0.0]))]


def _idx() -> list[bytes]:
    return [b"\0\0\x08\x01\0\0\0\x04\x01\x02\x03\x04", b"\0\0\x08\x03" + b"\0\0\0\x02" * 3 + bytes(8)]


def _sound() -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.arange(400, dtype="<i2").tobytes())
    return written.getvalue()


def _picture() -> bytes:
    from PIL import Image

    written = io.BytesIO()
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(written, "PNG")
    return written.getvalue()


def _zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _npz() -> list[bytes]:
    written = io.BytesIO()
    np.savez(written, x=np.arange(12, dtype=np.float32).reshape(6, 2), y=np.array([0, 1] * 3))
    named = io.BytesIO()
    np.savez_compressed(named, x=np.arange(12, dtype=np.uint8).reshape(6, 2), y=np.array(["²", "①"] * 3))
    return [written.getvalue(), named.getvalue()]


def _tree(path: Path) -> object:
    faults = Faults("it.zip")
    with opened_tree(path, "it.zip", faults) as tree:
        faults.tell()
        if tree.leaves[0].what == "sound":
            return read_sounds(tree.leaves, faults)
        return read_pictures(tree.leaves, Choice(side=8), faults)


def _trees() -> list[bytes]:
    pictures = {f"{label}/{at}.png": _picture() for label in ("cat", "dog") for at in range(3)}
    sounds = {f"{label}/{at}.wav": _sound() for label in ("one", "two") for at in range(3)}
    parts = {
        f"{part}/{label}/{at}.png": _picture() for part in ("train", "VAL", "test") for label in "①²" for at in (0, 1)
    }
    odd = {"①/note.txt": b"a", "²/1.heic": b"a", "__MACOSX/x": b""}
    return [
        _zip(pictures),
        _zip(sounds),
        _zip({**parts, **{f"train/{name}": content for name, content in odd.items()}}),
    ]


def _snapshots(path: Path) -> object:
    return [read_snapshot(path, row.index) for row in list_snapshots(path)]


def _snapshot_files(frame: bytes | None = None) -> list[bytes]:
    frame = frame or _frames()[0]
    path = ROOM / "seed.bin"
    path.unlink(missing_ok=True)
    writer = SnapshotWriter(path, len(frame))
    for index in (0, 1):
        writer.write(index, decode_frame(frame))
    writer.close()
    return [path.read_bytes()]


def _live_files() -> list[bytes]:
    (frame,) = _frames()
    path = ROOM / "live.bin"
    writer = LiveFrameWriter(path, len(frame))
    writer.write(frame)
    writer.close()
    return [path.read_bytes()]


def _checkpoints() -> list[bytes]:
    stored = StoredCheckpoint(1, 2, _small().tensors, {"step": np.ones(1, np.float32)}, {"kept": 1})
    return [write_checkpoint(ROOM / "checkpoints", stored).read_bytes()]


def _run_file(path: Path) -> object:
    with tempfile.TemporaryDirectory(dir=ROOM) as into:
        return read_run_file(path, Path(into))


def _run_files() -> list[bytes]:
    """Give whole run files: of a run that ended, with everything in it, and of one that was only made."""
    (frame,) = _frames()
    files = {"spec.json": _documents()[0], "events.jsonl": _RECORD, "results.json": b'{"test": null}'}
    return [_packed_run({"spec.json": files["spec.json"]}), _packed_run({**files, "snapshots.bin": frame})]


def _packed_run(files: dict[str, bytes]) -> bytes:
    sums = {name: {"bytes": len(one), "sha256": hashlib.sha256(one).hexdigest()} for name, one in files.items()}
    about = {"format": "snntrainer3d/run-file", "version": 1, "id": "d231sv7q2yve", "created_at": 1.0}
    said = {"launcher": "cli", "name": "", "imported": False, "environment": {}}
    told = json.dumps({**about, **said, "files": sums})
    return _zip({"run.json": told.encode(), **files})


_PARTS = ("events.jsonl", "results.json", "spec.json", "snapshots.bin")


def _run_content(content: bytes) -> object:
    """Import a run of which one file is made up, its checksums right, and read it as everybody does who shows it.

    The first byte says which file; what is left is the file.
    """
    files = {"spec.json": _documents()[0], "weights.safetensors": _SAFE[0]}
    files[_PARTS[content[0] % len(_PARTS)] if content else "events.jsonl"] = content[1:]
    path = ROOM / "content.zip"
    path.write_bytes(_packed_run(files))
    with RunStore(ROOM / "content") as store:
        run = store.import_file(path).id
        try:
            found = store.get(run)
            store.query(Query(sort="test_accuracy"))
            store.fields()
            history = store.metrics(run)
            told = [store.points(run), metrics_csv(store.events(run).events), store.snapshots(run)]
            for name in FIGURES:
                with suppress(NotFoundError):
                    told.append(draw(name, history, found.results, found.name))
            return [*told, model_card(found.spec, found.name, found.results)]
        finally:
            store.delete(run)
            store.trash.empty()


def _run_contents() -> list[bytes]:
    scores = evaluate_counts(np.eye(2, dtype=np.int64), np.array([0, 1]), 0.5, ["a", "b"]).to_dict()
    results = {"test": scores, "validation": None, "parameters": 1, "flops": 1, "flops_all_steps": 1, "updates": 1,
               "epochs": 1, "rates": [0.1, 0.2]}  # fmt: skip
    ones = [np.ones((one.rows, one.columns), np.float32) for one in _small().network.connections()]
    frame = encode_frame(make_frame("0123456789ab", 1, 1, 1, ones))
    finished = json.dumps({"kind": "finished", "at": 2.0, "results": results}).encode() + b"\n"
    whole = [_RECORD.splitlines(keepends=True)[0] + _UPDATE + finished, json.dumps(results).encode(), _documents()[0],
             _snapshot_files(frame)[0]]  # fmt: skip
    return [bytes([at]) + one for at, one in enumerate(whole)]


_CLAIMS = ("'<f4'", "'<f8'", "'|u1'", "'<U9'", "'|O'", "'>i2'")


def _npz_claim(content: bytes) -> object:
    """Read an NPZ whose array says of itself what the fuzzer makes up: type, order and shape."""
    kind = _CLAIMS[content[0] % len(_CLAIMS)] if content else _CLAIMS[0]
    shape = content[1:].decode("latin-1").partition("\n")
    head = f"{{'descr': {kind}, 'fortran_order': False, 'shape': ({shape[0]}), }}".encode("latin-1")
    array = b"\x93NUMPY\x01\x00" + len(head + b"\n").to_bytes(2, "little") + head + b"\n"
    labels = io.BytesIO()
    np.save(labels, np.array([0, 1] * 3))
    path = ROOM / "claim.npz"
    path.write_bytes(_zip({"x.npy": array + shape[2].encode("latin-1"), "y.npy": labels.getvalue()}))
    return read_npz(path, "it.npz", Choice())


def _class_names(content: bytes) -> object:
    """Read a table whose labels are the texts that the fuzzer makes up."""
    names = [name for name in content.decode("utf-8", "replace").split("\n") if name.strip()][:20]
    rows = [f'{at},{at % 3},"{name.replace(chr(34), "")}"' for at, name in enumerate(names * 4)]
    path = ROOM / "names.csv"
    path.write_text("a,b,label\n" + "\n".join(rows), encoding="utf-8", errors="replace")
    return read_csv(path, "names.csv")


def _weight_files() -> list[bytes]:
    return [write(_small()) for write in (to_json, to_safetensors, to_npz)]


def _nir_files() -> list[bytes]:
    return [to_nir(_small())]


def _torch_files() -> list[bytes]:
    # Not at the top: it would be instrumented with all the rest.
    import torch

    written = io.BytesIO()
    torch.save({name: torch.from_numpy(array) for name, array in _small().tensors.items()}, written)
    return [written.getvalue()]


def _named_arrays() -> list[bytes]:
    written = io.BytesIO()
    names = {"layers.0.": "fc1.", "layers.1.": "fc2."}
    arrays = {f"{names[name[:9]]}{name[9:]}": array for name, array in _small().tensors.items() if name[9:] in _LEARNED}
    np.savez(written, **arrays)
    return [written.getvalue()]


def _state_dict(content: bytes) -> object:
    return read_weight_file(content, _small().network)


def _events_files() -> list[bytes]:
    times = np.arange(12) * 1000
    sample = {"t": times, "x": times % 5, "y": times % 3, "p": times % 2}
    written = io.BytesIO()
    np.savez(written, **sample, sample=np.repeat(np.arange(4), 3), labels=np.array([0, 1, 0, 1]))
    return [written.getvalue()]


def _event_recordings() -> list[bytes]:
    rows = [(3, 4, 1, 10), (5, 6, 0, 20), (0, 240, 0, 30), (9, 9, 1, 5)]
    return [b"".join(bytes((x, y)) + ((p << 23) | t).to_bytes(3, "big") for x, y, p, t in rows)]


def _waveforms(path: Path) -> object:
    try:
        return read_raw(path)
    except SimulationError:
        return None


def _raw_files() -> list[bytes]:
    head = "Title: x\nPlotname: Transient Analysis\nFlags: real\nNo. Variables: 2\nNo. Points: 3\nVariables:\n"
    values = np.arange(6, dtype=np.float64).tobytes()
    return [f"{head}\t0\ttime\ttime\n\t1\tv(a)\tvoltage\nBinary:\n".encode() + values]


def _worker_messages() -> list[bytes]:
    written = io.BytesIO()
    write_message(written, Message({"task": "play", "samples": [1]}, b"abc"))
    return [written.getvalue()]


def _plays() -> list[bytes]:
    drawing = b'{"drawing": {"width": 2, "height": 2, "pixels": "AAAA/w=="}}'
    return [b'{"index": 3, "split": "test", "num_steps": 5}', b'{"pixels": [0, 255]}', drawing]


def _studies() -> list[bytes]:
    base = json.loads(_documents()[0])
    vary = {"kind": "grid", "fields": {"training.learning_rate": [0.1, 0.2]}}
    return [json.dumps({"name": "a", "base": base, "vary": vary, "seeds": [1, 2]}).encode()]


_BODIES = (
    CompareRuns, ChangeRun, SetQuota, StartRun, PlanStudy, ResumeStudy, TuneStudy,
    MeasureCircuit, SimulateCircuit, Play,
)  # fmt: skip


def _body(content: bytes) -> object:
    """Read a request's body; the first byte says which."""
    return parse(_BODIES[content[0] % len(_BODIES)], read_json(content[1:])) if content else None


def _bodies() -> list[bytes]:
    measured = {"form": "vccs", "sample": 1, "seconds": 1.0, "nodes": ["a"]}
    measured |= {"times": "AACAPw==", "values": "AACAPw=="}
    plain = [
        {"runs": ["a", "b"]}, {"name": "a", "tags": ["b"], "notes": "c", "archived": True}, {"quota_bytes": 10**9},
        {"spec": json.loads(_documents()[0]), "from": "a"}, {"study": json.loads(_studies()[0]), "workers": 2},
        {"workers": 1, "replace_deleted": True}, {"trials": 3}, measured, {"form": "vccs", "samples": [2]},
        *map(json.loads, _plays()),
    ]  # fmt: skip
    return [bytes([min(at, len(_BODIES) - 1)]) + json.dumps(one).encode() for at, one in enumerate(plain)]


def _documents() -> list[bytes]:
    return [RunSpec(network=_small().network, training=Training()).model_dump_json().encode()]


_TABLES = [
    b"a,b,label\n" + b"1,2,x\n3,4,y\n" * 3,
    'sep=;\nId;"w, cm";h;Art;\n'.encode("utf-8-sig")
    + b"".join(b"%d;0,5;1,%d;%d_1;\n" % (at, at, at % 2) for at in range(8)),
    "# a,b,kind\n".encode("utf-16") + "".join(f"{at} -{at}e3 {'²①'[at % 2]}\n" for at in range(8)).encode("utf-16-le"),
    b"x|p|y\r" + b"1|5%|007\r-.5|7 %|7\r" * 4,
]
"""Of several countries, with names of classes that look like numbers."""


def _samples(path: Path) -> object:
    return understood(read_npz(path, "it.npz", Choice()), "it.npz", Choice())


def _table(path: Path) -> object:
    return understood(read_csv(path, "it.csv"), "it.csv", Choice())


def _document(content: bytes) -> object:
    return parse_run(read_json(content))


_EVALUATES = ("exec", "import", "open", "os.", "subprocess.", "socket.", "ctypes.")
"""What no text of a neuron may bring about, by the names of Python's audit events."""
_armed = False


def _watched(event: str, arguments: tuple[object, ...]) -> None:
    if _armed and event.startswith(_EVALUATES):
        raise RuntimeError(f"a text of a neuron led to {event} {arguments!r:.200}")


def _neuron(document: object) -> object:
    """Read an own neuron and print its equation; nothing but its grammar may look at its texts."""
    global _armed
    _armed = _is_warm()
    try:
        return _printed(document)
    finally:
        _armed = False


@cache
def _is_warm() -> bool:
    """Read the whole documents once, for what is imported late is imported then."""
    sys.addaudithook(_watched)
    return all(_printed(document) for document in _NEURONS)


def _printed(document: object) -> list[object]:
    neuron = parse(OwnNeuron, document)
    equation = equation_of(neuron)
    network = Network(input=Input(shape=(1,)), layers=(Dense(size=1, neuron=neuron),))
    return [equation_lines(equation), latex_of(equation), multiplications(equation), as_built_in(network)]


def _neuron_text(content: bytes) -> object:
    """Read a neuron of which one text is made up; the first byte says which: its step, a start, its surrogate."""
    text = content[1:].decode("utf-8", "replace")
    places = {"step": text}, {"states": {"v": text, "u": 0}}, {"surrogate": {"kind": "equations", "derivative": text}}
    return _neuron({**_NEURONS[0], **places[content[0] % len(places)]}) if content else None


_NEURONS: list[dict[str, object]] = [
    {
        "kind": "equations", "parameters": {"beta": {"value": 0.9, "learn": "shared"}, "threshold": 1.0},
        "states": {"v": "beta / 2", "u": 0}, "membrane": "v", "time_step_s": 0.001, "substeps": 2,
        "step": ["u = exp(-dt / 0.01) * u + x", "v = where(v > 1, 0, beta * v) + min(u, 3) - u**2 / 9  # held",
                 "out = spike(v - threshold)", "v -= detach(out) * threshold"],
        "surrogate": {"kind": "equations", "derivative": "slope / (1 + (pi * z)**2)", "parameters": {"slope": 2.0}},
    },
    {"kind": "equations", "states": {"v": 0}, "step": ["v = .9 * v + x"]},
]  # fmt: skip
_HOSTILE = "# __import__('os').system('id') (lambda: 1)() v.__class__ f'{x}' [y for y in x] exec(x) " + "(" * 99
"""In a comment, from which the fuzzer takes it."""
_NEURON_TEXTS = [
    b"\x00" + "\n".join(_NEURONS[0]["step"]).encode(),  # type: ignore[arg-type]
    f"\x00v = .5 * v + x\nu = v {_HOSTILE}".encode(),
    b"\x01beta * log1p(2) ** 3", b"\x02z * exp(-abs(z)) / max(1, z)",
]  # fmt: skip


def _message(content: bytes) -> object:
    return understand(read_json(content))


def _study(content: bytes) -> object:
    return parse(Study, read_json(content))


_RECORD = b'{"kind":"state","state":"running","at":1.0}\n{"kind":"update","update":1,"epoch":1,"loss":1.0}\n'
_LEARNED = ("weight", "bias")
_UPDATE = (
    b'{"kind":"update","update":1,"epoch":1,"loss":1.0,"accuracy":0.5,"learning_rate":0.1,"samples_per_second":1.0,'
    b'"rates":[0.1,0.2]}\n'
)
_SAFE = [to_safetensors(_small())]
READERS: dict[str, Reader] = {
    "weight frame": Reader(decode_frame, _frames),
    "IDX": Reader(_file(read_idx), _idx),
    "WAV": Reader(lambda content: read_wav(content, "it.wav"), lambda: [_sound()]),
    "own NPZ": Reader(_file(_samples), _npz),
    "own CSV": Reader(_file(_table), lambda: _TABLES),
    "zip of pictures or sounds": Reader(_file(_tree, ".zip"), _trees),
    "snapshots": Reader(_file(_snapshots), _snapshot_files),
    "live frame": Reader(_file(read_live_frame), _live_files),
    "record": Reader(_file(read_record), lambda: [_RECORD]),
    "checkpoint": Reader(_file(read_checkpoint), _checkpoints),
    "run file": Reader(_file(_run_file, ".zip"), _run_files),
    "content of a run file": Reader(_run_content, _run_contents, share=0.05),
    "claims of an NPZ": Reader(_npz_claim, lambda: [b"\x006, 2\n" + bytes(48), b"\x026, 1\nabcdef"]),
    "class names": Reader(_class_names, lambda: [b"a\nb", "①\n²\n007\n7\n猫".encode()]),
    "weight file": Reader(read_weight_file, _weight_files),
    "run document": Reader(_document, _documents),
    "message of a page": Reader(
        _message,
        lambda: [b'{"watch": "d231sv7q2yve", "hertz": 5, "events_after": 0}', b'{"ack": 3}', b'{"live": false}'],
    ),
    "paper's JSON": Reader(read_weight_file, lambda: [to_paper_json(_small())]),
    "state dict": Reader(_state_dict, _named_arrays),
    "torch file": Reader(_state_dict, _torch_files, share=0.004),
    "NIR": Reader(read_weight_file, _nir_files, share=0.02),
    "events NPZ": Reader(_file(lambda path: read_npz(path, "it.npz", Choice(side=8))), _events_files),
    "events .bin": Reader(read_bin_events, _event_recordings),
    "waveforms": Reader(_file(_waveforms, ".raw"), _raw_files),
    "message of the worker": Reader(lambda content: read_message(io.BytesIO(content)), _worker_messages),
    "condition of a search": Reader(
        lambda content: parse_condition(content.decode("latin-1")), lambda: [b"training.learning_rate>=0.001", b"a~b"]
    ),
    "body of a request": Reader(_body, _bodies),
    "study document": Reader(_study, _studies),
    "texts of an own neuron": Reader(_neuron_text, lambda: _NEURON_TEXTS, share=12.5),
    "own neuron": Reader(
        lambda content: _neuron(read_json(content)), lambda: [json.dumps(one).encode() for one in _NEURONS]
    ),
}
