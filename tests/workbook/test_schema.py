"""The workbook against the schema of Office, by the validator of its own Open XML SDK."""

import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

VALIDATOR = shutil.which("ooxml-validator")

#: The order in which the schema wants the parts of a font.
FONT = "b i strike condense extend outline shadow u vertAlign sz color name family charset scheme"


@pytest.mark.skipif(
    VALIDATOR is None,
    reason="ooxml-validator missing: the workbook was not held against the schema of Office",
)
def test_office_finds_nothing_to_repair(report: Path) -> None:
    """Not even the oldest that the workbook is for, which knows the least."""
    command = [str(VALIDATOR), str(report), "--officeVersion", "Office2016"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    assert json.loads(said)["errors"] == []


def test_parts_of_a_font_stand_in_order(plain: Path) -> None:
    with zipfile.ZipFile(plain) as archive:
        styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    order = FONT.split()
    fonts = [
        [part.tag.rpartition("}")[2] for part in font] for font in styles.iterfind(".//{*}font")
    ]
    assert len(fonts) > 5
    for names in fonts:
        assert names == sorted(names, key=order.index)


def test_every_scatter_chart_has_its_style(plain: Path) -> None:
    with zipfile.ZipFile(plain) as archive:
        charts = [archive.read(n).decode() for n in archive.namelist() if "charts/chart" in n]
    scattered = [xml for xml in charts if "scatterChart>" in xml]
    assert scattered
    assert all("scatterStyle" in xml for xml in scattered)
