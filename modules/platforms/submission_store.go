package platforms

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/platformsevent"
)

// ledger is the book of record: submissions, facts with revisions, newest values.
type ledger struct {
	db        *sqldb.DB
	catalogue *catalogue
	rolls     *rollStore
	limit     int64 // on the series of a platform
}

// record writes a submission; when it returns without error the data is on the
// disk. A report that was recorded before (same seq, same body) answers its
// first receipt. Entries that contradict an earlier fact without revising it
// become findings, and so do those of series beyond the platform's limit.
func (l ledger) record(ctx context.Context, p platform, in submission) (submission, error) {
	var out submission
	var numbers map[*known]int64
	ready := in.packed()
	err := l.db.Write(ctx, func(tx *sqldb.Tx) error {
		// A sender that lost its answer asks another replica, while the first
		// may still be committing the same report.
		if err := tx.Queue(ctx, in.platformID); err != nil {
			return err
		}
		s := in
		if ready == nil {
			s.entries, s.Findings = slices.Clone(in.entries), slices.Clone(in.Findings)
		}
		first, err := l.earlier(ctx, tx, s)
		if err != nil || first != nil {
			if first != nil {
				out = *first
			}
			return err
		}
		if numbers, err = l.rolls.enrol(ctx, tx, &s, l.limit); err != nil {
			return err
		}
		if err := l.revise(ctx, tx, &s); err != nil {
			return err
		}
		s.Accepted, s.Rejected = len(s.entries), s.Items-len(s.entries)
		s.Status = s.outcome()
		out = s
		if s.Accepted == 0 {
			return nil
		}
		payload := ready
		if payload == nil {
			payload = pack(s.entries, numbers)
		}
		return l.insert(ctx, tx, p, &s, payload, numbers)
	})
	if err == nil && len(numbers) > 0 {
		err = l.enrolled(ctx, in.platformID)
	}
	return out, err
}

// packed is the payload of a submission that will be kept as it is: no series
// of it is new, and no value of a period could contradict another. Others are
// packed when that is clear.
func (s *submission) packed() []byte {
	for i := range s.entries {
		if s.entries[i].number == 0 || s.entries[i].Period {
			return nil
		}
	}
	return pack(s.entries, nil)
}

// enrolled reads the series that a submission has added.
func (l ledger) enrolled(ctx context.Context, platformID string) error {
	r, err := l.rolls.of(ctx, platformID)
	if err != nil {
		return err
	}
	return l.rolls.read(ctx, r)
}

// Questions about a platform's numbered submissions. "seq > 0" leads the
// engines to their index: without it they read all submissions of the platform,
// for every report.
const (
	seqSQL       = `SELECT ` + submissionColumns + ` FROM submission s WHERE s.platform_id = $1 AND s.seq = $2 AND s.seq > 0`
	newestSeqSQL = `SELECT MAX(seq) FROM submission WHERE platform_id = $1 AND seq > 0`
	countSeqSQL  = `SELECT COUNT(*) FROM submission WHERE platform_id = $1 AND seq = $2 AND seq > 0`
)

// earlier finds the submission that took this seq before.
func (l ledger) earlier(ctx context.Context, tx *sqldb.Tx, s submission) (*submission, error) {
	if s.Channel == channelCSV {
		return l.sameFile(ctx, tx, s)
	}
	if s.Seq == 0 {
		return nil, nil //nolint:nilnil // what has no seq has no earlier report
	}
	var newest sql.NullInt64
	if err := tx.QueryRow(ctx, newestSeqSQL, s.platformID).Scan(&newest); err != nil {
		return nil, fmt.Errorf("read newest seq: %w", err)
	}
	if newest.Int64 >= s.Seq {
		return l.repeated(ctx, tx, s, newest.Int64)
	}
	if s.Revises == 0 {
		return nil, nil //nolint:nilnil // no earlier report is no error
	}
	var n int
	if err := tx.QueryRow(ctx, countSeqSQL, s.platformID, s.Revises).Scan(&n); err != nil {
		return nil, fmt.Errorf("read revised report: %w", err)
	}
	if n == 0 {
		return nil, fault.New(fault.Invalid, "platforms.report.revises", "there is no report with seq %d to revise", s.Revises).At("body.revises", "name the seq of the report to correct")
	}
	return nil, nil //nolint:nilnil // as above
}

