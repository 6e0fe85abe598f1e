"""Names of the files that a run writes."""

import re

from hecon.studies.study import Study


def run_name(study: Study) -> str:
    """The name of a run's files: study and jurisdiction, and whose base case if not its own."""
    return file_name(f"{study.name}_{study.jurisdiction.definition.name}{study.suffix}")


def file_name(text: str) -> str:
    """A text as the name of a file: what may not stand in one becomes a hyphen."""
    return re.sub(r"[^\w-]+", "-", text)
