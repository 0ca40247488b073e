package attraction

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// store keeps leads with what became of them.
type store struct{ db *sqldb.DB }

// reader reads rows, as of now or as a change sees them.
type reader interface {
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

// hand is who does something.
type hand struct{ actor, name string }

const leadColumns = `l.id, l.name_zh, l.name_en, l.origin, l.industry, l.chain, l.gap, l.source, l.stage, l.reason, l.investment, l.owner_id, l.owner_name, l.next_on, l.entry_id, l.code, l.landed_on, l.synthetic,
	l.created_at, l.updated_at, l.version, (SELECT COUNT(*) FROM lead_evidence f WHERE f.lead_id = l.id)`

func scanLead(r sqldb.Row) (l Lead, err error) {
	var created, updated int64
	err = r.Scan(&l.ID, &l.Name.ZH, &l.Name.EN, &l.Origin, &l.Industry, &l.Chain, &l.Gap, &l.Source, &l.Stage, &l.Reason, &l.Investment, &l.OwnerID, &l.OwnerName, &l.NextOn, &l.EntryID, &l.Code, &l.LandedOn, &l.Synthetic,
		&created, &updated, &l.Version, &l.Evidence)
	l.CreatedAt, l.UpdatedAt = sqldb.Time(created), sqldb.Time(updated)
	return l, err
}

// words are what lists search.
func (l Lead) words() string {
	return strings.ToLower(l.Name.ZH + " " + l.Name.EN + " " + l.Origin + " " + l.Chain + " " + l.Gap)
}

func (s store) get(ctx context.Context, db reader, id string) (Lead, error) {
	l, err := scanLead(db.QueryRow(ctx, `SELECT `+leadColumns+` FROM lead l WHERE l.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return l, noSuch("lead")
	}
	if err != nil {
		return l, fmt.Errorf("read lead: %w", err)
	}
	return l, nil
}

// add inserts a lead.
func (s store) add(ctx context.Context, l Lead, by hand) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO lead (id, name_zh, name_en, words, origin, industry, chain, gap, source, stage, investment, owner_id, owner_name, next_on, synthetic, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
			l.ID, l.Name.ZH, l.Name.EN, l.words(), l.Origin, l.Industry, l.Chain, l.Gap, l.Source, string(l.Stage), l.Investment, l.OwnerID, l.OwnerName, l.NextOn, l.Synthetic, l.CreatedAt.UnixMilli(), l.UpdatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("add lead: %w", err)
		}
		tx.Changed("lead", l.ID, nil, l)
		return note(ctx, tx, l.ID, Step{Kind: added}, by, l.CreatedAt)
	})
}

// change lets decide change a lead, and notes what became of it.
func (s store) change(ctx context.Context, id string, version int64, by hand, now time.Time, how Step, decide func(Lead) (Lead, error)) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "lead/"+id); err != nil {
			return err
		}
		before, err := s.get(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		l, err := decide(before)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE lead SET name_zh = $1, name_en = $2, words = $3, origin = $4, industry = $5, chain = $6, gap = $7, source = $8, stage = $9, reason = $10, investment = $11, owner_id = $12, owner_name = $13, next_on = $14,
			entry_id = $15, code = $16, landed_on = $17, synthetic = $18, updated_at = $19, version = version + 1 WHERE id = $20`,
			l.Name.ZH, l.Name.EN, l.words(), l.Origin, l.Industry, l.Chain, l.Gap, l.Source, string(l.Stage), l.Reason, l.Investment, l.OwnerID, l.OwnerName, l.NextOn, l.EntryID, l.Code, l.LandedOn, l.Synthetic, now.UnixMilli(), id)
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "enterprise.lead.twice", "the enterprise %s has landed by another lead: it counts once", l.Code).With("code", l.Code).At("body.code", "this enterprise has landed by another lead")
		}
		if err != nil {
			return fmt.Errorf("change lead: %w", err)
		}
		tx.Changed("lead", id, before, l)
		return note(ctx, tx, id, how, by, now)
	})
}

// remove removes a lead of the demonstration city.
func (s store) remove(ctx context.Context, l Lead) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM lead WHERE id = $1`, l.ID); err != nil {
			return fmt.Errorf("remove lead: %w", err)
		}
		tx.Changed("lead", l.ID, l, nil)
		return nil
	})
}

// Step is something that became of a lead.
type Step struct {
	Number int64     `json:"number"`
	At     time.Time `json:"at"`
	Name   string    `json:"name" doc:"Of who did it"`
	Kind   string    `json:"kind" enum:"added,edited,visit,commit,land,lose,reopen"`
	Day    string    `json:"day" doc:"On which it was; empty: when it was noted"`
	Note   string    `json:"note"`
}

func note(ctx context.Context, tx *sqldb.Tx, id string, x Step, by hand, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO lead_step (lead_id, number, at, actor, name, kind, day, note)
		SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7 FROM lead_step WHERE lead_id = $8`, id, now.UnixMilli(), by.actor, by.name, x.Kind, x.Day, x.Note, id)
	if err != nil {
		return fmt.Errorf("note what became of a lead: %w", err)
	}
	return nil
}

