package notice

import (
	"context"
	"fmt"
	"slices"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
)

func (d *Desk) revisionRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /notice-words", Permission: mayView, Summary: "What forms of notices choose from: categories after GB/T 20986-2023, districts", Handler: httpd.JSON(d.words)},
		{Pattern: "POST /notices/{id}/revision", Permission: mayWrite, Summary: "Propose other words of an issued notice; another person signs", Handler: httpd.JSON(d.revise)},
		{Pattern: "POST /notices/{id}/level", Permission: mayWrite, Summary: "Raise the level at once, or propose to lower it", Handler: httpd.JSON(d.relevel)},
		{Pattern: "POST /notices/{id}/tlp", Permission: mayWrite, Summary: "Make the TLP stricter at once, or propose to open it; only the city does", Handler: httpd.JSON(d.remark)},
		{Pattern: "POST /notices/{id}/revision/signature", Permission: maySign, StepUp: true, Summary: "Sign what is proposed", Handler: httpd.JSON(d.signRevision)},
		{Pattern: "POST /notices/{id}/revision/refusal", Permission: maySign, StepUp: true, Summary: "Refuse what is proposed, or take it back", Handler: httpd.JSON(d.refuseRevision)},
	}
}

type noticeReviseInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Colour string `json:"colour,omitempty" enum:",red,orange,yellow,blue"`
		Title  string `json:"title" maxLength:"400"`
		Body   string `json:"body" maxLength:"60000"`
		Ask    string `json:"ask" maxLength:"12000"`
		Reason string `json:"reason" maxLength:"4000" doc:"What is different, as addressees read it"`
	}
}

func (d *Desk) revise(ctx context.Context, in noticeReviseInput) (Detail, error) {
	b := in.Body
	return d.propose(ctx, actInput{in.Object, in.IfMatch}, b.Reason, func(n Notice) (change, error) {
		return n.rewrite(Text{Colour: b.Colour, Title: b.Title, Body: b.Body, Ask: b.Ask})
	})
}

type noticeLevelInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Level  rating.Level `json:"level" minimum:"0" maximum:"4"`
		Reason string       `json:"reason" maxLength:"4000"`
	}
}

func (d *Desk) relevel(ctx context.Context, in noticeLevelInput) (Detail, error) {
	return d.propose(ctx, actInput{in.Object, in.IfMatch}, in.Body.Reason, func(n Notice) (change, error) { return n.relevel(in.Body.Level) })
}

type noticeTLPInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		TLP    rating.TLP `json:"tlp" enum:"clear,green,amber,amber+strict,red"`
		Reason string     `json:"reason" maxLength:"4000"`
	}
}

func (d *Desk) remark(ctx context.Context, in noticeTLPInput) (Detail, error) {
	return d.propose(ctx, actInput{in.Object, in.IfMatch}, in.Body.Reason, func(n Notice) (change, error) { return n.remark(in.Body.TLP) })
}

// propose writes a change down; what one person may do takes effect at once.
func (d *Desk) propose(ctx context.Context, in actInput, reason string, decide func(n Notice) (change, error)) (Detail, error) {
	return d.change(ctx, in, func(ctx context.Context, tx *sqldb.Tx, n Notice, by Signature) (Notice, step, error) {
		c, err := decide(n)
		if err != nil {
			return n, step{}, err
		}
		if c.act == "share" {
			if err := d.allows(ctx, tx, n, c.text.TLP); err != nil {
				return n, step{}, err
			}
		}
		what, err := why(reason)
		if err != nil {
			return n, step{}, err
		}
		_, waits, err := proposed(ctx, tx, n.ID)
		if err != nil {
			return n, step{}, err
		}
		if waits {
			return n, step{}, fault.New(fault.Conflict, "security.notice.proposed", "another change is proposed and not decided")
		}
		v := Revision{ID: ulid.Make().String(), Number: n.Revision + 1, Act: c.act, State: "proposed", Text: c.text, Change: what, By: by.Name, At: by.At, actor: by.actor}
		if c.byOne {
			v.State = "held"
			if err := insertRevision(ctx, tx, n.ID, v); err != nil {
				return n, step{}, err
			}
			return d.supersede(ctx, tx, n, v, by)
		}
		if err := insertRevision(ctx, tx, n.ID, v); err != nil {
			return n, step{}, err
		}
		s := step{act: "proposed", reason: what, data: map[string]any{"act": c.act}}
		return n, s, d.tellNotice(ctx, tx, n, maySign, nil, lang.Text{ZH: "有变更待签发", EN: "a change waits to be signed"})
	})
}

