package service

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"linghang/kernel/sqldb"
)

// figureOf is what one kept figure is about: by what services are counted ("" for the
// totals), in all time (0), a year or a quarter (20264), and of which code.
type figureOf struct {
	by     string
	period int
	code   string
}

func (f figureOf) compare(x figureOf) int {
	return cmp.Or(cmp.Compare(f.by, x.by), cmp.Compare(f.period, x.period), cmp.Compare(f.code, x.code))
}

// figure are the columns of what is kept, in the order of the table.
type figure [9]int64

// add adds so many times another.
func (f figure) add(x figure, times int64) figure {
	for i := range f {
		f[i] += times * x[i]
	}
	return f
}

// figurePeriod is under what the figures of a period are kept, which is all time, a year
// or a quarter.
func figurePeriod(first, last int) int {
	switch {
	case first == 0:
		return 0
	case first != last:
		return first / 10
	default:
		return first
	}
}

// figuredAtOnce is of how many enterprises one question asks.
const figuredAtOnce = 400

// figured makes a change of the services to some enterprises, which the transaction has
// queued for, and keeps the figures in step: what these services came to before is taken
// away, and what they come to after is added. Services change in no other way.
func figured(ctx context.Context, tx *sqldb.Tx, entries []string, change func() error) error {
	entries = slices.Compact(slices.Sorted(slices.Values(entries)))
	differs := map[figureOf]figure{}
	if err := cameTo(ctx, tx, entries, differs, -1); err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	if err := cameTo(ctx, tx, entries, differs, 1); err != nil {
		return err
	}
	maps.DeleteFunc(differs, func(_ figureOf, f figure) bool { return f == figure{} })
	if len(differs) == 0 {
		return nil
	}
	if err := tx.Queue(ctx, "service figures"); err != nil {
		return err
	}
	for _, of := range slices.SortedFunc(maps.Keys(differs), figureOf.compare) {
		if err := addFigure(ctx, tx, of, differs[of]); err != nil {
			return err
		}
	}
	return nil
}

// cameTo adds to the figures, so many times, what the services to some enterprises come to.
func cameTo(ctx context.Context, tx *sqldb.Tx, entries []string, into map[figureOf]figure, times int64) error {
	for part := range slices.Chunk(entries, figuredAtOnce) {
		list, args := strings.Builder{}, make([]any, len(part))
		for i, id := range part {
			if args[i] = id; i > 0 {
				list.WriteString(", ")
			}
			fmt.Fprintf(&list, "$%d", i+1)
		}
		rows, err := tx.Query(ctx, figuresOf(list.String()), args...)
		if err != nil {
			return fmt.Errorf("add up the services to some enterprises: %w", err)
		}
		_, err = sqldb.All(rows, func(r sqldb.Row) (f figure, err error) {
			var of figureOf
			err = r.Scan(&of.by, &of.period, &of.code, &f[0], &f[1], &f[2], &f[3], &f[4], &f[5], &f[6], &f[7], &f[8])
			into[of] = into[of].add(f, times)
			return f, err
		})
		if err != nil {
			return fmt.Errorf("add up the services to some enterprises: %w", err)
		}
	}
	return nil
}

// figuresOf is the question what the services to listed enterprises come to. Migration
// 0012 asks the same of all.
func figuresOf(list string) string {
	return `SELECT x.by_what, x.period, x.code, SUM(x.services), COUNT(CASE WHEN x.services > 0 THEN 1 END), SUM(x.made),
		    SUM(x.waiting), SUM(x.silent), SUM(x.objected), SUM(x.rejected), SUM(x.upheld), SUM(x.duplicates)
		FROM (
		    SELECT b.by_what, CASE b.depth WHEN 0 THEN 0 WHEN 1 THEN s.quarter / 10 ELSE s.quarter END AS period,
		        CASE b.by_what WHEN 'quarter' THEN CAST(s.quarter AS TEXT) WHEN 'district' THEN s.district WHEN 'industry' THEN s.industry WHEN 'provider' THEN s.provider WHEN 'matter' THEN s.matter ELSE '' END AS code,
		        s.entry_id, COUNT(CASE WHEN s.counted THEN 1 END) AS services, COUNT(CASE WHEN s.counted AND s.synthetic THEN 1 END) AS made,
		        COUNT(CASE WHEN s.state = 'waiting' THEN 1 END) AS waiting, COUNT(CASE WHEN s.state = 'silent' THEN 1 END) AS silent, COUNT(CASE WHEN s.state = 'objected' THEN 1 END) AS objected,
		        COUNT(CASE WHEN s.verdict = 'rejected' THEN 1 END) AS rejected, COUNT(CASE WHEN s.verdict = 'upheld' THEN 1 END) AS upheld, COUNT(CASE WHEN s.duplicate_of <> '' THEN 1 END) AS duplicates
		    FROM service s CROSS JOIN service_figured b
		    WHERE s.entry_id IN (` + list + `)
		    GROUP BY 1, 2, 3, 4
		) x GROUP BY 1, 2, 3`
}

func addFigure(ctx context.Context, tx *sqldb.Tx, of figureOf, f figure) error {
	_, err := tx.Exec(ctx, `INSERT INTO service_figure AS f (by_what, period, code, services, enterprises, made, waiting, silent, objected, rejected, upheld, duplicates) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (by_what, period, code) DO UPDATE SET services = f.services + excluded.services, enterprises = f.enterprises + excluded.enterprises, made = f.made + excluded.made,
		waiting = f.waiting + excluded.waiting, silent = f.silent + excluded.silent, objected = f.objected + excluded.objected,
		rejected = f.rejected + excluded.rejected, upheld = f.upheld + excluded.upheld, duplicates = f.duplicates + excluded.duplicates`,
		of.by, of.period, of.code, f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8])
	if err != nil {
		return fmt.Errorf("keep figures of services: %w", err)
	}
	return nil
}
