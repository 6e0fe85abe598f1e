"""Blocks of the sheet Evidence: each named estimate worked out from arms, figures or parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hecon.engine.expression import Expr
from hecon.parameters.schema import weakest
from hecon.reports.workbook.context import Book
from hecon.reports.workbook.estimates import Block, Faces
from hecon.reports.workbook.layout import letter
from hecon.reports.workbook.sheets.evidence_tables import Places, marked
from hecon.reports.workbook.sheets.heterogeneity import write_steps
from hecon.reports.workbook.styles import Page
from hecon.studies.estimates.evidence import Arm, Effect, counted_among, events_column
from hecon.studies.estimates.published import ON_SCALE
from hecon.studies.estimates.synthesised import DIFFERENCE, PROPORTION, RATIOS, Synthesised
from hecon.synthesis.bucher import INDIRECT, INDIRECT_SE
from hecon.synthesis.conversion import SE_FROM_INTERVAL, SMD_TO_LOG_ODDS
from hecon.synthesis.effects import MEASURES, Measure
from hecon.synthesis.estimate import HIGH, LOW
from hecon.synthesis.pooling import COLUMNS, ENOUGH_STUDIES, TOTALS

NATURAL = ("natural", "natural low", "natural high")
SHOWN = (
    *("rows", "study", "status", "events_1", "n_1", "events_2", "n_2", "added"),
    *("estimate", "variance", "se", "weight", "low", "high", *NATURAL),
    *("python estimate", "python se"),
)
RESULT = "result"

#: Number format of effects; more digits are underneath.
SHAPE = "probability"
#: The longest text that fits a line beside the figures.
LABEL = 40

#: Said of figures that no formula gives.
NOT_LIVE = "computed in Python, not live"


@dataclass
class Writer:
    """Writes blocks one below the other, and remembers where each stands."""

    book: Book
    page: Page
    steps: Page
    places: Places
    row: int
    steps_row: int
    blocks: dict[str, Block] = field(default_factory=dict)
    faces: Faces = field(default_factory=Faces)

    def __post_init__(self) -> None:
        self.faces = Faces(self.places.constants)
        self._statuses = _statuses(self.book)

    def write(self, estimate: Synthesised) -> None:
        """Write one estimate's block."""
        self._head(estimate)
        first = self.row
        writer = {
            "pooled counts": self._pooled_counts,
            "proportion": self._counts,
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

    def at(self, name: str) -> int:
        """Number of a column."""
        return SHOWN.index(name) + 1

    def cell(self, name: str, row: int) -> str:
        """A cell of a row on this sheet, its column fixed."""
        return f"${letter(self.at(name))}{row}"

    def ref(self, name: str, row: int) -> str:
        """The same for other sheets."""
        return self.page.ref(row, self.at(name))

    def span(self, name: str, first: int, last: int) -> str:
        """A column of a block."""
        return self.page.span(self.at(name), first, last)

    def formula(self, row: int, name: str, text: str, kind: str = "formula") -> None:
        """A formula in a row's column."""
        shape = "count" if name.startswith(("events", "n_")) else SHAPE
        self.page.formula(row, self.at(name), text, kind, shape)

    def face(self, row: int, name: str, expr: Expr, cells: Mapping[str, str]) -> None:
        """An expression of the synthesis in a row's column."""
        self.formula(row, name, self.faces.formula(expr, cells))

    def cells(self, row: int) -> dict[str, str]:
        """Every column of a row by name."""
        return {name: self.cell(name, row) for name in SHOWN}

    def _head(self, estimate: Synthesised) -> None:
        page, row = self.page, self.row
        retracted = estimate.status == "retracted"
        page.put(row, 1, estimate.name, "retracted" if retracted else "section")
        page.put(row, 2, estimate.title, "retracted" if retracted else "section")
        asked = self.book.study.synthesis.rows[estimate.name]
        words = [estimate.method, estimate.measure, asked.treatments, asked.outcome]
        if asked.missing == "failure":
            words.append("missing counted as failure")
        lines = ["; ".join(w for w in words if w), estimate.note, goes_to(self.book, estimate.name)]
        for line in filter(None, lines):
            row += 1
            page.put(row, 1, line, "note")
        scale = RATIOS.get(estimate.measure, estimate.measure)
        own = "logit" if estimate.measure == PROPORTION else estimate.measure
        counts = {
            "reported": ["published", "low", "high", ""],
            "pooled counts": ["events", "n", "", ""],
            "proportion": ["events", "n", "", ""],
            "pairwise": ["events 1", "n 1", "events 2", "n 2"],
        }.get(estimate.method, [""] * 4)
        names = ["rows", "study", "status", *counts, "added" if any(counts) else ""]
        names += [own, "variance", "standard error", "weight", "low, 95 %", "high, 95 %"]
        names += [scale, "low, 95 %", "high, 95 %", "Python's estimate", "Python's error"]
        page.headings(row + 1, names)
        self.row = row + 2

    def _names(self, row: int, rows: Sequence[str], label: str, status: str) -> None:
        page = self.page
        page.put(row, 1, ", ".join(rows))
        page.put(row, 2, label, wrap=len(label) > LABEL)
        page.put(row, 3, status, marked(status))

    def _interval(self, row: int, measure: str, reach: str = "") -> None:
        """An estimate's interval, and all three on the natural scale."""
        cells = {**self.cells(row), "z": reach or self.places.settings["z"]}
        self.face(row, "low", LOW, cells)
        self.face(row, "high", HIGH, cells)
        self._natural(row, measure)

    def _natural(self, row: int, measure: str) -> None:
        for name, own in zip(NATURAL, ("estimate", "low", "high"), strict=True):
            if measure == DIFFERENCE:
                self.formula(row, name, self.cell(own, row))
            else:
                known = _measure(measure)
                self.face(row, name, known.natural, {"estimate": self.cell(own, row)})

    def _result(self, estimate: Synthesised, row: int, label: str) -> None:
        """Python's figures beside a result, and its place for other sheets."""
        page = self.page
        page.put(row, 1, RESULT, "output")
        page.put(row, 2, label, "output", wrap=len(label) > LABEL)
        page.put(row, 3, estimate.status, marked(estimate.status))
        for name, value in (("estimate", estimate.effect.estimate), ("se", estimate.effect.se)):
            page.put(row, self.at(f"python {name}"), value, "text", SHAPE)
            cell, known = self.ref(name, row), self.ref(f"python {name}", row)
            tolerance = self.book.layout.fixed["tolerance"]
            what = "standard error" if name == "se" else "estimate"
            self.book.comparisons.append(
                (
                    f"Evidence: {what} of {estimate.name} equals Python's",
                    f"ABS({cell}-{known})<={tolerance}*MAX(1,ABS({known}))",
                )
            )
        shown = ("estimate", "se", "low", "high", *NATURAL)
        for name in shown:
            styled = self.page.sheet.cell(row, self.at(name))
            page._dress(styled, "output", SHAPE, False)
        self.blocks[estimate.name] = Block(
            estimate.measure, {name: self.ref(name, row) for name in shown}
        )
        self.row = row + 1

    def _counts_of(self, estimate: Synthesised, row: int, arm: str, i: int) -> None:
        asked = self.book.study.synthesis.rows[estimate.name]
        columns = events_column(asked.outcome), counted_among(asked.outcome, asked.missing)
        for name, column in zip((f"events_{i}", f"n_{i}"), columns, strict=True):
            self.formula(row, name, self.places.figures[(arm, column)], "link")

    def _studies(self, estimate: Synthesised, first: int) -> int:
        """A row for each study with its counts and own effect; returns the last one."""
        known = _measure(estimate.measure)
        for row, member in enumerate(estimate.members, start=first):
            status = weakest(self._statuses[arm] for arm in member.rows)
            self._names(row, member.rows, member.label, status)
            for i, arm in enumerate(member.rows, start=1):
                self._counts_of(estimate, row, arm, i)
            cells = self.cells(row)
            for name in ("added", "estimate", "variance"):
                self.face(row, name, getattr(known, name), cells)
            self.formula(row, "se", f"SQRT({cells['variance']})")
            self._interval(row, estimate.measure)
        return first + len(estimate.members) - 1

    def _pooled_counts(self, estimate: Synthesised, first: int) -> None:
        """All arms taken as one; the interval is that of the beta distribution of its counts."""
        last = self._studies(estimate, first)
        row, settings = last + 1, self.places.settings
        for name in ("events_1", "n_1"):
            self.formula(row, name, f"SUM({self.span(name, first, last)})")
        self.formula(row, "added", settings["none"])
        cells, known = self.cells(row), _measure(estimate.measure)
        self.face(row, "estimate", known.estimate, cells)
        self.face(row, "variance", known.variance, cells)
        self.formula(row, "se", f"SQRT({cells['variance']})")
        self._interval(row, estimate.measure)
        others = f"{cells['n_1']}-{cells['events_1']}"
        for name, share in (("natural low", "lower"), ("natural high", "upper")):
            self.formula(row, name, f"BETAINV({settings[share]},{cells['events_1']},{others})")
        for i in range(first, row):
            self.formula(i, "weight", f"{self.cell('n_1', i)}/{self._fixed('n_1', row)}")
        self._result(estimate, row, "all arms as one; interval from beta")

    def _fixed(self, name: str, row: int) -> str:
        return f"${letter(self.at(name))}${row}"

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
            self._interval(row, estimate.measure)
            self._result(estimate, row, "the one study")
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
        self._interval(row, estimate.measure, reach)
        for i in range(first, row):
            w = f"({self.faces.formula(COLUMNS['w'], {**self.cells(i), 'tau2': found.tau2})})"
            self.face(i, "weight", COLUMNS["weight"], {"w": w, "sum_w": found.sum_w})
        self.formula(row, "weight", f"SUM({self.span('weight', first, last)})")
        words = "random effects" if estimate.pooled.method != "fixed" else "common effect"
        self._result(estimate, row, f"pooled, {words} ({estimate.pooled.method})")
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
            self.formula(row, "se", reach)
            page.put(row, self.at("variance"), "half width", "note")
            mine = self.cells(row)
            self.formula(row, "low", f"{mine['estimate']}-{mine['se']}")
            self.formula(row, "high", f"{mine['estimate']}+{mine['se']}")
            self._natural(row, estimate.measure)
            self.row = row + 1

    def _reported(self, estimate: Synthesised, row: int) -> None:
        """One published effect with its interval, or a contrast with its standard error."""
        (name,) = estimate.rows
        evidence = self.book.study.synthesis.evidence
        item = next(i for i in (*evidence.effects, *evidence.contrasts) if i.id == name)
        self._names(row, [name], item.study, item.status)
        figures, cells = self.places.figures, self.cells(row)
        turned = estimate.loadings[name] < 0
        sign = "-" if turned else ""
        if item.se is not None:
            self.page.formula(row, self.at("events_1"), figures[(name, "g")], "link")
            self.formula(row, "se", figures[(name, "se")], "link")
            self.formula(row, "estimate", f"{sign}{cells['events_1']}")
            self._interval(row, estimate.measure)
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
            self._natural(row, estimate.measure)
        result = row + 1
        for name in ("estimate", "se", "low", "high", *NATURAL):
            self.formula(result, name, self.cell(name, row))
        self._result(estimate, result, "as published" + (", turned round" if turned else ""))

    def _parts(self, estimate: Synthesised, first: int) -> int:
        """A row for each estimate that this one is made of; returns the last one."""
        for row, name in enumerate(estimate.parts, start=first):
            part = self.book.study.synthesis.estimates[name]
            self._names(row, [name], part.title, part.status)
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
        self._interval(row, estimate.measure)
        self._result(estimate, row, "the first less the second (Bucher)")

    def _converted(self, estimate: Synthesised, first: int) -> None:
        """A standardised mean difference as a log odds ratio."""
        row = self._parts(estimate, first) + 1
        for name in ("estimate", "se"):
            self.face(row, name, SMD_TO_LOG_ODDS, {"smd": self.cell(name, first)})
        self._interval(row, estimate.measure)
        self._result(estimate, row, "times the logistic standard deviation")

    def _not_live(self, estimate: Synthesised) -> None:
        """Figures of Python's, said to be so."""
        row, page = self.row, self.page
        natural = dict(zip(NATURAL, estimate.natural, strict=True))
        own = {"estimate": estimate.effect.estimate, "se": estimate.effect.se}
        ends = {"low": estimate.low, "high": estimate.high}
        for name, value in {**own, **ends, **natural}.items():
            page.put(row, self.at(name), value, "text", SHAPE)
        self._result(estimate, row, f"{NOT_LIVE} ({len(estimate.members)} rows)")
        if estimate.network is not None:
            page.put(row + 1, 2, "how far the studies differ (Python's)")
            page.put(row + 1, 4, "tau2", "note")
            page.put(row + 1, 5, estimate.network.tau2, "text", SHAPE)
            self.row = row + 2


def _measure(measure: str) -> Measure:
    return MEASURES["logit" if measure == PROPORTION else measure]


def _statuses(book: Book) -> dict[str, str]:
    evidence = book.study.synthesis.evidence
    items: list[Arm | Effect] = [*evidence.arms, *evidence.effects, *evidence.contrasts]
    return {item.id: item.status for item in items}


def _shares_evidence(estimate: Synthesised, book: Book) -> bool:
    """Whether the parts of an indirect comparison have errors in common, which no cell holds."""
    if estimate.method != "indirect":
        return False
    first, second = (book.study.synthesis.estimates[name].loadings for name in estimate.parts)
    return bool(first.keys() & second.keys())


def goes_to(book: Book, name: str) -> str:
    """Where an estimate is used, in words."""
    study = book.study
    inputs = [p.text for p in study.parameters if p.is_input and p.estimate == name]
    scenarios = [s.id for s in study.scenarios if name in s.estimates]
    parts = [e.name for e in study.synthesis.estimates.values() if name in e.parts]
    places = (("Inputs", inputs), ("scenario", scenarios), ("estimate", parts))
    found = [f"{what} {', '.join(names)}" for what, names in places if names]
    return "goes to: " + ("; ".join(found) or "nothing in this workbook, shown for comparison")
