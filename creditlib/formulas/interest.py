"""Interest on what is paid late.

What must stay true: plain Python; interest starts the day after the due date; nothing is rounded here: round once, at the end.
"""

from __future__ import annotations

from creditlib.formulas.inputs import need_above_zero, need_number, need_share


def late_interest(amount: float, days_late: float, rate: float, year_days: float = 365) -> float:
    """Return simple interest on an amount paid late: amount × rate × days ÷ days of the year.

    days_late: days after the due date, the day of payment included; 0 and below cost nothing. rate: a year, as a share; a rate by the
    day is that rate × year_days. year_days: 365 or 360, as agreed. Split the period at each part payment and add up before rounding.
    Raises: CreditError for a rate that is no share (12 % is 0.12) or a year without days. Source: tests/published/interest.toml.

    >>> round(late_interest(5_000, 101, 0.1225), 2), late_interest(5_000, -3, 0.1225)
    (169.49, 0.0)
    """
    need_number(amount, "amount", "金额")
    need_number(days_late, "days late", "逾期天数")
    need_share(rate, "rate", "利率")
    need_above_zero(year_days, "days of the year", "一年的天数")
    return amount * rate * max(days_late, 0) / year_days
