package notice

import (
	"context"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/clock"
)

func (d *Desk) assignmentRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /assignments", Permission: mayView, Summary: "What addressees owe: one's own organisation's, for the city all", Handler: httpd.List(d.listAssignments)},
		{Pattern: "GET /assignments/{id}", Permission: mayView, Summary: "An assignment with what its notice says, its clocks, feedback and course", Handler: httpd.JSON(d.readAssignment)},
		{Pattern: "POST /assignments/{id}/acknowledgement", Permission: mayAnswer, Summary: "Acknowledge (签收) for one's own organisation", Handler: httpd.JSON(d.acknowledge)},
		{Pattern: "GET /assignments/{id}/delegates", Permission: mayAnswer, Summary: "To whom of the addressee the caller may hand it", Handler: httpd.JSON(d.delegates)},
		{Pattern: "POST /assignments/{id}/delegation", Permission: mayAnswer, Summary: "Hand it to a person of the addressee who sees to it (转办), take it upon oneself, or give it back", Handler: httpd.JSON(d.delegate)},
		{Pattern: "POST /assignments/{id}/assessment", Permission: mayAnswer, Summary: "Say whether one is affected, and why", Handler: httpd.JSON(d.assess)},
		{Pattern: "POST /assignments/{id}/feedback", Permission: mayAnswer, Summary: "Tell what was done; when everything is, the city verifies it", Handler: httpd.JSON(d.feedBack)},
		{Pattern: "POST /assignments/{id}/note", Permission: mayAnswer, Summary: "Take note of the revision that holds", Handler: httpd.JSON(d.note)},
		{Pattern: "POST /assignments/{id}/extension", Permission: mayRepresent, Summary: "Ask for more time; not where a law sets it", Handler: httpd.JSON(d.ask)},
		{Pattern: "POST /assignments/{id}/extension/decision", Permission: mayWrite, Summary: "Grant more time, or refuse it", Handler: httpd.JSON(d.answer)},
		{Pattern: "POST /assignments/{id}/dispute", Permission: mayRepresent, Summary: "Say that it is not one's own to do", Handler: httpd.JSON(d.dispute)},
		{Pattern: "POST /assignments/{id}/dispute/decision", Permission: mayWrite, Summary: "Release who disputes, or let it stay", Handler: httpd.JSON(d.settle)},
		{Pattern: "POST /assignments/{id}/verification", Permission: mayWrite, Summary: "Verify what was fed back (核查): accept it, or return it with reasons", Handler: httpd.JSON(d.verify)},
		{Pattern: "POST /assignments/{id}/urging", Permission: mayOversee, Summary: "Press for it (督办)", Handler: httpd.JSON(d.urge)},
		{Pattern: "POST /assignments/{id}/closing", Permission: mayWrite, Summary: "Close what is verified (办结)", Handler: httpd.JSON(d.finish)},
	}
}

func (d *Desk) listAssignments(ctx context.Context, in assignmentParams) (sqldb.Page[Assignment], error) {
	page, err := d.store.assignments(ctx, in, d.now())
	for i := range page.Items {
		page.Items[i] = page.Items[i].as(identity.From(ctx))
	}
	return page, err
}

// as is an assignment as somebody sees it: what the city's figures need is not the addressee's.
func (a Assignment) as(id identity.Identity) Assignment {
	a.Mine = a.delegate != "" && a.delegate == id.Actor()
	if !id.Scope.All {
		a.Told, a.Unreachable = 0, false
	}
	return a
}

// AssignmentDetail is an assignment on its own page.
type AssignmentDetail struct {
	Assignment
	Text      Text            `json:"text" doc:"What the notice says now"`
	IssuedAt  *time.Time      `json:"issued_at,omitempty"`
	LiftedAt  *time.Time      `json:"lifted_at,omitempty"`
	Pace      float64         `json:"pace"`
	Revisions []shownRevision `json:"revisions" nullable:"false" doc:"What was changed since it was issued, the newest first"`
	Files     []File          `json:"files" nullable:"false" doc:"Attachments of the notice"`
	Feedback  []Feedback      `json:"feedback" nullable:"false"`
	Clocks    []clock.Clock   `json:"clocks" nullable:"false"`
	Course    []Entry         `json:"course" nullable:"false"`
	Acts      []string        `json:"acts" nullable:"false" doc:"What the caller may do now: acknowledge, delegate, assess, feed_back, note, ask, answer, dispute, settle, verify, urge, close"`
	Now       time.Time       `json:"now" doc:"The server's clock"`
}

