"""The widget carries questions and answers: each is answered, also by an error; files go out and come in whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from creditlib.errors import UsageError
from creditlib.faces.panels.blocks import Block, decision
from creditlib.faces.panels.fields import Field, Number
from creditlib.faces.panels.front import script, style
from creditlib.faces.panels.model import Download, Model
from creditlib.faces.panels.widget import Panel


class Desk(Model):
    """One number, a file that holds it, files taken in."""

    panel = "desk"

    def start(self) -> dict[str, Any]:
        return {"n": 1}

    def fields(self) -> Mapping[str, Field]:
        return {"n": Number(label=lambda lang: "N", least=0, most=9, step=1, whole=True)}

    def blocks(self) -> list[Block]:
        return [decision("d", f"{10 // self.get('n')}" if self.get("n") < 9 else "nine", "")]

    def download(self, name: str, value: Any) -> Download:
        if name != "file":
            return super().download(name, value)
        return Download("n.txt", str(self.get("n")).encode(), "text/plain")

    def upload(self, name: str, file: str, size: int, at: int, piece: bytes) -> None:
        if size > 2:
            raise UsageError(f"{file} is too large", f"{file} 过大")
        self.came = (b"" if at == 0 else self.came) + piece
        if len(self.came) == size:
            self.set(name, int(self.came))


class Carried(Panel):
    """A panel that keeps what it sends."""

    def __init__(self, model: Model) -> None:
        self.out: list[tuple[Any, list[bytes]]] = []
        super().__init__(model)

    def send(self, content: Any, buffers: list[bytes] | None = None) -> None:
        self.out.append((content, buffers or []))


@pytest.fixture
def panel() -> Carried:
    return Carried(Desk())


def title(panel: Panel) -> str:
    return str(panel.view["blocks"][0]["title"])


def test_every_question_is_answered_in_turn(panel: Carried) -> None:
    for ask, n in enumerate((2, 5), start=1):
        panel.ask({"do": "set", "name": "n", "value": n, "ask": ask})
        assert (panel.answered, title(panel)) == (ask, str(10 // n))
    panel.ask({"do": "undo", "ask": 3})
    assert (panel.answered, title(panel)) == (3, "5")
    panel.ask({"do": "act", "name": "lang", "value": "zh", "ask": 4})
    assert panel.view["lang"] == "zh"


def test_what_a_person_can_mend_is_told_and_what_they_can_not_is_told_and_logged(panel: Carried) -> None:
    panel.ask({"do": "act", "name": "fly", "ask": 1})
    assert "fly" in panel.view["error"]
    assert panel.answered == 1
    with pytest.raises(ZeroDivisionError):
        panel.ask({"do": "set", "name": "n", "value": 0, "ask": 2})
    assert "ZeroDivisionError" in panel.view["error"]
    assert panel.answered == 2
    panel.ask({"do": "set", "name": "n", "value": 5, "ask": 3})
    assert (panel.view["error"], title(panel)) == ("", "2")


def test_a_file_goes_out_whole_from_the_state_of_the_moment(panel: Carried) -> None:
    panel.ask({"do": "set", "name": "n", "value": 7, "ask": 1})
    panel.ask({"do": "download", "name": "file", "ask": 2})
    assert ({"file": "n.txt", "type": "text/plain"}, [b"7"]) in panel.out


def test_files_come_in_pieces_and_one_too_large_is_told(panel: Carried) -> None:
    before = title(panel)
    panel.ask({"do": "upload", "name": "n", "file": "a", "size": 2, "at": 0, "ask": 1}, [memoryview(b"0")])
    assert title(panel) == before
    panel.ask({"do": "upload", "name": "n", "file": "a", "size": 2, "at": 1, "ask": 2}, [memoryview(b"4")])
    assert title(panel) == "2"
    panel.ask({"do": "upload", "name": "n", "file": "big", "size": 10**9, "at": 0, "ask": 3}, [memoryview(b"")])
    assert panel.view["error"] == "big is too large"


def test_the_theme_goes_round_and_progress_is_told(panel: Carried) -> None:
    seen = []
    for ask in range(1, 4):
        panel.ask({"do": "act", "name": "theme", "ask": ask})
        seen.append(panel.theme)
    assert seen == ["dark", "light", "auto"]
    panel.model.progress(0.5, "half")
    assert ({"progress": 0.5, "text": "half"}, []) in panel.out


def test_a_page_brings_its_state_and_a_broken_address_is_told(panel: Carried) -> None:
    panel.ask({"do": "restore", "state": '{"n": 5, "lang": "zh"}', "ask": 1})
    assert (title(panel), panel.view["lang"]) == ("2", "zh")
    panel.ask({"do": "restore", "state": "{n: 5", "ask": 2})
    assert panel.view["error"]
    assert title(panel) == "2"


def test_the_script_asks_nothing_of_the_network() -> None:
    made = script()
    assert "export" in made
    assert "cdn." not in made
    assert "@import" not in style()
    assert "url(" not in style()


def test_a_chart_is_saved_as_it_stands() -> None:
    from creditlib.faces.charts.common import Bar, bars
    from creditlib.faces.panels.blocks import chart, section

    class Drawn(Desk):
        def blocks(self) -> list[Block]:
            return [section("s", [chart("c", bars([Bar("a", self.get("n"), "n")]))], title="One chart")]

    panel = Carried(Drawn())
    panel.ask({"do": "download", "name": "picture", "value": "c", "ask": 1})
    files = [(told["file"], content[0][:4]) for told, content in panel.out if "file" in told]
    assert files == [("desk-c.png", b"\x89PNG")]
    panel.ask({"do": "download", "name": "picture", "value": "other", "ask": 2})
    assert "other" in panel.view["error"]
