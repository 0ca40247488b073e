package probe

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
	"sync"
	"syscall"

	"github.com/oklog/ulid/v2"

	"linghang/modules/security/internal/batch"
)

// mostRefused is how many batches that the city refused are kept for people to look at.
const mostRefused = 100

// progress is what a spool knows beside the batches in it. It is written after each
// batch, so that batches may go once the city has them.
type progress struct {
	Spool    string                  `json:"spool"`
	Sequence map[batch.Stream]int64  `json:"sequence"`       // the last that was given
	Position map[batch.Stream]uint64 `json:"position"`       // of the input, in packets
	Partial  int                     `json:"partial"`        // aggregates of the window after the position
	Rows     int                     `json:"rows,omitempty"` // records and facts of the packet after the position
	Input    string                  `json:"input"`          // what the positions are of
	Base     batch.Totals            `json:"base"`           // what was counted before that input
	Totals   batch.Totals            `json:"totals"`
	Feeds    map[string]batch.Feed   `json:"feeds,omitempty"`    // how far logs were read, by name
	Around   []string                `json:"around,omitempty"`   // alerts that were answered, the newest last
	Shedding string                  `json:"shedding,omitempty"` // a batch that was counted as given up, and may still be there
}

// waiting is a batch on the disk.
type waiting struct {
	stream   batch.Stream
	sequence int64
	rows     int
	size     int64
}

func (w waiting) name() string {
	return filepath.Join(string(w.stream), fmt.Sprintf("%020d-%d.json", w.sequence, w.rows))
}

// Spool is a directory of batches that the city does not have yet.
type Spool struct {
	dir    string
	budget int64
	put    func(path string, data []byte) error // places a file; tests fill the disk
	spare  func(size int64) bool                // gives up packets for what matters more, nil where there are none
	lock   *os.File
	more   chan struct{} // there is something to send

	mu    sync.Mutex
	at    progress
	list  map[batch.Stream][]waiting // the oldest first
	used  int64
	logs  int64    // octets of used that are batches of logs
	sends waiting  // is on its way, and is not given up
	asked []string // alerts that are about to be answered
}

// OpenSpool opens a directory, and goes on where a program that was killed had come to.
func OpenSpool(dir string, budget int64) (*Spool, error) { return openSpool(dir, budget, place) }

func openSpool(dir string, budget int64, put func(path string, data []byte) error) (*Spool, error) {
	s := &Spool{dir: dir, budget: budget, put: put, more: make(chan struct{}, 1), list: map[batch.Stream][]waiting{}}
	for _, sub := range []string{string(batch.Records), string(batch.Logs), string(batch.Aggregates), "refused"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, fmt.Errorf("make the spool: %w", err)
		}
	}
	var err error
	if s.lock, err = os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600); err != nil { //nolint:gosec // the operator named the directory
		return nil, fmt.Errorf("open the spool: %w", err)
	}
	if err := syscall.Flock(int(s.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, fmt.Errorf("another probe uses %s", dir)
	}
	if err := s.recall(); err != nil {
		return nil, err
	}
	for _, stream := range batch.Streams() {
		if err := s.scan(stream); err != nil {
			return nil, err
		}
	}
	if err := s.hold(); err != nil && !errors.Is(err, syscall.ENOSPC) {
		return nil, err
	}
	return s, s.save()
}

// Close lets another probe use the directory.
func (s *Spool) Close() error {
	if err := s.lock.Close(); err != nil {
		return fmt.Errorf("close the spool: %w", err)
	}
	return nil
}

