package platforms

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/lib/otlpmetrics"
	"linghang/lib/remotewrite"
)

// caller is who knocks at the gate, with what.
type caller struct {
	key      key
	platform platform
	noteKey  bool // it was long ago that the key's use was noted
	meter    *meter
	desk     *desk
	body     []byte // as sent
	seq      int64  // of the signature; 0 when not signed
	shown    shown
}

// enter reads the body, finds out whose key it is and whether it may come in.
// Who enters leaves.
func (m *Module) enter(r *http.Request) (caller, error) {
	d := m.gate.open()
	if r.ContentLength > 0 && r.ContentLength <= maxReport {
		d.body.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	if _, err := d.body.ReadFrom(r.Body); err != nil {
		m.gate.close(d)
		return caller{}, fmt.Errorf("read body: %w", err)
	}
	c, err := m.identify(r, d.body.Bytes())
	c.desk, c.body = d, d.body.Bytes()
	if err == nil {
		c.shown, err = m.certified(r, c)
	}
	if err == nil {
		err = m.admit(&c)
	} else {
		m.metrics.refused.WithLabelValues("key").Inc()
	}
	if err != nil {
		m.leave(c)
	}
	return c, err
}

// leave ends a request: nothing of its body is used afterwards.
func (m *Module) leave(c caller) { m.gate.close(c.desk) }

// admit decides whether a caller who is known may send now.
func (m *Module) admit(c *caller) error {
	c.meter = m.gate.meter(c.platform.ID)
	if err := c.meter.knock(time.Now()); err != nil {
		m.metrics.refused.WithLabelValues("rate").Inc()
		return err
	}
	if err := reports(c.key, c.platform); err != nil {
		m.metrics.refused.WithLabelValues("status").Inc()
		return err
	}
	return nil
}

// reports decides whether the platform of a key is one that reports.
func reports(k key, p platform) error {
	if p.Status.reports() || k.Sandbox {
		return nil
	}
	return fault.New(fault.Forbidden, "platforms.platform.not_reporting", "the platform is %s; data is taken in trial and in service", p.Status).
		With("status", string(p.Status))
}

func (m *Module) identify(r *http.Request, body []byte) (caller, error) {
	ctx := r.Context()
	if id, secret, ok := r.BasicAuth(); ok {
		return m.bearer(ctx, id, secret)
	}
	header := r.Header.Get("Authorization")
	if header == "" {
		return caller{}, fault.New(fault.Unauthorized, "platforms.key.missing", "a key of the platform is needed").
			At("header.Authorization", "Basic with a push key, or %s with a report key", scheme)
	}
	s, err := readSignature(header)
	if err != nil {
		return caller{}, err
	}
	k, p, note, err := m.keyring.holder(ctx, s.KeyID)
	if err != nil {
		return caller{}, err
	}
	if err := k.verify(s, r.Method, r.URL.Path, body, time.Now()); err != nil {
		return caller{}, cmp.Or(m.kit.Fit(ctx), err)
	}
	return caller{key: k, platform: p, noteKey: note, seq: s.Seq}, nil
}

// bearer is who shows a push key.
func (m *Module) bearer(ctx context.Context, id, secret string) (caller, error) {
	k, p, note, err := m.keyring.holder(ctx, id)
	if err != nil {
		return caller{}, err
	}
	if !k.matches(secret) {
		return caller{}, errKey()
	}
	return caller{key: k, platform: p, noteKey: note}, nil
}

// inflate undoes the content encoding within the bound.
func inflate(body []byte, encoding string) ([]byte, error) {
	var r io.Reader = bytes.NewReader(body)
	switch encoding {
	case "", "identity":
		return body, nil
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fault.New(fault.BadRequest, "platforms.body.damaged", "the body is damaged gzip: %v", err)
		}
		r = z
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxDecoded))
		if err != nil {
			return nil, fault.New(fault.BadRequest, "platforms.body.damaged", "the body is damaged zstd: %v", err)
		}
		defer z.Close()
		r = z
	default:
		return nil, fault.New(fault.Unsupported, "platforms.body.encoding", "the content encoding %.40q is none of gzip, zstd, identity", encoding)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxDecoded+1))
	if len(plain) > maxDecoded {
		return nil, fault.New(fault.TooLarge, "platforms.body.decoded", "the body decodes to more than %d bytes", maxDecoded).With("limit", maxDecoded)
	}
	if err != nil {
		return nil, fault.New(fault.BadRequest, "platforms.body.damaged", "the body is damaged: %v", err)
	}
	return plain, nil
}

func sumOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// receiptView answers a report.
type receiptView struct {
	Receipt    string    `json:"receipt"`
	Seq        int64     `json:"seq"`
	ReceivedAt time.Time `json:"received_at"`
	Accepted   int       `json:"accepted"`
	Rejected   int       `json:"rejected"`
	Findings   []finding `json:"findings"`
	Sandbox    bool      `json:"sandbox,omitempty"`
}

func viewReceipt(s submission, sandbox bool) receiptView {
	v := receiptView{s.ID, s.Seq, s.ReceivedAt, s.Accepted, s.Rejected, bounded(s.Findings), sandbox}
	if sandbox {
		v.Receipt = ""
	}
	return v
}

// serveReport takes JSON reports, signed or with a push key.
func (m *Module) serveReport(w http.ResponseWriter, r *http.Request) {
	c, err := m.enter(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	defer m.leave(c)
	m.answerReport(w, r, c)
}

func (m *Module) answerReport(w http.ResponseWriter, r *http.Request, c caller) {
	s, err := m.takeReport(r, c)
	if err != nil {
		m.grumble(c, channelReport, err)
		httpd.Refuse(w, r, err)
		return
	}
	v, err := receiptOf(c, s)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	writeJSON(w, v)
}

// receiptOf is the receipt of a report; an error lists what was not taken of it.
func receiptOf(c caller, s submission) (receiptView, error) {
	v := viewReceipt(s, c.key.Sandbox)
	if s.Rejected > 0 {
		return v, partial(s, v)
	}
	return v, nil
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the caller may have gone
}

// partial lists every bad item; the receipt tells that the good ones are kept.
func partial(s submission, v receiptView) error {
	f := fault.New(fault.Invalid, "platforms.report.partial", "%d of %d items were not taken: %s", s.Rejected, s.Items, summary(s.Findings)).
		With("receipt", v.Receipt).With("accepted", s.Accepted).With("rejected", s.Rejected)
	for _, x := range bounded(s.Findings) {
		_ = f.At(fmt.Sprintf("body.items[%d]", x.Item), "%s: %s", x.Code, x.Message)
	}
	return f
}

func (m *Module) takeReport(r *http.Request, c caller) (submission, error) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return submission{}, fault.New(fault.Unsupported, "platforms.body.type", "a report is application/json")
	}
	plain, err := inflate(c.body, r.Header.Get("Content-Encoding"))
	if err != nil {
		return submission{}, err
	}
	channel := channelReport
	if c.seq == 0 {
		channel = channelJSON
	}
	return m.takePlain(r.Context(), c, plain, channel)
}

// takePlain takes a JSON report, whichever way it came.
func (m *Module) takePlain(ctx context.Context, c caller, plain []byte, channel string) (submission, error) {
	now := time.Now().UTC()
	rep, err := readReport(plain, c.desk.items)
	if err != nil {
		return submission{}, err
	}
	c.desk.items = rep.Items[:0]
	if c.seq > 0 && c.seq != rep.Seq {
		return submission{}, fault.New(fault.Invalid, "platforms.report.seq_signed", "the signature says seq %d, the report %d", c.seq, rep.Seq).At("body.seq", "sign the seq of the report")
	}
	if rep.Platform != "" && rep.Platform != c.platform.Code {
		return submission{}, fault.New(fault.Forbidden, "platforms.report.foreign", "the report is of platform %.60q, the key of %q", rep.Platform, c.platform.Code)
	}
	s := c.submission(channel, sumOf(plain), now)
	s.Seq, s.Period, s.Revises, s.Items = rep.Seq, rep.Period, rep.Revises, len(rep.Items)
	if !rep.SentAt.IsZero() {
		s.SentAt = rep.SentAt.UTC()
	}
	sieve, err := m.sieve(ctx, c, now)
	if err != nil {
		return submission{}, err
	}
	sieve.report(rep)
	s.entries, s.Findings, s.top = sieve.done()
	return m.take(ctx, c, s)
}

