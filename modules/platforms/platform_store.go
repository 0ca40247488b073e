package platforms

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/platformsevent"
)

type platformStore struct {
	db      *sqldb.DB
	search  *module.Search
	remarks *module.Remarks
	shares  module.Shares
}

const platformColumns = `p.id, p.code, p.organisation_id, p.operator_zh, p.operator_en, p.name_zh, p.name_en, p.class, p.industry, p.district,
	p.contact_name, p.contact_phone, p.contact_email, p.url, p.description, p.status, p.status_reason, p.synthetic, p.tier,
	p.last_report_at, p.late_at, p.silent_at, p.created_at, p.version`

func scanPlatform(r sqldb.Row) (platform, error) {
	var p platform
	var last, late, silent, created int64
	err := r.Scan(&p.ID, &p.Code, &p.Operator.ID, &p.Operator.Name.ZH, &p.Operator.Name.EN, &p.Name.ZH, &p.Name.EN, &p.Class, &p.Industry, &p.District,
		&p.Contact.Name, &p.Contact.Phone, &p.Contact.Email, &p.URL, &p.Description, &p.Status, &p.StatusReason, &p.Synthetic, &p.Tier,
		&last, &late, &silent, &created, &p.Version)
	p.LastReportAt, p.LateAt, p.SilentAt, p.CreatedAt = sqldb.Time(last), sqldb.Time(late), sqldb.Time(silent), sqldb.Time(created)
	return p, err
}

func (s platformStore) insert(ctx context.Context, p platform, events ...bus.Event) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO platform (id, code, organisation_id, operator_zh, operator_en, name_zh, name_en, class, industry, district,
			contact_name, contact_phone, contact_email, url, description, status, synthetic, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
			p.ID, p.Code, p.Operator.ID, p.Operator.Name.ZH, p.Operator.Name.EN, p.Name.ZH, p.Name.EN, p.Class, p.Industry, p.District,
			p.Contact.Name, p.Contact.Phone, p.Contact.Email, p.URL, p.Description, string(p.Status), p.Synthetic, p.CreatedAt.UnixMilli())
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "platforms.platform.code_taken", "the code %s is taken", p.Code).At("body.code", "choose another code")
		}
		if err != nil {
			return fmt.Errorf("insert platform: %w", err)
		}
		tx.Changed("platform", p.ID, nil, p)
		if err := noteStep(ctx, tx, p.ID, PlatformStep{Kind: stepRegistered, After: string(p.Status)}); err != nil {
			return err
		}
		if err := s.search.Put(ctx, tx, p.document()); err != nil {
			return err
		}
		return tx.Emit(ctx, events...)
	})
}

// read returns a platform that the caller may see.
func (s platformStore) read(ctx context.Context, id string) (platform, error) {
	p, err := s.get(ctx, id)
	if err != nil {
		return p, err
	}
	return p, identity.From(ctx).Scope.Check(p.Operator.ID)
}

// view returns a platform that the caller may look at: also one that its
// operator, or the city, shares with them. own is false for those.
func (s platformStore) view(ctx context.Context, id string) (p platform, own bool, err error) {
	if p, err = s.get(ctx, id); err != nil {
		return p, false, err
	}
	scope := identity.From(ctx).Scope
	if scope.Allows(p.Operator.ID) {
		return p, true, nil
	}
	shared, err := s.shares.Shared(ctx, nounPlatform)
	if err != nil {
		return p, false, err
	}
	if _, ok := slices.BinarySearch(shared, p.ID); ok {
		return p, false, nil
	}
	return platform{}, false, scope.Check(p.Operator.ID)
}

