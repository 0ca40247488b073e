package baseline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// LearnedLine is one way in which two speak, and what was said of it.
type LearnedLine struct {
	ID string `json:"id"`
	Way
	ClientPlace Place      `json:"client_place" doc:"The asset with this address, as its owner declared it"`
	ServerPlace Place      `json:"server_place"`
	FirstAt     time.Time  `json:"first_at" title:"首次出现|First seen"`
	LastAt      time.Time  `json:"last_at" title:"最近出现|Last seen"`
	Units       int64      `json:"units" title:"报文数|Units"`
	Verdict     Verdict    `json:"verdict" enum:"open,accepted,rejected,grouped" title:"结论|Verdict"`
	Known       bool       `json:"known" doc:"The edition in force allowed it when it was learned" title:"已在基线|In the edition"`
	Note        string     `json:"note" title:"说明|Note"`
	GroupID     string     `json:"group_id" doc:"The wider line that stands for it"`
	Covers      int64      `json:"covers" doc:"Of a wider line: how many it stands for" title:"合并行数|Covers"`
	JudgedAt    *time.Time `json:"judged_at,omitempty" title:"评审时间|Judged"`
	By          string     `json:"by" title:"评审人|By"`
}

// Place is an asset as its owner declared it.
type Place struct {
	Name string `json:"name"`
	Zone string `json:"zone"`
}

const lineColumns = `l.id, l.client, l.server, l.protocol, l.port, l.unit, l.class, l.function, l.first_at, l.last_at, l.units, l.verdict, l.known, l.note, l.group_id, l.covers, l.judged_at, l.actor_name`

func scanLine(r sqldb.Row) (l LearnedLine, err error) {
	var first, last, judged int64
	err = r.Scan(&l.ID, &l.Client, &l.Server, &l.Protocol, &l.Port, &l.Unit, &l.Class, &l.Function, &first, &last, &l.Units, &l.Verdict, &l.Known, &l.Note, &l.GroupID, &l.Covers, &judged, &l.By)
	l.FirstAt, l.LastAt, l.JudgedAt = sqldb.Time(first), sqldb.Time(last), sqldb.Instant(judged)
	return l, err
}

type lineParams struct {
	ID string `path:"id" maxLength:"40"`
	sqldb.ListParams
	Verdict  string `query:"verdict" enum:"open,accepted,rejected,grouped"`
	Class    string `query:"class" maxLength:"64"`
	Protocol string `query:"protocol" maxLength:"64"`
	Host     string `query:"host" maxLength:"64" doc:"Address of one of the two"`
	Known    string `query:"known" enum:"yes,no" doc:"Whether the edition in force has it"`
	Group    string `query:"group" maxLength:"40" doc:"ID of a wider line: those that it stands for"`
}

// lines are those of the round that is learned or was reviewed last. The order puts what
// changes a plant first.
func (s store) lines(ctx context.Context, b Baseline, in lineParams) (sqldb.Page[LearnedLine], error) {
	rank := `CASE l.class WHEN 'program' THEN 1 WHEN 'control' THEN 2 WHEN 'config' THEN 3 WHEN 'write' THEN 4 ELSE 5 END`
	l := sqldb.List{
		Select: lineColumns, From: "security_baseline_line l", Key: "l.id", Order: "weight",
		Sort: map[string]string{
			"weight": rank, "client": "l.client", "server": "l.server", "protocol": "l.protocol", "class": "l.class", "function": "l.function", "first_at": "l.first_at", "last_at": "l.last_at", "units": "l.units", "verdict": "l.verdict",
		},
		Search: []string{"l.client", "l.server", "l.function", "l.note"},
	}
	l.Where("l.baseline_id = ? AND l.round = ?", b.ID, b.Round).WhereIf("l.verdict = ?", in.Verdict).WhereIf("l.class = ?", in.Class).WhereIf("l.protocol = ?", in.Protocol).WhereIf("l.group_id = ?", in.Group)
	if in.Host != "" {
		l.Where("l.client = ? OR l.server = ?", in.Host, in.Host)
	}
	if in.Known != "" {
		l.Where("l.known = ?", in.Known == "yes")
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanLine)
}

