"""What trade credit costs and earns: the price of a discount not taken, the value of granting credit, profit after its cost.

What must stay true: plain Python; rates and discounts are shares (2 % is 0.02); amounts are plain numbers of one currency; a
rate per period belongs to the period of the credit, a rate per year is named so.
"""

from __future__ import annotations

from math import ceil, expm1, log1p
from typing import Literal, NamedTuple

from creditlib.errors import CreditError, TooLarge, UsageError
from creditlib.formulas.inputs import figure, need_above_zero, need_not_negative, need_number, need_share


class EarlyDiscount(NamedTuple):
    """What an early payer deducts, and what is left to pay, tax included."""

    discount: float
    to_pay: float


def credit_cost_simple(discount: float, discount_days: float, paid_day: float, year_days: float = 365) -> float:
    """Return the yearly cost of not taking a discount, without compounding: d ÷ (1 − d) × year ÷ (paid − discount day).

    discount: share; discount_days, paid_day: days from the invoice, the last one with discount and the one paid instead.
    Raises: CreditError when the discount is no share below 1 or nothing was gained by waiting.
    Source: tests/published/trade_credit_cost.toml.

    >>> round(credit_cost_simple(0.02, 10, 30, 360), 4)
    0.3673
    """
    periods = _periods(discount, discount_days, paid_day, year_days)  # refuses a discount of 1
    return discount / (1 - discount) * periods


def credit_cost_compound(discount: float, discount_days: float, paid_day: float, year_days: float = 365) -> float:
    """Return the yearly cost of not taking a discount, compounded: (1 + d ÷ (1 − d)) to the power of year ÷ days, less 1.

    Inputs and errors as in `credit_cost_simple`; TooLarge when the cost leaves the numbers a computer has.
    Source: tests/published/trade_credit_cost.toml.

    >>> round(credit_cost_compound(0.02, 10, 30), 4)
    0.4459
    """
    periods = _periods(discount, discount_days, paid_day, year_days)
    try:
        return expm1(-log1p(-discount) * periods)
    except OverflowError:
        raise TooLarge(
            f"a discount of {figure(discount)} compounded {figure(periods)} times a year is beyond any number. Use the "
            "simple cost.",
            f"折扣率 {figure(discount)} 每年复利 {figure(periods)} 次，超出数值范围。请改用单利成本。",
        ) from None


def early_discount(net: float, tax: float, discount: float, base: Literal["gross", "net"] = "gross") -> EarlyDiscount:
    """Return what a discount for early payment takes off, and what remains to be paid.

    net, tax: of the invoice. base: "gross", the share is of net + tax, so that the tax falls with it; "net", the share is of the
    net amount and the tax stays whole. Which one holds is a matter of the contract and the tax law. Raises: CreditError when
    the discount is no share, UsageError for another base. Source: tests/published/early_discount.toml.

    >>> early_discount(1_000, 150, 0.1), early_discount(1_000, 150, 0.1, "net").to_pay
    (EarlyDiscount(discount=115.0, to_pay=1035.0), 1050.0)
    """
    need_number(net, "net amount", "不含税金额")
    need_number(tax, "tax", "税额")
    need_share(discount, "discount", "折扣率")
    if base not in ("gross", "net"):
        raise UsageError(
            f'a discount has no base "{base}". There are: gross (tax included), net (before tax).',
            f"折扣没有“{base}”这一基数。现有：gross（含税）、net（不含税）。",
        )
    off = discount * (net + tax if base == "gross" else net)
    return EarlyDiscount(off, net + tax - off)


def npv_of_granting_credit(
    price: float, variable_cost: float, quantity: float, new_quantity: float, rate: float
) -> float:
    """Return the net present value of selling on credit instead of for cash: −[P·Q + v·(Q′ − Q)] + (P − v)·(Q′ − Q) ÷ R.

    price, variable_cost: per unit; quantity, new_quantity: units per period before and after; rate: share per period, the
    period being the credit period. Every unit is paid, one period late, and the switch lasts for good.
    Raises: CreditError when the rate is ≤ 0 or another input negative. Source: tests/published/terms_npv.toml.

    >>> round(npv_of_granting_credit(49, 20, 100, 110, 0.02), 2)
    9400.0
    """
    _need_terms(price, variable_cost, quantity, new_quantity, rate)
    more = new_quantity - quantity
    return (price - variable_cost) * more / rate - (price * quantity + variable_cost * more)


