package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of the directory.
const (
	mostQueued  = 20_000
	mostRefused = 200
)

// queue is the directory of an agent: reports that are not acknowledged yet. Their
// numbers are in the names of their files only, so that another is given at once.
type queue struct{ dir string }

func openQueue(dir string) (queue, error) {
	q := queue{dir}
	for _, sub := range []string{q.waiting(), q.refused()} {
		if err := os.MkdirAll(sub, 0o700); err != nil {
			return q, fmt.Errorf("make the agent's directory: %w", err)
		}
	}
	return q, nil
}

func (q queue) waiting() string { return filepath.Join(q.dir, "queue") }
func (q queue) refused() string { return filepath.Join(q.dir, "refused") }

func (q queue) path(seq int64) string {
	return filepath.Join(q.waiting(), fmt.Sprintf("%020d.json", seq))
}

// list returns the numbers of the reports that wait, the first first.
func (q queue) list() ([]int64, error) {
	entries, err := os.ReadDir(q.waiting())
	if err != nil {
		return nil, fmt.Errorf("read the queue: %w", err)
	}
	var list []int64
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".json")
		if seq, err := strconv.ParseInt(name, 10, 64); ok && err == nil {
			list = append(list, seq)
		}
	}
	slices.Sort(list)
	return list, nil
}

// number is that of the next report, above the last that was given. Numbers are
// milliseconds of the clock, so that an agent whose directory was lost goes on above
// those it gave before.
func (q queue) number(now time.Time, last int64) (int64, error) {
	list, err := q.list()
	if err != nil {
		return 0, err
	}
	if len(list) >= mostQueued {
		return 0, fmt.Errorf("%d reports wait already; see why the city does not take them", len(list))
	}
	next := max(now.UnixMilli(), last+1)
	if len(list) > 0 {
		next = max(next, list[len(list)-1]+1)
	}
	return next, nil
}

// add keeps a report under a number; it is on the disk when add returns. A number that is taken is
// an error that errors.Is tells to be fs.ErrExist.
func (q queue) add(seq int64, body []byte) error { return place(q.path(seq), body, os.Link) }

// read returns a report with its number, as it is sent.
func (q queue) read(seq int64) ([]byte, error) {
	text, err := os.ReadFile(q.path(seq))
	if err != nil {
		return nil, fmt.Errorf("read a report: %w", err)
	}
	return numbered(text, seq)
}

// remove forgets a report that was acknowledged.
func (q queue) remove(seq int64) error {
	if err := os.Remove(q.path(seq)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove a report: %w", err)
	}
	return nil
}

// refuse puts a report aside with the answer that says why, for people to look at.
func (q queue) refuse(seq int64, body, answer []byte) error {
	name := filepath.Join(q.refused(), fmt.Sprintf("%020d", seq))
	if err := errors.Join(place(name+".json", body, os.Rename), place(name+".answer.json", answer, os.Rename)); err != nil {
		return err
	}
	entries, err := os.ReadDir(q.refused())
	if err != nil {
		return fmt.Errorf("read what was refused: %w", err)
	}
	for len(entries) > 2*mostRefused { // the oldest come first
		if err := os.Remove(filepath.Join(q.refused(), entries[0].Name())); err != nil {
			return fmt.Errorf("forget what was refused: %w", err)
		}
		entries = entries[1:]
	}
	return q.remove(seq)
}

// renumber gives all reports that wait numbers from one on, the last first: none is
// put over another.
func (q queue) renumber(from int64) error {
	list, err := q.list()
	if err != nil {
		return err
	}
	for i, seq := range slices.Backward(list) {
		to := max(from+int64(i), seq)
		if to == seq {
			continue
		}
		if err := os.Rename(q.path(seq), q.path(to)); err != nil {
			return fmt.Errorf("give a report another number: %w", err)
		}
	}
	return nil
}

// done returns which period of each source was read last.
func (q queue) done() (map[string]string, error) {
	text, err := os.ReadFile(filepath.Join(q.dir, "done.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what was read: %w", err)
	}
	list := map[string]string{}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("read done.json: %w", err)
	}
	return list, nil
}

func (q queue) note(list map[string]string) error {
	text, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return fmt.Errorf("write what was read: %w", err)
	}
	return place(filepath.Join(q.dir, "done.json"), append(text, '\n'), os.Rename)
}

// place writes a file as a whole: after a crash it is there or not. os.Rename puts it
// over another, os.Link does not.
func place(path string, data []byte, put func(from, to string) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // it may be gone
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = put(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}
