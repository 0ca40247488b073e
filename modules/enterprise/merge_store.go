package enterprise

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
)

// Pair is two entries that are likely one enterprise.
type Pair struct {
	First   PairSide `json:"first"`
	Second  PairSide `json:"second"`
	Reasons []string `json:"reasons" nullable:"false" doc:"name: the same name after normalisation; address: the same address and names alike; phone: a contact with the same number"`
}

// PairSide is one of two.
type PairSide struct {
	ID       string    `json:"id"`
	Code     string    `json:"code"`
	Name     lang.Text `json:"name"`
	District string    `json:"district"`
	Status   string    `json:"status"`
	Claimed  bool      `json:"claimed" doc:"An organisation keeps it"`
}

// Bounds of looking for duplicates.
const (
	mostPairs = 200
	mostLooks = 2000 // pairs of one rule that are looked at
)

// pairs returns likely duplicates among entries that are accepted or wait, without
// those that the bureau said are two.
func (s entryStore) pairs(ctx context.Context) ([]Pair, error) {
	const from = `FROM entry a JOIN entry b ON `
	const among = ` AND a.id < b.id AND a.status IN ('accepted', 'submitted') AND b.status IN ('accepted', 'submitted')
		AND NOT EXISTS (SELECT 1 FROM entry_distinct d WHERE d.first_id = a.id AND d.second_id = b.id) ORDER BY a.id, b.id LIMIT $1`
	const columns = `SELECT DISTINCT a.id, a.code, a.name_zh, a.name_en, a.district, a.status, a.organisation_id, b.id, b.code, b.name_zh, b.name_en, b.district, b.status, b.organisation_id `
	list, at := []Pair{}, map[[2]string]int{}
	for _, rule := range []struct{ reason, query string }{
		{sameName, from + `a.name_key = b.name_key AND a.name_key <> ''` + among},
		{sameAddress, `FROM entry_profile p JOIN entry_profile q ON p.address_key = q.address_key AND p.address_key <> '' JOIN entry a ON a.id = p.entry_id JOIN entry b ON b.id = q.entry_id WHERE TRUE` + among},
		{samePhone, `FROM entry_contact p JOIN entry_contact q ON p.phone_key = q.phone_key AND p.phone_key <> '' JOIN entry a ON a.id = p.entry_id JOIN entry b ON b.id = q.entry_id WHERE TRUE` + among},
	} {
		rows, err := s.db.Query(ctx, columns+rule.query, mostLooks)
		if err != nil {
			return nil, fmt.Errorf("look for duplicates by %s: %w", rule.reason, err)
		}
		found, err := sqldb.All(rows, scanPair)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			if rule.reason == sameAddress && likeness(p.First.Name.ZH, p.Second.Name.ZH) < alike {
				continue
			}
			key := [2]string{p.First.ID, p.Second.ID}
			i, known := at[key]
			if !known {
				if len(list) == mostPairs {
					continue
				}
				i, at[key] = len(list), len(list)
				list = append(list, p)
			}
			list[i].Reasons = append(list[i].Reasons, rule.reason)
		}
	}
	return list, nil
}

func scanPair(r sqldb.Row) (p Pair, err error) {
	var first, second string
	a, b := &p.First, &p.Second
	err = r.Scan(&a.ID, &a.Code, &a.Name.ZH, &a.Name.EN, &a.District, &a.Status, &first, &b.ID, &b.Code, &b.Name.ZH, &b.Name.EN, &b.District, &b.Status, &second)
	a.Claimed, b.Claimed = first != "", second != ""
	return p, err
}

