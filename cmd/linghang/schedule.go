package main

import (
	"bufio"
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
	"time"

	"github.com/spf13/cobra"

	"linghang/kernel"
	"linghang/lib/schedule"
	"linghang/lib/schedule/check"
	"linghang/lib/schedule/gantt"
	"linghang/lib/schedule/instance"
	"linghang/lib/schedule/model"
)

// scheduleCommand finds, checks and draws schedules, from files alone.
func scheduleCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "schedule", Short: "Find, check, explain and draw schedules",
		Long: `Find, check, explain and draw schedules, from files alone; no installation is needed.

A FILE is a model in one of these formats; - is the standard input. Without --format its extension tells.

  jobshop   (.jsp)   the standard text of job shops
  flexible  (.fjs)   flexible job shops (Brandimarte, Hurink)
  flowshop  (.fsp)   permutation flow shops (Taillard)
  rcpsp     (.rcp)   projects with limited resources (Patterson, or as PSPLIB: .sm, .mm)
  linghang  (.json)  the model of this program, see convert

With --output json every command but plan licence prints JSON: one object, bench one on each line. The exit code is 0 when it was done (with Ctrl-C and a
schedule, too), 1 when it was not: a file is wrong, a schedule breaks a rule (check), or none was found; and 2 when the command line is
wrong.`,
		Example: "  linghang schedule solve --format jobshop --time 10s --output json ft10.txt > schedule.json\n  linghang schedule check --format jobshop ft10.txt schedule.json\n" +
			"  linghang schedule gantt --format jobshop ft10.txt schedule.json > schedule.svg\n  linghang schedule convert j301_1.sm > project.json\n  linghang schedule bench --format jobshop --time 10s taillard best.csv > gaps.csv",
	}
	cmd.PersistentFlags().String("format", "", "format of FILE: "+strings.Join(instance.Formats(), ", "))
	cmd.AddCommand(scheduleSolve(), scheduleReplan(), scheduleExplain(), scheduleCheck(), scheduleConvert(), scheduleSchema(), scheduleGantt(), schedulePlan(), scheduleBench())
	return cmd
}

func scheduleSolve() *cobra.Command {
	var o schedule.Options
	cmd := &cobra.Command{
		Use: "solve FILE", Short: "Find a short schedule", Args: cobra.ExactArgs(1),
		Long: `Find a schedule with a small makespan until the time is over, Ctrl-C, or it is proven that none is shorter.

With --output json one object is printed: engine, status ("optimal" if the makespan is the lower bound, or "feasible"),
makespan, lower_bound, seconds, best_after (seconds until the schedule was found), moves, seed, workers, and schedule. As
text the schedule is CSV, a line for each task, and the rest is told on the standard error.

With --workers 1 --time 0 and --moves, the same seed makes the same schedule on every machine.`,
		Example: "  linghang schedule solve --format jobshop --time 10s --output json ft10.txt\n" +
			"  linghang schedule solve plan.json > schedule.csv\n  linghang schedule solve --workers 1 --time 0 --moves 100000 --seed 7 plan.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := readModel(cmd, args[0])
			if err != nil {
				return err
			}
			return solveAndPrint(cmd, m, o, schedule.Solve, printResult)
		},
	}
	searchFlags(cmd, &o)
	return cmd
}

// searchFlags are how long and how to search.
func searchFlags(cmd *cobra.Command, o *schedule.Options) {
	cmd.Flags().DurationVar(&o.Time, "time", 10*time.Second, "how long to search; 0 is until --moves are made, Ctrl-C or a proof")
	cmd.Flags().Int64Var(&o.Moves, "moves", 0, "moves that each worker makes at most; 0 is any number")
	cmd.Flags().Uint64Var(&o.Seed, "seed", 1, "of the random choices")
	cmd.Flags().IntVar(&o.Workers, "workers", 2, "goroutines that search")
	cmd.Flags().BoolVar(&o.First, "first", false, "end with the first schedule that keeps all rules")
}

// solveAndPrint shows progress on a terminal while it searches.
func solveAndPrint(cmd *cobra.Command, m *model.Model, o schedule.Options, solve func(context.Context, *model.Model, schedule.Options) (*schedule.Result, error), show func(*cobra.Command, *model.Model, *schedule.Result) error) error {
	if o.Time < 0 || o.Moves < 0 || o.Workers < 1 || o.Workers > 64 {
		return kernel.Usage(errors.New("--time and --moves are 0 or more, --workers is 1 to 64"))
	}
	line := showProgress(cmd.ErrOrStderr(), "", o.Time)
	o.Progress = line.better
	r, err := solve(cmd.Context(), m, o)
	line.end()
	if err != nil {
		return err
	}
	return show(cmd, m, r)
}

