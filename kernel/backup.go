package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"linghang/kernel/archive"
	"linghang/kernel/audit"
	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// pieceSize is the most that one piece of a backup holds.
const pieceSize = 4 << 20

// savedHouse is what a backup consists of.
type savedHouse struct {
	Version string      `json:"version"`
	At      time.Time   `json:"at"`
	Rooms   []savedRoom `json:"rooms"`
	Files   []savedFile `json:"files"`
	Keeps   []savedKeep `json:"keeps,omitempty"`
}

type savedRoom struct {
	Name     string         `json:"name"`
	Versions sqldb.Versions `json:"versions"`
	Tables   []savedTable   `json:"tables"`
}

type savedTable struct {
	sqldb.Table
	Rows   int64    `json:"rows"`
	Pieces []string `json:"pieces"`
}

type savedFile struct {
	Path   string   `json:"path"`
	Pieces []string `json:"pieces"`
}

func (c commands) backup() *cobra.Command {
	var passphrase string
	var lock archive.Lock
	cmd := &cobra.Command{
		Use: "backup DIRECTORY", Short: "Add an encrypted backup to an archive, beside a serving process", Args: cobra.ExactArgs(1),
		Example: "  linghang backup /mnt/backup --data /var/lib/linghang --passphrase-file /etc/linghang/passphrase\n  linghang backup /mnt/backup --data /var/lib/linghang",
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if lock.Passphrase, err = readSecret(passphrase); err != nil {
				return err
			}
			return c.withData(cmd, func(ctx context.Context, k *Kernel) (err error) {
				w, err := k.archive(args[0], lock)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, w.Close()) }()
				id, saved, err := k.save(ctx, w)
				if err != nil {
					return err
				}
				if err := k.noteBackup(ctx, madeBackup{ID: id, Archive: w.ID(), At: saved.At, Took: time.Since(saved.At), Written: w.Written, Reused: w.Reused}); err != nil {
					return err
				}
				if err := k.audit.Append(sqldb.Alone(ctx), audit.NewEntry(ctx, "backup", "backup:"+id, "done")); err != nil {
					return err
				}
				return show(cmd, map[string]any{"id": id, "at": saved.At, "written": w.Written, "reused": w.Reused}, func(out io.Writer) {
					_, _ = fmt.Fprintf(out, "backup %s: %d bytes new, %d bytes as before\n", id, w.Written, w.Reused)
				})
			})
		},
	}
	cmd.Flags().StringVar(&passphrase, "passphrase-file", "", "file with the passphrase of a new archive")
	cmd.Flags().StringArrayVar(&lock.Recipients, "recipient", nil, "age public key that opens a new archive, instead of a passphrase")
	cmd.AddCommand(c.listBackups(), c.verifyBackup(), c.pruneBackups())
	return cmd
}

