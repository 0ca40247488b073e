package httpd_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/xuri/excelize/v2"

	"linghang/kernel"
	"linghang/kernel/audit"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// shop is a room with one versioned object and doors of every sort.
type shop struct{ kit *module.Kit }

type ware struct {
	ID      string    `json:"id" title:"编号|ID"`
	Name    lang.Text `json:"name" title:"名称|Name"`
	Price   float64   `json:"price" title:"价格|Price"`
	Version int64     `json:"version"`
}

func (i ware) ETag() int64 { return i.Version }

type itemInput struct {
	Body struct {
		ID    string    `json:"id" minLength:"1" maxLength:"20"`
		Name  lang.Text `json:"name"`
		Price float64   `json:"price" minimum:"0"`
	}
}

type editInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Price float64 `json:"price" minimum:"0"`
	}
}

type none struct{}

func (s *shop) Manifest() module.Manifest {
	everybody := []identity.Role{identity.Officer, identity.Viewer}
	return module.Manifest{
		Name: "shop", Title: lang.Text{ZH: "店", EN: "Shop"},
		Migrations: fstest.MapFS{"0001_items.sql": {Data: []byte(`-- +goose Up
CREATE TABLE item (id TEXT PRIMARY KEY, zh TEXT NOT NULL, en TEXT NOT NULL, price DOUBLE PRECISION NOT NULL, version BIGINT NOT NULL);
`)}},
		Permissions: []module.Permission{
			{ID: "shop.view", Title: lang.Text{EN: "View"}, Roles: everybody},
			{ID: "shop.edit", Title: lang.Text{EN: "Edit"}, Roles: []identity.Role{identity.Officer}},
		},
		Topics: []module.Topic{{Name: "shop.items", Permission: "shop.edit"}, {Name: "shop.public", Permission: "shop.view"}},
		Routes: []module.Route{
			{Pattern: "GET /items", Permission: "shop.view", Handler: httpd.List(s.list)},
			{Pattern: "POST /items", Permission: "shop.edit", Handler: httpd.Created(s.add)},
			{Pattern: "GET /items/{id}", Permission: "shop.view", Handler: httpd.JSON(s.read)},
			{Pattern: "PUT /items/{id}", Permission: "shop.edit", Handler: httpd.JSON(s.edit)},
			{Pattern: "POST /twice", Permission: "shop.edit", Handler: httpd.JSON(s.twice)},
			{Pattern: "POST /ring", Permission: "shop.edit", Handler: httpd.JSON(s.ring)},
			{Pattern: "GET /panic", Permission: "shop.view", Handler: httpd.JSON(func(context.Context, none) (none, error) { panic("boom") })},
			{Pattern: "GET /limited", Permission: "shop.view", Handler: httpd.JSON(func(context.Context, none) (none, error) {
				return none{}, fault.New(fault.Limited, "shop.limited", "slow down").After(7)
			})},
			{Pattern: "GET /secret", Permission: "shop.view", Handler: httpd.JSON(func(context.Context, none) (none, error) {
				return none{}, fmt.Errorf("the database password is swordfish")
			})},
		},
	}
}

func (s *shop) list(ctx context.Context, in sqldb.ListParams) (sqldb.Page[ware], error) {
	l := sqldb.List{Select: "id, zh, en, price, version", From: "item", Key: "id", Order: "id", Sort: map[string]string{"id": "id", "price": "price"}, Search: []string{"id"}}
	return sqldb.Fetch(ctx, s.kit.DB, l, in, scanItem)
}

func scanItem(r sqldb.Row) (ware, error) {
	var i ware
	err := r.Scan(&i.ID, &i.Name.ZH, &i.Name.EN, &i.Price, &i.Version)
	return i, err
}

