package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/scenario/internal/pilot"
)

const (
	goneOfficer = "gone.officer.unique"
	goneManager = "gone.manager.unique"
	goneExpert  = "gone.expert.unique"
)

// Who did something in this room and is erased is named in none of its tables, and was
// never named in the log of what was changed, which nothing is taken out of.
func TestWhoIsErasedIsNamedNowhere(t *testing.T) {
	x := newContest(t, kerneltest.Options{})
	x.person(t, goneOfficer, x.Bureau.ID, "officer")
	x.person(t, goneManager, x.child, "manager")
	x.person(t, goneExpert, x.Ours.ID, "viewer")
	scenario := x.catalogued(t)
	x.do(t, "POST", "/openings", goneManager, fmt.Sprintf(`{"scenario_id":%q,"title":"改造","what":"联控","data":"","site":"","schedule":"","budget_from":1,"budget_to":2,"confidential":[],"deadline":%q}`,
		scenario, time.Now().Add(time.Hour).Format(time.RFC3339)), 0, http.StatusCreated, nil)
	last := x.contested(t)
	db := x.module.kit.DB
	for _, p := range x.module.Manifest().Personal {
		for _, who := range []string{goneOfficer, goneManager, goneExpert} {
			if err := db.ForgetPerson(t.Context(), p, x.persons[who]); err != nil {
				t.Fatal(err)
			}
		}
		var erased int
		if err := db.QueryRow(t.Context(), `SELECT COUNT(*) FROM `+p.Table+` WHERE `+strings.Join(append(p.Columns, "''"), " || ")+` LIKE '%'||$1||'%'`, sqldb.ErasedName).Scan(&erased); err != nil {
			t.Fatal(err)
		}
		if kept := p.Table != "scenario_application"; len(p.Columns) > 0 && kept && erased == 0 {
			t.Errorf("%s.%s names nobody who was erased: the test does not reach it", p.Table, p.Person)
		}
	}
	for _, table := range x.tables(t) {
		if text := x.text(t, table); strings.Contains(text, ".unique") {
			t.Errorf("%s still names who was erased: %s", table, text)
		}
	}
	x.Audited(t, last)
	var log struct {
		Items []struct{ Changes []json.RawMessage }
	}
	x.Get(t, "/api/system/audit?limit=500", "auditor").Decode(t, &log)
	for _, e := range log.Items {
		for _, c := range e.Changes {
			if noun := string(c); strings.Contains(noun, ".unique") && (strings.Contains(noun, `"scenario`) || strings.Contains(noun, `"pilot`)) && !strings.Contains(noun, `"pilot_reviewer"`) { // the name of a reviewer is sealed under their key
				t.Errorf("the log names who acted: %s", c)
			}
		}
	}
}

// tables are the room's own.
func (x *contest) tables(t *testing.T) []string {
	t.Helper()
	rows, err := x.module.kit.DB.Query(t.Context(), `SELECT name FROM sqlite_master WHERE type = 'table' AND (name LIKE 'scenario%' OR name LIKE 'pilot%')`)
	if err != nil {
		t.Fatal(err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (name string, err error) { return name, r.Scan(&name) })
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	return list
}

// text is all that a table says.
func (x *contest) text(t *testing.T, table string) string {
	t.Helper()
	rows, err := x.module.kit.DB.Query(t.Context(), `SELECT * FROM `+table)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (string, error) {
		values, to := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			to[i] = &values[i]
		}
		err := r.Scan(to...)
		return fmt.Sprint(values...), err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, "\n")
}

