package scenario

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/modules/scenario/internal/pilot"
)

// ties stand for what the graph of the city knows; as the graph, they know organisations
// by what these are called as parties.
type ties struct {
	list  []Tie
	asked []string
}

// Ties implements Ties.
func (x *ties) Ties(_ context.Context, codes []string) ([]Tie, error) {
	x.asked = codes
	return x.list, nil
}

func TestWhatTheGraphKnowsMakesAReviewerPartial(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newContest(t, o)
		party := func(id string) string { return "organisation:" + id }
		day := func(years int) string { return time.Now().AddDate(-years, 0, 0).Format(time.DateOnly) }
		tied := func(who, name string, t0 Tie) {
			id := x.organisation(t, name, x.Bureau.ID)
			x.person(t, who, id, "viewer")
			t0.FromCode, t0.FromName, t0.ToCode, t0.ToName, t0.Source = party(id), name, party(x.Theirs.ID), "对方", "agreement"
			x.ties.list = append(x.ties.list, t0)
		}
		tied("holder", "投资公司", Tie{Kind: "shareholding", Share: 60})
		tied("small", "小股东", Tie{Kind: "shareholding", Share: 4})
		tied("former", "原服务商", Tie{Kind: "cooperation", Since: day(5), Until: day(2)})
		// Declared: a seat in the board of who holds the applicant, as only the graph knows.
		parent := identity.CompleteUSCC("91370200MAPARENT1")
		seat := x.organisation(t, "高校", x.Bureau.ID)
		x.person(t, "seated", seat, "viewer")
		x.ties.list = append(x.ties.list, Tie{Kind: "shareholding", Share: 51, FromCode: parent, FromName: "母公司", ToCode: party(x.Theirs.ID), ToName: "对方", Source: "register"})
		x.do(t, "POST", pilotDoor+"/declarations", "seated", fmt.Sprintf(`{"to":%q,"to_name":"母公司","kind":"employment"}`, parent), 0, http.StatusCreated, nil)
		tied("past", "早年服务商", Tie{Kind: "cooperation", Since: day(6), Until: day(4)})
		c := x.open(t)
		a := x.apply(t, c.ID, "manager-theirs", "项目")
		x.seal(t, c.ID)
		x.judge(t, a.ID, eligible, http.StatusOK)
		x.pool(t, c.ID, http.StatusOK, "holder", "small", "former", "past", "seated")
		var v struct{ Items []pilot.ConflictRow }
		x.do(t, "GET", pilotDoor+"/applications/"+a.ID+"/conflicts", "officer", "", 0, http.StatusOK, &v)
		got := []string{}
		for _, r := range v.Items {
			if r.Conflict != nil {
				last := r.Conflict.Path[len(r.Conflict.Path)-1]
				got = append(got, fmt.Sprintf("%s %s %s", r.Name, last.Kind, last.Source))
			}
		}
		slices.Sort(got)
		if want := []string{"former cooperation agreement", "holder shareholding agreement", "seated shareholding register"}; !slices.Equal(got, want) {
			t.Errorf("partial are %v, want %v", got, want)
		}
		if !slices.Contains(x.ties.asked, party(x.Theirs.ID)) {
			t.Errorf("the graph was asked for %v", x.ties.asked)
		}
		body := x.do(t, "POST", pilotDoor+"/applications/"+a.ID+"/reviewers", "officer", fmt.Sprintf(`{"person_id":%q}`, x.persons["holder"]), 0, http.StatusConflict, nil)
		if !strings.Contains(body, "投资公司") {
			t.Errorf("the refusal does not say why: %s", body)
		}
		var given pilot.Assignment
		x.do(t, "POST", pilotDoor+"/calls/"+c.ID+"/assignment", "officer", "", x.call(t, c.ID).Version, http.StatusOK, &given)
		if given.Assigned != 2 || given.Conflicts != 3 {
			t.Errorf("assigned are %+v", given)
		}
	})
}
