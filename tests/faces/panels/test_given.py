"""The book a panel is about: what is given counts, or is refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from creditlib.errors import CurrencyError, UsageError
from creditlib.faces.panels import customer_panel, policy_panel, portfolio_panel, terms_panel
from creditlib.faces.panels.given import BOOK, CURRENCY, RATES, assessed
from creditlib.facts.book import Book
from creditlib.facts.open_items import Rate
from creditlib.facts.sample.generate import SAMPLE_END, sample_book
from creditlib.flows.assess import Assessment, assess
from creditlib.policy import load_policy

FX = "date,from,to,rate\n2026-10-30,USD,CNY,7.1\n2026-10-30,EUR,CNY,7.8\n2026-10-30,JPY,CNY,0.048\n"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (BOOK, CURRENCY, RATES):
        monkeypatch.delenv(name, raising=False)


def test_the_sample_is_reported_in_the_currency_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = tmp_path / "fx.csv"
    rates.write_text(FX)
    told = [
        Rate("USD", Decimal("7.1"), SAMPLE_END),
        Rate("EUR", Decimal("7.8"), SAMPLE_END),
        Rate("JPY", Decimal("0.048"), SAMPLE_END),
    ]
    same = assess(sample_book(), load_policy(), SAMPLE_END, rates=told, currency="CNY").ground.items.totals
    assert assessed(currency="CNY", rates=rates).ground.items.totals == same
    assert list(same) == ["CNY"]
    monkeypatch.setenv(CURRENCY, "CNY")
    monkeypatch.setenv(RATES, str(rates))
    assert assessed().ground.items.totals == same


def test_a_currency_without_rates_is_refused() -> None:
    with pytest.raises(CurrencyError, match="no rate"):
        portfolio_panel(currency="CNY")


def test_what_would_not_count_beside_an_assessed_book_is_refused() -> None:
    whole = assessed()
    assert assessed(whole) is whole
    with pytest.raises(UsageError, match="the book is assessed already, so as_of, currency would not count"):
        assessed(whole, "2026-09-30", currency="CNY")


@pytest.mark.parametrize("panel", [customer_panel, terms_panel, portfolio_panel, policy_panel])
def test_a_book_without_a_customer_is_refused(panel: Callable[[Assessment], object]) -> None:
    with pytest.raises(UsageError, match="the book holds no customer on 2026-10-31") as caught:
        panel(assess(Book(), load_policy(), SAMPLE_END))
    assert caught.value.zh == "2026-10-31 的账簿中没有客户，无可显示的内容。请导入台账，或换一个基准日。"
