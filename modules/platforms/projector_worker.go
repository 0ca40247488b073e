package platforms

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/series"
)

// projector writes what is in the ledger into the time series. It remembers
// how far it came in the series themselves, in the same write: when they are
// lost it begins at the start of the ledger, and they are as before.
type projector struct {
	m        *Module
	wake     chan struct{}
	unpacker *unpacker
	samples  []series.HandledSample
	handles  map[string][]*series.Handle // by platform and number, as far as met
	mark     *series.Handle              // the series that says how far it came
	stamped  int64                       // the time of its newest sample
	reached  atomic.Int64                // how far it came; -1 while another process projects
	told     time.Time                   // when names and totals were last written
}

const (
	positionSeries = "iip_ledger_position"
	metricPrefix   = "iip_"

	// platformSeries says who the label platform is: its code, names and classes.
	platformSeries = "iip_platform_info"
	tellEvery      = 15 * time.Second
)

func newProjector(m *Module) (*projector, error) {
	u, err := newUnpacker()
	p := &projector{m: m, wake: make(chan struct{}, 1), unpacker: u, handles: map[string][]*series.Handle{}, mark: m.kit.Series.Handle(positionSeries, nil)}
	p.reached.Store(-1)
	return p, err
}

// nudge says that the ledger has grown.
func (p *projector) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *projector) run(ctx context.Context) error {
	for p.m.kit.Series.Await(ctx) {
		if err := p.follow(ctx); !errors.Is(err, series.ErrAgain) {
			return err
		}
		p.pause(ctx, time.Second) // before the position is read again
	}
	return nil
}

