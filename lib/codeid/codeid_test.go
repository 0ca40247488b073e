package codeid_test

import (
	"strings"
	"testing"

	"linghang/lib/codeid"
)

// show writes candidates as system form canonical reason, ! for the sure ones.
func show(list []codeid.Candidate) string {
	var lines []string
	for _, c := range list {
		mark := ""
		if c.Sure {
			mark = "!"
		}
		lines = append(lines, strings.Join([]string{mark + string(c.System), string(c.Form), c.Canonical, string(c.Reason)}, " "))
	}
	return strings.Join(lines, " | ")
}

// known are identifiers as their standards and registries print them.
var known = []struct{ text, want string }{
	// Handle
	{"88.101.5/T001", "handle plain 88.101.5/T001 prefix"},
	{"10.1045/may99-payette", "handle plain 10.1045/may99-payette prefix"},
	{"0.na/88.101", "handle plain 0.NA/88.101 prefix"},
	{"hdl:20.500.test/A b", "!handle uri 20.500.TEST/A b scheme"},
	{"doi:10.1000/182", "!handle uri 10.1000/182 scheme"},
	{"https://hdl.handle.net/20.1000/100", "!handle address 20.1000/100 address"},
	{"https://doi.org/10.1000%2F182", "!handle address 10.1000/182 address"},
	{"https://hdl.handle.net/api/handles/20.1000/100?type=URL", "!handle address 20.1000/100 address"},
	{"88.101.5", "handle prefix 0.NA/88.101.5 prefix"},
	// OID
	{"1.2.156.10197.1.301", "oid dotted 1.2.156.10197.1.301 arcs | handle prefix 0.NA/1.2.156.10197.1.301 prefix"},
	{"1.2.156/3", "oid suffixed 1.2.156/3 arcs | handle plain 1.2.156/3 prefix"},
	{"urn:oid:2.16.840.1.113883.3", "!oid uri 2.16.840.1.113883.3 scheme"},
	{"OID.2.5.4.3", "!oid uri 2.5.4.3 scheme"},
	{"{joint-iso-itu-t(2) country(16) cn(156)}", "!oid braces 2.16.156 arcs"},
	{"{ iso member-body cn(156) 10197 }", "!oid braces 1.2.156.10197 arcs"},
	{"{1 3 6 1}", "!oid braces 1.3.6.1 arcs"},
	{"2.25.329800735698586629295641978511506172918", "oid dotted 2.25.329800735698586629295641978511506172918 arcs | handle prefix 0.NA/2.25.329800735698586629295641978511506172918 prefix"},
	// GS1
	{"(01)09506000134352(21)XYZ", "!gs1 elements https://id.gs1.org/01/09506000134352/21/XYZ elements"},
	{"]d20109506000134352", "!gs1 elements https://id.gs1.org/01/09506000134352 elements"},
	{"010950600013435221XYZ", "gs1 elements https://id.gs1.org/01/09506000134352/21/XYZ elements"},
	{"https://example.com/a/01/9506000134352/10/B?17=251225", "!gs1 digital-link https://id.gs1.org/01/09506000134352/10/B?17=251225 address"},
	{"urn:epc:id:sgtin:0614141.812345.6789", "!gs1 epc https://id.gs1.org/01/80614141123458/21/6789 scheme"},
	{"6291041500213", "gs1 gtin https://id.gs1.org/01/06291041500213 check-digit | gs1 gln https://id.gs1.org/414/6291041500213 check-digit"},
	{"106141412345678908", "gs1 sscc https://id.gs1.org/00/106141412345678908 check-digit"},
	// DID and URN
	{"did:example:123456789abcdefghi", "!did uri did:example:123456789abcdefghi scheme"},
	{"did:bid:6cc796b8d6e2fbebc9b3cf9e?service=files#key-1", "!did uri did:bid:6cc796b8d6e2fbebc9b3cf9e?service=files#key-1 scheme"},
	{"did:web:w3c-ccg.github.io:user:alice", "!did uri did:web:w3c-ccg.github.io:user:alice scheme"},
	{"did:vaa:3QLrUqwqGZnqKJfXGQJtsyxDx1Rd", "!did uri did:vaa:3QLrUqwqGZnqKJfXGQJtsyxDx1Rd scheme | !vaa uri did:vaa:3QLrUqwqGZnqKJfXGQJtsyxDx1Rd scheme"},
	{"URN:Example:a123%2cz456?+x?=y#f", "!urn uri urn:example:a123%2Cz456 scheme"},
	{"urn:isbn:9780141036144", "!urn uri urn:isbn:9780141036144 scheme"},
	{"urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "!urn uri urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6 scheme"},
	// Ecode and VAA
	{"ecode:1000100000000000000000001", "!ecode uri 1000100000000000000000001 scheme"},
	{"1000100000000000000000001", "ecode plain 1000100000000000000000001 length"},
	{"ecode:400001工件-7", "!ecode uri 400001工件-7 scheme"},
	{"VAA0881000001A2", "vaa plain VAA0881000001A2 agency"},
	{"25SVAA0881000001A2", "vaa plain VAA0881000001A2 agency"},
	// none of them
	{"", ""},
	{"hello", ""},
	{"12", ""},
	{"a/b", ""},
	{"http://example.com/", ""},
	{"6291041500214", ""}, // the check digit is wrong
	{"00000000", ""},
	{"3.2.156", "handle prefix 0.NA/3.2.156 prefix"},
	{"1.40.1", "handle prefix 0.NA/1.40.1 prefix"},
	{"1.02.3", "handle prefix 0.NA/1.02.3 prefix"},
	{"urn:oid:1.40.1", ""},
	{"{iso(2) 1}", ""},
	{"{nobody}", ""},
	{"did:Example:1", ""},
	{"did:example:", ""},
	{"did:example:%zz", ""},
	{"urn:-a:b", ""},
	{"urn:a:b", ""},
	{"urn:example:", ""},
	{"hdl:88", ""},
	{"hdl:88..1/x", ""},
	{"88.1/\x01", ""},
	{"VAAST", ""},
	{"ecode:500001", ""},
	{"\xff", ""},
	{strings.Repeat("1", codeid.MaxText+1), ""},
}

func TestIdentifiersAreRecognised(t *testing.T) {
	for _, k := range known {
		if got := show(codeid.Recognise(k.text)); got != k.want {
			t.Errorf("%.80q\n got %s\nwant %s", k.text, got, k.want)
		}
	}
}

// FuzzRecognise: a canonical form is recognised as the same system, and is its
// own canonical form there.
func FuzzRecognise(f *testing.F) {
	for _, k := range known {
		f.Add(k.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range codeid.Recognise(text) {
			scheme := map[codeid.System]string{codeid.Ecode: "ecode:", codeid.Handle: "hdl:", codeid.OID: ""}[c.System]
			if c.System == codeid.OID && c.Form != codeid.FormSuffixed {
				scheme = "urn:oid:"
			}
			if len(c.Canonical)+len(scheme) > codeid.MaxText {
				continue
			}
			again := codeid.Recognise(scheme + c.Canonical)
			found := false
			for _, a := range again {
				found = found || a.System == c.System && a.Canonical == c.Canonical
			}
			if !found {
				t.Fatalf("%q: %+v, and again %+v", text, c, again)
			}
		}
	})
}
