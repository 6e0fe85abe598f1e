"""LibreOffice as a second, independent engine: one start works out a workbook many times over.

A macro in LibreOffice's own Basic, kept in a profile of its own, opens the workbook once, sets
cells, calculates everything anew and writes the values of all sheets; so that hundreds of
replays of a large workbook take minutes, and nothing but LibreOffice Calc is needed.
"""

import atexit
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from hecon.errors import HeconError
from hecon.workbook.archive import (
    CannotCalculate,
    CellValue,
    FormulaPlaces,
    Values,
    formula_places,
)

#: Seconds that LibreOffice may take to make a profile.
FIRST_START = 300.0

#: Cells to set before a calculation: by sheet and address.
Changes = Mapping[tuple[str, str], str | float]

_LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard"
 library:readonly="false" library:passwordprotected="false">
 <library:element library:name="Replay"/>
</library:library>
"""
_MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Replay"
 script:language="StarBasic">{}</script:module>
"""

# Numbers are written in full (every cell in the general format, none as shown), texts in quotes.
_MACRO = """
Sub Main
 Dim files, job, out, book, sheet, words, options(1)
 files = CreateUnoService("com.sun.star.ucb.SimpleFileAccess")
 On Error Goto Failed
 job = CreateUnoService("com.sun.star.io.TextInputStream")
 job.setInputStream(files.openFileRead("{folder}/job.txt"))
 job.setEncoding("UTF-8")
 options(0) = Named("FilterName", "Text - txt - csv (StarCalc)")
 options(1) = Named("FilterOptions", "44,34,76,1,,1033,true,true,false,false,false,-1")
 Do While Not job.isEOF()
  words = Split(job.readLine(), Chr(9))
  Select Case words(0)
  Case "open"
   book = StarDesktop.loadComponentFromURL(words(1), "_blank", 0, Array(Named("Hidden", True)))
   For Each sheet In book.Sheets
    sheet.NumberFormat = 0
   Next
  Case "text"
   book.Sheets.getByName(words(1)).getCellRangeByName(words(2)).setString(words(3))
  Case "number"
   book.Sheets.getByName(words(1)).getCellRangeByName(words(2)).setValue(Val(words(3)))
  Case "save"
   If words(2) = "anew" Then book.calculateAll()
   book.storeToURL("{folder}/" &amp; words(1) &amp; ".csv", options())
   Finish(files, words(1) &amp; ".done", "")
  End Select
 Loop
 Exit Sub
Failed:
 Finish(files, "failed", Error$)
End Sub

Sub Finish(files, name, message)
 Dim out
 out = CreateUnoService("com.sun.star.io.TextOutputStream")
 out.setOutputStream(files.openFileWrite("{folder}/" &amp; name))
 out.writeString(message)
 out.closeOutput()
End Sub

Function Named(name, value)
 Dim pair As New com.sun.star.beans.PropertyValue
 pair.Name = name
 pair.Value = value
 Named = pair
End Function
"""
_FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^,"\n]*))(,|\n|$)')


class LibreOfficeMissing(HeconError):
    """LibreOffice's `soffice` is not on the search path."""


def libreoffice_replays(
    path: Path, replays: Sequence[Changes], timeout: float = 300.0, *, anew: bool = True
) -> Iterator[Values]:
    """The values of all formulas after each of several changes, from one start of LibreOffice.

    Args:
        replays: Cells to set before each calculation; they stay set for the calculations after it.
        timeout: Seconds that one calculation may take.
        anew: Work out everything each time; else only what follows from the changes, as when
            somebody types.

    Yields:
        The title of each worksheet, and for each of its formula cells the value, in the order of
        the replays, as they come. LibreOffice writes 15 digits, perhaps 1 for TRUE, and an error as
        a text, which may be another than Excel's (``LN(0)`` is ``#VALUE!``, not ``#NUM!``): compare
        accordingly, see `is_error`.

    Raises:
        LibreOfficeMissing: If there is no `soffice` on the search path.
        CannotCalculate: If LibreOffice gave no values, or took too long.
    """
    places = formula_places(path)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as text:
        folder = Path(text)
        shutil.copytree(_fresh_profile(), folder / "profile")
        _prepare(folder, path, replays, anew)
        process = _start(folder, "macro:///Standard.Replay.Main")
        try:
            for number in range(len(replays)):
                _wait(process, folder, f"{number}.done", timeout)
                yield {
                    title: _values(folder / f"{number}-{title}.csv", cells)
                    for title, cells in places.items()
                }
                for file in folder.glob(f"{number}-*.csv"):
                    file.unlink()
        finally:
            _end(process)


