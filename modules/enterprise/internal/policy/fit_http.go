package policy

import (
	"cmp"
	"context"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/modules/enterprise/internal/criterion"
)

// Fit is what the conditions of a policy come to for an enterprise.
type Fit struct {
	Policy  Brief             `json:"policy"`
	Outcome criterion.Outcome `json:"outcome" enum:"unmet,unknown,met"`
	Lacks   []criterion.Lack  `json:"lacks" nullable:"false"`
}

// Brief is as much of a policy as a list of fitting ones shows.
type Brief struct {
	ID         string     `json:"id"`
	Title      lang.Text  `json:"title"`
	Number     string     `json:"number"`
	Issuer     lang.Text  `json:"issuer"`
	Level      string     `json:"level"`
	Kind       string     `json:"kind"`
	Benefit    lang.Text  `json:"benefit"`
	AmountMost *float64   `json:"amount_most,omitempty" doc:"In 10 000 CNY"`
	ClosesAt   *time.Time `json:"closes_at,omitempty"`
	Open       bool       `json:"open" doc:"It takes applications now"`
	Synthetic  bool       `json:"synthetic"`
}

func (p Policy) brief(at time.Time) Brief {
	return Brief{p.ID, p.Title, p.Number, p.Issuer, p.Level, p.Kind, p.Benefit, p.AmountMost, p.ClosesAt, p.accepts(at), p.Synthetic}
}

// Own is an enterprise of the caller's own.
type Own struct {
	ID   string    `json:"id"`
	Name lang.Text `json:"name"`
}

type fitsInput struct {
	Entry string `query:"entry" maxLength:"26" doc:"An own enterprise, any to the bureau; empty: the first own one"`
}

type fitsView struct {
	Entry Own    `json:"entry" doc:"Whose profile it is; an empty ID: there is no own enterprise"`
	Own   []Own  `json:"own" nullable:"false"`
	Items []Fit  `json:"items" nullable:"false" doc:"Those that fit first, then those of which the profile does not tell, then by how much is missing"`
	On    string `json:"on" doc:"Day"`
}

// subject returns the enterprise that is asked about.
func (m *Policies) subject(ctx context.Context, entry string) (s criterion.Subject, own []Own, err error) {
	list, err := m.directory.OwnSubjects(ctx)
	if err != nil {
		return s, nil, err
	}
	own = []Own{}
	for _, x := range list {
		own = append(own, Own{x.ID, x.Name})
	}
	i := slices.IndexFunc(list, func(x criterion.Subject) bool { return entry == "" || x.ID == entry })
	if i >= 0 {
		return list[i], own, nil
	}
	if entry == "" {
		return s, own, nil
	}
	s, err = m.directory.SubjectOf(ctx, entry)
	return s, own, err
}

func (m *Policies) listFits(ctx context.Context, in fitsInput) (fitsView, error) {
	at := now()
	v := fitsView{Own: []Own{}, Items: []Fit{}, On: dayOf(at)}
	s, own, err := m.subject(ctx, in.Entry)
	if err != nil {
		return v, err
	}
	if v.Own = own; s.ID == "" {
		return v, nil
	}
	v.Entry = Own{s.ID, s.Name}
	list, err := m.store.valid(ctx, v.On)
	if err != nil {
		return v, err
	}
	facts := s.Given.On(cityDay(at))
	for _, p := range list {
		r := p.Conditions.Evaluate(facts, m.words)
		v.Items = append(v.Items, Fit{p.brief(at), r.Outcome, r.Lacks})
	}
	order := []criterion.Outcome{criterion.Met, criterion.Unknown, criterion.Unmet}
	slices.SortStableFunc(v.Items, func(a, b Fit) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Outcome), slices.Index(order, b.Outcome)), cmp.Compare(len(a.Lacks), len(b.Lacks)))
	})
	return v, nil
}

type fitInput struct {
	httpd.Object
	Entry string `query:"entry" maxLength:"26" doc:"An own enterprise, any to the bureau; empty: the first own one"`
}

