package record_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/fault"
	"linghang/kernel/module"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
)

// saved is a backup in memory.
type saved []struct {
	name    string
	content []byte
}

func save(t testing.TB, dir string) (s saved) {
	t.Helper()
	err := record.Keep(dir).Save(context.WithoutCancel(t.Context()), func(name string, content io.Reader) error {
		b, err := io.ReadAll(content)
		s = append(s, struct {
			name    string
			content []byte
		}{name, b})
		return err
	})
	if err != nil {
		t.Fatalf("save: %v", err)
	}
	return s
}

func (s saved) files() iter.Seq2[string, io.Reader] {
	return func(yield func(string, io.Reader) bool) {
		for _, f := range s {
			if !yield(f.name, bytes.NewReader(f.content)) {
				return
			}
		}
	}
}

// room keeps records and nothing else.
type room struct{ kit *module.Kit }

func (r room) Manifest() module.Manifest {
	return module.Manifest{Name: "identifier", Migrations: os.DirFS("../../migrations"), Keeps: []module.Keep{record.Keep(filepath.Join(r.kit.Dir, "records"))}}
}

// command runs a command of a house.
func command(t testing.TB, of kernel.House, args ...string) (string, error) {
	t.Helper()
	c := kernel.Command(of)
	var out bytes.Buffer
	c.SetOut(&out)
	c.SetErr(&out)
	c.SetArgs(append(args, "--log-level", "error"))
	err := c.ExecuteContext(context.WithoutCancel(t.Context()))
	return out.String(), err
}

// install makes the data of a house.
func install(t testing.TB, data string) {
	t.Helper()
	k, err := kernel.New(kernel.Config{Data: data, HTTP: "off", Retention: 24 * time.Hour, Grace: time.Second}, house(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(k.OpenData(t.Context()), k.Close()); err != nil {
		t.Fatal(err)
	}
}

func house() kernel.House {
	return kernel.House{Version: "test", Rooms: func(k *kernel.Kernel) []module.Module { return []module.Module{room{k.Kit("identifier")}} }}
}

func TestABackupUnderLoadHasEverythingUpToOneChange(t *testing.T) {
	const before = 100_000
	place := t.TempDir()
	data, archive, passphrase := filepath.Join(place, "data"), filepath.Join(place, "archive"), filepath.Join(place, "passphrase")
	if err := os.WriteFile(passphrase, []byte("a long passphrase"), 0o600); err != nil {
		t.Fatal(err)
	}
	install(t, data)
	s := openFiles(t, filepath.Join(data, "rooms", "identifier", "records"))
	for from := 0; from < before; from += 1000 {
		var changes []record.Change
		for i := range 1000 {
			changes = append(changes, create(fmt.Sprintf("88.1/%d", from+i), fmt.Sprint("before", rand.Uint64(), rand.Uint64(), rand.Uint64())))
		}
		apply(t, s, changes...)
	}
	run := func(args ...string) {
		t.Helper()
		out, err := command(t, house(), append(args, "--passphrase-file", passphrase)...)
		if err != nil {
			t.Fatalf("%v: %v: %s", args, err, out)
		}
		t.Logf("%s: %s", args[0], out)
	}
	run("backup", archive, "--data", data)
	var made atomic.Uint64
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				n := apply(t, s, create(fmt.Sprintf("88.2/%d.%d", w, i), "during"), record.Change{Action: wire.ActionUpdate, Handle: fmt.Sprintf("88.1/%d", i%before), Was: record.Any, Values: values("during")})
				for old := made.Load(); old < n[1] && !made.CompareAndSwap(old, n[1]); old = made.Load() {
				}
			}
		})
	}
	eventually(t, "changes are under way", func() bool { return made.Load() > before+100 })
	acknowledged := made.Load()
	run("backup", archive, "--data", data)
	close(stop)
	wg.Wait()

	run("backup", "verify", archive)
	restored := filepath.Join(place, "restored")
	if _, err := command(t, kernel.House{Rooms: func(*kernel.Kernel) []module.Module { return nil }}, "restore", archive, "--data", restored, "--passphrase-file", passphrase); fault.As(err) == nil || fault.As(err).Key != "kernel.backup.foreign" {
		t.Errorf("a house without the room restored it: %v", err)
	}
	run("restore", archive, "--data", restored)
	back := openFiles(t, filepath.Join(restored, "rooms", "identifier", "records"))
	last := must(back.Last(t.Context()))(t)
	if last < acknowledged {
		t.Errorf("the backup ends with change %d, %d was acknowledged before it began", last, acknowledged)
	}
	t.Logf("change %d was acknowledged before the backup, which ends with %d; the store ends with %d", acknowledged, last, must(s.Last(t.Context()))(t))
	logIsState(t, back)
	if n := count(t, back, "88.1"); n != before {
		t.Errorf("%d records came back", n)
	}
	if left := must(os.ReadDir(filepath.Join(data, "rooms", "identifier", "records", "checkpoints")))(t); len(left) != 0 {
		t.Errorf("%d checkpoints are left behind", len(left))
	}
}

func TestABackupOfADirectoryThatNobodyServes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "records")
	if b := save(t, dir); len(b) != 0 {
		t.Fatalf("there is %d files of records that were never kept", len(b))
	}
	s := must(record.OpenFiles(dir, record.Options{}))(t)
	apply(t, s, create("88.1/a", "x"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b := save(t, dir)
	into := filepath.Join(t.TempDir(), "records")
	if err := record.Keep(into).Restore(t.Context(), b.files()); err != nil {
		t.Fatal(err)
	}
	if r := load(t, openFiles(t, into), "88.1/a"); r == nil {
		t.Error("the record did not come back")
	}
	if r := load(t, openFiles(t, dir), "88.1/a"); r == nil {
		t.Error("the record is gone from where it was")
	}
	if err := record.Keep(into).Restore(t.Context(), b.files()); fault.As(err) == nil || fault.As(err).Key != "identifier.record.not_empty" {
		t.Errorf("restored over what is there: %v", err)
	}
}

func TestABackupThatIsNotOursIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := must(record.OpenFiles(dir, record.Options{}))(t)
	apply(t, s, create("88.1/a", "x"))
	save(t, dir) // what is in memory becomes a file
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole := save(t, dir)
	harmed := func(change func(saved) saved) iter.Seq2[string, io.Reader] {
		b := saved{}
		for _, f := range whole {
			f.content = bytes.Clone(f.content)
			b = append(b, f)
		}
		return change(b).files()
	}
	for key, files := range map[string]iter.Seq2[string, io.Reader]{
		"identifier.record.newer":   harmed(func(b saved) saved { b[0].content = []byte(`{"format":2,"made":true}`); return b }),
		"identifier.record.foreign": harmed(func(b saved) saved { return b[1:] }),
		"identifier.record.damaged": harmed(func(b saved) saved {
			for i := range b {
				if strings.HasSuffix(b[i].name, ".sst") {
					b[i].content = b[i].content[:len(b[i].content)/2]
				}
			}
			return b
		}),
	} {
		err := record.Keep(filepath.Join(t.TempDir(), "records")).Restore(t.Context(), files)
		if f := fault.As(err); f == nil || f.Key != key {
			t.Errorf("%s: %v", key, err)
		}
	}
	outside := saved{whole[0], whole[0]}
	outside[1].name = "../outside"
	if err := record.Keep(filepath.Join(t.TempDir(), "records")).Restore(t.Context(), outside.files()); fault.As(err) == nil {
		t.Errorf("a file outside of the directory: %v", err)
	}
}
