"""Hard stops 一票否决: what a register says of a firm that ends every credit decision, whatever its points.

What must stay true: a list nobody looked up is neither clean nor a stop; of several extracts the newest one that tells a fact
counts for that fact, so that a later extract which does not mention a list takes nobody off it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditlib.days import day_number
from creditlib.facts.book import Book
from creditlib.facts.tables import among, codes, days
from creditlib.policy import Policy

FLAGS: Final = ("abnormal_operation", "serious_dishonesty", "judgment_debtor")
"""Lists of the registers and courts: 经营异常, 严重违法失信, 失信被执行人. The other stops are words of the status."""
STOPS: Final[dict[str, tuple[str, str]]] = {
    "revoked": ("licence revoked", "营业执照吊销"),
    "deregistered": ("deregistered", "已注销"),
    "insolvent": ("insolvent", "破产"),
    "liquidation": ("in liquidation", "清算中"),
    "abnormal_operation": ("on the list of abnormal operations", "列入经营异常名录"),
    "serious_dishonesty": ("on the list of serious dishonesty", "列入严重违法失信名单"),
    "judgment_debtor": ("a dishonest judgment debtor", "列为失信被执行人"),
}
"""Every hard stop as people say it, in both languages."""
_SCHEMA: Final = pa.schema(
    [("customer", pa.string()), ("stop", pa.string()), ("on", pa.date32()), ("source_file", pa.string()), ("source_row", pa.int32())]
)  # fmt: skip


def hard_stops(book: Book, policy: Policy, as_of: date) -> pa.Table:
    """Return every hard stop known on a day, one row for each customer and stop, by customer, stops in the policy's order.

    Columns: customer, stop (a word of `onboarding.hard_stops`), on (date32, of the extract), source_file, source_row (int32).
    Extracts after as_of don't count. Raises: PolicyError when the policy is not in force on the day.

    >>> from creditlib.policy import load_policy
    >>> hard_stops(Book(), load_policy(), date(2026, 1, 1)).column_names
    ['customer', 'stop', 'on', 'source_file', 'source_row']
    """
    return stops_in(book.columns("registrations", columns_needed()), policy.at(as_of)["onboarding.hard_stops"], as_of)


def columns_needed() -> list[str]:
    """Return the columns of `registrations` that `stops_in` reads.

    >>> columns_needed()[:3]
    ['customer', 'on', 'status']
    """
    return ["customer", "on", "status", *FLAGS, "source_file", "source_row"]


def stops_in(registrations: pa.Table, stops: Sequence[str], as_of: date) -> pa.Table:
    """Return the hard stops of some rows of `registrations`; columns as in `hard_stops`. stops: words of the policy."""
    own, names = codes(registrations["customer"])
    on = days(registrations["on"])
    order = np.argsort(on, kind="stable")  # of two extracts of a day the later row counts
    order = order[on[order] <= day_number(as_of)]
    rows: list[NDArray[np.int64]] = []
    which: list[NDArray[np.int64]] = []
    told = np.asarray(registrations["status"].is_valid())
    newest = _newest(own, order[told[order]], len(names))
    for place, stop in enumerate(stops):
        if stop in FLAGS:
            flag = registrations[stop]
            seen = _newest(own, order[np.asarray(flag.is_valid())[order]], len(names))
            hit = seen[np.asarray(flag.fill_null(False))[seen]]
        else:
            hit = newest[among(registrations["status"], (stop,))[newest]]
        rows.append(hit)
        which.append(np.full(len(hit), place))
    chosen = np.concatenate([np.zeros(0, np.int64), *rows])
    stop_of = np.concatenate([np.zeros(0, np.int64), *which])
    taken = registrations.take(pa.array(chosen))
    made = pa.table(
        {
            "customer": taken["customer"].cast(pa.string()),
            "stop": pa.array(list(stops), pa.string()).take(pa.array(stop_of)),
            "on": taken["on"],
            "source_file": taken["source_file"].cast(pa.string()),
            "source_row": taken["source_row"],
            "place": pa.array(stop_of),
        }
    )
    return made.sort_by([("customer", "ascending"), ("place", "ascending")]).drop_columns(["place"]).cast(_SCHEMA)


def _newest(own: NDArray[np.int32], rows: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return the last of the rows of each customer. rows: oldest first."""
    last = np.full(size, -1, np.int64)
    last[own[rows]] = rows
    found: NDArray[np.int64] = last[last >= 0]
    return found
