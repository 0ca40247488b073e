package security

import (
	"context"
	"strings"
	"time"

	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/exchange"
	"linghang/modules/security/internal/notice"
	"linghang/modules/security/internal/upward"
)

// toOthers gives notices to programs of others, as reports of STIX, and to upper levels.
func toOthers(kit *module.Kit, e *exchange.Exchange, u *upward.Upward) notice.Hear {
	return func(ctx context.Context, tx *sqldb.Tx, n notice.Notice, addressees []string, at time.Time) error {
		text := n.Body + "\n\n" + n.Ask
		if n.LiftedAt != nil {
			text = "【已解除】\n" + text
		}
		err := e.Publish(ctx, tx, exchange.Report{
			ID: n.ID, Number: n.Number, Title: n.Title, Text: text, Link: strings.TrimSuffix(kit.Address(), "/") + "/security/notices/" + n.ID,
			Level: n.Level, Category: n.Category, Colour: n.Colour, Lifted: n.LiftedAt != nil, TLP: n.TLP, IssuedAt: *n.IssuedAt, ChangedAt: at, Revoked: n.State == notice.Withdrawn, Readers: addressees,
		})
		if err != nil {
			return err //nolint:wrapcheck // it says all
		}
		return u.Changed(ctx, tx, reported(n)) //nolint:wrapcheck // it says all
	}
}

// reported is a notice as far as it matters to whom it is reported.
func reported(n notice.Notice) upward.Notice {
	return upward.Notice{
		ID: n.ID, Number: n.Number, Level: n.Level, TLP: n.TLP, Revision: n.Revision, Version: n.Version, Drill: n.Drill != "", Synthetic: n.Synthetic,
		Issued: n.IssuedAt != nil, Lifted: n.LiftedAt != nil, Withdrawn: n.State == notice.Withdrawn,
	}
}

// noticesOf finds notices that are to be reported.
func noticesOf(d *notice.Desk) upward.Notices {
	return func(ctx context.Context, db upward.Reader, id string) (upward.Notice, error) {
		n, err := d.Seen(ctx, db, id)
		return reported(n), err //nolint:wrapcheck // it says all
	}
}
