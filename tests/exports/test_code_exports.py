"""Exported code is run, in a process of its own, and computes what the network computes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from shutil import which

import numpy as np
import pytest
from made_layers import LAYERED, layered
from made_networks import NEURONS, OTHERS, made, over_time
from run_here import here

from snntrainer3d.errors import InputError, MismatchError
from snntrainer3d.exports import (
    Samples,
    form_of,
    prove,
    prove_files,
    refusal,
    samples_for,
    to_numpy_script,
    to_pytorch_script,
    to_snntorch_script,
)
from snntrainer3d.exports.c_source import in_bytes
from snntrainer3d.exports.forms import runner
from snntrainer3d.exports.proof import ROUNDING
from snntrainer3d.exports.state_dict import from_state_dict
from snntrainer3d.spec import NEURONS as MODELS
from snntrainer3d.spec import Adaptive, Alpha, Leaky, Network, Synaptic, Training, dense_network, parse

pytestmark = pytest.mark.slow

CODE = ("snntorch", "pytorch", "numpy")
C = pytest.mark.skipif(which("cc") is None, reason="there is no C compiler")
MOST_LINES = 80
MEMBRANES_GROW = 1e-3
"""Without reset or with slow synapses they reach hundreds, whose float32 is that coarse."""


def files_of(form, trained):
    chosen = form_of(form)
    return chosen.write(trained, f"net{chosen.ending}")


@pytest.mark.parametrize("form", CODE)
@pytest.mark.parametrize("neuron", NEURONS)
def test_every_neuron_gives_the_same_spikes_on_200_samples(form, neuron):
    trained = made(NEURONS[neuron])
    proof = prove(trained, here(files_of(form, trained)), "run here")
    assert proof.samples == 200
    assert proof.spikes > 100
    assert (proof.spikes_differ, proof.predictions_agree) == (0, 200), proof.sentence()
    assert proof.largest_membrane_error < (MEMBRANES_GROW if "none" in neuron else ROUNDING)
    assert form == "numpy" or proof.largest_membrane_error == 0.0
    assert proof.holds


@pytest.mark.parametrize("trained", [made(Leaky(beta=0.9)), layered("pooled currents")], ids=["dense", "layers"])
def test_a_numpy_script_without_samples_says_how_it_is_used(tmp_path, trained):
    (tmp_path / "first.py").write_bytes(to_numpy_script(trained, "first.py"))
    done = subprocess.run([sys.executable, "first.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: python first.py samples.npy [record.npz]\n")


@pytest.mark.parametrize("form", CODE)
@pytest.mark.parametrize("name", LAYERED)
def test_every_kind_of_layer_gives_the_same_spikes_on_200_samples(form, name):
    trained = layered(name)
    proof = prove(trained, here(files_of(form, trained)), "run here")
    assert proof.spikes > 100
    assert (proof.samples, proof.predictions_agree) == (200, 200), proof.sentence()
    assert proof.holds, proof.sentence()


@C
@pytest.mark.slow
@pytest.mark.parametrize("neuron", NEURONS)
def test_c_compiles_without_a_warning_and_gives_the_same_spikes(neuron):
    trained = made(NEURONS[neuron])
    proof = prove_files(form_of("c"), trained, files_of("c", trained))
    assert (proof.spikes_differ, proof.predictions_agree, proof.samples) == (0, 200, 200), proof.sentence()
    assert proof.spikes > 100
    # Sums one after the other round more than torch's, which are in blocks.
    assert proof.largest_membrane_error < MEMBRANES_GROW


@C
@pytest.mark.parametrize("name", ["9net.c", "int.c", "a-b.v2.c", "_.c"])
def test_c_compiles_by_every_name_that_it_takes(name):
    form, trained = form_of("c"), made(NEURONS["leaky, subtract"])
    assert prove_files(form, trained, form.write(trained, name)).holds


@pytest.mark.parametrize(
    "name",
    [
        "netz",
        "net.h",
        "net.C",
        "net.cpp",
        "nétz.c",
        "a b.c",
        'a"b.c',
        "a\\b.c",
        "-o.c",
        ".c",
        "main.c",
        "math.c",
        "n\n.c",
    ],
)
@pytest.mark.parametrize("form", ["c", "c-int8"])
def test_names_that_a_c_compiler_does_not_take_are_refused_with_one_that_it_takes(form, name):
    with pytest.raises(InputError) as caught:
        form_of(form).write(made(NEURONS["leaky, subtract"]), name)
    assert caught.value.path == "output"
    assert "network.c" in caught.value.hint


@C
@pytest.mark.slow
@pytest.mark.parametrize("neuron", [name for name in NEURONS if "zero" in name])
def test_c_of_bytes_computes_what_a_network_of_its_rounded_weights_does(neuron):
    trained = made(NEURONS[neuron], NEURONS["leaky, subtract"], sizes=(64, 30, 10), bias="learned" in neuron)
    rounded = dict(trained.tensors)
    for name in ("layers.0.weight", "layers.1.weight"):
        whole, scale = in_bytes(rounded[name])
        assert (np.abs(whole).max(), whole.dtype) == (127, np.int8)
        assert np.abs(whole * scale[:, None] - rounded[name]).max() <= 0.5001 * scale.max()
        rounded[name] = np.asarray(whole * scale[:, None], np.float32)
    files = files_of("c-int8", trained)
    proof = prove_files(form_of("c"), type(trained)(trained.network, rounded, trained.training), files)
    assert (proof.predictions_agree, proof.samples) == (200, 200), proof.sentence()
    assert proof.holds, proof.sentence()
    assert proof.spikes > 100


@C
@pytest.mark.slow
def test_c_of_bytes_keeps_to_the_loss_that_it_states(tmp_path):
    environment = {**os.environ, "SNNTRAINER3D_HOME": str(tmp_path)}
    choices = ["--dataset", "digits", "--hidden", "40", "--preset", "fast", "--epochs", "8", "--seed", "1"]
    for words in (["train", *choices], ["export", "digits 64-40-10 leaky", "--to", "c-int8", "-o", "net.c"]):
        command = [sys.executable, "-m", "snntrainer3d", *words, "--json"]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    proof = json.loads(done.stdout)["proof"]
    assert (proof["samples"], proof["may_differ"], proof["holds"]) == (200, 0.02, True)
    assert proof["predictions_agree"] >= 196
    assert proof["spikes_differ"] > 0
    assert "2% of the predictions may differ" in proof["sentence"]
    assert (tmp_path / "net.h").read_text().count("weights of one byte") == 1


@C
@pytest.mark.slow
def test_c_of_different_neurons_without_biases_and_with_input_that_changes():
    trained = over_time(made(Leaky(), Synaptic(reset="zero"), Alpha(), sizes=(5, 8, 6, 4), bias=False), 7)
    changing = np.random.default_rng(1).normal(0, 2, (12, 7, 5)).astype(np.float32)
    proof = prove_files(form_of("c"), trained, files_of("c", trained), Samples(changing, None, "made up"))
    assert (proof.num_steps, proof.samples, proof.spikes_differ) == (7, 12, 0)


@pytest.mark.slow
@pytest.mark.parametrize("form", CODE)
def test_a_script_runs_in_a_process_of_its_own(form):
    trained = made(NEURONS["synaptic that learned, zero"], NEURONS["lapicque that learned, subtract"])
    proof = prove_files(form_of(form), trained, files_of(form, trained))
    assert (proof.spikes_differ, proof.predictions_agree, proof.samples) == (0, 200, 200)
    assert proof.spikes > 1000


@pytest.mark.parametrize("form", CODE)
def test_layers_of_different_neurons_without_biases_and_with_input_that_changes(form):
    trained = over_time(made(Leaky(), Synaptic(reset="zero"), Alpha(), sizes=(5, 8, 6, 4), bias=False), 7)
    changing = np.random.default_rng(1).normal(0, 2, (12, 7, 5)).astype(np.float32)
    moving = Samples(changing, None, "made up")
    proof = prove(trained, here(files_of(form, trained)), "run here", moving)
    assert (proof.num_steps, proof.samples, proof.spikes_differ) == (7, 12, 0)
    assert proof.spikes > 20


def test_inference_in_numpy_is_read_in_under_eighty_lines():
    for neuron in NEURONS.values():
        text = to_numpy_script(made(neuron)).decode()
        assert text.split("# Weights")[0].count("\n") < MOST_LINES
        assert max(map(len, text.split("# Weights")[0].splitlines())) <= 120


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["dense", "adaptive", "normalised and dropped out", "recurrent leaky, one_to_one, zero"]
)
@pytest.mark.parametrize(("write", "loss"), [(to_snntorch_script, "membrane"), (to_pytorch_script, "count")])
def test_training_goes_on_in_the_scripts_of_torch(write, loss, name, tmp_path):
    own = {"dense": Synaptic(reset="zero", learn_beta="per_neuron"), "adaptive": Adaptive(learn_rho="per_neuron")}
    trained = made(own[name]) if name in own else layered(name)
    recipe = Training(dataset="digits", loss=loss, epochs=4, gradient_clip_norm=1.0, learning_rate=0.01)
    script = tmp_path / "net.py"
    script.write_bytes(write(type(trained)(trained.network, trained.tensors, recipe)))
    samples = samples_for(trained)
    np.save(tmp_path / "x.npy", samples.raw)
    np.save(tmp_path / "y.npy", np.arange(200) % 10)
    command = [sys.executable, "-I", "net.py", "x.npy", "--train", "y.npy", "--save", "more.pt"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    losses = [float(line.split()[-1]) for line in done.stdout.splitlines() if line.startswith("epoch")]
    assert len(losses) == 4
    assert losses[-1] < losses[0]
    assert (tmp_path / "more.pt").stat().st_size > 1000


@pytest.mark.parametrize("form", ["snntorch", "pytorch"])
def test_what_the_scripts_of_torch_save_is_read_again(form):
    trained = made(Leaky(learn_beta="per_neuron"), Adaptive(learn_rho="shared", learn_adaptation="per_neuron"))
    script = {"__name__": "exported"}
    exec(files_of(form, trained)["net" + form_of(form).ending], script)
    saved = {name: value.detach().numpy() for name, value in script["trained"]().state_dict().items()}
    back = from_state_dict(saved, trained.network).trained
    assert all(np.array_equal(back.tensors[name], value) for name, value in trained.tensors.items())


def test_a_network_too_large_for_source_is_refused(monkeypatch):
    monkeypatch.setattr(refusal, "MAX_CODE_WEIGHTS", 100)
    for form in CODE:
        with pytest.raises(MismatchError, match="at most 100 are written as code") as told:
            files_of(form, made(Leaky()))
        assert (told.value.path, told.value.faults[0].hint) == ("network.layers", "Export safetensors.")


@pytest.mark.parametrize("form", ["numpy", "snntorch", "pytorch", "c", "nir", "paper"])
def test_a_layer_of_another_kind_is_refused_at_its_path(form):
    trained = made(Leaky())
    strange = trained.network.layers[1].model_copy(update={"kind": "hopfield"})
    network = trained.network.model_copy(update={"layers": (trained.network.layers[0], strange)})
    object.__setattr__(trained, "network", network)
    with pytest.raises(MismatchError) as told:
        files_of(form, trained)
    assert told.value.faults[0].path == "network.layers[1].kind"
    assert "hopfield" in told.value.faults[0].message


@pytest.mark.parametrize("form", [*CODE, "onnx", pytest.param("c", marks=C)])
def test_neurons_of_other_equations_than_snntorchs_are_written_too(form, tmp_path):
    chosen = form_of(form)
    for name, cells in OTHERS.items():
        trained = made(*cells)
        files = files_of(form, trained)
        ran = runner(chosen, trained, files) if form == "c" else here(files, tmp_path)
        proof = prove(trained, ran, "run here")
        assert (proof.spikes_differ, proof.predictions_agree) == (0, proof.samples), (name, proof.sentence())
        assert proof.spikes > 100
        assert form not in ("snntorch", "pytorch") or proof.largest_membrane_error == 0.0


def test_the_papers_json_knows_no_reset_within_the_step():
    told = form_of("paper").faults(made(Leaky(reset_delay=False)).network, None)
    assert "network.layers[0].neuron.reset_delay" in {one.path for one in told}


@pytest.mark.parametrize("form", ["paper", "nir"])
def test_neurons_that_a_form_does_not_know_are_refused_by_name(form):
    for neuron in (model() for model in MODELS if not model.snntorch):
        told = form_of(form).faults(dense_network((4,), [3], 2, neuron), None)
        assert f"{neuron.kind!r}" in told[0].message
    network = dense_network((4,), [3], 2).model_dump(mode="json")
    network["layers"][0] |= {"kind": "recurrent", "neuron": {"kind": "adaptive"}}
    told = form_of(form).faults(parse(Network, network), None)
    assert told[0].path in ("network.layers[0].kind", "network.layers[0].neuron.kind")
