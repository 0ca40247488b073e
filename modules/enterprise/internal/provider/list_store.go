package provider

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

type listParams struct {
	sqldb.ListParams
	Scenario   string `query:"scenario" maxLength:"40"`
	Industry   string `query:"industry" maxLength:"4" doc:"That it serves; providers that name none serve any"`
	Technology string `query:"technology" maxLength:"20"`
	District   string `query:"district" maxLength:"6" doc:"Where it works; providers that name none work everywhere"`
	Status     string `query:"status" enum:"applied,returned,refused,in_force,expired,suspended" doc:"Others than the bureau and the provider know providers in force only"`
	Online     bool   `query:"online" doc:"Only those that are online"`
	Waiting    bool   `query:"waiting" doc:"Only those of which something waits for the bureau"`
}

// due are the requests that the rule of being online counts; its arguments are since when
// and until when.
const due = `FROM provider_request r WHERE r.provider_id = p.id AND r.asked_at >= ? AND (r.answered_at > 0 OR r.due_at <= ?)`

// online is the rule of being online: 20 for each answer in time, −80 for each that is
// not, must come to nothing less than 0, and there must be one. Its arguments are now,
// since when and until when.
const online = `p.state = 'in_force' AND p.valid_until > ? AND (SELECT COALESCE(SUM(CASE WHEN r.answered_at > 0 AND r.answered_at <= r.due_at THEN 20 ELSE -80 END), -1) ` + due + `) >= 0`

func onlineArgs(now time.Time) []any {
	return []any{now.UnixMilli(), now.AddDate(0, 0, -onlineDays).UnixMilli(), now.UnixMilli()}
}

func (s store) list(ctx context.Context, in listParams, now time.Time) (sqldb.Page[Provider], error) {
	l := sqldb.List{
		Select: columns, From: "provider p", Key: "p.id", Order: "name",
		Sort:   map[string]string{"name": "p.name_zh", "promise": "p.promise", "filed_at": "p.filed_at", "valid_until": "p.valid_until"},
		Search: []string{"p.name_zh", "p.name_en", "p.code", "p.profile"},
	}
	tagged := func(kind, code string, otherwiseAny bool) {
		if code == "" {
			return
		}
		has := `EXISTS (SELECT 1 FROM provider_tag t WHERE t.provider_id = p.id AND t.kind = ? AND t.code = ?)`
		if otherwiseAny {
			l.Where(has+` OR NOT EXISTS (SELECT 1 FROM provider_tag t WHERE t.provider_id = p.id AND t.kind = ?)`, kind, code, kind)
			return
		}
		l.Where(has, kind, code)
	}
	tagged("scenario", in.Scenario, false)
	tagged("technology", in.Technology, false)
	tagged("industry", in.Industry, true)
	tagged("district", in.District, true)
	switch in.Status {
	case "":
	case "expired":
		l.Where("p.state = 'in_force' AND p.valid_until <= ?", now.UnixMilli())
	case string(InForce):
		l.Where("p.state = 'in_force' AND p.valid_until > ?", now.UnixMilli())
	default:
		l.Where("p.state = ?", in.Status)
	}
	if in.Online {
		l.Where(online, onlineArgs(now)...)
	}
	if in.Waiting {
		l.Where("p.state = 'applied' OR p.state = 'in_force' AND p.filing <> '' AND NOT p.filing_returned")
	}
	if who := identity.From(ctx); !who.Scope.All {
		own, args := who.OwnSQL("p.organisation_id")
		l.Where("p.state = 'in_force' AND p.valid_until > ? OR "+own, append([]any{now.UnixMilli()}, args...)...)
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scan)
}

// counted counts providers in force, or those of them that are online.
func (s store) counted(ctx context.Context, only bool, now time.Time) (n, synthetic int, err error) {
	l := sqldb.List{Select: "p.id, p.synthetic", From: "provider p", Key: "p.id", Order: "id", Sort: map[string]string{"id": "p.id"}}
	l.Where("p.state = 'in_force' AND p.valid_until > ?", now.UnixMilli())
	if only {
		l.Where(online, onlineArgs(now)...)
	}
	page, err := sqldb.Fetch(ctx, s.db, l, sqldb.ListParams{Limit: 1}, func(r sqldb.Row) (v bool, err error) {
		var id string
		return v, r.Scan(&id, &v)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("count providers: %w", err)
	}
	n = page.Total
	l.Where("p.synthetic")
	page, err = sqldb.Fetch(ctx, s.db, l, sqldb.ListParams{Limit: 1}, func(r sqldb.Row) (v bool, err error) {
		var id string
		return v, r.Scan(&id, &v)
	})
	return n, page.Total, err
}
