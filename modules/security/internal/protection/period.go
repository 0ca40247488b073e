package protection

import (
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
)

// State is where a period is in time.
type State string

// The states of a period.
const (
	Coming  State = "coming"
	Running State = "running"
	Over    State = "over"
	Ended   State = "ended" // before its last day
)

// Asked is what a period asks of everybody who takes part.
type Asked struct {
	ID        string     `json:"id" title:"编号|ID"`
	Title     string     `json:"title" title:"名称|Title"`
	Note      string     `json:"note" doc:"What is asked" title:"要求|What is asked"`
	From      string     `json:"from" doc:"First day, as 2026-12-01" title:"首日|From"`
	Until     string     `json:"until" doc:"Last day" title:"末日|Until"`
	Time      string     `json:"time" doc:"By when the report of each day is owed, in the city's time: HH:MM, at most 24:00" title:"每日截止|Owed by"`
	Synthetic bool       `json:"synthetic" doc:"Demonstration data: organisations of the demonstration take part, and no others" title:"合成数据|Synthetic"`
	State     State      `json:"state" enum:"coming,running,over,ended" title:"状态|State"`
	EndedAt   *time.Time `json:"ended_at,omitempty" title:"提前结束时间|Ended early"`
	Reason    string     `json:"reason" doc:"Why it was ended early" title:"提前结束原因|Why it was ended"`
}

// Period is a time of special protection.
type Period struct {
	Asked
	Parties   int       `json:"parties" doc:"How many take part" title:"参加单位数|Participants"`
	BegunDay  string    `json:"begun_day" doc:"Last day whose reports are asked for; empty: none yet"`
	CreatedAt time.Time `json:"created_at" title:"建立时间|Made"`
	By        string    `json:"by" title:"建立人|Made by"`
	EndedBy   string    `json:"ended_by" title:"结束人|Ended by"`
	Figures
	Version int64 `json:"version"`

	actor, ender string // as actors
}

// Figures are how a period, or one participant of it, stands. A day that was begun only after
// its time counts neither as kept nor as missed: the city was away.
type Figures struct {
	Counted   int      `json:"counted" doc:"Reports that were handed in, or whose time is over" title:"应报|Owed"`
	OnTime    int      `json:"on_time" title:"按时|On time"`
	Late      int      `json:"late" title:"迟报|Late"`
	Missing   int      `json:"missing" title:"未报|Missing"`
	Something int      `json:"something" doc:"Reports that something happened" title:"报有事件|With something"`
	Uncounted int      `json:"uncounted" doc:"Begun only after their time, because the city was away" title:"不计|Not counted"`
	Share     *float64 `json:"share,omitempty" doc:"Those on time, in percent of those that count; absent: none does yet" title:"按时率（%）|On time (%)"`
}

func (f Figures) shared() Figures {
	if f.Counted > 0 {
		share := 100 * float64(f.OnTime) / float64(f.Counted)
		f.Share = &share
	}
	return f
}

// Wanted is a period as somebody asks for it.
type Wanted struct {
	Title         string   `json:"title" maxLength:"400"`
	From          string   `json:"from" maxLength:"10" doc:"First day, as 2026-12-01; not before today"`
	Until         string   `json:"until" maxLength:"10" doc:"Last day; 60 days at most"`
	Time          string   `json:"time" maxLength:"5" doc:"By when the report of each day is owed, in the city's time: 01:00 to 24:00"`
	Note          string   `json:"note" maxLength:"6000" doc:"What is asked"`
	Organisations []string `json:"organisations" nullable:"false" maxItems:"500" doc:"IDs of those that take part; no bureaus"`
}

const (
	longestTitle  = 120
	longestNote   = 2000
	longestReason = 1000
	mostDays      = 60
	farthest      = 366 * 24 * time.Hour
	mostParties   = 500
	soonest       = 60      // minutes after midnight
	latest        = 24 * 60 // minutes after midnight
	// overAfter is how long after its time a day is over: when that of the next day is.
	overAfter = 24 * time.Hour
	// madeUpFor is how long after the last day a report that is missing may be made up for.
	madeUpFor = 7 * 24 * time.Hour
)