func (s *Spool) recall() error {
	text, err := os.ReadFile(filepath.Join(s.dir, "state.json"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.at.Spool = ulid.Make().String()
	case err != nil:
		return fmt.Errorf("read the spool: %w", err)
	default:
		if err := json.Unmarshal(text, &s.at); err != nil {
			return fmt.Errorf("read %s: %w", filepath.Join(s.dir, "state.json"), err)
		}
	}
	if s.at.Sequence == nil {
		s.at.Sequence = map[batch.Stream]int64{}
	}
	if s.at.Feeds == nil {
		s.at.Feeds = map[string]batch.Feed{}
	}
	if s.at.Position == nil {
		s.at.Position = map[batch.Stream]uint64{}
	}
	if s.at.Shedding == "" {
		return nil
	}
	if err := os.Remove(filepath.Join(s.dir, s.at.Shedding)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("give a batch up: %w", err)
	}
	s.at.Shedding = ""
	return nil
}

// scan lists the batches of a stream; the newest may be one that the state does not know.
func (s *Spool) scan(stream batch.Stream) error {
	entries, err := os.ReadDir(filepath.Join(s.dir, string(stream)))
	if err != nil {
		return fmt.Errorf("read the spool: %w", err)
	}
	for _, e := range entries {
		number, rows, ok := strings.Cut(strings.TrimSuffix(e.Name(), ".json"), "-")
		seq, err1 := strconv.ParseInt(number, 10, 64)
		n, err2 := strconv.Atoi(rows)
		if !ok || err1 != nil || err2 != nil || !strings.HasSuffix(e.Name(), ".json") {
			_ = os.Remove(filepath.Join(s.dir, string(stream), e.Name())) // was being written when the program ended
			continue
		}
		info, err := e.Info()
		if err != nil {
			return fmt.Errorf("read the spool: %w", err)
		}
		s.list[stream] = append(s.list[stream], waiting{stream, seq, n, info.Size()})
		s.grow(stream, info.Size())
	}
	slices.SortFunc(s.list[stream], func(a, b waiting) int { return int(a.sequence - b.sequence) })
	if n := len(s.list[stream]); n > 0 && s.list[stream][n-1].sequence > s.at.Sequence[stream] {
		return s.adopt(s.list[stream][n-1])
	}
	return nil
}

// adopt takes over what a batch says that was written just before the program ended.
func (s *Spool) adopt(w waiting) error {
	text, err := os.ReadFile(filepath.Join(s.dir, w.name()))
	if err != nil {
		return fmt.Errorf("read the spool: %w", err)
	}
	b, err := batch.Read(text)
	if err != nil {
		return fmt.Errorf("read %s: %w", w.name(), err)
	}
	s.advance(b)
	return nil
}

// advance notes how far the input of a batch is.
func (s *Spool) advance(b *batch.Batch) {
	s.at.Sequence[b.Stream] = b.Sequence
	if b.Stream == batch.Logs {
		for _, f := range b.Feeds {
			s.at.Feeds[f.Name] = f
		}
		return
	}
	if b.Around != "" {
		s.answered(b.Around)
		return
	}
	s.at.Position[b.Stream], s.at.Totals = b.Position, b.Totals
	if b.Stream == batch.Aggregates {
		s.at.Partial = b.Partial
	} else {
		s.at.Rows = b.Partial
	}
}

// feed is how far a source of logs was read.
func (s *Spool) feed(name string) batch.Feed {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at.Feeds[name]
}

// begin says what is read from now on. goesOn is where to go on in it: at its
// beginning unless it is a file that the spool knows.
func (s *Spool) begin(input string, file bool) (goesOn start, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !file || s.at.Input != input {
		was := s.at.Base
		s.at.Input, s.at.Base, s.at.Partial, s.at.Rows = input, s.at.Totals, 0, 0
		s.at.Base.ShedBatches, s.at.Base.ShedRows, s.at.Base.ShedRecords, s.at.Base.Refused, s.at.Base.Starts = was.ShedBatches, was.ShedRows, was.ShedRecords, was.Refused, was.Starts
		clear(s.at.Position)
	}
	s.at.Base.Starts++
	return start{
		records: s.at.Position[batch.Records], rows: s.at.Rows,
		aggregates: s.at.Position[batch.Aggregates], partial: s.at.Partial,
	}, s.save()
}

// totals adds what a run counted to what was before, and to what the spool itself counts.
func (s *Spool) totals(run batch.Totals) batch.Totals {
	t := s.at.Base
	t.Packets += run.Packets
	t.Octets += run.Octets
	t.KernelDrops += run.KernelDrops
	t.QueueDrops += run.QueueDrops
	t.Undecodable += run.Undecodable
	t.Fragments += run.Fragments
	t.GapOctets += run.GapOctets
	t.Malformed += run.Malformed
	t.Units += run.Units
	t.Limited += run.Limited
	t.Folded += run.Folded
	t.Late += run.Late
	return t
}

// count is what a batch says was counted: logs, and what was asked for, say what packets said before them.
func (s *Spool) count(b *batch.Batch, run batch.Totals) batch.Totals {
	if b.Stream != batch.Logs && b.Around == "" {
		return s.totals(run)
	}
	t, base := s.at.Totals, &s.at.Base
	t.ShedBatches, t.ShedRows, t.ShedRecords, t.Refused, t.Starts = base.ShedBatches, base.ShedRows, base.ShedRecords, base.Refused, base.Starts
	return t
}

// Add gives a batch its number and keeps it; it is on the disk when Add returns.
func (s *Spool) Add(b *batch.Batch, run batch.Totals) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b.Format, b.Spool, b.Sequence = batch.Format, s.at.Spool, s.at.Sequence[b.Stream]+1
	if b.Totals = s.count(b, run); b.Around != "" {
		b.Position, b.Partial = s.at.Position[b.Stream], s.at.Rows
	}
	text, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("write a batch: %w", err)
	}
	if err := s.makeRoom(int64(len(text))); err != nil {
		return err
	}
	if now := s.count(b, run); now != b.Totals { // something was given up just now
		b.Totals = now
		if text, err = json.Marshal(b); err != nil {
			return fmt.Errorf("write a batch: %w", err)
		}
	}
	w := waiting{b.Stream, b.Sequence, b.Rows(), int64(len(text))}
	err = s.fit(w, text)
	if errors.Is(err, syscall.ENOSPC) {
		return s.giveUp(b)
	}
	if err != nil {
		return err
	}
	s.list[b.Stream] = append(s.list[b.Stream], w)
	s.grow(b.Stream, w.size)
	s.advance(b)
	select {
	case s.more <- struct{}{}:
	default:
	}
	return s.save()
}

