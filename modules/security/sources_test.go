package security

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/taxii"
	"linghang/lib/taxii/taxiitest"
)

// shelved is a shelf as the city enters it.
func shelved(s *taxiitest.Shelf, more string) string {
	return fmt.Sprintf(`{"name":"省级集合","way":"taxii","root":"%s%s","collection":%q,"auth":"basic","user":%q,"every":10,"upper":true%s}`, s.URL, taxiitest.Root, taxiitest.Collection, taxiitest.User, more)
}

type sourceView struct {
	ID, Cursor, Fault string
	Confirmed         bool
	FaultText         string `json:"fault_text"`
	Version, Failures int64
	Turns             []struct {
		Objects, Refused, Notices, Receipts int64
		Refusal, Fault                      string
	}
}

func (x *town) source(t *testing.T, id string) (s sourceView) {
	t.Helper()
	said := x.do(t, "GET", "/ferry-sources/"+id, "officer", "", 0, http.StatusOK, &s)
	if strings.Contains(said, `"secret":`) {
		t.Fatalf("a secret is shown: %s", said)
	}
	return s
}

// enter enters a source, which a second officer confirms.
func (x *town) enter(t *testing.T, spec string) (id string) {
	t.Helper()
	var made numbered
	x.do(t, "POST", "/ferry-sources", "officer", spec, 0, http.StatusCreated, &made)
	x.confirm(t, "/ferry-sources/"+made.ID, made.Version)
	return made.ID
}

