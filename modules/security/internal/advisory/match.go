package advisory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/lib/csaf"
	"linghang/modules/security/internal/asset"
)

// shelf keeps the products of all advisories ready, as of one generation of them.
type shelf struct {
	mu         sync.Mutex
	generation string
	index      *csaf.Index
	known      map[string]revision // by ID
}

// revision is an advisory as matching needs it.
type revision struct {
	id, namespace, tracking, revision string
	taken                             time.Time
	version                           int64
	synthetic                         bool // of the demonstration
}

// Match compares what is stale: first advisories with all assets, then assets with all
// advisories, and then tells enterprises of advisories that affect them.
func (m *Advisories) Match(ctx context.Context, t *jobs.Task) (any, error) {
	m.matching.Lock()
	defer m.matching.Unlock()
	var done counts
	for {
		n, err := m.round(ctx, t, &done)
		if err != nil || n == 0 {
			return done, err
		}
	}
}

// counts are what matching did.
type counts struct {
	Advisories int `json:"advisories"`
	Assets     int `json:"assets"`
	Changed    int `json:"changed"`
}

func (m *Advisories) round(ctx context.Context, t *jobs.Task, done *counts) (int, error) {
	list, err := m.store.staleAdvisories(ctx)
	if err != nil {
		return 0, err
	}
	threats, err := m.store.threats(ctx, m.kit.DB)
	if err != nil {
		return 0, err
	}
	if len(list) > 0 {
		index, known, err := m.build(ctx, list)
		if err != nil {
			return 0, err
		}
		p := pass{m: m, index: index, known: known, threats: threats, only: true, now: m.now()}
		if !slices.ContainsFunc(list, func(r revision) bool { return r.version > 1 }) {
			p.vendors = index.Vendors() // what was compared before may concern other vendors
		}
		if err := p.run(ctx, t); err != nil {
			return 0, err
		}
		if err := m.store.fresh(ctx, list); err != nil {
			return 0, err
		}
		done.Advisories, done.Changed = done.Advisories+len(list), done.Changed+p.changed
	}
	n, err := m.assetsRound(ctx, t, threats, done)
	if err != nil {
		return 0, err
	}
	return len(list) + n, m.tell(ctx)
}

// assetsRound compares stale assets with all advisories, and returns how many there were.
func (m *Advisories) assetsRound(ctx context.Context, t *jobs.Task, threats map[string]Threat, done *counts) (int, error) {
	n, err := m.store.countStale(ctx)
	if err != nil || n == 0 {
		return 0, err
	}
	index, known, err := m.all(ctx)
	if err != nil {
		return 0, err
	}
	fresh, err := m.store.notCompared(ctx)
	if err != nil {
		return 0, err
	}
	p := pass{m: m, index: index, known: known, threats: threats, assets: true, told: true, news: fresh, now: m.now()}
	if err := p.run(ctx, t); err != nil {
		return 0, err
	}
	done.Assets, done.Changed = done.Assets+p.seen, done.Changed+p.changed
	return n, nil
}

// all gives the index of all advisories.
func (m *Advisories) all(ctx context.Context) (*csaf.Index, map[string]revision, error) {
	m.shelf.mu.Lock()
	defer m.shelf.mu.Unlock()
	generation, err := m.store.generation(ctx)
	if err != nil {
		return nil, nil, err
	}
	if m.shelf.index != nil && m.shelf.generation == generation {
		return m.shelf.index, m.shelf.known, nil
	}
	list, err := m.store.revisions(ctx)
	if err != nil {
		return nil, nil, err
	}
	index, known, err := m.build(ctx, list)
	if err != nil {
		return nil, nil, err
	}
	m.shelf.generation, m.shelf.index, m.shelf.known = generation, index, known
	return index, known, nil
}

// build reads the documents of advisories into an index.
func (m *Advisories) build(ctx context.Context, list []revision) (*csaf.Index, map[string]revision, error) {
	index, known := csaf.NewIndex(asset.Vendors()), map[string]revision{}
	for _, r := range list {
		data, err := m.store.document(ctx, r.id)
		if err != nil {
			return nil, nil, err
		}
		d, err := csaf.Read(data)
		if err != nil {
			return nil, nil, fmt.Errorf("read advisory %s: %w", r.tracking, err)
		}
		index.AddAs(r.id, d)
		known[r.id] = r
	}
	index.Build()
	return index, known, nil
}

// pass is one way through assets.
type pass struct {
	m       *Advisories
	index   *csaf.Index
	known   map[string]revision // the advisories that are compared, by ID
	threats map[string]Threat
	vendors []string        // only assets of these, by their comparable names
	only    bool            // exposures of other advisories stay as they are
	assets  bool            // only stale assets, which are fresh then
	told    bool            // of what is found nobody is told
	news    map[string]bool // but of these advisories, which are still to be compared with all assets
	now     time.Time

	decisions map[string][]decision // by organisation and advisory
	decided   string                // the generation of decisions that was read
	verdicts  map[string][]verdict  // by key of the product in use
	written   map[string]bool       // keys whose verdicts are kept
	seen      int
	changed   int
}

// chunk is how many assets are compared and written at once.
const chunk = 5000

// mostUses bounds the verdicts that are kept in memory between chunks.
const mostUses = 50_000

