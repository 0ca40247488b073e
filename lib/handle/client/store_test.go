package client_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// store is a small home of handles for the tests: whoever proves any identity it
// knows may change everything.
type store struct {
	mu      sync.Mutex
	records map[string]*wire.Values
	homed   map[string]bool // folded prefix handles
	slow    bool            // is asked on a goroutine that may wait

	streams func(ctx context.Context, body []byte, w io.Writer) error // to mirrors; nil sends all records
}

func newStore(homed ...string) *store {
	s := &store{records: map[string]*wire.Values{}, homed: map[string]bool{}}
	for _, h := range homed {
		s.homed[wire.Fold(h)] = true
	}
	return s
}

func (s *store) put(handle string, values ...wire.Value) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records[wire.Fold(handle)] = &wire.Values{Handle: handle, Values: values}
}

func (s *store) values(handle string) []wire.Value {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.records[wire.Fold(handle)]; r != nil {
		return r.Values
	}
	return nil
}

// lookup is the part of authentication that finds keys.
func (s *store) lookup(_ context.Context, identity wire.Reference) ([]wire.Value, error) {
	return s.values(identity.Handle), nil
}

// Resolve implements server.Quick.
func (s *store) Resolve(req *server.Request, res *server.Response) bool {
	if s.slow {
		return false
	}
	s.resolve(req, res)
	return true
}

func (s *store) resolve(req *server.Request, res *server.Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	handle := string(req.Query.Handle)
	record := s.records[wire.Fold(handle)]
	if record == nil {
		s.refer(handle, req, res)
		return
	}
	answer := wire.Values{Handle: record.Handle}
	for _, v := range record.Values {
		if !req.Query.Wants(v.Index, []byte(v.Type)) {
			continue
		}
		if v.Permissions&wire.PublicRead == 0 {
			if v.Permissions&wire.AdminRead == 0 || req.Header.Flags.Has(wire.FlagPublicOnly) {
				continue
			}
			if !req.Proven() {
				res.Code = wire.CodeAuthNeeded
				return
			}
		}
		answer.Values = append(answer.Values, v)
	}
	if len(answer.Values) == 0 && len(record.Values) > 0 {
		res.Fail(wire.CodeValuesNotFound, "")
		return
	}
	res.Code, res.Body = wire.CodeSuccess, answer.Append(res.Body)
}

// refer answers for a handle that is not here.
func (s *store) refer(handle string, req *server.Request, res *server.Response) {
	for above, ok := wire.Parent(handle); ok && !req.Header.Flags.Has(wire.FlagNoReferral); above, ok = wire.Parent(above) {
		record := s.records[wire.Fold(above)]
		if record == nil {
			continue
		}
		var referral wire.Referral
		for _, v := range record.Values {
			if v.Type == wire.TypeSitePrefix || v.Type == wire.TypeServicePrefix {
				referral.Values = append(referral.Values, v)
			}
		}
		if len(referral.Values) > 0 {
			res.Refer(wire.CodePrefixReferral, &referral)
			return
		}
	}
	res.Fail(wire.CodeNotFound, "")
}

