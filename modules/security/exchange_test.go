package security

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/taxii"
	"linghang/modules/security/internal/exchange"
	"linghang/modules/security/internal/rating"
)

// exchangeCity is a city whose exchange can be asked directly.
type exchangeCity struct {
	*kerneltest.City
	room *Module
	kit  *module.Kit
}

func startExchange(t *testing.T, o kerneltest.Options) *exchangeCity {
	t.Helper()
	c := &exchangeCity{}
	c.City = kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		c.kit = k.Kit("security")
		c.room = New(c.kit, k.Directory(), nil)
		return []module.Module{c.room}
	}, o)
	return c
}

// client is a program of an organisation, with a token that holds the permissions.
func client(t *testing.T, c *kerneltest.City, organisation string, permissions ...string) *taxii.Client {
	t.Helper()
	r := c.Send(t, "POST", "/api/system/tokens", "administrator", fmt.Sprintf(`{"name":"peer","organisation_id":%q,"permissions":["%s"]}`, organisation, strings.Join(permissions, `","`)))
	var made struct {
		Secret string `json:"secret"`
	}
	r.Decode(t, &made)
	if made.Secret == "" {
		t.Fatalf("no token: %d %s", r.Status, r.Body)
	}
	return &taxii.Client{Tries: 1, Sign: func(q *http.Request) error {
		q.SetBasicAuth("anybody", made.Secret)
		return nil
	}}
}

func (c *exchangeCity) publish(t *testing.T, r exchange.Report) {
	t.Helper()
	err := c.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error { return c.room.exchange.Publish(t.Context(), tx, r) })
	if err != nil {
		t.Fatal(err)
	}
}

// collections finds the collections as a client does: by discovery.
func collections(t *testing.T, c *taxii.Client, city string) map[string]string {
	t.Helper()
	d, err := c.Discover(t.Context(), city+"/taxii2/")
	if err != nil {
		t.Fatal(err)
	}
	list, err := c.Collections(t.Context(), d.Default)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, k := range list {
		if out[k.Alias], err = taxii.CollectionURL(d.Default, k.ID); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// names are what reports somebody reads, in their order.
func names(t *testing.T, c *taxii.Client, collection string) (out []string) {
	t.Helper()
	for o, err := range c.Objects(t.Context(), collection, taxii.Query{Types: []string{"report"}}) {
		if err != nil {
			t.Fatal(err)
		}
		_, name, _ := strings.Cut(string(o.Raw), `"name":"`)
		name, _, _ = strings.Cut(name, `"`)
		if strings.Contains(string(o.Raw), `"revoked":true`) {
			name += " revoked"
		}
		out = append(out, name)
	}
	return out
}

func refusedWith(t *testing.T, err error, status int) {
	t.Helper()
	var r *taxii.RefusalError
	if !errors.As(err, &r) || r.Status != status {
		t.Errorf("%v, and not a refusal with %d", err, status)
	}
}

func TestExchange(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := startExchange(t, o)
		at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		report := func(id, title string, tlp rating.TLP, readers ...string) exchange.Report {
			return exchange.Report{ID: id, Number: id, Title: title, Text: "请核查", Link: c.URL, Level: rating.Large, Category: "malware", TLP: tlp, IssuedAt: at, ChangedAt: at, Readers: readers}
		}
		c.publish(t, report("n1", "for all", rating.Green))
		c.publish(t, report("n2", "for ours", rating.Amber, c.Ours.ID))
		ours, theirs := client(t, c.City, c.Ours.ID, "security.exchange.read", "security.exchange.write"), client(t, c.City, c.Theirs.ID, "security.exchange.read")
		officer := client(t, c.City, c.Bureau.ID, "security.exchange.read", "security.exchange.inbox")
		found := collections(t, ours, c.URL)
		for name, x := range map[string]struct {
			peer *taxii.Client
			want []string
		}{"ours": {ours, []string{"for all", "for ours"}}, "theirs": {theirs, []string{"for all"}}, "the city": {officer, []string{"for all", "for ours"}}} {
			if got := names(t, x.peer, found["notices"]); !slices.Equal(got, x.want) {
				t.Errorf("%s read %q and not %q", name, got, x.want)
			}
		}
		changed := report("n1", "for all, revised", rating.Green)
		changed.ChangedAt = at.Add(time.Hour)
		c.publish(t, changed)
		changed.ChangedAt, changed.Revoked = at.Add(2*time.Hour), true
		c.publish(t, changed)
		if got, want := names(t, theirs, found["notices"]), []string{"for all, revised revoked"}; !slices.Equal(got, want) {
			t.Errorf("after the revisions %q and not %q", got, want)
		}
		narrowed := report("n2", "for theirs", rating.Amber, c.Theirs.ID, c.Theirs.ID)
		narrowed.ChangedAt = at.Add(3 * time.Hour)
		for range 2 { // the second time its readers are the same
			c.publish(t, narrowed)
			narrowed.ChangedAt = narrowed.ChangedAt.Add(time.Hour)
		}
		if got := names(t, ours, found["notices"]); slices.Contains(got, "for ours") || slices.Contains(got, "for theirs") {
			t.Errorf("who reads it no more has %q", got)
		}
		if got := names(t, theirs, found["notices"]); !slices.Contains(got, "for theirs") {
			t.Errorf("who reads it now has %q", got)
		}
		c.handIn(t, found, ours, theirs, officer)
	})
}

