"""Names of functions as Excel and Calc leave them in a file, and the file that comes out: only formulas differ."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from creditlib_addin.hosts.spelling import normalise, plain
from openpyxl.formatting.rule import FormulaRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula

from creditlib.errors import UsageError

SPELLINGS = {
    "_xll.": "=_xll.CREDITSCORE(A1)",
    "file!": "='C:\\Users\\a b\\O''Brien\\CreditLib.xlam'!CREDITSCORE(A1)",
    "[n]!": "=[1]!CREDITSCORE(A1)",
    "_xludf.": "=_xludf.CREDITSCORE(A1)",
    "_xldudf_": "=_xldudf_CREDIT_CREDITSCORE(A1)",
    "long name": "=ORG.CREDITLIB.CALC.CREDITLIB.CREDITSCORE(A1)",
    "_xlfn.": "=_xlfn.creditscore(A1)",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_becomes_the_plain_name(spelling: str) -> None:
    assert plain(SPELLINGS[spelling]) == "=CREDITSCORE(A1)"


@pytest.mark.parametrize(
    "formula",
    [
        "=CREDITSCORE(A1)",
        '="_xll.CREDITSCORE(A1)"',
        '=LEN("a ""_xll.CREDITSCORE("" b")',
        "='_xll.CREDITSCORE('!A1",
        "=X_xll.CREDITSCORE(1)",
        "=_xll.CREDITSCORES(1)",
        "=_xll.OTHER(1)",
        "=[1]Sheet1!A1",
        "=_xll.CREDITSCORE",
    ],
)
def test_anything_else_stays_as_it_is(formula: str) -> None:
    assert plain(formula) == formula


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook with every spelling, everywhere a formula can stand."""
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    for number, formula in enumerate(SPELLINGS.values(), 1):
        page.cell(number, 2, formula)
    page["C1"] = '=IF(_xll.CREDITSCORE(A1)<600,"_xll.CREDITSCORE( & <low>",[1]!CREDITGRADE(A1))'
    page["D1"] = ArrayFormula("D1:D3", "=_xll.CREDITSCORE(A1:A3)")
    page["E1"] = "_xll.CREDITSCORE(A1), said a text"
    made.defined_names["score"] = DefinedName("score", attr_text="_xll.CREDITSCORE(Sheet!$A$1)")
    page.conditional_formatting.add("A1:A9", FormulaRule(formula=["_xll.CREDITSCORE(A1)<600"]))
    check = DataValidation("custom", formula1="_xludf.CREDITSCORE(A1)>0")
    check.add("A1")
    page.add_data_validation(check)
    path = tmp_path / "book.xlsx"
    made.save(path)
    return path


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_cells_arrays_names_formats_and_checks_are_repaired_and_counted(book: Path, tmp_path: Path) -> None:
    done = normalise(book, tmp_path / "out.xlsx")
    # one of each in column B; two in C1; one in D1, in the name and in the format, one _xludf in the check
    assert done.changed == {"_xll.": 5, "file!": 1, "[n]!": 2, "_xludf.": 2, "_xldudf_": 1, "long name": 1, "_xlfn.": 1}
    assert done.total == 13
    made = openpyxl.load_workbook(done.path)
    page = made.active
    assert page is not None
    assert {page.cell(n, 2).value for n in range(1, len(SPELLINGS) + 1)} == {"=CREDITSCORE(A1)"}
    assert page["C1"].value == '=IF(CREDITSCORE(A1)<600,"_xll.CREDITSCORE( & <low>",CREDITGRADE(A1))'
    assert page["D1"].value.text == "=CREDITSCORE(A1:A3)"
    assert page["E1"].value == "_xll.CREDITSCORE(A1), said a text"
    assert made.defined_names["score"].attr_text == "CREDITSCORE(Sheet!$A$1)"
    assert page.data_validations.dataValidation[0].formula1 == "CREDITSCORE(A1)>0"
    rules = [rule for found in page.conditional_formatting for rule in found.rules]
    assert rules[0].formula == ["CREDITSCORE(A1)<600"]


def test_every_other_part_is_the_same_byte_for_byte(book: Path, tmp_path: Path) -> None:
    before, after = contents(book), contents(normalise(book, tmp_path / "out.xlsx").path)
    assert list(before) == list(after)
    assert {name for name in before if before[name] != after[name]} == {"xl/workbook.xml", "xl/worksheets/sheet1.xml"}


def test_a_workbook_without_such_names_comes_out_the_same(book: Path, tmp_path: Path) -> None:
    once = normalise(book, tmp_path / "once.xlsx").path
    again = normalise(once, tmp_path / "again.xlsx")
    assert again.changed == {}
    assert contents(once) == contents(again.path)


def test_a_workbook_can_be_repaired_in_place(book: Path) -> None:
    assert normalise(book, book).total == 13
    assert normalise(book, book).total == 0
    assert [p.name for p in book.parent.iterdir()] == ["book.xlsx"]


