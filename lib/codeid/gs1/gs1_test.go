package gs1_test

import (
	"errors"
	"strings"
	"testing"

	"linghang/lib/codeid/gs1"
)

// pairs are element strings and EPC URNs of the same things, from the EPC Tag
// Data Standard, section 7 (that of UPUI is ours), with the digits of their
// company prefixes.
var pairs = []struct {
	elements, epc string
	prefix        int
}{
	{"(01)80614141123458(21)6789", "urn:epc:id:sgtin:0614141.812345.6789", 7},
	{"(01)80614141123458(21)32a/b", "urn:epc:id:sgtin:0614141.812345.32a%2Fb", 7},
	{"(01)04012345123456(10)998877", "urn:epc:class:lgtin:4012345.012345.998877", 7},
	{"(00)106141412345678908", "urn:epc:id:sscc:0614141.1234567890", 7},
	{"(414)0614141123452(254)32a/b", "urn:epc:id:sgln:0614141.12345.32a%2Fb", 7},
	{"(414)0614141123452", "urn:epc:id:sgln:0614141.12345.0", 7},
	{"(417)1234567890128", "urn:epc:id:pgln:1234567.89012", 7},
	{"(8003)0061414112345232a/b", "urn:epc:id:grai:0614141.12345.32a%2Fb", 7},
	{"(8004)061414132a/b", "urn:epc:id:giai:0614141.32a%2Fb", 7},
	{"(8018)061414112345678902", "urn:epc:id:gsrn:0614141.1234567890", 7},
	{"(8017)061414112345678902", "urn:epc:id:gsrnp:0614141.1234567890", 7},
	{"(253)06141411234525678", "urn:epc:id:gdti:0614141.12345.5678", 7},
	{"(8010)061414198756(8011)12345", "urn:epc:id:cpi:0614141.98756.12345", 7},
	{"(8010)06141415PQ7/Z43(8011)12345", "urn:epc:id:cpi:0614141.5PQ7%2FZ43.12345", 7},
	{"(255)401234567890104711", "urn:epc:id:sgcn:4012345.67890.04711", 7},
	{"(401)0614141xyz47/11", "urn:epc:id:ginc:0614141.xyz47%2F11", 7},
	{"(402)06141411234567890", "urn:epc:id:gsin:0614141.123456789", 7},
	{"(8006)040123451234560102(21)987", "urn:epc:id:itip:4012345.012345.01.02.987", 7},
	{"(01)01234567894560(235)51qIgY)<&Jp3*j7'SDB", "urn:epc:id:upui:1234567.089456.51qIgY)%3C%26Jp3*j7'SDB", 7},
}

func identify(t *testing.T, elements string) gs1.Identification {
	t.Helper()
	list, err := gs1.ParseElements(elements)
	if err != nil {
		t.Fatalf("%s: %v", elements, err)
	}
	i, err := gs1.Identify(list)
	if err != nil {
		t.Fatalf("%s: %v", elements, err)
	}
	return i
}

func TestElementsAndEPCsSayTheSame(t *testing.T) {
	for _, p := range pairs {
		i, err := gs1.ParseEPC(p.epc)
		if err != nil || i.String() != p.elements {
			t.Errorf("%s: %s, %v", p.epc, i, err)
		}
		if got, err := identify(t, p.elements).EPC(p.prefix); err != nil || got != p.epc {
			t.Errorf("%s: %s, %v", p.elements, got, err)
		}
	}
}

