package advisory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/sqldb"
	"linghang/lib/csaf"
	"linghang/modules/security/internal/asset"
)

const revisionColumns = `v.id, v.namespace, v.tracking_id, v.revision, v.taken_at, v.version, v.synthetic`

func scanRevision(r sqldb.Row) (x revision, err error) {
	var taken int64
	err = r.Scan(&x.id, &x.namespace, &x.tracking, &x.revision, &taken, &x.version, &x.synthetic)
	x.taken = sqldb.Time(taken)
	return x, err
}

// mostStale bounds the advisories that are compared in one round.
const mostStale = 3000

func (s store) staleAdvisories(ctx context.Context) ([]revision, error) {
	rows, err := s.db.Query(ctx, `SELECT `+revisionColumns+` FROM security_advisory v WHERE v.stale ORDER BY v.id LIMIT `+strconv.Itoa(mostStale))
	if err != nil {
		return nil, fmt.Errorf("read stale advisories: %w", err)
	}
	return sqldb.All(rows, scanRevision)
}

// notCompared are the IDs of advisories that are still to be compared with all assets.
func (s store) notCompared(ctx context.Context) (map[string]bool, error) {
	rows, err := s.db.Query(ctx, `SELECT id FROM security_advisory WHERE stale`)
	if err != nil {
		return nil, fmt.Errorf("read stale advisories: %w", err)
	}
	ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
	if err != nil {
		return nil, err
	}
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, nil
}

func (s store) revisions(ctx context.Context) ([]revision, error) {
	rows, err := s.db.Query(ctx, `SELECT `+revisionColumns+` FROM security_advisory v ORDER BY v.id`)
	if err != nil {
		return nil, fmt.Errorf("read advisories: %w", err)
	}
	return sqldb.All(rows, scanRevision)
}

