package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// take stores a job that was asked for; once, however often it is told.
func (d *Desk) take(ctx context.Context, a Asked) error {
	err := d.db.Write(ctx, func(tx *sqldb.Tx) error {
		clock, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM job WHERE kind = $1 AND state = 'waiting'`, a.Kind).Scan(&n); err != nil {
			return fmt.Errorf("count waiting jobs: %w", err)
		}
		if n >= maxWaiting {
			return errBusy(a.Kind)
		}
		return insert(ctx, tx, a, clock, false)
	})
	if err != nil {
		return fmt.Errorf("store job %s: %w", a.Kind, err)
	}
	return nil
}

func insert(ctx context.Context, tx *sqldb.Tx, a Asked, clock time.Time, periodic bool) error {
	now := clock.UnixMilli()
	_, err := tx.Exec(ctx, `INSERT INTO job (id, kind, input, state, owner, owner_name, organisation_id, periodic, created_at, run_at)
		VALUES ($1, $2, $3, 'waiting', $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING`,
		a.ID, a.Kind, a.Input, a.Owner, a.OwnerName, a.OrganisationID, periodic, now, cmp.Or(a.RunAt, now))
	return err
}

// comeAround makes a job of each periodic kind that is due.
func (d *Desk) comeAround(ctx context.Context, work map[string]Kind) error {
	clock, err := d.db.Clock(ctx)
	if err != nil {
		return err
	}
	now := clock.UnixMilli()
	planned, err := d.planned(ctx)
	if err != nil {
		return err
	}
	for name, k := range work {
		if k.Every <= 0 {
			continue
		}
		if p, ok := planned[name]; ok && p.every == k.Every.Milliseconds() && (p.nextAt > now || p.open > 0) {
			continue
		}
		if err := d.plan(ctx, name, k.Every); err != nil {
			return err
		}
	}
	return nil
}

type plan struct {
	every, nextAt int64
	open          int
}

// planned returns the schedule, with how many jobs of each kind are not finished.
func (d *Desk) planned(ctx context.Context) (map[string]plan, error) {
	rows, err := d.db.Query(ctx, `SELECT s.kind, s.every, s.next_at, (SELECT COUNT(*) FROM job j WHERE j.kind = s.kind AND j.state IN ('waiting', 'running')) FROM job_schedule s`)
	if err != nil {
		return nil, fmt.Errorf("read schedule: %w", err)
	}
	found := map[string]plan{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (p plan, err error) {
		var name string
		err = r.Scan(&name, &p.every, &p.nextAt, &p.open)
		found[name] = p
		return p, err
	})
	return found, err
}

// plan puts a kind on the schedule and makes its job when it is due. A period
// that became shorter counts at once.
func (d *Desk) plan(ctx context.Context, name string, every time.Duration) error {
	err := d.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "jobs"); err != nil {
			return err
		}
		clock, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		now, step := clock.UnixMilli(), every.Milliseconds()
		_, err = tx.Exec(ctx, `INSERT INTO job_schedule (kind, every, next_at) VALUES ($1, $2, $3)
			ON CONFLICT (kind) DO UPDATE SET every = excluded.every,
				next_at = CASE WHEN job_schedule.next_at > $4 THEN $4 ELSE job_schedule.next_at END`, name, step, now, now+step)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE job_schedule SET next_at = $1 WHERE kind = $2 AND next_at <= $3
			AND NOT EXISTS (SELECT 1 FROM job WHERE job.kind = $2 AND job.state IN ('waiting', 'running'))`, now+step, name, now)
		if err != nil || n == 0 {
			return err
		}
		return insert(ctx, tx, Asked{ID: ulid.Make().String(), Kind: name, Input: "null", Owner: "schedule"}, clock, true)
	})
	if err != nil {
		return fmt.Errorf("plan job %s: %w", name, err)
	}
	return nil
}

const columns = `id, kind, state, owner, owner_name, organisation_id, periodic, created_at, run_at, started_at, finished_at, attempt, fraction, note_zh, note_en, result, error, cancel_asked`

