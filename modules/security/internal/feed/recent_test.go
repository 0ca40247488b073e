package feed

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestRecentTextsAreTheSame(t *testing.T) {
	var r recent
	for range 2 {
		for n := range 5000 {
			s := strings.Repeat("x", n%400) + string(rune('a'+n%26))
			if got := r.text([]byte(s)); got != s {
				t.Fatalf("%q is read as %q", s, got)
			}
			if a := fmt.Sprintf("::ffff:10.0.%d.%d", n%250, n%26); r.address(a) != address(a) || r.address(s) != "" {
				t.Fatalf("%q is the address %q, %q is %q", a, r.address(a), s, r.address(s))
			}
		}
	}
}

func TestARuleThatComesAgainSaysTheSame(t *testing.T) {
	line := func(alert string) []byte {
		return []byte(`{"timestamp":"2026-01-02T08:24:37.251547+0000","event_type":"alert","alert":` + alert + `,"proto":"TCP"}`)
	}
	list := []string{
		`null`,
		`{"action":"allowed","gid":1,"signature_id":2250009,"signature":"one","severity":1}`,
		`{"action":"allowed","gid":1,"signature_id":2250009,"signature":"one","severity":2}`,
		`{"action":"blocked","gid":1,"signature_id":2250009,"signature":"one","severity":1}`,
		` {"action":"allowed","gid":1,"signature_id":7} `,
		`{"signature":"` + strings.Repeat("long", 2000) + `"}`,
	}
	var r Reader
	for range 3 {
		for _, alert := range list {
			got, err := r.Parse(EVE, line(alert), read)
			want, fresh := new(Reader).Parse(EVE, line(alert), read)
			if err != nil || fresh != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %v %v\n got %+v\nwant %+v", alert, err, fresh, got, want)
			}
		}
	}
	if e, err := r.Parse(EVE, line(list[1]+"}"), read); err == nil {
		t.Errorf("what stands behind a known rule is not read: %+v", e)
	}
}

func FuzzMomentsOfOneHour(f *testing.F) {
	f.Add([]byte("2026-01-02T08:24:37.251547+0800"), []byte("2026-01-02T08:24:37.000001+0800"))
	f.Add([]byte("2026-01-02T08:24:37.251547+0800"), []byte("2026-01-02T08:24:37.251547-0000"))
	f.Add([]byte("2026-01-02T08:24:37.251547+0530"), []byte("2026-01-02T08:59:59.999999+0530"))
	f.Add([]byte("2026-02-30T08:24:37.251547+0000"), []byte("2026-01-02T08:24:37x251547+0000"))
	f.Add([]byte("2026-01-02T08:24:37.25154x+0000"), []byte("2026-01-02T08:24:60.251547+0000"))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		var r recent
		for _, b := range [][]byte{first, second, first} {
			got, is := r.moment(b)
			if !is {
				continue
			}
			if want, err := moment(string(b)); err != nil || !got.Equal(want) {
				t.Errorf("%q is read as %v, not %v: %v", b, got, want, err)
			}
		}
	})
}
