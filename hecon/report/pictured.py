"""A figure of a run as content: what draws it, and from which results."""

import importlib
from functools import partial
from inspect import signature
from typing import Any

from hecon.analyses.run import Result, Run
from hecon.report.content import Chart, Drawn, Figure


def pictured(
    run: Run, name: str, by: str, *given: Any, chart: Chart | None = None, **named: Any
) -> Figure:
    """A figure that is drawn when a medium asks, from results that are asked for then.

    Args:
        by: What draws it, as ``module.function`` of `hecon.report.figures`; one that takes a
            ``setting`` has the run's. It is loaded when it is wanted, for it takes long.
        given, named: Its other arguments: results of the run, and values as they are.
    """
    return Figure(name, partial(_drawn, run, by, given, named), chart)


def _drawn(run: Run, by: str, given: tuple[Any, ...], named: dict[str, Any]) -> Drawn:
    from hecon.report.figures.setting import run_setting

    module, function = by.split(".")
    draw = getattr(importlib.import_module(f"hecon.report.figures.{module}"), function)
    named = {key: _asked(run, value) for key, value in named.items()}
    if "setting" in signature(draw).parameters:
        named["setting"] = run_setting(run)
    drawn: Drawn = draw(*(_asked(run, value) for value in given), **named)
    return drawn


def _asked(run: Run, value: Any) -> Any:
    return run(value) if isinstance(value, Result) else value