def break_even_units(price: float, variable_cost: float, quantity: float, rate: float) -> float:
    """Return the further units per period at which granting credit is worth nothing: P·Q ÷ ((P − v) ÷ R − v).

    Inputs as in `npv_of_granting_credit`. Raises: CreditError also when no number of units makes up for the credit.
    Source: tests/published/terms_npv.toml, npv-locust.

    >>> round(break_even_units(49, 20, 100, 0.02), 4)
    3.4266
    """
    _need_terms(price, variable_cost, quantity, quantity, rate)
    worth = (price - variable_cost) / rate - variable_cost
    if worth <= 0:
        raise CreditError(
            f"no number of further units pays for the credit: one costs {figure(variable_cost)} now and brings "
            f"{figure((price - variable_cost) / rate)} in all. Raise the price or shorten the credit.",
            f"增加多少销量都无法弥补信用成本：每件当期付出 {figure(variable_cost)}，累计带回 "
            f"{figure((price - variable_cost) / rate)}。请提高价格或缩短账期。",
        )
    return price * quantity / worth


def one_shot_gain(price: float, variable_cost: float, quantity: float, new_quantity: float, rate: float) -> float:
    """Return the present value of one period's sale on credit over one for cash: P·Q′ ÷ (1 + R) − v·Q′ − (P − v)·Q.

    Inputs and errors as in `npv_of_granting_credit`, which is this gain now and in every later period: gain × (1 + R) ÷ R.
    Source: tests/published/terms_npv.toml, npv-20a1.

    >>> round(one_shot_gain(175, 130, 1_000, 1_100, 0.02), 2)
    725.49
    """
    _need_terms(price, variable_cost, quantity, new_quantity, rate)
    return price * new_quantity / (1 + rate) - variable_cost * new_quantity - (price - variable_cost) * quantity


def carrying_cost(price: float, variable_cost: float, quantity: float, new_quantity: float, rate: float) -> float:
    """Return the cost per period of carrying the receivables a switch to credit creates: [P·Q + v·(Q′ − Q)] × R.

    Sales there were anyway are tied up at their price, further ones at what they cost. Inputs and errors as in
    `npv_of_granting_credit`, which is (the further margin − this cost) ÷ R. Source: tests/published/terms_npv.toml, npv-20a1.

    >>> carrying_cost(175, 130, 1_000, 1_100, 0.02)
    3760.0
    """
    _need_terms(price, variable_cost, quantity, new_quantity, rate)
    return (price * quantity + variable_cost * (new_quantity - quantity)) * rate


def profit_after_credit_cost(
    sales: float,
    margin: float,
    average_receivables: float,
    variable_cost_share: float,
    capital_rate: float,
    bad_debt_share: float,
    collection_cost: float,
    discount_cost: float = 0,
) -> float:
    """Return the profit of a credit policy after its cost, 信用成本后收益.

    margin − receivables × variable cost share × capital rate − sales × bad debt share − collection − discounts. margin: amount,
    sales less variable cost; average_receivables: amount; variable_cost_share and bad_debt_share: of sales; capital_rate: share
    per year, sales of a year. Raises: CreditError when a share is none or an amount other than the margin negative.
    Source: tests/published/terms_profit.toml.

    >>> profit_after_credit_cost(2_400, 480, 400, 0.8, 0.1, 0.02, 40)
    360.0
    """
    need_share(bad_debt_share, "bad debt share", "坏账率")
    tied_up = _tied_up(sales, margin, average_receivables, variable_cost_share, capital_rate)
    return margin - tied_up - sales * bad_debt_share - _further_cost(collection_cost, discount_cost)


def break_even_bad_debt_share(
    sales: float,
    margin: float,
    average_receivables: float,
    variable_cost_share: float,
    capital_rate: float,
    collection_cost: float,
    discount_cost: float = 0,
    target: float = 0,
) -> float:
    """Return the share of sales that may turn bad before the profit after credit cost falls to `target`.

    target: 0, or the profit of the policy compared with. Below 0: the target is missed even without a bad debt. The other
    inputs and errors as in `profit_after_credit_cost`; sales must be above 0.
    Source: tests/published/terms_profit.toml, policy-cn-3.

    >>> round(break_even_bad_debt_share(2_600, 520, 650, 0.8, 0.1, 20, target=360), 4)
    0.0338
    """
    need_above_zero(sales, "sales", "销售额")
    need_number(target, "target", "目标收益")
    tied_up = _tied_up(sales, margin, average_receivables, variable_cost_share, capital_rate)
    return (margin - tied_up - _further_cost(collection_cost, discount_cost) - target) / sales


