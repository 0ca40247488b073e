package notice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/clock"
	"linghang/modules/security/internal/rating"
)

// subject is what stands at the head of whatever is sent about a notice: the marks, the
// number, and the title unless it is for few.
func subject(drill string, synthetic bool, number, title string, t rating.TLP) lang.Text {
	s := lang.Text{ZH: "[" + t.Mark() + "] 安全通报 " + number, EN: "[" + t.Mark() + "] Security notice " + number}
	switch {
	case drill != "":
		s = lang.Text{ZH: "【演练】" + s.ZH, EN: "[DRILL] " + s.EN}
	case synthetic:
		s = lang.Text{ZH: "【合成】" + s.ZH, EN: "[SYNTHETIC] " + s.EN}
	}
	if title == "" || t == rating.Red || t == rating.AmberStrict {
		return s
	}
	return lang.Text{ZH: s.ZH + "《" + title + "》", EN: s.EN + " “" + title + "”"}
}

func headed(s, what lang.Text) lang.Text {
	return lang.Text{ZH: s.ZH + "：" + what.ZH, EN: s.EN + ": " + what.EN}
}

func (a Assignment) subject() lang.Text {
	return subject(a.Drill, a.Synthetic, a.Number, a.Title, a.tlp)
}

// guarded is what may be written into a message: of notices that are for few nothing is.
func guarded(body string, t rating.TLP) lang.Text {
	if t == rating.Red || t == rating.AmberStrict {
		return lang.Text{}
	}
	return lang.Text{ZH: body, EN: body}
}

// tellAddressee tells those of an addressee who answer notices.
func (d *Desk) tellAddressee(ctx context.Context, tx *sqldb.Tx, kind string, a Assignment, what lang.Text, body string) error {
	return d.kit.Notices.Send(ctx, tx, toAddressee(ctx, kind, a, what, body, ""))
}

// changeWord is what addressees are told that happened to a notice.
func changeWord(act string) lang.Text {
	switch act {
	case "lifted":
		return lang.Text{ZH: "预警已解除", EN: "the warning is lifted"}
	case "withdrawn":
		return lang.Text{ZH: "已撤回", EN: "it is withdrawn"}
	case "closed":
		return lang.Text{ZH: "已关闭", EN: "it is closed"}
	case "raise":
		return lang.Text{ZH: "级别调高，时限缩短", EN: "its level is raised, and time limits are shorter"}
	case "lower":
		return lang.Text{ZH: "级别调低", EN: "its level is lowered"}
	case "restrict", "share":
		return lang.Text{ZH: "共享范围调整", EN: "with whom it may be shared is changed"}
	default:
		return lang.Text{ZH: "内容已修订", EN: "what it says is revised"}
	}
}

func toAddressee(ctx context.Context, kind string, a Assignment, what lang.Text, body, key string) message.Notice {
	return message.Notice{
		Kind: kind, Title: headed(a.subject(), what), Body: guarded(body, a.tlp), Link: "/security/assignments/" + a.ID, Key: key,
		To: message.Audience{Organisation: a.OrganisationID, Permission: mayAnswer, Except: identity.From(ctx).PersonID},
	}
}

// hint tells organisations whose assets a notice is about, and which the city is not to know
// by name: they owe no answer, and nobody else sees that they were told.
func (d *Desk) hint(ctx context.Context, tx *sqldb.Tx, n Notice, list []identity.Organisation) error {
	what := lang.Text{ZH: "可能涉及贵企业资产，请核查（未向主管部门透露，无需签收）", EN: "it may concern your assets, please check (the bureau is not told, and no receipt is owed)"}
	for _, o := range list {
		err := d.kit.Notices.Send(ctx, tx, message.Notice{
			Kind: toldReceived, Title: headed(subject(n.Drill, n.Synthetic, n.Number, n.Title, n.TLP), what), Body: guarded(n.Body+"\n\n"+n.Ask, n.TLP), Link: "/security/exposures", Key: "hint/" + n.ID + "/" + o.ID,
			To: message.Audience{Organisation: o.ID, Permission: mayAnswer},
		})
		if err != nil {
			return fmt.Errorf("hint at a notice: %w", err)
		}
	}
	return nil
}

