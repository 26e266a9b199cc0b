"""The same three workloads in pandas, Polars and DuckDB, written as well as we can write them.

What must stay true: every function returns the columns of `COLUMNS` for its workload, amounts as exact integers; the source
is either a connected book (Parquet) or the same ledger as CSV text; nothing of creditlib is used here.

Rules taken over from the library, as far as the generated data needs them: a document exists from its posting date; an
allocation counts from its own date (here never before both its documents are posted) and moves the balance of both its
documents; an item without a due date is due on its invoice date; what is negative stands apart as unapplied; a countback
stops at the first month without sales; an unpaid item counts to the end of the window.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from rival_duckdb import duckdb_
from rival_pandas import pandas_
from rival_polars import polars_memory, polars_streaming

RIVALS: dict[str, Callable[[str, str, Path], pa.Table]] = {
    "duckdb": duckdb_,
    "polars-streaming": polars_streaming,
    "polars-memory": polars_memory,
    "pandas": pandas_,
}
