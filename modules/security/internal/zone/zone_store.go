package zone

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/asset"
)

type store struct{ db *sqldb.DB }

// Reader is a database, or a change of one.
type Reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

// HostsOf is what is known of the addresses of an enterprise.
func HostsOf(ctx context.Context, db Reader, organisation string) (Hosts, error) {
	list, err := asset.PlacedOf(ctx, db, organisation)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	return hostsOf(list), nil
}

// EnforcedOf is what an enterprise declared, if it enforces that; else a plan that knows no zones.
func EnforcedOf(ctx context.Context, db Reader, organisation string) (Plan, error) {
	var enforced bool
	err := db.QueryRow(ctx, `SELECT enforced FROM security_zone_plan WHERE organisation_id = $1`, organisation).Scan(&enforced)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Plan{}, fmt.Errorf("read whether conduits are enforced: %w", err)
	}
	if !enforced {
		return Plan{}, nil
	}
	list, err := conduitsOf(ctx, db, organisation)
	if err != nil {
		return Plan{}, err
	}
	hosts, err := HostsOf(ctx, db, organisation)
	return NewPlan(hosts, waysOf(list)), err
}

func waysOf(list []Conduit) (out []Way) {
	for _, c := range list {
		out = append(out, c.Way)
	}
	return out
}

const conduitColumns = `c.id, c.organisation_id, c.client_zone, c.server_zone, c.protocols, c.commands, c.note, c.responsible, c.created_at, c.updated_at, c.actor, c.actor_name, c.version,
	NOT EXISTS (SELECT 1 FROM security_asset a WHERE a.organisation_id = c.organisation_id AND a.state = 'active' AND a.zone = c.client_zone),
	NOT EXISTS (SELECT 1 FROM security_asset a WHERE a.organisation_id = c.organisation_id AND a.state = 'active' AND a.zone = c.server_zone)`

func scanConduit(r sqldb.Row) (c Conduit, err error) {
	var created, updated int64
	var protocols string
	err = r.Scan(&c.ID, &c.OrganisationID, &c.ClientZone, &c.ServerZone, &protocols, &c.Commands, &c.Note, &c.Responsible, &created, &updated, &c.actor, &c.By, &c.Version, &c.NoClients, &c.NoServers)
	if err != nil {
		return c, err
	}
	c.CreatedAt, c.UpdatedAt = sqldb.Time(created), sqldb.Time(updated)
	if err := json.Unmarshal([]byte(protocols), &c.Protocols); err != nil {
		return c, fmt.Errorf("read protocols: %w", err)
	}
	return c, nil
}

func conduitsOf(ctx context.Context, db Reader, organisation string) ([]Conduit, error) {
	rows, err := db.Query(ctx, `SELECT `+conduitColumns+` FROM security_conduit c WHERE c.organisation_id = $1 ORDER BY c.client_zone, c.server_zone, c.protocols, c.id LIMIT $2`, organisation, mostConduits)
	if err != nil {
		return nil, fmt.Errorf("read conduits: %w", err)
	}
	return sqldb.All(rows, scanConduit)
}

// Declaration is what an enterprise declared of its zones, in short.
type Declaration struct {
	OrganisationID string     `json:"organisation_id"`
	Enterprise     lang.Text  `json:"enterprise" title:"企业|Enterprise"`
	Zones          int        `json:"zones" title:"区域数|Zones"`
	Conduits       int        `json:"conduits" title:"导管数|Conduits"`
	Enforced       bool       `json:"enforced" title:"执行中|Enforced" doc:"What no conduit covers is an alert"`
	Reason         string     `json:"reason" title:"理由|Reason" doc:"Why it is enforced, or not any more"`
	ChangedAt      *time.Time `json:"changed_at,omitempty" title:"更新时间|Changed"`
	By             string     `json:"by" title:"操作人|By"`
	Own            bool       `json:"own" doc:"It is the caller's own organisation's"`
	Synthetic      bool       `json:"synthetic" title:"合成数据|Synthetic"`
	Version        int64      `json:"version" doc:"Counts changes of conduits too"`
}

// ETag implements httpd.Versioned.
func (p Declaration) ETag() int64 { return p.Version }

const planColumns = `i.organisation_id, i.name_zh, i.name_en,
	(SELECT COUNT(DISTINCT a.zone) FROM security_asset a WHERE a.organisation_id = i.organisation_id AND a.state = 'active' AND a.zone <> ''),
	(SELECT COUNT(*) FROM security_conduit c WHERE c.organisation_id = i.organisation_id),
	COALESCE(p.enforced, FALSE), COALESCE(p.reason, ''), COALESCE(p.at, 0), COALESCE(p.actor_name, ''), COALESCE(p.version, 1), i.synthetic`

const planTables = `security_inventory i LEFT JOIN security_zone_plan p ON p.organisation_id = i.organisation_id`

func scanPlan(r sqldb.Row) (p Declaration, err error) {
	var at int64
	err = r.Scan(&p.OrganisationID, &p.Enterprise.ZH, &p.Enterprise.EN, &p.Zones, &p.Conduits, &p.Enforced, &p.Reason, &at, &p.By, &p.Version, &p.Synthetic)
	p.ChangedAt = sqldb.Instant(at)
	return p, err
}

