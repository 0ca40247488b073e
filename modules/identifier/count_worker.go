package identifier

import (
	"context"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/measure"
	"linghang/kernel/module"
	"linghang/modules/identifier/internal/tally"
)

const (
	// countPace is how often counts are written down: a process that is killed loses
	// what was counted since.
	countPace = 10 * time.Second
	// sourcesKept is how long it is known from where nodes were asked.
	sourcesKept = 35 * 24 * time.Hour
)

// keepCounts writes down what was counted, until ctx ends, and once more then.
func (m *Module) keepCounts(ctx context.Context) error {
	for pause(ctx, countPace) {
		m.writeCounts(ctx)
	}
	m.writeCounts(context.WithoutCancel(ctx))
	return nil
}

func (m *Module) writeCounts(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, countPace)
	defer cancel()
	day := dayOf(time.Now())
	for _, p := range m.posts {
		list := takeCounts(p)
		m.metrics.count(list)
		sources, others := p.engine.Sources().Take()
		if err := m.counts.add(ctx, day, list, p.door.Name, sources, others); err != nil {
			m.kit.Log.WarnContext(ctx, "what was counted at a door is lost", "door", p.door.Name, "error", err)
		}
	}
	if err := m.settleQuotas(ctx); err != nil {
		m.kit.Log.WarnContext(ctx, "quotas are as they were some seconds ago", "error", err)
	}
}

// takeCounts takes what was counted of each node behind a door.
func takeCounts(p *post) []counted {
	byNode := map[[2]string]counted{}
	for _, h := range p.engine.Homes() {
		for kind, meter := range map[string]*tally.Meter{resolutions: &h.Resolutions, registrations: &h.Registrations} {
			r := meter.Take()
			if r.Requests == 0 {
				continue
			}
			key := [2]string{h.Node, kind}
			byNode[key] = counted{nodeID: h.Node, kind: kind, Reading: byNode[key].Reading}.add(r)
		}
	}
	list := make([]counted, 0, len(byNode))
	for _, c := range byNode {
		list = append(list, c)
	}
	return list
}

func (m *Module) forgetSources(ctx context.Context) error {
	return m.counts.forget(ctx, time.Now().Add(-sourcesKept))
}

// measureList are what the plan can count.
func (m *Module) measureList() []module.Measure {
	unit := lang.Text{ZH: "个", EN: "nodes"}
	counts := lang.Text{
		ZH: "试运行或正式运行、前缀可解析、托管于本平台且标识数和近30天解析次数达到阈值的节点；二级节点连同其下级企业节点计算",
		EN: "Nodes in trial or in service whose prefix resolves, that are hosted here and reach the thresholds of identifiers and of resolutions within 30 days; a secondary node counts with the enterprise nodes below it",
	}
	return []module.Measure{
		{
			ID: "identifier.secondary_nodes", Title: lang.Text{ZH: "规模化应用的二级节点数", EN: "Secondary nodes in scaled use"}, Unit: unit, Counts: counts, Page: "/identifier/nodes",
			Value: func(ctx context.Context) (measure.Value, error) {
				return m.counts.inScaledUse(ctx, secondaryNode, m.settings.Secondary, time.Now())
			},
		},
		{
			ID: "identifier.enterprise_nodes", Title: lang.Text{ZH: "规模化应用的企业节点数", EN: "Enterprise nodes in scaled use"}, Unit: unit, Counts: counts, Page: "/identifier/nodes",
			Value: func(ctx context.Context) (measure.Value, error) {
				return m.counts.inScaledUse(ctx, enterpriseNode, m.settings.Enterprise, time.Now())
			},
		},
	}
}
