package platforms

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// asJSON reads a report as encoding/json does.
func asJSON(body []byte) (r report, err error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	return r, dec.Decode(&r)
}

func TestPlainReportsAreReadWithoutTheGeneralReader(t *testing.T) {
	f := func(text string, want bool) {
		t.Helper()
		r, ok := readPlain(text, nil)
		if ok != want {
			t.Fatalf("%s is plain: %v", text, ok)
		}
		if other, err := asJSON([]byte(text)); ok && (err != nil || cmp.Diff(r, other) != "") {
			t.Errorf("%s reads as %+v, by encoding/json as %+v, %v", text, r, other, err)
		}
	}
	f(`{"schema":1,"platform":"a","seq":7,"period":"2026-11","sent_at":"2026-11-24T10:15:00+08:00","revises":3,"items":[{"code":"heartbeat","value":1}]}`, true)
	f(" {\n\"schema\" : 1 , \"items\" : [ { \"code\" : \"x\" , \"dims\" : { \"industry\" : \"C26\" } , \"value\" : -1.5e3 , \"quality\":\"est\" } , {} ] } \n", true)
	f(`{"items":[{"value":0},{"value":0.25},{"value":1e-3},{"value":123456789012345678},{"value":-0}]}`, true)
	f(`{}`, true)
	f(`{"items":[]}`, true)
	for _, text := range []string{
		`{"Schema":1}`, `{"schema":1,"schema":1}`, `{"period":"\u0041"}`, `{"period":"日"}`, `{"items":null}`, `{"items":[{"value":01}]}`, `{"items":[{"value":1.}]}`,
		`{"items":[{"value":1e999}]}`, `{"items":[{"value":"1"}]}`, `{"seq":1.0}`, `{"seq":-1}`, `{"seq":99999999999999999999}`, `{"colour":1}`, `{"items":[{"code":"a"},]}`,
		`{"sent_at":"yesterday"}`, `{"schema":1} x`, `{"schema":1`, ``, `[]`, "{\"period\":\"a\x01\"}",
	} {
		f(text, false)
	}
}

func FuzzPlain(f *testing.F) {
	f.Add([]byte(`{"schema":1,"seq":2,"period":"2026-11","revises":1,"items":[{"code":"ent_served","dims":{"industry":"C26","type":"a;b=c"},"value":3e5}]}`))
	f.Add([]byte(`{"sent_at":"2026-11-24T10:15:00+08:00","items":[{"value":-0.0},{"value":1E+2}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, ok := readPlain(string(body), nil)
		if !ok {
			return
		}
		other, err := asJSON(body)
		if err != nil {
			t.Fatalf("%q is plain, and encoding/json says %v", body, err)
		}
		if d := cmp.Diff(r, other); d != "" {
			t.Errorf("%q: %s", body, d)
		}
	})
}
