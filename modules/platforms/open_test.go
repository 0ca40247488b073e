package platforms

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/opendata"
)

const openSpec = `{"title":{"zh":"各区市设备","en":"Devices by district"},"description":{"zh":"说明","en":"About"},"indicators":["dev_connected"],"by":"%s","frequency":"month","periods":6,
	"licence":{"zh":"可自由使用，须注明来源","en":"Free to use with attribution"},"licence_url":"https://creativecommons.org/licenses/by/4.0/","contact":"data@bureau.test"}`

// dataset prepares a dataset.
func (x *league) dataset(t *testing.T, slug, by string) openDetail {
	t.Helper()
	r := x.Send(t, "POST", "/api/platforms/open/datasets", "officer", fmt.Sprintf(`{"slug":%q,"spec":%s}`, slug, fmt.Sprintf(openSpec, by)))
	if r.Status != http.StatusCreated {
		t.Fatalf("prepare: %d %s", r.Status, r.Body)
	}
	var d openDetail
	r.Decode(t, &d)
	return d
}

// turn publishes or withdraws a dataset.
func (x *league) turn(t *testing.T, d openDetail, what, body string, want int) openDetail {
	t.Helper()
	r := x.Send(t, "POST", "/api/platforms/open/datasets/"+d.ID+"/"+what, "officer", body, "If-Match", fmt.Sprintf("%q", fmt.Sprint(d.Version)))
	if r.Status != want {
		t.Fatalf("%s: %d %s, want %d", what, r.Status, r.Body, want)
	}
	if want == http.StatusOK {
		d = openDetail{}
		r.Decode(t, &d)
	}
	return d
}

// strangers are the addresses of a dataset that nobody needs to sign in for.
func strangers(slug string) []string {
	at := "/api/platforms/open/data/" + slug
	return []string{at, at + "/csv", at + "/json", at + "/xlsx", at + "/csv?edition=1"}
}

// What is not published cannot be read by a stranger: a draft, what a published dataset
// will hold next, a single platform, and what was withdrawn.
func TestStrangersReadWhatIsPublishedAndNothingElse(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLeague(t, o)
		if r := x.Send(t, "POST", "/api/platforms/open/datasets/"+x.dataset(t, "nothing", "city").ID+"/publication", "officer", `{"note":{"zh":"首次发布","en":"First"}}`, "If-Match", `"1"`); r.Status != http.StatusConflict || !strings.Contains(string(r.Body), "platforms.open.empty") {
			t.Errorf("a dataset without a figure is published: %d %s", r.Status, r.Body)
		}
		x.figured(t)
		catalogue := func() string { return string(x.Get(t, "/api/platforms/open/catalogue", "").Body) }
		d := x.dataset(t, "devices", "city")
		for _, path := range append(strangers("devices"), strangers("none")...) {
			if r := x.Get(t, path, ""); r.Status != http.StatusNotFound {
				t.Errorf("a draft at %s: %d", path, r.Status)
			}
		}
		if strings.Contains(catalogue(), "devices") {
			t.Error("a draft is in the catalogue")
		}
		for _, path := range []string{"", "/" + d.ID, "/" + d.ID + "/preview"} {
			if r := x.Get(t, "/api/platforms/open/datasets"+path, ""); r.Status != http.StatusUnauthorized {
				t.Errorf("datasets%s to a stranger: %d", path, r.Status)
			}
		}
		if r := x.Get(t, "/api/platforms/open/datasets/"+d.ID, "viewer-ours"); r.Status != http.StatusNotFound {
			t.Errorf("a draft to an operator: %d", r.Status)
		}
		x.turn(t, d, "publication", `{"note":{"zh":"","en":""}}`, http.StatusUnprocessableEntity)
		d = x.turn(t, d, "publication", `{"note":{"zh":"首次发布","en":"First"}}`, http.StatusOK)
		for _, path := range strangers("devices") {
			r := x.Get(t, path, "")
			tag := r.Header.Get("ETag")
			if r.Status != http.StatusOK || tag == "" || r.Header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s: %d %v", path, r.Status, r.Header)
			}
			for _, secret := range append(x.ids, "平台0", x.Ours.ID) {
				if strings.Contains(string(r.Body), secret) {
					t.Errorf("%s tells %q", path, secret)
				}
			}
			if again := x.Send(t, "GET", path, "", "", "If-None-Match", tag); again.Status != http.StatusNotModified || len(again.Body) != 0 {
				t.Errorf("%s again: %d", path, again.Status)
			}
		}
		csv := string(x.Get(t, "/api/platforms/open/data/devices/csv", "").Body)
		if !strings.Contains(csv, ",11000,4,false") {
			t.Errorf("CSV: %s", csv)
		}
		x.catalogued(t, catalogue())
		r := x.Send(t, "PUT", "/api/platforms/open/datasets/"+d.ID, "officer", `{"spec":`+strings.Replace(fmt.Sprintf(openSpec, "city"), "各区市设备", "尚未公开的名称", 1)+`}`, "If-Match", fmt.Sprintf("%q", fmt.Sprint(d.Version)))
		if r.Decode(t, &d); r.Status != http.StatusOK || strings.Contains(catalogue(), "尚未公开") {
			t.Errorf("what is prepared is public: %d", r.Status)
		}
		x.turn(t, d, "withdrawal", `{"reason":" "}`, http.StatusUnprocessableEntity)
		x.turn(t, d, "withdrawal", `{"reason":"数据有误"}`, http.StatusOK)
		for _, path := range strangers("devices") {
			if r := x.Get(t, path, ""); r.Status != http.StatusGone || !strings.Contains(string(r.Body), "数据有误") {
				t.Errorf("withdrawn, %s: %d %s", path, r.Status, r.Body)
			}
		}
		if strings.Contains(catalogue(), "devices") {
			t.Error("what was withdrawn is in the catalogue")
		}
	})
}

