package notify

import (
	"context"
	"fmt"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/notice"
)

// Preferences are how a person wants to be told.
type Preferences struct {
	Language   string       `json:"language" enum:",zh,en" doc:"Of e-mails; empty: the profile's"`
	QuietFrom  string       `json:"quiet_from" maxLength:"5" doc:"Such as 22:00; the same as quiet_to means no quiet hours"`
	QuietTo    string       `json:"quiet_to" maxLength:"5"`
	DigestHour int          `json:"digest_hour" minimum:"-1" maximum:"23" doc:"Hour of the daily digest; -1: the usual one"`
	Kinds      []kindChoice `json:"kinds" nullable:"false" maxItems:"1000"`
}

type kindChoice struct {
	Kind      string      `json:"kind" maxLength:"80"`
	Title     lang.Text   `json:"title,omitzero"`
	Gravity   string      `json:"gravity,omitempty"`
	Mandatory bool        `json:"mandatory,omitempty" doc:"Cannot be switched off"`
	Inbox     bool        `json:"inbox"`
	Mail      notice.Mail `json:"mail" enum:"at_once,daily,off"`
}

type preferencesView struct {
	Preferences
	UsualHour int    `json:"usual_hour"`
	TimeZone  string `json:"time_zone"`
	Email     string `json:"email" doc:"Where e-mails go; empty: nowhere"`
	CanMail   bool   `json:"can_mail" doc:"This city sends e-mail"`
}

func (m *Room) preferences(ctx context.Context, _ nothing) (preferencesView, error) {
	id, err := person(ctx)
	if err != nil {
		return preferencesView{}, err
	}
	w, err := m.wishes.wish(ctx, id.PersonID)
	if err != nil {
		return preferencesView{}, err
	}
	given, err := m.wishes.of(ctx, id.PersonID)
	if err != nil {
		return preferencesView{}, err
	}
	p, err := m.directory.Person(ctx, id.PersonID)
	if err != nil {
		return preferencesView{}, err
	}
	v := preferencesView{
		Preferences: Preferences{Language: w.Language, QuietFrom: clock(w.QuietFrom), QuietTo: clock(w.QuietTo), DigestHour: w.DigestHour, Kinds: []kindChoice{}},
		UsualHour:   m.settings.DigestHour, TimeZone: m.settings.TimeZone, Email: p.Email, CanMail: m.CanMail(),
	}
	for _, k := range m.kinds.Kinds() {
		c, ok := given[k.ID]
		c = chosen(k, c, ok)
		v.Kinds = append(v.Kinds, kindChoice{k.ID, k.Title, string(k.Gravity), k.Mandatory, c.Inbox, c.Mail})
	}
	return v, nil
}

type preferencesInput struct{ Body Preferences }

func (m *Room) savePreferences(ctx context.Context, in preferencesInput) (preferencesView, error) {
	id, err := person(ctx)
	if err != nil {
		return preferencesView{}, err
	}
	w, choices, err := m.readPreferences(in.Body)
	if err != nil {
		return preferencesView{}, err
	}
	if err := m.wishes.save(ctx, id.PersonID, w, choices); err != nil {
		return preferencesView{}, err
	}
	return m.preferences(ctx, nothing{})
}

// readPreferences keeps what differs from the usual, so that a kind whose usual
// way changes changes for those who chose nothing.
func (m *Room) readPreferences(b Preferences) (wish, map[string]choice, error) {
	f := fault.New(fault.Invalid, "notify.preferences.invalid", "these preferences cannot be kept")
	w := wish{Language: b.Language, DigestHour: b.DigestHour}
	var ok bool
	if w.QuietFrom, ok = minuteOf(b.QuietFrom); !ok {
		_ = f.At("body.quiet_from", "a time such as 22:00")
	}
	if w.QuietTo, ok = minuteOf(b.QuietTo); !ok {
		_ = f.At("body.quiet_to", "a time such as 07:00")
	}
	choices := map[string]choice{}
	for i, c := range b.Kinds {
		at := fmt.Sprintf("body.kinds[%d]", i)
		k, known := m.kinds.Kind(c.Kind)
		switch {
		case !known:
			_ = f.At(at+".kind", "there is no kind %s", c.Kind)
		case !slices.Contains([]notice.Mail{notice.AtOnce, notice.Daily, notice.Off}, c.Mail):
			_ = f.At(at+".mail", "one of at_once, daily, off")
		case k.Mandatory && (!c.Inbox || c.Mail != k.Mail):
			_ = f.At(at, "this kind cannot be switched off")
		case !c.Inbox || c.Mail != k.Mail:
			choices[k.ID] = choice{c.Inbox, c.Mail}
		}
	}
	if len(f.Fields) > 0 {
		return w, nil, f
	}
	return w, choices, nil
}

func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

func minuteOf(text string) (int, bool) {
	if text == "" {
		return 0, true
	}
	var hour, minute int
	if n, err := fmt.Sscanf(text, "%d:%d", &hour, &minute); err != nil || n != 2 || len(text) != 5 || hour < 0 || hour > 23 || minute < 0 || minute > 59 {
		return 0, false
	}
	return hour*60 + minute, true
}
