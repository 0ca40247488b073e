package identifier

import (
	"time"

	"linghang/kernel/fault"
	"linghang/modules/identifier/internal/probe"
)

// cityProbe is the probe that the city itself is.
const cityProbe = "city"

// prober is somebody who looks at nodes from outside: the city itself, or a machine
// elsewhere that reports.
type prober struct {
	ID             string     `json:"id" title:"编号|ID"`
	Name           string     `json:"name" title:"名称|Name"`
	OrganisationID string     `json:"organisation_id,omitempty"`
	CreatedAt      time.Time  `json:"created_at" title:"登记时间|Registered"`
	SeenAt         *time.Time `json:"seen_at,omitempty" title:"最近报送|Last report"`
	Fresh          bool       `json:"fresh" doc:"It reported lately, and has a say"`
}

// Kinds of events.
const (
	abnormal  = "abnormal"
	recovered = "recovered"
)

// event is that a node became abnormal, or that this ended, as the contract with a
// national top node has it.
type event struct {
	Number  int64     `json:"number" title:"事件编号|Number"`
	NodeID  string    `json:"node_id"`
	Prefix  string    `json:"prefix" title:"前缀|Prefix"`
	NameZH  string    `json:"name_zh" title:"节点名称|Name (Chinese)"`
	NameEN  string    `json:"name_en" title:"节点英文名称|Name"`
	Kind    string    `json:"kind" enum:"abnormal,recovered" title:"类别|Kind"`
	Ends    int64     `json:"ends" doc:"Number of the event that it ends; 0 for none" title:"所恢复的事件|Ends"`
	EndedBy int64     `json:"ended_by" doc:"Number of the event that ended it; 0 while it lasts" title:"恢复事件|Ended by"`
	At      time.Time `json:"at" title:"时间|Time"`
	Cause   string    `json:"cause" enum:"network,system,attack,other" title:"原因类别|Cause"`
	Reason  string    `json:"reason" title:"原因|Reason"`
	Cure    string    `json:"cure" title:"处置措施|Cure"`
	Version int64     `json:"version"`
	Yours   bool      `json:"yours" doc:"The caller may say why, and what was done"`
}

// stop is a stop of a node that was announced.
type stop struct {
	ID        string    `json:"id"`
	NodeID    string    `json:"node_id"`
	From      time.Time `json:"from" title:"开始|From"`
	To        time.Time `json:"to" title:"结束|To"`
	Reason    string    `json:"reason" title:"原因|Reason"`
	CreatedAt time.Time `json:"created_at" title:"登记时间|Entered"`
	Begun     bool      `json:"begun" doc:"It can be taken back no more"`
}

// stopMost is how long one planned stop may be.
const stopMost = 7 * 24 * time.Hour

// lasts tells whether the node stands still at a time.
func (s stop) lasts(at time.Time) bool { return !at.Before(s.From) && at.Before(s.To) }

// check refuses a stop that was not planned: it is announced before it begins.
func (s stop) check(now time.Time) error {
	f := fault.New(fault.Invalid, "identifier.stop.invalid", "the stop is incomplete or wrong")
	if s.From.Before(now.Add(-time.Minute)) {
		_ = f.At("body.from", "a planned stop is announced before it begins; what has begun is an event")
	}
	if !s.To.After(s.From) || s.To.Sub(s.From) > stopMost {
		_ = f.At("body.to", "after the beginning, at most %d days later", int(stopMost/(24*time.Hour)))
	}
	if s.Reason == "" {
		_ = f.At("body.reason", "say what is done")
	}
	if len(f.Fields) == 0 {
		return nil
	}
	return f
}

// standingView is what one probe thinks of a node.
type standingView struct {
	Probe     string    `json:"probe" doc:"ID of the probe"`
	ProbeName string    `json:"probe_name"`
	Down      bool      `json:"down"`
	Since     time.Time `json:"since"`
	At        time.Time `json:"at"`
	Fault     string    `json:"fault" doc:"Of its last look"`
	Fresh     bool      `json:"fresh"`
	standing  probe.Standing
}

