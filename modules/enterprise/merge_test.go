package enterprise

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
)

func TestKeysLeaveOutWhatWritersSpellDifferently(t *testing.T) {
	for name, want := range map[string]string{
		"海湾机械有限公司": "海湾机械", "青岛海湾机械有限责任公司": "海湾机械", "青岛市海湾机械（集团）股份有限公司": "海湾机械集团", "公司": "公司", "Bay Machinery Co., Ltd.": "baymachinery", "ＡＢＣ公司": "abc", "青岛": "青岛", "": "",
	} {
		if got := nameKey(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for address, want := range map[string]string{"山东省青岛市崂山区株洲路1号": "崂山区株洲路1号", "崂山区株洲路 １ 号": "崂山区株洲路1号", "1号": "", "": ""} {
		if got := addressKey(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
	for phone, want := range map[string]string{"+86 138-0000-1234": "13800001234", "13800001234": "13800001234", "0532-85912345": "053285912345", "12": ""} {
		if got := phoneKey(phone); got != want {
			t.Errorf("%s: %s, want %s", phone, got, want)
		}
	}
	for pair, want := range map[[2]string]float64{{"海湾机械", "海湾机械"}: 1, {"海湾机械", "海湾机床"}: 2.0 / 3, {"海湾机械", "远山化工"}: 0, {"", ""}: 1} {
		if got := likeness(pair[0], pair[1]); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v: %v, want %v", pair, got, want)
		}
	}
}

func TestWhatMayNotBeMergedIsRefused(t *testing.T) {
	a, b := Entry{ID: "a", Status: accepted}, Entry{ID: "b", Status: accepted}
	with := func(e Entry, change func(*Entry)) Entry { change(&e); return e }
	for name, x := range map[string]struct {
		a, b Entry
		take []string
		kind fault.Kind
	}{
		"itself":        {a, a, nil, fault.Invalid},
		"into waiting":  {with(a, func(e *Entry) { e.Status = submitted }), b, nil, fault.Conflict},
		"a refused one": {a, with(b, func(e *Entry) { e.Status = refused }), nil, fault.Conflict},
		"a merged one":  {a, with(b, func(e *Entry) { e.Status = merged }), nil, fault.Conflict},
		"two that are kept": {
			with(a, func(e *Entry) { e.OrganisationID = "x" }), with(b, func(e *Entry) { e.OrganisationID = "y" }), nil, fault.Conflict,
		},
		"contacts": {a, b, []string{groupContacts}, fault.Invalid},
	} {
		if _, err := x.a.merge(x.b, x.take); !fault.Is(err, x.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsTakenIsForNoMoreThanEitherChose(t *testing.T) {
	a, b := full(), full()
	a.ID, a.Consent, b.OrganisationID, b.Consent = "a", everything(forPublic), "", everything(forBureau)
	m, err := a.merge(b, []string{groupStaff})
	if err != nil {
		t.Fatal(err)
	}
	want := everything(forPublic)
	want.Staff = forBureau
	if m.Consent != want {
		t.Errorf("%+v", m.Consent)
	}
}

func (x *town) enter(t *testing.T, n int, name, rest string) (e EntryDetail) {
	t.Helper()
	x.do(t, "POST", "/entries", "officer", fmt.Sprintf(`{"code":%q,"name":{"zh":%q,"en":""},"district":"370212","industry":"C35"%s}`, identity.CompleteUSCC(fmt.Sprintf("91370200%09d", n)), name, rest), 0, http.StatusCreated, &e)
	return e
}

func TestLikelyDuplicatesAreFoundByEachRule(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		a := x.enter(t, 1, "海湾机械有限公司", `,"profile":{"address":"青岛市崂山区株洲路1号"},"contacts":[{"name":"甲","phone":"13800001234"}]`)
		b := x.enter(t, 2, "青岛海湾机械有限责任公司", "")
		c := x.enter(t, 3, "海湾机床有限公司", `,"profile":{"address":"崂山区株洲路 1 号"}`)
		d := x.enter(t, 4, "远山化工", `,"profile":{"address":"崂山区株洲路1号"},"contacts":[{"name":"乙","phone":"+86 138 0000 1234"}]`)
		x.enter(t, 5, "毫不相干", "")
		found := func() map[string]string {
			var list pairsView
			x.do(t, "GET", "/duplicates", "officer", "", 0, http.StatusOK, &list)
			names := map[string]string{a.ID: "a", b.ID: "b", c.ID: "c", d.ID: "d"}
			got := map[string]string{}
			for _, p := range list.Items {
				got[names[p.First.ID]+names[p.Second.ID]] = strings.Join(p.Reasons, ",")
			}
			return got
		}
		if diff := cmp.Diff(map[string]string{"ab": "name", "ac": "address", "ad": "phone"}, found()); diff != "" {
			t.Error(diff)
		}
		x.do(t, "POST", "/duplicates/apart", "officer", fmt.Sprintf(`{"first_id":%q,"second_id":%q}`, d.ID, a.ID), 0, http.StatusNoContent, nil)
		if got := found(); got["ad"] != "" || got["ab"] == "" {
			t.Errorf("after two were said to be two: %v", got)
		}
	})
}

// seen is all that the bureau sees of an entry, without what counts changes.
func (x *town) seen(t *testing.T, id string) (e EntryDetail) {
	t.Helper()
	x.do(t, "GET", "/entries/"+id, "officer", "", 0, http.StatusOK, &e)
	return e
}

func TestAMergeIsUndoneExactly(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		ours := x.secretive(t)
		x.attach(t, x.seen(t, ours.ID))
		survivor := x.enter(t, 1, "海湾机械", `,"size":"large","profile":{"address":"旧址","qualifications":[{"kind":"iso9001"}]},"contacts":[{"name":"乙","phone":"0532-1234567"}]`)
		before, other := x.seen(t, survivor.ID), x.seen(t, ours.ID)
		body := fmt.Sprintf(`{"survivor_id":%q,"other_id":%q,"take":["location","qualifications"]}`, survivor.ID, ours.ID)
		x.do(t, "POST", "/merges", "manager-ours", body, 0, http.StatusForbidden, nil)
		var m mergedView
		x.do(t, "POST", "/merges", "officer", body, 0, http.StatusCreated, &m)

		one := x.seen(t, survivor.ID)
		if one.Profile.Address != "secret-location" || one.Size != "large" || len(one.Profile.Qualifications) != 2 || len(one.Evidence) != 1 || one.OrganisationID != x.Ours.ID || one.Contacts[0].Name != "乙" {
			t.Errorf("the survivor is %+v", one)
		}
		var code codeView
		if x.do(t, "GET", "/codes/"+ourCode, "viewer-theirs", "", 0, http.StatusOK, &code); code.ID != survivor.ID || code.Code != survivor.Code {
			t.Errorf("the former code leads to %+v", code)
		}
		x.do(t, "GET", "/entries/"+ours.ID, "viewer-theirs", "", 0, http.StatusNotFound, nil)
		x.do(t, "PUT", "/entries/"+ours.ID, "manager-ours", `{"name":{"zh":"改","en":""},"district":"370212","industry":"C35"}`, x.seen(t, ours.ID).Version, http.StatusConflict, nil)
		x.do(t, "POST", "/entries", "manager-theirs", `{"code":"`+ourCode+`","name":{"zh":"冒名","en":""},"district":"370212","industry":"C35"}`, 0, http.StatusConflict, nil)
		var mine mineView
		if x.do(t, "GET", "/entries/mine", "manager-ours", "", 0, http.StatusOK, &mine); mine.ID != survivor.ID {
			t.Errorf("ours keeps %+v", mine)
		}

		x.do(t, "POST", "/merges/"+m.ID+"/undo", "manager-theirs", "", 0, http.StatusForbidden, nil)
		x.do(t, "POST", "/merges/"+m.ID+"/undo", "officer", "", 0, http.StatusNoContent, nil)
		same := cmpopts.IgnoreFields(EntryDetail{}, "UpdatedAt", "EntryView.Version")
		if diff := cmp.Diff(before, x.seen(t, survivor.ID), same, cmpopts.IgnoreUnexported(Evidence{})); diff != "" {
			t.Errorf("the survivor after undoing: %s", diff)
		}
		if diff := cmp.Diff(other, x.seen(t, ours.ID), same, cmpopts.IgnoreUnexported(Evidence{})); diff != "" {
			t.Errorf("the other after undoing: %s", diff)
		}
		x.do(t, "POST", "/merges/"+m.ID+"/undo", "officer", "", 0, http.StatusConflict, nil)
		if x.do(t, "GET", "/codes/"+ourCode, "viewer-theirs", "", 0, http.StatusOK, &code); code.ID != ours.ID {
			t.Errorf("the code leads to %+v after undoing", code)
		}
	})
}

func TestAMergeIsNotUndoneOverLaterChanges(t *testing.T) {
	x := newTown(t, kerneltest.Options{})
	a, b := x.enter(t, 1, "海湾机械", ""), x.enter(t, 2, "海湾机械公司", "")
	var m mergedView
	x.do(t, "POST", "/merges", "officer", fmt.Sprintf(`{"survivor_id":%q,"other_id":%q,"take":["name"]}`, a.ID, b.ID), 0, http.StatusCreated, &m)
	x.do(t, "PUT", "/entries/"+a.ID, "officer", `{"name":{"zh":"海湾机械新名","en":""},"district":"370212","industry":"C35"}`, x.seen(t, a.ID).Version, http.StatusOK, nil)
	x.do(t, "POST", "/merges/"+m.ID+"/undo", "officer", "", 0, http.StatusConflict, nil)
	var list struct{ Items []Merge }
	x.do(t, "GET", "/merges", "officer", "", 0, http.StatusOK, &list)
	if len(list.Items) != 1 || list.Items[0].Undoable || !slices.Equal(strings.Split(list.Items[0].Taken, ","), []string{"name"}) {
		t.Errorf("merges %+v", list.Items)
	}
}
