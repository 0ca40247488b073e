package security

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/exchange"
	"linghang/modules/security/internal/ferry"
	"linghang/modules/security/internal/incident"
	"linghang/modules/security/internal/notice"
	"linghang/modules/security/internal/protection"
	"linghang/modules/security/internal/received"
	"linghang/modules/security/internal/upward"
)

// toAbove tells upper levels that their notices were acknowledged.
func toAbove(e *exchange.Exchange, u *upward.Upward) received.Back {
	return func(ctx context.Context, tx *sqldb.Tx, channel string, n received.UpperNotice, at time.Time) (bool, error) {
		objects, err := e.Receipt(ctx, exchange.Receipt{Of: n.ObjectID, Version: n.ObjectVersion, Number: n.Number, TLP: n.TLP, Exercise: n.Exercise, At: at})
		if err != nil {
			return false, err //nolint:wrapcheck // it says all
		}
		return u.Acknowledge(ctx, tx, channel, upward.Receipt{Received: n.ID, Number: n.Number, Revision: n.Revision, TLP: n.TLP, Objects: objects}) //nolint:wrapcheck // it says all
	}
}

// sources is what becomes of what sources of notices bring.
type sources struct {
	received *received.Received
	upward   *upward.Upward
	db       *sqldb.DB
	now      func() time.Time
}

// Notices implements ferry.Desk.
func (f sources) Notices(ctx context.Context, tx *sqldb.Tx, from ferry.Sender, objects [][]byte) (int64, []string, error) {
	return f.received.Take(ctx, tx, received.Sender{ID: from.ID, Name: from.Name, File: from.File}, objects) //nolint:wrapcheck // it says all
}

// Receipts implements ferry.Desk.
func (f sources) Receipts(ctx context.Context, tx *sqldb.Tx, from ferry.Sender, objects [][]byte) (n int64, err error) {
	for _, raw := range objects {
		of, version, is := exchange.Acknowledged(raw)
		if !is {
			continue
		}
		heard, err := f.upward.Heard(ctx, tx, from.Pair, of, version, f.now().UTC())
		if err != nil {
			return n, fmt.Errorf("take a receipt of %s: %w", from.Name, err)
		}
		if heard {
			n++
		}
	}
	return n, nil
}

// Paired implements ferry.Desk.
func (f sources) Paired(ctx context.Context, channel string, upper bool) (bool, error) {
	leads, err := f.upward.Leads(ctx, f.db, channel)
	if upper {
		return leads == upward.Up, err //nolint:wrapcheck // it says all
	}
	return leads == upward.Down, err //nolint:wrapcheck // it says all
}

// origins are the notices of upper levels, for those of the city that pass them on.
type origins struct{ *received.Received }

// Origin implements notice.Origins.
func (o origins) Origin(ctx context.Context, db notice.Reader, id string, draft bool) (notice.Origin, error) {
	n, err := o.Seen(ctx, db, id)
	if err != nil {
		return notice.Origin{}, err //nolint:wrapcheck // the refusal of the other part
	}
	if draft {
		err = n.MayDraft()
	}
	return notice.Origin{ID: n.ID, From: n.Source, Number: n.Number, Title: n.Title, TLP: n.TLP, Exercise: n.Exercise, Withdrawn: n.State == received.Withdrawn, Changed: n.Changed, At: n.ReceivedAt}, err //nolint:wrapcheck // as above
}

// causes are the incidents, for notices that are written because of one.
type causes struct{ *incident.Incidents }

// Cause implements notice.Causes.
func (c causes) Cause(ctx context.Context, db notice.Reader, id string) (notice.Cause, error) {
	i, err := c.Seen(ctx, db, id)
	if err != nil {
		return notice.Cause{}, err //nolint:wrapcheck // the refusal of the other part
	}
	return notice.Cause{ID: i.ID, Number: i.Number, Title: i.Title, State: string(i.State), Level: i.Level, Drill: i.Drill, Synthetic: i.Synthetic}, nil
}

// incidentsOf tells daily reports which incidents they may name.
func incidentsOf(m *incident.Incidents) protection.Incidents {
	return func(ctx context.Context, db protection.Reader, id string) (protection.Incident, error) {
		i, err := m.Seen(ctx, db, id)
		return protection.Incident{ID: i.ID, Number: i.Number, Drill: i.Drill, Synthetic: i.Synthetic}, err //nolint:wrapcheck // the refusal of the other part
	}
}
