package security_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/taxii/taxiitest"
)

type feedView struct {
	ID, Cursor, Fault          string
	FaultText                  string `json:"fault_text"`
	Version, Objects, Failures int64
	Runs                       []struct {
		New, Newer, Known, Refused, Pages, Unmatched int64
		Refusal, Fault                               string
	}
}

func reading(o kerneltest.Options) kerneltest.Options {
	o.Rooms = map[string]json.RawMessage{"security": json.RawMessage(`{"feed_networks":["127.0.0.0/8"]}`)}
	return o
}

func (l *listener) feed(t *testing.T, status int, method, path, body string, header ...string) (f feedView) {
	t.Helper()
	r := l.Send(t, method, "/api/security/intelligence-feeds"+path, "officer", body, header...)
	if r.Status != status {
		t.Fatalf("%s %s %s: %d %s, want %d", method, path, body, r.Status, r.Body, status)
	}
	if strings.Contains(string(r.Body), `"secret":"`) || strings.Contains(string(r.Body), "hidden-word") {
		t.Fatalf("a secret is shown: %s", r.Body)
	}
	r.Decode(t, &f)
	return f
}

// ran waits for the reading of a number.
func (l *listener) ran(t *testing.T, id string, n int) (f feedView) {
	t.Helper()
	kerneltest.Wait(t, fmt.Sprintf("reading %d", n), func() bool {
		f = feedView{}
		l.Get(t, "/api/security/intelligence-feeds/"+id, "officer").Decode(t, &f)
		return len(f.Runs) >= n
	})
	return l.feed(t, 200, "GET", "/"+id, "") // the feed as of that reading
}

func TestAFeedIsReadOnAScheduleAndGoesOnWhereItWas(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l, u := newListener(t, reading(o), "none"), taxiitest.NewShelf(t)
		begun := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		var list []string
		for n := range 5 {
			list = append(list, indicator(n, fmt.Sprintf("[ipv4-addr:value = '203.0.113.%d']", n), labelGreen, ""))
		}
		u.Add(t, begun, list...) // all at one time: pages part them
		u.Add(t, begun.Add(time.Hour),
			`{"type":"report","spec_version":"2.1","id":"report--00000001-0000-4000-8000-000000000000","created":"2026-03-01T00:00:00.000Z","modified":"2026-03-01T00:00:00.000Z","name":"省级通报","published":"2026-03-01T00:00:00Z","object_refs":["indicator--00000001-0000-4000-8000-000000000000"]}`,
			`{"type":"indicator","spec_version":"2.1","id":"indicator--00000009-0000-4000-8000-000000000000","created":"2026-03-01T00:00:00.000Z","modified":"2026-03-01T00:00:00.000Z","name":"not whole"}`)
		u.Set("secret", 1) // it fails after a page, in the midst of what was added at one time
		spec := fmt.Sprintf(`{"name":"省级情报","root":"%s/api1/","collection":%q,"auth":"basic","user":"city","secret":"secret","every":60,"days":30,"paused":false}`, u.URL, taxiitest.Collection)
		f := l.ran(t, l.feed(t, 201, "POST", "", spec).ID, 1)
		if f.Fault != "refused" || !strings.Contains(f.FaultText, "the disk is full") || f.Failures != 1 || f.Objects == 0 || f.Cursor != "" {
			t.Fatalf("%+v", f)
		}
		// It goes on where it surely was, and what it had is known.
		u.Set("secret", -1)
		l.feed(t, 200, "POST", "/"+f.ID+"/reading", "")
		f = l.ran(t, f.ID, 2)
		if f.Fault != "" || f.Failures != 0 || f.Objects != 6 || !strings.HasPrefix(f.Cursor, "2026-03-01T01:00:00") || f.Runs[0].Refused != 1 || !strings.Contains(f.Runs[0].Refusal, "pattern") {
			t.Fatalf("%+v", f)
		}
		if rows := l.indicators(t, "officer", "&origin=feed&source=省级情报"); len(rows) != 5 || rows[0].State != "live" {
			t.Errorf("%+v", rows)
		}
		if r := l.Get(t, "/api/security/exchange/inbox", "officer"); strings.Count(string(r.Body), `"object_id":"report--`) != 1 || !strings.Contains(string(r.Body), "省级情报") {
			t.Errorf("the inbox has %s", r.Body)
		}
		// The third reading asks for what was added after.
		u.Set("secret", -1)
		u.Add(t, begun.Add(2*time.Hour), indicator(7, "[domain-name:value = 'evil.example.com']", labelGreen, ""))
		l.feed(t, 200, "POST", "/"+f.ID+"/reading", "")
		f = l.ran(t, f.ID, 3)
		after := u.Asked()[0].AddedAfter
		if f.Runs[0].New != 1 || f.Runs[0].Known != 0 || !after.Equal(begun.Add(time.Hour)) {
			t.Errorf("%+v after %s", f, after)
		}
		l.secretsOfFeeds(t, u, f, spec)
	})
}

