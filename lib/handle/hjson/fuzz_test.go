package hjson_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"linghang/lib/handle/hjson"
	"linghang/lib/handle/wire"
)

// FuzzParseValues: what is read is written so that it is read again the same.
func FuzzParseValues(f *testing.F) {
	for _, v := range vectors {
		f.Add([]byte(v.json))
		f.Add([]byte(`{"values":[` + v.json + `]}`))
	}
	f.Add([]byte(`[{"index":1,"type":"HS_PUBKEY","data":{"format":"key","value":{"kty":"DSA","y":"AQ","p":"AQ","q":"AQ","g":"AQ"}}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		values, err := hjson.ParseValues(body)
		if err != nil {
			return
		}
		for i := range values {
			b := hjson.AppendValue(nil, &values[i])
			if !json.Valid(b) {
				t.Fatalf("no JSON: %s", b)
			}
			again, err := hjson.ParseValue(b)
			if err != nil {
				t.Fatalf("%s: %v", b, err)
			}
			if shortened(values[i].Type) {
				again.Data = values[i].Data
			}
			if !bytes.Equal(again.Append(nil), values[i].Append(nil)) {
				t.Fatalf("%s\n once %x\ntwice %x", b, values[i].Append(nil), again.Append(nil))
			}
		}
	})
}

// FuzzAppendEncoded: every value on the wire has a form in JSON, and its data
// comes back, old records of HS_ADMIN and keys with zeros at the end apart.
func FuzzAppendEncoded(f *testing.F) {
	for _, v := range vectors {
		f.Add(octets(f, v.wire))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, _, err := wire.CutValue(b)
		if err != nil {
			return
		}
		text := hjson.AppendEncoded(nil, e)
		if !json.Valid(text) {
			t.Fatalf("no JSON: %s", text)
		}
		v, err := e.Decode()
		if err != nil || v.TTLType > wire.TTLAbsolute || v.TTLType == wire.TTLAbsolute && v.TTL < 0 {
			return
		}
		again, err := hjson.ParseValue(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if shortened(v.Type) {
			again.Data = v.Data
		}
		if !bytes.Equal(again.Data, v.Data) || again.Index != v.Index {
			t.Fatalf("%s\n once %x\ntwice %x", text, v.Data, again.Data)
		}
	})
}

func FuzzParseSite(f *testing.F) {
	f.Add([]byte(`{"version":1,"protocolVersion":"2.11","serialNumber":7,"primarySite":true,"multiPrimary":false,"attributes":[],"servers":[{"serverId":1,"address":"10.0.0.1","publicKey":{"format":"base64","value":"AQID"},"interfaces":[{"query":true,"admin":true,"protocol":"TCP","port":2641}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		site, err := hjson.ParseSite(text)
		if err != nil {
			return
		}
		again, err := hjson.ParseSite(hjson.AppendSite(nil, &site))
		if err != nil || !bytes.Equal(again.Append(nil), site.Append(nil)) {
			t.Fatalf("%s: %v", hjson.AppendSite(nil, &site), err)
		}
	})
}

// shortened tells whether the form of a type leaves out zeros at the end.
func shortened(typ string) bool {
	return wire.Equal(typ, wire.TypeAdmin) || wire.Equal(typ, wire.TypePublicKey)
}
