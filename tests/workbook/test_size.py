"""Bounds on the report of 10,000 draws: its size, and the memory that building it takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

BUILD = """
import re, resource, sys
from pathlib import Path
from hecon.analyses.run import Run, Settings
from hecon.workbook.book import write_workbook
from hecon.studies.load import load_study

root = Path(sys.argv[1])
study = load_study(root / "inputs/studies/ptsd", root / "inputs/jurisdictions/norway")
write_workbook(Run(study, Settings(draws=10_000)), [], Path(sys.argv[2]))
status = Path("/proc/self/status")
if status.is_file():  # rusage would count what the parent had when it started this process
    peak = float(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) / 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak /= 2**20 if sys.platform == "darwin" else 1024
print(peak)
"""


def test_ten_thousand_draws(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    command = [sys.executable, "-c", BUILD, str(ROOT), str(path)]
    peak = float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert path.stat().st_size < 8_000_000
    assert peak < 500, f"{peak:.0f} MiB"
