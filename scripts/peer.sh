#!/usr/bin/env bash
# Builds a program that tests and benchmarks compare with or speak to, from the
# Go module proxy into .tools, once, and prints its path.
#
#   scripts/peer.sh victoria-metrics
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
# The newest one that Go 1.26 builds: 1.152.0 asks for Go 1.27.
victoria-metrics) version=v1.151.0 package=github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics ;;
*)
  echo "peer: name one of: victoria-metrics" >&2
  exit 2
  ;;
esac

program=$PWD/.tools/$1-$version
if [ ! -x "$program" ]; then
  mkdir -p .tools
  new=$(mktemp -d "$PWD/.tools/new.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  echo "peer: building $package@$version" >&2
  GOBIN=$new go install "$package@$version"
  mv "$new/$1" "$program" # a program that is there is a whole one
fi
echo "$program"