func (s store) steps(ctx context.Context, id string) ([]Step, error) {
	rows, err := s.db.Query(ctx, `SELECT x.number, x.at, x.name, x.kind, x.day, x.note FROM lead_step x WHERE x.lead_id = $1 ORDER BY x.number DESC`, id)
	if err != nil {
		return nil, fmt.Errorf("read what became of a lead: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x Step, err error) {
		var at int64
		err = r.Scan(&x.Number, &at, &x.Name, &x.Kind, &x.Day, &x.Note)
		x.At = sqldb.Time(at)
		return x, err
	})
}

// File is evidence of a lead.
type File struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size" doc:"Octets"`
	SHA256    string    `json:"sha256"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`

	lead, actor string
}

const fileColumns = `f.id, f.lead_id, f.name, f.media_type, f.size, f.sha256, f.actor, f.actor_name, f.at`

func scanFile(r sqldb.Row) (f File, err error) {
	var at int64
	err = r.Scan(&f.ID, &f.lead, &f.Name, &f.MediaType, &f.Size, &f.SHA256, &f.actor, &f.By, &at)
	f.At = sqldb.Time(at)
	return f, err
}

func (s store) files(ctx context.Context, lead string) ([]File, error) {
	rows, err := s.db.Query(ctx, `SELECT `+fileColumns+` FROM lead_evidence f WHERE f.lead_id = $1 ORDER BY f.at, f.id`, lead)
	if err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	return sqldb.All(rows, scanFile)
}

func (s store) file(ctx context.Context, id string) (File, error) {
	f, err := scanFile(s.db.QueryRow(ctx, `SELECT `+fileColumns+` FROM lead_evidence f WHERE f.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return f, noSuch("file")
	}
	if err != nil {
		return f, fmt.Errorf("read evidence: %w", err)
	}
	return f, nil
}

func (s store) attach(ctx context.Context, f File) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "lead/"+f.lead); err != nil {
			return err
		}
		l, err := s.get(ctx, tx, f.lead)
		if err != nil {
			return err
		}
		if l.Evidence >= mostFiles {
			return fault.New(fault.Conflict, "enterprise.lead.files_full", "a lead has %d files at most", mostFiles).With("limit", mostFiles)
		}
		_, err = tx.Exec(ctx, `INSERT INTO lead_evidence (id, lead_id, name, media_type, size, sha256, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			f.ID, f.lead, f.Name, f.MediaType, f.Size, f.SHA256, f.actor, f.By, f.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep evidence: %w", err)
		}
		tx.Changed("lead_evidence", f.ID, nil, f)
		return nil
	})
}

type leadParams struct {
	sqldb.ListParams
	Stage    string `query:"stage" enum:"lead,visited,committed,landed,lost"`
	Industry string `query:"industry" maxLength:"4"`
	Owner    string `query:"owner" maxLength:"26" doc:"ID of who follows it"`
	Year     string `query:"year" maxLength:"4" doc:"Landed in this year"`
	Due      string `query:"due" maxLength:"10" doc:"The next step is on this day or before"`
}

func (s store) list(ctx context.Context, in leadParams) (sqldb.Page[Lead], error) {
	l := sqldb.List{
		Select: leadColumns, From: "lead l", Key: "l.id", Order: "-updated_at",
		Sort:  map[string]string{"name": "l.name_zh", "stage": "l.stage", "next_on": "l.next_on", "updated_at": "l.updated_at", "landed_on": "l.landed_on", "investment": "l.investment"},
		Words: "l.words",
	}
	l.WhereIf("l.stage = ?", in.Stage).WhereIf("l.industry = ?", in.Industry).WhereIf("l.owner_id = ?", in.Owner)
	if in.Year != "" {
		l.Where("l.stage = 'landed' AND l.landed_on BETWEEN ? AND ?", in.Year+"-01-01", in.Year+"-12-31")
	}
	if in.Due != "" {
		l.Where("l.next_on <> '' AND l.next_on <= ?", in.Due)
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanLead)
}

