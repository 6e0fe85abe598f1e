"""What figures and tables of a synthesis show, as plain tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hecon.synthesis.contrasts import Contrasts
from hecon.synthesis.effects import MEASURES
from hecon.synthesis.estimate import evaluate, normal_point
from hecon.synthesis.network import Network, direct_studies
from hecon.synthesis.pooling import Pooled


def forest(
    studies: Sequence[str], estimate: ArrayLike, variance: ArrayLike, pooled: Pooled
) -> pd.DataFrame:
    """Rows of a forest plot on the scale of the studies.

    Returns
    -------
    pd.DataFrame
        ``label``, ``kind`` (``study``, ``pooled``, ``prediction``), ``estimate``, ``low``,
        ``high``, ``weight`` (NaN below the studies): the studies as given, then the pooled effect
        and, from three studies on, the prediction interval.
    """
    y, v = np.asarray(estimate, float), np.asarray(variance, float)
    reach = normal_point() * np.sqrt(v)
    columns = ("label", "kind", "estimate", "low", "high", "weight")
    rows: list[tuple[object, ...]] = [
        (study, "study", *figures)
        for study, *figures in zip(studies, y, y - reach, y + reach, pooled.weights, strict=True)
    ]
    centre = pooled.estimate
    rows.append(("Pooled", "pooled", centre, pooled.low, pooled.high, np.nan))
    if pooled.prediction is not None:
        rows.append(("Prediction interval", "prediction", centre, *pooled.prediction, np.nan))
    return pd.DataFrame(rows, columns=columns)


def network_graph(contrasts: Contrasts) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes and edges of a network graph.

    Returns
    -------
    nodes
        ``treatment``, ``studies`` that have it.
    edges
        ``treatment``, ``against``, ``studies`` that compare the two, ``names`` of the studies.
    """
    having = {
        treatment: {pair[0][0] for pair in contrasts.pairs if treatment in (pair[0][1], pair[1][1])}
        for treatment in contrasts.treatments
    }
    nodes = [(treatment, len(studies)) for treatment, studies in having.items()]
    edges = [
        (a, b, len(names), "; ".join(names)) for (a, b), names in direct_studies(contrasts).items()
    ]
    return (
        pd.DataFrame(nodes, columns=["treatment", "studies"]),
        pd.DataFrame(edges, columns=["treatment", "against", "studies", "names"]),
    )


def league_table(network: Network, *, digits: int = 2) -> pd.DataFrame:
    """The league as a square of text: row against column, `estimate (low to high)`.

    Ratios are shown for ratio measures, the estimates themselves for standardised differences.
    """
    names = list(network.treatments)
    measure = MEASURES.get(network.contrasts.scale)

    def cell(a: str, b: str) -> str:
        if a == b:
            return a
        effect = network.effect(a, b)
        figures = [effect.estimate, effect.low, effect.high]
        if measure is not None:
            figures = [float(evaluate(measure.natural, {"estimate": x})) for x in figures]
        shown, low, high = (f"{x:.{digits}f}" for x in figures)
        return f"{shown} ({low} to {high})"

    rows = [[cell(a, b) for b in names] for a in names]
    return pd.DataFrame(rows, index=names, columns=names)
