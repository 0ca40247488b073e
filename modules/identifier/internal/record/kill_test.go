package record_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"linghang/kernel/sqldb"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
)

// writerEnv makes the test binary a process that changes records in a directory
// until it is killed, and prints what was acknowledged.
const writerEnv = "LINGHANG_TEST_RECORD_WRITER"

func TestMain(m *testing.M) {
	if where := os.Getenv(writerEnv); where != "" {
		if err := write(where); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// write changes records from several callers. Each line is the number of a change
// that was acknowledged, its handle and its text.
func write(where string) error {
	engine, dir, _ := strings.Cut(where, ":")
	round, rest, _ := strings.Cut(dir, ":")
	s, err := openAt(engine, rest)
	if err != nil {
		return err
	}
	acknowledged := make(chan string, 1024)
	failed := make(chan error, 8)
	for caller := range 8 {
		go func() {
			r := rand.New(rand.NewPCG(uint64(caller), uint64(time.Now().UnixNano())))
			for i := 0; ; i++ {
				var changes []record.Change
				var texts []string
				for range 1 + r.IntN(40) {
					text := fmt.Sprintf("%s.%d.%d.%d", round, caller, i, r.IntN(1000))
					c := record.Change{Action: wire.ActionCreate, Handle: fmt.Sprintf("88.%d/%d", caller, r.IntN(3000)), Was: record.Any, Values: values(text + strings.Repeat("v", 200))}
					if r.IntN(10) == 0 {
						c.Action, c.Values, text = wire.ActionDelete, nil, "-"
					}
					changes, texts = append(changes, c), append(texts, text)
				}
				numbers, err := s.Apply(context.Background(), changes)
				if err != nil {
					failed <- err
					return
				}
				var b strings.Builder
				for j, n := range numbers {
					if n > 0 {
						fmt.Fprintf(&b, "%d %s %s ;\n", n, changes[j].Handle, texts[j])
					}
				}
				acknowledged <- b.String()
			}
		}()
	}
	for {
		select {
		case lines := <-acknowledged:
			if _, err := os.Stdout.WriteString(lines); err != nil {
				return err
			}
		case err := <-failed:
			return err
		}
	}
}

func openAt(engine, dir string) (record.Store, error) {
	if engine == "files" {
		return record.OpenFiles(dir, record.Options{Memory: 4 << 20})
	}
	db := sqldb.New(sqldb.Config{Dir: dir}).DB("identifier")
	if err := db.Open(context.Background(), os.DirFS("../../migrations")); err != nil {
		return nil, err
	}
	return record.OpenRows(context.Background(), db, record.Options{Memory: 4 << 20})
}

// last is the last acknowledged change of a handle.
type last struct {
	number uint64
	text   string
}

// killed lets a writer work for a while, kills it, and takes in what it had said.
func killed(t *testing.T, where string, lines int, known map[string]last, numbers map[uint64]string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writerEnv+"="+where)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(out)
	for n := 0; said.Scan(); n++ {
		if n == lines {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		number, rest, _ := strings.Cut(said.Text(), " ")
		rest, whole := strings.CutSuffix(rest, " ;")
		if !whole {
			continue // the line was cut off
		}
		handle, text, _ := strings.Cut(rest, " ")
		v, err := strconv.ParseUint(number, 10, 64)
		if err != nil {
			t.Fatalf("the writer says %q", said.Text())
		}
		if before, twice := numbers[v]; twice {
			t.Fatalf("change %d is %q and was %q", v, rest, before)
		}
		numbers[v] = rest
		if known[wire.Fold(handle)].number < v {
			known[wire.Fold(handle)] = last{v, text}
		}
	}
	err = cmd.Wait()
	var ended *exec.ExitError
	if !errors.As(err, &ended) || ended.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the writer ended by itself: %v: %s", err, &complaints)
	}
}

func TestAKilledProcessLosesNothingThatItAcknowledged(t *testing.T) {
	for _, engine := range []string{"files", "rows"} {
		t.Run(engine, func(t *testing.T) {
			dir := t.TempDir()
			known, numbers := map[string]last{}, map[uint64]string{}
			for round := range 5 {
				killed(t, fmt.Sprintf("%s:%d:%s", engine, round, dir), 500+1500*round, known, numbers)
				s := reopened(t, engine, dir)
				logIsState(t, s)
				for key, want := range known {
					r := load(t, s, key)
					switch {
					case r != nil && r.Change > want.number:
						// made, and not acknowledged in time
					case want.text == "-":
						if r != nil {
							t.Fatalf("%s was deleted by change %d and is there as of %d", key, want.number, r.Change)
						}
					case r == nil:
						if !deletedSince(t, s, key, want.number) {
							t.Fatalf("%s of change %d is lost", key, want.number)
						}
					case r.Change != want.number || !bytes.Contains(r.Values, []byte(want.text+"v")):
						t.Fatalf("%s is of change %d, want %d with %s", key, r.Change, want.number, want.text)
					}
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
			t.Logf("%d acknowledged changes of %d handles, killed five times", len(numbers), len(known))
		})
	}
}

func reopened(t *testing.T, engine, dir string) record.Store {
	t.Helper()
	if engine == "files" {
		return must[record.Store](record.OpenFiles(dir, record.Options{}))(t)
	}
	house := sqldb.New(sqldb.Config{Dir: dir})
	t.Cleanup(func() { _ = house.Close() })
	db := house.DB("identifier")
	if err := db.Open(t.Context(), os.DirFS("../../migrations")); err != nil {
		t.Fatal(err)
	}
	return must[record.Store](record.OpenRows(t.Context(), db, record.Options{}))(t)
}

// deletedSince tells whether the log has a later deletion, which was made and not
// acknowledged in time.
func deletedSince(t *testing.T, s record.Store, key string, number uint64) bool {
	t.Helper()
	deleted := false
	for after := number; ; {
		log := must(s.Log(t.Context(), after, 10_000))(t)
		if len(log) == 0 {
			return deleted
		}
		for _, l := range log {
			if wire.Fold(l.Handle) == key {
				deleted = l.Action == wire.ActionDelete
			}
		}
		after = log[len(log)-1].Number
	}
}

// logIsState plays the log and compares what it leaves with what is there.
func logIsState(t *testing.T, s record.Store) {
	t.Helper()
	left, after := map[string]uint64{}, uint64(0)
	for {
		log := must(s.Log(t.Context(), after, 10_000))(t)
		if len(log) == 0 {
			break
		}
		for _, l := range log {
			if l.Number != after+1 {
				t.Fatalf("change %d follows %d", l.Number, after)
			}
			after = l.Number
			if l.Action == wire.ActionDelete {
				delete(left, wire.Fold(l.Handle))
				continue
			}
			left[wire.Fold(l.Handle)] = l.Number
		}
	}
	if n := must(s.Last(t.Context()))(t); n != after {
		t.Fatalf("the last change is %d, the log ends with %d", n, after)
	}
	shot := must(s.Snapshot(t.Context()))(t)
	defer shot.Close() //nolint:errcheck // nothing is written
	counts := map[string]int64{}
	for r, err := range shot.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		key := wire.Fold(r.Handle)
		if left[key] != r.Change {
			t.Fatalf("%s is of change %d, the log says %d", r.Handle, r.Change, left[key])
		}
		delete(left, key)
		prefix, _ := wire.Split(key)
		counts[prefix]++
	}
	if len(left) > 0 {
		t.Fatalf("%d records of the log are not there", len(left))
	}
	for prefix, n := range counts {
		if got := count(t, s, prefix); got != n {
			t.Fatalf("%s counts %d records and has %d", prefix, got, n)
		}
	}
}
