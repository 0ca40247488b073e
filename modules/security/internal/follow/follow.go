// Package follow reads files to which other programs write lines, and goes on where
// it was: also when a file was moved and another began under its name, or was cut.
//
// It knows a file again by its inode and its first octets, so that its position can
// be kept on the disk. One that was moved is read to its end before the new one, as
// long as it stands in the same directory and is not packed.
package follow

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Bounds of what is read.
const (
	MostLine = 1 << 20 // octets of a line; longer ones are passed over and counted
	chunk    = 256 << 10
	headSize = 512
)

// Position is where a file is read on from.
type Position struct {
	Inode    uint64
	Head     string // SHA-256 of the first HeadSize octets
	HeadSize int64
	Offset   int64
}

// File is a file that is followed. It is used by one goroutine.
type File struct {
	path string
	at   Position
	f    *os.File
	rest []byte // read and not told: the beginning of a line, in
	room []byte // what pieces are read into
	long bool   // the line that is read is too long
	from int64  // where it begins, while it is

	enough bool // who is told wants no more in this reading

	Long uint64 // lines that were too long
	Gone uint64 // times that a file went or was cut before it was read to its end
}

// New follows a file from a position; the zero position is the beginning. The file need
// not be there yet.
func New(path string, at Position) *File { return &File{path: path, at: at} }

// Close lets go of the file.
func (x *File) Close() {
	if x.f != nil {
		_ = x.f.Close() // nothing was written
		x.f = nil
	}
}

// Position is what New goes on from: behind the last line that was told.
func (x *File) Position() (Position, error) {
	at := x.at
	if x.f == nil {
		return at, nil
	}
	if x.long {
		at.Offset = x.from // its end is no line
	}
	at.HeadSize = min(at.Offset, headSize)
	head, err := headOf(x.f, at.HeadSize)
	if err != nil {
		return at, err
	}
	at.Head = head
	return at, nil
}

func headOf(f *os.File, size int64) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f, 0, size)); err != nil {
		return "", fmt.Errorf("read the beginning of %s: %w", f.Name(), err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Read tells at most so many whole lines without their ends, with where each stands, until each
// wants no more. It returns how many, 0 when there are no more now. A line is good until each
// returns.
func (x *File) Read(most int, each func(offset int64, line []byte) (more bool)) (int, error) {
	n := 0
	x.enough = false
	for n < most && !x.enough {
		if x.f == nil {
			if there, err := x.open(); err != nil || !there {
				return n, err
			}
		}
		if n += x.lines(most-n, each); n >= most || x.enough {
			return n, nil
		}
		more, err := x.fill()
		if err != nil {
			return n, err
		}
		if more {
			continue
		}
		if next, err := x.turn(each, &n); err != nil || !next {
			return n, err
		}
	}
	return n, nil
}

// lines tells the whole lines of what was read.
func (x *File) lines(most int, each func(int64, []byte) bool) (n int) {
	for n < most && !x.enough {
		end := bytes.IndexByte(x.rest, '\n')
		if end < 0 {
			if len(x.rest) > MostLine {
				if !x.long {
					x.long, x.from = true, x.at.Offset
				}
				x.at.Offset += int64(len(x.rest))
				x.rest = x.rest[:0]
			}
			return n
		}
		line := bytes.TrimSuffix(x.rest[:end], []byte("\r"))
		switch {
		case x.long || len(line) > MostLine:
			x.Long++
			x.long = false
			n++
		case len(line) > 0:
			x.enough = !each(x.at.Offset, line)
			n++
		}
		x.at.Offset += int64(end) + 1
		x.rest = x.rest[end+1:]
	}
	return n
}

// fill reads a piece of the file.
func (x *File) fill() (more bool, err error) {
	held := len(x.rest)
	if held+chunk > len(x.room) {
		x.room = make([]byte, held+chunk)
	}
	copy(x.room, x.rest) // it stands behind, or elsewhere
	n, err := x.f.ReadAt(x.room[held:held+chunk], x.at.Offset+int64(held))
	x.rest = x.room[:held+n]
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("read %s: %w", x.f.Name(), err)
	}
	return n > 0, nil
}

// turn is at the end of what is there: it goes on with the file that now has the name, once
// somebody writes to it, or from the beginning when the file was cut.
func (x *File) turn(each func(int64, []byte) bool, n *int) (next bool, err error) {
	own, err := x.f.Stat()
	if err != nil {
		return false, fmt.Errorf("read %s: %w", x.path, err)
	}
	if own.Size() < x.at.Offset+int64(len(x.rest)) {
		x.Gone++
		x.at.Offset, x.rest, x.long = 0, nil, false
		return own.Size() > 0, nil
	}
	now, err := os.Stat(x.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (os.SameFile(own, now) || now.Size() == 0) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for %s: %w", x.path, err)
	}
	if more, err := x.fill(); err != nil || more { // written before it was moved, and after it was read
		return more, err
	}
	if len(x.rest) > 0 && !x.long { // nobody ends this line any more
		x.enough = !each(x.at.Offset, x.rest)
		*n++
	}
	x.Close()
	x.at, x.rest, x.long = Position{}, nil, false
	return true, nil
}

// open finds the file of the position, under its name or another, or begins with the one
// that has the name.
func (x *File) open() (there bool, err error) {
	if x.at.Inode != 0 {
		found, err := x.find()
		if err != nil {
			return false, err
		}
		if found {
			return true, nil
		}
		x.Gone++
		x.at = Position{}
	}
	f, err := os.Open(x.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("follow: %w", err)
	}
	inode, err := inodeOf(f)
	if err != nil {
		return false, errors.Join(err, f.Close())
	}
	x.f, x.at.Inode = f, inode
	return true, nil
}

func inodeOf(f *os.File) (uint64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("follow %s: %w", f.Name(), err)
	}
	if !info.Mode().IsRegular() {
		return 0, fmt.Errorf("follow %s: this is no regular file", f.Name())
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Ino, nil
	}
	return 0, fmt.Errorf("follow %s: this system has no inodes", f.Name())
}

// mostSiblings is how many files of a directory are looked at.
const mostSiblings = 10_000

func (x *File) find() (bool, error) {
	dir, err := os.Open(filepath.Dir(x.path))
	if err != nil {
		return false, fmt.Errorf("follow: %w", err)
	}
	defer dir.Close() //nolint:errcheck // nothing was written
	names, err := dir.Readdirnames(mostSiblings)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("follow: %w", err)
	}
	stem := strings.TrimSuffix(filepath.Base(x.path), filepath.Ext(x.path)) // eve.json moves to eve-2026.json or eve.json.1
	for _, name := range append([]string{filepath.Base(x.path)}, names...) {
		if !strings.HasPrefix(name, stem) {
			continue
		}
		f, err := os.Open(filepath.Join(filepath.Dir(x.path), name)) //nolint:gosec // the operator named the directory
		if err != nil {
			continue // it went meanwhile, or is another's
		}
		if x.is(f) {
			x.f = f
			return true, nil
		}
		_ = f.Close() // nothing was written
	}
	return false, nil
}

// is tells that a file is the one of the position.
func (x *File) is(f *os.File) bool {
	inode, err := inodeOf(f)
	if err != nil || inode != x.at.Inode {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Size() < x.at.Offset {
		return false
	}
	head, err := headOf(f, x.at.HeadSize)
	return err == nil && (x.at.HeadSize == 0 || head == x.at.Head)
}
