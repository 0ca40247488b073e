package exchange

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/lang"
	"linghang/lib/stix"
	"linghang/modules/security/internal/rating"
)

func published() Publisher {
	return Publisher{ID: "01B", Name: lang.Text{ZH: "市工信局", EN: "Bureau"}, CreatedAt: founded()}
}

// grave is an incident with everything.
func grave() Incident {
	at := begun().Add(time.Hour)
	return Incident{
		ID: "01J", Number: "SJ-20260301-ABCDE", Title: "三号线工程师站出现勒索信", Summary: "操作员开机后看到勒索信。", Link: "https://city.example/security/incidents/01J",
		Organisation: "01E", Name: lang.Text{ZH: "某轮胎公司"}, Level: rating.Large, Confirmed: true, Category: "malware", Kind: "other", State: "confirmed", TLP: rating.Amber,
		Times: map[string]*time.Time{"occurred_at": nil, "aware_at": &at}, CreatedAt: begun(), ChangedAt: at, ReportTitle: "网络安全事件报告（初报）", ReportText: "TLP: TLP:AMBER", Stage: "first",
		Vulnerabilities: []string{"CVE-2026-1234", "CNVD-2026-12345", "CNNVD-202603-123"},
		Sightings: []Sighting{
			{Indicator: "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", First: begun(), Last: at, Count: 3, TLP: rating.Green, At: at},
			{Indicator: "indicator--9e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", First: begun(), Last: at, Count: 3, TLP: rating.AmberStrict, At: at},
		},
	}
}

func TestIncidentsAreSTIX(t *testing.T) {
	checker, err := stix.NewChecker()
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(x *Incident){
		"with everything": func(*Incident) {},
		"an exercise":     func(x *Incident) { x.Exercise = true },
		"a demonstration": func(x *Incident) { x.Synthetic = true },
		"not confirmed":   func(x *Incident) { x.Confirmed = false },
		"of which little is told": func(x *Incident) {
			x.Confirmed, x.Level, x.Times, x.Vulnerabilities, x.Sightings = false, 0, nil, nil, nil
		},
		"of the bureau": func(x *Incident) { x.Organisation = "01B" },
		"red":           func(x *Incident) { x.TLP = rating.Red },
		"clear":         func(x *Incident) { x.TLP = rating.Clear },
	} {
		x := grave()
		change(&x)
		raw, err := incidentBundle(published(), x)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		b, err := stix.ReadBundle(raw)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, f := range checker.Bundle(b).Findings {
			t.Errorf("%s: %s", what, f)
		}
		again, err := incidentBundle(published(), x)
		if err != nil || !bytes.Equal(raw, again) {
			t.Errorf("%s: it is another one each time, %v", what, err)
		}
		for _, o := range b.Objects() {
			if slices.Contains([]string{"incident", "report", "sighting", "relationship"}, o.Type()) && o.TLP().String() != x.TLP.Mark() {
				t.Errorf("%s: %s is marked %s", what, o.ID(), o.TLP())
			}
		}
		if strings.Contains(string(raw), `"exercise"]`) != x.Exercise { // the last of the labels
			t.Errorf("%s: its labels are wrong: %s", what, raw)
		}
	}
}

// A later state is a later version of the same objects; what is stricter than the incident is left out.
func TestAnIncidentThatChanged(t *testing.T) {
	before, after := grave(), grave()
	after.State, after.ChangedAt = "contained", before.ChangedAt.Add(time.Minute)
	var said [2]map[stix.ID]stix.Timestamp
	for i, x := range []Incident{before, after} {
		raw, err := incidentBundle(published(), x)
		if err != nil {
			t.Fatal(err)
		}
		b, err := stix.ReadBundle(raw)
		if err != nil {
			t.Fatal(err)
		}
		said[i] = map[stix.ID]stix.Timestamp{}
		for _, o := range b.Objects() {
			said[i][o.ID()] = o.Version()
		}
		if strings.Contains(string(raw), "indicator--9e2e2d2b") || !strings.Contains(string(raw), "indicator--8e2e2d2b") {
			t.Errorf("what is stricter is told, or nothing is: %s", raw)
		}
	}
	if len(said[0]) != len(said[1]) {
		t.Errorf("%v, then %v", said[0], said[1])
	}
	for id, version := range said[0] {
		later := said[1][id] > version
		if changes := id.Type() == "incident" || id.Type() == "report"; later != changes {
			t.Errorf("%s: %s, then %s", id, version, said[1][id])
		}
	}
}

// TestIncidentsByTheLibraryOfOASIS holds that stix2 reads a bundle without being told to allow
// anything custom. STIX2=<folder of github.com/oasis-open/cti-python-stix2>, and a Python with what
// that needs.
func TestIncidentsByTheLibraryOfOASIS(t *testing.T) {
	folder := os.Getenv("STIX2")
	if folder == "" {
		t.Skip("STIX2 names no folder with the library stix2 of OASIS")
	}
	exercise := grave()
	exercise.Exercise = true
	for _, x := range []Incident{grave(), exercise} {
		raw, err := incidentBundle(published(), x)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "incident.json")
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		const script = "import sys,stix2; b=stix2.parse(open(sys.argv[1],encoding='utf-8').read(),allow_custom=False); print(len(b.objects), [o for o in b.objects if o['type']=='incident'][0]['name'])"
		cmd := exec.CommandContext(t.Context(), "python3", "-c", script, file)
		cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH="+folder+":"+os.Getenv("PYTHONPATH"))
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), x.Title) {
			t.Errorf("%v: %s", err, out)
		}
	}
}
