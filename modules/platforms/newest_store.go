package platforms

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/sqldb"
)

// The newest values of a platform's series stand in parts, each the values of
// so many series by number, a record of fixed size each: renewing hundreds of
// them is one write. Totals stand in latest too, for lists to sort by.
const (
	partSeries = 256
	recordSize = 8 + 8 + 4 + 1 + 16 // time, value, revision, channel, receipt
)

// newestRecord is the newest value of a series, as a part holds it.
type newestRecord struct {
	at       int64
	value    float64
	revision int64
	method   string
	receipt  string
}

// reader is a database or a change in it.
type reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// codeOf is a channel's place in the list of channels; 0 says that there is no value.
func codeOf(channel string) byte { return byte(slices.Index(channels(), channel) + 1) } //nolint:gosec // there are seven

// readRecord reads the value at a place of a part.
func readRecord(body []byte, place int) (r newestRecord, ok bool) {
	b := body[place*recordSize:]
	code := int(b[20])
	if code == 0 || code > len(channels()) {
		return r, false
	}
	return newestRecord{
		at: int64(binary.LittleEndian.Uint64(b)), value: math.Float64frombits(binary.LittleEndian.Uint64(b[8:])), //nolint:gosec // written as its two's complement
		revision: int64(binary.LittleEndian.Uint32(b[16:])), method: channels()[code-1], receipt: ulid.ULID(b[21:37]).String(),
	}, true
}

// renewRecord writes a value where it is not older than what is there.
func renewRecord(body []byte, place int, e *entry, channel byte, receipt ulid.ULID) {
	b := body[place*recordSize : (place+1)*recordSize]
	if b[20] != 0 {
		at, revision := int64(binary.LittleEndian.Uint64(b)), int64(binary.LittleEndian.Uint32(b[16:])) //nolint:gosec // as above
		if e.At < at || (e.At == at && e.revision < revision) {
			return
		}
	}
	binary.LittleEndian.PutUint64(b, uint64(e.At)) //nolint:gosec // as its two's complement
	binary.LittleEndian.PutUint64(b[8:], math.Float64bits(e.Value))
	binary.LittleEndian.PutUint32(b[16:], uint32(min(e.revision, math.MaxUint32))) //nolint:gosec // revisions count from 0
	b[20] = channel
	copy(b[21:], receipt[:])
}

// renew stores the newest values of a submission.
func (l ledger) renew(ctx context.Context, tx *sqldb.Tx, s *submission, numbers map[*known]int64) error {
	receipt, err := ulid.ParseStrict(s.ID)
	if err != nil {
		return fmt.Errorf("read receipt: %w", err)
	}
	channel := codeOf(s.Channel)
	parts := map[int64][]byte{}
	totals := map[string]*entry{}
	for i := range s.entries {
		e := &s.entries[i]
		place := e.numberIn(numbers) - 1
		body, read := parts[place/partSeries]
		if !read {
			if body, err = l.part(ctx, tx, s.platformID, place/partSeries); err != nil {
				return err
			}
		}
		if need := int(place%partSeries+1) * recordSize; need > len(body) {
			body = append(body, make([]byte, need-len(body))...)
		}
		parts[place/partSeries] = body
		renewRecord(body, int(place%partSeries), e, channel, receipt)
		if before := totals[e.Code]; e.Dims == "" && (before == nil || e.At >= before.At) {
			totals[e.Code] = e
		}
	}
	for n, body := range parts {
		_, err := tx.Exec(ctx, `INSERT INTO newest (platform_id, part, body) VALUES ($1, $2, $3) ON CONFLICT (platform_id, part) DO UPDATE SET body = excluded.body`, s.platformID, n, body)
		if err != nil {
			return fmt.Errorf("store newest values: %w", err)
		}
	}
	return l.renewTotals(ctx, tx, s, totals)
}

