"""Currencies and amounts: int64 minor units inside, decimal text at the doors.

What must stay true: no binary float ever carries money here, and every conversion rounds half away from zero exactly once.
Minor units per currency: ISO 4217, list one, as of 2024-06-25.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from creditlib.errors import CurrencyError, TooLarge

_BY_EXPONENT: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
    2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW "
    "CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS "
    "INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD "
    "NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWL",
}
CURRENCIES: Final[dict[str, int]] = {code: exp for exp, codes in _BY_EXPONENT.items() for code in codes.split()}

# Names a ledger writes instead of the code. A sign that several currencies share ($, ¥, kr) is not in this list.
CURRENCY_NAMES: Final[dict[str, str]] = {
    "RMB": "CNY", "CNH": "CNY", "人民币": "CNY", "人民币元": "CNY", "元": "CNY", "美元": "USD", "US$": "USD", "美金": "USD",
    "欧元": "EUR", "€": "EUR", "英镑": "GBP", "£": "GBP", "日元": "JPY", "日圆": "JPY", "港币": "HKD", "港元": "HKD",
    "HK$": "HKD", "新台币": "TWD", "NT$": "TWD", "新加坡元": "SGD", "加元": "CAD", "澳元": "AUD", "瑞士法郎": "CHF",
    "韩元": "KRW", "科威特第纳尔": "KWD",
}  # fmt: skip

MAX_MINOR: Final = 10**15 - 1
"""Largest amount of one document: 15 digits is what a spreadsheet cell keeps exactly."""


def exponent(currency: str) -> int:
    """Return how many decimals a currency has.

    Raises: CurrencyError for a code that is not in ISO 4217.

    >>> exponent("JPY"), exponent("CNY"), exponent("KWD")
    (0, 2, 3)
    """
    try:
        return CURRENCIES[currency]
    except KeyError:
        raise CurrencyError(
            f'currency "{currency}" is not an ISO 4217 code. Write CNY, USD, EUR, … [unknown-currency]',
            f"币种“{currency}”不是 ISO 4217 代码。请写 CNY、USD、EUR 等。[unknown-currency]",
        ) from None


def shown_decimals(currency: str) -> int:
    """Return how many decimals to show for a currency, two where a rejected row names none that exists.

    >>> shown_decimals("KWD"), shown_decimals("RNB")
    (3, 2)
    """
    return CURRENCIES.get(currency, 2)


def currency_code(text: str) -> str | None:
    """Return the ISO code a ledger's currency cell means, or None.

    >>> currency_code(" rmb "), currency_code("人民币"), currency_code("¥")
    ('CNY', 'CNY', None)
    """
    key = text.strip().upper()
    return key if key in CURRENCIES else CURRENCY_NAMES.get(key)


def to_minor(amount: Decimal | int | str, currency: str) -> int:
    """Return an amount in minor units, rounded half away from zero.

    amount: units of the currency. Raises: CurrencyError; TooLarge above 15 digits.

    >>> to_minor("1.005", "CNY"), to_minor("-1.005", "CNY"), to_minor("12", "JPY")
    (101, -101, 12)
    """
    scaled = Decimal(amount).scaleb(exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    minor = int(scaled)
    if abs(minor) > MAX_MINOR:
        raise TooLarge(f"{amount} {currency} has more than 15 digits.", f"{amount} {currency} 超过 15 位。")
    return minor


def to_decimal(minor: int, currency: str) -> Decimal:
    """Return minor units as an exact decimal amount.

    >>> to_decimal(-5, "CNY"), to_decimal(1234, "KWD")
    (Decimal('-0.05'), Decimal('1.234'))
    """
    return Decimal(int(minor)).scaleb(-exponent(currency))


def text(minor: int, currency: str) -> str:
    """Return an amount as people read it: thousands grouped, a minus sign, the currency's decimals.

    >>> text(-123456, "CNY"), text(1234567, "JPY"), text(0, "CNY")
    ('-1,234.56', '1,234,567', '0.00')
    """
    return f"{to_decimal(minor, currency):,.{exponent(currency)}f}"


def plain(minor: int, currency: str) -> str:
    """Return an amount as machines read it: a decimal string without grouping.

    >>> plain(-123456, "CNY")
    '-1234.56'
    """
    return f"{to_decimal(minor, currency):.{exponent(currency)}f}"
