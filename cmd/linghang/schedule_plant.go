package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"linghang/kernel"
	"linghang/lib/schedule"
	"linghang/lib/schedule/explain"
	"linghang/lib/schedule/model"
)

func scheduleReplan() *cobra.Command {
	var o schedule.Options
	var near int64
	cmd := &cobra.Command{
		Use: "replan FILE RUNNING", Short: "Plan what is left of a plan that runs", Args: cobra.ExactArgs(2),
		Long: `Plan what is left of a plan that runs. RUNNING is JSON:

  plan     the schedule, or what solve printed
  now      what has begun before is kept; nothing new begins before
  frozen   what the plan starts before this stays as planned, if it can
  actuals  [{task, mode, start, end}]: where things went otherwise; without start the task has not begun
  down     [{resource, from, until}]: breakdowns
  lost     [{task, mode, start, end}]: what earlier departures say was lost, so that machines are as that left them

What is left moves as little as possible, and is then as good as possible by the objective of the model. With --output json
the object of solve is printed, with departures [{code, task, lost}] (what had to give way: redo, thaw, pin, lag, late) and moved {all, near, within}:
tasks that moved, of all and of those that the plan has within --near of the frozen zone.`,
		Example: "  linghang schedule replan plant.json running.json --time 2s --output json",
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := readModel(cmd, args[0])
			if err != nil {
				return err
			}
			running, err := readRunning(cmd, args[1])
			if err != nil {
				return fmt.Errorf("%s: %w", args[1], err)
			}
			tasks := len(m.Tasks)
			left, departures, err := schedule.Replan(m, running)
			if err != nil {
				return err
			}
			solve := func(ctx context.Context, left *model.Model, o schedule.Options) (*schedule.Result, error) {
				r, late, err := schedule.SolveLeft(ctx, left, o)
				departures = append(departures, late...)
				return r, err
			}
			return solveAndPrint(cmd, left, o, solve, func(cmd *cobra.Command, m *model.Model, r *schedule.Result) error {
				from := max(running.Now, running.Frozen)
				r.Schedule = schedule.Trim(r.Schedule, tasks)
				return printReplan(cmd, m, r, departures, moved(running, r, from, from+near))
			})
		},
	}
	searchFlags(cmd, &o)
	cmd.Flags().Int64Var(&near, "near", 1440, "how long after the frozen zone moved tasks are counted as near")
	return cmd
}

// movedTasks counts tasks that are not when and how the plan had them.
type movedTasks struct {
	All    int `json:"all"`
	Near   int `json:"near"`
	Within int `json:"within"`
}

func moved(running schedule.Running, r *schedule.Result, from, until int64) movedTasks {
	all, near, within := schedule.Moved(running.Plan, r.Schedule, from, until)
	return movedTasks{all, near, within}
}

func readRunning(cmd *cobra.Command, file string) (running schedule.Running, err error) {
	data, err := readFile(cmd, file)
	if err != nil {
		return running, err
	}
	return schedule.DecodeRunning(data)
}

func printReplan(cmd *cobra.Command, m *model.Model, r *schedule.Result, departures []schedule.Departure, moved movedTasks) error {
	inJSON, err := asJSON(cmd)
	if err != nil {
		return err
	}
	if inJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(struct {
			*schedule.Result
			Departures []schedule.Departure `json:"departures,omitempty"`
			Moved      movedTasks           `json:"moved"`
		}{r, departures, moved})
	}
	for _, d := range departures {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s\n", d.Code, orNumber(m.Tasks[d.Task].Name, d.Task))
	}
	_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "moved: %d tasks; %d of %d near the frozen zone\n", moved.All, moved.Near, moved.Within)
	return printResult(cmd, m, r)
}

