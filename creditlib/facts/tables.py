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

_TEXT = pa.string()
_CODE = pa.dictionary(pa.int32(), pa.string())
_DAY = pa.date32()
_MONEY = pa.int64()
_INT = pa.int64()
_FLAG = pa.bool_()

KINDS: Final = (
    "invoice", "debit_note", "credit_note", "receipt", "advance", "write_off", "bill", "retention", "opening",
    "fx_difference", "other",
)  # fmt: skip
"""What a document is. Bills 承兑汇票, retention 质保金 and advances 预收款 are classes of their own, never plain receivables."""


def _field(name: str, kind: pa.DataType, unit: str = "", *, required: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=not required, metadata={"unit": unit} if unit else None)


DOCUMENTS: Final = pa.schema(
    [
        _field("id", _INT, "row number in this book", required=True),
        _field("customer", _CODE, "customer code", required=True),
        _field("document", _TEXT, "document number"),
        _field("kind", _CODE, "one of KINDS", required=True),
        _field("issue_on", _DAY, "invoice date 开票日"),
        _field("posted_on", _DAY, "posting date 记账日"),
        _field("shipped_on", _DAY, "shipment date 发货日"),
        _field("received_on", _DAY, "receipt of the invoice 票到日"),
        _field("accepted_on", _DAY, "acceptance date 验收日"),
        _field("due_on", _DAY, "due date 到期日"),
        _field("due_from", _CODE, "given, terms, or none"),
        _field("known_on", _DAY, "entry date 录入日"),
        _field("currency", _CODE, "ISO 4217", required=True),
        _field("amount_minor", _MONEY, "minor units, receivable positive, gross", required=True),
        _field("tax_minor", _MONEY, "minor units, VAT within amount_minor"),
        _field("local_minor", _MONEY, "minor units of the entity's currency"),
        _field("original_minor", _MONEY, "minor units, the document's first amount where an open-item list gives it"),
        _field("entity", _CODE, "company code 公司代码"),
        _field("gl_account", _CODE, "control account 科目"),
        _field("salesperson", _CODE, "salesperson 业务员"),
        _field("collector", _CODE, "collector 催收责任人"),
        _field("terms", _CODE, "payment term as written 付款条件"),
        _field("order", _TEXT, "order number"),
        _field("delivery", _TEXT, "delivery number"),
        _field("contract", _TEXT, "contract number"),
        _field("reference_text", _TEXT, "reference, remittance or line text"),
        _field("related_party", _FLAG, "related party 关联方"),
        _field("disputed_from", _DAY, "dispute opened"),
        _field("disputed_to", _DAY, "dispute closed"),
        _field("dispute_reason", _CODE, "reason code"),
        _field("source_file", _CODE, "file, or file:sheet", required=True),
        _field("source_row", pa.int32(), "row in that sheet, from 1", required=True),
    ]
)

ALLOCATIONS: Final = pa.schema(
    [
        _field(
            "from_document", _INT, "documents.id of the receipt or credit note; null where the export names only a date"
        ),
        _field(
            "to_document", _INT, "documents.id of the item it settles; null likewise. One of the two is always there"
        ),
        _field("amount_minor", _MONEY, "minor units, positive, currency of the item", required=True),
        _field("on", _DAY, "day it took effect", required=True),
        _field("known_on", _DAY, "entry date"),
        _field("undone_on", _DAY, "day it was undone"),
        _field("origin", _CODE, "given, settlement_date, clearing_number, or oldest_due_first", required=True),
    ]
)

CUSTOMERS: Final = pa.schema(
    [
        _field("customer", _CODE, "customer code", required=True),
        _field("name", _TEXT, "name"),
        _field("credit_code", _TEXT, "unified social credit code 统一社会信用代码"),
        _field("country", _CODE, "ISO 3166"),
        _field("parent", _TEXT, "customer code of the parent"),
        _field("group", _CODE, "group code 集团"),
        _field("sector", _CODE, "sector"),
        _field("salesperson", _CODE, "salesperson"),
        _field("collector", _CODE, "collector"),
        _field("assigned_from", _DAY, "first day of the collector's assignment"),
        _field("assigned_to", _DAY, "last day of the collector's assignment"),
        _field("terms", _CODE, "usual payment term"),
        _field("related_party", _FLAG, "related party 关联方"),
    ]
)

SALES: Final = pa.schema(
    [
        _field("month", _DAY, "first day of the month", required=True),
        _field("customer", _CODE, "customer code; null for the whole firm"),
        _field("entity", _CODE, "company code"),
        _field("currency", _CODE, "ISO 4217", required=True),
        _field("gross_minor", _MONEY, "minor units, with VAT"),
        _field("net_minor", _MONEY, "minor units, without VAT"),
    ]
)

ORDERS: Final = pa.schema(
    [
        _field("order", _TEXT, "order number", required=True),
        _field("line", _TEXT, "order line"),
        _field("customer", _CODE, "customer code", required=True),
        _field("entity", _CODE, "company code"),
        _field("ordered_on", _DAY, "order date"),
        _field("ship_on", _DAY, "planned shipment"),
        _field("currency", _CODE, "ISO 4217", required=True),
        _field("amount_minor", _MONEY, "minor units, gross", required=True),
        _field("delivery", _TEXT, "delivery number once shipped"),
        _field("delivered_on", _DAY, "day of delivery"),
        _field("invoice", _TEXT, "invoice number once billed"),
        _field("invoiced_on", _DAY, "day of the invoice"),
        _field("terms", _CODE, "payment term"),
        _field("known_on", _DAY, "entry date"),
    ]
)

EVENTS: Final = pa.schema(
    [
        _field("id", _INT, "row number, append-only", required=True),
        _field("on", _DAY, "day it happened", required=True),
        _field("known_on", _DAY, "entry date"),
        _field("customer", _CODE, "customer code", required=True),
        _field("document", _TEXT, "document number"),
        _field("event", _CODE, "reminder_sent, promise, dispute, limit_set, call, visit, note", required=True),
        _field("currency", _CODE, "ISO 4217"),
        _field("amount_minor", _MONEY, "minor units"),
        _field("until", _DAY, "promised or valid until"),
        _field("by", _TEXT, "person"),
        _field("reason", _CODE, "reason code"),
        _field("text", _TEXT, "what was said"),
    ]
)

SCHEMAS: Final[dict[str, pa.Schema]] = {
    "documents": DOCUMENTS,
    "allocations": ALLOCATIONS,
    "customers": CUSTOMERS,
    "sales": SALES,
    "orders": ORDERS,
    "events": EVENTS,
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
        return pa.array([], _CODE)
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
    return pa.DictionaryArray.from_arrays(pa.array(values.astype(np.int32), mask=mask), pa.array(dictionary, _TEXT))
