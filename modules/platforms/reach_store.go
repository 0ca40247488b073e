package platforms

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/measure"
	"linghang/kernel/module"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/check"
	"linghang/modules/platforms/internal/reach"
)

// reachStore keeps the lists that tell how far platforms reach, and what was counted.
type reachStore struct {
	db   *sqldb.DB
	ring *seal.Keyring
}

// reachPurpose is what the key of marks is sealed for. It is made once and never
// changes: lists under two keys could not be compared.
const reachPurpose = "reach"

func sealedReach() module.Sealed {
	return module.Sealed{Purpose: reachPurpose, Column: sqldb.Column{Table: "reach_key", Key: "id", Name: "secret"}}
}

// reachPersonal names who uploaded a list or a survey.
func reachPersonal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "reach_list", Person: "actor", Columns: []string{"name"}, Show: []string{"kind", "month", "file_name", "made_at"}},
		{Table: "reach_survey", Person: "actor", Columns: []string{"name"}, Show: []string{"name_zh", "month", "made_at"}},
	}
}

// key is the key of marks; the first call makes it.
func (s reachStore) key(ctx context.Context) ([]byte, error) {
	var sealed string
	err := s.db.QueryRow(ctx, `SELECT secret FROM reach_key WHERE id = 'marks'`).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		sealed, err = s.makeKey(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("read the key of marks: %w", err)
	}
	return s.ring.Open(ctx, reachPurpose, sealed)
}

func (s reachStore) makeKey(ctx context.Context) (sealed string, err error) {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails (crypto/rand)
	if sealed, err = s.ring.Seal(ctx, reachPurpose, fresh); err != nil {
		return "", err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO reach_key (id, secret) VALUES ('marks', $1) ON CONFLICT (id) DO NOTHING`, sealed); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT secret FROM reach_key WHERE id = 'marks'`).Scan(&sealed) // somebody else's, who was first
	})
	return sealed, err
}

// loadedAtOnce is how many rows are inserted in one change, so that others come between.
const loadedAtOnce = 500

// insertRows stores rows of a list, each of the same number of values.
func (s reachStore) insertRows(ctx context.Context, into string, rows [][]any) error {
	for len(rows) > 0 {
		n := min(len(rows), loadedAtOnce)
		var text strings.Builder
		text.WriteString("INSERT INTO " + into + " VALUES ")
		args := make([]any, 0, n*len(rows[0]))
		for i, row := range rows[:n] {
			if i > 0 {
				text.WriteString(", ")
			}
			for k, value := range row {
				sep := ", "
				if k == 0 {
					sep = "("
				}
				args = append(args, value)
				fmt.Fprintf(&text, "%s$%d", sep, len(args))
			}
			text.WriteByte(')')
		}
		err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, text.String(), args...)
			return err
		})
		if err != nil {
			return fmt.Errorf("store rows: %w", err)
		}
		rows = rows[n:]
	}
	return nil
}

// keepFrame stores a frame, which replaces those before it.
func (s reachStore) keepFrame(ctx context.Context, l ReachList, list []reach.Enterprise) error {
	key, err := s.key(ctx)
	if err != nil {
		return err
	}
	rows := make([][]any, len(list))
	for i, e := range list {
		rows[i] = []any{l.ID, markOf(key, e.Code), e.Industry, e.Size, e.District}
	}
	return s.keep(ctx, l, "reach_frame (list_id, mark, industry, size, district)", rows)
}

// keepUses stores what a platform serves, which replaces its lists before.
func (s reachStore) keepUses(ctx context.Context, l ReachList, list []reach.Use) error {
	key, err := s.key(ctx)
	if err != nil {
		return err
	}
	rows := make([][]any, len(list))
	for i, u := range list {
		rows[i] = []any{l.ID, markOf(key, u.Code), u.Evidence, u.Last.UnixMilli()}
	}
	return s.keep(ctx, l, "reach_use (list_id, mark, evidence, last_at)", rows)
}

// keep stores a list with its rows: they are loaded bit by bit and count at once.
func (s reachStore) keep(ctx context.Context, l ReachList, into string, rows [][]any) error {
	if err := s.current(ctx, s.db, l); err != nil {
		return err
	}
	platform := sql.NullString{String: l.PlatformID, Valid: l.PlatformID != ""}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO reach_list (id, kind, platform_id, month, state, enterprises, file_name, file_hash, actor, name, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			l.ID, string(l.Kind), platform, l.Month, string(listLoading), int64(l.Enterprises), l.File, l.Hash, l.actor, l.By, l.At.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("begin list: %w", err)
	}
	if err := s.insertRows(ctx, into, rows); err != nil {
		return err // the list that was not loaded is removed later
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "reach"+l.PlatformID); err != nil {
			return err
		}
		if err := s.current(ctx, tx, l); err != nil {
			return err
		}
		return s.replace(ctx, tx, l)
	})
}

