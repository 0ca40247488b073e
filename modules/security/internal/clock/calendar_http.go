package clock

import (
	"context"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/health"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/second"
)

const (
	mayView   = "security.view" // of whoever has something to do with time limits
	mayManage = "security.calendar.manage"
	page      = "/security/calendar"
)

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	return []module.Permission{{ID: mayManage, Title: lang.Text{ZH: "维护工作日历和本市时限", EN: "Bring the calendar of working days, and set the city's time limits"}, Roles: []identity.Role{identity.Officer, identity.Administrator}}}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_calendar", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "from_day", "until_day", "created_at"}},
		{Table: "security_calendar", Person: "confirmer", Columns: []string{"confirmer_name"}, Show: []string{"id", "from_day", "until_day", "confirmed_at"}},
		{Table: "security_time_limit", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "obligation", "level", "created_at"}},
		{Table: "security_time_limit", Person: "confirmer", Columns: []string{"confirmer_name"}, Show: []string{"id", "obligation", "level", "confirmed_at"}},
		{Table: "security_time_limit", Person: "returner", Columns: []string{"returner_name"}, Show: []string{"id", "obligation", "level", "returned_at"}},
	}
}

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{
		{Section: section, Label: lang.Text{ZH: "工作日历", EN: "Working days"}, Path: page, Icon: "plan", Permission: mayManage},
		{Section: section, Label: lang.Text{ZH: "本市时限", EN: "Time limits"}, Path: limitPage, Icon: "own-jobs", Permission: mayManage},
	}
}

// Routes are the doors.
func (c *Clocks) Routes() []module.Route {
	return append([]module.Route{
		{Pattern: "GET /calendar", Permission: mayView, Summary: "The calendar of working days that time limits count by: how far it reaches, and what was brought", Handler: httpd.JSON(c.readCalendar)},
		{Pattern: "POST /calendar", Permission: mayManage, Summary: "Bring what was announced for some time; it holds once a second person confirms it", Handler: httpd.Created(c.bring)},
		{Pattern: "POST /calendar/{id}/confirmation", Permission: mayManage, Summary: "Confirm what somebody else brought: running time limits in working days follow", Handler: httpd.JSON(c.confirm)},
		{Pattern: "DELETE /calendar/{id}", Permission: mayManage, Summary: "Withdraw what nobody has confirmed", Handler: httpd.JSON(c.withdraw)},
	}, c.limitRoutes()...)
}

// Healthy adds to what the installation knows of itself that the calendar ends.
func (c *Clocks) Healthy() {
	c.kit.Health.Add(health.Component{ID: "calendar", Title: lang.Text{ZH: "工作日历", EN: "Calendar of working days"}, Check: func(ctx context.Context) health.Finding {
		calendar, err := c.calendar(ctx, c.kit.DB)
		mend := lang.Text{ZH: "国务院办公厅公布节假日安排后，在“工作日历”中录入，由另一人确认", EN: "Bring the arrangement of public holidays, once it is announced, under “Working days”; another person confirms it"}
		if err != nil {
			return health.Failed(err, mend)
		}
		// That it ends soon is said by its page and where clocks are; something is wrong only once it has.
		if reach, _ := calendar.reach(c.Now()); reach == Ended {
			return health.Finding{State: health.Degraded, Mend: mend, Note: lang.Text{ZH: "工作日历已于 " + calendar.Until + " 截止，此后的节假日按工作日计算", EN: "The calendar of working days ended on " + calendar.Until + ": public holidays since count as working days"}}
		}
		return health.Finding{}
	}})
}

// CalendarShown is the calendar of working days.
type CalendarShown struct {
	Until   string          `json:"until" doc:"Last day up to which public holidays are known; after it only weekends are"`
	Reach   Reach           `json:"reach" enum:"far,soon,ended" doc:"soon: it ends within 30 days; ended: public holidays count as working days"`
	Days    int             `json:"days" doc:"Until its end"`
	Source  string          `json:"source" doc:"What comes with the program"`
	Off     []string        `json:"off" nullable:"false" doc:"Days off that hold, from this year on"`
	Work    []string        `json:"work" nullable:"false" doc:"Weekends that are worked in, from this year on"`
	Entries []CalendarEntry `json:"entries" nullable:"false" doc:"What was brought, the newest first; for the city"`
	May     bool            `json:"may" doc:"The caller may bring one"`
}

type nothing struct{}

