#!/usr/bin/env bash
# Installs what the `hosts` and `browser` tests, the tests of the record and the pictures need from the system's own packages: LibreOffice
# Calc without a screen, the Python that runs in it, a font with Chinese, a PDF renderer, Chromium, and PostgreSQL. Debian and Ubuntu. Safe to run again: does nothing when everything is there.
set -euo pipefail

# the office runs the system's Python: the cell functions need it to know the office
office_python() { [ -x /usr/bin/python3 ] && /usr/bin/python3 -c 'import uno' 2>/dev/null; }
have() { command -v soffice >/dev/null && office_python && command -v pdftoppm >/dev/null && fc-list :lang=zh 2>/dev/null | grep -q .; }
postgres_there() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; }
if have && postgres_there && command -v chromium >/dev/null; then echo "system packages: already there ($(soffice --version 2>/dev/null | head -1))"; exit 0; fi

sudo=""
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo="sudo"; else
    echo "system packages: missing, and this user may not install them." >&2
    echo "  ask an administrator for: libreoffice-calc-nogui python3-uno fonts-noto-cjk poppler-utils fontconfig chromium postgresql" >&2
    exit 3
  fi
fi
command -v apt-get >/dev/null || { echo "system packages: only Debian and Ubuntu are handled; install LibreOffice Calc with its Python (uno), a CJK font, pdftoppm and Chromium yourself" >&2; exit 3; }

export DEBIAN_FRONTEND=noninteractive
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
own=/etc/apt/sources.list.d/debian.sources
extra=/etc/apt/sources.list.d/creditlib-backports.sources
from=()
# Debian 12 carries LibreOffice 7.4; its backports suite carries the version current spreadsheets behave like.
if [ "$codename" = bookworm ] && [ -f "$own" ]; then
  [ -f "$extra" ] || awk 'BEGIN{RS="";ORS="\n\n"} NR==1{sub(/Suites:[^\n]*/,"Suites: bookworm-backports"); print}' "$own" | $sudo tee "$extra" >/dev/null
  from=(-t bookworm-backports)
fi
$sudo apt-get -q update
if ! $sudo apt-get -qy install --no-install-recommends "${from[@]}" libreoffice-calc-nogui python3-uno; then
  $sudo rm -f "$extra"; $sudo apt-get -q update
  $sudo apt-get -qy install --no-install-recommends libreoffice-calc-nogui python3-uno
fi
$sudo apt-get -qy install --no-install-recommends fonts-noto-cjk poppler-utils fontconfig
# Ubuntu has Chromium as a snap only, which a test can't drive
$sudo apt-get -qy install --no-install-recommends chromium || echo "system packages: no Chromium here, the tests in a browser can't run" >&2
# no cluster is made: the tests start servers of their own
if ! postgres_there; then
  [ -d /etc/postgresql-common ] || { $sudo mkdir -p /etc/postgresql-common; echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null; }
  $sudo apt-get -qy install --no-install-recommends postgresql || echo "system packages: no PostgreSQL here, the tests of the record on it can't run" >&2
fi
have || { echo "system packages: installed, yet something is still missing" >&2; exit 3; }
echo "system packages: $(soffice --version | head -1)"
