"""WHERE a trained network can go and come from: one file per format, each a function of TrainedNetwork and back."""

from snntrainer3d.exports.bundle import figure_file, figures_zip, settings_json
from snntrainer3d.exports.json_weights import from_json, to_json
from snntrainer3d.exports.reading import WeightFile, read_weight_file, read_weights
from snntrainer3d.exports.safetensors_file import from_safetensors, to_safetensors

__all__ = [
    "WeightFile",
    "figure_file",
    "figures_zip",
    "from_json",
    "from_safetensors",
    "read_weight_file",
    "read_weights",
    "settings_json",
    "to_json",
    "to_safetensors",
]
