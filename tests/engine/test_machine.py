"""The compiled loop against the kernel in NumPy: the same figures for every kind of model."""

from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from dense import Plain, key, to_model

from hecon.analyses.evaluate import evaluate
from hecon.analyses.pair import with_values
from hecon.analyses.timings import timings
from hecon.engine import native, runner
from hecon.engine.cohort import Kernel
from hecon.engine.compiled import Machine
from hecon.engine.expression import parse
from hecon.engine.model import LookupTable
from hecon.engine.native import CannotCompile
from hecon.engine.operations import OPERATIONS
from hecon.engine.program import Program
from hecon.engine.timing import COUNTING
from hecon.errors import ModelError
from hecon.parameters.design import ProbabilisticDesign, TableDesign, held
from hecon.studies.load_study import load_study

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
STUDIES = sorted(
    p.parent
    for folder in (
        TESTS / "replications/studies",
        TESTS / "generality/studies",
        ROOT / "inputs/studies",
    )
    for p in (ROOT / folder).glob("*/study.toml")
)
PLACES = {ROOT / "inputs/studies": ROOT / "inputs/jurisdictions/norway"}
PLACES[TESTS / "generality/studies"] = TESTS / "generality/jurisdiction"


def compiled_here():
    with suppress(native.CannotCompile):
        return bool(native._machine())
    return False


pytestmark = pytest.mark.skipif(not compiled_here(), reason="nothing is compiled here")


@cache
def loaded(folder: Path):
    place = None if (folder / "jurisdiction.toml").exists() else PLACES[folder.parent]
    return load_study(folder, place)


#: A design for which time is spent on a function, whatever the number of rows it then runs.
MANY = native.FEW + 1


def both(model, design, free=False, meant=MANY):
    """Totals of the compiled loop and of the kernel, over all timings of a design."""
    found, wanted = [], []
    for timing in timings(model, design):
        rows = slice(None) if timing.rows is None else timing.rows
        columns = {k: c[rows] for k, c in design.block(0, design.draws).items()}
        draws = design.draws if timing.rows is None else len(timing.rows)
        own = Program(model, design.numbers, design.varying, timing.cycles, timing.cycle_months)
        program, given = own, columns
        if free:
            every = design.varying | frozenset(design.numbers)
            program = Program(model, {}, every, timing.cycles, timing.cycle_months)
            shared = {k: np.full(draws, v) for k, v in design.numbers.items()}
            given = {**shared, **columns}
        totals, well = Machine(program, range(len(program.outcomes)), meant).run(given, draws)
        assert well
        found.append(totals)
        wanted.append(Kernel(own).run(columns, draws).totals)
    return found, wanted


def agree(model, design, free=False):
    for found, wanted in zip(*both(model, design, free), strict=True):
        scale = np.abs(wanted).max(axis=2, keepdims=True)
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12 * scale.max())


#: Variants of the PTSD study, as large as it is.
EXTENDED = ("ptsd_sequence", "ptsd_exploratory")
#: Studies, and whether one program serves all designs; of the large ones it does for PTSD.
CASES = [
    pytest.param(folder, free, marks=[pytest.mark.long] if folder.name in EXTENDED else [])
    for folder in STUDIES
    for free in (False, True)
    if not free or folder.parent != ROOT / "inputs/studies" or folder.name == "ptsd"
]


@pytest.mark.parametrize(("folder", "free"), CASES, ids=lambda x: getattr(x, "name", str(x)))
def test_every_study(folder, free):
    study = loaded(folder)
    draws = 200 if folder.name == "ptsd" else 11
    design = ProbabilisticDesign(study.parameters, draws, 5, "monte-carlo", study.correlations)
    # depression remembers every month in two states for two years: three years are enough
    short = {("horizon_age", None): 43.0} if folder.name == "mdd" else {}
    agree(study.model, with_values(held(design), short), free)


@pytest.mark.parametrize(("longest", "rows"), [(0, MANY), (native.HASTE, native.FEW)])
def test_a_large_model_and_a_short_design_are_compiled_in_haste_to_the_same_bits(
    longest, rows, monkeypatch
):
    model, design = fading()
    native._compiled.cache_clear()
    efforts = []
    make = native._machine
    monkeypatch.setattr(native, "_machine", lambda effort=2: efforts.append(effort) or make(effort))
    slowly, _ = both(model, design)
    assert efforts == [2]
    efforts.clear()
    monkeypatch.setattr(native, "HASTE", longest)
    quickly, _ = both(model, design, meant=rows)
    assert efforts == [0]
    np.testing.assert_array_equal(slowly, quickly)


