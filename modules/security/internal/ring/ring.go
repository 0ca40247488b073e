package ring

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"sync"
	"syscall"
	"time"

	"linghang/lib/icsdissect"
	"linghang/lib/icsdissect/capture"
)

// Bounds. What waits for the disk is mostBlocks blocks, 4 MiB, whatever comes.
const (
	Least       = 16 << 20 // octets of a budget
	blockSize   = capture.MaxPacket
	blockHeads  = 4096
	mostBlocks  = 16
	segments    = 16 // of a full ring, or more
	mostSegment = 64 << 20
)

// block is what is handed to the disk at once.
type block struct {
	octets []byte
	heads  []head
	missed uint64 // packets before it that had no room
}

type head struct {
	at        time.Time
	link      icsdissect.LinkType
	end, wire int
}

// Ring keeps packets. Keep, Tick and Close are of one goroutine.
type Ring struct {
	dir            string
	budget, single int64
	put            func(f *os.File, text []byte) error // writes to a segment; tests fill the disk

	now    *block
	made   int
	missed uint64 // since the last block that was handed over
	full   chan *block
	free   chan *block
	done   chan struct{}

	text   bytes.Buffer // of a block
	writer *capture.Writer
	told   uint64 // packets that the open segment says are missing
	unsaid uint64 // and those that no segment says yet

	first, last int64 // milliseconds of the open segment

	mu    sync.Mutex
	file  *os.File // of the newest segment, while it is open
	list  []segment
	used  int64
	state State
}

// State is what became of packets since the ring was opened.
type State struct {
	Kept   uint64 // packets that were written
	Missed uint64 // packets that were not: the disk was too slow or full
	Fault  error  // why, the last time
}

// Open opens the ring of a directory, and goes on behind what is there.
func Open(dir string, budget int64) (*Ring, error) { return open(dir, budget, put) }

func open(dir string, budget int64, put func(*os.File, []byte) error) (*Ring, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil { //nolint:gosec // the operator named it
		return nil, fmt.Errorf("make the directory of packets: %w", err)
	}
	all, err := list(dir)
	if err != nil {
		return nil, err
	}
	r := &Ring{
		dir: dir, budget: budget, single: min(budget/segments, mostSegment), put: put, list: all,
		full: make(chan *block, mostBlocks), free: make(chan *block, mostBlocks), done: make(chan struct{}),
	}
	for _, s := range all {
		r.used += s.size
	}
	if err := r.makeRoom(0); err != nil {
		return nil, err
	}
	go r.run()
	return r, nil
}

// Keep takes a packet, whose octets it copies; it does not wait for anything.
func (r *Ring) Keep(p capture.Packet) {
	if r.now != nil && (len(r.now.octets)+len(p.Octets) > blockSize || len(r.now.heads) == blockHeads) {
		r.hand()
	}
	if r.now == nil && !r.take() || len(p.Octets) > blockSize {
		r.missed++
		return
	}
	b := r.now
	b.octets = append(b.octets, p.Octets...)
	b.heads = append(b.heads, head{p.Time, p.Link, len(b.octets), p.Wire})
}

// Tick hands to the disk what waits, so that no packet waits for long.
func (r *Ring) Tick() {
	if r.now != nil && len(r.now.heads) > 0 {
		r.hand()
	}
}

// take finds a block that is free.
func (r *Ring) take() bool {
	select {
	case r.now = <-r.free:
	default:
		if r.made == mostBlocks {
			return false
		}
		r.made++
		r.now = &block{octets: make([]byte, 0, blockSize)}
	}
	r.now.missed, r.missed = r.missed, 0
	return true
}

// hand hands over the block: there is room for all that there are.
func (r *Ring) hand() {
	r.full <- r.now
	r.now = nil
}

// Close writes what waits. Its packets stay.
func (r *Ring) Close() error {
	r.Tick()
	close(r.full)
	<-r.done
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count(0, r.missed, nil)
	return r.end()
}

// State tells what became of packets.
func (r *Ring) State() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

func (r *Ring) run() {
	defer close(r.done)
	for b := range r.full {
		r.mu.Lock()
		r.write(b)
		r.mu.Unlock()
		b.octets, b.heads = b.octets[:0], b.heads[:0]
		r.free <- b
	}
}

// count notes what became of packets.
func (r *Ring) count(kept, missed uint64, why error) {
	r.state.Kept += kept
	r.state.Missed += missed
	if why != nil {
		r.state.Fault = why
	}
}

