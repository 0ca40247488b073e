#!/usr/bin/env bash
# Builds a program that tests and benchmarks compare with or speak to, from the
# Go module proxy into .tools, once, and prints its path.
#
#   scripts/peer.sh victoria-metrics
#   scripts/peer.sh versitygw          an S3-compatible server
#   scripts/peer.sh estclient          an EST client (RFC 7030)
#   scripts/peer.sh coredns            a DNS server, whose answers by UDP are compared with
#   scripts/peer.sh bleve-rank         a program of ours around Bleve, whose rankings are compared with
#   scripts/peer.sh sigma-engine       a program of ours around go-sigma-rule-engine, whose findings are compared with
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
# The newest one that Go 1.26 builds: 1.152.0 asks for Go 1.27.
victoria-metrics) version=v1.151.0 package=github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics ;;
versitygw) version=v1.8.0 package=github.com/versity/versitygw/cmd/versitygw ;;
estclient) version=v1.0.6 package=github.com/globalsign/est/cmd/estclient ;;
coredns) version=v1.14.7 package=github.com/coredns/coredns ;;
# Modules of their own, each with its go.sum.
bleve-rank) version=v2.6.3 package=./lib/match/testdata/bleve ;;
sigma-engine) version=v0.3.0 package=./lib/sigma/testdata/engine ;;
*)
  echo "peer: name one of: victoria-metrics, versitygw, estclient, coredns, bleve-rank, sigma-engine" >&2
  exit 2
  ;;
esac

program=$PWD/.tools/$1-$version
mkdir -p .tools
exec 9>".tools/$1.lock" # test binaries ask at the same time
flock 9
if [ ! -x "$program" ]; then
  new=$(mktemp -d "$PWD/.tools/new.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  echo "peer: building $package@$version" >&2
  # A module around it: the proxy lists no versions of some modules, and
  # go install with a version asks for the list.
  case "$package" in
  ./*) (cd "$package" && GOFLAGS= go build -o "$new/$1" .) >&2 ;;
  *) (cd "$new" && go mod init peer && GOFLAGS= go get -tool "$package@$version" && GOFLAGS= GOBIN=$new go install "$package") >&2 ;;
  esac
  mv "$new/$1" "$program" # a program that is there is a whole one
fi
echo "$program"
