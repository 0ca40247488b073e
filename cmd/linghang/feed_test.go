package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/taxii"
)

// province is a server of TAXII with one collection. It tells when it is asked for a page, and
// answers when the test says so.
type province struct {
	entries []taxii.Entry
	asked   chan struct{} // for a page
	answer  chan struct{}
}

const (
	provinceObjects    = 400
	provinceReports    = 40
	provincePage       = 20
	provinceCollection = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
)

func newProvince(t *testing.T) (*province, string) {
	t.Helper()
	p := &province{asked: make(chan struct{}), answer: make(chan struct{})}
	added := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for n := range provinceObjects + provinceReports {
		text := fmt.Sprintf(`{"type":"indicator","spec_version":"2.1","id":"indicator--%08d-0000-4000-8000-000000000000","created":"2026-03-01T00:00:00.000Z","modified":"2026-03-01T00:00:00.000Z","name":"指标 %d","pattern":"[ipv4-addr:value = '203.0.%d.%d']","pattern_type":"stix","valid_from":"2026-03-01T00:00:00Z"}`, n, n, n/250, n%250)
		if n%11 == 5 {
			text = fmt.Sprintf(`{"type":"report","spec_version":"2.1","id":"report--%08d-0000-4000-8000-000000000000","created":"2026-03-01T00:00:00.000Z","modified":"2026-03-01T00:00:00.000Z","name":"通报 %d","published":"2026-03-01T00:00:00Z","object_refs":["indicator--00000001-0000-4000-8000-000000000000"]}`, n, n)
		}
		o, err := taxii.ReadObject([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if n%7 == 0 { // several at one time: pages part them
			added = added.Add(time.Minute)
		}
		p.entries = append(p.entries, taxii.Entry{Object: o, Added: added, Position: int64(n + 1)})
	}
	handler, err := taxii.NewServer(taxii.Options{Store: p, MaxPage: provincePage, Authorise: func(r *http.Request, _ taxii.Action) (context.Context, error) { return r.Context(), nil }})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return p, server.URL
}

func (*province) Discovery(context.Context) (taxii.Discovery, error) {
	return taxii.Discovery{Title: "Province", Default: "/api1/", APIRoots: []string{"/api1/"}}, nil
}

func (*province) Root(context.Context, string) (taxii.APIRoot, error) {
	return taxii.APIRoot{Title: "Province"}, nil
}

func (*province) Collections(context.Context, string) ([]taxii.Collection, error) {
	return []taxii.Collection{{ID: provinceCollection, Title: "Indicators", CanRead: true}}, nil
}

func (p *province) Objects(ctx context.Context, _ taxii.Place, q taxii.Query) (taxii.Page, error) {
	select {
	case p.asked <- struct{}{}:
	case <-ctx.Done():
		return taxii.Page{}, ctx.Err()
	}
	select {
	case <-p.answer:
	case <-ctx.Done():
		return taxii.Page{}, ctx.Err()
	}
	return taxii.Select(p.entries, q)
}

// wait waits until a page is asked for.
func (p *province) wait(t *testing.T) {
	t.Helper()
	select {
	case <-p.asked:
	case <-time.After(2 * time.Minute):
		t.Fatal("nobody reads the feed")
	}
}

func (*province) Add(context.Context, taxii.Place, []taxii.Object, []taxii.StatusDetail) (taxii.Status, error) {
	return taxii.Status{}, taxii.Forbidden("nothing is taken here")
}

func (*province) Delete(context.Context, taxii.Place, string, taxii.Query) error {
	return taxii.Forbidden("nothing is deleted here")
}

func (*province) Status(context.Context, string, string) (taxii.Status, error) {
	return taxii.Status{}, taxii.NotFound("there is no such status")
}

// readFeed is a feed as its page has it.
type readFeed struct {
	ID, Cursor, Fault string
	Version, Objects  int64
	Runs              []struct{ New, Known, Refused int64 }
}

// again asks for a feed whose reader was killed: a change ends the lease that it had.
func (h *house) again(f readFeed, spec string) {
	h.t.Helper()
	h.call("GET", "/api/security/intelligence-feeds/"+f.ID, "", &f)
	r := h.request("PUT", "/api/security/intelligence-feeds/"+f.ID, spec)
	r.Header.Set("If-Match", fmt.Sprintf(`"%d"`, f.Version))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK {
		h.t.Fatalf("the feed is not changed: %d, %v", resp.StatusCode, err)
	}
}

// ids are the identifiers in a list, page by page.
func (h *house) ids(path string) (list []string) {
	h.t.Helper()
	for cursor := ""; ; {
		var page struct {
			Items []struct {
				ObjectID string `json:"object_id"`
			}
			NextCursor string `json:"next_cursor"`
		}
		h.call("GET", path+"&limit=100&cursor="+cursor, "", &page)
		for _, x := range page.Items {
			list = append(list, x.ObjectID)
		}
		if cursor = page.NextCursor; cursor == "" {
			return list
		}
	}
}

// The process is killed while it reads a feed: while a page is asked for, and just after one
// was answered, while it is kept. What the feed has is there afterwards, each once.
func TestAFeedIsWholeWhenTheProcessIsKilledWhileItIsRead(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	p, url := newProvince(t)
	h := configuredHouse(t, `security: {"feed_networks": ["127.0.0.0/8"]}`)
	spec := fmt.Sprintf(`{"name":"省级情报","root":"%s/api1/","collection":%q,"auth":"none","user":"","every":60,"days":30,"paused":false}`, url, provinceCollection)
	var f readFeed
	h.call("POST", "/api/security/intelligence-feeds", spec, &f)
	kills, pages := 0, 0
	for kills < 6 {
		for range 1 + kills%3 { // so many pages are read whole
			p.wait(t)
			p.answer <- struct{}{}
			pages++
		}
		p.wait(t)
		if kills%2 == 0 { // the answer comes, and the process dies some milliseconds after
			p.answer <- struct{}{}
			time.AfterFunc(time.Duration(5*kills)*time.Millisecond, func() { _ = h.cmd.Process.Kill() })
			_ = h.cmd.Wait()
		} else {
			h.kill()
		}
		kills++
		h.start()
		h.again(f, spec)
	}
	stop := make(chan struct{})
	defer close(stop)
	go func() { // from now on every page is answered
		for {
			select {
			case <-p.asked:
				select {
				case p.answer <- struct{}{}:
				case <-stop:
					return
				}
			case <-stop:
				return
			}
		}
	}()
	kerneltest.Wait(t, "the feed to be read to its end", func() bool {
		h.call("GET", "/api/security/intelligence-feeds/"+f.ID, "", &f)
		return len(f.Runs) > 0
	})
	h.wholeOf(p, f)
	t.Logf("%d kills, %d pages read whole before the last reading, which found %d new and %d known", kills, pages, f.Runs[0].New, f.Runs[0].Known)
}

// wholeOf checks that a city has all that a feed has, each once.
func (h *house) wholeOf(p *province, f readFeed) {
	h.t.Helper()
	times := map[string]int{}
	for _, id := range append(h.ids("/api/security/indicators?origin=feed"), h.ids("/api/security/exchange/inbox?q=")...) {
		times[id]++
	}
	for _, e := range p.entries {
		id := e.ID
		if times[id] != 1 {
			h.t.Errorf("%s is there %d times", id, times[id])
		}
		delete(times, id)
	}
	for id, n := range times {
		h.t.Errorf("%s is there %d times, and in no feed", id, n)
	}
	if f.Fault != "" || f.Objects != int64(len(p.entries)) || f.Runs[0].Refused != 0 || f.Runs[0].New+f.Runs[0].Known == 0 || !strings.HasPrefix(f.Cursor, "2026-03-01") {
		h.t.Errorf("%+v", f)
	}
}