def edited(path: Path, **changes: str) -> Path:
    """Add or replace parts of a file, `/` written as `__`."""
    parts = contents(path) | {name: text.encode() for name, text in changes.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def test_shared_formulas_and_extended_rules_are_repaired(book: Path, tmp_path: Path) -> None:
    sheet = (
        '<?xml version="1.0"?><x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x:sheetData><x:row r="1">'
        '<x:c r="A1"><x:f t="shared" ref="A1:A2" si="0">_xll.CREDITWCR(B1,&quot;_xll.CREDITWCR(&quot;,1&lt;2)</x:f></x:c>'
        '<x:c r="A2"><x:f t="shared" si="0"/><x:v>1</x:v></x:c></x:row></x:sheetData>'
        "<x:extLst><x:ext><xm:f>_xludf.CREDITSCORE(A1)&gt;0</xm:f></x:ext></x:extLst></x:worksheet>"
    )
    done = normalise(edited(book, **{"xl/worksheets/sheet1.xml": sheet}), tmp_path / "out.xlsx")
    made = contents(done.path)["xl/worksheets/sheet1.xml"].decode()
    assert '<x:f t="shared" ref="A1:A2" si="0">CREDITWCR(B1,"_xll.CREDITWCR(",1&lt;2)</x:f>' in made
    assert '<x:f t="shared" si="0"/><x:v>1</x:v>' in made
    assert "<xm:f>CREDITSCORE(A1)&gt;0</xm:f>" in made
    assert done.changed == {"_xll.": 2, "_xludf.": 1}  # the sheet's two and the defined name's one


def linked(path: Path, targets: list[str], formulas: list[str]) -> Path:
    """Return a workbook with external links, counted from 1, and formulas."""
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    for number, formula in enumerate(formulas, 1):
        page.cell(number, 1, formula)
    made.save(path)
    parts = {name: data.decode() for name, data in contents(path).items()}
    references, office = "", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    for number, target in enumerate(targets, 1):
        name = f"xl/externalLinks/externalLink{number}.xml"
        parts[name] = f'<externalLink xmlns:r="{office}"><externalBook r:id="rId1"/></externalLink>'
        parts[f"xl/externalLinks/_rels/externalLink{number}.xml.rels"] = (
            f'<Relationships><Relationship Id="rId1" Type="{office}/externalLinkPath" Target="{target}" TargetMode="External"/></Relationships>'
        )
        references += f'<externalReference r:id="rIdX{number}"/>'
        parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
            "</Relationships>",
            f'<Relationship Id="rIdX{number}" Type="{office}/externalLink" Target="externalLinks/externalLink{number}.xml"/></Relationships>',
        )
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
            "</Types>",
            f'<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"/></Types>',
        )
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        "<calcPr", f"<externalReferences>{references}</externalReferences><calcPr"
    )
    return edited(path, **parts)


ADDIN = "file:///C:/Program%20Files/CreditLib.xlam"


def test_the_link_to_the_add_in_goes_when_nothing_uses_it(tmp_path: Path) -> None:
    source = linked(tmp_path / "a.xlsx", [ADDIN], ["=[1]!CREDITSCORE(B1)"])
    done = normalise(source, tmp_path / "out.xlsx")
    assert done.removed == ("file:///C:/Program Files/CreditLib.xlam",)
    assert "taken out" in done.notes("en")[0]
    assert "已移除" in done.notes("zh")[0]
    parts = contents(done.path)
    assert not any(
        "externalLink" in name or b"externalLink" in data or b"externalRef" in data for name, data in parts.items()
    )
    assert openpyxl.load_workbook(done.path).active["A1"].value == "=CREDITSCORE(B1)"  # type: ignore[index]


def test_a_link_something_else_uses_stays_and_is_told(tmp_path: Path) -> None:
    source = linked(tmp_path / "a.xlsx", [ADDIN], ["=[1]!CREDITSCORE(B1)", "=[1]!OTHER(B1)"])
    done = normalise(source, tmp_path / "out.xlsx")
    assert done.removed == ()
    assert "1 other formulas" in done.left[0][0]
    assert "externalLink" in "".join(contents(done.path))


def test_a_link_before_others_stays_since_they_are_counted_by_their_place(tmp_path: Path) -> None:
    source = linked(tmp_path / "a.xlsx", [ADDIN, "Prices.xlsx"], ["=[1]!CREDITSCORE(B1)", "=[2]Sheet1!A1"])
    done = normalise(source, tmp_path / "out.xlsx")
    assert done.removed == ()
    assert "counted by their place" in done.left[0][0]
    assert "次序" in done.notes("zh")[0]


def test_a_link_to_another_workbook_is_left_alone(tmp_path: Path) -> None:
    source = linked(tmp_path / "a.xlsx", ["Prices.xlsx"], ["=[1]!CREDITSCORE(B1)"])
    done = normalise(source, tmp_path / "out.xlsx")
    assert (done.changed, done.removed, done.left) == ({"[n]!": 1}, (), ())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"customer,amount\n", "not a zip"),
        (b"\xd0\xcf\x11\xe0 old", "encrypted or of the old"),
        (b"PK\x03\x04 cut", "not a zip"),
    ],
)
def test_what_is_no_workbook_is_refused_and_nothing_is_written(data: bytes, said: str, tmp_path: Path) -> None:
    source = tmp_path / "a.xlsx"
    source.write_bytes(data)
    with pytest.raises(UsageError, match=said) as caught:
        normalise(source, tmp_path / "out.xlsx")
    assert "a.xlsx" in caught.value.zh
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]


def test_another_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("content.xml", "<x/>")
    with pytest.raises(UsageError, match="no workbook in XML"):
        normalise(tmp_path / "a.ods", tmp_path / "out.xlsx")
