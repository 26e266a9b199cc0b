"""The odd cases of the sample: every trap a ledger sets, one document or two each, and which named check finds it.

What must stay true: a case is listed with the documents that show it; a row no table can hold (no customer, no such
currency, a total) stays a row of text; each odd item is open or settled on purpose, so that the control balances stand.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import pyarrow as pa

from creditlib.days import add_months, month_end
from creditlib.facts import tables
from creditlib.facts.sample.firm import SALESPEOPLE, credit_code
from creditlib.facts.sample.trade import PREFIXES
from creditlib.money import exponent, plain

AGES: Final = (-1, 0, 1, 30, 31, 60, 61, 90, 91, 180, 181, 365, 366)
"""Days past due of the items that stand on the edges of the usual buckets."""

_ACCOUNTS: Final = {"retention": "112203", "bill": "1121", "advance": "2203"}
_SOLD: Final = ("invoice", "debit_note", "retention", "bill")
_OWN: Final = (
    # code, name, credit code number, parent, group, related
    ("0001024", "北岭通达仪表有限公司", 800_001, None, None, False),
    ("1024", "澄湖远和塑料制品有限公司", 800_002, None, None, False),
    ("=7001", "=Delta Instruments Ltd", None, None, None, False),
    ("C-70", "星河控股集团有限公司", 800_003, None, "G-STAR", False),
    ("C-7002", "云溪光电股份有限公司", 800_004, None, None, False),
    ("C-7003", "星河包装材料有限公司", 800_005, None, None, False),
    ("C-7004", "星河包装材料有限公司青岚分公司", 800_005, None, None, False),
    ("C-7005", "梅岭兴辉纺织有限公司", 800_006, None, None, False),
    ("C-7006", "雁山诚益物资贸易有限公司", 800_007, "C-70", "G-STAR", False),
    ("C-7008", "青岚华远集团财务有限公司", 800_008, None, "G-OWN", True),
    ("C-7009", "碧水宏达五金有限公司", 800_009, None, None, False),
    ("C-7010", "Hoshigane Seiki K.K.", None, None, None, False),
    ("C-7011", "Lundvik Bearings Inc.", None, None, None, False),
    ("C-7012", "柳林嘉和建筑工程有限公司", 800_010, "C-70", "G-STAR", False),
)
OWN_CUSTOMERS: Final = len(_OWN)
RENAMED: Final = ("C-7002", "云溪光电有限公司")
"""A customer code, and the name it had before the day given in `Odd.renamed_on`."""


@dataclass(frozen=True, slots=True)
class OddCase:
    """One odd case: name, the check that finds it (None where none does), documents, their lines, and the story."""

    name: str
    name_zh: str
    check: str | None
    documents: tuple[str, ...]
    lines: tuple[int, ...]
    en: str
    zh: str


@dataclass(slots=True)
class Odd:
    """The odd rows before they are put among the others.

    rows, allocations: columns of tables.DOCUMENTS and tables.ALLOCATIONS, ids counted from 0. texts: (row, column) →
    what the file says there. loose: (day, cells) of rows that no table can hold. cases: name and rows (−1−i is loose
    row i).
    """

    home: str
    end: date
    renamed_on: date
    rows: list[dict[str, Any]] = field(default_factory=list)
    allocations: list[dict[str, Any]] = field(default_factory=list)
    texts: dict[tuple[int, str], str] = field(default_factory=dict)
    loose: list[tuple[date, dict[str, str]]] = field(default_factory=list)
    cases: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)

    def ago(self, days: int) -> date:
        """Return the day so many days before the end."""
        return self.end - timedelta(days=days)

    def add(self, customer: str, kind: str, minor: int, on: date, **more: Any) -> int:
        """Add a document and return its row: due 30 days on, known at once, in the home currency, unless told."""
        entity, currency = more.get("entity", "1000"), more.get("currency", self.home)
        sold = kind in _SOLD
        abroad = currency != self.home
        taxed = kind in ("invoice", "credit_note", "retention", "advance") and not abroad
        sign = -1 if minor < 0 else 1
        base = {
            "customer": customer,
            "document": f"{PREFIXES[tables.KINDS.index(kind)]}{entity[:2]}-A{len(self.rows) + 1:04d}",
            "kind": kind,
            "issue_on": on,
            "posted_on": on,
            "due_on": on + timedelta(days=30) if sold else None,
            "known_on": on,
            "currency": currency,
            "amount_minor": minor,
            "tax_minor": sign * ((abs(minor) * 26 + 113) // 226) if taxed else None,
            "entity": entity,
            "gl_account": _ACCOUNTS.get(kind, "112202" if abroad else "112201"),
            "salesperson": SALESPEOPLE[0],
            "terms": "net 30" if sold else None,
            "related_party": customer == "C-7008",
        }
        self.rows.append(base | more)
        return len(self.rows) - 1

    def settle(self, source: int, item: int, minor: int, on: date | None = None, **more: Any) -> None:
        """Add an allocation from a receipt or credit note to an item, on the later of their postings unless told."""
        ends = (self.rows[source], self.rows[item])
        base = {
            "from_document": source,
            "to_document": item,
            "amount_minor": minor,
            "on": on or max(end["posted_on"] for end in ends),
            "known_on": max(on or date.min, *(end["known_on"] for end in ends)),
            "origin": "given",
        }
        self.allocations.append(base | more)

    def case(self, name: str, rows: tuple[int, ...]) -> None:
        """List a case with the rows that show it; `cases.toml` has its check and its story."""
        self.cases.append((name, rows))


def _last(end: date, month: int, day: int) -> date:
    """The latest such day on or before the end; 29 February goes back to a leap year."""
    year = end.year
    while ((month, day) == (2, 29) and not calendar.isleap(year)) or date(year, month, day) > end:
        year -= 1
    return date(year, month, day)


def make_odd(home: str, end: date) -> Odd:
    """Return the odd cases of a sample that ends on a day.

    >>> len(make_odd("CNY", date(2026, 10, 31)).cases)
    45
    """
    odd = Odd(home, end, month_end(add_months(end, -9)))
    _faults(odd)
    _settlements(odd)
    _times(odd)
    _customers(odd)
    _amounts(odd)
    return odd


def _faults(odd: Odd) -> None:
    add, case, ago, who = odd.add, odd.case, odd.ago, "C-7012"
    a = add(who, "invoice", 4_520_000, ago(40), order="SO-A1")
    b = add(who, "invoice", 4_520_000, ago(40), order="SO-A1", document=odd.rows[a]["document"])
    case("duplicate document", (a, b))
    a = add(who, "invoice", 1_130_000, ago(35), document="A-2026-77")
    b = add("C-7009", "invoice", 2_260_000, ago(33), document="A-2026-77", entity="2000")
    case("same number in two entities", (a, b))
    a = add(who, "invoice", 791_000, ago(50), due_on=ago(60))
    case("due before issued", (a,))
    a = add(who, "invoice", 0, ago(44))
    case("zero amount", (a,))
    blank = {"document": "INV10-A9001", "kind": "invoice", "issue_date": ago(21), "posting_date": ago(21),
             "due_date": ago(-9), "entry_date": ago(21), "currency": odd.home, "amount": plain(565_000, odd.home),
             "tax": plain(65_000, odd.home), "entity": "1000", "gl_account": "112201", "terms": "net 30"}  # fmt: skip
    odd.loose.append((ago(21), {k: str(v) for k, v in blank.items()}))
    case("blank customer", (-1,))
    wrong = blank | {"document": "INV10-A9002", "customer": who, "currency": "RNB", "amount": plain(339_000, odd.home),
                     "tax": plain(39_000, odd.home), "issue_date": ago(18), "posting_date": ago(18)}  # fmt: skip
    odd.loose.append((ago(18), {k: str(v) for k, v in wrong.items()}))
    case("unknown currency", (-2,))
    if odd.home == "CNY":
        a = add("C-7009", "invoice", 678_000, ago(12))
        odd.texts[a, "currency"] = "RMB"
        case("a currency by another name", (a,))
    a = add(who, "invoice", 1_000_000, ago(70))
    b = add(who, "receipt", -1_050_000, ago(38))
    odd.settle(b, a, 1_050_000)
    case("over-allocation", (a, b))
    a = add(who, "invoice", 1_808_000, ago(30))
    b = add(who, "receipt", -1_808_000, ago(-5))
    odd.settle(b, a, 1_808_000)
    case("future-dated receipt", (b, a))
    a = add(who, "receipt", -904_000, ago(9), reference_text=f"货款 {odd.rows[0]['document']} 部分")
    case("unmatched receipt", (a,))
    a = add(who, "receipt", -113_000, ago(1))
    case("receipt of yesterday", (a,))
    a = add(who, "invoice", 1_243_000, ago(52), due_on=ago(22), due_from="terms")  # net 30: the file leaves it out
    odd.texts[a, "due_date"] = ""
    case("missing due date, terms known", (a,))
    a = add(who, "invoice", 1_356_000, ago(47), due_on=None, due_from="none", terms="按合同约定")
    case("missing due date, terms unusable", (a,))
    a = add(who, "invoice", 452_000, ago(25))
    b = add(who, "receipt", -452_000, ago(29))
    odd.settle(b, a, 452_000, ago(29))
    case("cleared before issued", (a, b))


def _settlements(odd: Odd) -> None:
    add, case, ago, settle, who = odd.add, odd.case, odd.ago, odd.settle, "C-7012"
    a = add(who, "invoice", 5_650_000, ago(160))
    r = add(who, "receipt", -5_650_000, ago(128), reference_text="商业承兑汇票")
    b = add(who, "bill", 5_650_000, ago(128), due_on=ago(38), terms=None)
    settle(r, a, 5_650_000, undone_on=ago(36))
    settle(r, b, 5_650_000, ago(36))
    case("dishonoured bill", (a, r, b))
    a = add(who, "invoice", 2_034_000, ago(95))
    b = add(who, "invoice", 2_034_000, ago(64))
    r = add(who, "receipt", -2_034_000, ago(30))
    settle(r, b, 2_034_000, undone_on=ago(15))
    settle(r, a, 2_034_000, ago(15))
    case("wrong match corrected", (a, b, r))
    a = add(who, "invoice", 100_000, ago(75))
    r = add(who, "receipt", -99_999, ago(41))
    settle(r, a, 99_999)
    case("one cent open", (a, r))
    a, b, c = (add(who, "invoice", m, ago(d)) for m, d in ((300_000, 88), (250_000, 80), (175_000, 71)))
    r = add(who, "receipt", -725_000, ago(33), reference_text="三张发票合并付款")
    for item, minor in ((a, 300_000), (b, 250_000), (c, 175_000)):
        settle(r, item, minor)
    case("one receipt, several invoices", (r, a, b, c))
    a = add(who, "invoice", 900_000, ago(66))
    r, s = add(who, "receipt", -400_000, ago(34)), add(who, "receipt", -200_000, ago(6))
    settle(r, a, 400_000)
    settle(s, a, 200_000)
    case("partial payments", (a, r, s))
    a = add(who, "invoice", 1_017_000, ago(77))
    r, c = (
        add(who, "receipt", -1_000_000, ago(45)),
        add(who, "credit_note", -17_000, ago(27), reference_text="扣款 / deduction"),
    )
    settle(r, a, 1_000_000)
    settle(c, a, 17_000)
    case("deduction credited", (a, r, c))
    c = add(who, "credit_note", -226_000, ago(22), reference_text="退货")
    a = add(who, "invoice", 113_000, ago(20))
    settle(c, a, 113_000)
    case("credit note half used", (c, a))
    a = add(who, "invoice", 2_825_000, ago(420))
    w = add(who, "write_off", -2_825_000, ago(100), reference_text="坏账核销")
    settle(w, a, 2_825_000)
    case("write-off", (a, w))
    a = add(who, "bill", 3_390_000, ago(60), due_on=ago(-120), terms=None, reference_text="银行承兑汇票")
    case("bill in hand", (a,))
    a = add(who, "retention", 565_000, ago(200), due_on=ago(-165), terms=None, contract="HT-A1", accepted_on=ago(195))
    case("retention", (a,))
    a = add(who, "advance", -1_130_000, ago(26), contract="HT-A2")
    case("advance", (a,))
    a = add(who, "debit_note", 37_500, ago(19), reference_text="逾期利息 / late interest")
    b = add(who, "other", 12_345, ago(14), reference_text="手工调整 / manual entry")
    case("debit note and manual entry", (a, b))


def _times(odd: Odd) -> None:
    add, case, ago, end = odd.add, odd.case, odd.ago, odd.end
    before = month_end(add_months(end, -1))
    a = add("C-7009", "invoice", 847_500, before - timedelta(days=2), known_on=before + timedelta(days=12))
    b = add("C-7009", "invoice", 960_500, ago(1), known_on=end + timedelta(days=3))
    case("entered late", (a, b))
    items = tuple(
        add("C-7009", "invoice", 100_000, ago(d + 30), due_on=ago(d), reference_text=f"{d} days past due") for d in AGES
    )
    case("on the edges of the buckets", items)
    a = add("C-7009", "invoice", 226_000, _last(end, 2, 29))
    case("leap day", (a,))
    jan = _last(end, 1, 31)
    a = add("C-7009", "invoice", 339_000, jan, terms="月结30天", due_on=month_end(add_months(jan, 1)))
    case("month-end terms", (a,))
    holiday = _last(end, 10, 3)
    a = add("C-7009", "invoice", 452_000, holiday - timedelta(days=30), due_on=holiday)
    case("due on a holiday", (a,))
    a = add("C-7009", "invoice", 1_695_000, ago(1200))
    case("older than three years", (a,))
    a = add("C-7009", "invoice", 2_260_000, ago(80), disputed_from=ago(47), dispute_reason="quality")
    b = add("C-7009", "invoice", 1_130_000, ago(45), disputed_from=ago(12), dispute_reason="price")
    c = add(
        "C-7009", "invoice", 565_000, ago(85), disputed_from=ago(60), disputed_to=ago(20), dispute_reason="delivery"
    )
    case("disputes", (a, b, c))
    parts = tuple(
        add("C-7009", "invoice", m, ago(55), due_on=ago(d), order="SO-A9", contract="HT-A9", reference_text=f"{k}/3")
        for k, (m, d) in enumerate(((33_333, 25), (33_333, -5), (33_334, -35)), 1)
    )
    case("instalments", parts)


def _customers(odd: Odd) -> None:
    add, case, ago = odd.add, odd.case, odd.ago
    a, b = add("0001024", "invoice", 791_000, ago(28)), add("1024", "invoice", 1_582_000, ago(28))
    case("codes with leading zeros", (a, b))
    a = add("=7001", "invoice", 678_000, ago(48), reference_text='+86 line 2, "urgent"')
    b = add("=7001", "invoice", 904_000, ago(23), reference_text="@SUM(A1:A9)")
    case("text that looks like a formula", (a, b))
    a = add("C-7002", "invoice", 3_390_000, odd.renamed_on - timedelta(days=20))
    b = add("C-7002", "invoice", 2_712_000, ago(36))
    case("renamed customer", (a, b))
    a, b = add("C-7003", "invoice", 1_469_000, ago(42)), add("C-7004", "invoice", 1_808_000, ago(31), entity="2000")
    case("one credit code, two customers", (a, b))
    a = add("C-7005", "invoice", 1_017_000, ago(39))
    case("wrong credit code", (a,))
    a = add("C-7006", "invoice", 452_000, ago(58))
    b = add("C-7006", "credit_note", -1_356_000, ago(24), reference_text="年度返利 / yearly bonus")
    c = add("C-7006", "receipt", -226_000, ago(16))
    case("credit-balance customer", (a, b, c))
    a = add("C-70", "invoice", 4_068_000, ago(29))
    case("group", (a, b))
    a = add("C-7008", "invoice", 6_780_000, ago(73))
    case("related party", (a,))


def _amounts(odd: Odd) -> None:
    add, case, ago, home = odd.add, odd.case, odd.ago, odd.home
    a = add("C-7010", "invoice", 1_234_567, ago(62), currency="JPY")
    r = add("C-7010", "receipt", -1_000_000, ago(17), currency="JPY")
    odd.settle(r, a, 1_000_000)
    case("a currency without decimals", (a, r))
    rows = []
    for kind, minor, digit in (("invoice", 10_013, "5"), ("credit_note", -5_679, "5"), ("invoice", 20_012, "4")):
        row = add("C-7009", kind, minor, ago(37))
        written = abs(minor) - (digit == "5")
        dot = "" if exponent(home) else "."
        odd.texts[row, "amount"] = ("-" if minor < 0 else "") + plain(written, home) + dot + digit
        rows.append(row)
    case("too many decimals", tuple(rows))
    a = add("C-7011", "invoice", 1_850_000, ago(83), currency="USD")
    b = add("C-7011", "fx_difference", 36_200, ago(31), gl_account="112202", entity="1000")
    case("exchange difference", (a, b))


def customers_of(odd: Odd) -> pa.Table:
    """Return the customers that the odd cases need, as a table of tables.CUSTOMERS.

    >>> customers_of(make_odd("CNY", date(2026, 10, 31))).num_rows == OWN_CUSTOMERS
    True
    """
    codes = [credit_code(number) if number else None for _, _, number, _, _, _ in _OWN]
    wrong = next(i for i, own in enumerate(_OWN) if own[0] == "C-7005")
    codes[wrong] = str(codes[wrong])[:-1] + ("1" if str(codes[wrong])[-1] != "1" else "2")
    countries = {"=7001": "GB", "C-7010": "JP", "C-7011": "US"}
    n = len(_OWN)
    columns = {
        "customer": [own[0] for own in _OWN],
        "name": [own[1] for own in _OWN],
        "credit_code": codes,
        "country": [countries.get(own[0], "CN") for own in _OWN],
        "parent": [own[3] for own in _OWN],
        "group": [own[4] for own in _OWN],
        "sector": ["machinery"] * n,
        "salesperson": [SALESPEOPLE[0]] * n,
        "collector": ["何静"] * n,
        "terms": ["net 30"] * n,
        "related_party": [own[5] for own in _OWN],
    }
    return tables.build(tables.CUSTOMERS, columns, n)