// sameFile returns the last upload of the platform, if this is the same again.
func (l ledger) sameFile(ctx context.Context, tx *sqldb.Tx, s submission) (*submission, error) {
	last, err := scanSubmission(tx.QueryRow(ctx, `SELECT `+submissionColumns+` FROM submission s WHERE s.platform_id = $1 AND s.channel = 'csv' ORDER BY s.position DESC LIMIT 1`, s.platformID))
	if errors.Is(err, sql.ErrNoRows) || err == nil && last.bodyHash != s.bodyHash {
		return nil, nil //nolint:nilnil // it is new
	}
	if err != nil {
		return nil, fmt.Errorf("read last upload: %w", err)
	}
	return &last, nil
}

// known returns the figures that stand for the series and periods of entries, by the
// entries' places.
func (l ledger) known(ctx context.Context, platformID string, entries []entry) (map[int32]float64, error) {
	figures := map[int32]float64{}
	for _, e := range entries {
		var value float64
		err := l.db.QueryRow(ctx, `SELECT value FROM fact WHERE platform_id = $1 AND code = $2 AND dims = $3 AND period_at = $4 ORDER BY revision DESC LIMIT 1`, platformID, e.Code, e.Dims, e.At).Scan(&value)
		switch {
		case err == nil:
			figures[e.index] = value
		case !errors.Is(err, sql.ErrNoRows):
			return nil, fmt.Errorf("read figure: %w", err)
		}
	}
	return figures, nil
}

// repeated returns the report that took this seq before, if it is the same.
func (l ledger) repeated(ctx context.Context, tx *sqldb.Tx, s submission, newest int64) (*submission, error) {
	first, err := scanSubmission(tx.QueryRow(ctx, seqSQL, s.platformID, s.Seq))
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
	return nil, fault.New(fault.Conflict, "platforms.report.seq_behind", "seq %d is behind %d, the newest one", s.Seq, newest).
		With("newest", newest).At("body.seq", "go on with %d", newest+1)
}

func (l ledger) insert(ctx context.Context, tx *sqldb.Tx, p platform, s *submission, payload []byte, numbers map[*known]int64) error {
	if err := l.insertRow(ctx, tx, *s, payload); err != nil {
		return err
	}
	if err := l.renew(ctx, tx, s, numbers); err != nil {
		return err
	}
	if s.noteKey {
		if _, err := tx.Exec(ctx, `UPDATE platform_key SET last_used_at = $1 WHERE id = $2`, s.ReceivedAt.UnixMilli(), s.keyID); err != nil {
			return fmt.Errorf("note use of key: %w", err)
		}
	}
	if s.Channel == channelCSV {
		tx.Changed("submission", s.ID, nil, s)
		if !s.current(l.catalogue) {
			return nil // a person filled a gap; that does not show the platform alive
		}
	}
	return l.refresh(ctx, tx, p, s)
}

// refresh notes that the platform has just reported. What is known of it in p
// may be a little old.
func (l ledger) refresh(ctx context.Context, tx *sqldb.Tx, p platform, s *submission) error {
	t := s.finest(l.catalogue)
	if t == p.Tier && p.LastReportAt.UnixMilli() > 0 {
		if n, err := l.reported(ctx, tx, s, t, t); err != nil || n > 0 {
			return err
		}
	}
	var before tier
	var last int64
	if err := tx.QueryRow(ctx, `SELECT tier, last_report_at FROM platform WHERE id = $1`, s.platformID).Scan(&before, &last); err != nil {
		return fmt.Errorf("read platform: %w", err)
	}
	if !t.finer(before) {
		t = before
	}
	if _, err := l.reported(ctx, tx, s, before, t); err != nil {
		return err
	}
	if last == 0 {
		return tx.Emit(ctx, platformsevent.FirstReported{PlatformID: s.platformID, At: s.ReceivedAt})
	}
	return nil
}

