package rest_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"linghang/lib/handle/rest"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// heap returns what is in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestDeepJSONIsRefused(t *testing.T) {
	d := newDesk(t, func(o *rest.Options) { o.MaxBody = 8 << 20 })
	for _, body := range []string{strings.Repeat("[", 1_000_000), strings.Repeat(`{"values":`, 500_000)} {
		w := d.ask("PUT", "https://x/api/handles/88.TEST/X", body, asAdmin())
		if w.Code != 400 || !strings.Contains(w.Body.String(), "nests deeper") {
			t.Errorf("%d %.200s", w.Code, w.Body)
		}
	}
	if w := d.ask("POST", "https://x/api/handles/88.TEST/ADMIN", `{"index":`+strings.Repeat("[", 1_000_000)); w.Code != 400 {
		t.Errorf("as parameters: %d %.200s", w.Code, w.Body)
	}
	if w := d.ask("PUT", "https://x/api/sessions/this", strings.Repeat("[", 1_000_000)); w.Code != 400 {
		t.Errorf("as a session: %d %.200s", w.Code, w.Body)
	}
}

func TestHugeBodiesAreRefusedUnread(t *testing.T) {
	d := newDesk(t)
	before := heap()
	w := d.ask("PUT", "https://x/api/handles/88.TEST/X", `{"values":[{"index":1,"type":"URL","data":"`+strings.Repeat("x", 2<<20)+`"}]}`, asAdmin())
	if w.Code != http.StatusRequestEntityTooLarge || !strings.HasPrefix(w.Body.String(), `{"responseCode":4,"message":"the body has more than 1048576 octets`) {
		t.Errorf("%d %.200s", w.Code, w.Body)
	}
	// A body that never ends is not read to its end.
	r := httptest.NewRequest("PUT", "https://x/api/handles/88.TEST/X", endless{})
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	d.handler.ServeHTTP(rec, r)
	if rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("endless: %d", rec.Code)
	}
	if grown := int64(heap()) - int64(before); grown > 4<<20 {
		t.Errorf("the heap grew by %d octets", grown)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

func TestAMillionValuesAreRefused(t *testing.T) {
	d := newDesk(t, func(o *rest.Options) { o.MaxBody = 64 << 20 })
	body := `[` + strings.Repeat(`{"index":1,"type":"A","data":""},`, 1_000_000) + `{}]`
	if w := d.ask("PUT", "https://x/api/handles/88.TEST/X", body, asAdmin()); w.Code != 400 || !strings.Contains(w.Body.String(), "more than 2048") {
		t.Errorf("%d %.200s", w.Code, w.Body)
	}
	query := strings.Repeat("index=1&", 10_000)
	if w := d.ask("GET", "https://x/api/handles/88.TEST/ADMIN?"+query, ""); w.Code != 400 {
		t.Errorf("ten thousand indexes: %d %.200s", w.Code, w.Body)
	}
	if d.changes != 0 {
		t.Errorf("%d changes were made", d.changes)
	}
}

func TestAValueMustFitIntoAMessage(t *testing.T) {
	d := newDesk(t)
	body := `[{"index":1,"type":"A","data":"` + strings.Repeat("x", 300_000) + `"}]`
	if w := d.ask("PUT", "https://x/api/handles/88.TEST/X", body, asAdmin()); w.Code != 400 || !strings.Contains(w.Body.String(), "a record may have 262144") {
		t.Errorf("%d %.200s", w.Code, w.Body)
	}
}

func TestSlowBodiesAreLeft(t *testing.T) {
	p := start(t, newStore("88.TEST"), func(o *rest.Options) { o.Timeout = 200 * time.Millisecond })
	conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "PUT /api/handles/88.TEST/X HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 400 || !bytes.Contains(body, []byte("the body cannot be read")) {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if !resp.Close {
		t.Error("the connection is kept for more")
	}
}

func TestOnlySoMuchIsReceivedAtOnce(t *testing.T) {
	p := start(t, newStore("88.TEST"), func(o *rest.Options) { o.MaxBuffered = 256 << 10 })
	// Eight bodies that have arrived in part fill what may be held.
	for range 8 {
		conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", p.address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if _, err := io.WriteString(conn, "PUT /api/handles/88.TEST/X HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"); err != nil {
			t.Fatal(err)
		}
	}
	for {
		a := p.ask(t, "PUT", "http", "/api/handles/88.TEST/X", `[]`)
		if a.status == http.StatusServiceUnavailable {
			if a.header.Get("Retry-After") == "" || !strings.HasPrefix(a.body, `{"responseCode":3,`) {
				t.Errorf("%v %s", a.header, a.body)
			}
			return
		}
	}
}

