"""Addresses of publications: the only ones outside a report that it links to."""

from __future__ import annotations

import re

#: The signs of a DOI as Crossref recommends them: none that could end an attribute or an address.
_DOI = re.compile(r"10\.\d{4,9}/[-._;()/:A-Za-z0-9]+")


def doi_address(text: str) -> str:
    """Where a DOI leads (``https://doi.org/...``); blank for anything that is not exactly one."""
    return f"https://doi.org/{text}" if _DOI.fullmatch(text) else ""
