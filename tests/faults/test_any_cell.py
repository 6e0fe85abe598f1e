"""Whatever stands in a cell, a study is read or refused with a message: nothing else happens."""

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hecon.analyses.dry_run import dry_run
from hecon.errors import HeconError

FILES = (
    *("parameters.csv", "variables.csv", "transitions.csv", "payoffs.csv", "sessions.csv"),
    *("scenarios.csv", "correlations.csv", "life.csv", "trials.csv"),
)
ODD = (
    *("", "nan", "-1", "0", "1e308", "1e-320", "0x1F", "1,5", "'", '"', "=1", "rest", "all", "age"),
    *("1/0", "0/0", "year", "cycle", "years_in_state", "life.all(age)", "life.all(-1)", "u_ill"),
    *("\uffff", "\u202e", "ø", "((((", "-" * 200 + "1", "x" * 40_000, "estimate(x)", "a = b = c"),
    *("lognormal(1000, 1)", "triangular(1, 2)", "True", "None", "Ill -> Well", "Dead", "2024", "%"),
)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_fault_64_68_85_any_cell_is_read_or_refused(small, data):
    path = small.folder / data.draw(st.sampled_from(FILES))
    text = path.read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines()]
    row = data.draw(st.integers(0, min(len(rows), 12) - 1))
    column = data.draw(st.integers(0, len(rows[row]) - 1))
    rows[row][column] = data.draw(st.sampled_from(ODD) | st.text(max_size=12))
    path.write_text("\n".join(",".join(cells) for cells in rows), encoding="utf-8", errors="ignore")
    with suppress(HeconError):
        dry_run(small.load())
    path.write_text(text, encoding="utf-8")