func scheduleExplain() *cobra.Command {
	var moves int64
	var job, task int
	var language string
	cmd := &cobra.Command{
		Use: "explain FILE [SCHEDULE]", Short: "Say why jobs are late, why a task cannot start earlier, or which rules conflict", Args: cobra.RangeArgs(1, 2),
		Long: `Say, for each job that is late in a schedule (or for --job), the chain of what binds it: the task, what it waits for, what that
waits for, back to a root.

With --task, say why a task cannot start earlier, whatever other tasks did, as long as no job ends later than in the schedule: a few rules that
cannot all hold then, which is proven; without any one of them they can. Or say that it can. Tanks, changeovers, cleanings, campaigns and
rests are not looked at: where only they are in the way the answer is unknown.

Without SCHEDULE, say a few rules of the model that together leave no schedule. That is proven (proven in JSON) if no tank, changeover,
cleaning, campaign or rest is needed for it; otherwise none is found with them, and one is without any single one of them.`,
		Example: "  linghang schedule explain plant.json schedule.json\n  linghang schedule explain --task 3 plant.json schedule.json\n  linghang schedule explain --language zh plant.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if language != "en" && language != "zh" {
				return kernel.Usage(fmt.Errorf("--language is en or zh, not %q", language))
			}
			if moves < 1 {
				return kernel.Usage(errors.New("--moves is 1 or more"))
			}
			if len(args) == 1 {
				m, err := readModel(cmd, args[0])
				if err != nil {
					return err
				}
				rules, proven := explain.Conflict(cmd.Context(), m, moves)
				return printConflict(cmd, m, rules, proven, language)
			}
			m, s, err := readBoth(cmd, args)
			if err != nil {
				return err
			}
			if task >= 0 {
				return printObstacles(cmd, m, s, task, moves, language)
			}
			jobs := []int{job}
			if job < 0 {
				jobs = lateJobs(m, s)
			}
			return printChains(cmd, m, s, jobs, language)
		},
	}
	cmd.Flags().Int64Var(&moves, "moves", 200, "how long a schedule, or a proof, is looked for without some of the rules")
	cmd.Flags().IntVar(&task, "task", -1, "place of a task that should start earlier")
	cmd.Flags().IntVar(&job, "job", -1, "place of one job; -1 is all that are late")
	cmd.Flags().StringVar(&language, "language", "en", "of the words: en or zh")
	return cmd
}

func lateJobs(m *model.Model, s *model.Schedule) (jobs []int) {
	ends := make([]int64, len(m.Jobs))
	for _, a := range s.Assignments {
		if j := m.Tasks[a.Task].Job; j != nil {
			ends[*j] = max(ends[*j], a.End)
		}
	}
	for j := range m.Jobs {
		if due := m.Jobs[j].Due; due != nil && ends[j] > *due {
			jobs = append(jobs, j)
		}
	}
	return jobs
}

func printChains(cmd *cobra.Command, m *model.Model, s *model.Schedule, jobs []int, language string) error {
	inJSON, err := asJSON(cmd)
	if err != nil {
		return err
	}
	type told struct {
		Job   int            `json:"job"`
		Chain []explain.Link `json:"chain"`
		Words []string       `json:"words"`
	}
	all := []told{}
	for _, j := range jobs {
		chain, err := explain.Why(m, s, j)
		if err != nil {
			return err
		}
		t := told{Job: j, Chain: chain}
		for _, l := range chain {
			t.Words = append(t.Words, l.Words(m, language))
		}
		all = append(all, t)
	}
	if inJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(all)
	}
	for _, t := range all {
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s\n  %s\n", orNumber(m.Jobs[t.Job].Name, t.Job), strings.Join(t.Words, "\n  "))
	}
	return nil
}

func printObstacles(cmd *cobra.Command, m *model.Model, s *model.Schedule, task int, moves int64, language string) error {
	inJSON, err := asJSON(cmd)
	if err != nil {
		return err
	}
	o, err := explain.Earlier(cmd.Context(), m, s, task, moves)
	if err != nil {
		return err
	}
	words := []string{o.Words(language)}
	for _, r := range o.Rules {
		words = append(words, r.Words(m, language))
	}
	if inJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"earlier": o, "words": words})
	}
	_, _ = fmt.Fprintln(cmd.OutOrStdout(), strings.Join(words, "\n  "))
	return nil
}

func printConflict(cmd *cobra.Command, m *model.Model, rules []explain.Rule, proven bool, language string) error {
	inJSON, err := asJSON(cmd)
	if err != nil {
		return err
	}
	words := []string{}
	for _, r := range rules {
		words = append(words, r.Words(m, language))
	}
	if inJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"conflict": append([]explain.Rule{}, rules...), "proven": proven, "words": words})
	}
	for _, w := range words {
		_, _ = fmt.Fprintln(cmd.OutOrStdout(), w)
	}
	return nil
}

