package platforms

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/platformsevent"
)

// ledger is the book of record: submissions, facts with revisions, newest values.
type ledger struct {
	db        *sqldb.DB
	catalogue *catalogue
	pack      *packer
}

// record writes a submission; when it returns without error the data is on the
// disk. A report that was recorded before (same seq, same body) answers its
// first receipt. Entries that contradict an earlier fact without revising it
// become findings.
func (l ledger) record(ctx context.Context, in submission) (submission, error) {
	var out submission
	err := l.db.Write(ctx, func(tx *sqldb.Tx) error {
		// A sender that lost its answer asks another replica, while the first
		// may still be committing the same report.
		if err := tx.Queue(ctx, in.platformID); err != nil {
			return err
		}
		s := in
		s.entries = append([]entry(nil), in.entries...)
		s.Findings = append([]finding{}, in.Findings...)
		if s.Seq > 0 {
			first, err := l.earlier(ctx, tx, s)
			if err != nil || first != nil {
				if first != nil {
					out = *first
				}
				return err
			}
		}
		if err := l.room(ctx, tx, &s); err != nil {
			return err
		}
		if err := l.keep(ctx, tx, &s); err != nil {
			return err
		}
		s.Accepted, s.Rejected = len(s.entries), s.Items-len(s.entries)
		s.Status = s.outcome()
		out = s
		if s.Accepted == 0 {
			return nil
		}
		return l.insert(ctx, tx, s)
	})
	return out, err
}

