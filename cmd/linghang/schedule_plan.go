package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"linghang/kernel"
	"linghang/lib/schedule/highs"
	"linghang/lib/schedule/planning/lots"
	"linghang/lib/schedule/planning/pooling"
	"linghang/lib/schedule/planning/recipe"
	"linghang/lib/schedule/planning/stn"
)

// planFlags are what all kinds of plans are asked with.
type planFlags struct {
	time time.Duration
	gap  float64
	seed int32
}

// schedulePlan plans what to make, before schedules say when exactly.
func schedulePlan() *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use: "plan", Short: "Plan batches of recipes, blends and lot sizes",
		Long: `Plan what to make, by mixed integer programmes with a proof of how good the plan is.

With --output json one object is printed: status ("optimal" within --gap, "limit" when it was stopped before, or
"infeasible"), the plan, bound (no plan is better), gap and seconds. As text the plan is CSV, and the rest is told on
the standard error. Ctrl-C and --time end the search with the best plan so far. It is an error if there is none.`,
		Example: "  linghang schedule plan schema batches > batches.schema.json\n  linghang schedule plan batches --time 10m --output json plant.json\n  linghang schedule plan lots lots.json > lots.csv",
	}
	cmd.PersistentFlags().DurationVar(&f.time, "time", time.Minute, "how long to search; 0 is until it is proven")
	cmd.PersistentFlags().Float64Var(&f.gap, "gap", 1e-4, "relative gap at which a plan counts as optimal")
	cmd.PersistentFlags().Int32Var(&f.seed, "seed", 0, "of the solver's choices")
	cmd.AddCommand(planBatches(&f), planBlend(&f), planLots(&f), planSchema(), planLicence())
	return cmd
}

func planBatches(f *planFlags) *cobra.Command {
	return &cobra.Command{
		Use: "batches FILE", Short: "Plan the batches of a production network", Args: cobra.ExactArgs(1),
		Long: `Plan which batches of which size run when and in which unit, so that the stock at the horizon is worth most, less
costs. FILE is a State-Task-Network in JSON, see: linghang schedule plan schema batches; - is the standard input.`,
		Example: "  linghang schedule plan batches plant.json\n  linghang schedule plan batches --time 10m --gap 0.01 --output json plant.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd, args[0], func(ctx context.Context, e *highs.Engine, data []byte) (*outcome, error) {
				n, err := recipe.Decode(data)
				if err != nil {
					return nil, err
				}
				o := highs.Options{Time: f.time, Gap: f.gap, Seed: f.seed}
				if shows(cmd.ErrOrStderr()) {
					o.Progress = func(p highs.Progress) { f.tell(cmd, "worth", "at most", p.Seconds, p.Objective, p.Bound) }
				}
				r, err := stn.Plan(ctx, e, n, o)
				if err != nil {
					return nil, err
				}
				if r.Plan == nil {
					return &outcome{Status: r.Status}, nil
				}
				return &outcome{Status: r.Status, Objective: r.Plan.Objective, Bound: r.Bound, Gap: r.Gap, Seconds: r.Seconds, Plan: r.Plan, rows: batchRows(r.Plan)}, nil
			})
		},
	}
}

func planBlend(f *planFlags) *cobra.Command {
	return &cobra.Command{
		Use: "blend FILE", Short: "Plan a blend, directly and through pools", Args: cobra.ExactArgs(1),
		Long: `Plan how much of which component flows to which pool and product, so that profit is largest and qualities keep
their limits. FILE is a blending problem in JSON, see: linghang schedule plan schema blend; - is the standard input.`,
		Example: "  linghang schedule plan blend blend.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd, args[0], func(ctx context.Context, e *highs.Engine, data []byte) (*outcome, error) {
				p, err := pooling.Decode(data)
				if err != nil {
					return nil, err
				}
				o := pooling.Options{Time: f.time, Gap: f.gap}
				if shows(cmd.ErrOrStderr()) {
					o.Progress = func(p pooling.Progress) { f.tell(cmd, "worth", "at most", p.Seconds, p.Profit, p.Bound) }
				}
				r, err := pooling.Solve(ctx, e, p, o)
				if err != nil {
					return nil, err
				}
				if r.Blend == nil {
					return &outcome{Status: r.Status}, nil
				}
				return &outcome{Status: r.Status, Objective: r.Blend.Profit, Bound: r.Bound, Gap: r.Gap, Seconds: r.Seconds, Plan: r.Blend, rows: flowRows(r.Blend)}, nil
			})
		},
	}
}

