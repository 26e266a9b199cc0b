"""The whole matrix, outside the normal run: every panel in both hosts, languages and themes, and over real ledgers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from creditlib.faces.panels.customer import CustomerModel
from creditlib.faces.panels.given import assessed
from creditlib.faces.panels.model import Model
from creditlib.faces.panels.policy import PolicyModel
from creditlib.faces.panels.portfolio import PortfolioModel
from creditlib.faces.panels.terms import TermsModel
from creditlib.flows.assess import Assessment
from creditlib.flows.connected import import_book
from creditlib.flows.sources import Sources
from creditlib.policy import load_policy
from tests.browser.cases import CASES
from tests.browser.driving import Driven, chromium
from tests.browser.servers import Served, running
from tests.browser.test_lab import in_lab
from tests.browser.test_panels import drawn_as, worked

pytestmark = [pytest.mark.browser, pytest.mark.soak]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", CASES)
def test_over_voila(name: str, lang: str, dark: bool, served: Served, playwright: Playwright, tmp_path: Path) -> None:
    with chromium(playwright, tmp_path / "profile", dark=dark) as (context, asked):
        panel = Driven(context.new_page())
        panel.page.goto(served.panel(name, lang))
        panel.shown()
        assert panel.root.get_attribute("data-theme") == ("dark" if dark else "light")
        worked(panel, CASES[name], tmp_path)
        assert (panel.faults, asked) == ([], [])


@pytest.mark.parametrize("name", CASES)
def test_in_jupyterlab(name: str, lab: Served, playwright: Playwright, tmp_path: Path) -> None:
    in_lab(CASES[name], lab, playwright, tmp_path, dark=True)


MODELS: dict[str, Callable[[Assessment], Model]] = {
    "customer": CustomerModel,
    "terms": TermsModel,
    "portfolio": PortfolioModel,
    "policy": PolicyModel,
}
KEYS = {"customer": ("term_days", "ArrowRight"), "terms": ("deposit_share", "ArrowRight"), "portfolio": ("release.overdue_days", "ArrowRight"), "policy": ("score.grades.B", "ArrowRight")}  # fmt: skip
REAL = {"553": ("receivables_open.csv",), "1008": ("receivables_open.csv", "receivables_closed.csv")}


@pytest.fixture(scope="module", params=REAL)
def real(
    request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, Assessment]]:
    """A book of so many real customers, served."""
    folder = tmp_path_factory.mktemp("real")
    names = REAL[request.param]
    on = date(2020, 5, 31)
    sources = Sources(files=tuple(str(shared_data / name) for name in names), home="USD", date_order="dmy")
    import_book(folder / "book", sources, load_policy(), on)
    with running("serve", "--book", str(folder / "book"), "--as-of", "2020-05-31", cwd=folder) as served:
        whole = assessed(folder / "book", on)
        assert whole.table.table.num_rows == int(request.param)
        yield served, whole


@pytest.mark.parametrize("name", MODELS)
def test_over_real_ledgers(name: str, real: tuple[Served, Assessment], playwright: Playwright, tmp_path: Path) -> None:
    served, whole = real
    with chromium(playwright, tmp_path / "profile") as (context, asked):
        panel = Driven(context.new_page())
        panel.page.goto(served.panel(name, "zh"))
        panel.shown()
        if panel.control(KEYS[name][0]).count():
            panel.press(*KEYS[name], 3)
        else:
            assert name == "terms"  # open items alone tell no sales: the panel asks for them instead
        assert not panel.grey, panel.error
        drawn_as(panel, MODELS[name](whole))
        assert (panel.faults, asked) == ([], [])
