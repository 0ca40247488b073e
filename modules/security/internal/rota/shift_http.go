package rota

import (
	"context"
	"fmt"
	"slices"
	"strings"
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
	mayServe = "security.notice.write" // who may be on duty
	mayPlan  = "security.notice.oversee"

	topic = "security.duty"
	told  = "security.duty"
	page  = "/security/duty"

	// lookAhead is how far gaps are looked for.
	lookAhead = 7 * 24 * time.Hour
)

// People is the register of the city's people.
type People interface {
	Root(ctx context.Context) (identity.Organisation, error)
	Members(ctx context.Context, organisation string, below bool, permission string) ([]identity.Recipient, error)
}

// Rota is the part of the room that knows who is on duty.
type Rota struct {
	kit    *module.Kit
	people People
	store  store
	clock  func() time.Time
}

// New returns the rota.
func New(kit *module.Kit, people People, now func() time.Time) *Rota {
	return &Rota{kit: kit, people: people, store: store{kit.DB}, clock: now}
}

func (r *Rota) now() time.Time { return r.clock().UTC().Truncate(time.Millisecond) }

// Notices are the kinds of messages that duty is told by.
func Notices() []message.Kind {
	return []message.Kind{{ID: told, Title: lang.Text{ZH: "值班安排和交接班", EN: "Shifts of duty and their hand-over"}, Gravity: message.Important, Mail: message.AtOnce}}
}

// Topics are what tells browsers of changes.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: mayRead}} }

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "值班", EN: "Duty"}, Path: page, Icon: "plan", Permission: mayRead}}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_shift", Person: "person", Columns: []string{"person_name"}, Show: []string{"id", "from_at", "until_at"}},
		{Table: "security_shift", Person: "taker", Columns: []string{"taker_name"}, Show: []string{"id", "taken_at"}},
		{Table: "security_shift", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "created_at"}},
	}
}

// Routes are the doors.
func (r *Rota) Routes() []module.Route {
	return []module.Route{
		{Pattern: "GET /duty", Permission: mayRead, Summary: "Who of the city is on duty now and next, and when nobody is", Handler: httpd.JSON(r.duty)},
		{Pattern: "GET /shifts", Permission: mayRead, Summary: "Shifts of duty, the latest first", Handler: httpd.List(r.list)},
		{Pattern: "POST /shifts", Permission: mayPlan, Summary: "Plan a row of shifts, by turns", Handler: httpd.Created(r.plan)},
		{Pattern: "DELETE /shifts/{id}", Permission: mayPlan, Summary: "Remove a shift that has not begun", Handler: httpd.JSON(r.remove)},
		{Pattern: "POST /shifts/{id}/exchange", Permission: mayPlan, Summary: "Give a shift that is not over to another person", Handler: httpd.JSON(r.exchange)},
		{Pattern: "POST /shifts/{id}/handover", Permission: mayServe, Summary: "Leave a note to who comes next (交班): whoever has the shift", Handler: httpd.JSON(r.handOver)},
		{Pattern: "POST /shifts/{id}/takeover", Permission: mayServe, Summary: "Take over what was left (接班)", Handler: httpd.JSON(r.takeOver)},
	}
}

// Duty is who is on duty.
type Duty struct {
	Shifts  []Shift   `json:"shifts" nullable:"false" doc:"Those that run now"`
	Next    []Shift   `json:"next" nullable:"false" doc:"Those that begin next"`
	Left    []Shift   `json:"left" nullable:"false" doc:"What was handed over and nobody has taken over yet"`
	Gaps    []Gap     `json:"gaps" nullable:"false" doc:"When nobody is on duty in the next seven days; empty where no shift is planned at all"`
	Persons []Servant `json:"persons" nullable:"false" doc:"Who can be on duty; for who plans"`
	May     bool      `json:"may" doc:"The caller may plan shifts"`
	Now     time.Time `json:"now" doc:"The server's clock"`
}

