package view_test

import (
	"fmt"
	"net/http"
	"testing"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

const list = "/api/system/organisations"

type saved struct {
	ID, Name, Query string
	Own, First      bool
	Version         int64
}

func views(t *testing.T, c *kerneltest.City, who string) []saved {
	t.Helper()
	var v struct{ Items []saved }
	c.Get(t, "/api/view/views?list="+list, who).Decode(t, &v)
	return v.Items
}

func save(t *testing.T, c *kerneltest.City, who, body string, want int) saved {
	t.Helper()
	r := c.Send(t, "POST", "/api/view/views", who, fmt.Sprintf(`{"list":%q,%s}`, list, body))
	if r.Status != want {
		t.Fatalf("save as %s: %d %s", who, r.Status, r.Body)
	}
	var v saved
	if want == http.StatusCreated {
		r.Decode(t, &v)
	}
	return v
}

func TestViewsAreOnesOwnOrSharedWithOnesOrganisation(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := kerneltest.Start(t, func(*kernel.Kernel) []module.Module { return nil }, o)
		own := save(t, c, "viewer-ours", `"name":" 企业 ","query":"?kind=enterprise&cursor=abc&q=%E9%9D%92"`, http.StatusCreated)
		if own.Name != "企业" || own.Query != "kind=enterprise&q=%E9%9D%92" {
			t.Errorf("saved %+v", own)
		}
		if chart := save(t, c, "viewer-theirs", `"name":"比较","query":"?span=year&id=b&id=a"`, http.StatusCreated); chart.Query != "id=b&id=a&span=year" {
			t.Errorf("what is compared keeps its order: %+v", chart)
		}
		save(t, c, "viewer-ours", `"name":"x","query":"","shared":true`, http.StatusForbidden)
		save(t, c, "viewer-ours", `"name":" ","query":""`, http.StatusUnprocessableEntity)
		save(t, c, "viewer-ours", `"name":"x","query":"%zz"`, http.StatusUnprocessableEntity)
		shared := save(t, c, "manager-ours", `"name":"共享","query":"sort=name","shared":true`, http.StatusCreated)
		if v := views(t, c, "viewer-ours"); len(v) != 2 || !v[0].Own || v[1].Own {
			t.Errorf("our viewer sees %+v", v)
		}
		for _, who := range []string{"manager-theirs", "administrator"} {
			if v := views(t, c, who); len(v) != 0 {
				t.Errorf("%s sees %+v", who, v)
			}
		}
		// Others open with a shared view, but only its owner changes it.
		choose := func(who, id string, want int) {
			t.Helper()
			if r := c.Send(t, "POST", "/api/view/first", who, fmt.Sprintf(`{"list":%q,"view":%q}`, list, id)); r.Status != want {
				t.Errorf("choose as %s: %d %s", who, r.Status, r.Body)
			}
		}
		choose("viewer-ours", shared.ID, http.StatusNoContent)
		choose("manager-theirs", shared.ID, http.StatusUnprocessableEntity)
		if v := views(t, c, "viewer-ours"); !v[1].First || v[0].First {
			t.Errorf("after choosing: %+v", v)
		}
		if v := views(t, c, "manager-ours"); v[0].First {
			t.Errorf("somebody's choice is everybody's: %+v", v)
		}
		edit := func(who, id string, version int64, want int) {
			t.Helper()
			r := c.Send(t, "PUT", "/api/view/views/"+id, who, `{"name":"改名","query":"sort=-name","shared":false}`, "If-Match", fmt.Sprintf("%q", fmt.Sprint(version)))
			if r.Status != want {
				t.Errorf("edit as %s: %d %s", who, r.Status, r.Body)
			}
		}
		edit("viewer-ours", shared.ID, 1, http.StatusNotFound)
		edit("manager-ours", shared.ID, 1, http.StatusOK)
		edit("manager-ours", shared.ID, 1, http.StatusPreconditionFailed)
		if v := views(t, c, "viewer-ours"); len(v) != 1 {
			t.Errorf("what is no longer shared: %+v", v)
		}
		if r := c.Send(t, "DELETE", "/api/view/views/"+shared.ID, "viewer-ours", ""); r.Status != http.StatusNotFound {
			t.Errorf("a stranger removes it: %d", r.Status)
		}
		if r := c.Send(t, "DELETE", "/api/view/views/"+own.ID, "viewer-ours", ""); r.Status != http.StatusNoContent || len(views(t, c, "viewer-ours")) != 0 {
			t.Errorf("remove: %d", r.Status)
		}
	})
}
