package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// dutyLogin begins the logins of who writes and signs synthetic notices.
const dutyLogin = "demo-duty-"

// duty are the people of the bureau who write and sign synthetic notices: they are there
// for as long as that takes.
type duty struct{ writer, signer *api }

// root is the city's bureau.
func (d *demo) root(ctx context.Context) (string, error) {
	for cursor := ""; ; {
		var page struct {
			Items []struct {
				ID     string `json:"id"`
				Kind   string `json:"kind"`
				Parent string `json:"parent_id"`
			} `json:"items"`
			Next string `json:"next_cursor"`
		}
		if err := d.api.call(ctx, http.MethodGet, "/api/system/organisations?limit=500&kind=bureau&cursor="+cursor, nil, &page); err != nil {
			return "", fmt.Errorf("find the city's bureau: %w", err)
		}
		for _, o := range page.Items {
			if o.Kind == "bureau" && o.Parent == "" {
				return o.ID, nil
			}
		}
		if cursor = page.Next; cursor == "" {
			return "", errors.New("the installation has no bureau")
		}
	}
}

// hire lets two people write and sign notices. They are of a synthetic organisation, too, with
// which they go.
func (d *demo) hire(ctx context.Context) (duty, error) {
	root, err := d.root(ctx)
	if err != nil {
		return duty{}, err
	}
	var o object
	err = d.api.call(ctx, http.MethodPost, "/api/system/organisations", map[string]any{"kind": "responder", "name": text{"演示·应急值班室", "Demo · duty office"}, "synthetic": true}, &o)
	if err != nil {
		return duty{}, err
	}
	var both [2]*api
	for i, x := range []struct{ login, name, role string }{{dutyLogin + "writer", "演示·值班员", "officer"}, {dutyLogin + "signer", "演示·签发人", "leader"}} {
		err := d.api.call(ctx, http.MethodPost, "/api/system/persons", map[string]any{
			"login": x.login, "name": x.name, "password": d.password, "synthetic": true,
			"memberships": []map[string]string{{"organisation_id": root, "role": x.role}, {"organisation_id": o.ID, "role": "viewer"}},
		}, nil)
		if err != nil {
			return duty{}, err
		}
		if both[i], err = d.gate.signIn(ctx, x.login, d.password); err != nil {
			return duty{}, err
		}
		if err := both[i].call(ctx, http.MethodPost, "/api/system/session/organisation", map[string]string{"organisation_id": root}, nil); err != nil {
			return duty{}, err
		}
	}
	return duty{both[0], both[1]}, nil
}

// dismiss ends what the people on duty may do, and takes them away.
func (d *demo) dismiss(ctx context.Context) error {
	root, err := d.root(ctx)
	if err != nil {
		return err
	}
	var page struct {
		Items []struct {
			ID          string `json:"id"`
			Login       string `json:"login"`
			Synthetic   bool   `json:"synthetic"`
			Memberships []struct {
				Organisation string `json:"organisation_id"`
			} `json:"memberships"`
		} `json:"items"`
	}
	if err := d.api.call(ctx, http.MethodGet, "/api/system/persons?limit=50&q="+url.QueryEscape(dutyLogin), nil, &page); err != nil {
		return fmt.Errorf("read who is on duty: %w", err)
	}
	// First what they may do in the bureau, then they themselves with their organisation.
	var offices []string
	for _, p := range page.Items {
		if !p.Synthetic || !strings.HasPrefix(p.Login, dutyLogin) {
			continue
		}
		for _, m := range p.Memberships {
			if m.Organisation != root {
				offices = append(offices, m.Organisation)
				continue
			}
			if err := d.gone(ctx, "/api/system/organisations/"+root+"/members/"+p.ID); err != nil {
				return fmt.Errorf("dismiss %s: %w", p.Login, err)
			}
		}
	}
	for _, office := range offices {
		if err := d.gone(ctx, "/api/system/organisations/"+office); err != nil {
			return fmt.Errorf("close the duty office: %w", err)
		}
	}
	return nil
}

// gone deletes what may be gone already.
func (d *demo) gone(ctx context.Context, path string) error {
	err := d.api.call(ctx, http.MethodDelete, path, nil, nil)
	if refused, ok := errors.AsType[*refusal](err); ok && refused.Status == http.StatusNotFound {
		return nil
	}
	return err
}

