"""Altman's Z in its four forms: from ratios or from amounts, the zone a score falls into, and which form fits a firm.

What must stay true: plain Python; weights and cut-offs stand once, in `COEFFICIENTS` and `CUT_OFFS`, and column code reads the
same tables; ratios are shares (0.12), never percent (12); no score is ever made of a ratio that does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from creditlib.errors import UsageError
from creditlib.formulas.inputs import need_above_zero, need_not_negative, need_number

AltmanVariant = Literal["z", "private", "service", "emerging"]
AltmanZone = Literal["safe", "grey", "distress"]
AltmanNote = Literal["negative_equity", "zero_liabilities", "no_market_value"]
AltmanReason = Literal["listed_manufacturer", "private_manufacturer", "not_manufacturing", "industry_unknown", "listing_unknown"]  # fmt: skip

COEFFICIENTS: Final[Mapping[AltmanVariant, tuple[float, float, float, float, float, float]]] = MappingProxyType(
    {
        # working capital, retained earnings and EBIT over assets; equity over liabilities; sales over assets; constant
        "z": (1.2, 1.4, 3.3, 0.6, 1.0, 0.0),
        "private": (0.717, 0.847, 3.107, 0.42, 0.998, 0.0),
        "service": (6.56, 3.26, 6.72, 1.05, 0.0, 0.0),
        "emerging": (6.56, 3.26, 6.72, 1.05, 0.0, 3.25),
    }
)
CUT_OFFS: Final[Mapping[AltmanVariant, tuple[float, float]]] = MappingProxyType(
    {
        # below the first: distress; above the second: safe
        "z": (1.81, 2.99),
        "private": (1.23, 2.9),
        "service": (1.1, 2.6),
        "emerging": (4.35, 5.85),
    }
)


class AltmanChoice(NamedTuple):
    """The form that fits a firm, and the code of the reason."""

    variant: AltmanVariant
    reason: AltmanReason


class AltmanScores(NamedTuple):
    """All four scores of a firm. A score is None where its X4 does not exist; `notes` says why, and what else to know."""

    z: float | None
    private: float | None
    service: float | None
    emerging: float | None
    notes: tuple[AltmanNote, ...]


def altman_z(x1: float, x2: float, x3: float, x4: float, x5: float) -> float:
    """Return Z, for listed manufacturers: 1.2 X1 + 1.4 X2 + 3.3 X3 + 0.6 X4 + 1.0 X5.

    x1: working capital ÷ total assets; x2: retained earnings ÷ total assets; x3: EBIT ÷ total assets; x4: market value of
    equity ÷ total liabilities; x5: sales ÷ total assets; all as shares. Raises: CreditError when a ratio is no finite number.
    Source: tests/published/altman.toml.

    >>> round(altman_z(0.1, 0.2, 0.2, 0.6, 0.8), 2)
    2.22
    """
    return _weighted("z", x1, x2, x3, x4, x5)


def altman_z_private(x1: float, x2: float, x3: float, x4: float, x5: float) -> float:
    """Return Z′, for manufacturers without a market value: 0.717 X1 + 0.847 X2 + 3.107 X3 + 0.420 X4 + 0.998 X5.

    x4: book value of equity ÷ total liabilities; the others and the errors as in `altman_z`.
    Source: tests/published/altman.toml.

    >>> round(altman_z_private(0.1, 0.2, 0.2, 0.6, 0.8), 4)
    1.9129
    """
    return _weighted("private", x1, x2, x3, x4, x5)


def altman_z_service(x1: float, x2: float, x3: float, x4: float) -> float:
    """Return Z″, for trade and services, listed or not: 6.56 X1 + 3.26 X2 + 6.72 X3 + 1.05 X4.

    x4: book value of equity ÷ total liabilities; the others and the errors as in `altman_z`. Sales don't enter.
    Source: tests/published/altman.toml.

    >>> round(altman_z_service(0.1, 0.2, 0.2, 0.6), 3)
    3.282
    """
    return _weighted("service", x1, x2, x3, x4, 0.0)


def altman_z_emerging(x1: float, x2: float, x3: float, x4: float) -> float:
    """Return the emerging-market form of Z″: Z″ + 3.25, with cut-offs higher by as much, so that the zone is the same.

    Inputs and errors as in `altman_z_service`. Source: tests/published/altman.toml.

    >>> round(altman_z_emerging(0.1, 0.2, 0.2, 0.6), 3)
    6.532
    """
    return _weighted("emerging", x1, x2, x3, x4, 0.0)


def altman_from_amounts(
    *,
    working_capital: float,
    total_assets: float,
    retained_earnings: float,
    ebit: float,
    equity_market: float | None,
    equity_book: float,
    total_liabilities: float,
    sales: float,
) -> AltmanScores:
    """Return all four scores from amounts of one balance sheet and its year, one currency, one unit.

    equity_market: market value of equity, None for a firm without one: `z` is then None, note `no_market_value`. Negative book
    equity is used as it is (X4 below 0 lowers the score) and noted, `negative_equity`. Without liabilities X4 has no value:
    every score is None, note `zero_liabilities`; such a firm is read from other figures, not scored at an arbitrary X4.
    Raises: CreditError when total assets are ≤ 0, when liabilities, sales or the market value are negative, or when an
    amount is no finite number. Source: tests/published/altman.toml, altman-3.

    >>> scores = altman_from_amounts(
    ...     working_capital=90, total_assets=620, retained_earnings=30, ebit=55,
    ...     equity_market=None, equity_book=100, total_liabilities=280, sales=440,
    ... )
    >>> scores.z, round(scores.private or 0, 3), scores.notes
    (None, 1.279, ('no_market_value',))
    """
    need_above_zero(total_assets, "total assets", "总资产")
    need_not_negative(total_liabilities, "total liabilities", "总负债")
    need_not_negative(sales, "sales", "销售额")
    for amount, en, zh in (
        (working_capital, "working capital", "营运资金"),
        (retained_earnings, "retained earnings", "留存收益"),
        (ebit, "EBIT", "息税前利润"),
        (equity_book, "book value of equity", "账面净资产"),
    ):
        need_number(amount, en, zh)
    if equity_market is not None:
        need_not_negative(equity_market, "market value of equity", "股权市值")
    notes: list[AltmanNote] = []
    if equity_book < 0:
        notes.append("negative_equity")
    if equity_market is None:
        notes.append("no_market_value")
    if total_liabilities == 0:
        return AltmanScores(None, None, None, None, (*notes, "zero_liabilities"))
    x1, x2, x3, x5 = (amount / total_assets for amount in (working_capital, retained_earnings, ebit, sales))
    book = equity_book / total_liabilities
    return AltmanScores(
        None if equity_market is None else altman_z(x1, x2, x3, equity_market / total_liabilities, x5),
        altman_z_private(x1, x2, x3, book, x5),
        altman_z_service(x1, x2, x3, book),
        altman_z_emerging(x1, x2, x3, book),
        tuple(notes),
    )


def altman_zone(variant: AltmanVariant, z: float) -> AltmanZone:
    """Return the zone of a score by its own form's published cut-offs; a score exactly at a cut-off is grey.

    Cut-offs of one form say nothing about another. Raises: UsageError for an unknown form, CreditError when z is no finite
    number. Source: tests/published/altman.toml.

    >>> altman_zone("z", 2.5), altman_zone("service", 2.7)
    ('grey', 'safe')
    """
    if variant not in CUT_OFFS:
        raise UsageError(
            f'Z has no form "{variant}". There are: {", ".join(CUT_OFFS)}.',
            f"Z 值没有“{variant}”这一形式。现有：{'、'.join(CUT_OFFS)}。",
        )
    need_number(z, "Z", "Z 值")
    low, high = CUT_OFFS[variant]
    if z > high:
        return "safe"
    return "distress" if z < low else "grey"


def altman_variant(listed: bool | None, manufacturing: bool | None) -> AltmanChoice:
    """Return the form that fits a firm: Z for a listed manufacturer, Z′ for a private one, Z″ for every other firm.

    None: not known. Z″ asks neither for a market value nor for a branch, so it also stands in where those are unknown. `listed`
    implies that the market value is at hand; without it, say False. The emerging-market form is a choice of the policy, never
    made here. Source: tests/published/altman.toml.

    >>> altman_variant(listed=False, manufacturing=True)
    AltmanChoice(variant='private', reason='private_manufacturer')
    """
    if manufacturing is None:
        return AltmanChoice("service", "industry_unknown")
    if not manufacturing:
        return AltmanChoice("service", "not_manufacturing")
    if listed is None:
        return AltmanChoice("service", "listing_unknown")
    return AltmanChoice("z", "listed_manufacturer") if listed else AltmanChoice("private", "private_manufacturer")


def _weighted(variant: AltmanVariant, x1: float, x2: float, x3: float, x4: float, x5: float) -> float:
    """Ratios times their weights; a ratio that is no number makes the sum none."""
    a, b, c, d, e, constant = COEFFICIENTS[variant]
    z = a * x1 + b * x2 + c * x3 + d * x4 + e * x5 + constant
    need_number(z, "Z", "Z 值")
    return z