// pulled lets the room read what is due until something holds of a source.
func (x *town) pulled(t *testing.T, id, what string, holds func(s sourceView) bool) (s sourceView) {
	t.Helper()
	kerneltest.Wait(t, what, func() bool {
		for _, j := range x.module.Manifest().Jobs {
			if j.Name == "read_notice_sources" {
				if err := j.Do(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		s = x.source(t, id)
		return holds(s)
	})
	return s
}

// received are the notices of upper levels that the city has.
func (x *town) received(t *testing.T) []fromAbove {
	t.Helper()
	var list struct{ Items []fromAbove }
	x.do(t, "GET", "/received-notices?limit=100&sort=number", "officer", "", 0, http.StatusOK, &list)
	return list.Items
}

// A collection of an upper level is read on where it was: what failed in the midst comes again
// and counts once, and what cannot be a notice is counted, with why.
func TestNoticesOfAnUpperLevelAreReadByTAXII(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x, s := newReporter(t, o), taxiitest.NewShelf(t)
		begun := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		for i := range 5 { // all at one time: pages part them
			s.Add(t, begun, told(fmt.Sprintf("0000000%d", i), "2026-03-01T01:00:00.000Z", `,"labels":["level-2"]`))
		}
		s.Add(t, begun.Add(time.Hour), strings.Replace(told("00000009", "2026-03-01T01:00:00.000Z", ""), "省级演练通报", strings.Repeat("长", 401), 1), `{"type":"identity","spec_version":"2.1","id":"identity--1f2d1b6f-9d9f-4c52-9a0a-2b9c4b1f6a12","created":"2026-03-01T08:00:00.000Z","modified":"2026-03-01T08:00:00.000Z"}`)
		s.Set("secret", 1)

		// One person alone reads nothing.
		var made sourceView
		x.do(t, "POST", "/ferry-sources", "officer", shelved(s, `,"secret":"secret"`), 0, http.StatusCreated, &made)
		if said := x.do(t, "POST", "/ferry-sources/"+made.ID+"/reading", "officer", "{}", 0, http.StatusConflict, nil); !strings.Contains(said, "security.second.waits") {
			t.Error(said)
		}
		if x.pulled(t, made.ID, "a look at what is due", func(sourceView) bool { return true }); len(s.Asked()) != 0 {
			t.Fatalf("what nobody confirmed is read: %+v", s.Asked())
		}
		x.confirm(t, "/ferry-sources/"+made.ID, made.Version)
		got := x.pulled(t, made.ID, "the reading that fails", func(s sourceView) bool { return s.Failures > 0 })
		if got.Fault != "refused" || !strings.Contains(got.FaultText, "the disk is full") || got.Cursor != "" || len(x.received(t)) != 3 {
			t.Errorf("%+v, with %d notices", got, len(x.received(t)))
		}
		s.Set("secret", -1)
		x.do(t, "POST", "/ferry-sources/"+made.ID+"/reading", "officer", "{}", 0, http.StatusOK, nil)
		got = x.pulled(t, made.ID, "everything", func(s sourceView) bool { return s.Fault == "" })
		list := x.received(t)
		var notices, refused int64
		for _, turn := range got.Turns {
			notices, refused = notices+turn.Notices, refused+turn.Refused
		}
		if len(list) != 5 || list[0].Revision != 1 || list[0].Level != 2 || notices != 5 || refused != 2 || !strings.HasPrefix(got.Cursor, "2026-03-01T01:00:00") {
			t.Errorf("%+v: %+v", got, list)
		}
		if why := fmt.Sprint(got.Turns); !strings.Contains(why, "its title has more than 400 characters") && !strings.Contains(why, "name") {
			t.Error(why)
		}
		// The next reading asks for what was added after, and a later version is to be acknowledged.
		s.Set("secret", -1)
		s.Add(t, begun.Add(2*time.Hour), told("00000000", "2026-03-01T02:00:00.000Z", `,"revoked":true`))
		x.clock.Turn(10 * time.Minute)
		x.pulled(t, made.ID, "the withdrawal", func(sourceView) bool {
			n := 0
			for _, r := range x.received(t) {
				if r.State == "withdrawn" && r.Revision == 2 {
					n++
				}
			}
			return n == 1 && len(s.Asked()) > 0
		})
		if q := s.Asked(); !q[0].AddedAfter.Equal(begun.Add(time.Hour)) {
			t.Errorf("asked for %+v", q)
		}
		x.sourceIsChanged(t, s, made.ID)
	})
}

// sourceIsChanged changes a source of TAXII in what needs a second person, and what does not.
func (x *town) sourceIsChanged(t *testing.T, s *taxiitest.Shelf, id string) {
	t.Helper()
	got := x.source(t, id)
	edit := func(body string, want int, v any) string {
		t.Helper()
		return x.do(t, "PUT", "/ferry-sources/"+id, "officer", body, x.source(t, id).Version, want, v)
	}
	if said := edit(strings.Replace(shelved(s, ""), "127.0.0.1", "localhost", 1), http.StatusUnprocessableEntity, nil); !strings.Contains(said, "body.secret") {
		t.Errorf("the secret goes to another host: %s", said)
	}
	if edit(strings.Replace(shelved(s, ""), "省级集合", "省厅集合", 1), http.StatusOK, &got); !got.Confirmed {
		t.Errorf("a name needs a second person: %+v", got)
	}
	if edit(shelved(s, `,"secret":"another"`), http.StatusOK, &got); got.Confirmed {
		t.Errorf("another secret by one person: %+v", got)
	}
	var kept string
	if err := x.module.kit.DB.QueryRow(t.Context(), `SELECT secret FROM security_ferry_source`).Scan(&kept); err != nil || kept == "" || strings.Contains(kept, "another") {
		t.Errorf("the secret is kept as %q, %v", kept, err)
	}
	x.confirm(t, "/ferry-sources/"+id, got.Version)
	if got = x.pulled(t, id, "the refusal", func(s sourceView) bool { return s.Fault != "" }); got.Fault != "sign_in" || got.Turns[0].Fault != "sign_in" {
		t.Errorf("%+v", got)
	}
	turns := len(got.Turns)
	for n := int64(2); n <= 4; n++ { // the same again is counted, and people are told once
		x.clock.Turn(10 * time.Minute)
		got = x.pulled(t, id, "another refusal", func(s sourceView) bool { return s.Failures == n })
	}
	kerneltest.Wait(t, "the officer to be told", func() bool {
		return strings.Count(string(x.Get(t, "/api/notify/inbox?limit=100", "officer").Body), "读取失败") > 0
	})
	if n := strings.Count(string(x.Get(t, "/api/notify/inbox?limit=100", "officer").Body), "“省级集合”读取失败"); n != 1 || len(got.Turns) != turns {
		t.Errorf("told %d times, noted %d times", n, len(got.Turns)-turns)
	}
	if said := edit(strings.Replace(shelved(s, ""), `"upper":true`, `"upper":false`, 1), http.StatusUnprocessableEntity, nil); !strings.Contains(said, "body.pair_id") {
		t.Error(said)
	}
	var trial struct {
		Collections []struct{ ID string }
		Fault       string
	}
	x.do(t, "POST", "/ferry-sources/trial", "officer", fmt.Sprintf(`{"root":"%s/api1/","auth":"basic","user":"city","secret":"secret"}`, s.URL), 0, http.StatusOK, &trial)
	if len(trial.Collections) != 1 || trial.Collections[0].ID != taxiitest.Collection {
		t.Errorf("%+v", trial)
	}
	x.do(t, "POST", "/ferry-sources/trial", "officer", fmt.Sprintf(`{"root":"%s/api1/","auth":"basic","user":"city","source":%q}`, s.URL, id), 0, http.StatusOK, &trial)
	if trial.Fault != "sign_in" {
		t.Errorf("with the secret of the source: %+v", trial)
	}
	// Who joins later begins later, and so it is with another collection.
	later := x.enter(t, strings.Replace(shelved(s, `,"secret":"secret","since":"2026-03-01T01:30:00Z"`), "省级集合", "省级集合（新）", 1))
	if q := x.pulled(t, later, "the reading", func(s sourceView) bool { return len(s.Turns) > 0 }); q.Turns[0].Notices != 1 || !strings.HasPrefix(q.Cursor, "2026-03-01T02:00:00") {
		t.Errorf("%+v", q)
	}
	x.do(t, "DELETE", "/ferry-sources/"+later, "officer", "", 0, http.StatusNoContent, nil)
	if r := x.Get(t, "/api/security/ferry-sources", "manager-ours"); r.Status != http.StatusForbidden {
		t.Errorf("an enterprise sees sources: %d", r.Status)
	}
	x.do(t, "DELETE", "/ferry-sources/"+id, "officer", "", 0, http.StatusNoContent, nil)
	if n := len(x.received(t)); n != 6 {
		t.Errorf("with the source %d notices are left", n)
	}
}

// A source leads into no network that is not allowed, and says no address.
func TestASourceLeadsIntoNoNetworkThatIsNotAllowed(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x, s := newTown(t, o), taxiitest.NewShelf(t)
		id := x.enter(t, fmt.Sprintf(`{"name":"内网","way":"taxii","root":"%s/api1/","collection":"x","upper":true}`, s.URL))
		if got := x.pulled(t, id, "the reading", func(s sourceView) bool { return s.Fault != "" }); got.Fault != "forbid" || strings.Contains(got.FaultText, "127.0.0.1") {
			t.Errorf("%+v", got)
		}
		id = x.enter(t, fmt.Sprintf(`{"name":"明文","way":"taxii","root":"%s/api1/","collection":"x","auth":"bearer","secret":"hidden-word","upper":true}`, s.URL))
		if got := x.pulled(t, id, "the reading", func(s sourceView) bool { return s.Fault != "" }); got.Fault != "plain" || len(s.Asked()) != 0 {
			t.Errorf("%+v", got)
		}
		for body, field := range map[string]string{
			`{"name":"a","way":"taxii","root":"ftp://x/","collection":"x","upper":true}`:                                       "body.root",
			`{"name":"a","way":"taxii","root":"https://example.org/","collection":"a/b","upper":true}`:                         "body.collection",
			`{"name":"a","way":"taxii","root":"https://example.org/","collection":"x","auth":"basic","user":"u","upper":true}`: "body.secret",
			`{"name":"a","way":"taxii","root":"https://example.org/","collection":"x"}`:                                        "body.pair_id",
			`{"name":" ","way":"taxii","root":"https://example.org/","collection":"x","upper":true}`:                           "body.name",
			`{"name":"a","way":"taxii","root":"https://example.org/","collection":"x","upper":true,"every":2000}`:              "body.every",
			`{"name":"a","channel":"c","keys":"","first":1}`:                                                                   "body.keys",
			`{"name":"a","channel":"c","keys":"-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----"}`:                      "body.first",
		} {
			if said := x.do(t, "POST", "/ferry-sources", "officer", body, 0, http.StatusUnprocessableEntity, nil); !strings.Contains(said, field) {
				t.Errorf("%s: %s", body, said)
			}
		}
	})
}