func scan(r sqldb.Row, more ...any) (Job, error) {
	var j Job
	var created, due, started, finished int64
	var result string
	dest := []any{
		&j.ID, &j.Kind, &j.State, &j.Owner, &j.OwnerName, &j.OrganisationID, &j.Periodic, &created, &due, &started, &finished,
		&j.Attempt, &j.Fraction, &j.Note.ZH, &j.Note.EN, &result, &j.Error, &j.CancelAsked,
	}
	err := r.Scan(append(dest, more...)...)
	j.CreatedAt, j.RunAt, j.StartedAt, j.FinishedAt = time.UnixMilli(created).UTC(), time.UnixMilli(due).UTC(), moment(started), moment(finished)
	if result != "" && result != "null" {
		j.Result = json.RawMessage(result)
	}
	return j, err
}

func moment(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := time.UnixMilli(ms).UTC()
	return &t
}

// open is what may be done now: jobs whose time has come, and those whose
// replica is gone.
const open = `((state = 'waiting' AND run_at <= $1) OR (state = 'running' AND lease_until < $1))`

func among(work map[string]Kind, args []any) (string, []any) {
	names := slices.Sorted(maps.Keys(work))
	places := make([]string, len(names))
	for i, name := range names {
		args = append(args, name)
		places[i] = "$" + strconv.Itoa(len(args))
	}
	return "kind IN (" + strings.Join(places, ", ") + ")", args
}

// claim takes the oldest job that may be done now.
func (d *Desk) claim(ctx context.Context, work map[string]Kind) (j Job, found bool, err error) {
	if len(work) == 0 {
		return j, false, nil
	}
	clock, err := d.db.Clock(ctx)
	if err != nil {
		return j, false, err
	}
	kinds, args := among(work, []any{clock.UnixMilli()})
	var n int
	if err := d.db.QueryRow(ctx, `SELECT COUNT(*) FROM job WHERE state IN ('waiting', 'running') AND `+open+` AND `+kinds, args...).Scan(&n); err != nil || n == 0 {
		return j, false, err
	}
	err = d.db.Write(ctx, func(tx *sqldb.Tx) error {
		j, found, err = d.choose(ctx, tx, work)
		return err
	})
	if err != nil {
		return j, false, fmt.Errorf("claim a job: %w", err)
	}
	return j, found, nil
}

func (d *Desk) choose(ctx context.Context, tx *sqldb.Tx, work map[string]Kind) (Job, bool, error) {
	if err := tx.Queue(ctx, "jobs"); err != nil {
		return Job{}, false, err
	}
	clock, err := tx.Clock(ctx)
	if err != nil {
		return Job{}, false, err
	}
	now := clock.UnixMilli()
	kinds, args := among(work, []any{now})
	rows, err := tx.Query(ctx, `SELECT `+columns+`, input, (SELECT COUNT(*) FROM job o WHERE o.kind = job.kind AND o.state = 'running' AND o.lease_until >= $1)
		FROM job WHERE state IN ('waiting', 'running') AND `+open+` AND `+kinds+` ORDER BY run_at, id LIMIT 100`, args...)
	if err != nil {
		return Job{}, false, err
	}
	busy := map[string]int{}
	jobs, err := sqldb.All(rows, func(r sqldb.Row) (Job, error) {
		var n int
		var input string
		j, err := scan(r, &input, &n)
		j.input, busy[j.Kind] = input, n
		return j, err
	})
	if err != nil {
		return Job{}, false, err
	}
	for _, j := range jobs {
		k := work[j.Kind]
		gone := j.State == Running
		switch {
		case gone && j.CancelAsked:
			_, err = tx.Exec(ctx, `UPDATE job SET state = 'cancelled', finished_at = $1 WHERE id = $2`, now, j.ID)
		case gone && j.Attempt >= k.tries()+1:
			_, err = tx.Exec(ctx, `UPDATE job SET state = 'failed', finished_at = $1, error = 'the process that did it ended, again and again' WHERE id = $2`, now, j.ID)
		case busy[j.Kind] >= k.atOnce():
		default:
			_, err = tx.Exec(ctx, `UPDATE job SET state = 'running', attempt = attempt + 1, holder = $1, lease_until = $2, fraction = 0, note_zh = '', note_en = '',
				started_at = CASE WHEN started_at = 0 THEN $3 ELSE started_at END WHERE id = $4`, d.holder, now+lease.Milliseconds(), now, j.ID)
			j.State, j.Attempt, j.Fraction, j.Note = Running, j.Attempt+1, 0, lang.Text{}
			return d.titled(j), true, err
		}
		if err != nil {
			return Job{}, false, err
		}
	}
	return Job{}, false, nil
}

