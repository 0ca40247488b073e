package security

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

type fileMade struct {
	ID                         string
	Sequence, Reports, Objects int64
}

// carry makes the next file for an upper level, and fetches it.
func (x *town) carry(t *testing.T, upper string) (f fileMade, data string) {
	t.Helper()
	x.do(t, "POST", "/uppers/"+upper+"/files", "officer", "{}", 0, http.StatusOK, &f)
	return f, x.do(t, "GET", "/upper-files/"+f.ID, "officer", "", 0, http.StatusOK, nil)
}

// bring takes a file in at the other end.
func (c *exchangeCity) bring(t *testing.T, data string, want int) string {
	t.Helper()
	r := c.Send(t, "POST", "/api/security/ferry-import", "officer", data, "Content-Type", "application/octet-stream")
	if r.Status != want {
		t.Fatalf("%d %s, want %d", r.Status, r.Body, want)
	}
	return string(r.Body)
}

type ferrySource struct {
	ID      string
	Last    int64
	Missing []int64
	Version int64
	Files   []struct {
		Sequence, Objects, Refused int64
	}
}

func TestNoticesGoThroughAGatewayAsFiles(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x, c := newReporter(t, o), startExchange(t, kerneltest.Options{})
		up := x.upper(t, `{"name":"省级内网","way":"file","root":"","collection":"","auth":"none","paused":false,"most_tlp":"amber","levels":[3]}`)
		if said := x.do(t, "POST", "/uppers/"+up+"/files", "officer", "{}", 0, http.StatusConflict, nil); !strings.Contains(said, "security.upward.nothing") {
			t.Errorf("an empty file: %s", said)
		}
		n := x.issued(t, named(x.Ours.ID), "")
		if x.sendUp(t); x.upwardOf(t, n.ID, "officer").Reports[0].State != "waiting" {
			t.Error("what goes by file is sent")
		}
		one, first := x.carry(t, up)
		if one.Sequence != 1 || one.Reports != 1 || one.Objects != 3 || x.upwardOf(t, n.ID, "officer").Reports[0].State != "exported" {
			t.Errorf("%+v", one)
		}
		x.do(t, "POST", "/notices/"+n.ID+"/withdrawal", "officer", `{"reason":"误发"}`, x.upwardOf(t, n.ID, "officer").Version, http.StatusOK, nil)
		_, second := x.carry(t, up)
		x.issued(t, named(x.Ours.ID), "")
		_, third := x.carry(t, up)
		if again := x.do(t, "GET", "/upper-files/"+one.ID, "officer", "", 0, http.StatusOK, nil); again != first {
			t.Error("fetched again, the file is another")
		}

		// The other end trusts nobody yet, then another key, then the right one.
		if said := c.bring(t, first, http.StatusUnprocessableEntity); !strings.Contains(said, "security.ferry.unknown") {
			t.Error(said)
		}
		var key, other struct{ Public string }
		x.do(t, "GET", "/upper-file-key", "officer", "", 0, http.StatusOK, &key)
		c.Get(t, "/api/security/upper-file-key", "officer").Decode(t, &other)
		var s ferrySource
		trust := func(public string, more map[string]any) string {
			more["name"], more["keys"] = "青岛市", public
			text, err := json.Marshal(more)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		c.Send(t, "POST", "/api/security/ferry-sources", "officer", trust(other.Public, map[string]any{"channel": up, "first": 1})).Decode(t, &s)
		if said := c.bring(t, first, http.StatusConflict); !strings.Contains(said, "security.second.waits") || !strings.Contains(said, "officer") {
			t.Errorf("taken in by what one person trusts: %s", said)
		}
		confirm := func(version, who string, want int) string {
			r := c.Send(t, "POST", "/api/security/ferry-sources/"+s.ID+"/confirmation", who, "{}", "If-Match", version)
			if r.Status != want {
				t.Fatalf("%d %s, want %d", r.Status, r.Body, want)
			}
			return string(r.Body)
		}
		if said := confirm(`"1"`, "officer", http.StatusForbidden); !strings.Contains(said, "security.second.own_hand") {
			t.Errorf("who set it up confirms it: %s", said)
		}
		confirm(`"1"`, "officer-second", http.StatusOK)
		if said := c.bring(t, first, http.StatusForbidden); !strings.Contains(said, "security.ferry.signature") {
			t.Error(said)
		}
		if r := c.Send(t, "PUT", "/api/security/ferry-sources/"+s.ID, "officer", trust(key.Public, map[string]any{}), "If-Match", `"2"`); r.Status != http.StatusOK {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		if said := c.bring(t, first, http.StatusConflict); !strings.Contains(said, "security.second.waits") {
			t.Errorf("another key is trusted by one person: %s", said)
		}
		confirm(`"3"`, "officer-second", http.StatusOK)

		// Out of order: the third names what is missing, and changes nothing else.
		if said := c.bring(t, third, http.StatusConflict); !strings.Contains(said, "security.ferry.gap") || !strings.Contains(said, `"from":1`) || !strings.Contains(said, `"to":2`) {
			t.Error(said)
		}
		c.Get(t, "/api/security/ferry-sources/"+s.ID, "officer").Decode(t, &s)
		if s.Last != 0 || fmt.Sprint(s.Missing) != "[1 2]" {
			t.Errorf("%+v", s)
		}
		officer := client(t, c.City, c.Bureau.ID, "security.exchange.read", "security.exchange.inbox")
		inbox := collections(t, officer, c.URL)["inbox"]
		if got := names(t, officer, inbox); len(got) != 0 {
			t.Errorf("the inbox has %q", got)
		}
		for _, file := range []string{first, second, third} {
			c.bring(t, file, http.StatusOK)
		}
		if said := c.bring(t, second, http.StatusConflict); !strings.Contains(said, "security.ferry.repeated") {
			t.Error(said)
		}
		if said := c.bring(t, strings.Replace(first, "PK", "KP", 1), http.StatusUnprocessableEntity); !strings.Contains(said, "security.ferry.file") {
			t.Error(said)
		}
		c.Get(t, "/api/security/ferry-sources/"+s.ID, "officer").Decode(t, &s)
		if s.Last != 3 || len(s.Missing) != 0 || len(s.Files) != 3 || s.Files[0].Refused != 0 {
			t.Errorf("%+v", s)
		}
		if got := names(t, officer, inbox); len(got) != 2 || got[0] != "秘密标题 revoked" || got[1] != "秘密标题" {
			t.Errorf("the inbox has %q", got)
		}
		if r := c.Send(t, "POST", "/api/security/ferry-import", "manager-ours", third, "Content-Type", "application/octet-stream"); r.Status != http.StatusForbidden {
			t.Errorf("an enterprise takes a file in: %d", r.Status)
		}
	})
}

