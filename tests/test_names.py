"""A name means one thing: files and classes of the package are found by their names alone."""

import ast
from collections import Counter
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "hecon"
MODULES = [path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"]


def _twice(names: list[str]) -> list[str]:
    return [name for name, number in Counter(names).items() if number > 1]


def test_every_file_has_a_name_of_its_own():
    assert _twice([path.name for path in MODULES]) == []


def test_every_class_has_a_name_of_its_own():
    classes = [
        node.name
        for path in MODULES
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    ]
    assert len(classes) > 200
    assert _twice(classes) == []


def test_no_file_is_long():
    long = [path.name for path in MODULES if len(path.read_text().splitlines()) > 350]
    assert long == []
