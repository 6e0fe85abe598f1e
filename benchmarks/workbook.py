"""The workbook of the PTSD study: seconds, peak memory and size of the file, and their bounds."""

import sys
import tempfile
from pathlib import Path

from benchmarks import measure
from hecon.analyses.run import Run, Settings
from hecon.studies.load_study import load_study
from hecon.workbook.book import write_workbook

INPUTS = Path(__file__).resolve().parents[1] / "inputs"
DRAWS = 10_000
MB = 1e6

#: Bytes that a process of its own may take to make the workbook, and those of the file.
MOST_MEMORY, LARGEST_FILE = 670 * MB, 8 * MB


def build(path: Path) -> None:
    """Run what the workbook shows, and write it."""
    study = load_study(INPUTS / "studies/ptsd", INPUTS / "jurisdictions/norway")
    write_workbook(Run(study, Settings(draws=DRAWS)), [], path)


def beyond() -> list[str]:
    """Print what making the workbook takes; which bounds it passes, in words."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        sizes: list[int] = []
        command = [sys.executable, "-m", "benchmarks.workbook", str(path)]
        seconds = measure.seconds(lambda: sizes.append(measure.peak_memory(command)))
        found = {
            "peak memory": (sizes[0], MOST_MEMORY),
            "file": (path.stat().st_size, LARGEST_FILE),
        }
    print(
        f"\nWorkbook of PTSD in Norway, {DRAWS:,} draws, in a process of its own: {seconds:.1f} s"
    )
    for what, (size, most) in found.items():
        print(f"  {what:12} {size / MB:6.1f} MB, at most {most / MB:.0f}")
    return [
        f"the workbook's {what} is {size / MB:.1f} MB, at most {most / MB:.0f} are allowed"
        for what, (size, most) in found.items()
        if size > most
    ]


if __name__ == "__main__":
    build(Path(sys.argv[1]))
