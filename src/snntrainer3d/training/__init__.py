"""HOW a network learns: train(spec, …) yields events; evaluate(…) scores, measure(…) counts everything."""

from snntrainer3d.training.checkpoint import Checkpoint, Sink, Word
from snntrainer3d.training.evaluate import evaluate
from snntrainer3d.training.loop import train
from snntrainer3d.training.measure import measure
from snntrainer3d.training.schedule import learning_rate_at, snapshot_updates

__all__ = ["Checkpoint", "Sink", "Word", "evaluate", "learning_rate_at", "measure", "snapshot_updates", "train"]
