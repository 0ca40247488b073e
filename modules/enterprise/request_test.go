package enterprise

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

func TestACorrectionIsWhatWasAskedOrNothing(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	e := Entry{Code: identity.CompleteUSCC("91370200000000001"), Name: lang.Text{ZH: "旧名", EN: "Old"}, District: "370212", Industry: "C35", Profile: Profile{Address: "旧址", IndustryClass: "C3521"}}
	after, done, err := e.correct([]Correction{{Field: "name_zh", After: " 新名 "}, {Field: "industry", After: "C36"}, {Field: "capital", After: "1200.5"}, {Field: "address", After: "旧址"}}, identity.ValidUSCC, now)
	if err != nil || after.Name.ZH != "新名" || after.Industry != "C36" || after.Profile.IndustryClass != "" || *after.Profile.Capital != 1200.5 {
		t.Fatalf("%+v, %v", after, err)
	}
	if diff := cmp.Diff([]Correction{{"name_zh", "旧名", "新名"}, {"industry", "C35", "C36"}, {"capital", "", "1200.5"}}, done); diff != "" {
		t.Error(diff)
	}
	for name, asked := range map[string][]Correction{
		"nothing":         nil,
		"the same":        {{Field: "name_zh", After: "旧名"}},
		"twice":           {{Field: "name_zh", After: "甲"}, {Field: "name_zh", After: "乙"}},
		"a wrong code":    {{Field: "code", After: "91370200000000001X"}},
		"no name":         {{Field: "name_zh"}, {Field: "name_en"}},
		"no district":     {{Field: "district", After: "110101"}},
		"capital as text": {{Field: "capital", After: "many"}},
		"a coming day":    {{Field: "founded_on", After: "2027-01-01"}},
	} {
		if _, _, err := e.correct(asked, identity.ValidUSCC, now); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func (x *town) asks(t *testing.T, entry, who, body string, want int) (q Request) {
	t.Helper()
	text := x.do(t, "POST", "/entries/"+entry+"/requests", who, body, 0, want, nil)
	if want == http.StatusCreated {
		x.do(t, "GET", "/requests/"+between(text, `"id":"`), who, "", 0, http.StatusOK, &q)
	}
	return q
}

// between is what stands after a mark, until the next quotation mark.
func between(text, mark string) string {
	_, rest, _ := strings.Cut(text, mark)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func (x *town) decides(t *testing.T, q Request, decision string, want int) (after Request) {
	t.Helper()
	text := x.do(t, "POST", "/requests/"+q.ID+"/decision", "officer", fmt.Sprintf(`{"decision":%q,"reason":"核对了营业执照"}`, decision), q.Version, want, nil)
	if want == http.StatusOK {
		x.do(t, "GET", "/requests/"+q.ID, "officer", "", 0, http.StatusOK, &after)
	} else if text == "" {
		t.Error("a refusal says nothing")
	}
	return after
}

func TestAnEnterpriseAsksForACorrectionAndFindsItInItsHistory(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		e := x.secretive(t)
		right, other := identity.CompleteUSCC("91370200000000077"), x.enter(t, 9, "另一家", "")
		ask := func(code string) string {
			return fmt.Sprintf(`{"kind":"correction","changes":[{"field":"code","after":%q}],"text":"录入时代码有误"}`, code)
		}
		// Who is not the enterprise neither asks nor reads.
		x.asks(t, e.ID, "manager-theirs", ask(right), http.StatusForbidden)
		x.asks(t, e.ID, "officer", ask(right), http.StatusForbidden)
		x.asks(t, e.ID, "viewer-ours", ask(right), http.StatusForbidden)
		x.asks(t, e.ID, "manager-ours", ask("91370200000000077X"), http.StatusUnprocessableEntity)
		x.asks(t, e.ID, "manager-ours", ask(e.Code), http.StatusUnprocessableEntity)
		q := x.asks(t, e.ID, "manager-ours", ask(right), http.StatusCreated)
		x.asks(t, e.ID, "manager-ours", ask(right), http.StatusConflict) // one at a time
		if q.State != requestOpen || q.DueAt.Sub(q.FiledAt) != decideWithin || !slices.Equal(q.Acts, []string{"withdraw"}) || q.Changes[0].Before != e.Code {
			t.Fatalf("%+v", q)
		}
		x.do(t, "GET", "/requests/"+q.ID, "manager-theirs", "", 0, http.StatusNotFound, nil)
		var page struct {
			Items []Request
			Total int
		}
		for who, want := range map[string]int{"manager-ours": 1, "manager-theirs": 0, "officer": 1} {
			if x.do(t, "GET", "/requests?state=open", who, "", 0, http.StatusOK, &page); page.Total != want {
				t.Errorf("%s lists %d", who, page.Total)
			}
		}
		kerneltest.Wait(t, "the notice to the bureau", func() bool {
			return strings.Contains(string(x.Get(t, "/api/notify/inbox", "officer").Body), "/enterprise/requests/"+q.ID)
		})

		// Only the bureau decides, with a reason, and on what it read.
		x.do(t, "POST", "/requests/"+q.ID+"/decision", "manager-ours", `{"decision":"done","reason":"我们自己"}`, q.Version, http.StatusForbidden, nil)
		x.do(t, "POST", "/requests/"+q.ID+"/decision", "officer", `{"decision":"done","reason":" "}`, q.Version, http.StatusUnprocessableEntity, nil)
		x.do(t, "POST", "/requests/"+q.ID+"/decision", "officer", `{"decision":"done","reason":"是"}`, q.Version+1, http.StatusPreconditionFailed, nil)
		x.do(t, "POST", "/requests/"+q.ID+"/withdrawal", "manager-theirs", "", q.Version, http.StatusNotFound, nil)
		q = x.decides(t, q, "done", http.StatusOK)
		now := x.seen(t, e.ID)
		if q.State != requestDone || now.Code != right || now.Profile.Address != e.Profile.Address || len(q.Acts) != 0 || q.DecidedName != "officer" {
			t.Errorf("%+v of %+v", now, q)
		}
		x.do(t, "POST", "/requests/"+q.ID+"/decision", "officer", `{"decision":"refused","reason":"否"}`, q.Version, http.StatusConflict, nil)
		var history struct{ Items []Step }
		x.do(t, "GET", "/entries/"+e.ID+"/history", "manager-ours", "", 0, http.StatusOK, &history)
		if s := history.Items[0]; s.Kind != stepCorrected || s.Fields != "code" || len(s.Changes) != 1 || s.Changes[0] != (Correction{"code", e.Code, right}) {
			t.Errorf("the history says %+v", s)
		}
		kerneltest.Wait(t, "the notice to the enterprise", func() bool {
			return strings.Contains(string(x.Get(t, "/api/notify/inbox", "manager-ours").Body), "/enterprise/requests/"+q.ID)
		})

		// A correction that cannot be done changes nothing and stays open.
		q = x.asks(t, e.ID, "manager-ours", ask(other.Code), http.StatusCreated)
		x.decides(t, q, "done", http.StatusConflict)
		if now, open := x.seen(t, e.ID), x.decides(t, q, "refused", http.StatusOK); now.Code != right || open.State != requestRefused || open.Version != q.Version+1 {
			t.Errorf("%s, %+v", now.Code, open)
		}
		q = x.asks(t, e.ID, "manager-ours", ask(e.Code), http.StatusCreated)
		x.do(t, "POST", "/requests/"+q.ID+"/withdrawal", "manager-ours", "", q.Version, http.StatusOK, &q)
		if q.State != requestWithdrawn {
			t.Errorf("withdrawn, it is %s", q.State)
		}
	})
}

func TestWhoHasTheCodeAsksAboutWhatTheBureauEntered(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.provide(t)
		var e EntryDetail
		x.do(t, "POST", "/entries", "officer", fmt.Sprintf(`{"code":%q,"name":{"zh":"写错的名称","en":""},"district":"370212","industry":"C35"}`, identity.CompleteUSCC(theirCode)), 0, http.StatusCreated, &e)
		for who, may := range map[string]bool{"manager-theirs": true, "viewer-theirs": false, "manager-ours": false, "officer": false} {
			var d EntryDetail
			if x.do(t, "GET", "/entries/"+e.ID, who, "", 0, http.StatusOK, &d); d.MayAsk != may {
				t.Errorf("%s may ask: %v", who, d.MayAsk)
			}
		}
		// The code is the one by which it is known.
		x.asks(t, e.ID, "manager-theirs", fmt.Sprintf(`{"kind":"correction","changes":[{"field":"code","after":%q}],"text":"改"}`, identity.CompleteUSCC("91370200000000077")), http.StatusConflict)
		q := x.asks(t, e.ID, "manager-theirs", `{"kind":"correction","changes":[{"field":"name_zh","after":"正确的名称"},{"field":"district","after":"370202"}],"text":"与执照不符"}`, http.StatusCreated)
		q = x.decides(t, q, "done", http.StatusOK)
		if now := x.seen(t, e.ID); now.Name.ZH != "正确的名称" || now.District != "370202" || now.Claimed || q.Changes[0].Before != "写错的名称" {
			t.Errorf("%+v", now)
		}
	})
}

