package scenario

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/scenario/internal/pilot"
)

type declared struct{ Employed []pilot.Employment }

func (x *contest) coded(t *testing.T, name, code, parent string) string {
	t.Helper()
	r := x.Send(t, "POST", "/api/system/organisations", "administrator", fmt.Sprintf(`{"kind":"enterprise","name":{"zh":%q,"en":%q},"uscc":%q,"parent_id":%q,"synthetic":true}`, name, name, code, parent))
	var v struct{ ID string }
	if r.Decode(t, &v); r.Status != http.StatusCreated {
		t.Fatalf("create organisation: %d %s", r.Status, r.Body)
	}
	return v.ID
}

// belongs lets somebody belong to some organisations and to no others, and waits until the
// room has heard of it.
func (x *contest) belongs(t *testing.T, who string, organisations ...string) {
	t.Helper()
	list := []string{}
	for _, o := range organisations {
		list = append(list, fmt.Sprintf(`{"organisation_id":%q,"role":"viewer"}`, o))
	}
	var p identity.Person
	x.Get(t, "/api/system/persons/"+x.persons[who], "administrator").Decode(t, &p)
	body := fmt.Sprintf(`{"login":%q,"name":%q,"disabled":false,"memberships":[%s]}`, p.Login, p.Name, strings.Join(list, ","))
	if r := x.Send(t, "PUT", "/api/system/persons/"+p.ID, "administrator", body, "If-Match", fmt.Sprintf("%q", fmt.Sprint(p.Version))); r.Status != http.StatusOK {
		t.Fatalf("edit %s: %d %s", who, r.Status, r.Body)
	}
	x.SignIn(t, who)
	slices.Sort(organisations)
	kerneltest.Wait(t, "the room knows where "+who+" belongs", func() bool {
		rows, err := x.module.kit.DB.Query(t.Context(), `SELECT organisation_id FROM pilot_employment WHERE person_id = $1 AND until_on = '' ORDER BY organisation_id`, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		open, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
		return err == nil && slices.Equal(open, organisations)
	})
}

func (x *contest) employed(t *testing.T, who string) []pilot.Employment {
	t.Helper()
	var v declared
	x.do(t, "GET", pilotDoor+"/declarations", who, "", 0, http.StatusOK, &v)
	return v.Employed
}

// partial tells who of the reviewers may not have an application: name, kinds of the path,
// and whether the first hop is over.
func (x *contest) partial(t *testing.T, application string) (list []string) {
	t.Helper()
	var v struct{ Items []pilot.ConflictRow }
	x.do(t, "GET", pilotDoor+"/applications/"+application+"/conflicts", "officer", "", 0, http.StatusOK, &v)
	for _, r := range v.Items {
		if r.Conflict == nil {
			continue
		}
		text := r.Name
		for _, h := range r.Conflict.Path {
			text += " " + string(h.Kind)
		}
		if r.Conflict.Path[0].Until != "" {
			text += " over"
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return list
}

func (x *contest) wants(t *testing.T, application string, want ...string) {
	t.Helper()
	if got := x.partial(t, application); !slices.Equal(got, want) {
		t.Errorf("partial are %q, want %q", got, want)
	}
}

func TestWhoWorksOrWorkedForAnApplicantOrItsKinDoesNotReview(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newContest(t, o)
		university := x.organisation(t, "大学", x.Bureau.ID)
		grand := x.organisation(t, "孙公司", x.child)
		sister := x.organisation(t, "姐妹公司", x.Ours.ID)
		code := identity.CompleteUSCC("91370200MADECLAR1")
		x.coded(t, "曾孙公司", code, grand)
		gone := identity.CompleteUSCC("91370200MAREMAED1")
		removed := x.coded(t, "已注销公司", gone, x.Bureau.ID)
		x.ties.list = []Tie{{Kind: "shareholding", Share: 60, FromCode: "organisation:" + x.child, FromName: "我方子公司", ToCode: gone, ToName: "已注销公司", Source: "register"}}
		for who, where := range map[string]string{"former": x.child, "sibling": sister, "twice": university, "sworn": university, "orphan": removed, "clean": university, "parent": x.Ours.ID} {
			x.person(t, who, where, "viewer")
		}
		x.belongs(t, "former", university)
		x.belongs(t, "sibling", university)
		x.belongs(t, "parent", university)
		x.belongs(t, "twice", university, grand)
		x.belongs(t, "orphan", university)
		x.do(t, "POST", pilotDoor+"/declarations", "sworn", fmt.Sprintf(`{"to":%q,"to_name":"曾孙公司","kind":"employment"}`, code), 0, http.StatusCreated, nil)
		if r := x.Send(t, "DELETE", "/api/system/organisations/"+removed, "administrator", "", "If-Match", `"1"`); r.Status != http.StatusNoContent {
			t.Fatalf("remove organisation: %d %s", r.Status, r.Body)
		}
		x.move(400 * 24 * time.Hour)
		c := x.open(t)
		a := x.apply(t, c.ID, "child.manager", "项目")
		x.seal(t, c.ID)
		x.judge(t, a.ID, eligible, http.StatusOK)
		x.pool(t, c.ID, http.StatusOK, "former", "sibling", "twice", "sworn", "orphan", "clean", "parent", "expert.one")
		x.wants(t, a.ID, "former employment over", "orphan employment shareholding over", "parent employment shareholding over", "sibling employment shareholding shareholding over",
			"sworn employment shareholding shareholding", "twice employment shareholding")
		// What makes partial is told to the bureau only, with its time; a list of relations does not have it.
		body := x.do(t, "GET", pilotDoor+"/relations?limit=500", "officer", "", 0, http.StatusOK, nil)
		if strings.Contains(body, x.persons["former"]) {
			t.Errorf("the list of relations tells where persons were: %s", body)
		}
		x.do(t, "GET", pilotDoor+"/applications/"+a.ID+"/conflicts", "child.manager", "", 0, http.StatusForbidden, nil)
		if list := x.employed(t, "former"); len(list) != 2 || list[1].Name != "我方子公司" || list[1].Since == "" || list[1].Until == "" {
			t.Errorf("who worked there is told %+v", list)
		}
		// After three years it no longer counts, and is forgotten.
		x.move(2 * 366 * 24 * time.Hour)
		x.wants(t, a.ID, "sworn employment shareholding shareholding", "twice employment shareholding")
		x.mend(t)
		if list := x.employed(t, "former"); len(list) != 1 || list[0].Name != "大学" {
			t.Errorf("after three years there is still %+v", list)
		}
	})
}

// mend runs the job that compares with the register.
func (x *contest) mend(t *testing.T) {
	t.Helper()
	for _, j := range x.module.pilots.Jobs() {
		if j.Name == "employments" {
			if err := j.Do(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestWhoJoinsAnApplicantAfterTheAssignmentDoesNotCountEvenWhenTheyLeaveAgain(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newContest(t, o)
		c := x.open(t)
		a := x.apply(t, c.ID, "child.manager", "项目")
		x.seal(t, c.ID)
		x.judge(t, a.ID, eligible, http.StatusOK)
		x.pool(t, c.ID, http.StatusOK, "expert.one", "expert.two")
		x.do(t, "POST", pilotDoor+"/calls/"+c.ID+"/assignment", "officer", "", x.call(t, c.ID).Version, http.StatusOK, nil)
		for _, who := range []string{"expert.one", "expert.two"} {
			x.review(t, who, func(string) float64 { return 80 })
		}
		if p := x.panel(t, c.ID); !p.Ready {
			t.Fatalf("two impartial reviews are not enough: %+v", p.Items)
		}
		institute := x.employed(t, "expert.one")
		if len(institute) != 1 {
			t.Fatalf("expert.one is employed by %+v", institute)
		}
		x.belongs(t, "expert.one", x.child)
		if p := x.panel(t, c.ID); p.Ready || p.Items[0].Reviews != 1 {
			t.Errorf("who works for the applicant counts: %+v", p.Items)
		}
		x.belongs(t, "expert.one", x.Theirs.ID)
		if p := x.panel(t, c.ID); p.Ready || p.Items[0].Reviews != 1 {
			t.Errorf("who worked for the applicant during the review counts: %+v", p.Items)
		}
		x.wants(t, a.ID, "expert.one employment over")
	})
}

func TestWherePersonsWereIsForgottenWithThem(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newContest(t, o)
		x.person(t, "one", x.Ours.ID, "viewer")
		x.belongs(t, "one", x.child)
		kept := func() (n int) {
			t.Helper()
			if err := x.module.kit.DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM pilot_employment WHERE person_id = $1`, x.persons["one"]).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if kept() != 2 {
			t.Fatalf("there are %d employments", kept())
		}
		forget := func() {
			t.Helper()
			for _, p := range x.module.Manifest().Personal {
				if err := x.module.kit.DB.ForgetPerson(t.Context(), p, x.persons["one"]); err != nil {
					t.Fatal(err)
				}
			}
		}
		forget()
		if kept() != 0 {
			t.Error("the employments of who is erased are still there")
		}
		// Who was there before this room kept it is taken over, without a beginning; and who
		// is gone is not taken over by an event that comes late.
		x.mend(t)
		if list := x.employed(t, "one"); len(list) != 1 || list[0].Since != "" || list[0].Until != "" {
			t.Errorf("the register says %+v", list)
		}
		x.belongs(t, "one", x.Theirs.ID)
		if list := x.employed(t, "one"); len(list) != 2 || list[0].Since == "" || list[1].Until == "" {
			t.Errorf("after the change it is %+v", list)
		}
		if err := x.module.pilots.Follow(t.Context(), identity.MembershipChanged{PersonID: "nobody", Joined: []string{x.child}, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := x.module.kit.DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM pilot_employment WHERE person_id = 'nobody'`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d employments of who is gone, %v", n, err)
		}
	})
}
