package platforms

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// What became of an entry.
const (
	stepRegistered = "registered"
	stepStatus     = "status"
	stepEntry      = "entry"
)

// PlatformStep is something that became of a platform's entry.
type PlatformStep struct {
	Number int64     `json:"number"`
	At     time.Time `json:"at" title:"时间|Time"`
	Name   string    `json:"name" doc:"Of who did it; empty: it is in the audit log only" title:"经办人|By"`
	Kind   string    `json:"kind" enum:"registered,status,entry" title:"事项|What"`
	Before string    `json:"before" doc:"Of status: the status before" title:"变更前|Before"`
	After  string    `json:"after" doc:"Of registered and status: the status after; of entry: the fields that were edited, with commas between them" title:"变更后|After"`
	Reason string    `json:"reason" title:"原因|Reason"`
}

// edited names the fields of an entry that differ.
func (p platform) edited(after platform) []string {
	var list []string
	for _, x := range []struct {
		name    string
		differs bool
	}{
		{"name", p.Name != after.Name},
		{"class", p.Class != after.Class},
		{"industry", p.Industry != after.Industry},
		{"district", p.District != after.District},
		{"contact", p.Contact != after.Contact},
		{"url", p.URL != after.URL},
		{"description", p.Description != after.Description},
	} {
		if x.differs {
			list = append(list, x.name)
		}
	}
	return list
}

// noteChange writes down what became of an entry, if anything did.
func noteChange(ctx context.Context, tx *sqldb.Tx, before, after platform) error {
	if before.Status != after.Status {
		if err := noteStep(ctx, tx, after.ID, PlatformStep{Kind: stepStatus, Before: string(before.Status), After: string(after.Status), Reason: after.StatusReason}); err != nil {
			return err
		}
	}
	if fields := before.edited(after); len(fields) > 0 {
		return noteStep(ctx, tx, after.ID, PlatformStep{Kind: stepEntry, After: strings.Join(fields, ",")})
	}
	return nil
}

func noteStep(ctx context.Context, tx *sqldb.Tx, platformID string, s PlatformStep) error {
	who := identity.From(ctx)
	_, err := tx.Exec(ctx, `INSERT INTO platform_step (platform_id, number, at, actor, name, kind, before, after, reason)
		SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM platform_step WHERE platform_id = $9`,
		platformID, time.Now().UnixMilli(), who.Actor(), who.Name, s.Kind, s.Before, s.After, s.Reason, platformID)
	if err != nil {
		return fmt.Errorf("note a step of a platform: %w", err)
	}
	return nil
}

type historyParams struct {
	sqldb.ListParams
	ID   string `path:"id" maxLength:"40"`
	Kind string `query:"kind" enum:"registered,status,entry"`
}

// history returns what became of a platform's entry, the newest first.
func (s platformStore) history(ctx context.Context, in historyParams) (sqldb.Page[PlatformStep], error) {
	list := sqldb.List{
		Select: "x.number, x.at, x.name, x.kind, x.before, x.after, x.reason", From: "platform_step x", Key: "x.number", Order: "-number",
		Sort: map[string]string{"number": "x.number"},
	}
	list.Where("x.platform_id = ?", in.ID).WhereIf("x.kind = ?", in.Kind)
	return sqldb.Fetch(ctx, s.db, list, in.ListParams, func(r sqldb.Row) (x PlatformStep, err error) {
		var at int64
		err = r.Scan(&x.Number, &at, &x.Name, &x.Kind, &x.Before, &x.After, &x.Reason)
		x.At = sqldb.Time(at)
		return x, err
	})
}
