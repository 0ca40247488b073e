package stix

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRaw holds that octets survive: odd blanks, escapes, numbers, unknown
// properties and objects.
func TestRaw(t *testing.T) {
	const one = "{ \"type\":\t\"x-thing\",\r\n \"id\":\"x-thing--4527e5de-8572-446a-a57a-706f15467461\", \"n\": 1.0e2, \"Type\":\"\\u4e2d\", \"a\" : [ 9007199254740993 , {\"b\":null} ] }"
	const two = `{"id":"mutex--6f437177-6e48-4cf8-9d9e-872a2bddd641","type":"mutex","name":"a/b"}`
	const text = " {\"objects\" : [" + one + " , " + two + "],\n\"type\":\"bundle\",\"id\":\"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d\"}\n"
	b, err := ReadBundle([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(b.Raw()); got != strings.TrimSpace(text) {
		t.Errorf("bundle %s", got)
	}
	joined, err := Join(b.ID(), b.Objects()...)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{one, two} {
		if got := string(b.Objects()[i].Raw()); got != want {
			t.Errorf("%s\n%s", got, want)
		}
		if !bytes.Contains(joined, []byte(want)) {
			t.Errorf("%s is not in %s", want, joined)
		}
	}
	if same, err := Equal([]byte(text), joined); err != nil || !same {
		t.Errorf("%s, %v", joined, err)
	}
	if _, err := Join("report--5d0092c5-5f74-4287-9642-33f4c354e56d"); err == nil {
		t.Error("a bundle with the id of a report")
	}
	empty, err := Join(b.ID())
	if err != nil || string(empty) != `{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d"}` {
		t.Errorf("%s, %v", empty, err)
	}
}

// TestWith holds that a new version changes what is changed only.
func TestWith(t *testing.T) {
	o := parse(t, `{"type":"x-a","id":"x-a--4527e5de-8572-446a-a57a-706f15467461","modified":"2026-03-01T08:00:00.000Z","a/\"b":1.50,"gone":true}`)
	got, err := o.With(Change{"modified", []byte(`"2026-03-02T08:00:00.000Z"`)}, Change{"gone", nil}, Change{"x_new", []byte(`[1 ]`)}, Change{"x_none", nil})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"type":"x-a","id":"x-a--4527e5de-8572-446a-a57a-706f15467461","modified":"2026-03-02T08:00:00.000Z","a/\"b":1.50,"x_new":[1 ]}`
	if string(got.Raw()) != want {
		t.Errorf("%s", got.Raw())
	}
	for _, bad := range [][]Change{{{"id", []byte(`"a"`)}}, {{"type", nil}}, {{"a", []byte(`}`)}}, {{"a", []byte(`1,"a":2`)}}, {{"a", []byte("1")}, {"a", []byte("2")}}} {
		if o, err := o.With(bad...); err == nil {
			t.Errorf("%v: %s", bad, o.Raw())
		}
	}
}

func TestRefused(t *testing.T) {
	for _, text := range []string{
		"", "[]", "{}", `{"type":"a"}`, `{"type":1,"id":"a"}`, `{"type":"a","id":"a"} x`, `{"type":"a","id":"a","id":"b"}`, `{"type":"a","id":"a","b":"\ud800"}`,
		`{"type":"a","id":"a","b":"\ud800\u0041"}`, "{\"type\":\"a\",\"id\":\"a\",\"b\":\"\xff\"}", `{"type":"a","id":"a","b":01}`, `{"type":"a","id":"a","b":1.}`, `{"type":"a","id":"a","b":nul}`,
		"{\"type\":\"a\",\"id\":\"a\nb\"}", `{"type":"a","id":"a",}`, `{"type":"a","id":"a","b":[1,]}`, `{"type":"a","id":"a","b":"\x"}`, `{"type":"a","id":"a","b":"\u12"}`, `{"type":"a","id":"a"`,
	} {
		if o, err := Parse([]byte(text)); err == nil {
			t.Errorf("%q is taken as %s", text, o.ID())
		}
	}
	for _, text := range []string{"[]", `{"type":"report","id":"a"}`, `{"objects":{}}`, `{"objects":[1]}`, `{"objects":[{"type":"a"}]}`} {
		if _, err := ReadBundle([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// TestCanonical has the numbers of RFC 8785 appendix B and the order of section
// 3.2.3.
func TestCanonical(t *testing.T) {
	for bits, want := range map[uint64]string{
		0: "0", 0x8000000000000000: "0", 1: "5e-324", 0x8000000000000001: "-5e-324", 0x7fefffffffffffff: "1.7976931348623157e+308", 0xffefffffffffffff: "-1.7976931348623157e+308",
		0x4340000000000000: "9007199254740992", 0xc340000000000000: "-9007199254740992", 0x4430000000000000: "295147905179352830000",
		0x44b52d02c7e14af5: "9.999999999999997e+22", 0x44b52d02c7e14af6: "1e+23", 0x44b52d02c7e14af7: "1.0000000000000001e+23",
		0x444b1ae4d6e2ef4e: "999999999999999700000", 0x444b1ae4d6e2ef4f: "999999999999999900000", 0x444b1ae4d6e2ef50: "1e+21",
		0x3eb0c6f7a0b5ed8c: "9.999999999999997e-7", 0x3eb0c6f7a0b5ed8d: "0.000001",
		0x41b3de4355555553: "333333333.3333332", 0x41b3de4355555554: "333333333.33333325", 0x41b3de4355555555: "333333333.3333333",
		0x41b3de4355555556: "333333333.3333334", 0x41b3de4355555557: "333333333.33333343", 0xbecbf647612f3696: "-0.0000033333333333333333",
		0x43143ff3c1cb0959: "1424953923781206.2",
	} {
		if got := string(double(nil, math.Float64frombits(bits))); got != want {
			t.Errorf("%x: %s, not %s", bits, got, want)
		}
	}
	const text = `{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`
	got, err := Canonical([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var order []int
	for _, word := range []string{"Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"} {
		order = append(order, bytes.Index(got, []byte(word)))
	}
	if !slices.IsSorted(order) || order[0] < 0 {
		t.Errorf("%s", got)
	}
	const strange = `{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`
	got, err = Canonical([]byte(strange))
	if want := `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`; err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := Canonical([]byte("1e400")); err == nil {
		t.Error("1e400 is taken")
	}
}

func TestEqual(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{`{"a":1,"b":[1,2]}`, `{ "b":[1,2], "a":1.0 }`, true},
		{`{"a":1}`, `{"a":"1"}`, false},
		{`[1,2]`, `[2,1]`, false},
		{`{"a":1}`, `{"a":1,"b":2}`, false},
		{`9007199254740993`, `9007199254740992`, false},
		{`1e2`, `100`, true},
		{`0.001`, `1E-3`, true},
		{`-0`, `0.0e7`, true},
		{`-1`, `1`, false},
		{`1e99999999999`, `1e99999999999`, true},
		{`"\u4e2d"`, `"中"`, true},
		{`null`, `false`, false},
	} {
		if got, err := Equal([]byte(test.a), []byte(test.b)); err != nil || got != test.want {
			t.Errorf("%s and %s: %t, %v", test.a, test.b, got, err)
		}
	}
}

// TestObservableID has the identifier of the example of section 2.9, others that
// were computed apart from this program, and what section 6 says of hashes and of
// absent properties.
func TestObservableID(t *testing.T) {
	for text, want := range map[string]string{
		`{"type":"ipv4-addr","value":"198.51.100.3"}`:                         "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4",
		`{"type":"domain-name","value":"example.com"}`:                        "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7",
		`{"type":"autonomous-system","number":15139,"name":"Slime"}`:          "autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff",
		`{"type":"email-addr","value":"john@example.com","display_name":"J"}`: "email-addr--7165e2a9-671f-585d-b1e1-ca59c671d934",
		`{"type":"url","value":"https:\/\/example.com/research/index.html"}`:  "url--47c3cf9a-5027-5bf0-997a-017c7edc7c55",
		`{"type":"ipv6-addr","value":"2001:db8::1"}`:                          "ipv6-addr--6469e3a9-b053-5e34-a025-9396ae051d26",
		`{"type":"process","pid":1}`:                                          "",
		`{"type":"file","size":1}`:                                            "",
		`{"type":"x-thing","value":"a"}`:                                      "",
		`{"type":"user-account","display_name":"root"}`:                       "",
	} {
		got, ok, err := ObservableID([]byte(text))
		if err != nil || string(got) != want || ok != (want != "") {
			t.Errorf("%s: %s, %t, %v", text, got, ok, err)
		}
	}
	same := func(a, b string, want bool) {
		t.Helper()
		x, _, err := ObservableID([]byte(a))
		y, _, err2 := ObservableID([]byte(b))
		if err != nil || err2 != nil || (x == y) != want {
			t.Errorf("%s and %s: %s, %s, %v, %v", a, b, x, y, err, err2)
		}
	}
	same(`{"type":"file","hashes":{"SHA-256":"aa","MD5":"bb"}}`, `{"type":"file","hashes":{"MD5":"bb","SHA-1":"cc"},"size":3}`, true)
	same(`{"type":"file","hashes":{"SHA-256":"aa"}}`, `{"type":"file","hashes":{"MD5":"bb","SHA-256":"aa"}}`, false)
	same(`{"type":"file","hashes":{"TLSH":"a","SSDEEP":"b"}}`, `{"type":"file","hashes":{"SSDEEP":"b"}}`, true)
	same(`{"type":"file","name":"a","extensions":{"b":{"c":1,"d":2}}}`, `{"type":"file","extensions":{"b":{"d":2,"c":1}},"name":"a"}`, true)
	custom, ok, err := ObservableIDOf([]byte(`{"type":"x-plc","serial":"7","rack":1}`), "serial")
	again, _, _ := ObservableIDOf([]byte(`{"type":"x-plc","serial":"7","rack":2}`), "serial")
	if err != nil || !ok || custom != again || custom.Type() != "x-plc" {
		t.Errorf("%s, %s, %v", custom, again, err)
	}
}

func TestID(t *testing.T) {
	a, b := NewID("report"), NewID("report")
	if _, err := ParseID(string(a)); err != nil || a == b || a.Type() != "report" {
		t.Errorf("%s, %s, %v", a, b, err)
	}
	x, err := NamedID("incident", "6ba7b811-9dad-11d1-80b4-00c04fd430c8", "CD-2026-7")
	y, _ := NamedID("incident", "6ba7b811-9dad-11d1-80b4-00c04fd430c8", "CD-2026-7")
	if _, bad := ParseID(string(x)); err != nil || bad != nil || x != y {
		t.Errorf("%s, %s, %v, %v", x, y, err, bad)
	}
	for _, bad := range [][2]string{{"incident", namespace}, {"incident", strings.ToUpper(namespace)}, {"Incident", "6ba7b811-9dad-11d1-80b4-00c04fd430c8"}, {"incident", "7"}} {
		if id, err := NamedID(bad[0], bad[1], "n"); err == nil {
			t.Errorf("%v gives %s", bad, id)
		}
	}
	for _, bad := range []string{
		"", "--", "a--", "report", "report-ff26c055-6336-5bc5-b98d-13d6226742dd", "report--ff26c0556336-5bc5-b98d-13d6226742dd", "report--gf26c055-6336-5bc5-b98d-13d6226742dd",
		"report--ff26c055-6336-0bc5-b98d-13d6226742dd", "report--ff26c055-6336-5bc5-c98d-13d6226742dd", "re--port--ff26c055-6336-5bc5-b98d-13d6226742dd",
	} {
		if id, err := ParseID(bad); err == nil {
			t.Errorf("%q is taken as %s", bad, id)
		}
	}
}

func TestTLP(t *testing.T) {
	checker := newChecker(t)
	for level, old := range map[TLP]TLP{TLPClear: TLPClear, TLPGreen: TLPGreen, TLPAmber: TLPAmber, TLPAmberStrict: TLPRed, TLPRed: TLPRed} {
		if got, ok := TLPOf(level.ID()); !ok || got != level {
			t.Errorf("%s is read as %s", level, got)
		}
		if got, ok := TLPOf(level.OldID()); !ok || got != old {
			t.Errorf("%s is %s for old peers", level, got)
		}
		for _, make := range []func() (*Object, error){level.Marking, level.OldMarking} {
			o, err := make()
			if err != nil {
				t.Fatal(err)
			}
			if result := checker.Object(o); len(result.Findings) > 0 {
				t.Errorf("%s: %v", level, result.Findings)
			}
		}
	}
	if _, err := TLPNone.Marking(); err == nil || TLPNone.ID() != "" || TLPNone.OldID() != "" || TLPNone.String() != "" || TLP(9).OldID() != "" {
		t.Error("no level has a marking")
	}
	if _, err := TLPNone.OldMarking(); err == nil {
		t.Error("no level has an old marking")
	}
	b := whole(t)
	o := b.objects[5]
	if o.TLP() != TLPRed { // its name is red, the rest AMBER+STRICT
		t.Errorf("%s", o.TLP())
	}
	old, err := o.ForOldPeer()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(string(TLPAmberStrict.ID()), string(TLPRed.OldID()), string(TLPRed.ID()), string(TLPRed.OldID())).Replace(string(o.Raw()))
	if same, err := Equal(old.Raw(), []byte(want)); err != nil || !same {
		t.Errorf("%s, %v", old.Raw(), err)
	}
	hidden := parse(t, `{"type":"x-a","id":"x-a--1","object_marking_refs":["marking\u002ddefinition--939a9414-2ddd-4d32-a0cd-375ea402b003", "MARKING-DEFINITION--E828B379-4E03-4974-9AC4-E53A884C97C1"],"granular_markings":[{},7]}`)
	open, err := hidden.ForOldPeer()
	red := string(TLPRed.OldID())
	if want := `"object_marking_refs":["` + red + `", "` + red + `"],`; err != nil || hidden.TLP() != TLPRed || !strings.Contains(string(open.Raw()), want) {
		t.Errorf("%s, %v", open.Raw(), err)
	}
	if same, err := b.objects[0].ForOldPeer(); err != nil || same != b.objects[0] {
		t.Errorf("%v, %v", same, err)
	}
}

func TestTimestamp(t *testing.T) {
	at := time.Date(2026, 2, 3, 4, 5, 6, 123456789, time.FixedZone("", 8*3600))
	for places, want := range map[int]Timestamp{-1: "2026-02-02T20:05:06Z", 0: "2026-02-02T20:05:06Z", 3: "2026-02-02T20:05:06.123Z", 12: "2026-02-02T20:05:06.123456789Z"} {
		if got := NewTimestamp(at, places); got != want || got.Places() != min(max(places, 0), 9) {
			t.Errorf("%s", got)
		}
	}
	for _, test := range []struct {
		a, b Timestamp
		want int
	}{
		{"2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z", 0},
		{"2026-01-01T00:00:00.0000000001Z", "2026-01-01T00:00:00Z", 1},
		{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", 0},
		{"2026-01-01T00:00:00.9Z", "2026-01-01T00:00:01Z", -1},
	} {
		if got := test.a.Compare(test.b); got != test.want {
			t.Errorf("%s and %s: %d", test.a, test.b, got)
		}
	}
	for _, bad := range []Timestamp{"", "Z", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00,1Z", "2026-01-01T24:00:00Z", "2026-01-01t00:00:00Z", "2026-01-01T00:00:00+00:00", "2026-01-01T00:00:61Z"} {
		if got, err := bad.Time(); err == nil {
			t.Errorf("%q is %s", bad, got)
		}
	}
}

func TestViews(t *testing.T) {
	b := whole(t)
	all := b.Latest()
	incident, err := As[Incident](all["incident--1f2d1b6f-9d9f-4c52-9a0a-2b9c4b1f6a11"])
	if err != nil || incident.Name != "写入异常" || *incident.Confidence != 85 || incident.GranularMarkings[0].Selectors[1] != "x_cases.[0].owner" || incident.CreatedByRef.Type() != "identity" {
		t.Errorf("%+v, %v", incident, err)
	}
	sighting, err := As[Sighting](all["sighting--ee20065d-2555-424f-ad9e-0f8428623c75"])
	if err != nil || sighting.Count == nil || *sighting.Count != 0 || len(sighting.ObservedDataRefs) != 1 {
		t.Errorf("%+v, %v", sighting, err)
	}
	file, err := As[File](all["file--6f437177-6e48-4cf8-9d9e-872a2bddd641"])
	if err != nil || file.Hashes["SHA-256"] == "" || string(file.Extensions) != `{"pdf-ext": {"version": "1.7"}}` {
		t.Errorf("%+v, %v", file, err)
	}
	if _, err := As[Address](all["domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7"]); err != nil {
		t.Error(err)
	}
	if _, err := As[Indicator](all["mutex--6f437177-6e48-4cf8-9d9e-872a2bddd641"]); err == nil {
		t.Error("a mutex is seen as an indicator")
	}
	if _, err := As[Note](parse(t, `{"type":"note","id":"note--1","Content":"no","object_refs":["a",1]}`)); err == nil || !strings.Contains(err.Error(), "/object_refs/1") {
		t.Errorf("%v", err)
	}
	note, err := As[Note](parse(t, `{"type":"note","id":"note--1","Content":"no"}`))
	if err != nil || note.Content != "" {
		t.Errorf("%+v, %v", note, err)
	}
	// A view that is written is an object again.
	text, err := json.Marshal(incident)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := As[Incident](parse(t, string(text))); err != nil || again.Name != incident.Name || *again.Confidence != 85 {
		t.Errorf("%s: %v", text, err)
	}
}

// TestReach holds that loops of references end.
func TestReach(t *testing.T) {
	const text = `{"objects":[
		{"type":"x-a","id":"x-a--1","x_ref":"x-a--2","modified":"2026-01-01T00:00:00.000Z"},
		{"type":"x-a","id":"x-a--1","x_ref":"x-a--3","modified":"2025-01-01T00:00:00.000Z"},
		{"type":"x-a","id":"x-a--2","in":{"some_refs":["x-a--3","x-a--9",7]}},
		{"type":"x-a","id":"x-a--3","x_ref":"x-a--1"},
		{"type":"x-a","id":"x-a--4"}]}`
	b, err := ReadBundle([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	ids := func(all []*Object) (out []ID) {
		for _, o := range all {
			out = append(out, o.ID())
		}
		return out
	}
	got, more := b.Reach("x-a--1", 10)
	if want := []ID{"x-a--1", "x-a--2", "x-a--3"}; !slices.Equal(ids(got), want) || more {
		t.Errorf("%v, %t", ids(got), more)
	}
	if got, more := b.Reach("x-a--1", 2); len(got) != 2 || !more {
		t.Errorf("%v, %t", ids(got), more)
	}
	if got := b.Missing(); !slices.Equal(got, []ID{"x-a--9"}) {
		t.Errorf("%v", got)
	}
	if got := b.objects[2].Refs(); len(got) != 2 || got[1] != (Ref{"/in/some_refs/1", "x-a--9"}) {
		t.Errorf("%v", got)
	}
}
