"""A table from a Parquet file, whose size is known before anything of it is unpacked."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from hecon.analyses.delimited import LONGEST_CELL, MOST_CELLS, refuse_size
from hecon.errors import Fault, InputError


def read_parquet(path: Path) -> pd.DataFrame:
    """Columns of numbers and of texts.

    Raises:
        InputError: A file that can't be read, is too large, or holds columns of another kind.
    """

    def wrong(text: str, column: str | None = None) -> InputError:
        return InputError([Fault(path.name, None, column, text)])

    refuse_size(path, path.stat().st_size)
    try:
        file = parquet.ParquetFile(path)
        facts, schema = file.metadata, file.schema_arrow
        size = sum(facts.row_group(i).total_byte_size for i in range(facts.num_row_groups))
        refuse_size(path, size)
        if facts.num_rows * max(facts.num_columns, 1) > MOST_CELLS:
            cells = facts.num_rows * facts.num_columns
            raise wrong(f"found {cells:,} cells, allowed are {MOST_CELLS:,}")
        texts = [f.name for f in schema if _is_text(f.type)]
        for field in schema:
            if not (_is_text(field.type) or _is_number(field.type)):
                raise wrong(f"found {field.type}, allowed are numbers and texts", field.name)
        # a dictionary holds each text once, however often it stands in the table
        table = parquet.ParquetFile(path, read_dictionary=texts).read()
        for position, name in enumerate(table.column_names):
            if name in texts:
                table = table.set_column(position, name, _plain(table[name], path))
        frame: pd.DataFrame = table.to_pandas()
    except (pa.ArrowException, ValueError, OSError) as error:
        lines = str(error).splitlines() or [type(error).__name__]
        raise wrong(f"can't be read: {lines[0][:200]}") from None
    return frame


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_number(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_number(kind.value_type)
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    )


def _plain(column: pa.ChunkedArray, path: Path) -> pa.ChunkedArray:
    """A column of texts, none of them longer than a cell may be."""
    chunks = [
        chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk for chunk in column.chunks
    ]
    longest = max((pc.max(pc.utf8_length(c)).as_py() or 0 for c in chunks), default=0)
    if longest > LONGEST_CELL:
        text = f"found a text of {longest:,} characters, allowed are {LONGEST_CELL:,}"
        raise InputError([Fault(path.name, None, None, text)])
    return column.cast(pa.string())
