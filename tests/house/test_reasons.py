"""The reasons of decisions: every code has a text, every text is told by some decision, and none is told with a gap in it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import creditlib
from creditlib.days import add_months
from creditlib.decisions.decision import Reason
from creditlib.decisions.limit.methods import METHODS
from creditlib.decisions.limit.progressive import State, replay
from creditlib.decisions.offer import offer_terms
from creditlib.decisions.onboarding.decide import OnboardingDecision
from creditlib.decisions.score.advice import advise
from creditlib.decisions.score.decide import score, score_values
from creditlib.decisions.what_if.case import TermsCase
from creditlib.decisions.what_if.compare import compare_terms
from creditlib.policy import GRADES, load_policy

sys.path.insert(0, str(Path(__file__).parents[1] / "decisions"))
import limits
import made
import onboarding_cases as cases
import release_books as orders

PACKAGE = Path(creditlib.__file__).parent
FILES = {
    p.stem: tomllib.loads(p.read_text(encoding="utf-8")) for p in (PACKAGE / "decisions" / "reasons").glob("*.toml")
}
ENTRIES = sorted(f"{file}.{entry}" for file, texts in FILES.items() for entry in texts)
SOURCES = sorted((PACKAGE / "decisions").rglob("*.py"))
POLICY, DAY = load_policy(), date(2026, 6, 30)
MAKERS = {
    "Reason": (0, ""),
    "_step": (0, ""),
    "_reason": (0, "release."),
    "tell": (0, "limit."),
    "add": (1, "onboarding."),
}
"""What makes a reason, or hands its code on: place of the code among the arguments, and the file it belongs to."""
ENGLISH = re.compile(r"[A-Za-z][a-z]+(?:[ ,;:]+[A-Za-z]+)+")  # two English words side by side


def _codes(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Codes a module names: (text, whether only its beginning is known), wherever a reason is made or handed on."""
    for function in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]:
        given = {
            target.id: node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name | ast.Attribute):
                name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
                place, file = MAKERS.get(name, (len(call.args), ""))
                for node in call.args[place : place + 1]:
                    for text, begins in _texts(given.get(node.id, node) if isinstance(node, ast.Name) else node):
                        yield f"{file}{text}", begins


def _texts(node: ast.expr) -> Iterator[tuple[str, bool]]:
    if isinstance(node, ast.Constant):
        yield str(node.value), False
    elif isinstance(node, ast.JoinedStr):
        head = node.values[0]
        yield (str(head.value) if isinstance(head, ast.Constant) else "", True)
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict):
        for value in node.value.values:
            yield from _texts(value)


def test_every_code_has_a_text() -> None:
    found = {pair for path in SOURCES for pair in _codes(ast.parse(path.read_text(encoding="utf-8")))}
    whole, begun = ({code for code, begins in found if begins is part} for part in (False, True))
    assert sorted(whole - set(ENTRIES)) == []
    assert sorted(code for code in begun if not any(e.startswith(code) for e in ENTRIES)) == []
    assert {code.split(".")[0] for code in whole} == set(FILES)


