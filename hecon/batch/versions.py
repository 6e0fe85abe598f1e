"""What computes: figures of one and the same job can hang on it."""

import hashlib
from functools import cache
from pathlib import Path

#: Source that a figure can hang on.
_MODEL = (
    *("engine", "parameters", "jurisdictions", "synthesis", "studies", "analyses"),
    "batch/doing.py",
)


@cache
def code() -> str:
    """Hecon's version with a hash of its source, and those of the libraries beneath, in words."""
    import llvmlite
    import numpy
    import scipy

    from hecon.version import __version__

    root = Path(__file__).parents[1]
    found = hashlib.sha256()
    for path in sorted(p for name in _MODEL for p in _files(root / name)):
        found.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return (
        f"hecon {__version__} ({found.hexdigest()[:8]}) with NumPy {numpy.__version__}, "
        f"SciPy {scipy.__version__}, llvmlite {llvmlite.__version__}"
    )


def _files(path: Path) -> list[Path]:
    return list(path.rglob("*.py")) if path.is_dir() else [path]
