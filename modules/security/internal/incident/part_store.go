package incident

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

const taskColumns = `t.id, t.number, t.playbook, t.title_zh, t.title_en, t.what_zh, t.what_en, t.done_zh, t.done_en, t.evidence_zh, t.evidence_en, t.organisation_id, t.organisation_zh, t.organisation_en,
	t.assignee, t.due_at, t.state, t.note, t.finished_at, t.actor, t.actor_name, t.created_at`

func scanTask(r sqldb.Row) (t Task, err error) {
	var due, finished, created int64
	err = r.Scan(&t.ID, &t.Number, &t.Playbook, &t.Title.ZH, &t.Title.EN, &t.What.ZH, &t.What.EN, &t.Done.ZH, &t.Done.EN, &t.Evidence.ZH, &t.Evidence.EN, &t.OrganisationID, &t.Organisation.ZH, &t.Organisation.EN,
		&t.Assignee, &due, &t.State, &t.Note, &finished, &t.actor, &t.name, &created)
	t.DueAt, t.FinishedAt, t.createdAt = sqldb.Time(due), sqldb.Instant(finished), sqldb.Time(created)
	return t, err
}

func (s store) tasks(ctx context.Context, db reader, incident string) ([]Task, error) {
	rows, err := db.Query(ctx, `SELECT `+taskColumns+` FROM security_incident_task t WHERE t.incident_id = $1 ORDER BY t.number`, incident)
	if err != nil {
		return nil, fmt.Errorf("read tasks: %w", err)
	}
	return sqldb.All(rows, scanTask)
}

func (s store) task(ctx context.Context, db reader, incident, id string) (Task, error) {
	t, err := scanTask(db.QueryRow(ctx, `SELECT `+taskColumns+` FROM security_incident_task t WHERE t.incident_id = $1 AND t.id = $2`, incident, id))
	if errors.Is(err, sql.ErrNoRows) {
		return t, noSuch("task")
	}
	if err != nil {
		return t, fmt.Errorf("read task: %w", err)
	}
	return t, nil
}

