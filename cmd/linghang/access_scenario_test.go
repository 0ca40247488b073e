package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"testing"
	"time"
)

// scenarioFixtures are a draft of ours with a picture, a draft of an opening of ours, and
// a list of the city's.
func (a *access) scenarioFixtures(t *testing.T) {
	t.Helper()
	const door = "/api/scenario"
	draft := a.make(t, door+"/scenarios", "manager-ours", `{"title":{"zh":"我方场景草稿","en":""},"industries":[],"stages":[],"modes":[],"links":[],"technologies":[],"values":[],"maturity":"","effects":[],"providers":[],"apps":[],"standards":[],"pictures":[]}`)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
		t.Fatal(err)
	}
	r := a.Send(t, "POST", door+"/scenarios/"+draft+"/pictures?name=ours.png", "manager-ours", picture.String(), "Content-Type", "image/png")
	var file created
	if r.Decode(t, &file); r.Status != http.StatusCreated {
		t.Fatalf("upload a picture: %d %s", r.Status, r.Body)
	}
	table := "title_zh,summary_zh,industries,stages,modes,values,maturity\n城市场景,一段足够长的城市场景说明文字,C29,inspection,smart_manufacturing,quality,running\n"
	if r := a.Send(t, "POST", door+"/import?name=a.csv", "officer", table, "Content-Type", "text/csv"); r.Status != http.StatusOK {
		t.Fatalf("import: %d %s", r.Status, r.Body)
	}
	var page struct{ Items []created }
	a.Get(t, door+"/scenarios?status=published", "officer").Decode(t, &page)
	list := a.make(t, door+"/lists", "officer", fmt.Sprintf(`{"year":%d}`, time.Now().In(time.FixedZone("", 8*3600)).Year()))
	opening := a.make(t, door+"/openings", "manager-ours", fmt.Sprintf(`{"scenario_id":%q,"title":"我方开放草稿","what":"我方需求","data":"","site":"","schedule":"","budget_from":0,"budget_to":0,"confidential":[],"deadline":%q}`,
		page.Items[0].ID, time.Now().Add(time.Hour).Format(time.RFC3339)))
	at := door + "/openings/" + opening
	a.fixtures = append(a.fixtures,
		fixture{door + "/scenarios/{id}/pictures/{file}", door + "/scenarios/" + draft + "/pictures/" + file.ID, false},
		fixture{door + "/scenarios/{id}", door + "/scenarios/" + draft, false},
		fixture{door + "/openings/{id}/milestones/{number}", at + "/milestones/1", false},
		fixture{door + "/openings/{id}", at, false},
		fixture{"/api/enterprise/scenarios/{id}/needs", "/api/enterprise/scenarios/" + page.Items[0].ID + "/needs", true},
		fixture{door + "/lists/{id}", door + "/lists/" + list, true},
		fixture{door + "/duplicates/decisions/{id}", door + "/duplicates/decisions/none", true},
		fixture{door + "/import/template/{format}", door + "/import/template/csv", true},
	)
	a.private = append(a.private, draft, file.ID, opening, "我方场景草稿", "我方开放草稿", "我方需求")
}
