package stix

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
	"unicode/utf8"
)

// FuzzBundle holds that no document makes the reader, the checker or what follows
// references panic, that what is read has its octets, and that it comes out equal.
func FuzzBundle(f *testing.F) {
	whole, err := os.ReadFile("testdata/bundle.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(`{"objects":[{"type":"file","id":"file--1","hashes":{},"extensions":{"pdf-ext":[]},"granular_markings":[{"selectors":["a.[0].b"]}]}]}`))
	f.Add([]byte(`{"type":"bundle","id":7,"objects":[{"type":"note","id":"note--1","object_refs":["note--1"],"object_marking_refs":["note--1"]}]}`))
	f.Add([]byte(`{"objects":[{"type":"x-a","id":"x-a--1","extensions":{"extension-definition--9c59fd79-4215-4ba2-920d-3e4f320e1e62":{"extension_type":"new-"}}}]}`))
	checker, err := NewChecker()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := ReadBundle(data)
		if err != nil {
			return
		}
		for _, finding := range checker.Bundle(b).Findings {
			if finding.Rule == "" || finding.Text == "" || finding.Section == "" {
				t.Fatalf("a finding without words: %+v", finding)
			}
		}
		objects := b.Objects()
		for _, o := range objects {
			one, err := Parse(o.Raw())
			if err != nil || string(one.Raw()) != string(o.Raw()) {
				t.Fatalf("%s does not survive: %v", o.Raw(), err)
			}
			b.Reach(o.ID(), 100)
			_, _ = As[Common](o)
			_, _ = As[Incident](o)
			_, _ = As[File](o)
			_, _, _ = ObservableID(o.Raw())
			if old, err := o.ForOldPeer(); err == nil && old.TLP() < o.TLP() {
				t.Fatalf("%s became %s for an old peer", o.TLP(), old.TLP())
			}
		}
		b.Missing()
		out, err := Join("bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", objects...)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ReadBundle(out)
		if err != nil || len(again.Objects()) != len(objects) {
			t.Fatalf("%s: %v", out, err)
		}
	})
}

// FuzzCanonical holds that canonical JSON is JSON, that it says the same, and that
// it is its own canonical form. What encoding/json refuses is refused.
func FuzzCanonical(f *testing.F) {
	f.Add([]byte(`{"b":[1e30,-0,0.1],"a":"\u20ac\ud83d\ude00\u0000","":null}`))
	f.Add([]byte(`123456789012345678901234567890.5e-7`))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := Canonical(data)
		if err != nil {
			return
		}
		if !json.Valid(data) || !json.Valid(first) || !utf8.Valid(first) {
			t.Fatalf("%q is no JSON", first)
		}
		second, err := Canonical(first)
		if err != nil || string(first) != string(second) {
			t.Fatalf("%q became %q: %v", first, second, err)
		}
		var a, b any
		if json.Unmarshal(data, &a) != nil || json.Unmarshal(first, &b) != nil {
			t.Fatalf("%q cannot be read", first)
		}
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%v became %v", a, b)
		}
		if same, err := Equal(data, data); err != nil || !same {
			t.Fatalf("%q is not itself: %v", data, err)
		}
	})
}

// FuzzTimestamp holds that times order as their texts say, and that IDs that are
// read have a type.
func FuzzTimestamp(f *testing.F) {
	f.Add("2026-01-01T00:00:00.000Z", "2016-12-31T23:59:60Z")
	f.Add("report--ff26c055-6336-5bc5-b98d-13d6226742dd", "")
	f.Fuzz(func(t *testing.T, x, y string) {
		a, b := Timestamp(x), Timestamp(y)
		if a.Compare(b) != -b.Compare(a) || a.Compare(a) != 0 {
			t.Fatalf("%q and %q have no order", x, y)
		}
		if at, err := a.Time(); err == nil {
			if back := NewTimestamp(at, 9); at.Year() > 0 && at.Year() < 10000 && a.Places() <= 9 && back.Compare(a) != 0 {
				t.Fatalf("%q became %q", x, back)
			}
		}
		if id, err := ParseID(x); err == nil && id.Type() == "" {
			t.Fatalf("%q has no type", x)
		}
	})
}
