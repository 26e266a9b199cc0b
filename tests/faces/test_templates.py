"""What all templates for typing share: the builder makes what is committed, pages are set, the add-in is never needed."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import canonicalize

import pytest
from creditlib_templates import path
from creditlib_templates.build import KINDS, template
from creditlib_templates.forms import POLICY_DAY
from openpyxl import load_workbook

from creditlib.errors import Lang
from creditlib.faces.wording import _face

OWN = {"terms_calculator": "calculator", "aging_analyser": "analyser", "ledger_input": "ledger_form"}
TONGUES: tuple[Lang, ...] = ("en", "zh")
BOTH = [(kind, lang) for kind in OWN for lang in TONGUES]
ADDIN = re.compile(r"\bCREDIT[A-Z]+\(")


def test_every_kind_is_committed_in_both_languages() -> None:
    assert OWN.keys() <= KINDS.keys()
    assert [k for k in KINDS for lang in TONGUES if not path(lang, k).is_file()] == []


@pytest.mark.parametrize(("kind", "lang"), BOTH)
def test_the_committed_template_is_what_the_builder_makes(kind: str, lang: Lang) -> None:
    first, committed = template(lang, kind), path(lang, kind).read_bytes()
    made, kept = (
        {name: archive.read(name).decode() for name in archive.namelist()}
        for archive in (zipfile.ZipFile(io.BytesIO(first)), zipfile.ZipFile(io.BytesIO(committed)))
    )
    assert made.keys() == kept.keys()
    assert [n for n in made if made[n] != kept[n] and canonicalize(made[n]) != canonicalize(kept[n])] == []
    if kind == "terms_calculator":
        assert template(lang, kind) == first  # the same code makes the same bytes


@pytest.mark.parametrize(("kind", "lang"), BOTH)
def test_pages_are_a4_no_placeholder_is_left_and_the_add_in_is_never_needed(kind: str, lang: Lang) -> None:
    book = load_workbook(path(lang, kind))
    calls = set()
    for sheet in book:
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth) == (9, 1)
        assert not sheet.sheet_view.showGridLines
        for row in sheet.iter_rows():
            for cell in row:
                text = cell.value
                if not isinstance(text, str):
                    continue
                if text.startswith("="):
                    assert len(text) < 8192, cell.coordinate  # the longest formula a sheet takes
                    assert max((len(t) for t in re.findall(r'"((?:[^"]|"")*)"', text)), default=0) <= 255, (
                        cell.coordinate
                    )
                    found = ADDIN.findall(text)
                    calls |= set(found)
                    assert not found or "IFERROR(" in text[: text.index(found[0])], cell.coordinate
                    assert not re.search(r"_xlfn|_xlws|XLOOKUP|FILTER\(|UNIQUE\(|LET\(|MAXIFS", text), cell.coordinate
                else:
                    assert "{" not in text, text
    expected = {
        "terms_calculator": {"CREDITTERMCOST("},
        "aging_analyser": {"CREDITSCORE(", "CREDITGRADE(", "CREDITLIMIT("},
    }
    assert calls == expected.get(kind, set())


@pytest.mark.parametrize(("kind", "lang"), BOTH)
def test_every_formula_ships_with_its_value_so_that_a_preview_shows_it(kind: str, lang: Lang) -> None:
    formulas, values = load_workbook(path(lang, kind)), load_workbook(path(lang, kind), data_only=True)
    for sheet in formulas:
        for row in sheet.iter_rows(max_row=40):
            for cell in row:
                shown = values[sheet.title][cell.coordinate].value
                if isinstance(cell.value, str) and cell.value.startswith("=") and isinstance(shown, str):
                    assert not shown.startswith("#"), cell.coordinate
    place, _, at = str(values.defined_names["verdict"].attr_text).rpartition("!")
    assert values[place.strip("'")][at.replace("$", "")].value


@pytest.mark.parametrize("kind", OWN)
def test_both_languages_have_the_same_sheets_names_and_formulas(kind: str) -> None:
    english, chinese = (load_workbook(path(lang, kind)) for lang in TONGUES)
    assert len(english.sheetnames) == len(chinese.sheetnames)
    assert set(english.sheetnames).isdisjoint(chinese.sheetnames)
    assert set(english.defined_names) == set(chinese.defined_names)
    for one, other in zip(english, chinese, strict=True):
        assert one.dimensions == other.dimensions
        for row in one.iter_rows(max_row=60):
            for cell in row:
                twin = other[cell.coordinate].value
                assert (cell.value is None) == (twin is None), cell.coordinate
                assert str(cell.value).startswith("=") == str(twin).startswith("="), cell.coordinate


@pytest.mark.parametrize(("kind", "face"), OWN.items())
def test_every_word_of_a_template_is_used(kind: str, face: str) -> None:
    folder = Path(path("en", kind)).parent
    files = {"calculator": "terms_*.py", "analyser": "aging_*.py", "ledger_form": "ledger_*.py"}
    code = "".join(p.read_text(encoding="utf-8") for p in folder.glob(files[face]))
    unused = []
    for part, entries in _face(face).items():
        for name in entries:
            used = re.search(rf"""["'](?:{part}\.)?{name}["']""", code)
            if not used and not re.fullmatch(r"[lcst]\d+", name):
                unused.append(f"{part}.{name}")
    assert unused == []


def test_policy_values_are_those_of_a_fixed_day() -> None:
    assert date(2026, 1, 1) == POLICY_DAY
