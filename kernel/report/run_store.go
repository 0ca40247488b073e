package report

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// Run is one report that somebody asked for.
type Run struct {
	ID             string            `json:"id" title:"编号|ID"`
	Report         string            `json:"report" title:"报告|Report"`
	Title          string            `json:"title" title:"标题|Title" doc:"With what was chosen, in the run's language"`
	Parameters     map[string]string `json:"parameters"`
	Language       string            `json:"language" enum:"zh,en" title:"语言|Language"`
	OrganisationID string            `json:"organisation_id" title:"机构|Organisation"`
	AskedBy        string            `json:"asked_by"`
	AskedByName    string            `json:"asked_by_name" title:"申请人|Asked by"`
	AskedAt        time.Time         `json:"asked_at" title:"申请时间|Asked at"`
	State          string            `json:"state" enum:"waiting,running,done,failed,cancelled" title:"状态|State"`
	Progress       float64           `json:"progress" doc:"0 to 1"`
	Problem        string            `json:"problem,omitempty" doc:"Translation key of what went wrong"`
	FinishedAt     *time.Time        `json:"finished_at" title:"完成时间|Finished at"`
	Digest         string            `json:"digest" title:"数据摘要|Digest" doc:"SHA-256 of everything that the report says"`
	PDF            string            `json:"pdf_sha256,omitempty"`
	PDFSize        int64             `json:"pdf_size"`
	XLSX           string            `json:"xlsx_sha256,omitempty"`
	XLSXSize       int64             `json:"xlsx_size"`

	tries int
}

type runStore struct{ db *sqldb.DB }

const runColumns = `id, report, title, parameters, language, organisation_id, asked_by, asked_by_name, asked_at, state, progress, problem, finished_at,
	digest, pdf, pdf_size, xlsx, xlsx_size, tries`

func scanRun(row sqldb.Row) (Run, error) {
	var r Run
	var parameters string
	var asked, finished int64
	err := row.Scan(&r.ID, &r.Report, &r.Title, &parameters, &r.Language, &r.OrganisationID, &r.AskedBy, &r.AskedByName, &asked, &r.State, &r.Progress,
		&r.Problem, &finished, &r.Digest, &r.PDF, &r.PDFSize, &r.XLSX, &r.XLSXSize, &r.tries)
	if err != nil {
		return r, err
	}
	r.AskedAt = time.UnixMilli(asked).UTC()
	if finished > 0 {
		at := time.UnixMilli(finished).UTC()
		r.FinishedAt = &at
	}
	if err := json.Unmarshal([]byte(parameters), &r.Parameters); err != nil {
		return r, fmt.Errorf("decode parameters of run %s: %w", r.ID, err)
	}
	return r, nil
}

// waitingLimit is how many unfinished runs an organisation may have.
const waitingLimit = 20

func (s runStore) add(ctx context.Context, r Run) error {
	parameters, err := json.Marshal(r.Parameters)
	if err != nil {
		return fmt.Errorf("encode parameters: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var waiting int
		err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM run WHERE organisation_id = $1 AND state IN ('waiting', 'running')`, r.OrganisationID).Scan(&waiting)
		if err != nil {
			return fmt.Errorf("count unfinished runs: %w", err)
		}
		if waiting >= waitingLimit {
			return fault.New(fault.Limited, "report.many", "%d reports of this organisation are not finished yet", waiting).With("limit", waitingLimit).After(30)
		}
		_, err = tx.Exec(ctx, `INSERT INTO run (id, report, title, parameters, language, organisation_id, asked_by, asked_by_name, asked_at, state)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting')`,
			r.ID, r.Report, r.Title, string(parameters), r.Language, r.OrganisationID, r.AskedBy, r.AskedByName, r.AskedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("add run: %w", err)
		}
		return nil
	})
}