// forget lets the room forget old files now.
func (x *town) forget(t *testing.T) {
	t.Helper()
	for _, j := range x.module.Manifest().Jobs {
		if j.Name == "forget_upward_files" || j.Name == "forget_ferry_files" {
			if err := j.Do(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Files are forgotten after two years, but not what nobody fetched, what the other side has not
// acknowledged, or what the next file has to follow.
func TestOldFilesAreForgotten(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newReporter(t, o)
		up := x.upper(t, `{"name":"省级内网","way":"file","root":"","collection":"","auth":"none","paused":false,"most_tlp":"amber","levels":[3]}`)
		made := func(fetch bool) string {
			x.issued(t, named(x.Ours.ID), "")
			if fetch {
				_, data := x.carry(t, up)
				return data
			}
			x.do(t, "POST", "/uppers/"+up+"/files", "officer", "{}", 0, http.StatusOK, nil)
			return ""
		}
		sequences := func() (out []int64) {
			var list struct{ Items []fileMade }
			x.do(t, "GET", "/uppers/"+up+"/files", "officer", "", 0, http.StatusOK, &list)
			for _, f := range list.Items {
				out = append(out, f.Sequence)
			}
			return out
		}
		x.trust(t, "自己", up, x.key(t), "")
		x.take(t, made(true), http.StatusOK)
		made(false) // number 2 is not fetched
		third, fourth := made(true), made(true)
		if x.forget(t); fmt.Sprint(sequences()) != "[4 3 2 1]" {
			t.Errorf("forgotten at once, %v are left", sequences())
		}
		x.clock.Turn(3 * 365 * 24 * time.Hour)
		if x.forget(t); fmt.Sprint(sequences()) != "[4 2]" {
			t.Errorf("%v are left", sequences())
		}
		// The record of number 1 stays: the next file follows it.
		if _, said := x.take(t, third, http.StatusConflict); !strings.Contains(said, "security.ferry.gap_one") || !strings.Contains(said, "bring file 2 first") {
			t.Error(said)
		}
		var list struct{ Items []fileMade }
		x.do(t, "GET", "/uppers/"+up+"/files", "officer", "", 0, http.StatusOK, &list)
		for _, data := range []string{x.do(t, "GET", "/upper-files/"+list.Items[1].ID, "officer", "", 0, http.StatusOK, nil), third, fourth} {
			x.take(t, data, http.StatusOK)
		}
	})
}
