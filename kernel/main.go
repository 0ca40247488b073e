package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"linghang/kernel/system"
	"linghang/kernel/trace"
)

// Exit codes, for scripts.
const (
	exitFailed = 1 // it was tried and did not work
	exitUsage  = 2 // the command line or the configuration is wrong
)

// Main runs the command line of a binary that consists of the house. more adds
// commands that the rooms bring.
func Main(house House, more ...*cobra.Command) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM) //nolint:forbidigo // the program begins here
	defer stop()
	root := Command(house, more...)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "linghang: "+err.Error())
		code := exitFailed
		if _, usage := errors.AsType[usageError](err); usage {
			code = exitUsage
		}
		stop()
		os.Exit(code) //nolint:gocritic // stop has been called
	}
}

// usageError is a command line or configuration that cannot be acted upon.
type usageError struct{ error }

// Usage makes err one of the command line, for commands that are not the kernel's.
func Usage(err error) error { return usageError{err} }

// Command returns the whole command line.
func Command(house House, more ...*cobra.Command) *cobra.Command {
	root := &cobra.Command{
		Use: "linghang", Version: house.Version, Short: "领航: a city's industrial internet in one program",
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	addFlags(root.PersistentFlags())
	root.PersistentFlags().String("output", "text", "text or json")
	c := commands{house}
	root.AddCommand(c.serve(), c.describe(), c.config(), c.doctor(), c.healthcheck(), c.sbom(), c.user(), c.token(), c.machine(), c.audit(), c.keys(), c.backup(), c.restore(), c.version())
	root.AddCommand(more...)
	strict(root)
	return root
}

// strict makes what is wrong with the arguments of a command, and a command that there is not,
// faults of the command line.
func strict(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usageError{fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())}
			}
			return nil
		}
	}
	if !c.Runnable() && c.HasSubCommands() {
		c.Args = cobra.ArbitraryArgs // or cobra finds the fault of the root itself, without a word of the command line
		c.RunE = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("there is no command %q; see %s --help", args[0], cmd.CommandPath())}
			}
			return cmd.Help()
		}
	}
	for _, sub := range c.Commands() {
		strict(sub)
	}
}

type commands struct{ house House }

// build makes the kernel that the command line and configuration ask for.
func (c commands) build(cmd *cobra.Command) (*Kernel, error) {
	cfg, err := load(cmd.Flags(), os.LookupEnv)
	if err != nil {
		return nil, usageError{err}
	}
	log := newLogger(cfg, cmd.ErrOrStderr())
	slog.SetDefault(slog.New(libraries{log.Handler()}))
	k, err := New(cfg, c.house, log)
	if err != nil {
		return nil, fmt.Errorf("build the house: %w", err)
	}
	return k, nil
}

// libraries lets what they log by themselves through only when it is grave: what
// they refuse is in our own records.
type libraries struct{ slog.Handler }

// Enabled implements slog.Handler.
func (libraries) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

func newLogger(cfg Config, w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: level}
	if cfg.LogFormat == "json" {
		return slog.New(trace.Log(slog.NewJSONHandler(w, opts)))
	}
	return slog.New(trace.Log(slog.NewTextHandler(w, opts)))
}

func (c commands) serve() *cobra.Command {
	return &cobra.Command{
		Use: "serve", Short: "Run the city's platform", Args: cobra.NoArgs,
		Example: "  linghang serve\n  linghang serve --data /var/lib/linghang --http :8080 --public-url https://industry.example.cn",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			k, err := c.build(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, k.Close()) }()
			start := time.Now()
			if err := k.Open(cmd.Context()); err != nil {
				return err
			}
			if err := k.greet(cmd.Context(), cmd.OutOrStdout(), start); err != nil {
				return err
			}
			return k.Run(cmd.Context())
		},
	}
}

// greet prints where the city is, and the one-time link while it is not set up.
func (k *Kernel) greet(ctx context.Context, w io.Writer, start time.Time) error {
	secret, fresh, err := k.directory.PrepareSetUp(ctx)
	if err != nil {
		return fmt.Errorf("prepare set-up: %w", err)
	}
	_, _ = fmt.Fprintf(w, "Linghang 领航 %s: %s (opened in %d ms)\n", k.house.Version, k.Address(), time.Since(start).Milliseconds())
	if k.secure.listener != nil {
		_, _ = fmt.Fprintf(w, "Machines 机器接入: %s\n", k.machines.Address())
	}
	if list := k.mqttAddresses(); len(list) > 0 {
		_, _ = fmt.Fprintf(w, "MQTT 接入: %s\n", strings.Join(list, " "))
	}
	if fresh {
		_, _ = fmt.Fprintf(w, "\n  Set up the city with this one-time link · 请用此一次性链接完成初始化:\n  %s/set-up?token=%s\n\n", k.Address(), secret)
	}
	return nil
}

func (c commands) describe() *cobra.Command {
	var openapi bool
	cmd := &cobra.Command{
		Use: "describe", Short: "Print rooms, routes, permissions, events, measures", Args: cobra.NoArgs,
		Example: "  linghang describe\n  linghang describe --openapi > openapi.json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			k, err := c.build(cmd)
			if err != nil {
				return err
			}
			if openapi {
				doc, err := k.server.OpenAPI()
				if err != nil {
					return err
				}
				_, err = cmd.OutOrStdout().Write(doc)
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), k.Describe())
			return err
		},
	}
	cmd.Flags().BoolVar(&openapi, "openapi", false, "print the OpenAPI 3.1 document")
	return cmd
}

func (c commands) config() *cobra.Command {
	return &cobra.Command{
		Use: "config", Short: "Print the configuration in force, with every key", Args: cobra.NoArgs,
		Example: "  linghang config\n  LINGHANG_HTTP=:9000 linghang config",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := load(cmd.Flags(), os.LookupEnv)
			if err != nil {
				return usageError{err}
			}
			_, err = io.WriteString(cmd.OutOrStdout(), cfg.Print())
			return err
		},
	}
}

func (c commands) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return show(cmd, map[string]string{"version": c.house.Version}, func(w io.Writer) {
				_, _ = fmt.Fprintln(w, c.house.Version)
			})
		},
	}
}

// withData runs do with open databases, as the operator of the machine.
func (c commands) withData(cmd *cobra.Command, do func(ctx context.Context, k *Kernel) error) (err error) {
	k, err := c.build(cmd)
	if err != nil {
		return err
	}
	if err := k.cfg.installed(); err != nil {
		return usageError{err}
	}
	if err := k.OpenData(cmd.Context()); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	ctx, err := k.asOperator(cmd.Context(), system.Operator(), strings.ReplaceAll(cmd.CommandPath(), "linghang ", "cli "))
	if err != nil {
		return err
	}
	return do(ctx, k)
}

// show prints v as JSON when asked to, or as text.
func show(cmd *cobra.Command, v any, text func(w io.Writer)) error {
	switch format := cmd.Flag("output").Value.String(); format {
	case "json":
		enc := json.NewEncoder(cmd.OutOrStdout())
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	case "text":
		text(cmd.OutOrStdout())
		return nil
	default:
		return usageError{fmt.Errorf("--output is text or json, not %q", format)}
	}
}
