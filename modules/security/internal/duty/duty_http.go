package duty

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

const (
	mayRead  = "security.notice.read"
	mayServe = "security.notice.write" // who is told when on duty, and hands over
	mayPlan  = "security.notice.oversee"

	topic = "security.duty"
	told  = "security.duty"
	page  = "/security/duty"

	// lookAhead is how far shifts are shown.
	lookAhead = 7 * 24 * time.Hour
)

// Rotas are kept by another room.
type Rotas interface {
	// Rotas are those of an organisation.
	Rotas(ctx context.Context, organisation string) ([]Rota, error)
	// Shifts follow each other without a hole: a time in which nobody is on duty is one of
	// nobody. Of a rota that is gone there are none.
	Shifts(ctx context.Context, rota string, from, until time.Time) ([]Shift, error)
}

// People is the register of the city's people.
type People interface {
	Root(ctx context.Context) (identity.Organisation, error)
	Members(ctx context.Context, organisation string, below bool, permission string) ([]identity.Recipient, error)
}

// Desk is the part of the room that knows who is on duty.
type Desk struct {
	kit    *module.Kit
	people People
	rotas  Rotas // nil where no room keeps any
	store  store
	clock  func() time.Time
}

// New returns the desk. rotas may be nil: then nobody is ever on duty.
func New(kit *module.Kit, people People, rotas Rotas, now func() time.Time) *Desk {
	return &Desk{kit: kit, people: people, rotas: rotas, store: store{kit.DB}, clock: now}
}

func (d *Desk) now() time.Time { return d.clock().UTC().Truncate(time.Millisecond) }

// Notices are the kinds of messages that hand-overs are told by.
func Notices() []message.Kind {
	return []message.Kind{{ID: told, Title: lang.Text{ZH: "安全值班交接班", EN: "Hand-over of duty for security"}, Gravity: message.Important, Mail: message.AtOnce}}
}

// Topics are what tells browsers of changes.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: mayRead}} }

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "安全值班", EN: "Duty"}, Path: page, Icon: "on-call", Permission: mayRead}}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_duty", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"rota", "set_at"}},
		{Table: "security_handover", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "note", "at"}},
		{Table: "security_handover", Person: "taker", Columns: []string{"taker_name"}, Show: []string{"id", "taken_at"}},
	}
}

// Routes are the doors.
func (d *Desk) Routes() []module.Route {
	return []module.Route{
		{Pattern: "GET /duty", Permission: mayRead, Summary: "Who of the city is on duty for security, who comes next, and what was handed over", Handler: httpd.JSON(d.read)},
		{Pattern: "PUT /duty", Permission: mayPlan, Summary: "Choose which rota of the city is that of security", Handler: httpd.JSON(d.choose)},
		{Pattern: "GET /handovers", Permission: mayRead, Summary: "What was handed over, the latest first", Handler: httpd.List(d.list)},
		{Pattern: "POST /handovers", Permission: mayServe, Summary: "Leave a note to who comes next (交班): whoever is on duty, or was within a day", Handler: httpd.Created(d.handOver)},
		{Pattern: "POST /handovers/{id}/taking", Permission: mayServe, Summary: "Take over what was left (接班)", Handler: httpd.JSON(d.take)},
	}
}

// Duty is who is on duty.
type Duty struct {
	Rota        *Rota      `json:"rota,omitempty" doc:"That of security; none: none was chosen, or it is gone"`
	Rotas       []Rota     `json:"rotas" nullable:"false" doc:"Those of the city to choose from; for who may"`
	Shifts      []Shift    `json:"shifts" nullable:"false" doc:"Of the next seven days, the first is the present one; times in which nobody is on duty among them"`
	Left        []Handover `json:"left" nullable:"false" doc:"What nobody has taken over yet"`
	May         bool       `json:"may" doc:"The caller may choose the rota"`
	MayHandOver bool       `json:"may_hand_over"`
	Now         time.Time  `json:"now" doc:"The server's clock"`
}

type nothing struct{}

func cityOnly(ctx context.Context) error {
	if !identity.From(ctx).Scope.All {
		return fault.New(fault.Forbidden, "security.duty.city", "duty is the city's")
	}
	return nil
}

func (d *Desk) read(ctx context.Context, _ nothing) (x Duty, err error) {
	if err := cityOnly(ctx); err != nil {
		return x, err
	}
	id, now := identity.From(ctx), d.now()
	x = Duty{Rotas: []Rota{}, Shifts: []Shift{}, May: id.May(mayPlan), Now: now}
	if x.Left, err = left(ctx, d.kit.DB); err != nil {
		return x, err
	}
	for i, h := range x.Left {
		x.Left[i] = h.as(id, now)
	}
	rotas, err := d.ofCity(ctx)
	if err != nil {
		return x, err
	}
	if x.May {
		x.Rotas = append(x.Rotas, rotas...)
	}
	serves, err := chosen(ctx, d.kit.DB)
	if err != nil {
		return x, err
	}
	i := slices.IndexFunc(rotas, func(r Rota) bool { return r.ID == serves })
	if i < 0 {
		return x, nil
	}
	x.Rota = &rotas[i]
	shifts, err := d.shifts(ctx, serves, now.Add(-handedUntil), now.Add(lookAhead))
	if err != nil {
		return x, err
	}
	x.MayHandOver = served(shifts, id.PersonID, now) && id.May(mayServe)
	for _, s := range shifts {
		if s.Until.After(now) {
			x.Shifts = append(x.Shifts, s)
		}
	}
	return x, nil
}

