"""Model answers to the exercises of the course, worked out by hand from what a lesson shows, as a learner would type them."""

from __future__ import annotations

ANSWERS: dict[str, dict[str, str]] = {
    "aging": {
        "past_due": "(date(2026, 10, 31) - date(2026, 10, 19)).days",
        "bucket": '"31-60"',  # due 2026-09-18: 12 days of September, 31 of October
        "overdue_share": "4_446_523.00 / 16_972_392.59",
        "oldest": '"C100018"',  # 463,798.19 of it
        "simple_dso": "13_977_071.06 / 55_908_426.94 * 365",
        "late_days": "91.25 - 63.85",
        "cash": "55_908_426.94 / 365 * 5",
    },
    "scores": {
        "costly": '"on_time_share"',
        "chance": "1 / (1 + 50 * 2 ** ((589 - 600) / 20))",
        "way_up": "0.80",
        "need": "2_542_022.62 / 365 * (76 + 5 + 5)",
        "rounded": "530_000",  # 598,942.31 × 0.9 = 539,048.08
        "room": "640_000 - 691_420.06 - 29_000 - 403_000",
    },
    "terms": {
        "due": "date(2026, 11, 30)",
        "discount_cost": "0.02 / 0.98 * 365 / 50",
        "owed": "2_542_022.62 / 365 * (71.919 + 4.059)",
        "capital": "34_487.25 - 24_724.70",
        "break_even": "0.0204",
        "loss": "738_079.49 * 0.05 * 0.8",  # what is owed × probability × share lost
    },
}

MISTAKES: dict[str, dict[str, dict[str, object]]] = {
    "aging": {
        "past_due": {"invoice": 42, "counted": 13},
        "bucket": {"invoice": "61-90"},
        "overdue_share": {"percent": 26.2, "rest": 0.738, "unapplied": 4_446_523.00 / (16_972_392.59 + 373_649.47)},
        "oldest": {"most_overdue": "C100001"},
        "simple_dso": {"other_year": 90.0, "upside_down": 4.0, "no_days": 0.25},
        "late_days": {"best": 63.85, "whole": 91.25},
        "cash": {"cents": 76_586_886.22, "one_day": 153_173.77, "receivables": 13_977_071.06 / 365 * 5},
    },
    "scores": {
        "costly": {"second": "oldest_overdue"},
        "chance": {"percent": 2.845, "bad_to_good": 1 / 34.151, "odds": 34.15},
        "way_up": {"percent": 80, "too_low": 0.7, "too_high": 0.9},
        "need": {"cents": 59_894_231, "term_only": 2_542_022.62 / 365 * 76},
        "rounded": {"no_factor": 590_000, "beside": 450_000, "not_rounded": 539_048.07, "lifted": 640_000},
        "room": {"above": 483_420.06, "open_only": 640_000 - 691_420.06, "net": 640_000 - 547_420.06},
    },
    "terms": {
        "due": {"plain": "2026-11-16", "same_month": "2026-10-31", "month_and_more": "2026-12-01"},
        "discount_cost": {
            "percent": 14.9,
            "as_printed": 0.02,
            "from_invoice": 0.02 / 0.98 * 365 / 60,
            "off_price": 0.02 * 365 / 50,
        },
        "owed": {"agreed_only": 2_542_022.62 * 71.919 / 365, "cents": 52_914_612},
        "capital": {"whole": 34_487.25, "at_price": 12_536.00},
        "break_even": {"percent": 2.04, "assumed": 0.05},
        "loss": {"change": 27_343.24, "whole_loss": 738_079.49 * 0.05, "graded": 3_040.69},
    },
}