// Servant is a person who can be on duty.
type Servant struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type nothing struct{}

func cityOnly(ctx context.Context) error {
	if !identity.From(ctx).Scope.All {
		return fault.New(fault.Forbidden, "security.shift.city", "the rota is the city's")
	}
	return nil
}

func (r *Rota) duty(ctx context.Context, _ nothing) (x Duty, err error) {
	if err := cityOnly(ctx); err != nil {
		return x, err
	}
	id, now := identity.From(ctx), r.now()
	list, err := between(ctx, r.kit.DB, now.Add(-handedUntil), now.Add(lookAhead), now)
	if err != nil {
		return x, err
	}
	x = Duty{Shifts: []Shift{}, Next: []Shift{}, Left: []Shift{}, Gaps: []Gap{}, Persons: []Servant{}, May: id.May(mayPlan), Now: now}
	for _, s := range list {
		s = s.as(id, now)
		if s.HandedAt != nil && s.TakenAt == nil {
			x.Left = append(x.Left, s)
		}
		if s.State == OnDuty {
			x.Shifts = append(x.Shifts, s)
		}
		if s.State == Coming && (len(x.Next) == 0 || s.From.Equal(x.Next[0].From)) {
			x.Next = append(x.Next, s)
		}
	}
	if len(list) > 0 {
		x.Gaps = gaps(list, now, now.Add(lookAhead))
	}
	if !x.May {
		return x, nil
	}
	_, x.Persons, err = r.servants(ctx)
	return x, err
}

// as is a shift with what somebody may do with it.
func (x Shift) as(id identity.Identity, now time.Time) Shift {
	if id.May(mayPlan) && x.State == Coming {
		x.Acts = append(x.Acts, "remove")
	}
	if id.May(mayPlan) && x.State != Over {
		x.Acts = append(x.Acts, "exchange")
	}
	if _, err := x.handOver(id.Actor(), "-", now); err == nil && id.May(mayServe) {
		x.Acts = append(x.Acts, "hand_over")
	}
	if _, err := x.takeOver(id.Actor(), id.Name, now); err == nil && id.May(mayServe) {
		x.Acts = append(x.Acts, "take_over")
	}
	return x
}

// servants are the city's bureau, and who of it can be on duty.
func (r *Rota) servants(ctx context.Context) (root identity.Organisation, list []Servant, err error) {
	if root, err = r.people.Root(ctx); err != nil {
		return root, nil, fmt.Errorf("find the city's bureau: %w", err)
	}
	people, err := r.people.Members(ctx, root.ID, false, mayServe)
	if err != nil {
		return root, nil, fmt.Errorf("find who can be on duty: %w", err)
	}
	list = make([]Servant, len(people))
	for i, p := range people {
		list[i] = Servant{p.PersonID, p.Name}
	}
	return root, list, nil
}

func (r *Rota) list(ctx context.Context, in params) (sqldb.Page[Shift], error) {
	if err := cityOnly(ctx); err != nil {
		return sqldb.Page[Shift]{}, err
	}
	id, now := identity.From(ctx), r.now()
	p, err := r.store.list(ctx, in, id.Actor(), now)
	for i := range p.Items {
		p.Items[i] = p.Items[i].as(id, now)
	}
	return p, err
}

type planShiftInput struct{ Body Plan }

