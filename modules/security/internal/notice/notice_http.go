package notice

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
	"linghang/kernel/sqldb"
)

// Topic is what browsers watch: it says that a notice or an assignment has changed.
const Topic = "security.notices"

// Topics are what browsers watch.
func Topics() []module.Topic { return []module.Topic{{Name: Topic, Permission: mayView}} }

// Routes are the doors.
func (d *Desk) Routes() []module.Route {
	return slices.Concat(d.noticeRoutes(), d.revisionRoutes(), d.assignmentRoutes(), d.drillRoutes(), d.fileRoutes())
}

func (d *Desk) noticeRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /notices", Permission: mayRead, Summary: "Notices of the city; without ?drill= only real ones", Handler: httpd.List(d.listNotices)},
		{Pattern: "POST /notices", Permission: mayWrite, Summary: "Write a notice", Handler: httpd.Created(d.write)},
		{Pattern: "GET /notices/{id}", Permission: mayRead, Summary: "A notice with its revisions, signatures, files and course", Handler: httpd.JSON(d.read)},
		{Pattern: "PUT /notices/{id}", Permission: mayWrite, Summary: "Edit a draft", Handler: httpd.JSON(d.edit)},
		{Pattern: "DELETE /notices/{id}", Permission: mayWrite, Summary: "Remove a notice of the demonstration city", Handler: httpd.JSON(d.remove)},
		{Pattern: "GET /notices/{id}/audience", Permission: mayRead, Summary: "How many organisations a notice goes to, by district, and whom nobody can be told at", Handler: httpd.JSON(d.preview)},
		{Pattern: "GET /notices/{id}/districts", Permission: mayRead, Summary: "Addressees and receipts of a notice by district, for a map", Handler: httpd.JSON(d.districts)},
		{Pattern: "GET /notices/{id}/statistics", Permission: mayRead, Summary: "What became of a notice, in figures", Handler: httpd.JSON(d.statistics)},
		{Pattern: "POST /notices/{id}/submission", Permission: mayWrite, Summary: "Send a draft to review", Handler: httpd.JSON(d.submit)},
		{Pattern: "POST /notices/{id}/return", Permission: maySign, Summary: "Return a notice to its author, with the reason", Handler: httpd.JSON(d.giveBack)},
		{Pattern: "POST /notices/{id}/signature", Permission: maySign, StepUp: true, Summary: "Sign a notice (签发): not its author, and two persons for the levels Ⅰ and Ⅱ", Handler: httpd.JSON(d.sign)},
		{Pattern: "POST /notices/{id}/issue", Permission: mayWrite, Summary: "Issue a signed notice: it gets its number and is delivered", Handler: httpd.JSON(d.issue)},
		{Pattern: "POST /notices/{id}/delivery", Permission: mayWrite, Summary: "Try to deliver it again where nobody could be told", Handler: httpd.JSON(d.again)},
		{Pattern: "POST /notices/{id}/lifting", Permission: mayWrite, Summary: "Lift a warning (预警解除)", Handler: httpd.JSON(d.lift)},
		{Pattern: "POST /notices/{id}/withdrawal", Permission: mayWrite, Summary: "Withdraw a notice, with the reason", Handler: httpd.JSON(d.withdraw)},
		{Pattern: "POST /notices/{id}/closing", Permission: mayWrite, Summary: "Close a notice; with a reason when addressees have not finished", Handler: httpd.JSON(d.shut)},
		{Pattern: "POST /notices/{id}/review", Permission: mayWrite, Summary: "Write down what was learned from a closed notice", Handler: httpd.JSON(d.learn)},
	}
}

// Detail is a notice on its own page.
type Detail struct {
	Notice
	Origin     *Origin     `json:"origin,omitempty" doc:"What it passes on"`
	Incident   *Cause      `json:"incident,omitempty" doc:"Why it is written"`
	Signatures []Signature `json:"signatures" nullable:"false"`
	Signers    int         `json:"signers" doc:"How many must sign"`
	Revisions  []Revision  `json:"revisions" nullable:"false" doc:"The newest first, with what is proposed"`
	Files      []File      `json:"files" nullable:"false"`
	Course     []Entry     `json:"course" nullable:"false"`
	Open       int         `json:"open" doc:"How many addressees have not finished"`
	Acts       []string    `json:"acts" nullable:"false" doc:"What the caller may do now: edit, submit, return, sign, issue, deliver, lift, withdraw, close, review, revise, relevel, remark, sign_revision, refuse_revision"`
	Now        time.Time   `json:"now" doc:"The server's clock"`
}

