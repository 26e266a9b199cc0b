"""The files of the sample's credit files: CSV lists with the headers people use, and one statement as a customer types it.

What must stay true: a file read back gives the sample's tables; the sheet is the same bytes on every machine (stored, no clock).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final
from xml.sax.saxutils import escape

from creditlib.errors import Lang
from creditlib.facts.credit.columns import headers
from creditlib.facts.credit_tables import COVERS, LINES, SUBJECTS
from creditlib.facts.sample.credit import SHEET_FILE, SampleCredit
from creditlib.facts.sample.file_parts import REGISTERS, SEEN, STATUS_TEXTS
from creditlib.facts.sample.orders import SAID
from creditlib.facts.sample.statements import SHEET_POWER
from creditlib.money import exponent, plain

_FIELDS: Final = {
    "registrations": (
        "customer", "on", "register", "name", "former_names", "credit_code", "status_text", "established_on", "registered_capital",
        "paid_in_capital", "legal_representative", "sector", "country", "employees", "listed", "manufacturing", "abnormal_operation",
        "serious_dishonesty", "judgment_debtor",
    ),
    "statements": ("customer", "period_end", "months", "currency", "unit", "audited", *(line.name for line in LINES)),
    "references": ("customer", "on", "referee", "currency", "high_credit", "terms", "days_late", "years_known"),
    "ratings": ("customer", "on", "agency", "grade", "default_probability"),
    "security": ("customer", "kind", "provider", "currency", "amount", "insured_share", "from_on", "until_on", "max_days"),
    "contracts": (
        "customer", "contract", "signed_on", "until_on", "terms", "retention_of_title", "late_interest", "dispute_days",
    ),
    "purchases": ("customer", "on", "currency", "yearly", "expected"),
    "assessments": ("customer", "on", "subject", "rating", "by", "text"),
}  # fmt: skip
_OWN: Final[dict[str, tuple[tuple[str, ...], str, str]]] = {
    "orders": (
        ("order", "line", "customer", "entity", "ordered_on", "ship_on", "currency", "amount", "delivery", "delivered_on",
         "invoice", "invoiced_on", "terms"),
        "order,line,customer,entity,order date,ship date,currency,amount,delivery,delivered on,invoice,invoice date,terms",
        "订单号,行号,客户编码,公司代码,订单日期,计划发货日,币种,含税金额,交货单号,发货日期,发票号,开票日期,付款条件",
    ),
    "limits": (
        ("customer", "amount", "currency", "on", "until", "by"),
        "customer,limit,currency,from,until,approved by", "客户编码,信用额度,币种,生效日,有效期至,批准人",
    ),
    "events": (
        ("on", "known_on", "customer", "document", "event", "currency", "amount", "until", "by", "text"),
        "date,entry date,customer,document,event,currency,amount,until,by,text",
        "日期,录入日期,客户编码,单据编号,事件,币种,金额,有效期至,经办人,内容",
    ),
}  # fmt: skip
FILES: Final = (*_FIELDS, *_OWN)
"""The CSV files of the credit files, by name."""
EVENTS_ZH: Final = {"application": "授信申请", "visit": "走访", "call": "电话", "promise": "付款承诺", "note": "备注"}
KINDS_ZH: Final = dict(zip(COVERS, ("信用保险", "保证", "抵押", "质押", "保证金", "信用证"), strict=True))
SUBJECTS_ZH: Final = dict(zip(SUBJECTS, ("市场地位", "管理水平", "经营场所", "信誉口碑"), strict=True))
_ZH: Final = {
    **dict(STATUS_TEXTS.values()), **dict(SEEN.values()), **dict(SAID.values()), REGISTERS[0]: REGISTERS[1], **EVENTS_ZH, **KINDS_ZH,
    **SUBJECTS_ZH,
}  # fmt: skip
_MONEY_ZH: Final = {"CNY": "人民币", "USD": "美元", "EUR": "欧元", "JPY": "日元", "GBP": "英镑", "HKD": "港元"}
_UNITS: Final = {0: ("whole units", "元"), 3: ("thousands", "千元"), 4: ("万元", "万元")}


def header_of(name: str, lang: Lang) -> list[str]:
    """Return the header row of a file.

    >>> header_of("ratings", "zh")
    ['客户编码', '评级日期', '评级机构', '评级', '违约概率']
    """
    chinese = lang == "zh"
    if name in _OWN:
        _, english, own = _OWN[name]
        return (own if chinese else english).split(",")
    known = headers()[name]
    return [(known[f].zh if chinese else known[f].en) for f in map(_plain, fields_of(name, lang))]


def fields_of(name: str, lang: Lang) -> tuple[str, ...]:
    """Return the fields of a file; a Chinese registry export knows no customer codes."""
    own = _OWN[name][0] if name in _OWN else _FIELDS[name]
    return own[1:] if name == "registrations" and lang == "zh" else own


def _plain(field: str) -> str:
    return "status" if field == "status_text" else field


def credit_contents(credit: SampleCredit, lang: Lang) -> Iterator[tuple[str, list[str], Iterator[list[str]]]]:
    """Yield the name, header and rows of every CSV file of the credit files."""
    for name in FILES:
        yield f"{name}.csv", header_of(name, lang), _rows(credit, name, lang)


def _rows(credit: SampleCredit, name: str, lang: Lang) -> Iterator[list[str]]:
    fields = fields_of(name, lang)
    money = {f for f in fields if f"{f}_minor" in _known(name)}
    for row in credit.rows.get(name, []):
        power = credit.powers[row["customer"]] if name == "statements" else 0
        cells = []
        for field in fields:
            value = row.get(f"{field}_minor") if field in money else row.get(field)
            if field == "unit":
                cells.append(_UNITS[power][lang == "zh"])
            elif value is None:
                cells.append("")
            elif name == "registrations" and field in money:
                cells.append(_capital(value, row["currency"], lang))
            elif field in money:
                cells.append(figure(value, row["currency"], power) if power else plain(value, row["currency"]))
            else:
                cells.append(_cell(value, lang))
        yield cells


def _known(name: str) -> set[str]:
    money = {"orders": {"amount_minor"}, "limits": {"amount_minor"}, "events": {"amount_minor"}}
    if name in money:
        return money[name]
    return {f"{f}_minor" for f in _FIELDS[name] if f in {line.name for line in LINES}} | {
        "registered_capital_minor", "paid_in_capital_minor", "high_credit_minor", "yearly_minor",
        *(["amount_minor"] if name == "security" else []),
    }  # fmt: skip


def _cell(value: object, lang: Lang) -> str:
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    return (
        _ZH.get(text, text)
        if lang == "zh"
        else text.replace("_", " ")
        if text in KINDS_ZH or text in SUBJECTS
        else text
    )


def figure(minor: int, currency: str, power: int) -> str:
    """Return an amount in a unit of so many powers of ten, exactly.

    >>> figure(12_345_000, "CNY", 4), figure(-5_000, "CNY", 3)
    ('12.345', '-0.05')
    """
    value = Decimal(minor).scaleb(-exponent(currency) - power)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _capital(minor: int, currency: str, lang: Lang) -> str:
    """Return a sum as a register writes it."""
    if lang == "zh":
        return f"{figure(minor, currency, 4)}万{_MONEY_ZH.get(currency, currency)}"
    return f"{figure(minor, currency, 0)} {currency}"


def statement_sheet(credit: SampleCredit, lang: Lang) -> tuple[str, bytes] | None:
    """Return the file of the one customer that sends a sheet of its own: lines in rows, years in columns, 万元."""
    years: list[dict[str, Any]] = credit.rows.get("sheet", [])
    client = next((c for c in credit.clients if c.code == credit.sheet), None)
    if client is None or not years:
        return None
    chinese = lang == "zh"
    rows: list[list[str | Decimal]] = [
        ["财务报表" if chinese else "Financial statements"],
        [
            f"编制单位：{client.name}" if chinese else f"Company: {client.name}",
            "币种" if chinese else "Currency",
            client.currency,
        ],
        ["单位：万元" if chinese else "Unit", *([] if chinese else ["万元"])],
        ["项目" if chinese else "Item", *(f"{y['period_end'].isoformat()}" for y in years)],
        ["月数" if chinese else "Months", *(Decimal(y["months"]) for y in years)],
        ["经审计" if chinese else "Audited", *(_cell(y["audited"], lang) for y in years)],
    ]
    for line in LINES:
        values = [y[f"{line.name}_minor"] for y in years]
        if any(value is not None for value in values):
            shown = ["" if v is None else Decimal(figure(v, client.currency, SHEET_POWER)) for v in values]
            rows.append([line.zh if chinese else line.en, *shown])
    return SHEET_FILE, _workbook("报表" if chinese else "Statements", rows)


_PARTS: Final = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="{title}" sheetId="1" r:id="rId1"/>'
    "</sheets></workbook>",
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    'Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>",
    "xl/worksheets/sheet1.xml": '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cols><col min="1" max="1" '
    'width="34" customWidth="1"/><col min="2" max="9" width="16" customWidth="1"/></cols><sheetData>{rows}</sheetData></worksheet>',
}


def _workbook(title: str, rows: list[list[str | Decimal]]) -> bytes:
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            f"<c><v>{cell:f}</v></c>" if isinstance(cell, Decimal) else
            f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row
        )  # fmt: skip
        lines.append(f'<row r="{number}">{cells}</row>')
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, text in _PARTS.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system = 0
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            body = text.replace("{title}", escape(title)).replace("{rows}", "".join(lines))
            archive.writestr(info, (head + body).encode())
    return stream.getvalue()
