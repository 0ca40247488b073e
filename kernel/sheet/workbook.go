package sheet

import (
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// Bounds of workbooks. What a workbook unpacks to was measured when it came in;
// worksheets of more than workbookInMemory octets are read from a file.
const (
	workbookUnpacked = 256 << 20
	workbookInMemory = 16 << 20
)

// workbook reads the first sheet of an Office Open XML workbook row by row, twice
// at once: what cells hold, and what they show. A long number is shown rounded,
// and a date is held as a number of days.
type workbook struct {
	book      *excelize.File
	held      *excelize.Rows
	shown     *excelize.Rows
	since1904 bool // days are counted from 1904
	line      int64
	total     int64 // rows that the sheet says it has; 0 where it does not
}

func newWorkbook(r io.Reader) (*workbook, error) {
	book, err := excelize.OpenReader(r, excelize.Options{UnzipSizeLimit: workbookUnpacked, UnzipXMLSizeLimit: workbookInMemory, ShortDatePattern: "yyyy-mm-dd"})
	if err != nil {
		return nil, Refuse("不是 XLSX 工作簿：%v", "it is no workbook: %v", err)
	}
	w := &workbook{book: book}
	if err := w.begin(); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

func (w *workbook) begin() (err error) {
	name := w.book.GetSheetName(0)
	if w.held, err = w.book.Rows(name); err != nil {
		return Refuse("工作簿中没有工作表：%v", "the workbook has no sheet: %v", err)
	}
	if w.shown, err = w.book.Rows(name); err != nil {
		return Refuse("工作簿中没有工作表：%v", "the workbook has no sheet: %v", err)
	}
	props, err := w.book.GetWorkbookProps()
	if err != nil {
		return Refuse("工作簿属性无法读取：%v", "its properties cannot be read: %v", err)
	}
	w.since1904 = props.Date1904 != nil && *props.Date1904
	if ref, err := w.book.GetSheetDimension(name); err == nil {
		_, last, _ := strings.Cut(ref, ":")
		if _, rows, err := excelize.CellNameToCoordinates(last); err == nil {
			w.total = int64(rows)
		}
	}
	return nil
}

// Next implements Sheet.
func (w *workbook) Next() ([]string, int64, error) {
	for w.held.Next() && w.shown.Next() {
		w.line++
		cells, err := w.held.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, 0, Refuse("第 %d 行：%v", "row %d: %v", w.line, err)
		}
		shown, err := w.shown.Columns()
		if err != nil {
			return nil, 0, Refuse("第 %d 行：%v", "row %d: %v", w.line, err)
		}
		octets := 0
		for i := range cells {
			if i < len(shown) && cells[i] != shown[i] {
				cells[i] = cellText(cells[i], shown[i], w.since1904)
			}
			octets += len(cells[i])
		}
		if octets > MaxRow {
			return nil, 0, Refuse("第 %d 行超过 %d MiB", "row %d has more than %d MiB", w.line, MaxRow>>20)
		}
		if octets > 0 {
			return cells, w.line, nil
		}
	}
	if err := errors.Join(w.held.Error(), w.shown.Error()); err != nil {
		return nil, 0, Refuse("第 %d 行之后：%v", "behind row %d: %v", w.line, err)
	}
	return nil, 0, io.EOF
}

// dateShown is how dates are shown: with the year first or last, or the month by
// its name.
var dateShown = regexp.MustCompile(`^(\d{2}|\d{4})[-/.年]\d{1,2}[-/.月]\d{1,2}(\D|$)|^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(\D|$)|^\d{1,2}-\p{L}{3}-\d{2,4}`)

// cellText is what a cell says that is not shown as it is held: a date in ISO
// 8601, a truth value, or a number with its digits.
func cellText(held, shown string, since1904 bool) string {
	number, err := strconv.ParseFloat(held, 64)
	switch {
	case err != nil:
		return held
	case shown == "TRUE" || shown == "FALSE":
		return shown
	case dateShown.MatchString(shown):
		if at, err := excelize.ExcelDateToTime(number, since1904); err == nil {
			if at = at.Round(time.Second); number == float64(int64(number)) {
				return at.Format(time.DateOnly)
			}
			return at.Format("2006-01-02T15:04:05")
		}
	}
	// Spreadsheets count to fifteen digits; the rest of a number is noise.
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(number, 'g', 15, 64), 64); err == nil {
		return strconv.FormatFloat(rounded, 'f', -1, 64)
	}
	return held
}

// Done implements Sheet.
func (w *workbook) Done() float64 {
	if w.total == 0 {
		return 0
	}
	return min(float64(w.line)/float64(w.total), 1)
}

// Close implements io.Closer.
func (w *workbook) Close() error {
	var faults []error
	for _, rows := range []*excelize.Rows{w.held, w.shown} {
		if rows != nil {
			faults = append(faults, rows.Close())
		}
	}
	return errors.Join(append(faults, w.book.Close())...)
}
