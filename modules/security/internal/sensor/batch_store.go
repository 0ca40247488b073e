package sensor

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// mostPairs is how many pairs a sensor has; the rest are only in the aggregates.
const mostPairs = 20_000

// mostFacts is how many facts a sensor has; when there are so many, old ones are told again and no new ones.
const mostFacts = 50_000

// Heard is told of each new batch of records, in the transaction that keeps it.
type Heard func(ctx context.Context, tx *sqldb.Tx, sensor, spool string, sequence int64, at time.Time) error

// Spoken is told of what each new batch of aggregates says, in the transaction that keeps it.
type Spoken func(ctx context.Context, tx *sqldb.Tx, sensor, spool string, sequence int64, list []batch.Talk, at time.Time) error

// Logged is told of each new batch of logs, in the transaction that keeps it.
type Logged func(ctx context.Context, tx *sqldb.Tx, sensor, spool string, sequence int64, at time.Time) error

// Wanted is what a sensor is asked for around alerts, by the city's clock.
type Wanted func(ctx context.Context, sensor string) ([]batch.Around, error)

// tell tells of a new batch before the end of its transaction.
func (m *Sensors) tell(ctx context.Context, tx *sqldb.Tx, sensor string, a arrival) error {
	switch {
	case a.Around != "": // it was asked for to be looked at; the aggregates have taught what it says
		return nil
	case len(a.Records) > 0 && m.heard != nil:
		return m.heard(ctx, tx, sensor, a.Spool, a.Sequence, a.at)
	case len(a.Aggregates) > 0 && m.spoken != nil:
		return m.spoken(ctx, tx, sensor, a.Spool, a.Sequence, a.Talks(offset(a.skew, a.Live)), a.at)
	case len(a.Logs) > 0:
		for _, logged := range m.logged {
			if err := logged(ctx, tx, sensor, a.Spool, a.Sequence, a.at); err != nil {
				return err
			}
		}
	}
	return nil
}

// arrival is a batch with what is known of how it came.
type arrival struct {
	*batch.Batch
	digest, signature, certificate string
	notAfter                       time.Time
	skew                           time.Duration
	at                             time.Time
}

// take keeps a batch: all of it, or nothing. repeated says that it was there.
// Before the end of the transaction tell is told of a batch that is new.
func (s store) take(ctx context.Context, sensor string, a arrival, tell func(ctx context.Context, tx *sqldb.Tx, sensor string, a arrival) error) (repeated bool, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		repeated = false
		if err := tx.Queue(ctx, "sensor "+sensor); err != nil {
			return err
		}
		was, err := ledger(ctx, tx, sensor, a)
		if err != nil {
			return err
		}
		switch {
		case was == a.digest:
			repeated = true
			return repeat(ctx, tx, sensor, a)
		case was != "":
			return fault.New(fault.Conflict, "security.batch.taken", "batch %d of %s has another content here; numbers are never given twice, so one of the two is forged, or the probe's spool was copied", a.Sequence, a.Stream)
		}
		if err := insertAll(ctx, tx, sensor, a); err != nil {
			return err
		}
		return tell(ctx, tx, sensor, a)
	})
	return repeated, err
}

func ledger(ctx context.Context, tx *sqldb.Tx, sensor string, a arrival) (digest string, err error) {
	err = tx.QueryRow(ctx, `SELECT digest FROM security_sensor_batch WHERE sensor_id = $1 AND spool = $2 AND stream = $3 AND sequence = $4`, sensor, a.Spool, a.Stream, a.Sequence).Scan(&digest)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read the ledger: %w", err)
	}
	return digest, nil
}

