"""Do direct and indirect evidence agree, in each network of treatments that a study makes?"""

from collections.abc import Callable, Iterator

import pandas as pd

from hecon.analyses.run import Run, result
from hecon.synthesis.inconsistency import decomposition, side_splits
from hecon.synthesis.network import Network


@result("Consistency of networks")
def network_splits(run: Run) -> pd.DataFrame:
    """Every comparison that can be split, of every network, see `side_splits`."""
    return _of_each(run, lambda network: side_splits(network.contrasts))


@result()
def network_designs(run: Run) -> pd.DataFrame:
    """Q within each design and between designs, of every network.

    Returns:
        ``network``, ``design`` (``between designs`` for the test of inconsistency), ``studies``,
        ``q``, ``df``, ``p``.
    """

    def designs(network: Network) -> pd.DataFrame:
        found = decomposition(network.contrasts)
        between = found.between_random
        last = pd.DataFrame(
            [{"design": "between designs", "q": between.q, "df": between.df, "p": between.p}]
        )
        return pd.concat([found.designs, last], ignore_index=True)

    return _of_each(run, designs)


@result()
def network_leagues(run: Run) -> pd.DataFrame:
    """Every treatment against every other, of every network, see `Network.league`."""
    return _of_each(run, lambda network: network.league())


def _of_each(run: Run, table: Callable[[Network], pd.DataFrame]) -> pd.DataFrame:
    parts = []
    for name, network in _networks(run):
        part = table(network)
        part.insert(0, "network", name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _networks(run: Run) -> Iterator[tuple[str, Network]]:
    """Networks by the name of the first estimate that is made from each."""
    seen: list[object] = []
    for name, made in run.study.synthesis.estimates.items():
        if made.network is not None and made.network.contrasts not in seen:
            seen.append(made.network.contrasts)
            yield name, made.network