// readerOf is a token of an organisation of a city.
func (x *town) token(t *testing.T, organisation, permissions string) string {
	t.Helper()
	var made struct{ Secret string }
	r := x.Send(t, "POST", "/api/system/tokens", "administrator", fmt.Sprintf(`{"name":"peer","organisation_id":%q,"permissions":[%s]}`, organisation, permissions))
	if r.Decode(t, &made); made.Secret == "" {
		t.Fatalf("no token: %d %s", r.Status, r.Body)
	}
	return made.Secret
}

// A province publishes; a city reads its collection, acknowledges by the province's inbox, and
// hears of the revision and the withdrawal.
func TestTwoCitiesByTAXII(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		province, city := newReporter(t, kerneltest.Options{}), newReporter(t, o)
		token := province.token(t, province.Ours.ID, `"security.exchange.read","security.exchange.write"`)
		up := city.upper(t, fmt.Sprintf(`{"name":"省级平台","way":"taxii","root":"%s/taxii2/city/","collection":"inbox","auth":"bearer","secret":%q,"paused":false,"most_tlp":"amber","levels":[]}`, province.URL, token))
		from := city.enter(t, fmt.Sprintf(`{"name":"省","way":"taxii","root":"%s/taxii2/city/","collection":"notices","auth":"bearer","secret":%q,"upper":true,"every":1,"pair_id":%q}`, province.URL, token, up))
		n := province.issued(t, named(province.Ours.ID), "")
		province.issued(t, named(province.Theirs.ID), "") // which the city may not read
		var drill numbered
		province.do(t, "POST", "/drills", "officer", fmt.Sprintf(`{"title":"演练","plan":"通知","pace":100,"organisations":[%q]}`, province.Ours.ID), 0, http.StatusCreated, &drill)
		province.issued(t, named(province.Ours.ID), fmt.Sprintf(`,"drill":%q`, drill.ID))
		state := func(what string, holds func(fromAbove) bool) (got fromAbove) {
			t.Helper()
			city.clock.Turn(time.Minute)
			city.pulled(t, from, what, func(sourceView) bool {
				list := city.received(t)
				if len(list) > 0 {
					got = list[0]
				}
				return len(list) == 1 && holds(got)
			})
			return city.above(t)
		}
		got := state("the notice", func(fromAbove) bool { return true })
		if got.Title != "秘密标题" || got.TLP != "amber" || got.Number != n.Number || got.State != "new" || got.Exercise || !got.Answered || len(got.Clocks) != 2 {
			t.Errorf("%+v", got)
		}
		city.do(t, "POST", "/received-notices/"+got.ID+"/acknowledgement", "officer", "{}", got.Version, http.StatusOK, nil)
		kerneltest.Wait(t, "the receipt to arrive", func() bool {
			city.sendUp(t)
			got = city.above(t)
			return got.Receipts[0].State == "delivered"
		})
		if r := province.Get(t, "/api/security/exchange/inbox?type=note", "officer"); strings.Count(string(r.Body), `"object_id":"note--`) != 1 {
			t.Errorf("the province has %s", r.Body)
		}
		var of struct{ Version int64 }
		province.do(t, "GET", "/notices/"+n.ID, "officer", "", 0, http.StatusOK, &of)
		province.do(t, "POST", "/notices/"+n.ID+"/level", "officer", `{"level":1,"reason":"扩散"}`, of.Version, http.StatusOK, &of)
		if got = state("the revision", func(n fromAbove) bool { return n.Revision == 2 }); got.Level != 1 || got.State != "new" {
			t.Errorf("%+v", got)
		}
		province.do(t, "POST", "/notices/"+n.ID+"/withdrawal", "officer", `{"reason":"误发"}`, of.Version, http.StatusOK, nil)
		state("the withdrawal", func(n fromAbove) bool { return n.State == "withdrawn" })
		city.Audited(t, got.ID)
	})
}

