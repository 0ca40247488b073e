package station

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"linghang/modules/identifier/internal/mirror"
	"linghang/modules/identifier/internal/record"
)

// Promote makes the directory of a mirror that of a primary: the next start takes
// changes, with a site whose serial is above the old primary's. The mirror must not
// run. It returns the prefix.
func Promote(ctx context.Context, dir string, role Role, log *slog.Logger) (prefix string, err error) {
	if role != Root && role != Secondary && role != Enterprise {
		return "", usage("a mirror becomes what its primary was: root, secondary or enterprise, not %q", role)
	}
	c := Config{Dir: dir}
	s, err := c.recall()
	if err != nil {
		return "", err
	}
	if s.Role != Mirror {
		return "", usage("%s is of a node of role %s, not of a mirror", dir, s.Role)
	}
	if (s.Prefix == "") != (role == Root) {
		return "", usage("the primary of this mirror has the prefix %q, which a node of role %s has not", s.Prefix, role)
	}
	store, err := record.OpenFiles(filepath.Join(dir, "records"), record.Options{Log: log})
	if err != nil {
		return "", fmt.Errorf("open the records; the mirror must not run: %w", err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := mirror.Leave(ctx, store); err != nil {
		return "", err
	}
	if old, err := LoadSite(filepath.Join(dir, "primary.json")); err == nil {
		s.Serial = max(s.Serial, old.Serial)
	}
	s.Role = role
	if err := c.save(s); err != nil {
		return "", err
	}
	return s.Prefix, removeAll(dir, "primary.json", "publish.json", "request.json")
}

func removeAll(dir string, names ...string) error {
	var errs []error
	for _, name := range names {
		if err := os.Remove(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
