"""hecon: cost-effectiveness models from plain input files to a live, checked Excel report."""

import os

__version__ = "0.1.0"

# The matrices here are small: on several threads the linear algebra waits more than it works,
# and its last digits would depend on the machine. Before NumPy is imported, this settles it.
for _library in ("OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
