package identifier

import (
	"fmt"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/paper"
)

// monthly is what a node owes the node above each month: availability over six
// months, how long registration and resolution took and how long until a registration
// resolved, running hours, planned stops, emergencies with cause and cure.
type monthly struct {
	node    node
	month   string    // 2026-01
	from    time.Time // begin of the month, or of the first look in it
	until   time.Time // end of the month, or now
	months  []availability
	counts  []dayCount
	outages []outage
	stops   []stop
	seen    bool // somebody looked at the node in the month
}

// running is how long the node ran within the time that it was looked at: without
// what it stood still for, planned or not. Times that overlap count once.
func (r *monthly) running() time.Duration {
	type span struct{ from, to time.Time }
	var still []span
	for _, s := range r.stops {
		still = append(still, span{s.From, s.To})
	}
	for _, o := range r.outages {
		to := o.To
		if to.IsZero() {
			to = r.until
		}
		still = append(still, span{o.From, to})
	}
	total := r.until.Sub(r.from)
	// Spans are few; each is cut at those before it.
	covered := r.from
	for len(still) > 0 {
		first := 0
		for i := range still {
			if still[i].from.Before(still[first].from) {
				first = i
			}
		}
		s := still[first]
		still = append(still[:first], still[first+1:]...)
		from, to := s.from, s.to
		if from.Before(covered) {
			from = covered
		}
		if to.After(r.until) {
			to = r.until
		}
		if to.After(from) {
			total -= to.Sub(from)
			covered = to
		}
	}
	return max(total, 0)
}

// of returns how the node did in the month.
func (r *monthly) of(month string) *availability {
	for i := range r.months {
		if r.months[i].Month == month {
			return &r.months[i]
		}
	}
	return nil
}

const noValue = "—"

func written(v *float64, digits int, unit string) string {
	if v == nil {
		return noValue
	}
	return fmt.Sprintf("%.*f%s", digits, *v, unit)
}

func (r *monthly) document(language string) paper.Document {
	say := func(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(language) }
	d := paper.Document{
		Title:    say("标识解析节点月度报告", "Monthly report of an identifier node"),
		Subtitle: r.node.Prefix + " " + r.node.Name.In(language) + " · " + r.month,
		About: []paper.Fact{
			{Label: say("运营单位", "Operator"), Value: r.node.Operator.Name.In(language)},
			{Label: say("统计时间（UTC+8）", "Period (UTC+8)"), Value: r.from.In(chinaTime()).Format(time.DateTime) + " – " + r.until.In(chinaTime()).Format(time.DateTime)},
		},
	}
	if r.node.Synthetic {
		d.About = append(d.About, paper.Fact{Label: say("数据", "Data"), Value: say("合成数据，仅供演示", "Synthetic, of the demonstration")})
	}
	hours := noValue
	if r.seen {
		hours = fmt.Sprintf("%.1f h", r.running().Hours())
	}
	now := r.of(r.month)
	if now == nil {
		now = &availability{}
	}
	d.Blocks = append(d.Blocks, paper.Block{Figures: []paper.Figure{
		{Label: say("可用率（SLA）", "Availability (SLA)"), Value: written(now.SLA, 3, "%")},
		{Label: say("注册时延", "Registration RTT"), Value: written(now.RegistrationMs, 3, " ms")},
		{Label: say("解析时延", "Resolution RTT"), Value: written(now.ResolutionMs, 3, " ms")},
		{Label: say("注册到可解析", "Until it resolves"), Value: written(inHours(now.VisibleMs), 6, " h")},
		{Label: say("运行时间", "Running hours"), Value: hours},
	}})
	d.Blocks = append(d.Blocks, paper.Head(1, say("近六个月可用率", "Availability over six months")), paper.Block{Table: r.slaTable(say)})
	d.Blocks = append(d.Blocks, paper.Head(1, say("请求", "Requests")), paper.Block{Table: r.countTable(say)})
	d.Blocks = append(d.Blocks, paper.Head(1, say("计划停机", "Planned stops")), paper.Block{Table: r.stopTable(say)})
	d.Blocks = append(d.Blocks, paper.Head(1, say("突发事件", "Emergencies")), paper.Block{Table: r.outageTable(say)})
	d.Blocks = append(d.Blocks, paper.Block{Note: say(
		"可用率、时延来自外部拨测，计划停机期间的拨测不计；请求数来自节点的计数。没有数据的项目写“—”，不作估计。",
		"Availability and times are what probes saw from outside, without planned stops; requests are what the node counted. What is not known is “—”, and never estimated.")})
	return d
}

func inHours(ms *float64) *float64 {
	if ms == nil {
		return nil
	}
	v := *ms / 3_600_000
	return &v
}

