package sensor

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

type store struct{ db *sqldb.DB }

// mostSensors is how many an enterprise may have.
const mostSensors = 500

const columns = `s.id, s.organisation_id, s.organisation_zh, s.organisation_en, s.machine_id, s.name, s.place, s.consent, s.by_city, s.version_of, s.input, s.live, s.seen_at, s.packet_at, s.lag_ms, s.skew_ms, s.not_after, s.totals,
	s.repeated, s.refused, s.refusal, s.refused_at, s.pairs, s.pairs_full, s.retired_at, s.created_at, s.actor, s.actor_name, s.synthetic, s.version,
	CAST(COALESCE((SELECT SUM(t.last - t.received) FROM security_sensor_stream t WHERE t.sensor_id = s.id), 0) AS BIGINT)`

func scan(r sqldb.Row) (s Sensor, err error) {
	var seen, packet, lag, skew, until, refused, retired, created int64
	var totals string
	err = r.Scan(&s.ID, &s.OrganisationID, &s.Organisation.ZH, &s.Organisation.EN, &s.MachineID, &s.Name, &s.Place, &s.Consent, &s.ByCity, &s.SoftwareOf, &s.Input, &s.Live, &seen, &packet, &lag, &skew, &until, &totals,
		&s.repeated, &s.refused, &s.refusal, &refused, &s.pairs, &s.pairsBeyond, &retired, &created, &s.actor, &s.CreatedBy, &s.Synthetic, &s.Version, &s.Losses.Missing)
	if err != nil {
		return s, err
	}
	s.SeenAt, s.PacketAt, s.NotAfter, s.refusedAt, s.RetiredAt, s.CreatedAt = sqldb.TimeOrZero(seen), sqldb.TimeOrZero(packet), sqldb.TimeOrZero(until), sqldb.TimeOrZero(refused), sqldb.TimeOrZero(retired), sqldb.TimeOrZero(created)
	s.LagSeconds, s.SkewSeconds = lag/1000, skew/1000
	if totals != "" {
		var t struct {
			Totals batch.Totals `json:"totals"`
		}
		if err := json.Unmarshal([]byte(totals), &t); err != nil {
			return s, fmt.Errorf("read totals of a sensor: %w", err)
		}
		s.totals = t.Totals
	}
	return s, nil
}

func noSuch() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such sensor, or it is not yours to see")
}

type params struct {
	sqldb.ListParams
	Organisation string `query:"organisation" maxLength:"26"`
	Consent      string `query:"consent" enum:"asked,none,figures,detail"`
	State        string `query:"state" enum:"waiting,working,silent,retired"`
}

// inState adds the condition that a sensor is in a state, as Sensor.state tells it.
func inState(l *sqldb.List, state State, now time.Time) {
	silent := now.Add(-silentAfter).UnixMilli()
	switch state {
	case Retired:
		l.Where("s.retired_at > 0")
	case Waiting:
		l.Where("s.retired_at = 0 AND s.seen_at = 0")
	case Silent:
		l.Where("s.retired_at = 0 AND s.seen_at > 0 AND s.live AND s.seen_at < ?", silent)
	case Working:
		l.Where("s.retired_at = 0 AND s.seen_at > 0 AND NOT (s.live AND s.seen_at < ?)", silent)
	}
}

// list returns the sensors that the caller sees.
func (s store) list(ctx context.Context, in params, now time.Time) (sqldb.Page[Sensor], error) {
	l := sqldb.List{
		Select: columns, From: "security_sensor s", Key: "s.id", Order: "name",
		Sort:   map[string]string{"name": "s.name", "organisation": "s.organisation_zh", "consent": "s.consent", "seen_at": "s.seen_at", "packet_at": "s.packet_at", "lag_seconds": "s.lag_ms", "not_after": "s.not_after", "created_at": "s.created_at"},
		Search: []string{"s.name", "s.place", "s.organisation_zh", "s.organisation_en"},
	}
	id := identity.From(ctx)
	l.WhereIf("s.organisation_id = ?", in.Organisation).WhereIf("s.consent = ?", in.Consent)
	l.Where("s.organisation_id = ? OR s.consent IN ('figures', 'detail') OR (s.consent = 'asked' AND s.by_city)", id.Organisation.ID)
	id.Scope.Filter(&l, "s.organisation_id")
	inState(&l, State(in.State), now)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scan)
}