// answer lets the bureau warn the monitored enterprises, which answer, some of them late,
// and enterprises report what was found at them. What an earlier run made stays.
func (d *demo) answer(ctx context.Context) error {
	there, err := d.api.synthetic(ctx, "/api/security/notices")
	if err != nil {
		return fmt.Errorf("read notices: %w", err)
	}
	if len(there) > 0 {
		return nil
	}
	if err := d.dismiss(ctx); err != nil { // whom a run left that was stopped
		return err
	}
	on, err := d.hire(ctx)
	if err == nil {
		err = d.warn(ctx, on)
	}
	if err == nil {
		err = d.report(ctx, on)
	}
	return errors.Join(err, d.dismiss(context.WithoutCancel(ctx)))
}

// pace is how many times faster the clocks of synthetic notices run: who has two hours to
// acknowledge has thirty seconds.
const pace = 240

// issue writes, signs and issues a notice.
func (on duty) issue(ctx context.Context, in map[string]any) (object, error) {
	in["synthetic"], in["pace"], in["category"], in["tlp"] = true, pace, "hazard", "amber"
	var n object
	if err := on.writer.call(ctx, http.MethodPost, "/api/security/notices", in, &n); err != nil {
		return n, err
	}
	path := "/api/security/notices/" + n.ID
	for _, step := range []struct {
		by   *api
		what string
	}{{on.writer, "/submission"}, {on.signer, "/signature"}, {on.writer, "/issue"}} {
		if err := step.by.change(ctx, path+step.what, map[string]any{}, &n); err != nil {
			return n, err
		}
	}
	return n, nil
}

// warn issues two notices, and lets enterprises answer them.
func (d *demo) warn(ctx context.Context, on duty) error {
	var all, few []string
	for i, p := range d.plants {
		all = append(all, p.organisation)
		if i%6 == 1 {
			few = append(few, p.organisation)
		}
	}
	audience := func(list []string) map[string]any {
		return map[string]any{"all": false, "districts": []string{}, "organisations": list}
	}
	second, err := on.issue(ctx, map[string]any{
		"kind": "notice", "colour": "", "title": "演示·固件更新核查", "body": "合成数据，仅供演示。Synthetic data for demonstration only. DC-200 固件更新不验签。", "ask": "核对固件版本并限制更新来源。", "level": 4, "audience": audience(few),
	})
	if err != nil {
		return fmt.Errorf("issue a notice: %w", err)
	}
	first, err := on.issue(ctx, map[string]any{
		"kind": "warning", "colour": "orange", "title": "演示·控制器可被未经认证停机", "body": "合成数据，仅供演示。Synthetic data for demonstration only. DC-100 控制器可被未经认证停机。", "ask": "排查 DC-100 控制器，隔离 Modbus 端口，升级固件。", "level": 3, "audience": audience(all),
	})
	if err != nil {
		return fmt.Errorf("issue a notice: %w", err)
	}
	issued := time.Now()
	if err := d.each(ctx, func(p plant) bool { return p.n%10 != 9 && p.n%15 != 7 }, func(ctx context.Context, p plant) error { return p.reply(ctx, first.ID) }); err != nil {
		return err
	}
	if err := d.each(ctx, func(p plant) bool { return p.n%6 == 1 }, func(ctx context.Context, p plant) error { return p.reply(ctx, second.ID) }); err != nil {
		return err
	}
	if err := on.verify(ctx, second); err != nil {
		return err
	}
	late := time.NewTimer(time.Until(issued.Add(2*time.Hour/pace + 5*time.Second)))
	defer late.Stop()
	select {
	case <-late.C:
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // the caller stopped it
	}
	// Those answer late; others do not answer at all.
	return d.each(ctx, func(p plant) bool { return p.n%15 == 7 }, func(ctx context.Context, p plant) error { return p.reply(ctx, first.ID) })
}

// each does something for some of the plants, several at once.
func (d *demo) each(ctx context.Context, of func(p plant) bool, do func(ctx context.Context, p plant) error) error {
	list := slices.DeleteFunc(slices.Clone(d.plants), func(p plant) bool { return !of(p) })
	return together(ctx, len(list), func(ctx context.Context, i int) error {
		if err := do(ctx, list[i]); err != nil {
			return fmt.Errorf("for %s: %w", list[i].code, err)
		}
		return nil
	})
}

// mostWaiting bounds how long something is waited for that the installation does by itself.
const mostWaiting = time.Minute

