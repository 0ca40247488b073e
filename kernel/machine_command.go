package kernel

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"linghang/lib/est"
)

// machine is the machine's side: it needs no installation, only its directory.
func (c commands) machine() *cobra.Command {
	cmd := &cobra.Command{Use: "machine", Short: "Enrol this machine with a city and keep its certificate renewed"}
	cmd.PersistentFlags().String("dir", "/var/lib/linghang-machine", "directory of the machine's key and certificate")
	cmd.AddCommand(machineEnrol(), machineRenew(), machineStatus())
	return cmd
}

func keeper(cmd *cobra.Command) est.Keeper {
	return est.Keeper{Dir: cmd.Flag("dir").Value.String()}
}

func machineEnrol() *cobra.Command {
	var url, token, sha string
	cmd := &cobra.Command{
		Use: "enrol", Short: "Make a key and ask for the first certificate, with a one-time token", Args: cobra.NoArgs,
		Long: `Make a key, which never leaves this machine, and ask the city for its first certificate (EST, RFC 7030).
The token is the one that the city's page of machines shows once. A run that was cut off is simply run again: the
same directory gets the same certificate. machine.pem then holds key and certificate, as curl --cert takes them.`,
		Example: `  linghang machine enrol --url https://industry.example.cn:8443 --token lhm_… --ca-sha256 5f0c… --dir /var/lib/linghang-machine
  linghang machine enrol --url https://industry.example.cn:8443 --token - < token.txt`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if url == "" || token == "" {
				return usageError{errors.New("--url and --token are needed; the page of machines shows the whole command")}
			}
			if token == "-" {
				line, err := bufio.NewReader(io.LimitReader(cmd.InOrStdin(), 4096)).ReadString('\n')
				if err != nil && !errors.Is(err, io.EOF) {
					return fmt.Errorf("read token: %w", err)
				}
				token = strings.TrimSpace(line)
			}
			s, err := keeper(cmd).Enrol(cmd.Context(), url, token, sha)
			if err != nil {
				return fmt.Errorf("enrol: %w", err)
			}
			return showStatus(cmd, s)
		},
	}
	cmd.Flags().StringVar(&url, "url", "", "https:// address of the city's TLS port")
	cmd.Flags().StringVar(&token, "token", "", "one-time token; - reads it from standard input")
	cmd.Flags().StringVar(&sha, "ca-sha256", "", "SHA-256 of the city's authority, by which the server is known; empty: by this machine's own roots")
	return cmd
}

func machineRenew() *cobra.Command {
	var watch, due bool
	cmd := &cobra.Command{
		Use: "renew", Short: "Ask for the next certificate; --watch keeps it renewed", Args: cobra.NoArgs,
		Example: `  linghang machine renew
  linghang machine renew --if-due
  linghang machine renew --watch`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			k := keeper(cmd)
			if watch {
				return k.Watch(cmd.Context(), func(s est.Status, err error) {
					if err != nil {
						_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "%s the certificate could not be renewed: %v\n", time.Now().Format(time.RFC3339), err)
						return
					}
					_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s renewed; good until %s\n", time.Now().Format(time.RFC3339), s.NotAfter.Format(time.RFC3339))
				})
			}
			s, err := k.Status()
			if err != nil {
				return err
			}
			if due && s.Is == est.Valid {
				return showStatus(cmd, s)
			}
			if s, err = k.Renew(cmd.Context()); err != nil {
				return fmt.Errorf("renew: %w", err)
			}
			return showStatus(cmd, s)
		},
	}
	cmd.Flags().BoolVar(&watch, "watch", false, "go on, and renew whenever two thirds of a certificate's time are over")
	cmd.Flags().BoolVar(&due, "if-due", false, "only when two thirds of its time are over")
	return cmd
}

func machineStatus() *cobra.Command {
	var online bool
	cmd := &cobra.Command{
		Use: "status", Short: "Say how this machine's certificate is; --online asks the city too", Args: cobra.NoArgs,
		Example: "  linghang machine status\n  linghang machine status --online --output json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := keeper(cmd).Status()
			if err != nil {
				return err
			}
			if !online {
				return showStatus(cmd, s)
			}
			city, err := askCity(cmd)
			if err != nil {
				return err
			}
			return show(cmd, map[string]any{"machine": s, "city": city}, func(w io.Writer) {
				writeStatus(w, s)
				_, _ = fmt.Fprintf(w, "the city says: %v, %v, clock ahead %v s\n", city["name"], city["state"], city["ahead_seconds"])
			})
		},
	}
	cmd.Flags().BoolVar(&online, "online", false, "show the certificate to the city and ask how it sees this machine")
	return cmd
}

func askCity(cmd *cobra.Command) (map[string]any, error) {
	client, url, err := keeper(cmd).HTTP()
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, strings.TrimSuffix(url, "/")+"/api/machine/self", nil)
	if err != nil {
		return nil, fmt.Errorf("ask the city: %w", err)
	}
	r.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	resp, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask the city: %w", err)
	}
	defer resp.Body.Close() //nolint:errcheck // what was read tells
	var answer map[string]any
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&answer); err != nil {
		return nil, fmt.Errorf("read the city's answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the city answers %d: %v", resp.StatusCode, answer["detail"])
	}
	return answer, nil
}

func showStatus(cmd *cobra.Command, s est.Status) error {
	return show(cmd, s, func(w io.Writer) { writeStatus(w, s) })
}

func writeStatus(w io.Writer, s est.Status) {
	if s.Is == est.Waiting {
		_, _ = fmt.Fprintln(w, "a key is made and no certificate is here yet; run enrol again")
		return
	}
	_, _ = fmt.Fprintf(w, "%s: machine %s at %s\nserial %s, good until %s, renewal due %s\n", s.Is, s.Subject, s.URL, s.Serial,
		s.NotAfter.Format(time.RFC3339), s.RenewAt.Format(time.RFC3339))
	if s.Ahead != 0 {
		_, _ = fmt.Fprintf(w, "this machine's clock is off: the city's is %s ahead\n", s.Ahead)
	}
	if s.LastError != "" {
		_, _ = fmt.Fprintf(w, "the last %d renewals failed: %s\n", s.Failures, s.LastError)
	}
}
