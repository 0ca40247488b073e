package foster

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/measure"
	"linghang/kernel/sqldb"
)

// awardStore keeps awards, what was said against them, and what became of them.
type awardStore struct{ db *sqldb.DB }

const (
	openObjections   = `(SELECT COUNT(*) FROM foster_objection o WHERE o.award_id = w.id AND o.state = 'open')`
	upheldObjections = `(SELECT COUNT(*) FROM foster_objection o WHERE o.award_id = w.id AND o.state = 'upheld')`
	awardColumns     = `w.id, w.application_id, a.call_id, w.platform_id, p.name_zh, p.name_en, p.operator_zh, p.operator_en, w.organisation_id, w.year, w.certificate, w.awarded_on, w.valid_until,
	w.notice_from, w.notice_until, w.withdrawn_on, w.why, w.checked, p.synthetic, w.actor, w.actor_name, w.version, ` + openObjections + `, ` + upheldObjections
	awardFrom = `foster_award w JOIN platform p ON p.id = w.platform_id JOIN foster_application a ON a.id = w.application_id`
	// effective is that an award has come into force and was not withdrawn; it takes the
	// time. That its years are over does not undo that the platform was fostered.
	effective = `w.withdrawn_on = '' AND w.notice_until <= $1 AND NOT EXISTS (SELECT 1 FROM foster_objection o WHERE o.award_id = w.id AND o.state <> 'dismissed')`
	// stateSQL is Award.state for the database; it takes the time and the date.
	stateSQL = `CASE WHEN w.withdrawn_on <> '' THEN 'withdrawn' WHEN ` + upheldObjections + ` > 0 THEN 'refused' WHEN w.notice_until > ? THEN 'notice'
		WHEN ` + openObjections + ` > 0 THEN 'contested' WHEN w.valid_until < ? THEN 'expired' ELSE 'in_force' END`
)

func scanAward(at time.Time) func(sqldb.Row) (Award, error) {
	return func(r sqldb.Row) (w Award, err error) {
		var from, until int64
		err = r.Scan(&w.ID, &w.ApplicationID, &w.CallID, &w.PlatformID, &w.Platform.ZH, &w.Platform.EN, &w.Operator.ZH, &w.Operator.EN, &w.organisation, &w.Year, &w.Certificate, &w.AwardedOn, &w.ValidUntil,
			&from, &until, &w.WithdrawnOn, &w.Why, &w.Checked, &w.Synthetic, &w.actor, &w.by, &w.Version, &w.Open, &w.Upheld)
		w.NoticeFrom, w.NoticeUntil = sqldb.Time(from), sqldb.Time(until)
		w.State = w.state(at)
		return w, err
	}
}

type awardParams struct {
	sqldb.ListParams
	State    string `query:"state" enum:"notice,contested,in_force,expired,refused,withdrawn"`
	Year     int    `query:"year" minimum:"0" maximum:"2100"`
	Platform string `query:"platform" maxLength:"26"`
	Call     string `query:"call" maxLength:"26"`
}

// list lists awards, which are public within the city.
func (s awardStore) list(ctx context.Context, in awardParams, at time.Time) (sqldb.Page[Award], error) {
	l := sqldb.List{
		Select: awardColumns, From: awardFrom, Key: "w.id", Order: "-awarded_on",
		Sort: map[string]string{
			"platform": "p.name_zh", "operator": "p.operator_zh", "year": "w.year", "certificate": "w.certificate", "awarded_on": "w.awarded_on", "valid_until": "w.valid_until", "notice_until": "w.notice_until",
		},
		Search: []string{"p.name_zh", "p.name_en", "p.operator_zh", "p.operator_en", "w.certificate"},
	}
	l.WhereIf("w.platform_id = ?", in.Platform).WhereIf("a.call_id = ?", in.Call)
	if in.Year > 0 {
		l.Where("w.year = ?", in.Year)
	}
	if in.State != "" {
		l.Where(stateSQL+" = ?", at.UnixMilli(), dateOf(at), in.State)
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanAward(at))
}