// current refuses a list of a month before that of the one which counts.
func (s reachStore) current(ctx context.Context, db rowReader, l ReachList) error {
	var month string
	err := db.QueryRow(ctx, `SELECT COALESCE(MAX(month), '') FROM reach_list WHERE kind = $1 AND COALESCE(platform_id, '') = $2 AND state = $3`, string(l.Kind), l.PlatformID, string(listCurrent)).Scan(&month)
	if err != nil {
		return fmt.Errorf("read newest list: %w", err)
	}
	if month > l.Month {
		return fault.New(fault.Conflict, "platforms.reach.older", "there is a list of %s already; only the newest counts", month).With("month", month)
	}
	return nil
}

// replace makes a list that is loaded count instead of those before it, whose rows are
// not kept: nobody needs them any more.
func (s reachStore) replace(ctx context.Context, tx *sqldb.Tx, l ReachList) error {
	for _, table := range []string{"reach_frame", "reach_use"} {
		_, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE list_id IN (SELECT id FROM reach_list WHERE kind = $1 AND COALESCE(platform_id, '') = $2 AND state = $3)`, string(l.Kind), l.PlatformID, string(listCurrent))
		if err != nil {
			return fmt.Errorf("forget rows: %w", err)
		}
	}
	_, err := tx.Exec(ctx, `UPDATE reach_list SET state = $1 WHERE kind = $2 AND COALESCE(platform_id, '') = $3 AND state = $4`, string(listReplaced), string(l.Kind), l.PlatformID, string(listCurrent))
	if err != nil {
		return fmt.Errorf("replace lists: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE reach_list SET state = $1 WHERE id = $2`, string(listCurrent), l.ID); err != nil {
		return fmt.Errorf("end list: %w", err)
	}
	tx.Changed("reach_list", l.ID, nil, l)
	return nil
}

