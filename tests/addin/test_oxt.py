"""The extension for Calc as a file: the same bytes each time, everything of the catalogue in it, in both languages; and its installation."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Any

import pytest
from creditlib_addin import CATALOGUE
from creditlib_addin.hosts import calc_install, calc_library, oxt
from creditlib_addin.hosts.states import State
from creditlib_addin.macros import MACROS
from creditlib_addin.settings import Settings, save_settings, settings_path

from creditlib import __version__
from creditlib.faces.wording import words_under

OOR = "{http://openoffice.org/2001/registry}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture(scope="module")
def parts() -> dict[str, str]:
    return oxt.parts()


def test_the_same_bytes_come_out_twice(tmp_path: Path) -> None:
    assert oxt.build(tmp_path / "one.oxt").read_bytes() == oxt.build(tmp_path / "two.oxt").read_bytes()
    assert oxt.build(tmp_path).name == oxt.NAME


def test_everything_the_manifest_names_is_in_the_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(oxt.build(tmp_path / "a.oxt")) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        manifest = ET.fromstring(archive.read("META-INF/manifest.xml"))
    named = {value for entry in manifest for key, value in entry.attrib.items() if key.endswith("full-path")}
    assert named == {"XCreditLib.idl", "CalcAddIns.xcu", "Addons.xcu", "creditlib_component.py"}
    assert named <= set(names)
    assert {"about/en.txt", "about/zh.txt", "LICENSE.txt", "catalogue.json"} <= set(names)
    assert "python.json" not in names


def test_every_xml_part_is_well_formed(parts: dict[str, str]) -> None:
    for name, text in parts.items():
        if name.endswith((".xml", ".xcu")):
            ET.fromstring(text)


def test_the_type_library_has_a_method_for_every_function(parts: dict[str, str]) -> None:
    text = parts["XCreditLib.idl"]
    assert text.count("{") == text.count("}")
    assert ">>" not in text  # the type library's reader takes it for a shift
    methods = re.findall(r"^    (any|sequence< sequence<any> >) (\w+)\((.*)\);$", text, re.M)
    assert [name for _, name, _ in methods] == [f.lower() for f in CATALOGUE]
    for kind, name, arguments in methods:
        function = CATALOGUE[name.upper()]
        given = [a for a in arguments.split(", ") if a and "XPropertySet" not in a]
        assert len(given) == len(function.arguments) + function.rest
        assert (kind == "any") == (not oxt.gives_rows(function))
        names = [a.split()[-1] for a in given]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[a-zA-Z]+", n) for n in names)


def texts(node: ET.Element, name: str) -> dict[str, str]:
    found = next(p for p in node.findall("prop") if p.get(f"{OOR}name") == name)
    return {value.get(LANG, ""): value.text or "" for value in found}


def test_every_function_and_argument_is_explained_in_both_languages(parts: dict[str, str]) -> None:
    functions = {
        n.get(f"{OOR}name"): n for n in ET.fromstring(parts["CalcAddIns.xcu"]).iterfind("./node/node/node/node")
    }
    assert set(functions) == {name.lower() for name in CATALOGUE}
    for function in CATALOGUE.values():
        node = functions[function.name.lower()]
        assert texts(node, "DisplayName") == {"en": function.name, "zh": function.name}
        assert texts(node, "Description") == {"en": function.en, "zh": function.zh}
        assert texts(node, "CompatibilityName") == {"en-US": function.name}
        arguments = node.findall("./node/node")
        assert [texts(a, "Description") for a in arguments][: len(function.arguments)] == [
            {"en": a.en, "zh": a.zh} for a in function.arguments
        ]
        assert len(arguments) == len(function.arguments) + function.rest


def test_the_menu_has_every_macro_in_both_languages(parts: dict[str, str]) -> None:
    entries = ET.fromstring(parts["Addons.xcu"]).findall(
        ".//node[@{http://openoffice.org/2001/registry}name='Submenu']/node"
    )
    urls = [value.text or "" for e in entries for p in e.findall("prop") if p.get(f"{OOR}name") == "URL" for value in p]
    names = [url.partition("?")[2] for url in urls]
    assert sorted(names) == sorted(MACROS)
    assert names == [name for name in words_under("ribbon.macro") if name in MACROS]
    assert all(set(texts(e, "Title")) == {"en", "zh"} and all(texts(e, "Title").values()) for e in entries)


def test_what_runs_in_the_office_imports_nothing_but_the_standard_library_and_uno(parts: dict[str, str]) -> None:
    allowed = set(sys.stdlib_module_names) | {"uno", "unohelper", "creditlib_calc_library"}
    for name in ("creditlib_component.py", "pythonpath/creditlib_calc_library.py"):
        used = re.findall(r"^\s*(?:from|import) ([\w]+)", parts[name], re.M)
        assert set(used) <= allowed, name
        compile(parts[name], name, "exec")


def test_names_of_arguments_are_told_as_they_are_typed(parts: dict[str, str]) -> None:
    assert json.loads(parts["catalogue.json"])["functions"]["CREDITWHY"] == {
        "method": "creditwhy", "rows": False, "document": True, "rest": True,
    }  # fmt: skip


# where the library is


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDITLIB_SETTINGS", str(tmp_path / "config" / "settings.json"))
    return tmp_path / "config" / calc_library.NOTE


def test_the_office_looks_for_the_note_where_the_library_keeps_its_settings(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert calc_library.note_path() == own == settings_path().with_name(calc_library.NOTE)
    monkeypatch.delenv("CREDITLIB_SETTINGS")
    assert calc_library.note_path() == settings_path().with_name(calc_library.NOTE)


def trouble(note: str | None, own: Path) -> calc_library.Trouble:
    own.parent.mkdir(exist_ok=True)
    if note is not None:
        own.write_text(note, encoding="utf-8")
    with pytest.raises(calc_library.Trouble) as caught:
        calc_library.load_library(own.parent)
    for said in words_under("menu.library")[caught.value.key].values():
        assert "credit addin install --calc" in said.format(**caught.value.values)
    return caught.value


def test_a_library_that_cannot_be_used_says_why_and_what_to_run(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert trouble(None, own).key == "no_note"
    assert trouble("{", own).key == "bad_note"
    assert trouble('{"python": "3.11"}', own).key == "bad_note"
    other = trouble('{"python": "3.99", "sites": ["/nowhere"]}', own)
    assert (other.key, other.values["library"]) == ("other_python", "3.99")
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert trouble(json.dumps({"python": here, "sites": ["/nowhere"]}), own).values["folder"] == "/nowhere"
    monkeypatch.setattr(calc_library, "FIRST", "creditlib_addin.hosts.no_such_part")
    assert trouble(calc_install.note_text(), own).key == "not_loaded"


def test_the_library_is_found_by_its_own_note_first_then_by_the_one_of_all_users(own: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / calc_library.NOTE).write_text(calc_install.note_text(), encoding="utf-8")
    assert calc_library.load_library(shared).answer("CREDITWCR", (150.0, 80.0, 60.0)) == 170
    own.parent.mkdir()
    own.write_text("{", encoding="utf-8")
    with pytest.raises(calc_library.Trouble):
        calc_library.load_library(shared)


def test_a_first_figure_of_a_customer_does_not_wait_for_pandas(own: Path) -> None:
    """Arrow looks for it with its first array; it would take longer than all else."""
    code = """