// spoken is what two say to each other, by class and verdict.
type spoken struct {
	client, server, protocol, class string
	verdict                         Verdict
	units                           int64
}

func (s store) spoken(ctx context.Context, b Baseline) ([]spoken, error) {
	rows, err := s.db.Query(ctx, `SELECT client, server, protocol, class, verdict, CAST(SUM(units) AS BIGINT) FROM security_baseline_line WHERE baseline_id = $1 AND round = $2 AND covers = 0 GROUP BY client, server, protocol, class, verdict`, b.ID, b.Round)
	if err != nil {
		return nil, fmt.Errorf("read lines: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x spoken, err error) {
		return x, r.Scan(&x.client, &x.server, &x.protocol, &x.class, &x.verdict, &x.units)
	})
}

// Counts says how many lines there are of each verdict.
type Counts struct {
	Open     int64 `json:"open"`
	Accepted int64 `json:"accepted"`
	Rejected int64 `json:"rejected"`
	Grouped  int64 `json:"grouped"`
	Known    int64 `json:"known" doc:"Of the edition in force"`
	Unseen   int64 `json:"unseen" doc:"Entries of the edition in force that this round of learning did not hear"`
}

func (s store) counts(ctx context.Context, b Baseline) (c Counts, err error) {
	err = s.db.QueryRow(ctx, `SELECT COUNT(*) FILTER (WHERE verdict = 'open'), COUNT(*) FILTER (WHERE verdict = 'accepted'), COUNT(*) FILTER (WHERE verdict = 'rejected'), COUNT(*) FILTER (WHERE verdict = 'grouped'), COUNT(*) FILTER (WHERE known)
		FROM security_baseline_line WHERE baseline_id = $1 AND round = $2`, b.ID, b.Round).Scan(&c.Open, &c.Accepted, &c.Rejected, &c.Grouped, &c.Known)
	if err != nil {
		return c, fmt.Errorf("count lines: %w", err)
	}
	if b.Edition == 0 || !b.learns() {
		return c, nil
	}
	list, err := s.unseen(ctx, b)
	c.Unseen = int64(len(list))
	return c, err
}

// unseen are entries of the edition in force that this round did not hear; a wider entry is
// heard with any line that it covers.
func (s store) unseen(ctx context.Context, b Baseline) (list []Way, err error) {
	rows, err := s.db.Query(ctx, `SELECT e.client, e.server, e.protocol, e.port, e.unit, e.class, e.function FROM security_baseline_entry e WHERE e.baseline_id = $1 AND e.until = 0
		AND NOT EXISTS (SELECT 1 FROM security_baseline_line l WHERE l.baseline_id = $1 AND l.round = $2 AND l.client = e.client AND l.server = e.server AND l.protocol = e.protocol AND l.class = e.class
			AND (e.port = -1 OR l.port = e.port) AND (e.unit = -1 OR l.unit = e.unit) AND (e.function = '*' OR l.function = e.function))`, b.ID, b.Round)
	if err != nil {
		return nil, fmt.Errorf("find what was not heard: %w", err)
	}
	return sqldb.All(rows, scanWay)
}

// Judgement is what a person says of lines.
type Judgement struct {
	Lines   []string `json:"lines,omitempty" maxItems:"500" doc:"IDs of lines"`
	Where   *Such    `json:"where,omitempty" doc:"Instead: all open lines that fit"`
	Verdict Verdict  `json:"verdict" enum:"accepted,rejected,open" doc:"open takes a verdict back"`
	Note    string   `json:"note,omitempty" maxLength:"500"`
}

// Such are lines that have something in common.
type Such struct {
	Client   string `json:"client,omitempty" maxLength:"64"`
	Server   string `json:"server,omitempty" maxLength:"64"`
	Protocol string `json:"protocol,omitempty" maxLength:"64"`
	Class    string `json:"class,omitempty" maxLength:"64"`
}

// reviewing refuses judgements when there is no review.
func reviewing(b Baseline) error {
	if !b.learns() {
		return fault.New(fault.Conflict, "security.baseline.no_review", "lines are judged while the baseline learns or is reviewed; let it learn anew")
	}
	return nil
}