func (s platformStore) get(ctx context.Context, id string) (platform, error) {
	p, err := scanPlatform(s.db.QueryRow(ctx, `SELECT `+platformColumns+` FROM platform p WHERE p.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.New(fault.NotFound, "kernel.not_found", "there is no such platform, or it is not yours to see")
	}
	if err != nil {
		return p, fmt.Errorf("read platform: %w", err)
	}
	return p, nil
}

// change loads a platform, lets decide change it, and saves it with its events.
func (s platformStore) change(ctx context.Context, id string, version int64, decide func(platform) (platform, []bus.Event, error)) (platform, error) {
	if _, err := s.read(ctx, id); err != nil {
		return platform{}, err
	}
	var p platform
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := scanPlatform(tx.QueryRow(ctx, `SELECT `+platformColumns+` FROM platform p WHERE p.id = $1`, id))
		if err != nil {
			return fmt.Errorf("read platform: %w", err)
		}
		if before.Version != version {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this platform meanwhile; read it again")
		}
		after, events, err := decide(before)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE platform SET name_zh = $1, name_en = $2, class = $3, industry = $4, district = $5, contact_name = $6,
			contact_phone = $7, contact_email = $8, url = $9, description = $10, status = $11, status_reason = $12, version = version + 1 WHERE id = $13`,
			after.Name.ZH, after.Name.EN, after.Class, after.Industry, after.District, after.Contact.Name,
			after.Contact.Phone, after.Contact.Email, after.URL, after.Description, string(after.Status), after.StatusReason, id)
		if err != nil {
			return fmt.Errorf("update platform: %w", err)
		}
		if before.Status.reports() && !after.Status.reports() {
			if err := restTargets(ctx, tx, id, time.Now()); err != nil {
				return err
			}
		}
		tx.Changed("platform", id, before, after)
		if err := noteChange(ctx, tx, before, after); err != nil {
			return err
		}
		after.Version++
		p = after
		if err := s.search.Put(ctx, tx, p.document()); err != nil {
			return err
		}
		return tx.Emit(ctx, events...)
	})
	return p, err
}