func (l ledger) part(ctx context.Context, tx *sqldb.Tx, platformID string, n int64) (body []byte, err error) {
	err = tx.QueryRow(ctx, `SELECT body FROM newest WHERE platform_id = $1 AND part = $2`, platformID, n).Scan(&body)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("read newest values: %w", err)
	}
	return body, nil
}

// renewTotals stores newest totals, of which there are no more than indicators,
// where they are newer than what is there.
func (l ledger) renewTotals(ctx context.Context, tx *sqldb.Tx, s *submission, totals map[string]*entry) error {
	if len(totals) == 0 {
		return nil
	}
	args := make([]any, 0, 8*len(totals))
	for _, e := range totals {
		args = append(args, s.platformID, e.Code, e.Dims, e.At, e.Value, e.revision, s.Channel, s.ID)
	}
	_, err := tx.Exec(ctx, `INSERT INTO latest (platform_id, code, dims, at, value, revision, method, submission_id) VALUES `+places(len(totals), 8)+`
		ON CONFLICT (platform_id, code, dims) DO UPDATE SET at = excluded.at, value = excluded.value, revision = excluded.revision,
			method = excluded.method, submission_id = excluded.submission_id
		WHERE excluded.at > latest.at OR (excluded.at = latest.at AND excluded.revision >= latest.revision)`, args...)
	if err != nil {
		return fmt.Errorf("store newest totals: %w", err)
	}
	return nil
}

// values returns the newest value of each series of a platform, by name.
func (l ledger) values(ctx context.Context, platformID string) ([]Value, error) {
	list, err := seriesAfter(ctx, l.db, platformID, 0)
	if err != nil {
		return nil, err
	}
	parts, err := l.parts(ctx, platformID)
	if err != nil {
		return nil, err
	}
	rows, err := l.latest(ctx, platformID)
	if err != nil {
		return nil, err
	}
	values := make([]Value, 0, len(list))
	for _, k := range list {
		r, ok := newestRecord{}, false
		if body, place := parts[(k.number-1)/partSeries], int((k.number-1)%partSeries); len(body) >= (place+1)*recordSize {
			r, ok = readRecord(body, place)
		}
		if before, there := rows[[2]string{k.Code, k.Dims}]; there && (!ok || before.at > r.at || (before.at == r.at && before.revision > r.revision)) {
			r, ok = before, true
		}
		if ok {
			values = append(values, Value{k.Code, dimsOf(k.Dims), r.value, sqldb.Time(r.at), r.revision, r.method, r.receipt})
		}
	}
	slices.SortFunc(values, func(a, b Value) int {
		if c := strings.Compare(a.Code, b.Code); c != 0 {
			return c
		}
		return strings.Compare(a.Dims.key(), b.Dims.key())
	})
	return values, nil
}

func (l ledger) parts(ctx context.Context, platformID string) (map[int64][]byte, error) {
	rows, err := l.db.Query(ctx, `SELECT part, body FROM newest WHERE platform_id = $1`, platformID)
	if err != nil {
		return nil, fmt.Errorf("read newest values: %w", err)
	}
	parts := map[int64][]byte{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var n int64
		var body []byte
		err := r.Scan(&n, &body)
		parts[n] = bytes.Clone(body)
		return struct{}{}, err
	})
	return parts, err
}

// latest reads the totals, and what was the newest before there were parts.
func (l ledger) latest(ctx context.Context, platformID string) (map[[2]string]newestRecord, error) {
	rows, err := l.db.Query(ctx, `SELECT code, dims, value, at, revision, method, submission_id FROM latest WHERE platform_id = $1`, platformID)
	if err != nil {
		return nil, fmt.Errorf("read newest totals: %w", err)
	}
	newest := map[[2]string]newestRecord{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var name [2]string
		var v newestRecord
		err := r.Scan(&name[0], &name[1], &v.value, &v.at, &v.revision, &v.method, &v.receipt)
		newest[name] = v
		return struct{}{}, err
	})
	return newest, err
}
