package received

import (
	"context"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/clock"
)

// The permissions are those of the city's own notices: who reads and writes these passes on
// what upper levels tell.
const (
	mayRead  = "security.notice.read"
	mayWrite = "security.notice.write"
	mayPress = "security.notice.oversee"

	topic = "security.received"

	toldReceived = "security.received.received"
	toldLate     = "security.received.late"
)

// Organisations is the register of organisations.
type Organisations interface {
	Root(ctx context.Context) (identity.Organisation, error)
}

// Back tells an upper level by a channel that the newest version of a notice was acknowledged;
// false where there is no such channel.
type Back func(ctx context.Context, tx *sqldb.Tx, channel string, n UpperNotice, at time.Time) (bool, error)

// Received is the part of the room that takes what upper levels tell.
type Received struct {
	kit           *module.Kit
	organisations Organisations
	clocks        *clock.Clocks
	back          Back
	store         store
	clock         func() time.Time
}

// New returns the part of the room. It hears the clocks of its own obligations.
func New(kit *module.Kit, organisations Organisations, clocks *clock.Clocks, back Back, now func() time.Time) *Received {
	m := &Received{kit: kit, organisations: organisations, clocks: clocks, back: back, store: store{kit.DB}, clock: now}
	clocks.On(toAcknowledge, m.fired)
	clocks.On(toPassOn, m.fired)
	return m
}

func (m *Received) now() time.Time { return m.clock().UTC().Truncate(time.Millisecond) }

// Notified are the kinds of messages that notices of upper levels are told by.
func Notified() []message.Kind {
	return []message.Kind{
		{ID: toldReceived, Title: lang.Text{ZH: "收到上级通报", EN: "Notices of upper levels"}, Gravity: message.Urgent, Mail: message.AtOnce, Mandatory: true},
		{ID: toldLate, Title: lang.Text{ZH: "上级通报时限提醒", EN: "Time limits of notices of upper levels"}, Gravity: message.Urgent, Mail: message.AtOnce, Mandatory: true},
	}
}

// Topics are what browsers watch.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: mayRead}} }

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "上级通报", EN: "From upper levels"}, Path: "/security/received", Icon: "deliveries", Permission: mayRead}}
}

// Routes are the doors.
func (m *Received) Routes() []module.Route {
	return []module.Route{
		{Pattern: "GET /received-notices", Permission: mayRead, Summary: "Notices of upper levels that came by signed files", Handler: httpd.List(m.list)},
		{Pattern: "GET /received-notices/{id}", Permission: mayRead, Summary: "A notice of an upper level, with what is owed under it", Handler: httpd.JSON(m.read)},
		{Pattern: "POST /received-notices/{id}/acknowledgement", Permission: mayWrite, Summary: "Acknowledge the newest version of a notice of an upper level (签收); the upper level is told where its channel has a way back", Handler: httpd.JSON(m.acknowledge)},
		{Pattern: "POST /received-notices/{id}/settlement", Permission: mayWrite, Summary: "Say why a notice of an upper level is not passed on", Handler: httpd.JSON(m.settle)},
	}
}

func cityOnly(ctx context.Context) error {
	if !identity.From(ctx).Scope.All {
		return fault.New(fault.Forbidden, "security.received.city", "notices of upper levels are for who sees the whole city")
	}
	return nil
}

func (m *Received) list(ctx context.Context, in receivedParams) (sqldb.Page[UpperNotice], error) {
	if err := cityOnly(ctx); err != nil {
		return sqldb.Page[UpperNotice]{Items: []UpperNotice{}}, err
	}
	return m.store.list(ctx, in)
}

// Detail is a notice of an upper level on its own page.
type Detail struct {
	UpperNotice
	Clocks   []clock.Clock `json:"clocks" nullable:"false" doc:"What is owed, and until when"`
	Receipts []Receipt     `json:"receipts" nullable:"false" doc:"What the upper level was told; the newest first"`
	Answered bool          `json:"answered" doc:"Its channel has a way back: the upper level is told when it is acknowledged"`
	Acts     []string      `json:"acts" nullable:"false" doc:"What the caller may do now: acknowledge, draft, settle; answer: the receipt failed or was taken back, and goes again by acknowledging"`
	Now      time.Time     `json:"now" doc:"The server's clock"`
}