// judge says of lines what a person says, and how many changed.
func (s store) judge(ctx context.Context, id string, j Judgement, now time.Time) (changed int, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		changed = 0
		b, err := inside(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := reviewing(b); err != nil {
			return err
		}
		list, err := chosen(ctx, tx, b, j)
		if err != nil {
			return err
		}
		for _, l := range list {
			n, err := verdict(ctx, tx, b, l, j.Verdict, j.Note, now)
			if err != nil {
				return err
			}
			changed += n
		}
		tx.Changed("baseline_lines", id, nil, map[string]any{"verdict": j.Verdict, "lines": changed, "where": j.Where, "note": j.Note})
		return nil
	})
	return changed, err
}

// chosen are the lines that a judgement is about.
func chosen(ctx context.Context, tx *sqldb.Tx, b Baseline, j Judgement) ([]LearnedLine, error) {
	if j.Where != nil {
		q := []string{`l.baseline_id = $1`, `l.round = $2`, `l.verdict = 'open'`}
		args := []any{b.ID, b.Round}
		for column, value := range map[string]string{"client": j.Where.Client, "server": j.Where.Server, "protocol": j.Where.Protocol, "class": j.Where.Class} {
			if value != "" {
				args = append(args, value)
				q = append(q, fmt.Sprintf("l.%s = $%d", column, len(args)))
			}
		}
		rows, err := tx.Query(ctx, `SELECT `+lineColumns+` FROM security_baseline_line l WHERE `+strings.Join(q, " AND "), args...)
		if err != nil {
			return nil, fmt.Errorf("find lines: %w", err)
		}
		return sqldb.All(rows, scanLine)
	}
	var list []LearnedLine
	for i, id := range j.Lines {
		rows, err := tx.Query(ctx, `SELECT `+lineColumns+` FROM security_baseline_line l WHERE l.id = $1 AND l.baseline_id = $2 AND l.round = $3`, id, b.ID, b.Round)
		if err != nil {
			return nil, fmt.Errorf("find a line: %w", err)
		}
		one, err := sqldb.All(rows, scanLine)
		if err != nil {
			return nil, err
		}
		if len(one) == 0 {
			return nil, fault.New(fault.Invalid, "security.baseline.line", "there is no such line").At(fmt.Sprintf("body.lines[%d]", i), "a line of the round that is reviewed; read them again")
		}
		if !slices.ContainsFunc(list, func(l LearnedLine) bool { return l.ID == id }) {
			list = append(list, one[0])
		}
	}
	return list, nil
}

// verdict says what of one line. A wider line that is rejected or opened again is no more; what
// it stood for gets the verdict.
func verdict(ctx context.Context, tx *sqldb.Tx, b Baseline, l LearnedLine, v Verdict, text string, now time.Time) (int, error) {
	who := handOf(ctx)
	judged := now.UnixMilli()
	if v == Open {
		who, judged = hand{}, 0
	}
	if l.Covers > 0 {
		if v == Accepted {
			return 0, nil
		}
		n, err := tx.Exec(ctx, `UPDATE security_baseline_line SET verdict = $3, note = $4, group_id = '', judged_at = $5, actor = $6, actor_name = $7 WHERE baseline_id = $1 AND group_id = $2`, b.ID, l.ID, v, text, judged, who.actor, who.name)
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM security_baseline_line WHERE id = $1`, l.ID)
		}
		if err != nil {
			return 0, fmt.Errorf("dissolve a wider line: %w", err)
		}
		return int(n), nil
	}
	if l.Verdict == v && l.Note == text {
		return 0, nil
	}
	_, err := tx.Exec(ctx, `UPDATE security_baseline_line SET verdict = $2, note = $3, group_id = '', judged_at = $4, actor = $5, actor_name = $6 WHERE id = $1`, l.ID, v, text, judged, who.actor, who.name)
	if err != nil {
		return 0, fmt.Errorf("judge a line: %w", err)
	}
	return 1, left(ctx, tx, l.GroupID)
}

// left takes a line out of the count of the wider one that stood for it.
func left(ctx context.Context, tx *sqldb.Tx, group string) error {
	if group == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `DELETE FROM security_baseline_line WHERE id = $1 AND covers <= 1`, group)
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE security_baseline_line SET covers = covers - 1 WHERE id = $1`, group)
	}
	if err != nil {
		return fmt.Errorf("take a line out of a wider one: %w", err)
	}
	return nil
}

