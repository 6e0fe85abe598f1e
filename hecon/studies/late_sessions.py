"""Sessions that a budget would pay and the model would not: after its horizon, within the years."""

from hecon.engine.expression import Expr
from hecon.engine.model import WEEKS_PER_YEAR
from hecon.engine.values import formula_values
from hecon.errors import FaultList
from hecon.parameters.design import base_values
from hecon.studies.study import Study


def check_late_sessions(study: Study) -> None:
    """Raise InputError for sessions past the horizon of a study whose budget goes on beyond it.

    What a course needs of a resource is counted up to the horizon, what patients take until the
    budget ends: the two would disagree.
    """
    if study.budget is None or study.course is None:
        return
    years, faults = len(study.budget.definition.uptake), FaultList()
    targets: list[tuple[Expr, str | None]] = [(study.model.horizon_years, None)]
    targets += [(s.week, s.strategy) for s in study.course.sessions]
    horizon, *weeks = (
        float(value)
        for value in formula_values(study.model, targets, base_values(study.parameters), {})
    )
    for session, week in zip(study.course.sessions, weeks, strict=True):
        if horizon < week / WEEKS_PER_YEAR <= years:
            text = (
                f"found week {week:g}, which is after the horizon of {horizon:g} years and within "
                f"the {years} years of the budget; lengthen the horizon"
            )
            faults.add(session.file, session.row, "week", text)
    faults.raise_if_any()