func (r *Rota) plan(ctx context.Context, in planShiftInput) (Duty, error) {
	if err := cityOnly(ctx); err != nil {
		return Duty{}, err
	}
	id, now := identity.From(ctx), r.now()
	spans, err := in.Body.spans(now)
	if err != nil {
		return Duty{}, err
	}
	root, people, err := r.servants(ctx)
	if err != nil {
		return Duty{}, err
	}
	list := make([]Shift, len(spans))
	for i, s := range spans {
		who, err := servant(people, s.person, "body.persons")
		if err != nil {
			return Duty{}, err
		}
		list[i] = Shift{ID: ulid.Make().String(), Name: who.Name, From: s.from, Until: s.until, CreatedAt: now, By: id.Name, Version: 1, organisation: root.ID, person: "person:" + who.ID, actor: id.Actor()}
	}
	err = r.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "shifts"); err != nil { // two plans at once would not see each other
			return err
		}
		there, err := between(ctx, tx, now, now.Add(farthest+longest*time.Hour), now)
		if err != nil {
			return err
		}
		if len(there)+len(list) > mostComing {
			return fault.New(fault.Conflict, "security.shift.many", "at most %d shifts are planned ahead", mostComing).With("limit", mostComing)
		}
		if s, found := clash(spans, there); found {
			return fault.New(fault.Conflict, "security.shift.clash", "a person would have two shifts at %s", moment(s.from)).With("from", moment(s.from)).At("body.from", "another time, or other turns")
		}
		if err := insert(ctx, tx, list); err != nil {
			return err
		}
		r.kit.NotifyAfter(tx, topic, "", "")
		return r.tellPlanned(ctx, tx, list)
	})
	if err != nil {
		return Duty{}, err
	}
	return r.duty(ctx, nothing{})
}

// tellPlanned tells everybody once who has shifts now.
func (r *Rota) tellPlanned(ctx context.Context, tx *sqldb.Tx, list []Shift) error {
	counts, first := map[string]int{}, []Shift{}
	for _, x := range list {
		if counts[x.person]++; counts[x.person] == 1 {
			first = append(first, x)
		}
	}
	for _, x := range first {
		n, at := counts[x.person], moment(x.From)
		what := lang.Text{ZH: fmt.Sprintf("已为您排班 %d 次，首次 %s 开始", n, at), EN: fmt.Sprintf("You have %d shifts of duty, the first from %s", n, at)}
		if err := r.tell(ctx, tx, what, "", x.person); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rota) tell(ctx context.Context, tx *sqldb.Tx, what lang.Text, body string, actors ...string) error {
	to := message.Audience{Except: identity.From(ctx).PersonID}
	for _, a := range actors {
		to.Persons = append(to.Persons, strings.TrimPrefix(a, "person:"))
	}
	err := r.kit.Notices.Send(ctx, tx, message.Notice{Kind: told, Title: what, Body: lang.Text{ZH: body, EN: body}, Link: page, To: to})
	if err != nil {
		return fmt.Errorf("tell of duty: %w", err)
	}
	return nil
}

func servant(people []Servant, id, where string) (Servant, error) {
	i := slices.IndexFunc(people, func(p Servant) bool { return p.ID == id })
	if i < 0 {
		return Servant{}, fault.New(fault.Invalid, "security.shift.person", "this person cannot be on duty").At(where, "persons of the city's bureau who write notices")
	}
	return people[i], nil
}

// change changes a shift, as it is now.
func (r *Rota) change(ctx context.Context, in httpd.Object, do func(tx *sqldb.Tx, x Shift, id identity.Identity, now time.Time) error) (Duty, error) {
	if err := cityOnly(ctx); err != nil {
		return Duty{}, err
	}
	now := r.now()
	err := r.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "shifts"); err != nil {
			return err
		}
		x, err := one(ctx, tx, in.ID, now)
		if err != nil {
			return err
		}
		r.kit.NotifyAfter(tx, topic, x.ID, "")
		return do(tx, x, identity.From(ctx), now)
	})
	if err != nil {
		return Duty{}, err
	}
	return r.duty(ctx, nothing{})
}

func (r *Rota) remove(ctx context.Context, in httpd.Object) (Duty, error) {
	return r.change(ctx, in, func(tx *sqldb.Tx, x Shift, _ identity.Identity, _ time.Time) error {
		if x.State != Coming {
			return wrongTime("removed")
		}
		if err := remove(ctx, tx, x); err != nil {
			return err
		}
		return r.tell(ctx, tx, lang.Text{ZH: "您 " + moment(x.From) + " 的值班已取消", EN: "Your shift of " + moment(x.From) + " is cancelled"}, "", x.person)
	})
}

