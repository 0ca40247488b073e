package taxii

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxFilterValues bounds the values of one filter.
const MaxFilterValues = 200

// The words of [Query.Versions].
const (
	VersionLast  = "last"
	VersionFirst = "first"
	VersionAll   = "all"
)

// Query says what is asked for (section 3.4). Filters that are empty let
// everything through, but for versions: no version asks for the last.
type Query struct {
	AddedAfter   time.Time // zero is none
	Limit        int       // 0 is the other side's choice
	Next         string    // from the page before
	IDs          []string
	Types        []string
	SpecVersions []string // none asks for the newest that an object has
	Versions     []string // last, first, all, or times
}

// parseQuery reads the parameters of a request. allowed are the fields of match
// that the endpoint has; others are passed over, as section 3.4 lets a server do.
func parseQuery(values url.Values, allowed ...string) (Query, error) {
	var q Query
	var err error
	if err := onceEach(values); err != nil {
		return q, err
	}
	if values.Has("added_after") {
		if q.AddedAfter, err = ParseStamp(values.Get("added_after")); err != nil {
			return q, fmt.Errorf("added_after: %w", err)
		}
	}
	if values.Has("limit") {
		if q.Limit, err = strconv.Atoi(values.Get("limit")); err != nil || q.Limit < 1 {
			return q, fmt.Errorf("limit: %.20q is no whole number above 0", values.Get("limit"))
		}
	}
	q.Next = values.Get("next")
	for _, field := range []struct {
		name string
		to   *[]string
	}{{"id", &q.IDs}, {"type", &q.Types}, {"spec_version", &q.SpecVersions}, {"version", &q.Versions}} {
		name := "match[" + field.name + "]"
		if !values.Has(name) || !slices.Contains(allowed, field.name) {
			continue
		}
		if *field.to, err = filterValues(values.Get(name)); err != nil {
			return q, fmt.Errorf("%s: %w", name, err)
		}
	}
	return q, checkVersions(q.Versions)
}

// onceEach refuses parameters that are there twice (section 3.4).
func onceEach(values url.Values) error {
	for name, all := range values {
		if len(all) > 1 && (name == "added_after" || name == "limit" || name == "next" || strings.HasPrefix(name, "match[")) {
			return fmt.Errorf("%.60s is given more than once", name)
		}
	}
	return nil
}

func filterValues(text string) ([]string, error) {
	out := strings.Split(text, ",")
	if len(out) > MaxFilterValues {
		return nil, fmt.Errorf("%d values are more than %d", len(out), MaxFilterValues)
	}
	if slices.Contains(out, "") {
		return nil, fmt.Errorf("%.60q has an empty value", text)
	}
	return out, nil
}

// checkVersions holds match[version] against section 3.4.1.
func checkVersions(versions []string) error {
	for i, v := range versions {
		if slices.Contains(versions[:i], v) {
			return fmt.Errorf("match[version]: %.40q is there twice", v)
		}
		switch v {
		case VersionLast, VersionFirst:
		case VersionAll:
			if len(versions) > 1 {
				return errors.New("match[version]: all goes with no other version")
			}
		default:
			if _, err := ParseStamp(v); err != nil {
				return fmt.Errorf("match[version]: %w", err)
			}
		}
	}
	return nil
}

// values writes a query for a request.
func (q Query) values() url.Values {
	out := url.Values{}
	if !q.AddedAfter.IsZero() {
		out.Set("added_after", Stamp(q.AddedAfter))
	}
	if q.Limit > 0 {
		out.Set("limit", strconv.Itoa(q.Limit))
	}
	if q.Next != "" {
		out.Set("next", q.Next)
	}
	for name, list := range map[string][]string{"id": q.IDs, "type": q.Types, "spec_version": q.SpecVersions, "version": q.Versions} {
		if len(list) > 0 {
			out.Set("match["+name+"]", strings.Join(list, ","))
		}
	}
	return out
}