// keepApart notes that two entries are two enterprises.
func (s entryStore) keepApart(ctx context.Context, first, second string) error {
	if first > second {
		first, second = second, first
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, id := range []string{first, second} {
			if _, err := whole(ctx, tx, id); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO entry_distinct (first_id, second_id) VALUES ($1, $2) ON CONFLICT (first_id, second_id) DO NOTHING`, first, second)
		return err
	})
}

// snapshot is what a survivor was before it took in another: all but contacts.
type snapshot struct {
	OrganisationID string
	Name           lang.Text
	District       string
	Industry       string
	Size           string
	Profile        Profile
	Consent        Consent
}

// merge makes one entry of two, and keeps what undoing needs.
func (s entryStore) merge(ctx context.Context, survivor, other string, taken []string, now time.Time) (string, error) {
	id := newID()
	return id, s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := whole(ctx, tx, survivor)
		if err != nil {
			return err
		}
		gone, err := whole(ctx, tx, other)
		if err != nil {
			return err
		}
		after, err := before.merge(gone, taken)
		if err != nil {
			return err
		}
		after.UpdatedAt = now
		if err := s.retire(ctx, tx, gone, before, now); err != nil {
			return err
		}
		moved, err := moveEvidence(ctx, tx, gone, survivor, taken)
		if err != nil {
			return err
		}
		if err := s.save(ctx, tx, before, after, step{kind: stepMerged, fields: strings.Join(taken, ","), reason: gone.named()}); err != nil {
			return err
		}
		kept, err := json.Marshal(snapshot{before.OrganisationID, before.Name, before.District, before.Industry, before.Size, before.Profile, before.Consent})
		if err != nil {
			return fmt.Errorf("keep what the survivor was: %w", err)
		}
		who := identity.From(ctx)
		_, err = tx.Exec(ctx, `INSERT INTO entry_merge (id, survivor_id, other_id, at, actor, name, taken, before, other_was, evidence, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			id, survivor, other, now.UnixMilli(), who.Actor(), who.Name, strings.Join(taken, ","), string(kept), gone.Status, strings.Join(moved, ","), before.Version+1)
		if err != nil {
			return fmt.Errorf("keep merge: %w", err)
		}
		if err := follow(ctx, tx, id, other, after); err != nil {
			return err
		}
		return tx.Emit(ctx, enterpriseevent.Merged{EntryID: survivor, Code: after.Code, OtherID: other, FormerCode: gone.Code, At: now})
	})
}

