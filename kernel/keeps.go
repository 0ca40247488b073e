package kernel

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"

	"linghang/kernel/archive"
	"linghang/kernel/fault"
	"linghang/kernel/module"
)

// savedKeep is what a room keeps in files of its own; paths are the room's words.
type savedKeep struct {
	Room  string      `json:"room"`
	Name  string      `json:"name"`
	Files []savedFile `json:"files"`
}

// saveKeeps copies what the rooms keep in files of their own.
func (k *Kernel) saveKeeps(ctx context.Context, w *archive.Writer) (list []savedKeep, err error) {
	for _, r := range k.rooms {
		for _, keep := range r.manifest.Keeps {
			saved := savedKeep{Room: r.manifest.Name, Name: keep.Name}
			err := keep.Save(ctx, func(name string, content io.Reader) error {
				pieces, err := savePieces(name, content, w)
				saved.Files = append(saved.Files, savedFile{Path: name, Pieces: pieces})
				return err
			})
			if err != nil {
				return nil, fmt.Errorf("save %s of %s: %w", keep.Name, r.manifest.Name, err)
			}
			if len(saved.Files) > 0 {
				list = append(list, saved)
			}
		}
	}
	return list, nil
}

// restoreKeep hands a room what it has kept.
func (k *Kernel) restoreKeep(ctx context.Context, r *archive.Reader, saved savedKeep) error {
	for _, x := range k.rooms {
		i := slices.IndexFunc(x.manifest.Keeps, func(keep module.Keep) bool { return x.manifest.Name == saved.Room && keep.Name == saved.Name })
		if i < 0 {
			continue
		}
		if err := x.manifest.Keeps[i].Restore(ctx, filesOf(r, saved.Files)); err != nil {
			return fmt.Errorf("restore %s of %s: %w", saved.Name, saved.Room, err)
		}
		return nil
	}
	return fault.New(fault.Conflict, "kernel.backup.foreign", "the backup has %s of the room %s, which this program does not keep", saved.Name, saved.Room)
}

func filesOf(r *archive.Reader, files []savedFile) iter.Seq2[string, io.Reader] {
	return func(yield func(string, io.Reader) bool) {
		for _, f := range files {
			if !yield(f.Path, &piecewise{r: r, left: f.Pieces}) {
				return
			}
		}
	}
}
