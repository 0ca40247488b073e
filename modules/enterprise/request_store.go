package enterprise

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
)

const requestColumns = `q.id, q.entry_id, q.organisation_id, q.kind, q.code, q.name_zh, q.name_en, q.changes, q.text, q.state, q.answer, q.outcome, q.filed_at, q.filed_by, q.filed_name, q.due_at, q.decided_at, q.decided_by, q.decided_name, q.synthetic, q.version`

func scanRequest(r sqldb.Row) (q Request, err error) {
	var changes, outcome string
	var filed, due, decided int64
	err = r.Scan(&q.ID, &q.EntryID, &q.OrganisationID, &q.Kind, &q.Code, &q.Name.ZH, &q.Name.EN, &changes, &q.Text, &q.State, &q.Answer, &outcome, &filed, &q.filedBy, &q.FiledName, &due, &decided, &q.decidedBy, &q.DecidedName, &q.Synthetic, &q.Version)
	if err != nil {
		return q, err
	}
	q.FiledAt, q.DueAt, q.DecidedAt = sqldb.Time(filed), sqldb.Time(due), sqldb.Instant(decided)
	if outcome != "" {
		q.Outcome = &Outcome{}
		if err := json.Unmarshal([]byte(outcome), q.Outcome); err != nil {
			return q, fmt.Errorf("read outcome: %w", err)
		}
	}
	if err := json.Unmarshal([]byte(changes), &q.Changes); err != nil {
		return q, fmt.Errorf("read what is asked: %w", err)
	}
	return q, nil
}

