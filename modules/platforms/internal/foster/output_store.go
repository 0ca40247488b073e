package foster

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/measure"
	"linghang/kernel/sqldb"
)

// outputStore keeps figures of new output, all of their revisions.
type outputStore struct{ db *sqldb.DB }

const (
	outputColumns = `r.id, r.platform_id, p.name_zh, p.name_en, p.operator_zh, p.operator_en, r.organisation_id, r.enterprise, r.uscc, r.year, r.yuan, r.project, r.basis, r.revision, r.reason, r.state,
		r.actor, r.actor_name, r.reported_at, r.decider, r.decider_name, r.decided_at, r.decision, r.file_id, f.name, f.sha256, p.synthetic, r.version, ` + countedOutput + `, ` + otherOutputs
	outputFrom = `foster_output r JOIN platform p ON p.id = r.platform_id JOIN foster_output_file f ON f.id = r.file_id`
	// countedOutput is that a figure is the largest accepted one of its enterprise and
	// year; of equal ones the first that was reported.
	countedOutput = `CASE WHEN r.state <> 'accepted' THEN '' WHEN EXISTS (SELECT 1 FROM foster_output o WHERE o.uscc = r.uscc AND o.year = r.year AND o.state = 'accepted'
		AND (o.yuan > r.yuan OR (o.yuan = r.yuan AND o.id < r.id))) THEN 'no' ELSE 'yes' END`
	otherOutputs = `(SELECT COUNT(*) FROM foster_output o WHERE o.uscc = r.uscc AND o.year = r.year AND o.state = 'accepted' AND o.platform_id <> r.platform_id)`
)

func scanOutput(r sqldb.Row) (o Output, err error) {
	var reported, decided int64
	err = r.Scan(&o.ID, &o.PlatformID, &o.Platform.ZH, &o.Platform.EN, &o.Operator.ZH, &o.Operator.EN, &o.organisation, &o.Enterprise, &o.USCC, &o.Year, &o.yuan, &o.Project, &o.Basis, &o.Revision, &o.Reason, &o.State,
		&o.actor, &o.ReportedBy, &reported, &o.decider, &o.DecidedBy, &decided, &o.Decision, &o.FileID, &o.File, &o.SHA256, &o.Synthetic, &o.Version, &o.Counted, &o.Others)
	o.Amount, o.ReportedAt, o.DecidedAt = float64(o.yuan)/yuanOf, sqldb.Time(reported), sqldb.Instant(decided)
	return o, err
}

// discreet hides from who does not see the whole city what tells of other platforms,
// and who reviewed.
func (o Output) discreet(ctx context.Context) Output {
	if !identity.From(ctx).Scope.All {
		o.Counted, o.Others, o.DecidedBy = "", 0, ""
	}
	return o
}

type outputParams struct {
	sqldb.ListParams
	Platform string `query:"platform" maxLength:"26"`
	State    string `query:"state" enum:"reported,accepted,refused,withdrawn,replaced"`
	Year     int    `query:"year" minimum:"0" maximum:"2100"`
	USCC     string `query:"uscc" maxLength:"18"`
	Double   bool   `query:"double" doc:"Accepted figures of enterprises that several platforms have figures of in the year; for who sees the whole city"`
}

// list lists the figures of platforms within the caller's scope.
func (s outputStore) list(ctx context.Context, in outputParams) (sqldb.Page[Output], error) {
	l := sqldb.List{
		Select: outputColumns, From: outputFrom, Key: "r.id", Order: "-reported_at",
		Sort: map[string]string{
			"reported_at": "r.reported_at", "decided_at": "r.decided_at", "amount": "r.yuan", "year": "r.year", "enterprise": "r.enterprise", "uscc": "r.uscc", "platform": "p.name_zh", "state": "r.state", "project": "r.project",
		},
		Search: []string{"r.enterprise", "r.uscc", "r.project", "p.name_zh", "p.name_en"},
	}
	l.WhereIf("r.platform_id = ?", in.Platform).WhereIf("r.state = ?", in.State).WhereIf("r.uscc = ?", in.USCC)
	if in.Year > 0 {
		l.Where("r.year = ?", in.Year)
	}
	scope := identity.From(ctx).Scope
	if in.Double && scope.All {
		l.Where("r.state = 'accepted' AND " + otherOutputs + " > 0")
	}
	scope.Filter(&l, "r.organisation_id")
	page, err := sqldb.Fetch(ctx, s.db, l, in.ListParams, scanOutput)
	for i, o := range page.Items {
		page.Items[i] = o.discreet(ctx)
	}
	return page, err
}

