package identifier

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"

	"linghang/kernel/module"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

type doorStore struct {
	db   *sqldb.DB
	ring *seal.Keyring
}

const (
	doorPurpose = "door"
	doorKeyBits = 2048
)

func sealedColumns() []module.Sealed {
	return []module.Sealed{
		{Purpose: doorPurpose, Column: sqldb.Column{Table: "door", Key: "name", Name: "key"}},
		{Purpose: signerPurpose, Column: sqldb.Column{Table: "signer", Key: "id", Name: "key"}},
		{Purpose: particularsPurpose, Column: sqldb.Column{Table: "particulars", Key: "node_id", Name: "legal_document", Where: "legal_document <> ''"}},
		{Purpose: particularsPurpose, Column: sqldb.Column{Table: "particulars", Key: "node_id", Name: "contact_document", Where: "contact_document <> ''"}},
	}
}

// key returns the key of a door, and makes it at the first time. Replicas share
// it.
func (s doorStore) key(ctx context.Context, name string) (crypto.PrivateKey, error) {
	key, err := s.load(ctx, name)
	if key != nil || err != nil {
		return key, err
	}
	made, err := rsa.GenerateKey(rand.Reader, doorKeyBits)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	record, err := auth.EncodePrivateKey(made)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	sealed, err := s.ring.Seal(ctx, doorPurpose, record)
	if err != nil {
		return nil, err
	}
	err = s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO door (name, key, serial, site) VALUES ($1, $2, 0, '') ON CONFLICT DO NOTHING`, name, sealed)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("keep key: %w", err)
	}
	return s.load(ctx, name) // another replica may have been first
}

func (s doorStore) load(ctx context.Context, name string) (crypto.PrivateKey, error) {
	var sealed string
	err := s.db.QueryRow(ctx, `SELECT key FROM door WHERE name = $1`, name).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read key of door %s: %w", name, err)
	}
	record, err := s.ring.Open(ctx, doorPurpose, sealed)
	if err != nil {
		return nil, err
	}
	key, err := auth.DecodePrivateKey(record)
	if err != nil {
		return nil, fmt.Errorf("read key of door %s: %w", name, err)
	}
	return key, nil
}

// publish gives a site its serial, which grows when the site has changed: clients
// ask again then.
func (s doorStore) publish(ctx context.Context, name string, site wire.Site) (wire.Site, error) {
	err := s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		var serial uint16
		var before string
		if err := tx.QueryRow(ctx, `SELECT serial, site FROM door WHERE name = $1`, name).Scan(&serial, &before); err != nil {
			return fmt.Errorf("read site of door %s: %w", name, err)
		}
		site.Serial = 0
		now := base64.StdEncoding.EncodeToString(site.Append(nil))
		if now != before {
			serial++
			if _, err := tx.Exec(ctx, `UPDATE door SET serial = $1, site = $2 WHERE name = $3`, int64(serial), now, name); err != nil {
				return fmt.Errorf("keep site of door %s: %w", name, err)
			}
		}
		site.Serial = serial
		return nil
	})
	return site, err
}
