package identity

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the published lists of breached passwords are lists of SHA-1 hashes
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// longestLine is more than a line of such a file has: 40 digits, a colon, a count.
const longestLine = 128

// breached looks a password up in a file of lines "<SHA-1 in hex>[:count]",
// ordered by hash, as Have I Been Pwned publishes it. It halves its way through
// the file: forty readings for a thousand million lines, and nothing in memory.
func breached(file, password string) (found bool, err error) {
	f, err := os.Open(file) //nolint:gosec // the operator named it
	if err != nil {
		return false, fmt.Errorf("open breached passwords: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return false, fmt.Errorf("read breached passwords: %w", err)
	}
	sum := sha1.Sum([]byte(password)) //nolint:gosec // see above
	want := bytes.ToUpper([]byte(hex.EncodeToString(sum[:])))
	low, high := int64(0), info.Size() // the line begins in [low, high)
	for low < high {
		middle := (low + high) / 2
		start, line, err := lineFrom(f, middle)
		if err != nil {
			return false, fmt.Errorf("read breached passwords: %w", err)
		}
		if start >= high {
			high = middle
			continue
		}
		hash := bytes.ToUpper(line[:min(len(want), len(line))])
		switch c := bytes.Compare(hash, want); {
		case c == 0:
			return true, nil
		case c < 0:
			low = start + int64(len(line)) + 1
		default:
			high = middle
		}
	}
	return false, nil
}

// lineFrom returns the first line that begins at or after an offset.
func lineFrom(f io.ReaderAt, at int64) (start int64, line []byte, err error) {
	buffer := make([]byte, 2*longestLine)
	from := max(0, at-1)
	n, err := f.ReadAt(buffer, from)
	if err != nil && err != io.EOF {
		return 0, nil, err
	}
	rest := buffer[:n]
	if at > 0 {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			return from + int64(n), nil, nil
		}
		from, rest = from+int64(i)+1, rest[i+1:]
	}
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	return from, rest, nil
}
