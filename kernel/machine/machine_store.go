package machine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// machineStore keeps machines and their certificates.
type machineStore struct{ db *sqldb.DB }

// limits of what an organisation and a machine may have.
const (
	machinesLimit = 20_000
	renewalsADay  = 24
)

const machineColumns = `m.id, m.name, m.kind, m.organisation_id, m.organisation_zh, m.organisation_en, m.note, m.token_expires_at, m.serial, m.not_after, m.renew_at,
	m.enrolled_at, m.issued_at, m.seen_at, m.seen_ip, m.ahead_ms, m.revoked_at, m.revoked_by, m.reason, m.created_at, m.created_by, m.version`

// stateText says in SQL how a machine is at a time.
func stateText(now time.Time, grace time.Duration) string {
	n, g := strconv.FormatInt(now.UnixMilli(), 10), strconv.FormatInt(now.Add(-grace).UnixMilli(), 10)
	return `CASE WHEN m.revoked_at > 0 THEN 'revoked' WHEN m.serial = '' AND m.token_expires_at < ` + n + ` THEN 'lapsed' WHEN m.serial = '' THEN 'waiting'
		WHEN m.not_after < ` + g + ` THEN 'expired' WHEN m.not_after < ` + n + ` THEN 'grace' WHEN m.renew_at < ` + n + ` THEN 'due' ELSE 'valid' END`
}

func scanMachine(r sqldb.Row) (Machine, error) {
	var m Machine
	var token, until, renew, enrolled, issued, seen, ahead, revoked, created int64
	err := r.Scan(&m.ID, &m.Name, &m.Kind, &m.OrganisationID, &m.Organisation.ZH, &m.Organisation.EN, &m.Note, &token, &m.Serial, &until, &renew,
		&enrolled, &issued, &seen, &m.SeenIP, &ahead, &revoked, &m.RevokedBy, &m.Reason, &created, &m.CreatedBy, &m.Version, &m.State)
	m.TokenExpiresAt, m.NotAfter, m.RenewAt, m.EnrolledAt, m.IssuedAt = sqldb.TimeOrZero(token), sqldb.TimeOrZero(until), sqldb.TimeOrZero(renew), sqldb.TimeOrZero(enrolled), sqldb.TimeOrZero(issued)
	m.SeenAt, m.RevokedAt, m.CreatedAt = sqldb.TimeOrZero(seen), sqldb.TimeOrZero(revoked), sqldb.TimeOrZero(created)
	m.AheadSeconds = ahead / 1000
	m.ClockOff = time.Duration(ahead)*time.Millisecond > clockOff || time.Duration(ahead)*time.Millisecond < -clockOff
	return m, err
}

const certificateColumns = `c.serial, c.machine_id, c.digest, c.key_digest, c.pem, c.issued_at, c.not_before, c.not_after, c.used_at, c.revoked_at, c.reason`

func scanCertificate(r sqldb.Row) (certificate, error) {
	var c certificate
	var issued, from, until, used, revoked int64
	err := r.Scan(&c.Serial, &c.MachineID, &c.Digest, &c.KeyDigest, &c.PEM, &issued, &from, &until, &used, &revoked, &c.Reason)
	c.IssuedAt, c.NotBefore, c.NotAfter, c.UsedAt, c.RevokedAt = sqldb.TimeOrZero(issued), sqldb.TimeOrZero(from), sqldb.TimeOrZero(until), sqldb.TimeOrZero(used), sqldb.TimeOrZero(revoked)
	return c, err
}

type machineParams struct {
	sqldb.ListParams
	State        string `query:"state" enum:"waiting,lapsed,valid,due,grace,expired,revoked"`
	Kind         string `query:"kind" enum:"gateway,probe,platform,node"`
	Clock        string `query:"clock" enum:"off" doc:"off: only machines whose clock is more than half a minute from the city's"`
	Organisation string `query:"organisation" maxLength:"26"`
}

