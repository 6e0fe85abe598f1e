"""Break the program in single places and see that a test fails: a random sample with mutmut.

``python tests/mutation/run.py [CHANGES]`` from the repository's folder; the settings are in
``[tool.mutmut]`` of pyproject.toml. Prints the score and what survived; exit code 1 below 90 %.
"""

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

MUTMUT = str(Path(sys.executable).parent / "mutmut")
FIRST = "hecon.engine.timing.x__half_ends__mutmut_1"
GOAL = 0.9
SEED = 1

#: Share of the sample by package.
SHARES = {"engine": 0.5, "parameters": 0.3, "analyses": 0.2}


def run(*names: str) -> None:
    subprocess.run([MUTMUT, "run", "--max-children", "1", *names], check=True)


def found() -> dict[str, str]:
    """What became of every change."""
    command = [MUTMUT, "results", "--all", "true"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [line.strip().rsplit(": ", 1) for line in text.splitlines() if "__mutmut_" in line]
    return dict(lines)


def main(changes: int = 1000) -> int:
    run(FIRST)  # makes all changes, and learns which tests reach which function
    names = sorted(found())
    chooser = random.Random(SEED)
    sample: list[str] = []
    for package, share in SHARES.items():
        inside = [name for name in names if name.startswith(f"hecon.{package}.")]
        sample += chooser.sample(inside, min(len(inside), round(share * changes)))
    run(*sample)
    status = found()
    noticed = Counter[str]()
    for package in SHARES:
        inside = [name for name in sample if name.startswith(f"hecon.{package}.")]
        # a change that makes the program run for ever has been noticed too
        noticed[package] = sum(status[n] in ("killed", "timeout") for n in inside)
        print(f"{package}: {noticed[package]} of {len(inside)} noticed")
    for name in sample:
        if status[name] not in ("killed", "timeout"):
            print(f"{status[name]}: {name}")
    score = noticed.total() / len(sample)
    print(f"Mutation score: {score:.1%} of a random sample of {len(sample)} from {len(names)}")
    return 0 if score >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main(*(int(a) for a in sys.argv[1:])))