func TestADeletionRemovesWhatMayGoAndSaysWhatStays(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		e := x.secretive(t)
		x.attach(t, e)
		double := x.enter(t, 3, "重复登记", "")
		x.do(t, "POST", "/merges", "officer", fmt.Sprintf(`{"survivor_id":%q,"other_id":%q,"take":[]}`, e.ID, double.ID), 0, http.StatusCreated, nil)
		const ask = `{"kind":"deletion","text":"公司已注销"}`
		q := x.decides(t, x.asks(t, e.ID, "manager-ours", ask, http.StatusCreated), "done", http.StatusOK)
		if diff := cmp.Diff(&Outcome{Removed: []Part{{"profile", 1}, {"contacts", 1}, {"evidence", 1}, {"merged", 1}}, Kept: []Part{}}, q.Outcome); diff != "" {
			t.Error(diff)
		}
		for _, who := range []string{"officer", "manager-ours", "viewer-theirs"} {
			x.do(t, "GET", "/entries/"+e.ID, who, "", 0, http.StatusNotFound, nil)
			x.do(t, "GET", "/codes/"+e.Code, who, "", 0, http.StatusNotFound, nil)
		}
		x.do(t, "GET", "/requests/"+q.ID, "manager-ours", "", 0, http.StatusOK, nil) // what became of it stays

		// The code is free: the enterprise may file again. Then somebody serves it.
		again := x.secretive(t)
		x.registers(t)
		x.do(t, "POST", "/services", "manager-theirs", serve(again.Code, "", "training", "2026-03-01", x.proof(t, "manager-theirs")), 0, http.StatusCreated, nil)
		q = x.decides(t, x.asks(t, again.ID, "manager-ours", ask, http.StatusCreated), "done", http.StatusOK)
		if diff := cmp.Diff(&Outcome{Removed: []Part{{"profile", 1}, {"contacts", 1}}, Kept: []Part{{"services", 1}}}, q.Outcome); diff != "" {
			t.Error(diff)
		}
		left := x.do(t, "GET", "/entries/"+again.ID, "officer", "", 0, http.StatusOK, nil) + x.do(t, "GET", "/entries/"+again.ID+"/history", "officer", "", 0, http.StatusOK, nil)
		if strings.Contains(left, "secret") || strings.Contains(left, "13800001234") || !strings.Contains(left, `"status":"removed"`) || strings.Contains(left, x.Ours.ID) {
			t.Errorf("what is left: %s", left)
		}
		x.do(t, "GET", "/entries/"+again.ID, "viewer-theirs", "", 0, http.StatusNotFound, nil)
		x.do(t, "GET", "/entries/"+again.ID, "manager-ours", "", 0, http.StatusNotFound, nil)
		var list struct{ Total int }
		if x.do(t, "GET", "/entries", "viewer-theirs", "", 0, http.StatusOK, &list); list.Total != 1 { // who serves it is there
			t.Errorf("the directory lists %d", list.Total)
		}
		x.do(t, "PUT", "/entries/"+again.ID, "officer", `{"name":{"zh":"改","en":""},"district":"370212","industry":"C35"}`, x.seen(t, again.ID).Version, http.StatusConflict, nil)
		x.secretive(t)
	})
}