func printResult(cmd *cobra.Command, m *model.Model, r *schedule.Result) error {
	inJSON, err := asJSON(cmd)
	if err != nil {
		return err
	}
	if inJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(r)
	}
	_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "%s: makespan %d, at least %d, by %s in %.1f s (best after %.1f s), seed %d\n", r.Status, r.Makespan, r.LowerBound, r.Engine, r.Seconds, r.BestAfter, r.Seed)
	if r.Objective != nil {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "objective by level: %v\n", r.Objective)
	}
	return printCSV(cmd.OutOrStdout(), m, r.Schedule)
}

// printCSV prints a line for each task: where, when, what it takes; and one for each changeover
// and cleaning, with the task that it is for and no mode. With a clock it is said when that is on the wall, too.
func printCSV(w io.Writer, m *model.Model, s *model.Schedule) error {
	wall, err := wallClock(m.Clock)
	if err != nil {
		return err
	}
	c := csv.NewWriter(w)
	head := []string{"task", "name", "job", "mode", "start", "end", "resources"}
	if wall != nil {
		head = append(head, "start_at", "end_at")
	}
	_ = c.Write(head) // Error tells
	write := func(start, end int64, cells ...string) {
		if wall != nil {
			cells = append(cells, wall(start), wall(end))
		}
		_ = c.Write(cells) // Error tells
	}
	for _, a := range s.Assignments {
		t := &m.Tasks[a.Task]
		job := ""
		if t.Job != nil {
			job = orNumber(m.Jobs[*t.Job].Name, *t.Job)
		}
		var takes []string
		for _, n := range t.Modes[a.Mode].Needs {
			name := orNumber(m.Resources[n.Resource].Name, n.Resource)
			if m.Resources[n.Resource].Capacity > 1 {
				name += "×" + strconv.FormatInt(n.Amount, 10)
			}
			takes = append(takes, name)
		}
		write(a.Start, a.End, strconv.Itoa(a.Task), t.Name, job, strconv.Itoa(a.Mode), strconv.FormatInt(a.Start, 10), strconv.FormatInt(a.End, 10), strings.Join(takes, " "))
	}
	for _, stop := range s.Stops {
		where := ""
		if stop.Resource != nil {
			where = orNumber(m.Resources[*stop.Resource].Name, *stop.Resource)
		} else if stop.Tank != nil {
			where = orNumber(m.Tanks[*stop.Tank].Name, *stop.Tank)
		}
		write(stop.Start, stop.End, strconv.Itoa(stop.Before), string(stop.Kind), "", "", strconv.FormatInt(stop.Start, 10), strconv.FormatInt(stop.End, 10), where)
	}
	c.Flush()
	return c.Error()
}

// wallClock says times as the clock on the wall does, if there is one.
func wallClock(clock *model.Clock) (func(at int64) string, error) {
	if clock == nil {
		return nil, nil //nolint:nilnil // none is an answer
	}
	zone, err := time.LoadLocation(clock.Zone)
	if err != nil {
		return nil, fmt.Errorf("read the clock: %w", err)
	}
	zero, err := time.ParseInLocation(model.ClockForm, clock.Start, zone)
	if err != nil {
		return nil, fmt.Errorf("read the clock: %w", err)
	}
	return func(at int64) string { return time.Unix(zero.Unix()+at*clock.Unit, 0).In(zone).Format(time.RFC3339) }, nil
}

func orNumber(name string, number int) string {
	if name == "" {
		return strconv.Itoa(number)
	}
	return name
}

func scheduleCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE SCHEDULE", Short: "Check a schedule against its model", Args: cobra.ExactArgs(2),
		Long: `Check a schedule against its model by a program part that shares no code with what finds schedules. SCHEDULE is JSON:
what solve prints, or an object with makespan and assignments [{task, mode, start, end}]. The exit code is 1 if it breaks a rule. What
it breaks only where a pin says so (waive) is listed as waived.`,
		Example: "  linghang schedule solve --output json plan.json > schedule.json\n  linghang schedule check plan.json schedule.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			inJSON, err := asJSON(cmd)
			if err != nil {
				return err
			}
			m, s, err := readBoth(cmd, args)
			violations, wrong := errors.AsType[check.ViolationsError](err)
			if err != nil && !wrong {
				return err
			}
			if inJSON {
				if violations == nil {
					violations = check.ViolationsError{}
				}
				said := map[string]any{"right": !wrong, "makespan": s.Makespan, "violations": violations}
				if waived := check.Waived(m, s); len(waived) > 0 {
					said["waived"] = waived
				}
				err := json.NewEncoder(cmd.OutOrStdout()).Encode(said)
				if err != nil || !wrong {
					return err
				}
			}
			if wrong {
				return fmt.Errorf("the schedule is not one of the model:\n%w", violations)
			}
			if !inJSON {
				_, _ = fmt.Fprintf(cmd.OutOrStdout(), "right: makespan %d\n", s.Makespan)
				for _, v := range check.Waived(m, s) {
					_, _ = fmt.Fprintf(cmd.OutOrStdout(), "waived: %s\n", v)
				}
			}
			return nil
		},
	}
}