func readRequest(ctx context.Context, db reader, id string) (Request, error) {
	q, err := scanRequest(db.QueryRow(ctx, `SELECT `+requestColumns+` FROM entry_request q WHERE q.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return q, fault.New(fault.NotFound, "kernel.not_found", "there is no such request, or it is not yours to see")
	}
	if err != nil {
		return q, fmt.Errorf("read request: %w", err)
	}
	return q, nil
}

// asks tells whether a request is the caller's own.
func (r Request) asks(who identity.Identity) bool {
	return who.Organisation.ID == r.OrganisationID || !who.Scope.All && who.Scope.Allows(r.OrganisationID)
}

// request returns a request that is the caller's to see.
func (s entryStore) request(ctx context.Context, id string) (Request, error) {
	q, err := readRequest(ctx, s.db, id)
	if who := identity.From(ctx); err == nil && !who.Scope.All && !q.asks(who) {
		return Request{}, fault.New(fault.NotFound, "kernel.not_found", "there is no such request, or it is not yours to see")
	}
	return q, err
}

type requestParams struct {
	sqldb.ListParams
	State string `query:"state" enum:"open,done,refused,withdrawn"`
	Kind  string `query:"kind" enum:"correction,deletion"`
	Entry string `query:"entry" maxLength:"26"`
}

func (s entryStore) requests(ctx context.Context, in requestParams) (sqldb.Page[Request], error) {
	l := sqldb.List{
		Select: requestColumns, From: "entry_request q", Key: "q.id", Order: "-filed_at",
		Sort:   map[string]string{"filed_at": "q.filed_at", "due_at": "q.due_at", "name": "q.name_zh", "state": "q.state"},
		Search: []string{"q.name_zh", "q.name_en", "q.code"},
	}
	l.WhereIf("q.state = ?", in.State).WhereIf("q.kind = ?", in.Kind).WhereIf("q.entry_id = ?", in.Entry)
	if who := identity.From(ctx); !who.Scope.All {
		own, args := who.OwnSQL("q.organisation_id")
		l.Where(own, args...)
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanRequest)
}

func (s entryStore) ask(ctx context.Context, q Request, also func(*sqldb.Tx) error) error {
	changes, err := json.Marshal(q.Changes)
	if err != nil {
		return fmt.Errorf("write what is asked: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO entry_request (id, entry_id, organisation_id, kind, code, name_zh, name_en, changes, text, state, filed_at, filed_by, filed_name, due_at, synthetic) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
			q.ID, q.EntryID, q.OrganisationID, q.Kind, q.Code, q.Name.ZH, q.Name.EN, string(changes), q.Text, q.State, q.FiledAt.UnixMilli(), q.filedBy, q.FiledName, q.DueAt.UnixMilli(), q.Synthetic)
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "enterprise.request.open", "a request of your organisation about this entry waits for the bureau already; withdraw it, or wait")
		}
		if err != nil {
			return fmt.Errorf("keep request: %w", err)
		}
		tx.Changed("entry_request", q.ID, nil, q)
		return also(tx)
	})
}

// settle lets decide change a request whose version was read, and do what goes with it.
func (s entryStore) settle(ctx context.Context, id string, version int64, decide func(*sqldb.Tx, Request, time.Time) (Request, error)) (Request, error) {
	var after Request
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "entry_request/"+id); err != nil {
			return err
		}
		before, err := readRequest(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.Version != version {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this request meanwhile; read it again")
		}
		now, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		if after, err = decide(tx, before, now.UTC().Truncate(time.Millisecond)); err != nil {
			return err
		}
		after.Version++
		tx.Changed("entry_request", id, before, after)
		return saveRequest(ctx, tx, after)
	})
	return after, err
}

func saveRequest(ctx context.Context, tx *sqldb.Tx, q Request) error {
	changes, err := json.Marshal(q.Changes)
	if err != nil {
		return fmt.Errorf("write what was asked: %w", err)
	}
	outcome := ""
	if q.Outcome != nil {
		text, err := json.Marshal(q.Outcome)
		if err != nil {
			return fmt.Errorf("write outcome: %w", err)
		}
		outcome = string(text)
	}
	_, err = tx.Exec(ctx, `UPDATE entry_request SET changes = $1, state = $2, answer = $3, outcome = $4, decided_at = $5, decided_by = $6, decided_name = $7, version = $8 WHERE id = $9`,
		string(changes), q.State, q.Answer, outcome, sqldb.InstantMillis(q.DecidedAt), q.decidedBy, q.DecidedName, q.Version, q.ID)
	if err != nil {
		return fmt.Errorf("save request: %w", err)
	}
	return nil
}

// asked returns the entry of a request as it is now: where it was merged since, the survivor.
func asked(ctx context.Context, tx *sqldb.Tx, q Request) (Entry, error) {
	e, err := whole(ctx, tx, q.EntryID)
	if err != nil {
		return e, err
	}
	if e.Status != accepted {
		return e, fault.New(fault.Conflict, "enterprise.request.gone", "the entry is %s and not in the directory; refuse the request, or undo that first", e.Status).With("status", e.Status)
	}
	return e, nil
}

// carryOut corrects an entry as it was asked.
func (s entryStore) carryOut(ctx context.Context, tx *sqldb.Tx, q Request, now time.Time) (Request, error) {
	before, err := asked(ctx, tx, q)
	if err != nil {
		return q, err
	}
	after, done, err := before.correct(q.Changes, identity.ValidUSCC, now)
	if err != nil {
		return q, err
	}
	if after.Code != before.Code {
		_, err := tx.Exec(ctx, `UPDATE entry SET code = $1 WHERE id = $2`, after.Code, after.ID)
		if sqldb.IsUnique(err) {
			return q, taken(after)
		}
		if err != nil {
			return q, fmt.Errorf("correct code: %w", err)
		}
	}
	if err := s.save(ctx, tx, before, after, step{kind: stepCorrected, reason: q.Text, changes: done}); err != nil {
		return q, err
	}
	q.Changes = done
	return q, tx.Emit(ctx, enterpriseevent.Changed{EntryID: after.ID, Code: after.Code, At: now})
}

// dueRequests are open requests of which the bureau is due a reminder.
func (s entryStore) dueRequests(ctx context.Context, now time.Time) ([]Request, error) {
	rows, err := s.db.Query(ctx, `SELECT `+requestColumns+` FROM entry_request q WHERE q.state = 'open' AND (q.due_at < $1 AND q.told <> 'over' OR q.due_at < $2 AND q.told = '') ORDER BY q.due_at, q.id LIMIT 200`,
		now.UnixMilli(), now.Add(warnBefore).UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read requests that are due: %w", err)
	}
	return sqldb.All(rows, scanRequest)
}

// remindOf notes that the bureau was reminded, and lets send tell it, once.
func (s entryStore) remindOf(ctx context.Context, q Request, which string, send func(*sqldb.Tx) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE entry_request SET told = $1 WHERE id = $2 AND state = 'open' AND told <> $1`, which, q.ID)
		if err != nil {
			return fmt.Errorf("note a reminder: %w", err)
		}
		if n == 0 {
			return nil // decided meanwhile, or told
		}
		return send(tx)
	})
}
