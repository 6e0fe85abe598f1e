"""What turns the decision only by falling into another severity class, in words."""

from __future__ import annotations

import pandas as pd


def named_turns(found: pd.DataFrame, column: str) -> list[str]:
    """Names of the rows that turn the decision, those marked that do so by a step of class."""
    turned = found[found["turns"].astype(bool)]
    return [
        f"{name} (only through a step of severity class)" if step else str(name)
        for name, step in zip(turned[column], turned["turns_by_severity"], strict=True)
    ]
