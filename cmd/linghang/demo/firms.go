package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
)

// leastFirms is how many enterprises of the directory act for themselves at least.
const leastFirms = 24

// firm is an enterprise that acts for itself: an organisation with somebody who manages
// it, and its entry of the directory.
type firm struct {
	enterprise
	api          *api // as the manager
	organisation string
	entry        string
}

// firms are the enterprises of a run that act for themselves, by their codes.
type firms struct {
	mu            sync.Mutex
	organisations map[string]string // IDs by codes; of those that were there before
	joined        map[string]firm
}

// active is how many enterprises of the directory act for themselves: the first ones.
func (d *demo) active() int { return min(d.Directory, max(d.Applications, d.Monitored, leastFirms)) }

// gather reads which organisations there are.
func (d *demo) gather(ctx context.Context) error {
	there, err := d.api.synthetic(ctx, "/api/system/organisations")
	if err != nil {
		return fmt.Errorf("read organisations: %w", err)
	}
	d.firms.organisations, d.firms.joined = map[string]string{}, map[string]firm{}
	for _, o := range there {
		d.firms.organisations[o.USCC] = o.ID
	}
	return nil
}

// join lets an enterprise act for itself: its organisation, its manager, who signs in, and
// its entry. What is there already is taken.
func (d *demo) join(ctx context.Context, e enterprise) (firm, error) {
	d.firms.mu.Lock()
	f, ok := d.firms.joined[e.code]
	organisation := d.firms.organisations[e.code]
	d.firms.mu.Unlock()
	if ok {
		return f, nil
	}
	f.enterprise = e
	var err error
	if organisation == "" {
		var o object
		err = d.api.call(ctx, http.MethodPost, "/api/system/organisations",
			map[string]any{"kind": "enterprise", "name": text{e.zh, e.en}, "uscc": e.code, "district": e.district, "synthetic": true}, &o)
		organisation = o.ID
	}
	if err == nil {
		f.organisation = organisation
		f.api, err = d.manager(ctx, e, organisation)
	}
	if err == nil {
		f.entry, err = d.own(ctx, f)
	}
	if err != nil {
		return f, fmt.Errorf("let %s act for itself: %w", e.code, err)
	}
	d.firms.mu.Lock()
	d.firms.joined[e.code] = f
	d.firms.mu.Unlock()
	return f, nil
}

// manager signs the manager of an organisation in. Nobody but this run knows the password,
// and a later run sets another one.
func (d *demo) manager(ctx context.Context, e enterprise, organisation string) (*api, error) {
	login := "demo-" + strings.ToLower(e.code)
	err := d.api.call(ctx, http.MethodPost, "/api/system/persons", map[string]any{
		"login": login, "name": "演示·" + e.code[9:] + "经办人", "password": d.password, "synthetic": true,
		"memberships": []map[string]string{{"organisation_id": organisation, "role": "manager"}},
	}, nil)
	if refused, ok := errors.AsType[*refusal](err); ok && refused.Status == http.StatusConflict {
		err = d.another(ctx, login)
	}
	if err != nil {
		return nil, err
	}
	return d.gate.signIn(ctx, login, d.password)
}

// another gives the manager of an earlier run another password.
func (d *demo) another(ctx context.Context, login string) error {
	var page struct {
		Items []object `json:"items"`
	}
	if err := d.api.call(ctx, http.MethodGet, "/api/system/persons?limit=2&q="+url.QueryEscape(login), nil, &page); err != nil {
		return err
	}
	if len(page.Items) != 1 || !page.Items[0].Synthetic {
		return fmt.Errorf("the login %s is somebody else's", login)
	}
	return d.api.call(ctx, http.MethodPost, "/api/system/persons/"+page.Items[0].ID+"/password", map[string]string{"password": d.password}, nil)
}

// own is the entry of a firm: its own, one that the bureau made of it and it takes over,
// or one that it files and the bureau accepts.
func (d *demo) own(ctx context.Context, f firm) (string, error) {
	var there struct {
		ID    string `json:"id"`
		Claim string `json:"claim"`
	}
	if err := f.api.call(ctx, http.MethodGet, "/api/enterprise/entries/mine", nil, &there); err != nil {
		return "", err
	}
	var o object
	var err error
	switch {
	case there.ID != "":
		err = d.api.call(ctx, http.MethodGet, "/api/enterprise/entries/"+there.ID, nil, &o)
	case there.Claim != "":
		err = f.api.call(ctx, http.MethodPost, "/api/enterprise/entries/"+there.Claim+"/claim", nil, &o)
	default:
		err = f.api.call(ctx, http.MethodPost, "/api/enterprise/entries", map[string]any{
			"code": f.code, "name": text{f.zh, f.en}, "district": f.district, "industry": f.trade.code, "size": f.size, "synthetic": true,
		}, &o)
	}
	if err == nil && o.Status == "submitted" {
		err = d.api.change(ctx, "/api/enterprise/entries/"+o.ID+"/decision", map[string]string{"decision": "accepted"}, &o)
	}
	return o.ID, err
}

// atOnce is how many things are done at the same time: most of the time goes into the
// passwords of those who sign in, which are made to take long.
const atOnce = 4

// together does something n times, several at once, until one of them fails.
func together(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var work sync.WaitGroup
	var next atomic.Int64
	for range atOnce {
		work.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := do(ctx, i); err != nil {
					stop(err)
				}
			}
		})
	}
	work.Wait()
	return context.Cause(ctx)
}
