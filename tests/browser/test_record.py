"""The doors of the record in a real browser, in Chinese, by keyboard: a request from the customer panel, a vote; the store verifies."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from creditlib.record.looking import rows_of
from creditlib.record.people import system_user
from creditlib.record.store import open_store
from creditlib.record.verify import verify
from tests.browser.driving import Driven, chromium
from tests.browser.servers import Served

pytestmark = pytest.mark.browser


def told(panel: Driven, name: str) -> str:
    return panel.root.locator(f'[data-text="{name}"]').inner_text()


def test_a_limit_is_asked_for_and_a_vote_given(
    served: Served, record: Path, playwright: Playwright, tmp_path: Path
) -> None:
    with chromium(playwright, tmp_path / "profile") as (context, outside):
        panel = Driven(context.new_page())
        panel.page.goto(served.panel("customer", "zh"))
        panel.shown()
        panel.type("ask:amount", "1.5")
        assert "金额：15,000.00 CNY" in told(panel, "before")
        panel.press("ask:reason", "ArrowDown", 2)
        panel.type("ask:text", "旺季备货")
        panel.act("submit")
        with open_store(record, create=False) as store:
            mine = rows_of(store, "requests", maker=system_user())
        assert [(row["amount_minor"], row["reason"]) for row in mine] == [(15_000_00, "yearly_review")]
        assert f"✓ 已记录申请 {mine[0]['seq']}：" in told(panel, "answer")
        assert str(mine[0]["seq"]) in panel.root.locator('[data-table="held"] [data-row="open"]').inner_text()

        panel.page.goto(served.panel("approvals", "zh"))
        panel.shown()
        first = panel.root.locator('[data-table="pending"] [data-row] button').first
        number = int(first.inner_text())
        first.focus()
        panel.page.keyboard.press("Enter")
        panel.settled()
        panel.control("vote").locator("input").first.focus()
        panel.page.keyboard.press("Space")
        panel.settled()
        panel.press("reason", "ArrowDown", 4)
        panel.type("text", "仅限旺季")
        assert panel.nameless() == []
        panel.act("decide")
        assert told(panel, "answer") == f"○ 已记录。申请 {number} 待其他人审批：2 人中 1 人同意。"
        assert panel.root.locator('[data-text="answer"] [role="status"]').count() == 1
        assert f"{system_user()} 同意，理由 季节性需求" in told(panel, "votes")
        panel.act("decide")  # nothing is chosen any more: what was recorded is not recorded twice
        assert told(panel, "answer").startswith("请选择同意或不同意")
        assert (panel.faults, outside) == ([], [])
    with open_store(record, create=False) as store:
        votes = [(row["request"], row["person"], row["vote"], row["reason"]) for row in rows_of(store, "votes")]
        assert votes == [(number, system_user(), "approve", "season")]
        assert verify(store).good
