package enterprise

import (
	"context"
	"fmt"

	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/attraction"
	"linghang/modules/enterprise/internal/cultivation"
	"linghang/modules/enterprise/internal/diagnosis"
	"linghang/modules/enterprise/internal/service"
)

// follower is something that belongs to an entry and goes with it to the survivor of a
// merge, with nothing else to be worked out.
type follower struct {
	noun, table string
	alone       string // condition under which the other entry ($1) has one already, so that this one stays; empty: never
	since       bool   // what the organisation began after the merge comes back with it, too
	asker       bool   // organisation_id is who asked, whoever keeps the entry
}

// followers are the records of the other parts of the room. Two entries that are each kept
// by an organisation are not merged, so that one at most registered, applied or needed
// anything; what the bureau holds of both is of the survivor.
func followers() []follower {
	return []follower{
		{noun: "need", table: "need", since: true},
		{noun: "request", table: "entry_request", since: true, alone: `x.organisation_id = t.organisation_id AND x.state = 'open' AND t.state = 'open'`, asker: true},
		{noun: "provider", table: "provider", since: true, alone: `x.state <> 'refused' AND t.state <> 'refused'`},
		{noun: "application", table: "policy_application", since: true, alone: `x.policy_id = t.policy_id AND x.state NOT IN ('withdrawn', 'rejected') AND t.state NOT IN ('withdrawn', 'rejected')`},
		{noun: "cultivation", table: "cultivation_result", alone: `x.ladder = t.ladder AND x.year = t.year AND x.rung = t.rung`},
		{noun: "proof", table: "cultivation_proof", since: true},
	}
}

// single leaves out what the entry $1 has already.
func (f follower) single() string {
	if f.alone == "" {
		return " AND t.entry_id <> $1" // always so
	}
	return ` AND NOT EXISTS (SELECT 1 FROM ` + f.table + ` x WHERE x.entry_id = $1 AND ` + f.alone + `)`
}

// version is what a change of a row adds to it, where it has a version.
func (f follower) version() string {
	if f.table == "cultivation_result" {
		return ""
	}
	return ", version = version + 1"
}

// follow moves the records of from to the survivor, and notes whose they were.
func (f follower) follow(ctx context.Context, tx *sqldb.Tx, merge, from string, survivor Entry) error {
	keeps := survivor.OrganisationID
	if f.asker {
		keeps = ""
	}
	_, err := tx.Exec(ctx, `INSERT INTO entry_merge_moved (merge_id, noun, object_id, was) SELECT $2, $3, t.id, t.organisation_id FROM `+f.table+` t WHERE t.entry_id = $4`+f.single(), survivor.ID, merge, f.noun, from)
	if err != nil {
		return fmt.Errorf("note what of %s moves: %w", f.table, err)
	}
	_, err = tx.Exec(ctx, `UPDATE `+f.table+` SET entry_id = $1, organisation_id = CASE WHEN $2 = '' THEN organisation_id ELSE $2 END`+f.version()+`
		WHERE id IN (SELECT m.object_id FROM entry_merge_moved m WHERE m.merge_id = $3 AND m.noun = $4)`, survivor.ID, keeps, merge, f.noun)
	if err != nil {
		return fmt.Errorf("move %s: %w", f.table, err)
	}
	return nil
}

// comeBack moves the same back, with what whose, the organisation that keeps the entry
// again, began since.
func (f follower) comeBack(ctx context.Context, tx *sqldb.Tx, merge, from, to, whose string) error {
	if !f.since {
		whose = ""
	}
	const moved = `SELECT m.object_id FROM entry_merge_moved m WHERE m.merge_id = $2 AND m.noun = $3`
	_, err := tx.Exec(ctx, `UPDATE `+f.table+` SET entry_id = $1`+f.version()+`,
		organisation_id = COALESCE((SELECT m.was FROM entry_merge_moved m WHERE m.merge_id = $2 AND m.noun = $3 AND m.object_id = `+f.table+`.id), organisation_id)
		WHERE id IN (SELECT t.id FROM `+f.table+` t WHERE t.entry_id = $4 AND (t.organisation_id = $5 AND $5 <> '' OR t.id IN (`+moved+`))`+f.single()+`)`, from, merge, f.noun, to, whose)
	if err != nil {
		return fmt.Errorf("move %s back: %w", f.table, err)
	}
	return nil
}

// follow moves what other parts of the room have of an entry to the survivor of a merge.
func follow(ctx context.Context, tx *sqldb.Tx, merge, other string, survivor Entry) error {
	if err := cultivation.Queue(ctx, tx, other, survivor.ID); err != nil {
		return err
	}
	if err := diagnosis.Follow(ctx, tx, merge, other, survivor.ID, survivor.OrganisationID); err != nil {
		return err
	}
	if err := attraction.Follow(ctx, tx, merge, other, survivor.ID); err != nil {
		return err
	}
	for _, f := range followers() {
		if err := f.follow(ctx, tx, merge, other, survivor); err != nil {
			return err
		}
	}
	// The evidence that moved counts for the survivor.
	if err := cultivation.Settle(ctx, tx, survivor.ID, survivor.OrganisationID); err != nil {
		return err
	}
	return service.Follow(ctx, tx, merge, other, survivor.ID)
}

// comeBack moves the same back when the merge is undone.
func comeBack(ctx context.Context, tx *sqldb.Tx, merge string, gone, survivor Entry) error {
	whose := gone.OrganisationID
	if whose == survivor.OrganisationID {
		whose = ""
	}
	if err := cultivation.Queue(ctx, tx, gone.ID, survivor.ID); err != nil {
		return err
	}
	if err := diagnosis.Return(ctx, tx, merge, gone.ID, survivor.ID, whose); err != nil {
		return err
	}
	if err := attraction.Return(ctx, tx, merge, gone.ID); err != nil {
		return err
	}
	for _, f := range followers() {
		if err := f.comeBack(ctx, tx, merge, gone.ID, survivor.ID, whose); err != nil {
			return err
		}
	}
	for _, e := range []Entry{gone, survivor} {
		if err := cultivation.Settle(ctx, tx, e.ID, e.OrganisationID); err != nil {
			return err
		}
	}
	return service.Return(ctx, tx, merge, gone.ID, survivor.ID)
}