// supersede lets a revision hold: addressees are told what is different. Clocks stay, unless
// the level is raised: then they get shorter.
func (d *Desk) supersede(ctx context.Context, tx *sqldb.Tx, n Notice, v Revision, by Signature) (Notice, step, error) {
	before := n.Text
	n.Text, n.Revision, n.Mark = v.Text, v.Number, mark(n.Drill, n.Synthetic, v.Text.TLP)
	list, err := ofNotice(ctx, tx, n.ID, by.At)
	if err != nil {
		return n, step{}, err
	}
	list = slices.DeleteFunc(list, func(a Assignment) bool { return a.DeliveredAt == nil })
	for part := range slices.Chunk(list, atOnce) {
		if err := d.tellChange(ctx, tx, n, v, part); err != nil {
			return n, step{}, err
		}
	}
	return n, step{act: "revised", reason: v.Change, data: map[string]any{"act": v.Act, "revision": v.Number, "from_level": before.Level, "level": n.Level, "from_tlp": before.TLP, "tlp": n.TLP}}, nil
}

// tellChange lets search and some addressees know what a notice says now; who has to do something is told.
func (d *Desk) tellChange(ctx context.Context, tx *sqldb.Tx, n Notice, v Revision, list []Assignment) error {
	documents, messages, objects := make([]module.Document, len(list)), []message.Notice{}, []string{}
	for i, a := range list {
		a.Title, a.tlp = n.Title, n.TLP
		documents[i] = a.document(sayable(n.Text))
		if a.over() {
			continue
		}
		objects = append(objects, a.object())
		messages = append(messages, toAddressee(ctx, toldChanged, a, changeWord(v.Act), v.Change, v.ID+"/"+a.ID))
	}
	if v.Act == "raise" {
		if err := d.clocks.Relevel(ctx, tx, n.Level, objects...); err != nil {
			return fmt.Errorf("shorten the clocks of a notice: %w", err)
		}
	}
	if err := d.kit.Search.Put(ctx, tx, documents...); err != nil {
		return fmt.Errorf("enter what a notice says now: %w", err)
	}
	if err := d.kit.Notices.Send(ctx, tx, messages...); err != nil {
		return fmt.Errorf("tell addressees: %w", err)
	}
	return nil
}

func (d *Desk) signRevision(ctx context.Context, in actInput) (Detail, error) {
	if identity.From(ctx).PersonID == "" {
		return Detail{}, fault.New(fault.Forbidden, "security.notice.person", "only a person signs")
	}
	return d.change(ctx, in, func(ctx context.Context, tx *sqldb.Tx, n Notice, by Signature) (Notice, step, error) {
		v, err := waiting(ctx, tx, n)
		if err != nil {
			return n, step{}, err
		}
		there, err := signatures(ctx, tx, v.ID)
		if err != nil {
			return n, step{}, err
		}
		if err := mayHand(by, v.actor, there); err != nil {
			return n, step{}, err
		}
		if err := insertSignature(ctx, tx, v.ID, by); err != nil {
			return n, step{}, err
		}
		if len(there)+1 < signers(n.Level) { // the graver level that still holds decides
			return n, step{act: "signed", data: map[string]any{"signatures": len(there) + 1, "of": signers(n.Level)}}, nil
		}
		if v.Act == "share" { // the origin may have become stricter meanwhile
			if err := d.allows(ctx, tx, n, v.Text.TLP); err != nil {
				return n, step{}, err
			}
		}
		v.State, v.Number = "held", n.Revision+1
		if err := settleRevision(ctx, tx, v); err != nil {
			return n, step{}, err
		}
		return d.supersede(ctx, tx, n, v, by)
	})
}

func waiting(ctx context.Context, tx *sqldb.Tx, n Notice) (Revision, error) {
	v, found, err := proposed(ctx, tx, n.ID)
	if err != nil {
		return v, err
	}
	if !found || n.State != Issued {
		return v, fault.New(fault.Conflict, "security.notice.nothing_proposed", "no change is proposed")
	}
	return v, nil
}

func (d *Desk) refuseRevision(ctx context.Context, in noticeReasonInput) (Detail, error) {
	return d.change(ctx, actInput{in.Object, in.IfMatch}, func(ctx context.Context, tx *sqldb.Tx, n Notice, _ Signature) (Notice, step, error) {
		v, err := waiting(ctx, tx, n)
		if err != nil {
			return n, step{}, err
		}
		if v.Reason, err = why(in.Body.Reason); err != nil {
			return n, step{}, err
		}
		v.State = "refused"
		if err := settleRevision(ctx, tx, v); err != nil {
			return n, step{}, err
		}
		return n, step{act: "revision_refused", reason: v.Reason, data: map[string]any{"act": v.Act}}, d.tellNotice(ctx, tx, n, "", personOf(v.actor), lang.Text{ZH: "变更未获签发", EN: "the change is refused"})
	})
}

// remove takes a notice of the demonstration away.
func (d *Desk) remove(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	if err := d.drop(ctx, in.ID); err != nil {
		return httpd.Nothing{}, err
	}
	d.kit.Notify(Topic, in.ID, "")
	return httpd.Nothing{}, nil
}
