"""The smallest study that runs, written into a folder with what a test changes in it."""

from pathlib import Path

from hecon.errors import InputError
from hecon.studies.load_study import load_study

FILES = {
    "jurisdiction.toml": """\
name = "test"
title = "Test"
currency = "EUR"
price_year = "2024"
opportunity_cost = "20000"
[discount]
steps = [{ cost = "0", effect = "0" }]
[acceptability]
highest = 60000
steps = 4
""",
    "study.toml": """\
name = "tiny"
title = "Tiny"
question = "q"
population = "p"
intervention = "B"
comparator = "A"
variables = ""
[time]
cycle_months = "12"
horizon_years = "4"
counting = "cycle-means"
[[states]]
name = "Well"
initial = "1"
[[states]]
name = "Dead"
dead = true
[[strategies]]
name = "A"
[[strategies]]
name = "B"
""",
    "parameters.csv": """\
name,strategy,value,unit,low,high,distribution,distribution_parameters,currency,price_year,source,status
extra,A,0,EUR/year,,,,,EUR,2024,invented,assumption
extra,B,10,EUR/year,,,,,EUR,2024,invented,assumption
""",
    "transitions.csv": """\
from,to,probability
Well,Dead,0.2
Well,Well,rest
Dead,Dead,rest
""",
    "payoffs.csv": """\
item,kind,on,amount,per
Care,cost,Well,100 + extra,year
Health,qaly,Well,1,year
""",
}


def write(folder: Path, *changes: tuple[str, str, str], **files: str) -> Path:
    """Write the study; a change is a file, a text in it and what takes its place.

    Other files are given by name without ending: `scenarios="id,title\n..."`, which names the
    file in study.toml too.
    """
    texts = dict(FILES)
    for name, text in files.items():
        texts[f"{name}.csv"] = text
        if name in ("scenarios", "variables"):
            study = texts["study.toml"].replace('variables = ""\n' * (name == "variables"), "")
            texts["study.toml"] = f'{name} = "{name}.csv"\n{study}'
    for file, old, new in changes:
        assert old in texts[file], (file, old)
        texts[file] = texts[file].replace(old, new)
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in texts.items():
        (folder / file).write_text(text)
    return folder


def study(folder: Path, *changes: tuple[str, str, str], **files: str):
    """The study, loaded."""
    return load_study(write(folder, *changes, **files))


def faults(folder: Path, *changes: tuple[str, str, str], **files: str) -> list[str]:
    """What is wrong with it, as text; nothing if it loads."""
    try:
        study(folder, *changes, **files)
    except InputError as error:
        return [str(fault) for fault in error.faults]
    return []