// downTAXII is a channel downward to the inbox of a lower city.
func downTAXII(name, root, token, recipients string) string {
	return fmt.Sprintf(`{"name":%q,"way":"taxii","direction":"down","recipients":[%s],"root":%q,"collection":"inbox","auth":"bearer","secret":%q,"paused":false,"most_tlp":"amber","levels":[3]}`, name, recipients, root, token)
}

// A notice goes down into the inbox of a lower level: by rule, only to whom it is for, as it is
// when it is sent, until it arrives; and never a drill.
func TestANoticeGoesDownByTAXII(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x, lower := newReporter(t, o), newAbove(t)
		root := lower.front.URL + "/taxii2/city/"
		one := x.upper(t, downTAXII("区级平台", root, lower.token, fmt.Sprintf("%q", x.Ours.ID)))
		both := x.upper(t, downTAXII("两家平台", root+"/", lower.token, fmt.Sprintf("%q,%q", x.Ours.ID, x.Theirs.ID)))
		state := func(notice, channel string) (r sentUp) {
			t.Helper()
			var list struct {
				Items []struct {
					sentUp
					NoticeID string `json:"notice_id"`
				}
			}
			x.do(t, "GET", "/upward?direction=down&upper="+channel, "officer", "", 0, http.StatusOK, &list)
			for _, i := range list.Items {
				if i.NoticeID == notice {
					return i.sentUp
				}
			}
			return r
		}
		n := x.issued(t, named(x.Ours.ID), "")
		if r := state(n.ID, both); r.State != "withheld" || r.Fault != "target" {
			t.Errorf("to who is no addressee: %+v", r)
		}
		kerneltest.Wait(t, "the notice to arrive", func() bool { x.sendUp(t); return state(n.ID, one).State == "delivered" })
		if got := lower.inbox(t); len(got) != 1 || got[0] != "秘密标题" {
			t.Errorf("the lower city has %q", got)
		}
		if said := x.release(t, n.ID, both, "leader", false, http.StatusForbidden); !strings.Contains(said, "security.upward.target") {
			t.Error(said)
		}
		// What waits and becomes stricter meanwhile is not sent to who is no addressee.
		green := x.issued(t, named(x.Ours.ID), "")
		lower.mode.Store(broken)
		x.do(t, "POST", "/notices/"+green.ID+"/tlp", "officer", `{"tlp":"green","reason":"可公开"}`, x.upwardOf(t, green.ID, "officer").Version, http.StatusOK, nil)
		x.do(t, "POST", "/notices/"+green.ID+"/revision/signature", "leader", "{}", x.upwardOf(t, green.ID, "officer").Version, http.StatusOK, nil)
		kerneltest.Wait(t, "a try", func() bool { x.sendUp(t); return state(green.ID, both).Fault == "broken" })
		x.do(t, "POST", "/notices/"+green.ID+"/tlp", "officer", `{"tlp":"amber","reason":"收紧"}`, x.upwardOf(t, green.ID, "officer").Version, http.StatusOK, nil)
		lower.mode.Store(open)
		x.clock.Turn(time.Hour)
		kerneltest.Wait(t, "it to be withheld", func() bool {
			x.sendUp(t)
			r := state(green.ID, both)
			return r.State == "withheld" && r.Fault == "target"
		})
		// Refused for good, people are told.
		lower.mode.Store(strict)
		failing := x.issued(t, named(x.Ours.ID), "")
		kerneltest.Wait(t, "the refusal", func() bool { x.sendUp(t); return state(failing.ID, one).State == "failed" })
		kerneltest.Wait(t, "the leader to be told", func() bool {
			return strings.Contains(string(x.Get(t, "/api/notify/inbox?limit=100", "leader").Body), "未能下发 区级平台")
		})
		lower.mode.Store(open)
		var drill numbered
		x.do(t, "POST", "/drills", "officer", fmt.Sprintf(`{"title":"演练","plan":"通知","pace":100,"organisations":[%q]}`, x.Ours.ID), 0, http.StatusCreated, &drill)
		d := x.issued(t, named(x.Ours.ID), fmt.Sprintf(`,"drill":%q`, drill.ID))
		if said := x.release(t, d.ID, one, "leader", false, http.StatusConflict); !strings.Contains(said, "security.upward.unreal") {
			t.Errorf("a drill is released: %s", said)
		}
	})
}

