"""hecon: cost-effectiveness models from plain input files to a live, checked Excel report."""

__version__ = "0.1.0"
