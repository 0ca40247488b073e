package kernel

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

// sealAll seals what the rooms' secret columns hold in clear or under a key
// that is no longer in force, and returns how many values that were.
func (k *Kernel) sealAll(ctx context.Context) (n int, err error) {
	for _, r := range k.rooms {
		for _, s := range r.manifest.Sealed {
			if _, err := r.kit.Seal.Seal(ctx, s.Purpose, nil); err != nil { // makes the key, outside any change
				return n, err
			}
			more, err := r.kit.DB.Rewrite(sqldb.Alone(ctx), s.Column, func(value string) (string, bool, error) {
				if seal.IsSealed(value) {
					again, changed, err := r.kit.Seal.Reseal(ctx, s.Purpose, value)
					return again, !changed, err
				}
				sealed, err := r.kit.Seal.Seal(ctx, s.Purpose, []byte(value))
				return sealed, false, err
			})
			n += more
			if err != nil {
				return n, fmt.Errorf("seal what %s keeps: %w", r.manifest.Name, err)
			}
		}
	}
	return n, nil
}

func (c commands) keys() *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "List and renew the keys that seal and sign"}
	list := &cobra.Command{
		Use: "list", Short: "List keys, without what is secret of them", Args: cobra.NoArgs, Example: "  linghang keys list --output json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withData(cmd, func(ctx context.Context, k *Kernel) error {
				keys, err := k.ring.Keys(ctx)
				if err != nil {
					return err
				}
				return show(cmd, keys, func(w io.Writer) {
					for _, key := range keys {
						state := "in force"
						if !key.RetiredAt.IsZero() {
							state = "retired " + key.RetiredAt.Format("2006-01-02")
						}
						_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", key.ID, key.Purpose, key.Kind, key.Suite, state)
					}
				})
			})
		},
	}
	var master bool
	rotate := &cobra.Command{
		Use: "rotate [PURPOSE]", Short: "Put new data keys in force, or a new master key, and seal everything again, beside a serving process",
		Args:    cobra.MaximumNArgs(1),
		Example: "  linghang keys rotate\n  linghang keys rotate platforms.key\n  linghang keys rotate --master",
		RunE: func(cmd *cobra.Command, args []string) error {
			if master && len(args) > 0 {
				return usageError{fmt.Errorf("--master renews the master key, which has no purpose %q", args[0])}
			}
			return c.withData(cmd, func(ctx context.Context, k *Kernel) error {
				if master {
					return k.rotateMaster(ctx, cmd)
				}
				return k.rotateKeys(ctx, cmd, args)
			})
		},
	}
	rotate.Flags().BoolVar(&master, "master", false, "renew the master key")
	cmd.AddCommand(list, rotate)
	return cmd
}

type rotated struct {
	Master   string     `json:"master,omitempty"`
	Keys     []seal.Key `json:"keys"`
	Resealed int        `json:"resealed"`
}

func (k *Kernel) rotateMaster(ctx context.Context, cmd *cobra.Command) error {
	print, err := k.ring.RenewMaster(ctx)
	if err != nil {
		return err
	}
	return show(cmd, rotated{Master: print, Keys: []seal.Key{}}, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "the master key is now %s; copy %s to the other replicas, and keep a copy apart from the backups\n", print, k.ring.File())
	})
}

func (k *Kernel) rotateKeys(ctx context.Context, cmd *cobra.Command, args []string) error {
	purpose := ""
	if len(args) > 0 {
		purpose = args[0]
	}
	keys, err := k.ring.Renew(ctx, purpose)
	if err != nil {
		return err
	}
	n, err := k.sealAll(ctx)
	if err != nil {
		return err
	}
	return show(cmd, rotated{Keys: keys, Resealed: n}, func(w io.Writer) {
		for _, key := range keys {
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", key.ID, key.Purpose, key.Kind, key.Suite)
		}
		_, _ = fmt.Fprintf(w, "%d keys renewed, %d secrets sealed again\n", len(keys), n)
	})
}
