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
	"linghang/kernel/jobs"
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
}

type runStore struct{ db *sqldb.DB }

const runColumns = `id, report, title, parameters, language, organisation_id, asked_by, asked_by_name, asked_at, state, problem, finished_at,
	digest, pdf, pdf_size, xlsx, xlsx_size`

func scanRun(row sqldb.Row) (Run, error) {
	var r Run
	var parameters string
	var asked, finished int64
	err := row.Scan(&r.ID, &r.Report, &r.Title, &parameters, &r.Language, &r.OrganisationID, &r.AskedBy, &r.AskedByName, &asked, &r.State,
		&r.Problem, &finished, &r.Digest, &r.PDF, &r.PDFSize, &r.XLSX, &r.XLSXSize)
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

// add stores a run and asks for the job that makes it, whose ID is the run's.
func (s runStore) add(ctx context.Context, desk *jobs.Room, r Run) (id string, err error) {
	parameters, err := json.Marshal(r.Parameters)
	if err != nil {
		return "", fmt.Errorf("encode parameters: %w", err)
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var waiting int
		err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM run WHERE organisation_id = $1 AND state IN ('waiting', 'running')`, r.OrganisationID).Scan(&waiting)
		if err != nil {
			return fmt.Errorf("count unfinished runs: %w", err)
		}
		if waiting >= waitingLimit {
			return fault.New(fault.Limited, "report.many", "%d reports of this organisation are not finished yet", waiting).With("limit", waitingLimit).After(30)
		}
		if id, err = desk.StartTx(ctx, tx, jobs.Order{Kind: jobMake}); err != nil {
			return fmt.Errorf("ask for the job: %w", err)
		}
		_, err = tx.Exec(ctx, `INSERT INTO run (id, report, title, parameters, language, organisation_id, asked_by, asked_by_name, asked_at, state)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting')`,
			id, r.Report, r.Title, string(parameters), r.Language, r.OrganisationID, r.AskedBy, r.AskedByName, r.AskedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("add run: %w", err)
		}
		return nil
	})
	return id, err
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

// begin marks a run as being made; wanted is false when it is over or gone.
func (s runStore) begin(ctx context.Context, id string) (r Run, wanted bool, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		r, err = scanRun(tx.QueryRow(ctx, `UPDATE run SET state = 'running' WHERE id = $1 AND state IN ('waiting', 'running') RETURNING `+runColumns, id))
		wanted = err == nil
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return r, wanted, err
}

// finish stores the outcome, unless the run was cancelled meanwhile.
func (s runStore) finish(ctx context.Context, r Run) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE run SET state = $1, problem = $2, finished_at = $3, digest = $4, pdf = $5, pdf_size = $6, xlsx = $7, xlsx_size = $8
			WHERE id = $9 AND state IN ('waiting', 'running')`,
			r.State, r.Problem, time.Now().UnixMilli(), r.Digest, r.PDF, r.PDFSize, r.XLSX, r.XLSXSize, r.ID)
		return err
	})
}

// over ends a run without files, unless it is over already.
func (s runStore) over(ctx context.Context, r Run, state, problem string) error {
	r.State, r.Problem, r.Digest, r.PDF, r.XLSX, r.PDFSize, r.XLSXSize = state, problem, "", "", "", 0, 0
	return s.finish(ctx, r)
}

// unfinished returns runs that wait or run and were asked for before a time, a bounded number.
func (s runStore) unfinished(ctx context.Context, before time.Time) ([]Run, error) {
	rows, err := s.db.Query(ctx, `SELECT `+runColumns+` FROM run WHERE state IN ('waiting', 'running') AND asked_at < $1 ORDER BY asked_at LIMIT 1000`, before.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read unfinished runs: %w", err)
	}
	return sqldb.All(rows, scanRun)
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
