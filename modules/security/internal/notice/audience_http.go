package notice

import (
	"context"
	"slices"

	"linghang/kernel/district"
	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/modules/security/internal/rating"
)

// Preview is to whom a notice goes.
type Preview struct {
	Count       int             `json:"count"`
	Districts   []districtCount `json:"districts" nullable:"false"`
	Names       []lang.Text     `json:"names" nullable:"false" doc:"Of the first"`
	Checked     int             `json:"checked" doc:"At how many it was looked whether anybody can be told"`
	Unreachable []lang.Text     `json:"unreachable" nullable:"false" doc:"Those of them where nobody can"`
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
	list, err := d.addressees(ctx, n.Audience)
	if err != nil {
		return out, err
	}
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
