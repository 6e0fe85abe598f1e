"""Evidence and estimates: one clear message for each fault, with file, row and column."""

import csv

import pytest

from hecon.analyses.preflight import notes

ARMS = """\
row_id,study,arm,treatment_class,n_randomised,n_assessed,events_cure,timepoint,dropout_n,status,use
A1,First,new,NEW,20,18,9,post,2,published,base
A2,First,old,OLD,20,19,5,post,1,published,base
A3,Second,new,NEW,30,30,15,post,,derived,base
A4,Second,old,OLD,30,28,8,post,,derived,base
A5,Third,old,OLD,10,10,2,post,,published,other
A6,Third,other,OTHER,10,10,4,post,,published,other
A7,Fourth,new,NEW,12,12,6,3 months,,published,late
A8,Fourth,new,NEW,12,12,5,6 months,,published,late
A9,Fourth,old,OLD,12,12,4,3 months,,published,late
A10,Fifth,new,NEW,40,40,30,post,,retracted,gone
A11,Fifth,old,OLD,40,40,10,post,,retracted,gone
A12,Sixth,new,NEW,9,9,3,post,,published,alone
A13,Seventh,new,NEW,9,9,3,post,,assumption,base
A14,Seventh,old,OLD,9,9,,post,,assumption,base
"""
EFFECTS = """\
id,study,treat1,treat2,outcome,scale,estimate,ci_low,ci_high,n,status,evidence_ids,use
R1,Eighth,NEW,OLD,cure,OR,2,1.2,3.4,100,published,E1,
R2,Ninth,NEW,OLD,score,SMD,0.3,0.1,0.5,100,published,E2,
R3,Tenth,NEW,OLD,cure,RR,1.5,,,100,published,E3,
"""
CONTRASTS = """\
contrast_id,study,arm1,arm1_letter,treat1,treat2,g,se,n1,n2,instrument,rating,status,use
C1,First,new,A,NEW,OLD,0.5,0.2,20,20,scale,clinician,published,base
C2,Second,new,A,NEW,OLD,0.4,0.2,30,30,scale,clinician,published,base
C3,Third,x,A,X,Y,0.4,0.2,30,30,scale,self,published,apart
"""
ESTIMATES = """\
name,title,method,measure,outcome,treatments,use,studies,rows,timepoint,statuses,parts,tau2
share,cured with old,pooled counts,probability,cure,OLD,base,,,,,,
ratio,new against old,pairwise,log odds ratio,cure,NEW v OLD,base,,,,,,REML
read,published,reported,log odds ratio,,NEW v OLD,,,R1,,,,
score,scores,network,SMD,,NEW v OLD,base,,,,,,
"""
TABLE = """

[synthesis]
arms = "arms.csv"
effects = "effects.csv"
contrasts = "contrasts.csv"
estimates = "estimates.csv"
"""
PARAMETER = "p_old,all,,probability,,,,,share,,\n"