// renew keeps the lease and stores the progress; it tells whether the job is
// still this process's, and whether somebody cancels it.
func (d *Desk) renew(ctx context.Context, id string, fraction float64, note lang.Text) (mine, cancelled bool, err error) {
	err = d.db.Write(ctx, func(tx *sqldb.Tx) error {
		clock, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE job SET lease_until = $1, fraction = $2, note_zh = $3, note_en = $4 WHERE id = $5 AND state = 'running' AND holder = $6`,
			clock.Add(lease).UnixMilli(), fraction, note.ZH, note.EN, id, d.holder)
		if mine = n == 1; err != nil || !mine {
			return err
		}
		return tx.QueryRow(ctx, `SELECT cancel_asked FROM job WHERE id = $1`, id).Scan(&cancelled)
	})
	return mine, cancelled, err
}

// ending is what came of a try.
type ending struct {
	state    State
	fraction float64 // below zero: as it was
	result   string
	err      string
	pause    time.Duration
	back     bool // the try does not count
}

func (d *Desk) end(ctx context.Context, id string, e ending) error {
	err := d.db.Write(ctx, func(tx *sqldb.Tx) error {
		clock, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		now, finished, less := clock.UnixMilli(), int64(0), 0
		if e.state != Waiting {
			finished = now
		}
		if e.back {
			less = 1
		}
		_, err = tx.Exec(ctx, `UPDATE job SET state = $1, fraction = CASE WHEN $2 < 0.0 THEN fraction ELSE $2 END, result = $3, error = $4, run_at = CASE WHEN $1 = 'waiting' THEN $5 ELSE run_at END,
			finished_at = $6, attempt = attempt - $7, holder = '' WHERE id = $8 AND holder = $9`,
			string(e.state), e.fraction, e.result, cut(e.err), now+e.pause.Milliseconds(), finished, less, id, d.holder)
		return err
	})
	if err != nil {
		return fmt.Errorf("record the end of job %s: %w", id, err)
	}
	return nil
}

func cut(text string) string {
	if len(text) > 4000 {
		return text[:4000]
	}
	return text
}

// Params filter the list.
type Params struct {
	sqldb.ListParams
	State string `query:"state" enum:"waiting,running,done,failed,cancelled"`
	Kind  string `query:"kind" maxLength:"100"`
	Show  string `query:"show" enum:"asked" doc:"asked: what somebody asked for, and what came around by itself and failed; default: all"`
}

// List returns jobs, the newest first; those of one owner, unless owner is empty.
func (d *Desk) List(ctx context.Context, p Params, owner string) (sqldb.Page[Job], error) {
	l := sqldb.List{
		Select: columns, From: "job", Key: "id", Order: "-created_at", Search: []string{"kind", "owner_name", "error"},
		Sort: map[string]string{"created_at": "created_at", "run_at": "run_at", "finished_at": "finished_at", "kind": "kind", "state": "state", "owner_name": "owner_name"},
	}
	l.WhereIf("state = ?", p.State).WhereIf("kind = ?", p.Kind).WhereIf("owner = ?", owner)
	if p.Show == "asked" {
		l.Where("periodic = FALSE OR state = 'failed'")
	}
	return sqldb.Fetch(ctx, d.db, l, p.ListParams, func(r sqldb.Row) (Job, error) {
		j, err := scan(r)
		return d.titled(j), err
	})
}

func (d *Desk) titled(j Job) Job {
	k, ok := d.kind(j.Kind)
	if j.Title = k.Title; !ok || j.Title == (lang.Text{}) {
		j.Title = lang.Text{ZH: j.Kind, EN: j.Kind}
	}
	return j
}

// Read returns one job; one of another owner is not found, unless owner is empty.
func (d *Desk) Read(ctx context.Context, id, owner string) (Job, error) {
	rows, err := d.db.Query(ctx, `SELECT `+columns+` FROM job WHERE id = $1 AND ($2 = '' OR owner = $2)`, id, owner)
	if err != nil {
		return Job{}, fmt.Errorf("read job %s: %w", id, err)
	}
	found, err := sqldb.All(rows, func(r sqldb.Row) (Job, error) { return scan(r) })
	if err != nil {
		return Job{}, fmt.Errorf("read job %s: %w", id, err)
	}
	if len(found) == 0 {
		return Job{}, errNone()
	}
	return d.titled(found[0]), nil
}

// Cancel ends a job: at once when it waits, soon when it runs.
func (d *Desk) Cancel(ctx context.Context, id, owner string) (Job, error) {
	if _, err := d.Read(ctx, id, owner); err != nil {
		return Job{}, err
	}
	err := d.db.Write(ctx, func(tx *sqldb.Tx) error {
		clock, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE job SET cancel_asked = TRUE, finished_at = CASE WHEN state = 'waiting' THEN $1 ELSE finished_at END,
			state = CASE WHEN state = 'waiting' THEN 'cancelled' ELSE state END WHERE id = $2 AND state IN ('waiting', 'running')`, clock.UnixMilli(), id)
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "system.job.over", "the job is over already")
		}
		return err
	})
	if err != nil {
		return Job{}, err
	}
	j, err := d.Read(ctx, id, owner)
	d.cfg.Changed(j)
	return j, err
}

