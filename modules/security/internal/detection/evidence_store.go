package detection

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// Evidence is a record by which something was found.
type Evidence struct {
	ID        string         `json:"id"`
	At        time.Time      `json:"at"`
	Client    string         `json:"client"`
	Server    string         `json:"server"`
	Port      int            `json:"port"`
	Protocol  string         `json:"protocol"`
	Function  string         `json:"function"`
	Class     string         `json:"class"`
	Unit      uint32         `json:"unit"`
	Request   bool           `json:"request" doc:"The client sent it"`
	Exception string         `json:"exception"`
	Certain   string         `json:"orientation" doc:"What who asks whom rests on"`
	Objects   []batch.Object `json:"objects" nullable:"false"`
	// Fields are of a transaction that another sensor wrote.
	Fields []batch.LogField `json:"fields" nullable:"false" doc:"Of a transaction that another sensor wrote (DNS, TLS, HTTP, files); empty of records"`
}

// evidence reads records that are still there.
func (s store) evidence(ctx context.Context, sensor string, ids []string) ([]Evidence, error) {
	out := []Evidence{}
	if len(ids) == 0 {
		return out, nil
	}
	args := []any{sensor}
	var marks []string
	for i, id := range ids {
		args = append(args, id)
		marks = append(marks, fmt.Sprintf("$%d", i+2))
	}
	rows, err := s.db.Query(ctx, `SELECT `+eventColumns+` FROM security_sensor_record r WHERE r.sensor_id = $1 AND r.id IN (`+strings.Join(marks, ", ")+`) ORDER BY r.at, r.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	list, err := sqldb.All(rows, scanEvent)
	for _, k := range list {
		r := k.Record
		out = append(out, Evidence{
			ID: k.ID, At: k.At, Client: k.Client, Server: k.Server, Port: k.Port, Protocol: r.Protocol, Function: r.Function, Class: r.Class, Unit: r.Unit, Request: k.FromClient, Exception: r.Exception, Certain: r.Orientation,
			Objects: append([]batch.Object{}, r.Objects...), Fields: []batch.LogField{},
		})
	}
	if err != nil || len(out) == len(ids) {
		return out, err
	}
	logs, err := s.loggedEvidence(ctx, sensor, ids)
	return append(out, logs...), err
}

// mostHolding bounds the alerts whose evidence is held, the gravest first.
const mostHolding = 20_000

// Holds are the records and logs that alerts refer to that were opened before a time and are not
// done with: nobody has judged them yet, they are suppressed for a while, or they are real and
// their incident is worked on. Those of alerts that are done with go when they are over their time.
func (m *Detection) Holds(ctx context.Context, before time.Time) (map[string]map[string]bool, error) {
	rows, err := m.store.db.Query(ctx, `SELECT x.sensor_id, x.records FROM security_alert x WHERE x.opened_at < $1 AND x.records <> '[]'
		AND (x.state IN ('new', 'looking', 'suppressed') OR x.state = 'real' AND NOT EXISTS (SELECT 1 FROM security_incident i WHERE i.id = x.incident_id AND i.state IN ('closed', 'reviewed', 'rejected')))
		ORDER BY x.rank, x.last_at DESC LIMIT $2`, before.Add(judgedWithin).UnixMilli(), mostHolding)
	if err != nil {
		return nil, fmt.Errorf("find evidence of open alerts: %w", err)
	}
	out := map[string]map[string]bool{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (x struct{}, err error) {
		var sensor, records string
		if err := r.Scan(&sensor, &records); err != nil {
			return x, err
		}
		var ids []string
		if err := json.Unmarshal([]byte(records), &ids); err != nil {
			return x, fmt.Errorf("read evidence: %w", err)
		}
		if out[sensor] == nil {
			out[sensor] = map[string]bool{}
		}
		for _, id := range ids {
			out[sensor][id] = true
		}
		return x, nil
	})
	return out, err
}

// judgedWithin is how long after a batch came its alerts may be opened: detection may be behind.
const judgedWithin = 7 * 24 * time.Hour

// switches are what an organisation switched, by rule.
func (s store) switches(ctx context.Context, organisation string, now time.Time) (map[string]RuleShown, error) {
	rows, err := s.db.Query(ctx, `SELECT rule_id, off, reason, at, until_at, actor_name FROM security_rule_switch WHERE organisation_id = $1`, organisation)
	if err != nil {
		return nil, fmt.Errorf("read switches of rules: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x RuleShown, err error) {
		var at, until int64
		err = r.Scan(&x.ID, &x.Off, &x.Reason, &at, &until, &x.By)
		x.At = sqldb.Time(at)
		if x.Off {
			x.Until = sqldb.Instant(until)
			x.Off = x.Until == nil || x.Until.After(now)
		}
		return x, err
	})
	out := map[string]RuleShown{}
	for _, x := range list {
		out[x.ID] = x
	}
	return out, err
}

func (s store) toggle(ctx context.Context, organisation string, r Rule, off bool, reason string, now time.Time, alone func(ctx context.Context, tx *sqldb.Tx) error) error {
	who := handOf(ctx)
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var until time.Time
		if off {
			var err error
			if until, err = offUntil(ctx, tx, organisation, r.ID, now); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO security_rule_switch (organisation_id, rule_id, off, reason, at, actor, actor_name, until_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (organisation_id, rule_id) DO UPDATE SET off = excluded.off, reason = excluded.reason, at = excluded.at, actor = excluded.actor, actor_name = excluded.actor_name, until_at = excluded.until_at`,
			organisation, r.ID, off, reason, now.UnixMilli(), who.actor, who.name, sqldb.MillisOrZero(until))
		if err != nil {
			return fmt.Errorf("switch a rule: %w", err)
		}
		tx.Changed("security_rule_switch", r.ID, nil, map[string]any{"rule": r.Name, "off": off, "reason": reason, "until": until})
		if until.IsZero() {
			return nil
		}
		return alone(ctx, tx)
	})
}
