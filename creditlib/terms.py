"""Payment terms: "2/10 net 30", "月结30天", instalments → due dates and amounts.

What must stay true: every instalment names the event it counts from; a code (NT30, ZN04) is never read by its digits;
the lines of a schedule add up to the total exactly, the last line takes what rounding left.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

from creditlib.days import add_months, day_of, from_cell, month_end
from creditlib.errors import TermsError

Event = Literal["invoice", "shipment", "invoice_receipt", "acceptance"]
"""What the days count from: 开票, 发货/货到, 票到, 验收/签收."""
Events = date | Mapping[Event, date | None]
"""The invoice date alone, or the date of each event that is known."""
Part = Literal["share", "share_of_rest", "fixed", "rest"]
MonthRule = Literal["months", "days"]


@dataclass(frozen=True, slots=True)
class Delay:
    """How a due date follows from its event; the fields apply in the order they stand here.

    first_days: days added before any month is counted. cutoff_day: last day of the statement month, 31 = the month's
    end; a later day belongs to the next month. months: months added. day: day of the month set, 31 = its last day.
    days: days added at the end. All are ≥ 0. Raises: TermsError for a negative number or a day outside 1–31.

    >>> Delay(months=2, day=15, days=30).after(date(2011, 10, 1)), Delay(day=31, days=45).after(date(2019, 1, 15))
    (datetime.date(2012, 1, 14), datetime.date(2019, 3, 17))
    """

    first_days: int = 0
    cutoff_day: int | None = None
    months: int = 0
    day: int | None = None
    days: int = 0

    def __post_init__(self) -> None:
        for name in ("first_days", "months", "days"):
            _within(name, getattr(self, name), 0, None)
        for name in ("cutoff_day", "day"):
            _within(name, 1 if getattr(self, name) is None else getattr(self, name), 1, 31)
        if self.cutoff_day is not None and self.day is None:
            raise TermsError(
                f"cut-off day {self.cutoff_day}: a cut-off moves the statement month, and this is no month term. Write "
                "for example 月结30天 25日截止. [term-cutoff]",
                f"截止日 {self.cutoff_day}：只能与月结同写，例如“月结30天 25日截止”。[term-cutoff]",
            )

    def after(self, on: date) -> date:
        """Return the day this delay leads to. Raises: TermsError beyond the year 9999.

        >>> Delay(months=1, day=31).after(date(2026, 1, 31))
        datetime.date(2026, 2, 28)
        """
        try:
            out = day_of(from_cell(on)) + timedelta(days=self.first_days)
            if self.cutoff_day is not None:
                out = statement_month(out, self.cutoff_day)
            out = add_months(out, self.months)
            if self.day is not None:
                out = out.replace(day=min(self.day, month_end(out).day))
            return out + timedelta(days=self.days)
        except (OverflowError, ValueError):
            raise TermsError(
                f"the due date counted from {on} lies beyond the year 9999. Correct the date. [term-date]",
                f"从 {on} 起算的到期日超出 9999 年。请更正日期。[term-date]",
            ) from None


@dataclass(frozen=True, slots=True)
class Instalment:
    """One line of a term: how much, and when.

    part: "share" of the total, "share_of_rest" of what earlier lines left, "fixed" amount, or the "rest".
    share: 0–1, for the two shares. fixed_minor: minor units, > 0, for "fixed". event: what `delay` counts from.
    Raises: TermsError when the figure its part needs is missing or out of range.

    >>> Instalment("share", share=Decimal("0.3")).event
    'invoice'
    """

    part: Part = "rest"
    delay: Delay = field(default_factory=Delay)
    event: Event = "invoice"
    share: Decimal | None = None
    fixed_minor: int | None = None

    def __post_init__(self) -> None:
        shared = self.part in ("share", "share_of_rest")
        share_fits = (self.share is not None and 0 < self.share <= 1) if shared else self.share is None
        fixed_fits = (self.fixed_minor or 0) > 0 if self.part == "fixed" else self.fixed_minor is None
        if not (share_fits and fixed_fits):
            raise TermsError(
                f'instalment "{self.part}": share {self.share}, fixed amount {self.fixed_minor}. Give a share above 0 '
                "and up to 1, or an amount above 0, or neither for the rest. [term-shares]",
                f"分期“{self.part}”：比例 {self.share}，固定金额 {self.fixed_minor}。"
                "比例须大于 0 且不超过 1，固定金额须大于 0，余款两者都不填。[term-shares]",
            )


@dataclass(frozen=True, slots=True)
class Discount:
    """An early discount 现金折扣: share 0–1 of the amount, within days after the invoice.

    >>> Discount(Decimal("0.02"), 10).days
    10
    """

    share: Decimal
    days: int

    def __post_init__(self) -> None:
        _within("days", self.days, 0, None)
        if not 0 < self.share < 1:
            raise TermsError(
                f"early discount {_percent(self.share)} must lie between 0 % and 100 %. [term-discount]",
                f"现金折扣 {_percent(self.share)} 须在 0 % 与 100 % 之间。[term-discount]",
            )


@dataclass(frozen=True, slots=True)
class Terms:
    """A payment term: its instalments in order, and an early discount. text: as it was written, not compared.

    Shares alone must add up to 100 %; any other mix ends with the one "rest" line. Raises: TermsError.

    >>> Terms((Instalment(delay=Delay(days=30)),)) == parse_terms("net 30")
    True
    """

    instalments: tuple[Instalment, ...]
    discount: Discount | None = None
    text: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        parts = [line.part for line in self.instalments]
        shares = [line.share for line in self.instalments if line.part == "share" and line.share is not None]
        whole = sum(shares, Decimal(0))
        ends_with_rest = parts[-1:] == ["rest"] and parts.count("rest") == 1 and whole < 1
        if not (ends_with_rest or (set(parts) == {"share"} and whole == 1)):
            added = " + ".join(map(_percent, shares)) + " = " if len(shares) > 1 else ""
            en = f"the shares are {added}{_percent(whole)}. Make them 100 %, or less and one last instalment the rest."
            zh = f"各期比例为 {added}{_percent(whole)}。请使合计为 100 %，或不足部分仅由最后一期承担。"
            raise _refused(self.text, "term-shares", en, zh)


@dataclass(frozen=True, slots=True)
class DueDate:
    """When one instalment is due. provisional: the date of `event` is not known, it was counted from the invoice.

    >>> DueDate(date(2024, 1, 31), "acceptance", True).provisional
    True
    """

    on: date
    event: Event
    provisional: bool


def statement_month(on: date, cutoff_day: int) -> date:
    """Return the first day of the statement month 对账月 a day belongs to.

    cutoff_day: 1–31; in a shorter month its last day: 31 is the calendar month. Raises: TermsError outside 1–31.

    >>> statement_month(date(2026, 1, 25), 25), statement_month(date(2026, 1, 26), 25)
    (datetime.date(2026, 1, 1), datetime.date(2026, 2, 1))
    """
    _within("cutoff_day", cutoff_day, 1, 31)
    first = on.replace(day=1)
    return add_months(first, 1) if on.day > min(cutoff_day, month_end(on).day) else first


def due_dates(terms: Terms, events: Events) -> tuple[DueDate, ...]:
    """Return one due date for each instalment, in the order of the term.

    events: the invoice date, or event → date; a date that is None or missing makes the line provisional, counted from
    the invoice. Raises: TermsError when the invoice date is needed and missing.

    >>> [d.on.isoformat() for d in due_dates(parse_terms("30% now, balance 60 days"), date(2024, 1, 1))]
    ['2024-01-01', '2024-03-01']
    >>> due_dates(parse_terms("票到30天"), {"invoice": date(2024, 1, 1)})[0].provisional
    True
    """
    known: Mapping[Event, date | None] = {"invoice": events} if isinstance(events, date) else events
    out = []
    for line in terms.instalments:
        own = known.get(line.event)
        base = known.get("invoice") if own is None else own
        if base is None:
            en = f'no date of "{line.event}" and no invoice date. Give the invoice date at least.'
            zh = f"既无“{line.event}”日期，也无开票日期。请给出开票日期。"
            raise _refused(terms.text, "term-date", en, zh)
        out.append(DueDate(line.delay.after(base), line.event, own is None))
    return tuple(out)


def due_on(terms: Terms, events: Events) -> date:
    """Return the due date of a term with one instalment; with several instalments the latest of their dates.

    Whether it is provisional is lost here: ask `due_dates`. Raises: TermsError as `due_dates` does.

    >>> due_on(parse_terms("月结30天"), date(2026, 1, 31))
    datetime.date(2026, 2, 28)
    >>> due_on(parse_terms("月结30天", rule="days"), date(2026, 1, 31))
    datetime.date(2026, 3, 2)
    """
    return max(due.on for due in due_dates(terms, events))


def schedule(terms: Terms, total_minor: int, events: Events) -> tuple[tuple[date, int], ...]:
    """Return (due_on, amount_minor) for each instalment, in the order of the term; the amounts add up to the total.

    total_minor: minor units; a credit note is negative and gets negative lines. events: as in `due_dates`.
    Each line is rounded half away from zero and never exceeds what is left (it can be 0); the last takes the rest.
    Raises: TermsError as `due_dates` does.

    >>> [minor for _, minor in schedule(parse_terms("50% now, 50% 30 days"), 3, date(2024, 1, 1))]
    [2, 1]
    """
    sign, total = (-1 if total_minor < 0 else 1), abs(total_minor)
    left, out = total, []
    for i, (line, due) in enumerate(zip(terms.instalments, due_dates(terms, events), strict=True), start=1):
        amount = left
        if i < len(terms.instalments):
            numerator, denominator = (line.share or Decimal(0)).as_integer_ratio()
            of = total if line.part == "share" else left
            asked = line.fixed_minor or (2 * of * numerator + denominator) // (2 * denominator)
            amount = min(asked, left)
        left -= amount
        out.append((due.on, sign * amount))
    return tuple(out)


_DISABLED = re.compile(r"[(\[【](?:已?停用|已?作废|禁用|disabled|inactive)[)\]】]\s*")
_CUTOFF = re.compile(
    r"[,;、(\s]{0,4}(?:(?:每月)?(?<!\d)(\d{1,2})[日号](?:截止|截单|(?:截|结|关|对)[账帐])|截止日:?(?:每月)?(\d{1,2})[日号]?"
    r"|\bcut[- ]?off:?(?: day)?(?: on)?(?: the)? ?(\d{1,2})(?:st|nd|rd|th)?)\)?"
)
_DISCOUNT = re.compile(r"(\d{1,2}(?:\.\d{1,4})?) ?(?:% ?/?|/) ?(\d{1,3}) ?(?:days?)?[,;]? ?(?=n(?:et|/))(.*)")
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,4})?) ?%(?:的?(?:货款|合同款))?")
_REST = re.compile(r"^(?:balance|the rest|rest|remainder|余款|尾款|剩余|其余)(?:due|in|:| )*")
_NOW = re.compile(
    r"(?:(?:due|payable) )?(?:immediate(?: payment|ly)?|now|(?:up)?on receipt)|pre(?:paid|pay|payment)"
    r"|(?:(?:cash|payment) )?in advance|advance(?: payment)?"
    r"|(?:全额|prepaid/)?预付款?|款到发货|先款后货|现[结款付]|即付|立即付款"
)
_ON_DELIVERY = re.compile(r"cod|c\.o\.d|(?:cash )?on (?:delivery|shipment)")
_EVENT_ZH: Final[dict[str, Event]] = {
    "收到发票": "invoice_receipt", "收票": "invoice_receipt", "票到": "invoice_receipt", "到票": "invoice_receipt",
    "见票": "invoice_receipt", "货到": "shipment", "到货": "shipment", "收货": "shipment", "发货": "shipment",
    "出货": "shipment", "交货": "shipment", "验收合格": "acceptance", "验收": "acceptance", "签收": "acceptance",
    "开票": "invoice", "发票": "invoice",
}  # fmt: skip
_EVENT_EN: Final[dict[str, Event]] = {
    "invoice": "invoice", "receipt of invoice": "invoice_receipt", "invoice receipt": "invoice_receipt",
    "shipment": "shipment", "delivery": "shipment", "receipt of goods": "shipment", "acceptance": "acceptance",
}  # fmt: skip
_ZH_EVENT = rf"(?:自?({'|'.join(_EVENT_ZH)})(?:之?日期?)?(?:起|之?后)?)"
_PAY = "(?:付款|付清|支付|结清)?"
_ZH_MONTHLY = re.compile(rf"{_ZH_EVENT}?月结-?(?:(\d{{1,3}})(?:天|日)?|(\d{{1,2}})个月){_PAY}")
_ZH_DAYS = re.compile(
    rf"(?:{_ZH_EVENT}|[账帐]期|信用期|赊销|(?=\d+[天个]))(?:(\d{{1,3}})(?:天|日)?|(\d{{1,2}})个月)(?:后|之?内)?{_PAY}"
)
_ZH_AT = re.compile(rf"{_ZH_EVENT}(?:即付|付款|付清|支付)")
_ZH_MONTH_DAY = re.compile(rf"(?:(?:([次下])个?|[当本])?月(?:[底末]|(\d{{1,2}})[日号])){_PAY}")
_EN_DAYS = re.compile(
    rf"(?:(?:net ?|n/ ?)(\d{{1,3}})(?: ?days?)?|(?:within |due in |in )?(\d{{1,3}}) ?days?(?: net)?)"
    rf"(?: (?:after|from)(?: the)?(?: date of)? ({'|'.join(_EVENT_EN)})(?: date)?)?"
)
_EN_EOM = re.compile(
    r"(?:net |n/ ?)?(?:(\d{1,3})(?: ?days?)? (?:from |after )?)?(?:eom|end of (?:the )?month)"
    r"(?: ?[+ ] ?(\d{1,3})(?: ?days?)?)?"
)
_EN_NEXT = re.compile(r"(?:net )?(?:end|(\d{1,2})(?:st|nd|rd|th)?) of (?:the )?(?:following|next) month")
_EN_ON_THE = re.compile(r"(\d{1,3}) days,? on the (\d{1,2})(?:st|nd|rd|th)?(?: of (?:the )?(?:following|next) month)?")
_CODE = re.compile(r"[a-z]{1,6}[-_]?\d[0-9a-z]*|\d[0-9a-z]*")
_FORMS = '"net 30", "2/10 net 30", "30 days EOM", "月结30天", "月结30天 25日截止", "票到30天", "预付30%+票到30天"'


def parse_terms(text: str, *, rule: MonthRule | None = None) -> Terms:
    """Return the term a text means. Full-width signs, capitals and a "(停用)" in front do not matter.

    rule: how N days after the month's end count. "months": N/30 months to a month's end, where N is a multiple of 30;
    "days": N days after the month's end. None: "months", but "days" where a cut-off day is given.
    Prepaid, immediate and "due on receipt" are due on the invoice date; COD on shipment. Raises: TermsError for a code
    (looked up in a table, never read), a text with two base days, percentages that are not 100 %, other words.

    >>> parse_terms("2/10 net 30").discount
    Discount(share=Decimal('0.02'), days=10)
    >>> due_on(parse_terms("月结30天 25日截止"), date(2026, 1, 26))
    datetime.date(2026, 3, 30)
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    plain = re.sub(r" (?=[^\x00-\x7f])|(?<=[^\x00-\x7f]) ", "", _DISABLED.sub("", plain, count=1)).strip(" .。")
    cutoff: int | None = None
    if found := _CUTOFF.search(plain):
        cutoff = int(next(group for group in found.groups() if group))
        plain = (plain[: found.start()] + plain[found.end() :]).strip()
    plain = re.sub(r"(?<=[^\x00-\x7f])[(:](\d{1,3}[天日]?)\)?", r"\1", plain)
    discount, body = None, plain
    if found := _DISCOUNT.fullmatch(plain):
        discount, body = Discount(Decimal(found[1]) / 100, int(found[2])), found[3]
    lines = _lines(body, "days" if rule is None and cutoff is not None else rule or "months")
    if not lines:
        raise _not_understood(text, plain)
    if cutoff is not None:
        several = any(line.delay.day for line in lines)  # beside a prepaid part only the month terms have a statement
        moved = [replace(line.delay, cutoff_day=cutoff if line.delay.day or not several else None) for line in lines]
        lines = [replace(line, delay=delay) for line, delay in zip(lines, moved, strict=True)]
    first = lines[0]
    if discount and (first.delay.day or first.event != "invoice" or first.delay.days < discount.days):
        en = f"the discount's {discount.days} days do not lie within days from the invoice. Write it as 2/10 net 30."
        zh = f"折扣期 {discount.days} 天不在自开票日起的付款期内。请写成“2/10 net 30”。"
        raise _refused(text, "term-discount", en, zh)
    return Terms(tuple(lines), discount, text)


