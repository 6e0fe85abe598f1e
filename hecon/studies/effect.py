"""What the effects of a study are counted in, if not in QALYs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from hecon.parameters.records import Required, Strict
from hecon.parameters.units import QALY

#: It stands in sentences, headings and units.
EffectName = Annotated[Required, Field(pattern=r"^[^\W\d_][\w -]{0,39}$")]


class Effect(Strict):
    """What payoffs of kind `qaly` count: one of it, and several."""

    name: EffectName = QALY
    plural: EffectName = f"{QALY}s"

    @property
    def is_qaly(self) -> bool:
        """Whether a year in full health has one of it, and none has more."""
        return self.name == QALY

    @model_validator(mode="after")
    def _both(self) -> Effect:
        if (self.name == QALY) != (self.plural == f"{QALY}s"):
            raise ValueError("name and plural belong together; give both")
        return self
