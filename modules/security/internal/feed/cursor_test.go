package feed

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

func FuzzCursor(f *testing.F) {
	for _, s := range []string{
		`{}`, `null`, `{"a":[1,-0.5e+7,true,false,null,"\u00e9\ud83d\ude00"]}`, `[]`, `{"a":1,}`, `{"a" : {"b":[{}]} , "a":"x"}`, `01`, `-`, `1.`, `1e`, `"\x"`, `"\ud800"`, "\"\t\"", `{"a"}`, `{a:1}`, `{"a":1}}`, `tru`, `"`, `"\`, ` 7 `, `{"\u0061":1}`, `[1,]`, `[1 2]`,
	} {
		f.Add([]byte(s))
	}
	for _, s := range samples() {
		f.Add([]byte(s.line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if !utf8.Valid(line) {
			return
		}
		var c cursor
		c.begin(line)
		err := c.skip()
		if err == nil {
			err = c.end()
		}
		if is := jsontext.Value(line).IsValid(jsontext.AllowDuplicateNames(true)); is != (err == nil) {
			t.Errorf("%q: %v, and jsontext says %t", line, err, is)
		}
		var s string
		c.begin(line)
		if err := c.string(&s); err == nil {
			var want string
			if err := json.Unmarshal(line[:c.at], &want); err != nil || s != want {
				t.Errorf("%q is read as %q, not %q: %v", line, s, want, err)
			}
		}
		var n uint16
		c.begin(line)
		if err := whole(&c, &n); err == nil {
			var want uint16
			if err := json.Unmarshal(line[:c.at], &want); err != nil || n != want {
				t.Errorf("%q is read as %d, not %d: %v", line, n, want, err)
			}
		}
	})
}

func TestACursorGoesNoDeeperThanOthers(t *testing.T) {
	for depth, is := range map[int]bool{deepest: true, deepest + 1: false, 500_000: false} {
		var c cursor
		c.begin([]byte(strings.Repeat("[", depth) + strings.Repeat("]", depth)))
		if err := c.skip(); (err == nil) != is {
			t.Errorf("%d deep: %v", depth, err)
		}
	}
}