func (s machineStore) list(ctx context.Context, in machineParams, now time.Time, grace time.Duration) (sqldb.Page[Machine], error) {
	state := stateText(now, grace)
	l := sqldb.List{
		Select: machineColumns + `, ` + state, From: "machine m", Key: "m.id", Order: "name",
		Sort: map[string]string{
			"name": "m.name", "kind": "m.kind", "organisation": "m.organisation_zh", "state": state, "not_after": "m.not_after", "renew_at": "m.renew_at", "seen_at": "m.seen_at",
			"ahead_seconds": "m.ahead_ms", "created_at": "m.created_at",
		},
		Search: []string{"m.name", "m.note", "m.serial", "m.id", "m.seen_ip"},
	}
	l.WhereIf(state+" = ?", in.State).WhereIf("m.kind = ?", in.Kind).WhereIf("m.organisation_id = ?", in.Organisation)
	if in.Clock == "off" {
		l.Where("m.ahead_ms > ? OR m.ahead_ms < ?", clockOff.Milliseconds(), -clockOff.Milliseconds())
	}
	identity.From(ctx).Scope.Filter(&l, "m.organisation_id")
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanMachine)
}

// read returns a machine within the caller's scope.
func (s machineStore) read(ctx context.Context, id string, now time.Time, grace time.Duration) (Machine, error) {
	m, err := s.one(ctx, s.db.QueryRow(ctx, `SELECT `+machineColumns+`, `+stateText(now, grace)+` FROM machine m WHERE m.id = $1`, id))
	if err != nil {
		return m, err
	}
	return m, identity.From(ctx).Scope.Check(m.OrganisationID)
}

func (s machineStore) one(_ context.Context, row *sql.Row) (Machine, error) {
	m, err := scanMachine(row)
	if errors.Is(err, sql.ErrNoRows) {
		return m, fault.New(fault.NotFound, "kernel.not_found", "there is no such machine, or it is not yours to see")
	}
	if err != nil {
		return m, fmt.Errorf("read machine: %w", err)
	}
	return m, nil
}

func (s machineStore) certificates(ctx context.Context, machine string) ([]certificate, error) {
	rows, err := s.db.Query(ctx, `SELECT `+certificateColumns+` FROM certificate c WHERE c.machine_id = $1 ORDER BY c.issued_at DESC, c.serial LIMIT 50`, machine)
	if err != nil {
		return nil, fmt.Errorf("read certificates: %w", err)
	}
	return sqldb.All(rows, scanCertificate)
}

func (s machineStore) insert(ctx context.Context, m Machine, tokenHash string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "machines "+m.OrganisationID); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM machine WHERE organisation_id = $1`, m.OrganisationID).Scan(&n); err != nil {
			return fmt.Errorf("count machines: %w", err)
		}
		if n >= machinesLimit {
			return fault.New(fault.Conflict, "machine.many", "an organisation has at most %d machines", machinesLimit).With("limit", machinesLimit)
		}
		_, err := tx.Exec(ctx, `INSERT INTO machine (id, organisation_id, organisation_zh, organisation_en, kind, name, note, created_at, created_by, token_hash, token_expires_at, created_by_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, m.ID, m.OrganisationID, m.Organisation.ZH, m.Organisation.EN, string(m.Kind), m.Name, m.Note,
			m.CreatedAt.UnixMilli(), m.CreatedBy, tokenHash, m.TokenExpiresAt.UnixMilli(), m.createdByID)
		if err != nil {
			return fmt.Errorf("insert machine: %w", err)
		}
		tx.Changed("machine", m.ID, nil, m)
		return nil
	})
}

func (s machineStore) edit(ctx context.Context, before, m Machine, version int64) error {
	return s.changed(ctx, before, m, `UPDATE machine SET name = $1, note = $2, version = version + 1 WHERE id = $3 AND version = $4`, m.Name, m.Note, m.ID, version)
}

// renewToken puts a new token in the place of the one before.
func (s machineStore) renewToken(ctx context.Context, m Machine, hash string, until time.Time) error {
	after := m
	after.TokenExpiresAt = until
	err := s.changed(ctx, m, after, `UPDATE machine SET token_hash = $1, token_expires_at = $2, token_key = '', version = version + 1 WHERE id = $3 AND revoked_at = 0`, hash, until.UnixMilli(), m.ID)
	if fault.Is(err, fault.Precondition) {
		return fault.New(fault.Conflict, "machine.revoked", "the machine was revoked; add it as a new one")
	}
	return err
}

