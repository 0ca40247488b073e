package resolver_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"linghang/lib/handle/resolver"
	"linghang/lib/handle/wire"
)

func handles(r *resolver.Resolver, f resolver.Filter) (list []string) {
	for record := range r.Records(f) {
		list = append(list, record.Handle)
	}
	slices.Sort(list)
	return list
}

func TestRecordsAreFoundAndDeleted(t *testing.T) {
	h := newHouse(t)
	for _, handle := range []string{product, "88.101.5/none", enterpriseHandle} {
		answer(t, h.r, question(handle, recurse, nil))
	}
	other := "88.101.50/x"
	h.secondary.put("0.NA/88.101.50", at(1, wire.TypeSite, h.enterprise.site))
	h.enterprise.put(other, wire.Text(7, "10320/loc", "<x/>"))
	answer(t, h.r, question(other, recurse, nil))
	for name, c := range map[string]struct {
		filter resolver.Filter
		want   []string
	}{
		"all":              {resolver.Filter{}, []string{enterpriseHandle, "88.101.5/T001", "88.101.5/none", other}},
		"handle":           {resolver.Filter{Handle: "88.101.5/t001"}, []string{product}},
		"prefix":           {resolver.Filter{Prefix: "88.101.5"}, []string{enterpriseHandle, product, "88.101.5/none"}},
		"prefix above":     {resolver.Filter{Prefix: "88"}, []string{enterpriseHandle, product, "88.101.5/none", other}},
		"another prefix":   {resolver.Filter{Prefix: "88.10"}, nil},
		"index":            {resolver.Filter{Index: 7}, []string{other}},
		"type":             {resolver.Filter{Type: "url"}, []string{product}},
		"types below":      {resolver.Filter{Type: "HS_SITE."}, []string{enterpriseHandle}},
		"prefix and index": {resolver.Filter{Prefix: "88.101.5", Index: 2}, []string{product}},
	} {
		got := handles(h.r, c.filter)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for record := range h.r.Records(resolver.Filter{Handle: product}) {
		if record.Code != wire.CodeSuccess || len(record.Values) != 2 || record.Stale || record.Until.Sub(record.Stored) != 24*time.Hour || record.Octets < 100 {
			t.Errorf("record %+v", record)
		}
	}
	if n := h.r.Delete(resolver.Filter{Type: "url"}); n != 1 || len(handles(h.r, resolver.Filter{})) != 3 {
		t.Errorf("%d deleted", n)
	}
	before := h.secondary.count(enterpriseHandle)
	if n := h.r.Delete(resolver.Filter{Prefix: "88.101.5"}); n != 2 {
		t.Errorf("%d deleted", n)
	}
	answer(t, h.r, question(product, recurse, nil))
	if n := h.secondary.count(enterpriseHandle) - before; n != 1 {
		t.Errorf("where the prefix is was asked for %d times", n)
	}
}

// export returns the file of a node that knows a few handles.
func export(t testing.TB, h *house) []byte {
	t.Helper()
	for _, handle := range []string{product, "88.101.5/none"} {
		answer(t, h.r, question(handle, recurse, nil))
	}
	var file bytes.Buffer
	if n, err := h.r.Export(&file); n != 2 || err != nil {
		t.Fatalf("%d records exported, %v", n, err)
	}
	return file.Bytes()
}

func TestRecordsGoToAFileAndBack(t *testing.T) {
	h := newHouse(t)
	file := export(t, h)
	asked := h.enterprise.all()
	fresh := h.resolver()
	done, err := fresh.Import(bytes.NewReader(file))
	if err != nil || done != (resolver.Imported{Records: 2}) {
		t.Fatalf("%+v, %v", done, err)
	}
	same(t, "record", texts(t, answer(t, fresh, question("88.101.5/t001", recurse, nil, "URL"))), []string{"1 URL http://a.example/T001"})
	same(t, "none", texts(t, answer(t, fresh, question("88.101.5/none", recurse, nil))), []string{"100 "})
	if n := h.enterprise.all() - asked; n != 0 {
		t.Errorf("asked %d times", n)
	}
	if done, err = fresh.Import(bytes.NewReader(file)); err != nil || done != (resolver.Imported{Known: 2}) {
		t.Errorf("again: %+v, %v", done, err)
	}
	h.clock.pass(10 * 24 * time.Hour)
	if done, err = h.resolver().Import(bytes.NewReader(file)); err != nil || done != (resolver.Imported{Old: 2}) {
		t.Errorf("ten days later: %+v, %v", done, err)
	}
	var second bytes.Buffer
	if n, err := fresh.Export(&second); n != 2 || err != nil || second.Len() != len(file) {
		t.Errorf("%d records of %d octets, %v", n, second.Len(), err)
	}
}

func TestAFileWithAFaultChangesNothing(t *testing.T) {
	h := newHouse(t)
	file := export(t, h)
	changed := func(at int, octets ...byte) []byte {
		c := slices.Clone(file)
		copy(c[at:], octets)
		return c
	}
	for name, octets := range map[string][]byte{
		"empty":           nil,
		"another magic":   changed(0, 'X'),
		"another version": changed(5, 2),
		"cut":             file[:len(file)-1],
		"cut early":       file[:40],
		"another sum":     changed(len(file)-1, file[len(file)-1]^1),
		"another value":   changed(len(file)-60, file[len(file)-60]^1),
		"a long record":   changed(16, 0x7f),
		"more after it":   append(slices.Clone(file), 0),
		"another count":   changed(len(file)-33, 9),
	} {
		fresh := h.resolver()
		if done, err := fresh.Import(bytes.NewReader(octets)); !errors.Is(err, resolver.ErrFile) || done != (resolver.Imported{}) {
			t.Errorf("%s: %+v, %v", name, done, err)
		}
		if n := len(handles(fresh, resolver.Filter{})); n != 0 {
			t.Errorf("%s: %d records are kept", name, n)
		}
	}
}
