package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"linghang/kernel/archive"
	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

func (c commands) restore() *cobra.Command {
	var from opener
	var id string
	cmd := &cobra.Command{
		Use: "restore DIRECTORY", Short: "Bring a backup back into an empty data directory and database", Args: cobra.ExactArgs(1),
		Example: "  linghang restore /mnt/backup --data /var/lib/linghang --passphrase-file /etc/linghang/passphrase",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			cfg, err := load(cmd.Flags(), os.LookupEnv)
			if err != nil {
				return usageError{err}
			}
			r, err := from.open(args[0])
			if err != nil {
				return err
			}
			saved, err := chooseBackup(r, &id)
			if err != nil {
				return err
			}
			if err := c.bringBack(cmd, cfg, r, saved); err != nil {
				return err
			}
			return show(cmd, map[string]any{"id": id, "at": saved.At}, func(out io.Writer) {
				_, _ = fmt.Fprintf(out, "backup %s of %s is restored to %s\n", id, saved.At.Format("2006-01-02 15:04:05Z07:00"), cfg.Data)
			})
		},
	}
	from.flags(cmd)
	cmd.Flags().StringVar(&id, "backup", "", "which backup; the newest when empty")
	return cmd
}

func chooseBackup(r *archive.Reader, id *string) (saved savedHouse, err error) {
	ids, err := r.Backups()
	if err != nil {
		return saved, err
	}
	if *id == "" && len(ids) > 0 {
		*id = ids[len(ids)-1]
	}
	if !slices.Contains(ids, *id) {
		return saved, fault.New(fault.NotFound, "kernel.backup.none", "the archive has no backup %q", *id).At("backup", "one of %v", ids)
	}
	list, err := r.List(*id)
	if err != nil {
		return saved, err
	}
	if err := json.Unmarshal(list, &saved); err != nil {
		return saved, fmt.Errorf("decode backup: %w", err)
	}
	return saved, nil
}

// bringBack restores beside the data directory and puts the result in its
// place at the end: what fails leaves nothing behind.
func (c commands) bringBack(cmd *cobra.Command, cfg Config, r *archive.Reader, saved savedHouse) (err error) {
	entries, err := os.ReadDir(cfg.Data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look into the data directory: %w", err)
	}
	if len(entries) > 0 {
		return fault.New(fault.Conflict, "kernel.backup.not_empty", "the data directory %s is not empty", cfg.Data).At("data", "name a directory that is empty or does not exist")
	}
	final := filepath.Clean(cfg.Data)
	cfg.Data = final + ".restoring"
	if err := os.Mkdir(cfg.Data, 0o700); err != nil {
		return fmt.Errorf("make the directory to restore in: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(cfg.Data))
		}
	}()
	k, err := New(cfg, c.house, newLogger(cfg, cmd.ErrOrStderr()))
	if err != nil {
		return fmt.Errorf("build the house: %w", err)
	}
	for _, f := range saved.Files {
		if err := k.restoreFile(cmd.Context(), r, f); err != nil {
			return err
		}
	}
	for _, keep := range saved.Keeps {
		if err := k.restoreKeep(cmd.Context(), r, keep); err != nil {
			return err
		}
	}
	if err := k.restoreRooms(cmd.Context(), r, saved.Rooms); err != nil {
		return err
	}
	if err := os.Remove(final); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("replace the empty data directory: %w", err)
	}
	return os.Rename(cfg.Data, final)
}

func (k *Kernel) restoreFile(ctx context.Context, r *archive.Reader, f savedFile) (err error) {
	if rest, ok := strings.CutPrefix(f.Path, blobPart); ok {
		return k.restoreBlob(ctx, r, f, rest)
	}
	if !filepath.IsLocal(f.Path) {
		return fault.New(fault.Conflict, "kernel.backup.damaged", "the backup names a file outside the data directory: %q", f.Path)
	}
	path := k.cfg.path(filepath.FromSlash(f.Path))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make directory: %w", err)
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // below the data directory
	if err != nil {
		return fmt.Errorf("restore %s: %w", f.Path, err)
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, &piecewise{r: r, left: f.Pieces}); err != nil {
		return fmt.Errorf("restore %s: %w", f.Path, err)
	}
	return out.Sync()
}