func (s *shop) insert(ctx context.Context, id string, name lang.Text, price float64) error {
	return s.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO item (id, zh, en, price, version) VALUES ($1, $2, $3, $4, 1)`, id, name.ZH, name.EN, price)
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "shop.taken", "%s is taken", id).At("body.id", "choose another")
		}
		return err
	})
}

func (s *shop) add(ctx context.Context, in itemInput) (ware, error) {
	if err := s.insert(ctx, in.Body.ID, in.Body.Name, in.Body.Price); err != nil {
		return ware{}, err
	}
	return s.get(ctx, in.Body.ID)
}

func (s *shop) get(ctx context.Context, id string) (ware, error) {
	i, err := scanItem(s.kit.DB.QueryRow(ctx, `SELECT id, zh, en, price, version FROM item WHERE id = $1`, id))
	if err != nil {
		return i, fault.New(fault.NotFound, "shop.none", "there is no %s", id)
	}
	return i, nil
}

func (s *shop) read(ctx context.Context, in httpd.Object) (ware, error) { return s.get(ctx, in.ID) }

func (s *shop) edit(ctx context.Context, in editInput) (ware, error) {
	version, err := in.Expected()
	if err != nil {
		return ware{}, err
	}
	err = s.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE item SET price = $1, version = version + 1 WHERE id = $2 AND version = $3`, in.Body.Price, in.ID, version)
		if err == nil && n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed it")
		}
		return err
	})
	if err != nil {
		return ware{}, err
	}
	return s.get(ctx, in.ID)
}

// twice makes two changes in one request.
func (s *shop) twice(ctx context.Context, in itemInput) (none, error) {
	if err := s.insert(ctx, in.Body.ID+"-1", in.Body.Name, 1); err != nil {
		return none{}, err
	}
	return none{}, s.insert(ctx, in.Body.ID+"-2", in.Body.Name, 2)
}

// ring changes nothing in the database.
func (s *shop) ring(context.Context, none) (httpd.Nothing, error) {
	s.kit.Notify("shop.items", "bell", "")
	s.kit.Notify("shop.public", "bell", "")
	return httpd.Nothing{}, nil
}

func open(t *testing.T) *kerneltest.City {
	t.Helper()
	return kerneltest.Start(t, func(k *kernel.Kernel) []module.Module { return []module.Module{&shop{k.Kit("shop")}} })
}

func body(id string) string {
	return fmt.Sprintf(`{"id":%q,"name":{"zh":"阀门","en":"=valve"},"price":2.5}`, id)
}

func problem(t *testing.T, r kerneltest.Reply) httpd.Problem {
	t.Helper()
	var p httpd.Problem
	r.Decode(t, &p)
	if got := r.Header.Get("Content-Type"); got != "application/problem+json" || p.Status != r.Status || p.Title != http.StatusText(r.Status) || p.Key == "" || p.RequestID == "" || p.RequestID != r.Header.Get("X-Request-Id") {
		t.Errorf("no full problem: %s %s", got, r.Body)
	}
	return p
}