func (s platformStore) remove(ctx context.Context, p platform) error {
	id := p.ID
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM platform WHERE id = $1`, id); err != nil {
			return fmt.Errorf("remove platform: %w", err)
		}
		tx.Changed("platform", id, p, nil)
		if err := s.remarks.Gone(ctx, tx, nounPlatform, id); err != nil {
			return err
		}
		if err := tx.Emit(ctx, platformsevent.Changed{PlatformID: id, At: time.Now().UTC()}); err != nil {
			return fmt.Errorf("tell that a platform is gone: %w", err)
		}
		return s.search.Remove(ctx, tx, nounPlatform, id)
	})
}

// freshnessSQL is platform.freshness for the database; it takes the time three times.
const freshnessSQL = `CASE WHEN p.last_report_at = 0 THEN 'never' WHEN p.late_at > ? THEN 'reporting' WHEN p.silent_at > ? THEN 'late' ELSE 'silent' END`

type platformParams struct {
	sqldb.ListParams
	Class     string `query:"class" maxLength:"20"`
	Industry  string `query:"industry" maxLength:"4"`
	District  string `query:"district" maxLength:"6"`
	Status    string `query:"status" maxLength:"20"`
	Freshness string `query:"freshness" enum:"never,reporting,late,silent"`
}

func (s platformStore) list(ctx context.Context, in platformParams, now time.Time) (sqldb.Page[platform], error) {
	l := sqldb.List{
		Select: platformColumns, From: "platform p", Key: "p.id", Order: "code",
		Sort: map[string]string{
			"code": "p.code", "name": "p.name_zh", "class": "p.class", "industry": "p.industry", "district": "p.district",
			"status": "p.status", "last_report_at": "p.last_report_at", "created_at": "p.created_at",
			"ent_served": latestSQL("ent_served"), "dev_connected": latestSQL("dev_connected"),
		},
		Search: []string{"p.code", "p.name_zh", "p.name_en", "p.operator_zh", "p.operator_en"},
	}
	l.WhereIf("p.class = ?", in.Class).WhereIf("p.industry = ?", in.Industry).WhereIf("p.district = ?", in.District).WhereIf("p.status = ?", in.Status)
	if in.Freshness != "" {
		l.Where(freshnessSQL+" = ?", now.UnixMilli(), now.UnixMilli(), in.Freshness)
	}
	shared, err := s.shares.Shared(ctx, nounPlatform)
	if err != nil {
		return sqldb.Page[platform]{}, err
	}
	identity.From(ctx).Scope.FilterShared(&l, "p.organisation_id", "p.id", shared)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanPlatform)
}

// visible returns the ids of the platforms that the caller may see, or that it is all.
func (s platformStore) visible(ctx context.Context) (ids []string, all bool, err error) {
	if identity.From(ctx).Scope.All {
		return nil, true, nil
	}
	shared, err := s.shares.Shared(ctx, nounPlatform)
	if err != nil {
		return nil, false, err
	}
	l := sqldb.List{Select: "p.id", From: "platform p", Key: "p.id", Order: "id", Sort: map[string]string{"id": "p.id"}}
	identity.From(ctx).Scope.FilterShared(&l, "p.organisation_id", "p.id", shared)
	ids = []string{}
	for in := (sqldb.ListParams{Limit: 500}); ; {
		page, err := sqldb.Fetch(ctx, s.db, l, in, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
		if err != nil {
			return nil, false, err
		}
		ids = append(ids, page.Items...)
		if in.Cursor = page.NextCursor; in.Cursor == "" {
			return ids, false, nil
		}
	}
}

// latestSQL is the newest total of an indicator of this package's catalogue.
func latestSQL(code string) string {
	return "COALESCE((SELECT MAX(x.value) FROM latest x WHERE x.platform_id = p.id AND x.code = '" + code + "' AND x.dims = ''), 0)"
}

// totals returns the newest totals of some indicators for a page of platforms,
// and how many series each of them has.
func (s platformStore) totals(ctx context.Context, ids []string) (values map[string]map[string]float64, series map[string]int, err error) {
	values, series = map[string]map[string]float64{}, map[string]int{}
	if len(ids) == 0 {
		return values, series, nil
	}
	args, marks := make([]any, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		args[i], marks[i] = id, fmt.Sprintf("$%d", i+1)
	}
	in := strings.Join(marks, ", ")
	rows, err := s.db.Query(ctx, `SELECT platform_id, code, value FROM latest WHERE dims = '' AND platform_id IN (`+in+`)`, args...)
	if err != nil {
		return nil, nil, fmt.Errorf("read totals: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var id, code string
		var v float64
		err := r.Scan(&id, &code, &v)
		if values[id] == nil {
			values[id] = map[string]float64{}
		}
		values[id][code] = v
		return struct{}{}, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read totals: %w", err)
	}
	rows, err = s.db.Query(ctx, `SELECT platform_id, COUNT(*) FROM series WHERE platform_id IN (`+in+`) GROUP BY platform_id`, args...)
	if err != nil {
		return nil, nil, fmt.Errorf("count series: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var id string
		var n int
		err := r.Scan(&id, &n)
		series[id] = n
		return struct{}{}, err
	})
	return values, series, err
}

// freshnessOf returns every platform's freshness and owner; for noticing changes.
func (s platformStore) freshnessOf(ctx context.Context, now time.Time) (map[string][2]string, error) {
	rows, err := s.db.Query(ctx, `SELECT p.id, p.organisation_id, p.last_report_at, p.late_at, p.silent_at FROM platform p`)
	if err != nil {
		return nil, fmt.Errorf("read freshness: %w", err)
	}
	states := map[string][2]string{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var id, org string
		var last, late, silent int64
		err := r.Scan(&id, &org, &last, &late, &silent)
		p := platform{LastReportAt: sqldb.Time(last), LateAt: sqldb.Time(late), SilentAt: sqldb.Time(silent)}
		states[id] = [2]string{p.freshness(now), org}
		return struct{}{}, err
	})
	return states, err
}

// tellSilent sends a notice for every platform that fell silent and of which
// nobody was told, and notes that, in one transaction.
func (s platformStore) tellSilent(ctx context.Context, now time.Time, sender *notice.Sender, about func(platform) notice.Notice) error {
	rows, err := s.db.Query(ctx, `SELECT `+platformColumns+` FROM platform p WHERE p.status IN ('trial', 'in_service') AND p.last_report_at > 0
		AND p.silent_at <= $1 AND p.told_silent_at <> p.silent_at ORDER BY p.id LIMIT 500`, now.UnixMilli())
	if err != nil {
		return fmt.Errorf("read silent platforms: %w", err)
	}
	silent, err := sqldb.All(rows, scanPlatform)
	if err != nil || len(silent) == 0 {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, p := range silent {
			n, err := tx.Exec(ctx, `UPDATE platform SET told_silent_at = silent_at WHERE id = $1 AND silent_at = $2 AND told_silent_at <> silent_at`, p.ID, p.SilentAt.UnixMilli())
			if err != nil {
				return fmt.Errorf("note the silence of %s: %w", p.ID, err)
			}
			if n == 0 {
				continue
			}
			if err := sender.Send(ctx, tx, about(p)); err != nil {
				return err
			}
		}
		return nil
	})
}
