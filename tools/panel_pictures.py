"""Make docs/pictures/panel_*.png: every panel in a real Chromium, bundled sample beside a record, both languages. Run: python tools/panel_pictures.py [FOLDER]

With a folder the pictures go there, dark ones and narrow ones too: for looking, not for the documentation.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from creditlib.faces.panels.given import assessed  # noqa: E402
from creditlib.flows.asking import Wish, request_limit  # noqa: E402
from creditlib.policy import load_policy  # noqa: E402
from creditlib.record.approvals import decide  # noqa: E402
from creditlib.record.connecting import find_place  # noqa: E402
from creditlib.record.roles import give_role  # noqa: E402
from creditlib.record.store import Store, opened  # noqa: E402
from tests.browser.driving import Driven, chromium  # noqa: E402
from tests.browser.servers import Served, running  # noqa: E402

TALLEST = 4800
SHOWN = {
    "customer": (("type", "on_time_share", "80"), ("type", "term_days", "45")),
    "terms": (("type", "net_days", "45"), ("type", "deposit_share", "20"), ("type", "sales_change_share", "-2")),
    "portfolio": (),
    "policy": (("type", "score.grades.B", "620"), ("type", "score.grades.C", "590")),
    "close": (("act", "sample", ""),),
    "approvals": (("row", "2", ""),),
}
PERSON = "gao"
NAMED = f"""import os, pwd
told = pwd.getpwuid
pwd.getpwuid = lambda uid: pwd.struct_passwd(("{PERSON}", *told(uid)[1:])) if uid == os.geteuid() else told(uid)
"""
"""Found by every Python as it starts: in a picture nobody is called as the one who took it."""


def record(file: Path) -> Path:
    """Make a record in which some requests wait, one of them too long, and some limits are in force."""
    now = datetime.now(UTC)
    whole, policy = assessed(), load_policy()
    row = {
        r["customer"]: r
        for r in whole.table.rows()
        if r["limit_minor"] and r["currency"] == "CNY" and r["grade"] in "ABC"
    }
    some = sorted(row, key=lambda customer: -row[customer]["limit_minor"])[:7]

    def at(who: str, days: int, *, create: bool = False) -> Store:
        return opened(find_place(file), create=create, actor=who, clock=lambda: now - timedelta(days=days))

    file.parent.mkdir(exist_ok=True)
    with at("keeper", 90, create=True) as store:
        for person, role in (("wang", "analyst"), ("li", "analyst"), (PERSON, "committee"), ("zhou", "committee")):
            give_role(store, person, role)
    asked = []
    for customer, who, days, reason, times in zip(
        some, ("wang", "li", "wang", "wang", "li", "wang", "li"), (60, 59, 58, 45, 6, 3, 1),
        ("yearly_review",) * 3 + ("season", "more_business", "strategic", "new_customer"), (1, 1, 1, 1, 1, 1.25, 1), strict=True,
    ):  # fmt: skip
        minor = int(row[customer]["limit_minor"] * times)
        with at(who, days) as store:
            number = request_limit(store, whole, customer, Wish(reason, minor)).entry.seq
        asked.append(number)
        for person in (PERSON, "zhou") if days > 50 else ():
            with at(person, days) as store:
                if decide(store, number, "approve", reason, policy).body.get("outcome"):
                    break
    with at("zhou", 0) as store:
        decide(store, asked[-2], "approve", "strategic", policy)
    return file


def shown(panel: Driven, name: str) -> None:
    """Bring a panel to a state worth seeing."""
    for how, field, text in SHOWN[name]:
        if how == "act":
            panel.act(field)
        elif how == "row":
            panel.root.locator("[data-row] button").nth(int(field)).press("Enter")
            panel.settled()
        else:
            panel.type(field, text)
    panel.page.evaluate(
        "() => { document.activeElement?.blur(); document.querySelectorAll('details').forEach((el) => (el.open = false)); }"
    )
    panel.page.wait_for_timeout(1200)


def take(served: Served, folder: Path, *, width: int = 1340, dark: bool = False, mark: str = "") -> None:
    """Take a picture of every panel in both languages."""
    with (
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as profile,
        chromium(playwright, Path(profile), dark=dark) as (context, asked),
    ):
        for name in SHOWN:
            for lang in ("en", "zh"):
                page = context.new_page()
                page.set_viewport_size({"width": width, "height": TALLEST})
                panel = Driven(page)
                page.goto(served.panel(name, lang), wait_until="commit")
                panel.shown()
                shown(panel, name)
                page.wait_for_timeout(500)
                panel.root.screenshot(path=folder / f"panel_{name}{mark}.{lang}.png")
                assert panel.faults == [], panel.faults
                page.close()
        assert asked == [], asked


def main() -> None:
    """Take the pictures of the documentation, or all there are."""
    looking = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    folder = looking or ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "sitecustomize.py").write_text(NAMED)
        there, named = str(record(Path(work) / "credit" / "record.db")), {"PYTHONPATH": work}
        with running("serve", "--lang", "en", "--store", there, cwd=Path(work), env=named) as served:
            pictures(served, folder, looking=looking is not None)


def pictures(served: Served, folder: Path, *, looking: bool) -> None:
    """Take those of the documentation, and to look at also dark and narrow ones."""
    take(served, folder)
    if looking:
        take(served, folder, dark=True, mark="_dark")
        take(served, folder, width=760, mark="_narrow")


if __name__ == "__main__":
    main()
