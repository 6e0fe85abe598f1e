"""A small study in which tests break one thing at a time.

hecon comes before NumPy, so that linear algebra has one thread as in its commands.
"""

import shutil
from pathlib import Path

import pytest

from hecon.errors import InputError
from hecon.studies.load_study import load_study

SMALL = Path(__file__).parent / "bad_input" / "small"

#: The run that files of a folder share, which takes long.
LONG_RUNS = {"report": "ptsd", "workbook": "run"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """The tests of a file go to one worker, and those of all files that share a run."""
    if not config.pluginmanager.hasplugin("xdist"):
        return
    sharing = {i.path for i in items if LONG_RUNS.get(i.path.parent.name) in i.fixturenames}
    for item in items:
        group = item.path.parent.name if item.path in sharing else item.path.as_posix()
        item.add_marker(pytest.mark.xdist_group(group))


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
