"""Make docs/pictures/panel_*.png: every panel in a real Chromium, bundled sample, both languages. Run: python tools/panel_pictures.py [FOLDER]

With a folder the pictures go there, dark ones and narrow ones too: for looking, not for the documentation.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.browser.driving import Driven, chromium  # noqa: E402
from tests.browser.servers import Served, running  # noqa: E402

TALLEST = 4800
SHOWN = {
    "customer": (("type", "on_time_share", "80"), ("type", "term_days", "45")),
    "terms": (("type", "net_days", "45"), ("type", "deposit_share", "20"), ("type", "sales_change_share", "-2")),
    "portfolio": (),
    "policy": (("type", "score.grades.B", "620"), ("type", "score.grades.C", "590")),
    "close": (("act", "sample", ""),),
}


def shown(panel: Driven, name: str) -> None:
    """Bring a panel to a state worth seeing."""
    for how, field, text in SHOWN[name]:
        if how == "act":
            panel.act(field)
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
    with tempfile.TemporaryDirectory() as work, running("serve", "--lang", "en", cwd=Path(work)) as served:
        take(served, folder)
        if looking:
            take(served, folder, dark=True, mark="_dark")
            take(served, folder, width=760, mark="_narrow")


if __name__ == "__main__":
    main()