func (s runStore) get(ctx context.Context, id string) (Run, error) {
	r, err := scanRun(s.db.QueryRow(ctx, `SELECT `+runColumns+` FROM run WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.New(fault.NotFound, "kernel.not_found", "there is no such report, or it is not yours to see")
	}
	if err != nil {
		return r, fmt.Errorf("read run: %w", err)
	}
	return r, nil
}

type runParams struct {
	sqldb.ListParams
	Report string `query:"report" maxLength:"80"`
	State  string `query:"state" enum:"waiting,running,done,failed,cancelled"`
}

// list lists runs of the caller's organisations, of reports that they may read.
func (s runStore) list(ctx context.Context, in runParams, reports []any) (sqldb.Page[Run], error) {
	l := sqldb.List{
		Select: runColumns, From: "run", Key: "id", Order: "-asked_at", Search: []string{"title", "asked_by_name"},
		Sort: map[string]string{"asked_at": "asked_at", "title": "title", "state": "state", "report": "report"},
	}
	identity.From(ctx).Scope.Filter(&l, "organisation_id")
	l.WhereIf("report = ?", in.Report).WhereIf("state = ?", in.State)
	if len(reports) == 0 {
		l.Where("1 = 0")
	} else {
		l.Where("report IN (?"+strings.Repeat(", ?", len(reports)-1)+")", reports...)
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanRun)
}

const (
	// hold is how long a run belongs to a process that says nothing.
	hold = 30 * time.Second
	// maxTries is how often a run is begun, when processes end in the middle of it.
	maxTries = 3
)

// claim takes the run that waits longest; found is false when there is none.
func (s runStore) claim(ctx context.Context, holder string, now time.Time) (r Run, found bool, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		found = false
		if err := tx.Queue(ctx, "claim"); err != nil {
			return err
		}
		r, err = scanRun(tx.QueryRow(ctx, `SELECT `+runColumns+` FROM run WHERE state = 'waiting' OR (state = 'running' AND held_until < $1) ORDER BY asked_at LIMIT 1`, now.UnixMilli()))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("look for a run: %w", err)
		}
		found = true
		_, err = tx.Exec(ctx, `UPDATE run SET state = 'running', holder = $1, held_until = $2, tries = tries + 1, progress = 0 WHERE id = $3`,
			holder, now.Add(hold).UnixMilli(), r.ID)
		r.tries++
		return err
	})
	return r, found, err
}

// keep renews the hold and stores the progress; mine is false when the run was
// cancelled or belongs to another process.
func (s runStore) keep(ctx context.Context, id, holder string, progress float64, now time.Time) (mine bool, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE run SET held_until = $1, progress = $2 WHERE id = $3 AND holder = $4 AND state = 'running'`,
			now.Add(hold).UnixMilli(), progress, id, holder)
		mine = n == 1
		return err
	})
	return mine, err
}

// finish stores the outcome, unless the run was cancelled meanwhile.
func (s runStore) finish(ctx context.Context, holder string, r Run) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE run SET state = $1, progress = $2, problem = $3, finished_at = $4, digest = $5, pdf = $6, pdf_size = $7, xlsx = $8, xlsx_size = $9
			WHERE id = $10 AND holder = $11 AND state = 'running'`,
			r.State, r.Progress, r.Problem, time.Now().UnixMilli(), r.Digest, r.PDF, r.PDFSize, r.XLSX, r.XLSXSize, r.ID, holder)
		return err
	})
}

// cancel ends a run that is not finished.
func (s runStore) cancel(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE run SET state = 'cancelled', finished_at = $1 WHERE id = $2 AND state IN ('waiting', 'running')`, time.Now().UnixMilli(), id)
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "report.finished", "the report is finished")
		}
		return err
	})
}

// stale returns runs that finished before a time, a bounded number.
func (s runStore) stale(ctx context.Context, before time.Time) ([]Run, error) {
	rows, err := s.db.Query(ctx, `SELECT `+runColumns+` FROM run WHERE finished_at > 0 AND finished_at < $1 ORDER BY finished_at LIMIT 1000`, before.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read old runs: %w", err)
	}
	return sqldb.All(rows, scanRun)
}

// remove forgets a run; unused are the files that no other run has.
func (s runStore) remove(ctx context.Context, r Run) (unused []string, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		unused = nil
		if _, err := tx.Exec(ctx, `DELETE FROM run WHERE id = $1`, r.ID); err != nil {
			return fmt.Errorf("remove run: %w", err)
		}
		for _, hash := range []string{r.PDF, r.XLSX} {
			if hash == "" {
				continue
			}
			var others int
			if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM run WHERE pdf = $1 OR xlsx = $1`, hash).Scan(&others); err != nil {
				return fmt.Errorf("count runs with the file: %w", err)
			}
			if others == 0 {
				unused = append(unused, hash)
			}
		}
		return nil
	})
	return unused, err
}
