"""Words that the report on a table of draws shares."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console

from hecon.report.words import listed

#: Names that a sentence gives of a long list.
FEW = 5


def conclude(text: str, to: Console) -> None:
    """Print what the figures mean."""
    to.print()
    to.print("Conclusion", style="bold")
    to.print(text)
    to.print()


def described(names: list[str], known: Mapping[str, str], most: int = FEW) -> str:
    """Parameters as `listed` writes them, each with its description where there is one."""
    return listed([f"{n} ({known[n]})" if known.get(n) else n for n in names], most)


def of_all(share: float) -> str:
    """A share of a whole in words; an estimate above the whole is told as noise."""
    if share != share:
        return "n/a"
    if share > 1:
        return "all of it (the estimate is above it, by noise)"
    return f"{share:.0%}".replace("%", " %")


def share_text(share: float) -> str:
    """The same in a cell of a table, with one decimal."""
    if share != share:
        return "n/a"
    return "over 100 %: noise" if share > 1 else f"{share:.1%}".replace("%", " %")
