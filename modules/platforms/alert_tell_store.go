package platforms

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
	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/alert"
)

// alertTellStore keeps who is told of alerts, what was told, and what is not.
type alertTellStore struct{ db *sqldb.DB }

// unsettled returns the alerts that fire, and those that are over and whose groups
// were not told yet.
func (s alertTellStore) unsettled(ctx context.Context) ([]Alert, error) {
	rows, err := s.db.Query(ctx, `SELECT `+alertColumns+` FROM `+alertTables+` WHERE NOT a.settled AND a.state <> 'pending' ORDER BY a.fired_at, a.id`)
	if err != nil {
		return nil, fmt.Errorf("read alerts to tell: %w", err)
	}
	return sqldb.All(rows, scanAlert)
}

func scanAlertGroup(r sqldb.Row) (g alert.Group, err error) {
	var flush, at int64
	var told string
	if err := r.Scan(&g.ID, &g.Key, &flush, &g.Number, &told, &at); err != nil {
		return g, err
	}
	g.FlushAt, g.ToldAt = sqldb.Time(flush), sqldb.Time(at)
	if err := json.Unmarshal([]byte(told), &g.Told); err != nil {
		return g, fmt.Errorf("read what was told of group %s: %w", g.ID, err)
	}
	return g, nil
}

func (s alertTellStore) groups(ctx context.Context) (map[string]alert.Group, error) {
	rows, err := s.db.Query(ctx, `SELECT id, name, flush_at, number, told, told_at FROM alert_group`)
	if err != nil {
		return nil, fmt.Errorf("read groups of alerts: %w", err)
	}
	list, err := sqldb.All(rows, scanAlertGroup)
	groups := make(map[string]alert.Group, len(list))
	for _, g := range list {
		groups[g.Key] = g
	}
	return groups, err
}

// begin makes a group, or returns the one that another made.
func (s alertTellStore) begin(ctx context.Context, key string, flush time.Time) (g alert.Group, err error) {
	err = s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO alert_group (id, name, flush_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING`, ulid.Make().String(), key, flush.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert group of alerts: %w", err)
		}
		g, err = scanAlertGroup(tx.QueryRow(ctx, `SELECT id, name, flush_at, number, told, told_at FROM alert_group WHERE name = $1`, key))
		return err
	})
	return g, err
}

// end drops a group that has no alerts, unless it was told of meanwhile.
func (s alertTellStore) end(ctx context.Context, g alert.Group) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM alert_group WHERE id = $1 AND number = $2 AND flush_at = $3`, g.ID, g.Number, g.FlushAt.UnixMilli()); err != nil {
			return fmt.Errorf("end group of alerts: %w", err)
		}
		return nil
	})
}

// hush notes why nobody is told of alerts.
func (s alertTellStore) hush(ctx context.Context, quiet map[string]string) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		for id, why := range quiet {
			if _, err := tx.Exec(ctx, `UPDATE alert SET quiet = $1 WHERE id = $2`, why, id); err != nil {
				return fmt.Errorf("note why an alert is quiet: %w", err)
			}
		}
		return nil
	})
}

// told is one notice of a group as the log keeps it.
type told struct {
	title    lang.Text
	firing   []Alert
	resolved []Alert
	whom     []string
	notices  []notice.Notice
	persons  []toldPerson
	step     *escalatedStep // of a policy; nil: the route told
}

// flush notes that it was the group's turn and, in the same change, what is told:
// who comes second changes nothing. A notice leaves the house after the commit, at
// least once, and reaches people once.
func (s alertTellStore) flush(ctx context.Context, before, after alert.Group, over []string, x *told, sender *notice.Sender) (done bool, err error) {
	list, err := json.Marshal(after.Told)
	if err != nil {
		return false, fmt.Errorf("write down what is told: %w", err)
	}
	if after.Told == nil {
		list = []byte("[]")
	}
	err = s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		done = false
		n, err := tx.Exec(ctx, `UPDATE alert_group SET flush_at = $1, number = $2, told = $3, told_at = $4 WHERE id = $5 AND number = $6 AND flush_at = $7`,
			after.FlushAt.UnixMilli(), after.Number, string(list), after.ToldAt.UnixMilli(), before.ID, before.Number, before.FlushAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("flush group of alerts: %w", err)
		}
		if n == 0 {
			return nil
		}
		done = true
		if err := settle(ctx, tx, over); err != nil {
			return err
		}
		if x == nil {
			return nil
		}
		if err := logNotice(ctx, tx, after, *x); err != nil {
			return err
		}
		return sender.Send(ctx, tx, x.notices...)
	})
	return done, err
}