FADING = Plain(
    states={"Well": 0, "Ill": 3, "Dead": 0},
    initial={"Well": "share", "Ill": "rest"},
    transitions={
        ("Well", "Ill"): "p * exp(-cycle * speed)",
        ("Well", "Well"): "rest",
        ("Ill", "Well"): "(1 - p) ** (1 + years_in_state) * 0.1",
        ("Ill", "Dead"): "0.2 * p if year < 3 else p",
        ("Ill", "Ill"): "rest",
        ("Dead", "Dead"): "rest",
    },
    payoffs=(
        ("Care", "cost", "Ill", "100 * speed * cycle", "year", None),
        ("Fall", "cost", "Well -> Ill", "300 * speed ** year", "event", None),
        ("Late", "cost", "start", "50 * p", "event", 40.0),
        ("Life", "qaly", "Well", "1 - 0.01 * year * p", "year", None),
    ),
    parameters=("p", "speed", "share"),
    cycle_months=6.0,
    horizon_years=4.0,
    discount_cost="1.04 ** -discount_time",
    discount_effect="exp(-0.03 * discount_time)",
)
COLUMNS = {
    "p": np.linspace(0.05, 0.4, 13),
    "speed": np.linspace(0.0, 0.5, 13),
    "share": np.linspace(0.3, 1.0, 13),
}


def fading(names=tuple(COLUMNS), **changes):
    columns = {key(n): COLUMNS[n] for n in names}
    numbers = {key(n): float(c[5]) for n, c in COLUMNS.items() if n not in names}
    return to_model(replace(FADING, **changes)), TableDesign(13, numbers, columns)


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize("counting", sorted(COUNTING))
def test_every_counting_rule(counting, free):
    agree(*fading(counting=counting), free)


@pytest.mark.parametrize("names", [("p",), ("speed",), ("share",), ("p", "share")])
def test_whatever_varies(names):
    agree(*fading(names))
    agree(*fading(names), free=True)


def test_a_rule_for_parameters_that_all_designs_share_changes_nothing_but_rounding():
    model, design = fading(("p",))
    free = replace(design, free=True)
    for name, found in evaluate(model, free).items():
        np.testing.assert_allclose(found, evaluate(model, design)[name], rtol=1e-12, atol=1e-12)


SPECIAL = np.array(
    [0.0, 1.0, -1.0, 2.0, -2.0, 3.0, 0.5, -0.5, 1e-9, 4e-10, 745.0, -745.2, 709.7, 1e-310, 1e300]
)


#: Distribution functions are left to the NumPy kernel.
NOT_COMPILED = {"gamma_cdf", "norm_cdf"}


@pytest.mark.parametrize("op", sorted(OPERATIONS.keys() - NOT_COMPILED))
def test_every_operation(op):
    random = np.random.default_rng(3)
    arity = OPERATIONS[op].arity
    names = ["a", "b", "c"][:arity]
    if arity == 1:
        args = [np.r_[SPECIAL, random.uniform(0, 1, 50), random.normal(0, 30, 50)]]
    else:
        grid = np.array(list(product(SPECIAL, repeat=2))).T
        args = [np.r_[g, random.uniform(0, 9, 60)] for g in grid]
        args += [args[0][::-1].copy()] * (arity - 2)
    names_of = {"neg": "-a", "not": "not a", "if": "b if a else c"}
    signs = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "lt": "<", "le": "<="}
    signs |= {"gt": ">", "ge": ">=", "eq": "==", "ne": "!=", "and": "and", "or": "or"}
    if op in signs:
        text = f"a {signs[op]} b"
    else:
        text = names_of.get(op, f"{op}({', '.join(names)})")
    assert parse(text).op == op
    plain = replace(
        FADING,
        payoffs=(("x", "cost", "start", text, "event", None),),
        parameters=(*FADING.parameters, *names),
    )
    columns = {key(n): v for n, v in zip(names, args, strict=True)}
    numbers = {key(n): float(c[5]) for n, c in COLUMNS.items()}
    program = Program(to_model(plain), numbers, frozenset(columns), 8, 6.0)
    machine = Machine(program, range(len(program.outcomes)), MANY)
    totals, _ = machine.run(columns, len(args[0]))
    found = next(t[0] for o, t in zip(program.outcomes, totals, strict=True) if o.item == "x")
    with np.errstate(all="ignore"):
        wanted = np.multiply(OPERATIONS[op].numpy(*args), 1.0)
    # below the smallest normal number there are fewer digits to agree on
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-300)