func (s store) addTask(ctx context.Context, tx *sqldb.Tx, incident string, t Task) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_incident_task (id, incident_id, number, playbook, title_zh, title_en, what_zh, what_en, done_zh, done_en, evidence_zh, evidence_en,
		organisation_id, organisation_zh, organisation_en, assignee, due_at, state, note, finished_at, reminded_at, actor, actor_name, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'open', '', 0, 0, $18, $19, $20)`,
		t.ID, incident, t.Number, t.Playbook, t.Title.ZH, t.Title.EN, t.What.ZH, t.What.EN, t.Done.ZH, t.Done.EN, t.Evidence.ZH, t.Evidence.EN,
		t.OrganisationID, t.Organisation.ZH, t.Organisation.EN, t.Assignee, t.DueAt.UnixMilli(), t.actor, t.name, t.createdAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("add task: %w", err)
	}
	tx.Changed("security_incident_task", t.ID, nil, t)
	return nil
}

func (s store) saveTask(ctx context.Context, tx *sqldb.Tx, before, t Task) error {
	n, err := tx.Exec(ctx, `UPDATE security_incident_task SET organisation_id = $3, organisation_zh = $4, organisation_en = $5, assignee = $6, due_at = $7, state = $8, note = $9, finished_at = $10
		WHERE id = $1 AND state = $2`,
		t.ID, before.State, t.OrganisationID, t.Organisation.ZH, t.Organisation.EN, t.Assignee, t.DueAt.UnixMilli(), t.State, t.Note, sqldb.InstantMillis(t.FinishedAt))
	if err != nil {
		return fmt.Errorf("change task: %w", err)
	}
	if n == 0 {
		return stale()
	}
	tx.Changed("security_incident_task", t.ID, before, t)
	return nil
}

const reportColumns = `r.id, r.number, r.obligation, r.stage, r.authority, r.channel, r.reporter, r.sent_at, r.receipt, r.text, r.missing, r.actor, r.actor_name, r.organisation_zh, r.organisation_en, r.created_at`

func scanReport(row sqldb.Row) (r Report, err error) {
	var sent, created int64
	var missing string
	err = row.Scan(&r.ID, &r.Number, &r.Obligation, &r.Stage, &r.Authority, &r.Channel, &r.Reporter, &sent, &r.Receipt, &r.Text, &missing, &r.actor, &r.By, &r.Organisation.ZH, &r.Organisation.EN, &created)
	if err != nil {
		return r, err
	}
	r.SentAt, r.CreatedAt = sqldb.Time(sent), sqldb.Time(created)
	if err := json.Unmarshal([]byte(missing), &r.Missing); err != nil {
		return r, fmt.Errorf("read report: %w", err)
	}
	return r, nil
}

func (s store) reports(ctx context.Context, db reader, incident string) ([]Report, error) {
	rows, err := db.Query(ctx, `SELECT `+reportColumns+` FROM security_incident_report r WHERE r.incident_id = $1 ORDER BY r.number`, incident)
	if err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	return sqldb.All(rows, scanReport)
}

func (s store) addReport(ctx context.Context, tx *sqldb.Tx, incident string, r Report) error {
	missing, err := json.Marshal(r.Missing)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_incident_report (id, incident_id, number, obligation, stage, authority, channel, reporter, sent_at, receipt, text, missing, actor, actor_name, organisation_zh, organisation_en, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		r.ID, incident, r.Number, r.Obligation, r.Stage, r.Authority, r.Channel, r.Reporter, r.SentAt.UnixMilli(), r.Receipt, r.Text, string(missing), r.actor, r.By, r.Organisation.ZH, r.Organisation.EN, r.CreatedAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("add report: %w", err)
	}
	tx.Changed("security_incident_report", r.ID, nil, r)
	return nil
}

const guestColumns = `g.id, g.organisation_id, g.organisation_zh, g.organisation_en, g.part, g.reason, g.until_at, g.ended_at, g.ended_why, g.actor, g.actor_name, g.created_at`

func scanGuest(r sqldb.Row) (g Guest, err error) {
	var until, ended, created int64
	err = r.Scan(&g.ID, &g.OrganisationID, &g.Organisation.ZH, &g.Organisation.EN, &g.Part, &g.Reason, &until, &ended, &g.EndedWhy, &g.actor, &g.By, &created)
	g.Until, g.EndedAt, g.CreatedAt = sqldb.Time(until), sqldb.Instant(ended), sqldb.Time(created)
	return g, err
}

func (s store) guests(ctx context.Context, db reader, incident string) ([]Guest, error) {
	rows, err := db.Query(ctx, `SELECT `+guestColumns+` FROM security_incident_guest g WHERE g.incident_id = $1 ORDER BY g.created_at, g.id`, incident)
	if err != nil {
		return nil, fmt.Errorf("read who is let in: %w", err)
	}
	return sqldb.All(rows, scanGuest)
}

func (s store) addGuest(ctx context.Context, tx *sqldb.Tx, incident string, g Guest) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_incident_guest (id, incident_id, organisation_id, organisation_zh, organisation_en, part, reason, until_at, ended_at, ended_why, actor, actor_name, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '', $9, $10, $11)`,
		g.ID, incident, g.OrganisationID, g.Organisation.ZH, g.Organisation.EN, g.Part, g.Reason, g.Until.UnixMilli(), g.actor, g.By, g.CreatedAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("let in: %w", err)
	}
	tx.Changed("security_incident_guest", g.ID, nil, g)
	return nil
}