// reported stores when a platform of one tier, now of another, has reported.
func (l ledger) reported(ctx context.Context, tx *sqldb.Tx, s *submission, before, t tier) (int64, error) {
	late, silent := t.due()
	n, err := tx.Exec(ctx, `UPDATE platform SET tier = $1, last_report_at = $2, late_at = $3, silent_at = $4 WHERE id = $5 AND tier = $6`,
		string(t), s.ReceivedAt.UnixMilli(), s.ReceivedAt.Add(late).UnixMilli(), s.ReceivedAt.Add(silent).UnixMilli(), s.platformID, string(before))
	if err != nil {
		return 0, fmt.Errorf("update freshness: %w", err)
	}
	return n, nil
}

func (l ledger) insertRow(ctx context.Context, tx *sqldb.Tx, s submission, payload []byte) error {
	findings := []byte("[]")
	if len(s.Findings) > 0 {
		var err error
		if findings, err = json.Marshal(bounded(s.Findings)); err != nil {
			return fmt.Errorf("encode findings: %w", err)
		}
	}
	var position int64
	// The counter's row makes positions follow commits on PostgreSQL too, so
	// that a reader who has seen a position has seen all before it.
	if err := tx.QueryRow(ctx, `UPDATE ledger_position SET position = position + 1 WHERE one = 1 RETURNING position`).Scan(&position); err != nil {
		return fmt.Errorf("take ledger position: %w", err)
	}
	_, err := tx.Exec(ctx, `INSERT INTO submission (id, position, platform_id, key_id, channel, seq, body_hash, received_at, sent_at, period, revises, items, accepted, rejected, findings, payload, reason, sender, machine_id, certificate)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
		s.ID, position, s.platformID, s.keyID, s.Channel, s.Seq, s.bodyHash, s.ReceivedAt.UnixMilli(), s.SentAt.UnixMilli(), s.Period, s.Revises,
		s.Items, s.Accepted, s.Rejected, string(findings), payload, s.Reason, s.Sender, s.MachineID, s.Certificate)
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

const submissionColumns = `s.id, s.seq, s.channel, s.received_at, s.sent_at, s.period, s.revises, s.items, s.accepted, s.rejected, s.findings, s.platform_id, s.key_id, s.body_hash, s.reason, s.sender, s.machine_id, s.certificate,
	COALESCE((SELECT x.name FROM source x WHERE x.id = s.key_id), '')`

func scanSubmission(r sqldb.Row) (submission, error) {
	s := submission{Findings: []finding{}}
	var received, sent int64
	var findings string
	if err := r.Scan(&s.ID, &s.Seq, &s.Channel, &received, &sent, &s.Period, &s.Revises, &s.Items, &s.Accepted, &s.Rejected, &findings, &s.platformID, &s.keyID, &s.bodyHash, &s.Reason, &s.Sender, &s.MachineID, &s.Certificate, &s.Source); err != nil {
		return s, err
	}
	s.ReceivedAt, s.SentAt, s.Status = sqldb.Time(received), sqldb.Time(sent), s.outcome()
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

// end returns the position of the newest submission that has values, or 0.
func (l ledger) end(ctx context.Context) (position int64, err error) {
	err = l.db.QueryRow(ctx, `SELECT position FROM submission WHERE payload IS NOT NULL ORDER BY position DESC LIMIT 1`).Scan(&position)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read the end of the ledger: %w", err)
	}
	return position, nil
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