// read returns a figure of a platform within the caller's scope.
func (s outputStore) read(ctx context.Context, db reader, id string) (Output, error) {
	o, err := scanOutput(db.QueryRow(ctx, `SELECT `+outputColumns+` FROM `+outputFrom+` WHERE r.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return o, noSuch("figure")
	}
	if err != nil {
		return o, fmt.Errorf("read figure of output: %w", err)
	}
	return o, identity.From(ctx).Scope.Check(o.organisation)
}

// revisions are the figures of a platform for an enterprise and year, oldest first.
func (s outputStore) revisions(ctx context.Context, db reader, platform string, n outputName) ([]Output, error) {
	rows, err := db.Query(ctx, `SELECT `+outputColumns+` FROM `+outputFrom+` WHERE r.platform_id = $1 AND r.uscc = $2 AND r.year = $3 ORDER BY r.revision`, platform, n.uscc, n.year)
	if err != nil {
		return nil, fmt.Errorf("read revisions: %w", err)
	}
	return sqldb.All(rows, scanOutput)
}

// rivals are the accepted figures of other platforms for the same enterprise and year,
// the largest first.
func (s outputStore) rivals(ctx context.Context, o Output) ([]Output, error) {
	rows, err := s.db.Query(ctx, `SELECT `+outputColumns+` FROM `+outputFrom+` WHERE r.platform_id <> $1 AND r.uscc = $2 AND r.year = $3 AND r.state = 'accepted' ORDER BY r.yuan DESC, r.id`, o.PlatformID, o.USCC, o.Year)
	if err != nil {
		return nil, fmt.Errorf("read figures of other platforms: %w", err)
	}
	return sqldb.All(rows, scanOutput)
}

// lockOutputs lets figures of new output change one after another: which ones count
// depends on all of them.
func lockOutputs(ctx context.Context, tx *sqldb.Tx) error { return tx.Queue(ctx, "foster_output") }

// report keeps figures of a platform with their evidence, all or none.
func (s outputStore) report(ctx context.Context, t target, list []Output) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := lockOutputs(ctx, tx); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM foster_output WHERE platform_id = $1`, t.id).Scan(&n); err != nil {
			return fmt.Errorf("count figures of output: %w", err)
		}
		if n+len(list) > outputsMost {
			return fault.New(fault.Conflict, "platforms.output.too_many", "a platform has %d figures at most", outputsMost).With("limit", outputsMost)
		}
		for _, o := range list {
			before, err := s.revisions(ctx, tx, t.id, o.name())
			if err != nil {
				return err
			}
			if o, err = o.after(before); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `INSERT INTO foster_output (id, platform_id, organisation_id, uscc, year, revision, enterprise, yuan, project, basis, reason, file_id, state, actor, actor_name, reported_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
				o.ID, t.id, t.organisation, o.USCC, int64(o.Year), int64(o.Revision), o.Enterprise, o.yuan, o.Project, o.Basis, o.Reason, o.FileID, string(o.State), o.actor, o.ReportedBy, o.ReportedAt.UnixMilli())
			if err != nil {
				return fmt.Errorf("keep figure of output: %w", err)
			}
			o.PlatformID = t.id
			tx.Changed("foster_output", o.ID, nil, o)
		}
		return nil
	})
}

// change lets decide change a figure, and saves it; an accepted one takes the place of
// the one that was accepted before.
func (s outputStore) change(ctx context.Context, id string, version int64, decide func(Output) (Output, error), also func(*sqldb.Tx, Output) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := lockOutputs(ctx, tx); err != nil {
			return err
		}
		before, err := s.read(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		after, err := decide(before)
		if err != nil {
			return err
		}
		if after.State == OutputAccepted {
			if err := s.replace(ctx, tx, after); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `UPDATE foster_output SET state = $1, decider = $2, decider_name = $3, decision = $4, decided_at = $5, version = version + 1 WHERE id = $6`,
			string(after.State), after.decider, after.DecidedBy, after.Decision, sqldb.InstantMillis(after.DecidedAt), id)
		if err != nil {
			return fmt.Errorf("save figure of output: %w", err)
		}
		tx.Changed("foster_output", id, before, after)
		return also(tx, after)
	})
}

func (s outputStore) replace(ctx context.Context, tx *sqldb.Tx, o Output) error {
	before, err := s.revisions(ctx, tx, o.PlatformID, o.name())
	if err != nil {
		return err
	}
	for _, b := range before {
		if b.State != OutputAccepted {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE foster_output SET state = 'replaced', version = version + 1 WHERE id = $1`, b.ID); err != nil {
			return fmt.Errorf("replace figure of output: %w", err)
		}
		gone := b
		gone.State = OutputReplaced
		tx.Changed("foster_output", b.ID, b, gone)
	}
	return nil
}