// secretsOfFeeds looks what becomes of a secret.
func (l *listener) secretsOfFeeds(t *testing.T, u *taxiitest.Shelf, f feedView, spec string) {
	t.Helper()
	var kept string
	if err := l.kit.DB.QueryRow(t.Context(), `SELECT secret FROM security_intel_feed`).Scan(&kept); err != nil || kept == "" || strings.Contains(kept, "secret") {
		t.Errorf("the secret is kept as %q, %v", kept, err)
	}
	match := []string{"If-Match", fmt.Sprintf(`"%d"`, f.Version)}
	without := strings.Replace(spec, `"secret":"secret",`, "", 1)
	l.feed(t, 422, "PUT", "/"+f.ID, strings.Replace(without, "127.0.0.1", "localhost", 1), match...)
	f = l.feed(t, 200, "PUT", "/"+f.ID, strings.Replace(without, `"every":60`, `"every":30`, 1), match...)
	u.Set("another", -1)
	l.feed(t, 200, "POST", "/"+f.ID+"/reading", "")
	kerneltest.Wait(t, "the feed to be refused", func() bool {
		var page struct{ Items []feedView }
		l.Get(t, "/api/security/intelligence-feeds", "officer").Decode(t, &page)
		f = page.Items[0]
		return f.Fault == "sign_in"
	})
	var trial struct {
		Collections []struct{ ID string }
		Fault       string
	}
	try := func(more string) {
		t.Helper()
		trial.Collections, trial.Fault = nil, ""
		l.Send(t, "POST", "/api/security/intelligence-feeds/trial", "officer", fmt.Sprintf(`{"root":"%s/api1/","auth":"basic","user":"city"%s}`, u.URL, more)).Decode(t, &trial)
	}
	if try(`,"secret":"another"`); len(trial.Collections) != 1 || trial.Collections[0].ID != taxiitest.Collection {
		t.Errorf("%+v", trial)
	}
	if try(fmt.Sprintf(`,"feed":%q`, f.ID)); trial.Fault != "sign_in" {
		t.Errorf("with the secret of the feed: %+v", trial)
	}
	if r := l.Get(t, "/api/security/intelligence-feeds", "manager-ours"); r.Status != http.StatusForbidden {
		t.Errorf("an enterprise reads feeds: %d", r.Status)
	}
	if r := l.Send(t, "DELETE", "/api/security/intelligence-feeds/"+f.ID, "officer", ""); r.Status >= 300 {
		t.Errorf("it is not removed: %d %s", r.Status, r.Body)
	}
	if rows := l.indicators(t, "officer", "&origin=feed"); len(rows) != 6 {
		t.Errorf("with the feed %d indicators are left", len(rows))
	}
}

func TestAFeedLeadsIntoNoNetworkThatIsNotAllowed(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l, u := newListener(t, o, "none"), taxiitest.NewShelf(t)
		spec := fmt.Sprintf(`{"name":"内网","root":"%s/api1/","collection":"x","auth":"none","every":60,"days":30,"paused":false}`, u.URL)
		f := l.ran(t, l.feed(t, 201, "POST", "", spec).ID, 1)
		if f.Fault != "forbid" || strings.Contains(f.FaultText, "127.0.0.1") {
			t.Errorf("%+v", f)
		}
		f = l.ran(t, l.feed(t, 201, "POST", "", strings.NewReplacer("内网", "明文", `"auth":"none"`, `"auth":"bearer","secret":"hidden-word"`).Replace(spec)).ID, 1)
		if f.Fault != "plain" || len(u.Asked()) != 0 {
			t.Errorf("%+v", f)
		}
		for body, field := range map[string]string{
			`"root":"ftp://x/"`: "body.root", `"root":"http://u:p@x/"`: "body.root", `"collection":"a/b"`: "body.collection", `"name":" "`: "body.name",
		} {
			name, _, _ := strings.Cut(body, ":")
			var whole map[string]any
			if err := json.Unmarshal([]byte(spec), &whole); err != nil {
				t.Fatal(err)
			}
			var part map[string]any
			if err := json.Unmarshal([]byte("{"+body+"}"), &part); err != nil {
				t.Fatal(err)
			}
			whole[strings.Trim(name, `"`)] = part[strings.Trim(name, `"`)]
			text, err := json.Marshal(whole)
			if err != nil {
				t.Fatal(err)
			}
			if r := l.Send(t, "POST", "/api/security/intelligence-feeds", "officer", string(text)); r.Status != 422 || !strings.Contains(string(r.Body), field) {
				t.Errorf("%s: %d %s", body, r.Status, r.Body)
			}
		}
	})
}
