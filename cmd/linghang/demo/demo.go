// Package demo fills a running installation with a synthetic city, through its
// public API and the protocols that platforms report over, and takes it away
// again. Everything it makes is marked synthetic by the installation.
package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Options say which installation, and how long.
type Options struct {
	URL   string
	Token string        // holds the permissions of Permissions
	Every time.Duration // between two reports of a platform
	Once  bool          // report once and return
	// Enterprises is how many enterprise nodes have identifiers.
	Enterprises int
	// Directory is how many enterprises the directory has, at least one.
	Directory int
	// Scenarios is how many scenarios the catalogue has; 0: none.
	Scenarios int
	// Providers is how many service providers there are; 0: none, and no services.
	Providers int
	// Applications is how many enterprises of the directory apply to be a pilot; 0: there
	// is no call.
	Applications int
	// Monitored is how many enterprises of the directory are monitored; 0: none, and nothing
	// of industrial security.
	Monitored int
	Progress  io.Writer
}

// Permissions are what the token of a demonstration needs.
func Permissions() []string {
	return []string{
		"system.organisation.view", "system.organisation.edit", "platforms.view", "platforms.register", "platforms.review", "platforms.key", "platforms.backfill",
		"plan.view", "plan.manage", "identifier.view", "identifier.apply", "identifier.review",
		"enterprise.view", "enterprise.review", "scenario.view", "scenario.review",
		"atlas.view", "atlas.edit", "enterprise.lead.view", "enterprise.lead.follow",
		// Enterprises that act for themselves have managers, who sign in.
		"system.person.view", "system.person.edit", "system.role.appoint",
		// Probes enrol, and the bureau warns enterprises.
		"machine.view", "machine.enrol", "security.view", "security.sensor.view", "security.advisory.import", "security.notice.read", "security.notice.write", "system.job.view", "system.job.manage",
		"enterprise.file", "enterprise.provider.view", "enterprise.provider.review", "enterprise.need.view", "enterprise.service.view", "scenario.pilot.manage",
	}
}

// historyDays is how many past days each platform back-fills.
const historyDays = 60

// demo is one run of the demonstration.
type demo struct {
	Options
	api  *api
	gate *api // the same installation without the token: platforms have keys of their own

	password string // of the managers, of this run only
	firms    firms
	plants   []plant
	dir      string // of what probes keep, of this run only
}

func begin(o Options) *demo {
	return &demo{Options: o, api: newAPI(o.URL, o.Token), gate: newAPI(o.URL, ""), password: rand.Text()}
}

func (d *demo) say(format string, args ...any) { _, _ = fmt.Fprintf(d.Progress, format+"\n", args...) }

// Run builds the synthetic city, or finds it, and keeps it reporting until ctx ends.
func Run(ctx context.Context, o Options) error {
	d := begin(o)
	platforms, err := city()
	if err != nil {
		return err
	}
	if d.dir, err = os.MkdirTemp("", "linghang-demo-"); err != nil {
		return fmt.Errorf("make a directory for probes: %w", err)
	}
	defer func() { _ = os.RemoveAll(d.dir) }() // keys of probes, which enrol anew
	senders, err := d.build(ctx, platforms)
	if err != nil {
		return err
	}
	for _, part := range []func(context.Context) error{d.plan, d.directory, d.scenarios, d.atlas, d.candidates, d.leads, d.gather, d.providers, d.services, d.needs, d.pilots, d.monitor} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	net, err := d.identifiers(ctx)
	if err != nil {
		return err
	}
	if o.Once {
		tally := &tally{}
		for _, s := range senders {
			tally.add(s.report(ctx, time.Now()), s.Behaviour)
		}
		d.say("%d platforms reported once: %s", len(senders), tally)
		return tally.err()
	}
	d.say("%d platforms report every %s, identifiers of %d nodes are resolved; stop with Ctrl-C, take the city away with --remove", len(senders), o.Every, len(net.enterprises))
	var resolving sync.WaitGroup
	resolved := &asked{}
	resolving.Go(func() { d.resolve(ctx, net, resolved) })
	resolving.Go(func() { d.hearOn(ctx) })
	d.keep(ctx, senders, resolved)
	resolving.Wait()
	return nil
}