func (h Handover) as(id identity.Identity, now time.Time) Handover {
	_, err := h.take(id.Actor(), id.Name, now)
	h.MayTake = err == nil && id.May(mayServe)
	return h
}

// ofCity are the rotas of the city's bureau.
func (d *Desk) ofCity(ctx context.Context) ([]Rota, error) {
	if d.rotas == nil {
		return nil, nil
	}
	root, err := d.people.Root(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the city's bureau: %w", err)
	}
	list, err := d.rotas.Rotas(ctx, root.ID)
	if err != nil {
		return nil, fmt.Errorf("read the city's rotas: %w", err)
	}
	return list, nil
}

// shifts are those of a rota, of those persons only who can answer for notices.
func (d *Desk) shifts(ctx context.Context, rota string, from, until time.Time) ([]Shift, error) {
	if d.rotas == nil || rota == "" {
		return nil, nil
	}
	list, err := d.rotas.Shifts(ctx, rota, from, until)
	if err != nil {
		return nil, fmt.Errorf("read shifts: %w", err)
	}
	root, err := d.people.Root(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the city's bureau: %w", err)
	}
	able, err := d.people.Members(ctx, root.ID, false, mayServe)
	if err != nil {
		return nil, fmt.Errorf("find who can be on duty: %w", err)
	}
	for i, s := range list {
		if !slices.ContainsFunc(able, func(p identity.Recipient) bool { return p.PersonID == s.PersonID }) {
			list[i].PersonID = ""
		}
	}
	return list, nil
}

type chooseDutyInput struct {
	Body struct {
		RotaID string `json:"rota_id" maxLength:"26" doc:"One of the city's; empty: none"`
	}
}

func (d *Desk) choose(ctx context.Context, in chooseDutyInput) (Duty, error) {
	if err := cityOnly(ctx); err != nil {
		return Duty{}, err
	}
	rotas, err := d.ofCity(ctx)
	if err != nil {
		return Duty{}, err
	}
	if in.Body.RotaID != "" && !slices.ContainsFunc(rotas, func(r Rota) bool { return r.ID == in.Body.RotaID }) {
		return Duty{}, fault.New(fault.Invalid, "security.duty.rota", "there is no such rota of the city").At("body.rota_id", "a rota of the city's bureau, or nothing")
	}
	err = d.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := chosen(ctx, tx)
		if err != nil {
			return err
		}
		d.kit.NotifyAfter(tx, topic, "", "")
		return choose(ctx, tx, before, in.Body.RotaID, d.now())
	})
	if err != nil {
		return Duty{}, err
	}
	return d.read(ctx, nothing{})
}

func (d *Desk) list(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Handover], error) {
	if err := cityOnly(ctx); err != nil {
		return sqldb.Page[Handover]{}, err
	}
	id, now := identity.From(ctx), d.now()
	p, err := d.store.list(ctx, in)
	for i, h := range p.Items {
		p.Items[i] = h.as(id, now)
	}
	return p, err
}

type handOverDutyInput struct {
	Body struct {
		Note string `json:"note" maxLength:"6000" doc:"What is open, and what to look out for"`
	}
}

func (d *Desk) handOver(ctx context.Context, in handOverDutyInput) (Duty, error) {
	if err := cityOnly(ctx); err != nil {
		return Duty{}, err
	}
	id, now := identity.From(ctx), d.now()
	serves, err := chosen(ctx, d.kit.DB)
	if err != nil {
		return Duty{}, err
	}
	shifts, err := d.shifts(ctx, serves, now.Add(-handedUntil), now.Add(lookAhead))
	if err != nil {
		return Duty{}, err
	}
	note, err := written(in.Body.Note, shifts, id.PersonID, now)
	if err != nil {
		return Duty{}, err
	}
	h := Handover{ID: ulid.Make().String(), Name: id.Name, At: now, Note: note, actor: id.Actor()}
	err = d.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := insert(ctx, tx, h); err != nil {
			return err
		}
		d.kit.NotifyAfter(tx, topic, h.ID, "")
		s, found := next(shifts, now, id.PersonID)
		if !found {
			return nil
		}
		return d.kit.Notices.Send(ctx, tx, message.Notice{
			Kind: told, Title: lang.Text{ZH: h.Name + "已交班，请接班", EN: h.Name + " hands over to you"}, Body: lang.Text{ZH: note, EN: note}, Link: page, To: message.Audience{Persons: []string{s.PersonID}},
		})
	})
	if err != nil {
		return Duty{}, err
	}
	return d.read(ctx, nothing{})
}

func (d *Desk) take(ctx context.Context, in httpd.Object) (Duty, error) {
	if err := cityOnly(ctx); err != nil {
		return Duty{}, err
	}
	id := identity.From(ctx)
	err := d.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := one(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		h, err := before.take(id.Actor(), id.Name, d.now())
		if err != nil {
			return err
		}
		d.kit.NotifyAfter(tx, topic, h.ID, "")
		return taken(ctx, tx, before, h)
	})
	if err != nil {
		return Duty{}, err
	}
	return d.read(ctx, nothing{})
}

// OnDuty are the persons who are on duty at a time, and can answer for notices.
func (d *Desk) OnDuty(ctx context.Context, tx *sqldb.Tx, at time.Time) ([]string, error) {
	serves, err := chosen(ctx, tx)
	if err != nil {
		return nil, err
	}
	list, err := d.shifts(ctx, serves, at, at.Add(time.Millisecond))
	if err != nil || len(list) == 0 || list[0].PersonID == "" {
		return nil, err
	}
	return []string{list[0].PersonID}, nil
}
