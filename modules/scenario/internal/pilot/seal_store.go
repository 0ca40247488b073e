package pilot

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"linghang/kernel/sqldb"
)

// sealStore keeps seals and what they are of.
type sealStore struct {
	db    *sqldb.DB
	calls callStore
}

func scanSeal(r sqldb.Row) (s Seal, err error) {
	var at int64
	err = r.Scan(&s.Stage, &s.Manifest, &s.Statement, &s.Signature, &s.Public, &at)
	s.SealedAt, s.Digest = sqldb.Time(at), commitment(s.Manifest)
	if set, ok := s.commitments(); ok {
		s.Count = len(set)
	}
	return s, err
}

// of returns the seals of a call, in the order in which they were made.
func (s sealStore) of(ctx context.Context, call string) ([]Seal, error) {
	rows, err := s.db.Query(ctx, `SELECT x.stage, x.manifest, x.statement, x.signature, x.public, x.sealed_at FROM pilot_seal x WHERE x.call_id = $1 ORDER BY x.sealed_at, x.stage`, call)
	if err != nil {
		return nil, fmt.Errorf("read seals: %w", err)
	}
	list, err := sqldb.All(rows, scanSeal)
	if list == nil {
		list = []Seal{}
	}
	return list, err
}

// keep keeps a seal with the documents that it commits to.
func (s sealStore) keep(ctx context.Context, tx *sqldb.Tx, c Call, x Seal, documents map[string]string) error {
	_, err := tx.Exec(ctx, `INSERT INTO pilot_seal (call_id, stage, manifest, statement, signature, public, sealed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		c.ID, string(x.Stage), x.Manifest, x.Statement, x.Signature, x.Public, x.SealedAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("keep seal: %w", err)
	}
	for application, document := range documents {
		_, err := tx.Exec(ctx, `INSERT INTO pilot_sealed (call_id, stage, commitment, application_id, document) VALUES ($1, $2, $3, $4, $5)`, c.ID, string(x.Stage), commitment(document), application, document)
		if err != nil {
			return fmt.Errorf("keep what is sealed: %w", err)
		}
	}
	tx.Changed("pilot_seal", c.ID+"/"+string(x.Stage), nil, x)
	return nil
}

// sealed is a document that a seal commits to.
type sealed struct {
	commitment, application, document string
}

func (s sealStore) documents(ctx context.Context, call string, stage Stage) ([]sealed, error) {
	rows, err := s.db.Query(ctx, `SELECT d.commitment, d.application_id, d.document FROM pilot_sealed d WHERE d.call_id = $1 AND d.stage = $2 ORDER BY d.application_id, d.commitment`, call, string(stage))
	if err != nil {
		return nil, fmt.Errorf("read what is sealed: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (d sealed, err error) { return d, r.Scan(&d.commitment, &d.application, &d.document) })
}

// contents fetches a kept file by its digest.
type contents func(ctx context.Context, sha256 string) (io.ReadSeekCloser, error)

// check holds a call against one of its seals: the signed manifest against the documents,
// the documents against the rows, and the files against their digests.
func (s sealStore) check(ctx context.Context, applications applicationStore, x Seal, call string, get contents) ([]Finding, error) {
	set, whole := x.commitments()
	if !whole {
		return []Finding{{What: "manifest", Where: manifestName}}, nil
	}
	documents, err := s.documents(ctx, call, x.Stage)
	if err != nil {
		return nil, err
	}
	list := []Finding{}
	for _, d := range documents {
		if commitment(d.document) != d.commitment || !set[d.commitment] {
			list = append(list, Finding{ApplicationID: d.application, What: "document", Where: d.commitment})
			delete(set, d.commitment)
			continue
		}
		delete(set, d.commitment)
		found, err := s.compare(ctx, applications, x.Stage, d, get)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	for c := range set {
		list = append(list, Finding{What: "missing", Where: c})
	}
	slices.SortFunc(list, func(a, b Finding) int {
		return strings.Compare(a.ApplicationID+a.What+a.Where, b.ApplicationID+b.What+b.Where)
	})
	return list, nil
}

// compare holds one application, and its files, against what was sealed of it.
func (s sealStore) compare(ctx context.Context, applications applicationStore, stage Stage, d sealed, get contents) ([]Finding, error) {
	var was submitted
	var added supplemented
	if err := errors.Join(json.Unmarshal([]byte(d.document), &was), json.Unmarshal([]byte(d.document), &added)); err != nil {
		return nil, fmt.Errorf("read what is sealed of %s: %w", d.application, err)
	}
	found := Finding{ApplicationID: d.application, Project: was.Project}
	a, err := scanApplication(s.db.QueryRow(ctx, `SELECT `+applicationColumns+` FROM pilot_application a WHERE a.id = $1`, d.application))
	if errors.Is(err, sql.ErrNoRows) {
		found.What, found.Where = "missing", "pilot_application"
		return []Finding{found}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read application: %w", err)
	}
	files, err := applications.files(ctx, s.db, a.ID)
	if err != nil {
		return nil, err
	}
	found.Project = a.Project
	var list []Finding
	note := func(what, where string) {
		found.What, found.Where = what, where
		list = append(list, found)
	}
	sent := added.Files
	if stage == StageApplications {
		sent = nil
		for _, x := range was.Answers {
			sent = append(sent, x.Files...)
		}
		for _, where := range differences(was, a.submitted(files)) {
			note("row", where)
		}
	} else if now, err := canonical(a.supplemented(files)); err != nil || now != d.document {
		note("row", "supplement")
	}
	for _, f := range sent {
		same, err := intact(ctx, get, f.SHA256)
		if err != nil {
			return nil, err
		}
		if !same {
			note("file", f.Name)
		}
	}
	return list, nil
}
