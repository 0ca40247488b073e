package identifier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/paper"
)

const (
	// monthlyPurpose names the key that signs monthly reports.
	monthlyPurpose = "monthly"
	// noticeMonthly tells that a monthly report was made.
	noticeMonthly = "identifier.report.made"
)

func monthlyNotices() []notice.Kind {
	return []notice.Kind{{ID: noticeMonthly, Title: lang.Text{ZH: "标识节点月报已生成", EN: "A monthly report of an identifier node was made"}, Gravity: notice.Info, Mail: notice.Daily}}
}

func (m *Module) versionJobs() []module.Job {
	return []module.Job{{Name: "monthly_reports", Title: lang.Text{ZH: "生成标识节点月报", EN: "Make monthly reports of identifier nodes"}, Every: time.Hour, Do: func(ctx context.Context) error { return m.makeMonthly(ctx, time.Now()) }}}
}

// makeMonthly makes the report of the month before for each node in service that
// has none yet. A node that fails does not hold up the others.
func (m *Module) makeMonthly(ctx context.Context, now time.Time) error {
	if !reportable(now) {
		return nil
	}
	first := lastMonth(now)
	nodes, err := m.versions.unreported(ctx, first.Format(monthFormat), first.AddDate(0, 1, 0))
	if err != nil {
		return err
	}
	ctx = identity.With(ctx, identity.Identity{Scope: identity.Scope{All: true}})
	var failed []error
	for _, n := range nodes {
		if ctx.Err() != nil {
			break
		}
		if _, err := m.makeVersion(ctx, n, first, now); err != nil && fault.As(err) == nil {
			failed = append(failed, fmt.Errorf("report of %s: %w", n.Prefix, err))
		}
	}
	return errors.Join(append(failed, ctx.Err())...)
}

// makeVersion makes the next version of a node's report of a month, unless nothing
// has changed since the last.
func (m *Module) makeVersion(ctx context.Context, n node, first, now time.Time) (Version, error) {
	v := Version{ID: ulid.Make().String(), NodeID: n.ID, Prefix: n.Prefix, Month: first.Format(monthFormat), MadeAt: now.UTC().Truncate(time.Second)}
	last, err := m.versions.newest(ctx, n.ID, v.Month)
	if err != nil {
		return v, err
	}
	v.Number = last.Number + 1
	zh, err := m.monthlyIn(ctx, n, first, "zh", v.MadeAt)
	if err != nil {
		return v, err
	}
	en, err := m.monthlyIn(ctx, n, first, "en", v.MadeAt)
	if err != nil {
		return v, err
	}
	v.Digest, v.DigestEN = zh.digest, en.digest
	if v.Digest == last.Digest && v.DigestEN == last.DigestEN {
		return v, fault.New(fault.Conflict, "identifier.monthly.same", "nothing in the report of %s has changed since version %d", v.Month, last.Number).With("number", last.Number)
	}
	if err := errors.Join(m.keepMonthly(ctx, &zh, v.Prefix), m.keepMonthly(ctx, &en, v.Prefix)); err != nil {
		return v, err
	}
	v.PDF, v.PDFSize, v.XLSX, v.XLSXSize = zh.pdf.SHA256, zh.pdf.Size, zh.xlsx.SHA256, zh.xlsx.Size
	v.PDFEN, v.PDFENSize, v.XLSXEN, v.XLSXENSize = en.pdf.SHA256, en.pdf.Size, en.xlsx.SHA256, en.xlsx.Size
	signer, err := m.kit.Seal.Signer(ctx, monthlyPurpose)
	if err != nil {
		return v, err
	}
	v.Key, v.Suite, v.Public = signer.Key.ID, signer.Key.Suite, signer.Key.Public
	if v.Signature, err = signer.Sign(v.statement()); err != nil {
		return v, err
	}
	return v, m.versions.insert(ctx, v, m.kit.Notices, notice.Notice{
		Kind: noticeMonthly, Link: "/identifier/nodes/" + n.ID + "?tab=reports", Key: fmt.Sprintf("monthly %s %d %s", v.Month, v.Number, n.Operator.ID),
		To:    notice.Audience{Organisation: n.Operator.ID, Permission: "identifier.apply"},
		Title: lang.Text{ZH: "标识节点 " + v.Month + " 月报已生成", EN: "Monthly reports of identifier nodes for " + v.Month},
		Body: lang.Text{
			ZH: "请核对节点 " + n.Prefix + " 及贵单位其他节点的月报；突发事件的原因和处置补填后，可生成新版本。",
			EN: "See the report of " + n.Prefix + " and of your other nodes. When causes and cures of emergencies were added, make another version.",
		},
	})
}

// monthlyText is a monthly report in a language.
type monthlyText struct {
	language string
	at       time.Time
	document paper.Document
	digest   string
	pdf      module.Kept
	xlsx     module.Kept
}

func (m *Module) monthlyIn(ctx context.Context, n node, first time.Time, language string, at time.Time) (r monthlyText, err error) {
	r = monthlyText{language: language, at: at}
	if r.document, err = m.monthlyOf(ctx, n, first, module.ReportRequest{Language: language, At: at, Progress: func(float64) {}}); err != nil {
		return r, err
	}
	r.digest, err = r.document.Digest()
	return r, err
}

// keepMonthly keeps the files of a report in a language.
func (m *Module) keepMonthly(ctx context.Context, r *monthlyText, foot string) (err error) {
	r.pdf, r.xlsx, err = m.kit.KeepPaper(ctx, r.document, paper.Frame{Language: r.language, At: r.at, Digest: r.digest, Foot: foot})
	return err
}