func TestScannedElements(t *testing.T) {
	for text, want := range map[string]string{
		"]d201095060001343521725122510ABC123\x1d21XYZ": "(01)09506000134352(17)251225(10)ABC123(21)XYZ",
		"\x1d0109506000134352":                         "(01)09506000134352",
		"]C100106141412345678908":                      "(00)106141412345678908",
		"10A\x1d0109506000134352":                      "(10)A(01)09506000134352",
		"0109506000134352\x1d10A":                      "(01)09506000134352(10)A",
		"(01)9506000134352(10)A(B)c":                   "(01)09506000134352(10)A(B)c",
		" (01)09506000134352 ":                         "(01)09506000134352",
		"3103001750":                                   "(3103)001750",
		"7230CNABC":                                    "(7230)CNABC",
	} {
		list, err := gs1.ParseElements(text)
		if err != nil || gs1.Brackets(list) != want {
			t.Errorf("%q: %s, %v", text, gs1.Brackets(list), err)
			continue
		}
		again, err := gs1.ParseElements(gs1.Scanned(list))
		if err != nil || len(again) != len(list) {
			t.Errorf("%q: written %q: %v", text, gs1.Scanned(list), err)
		}
	}
}

func TestWhatIsWrongInElements(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "there is no element",
		"0109506000134353":                "the check digit of 09506000134353 is wrong",
		"010950600013435":                 "(01) ends early",
		"01095060001343A2":                "a character that is not allowed",
		"(01)09506000134352(17)251325":    "is no date",
		"(01)09506000134352(17)250230":    "is no date",
		"(99)":                            "too short",
		"(05)1":                           "an application identifier in brackets is missing",
		"0510":                            "the application identifier (05) is not known",
		"(10)A\x1d":                       "a character that is not allowed",
		"10A\x1d":                         "nothing follows the last separator",
		"(21)" + strings.Repeat("x", 21):  "is too much",
		"(10)A(10)B":                      "(10) has two values",
		"(8013)1987654Ad4X4bL5ttr2310c2L": "the check characters",
		strings.Repeat("x", 5000):         "more than 4096 octets",
		"3":                               "ends early",
		"(3176)123456":                    "brackets is missing",
	} {
		_, err := gs1.ParseElements(text)
		if !errors.Is(err, gs1.ErrSyntax) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
	for _, text := range []string{"(10)A", "(01)09506000134352(235)A(21)B", "(415)0614141123452"} {
		list, err := gs1.ParseElements(text)
		if err != nil {
			t.Fatal(err)
		}
		if i, err := gs1.Identify(list); !errors.Is(err, gs1.ErrSyntax) {
			t.Errorf("%s identifies %s", text, i)
		}
	}
}

func TestCheckCharacters(t *testing.T) {
	for text, want := range map[string]byte{"629104150021": '3', "0950600013435": '2', "10614141234567890": '8', "061414112345": '2'} {
		if got, ok := gs1.CheckDigit(text); !ok || got != want {
			t.Errorf("%s: %c", text, got)
		}
	}
	if pair, ok := gs1.CheckPair("1987654Ad4X4bL5ttr2310c"); !ok || pair != "2K" { // General Specifications, section 7.9.5
		t.Errorf("check characters %q", pair)
	}
	for _, text := range []string{"", "1a", "é"} {
		if _, ok := gs1.CheckDigit(text); ok {
			t.Errorf("%q has a check digit", text)
		}
	}
}

// links are Digital Link URIs with their canonical forms; most are examples of
// the standard.
var links = []struct{ link, canonical string }{
	{"https://id.gs1.org/01/09506000134352", "https://id.gs1.org/01/09506000134352"},
	{"http://example.com/01/9506000134352", "https://id.gs1.org/01/09506000134352"},
	{"https://example.com/some/path/01/09520123456788/22/2A/10/ABC1/21/12345?17=180426&linkType=gs1:pip", "https://id.gs1.org/01/09520123456788/22/2A/10/ABC1/21/12345?17=180426"},
	{"https://example.com/01/09520123456788/21/12345", "https://id.gs1.org/01/09520123456788/21/12345"},
	{"https://example.com/01/09520123456788?3103=000195;17=200101", "https://id.gs1.org/01/09520123456788?17=200101&3103=000195"},
	{"https://example.com/01/09520123456788/235/A%2Fb", "https://id.gs1.org/01/09520123456788/235/A%2Fb"},
	{"https://example.com/00/106141412345678908?02=09506000134352&37=25&10=ABC123", "https://id.gs1.org/00/106141412345678908?02=09506000134352&10=ABC123&37=25"},
	{"https://example.com/414/9520123456788/254/32a%2Fb", "https://id.gs1.org/414/9520123456788/254/32a%2Fb"},
	{"https://id.example/8004/9520614141234567", "https://id.gs1.org/8004/9520614141234567"},
	{"https://example.com/01/x/01/09520123456788", "https://id.gs1.org/01/09520123456788"},
}