def _lines(body: str, rule: MonthRule) -> list[Instalment]:
    """Return the instalments of a text, or none where a piece is not understood."""
    if one := _delay(body, rule):
        return [Instalment("rest", *one)]
    lines = []
    for piece in filter(str.strip, re.split(r"[,;、+]|\band\b", body)):
        shares = _SHARE.findall(piece)
        words = " ".join(_SHARE.sub(" ", piece).split())
        read = _delay(_REST.sub("", words), rule)
        share = Decimal(shares[0]) / 100 if shares else None
        if read is None or len(shares) > 1 or (share is not None and not 0 < share <= 1):
            return []
        lines.append(Instalment("rest" if share is None else "share", *read, share=share))
    return lines if any(line.share for line in lines) else []


def _delay(words: str, rule: MonthRule) -> tuple[Delay, Event] | None:
    if _NOW.fullmatch(words):
        return Delay(), "invoice"
    if _ON_DELIVERY.fullmatch(words):
        return Delay(), "shipment"
    if m := _EN_DAYS.fullmatch(words):
        return Delay(days=int(m[1] or m[2])), _EVENT_EN[m[3] or "invoice"]
    if (m := _EN_EOM.fullmatch(words)) and not (m[1] and m[2]):
        return _month_end(int(m[1] or m[2] or 0), rule), "invoice"
    if m := _EN_NEXT.fullmatch(words):
        return Delay(months=1, day=int(m[1] or 31)), "invoice"
    if m := _EN_ON_THE.fullmatch(words):
        return Delay(first_days=int(m[1]), months=1, day=int(m[2])), "invoice"
    if m := _ZH_MONTHLY.fullmatch(words):
        delay = _month_end(int(m[2]), rule) if m[2] else Delay(months=int(m[3]), day=31)
        return delay, _EVENT_ZH[m[1] or "开票"]
    if m := _ZH_DAYS.fullmatch(words):
        return Delay(days=int(m[2] or 0), months=int(m[3] or 0)), _EVENT_ZH[m[1] or "开票"]
    if m := _ZH_AT.fullmatch(words):
        return Delay(), _EVENT_ZH[m[1]]
    if (m := _ZH_MONTH_DAY.fullmatch(words)) and (m[1] or not m[2]):
        return Delay(months=1 if m[1] else 0, day=int(m[2] or 31)), "invoice"
    return None


