"""The other parts of the sample's credit files: registrations, references, ratings, security, contracts, purchases, visits.

What must stay true: whoever pays badly looks worse here too, one rating excepted; every agency, insurer, supplier and person is
invented; no row is dated after the end of the sample.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np

from creditlib.days import add_months
from creditlib.facts.credit_tables import SUBJECTS
from creditlib.facts.sample.clients import HEALTH, Client, Draft, ago, even, person, share_of
from creditlib.facts.sample.firm import credit_code

REGISTERS: Final = ("Companies register", "企业登记系统")
AGENCIES: Final = ("Harrowfield Credit Bureau", "星衡征信", "远岸信用保险")
REFEREES: Final = (
    "云岭钢材贸易有限公司", "澄江物流有限公司", "北辰包材有限公司", "南屏化工供应链有限公司", "Talverk Supply GmbH", "Orrin & Vale Ltd",
    "东篱电子元件有限公司", "松涛能源服务有限公司",
)  # fmt: skip
STATUS_TEXTS: Final = {"active": ("Active", "存续（在营、开业、在册）"), "revoked": ("Revoked", "吊销，未注销")}
SEEN: Final = {
    "good": ("Plant well used, stock moves, books open to us", "车间开工充分，库存周转正常，账目愿意公开"),
    "fair": ("Works as usual; one line stands idle", "经营正常，一条生产线停用"),
    "poor": ("Stock piles up, wages paid late, the owner avoids figures", "库存积压，工资拖欠，老板回避谈财务"),
}
_GRADES: Final = ("AA", "A", "BBB", "BB", "B", "CCC")
_PD: Final = {"AA": 0.001, "A": 0.002, "BBB": 0.006, "BB": 0.018, "B": 0.055, "CCC": 0.21}


def parts(draft: Draft) -> None:
    """Add every part but statements."""
    _registrations(draft)
    _references(draft)
    _ratings(draft)
    _security(draft)
    _contracts(draft)
    _purchases(draft)
    _assessments(draft)


def _registrations(draft: Draft) -> None:
    rng = draft.rng(3)
    chosen = share_of(draft.clients, rng, 0.8) | {"C-7003", "C-7004", "C-7005"}
    own = [c for c in draft.clients if c.code in chosen]
    home = [c for c in own if c.domestic]
    odd = {
        name: draft.choose(*behaviours, among=home)
        for name, behaviours in (
            ("revoked", ("failing",)), ("abnormal operation", ("failing", "drifting")), ("judgment debtor", ("drifting", "failing")),
            ("renamed in the register", ("prompt", "seasonal")),
        )
    }  # fmt: skip
    by_code = {c.code: name for name, c in odd.items() if c is not None}
    shared: list[int] = []
    for client in own:
        case = by_code.get(client.code, "")
        capital = even(
            client.yearly_minor * float(rng.uniform(1.2, 3)),
            client.unit * (10_000 if client.unit == 100 else 1_000_000),
        )
        name, former, code = client.name, None, client.credit_code
        if case == "renamed in the register":
            name, former = client.name.replace("有限公司", "股份有限公司"), client.name
        if client.code == "C-7005" and code:
            code = credit_code(int(code[8:17]))
        status = "revoked" if case == "revoked" else "active"
        line = draft.add(
            "registrations", customer=client.code, on=ago(draft.end, rng, 15, 500 if client.place % 9 == 7 else 300),
            register=REGISTERS[0], name=name, former_names=former, credit_code=code, status=status,
            status_text=STATUS_TEXTS[status][0], established_on=_founded(draft.end, rng, client), currency=client.currency,
            registered_capital_minor=capital, paid_in_capital_minor=capital if rng.random() < 0.7 else capital // 2,
            legal_representative=person(rng, client.domestic), sector=client.sector, country=client.country,
            employees=int(rng.integers(12, 900)), listed=client.behaviour == "prompt" and client.place % 11 == 4,
            manufacturing=client.sector not in ("construction", "energy"),
            abnormal_operation=case in ("abnormal operation", "revoked") if client.domestic else None,
            serious_dishonesty=False if client.domestic else None,
            judgment_debtor=case == "judgment debtor" if client.domestic else None,
        )  # fmt: skip
        if case:
            draft.case(case, "registrations.csv", client.code, line)
        if client.code in ("C-7003", "C-7004"):
            shared.append(line)
        if client.code == "C-7005":
            draft.case("another credit code in the register", "registrations.csv", client.code, line)
    if len(shared) == 2:
        draft.case("two customers, one credit code", "registrations.csv", "C-7003 C-7004", *shared)


def _founded(end: date, rng: np.random.Generator, client: Client) -> date:
    years = int(rng.integers(2, 8) if client.behaviour in ("failing", "drifting") else rng.integers(5, 28))
    return end.replace(day=1) - timedelta(days=365 * years + int(rng.integers(0, 330)))


def _references(draft: Draft) -> None:
    rng = draft.rng(4)
    chosen = share_of(draft.clients, rng, 0.4)
    for client in draft.clients:
        if client.code not in chosen:
            continue
        bad = client.behaviour in ("failing", "drifting")
        for at in rng.choice(len(REFEREES), int(rng.integers(1, 4)), replace=False).tolist():
            draft.add(
                "references", customer=client.code, on=ago(draft.end, rng, 20, 420), referee=REFEREES[at],
                currency=client.currency, high_credit_minor=even(client.yearly_minor * float(rng.uniform(0.05, 0.4)), client.unit),
                terms=client.terms, days_late=int(rng.integers(18, 70) if bad else rng.integers(0, 9)),
                years_known=float(int(rng.integers(2, 25)) / 2),
            )  # fmt: skip


def _ratings(draft: Draft) -> None:
    rng = draft.rng(5)
    chosen = share_of(draft.clients, rng, 0.4)
    conflict = draft.choose("prompt", among=[c for c in draft.clients if c.code in chosen])
    for client in draft.clients:
        if client.code not in chosen:
            continue
        sound = HEALTH[client.behaviour] + float(rng.normal(0, 0.08))
        grade = "CCC" if client == conflict else _GRADES[int(np.clip(round((0.85 - sound) * 7), 0, 5))]
        agency = AGENCIES[(client.place % 2 + 1) if client.domestic else 0]
        line = draft.add("ratings", customer=client.code, on=ago(draft.end, rng, 10, 330), agency=agency, grade=grade,
                         default_probability=None if agency == AGENCIES[2] else _PD[grade])  # fmt: skip
        if client == conflict:
            draft.case("a rating against good payment", "ratings.csv", client.code, line)


def _security(draft: Draft) -> None:
    rng = draft.rng(6)
    chosen = share_of(draft.clients, rng, 0.2)
    insured = [c for c in draft.clients if c.code in chosen or not c.domestic]
    year = draft.end.replace(month=1, day=1)
    expired = draft.choose("seasonal", "prompt", among=insured)
    for client in insured:
        start = year if client != expired else year.replace(year=year.year - 1)
        line = draft.add(
            "security", customer=client.code, kind="credit_insurance", provider=AGENCIES[2], currency=client.currency,
            amount_minor=even(client.yearly_minor * (0.08 if client.behaviour == "failing" else 0.25), client.unit),
            insured_share=0.9 if client.domestic else 0.85, from_on=start, until_on=start.replace(month=12, day=31), max_days=120,
        )  # fmt: skip
        if client == expired:
            draft.case("cover that has expired", "security.csv", client.code, line)
    for kind, behaviour in (
        ("guarantee", "drifting"),
        ("mortgage", "disputed"),
        ("deposit", "failing"),
        ("letter_of_credit", "odd"),
    ):
        other = next((c for c in reversed(draft.clients) if c.behaviour == behaviour and c not in insured), None)
        if other is None:
            continue
        draft.add(
            "security", customer=other.code, kind=kind, currency=other.currency,
            provider={"guarantee": person(rng, True), "letter_of_credit": "Brannock Bank"}.get(kind),
            amount_minor=even(other.yearly_minor * 0.1, other.unit), from_on=ago(draft.end, rng, 100, 400),
            until_on=None if kind == "deposit" else add_months(draft.end, 8),
        )  # fmt: skip


def _contracts(draft: Draft) -> None:
    rng = draft.rng(7)
    chosen = share_of(draft.clients, rng, 0.55)
    for client in draft.clients:
        if client.code not in chosen:
            continue
        signed = ago(draft.end, rng, 60, 800)
        draft.add(
            "contracts", customer=client.code, contract=f"HT-{signed.year}-{client.place + 1:03d}", signed_on=signed,
            until_on=None if client.place % 5 == 0 else add_months(signed, 36), terms=client.terms,
            retention_of_title=bool(rng.random() < 0.6), late_interest=bool(rng.random() < 0.7),
            dispute_days=int(rng.choice([7, 10, 15, 30])),
        )  # fmt: skip


def _purchases(draft: Draft) -> None:
    rng = draft.rng(8)
    chosen = share_of(draft.clients, rng, 0.7)
    for client in draft.clients:
        if client.code not in chosen:
            continue
        on = ago(draft.end, rng, 20, 200)
        draft.add("purchases", customer=client.code, on=on, currency=client.currency,
                  yearly_minor=even(client.yearly_minor, client.unit), expected=False)  # fmt: skip
        if client.place % 3 == 0:
            draft.add("purchases", customer=client.code, on=on, currency=client.currency, expected=True,
                      yearly_minor=even(client.yearly_minor * float(rng.uniform(0.8, 1.4)), client.unit))  # fmt: skip


def _assessments(draft: Draft) -> None:
    rng = draft.rng(10)
    chosen = share_of(draft.clients, rng, 0.4)
    for client in draft.clients:
        if client.code not in chosen:
            continue
        health = HEALTH[client.behaviour]
        on, seen = ago(draft.end, rng, 20, 420), "good" if health > 0.6 else "fair" if health > 0.3 else "poor"
        for at in sorted(rng.choice(len(SUBJECTS), int(rng.integers(2, 5)), replace=False).tolist()):
            rating = int(np.clip(round(1.2 + 3.6 * health + float(rng.normal(0, 0.5))), 1, 5))
            draft.add("assessments", customer=client.code, on=on, subject=SUBJECTS[at], rating=rating,
                      by=client.salesperson, text=SEEN[seen][0])  # fmt: skip