// Grouping puts lines into a wider one.
type Grouping struct {
	Lines []string `json:"lines" minItems:"1" maxItems:"500" doc:"IDs of lines between the same two, of the same protocol and class"`
	Any   []string `json:"any" minItems:"1" maxItems:"3" enum:"port,unit,function" doc:"What may be any"`
	Note  string   `json:"note,omitempty" maxLength:"500"`
}

// group accepts a wider line for some lines, and for all others that it covers.
func (s store) group(ctx context.Context, id string, g Grouping, now time.Time) (covers int, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		covers = 0
		b, err := inside(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := reviewing(b); err != nil {
			return err
		}
		list, err := chosen(ctx, tx, b, Judgement{Lines: g.Lines})
		if err != nil {
			return err
		}
		if slices.ContainsFunc(list, func(l LearnedLine) bool { return l.Covers > 0 || l.Verdict == Grouped }) {
			return fault.New(fault.Invalid, "security.baseline.grouped", "a line of these is wider already, or belongs to a wider one").At("body.lines", "take the verdict of the wider line back first")
		}
		var ways []Way
		for _, l := range list {
			ways = append(ways, l.Way)
		}
		w, err := group(ways, g.Any)
		if err != nil {
			return fault.New(fault.Invalid, "security.baseline.group", "these cannot be one line: %s", err).At("body.lines", "%s", err)
		}
		covers, err = widen(ctx, tx, b, w, g.Note, now)
		return err
	})
	return covers, err
}

// widen keeps a wider line, and lets it stand for all lines that it covers and nobody rejected.
func widen(ctx context.Context, tx *sqldb.Tx, b Baseline, w Way, text string, now time.Time) (int, error) {
	who, id := handOf(ctx), ulid.Make().String()
	n, err := tx.Exec(ctx, `UPDATE security_baseline_line SET verdict = 'grouped', group_id = $3, judged_at = $4, actor = $5, actor_name = $6 WHERE baseline_id = $1 AND round = $2 AND covers = 0 AND verdict IN ('open', 'accepted')
		AND client = $7 AND server = $8 AND protocol = $9 AND class = $10 AND ($11 = -1 OR port = $11) AND ($12 = -1 OR unit = $12) AND ($13 = '*' OR function = $13)`,
		b.ID, b.Round, id, now.UnixMilli(), who.actor, who.name, w.Client, w.Server, w.Protocol, w.Class, w.Port, w.Unit, w.Function)
	if err != nil {
		return 0, fmt.Errorf("put lines into a wider one: %w", err)
	}
	if n == 0 {
		return 0, fault.New(fault.Conflict, "security.baseline.empty_group", "all lines that the wider one would stand for were rejected")
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_baseline_line (id, baseline_id, round, client, server, protocol, port, unit, class, function, first_at, last_at, units, learned_at, verdict, known, note, group_id, covers, judged_at, actor, actor_name)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, MIN(first_at), MAX(last_at), CAST(SUM(units) AS BIGINT), $11, 'accepted', FALSE, $12, '', $13, $11, $14, $15 FROM security_baseline_line WHERE group_id = $1`,
		id, b.ID, b.Round, w.Client, w.Server, w.Protocol, w.Port, w.Unit, w.Class, w.Function, now.UnixMilli(), text, n, who.actor, who.name)
	if sqldb.IsUnique(err) {
		return 0, fault.New(fault.Conflict, "security.baseline.group_twice", "there is such a wider line already")
	}
	if err != nil {
		return 0, fmt.Errorf("keep a wider line: %w", err)
	}
	tx.Changed("baseline_group", id, nil, map[string]any{"way": w, "covers": n, "note": text})
	return int(n), nil
}
