"""Release of orders, shipments and billing: every edge of limit, order and overdue, with both figures in every reason."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from creditlib.decisions.hard_stops import STOPS
from creditlib.errors import UsageError
from creditlib.facts.book import open_book, save_book
from creditlib.policy.catalogue import CATALOGUE

from .release_books import DAY, POLICY, ask, book, late, policy, said

# --- the limit


@pytest.mark.parametrize(
    ("amount", "outcome", "over", "headroom"),
    [
        (400_00, "release", 0, 0),  # 600 + 400 = 1,000: exactly the limit
        (399_99, "release", 0, 1),
        (400_01, "release", 1, -1),  # one cent over, within 5 %: 1,050
        (450_00, "release", 50_00, -50_00),  # 1,050: exactly limit and tolerance
        (450_01, "hold", 50_01, -50_01),  # 1,050.01
    ],
)
def test_an_order_passes_up_to_limit_and_tolerance_and_not_a_cent_more(
    amount: int, outcome: str, over: int, headroom: int
) -> None:
    found = ask(amount, book(documents=[{"amount_minor": 600_00}], limits={"C1": 1_000_00}))
    assert (found.outcome, found.over_minor, found.headroom_minor) == (outcome, over, headroom)
    assert (found.exposure_minor, found.limit_minor, found.allowed_minor) == (600_00 + amount, 1_000_00, 1_050_00)


def test_a_reason_over_the_limit_has_all_its_figures_in_both_languages() -> None:
    found = ask(450_01, book(documents=[{"amount_minor": 600_00}], limits={"C1": 1_000_00}))
    reason = next(r for r in found.reasons if r.code == "release.over-limit")
    for lang in ("en", "zh"):
        for figure in ("1,050.01 CNY", "1,000.00 CNY", "1,050.00 CNY", "50.01 CNY"):  # exposure, limit, allowed, over
            assert figure in reason.text(lang)  # type: ignore[arg-type]
    assert (reason.effect, reason.amount_minor, reason.currency) == ("stop", 50_01, "CNY")


def test_without_tolerance_one_cent_over_holds() -> None:
    given = book(documents=[{"amount_minor": 600_00}], limits={"C1": 1_000_00})
    assert ask(400_00, given, policy(release_tolerance=0)).outcome == "release"
    assert ask(400_01, given, policy(release_tolerance=0)).outcome == "hold"


def test_over_the_limit_the_policy_may_refer_instead() -> None:
    assert ask(2_000_00, book(limits={"C1": 1_000_00}), policy(release_over_limit="refer")).outcome == "refer"


def test_tolerance_is_rounded_down_to_whole_cents() -> None:
    given = book(limits={"C1": 1_01})  # 1.01 + 5 % = 1.0605
    assert ask(1_06, given).outcome == "release"
    assert ask(1_07, given).outcome == "hold"


@pytest.mark.parametrize(("word", "outcome"), [("release", "release"), ("hold", "hold"), ("refer", "refer")])
def test_no_limit_goes_by_the_policy(word: str, outcome: str) -> None:
    found = ask(1, book(), policy(release_no_limit=word))
    assert (found.outcome, found.limit_minor, found.headroom_minor) == (outcome, None, None)
    assert "no-limit" in said(found)


def test_a_limit_of_0_holds_everything_and_is_not_the_same_as_none() -> None:
    assert ask(0, book(limits={"C1": 0})).outcome == "hold"
    assert "limit-zero" in said(ask(0, book(limits={"C1": 0}), policy(release_over_limit="refer")))
    assert ask(0, book(), limit_minor=0).outcome == "hold"
    assert ask(0, book(limits={"C1": 5}), limit_minor=None).outcome == "refer"


def test_a_customer_in_credit_may_order_beyond_the_limit_by_what_it_is_owed() -> None:
    given = book(documents=[{"amount_minor": -300_00}], limits={"C1": 1_000_00})
    found = ask(1_300_00, given)  # −300 + 1,300 = 1,000
    assert (found.outcome, found.unapplied_minor, found.exposure_minor, found.headroom_minor) == (
        "release",
        -300_00,
        1_000_00,
        0,
    )


def test_the_newest_limit_in_force_counts() -> None:
    def limit(days: int, amount: int | None, **more: Any) -> dict[str, Any]:
        return {
            "customer": "C1",
            "event": "limit_set",
            "on": DAY - timedelta(days),
            "currency": "CNY",
            "amount_minor": amount,
        } | more

    def found(*rows: dict[str, Any]) -> int | None:
        return ask(0, book(events=list(rows))).limit_minor

    assert found(limit(9, 100), limit(5, 200)) == 200
    assert found(limit(5, 200), limit(9, 100)) == 200  # in whatever order they stand
    assert found(limit(9, 100), limit(-1, 200)) == 100  # tomorrow's
    assert found(limit(9, 100), limit(5, 200, until=DAY)) == 200  # the last day counts
    assert found(limit(9, 100), limit(5, 200, until=DAY - timedelta(1))) == 100  # over: the one before holds
    assert found(limit(9, 100), limit(5, 200, known_on=DAY + timedelta(1))) == 100  # not known yet
    assert found(limit(9, 100), limit(5, None)) is None  # taken away


# --- the order itself


ONE = [{"order": "O-1", "amount_minor": 300_00}]


def test_an_order_counts_once_whether_or_not_the_book_knows_it() -> None:
    limits = {"C1": 1_000_00}
    known = ask(300_00, book(orders=ONE, limits=limits), order="O-1")
    unknown = ask(300_00, book(limits=limits), order="O-1")
    other = ask(300_00, book(orders=ONE, limits=limits), order="O-2")
    assert (known.exposure_minor, known.orders_minor, known.order_minor) == (300_00, 0, 300_00)
    assert (unknown.exposure_minor, unknown.order_minor) == (300_00, 300_00)
    assert (other.exposure_minor, other.orders_minor, other.order_minor) == (600_00, 300_00, 300_00)


def test_a_raised_order_adds_the_raise_and_part_of_an_order_leaves_the_rest_standing() -> None:
    given = book(orders=ONE, limits={"C1": 1_000_00})
    assert ask(350_00, given, order="O-1").exposure_minor == 350_00
    assert ask(100_00, given, order="O-1").exposure_minor == 300_00
    assert ask(100_00, given, order="O-1", kind="shipment").exposure_minor == 300_00
    assert ask(350_00, given, order="O-1", kind="shipment").exposure_minor == 350_00


@pytest.mark.parametrize("orders", [ONE, []])
def test_a_partly_billed_order_counts_as_bill_and_remainder(orders: list[dict[str, Any]]) -> None:
    given = book(documents=[{"amount_minor": 120_00, "order": "O-1"}], orders=orders, limits={"C1": 1_000_00})
    found = ask(300_00, given, order="O-1")
    assert (found.open_items_minor, found.order_minor, found.exposure_minor) == (120_00, 180_00, 300_00)  # 120 + 180


def test_a_remainder_asked_for_alone_counts_as_the_remainder() -> None:
    given = book(documents=[{"amount_minor": 120_00, "order": "O-1"}], orders=ONE, limits={"C1": 1_000_00})
    assert ask(180_00, given, order="O-1").exposure_minor == 300_00


def test_earlier_orders_count_and_later_ones_stand_behind() -> None:
    lines = [{"order": f"O-{i}", "amount_minor": 400_00, "ordered_on": DAY - timedelta(9 - i)} for i in (3, 1, 2)]
    given = book(orders=lines, limits={"C1": 1_000_00})
    found = [ask(400_00, given, order=f"O-{i}") for i in (1, 2, 3)]
    assert [(d.outcome, d.exposure_minor) for d in found] == [
        ("release", 400_00),
        ("release", 800_00),
        ("hold", 1_200_00),
    ]
    assert ask(400_00, given, on=DAY - timedelta(7)).orders_minor == 800_00  # O-1, and O-2 of the same day
    assert ask(400_00, given).orders_minor == 1_200_00


def test_a_connected_book_is_judged_as_one_in_memory(tmp_path: Path) -> None:
    given = book(documents=[{"amount_minor": 120_00, "order": "O-2"}], orders=ONE, limits={"C1": 1_000_00})
    found = ask(500_00, open_book(save_book(given, tmp_path / "book")), order="O-2")
    assert (found.orders_minor, found.order_minor, found.exposure_minor) == (300_00, 380_00, 800_00)  # 500 − 120 billed


# --- what has left already


def test_billing_of_what_was_shipped_is_never_held() -> None:
    given = book(
        documents=[late(90, 5_000_00)], limits={"C1": 0}, registrations=[{"customer": "C1", "on": DAY, "status": "revoked"}],
        orders=[{"order": "O-1", "amount_minor": 900_00, "delivery": "L-1", "delivered_on": DAY - timedelta(1)}],
    )  # fmt: skip
    for kind, number in (
        ("billing", {"order": "O-1"}),
        ("shipment", {"delivery": "L-1"}),
        ("shipment", {"order": "O-1"}),
    ):
        found = ask(900_00, given, kind=kind, **number)
        assert found.outcome == "release"
        assert {"hard-stop", "overdue", "limit-zero"} <= set(said(found))  # told all the same
        assert {reason.effect for reason in found.reasons} == {"note"}
        assert found.exposure_minor == 5_900_00  # 5,000 + 900, once
    assert ask(900_00, given, kind="billing").outcome == "release"
    assert ask(901_00, given, kind="shipment", delivery="L-1").outcome == "hold"  # 1.00 more than left


def test_a_shipment_not_yet_delivered_is_judged() -> None:
    given = book(orders=[{"order": "O-1", "amount_minor": 900_00, "delivery": "L-1"}], limits={"C1": 500_00})
    assert ask(900_00, given, kind="shipment", delivery="L-1").outcome == "hold"
    billed = [{"amount_minor": 900_00, "delivery": "L-1", "document": "I-1"}]  # billed before it is shipped
    given = book(
        documents=billed, orders=[{"order": "O-1", "amount_minor": 900_00, "delivery": "L-1"}], limits={"C1": 500_00}
    )
    found = ask(900_00, given, kind="shipment", delivery="L-1")
    assert found.outcome == "hold"


# --- overdue


@pytest.mark.parametrize(
    ("days", "amount", "outcome"),
    [
        (15, 5_000_00, "release"),  # exactly the days allowed
        (16, 5_000_00, "hold"),
        (16, 1_000_00, "release"),  # exactly the small overdue
        (16, 1_000_01, "hold"),
    ],
)
def test_overdue_holds_beyond_days_and_amount_both(days: int, amount: int, outcome: str) -> None:
    found = ask(1, book(documents=[late(days, amount)], limits={"C1": 100_000_00}))
    assert found.outcome == outcome
    assert (found.oldest_days, found.oldest_document) == (days, "D0")


def test_small_overdues_add_up_and_the_oldest_is_named() -> None:
    given = book(documents=[late(16, 600_00), late(40, 400_01), late(10, 9_000_00)], limits={"C1": 100_000_00})
    found = ask(1, given)
    assert found.outcome == "hold"
    reason = next(r for r in found.reasons if r.code == "release.overdue")
    assert "1,000.01 CNY" in reason.text()  # 600 + 400.01; the one 10 days late is no part of it
    assert "D1, 40 days" in reason.text()


def test_a_disputed_item_holds_nothing_and_is_said() -> None:
    open_dispute = late(60, 5_000_00, disputed_from=DAY - timedelta(40))
    found = ask(1, book(documents=[open_dispute], limits={"C1": 100_000_00}))
    assert found.outcome == "release"
    assert "disputed" in said(found)
    assert found.oldest_days is None  # of what is not disputed
    assert found.exposure_minor == 5_000_01  # it is still owed
    for closed, outcome in (
        (DAY, "hold"),
        (DAY + timedelta(1), "release"),
    ):  # closed on a day: from that day on it holds
        given = book(documents=[open_dispute | {"disputed_to": closed}], limits={"C1": 100_000_00})
        assert ask(1, given).outcome == outcome


def test_unapplied_credits_lift_an_overdue_hold_only_where_the_policy_nets_them() -> None:
    given = book(documents=[late(60, 5_000_00), {"amount_minor": -6_000_00}], limits={"C1": 100_000_00})
    found = ask(1, given)
    assert (found.outcome, found.exposure_minor) == ("hold", -999_99)
    assert "unapplied" in said(found)
    assert ask(1, given, policy(aging_netting="fifo")).outcome == "release"


def test_a_hard_stop_holds_whether_the_register_or_the_caller_tells_it() -> None:
    given = book(limits={"C1": 100_00}, registrations=[{"customer": "C1", "on": DAY, "judgment_debtor": True}])
    made = ask(1, given)
    assert (made.outcome, made.reasons[0].text("zh")) == ("hold", "一票否决：列为失信被执行人。")
    assert ask(1, book(limits={"C1": 100_00}), hard_stop="insolvent").outcome == "hold"
    with pytest.raises(UsageError, match="nonsense"):
        ask(1, given, hard_stop="nonsense")


def test_every_hard_stop_a_policy_may_name_can_be_told() -> None:
    for stop in CATALOGUE["onboarding.hard_stops"].choices:
        made = ask(1, book(limits={"C1": 100_00}), hard_stop=stop)
        assert [made.reasons[0].text(lang) for lang in ("en", "zh")] == [
            f"Hard stop: {STOPS[stop][0]}.",
            f"一票否决：{STOPS[stop][1]}。",
        ]


def test_all_reasons_are_told_not_only_the_first() -> None:
    given = book(
        documents=[late(60, 5_000_00)],
        limits={"C1": 100_00},
        registrations=[{"customer": "C1", "on": DAY, "status": "revoked"}],
    )
    found = ask(1, given)
    assert [code for code in said(found) if code in ("hard-stop", "overdue", "over-limit")] == [
        "hard-stop",
        "overdue",
        "over-limit",
    ]
    assert all(reason.text("en") and reason.text("zh") for reason in found.reasons)


def test_the_documents_are_the_open_items_and_the_policy_values_are_named() -> None:
    found = ask(
        1, book(documents=[{"amount_minor": 600_00}, {"amount_minor": 1, "customer": "C2"}], limits={"C1": 1_000_00})
    )
    assert found.why.documents["open_minor"].to_pylist() == [600_00]
    assert found.why.values["release.overdue_days"][0] == 15
    assert (found.policy_name, found.fingerprint) == ("standard", POLICY.fingerprint)
