package platforms

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/series"
)

// projector writes what is in the ledger into the time series. It remembers
// how far it came in the series themselves, in the same write: when they are
// lost it begins at the start of the ledger, and they are as before.
type projector struct {
	m    *Module
	wake chan struct{}
}

const (
	positionSeries = "iip_ledger_position"
	metricPrefix   = "iip_"
)

func newProjector(m *Module) *projector { return &projector{m: m, wake: make(chan struct{}, 1)} }

// nudge says that the ledger has grown.
func (p *projector) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *projector) run(ctx context.Context) error {
	position, err := p.position(ctx)
	if err != nil {
		return err
	}
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		n, err := p.advance(ctx, &position)
		if err != nil {
			return err
		}
		if n > 0 {
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

func (p *projector) position(ctx context.Context) (int64, error) {
	lines, err := p.m.kit.Series.Instant(ctx, "max_over_time("+positionSeries+"[90d])", time.Now())
	if err != nil {
		return 0, fmt.Errorf("read projected position: %w", err)
	}
	if len(lines) == 0 || len(lines[0].Points) == 0 {
		return 0, nil
	}
	return int64(lines[0].Points[0].Value), nil
}

func (p *projector) advance(ctx context.Context, position *int64) (int, error) {
	batches, err := p.m.ledger.after(ctx, *position, 200)
	if err != nil || len(batches) == 0 {
		return 0, err
	}
	var samples []series.Sample
	for _, b := range batches {
		entries, err := p.m.ledger.pack.unpack(b.payload)
		if err != nil {
			return 0, fmt.Errorf("read submission at %d: %w", b.position, err)
		}
		for _, e := range entries {
			if !e.Period {
				samples = append(samples, sampleOf(b.platformID, e))
			}
		}
	}
	last := batches[len(batches)-1].position
	samples = append(samples, series.Sample{Name: positionSeries, At: time.Now().UnixMilli(), Value: float64(last)})
	refused, err := p.m.kit.Series.Append(ctx, samples)
	if err != nil {
		return 0, err
	}
	p.m.metrics.projected.Add(float64(len(samples) - 1))
	p.m.metrics.unprojected.Add(float64(refused.TooOld + refused.Duplicate))
	*position = last
	return len(batches), nil
}

func sampleOf(platformID string, e entry) series.Sample {
	s := series.Sample{Name: metricPrefix + e.Code, At: e.At, Value: e.Value, Labels: []series.Label{{Name: "platform", Value: platformID}}}
	for _, p := range dimsOf(e.Dims).pairs() {
		if p[1] != "" {
			s.Labels = append(s.Labels, series.Label{Name: p[0], Value: p[1]})
		}
	}
	return s
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
