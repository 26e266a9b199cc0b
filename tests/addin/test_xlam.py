"""The add-in file itself: the same bytes every time, nothing alarming in it, everything of the catalogue and of the ribbon in place."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from creditlib_addin import CATALOGUE
from creditlib_addin.hosts import ribbon, vba, xlam, xlwings_vba
from creditlib_addin.hosts.errors import NUMBERS
from pyopenvba import ExcelFile, check_file

from creditlib.errors import UsageError
from creditlib.faces.wording import words_under

LANGS: tuple[Any, ...] = ("en", "zh")
MODULES = {"xlwings", "Dictionary", "CreditBridge", "CreditFunctions", "CreditRibbon", "ThisWorkbook", "Sheet1"}
X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("built")
    return {lang: xlam.build(folder / lang / xlam.NAME, lang) for lang in LANGS}


@pytest.fixture(scope="module")
def sources(built: dict[str, Path]) -> dict[str, dict[str, str]]:
    found = {}
    for lang, path in built.items():
        with ExcelFile(path) as file:
            found[lang] = {name: file.get_module(name) for name in file.module_names()}
    return found


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode("utf-8")


@pytest.mark.parametrize("lang", LANGS)
def test_another_process_at_another_time_writes_the_same_bytes(
    lang: str, built: dict[str, Path], tmp_path: Path
) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\ntime.time = lambda: 2_000_000_000.5\n"
        "from creditlib_addin.hosts.xlam import build\nbuild(Path(sys.argv[1]), sys.argv[2])"
    )
    again = tmp_path / "again.xlam"
    subprocess.run(
        [sys.executable, "-c", code, str(again), lang], check=True, env={"TZ": "Asia/Shanghai", "PYTHONHASHSEED": "7"}
    )
    assert again.read_bytes() == built[lang].read_bytes()


@pytest.mark.parametrize("lang", LANGS)
def test_the_file_passes_the_check_of_its_reader(lang: str, built: dict[str, Path]) -> None:
    report = check_file(built[lang])
    assert report.ok, report.issues
    assert not report.warnings


@pytest.mark.filterwarnings("ignore::DeprecationWarning:oletools")
@pytest.mark.parametrize("lang", LANGS)
def test_olevba_lists_the_modules_and_finds_only_what_xlwings_does(lang: str, built: dict[str, Path]) -> None:
    from oletools.olevba import VBA_Parser

    def alarming(texts: list[str]) -> set[str]:
        found = set()
        for text in texts:
            scan = VBA_Parser("module.bas", data=text.encode("utf-8"))
            found |= {keyword for kind, keyword, _ in scan.analyze_macros() if kind in ("AutoExec", "Suspicious")}
            scan.close()
        return found

    parser = VBA_Parser(str(built[lang]))
    macros = {name: code for _, _, name, code in parser.extract_macros()}
    whole = {(kind, keyword) for kind, keyword, _ in parser.analyze_macros()}
    parser.close()
    assert {name.rsplit(".", 1)[0] for name in macros} >= MODULES
    assert not [keyword for kind, keyword in whole if kind == "AutoExec"], "nothing runs by itself"
    ours = [code for name, code in macros.items() if name.startswith(("Credit", "ThisWorkbook", "Sheet1"))]
    assert len(ours) == 5
    statements = [
        re.sub(r'"[^"\n]*"', '""', re.sub(r"^Attribute .*$|^\s*'.*$| ' .*$", "", code, flags=re.MULTILINE))
        for code in ours
    ]
    assert alarming(statements) == set()
    theirs = [xlwings_vba._resource("xlwings_custom_addin.bas"), xlwings_vba.dictionary_module()]
    assert {keyword for kind, keyword in whole if kind == "Suspicious"} <= alarming(theirs) | {
        "Hex Strings",
        "Base64 Strings",
    }


@pytest.mark.parametrize("lang", LANGS)
def test_every_function_has_its_wrapper_and_its_help(
    lang: Any, sources: dict[str, dict[str, str]], built: dict[str, Path]
) -> None:
    code = sources[lang]["CreditFunctions"]
    assert re.findall(r"^Public Function (\w+)\(", code, re.MULTILINE) == list(CATALOGUE)
    described = {
        name: text.replace('""', '"')
        for name, text in re.findall(r'^Attribute (\w+)\.VB_Description = "(.*)"\r?$', code, re.MULTILINE)
    }
    assert described == {name: f.help(lang).replace("−", "-") for name, f in CATALOGUE.items()}
    assert all(0 < len(text) <= 255 and "?" not in text.replace("？", "") for text in described.values())
    assert code.count(f'VB_Invoke_Func = " \\n{vba.CATEGORY_NUMBER}"') == len(CATALOGUE)
    assert max(map(len, code.splitlines())) < 1023, "the longest line VBA reads"

    book = ET.fromstring(part(built[lang], "xl/workbook.xml"))
    groups = book.find(f"{MAIN}functionGroups")
    assert groups is not None
    assert int(groups.attrib["builtInGroupCount"]) + 1 == vba.CATEGORY_NUMBER
    assert [g.attrib["name"] for g in groups] == [{"en": "Trade Credit", "zh": "信用管理"}[lang]]
    told = {
        name.attrib["name"]: [one.text or "" for one in name.iter(f"{X14}argumentDescription")]
        for name in book.iter(f"{X14}definedName")
    }
    assert told == {name: [a.help(lang) for a in f.arguments] for name, f in CATALOGUE.items() if f.arguments}
    assert all(0 < len(text) <= 255 for texts in told.values() for text in texts)


def test_arguments_that_may_be_left_out_may_be_left_out(sources: dict[str, dict[str, str]]) -> None:
    code = sources["en"]["CreditFunctions"]
    assert "Public Function CREDITWHY(function_ As Variant, ParamArray arguments() As Variant) As Variant" in code
    assert (
        "Public Function CREDITDAYS(balance As Variant, flow As Variant, Optional days As Variant) As Variant" in code
    )
    for function in CATALOGUE.values():
        signature = re.search(rf"Public Function {function.name}\((.*)\) As Variant", code)
        assert signature is not None
        assert signature[1].count("Optional ") == sum(not a.required for a in function.arguments)


@pytest.mark.parametrize("lang", LANGS)
def test_every_button_has_its_procedure_and_its_words(
    lang: Any, sources: dict[str, dict[str, str]], built: dict[str, Path]
) -> None:
    with zipfile.ZipFile(built[lang]) as archive:
        target = re.search(
            r'Type="[^"]*/2006/relationships/ui/extensibility" Target="([^"]+)"', archive.read("_rels/.rels").decode()
        )
        assert target is not None
        root = ET.fromstring(archive.read(target[1]))
    buttons = [node for node in root.iter() if node.tag.endswith("}button")]
    procedures = re.findall(
        r"^Public Sub (\w+)\(control As IRibbonControl\)", sources[lang]["CreditRibbon"], re.MULTILINE
    )
    assert [b.attrib["onAction"].split(".")[1] for b in buttons] == [b.callback for b in ribbon.BUTTONS]
    assert sorted(procedures) == sorted(b.callback for b in ribbon.BUTTONS)
    assert {b.name for b in ribbon.BUTTONS} == set(words_under("ribbon.macro"))
    said = {b.name: words_under("ribbon.macro")[b.name] for b in ribbon.BUTTONS}
    assert [b.attrib["label"] for b in buttons] == [said[b.name]["label"][lang] for b in ribbon.BUTTONS]
    assert all(
        len(b.attrib["label"]) <= 32 and len(b.attrib["screentip"]) <= 255 and b.attrib["imageMso"] for b in buttons
    )


def test_every_button_but_the_wizard_runs_the_macro_of_its_name(sources: dict[str, dict[str, str]]) -> None:
    code = sources["en"]["CreditRibbon"]
    for button in ribbon.BUTTONS:
        assert (f'CreditRun "{button.name}"' in code) is (button.name != "insert_function")


@pytest.mark.parametrize("lang", LANGS)
def test_the_version_pinned_is_the_one_installed(
    lang: str, built: dict[str, Path], sources: dict[str, dict[str, str]]
) -> None:
    wanted = version("xlwings")
    assert xlam.version_inside(built[lang]) == wanted
    assert set(re.findall(r"xlwings\d\d-([\d.]+)\.dll", sources[lang]["xlwings"])) == {wanted}
    required = (Path(__file__).resolve().parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"xlwings=={wanted}"' in required


def test_nothing_that_needs_a_licence_key_is_in_it(built: dict[str, Path], sources: dict[str, dict[str, str]]) -> None:
    for code in sources["en"].values():
        assert "xlwings.pro" not in code
        assert 'LICENSE_KEY"' not in code
        assert "embedded_code(" not in code
    assert "Redistribution and use in source and binary forms" in sources["en"]["xlwings"], "their own licence stays"
    here = Path(xlam.__file__).parent
    assert not [
        p.name for p in here.glob("*.py") if re.search(r"xlwings\.pro|import pro\b|noncommercial", p.read_text("utf-8"))
    ]


def test_a_workbook_from_elsewhere_decides_nothing(sources: dict[str, dict[str, str]]) -> None:
    code = sources["en"]["xlwings"]
    assert 'PROJECT_NAME As String = "creditlib"' in code
    assert code.count("If False = True Then") == 3, (
        "sheets of workbooks and files beside them are not asked for the interpreter"
    )
    assert 'AddExcelDir = "false"' in code
    command = code[code.index("Function XLPyCommand()") : code.index("Private Sub XLPyLoadDLL()")]
    assert "ActiveWorkbook" not in command, "one server for all workbooks"


def test_other_vba_of_xlwings_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = xlwings_vba._resource("xlwings_custom_addin.bas")
    monkeypatch.setattr(xlwings_vba, "_resource", lambda name: text.replace("myaddin", "theirs"))
    with pytest.raises(UsageError, match=r"creditlib\[addin\]"):
        xlwings_vba.xlwings_module()


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_in_it_names_a_person_or_a_machine(lang: str, built: dict[str, Path]) -> None:
    core, app = part(built[lang], "docProps/core.xml"), part(built[lang], "docProps/app.xml")
    assert "<dc:creator>creditlib</dc:creator>" in core
    assert "lastModifiedBy" not in core
    assert "words" in app
    with zipfile.ZipFile(built[lang]) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not re.search(rb"/(home|Users|root|work)/[a-z]", b"".join(archive.read(n) for n in archive.namelist()))


def test_no_procedure_of_ours_has_the_name_of_another_in_other_letters(sources: dict[str, dict[str, str]]) -> None:
    found = [
        name.lower()
        for code in sources["en"].values()
        for name in re.findall(r"^(?:Public |Private )?(?:Function|Sub) (\w+)", code, re.MULTILINE)
        if name.lower().startswith("credit")
    ]
    assert len(found) == len(set(found)) > len(CATALOGUE)


def test_xlwings_reads_the_path_of_modules_we_leave(
    sources: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from xlwings.utils import prepare_sys_path

    assert sources["en"]["xlwings"].count('AddExcelDir & ";;;" & GetConfig("ONEDRIVE_CONSUMER') == 3
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = list(sys.path)
    prepare_sys_path("false;;;" + ";" + ";" + ";" + "/modules")
    assert [p for p in sys.path if p not in before] == ["/modules"]


@pytest.mark.parametrize("mac", [False, True])
def test_every_module_can_be_parsed_also_where_something_was_taken_out(
    mac: bool, sources: dict[str, dict[str, str]]
) -> None:
    from pyopenvba.interpreter._parse import parse_module

    for name in ("xlwings", "CreditBridge", "CreditFunctions", "CreditRibbon"):
        code = sources["en"][name].replace("\r\n", "\n")
        code = re.sub(r"^Attribute (?!VB_Name).*$", "", code, flags=re.MULTILINE)
        code = re.sub(
            r"^(\s*#.*?)\s'.*$", r"\1", code, flags=re.MULTILINE
        )  # the parser takes no comment behind a directive
        parse_module(code.replace("#If Mac Then", "#If True Then") if mac else code, name=name)


def test_the_ribbon_survives_being_saved_by_others(built: dict[str, Path], tmp_path: Path) -> None:
    from openpyxl import load_workbook

    as_book = (
        tmp_path / "book.xlsm"
    )  # openpyxl and others read no add-ins, so it is given as the workbook it otherwise is
    with zipfile.ZipFile(built["zh"]) as there, zipfile.ZipFile(as_book, "w") as here:
        for name in there.namelist():
            kind = (b"ms-excel.addin.macroEnabled", b"ms-excel.sheet.macroEnabled")
            here.writestr(name, there.read(name).replace(*kind) if name == "[Content_Types].xml" else there.read(name))
    book = load_workbook(as_book, keep_vba=True)
    assert [book["words"].cell(2, column).value for column in (1, 2)] == ["language", "zh"]
    book.save(as_book)
    assert "ui/extensibility" in part(as_book, "_rels/.rels")
    assert part(as_book, "customUI/customUI.xml") == part(built["zh"], "customUI/customUI.xml")


def test_the_bridge_knows_every_error(sources: dict[str, dict[str, str]]) -> None:
    for text, number in NUMBERS.items():
        assert f'Case "{text}": CreditError = CVErr({number})' in sources["en"]["CreditBridge"]
