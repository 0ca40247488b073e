package identifier

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"linghang/kernel/fault"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sheet"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/wire"
)

// A quote that never ends makes the rest of a file one row, which is not kept in
// memory.
func TestARowHasABound(t *testing.T) {
	good := "handle,URL\nT001,http://a.example/1\n"
	table, err := newTable(sheet.CSV(io.MultiReader(strings.NewReader(good+"T002,\""), endless{}), 0), "88.101.5", nil)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := table.next(); err != nil || r.fault != nil {
		t.Fatalf("read %+v, %v", r, err)
	}
	if _, err := table.next(); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "behind line 2") {
		t.Errorf("an endless row: %v", err)
	}
	if _, err := newTable(sheet.CSV(endless{}, 0), "88.101.5", nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("an endless first line: %v", err)
	}
}

// endless is a file of the same letter.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestAFileIsReadRowByRow(t *testing.T) {
	text := "\ufeffhandle,URL,2000:batch,DESC\n" +
		"T001,http://a.example/1,B7,\n" +
		"88.101.5/T002,,,\"two\nlines\"\n" +
		"88.101.6/T003,http://a.example/3,,\n" +
		"T004,,,\n" +
		"T005,a,b,c,d\n" +
		"T006,\"quote\" inside,,\n"
	table, err := newTable(sheet.CSV(strings.NewReader(text), 0), "88.101.5", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		line   int64
		handle string
		values int
		fault  bool
	}{
		{2, "88.101.5/T001", 2, false},
		{3, "88.101.5/T002", 1, false},
		{5, "88.101.6/T003", 0, true},
		{6, "88.101.5/T004", 0, true},
		{7, "88.101.5/T005", 0, true},
		{8, "88.101.5/T006", 1, false},
	}
	for _, w := range want {
		r, err := table.next()
		if err != nil {
			t.Fatal(err)
		}
		if r.line != w.line || r.handle != w.handle || len(r.values) != w.values || (r.fault != nil) != w.fault {
			t.Errorf("read %+v, want %+v", r, w)
		}
	}
	if _, err := table.next(); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
	table, err = newTable(sheet.CSV(strings.NewReader("handle,URL,2000:batch\nX,u,b\n"), 0), "88.101.5", nil)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := table.next(); err != nil || r.values[0].Index != 1 || r.values[1].Index != 2000 || r.values[1].Type != "batch" {
		t.Errorf("read %+v, %v", r, err)
	}
}

func TestAFileWithoutItsColumnsIsRefused(t *testing.T) {
	for _, head := range []string{"", "URL", "handle", "handle,", "handle,URL,1:DESC", "handle,0:URL", "handle,x:URL", "handle" + strings.Repeat(",A", 201)} {
		if _, err := newTable(sheet.CSV(strings.NewReader(head), 0), "88.101.5", nil); err == nil {
			t.Errorf("%.40q was taken", head)
		}
	}
}

func FuzzTable(f *testing.F) {
	f.Add("handle,URL\nT1,http://a.example\n")
	f.Add("handle,URL,2000:batch\n\"T,1\",\"a\nb\",x\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := newTable(sheet.CSV(strings.NewReader(text), 0), "88.101.5", nil)
		if err != nil {
			return
		}
		for range 1000 {
			r, err := table.next()
			if err != nil {
				return
			}
			if prefix, _ := wire.Split(r.handle); r.fault == nil && !wire.Equal(prefix, "88.101.5") {
				t.Errorf("row %d is %s", r.line, r.handle)
			}
			if r.fault == nil && checkUnique(r.values) {
				t.Errorf("row %d has an index twice", r.line)
			}
		}
	})
}

func checkUnique(values []wire.Value) bool {
	seen := map[int32]bool{}
	for _, v := range values {
		if seen[v.Index] {
			return true
		}
		seen[v.Index] = true
	}
	return false
}

func TestAFileOfIdentifiersIsRegistered(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, nil)
		var text strings.Builder
		text.WriteString("handle,URL,DESC\n")
		const rows = 2500 // more than two commits
		for i := range rows {
			fmt.Fprintf(&text, "N%05d,http://a.example/%d,\n", i, i)
		}
		text.WriteString("T001,http://b.example/T001,\n88.101.9/X,u,\n")
		path := "/api/identifier/nodes/" + h.enterprise.ID + "/imports?name=products.csv"
		if r := h.Send(t, "POST", path, "reporter-ours", text.String(), "Content-Type", "text/csv"); r.Status != http.StatusForbidden {
			t.Errorf("another organisation imports: %d %s", r.Status, r.Body)
		}
		r := h.Send(t, "POST", path, "reporter-theirs", text.String(), "Content-Type", "text/csv")
		if r.Status != http.StatusAccepted {
			t.Fatalf("import: %d %s", r.Status, r.Body)
		}
		var b batch
		r.Decode(t, &b)
		kerneltest.Wait(t, "the file to be registered", func() bool {
			h.do(t, "GET", "/imports/"+b.ID, "reporter-theirs", "", http.StatusOK, &b)
			return b.State != importRunning
		})
		if b.State != importDone || b.Rows != rows+2 || b.Made != rows || b.Refused != 2 {
			t.Errorf("it ended as %+v", b)
		}
		var faults sqldb.Page[badRow]
		h.do(t, "GET", "/imports/"+b.ID+"/faults", "reporter-theirs", "", http.StatusOK, &faults)
		if len(faults.Items) != 2 || faults.Items[0].Line != rows+2 || !strings.Contains(faults.Items[0].Message.EN, "exists") {
			t.Errorf("refused rows: %+v", faults.Items)
		}
		h.do(t, "GET", "/imports/"+b.ID, "reporter-ours", "", http.StatusNotFound, nil)
		h.resolves(t, "88.101.5/N02499", wire.CodeSuccess)
		// The same again is refused row by row, and replaces when it is asked to.
		r = h.Send(t, "POST", path+"&overwrite=true", "reporter-theirs", text.String(), "Content-Type", "text/csv")
		r.Decode(t, &b)
		kerneltest.Wait(t, "the file to be registered again", func() bool {
			h.do(t, "GET", "/imports/"+b.ID, "reporter-theirs", "", http.StatusOK, &b)
			return b.State != importRunning
		})
		if b.Made != rows+1 || b.Refused != 1 {
			t.Errorf("again it ended as %+v", b)
		}
	})
}