// StageCount is how many leads are in a stage.
type StageCount struct {
	Stage      Stage   `json:"stage" enum:"lead,visited,committed,landed,lost"`
	Leads      int     `json:"leads"`
	Investment float64 `json:"investment" doc:"That is planned, in 10 000 CNY"`
}

func (s store) stages(ctx context.Context) ([]StageCount, error) {
	rows, err := s.db.Query(ctx, `SELECT l.stage, COUNT(*), SUM(l.investment) FROM lead l GROUP BY l.stage`)
	if err != nil {
		return nil, fmt.Errorf("count leads: %w", err)
	}
	found, err := sqldb.All(rows, func(r sqldb.Row) (c StageCount, err error) { return c, r.Scan(&c.Stage, &c.Leads, &c.Investment) })
	list := []StageCount{}
	for _, stage := range []Stage{Found, Visited, Committed, Landed, Lost} {
		c := StageCount{Stage: stage}
		for _, x := range found {
			if x.Stage == stage {
				c = x
			}
		}
		list = append(list, c)
	}
	return list, err
}

// landed counts enterprises that have landed with evidence, from a day until a day.
func (s store) landed(ctx context.Context, first, last string) (n, synthetic int, err error) {
	err = s.db.QueryRow(ctx, `SELECT COUNT(DISTINCT l.entry_id), COUNT(DISTINCT CASE WHEN l.synthetic THEN l.entry_id END) FROM lead l
		WHERE l.stage = 'landed' AND l.landed_on BETWEEN $1 AND $2 AND EXISTS (SELECT 1 FROM lead_evidence f WHERE f.lead_id = l.id)`, first, last).Scan(&n, &synthetic)
	if err != nil {
		return 0, 0, fmt.Errorf("count what has landed: %w", err)
	}
	return n, synthetic, nil
}

// remindAtOnce is how many reminders one run of the job sends; the next run goes on.
const remindAtOnce = 500

// due are leads whose next step has come and of which the owner was not reminded.
func (s store) due(ctx context.Context, today string) ([]Lead, error) {
	rows, err := s.db.Query(ctx, `SELECT `+leadColumns+` FROM lead l WHERE l.next_on <> '' AND l.next_on <= $1 AND l.told <> l.next_on ORDER BY l.next_on, l.id LIMIT $2`, today, remindAtOnce)
	if err != nil {
		return nil, fmt.Errorf("read leads that are due: %w", err)
	}
	return sqldb.All(rows, scanLead)
}

// remind notes that the owner was reminded, and lets send tell them, once.
func (s store) remind(ctx context.Context, l Lead, send func(tx *sqldb.Tx) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE lead SET told = next_on WHERE id = $1 AND next_on = $2 AND told <> next_on`, l.ID, l.NextOn)
		if err != nil {
			return fmt.Errorf("note a reminder: %w", err)
		}
		if n == 0 {
			return nil // changed meanwhile, or told
		}
		return send(tx)
	})
}

// Follow gives what has landed to the survivor of a merge, where that has no lead of its
// own: an enterprise counts once.
func Follow(ctx context.Context, tx *sqldb.Tx, merge, from, to string) error {
	const single = ` AND NOT EXISTS (SELECT 1 FROM lead x WHERE x.entry_id = $1 AND x.stage = 'landed')`
	if _, err := tx.Exec(ctx, `INSERT INTO entry_merge_moved (merge_id, noun, object_id, was) SELECT $2, 'lead', lead.id, lead.entry_id FROM lead WHERE lead.entry_id = $3`+single, to, merge, from); err != nil {
		return fmt.Errorf("note which lead moves: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE lead SET entry_id = $1, version = version + 1 WHERE id IN (SELECT x.object_id FROM entry_merge_moved x WHERE x.merge_id = $2 AND x.noun = 'lead')`, to, merge); err != nil {
		return fmt.Errorf("move lead: %w", err)
	}
	return nil
}

// Return gives the same back when the merge is undone.
func Return(ctx context.Context, tx *sqldb.Tx, merge, from string) error {
	if _, err := tx.Exec(ctx, `UPDATE lead SET entry_id = $1, version = version + 1 WHERE id IN (SELECT x.object_id FROM entry_merge_moved x WHERE x.merge_id = $2 AND x.noun = 'lead')`, from, merge); err != nil {
		return fmt.Errorf("move lead back: %w", err)
	}
	return nil
}

// Personal names who follows leads and did something with them.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "lead", Person: "owner_id", Columns: []string{"owner_name"}, Show: []string{"name_zh", "stage", "next_on"}},
		{Table: "lead_step", Person: "actor", Columns: []string{"name"}, Show: []string{"kind", "day", "at"}},
		{Table: "lead_evidence", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"name", "at"}},
	}
}