// tellCity tells the city's officers of an assignment; of a drill only who holds it, and of
// the demonstration nobody: it would stay in inboxes when the demonstration is gone.
func (d *Desk) tellCity(ctx context.Context, tx *sqldb.Tx, kind string, a Assignment, what lang.Text, body, key string) error {
	if a.Drill == "" && a.Synthetic {
		return nil
	}
	to, err := d.cityAudience(ctx, tx, a.Drill, mayWrite)
	if err != nil {
		return err
	}
	return d.kit.Notices.Send(ctx, tx, message.Notice{Kind: kind, Title: headed(a.subject(), what), Body: guarded(body, a.tlp), Link: "/security/assignments/" + a.ID, To: to, Key: key})
}

func (d *Desk) cityAudience(ctx context.Context, tx *sqldb.Tx, drill, permission string) (message.Audience, error) {
	if drill != "" {
		x, err := oneDrill(ctx, tx, drill)
		if err != nil {
			return message.Audience{}, err
		}
		return message.Audience{Persons: []string{strings.TrimPrefix(x.actor, "person:")}}, nil
	}
	root, err := d.organisations.Root(ctx)
	if err != nil {
		return message.Audience{}, fmt.Errorf("find the city's bureau: %w", err)
	}
	return message.Audience{Organisation: root.ID, Permission: permission, Except: identity.From(ctx).PersonID}, nil
}

// tellNotice tells the city's people of a notice that is not out yet.
func (d *Desk) tellNotice(ctx context.Context, tx *sqldb.Tx, n Notice, permission string, persons []string, what lang.Text) error {
	if n.Drill == "" && n.Synthetic {
		return nil
	}
	to := message.Audience{Persons: persons, Except: identity.From(ctx).PersonID}
	if permission != "" {
		root, err := d.organisations.Root(ctx)
		if err != nil {
			return fmt.Errorf("find the city's bureau: %w", err)
		}
		to.Organisation, to.Permission = root.ID, permission
	}
	return d.kit.Notices.Send(ctx, tx, message.Notice{Kind: toldSign, Title: headed(subject(n.Drill, n.Synthetic, n.Number, n.Title, n.TLP), what), Link: "/security/notices/" + n.ID, To: to})
}

// owed is what an obligation is called.
func owed(obligation string) lang.Text {
	switch obligation {
	case toAcknowledge:
		return lang.Text{ZH: "签收", EN: "acknowledge"}
	case toFeedBack:
		return lang.Text{ZH: "首次反馈", EN: "first feedback"}
	case toHandle:
		return lang.Text{ZH: "处置完毕", EN: "handle"}
	default:
		return lang.Text{ZH: "核查反馈", EN: "verify the feedback"}
	}
}

// fired is a step of a clock: a reminder, the end of the time, or an escalation after it.
func (d *Desk) fired(ctx context.Context, tx *sqldb.Tx, f clock.Fired) error {
	at := d.now()
	a, err := scanAssignment(at)(tx.QueryRow(ctx, `SELECT `+assignmentColumns+` FROM `+assignmentTables+` WHERE a.id = $1`, strings.TrimPrefix(f.Clock.Object, "assignment/")))
	if err != nil {
		return fmt.Errorf("read assignment of clock %s: %w", f.Clock.ID, err)
	}
	circles := reached(d.rungs, f.Clock.Obligation, f.Part)
	there, err := d.crew(ctx, tx, a, circles, at)
	if err != nil {
		return err
	}
	who, late := there.told(circles, a.Drill != ""), int(f.LateBy/time.Minute)
	s := step{act: "reminded", data: map[string]any{"obligation": f.Clock.Obligation, "part": f.Part, "who": who, "due": f.Clock.DueAt, "late_minutes": late}}
	switch {
	case f.Part == 1:
		s.act = "overdue"
	case f.Part > 1:
		s.act = "escalated"
	}
	if f.Part > 1 && a.EscalatedAt == nil && f.Clock.Obligation != toVerify && slices.ContainsFunc(who, aboveAddressee) {
		before := a
		a.EscalatedAt = &at
		if err := saveAssignment(ctx, tx, before, a); err != nil {
			return err
		}
	}
	if err := insertEntries(ctx, tx, a.entry(s, Signature{At: at})); err != nil {
		return err
	}
	for _, circle := range who {
		if err := d.remind(ctx, tx, a, f, there, circle, late); err != nil {
			return err
		}
	}
	tx.After(func() { d.changed(a) })
	return nil
}

