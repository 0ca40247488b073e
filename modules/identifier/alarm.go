package identifier

import (
	"time"
)

// alarmKind is what of a node passed a threshold.
type alarmKind string

const (
	alarmSlow          alarmKind = "slow"          // milliseconds, mean round trip of the day's resolutions by probes
	alarmAvailability  alarmKind = "availability"  // percent of the month's looks that were good
	alarmIdentifiers   alarmKind = "identifiers"   // percent of a quota, as are the next three
	alarmRegistrations alarmKind = "registrations" //
	alarmRequests      alarmKind = "requests"
	alarmPrefixes      alarmKind = "prefixes"
	alarmContract      alarmKind = "contract" // days until it ends
	alarmEscrow        alarmKind = "escrow"   // days since a package was placed
)

// thresholds are where alarms begin; 0 is never.
type thresholds struct {
	// ResolutionMs is how long a resolution may take, the mean of a day.
	ResolutionMs float64 `json:"resolution_ms"`
	// Availability is how many percent of a month's looks are good at least.
	Availability float64 `json:"availability"`
	// Quota is how many percent of a quota may be used.
	Quota float64 `json:"quota"`
	// ContractDays is how many days a contract lasts at least.
	ContractDays float64 `json:"contract_days"`
	// EscrowDays is how old the last package in escrow may be, where there are any.
	EscrowDays float64 `json:"escrow_days"`
}

func usualThresholds() thresholds {
	return thresholds{ResolutionMs: 100, Availability: 99.9, Quota: 90, ContractDays: 30, EscrowDays: 2}
}

func (t thresholds) check(bad func(format string, args ...any)) {
	for name, v := range map[string]float64{"resolution_ms": t.ResolutionMs, "quota": t.Quota, "contract_days": t.ContractDays, "escrow_days": t.EscrowDays} {
		if v < 0 {
			bad("alarms.%s: a number from 0, which is never", name)
		}
	}
	if t.Availability < 0 || t.Availability > 100 {
		bad("alarms.availability: 0 to 100 percent")
	}
}

// bound is the threshold of a kind.
func (t thresholds) bound(k alarmKind) float64 {
	switch k {
	case alarmSlow:
		return t.ResolutionMs
	case alarmAvailability:
		return t.Availability
	case alarmContract:
		return t.ContractDays
	case alarmEscrow:
		return t.EscrowDays
	default:
		return t.Quota
	}
}

// gauge is what is known of a node that a threshold is for.
type gauge struct {
	kind  alarmKind
	value float64
}

// alarming tells whether a gauge passes a bound.
func (t thresholds) alarming(r gauge) bool {
	if r.kind == alarmAvailability || r.kind == alarmContract {
		return r.value < t.bound(r.kind)
	}
	return r.value >= t.bound(r.kind)
}

// alarm is that something of a node passed a threshold.
type alarm struct {
	ID      string     `json:"id"`
	NodeID  string     `json:"node_id"`
	Prefix  string     `json:"prefix" title:"前缀|Prefix"`
	NameZH  string     `json:"name_zh" title:"节点名称|Name (Chinese)"`
	NameEN  string     `json:"name_en" title:"节点英文名称|Name"`
	Kind    alarmKind  `json:"kind" enum:"slow,availability,identifiers,registrations,requests,prefixes,contract,escrow" title:"类别|Kind"`
	Since   time.Time  `json:"since" title:"开始时间|Since"`
	EndedAt *time.Time `json:"ended_at" nullable:"true" doc:"null while it lasts" title:"结束时间|Ended"`
	Value   float64    `json:"value" doc:"As last read while it lasted: milliseconds, percent, or days" title:"数值|Value"`
	Bound   float64    `json:"bound" doc:"The threshold then" title:"阈值|Threshold"`
	Note    string     `json:"note" doc:"Of who took it in hand" title:"处置说明|Note"`
	NotedAt *time.Time `json:"noted_at" nullable:"true" title:"说明时间|Noted"`
	Version int64      `json:"version"`
}

// alarmKey is what there is one lasting alarm of.
type alarmKey struct {
	node string
	kind alarmKind
}

// How many looks a mean of a day, and the share of a month, are judged by at least.
const (
	fewestToday = 10
	fewestMonth = 1000
)

// compare tells which alarms begin, which go on with another value, and which end. A
// kind that is not read of a node that answers keeps what it is: nothing is known.
func (t thresholds) compare(read map[string][]gauge, lasting map[alarmKey]alarm, answering map[string]bool, now time.Time) (begin, goOn, end []alarm) {
	for id, list := range read {
		for _, r := range list {
			last, lasts := lasting[alarmKey{id, r.kind}]
			if t.bound(r.kind) == 0 {
				continue
			}
			switch passes := t.alarming(r); {
			case passes && !lasts:
				begin = append(begin, alarm{NodeID: id, Kind: r.kind, Since: now, Value: r.value, Bound: t.bound(r.kind)})
			case passes && (last.Value != r.value || last.Bound != t.bound(r.kind)):
				last.Value, last.Bound = r.value, t.bound(r.kind)
				goOn = append(goOn, last)
			case !passes && lasts:
				end = append(end, last)
			}
		}
	}
	for key, last := range lasting {
		if !answering[key.node] || t.bound(key.kind) == 0 {
			end = append(end, last)
		}
	}
	return begin, goOn, end
}
