"""How weights move: optimizers, schedules of the learning rate, and pictures changed at random while training."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from snntrainer3d.spec._document import Part

Decay = Annotated[float, Field(ge=0.0, lt=1.0)]


class Adam(Part):
    """Adam. Kingma and Ba 2015."""

    kind: Literal["adam"] = "adam"
    beta1: Decay = 0.9
    """Decay of the mean of gradients."""
    beta2: Decay = 0.999
    """Decay of the mean of squared gradients."""
    epsilon: Annotated[float, Field(gt=0.0, le=1.0)] = 1e-8


class AdamW(Part):
    """Adam with weights that decay by themselves. Loshchilov and Hutter 2019."""

    kind: Literal["adamw"] = "adamw"
    beta1: Decay = 0.9
    """Decay of the mean of gradients."""
    beta2: Decay = 0.999
    """Decay of the mean of squared gradients."""
    epsilon: Annotated[float, Field(gt=0.0, le=1.0)] = 1e-8
    weight_decay: Annotated[float, Field(ge=0.0, le=10.0)] = 0.01
    """Share of a weight lost at each update, times the learning rate."""


class Sgd(Part):
    """Stochastic gradient descent with momentum. Polyak 1964; Nesterov 1983."""

    kind: Literal["sgd"] = "sgd"
    momentum: Decay = 0.9
    """Share of the last step that is gone again."""
    nesterov: bool = False
    """Whether the gradient counts as if the step were gone already; needs momentum."""
    weight_decay: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    """Added to the gradient, times the weight."""


Optimizer = Annotated[Adam | AdamW | Sgd, Field(discriminator="kind")]
"""The kinds of optimizer, told apart by `kind`."""


class Constant(Part):
    """The learning rate stays what it is."""

    kind: Literal["constant"] = "constant"


class OneCycle(Part):
    """Rise to the learning rate, then fall towards zero, both as half a cosine. Smith and Topin 2018."""

    kind: Literal["one_cycle"] = "one_cycle"
    warm_up_share: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.25
    """Share of the updates spent rising; where that is less than one update, the first has the peak already. (torch's
    OneCycleLR begins a little below it there, and fails where it is exactly one.)"""
    start_divisor: Annotated[float, Field(ge=1.0, le=1e4)] = 25.0
    """The first learning rate is the peak over this."""
    end_divisor: Annotated[float, Field(ge=1.0, le=1e8)] = 1e4
    """The last learning rate is the first over this."""


class Cosine(Part):
    """Fall as half a cosine, from the learning rate to a share of it. Loshchilov and Hutter 2017, without restarts."""

    kind: Literal["cosine"] = "cosine"
    end_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    """The last learning rate as a share of the first."""


class Steps(Part):
    """Fall by a factor every few epochs."""

    kind: Literal["steps"] = "steps"
    every_epochs: Annotated[int, Field(ge=1, le=100_000, strict=True)] = 10
    """Epochs between two falls."""
    factor: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.1
    """The learning rate is multiplied by this."""


class Plateau(Part):
    """Fall by a factor whenever the validation loss has not improved for some epochs."""

    kind: Literal["plateau"] = "plateau"
    patience_epochs: Annotated[int, Field(ge=1, le=100_000, strict=True)] = 3
    """Epochs without a lower validation loss."""
    factor: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.5
    """The learning rate is multiplied by this."""


Schedule = Annotated[Constant | OneCycle | Cosine | Steps | Plateau, Field(discriminator="kind")]
"""The kinds of schedule, told apart by `kind`."""


class Augmentation(Part):
    """Pictures changed at random each time they are trained on; those of validation and test stay as they are."""

    shift_pixels: Annotated[int, Field(ge=0, le=16, strict=True)] = 0
    """Moved by up to so many pixels each way; what comes in is black."""
    mirror: bool = False
    """Whether half of the pictures are mirrored left to right."""
    noise: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    """Standard deviation of what is added to each value of the input."""

    @property
    def changes(self) -> bool:
        """Tell whether anything is changed."""
        return self.shift_pixels > 0 or self.mirror or self.noise > 0.0
