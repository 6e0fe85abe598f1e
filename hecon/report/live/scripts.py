"""The scripts of a page that computes, in the order in which they rest on each other."""

from functools import cache
from importlib.resources import files

#: What a worker needs: everything but what is shown.
ENGINE = ("functions", "clock", "cohort", "names", "model", "decision", "draws", "budget")

#: What is shown.
SHOWN = ("format", "dom", "charts", "state", "shown", "controls", "panel")


@cache
def scripts(names: tuple[str, ...] = ENGINE) -> str:
    """The text of some scripts of `hecon/report/script`, one after the other."""
    folder = files("hecon.report") / "script"
    return "".join((folder / f"{name}.js").read_text(encoding="utf-8") for name in names)