func (s machineStore) changed(ctx context.Context, before, after Machine, query string, args ...any) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, query, args...)
		if err != nil {
			return fmt.Errorf("change machine: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this machine meanwhile; read it again")
		}
		tx.Changed("machine", before.ID, before, after)
		return nil
	})
}

func (s machineStore) rename(ctx context.Context, organisation string, name lang.Text) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if name == (lang.Text{}) {
			return nil
		}
		_, err := tx.Exec(ctx, `UPDATE machine SET organisation_zh = $1, organisation_en = $2 WHERE organisation_id = $3`, name.ZH, name.EN, organisation)
		return err
	})
}

// remove takes the machines of an organisation away; none of their certificates is known then.
func (s machineStore) remove(ctx context.Context, organisation string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM machine WHERE organisation_id = $1`, organisation)
		return err
	})
}

// revoke ends a machine and all its certificates.
func (s machineStore) revoke(ctx context.Context, m Machine, by identity.Identity, reason string, now time.Time) error {
	id, after := m.ID, m
	after.State, after.RevokedAt, after.Reason = Revoked, now, reason
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "revocations"); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE machine SET revoked_at = $1, revoked_by = $2, reason = $3, revoked_by_id = $5, version = version + 1 WHERE id = $4 AND revoked_at = 0`, now.UnixMilli(), by.Name, reason, id, by.PersonID)
		if err != nil {
			return fmt.Errorf("revoke machine: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "machine.revoked", "the machine was revoked before")
		}
		if _, err := tx.Exec(ctx, `UPDATE certificate SET revoked_at = $1, reason = $2 WHERE machine_id = $3 AND revoked_at = 0`, now.UnixMilli(), reasonCode(reason), id); err != nil {
			return fmt.Errorf("revoke certificates: %w", err)
		}
		tx.Changed("machine", id, m, after)
		_, err = tx.Exec(ctx, `UPDATE authority SET crl_stale = TRUE`)
		return err
	})
}

// byToken returns the machine that a token is for.
func (s machineStore) byToken(ctx context.Context, hash string, now time.Time, grace time.Duration) (Machine, error) {
	return s.one(ctx, s.db.QueryRow(ctx, `SELECT `+machineColumns+`, `+stateText(now, grace)+` FROM machine m WHERE m.token_hash = $1`, hash))
}