func readSecret(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file) //nolint:gosec // the file that the operator named
	if err != nil {
		return "", fmt.Errorf("read the secret: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// within reports whether dir lies below top.
func within(top, dir string) (bool, error) {
	top, err := filepath.Abs(top)
	if err != nil {
		return false, fmt.Errorf("place %s: %w", top, err)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return false, fmt.Errorf("place %s: %w", dir, err)
	}
	rel, err := filepath.Rel(top, dir)
	return err == nil && filepath.IsLocal(rel), nil
}

// archive opens the archive in dir for adding, and makes it when there is none.
func (k *Kernel) archive(dir string, lock archive.Lock) (*archive.Writer, error) {
	inside, err := within(k.cfg.Data, dir)
	if err != nil {
		return nil, err
	}
	if inside {
		return nil, usageError{fmt.Errorf("the archive %s is inside the data directory, and would be lost with it", dir)}
	}
	memory := k.cfg.path("backup")
	if archive.Exists(dir) {
		return archive.Append(dir, memory)
	}
	return archive.Create(dir, memory, lock)
}

// save adds a backup. Series come first: they tell how far of the ledger they
// are written, and so may be older than the rows, never newer. Files, and what
// rooms keep themselves, come last: a row is committed after its file is there.
func (k *Kernel) save(ctx context.Context, w *archive.Writer) (id string, saved savedHouse, err error) {
	saved = savedHouse{Version: k.house.Version, At: time.Now().UTC()}
	if saved.Files, err = k.saveSeries(ctx, w); err != nil {
		return "", saved, err
	}
	before, err := k.saveKeys(ctx, w)
	if err != nil {
		return "", saved, err
	}
	snapshot, err := k.sql.Snapshot(ctx)
	if err != nil {
		return "", saved, err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	for _, r := range k.rooms {
		room, err := saveRoom(ctx, w, snapshot, r.manifest.Name)
		if err != nil {
			return "", saved, err
		}
		saved.Rooms = append(saved.Rooms, room)
	}
	blobs, err := k.saveBlobs(ctx, w)
	if err != nil {
		return "", saved, err
	}
	if saved.Keeps, err = k.saveKeeps(ctx, w); err != nil {
		return "", saved, err
	}
	keys, err := k.saveKeys(ctx, w)
	if err != nil {
		return "", saved, err
	}
	if !reflect.DeepEqual(before, keys) {
		return "", saved, fault.New(fault.Conflict, "kernel.backup.keys", "the master key was renewed during the backup; back up again")
	}
	saved.Files = append(append(saved.Files, blobs...), keys...)
	list, err := json.Marshal(saved)
	if err != nil {
		return "", saved, fmt.Errorf("encode backup: %w", err)
	}
	id, err = w.Seal(list)
	return id, saved, err
}

func saveRoom(ctx context.Context, w *archive.Writer, s *sqldb.Snapshot, name string) (room savedRoom, err error) {
	room.Name = name
	if room.Versions, err = s.Versions(ctx, name); err != nil {
		return room, err
	}
	tables, err := s.Tables(ctx, name)
	if err != nil {
		return room, err
	}
	for _, t := range tables {
		saved := savedTable{Table: t}
		var buf []byte
		flush := func() error {
			if len(buf) == 0 {
				return nil
			}
			piece, err := w.Put(buf)
			saved.Pieces, buf = append(saved.Pieces, piece), buf[:0]
			return err
		}
		err := s.Rows(ctx, name, t, func(values []any) error {
			start := len(buf)
			if buf, err = sqldb.PackRow(buf, values); err != nil {
				return err
			}
			saved.Rows++
			// The rows themselves say where a piece ends, so that a row put in or
			// taken out changes one piece and not all after it.
			if crc32.ChecksumIEEE(buf[start:])%1024 == 0 || len(buf) >= pieceSize {
				return flush()
			}
			return nil
		})
		if err := errors.Join(err, flush()); err != nil {
			return room, err
		}
		room.Tables = append(room.Tables, saved)
	}
	return room, nil
}

// saveKeys copies the master key, without which the rows' secrets stay sealed. A
// file outside the data directory is the operator's to keep.
func (k *Kernel) saveKeys(ctx context.Context, w *archive.Writer) ([]savedFile, error) {
	files, err := k.saveFiles(ctx, w, "keys")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return files, err
}

// blobPart begins the paths of the rooms' files, wherever these are kept.
const blobPart = "blobs/"

// saveBlobs copies the files of all rooms, from the data directory or from an
// object store. One that its room removes meanwhile is left out.
func (k *Kernel) saveBlobs(ctx context.Context, w *archive.Writer) (files []savedFile, err error) {
	for _, r := range k.rooms {
		room := r.manifest.Name
		for b, err := range k.shelf.Room(room).All(ctx) {
			if err != nil {
				return nil, err
			}
			f := savedFile{Path: blobPart + room + "/" + b.Hash[:2] + "/" + b.Hash}
			content, err := k.shelf.Room(room).Get(ctx, b.Hash)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			f.Pieces, err = savePieces(f.Path, content, w)
			if err := errors.Join(err, content.Close()); err != nil {
				return nil, err
			}
			files = append(files, f)
		}
	}
	return files, nil
}

// saveSeries copies the logs before the blocks made of them. What vanishes
// meanwhile has become part of something else: then all is looked at again.
func (k *Kernel) saveSeries(ctx context.Context, w *archive.Writer) (files []savedFile, err error) {
	for range 10 {
		if files, err = k.trySeries(ctx, w); err == nil || !errors.Is(err, fs.ErrNotExist) {
			return files, err
		}
	}
	return nil, fmt.Errorf("the time series changed all the time: %w", err)
}

func (k *Kernel) trySeries(ctx context.Context, w *archive.Writer) (files []savedFile, err error) {
	for _, part := range []string{"series/wal", "series/wbl", "series"} {
		if _, err := os.Stat(k.cfg.path(filepath.FromSlash(part))); errors.Is(err, fs.ErrNotExist) {
			continue // nothing was written there yet
		}
		more, err := k.saveFiles(ctx, w, part)
		if err != nil {
			return nil, err
		}
		files = append(files, more...)
	}
	return files, nil
}

// saveFiles copies the files below a part of the data directory.
func (k *Kernel) saveFiles(ctx context.Context, w *archive.Writer, part string) (files []savedFile, err error) {
	err = filepath.WalkDir(k.cfg.path(filepath.FromSlash(part)), func(path string, d fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		rel, err := filepath.Rel(k.cfg.Data, path)
		if err != nil {
			return fmt.Errorf("place %s: %w", path, err)
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if part == "series" && isSeriesLog(rel) || strings.Contains(d.Name(), "tmp") {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || strings.HasPrefix(d.Name(), "incoming-") || filepath.ToSlash(filepath.Dir(rel)) == "series" {
			return nil
		}
		f := savedFile{Path: rel}
		f.Pieces, err = saveFile(path, w)
		files = append(files, f)
		return err
	})
	return files, err
}

// isSeriesLog names what is copied by itself, and the memory-mapped head, which
// the logs hold too.
func isSeriesLog(rel string) bool {
	return rel == "series/wal" || rel == "series/wbl" || rel == "series/chunks_head"
}

func saveFile(path string, w *archive.Writer) (pieces []string, err error) {
	f, err := os.Open(path) //nolint:gosec // a file of the data directory
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return savePieces(path, f, w)
}

// savePieces cuts what f holds into pieces.
func savePieces(path string, f io.Reader, w *archive.Writer) (pieces []string, err error) {
	buf := make([]byte, pieceSize)
	for {
		n, err := io.ReadFull(f, buf)
		if n > 0 {
			piece, err := w.Put(buf[:n])
			if err != nil {
				return nil, err
			}
			pieces = append(pieces, piece)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return pieces, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
	}
}
