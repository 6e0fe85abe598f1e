"""The command on what a study rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hecon.commands.messages import messages
from hecon.commands.options import (
    Draws,
    JurisdictionName,
    Seed,
    StudyFolder,
    Workers,
    out_folder,
    read_study,
)


def evidence(
    folder: StudyFolder,
    jurisdiction: JurisdictionName = "",
    draws: Draws = 10_000,
    seed: Seed = 1,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where outputs/ is written.", callback=out_folder)
    ] = Path(),
    workers: Workers = 1,
) -> None:
    """What the result rests on: choices of synthesis, weak links, and what would need to be found.

    Shows every choice of synthesis side by side (effect, probabilities, QALYs, ICER, weakest
    status), the inputs on weak evidence that move the decision most, and what would firm them
    up. Writes DIR/outputs/STUDY_JURISDICTION_evidence/: synthesis.csv, evidence.csv (what each
    parameter rests on) and article.csv (what the review article says and the model's figures).

    \b
    Examples
      hecon evidence inputs/studies/ptsd --jurisdiction norway
      hecon evidence inputs/studies/ptsd -j norway --draws 2000 --out trial
    """  # noqa: D301
    with messages():
        from hecon.analyses.results import analyse
        from hecon.reports.evidence import evidence_command
        from hecon.reports.progress import ProgressBar

        with ProgressBar() as tell:
            results = analyse(
                read_study(folder, jurisdiction),
                draws=draws,
                seed=seed,
                workers=workers,
                progress=tell,
            )
        evidence_command(results, out)