// Handle implements server.Handler.
func (s *store) Handle(_ context.Context, req *server.Request, res *server.Response) {
	switch req.Header.Op {
	case wire.OpResolve:
		s.resolve(req, res)
		return
	case wire.OpVerify:
		s.verify(req, res)
		return
	default:
	}
	if !req.Proven() {
		res.Code = wire.CodeAuthNeeded
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch req.Header.Op {
	case wire.OpCreate, wire.OpAddValues, wire.OpModifyValues:
		s.change(req, res)
	case wire.OpRemoveValues:
		s.remove(req, res)
	case wire.OpDelete, wire.OpListHandles, wire.OpHome, wire.OpUnhome, wire.OpListHomed:
		s.named(req, res)
	case wire.OpTransactions, wire.OpDump:
		res.Code, res.Body = wire.CodeSuccess, append(res.Body, 0)
		res.Stream = s.stream
		if asked := bytes.Clone(req.Body); s.streams != nil {
			res.Stream = func(ctx context.Context, w io.Writer) error { return s.streams(ctx, asked, w) }
		}
	default:
		res.Fail(wire.CodeUnsupported, "")
	}
}

func (s *store) verify(req *server.Request, res *server.Response) {
	v, err := wire.DecodeVerification(req.Body)
	if err != nil {
		res.Fail(wire.CodeProtocolError, err.Error())
		return
	}
	right := false
	for _, value := range s.values(v.Identity.Handle) {
		if value.Type == wire.TypeSecretKey && value.Index == v.Identity.Index {
			right = (auth.Policy{}).CheckSecret(value.Data, v.Nonce, v.Sum, v.Proof) == nil
		}
	}
	res.Code, res.Body = wire.CodeSuccess, wire.AppendVerdict(res.Body, right)
}

func (s *store) change(req *server.Request, res *server.Response) {
	body, err := wire.DecodeValues(req.Body)
	if err != nil {
		res.Fail(wire.CodeProtocolError, err.Error())
		return
	}
	for i := range body.Values {
		body.Values[i].Data = slices.Clone(body.Values[i].Data)
	}
	if req.Header.Op == wire.OpCreate && req.Header.Flags.Has(wire.FlagMint) {
		body.Handle += fmt.Sprintf("minted-%d", len(s.records))
	}
	record := s.records[wire.Fold(body.Handle)]
	switch {
	case req.Header.Op == wire.OpCreate && record != nil && !req.Header.Flags.Has(wire.FlagOverwrite):
		res.Fail(wire.CodeExists, "")
		return
	case req.Header.Op != wire.OpCreate && record == nil:
		res.Fail(wire.CodeNotFound, "")
		return
	case req.Header.Op == wire.OpCreate:
		s.records[wire.Fold(body.Handle)] = &body
	default:
		for _, v := range body.Values {
			at := slices.IndexFunc(record.Values, func(old wire.Value) bool { return old.Index == v.Index })
			switch {
			case at >= 0 && req.Header.Op == wire.OpAddValues:
				f := wire.Failure{Message: "it is there", Indexes: []int32{v.Index}}
				res.Code, res.Body = wire.CodeValueExists, f.Append(res.Body)
				return
			case at >= 0:
				record.Values[at] = v
			default:
				record.Values = append(record.Values, v)
			}
		}
	}
	res.Code = wire.CodeSuccess
	if req.Header.Op == wire.OpCreate {
		res.Body = wire.AppendHandle(res.Body, body.Handle)
	}
}

func (s *store) remove(req *server.Request, res *server.Response) {
	body, err := wire.DecodeIndexes(req.Body)
	if err != nil {
		res.Fail(wire.CodeProtocolError, err.Error())
		return
	}
	record := s.records[wire.Fold(body.Handle)]
	if record == nil {
		res.Fail(wire.CodeNotFound, "")
		return
	}
	record.Values = slices.DeleteFunc(record.Values, func(v wire.Value) bool { return slices.Contains(body.Indexes, v.Index) })
	res.Code = wire.CodeSuccess
}

func (s *store) named(req *server.Request, res *server.Response) {
	handle, err := wire.DecodeHandle(req.Body)
	if err != nil {
		res.Fail(wire.CodeProtocolError, err.Error())
		return
	}
	res.Code = wire.CodeSuccess
	switch req.Header.Op {
	case wire.OpDelete:
		if s.records[wire.Fold(handle)] == nil {
			res.Fail(wire.CodeNotFound, "")
			return
		}
		delete(s.records, wire.Fold(handle))
	case wire.OpHome:
		s.homed[wire.Fold(handle)] = true
	case wire.OpUnhome:
		delete(s.homed, wire.Fold(handle))
	case wire.OpListHomed:
		res.List = each(keysOf(s.homed, ""))
	default:
		_, prefix := wire.Split(handle)
		res.List = each(keysOf(s.records, wire.Fold(prefix)+"/"))
	}
}

func keysOf[V any](m map[string]V, prefix string) []string {
	var list []string
	for k := range m {
		if strings.HasPrefix(k, prefix) {
			list = append(list, k)
		}
	}
	slices.Sort(list)
	return list
}

func each(list []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, h := range list {
			if !yield(h, nil) {
				return
			}
		}
	}
}

// stream sends all records as they are.
func (s *store) stream(_ context.Context, w io.Writer) error {
	octets := wire.AppendTransactions(nil, wire.StreamSending)
	s.mu.Lock()
	for i, h := range keysOf(s.records, "") {
		change := wire.Change{Transaction: uint64(i), Handle: h, Action: wire.ActionCreate, Date: 1, Values: s.records[h].Values}
		octets = change.Append(octets)
	}
	s.mu.Unlock()
	_, err := w.Write(wire.AppendEnd(octets, 2))
	return err
}