// availability is how a node did in a month, as all probes saw it.
type availability struct {
	Month          string   `json:"month"`
	Looks          int64    `json:"looks" doc:"Without those during planned stops"`
	Good           int64    `json:"good"`
	SLA            *float64 `json:"sla" doc:"Percent; null when nobody looked"`
	ResolutionMs   *float64 `json:"resolution_ms" doc:"Mean round trip of a resolution"`
	RegistrationMs *float64 `json:"registration_ms" doc:"Mean time until a registration was acknowledged"`
	VisibleMs      *float64 `json:"visible_ms" doc:"Mean time from then until it resolved"`
}

// lookCount is what a day's looks came to.
type lookCount struct {
	looks, good, stopped, resolved, resolvedUs, made, madeUs, visibleUs, asked int64
}

// countOf is one look as a count. A look during a planned stop says nothing about
// how available the node is.
func countOf(r *probe.Result, stopped bool) lookCount {
	c := lookCount{asked: r.Asked}
	if ms, ok := r.Ms(); ok {
		c.resolved, c.resolvedUs = 1, int64(ms*1000)
	}
	if r.Made != nil && r.Made.OK {
		c.made, c.madeUs, c.visibleUs = 1, int64(r.Made.Ms*1000), int64(r.Made.VisibleMs*1000)
	}
	switch {
	case stopped:
		c.stopped = 1
	case r.Resolves() && (r.Made == nil || r.Made.OK):
		c.looks, c.good = 1, 1
	default:
		c.looks = 1
	}
	return c
}

// available adds up a month.
func available(month string, c lookCount) availability {
	a := availability{Month: month, Looks: c.looks, Good: c.good}
	ratio := func(sum, n int64, unit float64) *float64 {
		if n == 0 {
			return nil
		}
		v := float64(sum) / float64(n) * unit
		return &v
	}
	a.SLA = ratio(c.good, c.looks, 100)
	a.ResolutionMs, a.RegistrationMs, a.VisibleMs = ratio(c.resolvedUs, c.resolved, 0.001), ratio(c.madeUs, c.made, 0.001), ratio(c.visibleUs, c.made, 0.001)
	return a
}

// condition is what is known of whether a node answers.
type condition string

const (
	up      condition = "up"
	down    condition = "down"
	unknown condition = "unknown"
)

// outage is an abnormal event with its end; zero while it lasts.
type outage struct {
	Number              int64
	From, To            time.Time
	Cause, Reason, Cure string
}

// verdicts decides which events begin and which end. Nodes are those that answer,
// stopped those in a planned stop, which begins no event.
func verdicts(nodes []node, standings map[string][]standingView, open map[string]event, stopped map[string]bool, now time.Time) []event {
	var list []event
	answering := map[string]bool{}
	for _, n := range nodes {
		answering[n.ID] = true
		own := standings[n.ID]
		bare := make([]probe.Standing, len(own))
		for i := range own {
			bare[i] = own[i].standing
		}
		isDown, known := probe.Judge(bare, now)
		last, lasts := open[n.ID]
		switch {
		case isDown && !lasts && !stopped[n.ID]:
			list = append(list, event{NodeID: n.ID, Prefix: n.Prefix, NameZH: n.Name.ZH, NameEN: n.Name.EN, Kind: abnormal, At: firstDown(own, now), Cause: "other", Reason: faultOf(own)})
		case known && !isDown && lasts:
			list = append(list, event{NodeID: n.ID, Prefix: n.Prefix, NameZH: n.Name.ZH, NameEN: n.Name.EN, Kind: recovered, Ends: last.Number, At: now, Cause: last.Cause})
		}
	}
	for id, last := range open {
		if !answering[id] {
			list = append(list, event{NodeID: id, Prefix: last.Prefix, NameZH: last.NameZH, NameEN: last.NameEN, Kind: recovered, Ends: last.Number, At: now, Cause: last.Cause, Reason: "the node was taken out of service"})
		}
	}
	return list
}

// firstDown is since when the node is down, as the last of the probes noticed that were needed for the verdict.
func firstDown(list []standingView, now time.Time) time.Time {
	at := time.Time{}
	for _, v := range list {
		if v.Down && v.Since.After(at) && !v.Since.After(now) {
			at = v.Since
		}
	}
	if at.IsZero() {
		return now
	}
	return at
}

func faultOf(list []standingView) string {
	for _, v := range list {
		if v.Down && v.Fault != "" {
			return v.Fault
		}
	}
	return ""
}
