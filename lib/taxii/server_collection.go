package taxii

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// collection answers the endpoints of one collection (section 5).
func (s *Server) collection(ctx context.Context, w http.ResponseWriter, r *http.Request, a Action) error {
	c, err := s.find(ctx, a)
	if err != nil {
		return err
	}
	at := Place{a.Root, c.ID}
	if err := allowed(c, a.Verb); err != nil {
		return err
	}
	switch a.Verb {
	case VerbCollection:
		return answer(w, http.StatusOK, c)
	case VerbAdd:
		return s.add(ctx, w, r, at)
	case VerbDelete:
		return s.remove(ctx, w, r, at, a.Object)
	default:
		return s.objects(ctx, w, r, at, a)
	}
}

// allowed holds what is wanted against what the caller may do with a collection.
// Deleting needs both (section 5.7).
func allowed(c Collection, v Verb) error {
	reads, writes := v != VerbCollection && v != VerbAdd, v == VerbAdd || v == VerbDelete
	switch {
	case v == VerbDelete && !c.CanRead && !c.CanWrite:
		return NotFound("there is no such object in this collection")
	case reads && !c.CanRead:
		return Forbidden("this collection cannot be read by you")
	case writes && !c.CanWrite:
		return Forbidden("this collection cannot be written by you")
	default:
		return nil
	}
}

// find looks for a collection by its id, and then by its alias.
func (s *Server) find(ctx context.Context, a Action) (Collection, error) {
	all, err := s.o.Store.Collections(ctx, a.Root)
	if err != nil {
		return Collection{}, err
	}
	for _, c := range all {
		if c.ID == a.Collection {
			return c, nil
		}
	}
	for _, c := range all {
		if c.Alias == a.Collection {
			return c, nil
		}
	}
	return Collection{}, NotFound("there is no such collection")
}

// objects answers manifest, objects, object and versions, which all page.
func (s *Server) objects(ctx context.Context, w http.ResponseWriter, r *http.Request, at Place, a Action) error {
	fields := map[Verb][]string{VerbObject: {"version", "spec_version"}, VerbVersions: {"spec_version"}}[a.Verb]
	if fields == nil {
		fields = []string{"id", "type", "version", "spec_version"}
	}
	q, err := parseQuery(r.URL.Query(), fields...)
	if err != nil {
		return BadRequest(err.Error())
	}
	if q.Limit == 0 || q.Limit > s.o.MaxPage {
		q.Limit = s.o.MaxPage
	}
	if a.Object != "" {
		q.IDs = []string{a.Object}
	}
	if a.Verb == VerbVersions {
		q.Versions = []string{VersionAll}
	}
	page, err := s.o.Store.Objects(ctx, at, q)
	if err != nil {
		return err
	}
	if len(page.Entries) == 0 && a.Object != "" {
		if err := s.exists(ctx, at, q); err != nil {
			return err
		}
	}
	if len(page.Entries) > 0 {
		w.Header().Set("X-TAXII-Date-Added-First", Stamp(page.Entries[0].Added))
		w.Header().Set("X-TAXII-Date-Added-Last", Stamp(page.Entries[len(page.Entries)-1].Added))
	}
	switch a.Verb {
	case VerbManifest:
		return answer(w, http.StatusOK, manifest(page))
	case VerbVersions:
		return answer(w, http.StatusOK, versions(page))
	default:
		return s.envelope(ctx, w, at, q, page)
	}
}

// exists tells an object that other filters leave nothing of from one that is not
// there, or not in this version (section 5.7: what is deleted is not found).
func (s *Server) exists(ctx context.Context, at Place, q Query) error {
	if q.Next != "" || !q.AddedAfter.IsZero() || len(q.SpecVersions) > 0 {
		page, err := s.o.Store.Objects(ctx, at, Query{Limit: 1, IDs: q.IDs, Versions: q.Versions})
		if err != nil {
			return err
		}
		if len(page.Entries) > 0 {
			return nil
		}
	}
	return NotFound("there is no such object in this collection")
}

type records struct {
	More    bool             `json:"more,omitzero"`
	Next    string           `json:"next,omitzero"`
	Objects []ManifestRecord `json:"objects,omitzero"`
}

// manifest is section 5.3.1, with next as in an envelope: without it, objects that
// were added within one microsecond could be missed between pages.
func manifest(p Page) records {
	out := records{More: p.More, Next: p.Next}
	for _, e := range p.Entries {
		out.Objects = append(out.Objects, ManifestRecord{e.ID, Stamp(e.Added), e.Shown(), "application/stix+json;version=" + e.SpecVersion})
	}
	return out
}