func repeat(ctx context.Context, tx *sqldb.Tx, sensor string, a arrival) error {
	_, err := tx.Exec(ctx, `UPDATE security_sensor_batch SET repeats = repeats + 1 WHERE sensor_id = $1 AND spool = $2 AND stream = $3 AND sequence = $4`, sensor, a.Spool, a.Stream, a.Sequence)
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE security_sensor SET repeated = repeated + 1 WHERE id = $1`, sensor)
	}
	if err != nil {
		return fmt.Errorf("count a repeat: %w", err)
	}
	return nil
}

func insertAll(ctx context.Context, tx *sqldb.Tx, sensor string, a arrival) error {
	shift := offset(a.skew, a.Live)
	_, err := tx.Exec(ctx, `INSERT INTO security_sensor_batch (sensor_id, spool, stream, sequence, digest, signature, certificate, rows_in, made_at, received_at, repeats) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)`,
		sensor, a.Spool, a.Stream, a.Sequence, a.digest, a.signature, a.certificate, a.Rows(), a.MadeAt.UnixMilli(), a.at.UnixMilli())
	if err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	if err := advance(ctx, tx, sensor, a, shift); err != nil {
		return err
	}
	if err := insertRecords(ctx, tx, sensor, a, shift); err != nil {
		return err
	}
	if err := insertFacts(ctx, tx, sensor, a, shift); err != nil {
		return err
	}
	if err := insertLogs(ctx, tx, sensor, a); err != nil {
		return err
	}
	return insertAggregates(ctx, tx, sensor, a, shift)
}

// advance notes how far the stream and the sensor are.
func advance(ctx context.Context, tx *sqldb.Tx, sensor string, a arrival, shift time.Duration) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_sensor_stream (sensor_id, spool, stream, last, received, at) VALUES ($1, $2, $3, $4, 1, $5)
		ON CONFLICT (sensor_id, spool, stream) DO UPDATE SET last = CASE WHEN excluded.last > security_sensor_stream.last THEN excluded.last ELSE security_sensor_stream.last END, received = security_sensor_stream.received + 1, at = excluded.at`,
		sensor, a.Spool, a.Stream, a.Sequence, a.at.UnixMilli())
	if err != nil {
		return fmt.Errorf("note how far a stream is: %w", err)
	}
	totals, err := json.Marshal(a.Totals)
	if err != nil {
		return fmt.Errorf("write totals: %w", err)
	}
	newest := int64(0)
	for i := range a.Records {
		newest = max(newest, a.Records[i].At.Add(shift).UnixMilli())
	}
	for i := range a.Aggregates {
		newest = max(newest, a.Aggregates[i].From.Add(shift).UnixMilli())
	}
	lag := max(a.at.Sub(a.MadeAt.Add(-a.skew)).Milliseconds(), 0)
	_, err = tx.Exec(ctx, `UPDATE security_sensor SET seen_at = $2, lag_ms = $3, skew_ms = $4, not_after = $5, version_of = $6, input = $7, live = $8, packet_at = CASE WHEN packet_at < $9 THEN $9 ELSE packet_at END WHERE id = $1`,
		sensor, a.at.UnixMilli(), lag, a.skew.Milliseconds(), sqldb.MillisOrZero(a.notAfter), a.Version, a.Input, a.Live, newest)
	if err != nil {
		return fmt.Errorf("note how a sensor is: %w", err)
	}
	return newerTotals(ctx, tx, sensor, a, totals)
}

// newerTotals keeps the totals that were counted last: batches of several streams come in any
// order, and counts only grow within a spool.
func newerTotals(ctx context.Context, tx *sqldb.Tx, sensor string, a arrival, totals []byte) error {
	var text string
	if err := tx.QueryRow(ctx, `SELECT totals FROM security_sensor WHERE id = $1`, sensor).Scan(&text); err != nil {
		return fmt.Errorf("read totals: %w", err)
	}
	var was struct {
		Spool  string       `json:"spool"`
		At     time.Time    `json:"at"`
		Totals batch.Totals `json:"totals"`
	}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &was); err != nil {
			return fmt.Errorf("read totals: %w", err)
		}
	}
	if was.Spool == a.Spool && (a.MadeAt.Before(was.At) || a.Totals.Packets < was.Totals.Packets) {
		return nil
	}
	now, err := json.Marshal(map[string]any{"spool": a.Spool, "at": a.MadeAt, "totals": json.RawMessage(totals)})
	if err != nil {
		return fmt.Errorf("write totals: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE security_sensor SET totals = $2 WHERE id = $1`, sensor, string(now)); err != nil {
		return fmt.Errorf("write totals: %w", err)
	}
	return nil
}

// rowsAtOnce is how many rows one statement has.
const rowsAtOnce = 100

// insertRows writes rows of so many columns, some at a time.
func insertRows(ctx context.Context, tx *sqldb.Tx, head, tail string, columns int, rows [][]any) error {
	for len(rows) > 0 {
		n := min(len(rows), rowsAtOnce)
		args := make([]any, 0, n*columns)
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		if _, err := tx.Exec(ctx, head+sqldb.Values(n, columns)+tail, args...); err != nil {
			return fmt.Errorf("keep what came: %w", err)
		}
		rows = rows[n:]
	}
	return nil
}