// build registers what is not there yet and gives every platform a key.
func (d *demo) build(ctx context.Context, platforms []platform) ([]sender, error) {
	there, err := d.api.synthetic(ctx, "/api/platforms")
	if err != nil {
		return nil, fmt.Errorf("read platforms: %w", err)
	}
	known := map[string]object{}
	for _, o := range there {
		known[o.Code] = o
	}
	senders := make([]sender, 0, len(platforms))
	for i, p := range platforms {
		o, ok := known[p.Code]
		if !ok {
			if o, err = d.register(ctx, p); err != nil {
				return nil, fmt.Errorf("register %s: %w", p.Code, err)
			}
		}
		s := sender{platform: p, gate: d.gate}
		if s.key, s.secret, err = d.issue(ctx, o.ID, p); err != nil {
			return nil, fmt.Errorf("issue a key for %s: %w", p.Code, err)
		}
		senders = append(senders, s)
		if (i+1)%7 == 0 || i+1 == len(platforms) {
			d.say("%d of %d platforms are ready", i+1, len(platforms))
		}
	}
	return senders, nil
}

type text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// register enters a platform with its operator, takes it into service, back-fills its
// past and sends which enterprises it serves.
func (d *demo) register(ctx context.Context, p platform) (object, error) {
	name := text{p.NameZH, p.NameEN}
	operator := text{p.NameZH + "运营公司", p.NameEN + " operator"}
	var organisation, o object
	err := d.api.call(ctx, http.MethodPost, "/api/system/organisations",
		map[string]any{"kind": "operator", "name": operator, "district": p.District, "synthetic": true}, &organisation)
	if err != nil {
		return o, err
	}
	err = d.api.call(ctx, http.MethodPost, "/api/platforms", map[string]any{
		"name": name, "code": p.Code, "class": p.Class, "industry": p.Industry, "district": p.District, "synthetic": true,
		"operator_id": organisation.ID, "operator_name": operator, "description": "合成数据，仅供演示。Synthetic data for demonstration only.",
	}, &o)
	if err != nil {
		return o, err
	}
	if p.Class != "technology" { // technology platforms stay in trial
		err = d.api.call(ctx, http.MethodPost, "/api/platforms/"+o.ID+"/status", map[string]string{"to": "in_service"}, nil, "If-Match", fmt.Sprintf(`"%d"`, o.Version))
		if err != nil {
			return o, err
		}
	}
	now := time.Now()
	if err := d.api.send(ctx, http.MethodPost, "/api/platforms/"+o.ID+"/backfill", "text/csv", p.history(historyDays, now), nil, nil); err != nil {
		return o, err
	}
	month := now.In(cityTime()).Format("2006-01")
	return o, d.api.send(ctx, http.MethodPost, "/api/platforms/"+o.ID+"/served?month="+month, "text/csv", p.served(now), nil, nil)
}

// issue replaces the keys of an earlier run by a new one.
func (d *demo) issue(ctx context.Context, id string, p platform) (key, secret string, err error) {
	var o object
	if err := d.api.call(ctx, http.MethodGet, "/api/platforms/"+id, nil, &o); err != nil {
		return "", "", err
	}
	for _, k := range o.Keys {
		if err := d.api.call(ctx, http.MethodDelete, "/api/platforms/"+id+"/keys/"+k.ID, nil, nil); err != nil {
			return "", "", err
		}
	}
	kind := "push"
	if p.Protocol == signed {
		kind = "report"
	}
	var k struct {
		ID     string `json:"id"`
		Secret string `json:"secret"`
	}
	err = d.api.call(ctx, http.MethodPost, "/api/platforms/"+id+"/keys", map[string]string{"kind": kind}, &k)
	return k.ID, k.Secret, err
}

