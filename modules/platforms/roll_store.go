package platforms

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"linghang/kernel/sqldb"
)

// rollStore keeps the rolls of the platforms that this process has met, and
// numbers new series.
type rollStore struct {
	db    *sqldb.DB
	mu    sync.Mutex
	rolls map[string]*roll
}

func newRollStore(db *sqldb.DB) *rollStore { return &rollStore{db: db, rolls: map[string]*roll{}} }

// of returns a platform's roll; met for the first time, it is read.
func (s *rollStore) of(ctx context.Context, platformID string) (*roll, error) {
	s.mu.Lock()
	r := s.rolls[platformID]
	s.mu.Unlock()
	if r != nil {
		return r, nil
	}
	r = newRoll(platformID)
	if err := s.read(ctx, r); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if other := s.rolls[platformID]; other != nil {
		return other, nil
	}
	s.rolls[platformID] = r
	return r, nil
}

// forget drops the roll of a platform that is gone.
func (s *rollStore) forget(platformID string) {
	s.mu.Lock()
	delete(s.rolls, platformID)
	s.mu.Unlock()
}

// read brings a roll up to date: series were added here or in another replica.
func (s *rollStore) read(ctx context.Context, r *roll) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	added, err := seriesAfter(ctx, s.db, r.platformID, r.top())
	for _, k := range added {
		if err := r.add(k); err != nil {
			return err
		}
	}
	return err
}

// seriesAfter returns the series of a platform beyond a number, in order.
func seriesAfter(ctx context.Context, db reader, platformID string, number int64) ([]*known, error) {
	rows, err := db.Query(ctx, `SELECT number, code, dims FROM series WHERE platform_id = $1 AND number > $2 ORDER BY number`, platformID, number)
	if err != nil {
		return nil, fmt.Errorf("read series: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (*known, error) {
		k := &known{}
		err := r.Scan(&k.number, &k.Code, &k.Dims)
		return k, err
	})
}

// enrol numbers the series of a submission that the roll does not have. The
// limit holds across replicas: their submissions of one platform queue. Entries
// beyond it become findings.
func (s *rollStore) enrol(ctx context.Context, tx *sqldb.Tx, in *submission, limit int64) (map[*known]int64, error) {
	var fresh []*known
	numbers := map[*known]int64{}
	for _, e := range in.entries {
		if _, met := numbers[e.known]; e.number == 0 && !met {
			numbers[e.known] = 0
			fresh = append(fresh, e.known)
		}
	}
	if len(fresh) == 0 {
		return nil, nil //nolint:nilnil // no new series, no numbers
	}
	others, err := seriesAfter(ctx, tx, in.platformID, in.top)
	if err != nil {
		return nil, err
	}
	top, byName := in.top, map[string]int64{}
	for _, k := range others {
		top = k.number
		byName[string(appendName(nil, k.Code, k.Dims))] = k.number
	}
	added := fresh[:0]
	for _, k := range fresh {
		numbers[k] = byName[string(appendName(nil, k.Code, k.Dims))]
		if numbers[k] == 0 && top < limit {
			top++
			numbers[k] = top
			added = append(added, k)
		}
	}
	in.refuse(func(e entry) *reason {
		if e.number == 0 && numbers[e.known] == 0 {
			return errSeriesLimit(limit)
		}
		return nil
	})
	return numbers, s.insert(ctx, tx, in.platformID, added, numbers)
}

func errSeriesLimit(limit int64) *reason {
	return because("series_limit", "the platform has its limit of %d series", limit)
}

// insert stores new series, many with a statement.
func (s *rollStore) insert(ctx context.Context, tx *sqldb.Tx, platformID string, added []*known, numbers map[*known]int64) error {
	for len(added) > 0 {
		batch := added[:min(len(added), rowsAtOnce)]
		added = added[len(batch):]
		args := make([]any, 0, 4*len(batch))
		for _, k := range batch {
			args = append(args, platformID, numbers[k], k.Code, k.Dims)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO series (platform_id, number, code, dims) VALUES `+places(len(batch), 4), args...); err != nil {
			return fmt.Errorf("insert series: %w", err)
		}
	}
	return nil
}

// rowsAtOnce is how many rows one statement stores: a statement for each costs
// five times as much.
const rowsAtOnce = 100

// places writes ($1,$2),($3,$4)… for so many rows of so many columns.
func places(rows, columns int) string {
	var b strings.Builder
	for i := range rows * columns {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%columns == 0:
			b.WriteString("),(")
		default:
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", i+1)
	}
	b.WriteByte(')')
	return b.String()
}
