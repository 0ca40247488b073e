package identifier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// versionStore keeps monthly reports as they were made.
type versionStore struct{ db *sqldb.DB }

const versionColumns = `v.id, v.node_id, n.prefix, v.month, v.number, v.made_at, v.digest, v.pdf, v.pdf_size, v.xlsx, v.xlsx_size, v.digest_en, v.pdf_en, v.pdf_en_size, v.xlsx_en, v.xlsx_en_size, v.key_id, v.suite, v.public, v.signature`

func scanVersion(r sqldb.Row) (v Version, err error) {
	var made int64
	err = r.Scan(&v.ID, &v.NodeID, &v.Prefix, &v.Month, &v.Number, &made, &v.Digest, &v.PDF, &v.PDFSize, &v.XLSX, &v.XLSXSize, &v.DigestEN, &v.PDFEN, &v.PDFENSize, &v.XLSXEN, &v.XLSXENSize, &v.Key, &v.Suite, &v.Public, &v.Signature)
	v.MadeAt = time.UnixMilli(made).UTC()
	return v, err
}

func (s versionStore) list(ctx context.Context, nodeID string, p sqldb.ListParams) (sqldb.Page[Version], error) {
	l := sqldb.List{
		Select: versionColumns, From: "monthly_report v JOIN node n ON n.id = v.node_id", Key: "v.id", Order: "-made_at",
		Sort: map[string]string{"month": "v.month", "made_at": "v.made_at"}, Search: []string{"v.month"},
	}
	l.Where("v.node_id = ?", nodeID)
	return sqldb.Fetch(ctx, s.db, l, p, scanVersion)
}

func (s versionStore) get(ctx context.Context, id string) (Version, error) {
	v, err := scanVersion(s.db.QueryRow(ctx, `SELECT `+versionColumns+` FROM monthly_report v JOIN node n ON n.id = v.node_id WHERE v.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return v, fault.New(fault.NotFound, "kernel.not_found", "there is no such report, or it is not yours to see")
	}
	if err != nil {
		return v, fmt.Errorf("read monthly report: %w", err)
	}
	return v, nil
}

// newest returns the last version of a month; its number is 0 where there is none.
func (s versionStore) newest(ctx context.Context, nodeID, month string) (Version, error) {
	v, err := scanVersion(s.db.QueryRow(ctx, `SELECT `+versionColumns+` FROM monthly_report v JOIN node n ON n.id = v.node_id WHERE v.node_id = $1 AND v.month = $2 ORDER BY v.number DESC LIMIT 1`, nodeID, month))
	if errors.Is(err, sql.ErrNoRows) {
		return Version{}, nil
	}
	if err != nil {
		return v, fmt.Errorf("read monthly report: %w", err)
	}
	return v, nil
}

// files returns the files of a node's reports.
func (s versionStore) files(ctx context.Context, nodeID string) ([]string, error) {
	rows, err := s.db.Query(ctx, `SELECT v.pdf FROM monthly_report v WHERE v.node_id = $1 UNION SELECT v.xlsx FROM monthly_report v WHERE v.node_id = $1
		UNION SELECT v.pdf_en FROM monthly_report v WHERE v.node_id = $1 AND v.pdf_en <> '' UNION SELECT v.xlsx_en FROM monthly_report v WHERE v.node_id = $1 AND v.xlsx_en <> ''`, nodeID)
	if err != nil {
		return nil, fmt.Errorf("read files of monthly reports: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (hash string, err error) { return hash, r.Scan(&hash) })
}

// unreported returns the nodes in service that have no report of a month yet.
func (s versionStore) unreported(ctx context.Context, month string, before time.Time) ([]node, error) {
	rows, err := s.db.Query(ctx, `SELECT `+nodeColumns+` FROM node n WHERE n.state = 'in_service' AND n.created_at < $1
		AND NOT EXISTS (SELECT 1 FROM monthly_report v WHERE v.node_id = n.id AND v.month = $2) ORDER BY n.id`, before.UnixMilli(), month)
	if err != nil {
		return nil, fmt.Errorf("find nodes without a monthly report: %w", err)
	}
	return sqldb.All(rows, scanNode)
}

// insert keeps a version and sends what is to be told of it. When another replica
// was faster, there is nothing to do.
func (s versionStore) insert(ctx context.Context, v Version, sender *notice.Sender, tell notice.Notice) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO monthly_report (id, node_id, month, number, made_at, digest, pdf, pdf_size, xlsx, xlsx_size, digest_en, pdf_en, pdf_en_size, xlsx_en, xlsx_en_size, key_id, suite, public, signature)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) ON CONFLICT (node_id, month, number) DO NOTHING`,
			v.ID, v.NodeID, v.Month, v.Number, v.MadeAt.UnixMilli(), v.Digest, v.PDF, v.PDFSize, v.XLSX, v.XLSXSize, v.DigestEN, v.PDFEN, v.PDFENSize, v.XLSXEN, v.XLSXENSize, v.Key, v.Suite, v.Public, v.Signature)
		if err != nil {
			return fmt.Errorf("keep monthly report: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "identifier.monthly.made", "somebody made version %d of %s meanwhile", v.Number, v.Month)
		}
		tx.Changed("monthly_report", v.ID, nil, v)
		return sender.Send(ctx, tx, tell)
	})
}
