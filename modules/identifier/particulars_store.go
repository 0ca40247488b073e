package identifier

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

// particularsPurpose names the key that seals numbers of documents.
const particularsPurpose = "particulars"

// particularsStore keeps who operates nodes, and their applications.
type particularsStore struct {
	db   *sqldb.DB
	ring *seal.Keyring
}

const particularsColumns = `p.facts, p.legal_name, p.legal_document_kind, p.legal_document, p.legal_phone, p.legal_email, p.legal_fax, p.contact_document_kind, p.contact_document, p.version`

// of returns the particulars of nodes that have them.
func (s particularsStore) of(ctx context.Context, ids []string) (map[string]Particulars, error) {
	list := map[string]Particulars{}
	if len(ids) == 0 {
		return list, nil
	}
	in, args := marks(ids)
	rows, err := s.db.Query(ctx, `SELECT p.node_id, `+particularsColumns+` FROM particulars p WHERE p.node_id IN (`+in+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read particulars: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (id string, err error) {
		var p Particulars
		var content string
		err = r.Scan(&id, &content, &p.Legal.Name, &p.Legal.Document.Kind, &p.Legal.Document.Number, &p.Legal.Phone, &p.Legal.Email, &p.Legal.Fax, &p.Document.Kind, &p.Document.Number, &p.Version)
		if err == nil {
			err = json.Unmarshal([]byte(content), &p.Facts)
		}
		list[id] = p
		return id, err
	})
	if err != nil {
		return nil, fmt.Errorf("read particulars: %w", err)
	}
	for id, p := range list {
		for _, number := range []*string{&p.Legal.Document.Number, &p.Document.Number} {
			if *number == "" {
				continue
			}
			plain, err := s.ring.Open(ctx, particularsPurpose, *number)
			if err != nil {
				return nil, fmt.Errorf("open the number of a document of node %s: %w", id, err)
			}
			*number = string(plain)
		}
		list[id] = p
	}
	return list, nil
}

// put keeps particulars in the place of a version; 0 where there were none.
func (s particularsStore) put(ctx context.Context, nodeID string, version int64, p Particulars) error {
	content, err := json.Marshal(p.Facts)
	if err != nil {
		return fmt.Errorf("write particulars: %w", err)
	}
	sealed := [2]string{p.Legal.Document.Number, p.Document.Number}
	for i, number := range sealed {
		if number == "" {
			continue
		}
		if sealed[i], err = s.ring.Seal(ctx, particularsPurpose, []byte(number)); err != nil {
			return fmt.Errorf("seal the number of a document: %w", err)
		}
	}
	before, err := s.of(ctx, []string{nodeID})
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO particulars (node_id, facts, legal_name, legal_document_kind, legal_document, legal_phone, legal_email, legal_fax, contact_document_kind, contact_document, changed_at, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 + 1)
			ON CONFLICT (node_id) DO UPDATE SET facts = excluded.facts, legal_name = excluded.legal_name, legal_document_kind = excluded.legal_document_kind, legal_document = excluded.legal_document,
				legal_phone = excluded.legal_phone, legal_email = excluded.legal_email, legal_fax = excluded.legal_fax, contact_document_kind = excluded.contact_document_kind,
				contact_document = excluded.contact_document, changed_at = excluded.changed_at, version = excluded.version
			WHERE particulars.version = $12`,
			nodeID, string(content), p.Legal.Name, p.Legal.Document.Kind, sealed[0], p.Legal.Phone, p.Legal.Email, p.Legal.Fax, p.Document.Kind, sealed[1], time.Now().UnixMilli(), version)
		if err != nil {
			return fmt.Errorf("save particulars: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed these particulars meanwhile; read them again")
		}
		tx.Changed("particulars", nodeID, before[nodeID], p)
		return nil
	})
}

const applicationColumns = `a.id, a.node_id, a.name, a.kind, a.introduction, a.users, a.recursive_address, a.recursive_port, a.developer, a.created_at, a.version`

func scanApplication(r sqldb.Row) (a Application, err error) {
	var created int64
	err = r.Scan(&a.ID, &a.NodeID, &a.Name, &a.Kind, &a.Introduction, &a.Users, &a.RecursiveAddress, &a.RecursivePort, &a.Developer, &created, &a.Version)
	a.CreatedAt = time.UnixMilli(created).UTC()
	return a, err
}

func (s particularsStore) applications(ctx context.Context, nodeID string, p sqldb.ListParams) (sqldb.Page[Application], error) {
	l := sqldb.List{
		Select: applicationColumns, From: "application a", Key: "a.id", Order: "name",
		Sort: map[string]string{"name": "a.name", "kind": "a.kind", "users": "a.users"}, Search: []string{"a.name", "a.introduction", "a.developer"},
	}
	l.Where("a.node_id = ?", nodeID)
	return sqldb.Fetch(ctx, s.db, l, p, scanApplication)
}

func (s particularsStore) application(ctx context.Context, id string) (Application, error) {
	a, err := scanApplication(s.db.QueryRow(ctx, `SELECT `+applicationColumns+` FROM application a WHERE a.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return a, fault.New(fault.NotFound, "kernel.not_found", "there is no such application, or it is not yours to see")
	}
	if err != nil {
		return a, fmt.Errorf("read application: %w", err)
	}
	return a, nil
}

// applicationsMost is how many applications a node has.
const applicationsMost = 1000

func (s particularsStore) addApplication(ctx context.Context, a Application) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var n int64
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM application WHERE node_id = $1`, a.NodeID).Scan(&n); err != nil {
			return fmt.Errorf("count applications: %w", err)
		}
		if n >= applicationsMost {
			return fault.New(fault.Conflict, "identifier.application.many", "a node has at most %d applications", applicationsMost)
		}
		_, err := tx.Exec(ctx, `INSERT INTO application (id, node_id, name, kind, introduction, users, recursive_address, recursive_port, developer, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			a.ID, a.NodeID, a.Name, a.Kind, a.Introduction, a.Users, a.RecursiveAddress, a.RecursivePort, a.Developer, a.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert application: %w", err)
		}
		tx.Changed("application", a.ID, nil, a)
		return nil
	})
}

func (s particularsStore) editApplication(ctx context.Context, before, a Application, version int64) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE application SET name = $1, kind = $2, introduction = $3, users = $4, recursive_address = $5, recursive_port = $6, developer = $7, version = version + 1 WHERE id = $8 AND version = $9`,
			a.Name, a.Kind, a.Introduction, a.Users, a.RecursiveAddress, a.RecursivePort, a.Developer, a.ID, version)
		if err != nil {
			return fmt.Errorf("update application: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this application meanwhile; read it again")
		}
		tx.Changed("application", a.ID, before, a)
		return nil
	})
}

func (s particularsStore) removeApplication(ctx context.Context, a Application) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM application WHERE id = $1`, a.ID); err != nil {
			return fmt.Errorf("remove application: %w", err)
		}
		tx.Changed("application", a.ID, a, nil)
		return nil
	})
}
