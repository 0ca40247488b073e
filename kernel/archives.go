package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"linghang/kernel/archive"
	"linghang/kernel/fault"
)

// opener is how a command is told what opens an archive.
type opener struct{ passphrase, identity string }

func (o *opener) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.passphrase, "passphrase-file", "", "file with the passphrase of the archive")
	cmd.Flags().StringVar(&o.identity, "identity-file", "", "file with the age identity that opens the archive")
}

func (o *opener) open(dir string) (*archive.Reader, error) {
	var key archive.Key
	var err error
	if key.Passphrase, err = readSecret(o.passphrase); err != nil {
		return nil, err
	}
	if key.Identities, err = readSecret(o.identity); err != nil {
		return nil, err
	}
	return archive.Open(dir, key)
}

// pieces names everything that a backup needs, each once.
func (s savedHouse) pieces() []string {
	var names []string
	for _, f := range s.Files {
		names = append(names, f.Pieces...)
	}
	for _, k := range s.Keeps {
		for _, f := range k.Files {
			names = append(names, f.Pieces...)
		}
	}
	for _, r := range s.Rooms {
		for _, t := range r.Tables {
			names = append(names, t.Pieces...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func piecesOf(list []byte) ([]string, error) {
	var saved savedHouse
	if err := json.Unmarshal(list, &saved); err != nil {
		return nil, fmt.Errorf("decode backup: %w", err)
	}
	return saved.pieces(), nil
}

func (c commands) listBackups() *cobra.Command {
	return &cobra.Command{
		Use: "list DIRECTORY", Short: "List the backups of an archive; no key is needed", Args: cobra.ExactArgs(1),
		Example: "  linghang backup list /mnt/backup",
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := archive.Backups(args[0])
			if err != nil {
				return err
			}
			type row struct {
				ID string    `json:"id"`
				At time.Time `json:"at"`
			}
			rows := make([]row, len(ids))
			for i, id := range ids {
				rows[i] = row{id, archive.Made(id)}
			}
			return show(cmd, rows, func(w io.Writer) {
				for _, r := range rows {
					_, _ = fmt.Fprintf(w, "%s\t%s\n", r.ID, r.At.Format(time.RFC3339))
				}
			})
		},
	}
}

// verified is what the walk through one backup found.
type verified struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Version string    `json:"version,omitempty"`
	Rows    int64     `json:"rows"`
	Files   int       `json:"files"`
	Pieces  int       `json:"pieces"`
	Fault   string    `json:"fault,omitempty"`
}

func (c commands) verifyBackup() *cobra.Command {
	var key opener
	var id string
	cmd := &cobra.Command{
		Use: "verify DIRECTORY", Short: "Read every piece of the backups and say whether each could be restored", Args: cobra.ExactArgs(1),
		Example: "  linghang backup verify /mnt/backup --passphrase-file /etc/linghang/passphrase",
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := key.open(args[0])
			if err != nil {
				return err
			}
			ids, err := r.Backups()
			if err != nil {
				return err
			}
			if id != "" {
				if _, err := chooseBackup(r, &id); err != nil {
					return err
				}
				ids = []string{id}
			}
			found, bad := verifyAll(cmd.Context(), r, ids)
			err = show(cmd, found, func(w io.Writer) {
				for _, v := range found {
					if v.Fault != "" {
						_, _ = fmt.Fprintf(w, "BAD %s\t%s\t%s\n", v.ID, v.At.Format(time.RFC3339), v.Fault)
						continue
					}
					_, _ = fmt.Fprintf(w, "ok  %s\t%s\t%d rows, %d files, %d pieces, version %s\n", v.ID, v.At.Format(time.RFC3339), v.Rows, v.Files, v.Pieces, v.Version)
				}
			})
			switch {
			case len(ids) == 0:
				return errors.Join(err, fault.New(fault.NotFound, "kernel.backup.none", "the archive has no backup"))
			case bad > 0:
				return errors.Join(err, fmt.Errorf("%d of %d backups cannot be restored", bad, len(ids)))
			}
			return err
		},
	}
	key.flags(cmd)
	cmd.Flags().StringVar(&id, "backup", "", "which backup; all when empty")
	return cmd
}

// verifyAll reads each piece once, however many backups share it.
func verifyAll(ctx context.Context, r *archive.Reader, ids []string) (found []verified, bad int) {
	known := map[string]error{}
	for _, id := range ids {
		v := verified{ID: id, At: archive.Made(id)}
		err := func() error {
			saved, err := chooseBackup(r, &id)
			if err != nil {
				return err
			}
			v.Version, v.Files = saved.Version, len(saved.Files)
			for _, keep := range saved.Keeps {
				v.Files += len(keep.Files)
			}
			for _, room := range saved.Rooms {
				for _, t := range room.Tables {
					v.Rows += t.Rows
				}
			}
			for _, name := range saved.pieces() {
				if _, seen := known[name]; !seen {
					_, known[name] = r.Get(name)
				}
				if err := errors.Join(known[name], ctx.Err()); err != nil {
					return err
				}
				v.Pieces++
			}
			return nil
		}()
		if err != nil {
			v.Fault = err.Error()
			bad++
		}
		found = append(found, v)
	}
	return found, bad
}

func (c commands) pruneBackups() *cobra.Command {
	var key opener
	var dry bool
	rule := archive.Retention{}
	cmd := &cobra.Command{
		Use: "prune DIRECTORY", Short: "Remove old backups by a rule, and the pieces that no other backup needs", Args: cobra.ExactArgs(1),
		Long: `Remove old backups by a rule, and the pieces that no other backup needs. The newest backup always stays.

It needs the key of the archive: the lists that say what a backup consists of are encrypted. Run it where
the archive may be read; the machine that makes backups need not be that place.`,
		Example: "  linghang backup prune /mnt/backup --passphrase-file /etc/linghang/passphrase --keep-daily 7 --keep-weekly 5 --keep-monthly 12\n" +
			"  linghang backup prune /mnt/backup --identity-file key.txt --keep-last 3 --dry-run",
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := key.open(args[0])
			if err != nil {
				return err
			}
			ids, err := r.Backups()
			if err != nil {
				return err
			}
			stay, gone := rule.Split(ids)
			pruned := archive.Pruned{Backups: gone}
			if !dry {
				if pruned, err = r.Prune(gone, stay, piecesOf); err != nil {
					return err
				}
			}
			return show(cmd, map[string]any{"stay": stay, "removed": pruned, "dry_run": dry}, func(w io.Writer) {
				for _, id := range gone {
					_, _ = fmt.Fprintf(w, "removed %s\t%s\n", id, archive.Made(id).Format(time.RFC3339))
				}
				if dry {
					_, _ = fmt.Fprintf(w, "%d backups would stay; nothing was removed (--dry-run)\n", len(stay))
					return
				}
				_, _ = fmt.Fprintf(w, "%d backups stay; %d pieces with %d bytes removed\n", len(stay), pruned.Pieces, pruned.Bytes)
			})
		},
	}
	key.flags(cmd)
	cmd.Flags().IntVar(&rule.Last, "keep-last", 1, "how many of the newest backups stay")
	cmd.Flags().IntVar(&rule.Daily, "keep-daily", 7, "of how many days the newest backup stays")
	cmd.Flags().IntVar(&rule.Weekly, "keep-weekly", 5, "of how many weeks the newest backup stays")
	cmd.Flags().IntVar(&rule.Monthly, "keep-monthly", 12, "of how many months the newest backup stays")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would be removed, and remove nothing")
	return cmd
}
