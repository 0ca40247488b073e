package platforms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"linghang/modules/platforms/internal/agent"
)

// Commands are those of the room: they need no installation.
func Commands() []*cobra.Command {
	cmd := &cobra.Command{
		Use: "report", Short: "Report for a platform from beside its own database",
		Long: `Report for a platform from beside its own database, signed with a report key. The file says what is read when:

  server: https://city.example
  key: 01M8…                        # of a report key, from the platform's page
  secret_file: secret               # has its secret; for the owner only (0600)
  directory: /var/lib/report        # reports wait here until they are acknowledged
  certificate: machine.pem          # of this machine, for keys that ask for one (linghang machine enrol)
  authority: ca.pem                 # by which the server is known; the roots of this machine when empty
  sources:
    - name: devices
      every: 15m                    # values of the moment
      sql: {driver: postgres, dsn_file: dsn, query: "SELECT 'dev_online' AS code, COUNT(*) AS value FROM device WHERE online"}
    - name: enterprises
      of: day                       # or month: values of the one that is over
      at: "00:30"                   # when it is read, UTC+8
      csv: enterprises.csv          # with the columns code, value, and any of industry, district, size, type

Paths are beside the file. What cannot be sent waits on the disk and is sent in order; what the city refuses is put
aside with the reason.`,
		Example: "  linghang report check agent.yaml\n  linghang report run agent.yaml",
	}
	cmd.AddCommand(reportRun(), reportOnce(), reportCheck(), reportStatus())
	return []*cobra.Command{cmd}
}

func openAgent(cmd *cobra.Command, file string) (*agent.Agent, error) {
	c, err := agent.Load(file)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	return agent.Open(c, slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))) //nolint:wrapcheck // it says all
}

func reportRun() *cobra.Command {
	return &cobra.Command{
		Use: "run FILE", Short: "Read and send until it is stopped", Args: cobra.ExactArgs(1), Example: "  linghang report run agent.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := openAgent(cmd, args[0])
			if err != nil {
				return err
			}
			_, _ = fmt.Fprintln(cmd.OutOrStdout(), "reporting; stop with Ctrl-C")
			return a.Run(cmd.Context())
		},
	}
}

func reportOnce() *cobra.Command {
	return &cobra.Command{
		Use: "once FILE", Short: "Read everything now, send all that waits, and end", Args: cobra.ExactArgs(1), Example: "  linghang report once agent.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := openAgent(cmd, args[0])
			if err != nil {
				return err
			}
			return errors.Join(a.Once(cmd.Context()), showQueue(cmd, a))
		},
	}
}

func reportCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Short: "Read everything now and have the city check it; nothing is kept", Args: cobra.ExactArgs(1), Example: "  linghang report check agent.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := openAgent(cmd, args[0])
			if err != nil {
				return err
			}
			return checkSources(cmd.Context(), cmd, a)
		},
	}
}

func checkSources(ctx context.Context, cmd *cobra.Command, a *agent.Agent) error {
	list, err := a.Check(ctx)
	if wantsJSON(cmd) {
		return errors.Join(err, json.NewEncoder(cmd.OutOrStdout()).Encode(list))
	}
	refused := 0
	for _, c := range list {
		said := "taken"
		switch {
		case c.Values == 0:
			said = "nothing to report"
		case c.Why != "":
			said = fmt.Sprintf("%d: %s", c.Status, c.Why)
			refused++
		}
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%-20s %6d values  %s\n", c.Source, c.Values, said)
	}
	if err == nil && refused > 0 {
		err = fmt.Errorf("%d of %d sources would be refused, in whole or in part", refused, len(list))
	}
	return err
}

func reportStatus() *cobra.Command {
	return &cobra.Command{
		Use: "status FILE", Short: "Tell how many reports wait, and how many were refused lately", Args: cobra.ExactArgs(1), Example: "  linghang report status agent.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := openAgent(cmd, args[0])
			if err != nil {
				return err
			}
			return showQueue(cmd, a)
		},
	}
}

func showQueue(cmd *cobra.Command, a *agent.Agent) error {
	waiting, refused, err := a.Waiting()
	if err != nil {
		return err //nolint:wrapcheck // it says all
	}
	if wantsJSON(cmd) {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]int{"waiting": waiting, "refused": refused}) //nolint:wrapcheck // to standard output
	}
	_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%d reports wait, %d were refused lately\n", waiting, refused)
	return nil
}

func wantsJSON(cmd *cobra.Command) bool { return cmd.Flag("output").Value.String() == "json" }