@pytest.fixture
def made(small):
    """The small study with evidence, estimates and a parameter that takes one."""
    with (small.folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write(TABLE)
    files = {"arms": ARMS, "effects": EFFECTS, "contrasts": CONTRASTS, "estimates": ESTIMATES}
    for name, text in files.items():
        (small.folder / f"{name}.csv").write_text(text, encoding="utf-8")
    header = "name,strategy,value,unit,low,high,distribution,distribution_parameters"
    (small.folder / "more.csv").write_text(
        f"{header},estimate,source,status\n{PARAMETER}", encoding="utf-8"
    )
    return small.change(
        "study.toml",
        'variables = "variables.csv"',
        'parameters = ["parameters.csv", "more.csv"]\nvariables = "variables.csv"',
    )


def test_nothing_is_wrong_with_it(made):
    study = made.load()
    (found,) = [p for p in study.parameters if p.estimate]
    assert found.value == 13 / 47
    assert found.status == "derived"


def test_evidence_that_a_slip_leaves_out_is_named(made):
    assert not [note for note in notes(made.load()) if "use" in note]
    made.change(
        "contrasts.csv",
        "C1,First,new,A,NEW,OLD,0.5,0.2,20,20,scale,clinician,published,base",
        "C1,First,new,A,NEW,OLD,0.5,0.2,20,20,scale,clinician,published,bases",
    )
    assert [note for note in notes(made.load()) if "use" in note] == [
        "small/contrasts.csv, row 2: no estimate asks for the use 'bases' of C1 (First); is it "
        "'base'?"
    ]


LINE = "ratio,new against old,pairwise,log odds ratio,cure,NEW v OLD,base,,,,,,REML"


def row(**cells):
    """An estimate's row with some cells set."""
    names = ESTIMATES.splitlines()[0].split(",")
    found = dict(zip(names, LINE.split(","), strict=True)) | cells
    return ",".join(found[name] for name in names)


AT = "small/estimates.csv, row 3, column "
#: File, what is replaced, what by, and the only message.
CASES = {
    "events above those assessed": (
        "arms.csv",
        "A2,First,old,OLD,20,19,5",
        "A2,First,old,OLD,20,19,25",
        "small/arms.csv, row 3, column events_cure: 25 events are more than the 19 assessed",
    ),
    "dropout above those randomised": (
        "arms.csv",
        "5,post,1,published",
        "5,post,21,published",
        "small/arms.csv, row 3, column dropout_n: 21 events are more than the 20 randomised",
    ),
    "assessed above randomised": (
        "arms.csv",
        "A2,First,old,OLD,20,19",
        "A2,First,old,OLD,20,21",
        "small/arms.csv, row 3, column n_assessed: 21 assessed are more than the 20 randomised",
    ),
    "not a count": (
        "arms.csv",
        "A2,First,old,OLD,20,19,5",
        "A2,First,old,OLD,20,19,5.5",
        "small/arms.csv, row 3, column events_cure: found '5.5', allowed is a count or a blank",
    ),
    "an arm twice": (
        "arms.csv",
        "A4,Second,old",
        "A4,Second,new",
        "small/arms.csv, row 5, column study: the arm 'Second, new, post' is already in row 4",
    ),
    "a row twice": (
        "arms.csv",
        "A4,Second",
        "A3,Second",
        "small/arms.csv, row 5, column row_id: the row 'A3' is already in row 4",
    ),
    "a contrast twice": (
        "contrasts.csv",
        "C2,Second",
        "C2,First",
        "small/contrasts.csv, row 3, column study: the contrast 'First, NEW A v OLD' is already in "
        "row 2",
    ),
    "unknown status": (
        "arms.csv",
        "A12,Sixth,new,NEW,9,9,3,post,,published",
        "A12,Sixth,new,NEW,9,9,3,post,,publishd",
        "small/arms.csv, row 13, column status: found 'publishd'; did you mean published?; allowed "
        "are published, derived, assumption, secondary, retracted, method",
    ),
    "interval that misses its estimate": (
        "effects.csv",
        "OR,2,1.2",
        "OR,2,2.2",
        "small/effects.csv, row 2, column estimate: 2 must lie inside its interval 2.2 to 3.4",
    ),
    "missing count": (
        "estimates.csv",
        LINE,
        row(statuses="published; derived; assumption"),
        f"{AT}outcome: A14 (Seventh) has no count of 'cure'",
    ),
    "one-arm study in a contrast": (
        "estimates.csv",
        LINE,
        row(use="base; alone"),
        f"{AT}treatments: Sixth has one arm only; a contrast needs its arm of OLD",
    ),
    "named study without the arm": (
        "estimates.csv",
        LINE,
        row(use="", studies="First; Third"),
        f"{AT}treatments: Third has one arm only; a contrast needs its arm of NEW",
    ),
    "several time points": (
        "estimates.csv",
        LINE,
        row(use="base; late"),
        f"{AT}timepoint: Fourth is reported at 3 months, 6 months; choose one",
    ),
    "disconnected network": (
        "estimates.csv",
        "score,scores,network,SMD,,NEW v OLD,base",
        "score,scores,network,SMD,,NEW v OLD,base; apart",
        "small/estimates.csv, row 5: the network falls apart into 2 that no study joins: "
        "NEW, OLD; X, Y",
    ),
    "treatment outside the network": (
        "estimates.csv",
        "score,scores,network,SMD,,NEW v OLD,base",
        "score,scores,network,SMD,,NEW v X,base",
        "small/estimates.csv, row 5, column treatments: 'X' is not a treatment of the "
        "network; allowed are NEW, OLD",
    ),
    "scale mix": (
        "estimates.csv",
        "read,published,reported,log odds ratio,,NEW v OLD,,,R1",
        "read,published,reported,log odds ratio,,NEW v OLD,,,R2",
        "small/estimates.csv, row 4, column measure: R2 is on the scale SMD, which gives "
        "SMD, not 'log odds ratio'",
    ),
    "effect without an interval": (
        "estimates.csv",
        "read,published,reported,log odds ratio,,NEW v OLD,,,R1",
        "read,published,reported,log risk ratio,,NEW v OLD,,,R3",
        "small/estimates.csv, row 4, column rows: R3 (Tenth) has no estimate with an interval",
    ),
    "other treatments": (
        "estimates.csv",
        "read,published,reported,log odds ratio,,NEW v OLD",
        "read,published,reported,log odds ratio,,NEW v OTHER",
        "small/estimates.csv, row 4, column treatments: R1 compares NEW with OLD",
    ),
    "unknown method": (
        "estimates.csv",
        LINE,
        row(method="pairwse"),
        f"{AT}method: 'pairwse' is not a method; did you mean pairwise?; allowed are pooled "
        "counts, Jeffreys, proportion, prediction, shrunk, pairwise, reported, pool of estimates, "
        "indirect, converted, network",
    ),
    "unknown study": (
        "estimates.csv",
        LINE,
        row(studies="Secnd"),
        f"{AT}studies: 'Secnd' is not a study of the evidence; did you mean Second?; "
        "allowed are First, Second, Third, Fourth, Fifth, Sixth, Seventh",
    ),
    "unknown outcome": (
        "estimates.csv",
        LINE,
        row(outcome="curé"),
        f"{AT}outcome: 'curé' is not an outcome of the arms; did you mean cure?; allowed "
        "are cure, dropout",
    ),
    "named but doubtful": (
        "estimates.csv",
        LINE,
        row(studies="First; Seventh"),
        f"{AT}statuses: A13 (Seventh) has the status assumption; name it here to use it",
    ),
    "part on another scale": (
        "estimates.csv",
        "score,scores,network,SMD,,NEW v OLD,base,,,,,,\n",
        "score,scores,network,SMD,,NEW v OLD,base,,,,,,\nmixed,x,indirect,log odds ratio,,,,,,,,"
        "ratio; score,\n",
        "small/estimates.csv, row 6, column parts: 'score' is a SMD, this estimate a log "
        "odds ratio; convert it first",
    ),
    "parts that share evidence": (
        "estimates.csv",
        "score,scores,network,SMD,,NEW v OLD,base,,,,,,\n",
        "score,scores,network,SMD,,NEW v OLD,base,,,,,,\nagain,x,pairwise,log odds ratio,cure,"
        "NEW v OLD,,First,,,,,\nboth,x,pool of estimates,log odds ratio,,,,,,,,ratio; again,\n",
        "small/estimates.csv, row 7, column parts: 'ratio' and 'again' share evidence (A1 cure)",
    ),
    "estimate of a row below": (
        "estimates.csv",
        LINE,
        row(method="indirect", parts="read; share"),
        f"{AT}parts: 'read' is not an estimate of a row above; allowed are share",
    ),
    "the same name twice": (
        "estimates.csv",
        "read,published",
        "ratio,published",
        "small/estimates.csv, row 4, column name: the estimate 'ratio' is already in another row",
    ),
    "parts of what is made of arms": (
        "estimates.csv",
        LINE,
        row(parts="read"),
        f"{AT}parts: 'pairwise' makes no use of it here; leave it blank",
    ),
    "a network of contrasts without any": (
        "study.toml",
        'contrasts = "contrasts.csv"\n',
        "",
        "small/estimates.csv, row 5, column method: a network of SMD is made of contrasts, and "
        "[synthesis] names none",
    ),
    "a contrast's own column": (
        "contrasts.csv",
        "instrument,rating",
        "scale,rating",
        "small/contrasts.csv, row 1, column scale: is not a known column; allowed are analysis, "
        "arm1, arm1_letter, contrast_id, g, instrument, n1, n2, note, rating, se, source, status, "
        "study, treat1, treat2, use",
    ),
    "outcome of the comparison of methods": (
        "study.toml",
        'estimates = "estimates.csv"\n',
        'estimates = "estimates.csv"\noutcome = "c_il"\n',
        "small/study.toml, column synthesis.outcome: 'c_il' is not a parameter or variable; did "
        "you mean c_ill or u_ill or c_mix?",
    ),
    "unknown estimate": (
        "more.csv",
        ",share,,",
        ",shore,,",
        "small/more.csv, row 2, column estimate: 'shore' is not an estimate; did you mean share or "
        "score?; allowed are share, ratio, read, score",
    ),
    "both a value and an estimate": (
        "more.csv",
        "p_old,all,,",
        "p_old,all,0.3,",
        "small/more.csv, row 2, column value: the estimate 'share' gives it; leave it blank, or "
        "the estimate",
    ),
    "both a range and an estimate": (
        "more.csv",
        "probability,,,",
        "probability,0.1,,",
        "small/more.csv, row 2, column low: the estimate 'share' gives it; leave it blank, or "
        "the estimate",
    ),
    "unit that does not fit": (
        "more.csv",
        ",share,,",
        ",ratio,,",
        "small/more.csv, row 2, column estimate: the unit is 'probability', but the estimate "
        "'ratio' is a log odds ratio; allowed are log odds ratio and odds ratio",
    ),
    "retracted in the base case": (
        "estimates.csv",
        "share,cured with old,pooled counts,probability,cure,OLD,base,,,,,,",
        "share,cured with old,pooled counts,probability,cure,OLD,gone,,,,retracted,,",
        "small/more.csv, row 2, column estimate: the estimate 'share' rests on retracted evidence "
        "(A11); only a scenario with that status may use it",
    ),
    "nobody has the event": (
        "estimates.csv",
        "share,cured with old,pooled counts,probability,cure,OLD,base",
        "share,left,pooled counts,probability,dropout,NEW,base; other",
        None,
    ),
}


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if case[3]])
def test_one_message(made, name):
    file, old, new, wanted = CASES[name]
    assert made.change(file, old, new).faults() == [wanted]