func insertRecords(ctx context.Context, tx *sqldb.Tx, sensor string, a arrival, shift time.Duration) error {
	var rows [][]any
	for i := range a.Records {
		r := &a.Records[i]
		what, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("write a record: %w", err)
		}
		rows = append(rows, []any{
			ulid.Make().String(), sensor, a.Spool, a.Sequence, i, a.Run, int64(r.Flow), r.At.Add(shift).UnixMilli(), " " + strings.Join(r.Why, " ") + " ", r.Client, r.Server, int64(r.Port), r.Protocol, r.Function, r.Class, int64(r.Unit), //nolint:gosec // bounded by the reader
			r.FromClient, false, r.Exception, string(what),
		})
	}
	err := insertRows(ctx, tx, `INSERT INTO security_sensor_record (id, sensor_id, spool, sequence, item, run, flow, at, why, client, server, port, protocol, function, class, unit, from_client, corrected, exception, what) VALUES `, ``, 20, rows)
	if err != nil {
		return err
	}
	for i := range a.Records {
		r := &a.Records[i]
		if r.Why[0] != batch.WhyCorrected || r.Flow == 0 {
			continue
		}
		_, err := tx.Exec(ctx, `UPDATE security_sensor_record SET client = $5, server = $6, port = $7, from_client = NOT from_client, corrected = TRUE
			WHERE sensor_id = $1 AND spool = $2 AND run = $3 AND flow = $4 AND client = $6 AND server = $5 AND why <> ' correction ' AND (sequence < $8 OR (sequence = $8 AND item < $9))`,
			sensor, a.Spool, a.Run, int64(r.Flow), r.Client, r.Server, int64(r.Port), a.Sequence, i) //nolint:gosec // bounded by the reader
		if err != nil {
			return fmt.Errorf("turn a conversation round: %w", err)
		}
	}
	return nil
}