def _onboarding() -> Iterator[Any]:
    old, far = date(2015, 1, 1), {"country": "US", **dict.fromkeys(cases.CLEAN)}
    books = [cases.book(), cases.book(without=tuple(cases.GOOD)[1:]), cases.book(without=("customers",))]
    words = ("suspended", "moved", "liquidation", "insolvent", "revoked", "deregistered")
    registrations: list[dict[str, Any]] = [
        *({"status": word} for word in words), *({flag: True} for flag in cases.CLEAN), far, {"on": old},
        {"status": None, "status_text": "？"}, {"status": None}, {"credit_code": "1"}, {"credit_code": None}, {"name": None},
        {"name": "乙公司"}, {"name": "乙公司", "former_names": "甲贸易有限公司"}, {"established_on": DAY - timedelta(100)},
        {"established_on": None}, {"paid_in_capital_minor": None},
    ]  # fmt: skip
    books += [cases.book(registrations=row) for row in registrations]
    statements: list[dict[str, Any]] = [
        {"period_end": date(2020, 12, 31)}, {"audited": None}, {"audited": False}, {"equity_minor": 1}, {"equity_minor": None},
        {"equity_minor": -100_000, "total_liabilities_minor": 1_100_000}, {"total_liabilities_minor": 0, "equity_minor": 1_000_000},
        {"current_assets_minor": None}, {"total_assets_minor": None, "equity_minor": None},
        {"current_assets_minor": 300_000, "retained_earnings_minor": 100_000, "ebit_minor": 0},  # Z" 1.9
        {"audited": False, "current_assets_minor": 1, "retained_earnings_minor": -600_000, "equity_minor": -500_000, "total_liabilities_minor": 1_500_000},
    ]  # fmt: skip
    books += [cases.book(statements=row) for row in statements]
    books += [cases.book(references={"on": old}), cases.book(references={"days_late": 40})]
    books.append(cases.book(references=[{"days_late": None}, {"days_late": None}], without=("references",)))
    books += [cases.book(ratings=row) for row in ({"on": old}, {"grade": "?"}, {"grade": "CCC"})]
    books += [cases.book(assessments=row) for row in ({"on": old}, {"rating": 1})]
    visit = {"id": 0, "event": "visit", "on": date(2026, 1, 1), "until": date(2026, 2, 1)}
    books += [cases.book(events=visit), cases.book(events=visit, without=("assessments",))]
    alike = [{}, {"customer": "C2"}]
    people = [{"legal_representative": "张三"}, {"customer": "C2", "legal_representative": "张三"}]
    books += [cases.book(customers=alike), cases.book(registrations=people)]
    books.append(cases.book(registrations=dict.fromkeys(cases.CLEAN)))
    books.append(cases.book(registrations={"credit_code": None}, customers={"credit_code": None}))
    yield from (cases.check(book) for book in books)
    yield cases.check(cases.book(), factor_row=None)
    yield cases.check(cases.book(), factor_row={"days_beyond_terms": None, "on_time_share": None})
    yield cases.check(cases.book(), factor_row={"days_beyond_terms": 90.0, "on_time_share": 0.1})


def _limits() -> Iterator[Any]:
    cover = {
        "customer": "C1",
        "kind": "credit_insurance",
        "currency": "CNY",
        "amount_minor": 10**9,
        "from_on": limits.DAY,
    }
    rated = [
        {"customer": "C1", "on": limits.DAY, "referee": r, "currency": "CNY", "high_credit_minor": 10**7} for r in "AB"
    ]
    paid = [limits.BIG, ("C1", 10**7), ("C1", 10**7, "USD")]
    record = made.book([made.invoice("C1", date(2025, 1, 1), date(2025, 1, 20), 9_000)])  # 11 days late in January
    rich = {"billed_minor": 9_000_000, "tangible_net_worth_minor": 8_000_000, "working_capital_minor": 7_000_000}
    stated = {"customer": "C1", "on": date(2025, 1, 1), "currency": "CNY", "yearly_minor": 10**9}
    agreed = [{"customer": "C1", "terms": "net 45"}]
    full = limits.owing(limits.BIG, security=[cover], references=rated, customers=agreed)
    for method in METHODS:
        policy = limits.with_values(limit__methods=(method,), limit__committee_above=0)
        for book in (full, record, limits.owing(*paid)):
            yield limits.told(policy=policy, factor=rich, book=book)
            yield limits.told(policy=policy, factor={}, book=book)
    yield limits.told(policy=limits.with_values(limit__methods=("score",)), grade="refer")
    for grade in (*GRADES, "refer", "stop"):
        yield limits.told(grade=grade)
        yield limits.told(grade=grade, factor={**rich, "currency": "USD"})
    for how, expected in product(("lowest", "median", "highest", "first"), (True, False)):
        book = limits.owing(limits.BIG, purchases=[stated | {"expected": expected}])
        policy = limits.with_values(limit__pick=how, limit__own_equity=1_000_000)
        yield limits.told(policy=policy, book=book, factor=rich | {"first_on": date(2025, 1, 1), "billed_minor": 10})


