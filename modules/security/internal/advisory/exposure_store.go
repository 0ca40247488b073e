package advisory

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/asset"
)

// exposureDetail reads an exposure with its decisions.
func (m *Advisories) exposureDetail(ctx context.Context, id string) (v ExposureDetail, err error) {
	if v.Exposure, err = m.seenExposure(ctx, id); err != nil {
		return v, err
	}
	v.Said, v.More, v.Remediation, v.May = v.detail.Said, v.detail.More, v.detail.Remediation, mine(ctx, v.OrganisationID) && identity.From(ctx).May(mayDecide)
	v.Factors = []Factor{
		{Name: "reach", Value: reachFactor(v.reach), Why: string(v.reach)},
		v.detail.Threat,
		{Name: "criticality", Value: float64(v.critical) / 4, Why: fmt.Sprint(v.critical)},
		{Name: "answer", Value: answerFactor(v.Answer), Why: v.Answer},
	}
	rows, err := m.kit.DB.Query(ctx, `SELECT d.id, d.kind, d.reach, d.reason, d.until_at, d.at, d.actor_name, d.ended_at, d.ended_why FROM security_decision d
		WHERE d.organisation_id = $1 AND d.advisory_id = $2 AND (d.reach = 'organisation' OR d.reach = 'asset' AND d.asset_id = $3 OR d.reach = 'product' AND d.vendor_key = $4 AND d.product = $5 AND d.model = $6) ORDER BY d.at DESC, d.id DESC LIMIT 50`,
		v.OrganisationID, v.AdvisoryID, v.AssetID, v.subject.vendor, v.subject.product, v.subject.model)
	if err != nil {
		return v, fmt.Errorf("read decisions: %w", err)
	}
	v.Decisions, err = sqldb.All(rows, func(r sqldb.Row) (d Decision, err error) {
		var until, at, ended int64
		err = r.Scan(&d.ID, &d.Kind, &d.Reach, &d.Reason, &until, &at, &d.Name, &ended, &d.EndedWhy)
		d.Until, d.At, d.EndedAt, d.Stands = sqldb.Instant(until), sqldb.Time(at), sqldb.Instant(ended), d.ID == v.decision
		return d, err
	})
	if err != nil {
		return v, err
	}
	return v, m.lookers.Looked(ctx, asset.WayExposures, map[string]int{v.OrganisationID: 1})
}

// covered is a condition on the exposures x that a decision of a reach about one is about.
func covered(x Exposure, reach string) (text string, args []any) {
	switch reach {
	case reachAsset:
		return `x.asset_id = $1 AND x.advisory_id = $2`, []any{x.AssetID, x.AdvisoryID}
	case reachProduct:
		return `x.organisation_id = $1 AND x.advisory_id = $2 AND x.asset_id IN (SELECT a.id FROM security_asset a WHERE a.organisation_id = $1 AND a.vendor_key = $3 AND a.product = $4 AND a.model = $5)`,
			[]any{x.OrganisationID, x.AdvisoryID, x.subject.vendor, x.subject.product, x.subject.model}
	default:
		return `x.organisation_id = $1 AND x.advisory_id = $2`, []any{x.OrganisationID, x.AdvisoryID}
	}
}

func (m *Advisories) effect(ctx context.Context, in effectInput) (e Effect, err error) {
	x, err := m.seenExposure(ctx, in.ID)
	if err != nil {
		return e, err
	}
	where, args := covered(x, in.Reach)
	if err := m.kit.DB.QueryRow(ctx, `SELECT COUNT(*) FROM security_exposure x WHERE x.answer <> 'not_affected' AND `+where, args...).Scan(&e.Exposures); err != nil {
		return e, fmt.Errorf("count exposures: %w", err)
	}
	return e, nil
}