func TestLinks(t *testing.T) {
	for _, l := range links {
		i, err := gs1.ParseLink(l.link)
		if err != nil || i.Link(gs1.CanonicalDomain) != l.canonical {
			t.Errorf("%s: %s, %v", l.link, i.Link(gs1.CanonicalDomain), err)
		}
	}
	for _, text := range []string{
		"", "ftp://id.gs1.org/01/09506000134352", "https://id.gs1.org/", "https://id.gs1.org/01", "https://id.gs1.org/01/09506000134353",
		"https://id.gs1.org/01/09506000134352/21/1/10/A", "https://id.gs1.org/01/09506000134352/21", "https://id.gs1.org/21/A",
		"https://id.gs1.org/01/09506000134352/17/251225", "https://id.gs1.org/01/09506000134352?17=x", "https://id.gs1.org/01/09506000134352?00=1",
		"https://id.gs1.org/01/09506000134352/22/A/235/B", "https://id.gs1.org/01/09506000134352/%zz/1", "https:///01/09506000134352",
	} {
		if i, err := gs1.ParseLink(text); !errors.Is(err, gs1.ErrSyntax) {
			t.Errorf("%s: %s, %v", text, i, err)
		}
	}
}

func TestAThingIsBelowItsClass(t *testing.T) {
	i := identify(t, "(01)09506000134352(21)S(10)B(17)251225")
	var levels []string
	for ok := true; ok; i, ok = i.Up() {
		levels = append(levels, i.String())
	}
	want := "(01)09506000134352(10)B(21)S(17)251225 (01)09506000134352(10)B (01)09506000134352"
	if got := strings.Join(levels, " "); got != want {
		t.Errorf("%s", got)
	}
}

func TestEPCsThatAreNone(t *testing.T) {
	for _, text := range []string{
		"", "urn:epc:id:", "urn:epc:id:sgtin:", "urn:epc:id:sgtin:0614141.81234.6789", "urn:epc:id:sgtin:0614141.812345", "urn:epc:id:sgtin:061.4141812345.1",
		"urn:epc:id:sgtin:0614141.81234x.1", "urn:epc:id:sgtin:0614141.812345.%zz", "urn:epc:id:none:0614141.812345.1", "urn:epc:id:sscc:06141411234567890.",
		"urn:epc:id:giai:0614141.", "urn:epc:id:cpi:0614141..1", "urn:epc:id:itip:4012345.012345.1.02.987", "urn:epc:id:sgtin:0614141.812345." + strings.Repeat("x", 21),
	} {
		if i, err := gs1.ParseEPC(text); !errors.Is(err, gs1.ErrSyntax) {
			t.Errorf("%s: %s, %v", text, i, err)
		}
	}
	for _, c := range []struct {
		elements string
		prefix   int
	}{{"(01)09506000134352", 7}, {"(00)106141412345678908", 5}, {"(8003)00614141123452", 7}, {"(8013)1987654Ad4X4bL5ttr2310c2K", 7}, {"(8004)ABC12345", 7}, {"(415)0614141123452(8020)A", 7}} {
		if epc, err := identify(t, c.elements).EPC(c.prefix); err == nil {
			t.Errorf("%s: %s", c.elements, epc)
		}
	}
}
