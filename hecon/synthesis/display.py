"""What figures and tables of a synthesis show, as plain tables."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hecon.synthesis.contrasts import Contrasts
from hecon.synthesis.estimate import normal_point
from hecon.synthesis.network import direct_studies
from hecon.synthesis.pooling import Pooled


def forest(
    studies: Sequence[str], estimate: ArrayLike, variance: ArrayLike, pooled: Pooled
) -> pd.DataFrame:
    """Rows of a forest plot on the scale of the studies.

    Returns:
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

    Returns:
        nodes: ``treatment``, ``studies`` that have it.
        edges: ``treatment``, ``against``, ``studies`` that compare the two, ``names`` of the
            studies.
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
