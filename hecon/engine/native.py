"""Text of LLVM to a function of this machine, compiled once and kept on disk."""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

Run = Callable[..., int]

#: Addresses of the columns, scalars, series, tables and totals, and the numbers of columns'
#: length, cycles and groups of draws.
_SIGNATURE = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * 5, *[ctypes.c_int64] * 3)

_lock = threading.Lock()


class Unavailable(RuntimeError):
    """This machine compiles nothing; the kernel in NumPy computes instead."""


@cache
def _machine() -> tuple[Any, Any]:
    """LLVM and its description of this machine."""
    try:
        import llvmlite.binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        target = llvm.Target.from_default_triple()
        machine = target.create_target_machine(
            cpu=llvm.get_host_cpu_name(),
            features=llvm.get_host_cpu_features().flatten(),
            opt=2,
            jit=True,
        )
    except Exception as error:
        raise Unavailable(f"{type(error).__name__}: {error}") from None
    return llvm, machine


@cache
def unavailable() -> str:
    """Why nothing can be compiled here; empty if it can."""
    try:
        _machine()
    except Unavailable as error:
        return str(error)
    return ""


def cache_folder() -> Path:
    """Where compiled programs are kept: a folder of the user's caches."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "hecon"
    given = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if given else Path.home() / ".cache") / "hecon"


class _Store:
    """Object code by key, in memory of LLVM's engine and on disk."""

    def __init__(self, path: Path | None):
        self.path = path

    def read(self) -> bytes | None:
        try:
            return None if self.path is None else self.path.read_bytes()
        except OSError:
            return None

    def write(self, code: bytes) -> None:
        if self.path is None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(code)
            os.replace(name, self.path)
        except OSError:
            pass  # nowhere to keep it: it is compiled again next time


@cache
def _compiled(text: str) -> tuple[Any, Run]:
    llvm, machine = _machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(text), machine)
    engine.finalize_object()
    return engine, _SIGNATURE(engine.get_function_address("run"))


def compiled(text: str) -> Run:
    """The function `run` of a text.

    Raises
    ------
    Unavailable
        If this machine can't compile it.
    """
    with _lock:
        try:
            return _compiled(text)[1]
        except RuntimeError as error:
            raise Unavailable(str(error)) from None