// ETag implements httpd.Versioned.
func (x Detail) ETag() int64 { return x.Version }

func (d *Desk) listNotices(ctx context.Context, in noticeParams) (sqldb.Page[Notice], error) {
	return d.store.list(ctx, in)
}

func (d *Desk) read(ctx context.Context, in httpd.Object) (x Detail, err error) {
	if x.Notice, err = d.store.seen(ctx, d.store.db, in.ID); err != nil {
		return x, err
	}
	db := d.store.db
	x.Signers, x.Now = signers(x.Level), d.now()
	if err = d.after(ctx, db, &x); err != nil {
		return x, err
	}
	if x.Signatures, err = signatures(ctx, db, x.ID); err != nil {
		return x, err
	}
	if x.Revisions, err = revisions(ctx, db, x.ID); err != nil {
		return x, err
	}
	var p *Revision
	for i := range x.Revisions {
		if x.Revisions[i].State != "proposed" {
			continue
		}
		p = &x.Revisions[i]
		if p.Signatures, err = signatures(ctx, db, p.ID); err != nil {
			return x, err
		}
	}
	if x.Files, err = files(ctx, db, x.ID, ""); err != nil {
		return x, err
	}
	if x.Course, err = course(ctx, db, x.ID, ""); err != nil {
		return x, err
	}
	if x.Open, err = open(ctx, db, x.ID); err != nil {
		return x, err
	}
	x.Acts = x.acts(identity.From(ctx), x.Signatures, p)
	return x, nil
}

// after reads what a notice passes on, and the incident because of which it is written.
func (d *Desk) after(ctx context.Context, db reader, x *Detail) error {
	if x.OriginID != "" {
		o, err := d.origins.Origin(ctx, db, x.OriginID, false)
		if err != nil {
			return fmt.Errorf("read what notice %s passes on: %w", x.ID, err)
		}
		x.Origin = &o
	}
	if x.IncidentID == "" {
		return nil
	}
	c, err := d.causes.Cause(ctx, db, x.IncidentID)
	switch {
	case err == nil:
		x.Incident = &c
	case !fault.Is(err, fault.NotFound):
		return fmt.Errorf("read why notice %s is written: %w", x.ID, err)
	}
	return nil
}

// acts are what somebody may do with a notice now.
func (n Notice) acts(id identity.Identity, signed []Signature, p *Revision) []string {
	hand := func(author string, there []Signature) bool {
		return id.PersonID != "" && mayHand(Signature{actor: id.Actor()}, author, there) == nil
	}
	out := []string{}
	for _, x := range []struct {
		name, permission string
		may              bool
		in               []State
	}{
		{"edit", mayWrite, true, []State{Draft}},
		{"submit", mayWrite, !n.Audience.empty(), []State{Draft}},
		{"return", maySign, true, []State{InReview, Signed}},
		{"sign", maySign, hand(n.actor, signed), []State{InReview}},
		{"issue", mayWrite, true, []State{Signed}},
		{"deliver", mayWrite, true, []State{Issued}},
		{"lift", mayWrite, n.Kind == Warning && n.LiftedAt == nil, []State{Issued}},
		{"withdraw", mayWrite, true, []State{Draft, InReview, Signed, Issued}},
		{"close", mayWrite, true, []State{Issued}},
		{"review", mayWrite, true, []State{Closed}},
		{"revise", mayWrite, p == nil, []State{Issued}},
		{"relevel", mayWrite, p == nil, []State{Issued}},
		{"remark", mayWrite, p == nil, []State{Issued}},
		{"sign_revision", maySign, p != nil && hand(p.actor, p.Signatures), []State{Issued}},
		{"refuse_revision", maySign, p != nil, []State{Issued}},
	} {
		if x.may && slices.Contains(x.in, n.State) && id.May(x.permission) {
			out = append(out, x.name)
		}
	}
	return out
}

