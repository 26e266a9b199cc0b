"""A PostgreSQL server of one's own, from the system's packages: started for the tests, gone with them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PEOPLE = ("ann", "abe", "bob", "cy", "dan", "eve", "fay", "gus", "zoe")
"""Logins of the server. zoe has no role in a store."""
OWNER = "keeper"


def binaries() -> Path | None:
    """The folder of the newest server there is, None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    found = [folder for folder in found if (folder / "initdb").exists()]
    if found:
        return found[0]
    program = shutil.which("initdb")
    return Path(program).resolve().parent if program else None


def _user() -> str | None:
    """Whom the server runs as: it refuses to run as root."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise RuntimeError("no user to run PostgreSQL as")


@contextmanager
def server() -> Iterator[Path]:
    """A running server; gives the folder of its socket. Nothing listens on the network."""
    programs, user = binaries(), _user()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="creditpg-", dir="/tmp"))
    if user:
        shutil.chown(folder, user)

    def run(*command: str) -> None:
        done = subprocess.run(command, user=user, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            log = folder / "log"
            raise RuntimeError(done.stderr + done.stdout + (log.read_text() if log.exists() else ""))

    data = folder / "data"
    run(
        str(programs / "initdb"),
        "-D",
        str(data),
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
        "--no-sync",
    )
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=200 -c shared_buffers=64MB"
    run(str(programs / "pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start")
    try:
        yield folder
    finally:
        run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
