package security

import (
	"context"
	"strings"
	"time"

	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/exchange"
	"linghang/modules/security/internal/notice"
)

// toExchange gives notices to programs of others, as reports of STIX.
func toExchange(kit *module.Kit, e *exchange.Exchange) notice.Hear {
	return func(ctx context.Context, tx *sqldb.Tx, n notice.Notice, addressees []string, at time.Time) error {
		text := n.Body + "\n\n" + n.Ask
		if n.LiftedAt != nil {
			text = "【已解除】\n" + text
		}
		return e.Publish(ctx, tx, exchange.Report{
			ID: n.ID, Number: n.Number, Title: n.Title, Text: text, Link: strings.TrimSuffix(kit.Address(), "/") + "/security/notices/" + n.ID,
			Level: n.Level, Category: n.Category, TLP: n.TLP, IssuedAt: *n.IssuedAt, ChangedAt: at, Revoked: n.State == notice.Withdrawn, Readers: addressees,
		})
	}
}
