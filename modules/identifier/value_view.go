package identifier

import (
	"crypto"
	"crypto/dsa" //nolint:staticcheck // clients of the Handle System have such keys
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

// valueView is a value as people and programs see it.
type valueView struct {
	Index     int32     `json:"index"`
	Type      string    `json:"type"`
	Data      string    `json:"data" doc:"Text, or what the octets say"`
	Octets    string    `json:"octets,omitempty" doc:"In base64, where data only says what they are; to be given back with an edit"`
	TTL       int32     `json:"ttl" doc:"Seconds"`
	Timestamp time.Time `json:"timestamp"`
	Public    bool      `json:"public"`
}

func viewOf(v *wire.Value) valueView {
	view := valueView{
		Index: v.Index, Type: v.Type, Data: dataText(v), TTL: v.TTL,
		Timestamp: time.Unix(int64(v.Timestamp), 0).UTC(), Public: v.Permissions&wire.PublicRead != 0,
	}
	if view.Data != string(v.Data) {
		view.Octets = base64.StdEncoding.EncodeToString(v.Data)
	}
	return view
}

// dataText says in words what data is that is not text.
func dataText(v *wire.Value) string {
	switch {
	case wire.Equal(v.Type, wire.TypeAdmin):
		if a, err := wire.DecodeAdmin(v.Data); err == nil {
			return fmt.Sprintf("%s %s", a.Reference, a.Rights)
		}
	case wire.Equal(v.Type, wire.TypeVList):
		if list, err := wire.DecodeVList(v.Data); err == nil {
			return fmt.Sprint(list)
		}
	case wire.IsSite(v.Type):
		if s, err := wire.DecodeSite(v.Data); err == nil {
			return siteText(&s)
		}
	case wire.Equal(v.Type, wire.TypePublicKey):
		if key, err := auth.DecodePublicKey(v.Data); err == nil {
			return keyText(key)
		}
	}
	if isText(v.Data) {
		return string(v.Data)
	}
	return "0x" + hex.EncodeToString(v.Data)
}

// keyText says what a key is, not what it is made of.
func keyText(key crypto.PublicKey) string {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", k.N.BitLen())
	case *dsa.PublicKey:
		return fmt.Sprintf("DSA %d", k.P.BitLen())
	case *auth.DHPublicKey:
		return fmt.Sprintf("DH %d", k.P.BitLen())
	default:
		return "SM2"
	}
}

func siteText(s *wire.Site) string {
	text := fmt.Appendf(nil, "serial %d", s.Serial)
	for i := range s.Servers {
		for _, door := range s.Servers[i].Interfaces {
			text = fmt.Appendf(text, " %s://%s:%d", door.Protocol, s.Servers[i].Address, door.Port)
		}
	}
	return string(text)
}

func isText(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for _, r := range string(b) {
		if unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' {
			return false
		}
	}
	return true
}

// cut shortens text to so many octets at the most, between letters.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
