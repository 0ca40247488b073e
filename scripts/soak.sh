#!/usr/bin/env bash
# Runs every fuzz target for $SOAK each, then the published plans that take minutes, and the tests that kill
# processes and those of the write queue, many times.
set -euo pipefail
cd "$(dirname "$0")/.."
for file in $(git grep -lE '^func Fuzz' -- '*_test.go'); do
  for target in $(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$file"); do
    echo "soak: $target in $(dirname "$file") for $SOAK"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "$SOAK" "./$(dirname "$file")"
  done
done
LINGHANG_PLANNING_LONG=1 go test -count 1 -timeout 2h ./lib/schedule/planning/stn
go test -count 20 -timeout 2h ./kernel/sqldb ./kernel/bus
go test -count 10 -timeout 2h -run 'Acknowledged' ./cmd/linghang
