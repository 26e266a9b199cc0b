"""What a person who decides has before them, and what a request would show before it is written; on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import date

import pytest
from world import World

from creditlib.errors import UsageError
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.approval_desk import case_of, desk_of, held_by
from creditlib.flows.asking import Wish, before_asking, request_limit
from creditlib.flows.assess import Assessment, assess
from creditlib.flows.evidence import record_file
from creditlib.flows.review import review
from creditlib.policy import load_policy
from creditlib.record.approvals import Ask, ask, decide

POLICY = load_policy()
DAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def whole() -> Assessment:
    return assess(sample_book(), POLICY, SAMPLE_END)


@pytest.mark.parametrize(
    ("customer", "times"), [("C100020", None), ("C100020", 2), ("C-7003", 1), ("C-7003", 0), ("C100027", 50)]
)
def test_what_is_shown_before_is_what_is_written(
    firm: World, whole: Assessment, customer: str, times: int | None
) -> None:
    one = review(whole, customer)
    proposed = one.limit.limit_minor
    assert proposed is not None
    wish = Wish("season", None if times is None else times * proposed)
    before = before_asking(firm.open("ann"), whole, one, wish)
    body = request_limit(firm.open("ann"), whole, customer, wish).entry.body
    assert (before.needs.role, before.needs.quorum) == (body["role"], body["quorum"])
    assert list(before.exceptions) == body["exceptions"]
    assert (before.asked.amount_minor, before.asked.own_risk_minor) == (body["amount_minor"], body["own_risk_minor"])
    assert ("above_proposal" in before.exceptions) == bool(times and times > 1)


def test_the_desk_tells_who_is_there_what_waits_and_what_holds(firm: World) -> None:
    told = {"amount_minor": 100_00, "currency": "CNY", "proposed_minor": 100_00, "own_risk_minor": 100_00, "grade": "B"}
    one, other = (ask(firm.open("ann"), Ask(customer, "season", **told), POLICY).seq for customer in ("C1", "C2"))  # type: ignore[arg-type]
    decide(firm.open("bob"), one, "approve", "season", POLICY)
    desk = desk_of(firm.open("bob"))
    assert (desk.person, desk.roles, desk.today, desk.on) == ("bob", ("manager",), DAY, DAY)
    assert [row.seq for row in desk.pending] == [other]
    assert [(row.customer, row.request) for row in desk.limits] == [("C1", one)]
    assert desk.head == firm.open().head()
    assert desk_of(firm.open("zoe"), date(2026, 11, 20)).roles == ()
    assert desk_of(firm.open("zoe"), date(2026, 11, 20)).limits == ()
    held = [held_by(firm.open("ann"), customer) for customer in ("C1", "C2", "C3")]
    assert [(h.limit and h.limit.request, h.open and h.open.seq) for h in held] == [
        (one, None),
        (None, other),
        (None, None),
    ]


def test_a_case_names_the_version_of_the_file_it_stands_on(firm: World, whole: Assessment) -> None:
    done = request_limit(firm.open("ann"), whole, "C-7003", Wish("season", 1_00, text="spring"))
    case = case_of(firm.open("dan"), done.entry.seq)
    assert (case.version, case.newest, case.limit) == (1, 1, None)
    assert (case.said, case.facts.number, case.facts.reason) == (done.entry.body, done.entry.seq, "season")
    later = assess(sample_book(), POLICY, date(2026, 9, 30))
    record_file(firm.open("ann"), later, review(later, "C-7003"))
    assert (case_of(firm.open("dan"), done.entry.seq).version, case_of(firm.open("dan"), done.entry.seq).newest) == (
        1,
        2,
    )
    unfiled = ask(firm.open("ann"), Ask("C9", "season", amount_minor=0, currency="CNY"), POLICY)
    assert (case_of(firm.open("dan"), unfiled.seq).version, case_of(firm.open("dan"), unfiled.seq).newest) == (
        None,
        None,
    )
    with pytest.raises(UsageError, match=r"\[no-request\]"):
        case_of(firm.open("dan"), 999)
