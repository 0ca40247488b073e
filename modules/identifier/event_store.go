package identifier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// eventStore keeps what became abnormal, and stops that were announced.
type eventStore struct{ db *sqldb.DB }

const eventColumns = `e.number, e.node_id, n.prefix, n.name_zh, n.name_en, e.kind, e.ends, COALESCE((SELECT MIN(x.number) FROM node_event x WHERE x.ends = e.number), 0), e.at, e.cause, e.reason, e.cure, e.version`

// lasting holds of abnormal events that nothing has ended yet.
const lasting = `e.kind = 'abnormal' AND NOT EXISTS (SELECT 1 FROM node_event x WHERE x.ends = e.number)`

func scanEvent(r sqldb.Row) (e event, err error) {
	var at int64
	err = r.Scan(&e.Number, &e.NodeID, &e.Prefix, &e.NameZH, &e.NameEN, &e.Kind, &e.Ends, &e.EndedBy, &at, &e.Cause, &e.Reason, &e.Cure, &e.Version)
	e.At = time.UnixMilli(at).UTC()
	return e, err
}

type eventParams struct {
	sqldb.ListParams
	Node string `query:"node" maxLength:"26"`
	Kind string `query:"kind" enum:"abnormal,recovered"`
	Open bool   `query:"open" doc:"Abnormal ones that last"`
}

func (s eventStore) list(ctx context.Context, nodes nodeStore, in eventParams) (sqldb.Page[event], error) {
	l := sqldb.List{
		Select: eventColumns, From: "node_event e JOIN node n ON n.id = e.node_id", Key: "CAST(e.number AS TEXT)", Order: "-number",
		Sort: map[string]string{"number": "e.number", "at": "e.at", "prefix": "n.prefix", "kind": "e.kind"}, Search: []string{"n.prefix", "n.name_zh", "n.name_en", "e.reason"},
	}
	l.WhereIf("e.node_id = ?", in.Node).WhereIf("e.kind = ?", in.Kind)
	if in.Open {
		l.Where(lasting)
	}
	nodes.filter(&l, identity.From(ctx).Scope)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanEvent)
}

func (s eventStore) get(ctx context.Context, number int64) (event, error) {
	e, err := scanEvent(s.db.QueryRow(ctx, `SELECT `+eventColumns+` FROM node_event e JOIN node n ON n.id = e.node_id WHERE e.number = $1`, number))
	if errors.Is(err, sql.ErrNoRows) {
		return e, fault.New(fault.NotFound, "kernel.not_found", "there is no such event, or it is not yours to see")
	}
	if err != nil {
		return e, fmt.Errorf("read event: %w", err)
	}
	return e, nil
}

// open returns the abnormal events that last, by node.
func (s eventStore) open(ctx context.Context) (map[string]event, error) {
	rows, err := s.db.Query(ctx, `SELECT `+eventColumns+` FROM node_event e JOIN node n ON n.id = e.node_id
		WHERE `+lasting+` ORDER BY e.number`)
	if err != nil {
		return nil, fmt.Errorf("read events that last: %w", err)
	}
	list := map[string]event{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (event, error) {
		e, err := scanEvent(r)
		list[e.NodeID] = e
		return e, err
	})
	return list, err
}

// within returns the abnormal events of a node that lasted at any time of a period,
// each with when it ended; zero while it lasts.
func (s eventStore) within(ctx context.Context, nodeID string, from, to time.Time) ([]outage, error) {
	rows, err := s.db.Query(ctx, `SELECT e.number, e.at, COALESCE(x.at, 0), e.cause, e.reason, e.cure FROM node_event e LEFT JOIN node_event x ON x.ends = e.number
		WHERE e.node_id = $1 AND e.kind = 'abnormal' AND e.at < $2 AND (x.at IS NULL OR x.at > $3) ORDER BY e.number`, nodeID, to.UnixMilli(), from.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read events of a node: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (o outage, err error) {
		var at, ended int64
		err = r.Scan(&o.Number, &at, &ended, &o.Cause, &o.Reason, &o.Cure)
		o.From = time.UnixMilli(at).UTC()
		if ended != 0 {
			o.To = time.UnixMilli(ended).UTC()
		}
		return o, err
	})
}

