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

// vouched checks the signatures of a record up to the roots of the policy. It
// returns which values they hold for, and until when that is so: where one does
// not hold, it is looked again soon, for certificates are renewed.
func (r *Resolver) vouched(ctx context.Context, p *rules, q *question, values []wire.Value) (signed func(index int32) bool, until time.Time, fault error) {
	verifier := trust.Verifier{Roots: p.roots, Now: r.o.Now, Lookup: func(ctx context.Context, handle string) ([]wire.Value, error) {
		return r.certificates(ctx, p, handle)
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
func (r *Resolver) certificates(ctx context.Context, p *rules, handle string) ([]wire.Value, error) {
	handle = spell(handle)
	if err := wire.CheckHandle(handle); err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	q := r.ask(p, handle)
	q.alone, q.nested = true, true
	out := r.resolve(ctx, p, q)
	switch {
	case out.entry == nil:
		return nil, fmt.Errorf("%s: %s: %s", handle, out.code, out.message)
	case out.entry.code != wire.CodeSuccess:
		return nil, fmt.Errorf("%s: %s", handle, out.entry.code)
	}
	return out.entry.values(serving{}), nil
}
