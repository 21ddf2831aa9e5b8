"""WHERE a trained network can go and come from: one file per format, each a function of TrainedNetwork and back."""

from snntrainer3d.exports.bundle import figure_file, figures_zip, settings_json
from snntrainer3d.exports.c_source import is_c_name
from snntrainer3d.exports.card import model_card
from snntrainer3d.exports.forms import FORMS, Form, form_of, packed, prove_files
from snntrainer3d.exports.json_weights import from_json, to_json
from snntrainer3d.exports.matching import FoundModule, modules_in
from snntrainer3d.exports.nir_reading import NirFile, from_nir
from snntrainer3d.exports.nir_writing import to_nir
from snntrainer3d.exports.npz_file import from_npz, to_npz
from snntrainer3d.exports.numpy_script import to_numpy_script
from snntrainer3d.exports.paper_writing import to_paper_json
from snntrainer3d.exports.proof import Proof, Samples, prove, samples_for
from snntrainer3d.exports.published import PublishedRun, published_page
from snntrainer3d.exports.pytorch_script import to_pytorch_script
from snntrainer3d.exports.reading import WeightFile, read_modules, read_weight_file, read_weights
from snntrainer3d.exports.safetensors_file import from_safetensors, to_safetensors
from snntrainer3d.exports.snntorch_script import to_snntorch_script
from snntrainer3d.exports.state_dict import StateDict, from_state_dict
from snntrainer3d.exports.words import coding_in_words, decision_in_words

__all__ = [
    "FORMS",
    "Form",
    "FoundModule",
    "NirFile",
    "Proof",
    "PublishedRun",
    "Samples",
    "StateDict",
    "WeightFile",
    "coding_in_words",
    "decision_in_words",
    "figure_file",
    "figures_zip",
    "form_of",
    "from_json",
    "from_nir",
    "from_npz",
    "from_safetensors",
    "from_state_dict",
    "is_c_name",
    "model_card",
    "modules_in",
    "packed",
    "prove",
    "prove_files",
    "published_page",
    "read_modules",
    "read_weight_file",
    "read_weights",
    "samples_for",
    "settings_json",
    "to_json",
    "to_nir",
    "to_npz",
    "to_numpy_script",
    "to_paper_json",
    "to_pytorch_script",
    "to_safetensors",
    "to_snntorch_script",
]