// forget removes lists whose loading ended before its time.
func (s reachStore) forget(ctx context.Context, before time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM reach_list WHERE state = $1 AND made_at < $2`, string(listLoading), before.UnixMilli())
		return err
	})
}

type reachListParams struct {
	sqldb.ListParams
	Kind     string `query:"kind" enum:"frame,served"`
	Platform string `query:"platform" maxLength:"26"`
	State    string `query:"state" enum:"current,replaced"`
}

// lists are the lists that were uploaded: frames, and those of one's own platforms.
func (s reachStore) lists(ctx context.Context, in reachListParams) (sqldb.Page[ReachList], error) {
	l := sqldb.List{
		Select: `l.id, l.kind, COALESCE(l.platform_id, ''), COALESCE(p.name_zh, ''), COALESCE(p.name_en, ''), l.month, l.state, l.enterprises, l.file_name, l.file_hash, l.actor, l.name, l.made_at`,
		From:   "reach_list l LEFT JOIN platform p ON p.id = l.platform_id", Key: "l.id", Order: "-at",
		Sort:   map[string]string{"at": "l.made_at", "month": "l.month", "enterprises": "l.enterprises", "platform_name": "COALESCE(p.name_zh, '')", "state": "l.state", "kind": "l.kind", "by": "l.name", "file": "l.file_name"},
		Search: []string{"p.name_zh", "p.name_en", "l.file_name"},
	}
	l.Where("l.state <> ?", string(listLoading)).WhereIf("l.kind = ?", in.Kind).WhereIf("l.platform_id = ?", in.Platform).WhereIf("l.state = ?", in.State)
	if scope := identity.From(ctx).Scope; !scope.All {
		l.Where("l.platform_id IS NOT NULL")
		scope.Filter(&l, "p.organisation_id")
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (x ReachList, err error) {
		var at int64
		err = r.Scan(&x.ID, &x.Kind, &x.PlatformID, &x.PlatformName.ZH, &x.PlatformName.EN, &x.Month, &x.State, &x.Enterprises, &x.File, &x.Hash, &x.actor, &x.By, &at)
		x.At = sqldb.Time(at)
		return x, err
	})
}

// listed are the lists that a platform handed in of months since a time, the newest of
// each month: how many enterprises a list had is kept when another one replaces it.
func (s reachStore) listed(ctx context.Context, platformID string, since time.Time) ([]check.Listing, error) {
	rows, err := s.db.Query(ctx, `SELECT month, enterprises, made_at FROM reach_list WHERE kind = $1 AND platform_id = $2 AND state <> $3 AND month >= $4 ORDER BY month, made_at, id`,
		string(listServed), platformID, string(listLoading), monthOf(since))
	if err != nil {
		return nil, fmt.Errorf("read lists of enterprises served: %w", err)
	}
	all, err := sqldb.All(rows, scanListing)
	if err != nil {
		return nil, err
	}
	var list []check.Listing
	for _, l := range all {
		if n := len(list); n > 0 && list[n-1].Month.Equal(l.Month) {
			list[n-1] = l
			continue
		}
		list = append(list, l)
	}
	return list, nil
}

// newestFrame is how many enterprises the frame has that counts; nil without one.
func (s reachStore) newestFrame(ctx context.Context) (*check.Listing, error) {
	l, err := scanListing(s.db.QueryRow(ctx, `SELECT month, enterprises, made_at FROM reach_list WHERE kind = $1 AND state = $2`, string(listFrame), string(listCurrent)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // there is none, and that is no error
	}
	if err != nil {
		return nil, fmt.Errorf("read the size of the frame: %w", err)
	}
	return &l, nil
}

func scanListing(r sqldb.Row) (l check.Listing, err error) {
	var month string
	var came int64
	if err := r.Scan(&month, &l.N, &came); err != nil {
		return l, err
	}
	l.Came = sqldb.Time(came).In(cityTime())
	l.Month, err = time.ParseInLocation("2006-01", month, cityTime())
	return l, err
}

// newestUses are the lists of platforms that count.
const newestUses = `SELECT l.id FROM reach_list l JOIN platform p ON p.id = l.platform_id WHERE l.kind = 'served' AND l.state = 'current' AND ` + watched

// count counts the newest lists at a time.
func (s reachStore) count(ctx context.Context, now time.Time) (Reach, error) {
	r := Reach{Month: monthOf(now), CountedAt: now, Version: reachVersion, ByNumber: []reachedBy{}}
	since := now.In(cityTime()).AddDate(0, 0, -activeDays).UnixMilli()
	err := s.db.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM platform p WHERE `+watched+`), (SELECT COUNT(*) FROM reach_list x WHERE x.id IN (`+newestUses+`)),
		(SELECT COUNT(DISTINCT u.mark) FROM reach_use u WHERE u.last_at >= $1 AND u.list_id IN (`+newestUses+`)),
		(SELECT COALESCE(SUM(CASE WHEN p.synthetic THEN 1 ELSE 0 END), 0) FROM reach_list x JOIN platform p ON p.id = x.platform_id WHERE x.id IN (`+newestUses+`)) > 0`, since).
		Scan(&r.Platforms, &r.Lists, &r.Active, &r.Synthetic)
	if err != nil {
		return r, fmt.Errorf("count enterprises: %w", err)
	}
	if r.ByNumber, err = s.byNumber(ctx); err != nil {
		return r, err
	}
	for _, x := range r.ByNumber {
		r.Served += x.Enterprises
		r.Claims += x.Platforms * x.Enterprises
	}
	cells, month, err := s.cells(ctx, since)
	r.FrameMonth = month
	return r.rated(cells), err
}

func (s reachStore) byNumber(ctx context.Context) ([]reachedBy, error) {
	rows, err := s.db.Query(ctx, `SELECT n, COUNT(*) FROM (SELECT COUNT(*) AS n FROM reach_use u WHERE u.list_id IN (`+newestUses+`) GROUP BY u.mark) x GROUP BY n ORDER BY n`)
	if err != nil {
		return nil, fmt.Errorf("count overlap: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x reachedBy, err error) { return x, r.Scan(&x.Platforms, &x.Enterprises) })
	if list == nil {
		list = []reachedBy{}
	}
	return list, err
}

// cells divide the newest frame, and how many of it have used a platform since.
func (s reachStore) cells(ctx context.Context, since int64) (cells []reachCell, month string, err error) {
	var id string
	err = s.db.QueryRow(ctx, `SELECT id, month FROM reach_list WHERE kind = 'frame' AND state = 'current'`).Scan(&id, &month)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("read frame: %w", err)
	}
	rows, err := s.db.Query(ctx, `SELECT f.industry, f.size, f.district, COUNT(*), COUNT(u.mark) FROM reach_frame f
		LEFT JOIN (SELECT DISTINCT x.mark FROM reach_use x WHERE x.last_at >= $1 AND x.list_id IN (`+newestUses+`)) u ON u.mark = f.mark
		WHERE f.list_id = $2 GROUP BY f.industry, f.size, f.district`, since, id)
	if err != nil {
		return nil, "", fmt.Errorf("count the frame: %w", err)
	}
	cells, err = sqldb.All(rows, func(r sqldb.Row) (c reachCell, err error) {
		return c, r.Scan(&c.industry, &c.size, &c.district, &c.frame, &c.using)
	})
	return cells, month, err
}

// remember keeps a count as the last of its month.
func (s reachStore) remember(ctx context.Context, r Reach) error {
	figure, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write count: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO reach_month (month, counted_at, synthetic, figure) VALUES ($1, $2, $3, $4)
			ON CONFLICT (month) DO UPDATE SET counted_at = excluded.counted_at, synthetic = excluded.synthetic, figure = excluded.figure`, r.Month, r.CountedAt.UnixMilli(), r.Synthetic, string(figure))
		return err
	})
}

// forgetSynthetic removes counts that synthetic platforms took part in.
func (s reachStore) forgetSynthetic(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM reach_month WHERE synthetic`)
		return err
	})
}