func scheduleConvert() *cobra.Command {
	return &cobra.Command{
		Use: "convert FILE", Short: "Print a model as JSON, in the format linghang", Args: cobra.ExactArgs(1),
		Long: `Print a model as JSON, in the format linghang:

  resources    [{name, capacity}]: a machine has capacity 1
  jobs         [{name, release}]: no task of a job starts before its release
  tasks        [{name, job, modes: [{duration, needs: [{resource, amount}]}]}]: each is done once, in one of its modes
  precedences  [{before, after, min_lag}]: after starts when before has ended and the lag is over
  same_order   [resource]: all jobs pass these in one order

Times are whole numbers; places in the lists count from 0. The objective is the makespan. What plants add (due dates, lags,
calendars, changeovers, cleaning, campaigns, tanks, pins, objectives) is described in the guide and in what schema prints.`,
		Example: "  linghang schedule convert --format flexible mk01.txt > mk01.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := readModel(cmd, args[0])
			if err != nil {
				return err
			}
			return m.Encode(cmd.OutOrStdout())
		},
	}
}

func scheduleSchema() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of models", Args: cobra.NoArgs,
		Long:    "Print the JSON Schema (2020-12) of the format linghang, by which editors and other programs tell what a model may have.",
		Example: "  linghang schedule schema > model.schema.json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(model.Schema())
			return err
		},
	}
}

func scheduleGantt() *cobra.Command {
	var o gantt.Options
	cmd := &cobra.Command{
		Use: "gantt FILE SCHEDULE", Short: "Draw a schedule as SVG", Args: cobra.ExactArgs(2),
		Long: `Draw a schedule as SVG: a row for each machine with a bar for each task, curves of what is taken of larger resources and of what is in
tanks, closed times shaded, late jobs in a red frame, dates if the model has a clock. The schedule is checked before. With --output json
the picture is the member svg of one object, beside the makespan.`,
		Example: "  linghang schedule gantt plan.json schedule.json > schedule.svg",
		RunE: func(cmd *cobra.Command, args []string) error {
			inJSON, err := asJSON(cmd)
			if err != nil {
				return err
			}
			m, s, err := readBoth(cmd, args)
			if err != nil {
				return err
			}
			if !inJSON {
				return gantt.SVG(cmd.OutOrStdout(), m, s, o)
			}
			var b strings.Builder
			if err := gantt.SVG(&b, m, s, o); err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"makespan": s.Makespan, "svg": b.String()})
		},
	}
	cmd.Flags().IntVar(&o.Width, "width", 1200, "of the bars, in pixels")
	return cmd
}

// readBoth reads a model and its schedule, and checks it.
func readBoth(cmd *cobra.Command, args []string) (*model.Model, *model.Schedule, error) {
	if args[0] == "-" && args[1] == "-" {
		return nil, nil, kernel.Usage(errors.New("FILE and SCHEDULE cannot both be the standard input"))
	}
	m, err := readModel(cmd, args[0])
	if err != nil {
		return nil, nil, err
	}
	data, err := readFile(cmd, args[1])
	if err != nil {
		return nil, nil, err
	}
	s, err := model.DecodeSchedule(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", args[1], err)
	}
	return m, s, check.Schedule(m, s)
}

func readModel(cmd *cobra.Command, file string) (*model.Model, error) {
	format, err := formatOf(cmd.Flag("format").Value.String(), file)
	if err != nil {
		return nil, kernel.Usage(err)
	}
	data, err := readFile(cmd, file)
	if err != nil {
		return nil, err
	}
	m, err := instance.Read(format, data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if m.Name == "" && file != "-" {
		base := filepath.Base(file)
		m.Name = strings.TrimSuffix(base, filepath.Ext(base))
	}
	return m, nil
}

func formatOf(format, file string) (string, error) {
	if format == "" {
		format = map[string]string{".jsp": "jobshop", ".fjs": "flexible", ".fsp": "flowshop", ".rcp": "rcpsp", ".sm": "rcpsp", ".mm": "rcpsp", ".json": "linghang"}[strings.ToLower(filepath.Ext(file))]
	}
	if slices.Contains(instance.Formats(), format) {
		return format, nil
	}
	if format == "" {
		return "", fmt.Errorf("--format is needed, one of %s: the name %s does not tell", strings.Join(instance.Formats(), ", "), file)
	}
	return "", fmt.Errorf("--format is one of %s, not %q", strings.Join(instance.Formats(), ", "), format)
}

// readFile reads a file, or the standard input, up to the most that a model may have.
func readFile(cmd *cobra.Command, file string) ([]byte, error) {
	in := cmd.InOrStdin()
	if file != "-" {
		f, err := os.Open(filepath.Clean(file))
		if err != nil {
			return nil, err //nolint:wrapcheck // it names the file
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(bufio.NewReader(in), model.MaxText+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return data, nil
}

// asJSON tells which of text and json is wanted.
func asJSON(cmd *cobra.Command) (bool, error) {
	switch format := cmd.Flag("output").Value.String(); format {
	case "json":
		return true, nil
	case "text":
		return false, nil
	default:
		return false, kernel.Usage(fmt.Errorf("--output is text or json, not %q", format))
	}
}
