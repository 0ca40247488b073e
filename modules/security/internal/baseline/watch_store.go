package baseline

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/detection"
)

// Wants implements detection.Watcher.
func (m *Baselines) Wants(ctx context.Context, tx *sqldb.Tx, sensor string) (bool, error) {
	id, err := ofSensor(ctx, tx, sensor)
	return id != "", err
}

func ofSensor(ctx context.Context, tx *sqldb.Tx, sensor string) (id string, err error) {
	err = tx.QueryRow(ctx, `SELECT baseline_id FROM security_baseline_sensor WHERE sensor_id = $1`, sensor).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find the baseline of a sensor: %w", err)
	}
	return id, nil
}

// Watch implements detection.Watcher: it learns, and tells what deviates.
func (m *Baselines) Watch(ctx context.Context, tx *sqldb.Tx, s detection.Seen, rules detection.Rules) ([]detection.Finding, error) {
	id, err := ofSensor(ctx, tx, s.SensorID)
	if err != nil || id == "" {
		return nil, err
	}
	b, err := inside(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	list, unsure := sum(s)
	if b.learns() {
		if err := m.learn(ctx, tx, b, list, s.Now); err != nil {
			return nil, err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE security_baseline SET heard_at = $2, unsure = unsure + $3 WHERE id = $1`, b.ID, s.Now.UnixMilli(), unsure); err != nil {
		return nil, fmt.Errorf("note what was heard: %w", err)
	}
	if !b.Holding || b.Edition == 0 {
		return nil, nil
	}
	return m.deviate(ctx, tx, b, s.SensorID, list, rules)
}

// inside reads a baseline in a change of it; changes of one follow each other.
func inside(ctx context.Context, tx *sqldb.Tx, id string) (Baseline, error) {
	if err := tx.Queue(ctx, "baseline "+id); err != nil {
		return Baseline{}, err
	}
	b, err := scan(tx.QueryRow(ctx, `SELECT `+columns+` FROM security_baseline b WHERE b.id = $1`, id))
	if err != nil {
		return b, fmt.Errorf("read a baseline: %w", err)
	}
	return b, nil
}

// of is the condition that a row is of a way; it begins at $from.
func of(from int) string {
	return fmt.Sprintf(`client = $%d AND server = $%d AND protocol = $%d AND port = $%d AND unit = $%d AND class = $%d AND function = $%d`, from, from+1, from+2, from+3, from+4, from+5, from+6)
}

func (w Way) args() []any {
	return []any{w.Client, w.Server, w.Protocol, w.Port, w.Unit, w.Class, w.Function}
}

// learn makes lines of what was heard, or adds to them.
func (m *Baselines) learn(ctx context.Context, tx *sqldb.Tx, b Baseline, list []heard, now time.Time) error {
	e, err := m.edition(ctx, tx, b)
	if err != nil {
		return err
	}
	lines, beyond := b.Lines, b.Beyond
	for _, h := range list {
		n, err := tx.Exec(ctx, `UPDATE security_baseline_line SET units = units + $3, first_at = CASE WHEN first_at > $4 THEN $4 ELSE first_at END, last_at = CASE WHEN last_at < $5 THEN $5 ELSE last_at END WHERE baseline_id = $1 AND round = $2 AND `+of(6),
			append([]any{b.ID, b.Round, h.units, h.first.UnixMilli(), h.last.UnixMilli()}, h.args()...)...)
		if err != nil {
			return fmt.Errorf("add to a line: %w", err)
		}
		switch {
		case n > 0:
		case lines >= mostLines:
			if beyond, err = over(ctx, tx, b, h.Way, beyond); err != nil {
				return err
			}
		default:
			lines++
			if err := m.line(ctx, tx, b, h, e, now); err != nil {
				return err
			}
		}
	}
	if lines == b.Lines && beyond == b.Beyond {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE security_baseline SET lines = $2, beyond = $3 WHERE id = $1`, b.ID, lines, beyond); err != nil {
		return fmt.Errorf("count lines: %w", err)
	}
	return nil
}

// over counts a way that has no room, once.
func over(ctx context.Context, tx *sqldb.Tx, b Baseline, w Way, beyond int64) (int64, error) {
	if beyond >= mostOver {
		return beyond, nil
	}
	n, err := tx.Exec(ctx, `INSERT INTO security_baseline_over (baseline_id, round, hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, b.ID, b.Round, w.hash())
	if err != nil {
		return beyond, fmt.Errorf("count what has no room: %w", err)
	}
	return beyond + n, nil
}

// line adds a line. What the edition in force allows was agreed to before; what a wider line
// of this round covers belongs to that.
func (m *Baselines) line(ctx context.Context, tx *sqldb.Tx, b Baseline, h heard, e *edition, now time.Time) error {
	verdict, known, group := Open, e.number > 0 && e.judge(h.Way) == "", ""
	if known {
		verdict = Accepted
	}
	for _, w := range h.wider()[1:] {
		err := tx.QueryRow(ctx, `SELECT id FROM security_baseline_line WHERE baseline_id = $1 AND round = $2 AND verdict = 'accepted' AND `+of(3), append([]any{b.ID, b.Round}, w.args()...)...).Scan(&group)
		if err == nil {
			verdict = Grouped
			if _, err := tx.Exec(ctx, `UPDATE security_baseline_line SET covers = covers + 1 WHERE id = $1`, group); err != nil {
				return fmt.Errorf("count what a wider line covers: %w", err)
			}
			break
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("find a wider line: %w", err)
		}
	}
	return insertLine(ctx, tx, b, h, verdict, known, group, now)
}

func insertLine(ctx context.Context, tx *sqldb.Tx, b Baseline, h heard, verdict Verdict, known bool, group string, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_baseline_line (id, baseline_id, round, client, server, protocol, port, unit, class, function, first_at, last_at, units, learned_at, verdict, known, note, group_id, covers, judged_at, actor, actor_name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', $17, 0, 0, '', '')`,
		append(append([]any{ulid.Make().String(), b.ID, b.Round}, h.args()...), h.first.UnixMilli(), h.last.UnixMilli(), h.units, now.UnixMilli(), verdict, known, group)...)
	if err != nil {
		return fmt.Errorf("keep a line: %w", err)
	}
	return nil
}

// edition is the one in force. Editions never change, so that one that was read is right for good.
func (m *Baselines) edition(ctx context.Context, tx *sqldb.Tx, b Baseline) (*edition, error) {
	if b.Edition == 0 {
		return newEdition(0, nil, nil), nil
	}
	key := fmt.Sprintf("%s/%d", b.ID, b.Edition)
	m.mu.Lock()
	e := m.editions[key]
	m.mu.Unlock()
	if e != nil {
		return e, nil
	}
	allowed, err := entries(ctx, tx, b.ID, b.Edition)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT client, server, protocol, port, unit, class, function FROM security_baseline_line WHERE baseline_id = $1 AND round = $2 AND verdict = 'rejected'`, b.ID, b.published)
	if err != nil {
		return nil, fmt.Errorf("read what was rejected: %w", err)
	}
	rejected, err := sqldb.All(rows, scanWay)
	if err != nil {
		return nil, err
	}
	e = newEdition(b.Edition, allowed, rejected)
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.editions) >= mostRemembered {
		clear(m.editions)
	}
	m.editions[key] = e
	return e, nil
}

func entries(ctx context.Context, tx *sqldb.Tx, id string, number int64) ([]Way, error) {
	rows, err := tx.Query(ctx, `SELECT client, server, protocol, port, unit, class, function FROM security_baseline_entry WHERE baseline_id = $1 AND since <= $2 AND (until = 0 OR until > $2)`, id, number)
	if err != nil {
		return nil, fmt.Errorf("read an edition: %w", err)
	}
	return sqldb.All(rows, scanWay)
}

func scanWay(r sqldb.Row) (w Way, err error) {
	return w, r.Scan(&w.Client, &w.Server, &w.Protocol, &w.Port, &w.Unit, &w.Class, &w.Function)
}

// deviate keeps what the edition in force does not allow, and tells of it outside of maintenance.
func (m *Baselines) deviate(ctx context.Context, tx *sqldb.Tx, b Baseline, sensor string, list []heard, rules detection.Rules) ([]detection.Finding, error) {
	e, err := m.edition(ctx, tx, b)
	if err != nil {
		return nil, err
	}
	var out []detection.Finding
	var windows []Window
	kept, beyond := b.kept, b.DeviationsBeyond
	for _, h := range list {
		name := e.judge(h.Way)
		if name == "" {
			continue
		}
		rule, known := rules.Named(name)
		if !known {
			return nil, fmt.Errorf("the pack has no rule %s", name)
		}
		if windows == nil {
			if windows, err = windowsOf(ctx, tx, b.ID); err != nil {
				return nil, err
			}
		}
		window := maintained(windows, h)
		f := h.found(b, e, rule)
		added, err := m.deviation(ctx, tx, b, sensor, h, name, f.Fingerprint(sensor), window, kept < mostDeviations)
		if err != nil {
			return nil, err
		}
		switch added {
		case yes:
			kept++
		case noRoom:
			beyond++
		case before:
		}
		if window == "" {
			out = append(out, f)
		}
	}
	if kept != b.kept || beyond != b.DeviationsBeyond {
		if _, err := tx.Exec(ctx, `UPDATE security_baseline SET deviations = $2, deviations_beyond = $3 WHERE id = $1`, b.ID, kept, beyond); err != nil {
			return nil, fmt.Errorf("count deviations: %w", err)
		}
	}
	return out, nil
}

func maintained(list []Window, h heard) string {
	for _, w := range list {
		if w.covers(h.Client, h.first) && w.covers(h.Client, h.last) {
			return w.ID
		}
	}
	return ""
}

func windowsOf(ctx context.Context, tx *sqldb.Tx, id string) ([]Window, error) {
	rows, err := tx.Query(ctx, `SELECT id, from_at, to_at, hosts, reason, created_at, actor_name FROM security_baseline_window WHERE baseline_id = $1 ORDER BY to_at DESC, id LIMIT $2`, id, mostWindows)
	if err != nil {
		return nil, fmt.Errorf("read windows of maintenance: %w", err)
	}
	return sqldb.All(rows, scanWindow)
}

func scanWindow(r sqldb.Row) (w Window, err error) {
	var from, to, created int64
	var hosts string
	if err := r.Scan(&w.ID, &from, &to, &hosts, &w.Reason, &created, &w.By); err != nil {
		return w, err
	}
	w.From, w.To, w.CreatedAt = sqldb.Time(from), sqldb.Time(to), sqldb.Time(created)
	if err := json.Unmarshal([]byte(hosts), &w.Hosts); err != nil {
		return w, fmt.Errorf("read hosts of a window: %w", err)
	}
	return w, nil
}

type placed int

const (
	before placed = iota // it was there
	yes
	noRoom
)

// deviation keeps a way that deviates, or adds to it.
func (m *Baselines) deviation(ctx context.Context, tx *sqldb.Tx, b Baseline, sensor string, h heard, rule, fingerprint, window string, room bool) (placed, error) {
	n, err := tx.Exec(ctx, `UPDATE security_baseline_deviation SET units = units + $3, first_at = CASE WHEN first_at > $4 THEN $4 ELSE first_at END, last_at = CASE WHEN last_at < $5 THEN $5 ELSE last_at END,
		rule = $6, fingerprint = $7, edition = $8, window_id = $9, accepted = 0 WHERE baseline_id = $1 AND sensor_id = $2 AND `+of(10),
		append([]any{b.ID, sensor, h.units, h.first.UnixMilli(), h.last.UnixMilli(), rule, fingerprint, b.Edition, window}, h.args()...)...)
	if err == nil && n == 0 && !room {
		return noRoom, nil
	}
	if err == nil && n == 0 {
		_, err = tx.Exec(ctx, `INSERT INTO security_baseline_deviation (id, baseline_id, sensor_id, client, server, protocol, port, unit, class, function, rule, fingerprint, edition, first_at, last_at, units, window_id, accepted)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 0)`,
			append(append([]any{ulid.Make().String(), b.ID, sensor}, h.args()...), rule, fingerprint, b.Edition, h.first.UnixMilli(), h.last.UnixMilli(), h.units, window)...)
		if err == nil {
			return yes, nil
		}
	}
	if err != nil {
		return before, fmt.Errorf("keep a deviation: %w", err)
	}
	return before, nil
}
