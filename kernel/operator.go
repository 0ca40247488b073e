package kernel

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"linghang/kernel/audit"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// asOperator lets whoever holds the data directory act with every permission;
// what they change is in the audit log under their name.
func (k *Kernel) asOperator(ctx context.Context, user, action string) (context.Context, error) {
	done, err := k.directory.IsSetUp(ctx)
	if err != nil || !done {
		return ctx, err
	}
	id, err := k.directory.CommandLine(ctx, user)
	if err != nil {
		return ctx, err
	}
	ctx = identity.With(ctx, id)
	return sqldb.WithCompanion(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return k.audit.AppendTx(ctx, tx, audit.NewEntry(ctx, action, "", "done"))
	}), nil
}

var errNotSetUp = errors.New("the city is not set up yet; open the link that `linghang serve` prints")

func needSetUp(ctx context.Context) error {
	if !identity.From(ctx).Known() {
		return errNotSetUp
	}
	return nil
}

func (c commands) user() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "Manage persons at the command line"}
	list := &cobra.Command{
		Use: "list", Short: "List persons", Args: cobra.NoArgs, Example: "  linghang user list --output json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withData(cmd, func(ctx context.Context, k *Kernel) error {
				page, err := k.directory.Persons(ctx, identity.PersonParams{ListParams: sqldb.ListParams{Limit: 500}})
				if err != nil {
					return err
				}
				return show(cmd, page.Items, func(w io.Writer) {
					for _, p := range page.Items {
						_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", p.ID, p.Login, p.Name)
					}
				})
			})
		},
	}
	password := &cobra.Command{
		Use: "password LOGIN", Short: "Set a person's password, read from standard input", Args: cobra.ExactArgs(1),
		Example: "  echo 'a long new password' | linghang user password admin",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withData(cmd, func(ctx context.Context, k *Kernel) error {
				if err := needSetUp(ctx); err != nil {
					return err
				}
				line, err := bufio.NewReader(io.LimitReader(cmd.InOrStdin(), 4096)).ReadString('\n')
				if err != nil && !errors.Is(err, io.EOF) {
					return fmt.Errorf("read password: %w", err)
				}
				p, err := k.directory.FindLogin(ctx, args[0])
				if err != nil {
					return err
				}
				return k.directory.ResetPassword(ctx, p.ID, strings.TrimRight(line, "\r\n"))
			})
		},
	}
	cmd.AddCommand(list, password, c.resetFactors())
	return cmd
}

// resetFactors is the way back in for the only administrator, who lost the
// phone: whoever holds the data directory may.
func (c commands) resetFactors() *cobra.Command {
	return &cobra.Command{
		Use: "reset-factors LOGIN", Short: "Take a person's second factors away, and end their sessions", Args: cobra.ExactArgs(1),
		Long: `Take a person's authenticator application, passkeys and recovery codes away, and end their sessions.
The person signs in with the password and adds a second factor again.`,
		Example: "  linghang user reset-factors admin --data /var/lib/linghang",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withData(cmd, func(ctx context.Context, k *Kernel) error {
				if err := needSetUp(ctx); err != nil {
					return err
				}
				p, err := k.directory.FindLogin(ctx, args[0])
				if err != nil {
					return err
				}
				if err := k.directory.ResetFactors(ctx, p.ID); err != nil {
					return err
				}
				return show(cmd, map[string]string{"id": p.ID, "login": p.Login}, func(w io.Writer) {
					_, _ = fmt.Fprintf(w, "%s has no second factor any more and is signed out everywhere\n", p.Login)
				})
			})
		},
	}
}

func (c commands) token() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Manage tokens for programs"}
	var permissions []string
	var life time.Duration
	create := &cobra.Command{
		Use: "create NAME", Short: "Issue a token and print its secret", Args: cobra.ExactArgs(1),
		Example: "  linghang token create reporting --permission plan.view --life 720h",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withData(cmd, func(ctx context.Context, k *Kernel) error {
				if err := needSetUp(ctx); err != nil {
					return err
				}
				id := identity.From(ctx)
				if slices.Contains(permissions, "all") {
					permissions = k.directory.Catalogue().Names(id.Permissions)
				}
				t, secret, err := k.directory.IssueToken(ctx, args[0], id.Organisation.ID, permissions, life)
				if err != nil {
					return err
				}
				return show(cmd, map[string]any{"id": t.ID, "secret": secret, "expires_at": t.ExpiresAt}, func(w io.Writer) {
					_, _ = fmt.Fprintln(w, secret)
				})
			})
		},
	}
	create.Flags().StringSliceVar(&permissions, "permission", nil, "permissions of the token; all for every one")
	create.Flags().DurationVar(&life, "life", 90*24*time.Hour, "how long it is valid")
	list := &cobra.Command{
		Use: "list", Short: "List tokens", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withData(cmd, func(ctx context.Context, k *Kernel) error {
				page, err := k.directory.Tokens(ctx, sqldb.ListParams{Limit: 500})
				if err != nil {
					return err
				}
				return show(cmd, page.Items, func(w io.Writer) {
					for _, t := range page.Items {
						_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", t.ID, t.Name, t.ExpiresAt.Format(time.RFC3339))
					}
				})
			})
		},
	}
	revoke := &cobra.Command{
		Use: "revoke ID", Short: "Revoke a token", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withData(cmd, func(ctx context.Context, k *Kernel) error { return k.directory.RevokeToken(ctx, args[0]) })
		},
	}
	cmd.AddCommand(create, list, revoke)
	return cmd
}