def _month_end(days: int, rule: MonthRule) -> Delay:
    by_month = rule == "months" and days % 30 == 0
    return Delay(day=31, months=days // 30) if by_month else Delay(day=31, days=days)


def _not_understood(text: str, plain: str) -> TermsError:
    if _CODE.fullmatch(plain):
        en = "a code; its digits do not say its days (NT3G can be 135). Give it a meaning in the term-code table, or "
        zh = "这是代码，数字不代表天数（NT3G 可以是 135 天）。请在付款条件代码表中定义，或"
        return _refused(text, "term-code", f"{en}write the term out: {_FORMS}.", f"{zh}直接写明：{_FORMS}。")
    en = f"not understood. Write one base day, the days and any percentages, such as {_FORMS}."
    return _refused(text, "term-text", en, f"无法理解。请写明唯一的起算日、天数和比例，例如 {_FORMS}。")


def _refused(text: str, check: str, en: str, zh: str) -> TermsError:
    return TermsError(f'payment term "{text:.60}": {en} [{check}]', f"付款条件“{text:.60}”：{zh}[{check}]")


def _within(name: str, value: int, low: int, high: int | None) -> None:
    if value < low or (high is not None and value > high):
        span = f"≥ {low}" if high is None else f"{low}–{high}"
        raise TermsError(
            f"{name} is {value}, must be {span}. [term-day]", f"{name} 为 {value}，应为 {span}。[term-day]"
        )


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"
