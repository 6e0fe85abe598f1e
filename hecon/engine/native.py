"""Text of LLVM to a function of this machine, compiled once and kept on disk."""

import ctypes
import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

Run = Callable[..., int]

#: Addresses of the columns, scalars, series, tables and totals, and the numbers of columns'
#: length, cycles and groups of draws.
_SIGNATURE = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * 5, *[ctypes.c_int64] * 3)

#: Object code is kept if it took longer to make than this, in seconds; and how much of it.
WORTH_KEEPING = 0.1
MOST = 400
SUFFIX = ".object"

#: Rows of a design up to which, and characters of a text from which, a function is compiled in
#: haste: three times as fast, to one that takes three times as long.
FEW = 500
HASTE = 1_000_000

#: Characters of a text that would take minutes.
LONGEST = 16_000_000

_lock = threading.Lock()

#: Why something was not compiled.
_refused: set[str] = set()


class CannotCompile(RuntimeError):
    """Nothing can be compiled here; the kernel in NumPy computes instead."""


def _machine(effort: int = 2) -> tuple[Any, Any]:
    """LLVM and its description of this machine; whatever runs code takes one for its own.

    The bits of results don't depend on the effort, from 0 to 3, that it spends on a function.
    """
    try:
        import llvmlite.binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        target = llvm.Target.from_default_triple()
        machine = target.create_target_machine(
            cpu=llvm.get_host_cpu_name(),
            features=llvm.get_host_cpu_features().flatten(),
            opt=effort,
            jit=True,
        )
    except Exception as error:
        raise CannotCompile(f"{type(error).__name__}: {error}") from None
    return llvm, machine


def _folders() -> list[Path]:
    """Where object code may be kept: beside the package's bytecode, else in the user's caches."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    return [
        Path(__file__).parent / "__pycache__",
        (Path(given) if given else Path.home() / ".cache") / "hecon",
    ]


def _kept(name: str) -> bytes | None:
    """Object code kept under a name, whole and unchanged."""
    for folder in _folders():
        try:
            content = (folder / name).read_bytes()
        except OSError:
            continue
        if hashlib.sha256(content[32:]).digest() == content[:32]:
            return content[32:]
    return None


def _keep(name: str, code: bytes) -> None:
    """Keep object code under a name, and let go of the oldest beyond `MOST`."""
    for folder in _folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, path = tempfile.mkstemp(dir=folder)
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(code).digest() + code)
            os.replace(path, folder / name)
            kept = sorted(folder.glob(f"*{SUFFIX}"), key=lambda p: p.stat().st_mtime)
            for old in kept[:-MOST]:
                old.unlink(missing_ok=True)
        except OSError:
            continue  # nowhere to keep it: it is compiled again next time
        return


class Compiled:
    """A function of this machine; its code lives as long as this does."""

    def __init__(self, engine: Any):
        self._engine = engine
        self.run: Run = _SIGNATURE(engine.get_function_address("run"))


@lru_cache(maxsize=MOST)
def _compiled(text: str, effort: int) -> Compiled:
    llvm, machine = _machine(effort)
    made_by = (
        f"{effort} {llvm.llvm_version_info} {machine.triple} {llvm.get_host_cpu_name()} {text}"
    )
    name = hashlib.sha256(made_by.encode()).hexdigest() + SUFFIX
    code = _kept(name)
    if code is None:
        start = time.perf_counter()
        code = machine.emit_object(llvm.parse_assembly(text))
        if time.perf_counter() - start > WORTH_KEEPING:
            _keep(name, code)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return Compiled(engine)


def compiled(text: str, rows: int) -> Compiled:
    """The function `run` of a text, for a design of so many rows.

    Raises:
        Unavailable: If it can't be compiled here.
    """
    try:
        if len(text) > LONGEST:
            raise CannotCompile("a model is too large to be compiled")
        with _lock:
            return _compiled(text, 0 if rows <= FEW or len(text) > HASTE else 2)
    except (CannotCompile, RuntimeError) as error:
        _refused.add(str(error))
        raise CannotCompile(str(error)) from None


def kernel() -> str:
    """How this process has computed, for the record of a run."""
    return f"NumPy ({'; '.join(sorted(_refused))})" if _refused else "compiled"