import sys
from creditlib_addin.hosts.calc_cells import answer
answer("CREDITWCR", (1.0, 2.0, 3.0))
assert "pyarrow" not in sys.modules
answer("CREDITAGING", ((("customer", "document", "due date", "amount"), ("A", "1", 46000.0, 5.0)), None, None, 46001.0))
assert "pyarrow" in sys.modules and "pandas" not in sys.modules
import pandas
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# installation, over folders of its own


@pytest.fixture
def places(tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch) -> calc_install.Places:
    program = tmp_path / "office" / "program"
    program.mkdir(parents=True)
    for name, text in {
        "soffice": "echo LibreOffice 25.2.3.2 build",
        "python": f"echo {sys.version_info[0]}.{sys.version_info[1]}",
        "unopkg": f'echo "$@" >> "{tmp_path}/unopkg.log"',
    }.items():
        (program / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (program / name).chmod(0o755)
    return calc_install.Places(program / "soffice", own, tmp_path / "profile", root=True)


posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")


def state(found: list[State]) -> dict[str, bool]:
    assert all(f.en and f.zh for f in found)
    return {f.name: f.ok for f in found}


@posix
def test_root_unpacks_beside_the_office_and_doctor_is_content(places: calc_install.Places) -> None:
    assert state(calc_install.doctor(places)) == {
        "office": True,
        "python": True,
        "extension": False,
        "note": False,
        "book": True,
    }
    steps = calc_install.install("zh", places)
    assert state(steps) == {"office": True, "python": True, "note": True, "extension": True}
    assert str(places.shared) in steps[-1].en
    assert (places.shared / "python.json").is_file()
    assert json.loads(places.note.read_text(encoding="utf-8"))["sites"] == calc_install.sites()
    assert all(state(calc_install.doctor(places)).values())
    calc_install.install(None, places)  # again, over what is there
    assert all(state(calc_install.doctor(places)).values())
    assert state(calc_install.uninstall(places)) == {"extension": True}
    assert not places.shared.exists()
    assert not places.note.exists()
    assert list(places.shared.parent.iterdir()) == []
    assert json.loads(settings_path().read_text(encoding="utf-8"))["language"] == "zh"


@posix
def test_another_user_installs_through_the_offices_own_tool(places: calc_install.Places, tmp_path: Path) -> None:
    person = calc_install.Places(places.soffice, places.note, places.profile, root=False)
    assert all(state(calc_install.install(None, person)).values())
    assert (tmp_path / "unopkg.log").read_text().startswith("add --force --suppress-license ")
    folder = person.profile / "user" / "uno_packages" / "cache" / "uno_packages" / "lu1.tmp_"
    folder.mkdir(parents=True)
    oxt.build(folder / oxt.NAME)
    assert person.installed() == folder / oxt.NAME
    assert all(state(calc_install.doctor(person)).values())
    calc_install.uninstall(person)
    assert (tmp_path / "unopkg.log").read_text().splitlines()[-1] == f"remove {oxt.IDENTIFIER}"
    (person.program / "unopkg").write_text("#!/bin/sh\necho it is locked >&2\nexit 1\n")
    failed = calc_install.install(None, person)[-1]
    assert not failed.ok
    assert "it is locked" in failed.en


def broken(places: calc_install.Places, name: str) -> State:
    found = {f.name: f for f in calc_install.doctor(places)}[name]
    assert not found.ok
    return found


@posix
def test_doctor_tells_each_fault_and_what_to_do(places: calc_install.Places, tmp_path: Path) -> None:
    calc_install.install(None, places)
    description = places.shared / "description.xml"
    kept = description.read_text(encoding="utf-8")
    description.write_text(kept.replace(f'version value="{__version__}"', 'version value="0.0.1"'), encoding="utf-8")
    assert "0.0.1" in broken(places, "extension").en
    description.write_text("<", encoding="utf-8")
    assert "ParseError" in broken(places, "extension").zh
    description.write_text(kept, encoding="utf-8")
    made: dict[str, Any] = json.loads((places.shared / "catalogue.json").read_text(encoding="utf-8"))
    del made["functions"]["CREDITSCORE"]
    (places.shared / "catalogue.json").write_text(json.dumps(made), encoding="utf-8")
    assert f"{len(CATALOGUE) - 1} functions, this library has {len(CATALOGUE)}" in broken(places, "extension").en
    places.note.write_text(json.dumps({"python": "3.11", "sites": [str(tmp_path)]}), encoding="utf-8")
    assert str(tmp_path) in broken(places, "note").en
    places.note.write_text(json.dumps({"python": "3.11", "sites": ["/nowhere"]}), encoding="utf-8")
    assert "/nowhere" in broken(places, "note").en
    places.note.write_text("{", encoding="utf-8")
    assert "install --calc" in broken(places, "note").en
    save_settings(Settings(book=str(tmp_path / "lost")))
    assert "lost" in broken(places, "book").en


@posix
def test_nothing_is_written_where_the_office_does_not_fit(places: calc_install.Places) -> None:
    python = places.program / "python"
    python.write_text("#!/bin/sh\necho 3.99\n")
    steps = calc_install.install(None, places)
    assert state(steps) == {"office": True, "python": False}
    assert "3.99" in steps[-1].en
    python.write_text("#!/bin/sh\nexit 1\n")
    assert "python3-uno" in calc_install.install(None, places)[-1].en
    nowhere = calc_install.Places(None, places.note, places.profile, root=True)
    assert state(calc_install.install(None, nowhere)) == {"office": False}
    assert state(calc_install.doctor(nowhere)) == {"office": False, "extension": False, "note": False, "book": True}
    assert not places.note.exists()
    assert not places.shared.exists()


@posix
def test_a_virtual_environment_on_the_path_is_told(
    places: calc_install.Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "env" / "bin").mkdir(parents=True)
    (tmp_path / "env" / "pyvenv.cfg").write_text("", encoding="utf-8")
    python = tmp_path / "env" / "bin" / "python3"
    python.write_text("#!/bin/sh\n", encoding="utf-8")
    python.chmod(0o755)
    monkeypatch.setenv("PATH", f"{python.parent}{os.pathsep}{os.environ['PATH']}")
    assert str(tmp_path / "env") in broken(places, "terminal").en