func (c *Clocks) readCalendar(ctx context.Context, _ nothing) (x CalendarShown, err error) {
	who, now := identity.From(ctx), c.Now()
	list, err := calendars(ctx, c.kit.DB, `1 = 1`)
	if err != nil {
		return x, err
	}
	var holds []CalendarEntry
	for _, e := range list {
		if e.Confirmed {
			holds = append(holds, e)
		}
	}
	calendar := c.book.Calendar.over(holds, now)
	x = CalendarShown{Until: calendar.Until, Source: calendar.Source, Entries: []CalendarEntry{}, May: who.May(mayManage) && who.Scope.All}
	x.Reach, x.Days = calendar.reach(now)
	year := now.In(cityTime()).Format("2006")
	x.Off, x.Work = since(calendar.Off, year), since(calendar.Work, year)
	if !who.Scope.All {
		return x, nil
	}
	for i := len(list) - 1; i >= 0; i-- {
		list[i].Hand = list[i].For(who, x.May)
		x.Entries = append(x.Entries, list[i])
	}
	return x, nil
}

func cityOnly(ctx context.Context) error {
	if !identity.From(ctx).Scope.All {
		return fault.New(fault.Forbidden, "security.calendar.city", "the calendar of working days is the city's")
	}
	return nil
}

type bringCalendarInput struct{ Body CalendarSaid }

// bring keeps what was announced, and asks a second person.
func (c *Clocks) bring(ctx context.Context, in bringCalendarInput) (CalendarShown, error) {
	if err := cityOnly(ctx); err != nil {
		return CalendarShown{}, err
	}
	who, now := identity.From(ctx), c.Now().UTC().Truncate(time.Millisecond)
	said, err := in.Body.check(now)
	if err != nil {
		return CalendarShown{}, err
	}
	e := CalendarEntry{ID: ulid.Make().String(), Name: said.From + " – " + said.Until, CalendarSaid: said, CreatedAt: now, Hand: second.Hand{}.Set(who)}
	err = c.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		waiting, err := calendars(ctx, tx, `NOT c.confirmed`)
		if err != nil {
			return err
		}
		if len(waiting) >= mostWaiting {
			return fault.New(fault.Conflict, "security.calendar.waiting", "%d calendars wait for a second person already: have them confirmed, or withdraw them", len(waiting)).With("count", len(waiting))
		}
		if err := insertCalendar(ctx, tx, e); err != nil {
			return err
		}
		return second.Tell(ctx, tx, c.kit, who.Organisation.ID, mayManage, "工作日历 "+e.Name, page)
	})
	if err != nil {
		return CalendarShown{}, err
	}
	return c.readCalendar(ctx, nothing{})
}

// mostWaiting is how many calendars may wait for a second person.
const mostWaiting = 10

// one reads a calendar that the caller may change.
func (c *Clocks) one(ctx context.Context, db reader, id string) (CalendarEntry, error) {
	if err := cityOnly(ctx); err != nil {
		return CalendarEntry{}, err
	}
	list, err := calendars(ctx, db, `c.id = $1`, id)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "kernel.not_found", "there is no such calendar, or it is not yours to see")
	}
	if err != nil {
		return CalendarEntry{}, err
	}
	return list[0], nil
}

// confirm is the word of the second person: it holds from now on, and clocks that run follow.
func (c *Clocks) confirm(ctx context.Context, in httpd.Object) (CalendarShown, error) {
	now := c.Now().UTC().Truncate(time.Millisecond)
	err := c.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := c.one(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		after := before
		if after.Hand, err = before.Confirm(identity.From(ctx), now); err != nil {
			return err //nolint:wrapcheck // the refusal
		}
		if err := confirmCalendar(ctx, tx, before, after); err != nil {
			return err
		}
		calendar, err := c.calendar(ctx, tx)
		if err != nil {
			return err
		}
		return c.realign(ctx, tx, after, calendar, now)
	})
	if err != nil {
		return CalendarShown{}, err
	}
	return c.readCalendar(ctx, nothing{})
}

func (c *Clocks) withdraw(ctx context.Context, in httpd.Object) (CalendarShown, error) {
	err := c.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		e, err := c.one(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if e.Confirmed {
			return fault.New(fault.Conflict, "security.calendar.confirmed", "it holds: bring another one for the same days in its place")
		}
		return removeCalendar(ctx, tx, e)
	})
	if err != nil {
		return CalendarShown{}, err
	}
	return c.readCalendar(ctx, nothing{})
}

// since are days from a year on, in their order.
func since(days []string, year string) []string {
	out := []string{}
	for _, d := range days {
		if d >= year {
			out = append(out, d)
		}
	}
	return out
}