// sieve opens the sieve for a caller's request; it is to be closed with done.
func (m *Module) sieve(ctx context.Context, c caller, now time.Time) (*sieve, error) {
	r, err := m.ledger.rolls.of(ctx, c.platform.ID)
	if err != nil {
		return nil, err
	}
	return m.catalogue.sieve(c.platform, r, &c.desk.marks, m.ledger.limit, now), nil
}

// take brings a checked submission into the ledger, and tells who watches.
func (m *Module) take(ctx context.Context, c caller, s submission) (submission, error) {
	s.noteKey = c.noteKey
	if len(s.Findings) > 0 { // of the future, perhaps, by a clock that has jumped since the door let it in
		if err := m.kit.Fit(ctx); err != nil {
			return s, err
		}
	}
	if err := c.meter.admit(len(s.entries), time.Now()); err != nil {
		return s, err
	}
	if c.key.Sandbox {
		s.Accepted, s.Rejected = len(s.entries), s.Items-len(s.entries)
		return s, nil
	}
	done := s
	if len(s.entries) == 0 {
		done.Rejected = s.Items
	} else {
		var err error
		if done, err = m.ledger.record(ctx, c.platform, s); err != nil {
			return s, err
		}
	}
	m.count(done)
	if done.Accepted == 0 && c.meter.refusals.Allow() {
		if err := m.ledger.noteRefused(ctx, done); err != nil {
			return s, err
		}
	}
	if done.Accepted > 0 {
		m.projector.nudge()
	}
	if done.Rejected > 0 && c.meter.log.Allow() {
		m.kit.Log.Warn("values were refused", "platform", c.platform.Code, "channel", s.Channel, "refused", done.Rejected, "of", done.Items, "why", summary(done.Findings))
	}
	if c.meter.notices.Allow() {
		m.kit.Notify(topicList, c.platform.ID, c.platform.Operator.ID)
	}
	return done, nil
}

func (m *Module) count(s submission) {
	m.metrics.items.WithLabelValues(s.Channel, "accepted").Add(float64(s.Accepted))
	m.metrics.items.WithLabelValues(s.Channel, "refused").Add(float64(s.Rejected))
	for _, f := range s.Findings {
		m.metrics.reasons.WithLabelValues(strings.TrimPrefix(f.Key, "platforms.item.")).Inc()
	}
}

// grumble counts and, at most once a second per platform, logs a request that
// was refused as a whole.
func (m *Module) grumble(c caller, channel string, err error) {
	m.metrics.refused.WithLabelValues("request").Inc()
	if c.meter.log.Allow() {
		m.kit.Log.Warn("a request was refused", "platform", c.platform.Code, "channel", channel, "why", err.Error())
	}
}

