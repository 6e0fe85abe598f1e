"""A small study in which tests break one thing at a time.

hecon comes before NumPy, so that linear algebra has one thread as in its commands.
"""

import shutil
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

from hecon.errors import InputError
from hecon.studies.load_study import load_study

SMALL = Path(__file__).parent / "bad_input" / "small"

#: Folders whose files take longest: they come first, lest a worker is left with one at the end.
FIRST = ("report", "workbook", "cli", "faults", "generality", "batch", "verification")
#: The folder whose files share one long run.
SHARING = "tests/report/"


def pytest_collection_modifyitems(items):
    """The order in which files are given to workers."""
    places = {name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path.parent.name, len(FIRST)))


class Scheduling(LoadFileScheduling):
    """The tests of a file go to one worker, and so do files that share a long run."""

    def _split_scope(self, nodeid):
        return SHARING if nodeid.startswith(SHARING) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Who gives tests to workers."""
    return Scheduling(config, log)


class Breakable:
    """A copy of the small study."""

    def __init__(self, folder):
        self.folder = folder

    def change(self, file, old, new):
        """Replace a text that must stand there once; without it the whole file."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        if old is None:
            old = text
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return self

    def load(self):
        return load_study(self.folder)

    def faults(self):
        """Every fault, as the user reads it."""
        with pytest.raises(InputError) as caught:
            self.load()
        assert str(caught.value).splitlines() == [str(f) for f in caught.value.faults]
        return [str(f).replace(f"{self.folder.parent}/", "") for f in caught.value.faults]


@pytest.fixture
def small(tmp_path):
    folder = tmp_path / "small"
    shutil.copytree(SMALL, folder)
    return Breakable(folder)