// Now runs a periodic kind at once, on behalf of whoever asks.
func (d *Desk) Now(ctx context.Context, name string) (Job, error) {
	if k, ok := d.kind(name); !ok || k.Every <= 0 {
		return Job{}, fault.New(fault.NotFound, "kernel.not_found", "there is no periodic job %s", name)
	}
	id := identity.From(ctx)
	a := Asked{ID: ulid.Make().String(), Kind: name, Input: "null", Owner: id.Actor(), OwnerName: id.Name, OrganisationID: id.Organisation.ID}
	err := d.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "jobs"); err != nil {
			return err
		}
		clock, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM job WHERE kind = $1 AND state IN ('waiting', 'running')`, name).Scan(&n); err != nil {
			return fmt.Errorf("count jobs of %s: %w", name, err)
		}
		if n > 0 {
			return fault.New(fault.Conflict, "system.job.running", "this job waits or runs already")
		}
		return insert(ctx, tx, a, clock, false)
	})
	if err != nil {
		return Job{}, err
	}
	d.nudge()
	return d.Read(ctx, a.ID, "")
}

// Counts returns how many jobs wait, run, and failed within the last day.
func (d *Desk) Counts(ctx context.Context) (waiting, running, failed int, err error) {
	err = d.db.QueryRow(ctx, `SELECT COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN state = 'running' THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), 0) FROM job WHERE state IN ('waiting', 'running') OR (state = 'failed' AND created_at > $1)`,
		time.Now().Add(-24*time.Hour).UnixMilli()).Scan(&waiting, &running, &failed)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("count jobs: %w", err)
	}
	return waiting, running, failed, nil
}

// Prune forgets finished jobs: the old ones, and all but the last of each kind;
// those that failed are counted apart, so that what goes well does not hide them.
func (d *Desk) Prune(ctx context.Context) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM job WHERE id IN (SELECT id FROM
			(SELECT id, finished_at, ROW_NUMBER() OVER (PARTITION BY kind, CASE WHEN state = 'failed' THEN 1 ELSE 0 END ORDER BY finished_at DESC) AS place FROM job WHERE state IN ('done', 'failed', 'cancelled')) AS old
			WHERE place > $1 OR finished_at < $2)`, keepJobs, time.Now().Add(-keepFor).UnixMilli())
		if err != nil {
			return fmt.Errorf("prune jobs: %w", err)
		}
		return nil
	})
}
