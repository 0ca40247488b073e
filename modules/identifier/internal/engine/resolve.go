package engine

import (
	"context"
	"encoding/binary"
	"fmt"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
)

// resolve answers a query.
func (e *Engine) resolve(ctx context.Context, req *server.Request, res *server.Response) (*Home, error) {
	handle := string(req.Query.Handle)
	home, err := e.at(handle)
	if err != nil {
		return nil, err
	}
	if home.Spent.Load() {
		return home, refuse(wire.CodeDailyLimit, "the quota of %s for today is used up; ask again tomorrow", home.Prefix)
	}
	r, err := e.o.Store.Load(ctx, handle)
	if err != nil {
		return home, fmt.Errorf("load %s: %w", handle, err)
	}
	if r == nil {
		if r, err = e.computed(ctx, home, handle); err != nil {
			return home, err
		}
	}
	if r == nil {
		return home, e.refer(ctx, handle, req, res)
	}
	if answer(r, req, res) {
		return home, nil
	}
	if !req.Proven() {
		res.Code = wire.CodeAuthNeeded
		return home, nil
	}
	values, err := decode(r)
	if err != nil {
		return home, err
	}
	if err := e.permit(ctx, values, req.Identity, wire.RightReadValue, nil); err != nil {
		return home, err
	}
	answerAll(r, req, res)
	return home, nil
}

// at returns the home of a handle.
func (e *Engine) at(handle string) (*Home, error) {
	if err := wire.CheckHandle(handle); err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	if home := e.home([]byte(wire.Fold(handle))); home != nil {
		return home, nil
	}
	prefix, _ := wire.Split(handle)
	return nil, refuse(wire.CodeNotResponsible, "the home of %s is elsewhere", prefix)
}

// refer answers for a handle that is not here although its home is: the nearest
// prefix above that names where its own are kept is told, else there is none.
func (e *Engine) refer(ctx context.Context, handle string, req *server.Request, res *server.Response) error {
	referred, err := e.referred(ctx, handle, req, res)
	if referred || err != nil {
		return err
	}
	return refuse(wire.CodeNotFound, noHandle)
}

// noHandle is told for a handle that is not there; who asks knows which it was.
const noHandle = "there is no such handle"

// referred answers with a referral, if a prefix above names where its own are.
func (e *Engine) referred(ctx context.Context, handle string, req *server.Request, res *server.Response) (bool, error) {
	if req.Header.Flags.Has(wire.FlagNoReferral) {
		return false, nil
	}
	h := e.homes.Load()
	for above, ok := wire.Parent(handle); ok && !h.has(wire.Fold(above)); above, ok = wire.Parent(above) {
		r, err := e.o.Store.Load(ctx, above)
		if err != nil {
			return false, fmt.Errorf("load %s: %w", above, err)
		}
		referral, err := referralOf(r)
		if err != nil {
			return false, err
		}
		if len(referral.Values) > 0 {
			res.Refer(wire.CodePrefixReferral, referral)
			return true, nil
		}
	}
	return false, nil
}

// referralOf returns the values of a prefix's record that say where the prefixes
// below it are.
func referralOf(r *record.Record) (*wire.Referral, error) {
	values, err := decode(r)
	if err != nil {
		return nil, err
	}
	referral := &wire.Referral{}
	for i := range values {
		v := &values[i]
		if v.Permissions&wire.PublicRead != 0 && (wire.Equal(v.Type, wire.TypeSitePrefix) || wire.Equal(v.Type, wire.TypeServicePrefix)) {
			referral.Values = append(referral.Values, *v)
		}
	}
	return referral, nil
}

// answer writes the values that a query wants and everybody may read. It returns
// false if the query wants one that only administrators read.
func answer(r *record.Record, req *server.Request, res *server.Response) bool {
	return write(r, req, res, req.Header.Flags.Has(wire.FlagPublicOnly), false)
}

// answerAll writes the values that a query wants and administrators read.
func answerAll(r *record.Record, req *server.Request, res *server.Response) {
	write(r, req, res, false, true)
}

func write(r *record.Record, req *server.Request, res *server.Response, publicOnly, administrator bool) bool {
	body := append(wire.AppendBytes(res.Body[:0], req.Query.Handle), 0, 0, 0, 0)
	count, all := len(body)-4, req.Query.All()
	n, rest := uint32(0), r.Values[4:]
	for len(rest) > 0 {
		v, behind, err := wire.CutValue(rest)
		if err != nil {
			res.Body = body
			res.Fail(wire.CodeError, "the record is damaged")
			return true
		}
		rest = behind
		if !all && !req.Query.Wants(v.Index(), v.Type()) {
			continue
		}
		switch p := v.Permissions(); {
		case p&wire.PublicRead != 0 || administrator && p&wire.AdminRead != 0:
			body = append(body, v...)
			n++
		case publicOnly || p&wire.AdminRead == 0:
		default:
			res.Body = body
			return false
		}
	}
	res.Body = body
	if n == 0 && len(r.Values) > 4 {
		res.Fail(wire.CodeValuesNotFound, "")
		return true
	}
	binary.BigEndian.PutUint32(body[count:], n)
	res.Code = wire.CodeSuccess
	return true
}

// verifying bounds how many proofs are computed at the same time: each takes
// milliseconds of a processor.
const verifying = 4

// verify tells another server whether a proof by a secret that is kept here is
// right.
func (e *Engine) verify(ctx context.Context, req *server.Request, res *server.Response) (*Home, error) {
	v, err := wire.DecodeVerification(req.Body)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	home, err := e.at(v.Identity.Handle)
	if err != nil {
		return nil, err
	}
	values, err := e.values(ctx, v.Identity.Handle)
	if err != nil {
		return home, err
	}
	select {
	case e.proofs <- struct{}{}:
		defer func() { <-e.proofs }()
	default:
		return home, refuse(wire.CodeBusy, "too many proofs are being checked; ask again in a second")
	}
	right := false
	for i := range values {
		value := &values[i]
		if wire.Equal(value.Type, wire.TypeSecretKey) && value.Index == v.Identity.Index {
			right = (auth.Policy{}).CheckSecret(value.Data, v.Nonce, v.Sum, v.Proof) == nil
		}
	}
	res.Code, res.Body = wire.CodeSuccess, wire.AppendVerdict(res.Body[:0], right)
	return home, nil
}