// earlier finds the submission that took this seq before.
func (l ledger) earlier(ctx context.Context, tx *sqldb.Tx, s submission) (*submission, error) {
	first, err := scanSubmission(tx.QueryRow(ctx, `SELECT `+submissionColumns+` FROM submission s WHERE s.platform_id = $1 AND s.seq = $2`, s.platformID, s.Seq))
	if err == nil {
		if first.bodyHash == s.bodyHash {
			return &first, nil
		}
		return nil, fault.New(fault.Conflict, "platforms.report.seq_taken", "seq %d was reported with another body; a correction takes a new seq and names this one in revises", s.Seq).
			With("seq", s.Seq).At("body.seq", "use a new seq")
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("read earlier report: %w", err)
	}
	var newest sql.NullInt64
	if err := tx.QueryRow(ctx, `SELECT MAX(seq) FROM submission WHERE platform_id = $1`, s.platformID).Scan(&newest); err != nil {
		return nil, fmt.Errorf("read newest seq: %w", err)
	}
	if newest.Int64 > s.Seq {
		return nil, fault.New(fault.Conflict, "platforms.report.seq_behind", "seq %d is behind %d, the newest one", s.Seq, newest.Int64).
			With("newest", newest.Int64).At("body.seq", "go on with %d", newest.Int64+1)
	}
	if s.Revises == 0 {
		return nil, nil //nolint:nilnil // no earlier report is no error
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM submission WHERE platform_id = $1 AND seq = $2`, s.platformID, s.Revises).Scan(&n); err != nil {
		return nil, fmt.Errorf("read revised report: %w", err)
	}
	if n == 0 {
		return nil, fault.New(fault.Invalid, "platforms.report.revises", "there is no report with seq %d to revise", s.Revises).At("body.revises", "name the seq of the report to correct")
	}
	return nil, nil //nolint:nilnil // as above
}

// room refuses entries of new series beyond the platform's limit.
func (l ledger) room(ctx context.Context, tx *sqldb.Tx, s *submission) error {
	var count int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM latest WHERE platform_id = $1`, s.platformID).Scan(&count); err != nil {
		return fmt.Errorf("count series: %w", err)
	}
	if count+len(s.entries) <= maxSeries {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT code, dims FROM latest WHERE platform_id = $1`, s.platformID)
	if err != nil {
		return fmt.Errorf("read series: %w", err)
	}
	names, err := sqldb.All(rows, func(r sqldb.Row) (string, error) {
		var code, dims string
		err := r.Scan(&code, &dims)
		return code + "|" + dims, err
	})
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(names))
	for _, n := range names {
		known[n] = true
	}
	kept := make([]entry, 0, len(s.entries))
	for _, e := range s.entries {
		name := e.Code + "|" + e.Dims
		if !known[name] && len(known) >= maxSeries {
			s.Findings = append(s.Findings, finding{e.index, e.Code, "platforms.item.series_limit", fmt.Sprintf("the platform has its limit of %d series", maxSeries)})
			continue
		}
		known[name] = true
		kept = append(kept, e)
	}
	s.entries = kept
	return nil
}

// newestValue is what latest will hold of one series.
type newestValue struct {
	entry
	revision int64
}

// keep stores facts and newest values.
func (l ledger) keep(ctx context.Context, tx *sqldb.Tx, s *submission) error {
	kept := make([]entry, 0, len(s.entries))
	newest := make([]newestValue, 0, len(s.entries))
	at := make(map[[2]string]int, len(s.entries)) // series → place in newest
	for _, e := range s.entries {
		revision := int64(0)
		if e.Period {
			var err error
			var ok bool
			if revision, ok, err = l.revise(ctx, tx, s, e); err != nil {
				return err
			}
			if !ok {
				s.Findings = append(s.Findings, finding{e.index, e.Code, "platforms.item.revision", "another value was reported for this period; send a report that revises it"})
				continue
			}
		}
		kept = append(kept, e)
		series := [2]string{e.Code, e.Dims}
		if i, known := at[series]; !known {
			at[series] = len(newest)
			newest = append(newest, newestValue{e, revision})
		} else if e.At >= newest[i].At {
			newest[i] = newestValue{e, revision}
		}
	}
	s.entries = kept
	for batch := range slices.Chunk(newest, latestBatch) {
		if err := l.renew(ctx, tx, s, batch); err != nil {
			return err
		}
	}
	return nil
}

// latestBatch is how many newest values one statement stores: a statement for
// each costs five times as much.
const latestBatch = 100

// renew stores newest values, no series twice, where they are newer than what is there.
func (l ledger) renew(ctx context.Context, tx *sqldb.Tx, s *submission, values []newestValue) error {
	var rows strings.Builder
	args := make([]any, 0, 8*len(values))
	for i, v := range values {
		if i > 0 {
			rows.WriteByte(',')
		}
		rows.WriteByte('(')
		for column := range 8 {
			if column > 0 {
				rows.WriteByte(',')
			}
			rows.WriteByte('$')
			rows.WriteString(strconv.Itoa(8*i + column + 1))
		}
		rows.WriteByte(')')
		args = append(args, s.platformID, v.Code, v.Dims, v.At, v.Value, v.revision, s.Channel, s.ID)
	}
	_, err := tx.Exec(ctx, `INSERT INTO latest (platform_id, code, dims, at, value, revision, method, submission_id) VALUES `+rows.String()+`
		ON CONFLICT (platform_id, code, dims) DO UPDATE SET at = excluded.at, value = excluded.value, revision = excluded.revision,
			method = excluded.method, submission_id = excluded.submission_id
		WHERE excluded.at > latest.at OR (excluded.at = latest.at AND excluded.revision >= latest.revision)`, args...)
	if err != nil {
		return fmt.Errorf("store newest values: %w", err)
	}
	return nil
}

// revise stores the value of a period as its next revision; ok is false when
// it contradicts what is known and does not say that it revises.
func (l ledger) revise(ctx context.Context, tx *sqldb.Tx, s *submission, e entry) (revision int64, ok bool, err error) {
	var value float64
	err = tx.QueryRow(ctx, `SELECT revision, value FROM fact WHERE platform_id = $1 AND code = $2 AND dims = $3 AND period_at = $4 ORDER BY revision DESC LIMIT 1`,
		s.platformID, e.Code, e.Dims, e.At).Scan(&revision, &value)
	switch {
	case err == nil && value == e.Value:
		return revision, true, nil
	case err == nil && s.Revises == 0:
		return revision, false, nil
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return 0, false, fmt.Errorf("read fact: %w", err)
	}
	revision++
	_, err = tx.Exec(ctx, `INSERT INTO fact (platform_id, code, dims, period_at, revision, value, known_at, method, submission_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		s.platformID, e.Code, e.Dims, e.At, revision, e.Value, s.ReceivedAt.UnixMilli(), s.Channel, s.ID)
	if err != nil {
		return 0, false, fmt.Errorf("insert fact: %w", err)
	}
	return revision, true, nil
}

func (l ledger) insert(ctx context.Context, tx *sqldb.Tx, s submission) error {
	payload, err := l.pack.pack(s.entries)
	if err != nil {
		return err
	}
	if err := l.insertRow(ctx, tx, s, payload); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE platform_key SET last_used_at = $1 WHERE id = $2`, s.ReceivedAt.UnixMilli(), s.keyID); err != nil {
		return fmt.Errorf("note use of key: %w", err)
	}
	if s.Channel == channelCSV {
		return nil // a person filled a gap; that does not show the platform alive
	}
	return l.refresh(ctx, tx, s)
}

// refresh notes that the platform has just reported.
func (l ledger) refresh(ctx context.Context, tx *sqldb.Tx, s submission) error {
	var before tier
	var last int64
	if err := tx.QueryRow(ctx, `SELECT tier, last_report_at FROM platform WHERE id = $1`, s.platformID).Scan(&before, &last); err != nil {
		return fmt.Errorf("read platform: %w", err)
	}
	t := s.finest(l.catalogue)
	if !t.finer(before) {
		t = before
	}
	late, silent := t.due()
	_, err := tx.Exec(ctx, `UPDATE platform SET tier = $1, last_report_at = $2, late_at = $3, silent_at = $4 WHERE id = $5`,
		string(t), s.ReceivedAt.UnixMilli(), s.ReceivedAt.Add(late).UnixMilli(), s.ReceivedAt.Add(silent).UnixMilli(), s.platformID)
	if err != nil {
		return fmt.Errorf("update freshness: %w", err)
	}
	if last == 0 {
		return tx.Emit(ctx, platformsevent.FirstReported{PlatformID: s.platformID, At: s.ReceivedAt})
	}
	return nil
}

func (l ledger) insertRow(ctx context.Context, tx *sqldb.Tx, s submission, payload []byte) error {
	findings, err := json.Marshal(bounded(s.Findings))
	if err != nil {
		return fmt.Errorf("encode findings: %w", err)
	}
	var position int64
	// The counter's row makes positions follow commits on PostgreSQL too, so
	// that a reader who has seen a position has seen all before it.
	if err := tx.QueryRow(ctx, `UPDATE ledger_position SET position = position + 1 WHERE one = 1 RETURNING position`).Scan(&position); err != nil {
		return fmt.Errorf("take ledger position: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO submission (id, position, platform_id, key_id, channel, seq, body_hash, received_at, sent_at, period, revises, items, accepted, rejected, findings, payload)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		s.ID, position, s.platformID, s.keyID, s.Channel, s.Seq, s.bodyHash, s.ReceivedAt.UnixMilli(), s.SentAt.UnixMilli(), s.Period, s.Revises,
		s.Items, s.Accepted, s.Rejected, string(findings), payload)
	if err != nil {
		return fmt.Errorf("insert submission: %w", err)
	}
	return nil
}

// noteRefused keeps a submission of which nothing was taken, for its sender to
// read; it consumes no seq and changes no figure.
func (l ledger) noteRefused(ctx context.Context, s submission) error {
	s.Seq = 0
	return l.db.Write(ctx, func(tx *sqldb.Tx) error { return l.insertRow(ctx, tx, s, nil) })
}

const submissionColumns = `s.id, s.seq, s.channel, s.received_at, s.sent_at, s.period, s.revises, s.items, s.accepted, s.rejected, s.findings, s.platform_id, s.body_hash`

func scanSubmission(r sqldb.Row) (submission, error) {
	s := submission{Findings: []finding{}}
	var received, sent int64
	var findings string
	if err := r.Scan(&s.ID, &s.Seq, &s.Channel, &received, &sent, &s.Period, &s.Revises, &s.Items, &s.Accepted, &s.Rejected, &findings, &s.platformID, &s.bodyHash); err != nil {
		return s, err
	}
	s.ReceivedAt, s.SentAt, s.Status = fromMillis(received), fromMillis(sent), s.outcome()
	return s, json.Unmarshal([]byte(findings), &s.Findings)
}

type submissionParams struct {
	sqldb.ListParams
	ID      string `path:"id" maxLength:"40"`
	Channel string `query:"channel" maxLength:"20"`
}

func (l ledger) submissions(ctx context.Context, in submissionParams) (sqldb.Page[submission], error) {
	list := sqldb.List{
		Select: submissionColumns, From: "submission s", Key: "s.id", Order: "-received_at",
		Sort:   map[string]string{"received_at": "s.received_at", "seq": "s.seq", "items": "s.items", "rejected": "s.rejected"},
		Search: []string{"s.id", "s.period"},
	}
	list.Where("s.platform_id = ?", in.ID).WhereIf("s.channel = ?", in.Channel)
	return sqldb.Fetch(ctx, l.db, list, in.ListParams, scanSubmission)
}

func (l ledger) submission(ctx context.Context, platformID, id string) (submission, error) {
	s, err := scanSubmission(l.db.QueryRow(ctx, `SELECT `+submissionColumns+` FROM submission s WHERE s.platform_id = $1 AND s.id = $2`, platformID, id))
	if errors.Is(err, sql.ErrNoRows) {
		return s, fault.New(fault.NotFound, "kernel.not_found", "there is no such submission of this platform")
	}
	return s, err
}

// batch is what the projector reads: positions with their entries.
type batch struct {
	position   int64
	platformID string
	payload    []byte
}

// after returns up to limit submissions behind a position, oldest first.
func (l ledger) after(ctx context.Context, position int64, limit int) ([]batch, error) {
	rows, err := l.db.Query(ctx, `SELECT s.position, s.platform_id, s.payload FROM submission s WHERE s.position > $1 AND s.payload IS NOT NULL ORDER BY s.position LIMIT $2`, position, limit)
	if err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (batch, error) {
		var b batch
		err := r.Scan(&b.position, &b.platformID, &b.payload)
		return b, err
	})
}

// forget drops the payloads of submissions before a time: their facts and
// receipts stay, the minutes in them have left the time series too.
func (l ledger) forget(ctx context.Context, before time.Time) error {
	return l.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE submission SET payload = NULL WHERE received_at < $1 AND payload IS NOT NULL`, before.UnixMilli())
		return err
	})
}

