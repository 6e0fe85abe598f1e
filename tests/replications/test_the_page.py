"""`docs/replications.md` shows a whole study: its files are those that the tests run."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHOWN = ROOT / "tests/replications/studies/heemod_hiv_homogeneous"
PAGE = (ROOT / "docs/replications.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", sorted(path.name for path in SHOWN.iterdir()))
def test_the_files_shown_are_the_files_tested(file):
    (block,) = re.findall(rf"`{re.escape(file)}`\n\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert block == (SHOWN / file).read_text(encoding="utf-8")


def test_every_study_has_its_place_on_the_page():
    for folder in SHOWN.parent.iterdir():
        assert f"`{folder.name}`" in PAGE
