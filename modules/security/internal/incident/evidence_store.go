package incident

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// Evidence is a file that shows something.
type Evidence struct {
	ID             string     `json:"id"`
	OrganisationID string     `json:"organisation_id" doc:"Who gave it"`
	Name           string     `json:"name"`
	What           string     `json:"what" doc:"What it is, and where it is from"`
	MediaType      string     `json:"media_type" doc:"By its content; of what is malicious only that it is octets"`
	Size           int64      `json:"size" doc:"Octets"`
	SHA256         string     `json:"sha256" doc:"Of the octets that came"`
	SM3            string     `json:"sm3" doc:"GB/T 32905, of the octets that came; empty of what came before it was worked out"`
	Malicious      bool       `json:"malicious" doc:"It is never opened or shown here"`
	Sealed         bool       `json:"sealed" doc:"What is kept is sealed; it is given out as it came"`
	Hold           bool       `json:"hold" doc:"Legal hold: it must not be discarded"`
	DiscardedAt    *time.Time `json:"discarded_at,omitempty" doc:"It is given out no more; its hash and custody stay"`
	By             string     `json:"by"`
	At             time.Time  `json:"at"`

	actor string
	blob  string // SHA-256 of what is kept, sealed or as it came
}

// Custody is that evidence was in somebody's hands.
type Custody struct {
	ID           string    `json:"id"`
	At           time.Time `json:"at"`
	What         string    `json:"what" enum:"taken,read,exported,held,released,discarded,checked"`
	Why          string    `json:"why"`
	SHA256       string    `json:"sha256" doc:"Of the file at that time"`
	SM3          string    `json:"sm3" doc:"Of the file at that time; empty: it had none"`
	By           string    `json:"by"`
	Organisation lang.Text `json:"organisation"`
}

const evidenceColumns = `v.id, v.organisation_id, v.name, v.what, v.media_type, v.size, v.sha256, v.sm3, v.malicious, v.sealed, v.hold, v.discarded_at, v.actor, v.actor_name, v.created_at`

func scanEvidence(r sqldb.Row) (v Evidence, err error) {
	var discarded, at int64
	err = r.Scan(&v.ID, &v.OrganisationID, &v.Name, &v.What, &v.MediaType, &v.Size, &v.SHA256, &v.SM3, &v.Malicious, &v.blob, &v.Hold, &discarded, &v.actor, &v.By, &at)
	if v.Sealed = v.blob != ""; !v.Sealed {
		v.blob = v.SHA256
	}
	v.DiscardedAt, v.At = sqldb.Instant(discarded), sqldb.Time(at)
	return v, err
}

func (s store) evidence(ctx context.Context, db reader, incident string) ([]Evidence, error) {
	rows, err := db.Query(ctx, `SELECT `+evidenceColumns+` FROM security_incident_evidence v WHERE v.incident_id = $1 ORDER BY v.created_at, v.id`, incident)
	if err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	return sqldb.All(rows, scanEvidence)
}

func (s store) onePiece(ctx context.Context, db reader, incident, id string) (Evidence, error) {
	v, err := scanEvidence(db.QueryRow(ctx, `SELECT `+evidenceColumns+` FROM security_incident_evidence v WHERE v.incident_id = $1 AND v.id = $2`, incident, id))
	if errors.Is(err, sql.ErrNoRows) {
		return v, noSuch("evidence")
	}
	if err != nil {
		return v, fmt.Errorf("read evidence: %w", err)
	}
	return v, nil
}

func (s store) addEvidence(ctx context.Context, tx *sqldb.Tx, incident string, v Evidence) error {
	sealed := ""
	if v.Sealed {
		sealed = v.blob
	}
	_, err := tx.Exec(ctx, `INSERT INTO security_incident_evidence (id, incident_id, organisation_id, name, what, media_type, size, sha256, sm3, malicious, sealed, hold, discarded_at, actor, actor_name, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, FALSE, 0, $12, $13, $14)`,
		v.ID, incident, v.OrganisationID, v.Name, v.What, v.MediaType, v.Size, v.SHA256, v.SM3, v.Malicious, sealed, v.actor, v.By, v.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("add evidence: %w", err)
	}
	tx.Changed("security_incident_evidence", v.ID, nil, v)
	return nil
}

// hold sets or ends the legal hold.
func (s store) hold(ctx context.Context, tx *sqldb.Tx, v Evidence, on bool) error {
	if v.Hold == on {
		return fault.New(fault.Conflict, "security.incident.hold_same", "it is so already")
	}
	if _, err := tx.Exec(ctx, `UPDATE security_incident_evidence SET hold = $2 WHERE id = $1`, v.ID, on); err != nil {
		return fmt.Errorf("hold evidence: %w", err)
	}
	tx.Changed("security_incident_evidence", v.ID, v, on)
	return nil
}

func (s store) discard(ctx context.Context, tx *sqldb.Tx, v Evidence, now time.Time) error {
	n, err := tx.Exec(ctx, `UPDATE security_incident_evidence SET discarded_at = $2 WHERE id = $1 AND discarded_at = 0 AND hold = FALSE`, v.ID, now.UnixMilli())
	if err != nil {
		return fmt.Errorf("discard evidence: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "security.incident.held", "it is held, or discarded already")
	}
	tx.Changed("security_incident_evidence", v.ID, v, nil)
	return nil
}

// hand adds a row of custody, as the one who asks.
func (s store) hand(ctx context.Context, tx *sqldb.Tx, v Evidence, what, why string, now time.Time) error {
	who := identity.From(ctx)
	_, err := tx.Exec(ctx, `INSERT INTO security_incident_custody (id, evidence_id, at, what, why, sha256, sm3, actor, actor_name, organisation_zh, organisation_en) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		ulid.Make().String(), v.ID, now.UnixMilli(), what, why, v.SHA256, v.SM3, who.Actor(), who.Name, who.Organisation.Name.ZH, who.Organisation.Name.EN)
	if err != nil {
		return fmt.Errorf("write custody: %w", err)
	}
	return nil
}

func (s store) custody(ctx context.Context, db reader, evidence string) ([]Custody, error) {
	rows, err := db.Query(ctx, `SELECT c.id, c.at, c.what, c.why, c.sha256, c.sm3, c.actor_name, c.organisation_zh, c.organisation_en FROM security_incident_custody c WHERE c.evidence_id = $1 ORDER BY c.at, c.id LIMIT 1000`, evidence)
	if err != nil {
		return nil, fmt.Errorf("read custody: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (c Custody, err error) {
		var at int64
		err = r.Scan(&c.ID, &at, &c.What, &c.Why, &c.SHA256, &c.SM3, &c.By, &c.Organisation.ZH, &c.Organisation.EN)
		c.At = sqldb.Time(at)
		return c, err
	})
}