// Two cities write into each other's inbox: a notice goes down, is received in the transaction
// that acknowledges it, and its receipt comes back the same way. What others hand in is no notice.
func TestWhatAnUpperLevelHandsInIsReceived(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		upper, lower := newReporter(t, kerneltest.Options{}), newReporter(t, o)
		const both = `"security.exchange.read","security.exchange.write"`
		down := upper.upper(t, downTAXII("市级平台", lower.URL+"/taxii2/city/", lower.token(t, lower.Ours.ID, both), fmt.Sprintf("%q", upper.Ours.ID)))
		up := lower.upper(t, fmt.Sprintf(`{"name":"省级平台","way":"taxii","root":"%s/taxii2/city/","collection":"inbox","auth":"bearer","secret":%q,"paused":false,"most_tlp":"amber","levels":[]}`, upper.URL, upper.token(t, upper.Ours.ID, both)))
		delivered := func(n int) {
			t.Helper()
			kerneltest.Wait(t, fmt.Sprintf("%d reports to arrive", n), func() bool {
				upper.sendUp(t)
				return strings.Count(upper.do(t, "GET", "/upward?direction=down&state=delivered", "officer", "", 0, http.StatusOK, nil), `"number":`) == n
			})
		}
		// Nobody named it as an upper level, or one person did: it is in the inbox, and no notice.
		n := upper.issued(t, named(upper.Ours.ID), "")
		delivered(1)
		for body, field := range map[string]string{
			`{"name":"省","way":"inbox","upper":true}`:                                                    "body.organisation_id",
			fmt.Sprintf(`{"name":"省","way":"inbox","upper":true,"organisation_id":%q}`, lower.Bureau.ID): "body.organisation_id",
			`{"name":"省","way":"inbox","upper":true,"organisation_id":"nobody"}`:                         "body.organisation_id",
			fmt.Sprintf(`{"name":"省","way":"inbox","organisation_id":%q}`, lower.Ours.ID):                "body.pair_id",
		} {
			if said := lower.do(t, "POST", "/ferry-sources", "officer", body, 0, http.StatusUnprocessableEntity, nil); !strings.Contains(said, field) {
				t.Errorf("%s: %s", body, said)
			}
		}
		var made numbered
		spec := fmt.Sprintf(`{"name":"省","way":"inbox","upper":true,"organisation_id":%q,"pair_id":%q}`, lower.Ours.ID, up)
		lower.do(t, "POST", "/ferry-sources", "officer", spec, 0, http.StatusCreated, &made)
		if said := lower.do(t, "POST", "/ferry-sources", "officer", strings.Replace(spec, `"省"`, `"另一省"`, 1), 0, http.StatusConflict, nil); !strings.Contains(said, "security.ferry.taken") {
			t.Errorf("one organisation is two sources: %s", said)
		}
		upper.do(t, "POST", "/notices/"+n.ID+"/level", "officer", `{"level":2,"reason":"扩散"}`, upper.upwardOf(t, n.ID, "officer").Version, http.StatusOK, nil)
		upper.release(t, n.ID, down, "officer", true, http.StatusOK)
		delivered(2)
		if got := lower.received(t); len(got) != 0 {
			t.Fatalf("received by what one person alone entered: %+v", got)
		}
		lower.confirm(t, "/ferry-sources/"+made.ID, made.Version)
		upper.do(t, "POST", "/notices/"+n.ID+"/level", "officer", `{"level":1,"reason":"扩散"}`, upper.upwardOf(t, n.ID, "officer").Version, http.StatusOK, nil)
		delivered(3)
		got := lower.above(t)
		if got.Title != "秘密标题" || got.Level != 1 || got.TLP != "amber" || got.Revision != 1 || got.State != "new" || len(got.Clocks) != 2 || !got.Answered {
			t.Errorf("%+v", got)
		}
		// The receipt: the upper city has named the lower one, with the channel that it answers.
		upper.enter(t, fmt.Sprintf(`{"name":"市","way":"inbox","organisation_id":%q,"pair_id":%q}`, upper.Ours.ID, down))
		lower.do(t, "POST", "/received-notices/"+got.ID+"/acknowledgement", "officer", "{}", got.Version, http.StatusOK, nil)
		kerneltest.Wait(t, "the receipt to be noted", func() bool {
			lower.sendUp(t)
			return strings.Count(upper.do(t, "GET", "/upward?direction=down", "officer", "", 0, http.StatusOK, nil), `"acknowledged_at":"`) == 1
		})
		upper.do(t, "POST", "/notices/"+n.ID+"/withdrawal", "officer", `{"reason":"误发"}`, upper.upwardOf(t, n.ID, "officer").Version, http.StatusOK, nil)
		delivered(4)
		if got = lower.above(t); got.State != "withdrawn" || got.Revision != 2 {
			t.Errorf("%+v", got)
		}
		lower.Audited(t, got.ID)
		lower.othersHandIn(t, made.ID)
	})
}