@cache
def _fresh_profile() -> Path:
    """A profile as LibreOffice makes it at its first start, made once in a process."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _run(folder, FIRST_START, "--terminate_after_init")
    return folder / "profile"


def _prepare(folder: Path, path: Path, replays: Sequence[Changes], anew: bool) -> None:
    """Write the macro into the profile, and what it is to do beside it."""
    basic = folder / "profile/user/basic/Standard"
    basic.mkdir(parents=True, exist_ok=True)
    (basic / "script.xlb").write_text(_LIBRARY, encoding="utf-8")
    macro = _MACRO.replace("{folder}", escape(folder.as_uri()))
    (basic / "Replay.xba").write_text(_MODULE.format(macro), encoding="utf-8")
    copied = Path(shutil.copy(path, folder / "book.xlsx"))  # LibreOffice locks what it opens
    lines = [f"open\t{copied.as_uri()}"]
    for number, changes in enumerate(replays):
        for (sheet, cell), value in changes.items():
            kind = "text" if isinstance(value, str) else "number"
            lines.append(f"{kind}\t{sheet}\t{cell}\t{value}")
        lines.append(f"save\t{number}\t{'anew' if anew else 'changed'}")
    (folder / "job.txt").write_text("\n".join(lines), encoding="utf-8")


def _run(folder: Path, timeout: float, *words: str) -> int:
    """Start LibreOffice and wait until it has ended; its exit code."""
    process = _start(folder, *words)
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise CannotCalculate(f"LibreOffice took longer than {timeout:g} s") from None
    finally:
        _end(process)


def _start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    program = shutil.which("soffice")
    if program is None:
        raise LibreOfficeMissing("LibreOffice is not installed: no soffice on the search path")
    profile = (folder / "profile").as_uri()
    return subprocess.Popen(
        [program, f"-env:UserInstallation={profile}", "--headless", "--norestore", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:  # `soffice` is a script: end what it started, too
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: subprocess.Popen[bytes], folder: Path, name: str, timeout: float) -> None:
    """Wait for a file that the macro writes when it has finished something."""
    until = time.monotonic() + timeout
    while not (folder / name).exists():
        failed = folder / "failed"
        if failed.exists():
            raise CannotCalculate(f"LibreOffice failed: {failed.read_text(encoding='utf-8')}")
        if time.monotonic() > until:
            raise CannotCalculate(f"LibreOffice took longer than {timeout:g} s")
        if process.poll() is not None and not (folder / name).exists():
            raise CannotCalculate(f"LibreOffice gave no values (exit {process.returncode})")
        time.sleep(0.02)


def _values(path: Path, cells: FormulaPlaces) -> dict[str, CellValue]:
    if not cells:
        return {}
    rows: list[list[CellValue]] = [[]]
    for quoted, plain, end in _FIELD.findall(path.read_bytes().decode()):
        if plain in ("TRUE", "FALSE"):
            rows[-1].append(plain == "TRUE")
        else:
            rows[-1].append(float(plain) if plain else quoted.replace('""', '"'))
        if end == "\n":
            rows.append([])
    return {
        address: rows[row - 1][column - 1]
        if row <= len(rows) and column <= len(rows[row - 1])
        else ""
        for address, row, column in cells
    }


def is_error(value: CellValue) -> bool:
    """Whether a value that LibreOffice gave stands for an error."""
    return (
        isinstance(value, str) and re.fullmatch(r"#(N/A|[A-Z0-9/]+[!?])|Err:\d+", value) is not None
    )