func (m *Received) read(ctx context.Context, in httpd.Object) (d Detail, err error) {
	if err := cityOnly(ctx); err != nil {
		return d, err
	}
	db := m.store.db
	if d.UpperNotice, err = one(ctx, db, in.ID); err != nil {
		return d, err
	}
	clocks, err := m.clocks.Of(ctx, object(in.ID))
	if err != nil {
		return d, err
	}
	d.Clocks, d.Now = append([]clock.Clock{}, clocks[object(in.ID)]...), m.now()
	if d.Receipts, err = receipts(ctx, db, in.ID); err != nil {
		return d, err
	}
	pair, err := pairOf(ctx, db, d.SourceID)
	if err != nil {
		return d, err
	}
	id := identity.From(ctx)
	d.Answered, d.Acts = pair != "", d.acts(id)
	if d.Answered && d.acknowledged == d.ObjectVersion && lost(d.Receipts, d.Revision) && id.May(mayWrite) && id.PersonID != "" {
		d.Acts = append(d.Acts, "answer")
	}
	return d, nil
}

// acts are what somebody may do with a notice now.
func (n UpperNotice) acts(id identity.Identity) []string {
	out := []string{}
	if !id.May(mayWrite) {
		return out
	}
	if n.acknowledged != n.ObjectVersion && id.PersonID != "" {
		out = append(out, "acknowledge")
	}
	if n.mayDraft() == nil && (n.PassedAt == nil || n.Changed) {
		out = append(out, "draft")
	}
	if n.State == Acknowledged {
		out = append(out, "settle")
	}
	return out
}

type receivedActInput struct {
	httpd.Object
	httpd.IfMatch
}

// change changes a notice in its version, and answers with it.
func (m *Received) change(ctx context.Context, in receivedActInput, decide func(tx *sqldb.Tx, n UpperNotice, at time.Time) (UpperNotice, error)) (Detail, error) {
	if err := cityOnly(ctx); err != nil {
		return Detail{}, err
	}
	version, err := in.Expected()
	if err != nil {
		return Detail{}, err
	}
	err = m.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := one(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		after, err := decide(tx, before, m.now())
		if err != nil {
			return err
		}
		return save(ctx, tx, before, after)
	})
	if err != nil {
		return Detail{}, err
	}
	m.kit.Notify(topic, in.ID, "")
	return m.read(ctx, in.Object)
}

func (m *Received) acknowledge(ctx context.Context, in receivedActInput) (Detail, error) {
	id := identity.From(ctx)
	if id.PersonID == "" {
		return Detail{}, fault.New(fault.Forbidden, "security.received.person", "only a person acknowledges a notice of an upper level")
	}
	return m.change(ctx, in, func(tx *sqldb.Tx, n UpperNotice, at time.Time) (UpperNotice, error) {
		list, err := receipts(ctx, tx, n.ID)
		if err != nil {
			return n, err
		}
		if n.acknowledged == n.ObjectVersion && lost(list, n.Revision) { // the receipt goes again
			return n, m.answer(ctx, tx, n, at)
		}
		n, err = n.acknowledge(id.Actor(), id.Name, at)
		if err != nil {
			return n, err
		}
		if _, _, err := m.clocks.Meet(ctx, tx, object(n.ID), toAcknowledge, at); err != nil {
			return n, err
		}
		return n, m.answer(ctx, tx, n, at)
	})
}

// answer tells the upper level where its channel has a way back.
func (m *Received) answer(ctx context.Context, tx *sqldb.Tx, n UpperNotice, at time.Time) error {
	pair, err := pairOf(ctx, tx, n.SourceID)
	if err != nil || pair == "" {
		return err
	}
	_, err = m.back(ctx, tx, pair, n, at)
	return err
}

// lost tells whether the receipt of a version, the newest first, failed or was taken back.
func lost(list []Receipt, revision int64) bool {
	return len(list) > 0 && list[0].Revision == revision && (list[0].State == "failed" || list[0].State == "cancelled")
}

type settleInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"4000"`
	}
}

func (m *Received) settle(ctx context.Context, in settleInput) (Detail, error) {
	id := identity.From(ctx)
	return m.change(ctx, receivedActInput{in.Object, in.IfMatch}, func(tx *sqldb.Tx, n UpperNotice, at time.Time) (UpperNotice, error) {
		n, err := n.settle(in.Body.Reason, id.Actor(), id.Name, at)
		if err != nil {
			return n, err
		}
		_, _, err = m.clocks.Meet(ctx, tx, object(n.ID), toPassOn, at)
		return n, err
	})
}
