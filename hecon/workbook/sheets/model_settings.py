"""Settings of the model that are no parameters, as Inputs lists them and edits are held to."""

from hecon.analyses.frontier import STRAIGHT
from hecon.analyses.ties import TIE
from hecon.engine.model import MONTHS_PER_YEAR, WEEKS_PER_YEAR
from hecon.engine.operations import DECIMALS
from hecon.engine.timing import COUNTING, Counting
from hecon.studies.study import Study

#: Largest relative difference between two computations that counts as agreement.
AGREES = 1e-9

#: Settings that are not parameters: what each is called and what it means.
_SETTINGS = (
    ("cycle_years", "length of a cycle, years"),
    ("months_per_year", "months in a year"),
    ("weeks_per_year", "weeks in a year"),
    ("cycles", "number of cycles in the horizon"),
    ("moment", "when a cycle is discounted: cycles after its start"),
    ("before", "share of the occupancy at the start of a cycle that counts"),
    ("weight_first", "weight of the occupancy at cycle 0"),
    ("weight_last", "weight of the occupancy at the last cycle"),
    ("weight_odd", "weight of the occupancy at odd cycles"),
    ("weight_even", "weight of the occupancy at even cycles"),
    ("tolerance", "largest relative difference that a check accepts"),
    ("decimals", "decimals to which comparisons, whole numbers and tables' keys are rounded"),
    ("tie", "share of the larger of two totals below which they are equal"),
    ("straight", "share by which two steps' ICERs may differ and be one straight line"),
)

#: Those of them that are a counting rule's.
_OF_A_RULE = ("moment", "before", "weight_first", "weight_last", "weight_odd", "weight_even")


def settings_rows(study: Study) -> tuple[tuple[str, str], ...]:
    """Settings and what they mean; costs with a counting rule of their own have their own."""
    if study.model.apart() is None:
        return _SETTINGS
    own = ((f"{n}_cost", f"costs: {label}") for n, label in _SETTINGS if n in _OF_A_RULE)
    return (*_SETTINGS, *own)


def plain_settings(study: Study) -> dict[str, float]:
    """The settings that are numbers; the length and number of cycles are formulas."""
    costs = _weights(COUNTING[study.model.rule("cost")])
    return {
        "months_per_year": MONTHS_PER_YEAR,
        "weeks_per_year": WEEKS_PER_YEAR,
        **_weights(COUNTING[study.model.counting]),
        **{f"{n}_cost": v for n, v in costs.items() if study.model.apart() is not None},
        "tolerance": AGREES,
        "decimals": float(DECIMALS),
        "tie": TIE,
        "straight": STRAIGHT,
    }


def _weights(counting: Counting) -> dict[str, float]:
    weights = counting.after(6)
    values = (
        1.0 if counting.points else counting.moment,
        counting.before_share,
        *(float(weights[i]) for i in (0, -1, 1, 2)),
    )
    return dict(zip(_OF_A_RULE, values, strict=True))
