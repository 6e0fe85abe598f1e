"""What all figures of a study share: currency, price year, looks and readable names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hecon.analyses.base_case import threshold
from hecon.analyses.run import Run
from hecon.report.figures.style import Look, looks
from hecon.report.figures.writing import THIN, distinct, money, wrapped
from hecon.report.language import say
from hecon.report.things_called import judgement
from hecon.studies.study import Study


@dataclass(frozen=True)
class Setting:
    """Names and units of a study's figures."""

    strategies: Sequence[str]  #: All strategies, in the order that gives them their looks.
    #: currency, price_year: What costs are counted in; empty for draws from elsewhere that don't
    #: say.
    currency: str = ""
    price_year: str = ""
    effect: str = "QALY"  #: One unit of effect, and `effects` several of them.
    effects: str = "QALYs"
    threshold: float | None = None
    labels: Mapping[str, str] = field(default_factory=dict)  #: Readable names of parameters.
    units: Mapping[str, str] = field(default_factory=dict)  #: Their units.
    cost_effective: str = "cost-effective"  #: What is said of a positive net benefit.

    @property
    def looks(self) -> dict[str, Look]:
        """How each strategy is drawn."""
        return looks(self.strategies)

    @property
    def names(self) -> dict[str, str]:
        """Strategies as they stand beside axes: on a few short lines, all different."""
        return distinct(self.strategies, 20, 4)

    @property
    def money(self) -> str:
        """The unit of costs with its price year, as axes name it."""
        year = say(", {price_year} prices", price_year=self.price_year) if self.price_year else ""
        return f"{self.currency or say('units of cost')}{year}"

    @property
    def per_effect(self) -> str:
        """The unit of a threshold."""
        year = say(", {price_year} prices", price_year=self.price_year) if self.price_year else ""
        return say(
            "{currency} per {effect}{year}",
            currency=self.currency or "cost",
            effect=self.effect,
            year=year,
        )

    def amount(self, value: float, sign: bool = False) -> str:
        """An amount in words."""
        return f"{self.currency}{THIN if self.currency else ''}{money(value, sign)}"

    def at(self, threshold: float) -> str:
        """`at NOK 385 000 per QALY`."""
        return say(
            "at {threshold} per {effect}", threshold=self.amount(threshold), effect=self.effect
        )

    def label(self, parameter: str, width: int = 34, lines: int = 2) -> str:
        """A parameter's readable name on a few lines; a group joined by ` + ` is named by parts."""
        known = self.labels.get(parameter)
        if known is None and " + " in parameter:
            known = ", ".join(say(self.labels.get(p, p)) for p in parameter.split(" + "))
        return wrapped(say(known or parameter), width, lines)

    def named(self, parameter: str) -> str:
        """A parameter's readable name in a list: in quotation marks where it has a comma."""
        known = self.labels.get(parameter)
        names = (
            [self.labels.get(p, p) for p in parameter.split(" + ")] if known is None else [known]
        )
        told = [f'"{n}"' if "," in n else n or parameter for n in map(say, names)]
        return say(" with ").join(told)


def run_setting(run: Run) -> Setting:
    """The setting of a run's study, at the run's threshold."""
    return study_setting(run.study, run(threshold))


def study_setting(study: Study, threshold: float | None = None) -> Setting:
    """The setting of a study in its jurisdiction."""
    place = study.jurisdiction.definition
    return Setting(
        strategies=study.model.strategies,
        currency=place.currency,
        price_year=place.price_year,
        effect=study.definition.effect.name,
        effects=study.definition.effect.plural,
        cost_effective=judgement(study),
        threshold=threshold,
        labels={p.text: p.description or p.text for p in study.parameters},
        units={p.text: p.unit for p in study.parameters},
    )