// settle notes that there is nothing to tell of alerts any more.
func settle(ctx context.Context, tx *sqldb.Tx, ids []string) error {
	for _, id := range ids {
		if _, err := tx.Exec(ctx, `UPDATE alert SET settled = TRUE, quiet = '' WHERE id = $1 AND state IN ('resolved', 'closed')`, id); err != nil {
			return fmt.Errorf("settle alert: %w", err)
		}
	}
	return nil
}

// settleUntold notes that alerts that nobody was told of are over.
func (s alertTellStore) settleUntold(ctx context.Context, ids []string) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error { return settle(ctx, tx, ids) })
}

func logNotice(ctx context.Context, tx *sqldb.Tx, g alert.Group, x told) error {
	whom, err := json.Marshal(x.whom)
	if err != nil {
		return fmt.Errorf("write down who is told: %w", err)
	}
	id, state := ulid.Make().String(), string(alert.Firing)
	if len(x.firing) == 0 {
		state = string(alert.Resolved)
	}
	step := ""
	if x.step != nil {
		text, err := json.Marshal(x.step)
		if err != nil {
			return fmt.Errorf("write down which step it is: %w", err)
		}
		step = string(text)
	}
	_, err = tx.Exec(ctx, `INSERT INTO alert_notice (id, group_id, number, at, state, firing, resolved, title_zh, title_en, told, escalation) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		id, g.ID, g.Number, g.ToldAt.UnixMilli(), state, len(x.firing), len(x.resolved), x.title.ZH, x.title.EN, string(whom), step)
	if err != nil {
		return fmt.Errorf("log notice: %w", err)
	}
	for _, list := range [][]Alert{x.firing, x.resolved} {
		for _, a := range list {
			if _, err := tx.Exec(ctx, `INSERT INTO alert_noticed (notice_id, alert_id) VALUES ($1, $2)`, id, a.ID); err != nil {
				return fmt.Errorf("log what a notice is about: %w", err)
			}
		}
	}
	for i, p := range x.persons {
		_, err := tx.Exec(ctx, `INSERT INTO alert_told (notice_id, alert_id, place, rota_zh, rota_en, person_id, person_name, gap) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			id, p.alert, i, p.Rota.ZH, p.Rota.EN, p.person, p.Person, p.Gap)
		if err != nil {
			return fmt.Errorf("log whom a notice is for: %w", err)
		}
	}
	return nil
}

// alertNotice is a notice that was sent, as an alert's page shows it.
type alertNotice struct {
	At       time.Time      `json:"at"`
	State    alert.State    `json:"state" enum:"firing,resolved"`
	Title    lang.Text      `json:"title"`
	Firing   int64          `json:"firing" doc:"Alerts that it tells of"`
	Resolved int64          `json:"resolved"`
	Told     []string       `json:"told" nullable:"false" doc:"operator, office, persons, duty"`
	Step     *escalatedStep `json:"step,omitempty" doc:"Of an escalation policy"`
	Persons  []toldPerson   `json:"persons" nullable:"false" doc:"Who was told of this alert as on duty or by the policy, and where nobody was"`

	id string
}

func (s alertTellStore) notices(ctx context.Context, alertID string) ([]alertNotice, error) {
	rows, err := s.db.Query(ctx, `SELECT n.id, n.at, n.state, n.title_zh, n.title_en, n.firing, n.resolved, n.told, n.escalation FROM alert_noticed x JOIN alert_notice n ON n.id = x.notice_id
		WHERE x.alert_id = $1 ORDER BY n.at DESC, n.id DESC LIMIT 100`, alertID)
	if err != nil {
		return nil, fmt.Errorf("read notices of an alert: %w", err)
	}
	list, err := sqldb.All(rows, scanAlertNotice)
	if err != nil {
		return nil, err
	}
	persons, err := s.told(ctx, alertID)
	for i, n := range list {
		list[i].Persons = append([]toldPerson{}, persons[n.id]...)
	}
	return list, err
}

func scanAlertNotice(r sqldb.Row) (n alertNotice, err error) {
	var at int64
	var whom, step string
	if err := r.Scan(&n.id, &at, &n.State, &n.Title.ZH, &n.Title.EN, &n.Firing, &n.Resolved, &whom, &step); err != nil {
		return n, err
	}
	n.At = sqldb.Time(at)
	if step != "" {
		if err := json.Unmarshal([]byte(step), &n.Step); err != nil {
			return n, fmt.Errorf("read the step of a notice: %w", err)
		}
	}
	return n, json.Unmarshal([]byte(whom), &n.Told)
}