func insertFacts(ctx context.Context, tx *sqldb.Tx, sensor string, a arrival, shift time.Duration) error {
	if len(a.Facts) == 0 {
		return nil
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_sensor_fact WHERE sensor_id = $1`, sensor).Scan(&n); err != nil {
		return fmt.Errorf("count facts: %w", err)
	}
	for i := range a.Facts {
		f := &a.Facts[i]
		at := f.At.Add(shift).UnixMilli()
		changed, err := tx.Exec(ctx, `UPDATE security_sensor_fact SET times = times + 1, last_at = CASE WHEN last_at < $9 THEN $9 ELSE last_at END, first_at = CASE WHEN first_at > $9 THEN $9 ELSE first_at END
			WHERE sensor_id = $1 AND mac = $2 AND vlan = $3 AND addr = $4 AND source = $5 AND unit = $6 AND kind = $7 AND value = $8`, sensor, f.MAC, int64(f.VLAN), f.Addr, f.Source, int64(f.Unit), f.Kind, f.Value, at)
		if err == nil && changed == 0 && n < mostFacts {
			n++
			_, err = tx.Exec(ctx, `INSERT INTO security_sensor_fact (id, sensor_id, mac, vlan, addr, source, unit, kind, value, first_at, last_at, times) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, 1)`,
				ulid.Make().String(), sensor, f.MAC, int64(f.VLAN), f.Addr, f.Source, int64(f.Unit), f.Kind, f.Value, at)
		}
		if err != nil {
			return fmt.Errorf("keep a fact: %w", err)
		}
	}
	return nil
}

// guesses are how many units of an aggregate have a direction that is a guess.
func guesses(g *batch.Aggregate) uint64 {
	if g.Guess {
		return g.Requests + g.Responses
	}
	return 0
}

// guessesTogether adds up guesses of two rows; where they are not known of one, they are not of both.
const guessesTogether = `guesses = CASE WHEN security_sensor_aggregate.guesses < 0 OR excluded.guesses < 0 THEN -1 ELSE security_sensor_aggregate.guesses + excluded.guesses END`

// newestOfTwo keeps when the later of two rows came.
const newestOfTwo = `received_at = CASE WHEN security_sensor_aggregate.received_at < excluded.received_at THEN excluded.received_at ELSE security_sensor_aggregate.received_at END`

// cameLate is when an aggregate came, if it came too late to be rolled up and kept by its own time.
func cameLate(at int64, came time.Time) int64 {
	if came.Sub(time.UnixMilli(at)) < keepFine {
		return 0
	}
	return came.UnixMilli()
}

func insertAggregates(ctx context.Context, tx *sqldb.Tx, sensor string, a arrival, shift time.Duration) error {
	if len(a.Aggregates) == 0 {
		return nil
	}
	type key struct {
		at, span                 int64
		client, server, protocol string
		port                     uint16
		unit                     uint32
		class, function          string
	}
	place := map[key]int{}
	var rows [][]any
	for i := range a.Aggregates {
		g := &a.Aggregates[i]
		k := key{g.From.Add(shift).UnixMilli(), int64(g.Seconds), g.Client, g.Server, g.Protocol, g.Port, g.Unit, g.Class, g.Function}
		if at, twice := place[k]; twice { // one statement cannot change a row twice
			for c, n := range []uint64{g.Requests, g.Responses, g.Exceptions, g.Octets, guesses(g)} {
				was, _ := rows[at][10+c].(int64)
				rows[at][10+c] = was + int64(n) //nolint:gosec // bounded by the reader
			}
			continue
		}
		place[k] = len(rows)
		rows = append(rows, []any{sensor, k.at, k.span, g.Client, g.Server, g.Protocol, int64(g.Port), int64(g.Unit), g.Class, g.Function, int64(g.Requests), int64(g.Responses), int64(g.Exceptions), int64(g.Octets), int64(guesses(g)), cameLate(k.at, a.at)}) //nolint:gosec // bounded by the reader
	}
	err := insertRows(ctx, tx, `INSERT INTO security_sensor_aggregate (sensor_id, at, span, client, server, protocol, port, unit, class, function, requests, responses, exceptions, octets, guesses, received_at) VALUES `,
		` ON CONFLICT (sensor_id, at, span, client, server, protocol, port, unit, class, function) DO UPDATE SET requests = security_sensor_aggregate.requests + excluded.requests,
			responses = security_sensor_aggregate.responses + excluded.responses, exceptions = security_sensor_aggregate.exceptions + excluded.exceptions, octets = security_sensor_aggregate.octets + excluded.octets, `+guessesTogether+`, `+newestOfTwo, 16, rows)
	if err != nil {
		return err
	}
	return insertPairs(ctx, tx, sensor, a.Aggregates, shift)
}

// pairKey is who speaks with whom for what kind of thing.
type pairKey struct {
	client, server, protocol string
	port                     uint16
	unit                     uint32
	class                    string
}

// roomFor is how many pairs a sensor may have for one more of a protocol: conversations of no
// industrial protocol leave half of them to the others.
func roomFor(protocol string) int {
	if batch.Industrial(protocol) {
		return mostPairs
	}
	return mostPairs / 2
}

func insertPairs(ctx context.Context, tx *sqldb.Tx, sensor string, list []batch.Aggregate, shift time.Duration) error {
	type span struct{ first, last, units int64 }
	sums := map[pairKey]span{}
	for i := range list {
		g := &list[i]
		k := pairKey{g.Client, g.Server, g.Protocol, g.Port, g.Unit, g.Class}
		at := g.From.Add(shift).UnixMilli()
		s, known := sums[k]
		if !known || at < s.first {
			s.first = at
		}
		s.last, s.units = max(s.last, at), s.units+int64(g.Requests+g.Responses) //nolint:gosec // bounded by the reader
		sums[k] = s
	}
	var have int
	if err := tx.QueryRow(ctx, `SELECT pairs FROM security_sensor WHERE id = $1`, sensor).Scan(&have); err != nil {
		return fmt.Errorf("count pairs: %w", err)
	}
	added, beyond := 0, 0
	for k, s := range sums {
		changed, err := tx.Exec(ctx, `UPDATE security_sensor_pair SET units = units + $10, last_at = CASE WHEN last_at < $9 THEN $9 ELSE last_at END, first_at = CASE WHEN first_at > $8 THEN $8 ELSE first_at END
			WHERE sensor_id = $1 AND client = $2 AND server = $3 AND protocol = $4 AND port = $5 AND unit = $6 AND class = $7`, sensor, k.client, k.server, k.protocol, int64(k.port), int64(k.unit), k.class, s.first, s.last, s.units)
		switch {
		case err == nil && changed == 0 && have+added >= roomFor(k.protocol):
			beyond++
		case err == nil && changed == 0:
			added++
			_, err = tx.Exec(ctx, `INSERT INTO security_sensor_pair (id, sensor_id, client, server, protocol, port, unit, class, first_at, last_at, units) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
				ulid.Make().String(), sensor, k.client, k.server, k.protocol, int64(k.port), int64(k.unit), k.class, s.first, s.last, s.units)
		}
		if err != nil {
			return fmt.Errorf("keep a pair: %w", err)
		}
	}
	if added+beyond == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE security_sensor SET pairs = pairs + $2, pairs_full = pairs_full + $3 WHERE id = $1`, sensor, added, beyond); err != nil {
		return fmt.Errorf("count pairs: %w", err)
	}
	return nil
}