// months are the last counts of months, the newest first.
func (s reachStore) months(ctx context.Context, most int) ([]Reach, error) {
	rows, err := s.db.Query(ctx, `SELECT figure FROM reach_month ORDER BY month DESC LIMIT $1`, int64(most))
	if err != nil {
		return nil, fmt.Errorf("read counts: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x Reach, err error) {
		var figure string
		if err := r.Scan(&figure); err != nil {
			return x, err
		}
		return x, json.Unmarshal([]byte(figure), &x)
	})
}

// measure tells a number of the newest count, and nothing while it means nothing.
func (s reachStore) measure(of func(Reach) (number float64, known bool)) func(context.Context) (measure.Value, error) {
	return func(ctx context.Context) (measure.Value, error) {
		list, err := s.months(ctx, 1)
		if err != nil || len(list) == 0 {
			return measure.Value{}, err
		}
		v := measure.Value{At: list[0].CountedAt, Synthetic: list[0].Synthetic}
		v.Number, v.Known = of(list[0])
		return v, nil
	}
}

// surveysMost bounds how many surveys there are.
const surveysMost = 100

func (s reachStore) surveys(ctx context.Context) ([]Survey, error) {
	rows, err := s.db.Query(ctx, `SELECT id, name_zh, name_en, month, strata, file_hash, actor, name, made_at FROM reach_survey ORDER BY month DESC, id DESC LIMIT $1`, surveysMost)
	if err != nil {
		return nil, fmt.Errorf("read surveys: %w", err)
	}
	return sqldb.All(rows, scanSurvey)
}

func scanSurvey(r sqldb.Row) (x Survey, err error) {
	var strata string
	var at int64
	if err := r.Scan(&x.ID, &x.Name.ZH, &x.Name.EN, &x.Month, &strata, &x.Hash, &x.actor, &x.By, &at); err != nil {
		return x, err
	}
	x.At = sqldb.Time(at)
	if err := json.Unmarshal([]byte(strata), &x.Strata); err != nil {
		return x, fmt.Errorf("read strata: %w", err)
	}
	x.Estimate = reach.Survey(x.Strata)
	return x, nil
}

func (s reachStore) insertSurvey(ctx context.Context, x Survey) error {
	strata, err := json.Marshal(x.Strata)
	if err != nil {
		return fmt.Errorf("write strata: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "survey"); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM reach_survey`).Scan(&n); err != nil {
			return fmt.Errorf("count surveys: %w", err)
		}
		if n >= surveysMost {
			return fault.New(fault.Conflict, "platforms.reach.surveys", "there are %d surveys already; remove one", n).With("limit", surveysMost)
		}
		_, err := tx.Exec(ctx, `INSERT INTO reach_survey (id, name_zh, name_en, month, strata, file_hash, actor, name, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			x.ID, x.Name.ZH, x.Name.EN, x.Month, string(strata), x.Hash, x.actor, x.By, x.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert survey: %w", err)
		}
		tx.Changed("reach_survey", x.ID, nil, x)
		return nil
	})
}

func (s reachStore) removeSurvey(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		x, err := scanSurvey(tx.QueryRow(ctx, `SELECT id, name_zh, name_en, month, strata, file_hash, actor, name, made_at FROM reach_survey WHERE id = $1`, id))
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "kernel.not_found", "there is no such survey")
		}
		if err != nil {
			return fmt.Errorf("read survey: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM reach_survey WHERE id = $1`, id); err != nil {
			return fmt.Errorf("remove survey: %w", err)
		}
		tx.Changed("reach_survey", id, x, nil)
		return nil
	})
}