func (s awardStore) read(ctx context.Context, db reader, column, id string, at time.Time) (Award, error) {
	w, err := scanAward(at)(db.QueryRow(ctx, `SELECT `+awardColumns+` FROM `+awardFrom+` WHERE w.`+column+` = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return w, noSuch("award")
	}
	if err != nil {
		return w, fmt.Errorf("read award: %w", err)
	}
	return w, nil
}

// insert keeps an award, unless the call has awarded as many as it may; a place is free
// again when its award was withdrawn or refused.
func (s awardStore) insert(ctx context.Context, tx *sqldb.Tx, c Call, w Award) error {
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM foster_award w JOIN foster_application a ON a.id = w.application_id WHERE a.call_id = $1 AND w.withdrawn_on = '' AND `+upheldObjections+` = 0`, c.ID).Scan(&n)
	if err != nil {
		return fmt.Errorf("count awards: %w", err)
	}
	if n >= c.Limit {
		return fault.New(fault.Conflict, "platforms.foster.limit", "the call awards %d platforms at most", c.Limit).With("limit", c.Limit)
	}
	_, err = tx.Exec(ctx, `INSERT INTO foster_award (id, application_id, platform_id, organisation_id, year, certificate, awarded_on, valid_until, notice_from, notice_until, actor, actor_name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		w.ID, w.ApplicationID, w.PlatformID, w.organisation, w.Year, w.Certificate, w.AwardedOn, w.ValidUntil, w.NoticeFrom.UnixMilli(), w.NoticeUntil.UnixMilli(), w.actor, w.by)
	if sqldb.IsUnique(err) {
		return fault.New(fault.Conflict, "platforms.foster.certificate_taken", "the number %s is taken", w.Certificate).At("body.certificate", "choose another number")
	}
	if err != nil {
		return fmt.Errorf("insert award: %w", err)
	}
	tx.Changed("foster_award", w.ID, nil, w)
	return nil
}

// change lets decide change an award, and saves it. also is what else is done with it.
func (s awardStore) change(ctx context.Context, id string, decide func(Award) (Award, error), also func(*sqldb.Tx) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "foster_award/"+id); err != nil {
			return err
		}
		before, err := s.read(ctx, tx, "id", id, now())
		if err != nil {
			return err
		}
		after, err := decide(before)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE foster_award SET withdrawn_on = $1, why = $2, checked = $3, version = version + 1 WHERE id = $4`, after.WithdrawnOn, after.Why, after.Checked, id)
		if err != nil {
			return fmt.Errorf("change award: %w", err)
		}
		after.State = after.state(now())
		tx.Changed("foster_award", id, before, after)
		return also(tx)
	})
}

func (s awardStore) keepCheck(ctx context.Context, tx *sqldb.Tx, c Check) error {
	_, err := tx.Exec(ctx, `INSERT INTO foster_check (id, award_id, year, outcome, reason, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		c.ID, c.AwardID, c.Year, c.Outcome, c.Reason, c.actor, c.By, c.At.UnixMilli())
	if sqldb.IsUnique(err) {
		return fault.New(fault.Conflict, "platforms.foster.checked", "the check of %d was made already", c.Year).With("year", c.Year).At("body.year", "choose another year")
	}
	if err != nil {
		return fmt.Errorf("keep check: %w", err)
	}
	tx.Changed("foster_check", c.ID, nil, c)
	return nil
}

func (s awardStore) checks(ctx context.Context, award string) ([]Check, error) {
	rows, err := s.db.Query(ctx, `SELECT k.id, k.award_id, k.year, k.outcome, k.reason, k.actor, k.actor_name, k.at FROM foster_check k WHERE k.award_id = $1 ORDER BY k.year, k.id`, award)
	if err != nil {
		return nil, fmt.Errorf("read checks: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (c Check, err error) {
		var at int64
		err = r.Scan(&c.ID, &c.AwardID, &c.Year, &c.Outcome, &c.Reason, &c.actor, &c.By, &at)
		c.At = sqldb.Time(at)
		return c, err
	})
}

const objectionColumns = `o.id, o.award_id, o.organisation_id, o.author, o.author_name, o.text, o.at, o.state, o.answer, o.answered_by, o.answered_by_name, o.answered_at`

func scanObjection(r sqldb.Row) (o Objection, err error) {
	var at, answered int64
	err = r.Scan(&o.ID, &o.AwardID, &o.organisation, &o.author, &o.From, &o.Text, &at, &o.State, &o.Answer, &o.answerer, &o.answeredName, &answered)
	o.At, o.AnsweredAt = sqldb.Time(at), sqldb.Instant(answered)
	return o, err
}

// objections returns what was said against an award, as far as the caller may know:
// the city all of it, others their own.
func (s awardStore) objections(ctx context.Context, award string) ([]Objection, error) {
	rows, err := s.db.Query(ctx, `SELECT `+objectionColumns+` FROM foster_objection o WHERE o.award_id = $1 ORDER BY o.at, o.id`, award)
	if err != nil {
		return nil, fmt.Errorf("read objections: %w", err)
	}
	all, err := sqldb.All(rows, scanObjection)
	seen := []Objection{}
	for _, o := range all {
		if identity.From(ctx).Scope.Allows(o.organisation) {
			seen = append(seen, o)
		}
	}
	return seen, err
}

// objected is what else happens when an objection was made or answered.
type objected func(tx *sqldb.Tx, w Award, o Objection) error

func (s awardStore) object(ctx context.Context, o Objection, allowed func(Award) error, also objected) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "foster_award/"+o.AwardID); err != nil {
			return err
		}
		w, err := s.read(ctx, tx, "id", o.AwardID, now())
		if err != nil {
			return err
		}
		if err := allowed(w); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO foster_objection (id, award_id, organisation_id, author, author_name, text, at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, 'open')`,
			o.ID, o.AwardID, o.organisation, o.author, o.From, o.Text, o.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep objection: %w", err)
		}
		tx.Changed("foster_objection", o.ID, nil, o)
		return also(tx, w, o)
	})
}

