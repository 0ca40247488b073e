package enterprise

import (
	"context"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// DetailedView is an enterprise in the list of those who may see more than the public.
type DetailedView struct {
	EntryView
	FoundedOn string   `json:"founded_on" title:"成立日期|Founded on"`
	Capital   *float64 `json:"capital,omitempty" title:"注册资本（万元）|Registered capital (10 000 CNY)"`
	Address   string   `json:"address" title:"地址|Address"`
	Sites     int      `json:"sites" title:"场所数|Sites"`
	Staff     *int     `json:"staff,omitempty" doc:"Of the newest year" title:"从业人员|Staff"`
	Revenue   *float64 `json:"revenue,omitempty" doc:"Of the newest year with an amount, in 10 000 CNY" title:"营业收入（万元）|Revenue (10 000 CNY)"`
	Contact   string   `json:"contact" doc:"The first one, masked" title:"联系人（脱敏）|Contact (masked)"`
	Phone     string   `json:"phone" doc:"Masked" title:"电话（脱敏）|Telephone (masked)"`
}

// listDetailed shows what who asks may see beyond the public. Each enterprise of which
// something was given finds that in its access log.
func (m *Module) listDetailed(ctx context.Context, in entryParams) (sqldb.Page[DetailedView], error) {
	now := time.Now()
	today, soon := dates(now)
	shared, err := m.entries.sharedWith(ctx)
	if err != nil {
		return sqldb.Page[DetailedView]{}, err
	}
	as := sight{scope: identity.From(ctx).Scope, shared: shared}
	page, err := m.entries.list(ctx, in, as, today)
	if err == nil {
		err = fill(ctx, m.entries.db, page.Items)
	}
	views := sqldb.Page[DetailedView]{Items: []DetailedView{}, NextCursor: page.NextCursor, Total: page.Total}
	if err != nil {
		return views, err
	}
	var log []given
	for _, e := range page.Items {
		n := as.near(e)
		e.Evidence = nil // not in this list
		if groups := e.given(n); len(groups) > 0 && !isOwn(ctx, e) {
			log = append(log, given{e.ID, groups})
		}
		views.Items = append(views.Items, viewDetailed(ctx, e.as(n), today, soon))
	}
	return views, m.entries.noteAccess(ctx, wayList, log, now)
}

func viewDetailed(ctx context.Context, e Entry, today, soon string) DetailedView {
	var held []string
	for _, q := range e.Profile.Qualifications {
		if q.state(today, soon) != "expired" {
			held = append(held, q.Kind)
		}
	}
	v := DetailedView{EntryView: viewEntry(ctx, e, words(held)), FoundedOn: e.Profile.FoundedOn, Capital: e.Profile.Capital, Address: e.Profile.Address, Sites: len(e.Profile.Sites)}
	if len(e.Profile.Staff) > 0 {
		v.Staff = &e.Profile.Staff[0].Count
	}
	for _, r := range e.Profile.Revenue {
		if r.Amount != nil {
			v.Revenue = r.Amount
			break
		}
	}
	if len(e.Contacts) > 0 {
		v.Contact, v.Phone = maskName(e.Contacts[0].Name), maskPhone(e.Contacts[0].Phone)
	}
	return v
}