func (m *Advisories) decide(ctx context.Context, in decideExposureInput) (ExposureDetail, error) {
	x, err := m.own(ctx, in.ID, in.IfMatch)
	if err != nil {
		return ExposureDetail{}, err
	}
	if x.Answer == answerNotAffected {
		return ExposureDetail{}, fault.New(fault.Conflict, "security.exposure.answered", "the advisory does not affect this asset; there is nothing to decide")
	}
	now, who := m.now(), handOf(ctx)
	d := decision{ID: ulid.Make().String(), organisation: x.OrganisationID, advisory: x.AdvisoryID, asset: x.AssetID, Reach: in.Body.Reach, vendor: x.subject.vendor, product: x.subject.product, model: x.subject.model, Kind: in.Body.Kind, Reason: in.Body.Reason, At: now}
	if in.Body.Until != nil {
		d.Until = in.Body.Until.UTC()
	}
	if d.Kind == mended {
		d.digest = x.digest
	}
	if err := d.check(now); err != nil {
		return ExposureDetail{}, err
	}
	err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, decisionQueue); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO security_decision (id, organisation_id, advisory_id, asset_id, reach, vendor_key, product, model, kind, reason, digest, until_at, at, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
			d.ID, d.organisation, d.advisory, d.asset, d.Reach, d.vendor, d.product, d.model, d.Kind, d.Reason, d.digest, sqldb.MillisOrZero(d.Until), now.UnixMilli(), who.actor, who.name)
		if err != nil {
			return fmt.Errorf("keep decision: %w", err)
		}
		where, args := covered(x, d.Reach)
		args = append(args, d.Kind, d.ID, now.UnixMilli())
		n := len(args)
		_, err = tx.Exec(ctx, fmt.Sprintf(`UPDATE security_exposure AS x SET state = $%d, decision_id = $%d, updated_at = $%d, version = version + 1 WHERE x.answer <> 'not_affected' AND %s`, n-2, n-1, n, where), args...)
		if err != nil {
			return fmt.Errorf("apply decision: %w", err)
		}
		tx.Changed("security_decision", d.ID, nil, map[string]any{"exposure": x.ID, "asset": x.Asset, "advisory": x.TrackingID, "kind": d.Kind, "reach": d.Reach, "reason": d.Reason, "until": in.Body.Until})
		return nil
	})
	if err != nil {
		return ExposureDetail{}, err
	}
	return m.exposureDetail(ctx, in.ID)
}

func (m *Advisories) reopen(ctx context.Context, in reopenExposureInput) (ExposureDetail, error) {
	x, err := m.own(ctx, in.ID, in.IfMatch)
	if err != nil {
		return ExposureDetail{}, err
	}
	if x.decision == "" {
		return ExposureDetail{}, fault.New(fault.Conflict, "security.exposure.open", "nothing was decided; it is open")
	}
	if in.Body.Reason == "" {
		return ExposureDetail{}, fault.New(fault.Invalid, "security.decision.invalid", "the decision is incomplete or wrong").At("body.reason", "say why it is open again")
	}
	now := m.now()
	err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, decisionQueue); err != nil {
			return err
		}
		var kind string
		err := tx.QueryRow(ctx, `SELECT kind FROM security_decision WHERE id = $1 AND ended_at = 0`, x.decision).Scan(&kind)
		if errors.Is(err, sql.ErrNoRows) {
			return stale()
		}
		if err != nil {
			return fmt.Errorf("read decision: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE security_decision SET ended_at = $1, ended_why = $2 WHERE id = $3`, now.UnixMilli(), in.Body.Reason, x.decision); err != nil {
			return fmt.Errorf("end decision: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE security_exposure SET state = 'open', decision_id = '', updated_at = $1, version = version + 1 WHERE decision_id = $2`, now.UnixMilli(), x.decision); err != nil {
			return fmt.Errorf("open exposures: %w", err)
		}
		tx.Changed("security_decision", x.decision, map[string]string{"kind": kind}, map[string]string{"ended": in.Body.Reason})
		return nil
	})
	if err != nil {
		return ExposureDetail{}, err
	}
	return m.exposureDetail(ctx, in.ID)
}