// wait asks again and again until something is there.
func wait(ctx context.Context, what string, there func() (bool, error)) error {
	ctx, stop := context.WithTimeoutCause(ctx, mostWaiting, errors.New("it did not come: "+what))
	defer stop()
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := there(); ok || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// reply acknowledges a notice, says whether the enterprise is affected, and what was done.
func (p plant) reply(ctx context.Context, notice string) error {
	var page struct {
		Items []object `json:"items"`
	}
	err := wait(ctx, "a notice", func() (bool, error) {
		err := p.api.call(ctx, http.MethodGet, "/api/security/assignments?notice="+notice, nil, &page)
		return len(page.Items) > 0, err
	})
	if err != nil {
		return err
	}
	o := page.Items[0]
	path := "/api/security/assignments/" + o.ID
	if err := p.api.change(ctx, path+"/acknowledgement", map[string]any{}, &o); err != nil {
		return err
	}
	if p.n%4 == 0 {
		return nil // it is looked into
	}
	answer := []string{"", "affected", "not_affected", "affected"}[p.n%4]
	if err := p.api.change(ctx, path+"/assessment", map[string]string{"assessment": answer, "reason": "演示：已核对资产清单"}, &o); err != nil || answer == "not_affected" {
		return err
	}
	return p.api.change(ctx, path+"/feedback", map[string]any{"measures": "演示：已隔离端口并升级固件", "residual": "演示：无", "done": p.n%4 == 1}, &o)
}

// verify verifies and closes what was fed back under a notice.
func (on duty) verify(ctx context.Context, n object) error {
	var page struct {
		Items []object `json:"items"`
	}
	if err := on.writer.call(ctx, http.MethodGet, "/api/security/assignments?limit=200&state=feedback&notice="+n.ID, nil, &page); err != nil {
		return err
	}
	for _, o := range page.Items {
		path := "/api/security/assignments/" + o.ID
		if err := on.writer.change(ctx, path+"/verification", map[string]any{"accepted": true}, &o); err != nil {
			return fmt.Errorf("verify feedback: %w", err)
		}
		if err := on.writer.change(ctx, path+"/closing", map[string]any{}, &o); err != nil {
			return fmt.Errorf("close an assignment: %w", err)
		}
	}
	return nil
}

// report makes incidents of what was found at plants, and lets the bureau judge some.
func (d *demo) report(ctx context.Context, on duty) error {
	return d.each(ctx, func(p plant) bool { return attackOn(p.n) != quiet }, func(ctx context.Context, p plant) error {
		o, err := p.incident(ctx)
		if err != nil || p.n%2 == 0 {
			return err
		}
		path := "/api/security/incidents/" + o.ID
		if err := on.writer.call(ctx, http.MethodGet, path, nil, &o); err != nil {
			return err
		}
		if err := on.writer.change(ctx, path+"/state", map[string]any{"to": "triaged", "reason": "演示：已受理"}, &o); err != nil {
			return fmt.Errorf("judge an incident: %w", err)
		}
		return on.writer.change(ctx, path+"/state", map[string]any{"to": "confirmed", "reason": "演示：属实", "level": 4}, &o)
	})
}

// incident reports what was found, with the alerts of it where there is a probe.
func (p plant) incident(ctx context.Context) (o object, err error) {
	said := map[string]any{
		"title": "演示·未知主机对控制器下发指令", "summary": "合成数据，仅供演示。Synthetic data for demonstration only.", "category": "attack", "kind": "other", "tlp": "amber",
		"importance": "general", "loss": "small", "harm": "ordinary", "aware_at": time.Now().Add(-time.Minute).UTC().Format(time.RFC3339),
	}
	if p.dir == "" {
		return o, p.api.call(ctx, http.MethodPost, "/api/security/incidents", said, &o)
	}
	var page struct {
		Items []object `json:"items"`
	}
	err = wait(ctx, "an alert", func() (bool, error) {
		err := p.api.call(ctx, http.MethodGet, "/api/security/alerts?state=open&kind=event", nil, &page)
		return len(page.Items) > 0, err
	})
	if err != nil {
		return o, err
	}
	ids := []string{}
	for _, a := range page.Items {
		ids = append(ids, a.ID)
	}
	said["alerts"] = ids[:min(len(ids), 50)]
	if err := p.api.call(ctx, http.MethodPost, "/api/security/alert-incidents", said, &o); err != nil {
		return o, fmt.Errorf("report an incident: %w", err)
	}
	return o, nil
}

// workOut lets the installation work out how enterprises stand, as it does by itself some
// minutes later.
func (d *demo) workOut(ctx context.Context) error {
	err := d.api.call(ctx, http.MethodPost, "/api/system/schedules/run", map[string]string{"kind": "security.work_out_standing"}, nil)
	if refused, ok := errors.AsType[*refusal](err); ok && refused.Status == http.StatusConflict {
		return nil // it is being worked out
	}
	if err != nil {
		return fmt.Errorf("work out how enterprises stand: %w", err)
	}
	return nil
}