// providerEntry is the entry of the provider "theirs".
func (x *market) providerEntry(t *testing.T) string {
	t.Helper()
	return between(x.do(t, "GET", "/providers/"+x.theirs, "officer", "", 0, http.StatusOK, nil), `"entry_id":"`)
}

func TestWhatOthersRelyOnStopsADeletionWhileItRuns(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		id, draft := x.publish(t, false), x.publish(t, true)
		x.agree(t, id)
		q := x.asks(t, x.entry, "manager-ours", `{"kind":"deletion","text":"不再使用"}`, http.StatusCreated)
		if text := x.do(t, "POST", "/requests/"+q.ID+"/decision", "officer", `{"decision":"done","reason":"同意"}`, q.Version, http.StatusConflict, nil); !strings.Contains(text, "enterprise.request.running") {
			t.Errorf("it says %s", text)
		}
		x.see(t, draft, "manager-ours") // nothing is gone
		x.carriedOut(t, id)
		q = x.decides(t, q, "done", http.StatusOK)
		if q.Outcome == nil || !slices.Contains(q.Outcome.Kept, Part{"agreements", 1}) || !slices.Contains(q.Outcome.Removed, Part{"needs", 1}) {
			t.Errorf("%+v", q.Outcome)
		}
		x.do(t, "GET", "/needs/"+draft, "manager-ours", "", 0, http.StatusNotFound, nil)
		if d := x.see(t, id, "manager-theirs"); d.State != "completed" {
			t.Errorf("the agreement of the other side is %s", d.State)
		}
		// A provider in force ends first.
		q = x.asks(t, x.providerEntry(t), "manager-theirs", `{"kind":"deletion","text":"公司已注销"}`, http.StatusCreated)
		x.decides(t, q, "done", http.StatusConflict)
	})
}

