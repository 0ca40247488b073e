package detection

import (
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// State is how an alert stands.
type State string

// The states of an alert.
const (
	Fresh      State = "new"
	Looking    State = "looking"
	Real       State = "real"
	FalseAlarm State = "false_alarm"
	Suppressed State = "suppressed"
	Wanted     State = "wanted" // what it is about was agreed to, and stands in a baseline
)

// Bounds of alerts.
const (
	mergeWindow  = 24 * time.Hour // after its newest finding an alert takes no more
	longestQuiet = 90 * 24 * time.Hour
	mostEvidence = 20
	mostReason   = 1000
	mostRelated  = 50
	relatedSpan  = 2 * time.Hour
	keepAlerts   = 2 * 365 * 24 * time.Hour
)

// ThreatAlert is what a rule found between two, as often as it did.
type ThreatAlert struct {
	ID             string     `json:"id"`
	OrganisationID string     `json:"organisation_id"`
	Enterprise     lang.Text  `json:"enterprise" title:"企业|Enterprise"`
	SensorID       string     `json:"sensor_id"`
	Sensor         string     `json:"sensor" title:"探针|Sensor"`
	RuleID         string     `json:"rule_id"`
	Rule           lang.Text  `json:"rule" title:"规则|Rule"`
	Pack           string     `json:"pack" doc:"Version of the rules that found it"`
	Kind           string     `json:"kind" enum:"event,sequence,health,baseline,intel,log"`
	Level          Level      `json:"level" enum:"critical,high,medium,low,informational" title:"级别|Level"`
	Technique      string     `json:"technique" doc:"Of ATT&CK for ICS" title:"技术|Technique"`
	Client         string     `json:"client" doc:"Empty: several, or none" title:"请求方|Client"`
	Server         string     `json:"server" title:"响应方|Server"`
	Unit           string     `json:"unit"`
	ClientZone     string     `json:"client_zone" doc:"Of the client's asset when the alert was opened; only its own enterprise is told" title:"请求方区域|Client zone"`
	ServerZone     string     `json:"server_zone" doc:"Of the server's asset when the alert was opened; only its own enterprise is told" title:"响应方区域|Server zone"`
	Why            lang.Text  `json:"why" doc:"In words, of the newest finding" title:"原因|Why"`
	Times          int64      `json:"times" title:"次数|Times"`
	FirstAt        time.Time  `json:"first_at" title:"首次出现|First seen"`
	LastAt         time.Time  `json:"last_at" title:"最近出现|Last seen"`
	State          State      `json:"state" enum:"new,looking,real,false_alarm,suppressed,wanted" title:"状态|State"`
	Reason         string     `json:"reason" title:"理由|Reason"`
	Until          *time.Time `json:"until,omitempty" doc:"Until when it is suppressed" title:"压制到|Suppressed until"`
	IncidentID     string     `json:"incident_id" title:"安全事件|Incident"`
	OpenedAt       time.Time  `json:"opened_at" title:"告警时间|Opened"`
	Own            bool       `json:"own" doc:"It is the caller's own organisation's"`
	Synthetic      bool       `json:"synthetic" title:"合成数据|Synthetic"`
	Origin         *Origin    `json:"origin,omitempty" doc:"Of a rule that the city or the enterprise brought: whose it is"`
	Version        int64      `json:"version"`

	fingerprint string
	reasons     []Reason
	records     []string
	changed     time.Time
}

// ETag implements httpd.Versioned.
func (a ThreatAlert) ETag() int64 { return a.Version }

// takes tells whether an alert takes a further finding: a suppressed one until its end, others
// as long as findings follow within the window. One that was a false alarm is quiet for the
// window after somebody said so.
func (a ThreatAlert) takes(f Finding, now time.Time) bool {
	switch a.State {
	case Suppressed:
		return a.Until != nil && a.Until.After(now)
	case FalseAlarm:
		return now.Before(a.changed.Add(mergeWindow))
	case Wanted:
		return false
	case Fresh, Looking, Real:
	}
	return f.First.Sub(a.LastAt) <= mergeWindow && a.FirstAt.Sub(f.Last) <= mergeWindow
}

// take adds a finding.
func (a ThreatAlert) take(f Finding, pack string) ThreatAlert {
	a.Times += int64(f.Count)
	if f.First.Before(a.FirstAt) {
		a.FirstAt = f.First
	}
	if !f.Last.Before(a.LastAt) {
		a.LastAt, a.Why, a.reasons, a.Unit, a.Pack = f.Last, f.Why, f.Reasons, f.Unit, pack
	}
	a.records = newest(slices.Concat(a.records, f.Records))
	a.Version++
	return a
}

// newest keeps the evidence that is the newest, each once.
func newest(ids []string) []string {
	var out []string
	for _, id := range slices.Backward(ids) {
		if len(out) == mostEvidence {
			break
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	slices.Reverse(out)
	return out
}

// joined makes one finding of all that are one alert, in their order.
func joined(sensor string, list []Finding) []Finding {
	at := map[string]int{}
	var out []Finding
	for _, f := range list {
		key := f.fingerprint(sensor)
		i, known := at[key]
		if !known {
			at[key] = len(out)
			out = append(out, f)
			continue
		}
		g := out[i]
		f.Count, f.Records = g.Count+f.Count, newest(slices.Concat(g.Records, f.Records))
		if g.First.Before(f.First) {
			f.First = g.First
		}
		if g.Last.After(f.Last) {
			f.Last, f.Why, f.Reasons = g.Last, g.Why, g.Reasons
		}
		out[i] = f
	}
	return out
}

// Judged is what a person says of an alert.
type Judged struct {
	State  State      `json:"state" enum:"looking,real,false_alarm,suppressed"`
	Reason string     `json:"reason,omitempty" maxLength:"1000" doc:"Wanted of a false alarm and of one that is suppressed"`
	Until  *time.Time `json:"until,omitempty" doc:"Of one that is suppressed, 90 days at most"`
}

// judge changes how an alert stands.
func (a ThreatAlert) judge(j Judged, now time.Time) (ThreatAlert, error) {
	j.Reason = strings.TrimSpace(j.Reason)
	f := fault.New(fault.Invalid, "security.alert.invalid", "the judgement is incomplete or wrong")
	if !slices.Contains([]State{Looking, Real, FalseAlarm, Suppressed}, j.State) {
		_ = f.At("body.state", "looking, real, false_alarm or suppressed")
	}
	if (j.State == FalseAlarm || j.State == Suppressed) && j.Reason == "" {
		_ = f.At("body.reason", "say why; it stays with the alert")
	}
	if j.State == Suppressed && (j.Until == nil || !j.Until.After(now) || j.Until.After(now.Add(longestQuiet))) {
		_ = f.At("body.until", "until when, within the next 90 days")
	}
	if len(f.Fields) > 0 {
		return a, f
	}
	if a.State == j.State && j.State != Suppressed {
		return a, fault.New(fault.Conflict, "security.alert.same", "the alert stands so already")
	}
	a.State, a.Reason, a.Until, a.changed = j.State, j.Reason, nil, now
	if j.State == Suppressed {
		until := j.Until.UTC().Truncate(time.Millisecond)
		a.Until = &until
	}
	a.Version++
	return a, nil
}
