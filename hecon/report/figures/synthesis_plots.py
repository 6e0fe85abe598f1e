"""Figures of a study's own evidence: its meta-analyses, its choices of synthesis, its network."""

import math
from collections.abc import Callable, Iterator
from functools import partial

import pandas as pd

from hecon.report.figures.forest_plots import ForestLine, Link, forest, network_graph
from hecon.report.figures.picture import Picture
from hecon.report.language import say
from hecon.studies.estimates.synthesised import PROPORTION, RATIOS, Synthesised
from hecon.studies.study import Study
from hecon.synthesis.display import network_graph as graph_of
from hecon.synthesis.estimate import Estimate

#: File names of the choices' figure and of the network's.
CHOICES, NETWORK = "syntheses", "network"
#: Statuses that are marked beside an effect.
_MARKED = ("assumption", "retracted", "secondary")


#: A figure's file name, and how it is drawn when a medium asks.
Drawing = tuple[str, Callable[[], Picture]]


def synthesis_drawings(study: Study, choices: pd.DataFrame) -> list[Drawing]:
    """A forest plot of the choices, one of each pool in the base case, and the largest network.

    Args:
        choices: The table of `synthesis_table`; without rows its figure is left out.
    """
    drawings: list[Drawing] = []
    if len(choices):
        drawings.append((CHOICES, partial(_choices, study, choices)))
    for found in (study.synthesis.estimates[name] for name in _pools(study)):
        drawings.append((_file(found), partial(_pool, found)))
    networks = [m for m in study.synthesis.estimates.values() if m.network is not None]
    if networks:
        widest = max(networks, key=lambda m: len(m.network.contrasts.pairs) if m.network else 0)
        drawings.append((NETWORK, partial(_network, widest)))
    return drawings


def _file(found: Synthesised) -> str:
    return f"forest_{found.name}"


def _pools(study: Study) -> Iterator[str]:
    """Estimates of the base case that several studies were pooled for."""
    made = study.synthesis.estimates
    waiting = [p.estimate for p in study.parameters if p.estimate]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        waiting += [part for part in made[name].parts if part in made]
        if made[name].pooled is not None and len(made[name].members) > 1:
            yield name


def _choices(study: Study, choices: pd.DataFrame) -> Picture:
    a, b = study.compared
    effects = [
        ForestLine(
            row["title"]
            if row["scenario"] == row["title"]
            else f"{row['scenario']} {say(row['title'])}",
            row["odds_ratio"],
            row["odds_ratio_low"],
            row["odds_ratio_high"],
            weight=1.0,
            pooled=row["scenario"] == row["title"],
            marked=row["weakest_status"] if row["weakest_status"] in _MARKED else "",
        )
        for row in choices.to_dict("records")
    ]
    return forest(
        effects,
        say("Choices of synthesis"),
        say("odds ratio of the outcome, all who start; above 1 favours {a} over {b}", a=a, b=b),
        null=1.0,
        log=True,
        name=CHOICES,
    )


def _natural(found: Synthesised, effect: Estimate) -> tuple[float, float, float]:
    ends = (effect.estimate, effect.low, effect.high)
    if found.measure in RATIOS:
        return (math.exp(ends[0]), math.exp(ends[1]), math.exp(ends[2]))
    if found.measure == PROPORTION:
        return tuple(1 / (1 + math.exp(-v)) for v in ends)  # type: ignore[return-value]
    return ends


def _pool(found: Synthesised) -> Picture:
    shares = [m.weight for m in found.members]
    effects = [
        ForestLine(m.label, *_natural(found, m.effect), weight=0.0 if math.isnan(w) else w)
        for m, w in zip(found.members, shares, strict=True)
    ]
    effects.append(ForestLine(say("Pooled"), *found.natural, pooled=True))
    ratio = found.measure in RATIOS
    null = 1.0 if ratio else 0.0
    measure = RATIOS.get(found.measure, found.measure)
    return forest(effects, found.title, say(measure), null=null, log=ratio, name=_file(found))


def _network(found: Synthesised) -> Picture:
    assert found.network is not None
    nodes, edges = graph_of(found.network.contrasts)
    return network_graph(
        dict(zip(nodes["treatment"], nodes["studies"], strict=True)),
        [
            Link(a, b, studies)
            for a, b, studies in zip(
                edges["treatment"], edges["against"], edges["studies"], strict=True
            )
        ],
        say("Network of trials, with the number of studies of each treatment and comparison"),
    )
