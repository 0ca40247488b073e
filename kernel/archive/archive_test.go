package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
)

const phrase = "a passphrase of some length"

// pair is a lock with its key; passphrases take long, on purpose.
func pair(t *testing.T) (Lock, Key) {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return Lock{Recipients: []string{identity.Recipient().String()}}, Key{Identities: "# made by age-keygen\n" + identity.String()}
}

func keyOf(t *testing.T, err error) string {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatalf("no refusal that people can act upon: %v", err)
	}
	return f.Key
}

// fill makes an archive of two backups that share a piece.
func fill(t *testing.T, lock Lock) (dir, memory string, ids []string) {
	t.Helper()
	dir, memory = filepath.Join(t.TempDir(), "archive"), t.TempDir()
	w, err := Create(dir, memory, lock)
	if err != nil {
		t.Fatal(err)
	}
	for _, parts := range [][]string{{"shared", "first"}, {"shared", "second"}} {
		var names []string
		for _, p := range parts {
			name, err := w.Put([]byte(p))
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		list, err := json.Marshal(names)
		if err != nil {
			t.Fatal(err)
		}
		id, err := w.Seal(list)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if w.Reused != int64(len("shared")) {
		t.Errorf("%d bytes were there already", w.Reused)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(ids)
	return dir, memory, ids
}

func names(list []byte) (names []string, err error) { return names, json.Unmarshal(list, &names) }

// check reads a backup back whole.
func check(t *testing.T, r *Reader, id string) {
	t.Helper()
	list, err := r.List(id)
	if err != nil {
		t.Fatal(err)
	}
	pieces, err := names(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pieces {
		if _, err := r.Get(p); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatOpensAnArchive(t *testing.T) {
	lock, key := pair(t)
	_, stranger := pair(t)
	for _, c := range []struct {
		lock  Lock
		good  Key
		wrong Key
	}{
		{Lock{Passphrase: phrase}, Key{Passphrase: phrase}, Key{Passphrase: "another passphrase"}},
		{lock, key, stranger},
	} {
		dir, _, ids := fill(t, c.lock)
		r, err := Open(dir, c.good)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			check(t, r, id)
		}
		if _, err := Open(dir, c.wrong); keyOf(t, err) != "kernel.backup.key" {
			t.Errorf("another key: %v", err)
		}
		if _, err := Open(dir, Key{}); keyOf(t, err) != "kernel.backup.key" {
			t.Errorf("no key: %v", err)
		}
	}
}

func TestNothingOfAnArchiveIsPlain(t *testing.T) {
	lock, key := pair(t)
	dir, _, _ := fill(t, lock)
	secret := strings.Split(key.Identities, "\n")[1]
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, word := range []string{"shared", "first", secret, "AGE-SECRET-KEY"} {
			if bytes.Contains(data, []byte(word)) {
				t.Errorf("%s has %q in clear", d.Name(), word)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestArchivesThatAreNotWhatTheySeem(t *testing.T) {
	lock, key := pair(t)
	dir, memory, ids := fill(t, lock)
	f := func(want string, err error) {
		t.Helper()
		if got := keyOf(t, err); got != want {
			t.Errorf("%s, want %s: %v", got, want, err)
		}
	}
	_, err := Append(dir, t.TempDir())
	f("kernel.backup.foreign", err)
	_, err = Create(dir, memory, lock)
	f("kernel.backup.foreign", err)
	_, err = Create(t.TempDir(), memory, Lock{Passphrase: "short"})
	f("kernel.backup.passphrase", err)
	_, err = Create(t.TempDir(), memory, Lock{})
	f("kernel.backup.lock", err)
	_, err = Create(t.TempDir(), memory, Lock{Recipients: []string{"age1nonsense"}})
	f("kernel.backup.recipient", err)
	_, err = Open(t.TempDir(), key)
	f("kernel.backup.foreign", err)

	w, err := Append(dir, memory)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Append(dir, memory)
	f("kernel.backup.busy", err)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}

	r, err := Open(dir, key)
	if err != nil {
		t.Fatal(err)
	}
	// A backup under another's name would be an old one that passes for new.
	list, err := os.ReadFile(filepath.Join(dir, "backups", ids[0]))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "backups", ids[1]), list, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = r.List(ids[1])
	f("kernel.backup.damaged", err)
	_, err = r.Get(strings.Repeat("a", 64))
	f("kernel.backup.damaged", err)
	_, err = r.Get("../../etc/passwd")
	f("kernel.backup.damaged", err)
	_, err = r.Prune(nil, ids, names)
	f("kernel.backup.damaged", err)

	label := filepath.Join(dir, labelFile)
	text, err := os.ReadFile(label)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for want, to := range map[string]string{
		"kernel.backup.newer":     strings.Replace(string(text), `"format": 1`, `"format": 2`, 1),
		"kernel.backup.exchanged": strings.Replace(string(text), r.own(), stranger.Recipient().String(), 1),
		"kernel.backup.damaged":   "{",
	} {
		if err := os.WriteFile(label, []byte(to), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err = Append(dir, memory)
		f(want, err)
	}
}

func (r *Reader) own() string {
	id, ok := r.identity.(*age.X25519Identity)
	if !ok {
		return ""
	}
	return id.Recipient().String()
}

func TestPruneLeavesWhatOtherBackupsNeed(t *testing.T) {
	lock, key := pair(t)
	dir, memory, ids := fill(t, lock)
	left := filepath.Join(dir, "pieces", "ab", "incoming-1")
	if err := os.MkdirAll(filepath.Dir(left), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(dir, key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Prune(nil, ids[:1], names); keyOf(t, err) != "kernel.backup.busy" {
		t.Errorf("a backup that nobody spoke of: %v", err)
	}
	p, err := r.Prune(ids[:1], ids[1:], names)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.Backups, ids[:1]) || p.Pieces != 2 { // "first", and what was left half
		t.Errorf("pruned %+v", p)
	}
	check(t, r, ids[1])
	if rest, err := r.Backups(); err != nil || !slices.Equal(rest, ids[1:]) {
		t.Errorf("left %v, %v", rest, err)
	}
	w, err := Append(dir, memory) // the archive goes on
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRetentionKeepsTheNewestOfEachPeriod(t *testing.T) {
	start := time.Date(2026, 1, 1, 3, 0, 0, 0, time.UTC)
	var ids []string
	for day := range 400 {
		for hour := range 2 {
			id, err := ulid.New(ulid.Timestamp(start.AddDate(0, 0, day).Add(time.Duration(12*hour)*time.Hour)), ulid.DefaultEntropy())
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id.String())
		}
	}
	f := func(r Retention, want int, oldest string) {
		t.Helper()
		stay, gone := r.Split(ids)
		if len(stay) != want || len(stay)+len(gone) != len(ids) || !slices.IsSorted(stay) {
			t.Errorf("%+v keeps %d, want %d", r, len(stay), want)
		}
		if at := Made(stay[0]).Format("2006-01-02 15"); at != oldest {
			t.Errorf("%+v keeps as the oldest %s, want %s", r, at, oldest)
		}
		if stay[len(stay)-1] != ids[len(ids)-1] {
			t.Errorf("%+v removes the newest", r)
		}
	}
	f(Retention{}, 1, "2027-02-04 15")
	f(Retention{Last: 3}, 3, "2027-02-03 15")
	f(Retention{Daily: 7}, 7, "2027-01-29 15")
	f(Retention{Monthly: 12}, 12, "2026-03-31 15")
	f(Retention{Weekly: 2, Daily: 1}, 2, "2027-01-31 15")
	f(Retention{Daily: 1000}, 400, "2026-01-01 15")
	if stay, gone := (Retention{Last: 5}).Split(nil); stay != nil || gone != nil {
		t.Error("there was something in nothing")
	}
}
