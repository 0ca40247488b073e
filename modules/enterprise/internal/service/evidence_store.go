package service

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// File is evidence of services.
type File struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size" doc:"Octets"`
	SHA256    string    `json:"sha256"`
	By        string    `json:"by" doc:"Name of who uploaded it"`
	At        time.Time `json:"at"`

	organisation, actor string
}

const fileColumns = `f.id, f.organisation_id, f.name, f.media_type, f.size, f.sha256, f.actor, f.actor_name, f.at`

func scanFile(r sqldb.Row) (f File, err error) {
	var at int64
	err = r.Scan(&f.ID, &f.organisation, &f.Name, &f.MediaType, &f.Size, &f.SHA256, &f.actor, &f.By, &at)
	f.At = sqldb.Time(at)
	return f, err
}

func (s store) files(ctx context.Context, service string) ([]File, error) {
	rows, err := s.db.Query(ctx, `SELECT `+fileColumns+` FROM service_proof p JOIN service_evidence f ON f.id = p.evidence_id WHERE p.service_id = $1 ORDER BY f.at, f.id`, service)
	if err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	return sqldb.All(rows, scanFile)
}

func (s store) file(ctx context.Context, id string) (File, error) {
	f, err := scanFile(s.db.QueryRow(ctx, `SELECT `+fileColumns+` FROM service_evidence f WHERE f.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return f, noSuch("file")
	}
	if err != nil {
		return f, fmt.Errorf("read evidence: %w", err)
	}
	return f, nil
}

// keep keeps evidence that proves nothing yet.
func (s store) keep(ctx context.Context, f File) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO service_evidence (id, organisation_id, name, media_type, size, sha256, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			f.ID, f.organisation, f.Name, f.MediaType, f.Size, f.SHA256, f.actor, f.By, f.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep evidence: %w", err)
		}
		tx.Changed("service_evidence", f.ID, nil, f)
		return nil
	})
}

// ours refuses evidence that is not of the organisation that uses it.
func (s store) ours(ctx context.Context, ids []string, organisation string) error {
	for _, id := range ids {
		f, err := s.file(ctx, id)
		if err == nil && f.organisation == organisation {
			continue
		}
		if err != nil && fault.As(err) == nil {
			return err
		}
		return fault.New(fault.Invalid, "enterprise.service.evidence", "there is no evidence %.40q that your organisation uploaded", id).At("body.evidence", "upload the file first, and name it here")
	}
	return nil
}

// proves lists the services that evidence proves, or of whose audit it is.
func (s store) proves(ctx context.Context, id string) ([]string, error) {
	rows, err := s.db.Query(ctx, `SELECT p.service_id FROM service_proof p WHERE p.evidence_id = $1 UNION SELECT x.service_id FROM service_sampled x WHERE x.evidence_id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("read what evidence proves: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x string, err error) { return x, r.Scan(&x) })
}
