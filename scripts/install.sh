#!/usr/bin/env bash
# Installs what building (run) or testing (test) needs and this machine lacks:
# Debian packages, and Node.js from the npm registry when Debian's is too old
# for the web's tools. Go itself must be there. Says what it installs.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:-run}
node_least=20.19.0
node_pin=22.23.3
npm_pin=11.19.1

missing=()
need() { # need PROGRAM-OR-FILE PACKAGE…
  command -v "$1" >/dev/null 2>&1 || compgen -G "$1" >/dev/null || missing+=("${@:2}")
}

command -v go >/dev/null 2>&1 || { echo "install: Go is missing; install Go $(sed -n 's/^go //p' go.mod) or newer from go.dev" >&2; exit 1; }
need make make
need git git
need node nodejs
need npm npm
if [ "$purpose" = test ]; then
  need gcc gcc libc6-dev
  need jq jq
  need openssl openssl
  need logger bsdutils
  need '/usr/lib/postgresql/*/bin/postgres' postgresql
  need /usr/sbin/mariadbd mariadb-server
  need prometheus prometheus
  need amtool prometheus-alertmanager
  need mosquitto_pub mosquitto-clients
  need /usr/lib/python3/dist-packages/aiosmtpd python3-aiosmtpd
  need /usr/lib/python3/dist-packages/requests python3-requests
  need /usr/lib/python3/dist-packages/pytz python3-tz
  need /usr/lib/python3/dist-packages/six.py python3-six
  need /usr/sbin/clamd clamav-daemon
  need pdftoppm poppler-utils
  need zbarimg zbar-tools
  need dmtxread dmtx-utils
  need chromium-headless-shell chromium-headless-shell
  need '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc' fonts-noto-cjk
fi

if [ ${#missing[@]} -gt 0 ]; then
  echo "install: Debian packages: ${missing[*]}"
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "install: run as root: apt-get install ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
  fi
  # Tests start their own servers on free ports; the packages' services stay off.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
    "${as_root[@]}" chmod 755 $policy
    trap '"${as_root[@]}" rm -f $policy' EXIT
  fi
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

newer() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -1)" = "$1" ]; } # newer LEAST HAVE
export PATH="$PWD/.tools/node/node_modules/.bin:$PATH"
if ! newer "$node_least" "$(node --version | tr -d v)"; then
  echo "install: Node.js $node_pin from the npm registry into .tools/node ($(node --version) is older than $node_least)"
  npm install --prefix .tools/node --no-audit --no-fund --no-save "node@$node_pin" "npm@$npm_pin"
fi
