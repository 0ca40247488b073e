package notice

import (
	"context"
	"fmt"
	"slices"

	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

func (d *Desk) lift(ctx context.Context, in noticeReasonInput) (Detail, error) {
	return d.change(ctx, actInput{in.Object, in.IfMatch}, func(ctx context.Context, tx *sqldb.Tx, n Notice, by Signature) (Notice, step, error) {
		n, err := n.lift(by.At)
		if err != nil {
			return n, step{}, err
		}
		reason, err := why(in.Body.Reason)
		if err != nil {
			return n, step{}, err
		}
		return n, step{act: "lifted", reason: reason}, d.releaseAll(ctx, tx, n, by, "lifted", reason)
	})
}

func (d *Desk) withdraw(ctx context.Context, in noticeReasonInput) (Detail, error) {
	return d.change(ctx, actInput{in.Object, in.IfMatch}, func(ctx context.Context, tx *sqldb.Tx, n Notice, by Signature) (Notice, step, error) {
		return d.recall(ctx, tx, n, by, in.Body.Reason)
	})
}

// recall withdraws a notice, and what is owed under it.
func (d *Desk) recall(ctx context.Context, tx *sqldb.Tx, n Notice, by Signature, reason string) (Notice, step, error) {
	n, err := n.withdraw(reason, by.At)
	if err != nil {
		return n, step{}, err
	}
	return n, step{act: "withdrawn", reason: n.Reason}, d.releaseAll(ctx, tx, n, by, "withdrawn", n.Reason)
}

func (d *Desk) shut(ctx context.Context, in noticeReasonInput) (Detail, error) {
	return d.change(ctx, actInput{in.Object, in.IfMatch}, func(ctx context.Context, tx *sqldb.Tx, n Notice, by Signature) (Notice, step, error) {
		left, err := open(ctx, tx, n.ID)
		if err != nil {
			return n, step{}, err
		}
		if n, err = n.shut(left, in.Body.Reason, by.At); err != nil {
			return n, step{}, err
		}
		if err := d.releaseAll(ctx, tx, n, by, "closed", n.Reason); err != nil {
			return n, step{}, err
		}
		return n, step{act: "closed", reason: n.Reason, data: map[string]any{"open": left}}, finishAll(ctx, tx, n, by)
	})
}

// releaseAll ends what addressees of a notice still owe, and tells those that have it.
func (d *Desk) releaseAll(ctx context.Context, tx *sqldb.Tx, n Notice, by Signature, act, reason string) error {
	list, err := ofNotice(ctx, tx, n.ID, by.At)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, Assignment.over)
	for part := range slices.Chunk(list, atOnce) {
		objects, messages := make([]string, len(part)), []message.Notice{}
		for i, a := range part {
			objects[i] = a.object()
			if a.DeliveredAt == nil {
				continue
			}
			a.Title, a.tlp = n.Title, n.TLP
			messages = append(messages, toAddressee(ctx, toldChanged, a, changeWord(act), reason, act+"/"+a.ID))
		}
		release := func(a Assignment) (Assignment, step, error) { return a.release(reason) }
		if err := takeAll(ctx, tx, part, by, release); err != nil {
			return err
		}
		if err := d.clocks.CancelAll(ctx, tx, by.At, reason, objects...); err != nil {
			return fmt.Errorf("end the clocks of a notice: %w", err)
		}
		if err := d.kit.Notices.Send(ctx, tx, messages...); err != nil {
			return fmt.Errorf("tell addressees: %w", err)
		}
	}
	return nil
}

// finishAll closes what is verified.
func finishAll(ctx context.Context, tx *sqldb.Tx, n Notice, by Signature) error {
	list, err := ofNotice(ctx, tx, n.ID, by.At)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(a Assignment) bool { return a.State != Verified })
	for part := range slices.Chunk(list, atOnce) {
		if err := takeAll(ctx, tx, part, by, Assignment.finish); err != nil {
			return err
		}
	}
	return nil
}

// takeAll takes one step with each of some assignments, and writes it into their records.
func takeAll(ctx context.Context, tx *sqldb.Tx, list []Assignment, by Signature, take func(Assignment) (Assignment, step, error)) error {
	taken, entries := make([]Assignment, len(list)), make([]Entry, len(list))
	for i, a := range list {
		next, s, err := take(a)
		if err != nil {
			return err
		}
		taken[i], entries[i] = next, next.entry(s, by)
	}
	if err := saveEnds(ctx, tx, list, taken); err != nil {
		return err
	}
	return insertEntries(ctx, tx, entries...)
}
