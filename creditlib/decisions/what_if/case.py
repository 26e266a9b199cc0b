"""`TermsCase`: a year of credit sales under one set of terms, as a person states it or a ledger tells it.

What must stay true: what a case leaves open comes from the policy and is listed by name; a loss is always stated, 0 being a
statement; shares are of what the field says, 2 % is 0.02.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from operator import index
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from creditlib import money
from creditlib.decisions.decision import no_documents
from creditlib.errors import TooLarge, UsageError
from creditlib.formulas.inputs import need_not_negative, need_number, need_share
from creditlib.formulas.trade_credit import instalment_days
from creditlib.policy import Values

if TYPE_CHECKING:
    import pyarrow as pa

_SHARES: Final = {
    "variable_cost_share": ("variable cost share", "变动成本率"),
    "tax_share": ("VAT as a share of sales", "销售额中的税额比例"),
    "discount_share": ("discount share", "折扣率"),
    "taker_share": ("share taking the discount", "享受折扣的比例"),
    "deposit_share": ("deposit share", "预付比例"),
    "insured_share": ("insured share", "投保比例"),
    "cover_share": ("share of a loss the insurer pays", "赔付比例"),
    "premium_rate": ("premium rate", "保险费率"),
    "bad_debt_share": ("bad debt share", "坏账率"),
    "default_probability": ("probability of default", "违约概率"),
    "loss_given_default": ("loss given default", "违约损失率"),
    "collection_share": ("collection cost share", "收账费用率"),
}
_LOSS: Final = ("bad_debt_share", "default_probability")
_MOST: Final = 2**53
"""Largest amount: up to it a float keeps every whole number."""


@dataclass(frozen=True, kw_only=True)
class TermsCase:
    """A year of credit sales under one set of terms. Fields that are None come from the policy.

    currency: ISO code. yearly_sales_minor: credit sales of a year before `sales_change_share`. net_days: days to pay; late_days: days
    beyond them actually taken on average, below 0 where customers pay early. instalments: equal parts the balance is paid in, the last on the net days,
    see `formulas.trade_credit.instalment_days`. variable_cost_share: of sales without VAT; tax_share: VAT
    as a share of sales, 13 ÷ 113 at 13 %, 0 where sales are without. discount_share: off the
    balance for paying within discount_days; taker_share: of the balance that does, none where there is no discount.
    deposit_share: of sales, paid at delivery; the balance is what is left. insured_share: of the balance under credit
    insurance; cover_share: of a loss the insurer pays; premium_rate: on the insured balance. Loss, one of: bad_debt_share, of the balance; or
    default_probability within a year, with loss_given_default, on the average receivables. collection_share: of sales.
    sales_change_share: what sales do under these terms, the caller's own assumption. fixed_cost_minor: further cost a year.
    customer: whom it is about, for people. assumed: fields a ledger did not tell; at_least: fields that are lower bounds.
    documents: those behind it.
    Raises: UsageError when no loss is stated or two are, TooLarge above 2**53, CurrencyError, CreditError for an impossible figure.

    >>> case = TermsCase(currency="CNY", yearly_sales_minor=120_000_000, net_days=30, bad_debt_share=0.01)
    >>> case.changed(net_days=60, sales_change_share=0.05).sales_minor
    126000000
    """

    currency: str
    yearly_sales_minor: int
    net_days: float
    late_days: float = 0
    instalments: int = 1
    variable_cost_share: float | None = None
    tax_share: float = 0
    discount_share: float = 0
    discount_days: float | None = None
    taker_share: float = 0
    deposit_share: float = 0
    insured_share: float = 0
    cover_share: float | None = None
    premium_rate: float = 0
    bad_debt_share: float | None = None
    default_probability: float | None = None
    loss_given_default: float | None = None
    collection_share: float | None = None
    sales_change_share: float = 0
    fixed_cost_minor: int = 0
    customer: str = ""
    assumed: tuple[str, ...] = field(default=(), compare=False)
    at_least: tuple[str, ...] = field(default=(), compare=False)
    documents: Callable[[], pa.Table] = field(default=no_documents, repr=False, compare=False)

    def __post_init__(self) -> None:
        money.exponent(self.currency)
        for name, en, zh in (
            ("yearly_sales_minor", "yearly sales", "年赊销额"), ("fixed_cost_minor", "fixed cost", "固定费用")
        ):  # fmt: skip
            object.__setattr__(self, name, _whole(getattr(self, name), en, zh))
        for name, (en, zh) in _SHARES.items():
            value = getattr(self, name)
            if value is not None:
                need_share(value, en, zh)
        instalment_days(self.net_days, self.instalments)
        need_number(self.late_days, "late days", "逾期天数")
        need_not_negative(0 if self.discount_days is None else self.discount_days, "discount days", "折扣期天数")
        need_number(self.sales_change_share, "change in sales", "销售额变动率")
        need_not_negative(1 + self.sales_change_share, "1 + change in sales", "1 + 销售额变动率")
        if (self.bad_debt_share is None) == (self.default_probability is None):
            told = "no loss is" if self.bad_debt_share is None else "two losses are"
            zh = "未说明" if self.bad_debt_share is None else "重复说明"
            raise UsageError(
                f"{told} stated. Give bad_debt_share or default_probability, one of them; 0 where none is expected.",
                f"{zh}损失。请在 bad_debt_share 与 default_probability 中给出一个；预计无损失时写 0。",
            )
        if self.sales_minor > _MOST:
            raise TooLarge(
                f"sales of {self.sales_minor:,} minor units are more than can be kept to the cent. Split the case.",
                f"销售额 {self.sales_minor:,}（最小单位）超出可精确到分的范围。请拆分方案。",
            )

    @property
    def sales_minor(self) -> int:
        """Credit sales of a year under these terms."""
        return to_minor(self.yearly_sales_minor * (1 + self.sales_change_share))

    def changed(self, **given: Any) -> TermsCase:
        """Return the case with other figures; what is given is no longer assumed, and one kind of loss replaces the other.

        Raises: UsageError for a field that does not exist, and as the case itself does.

        >>> case = TermsCase(currency="CNY", yearly_sales_minor=100, net_days=30, default_probability=0.02)
        >>> case.changed(bad_debt_share=0.01).default_probability is None
        True
        """
        unknown = given.keys() - _NAMES
        if unknown:
            raise UsageError(
                f"a case has no {', '.join(sorted(unknown))}. It has: {', '.join(sorted(_NAMES))}.",
                f"方案没有 {'、'.join(sorted(unknown))}。可用的有：{'、'.join(sorted(_NAMES))}。",
            )
        for one, other in (_LOSS, _LOSS[::-1]):
            if given.get(one) is not None:
                given.setdefault(other, None)
        for name in ("assumed", "at_least"):
            given.setdefault(name, tuple(n for n in getattr(self, name) if n not in given))
        return replace(self, **given)


_NAMES: Final = frozenset(f.name for f in fields(TermsCase))


class Settled(NamedTuple):
    """A case with nothing left open. sales: minor units. variable_cost: of sales, the VAT passed on with it. cover: share of a loss on the balance the insurer bears. days: average
    day the balance is paid on; late: the same of those who take no discount, paid_days: of each of their instalments. rate: of capital, a year. used: policy
    values that filled a gap, by field."""

    sales: int
    variable_cost: float
    discount: float
    discount_day: float
    takers: float
    balance: float
    late: float
    paid_days: tuple[float, ...]
    days: float
    insured: float
    cover: float
    loss_given_default: float
    collection: float
    rate: float
    year: float
    used: dict[str, str]


_GAPS: Final = {
    "variable_cost_share": "terms.variable_cost_share",
    "collection_share": "terms.collection_share",
    "discount_days": "terms.discount_days",
    "cover_share": "limit.insured_share",
    "loss_given_default": "score.loss_given_default",
}


def settle(case: TermsCase, values: Values) -> Settled:
    """Return a case with its gaps filled by the policy's values; a value is used only where it plays a part.

    >>> from datetime import date
    >>> from creditlib.policy import load_policy
    >>> case = TermsCase(currency="CNY", yearly_sales_minor=100, net_days=30, late_days=5, bad_debt_share=0)
    >>> settled = settle(case, load_policy().at(date(2026, 1, 1)))
    >>> settled.days, settled.used["variable_cost_share"]
    (35, 'terms.variable_cost_share')
    """
    plays = {
        "discount_days": case.discount_share > 0 and case.taker_share > 0,
        "cover_share": case.insured_share > 0,
        "loss_given_default": case.default_probability is not None,
    }
    found, used = {}, {}
    for name, parameter in _GAPS.items():
        own = getattr(case, name)
        if own is None:
            own = float(values[parameter])
            if plays.get(name, True):
                used[name] = parameter
        found[name] = own
    takers = case.taker_share if case.discount_share > 0 else 0.0
    paid = tuple(max(day + case.late_days, 0) for day in instalment_days(case.net_days, case.instalments))
    late = paid[0] if len(paid) == 1 else sum(paid) / len(paid)
    return Settled(
        case.sales_minor, case.tax_share + (1 - case.tax_share) * found["variable_cost_share"], case.discount_share, found["discount_days"], takers,
        1 - case.deposit_share, late, paid, takers * found["discount_days"] + (1 - takers) * late if takers else late,
        case.insured_share, case.insured_share * found["cover_share"], found["loss_given_default"],
        found["collection_share"], float(values["terms.capital_rate"]), float(values["terms.year_days"]), used,
    )  # fmt: skip


def to_minor(amount: float) -> int:
    """Return a figure in minor units as a whole number, half away from zero, by the fifteen digits a spreadsheet shows.

    >>> to_minor(0.29 * 50), to_minor(-0.5), to_minor(0.4)
    (15, -1, 0)
    """
    seen = float(f"{amount:.15g}") if abs(amount) < 10**15 else amount
    size = int(abs(seen))
    size += abs(seen) - size >= 0.5
    return -size if seen < 0 else size


def _whole(value: Any, en: str, zh: str) -> int:
    """Return a whole number of minor units, not below 0. Raises: UsageError, CreditError."""
    try:
        found = index(value)
    except TypeError:
        raise UsageError(
            f"{en} must be a whole number of minor units, got {value!r}. 1,000.00 is 100000.",
            f"{zh}须为以最小单位（分）计的整数，得到 {value!r}。1,000.00 写作 100000。",
        ) from None
    need_not_negative(found, en, zh)
    return found
