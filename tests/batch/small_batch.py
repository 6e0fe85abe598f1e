"""Where the small study is, and changes of its files."""

from pathlib import Path

SMALL = Path(__file__).parents[1] / "cli"


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
