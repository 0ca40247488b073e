package exchange

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

const receivedColumns = `o.position, o.object_id, o.type, o.version, o.organisation_id, o.actor_name, o.added_us`

func scanReceived(r sqldb.Row, more ...any) (out Received, err error) {
	var position, added int64
	err = r.Scan(append([]any{&position, &out.ObjectID, &out.Type, &out.Version, &out.OrganisationID, &out.By, &added}, more...)...)
	out.ID, out.ReceivedAt = strconv.FormatInt(position, 10), time.UnixMicro(added).UTC()
	return out, err
}

// received lists what was handed in, the newest first.
func (s store) received(ctx context.Context, in inboxParams) (sqldb.Page[Received], error) {
	l := sqldb.List{
		Select: receivedColumns, From: "security_object o", Key: "CAST(o.position AS TEXT)", Order: "-received_at",
		Sort:   map[string]string{"received_at": "o.position", "type": "o.type", "object_id": "o.object_id"},
		Search: []string{"o.object_id", "o.raw"},
	}
	l.Where("o.collection = ?", inbox).WhereIf("o.type = ?", in.Type)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (Received, error) { return scanReceived(r) })
}

// receivedOne reads one object that was handed in.
func (s store) receivedOne(ctx context.Context, id string) (out ReceivedObject, err error) {
	position, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return out, fault.New(fault.NotFound, "kernel.not_found", "there is no such object, or it is not yours to see")
	}
	one := s.db.QueryRow(ctx, `SELECT `+receivedColumns+`, o.raw FROM security_object o WHERE o.position = $1 AND o.collection = $2`, position, inbox)
	out.Received, err = scanReceived(one, &out.Raw)
	if errors.Is(err, sql.ErrNoRows) {
		return out, fault.New(fault.NotFound, "kernel.not_found", "there is no such object, or it is not yours to see")
	}
	if err != nil {
		return out, fmt.Errorf("read object: %w", err)
	}
	return out, nil
}
