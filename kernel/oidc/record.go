package oidc

import (
	"context"

	"linghang/kernel/audit"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

const detailLimit = 500

// entry is the record of an act that the door does not keep by itself.
func entry(ctx context.Context, action, object, outcome, detail string) audit.Entry {
	e := audit.NewEntry(ctx, action, object, outcome)
	e.IP, e.RequestID, e.Detail = httpd.ClientIP(ctx), httpd.RequestID(ctx), clip(detail)
	return e
}

// entryOf is an act of a program, where nobody is signed in.
func entryOf(ctx context.Context, c client, action, object, outcome, detail string) audit.Entry {
	e := entry(ctx, action, object, outcome, detail)
	if !identity.From(ctx).Known() && c.ID != "" {
		e.Actor, e.ActorName, e.OrganisationID = "client:"+c.ID, c.Name.ZH, c.OrganisationID
	}
	return e
}

func clip(text string) string {
	if r := []rune(text); len(r) > detailLimit {
		return string(r[:detailLimit])
	}
	return text
}

// record keeps an entry as a change of its own: a refusal changes nothing else.
func (m *Room) record(ctx context.Context, e audit.Entry) error {
	return m.kit.DB.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error { return tx.Emit(ctx, audit.Recorded{Entry: e}) })
}
