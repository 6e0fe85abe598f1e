"""A healthy study, and copies of it in which one thing is broken."""

from pathlib import Path

from hecon.analyses.verification.battery import CHECKS, answer
from hecon.analyses.verification.case import ComputedStudy
from hecon.studies.load_study import load_study

HEALTHY = Path(__file__).with_name("healthy")


class Copy:
    """A copy of the healthy study."""

    def __init__(self, folder):
        self.folder = folder

    def change(self, file, old, new):
        """Replace a text that must stand there once."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def add(self, file, line):
        """Add a line at the end."""
        path = self.folder / file
        path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")

    def load(self):
        return load_study(self.folder)


def ask(study, name):
    """What the check of that name finds."""
    (check,) = [c for c in CHECKS if c.name == name]
    return answer(check, ComputedStudy(study))