func (s store) endGuest(ctx context.Context, tx *sqldb.Tx, id, why string, now time.Time) error {
	n, err := tx.Exec(ctx, `UPDATE security_incident_guest SET ended_at = $2, ended_why = $3 WHERE id = $1 AND ended_at = 0`, id, now.UnixMilli(), why)
	if err != nil {
		return fmt.Errorf("end letting in: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "security.incident.guest_over", "this organisation is let in no more")
	}
	tx.Changed("security_incident_guest", id, nil, why)
	return nil
}

const actionColumns = `a.id, a.number, a.what, a.responsible, a.due, a.state, a.note, a.finished_at`

func scanAction(r sqldb.Row) (a Action, err error) {
	var finished int64
	err = r.Scan(&a.ID, &a.Number, &a.What, &a.Responsible, &a.Due, &a.State, &a.Note, &finished)
	a.FinishedAt = sqldb.Instant(finished)
	return a, err
}

func (s store) actions(ctx context.Context, db reader, incident string) ([]Action, error) {
	rows, err := db.Query(ctx, `SELECT `+actionColumns+` FROM security_incident_action a WHERE a.incident_id = $1 ORDER BY a.number`, incident)
	if err != nil {
		return nil, fmt.Errorf("read actions: %w", err)
	}
	return sqldb.All(rows, scanAction)
}

func (s store) addAction(ctx context.Context, tx *sqldb.Tx, incident string, a Action) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_incident_action (id, incident_id, number, what, responsible, due, state, note, finished_at, reminded_at) VALUES ($1, $2, $3, $4, $5, $6, 'open', '', 0, 0)`,
		a.ID, incident, a.Number, a.What, a.Responsible, a.Due)
	if err != nil {
		return fmt.Errorf("add action: %w", err)
	}
	return nil
}

func (s store) finishAction(ctx context.Context, tx *sqldb.Tx, incident, id, note string, now time.Time) (string, error) {
	what := ""
	err := tx.QueryRow(ctx, `UPDATE security_incident_action SET state = 'done', note = $3, finished_at = $4 WHERE incident_id = $1 AND id = $2 AND state = 'open' RETURNING what`, incident, id, note, now.UnixMilli()).Scan(&what)
	if errors.Is(err, sql.ErrNoRows) {
		return "", noSuch("open action")
	}
	if err != nil {
		return "", fmt.Errorf("finish action: %w", err)
	}
	return what, nil
}

// CaseLook is that somebody of another organisation looked.
type CaseLook struct {
	Key          string    `json:"key"`
	Day          string    `json:"day" title:"日期|Day"`
	Name         string    `json:"name" title:"查看人|Who"`
	Organisation lang.Text `json:"organisation" title:"机构|Organisation"`
	Way          string    `json:"way" enum:"list,page,evidence,report,bundle,stix" doc:"list: as a row of a list or a download of one" title:"方式|Way"`
	Times        int       `json:"times" title:"次数|Times"`
	At           time.Time `json:"at" title:"最近一次|Last"`
}

// noteLook writes down that somebody looked. An enterprise that looks at its own is not told so.
func (s store) noteLook(ctx context.Context, way string, now time.Time, incidents ...string) error {
	who := identity.From(ctx)
	if len(incidents) == 0 {
		return nil
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, id := range incidents {
			_, err := tx.Exec(ctx, `INSERT INTO security_incident_look (incident_id, day, actor, way, name, organisation_zh, organisation_en, times, at) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)
				ON CONFLICT (incident_id, day, actor, way) DO UPDATE SET times = security_incident_look.times + 1, at = excluded.at, name = excluded.name`,
				id, now.In(cityTime()).Format(time.DateOnly), who.Actor(), way, who.Name, who.Organisation.Name.ZH, who.Organisation.Name.EN, now.UnixMilli())
			if err != nil {
				return fmt.Errorf("note who looked: %w", err)
			}
		}
		return nil
	})
}

type lookParams struct {
	ID string `path:"id" maxLength:"40"`
	sqldb.ListParams
}

func (s store) looks(ctx context.Context, in lookParams) (sqldb.Page[CaseLook], error) {
	key := "x.day || ' ' || x.actor || ' ' || x.way"
	l := sqldb.List{
		Select: key + ", x.day, x.name, x.organisation_zh, x.organisation_en, x.way, x.times, x.at", From: "security_incident_look x", Key: key, Order: "-at",
		Sort: map[string]string{"at": "x.at", "times": "x.times", "name": "x.name"}, Search: []string{"x.name", "x.organisation_zh", "x.organisation_en"},
	}
	l.Where("x.incident_id = ?", in.ID)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (x CaseLook, err error) {
		var at int64
		err = r.Scan(&x.Key, &x.Day, &x.Name, &x.Organisation.ZH, &x.Organisation.EN, &x.Way, &x.Times, &at)
		x.At = sqldb.Time(at)
		return x, err
	})
}

// mergedInto are the incidents that go on as another one.
func (s store) mergedInto(ctx context.Context, id string) ([]Related, error) {
	rows, err := s.db.Query(ctx, `SELECT i.id, i.number, i.title FROM security_incident i WHERE i.merged_into = $1 ORDER BY i.created_at, i.id LIMIT 100`, id)
	if err != nil {
		return nil, fmt.Errorf("read what was merged: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x Related, err error) { return x, r.Scan(&x.ID, &x.Number, &x.Title) })
}