def test_a_missing_count_is_no_fault_where_nothing_asks_for_it(made):
    """Dropout is known of one trial only: its two arms are what there is."""
    file, old, new, _ = CASES["nobody has the event"]
    (found,) = [p for p in made.change(file, old, new).load().parameters if p.estimate]
    assert found.value == 2 / 20


def test_a_faulty_estimate_is_blamed_once(made):
    """Neither what rests on it nor the parameter that takes it adds a message."""
    made.change(
        "estimates.csv",
        "share,cured with old,pooled counts,probability,cure,OLD,base",
        "share,cured with old,pooled counts,probability,cure,ODL,base",
    )
    (fault,) = made.faults()
    assert fault.startswith("small/estimates.csv, row 2, column treatments: 'ODL' is not")


def test_an_estimate_without_a_synthesis(small):
    text = (
        (small.folder / "parameters.csv")
        .read_text()
        .replace("source,status", "source,status,estimate", 1)
    )
    lines = text.splitlines()
    lines = [lines[0], *(f"{line}," for line in lines[1:])]
    lines.append("p_x,all,,,probability,,,,,,,,,share")
    (small.folder / "parameters.csv").write_text("\n".join(lines) + "\n")
    assert small.faults() == [
        "small/parameters.csv, row 14, column estimate: 'share' is not an estimate; the study has "
        "none"
    ]


