"""Reading a study's budget impact, with every fault of its files recorded."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hecon.engine.expression import Expr
from hecon.engine.model import Payoff
from hecon.errors import UnknownName, some
from hecon.parameters.cell_text import parse_formula
from hecon.parameters.definitions import read_content, validated
from hecon.parameters.money import parameter_problems
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.rows import read_parameters
from hecon.studies.assumptions import there
from hecon.studies.budget import (
    BUDGET,
    BUDGET_INPUTS,
    BUDGET_SCENARIOS,
    QUANTITY,
    YEAR,
    BudgetDefinition,
)
from hecon.studies.course import TreatmentCourse
from hecon.studies.extends import StudyFile
from hecon.studies.inputs import Inputs
from hecon.studies.reading import BLOCK, COUNTED, ITEM, NO_TIME, STRATEGY, StudyReading
from hecon.studies.scenario_rows import read_own_scenarios
from hecon.studies.study import Budget


def read_budget(
    reading: StudyReading,
    inputs: Inputs,
    course: TreatmentCourse | None,
    payoffs: Sequence[Payoff],
) -> Budget | None:
    """What a study says of its budget impact, or None if it says nothing for the jurisdiction."""
    folder = reading.study.folder
    if not there(folder / BUDGET):
        _nothing_to_add_to(
            reading, f"the study's {BUDGET}", (BUDGET, BUDGET_INPUTS, BUDGET_SCENARIOS)
        )
        return None
    shown = f"{folder.name}/{BUDGET}"
    found = None
    with reading.faults.collect():
        content = read_content(folder / BUDGET, shown)
        for source in _sources(reading, BUDGET)[1:]:
            # what a jurisdiction says for itself stands in the place of the study's own entry
            content |= read_content(source.path, source.shown)
            shown += f" with {source.shown}"
        found = validated(content, shown, BudgetDefinition)
    return None if found is None else _budget(reading, inputs, course, payoffs, found, shown)


def _budget(
    reading: StudyReading,
    inputs: Inputs,
    course: TreatmentCourse | None,
    payoffs: Sequence[Payoff],
    found: BudgetDefinition,
    shown: str,
) -> Budget | None:
    sources = _sources(reading, BUDGET_INPUTS)
    if not sources and reading.jurisdiction.folder != reading.study.folder:
        # nobody has given them for this jurisdiction
        _nothing_to_add_to(reading, f"{BUDGET_INPUTS} beside it", (BUDGET, BUDGET_SCENARIOS))
        return None
    parameters: list[Parameter] = []
    for source in sources:
        found_rows, complete = _parameters(reading, inputs, source)
        parameters += found_rows
        inputs.complete &= complete
    if not inputs.complete:
        return None  # names can't be blamed
    _remember(reading, parameters)
    names = frozenset(p.name for p in parameters)
    exprs, quantities = _formulas(reading, found, shown, names)
    _check_course(reading, course, found, shown, quantities)
    _check_strategies(reading, found, shown)
    _check_items(reading, found, shown, payoffs)
    known = replace(inputs, parameters=[*inputs.parameters, *parameters])
    rows = _sources(reading, BUDGET_SCENARIOS)
    scenarios = [s for source in rows for s in read_own_scenarios(reading, known, source, names)]
    return Budget(shown, found, tuple(parameters), exprs, quantities, tuple(scenarios))


def _sources(reading: StudyReading, name: str) -> list[StudyFile]:
    """A file beside the budget's, and the jurisdiction's own."""
    folders = [reading.study.folder, *(x.folder for x in reading.study.layers if x.pair)]
    return [StudyFile(folder, name) for folder in folders if there(folder / name)]


def _nothing_to_add_to(reading: StudyReading, lacking: str, names: Sequence[str]) -> None:
    """Record a fault if a jurisdiction has files that belong to one that is missing."""
    last = reading.study.layers[-1]
    found = [name for name in names if last.pair and there(last.folder / name)]
    if found:
        text = f"nothing reads {', '.join(found)} without {lacking}, which is missing"
        reading.faults.add(last.folder.name, None, None, text)


def _parameters(
    reading: StudyReading, inputs: Inputs, source: StudyFile
) -> tuple[list[Parameter], bool]:
    """The inputs of a file, and whether every row could be read.

    They hold for all strategies and have names of their own.
    """
    found: list[Parameter] = []
    complete = False
    with reading.faults.collect():
        found, complete = read_parameters(
            source.path, source.shown, reading.faults, inputs.synthesis.derived
        )
    here = reading.jurisdiction.definition
    for position, p in enumerate(found):
        for column, text in parameter_problems(p, here.currency, here.price_year, here.title):
            reading.faults.add(p.file, p.row, column, text)
        if p.strategy is not None:
            text = f"found '{p.strategy}', allowed is all: a budget's input has no strategy"
            reading.faults.add(p.file, p.row, "strategy", text)
        taken = [k for k, _, _ in inputs.places if k[0] == p.name]
        if taken or p.name in [q.name for q in found[:position]]:
            text = f"'{p.name}' is already defined; choose another name"
            reading.faults.add(p.file, p.row, "name", text)
    return found, complete


def _remember(reading: StudyReading, parameters: Sequence[Parameter]) -> None:
    """Have computed inputs checked; each may rest on those above it, so that none is a circle."""
    above: list[str] = []
    for p in parameters:
        if p.formula is not None:
            reading.remember(p.formula, p.file, p.row, "formula", (None,), above, NO_TIME)
        above.append(p.name)


def _formulas(
    reading: StudyReading, found: BudgetDefinition, shown: str, names: Iterable[str]
) -> tuple[dict[str, Expr], dict[str, tuple[str, str]]]:
    """Formulas by entry, and the quantities of courses that stand in them by a name."""
    exprs: dict[str, Expr] = {}
    quantities: dict[str, tuple[str, str]] = {}
    stocks = [resource.name for resource in found.resources if resource.stock]
    # what stands under a name that is no strategy's mostly lacks a heading
    stray = {
        f"{entry}.{name}"
        for entry in ("without", "displaced")
        for name in getattr(found, entry).keys() - set(reading.strategies)
    }
    for entry, text, uses in found.formulas():
        if entry in stray:
            continue
        for asked in QUANTITY.finditer(text):
            name = next((n for n, q in quantities.items() if q == asked.groups()), None)
            name = name or f"course_quantity_{len(quantities) + 1}_"
            quantities[name] = (asked.group(1), asked.group(2))
            text = text.replace(asked.group(0), name)
        expr = parse_formula(text, reading.faults, shown, None, entry)
        if expr is not None:
            exprs[entry] = expr
            if entry in found.money:
                reading.no_amounts(expr, shown, None, entry)
            local = [*names, *quantities, *[YEAR] * bool(uses), *stocks * (uses == "stocks")]
            reading.remember(expr, shown, None, entry, (None,), local, NO_TIME)
    return exprs, quantities


def _check_course(
    reading: StudyReading,
    course: TreatmentCourse | None,
    found: BudgetDefinition,
    shown: str,
    quantities: dict[str, tuple[str, str]],
) -> None:
    """What is asked of courses must be counted there, and a resource must ask for something."""
    known = [] if course is None else [q.name for q, _ in course.quantities]
    for strategy in dict.fromkeys((found.strategy, *found.without)):
        later = course and sorted({s.line for s in course.of(strategy)} & set(course.starts))
        if later:
            text = (
                f"{strategy} has a line of treatment ({later[0]}) that starts with a transition; a "
                "budget impact is worked out for courses that all start with the strategy"
            )
            reading.faults.add(shown, None, "strategy", text)

    def missing(quantity: str, entry: str) -> None:
        if quantity not in known:
            unknown = UnknownName(quantity, COUNTED, known)
            reading.faults.add(shown, None, entry, unknown)

    for strategy, quantity in quantities.values():
        entry = next(
            e for e, text, _ in found.formulas() if quantity in text and "quantity(" in text
        )
        missing(quantity, entry)
        reading.known_strategy(strategy, shown, None, entry)
    for each in found.full_time:
        missing(each.quantity, f"full_time[{each.quantity}]")
    for resource in found.resources:
        entry = f"resources[{resource.name}]"
        if not QUANTITY.search(resource.needed):
            text = "names no quantity of a course; write quantity(STRATEGY, QUANTITY)"
            reading.faults.add(shown, None, f"{entry}.needed", text)
        if resource.stock and not resource.per_year:
            text = "is missing: how much one of the stock gives in a year"
            reading.faults.add(shown, None, f"{entry}.per_year", text)


def _check_strategies(reading: StudyReading, found: BudgetDefinition, shown: str) -> None:
    reading.known_strategy(found.strategy, shown, None, "strategy")
    for entry, shares in (("without", found.without), ("displaced", found.displaced)):
        for name in shares:
            reading.known_strategy(name, shown, None, f"{entry}.{name}")
            if name == found.strategy and name in reading.strategies:
                text = f"'{name}' is the new treatment itself"
                reading.faults.add(shown, None, f"{entry}.{name}", text)
    alone = found.displaced.keys() - found.without.keys()
    for name in sorted(alone) if reading.faults.knows(STRATEGY) else ():
        text = f"'{name}' is displaced and nobody has it without the new treatment"
        reading.faults.add(shown, None, f"displaced.{name}", text)
    if found.waiting is not None:
        reading.state(found.waiting.state, shown, None, "waiting.state")


def _check_items(
    reading: StudyReading, found: BudgetDefinition, shown: str, payoffs: Sequence[Payoff]
) -> None:
    """Every item is paid by somebody, once; what is named is there."""
    if "payoffs" in reading.broken:
        return
    items = list(dict.fromkeys(p.item for p in payoffs if p.kind == "cost"))
    blocks = [block.name for block in found.blocks]
    for what, names in (("blocks", blocks), ("resources", [r.name for r in found.resources])):
        for name in sorted({n for n in names if names.count(n) > 1}):
            reading.faults.add(shown, None, what, f"'{name}' appears twice")

    def missing(name: str, entry: str) -> None:
        if name not in items:
            reading.faults.add(shown, None, entry, UnknownName(name, ITEM, items))

    if found.vat is not None:
        missing(found.vat.item, "vat.item")
    for position, name in enumerate(found.outside, start=1):
        missing(name, f"outside[{position}]")
    if found.waiting is not None and found.waiting.item:
        missing(found.waiting.item, "waiting.item")
    for block in found.blocks:
        for name in block.items:
            missing(name, f"blocks[{block.name}].items.{name}")
    for entry, those in (("instead_of", found.instead_of), ("beside", found.beside)):
        for paid in those:
            where = f"{entry}[{paid.item}]"
            if entry == "instead_of":
                missing(paid.item, where)
            elif paid.item in items:
                text = f"'{paid.item}' is an item of the model; list it under instead_of"
                reading.faults.add(shown, None, where, text)
            if paid.block not in blocks:
                unknown = UnknownName(paid.block, BLOCK, blocks)
                reading.faults.add(shown, None, f"{where}.block", unknown)
    replaced = [paid.item for paid in found.instead_of]
    homeless = []
    for item in items:
        places = [f"the block {b.name}" for b in found.blocks if item in b.items]
        apart = ["outside"] * (item in found.outside) + ["instead_of"] * (item in replaced)
        if not places and not apart:
            homeless.append(f"'{item}'")
        elif apart and len(places) + len(apart) > 1:
            text = f"'{item}' stands in more than one place: {', '.join(places + apart)}"
            reading.faults.add(shown, None, "blocks", text)
    if homeless and reading.faults.knows(ITEM) and reading.faults.knows(BLOCK):
        verb = "are" if len(homeless) > 1 else "is"
        text = f"{some(homeless)} {verb} in no block and not outside the budget"
        reading.faults.add(shown, None, "blocks", text)