// pause waits a moment.
func (p *projector) pause(ctx context.Context, moment time.Duration) {
	t := time.NewTimer(moment)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// follow projects the ledger from where the series are.
func (p *projector) follow(ctx context.Context) error {
	position, err := p.m.kit.Series.Position(ctx, positionSeries)
	if err != nil {
		return err
	}
	defer p.reached.Store(-1)
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		p.reached.Store(position)
		n, err := p.advance(ctx, &position)
		if err != nil {
			return err
		}
		if time.Since(p.told) >= tellEvery {
			if err := p.tell(ctx); err != nil {
				return err
			}
		}
		if n == batchSubmissions {
			continue
		}
		if n > 0 {
			p.pause(ctx, gatherFor)
			continue
		}
		select {
		case <-p.wake:
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// tell writes who the platforms are, so that queries can show names, and their
// newest totals of days and months, whose own values are facts and no series.
func (p *projector) tell(ctx context.Context) error {
	now := time.Now()
	names, ids := []series.Sample{}, []string{}
	err := p.m.platforms.each(ctx, func(x platform) error {
		names = append(names, series.Sample{Name: platformSeries, At: now.UnixMilli(), Value: 1, Labels: []series.Label{
			{Name: "platform", Value: x.ID},
			{Name: "code", Value: x.Code},
			{Name: "name", Value: x.Name.ZH},
			{Name: "name_en", Value: x.Name.EN},
			{Name: "class", Value: x.Class},
			{Name: "industry", Value: x.Industry},
			{Name: "district", Value: x.District},
			{Name: "status", Value: string(x.Status)},
		}})
		if x.Status.reports() {
			ids = append(ids, x.ID)
		}
		return nil
	})
	if err != nil || len(names) == 0 {
		return err
	}
	p.told = now
	totals, _, err := p.m.platforms.totals(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		for code, value := range totals[id] {
			if p.m.catalogue.byCode[code].periodic() {
				names = append(names, series.Sample{Name: metricPrefix + code, Labels: []series.Label{{Name: "platform", Value: id}}, At: now.UnixMilli(), Value: value})
			}
		}
	}
	_, err = p.m.kit.Series.Append(ctx, names)
	return err
}

// catchUp waits until what the ledger holds now is in the time series, so that
// who reads what was just acknowledged sees it; a projector that is far behind
// is not waited for.
func (p *projector) catchUp(ctx context.Context) error {
	end, err := p.m.ledger.end(ctx)
	if err != nil {
		return err
	}
	for range waitSteps {
		if reached := p.reached.Load(); reached < 0 || reached >= end {
			break
		}
		p.pause(ctx, 2*time.Millisecond)
	}
	return nil
}

// waitSteps bounds the waiting to half a second.
const waitSteps = 250

// batchSubmissions is how many submissions go into the time series together,
// gatherFor how long they are waited for once some have come: one alone is
// projected at once, and many do not cost a write each.
const (
	batchSubmissions = 32
	gatherFor        = 5 * time.Millisecond
)

func (p *projector) advance(ctx context.Context, position *int64) (int, error) {
	batches, err := p.m.ledger.after(ctx, *position, batchSubmissions)
	if err != nil || len(batches) == 0 {
		return 0, err
	}
	p.samples = p.samples[:0]
	for _, b := range batches {
		if err := p.add(ctx, b); err != nil {
			return 0, fmt.Errorf("read submission at %d: %w", b.position, err)
		}
	}
	n, last := len(p.samples), batches[len(batches)-1].position
	p.stamped = max(p.stamped+1, time.Now().UnixMilli())
	p.samples = append(p.samples, series.HandledSample{Series: p.mark, At: p.stamped, Value: float64(last)})
	refused, err := p.m.kit.Series.AppendHandled(ctx, p.samples)
	if err != nil {
		return 0, err
	}
	p.m.metrics.projected.Add(float64(n))
	p.m.metrics.unprojected.Add(float64(refused.TooOld + refused.Duplicate))
	*position = last
	return len(batches), nil
}

// add appends the moments of a submission to the samples. Values of periods
// are facts and not drawn from the time series.
func (p *projector) add(ctx context.Context, b batch) error {
	values, err := p.unpacker.unpack(b.payload)
	if err != nil {
		return err
	}
	list, err := p.numbered(ctx, b.platformID, values)
	if err != nil {
		return err
	}
	handles := p.handles[b.platformID]
	if grown := len(list) - len(handles); grown > 0 {
		handles = append(handles, make([]*series.Handle, grown)...)
		p.handles[b.platformID] = handles
	}
	for i := range values {
		v := &values[i]
		switch {
		case v.period:
		case v.number == 0:
			p.samples = append(p.samples, series.HandledSample{Series: p.handle(b.platformID, v.code, v.dims), At: v.at, Value: v.value})
		case v.number < 0 || v.number > int64(len(list)):
			return fmt.Errorf("platform %s has no series %d", b.platformID, v.number)
		default:
			h := handles[v.number-1]
			if h == nil {
				h = p.handle(b.platformID, list[v.number-1].Code, list[v.number-1].Dims)
				handles[v.number-1] = h
			}
			p.samples = append(p.samples, series.HandledSample{Series: h, At: v.at, Value: v.value})
		}
	}
	return nil
}

// numbered numbers the values that have names only, and returns the platform's
// series, up to all numbers in values: other replicas number series too.
func (p *projector) numbered(ctx context.Context, platformID string, values []packed) ([]*known, error) {
	r, err := p.m.ledger.rolls.of(ctx, platformID)
	if err != nil {
		return nil, err
	}
	top := int64(0)
	for i := range values {
		if values[i].number == 0 {
			values[i].number = r.named(values[i].code, values[i].dims)
		}
		top = max(top, values[i].number)
	}
	if list := r.series(); top <= int64(len(list)) {
		return list, nil
	}
	err = p.m.ledger.rolls.read(ctx, r)
	return r.series(), err
}

func (p *projector) handle(platformID, code, dims string) *series.Handle {
	labels := []series.Label{{Name: "platform", Value: platformID}}
	for _, d := range dimsOf(dims).pairs() {
		if d[1] != "" {
			labels = append(labels, series.Label{Name: d[0], Value: d[1]})
		}
	}
	return p.m.kit.Series.Handle(metricPrefix+code, labels)
}

// watch notices when platforms fall silent: nothing arrives that would tell.
func (m *Module) watch(ctx context.Context) error {
	before := map[string][2]string{}
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		now, err := m.platforms.freshnessOf(ctx, time.Now())
		if err != nil {
			return err
		}
		for id, state := range now {
			if was, known := before[id]; known && was[0] != state[0] {
				m.kit.Notify(topicList, id, state[1])
			}
		}
		before = now
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// tellSilent tells the operators of platforms that fell silent, once for each silence.
func (m *Module) tellSilent(ctx context.Context) error {
	return m.platforms.tellSilent(ctx, time.Now(), m.kit.Notices, func(p platform) notice.Notice {
		last := p.LastReportAt.UTC().Format(time.RFC3339)
		return notice.Notice{
			Kind: noticeSilent, Link: "/platforms/" + p.ID, Key: p.ID + " " + last,
			Title: lang.Text{ZH: p.Name.In("zh") + "：停止报送", EN: p.Name.In("en") + ": no reports"},
			Body:  lang.Text{ZH: "最近一次报送：" + last, EN: "The last report came at " + last},
			To:    notice.Audience{Organisation: p.Operator.ID, Permission: "platforms.key"},
		}
	})
}
