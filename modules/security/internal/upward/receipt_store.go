package upward

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/lib/taxii"
	"linghang/modules/security/internal/rating"
)

// actReceipt is the act of a report that acknowledges a notice of the upper level.
const actReceipt = "receipt"

// unaddressed tells whether a channel downward has recipients that are no addressees of a notice
// that is for fewer than everybody; empty: it has none, or leads upward.
func (x Upper) unaddressed(ctx context.Context, db Reader, notice string, t rating.TLP) (string, error) {
	if x.Direction != Down || !t.Stricter(rating.Green) {
		return "", nil
	}
	for _, id := range x.Recipients {
		var is bool
		err := db.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM security_assignment WHERE notice_id = $1 AND organisation_id = $2)`, notice, id).Scan(&is)
		if err != nil {
			return "", fmt.Errorf("look for addressees of a notice: %w", err)
		}
		if !is {
			return faultTarget, nil
		}
	}
	return "", nil
}

// bar tells why a notice may not go by a channel; empty: it may.
func bar(ctx context.Context, db Reader, x Upper, notice string, t rating.TLP, strict bool) (string, error) {
	if why := barred(t, x.MostTLP, strict); why != "" {
		return why, nil
	}
	return x.unaddressed(ctx, db, notice, t)
}

// Receipt is that a notice of an upper level was acknowledged: what it is told, and of which.
type Receipt struct {
	Received string // ID of the notice of the upper level
	Number   string
	Revision int64
	TLP      rating.TLP
	Objects  []taxii.Object
}

// Acknowledge queues a receipt for an upper level, in the transaction that acknowledges: it goes
// as reports do. false: there is no such upper level.
func (u *Upward) Acknowledge(ctx context.Context, tx *sqldb.Tx, upper string, in Receipt) (bool, error) {
	list, err := allUppers(ctx, tx)
	if err != nil {
		return false, err
	}
	for _, x := range list {
		if x.ID != upper || x.Direction != Up {
			continue
		}
		id, main := identity.From(ctx), in.Objects[len(in.Objects)-1]
		r := Report{
			ID: ulid.Make().String(), UpperID: x.ID, Upper: x.Name, ReceivedID: in.Received, Number: in.Number, Revision: in.Revision, Act: actReceipt, TLP: in.TLP,
			ObjectID: main.ID, ObjectVersion: main.Version, Cause: byPerson, Version: 1, strict: true, actor: id.Actor(), By: id.Name,
		}
		for _, o := range in.Objects {
			r.octets = append(r.octets, string(o.Raw))
			r.Objects = append(r.Objects, Told{ID: o.ID, Type: o.Type, Version: o.Version, State: Waiting})
		}
		if err := insertReceipt(ctx, tx, r.start(u.now())); err != nil {
			return false, err
		}
		return true, u.ask(ctx, tx)
	}
	return false, nil
}

func insertReceipt(ctx context.Context, tx *sqldb.Tx, r Report) error {
	objects, err := json.Marshal(r.octets)
	if err != nil {
		return fmt.Errorf("write receipt: %w", err)
	}
	told, err := json.Marshal(r.Objects)
	if err != nil {
		return fmt.Errorf("write receipt: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_upward (id, upper_id, upper_name, notice_id, received_id, number, revision, act, tlp, object_id, object_version, objects, told, cause, strict, follows, state, tries, next_at, until_at, status_id, fault, fault_text, released_at, sent_at, ended_at, actor, actor_name, version)
		VALUES ($1, $2, $3, NULL, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, TRUE, FALSE, $14, 0, $15, $16, '', '', '', $15, 0, 0, $17, $18, 1)`,
		r.ID, r.UpperID, r.Upper, r.ReceivedID, r.Number, r.Revision, r.Act, r.TLP, r.ObjectID, r.ObjectVersion, string(objects), string(told), r.Cause, r.State, r.ReleasedAt.UnixMilli(), millis(r.UntilAt), r.actor, r.By)
	if err != nil {
		return fmt.Errorf("keep the receipt of notice %s: %w", r.Number, err)
	}
	tx.Changed("security_upward", r.ID, nil, r)
	return nil
}

// Heard notes that the other side of a channel has acknowledged a version of a report: it may
// have arrived before anybody here knows that it did. false: nothing of the kind went there, or
// it was acknowledged before.
func (u *Upward) Heard(ctx context.Context, tx *sqldb.Tx, channel, of, version string, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE security_upward SET acknowledged_at = $4, version = version + 1 WHERE upper_id = $1 AND object_id = $2 AND object_version = $3 AND acknowledged_at = 0 AND (state IN ('exported', 'delivered') OR tries > 0)`, channel, of, version, at.UnixMilli())
	if err != nil {
		return false, fmt.Errorf("note a receipt: %w", err)
	}
	if n == 0 {
		return false, nil
	}
	tx.Changed("security_upward", channel, nil, map[string]any{"object_id": of, "object_version": version, "acknowledged_at": at})
	u.kit.NotifyAfter(tx, topic, channel, "")
	return true, nil
}

// Leads tells where a channel leads to; empty: there is none.
func (u *Upward) Leads(ctx context.Context, db Reader, id string) (Direction, error) {
	list, err := allUppers(ctx, db)
	if err != nil {
		return "", err
	}
	for _, x := range list {
		if x.ID == id {
			return x.Direction, nil
		}
	}
	return "", nil
}
