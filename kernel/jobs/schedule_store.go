package jobs

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// Schedule is a periodic kind with its last job and when the next is due.
type Schedule struct {
	Kind      string     `json:"kind" title:"类别|Kind"`
	Title     lang.Text  `json:"title" title:"任务|Job"`
	Seconds   int64      `json:"every_seconds" title:"周期（秒）|Period (seconds)"`
	NextAt    *time.Time `json:"next_at,omitempty" title:"下次运行|Next due"`
	State     State      `json:"state" enum:"never,waiting,running,done,failed,cancelled" title:"最近一次|Last run"`
	LastAt    *time.Time `json:"last_at,omitempty" doc:"When the last run ended, or was asked for" title:"最近时间|Last at"`
	Took      float64    `json:"took_seconds" title:"耗时（秒）|Took (seconds)"`
	LastError string     `json:"last_error,omitempty" title:"错误|Error"`
	Failures  int        `json:"failures" doc:"Within the last day" title:"一日内失败|Failures in a day"`
	Last      *Job       `json:"last,omitempty"`
}

// Never is the state of a kind that has not run yet.
const Never State = "never"

// ScheduleParams filter the list of periodic kinds.
type ScheduleParams struct {
	sqldb.ListParams
	State string `query:"state" enum:"never,waiting,running,done,failed,cancelled"`
}

// ListSchedules returns periodic kinds as a list. They are few: their number is that of the program's.
func (d *Desk) ListSchedules(ctx context.Context, in ScheduleParams) (sqldb.Page[Schedule], error) {
	none := sqldb.Page[Schedule]{Items: []Schedule{}}
	list, err := d.Schedules(ctx)
	if err != nil {
		return none, err
	}
	q := strings.ToLower(strings.TrimSpace(in.Q))
	list = slices.DeleteFunc(list, func(s Schedule) bool {
		text := strings.ToLower(strings.Join([]string{s.Kind, s.Title.ZH, s.Title.EN, s.LastError}, "\n"))
		return (in.State != "" && string(s.State) != in.State) || !strings.Contains(text, q)
	})
	field, down := strings.CutPrefix(in.Sort, "-")
	by := map[string]func(a, b Schedule) int{
		"":         func(a, b Schedule) int { return cmp.Compare(a.Kind, b.Kind) },
		"kind":     func(a, b Schedule) int { return cmp.Compare(a.Kind, b.Kind) },
		"every":    func(a, b Schedule) int { return cmp.Compare(a.Seconds, b.Seconds) },
		"next_at":  func(a, b Schedule) int { return millis(a.NextAt) - millis(b.NextAt) },
		"last_at":  func(a, b Schedule) int { return millis(a.LastAt) - millis(b.LastAt) },
		"state":    func(a, b Schedule) int { return cmp.Compare(a.State, b.State) },
		"failures": func(a, b Schedule) int { return cmp.Compare(a.Failures, b.Failures) },
	}[field]
	if by == nil {
		return none, fault.New(fault.Invalid, "kernel.list.sort", "this list cannot be sorted by %q", field).
			At("query.sort", "use one of kind, every, next_at, last_at, state, failures")
	}
	slices.SortStableFunc(list, by)
	if down {
		slices.Reverse(list)
	}
	return pageOf(list, in.ListParams)
}

func millis(t *time.Time) int {
	if t == nil {
		return 0
	}
	return int(t.UnixMilli())
}

// pageOf cuts a page out of the list; its cursor is a position.
func pageOf(list []Schedule, in sqldb.ListParams) (sqldb.Page[Schedule], error) {
	start := 0
	if in.Cursor != "" {
		n, err := strconv.Atoi(in.Cursor)
		if err != nil || n < 0 {
			return sqldb.Page[Schedule]{}, fault.New(fault.Invalid, "kernel.list.cursor", "the cursor does not belong to this list").At("query.cursor", "start again without a cursor")
		}
		start = min(n, len(list))
	}
	page := sqldb.Page[Schedule]{Items: list[start:], Total: len(list)}
	if limit := max(1, min(in.Limit, 500)); len(page.Items) > limit {
		page.Items, page.NextCursor = page.Items[:limit], strconv.Itoa(start+limit)
	}
	return page, nil
}

// Schedules returns all periodic kinds.
func (d *Desk) Schedules(ctx context.Context) ([]Schedule, error) {
	planned, err := d.planned(ctx)
	if err != nil {
		return nil, err
	}
	newest, err := d.newest(ctx)
	if err != nil {
		return nil, err
	}
	failures, err := d.failures(ctx)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	kinds := maps.Clone(d.kinds)
	d.mu.Unlock()
	list := []Schedule{}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		if kinds[name].Every <= 0 {
			continue
		}
		s := Schedule{
			Kind: name, Title: d.titled(Job{Kind: name}).Title, Seconds: int64(kinds[name].Every / time.Second), NextAt: moment(planned[name].nextAt),
			State: Never, Failures: failures[name],
		}
		if last, ok := newest[name]; ok {
			s = s.after(d.titled(last))
		}
		list = append(list, s)
	}
	return list, nil
}

// after is a schedule whose last job is known.
func (s Schedule) after(last Job) Schedule {
	s.Last, s.State, s.LastAt, s.LastError = &last, last.State, &last.CreatedAt, last.Error
	if last.FinishedAt != nil {
		s.LastAt = last.FinishedAt
	}
	if last.FinishedAt != nil && last.StartedAt != nil {
		s.Took = last.FinishedAt.Sub(*last.StartedAt).Seconds()
	}
	return s
}

// newest returns the last job of each kind.
func (d *Desk) newest(ctx context.Context) (map[string]Job, error) {
	rows, err := d.db.Query(ctx, `SELECT `+columns+` FROM job WHERE created_at = (SELECT MAX(o.created_at) FROM job o WHERE o.kind = job.kind) ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read last jobs: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (Job, error) { return scan(r) })
	found := map[string]Job{}
	for _, j := range list {
		found[j.Kind] = j
	}
	return found, err
}

// failures counts the failed jobs of each kind within the last day.
func (d *Desk) failures(ctx context.Context) (map[string]int, error) {
	rows, err := d.db.Query(ctx, `SELECT kind, COUNT(*) FROM job WHERE state = 'failed' AND created_at > $1 GROUP BY kind`, time.Now().Add(-24*time.Hour).UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("count failed jobs: %w", err)
	}
	found := map[string]int{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (n int, err error) {
		var kind string
		err = r.Scan(&kind, &n)
		found[kind] = n
		return n, err
	})
	return found, err
}
