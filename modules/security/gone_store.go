package security

import (
	"context"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// goneWithSensor are the tables of what came from a sensor, by its sensor_id.
func goneWithSensor() []string {
	return []string{
		"security_sensor_consent", "security_sensor_look", "security_sensor_stream", "security_sensor_batch", "security_sensor_aggregate", "security_sensor_record",
		"security_sensor_pair", "security_sensor_fact", "security_sensor_log", "security_sensor_feed", "security_detection_due", "security_detection_sensor",
		"security_detection_talk", "security_detection_log", "security_baseline_sensor", "security_intel_due", "security_sensor_kept",
	}
}

// goneWithBaseline are the tables of what a baseline has, by its baseline_id.
func goneWithBaseline() []string {
	return []string{
		"security_baseline_line", "security_baseline_over", "security_baseline_edition", "security_baseline_entry", "security_baseline_deviation", "security_baseline_window", "security_baseline_step",
	}
}

// goneWithOrganisation are the tables of what belongs to an organisation, by its
// organisation_id, in the order in which they go; assignments and the rows that refer to
// these go in other ways.
func goneWithOrganisation() []string {
	return []string{
		"security_intel_hit", "security_intel_sighting", "security_alert", "security_rule_switch", "security_rule_trial", "security_rule_set", "security_conduit", "security_zone_plan", "security_baseline", "security_sensor", "security_decision", "security_exposure", "security_asset_key", "security_asset_merge", "security_consent",
		"security_asset_access", "security_asset_plan", "security_asset", "security_inventory", "security_incident_guest", "security_incident_evidence", "security_incident", "security_clock", "security_standing", "security_standing_day",
		"security_object_reader", "security_object", "security_exchange_status", "security_ferry_source",
	}
}

// organisationChanged forgets what belongs to an organisation that was removed: that are
// those of the demonstration, others are kept.
func (m *Module) organisationChanged(ctx context.Context, e identity.OrganisationChanged) error {
	_, err := m.organisations.Organisation(ctx, e.ID)
	if err == nil {
		return nil
	}
	if !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("read organisation %s: %w", e.ID, err)
	}
	return m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := m.notices.Forget(ctx, tx, e.ID); err != nil {
			return err
		}
		if err := m.incidents.Forget(ctx, tx, e.ID); err != nil {
			return err
		}
		if err := m.protection.Forget(ctx, tx, e.ID); err != nil {
			return err
		}
		if err := m.sensors.Forget(ctx, tx, e.ID); err != nil {
			return err
		}
		for _, q := range forgetting() {
			if _, err := tx.Exec(ctx, q, e.ID); err != nil {
				return fmt.Errorf("forget organisation %s: %w", e.ID, err)
			}
		}
		return nil
	})
}

// forgetting are the statements that forget an organisation, which is $1.
func forgetting() []string {
	const incidents = `(SELECT id FROM security_incident WHERE organisation_id = $1)`
	out := []string{
		`DELETE FROM security_clock WHERE object IN (SELECT 'incident/' || id FROM security_incident WHERE organisation_id = $1)`,
		`DELETE FROM security_alert_step WHERE alert_id IN (SELECT id FROM security_alert WHERE organisation_id = $1)`,
		`UPDATE security_alert SET incident_id = '' WHERE incident_id IN ` + incidents,
		`DELETE FROM security_ferry_turn WHERE source_id IN (SELECT id FROM security_ferry_source WHERE organisation_id = $1)`,
	}
	for _, table := range []string{"security_own_rule", "security_rule_revision"} {
		out = append(out, `DELETE FROM `+table+` WHERE set_id IN (SELECT id FROM security_rule_set WHERE organisation_id = $1)`)
	}
	for _, table := range goneWithSensor() {
		out = append(out, `DELETE FROM `+table+` WHERE sensor_id IN (SELECT id FROM security_sensor WHERE organisation_id = $1)`)
	}
	for _, table := range goneWithBaseline() {
		out = append(out, `DELETE FROM `+table+` WHERE baseline_id IN (SELECT id FROM security_baseline WHERE organisation_id = $1)`)
	}
	for _, table := range goneWithOrganisation() {
		out = append(out, `DELETE FROM `+table+` WHERE organisation_id = $1`)
	}
	return out
}