func TestRedirectsLeadToServersOnly(t *testing.T) {
	d := newDesk(t)
	for url, want := range map[string]string{
		"javascript:alert(1)": "", "JaVaScRiPt:alert(1)": "", " javascript:alert(1)": "", "java\nscript:alert(1)": "", "data:text/html,<script>alert(1)</script>": "",
		"vbscript:x": "", "file:///etc/passwd": "", "//evil.example/": "", "/relative": "", "http:///nowhere": "", "http:evil.example": "", `http:\\evil.example`: "",
		"http://a.example/\r\nSet-Cookie: x=1": "", "http://a.example/\x00": "", "https://a.example\\@evil.example/": "", "": "", "http://": "",
		"http://a.example/ä b?q=\"<x>": "http://a.example/%C3%A4%20b?q=%22%3Cx%3E", "HTTP://A.example/": "http://A.example/", "ftp://a.example/x": "ftp://a.example/x",
	} {
		d.put("88.TEST/GO", wire.Text(1, "URL", url), wire.Text(2, "10320/loc", `<locations><location href="`+strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\x00", "").Replace(url)+`"/></locations>`))
		for _, query := range []string{"", "?type=URL"} {
			w := d.ask("GET", "http://x/88.TEST/GO"+query, "")
			if got := w.Header().Get("Location"); got != want || (want != "") != (w.Code == http.StatusFound) {
				if strings.Contains(url, "\x00") && query == "" {
					continue // XML has no such character
				}
				t.Errorf("%q%s: %d to %q", url, query, w.Code, got)
			}
			if body := w.Body.String(); strings.Contains(body, "<script>") || strings.Contains(body, `href="javascript`) {
				t.Errorf("%q: %s", url, body)
			}
		}
	}
}

func TestNamesDoNotBecomeHeaders(t *testing.T) {
	s := newStore("88.TEST", "0.NA")
	s.people()
	s.masters = []wire.Reference{admin}
	p := start(t, s)
	const evil = "88.TEST/X%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0a%3Cscript%3E"
	put := `[{"index":1,"type":"URL","data":"http://a.example/\r\nSet-Cookie: a=b"}]`
	if a := p.ask(t, "PUT", "https", "/api/handles/"+evil, put, asAdmin()); a.status != 201 || len(a.header["Set-Cookie"]) > 0 {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
	for _, path := range []string{"/api/handles/" + evil, "/" + evil, "/" + evil + "?noredirect", "/api/" + evil, "/api/handles/" + evil + "?callback=x", "/api/handles/88.TEST%00/x", "/%ff", "/api/handles/%ff"} {
		a := p.ask(t, "GET", "http", path, "", "Origin: null")
		if len(a.header["Set-Cookie"]) > 0 || a.header.Get("X-Content-Type-Options") != "nosniff" || strings.Contains(a.header.Get("Content-Type"), "html") && strings.Contains(a.body, "<script>") {
			t.Errorf("%s: %d %v %s", path, a.status, a.header, a.body)
		}
	}
}

func TestAnotherSitesPageCannotHomePrefixes(t *testing.T) {
	d := newDesk(t)
	for _, foreign := range []string{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"} {
		if w := d.ask("POST", "https://x/api/prefixes/88.EVIL", "", asAdmin(), foreign); w.Code != http.StatusForbidden || d.homed["88.EVIL"] {
			t.Errorf("%s: %d %s", foreign, w.Code, w.Body)
		}
		w := d.ask("POST", "https://x/api/sessions", "", asAdmin(), foreign)
		if w.Code != http.StatusCreated || strings.Contains(w.Body.String(), "authenticated") {
			t.Errorf("%s, a session: %d %s", foreign, w.Code, w.Body)
		}
	}
	for _, own := range []string{"Sec-Fetch-Site: same-origin", "Origin: https://x", "Accept: */*"} {
		if w := d.ask("POST", "https://x/api/prefixes/88.GOOD", "", asAdmin(), own); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", own, w.Code, w.Body)
		}
	}
}

