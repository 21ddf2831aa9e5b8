"""The fused learner: a whole update in two compiled passes."""

from snntrainer3d.engine.fused.learner import FusedLearner, fused_learner, prepare

__all__ = ["FusedLearner", "fused_learner", "prepare"]
