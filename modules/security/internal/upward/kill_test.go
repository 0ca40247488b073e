package upward

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/live"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/taxii"
	"linghang/modules/security/internal/peer"
	"linghang/modules/security/internal/rating"
	"linghang/modules/security/internal/second"
)

// childOf names the database of a process that only sends.
const childOf = "LINGHANG_UPWARD_DATABASE"

func TestMain(m *testing.M) {
	room, child := os.LookupEnv(childOf)
	if !child {
		os.Exit(m.Run())
	}
	if err := sendAlone(room); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// sendAlone is the process that sends, until it is killed.
func sendAlone(room string) error {
	ahead, err := time.ParseDuration(os.Getenv("LINGHANG_UPWARD_AHEAD"))
	if err != nil {
		return fmt.Errorf("read by how much the clock is ahead: %w", err)
	}
	db := sqldb.New(sqldb.Config{Dir: os.Getenv("LINGHANG_UPWARD_DIR"), DSN: os.Getenv("LINGHANG_UPWARD_DSN")}).DB(room)
	if err := db.Open(context.Background(), os.DirFS("../../migrations")); err != nil {
		return fmt.Errorf("open database of reports: %w", err)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	u := New(&module.Kit{DB: db, Live: live.NewHub(log), Log: log}, nil, nil, nil, peer.Settings{Networks: []string{"127.0.0.0/8"}}, func() time.Time { return time.Now().Add(ahead) })
	if err := u.Broken(); err != nil {
		return err
	}
	for {
		if err := u.send(context.Background()); err != nil {
			return err
		}
	}
}

// ledger is an upper level that writes down every object of every request.
type ledger struct {
	mu   sync.Mutex
	seen map[string]int // by id and version
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.seen)
}

func (*ledger) Discovery(context.Context) (taxii.Discovery, error) { return taxii.Discovery{}, nil }

func (*ledger) Root(context.Context, string) (taxii.APIRoot, error) {
	return taxii.APIRoot{Title: "Ledger"}, nil
}

func (*ledger) Collections(context.Context, string) ([]taxii.Collection, error) {
	return []taxii.Collection{{ID: "91a7b528-80eb-42ed-a74d-c6fbd5a26116", Title: "In", CanWrite: true}}, nil
}

func (*ledger) Objects(context.Context, taxii.Place, taxii.Query) (taxii.Page, error) {
	return taxii.Page{}, nil
}

func (l *ledger) Add(_ context.Context, _ taxii.Place, objects []taxii.Object, _ []taxii.StatusDetail) (taxii.Status, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range objects {
		l.seen[o.ID+" "+o.Version]++
	}
	return taxii.Status{ID: "2d086da7-4bdc-4f91-900e-d77486753710", Status: taxii.StatusComplete, TotalCount: len(objects), SuccessCount: len(objects)}, nil
}

func (*ledger) Delete(context.Context, taxii.Place, string, taxii.Query) error { return nil }

func (*ledger) Status(context.Context, string, string) (taxii.Status, error) {
	return taxii.Status{}, taxii.NotFound("there is no such status")
}

// receiptOf keeps a receipt that waits for an upper level.
func receiptOf(ctx context.Context, tx *sqldb.Tx, x Upper, i int) error {
	raw := fmt.Sprintf(`{"type":"note","spec_version":"2.1","id":"note--%08d-0000-4000-8000-000000000000","created":"2026-03-01T00:00:00.000Z","modified":"2026-03-01T00:00:00.000Z"}`, i)
	o, err := taxii.ReadObject([]byte(raw))
	if err != nil {
		return err
	}
	r := Report{ID: fmt.Sprintf("receipt-%d", i), UpperID: x.ID, Upper: x.Name, ReceivedID: fmt.Sprintf("received-%d", i), Number: fmt.Sprint(i), Act: actReceipt, TLP: rating.Red, ObjectID: o.ID, ObjectVersion: o.Version, Cause: byPerson, octets: []string{raw}, Objects: []Told{{ID: o.ID, Type: o.Type, Version: o.Version, State: Waiting}}}
	return insertReceipt(ctx, tx, r.start(time.Now().UTC()))
}

// reportsOf keeps an upper level, and a number of reports that wait for it: each third is a
// receipt, of what is stricter than the upper level may be told by the city.
func reportsOf(t *testing.T, db *sqldb.DB, root string, many int) {
	t.Helper()
	x := Upper{ID: "upper", Hand: second.Hand{Confirmed: true}, UpperSpec: UpperSpec{Name: "省级平台", Way: ByTAXII, Server: peer.Server{Root: root, Collection: "91a7b528-80eb-42ed-a74d-c6fbd5a26116", Auth: peer.NoAuth}, Direction: Up, MostTLP: rating.Amber, Levels: []rating.Level{}}}
	if err := (store{db}).insertUpper(t.Context(), x, time.Now(), func(context.Context, *sqldb.Tx, Upper) error { return nil }); err != nil {
		t.Fatal(err)
	}
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		for i := range many {
			if i%3 == 0 {
				if err := receiptOf(t.Context(), tx, x, i); err != nil {
					return err
				}
				continue
			}
			n := Notice{ID: fmt.Sprintf("notice-%d", i), Number: fmt.Sprint(i), TLP: rating.Amber, Issued: true}
			_, err := tx.Exec(t.Context(), `INSERT INTO security_notice (id, drill, drill_title, pace, kind, colour, title, body, ask, level, category, tlp, audience, state, actor, actor_name, issued_at, created_at) VALUES ($1, '', '', 1, 'notice', '', 't', 'b', 'a', 3, 'attack', 'amber', '{}', 'issued', '', '', 1, 1)`, n.ID)
			if err != nil {
				return err
			}
			raw := fmt.Sprintf(`{"type":"report","spec_version":"2.1","id":"report--%08d-0000-4000-8000-000000000000","created":"2026-03-01T00:00:00.000Z","modified":"2026-03-01T00:00:00.000Z"}`, i)
			o, err := taxii.ReadObject([]byte(raw))
			if err != nil {
				return err
			}
			r := draw(x, n, []taxii.Object{o})
			r.Cause = byRule
			if err := insertReport(t.Context(), tx, r.start(time.Now().UTC())); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What was released arrives, as one object in one version, however often the process that
// sends is killed; what it did not write down it sends again.
func TestKilledWhileSending(t *testing.T) {
	for name, cfg := range map[string]sqldb.Config{"sqlite": {Dir: t.TempDir()}, "postgres": {DSN: kerneltest.Postgres(t)}} {
		t.Run(name, func(t *testing.T) {
			const many, kills = 120, 3
			l := &ledger{seen: map[string]int{}}
			handler, err := taxii.NewServer(taxii.Options{Store: l, Authorise: func(r *http.Request, _ taxii.Action) (context.Context, error) { return r.Context(), nil }})
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(handler)
			t.Cleanup(server.Close)
			db := kerneltest.Database(t, cfg, os.DirFS("../../migrations"))
			reportsOf(t, db, server.URL+"/api1/", many)
			for k := range kills + 1 {
				c := exec.Command(os.Args[0])
				// After a process was killed its lease has to run out.
				c.Env = append(os.Environ(), childOf+"="+db.Room(), "LINGHANG_UPWARD_DIR="+cfg.Dir, "LINGHANG_UPWARD_DSN="+cfg.DSN, fmt.Sprintf("LINGHANG_UPWARD_AHEAD=%s", time.Duration(k)*2*leaseFor))
				c.Stderr = os.Stderr
				if err := c.Start(); err != nil {
					t.Fatal(err)
				}
				kerneltest.Wait(t, fmt.Sprintf("part %d to arrive", k+1), func() bool { return l.count() >= many*(k+1)/(kills+1) })
				if k == kills {
					kerneltest.Wait(t, "everything to be noted", func() bool { return delivered(t, db) == many })
				}
				if err := c.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				_ = c.Wait() // it was killed
			}
			l.mu.Lock()
			defer l.mu.Unlock()
			again := 0
			for _, n := range l.seen {
				again += n - 1
			}
			if len(l.seen) != many || again > kills {
				t.Errorf("%d objects arrived of %d, %d of them again after %d kills", len(l.seen), many, again, kills)
			}
		})
	}
}

func delivered(t *testing.T, db *sqldb.DB) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), `SELECT COUNT(*) FROM security_upward WHERE state = 'delivered'`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