const outputFileColumns = `f.id, f.platform_id, f.name, f.media_type, f.size, f.sha256, f.actor, f.actor_name, f.at`

// outputFilesMost bounds how many files of evidence a platform has.
const outputFilesMost = 5000

// attach keeps a file of evidence of a platform.
func (s outputStore) attach(ctx context.Context, f File) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := lockOutputs(ctx, tx); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM foster_output_file WHERE platform_id = $1`, f.application).Scan(&n); err != nil {
			return fmt.Errorf("count files: %w", err)
		}
		if n >= outputFilesMost {
			return fault.New(fault.Conflict, "platforms.output.files_full", "a platform has %d files of evidence at most", outputFilesMost).With("limit", outputFilesMost)
		}
		_, err := tx.Exec(ctx, `INSERT INTO foster_output_file (id, platform_id, name, media_type, size, sha256, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			f.ID, f.application, f.Name, f.MediaType, f.Size, f.SHA256, f.actor, f.by, f.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep file: %w", err)
		}
		tx.Changed("foster_output_file", f.ID, nil, f)
		return nil
	})
}

// file returns a file of evidence of a platform within the caller's scope; its
// application is the platform.
func (s outputStore) file(ctx context.Context, id string) (File, error) {
	f, err := scanFile(s.db.QueryRow(ctx, `SELECT `+outputFileColumns+` FROM foster_output_file f WHERE f.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return f, noSuch("file")
	}
	if err != nil {
		return f, fmt.Errorf("read file: %w", err)
	}
	var organisation string
	if err := s.db.QueryRow(ctx, `SELECT p.organisation_id FROM platform p WHERE p.id = $1`, f.application).Scan(&organisation); err != nil {
		return f, fmt.Errorf("read platform: %w", err)
	}
	return f, identity.From(ctx).Scope.Check(organisation)
}

// years are what figures come to by year, of the city or of the caller's own platforms.
func (s outputStore) years(ctx context.Context) ([]OutputYear, error) {
	rows, err := s.db.Query(ctx, `SELECT r.year, r.uscc, r.yuan, r.state, p.synthetic, r.organisation_id FROM foster_output r JOIN platform p ON p.id = r.platform_id
		WHERE r.state IN ('reported', 'accepted') ORDER BY r.year DESC, r.uscc, r.yuan DESC, r.id`)
	if err != nil {
		return nil, fmt.Errorf("add up output: %w", err)
	}
	all, err := sqldb.All(rows, func(r sqldb.Row) (x Output, err error) {
		return x, r.Scan(&x.Year, &x.USCC, &x.yuan, &x.State, &x.Synthetic, &x.organisation)
	})
	if err != nil {
		return nil, fmt.Errorf("add up output: %w", err)
	}
	scope := identity.From(ctx).Scope
	return yearsOf(slices.DeleteFunc(all, func(o Output) bool { return !scope.Allows(o.organisation) })), nil
}

// driven is the new output of all years, of each enterprise and year its largest
// accepted figure, in CNY.
func (s outputStore) driven(ctx context.Context) (measure.Value, error) {
	v := measure.Value{At: now()}
	var n, synthetic int
	err := s.db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(r.yuan), 0), COALESCE(SUM(CASE WHEN p.synthetic THEN 1 ELSE 0 END), 0)
		FROM foster_output r JOIN platform p ON p.id = r.platform_id WHERE `+countedOutput+` = 'yes'`).Scan(&n, &v.Number, &synthetic)
	if err != nil {
		return v, fmt.Errorf("add up new output: %w", err)
	}
	v.Known, v.Synthetic = n > 0, synthetic > 0
	return v, nil
}
