package notice

import (
	"context"
	"fmt"
	"slices"

	"linghang/kernel/district"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
)

// Organisations is the register of organisations: to whom notices go, and who is told.
type Organisations interface {
	Root(ctx context.Context) (identity.Organisation, error)
	Organisation(ctx context.Context, id string) (identity.Organisation, error)
	Organisations(ctx context.Context, in identity.OrganisationParams) (sqldb.Page[identity.Organisation], error)
	Members(ctx context.Context, organisation string, below bool, permission string) ([]identity.Recipient, error)
	Above(ctx context.Context, id string) ([]identity.Organisation, error)
}

// kindsOfAll are who all enterprises are.
func kindsOfAll() []identity.Kind {
	return []identity.Kind{identity.Enterprise, identity.Operator}
}

// Matches knows whose assets something concerns.
type Matches interface {
	// Concerned are the organisations whose assets advisories or products of an audience
	// concern: open are those that let the city see their assets, closed the others.
	Concerned(ctx context.Context, a Audience) (open, closed []string, err error)
}

// Match names who knows whose assets something concerns.
func (d *Desk) Match(m Matches) { d.matches = m }

// goesTo is to whom a notice goes, and whether all of it is demonstration.
func (d *Desk) goesTo(ctx context.Context, n Notice) ([]identity.Organisation, bool, error) {
	named, more, err := d.addressees(ctx, n.Audience)
	if err != nil {
		return nil, false, err
	}
	concerned, _, err := d.concerned(ctx, n)
	if err != nil {
		return nil, false, err
	}
	for _, o := range concerned {
		if !slices.ContainsFunc(slices.Concat(named, more), func(x identity.Organisation) bool { return x.ID == o.ID }) {
			more = append(more, o)
		}
	}
	list, synthetic, err := n.sides(named, more)
	if err == nil && len(list) > mostAddressees {
		err = fault.New(fault.Invalid, "security.notice.too_many", "the notice has more than %d addressees", mostAddressees).At("body.audience", "at most 10000 addressees")
	}
	return list, synthetic, err
}

// concerned are the organisations whose assets a notice is about: those that let the city see
// their assets, and the others, of which the city is told no more than how many they are.
func (d *Desk) concerned(ctx context.Context, n Notice) (open, closed []identity.Organisation, err error) {
	if !n.Audience.matches() || d.matches == nil {
		return nil, nil, nil
	}
	seen, unseen, err := d.matches.Concerned(ctx, n.Audience)
	if err != nil {
		return nil, nil, err
	}
	if open, err = d.known(ctx, seen); err != nil {
		return nil, nil, err
	}
	closed, err = d.known(ctx, unseen)
	return open, closed, err
}

// known are organisations of the register; who was removed meanwhile is left out.
func (d *Desk) known(ctx context.Context, list []string) (out []identity.Organisation, err error) {
	for _, id := range list {
		o, err := d.organisations.Organisation(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read organisation %s: %w", id, err)
		}
		out = append(out, o)
	}
	return out, nil
}

// unnamed are organisations whose assets a notice is about, and that do not let the city see
// them. They are told, and owe no answer for that. Whether they are addressees otherwise makes
// no difference: else their number would tell the city which of those it names they are.
func (d *Desk) unnamed(ctx context.Context, n Notice, synthetic bool) ([]identity.Organisation, error) {
	_, closed, err := d.concerned(ctx, n)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(closed, func(o identity.Organisation) bool { return o.Synthetic != synthetic }), nil
}

// addressees are the organisations of an audience, within what the caller sees: those that
// are named, and more.
func (d *Desk) addressees(ctx context.Context, a Audience) (named, more []identity.Organisation, err error) {
	seen := map[string]bool{}
	for _, id := range a.Organisations {
		o, err := d.organisations.Organisation(ctx, id)
		if err != nil || o.Kind == identity.Bureau {
			return nil, nil, fault.New(fault.Invalid, "security.notice.addressee", "an addressee is no organisation that can be told").At("body.audience", "organisations of the register, and no bureau")
		}
		seen[o.ID], named = true, append(named, o)
	}
	add := func(o identity.Organisation) {
		if !seen[o.ID] {
			seen[o.ID], more = true, append(more, o)
		}
	}
	if a.All || len(a.Districts) > 0 {
		for _, kind := range kindsOfAll() {
			err := d.each(ctx, kind, func(o identity.Organisation) {
				if a.All || slices.Contains(a.Districts, o.District) {
					add(o)
				}
			})
			if err != nil {
				return nil, nil, err
			}
		}
	}
	return named, more, nil
}