// catalogued lets the officer who goes write, decide and release what a catalogue has.
func (x *contest) catalogued(t *testing.T) (id string) {
	t.Helper()
	var v struct {
		ID      string
		Version int64
	}
	x.do(t, "POST", "/scenarios", goneOfficer, `{"title":{"zh":"空压站节能","en":""},"summary":{"zh":"联控多台空压机","en":""},"industries":["C34"],"stages":["environment"],"modes":["smart_manufacturing"],"links":[],"technologies":[],
		"values":["green"],"maturity":"running","effects":[],"providers":[],"apps":[],"standards":[],"pictures":[]}`, 0, http.StatusCreated, &v)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	if r := x.Send(t, "POST", "/api/scenario/scenarios/"+v.ID+"/pictures?name=a.png", goneOfficer, picture.String(), "Content-Type", "image/png"); r.Status != http.StatusCreated {
		t.Fatalf("upload a picture: %d %s", r.Status, r.Body)
	}
	x.do(t, "POST", "/scenarios/"+v.ID+"/submission", goneOfficer, "", v.Version, http.StatusOK, &v)
	x.do(t, "POST", "/scenarios/"+v.ID+"/decision", goneOfficer, `{"decision":"published"}`, v.Version, http.StatusOK, nil)
	x.published(t, row("轮胎外观缺陷检测", "", "第一段说明")+row("轮胎外观的缺陷检测", "", "第二段说明"))
	var list duplicatesView
	if x.do(t, "GET", "/duplicates", "officer", "", 0, http.StatusOK, &list); len(list.Items) != 1 {
		t.Fatalf("duplicates: %+v", list)
	}
	var p Pair
	x.do(t, "POST", "/duplicates/decisions", goneOfficer, fmt.Sprintf(`{"kept_id":%q,"other_id":%q,"same":true}`, list.Items[0].A.ID, list.Items[0].B.ID), 0, http.StatusCreated, &p)
	x.do(t, "DELETE", "/duplicates/decisions/"+p.ID, goneOfficer, "", 0, http.StatusNoContent, nil)
	x.do(t, "POST", "/lists", goneOfficer, fmt.Sprintf(`{"year":%d}`, yearOf(time.Now())), 0, http.StatusCreated, nil)
	return v.ID
}

// contested lets them apply, review, declare, enter, answer and inspect in a call; last is
// the pilot that is inspected.
func (x *contest) contested(t *testing.T) (last string) {
	t.Helper()
	c := x.open(t)
	own, theirs := x.apply(t, c.ID, goneManager, "子公司项目甲"), x.apply(t, c.ID, "manager-theirs", "项目乙")
	x.seal(t, c.ID)
	x.judge(t, own.ID, eligible, http.StatusOK)
	x.judge(t, theirs.ID, eligible, http.StatusOK)
	x.do(t, "POST", pilotDoor+"/declarations", goneExpert, `{"to":"91370200163562681G","to_name":"甲公司","kind":"cooperation"}`, 0, http.StatusCreated, nil)
	x.do(t, "POST", pilotDoor+"/relations", goneOfficer, `{"from":"91370200264574251E","to":"91370200163562681G","to_name":"被持股方","kind":"shareholding","share":60}`, 0, http.StatusCreated, nil)
	x.pool(t, c.ID, http.StatusOK, "expert.one", "expert.two", goneExpert)
	var v pilot.Assignment
	x.do(t, "POST", pilotDoor+"/calls/"+c.ID+"/assignment", "officer", "", x.call(t, c.ID).Version, http.StatusOK, &v)
	for _, who := range []string{"expert.one", "expert.two", goneExpert} {
		x.review(t, who, func(string) float64 { return 80 })
	}
	x.decide(t, c.ID, http.StatusOK, pilot.Choice{ApplicationID: own.ID, Reason: "资金不到位"}, pilot.Choice{ApplicationID: theirs.ID, Selected: true, Reason: "代表性强"})
	x.do(t, "POST", pilotDoor+"/calls/"+c.ID+"/objections", goneManager, fmt.Sprintf(`{"application_id":%q,"text":"不实"}`, theirs.ID), 0, http.StatusOK, nil)
	x.do(t, "POST", pilotDoor+"/objections/"+x.call(t, c.ID).Objections[0].ID+"/answer", goneOfficer, `{"upheld":false,"answer":"查无实据"}`, 0, http.StatusOK, nil)
	x.move(5*24*time.Hour + time.Minute)
	x.do(t, "POST", pilotDoor+"/calls/"+c.ID+"/publication", goneOfficer, "", x.call(t, c.ID).Version, http.StatusOK, nil)
	var page struct{ Items []pilot.Pilot }
	x.do(t, "GET", pilotDoor+"/pilots", "officer", "", 0, http.StatusOK, &page)
	x.do(t, "POST", pilotDoor+"/pilots/"+page.Items[0].ID+"/inspections", goneOfficer, `{"year":2026,"outcome":"kept","reason":"正常"}`, 0, http.StatusOK, nil)
	return page.Items[0].ID
}