def test_look_ups_meet_their_boundaries():
    rows = (0.0, 1.0, 2.5, 4.0)
    plain = replace(
        FADING,
        payoffs=(("x", "cost", "start", "life.q(at)", "event", None),),
        parameters=(*FADING.parameters, "at"),
    )
    model = to_model(plain)
    table = LookupTable("life", np.array(rows), {"q": np.array([5.0, 6.0, 7.0, 8.0])})
    model = replace(model, tables={**model.tables, "life": table})
    asked = np.array([-1.0, 0.0, 0.5, 1.0 - 1e-10, 1.0 - 1e-8, 2.5, 3.9, 4.0, 99.0, np.nan])
    numbers = {key(n): float(c[5]) for n, c in COLUMNS.items()}
    program = Program(model, numbers, frozenset({key("at")}), 8, 6.0)
    totals, _ = Machine(program, range(len(program.outcomes)), MANY).run({key("at"): asked}, 10)
    found = next(t[0] for o, t in zip(program.outcomes, totals, strict=True) if o.item == "x")
    np.testing.assert_array_equal(found, [np.nan, 5, 5, 6, 5, 7, 7, 8, 8, np.nan])


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("p", -0.1, "cycle 1"), ("p", np.nan, "not a number"), ("share", 1.2, "initial")],
)
@pytest.mark.parametrize("free", [False, True])
def test_a_breach_is_named_as_the_kernel_names_it(name, value, words, free):
    model, design = fading()
    column = COLUMNS[name].copy()
    column[7] = value
    design = replace(design, columns={**design.columns, key(name): column}, free=free)
    with pytest.raises(ModelError, match=r"draw 7.*" + words) as found:
        evaluate(model, design, block=5)
    assert found.value.coordinates["draw"] == 7


def test_what_is_not_counted_may_be_no_number():
    payoff = ("Care", "cost", "Ill", "p * (1 / cycle) * (1 + speed) ** cycle", "year", None)
    agree(*fading(payoffs=(payoff,), counting="end-of-cycle"))


@pytest.mark.parametrize("block", [1, 3, 8, 13])
@pytest.mark.parametrize("workers", [1, 2])
def test_bits_do_not_depend_on_blocks(block, workers):
    model, design = fading()
    wanted = evaluate(model, design)
    found = evaluate(model, design, block=block, workers=workers)
    for name in wanted:
        assert found[name].values.tobytes() == wanted[name].values.tobytes()


def test_where_nothing_is_compiled_the_kernel_runs(monkeypatch):
    model, design = fading()
    wanted = evaluate(model, design)

    def refuse(*_):
        raise CannotCompile("not here")

    monkeypatch.setattr(runner, "Machine", refuse)
    found = evaluate(model, design)
    for name in wanted:
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-12, atol=1e-12)
    summed = evaluate(model, design, summed=True)
    np.testing.assert_allclose(summed["cost"], wanted["cost"].sum("item"), rtol=1e-12)


def test_code_is_let_go_with_what_uses_it():
    model, design = fading()
    (timing,) = timings(model, design)
    program = Program(model, design.numbers, design.varying, timing.cycles, timing.cycle_months)
    rows = range(len(program.outcomes))
    columns = design.block(0, 13)
    machines = []
    for _ in range(3):
        native._compiled.cache_clear()
        machines.append(Machine(program, rows, MANY))
    first = machines.pop(0).run(columns, 13)[0]
    native._compiled.cache_clear()
    np.testing.assert_array_equal(machines[0].run(columns, 13)[0], first)
    machines.clear()


def test_the_record_says_what_was_not_compiled(monkeypatch):
    monkeypatch.setattr(native, "_refused", set())
    assert native.kernel() == "compiled"
    monkeypatch.setattr(native, "LONGEST", 10)
    model, design = fading(counting="end-of-cycle")
    evaluate(model, design)
    assert native.kernel() == "NumPy (a model is too large to be compiled)"


def test_sums_are_the_sums():
    model, design = fading()
    wanted, found = evaluate(model, design), evaluate(model, design, summed=True)
    assert set(found) == {"cost", "qaly", "life_years"}
    np.testing.assert_allclose(found["cost"], wanted["cost"].sum("item"), rtol=1e-13)
    np.testing.assert_allclose(found["qaly"], wanted["qaly"].sum("source"), rtol=1e-13)
    np.testing.assert_allclose(found["life_years"], wanted["life_years"], rtol=1e-13)


def test_code_that_was_kept_is_used_and_broken_code_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(native, "_folders", lambda: [tmp_path / "here"])
    native._keep("a.object", b"code")
    assert native._kept("a.object") == b"code"
    path = tmp_path / "here" / "a.object"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert native._kept("a.object") is None
    monkeypatch.setattr(native, "_folders", lambda: [tmp_path / "here" / "a.object"])
    native._keep("b.object", b"code")  # nowhere to keep it: no error
    assert native._kept("b.object") is None


def test_a_program_for_another_design_shares_the_structure():
    model, design = fading(("p",))
    first = Program(model, design.numbers, design.varying, 8, 6.0)
    other = fading(("speed",))[1]
    second = Program(model, other.numbers, other.varying, 8, 6.0)
    assert first.structure is second.structure
    assert model.between(model.strategies) is model
