package protection

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// Own is what an organisation reads of the periods that it takes part in.
type Own struct {
	Side    string    `json:"side" enum:"city,bureau,party" doc:"Which page the caller has: the city's, that of a bureau of a district, or that of who may take part"`
	Periods []OwnTime `json:"periods" nullable:"false" doc:"The latest first; of others nothing is told"`
	Today   string    `json:"today" doc:"The day of the city"`
	Now     time.Time `json:"now" doc:"The server's clock"`
}

// OwnTime is one of them with what the organisation owes.
type OwnTime struct {
	Asked
	Days []Duty `json:"days" nullable:"false" doc:"Those that have begun, the latest first"`
}

// mostOwn is how many periods are shown to who takes part.
const mostOwn = 12

type nothing struct{}

func (p *Protection) own(ctx context.Context, _ nothing) (x Own, err error) {
	id, now, db := identity.From(ctx), p.now(), p.store.db
	x = Own{Side: "party", Periods: []OwnTime{}, Today: dayOf(now), Now: now}
	switch {
	case id.Scope.All:
		x.Side = "city"
	case id.Organisation.Kind == identity.Bureau:
		x.Side = "bureau"
	}
	if x.Side != "party" {
		return x, nil
	}
	list, err := periodsOf(ctx, db, id.Organisation.ID, now, mostOwn)
	if err != nil {
		return x, err
	}
	for _, one := range list {
		days, err := dutiesOf(ctx, db, one.ID, id.Organisation.ID, now)
		if err != nil {
			return x, err
		}
		for i := range days {
			days[i] = days[i].as(id, now)
		}
		x.Periods = append(x.Periods, OwnTime{one.Asked, days})
	}
	return x, nil
}

func (p *Protection) duties(ctx context.Context, in dutyParams) (sqldb.Page[Duty], error) {
	id, now := identity.From(ctx), p.now()
	page, err := p.store.duties(ctx, in, now)
	for i := range page.Items {
		page.Items[i] = page.Items[i].as(id, now)
	}
	return page, err
}

// DutyDetail is the report of a day with those that stood there before.
type DutyDetail struct {
	Duty
	Versions []Version `json:"versions" nullable:"false" doc:"The newest first"`
	Now      time.Time `json:"now" doc:"The server's clock"`
}

// ETag implements httpd.Versioned.
func (x DutyDetail) ETag() int64 { return x.Version }

func (p *Protection) duty(ctx context.Context, in httpd.Object) (x DutyDetail, err error) {
	now := p.now()
	d, err := seenDuty(ctx, p.store.db, in.ID, now)
	if err != nil {
		return x, err
	}
	x = DutyDetail{Duty: d.as(identity.From(ctx), now), Now: now}
	x.Versions, err = versionsOf(ctx, p.store.db, d.ID)
	return x, err
}

type dailyReportInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Said
		Incident string `json:"incident,omitempty" maxLength:"40" doc:"ID of an incident of the room that it is about"`
	}
}

func (p *Protection) report(ctx context.Context, in dailyReportInput) (DutyDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return DutyDetail{}, err
	}
	id, now := identity.From(ctx), p.now()
	err = p.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := seenDuty(ctx, tx, in.ID, now)
		if err != nil {
			return err
		}
		if !ofParty(id) {
			return fault.New(fault.Forbidden, "security.protection.side", "whoever takes part reports, not the bureau")
		}
		if before.Version != version {
			return stale()
		}
		d, err := before.report(in.Body.Said, id.Actor(), id.Name, now)
		if err != nil {
			return err
		}
		if d, err = p.about(ctx, tx, d, in.Body.Incident); err != nil {
			return err
		}
		return p.keep(ctx, tx, before, d)
	})
	if err != nil {
		return DutyDetail{}, err
	}
	return p.duty(ctx, in.Object)
}

// about is a report with the incident that it names: one that who reports sees, and of its own side.
func (p *Protection) about(ctx context.Context, db Reader, d Duty, incident string) (Duty, error) {
	d.IncidentID, d.IncidentNumber = "", ""
	if incident == "" {
		return d, nil
	}
	i, err := p.incidents(ctx, db, incident)
	switch {
	case fault.Is(err, fault.NotFound):
		return d, fault.New(fault.Invalid, "security.protection.incident", "there is no such incident").At("body.incident", "an incident that you see")
	case err != nil:
		return d, err
	case !d.Happened || i.Drill != "" || i.Synthetic != d.Synthetic:
		return d, fault.New(fault.Invalid, "security.protection.incident_kind", "only something real that happened has an incident: none of a drill, and none of the demonstration beside real ones").At("body.incident", "leave it out, or a real one")
	}
	d.IncidentID, d.IncidentNumber = i.ID, i.Number
	return d, nil
}

// keep saves a report; its clock is met, and the city told of what happened.
func (p *Protection) keep(ctx context.Context, tx *sqldb.Tx, before, d Duty) error {
	if _, _, err := p.clocks.Meet(ctx, tx, object(d.ID), zero, *d.SaidAt); err != nil {
		return fmt.Errorf("meet the clock of a report: %w", err)
	}
	if err := saveReport(ctx, tx, before, d); err != nil {
		return err
	}
	p.kit.NotifyAfter(tx, topic, d.PeriodID, d.OrganisationID)
	if !d.Happened || d.Synthetic {
		return nil
	}
	to, err := p.city(ctx, tx, *d.SaidAt)
	if err != nil {
		return err
	}
	what := lang.Text{ZH: fmt.Sprintf("%s报告 %s 有 %d 起事件", d.Organisation.ZH, d.Day, d.Events), EN: fmt.Sprintf("%s reports %d events of %s", d.Organisation.EN, d.Events, d.Day)}
	return p.kit.Notices.Send(ctx, tx, message.Notice{
		Kind: toldHappened, Title: headed(Asked{Title: d.Period}, what), Body: lang.Text{ZH: d.What, EN: d.What}, Link: page + "/" + d.PeriodID + "?duty=" + d.ID, To: to,
	})
}
