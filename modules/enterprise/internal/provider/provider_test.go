package provider

import (
	"testing"
	"time"
)

func day(text string) time.Time {
	v, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return v
}

func TestOnlyWhatTheStateAllowsIsDone(t *testing.T) {
	now, until := day("2026-03-01"), day("2026-12-31")
	x := Profile{Offer: "new"}
	of := func(s State, f Filing, returned bool) Provider {
		p := Provider{State: s, Filing: f, FilingReturned: returned, ValidUntil: &until}
		if f != NoFiling {
			p.Filed = &x
		}
		return p
	}
	for _, c := range []struct {
		p                               Provider
		files, decides, suspends, ended bool
	}{
		{of(Applied, NoFiling, false), true, true, false, false},
		{of(Returned, NoFiling, false), true, false, false, false},
		{of(Refused, NoFiling, false), false, false, false, false},
		{of(InForce, NoFiling, false), true, false, true, false},
		{of(InForce, Change, false), true, true, true, false},
		{of(InForce, Change, true), true, false, true, false},
		{of(InForce, Renewal, false), true, true, true, false},
		{of(Suspended, NoFiling, false), false, false, false, true},
		{of(Suspended, Change, false), false, false, false, true},
	} {
		_, files := c.p.file(x, false, now)
		_, decides := c.p.decide(accepted, "", hand{}, now)
		_, suspends := c.p.suspend("x", hand{}, now)
		_, ended := c.p.resume(hand{}, now)
		if got := [4]bool{files == nil, decides == nil, suspends == nil, ended == nil}; got != [4]bool{c.files, c.decides, c.suspends, c.ended} {
			t.Errorf("%s %q %v: %v", c.p.State, c.p.Filing, c.p.FilingReturned, got)
		}
	}
	for _, d := range []string{returned, refused} {
		if _, err := of(Applied, NoFiling, false).decide(d, " ", hand{}, now); err == nil {
			t.Errorf("%s without a reason", d)
		}
	}
	if _, err := of(InForce, NoFiling, false).suspend(" ", hand{}, now); err == nil {
		t.Error("suspended without a reason")
	}
}

func TestAYearGoesOnFromItsEndOrFromTodayWhereItIsOver(t *testing.T) {
	until := day("2026-12-31")
	p := Provider{State: InForce, ValidUntil: &until}
	if _, err := p.file(Profile{}, true, until.Add(-renewFrom-time.Second)); err == nil {
		t.Error("renewed too early")
	}
	for _, c := range []struct{ now, want string }{
		{"2026-11-15", "2027-12-31"},
		{"2027-02-01", "2028-02-01"},
	} {
		x, err := p.file(Profile{Offer: "y"}, true, day(c.now))
		if err != nil {
			t.Fatal(err)
		}
		if x.Profile.Offer != "" {
			t.Error("what is filed holds before it is accepted")
		}
		if x, err = x.decide(accepted, "", hand{}, day(c.now)); err != nil || !x.ValidUntil.Equal(day(c.want)) || x.Profile.Offer != "y" || x.Filed != nil {
			t.Errorf("%s: %v, %v", c.now, x.ValidUntil, err)
		}
	}
}

func TestTheRuleOfBeingOnline(t *testing.T) {
	now := day("2026-06-01")
	req := func(asked, hours, answered int) Enquiry {
		r := Enquiry{AskedAt: now.AddDate(0, 0, -asked)}
		r.DueAt = r.AskedAt.Add(time.Duration(hours) * time.Hour)
		if answered > 0 {
			a := r.AskedAt.Add(time.Duration(answered) * time.Hour)
			r.AnsweredAt = &a
		}
		return r
	}
	good, late, never, open, old := req(10, 24, 5), req(10, 24, 25), req(10, 24, 0), req(0, 24, 0), req(91, 24, 1)
	for _, c := range []struct {
		name            string
		list            []Enquiry
		serving, online bool
		counted, inTime int
	}{
		{"never asked", nil, true, false, 0, 0},
		{"in time", []Enquiry{good}, true, true, 1, 1},
		{"on the minute", []Enquiry{req(10, 24, 24)}, true, true, 1, 1},
		{"late", []Enquiry{late}, true, false, 1, 0},
		{"never answered", []Enquiry{never}, true, false, 1, 0},
		{"not yet due", []Enquiry{open}, true, false, 0, 0},
		{"too long ago", []Enquiry{old}, true, false, 0, 0},
		{"four of five", []Enquiry{good, good, good, good, late}, true, true, 5, 4},
		{"three of four", []Enquiry{good, good, good, never}, true, false, 4, 3},
		{"suspended", []Enquiry{good}, false, false, 1, 1},
	} {
		a := answering(c.list, c.serving, now)
		if a.Online != c.online || a.Counted != c.counted || a.InTime != c.inTime {
			t.Errorf("%s: %+v", c.name, a)
		}
	}
}