// shownRevision is a revision as addressees read it.
type shownRevision struct {
	Number int64     `json:"number"`
	Act    string    `json:"act" enum:"issue,revise,raise,lower,restrict,share"`
	Change string    `json:"change"`
	At     time.Time `json:"at"`
}

// ETag implements httpd.Versioned.
func (x AssignmentDetail) ETag() int64 { return x.Version }

func (d *Desk) readAssignment(ctx context.Context, in httpd.Object) (x AssignmentDetail, err error) {
	db, at, id := d.store.db, d.now(), identity.From(ctx)
	a, err := d.store.seenAssignment(ctx, db, in.ID, at)
	if err != nil {
		return x, err
	}
	n, err := oneNotice(ctx, db, a.NoticeID)
	if err != nil {
		return x, err
	}
	x = AssignmentDetail{Assignment: a.as(id), Text: n.Text, IssuedAt: n.IssuedAt, LiftedAt: n.LiftedAt, Pace: n.Pace, Revisions: []shownRevision{}, Clocks: []clock.Clock{}, Now: at}
	list, err := revisions(ctx, db, n.ID)
	if err != nil {
		return x, err
	}
	for _, v := range list {
		if v.State == "held" && v.Act != "issue" {
			x.Revisions = append(x.Revisions, shownRevision{v.Number, v.Act, v.Change, v.At})
		}
	}
	if x.Files, err = files(ctx, db, n.ID, ""); err != nil {
		return x, err
	}
	if x.Feedback, err = feedbackOf(ctx, db, a.ID); err != nil {
		return x, err
	}
	clocks, err := d.clocks.Of(ctx, a.object())
	if err != nil {
		return x, err
	}
	x.Clocks = append(x.Clocks, clocks[a.object()]...)
	if x.Course, err = course(ctx, db, n.ID, a.ID); err != nil {
		return x, err
	}
	x.Acts = a.acts(id, x.Clocks)
	return x, nil
}

// acts are what somebody may do with an assignment now.
func (a Assignment) acts(id identity.Identity, clocks []clock.Clock) []string {
	puttable := slices.ContainsFunc(clocks, func(c clock.Clock) bool {
		return c.State == clock.Running && !c.Legal && (c.Obligation == toFeedBack || c.Obligation == toHandle)
	})
	asked := a.Extension != nil && a.Extension.State == "requested"
	working := []AssignmentState{Acknowledged, Assessed, Handling}
	owing := append([]AssignmentState{Delivered}, working...)
	out := []string{}
	for _, x := range []struct {
		name, permission string
		side             side
		may              bool
		in               []AssignmentState
	}{
		{"acknowledge", mayAnswer, ofAddressee, true, []AssignmentState{Delivered}},
		{"delegate", mayAnswer, ofAddressee, true, append(owing, FedBack)},
		{"assess", mayAnswer, ofAddressee, true, working},
		{"feed_back", mayAnswer, ofAddressee, true, []AssignmentState{Assessed, Handling}},
		{"note", mayAnswer, ofAddressee, a.Noted < a.Revision, append(working, FedBack)},
		{"ask", mayRepresent, ofAddressee, puttable && !asked, working},
		{"dispute", mayRepresent, ofAddressee, a.Disputed == "", append(owing, FedBack)},
		{"answer", mayWrite, ofCity, asked, working},
		{"settle", mayWrite, ofCity, a.Disputed != "", append(owing, FedBack)},
		{"verify", mayWrite, ofCity, true, []AssignmentState{FedBack}},
		{"urge", mayOversee, ofBureau, true, owing},
		{"close", mayWrite, ofCity, true, []AssignmentState{Verified}},
	} {
		if x.may && x.side(id) && slices.Contains(x.in, a.State) && id.May(x.permission) {
			out = append(out, x.name)
		}
	}
	return out
}

