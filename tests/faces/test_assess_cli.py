"""The commands that assess, as a person and as a script meet them: the same figures as the library, by their schema, in two languages."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console
from typer.testing import CliRunner

from creditlib.faces.cli import show
from creditlib.faces.cli.main import app
from creditlib.policy import standard_text

HEAD = "customer,customer_name,document,issue_date,due_date,paid_date,amount,currency\n"
ROWS = [
    f"C{n},Firm {n},I-{n}-{m},2025-{m:02d}-01,2025-{m:02d}-28,{'' if n == 3 and m > 9 else f'2025-{m:02d}-{28 - n % 2}'},{1000 * n}.00,CNY"
    for n in (1, 2, 3) for m in range(1, 13)
]  # fmt: skip
LEDGER = (
    HEAD + "\n".join(ROWS) + "\n"
)  # C1 and C2 pay on the day or before; C3 leaves October to December unpaid: 9,000.00 open
STATEMENTS = (
    "customer,period end,currency,current assets,total assets,current liabilities,total liabilities,retained earnings,equity,sales,ebit,interest\n"
    "C1,2025-12-31,CNY,600,1000,300,450,250,550,2000,120,20\n"
    "C2,2023-12-31,CNY,600,1000,300,450,250,550,2000,120,20\n"
)
REGISTER = "customer,on,status\nC2,2026-01-05,吊销\n"
DAY = ("--as-of", "2026-01-31")


@pytest.fixture
def ledger(in_tmp: Path) -> Path:
    for name, text in (("ledger.csv", LEDGER), ("statements.csv", STATEMENTS), ("register.csv", REGISTER)):
        (in_tmp / name).write_text(text, encoding="utf-8")
    (in_tmp / "orders.csv").write_text(
        "order,customer,order date,currency,amount\nO-1,C1,2026-01-20,CNY,500\nO-2,C3,2026-01-21,CNY,500\n",
        encoding="utf-8",
    )
    (in_tmp / "limits.csv").write_text(
        "customer,limit,currency,from\nC1,600,CNY,2026-01-01\nC3,90000,CNY,2026-01-01\n", encoding="utf-8"
    )
    return in_tmp / "ledger.csv"


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def valid(name: str, text: str) -> Any:
    schema = json.loads(files("creditlib.faces").joinpath("output.schema.json").read_text(encoding="utf-8"))
    value = json.loads(text)
    jsonschema.Draft202012Validator({**schema, "$ref": f"#/$defs/{name}"}).validate(value)
    return value


def test_scores_of_a_book_and_of_one_customer_agree(ledger: Path) -> None:
    listed = run("score", ledger, *DAY, "--credit-file", "statements.csv", "--credit-file", "register.csv", "--json")
    assert listed.exit_code == 0, listed.output
    rows = {row["customer"]: row for row in valid("score_list", listed.stdout)}
    assert [rows[c]["outcome"] for c in ("C1", "C2", "C3")] == ["scored", "stop", "scored"]
    for customer, row in rows.items():
        one = run(
            "score",
            ledger,
            *DAY,
            "--credit-file",
            "statements.csv",
            "--credit-file",
            "register.csv",
            "--customer",
            customer,
            "--json",
        )
        made = valid("score", one.stdout)
        assert (made["outcome"], made["score"], made["grade"], made["evidence"]) == tuple(
            row[n] for n in ("outcome", "score", "grade", "evidence")
        )
    assert rows["C3"]["open"] == "9000.00"  # 3 × 3,000


def test_a_score_prints_every_factor_and_adds_up(ledger: Path) -> None:
    text = run("score", ledger, *DAY, "--credit-file", "statements.csv", "--customer", "C1").stdout
    assert "scored · Score 6" in text
    assert "Altman Z" in text
    assert "Paid on time" in text
    assert "[score.card]" in text


def test_scores_as_csv_have_a_row_a_customer(ledger: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("score", ledger, *DAY, "--csv").stdout)))
    assert [(r["customer"], r["outcome"], r["open"]) for r in rows] == [
        ("C1", "scored", "0.00"),
        ("C2", "scored", "0.00"),
        ("C3", "scored", "9000.00"),
    ]


def test_a_limit_prints_its_steps_and_they_tie(ledger: Path) -> None:
    made = valid("limit", run("limit", ledger, *DAY, "--customer", "C2", "--json").stdout)
    assert made["methods"]["purchases"] == "5500.00"  # 0.25 × 11 × 2,000 billed from February 2025 to January 2026
    assert made["methods"]["net_worth"] is None  # no statement: unknown, not 0
    amounts = [r["amount"] for r in made["reasons"] if r["code"] in ("limit.need", "limit.factor", "limit.rounded")]
    assert Decimal(made["limit"]) <= Decimal(amounts[-1])
    text = run("limit", ledger, *DAY, "--customer", "C2").stdout
    assert made["limit"][:-3] in text.replace(",", "")


def test_limits_of_a_book_by_currency_with_a_total(ledger: Path) -> None:
    rows = valid("limit_list", run("limit", ledger, *DAY, "--json").stdout)
    total = sum(Decimal(r["limit"]) for r in rows if r["limit"] is not None)
    text = run("limit", ledger, *DAY).stdout
    assert f"{total:,.2f}" in text


def test_a_review_holds_everything_and_says_the_decision_first(ledger: Path) -> None:
    files_given = ("--credit-file", "statements.csv", "--limits", "limits.csv", "--orders", "orders.csv")
    made = valid("review", run("review", "C1", ledger, *DAY, *files_given, "--json").stdout)
    assert made["limit_in_force"] == {"limit": "600.00", "currency": "CNY", "on": "2026-01-01", "review_due": False}
    assert made["exposure"]["orders"] == "500.00"
    assert [s["period_end"] for s in made["statements"]] == ["2025-12-31"]
    assert (
        made["score"]["score"]
        == valid(
            "score", run("score", ledger, *DAY, "--credit-file", "statements.csv", "--customer", "C1", "--json").stdout
        )["score"]
    )
    lines = run("review", "C1", ledger, *DAY, *files_given).stdout.splitlines()
    assert lines[0] == "Firm 1 (C1) · as of 2026-01-31 · CNY"
    assert lines[1].startswith("Score 6")


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ("Limit", "Credit file", "Onboarding check")), ("zh", ("额度", "信用档案", "准入核查", "财务报表"))],
)
def test_a_review_speaks_the_language_asked_for(ledger: Path, lang: str, words: tuple[str, ...]) -> None:
    text = run("review", "C1", ledger, *DAY, "--credit-file", "statements.csv", "--lang", lang).stdout
    assert all(word in text for word in words)


def test_a_stopped_customer_is_told_so_before_anything_else(ledger: Path) -> None:
    text = run("review", "C2", ledger, *DAY, "--credit-file", "register.csv").stdout
    assert text.splitlines()[1] == "▲ Hard stop: no credit, whatever the score."
    assert "register.csv!2" in text


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "can't be told: the customer's sales"), ("zh", "所给条件对全年的影响无法测算")]
)
def test_a_review_says_when_the_effect_of_the_terms_offered_cant_be_told(ledger: Path, lang: str, words: str) -> None:
    asked = ("review", "C1", ledger, *DAY, "--credit-file", "statements.csv", "--lang", lang)
    before = run(*asked)
    assert before.exit_code == 0
    assert words not in before.stdout
    with ledger.open("a", encoding="utf-8") as more:
        more.write("C1,Firm 1,I-USD,2025-12-20,2026-01-20,,70.00,USD\n")
    assert words in run(*asked).stdout


def test_an_order_within_its_limit_is_released_and_one_above_it_held(ledger: Path) -> None:
    fine = run("release", ledger, *DAY, "--limits", "limits.csv", "--customer", "C1", "--amount", "600", "--json")
    assert (fine.exit_code, valid("release", fine.stdout)["outcome"]) == (0, "release")
    over = run("release", ledger, *DAY, "--limits", "limits.csv", "--customer", "C1", "--amount", "630.01", "--json")
    made = valid("release", over.stdout)
    assert (over.exit_code, made["outcome"], made["over"]) == (1, "hold", "30.01")  # 600 + 5 % = 630.00


def test_an_order_of_a_late_payer_is_held_though_its_limit_has_room(ledger: Path) -> None:
    held = run("release", ledger, *DAY, "--limits", "limits.csv", "--customer", "C3", "--amount", "100")
    assert held.exit_code == 1
    assert "▲ hold" in held.stdout
    assert "2025-10-28" in held.stdout or "I-3-10" in held.stdout


def test_billing_of_what_was_shipped_is_never_blocked(ledger: Path) -> None:
    made = run(
        "release",
        ledger,
        *DAY,
        "--limits",
        "limits.csv",
        "--customer",
        "C3",
        "--amount",
        "100",
        "--kind",
        "billing",
        "--json",
    )
    assert (made.exit_code, valid("release", made.stdout)["outcome"]) == (0, "release")


def test_all_open_orders_are_judged_at_once(ledger: Path) -> None:
    result = run("release", ledger, *DAY, "--orders", "orders.csv", "--limits", "limits.csv", "--json")
    assert result.exit_code == 1
    rows = valid("release_list", result.stdout)
    assert [(r["order"], r["amount"], r["outcome"]) for r in rows] == [
        ("O-1", "500.00", "release"),
        ("O-2", "500.00", "hold"),
    ]
    text = run("release", ledger, *DAY, "--orders", "orders.csv", "--limits", "limits.csv", "--lang", "zh").stdout
    assert "✓ 放行" in text
    assert "▲ 冻结" in text


def test_a_what_if_ties_profit_to_its_parts(ledger: Path) -> None:
    made = valid(
        "what_if",
        run(
            "terms", "what-if", ledger, *DAY, "--customer", "C2", "--days", "60", "--sales-change", "10%", "--json"
        ).stdout,
    )
    for side in ("base", "scenario", "change"):
        year = {name: Decimal(value) for name, value in made[side].items() if isinstance(value, str)}
        costs = sum(year[name] for name in ("capital_cost", "loss", "premium", "discount", "collection", "fixed"))
        assert year["profit"] == year["margin"] - costs
    assert made["base"]["sales"] == "22000.00"  # February 2025 to January 2026: 11 × 2,000
    assert made["scenario"]["sales"] == "24200.00"


def test_a_term_s_yearly_cost() -> None:
    made = json.loads(run("terms", "cost", "2/10 net 30", "--json").stdout)
    assert made["simple"] == pytest.approx(0.372449, abs=1e-6)
    assert made["compound"] == pytest.approx(0.445853, abs=1e-6)


def test_a_policy_diff_shows_its_effect_on_the_book(ledger: Path) -> None:
    Path("firm.toml").write_text(
        standard_text().replace(
            "{ A = 1, B = 0.9, C = 0.75, D = 0.4, E = 0 }", "{ A = 1, B = 0.5, C = 0.5, D = 0.2, E = 0 }"
        ),
        encoding="utf-8",
    )
    result = run("policy", "diff", "standard", "firm.toml", "--ledger", ledger, "--at", "2026-01-31", "--json")
    assert result.exit_code == 0, result.output
    effect = json.loads(result.stdout)["effect"]
    rows = {r["customer"]: r for r in effect["customers"]}
    assert all(Decimal(r["limit_after"]) < Decimal(r["limit_before"]) for r in rows.values())
    (total,) = effect["sums"]
    assert Decimal(total["limits_before"]) - Decimal(total["limits_after"]) == sum(
        Decimal(r["limit_before"]) - Decimal(r["limit_after"]) for r in rows.values()
    )
    text = run(
        "policy", "diff", "standard", "firm.toml", "--ledger", ledger, "--at", "2026-01-31", "--lang", "zh"
    ).stdout
    assert "对账簿的影响" in text
    assert "拟定额度合计" in text


def test_a_ledger_of_a_header_alone_scores_nobody_and_does_not_fail(in_tmp: Path) -> None:
    Path("empty.csv").write_text("客户编码,单据编号,开票日期,到期日,币种,金额,税额\n", encoding="utf-8")
    assert run("score", "empty.csv", *DAY, "--json").stdout.strip() == "[]"


def test_a_review_before_the_first_document_says_it_knows_nothing(ledger: Path) -> None:
    made = valid("review", run("review", "C1", ledger, "--as-of", "2020-01-01", "--json").stdout)
    assert (made["currency"], made["score"]["outcome"], made["limit"]["limit"]) == ("CNY", "refer", None)


def test_a_narrow_terminal_never_cuts_an_amount() -> None:
    text = io.StringIO()
    table = show.table(("Customer", "l"), ("A long heading", "r"), ("Another one", "r"), ("One more", "r"))
    table.add_row("C100020", "5,881,516.04", "-5,581,516.04", "1,234,567.89")
    show.put(Console(width=40, file=text, force_terminal=True), table)
    assert all(cell in text.getvalue() for cell in ("C100020", "5,881,516.04", "-5,581,516.04", "1,234,567.89"))


def test_a_limit_that_has_run_out_is_told_with_its_day(ledger: Path) -> None:
    Path("ended.csv").write_text(
        "customer,limit,currency,from,until\nC1,600,CNY,2025-01-01,2025-12-31\n", encoding="utf-8"
    )
    text = run("review", "C1", ledger, *DAY, "--limits", "ended.csv").stdout
    assert "Limit in force: not set, the last one ended on 2025-12-31" in text


def test_a_form_is_written_empty_or_filled_and_read_back(ledger: Path) -> None:
    assert run("form", "--out", "empty.xlsx").exit_code == 0
    filled = run(
        "form", "--out", "C1.xlsx", "--customer", "C1", ledger, "--credit-file", "statements.csv", "--lang", "zh"
    )
    assert filled.exit_code == 0, filled.output
    first = valid(
        "score", run("score", ledger, *DAY, "--customer", "C1", "--credit-file", "statements.csv", "--json").stdout
    )
    again = valid("score", run("score", ledger, *DAY, "--customer", "C1", "--credit-file", "C1.xlsx", "--json").stdout)
    assert again["factors"] == first["factors"]


def test_a_form_never_replaces_what_it_is_made_from_and_is_an_xlsx(ledger: Path) -> None:
    assert run("form", "--out", "C1.xlsx").exit_code == 0
    before = Path("C1.xlsx").read_bytes()
    again = run("form", "--out", "C1.xlsx", "--customer", "C1", ledger, "--credit-file", "C1.xlsx", "--force")
    assert (again.exit_code, Path("C1.xlsx").read_bytes()) == (2, before)
    wrong = run("form", "--out", "form.txt")
    assert (wrong.exit_code, Path("form.txt").exists()) == (2, False)
    assert "ends in .xlsx" in wrong.output


def test_a_name_that_is_no_workbook_is_refused_before_either_is_written(ledger: Path) -> None:
    result = run("review", "C1", ledger, *DAY, "--out", "C1.xlsx", "--memo", "memo.xls")
    assert (result.exit_code, Path("C1.xlsx").exists()) == (2, False)


def test_a_list_of_orders_has_its_columns_whether_or_not_there_are_any(ledger: Path) -> None:
    none = run("release", ledger, *DAY, "--csv").stdout.splitlines()
    some = run("release", ledger, *DAY, "--orders", "orders.csv", "--csv").stdout.splitlines()
    assert (len(none), none[0]) == (1, some[0])
    assert len(some) == 3


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("score", "{f}", *DAY, "--customer", "C9"), 'no customer "C9" in ledger or credit files.'),
        (("limit", "{f}", *DAY, "--customer", "Z"), 'no customer "Z" in ledger or credit files.'),
        (("release", "{f}", *DAY, "--amount", "5"), "--amount and --customer belong together: an order has both."),
        (("release", "{f}", *DAY, "--customer", "C1", "--amount", "x"), '--amount "x" is no amount above 0. Write for example 120000.00'),
        (("release", "{f}", *DAY, "--customer", "C1", "--amount", "0"), '--amount "0" is no amount above 0. Write for example 120000.00'),
        (("release", "{f}", *DAY, "--customer", "C1", "--amount", "5", "--kind", "gift"), '--kind "gift" is none of order, shipment, billing.'),
        (("terms", "what-if", "{f}", *DAY), "The what-if changes nothing. Give --days, --discount, --deposit, --insured, --sales-change or another change."),
        (("terms", "what-if", "{f}", *DAY, "--deposit", "much"), '--deposit "much" is no share. Write 0.05 or 5%.'),
        (("terms", "what-if", "{f}", *DAY, "--discount", "2"), '--discount "2" is not understood. Write share/days, for example 2%/10.'),
        (("terms", "what-if", "{f}", *DAY, "--grade", "X", "--days", "9"), '--grade "X" is none of A, B, C, D, E.'),
        (("terms", "what-if", "{f}", *DAY, "--grade", "A", "--customer", "C1", "--days", "9"), "--customer and --grade exclude each other. Give one, or none for the whole book."),
        (("terms", "cost", "net 30"), '"net 30" has no early discount, so nothing is paid for waiting. Write for example 2/10 net 30.'),
        (("score", "{f}", "{f}", *DAY), "{f}: given twice. Everything in it would count twice; give it once."),
        (("score", "{f}", *DAY, "--customer", "C1", "--csv"), "--csv lists all customers."),
        (("release", "{f}", *DAY, "--customer", "C1", "--amount", "5", "--csv"), "--csv lists all customers."),
        (("review", "C1", "{f}", *DAY, "--out", "x.xlsx", "--memo", "x.xlsx"), "--out and --memo both name x.xlsx. Give two files."),
        (("review", "C1", "{f}", *DAY, "--out", "{f}", "--force"), "{f}"),
        (("terms", "what-if", "{f}", *DAY, "--days", "60", "--sales-change", "8"), '--sales-change "8" is no share. Write 0.05 or 5%.'),
        (("form", "--out", "x.xlsx", "{f}"), "Files are given and no customer."),
        (("form", "--out", "x.xlsx", "--customer", "C1"), "Nothing is known of the customer without a file."),
        (("policy", "diff", "standard", "standard", "--ledger", "{f}"), "--ledger needs the day: --at YYYY-MM-DD."),
        (("review", "C1", "{f}", "--as-of", "1999-01-01"), "standard: no value on 1999-01-01"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_one_line_and_exits_2(ledger: Path, arguments: tuple[str, ...], text: str) -> None:
    result = run(*(a.replace("{f}", str(ledger)) for a in arguments))
    assert result.exit_code == 2
    assert result.stderr.strip().startswith(text.replace("{f}", str(ledger)))
    assert len(result.stderr.strip().splitlines()) == 1


def test_an_order_the_book_has_in_another_currency_is_asked_in_that_currency_and_counts_once(ledger: Path) -> None:
    Path("orders.csv").write_text(
        "order,customer,order date,currency,amount\nO-9,C1,2026-01-20,USD,500\n", encoding="utf-8"
    )
    asked = (
        "release",
        ledger,
        *DAY,
        "--orders",
        "orders.csv",
        "--limits",
        "limits.csv",
        "--customer",
        "C1",
        "--order",
        "O-9",
        "--amount",
        "500",
    )
    made = json.loads(run(*asked, "--json").stdout)
    assert made["order"] == "0.00"  # of the limit in CNY; before, 500.00 CNY beside the 500.00 USD
    assert [r["amount"] for r in made["reasons"] if r["code"] == "release.no-rate"] == ["500.00"]
    proposed = run(*asked, "--proposed")
    assert proposed.exit_code == 2
    assert (
        proposed.stderr
        == "the limit proposed is in CNY, the order in USD. Report both in one: --currency CCY --fx RATES.csv.\n"
    )


def test_the_committee_threshold_is_told_in_the_home_currency(in_tmp: Path) -> None:
    rows = [f"C1,Firm,I-{m},2025-{m:02d}-01,2025-{m:02d}-28,2025-{m:02d}-28,100000.00,USD" for m in range(1, 13)]
    Path("usd.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    Path("s.csv").write_text(
        STATEMENTS.replace("C1,2025-12-31,CNY,600,1000", "C1,2025-12-31,USD,600000,1000"), encoding="utf-8"
    )
    Path("fx.csv").write_text("currency,rate,date\nCNY,0.14,2026-01-31\n", encoding="utf-8")
    policy = standard_text().replace(
        "[[limit.committee_above]]\nfrom = 2000-01-01\nvalue = 500_000",
        "[[limit.committee_above]]\nfrom = 2000-01-01\nvalue = 10",
    )
    Path("firm.toml").write_text(policy, encoding="utf-8")
    asked = (
        "review",
        "C1",
        "usd.csv",
        *DAY,
        "--credit-file",
        "s.csv",
        "--currency",
        "USD",
        "--fx",
        "fx.csv",
        "--policy",
        "firm.toml",
    )
    for lang, told in (("en", "own funds at risk are above 10 CNY"), ("zh", "自担风险超过 10 CNY")):
        made = run(*asked, "--lang", lang)
        assert made.exit_code == 1, made.output  # the statement does not add up: 600,000 of current assets in 1,000
        assert told in made.stdout, made.stdout[:600]