func TestTheBureauIsRemindedOnceBeforeAndOnceAfterTheTime(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		e := x.secretive(t)
		q := x.asks(t, e.ID, "manager-ours", `{"kind":"deletion","text":"公司已注销"}`, http.StatusCreated)
		count := func() int {
			return strings.Count(string(x.Get(t, "/api/notify/inbox", "officer").Body), "/enterprise/requests/"+q.ID)
		}
		for _, after := range []time.Duration{0, decideWithin - warnBefore - time.Hour, decideWithin - warnBefore + time.Hour, decideWithin - time.Hour, decideWithin + time.Hour, decideWithin + 48*time.Hour} {
			if err := x.module.remindBureau(t.Context(), q.FiledAt.Add(after)); err != nil {
				t.Fatal(err)
			}
		}
		kerneltest.Wait(t, "the notices", func() bool { return count() >= 3 })
		if n := count(); n != 3 {
			t.Errorf("the bureau was told %d times", n)
		}
	})
}

func TestARequestAboutAnEntryThatWasMadeUpIsMarked(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		e := x.secretive(t)
		body := `{"kind":"correction","changes":[{"field":"name_zh","after":"改名企业"}],"text":"更名"}`
		q := x.asks(t, e.ID, "manager-ours", body, http.StatusCreated)
		if q.Synthetic {
			t.Errorf("an entry that is real: %+v", q)
		}
		x.do(t, "POST", "/requests/"+q.ID+"/withdrawal", "manager-ours", "", q.Version, http.StatusOK, nil)
		err := x.module.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE entry SET synthetic = TRUE WHERE id = $1`, e.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if q = x.asks(t, e.ID, "manager-ours", body, http.StatusCreated); !q.Synthetic {
			t.Errorf("an entry that was made up: %+v", q)
		}
	})
}
