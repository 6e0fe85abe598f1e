"""Time and memory of competing implementations: figures and ratios, no verdicts."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

# A fresh small process starts the command: a child's ru_maxrss otherwise begins at the size of
# the process that started it.
_WATCH = """
import json, os, resource, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), usage.ru_maxrss]))
"""


def seconds(f: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    f()
    return time.perf_counter() - start


def work(f: Callable[[], object]) -> float:
    """Seconds of the processor, all threads and processes together.

    What else the machine does counts less than by the clock.
    """
    start = _used()
    f()
    return _used() - start


def _used() -> float:
    """Processor seconds of this process and of those that it has waited for."""
    both = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in both)


def median_seconds(f: Callable[[], object], repeats: int) -> float:
    """Median seconds of a call after one untimed call."""
    f()
    return median(seconds(f) for _ in range(repeats))


def interleaved(
    contenders: Mapping[str, Callable[[], object]], repeats: int, warm_up: bool = True
) -> dict[str, list[float]]:
    """Processor seconds by contender and round; all run once a round, the one to start rotates."""
    if warm_up:
        for f in contenders.values():
            f()
    names = list(contenders)
    times: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(repeats):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            times[name].append(work(contenders[name]))
    return times


def ratio(times: Mapping[str, Sequence[float]], of: str, to: str) -> tuple[float, float, float]:
    """Median, least and greatest of the ratio within each round."""
    ratios = [a / b for a, b in zip(times[of], times[to], strict=True)]
    return median(ratios), min(ratios), max(ratios)


def peak_memory(command: Sequence[str]) -> int:
    """Peak resident bytes of a command: its own largest process, not the sum of its workers."""
    found = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _WATCH, *command],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    code, size = json.loads(found.stdout)
    if code:
        raise RuntimeError(f"the command ended with code {code}")
    return int(size) * (1 if sys.platform == "darwin" else 1024)


def table(times: Mapping[str, Sequence[float]], to: str) -> str:
    """One line a contender: median, least and greatest seconds and the ratio to one of them."""
    lines = [f"{'':24} {'median s':>10} {'least':>10} {'greatest':>10} {'ratio':>9}"]
    for name, values in times.items():
        middle = ratio(times, name, to)[0]
        lines.append(
            f"{name:24} {median(values):10.5f} {min(values):10.5f} {max(values):10.5f} "
            f"{middle:9.3g}"
        )
    return "\n".join(lines)
