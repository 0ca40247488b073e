package main

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
)

// command runs the program beside a house, as its operator does.
func (h *house) command(args ...string) {
	h.t.Helper()
	args = append(args, "--data", h.data, "--http", strings.TrimPrefix(h.url, "http://"))
	out, err := exec.Command(binary(h.t), args...).CombinedOutput()
	if err != nil {
		h.t.Fatalf("linghang %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

type cityState struct {
	Total     int  `json:"total"`
	Reporting int  `json:"reporting"`
	Synthetic bool `json:"synthetic"`
	Directory struct {
		Total int `json:"total"`
	} `json:"-"`
	Scenarios struct {
		Total int `json:"total"`
	} `json:"-"`
	Chains struct {
		Total int `json:"total"`
	} `json:"-"`
	Leads struct {
		Total int `json:"total"`
	} `json:"-"`
	Outside struct {
		Total int `json:"total"`
	} `json:"-"`
	Providers struct {
		Total int `json:"total"`
	} `json:"-"`
	Services struct {
		Total int `json:"total"`
	} `json:"-"`
	Needs struct {
		Total int `json:"total"`
	} `json:"-"`
	Calls struct {
		Total int `json:"total"`
	} `json:"-"`
	Applications struct {
		Total int `json:"total"`
	} `json:"-"`
	Persons struct {
		Total int `json:"total"`
	} `json:"-"`
	Plans struct {
		Total int `json:"total"`
	} `json:"-"`
	Organisations struct {
		Total int `json:"total"`
	} `json:"-"`
	Security securityState `json:"-"`
}

// securityState is how many of what there are of industrial security, and how many of them
// are marked synthetic.
type securityState struct {
	Machines, Sensors, Alerts, Assets, Advisories, Exposures, Notices, Assignments, Incidents, Standings, Zoned, Marked int
}

func (h *house) securityState() (s securityState) {
	h.t.Helper()
	for path, n := range map[string]*int{
		"machine/machines": &s.Machines, "security/sensors": &s.Sensors, "security/alerts": &s.Alerts, "security/assets": &s.Assets, "security/advisories": &s.Advisories, "security/exposures": &s.Exposures,
		"security/notices": &s.Notices, "security/assignments": &s.Assignments, "security/incidents": &s.Incidents, "security/situation/enterprises": &s.Standings, "security/zone-plans": &s.Zoned,
	} {
		var page struct {
			Total int
			Items []struct{ Synthetic bool }
		}
		h.call("GET", "/api/"+path+"?limit=200", "", &page)
		*n = page.Total
		for _, x := range page.Items {
			if x.Synthetic {
				s.Marked++
			}
		}
	}
	return s
}

func (h *house) state() cityState {
	h.t.Helper()
	var s cityState
	h.call("GET", "/api/platforms/summary", "", &s)
	h.call("GET", "/api/enterprise/entries", "", &s.Directory)
	h.call("GET", "/api/scenario/scenarios", "", &s.Scenarios)
	h.call("GET", "/api/atlas/chains", "", &s.Chains)
	h.call("GET", "/api/enterprise/leads", "", &s.Leads)
	h.call("GET", "/api/atlas/outside", "", &s.Outside)
	h.call("GET", "/api/enterprise/providers", "", &s.Providers)
	h.call("GET", "/api/enterprise/services", "", &s.Services)
	h.call("GET", "/api/enterprise/needs", "", &s.Needs)
	h.call("GET", "/api/scenario/pilot/calls", "", &s.Calls)
	h.call("GET", "/api/scenario/pilot/applications", "", &s.Applications)
	h.call("GET", "/api/system/persons", "", &s.Persons)
	h.call("GET", "/api/plan/plans", "", &s.Plans)
	h.call("GET", "/api/system/organisations", "", &s.Organisations)
	s.Security = h.securityState()
	return s
}

// The demonstration fills a city that is in use and takes away what it brought,
// and nothing else.
func TestTheDemonstrationComesAndGoes(t *testing.T) {
	h := startHouse(t, t.TempDir(), "--tls-listen", fmt.Sprintf("127.0.0.1:%d", freePorts(t, 1)[0]))
	h.setUp()
	real := h.platform("real-platform")
	before := h.state()
	for range 2 { // the second run finds what the first one made
		h.command("demo", "--once", "--enterprise-nodes", "16", "--enterprises", "60", "--scenarios", "120", "--providers", "5", "--applications", "6", "--monitored", "7")
		s := h.state()
		if s.Total != 43 || s.Reporting != 42 || !s.Synthetic || s.Plans.Total != 1 || s.Directory.Total != 65 || s.Scenarios.Total != 120 || s.Chains.Total != 4 || s.Leads.Total != 16 || s.Outside.Total != 24 || s.Organisations.Total != before.Organisations.Total+42+5+24 {
			t.Fatalf("with the demonstration the city is %+v", s)
		}
		// Two agreements were carried out, each of which is a service too; the bureau sees no confidential needs.
		if s.Providers.Total != 5 || s.Services.Total != 5*30+2 || s.Needs.Total != 18 || s.Calls.Total != 1 || s.Applications.Total != 6 || s.Persons.Total != before.Persons.Total+5+24 {
			t.Fatalf("with the demonstration the city is %+v", s)
		}
	}
	if v, known := h.measure("platforms.monitored"); v != 42 || !known {
		t.Errorf("platforms.monitored is %v", v)
	}
	if v, known := h.measure("platforms.enterprises_served"); v < 1000 || !known {
		t.Errorf("platforms.enterprises_served is %v", v)
	}
	// Three of the seven let the city see their assets.
	if x := h.securityState(); x.Machines != 7 || x.Sensors != 7 || x.Alerts < 2 || x.Assets != 6+8+8 || x.Advisories != 4 || x.Exposures == 0 || x.Notices != 2 || x.Assignments != 8 || x.Incidents != 2 || x.Zoned != 3 {
		t.Errorf("of industrial security there is %+v", x)
	} else if x.Marked != x.Sensors+x.Alerts+x.Assets+x.Advisories+x.Exposures+x.Notices+x.Assignments+x.Incidents+x.Standings+x.Zoned {
		t.Errorf("not everything is marked synthetic: %+v", x)
	}
	for _, id := range []string{"enterprise.providers_online", "enterprise.services", "enterprise.agreements"} {
		if v, known := h.measure(id); v < 4 || !known {
			t.Errorf("%s is %v", id, v)
		}
	}
	h.command("demo", "--remove")
	if v, known := h.measure("platforms.enterprises_served"); known {
		t.Errorf("platforms.enterprises_served is %v without the demonstration", v)
	}
	kerneltest.Wait(t, "what belonged to the demonstration to go", func() bool { return h.securityState() == before.Security })
	if after := h.state(); after != before {
		t.Errorf("after the demonstration the city is %+v, before %+v", after, before)
	}
	if f := h.freshness(real.Platform); f != "never" {
		t.Errorf("the real platform is %s", f)
	}
	var tokens struct {
		Total int `json:"total"`
	}
	if h.call("GET", "/api/system/tokens", "", &tokens); tokens.Total != 0 {
		t.Errorf("%d tokens are left", tokens.Total)
	}
}