// each hands over every organisation of a kind.
func (d *Desk) each(ctx context.Context, kind identity.Kind, do func(identity.Organisation)) error {
	in := identity.OrganisationParams{ListParams: sqldb.ListParams{Limit: 500}, Kind: string(kind)}
	for n := 0; n <= mostAddressees; n += in.Limit {
		page, err := d.organisations.Organisations(ctx, in)
		if err != nil {
			return fmt.Errorf("read organisations of kind %s: %w", kind, err)
		}
		for _, o := range page.Items {
			do(o)
		}
		if in.Cursor = page.NextCursor; in.Cursor == "" {
			return nil
		}
	}
	return nil
}

// Preview is to whom a notice goes.
type Preview struct {
	Count       int             `json:"count"`
	Districts   []districtCount `json:"districts" nullable:"false"`
	Names       []lang.Text     `json:"names" nullable:"false" doc:"Of the first"`
	Checked     int             `json:"checked" doc:"At how many it was looked whether anybody can be told"`
	Unreachable []lang.Text     `json:"unreachable" nullable:"false" doc:"Those of them where nobody can"`
	Unnamed     int             `json:"unnamed" doc:"Enterprises whose assets it concerns, that do not let the city see these: they are told, and are no addressees by that"`
}

type districtCount struct {
	District string `json:"district"`
	Count    int    `json:"count"`
}

const (
	mostShown   = 20
	mostChecked = 300
)

func (d *Desk) preview(ctx context.Context, in httpd.Object) (Preview, error) {
	out := Preview{Districts: []districtCount{}, Names: []lang.Text{}, Unreachable: []lang.Text{}}
	n, err := d.store.seen(ctx, d.store.db, in.ID)
	if err != nil {
		return out, err
	}
	list, synthetic, err := d.goesTo(ctx, n)
	if err != nil {
		return out, err
	}
	unnamed, err := d.unnamed(ctx, n, synthetic)
	if err != nil {
		return out, err
	}
	out.Unnamed = len(unnamed)
	out.Count = len(list)
	per := map[string]int{}
	for i, o := range list {
		per[o.District]++
		if i < mostShown {
			out.Names = append(out.Names, o.Name)
		}
		if i >= mostChecked {
			continue
		}
		out.Checked++
		people, err := d.organisations.Members(ctx, o.ID, false, mayAnswer)
		if err != nil {
			return out, err
		}
		if len(people) == 0 {
			out.Unreachable = append(out.Unreachable, o.Name)
		}
	}
	for district, count := range per {
		out.Districts = append(out.Districts, districtCount{district, count})
	}
	slices.SortFunc(out.Districts, func(x, y districtCount) int {
		if x.Count != y.Count {
			return y.Count - x.Count
		}
		return len(x.District) - len(y.District)
	})
	return out, nil
}

// Words are what forms of notices choose from.
type Words struct {
	Categories []rating.Category `json:"categories" nullable:"false"`
	Districts  []districtName    `json:"districts" nullable:"false"`
}

type districtName struct {
	Code string    `json:"code"`
	Name lang.Text `json:"name"`
}

func (d *Desk) words(context.Context, struct{}) (Words, error) {
	w := Words{Categories: rating.Categories(), Districts: []districtName{}}
	for _, x := range district.All() {
		w.Districts = append(w.Districts, districtName{x.Code, x.Name})
	}
	return w, nil
}

func (d *Desk) statistics(ctx context.Context, in httpd.Object) (Statistics, error) {
	n, err := d.store.seen(ctx, d.store.db, in.ID)
	if err != nil {
		return Statistics{}, err
	}
	return d.store.statistics(ctx, "a.notice_id = ?", n.ID, d.now())
}