// Written is what somebody writes of a notice.
type Written struct {
	Text
	Audience Audience `json:"audience"`
}

type noticeWriteInput struct {
	Body struct {
		Written
		Drill     string  `json:"drill,omitempty" maxLength:"40" doc:"ID of the drill that it belongs to; it cannot be changed later"`
		Origin    string  `json:"origin,omitempty" maxLength:"40" doc:"ID of the notice of an upper level that it passes on; it cannot be changed later"`
		Incident  string  `json:"incident,omitempty" maxLength:"40" doc:"ID of the incident because of which it is written; it cannot be changed later"`
		Synthetic bool    `json:"synthetic,omitempty" doc:"Demonstration data; it goes to enterprises of the demonstration only"`
		Pace      float64 `json:"pace,omitempty" doc:"Of demonstration data: how many times faster than the wall its clocks run, 1 to 1000"`
	}
}

func (d *Desk) write(ctx context.Context, in noticeWriteInput) (Detail, error) {
	if !identity.From(ctx).Scope.All {
		return Detail{}, fault.New(fault.Forbidden, "security.notice.city", "only the city writes notices")
	}
	by := d.handOf(ctx)
	n := Notice{ID: ulid.Make().String(), State: Draft, Revision: 1, CreatedAt: by.At, Author: by.Name, actor: by.actor, OriginID: in.Body.Origin, IncidentID: in.Body.Incident, Pace: 1}
	if in.Body.Drill != "" {
		x, err := oneDrill(ctx, d.store.db, in.Body.Drill)
		if err != nil {
			return Detail{}, fault.New(fault.Invalid, "security.notice.drill", "there is no such drill").At("body.drill", "a drill that has not ended")
		}
		n.Drill, n.DrillTitle, n.Pace = x.ID, x.Title, x.Pace
	}
	if err := n.demonstrate(in.Body.Synthetic, in.Body.Pace); err != nil {
		return Detail{}, err
	}
	n, err := n.edit(in.Body.Text, in.Body.Audience)
	if err != nil {
		return Detail{}, err
	}
	err = d.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := d.within(ctx, tx, n); err != nil {
			return err
		}
		if err := d.because(ctx, tx, n); err != nil {
			return err
		}
		if err := insertNotice(ctx, tx, n); err != nil {
			return err
		}
		if err := d.begun(ctx, tx, n); err != nil {
			return err
		}
		return insertEntries(ctx, tx, n.entry(step{act: "written"}, by))
	})
	if err != nil {
		return Detail{}, err
	}
	return d.read(ctx, httpd.Object{ID: n.ID})
}

func (n Notice) entry(s step, by Signature) Entry {
	return Entry{Act: s.act, State: string(n.State), Reason: s.reason, Data: s.data, By: by.Name, At: by.At, notice: n.ID, actor: by.actor}
}

type actInput struct {
	httpd.Object
	httpd.IfMatch
}

type noticeReasonInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"4000"`
	}
}

// decision changes a notice within a transaction, and says what happened.
type decision func(ctx context.Context, tx *sqldb.Tx, n Notice, by Signature) (Notice, step, error)

// change changes a notice, writes its course, and answers with it.
func (d *Desk) change(ctx context.Context, in actInput, decide decision) (Detail, error) {
	version, err := in.Expected()
	if err != nil {
		return Detail{}, err
	}
	err = d.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := d.store.seen(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		return d.apply(ctx, tx, before, decide)
	})
	if err != nil {
		return Detail{}, err
	}
	return d.read(ctx, in.Object)
}

func (d *Desk) apply(ctx context.Context, tx *sqldb.Tx, before Notice, decide decision) error {
	by := d.handOf(ctx)
	after, s, err := decide(ctx, tx, before, by)
	if err != nil {
		return err
	}
	if err := saveNotice(ctx, tx, before, after); err != nil {
		return err
	}
	if err := insertEntries(ctx, tx, after.entry(s, by)); err != nil {
		return err
	}
	if err := d.publish(ctx, tx, before, after, by.At); err != nil {
		return err
	}
	d.kit.NotifyAfter(tx, Topic, after.ID, identity.From(ctx).Organisation.ID)
	return d.find(ctx, tx, after)
}

type noticeEditInput struct {
	httpd.Object
	httpd.IfMatch
	Body Written
}

func (d *Desk) edit(ctx context.Context, in noticeEditInput) (Detail, error) {
	return d.change(ctx, actInput{in.Object, in.IfMatch}, func(ctx context.Context, tx *sqldb.Tx, n Notice, by Signature) (Notice, step, error) {
		n, err := n.edit(in.Body.Text, in.Body.Audience)
		if err != nil {
			return n, step{}, err
		}
		if err := d.allows(ctx, tx, n, n.TLP); err != nil {
			return n, step{}, err
		}
		n.Author, n.actor = by.Name, by.actor // who wrote it last does not sign it
		return n, step{act: "edited"}, d.within(ctx, tx, n)
	})
}

func (d *Desk) submit(ctx context.Context, in actInput) (Detail, error) {
	return d.change(ctx, in, func(ctx context.Context, tx *sqldb.Tx, n Notice, _ Signature) (Notice, step, error) {
		n, err := n.submit()
		if err != nil {
			return n, step{}, err
		}
		if err := unsign(ctx, tx, n.ID); err != nil {
			return n, step{}, err
		}
		return n, step{act: "submitted"}, d.tellNotice(ctx, tx, n, maySign, nil, lang.Text{ZH: "待签发", EN: "waits to be signed"})
	})
}

func (d *Desk) giveBack(ctx context.Context, in noticeReasonInput) (Detail, error) {
	return d.change(ctx, actInput{in.Object, in.IfMatch}, func(ctx context.Context, tx *sqldb.Tx, n Notice, _ Signature) (Notice, step, error) {
		n, err := n.giveBack(in.Body.Reason)
		if err != nil {
			return n, step{}, err
		}
		if err := unsign(ctx, tx, n.ID); err != nil {
			return n, step{}, err
		}
		return n, step{act: "returned", reason: n.Reason}, d.tellNotice(ctx, tx, n, "", personOf(n.actor), lang.Text{ZH: "被退回", EN: "is returned"})
	})
}

// personOf is the person of an actor; nobody when it was a program.
func personOf(actor string) []string {
	if len(actor) > len("person:") && actor[:len("person:")] == "person:" {
		return []string{actor[len("person:"):]}
	}
	return nil
}

func (d *Desk) sign(ctx context.Context, in actInput) (Detail, error) {
	if identity.From(ctx).PersonID == "" {
		return Detail{}, fault.New(fault.Forbidden, "security.notice.person", "only a person signs")
	}
	return d.change(ctx, in, func(ctx context.Context, tx *sqldb.Tx, n Notice, by Signature) (Notice, step, error) {
		there, err := signatures(ctx, tx, n.ID)
		if err != nil {
			return n, step{}, err
		}
		if n, err = n.sign(by, there); err != nil {
			return n, step{}, err
		}
		if err := insertSignature(ctx, tx, n.ID, by); err != nil {
			return n, step{}, err
		}
		s := step{act: "signed", data: map[string]any{"signatures": len(there) + 1, "of": signers(n.Level)}}
		if n.State != Signed {
			return n, s, nil
		}
		return n, s, d.tellNotice(ctx, tx, n, "", personOf(n.actor), lang.Text{ZH: "已签发，可以发布", EN: "is signed and can be issued"})
	})
}

func (d *Desk) again(ctx context.Context, in actInput) (Detail, error) {
	return d.change(ctx, in, func(ctx context.Context, tx *sqldb.Tx, n Notice, _ Signature) (Notice, step, error) {
		if n.State != Issued {
			return n, step{}, wrongState("delivered")
		}
		return n, step{act: "delivered_again"}, d.order(ctx, tx, n, true)
	})
}

type noticeReviewInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Text string `json:"text" maxLength:"12000"`
	}
}

func (d *Desk) learn(ctx context.Context, in noticeReviewInput) (Detail, error) {
	return d.change(ctx, actInput{in.Object, in.IfMatch}, func(_ context.Context, _ *sqldb.Tx, n Notice, by Signature) (Notice, step, error) {
		n, err := n.learn(in.Body.Text, by.At)
		return n, step{act: "reviewed"}, err
	})
}