def test_a_correlation_that_evidence_gives_already(made):
    with (made.folder / "more.csv").open("a", encoding="utf-8") as file:
        file.write("lnor_new,all,,log odds ratio,,,,,ratio,,\n")
    with (made.folder / "correlations.csv").open("a", encoding="utf-8") as file:
        file.write("p_old,lnor_new,0.5\n")
    assert made.faults() == [
        "small/correlations.csv, row 4, column second: the two rest on the same evidence, which "
        "gives their correlation; leave it out"
    ]


@pytest.mark.parametrize(("column", "rows"), [("outcome", "2, 3, 6"), ("treatments", "2, 3, 5, 6")])
def test_an_optional_column_that_rows_need_is_one_message(made, column, rows):
    """However many rows lack it, and although each of them is told something else."""
    more = ESTIMATES + row(name="again", title="again", treatments="OLD v NEW") + "\n"
    head, *lines = csv.reader(more.splitlines())
    kept = [i for i, name in enumerate(head) if name != column]
    text = "\n".join(",".join(line[i] for i in kept) for line in (head, *lines))
    (made.folder / "estimates.csv").write_text(text, encoding="utf-8")
    (fault,) = made.faults()
    at = f"small/estimates.csv, row 1, column {column}: "
    assert fault.startswith(f"{at}the column is missing and needed in rows {rows}: '' is not a")


