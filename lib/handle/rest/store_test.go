package rest_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// store is a small home of handles with the rights of HS_ADMIN.
type store struct {
	mu      sync.Mutex
	records map[string]*wire.Values
	homed   map[string]bool // folded prefixes
	masters []wire.Reference
	changes int
	clock   uint32
}

func newStore(homed ...string) *store {
	s := &store{records: map[string]*wire.Values{}, homed: map[string]bool{}, clock: 1_795_485_669}
	for _, p := range homed {
		s.homed[wire.Fold(p)] = true
	}
	return s
}

func (s *store) put(handle string, values ...wire.Value) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range values {
		values[i].Timestamp = s.clock
	}
	s.records[wire.Fold(handle)] = &wire.Values{Handle: handle, Values: values}
}

func (s *store) lookup(_ context.Context, identity wire.Reference) ([]wire.Value, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.records[wire.Fold(identity.Handle)]; r != nil {
		return slices.Clone(r.Values), nil
	}
	return nil, nil
}

// rights are those of an identity by the record of a handle.
func (s *store) rights(identity wire.Reference, handle string) (rights wire.Rights) {
	if slices.ContainsFunc(s.masters, identity.Equal) {
		return wire.RightsAll
	}
	record := s.records[wire.Fold(handle)]
	if record == nil {
		return 0
	}
	for _, v := range record.Values {
		if a, err := wire.DecodeAdmin(v.Data); v.Type == wire.TypeAdmin && err == nil && s.stands(a.Reference, identity, 5) {
			rights |= a.Rights
		}
	}
	return rights
}

// stands tells whether a reference is the identity, or a group it is in.
func (s *store) stands(r, identity wire.Reference, depth int) bool {
	if r.Equal(identity) || r.Index == 0 && wire.Equal(r.Handle, identity.Handle) {
		return true
	}
	record := s.records[wire.Fold(r.Handle)]
	if record == nil || depth == 0 {
		return false
	}
	for _, v := range record.Values {
		if list, err := wire.DecodeVList(v.Data); v.Type == wire.TypeVList && v.Index == r.Index && err == nil {
			return slices.ContainsFunc(list, func(m wire.Reference) bool { return s.stands(m, identity, depth-1) })
		}
	}
	return false
}

// Resolve implements server.Quick.
func (s *store) Resolve(req *server.Request, res *server.Response) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	handle := string(req.Query.Handle)
	record := s.records[wire.Fold(handle)]
	if record == nil {
		prefix, _ := wire.Split(handle)
		switch {
		case !s.homed[wire.Fold(prefix)]:
			res.Fail(wire.CodeNotResponsible, "That prefix doesn't live here")
		default:
			res.Fail(wire.CodeNotFound, "")
		}
		return true
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
				return true
			}
			if !s.rights(req.Identity, handle).Has(wire.RightReadValue) {
				continue
			}
		}
		answer.Values = append(answer.Values, v)
	}
	if len(answer.Values) == 0 && len(record.Values) > 0 {
		res.Fail(wire.CodeValuesNotFound, "")
		return true
	}
	res.Code, res.Body = wire.CodeSuccess, answer.Append(res.Body)
	return true
}