func (s awardStore) answer(ctx context.Context, id string, decide func(Objection) (Objection, error), also objected) (after Objection, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := scanObjection(tx.QueryRow(ctx, `SELECT `+objectionColumns+` FROM foster_objection o WHERE o.id = $1`, id))
		if errors.Is(err, sql.ErrNoRows) {
			return noSuch("objection")
		}
		if err != nil {
			return fmt.Errorf("read objection: %w", err)
		}
		if after, err = decide(before); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE foster_objection SET state = $1, answer = $2, answered_by = $3, answered_by_name = $4, answered_at = $5 WHERE id = $6 AND state = 'open'`,
			after.State, after.Answer, after.answerer, after.answeredName, sqldb.InstantMillis(after.AnsweredAt), id)
		if err != nil {
			return fmt.Errorf("answer objection: %w", err)
		}
		if n == 0 {
			return stale()
		}
		tx.Changed("foster_objection", id, before, after)
		w, err := s.read(ctx, tx, "id", after.AwardID, now())
		if err != nil {
			return err
		}
		return also(tx, w, after)
	})
	return after, err
}

// Year is how many platforms were fostered in a year.
type Year struct {
	Year      int  `json:"year"`
	Goal      int  `json:"goal" doc:"How many are to be; 0: no goal is set"`
	InForce   int  `json:"in_force" doc:"Distinct platforms whose award of the year came into force and was not withdrawn"`
	Noticed   int  `json:"noticed" doc:"Awards in their public notice, or contested"`
	Withdrawn int  `json:"withdrawn" doc:"Awards that were withdrawn or refused"`
	Synthetic bool `json:"synthetic"`
}

// years tallies awards by year; years without any are not among them.
func (s awardStore) years(ctx context.Context, at time.Time) ([]Year, error) {
	rows, err := s.db.Query(ctx, `SELECT w.year, COUNT(DISTINCT CASE WHEN `+effective+` THEN w.platform_id END),
		COALESCE(SUM(CASE WHEN w.withdrawn_on = '' AND `+upheldObjections+` = 0 AND NOT (`+effective+`) THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN w.withdrawn_on <> '' OR `+upheldObjections+` > 0 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN p.synthetic THEN 1 ELSE 0 END), 0)
		FROM foster_award w JOIN platform p ON p.id = w.platform_id GROUP BY w.year ORDER BY w.year`, at.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("tally awards: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (y Year, err error) {
		var synthetic int
		err = r.Scan(&y.Year, &y.InForce, &y.Noticed, &y.Withdrawn, &synthetic)
		y.Synthetic = synthetic > 0
		return y, err
	})
}

// fostered counts the platforms that were fostered in the years that have goals; in
// all years while none has.
func (s awardStore) fostered(ctx context.Context) (measure.Value, error) {
	at := now()
	v := measure.Value{At: at, Known: true}
	var n, synthetic int
	err := s.db.QueryRow(ctx, `SELECT COUNT(DISTINCT w.platform_id), COALESCE(SUM(CASE WHEN p.synthetic THEN 1 ELSE 0 END), 0) FROM foster_award w JOIN platform p ON p.id = w.platform_id
		WHERE `+effective+` AND (EXISTS (SELECT 1 FROM foster_goal g WHERE g.year = w.year) OR NOT EXISTS (SELECT 1 FROM foster_goal g))`, at.UnixMilli()).Scan(&n, &synthetic)
	if err != nil {
		return v, fmt.Errorf("count platforms that were fostered: %w", err)
	}
	v.Number, v.Synthetic = float64(n), synthetic > 0
	return v, nil
}

// until are the awards that were made up to a time, as they stand then; of a platform,
// or of all.
func (s awardStore) until(ctx context.Context, platform string, at time.Time) ([]Award, error) {
	query, args := `SELECT `+awardColumns+` FROM `+awardFrom+` WHERE w.awarded_on < $1`, []any{dateOf(at)}
	if platform != "" {
		query, args = query+` AND w.platform_id = $2`, append(args, platform)
	}
	rows, err := s.db.Query(ctx, query+` ORDER BY w.year, w.certificate`, args...)
	if err != nil {
		return nil, fmt.Errorf("read awards: %w", err)
	}
	return sqldb.All(rows, scanAward(at))
}
