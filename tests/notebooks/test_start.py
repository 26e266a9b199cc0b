"""What `credit lab` and `credit serve` settle before a server starts: told in both languages, and nothing started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from creditlib_notebooks import start
from creditlib_notebooks.kernels import OwnKernel
from creditlib_notebooks.lab import arguments
from creditlib_notebooks.start import Server, given, web_settings
from creditlib_notebooks.told import tell_errors
from typer.testing import CliRunner

import creditlib as cl
from creditlib.faces.cli.main import app
from creditlib.faces.panels.given import AS_OF, BOOK, CURRENCY, LANG, POLICY, RATES, STORE
from creditlib.record.store import open_store

COMMANDS = ("lab", "serve")


GIVEN = (BOOK, AS_OF, POLICY, LANG, CURRENCY, RATES, STORE, "CREDIT_TOKEN")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GIVEN:
        monkeypatch.setenv(name, "")


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    import creditlib_notebooks.lab
    import creditlib_notebooks.serving

    def started(*_: object) -> None:
        raise AssertionError("a server was started")

    monkeypatch.setattr(creditlib_notebooks.lab, "open_lab", started)
    monkeypatch.setattr(creditlib_notebooks.serving, "serve_panels", started)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def refused(*arguments: str) -> str:
    os.environ.update(dict.fromkeys(GIVEN, ""))
    done = run(*arguments)
    assert done.exit_code == 2, done.output
    assert len(done.output.strip().splitlines()) <= 3
    return str(done.output)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.5", "::", "example.com", ""])
def test_no_address_but_this_machine_is_served(command: str, address: str) -> None:
    assert "only 127.0.0.1" in refused(command, "--address", address)
    assert "只在 127.0.0.1" in refused(command, "--address", address, "--lang", "zh")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_port_that_is_taken_is_told(command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"--port {port} is taken" in refused(command, "--port", port)
        assert f"--port {port} 已被占用" in refused(command, "--port", port, "--lang", "zh")


def test_without_a_port_the_next_free_one_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < Server.of("127.0.0.1", None, None, browser=False, usual=port).port < port + 50


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("token", ["", "short", "has space", "令牌令牌令牌令牌", "a&b=c&d=e"])
def test_a_token_must_be_one(command: str, token: str) -> None:
    assert "--token must be" in refused(command, "--token", token)


def test_the_token_can_come_from_the_environment_and_goes_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_TOKEN", "too-short")
    assert "--token must be" in run("serve").output
    assert "CREDIT_TOKEN" not in os.environ


def test_a_browser_is_opened_by_a_file_nobody_else_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from creditlib_notebooks import serving

    opened: list[str] = []
    done = threading.Event()
    monkeypatch.setattr(serving.webbrowser, "open", lambda url: (opened.append(url), done.set()))
    served = serving.Panels()
    served.server, served.connection_dir = Server(8866, "abcdefgh12345678", True), str(tmp_path)
    served.launch_browser()
    assert done.wait(10)
    assert opened == [(tmp_path / "open.html").as_uri()]
    assert "http://127.0.0.1:8866/?token=abcdefgh12345678" in (tmp_path / "open.html").read_text()
    assert os.name == "nt" or (tmp_path / "open.html").stat().st_mode & 0o077 == 0


def test_every_start_makes_a_token_of_its_own() -> None:
    made = {Server.of("127.0.0.1", None, None, browser=False, usual=8866).token for _ in range(20)}
    assert len(made) == 20
    assert min(map(len, made)) >= 32


@pytest.mark.parametrize("command", COMMANDS)
def test_a_book_policy_day_or_rate_that_is_wrong_is_told_first(command: str, tmp_path: Path) -> None:
    missing = str(tmp_path / "nothing")
    assert missing in refused(command, "--book", missing)
    assert missing in refused(command, "--policy", missing)
    assert "2026-02-30" in refused(command, "--as-of", "2026-02-30")
    assert "--fx needs --currency" in refused(command, "--fx", missing)
    assert "no such file" in refused(command, "--fx", missing, "--currency", "CNY")
    assert "--lang" in refused(command, "--lang", "fr")
    assert "[no-store]" in refused(command, "--store", missing)
    assert "[bad-store-address]" in refused(command, "--store", "oracle://host/credit")
    assert not Path(missing).exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_without_the_extra_it_says_what_to_install(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = start.importlib.util.find_spec
    gone = "voila" if command == "serve" else "jupyterlab"
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: None if name == gone else found(name))
    for lang in ("en", "zh"):
        told = refused(command, "--lang", lang)
        assert gone in told
        assert "pip install 'creditlib[notebooks]'" in told


def test_a_folder_of_copies_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is a file" in refused("lab", "--folder", str(tmp_path / "file"))


def test_kernels_find_what_was_given_from_any_folder(in_tmp: Path) -> None:
    cl.save_book(cl.sample_book(), "book")
    Path("rates.csv").write_text("date,from,to,rate\n2026-10-31,USD,CNY,7.1\n")
    done = run("policy", "print", "--toml", "--out", "policy.toml")
    assert done.exit_code == 0
    open_store("record.db").close()
    given("book", "2026-10-31", "policy.toml", "CNY", "rates.csv", "zh", "record.db")
    assert {name: os.environ[name] for name in (BOOK, POLICY, RATES, STORE, AS_OF, CURRENCY, LANG)} == {
        BOOK: str(in_tmp / "book"), POLICY: str(in_tmp / "policy.toml"), RATES: str(in_tmp / "rates.csv"), STORE: str(in_tmp / "record.db"),
        AS_OF: "2026-10-31", CURRENCY: "CNY", LANG: "zh",
    }  # fmt: skip
    assert start.book_shown("zh") == "账簿：book，截至 2026-10-31；记录 record.db"


def test_the_address_of_a_database_stays_as_it_was_and_its_password_is_shown_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(STORE, "postgresql://li:secret@127.0.0.1:1/credit")
    assert "secret" not in refused_with_environment("serve")
    assert "secret" not in start.book_shown("en")
    assert os.environ[STORE] == "postgresql://li:secret@127.0.0.1:1/credit"


def refused_with_environment(*arguments: str) -> str:
    done = run(*arguments)
    assert done.exit_code == 2, done.output
    return str(done.output)


def test_help_loads_nothing_of_jupyter() -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom creditlib.faces.cli.main import app\n"
        "CliRunner().invoke(app, sys.argv[1:])\n"
        "print(sorted({'voila', 'jupyterlab', 'jupyter_server', 'anywidget', 'ipywidgets', 'altair', 'numpy', 'pandas'} & set(sys.modules)))"
    )
    for arguments_ in (["--help"], ["lab", "--help"], ["serve", "--help"]):
        done = subprocess.run([sys.executable, "-c", code, *arguments_], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"


def test_pages_may_load_from_and_send_to_this_server_alone() -> None:
    content = web_settings(8866)["headers"]["Content-Security-Policy"]
    sources = {word for part in content.split(";") for word in part.split()[1:]}
    assert sources <= {
        "'self'", "data:", "blob:", "'unsafe-inline'", "'unsafe-eval'", "'none'", "ws://127.0.0.1:8866", "ws://localhost:8866"
    }  # fmt: skip


def test_jupyterlab_is_started_closed_and_quiet(tmp_path: Path) -> None:
    found = set(arguments(tmp_path, Server(8888, "abcdefgh12345678", False), "settings"))
    assert {
        "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=abcdefgh12345678", "--LabApp.news_url=None", "--ServerApp.allow_origin=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.extension_manager=readonly",
        "--ServerApp.allow_remote_access=False", f"--LabApp.workspaces_dir={tmp_path / '.workspaces'}",
    } <= found  # fmt: skip


def test_the_only_kernel_is_the_python_that_runs_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "kernels" / "python3"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text('{"argv": ["/other/python"], "display_name": "Other", "language": "python"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    known = OwnKernel()
    assert list(known.find_kernel_specs()) == ["python3"]
    assert known.get_kernel_spec("python3").argv[0] == sys.executable


def test_an_error_of_a_cell_is_told_in_words_and_a_fault_goes_to_the_terminal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    class Shell:
        """What of a kernel's shell is used."""

        def __init__(self) -> None:
            self.display_pub, self.shown, self.handler = self, [], None

        def set_custom_exc(self, kinds: tuple[type[Exception], ...], handler: Any) -> None:
            assert kinds == (Exception,)
            self.handler = handler

        def publish(self, data: dict[str, str]) -> None:
            self.shown.append(data)

    shell: Any = Shell()
    tell_errors(shell, "zh")
    shell.handler(shell, None, cl.CreditError("an <error>", "出<错>"), None)
    shell.handler(shell, None, ValueError("odd"), None, tb_offset=1)
    assert [data["text/plain"] for data in shell.shown] == [
        "出<错>",
        "程序内部错误：ValueError: odd。终端中有详细位置，请反馈。",
    ]
    assert "出&lt;错&gt;" in shell.shown[0]["text/html"]
    assert capfd.readouterr().err.splitlines() == ["ValueError: odd"]
