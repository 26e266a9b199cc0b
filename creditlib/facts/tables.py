"""The schemas of all tables, written down once: names, types, nullability, dictionary codes, units.

What must stay true: money is int64 minor units with the currency beside it; a column may be null, none may be missing;
`documents.id` is the row's own number, 0…n−1, and allocations point to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditlib.days import NO_DAY
from creditlib.facts.credit_tables import CREDIT_TABLES
from creditlib.facts.schema import CODE, DAY, FLAG, INT, MONEY, TEXT, column

KINDS: Final = (
    "invoice", "debit_note", "credit_note", "receipt", "advance", "write_off", "bill", "retention", "opening",
    "fx_difference", "other",
)  # fmt: skip
"""What a document is. Bills 承兑汇票, retention 质保金 and advances 预收款 are classes of their own, never plain receivables."""


DOCUMENTS: Final = pa.schema(
    [
        column("id", INT, "row number in this book", required=True),
        column("customer", CODE, "customer code", required=True),
        column("document", TEXT, "document number"),
        column("kind", CODE, "one of KINDS", required=True),
        column("issue_on", DAY, "invoice date 开票日"),
        column("posted_on", DAY, "posting date 记账日"),
        column("shipped_on", DAY, "shipment date 发货日"),
        column("received_on", DAY, "receipt of the invoice 票到日"),
        column("accepted_on", DAY, "acceptance date 验收日"),
        column("due_on", DAY, "due date 到期日"),
        column("due_from", CODE, "given, terms, or none"),
        column("known_on", DAY, "entry date 录入日"),
        column("currency", CODE, "ISO 4217", required=True),
        column("amount_minor", MONEY, "minor units, receivable positive, gross", required=True),
        column("tax_minor", MONEY, "minor units, VAT within amount_minor"),
        column("local_minor", MONEY, "minor units of the entity's currency"),
        column("original_minor", MONEY, "minor units, the document's first amount where an open-item list gives it"),
        column("entity", CODE, "company code 公司代码"),
        column("gl_account", CODE, "control account 科目"),
        column("salesperson", CODE, "salesperson 业务员"),
        column("collector", CODE, "collector 催收责任人"),
        column("terms", CODE, "payment term as written 付款条件"),
        column("order", TEXT, "order number"),
        column("delivery", TEXT, "delivery number"),
        column("contract", TEXT, "contract number"),
        column("reference_text", TEXT, "reference, remittance or line text"),
        column("related_party", FLAG, "related party 关联方"),
        column("disputed_from", DAY, "dispute opened"),
        column("disputed_to", DAY, "dispute closed"),
        column("dispute_reason", CODE, "reason code"),
        column("source_file", CODE, "file, or file:sheet", required=True),
        column("source_row", pa.int32(), "row in that sheet, from 1", required=True),
    ]
)

ALLOCATIONS: Final = pa.schema(
    [
        column(
            "from_document", INT, "documents.id of the receipt or credit note; null where the export names only a date"
        ),
        column(
            "to_document", INT, "documents.id of the item it settles; null likewise. One of the two is always there"
        ),
        column("amount_minor", MONEY, "minor units, positive, currency of the item", required=True),
        column("on", DAY, "day it took effect", required=True),
        column("known_on", DAY, "entry date"),
        column("undone_on", DAY, "day it was undone"),
        column("origin", CODE, "given, settlement_date, clearing_number, or oldest_due_first", required=True),
    ]
)

CUSTOMERS: Final = pa.schema(
    [
        column("customer", CODE, "customer code", required=True),
        column("name", TEXT, "name"),
        column("credit_code", TEXT, "unified social credit code 统一社会信用代码"),
        column("country", CODE, "ISO 3166"),
        column("parent", TEXT, "customer code of the parent"),
        column("group", CODE, "group code 集团"),
        column("sector", CODE, "sector"),
        column("salesperson", CODE, "salesperson"),
        column("collector", CODE, "collector"),
        column("assigned_from", DAY, "first day of the collector's assignment"),
        column("assigned_to", DAY, "last day of the collector's assignment"),
        column("terms", CODE, "usual payment term"),
        column("related_party", FLAG, "related party 关联方"),
    ]
)

SALES: Final = pa.schema(
    [
        column("month", DAY, "first day of the month", required=True),
        column("customer", CODE, "customer code; null for the whole firm"),
        column("entity", CODE, "company code"),
        column("currency", CODE, "ISO 4217", required=True),
        column("gross_minor", MONEY, "minor units, with VAT"),
        column("net_minor", MONEY, "minor units, without VAT"),
    ]
)

ORDERS: Final = pa.schema(
    [
        column("order", TEXT, "order number", required=True),
        column("line", TEXT, "order line"),
        column("customer", CODE, "customer code", required=True),
        column("entity", CODE, "company code"),
        column("ordered_on", DAY, "order date"),
        column("ship_on", DAY, "planned shipment"),
        column("currency", CODE, "ISO 4217", required=True),
        column("amount_minor", MONEY, "minor units, gross", required=True),
        column("delivery", TEXT, "delivery number once shipped"),
        column("delivered_on", DAY, "day of delivery"),
        column("invoice", TEXT, "invoice number once billed"),
        column("invoiced_on", DAY, "day of the invoice"),
        column("terms", CODE, "payment term"),
        column("known_on", DAY, "entry date"),
    ]
)

EVENTS: Final = pa.schema(
    [
        column("id", INT, "row number, append-only", required=True),
        column("on", DAY, "day it happened", required=True),
        column("known_on", DAY, "entry date"),
        column("customer", CODE, "customer code", required=True),
        column("document", TEXT, "document number"),
        column(
            "event",
            CODE,
            "reminder_sent, promise, dispute, application, limit_set, specific_provision, call, visit, note",
            required=True,
        ),
        column("currency", CODE, "ISO 4217"),
        column("amount_minor", MONEY, "minor units"),
        column("until", DAY, "promised or valid until"),
        column("by", TEXT, "person"),
        column("reason", CODE, "reason code"),
        column("text", TEXT, "what was said"),
    ]
)

SCHEMAS: Final[dict[str, pa.Schema]] = {
    "documents": DOCUMENTS,
    "allocations": ALLOCATIONS,
    "customers": CUSTOMERS,
    "sales": SALES,
    "orders": ORDERS,
    "events": EVENTS,
    **CREDIT_TABLES,
}


def build(schema: pa.Schema, columns: Mapping[str, Any], rows: int) -> pa.Table:
    """Return a table of `schema` from some of its columns; the others are null.

    columns: name → Arrow array, NumPy array or list. Raises: ValueError for a name outside the schema, or a null where
    the schema requires a value: both are faults of this library, never of the data.

    >>> build(SALES, {"month": [], "currency": []}, 0).num_columns
    6
    """
    extra = columns.keys() - set(schema.names)
    if extra:
        raise ValueError(f"columns {sorted(extra)} are not in the schema")
    arrays = []
    for field in schema:
        given = columns.get(field.name)
        array = pa.nulls(rows, field.type) if given is None else _as(given, field.type)
        if array.null_count and not field.nullable:
            raise ValueError(f"column {field.name} has {array.null_count} nulls and requires a value")
        arrays.append(array)
    return pa.Table.from_arrays(arrays, schema=schema)


def _as(given: Any, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    array = given if isinstance(given, pa.Array | pa.ChunkedArray) else pa.array(given)
    if array.type == kind:
        return array
    if pa.types.is_dictionary(kind):
        if pa.types.is_dictionary(array.type):
            return array.cast(kind)
        return array.cast(pa.string()).dictionary_encode().cast(kind)
    if pa.types.is_date32(kind) and pa.types.is_integer(array.type):
        return array.cast(pa.int32()).cast(kind)
    return array.cast(kind)


def empty(name: str) -> pa.Table:
    """Return an empty table of the schema with this name.

    >>> empty("orders").num_rows
    0
    """
    return SCHEMAS[name].empty_table()


def conform(name: str, table: Any) -> pa.Table:
    """Return a table from outside (Arrow, pandas, Polars, DuckDB) as a table of the schema with this name.

    Columns absent are null; columns unknown raise, so that a misspelt one is not lost. Raises: ValueError.
    """
    if not isinstance(table, pa.Table):
        table = pa.table(table)
    schema = SCHEMAS[name]
    return build(schema, {c: table.column(c) for c in table.column_names}, table.num_rows)


def days(column: pa.ChunkedArray | pa.Array) -> NDArray[np.int32]:
    """Return a date32 column as int32 day numbers, NO_DAY where it is null.

    >>> days(pa.array([0, None], pa.date32())).tolist()[0]
    0
    """
    ints = column.cast(pa.int32())
    if ints.null_count:
        ints = pc.fill_null(ints, NO_DAY)
    numbers: NDArray[np.int32] = ints.to_numpy()
    return numbers


def codes(column: pa.ChunkedArray | pa.Array) -> tuple[NDArray[np.int32], list[str | None]]:
    """Return a dictionary column as int32 codes and the texts they stand for; a null gets a code of its own, the last.

    >>> codes(pa.array(["b", None, "b"]).dictionary_encode())[0].tolist()
    [0, 1, 0]
    """
    if isinstance(column, pa.ChunkedArray):
        column = _one_chunk(column)
    names: list[str | None] = column.dictionary.to_pylist()
    indices = column.indices
    if indices.null_count:
        indices = pc.fill_null(indices, len(names))
        names.append(None)
    own: NDArray[np.int32] = indices.to_numpy().astype(np.int32, copy=False)
    return own, names


def _one_chunk(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return a dictionary column in one piece. Pieces of one book mostly share their texts: then nothing is unified."""
    chunks = column.chunks
    if not chunks:
        return pa.array([], CODE)
    texts = chunks[0].dictionary
    if len(chunks) > 1 and not all(chunk.dictionary.equals(texts) for chunk in chunks[1:]):
        chunks = column.unify_dictionaries().chunks
        texts = chunks[0].dictionary
    return (
        chunks[0]
        if len(chunks) == 1
        else pa.DictionaryArray.from_arrays(pa.concat_arrays([c.indices for c in chunks]), texts)
    )


def among(column: pa.ChunkedArray | pa.Array, wanted: Collection[str]) -> NDArray[np.bool_]:
    """Return whether each row of a dictionary column is one of some texts.

    >>> among(pa.array(["b", None, "a"]).dictionary_encode(), ["a"]).tolist()
    [False, False, True]
    """
    own, names = codes(column)
    return np.array([name in wanted for name in names] or [False], bool)[own]


def coded(values: NDArray[np.integer[Any]], names: Sequence[str | None]) -> pa.DictionaryArray:
    """Return codes and their texts as a dictionary column; a code whose text is None becomes null.

    >>> coded(np.array([0, 1]), ["a", None]).to_pylist()
    ['a', None]
    """
    dictionary = [name if name is not None else "" for name in names]
    missing = [i for i, name in enumerate(names) if name is None]
    mask = np.isin(values, missing) if missing else None
    return pa.DictionaryArray.from_arrays(pa.array(values.astype(np.int32), mask=mask), pa.array(dictionary, TEXT))
