package agent

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// Paths of the signed report protocol.
const (
	reportPath = "/api/platforms/ingest/v1/reports"
	checkPath  = "/api/platforms/ingest/v1/check"
)

const (
	sendTime   = 30 * time.Second
	mostAnswer = 1 << 20
)

// sender sends signed reports to the city.
type sender struct {
	server, key string
	secret      []byte
	http        *http.Client
}

func newSender(c *Config) (sender, error) {
	s := sender{strings.TrimRight(c.Server, "/"), c.Key, c.secret, &http.Client{Timeout: sendTime}}
	if c.Authority == "" && c.Certificate == "" {
		return s, nil
	}
	secure := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.Authority != "" {
		pem, err := os.ReadFile(c.Authority)
		if err != nil {
			return s, fmt.Errorf("authority: %w", err)
		}
		secure.RootCAs = x509.NewCertPool()
		if !secure.RootCAs.AppendCertsFromPEM(pem) {
			return s, fmt.Errorf("authority: %s has no certificate", c.Authority)
		}
	}
	if c.Certificate != "" {
		if _, err := tls.LoadX509KeyPair(c.Certificate, c.Certificate); err != nil {
			return s, fmt.Errorf("certificate: %w", err)
		}
		secure.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			own, err := tls.LoadX509KeyPair(c.Certificate, c.Certificate)
			return &own, err
		}
	}
	// A certificate is renewed beside us: each connection shows the one of its time.
	s.http.Transport = &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: secure, TLSHandshakeTimeout: sendTime, DisableKeepAlives: c.Certificate != ""}
	return s, nil
}

// outcome is what the city made of a report.
type outcome struct {
	status int
	answer []byte
	after  time.Duration // when to come again, if it says
	newest int64         // the newest number that the city knows, when that of the report cannot be
	skew   time.Duration // how far the city's clock is ahead
}

// taken tells that the report is on the city's disk.
func (o outcome) taken() bool {
	return o.status == http.StatusOK || o.status == http.StatusNoContent
}

// wrong tells that the report will not be taken as it is, whatever one does; what was
// good in it was kept.
func (o outcome) wrong() bool {
	switch o.status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return true
	}
	return o.status == http.StatusConflict && o.newest == 0
}

// why is the answer in a sentence.
func (o outcome) why() string {
	var p struct{ Detail, Title string }
	if err := json.Unmarshal(o.answer, &p); err != nil {
		return http.StatusText(o.status) // no problem of ours, as of a proxy
	}
	return cmp.Or(p.Detail, p.Title, http.StatusText(o.status))
}

// send sends a report; an error says that nobody answered.
func (s sender) send(ctx context.Context, path string, seq int64, body []byte, now time.Time) (outcome, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.server+path, bytes.NewReader(body))
	if err != nil {
		return outcome{}, fmt.Errorf("send a report: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", s.sign(path, seq, body, now))
	res, err := s.http.Do(req)
	if err != nil {
		return outcome{}, fmt.Errorf("send a report: %w", err)
	}
	defer func() { _ = res.Body.Close() }() // it was read
	answer, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	if err != nil {
		return outcome{}, fmt.Errorf("read the answer: %w", err)
	}
	o := outcome{status: res.StatusCode, answer: answer}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil {
		o.after = time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		o.skew = at.Sub(now)
	}
	var p struct {
		Key    string `json:"key"`
		Params struct {
			Newest int64 `json:"newest"`
		} `json:"params"`
	}
	if err := json.Unmarshal(answer, &p); err == nil {
		switch p.Key {
		case "platforms.report.seq_behind":
			o.newest = p.Params.Newest
		case "platforms.report.seq_taken": // by a report of before, when the clock was set back
			o.newest = seq
		}
	}
	return o, nil
}

// sign signs method, path, time, number and body as the protocol says.
func (s sender) sign(path string, seq int64, body []byte, now time.Time) string {
	sum := sha256.Sum256(body)
	mac := hmac.New(sha256.New, s.secret)
	_, _ = fmt.Fprintf(mac, "POST\n%s\n%d\n%d\n%s", path, now.Unix(), seq, hex.EncodeToString(sum[:]))
	return fmt.Sprintf("LH-HMAC-SHA256 key=%s, ts=%d, seq=%d, sig=%s", s.key, now.Unix(), seq, hex.EncodeToString(mac.Sum(nil)))
}
