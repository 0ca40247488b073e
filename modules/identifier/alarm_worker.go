package identifier

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
)

// noticeAlarm tells that something of a node passed a threshold.
const noticeAlarm = "identifier.alarm.raised"

func alarmNotices() []notice.Kind {
	return []notice.Kind{{ID: noticeAlarm, Title: lang.Text{ZH: "标识节点告警", EN: "Alarms of identifier nodes"}, Gravity: notice.Important, Mail: notice.AtOnce}}
}

func (m *Module) alarmJobs() []module.Job {
	return []module.Job{
		{Name: "raise_alarms", Title: lang.Text{ZH: "检查标识节点告警", EN: "See what of identifier nodes passes a threshold"}, Every: 5 * time.Minute, Limit: 4 * time.Minute, Do: func(ctx context.Context) error { return m.raiseAlarms(ctx, time.Now().UTC()) }},
		{Name: "forget_alarms", Title: lang.Text{ZH: "清理旧告警", EN: "Forget old alarms"}, Every: 24 * time.Hour, Do: func(ctx context.Context) error { return m.alarms.forget(ctx, time.Now().Add(-looksKept)) }},
	}
}

// raiseAlarms compares what is known of each node that answers with the thresholds.
func (m *Module) raiseAlarms(ctx context.Context, now time.Time) error {
	if m.ready() != nil {
		return nil //nolint:nilerr // at the next time
	}
	nodes, err := m.nodes.answering(ctx)
	if err != nil {
		return err
	}
	lasting, err := m.alarms.lasting(ctx)
	if err != nil {
		return err
	}
	read, err := m.gauges(ctx, nodes, now)
	if err != nil {
		return err
	}
	answering := map[string]bool{}
	for _, n := range nodes {
		answering[n.ID] = true
	}
	begin, goOn, end := m.settings.Alarms.compare(read, lasting, answering, now)
	if len(begin)+len(goOn)+len(end) == 0 {
		return nil
	}
	if err := m.alarms.change(ctx, begin, goOn, end, now, m.kit.Notices, alarmsToTell(begin, nodes)); err != nil {
		return err
	}
	m.kit.Notify(topicNodes, "", "")
	return nil
}

// gauges are what thresholds are for, by node.
func (m *Module) gauges(ctx context.Context, nodes []node, now time.Time) (map[string][]gauge, error) {
	seen, err := m.probes.sums(ctx, dayOf(now)[:len("2006-01")]+"-01", dayOf(now))
	if err != nil {
		return nil, err
	}
	quotas, err := m.quotaRows.all(ctx, dayOf(now))
	if err != nil {
		return nil, err
	}
	list := map[string][]gauge{}
	for _, n := range nodes {
		s := seen[n.ID]
		list[n.ID] = s.gauges()
		if n.Role != rootNode && !n.ValidUntil.IsZero() {
			list[n.ID] = append(list[n.ID], gauge{alarmContract, float64(n.ValidUntil.Sub(now) / (24 * time.Hour))})
		}
		if q := quotas[n.ID]; q != nil {
			used, err := m.quotaGauges(ctx, n, q)
			if err != nil {
				return nil, err
			}
			list[n.ID] = append(list[n.ID], used...)
		}
		if n.Role == secondaryNode && m.settings.Escrow.Certificate != "" {
			last, err := m.custodies.last(ctx, n.ID, isPlaced)
			if err != nil {
				return nil, err
			}
			if last.Name != "" {
				list[n.ID] = append(list[n.ID], gauge{alarmEscrow, float64(now.Sub(last.MadeAt) / (24 * time.Hour))})
			}
		}
	}
	return list, nil
}

// looked is what probes saw of a node: today, and in the month so far.
type looked struct{ today, month lookCount }

func (l looked) gauges() []gauge {
	var list []gauge
	if l.today.resolved >= fewestToday {
		list = append(list, gauge{alarmSlow, float64(l.today.resolvedUs) / float64(l.today.resolved) / 1000})
	}
	if l.month.looks >= fewestMonth {
		list = append(list, gauge{alarmAvailability, 100 * float64(l.month.good) / float64(l.month.looks)})
	}
	return list
}

