"""What a study was last asked to do, kept beside it: the process that does it reads this, and pages show it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Order(BaseModel):
    """How a study is to be carried out."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["study", "tuning"] = "study"
    workers: int | None = Field(default=None, ge=1)
    """Trainings at once; None for one a core."""
    replace_deleted: bool = False
    trials: int | None = Field(default=None, ge=1)
    """Of a tuning, in all; None for the document's samples."""
