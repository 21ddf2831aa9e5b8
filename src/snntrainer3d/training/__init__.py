"""HOW a network learns: train(spec, …) yields events; evaluate(…) scores, measure(…) counts everything."""

from snntrainer3d.training.checkpoint import Checkpoint, Sink, Word
from snntrainer3d.training.evaluate import decide_in_portions, evaluate
from snntrainer3d.training.harden import Hardened, harden
from snntrainer3d.training.loop import train
from snntrainer3d.training.measure import measure, measure_in_portions
from snntrainer3d.training.schedule import learning_rate_at, snapshot_updates
from snntrainer3d.training.together import Together

__all__ = [
    "Checkpoint",
    "Hardened",
    "Sink",
    "Together",
    "Word",
    "decide_in_portions",
    "evaluate",
    "harden",
    "learning_rate_at",
    "measure",
    "measure_in_portions",
    "snapshot_updates",
    "train",
]
