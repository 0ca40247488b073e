package main

import (
	"context"
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"linghang/kernel"
	"linghang/lib/schedule/highs"
	"linghang/lib/schedule/planning/lots"
)

func planLots(f *planFlags) *cobra.Command {
	var window, keep int
	cmd := &cobra.Command{
		Use: "lots FILE", Short: "Plan lot sizes", Args: cobra.ExactArgs(1),
		Long: `Plan how much of each product to make in which period, so that set-ups, making, stock and lateness cost least and the
capacity of periods is enough. FILE is a lot-sizing problem in JSON, see: linghang schedule plan schema lots; - is the standard input.

The CSV has a line for each product and period in which it is made or something is in stock or owed (a stock below 0). With --window a long
horizon is planned in windows of so many periods, of which the first --keep are kept before the next window begins; nothing is
proven then, and a plan may not be found although there is one.`,
		Example: "  linghang schedule plan lots lots.json > lots.csv\n  linghang schedule plan lots --window 12 --keep 4 --time 30s --output json lots.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			rolls := cmd.Flags().Changed("window")
			if rolls && (keep < 1 || window < keep) {
				return kernel.Usage(errors.New("--keep is 1 or more, and --window no less"))
			}
			return f.run(cmd, args[0], func(ctx context.Context, e *highs.Engine, data []byte) (*outcome, error) {
				p, err := lots.Decode(data)
				if err != nil {
					return nil, err
				}
				o := highs.Options{Time: f.time, Gap: f.gap, Seed: f.seed}
				if shows(cmd.ErrOrStderr()) {
					o.Progress = func(p highs.Progress) { f.tell(cmd, "costs", "at least", p.Seconds, p.Objective, p.Bound) }
				}
				var r *lots.Result
				if rolls {
					r, err = lots.Roll(ctx, e, p, window, keep, o)
				} else {
					r, err = lots.Solve(ctx, e, p, o)
				}
				if err != nil {
					return nil, err
				}
				if r.Plan == nil {
					return &outcome{Status: r.Status}, nil
				}
				return &outcome{Status: r.Status, Objective: r.Plan.Cost, Bound: r.Bound, Gap: r.Gap, Seconds: r.Seconds, Plan: r.Plan, rows: lotRows(p, r.Plan), costs: true}, nil
			})
		},
	}
	cmd.Flags().IntVar(&window, "window", 0, "periods that are planned at a time; 0 is all")
	cmd.Flags().IntVar(&keep, "keep", 1, "periods of a window that are kept")
	return cmd
}

// lotRows are the periods of each product in which something is made, in stock or owed.
func lotRows(p *lots.Problem, plan *lots.Plan) [][]string {
	rows := [][]string{{"product", "period", "made", "stock"}}
	for i, q := range p.Products {
		stock := q.Initial
		for t, made := range plan.Made[i] {
			stock += made - q.Demand[t]
			if made > 0 || stock > 1e-6 || stock < -1e-6 {
				rows = append(rows, []string{q.Name, strconv.Itoa(t), decimal(made), decimal(stock)})
			}
		}
	}
	return rows
}
