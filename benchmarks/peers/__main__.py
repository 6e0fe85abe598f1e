"""One evaluation in a process of its own, for `measure.peak_memory`: PEER DRAWS [SEED]."""

import importlib
import sys

from benchmarks import data


def main(peer: str, n: str, seed: str = "1") -> None:
    """Draw the parameters and run one peer on them."""
    module = importlib.import_module(f"benchmarks.peers.{peer}")
    module.evaluate(data.draws(int(n), int(seed)), data.mortality())


if __name__ == "__main__":
    main(*sys.argv[1:])
