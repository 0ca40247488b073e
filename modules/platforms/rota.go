package platforms

import (
	"slices"
	"time"

	"linghang/kernel/lang"
	"linghang/modules/platforms/internal/duty"
)

// Bounds of rotas and policies.
const (
	rotasMost         = 100
	policiesMost      = 50
	rotaOverridesMost = 200 // of a rota, that are not over
	dutyPeopleMost    = 500
	rotaSpan          = 28 * 24 * time.Hour // shown unless asked for otherwise
	rotaSpanMost      = 92 * 24 * time.Hour
)

// Rota is an on-call rota.
type Rota struct {
	ID string `json:"id"`
	duty.Rota
	Organisation operator `json:"organisation" doc:"Its people and those of organisations above it may be on duty"`
	Version      int64    `json:"version"`
}

// ETag implements httpd.Versioned.
func (r Rota) ETag() int64 { return r.Version }

// members are all persons of a rota, each once.
func (r Rota) members() []string {
	var ids []string
	for _, l := range r.Layers {
		for _, p := range l.Members {
			ids = append(ids, p.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// RotaOverride is an override with who made it.
type RotaOverride struct {
	ID string `json:"id"`
	duty.Override
	Author    string    `json:"author" audit:"-"`
	CreatedAt time.Time `json:"created_at"`
	MayEnd    bool      `json:"may_end" audit:"-"`

	actor string
}

// Why there is a gap.
const (
	gapNobody = "nobody" // no layer has anybody
	gapUnable = "unable" // who is on duty may not take care of alerts any more
)

// RotaShift is a shift as the schedule shows it.
type RotaShift struct {
	duty.Shift
	Gap string `json:"gap" enum:",nobody,unable" doc:"Why nobody would be told"`
}

// OnDuty is who is on duty now.
type OnDuty struct {
	RotaID   string      `json:"rota_id"`
	Rota     lang.Text   `json:"rota"`
	Person   duty.Member `json:"person" doc:"Without an ID: nobody"`
	Override bool        `json:"override"`
	Gap      string      `json:"gap" enum:",nobody,unable" doc:"Why nobody would be told"`
}

// roster is a rota as it is at work: with its overrides, and who may be on duty.
type roster struct {
	Rota
	overrides []RotaOverride
	able      map[string]string // names of persons by ID
}

func (r roster) read() duty.Roster {
	overrides := make([]duty.Override, len(r.overrides))
	for i, o := range r.overrides {
		overrides[i] = o.Override
	}
	return duty.NewRoster(r.Rota.Rota, overrides)
}

// gap says why a person of a schedule would not be told.
func (r roster) gap(d duty.Duty) string {
	switch {
	case d.Nobody():
		return gapNobody
	case r.able[d.Person.ID] == "":
		return gapUnable
	default:
		return ""
	}
}

func (r roster) now(at time.Time) OnDuty {
	d := r.read().OnDuty(at)
	return OnDuty{RotaID: r.ID, Rota: r.Name, Person: d.Person, Override: d.Override, Gap: r.gap(d)}
}

func (r roster) shifts(of duty.Roster, from, to time.Time) []RotaShift {
	list := []RotaShift{}
	for _, s := range of.Shifts(from, to) {
		list = append(list, RotaShift{s, r.gap(s.Duty)})
	}
	return list
}

// withNames fills in the names of persons as they are now; of who is not able the name
// stays as it was kept.
func withNames(list []duty.Member, able map[string]string) []duty.Member {
	out := make([]duty.Member, len(list))
	for i, p := range list {
		if name := able[p.ID]; name != "" {
			p.Name = name
		}
		out[i] = p
	}
	return out
}

// Policy is an escalation policy.
type Policy struct {
	ID string `json:"id"`
	duty.Policy
	Version int64 `json:"version"`
}

// members are all persons whom a policy names, each once.
func (p Policy) members() []string {
	var ids []string
	for _, s := range p.Steps {
		for _, x := range s.Persons {
			ids = append(ids, x.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// ETag implements httpd.Versioned.
func (p Policy) ETag() int64 { return p.Version }
