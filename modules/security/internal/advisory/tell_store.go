package advisory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

func (m *Advisories) tellOne(ctx context.Context, list []hit) error {
	to := notice.Audience{Organisation: list[0].organisation, Permission: mayDecide}
	var notices []notice.Notice
	for _, h := range list[:min(len(list), mostSingle)] {
		n := h.assets
		notices = append(notices, notice.Notice{
			Kind: noticeHit, Link: "/security/advisories/" + h.advisory, To: to, Key: noticeHit + "/" + h.organisation + "/" + h.advisory,
			Title: lang.Text{ZH: fmt.Sprintf("安全通告影响 %d 个资产：%s", n, h.title), EN: fmt.Sprintf("An advisory affects %d assets: %s", n, h.title)},
			Body:  lang.Text{ZH: h.tracking, EN: h.tracking},
		})
	}
	if len(list) > mostSingle {
		sum := sha256.New()
		for _, h := range list {
			_, _ = sum.Write([]byte(h.advisory)) // a hash takes everything
		}
		notices = []notice.Notice{{
			Kind: noticeHit, Link: "/security/exposures", To: to, Key: noticeHit + "/" + list[0].organisation + "/" + hex.EncodeToString(sum.Sum(nil)[:16]),
			Title: lang.Text{ZH: fmt.Sprintf("%d 份安全通告影响本企业资产", len(list)), EN: fmt.Sprintf("%d advisories affect assets of the enterprise", len(list))},
		}}
	}
	return m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		for _, h := range list {
			if _, err := tx.Exec(ctx, `UPDATE security_exposure SET told = TRUE WHERE organisation_id = $1 AND advisory_id = $2 AND NOT told`, h.organisation, h.advisory); err != nil {
				return fmt.Errorf("note what was told: %w", err)
			}
		}
		return m.kit.Notices.Send(ctx, tx, notices...)
	})
}

// Ask asks for the work of matching, in the transaction of what makes it needed.
func (m *Advisories) Ask(ctx context.Context, tx *sqldb.Tx) error {
	if _, err := m.kit.Jobs.StartTx(ctx, tx, jobs.Order{Kind: jobMatch}); err != nil {
		return fmt.Errorf("ask for matching: %w", err)
	}
	return nil
}
