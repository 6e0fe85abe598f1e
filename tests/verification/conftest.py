"""A copy of the healthy study for every test."""

import shutil

import pytest
from broken_copies import HEALTHY, Copy


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "broken"
    shutil.copytree(HEALTHY, folder)
    return Copy(folder)
