"""The battery: every check on a study, in the order of the report."""

import pandas as pd

from hecon.analyses.run import Run, result
from hecon.analyses.verification import (
    cost_checks,
    dimension_checks,
    discounting_checks,
    effect_checks,
    horizon_checks,
    link_checks,
    strategy_checks,
    survival_checks,
    uncertainty_checks,
)
from hecon.analyses.verification.case import ComputedStudy
from hecon.analyses.verification.finding import (
    FAIL,
    NOT_APPLICABLE,
    Check,
    Finding,
    NotApplicable,
)
from hecon.errors import ModelError
from hecon.studies.study import Study

CHECKS: list[Check] = [
    *survival_checks.CHECKS,
    *effect_checks.CHECKS,
    *cost_checks.CHECKS,
    *strategy_checks.CHECKS,
    *discounting_checks.CHECKS,
    *horizon_checks.CHECKS,
    *uncertainty_checks.CHECKS,
    *link_checks.CHECKS,
    *dimension_checks.CHECKS,
]


def verify(study: Study) -> list[tuple[Check, Finding]]:
    """Run every check on a study.

    A model that breaks a rule in its base case fails the first check, with the engine's
    message; the units are still checked and everything else is not applicable.
    """
    case = ComputedStudy(study)
    try:
        _ = case.base
    except ModelError as error:
        broken = Finding(FAIL, "", f"the base case does not run: {error}")
        still = dimension_checks.CHECKS
        no_base = Finding(NOT_APPLICABLE, "", "the base case does not run")
        return [
            (c, broken if i == 0 else answer(c, case) if c in still else no_base)
            for i, c in enumerate(CHECKS)
        ]
    return [(check, answer(check, case)) for check in CHECKS]


def answer(check: Check, case: ComputedStudy) -> Finding:
    """What one check finds; a modified model that breaks a rule fails it."""
    try:
        return check.run(case)
    except NotApplicable as reason:
        return Finding(NOT_APPLICABLE, "", str(reason))
    except ModelError as error:
        return Finding(FAIL, "", f"the model breaks a rule: {error}")


@result("Verification")
def battery_table(run: Run) -> pd.DataFrame:
    """Every check, one a row.

    Returns:
        ``check``, ``why``, ``result`` (``pass``, ``fail`` or ``not applicable``), ``figure`` (what
        was measured) and ``detail``.
    """
    rows = [(c.name, c.why, f.result, f.figure, f.detail) for c, f in verify(run.study)]
    return pd.DataFrame(rows, columns=["check", "why", "result", "figure", "detail"])