// enrol issues the first certificate for a token. The same key may ask again
// with the same token, and gets the same certificate: an answer can be lost.
func (s machineStore) enrol(ctx context.Context, c *certificate, hash, key string, now time.Time, issue func() (certificate, error)) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "machine "+hash); err != nil {
			return err
		}
		var id, used, serial string
		var until, revoked int64
		err := tx.QueryRow(ctx, `SELECT id, token_expires_at, token_key, serial, revoked_at FROM machine WHERE token_hash = $1`, hash).Scan(&id, &until, &used, &serial, &revoked)
		if errors.Is(err, sql.ErrNoRows) {
			return errToken("unknown", "the enrolment token is not known")
		}
		if err != nil {
			return fmt.Errorf("read machine: %w", err)
		}
		switch {
		case revoked > 0:
			return errToken("revoked", "the machine was revoked; add it as a new one")
		case until < now.UnixMilli():
			return errToken("expired", "the enrolment token expired at %s; ask for a new one", sqldb.TimeOrZero(until).Format(time.RFC3339))
		case used == key:
			if *c, err = newestCertificate(ctx, tx, id); err == nil && c.KeyDigest == key && c.UsedAt.IsZero() {
				return nil
			}
			return errToken("used", "the enrolment token was used, and so was its certificate: renew that")
		case used != "":
			return errToken("used", "the enrolment token was used before, with another key; if that was not this machine, revoke it")
		}
		if *c, err = issue(); err != nil {
			return err
		}
		if err := insertCertificate(ctx, tx, *c); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE machine SET token_key = $1, enrolled_at = CASE WHEN enrolled_at = 0 THEN $2 ELSE enrolled_at END WHERE id = $3`, key, now.UnixMilli(), id)
		return err
	})
}

func errToken(what, format string, args ...any) error {
	return fault.New(fault.Unauthorized, "machine.token."+what, format, args...)
}

// renew issues the next certificate for the holder of one; the same key gets the
// same certificate as long as it was not used.
func (s machineStore) renew(ctx context.Context, c *certificate, h held, key string, now time.Time, most int, issue func() (certificate, error)) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "machine "+h.MachineID); err != nil {
			return err
		}
		var err error
		if *c, err = newestCertificate(ctx, tx, h.MachineID); err != nil {
			return err
		}
		if c.Serial != h.Serial && c.KeyDigest == key && c.UsedAt.IsZero() {
			return nil
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM certificate WHERE machine_id = $1 AND issued_at > $2`, h.MachineID, now.Add(-24*time.Hour).UnixMilli()).Scan(&n); err != nil {
			return fmt.Errorf("count certificates: %w", err)
		}
		if n >= most {
			return fault.New(fault.Limited, "machine.renewals", "the machine had %d certificates within a day", n).With("limit", most).After(3600)
		}
		var revoked int64
		if err := tx.QueryRow(ctx, `SELECT revoked_at FROM machine WHERE id = $1`, h.MachineID).Scan(&revoked); err != nil {
			return fmt.Errorf("read machine: %w", err)
		}
		if revoked > 0 {
			return fault.New(fault.Unauthorized, "machine.certificate.revoked", "the machine was revoked")
		}
		if *c, err = issue(); err != nil {
			return err
		}
		return insertCertificate(ctx, tx, *c)
	})
}

func newestCertificate(ctx context.Context, tx *sqldb.Tx, machine string) (certificate, error) {
	c, err := scanCertificate(tx.QueryRow(ctx, `SELECT `+certificateColumns+` FROM certificate c JOIN machine m ON m.id = c.machine_id AND m.serial = c.serial WHERE m.id = $1`, machine))
	if err != nil {
		return c, fmt.Errorf("read the newest certificate: %w", err)
	}
	return c, nil
}

func insertCertificate(ctx context.Context, tx *sqldb.Tx, c certificate) error {
	_, err := tx.Exec(ctx, `INSERT INTO certificate (serial, machine_id, digest, key_digest, pem, issued_at, not_before, not_after) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		c.Serial, c.MachineID, c.Digest, c.KeyDigest, c.PEM, c.IssuedAt.UnixMilli(), c.NotBefore.UnixMilli(), c.NotAfter.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert certificate: %w", err)
	}
	renew := c.IssuedAt.Add(c.NotAfter.Sub(c.IssuedAt) * 2 / 3)
	_, err = tx.Exec(ctx, `UPDATE machine SET serial = $1, not_after = $2, renew_at = $3, issued_at = $4, told = '', version = version + 1 WHERE id = $5`,
		c.Serial, c.NotAfter.UnixMilli(), renew.UnixMilli(), c.IssuedAt.UnixMilli(), c.MachineID)
	if err != nil {
		return fmt.Errorf("note the newest certificate: %w", err)
	}
	return nil
}

// holder returns the certificate with the digest and the machine that it is of.
func (s machineStore) holder(ctx context.Context, serial, digest string, now time.Time, grace time.Duration) (held, error) {
	var h held
	c, err := scanCertificate(s.db.QueryRow(ctx, `SELECT `+certificateColumns+` FROM certificate c WHERE c.serial = $1 AND c.digest = $2`, serial, digest))
	if errors.Is(err, sql.ErrNoRows) {
		return h, fault.New(fault.Unauthorized, "machine.certificate.unknown", "the certificate is not one of the city's")
	}
	if err != nil {
		return h, fmt.Errorf("read certificate: %w", err)
	}
	h.certificate = c
	h.machine, err = s.one(ctx, s.db.QueryRow(ctx, `SELECT `+machineColumns+`, `+stateText(now, grace)+` FROM machine m WHERE m.id = $1`, c.MachineID))
	return h, err
}

// use notes the first use of a certificate: those before it are superseded.
func (s machineStore) use(ctx context.Context, h held, now time.Time) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "revocations"); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE certificate SET used_at = $1 WHERE serial = $2 AND used_at = 0`, now.UnixMilli(), h.Serial); err != nil {
			return fmt.Errorf("note the use of a certificate: %w", err)
		}
		n, err := tx.Exec(ctx, `UPDATE certificate SET revoked_at = $1, reason = $2 WHERE machine_id = $3 AND issued_at < $4 AND serial <> $5 AND revoked_at = 0`,
			now.UnixMilli(), reasonSuperseded, h.MachineID, h.IssuedAt.UnixMilli(), h.Serial)
		if err != nil {
			return fmt.Errorf("supersede certificates: %w", err)
		}
		if n == 0 {
			return nil
		}
		_, err = tx.Exec(ctx, `UPDATE authority SET crl_stale = TRUE`)
		return err
	})
}