// handIn hands objects in, good and bad, and looks who reads them.
func (c *exchangeCity) handIn(t *testing.T, found map[string]string, ours, theirs, officer *taxii.Client) {
	t.Helper()
	read := func(raw string) taxii.Object {
		o, err := taxii.ReadObject([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	good := read(`{"type":"identity","spec_version":"2.1","id":"identity--1f2d1b6f-9d9f-4c52-9a0a-2b9c4b1f6a11","created":"2026-03-01T08:00:00.000Z","modified":"2026-03-01T08:00:00.000Z","name":"Plant","x_own":  [1, 2]}`)
	bad := read(`{"type":"identity","spec_version":"2.1","id":"identity--1f2d1b6f-9d9f-4c52-9a0a-2b9c4b1f6a12","created":"2026-03-01T08:00:00.000Z","modified":"2026-03-01T08:00:00.000Z"}`)
	st, err := ours.Add(t.Context(), found["inbox"], good, bad)
	if err != nil || st.SuccessCount != 1 || st.FailureCount != 1 || !strings.Contains(st.Failures[0].Message, "name") {
		t.Fatalf("handed in: %+v, %v", st, err)
	}
	root, _, _ := strings.Cut(found["inbox"], "collections/")
	if again, err := ours.Status(t.Context(), root, st.ID); err != nil || again.SuccessCount != 1 {
		t.Errorf("its status: %+v, %v", again, err)
	}
	_, err = theirs.Status(t.Context(), root, st.ID)
	refusedWith(t, err, http.StatusNotFound)
	_, err = theirs.Add(t.Context(), found["inbox"], good)
	refusedWith(t, err, http.StatusForbidden)
	_, err = ours.Add(t.Context(), found["notices"], good)
	refusedWith(t, err, http.StatusForbidden)
	var unread error
	for _, err := range ours.Objects(t.Context(), found["inbox"], taxii.Query{}) {
		unread = err
	}
	refusedWith(t, unread, http.StatusForbidden)
	seen := 0
	for o, err := range officer.Objects(t.Context(), found["inbox"], taxii.Query{}) {
		if err != nil || string(o.Raw) != string(good.Raw) {
			t.Errorf("the city reads %s, %v", o.Raw, err)
		}
		seen++
	}
	if seen != 1 {
		t.Errorf("the city reads %d objects", seen)
	}
	if r := c.Get(t, "/api/security/exchange/inbox", "manager-ours"); r.Status != http.StatusForbidden {
		t.Errorf("a manager lists the inbox: %d", r.Status)
	}
	if r := c.Get(t, "/api/security/exchange/inbox", "officer"); !strings.Contains(string(r.Body), "identity--1f2d1b6f-9d9f-4c52-9a0a-2b9c4b1f6a11") {
		t.Errorf("the officer's list: %s", r.Body)
	}
	if r := c.Get(t, "/taxii2/", ""); r.Status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", r.Status)
	}
	// A token as the password of HTTP Basic is good for TAXII and for nothing else.
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/api/security/exchange/inbox", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := officer.Sign(q); err != nil {
		t.Fatal(err)
	}
	if r := c.Do(q); r.Status != http.StatusUnauthorized {
		t.Errorf("Basic elsewhere: %d", r.Status)
	}
}

// What is issued is exchanged with who was sent it, and revoked when it is withdrawn; drills
// are told to nobody.
func noticesAreExchanged(t *testing.T, x *town) {
	ours, theirs := client(t, x.City, x.Ours.ID, "security.exchange.read"), client(t, x.City, x.Theirs.ID, "security.exchange.read")
	notices := collections(t, ours, x.URL)["notices"]
	before := len(names(t, theirs, notices))
	n := x.issued(t, named(x.Ours.ID), "")
	if got := names(t, ours, notices); len(got) == 0 || got[len(got)-1] != "秘密标题" {
		t.Errorf("the addressee reads %q", got)
	}
	var drill numbered
	x.do(t, "POST", "/drills", "officer", fmt.Sprintf(`{"title":"演练","plan":"通知","pace":100,"organisations":[%q]}`, x.Ours.ID), 0, http.StatusCreated, &drill)
	all := len(names(t, ours, notices))
	x.issued(t, named(x.Ours.ID), fmt.Sprintf(`,"drill":%q`, drill.ID))
	if got := names(t, ours, notices); len(got) != all {
		t.Errorf("with a drill the addressee reads %q", got)
	}
	x.do(t, "POST", "/notices/"+n.ID+"/withdrawal", "officer", `{"reason":"误发"}`, n.Version, http.StatusOK, nil)
	if got := names(t, ours, notices); len(got) == 0 || got[len(got)-1] != "秘密标题 revoked" {
		t.Errorf("after it is withdrawn the addressee reads %q", got)
	}
	if got := names(t, theirs, notices); len(got) != before {
		t.Errorf("others read %q", got)
	}
}

// Two changes within one millisecond, or after the clock was set back, are two versions, each
// later than the one before (STIX 2.1, section 3.6.2).
func TestEachChangeOfANoticeIsALaterVersion(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := startExchange(t, o)
		at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
		r := exchange.Report{ID: "01J", Number: "2026-001", Text: "正文", Link: "https://city.example/security/notices/01J", Level: rating.Large, Category: "malware", TLP: rating.Clear, IssuedAt: at}
		for i, title := range []string{"发布", "修订", "再修订", "撤回"} {
			r.Title, r.ChangedAt, r.Revoked = title, at, i == 3
			if i == 2 {
				r.ChangedAt = at.Add(-time.Hour) // the clock was set back
			}
			c.publish(t, r)
		}
		reader := client(t, c.City, c.Bureau.ID, "security.exchange.read")
		var last string
		var got []string
		for e, err := range reader.Objects(t.Context(), collections(t, reader, c.URL)["notices"], taxii.Query{Types: []string{"report"}, Versions: []string{taxii.VersionAll}}) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Version <= last {
				t.Errorf("%s follows %s", e.Version, last)
			}
			last, got = e.Version, append(got, string(e.Raw))
		}
		if len(got) != 4 || !strings.Contains(got[2], "再修订") || !strings.Contains(got[3], `"revoked":true`) {
			t.Errorf("%d versions: %q", len(got), got)
		}
	})
}