// Handle implements server.Handler.
func (s *store) Handle(_ context.Context, req *server.Request, res *server.Response) {
	switch req.Header.Op {
	case wire.OpResolve:
		s.Resolve(req, res)
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
	case wire.OpCreate:
		s.create(req, res)
	case wire.OpAddValues, wire.OpModifyValues:
		s.change(req, res)
	case wire.OpRemoveValues:
		s.remove(req, res)
	case wire.OpDelete, wire.OpListHandles, wire.OpHome, wire.OpUnhome, wire.OpListHomed:
		s.named(req, res)
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
	values, _ := s.lookup(context.Background(), v.Identity)
	right := slices.ContainsFunc(values, func(value wire.Value) bool {
		return value.Type == wire.TypeSecretKey && value.Index == v.Identity.Index && (auth.Policy{}).CheckSecret(value.Data, v.Nonce, v.Sum, v.Proof) == nil
	})
	res.Code, res.Body = wire.CodeSuccess, wire.AppendVerdict(res.Body, right)
}

// may tells whether who asks has a right by the record of a handle.
func (s *store) may(req *server.Request, res *server.Response, handle string, right wire.Rights) bool {
	switch rights := s.rights(req.Identity, handle); {
	case rights.Has(right):
		return true
	case rights == 0:
		res.Fail(wire.CodeNotAdmin, "")
	default:
		res.Fail(wire.CodeNoPermission, "")
	}
	return false
}

func (s *store) check(res *server.Response, body *wire.Values) bool {
	for i, v := range body.Values {
		if v.Index <= 0 {
			res.Fail(wire.CodeInvalidValue, fmt.Sprintf("values[%d].index: an index is above 0", i))
			return false
		}
		if slices.ContainsFunc(body.Values[:i], func(o wire.Value) bool { return o.Index == v.Index }) {
			res.Fail(wire.CodeValueExists, "")
			return false
		}
		body.Values[i].Data = slices.Clone(v.Data)
		body.Values[i].Timestamp = s.clock
	}
	return true
}

func (s *store) create(req *server.Request, res *server.Response) {
	body, err := wire.DecodeValues(req.Body)
	if err != nil {
		res.Fail(wire.CodeProtocolError, err.Error())
		return
	}
	if req.Header.Flags.Has(wire.FlagMint) {
		body.Handle += fmt.Sprintf("MINTED-%d", len(s.records))
	}
	prefix, _ := wire.Split(body.Handle)
	record := s.records[wire.Fold(body.Handle)]
	switch {
	case wire.CheckHandle(body.Handle) != nil:
		res.Fail(wire.CodeInvalidHandle, wire.CheckHandle(body.Handle).Error())
		return
	case !s.homed[wire.Fold(prefix)]:
		res.Fail(wire.CodeNotResponsible, "That prefix doesn't live here")
		return
	case record != nil && !req.Header.Flags.Has(wire.FlagOverwrite):
		res.Fail(wire.CodeExists, "")
		return
	case record != nil && s.rights(req.Identity, body.Handle).Has(wire.RightDeleteHandle):
	case !s.may(req, res, wire.NA+prefix, wire.RightAddHandle):
		return
	}
	if s.check(res, &body) {
		s.records[wire.Fold(body.Handle)] = &body
		s.changes++
		res.Code, res.Body = wire.CodeSuccess, wire.AppendHandle(res.Body, body.Handle)
	}
}

// change adds values, in the place of those that are there with FlagOverwrite, or
// modifies those that are there.
func (s *store) change(req *server.Request, res *server.Response) {
	body, err := wire.DecodeValues(req.Body)
	if err != nil {
		res.Fail(wire.CodeProtocolError, err.Error())
		return
	}
	record := s.records[wire.Fold(body.Handle)]
	if record == nil {
		res.Fail(wire.CodeNotFound, "")
		return
	}
	modify := req.Header.Op == wire.OpModifyValues
	right := wire.RightAddValue
	if modify {
		right = wire.RightModifyValue
	}
	if !s.may(req, res, body.Handle, right) || !s.check(res, &body) {
		return
	}
	values := slices.Clone(record.Values)
	for _, v := range body.Values {
		at := slices.IndexFunc(values, func(old wire.Value) bool { return old.Index == v.Index })
		switch {
		case at < 0 && modify:
			res.Fail(wire.CodeValuesNotFound, "")
			return
		case at >= 0 && !modify && !req.Header.Flags.Has(wire.FlagOverwrite):
			res.Fail(wire.CodeValueExists, "")
			return
		case at >= 0:
			values[at] = v
		default:
			values = append(values, v)
		}
	}
	slices.SortFunc(values, func(a, b wire.Value) int { return int(a.Index - b.Index) })
	s.records[wire.Fold(body.Handle)] = &wire.Values{Handle: record.Handle, Values: values}
	s.changes++
	res.Code = wire.CodeSuccess
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
	if !s.may(req, res, body.Handle, wire.RightRemoveValue) {
		return
	}
	kept := slices.DeleteFunc(slices.Clone(record.Values), func(v wire.Value) bool { return slices.Contains(body.Indexes, v.Index) })
	if len(kept)+len(body.Indexes) != len(record.Values) {
		res.Fail(wire.CodeValuesNotFound, "")
		return
	}
	s.records[wire.Fold(body.Handle)] = &wire.Values{Handle: record.Handle, Values: kept}
	s.changes++
	res.Code = wire.CodeSuccess
}

func (s *store) named(req *server.Request, res *server.Response) {
	handle, err := wire.DecodeHandle(req.Body)
	if err != nil {
		res.Fail(wire.CodeProtocolError, err.Error())
		return
	}
	_, prefix := wire.Split(handle)
	switch req.Header.Op {
	case wire.OpDelete:
		if s.records[wire.Fold(handle)] == nil {
			res.Fail(wire.CodeNotFound, "")
			return
		}
		if !s.may(req, res, handle, wire.RightDeleteHandle) {
			return
		}
		delete(s.records, wire.Fold(handle))
	case wire.OpHome, wire.OpUnhome:
		if !slices.ContainsFunc(s.masters, req.Identity.Equal) {
			res.Fail(wire.CodeNotAdmin, "")
			return
		}
		s.homed[wire.Fold(prefix)] = req.Header.Op == wire.OpHome
	case wire.OpListHomed:
		res.List = each(s.homedPrefixes())
	default:
		if !s.homed[wire.Fold(prefix)] {
			res.Fail(wire.CodeNotResponsible, "That prefix doesn't live here")
			return
		}
		if !s.may(req, res, handle, wire.RightListHandles) {
			return
		}
		var list []string
		for k := range s.records {
			if strings.HasPrefix(k, wire.Fold(prefix)+"/") {
				list = append(list, k)
			}
		}
		slices.Sort(list)
		res.List = each(list)
	}
	s.changes++
	res.Code = wire.CodeSuccess
}

func (s *store) homedPrefixes() (list []string) {
	for p, is := range s.homed {
		if is {
			list = append(list, wire.NA+p)
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