type exchangeShiftInput struct {
	httpd.Object
	Body struct {
		PersonID string `json:"person_id" maxLength:"26"`
	}
}

func (r *Rota) exchange(ctx context.Context, in exchangeShiftInput) (Duty, error) {
	_, people, err := r.servants(ctx)
	if err != nil {
		return Duty{}, err
	}
	return r.change(ctx, in.Object, func(tx *sqldb.Tx, x Shift, _ identity.Identity, now time.Time) error {
		if x.State == Over {
			return wrongTime("given to another person")
		}
		who, err := servant(people, in.Body.PersonID, "body.person_id")
		if err != nil {
			return err
		}
		there, err := between(ctx, tx, x.From, x.Until, now)
		if err != nil {
			return err
		}
		if _, found := clash([]span{{who.ID, x.From, x.Until}}, there); found {
			return fault.New(fault.Conflict, "security.shift.clash", "a person would have two shifts at %s", moment(x.From)).With("from", moment(x.From)).At("body.person_id", "a person who has no shift then")
		}
		before := x
		x.person, x.Name, x.Note, x.HandedAt = "person:"+who.ID, who.Name, "", nil
		if err := save(ctx, tx, before, x); err != nil {
			return err
		}
		what := lang.Text{ZH: moment(x.From) + " 的值班由" + before.Name + "换为" + x.Name, EN: "The shift of " + moment(x.From) + " goes from " + before.Name + " to " + x.Name}
		return r.tell(ctx, tx, what, "", before.person, x.person)
	})
}

type handOverShiftInput struct {
	httpd.Object
	Body struct {
		Note string `json:"note" maxLength:"6000" doc:"What is open, and what was done"`
	}
}

func (r *Rota) handOver(ctx context.Context, in handOverShiftInput) (Duty, error) {
	return r.change(ctx, in.Object, func(tx *sqldb.Tx, before Shift, id identity.Identity, now time.Time) error {
		x, err := before.handOver(id.Actor(), in.Body.Note, now)
		if err != nil {
			return err
		}
		if err := save(ctx, tx, before, x); err != nil {
			return err
		}
		next, err := following(ctx, tx, x, now)
		if err != nil || len(next) == 0 {
			return err
		}
		return r.tell(ctx, tx, lang.Text{ZH: x.Name + "已交班，请接班", EN: x.Name + " hands over to you"}, x.Note, next...)
	})
}

// following are who is on duty when a shift ends, or comes first after it.
func following(ctx context.Context, db reader, x Shift, now time.Time) (actors []string, err error) {
	list, err := between(ctx, db, x.Until, x.Until.Add(handedUntil), now)
	for _, s := range list {
		if len(actors) > 0 && s.From.After(x.Until) {
			break
		}
		if s.person != x.person && !slices.Contains(actors, s.person) {
			actors = append(actors, s.person)
		}
	}
	return actors, err
}

func (r *Rota) takeOver(ctx context.Context, in httpd.Object) (Duty, error) {
	return r.change(ctx, in, func(tx *sqldb.Tx, before Shift, id identity.Identity, now time.Time) error {
		x, err := before.takeOver(id.Actor(), id.Name, now)
		if err != nil {
			return err
		}
		return save(ctx, tx, before, x)
	})
}

// OnDuty are the persons who are on duty at a time, as far as they still can be.
func (r *Rota) OnDuty(ctx context.Context, tx *sqldb.Tx, at time.Time) ([]string, error) {
	list, err := between(ctx, tx, at, at.Add(time.Millisecond), at)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	_, people, err := r.servants(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range people {
		if slices.ContainsFunc(list, func(x Shift) bool { return x.person == "person:"+p.ID }) {
			out = append(out, p.ID)
		}
	}
	return out, nil
}

// moment is a time as people of the city read it.
func moment(at time.Time) string { return at.In(cityTime()).Format("2006-01-02 15:04") }

func cityTime() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }
