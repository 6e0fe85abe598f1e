"""What a study decides and pays makes sense, and formulas fit into a spreadsheet."""

import pytest
import tiny


def one(found, *wanted):
    assert len(found) == 1, found
    for text in wanted:
        assert text in found[0], found


@pytest.mark.parametrize("chosen", [0, 1])
def test_fault_75_a_decision_needs_two_alternatives(tmp_path, chosen):
    second = ("study.toml", 'name = "B"', 'name = "B"\noption = false')
    changes = [second]
    if not chosen:
        changes.append(
            (
                "study.toml",
                '[[strategies]]\nname = "A"',
                '[[strategies]]\nname = "A"\noption = false',
            )
        )
    one(tiny.faults(tmp_path, *changes), "study.toml, column strategies", "two strategies")


def test_fault_75_a_study_without_payoffs_is_one_message(tmp_path):
    found = tiny.faults(tmp_path, payoffs="item,kind,on,amount,per\n")
    one(found, "payoffs.csv", "has a header and no rows")
    nameless = ("study.toml", 'variables = ""', 'variables = ""\npayoffs = ""')
    one(tiny.faults(tmp_path, nameless), "study.toml, column payoffs", "names no file")


def test_fault_84_a_price_is_the_same_in_every_strategy(tmp_path):
    course = (
        "study.toml",
        '[[states]]\nname = "Well"',
        '[price]\nparameter = "extra"\nquantity = "units"\n[course]\nattendance = "1"\n'
        'items = [{ item = "Drug", amount = "10" }]\n'
        'quantities = [{ name = "units", amount = "1" }]\n[[states]]\nname = "Well"',
    )
    rows = "strategy,session,week\nA,1,1\nB,1,1\n"
    found = tiny.faults(tmp_path, course, sessions=rows)
    one(found, "study.toml, column price.parameter", "differs by strategy", "parameters.csv, row 2")


@pytest.mark.parametrize("amount", ["1", "0.5", "u_dead"])
def test_fault_85_the_dead_have_no_qalys(tmp_path, amount):
    row = "\nu_dead,all,{},utility,,,,,,,s,assumption\nextra,A"
    good = (
        "payoffs.csv",
        "Health,qaly,Well,1,year",
        f"Health,qaly,Well,1,year\nRest,qaly,Dead,{amount},year",
    )
    for value in ("0.2", "0"):
        folder = tmp_path / value
        found = tiny.faults(folder, ("parameters.csv", "\nextra,A", row.format(value)), good)
        if value == "0" and amount == "u_dead":
            assert not found
        else:
            one(found, "payoffs.csv, row 4, column amount", "where nobody is alive")


def nested(levels):
    return "1 - (" * levels + "0.2" + ")" * levels


@pytest.mark.parametrize("text", [nested(60), "-" * 100 + "extra", "exp(" * 60 + "1" + ")" * 60])
def test_fault_84_what_a_spreadsheet_cannot_nest_is_refused_where_it_stands(tmp_path, text):
    row = f'More,cost,Well,"{text}",year\nHealth'
    one(
        tiny.faults(tmp_path, ("payoffs.csv", "Health", row)),
        "payoffs.csv, row 3, column amount",
        "nests",
    )


def test_fault_84_functions_of_many_arguments(tmp_path):
    many = "min(" + ", ".join(["1"] * 300) + ")"
    row = f'More,cost,Well,"{many}",year\nHealth'
    one(tiny.faults(tmp_path, ("payoffs.csv", "Health", row)), "row 3, column amount", "arguments")
    fewer = "min(" + ", ".join(["1"] * 90) + ")"
    row = f'More,cost,Dead,"{fewer}",year\nHealth'
    assert not tiny.faults(tmp_path / "fewer", ("payoffs.csv", "Health", row))


def test_fault_66_a_course_of_three_deep_formulas_is_a_message(tmp_path):
    deep = " + ".join(["1"] * 95)
    course = (
        "study.toml",
        '[[states]]\nname = "Well"',
        f'[course]\nattendance = "{deep}"\n'
        f'items = [{{ item = "Drug", amount = "hours + {deep}" }}]\n'
        '[[states]]\nname = "Well"',
    )
    rows = f"strategy,session,week,hours\nA,1,1,{deep}\nB,1,1,1\n"
    found = tiny.faults(tmp_path, course, sessions=rows)
    assert len(found) <= 1
    signs = course[2].replace(deep, "-" * 180 + "1")
    found = tiny.faults(tmp_path / "signs", (course[0], course[1], signs), sessions=rows)
    assert found
    assert all("nests" in text for text in found)


