"""A month end at a desk: the same figures as the terminal, and what did not change is not done again."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from creditlib.errors import CreditError, MappingError, UsageError
from creditlib.faces.cli.main import app
from creditlib.facts.map_text import map_text
from creditlib.flows.close_desk import Asked, CloseDesk
from creditlib.flows.close_desk_map import Correction, corrected
from creditlib.flows.sources import Sources
from creditlib.policy import load_policy
from creditlib.policy.draft import draft, draft_toml

AS_OF = date(2024, 3, 31)
LEDGER = """customer,customer_name,document,issue_date,due_date,amount,balance,currency
C1,Alpha,INV-1,2024-01-10,2024-02-09,1000.00,600.00,CNY
C1,Alpha,INV-2,2024-03-05,2024-04-04,500.00,500.00,CNY
C2,Beta,INV-3,2024-03-15,2024-02-16,100.00,100.00,CNY
C2,Beta,INV-4,2024-13-45,2024-02-16,70.00,7.00,CNY
"""
# used: 600 + 500 + 100 = 1,200.00; INV-4 has no readable date


@pytest.fixture
def desk() -> Any:
    with CloseDesk() as made:
        yield made


def _file(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def _asked(*paths: str, **more: Any) -> Asked:
    beside = {name: more.pop(name) for name in ("home", "sales", "date_order") if name in more}
    return Asked(sources=Sources(files=paths, **beside), **{"as_of": AS_OF, **more})


def _terminal(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["close", *arguments, "--json", "--force"])
    assert result.exit_code in (0, 1), result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def _sums(made: Any) -> dict[str, str]:
    sums = made.aging_total(made.currency)
    return {key: f"{Decimal(sums[key]).scaleb(-2):f}" for key in (*made.buckets, "unapplied")}


def test_an_inspection_says_what_each_sheet_is_and_after_reading_how_many_rows_it_gave(
    desk: CloseDesk, tmp_path: Path
) -> None:
    ledger = _file(tmp_path, "a.csv", LEDGER)
    asked = _asked(ledger)
    (sheet,) = desk.inspect(asked).sheets
    assert (sheet.name, sheet.role, sheet.rows, sheet.header_row, sheet.used) == ("a.csv", "documents", 5, 1, None)
    taken = {field: column.letter for column in sheet.columns for field in column.fields}
    assert taken["customer"] == "A"
    assert taken["due_on"] == "E"
    assert taken["open_amount"] == "G"
    desk.read(asked, load_policy())
    assert desk.inspect(asked).sheets[0].used == 4


def test_a_desk_closes_as_the_terminal_does(desk: CloseDesk, tmp_path: Path, in_tmp: Path) -> None:
    ledger = _file(tmp_path, "a.csv", LEDGER)
    made = desk.close(_asked(ledger, control="1,200.00"), load_policy())
    told = _terminal(ledger, "--as-of", "2024-03-31", "--control", "1,200.00")
    assert made.total_minor == 120_000  # 600 + 500 + 100
    assert made.ties is told["ties"] is True
    assert _sums(made) == told["aging"][0]["buckets"]
    assert [f.check for f in made.findings] == [f["check"] for f in told["findings"]]


def test_an_open_export_of_553_customers_closes_as_the_terminal_does(
    desk: CloseDesk, shared_data: Path, in_tmp: Path
) -> None:
    path = str(shared_data / "receivables_open.csv")
    asked = _asked(path, home="USD", as_of=date(2020, 5, 31), control="310,427,859.34")
    made = desk.close(asked, load_policy())
    told = _terminal(path, "--as-of", "2020-05-31", "--home", "USD", "--control", "310,427,859.34")
    assert made.total_minor == 31_042_785_934
    assert made.aging.num_rows == 553
    assert _sums(made) == told["aging"][0]["buckets"]
    assert made.ties is told["ties"] is True


def test_a_paid_history_of_943_customers_closes_as_the_terminal_does(
    desk: CloseDesk, shared_data: Path, in_tmp: Path
) -> None:
    path = str(shared_data / "receivables_closed.csv")
    made = desk.close(_asked(path, home="USD", as_of=date(2019, 6, 30)), load_policy())
    told = _terminal(path, "--as-of", "2019-06-30", "--home", "USD")
    assert made.total_minor == 5_766_260_491
    assert (
        len(
            set(
                desk.read(_asked(path, home="USD", as_of=date(2019, 6, 30)), load_policy())
                .book.documents["customer"]
                .to_pylist()
            )
        )
        == 943
    )
    assert _sums(made) == told["aging"][0]["buckets"]


def test_a_control_figure_that_is_one_cent_off_is_told_with_its_difference(desk: CloseDesk, tmp_path: Path) -> None:
    made = desk.close(_asked(_file(tmp_path, "a.csv", LEDGER), control="1200.01"), load_policy())
    assert made.ties is False
    assert made.control[0].difference_minor == -1
    assert made.findings[0].check == "control-differs"


def test_a_typed_figure_beside_a_control_file_is_refused(desk: CloseDesk, tmp_path: Path) -> None:
    control = _file(tmp_path, "gl.csv", "account,currency,balance\n1122,CNY,1200.00\n")
    asked = _asked(_file(tmp_path, "a.csv", LEDGER), control="5", control_files=(control,))
    with pytest.raises(UsageError) as caught:
        desk.close(asked, load_policy())
    assert (
        caught.value.en
        == "control figure 5 was typed, and gl.csv holds control figures. Clear the figure, or take the file out."
    )
    assert caught.value.zh == "已填写总账余额 5，而 gl.csv 也是总账余额。请清空金额，或移除该文件。"


def test_rates_without_a_currency_to_report_in_are_refused(desk: CloseDesk, tmp_path: Path) -> None:
    rates = _file(tmp_path, "fx.csv", "date,from,to,rate\n2024-03-29,USD,CNY,7.1\n")
    with pytest.raises(UsageError, match=r"^fx.csv holds exchange rates, which need the currency to report in"):
        desk.close(_asked(_file(tmp_path, "a.csv", LEDGER), rates=rates), load_policy())
    with pytest.raises(CreditError, match="Taler"):
        desk.close(_asked(_file(tmp_path, "a.csv", LEDGER), currency="Taler"), load_policy())


def test_what_is_no_longer_used_is_not_held(desk: CloseDesk, tmp_path: Path) -> None:
    first, other = _file(tmp_path, "a.csv", LEDGER), _file(tmp_path, "b.csv", LEDGER.replace("INV", "RE"))
    assert desk.guess(other) == "ledger"
    desk.close(_asked(first), load_policy())
    assert [path for path, _ in desk._grids] == [first]
    desk.close(_asked(other), load_policy())
    assert [path for path, _ in desk._grids] == [other]


def test_what_did_not_change_is_not_done_again(desk: CloseDesk, tmp_path: Path) -> None:
    ledger = _file(tmp_path, "a.csv", LEDGER)
    told: list[str] = []

    def step(share: float, name: str, about: str) -> None:
        told.append(name)

    first = desk.close(_asked(ledger), load_policy(), step)
    assert told == ["open", "rows", "documents", "allocations", "beside", "items", "figures", "tables", "checks"][1:]
    told.clear()
    assert desk.close(_asked(ledger), load_policy(), step) is first
    assert told == []
    desk.close(_asked(ledger, control="7"), load_policy(), step)
    assert told == ["items", "figures", "tables", "checks"]  # not read again
    told.clear()
    _file(tmp_path, "a.csv", LEDGER + "C9,New,INV-9,2024-03-01,2024-03-31,1.00,1.00,CNY\n")
    assert desk.close(_asked(ledger), load_policy(), step).total_minor == 120_100
    assert "rows" in told


def test_progress_goes_from_0_to_1_and_never_back(desk: CloseDesk, tmp_path: Path) -> None:
    paths = [_file(tmp_path, f"{n}.csv", LEDGER.replace("INV", f"{n}-INV")) for n in "abc"]
    shares: list[float] = []
    desk.close(_asked(*paths), load_policy(), lambda share, name, about: shares.append(share))
    assert shares[0] == 0
    assert shares == sorted(shares)
    assert shares[-1] < 1


def test_a_file_that_cannot_be_used_is_told_for_itself_and_the_others_are_shown(
    desk: CloseDesk, tmp_path: Path
) -> None:
    good, empty = _file(tmp_path, "a.csv", LEDGER), _file(tmp_path, "empty.csv", "")
    picture = tmp_path / "b.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    asked = _asked(good, empty, str(picture))
    inspection = desk.inspect(asked)
    assert [file.error is None for file in inspection.files] == [True, False, False]
    assert inspection.sheets[0].role == "documents"
    with pytest.raises(UsageError) as caught:
        desk.close(asked, load_policy())
    assert caught.value.en.split("\n") == [
        "empty.csv: the file is empty (0 bytes). Export it again.",
        "b.xlsx: is neither text, a workbook nor Parquet. Export it as CSV or XLSX, or leave it out.",
    ]
    assert desk.close(_asked(good), load_policy()).total_minor == 120_000


def test_the_same_file_under_two_names_is_refused_before_it_counts_twice(desk: CloseDesk, tmp_path: Path) -> None:
    asked = _asked(_file(tmp_path, "a.csv", LEDGER), _file(tmp_path, "b.csv", LEDGER))
    with pytest.raises(UsageError, match="Everything in it would count twice; give it once"):
        desk.close(asked, load_policy())


def test_nothing_chosen_is_told(desk: CloseDesk) -> None:
    with pytest.raises(UsageError, match=r"^No ledger was given\."):
        desk.close(_asked(), load_policy())


def test_a_corrected_mapping_changes_the_figures_and_its_map_gives_the_terminal_the_same(
    desk: CloseDesk, tmp_path: Path, in_tmp: Path
) -> None:
    ledger = _file(tmp_path, "a.csv", LEDGER)
    before = _asked(ledger)
    (sheet,) = desk.inspect(before).sheets
    told = corrected(None, sheet, Correction(columns={6: ""}))  # what was billed, not what is open
    asked = _asked(ledger, told=told)
    made = desk.close(asked, load_policy())
    assert made.total_minor == 160_000  # 1,000 + 500 + 100
    written = _file(tmp_path, "map.toml", map_text(told))
    assert _terminal(ledger, "--as-of", "2024-03-31", "--map", written)["aging"][0]["buckets"] == _sums(made)


def test_a_mapping_without_an_amount_is_refused_in_words_without_the_private_folder(
    desk: CloseDesk, tmp_path: Path
) -> None:
    ledger = _file(tmp_path, "a.csv", LEDGER)
    (sheet,) = desk.inspect(_asked(ledger)).sheets
    told = corrected(None, sheet, Correction(columns={5: "", 6: ""}))
    with pytest.raises(MappingError) as caught:
        desk.close(_asked(ledger, told=told), load_policy())
    assert (
        caught.value.en
        == "map.toml: a.csv: [columns] lacks amount or open_amount or debit or credit or original_amount."
    )
    shown = desk.inspect(_asked(ledger, told=told))
    assert shown.files[0].error is not None  # and the sheet stays there to be corrected
    assert [sheet.name for sheet in shown.ledger] == ["a.csv"]


def test_a_sheet_left_out_is_not_read(desk: CloseDesk, tmp_path: Path) -> None:
    paths = [_file(tmp_path, f"{n}.csv", LEDGER.replace("INV", f"{n}-INV")) for n in "ab"]
    sheet = desk.inspect(_asked(*paths)).sheet("b.csv")
    told = corrected(None, sheet, Correction(role="unused"))
    made = desk.close(_asked(*paths, told=told), load_policy())
    assert made.total_minor == 120_000
    assert [f.where for f in made.findings if f.check == "sheet-left-out"] == ["b.csv"]


def test_a_draft_of_other_buckets_closes_as_the_terminal_does_with_its_rows_in_the_policy_file(
    desk: CloseDesk, tmp_path: Path, in_tmp: Path
) -> None:
    ledger = _file(tmp_path, "a.csv", LEDGER)
    base = load_policy()
    tried = draft(base, {"aging.edges": [15, 45]}, date(2024, 3, 1), "minute 4")
    made = desk.close(_asked(ledger), tried)
    assert made.buckets == ("not_due", "1-15", "16-45", "45+")
    assert _sums(made) == {
        "not_due": "500.00",
        "1-15": "0.00",
        "16-45": "100.00",
        "45+": "600.00",
        "unapplied": "0.00",
    } | {key: value for key, value in _sums(made).items() if Decimal(value) == 0}  # INV-1 is 51 days late, INV-3 44
    standard = files("creditlib.policy").joinpath("standard.toml").read_text(encoding="utf-8")
    policy = _file(tmp_path, "policy.toml", standard + draft_toml(base, tried))
    assert _terminal(ledger, "--as-of", "2024-03-31", "--policy", policy)["aging"][0]["buckets"] == _sums(made)


def test_files_handed_over_are_gone_when_the_desk_is_closed(tmp_path: Path) -> None:
    desk = CloseDesk()
    path = desk.uploads.add("台账.csv", LEDGER.encode("gb18030"))
    assert desk.close(_asked(str(path)), load_policy()).total_minor == 120_000
    folder = desk.uploads.folder
    desk.close_down()
    assert not folder.exists()
