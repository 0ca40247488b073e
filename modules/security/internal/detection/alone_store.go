package detection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/asset"
	"linghang/modules/security/internal/second"
)

// aloneFor is for how long one person makes the platform blind (四眼原则): a rule that is off for
// an enterprise, an alert of a critical asset that is suppressed. A second person who says the same
// meanwhile makes it last. An enterprise with one manager is not locked out: its word holds for
// seven days (and to the end of the last), may be given again, and is audited and told each time.
const aloneFor = 8 * 24 * time.Hour

// inForce are switches of security_rule_switch that hold at $2.
const inForce = `off AND (until_at = 0 OR until_at > $2)`

// other tells whether who asks is another person than an actor.
func other(ctx context.Context, actor string) bool {
	return identity.From(ctx).IsSecond(strings.TrimPrefix(actor, "person:"))
}

// offUntil is until when a rule is off by who asks; zero: until it is switched on.
func offUntil(ctx context.Context, tx *sqldb.Tx, organisation, rule string, now time.Time) (until time.Time, err error) {
	var at int64
	var actor string
	err = tx.QueryRow(ctx, `SELECT until_at, actor FROM security_rule_switch WHERE organisation_id = $1 AND rule_id = $3 AND `+inForce, organisation, now.UnixMilli(), rule).Scan(&at, &actor)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return now.Add(aloneFor), nil
	case err != nil:
		return until, fmt.Errorf("read the switch of a rule: %w", err)
	case at == 0 || other(ctx, actor): // two said so
		return time.Time{}, nil
	}
	return now.Add(aloneFor), nil
}

// alone tells whether a suppression rests on the word of one person and touches a critical asset,
// whose name it returns, and refuses one that is longer than that holds.
func (m *Detection) alone(ctx context.Context, a ThreatAlert, j Judged, now time.Time) (critical string, err error) {
	if j.State != Suppressed {
		return "", nil
	}
	critical, err = asset.CriticalOf(ctx, m.kit.DB, a.OrganisationID, a.Client, a.Server)
	if err != nil || critical == "" {
		return "", err //nolint:wrapcheck // it says all
	}
	if a.State == Suppressed {
		var actor string
		err := m.kit.DB.QueryRow(ctx, `SELECT actor FROM security_alert_step WHERE alert_id = $1 AND state = 'suppressed' ORDER BY at DESC, id DESC LIMIT 1`, a.ID).Scan(&actor)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return "", fmt.Errorf("read who suppressed an alert: %w", err)
		}
		if err == nil && other(ctx, actor) {
			return "", nil
		}
	}
	if j.Until != nil && j.Until.After(now.Add(aloneFor)) {
		return "", fault.New(fault.Forbidden, "security.alert.alone", "%s is critical: one person suppresses its alerts for seven days at most; a second person may go on, up to 90 days", critical).With("asset", critical).At("body.until", "within seven days, or have another person suppress it while it is")
	}
	return critical, nil
}

// askOther tells the others with a duty that one person alone did something.
func (m *Detection) askOther(ctx context.Context, tx *sqldb.Tx, organisation, duty, name, page string) error {
	return second.Tell(ctx, tx, m.kit, organisation, duty, name, page) //nolint:wrapcheck // it says all
}
