package clock

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
)

// childOf names the database of a process that only fires clocks.
const childOf = "LINGHANG_CLOCK_DATABASE"

func TestMain(m *testing.M) {
	room, child := os.LookupEnv(childOf)
	if !child {
		os.Exit(m.Run())
	}
	if err := fireAlone(room); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// fireAlone is the process that fires, until it is told to end, or killed.
func fireAlone(room string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	engine := sqldb.New(sqldb.Config{Dir: os.Getenv("LINGHANG_CLOCK_DIR"), DSN: os.Getenv("LINGHANG_CLOCK_DSN")})
	db := engine.DB(room)
	if err := db.Open(ctx, os.DirFS("../../migrations")); err != nil {
		return fmt.Errorf("open database of clocks: %w", err)
	}
	clocks := New(&module.Kit{DB: db, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Fit: func(context.Context) error { return nil }}, time.Now)
	clocks.On("notice.acknowledge", func(ctx context.Context, tx *sqldb.Tx, f Fired) error {
		_, err := tx.Exec(ctx, `INSERT INTO fired (object, part, due_at, fired_at) VALUES ($1, $2, $3, $4)`, f.Clock.Object, fmt.Sprint(f.Part), f.At.UnixMilli(), time.Now().UnixMilli())
		return err
	})
	return clocks.Run(ctx)
}

// field is a database with clocks, and the processes that fire them.
type field struct {
	db    *sqldb.DB
	room  string
	cfg   sqldb.Config
	kids  []*exec.Cmd
	total int // steps that are to fire
}

const (
	mostInOne  = 5000                   // clocks that are begun in one transaction
	perClock   = 200 * time.Microsecond // is left for writing each down before the first fires
	firstAfter = 2 * time.Second        // is left for processes to begin
)

// newField begins open clocks, of which due say something once, evenly over the time.
func newField(t testing.TB, cfg sqldb.Config, open, due int, over time.Duration) *field {
	f := &field{cfg: cfg, total: due}
	f.db = kerneltest.Database(t, cfg, os.DirFS("../../migrations"))
	f.room = f.db.Room()
	err := f.db.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), `CREATE TABLE fired (object TEXT NOT NULL, part TEXT NOT NULL, due_at BIGINT NOT NULL, fired_at BIGINT NOT NULL)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now().Add(time.Duration(open) * perClock)
	for from := 0; from < open; from += mostInOne {
		err := f.db.Write(t.Context(), func(tx *sqldb.Tx) error {
			for i := from; i < min(from+mostInOne, open); i++ {
				k := Clock{ID: fmt.Sprintf("%08d", i), Object: fmt.Sprintf("assignment/%08d", i), Obligation: "notice.acknowledge", Level: rating.Large, StartedAt: begun, DueAt: begun.Add(24 * time.Hour), State: Running, pace: 1}
				at := k.DueAt
				if i%(open/due) == 0 {
					at = begun.Add(firstAfter + over*time.Duration(i)/time.Duration(open))
				}
				k.steps = []step{{Part: 1, At: at.UnixMilli()}}
				if err := (store{f.db}).insert(t.Context(), tx, k); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if late := time.Since(begun.Add(firstAfter)); late > 0 {
		t.Logf("the first was due %s before all were there", late)
	}
	return f
}

// start starts one more process that fires.
func (f *field) start(t testing.TB) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childOf+"="+f.room, "LINGHANG_CLOCK_DIR="+f.cfg.Dir, "LINGHANG_CLOCK_DSN="+f.cfg.DSN)
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	f.kids = append(f.kids, c)
	return c
}

// kill ends a process without a word to it.
func kill(t testing.TB, c *exec.Cmd) {
	t.Helper()
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // it was killed
}

// count is how much has fired.
func (f *field) count(t testing.TB) (n int) {
	t.Helper()
	if err := f.db.QueryRow(t.Context(), `SELECT COUNT(*) FROM fired`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// lags are by how many milliseconds each was late; each must have fired, and once.
func (f *field) lags(t testing.TB) []float64 {
	t.Helper()
	rows, err := f.db.Query(t.Context(), `SELECT object, due_at, fired_at FROM fired`)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	list, err := sqldb.All(rows, func(r sqldb.Row) (lag float64, err error) {
		var object string
		var due, fired int64
		err = r.Scan(&object, &due, &fired)
		if seen[object] {
			t.Errorf("%s fired twice", object)
		}
		seen[object] = true
		return float64(fired - due), err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != f.total {
		t.Errorf("%d of %d fired", len(list), f.total)
	}
	slices.Sort(list)
	return list
}

// through fires everything while a process is killed at a third and another takes over.
func (f *field) through(t testing.TB) []float64 {
	t.Helper()
	first := f.start(t)
	if f.cfg.DSN != "" {
		f.start(t) // a replica beside it
	}
	kerneltest.Wait(t, "a third to fire", func() bool { return f.count(t) >= f.total/3 })
	kill(t, first)
	last := f.start(t)
	kerneltest.Wait(t, "everything to fire", func() bool { return f.count(t) >= f.total })
	kill(t, last)
	if len(f.kids) == 3 {
		kill(t, f.kids[1])
	}
	return f.lags(t)
}

// A process that is killed in the middle loses nothing, and nothing fires twice.
func TestKilledInTheMiddle(t *testing.T) {
	for name, cfg := range map[string]sqldb.Config{"sqlite": {Dir: t.TempDir()}, "postgres": {DSN: kerneltest.Postgres(t)}} {
		t.Run(name, func(t *testing.T) { newField(t, cfg, 1000, 1000, 3*time.Second).through(t) })
	}
}