type fitView struct {
	Entry  Own               `json:"entry"`
	On     string            `json:"on" doc:"Day"`
	Result *criterion.Result `json:"result,omitempty" doc:"Missing: there is no own enterprise"`
}

func (m *Policies) readFit(ctx context.Context, in fitInput) (fitView, error) {
	p, err := m.store.seen(ctx, in.ID)
	if err != nil {
		return fitView{}, err
	}
	at := now()
	v := fitView{On: dayOf(at)}
	s, _, err := m.subject(ctx, in.Entry)
	if err != nil || s.ID == "" {
		return v, err
	}
	r := p.Conditions.Evaluate(s.Given.On(cityDay(at)), m.words)
	v.Entry, v.Result = Own{s.ID, s.Name}, &r
	return v, nil
}

// Reached counts enterprises by what a rule comes to for them.
type Reached struct {
	Code string `json:"code" doc:"Of a district, or of a field that lacks"`
	criterion.Count
}

type reachView struct {
	Reached
	Districts []Reached `json:"districts" nullable:"false"`
	Lacks     []Reached `json:"lacks" nullable:"false" doc:"How many enterprises lack each field: unknown where their profile does not tell"`
	Some      []Own     `json:"some" nullable:"false" doc:"50 of the enterprises that meet the conditions, by name"`
	On        string    `json:"on" doc:"Day"`
}

const someMost = 50

// readReach holds all enterprises against a policy: it is for the bureau, which sees all
// fields of all of them.
func (m *Policies) readReach(ctx context.Context, in httpd.Object) (reachView, error) {
	v := reachView{Districts: []Reached{}, Lacks: []Reached{}, Some: []Own{}}
	if err := forCity(ctx); err != nil {
		return v, err
	}
	p, err := m.store.seen(ctx, in.ID)
	if err != nil {
		return v, err
	}
	at := now()
	v.On = dayOf(at)
	districts, lacks := map[string]*Reached{}, map[string]*Reached{}
	of := func(list map[string]*Reached, code string) *Reached {
		if list[code] == nil {
			list[code] = &Reached{Code: code}
		}
		return list[code]
	}
	err = m.directory.EachSubject(ctx, func(s criterion.Subject) error {
		r := p.Conditions.Evaluate(s.Given.On(cityDay(at)), m.words)
		v.Add(r.Outcome)
		of(districts, s.District).Add(r.Outcome)
		seen := map[string]bool{}
		for _, l := range r.Lacks {
			if !seen[l.Field] {
				of(lacks, l.Field).Add(l.Outcome)
			}
			seen[l.Field] = true
		}
		if r.Outcome == criterion.Met && len(v.Some) < someMost {
			v.Some = append(v.Some, Own{s.ID, s.Name})
		}
		return ctx.Err()
	})
	if err != nil {
		return v, err
	}
	for _, d := range districts {
		v.Districts = append(v.Districts, *d)
	}
	for _, l := range lacks {
		v.Lacks = append(v.Lacks, *l)
	}
	slices.SortFunc(v.Districts, func(a, b Reached) int { return cmp.Compare(a.Code, b.Code) })
	slices.SortFunc(v.Lacks, func(a, b Reached) int {
		return cmp.Or(cmp.Compare(b.Unknown+b.Unmet, a.Unknown+a.Unmet), cmp.Compare(a.Code, b.Code))
	})
	slices.SortFunc(v.Some, func(a, b Own) int { return cmp.Compare(a.Name.ZH, b.Name.ZH) })
	return v, nil
}

// ownSubject returns an enterprise of the caller's own, for which they may apply.
func (m *Policies) ownSubject(ctx context.Context, entry string) (criterion.Subject, error) {
	list, err := m.directory.OwnSubjects(ctx)
	if err != nil {
		return criterion.Subject{}, err
	}
	i := slices.IndexFunc(list, func(s criterion.Subject) bool { return s.ID == entry })
	if i < 0 {
		return criterion.Subject{}, fault.New(fault.Invalid, "enterprise.policy.not_own", "this is no accepted enterprise of yours").At("body.entry_id", "choose an enterprise of yours that the directory has accepted")
	}
	return list[i], nil
}
