package protection

import (
	"context"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// Detail is a period on its own page.
type Detail struct {
	Period
	Days      []string  `json:"days" nullable:"false"`
	Today     string    `json:"today" doc:"The day of the city"`
	TodaySaid int       `json:"today_said" doc:"How many have given today's report"`
	TodayOf   int       `json:"today_of" doc:"How many were asked for it"`
	Acts      []string  `json:"acts" nullable:"false" doc:"What the caller may do now: end"`
	Now       time.Time `json:"now" doc:"The server's clock"`
}

// ETag implements httpd.Versioned.
func (x Detail) ETag() int64 { return x.Version }

func (p *Protection) periods(ctx context.Context, in periodParams) (sqldb.Page[Period], error) {
	if err := cityOnly(ctx); err != nil {
		return sqldb.Page[Period]{}, err
	}
	return p.store.periods(ctx, in, p.now())
}

func (p *Protection) read(ctx context.Context, in httpd.Object) (x Detail, err error) {
	if err := cityOnly(ctx); err != nil {
		return x, err
	}
	now, db := p.now(), p.store.db
	x = Detail{Today: dayOf(now), Acts: []string{}, Now: now}
	if x.Period, err = onePeriod(ctx, db, in.ID, now); err != nil {
		return x, err
	}
	figures, err := figuresBy(ctx, db, "period_id", "", now, []string{x.ID})
	if err != nil {
		return x, err
	}
	x.Figures, x.Days = figures[x.ID], x.days()
	if x.TodaySaid, x.TodayOf, err = today(ctx, db, x.ID, x.Today); err != nil {
		return x, err
	}
	if identity.From(ctx).May(mayWrite) && (x.State == Coming || x.State == Running) {
		x.Acts = append(x.Acts, "end")
	}
	return x, nil
}

func (p *Protection) rows(ctx context.Context, in rowParams) (sqldb.Page[Partaker], error) {
	if err := cityOnly(ctx); err != nil {
		return sqldb.Page[Partaker]{}, err
	}
	now := p.now()
	x, err := onePeriod(ctx, p.store.db, in.ID, now)
	if err != nil {
		return sqldb.Page[Partaker]{}, err
	}
	return p.store.rows(ctx, x, in, now)
}

type makePeriodInput struct{ Body Wanted }

func (p *Protection) make(ctx context.Context, in makePeriodInput) (Detail, error) {
	if err := cityOnly(ctx); err != nil {
		return Detail{}, err
	}
	id, now := identity.From(ctx), p.now()
	w, err := in.Body.check(now)
	if err != nil {
		return Detail{}, err
	}
	list, err := p.partakers(ctx, w.Organisations)
	if err != nil {
		return Detail{}, err
	}
	x := Period{Asked: Asked{ID: ulid.Make().String(), Title: w.Title, Note: w.Note, From: w.From, Until: w.Until, Time: w.Time}, Parties: len(list), CreatedAt: now, By: id.Name, Version: 1, actor: id.Actor()}
	if x.Synthetic, err = side(list); err != nil {
		return Detail{}, err
	}
	x.State = x.at(now)
	err = p.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := insertPeriod(ctx, tx, x, list); err != nil {
			return err
		}
		if err := p.begin(ctx, tx, x, now); err != nil {
			return err
		}
		what := lang.Text{ZH: "请于 " + x.From + " 至 " + x.Until + " 每日 " + x.Time + " 前报告，无事件也须报告", EN: "report each day from " + x.From + " to " + x.Until + " before " + x.Time + ", also when nothing happened"}
		return p.tellParties(ctx, tx, x, what, x.Note)
	})
	if err != nil {
		return Detail{}, err
	}
	return p.read(ctx, httpd.Object{ID: x.ID})
}

// partakers are organisations of the register that can take part.
func (p *Protection) partakers(ctx context.Context, ids []string) ([]identity.Organisation, error) {
	list := make([]identity.Organisation, len(ids))
	for i, id := range ids {
		o, err := p.organisations.Organisation(ctx, id)
		if err != nil || o.Kind == identity.Bureau {
			return nil, fault.New(fault.Invalid, "security.protection.party", "who takes part is no organisation that can be told").At("body.organisations", "organisations of the register, and no bureau")
		}
		list[i] = o
	}
	return list, nil
}

// tellParties tells everybody who takes part, each on its own, and their browsers.
func (p *Protection) tellParties(ctx context.Context, tx *sqldb.Tx, x Period, what lang.Text, body string) error {
	list, err := parties(ctx, tx, x.ID)
	if err != nil {
		return err
	}
	messages := make([]message.Notice, len(list))
	for i, o := range list {
		messages[i] = message.Notice{
			Kind: toldAsked, Title: headed(x.Asked, what), Body: lang.Text{ZH: body, EN: body}, Link: page,
			To: message.Audience{Organisation: o.id, Permission: mayAnswer},
		}
	}
	p.changed(tx, x.ID, list)
	return p.kit.Notices.Send(ctx, tx, messages...)
}

// changed tells browsers to read again: those of the city, and of each participant.
func (p *Protection) changed(tx *sqldb.Tx, id string, list []party) {
	for _, o := range list {
		p.kit.NotifyAfter(tx, topic, id, o.id)
	}
}

type endPeriodInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"4000"`
	}
}

func (p *Protection) end(ctx context.Context, in endPeriodInput) (Detail, error) {
	if err := cityOnly(ctx); err != nil {
		return Detail{}, err
	}
	version, err := in.Expected()
	if err != nil {
		return Detail{}, err
	}
	id, now := identity.From(ctx), p.now()
	err = p.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := onePeriod(ctx, tx, in.ID, now)
		if err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		x, err := before.end(id.Actor(), id.Name, in.Body.Reason, now)
		if err != nil {
			return err
		}
		if err := p.quiet(ctx, tx, "d.period_id = $1", x.ID, now, "重保期提前结束 (the period was ended)"); err != nil {
			return err
		}
		if err := saveEnd(ctx, tx, before, x); err != nil {
			return err
		}
		return p.tellParties(ctx, tx, x, lang.Text{ZH: "已提前结束，此后无需报告", EN: "it was ended: nothing is to be reported from now on"}, x.Reason)
	})
	if err != nil {
		return Detail{}, err
	}
	return p.read(ctx, in.Object)
}

// headed is a message about a period: what it is, marked where it is of the demonstration.
func headed(x Asked, what lang.Text) lang.Text {
	s := lang.Text{ZH: "重保《" + x.Title + "》：" + what.ZH, EN: "Special protection “" + x.Title + "”: " + what.EN}
	if x.Synthetic {
		s = lang.Text{ZH: "【合成】" + s.ZH, EN: "[SYNTHETIC] " + s.EN}
	}
	return s
}
