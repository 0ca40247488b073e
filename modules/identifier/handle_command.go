package identifier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/hjson"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/station"
)

// access is how a command reaches the node of a handle, and who it is.
type access struct{ root, node, key, passphrase, as string }

func (a *access) flags(cmd *cobra.Command) {
	cmd.PersistentFlags().StringVar(&a.root, "root", "", "siteinfo.json of the root")
	cmd.PersistentFlags().StringVar(&a.node, "node", "", "siteinfo.json of the node itself, where no root leads to it")
	cmd.PersistentFlags().StringVar(&a.key, "key", "", "file with the private key of who administers the prefix")
	cmd.PersistentFlags().StringVar(&a.passphrase, "passphrase-file", "", "file with the passphrase of the key file")
	cmd.PersistentFlags().StringVar(&a.as, "as", "", "who administers the prefix, as 300:0.NA/88.101.5")
	for _, name := range []string{"key", "as"} {
		_ = cmd.MarkPersistentFlagRequired(name) // fails for a name that is no flag only
	}
}

func (a *access) client() (*client.Client, error) {
	root, err := sites(a.root)
	if err != nil {
		return nil, err
	}
	node, err := sites(a.node)
	if err != nil {
		return nil, err
	}
	if len(root)+len(node) != 1 {
		return nil, errors.New("say where the node is: --root with the siteinfo.json of the root, or --node with its own")
	}
	identity := auth.Identity{}
	if identity.Reference, err = wire.ParseReference(a.as); err != nil {
		return nil, fmt.Errorf("--as %q: %w", a.as, err)
	}
	var passphrase []byte
	if a.passphrase != "" {
		if passphrase, err = os.ReadFile(a.passphrase); err != nil {
			return nil, fmt.Errorf("--passphrase-file: %w", err)
		}
	}
	if identity.Key, err = station.LoadKey(a.key, passphrase); err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	return client.New(client.Options{Root: root, Resolver: node, Identity: &identity}), nil
}

// with runs do with a client that is who the flags say.
func (a *access) with(cmd *cobra.Command, do func(ctx context.Context, c *client.Client) error) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	return errors.Join(do(cmd.Context(), c), c.Close())
}

func handleCommand() *cobra.Command {
	var a access
	cmd := &cobra.Command{Use: "handle", Short: "Register, remove and list identifiers over the Handle System protocol"}
	a.flags(cmd)
	cmd.AddCommand(a.put(), a.set(), a.remove(), a.list())
	return cmd
}

func (a *access) put() *cobra.Command {
	var file string
	var overwrite bool
	cmd := &cobra.Command{
		Use: "put HANDLE", Short: "Register an identifier with values in JSON", Args: cobra.ExactArgs(1),
		Long: `Register an identifier. The values are JSON as the REST interface of the Handle System has it: one value,
an array, or {"values": […]}; "-" reads them from standard input.`,
		Example: `  echo '[{"index":1,"type":"URL","data":"https://a.example/T001"}]' | linghang handle put 88.101.5/T001 --values - --root siteinfo.json --key admin.key --as 300:0.NA/88.101.5`,
		RunE: func(cmd *cobra.Command, args []string) error {
			values, err := readValues(cmd, file)
			if err != nil {
				return err
			}
			var flags wire.Flags
			if overwrite {
				flags = wire.FlagOverwrite
			}
			return a.with(cmd, func(ctx context.Context, c *client.Client) error {
				handle, err := c.Create(ctx, args[0], values, flags)
				if err != nil {
					return fmt.Errorf("register %s: %w", args[0], err)
				}
				_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s is registered\n", handle)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&file, "values", "-", "file with the values in JSON")
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "replace one that exists")
	return cmd
}

// valuesMost is how many octets of values are read.
const valuesMost = 16 << 20

func readValues(cmd *cobra.Command, file string) ([]wire.Value, error) {
	in := cmd.InOrStdin()
	if file != "-" {
		f, err := os.Open(file) //nolint:gosec // the file that the operator named
		if err != nil {
			return nil, fmt.Errorf("--values: %w", err)
		}
		defer func() { _ = f.Close() }() // it was only read
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, valuesMost))
	if err != nil {
		return nil, fmt.Errorf("--values: %w", err)
	}
	values, err := hjson.ParseValues(text)
	if err != nil {
		return nil, fmt.Errorf("--values: %w", err)
	}
	return values, nil
}

func (a *access) set() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "set HANDLE", Short: "Set values of an identifier that exists", Args: cobra.ExactArgs(1),
		Long: `Set values of an identifier that exists: those at the same indexes are replaced, all others stay. The values
are JSON as "put" takes them.`,
		Example: `  echo '[{"index":2,"type":"DESC","data":"a bearing"}]' | linghang handle set 88.101.5/T001 --values - --root siteinfo.json --key admin.key --as 300:0.NA/88.101.5`,
		RunE: func(cmd *cobra.Command, args []string) error {
			values, err := readValues(cmd, file)
			if err != nil {
				return err
			}
			return a.with(cmd, func(ctx context.Context, c *client.Client) error {
				if err := c.AddValues(ctx, args[0], values, wire.FlagOverwrite); err != nil {
					return fmt.Errorf("set values of %s: %w", args[0], err)
				}
				_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%d values of %s are set\n", len(values), args[0])
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&file, "values", "-", "file with the values in JSON")
	return cmd
}

func (a *access) remove() *cobra.Command {
	return &cobra.Command{
		Use: "remove HANDLE", Short: "Remove an identifier", Args: cobra.ExactArgs(1),
		Example: "  linghang handle remove 88.101.5/T001 --root siteinfo.json --key admin.key --as 300:0.NA/88.101.5",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.with(cmd, func(ctx context.Context, c *client.Client) error {
				if err := c.Delete(ctx, args[0]); err != nil {
					return fmt.Errorf("remove %s: %w", args[0], err)
				}
				_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s is removed\n", args[0])
				return nil
			})
		},
	}
}

func (a *access) list() *cobra.Command {
	return &cobra.Command{
		Use: "list PREFIX", Short: "List the identifiers of a prefix", Args: cobra.ExactArgs(1),
		Example: "  linghang handle list 88.101.5 --root siteinfo.json --key admin.key --as 300:0.NA/88.101.5",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.with(cmd, func(ctx context.Context, c *client.Client) error {
				list := []string{}
				for handle, err := range c.List(ctx, wire.NA+args[0]) {
					if err != nil {
						return fmt.Errorf("list %s: %w", args[0], err)
					}
					list = append(list, handle)
				}
				if cmd.Flag("output").Value.String() == "json" {
					return json.NewEncoder(cmd.OutOrStdout()).Encode(list) //nolint:wrapcheck // to standard output
				}
				for _, handle := range list {
					_, _ = fmt.Fprintln(cmd.OutOrStdout(), handle)
				}
				return nil
			})
		},
	}
}