// told returns who was told of an alert by name, by the notice.
func (s alertTellStore) told(ctx context.Context, alertID string) (map[string][]toldPerson, error) {
	rows, err := s.db.Query(ctx, `SELECT notice_id, rota_zh, rota_en, person_name, gap FROM alert_told WHERE alert_id = $1 ORDER BY notice_id, place`, alertID)
	if err != nil {
		return nil, fmt.Errorf("read who was told of an alert: %w", err)
	}
	persons := map[string][]toldPerson{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var notice string
		var p toldPerson
		err := r.Scan(&notice, &p.Rota.ZH, &p.Rota.EN, &p.Person, &p.Gap)
		persons[notice] = append(persons[notice], p)
		return struct{}{}, err
	})
	return persons, err
}

// routes returns the routes in their order; the last has no conditions.
func (s alertTellStore) routes(ctx context.Context) ([]AlertRoute, error) {
	rows, err := s.db.Query(ctx, `SELECT id, spec, version FROM alert_route ORDER BY place, id`)
	if err != nil {
		return nil, fmt.Errorf("read routes of alerts: %w", err)
	}
	return sqldb.All(rows, scanAlertRoute)
}

func scanAlertRoute(r sqldb.Row) (x AlertRoute, err error) {
	var spec string
	if err := r.Scan(&x.ID, &spec, &x.Version); err != nil {
		return x, err
	}
	x.Last = x.ID == lastRoute
	if err := json.Unmarshal([]byte(spec), &x.Route); err != nil {
		return x, fmt.Errorf("read route %s: %w", x.ID, err)
	}
	return x, nil
}

func (s alertTellStore) route(ctx context.Context, db rowReader, id string) (AlertRoute, error) {
	x, err := scanAlertRoute(db.QueryRow(ctx, `SELECT id, spec, version FROM alert_route WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return x, fault.New(fault.NotFound, "kernel.not_found", "there is no such route, or it is not yours to see")
	}
	return x, err
}

// saveRoute enters a route before the last one, or replaces it.
func (s alertTellStore) saveRoute(ctx context.Context, x AlertRoute, version int64, now time.Time) error {
	spec, err := json.Marshal(x.Route)
	if err != nil {
		return fmt.Errorf("write down route: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "alert_routes"); err != nil {
			return err
		}
		if err := receiversThere(ctx, tx, x.Route); err != nil {
			return err
		}
		if version == 0 {
			return insertRoute(ctx, tx, x, string(spec), now)
		}
		before, err := s.route(ctx, tx, x.ID)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE alert_route SET spec = $1, version = version + 1 WHERE id = $2 AND version = $3`, string(spec), x.ID, version)
		if err != nil {
			return fmt.Errorf("edit route: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this route meanwhile; read it again")
		}
		tx.Changed("alert_route", x.ID, before, x)
		return nil
	})
}

// receiversThere refuses rotas and policies that are not there.
func receiversThere(ctx context.Context, tx *sqldb.Tx, r alert.Route) error {
	if len(r.Rotas) == 0 && r.Policy == "" {
		return nil
	}
	if err := queueForDuty(ctx, tx); err != nil {
		return err
	}
	if err := rotasThere(ctx, tx, r.Rotas, "body.rotas"); err != nil || r.Policy == "" {
		return err
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM escalation_policy WHERE id = $1`, r.Policy).Scan(&n); err != nil {
		return fmt.Errorf("look for policy: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Invalid, "platforms.policy.unknown", "there is no such policy").At("body.policy", "choose a policy that is there")
	}
	return nil
}

func insertRoute(ctx context.Context, tx *sqldb.Tx, x AlertRoute, spec string, now time.Time) error {
	var n, place int64
	if err := tx.QueryRow(ctx, `SELECT COUNT(*), COALESCE(MAX(CASE WHEN id <> $1 THEN place END), 0) FROM alert_route`, lastRoute).Scan(&n, &place); err != nil {
		return fmt.Errorf("count routes: %w", err)
	}
	if n >= alertRoutesMost {
		return fault.New(fault.Conflict, "platforms.alert_route.too_many", "there are %d routes already", n).With("limit", alertRoutesMost)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO alert_route (id, place, spec, created_at) VALUES ($1, $2, $3, $4)`, x.ID, place+1, spec, now.UnixMilli()); err != nil {
		return fmt.Errorf("insert route: %w", err)
	}
	tx.Changed("alert_route", x.ID, nil, x)
	return nil
}

func (s alertTellStore) removeRoute(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		x, err := s.route(ctx, tx, id)
		if err != nil {
			return err
		}
		if x.Last {
			return fault.New(fault.Conflict, "platforms.alert_route.last", "the last route takes the alerts that no other takes, and stays")
		}
		if _, err := tx.Exec(ctx, `DELETE FROM alert_route WHERE id = $1`, id); err != nil {
			return fmt.Errorf("remove route: %w", err)
		}
		tx.Changed("alert_route", id, x, nil)
		return nil
	})
}

