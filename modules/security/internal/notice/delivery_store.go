package notice

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/clock"
)

const (
	atOnce     = 500              // assignments that are delivered in one transaction
	againAfter = 10 * time.Minute // until delivery is tried again
)

type delivery struct {
	Notice string `json:"notice"`
	Again  bool   `json:"again"` // also to those whom it was tried for
}

// deliverOne delivers a notice that was issued. It goes on where it was when it is begun again.
func (d *Desk) deliverOne(ctx context.Context, t *jobs.Task) (any, error) {
	var in delivery
	if err := t.Decode(&in); err != nil {
		return nil, fmt.Errorf("read which notice is to be delivered: %w", err)
	}
	before := sqldb.Time(1)
	if in.Again {
		before = d.now()
	}
	return nil, d.deliver(ctx, in.Notice, before)
}

// deliverAgain tries what could not be delivered, because nobody could be told.
func (d *Desk) deliverAgain(ctx context.Context) error {
	return d.deliver(ctx, "", d.now().Add(-againAfter))
}

func (d *Desk) deliver(ctx context.Context, notice string, before time.Time) error {
	for {
		at := d.now()
		list, err := d.store.waiting(ctx, notice, before, at, atOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		for i, a := range list {
			people, err := d.organisations.Members(ctx, a.OrganisationID, false, mayAnswer)
			if err != nil {
				return fmt.Errorf("find whom to tell at %s: %w", a.OrganisationID, err)
			}
			list[i].Told = len(people)
		}
		texts, err := d.texts(ctx, list)
		if err != nil {
			return err
		}
		err = d.store.db.Write(ctx, func(tx *sqldb.Tx) error {
			return d.handOver(ctx, tx, list, texts, at)
		})
		if err != nil {
			return fmt.Errorf("deliver notices: %w", err)
		}
	}
}

// texts is what search may keep of the notices of assignments.
func (d *Desk) texts(ctx context.Context, list []Assignment) (map[string]string, error) {
	out := map[string]string{}
	for _, a := range list {
		if _, known := out[a.NoticeID]; known {
			continue
		}
		n, err := oneNotice(ctx, d.store.db, a.NoticeID)
		if err != nil {
			return nil, err
		}
		out[a.NoticeID] = sayable(n.Text)
	}
	return out, nil
}

// handOver delivers assignments, as far as there is somebody who can be told. Whatever all of
// them write is written together: each statement of its own would take as long as its rows.
func (d *Desk) handOver(ctx context.Context, tx *sqldb.Tx, list []Assignment, texts map[string]string, at time.Time) error {
	var reached []Assignment
	for _, a := range list {
		if a.Told > 0 {
			reached = append(reached, a)
			continue
		}
		if err := d.nobody(ctx, tx, a, at); err != nil && !isStale(err) {
			return err
		}
	}
	reached, err := saveDelivered(ctx, tx, reached, at)
	if err != nil || len(reached) == 0 {
		return err
	}
	starts, documents, entries := make([]clock.Start, len(reached)), make([]module.Document, len(reached)), make([]Entry, len(reached))
	for i, a := range reached {
		starts[i], documents[i] = a.start(toAcknowledge, a.OrganisationID, at), a.document(texts[a.NoticeID])
		entries[i] = a.entry(step{act: "delivered", data: map[string]any{"told": a.Told}}, Signature{At: at})
	}
	clocks, err := d.clocks.BeginAll(ctx, tx, starts)
	if err != nil {
		return err
	}
	if err := insertEntries(ctx, tx, entries...); err != nil {
		return err
	}
	if err := d.kit.Search.Put(ctx, tx, documents...); err != nil {
		return err
	}
	messages := make([]message.Notice, len(reached))
	for i, a := range reached {
		due := moment(clocks[i].DueAt)
		messages[i] = toAddressee(ctx, toldReceived, a, lang.Text{ZH: "请于" + due + "前签收", EN: "acknowledge it before " + due}, "", "delivered/"+a.ID)
	}
	return d.kit.Notices.Send(ctx, tx, messages...)
}

// nobody notes that at an addressee there is nobody who can be told, and tells the city once.
func (d *Desk) nobody(ctx context.Context, tx *sqldb.Tx, a Assignment, at time.Time) error {
	before := a
	first := a.triedAt == 0
	a.triedAt = at.UnixMilli()
	if err := saveAssignment(ctx, tx, before, a); err != nil || !first {
		return err
	}
	if err := insertEntries(ctx, tx, a.entry(step{act: "undeliverable"}, Signature{At: at})); err != nil {
		return err
	}
	return d.tellCity(ctx, tx, toldEscalated, a, lang.Text{ZH: a.Organisation.ZH + "无人可告知，未能送达", EN: "nobody can be told at " + a.Organisation.EN}, "", "undeliverable/"+a.NoticeID)
}

func (a Assignment) start(obligation, organisation string, at time.Time) clock.Start {
	return clock.Start{Object: a.object(), OrganisationID: organisation, Obligation: obligation, Level: a.Level, At: at, Drill: a.Drill, Pace: a.pace}
}

func (a Assignment) entry(s step, by Signature) Entry {
	return Entry{Act: s.act, State: string(a.State), Reason: s.reason, Data: s.data, By: by.Name, At: by.At, notice: a.NoticeID, assignment: a.ID, actor: by.actor}
}

// moment is a time as people of the city read it.
func moment(at time.Time) string {
	return at.In(cityTime()).Format("2006-01-02 15:04")
}

func cityTime() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }
