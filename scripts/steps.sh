#!/usr/bin/env bash
# Runs targets of make one after the other, and says at the end how long each took.
set -euo pipefail
took=
trap 'echo "seconds:${took}"' EXIT
for target; do
  begun=$SECONDS
  took+=" $target"
  "${MAKE:-make}" --no-print-directory "$target"
  took+=" $((SECONDS - begun))"
done
