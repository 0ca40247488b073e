package scenario

import (
	"fmt"
	"net/http"
	"testing"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

// town is a city with the catalogue.
type town struct {
	*kerneltest.City
	module *Module
}

func newTown(t testing.TB, o kerneltest.Options) *town {
	t.Helper()
	x := &town{}
	x.City = kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		x.module = New(k.Kit("scenario"), k.Directory(), nil)
		return []module.Module{x.module}
	}, o)
	return x
}

// do sends a request that reads version (0: none) and wants a status; v takes the answer.
func (x *town) do(t testing.TB, method, path, who, body string, version int64, want int, v any) string {
	t.Helper()
	var header []string
	if version > 0 {
		header = []string{"If-Match", fmt.Sprintf("%q", fmt.Sprint(version))}
	}
	r := x.Send(t, method, "/api/scenario"+path, who, body, header...)
	if r.Status != want {
		t.Fatalf("%s %s as %s: %d %s, want %d", method, path, who, r.Status, r.Body, want)
	}
	if v != nil {
		r.Decode(t, v)
	}
	return string(r.Body)
}

// upload sends a file.
func (x *town) upload(t testing.TB, path, content string, want int, v any) string {
	t.Helper()
	r := x.Send(t, "POST", "/api/scenario"+path, "officer", content, "Content-Type", "text/csv")
	if r.Status != want {
		t.Fatalf("POST %s: %d %s, want %d", path, r.Status, r.Body, want)
	}
	if v != nil {
		r.Decode(t, v)
	}
	return string(r.Body)
}

const head = "title_zh,title_en,summary_zh,industries,stages,modes,technologies,values,maturity\n"

// row is a line of a file of scenarios.
func row(zh, en, summary string) string {
	return fmt.Sprintf("%s,%s,%s,C29,inspection,smart_manufacturing,vision,quality,running\n", zh, en, summary)
}

// published puts scenarios into the catalogue and returns the first.
func (x *town) published(t testing.TB, lines string) CatalogueRow {
	t.Helper()
	x.upload(t, "/import?name=a.csv", head+lines, http.StatusOK, nil)
	var page struct{ Items []CatalogueRow }
	x.do(t, "GET", "/scenarios?sort=published_at", "officer", "", 0, http.StatusOK, &page)
	return page.Items[0]
}

// competitor is a manager of a third organisation.
func (x *town) competitor(t testing.TB) string {
	t.Helper()
	const who = "competitor.manager"
	r := x.Send(t, "POST", "/api/system/organisations", "administrator", `{"kind":"provider","name":{"zh":"第三方","en":"A third"}}`)
	var o struct{ ID string }
	if r.Decode(t, &o); r.Status != http.StatusCreated {
		t.Fatalf("create organisation: %d %s", r.Status, r.Body)
	}
	body := fmt.Sprintf(`{"login":%q,"name":%q,"password":"correct horse battery staple","memberships":[{"organisation_id":%q,"role":"manager"}]}`, who, who, o.ID)
	if r := x.Send(t, "POST", "/api/system/persons", "administrator", body); r.Status != http.StatusCreated {
		t.Fatalf("create person: %d %s", r.Status, r.Body)
	}
	x.SignIn(t, who)
	return who
}
