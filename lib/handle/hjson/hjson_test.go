package hjson_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/hjson"
	"linghang/lib/handle/wire"
)

func octets(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// vectors are values on the wire, of the protocol's golden vectors, and what a
// live server shows of them.
var vectors = []struct{ wire, json string }{
	{
		"000000016553f10000000151800e0000000355524c00000012687474703a2f2f612e6578616d706c652f7800000000",
		`{"index":1,"type":"URL","data":{"format":"string","value":"http://a.example/x"},"ttl":86400,"timestamp":"2023-11-14T22:13:20Z"}`,
	},
	{
		"000000020000000100000151800e0000000355524c0000000178000000010000000638382e312f410000012c",
		`{"index":2,"type":"URL","data":{"format":"string","value":"x"},"ttl":86400,"timestamp":"1970-01-01T00:00:01Z","references":[{"index":300,"handle":"88.1/A"}]}`,
	},
	{
		"000000640000000000000151800e0000000848535f41444d494e" + "00000013" + "0fff00000009302e4e412f38382e310000012c" + "00000000",
		`{"index":100,"type":"HS_ADMIN","data":{"format":"admin","value":{"handle":"0.NA/88.1","index":300,"permissions":"111111111111"}},"ttl":86400,"timestamp":"1970-01-01T00:00:00Z"}`,
	},
	{
		"000000c80000000000000151800e0000000848535f564c495354" + "00000020" + "000000020000000638382e312f410000012c0000000638382e312f4200000000" + "00000000",
		`{"index":200,"type":"HS_VLIST","data":{"format":"vlist","value":[{"handle":"88.1/A","index":300},{"handle":"88.1/B","index":0}]},"ttl":86400,"timestamp":"1970-01-01T00:00:00Z"}`,
	},
	{ // HS_SITE of the golden vectors
		"000000010000000000000151800e0000000748535f53495445" + "00000052" +
			"0001020b0007800200000000000000010000000464657363000000017400000001000000010000000000000000000000000a00000100000003010203" +
			"00000003030100000a51020000000a51030200001f40" + "00000000",
		`{"index":1,"type":"HS_SITE","data":{"format":"site","value":{"version":1,"protocolVersion":"2.11","serialNumber":7,"primarySite":true,"multiPrimary":false,` +
			`"attributes":[{"name":"desc","value":"t"}],"servers":[{"serverId":1,"address":"10.0.0.1","publicKey":{"format":"base64","value":"AQID"},` +
			`"interfaces":[{"query":true,"admin":true,"protocol":"TCP","port":2641},{"query":true,"admin":false,"protocol":"UDP","port":2641},{"query":true,"admin":true,"protocol":"HTTP","port":8000}]}]}},` +
			`"ttl":86400,"timestamp":"1970-01-01T00:00:00Z"}`,
	},
	{ // a secret, octets that are no text, an end in absolute time
		"00000003000000000165920080" + "0c" + "0000000142" + "00000002" + "00ff" + "00000000",
		`{"index":3,"type":"B","data":{"format":"base64","value":"AP8="},"ttl":"2024-01-01T00:00:00Z","timestamp":"1970-01-01T00:00:00Z","permissions":"1100"}`,
	},
}

func TestValuesAreAsALiveServerShowsThem(t *testing.T) {
	for _, v := range vectors {
		e, rest, err := wire.CutValue(octets(t, v.wire))
		if err != nil || len(rest) > 0 {
			t.Fatalf("%s: %v", v.wire, err)
		}
		if got := string(hjson.AppendEncoded(nil, e)); got != v.json {
			t.Errorf("\n got %s\nwant %s", got, v.json)
		}
		back, err := hjson.ParseValue([]byte(v.json))
		if err != nil {
			t.Errorf("%s: %v", v.json, err)
			continue
		}
		if got := back.Append(nil); !bytes.Equal(got, e) {
			t.Errorf("%s\n got %x\nwant %x", v.json, got, []byte(e))
		}
	}
}

func TestTextIsWhatOtherProgramsRead(t *testing.T) {
	for _, text := range []string{"", "plain", "\"\\/\b\f\n\r\t\x00\x1f\x7f", "<&>'", "中文 😀 é", "\u2028\u2029", "\xff\xfe", "a\xf0\x9f", strings.Repeat("é", 100)} {
		var got string
		b := hjson.AppendText(nil, text)
		if err := json.Unmarshal(b, &got); err != nil || got != strings.ToValidUTF8(text, "\ufffd") && strings.ToValidUTF8(text, "") != strings.ReplaceAll(got, "\ufffd", "") {
			t.Errorf("%q: %s, %v", text, b, err)
		}
		if bytes.ContainsAny(b, "\u2028\u2029") {
			t.Errorf("%s would end a line of a script", b)
		}
	}
}

func TestTimesAreThoseOfRFC3339(t *testing.T) {
	for seconds := uint32(0); seconds < 1<<32-40_000_000; seconds += 39_999_983 {
		v := wire.Value{Timestamp: seconds}
		want := time.Unix(int64(seconds), 0).UTC().Format(time.RFC3339)
		if b := hjson.AppendValue(nil, &v); !bytes.Contains(b, []byte(`"timestamp":"`+want+`"`)) {
			t.Errorf("%s: %s", want, b)
		}
	}
}

func TestKeysKeepTheirNumbers(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	record, err := auth.EncodePublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{record, append(bytes.Clone(record), 0, 0, 0, 0)} {
		v := wire.Value{Index: 300, Type: wire.TypePublicKey, Data: data}
		b := hjson.AppendValue(nil, &v)
		if !bytes.Contains(b, []byte(`"data":{"format":"key","value":{"kty":"RSA","n":"`)) || !bytes.Contains(b, []byte(`","e":"AQAB"}}`)) {
			t.Errorf("%s", b)
		}
		back, err := hjson.ParseValue(b)
		if err != nil || !bytes.Equal(back.Data, record) {
			t.Errorf("%s: %v", b, err)
		}
	}
	other := wire.Value{Type: wire.TypePublicKey, Data: wire.AppendBytes(nil, "EC_PUB_KEY")}
	if b := hjson.AppendValue(nil, &other); !bytes.Contains(b, []byte(`{"format":"base64"`)) {
		t.Errorf("a key without a form of its own: %s", b)
	}
}

func TestNothingIsLostInAForm(t *testing.T) {
	admin := wire.Admin{Rights: 0xffff, Reference: wire.Reference{Handle: "88/A", Index: 1}}
	site := wire.Site{Version: wire.Current(), Servers: []wire.Server{{Address: netip.MustParseAddr("2001:db8::1"), Interfaces: []wire.Interface{{Protocol: 9}}}}}
	for typ, data := range map[string][]byte{
		wire.TypeAdmin: admin.Append(nil), wire.TypeSite: site.Append(nil), wire.TypeVList: {1, 2, 3}, wire.TypeSitePrefix: {0, 1},
	} {
		v := wire.Value{Type: typ, Data: data}
		b := hjson.AppendValue(nil, &v)
		back, err := hjson.ParseValue(b)
		if err != nil || !bytes.Equal(back.Data, data) {
			t.Errorf("%s: %s: %v", typ, b, err)
		}
	}
}

func TestBodiesOfAllShapesAreRead(t *testing.T) {
	if got, err := hjson.ParseValues([]byte(`[{"index":1,"type":"A","data":"\ud83d\ude00\u4e2d\\\"\/\n"}]`)); err != nil || string(got[0].Data) != "😀中\\\"/\n" {
		t.Errorf("escapes: %v, %v", got, err)
	}
	one := wire.Text(1, "URL", "x")
	for _, body := range []string{
		`[{"index":1,"type":"URL","data":"x"}]`, `{"values":[{"index":1,"type":"URL","data":"x"}]}`, `{"index":1,"type":"URL","data":"x"}`,
		` {"responseCode":1,"handle":"88/1","values":[{"index":"1","type":"URL","data":{"format":"string","value":"x"},"ttl":86400}]} `,
		`{"values":[{"index":1,"type":"URL","data":{"format":"hex","value":"78"},"ttl":null,"permissions":"1110","references":[]}]}`,
		`{"values":[{"index":1,"type":"URL","data":{"format":"base64","value":"eA"}}]}`,
	} {
		got, err := hjson.ParseValues([]byte(body))
		if err != nil || len(got) != 1 {
			t.Errorf("%s: %v", body, err)
			continue
		}
		if got[0].References = nil; !reflect.DeepEqual(got[0], one) {
			t.Errorf("%s: %+v", body, got[0])
		}
	}
	if got, err := hjson.ParseValues([]byte(`{"values":[]}`)); err != nil || len(got) != 0 {
		t.Errorf("no values: %v, %v", got, err)
	}
}

func TestWhatIsWrongIsSaidWhere(t *testing.T) {
	for body, want := range map[string]string{
		``:                                  "the body is empty",
		`{"values":[{]}`:                    "it is no JSON at octet 13",
		`{"values":[]} {}`:                  "it is no JSON at octet 15",
		"{\"values\":\"\xff\"}":             "the body is not UTF-8",
		`"text"`:                            "an object is needed instead of string",
		`{"values":{}}`:                     "values: a list is needed",
		`[1]`:                               "values[0]: an object is needed instead of number",
		`[{"type":"A"}]`:                    "values[0].index: write a whole number",
		`[{"index":1.5}]`:                   "values[0].index: write a whole number",
		`[{"index":5000000000}]`:            "values[0].index: write a whole number",
		`[{"index":1}]`:                     "values[0].type: write the type",
		`[{"index":1,"type":7}]`:            "values[0].type: write the type",
		`[{"index":1,"type":"A"}]`:          "values[0].data: it is missing",
		`[{"index":1,"type":"A","data":7}]`: "values[0].data: an object is needed instead of number",
		`[{"index":1,"type":"A","data":{"format":"yaml"}}]`:                           `values[0].data.format: write "string", "base64"`,
		`[{"index":1,"type":"A","data":{"format":"string","value":1}}]`:               "values[0].data.value: write text in quotes",
		`[{"index":1,"type":"A","data":{"format":"base64","value":"!"}}]`:             "values[0].data.value: it is no base64",
		`[{"index":1,"type":"A","data":{"format":"hex","value":"0"}}]`:                "values[0].data.value: it is no hex",
		`[{"index":1,"type":"A","data":{"format":"admin"}}]`:                          "values[0].data.value: write {",
		`[{"index":1,"type":"A","data":{"format":"admin","value":{"handle":"a"}}}]`:   "values[0].data.value.index: write a whole number",
		`[{"index":1,"type":"A","data":{"format":"vlist","value":[{"index":1}]}}]`:    "values[0].data.value[0].handle: write a handle",
		`[{"index":1,"type":"A","data":{"format":"key","value":{"kty":"EC"}}}]`:       "values[0].data.value.kty: the kind of key",
		`[{"index":1,"type":"A","data":{"format":"key","value":{"kty":"RSA"}}}]`:      "values[0].data.value.n: it is missing",
		`[{"index":1,"type":"A","data":{"format":"site","value":{"version":2}}}]`:     "values[0].data.value.version: only version 1",
		`[{"index":1,"type":"A","data":{"format":"site","value":{"servers":[{}]}}}]`:  "values[0].data.value.servers[0].address: write an address",
		`[{"index":1,"type":"A","data":{"format":"site","value":{"servers":[1]}}}]`:   "values[0].data.value.servers: an object is needed instead of number",
		`[{"index":1,"type":"A","data":"x","ttl":"soon"}]`:                            "values[0].ttl: write seconds",
		`[{"index":1,"type":"A","data":"x","ttl":"2099-01-01T00:00:00Z"}]`:            "values[0].ttl: write seconds",
		`[{"index":1,"type":"A","data":"x","timestamp":1}]`:                           "values[0].timestamp: write a time",
		`[{"index":1,"type":"A","data":"x","permissions":"11"}]`:                      "values[0].permissions: write four digits",
		`[{"index":1,"type":"A","data":"x","permissions":"11x0"}]`:                    "values[0].permissions: write four digits",
		`[{"index":1,"type":"A","data":"x"},{"index":2,"type":"A","references":[1]}]`: "values[1].data: it is missing",
	} {
		_, err := hjson.ParseValues([]byte(body))
		var fault *hjson.Error
		if !errors.As(err, &fault) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", body, err, want)
		}
	}
}

