"""What all bodies of the API have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """A body that is given, or a part of one."""

    model_config = ConfigDict(use_attribute_docstrings=True, populate_by_name=True)


class Request(Body):
    """A body that is taken: what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid")