def _progress() -> Iterator[Any]:
    def rows(*months: tuple[int | None, int] | None) -> list[dict[str, Any]]:
        return [
            {"month": add_months(date(2025, 1, 1), i), "currency": "CNY", "worst_days_late": m[0], "open_minor": m[1]}
            for i, m in enumerate(months)
            if m is not None
        ]

    good = (5, 100_000)
    yield from replay(rows(*[good] * 20), POLICY, 60_000)
    yield from replay(rows(good, None, (5, 0), (6, 1), (31, 1), (61, 1), (61, 1), (60, 1)), POLICY, 60_000)
    yield from replay(rows(*[good] * 3), POLICY, None)
    yield from replay(rows(*[good] * 8), POLICY, 60_000, debt_share=0.99)
    yield from replay(rows(*[good] * 8), POLICY, None, state=State(date(2024, 12, 1), "base", 100))
    yield from replay(rows(*[good] * 6), POLICY, 100, state=State(date(2024, 12, 1), "base", 100))
    yield from replay(rows(*[good] * 8), POLICY, 100, state=State(date(2024, 12, 1), "raised", 90))
    yield from replay(rows(good), POLICY, 50, state=State(date(2024, 12, 1), "base", 100))


def _release() -> Iterator[Any]:
    dollars = {"amount_minor": 900_00, "currency": "USD"}
    family = [{"customer": "C1", "parent": "P"}, {"customer": "P"}]
    insured = {
        "customer": "C1",
        "kind": "credit_insurance",
        "currency": "CNY",
        "from_on": orders.DAY - timedelta(90),
        "amount_minor": 10**7,
    }
    stopped = [{"customer": "C1", "on": orders.DAY, "judgment_debtor": True}]
    papers = [
        [orders.late(60, 5_000_00), {"amount_minor": -1_00}], [orders.late(60, 5_00)], [orders.late(60, 5_00, currency="USD")],
        [orders.late(60, 5_000_00, disputed_from=orders.DAY - timedelta(40))],
    ]  # fmt: skip
    ceilings: list[dict[str, Any]] = [{}, {"C1": 0}, {"C1": 1_000_00}, {"C1": dollars}, {"P": 1_000_00}]
    for ceiling, rows, amount in product(ceilings, papers, (1, 1_040_00, 9_000_00)):
        yield orders.ask(amount, orders.book(documents=rows, limits=ceiling, customers=family))
    for amount in (1_00, 1_040_00):
        yield orders.ask(amount, orders.book(limits={"C1": 1_000_00}))
    for days in (None, 10):
        yield orders.ask(
            1, orders.book(documents=[orders.late(60, 1_00)], limits={"C1": 1_00}, security=[{**insured, "max_days": days}], registrations=stopped)
        )  # fmt: skip
    shipped = [{"amount_minor": 900_00, "delivery": "L-1", "order": "O-1", "delivered_on": orders.DAY - timedelta(1)}]
    for kind in ("billing", "shipment"):
        yield orders.ask(900_00, orders.book(orders=shipped, limits={"C1": 1}), kind=kind, order="O-1", delivery="L-1")