// side tells whether somebody stands on one side of an assignment. That it is theirs to see
// is looked at before.
type side func(identity.Identity) bool

func ofCity(id identity.Identity) bool { return id.Scope.All }

// ofBureau is the city, or the bureau of the addressee's district (属地).
func ofBureau(id identity.Identity) bool {
	return id.Scope.All || id.Organisation.Kind == identity.Bureau
}

func ofAddressee(id identity.Identity) bool { return !ofBureau(id) }

// action does something to an assignment; within tx it may write what belongs to it.
type action func(ctx context.Context, tx *sqldb.Tx, a Assignment, by Signature) (Assignment, step, error)

// act changes an assignment: the addressee's people act on their own, the city's on any.
func (d *Desk) act(ctx context.Context, in actInput, from side, do action) (AssignmentDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return AssignmentDetail{}, err
	}
	var after Assignment
	err = d.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		by := d.handOf(ctx)
		before, err := d.store.seenAssignment(ctx, tx, in.ID, by.At)
		if err != nil {
			return err
		}
		if !from(identity.From(ctx)) {
			return fault.New(fault.Forbidden, "security.assignment.side", "this is for the other side of the notice")
		}
		if before.Version != version {
			return stale()
		}
		a, s, err := do(ctx, tx, before, by)
		if err != nil {
			return err
		}
		after = a
		return d.keep(ctx, tx, before, a, s, by)
	})
	if err != nil {
		return AssignmentDetail{}, err
	}
	d.changed(after)
	return d.readAssignment(ctx, in.Object)
}

// changed tells browsers to read again.
func (d *Desk) changed(a Assignment) { d.kit.Notify(Topic, a.ID, a.OrganisationID) }

// keep saves an assignment with its clocks and its course.
func (d *Desk) keep(ctx context.Context, tx *sqldb.Tx, before, a Assignment, s step, by Signature) error {
	for _, t := range s.ticks {
		if !t.begin {
			c, found, err := d.clocks.Meet(ctx, tx, a.object(), t.obligation, by.At)
			if err != nil {
				return err
			}
			if found {
				a = a.lateness(t.obligation, c.Overdue(by.At))
			}
			continue
		}
		owes := a.OrganisationID
		if t.obligation == toVerify {
			root, err := d.organisations.Root(ctx)
			if err != nil {
				return err
			}
			owes = root.ID
		}
		if _, _, err := d.clocks.Begin(ctx, tx, a.start(t.obligation, owes, by.At)); err != nil {
			return err
		}
	}
	if a.State == Released {
		if err := d.clocks.Cancel(ctx, tx, a.object(), "", by.At, s.reason); err != nil {
			return err
		}
	}
	if err := saveAssignment(ctx, tx, before, a); err != nil {
		return err
	}
	return insertEntries(ctx, tx, a.entry(s, by))
}

func (d *Desk) acknowledge(ctx context.Context, in actInput) (AssignmentDetail, error) {
	return d.act(ctx, in, ofAddressee, func(_ context.Context, _ *sqldb.Tx, a Assignment, by Signature) (Assignment, step, error) {
		return a.acknowledge(by)
	})
}

type assignmentAssessInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Assessment string `json:"assessment" enum:"affected,not_affected,unknown"`
		Reason     string `json:"reason" maxLength:"4000"`
	}
}

func (d *Desk) assess(ctx context.Context, in assignmentAssessInput) (AssignmentDetail, error) {
	return d.act(ctx, actInput{in.Object, in.IfMatch}, ofAddressee, func(ctx context.Context, tx *sqldb.Tx, a Assignment, by Signature) (Assignment, step, error) {
		a, s, err := a.assess(in.Body.Assessment, in.Body.Reason, by.At)
		if err != nil || a.State != FedBack {
			return a, s, err
		}
		return a, s, d.tellCity(ctx, tx, toldAnswered, a, lang.Text{ZH: a.Organisation.ZH + "反馈不受影响，待核查", EN: a.Organisation.EN + " says that it is not affected"}, s.reason, "")
	})
}

type assignmentFeedbackInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Measures string   `json:"measures" maxLength:"12000"`
		Residual string   `json:"residual" maxLength:"12000" doc:"The risk that remains; needed when everything is done"`
		Done     bool     `json:"done"`
		Files    []string `json:"files,omitempty" maxItems:"20" doc:"IDs of evidence that was uploaded to this assignment"`
	}
}

func (d *Desk) feedBack(ctx context.Context, in assignmentFeedbackInput) (AssignmentDetail, error) {
	return d.act(ctx, actInput{in.Object, in.IfMatch}, ofAddressee, func(ctx context.Context, tx *sqldb.Tx, a Assignment, by Signature) (Assignment, step, error) {
		x := Feedback{ID: ulid.Make().String(), Measures: in.Body.Measures, Residual: in.Body.Residual, Done: in.Body.Done, Files: []File{}, By: by.Name, At: by.At, actor: by.actor}
		there, err := files(ctx, tx, a.NoticeID, a.ID)
		if err != nil {
			return a, step{}, err
		}
		for _, id := range in.Body.Files {
			i := slices.IndexFunc(there, func(f File) bool { return f.ID == id })
			if i < 0 {
				return a, step{}, fault.New(fault.Invalid, "security.assignment.file", "there is no such evidence of this assignment").At("body.files", "files that were uploaded to this assignment")
			}
			x.Files = append(x.Files, there[i])
		}
		said, err := feedbackOf(ctx, tx, a.ID)
		if err != nil {
			return a, step{}, err
		}
		if len(said) >= mostFeedback {
			return a, step{}, fault.New(fault.Conflict, "security.assignment.enough", "there is feedback enough: %d times", mostFeedback)
		}
		a, s, err := a.feedBack(x)
		if err != nil {
			return a, s, err
		}
		if err := insertFeedback(ctx, tx, a.ID, x); err != nil || !x.Done {
			return a, s, err
		}
		return a, s, d.tellCity(ctx, tx, toldAnswered, a, lang.Text{ZH: a.Organisation.ZH + "已反馈，待核查", EN: a.Organisation.EN + " has fed back and waits to be verified"}, "", "")
	})
}

func (d *Desk) note(ctx context.Context, in actInput) (AssignmentDetail, error) {
	return d.act(ctx, in, ofAddressee, func(_ context.Context, _ *sqldb.Tx, a Assignment, _ Signature) (Assignment, step, error) {
		return a.note()
	})
}

type assignmentAskInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Obligation string    `json:"obligation" enum:"notice.feedback,notice.handle"`
		Until      time.Time `json:"until"`
		Reason     string    `json:"reason" maxLength:"4000"`
	}
}

func (d *Desk) ask(ctx context.Context, in assignmentAskInput) (AssignmentDetail, error) {
	object := "assignment/" + in.ID
	clocks, err := d.clocks.Of(ctx, object)
	if err != nil {
		return AssignmentDetail{}, err
	}
	return d.act(ctx, actInput{in.Object, in.IfMatch}, ofAddressee, func(ctx context.Context, tx *sqldb.Tx, a Assignment, by Signature) (Assignment, step, error) {
		a, s, err := a.ask(Extension{Obligation: in.Body.Obligation, Until: in.Body.Until, Reason: in.Body.Reason}, clocks[object], by.At)
		if err != nil {
			return a, s, err
		}
		return a, s, d.tellCity(ctx, tx, toldAnswered, a, lang.Text{ZH: a.Organisation.ZH + "申请延期至" + moment(in.Body.Until), EN: a.Organisation.EN + " asks for time until " + moment(in.Body.Until)}, s.reason, "")
	})
}

type assignmentAnswerInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Granted bool   `json:"granted"`
		Reason  string `json:"reason,omitempty" maxLength:"4000" doc:"Needed when it is refused"`
	}
}