// write puts a block on the disk, or counts its packets as missing. On a disk that is full, it goes
// on in a segment of its own, in place of the oldest.
func (r *Ring) write(b *block) {
	r.count(0, b.missed, nil)
	r.unsaid += b.missed
	err := r.append(b)
	if errors.Is(err, syscall.ENOSPC) && r.spare(2*blockSize) {
		err = r.append(b)
	}
	if err != nil {
		r.count(0, uint64(len(b.heads)), err)
		r.unsaid += uint64(len(b.heads))
		return
	}
	r.count(uint64(len(b.heads)), 0, nil)
}

// append writes a block to the newest segment as a whole, or not at all.
func (r *Ring) append(b *block) error {
	if err := r.begin(); err != nil {
		return err
	}
	err := r.encode(b)
	if err == nil {
		err = r.makeRoom(int64(r.text.Len()))
	}
	if err == nil {
		err = r.put(r.file, r.text.Bytes())
	}
	if err != nil {
		// What was written of it goes, and so does the writer, which thinks that it is there.
		return errors.Join(err, r.file.Truncate(r.newest().size), r.end())
	}
	r.newest().size += int64(r.text.Len())
	r.used += int64(r.text.Len())
	r.told, r.unsaid = r.told+r.unsaid, 0
	for _, h := range b.heads {
		at := h.at.UnixMilli()
		r.first, r.last = min(r.first, at), max(r.last, at+1)
	}
	return nil
}

func (r *Ring) newest() *segment { return &r.list[len(r.list)-1] }

// encode makes of a block what stands in a file.
func (r *Ring) encode(b *block) error {
	from := 0
	for _, h := range b.heads {
		if err := r.writer.Write(capture.Packet{Time: h.at, Link: h.link, Octets: b.octets[from:h.end], Wire: h.wire}); err != nil {
			return err //nolint:wrapcheck // it says all
		}
		from = h.end
	}
	if r.unsaid > 0 {
		h := b.heads[0]
		if err := r.writer.Missed(h.at, h.link, r.told+r.unsaid); err != nil {
			return err //nolint:wrapcheck // it says all
		}
	}
	return r.writer.Flush() //nolint:wrapcheck // it says all
}

// begin opens a segment, unless one is open that has room.
func (r *Ring) begin() error {
	r.text.Reset()
	if r.file != nil && r.newest().size < r.single {
		return nil
	}
	if err := r.end(); err != nil {
		return err
	}
	next := opened(1)
	if len(r.list) > 0 {
		next.sequence = r.newest().sequence + 1
	}
	f, err := os.OpenFile(next.path(r.dir), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("begin a segment of packets: %w", err)
	}
	r.file, r.told, r.first, r.last = f, 0, math.MaxInt64, 0
	r.writer = capture.NewWriter(&r.text, "linghang probe")
	r.list = append(r.list, next)
	return nil
}

// end closes the segment that is open, if one is, under a name that says its times. One that has
// nothing goes.
func (r *Ring) end() error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file = nil
	s := r.newest()
	if s.size == 0 {
		gone := os.Remove(s.path(r.dir))
		r.list = r.list[:len(r.list)-1]
		return errors.Join(err, gone)
	}
	closed := *s
	closed.first, closed.last = max(r.first, 0), r.last
	if err := errors.Join(err, os.Rename(s.path(r.dir), closed.path(r.dir))); err != nil {
		return fmt.Errorf("end a segment of packets: %w", err)
	}
	*s = closed
	return nil
}

// makeRoom gives up the oldest segments until so much fits.
func (r *Ring) makeRoom(size int64) error {
	for r.used+size > r.budget {
		if gave, err := r.giveUp(); err != nil || !gave {
			return err
		}
	}
	return nil
}

// giveUp gives up the oldest segment, and never the one that is written to.
func (r *Ring) giveUp() (bool, error) {
	if len(r.list) == 0 || len(r.list) == 1 && r.file != nil {
		return false, nil
	}
	if err := os.Remove(r.list[0].path(r.dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("give up a segment of packets: %w", err)
	}
	r.used -= r.list[0].size
	r.list = r.list[1:]
	return true, nil
}

// Spare gives up the oldest packets for something that matters more and has no room on the same
// disk; false says that nothing could be given up.
func (r *Ring) Spare(size int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.spare(size)
}

func (r *Ring) spare(size int64) (some bool) {
	for before := r.used; before-r.used < size; some = true {
		if gave, err := r.giveUp(); err != nil || !gave {
			return some
		}
	}
	return some
}

// put writes to the end of a file.
func put(f *os.File, text []byte) error {
	if _, err := f.Write(text); err != nil {
		return fmt.Errorf("write packets: %w", err)
	}
	return nil
}
