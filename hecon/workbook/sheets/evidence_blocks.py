"""Blocks of the sheet Evidence: each named estimate worked out from arms, figures or parts."""

from collections.abc import Mapping
from dataclasses import dataclass

from hecon.parameters.parameter_schema import weakest
from hecon.studies.estimates.evidence_records import (
    Arm,
    PublishedEffect,
    counted_among,
    events_column,
)
from hecon.studies.estimates.published import ON_SCALE
from hecon.studies.estimates.singles import CLASS_WEIGHT, PREDICTION_SE, PRIOR, SHRUNK, SHRUNK_SE
from hecon.studies.estimates.synthesised import Synthesised
from hecon.synthesis.bucher import INDIRECT, INDIRECT_SE
from hecon.synthesis.conversion import SE_FROM_INTERVAL, SMD_TO_LOG_ODDS
from hecon.synthesis.pooling import COLUMNS, ENOUGH_STUDIES, TOTALS
from hecon.workbook.context import Book
from hecon.workbook.sheets.evidence_rows import NATURAL, SHAPE, Rows, measure_of
from hecon.workbook.sheets.heterogeneity_sheet import write_steps

#: Said of figures that no formula gives.
NOT_LIVE = "computed in Python, not live"


@dataclass
class BlockWriter(Rows):
    """Writes blocks one below the other, and remembers where each stands."""

    def __post_init__(self) -> None:
        self._statuses = _statuses(self.book)

    def write(self, estimate: Synthesised) -> None:
        """Write one estimate's block."""
        self.head(estimate)
        first = self.row
        writer = {
            "pooled counts": self._pooled_counts,
            "Jeffreys": self._pooled_counts,
            "proportion": self._counts,
            "prediction": self._counts,
            "shrunk": self._shrunk,
            "pairwise": self._counts,
            "reported": self._reported,
            "pool of estimates": self._pool_of_parts,
            "indirect": self._indirect,
            "converted": self._converted,
        }.get(estimate.method)
        if writer is None or _shares_evidence(estimate, self.book):
            self._not_live(estimate)
        else:
            writer(estimate, first)
        self.row += 1

    def _counts_of(self, estimate: Synthesised, row: int, arm: str, i: int) -> None:
        asked = self.book.study.synthesis.rows[estimate.name]
        columns = events_column(asked.outcome), counted_among(asked.outcome, asked.missing)
        for name, column in zip((f"events_{i}", f"n_{i}"), columns, strict=True):
            self.formula(row, name, self.places.figures[(arm, column)], "link")

    def _studies(self, estimate: Synthesised, first: int) -> int:
        """A row for each study with its counts and own effect; returns the last one."""
        known = measure_of(estimate.measure)
        for row, member in enumerate(estimate.members, start=first):
            status = weakest(self._statuses[arm] for arm in member.rows)
            self.names(row, member.rows, member.label, status)
            for i, arm in enumerate(member.rows, start=1):
                self._counts_of(estimate, row, arm, i)
            cells = self.cells(row)
            for name in ("added", "estimate", "variance"):
                self.face(row, name, getattr(known, name), cells)
            self.formula(row, "se", f"SQRT({cells['variance']})")
            self.interval(row, estimate.measure)
        return first + len(estimate.members) - 1

    def _pooled_counts(self, estimate: Synthesised, first: int) -> None:
        """All arms taken as one; the interval is that of the beta distribution of its counts."""
        last = self._studies(estimate, first)
        row, settings = last + 1, self.places.settings
        for name in ("events_1", "n_1"):
            self.formula(row, name, f"SUM({self.span(name, first, last)})")
        if estimate.method == "Jeffreys":
            self.page.put(row, self.at("added"), PRIOR, "text", SHAPE)
        else:
            self.formula(row, "added", settings["none"])
        cells, known = self.cells(row), measure_of(estimate.measure)
        self.face(row, "estimate", known.estimate, cells)
        self.face(row, "variance", known.variance, cells)
        self.formula(row, "se", f"SQRT({cells['variance']})")
        self.interval(row, estimate.measure)
        events = f"{cells['events_1']}+{cells['added']}"
        others = f"{cells['n_1']}-{cells['events_1']}+{cells['added']}"
        for name, share in (("natural low", "lower"), ("natural high", "upper")):
            self.formula(row, name, f"BETAINV({settings[share]},{events},{others})")
        for i in range(first, row):
            self.formula(i, "weight", f"{self.cell('n_1', i)}/{self.fixed('n_1', row)}")
        self.result(estimate, row, "all arms as one; interval from beta")

    def _counts(self, estimate: Synthesised, first: int) -> None:
        """Studies' effects from their counts, pooled."""
        last = self._studies(estimate, first)
        if estimate.method == "pairwise":
            sums = [self.span(n, first, last) for n in ("events_1", "events_2", "n_1", "n_2")]
            events, people = f"({sums[0]}+{sums[1]})", f"({sums[2]}+{sums[3]})"
            none = f"SUMPRODUCT(({events}=0)+({events}={people}))=0"
            label = f"Evidence: in each study of {estimate.name} some have the event, some not"
            self.book.checks.append((label, none))
        self._pool(estimate, first, last)

    def _pool(self, estimate: Synthesised, first: int, last: int) -> None:
        """The studies' effects pooled, and how far they differ."""
        assert estimate.pooled is not None
        row = last + 1
        if first == last:
            for name in ("estimate", "variance", "se"):
                self.formula(row, name, self.cell(name, first))
            self.interval(row, estimate.measure)
            self.result(estimate, row, "the one study")
            return
        y, v = self.span("estimate", first, last), self.span("variance", first, last)
        found, self.steps_row = write_steps(self.book, self.steps, self.steps_row, estimate, y, v)
        self.formula(row, "estimate", found.mean, "link")
        totals = {"sum_w": found.sum_w, "q": found.q, "df": found.df, "tau2": found.tau2}
        hartung = estimate.pooled.knapp_hartung
        error = TOTALS["se_knapp_hartung" if hartung else "se"]
        self.face(row, "se", error, totals)
        outside = self.places.settings["outside"]
        reach = f"TINV({outside},{found.df})" if hartung else self.places.settings["z"]
        self.interval(row, estimate.measure, reach)
        for i in range(first, row):
            w = f"({self.faces.formula(COLUMNS['w'], {**self.cells(i), 'tau2': found.tau2})})"
            self.face(i, "weight", COLUMNS["weight"], {"w": w, "sum_w": found.sum_w})
        self.formula(row, "weight", f"SUM({self.span('weight', first, last)})")
        words = "random effects" if estimate.pooled.method != "fixed" else "common effect"
        label = f"pooled, {words} ({estimate.pooled.method})"
        if estimate.method == "prediction":
            self.page.put(row, 2, label)
        else:
            self.result(estimate, row, label)
        self._spread(estimate, row, {**totals, "q": found.q_0})

    def _spread(self, estimate: Synthesised, result: int, totals: Mapping[str, str]) -> None:
        """Tau2, Q and I2 in a row of their own; the effect of a further study in another."""
        page, row = self.page, result + 1
        assert estimate.pooled is not None
        page.put(row, 2, "how far the studies differ")
        pairs = (
            ("tau2", totals["tau2"]),
            ("Q", totals["q"]),
            ("df", totals["df"]),
            ("I2", self.faces.formula(TOTALS["i2"], totals)),
        )
        for position, (name, text) in zip((4, 6, 8, 10), pairs, strict=True):
            page.put(row, position, name, "note")
            shape = {"df": "count", "I2": "share"}.get(name, SHAPE)
            page.formula(row, position + 1, text, "formula", shape)
        self.row = row + 1
        if estimate.pooled.k >= ENOUGH_STUDIES:
            row += 1
            page.put(row, 2, "a further study, 95 % prediction interval")
            own = self.cells(result)
            t = f"TINV({self.places.settings['outside']},{totals['df']}-1)"
            half = {"t": t, "tau2": totals["tau2"], "se": own["se"]}
            reach = self.faces.formula(TOTALS["half_prediction"], half)
            self.formula(row, "estimate", own["estimate"])
            if estimate.method == "prediction":
                self.face(row, "se", PREDICTION_SE, half)
                self.interval(row, estimate.measure, t)
                self.result(estimate, row, "a further arm; interval on t")
                return
            self.formula(row, "se", reach)
            page.put(row, self.at("variance"), "half width", "note")
            mine = self.cells(row)
            self.formula(row, "low", f"{mine['estimate']}-{mine['se']}")
            self.formula(row, "high", f"{mine['estimate']}+{mine['se']}")
            self.natural(row, estimate.measure)
            self.row = row + 1

    def _reported(self, estimate: Synthesised, row: int) -> None:
        """One published effect with its interval, or a contrast with its standard error."""
        (name,) = estimate.rows
        evidence = self.book.study.synthesis.evidence
        item = next(i for i in (*evidence.effects, *evidence.contrasts) if i.id == name)
        self.names(row, [name], item.study, item.status)
        figures, cells = self.places.figures, self.cells(row)
        turned = estimate.loadings[name] < 0
        sign = "-" if turned else ""
        if item.se is not None:
            self.page.formula(row, self.at("events_1"), figures[(name, "g")], "link")
            self.formula(row, "se", figures[(name, "se")], "link")
            self.formula(row, "estimate", f"{sign}{cells['events_1']}")
            self.interval(row, estimate.measure)
        else:
            published = ("events_1", "n_1", "events_2")
            order = ("estimate", "high", "low") if turned else ("estimate", "low", "high")
            columns = ("estimate", "ci_low", "ci_high")
            for place, column, own in zip(published, columns, order, strict=True):
                self.page.formula(row, self.at(place), figures[(name, column)], "link")
                text = self.faces.formula(ON_SCALE[item.scale], {"value": cells[place]})
                self.formula(row, own, f"-({text})" if turned else text)
            ends = {"low": cells["low"], "high": cells["high"]}
            self.face(row, "se", SE_FROM_INTERVAL, {**ends, "z": self.places.settings["z"]})
            self.natural(row, estimate.measure)
        result = row + 1
        for name in ("estimate", "se", "low", "high", *NATURAL):
            self.formula(result, name, self.cell(name, row))
        self.result(estimate, result, "as published" + (", turned round" if turned else ""))

    def _parts(self, estimate: Synthesised, first: int) -> int:
        """A row for each estimate that this one is made of; returns the last one."""
        for row, name in enumerate(estimate.parts, start=first):
            part = self.book.study.synthesis.estimates[name]
            self.names(row, [name], part.title, part.status)
            for column in ("estimate", "se", "low", "high", *NATURAL):
                self.formula(row, column, self.blocks[name].cells[column].split("!")[1], "link")
        return first + len(estimate.parts) - 1

    def _pool_of_parts(self, estimate: Synthesised, first: int) -> None:
        last = self._parts(estimate, first)
        for row in range(first, last + 1):
            self.formula(row, "variance", f"{self.cell('se', row)}^2")
        self._pool(estimate, first, last)

    def _indirect(self, estimate: Synthesised, first: int) -> None:
        """The first less the second, through what both were compared with."""
        last = self._parts(estimate, first)
        row, a, b = last + 1, self.cells(first), self.cells(last)
        names = {"a_v_c": a["estimate"], "b_v_c": b["estimate"]}
        names |= {"se_a_v_c": a["se"], "se_b_v_c": b["se"]}
        self.face(row, "estimate", INDIRECT, names)
        self.face(row, "se", INDIRECT_SE, names)
        self.interval(row, estimate.measure)
        self.result(estimate, row, "the first less the second (Bucher)")

    def _shrunk(self, estimate: Synthesised, first: int) -> None:
        """An arm's result drawn towards its class by the share of its variance."""
        last = self._parts(estimate, first)
        row, own, group = last + 1, self.cells(first), self.cells(last)
        names = {"se": own["se"], "se_class": group["se"]}
        self.face(last, "weight", CLASS_WEIGHT, names)
        self.formula(first, "weight", f"1-{group['weight']}")
        for name, expr in (("estimate", SHRUNK), ("se", SHRUNK_SE)):
            ends = {"own": own[name], "group": group[name], "weight": group["weight"]}
            self.face(row, name, expr, ends)
        self.interval(row, estimate.measure)
        self.result(estimate, row, "between the result and its class")

    def _converted(self, estimate: Synthesised, first: int) -> None:
        """A standardised mean difference as a log odds ratio."""
        row = self._parts(estimate, first) + 1
        for name in ("estimate", "se"):
            self.face(row, name, SMD_TO_LOG_ODDS, {"smd": self.cell(name, first)})
        self.interval(row, estimate.measure)
        self.result(estimate, row, "times the logistic standard deviation")

    def _not_live(self, estimate: Synthesised) -> None:
        """Figures of Python's, said to be so."""
        row, page = self.row, self.page
        natural = dict(zip(NATURAL, estimate.natural, strict=True))
        own = {"estimate": estimate.effect.estimate, "se": estimate.effect.se}
        ends = {"low": estimate.low, "high": estimate.high}
        for name, value in {**own, **ends, **natural}.items():
            page.put(row, self.at(name), value, "text", SHAPE)
        self.result(estimate, row, f"{NOT_LIVE} ({len(estimate.members)} rows)")
        if estimate.network is not None:
            page.put(row + 1, 2, "how far the studies differ (Python's)")
            page.put(row + 1, 4, "tau2", "note")
            page.put(row + 1, 5, estimate.network.tau2, "text", SHAPE)
            self.row = row + 2


def _statuses(book: Book) -> dict[str, str]:
    evidence = book.study.synthesis.evidence
    items: list[Arm | PublishedEffect] = [*evidence.arms, *evidence.effects, *evidence.contrasts]
    return {item.id: item.status for item in items}


def _shares_evidence(estimate: Synthesised, book: Book) -> bool:
    """Whether the two parts of an estimate have errors in common, which no cell holds."""
    if estimate.method not in ("indirect", "shrunk"):
        return False
    first, second = (book.study.synthesis.estimates[name].loadings for name in estimate.parts)
    return bool(first.keys() & second.keys())
