package platforms

import (
	"strings"
)

// configsView holds ready-to-paste texts for a key that was just issued.
type configsView struct {
	Prometheus string `json:"prometheus,omitempty"`
	OTLP       string `json:"otlp,omitempty"`
	JSON       string `json:"json" doc:"Body of a report"`
	Curl       string `json:"curl" doc:"Sends a report"`
	Agent      string `json:"agent,omitempty" doc:"Configuration of linghang report, for a report key"`
}

const prometheusText = `# prometheus.yml
global:
  scrape_interval: 15s
scrape_configs:
  - job_name: platform
    static_configs:
      # Your platform's exporter. It serves metrics named iip_<indicator>,
      # such as iip_dev_connected or iip_ent_served{industry="C26"}.
      - targets: ["127.0.0.1:9090"]
remote_write:
  - url: {address}/api/platforms/ingest/prometheus/write
    basic_auth:
      username: {key}
      password: {secret}
    write_relabel_configs:
      # Being scraped is the platform's heartbeat.
      - {source_labels: [__name__], regex: up, target_label: __name__, replacement: iip_heartbeat}
      - {source_labels: [__name__], regex: "iip_.+", action: keep}
`

const otlpText = `# OpenTelemetry Collector: exporters and pipeline
exporters:
  otlphttp/linghang:
    metrics_endpoint: {address}/api/platforms/ingest/otlp/v1/metrics
    headers:
      Authorization: "Basic ${env:LINGHANG_BASIC}"   # base64 of {key}:{secret}
service:
  pipelines:
    metrics:
      receivers: [otlp]
      exporters: [otlphttp/linghang]
`

const jsonText = `{
  "schema": 1,
  "seq": 1,
  "period": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
  "sent_at": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
  "items": [
    {"code": "heartbeat", "value": 1},
    {"code": "dev_connected", "value": 1200},
    {"code": "ent_served", "value": 300, "dims": {"industry": "C26"}}
  ]
}
`

const pushCurl = `# Number reports from 1 upwards: change seq for the next one.
curl -sS -u {key}:{secret} -H 'Content-Type: application/json' \
  {address}/api/platforms/ingest/v1/reports --data-binary @- <<EOF
{json}EOF
`

const signedCurl = `#!/bin/bash
# Signed report: the secret signs and never travels.
set -eu
KEY={key} SECRET={secret} SEQ=1 TS=$(date +%s)
BODY=$(cat <<EOF
{json}EOF
)
HASH=$(printf %s "$BODY" | openssl dgst -sha256 -r | cut -d' ' -f1)
SIG=$(printf 'POST\n/api/platforms/ingest/v1/reports\n%s\n%s\n%s' "$TS" "$SEQ" "$HASH" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
curl -sS -H 'Content-Type: application/json' \
  -H "Authorization: LH-HMAC-SHA256 key=$KEY, ts=$TS, seq=$SEQ, sig=$SIG" \
  {address}/api/platforms/ingest/v1/reports --data-binary "$BODY"
`

const agentText = `# agent.yaml. Beside it put the secret into a file: (umask 077; echo {secret} > secret)
# Try it with: linghang report check agent.yaml; then: linghang report run agent.yaml
server: {address}
key: {key}
secret_file: secret
directory: report            # reports wait here until they are acknowledged
sources:
  - name: devices
    every: 15m               # values of the moment
    sql:
      driver: postgres       # or sqlite
      dsn_file: dsn          # as postgres://reader@127.0.0.1/platform
      query: |
        SELECT 'dev_online' AS code, COUNT(*) AS value FROM device WHERE online
        UNION ALL SELECT 'dev_connected', COUNT(*) FROM device
  - name: enterprises
    of: day                  # values of the day that is over
    at: "00:30"              # UTC+8
    csv: enterprises.csv     # columns code and value, and any of industry, district, size, type
`

func configs(address string, _ platform, k key, secret string) configsView {
	fill := strings.NewReplacer("{address}", address, "{key}", k.ID, "{secret}", secret, "{json}", jsonText)
	v := configsView{JSON: jsonText, Curl: fill.Replace(pushCurl)}
	if k.Kind == reportKey {
		v.Curl, v.Agent = fill.Replace(signedCurl), fill.Replace(agentText)
		return v
	}
	v.Prometheus, v.OTLP = fill.Replace(prometheusText), fill.Replace(otlpText)
	return v
}
