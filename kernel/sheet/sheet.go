// Package sheet reads tables that people upload, row by row: CSV, or the first
// sheet of a workbook (Office Open XML), as text that says what the cells mean.
package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// MaxRow is how many octets a row may have: one whose quote never closes is as long
// as the rest of its file.
const MaxRow = 4 << 20

// MaxWorkbook is how many octets a workbook may have; CSV may have more.
const MaxWorkbook = 64 << 20

// Sheet is a file of rows.
type Sheet interface {
	// Next returns the cells of a row, which are good until the next call, and the
	// line it begins in. At the end it returns io.EOF.
	Next() (cells []string, line int64, err error)
	// Done is how much of the file was read, 0 to 1.
	Done() float64
	io.Closer
}

// Open reads a file that was uploaded: a workbook, or else CSV.
func Open(file io.ReadSeeker) (Sheet, error) {
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, fmt.Errorf("measure file: %w", err)
	}
	head := make([]byte, 4)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("read file: %w", err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	if !bytes.Equal(head[:n], []byte("PK\x03\x04")) {
		return CSV(file, size), nil
	}
	if size > MaxWorkbook {
		return nil, Refuse("工作簿最大 %d MiB；请另存为 CSV", "a workbook has at most %d MiB; save it as CSV", MaxWorkbook>>20)
	}
	return newWorkbook(file)
}

// Refuse says why a file as a whole cannot be read; both texts take the same values.
func Refuse(zh, en string, args ...any) error {
	why := lang.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
	return fault.New(fault.Invalid, "kernel.sheet.unreadable", "the file cannot be read: %s", why.EN).With("why", why)
}

// Head returns the first row, which names the columns, without the mark that some
// programs begin UTF-8 with.
func Head(s Sheet) ([]string, error) {
	head, _, err := s.Next()
	switch {
	case fault.As(err) != nil:
		return nil, err
	case err != nil || len(head) == 0:
		return nil, Refuse("第一行没有列名", "the file has no first line with the names of its columns")
	}
	for _, name := range head {
		if !utf8.ValidString(name) {
			return nil, Refuse("不是 UTF-8 编码；请另存为“CSV UTF-8”或 XLSX", "it is not in UTF-8; save it as CSV UTF-8, or as XLSX")
		}
	}
	head[0] = string(bytes.TrimPrefix([]byte(head[0]), []byte("\ufeff")))
	return head, nil
}