func (d *Desk) answer(ctx context.Context, in assignmentAnswerInput) (AssignmentDetail, error) {
	return d.act(ctx, actInput{in.Object, in.IfMatch}, ofCity, func(ctx context.Context, tx *sqldb.Tx, a Assignment, _ Signature) (Assignment, step, error) {
		a, s, err := a.answer(in.Body.Granted, in.Body.Reason)
		if err != nil {
			return a, s, err
		}
		what := lang.Text{ZH: "延期未获批准", EN: "more time is refused"}
		if in.Body.Granted {
			what = lang.Text{ZH: "已批准延期至" + moment(a.Extension.Until), EN: "there is time until " + moment(a.Extension.Until)}
			if _, err := d.clocks.PutOff(ctx, tx, a.object(), a.Extension.Obligation, a.Extension.Until, a.Extension.Reason); err != nil {
				return a, s, err
			}
		}
		return a, s, d.tellAddressee(ctx, tx, toldDecided, a, what, s.reason)
	})
}

func (d *Desk) dispute(ctx context.Context, in noticeReasonInput) (AssignmentDetail, error) {
	return d.act(ctx, actInput{in.Object, in.IfMatch}, ofAddressee, func(ctx context.Context, tx *sqldb.Tx, a Assignment, _ Signature) (Assignment, step, error) {
		a, s, err := a.dispute(in.Body.Reason)
		if err != nil {
			return a, s, err
		}
		return a, s, d.tellCity(ctx, tx, toldAnswered, a, lang.Text{ZH: a.Organisation.ZH + "提出异议", EN: a.Organisation.EN + " disputes it"}, s.reason, "")
	})
}

type assignmentSettleInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Released bool   `json:"released"`
		Reason   string `json:"reason" maxLength:"4000"`
	}
}

func (d *Desk) settle(ctx context.Context, in assignmentSettleInput) (AssignmentDetail, error) {
	return d.act(ctx, actInput{in.Object, in.IfMatch}, ofCity, func(ctx context.Context, tx *sqldb.Tx, a Assignment, _ Signature) (Assignment, step, error) {
		a, s, err := a.settle(in.Body.Released, in.Body.Reason)
		if err != nil {
			return a, s, err
		}
		what := lang.Text{ZH: "异议未被采纳，仍须办理", EN: "the dispute is refused; it stays yours to do"}
		if in.Body.Released {
			what = lang.Text{ZH: "异议已采纳，无需办理", EN: "the dispute is accepted; nothing is owed any more"}
		}
		return a, s, d.tellAddressee(ctx, tx, toldDecided, a, what, s.reason)
	})
}

type assignmentVerifyInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Accepted bool   `json:"accepted"`
		Reason   string `json:"reason,omitempty" maxLength:"4000" doc:"Needed when it is returned"`
	}
}

func (d *Desk) verify(ctx context.Context, in assignmentVerifyInput) (AssignmentDetail, error) {
	return d.act(ctx, actInput{in.Object, in.IfMatch}, ofCity, func(ctx context.Context, tx *sqldb.Tx, a Assignment, by Signature) (Assignment, step, error) {
		a, s, err := a.verify(in.Body.Accepted, in.Body.Reason, by.At)
		if err != nil {
			return a, s, err
		}
		what := lang.Text{ZH: "反馈已通过核查", EN: "the feedback is accepted"}
		if !in.Body.Accepted {
			what = lang.Text{ZH: "反馈被退回", EN: "the feedback is returned"}
		}
		return a, s, d.tellAddressee(ctx, tx, toldDecided, a, what, s.reason)
	})
}

func (d *Desk) urge(ctx context.Context, in noticeReasonInput) (AssignmentDetail, error) {
	return d.act(ctx, actInput{in.Object, in.IfMatch}, ofBureau, func(ctx context.Context, tx *sqldb.Tx, a Assignment, by Signature) (Assignment, step, error) {
		a, s, err := a.urge(in.Body.Reason, by.At)
		if err != nil {
			return a, s, err
		}
		return a, s, d.tellAddressee(ctx, tx, toldReminder, a, lang.Text{ZH: "市级督办", EN: "the city presses for it"}, s.reason)
	})
}

func (d *Desk) finish(ctx context.Context, in actInput) (AssignmentDetail, error) {
	return d.act(ctx, in, ofCity, func(_ context.Context, _ *sqldb.Tx, a Assignment, _ Signature) (Assignment, step, error) {
		return a.finish()
	})
}