// crew is who there is of circles that need not have anybody.
func (d *Desk) crew(ctx context.Context, tx *sqldb.Tx, a Assignment, circles []string, at time.Time) (c crew, err error) {
	if a.delegate != "" && slices.Contains(circles, delegate) {
		people, err := d.answering(ctx, a)
		if err != nil {
			return c, err
		}
		// Who left, or answers no notices any more, is replaced by the others.
		if i := slices.IndexFunc(people, func(x Delegate) bool { return x.actor() == a.delegate }); i >= 0 {
			c.delegate = people[i].ID
		}
	}
	if a.Drill != "" || a.Synthetic {
		return c, nil
	}
	if slices.Contains(circles, districts) {
		if c.district, err = d.bureausAbove(ctx, a.OrganisationID); err != nil {
			return c, err
		}
	}
	if slices.Contains(circles, duty) {
		c.duty, err = d.onDuty(ctx, tx, at)
	}
	return c, err
}

// bureausAbove are those between an organisation and the city, the nearest first.
func (d *Desk) bureausAbove(ctx context.Context, organisation string) (ids []string, err error) {
	above, err := d.organisations.Above(ctx, organisation)
	if err != nil {
		return nil, fmt.Errorf("find the bureaus above %s: %w", organisation, err)
	}
	for _, o := range above {
		if o.Kind == identity.Bureau && o.ParentID != "" {
			ids = append(ids, o.ID)
		}
	}
	return ids, nil
}

func (d *Desk) remind(ctx context.Context, tx *sqldb.Tx, a Assignment, f clock.Fired, there crew, circle string, late int) error {
	word, due := owed(f.Clock.Obligation), moment(f.Clock.DueAt)
	what := lang.Text{ZH: word.ZH + "截止 " + due, EN: word.EN + " until " + due}
	if f.Part >= 1 {
		what = lang.Text{ZH: a.Organisation.ZH + "逾期未" + word.ZH + "（截止 " + due + "）", EN: a.Organisation.EN + " is overdue: " + word.EN + " until " + due}
	}
	if late > 0 {
		what.ZH += fmt.Sprintf("（本提醒迟发 %d 分钟）", late)
		what.EN += fmt.Sprintf(" (this reminder is %d minutes late)", late)
	}
	audiences, err := d.audiences(ctx, tx, a, there, circle)
	if err != nil {
		return err
	}
	m := message.Notice{
		Kind: toldReminder, Title: headed(a.subject(), what), Link: "/security/assignments/" + a.ID, Key: fmt.Sprintf("%s/%d/%g", f.Clock.ID, f.Clock.DueAt.UnixMilli(), f.Part),
	}
	if aboveAddressee(circle) {
		m.Kind = toldEscalated
	}
	for _, m.To = range audiences {
		if err := d.kit.Notices.Send(ctx, tx, m); err != nil {
			return fmt.Errorf("remind %s: %w", circle, err)
		}
	}
	return nil
}

// audiences are whom a circle means, of an assignment. Of the demonstration nobody of a bureau.
func (d *Desk) audiences(ctx context.Context, tx *sqldb.Tx, a Assignment, there crew, circle string) ([]message.Audience, error) {
	if aboveAddressee(circle) && a.Drill == "" && a.Synthetic {
		return nil, nil
	}
	switch circle {
	case delegate:
		return []message.Audience{{Persons: []string{there.delegate}}}, nil
	case answerers:
		return []message.Audience{{Organisation: a.OrganisationID, Permission: mayAnswer}}, nil
	case managers:
		return []message.Audience{{Organisation: a.OrganisationID, Permission: mayRepresent}}, nil
	case districts:
		list := make([]message.Audience, len(there.district))
		for i, bureau := range there.district {
			list[i] = message.Audience{Organisation: bureau, Permission: mayOversee}
		}
		return list, nil
	case duty:
		return []message.Audience{{Persons: there.duty}}, nil
	}
	permission := mayWrite
	if circle == leaders {
		permission = mayOversee
	}
	to, err := d.cityAudience(ctx, tx, a.Drill, permission)
	return []message.Audience{to}, err
}
