package ring

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// segment is a file of packets.
type segment struct {
	sequence    int64
	first, last int64 // milliseconds within which its packets are; of one that was not closed, all times
	size        int64
}

const ending = ".pcapng"

// name is that of the file: with its times once it is closed, so that it is not opened in vain.
func (s segment) name() string {
	if s.first == math.MinInt64 {
		return fmt.Sprintf("%020d%s", s.sequence, ending)
	}
	return fmt.Sprintf("%020d-%d-%d%s", s.sequence, s.first, s.last, ending)
}

func opened(sequence int64) segment {
	return segment{sequence: sequence, first: math.MinInt64, last: math.MaxInt64}
}

// parse reads the name of a segment; other files are none.
func parse(name string) (segment, bool) {
	stem, ok := strings.CutSuffix(name, ending)
	parts := strings.Split(stem, "-")
	if !ok || len(parts) != 1 && len(parts) != 3 {
		return segment{}, false
	}
	var n [3]int64
	for i, p := range parts {
		var err error
		if n[i], err = strconv.ParseInt(p, 10, 64); err != nil || n[i] < 0 {
			return segment{}, false
		}
	}
	s := opened(n[0])
	if len(parts) == 3 {
		s.first, s.last = n[1], n[2]
	}
	return s, s.name() == name
}

// list are the segments of a directory, the oldest first.
func list(dir string) ([]segment, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the packets: %w", err)
	}
	var all []segment
	for _, e := range entries {
		s, ok := parse(e.Name())
		if !ok {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // given up just now
		}
		if err != nil {
			return nil, fmt.Errorf("read the packets: %w", err)
		}
		s.size = info.Size()
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b segment) int { return int(a.sequence - b.sequence) })
	return all, nil
}

// within tells whether a segment may have packets of a time.
func (s segment) within(from, to time.Time) bool {
	return (from.IsZero() || s.last >= from.UnixMilli()) && (to.IsZero() || s.first <= to.UnixMilli())
}

func (s segment) path(dir string) string { return filepath.Join(dir, s.name()) }