const silenceColumns = `s.id, s.matchers, s.from_at, s.to_at, s.reason, s.name, s.created_at, s.version`

func scanSilence(now time.Time) func(r sqldb.Row) (AlertSilence, error) {
	return func(r sqldb.Row) (x AlertSilence, err error) {
		var from, to, created int64
		var matchers string
		if err := r.Scan(&x.ID, &matchers, &from, &to, &x.Reason, &x.Author, &created, &x.Version); err != nil {
			return x, err
		}
		x.From, x.To, x.CreatedAt = sqldb.Time(from), sqldb.Time(to), sqldb.Time(created)
		x.State = x.Silence.State(now)
		if err := json.Unmarshal([]byte(matchers), &x.Matchers); err != nil {
			return x, fmt.Errorf("read silence %s: %w", x.ID, err)
		}
		return x, nil
	}
}

// active returns the silences that hold at a time.
func (s alertTellStore) active(ctx context.Context, now time.Time) ([]AlertSilence, error) {
	rows, err := s.db.Query(ctx, `SELECT `+silenceColumns+` FROM alert_silence s WHERE s.from_at <= $1 AND s.to_at > $2 ORDER BY s.id`, now.UnixMilli(), now.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read silences: %w", err)
	}
	return sqldb.All(rows, scanSilence(now))
}

type silenceParams struct {
	sqldb.ListParams
	State string `query:"state" enum:"pending,active,expired"`
}

func (s alertTellStore) silences(ctx context.Context, in silenceParams, now time.Time) (sqldb.Page[AlertSilence], error) {
	l := sqldb.List{
		Select: silenceColumns, From: "alert_silence s", Key: "s.id", Order: "-to",
		Sort: map[string]string{"from": "s.from_at", "to": "s.to_at", "created_at": "s.created_at"}, Search: []string{"s.reason", "s.name", "s.matchers"},
	}
	at := now.UnixMilli()
	switch in.State {
	case "pending":
		l.Where("s.from_at > ? AND s.to_at > ?", at, at)
	case "active":
		l.Where("s.from_at <= ? AND s.to_at > ?", at, at)
	case "expired":
		l.Where("s.to_at <= ?", at)
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanSilence(now))
}

func (s alertTellStore) silence(ctx context.Context, db rowReader, id string, now time.Time) (AlertSilence, error) {
	x, err := scanSilence(now)(db.QueryRow(ctx, `SELECT `+silenceColumns+` FROM alert_silence s WHERE s.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return x, fault.New(fault.NotFound, "kernel.not_found", "there is no such silence, or it is not yours to see")
	}
	return x, err
}

func (s alertTellStore) insertSilence(ctx context.Context, x AlertSilence, now time.Time) error {
	matchers, err := json.Marshal(x.Matchers)
	if err != nil {
		return fmt.Errorf("write down silence: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "alert_silences"); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM alert_silence WHERE to_at > $1`, now.UnixMilli()).Scan(&n); err != nil {
			return fmt.Errorf("count silences: %w", err)
		}
		if n >= alertSilencesMost {
			return fault.New(fault.Conflict, "platforms.alert_silence.too_many", "there are %d silences already", n).With("limit", alertSilencesMost)
		}
		_, err := tx.Exec(ctx, `INSERT INTO alert_silence (id, matchers, from_at, to_at, reason, actor, name, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			x.ID, string(matchers), x.From.UnixMilli(), x.To.UnixMilli(), x.Reason, identity.From(ctx).Actor(), x.Author, x.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert silence: %w", err)
		}
		tx.Changed("alert_silence", x.ID, nil, x)
		return nil
	})
}

// expire ends a silence now; one that has not begun never does.
func (s alertTellStore) expire(ctx context.Context, id string, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := s.silence(ctx, tx, id, now)
		if err != nil {
			return err
		}
		if before.State == "expired" {
			return fault.New(fault.Conflict, "platforms.alert_silence.expired", "the silence is over")
		}
		after := before
		after.To, after.State = now, "expired"
		if before.From.After(now) {
			after.From = now
		}
		if _, err := tx.Exec(ctx, `UPDATE alert_silence SET from_at = $1, to_at = $2, version = version + 1 WHERE id = $3`, after.From.UnixMilli(), after.To.UnixMilli(), id); err != nil {
			return fmt.Errorf("end silence: %w", err)
		}
		tx.Changed("alert_silence", id, before, after)
		return nil
	})
}
