package platforms

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/modules/platforms/internal/pull"
)

// Bounds of sources.
const (
	sourcesMost     = 20   // of a platform
	sourcesAllMost  = 1000 // of the city
	runsKept        = 100  // of a source
	mappingFailures = 5    // in a row pause a source
	skewRuns        = 20   // of a platform tell how wrong its clock is
	leaseTime       = time.Minute
)

// Why a source is paused.
const (
	pausedByHand    = "hand"
	pausedByMapping = "mapping"
)

// Outcomes of a run.
const (
	runStored    = "stored"
	runPartial   = "partial"
	runUnchanged = "unchanged"
	runFailed    = "failed"
)

// Faults of runs beside those of asking (pull.Fail…).
const (
	runMapping = "mapping"
	runGate    = "gate"
)

// Source is what the city asks a platform's own programs for.
type Source struct {
	ID            string    `json:"id"`
	PlatformID    string    `json:"platform_id"`
	Name          string    `json:"name"`
	Spec          pull.Spec `json:"spec"`
	SecretVersion int64     `json:"secret_version" doc:"How often a secret was set; 0 when there is none. The secret itself is never shown"`
	Paused        string    `json:"paused,omitempty" enum:"hand,mapping" doc:"Why it is not read; empty when it is"`
	Version       int64     `json:"version"`
	NextAt        time.Time `json:"next_at" audit:"-"`

	createdAt       time.Time
	secret          string // sealed
	lease           string
	doneAt          time.Time // the newest period that was read, of sources that are asked for periods
	goodAt          time.Time
	failures        int
	mappingFailures int
	jobID           string
}

// check refuses a source that cannot be read, naming every fault.
func (s Source) check(c *catalogue) error {
	f := fault.New(fault.Invalid, "platforms.source.invalid", "the source is incomplete or wrong")
	if s.Name == "" {
		_ = f.At("body.name", "name the source")
	}
	wrong := s.Spec.Check()
	for _, w := range wrong {
		_ = f.At("body.spec."+w.Field, "%s", w.Hint)
	}
	if len(wrong) == 0 {
		c.checkCodes(s.Spec, f)
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// checkCodes refuses indicators and breakdowns that the catalogue does not have.
func (c *catalogue) checkCodes(s pull.Spec, f *fault.Error) {
	check := func(at, code string, dims map[string]string) {
		x, ok := c.byCode[code]
		if !ok {
			_ = f.At(at+".code", "choose an indicator of the catalogue")
			return
		}
		for _, name := range pull.Dimensions() {
			if dims[name] != "" && !x.has(name) {
				_ = f.At(at+".code", "it has no breakdown by %s", name)
			}
		}
	}
	for i, r := range s.Rules {
		check(indexed("body.spec.rules", i), r.Code, r.Dims)
	}
	if s.Table == nil {
		return
	}
	for i, v := range s.Table.Values {
		if !strings.HasPrefix(v.Code, "@") {
			check(indexed("body.spec.table.values", i), v.Code, s.Table.Dims)
		}
	}
}

// sameDoor tells whether a secret that was given for one spec may be used with
// another: it goes to the same host, in the same way.
func sameDoor(a, b pull.Spec) bool {
	first, err := url.Parse(a.URL)
	if err != nil {
		return false
	}
	second, err := url.Parse(b.URL)
	return err == nil && first.Scheme == second.Scheme && strings.EqualFold(first.Host, second.Host) && a.Auth == b.Auth && a.User == b.User && a.Header == b.Header && a.TLS == b.TLS
}

// secretFor decides which secret a source has after a change: the one that is
// given, the one it has, or none. known is the sealed one of before.
func secretFor(before, after pull.Spec, known, given string) (keep bool, err error) {
	bad := func(hint string) error {
		return fault.New(fault.Invalid, "platforms.source.invalid", "the source is incomplete or wrong").At("body.secret", "%s", hint)
	}
	switch {
	case after.Auth == pull.AuthNone:
		return false, nil
	case strings.ContainsAny(given, "\r\n\x00"):
		return false, bad("one line")
	case given != "":
		return false, nil
	case known == "":
		return false, bad("give the secret by which the city signs in")
	case !sameDoor(before, after):
		return false, bad("give the secret again: the address or the way to sign in is another")
	}
	return true, nil
}

// period is the period that a run is about, and whether more are owed after it.
func (s Source) period(now time.Time) (at time.Time, left int) {
	at = s.Spec.Schedule.Over(now)
	if !s.Spec.Periods() {
		return at, 0
	}
	owed := s.Spec.Schedule.Owed(s.doneAt, now)
	if len(owed) == 0 {
		return at, 0
	}
	return owed[0], len(owed) - 1
}

// behind is how many periods that are over were not read, but for the newest
// while it is not due.
func (s Source) behind(now time.Time) int {
	if !s.Spec.Periods() || s.doneAt.UnixMilli() <= 0 {
		return 0
	}
	n := len(s.Spec.Schedule.Owed(s.doneAt, now))
	if n > 0 && s.NextAt.After(now) && s.failures == 0 {
		n--
	}
	return n
}

// sourceRun is one reading of a source.
type sourceRun struct {
	ID       string       `json:"id"`
	At       time.Time    `json:"at" title:"时间|Time"`
	Ms       float64      `json:"ms" title:"毫秒|ms"`
	Asked    string       `json:"asked" enum:"schedule,person" title:"触发|By"`
	Outcome  string       `json:"outcome" enum:"stored,partial,unchanged,failed" title:"结果|Outcome"`
	Fault    string       `json:"fault,omitempty" enum:"name,forbid,connect,timeout,tls,protocol,status,redirect,plain,encoding,size,sign_in,rights,query,mapping,gate" title:"故障|Fault"`
	Detail   string       `json:"detail,omitempty" title:"详情|Detail"`
	Status   int          `json:"status,omitempty" doc:"Of the answer by HTTP" title:"状态码|Status"`
	Period   string       `json:"period,omitempty" title:"数据期|Period"`
	Rows     int          `json:"rows" title:"行数|Rows"`
	Accepted int          `json:"accepted" title:"接受|Accepted"`
	Rejected int          `json:"rejected" title:"拒绝|Rejected"`
	Receipt  string       `json:"receipt,omitempty" title:"回执|Receipt"`
	Faults   []pull.Fault `json:"faults" nullable:"false" doc:"What is wrong under the mapping"`
	SkewMs   *int64       `json:"skew_ms,omitempty" doc:"How far the source's clock was ahead of ours"`

	sourceID string
}

// concluded is what a run leaves of its source: when it is due again, what it
// has read, and whether it goes on.
func (s Source) concluded(r sourceRun, period time.Time, now time.Time) Source {
	s.NextAt = s.Spec.Schedule.Next(s.NextAt, now)
	switch {
	case r.Outcome != runFailed:
		s.failures, s.mappingFailures, s.goodAt = 0, 0, now
		if s.Spec.Periods() && period.After(s.doneAt) {
			s.doneAt = period
		}
		if s.Spec.Periods() && len(s.Spec.Schedule.Owed(s.doneAt, now)) > 0 {
			s.NextAt = now // what was missed is caught up
		}
		return s
	case r.Fault == runMapping:
		s.mappingFailures++
	}
	s.failures++
	s.NextAt = now.Add(s.Spec.Schedule.Backoff(s.failures))
	if s.mappingFailures >= mappingFailures && s.Paused == "" {
		s.Paused = pausedByMapping
	}
	return s
}

// indexed names an element of a list at a place of the body.
func indexed(at string, i int) string { return at + "[" + strconv.Itoa(i) + "]" }
