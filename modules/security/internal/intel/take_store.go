package intel

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
)

type store struct{ db *sqldb.DB }

// hand is who does something; nobody: the platform.
type hand struct{ actor, name string }

func handOf(ctx context.Context) hand {
	who := identity.From(ctx)
	return hand{who.Actor(), who.Name}
}

// micros is a version as it is ordered; 0: there is none.
func micros(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}

// serial gives the next one. Who comes next waits, so that what is visible is in their order.
func serial(ctx context.Context, tx *sqldb.Tx) (n int64, err error) {
	if err := tx.QueryRow(ctx, `UPDATE security_intel_last SET serial = serial + 1 WHERE id = 1 RETURNING serial`).Scan(&n); err != nil {
		return 0, fmt.Errorf("take the next serial: %w", err)
	}
	return n, nil
}

// take keeps objects that are new, or newer than what is kept.
func (s store) take(ctx context.Context, tx *sqldb.Tx, list []kept, f from, now time.Time) ([]TakenObject, error) {
	n, err := serial(ctx, tx)
	if err != nil {
		return nil, err
	}
	var there int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_intel_object`).Scan(&there); err != nil {
		return nil, fmt.Errorf("count intelligence: %w", err)
	}
	if there+len(list) > mostKept {
		return nil, fault.New(fault.Conflict, "security.intel.full", "at most %d objects are kept, and %d are; what expired goes a year later", mostKept, there).With("n", mostKept)
	}
	out := make([]TakenObject, 0, len(list))
	for _, k := range list {
		t := TakenObject{ObjectID: k.id, Type: k.typ, Name: k.name}
		if k.indicator != nil {
			t.Name, t.Trouble, t.Text, t.State = k.indicator.Name, k.indicator.Trouble, k.indicator.TroubleText, k.indicator.state(now)
		}
		if t.Outcome, t.Why, err = s.compare(ctx, tx, k); err != nil {
			return nil, err
		}
		if t.Outcome == Fresh || t.Outcome == Newer {
			if err := s.keep(ctx, tx, k, f, n, now); err != nil {
				return nil, err
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// compare tells what an object is to what is kept under its identifier.
func (s store) compare(ctx context.Context, tx *sqldb.Tx, k kept) (Outcome, string, error) {
	var version int64
	var creator string
	err := tx.QueryRow(ctx, `SELECT version_us, creator FROM security_intel_object WHERE object_id = $1`, k.id).Scan(&version, &creator)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Fresh, "", nil
	case err != nil:
		return "", "", fmt.Errorf("find an object: %w", err)
	case micros(k.version) == version:
		return Same, "", nil
	case creator != k.creator:
		return Refused, fmt.Sprintf("the version that is kept is of %s; only who made an object gives another version of it", told(creator)), nil
	case micros(k.version) < version:
		return Older, "", nil
	}
	return Newer, "", nil
}

func told(creator string) string {
	if creator == "" {
		return "nobody by name"
	}
	return creator
}

func (s store) keep(ctx context.Context, tx *sqldb.Tx, k kept, f from, n int64, now time.Time) error {
	who := handOf(ctx)
	_, err := tx.Exec(ctx, `INSERT INTO security_intel_object (object_id, type, version_us, creator, name, from_ref, to_ref, tlp, raw, source, origin, taken_at, actor, actor_name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (object_id) DO UPDATE SET version_us = excluded.version_us, name = excluded.name, from_ref = excluded.from_ref, to_ref = excluded.to_ref,
			tlp = excluded.tlp, raw = excluded.raw, source = excluded.source, origin = excluded.origin, taken_at = excluded.taken_at, actor = excluded.actor, actor_name = excluded.actor_name`,
		k.id, k.typ, micros(k.version), k.creator, k.name, k.from, k.to, k.tlp, string(k.object.Raw()), f.source, f.origin, now.UnixMilli(), who.actor, who.name)
	if err != nil {
		return fmt.Errorf("keep %s: %w", k.id, err)
	}
	if k.indicator == nil {
		return nil
	}
	return s.keepIndicator(ctx, tx, *k.indicator, f, n, who, now)
}

// keepIndicator keeps an indicator; what it hit and what a person said of it stay with it.
func (s store) keepIndicator(ctx context.Context, tx *sqldb.Tx, i Indicator, f from, n int64, who hand, now time.Time) error {
	confidence := int64(-1)
	if i.Confidence != nil {
		confidence = *i.Confidence
	}
	_, err := tx.Exec(ctx, `INSERT INTO security_indicator (id, object_id, name, description, pattern, pattern_type, kind, trouble, trouble_text, source, origin, confidence, tlp, valid_from, expires_at, revoked,
			silenced_at, silenced_why, hits, hit_at, beyond, taken_at, matched_at, actor, actor_name, serial, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, '', 0, 0, 0, $17, 0, $18, $19, $20, 1)
		ON CONFLICT (object_id) DO UPDATE SET name = excluded.name, description = excluded.description, pattern = excluded.pattern, pattern_type = excluded.pattern_type, kind = excluded.kind, trouble = excluded.trouble,
			trouble_text = excluded.trouble_text, source = excluded.source, origin = excluded.origin, confidence = excluded.confidence, tlp = excluded.tlp, valid_from = excluded.valid_from, expires_at = excluded.expires_at, revoked = excluded.revoked,
			taken_at = excluded.taken_at, matched_at = 0, actor = excluded.actor, actor_name = excluded.actor_name, serial = excluded.serial, version = security_indicator.version + 1`,
		ulid.Make().String(), i.ObjectID, i.Name, i.description, i.Pattern, i.PatternType, i.Kind, i.Trouble, i.TroubleText, f.source, f.origin, confidence, i.TLP, i.ValidFrom.UnixMilli(), i.ExpiresAt.UnixMilli(), i.revoked,
		now.UnixMilli(), who.actor, who.name, n)
	if err != nil {
		return fmt.Errorf("keep indicator %s: %w", i.ObjectID, err)
	}
	return nil
}

// live are the conditions of indicators that are matched; $1 is now.
const live = `NOT i.revoked AND i.silenced_at = 0 AND i.trouble = '' AND i.expires_at > $1`

const compiledColumns = `i.id, i.object_id, i.name, i.source, i.tlp, i.confidence, i.valid_from, i.expires_at, i.pattern, i.pattern_type, i.serial`

type compiledRow struct {
	*compiled
	serial int64
}

// scanCompiled compiles a pattern that compiled when it came; one that a later program does not
// understand is left out, and stands among those that are not matched when it comes again.
func scanCompiled(r sqldb.Row) (x compiledRow, err error) {
	var c compiled
	var begins, ends int64
	var pattern, language string
	if err := r.Scan(&c.id, &c.object, &c.name, &c.source, &c.tlp, &c.confidence, &begins, &ends, &pattern, &language, &x.serial); err != nil {
		return x, err
	}
	if x.compiled, err = compile(pattern, language); err != nil {
		return compiledRow{}, nil //nolint:nilerr // it is left out
	}
	x.id, x.object, x.name, x.source, x.tlp, x.confidence = c.id, c.object, c.name, c.source, c.tlp, c.confidence
	x.from, x.to = sqldb.Time(begins), sqldb.Time(ends)
	return x, nil
}

// mayKnow tells whether an enterprise that an indicator was seen at may know it.
func (c *compiled) mayKnow() bool { return shared(rating.TLP(c.tlp)) }
