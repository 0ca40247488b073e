package rest

import (
	"net/url"
	"strings"
	"testing"

	"linghang/lib/handle/wire"
)

// FuzzAuthorization: what is read is written so that it is read again the same,
// and an answer to a challenge is one of the wire protocol.
func FuzzAuthorization(f *testing.F) {
	f.Add(`version="0", sessionId="a b", cnonce="AAEC", id="300:0.NA/88.101", type="HS_PUBKEY", alg="SHA256", signature="AAEC"`)
	f.Add(`clientCert="true"`)
	f.Add(`id=300%3A88.TEST/ADMIN,type=HS_SECKEY,alg=PBKDF2-HMAC-SHA1,salt="AA==",iterations=10000,length=160,signature=AA`)
	f.Add(`a="b\"c\\", b=,`)
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseFields(text)
		if err != nil {
			return
		}
		if len(a.fields) > maxFields {
			t.Fatalf("%d fields", len(a.fields))
		}
		var b strings.Builder
		for name, value := range a.fields {
			b.WriteString(name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `", `)
		}
		again, err := parseFields(b.String())
		if b.Len() <= maxAuthorization && (err != nil || len(again.fields) != len(a.fields)) {
			t.Fatalf("%q: %v", b.String(), err)
		}
		for name, value := range again.fields {
			if a.fields[name] != value {
				t.Fatalf("%s: %q and %q", name, a.fields[name], value)
			}
		}
		answer, err := a.answer()
		if err != nil {
			return
		}
		if _, err := wire.DecodeChallengeAnswer(answer.Append(nil)); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func FuzzBasic(f *testing.F) {
	f.Add("MzAxJTNBODguVEVTVC9BRE1JTjphOmI=")
	f.Fuzz(func(t *testing.T, text string) {
		identity, _, err := parseBasic(text)
		if err == nil && (identity.Index < 0 || wire.CheckHandle(identity.Handle) != nil) {
			t.Fatalf("%q is %v", text, identity)
		}
	})
}

// FuzzTarget: a browser is only ever sent to a server, by a line of ASCII.
func FuzzTarget(f *testing.F) {
	for _, text := range []string{"http://a.example/x?a=b#c", "javascript:alert(1)", "http://a\r\nSet-Cookie: x", "//b.example", "http:\\\\b", "HTTPS://ä.example/ö", "http://[::1]:80/", "http://\"a"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		place, ok := target(text)
		if !ok {
			return
		}
		u, err := url.Parse(place)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "ftp" {
			t.Fatalf("%q leads to %q: %v", text, place, err)
		}
		for i := range len(place) {
			if c := place[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' {
				t.Fatalf("%q has %q", place, c)
			}
		}
	})
}

// FuzzLocations: whatever is chosen is a place where a browser may be sent.
func FuzzLocations(f *testing.F) {
	f.Add(`<locations chooseby="locatt,country,weighted"><location id="0" href="http://a.example" country="gb" weight="0"/><location href="http://b.example"/></locations>`, "id:0", "GB", 0.5)
	f.Add(`<locations><location href="javascript:alert(1)"/></locations>`, "", "", 0.0)
	f.Add(`<locations><location href="http://a" weight="NaN"/><location href="http://b" weight="1e999"/></locations>`, "", "", 1.0)
	f.Fuzz(func(t *testing.T, text, attribute, country string, chance float64) {
		l, err := parseLocations([]byte(text))
		if err != nil {
			return
		}
		place, ok := l.choose(asker{attributes: []string{attribute}, country: country, chance: max(0, min(chance, 1))})
		if ok != (len(l.list) > 0) {
			t.Fatalf("of %d locations one is chosen: %v", len(l.list), ok)
		}
		if _, fine := target(place); ok && !fine {
			t.Fatalf("sent to %q", place)
		}
	})
}

// FuzzParameters: parameters in JSON are text, and not too many.
func FuzzParameters(f *testing.F) {
	f.Add([]byte(`{"index":[1,2],"type":"URL","auth":true}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		values, err := parseParameters(body)
		if err != nil {
			return
		}
		if len(values) > maxPosted {
			t.Fatalf("%d parameters", len(values))
		}
	})
}

func TestLocationsAreChosenAsTheirMethodsSay(t *testing.T) {
	const text = `<locations><location id="0" href="https://uk.example/" country="gb" weight="0"/>
		<location id="1" href="https://one.example/" weight="1"/><location id="2" href="https://two.example/" weight="3"/></locations>`
	for _, c := range []struct {
		name, text string
		asker      asker
		want       string
	}{
		{"the country of who asks", text, asker{country: "GB"}, "https://uk.example/"},
		{"no country: by weight, low", text, asker{country: "CN", chance: 0.2}, "https://one.example/"},
		{"no country: by weight, high", text, asker{chance: 0.3}, "https://two.example/"},
		{"the end of chance", text, asker{chance: 1}, "https://two.example/"},
		{"an attribute", text, asker{attributes: []string{"id:0"}}, "https://uk.example/"},
		{"an attribute before the country", text, asker{attributes: []string{"id:1"}, country: "GB"}, "https://one.example/"},
		{"an attribute that none has", text, asker{attributes: []string{"id:9", "x"}, country: "GB"}, "https://uk.example/"},
		{"other methods", `<locations chooseby="weighted"><location href="http://a/" weight="0" country="gb"/><location href="http://b/"/></locations>`, asker{country: "gb"}, "http://b/"},
		{"unknown methods", `<locations chooseby="moon"><location href="http://a/"/></locations>`, asker{}, "http://a/"},
		{"no weight at all", `<locations><location href="http://a/" weight="0"/><location href="http://b/" weight="-1"/></locations>`, asker{chance: 0.7}, "http://b/"},
		{"nowhere", `<locations><location href="javascript:alert(1)"/></locations>`, asker{}, ""},
	} {
		l, err := parseLocations([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got, _ := l.choose(c.asker); got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
	for _, text := range []string{"", "<locations>", "<locations><location/></x>", "{}"} {
		if _, err := parseLocations([]byte(text)); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}
