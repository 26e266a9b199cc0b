"""The month-end close on one page: files, how each sheet is read, tie-out, findings beside their rows, policy draft, workbook.

What must stay true: it closes through `flows.close_desk`, as the terminal does; the workbook is written from what is shown, never from
figures that are grey; a file handed over lies in a private folder and goes with the panel.
"""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from creditlib.errors import CreditError, Lang, MappingError, RefusedError
from creditlib.faces.panels import closing_figures as figures
from creditlib.faces.panels import closing_files as files
from creditlib.faces.panels import closing_policy as tried
from creditlib.faces.panels.blocks import Block, button, columns
from creditlib.faces.panels.closing_state import ClosingState
from creditlib.faces.panels.given import place_told
from creditlib.faces.panels.model import Download
from creditlib.faces.wording import say
from creditlib.facts.map_text import map_text
from creditlib.flows.close_desk_look import Inspection
from creditlib.flows.closing import Close
from creditlib.policy import Policy
from creditlib.policy.draft import draft_toml

if TYPE_CHECKING:
    from creditlib.flows.close_recorded import Recorded

_TOML: Final = "application/toml"
_WRITING: Final = 0.9
"""Share of the work done when the workbook is begun: reading and closing are over by then."""


class ClosingModel(ClosingState):
    """A month end: what is chosen is in the state (`ClosingState`), what was closed last is kept while something is wrong."""

    panel = "close"

    def __init__(
        self, given: Sequence[str | Path] = (), as_of: date | None = None, *, policy: Policy | None = None, lang: Lang = "en",
        store: str | Path | None = None,
    ) -> None:  # fmt: skip
        self.made: Close | None = None
        self.store = store
        self.kept: tuple[Any, Recorded | RefusedError] | None = None
        self._marked: tuple[Close, Any] | None = None
        self.fault: CreditError | None = None
        super().__init__(given, as_of, policy, lang)

    def view(self) -> Block:
        """Return everything the browser draws; a fault of the files or of what is typed greys out the figures, not what mends it."""
        shown = super().view()
        return shown | {"error": shown["error"] or self._fault_text()}

    def _fault_text(self) -> str:
        """What is wrong with the files; where columns are not recognised and no sheet is open yet, that this page mends it."""
        if self.fault is None:
            return ""
        told = self.fault.text(self.lang)
        return (
            f"{told}\n{say('panel_close.error.map_here', self.lang)}"
            if isinstance(self.fault, MappingError) and not self.state["sheet"]
            else told
        )

    def blocks(self) -> list[Block]:
        """Return the verdict, then the steps."""
        self.fault = None
        look = self._looked()
        made = self._close()
        look = look if self.fault else self._looked()
        parts = [columns("head", [figures.verdict(made, self.begun, self.lang)]), columns("files", [files.files(self, look), files.sheets(self, look)])]  # fmt: skip
        if look is not None and (sheet := self.sheet(look)) is not None:
            parts.append(columns("map", [files.correction(self, sheet)]))
        tie = [figures.control(self)]
        if made is not None:
            tie += [figures.lines(made, self.lang), figures.aging(made, self.lang)]
        parts.append(columns("tie", tie))
        chosen = self.check(made) if made is not None else ""
        parts.append(columns("findings", [figures.findings(made, chosen, self.lang)]))
        if made is not None and look is not None and (rows := self._rows(made, look)):
            parts.append(columns("rows", rows))
        return [*parts, columns("end", [tried.section_of(self), self._write(made)])]

    def _looked(self) -> Inspection | None:
        try:
            return self.desk.inspect(self.files_asked())
        except CreditError as error:
            self.fault = error
            return None

    def _close(self) -> Close | None:
        """Close what is chosen; while something is wrong, return what was closed last."""
        if not self.begun:
            self.made = None
            return None
        try:
            asked = self.asked()
            self.made = self.desk.close(asked, self.tried(), self.going)
        except CreditError as error:
            self.fault = error
        return self.made

    def _rows(self, made: Close, look: Inspection) -> list[Block]:
        """Return the rows behind the check that is chosen."""
        check = self.check(made)
        found = [finding for finding in made.findings if finding.check == check]
        if not found:
            return []
        first = min(int(self.state["page"]), (len(found) - 1) // figures.PAGE) * figures.PAGE
        page = found[first : first + figures.PAGE]
        rows = [self.desk.rows(self.files_asked(), finding) for finding in page]
        return [figures.rows(page, rows, look, first, len(found), self.lang)]

    def _write(self, made: Close | None) -> Block:
        stale = self.fault is not None or made is None
        return figures.write(
            made, self.lang, stale=stale, mapped=bool(self.state["map"]), drafted=bool(self.changes_made()), command=self.command() if self.begun else "",
            records=self._records(), kept=self.kept[1] if self.kept is not None and made is not None and self.kept[0] == self._mark(made) else None,
        )  # fmt: skip

    def top(self) -> tuple[Sequence[Block], str, Sequence[Block]]:
        """Return the day, the name for the cover, and which policy holds."""
        name = self.made.policy_name if self.made is not None else self.policy.name
        mark = self.made.policy_fingerprint if self.made is not None else self.policy.fingerprint
        return (
            [self.control("as_of"), self.control("firm")],
            say("panel_close.top.policy", self.lang, name=name, fingerprint=mark),
            (),
        )

    def act(self, name: str, value: Any) -> None:
        """Show the rows of a check, or another page of them; open and close the correction of a sheet; drop a map; take the sample."""
        if name == "show":
            self.become({**self.state, "check": str(value), "page": 0})
        elif name == "page":
            self.become({**self.state, "page": max(int(value), 0)})
        elif name == "correct":
            self.become({**self.state, "sheet": str(value or "")})
        elif name == "forget":
            left = [part for part in self.state["map"].get("sheet", []) if part["name"] != value]
            told = {key: part for key, part in self.state["map"].items() if key != "sheet"}
            self.become({**self.state, "map": told | ({"sheet": left} if left else {})})
        elif name == "map_drop":
            self.become({**self.state, "map": {}})
        elif name == "sample":
            self.take_sample()
        else:
            super().act(name, value)

    def download(self, name: str, value: Any) -> Download:
        """Make the closing workbook, the map, or the rows of the policy draft. Raises: CreditError, also while something is wrong."""
        if name == "map":
            return Download("map.toml", map_text(self.state["map"]).encode(), _TOML)
        if name == "draft":
            return Download("policy-rows.toml", draft_toml(self.policy, self.tried()).encode(), _TOML)
        if name != "workbook":
            return super().download(name, value)
        from creditlib.faces.workbook import write_workbook

        made = self.desk.close(self.asked(), self.tried(), self.going)
        self.progress(_WRITING, say("panel_close.going.write", self.lang))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"close-{made.as_of}.xlsx"
            write_workbook(made, path, lang=self.lang, recorded=self._recorded(made))
            return Download(path.name, path.read_bytes())

    def _records(self) -> bool:
        """Whether a workbook's close is written into a record: one is named, and what is closed is not the sample."""
        return self.store is not None and not any(
            Path(file).is_relative_to(self._sample_folder) for file in self.state["files"]
        )

    def _recorded(self, made: Close) -> Recorded | None:
        """Write the close into the record, before the workbook that names its head; the same close only once. None: it is not to be recorded,
        or the person may not, which is told beside the workbook. Raises: StoreError."""
        if self.store is None or not self._records():
            return None
        if self.kept is None or self.kept[0] != self._mark(made):
            from creditlib.flows.close_recorded import book_name, record_close
            from creditlib.record.store import open_store

            asked = self.asked()
            inputs = [*asked.sources.all, *asked.control_files, *([asked.rates] if asked.rates else [])]
            with open_store(self.store, create=False) as store:
                try:
                    self.kept = self._mark(made), record_close(store, made, inputs, book_name(made, inputs))
                except RefusedError as error:
                    self.kept = self._mark(made), error
        return None if isinstance(self.kept[1], RefusedError) else self.kept[1]

    def _mark(self, made: Close) -> Any:
        """Return what tells one close from another; worked out once for each."""
        if self._marked is None or self._marked[0] is not made:
            from creditlib.flows.close_recorded import items_hash

            totals = tuple(sorted(made.totals().items()))
            told = tuple(finding.en for finding in made.findings)
            self._marked = (
                made,
                (made.as_of, made.entity, made.policy_fingerprint, totals, items_hash(made.items), told),
            )
        return self._marked[1]

    def command(self) -> str:
        """Return the command that closes the same at the terminal, and records it where the panel does."""
        told = super().command()
        return (
            told
            if self.store is None or not self._records()
            else f"{told} --store {shlex.quote(place_told(self.store))}"
        )

    def buttons_of(self, *names: str) -> list[Block]:
        """Return buttons by name, as the wording calls them."""
        return [button(name, say(f"panel_close.files.{name}", self.lang)) for name in names]
