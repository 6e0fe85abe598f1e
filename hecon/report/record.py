"""How a run came about: versions, settings, and the SHA-256 of what went in and came out."""

import hashlib
import json
import platform
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from hecon.analyses.base_case import threshold
from hecon.analyses.drawn import thresholds
from hecon.analyses.run import Run
from hecon.engine.native import kernel
from hecon.parameters.records import Named, Real, Strict, Text
from hecon.report.registry import DRAWN, Option
from hecon.version import __version__

RECORD = "record.json"


def run_record(run: Run) -> dict[str, object]:
    """What it rests on, and how it is made again; no clock, so that runs can be compared."""
    study, settings = run.study, run.settings
    compared: dict[str, object] = {}
    if run.other is not None:
        place = run.other.jurisdiction.definition.name
        compared = {"study": run.other.name, "jurisdiction": place}
        compared = {"other": {**compared, "inputs": run.other.input_hashes()}}
    return {
        "study": study.name,
        "jurisdiction": study.jurisdiction.definition.name,
        "command": command(run),
        "hecon": __version__,
        "commit": commit(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "kernel": kernel(),
        "libraries": libraries(),
        "draws": settings.draws,
        "seed": settings.seed,
        "design": settings.method,
        "options": dict(settings.options),
        "scenario": study.scenario,
        "values_set": list(study.values_set),
        "counting": {kind: study.model.rule(kind) for kind in ("cost", "qaly")},
        "inputs": study.input_hashes(),
        **compared,
    }


class JudgedBy(Strict):
    """What a run counts in and judges by, as its record says for whoever decides on its draws."""

    run: Named
    currency: Named
    price_year: Text
    effect: Named
    effects: Named
    threshold: Real
    thresholds: list[Real]


def judged_by(run: Run, name: str) -> JudgedBy:
    """What a run of a name counts in and judges by."""
    place, effect = run.study.jurisdiction.definition, run.study.definition.effect
    return JudgedBy(
        run=name,
        currency=place.currency,
        price_year=place.price_year,
        effect=effect.name,
        effects=effect.plural,
        threshold=run(threshold),
        thresholds=run(thresholds).tolist(),
    )


def maker_of(table: Path) -> JudgedBy | None:
    """What the run that wrote a table counts in and judges by; None for anybody else's table."""
    try:
        record = json.loads((table.parent / RECORD).read_text("utf-8"))
        digest = hashlib.sha256(table.read_bytes()).hexdigest()
        if record["outputs"].get(table.name) != digest:
            return None
        return JudgedBy.model_validate(record["judged_by"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def libraries() -> dict[str, str]:
    """Versions of everything that hecon itself needs, by name."""
    names = {text.split(";")[0] for text in requires("hecon") or [] if "extra ==" not in text}
    found = {}
    for name in sorted(
        "".join(c for c in n if c.isalnum() or c in "-_") for n in map(_name, names)
    ):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _name(requirement: str) -> str:
    for mark in "<>=!~[ (":
        requirement = requirement.split(mark)[0]
    return requirement


@cache
def commit() -> str:
    """The commit that hecon runs from, marked where files differ; empty outside a checkout."""
    root = Path(__file__).parents[2]
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return ""
    words = [git, "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    return found.stdout.strip()


def command(
    run: Run,
    name: str = "run",
    settings: Sequence[str] = DRAWN,
    options: Sequence[Option] = (),
) -> str:
    """The command that gives the same run, from the folder it was started in.

    Args:
        settings, options: Those that the command takes.
    """
    study, given = run.study, run.settings
    place = study.jurisdiction.folder
    words = ["hecon", name, _shown(run, study.folder)]
    if run.other is not None:
        words.append(_shown(run, run.other.folder))
    flags = []
    for option in options:
        if option.name in given.options:
            value = given.options[option.name]
            some = value if option.many or option.series else [value]
            texts = [",".join(f"{v:g}" for v in some)] if option.series else [*map(str, some)]
            for text in texts:
                flag = f"--{option.name.replace('_', '-')}"
                flags += [text] if option.argument else [flag] if value is True else [flag, text]
    words += flags
    if place != study.folder:
        words += ["--jurisdiction", _shown(run, place)]
    if name == "run":
        words += ["--scenario", study.scenario] if study.scenario else []
        for text in study.values_set:
            parameter, _, value = text.partition(" = ")
            words += ["--set", f"{parameter}={value.split()[0]}"]
        live: int = run.option("live_draws", 0)
        words += ["--live-draws", str(live)] if live else []
    values = {"draws": given.draws, "seed": given.seed, "design": given.method}
    for key in settings:
        words += [f"--{key}", str(values[key])] if key in values else []
    return shlex.join(words)


def _shown(run: Run, folder: Path) -> str:
    """A folder as seen from where the run was started; of one outside it, only the name."""
    kept: str = run.option("inputs", "")
    if kept:
        return f"{kept}/{folder.name}"
    here = Path.cwd()
    inside = folder.is_absolute() and folder.is_relative_to(here)
    return folder.relative_to(here).as_posix() if inside else folder.name


def digests(paths: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of files by their names."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def write_record(record: Mapping[str, object], folder: Path) -> Path:
    """Write a record as ``record.json`` with the hash of every file beside it."""
    outputs = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != RECORD
    }
    path = folder / RECORD
    whole = {**record, "outputs": outputs}
    text = json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path
