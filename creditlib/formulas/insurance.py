"""Credit insurance and expected loss: what cover carries, what a claim pays, what a policy costs, what a risk costs on average.

What must stay true: plain Python; amounts are plain numbers of one currency, shares 0–1; no figure falls below 0.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from creditlib.errors import UsageError
from creditlib.formulas.inputs import need_not_negative, need_share


class InsuredSplit(NamedTuple):
    """A limit and the part of it carried without insurance."""

    total: float
    own: float


def insured_split(total: float, insured: float) -> InsuredSplit:
    """Return a limit and its own risk: total − insured, never below 0; cover above the limit lifts the limit to the cover.

    total: credit limit; insured: cover granted. Raises: CreditError when either is negative.
    Source: tests/published/insurance.toml, limit-insured-part.

    >>> insured_split(50, 25), insured_split(50, 100)
    (InsuredSplit(total=50, own=25), InsuredSplit(total=100, own=0))
    """
    need_not_negative(total, "total limit", "总额度")
    need_not_negative(insured, "insured limit", "保险限额")
    return InsuredSplit(max(total, insured), max(total - insured, 0))


def claim(
    loss: float,
    insured_limit: float,
    share: float,
    deductible: float = 0,
    order: Literal["deductible_first", "share_first"] = "deductible_first",
) -> float:
    """Return what an insurer pays on a loss, never below 0.

    The loss counts up to the insured limit. order: "deductible_first", (loss − deductible) × share; "share_first",
    loss × share − deductible; the policy says which. share: insured share 赔付比例. Raises: CreditError when an amount is
    negative or the share none, UsageError for another order. Source: tests/published/insurance.toml, ins-claim-own.

    >>> claim(1_000_000, 800_000, 0.9, 20_000), claim(1_000_000, 800_000, 0.9, 20_000, "share_first")
    (702000.0, 700000.0)
    """
    need_not_negative(loss, "loss", "损失")
    need_not_negative(insured_limit, "insured limit", "保险限额")
    need_not_negative(deductible, "deductible", "免赔额")
    need_share(share, "insured share", "赔付比例")
    counted = min(loss, insured_limit)
    if order == "deductible_first":
        return max(counted - deductible, 0) * share
    if order == "share_first":
        return max(counted * share - deductible, 0)
    raise UsageError(
        f'a claim has no order "{order}". There are: deductible_first, share_first.',
        f"赔款没有“{order}”这一顺序。现有：deductible_first（先扣免赔额）、share_first（先乘赔付比例）。",
    )


def premium(turnover: float, rate: float, minimum: float = 0) -> float:
    """Return the premium of a policy on turnover: insured turnover × rate, at least the minimum.

    rate: share, 0.0025 for 0.25 %. Raises: CreditError when turnover or minimum is negative or the rate no share.
    Source: tests/published/insurance.toml, ins-premium.

    >>> premium(20_000_000, 0.0025), premium(1_000_000, 0.0025, minimum=8_000)
    (50000.0, 8000)
    """
    need_not_negative(turnover, "turnover", "投保营业额")
    need_share(rate, "premium rate", "保险费率")
    need_not_negative(minimum, "minimum premium", "最低保费")
    return max(turnover * rate, minimum)


def expected_loss(pd: float, lgd: float, ead: float) -> float:
    """Return the loss to expect on average: probability of default × loss given default × exposure at default.

    pd: share, over the horizon meant; lgd: share of the exposure lost for good; ead: amount. Unsecured trade debt often loses
    far more than the 45 % of the example. Raises: CreditError when a share is none or the exposure negative.
    Source: tests/published/insurance.toml, expected-loss.

    >>> round(expected_loss(0.02, 0.45, 1_000_000), 2)
    9000.0
    """
    need_share(pd, "probability of default", "违约概率")
    need_share(lgd, "loss given default", "违约损失率")
    need_not_negative(ead, "exposure at default", "违约风险敞口")
    return pd * lgd * ead