// serveRemoteWrite takes Prometheus remote write 1.0 and 2.0. Data faults are
// 400 and never retried; what is good in the request is kept.
func (m *Module) serveRemoteWrite(w http.ResponseWriter, r *http.Request) {
	version, err := remotewrite.Negotiate(r.Header.Get("Content-Type"), r.Header.Get("Content-Encoding"))
	if err != nil {
		m.metrics.refused.WithLabelValues("type").Inc()
		httpd.Refuse(w, r, fault.New(fault.Unsupported, "platforms.body.type", "%v", err))
		return
	}
	c, err := m.enter(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	defer m.leave(c)
	s, err := m.takeSeries(r.Context(), c, version)
	if version == remotewrite.V2 {
		remotewrite.Written{Samples: s.Accepted}.Set(w.Header())
	}
	if err != nil {
		m.grumble(c, channelRemoteWrite, err)
		httpd.Refuse(w, r, err)
		return
	}
	if s.Rejected > 0 {
		httpd.Refuse(w, r, fault.New(fault.BadRequest, "platforms.push.partial", "%d of %d values were not taken: %s", s.Rejected, s.Items, summary(s.Findings)).
			With("accepted", s.Accepted).With("rejected", s.Rejected))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (m *Module) takeSeries(ctx context.Context, c caller, version remotewrite.Version) (submission, error) {
	s := c.submission(channelRemoteWrite, sumOf(c.body), time.Now().UTC())
	sieve, err := m.sieve(ctx, c, s.ReceivedAt)
	if err != nil {
		return submission{}, err
	}
	err = c.desk.reader.Read(c.body, version, remotewrite.Limits{Decoded: maxDecoded, Series: maxItems, Samples: maxItems}, sieve.series)
	s.entries, s.Findings, s.top = sieve.done()
	if bad, ok := errors.AsType[*remotewrite.Error](err); ok {
		kind := fault.BadRequest
		if bad.Kind == remotewrite.TooLarge {
			kind = fault.TooLarge
		}
		return submission{}, fault.New(kind, "platforms.push.unreadable", "%s", bad.What)
	}
	if err != nil {
		return submission{}, err
	}
	return m.takePushed(ctx, c, s)
}

func (m *Module) takePushed(ctx context.Context, c caller, s submission) (submission, error) {
	s.Items = len(s.entries) + len(s.Findings)
	s.Period = s.ReceivedAt.Format(time.RFC3339)
	if s.Items == 0 {
		return s, nil // only staleness markers, or an empty request: a keep-alive
	}
	return m.take(ctx, c, s)
}

// serveOTLP takes OTLP/HTTP metrics. What is not taken is answered as partial
// success, which senders do not retry.
func (m *Module) serveOTLP(w http.ResponseWriter, r *http.Request) {
	enc, err := otlpmetrics.Negotiate(r.Header.Get("Content-Type"))
	if err != nil {
		m.metrics.refused.WithLabelValues("type").Inc()
		httpd.Refuse(w, r, fault.New(fault.Unsupported, "platforms.body.type", "%v", err))
		return
	}
	c, err := m.enter(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	defer m.leave(c)
	s, err := m.takePoints(r, c, enc)
	if err != nil {
		m.grumble(c, channelOTLP, err)
		httpd.Refuse(w, r, err)
		return
	}
	body, err := otlpmetrics.Response(enc, s.Rejected, summary(s.Findings))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", string(enc))
	_, _ = w.Write(body) //nolint:gosec // a protobuf or JSON answer with its own content type, no page
}

func (m *Module) takePoints(r *http.Request, c caller, enc otlpmetrics.Encoding) (submission, error) {
	plain, err := inflate(c.body, r.Header.Get("Content-Encoding"))
	if err != nil {
		return submission{}, err
	}
	if len(plain) > 2*maxReport {
		return submission{}, fault.New(fault.TooLarge, "platforms.body.decoded", "an OTLP request has at most %d bytes", 2*maxReport).With("limit", 2*maxReport)
	}
	points, refused, err := otlpmetrics.Decode(plain, enc, otlpmetrics.Limits{Points: maxItems})
	if bad, ok := errors.AsType[*otlpmetrics.Error](err); ok {
		kind := fault.BadRequest
		if bad.Status == http.StatusRequestEntityTooLarge {
			kind = fault.TooLarge
		}
		return submission{}, fault.New(kind, "platforms.push.unreadable", "%s", bad.What)
	}
	if err != nil {
		return submission{}, err
	}
	s := c.submission(channelOTLP, sumOf(plain), time.Now().UTC())
	sieve, err := m.sieve(r.Context(), c, s.ReceivedAt)
	if err != nil {
		return submission{}, err
	}
	for _, p := range points {
		sieve.pushed(fromPoint(p))
	}
	s.entries, s.Findings, s.top = sieve.done()
	for _, x := range refused {
		s.Findings = append(s.Findings, finding{-1, "", "platforms.item.otlp_kind", fmt.Sprintf("metric %.80q: %s", x.Metric, x.Why)})
	}
	return m.takePushed(r.Context(), c, s)
}

// serveReceipt tells a sender what became of a report.
func (m *Module) serveReceipt(w http.ResponseWriter, r *http.Request) {
	c, err := m.enter(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	defer m.leave(c)
	s, err := m.ledger.submission(r.Context(), c.platform.ID, r.PathValue("receipt"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	writeJSON(w, viewReceipt(s, false))
}
