package asset

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"linghang/kernel/fault"
	"linghang/kernel/sheet"
)

// Rows of assets that somebody sends are taken as either engine keeps them, or refused by
// line and column.
func FuzzRows(f *testing.F) {
	head := make([]string, 0, 20)
	for _, c := range importColumns() {
		head = append(head, c.Name)
	}
	f.Add([]byte(strings.Join(head, ",") + "\n"))
	f.Add([]byte("name,role,criticality,mac,ip,segment\n一号控制器,plc,3,00:1b:1b:01:02:03,192.0.2.1,车间\n"))
	f.Add([]byte("name,role,criticality,serial\na\x00b,plc,1,x\n"))
	form := regexp.MustCompile(`^[0-9a-f]{2}(:[0-9a-f]{2}){5}$`)
	f.Fuzz(func(t *testing.T, data []byte) {
		list, wrong, err := readRows(sheet.CSV(bytes.NewReader(data), int64(len(data))), strings.ToLower, form)
		if err != nil {
			if fault.As(err) == nil {
				t.Errorf("nobody can act upon %v", err)
			}
			return
		}
		for _, w := range wrong {
			if w.Line < 1 {
				t.Errorf("something is wrong at no line: %+v", w)
			}
		}
		for _, l := range list {
			for _, s := range []string{l.row.Name, l.row.Vendor, l.row.Model, l.row.OrderNumber, l.row.Firmware, l.row.Serial, l.row.Zone} {
				if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
					t.Errorf("line %d says %q", l.at, s)
				}
			}
		}
	})
}