func TestEveryRefusalIsAProblemThatSaysWhatToMend(t *testing.T) {
	c := open(t)
	f := func(want int, key, location, method, path, who, text string, header ...string) {
		t.Helper()
		r := c.Send(t, method, path, who, text, header...)
		if r.Status != want {
			t.Errorf("%s %s as %q: %d %s, want %d", method, path, who, r.Status, r.Body, want)
			return
		}
		p := problem(t, r)
		if p.Key != key || (location != "" && (len(p.Errors) == 0 || p.Errors[0].Location != location || p.Errors[0].Message == "")) {
			t.Errorf("%s %s: %s, want key %s at %s", method, path, r.Body, key, location)
		}
	}
	f(401, "kernel.sign_in", "", "GET", "/api/shop/items", "", "")
	f(403, "kernel.permission", "", "POST", "/api/shop/items", "viewer", body("a"))
	f(404, "kernel.route", "", "GET", "/api/shop/nowhere", "officer", "")
	f(404, "shop.none", "", "GET", "/api/shop/items/none", "officer", "")
	f(422, "kernel.request.invalid", "body.price", "POST", "/api/shop/items", "officer", `{"id":"a","name":{"zh":"a","en":"a"},"price":-1}`)
	f(422, "kernel.request.invalid", "body", "POST", "/api/shop/items", "officer", `{"id":"a"}`)
	f(400, "kernel.request.unreadable", "body", "POST", "/api/shop/items", "officer", `{"id":`)
	f(415, "kernel.body.media_type", "", "POST", "/api/shop/items", "officer", `id=1`, "Content-Type", "application/x-www-form-urlencoded")
	f(413, "kernel.body.too_large", "", "POST", "/api/shop/items", "officer", `{"id":"`+strings.Repeat("x", 1<<20)+`"}`)
	f(422, "kernel.request.invalid", "query.limit", "GET", "/api/shop/items?limit=501", "officer", "")
	f(422, "kernel.list.sort", "query.sort", "GET", "/api/shop/items?sort=secret", "officer", "")
	f(422, "kernel.export.format", "query.export", "GET", "/api/shop/items?export=pdf", "officer", "")
	f(429, "shop.limited", "", "GET", "/api/shop/limited", "officer", "")
	f(500, "kernel.internal", "", "GET", "/api/shop/secret", "officer", "")
	f(500, "kernel.internal", "", "GET", "/api/shop/panic", "officer", "")
	if r := c.Get(t, "/api/shop/limited", "officer"); r.Header.Get("Retry-After") != "7" {
		t.Errorf("Retry-After is %q", r.Header.Get("Retry-After"))
	}
	if r := c.Get(t, "/api/shop/secret", "officer"); bytes.Contains(r.Body, []byte("swordfish")) {
		t.Errorf("an inner error was told to a stranger: %s", r.Body)
	}
}

func TestAChangeByABrowserNeedsTheHeaderThatNoOtherSiteCanSend(t *testing.T) {
	c := open(t)
	r := httptest.NewRequest("POST", "/api/shop/items", strings.NewReader(body("a")))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", c.Cookie(t, "officer"))
	if got := c.Do(r); got.Status != 403 || problem(t, got).Key != "kernel.csrf" {
		t.Errorf("got %d %s", got.Status, got.Body)
	}
}

func TestAnEditNeedsTheVersionThatWasRead(t *testing.T) {
	c := open(t)
	if r := c.Send(t, "POST", "/api/shop/items", "officer", body("a")); r.Status != 201 || r.Header.Get("ETag") != `"1"` {
		t.Fatalf("created: %d %s", r.Status, r.Header.Get("ETag"))
	}
	f := func(want int, header ...string) kerneltest.Reply {
		t.Helper()
		r := c.Send(t, "PUT", "/api/shop/items/a", "officer", `{"price":3}`, header...)
		if r.Status != want {
			t.Errorf("If-Match %v: %d %s, want %d", header, r.Status, r.Body, want)
		}
		return r
	}
	f(428)
	f(412, "If-Match", `"7"`)
	f(412, "If-Match", `"abc"`)
	if r := f(200, "If-Match", `"1"`); r.Header.Get("ETag") != `"2"` {
		t.Errorf("ETag after the edit is %s", r.Header.Get("ETag"))
	}
	f(412, "If-Match", `"1"`)
	f(200, "If-Match", `W/"2"`)
}

// A sender whose answer is late asks again, perhaps another replica, while the
// change is being committed: it hears of its own change, not of a clash with it.
func TestTheSameRequestManyTimesAtOnceIsOneChange(t *testing.T) {
	c := open(t)
	c.Cookie(t, "officer")
	var work sync.WaitGroup
	var made atomic.Int64
	for range 16 {
		work.Go(func() {
			r := c.Send(t, "POST", "/api/shop/items", "officer", body("a"), "Idempotency-Key", "k1")
			switch {
			case r.Status == 201 && r.Header.Get("Idempotency-Replayed") == "":
				made.Add(1)
			case r.Status == 201:
			case problem(t, r).Key != "kernel.idempotency.done":
				t.Errorf("answered %d %s", r.Status, r.Body)
			}
		})
	}
	work.Wait()
	if n := made.Load(); n != 1 {
		t.Errorf("%d requests were told that they made the change", n)
	}
}

