#!/usr/bin/env bash
# Makes the data of a release that upgrades are tested from:
#   scripts/fixture.sh COMMIT [postgres://…/an_empty_database]
# builds the program of the commit in a temporary folder, drives it through its
# API, and keeps its data directory as cmd/linghang/testdata/release-COMMIT.tar.gz,
# or with a database its rows as release-COMMIT.sql.gz (plain SQL by pg_dump)
# and what else is in the data directory as release-COMMIT-beside.tar.gz.
# Needs git, go, curl, jq, tar, and pg_dump for PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/.."
commit=$1 database=${2:-} keep=$PWD/cmd/linghang/testdata
work=$(mktemp -d); server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; cat "$work/answer" 2>/dev/null; rm -rf "$work"' EXIT
git archive "$commit" --prefix=source/ | tar -x -C "$work"
(cd "$work/source" && go build -ldflags "-X main.version=$commit" -o "$work/linghang" ./cmd/linghang)
mkdir -p "$keep" "$work/data"

export LINGHANG_DATA=$work/data LINGHANG_HTTP=127.0.0.1:0
[ -z "$database" ] || export LINGHANG_DATABASE_URL=$database
"$work/linghang" serve >"$work/said" 2>"$work/log" & server=$!
until grep -q 'set-up?token=' "$work/said"; do kill -0 "$server"; sleep 0.2; done
url=$(grep -o 'http://127.0.0.1:[0-9]*' "$work/said" | head -1) link=$(grep -o 'token=.*' "$work/said" | cut -d= -f2)
until curl -sf "$url/readyz" >/dev/null; do sleep 0.2; done

password='correct horse battery staple'
# api WHO METHOD PATH [BODY] acts as a person and prints the answer.
api() {
  curl -sS --fail-with-body -b "$work/$1" -c "$work/$1" -H 'X-Linghang-CSRF: 1' -H 'Content-Type: application/json' \
    -X "$2" "$url$3" ${4:+--data-binary "$4"}
}
admin() { api admin "$@"; }
admin POST /api/system/set-up "{\"link_token\":\"$link\",\"city\":{\"zh\":\"青岛\",\"en\":\"Qingdao\"},\"organisation\":{\"zh\":\"青岛市工业和信息化局\",\"en\":\"Qingdao Bureau of Industry\"},\"administrator\":{\"name\":\"管理员\",\"login\":\"admin\",\"password\":\"$password\"}}" >"$work/answer"
bureau=$(admin GET /api/system/session | jq -r .organisation.id)
for who in reporter officer leader auditor; do
  admin POST /api/system/persons "{\"login\":\"$who\",\"name\":\"$who\",\"password\":\"$password\",\"memberships\":[{\"organisation_id\":\"$bureau\",\"role\":\"$who\"}]}" >"$work/answer"
  api "$who" POST /api/system/sign-in "{\"login\":\"$who\",\"password\":\"$password\"}" >"$work/answer"
done
for n in 1 2 3; do
  organisation=$(admin POST /api/system/organisations "{\"kind\":\"operator\",\"name\":{\"zh\":\"平台公司$n\",\"en\":\"Operator $n\"}}" | jq -r .id)
  admin POST /api/system/persons "{\"login\":\"manager-$n\",\"name\":\"经理$n\",\"password\":\"$password\",\"memberships\":[{\"organisation_id\":\"$organisation\",\"role\":\"manager\"}]}" >"$work/answer"
  platform=$(admin POST /api/platforms "{\"name\":{\"zh\":\"工业平台$n\",\"en\":\"Platform $n\"},\"code\":\"fixture-$n\",\"class\":\"specialised\",\"industry\":\"C26\",\"district\":\"370213\",\"operator_id\":\"$organisation\",\"operator_name\":{\"zh\":\"平台公司$n\",\"en\":\"Operator $n\"}}" | jq -r .id)
  key=$(admin POST "/api/platforms/$platform/keys" '{"kind":"push"}')
  for seq in $(seq 5); do
    curl -sS --fail-with-body -u "$(jq -r '.id+":"+.secret' <<<"$key")" -H 'Content-Type: application/json' "$url/api/platforms/ingest/v1/reports" \
      --data-binary "{\"schema\":1,\"seq\":$seq,\"period\":\"$(date -u +%FT%TZ)\",\"items\":[{\"code\":\"heartbeat\",\"value\":1},{\"code\":\"dev_online\",\"value\":$((n * 1000 + seq))}]}" >"$work/answer"
  done
done
plan=$(api officer POST /api/plan/plans '{"template":"qingdao-2022-2024","from":"2026-01-01","to":"2028-12-31","title":{"zh":"升级测试计划","en":"Upgrade test plan"}}' | jq -r .id)
target=$(admin GET "/api/plan/plans/$plan/board" | jq -r '.targets[] | select(.code == "eco.digital_core_share") | .id')
evidence=$(curl -sS --fail-with-body -b "$work/reporter" -H 'X-Linghang-CSRF: 1' -H 'Content-Type: application/octet-stream' "$url/api/plan/evidence?name=evidence.txt" --data-binary 'the statistics office said so' | jq -r .id)
value=$(api reporter POST "/api/plan/targets/$target/values" "{\"value\":7.25,\"valid_at\":\"2026-06-30T00:00:00Z\",\"note\":\"统计年鉴\",\"evidence\":[\"$evidence\"]}" | jq -r .id)
api officer POST "/api/plan/values/$value/review" '{}' >"$work/answer"
api leader POST "/api/plan/values/$value/approve" '{}' >"$work/answer"
api officer POST "/api/remark/objects/plan.target/$target/comments" '{"body":"升级前的评论"}' >"$work/answer"
# The outbox is delivered before the program ends: the audit log has it all.
until [ "$(admin GET '/api/system/audit?q=platforms&limit=500' | jq '[.items[] | select(.action == "POST /api/platforms")] | length')" = 3 ]; do sleep 0.2; done

kill -TERM "$server"; wait "$server"; server=
name=release-$commit
if [ -n "$database" ]; then
  pg_dump --no-owner --no-privileges "$database" | gzip -9n >"$keep/$name.sql.gz"
  name=$name-beside
fi
tar -C "$work/data" --sort=name --owner=0 --group=0 -cz -f "$keep/$name.tar.gz" .
ls -l "$keep/$name.tar.gz"
