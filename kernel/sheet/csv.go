package sheet

import (
	"encoding/csv"
	"errors"
	"io"
)

// rowReader reads a file as long as its row is not too long.
type rowReader struct {
	file io.Reader
	left int
}

var errLongRow = errors.New("a row is too long")

// Read implements io.Reader.
func (r *rowReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errLongRow
	}
	n, err := r.file.Read(p)
	r.left -= n
	return n, err //nolint:wrapcheck // of a reader
}

// csvSheet reads a CSV file row by row (RFC 4180, with quotes that programs write).
type csvSheet struct {
	file *rowReader
	csv  *csv.Reader
	line int64 // that was read last
	size int64
}

// CSV reads a CSV file; size is how many octets it has, for telling how far
// the reading is.
func CSV(r io.Reader, size int64) Sheet {
	file := &rowReader{file: r}
	s := &csvSheet{file: file, csv: csv.NewReader(file), size: size}
	s.csv.ReuseRecord, s.csv.FieldsPerRecord, s.csv.LazyQuotes = true, -1, true
	return s
}

// Next implements Sheet.
func (s *csvSheet) Next() ([]string, int64, error) {
	s.file.left = MaxRow
	cells, err := s.csv.Read()
	if errors.Is(err, errLongRow) {
		return nil, 0, Refuse("第 %d 行之后的一行超过 %d MiB；请查找没有配对的引号", "the row behind line %d has more than %d MiB; look for a quote that does not end", s.line, MaxRow>>20)
	}
	if err != nil {
		return nil, 0, err //nolint:wrapcheck // whoever reads says what
	}
	line, _ := s.csv.FieldPos(0)
	s.line = int64(line)
	return cells, s.line, nil
}

// Done implements Sheet.
func (s *csvSheet) Done() float64 { return float64(s.csv.InputOffset()) / float64(max(s.size, 1)) }

// Close implements io.Closer; whoever opened the file closes it.
func (s *csvSheet) Close() error { return nil }