// Value is the newest value of one series of a platform.
type Value struct {
	Code     string    `json:"code" title:"代码|Code"`
	Dims     dims      `json:"dims"`
	Value    float64   `json:"value" title:"数值|Value"`
	At       time.Time `json:"at" title:"数据期|Period"`
	Revision int64     `json:"revision" title:"修订|Revision"`
	Method   string    `json:"method" title:"方式|Method"`
	Receipt  string    `json:"receipt" title:"回执|Receipt"`
}

func (l ledger) values(ctx context.Context, platformID string) ([]Value, error) {
	rows, err := l.db.Query(ctx, `SELECT code, dims, value, at, revision, method, submission_id FROM latest WHERE platform_id = $1 ORDER BY code, dims LIMIT $2`, platformID, maxSeries)
	if err != nil {
		return nil, fmt.Errorf("read values: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (Value, error) {
		var v Value
		var key string
		var at int64
		err := r.Scan(&v.Code, &key, &v.Value, &at, &v.Revision, &v.Method, &v.Receipt)
		v.Dims, v.At = dimsOf(key), fromMillis(at)
		return v, err
	})
}

// facts returns the last revision of each period of a total.
func (l ledger) facts(ctx context.Context, platformID, code string, from, to time.Time) ([][2]float64, error) {
	rows, err := l.db.Query(ctx, `SELECT f.period_at, f.value FROM fact f WHERE f.platform_id = $1 AND f.code = $2 AND f.dims = '' AND f.period_at >= $3 AND f.period_at <= $4
		AND f.revision = (SELECT MAX(g.revision) FROM fact g WHERE g.platform_id = f.platform_id AND g.code = f.code AND g.dims = f.dims AND g.period_at = f.period_at)
		ORDER BY f.period_at LIMIT 11000`, platformID, code, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) ([2]float64, error) {
		var at int64
		var v float64
		err := r.Scan(&at, &v)
		return [2]float64{float64(at), v}, err
	})
}
