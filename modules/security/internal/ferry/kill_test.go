package ferry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/live"
	"linghang/kernel/module"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/lib/taxii"
	"linghang/modules/security/internal/clock"
	"linghang/modules/security/internal/exchange"
	"linghang/modules/security/internal/peer"
	"linghang/modules/security/internal/received"
	"linghang/modules/security/internal/second"
)

// childOf names the database of a process that only reads.
const childOf = "LINGHANG_FERRY_DATABASE"

func TestMain(m *testing.M) {
	room, child := os.LookupEnv(childOf)
	if !child {
		os.Exit(m.Run())
	}
	if err := readAlone(room); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// register has the city alone.
type register struct{}

func (register) Root(context.Context) (identity.Organisation, error) {
	return identity.Organisation{ID: "city"}, nil
}

func (register) Organisation(context.Context, string) (identity.Organisation, error) {
	return identity.Organisation{}, errors.New("nobody asks")
}

// desk receives notices of upper levels.
type desk struct{ *received.Received }

func (d desk) Notices(ctx context.Context, tx *sqldb.Tx, from Sender, objects [][]byte) (int64, []string, error) {
	return d.Take(ctx, tx, received.Sender{ID: from.ID, Name: from.Name, File: from.File}, objects)
}

func (desk) Receipts(context.Context, *sqldb.Tx, Sender, [][]byte) (int64, error) { return 0, nil }

func (desk) Paired(context.Context, string, bool) (bool, error) { return true, nil }

// readAlone is the process that reads, until it is killed.
func readAlone(room string) error {
	ahead, err := time.ParseDuration(os.Getenv("LINGHANG_FERRY_AHEAD"))
	if err != nil {
		return fmt.Errorf("read by how much the clock is ahead: %w", err)
	}
	db := sqldb.New(sqldb.Config{Dir: os.Getenv("LINGHANG_FERRY_DIR"), DSN: os.Getenv("LINGHANG_FERRY_DSN")}).DB(room)
	if err := db.Open(context.Background(), os.DirFS("../../migrations")); err != nil {
		return fmt.Errorf("open database of sources: %w", err)
	}
	kinds := message.NewRegister()
	if err := kinds.Add("security", received.Notified()); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	kit := &module.Kit{DB: db, Live: live.NewHub(log), Log: log, Notices: kinds.Room("security")}
	now := func() time.Time { return time.Now().Add(ahead) }
	e := exchange.New(kit, register{}, now)
	m := New(kit, register{}, e, desk{received.New(kit, register{}, clock.New(kit, now), nil, now)}, peer.Settings{Networks: []string{"127.0.0.0/8"}}, now)
	if err := errors.Join(e.Broken(), m.Broken()); err != nil {
		return err
	}
	for {
		if err := m.poll(context.Background()); err != nil {
			return err
		}
	}
}

// library is an upper level with reports that were added two at a time, so that pages part them.
type library struct {
	entries []taxii.Entry
	served  atomic.Int64 // pages
}

func newLibrary(t *testing.T, many int) *library {
	t.Helper()
	l := &library{}
	begun := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range many {
		o, err := taxii.ReadObject(fmt.Appendf(nil, `{"type":"report","spec_version":"2.1","id":"report--%08d-0000-4000-8000-000000000000","created":"2026-03-01T00:00:00.000Z","modified":"2026-03-01T00:00:00.000Z","name":"通报 %d","report_types":["threat-report"],"published":"2026-03-01T00:00:00.000Z","object_refs":["identity--7d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a01"]}`, i, i))
		if err != nil {
			t.Fatal(err)
		}
		l.entries = append(l.entries, taxii.Entry{Object: o, Added: begun.Add(time.Duration(i/2) * time.Second), Position: int64(i + 1)})
	}
	return l
}

func (*library) Discovery(context.Context) (taxii.Discovery, error) { return taxii.Discovery{}, nil }

func (*library) Root(context.Context, string) (taxii.APIRoot, error) {
	return taxii.APIRoot{Title: "Library"}, nil
}

func (*library) Collections(context.Context, string) ([]taxii.Collection, error) {
	return []taxii.Collection{{ID: "91a7b528-80eb-42ed-a74d-c6fbd5a26116", Title: "Out", CanRead: true}}, nil
}

func (l *library) Objects(_ context.Context, _ taxii.Place, q taxii.Query) (taxii.Page, error) {
	l.served.Add(1)
	return taxii.Select(l.entries, q)
}

func (*library) Add(context.Context, taxii.Place, []taxii.Object, []taxii.StatusDetail) (taxii.Status, error) {
	return taxii.Status{}, taxii.Forbidden("nothing is taken here")
}

func (*library) Delete(context.Context, taxii.Place, string, taxii.Query) error { return nil }

func (*library) Status(context.Context, string, string) (taxii.Status, error) {
	return taxii.Status{}, taxii.NotFound("there is no such status")
}

// Each notice of a collection is received, and once, however often the process that reads is
// killed: what was kept is not told and owed again.
func TestKilledWhileReading(t *testing.T) {
	for name, cfg := range map[string]sqldb.Config{"sqlite": {Dir: t.TempDir()}, "postgres": {DSN: kerneltest.Postgres(t)}} {
		t.Run(name, func(t *testing.T) {
			const many, kills, ofPage = 150, 4, 3
			l := newLibrary(t, many)
			handler, err := taxii.NewServer(taxii.Options{Store: l, MaxPage: ofPage, Authorise: func(r *http.Request, _ taxii.Action) (context.Context, error) { return r.Context(), nil }})
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(handler)
			t.Cleanup(server.Close)
			db := kerneltest.Database(t, cfg, os.DirFS("../../migrations"))
			s := NoticeSource{ID: "source", Hand: second.Hand{Confirmed: true}, NoticeSourceSpec: NoticeSourceSpec{Name: "省级平台", Way: ByTAXII, Root: server.URL + "/api1/", Collection: "91a7b528-80eb-42ed-a74d-c6fbd5a26116", Auth: peer.NoAuth, Every: 1, Upper: true}}
			if err := (store{db}).insert(t.Context(), s, time.Now(), func(context.Context, *sqldb.Tx, NoticeSource) error { return nil }); err != nil {
				t.Fatal(err)
			}
			for k := range kills + 1 {
				c := exec.Command(os.Args[0])
				before := l.served.Load()
				// After a process was killed its lease has to run out.
				c.Env = append(os.Environ(), childOf+"="+db.Room(), "LINGHANG_FERRY_DIR="+cfg.Dir, "LINGHANG_FERRY_DSN="+cfg.DSN, fmt.Sprintf("LINGHANG_FERRY_AHEAD=%s", time.Duration(k)*2*peer.LeaseFor))
				c.Stderr = os.Stderr
				if err := c.Start(); err != nil {
					t.Fatal(err)
				}
				if k < kills {
					kerneltest.Wait(t, fmt.Sprintf("part %d to be read", k+1), func() bool { return l.served.Load()-before >= many/ofPage/(kills+1) })
				} else {
					kerneltest.Wait(t, "everything to be received", func() bool { return counted(t, db, `SELECT COUNT(*) FROM security_received_notice`) == many })
				}
				if err := c.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				_ = c.Wait() // it was killed
			}
			for what, query := range map[string]string{
				"notices in their first version": `SELECT COUNT(*) FROM security_received_notice WHERE revision = 1`,
				"objects in the inbox":           `SELECT COUNT(*) FROM security_object`,
				"messages to officers":           `SELECT COUNT(*) FROM kernel_outbox`,
				"notices that were counted":      `SELECT SUM(notices) FROM security_ferry_turn`,
			} {
				if n := counted(t, db, query); n != many {
					t.Errorf("%d %s, and not %d", n, what, many)
				}
			}
			if n := counted(t, db, `SELECT COUNT(*) FROM security_clock`); n != 2*many {
				t.Errorf("%d things are owed, and not %d", n, 2*many)
			}
		})
	}
}

func counted(t *testing.T, db *sqldb.DB, query string) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