// read returns a sensor that the caller sees, and whether it is their own organisation's.
func (s store) read(ctx context.Context, id string) (x Sensor, own bool, err error) {
	x, err = scan(s.db.QueryRow(ctx, `SELECT `+columns+` FROM security_sensor s WHERE s.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return x, false, noSuch()
	}
	if err != nil {
		return x, false, fmt.Errorf("read sensor: %w", err)
	}
	who := identity.From(ctx)
	if !who.Scope.Allows(x.OrganisationID) {
		return Sensor{}, false, noSuch()
	}
	own = who.Organisation.ID == x.OrganisationID
	if !own && !x.visible() {
		return Sensor{}, false, noSuch()
	}
	return x, own, nil
}

// ofMachine returns the sensor that a machine of an organisation is.
func (s store) ofMachine(ctx context.Context, organisation, machine string) (Sensor, error) {
	x, err := scan(s.db.QueryRow(ctx, `SELECT `+columns+` FROM security_sensor s WHERE s.organisation_id = $1 AND s.machine_id = $2`, organisation, machine))
	if errors.Is(err, sql.ErrNoRows) {
		return x, fault.New(fault.NotFound, "security.sensor.unregistered", "this machine is not registered as a sensor; register it on the page of sensors, and batches that wait will come")
	}
	if err != nil {
		return x, fmt.Errorf("read sensor: %w", err)
	}
	return x, nil
}

func (s store) insert(ctx context.Context, x Sensor) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "sensors "+x.OrganisationID); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_sensor WHERE organisation_id = $1`, x.OrganisationID).Scan(&n); err != nil {
			return fmt.Errorf("count sensors: %w", err)
		}
		if n >= mostSensors {
			return fault.New(fault.Conflict, "security.sensor.many", "an enterprise has at most %d sensors", mostSensors)
		}
		_, err := tx.Exec(ctx, `INSERT INTO security_sensor (id, organisation_id, organisation_zh, organisation_en, machine_id, name, place, consent, by_city, version_of, input, live, seen_at, packet_at, lag_ms, skew_ms, not_after, totals,
			repeated, refused, refusal, refused_at, pairs, pairs_full, retired_at, created_at, actor, actor_name, synthetic, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', FALSE, 0, 0, 0, 0, 0, '', 0, 0, '', 0, 0, 0, 0, $10, $11, $12, $13, 1)`,
			x.ID, x.OrganisationID, x.Organisation.ZH, x.Organisation.EN, x.MachineID, x.Name, x.Place, x.Consent, x.ByCity, x.CreatedAt.UnixMilli(), x.actor, x.CreatedBy, x.Synthetic)
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "security.sensor.machine", "this machine is a sensor already").At("body.machine_id", "choose another machine")
		}
		if err != nil {
			return fmt.Errorf("register sensor: %w", err)
		}
		tx.Changed("sensor", x.ID, nil, x)
		if err := tell(ctx, tx, x.ID); err != nil {
			return err
		}
		return said(ctx, tx, x.ID, x.Consent, x.actor, x.CreatedBy, x.CreatedAt)
	})
}

func said(ctx context.Context, tx *sqldb.Tx, sensor string, c Consent, actor, name string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_sensor_consent (id, sensor_id, consent, at, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6)`, ulid.Make().String(), sensor, c, at.UnixMilli(), actor, name)
	if err != nil {
		return fmt.Errorf("note the consent: %w", err)
	}
	return nil
}

// consent notes what the enterprise says that the city may see.
func (s store) consent(ctx context.Context, x Sensor, c Consent, now time.Time) error {
	who := identity.From(ctx)
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE security_sensor SET consent = $3, version = version + 1 WHERE id = $1 AND version = $2`, x.ID, x.Version, c)
		if err != nil {
			return fmt.Errorf("change the consent: %w", err)
		}
		if n == 0 {
			return stale()
		}
		after := x
		after.Consent, after.Version = c, x.Version+1
		tx.Changed("sensor", x.ID, x, after)
		if err := tell(ctx, tx, x.ID); err != nil {
			return err
		}
		return said(ctx, tx, x.ID, c, who.Actor(), who.Name, now)
	})
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

func (s store) retire(ctx context.Context, x Sensor, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE security_sensor SET retired_at = $3, version = version + 1 WHERE id = $1 AND version = $2 AND retired_at = 0`, x.ID, x.Version, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("retire sensor: %w", err)
		}
		if n == 0 {
			return stale()
		}
		after := x
		after.RetiredAt, after.Version = now, x.Version+1
		tx.Changed("sensor", x.ID, x, after)
		return tell(ctx, tx, x.ID)
	})
}

// reject counts a batch that was refused, with why.
func (s store) reject(ctx context.Context, sensor, why string, now time.Time) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE security_sensor SET refused = refused + 1, refusal = $2, refused_at = $3 WHERE id = $1`, sensor, why, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("count a refusal: %w", err)
		}
		return nil
	})
}

// look notes that somebody of another organisation looked at the detail.
func (s store) look(ctx context.Context, sensor, what string, now time.Time) error {
	who := identity.From(ctx)
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO security_sensor_look (sensor_id, day, actor, what, actor_name, organisation_zh, organisation_en, times, at) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)
			ON CONFLICT (sensor_id, day, actor, what) DO UPDATE SET times = security_sensor_look.times + 1, at = excluded.at, actor_name = excluded.actor_name`,
			sensor, now.In(time.FixedZone("CST", 8*3600)).Format(time.DateOnly), who.Actor(), what, who.Name, who.Organisation.Name.ZH, who.Organisation.Name.EN, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("note who looked: %w", err)
		}
		return nil
	})
}