func scheduleBench() *cobra.Command {
	var o schedule.Options
	cmd := &cobra.Command{
		Use: "bench FOLDER BEST", Short: "Solve a folder of instances beside the best known values", Args: cobra.ExactArgs(2),
		Long: `Solve the files of a folder that a table names, and print CSV: instance, best known, ours, gap in %, time to best, lower bound; with
--output json an object for each instance, on a line of its own, when it is solved.
BEST is CSV with a header and the columns instance (a file's name, with or without extension) and best.`,
		Example: "  linghang schedule bench --format jobshop --time 10s taillard best.csv > gaps.csv",
		RunE: func(cmd *cobra.Command, args []string) error {
			inJSON, err := asJSON(cmd)
			if err != nil {
				return err
			}
			best, names, err := readBest(args[1])
			if err != nil {
				return err
			}
			tell := benchRows(cmd.OutOrStdout())
			if inJSON {
				tell = func(row measured) error { return json.NewEncoder(cmd.OutOrStdout()).Encode(row) }
			}
			for k, name := range names {
				file, err := fileOf(args[0], name)
				if err != nil {
					return err
				}
				m, err := readModel(cmd, file)
				if err != nil {
					return err
				}
				line := showProgress(cmd.ErrOrStderr(), fmt.Sprintf("%d of %d, %s: ", k+1, len(names), name), o.Time)
				o.Progress = line.better
				r, err := schedule.Solve(cmd.Context(), m, o)
				line.end()
				if err != nil {
					return fmt.Errorf("%s: %w", file, err)
				}
				if err := tell(measured{name, best[name], r.Makespan, 100 * (float64(r.Makespan)/best[name] - 1), r.BestAfter, r.LowerBound}); err != nil {
					return err
				}
			}
			return nil
		},
	}
	searchFlags(cmd, &o)
	return cmd
}

// measured is an instance that was solved beside the best known value.
type measured struct {
	Instance   string  `json:"instance"`
	BestKnown  float64 `json:"best_known"`
	Makespan   int64   `json:"makespan"`
	GapPercent float64 `json:"gap_percent"`
	BestAfter  float64 `json:"best_after"`
	LowerBound int64   `json:"lower_bound"`
}

// benchRows prints each as a line of CSV, after a head.
func benchRows(out io.Writer) func(measured) error {
	w := csv.NewWriter(out)
	_ = w.Write([]string{"instance", "best_known", "makespan", "gap_percent", "best_after", "lower_bound"}) // Error tells
	return func(r measured) error {
		_ = w.Write([]string{r.Instance, strconv.FormatFloat(r.BestKnown, 'f', -1, 64), strconv.FormatInt(r.Makespan, 10), strconv.FormatFloat(r.GapPercent, 'f', 2, 64), strconv.FormatFloat(r.BestAfter, 'f', 2, 64), strconv.FormatInt(r.LowerBound, 10)}) // as above
		w.Flush()
		return w.Error()
	}
}

func readBest(file string) (best map[string]float64, names []string, err error) {
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return nil, nil, err //nolint:wrapcheck // it names the file
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", file, err)
	}
	if len(rows) < 2 {
		return nil, nil, fmt.Errorf("%s: it has no rows below its header", file)
	}
	name, value := slices.Index(rows[0], "instance"), slices.Index(rows[0], "best")
	if name < 0 || value < 0 {
		return nil, nil, fmt.Errorf("%s: its header needs the columns instance and best, and is %v", file, rows[0])
	}
	best = map[string]float64{}
	for i, row := range rows[1:] {
		v, err := strconv.ParseFloat(row[value], 64)
		if err != nil || v <= 0 {
			return nil, nil, fmt.Errorf("%s: line %d: best is %q and no number above 0", file, i+2, row[value])
		}
		best[row[name]] = v
		names = append(names, row[name])
	}
	return best, names, nil
}

// fileOf finds a file by its name with or without extension.
func fileOf(folder, name string) (string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", err //nolint:wrapcheck // it names the folder
	}
	for _, e := range entries {
		if base := e.Name(); base == name || strings.TrimSuffix(base, filepath.Ext(base)) == name {
			return filepath.Join(folder, base), nil
		}
	}
	return "", fmt.Errorf("%s has no file named %s", folder, name)
}