// othersHandIn hands reports in: of an upper level, which are received, and of others, which are not.
func (x *town) othersHandIn(t *testing.T, source string) {
	t.Helper()
	hand := func(organisation, object string) taxii.Status {
		t.Helper()
		peer := client(t, x.City, organisation, "security.exchange.read", "security.exchange.write")
		o, err := taxii.ReadObject([]byte(object))
		if err != nil {
			t.Fatal(err)
		}
		status, err := peer.Add(t.Context(), collections(t, peer, x.URL)["inbox"], o)
		if err != nil {
			t.Fatal(err)
		}
		return status
	}
	long := strings.Replace(told("33333333", "2026-03-01T00:00:00.000Z", ""), "省级演练通报", strings.Repeat("长", 401), 1)
	if s := hand(x.Ours.ID, long); s.SuccessCount != 1 {
		t.Errorf("good STIX is refused: %+v", s)
	}
	if got := x.source(t, source).Turns[0]; got.Refused != 1 || got.Notices != 0 || !strings.Contains(got.Refusal, "its title has more than 400 characters") {
		t.Errorf("%+v", got)
	}
	exercise := told("44444444", "2026-03-01T00:00:00.000Z", `,"labels":["exercise"]`)
	hand(x.Theirs.ID, told("55555555", "2026-03-01T00:00:00.000Z", ""))
	hand(x.Ours.ID, exercise)
	hand(x.Ours.ID, exercise) // the same again
	list := x.received(t)
	exercises := 0
	for _, n := range list {
		if n.Exercise {
			exercises++
		}
	}
	if len(list) != 2 || exercises != 1 {
		t.Errorf("%+v", list)
	}
	// Named no more, it is as others are.
	x.do(t, "DELETE", "/ferry-sources/"+source, "officer", "", 0, http.StatusNoContent, nil)
	hand(x.Ours.ID, told("66666666", "2026-03-01T00:00:00.000Z", ""))
	if n := len(x.received(t)); n != 2 {
		t.Errorf("%d notices", n)
	}
}
