package alert

import (
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// Route says who is told of some alerts, and how they are put together.
type Route struct {
	Name     lang.Text `json:"name"`
	Matchers []Matcher `json:"matchers" nullable:"false" maxItems:"20" doc:"All of them have to match; the last route has none"`
	GroupBy  []string  `json:"group_by" nullable:"false" maxItems:"10" doc:"Labels whose alerts are told together"`
	Wait     int64     `json:"wait" minimum:"0" maximum:"3600" doc:"Seconds before the first notice of a group"`
	Interval int64     `json:"interval" minimum:"10" maximum:"86400" doc:"Seconds before a notice of what was added"`
	Repeat   int64     `json:"repeat" minimum:"60" maximum:"2592000" doc:"Seconds after which it is told again while it fires"`
	Operator bool      `json:"operator" doc:"Tell the platform's operator"`
	Office   bool      `json:"office" doc:"Tell those who edit rules in the organisation of who last saved the rule"`
	Persons  []string  `json:"persons" nullable:"false" maxItems:"50" doc:"Ids of further persons"`
	Rotas    []string  `json:"rotas,omitempty" maxItems:"10" doc:"Ids of on-call rotas: who is on duty then"`
	Policy   string    `json:"policy,omitempty" maxLength:"26" doc:"Id of an escalation policy: who is told when nobody takes the alert"`
}

// Tidy fills what may be left out.
func (r Route) Tidy() Route {
	r.Name = both(r.Name)
	slices.Sort(r.Persons)
	r.Persons = append([]string{}, slices.Compact(r.Persons)...)
	slices.Sort(r.Rotas)
	r.Rotas = slices.Compact(r.Rotas)
	r.GroupBy, r.Matchers = append([]string{}, r.GroupBy...), append([]Matcher{}, r.Matchers...)
	return r
}

// Check refuses a route that would not do, naming every fault.
func (r Route) Check(last bool) error {
	f := fault.New(fault.Invalid, "platforms.alert_route.invalid", "the route is incomplete or wrong")
	if r.Name.ZH == "" && r.Name.EN == "" {
		_ = f.At("body.name", "name the route")
	}
	CheckMatchers(f, "body.matchers", r.Matchers)
	if !last && len(r.Matchers) == 0 {
		_ = f.At("body.matchers", "a route without conditions would take the alerts of all that follow")
	}
	if last && len(r.Matchers) > 0 {
		_ = f.At("body.matchers", "the last route takes what no other takes, and has no conditions")
	}
	for _, name := range r.GroupBy {
		if !validName(name) {
			_ = f.At("body.group_by", "letters, digits and _, not beginning with a digit")
		}
	}
	if !r.Operator && !r.Office && len(r.Persons) == 0 && len(r.Rotas) == 0 && r.Policy == "" {
		_ = f.At("body.operator", "choose whom to tell")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// Key names the group of an alert under a route, by the labels that it is put
// together by.
func (r Route) Key(routeID string, l Labels) string {
	return routeID + ":" + l.Pick(r.GroupBy).Fingerprint()
}

// Group is alerts that are told together, and what was told of them.
type Group struct {
	ID      string
	Key     string
	FlushAt time.Time
	Number  int64    // of the last notice
	Told    []string // ids of alerts that fired when it was told
	ToldAt  time.Time
}

// Notice is what is told of a group.
type Notice struct {
	Firing   []string // ids of alerts; empty: all that was told is over
	Resolved []string // of those that were told before
	Repeat   bool     // nothing is new
}

// Flush decides what is told of a group now, after Alertmanager: something fires
// that was not told, all is over that was told, or it was told long ago. It
// returns the group as it is afterwards.
func (g Group) Flush(r Route, firing, resolved []string, now time.Time) (Group, *Notice) {
	n := Notice{Firing: firing}
	told := map[string]bool{}
	for _, id := range g.Told {
		told[id] = true
	}
	for _, id := range resolved {
		if told[id] {
			n.Resolved = append(n.Resolved, id)
		}
	}
	news := len(n.Resolved) > 0
	for _, id := range firing {
		news = news || !told[id]
	}
	due := len(firing) > 0 && len(g.Told) > 0 && !now.Before(g.ToldAt.Add(time.Duration(r.Repeat)*time.Second))
	g.FlushAt = now.Add(time.Duration(r.Interval) * time.Second)
	if !news && !due {
		return g, nil
	}
	n.Repeat = !news
	g.Number++
	g.ToldAt = now
	g.Told = slices.Clone(firing)
	return g, &n
}

// Silence keeps alerts from being told for a time.
type Silence struct {
	Matchers []Matcher `json:"matchers" nullable:"false" maxItems:"20"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Reason   string    `json:"reason" maxLength:"500"`
}

// Bounds of silences.
const silenceLongest = 366 * 24 * time.Hour

// Check refuses a silence that would silence nothing, or everything.
func (s Silence) Check(now time.Time) error {
	f := fault.New(fault.Invalid, "platforms.alert_silence.invalid", "the silence is incomplete or wrong")
	if len(s.Matchers) == 0 {
		_ = f.At("body.matchers", "say which alerts are silenced")
	}
	CheckMatchers(f, "body.matchers", s.Matchers)
	if len(s.Matchers) > 0 && len(f.Fields) == 0 {
		if all, err := Compile(s.Matchers); err == nil && all(Labels{}) {
			_ = f.At("body.matchers", "at least one condition asks for something: this would silence everything")
		}
	}
	if !s.To.After(s.From) || !s.To.After(now) || s.To.Sub(s.From) > silenceLongest {
		_ = f.At("body.to", "after the beginning and after now, at most %d days later", int(silenceLongest/(24*time.Hour)))
	}
	if strings.TrimSpace(s.Reason) == "" {
		_ = f.At("body.reason", "say why")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// State is where a silence is.
func (s Silence) State(now time.Time) string {
	switch {
	case !now.Before(s.To):
		return "expired"
	case now.Before(s.From):
		return "pending"
	default:
		return "active"
	}
}
