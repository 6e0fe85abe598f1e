"""Replays that Python works out many at a time are what each is alone."""

import xarray as xr

from hecon.analyses.evaluate import base_traces, evaluate
from hecon.analyses.run import Run
from hecon.workbook.context import workbook_study
from hecon.workbook.replays import replayed, replays


def test_replays_together_are_each_alone(run: Run) -> None:
    """Scenarios, ends of computed inputs, which others take from their formula, and draws."""
    study, listed = workbook_study(run), replays(run)
    computed = {p.text for p in study.parameters if p.formula is not None}
    overridden = [r for r in listed if r.name.rsplit(" ", 1)[0] in computed]
    assert overridden
    chosen = [listed[0], overridden[0], *listed[1:90:40], listed[-1]]
    for replay, found in zip(chosen, replayed(study, chosen), strict=True):
        xr.testing.assert_allclose(evaluate(study.model, replay.design), found.outcomes, rtol=1e-12)
        for model, share in found.shares:
            alone = base_traces(model, replay.design)["share"].isel(draw=0)
            xr.testing.assert_allclose(alone, share, rtol=1e-12, atol=1e-15)