// keep lets every platform report, each at its own second, until ctx ends.
func (d *demo) keep(ctx context.Context, senders []sender, resolved *asked) {
	var work sync.WaitGroup
	sums := &tally{}
	for i, s := range senders {
		offset := d.Every * time.Duration(i) / time.Duration(len(senders))
		work.Go(func() { s.run(ctx, offset, d.Every, sums) })
	}
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			d.say("%s  %s; %s", time.Now().Format(time.TimeOnly), sums, resolved)
		case <-ctx.Done():
			work.Wait()
			d.say("stopped: %s", sums)
			return
		}
	}
}

// run reports until ctx ends, and leaves out what the platform's behaviour leaves out.
func (s sender) run(ctx context.Context, offset, every time.Duration, sums *tally) {
	next := time.NewTimer(offset)
	defer next.Stop()
	for {
		select {
		case <-next.C:
		case <-ctx.Done():
			return
		}
		if now := time.Now(); s.rests(now) {
			sums.left.Add(1)
		} else if err := s.report(ctx, now); ctx.Err() == nil {
			sums.add(err, s.Behaviour)
		}
		next.Reset(every)
	}
}

// tally counts how reports went.
type tally struct {
	taken, partial, failed, left atomic.Int64
	mu                           sync.Mutex
	last                         error
}

func (t *tally) add(err error, b behaviour) {
	var refused *refusal
	switch {
	case err == nil:
		t.taken.Add(1)
	case b == faulty && errors.As(err, &refused) && refused.Status < 500:
		t.partial.Add(1) // the faulty sender is refused in part: that is what it is for
	default:
		t.failed.Add(1)
		t.mu.Lock()
		t.last = err
		t.mu.Unlock()
	}
}

// err returns the last failure.
func (t *tally) err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last
}

func (t *tally) String() string {
	text := fmt.Sprintf("%d reports taken, %d refused in part, %d left out, %d failed", t.taken.Load(), t.partial.Load(), t.left.Load(), t.failed.Load())
	if err := t.err(); err != nil {
		text += "; last failure: " + err.Error()
	}
	return text
}

// Remove takes everything synthetic away again.
func Remove(ctx context.Context, o Options) error {
	d := begin(o)
	if err := d.removeNodes(ctx); err != nil {
		return err
	}
	if err := d.dismiss(ctx); err != nil {
		return err
	}
	for _, list := range []struct{ path, what string }{
		{"/api/security/notices", "security notices"}, {"/api/security/advisories", "advisories"}, {"/api/scenario/pilot/calls", "calls for pilots"}, {"/api/enterprise/leads", "leads"}, {"/api/atlas/outside", "enterprises outside"}, {"/api/atlas/chains", "chains"}, {"/api/scenario/scenarios", "scenarios"}, {"/api/plan/plans", "plans"}, {"/api/platforms", "platforms"}, {"/api/enterprise/entries", "enterprises"}, {"/api/system/organisations", "organisations"},
	} {
		objects, err := d.api.synthetic(ctx, list.path)
		if err != nil {
			return fmt.Errorf("read synthetic %s: %w", list.what, err)
		}
		for _, x := range objects {
			if err := d.api.call(ctx, http.MethodDelete, list.path+"/"+url.PathEscape(x.ID), nil, nil); err != nil {
				return fmt.Errorf("remove %s: %w", list.what, err)
			}
		}
		d.say("%d synthetic %s removed", len(objects), list.what)
	}
	return nil
}

// plan enters a synthetic plan whose period is running, so that forecasts and
// traffic lights have something to say.
func (d *demo) plan(ctx context.Context) error {
	plans, err := d.api.synthetic(ctx, "/api/plan/plans")
	if err != nil || len(plans) > 0 {
		return err
	}
	year := time.Now().In(cityTime()).Year()
	return d.api.call(ctx, http.MethodPost, "/api/plan/plans", map[string]any{
		"template": "qingdao-2022-2024", "title": text{"演示行动计划", "Demonstration action plan"}, "synthetic": true,
		"from": fmt.Sprintf("%d-01-01", year), "to": fmt.Sprintf("%d-12-31", year+2),
	}, nil)
}
