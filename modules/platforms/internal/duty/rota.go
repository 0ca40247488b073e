package duty

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // rotas name zones of IANA, which a container may not have

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// Bounds of rotas.
const (
	layersMost    = 5
	membersMost   = 50
	minutesOfDay  = 24 * 60
	overrideMost  = 366 * 24 * time.Hour
	reasonMost    = 500
	handoverDaily = "daily"
	// Weekly turns change on the weekday on which the layer began.
	handoverWeekly = "weekly"
)

// Usual is the time zone of a rota that names none.
const Usual = "Asia/Shanghai"

// Member is somebody who takes turns.
type Member struct {
	ID   string `json:"id" maxLength:"26" doc:"Of a person"`
	Name string `json:"name,omitempty" maxLength:"200" audit:"-" doc:"Filled in"`
}

// Layer is one rotation: its members are on duty in their order, turn by turn.
type Layer struct {
	Members  []Member `json:"members" nullable:"false" maxItems:"50" doc:"In the order of their turns"`
	Handover string   `json:"handover" enum:"daily,weekly" doc:"How long a turn is"`
	At       string   `json:"at" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"Time of the handover, by the zone of the rota"`
	Begins   string   `json:"begins" format:"date" doc:"Day of the first turn; weekly turns change on its weekday"`
	Only     *Hours   `json:"only,omitempty" doc:"When the layer is on duty; otherwise always"`
}

// Hours are the same hours on some days of the week.
type Hours struct {
	Days []int  `json:"days" nullable:"false" maxItems:"7" doc:"1 is Monday, 7 Sunday"`
	From string `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$"`
	To   string `json:"to" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"Not after from: of the next day"`
}

// Rota says who is on duty when.
type Rota struct {
	Name   lang.Text `json:"name"`
	Zone   string    `json:"zone" maxLength:"64" doc:"Time zone of IANA, such as Asia/Shanghai"`
	Layers []Layer   `json:"layers" nullable:"false" maxItems:"5" doc:"The first that has somebody on duty wins"`
}

// Override puts somebody on duty for a time, whatever the layers say. Of several
// the one that was made last holds.
type Override struct {
	Person Member    `json:"person"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Reason string    `json:"reason" maxLength:"500"`
}

// tidyName is a name in both languages; one that is missing is the other.
func tidyName(n lang.Text) lang.Text {
	zh, en := strings.TrimSpace(n.ZH), strings.TrimSpace(n.EN)
	return lang.Text{ZH: cmp.Or(zh, en), EN: cmp.Or(en, zh)}
}

// Tidy fills what may be left out.
func (r Rota) Tidy() Rota {
	r.Name = tidyName(r.Name)
	if r.Zone = strings.TrimSpace(r.Zone); r.Zone == "" {
		r.Zone = Usual
	}
	layers := make([]Layer, len(r.Layers))
	for i, l := range r.Layers {
		l.Members = append([]Member{}, l.Members...)
		if l.Only != nil {
			only := *l.Only
			only.Days = append([]int{}, only.Days...)
			slices.Sort(only.Days)
			only.Days = slices.Compact(only.Days)
			l.Only = &only
		}
		layers[i] = l
	}
	r.Layers = layers
	return r
}

// Check refuses a rota that would not do, naming every fault. able tells who may
// be on duty.
func (r Rota) Check(able func(person string) bool) error {
	f := fault.New(fault.Invalid, "platforms.rota.invalid", "the rota is incomplete or wrong")
	if r.Name.ZH == "" || len(r.Name.ZH) > 200 || len(r.Name.EN) > 200 {
		_ = f.At("body.name", "name the rota, in at most 200 bytes")
	}
	if _, err := zoneOf(r.Zone); err != nil {
		_ = f.At("body.zone", "a time zone of IANA, such as Asia/Shanghai")
	}
	if len(r.Layers) == 0 || len(r.Layers) > layersMost {
		_ = f.At("body.layers", "1 to %d layers", layersMost)
	}
	for i, l := range r.Layers {
		l.check(f, fmt.Sprintf("body.layers[%d]", i), able)
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func (l Layer) check(f *fault.Error, at string, able func(person string) bool) {
	if len(l.Members) == 0 || len(l.Members) > membersMost {
		_ = f.At(at+".members", "choose who takes turns, at most %d", membersMost)
	}
	for _, m := range l.Members {
		if !able(m.ID) {
			_ = f.At(at+".members", "somebody of them may not take care of alerts here; take them out")
			break
		}
	}
	if l.Handover != handoverDaily && l.Handover != handoverWeekly {
		_ = f.At(at+".handover", "daily or weekly")
	}
	if _, err := minuteOf(l.At); err != nil {
		_ = f.At(at+".at", "a time of the day, such as 09:00")
	}
	if begins, err := time.Parse(time.DateOnly, l.Begins); err != nil || begins.Year() < 2000 || begins.Year() > 2100 {
		_ = f.At(at+".begins", "choose the day of the first turn")
	}
	if l.Only != nil {
		l.Only.check(f, at+".only")
	}
}

func (h Hours) check(f *fault.Error, at string) {
	_, wrongFrom := minuteOf(h.From)
	_, wrongTo := minuteOf(h.To)
	if wrongFrom != nil || wrongTo != nil {
		_ = f.At(at+".from", "two times of the day, such as 09:00 and 18:00")
	}
	if len(h.Days) == 0 || slices.ContainsFunc(h.Days, func(d int) bool { return d < 1 || d > 7 }) {
		_ = f.At(at+".days", "choose days of the week")
	}
}

// Check refuses an override that would be none.
func (o Override) Check(now time.Time, able func(person string) bool) error {
	f := fault.New(fault.Invalid, "platforms.rota.override_invalid", "the override is incomplete or wrong")
	if !able(o.Person.ID) {
		_ = f.At("body.person", "choose somebody who may take care of alerts here")
	}
	if !o.To.After(o.From) || !o.To.After(now) || o.To.Sub(o.From) > overrideMost {
		_ = f.At("body.to", "after the beginning and after now, at most %d days later", int(overrideMost/(24*time.Hour)))
	}
	if reason := strings.TrimSpace(o.Reason); reason == "" || len(reason) > 3*reasonMost {
		_ = f.At("body.reason", "say why")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func zoneOf(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%q names no zone", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("read zone: %w", err)
	}
	return zone, nil
}

// minuteOf reads a time of the day, as 09:30, as minutes.
func minuteOf(text string) (int, error) {
	at, err := time.Parse("15:04", text)
	if err != nil || len(text) != 5 {
		return 0, fmt.Errorf("%q is no time of the day", text)
	}
	return at.Hour()*60 + at.Minute(), nil
}
