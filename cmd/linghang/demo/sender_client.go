package demo

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/lib/remotewrite"
)

const (
	reportPath = "/api/platforms/ingest/v1/reports"
	writePath  = "/api/platforms/ingest/prometheus/write"
	otlpPath   = "/api/platforms/ingest/otlp/v1/metrics"
)

// sender reports for one platform, over the protocol that it uses.
type sender struct {
	platform
	gate   *api
	key    string
	secret string
}

// report sends what the platform measures at a moment.
func (s sender) report(ctx context.Context, at time.Time) error {
	values := append(s.ofMoment(at), s.ofDay(at)...)
	values = append(values, s.wrong(at)...)
	switch s.Protocol {
	case remoteWrite:
		return s.write(ctx, at, values)
	case otlp:
		return s.export(ctx, at, values)
	default:
		return s.submit(ctx, at, values)
	}
}

func (s sender) basic() map[string]string {
	return map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(s.key+":"+s.secret))}
}

type reportItem struct {
	Code  string            `json:"code"`
	Dims  map[string]string `json:"dims,omitempty"`
	Value float64           `json:"value"`
}

// submit sends a JSON report, signed or with the push key.
func (s sender) submit(ctx context.Context, at time.Time, values []value) error {
	items := make([]reportItem, len(values))
	for i, v := range values {
		items[i] = reportItem{Code: v.Code, Value: v.Number}
		if v.Industry != "" {
			items[i].Dims = map[string]string{"industry": v.Industry}
		}
	}
	seq := at.UnixMilli() // grows from report to report, over restarts too
	body, err := json.Marshal(map[string]any{
		"schema": 1, "platform": s.Code, "seq": seq, "period": at.UTC().Format(time.RFC3339), "sent_at": at.UTC().Format(time.RFC3339), "items": items,
	})
	if err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	header := s.basic()
	if s.Protocol == signed {
		header["Authorization"] = s.signature(at, seq, body)
	}
	return s.gate.send(ctx, http.MethodPost, reportPath, "application/json", body, header, nil)
}

// signature signs method, path, time, seq and body hash, as the API reference says.
func (s sender) signature(at time.Time, seq int64, body []byte) string {
	sum := sha256.Sum256(body)
	mac := hmac.New(sha256.New, []byte(s.secret))
	_, _ = fmt.Fprintf(mac, "POST\n%s\n%d\n%d\n%s", reportPath, at.Unix(), seq, hex.EncodeToString(sum[:]))
	return fmt.Sprintf("LH-HMAC-SHA256 key=%s, ts=%d, seq=%d, sig=%s", s.key, at.Unix(), seq, hex.EncodeToString(mac.Sum(nil)))
}

// write sends Prometheus remote write 1.0.
func (s sender) write(ctx context.Context, at time.Time, values []value) error {
	series := make([]remotewrite.Series, len(values))
	for i, v := range values {
		labels := []remotewrite.Label{{Name: "__name__", Value: "iip_" + v.Code}}
		if v.Industry != "" {
			labels = append(labels, remotewrite.Label{Name: "industry", Value: v.Industry})
		}
		series[i] = remotewrite.Series{Labels: labels, Samples: []remotewrite.Sample{{At: at.UnixMilli(), Value: v.Number}}}
	}
	header := s.basic()
	header["Content-Encoding"] = "snappy"
	header["X-Prometheus-Remote-Write-Version"] = "0.1.0"
	return s.gate.send(ctx, http.MethodPost, writePath, "application/x-protobuf", remotewrite.EncodeV1(series), header, nil)
}

// export sends OTLP/HTTP in its JSON encoding.
func (s sender) export(ctx context.Context, at time.Time, values []value) error {
	type object = map[string]any
	metrics := make([]object, len(values))
	for i, v := range values {
		point := object{"timeUnixNano": strconv.FormatInt(at.UnixNano(), 10), "asDouble": v.Number}
		if v.Industry != "" {
			point["attributes"] = []object{{"key": "industry", "value": object{"stringValue": v.Industry}}}
		}
		metrics[i] = object{"name": "iip." + v.Code, "gauge": object{"dataPoints": []object{point}}}
	}
	body, err := json.Marshal(object{"resourceMetrics": []object{{"scopeMetrics": []object{{"metrics": metrics}}}}})
	if err != nil {
		return fmt.Errorf("encode OTLP request: %w", err)
	}
	return s.gate.send(ctx, http.MethodPost, otlpPath, "application/json", body, s.basic(), nil)
}

// history is the CSV of the days before a time, for back-fill.
func (p platform) history(days int, before time.Time) []byte {
	var b bytes.Buffer
	b.WriteString("code,period,value,industry\n")
	for d := days; d > 0; d-- {
		day := before.In(cityTime()).AddDate(0, 0, -d)
		for _, v := range p.ofDay(day) {
			b.WriteString(strings.Join([]string{v.Code, day.Format("2006-01-02"), strconv.FormatFloat(v.Number, 'f', -1, 64), v.Industry}, ",") + "\n")
		}
	}
	return b.Bytes()
}

// served is the CSV of the enterprises that the platform serves on a day: some that
// many platforms serve, and those of its own.
func (p platform) served(at time.Time) []byte {
	var b bytes.Buffer
	b.WriteString("uscc,evidence,last\n")
	chance := p.dice("served")
	own := 100_000 + 10_000*chance.IntN(1000)
	evidence := []string{"login", "api", "device", "paid"}
	for i := range int(p.Enterprises * p.grown(at)) {
		n := own + i
		if i%3 == 0 {
			n = i // of the enterprises that many serve
		}
		last := at.In(cityTime()).AddDate(0, 0, -chance.IntN(120))
		b.WriteString(company(n) + "," + evidence[chance.IntN(len(evidence))] + "," + last.Format(time.DateOnly) + "\n")
	}
	return b.Bytes()
}

// company is a made-up unified social credit code with its check character (GB 32100-2015).
func company(n int) string { return identity.CompleteUSCC(fmt.Sprintf("91370299%09d", n)) }
