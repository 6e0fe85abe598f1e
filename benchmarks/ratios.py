"""Ratios to other implementations in the same run, beside those of the last committed run."""

import csv
from pathlib import Path

LAST = Path(__file__).parent / "data" / "ratios.csv"
COLUMNS = ("what", "to", "ratio", "least", "greatest")

#: A ratio this much above the committed one is a slowdown.
SLOWER = 1.25

Row = tuple[str, str, float, float, float]


def committed(path: Path = LAST) -> dict[tuple[str, str], float]:
    """Ratios of the last committed run."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {(r["what"], r["to"]): float(r["ratio"]) for r in csv.DictReader(file)}


def slowdowns(rows: list[Row], last: dict[tuple[str, str], float]) -> list[str]:
    """What is slower than in the last committed run, even in its best round."""
    return [
        f"{what}: {ratio:.3g} x {to}, was {last[what, to]:.3g}"
        for what, to, ratio, least, _ in rows
        if (what, to) in last and least > SLOWER * last[what, to]
    ]


def write(rows: list[Row], path: Path = LAST) -> None:
    """Write the table; committing it makes it what later runs are compared with."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([*row[:2], *(f"{value:.4g}" for value in row[2:])] for row in rows)


def show(rows: list[Row], last: dict[tuple[str, str], float]) -> None:
    """Print the table."""
    print("\nProcessor time as a ratio, within the rounds of this run")
    print(f"  {'what':44} {'to':16} {'ratio':>8} {'least':>8} {'greatest':>8} {'was':>8}")
    for what, to, ratio, least, greatest in rows:
        was = last.get((what, to))
        before = "" if was is None else f"{was:8.3g}"
        print(f"  {what:44} {to:16} {ratio:8.3g} {least:8.3g} {greatest:8.3g} {before:>8}")