@pytest.mark.parametrize("file", ["arms", "contrasts"])
def test_a_needed_column_of_the_evidence_is_one_message(made, file):
    """What cites a row, or carries it along for the reader, is not blamed as well."""
    files = 'sources = "cited.csv"\narms = "arms.csv"\nreported = "effects.csv"\n'
    made.change("study.toml", "[evidence]\n", f"[evidence]\n{files}")
    (made.folder / "cited.csv").write_text("id\nE3\n")
    made.change("effects.csv", ",E1,", ",A1,").change("effects.csv", ",E2,", ",C1,")
    made.load()
    path = made.folder / f"{file}.csv"
    lines = [line.split(",") for line in path.read_text().splitlines()]
    path.write_text("\n".join(",".join(cells[1:]) for cells in lines) + "\n")
    assert made.faults() == [
        f"small/{file}.csv, row 1, column {lines[0][0]}: the column is missing"
    ]


@pytest.mark.parametrize(
    ("file", "column", "rows"),
    [("arms", "use", "2, 3"), ("effects", "treat2", "4, 6"), ("effects", "ci_low", "4, 6")],
)
def test_an_optional_column_of_the_evidence_is_one_message(made, file, column, rows):
    """Whatever the estimates lack without it is said at its header, with their rows."""
    with (made.folder / "estimates.csv").open("a", encoding="utf-8") as estimates:
        estimates.write("again,published,reported,log odds ratio,,NEW v OLD,,,R1,,,,\n")
    path = made.folder / f"{file}.csv"
    head, *lines = csv.reader(path.read_text().splitlines())
    at = head.index(column)
    kept = [",".join(cells[:at] + cells[at + 1 :]) for cells in (head, *lines)]
    path.write_text("\n".join(kept) + "\n")
    (fault,) = made.faults()
    needed = f"the column is missing and needed in small/estimates.csv, rows {rows}: "
    assert fault.startswith(f"small/{file}.csv, row 1, column {column}: {needed}")


def test_what_one_row_names_wrongly_is_not_blamed_on_a_column_left_out(made):
    """The evidence of one use needs no column for it; the estimate's cell is what is wrong."""
    made.change("estimates.csv", "NEW v OLD,base,,,,,,REML", "NEW v OLD,bsae,,,,,,REML")
    (fault,) = made.faults()
    assert fault.startswith(f"{AT}use: 'bsae' is not a use of the evidence")