func planSchema() *cobra.Command {
	return &cobra.Command{
		Use: "schema batches|blend|lots", Short: "Print the JSON Schema of a FILE", Args: cobra.ExactArgs(1),
		Example: "  linghang schedule plan schema lots > lots.schema.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			schema := map[string]func() []byte{"batches": recipe.Schema, "blend": pooling.Schema, "lots": lots.Schema}[args[0]]
			if schema == nil {
				return kernel.Usage(fmt.Errorf("the schema is that of batches, blend or lots, not %q", args[0]))
			}
			_, err := cmd.OutOrStdout().Write(schema())
			return err //nolint:wrapcheck // of the standard output
		},
	}
}

// outcome is what is printed of any plan.
type outcome struct {
	Status    highs.Status `json:"status"`
	Objective float64      `json:"objective"`
	Bound     float64      `json:"bound"`
	Gap       float64      `json:"gap"`
	Seconds   float64      `json:"seconds"`
	Plan      any          `json:"plan"`
	rows      [][]string   // of the CSV, with its head
	costs     bool         // less is better
}

// run reads the file, plans and prints.
func (f *planFlags) run(cmd *cobra.Command, file string, plan func(ctx context.Context, e *highs.Engine, data []byte) (*outcome, error)) error {
	inJSON, err := asJSON(cmd)
	if err != nil {
		return err
	}
	if f.time < 0 || !(f.gap > 0 && f.gap < 1) || f.seed < 0 {
		return kernel.Usage(errors.New("--time and --seed are 0 or more, --gap is more than 0 and less than 1"))
	}
	data, err := readFile(cmd, file)
	if err != nil {
		return err
	}
	e := highs.New(highs.Limits{Instances: 1, Memory: 2 << 30, Cache: compiledFolder()})
	defer func() { _ = e.Close(context.WithoutCancel(cmd.Context())) }()
	o, err := plan(cmd.Context(), e, data)
	if shows(cmd.ErrOrStderr()) {
		_, _ = fmt.Fprintln(cmd.ErrOrStderr())
	}
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", file, err)
	case o.Plan == nil && o.Status == highs.Infeasible:
		return fmt.Errorf("%s: no plan satisfies it", file)
	case o.Plan == nil && o.Status == highs.Unbounded:
		return fmt.Errorf("%s: plans are worth without end; something has a price and no limit", file)
	case o.Plan == nil:
		return fmt.Errorf("%s: no plan was found; a longer --time may", file)
	}
	return o.print(cmd, inJSON)
}

func (o *outcome) print(cmd *cobra.Command, inJSON bool) error {
	if math.IsInf(o.Bound, 0) || math.IsInf(o.Gap, 0) { // JSON has no infinity
		o.Bound, o.Gap = math.MaxFloat64, math.MaxFloat64
	}
	if inJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(o)
	}
	what, limit := "worth", "at most"
	if o.costs {
		what, limit = "costs", "at least"
	}
	_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s %.3f, %s %.3f (gap %.4f %%), in %.1f s\n", o.Status, what, o.Objective, limit, o.Bound, 100*o.Gap, o.Seconds)
	return printRows(cmd.OutOrStdout(), o.rows)
}

func printRows(w io.Writer, rows [][]string) error {
	c := csv.NewWriter(w)
	if err := c.WriteAll(rows); err != nil {
		return fmt.Errorf("print the plan: %w", err)
	}
	return nil
}

func (f *planFlags) tell(cmd *cobra.Command, what, limit string, seconds, objective, bound float64) {
	_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "\r%8.1f s  %s %.3f, %s %.3f ", seconds, what, objective, limit, bound)
}

// compiledFolder is where the solver's compiled code is kept for the next run: the user's folder of what can be
// made again, or nowhere if there is none.
func compiledFolder() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	dir = filepath.Join(dir, "linghang")
	if os.MkdirAll(dir, 0o700) != nil {
		return ""
	}
	return dir
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'g', 10, 64) }

func batchRows(p *recipe.Plan) [][]string {
	rows := [][]string{{"task", "unit", "start", "end", "size"}}
	for _, b := range p.Batches {
		rows = append(rows, []string{b.Task, b.Unit, strconv.FormatInt(b.Start, 10), strconv.FormatInt(b.End, 10), decimal(b.Size)})
	}
	return rows
}

func flowRows(b *pooling.Blend) [][]string {
	rows := [][]string{{"from", "to", "amount"}}
	for _, f := range b.Flows {
		rows = append(rows, []string{f.From, f.To, decimal(f.Amount)})
	}
	return rows
}

// planLicence prints the terms of the solver that is inside.
func planLicence() *cobra.Command {
	return &cobra.Command{
		Use: "licence", Short: "Print the licence of the solver inside, HiGHS, and of what it contains", Args: cobra.NoArgs,
		Example: "  linghang schedule plan licence",
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := io.WriteString(cmd.OutOrStdout(), highs.Licence())
			return err
		},
	}
}