// retire takes an entry out of the directory; its code leads to the survivor.
func (s entryStore) retire(ctx context.Context, tx *sqldb.Tx, gone, survivor Entry, now time.Time) error {
	retired := gone
	retired.Status, retired.UpdatedAt = merged, now
	if err := s.save(ctx, tx, gone, retired, step{kind: stepMerged, fields: "status", reason: survivor.named()}); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE entry SET merged_into = $1 WHERE id = $2`, survivor.ID, gone.ID)
	return err
}

// moveEvidence gives the survivor the files of qualifications that it takes.
func moveEvidence(ctx context.Context, tx *sqldb.Tx, gone Entry, survivor string, taken []string) (moved []string, err error) {
	if !strings.Contains(","+strings.Join(taken, ",")+",", ","+groupQualifications+",") {
		return nil, nil
	}
	for _, v := range gone.Evidence {
		if _, err := tx.Exec(ctx, `UPDATE entry_evidence SET entry_id = $1 WHERE id = $2`, survivor, v.ID); err != nil {
			return nil, fmt.Errorf("move evidence: %w", err)
		}
		moved = append(moved, v.ID)
	}
	return moved, nil
}

// Merge is two entries that were made one.
type Merge struct {
	ID         string     `json:"id"`
	Survivor   PairSide   `json:"survivor"`
	Other      PairSide   `json:"other"`
	At         time.Time  `json:"at" title:"时间|Time"`
	Name       string     `json:"name" doc:"Of who merged them" title:"经办人|By"`
	Taken      string     `json:"taken" doc:"Groups that the survivor took from the other, with commas between them" title:"取自另一条|Taken"`
	UndoneAt   *time.Time `json:"undone_at,omitempty" title:"撤销时间|Undone"`
	UndoneName string     `json:"undone_name" title:"撤销人|Undone by"`
	Undoable   bool       `json:"undoable" doc:"Nothing was done with the survivor since"`
}

func (s entryStore) merges(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Merge], error) {
	l := sqldb.List{
		Select: `m.id, m.at, m.name, m.taken, m.undone_at, m.undone_name, CASE WHEN m.undone_at = 0 AND a.version = m.version THEN TRUE ELSE FALSE END,
			a.id, a.code, a.name_zh, a.name_en, a.district, a.status, a.organisation_id, b.id, b.code, b.name_zh, b.name_en, b.district, b.status, b.organisation_id`,
		From: "entry_merge m JOIN entry a ON a.id = m.survivor_id JOIN entry b ON b.id = m.other_id", Key: "m.id", Order: "-at", Sort: map[string]string{"at": "m.at"},
		Search: []string{"a.words", "b.words", "m.name"},
	}
	return sqldb.Fetch(ctx, s.db, l, in, func(r sqldb.Row) (x Merge, err error) {
		var at, undone int64
		var first, second string
		a, b := &x.Survivor, &x.Other
		err = r.Scan(&x.ID, &at, &x.Name, &x.Taken, &undone, &x.UndoneName, &x.Undoable,
			&a.ID, &a.Code, &a.Name.ZH, &a.Name.EN, &a.District, &a.Status, &first, &b.ID, &b.Code, &b.Name.ZH, &b.Name.EN, &b.District, &b.Status, &second)
		a.Claimed, b.Claimed, x.At = first != "", second != "", sqldb.TimeOrZero(at)
		if t := sqldb.TimeOrZero(undone); !t.IsZero() {
			x.UndoneAt = &t
		}
		return x, err
	})
}

// undo makes two entries of one again, exactly as they were; contacts never moved.
func (s entryStore) undo(ctx context.Context, id string, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var survivor, other, kept, was, files string
		var version, undone int64
		err := tx.QueryRow(ctx, `SELECT m.survivor_id, m.other_id, m.before, m.other_was, m.evidence, m.version, m.undone_at FROM entry_merge m WHERE m.id = $1`, id).
			Scan(&survivor, &other, &kept, &was, &files, &version, &undone)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "kernel.not_found", "there is no such merge")
		}
		if err != nil {
			return fmt.Errorf("read merge: %w", err)
		}
		made, err := whole(ctx, tx, survivor)
		if err != nil {
			return err
		}
		if undone != 0 || made.Version != version {
			return fault.New(fault.Conflict, "enterprise.merge.over", "this merge was undone, or the entry was changed since: undoing would lose that")
		}
		var b snapshot
		if err := json.Unmarshal([]byte(kept), &b); err != nil {
			return fmt.Errorf("read what the survivor was: %w", err)
		}
		after := made
		after.OrganisationID, after.Name, after.District, after.Industry, after.Size, after.Profile, after.Consent, after.UpdatedAt = b.OrganisationID, b.Name, b.District, b.Industry, b.Size, b.Profile, b.Consent, now
		gone, err := whole(ctx, tx, other)
		if err != nil {
			return err
		}
		if err := s.save(ctx, tx, made, after, step{kind: stepUnmerged, reason: gone.named()}); err != nil {
			return err
		}
		return s.part(ctx, tx, id, gone, after, was, files, now)
	})
}

// part brings the other entry of a merge back.
func (s entryStore) part(ctx context.Context, tx *sqldb.Tx, id string, gone, survivor Entry, was, files string, now time.Time) error {
	back := gone
	back.Status, back.UpdatedAt = was, now
	if err := s.save(ctx, tx, gone, back, step{kind: stepUnmerged, fields: "status", reason: survivor.named()}); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE entry SET merged_into = '' WHERE id = $1`, gone.ID); err != nil {
		return fmt.Errorf("part entries: %w", err)
	}
	for file := range strings.SplitSeq(files, ",") {
		if _, err := tx.Exec(ctx, `UPDATE entry_evidence SET entry_id = $1 WHERE id = $2`, gone.ID, file); err != nil {
			return fmt.Errorf("move evidence back: %w", err)
		}
	}
	if err := comeBack(ctx, tx, id, gone, survivor); err != nil {
		return err
	}
	who := identity.From(ctx)
	if _, err := tx.Exec(ctx, `UPDATE entry_merge SET undone_at = $1, undone_by = $2, undone_name = $3 WHERE id = $4`, now.UnixMilli(), who.Actor(), who.Name, id); err != nil {
		return fmt.Errorf("note that a merge was undone: %w", err)
	}
	events := []bus.Event{enterpriseevent.Changed{EntryID: survivor.ID, Code: survivor.Code, At: now}, enterpriseevent.Unmerged{EntryID: survivor.ID, OtherID: gone.ID, Code: back.Code, At: now}}
	return tx.Emit(ctx, events...)
}

// resolve returns the entry that a code leads to: its own, or the survivor of that.
func (s entryStore) resolve(ctx context.Context, code string) (id string, err error) {
	id, ok, err := s.byCode(ctx, code)
	if err != nil || !ok {
		return "", errOr(err, noEntry())
	}
	for range 20 { // survivors are merged, too, and never in a loop
		var into string
		if err := s.db.QueryRow(ctx, `SELECT e.merged_into FROM entry e WHERE e.id = $1`, id).Scan(&into); err != nil {
			return "", fmt.Errorf("follow the code %s: %w", code, err)
		}
		if into == "" {
			break
		}
		id = into
	}
	return id, nil
}

func errOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
