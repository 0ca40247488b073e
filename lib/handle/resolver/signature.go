package resolver

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
)

// maxSignatures is how many signatures of a record are looked at.
const maxSignatures = 4

var errUnsigned = errors.New("it has no HS_SIGNATURE")

// Signature is what an HS_SIGNATURE of a record was found to be.
type Signature struct {
	Index    int32        `json:"index"`    // of the value that has it
	Chain    []string     `json:"chain"`    // issuers from its own upwards, as far as the chain led
	Signed   []int32      `json:"signed"`   // values that are as they were signed
	Unsigned []int32      `json:"unsigned"` // values that it says nothing about
	Missing  []int32      `json:"missing"`  // values that it is about and that are not there
	Until    time.Time    `json:"until"`    // when the first of the chain expires; zero is never
	Reason   trust.Reason `json:"reason"`   // trust.Holds, or why it does not
	Fault    string       `json:"fault,omitempty"`
}

// SignatureOf tells what a signature in a value was found to be.
func SignatureOf(index int32, verdict *trust.Verdict, fault error) Signature {
	s := Signature{Index: index, Reason: trust.ReasonOf(fault), Fault: plain(fault)}
	if verdict == nil {
		return s
	}
	for _, issuer := range verdict.Chain {
		s.Chain = append(s.Chain, issuer.String())
	}
	s.Signed, s.Unsigned, s.Missing, s.Until = verdict.Signed, verdict.Unsigned, verdict.Missing, verdict.Until
	return s
}

// vouched checks the signatures of a record up to the roots of the policy. It
// returns which values they hold for, and until when that is so: where one does
// not hold, it is looked again soon, for certificates are renewed.
func (r *Resolver) vouched(ctx context.Context, p *rules, q *question, values []wire.Value) (signed func(index int32) bool, until time.Time, fault error) {
	verifier := trust.Verifier{Roots: p.roots, Now: r.o.Now, Lookup: func(ctx context.Context, handle string) ([]wire.Value, error) {
		return r.certificates(ctx, p, handle, q.fresh)
	}}
	held, tried := map[int32]bool{}, 0
	for i := range values {
		if !wire.Equal(values[i].Type, wire.TypeSignature) {
			continue
		}
		if tried++; tried > maxSignatures {
			break
		}
		verdict, err := verifier.Values(ctx, q.handle, values, string(values[i].Data))
		r.noteSignature(ctx, q.handle, values[i].Index, verdict, err)
		if err != nil {
			fault = fmt.Errorf("signature in value %d: %w", values[i].Index, err)
			continue
		}
		for _, index := range verdict.Signed {
			held[index] = true
		}
		if !verdict.Until.IsZero() && (until.IsZero() || verdict.Until.Before(until)) {
			until = verdict.Until
		}
	}
	if tried > 0 && fault != nil {
		if soon := r.o.Now().Add(r.o.StaleTTL); until.IsZero() || soon.Before(until) {
			until = soon
		}
	}
	if tried == 0 {
		fault = errUnsigned
	}
	return func(index int32) bool { return held[index] }, until, fault
}

// certificates returns the values of an issuer, as any other question.
func (r *Resolver) certificates(ctx context.Context, p *rules, handle string, fresh bool) ([]wire.Value, error) {
	handle = spell(handle)
	if err := wire.CheckHandle(handle); err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	q := r.ask(p, handle)
	q.alone, q.nested, q.past, q.fresh = true, true, fresh, fresh
	out := r.resolve(ctx, p, q)
	switch {
	case out.entry == nil && out.code == wire.CodeNotFound, out.entry != nil && definite(out.entry.code):
		return nil, nil // it has none
	case out.entry == nil:
		return nil, fmt.Errorf("%s: %s: %s", handle, out.code, out.message)
	case out.entry.code != wire.CodeSuccess:
		return nil, fmt.Errorf("%s: %s", handle, out.entry.code)
	}
	return out.entry.values(serving{}), nil
}