func TestARequestWithAKeyIsDoneOnce(t *testing.T) {
	c := open(t)
	send := func(path, who, text, key string) kerneltest.Reply {
		t.Helper()
		return c.Send(t, "POST", path, who, text, "Idempotency-Key", key)
	}
	first := send("/api/shop/items", "officer", body("a"), "k1")
	again := send("/api/shop/items", "officer", body("a"), "k1")
	if first.Status != 201 || again.Status != 201 || !bytes.Equal(first.Body, again.Body) || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("first %d %s, again %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	if r := send("/api/shop/items", "officer", body("b"), "k1"); r.Status != 422 || problem(t, r).Key != "kernel.idempotency.reused" {
		t.Errorf("another request: %d %s", r.Status, r.Body)
	}
	if r := send("/api/shop/items", "administrator", body("c"), "k1"); r.Status != 201 {
		t.Errorf("the key of another person: %d %s", r.Status, r.Body)
	}
	if r := send("/api/shop/items", "officer", body("a"), "k2"); r.Status != 409 {
		t.Errorf("a refused change: %d %s", r.Status, r.Body)
	}
	if r := send("/api/shop/items", "officer", body("d"), "k2"); r.Status != 201 {
		t.Errorf("a key is free again after a refusal: %d %s", r.Status, r.Body)
	}
	if r := send("/api/shop/twice", "officer", body("e"), "k3"); r.Status != 200 {
		t.Errorf("a request of two changes: %d %s", r.Status, r.Body)
	}
	if r := send("/api/shop/items", "officer", body("f"), strings.Repeat("k", 201)); r.Status != 422 {
		t.Errorf("a long key: %d %s", r.Status, r.Body)
	}
}

func entries(t *testing.T, c *kerneltest.City, action string) []audit.Entry {
	t.Helper()
	var page sqldb.Page[audit.Entry]
	c.Get(t, "/api/system/audit?limit=500", "auditor").Decode(t, &page)
	var list []audit.Entry
	for _, e := range page.Items {
		if e.Action == action {
			list = append(list, e)
		}
	}
	return list
}

func TestEveryActIsRecordedOnceUnderTheNameOfWhoDidIt(t *testing.T) {
	c := open(t)
	one := func(action, outcome string, do func() kerneltest.Reply) {
		t.Helper()
		before := len(entries(t, c, action))
		r := do()
		var got []audit.Entry
		kerneltest.Wait(t, "the record of "+action, func() bool { got = entries(t, c, action); return len(got) > before })
		if len(got) != before+1 || got[0].Outcome != outcome || got[0].RequestID != r.Header.Get("X-Request-Id") {
			t.Errorf("%s: %d records, newest %+v", action, len(got)-before, got[0])
		}
	}
	one("POST /api/shop/items", "done", func() kerneltest.Reply { return c.Send(t, "POST", "/api/shop/items", "officer", body("a")) })
	one("POST /api/shop/items", "refused", func() kerneltest.Reply { return c.Send(t, "POST", "/api/shop/items", "viewer", body("b")) })
	one("POST /api/shop/ring", "done", func() kerneltest.Reply { return c.Send(t, "POST", "/api/shop/ring", "officer", "") })
	one("POST /api/shop/ring", "done", func() kerneltest.Reply {
		return c.Send(t, "POST", "/api/shop/ring", "officer", "", "Idempotency-Key", "ring")
	})
	if r := c.Send(t, "POST", "/api/shop/items", "officer", body("a")); r.Status != 409 {
		t.Fatalf("got %d", r.Status)
	}
	if got := entries(t, c, "POST /api/shop/items"); len(got) != 2 {
		t.Errorf("a change that was refused by its room is recorded as done: %+v", got)
	}
}

