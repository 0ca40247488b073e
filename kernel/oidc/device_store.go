package oidc

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

const (
	deviceLife  = 10 * time.Minute
	devicePause = 5 * time.Second // between two questions of a device
)

// device waits for a person who types its code.
type device struct {
	hash      string
	UserCode  string
	ClientID  string
	Scopes    []string
	State     string
	PermitID  string
	Pause     time.Duration
	IP        string
	ExpiresAt time.Time
}

// The states of a device's request.
const (
	deviceWaiting = "waiting"
	deviceAllowed = "allowed"
	deviceRefused = "refused"
)

// deviceStore keeps devices that wait.
type deviceStore struct{ db *sqldb.DB }

const deviceColumns = `hash, user_code, client_id, scopes, state, permit_id, pause, ip, expires_at`

func scanDevice(r sqldb.Row) (device, error) {
	var d device
	var scopes string
	var pause, expires int64
	err := r.Scan(&d.hash, &d.UserCode, &d.ClientID, &scopes, &d.State, &d.PermitID, &pause, &d.IP, &expires)
	d.Scopes, d.Pause, d.ExpiresAt = strings.Fields(scopes), time.Duration(pause)*time.Millisecond, sqldb.Time(expires)
	return d, err
}

// errTaken says that a user code is in use already.
var errTaken = errors.New("the user code is taken")

func (s deviceStore) insert(ctx context.Context, d device) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO device (hash, user_code, client_id, scopes, state, pause, ip, expires_at) VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $7)
			ON CONFLICT DO NOTHING`, d.hash, d.UserCode, d.ClientID, strings.Join(d.Scopes, " "), d.Pause.Milliseconds(), d.IP, d.ExpiresAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep device: %w", err)
		}
		if n == 0 {
			return errTaken
		}
		return nil
	})
}

func errNoDevice() error {
	return fault.New(fault.NotFound, "oidc.device.unknown", "no device waits with this code; look at it again, it may have a newer one").At("path.id", "type the code that the device shows")
}

// waiting returns the device that waits with a code.
func (s deviceStore) waiting(ctx context.Context, userCode string) (device, error) {
	now, err := s.db.Clock(ctx)
	if err != nil {
		return device{}, err
	}
	d, err := scanDevice(s.db.QueryRow(ctx, `SELECT `+deviceColumns+` FROM device WHERE user_code = $1 AND state = 'waiting' AND expires_at >= $2`, userCode, now.UnixMilli()))
	if errors.Is(err, sql.ErrNoRows) {
		return d, errNoDevice()
	}
	if err != nil {
		return d, fmt.Errorf("read device: %w", err)
	}
	return d, nil
}

// decide lets a device in, with its permit, or not. Only one of two who decide at
// once does.
func (s deviceStore) decide(ctx context.Context, d device, state string, p permit, e audit.Entry) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE device SET state = $1, permit_id = $2 WHERE hash = $3 AND state = 'waiting'`, state, p.ID, d.hash)
		if err != nil {
			return fmt.Errorf("decide upon device: %w", err)
		}
		if n == 0 {
			return errNoDevice()
		}
		if state == deviceAllowed {
			if err := insertPermit(ctx, tx, p, d.ExpiresAt.Add(tokenLife)); err != nil {
				return err
			}
			if err := putConsent(ctx, tx, p); err != nil {
				return err
			}
		}
		return tx.Emit(ctx, audit.Recorded{Entry: e})
	})
}

// Why a device gets no token yet, or never.
var (
	errWaiting = errors.New("nobody has decided yet")
	errTooSoon = errors.New("it asks too often")
	errDenied  = errors.New("the person refused")
)

// polled is what a device's request has come to when the device asks.
type polled struct {
	state, permit string
	owner         string
	at, pause     int64
	expires       int64
}

// refuse says why a device gets nothing for good.
func (d polled) refuse(client string, now time.Time) error {
	switch {
	case d.owner != client:
		return errNotYours
	case now.UnixMilli() > d.expires:
		return errExpired
	case d.state == deviceRefused:
		return errDenied
	}
	return nil
}

// poll answers a device that asks: once it is let in, the first who asks gets the
// permit, and nobody after.
func (s deviceStore) poll(ctx context.Context, hash, client, refresh string, issued func(permit) audit.Entry) (permit, error) {
	var p permit
	var refused error
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		now, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		var d polled
		err = tx.QueryRow(ctx, `SELECT client_id, state, permit_id, polled_at, pause, expires_at FROM device WHERE hash = $1`, hash).
			Scan(&d.owner, &d.state, &d.permit, &d.at, &d.pause, &d.expires)
		if errors.Is(err, sql.ErrNoRows) {
			return errUnknown
		}
		if err != nil {
			return fmt.Errorf("read device: %w", err)
		}
		if err := d.refuse(client, now); err != nil {
			return err
		}
		if d.state == deviceWaiting {
			refused = errWaiting
			if now.UnixMilli()-d.at < d.pause {
				refused, d.pause = errTooSoon, d.pause+devicePause.Milliseconds()
			}
			_, err := tx.Exec(ctx, `UPDATE device SET polled_at = $1, pause = $2 WHERE hash = $3`, now.UnixMilli(), d.pause, hash)
			return err
		}
		if p, err = takeDevice(ctx, tx, hash, d.permit); err != nil {
			return err
		}
		if !p.has(scopeOffline) {
			refresh = ""
		}
		if err := prolong(ctx, tx, p, refresh, now); err != nil {
			return err
		}
		return tx.Emit(ctx, audit.Recorded{Entry: issued(p)})
	})
	if err == nil {
		err = refused
	}
	return p, err
}

// takeDevice uses a device's request up and returns the permit that it was let in with.
func takeDevice(ctx context.Context, tx *sqldb.Tx, hash, permitID string) (permit, error) {
	n, err := tx.Exec(ctx, `UPDATE device SET state = 'used' WHERE hash = $1 AND state = 'allowed'`, hash)
	if err != nil {
		return permit{}, fmt.Errorf("use device code up: %w", err)
	}
	if n == 0 {
		return permit{}, errUnknown
	}
	p, err := scanPermit(tx.QueryRow(ctx, `SELECT `+permitColumns+` FROM permit p WHERE p.id = $1`, permitID))
	if err != nil {
		return p, fmt.Errorf("read permit of device: %w", err)
	}
	if !p.RevokedAt.IsZero() {
		return p, errRevoked
	}
	return p, nil
}
