"""States, strategies, transitions and payoffs."""

import pytest

CASES = {
    "unknown state": (
        "transitions.csv",
        "all,Ill,Well",
        "all,Ill,Wel",
        [
            (
                "small/transitions.csv, row 3, column to: 'Wel' is not a state; did you mean "
                "Well?; allowed are Ill, Well, Dead"
            ),
        ],
    ),
    "unknown strategy in a transition": (
        "transitions.csv",
        "all,Ill,Well",
        "Mew,Ill,Well",
        [
            (
                "small/transitions.csv, row 3, column strategy: 'Mew' is not a strategy; did you "
                "mean New?; allowed are all, Old, New"
            ),
        ],
    ),
    "two complements": (
        "transitions.csv",
        "(1 - p_death) * p_well",
        "rest",
        [
            (
                "small/transitions.csv, row 4, column probability: the row of Ill has a second "
                "complement; the first is in row 3, allowed is one"
            ),
        ],
    ),
    "complement for one strategy too": (
        "transitions.csv",
        "all,Ill,Ill,rest",
        "all,Ill,Ill,rest\nNew,Ill,Well,rest",
        [
            (
                "small/transitions.csv, row 5, column probability: the row of Ill has a second "
                "complement; the first is in row 4, allowed is one"
            ),
        ],
    ),
    "transition twice": (
        "transitions.csv",
        "all,Ill,Ill,rest",
        "all,Ill,Ill,rest\nall,Ill,Well,0.1",
        [
            "small/transitions.csv, row 5, column to: Ill -> Well is already in row 3",
        ],
    ),
    "state without row": (
        "transitions.csv",
        "all,Dead,Dead,rest\n",
        "",
        [
            (
                "small/transitions.csv, column from: state Dead has no row; write Dead,Dead,rest "
                "if nobody leaves"
            ),
        ],
    ),
    "state without row in a strategy": (
        "transitions.csv",
        "all,Dead,Dead,rest",
        "New,Dead,Dead,rest",
        [
            "small/transitions.csv, column from: state Dead has no row for strategy Old",
        ],
    ),
    "unreachable": (
        "transitions.csv",
        "all,Ill,Well,(1 - p_death) * p_well\n",
        "",
        [
            (
                "small/transitions.csv, column to: state Well can't be reached: nobody starts "
                "there and no transition leads to it"
            ),
            "small/payoffs.csv, row 5, column on: no transition leads from Ill to Well",
        ],
    ),
    "unknown state in a payoff": (
        "payoffs.csv",
        "Care,cost,Ill,",
        "Care,cost,Il,",
        [
            (
                "small/payoffs.csv, row 2, column on: 'Il' is not a state; did you mean Ill?; "
                "allowed are 'start', states separated by ';' and 'state -> state' with Ill, Well, "
                "Dead"
            ),
        ],
    ),
    "payoff on no transition": (
        "payoffs.csv",
        "Ill -> Well",
        "Dead -> Well",
        [
            "small/payoffs.csv, row 5, column on: no transition leads from Dead to Well",
        ],
    ),
    "payoff on two moves": (
        "payoffs.csv",
        "Ill -> Well",
        "Ill -> Well -> Dead",
        [
            (
                "small/payoffs.csv, row 5, column on: found 'Ill -> Well -> Dead', allowed is "
                "'state -> state; state -> state'"
            ),
        ],
    ),
    "payoff twice": (
        "payoffs.csv",
        "Health,qaly,Well",
        "Health,qaly,Ill",
        [
            "small/payoffs.csv, row 4, column on: 'Health' on Ill is already in row 3",
        ],
    ),
    "state payoff per event": (
        "payoffs.csv",
        "c_ill,year",
        "c_ill,event",
        [
            "small/payoffs.csv, row 2, column per: a payoff on a state is per year or per cycle",
        ],
    ),
    "start payoff per year": (
        "payoffs.csv",
        "c_mix,event",
        "c_mix,year",
        [
            "small/payoffs.csv, row 6, column per: a payoff on 'start' is per event",
        ],
    ),
    "unknown kind": (
        "payoffs.csv",
        "Care,cost",
        "Care,price",
        [
            "small/payoffs.csv, row 2, column kind: found 'price', allowed is 'cost' or 'qaly'",
        ],
    ),
    "unknown strategy in a payoff": (
        "payoffs.csv",
        "cost,start,New",
        "cost,start,Nwe",
        [
            (
                "small/payoffs.csv, row 6, column strategy: 'Nwe' is not a strategy; did you mean "
                "New?; allowed are all, Old, New"
            ),
        ],
    ),
    "initial complement twice": (
        "study.toml",
        'initial = "1"',
        'initial = "rest"\n\n[[states]]\nname = "Also"\ninitial = "rest"',
        [
            "small/study.toml, column states: Old has 2 complements ('rest'), allowed is one",
            "small/study.toml, column states: New has 2 complements ('rest'), allowed is one",
            (
                "small/transitions.csv, column from: state Also has no row; write Also,Also,rest "
                "if nobody leaves"
            ),
        ],
    ),
    "nobody starts": (
        "study.toml",
        'initial = "1"',
        'initial = { New = "1" }',
        [
            "small/study.toml, column states: nobody starts in any state in Old",
        ],
    ),
    "initial of an unknown strategy": (
        "study.toml",
        'initial = "1"',
        'initial = { all = "1", Nex = "1" }',
        [
            (
                "small/study.toml, column states[Ill].initial: 'Nex' is not a strategy; did you "
                "mean New?; allowed are all, Old, New"
            ),
        ],
    ),
    "state twice": (
        "study.toml",
        'name = "Well"',
        'name = "Ill"',
        ["small/study.toml, column states: 'Ill' appears twice (capitals don't count)"],
    ),
    "strategy of a reserved name": (
        "study.toml",
        'name = "Old"',
        'name = "all"',
        [
            (
                "small/study.toml, column strategies: 'all' can't be a name; leave out [ ] . ; = "
                '* ? ~ " < > and the word v'
            ),
        ],
    ),
    "unknown intervention": (
        "study.toml",
        'intervention = "New"',
        'intervention = "Newest"',
        [
            (
                "small/study.toml, column intervention: 'Newest' is not a strategy; did you mean "
                "New?; allowed are Old, New"
            ),
        ],
    ),
    "compared with itself": (
        "study.toml",
        'comparator = "Old"',
        'comparator = "New"',
        [
            (
                "small/study.toml, column comparator: 'New' is the intervention too; compare two "
                "strategies"
            ),
        ],
    ),
    "ages outside the table": (
        "parameters.csv",
        "start_age,all,40,,years,30,50",
        "start_age,all,95,,years,30,99",
        [
            (
                "small/study.toml, column time: ages run from 95 to 105, but table life holds 0 to "
                "100"
            ),
        ],
    ),
    "transition payoff per year": (
        "payoffs.csv",
        "Ill -> Well,all,100,event",
        "Ill -> Well,all,100,year",
        ["small/payoffs.csv, row 5, column per: a payoff on a transition is per event"],
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "faults"), CASES.values(), ids=CASES)
def test_structure(small, file, old, new, faults):
    assert small.change(file, old, new).faults() == faults