// restoreBlob puts a room's file where this installation keeps such files.
func (k *Kernel) restoreBlob(ctx context.Context, r *archive.Reader, f savedFile, place string) error {
	name, rest, _ := strings.Cut(place, "/")
	want := rest[strings.LastIndexByte(rest, '/')+1:]
	if !slices.ContainsFunc(k.rooms, func(x room) bool { return x.manifest.Name == name }) {
		return fault.New(fault.Conflict, "kernel.backup.foreign", "the backup has files of the room %s, which this program has not", name)
	}
	hash, _, err := k.shelf.Room(name).Put(ctx, &piecewise{r: r, left: f.Pieces}, math.MaxInt64-1)
	if err != nil {
		return fmt.Errorf("restore %s: %w", f.Path, err)
	}
	if hash != want {
		return fault.New(fault.Conflict, "kernel.backup.damaged", "%s came back with the content %s", f.Path, hash)
	}
	return nil
}

// piecewise reads pieces one after the other.
type piecewise struct {
	r    *archive.Reader
	left []string
	data []byte
}

// Read implements io.Reader.
func (p *piecewise) Read(buf []byte) (int, error) {
	for len(p.data) == 0 {
		if len(p.left) == 0 {
			return 0, io.EOF
		}
		data, err := p.r.Get(p.left[0])
		if err != nil {
			return 0, err
		}
		p.data, p.left = data, p.left[1:]
	}
	n := copy(buf, p.data)
	p.data = p.data[n:]
	return n, nil
}

func (k *Kernel) restoreRooms(ctx context.Context, r *archive.Reader, rooms []savedRoom) (err error) {
	var loaded []*sqldb.DB
	defer func() {
		if err != nil {
			for _, db := range loaded {
				err = errors.Join(err, db.Drop(context.WithoutCancel(ctx)))
			}
		}
		err = errors.Join(err, k.sql.Close())
	}()
	for _, saved := range rooms {
		i := slices.IndexFunc(k.rooms, func(x room) bool { return x.manifest.Name == saved.Name })
		if i < 0 {
			return fault.New(fault.Conflict, "kernel.backup.foreign", "the backup has the room %s, which this program has not", saved.Name)
		}
		db := k.rooms[i].kit.DB
		if err := db.OpenEmpty(ctx, k.rooms[i].manifest.Migrations, saved.Versions); err != nil {
			return err
		}
		loaded = append(loaded, db)
		if err := loadRoom(ctx, r, db, saved); err != nil {
			return err
		}
	}
	return nil
}

func loadRoom(ctx context.Context, r *archive.Reader, db *sqldb.DB, saved savedRoom) error {
	tables := make([]sqldb.Table, len(saved.Tables))
	for i, t := range saved.Tables {
		tables[i] = t.Table
	}
	return db.Load(ctx, tables, func(t sqldb.Table, put func([]any) error) error {
		i := slices.IndexFunc(saved.Tables, func(x savedTable) bool { return x.Name == t.Name })
		var rows int64
		for _, piece := range saved.Tables[i].Pieces {
			data, err := r.Get(piece)
			if err != nil {
				return err
			}
			err = sqldb.UnpackRows(data, len(t.Columns), func(values []any) error { rows++; return put(values) })
			if err != nil {
				return err
			}
		}
		if rows != saved.Tables[i].Rows {
			return fault.New(fault.Conflict, "kernel.backup.damaged", "%s has %d rows, %d were saved", t.Name, rows, saved.Tables[i].Rows)
		}
		return nil
	})
}
