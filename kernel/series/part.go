package series

import (
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/util/annotations"
	"golang.org/x/sync/errgroup"

	"linghang/kernel/fault"
)

const (
	// partSteps is how many steps a part has at least: below, opening the series
	// twice costs more than a second core gains.
	partSteps = 32
	// mostParts bounds how many cores one query may keep busy.
	mostParts = 4
)

// parts divides a range by time: each step of a range is evaluated by itself, and
// the engine uses one core for a query.
func (q question) parts(expr parser.Expr, workers int) []question {
	if q.step <= 0 || !separable(expr) {
		return []question{q}
	}
	steps := int(q.to.Sub(q.from)/q.step) + 1
	n := max(1, min(workers, steps/partSteps))
	list := make([]question, n)
	for i := range list {
		first, next := steps*i/n, steps*(i+1)/n
		list[i] = q
		list[i].from = q.from.Add(time.Duration(first) * q.step)
		if i < n-1 {
			list[i].to = q.from.Add(time.Duration(next-1) * q.step)
		}
	}
	return list
}

// separable tells whether a part of the range can be evaluated without the rest.
// It cannot where a modifier names an end of the range. Nor where two series may
// come to bear the same labels: the engine refuses that if it happens at any two
// times, of which a part sees one.
func separable(expr parser.Expr) bool {
	ok := true
	parser.Inspect(expr, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.VectorSelector:
			ok = ok && n.StartOrEnd == 0 && slices.ContainsFunc(n.LabelMatchers, func(m *labels.Matcher) bool {
				return m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual
			})
		case *parser.SubqueryExpr:
			ok = ok && n.StartOrEnd == 0
		case *parser.Call:
			ok = ok && n.Func.Name != "label_replace" && n.Func.Name != "label_join"
		}
		return nil
	})
	return ok
}

// workers is how many cores a query of this process may use.
func (e *Engine) workers() int {
	if e.cfg.Workers > 0 {
		return e.cfg.Workers
	}
	return min(runtime.GOMAXPROCS(0), mostParts)
}

// evaluate asks the engine; what it comes to is the engine's again after take.
func (r Reader) evaluate(ctx context.Context, q question, expr parser.Expr, take func(*promql.Result)) error {
	parts := q.parts(expr, r.s.e.workers())
	results := make([]*promql.Result, len(parts))
	prepared := make([]promql.Query, len(parts))
	for i, part := range parts {
		var err error
		if prepared[i], err = r.prepare(ctx, part); err != nil {
			return err
		}
		defer prepared[i].Close()
	}
	g, ctx := errgroup.WithContext(ctx)
	for i := range parts {
		g.Go(func() error {
			results[i] = prepared[i].Exec(ctx)
			if results[i].Err != nil {
				return evaluation(results[i].Err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	take(joined(results))
	return nil
}

func (r Reader) prepare(ctx context.Context, q question) (promql.Query, error) {
	db, err := r.local()
	if err != nil {
		return nil, err
	}
	options := promql.NewPrometheusQueryOpts(false, q.Lookback, nil)
	var prepared promql.Query
	if q.step == 0 {
		prepared, err = r.s.e.queries.NewInstantQuery(ctx, db, options, q.text, q.to)
	} else {
		prepared, err = r.s.e.queries.NewRangeQuery(ctx, db, options, q.text, q.from, q.to, q.step)
	}
	if err != nil {
		return nil, badQuery(err)
	}
	return prepared, nil
}

// joined puts the parts of a range together: the points of a series follow in the
// order of the parts.
func joined(results []*promql.Result) *promql.Result {
	if len(results) == 1 {
		return results[0]
	}
	var matrix promql.Matrix
	var notes annotations.Annotations
	for _, res := range results {
		part, _ := res.Value.(promql.Matrix) // a range comes to nothing else
		matrix = append(matrix, part...)
		notes.Merge(res.Warnings)
	}
	slices.SortStableFunc(matrix, func(a, b promql.Series) int { return labels.Compare(a.Metric, b.Metric) })
	whole := make(promql.Matrix, 0, len(matrix))
	for _, s := range matrix {
		if n := len(whole); n > 0 && labels.Equal(whole[n-1].Metric, s.Metric) {
			whole[n-1].Floats = slices.Concat(whole[n-1].Floats, s.Floats)
			whole[n-1].Histograms = slices.Concat(whole[n-1].Histograms, s.Histograms)
			continue
		}
		whole = append(whole, s)
	}
	return &promql.Result{Value: whole, Warnings: notes}
}

func badQuery(err error) error {
	return fault.New(fault.BadRequest, "kernel.series.query", "the query cannot be read: %v", err)
}