def break_even_sales(
    variable_cost_share: float,
    collection_days: float,
    capital_rate: float,
    bad_debt_share: float,
    collection_cost: float,
    discount_share: float = 0,
    target: float = 0,
    year_days: float = 365,
) -> float:
    """Return the yearly sales at which the profit after credit cost reaches `target`.

    (collection cost + target) ÷ (1 − v − v × capital rate × days ÷ year − bad debt share − discount share), v being the variable
    cost share. collection_days: days sales stay unpaid on average; target: 0, the profit of the policy compared with, or a
    loss to earn back; collection_cost does not move with sales. Raises: CreditError when a share is none, an amount negative,
    or each further sale loses money. Source: tests/published/terms_profit.toml, policy-cn-3.

    >>> round(break_even_sales(0.8, 60, 0.1, 0.02, 40, target=360, year_days=360), 6)
    2400.0
    """
    need_share(variable_cost_share, "variable cost share", "变动成本率")
    need_share(bad_debt_share, "bad debt share", "坏账率")
    need_share(discount_share, "discount share", "折扣率")
    need_not_negative(collection_days, "collection days", "平均收款天数")
    need_not_negative(capital_rate, "capital rate", "资金成本率")
    need_not_negative(collection_cost, "collection cost", "收账费用")
    need_not_negative(target, "target", "目标收益")
    need_above_zero(year_days, "days of the year", "一年的天数")
    costs = variable_cost_share * capital_rate * collection_days / year_days + bad_debt_share + discount_share
    left = 1 - variable_cost_share - costs
    if left <= 0:
        raise CreditError(
            f"no sales break even: the margin is {figure(1 - variable_cost_share)} of sales and credit takes "
            f"{figure(costs)}. Shorten the credit, raise the price or refuse the risk.",
            f"任何销售额都无法保本：毛利占销售额 {figure(1 - variable_cost_share)}，信用成本占 {figure(costs)}。"
            "请缩短账期、提高价格或不接受该风险。",
        )
    return (collection_cost + target) / left


def instalment_days(net_days: float, count: int) -> tuple[float, ...]:
    """Return the day each of several equal instalments is due: the last on the net days, the others evenly before it, on whole days.

    Instalments so give no longer credit than the net days, and on average (count + 1) ÷ (2 × count) of them, but for the rounding up.
    Raises: CreditError for net days below 0, or a count that is no whole number from 1 on.

    >>> instalment_days(60, 3), instalment_days(15, 2), instalment_days(43.5, 1)
    ((20, 40, 60), (8, 15), (43.5,))
    """
    need_not_negative(net_days, "net days", "账期天数")
    if count != int(count) or count < 1:
        raise CreditError(
            f"instalments must be a whole number from 1 on, got {figure(count)}. Write 1 where everything is paid at once.",
            f"分期数须为不小于 1 的整数，得到 {figure(count)}。一次付清写 1。",
        )
    earlier = (min(ceil(net_days * k / count), net_days) for k in range(1, int(count)))
    return (*earlier, net_days)


def _periods(discount: float, discount_days: float, paid_day: float, year_days: float) -> float:
    """How many times a year the days gained by waiting fit; refuses what has no cost."""
    need_share(discount, "discount", "折扣率")
    need_not_negative(discount_days, "discount days", "折扣期天数")
    need_above_zero(year_days, "days of the year", "一年的天数")
    need_number(paid_day, "day of payment", "付款日")
    if discount == 1:
        raise CreditError(
            "a discount of 1 leaves nothing to pay: its cost is unbounded. Write 2 % as 0.02.",
            "折扣率为 1 时无需付款，成本无界。2% 请写成 0.02。",
        )
    if paid_day <= discount_days:
        raise CreditError(
            f"paid on day {figure(paid_day)}, discount until day {figure(discount_days)}: nothing was forgone. Give a day "
            "after the discount ends.",
            f"第 {figure(paid_day)} 天付款，折扣期至第 {figure(discount_days)} 天：并未放弃折扣。请给出折扣期之后的付款日。",
        )
    return year_days / (paid_day - discount_days)


def _need_terms(price: float, variable_cost: float, quantity: float, new_quantity: float, rate: float) -> None:
    """Refuse negative prices and quantities, and a rate of nothing."""
    need_not_negative(price, "price", "单价")
    need_not_negative(variable_cost, "variable cost", "单位变动成本")
    need_not_negative(quantity, "quantity", "销量")
    need_not_negative(new_quantity, "new quantity", "新销量")
    need_above_zero(rate, "rate per period", "每期利率")


def _tied_up(sales: float, margin: float, receivables: float, variable_cost_share: float, capital_rate: float) -> float:
    """What the money in the receivables costs; checks what it and the margin are made of."""
    need_not_negative(sales, "sales", "销售额")
    need_number(margin, "margin", "边际贡献")
    need_not_negative(receivables, "average receivables", "平均应收账款")
    need_share(variable_cost_share, "variable cost share", "变动成本率")
    need_not_negative(capital_rate, "capital rate", "资金成本率")
    return receivables * variable_cost_share * capital_rate


def _further_cost(collection_cost: float, discount_cost: float) -> float:
    """Collection and discounts, neither below 0."""
    need_not_negative(collection_cost, "collection cost", "收账费用")
    need_not_negative(discount_cost, "discount cost", "折扣成本")
    return collection_cost + discount_cost