func (m *Module) quotaGauges(ctx context.Context, n node, q *standing) ([]gauge, error) {
	var list []gauge
	add := func(kind alarmKind, used, most int64) {
		if most > 0 {
			list = append(list, gauge{kind, 100 * float64(used) / float64(most)})
		}
	}
	if q.Identifiers > 0 {
		handles, err := m.records.Count(ctx, n.Prefix)
		if err != nil {
			return nil, fmt.Errorf("count the handles of %s: %w", n.Prefix, err)
		}
		add(alarmIdentifiers, handles, q.Identifiers)
	}
	if q.Prefixes > 0 {
		prefixes, err := m.quotaRows.prefixes(ctx, n.ID)
		if err != nil {
			return nil, err
		}
		add(alarmPrefixes, prefixes, q.Prefixes)
	}
	add(alarmRegistrations, q.registered, q.Registrations)
	add(alarmRequests, q.requests, q.Requests)
	return list, nil
}

// alarmsToTell tells who operates a node, and who operates the one above, of alarms
// that begin: each organisation once.
func alarmsToTell(begin []alarm, nodes []node) []notice.Notice {
	byID := map[string]node{}
	for _, n := range nodes {
		byID[n.ID] = n
	}
	byOrganisation := map[string][]alarm{}
	for _, a := range begin {
		n := byID[a.NodeID]
		a.Prefix, a.NameZH, a.NameEN = n.Prefix, n.Name.ZH, n.Name.EN
		told := n.Operator.ID
		byOrganisation[told] = append(byOrganisation[told], a)
		if above, ok := byID[n.AboveID]; ok && above.Operator.ID != told {
			byOrganisation[above.Operator.ID] = append(byOrganisation[above.Operator.ID], a)
		}
	}
	var list []notice.Notice
	for organisation, alarms := range byOrganisation {
		list = append(list, alarmNotice(organisation, alarms))
	}
	return list
}

func alarmNotice(organisation string, list []alarm) notice.Notice {
	first := list[0]
	n := notice.Notice{
		Kind: noticeAlarm, Link: "/identifier/events?tab=alarms", Key: fmt.Sprintf("%s %s %d %s", first.NodeID, first.Kind, first.Since.UnixMilli(), organisation),
		To:    notice.Audience{Organisation: organisation, Permission: "identifier.apply"},
		Title: lang.Text{ZH: fmt.Sprintf("%d 项标识节点告警", len(list)), EN: fmt.Sprintf("%d alarms of identifier nodes", len(list))},
	}
	if len(list) == 1 {
		n.Title = lang.Text{ZH: fmt.Sprintf("节点 %s %s告警", first.Prefix, first.NameZH), EN: fmt.Sprintf("Alarm of the node %s %s", first.Prefix, first.NameEN)}
	}
	for _, a := range list[:min(len(list), namedMost)] {
		what := a.say()
		n.Body.ZH += fmt.Sprintf("%s：%s；", a.Prefix, what.ZH)
		n.Body.EN += fmt.Sprintf("%s: %s; ", a.Prefix, what.EN)
	}
	return n
}

// say puts an alarm into words.
func (a alarm) say() lang.Text {
	v, bound := strconv.FormatFloat(a.Value, 'f', 1, 64), strconv.FormatFloat(a.Bound, 'f', -1, 64)
	quota := func(zh, en string) lang.Text {
		return lang.Text{ZH: fmt.Sprintf("%s配额已用 %s%%", zh, v), EN: fmt.Sprintf("%s%% of the quota of %s are used", v, en)}
	}
	switch a.Kind {
	case alarmSlow:
		return lang.Text{ZH: fmt.Sprintf("今日平均解析时延 %s 毫秒（阈值 %s）", v, bound), EN: fmt.Sprintf("resolutions take %s ms on average today (threshold %s)", v, bound)}
	case alarmAvailability:
		return lang.Text{ZH: fmt.Sprintf("本月可用率 %.3f%%（阈值 %s%%）", a.Value, bound), EN: fmt.Sprintf("available for %.3f%% of the month (threshold %s%%)", a.Value, bound)}
	case alarmContract:
		return lang.Text{ZH: fmt.Sprintf("有效期还剩 %.0f 天", a.Value), EN: fmt.Sprintf("the contract ends in %.0f days", a.Value)}
	case alarmEscrow:
		return lang.Text{ZH: fmt.Sprintf("已 %.0f 天没有托管数据包", a.Value), EN: fmt.Sprintf("no package in escrow for %.0f days", a.Value)}
	case alarmIdentifiers:
		return quota("标识数", "identifiers")
	case alarmRegistrations:
		return quota("当日注册量", "registrations a day")
	case alarmRequests:
		return quota("当日解析量", "resolutions a day")
	default:
		return quota("前缀数", "prefixes")
	}
}