// reserveSize is what is held on the disk, so that what is counted can be written when it is full.
const reserveSize = 32 << 10

// errFull is of logs that cannot be kept now: they stay where they are, and are read again.
var errFull = errors.New("the disk is full, and the spool has nothing that it could give up")

// hold takes the reserve, when there is room.
func (s *Spool) hold() error {
	name := filepath.Join(s.dir, "reserve")
	if info, err := os.Stat(name); err == nil && info.Size() == reserveSize {
		return nil
	}
	return s.put(name, make([]byte, reserveSize))
}

// relieve gives up batches on a full disk until one of a size, the reserve and what is
// counted have room, as far as that is this spool's to give.
func (s *Spool) relieve(size int64) error {
	for before := s.used; before-s.used < size+2*reserveSize; {
		if shed, err := s.shed(); err != nil {
			return err
		} else if !shed {
			break
		}
	}
	return nil
}

// fit places a batch with the reserve beside it, so that it can be counted, too.
func (s *Spool) fit(w waiting, text []byte) error {
	err := s.hold()
	if err == nil {
		err = s.put(filepath.Join(s.dir, w.name()), text)
	}
	if errors.Is(err, syscall.ENOSPC) && s.spare != nil && s.spare(w.size+2*reserveSize) {
		if err = s.hold(); err == nil {
			err = s.put(filepath.Join(s.dir, w.name()), text)
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return err
	}
	if err := s.relieve(w.size); err != nil {
		return err
	}
	if err := s.hold(); err != nil {
		return err
	}
	return s.put(filepath.Join(s.dir, w.name()), text)
}

// giveUp counts a batch for which there is no room at all: somebody else has filled the disk.
// What was seen on the network is gone; lines of files are not.
func (s *Spool) giveUp(b *batch.Batch) error {
	if b.Stream == batch.Logs {
		return errFull
	}
	s.at.Base.ShedBatches++
	if b.Stream == batch.Aggregates {
		s.at.Base.ShedRows += uint64(b.Rows()) //nolint:gosec // a count of rows
	} else {
		s.at.Base.ShedRecords += uint64(b.Rows()) //nolint:gosec // a count of rows
	}
	b.Sequence-- // the number was not used
	s.advance(b)
	if err := s.save(); err != nil && !errors.Is(err, syscall.ENOSPC) {
		return err
	}
	return nil
}

// makeRoom gives up the oldest batches, aggregates before logs and those before records, until so much fits.
func (s *Spool) makeRoom(size int64) error {
	for s.used+size > s.budget {
		if shed, err := s.shed(); err != nil || !shed {
			return err
		}
	}
	return nil
}

// shed gives up one batch and counts it, once, whenever the program may end.
func (s *Spool) shed() (bool, error) {
	for _, stream := range []batch.Stream{batch.Aggregates, batch.Logs, batch.Records} {
		for i, w := range s.list[stream] {
			if w == s.sends {
				continue
			}
			s.at.Base.ShedBatches++
			if stream == batch.Aggregates {
				s.at.Base.ShedRows += uint64(w.rows) //nolint:gosec // a count of rows
			} else {
				s.at.Base.ShedRecords += uint64(w.rows) //nolint:gosec // a count of rows
			}
			return true, s.forgo(stream, i)
		}
	}
	return false, nil
}

// forgo drops a batch that was counted just now, so that the count is kept first.
func (s *Spool) forgo(stream batch.Stream, i int) error {
	s.at.Shedding = s.list[stream][i].name()
	// On a disk that has no room for the count either, the batch goes first.
	if err := s.save(); err != nil && !errors.Is(err, syscall.ENOSPC) {
		return err
	}
	return s.drop(stream, i)
}

func (s *Spool) drop(stream batch.Stream, i int) error {
	w := s.list[stream][i]
	if err := os.Remove(filepath.Join(s.dir, w.name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove a batch: %w", err)
	}
	s.list[stream] = slices.Delete(s.list[stream], i, i+1)
	s.grow(stream, -w.size)
	s.at.Shedding = ""
	return nil
}

// grow counts what stands on the disk.
func (s *Spool) grow(stream batch.Stream, by int64) {
	s.used += by
	if stream == batch.Logs {
		s.logs += by
	}
}

// logShare is the part of the budget that transactions in logs may fill: the rest is for alerts,
// which are logs as well, and for records, which are given up last.
const logShare = 4

// crowded tells that no more transactions are to be kept until some were sent.
func (s *Spool) crowded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logs > s.budget/logShare
}

// Left is how many batches wait, and how many octets they are.
func (s *Spool) Left() (batches int, octets int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range s.list {
		batches += len(list)
	}
	return batches, s.used
}

func (s *Spool) save() error {
	text, err := json.MarshalIndent(s.at, "", "  ")
	if err != nil {
		return fmt.Errorf("write the spool's state: %w", err)
	}
	name := filepath.Join(s.dir, "state.json")
	err = s.put(name, append(text, '\n'))
	if !errors.Is(err, syscall.ENOSPC) {
		return err
	}
	if err := os.Remove(filepath.Join(s.dir, "reserve")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("let go of the reserve: %w", err)
	}
	return s.put(name, append(text, '\n'))
}

// place writes a file as a whole: after a crash it is there or not.
func place(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // it may be gone
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
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