TOO_LARGE = (
    *("lognormal(1000, 1)", "lognormal(0, 40)", "normal(0, 1e308)", "gamma(1e300, 1e300)"),
    *("uniform(0, 1e16)", "triangular(-1e308, 0, 1e308)"),
)


@pytest.mark.parametrize("drawn", TOO_LARGE)
@pytest.mark.parametrize("target", ["extra[B]", "alive"])
def test_fault_66_a_distribution_of_impossible_values_is_refused(tmp_path, target, drawn):
    found = tiny.faults(
        tmp_path,
        ("payoffs.csv", "100 + extra", "100 * alive + extra"),
        variables="name,strategy,formula,unit,description\nalive,all,1,number,x\n",
        scenarios=f'id,title,changes,currency,price_year\nS1,x,"{target} = {drawn}",EUR,2024\n',
    )
    one(found, "scenarios.csv, row 2, column changes", target, "-1e+15 to 1e+15")


CONTRASTS = "contrast_id,study,treat1,treat2,g,se,n1,n2,status\nC1,S1,X,P,0.5,0.25,33,32,published"
EFFECTS = (
    "id,study,treat1,treat2,scale,estimate,ci_low,ci_high,status\n"
    "R1,S1,X,P,OR,1.5,1.1,2.05,published"
)


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("contrasts", ",0.25,", ",1e155,"),
        ("contrasts", ",0.25,", ",1e-160,"),
        ("contrasts", ",0.5,", ",1e308,"),
        ("contrasts", ",33,", ",1e308,"),
        ("contrasts", ",33,", ",0,"),
        ("effects", ",2.05,", ",1e308,"),
    ],
)
def test_fault_84_evidence_of_impossible_size_is_refused(tmp_path, kind, old, new):
    rows = {"contrasts": CONTRASTS, "effects": EFFECTS}[kind]
    measure, method = {
        "contrasts": ("SMD", "network"),
        "effects": ("log odds ratio", "reported"),
    }[kind]
    estimates = f"name,title,method,measure,treatments,rows,tau2\nnet,net,{method},{measure},X v P,"
    files = {
        kind: f"{rows}\n",
        "estimates": estimates + {"contrasts": ",fixed\n", "effects": "R1,\n"}[kind],
    }
    named = (
        "study.toml",
        "[time]",
        f'[synthesis]\n{kind} = "{kind}.csv"\nestimates = "estimates.csv"\n[time]',
    )
    assert not tiny.faults(tmp_path / "sound", named, **files)
    assert old in files[kind]
    found = tiny.faults(
        tmp_path / "unsound", named, **files | {kind: files[kind].replace(old, new)}
    )
    assert f"{kind}.csv, row 2" in found[0]
    assert "allowed is" in found[0]


def test_fault_85_the_column_of_use_cannot_be_left_out(tmp_path):
    """Contrasts of two uses: an estimate of one must not become one of both."""
    contrasts = (
        "contrast_id,study,treat1,treat2,g,se,n1,n2,status,use\n"
        "C1,S1,X,P,0.5,0.25,33,32,published,base\nC2,S2,X,P,1.5,0.25,33,32,published,other\n"
    )
    named = (
        "study.toml",
        "[time]",
        '[synthesis]\ncontrasts = "contrasts.csv"\nestimates = "estimates.csv"\n[time]',
    )
    head, row = "name,title,method,measure,treatments,tau2", "net,net,network,SMD,X v P,fixed"
    for text in (f"{head},use\n{row},base\n", f"{head},use\n{row},\n"):
        folder = tmp_path / str(len(text))
        assert not tiny.faults(folder, named, contrasts=contrasts, estimates=text)
    found = tiny.faults(tmp_path / "gone", named, contrasts=contrasts, estimates=f"{head}\n{row}\n")
    one(found, "estimates.csv, row 1, column use: the column is missing")
    same = contrasts.replace("other", "base")
    assert not tiny.faults(tmp_path / "same", named, contrasts=same, estimates=f"{head}\n{row}\n")