func numberCell(v *float64) paper.Cell {
	return paper.Cell{Text: written(v, 3, ""), Number: v}
}

func countCell(n int64) paper.Cell {
	v := float64(n)
	return paper.Cell{Text: fmt.Sprint(n), Number: &v}
}

func (r *monthly) slaTable(say func(zh, en string) string) *paper.Table {
	t := &paper.Table{Title: say("可用率", "Availability"), Empty: say("没有拨测", "Nobody looked"), Columns: []paper.Column{
		{Title: say("月份", "Month"), Width: 2},
		{Title: say("可用率（%）", "SLA (%)"), Width: 2, Right: true},
		{Title: say("拨测次数", "Looks"), Width: 2, Right: true},
		{Title: say("解析时延（ms）", "Resolution (ms)"), Width: 2, Right: true},
		{Title: say("注册时延（ms）", "Registration (ms)"), Width: 2, Right: true},
	}}
	for _, m := range r.months {
		t.Rows = append(t.Rows, []paper.Cell{{Text: m.Month}, numberCell(m.SLA), countCell(m.Looks), numberCell(m.ResolutionMs), numberCell(m.RegistrationMs)})
	}
	return t
}

func (r *monthly) countTable(say func(zh, en string) string) *paper.Table {
	t := &paper.Table{Title: say("请求", "Requests"), Empty: say("没有请求", "Nothing was asked"), Columns: []paper.Column{
		{Title: say("类别", "Kind"), Width: 2},
		{Title: say("请求数", "Requests"), Width: 2, Right: true},
		{Title: say("成功数", "Succeeded"), Width: 2, Right: true},
		{Title: say("平均（ms）", "Mean (ms)"), Width: 2, Right: true},
		{Title: say("最小（ms）", "Least (ms)"), Width: 2, Right: true},
		{Title: say("时间", "At"), Width: 3},
		{Title: say("最大（ms）", "Greatest (ms)"), Width: 2, Right: true},
		{Title: say("时间", "At"), Width: 3},
		{Title: say("峰值QPS", "Peak QPS"), Width: 2, Right: true},
		{Title: say("时间", "At"), Width: 3},
	}}
	at := func(x time.Time) paper.Cell { return paper.Cell{Text: x.In(chinaTime()).Format(time.DateTime)} }
	for _, c := range r.counts {
		kind := say("解析", "Resolution")
		if c.Kind == registrations {
			kind = say("注册", "Registration")
		}
		t.Rows = append(t.Rows, []paper.Cell{
			{Text: kind}, countCell(c.Requests), countCell(c.Succeeded), numberCell(&c.MeanMs), numberCell(&c.LeastMs), at(c.LeastAt), numberCell(&c.MostMs), at(c.MostAt), countCell(c.Peak), at(c.PeakAt),
		})
	}
	return t
}

func (r *monthly) stopTable(say func(zh, en string) string) *paper.Table {
	t := &paper.Table{Title: say("计划停机", "Planned stops"), Empty: say("没有计划停机", "No planned stops"), Columns: []paper.Column{{Title: say("开始", "From"), Width: 3}, {Title: say("结束", "To"), Width: 3}, {Title: say("原因", "Reason"), Width: 6}}}
	for _, s := range r.stops {
		t.Rows = append(t.Rows, []paper.Cell{{Text: s.From.In(chinaTime()).Format(time.DateTime)}, {Text: s.To.In(chinaTime()).Format(time.DateTime)}, {Text: s.Reason}})
	}
	return t
}

func (r *monthly) outageTable(say func(zh, en string) string) *paper.Table {
	t := &paper.Table{Title: say("突发事件", "Emergencies"), Empty: say("没有突发事件", "No emergencies"), Columns: []paper.Column{
		{Title: say("事件编号", "Number"), Width: 2}, {Title: say("开始", "From"), Width: 3}, {Title: say("恢复", "Recovered"), Width: 3}, {Title: say("原因类别", "Cause"), Width: 2}, {Title: say("原因", "Reason"), Width: 5}, {Title: say("处置措施", "Cure"), Width: 5},
	}}
	causes := map[string]string{"network": say("1 网络", "1 network"), "system": say("2 系统", "2 system"), "attack": say("3 攻击", "3 attack"), "other": say("4 其他", "4 other")}
	for _, o := range r.outages {
		end := say("持续中", "lasts")
		if !o.To.IsZero() {
			end = o.To.In(chinaTime()).Format(time.DateTime)
		}
		t.Rows = append(t.Rows, []paper.Cell{countCell(o.Number), {Text: o.From.In(chinaTime()).Format(time.DateTime)}, {Text: end}, {Text: causes[o.Cause]}, {Text: o.Reason}, {Text: o.Cure}})
	}
	return t
}
