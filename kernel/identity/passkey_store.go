package identity

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// insertCeremony keeps what was asked, and forgets what nobody answered.
func (d *Directory) insertCeremony(ctx context.Context, id, purpose, person, data string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		now := d.now()
		if _, err := tx.Exec(ctx, `DELETE FROM ceremony WHERE expires_at < $1`, now.UnixMilli()); err != nil {
			return fmt.Errorf("forget ceremonies: %w", err)
		}
		_, err := tx.Exec(ctx, `INSERT INTO ceremony (id, purpose, person_id, data, expires_at) VALUES ($1, $2, $3, $4, $5)`,
			id, purpose, person, data, now.Add(ceremonyLife).UnixMilli())
		if err != nil {
			return fmt.Errorf("keep ceremony: %w", err)
		}
		return nil
	})
}

// takeCeremony returns what was asked, and forgets it: whoever comes second with
// the same answer finds nothing.
func (d *Directory) takeCeremony(ctx context.Context, id, purpose, person string) (data string, err error) {
	err = d.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `DELETE FROM ceremony WHERE id = $1 AND purpose = $2 AND person_id = $3 AND expires_at >= $4 RETURNING data`,
			id, purpose, person, d.now().UnixMilli()).Scan(&data)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return "", fault.New(fault.Invalid, "system.ceremony.over", "this was answered already, or took too long; begin again").At("body.ceremony", "begin again")
	}
	if err != nil {
		return "", fmt.Errorf("take ceremony: %w", err)
	}
	return data, nil
}

func (d *Directory) passkeysOf(ctx context.Context, person string) ([]Passkey, error) {
	rows, err := d.db.Query(ctx, `SELECT id, person_id, name, credential, created_at, used_at FROM passkey WHERE person_id = $1 ORDER BY created_at, id`, person)
	if err != nil {
		return nil, fmt.Errorf("read passkeys: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (Passkey, error) {
		var p Passkey
		var credential string
		var created, used int64
		if err := r.Scan(&p.ID, &p.personID, &p.Name, &credential, &created, &used); err != nil {
			return p, err
		}
		p.CreatedAt, p.UsedAt = time.UnixMilli(created).UTC(), time.UnixMilli(used).UTC()
		return p, json.Unmarshal([]byte(credential), &p.credential)
	})
}

func (d *Directory) insertPasskey(ctx context.Context, p Passkey, codes []string) error {
	credential, err := json.Marshal(p.credential)
	if err != nil {
		return fmt.Errorf("encode passkey: %w", err)
	}
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		now := d.now().UnixMilli()
		_, err := tx.Exec(ctx, `INSERT INTO passkey (id, person_id, name, credential_id, credential, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $6)`,
			p.ID, p.personID, p.Name, credentialID(p.credential), string(credential), now)
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "system.passkey.present", "this passkey is registered already")
		}
		if err != nil {
			return fmt.Errorf("insert passkey: %w", err)
		}
		tx.Changed("person", p.personID, proof{}, proof{Factors: []string{"passkey " + p.ID}})
		return putRecoveryCodes(ctx, tx, p.personID, codes)
	})
}

// savePasskey keeps the counter and when the passkey was used.
func (d *Directory) savePasskey(ctx context.Context, id string, used webauthn.Credential) error {
	credential, err := json.Marshal(used)
	if err != nil {
		return fmt.Errorf("encode passkey: %w", err)
	}
	return d.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE passkey SET credential = $1, used_at = $2 WHERE id = $3`, string(credential), d.now().UnixMilli(), id)
		if err != nil {
			return fmt.Errorf("save passkey: %w", err)
		}
		return nil
	})
}

// RenamePasskey gives one of the caller's passkeys another name.
func (d *Directory) RenamePasskey(ctx context.Context, id, name string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE passkey SET name = $1 WHERE id = $2 AND person_id = $3`, name, id, From(ctx).PersonID)
		return onePasskey(n, err)
	})
}

func (d *Directory) deletePasskey(ctx context.Context, person, id string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM passkey WHERE id = $1 AND person_id = $2`, id, person)
		if err := onePasskey(n, err); err != nil {
			return err
		}
		tx.Changed("person", person, proof{Factors: []string{"passkey " + id}}, proof{})
		return dropUselessCodes(ctx, tx, person)
	})
}

func onePasskey(n int64, err error) error {
	if err != nil {
		return fmt.Errorf("change passkey: %w", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "kernel.not_found", "there is no such passkey of yours")
	}
	return nil
}
