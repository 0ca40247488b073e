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
	MQTT       string `json:"mqtt,omitempty" doc:"Reports over MQTT with a push key, where the city takes them"`
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
{prometheus_tls}    write_relabel_configs:
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
{otlp_tls}service:
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
curl -sS {curl_tls}-u {key}:{secret} -H 'Content-Type: application/json' \
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
curl -sS {curl_tls}-H 'Content-Type: application/json' \
  -H "Authorization: LH-HMAC-SHA256 key=$KEY, ts=$TS, seq=$SEQ, sig=$SIG" \
  {address}/api/platforms/ingest/v1/reports --data-binary "$BODY"
`

const mqttText = `# Read what becomes of each report, in a terminal of its own:
mosquitto_sub {options} -t platforms/{key}/receipt

# Number reports from 1 upwards: change seq for the next one. What is
# acknowledged at QoS 1 or 2 is kept.
mosquitto_pub {options} -t platforms/{key}/report -s <<EOF
{json}EOF
`

// mqttFor is what to paste for MQTT, empty where the city does not take it.
func mqttFor(address string) string {
	scheme, place, _ := strings.Cut(address, "://")
	i := strings.LastIndexByte(place, ':')
	if i < 0 {
		return ""
	}
	options, first := "-h "+strings.Trim(place[:i], "[]")+" -p "+place[i+1:]+" -u {key} -P {secret} -q 1", ""
	if scheme == "mqtts" {
		options = "--cafile city-ca.pem " + options
		first = "# The authority of the server's certificate; that of a public one: --tls-use-os-certs\ncurl -sS -o city-ca.pem {address}/api/machine/ca\n\n"
	}
	return first + strings.ReplaceAll(mqttText, "{options}", options)
}

const agentText = `# agent.yaml. Beside it put the secret into a file: (umask 077; echo {secret} > secret)
# Try it with: linghang report check agent.yaml; then: linghang report run agent.yaml
server: {address}
key: {key}
secret_file: secret
{agent_tls}directory: report            # reports wait here until they are acknowledged
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

// enrolled is where linghang machine enrol keeps what it wrote: machine.pem has the key and
// the certificate of the machine, ca.pem the authority that the server is known by.
const enrolled = "/var/lib/linghang-machine/"

// way is where a sender goes.
type way struct {
	address string // of HTTP
	mqtt    string // empty where there is no MQTT, or the key is not for it
	ours    bool   // the address is known by ca.pem, and not by the roots of each machine
}

// showing is what senders are told so that they show the certificate of their machine.
type showing struct{ prometheus, otlp, agent, curl string }

func (w way) showing(k key) showing {
	if !k.Certificate {
		return showing{}
	}
	own := "cert_file: " + enrolled + "machine.pem\n      key_file: " + enrolled + "machine.pem\n"
	x := showing{
		prometheus: "    tls_config:\n      " + own, otlp: "    tls:\n      " + own + "      reload_interval: 1h   # the certificate is renewed beside it\n",
		agent: "certificate: " + enrolled + "machine.pem\n", curl: "--cert " + enrolled + "machine.pem ",
	}
	if w.ours {
		x.prometheus += "      ca_file: " + enrolled + "ca.pem\n"
		x.otlp += "      ca_file: " + enrolled + "ca.pem\n"
		x.agent += "authority: " + enrolled + "ca.pem\n"
		x.curl += "--cacert " + enrolled + "ca.pem "
	}
	return x
}

func configs(w way, k key, secret string) configsView {
	show := w.showing(k)
	fill := strings.NewReplacer("{address}", w.address, "{key}", k.ID, "{secret}", secret, "{json}", jsonText,
		"{prometheus_tls}", show.prometheus, "{otlp_tls}", show.otlp, "{agent_tls}", show.agent, "{curl_tls}", show.curl)
	v := configsView{JSON: jsonText, Curl: fill.Replace(pushCurl)}
	if k.Kind == reportKey {
		v.Curl, v.Agent = fill.Replace(signedCurl), fill.Replace(agentText)
		return v
	}
	v.Prometheus, v.OTLP, v.MQTT = fill.Replace(prometheusText), fill.Replace(otlpText), fill.Replace(mqttFor(w.mqtt))
	return v
}
