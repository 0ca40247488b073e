package platforms

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"linghang/kernel/lang"
	"linghang/modules/platforms/internal/alert"
	"linghang/modules/platforms/internal/duty"
)

// escalatedStep is which step of a policy a notice was.
type escalatedStep struct {
	Policy  lang.Text `json:"policy"`
	Step    int       `json:"step" doc:"From 1"`
	Steps   int       `json:"steps"`
	Round   int64     `json:"round" doc:"From 1"`
	Claimed bool      `json:"claimed" doc:"Somebody had taken the alert, and it was not over in time"`
}

// why says why a step is told, at the end of a title.
func (e escalatedStep) why() lang.Text {
	zh, en := "无人认领", "nobody took it"
	if e.Claimed {
		zh, en = "认领后超时未结束", "taken, and not over in time"
	}
	t := lang.Text{ZH: fmt.Sprintf("（升级第 %d 步，%s）", e.Step, zh), EN: fmt.Sprintf(" (escalation step %d: %s)", e.Step, en)}
	if e.Round > 1 {
		t = lang.Text{ZH: fmt.Sprintf("（升级第 %d 轮第 %d 步，%s）", e.Round, e.Step, zh), EN: fmt.Sprintf(" (escalation round %d, step %d: %s)", e.Round, e.Step, en)}
	}
	return t
}

// toldPerson is somebody who was told of an alert by name, or a gap.
type toldPerson struct {
	Rota   lang.Text `json:"rota" doc:"By which rota; empty: named by the policy"`
	Person string    `json:"person" doc:"Empty: nobody"`
	Gap    string    `json:"gap" enum:",nobody,unable" doc:"Why nobody was told"`

	alert, person string
}

// called is somebody who is to be told, or a rota without anybody.
type called struct {
	rota   lang.Text
	person duty.Member
	gap    string
}

// calling is who is called about some alerts, and of which they may be told.
type calling struct {
	callers []called
	may     map[string]map[string]bool // person, alert
}

// told is who is told of each alert. Who may not be told of one is not named there.
func (c calling) told(alerts []Alert) (list []toldPerson) {
	for _, a := range alerts {
		for _, x := range c.callers {
			p := toldPerson{Rota: x.rota, Gap: x.gap, alert: a.ID}
			switch {
			case x.gap != "":
			case c.may[x.person.ID][a.ID]:
				p.Person, p.person = x.person.Name, x.person.ID
			default:
				p.Gap = gapUnable
			}
			list = append(list, p)
		}
	}
	return list
}

// reaches tells whether anybody is told of an alert.
func (c calling) reaches(a Alert) bool {
	return slices.ContainsFunc(c.callers, func(x called) bool { return x.gap == "" && c.may[x.person.ID][a.ID] })
}

// escalation is a step that is due for alerts that are told together.
type escalation struct {
	id     string // of the notice
	policy Policy
	route  alert.Route
	step   int
	note   escalatedStep
	alerts []Alert
	runs   map[string]duty.Run
	calls  calling
}

func (e escalation) tells() duty.Step { return e.policy.Steps[e.step] }

// next is the run of an alert after the step.
func (e escalation) next(a Alert, now time.Time) duty.Run {
	return e.policy.Next(e.runs[a.ID], e.tells().Route || e.calls.reaches(a), now)
}

// escalating is what follows for an alert that nobody takes care of.
type escalating struct {
	Policy  lang.Text  `json:"policy"`
	Since   time.Time  `json:"since"`
	Claimed bool       `json:"claimed" doc:"Somebody took it, and it is not over in time"`
	Step    int        `json:"step" doc:"The next, from 1; 0: all were told"`
	Steps   int        `json:"steps"`
	Round   int64      `json:"round" doc:"Of the next step, from 1"`
	DueAt   *time.Time `json:"due_at,omitempty" doc:"When the next step is told unless somebody takes it"`
}

// escalatingOf says where a run is.
func escalatingOf(p Policy, r duty.Run) *escalating {
	e := &escalating{Policy: p.Name, Since: r.Since, Claimed: r.Claimed, Steps: len(p.Steps)}
	if n := int64(len(p.Steps)); n > 0 && !p.Over(r) {
		e.Step, e.Round, e.DueAt = int(r.Done%n)+1, r.Done/n+1, &r.DueAt
	}
	return e
}

// batches puts alerts that are at the same step of the same policy, and are told
// together by their route, into one escalation.
type batches map[string]*escalation

func (b batches) add(g gathering, p Policy, a Alert, r duty.Run, step int, round int64) {
	key := fmt.Sprintf("%s %s %d %d %t", g.key, p.ID, step, round, r.Claimed)
	if b[key] == nil {
		note := escalatedStep{Policy: p.Name, Step: step + 1, Steps: len(p.Steps), Round: round + 1, Claimed: r.Claimed}
		b[key] = &escalation{policy: p, route: g.route, step: step, note: note, runs: map[string]duty.Run{}}
	}
	b[key].alerts = append(b[key].alerts, a)
	b[key].runs[a.ID] = r
}

func (b batches) sorted() (list []*escalation) {
	for _, key := range slices.Sorted(maps.Keys(b)) {
		list = append(list, b[key])
	}
	return list
}