// see notes that a machine was here, and what its clock says; known is whether it said.
func (s machineStore) see(ctx context.Context, id, ip string, ahead time.Duration, known bool, now time.Time) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		if !known {
			_, err := tx.Exec(ctx, `UPDATE machine SET seen_at = $1, seen_ip = $2 WHERE id = $3`, now.UnixMilli(), ip, id)
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE machine SET seen_at = $1, seen_ip = $2, ahead_ms = $3 WHERE id = $4`, now.UnixMilli(), ip, ahead.Milliseconds(), id)
		return err
	})
}

// counts returns how many machines are in each state, and how many clocks are off.
func (s machineStore) counts(ctx context.Context, now time.Time, grace time.Duration) (map[State]int, int, error) {
	rows, err := s.db.Query(ctx, `SELECT s, COUNT(*), SUM(o) FROM (SELECT `+stateText(now, grace)+` AS s, CASE WHEN m.ahead_ms > $1 OR m.ahead_ms < $2 THEN 1 ELSE 0 END AS o FROM machine m) t GROUP BY s`,
		clockOff.Milliseconds(), -clockOff.Milliseconds())
	if err != nil {
		return nil, 0, fmt.Errorf("count machines: %w", err)
	}
	counts, off := map[State]int{}, 0
	_, err = sqldb.All(rows, func(r sqldb.Row) (State, error) {
		var state State
		var n, o int
		err := r.Scan(&state, &n, &o)
		counts[state] = n
		off += o
		return state, err
	})
	return counts, off, err
}

// ending returns machines whose certificate ends before the time and about which
// nobody was told since it was issued.
func (s machineStore) ending(ctx context.Context, kind string, before, now time.Time, grace time.Duration) ([]Machine, error) {
	rows, err := s.db.Query(ctx, `SELECT `+machineColumns+`, `+stateText(now, grace)+` FROM machine m
		WHERE m.revoked_at = 0 AND m.serial <> '' AND m.not_after < $1 AND m.renew_at < $2 AND m.told NOT LIKE $3 ORDER BY m.not_after LIMIT 500`,
		before.UnixMilli(), now.UnixMilli(), "%"+kind+"%")
	if err != nil {
		return nil, fmt.Errorf("read machines whose certificates end: %w", err)
	}
	return sqldb.All(rows, scanMachine)
}

func (s machineStore) told(ctx context.Context, m Machine, kind string, tell func(ctx context.Context, tx *sqldb.Tx) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE machine SET told = told || $1 WHERE id = $2 AND serial = $3 AND told NOT LIKE $4`, kind+" ", m.ID, m.Serial, "%"+kind+"%")
		if err != nil || n == 0 {
			return err
		}
		return tell(ctx, tx)
	})
}

func (s machineStore) forget(ctx context.Context, before time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM certificate WHERE not_after < $1 AND NOT EXISTS (SELECT 1 FROM machine m WHERE m.serial = certificate.serial)`, before.UnixMilli())
		if err != nil {
			return fmt.Errorf("forget certificates: %w", err)
		}
		return nil
	})
}
