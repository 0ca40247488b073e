package enterprise

import (
	"context"

	"linghang/modules/enterprise/internal/attraction"
)

// landedEntries is the directory as attraction asks it.
type landedEntries struct{ servedEntries }

// Accepted implements attraction.Directory.
func (s landedEntries) Accepted(ctx context.Context, code string) (attraction.Enterprise, error) {
	found, err := s.ByCodes(ctx, []string{code})
	if err != nil {
		return attraction.Enterprise{}, err
	}
	e := found[code]
	return attraction.Enterprise{ID: e.ID, Code: e.Code, Synthetic: e.Synthetic}, nil
}

// Industry implements attraction.Directory.
func (landedEntries) Industry(code string) bool { return has(industries(), code) }