func (p *pass) run(ctx context.Context, t *jobs.Task) (err error) {
	if err := p.readDecisions(ctx); err != nil {
		return err
	}
	p.verdicts, p.written = map[string][]verdict{}, map[string]bool{}
	for after := ""; ; {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		list, err := p.m.store.assetsAfter(ctx, after, p.assets, p.vendors)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := p.chunk(ctx, list); err != nil {
			return err
		}
		after = list[len(list)-1].id
		p.seen += len(list)
		if t != nil {
			t.Progress(0.5, lang.Text{ZH: fmt.Sprintf("已比对 %d 个资产", p.seen), EN: fmt.Sprintf("%d assets compared", p.seen)})
		}
		if len(p.verdicts) > mostUses {
			p.verdicts, p.written = map[string][]verdict{}, map[string]bool{}
		}
	}
}

// readDecisions reads the decisions that stand. Their generation is read before
// them, so that one made in between is noticed.
func (p *pass) readDecisions(ctx context.Context) (err error) {
	if p.decided, err = decided(ctx, p.m.kit.DB); err != nil {
		return err
	}
	p.decisions, err = p.m.store.standing(ctx)
	return err
}

// about gives the verdicts on a product in use, one for each advisory.
func (p *pass) about(a assetRow) []verdict {
	if list, known := p.verdicts[a.use]; known {
		return list
	}
	var list []verdict
	byAdvisory, order := map[string][]csaf.Verdict{}, []string{}
	for _, v := range p.index.Judge(a.inUse) {
		if byAdvisory[v.Advisory] == nil {
			order = append(order, v.Advisory)
		}
		byAdvisory[v.Advisory] = append(byAdvisory[v.Advisory], v)
	}
	for _, id := range order {
		list = append(list, conclude(id, p.known[id].revision, byAdvisory[id], p.threats))
	}
	p.verdicts[a.use] = list
	return list
}

// mostAgain is how often a chunk is compared again because people decide meanwhile;
// then the next round does.
const mostAgain = 10

// chunk compares some assets, and writes what changed, by the decisions that stand
// when it is written.
func (p *pass) chunk(ctx context.Context, list []assetRow) error {
	for again := 0; ; again++ {
		err := p.compare(ctx, list)
		if !errors.Is(err, errDecided) || again == mostAgain {
			return err
		}
		if err := p.readDecisions(ctx); err != nil {
			return err
		}
	}
}

func (p *pass) compare(ctx context.Context, list []assetRow) error {
	present, err := p.m.store.exposures(ctx, list, p.known, p.only)
	if err != nil {
		return err
	}
	var add, edit []exposureRow
	var uses []useRow
	kept := map[string]bool{}
	for _, a := range list {
		var verdicts []verdict
		if a.active {
			verdicts = p.onItsSide(a, p.about(a))
		}
		if len(verdicts) > 0 && !p.written[a.use] && !kept[a.use] {
			kept[a.use] = true
			uses = append(uses, useRow{a.use, verdicts})
		}
		for _, v := range verdicts {
			want := p.exposure(a, v)
			key := a.id + v.advisory
			before, there := present[key]
			delete(present, key)
			switch {
			case !there:
				add = append(add, want)
			case before.differs(want):
				want.id = before.id
				edit = append(edit, want)
			}
		}
	}
	var gone []string // ids
	for _, x := range present {
		gone = append(gone, x.id)
	}
	if err := p.m.store.write(ctx, p, list, uses, add, edit, gone); err != nil {
		return err
	}
	maps.Copy(p.written, kept)
	p.changed += len(add) + len(edit) + len(gone)
	return nil
}

// onItsSide leaves advisories of the demonstration out where the asset is real.
func (p *pass) onItsSide(a assetRow, list []verdict) []verdict {
	if a.synthetic {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(v verdict) bool { return p.known[v.advisory].synthetic })
}

// exposure is what a verdict means for an asset.
func (p *pass) exposure(a assetRow, v verdict) exposureRow {
	x := exposureRow{
		asset: a.id, organisation: a.organisation, advisory: v.advisory, use: a.use, answer: v.answer, digest: v.digest, state: stateOpen,
		priority: priority(a.reach, a.criticality, v.threat, v.answer), told: p.told && !p.news[v.advisory] || v.answer != answerAffected,
	}
	for _, d := range p.decisions[a.organisation+v.advisory] {
		if d.covers(subject{a.id, a.vendorKey, a.inUse.Name, a.inUse.Model}, v.digest, p.known[v.advisory].taken, p.now) {
			x.state, x.decision = d.Kind, d.ID
			break
		}
	}
	return x
}

// mostSingle is of how many advisories an enterprise is told one by one, at once.
const mostSingle = 5

// tell tells enterprises of advisories that affect their assets, once.
func (m *Advisories) tell(ctx context.Context) error {
	list, err := m.store.untold(ctx)
	if err != nil {
		return err
	}
	for from := 0; from < len(list); {
		to := from
		for to < len(list) && list[to].organisation == list[from].organisation {
			to++
		}
		if err := m.tellOne(ctx, list[from:to]); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// sweep ends acceptances whose day has come, and matches what nobody asked for.
func (m *Advisories) sweep(ctx context.Context) error {
	err := m.store.expire(ctx, m.now())
	_, matched := m.Match(ctx, nil)
	return errors.Join(err, matched)
}

// mine tells whether an organisation is who asks.
func mine(ctx context.Context, organisation string) bool {
	id := identity.From(ctx)
	return !asset.Supervises(id) && id.Scope.Allows(organisation)
}
