package need

import (
	"context"
	"fmt"

	"linghang/kernel/sqldb"
)

// demandedMost bounds how many needs a scenario is held against.
const demandedMost = 2000

// demanded returns the open needs that everybody may see, those that were begun last.
func (s store) demanded(ctx context.Context) ([]Need, error) {
	rows, err := s.db.Query(ctx, `SELECT `+columns+` FROM need n WHERE n.state = 'open' AND NOT n.confidential ORDER BY n.created_at DESC, n.id LIMIT $1`, demandedMost)
	if err != nil {
		return nil, fmt.Errorf("read open needs: %w", err)
	}
	list, err := sqldb.All(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("read open needs: %w", err)
	}
	return list, nil
}