func TestDepthAndCountsAreBounded(t *testing.T) {
	deep := bytes.Repeat([]byte(`[`), 1_000_000)
	if _, err := hjson.ParseValues(deep); err == nil || !strings.Contains(err.Error(), "nests deeper than 64 levels at octet 65") {
		t.Errorf("a million levels: %v", err)
	}
	objects := bytes.Repeat([]byte(`{"a":`), 1_000_000)
	if _, err := hjson.ParseSite(objects); err == nil || !strings.Contains(err.Error(), "nests deeper") {
		t.Errorf("a million objects: %v", err)
	}
	many := []byte("[" + strings.Repeat(`{"index":1,"type":"A","data":""},`, 1_000_000) + "{}]")
	if _, err := hjson.ParseValues(many); err == nil || err.Error() != "values: there are more than 2048" {
		t.Errorf("a million values: %v", err)
	}
}

func TestTextCostsNoMemory(t *testing.T) {
	v := wire.Text(1, "URL", "http://a.example/products/T001?\"quoted\"&中文")
	e := wire.Encoded(v.Append(nil))
	dst := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { dst = hjson.AppendEncoded(dst[:0], e) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func BenchmarkAppend(b *testing.B) {
	v := wire.Text(1, "URL", "http://a.example/products/T001")
	e := wire.Encoded(v.Append(nil))
	dst := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		dst = hjson.AppendEncoded(dst[:0], e)
	}
}

func BenchmarkParse(b *testing.B) {
	body := []byte(`{"values":[{"index":1,"type":"URL","data":{"format":"string","value":"http://a.example/x"}},{"index":100,"type":"HS_ADMIN","data":{"format":"admin","value":{"handle":"0.NA/88.101","index":300,"permissions":"011111110011"}}}]}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := hjson.ParseValues(body); err != nil {
			b.Fatal(err)
		}
	}
}
