package sensor

import (
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/modules/security/internal/batch"
)

// BatchAnswer is what a probe is told of a batch.
type BatchAnswer struct {
	State    string `json:"state" enum:"taken,repeated"`
	Sequence int64  `json:"sequence"`
	// Around is what was said around alerts, for probes that say that they answer.
	Around []batch.Around `json:"around,omitempty"`
}

func (m *Sensors) serveBatch(w http.ResponseWriter, r *http.Request) {
	a, err := m.receive(r)
	httpd.Answer(w, r, http.StatusOK, a, err)
}

// receive takes one batch; what it tells is true when it is told: the batch is on the disk.
func (m *Sensors) receive(r *http.Request) (BatchAnswer, error) {
	ctx, who := r.Context(), identity.From(r.Context())
	x, err := m.store.ofMachine(ctx, who.Organisation.ID, who.MachineID)
	if err != nil {
		return BatchAnswer{}, err
	}
	if err := x.takes(); err != nil {
		return BatchAnswer{}, err
	}
	now := m.Clock()
	a, err := read(r, now)
	if err == nil {
		var repeated bool
		if repeated, err = m.store.take(ctx, x.ID, a, m.tell); err == nil {
			m.changed(x)
			answer := BatchAnswer{State: "taken", Sequence: a.Sequence, Around: m.wanted(ctx, r, x.ID, a)}
			if repeated {
				answer.State = "repeated"
			}
			return answer, nil
		}
	}
	if f := fault.As(err); f != nil && !fault.Is(err, fault.Unavailable) {
		if err := m.store.reject(context.WithoutCancel(ctx), x.ID, f.Error(), now); err != nil {
			m.kit.Log.ErrorContext(ctx, "a refusal could not be counted", "error", err)
		}
	}
	return BatchAnswer{}, err
}

// wanted is what a probe that answers is asked for, by its own clock. The batch is kept whatever
// comes of it.
func (m *Sensors) wanted(ctx context.Context, r *http.Request, sensor string, a arrival) []batch.Around {
	if m.around == nil || !a.Live || r.Header.Get(batch.AroundHeader) == "" {
		return nil
	}
	list, err := m.around(ctx, sensor)
	if err != nil {
		m.kit.Log.ErrorContext(ctx, "it is not known what a sensor is to be asked around alerts", "sensor", sensor, "error", err)
		return nil
	}
	shift := offset(a.skew, a.Live)
	for i := range list {
		list[i].From, list[i].To = list[i].From.Add(-shift), list[i].To.Add(-shift)
	}
	return list
}

// read checks who signed what before it looks into it.
func read(r *http.Request, now time.Time) (a arrival, err error) {
	own := shown(r)
	if own == nil {
		return a, fault.New(fault.Unauthorized, "security.batch.certificate", "batches come over TLS with the certificate of the machine")
	}
	body, err := unpack(r.Body)
	if err != nil {
		return a, err
	}
	if len(r.Header.Values(batch.Header)) != 1 {
		return a, fault.New(fault.Unauthorized, "security.batch.unsigned", "a batch has one header %s with the signature of the machine's key", batch.Header)
	}
	signature := r.Header.Get(batch.Header)
	if err := batch.Verify(own.PublicKey, body, signature); err != nil {
		return a, fault.New(fault.Unauthorized, "security.batch.signature", "the batch is not this machine's: %s", err)
	}
	b, err := batch.Read(body)
	if err != nil {
		return a, fault.New(fault.Invalid, "security.batch.wrong", "the batch cannot be taken: %s", err)
	}
	a = arrival{Batch: b, digest: batch.Digest(body), signature: signature, certificate: fmt.Sprintf("%x", own.SerialNumber), notAfter: own.NotAfter, at: now}
	if at, err := http.ParseTime(r.Header.Get("Date")); err == nil {
		a.skew = at.Sub(now).Truncate(time.Second)
		if a.skew > -2*time.Second && a.skew < 2*time.Second { // the header has no more than seconds
			a.skew = 0
		}
	}
	return a, nil
}

func shown(r *http.Request) *x509.Certificate {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return nil
	}
	return r.TLS.PeerCertificates[0]
}

// unpack reads the octets of a batch, and no more than it may have.
func unpack(body io.Reader) ([]byte, error) {
	in := &arriving{body: body}
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, in.packed(err)
	}
	text, err := io.ReadAll(io.LimitReader(z, batch.MaxBody+1))
	if err != nil {
		return nil, in.packed(err)
	}
	if len(text) > batch.MaxBody {
		return nil, fault.New(fault.TooLarge, "security.batch.large", "a batch has at most %d octets before it is packed", batch.MaxBody)
	}
	return text, nil
}

// arriving is a body with how it broke off, if it did.
type arriving struct {
	body io.Reader
	cut  error
}

func (a *arriving) Read(p []byte) (int, error) {
	n, err := a.body.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		a.cut = err
	}
	return n, err //nolint:wrapcheck // as it comes
}

// packed says what is wrong with a body that is no gzip. One whose sender went away while it
// came is no refusal: it comes again.
func (a *arriving) packed(err error) error {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.TooLarge, "security.batch.large", "a packed batch has at most %d octets", tooLarge.Limit)
	}
	if a.cut != nil {
		return fault.New(fault.Unavailable, "security.batch.cut", "the connection ended within the batch; send it again")
	}
	return fault.New(fault.BadRequest, "security.batch.packed", "the body is no whole gzip (RFC 1952): %s", err)
}
