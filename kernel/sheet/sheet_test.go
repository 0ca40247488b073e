package sheet

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"linghang/kernel/fault"
)

// book is a workbook whose first sheet has the rows.
func book(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for i, row := range rows {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = f.SetSheetRow("Sheet1", at, &row)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// all reads a sheet to its end.
func all(t *testing.T, s Sheet) (rows [][]string, lines []int64) {
	t.Helper()
	defer func() { _ = s.Close() }()
	for {
		cells, line, err := s.Next()
		if errors.Is(err, io.EOF) {
			return rows, lines
		}
		if err != nil {
			t.Fatal(err)
		}
		rows, lines = append(rows, slices.Clone(cells)), append(lines, line)
	}
}

func TestAFileIsReadByWhatItIs(t *testing.T) {
	made := time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)
	for name, data := range map[string][]byte{
		"CSV":      []byte("code,made,size\n6901234567892,2026-03-09,0.3\n\n\"a\nb\",,\n"),
		"workbook": book(t, []any{"code", "made", "size"}, []any{6901234567892, made, 0.1 + 0.2}, []any{}, []any{"a\nb"}),
	} {
		s, err := Open(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		rows, lines := all(t, s)
		if len(rows) != 3 || !slices.Equal(rows[1], []string{"6901234567892", "2026-03-09", "0.3"}) || rows[2][0] != "a\nb" || !slices.Equal(lines, []int64{1, 2, 4}) {
			t.Errorf("%s: %q in lines %v", name, rows, lines)
		}
	}
}

func TestTheHeadNamesColumns(t *testing.T) {
	for text, want := range map[string]string{"\ufeffcode,名称\n1,2\n": "code|名称", "a\n": "a", "": "", "\xd0\xd0,b\n": ""} {
		head, err := Head(CSV(strings.NewReader(text), int64(len(text))))
		if want == "" && !fault.Is(err, fault.Invalid) || strings.Join(head, "|") != want {
			t.Errorf("%q has the head %q, %v", text, head, err)
		}
	}
}

func TestFilesThatCannotBeReadAreRefused(t *testing.T) {
	if _, err := Open(bytes.NewReader([]byte("PK\x03\x04 no workbook"))); !fault.Is(err, fault.Invalid) {
		t.Errorf("no workbook: %v", err)
	}
	s := CSV(io.MultiReader(strings.NewReader("a,b\n\""), strings.NewReader(strings.Repeat("x", MaxRow+1))), 0)
	if _, _, err := s.Next(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Next(); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "behind line 1") {
		t.Errorf("a quote that does not end: %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(book(f, []any{"code", "made"}, []any{"1", 2}))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("a,\"b\n\",c\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Open(bytes.NewReader(data))
		if err != nil {
			return
		}
		defer func() { _ = s.Close() }()
		before := int64(0)
		for range 1000 {
			_, line, err := s.Next()
			if err != nil {
				return
			}
			if line <= before {
				t.Fatalf("line %d comes after %d", line, before)
			}
			before = line
		}
	})
}