// check trims what somebody wrote and says at each field what is wrong with it.
func (w Wanted) check(now time.Time) (Wanted, error) {
	w.Title, w.Note, w.Organisations = strings.TrimSpace(w.Title), strings.TrimSpace(w.Note), unique(w.Organisations)
	f := fault.New(fault.Invalid, "security.protection.invalid", "the period is incomplete or wrong")
	if w.Title == "" || len([]rune(w.Title)) > longestTitle {
		_ = f.At("body.title", "a title of 1 to 120 characters")
	}
	if len([]rune(w.Note)) > longestNote {
		_ = f.At("body.note", "say what is asked, in 2000 characters at most")
	}
	if _, ok := minutes(w.Time); !ok {
		_ = f.At("body.time", "a time of day from 01:00 to 24:00, such as 17:00")
	}
	if len(w.Organisations) == 0 || len(w.Organisations) > mostParties {
		_ = f.At("body.organisations", "name 1 to 500 organisations that take part")
	}
	w.days(f, now)
	if len(f.Fields) > 0 {
		return w, f
	}
	return w, nil
}

// days tells what is wrong with the days of a period.
func (w Wanted) days(f *fault.Error, now time.Time) {
	from, ok := start(w.From)
	switch {
	case !ok || w.From < dayOf(now) || from.After(now.Add(farthest)):
		_ = f.At("body.from", "a day such as 2026-12-01, today or within a year")
		return
	case w.From == dayOf(now) && !due(w.From, w.Time).After(now):
		_ = f.At("body.from", "the time of today is over: begin tomorrow, or choose a later time")
	}
	until, ok := start(w.Until)
	if !ok || until.Before(from) || until.Sub(from) >= mostDays*24*time.Hour {
		_ = f.At("body.until", "a day such as 2026-12-10, not before the first, and 60 days in all at most")
	}
}

func unique(list []string) []string {
	out := slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })
	slices.Sort(out)
	return slices.Compact(out)
}

// side tells whether those that take part are of the demonstration; all are, or none is.
func side(list []identity.Organisation) (synthetic bool, err error) {
	for i, o := range list {
		if i > 0 && o.Synthetic != list[0].Synthetic {
			return false, fault.New(fault.Invalid, "security.protection.mixed", "real organisations take part, or those of the demonstration, not both").
				At("body.organisations", "choose real organisations, or only those that are marked synthetic")
		}
	}
	return len(list) > 0 && list[0].Synthetic, nil
}

// at is where a period is in time. Its last day is over when its time is.
func (p Period) at(now time.Time) State {
	switch {
	case p.EndedAt != nil:
		return Ended
	case dayOf(now) < p.From:
		return Coming
	case now.Before(due(p.Until, p.Time)):
		return Running
	}
	return Over
}

// days are all days of a period.
func (p Asked) days() (out []string) {
	for day := p.From; day <= p.Until; day = next(day) {
		out = append(out, day)
	}
	return out
}

// toBegin are the days that have come, and whose reports nobody has asked for yet.
func (p Period) toBegin(now time.Time) (out []string) {
	if p.EndedAt != nil {
		return nil
	}
	for _, day := range p.days() {
		if day > p.BegunDay && day <= dayOf(now) {
			out = append(out, day)
		}
	}
	return out
}

// end ends a period before its last day.
func (p Period) end(actor, name, reason string, now time.Time) (Period, error) {
	if s := p.at(now); s == Ended || s == Over {
		return p, fault.New(fault.Conflict, "security.protection.over", "the period is over")
	}
	if reason = strings.TrimSpace(reason); reason == "" || len([]rune(reason)) > longestReason {
		return p, fault.New(fault.Invalid, "security.protection.reason", "say why").At("body.reason", "a reason of 1 to 1000 characters")
	}
	p.EndedAt, p.Reason, p.ender, p.EndedBy, p.State = &now, reason, actor, name, Ended
	return p, nil
}

// minutes are those after midnight of a time such as 17:00, or 24:00.
func minutes(text string) (int, bool) {
	if text == "24:00" {
		return latest, true
	}
	at, err := time.Parse("15:04", text)
	n := at.Hour()*60 + at.Minute()
	return n, err == nil && len(text) == len("15:04") && n >= soonest
}

// start is when a day of the city begins.
func start(day string) (time.Time, bool) {
	at, err := time.ParseInLocation(time.DateOnly, day, cityTime())
	return at, err == nil
}

// due is by when the report of a day is owed.
func due(day, clock string) time.Time {
	at, _ := start(day)
	n, _ := minutes(clock)
	return at.Add(time.Duration(n) * time.Minute).UTC()
}

// dayOf is the day of the city at a time.
func dayOf(at time.Time) string { return at.In(cityTime()).Format(time.DateOnly) }

// next is the day after a day.
func next(day string) string {
	at, ok := start(day)
	if !ok {
		return "9" // after all days: whoever counts up to one stops
	}
	return at.AddDate(0, 0, 1).Format(time.DateOnly)
}

func cityTime() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }
