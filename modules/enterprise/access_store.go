package enterprise

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// How somebody was given what is not public.
const (
	wayPage      = "page"
	wayList      = "list"
	wayEvidence  = "evidence"
	wayDiagnosis = "diagnosis"
)

// groupAnswers is what of a diagnosis an enterprise shares beyond its result: no group of
// an entry's fields.
const groupAnswers = "answers"

// Access says that somebody was given something of an entry that is not public.
type Access struct {
	Key          string    `json:"key"`
	Day          string    `json:"day" title:"日期|Day"`
	Name         string    `json:"name" title:"查阅人|Who"`
	Organisation lang.Text `json:"organisation" title:"机构|Organisation"`
	Way          string    `json:"way" enum:"page,list,evidence,diagnosis" doc:"page: the page of the enterprise; list: a list or a download of one; evidence: a file; diagnosis: shared answers or evidence of a diagnosis" title:"方式|Way"`
	Fields       string    `json:"fields" doc:"Groups that are not public, with commas between them" title:"字段|Fields"`
	Times        int       `json:"times" doc:"On this day" title:"次数|Times"`
	At           time.Time `json:"at" title:"最近一次|Last"`
}

// given is what somebody was given of an entry.
type given struct {
	entryID string
	groups  []string
}

// noteAccess writes down who was given what. An enterprise that reads its own entry is
// not told so.
func (s entryStore) noteAccess(ctx context.Context, way string, list []given, now time.Time) error {
	who := identity.From(ctx)
	day, _ := dates(now)
	if len(list) == 0 {
		return nil
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, g := range list {
			_, err := tx.Exec(ctx, `INSERT INTO entry_access (entry_id, day, actor, way, fields, name, organisation_zh, organisation_en, times, at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)
				ON CONFLICT (entry_id, day, actor, way, fields) DO UPDATE SET times = entry_access.times + 1, at = excluded.at, name = excluded.name`,
				g.entryID, day, who.Actor(), way, strings.Join(g.groups, ","), who.Name, who.Organisation.Name.ZH, who.Organisation.Name.EN, now.UnixMilli())
			if err != nil {
				return fmt.Errorf("note who was given what: %w", err)
			}
		}
		return nil
	})
}

func (s entryStore) accesses(ctx context.Context, in historyParams) (sqldb.Page[Access], error) {
	key := "x.day || ' ' || x.actor || ' ' || x.way || ' ' || x.fields"
	l := sqldb.List{
		Select: key + ", x.day, x.name, x.organisation_zh, x.organisation_en, x.way, x.fields, x.times, x.at", From: "entry_access x", Key: key, Order: "-at",
		Sort:   map[string]string{"at": "x.at", "times": "x.times", "name": "x.name"},
		Search: []string{"x.name", "x.organisation_zh", "x.organisation_en"},
	}
	l.Where("x.entry_id = ?", in.ID)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (x Access, err error) {
		var at int64
		err = r.Scan(&x.Key, &x.Day, &x.Name, &x.Organisation.ZH, &x.Organisation.EN, &x.Way, &x.Fields, &x.Times, &at)
		x.At = sqldb.TimeOrZero(at)
		return x, err
	})
}

// accessKept is how long the access log is kept.
const accessKept = 3 * 365 * 24 * time.Hour

func (s entryStore) forgetAccesses(ctx context.Context, now time.Time) error {
	day, _ := dates(now.Add(-accessKept))
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM entry_access WHERE day < $1`, day)
		return err
	})
}
