"""How a run came about: versions, settings, and the SHA-256 of what went in and came out."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from hecon import __version__
from hecon.analyses.run import Run
from hecon.engine.native import kernel

RECORD = "record.json"


def run_record(run: Run) -> dict[str, object]:
    """Versions, settings and the hash of each input; no clock, so that runs can be compared."""
    study, settings = run.study, run.settings
    compared: dict[str, object] = {}
    if run.other is not None:
        place = run.other.jurisdiction.definition.name
        compared = {"study": run.other.name, "jurisdiction": place}
        compared = {"other": {**compared, "inputs": run.other.input_hashes()}}
    return {
        "study": study.name,
        "jurisdiction": study.jurisdiction.definition.name,
        "hecon": __version__,
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