// insert writes events, numbers them, and sends what is to be told of them.
func (s eventStore) insert(ctx context.Context, list []event, sender *notice.Sender, tell func(list []event) []notice.Notice) ([]event, error) {
	made := make([]event, len(list))
	err := s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		var last int64
		if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(number), 0) FROM node_event`).Scan(&last); err != nil {
			return fmt.Errorf("number an event: %w", err)
		}
		for i, e := range list {
			e.Number = last + int64(i) + 1
			made[i] = e
			_, err := tx.Exec(ctx, `INSERT INTO node_event (number, node_id, kind, ends, at, cause, reason, cure) VALUES ($1, $2, $3, $4, $5, $6, $7, '')`,
				e.Number, e.NodeID, e.Kind, e.Ends, e.At.UnixMilli(), e.Cause, e.Reason)
			if err != nil {
				return fmt.Errorf("insert event: %w", err)
			}
		}
		return sender.Send(ctx, tx, tell(made)...)
	})
	return made, err
}

// explain writes down why something became abnormal, and what was done.
func (s eventStore) explain(ctx context.Context, e event, version int64) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := scanEvent(tx.QueryRow(ctx, `SELECT `+eventColumns+` FROM node_event e JOIN node n ON n.id = e.node_id WHERE e.number = $1`, e.Number))
		if err != nil {
			return fmt.Errorf("read event: %w", err)
		}
		if before.Version != version {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this event meanwhile; read it again")
		}
		if _, err := tx.Exec(ctx, `UPDATE node_event SET cause = $1, reason = $2, cure = $3, version = version + 1 WHERE number = $4`, e.Cause, e.Reason, e.Cure, e.Number); err != nil {
			return fmt.Errorf("explain event: %w", err)
		}
		tx.Changed("node_event", fmt.Sprint(e.Number), before, e)
		return nil
	})
}

func scanStop(r sqldb.Row) (s stop, err error) {
	var from, to, created int64
	err = r.Scan(&s.ID, &s.NodeID, &from, &to, &s.Reason, &created)
	s.From, s.To, s.CreatedAt = time.UnixMilli(from).UTC(), time.UnixMilli(to).UTC(), time.UnixMilli(created).UTC()
	s.Begun = !s.From.After(time.Now())
	return s, err
}

// stops returns those of a period, of a node or of all.
func (s eventStore) stops(ctx context.Context, nodeID string, from, to time.Time) ([]stop, error) {
	where, args := "", []any{to.UnixMilli(), from.UnixMilli()}
	if nodeID != "" {
		where, args = " AND node_id = $3", append(args, nodeID)
	}
	rows, err := s.db.Query(ctx, `SELECT id, node_id, from_at, to_at, reason, created_at FROM node_stop WHERE from_at < $1 AND to_at > $2`+where+` ORDER BY from_at, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read planned stops: %w", err)
	}
	return sqldb.All(rows, scanStop)
}

func (s eventStore) oneStop(ctx context.Context, id string) (stop, error) {
	one, err := scanStop(s.db.QueryRow(ctx, `SELECT id, node_id, from_at, to_at, reason, created_at FROM node_stop WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return one, fault.New(fault.NotFound, "kernel.not_found", "there is no such stop, or it is not yours to see")
	}
	if err != nil {
		return one, fmt.Errorf("read planned stop: %w", err)
	}
	return one, nil
}

func (s eventStore) insertStop(ctx context.Context, one stop) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO node_stop (id, node_id, from_at, to_at, reason, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			one.ID, one.NodeID, one.From.UnixMilli(), one.To.UnixMilli(), one.Reason, one.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert planned stop: %w", err)
		}
		tx.Changed("node_stop", one.ID, nil, one)
		return nil
	})
}

func (s eventStore) removeStop(ctx context.Context, one stop) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM node_stop WHERE id = $1`, one.ID); err != nil {
			return fmt.Errorf("remove planned stop: %w", err)
		}
		tx.Changed("node_stop", one.ID, one, nil)
		return nil
	})
}