type zonePlanParams struct {
	sqldb.ListParams
	Enforced string `query:"enforced" enum:"yes,no"`
}

func (s store) plans(ctx context.Context, in zonePlanParams, now time.Time) (sqldb.Page[Declaration], error) {
	l := sqldb.List{
		Select: planColumns, From: planTables, Key: "i.organisation_id", Order: "enterprise",
		Sort: map[string]string{"enterprise": "i.name_zh", "enforced": "COALESCE(p.enforced, FALSE)", "changed_at": "COALESCE(p.at, 0)"}, Search: []string{"i.name_zh", "i.name_en"},
	}
	switch in.Enforced {
	case "yes":
		l.Where("COALESCE(p.enforced, FALSE)")
	case "no":
		l.Where("NOT COALESCE(p.enforced, FALSE)")
	}
	l.Where("EXISTS (SELECT 1 FROM security_asset a WHERE a.organisation_id = i.organisation_id AND a.state = 'active' AND a.zone <> '') OR EXISTS (SELECT 1 FROM security_conduit c WHERE c.organisation_id = i.organisation_id)")
	asset.Restrict(ctx, &l, now)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanPlan)
}

// plan reads that of an organisation for whoever may see it.
func planOf(ctx context.Context, db Reader, organisation string) (Declaration, error) {
	p, err := scanPlan(db.QueryRow(ctx, `SELECT `+planColumns+` FROM `+planTables+` WHERE i.organisation_id = $1`, organisation))
	if errors.Is(err, sql.ErrNoRows) { // it has no asset yet
		return Declaration{OrganisationID: organisation, Version: 1}, nil
	}
	if err != nil {
		return p, fmt.Errorf("read a plan of zones: %w", err)
	}
	return p, nil
}

// zones are those that assets have.
func zones(list []asset.PlacedAsset, conduits []Conduit) []Area {
	at := map[string]int{}
	type leveled struct {
		zone  string
		level int
	}
	levels := map[leveled]bool{}
	out := []Area{}
	for _, a := range list {
		if a.Zone == "" {
			continue
		}
		i, known := at[a.Zone]
		if !known {
			i = len(out)
			at[a.Zone] = i
			out = append(out, Area{Name: a.Zone})
		}
		z := &out[i]
		z.Assets++
		z.Level = max(z.Level, a.Level)
		if !levels[leveled{a.Zone, a.Level}] {
			levels[leveled{a.Zone, a.Level}] = true
			z.Levels++
		}
	}
	for _, c := range conduits {
		if i, known := at[c.ClientZone]; known {
			out[i].Asks++
		}
		if i, known := at[c.ServerZone]; known {
			out[i].Serves++
		}
	}
	return out
}

// sensorsOf are the sensors of an enterprise of which the caller sees who speaks with whom, how
// many others there are, and how many pairs had no room in those that are seen.
func sensorsOf(ctx context.Context, db Reader, organisation string) (ids []string, hidden int, beyond int64, err error) {
	own := identity.From(ctx).Organisation.ID == organisation
	rows, err := db.Query(ctx, `SELECT id, consent, pairs_full FROM security_sensor WHERE organisation_id = $1 AND retired_at = 0 ORDER BY id LIMIT 1000`, organisation)
	if err != nil {
		return nil, 0, 0, fmt.Errorf("read sensors: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (x struct{}, err error) {
		var id, consent string
		var full int64
		if err := r.Scan(&id, &consent, &full); err != nil {
			return x, err
		}
		if !own && consent != "detail" {
			hidden++
			return x, nil
		}
		ids, beyond = append(ids, id), beyond+full
		return x, nil
	})
	return ids, hidden, beyond, err
}

// said is who spoke with whom, as sensors saw it, so many as spoke last, and how many more there
// are; errors say nothing of it.
func said(ctx context.Context, db Reader, sensors []string, most int) (list []spoken, more int64, err error) {
	if len(sensors) == 0 {
		return nil, 0, nil
	}
	args := make([]any, 0, len(sensors)+1)
	for _, id := range sensors {
		args = append(args, id)
	}
	from := ` FROM security_sensor_pair WHERE sensor_id IN (` + sqldb.Marks(1, len(sensors)) + `) AND class <> 'error' AND client <> '' AND server <> '' GROUP BY client, server, protocol, class`
	rows, err := db.Query(ctx, `SELECT client, server, protocol, class, MIN(first_at), MAX(last_at), CAST(SUM(units) AS BIGINT)`+from+` ORDER BY 6 DESC, 1, 2, 3, 4 LIMIT $`+fmt.Sprint(len(args)+1), append(args, most)...)
	if err != nil {
		return nil, 0, fmt.Errorf("read who speaks with whom: %w", err)
	}
	list, err = sqldb.All(rows, func(r sqldb.Row) (x spoken, err error) {
		var first, last int64
		err = r.Scan(&x.client, &x.server, &x.protocol, &x.class, &first, &last, &x.units)
		x.first, x.last = sqldb.Time(first), sqldb.Time(last)
		return x, err
	})
	if err != nil || len(list) < most {
		return list, 0, err
	}
	if err := db.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1`+from+`) x`, args[:len(sensors)]...).Scan(&more); err != nil {
		return nil, 0, fmt.Errorf("count who speaks with whom: %w", err)
	}
	return list, more - int64(len(list)), nil
}
