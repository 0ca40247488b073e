package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// channelStore keeps where organisations are told.
type channelStore struct{ db *sqldb.DB }

const channelColumns = `c.id, c.organisation_id, c.type, c.name, c.host, c.url, c.secret, c.former, c.former_until, c.language, c.kinds, c.enabled, c.created_at, c.version`

func scanChannel(r sqldb.Row) (channel, error) {
	var c channel
	var kinds string
	var until, created int64
	err := r.Scan(&c.ID, &c.OrganisationID, &c.Type, &c.Name, &c.Host, &c.URL, &c.Secret, &c.Former, &until, &c.Language, &kinds, &c.Enabled, &created, &c.Version)
	c.FormerUntil, c.CreatedAt, c.Kinds = fromMillis(until), fromMillis(created), strings.Fields(kinds)
	return c, err
}

// of returns the channels of an organisation that want a kind.
func (s channelStore) of(ctx context.Context, organisation, kind string) ([]channel, error) {
	rows, err := s.db.Query(ctx, `SELECT `+channelColumns+` FROM channel c WHERE c.organisation_id = $1 AND c.enabled = TRUE ORDER BY c.id`, organisation)
	if err != nil {
		return nil, fmt.Errorf("read channels: %w", err)
	}
	all, err := sqldb.All(rows, scanChannel)
	list := all[:0]
	for _, c := range all {
		if c.wants(kind) {
			list = append(list, c)
		}
	}
	return list, err
}

// get returns any channel; the worker's.
func (s channelStore) get(ctx context.Context, id string) (channel, error) {
	c, err := scanChannel(s.db.QueryRow(ctx, `SELECT `+channelColumns+` FROM channel c WHERE c.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, noSuch("channel")
	}
	if err != nil {
		return c, fmt.Errorf("read channel: %w", err)
	}
	return c, nil
}

// read returns a channel within the caller's scope.
func (s channelStore) read(ctx context.Context, id string) (channel, error) {
	c, err := s.get(ctx, id)
	if err != nil {
		return c, err
	}
	return c, identity.From(ctx).Scope.Check(c.OrganisationID)
}

type channelParams struct {
	sqldb.ListParams
	Type string `query:"type" enum:"webhook,wecom,dingtalk,feishu"`
}

func (s channelStore) list(ctx context.Context, in channelParams) (sqldb.Page[channel], error) {
	l := sqldb.List{
		Select: channelColumns, From: "channel c", Key: "c.id", Order: "name",
		Sort:   map[string]string{"name": "c.name", "type": "c.type", "created_at": "c.created_at"},
		Search: []string{"c.name", "c.host"},
	}
	l.WhereIf("c.type = ?", in.Type)
	identity.From(ctx).Scope.Filter(&l, "c.organisation_id")
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanChannel)
}

// channelsLimit bounds how many channels an organisation has.
const channelsLimit = 20

func (s channelStore) insert(ctx context.Context, c channel) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "channels "+c.OrganisationID); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM channel WHERE organisation_id = $1`, c.OrganisationID).Scan(&n); err != nil {
			return fmt.Errorf("count channels: %w", err)
		}
		if n >= channelsLimit {
			return fault.New(fault.Conflict, "notify.channel.many", "an organisation has at most %d channels", channelsLimit).With("limit", channelsLimit)
		}
		_, err := tx.Exec(ctx, `INSERT INTO channel (id, organisation_id, type, name, host, url, secret, language, kinds, enabled, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, c.ID, c.OrganisationID, c.Type, c.Name, c.Host, c.URL, c.Secret, c.Language,
			strings.Join(c.Kinds, " "), c.Enabled, c.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert channel: %w", err)
		}
		tx.Changed("channel", c.ID, nil, c)
		return nil
	})
}

func (s channelStore) save(ctx context.Context, c channel, version int64) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := scanChannel(tx.QueryRow(ctx, `SELECT `+channelColumns+` FROM channel c WHERE c.id = $1`, c.ID))
		if err != nil {
			return fmt.Errorf("read channel: %w", err)
		}
		n, err := tx.Exec(ctx, `UPDATE channel SET name = $1, host = $2, url = $3, secret = $4, former = $5, former_until = $6, language = $7, kinds = $8, enabled = $9,
			version = version + 1 WHERE id = $10 AND version = $11`, c.Name, c.Host, c.URL, c.Secret, c.Former, max(0, c.FormerUntil.UnixMilli()), c.Language,
			strings.Join(c.Kinds, " "), c.Enabled, c.ID, version)
		if err != nil {
			return fmt.Errorf("save channel: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this channel meanwhile; read it again")
		}
		tx.Changed("channel", c.ID, before, c)
		return nil
	})
}

// remove takes a channel away; what waits for it is dropped.
func (s channelStore) remove(ctx context.Context, c channel, now time.Time) error {
	id := c.ID
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM channel WHERE id = $1`, id); err != nil {
			return fmt.Errorf("remove channel: %w", err)
		}
		tx.Changed("channel", id, c, nil)
		_, err := tx.Exec(ctx, `UPDATE delivery SET state = 'dropped', reason = 'the channel was removed', done_at = $1 WHERE channel_id = $2 AND state = 'waiting'`, now.UnixMilli(), id)
		return err
	})
}

// switchOff ends a channel whose other side is gone.
func (s channelStore) switchOff(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE channel SET enabled = FALSE, version = version + 1 WHERE id = $1`, id)
		return err
	})
}