type versionList struct {
	More     bool     `json:"more,omitzero"`
	Next     string   `json:"next,omitzero"`
	Versions []string `json:"versions,omitzero"`
}

func versions(p Page) versionList {
	out := versionList{More: p.More, Next: p.Next}
	for _, e := range p.Entries {
		out.Versions = append(out.Versions, e.Shown())
	}
	return out
}

// envelope writes objects as they came (section 3.7). What is too large for one
// answer is asked for again with a smaller limit, so that the store says what
// comes next.
func (s *Server) envelope(ctx context.Context, w http.ResponseWriter, at Place, q Query, p Page) error {
	size, fit := int64(0), 0
	for _, e := range p.Entries {
		if size += int64(len(e.Raw)); size > s.o.MaxAnswer && fit > 0 {
			break
		}
		fit++
	}
	if fit < len(p.Entries) {
		q.Limit = fit
		var err error
		if p, err = s.o.Store.Objects(ctx, at, q); err != nil {
			return err
		}
		if n := len(p.Entries); n > 0 {
			w.Header().Set("X-TAXII-Date-Added-Last", Stamp(p.Entries[n-1].Added))
		}
	}
	body, err := envelope(p)
	if err != nil {
		return err
	}
	send(w, http.StatusOK, body)
	return nil
}

func envelope(p Page) ([]byte, error) {
	out := []byte("{")
	if p.More {
		next, err := json.Marshal(p.Next)
		if err != nil {
			return nil, fmt.Errorf("write an envelope: %w", err)
		}
		out = append(out, `"more":true`...)
		if p.Next != "" {
			out = append(append(out, `,"next":`...), next...)
		}
	}
	for i, e := range p.Entries {
		switch {
		case i > 0:
			out = append(out, ',')
		case p.More:
			out = append(out, `,"objects":[`...)
		default:
			out = append(out, `"objects":[`...)
		}
		out = append(out, e.Raw...)
	}
	if len(p.Entries) > 0 {
		out = append(out, ']')
	}
	return append(out, '}'), nil
}

// add takes objects (section 5.5).
func (s *Server) add(ctx context.Context, w http.ResponseWriter, r *http.Request, at Place) error {
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !isTAXII(kind, parameters) {
		return refuse(http.StatusUnsupportedMediaType, "objects are written as "+MediaType)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.o.MaxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("at most %d octets are taken at once", s.o.MaxBody))
	}
	if err != nil {
		return BadRequest("the request ended early")
	}
	raw, err := readEnvelope(body)
	if err != nil {
		return Unprocessable(err.Error())
	}
	if len(raw.objects) == 0 {
		return Unprocessable("the envelope has no objects")
	}
	if len(raw.objects) > s.o.MaxObjects {
		return refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("%d objects are more than the %d that are taken at once", len(raw.objects), s.o.MaxObjects))
	}
	var objects []Object
	var failures []StatusDetail
	for i, one := range raw.objects {
		o, err := ReadObject(one)
		if err != nil {
			return Unprocessable(fmt.Sprintf("/objects/%d: %v", i, err))
		}
		if err := s.o.Check(ctx, at, o); err != nil {
			failures = append(failures, StatusDetail{o.ID, o.Version, err.Error()})
			continue
		}
		objects = append(objects, o)
	}
	status, err := s.o.Store.Add(ctx, at, objects, failures)
	if err != nil {
		return err
	}
	return answer(w, http.StatusAccepted, status)
}

// read is an envelope as it came.
type read struct {
	more    bool
	next    string
	objects []json.RawMessage
}

func readEnvelope(body []byte) (read, error) {
	var out read
	fields, err := topLevel(body)
	if err != nil {
		return out, fmt.Errorf("an envelope is expected: %w", err)
	}
	for name, to := range map[string]any{"more": &out.more, "next": &out.next, "objects": &out.objects} {
		if value, ok := fields[name]; ok && json.Unmarshal(value, to) != nil {
			return out, fmt.Errorf("/%s of an envelope is not what it is to be", name)
		}
	}
	return out, nil
}

// remove deletes versions of an object (section 5.7).
func (s *Server) remove(ctx context.Context, w http.ResponseWriter, r *http.Request, at Place, object string) error {
	q, err := parseQuery(r.URL.Query(), "version", "spec_version")
	if err != nil {
		return BadRequest(err.Error())
	}
	if err := s.o.Store.Delete(ctx, at, object, Query{SpecVersions: q.SpecVersions, Versions: q.Versions}); err != nil {
		return err
	}
	send(w, http.StatusOK, nil)
	return nil
}