def _scores() -> Iterator[Any]:
    fair = dict.fromkeys(("z_service", "equity_ratio", "return_on_assets", "current_ratio"), 0.5) | {
        "days_beyond_terms": 18,
        "on_time_share": 0.7,
    }
    told = {
        "statement_end": date(2023, 12, 31),
        "statement_stale": True,
        "negative_equity": True,
        "history_end": date(2026, 1, 1),
    }
    ratings = [
        {"agency": agency, "grade": grade, "on": on}
        for agency, grade, on in (
            ("A", "AAA", DAY),
            ("B", "?", DAY),
            ("C", "BBB", date(2020, 1, 1)),
            ("D", "CCC", DAY),
            ("E", "BB", DAY),
        )
    ]
    stops = [
        {"stop": stop, "on": DAY, "source_file": None, "source_row": None} for stop in POLICY.at(DAY)["onboarding.hard_stops"]
    ]  # fmt: skip
    paying = {
        "days_beyond_terms": 0,
        "on_time_share": 1,
        "oldest_overdue": 0,
        "overdue_share": 0,
        "years_as_customer": 6,
    }
    for facts in ({}, fair, paying, fair | told | {"at_least": True}, {"overdue_share": 0}):
        decision = score_values(facts, POLICY, DAY, ratings=ratings, stops=stops if facts is fair else ())
        yield decision
        for pay in (None, lambda name, below: 100):
            advice = advise(decision, POLICY, DAY, currency="CNY", paying=pay)
            yield from advice.options
            yield from advice.missing
    book = made.book([made.invoice("C1", date(2026, 1, 1), date(2026, 2, 1), 100)], statements=[made.statement()])
    yield score(book, "C1", POLICY, DAY)


def _terms() -> Iterator[Any]:
    yield from (offer_terms("C1", grade, "scored", POLICY, DAY) for grade in GRADES)
    yield offer_terms("C1", None, "refer", POLICY, DAY)
    yield offer_terms("C1", "A", "stop", POLICY, DAY)
    names = tuple(
        f.name for f in fields(TermsCase) if f.name not in ("currency", "customer", "assumed", "at_least", "documents")
    )
    base = TermsCase(
        currency="CNY", yearly_sales_minor=10**9, net_days=30, bad_debt_share=0.01, assumed=names, at_least=names
    )
    costly = {
        "insured_share": 0.5,
        "premium_rate": 0.01,
        "discount_share": 0.01,
        "taker_share": 0.5,
        "fixed_cost_minor": 1_000,
    }
    changes: list[dict[str, Any]] = [
        {}, costly, costly | {"collection_share": 0.05, "sales_change_share": 0.1, "net_days": 90},
        {"net_days": 60, "variable_cost_share": 1.0, "sales_change_share": 0.1}, {"default_probability": 0.02},
        *({"net_days": 60, "sales_change_share": n / 1_000} for n in range(0, 60, 2)),
    ]  # fmt: skip
    for change in changes:
        scenario = replace(base.changed(**change), assumed=names)  # a change takes its fields off the list
        yield compare_terms(base, scenario, POLICY, DAY).decision


@cache
def _told() -> dict[str, set[tuple[str, str]]]:
    """Texts by code, English and Chinese, of many small decisions; names of parts and lines count as they are asked for."""
    told: dict[str, set[tuple[str, str]]] = {}
    plain = Reason.text

    def noted(self: Reason, lang: Any = "en") -> str:
        told.setdefault(self.code, set()).add((plain(self, "en"), plain(self, "zh")))
        return plain(self, lang)

    Reason.text = noted  # type: ignore[method-assign]
    try:
        for decision in (*_onboarding(), *_limits(), *_progress(), *_release(), *_scores(), *_terms()):
            for reason in [decision] if isinstance(decision, Reason) else decision.reasons:
                reason.text()
            if isinstance(decision, OnboardingDecision):
                for line in decision.evidence:
                    line.text()
                    line.label()
    finally:
        Reason.text = plain  # type: ignore[method-assign]
    return told


def test_every_text_is_told_by_some_decision() -> None:
    assert sorted(set(ENTRIES) - set(_told())) == []


def test_every_text_told_has_its_figures_in_both_languages() -> None:
    for code, texts in _told().items():
        for text in (t for pair in texts for t in pair):
            assert text.strip(), code
            assert not re.search(r"[{}]|\bNone\b|\bnan\b|\binf\b", text), (code, text)


def test_chinese_text_holds_no_english_words() -> None:
    found = {code: zh for code, texts in _told().items() for _, zh in texts if ENGLISH.search(zh)}
    assert found == {}
