"""What an analysis declares; from that follow its command, files, section, sheet and reference."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from hecon.analyses.run import Result, Run
    from hecon.report.content import Section, Sentence


@dataclass(frozen=True)
class Option:
    """Something an analysis can be asked for on the command line."""

    name: str  #: As results ask for it (`run.option("by", ...)`); the command writes it ``--by``.
    kind: type | Sequence[str]  #: ``float``, ``int``, ``str``, ``bool``, or the allowed words.
    help: str
    default: Any = None
    argument: bool = False  #: Whether it is written without its name, after the study.
    many: bool = False  #: Whether there may be several.
    #: Whether it is a list of numbers, written as ``1,2,3`` or ``first:last:step``.
    series: bool = False
    required: bool = False
    #: least, most: Of a number.
    least: float | None = None
    most: float | None = None
    metavar: str | None = None  #: What stands for its value in the help.


@dataclass(frozen=True)
class Idle:
    """Options that mean nothing while another one has a value, or any other: refused then."""

    names: tuple[str, ...]
    option: str
    value: Any
    why: str
    other: bool = False


#: What several analyses by threshold are asked for.
THRESHOLDS = Option(
    "thresholds",
    float,
    "Values of a unit of effect, as 100000,200000 or 0:2000000:50000 (first:last:step); without "
    "it the study's own.",
    series=True,
    metavar="LIST",
)
THRESHOLD = Option(
    "threshold", float, "Value of a unit of effect; without it the study's own.", least=0
)

#: Settings of a run that a command takes: those of its draws, or those of sampling of its own.
DRAWN, SAMPLED = ("draws", "seed", "design", "workers"), ("seed", "workers")


@dataclass(frozen=True)
class Analysis:
    """An analysis of a study."""

    #: Its content, from the results that it asks of a run.
    section: Callable[[Run], Section] | None = None
    help: str = ""  #: What its command does, and examples.
    #: What its command takes beside the study and the jurisdiction.
    options: tuple[Option, ...] = ()
    settings: tuple[str, ...] = ()  #: Settings of a run that its command takes, of `DRAWN`.
    draws: int = 10_000  #: How many its command makes, unless told.
    idle: tuple[Idle, ...] = ()  #: Options that are refused beside others.
    #: Results without which there is nothing to say: its command ends with the reason why.
    rests_on: tuple[Result[Any], ...] = ()
    #: What a study that has nothing for it lacks, in words.
    lacking: str = "nothing here is to be said of this study"
    #: Whether its section says that something is wrong: the exit code is then 1.
    failed: Callable[[Section], bool] | None = None
    #: Writes what its command leaves besides tables and figures.
    files: Callable[[Run, Path], None] | None = None
    #: The same for what rests on the content of all other sections: sources that they cite.
    closing: Callable[[Run, Sequence[Section]], Section] | None = None
    #: Whether its section is made after others, because it asks for long results.
    late: bool = False
    #: Those of its own, which a second process works out meanwhile.
    long: tuple[Result[Any], ...] = ()
    #: What it adds to the answer of a full run: a sentence or two, or nothing.
    answers: Callable[[Run], tuple[Sentence, ...]] | None = None

    def content(self, run: Run, others: Sequence[Section] = ()) -> Section:
        """Its section, given those before it."""
        from hecon.report.grade import marked  # content needs pandas, a list of commands does not

        if self.section is not None:
            return marked(self.section(run), run.study)
        assert self.closing is not None
        return marked(self.closing(run, others), run.study)


@dataclass(frozen=True)
class Registration:
    """A line of the registry; the analysis itself is loaded when it is wanted."""

    name: str  #: Of the analysis, and of its module in `hecon.report.sections`.
    summary: str  #: One line for the list of commands.
    #: Name of its command: without one that of the analysis, empty if it has none.
    command: str | None = None
    always: bool = True  #: Whether a full run holds it without being asked.

    @property
    def command_name(self) -> str:
        """What is typed to have this analysis alone; empty if it comes only in a full run."""
        return self.name.replace("_", "-") if self.command is None else self.command

    def load(self) -> Analysis:
        """The analysis."""
        module = importlib.import_module(f"hecon.report.sections.{self.name}_section")
        found: Analysis = module.ANALYSIS
        return found