// Entry is an object as a collection keeps it.
type Entry struct {
	Object
	Added    time.Time
	Position int64 // grows with each object that is added, also within one microsecond
}

// Shown is the version by which the entry is told: that of the object, and when it
// was added for one that has none.
func (e Entry) Shown() string {
	if e.Version != "" {
		return e.Version
	}
	return Stamp(e.Added)
}

// Page is a part of the answer to a query, oldest first.
type Page struct {
	Entries []Entry
	More    bool
	Next    string // for the page after this, where there is one
}

// Select answers a query from the entries of a collection, which are in the order
// of their positions: filters first, then one specification version and the
// versions among what is left, then what follows Next, up to Limit (0 is all). A
// Next that no page gave is an error.
func Select(entries []Entry, q Query) (Page, error) {
	after := int64(0)
	if q.Next != "" {
		var err error
		if after, err = strconv.ParseInt(q.Next, 10, 64); err != nil || after < 0 {
			return Page{}, BadRequest(fmt.Sprintf("next: %.40q is from no page of this server", q.Next))
		}
	}
	chosen := chooseVersions(chooseSpec(filter(entries, q), q), q)
	i, _ := slices.BinarySearchFunc(chosen, after+1, func(e Entry, at int64) int { return int(min(max(e.Position-at, -1), 1)) })
	page := Page{Entries: chosen[i:]}
	if q.Limit > 0 && len(page.Entries) > q.Limit {
		page.Entries, page.More = page.Entries[:q.Limit], true
		page.Next = strconv.FormatInt(page.Entries[q.Limit-1].Position, 10)
	}
	return page, nil
}

func filter(entries []Entry, q Query) []Entry {
	var out []Entry
	passes := func(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }
	for _, e := range entries {
		if passes(q.IDs, e.ID) && passes(q.Types, e.Type) && passes(q.SpecVersions, e.SpecVersion) && (q.AddedAfter.IsZero() || e.Added.After(q.AddedAfter)) {
			out = append(out, e)
		}
	}
	return out
}

// chooseSpec keeps of each object its newest specification version, unless the
// query names versions.
func chooseSpec(entries []Entry, q Query) []Entry {
	if len(q.SpecVersions) > 0 {
		return entries
	}
	newest := map[string]string{}
	for _, e := range entries {
		newest[e.ID] = max(newest[e.ID], e.SpecVersion)
	}
	return slices.DeleteFunc(entries, func(e Entry) bool { return e.SpecVersion != newest[e.ID] })
}

func chooseVersions(entries []Entry, q Query) []Entry {
	wanted := q.Versions
	if len(wanted) == 0 {
		wanted = []string{VersionLast}
	}
	if wanted[0] == VersionAll {
		return entries
	}
	type ends struct{ first, last string }
	known := map[string]ends{} // by object and specification version
	key := func(e Entry) string { return e.ID + " " + e.SpecVersion }
	for _, e := range entries {
		now, ok := known[key(e)]
		if !ok || compareVersions(e.Shown(), now.first) < 0 {
			now.first = e.Shown()
		}
		if !ok || compareVersions(e.Shown(), now.last) > 0 {
			now.last = e.Shown()
		}
		known[key(e)] = now
	}
	return slices.DeleteFunc(entries, func(e Entry) bool {
		return !slices.ContainsFunc(wanted, func(w string) bool {
			switch w {
			case VersionFirst:
				return e.Shown() == known[key(e)].first
			case VersionLast:
				return e.Shown() == known[key(e)].last
			default:
				return compareVersions(w, e.Shown()) == 0
			}
		})
	})
}

// compareVersions orders times, and what is no time as text.
func compareVersions(a, b string) int {
	x, errX := ParseStamp(a)
	y, errY := ParseStamp(b)
	if errX != nil || errY != nil {
		return strings.Compare(a, b)
	}
	return x.Compare(y)
}