func TestACallbackShowsWhatIsPublic(t *testing.T) {
	d := newDesk(t)
	w := d.ask("GET", "https://x/api/handles/88.TEST/ADMIN?callback=steal", "", asAdmin())
	if w.Code != 200 || strings.Contains(w.Body.String(), adminSecret) || !strings.HasPrefix(w.Body.String(), `steal({"responseCode":1,`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = d.ask("GET", "https://x/api/handles?prefix=88.TEST&callback=steal", "", asAdmin())
	if w.Code != http.StatusUnauthorized || strings.Contains(w.Body.String(), "STRANGER") {
		t.Errorf("a list: %d %s", w.Code, w.Body)
	}
	for _, name := range []string{"a(b", "a;b", "1a", "", "a b", "<x", strings.Repeat("a", 200), "a\u2028"} {
		if w := d.ask("GET", "https://x/api/handles/88.TEST/ADMIN?callback="+strings.ReplaceAll(strings.ReplaceAll(name, " ", "%20"), ";", "%3B"), ""); name != "" && w.Code != 400 {
			t.Errorf("callback %q: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestChallengesCostNoMemory(t *testing.T) {
	d := newDesk(t)
	d.ask("GET", "https://x/api/prefixes", "")
	before := heap()
	for i := range 20_000 {
		d.from = fmt.Sprintf("10.%d.%d.1:1", i>>8&255, i&255)
		d.ask("GET", "https://x/api/prefixes", "")
	}
	if grown := int64(heap()) - int64(before); grown > 1<<20 {
		t.Errorf("the heap grew by %d octets", grown)
	}
}

func TestOnlySoManyProofsAreChecked(t *testing.T) {
	asked, release := make(chan struct{}), make(chan struct{})
	d := newDesk(t, func(o *rest.Options) {
		o.MaxChecks = 1
		o.Verify = func(context.Context, *wire.Verification) (bool, error) {
			close(asked)
			<-release
			return true, nil
		}
	})
	elsewhere := wire.Reference{Handle: "99/ADMIN", Index: 300}
	done := make(chan int)
	go func() { done <- d.ask("GET", "https://x/api/prefixes", "", basic(elsewhere, "x")).Code }()
	<-asked
	if w := d.ask("GET", "https://x/api/prefixes", "", asAdmin()); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	close(release)
	if code := <-done; code != http.StatusOK {
		t.Errorf("the one that was checked: %d", code)
	}
}

func TestASecretIsNotFoundByTrying(t *testing.T) {
	d := newDesk(t)
	try := func(secret string) int { return d.ask("GET", "https://x/api/prefixes", "", basic(admin, secret)).Code }
	for i := range 20 {
		if code := try("guess"); code != http.StatusUnauthorized {
			t.Fatalf("guess %d: %d", i, code)
		}
	}
	if code := try(adminSecret); code != http.StatusServiceUnavailable {
		t.Errorf("after twenty guesses: %d", code)
	}
	if w := d.ask("GET", "https://x/api/prefixes", "", asStranger()); w.Code != http.StatusOK {
		t.Errorf("another identity from there: %d %s", w.Code, w.Body)
	}
	from := d.from
	d.from = "203.0.113.1:1"
	if code := try(adminSecret); code != http.StatusOK {
		t.Errorf("from elsewhere: %d", code)
	}
	d.from = from
	d.now = d.now.Add(4 * time.Second)
	if code := try(adminSecret); code != http.StatusOK {
		t.Errorf("a while later: %d", code)
	}
}

// long lists so many handles.
type long struct{ n int }

func (l *long) Handle(_ context.Context, _ *server.Request, res *server.Response) {
	res.Code, res.List = wire.CodeSuccess, l.from(0, l.n)
}

func (l *long) from(begin, n int) func(func(string, error) bool) {
	return func(yield func(string, error) bool) {
		for i := begin; i < begin+n && i < l.n; i++ {
			if !yield(fmt.Sprintf("88.TEST/%08d", i), nil) {
				return
			}
		}
		if l.n < 0 {
			yield("", errors.New("the store is away"))
		}
	}
}

// paged is long that pages by itself.
type paged struct{ long }

func (l *paged) Page(_ context.Context, _ *server.Request, res *server.Response, page, size int) int {
	res.Code, res.List = wire.CodeSuccess, l.from(page*size, size)
	return l.n
}

func TestLongListsArePagedOrRefused(t *testing.T) {
	d := newDesk(t, func(o *rest.Options) { o.Handler, o.MaxList = &long{n: 1_000_000}, 1<<20 })
	if w := d.ask("GET", "https://x/api/handles?prefix=88.TEST", ""); w.Code != 500 || !strings.Contains(w.Body.String(), "ask for pages with page and pageSize") {
		t.Errorf("%d %.200s", w.Code, w.Body)
	}
	const want = `{"responseCode":1,"prefix":"88.TEST","totalCount":"1000000","page":3,"pageSize":2,"handles":["88.TEST/00000006","88.TEST/00000007"]}`
	if w := d.ask("GET", "https://x/api/handles?prefix=88.TEST&page=3&pageSize=2", ""); w.Body.String() != want {
		t.Errorf("%d %.300s", w.Code, w.Body)
	}
	d = newDesk(t, func(o *rest.Options) { o.Handler = &paged{long{n: 1_000_000}} })
	if w := d.ask("GET", "https://x/api/handles?prefix=88.TEST&page=3&pageSize=2", ""); w.Body.String() != want {
		t.Errorf("by the handler: %d %.300s", w.Code, w.Body)
	}
	d = newDesk(t, func(o *rest.Options) { o.Handler = &long{n: -1} })
	if w := d.ask("GET", "https://x/api/handles?prefix=88.TEST", ""); w.Code != 500 || !strings.Contains(w.Body.String(), "the store is away") {
		t.Errorf("a fault: %d %s", w.Code, w.Body)
	}
}

// held is an answer whose reader waits.
type held struct {
	*httptest.ResponseRecorder
	writing, read chan struct{}
}

func (w held) Write(b []byte) (int, error) {
	close(w.writing)
	<-w.read
	return w.ResponseRecorder.Write(b)
}

func TestOnlySoManyListsAreSent(t *testing.T) {
	d := newDesk(t, func(o *rest.Options) { o.Handler, o.MaxLists = &long{n: 10}, 1 })
	w := held{httptest.NewRecorder(), make(chan struct{}), make(chan struct{})}
	done := make(chan struct{})
	go func() {
		d.handler.ServeHTTP(w, httptest.NewRequest("GET", "https://x/api/handles?prefix=88.TEST", http.NoBody))
		close(done)
	}()
	<-w.writing
	if second := d.ask("GET", "https://x/api/prefixes", ""); second.Code != http.StatusServiceUnavailable {
		t.Errorf("while one is read: %d %s", second.Code, second.Body)
	}
	close(w.read)
	<-done
	if third := d.ask("GET", "https://x/api/prefixes", ""); third.Code != http.StatusOK || w.Code != http.StatusOK {
		t.Errorf("afterwards: %d %s", third.Code, third.Body)
	}
}

// FuzzRequest: any path and query is answered in JSON, as a page or by a
// redirect, and nothing of it becomes a header of its own.
func FuzzRequest(f *testing.F) {
	for _, path := range []string{"/api/handles/88.TEST/ADMIN?index=1", "/88.TEST/ADMIN", "/api/handles?prefix=88.TEST&page=1", "/api/verifications/1:a/b?alg=SHA1", "/api/%2e%2e/x", "/%2F%2Fevil", "/api/handles/%00%0d%0a"} {
		f.Add(path, "GET")
	}
	s := newStore("88.TEST")
	s.people()
	h, err := rest.New(rest.Options{Handler: s, Lookup: s.lookup})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path, method string) {
		if method != "GET" && method != "POST" && method != "DELETE" && method != "HEAD" && method != "OPTIONS" {
			method = "GET"
		}
		r, err := http.NewRequestWithContext(context.Background(), method, "http://x/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		u, err := r.URL.Parse(path)
		if err != nil || u.Host != "x" {
			return
		}
		r.URL = u
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		for name, values := range w.Header() {
			for _, v := range values {
				if strings.ContainsAny(name+v, "\r\n\x00") {
					t.Fatalf("%s %s: header %s: %q", method, path, name, v)
				}
			}
		}
	})
}