func TestADownloadIsTheWholeFilteredList(t *testing.T) {
	c := open(t)
	for i := range 7 {
		if r := c.Send(t, "POST", "/api/shop/items", "officer", body(fmt.Sprint("a", i))); r.Status != 201 {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
	}
	r := c.Get(t, "/api/shop/items?export=csv&lang=en&limit=2&q=a", "viewer")
	if r.Status != 200 || r.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(r.Header.Get("Content-Disposition"), ".csv") {
		t.Fatalf("%d %v", r.Status, r.Header)
	}
	text, bom := bytes.CutPrefix(r.Body, []byte("\ufeff"))
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || !bom || len(rows) != 8 || strings.Join(rows[0], "|") != "ID|Name|Price" || strings.Join(rows[1], "|") != "a0|'=valve|2.5" {
		t.Errorf("csv: %v, %v", rows, err)
	}
	r = c.Get(t, "/api/shop/items?export=xlsx&lang=zh", "viewer")
	book, err := excelize.OpenReader(bytes.NewReader(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	rows, err = book.GetRows("Sheet1")
	if err != nil || len(rows) != 8 || strings.Join(rows[0], "|") != "编号|名称|价格" || strings.Join(rows[7], "|") != "a6|阀门|2.5" {
		t.Errorf("xlsx: %v, %v", rows, err)
	}
	if r := c.Get(t, "/api/shop/items?export=csv", ""); r.Status != 401 {
		t.Errorf("a stranger's download: %d", r.Status)
	}
	// Who took the list away is recorded, and by which filters; to look at it is not.
	c.Get(t, "/api/shop/items?q=a", "viewer")
	var got []audit.Entry
	kerneltest.Wait(t, "the downloads to be recorded", func() bool {
		got = entries(t, c, "GET /api/shop/items")
		return len(got) >= 2
	})
	if len(got) != 2 || got[0].Outcome != "read" || got[1].ActorName != "viewer" || !strings.Contains(got[1].Detail, "export=csv&lang=en&limit=2&q=a") {
		t.Errorf("recorded as %+v", got)
	}
}

func TestBrowsersHearOfChangesTheyMayKnow(t *testing.T) {
	c := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ended := false
	listen := func(who string) func(prefix string) string {
		t.Helper()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+"/api/live?topics=shop.items,shop.public,shop.unknown", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Cookie", c.Cookie(t, who))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = resp.Body.Close() })
		if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
			t.Fatalf("%s gets %s", who, got)
		}
		lines := bufio.NewScanner(resp.Body)
		return func(prefix string) string {
			t.Helper()
			for lines.Scan() {
				if rest, ok := strings.CutPrefix(lines.Text(), prefix); ok {
					return rest
				}
			}
			ended = true
			return ""
		}
	}
	// A new city still hears what its people may do, and that ends their streams: they
	// come back, as browsers do.
	var retries, hears, theirs string
	kerneltest.Wait(t, "streams that stay open", func() bool {
		ended = false
		officer, viewer := listen("officer"), listen("viewer")
		retries = officer("retry: ") + " " + viewer("retry: ")
		if r := c.Send(t, "POST", "/api/shop/ring", "officer", ""); r.Status != 204 {
			t.Fatalf("ring: %d %s", r.Status, r.Body)
		}
		hears, theirs = officer("event: ")+" "+officer("data: "), viewer("event: ")
		return !ended
	})
	if retries != "2000 2000" {
		t.Error("a browser that loses the stream should come back after two seconds")
	}
	if !strings.HasPrefix(hears, "shop.items ") || !strings.Contains(hears, `"id":"bell"`) {
		t.Errorf("the officer hears %s", hears)
	}
	if theirs != "shop.public" {
		t.Errorf("the viewer hears %s first, which is not theirs to know", theirs)
	}
	if r := c.Get(t, "/api/live", ""); r.Status != 401 {
		t.Errorf("a stranger listens: %d", r.Status)
	}
}
