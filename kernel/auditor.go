package kernel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"linghang/kernel/audit"
)

func (c commands) audit() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Verify and export the audit log"}
	cmd.AddCommand(c.auditVerify(), c.auditExport())
	return cmd
}

func (c commands) auditVerify() *cobra.Command {
	var file string
	var keys []string
	cmd := &cobra.Command{
		Use: "verify", Short: "Walk the chain and its signed checkpoints, of an installation or of an export", Args: cobra.NoArgs,
		Example: "  linghang audit verify --data /var/lib/linghang --output json\n  linghang audit verify --file audit.jsonl --key checkpoint.pem",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file != "" {
				return verifyFile(cmd, file, keys)
			}
			return c.withData(cmd, func(ctx context.Context, k *Kernel) error {
				v, err := k.audit.Verify(ctx)
				if err != nil {
					return err
				}
				err = show(cmd, v, func(w io.Writer) {
					if v.OK && v.Removed > 0 {
						_, _ = fmt.Fprintf(w, "the entries up to %d are past their time and were removed\n", v.Removed)
					}
					if v.OK {
						_, _ = fmt.Fprintf(w, "the chain of %d entries holds, %d checkpoints fit; head %s\n", v.Count, v.Signed, v.Head)
					}
				})
				return errors.Join(err, v.Err())
			})
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "an export to verify, without any database")
	cmd.Flags().StringArrayVar(&keys, "key", nil, "file with a public key (PEM) that checkpoints must be signed by")
	return cmd
}

// verifyFile needs neither configuration nor data: anybody can do it anywhere.
func verifyFile(cmd *cobra.Command, file string, keys []string) (err error) {
	var trusted []string
	for _, name := range keys {
		pem, err := os.ReadFile(name) //nolint:gosec // the file that the operator named
		if err != nil {
			return fmt.Errorf("read public key: %w", err)
		}
		trusted = append(trusted, string(pem))
	}
	f, err := os.Open(file) //nolint:gosec // the file that the operator named
	if err != nil {
		return fmt.Errorf("open export: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	p, err := audit.VerifyExport(f, trusted)
	if err != nil {
		return err
	}
	err = show(cmd, p, func(w io.Writer) {
		if !p.OK {
			return
		}
		_, _ = fmt.Fprintf(w, "%d entries from %d on hold, %d checkpoints fit, %d entries are behind the last one\n", p.Count, p.First, p.Checkpoints, p.Unproven)
		if !p.Anchored {
			_, _ = fmt.Fprintln(w, "nothing signed says what was before the first: export from a checkpoint on, or from the beginning")
		}
		if !p.Trusted {
			_, _ = fmt.Fprintln(w, "the keys are the export's own: name those that you know with --key")
		}
	})
	return errors.Join(err, p.Err())
}

func (c commands) auditExport() *cobra.Command {
	var from, to string
	cmd := &cobra.Command{
		Use: "export FILE", Short: "Write entries with their checkpoints, to be verified anywhere", Args: cobra.ExactArgs(1),
		Example: "  linghang audit export audit.jsonl --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z",
		RunE: func(cmd *cobra.Command, args []string) error {
			first, last := time.Unix(0, 0), time.Now().Add(time.Minute)
			for text, at := range map[string]*time.Time{from: &first, to: &last} {
				if text == "" {
					continue
				}
				t, err := time.Parse(time.RFC3339, text)
				if err != nil {
					return usageError{fmt.Errorf("%q is no time as 2026-01-31T08:00:00Z: %w", text, err)}
				}
				*at = t
			}
			return c.withData(cmd, func(ctx context.Context, k *Kernel) (err error) {
				f, err := os.OpenFile(args[0], os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
				if err != nil {
					return fmt.Errorf("make export: %w", err)
				}
				defer func() { err = errors.Join(err, f.Close()) }()
				return errors.Join(k.audit.Export(ctx, f, first, last), f.Sync())
			})
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "first time, RFC 3339; empty: the beginning")
	cmd.Flags().StringVar(&to, "to", "", "time before which entries are; empty: now")
	return cmd
}
