package incident

import (
	"maps"
	"slices"
	"strings"
)

const (
	// mostWords is how many bytes of an incident can be found: title and summary stand first.
	mostWords = 200_000
	// mostFound is how many events of a timeline can be found, the newest ones.
	mostFound = 2_000
	// mostTerms bounds what one asks for at once.
	mostTerms = 8
)

// whole is everything of an incident that can be found.
type whole struct {
	Case
	tasks    []Task
	reports  []Report
	evidence []Evidence
	guests   []Guest
	actions  []Action
	events   []CaseEvent // the newest first
}

// words are what the enterprise and the city find an incident by: all that they read of it.
func (w whole) words() string {
	list := append(w.named(), w.Summary)
	for _, key := range slices.Sorted(maps.Keys(w.facts)) {
		list = append(list, w.facts[key])
	}
	if c := w.closing; c != nil {
		list = append(list, c.Cause, c.Impact, c.Measures, c.Assets, c.Residual)
	}
	if r := w.review; r != nil {
		list = append(list, r.Detected, r.Should, r.Lessons)
	}
	for _, t := range w.tasks {
		list = append(list, t.words()...)
	}
	for _, r := range w.reports {
		list = append(list, r.Authority, r.Receipt, r.Text)
	}
	for _, v := range w.evidence {
		list = append(list, v.Name, v.What, v.SHA256)
	}
	for _, g := range w.guests {
		list = append(list, g.Organisation.ZH, g.Organisation.EN, g.Part, g.Reason)
	}
	for _, a := range w.actions {
		list = append(list, a.What, a.Responsible, a.Note)
	}
	for _, e := range w.events {
		list = append(list, e.Text)
	}
	return folded(list)
}

// part are what an organisation that was let in finds an incident by: its part, and no word more.
func (w whole) part(organisation string) string {
	list := w.named()
	for _, g := range w.guests {
		if g.OrganisationID == organisation && g.EndedAt == nil {
			list = append(list, g.Part)
		}
	}
	for _, t := range w.tasks {
		if t.OrganisationID == organisation {
			list = append(list, t.words()...)
		}
	}
	for _, v := range w.evidence {
		if v.OrganisationID == organisation {
			list = append(list, v.Name, v.What, v.SHA256)
		}
	}
	for _, e := range w.events {
		if e.part == organisation || e.by == organisation {
			list = append(list, e.Text)
		}
	}
	return folded(list)
}

// named is what everybody reads who knows of an incident.
func (w whole) named() []string {
	return []string{w.Number, w.Title, w.Enterprise.ZH, w.Enterprise.EN}
}

func (t Task) words() []string {
	return []string{t.Title.ZH, t.Title.EN, t.What.ZH, t.What.EN, t.Assignee, t.Note}
}

// let are the organisations that were let in, at any time.
func (w whole) let() []string {
	out := []string{}
	for _, g := range w.guests {
		if !slices.Contains(out, g.OrganisationID) {
			out = append(out, g.OrganisationID)
		}
	}
	return out
}

// folded brings texts into the form in which they are looked for.
func folded(list []string) string {
	text := strings.ToLower(strings.Join(slices.DeleteFunc(list, blank), "\n"))
	if len(text) > mostWords {
		text = strings.ToValidUTF8(text[:mostWords], "")
	}
	return text
}

// terms are what somebody looks for: all of them are to be there.
func terms(q string) []string {
	list := strings.Fields(strings.ToLower(q))
	return list[:min(len(list), mostTerms)]
}
