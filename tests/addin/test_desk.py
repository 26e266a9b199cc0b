"""What cells are answered from: looked at again when a file changed, measured again when book, policy or day is another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from creditlib_addin import call
from creditlib_addin.desk import Desk
from creditlib_addin.settings import VARIABLE, Settings, load_settings, save_settings, settings_path
from creditlib_addin.values import CellError, NotKnown

from creditlib.errors import PolicyError, UsageError


def test_settings_come_back_as_they_were_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "deep" / "settings.json"))
    monkeypatch.setenv("CREDIT_LANG", "zh")
    assert load_settings() == Settings(language="zh")
    chosen = Settings(book="/b", as_of=date(2026, 1, 31), policy="p.toml", currency="CNY", rates="r.csv", language="en")
    assert save_settings(chosen) == settings_path()
    assert load_settings() == chosen
    assert [p.name for p in settings_path().parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("text", ["{", "[1]", '{"as_of": "soon"}', '{"as_of": 5}', '{"book": 7}', '{"language": "fr"}'])
def test_settings_nobody_can_read_are_told_and_kept(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(path))
    with pytest.raises(UsageError, match=r"settings\.json"):
        load_settings()
    assert path.read_text(encoding="utf-8") == text


def test_without_a_book_a_cell_says_so_and_stated_figures_still_work() -> None:
    desk = Desk(Settings())
    assert call("CREDITSCORE", "C-1", desk=desk) == CellError("#N/A")
    assert "connect" in call("CREDITWHY", "CREDITSCORE", "C-1", desk=desk)
    assert call("CREDITWCR", 1, 2, 3, desk=desk) == 0
    with pytest.raises(NotKnown):
        desk.day(None)


def test_without_a_day_a_cell_says_so(sample_settings: Settings) -> None:
    desk = Desk(replace(sample_settings, as_of=None))
    assert call("CREDITSCORE", "C-7003", desk=desk) == CellError("#N/A")
    assert "no day" in call("CREDITWHY", "CREDITSCORE", "C-7003", desk=desk)
    assert call("CREDITSCORE", "C-7003", date(2026, 10, 31), desk=desk) == 622


def test_a_book_is_measured_once_for_a_day_and_once_more_for_another(sample_settings: Settings) -> None:
    desk = Desk(sample_settings)
    first = desk.answers()
    assert desk.answers() is first
    assert desk.answers(date(2026, 9, 30)) is not first
    assert desk.answers(date(2026, 10, 31)) is first
    desk.forget()
    assert desk.answers() is not first


def test_settings_that_change_are_seen_without_a_restart(connected: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    assert call("CREDITSCORE", "C-7003", desk=desk) == 622
    save_settings(replace(connected, as_of=date(2026, 6, 30)))
    monkeypatch.setattr("creditlib_addin.desk._LOOK_AGAIN", 0.0)
    later = call("CREDITSCORE", "C-7003", desk=desk)
    assert later == call("CREDITSCORE", "C-7003", date(2026, 6, 30), desk=desk)
    assert desk.day(None) == date(2026, 6, 30)


def test_a_policy_that_changes_changes_the_answer_and_its_fingerprint(
    sample_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib.resources import files

    monkeypatch.setattr("creditlib_addin.desk._LOOK_AGAIN", 0.0)
    text = files("creditlib.policy").joinpath("standard.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    desk = Desk(replace(sample_settings, policy=str(own)))
    before, seen = call("CREDITLIMIT", "1024", desk=desk), call("CREDITINFO", "policy", desk=desk)
    changed = text.replace('value = 5\nunit = "days"', 'value = 9\nunit = "days"')
    assert changed != text
    own.write_text(changed, encoding="utf-8")
    assert call("CREDITINFO", "policy", desk=desk) != seen
    assert call("CREDITLIMIT", "1024", desk=desk) != before
    own.write_text("[[", encoding="utf-8")
    with pytest.raises(PolicyError):
        _ = desk.policy
    assert call("CREDITLIMIT", "1024", desk=desk) == CellError("#VALUE!")


def test_a_book_whose_file_was_changed_is_refused(sample_settings: Settings, tmp_path: Path) -> None:
    import shutil

    assert sample_settings.book is not None
    copy = shutil.copytree(sample_settings.book, tmp_path / "book")
    desk = Desk(replace(sample_settings, book=str(copy)))
    with (copy / "documents.parquet").open("ab") as file:
        file.write(b"x")
    assert call("CREDITSCORE", "C-7003", desk=desk) == CellError("#VALUE!")
    assert "documents.parquet" in call("CREDITWHY", "CREDITSCORE", "C-7003", desk=desk)


def test_a_fault_of_the_library_is_an_error_in_the_cell_and_told_by_why(monkeypatch: pytest.MonkeyPatch) -> None:
    from creditlib import formulas

    def broken(*_: float) -> float:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(formulas, "cash_conversion_cycle", broken)
    desk = Desk(Settings())
    assert call("CREDITCCC", 1, 2, 3, desk=desk) == CellError("#VALUE!")
    assert "ZeroDivisionError: boom" in call("CREDITWHY", "CREDITCCC", 1, 2, 3, desk=desk)


def test_why_names_the_nearest_function_and_never_explains_itself() -> None:
    desk = Desk(Settings(language="zh"))
    assert "CREDITSCORE" in call("CREDITWHY", "CREDITSCOR", desk=desk)
    assert "没有函数" in call("CREDITWHY", "CREDITSCOR", desk=desk)
    assert "CREDITWHY" in call("CREDITWHY", "CREDITWHY", desk=desk)


def test_with_settings_nobody_can_read_the_reason_is_told_and_formulas_of_figures_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"book": ', encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(path))
    desk = Desk()
    assert call("CREDITSCORE", "C-1", desk=desk) == CellError("#VALUE!")
    assert "settings.json" in call("CREDITWHY", "CREDITSCORE", "C-1", desk=desk)
    assert call("CREDITCCC", 60, 45, 30, desk=desk) == 75
