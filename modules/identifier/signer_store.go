package identifier

import (
	"context"
	"crypto"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/auth"
	"linghang/modules/identifier/internal/vouch"
)

// signers keeps the keys that hosted nodes sign with. Replicas share them.
type signers struct {
	db   *sqldb.DB
	ring *seal.Keyring

	mu   sync.Mutex
	kept map[string]*vouch.Signer // by ID; two for each node at the most
}

const signerPurpose = "signer"

func signerID(n *node) string { return n.ID + "/" + string(n.Signs) }

// of returns the node as it signs, nil if it does not. The key is made at the first
// time.
func (s *signers) of(ctx context.Context, n *node) (*vouch.Signer, error) {
	if n.Hosting != hosted || !n.Signs.Known() {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := signerID(n)
	if kept := s.kept[id]; kept != nil {
		return kept, nil
	}
	key, err := s.load(ctx, id)
	if err == nil && key == nil {
		key, err = s.make(ctx, n)
	}
	if err != nil {
		return nil, fmt.Errorf("the key by which %s signs: %w", n.Prefix, err)
	}
	signer, err := vouch.NewSigner(n.prefixHandle(), key)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	s.kept[id] = signer
	return signer, nil
}

func (s *signers) make(ctx context.Context, n *node) (crypto.PrivateKey, error) {
	made, err := vouch.NewKey(n.Signs)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	record, err := auth.EncodePrivateKey(made)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	sealed, err := s.ring.Seal(ctx, signerPurpose, record)
	if err != nil {
		return nil, err
	}
	err = s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO signer (id, node_id, key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, signerID(n), n.ID, sealed)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("keep key: %w", err)
	}
	return s.load(ctx, signerID(n)) // another replica may have been first
}

func (s *signers) load(ctx context.Context, id string) (crypto.PrivateKey, error) {
	var sealed string
	err := s.db.QueryRow(ctx, `SELECT key FROM signer WHERE id = $1`, id).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	record, err := s.ring.Open(ctx, signerPurpose, sealed)
	if err != nil {
		return nil, err
	}
	key, err := auth.DecodePrivateKey(record)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	return key, nil
}
