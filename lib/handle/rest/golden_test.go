package rest_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"linghang/lib/handle/rest"
	"linghang/lib/handle/wire"
)

var update = flag.Bool("update", false, "write the answers into the golden files")

// changing are parts of answers that differ each time.
var changing = regexp.MustCompile(`(sessionId=?"?:?"|nonce=?"?:?"|serverSignature=?"?:?"|"n": ?")[A-Za-z0-9+/=_-]+`)

// TestGolden has the conversations in testdata, one after the other on one store
// per file. A conversation is: method, scheme, path and who asks; headers; the
// body; after "=" the status, the headers that are looked at, and the body.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { golden(t, file) })
	}
}

func golden(t *testing.T, file string) {
	s := newStore("88.TEST", "0.NA")
	s.masters = []wire.Reference{admin}
	s.people()
	key, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, s, func(o *rest.Options) { o.Key = key })
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for i, block := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		if i > 0 {
			out.WriteString("\n")
		}
		ask, want, _ := strings.Cut(block, "\n= ")
		got := p.converse(t, ask, want)
		fmt.Fprintf(&out, "%s\n= %s\n", ask, got)
		if got != want && !*update {
			t.Errorf("%s\n got %s\nwant %s", ask, got, want)
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// shown are the headers that golden files show.
var shown = []string{
	"Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers",
	"Access-Control-Max-Age", "Content-Type", "Location", "Www-Authenticate",
}

// converse asks as a golden file says and returns the answer as it would show it.
func (p *place) converse(t *testing.T, ask, _ string) string {
	t.Helper()
	lines := strings.Split(ask, "\n")
	for strings.HasPrefix(lines[0], "#") {
		lines = lines[1:]
	}
	words := strings.Fields(lines[0])
	var headers []string
	if len(words) > 3 {
		headers = append(headers, map[string]string{
			"admin": asAdmin(), "stranger": asStranger(), "wrong": basic(admin, "not it"),
		}[words[3]])
	}
	at := 1
	for ; at < len(lines) && !strings.ContainsAny(lines[at][:1], "{["); at++ {
		headers = append(headers, lines[at])
	}
	a := p.ask(t, words[0], words[1], words[2], strings.Join(lines[at:], "\n"), headers...)
	var b strings.Builder
	fmt.Fprint(&b, a.status)
	for _, name := range shown {
		for _, value := range a.header[name] {
			fmt.Fprintf(&b, "\n%s: %s", name, value)
		}
	}
	if a.body != "" {
		b.WriteString("\n" + strings.TrimRight(a.body, "\n"))
	}
	return changing.ReplaceAllString(b.String(), "${1}…")
}

func TestEveryStatusOfTheTable(t *testing.T) {
	// The HTTP status of each code that a handler may give (facts: the live server).
	codes := map[wire.Code][2]int{ // when reading, when changing
		wire.CodeValuesNotFound: {200, 400}, wire.CodeNotFound: {404, 404}, wire.CodeExists: {409, 409}, wire.CodeValueExists: {409, 409},
		wire.CodeProtocolError: {400, 400}, wire.CodeInvalidHandle: {400, 400}, wire.CodeInvalidValue: {400, 400}, wire.CodeNotResponsible: {400, 400},
		wire.CodeAuthNeeded: {401, 401}, wire.CodeNotAdmin: {403, 403}, wire.CodeNoPermission: {403, 403}, wire.CodeAuthFailed: {403, 403},
		wire.CodeInvalidCredential: {403, 403}, wire.CodeServiceReferral: {300, 300}, wire.CodePrefixReferral: {300, 300}, wire.CodeUnsupported: {501, 501},
		wire.CodeBusy: {503, 503}, wire.CodeReadOnly: {503, 503}, wire.CodeError: {500, 500}, wire.CodeSessionTimeout: {500, 500}, wire.CodeAuthTimeout: {500, 500},
		wire.CodeDailyLimit: {429, 429},
	}
	fixed := &coded{}
	p := start(t, newStore(), func(o *rest.Options) { o.Handler = fixed })
	for code, want := range codes {
		fixed.code.Store(uint32(code))
		for i, method := range []string{"GET", "DELETE"} {
			a := p.ask(t, method, "https", "/api/handles/88.TEST/X", "")
			if a.status != want[i] || !strings.HasPrefix(a.body, fmt.Sprintf(`{"responseCode":%d`, code)) {
				t.Errorf("%s with code %d: %d %s", method, code, a.status, a.body)
			}
		}
		a := p.ask(t, "DELETE", "http", "/api/handles/88.TEST/X", "")
		if code == wire.CodeAuthNeeded && (a.status != 403 || slices.Contains(a.header["Www-Authenticate"], "Basic")) {
			t.Errorf("over HTTP: %d %v", a.status, a.header)
		}
	}
}
