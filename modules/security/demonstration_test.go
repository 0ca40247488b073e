package security

import (
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
)

// demonstrated makes an enterprise of the demonstration, and somebody who manages it.
func (x *town) demonstrated(t *testing.T) (organisation string) {
	t.Helper()
	var o struct{ ID string }
	r := x.Send(t, "POST", "/api/system/organisations", "administrator", `{"kind":"enterprise","name":{"zh":"演示企业","en":"Demo enterprise"},"district":"370212","synthetic":true}`)
	if r.Status != http.StatusCreated {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	r.Decode(t, &o)
	r = x.Send(t, "POST", "/api/system/persons", "administrator", fmt.Sprintf(`{"login":"demo-one","name":"演示经办人","password":"correct horse battery staple","synthetic":true,"memberships":[{"organisation_id":%q,"role":"manager"}]}`, o.ID))
	if r.Status != http.StatusCreated {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	return o.ID
}

// Real notices go to real organisations, those of the demonstration to its own; none counts
// for the other.
func TestTheDemonstrationIsKeptApart(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		demo := x.demonstrated(t)
		var preview struct{ Count int }
		var n numbered
		const text = `"kind":"notice","colour":"","title":"标题","body":"正文","ask":"要求","level":3,"category":"attack","tlp":"amber"`
		everybody := `{"all":true,"districts":[],"organisations":[]}`
		x.do(t, "POST", "/notices", "officer", `{`+text+`,"audience":`+everybody+`}`, 0, http.StatusCreated, &n)
		if x.do(t, "GET", "/notices/"+n.ID+"/audience", "officer", "", 0, http.StatusOK, &preview); preview.Count != 2 {
			t.Errorf("a real notice to all goes to %d", preview.Count)
		}
		x.do(t, "POST", "/notices", "officer", `{`+text+`,"audience":`+named(demo, x.Ours.ID)+`}`, 0, http.StatusCreated, &n)
		if said := x.do(t, "GET", "/notices/"+n.ID+"/audience", "officer", "", 0, http.StatusUnprocessableEntity, nil); !strings.Contains(said, "security.notice.mixed") {
			t.Errorf("to both it is answered %s", said)
		}
		x.do(t, "POST", "/notices", "officer", `{`+text+`,"pace":100,"audience":`+everybody+`}`, 0, http.StatusUnprocessableEntity, nil)
		synthetic := x.issued(t, everybody, `,"synthetic":true,"pace":100`)
		real := x.issued(t, everybody, "")
		if !strings.HasPrefix(synthetic.Number, "合成-") || !strings.HasSuffix(real.Number, "-001") {
			t.Errorf("numbers are %s and %s", synthetic.Number, real.Number)
		}
		if v, err := x.module.notices.Measures()[0].Value(t.Context()); err != nil || v.Number != 1 || v.Synthetic {
			t.Errorf("what counts is %+v, %v", v, err)
		}
		if said := x.do(t, "DELETE", "/notices/"+real.ID, "officer", "", 0, http.StatusConflict, nil); !strings.Contains(said, "security.notice.kept") {
			t.Errorf("a real notice is removed: %s", said)
		}
		var list page[struct {
			ID        string
			Synthetic bool
			Mark      string
		}]
		kerneltest.Wait(t, "the notice to be delivered", func() bool {
			x.do(t, "GET", "/assignments?notice="+synthetic.ID, "officer", "", 0, http.StatusOK, &list)
			return list.Total == 1
		})
		if a := list.Items[0]; !a.Synthetic || !strings.Contains(a.Mark, "SYNTHETIC") {
			t.Errorf("its assignment is %+v", a)
		}
		x.do(t, "DELETE", "/notices/"+synthetic.ID, "officer", "", 0, http.StatusNoContent, nil)
		x.do(t, "GET", "/notices/"+synthetic.ID, "officer", "", 0, http.StatusNotFound, nil)
		if x.do(t, "GET", "/assignments?notice="+synthetic.ID, "officer", "", 0, http.StatusOK, &list); list.Total != 0 {
			t.Errorf("%d assignments are left", list.Total)
		}
	})
}

// With an enterprise of the demonstration all goes that belonged to it.
func TestTheDemonstrationGoes(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		demo := x.demonstrated(t)
		x.issued(t, named(demo), "")
		var list page[struct{ ID string }]
		x.do(t, "POST", "/incidents", "officer", fmt.Sprintf(`{"organisation_id":%q,"title":"演示事件","summary":"x","category":"attack","kind":"other","tlp":"amber","importance":"","loss":"","harm":"","aware_at":%q}`, demo, x.clock.Now().UTC().Format("2006-01-02T15:04:05Z")), 0, http.StatusCreated, nil)
		lists := []string{"/assignments", "/incidents"}
		for _, path := range lists {
			kerneltest.Wait(t, "something in "+path, func() bool {
				x.do(t, "GET", path, "officer", "", 0, http.StatusOK, &list)
				return list.Total == 1
			})
		}
		if r := x.Send(t, "DELETE", "/api/system/organisations/"+demo, "administrator", ""); r.Status != http.StatusNoContent {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		for _, path := range lists {
			kerneltest.Wait(t, path+" to be empty", func() bool {
				x.do(t, "GET", path, "officer", "", 0, http.StatusOK, &list)
				return list.Total == 0
			})
		}
	})
}

// Every table that names a sensor or an organisation is forgotten with it, or it is said here
// in which other way its rows go.
func TestEveryTableIsForgotten(t *testing.T) {
	otherwise := []string{
		"security_assignment",                                   // Desk.Forget
		"security_incident_event",                               // with its incident
		"security_incident_task",                                // with its incident
		"security_protection_duty", "security_protection_party", // Protection.Forget
	}
	known := slices.Concat(goneWithSensor(), goneWithBaseline(), goneWithOrganisation(), otherwise)
	tables := regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\);`)
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	found := 0
	for _, name := range names {
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range tables.FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(m[2], "organisation_id ") && !strings.Contains(m[2], "sensor_id ") && !strings.Contains(m[2], "baseline_id ") {
				continue
			}
			if found++; !slices.Contains(known, m[1]) {
				t.Errorf("%s of %s is not forgotten when its organisation is removed", m[1], name)
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d tables were read", found)
	}
}
