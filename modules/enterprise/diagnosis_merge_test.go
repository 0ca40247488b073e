package enterprise

import (
	"fmt"
	"net/http"
	"testing"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/modules/enterprise/internal/diagnosis"
)

// submitted is a diagnosis that an enterprise has submitted.
func (x *clinic) submitted(t *testing.T, who, entry, share string) diagnosis.Detail {
	t.Helper()
	d := x.begin(t, who, entry)
	x.fill(t, d, who, "2", false)
	x.submit(t, d.ID, who, share, http.StatusOK)
	return x.see(t, d.ID, who)
}

// reviewedBy has manager-theirs review a diagnosis.
func (x *clinic) reviewedBy(t *testing.T, id string) {
	t.Helper()
	x.Cookie(t, "manager-theirs")
	var experts struct{ Items []diagnosis.Candidate }
	x.do(t, "GET", diagnosisDoor+"/sheets/"+id+"/experts", "officer", "", -1, http.StatusOK, &experts)
	for _, c := range experts.Items {
		if c.Name == "manager-theirs" {
			x.do(t, "POST", diagnosisDoor+"/sheets/"+id+"/review", "officer", fmt.Sprintf(`{"person_id":%q}`, c.PersonID), -1, http.StatusOK, nil)
		}
	}
	x.do(t, "POST", diagnosisDoor+"/sheets/"+id+"/review/submission", "manager-theirs", `{"note":"同意"}`, 1, http.StatusOK, nil)
}

func TestADiagnosisFollowsAMergeAndComesBack(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newClinic(t, o)
		done := x.submitted(t, "manager-ours", x.ours, "result")
		draft := x.begin(t, "manager-ours", x.ours)
		x.answer(t, draft.ID, "manager-ours", "systems", "all", 0, http.StatusOK)
		var survivor EntryDetail
		x.do(t, "POST", "/api/enterprise/entries", "officer", fmt.Sprintf(`{"code":%q,"name":{"zh":"同一家","en":""},"district":"370212","industry":"C35"}`, identity.CompleteUSCC("91370200000000123")), -1, http.StatusCreated, &survivor)
		own := func() int {
			var list struct{ Items []diagnosis.Enterprise }
			x.do(t, "GET", diagnosisDoor+"/enterprises", "manager-ours", "", -1, http.StatusOK, &list)
			return len(list.Items)
		}
		var m mergedView
		x.do(t, "POST", "/api/enterprise/merges", "officer", fmt.Sprintf(`{"survivor_id":%q,"other_id":%q,"take":[]}`, survivor.ID, x.ours), -1, http.StatusCreated, &m)
		for _, d := range []diagnosis.Detail{done, draft} {
			if now := x.see(t, d.ID, "manager-ours"); now.EntryID != survivor.ID || len(now.Answers) != len(x.see(t, d.ID, "manager-ours").Answers) || now.Digest != d.Digest {
				t.Errorf("after the merge: %+v", now.Sheet)
			}
		}
		// The enterprise goes on with its draft, and does not begin a second one.
		if n := own(); n != 1 {
			t.Errorf("%d own enterprises", n)
		}
		x.answer(t, draft.ID, "manager-ours", "network", "fiveg full", 0, http.StatusOK)
		x.do(t, "POST", diagnosisDoor+"/sheets", "manager-ours", fmt.Sprintf(`{"entry_id":%q,"template":"sme-2024"}`, survivor.ID), -1, http.StatusConflict, nil)
		x.do(t, "GET", diagnosisDoor+"/sheets/"+done.ID, "manager-theirs", "", -1, http.StatusNotFound, nil)
		if v := x.see(t, done.ID, "officer"); v.EntryID != survivor.ID || len(v.Answers) != 0 {
			t.Errorf("the bureau sees %+v", v.Sheet)
		}

		x.do(t, "POST", "/api/enterprise/merges/"+m.ID+"/undo", "officer", "", -1, http.StatusNoContent, nil)
		back := x.see(t, done.ID, "manager-ours")
		back.Version = done.Version
		if back.EntryID != x.ours || back.Digest != done.Digest || back.Level != done.Level || back.Score != done.Score || len(back.Answers) != len(done.Answers) {
			t.Errorf("after undoing: %+v, was %+v", back.Sheet, done.Sheet)
		}
		if now := x.see(t, draft.ID, "manager-ours"); now.EntryID != x.ours || len(now.Answers) != 2 {
			t.Errorf("the draft after undoing: %+v", now.Sheet)
		}
	})
}