// generation changes with every change of advisories.
func (s store) generation(ctx context.Context) (string, error) {
	var n, sum int64
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*), CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM security_advisory`).Scan(&n, &sum); err != nil {
		return "", fmt.Errorf("read generation of advisories: %w", err)
	}
	return fmt.Sprintf("%d/%d", n, sum), nil
}

// fresh marks advisories that were compared, unless they changed meanwhile.
func (s store) fresh(ctx context.Context, list []revision) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, r := range list {
			if _, err := tx.Exec(ctx, `UPDATE security_advisory SET stale = FALSE WHERE id = $1 AND version = $2`, r.id, r.version); err != nil {
				return fmt.Errorf("mark advisory: %w", err)
			}
		}
		return nil
	})
}

func (s store) countStale(ctx context.Context) (n int, err error) {
	if err = s.db.QueryRow(ctx, `SELECT COUNT(*) FROM security_asset WHERE stale`).Scan(&n); err != nil {
		err = fmt.Errorf("count stale assets: %w", err)
	}
	return n, err
}

// standing are the decisions that have not ended, by organisation and advisory, the newest first.
func (s store) standing(ctx context.Context) (map[string][]decision, error) {
	rows, err := s.db.Query(ctx, `SELECT `+decisionColumns+` FROM security_decision d WHERE d.ended_at = 0 ORDER BY d.at DESC, d.id DESC`)
	if err != nil {
		return nil, fmt.Errorf("read decisions: %w", err)
	}
	list, err := sqldb.All(rows, scanDecision)
	out := map[string][]decision{}
	for _, d := range list {
		out[d.organisation+d.advisory] = append(out[d.organisation+d.advisory], d)
	}
	return out, err
}

// decided is the generation of decisions: it changes when one is made or ends.
func decided(ctx context.Context, db reader) (string, error) {
	var made, ended int64
	var last string
	if err := db.QueryRow(ctx, `SELECT COUNT(*), COUNT(CASE WHEN ended_at > 0 THEN 1 END), COALESCE(MAX(id), '') FROM security_decision`).Scan(&made, &ended, &last); err != nil {
		return "", fmt.Errorf("read generation of decisions: %w", err)
	}
	return fmt.Sprintf("%d/%d/%s", made, ended, last), nil
}

// assetRow is an asset as matching needs it.
type assetRow struct {
	id, organisation, vendorKey, use string
	inUse                            csaf.InUse
	reach                            asset.Reach
	criticality                      int
	active, stale, synthetic         bool
	version                          int64
}

// mostVendors is of how many vendors assets are looked for; of more, all are read.
const mostVendors = 200

// assetsAfter reads the next assets by ID: stale ones, or active ones of vendors.
func (s store) assetsAfter(ctx context.Context, after string, stale bool, vendors []string) ([]assetRow, error) {
	query, args := `SELECT a.id, a.organisation_id, a.vendor_key, a.vendor, a.product, a.model, a.order_number, a.firmware, a.reach, a.criticality, a.state, a.stale, a.synthetic, a.version FROM security_asset a WHERE a.id > $1`, []any{after}
	switch {
	case stale:
		query += ` AND a.stale`
	case len(vendors) <= mostVendors && len(vendors) > 0:
		var list []string
		for _, v := range vendors {
			args = append(args, v)
			list = append(list, "$"+strconv.Itoa(len(args)))
		}
		query += ` AND a.vendor_key IN (` + strings.Join(list, ", ") + `)`
	}
	rows, err := s.db.Query(ctx, query+` ORDER BY a.id LIMIT `+strconv.Itoa(chunk), args...)
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (a assetRow, err error) {
		state := ""
		err = r.Scan(&a.id, &a.organisation, &a.vendorKey, &a.inUse.Vendor, &a.inUse.Name, &a.inUse.Model, &a.inUse.OrderNumber, &a.inUse.Version, &a.reach, &a.criticality, &state, &a.stale, &a.synthetic, &a.version)
		a.active, a.use = state == asset.Active, useKey(a.inUse)
		return a, err
	})
}

// exposureRow is an exposure as matching needs it.
type exposureRow struct {
	id, asset, organisation, advisory, use, answer, digest, state, decision string
	priority                                                                int
	told                                                                    bool
}

// differs tells whether an exposure is to be written again.
func (x exposureRow) differs(o exposureRow) bool {
	return x.use != o.use || x.answer != o.answer || x.digest != o.digest || x.state != o.state || x.decision != o.decision || x.priority != o.priority
}

// exposures are those of some assets with some advisories, by asset and advisory.
func (s store) exposures(ctx context.Context, list []assetRow, known map[string]revision, only bool) (map[string]exposureRow, error) {
	in := map[string]bool{}
	for _, a := range list {
		in[a.id] = true
	}
	query, args := `SELECT x.id, x.asset_id, x.organisation_id, x.advisory_id, x.use_key, x.answer, x.digest, x.state, x.decision_id, x.priority FROM security_exposure x WHERE x.asset_id >= $1 AND x.asset_id <= $2`, []any{list[0].id, list[len(list)-1].id}
	if only && len(known) <= mostVendors {
		var marks []string
		for id := range known {
			args = append(args, id)
			marks = append(marks, "$"+strconv.Itoa(len(args)))
		}
		query += ` AND x.advisory_id IN (` + strings.Join(marks, ", ") + `)`
	}
	rows, err := s.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read exposures: %w", err)
	}
	out := map[string]exposureRow{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var x exposureRow
		err := r.Scan(&x.id, &x.asset, &x.organisation, &x.advisory, &x.use, &x.answer, &x.digest, &x.state, &x.decision, &x.priority)
		if _, asked := known[x.advisory]; in[x.asset] && (asked || !only) {
			out[x.asset+x.advisory] = x
		}
		return struct{}{}, err
	})
	return out, err
}

// useRow is a product in use with what advisories say of it.
type useRow struct {
	key      string
	verdicts []verdict
}

// errDecided says that decisions were made or ended since a pass read them.
var errDecided = errors.New("decisions changed meanwhile")

// decisionQueue is where decisions and what is written by them wait for each other.
const decisionQueue = "decisions"

// write writes what a chunk of assets came to, as one change; errDecided writes nothing.
func (s store) write(ctx context.Context, p *pass, list []assetRow, uses []useRow, add, edit []exposureRow, gone []string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, decisionQueue); err != nil {
			return err
		}
		if now, err := decided(ctx, tx); err != nil {
			return err
		} else if now != p.decided {
			return errDecided
		}
		if err := s.writeVerdicts(ctx, tx, uses, p.threats); err != nil {
			return err
		}
		if err := insertExposures(ctx, tx, add, p.now); err != nil {
			return err
		}
		for _, x := range edit {
			_, err := tx.Exec(ctx, `UPDATE security_exposure SET use_key = $1, answer = $2, priority = $3, digest = $4, state = $5, decision_id = $6, told = CASE WHEN $7 OR answer = 'affected' THEN told ELSE FALSE END, updated_at = $8, version = version + 1 WHERE id = $9`,
				x.use, x.answer, x.priority, x.digest, x.state, x.decision, x.told, p.now.UnixMilli(), x.id)
			if err != nil {
				return fmt.Errorf("change exposure: %w", err)
			}
		}
		for _, id := range gone {
			if _, err := tx.Exec(ctx, `DELETE FROM security_exposure WHERE id = $1`, id); err != nil {
				return fmt.Errorf("drop exposure: %w", err)
			}
		}
		if !p.assets {
			return nil
		}
		return compared(ctx, tx, list)
	})
}

// compared marks assets that were compared, unless they changed meanwhile.
func compared(ctx context.Context, tx *sqldb.Tx, list []assetRow) error {
	for from := 0; from < len(list); from += batch {
		part := list[from:min(from+batch, len(list))]
		args, marks := []any{part[0].id, part[len(part)-1].id}, []string{}
		for _, a := range part {
			args = append(args, a.id+"/"+strconv.FormatInt(a.version, 10))
			marks = append(marks, "$"+strconv.Itoa(len(args)))
		}
		if _, err := tx.Exec(ctx, `UPDATE security_asset SET stale = FALSE WHERE id >= $1 AND id <= $2 AND id || '/' || CAST(version AS TEXT) IN (`+strings.Join(marks, ", ")+`)`, args...); err != nil {
			return fmt.Errorf("mark assets: %w", err)
		}
	}
	return nil
}

// batch is how many rows one statement takes.
const batch = 200

func insertExposures(ctx context.Context, tx *sqldb.Tx, add []exposureRow, now time.Time) error {
	for from := 0; from < len(add); from += batch {
		part := add[from:min(from+batch, len(add))]
		args := make([]any, 0, len(part)*13)
		for _, x := range part {
			args = append(args, x.asset, x.advisory, ulid.Make().String(), x.organisation, x.use, x.answer, x.priority, x.digest, x.state, x.decision, x.told, now.UnixMilli(), now.UnixMilli())
		}
		_, err := tx.Exec(ctx, `INSERT INTO security_exposure (asset_id, advisory_id, id, organisation_id, use_key, answer, priority, digest, state, decision_id, told, since, updated_at) VALUES `+sqldb.Values(len(part), 13), args...)
		if err != nil {
			return fmt.Errorf("keep exposures: %w", err)
		}
	}
	return nil
}

// writeVerdicts keeps what advisories say of products in use, where that changed.
func (s store) writeVerdicts(ctx context.Context, tx *sqldb.Tx, uses []useRow, threats map[string]Threat) error {
	for from := 0; from < len(uses); from += batch {
		part := uses[from:min(from+batch, len(uses))]
		present, err := present(ctx, tx, part)
		if err != nil {
			return err
		}
		var args []any
		n := 0
		flush := func() error {
			if n == 0 {
				return nil
			}
			_, err := tx.Exec(ctx, `INSERT INTO security_verdict (use_key, advisory_id, answer, threat, digest, detail) VALUES `+sqldb.Values(n, 6)+`
				ON CONFLICT (use_key, advisory_id) DO UPDATE SET answer = excluded.answer, threat = excluded.threat, digest = excluded.digest, detail = excluded.detail`, args...)
			args, n = args[:0], 0
			if err != nil {
				return fmt.Errorf("keep verdicts: %w", err)
			}
			return nil
		}
		for _, u := range part {
			for _, v := range u.verdicts {
				digest := v.digest + v.factor.Why + v.factor.CVE
				if present[u.key+v.advisory] == digest {
					continue
				}
				text, err := json.Marshal(v.detail(threats))
				if err != nil {
					return fmt.Errorf("write verdict: %w", err)
				}
				args = append(args, u.key, v.advisory, v.answer, v.threat, digest, string(text))
				if n++; n == batch {
					if err := flush(); err != nil {
						return err
					}
				}
			}
		}
		if err := flush(); err != nil {
			return err
		}
	}
	return nil
}

// present are the digests of verdicts that are kept, by use and advisory.
func present(ctx context.Context, tx *sqldb.Tx, uses []useRow) (map[string]string, error) {
	var marks []string
	var args []any
	for _, u := range uses {
		args = append(args, u.key)
		marks = append(marks, "$"+strconv.Itoa(len(args)))
	}
	rows, err := tx.Query(ctx, `SELECT use_key, advisory_id, digest FROM security_verdict WHERE use_key IN (`+strings.Join(marks, ", ")+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read verdicts: %w", err)
	}
	out := map[string]string{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var use, advisory, digest string
		err := r.Scan(&use, &advisory, &digest)
		out[use+advisory] = digest
		return struct{}{}, err
	})
	return out, err
}

// hit is an advisory that affects assets of an enterprise which was not told so.
type hit struct {
	organisation, advisory, tracking, title string
	assets                                  int
}

// untold are hits of which enterprises may be told, and were not.
func (s store) untold(ctx context.Context) ([]hit, error) {
	rows, err := s.db.Query(ctx, `SELECT x.organisation_id, x.advisory_id, v.tracking_id, v.title, COUNT(*) FROM security_exposure x JOIN security_advisory v ON v.id = x.advisory_id
		WHERE NOT x.told AND x.answer = 'affected' AND v.tlp NOT IN ('RED', 'AMBER+STRICT') GROUP BY x.organisation_id, x.advisory_id, v.tracking_id, v.title ORDER BY x.organisation_id, x.advisory_id`)
	if err != nil {
		return nil, fmt.Errorf("read who is to be told: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (h hit, err error) {
		return h, r.Scan(&h.organisation, &h.advisory, &h.tracking, &h.title, &h.assets)
	})
}

const decisionColumns = `d.id, d.organisation_id, d.advisory_id, d.asset_id, d.reach, d.vendor_key, d.product, d.model, d.kind, d.reason, d.digest, d.until_at, d.at`

func scanDecision(r sqldb.Row) (d decision, err error) {
	var until, at int64
	err = r.Scan(&d.ID, &d.organisation, &d.advisory, &d.asset, &d.Reach, &d.vendor, &d.product, &d.model, &d.Kind, &d.Reason, &d.digest, &until, &at)
	d.Until, d.At = sqldb.TimeOrZero(until), sqldb.Time(at)
	return d, err
}

// expire ends acceptances whose day has come: what they covered is open again.
func (s store) expire(ctx context.Context, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, decisionQueue); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE security_exposure SET state = 'open', decision_id = '', updated_at = $1, version = version + 1 WHERE decision_id IN (SELECT d.id FROM security_decision d WHERE d.ended_at = 0 AND d.until_at > 0 AND d.until_at <= $1)`, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("open what was accepted: %w", err)
		}
		_, err = tx.Exec(ctx, `UPDATE security_decision SET ended_at = $1, ended_why = 'expired' WHERE ended_at = 0 AND until_at > 0 AND until_at <= $1`, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("end acceptances: %w", err)
		}
		return nil
	})
}