// catalogued holds the catalogue against DCAT.
func (x *league) catalogued(t *testing.T, text string) {
	t.Helper()
	var c struct {
		Context  map[string]string `json:"@context"`
		Datasets []struct {
			ID            string           `json:"@id"`
			Title         []map[string]any `json:"dct:title"`
			Modified      map[string]any   `json:"dct:modified"`
			Distributions []map[string]any `json:"dcat:distribution"`
		} `json:"dcat:dataset"`
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	if c.Context["dcat"] == "" || len(c.Datasets) != 1 || !strings.HasSuffix(c.Datasets[0].ID, "/open/data/devices") || len(c.Datasets[0].Title) != 2 || len(c.Datasets[0].Distributions) != 3 || c.Datasets[0].Modified["@value"] == "" {
		t.Errorf("catalogue: %s", text)
	}
}

func TestSmallCellsAreSuppressedAndDatasetsAreBroughtUpToDate(t *testing.T) {
	x := newLeague(t, kerneltest.Options{})
	x.figured(t)
	d := x.dataset(t, "by-class", "class")
	var p openPreview
	x.Get(t, "/api/platforms/open/datasets/"+d.ID+"/preview", "officer").Decode(t, &p)
	if len(p.Rows) != 2 || p.Suppressed != 0 || *p.Rows[1].Value != 11000 {
		t.Errorf("preview: %+v", p)
	}
	d = x.turn(t, d, "publication", `{"note":{"zh":"首次","en":""}}`, http.StatusOK)
	x.turn(t, d, "publication", `{"note":{"zh":"再次","en":""}}`, http.StatusConflict)
	renew := func() {
		t.Helper()
		if err := x.room.renewOpen(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	editions := func() (v openDetail) {
		x.Get(t, "/api/platforms/open/datasets/"+d.ID, "viewer-theirs").Decode(t, &v)
		return v
	}
	renew()
	if n := len(editions().Editions); n != 1 {
		t.Errorf("nothing changed, and there are %d editions", n)
	}
	x.report(t, 0, "?reason=recount", fmt.Sprintf("dev_connected,%s,%d", x.day(28), 9000))
	renew()
	v := editions()
	if len(v.Editions) != 2 || v.MayEdit || v.Editions[0].Number != 2 {
		t.Errorf("after a correction: %+v", v)
	}
	for edition, want := range map[string]string{"1": ",11000,4,false", "2": ",18900,4,false"} {
		if csv := string(x.Get(t, "/api/platforms/open/data/by-class/csv?edition="+edition, "").Body); !strings.Contains(csv, want) {
			t.Errorf("edition %s: %s", edition, csv)
		}
	}
	if r := x.Get(t, "/api/platforms/open/data/by-class/csv?edition=3", ""); r.Status != http.StatusNotFound {
		t.Errorf("an edition to come: %d", r.Status)
	}
	var page sqldb.Page[OpenDataset]
	x.Get(t, "/api/platforms/open/datasets", "viewer-ours").Decode(t, &page)
	if len(page.Items) != 1 || page.Items[0].State != openPublished {
		t.Errorf("list: %+v", page.Items)
	}
	if r := x.Send(t, "DELETE", "/api/platforms/open/datasets/"+d.ID, "officer", ""); r.Status != http.StatusConflict {
		t.Errorf("what was published is removed: %d", r.Status)
	}
	for body, word := range map[string]string{
		`{"slug":"X","spec":` + fmt.Sprintf(openSpec, "city") + `}`:                                                         "body.slug",
		`{"slug":"x1","spec":` + strings.Replace(fmt.Sprintf(openSpec, "city"), "dev_connected", "heartbeat", 1) + `}`:      "body.spec.indicators[0]",
		`{"slug":"x1","spec":` + strings.Replace(fmt.Sprintf(openSpec, "city"), "data@bureau.test", "", 1) + `}`:            "body.spec.contact",
		`{"slug":"x1","spec":` + strings.Replace(fmt.Sprintf(openSpec, "city"), "https://creative", "javascript:", 1) + `}`: "body.spec.licence_url",
	} {
		if r := x.Send(t, "POST", "/api/platforms/open/datasets", "officer", body); r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), word) {
			t.Errorf("%s: %d %s", word, r.Status, r.Body)
		}
	}
	if r := x.Send(t, "POST", "/api/platforms/open/datasets", "manager-ours", `{"slug":"x1","spec":`+fmt.Sprintf(openSpec, opendata.City)+`}`); r.Status != http.StatusForbidden {
		t.Errorf("an operator opens data: %d", r.Status)
	}
}
