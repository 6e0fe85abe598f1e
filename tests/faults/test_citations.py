"""What the files of a study refer to is there: evidence, scenarios, items of the checklist."""

from pathlib import Path

import pytest
import tiny

from hecon.studies.load_study import load_study

EVIDENCE = """
[evidence]
sources = "sources.csv"
assumptions = "assumptions.csv"
cheers = "cheers.csv"
[time]"""

FILES = {
    "sources": "id,citation,status\nE1,somebody 2024,published\nE2,somebody else,secondary\n",
    "assumptions": (
        "id,assumption,justification,tested_by,status\n"
        "A1,two states,simple,dear; cheap,assumption\n"
    ),
    "cheers": "item,section,name,sheet,report\n1,Title,Title,Summary,the title\n",
    "scenarios": (
        "id,title,changes,currency,price_year,status\n"
        "dear,more,extra[B] = 20,EUR,2024,derived\ncheap,less,extra[B] = 5,EUR,2024,\n"
    ),
}
CITED = ("parameters.csv", "source,status\n", "source,status,evidence_ids\n")
ROWS = [
    ("parameters.csv", "extra,A,0,EUR/year,,,,,EUR,2024,invented,assumption", ",E1"),
    ("parameters.csv", "extra,B,10,EUR/year,,,,,EUR,2024,invented,assumption", ',"E1, E2"'),
]


def faults(folder, *changes, **files):
    whole = [CITED, *((f, row, row + end) for f, row, end in ROWS)]
    whole += [("study.toml", "\n[time]", EVIDENCE), *changes]
    return tiny.faults(folder, *whole, **{**FILES, **files})


MISSING = "parameter,needed,place\nextra[B],a trial,anywhere\n"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("place", "place", []),
        ("extra[B]", "extr[B]", ["row 2, column parameter: 'extr[B]' is not a parameter; did you"]),
        ("a trial", "", ["row 2, column needed: is empty; a value is needed"]),
        ("needed", "neded", ["row 1, column neded: is it 'needed'? Call it so, or less alike"]),
        ("place", "wher", ["row 1, column wher: is it 'where'? Call it so, or less alike"]),
        ("anywhere\n", "here\nextra[B],more,\n", ["row 3: 'extra[B]' is already in row 2"]),
    ],
)
def test_what_would_firm_a_parameter_up_is_typed_and_may_have_columns_of_its_own(
    tmp_path, old, new, told
):
    named = (
        "study.toml",
        'sources = "sources.csv"',
        'missing = "lacks.csv"\nsources = "sources.csv"',
    )
    found = faults(tmp_path / "tiny", named, lacks=MISSING.replace(old, new))
    assert len(found) == len(told)
    assert all(each.startswith(f"tiny/lacks.csv, {t}") for each, t in zip(found, told, strict=True))


def test_fault_38_what_is_cited_is_there(tmp_path):
    assert faults(tmp_path / "tiny") == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("parameters.csv", ",E1\n", ",E9\n"),
            "parameters.csv, row 2, column evidence_ids: 'E9' is not a row of the evidence; "
            "allowed are E1, E2, A1, 1",
        ),
        (
            ("parameters.csv", '"E1, E2"', "E1 E2"),
            "parameters.csv, row 3, column evidence_ids: 'E1 E2' is not a row of the evidence; "
            "allowed are E1, E2, A1, 1",
        ),
        (
            ("sources.csv", "published\nE2,", "published\nE2,again,published\nE2,"),
            "sources.csv, row 4: 'E2' is already in row 3",
        ),
        (
            ("assumptions.csv", "dear; cheap", "dear; cheep"),
            "assumptions.csv, row 2, column tested_by: 'cheep' is not a scenario; "
            "did you mean cheap?; allowed are dear, cheap",
        ),
        (
            ("assumptions.csv", ",assumption\n", ",asumption\n"),
            "assumptions.csv, row 2, column status: found 'asumption', allowed are published, "
            "derived, assumption, secondary, retracted, method",
        ),
        (
            ("scenarios.csv", "derived", "retraced"),
            "scenarios.csv, row 2, column status: found 'retraced', allowed are published, "
            "derived, assumption, secondary, retracted, method",
        ),
        (
            ("cheers.csv", "1,Title", "29,Title"),
            "cheers.csv, row 2, column item: found '29', allowed is an item of CHEERS 2022, 1 to "
            "28",
        ),
    ],
)
def test_fault_38_what_is_cited_and_not_there_is_named(tmp_path, change, told):
    file, old, new = change
    name = file.removesuffix(".csv")
    if name in FILES:
        assert old in FILES[name]
        found = faults(tmp_path / "tiny", **{name: FILES[name].replace(old, new)})
    else:
        found = faults(tmp_path / "tiny", change)
    assert found == [f"tiny/{told}"]


def test_fault_38_a_country_says_what_its_own_scenarios_test(tmp_path):
    """A row of a layer above takes the place of one that names what is left out there."""
    inputs = Path(__file__).parents[2] / "inputs"
    study = load_study(inputs / "studies/ptsd", inputs / "jurisdictions/england")
    ids = {s.id for s in (*study.scenarios, *study.budget.scenarios)}
    named = {
        name.strip()
        for row in study.evidence("assumptions")
        for name in row["tested_by"].split(";")
        if name.strip()
    }
    assert named <= ids
    # patients' time and travel are not counted there
    assert not any("travel are included" in r["assumption"] for r in study.evidence("assumptions"))
