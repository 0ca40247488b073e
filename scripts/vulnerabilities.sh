#!/usr/bin/env bash
# Looks for known vulnerabilities in what the program calls: govulncheck with a
# pinned copy of the Go vulnerability database, which comes through the module
# proxy and needs no other network. Says how old the copy is. Where it cannot be
# had, the check says loudly that it was skipped, and fails when CI=true asks
# for everything.
set -euo pipefail
cd "$(dirname "$0")/.."
tool=$1 database_version=$2 work=$PWD/.tools/vulndb-$2
GO=${GO:-go}
if [ ! -f "$work/index/modules.json" ]; then
  if ! source=$("$GO" mod download -json "golang.org/x/vulndb@$database_version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p') || [ -z "$source" ]; then
    echo "WARNING: govulncheck SKIPPED: no vulnerability database (golang.org/x/vulndb@$database_version cannot be fetched)" >&2
    [ "${CI:-}" != true ] || exit 1
    exit 0
  fi
  rm -rf "$work.new"; mkdir -p "$work.new/index" "$work.new/ID"
  cp "$source"/data/osv/*.json "$work.new/ID/"; chmod -R u+w "$work.new"
  # The layout of https://go.dev/doc/security/vuln/database, from the records themselves.
  find "$work.new/ID" -name '*.json' -print0 | xargs -0 jq -c '. as $v | [.affected[] | {
      path: .package.name, id: $v.id, modified: $v.modified,
      fixed: ([.ranges[]?.events[]?.fixed // empty] | last // "")}] | unique_by(.path)[]' |
    jq -cs 'group_by(.path) | map({path: .[0].path, vulns: map({id, modified} + (if .fixed == "" then {} else {fixed} end))})' >"$work.new/index/modules.json"
  day=$(sed -E 's/^v0\.0\.0-([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})-.*/\1-\2-\3T\4:\5:\6Z/' <<<"$database_version")
  echo "{\"modified\":\"$day\"}" >"$work.new/index/db.json"
  mv "$work.new" "$work"
fi
day=$(jq -r '.modified[:10]' "$work/index/db.json")
echo "govulncheck: the vulnerability database is of $day, $(( ($(date +%s) - $(date -d "$day" +%s)) / 86400 )) days old, with $(ls "$work/ID" | wc -l) records"
# Which packages are imported is known in seconds; what of them is called takes minutes, and
# is asked only where one of them has a known vulnerability.
"$tool" -db "file://$work" -scan package "${@:3}" || "$tool" -db "file://$work" "${@:3}"
