package follow

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// log is a file that a test writes and follows.
type log struct {
	t    *testing.T
	path string
	f    *File
	got  []string
}

func begin(t *testing.T) *log {
	l := &log{t: t, path: filepath.Join(t.TempDir(), "eve.json")}
	l.f = New(l.path, Position{})
	t.Cleanup(func() { l.f.Close() })
	return l
}

func (l *log) write(text string) {
	l.t.Helper()
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		l.t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		l.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		l.t.Fatal(err)
	}
}

func (l *log) rename(to string) {
	l.t.Helper()
	if err := os.Rename(l.path, filepath.Join(filepath.Dir(l.path), to)); err != nil {
		l.t.Fatal(err)
	}
}

func (l *log) read() {
	l.t.Helper()
	if _, err := l.f.Read(1<<20, func(_ int64, line []byte) bool { l.got = append(l.got, string(line)); return true }); err != nil {
		l.t.Fatal(err)
	}
}

// again is what a program does that was killed and started.
func (l *log) again() {
	l.t.Helper()
	at, err := l.f.Position()
	if err != nil {
		l.t.Fatal(err)
	}
	l.f.Close()
	l.f = New(l.path, at)
}

func (l *log) want(lines ...string) {
	l.t.Helper()
	if !slices.Equal(l.got, lines) {
		l.t.Errorf("told %q, want %q", l.got, lines)
	}
}

func TestLinesAreToldOnceWhenTheyAreWhole(t *testing.T) {
	l := begin(t)
	l.read() // it is not there yet
	l.write("one\ntw")
	l.read()
	l.want("one")
	l.again()
	l.write("o\r\n\nthree\n")
	l.read()
	l.again()
	l.read()
	l.want("one", "two", "three")
}

func TestAMovedFileIsReadToItsEndBeforeTheNewOne(t *testing.T) {
	for _, restart := range []bool{false, true} {
		t.Run(fmt.Sprint("restart ", restart), func(t *testing.T) {
			l := begin(t)
			l.write("one\n")
			l.read()
			l.write("two\nthe end of it")
			l.rename("eve.json.1")
			if restart {
				l.again()
			}
			l.read()
			l.want("one", "two")
			l.write("three\n")
			l.read()
			l.want("one", "two", "the end of it", "three")
			if l.f.Gone != 0 {
				t.Errorf("%d gone", l.f.Gone)
			}
		})
	}
}

func TestAFileThatWentOrWasCutIsCounted(t *testing.T) {
	l := begin(t)
	l.write("one\ntwo\n")
	l.read()
	if err := os.Truncate(l.path, 0); err != nil {
		t.Fatal(err)
	}
	l.write("three\n")
	l.read()
	l.want("one", "two", "three")
	if l.f.Gone != 1 {
		t.Errorf("%d gone after it was cut", l.f.Gone)
	}
	at, err := l.f.Position()
	if err != nil {
		t.Fatal(err)
	}
	l.f.Close()
	if err := os.Remove(l.path); err != nil {
		t.Fatal(err)
	}
	l.f = New(l.path, at)
	l.write("four\n")
	l.read()
	l.want("one", "two", "three", "four")
	if l.f.Gone != 1 {
		t.Errorf("%d gone after it was removed", l.f.Gone)
	}
}

func TestAFileWithTheSameInodeAndAnotherBeginningIsAnother(t *testing.T) {
	l := begin(t)
	l.write("one\n")
	l.read()
	l.again()
	if err := os.WriteFile(l.path, []byte("uno\ndue\n"), 0o600); err != nil { // the inode stays
		t.Fatal(err)
	}
	l.read()
	l.want("one", "uno", "due")
}

func TestALineThatIsTooLongIsPassedOverInLittleRoom(t *testing.T) {
	l := begin(t)
	l.write("one\n" + strings.Repeat("x", 5*MostLine) + "\ntwo\n")
	l.read()
	l.want("one", "two")
	if l.f.Long != 1 || cap(l.f.rest) > MostLine+2*chunk {
		t.Errorf("%d long, %d octets held", l.f.Long, cap(l.f.rest))
	}
}

// hole writes so many octets in which no line ends; they take up no room on the disk.
func (l *log) hole(size int64) {
	l.t.Helper()
	info, err := os.Stat(l.path)
	if err == nil {
		err = os.Truncate(l.path, info.Size()+size)
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

func TestALineOf200MBIsPassedOverInLittleRoom(t *testing.T) {
	l := begin(t)
	l.write("one\n")
	l.hole(200 << 20)
	l.write("\ntwo\n")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	l.read()
	runtime.ReadMemStats(&after)
	l.want("one", "two")
	if got := after.TotalAlloc - before.TotalAlloc; l.f.Long != 1 || got > 8*MostLine {
		t.Errorf("%d long, %d octets of memory were asked for", l.f.Long, got)
	}
}

// Who writes a line that is too long does not have its end read as a line by a program that was
// started meanwhile.
func TestTheEndOfALineThatIsTooLongIsNoLineAfterAStart(t *testing.T) {
	l := begin(t)
	l.write("one\n")
	l.hole(3 * MostLine)
	l.read()
	l.again()
	l.write("end\ntwo\n")
	l.read()
	l.want("one", "two")
	if l.f.Long != 1 {
		t.Errorf("%d long", l.f.Long)
	}
}

func TestNoMoreLinesAreToldThanAskedFor(t *testing.T) {
	l := begin(t)
	l.write("1\n2\n3\n4\n5\n")
	var places []int64
	for range 3 {
		n, err := l.f.Read(2, func(at int64, line []byte) bool {
			places = append(places, at)
			l.got = append(l.got, string(line))
			return true
		})
		if err != nil || n > 2 {
			t.Errorf("%d lines, %v", n, err)
		}
		l.again()
	}
	l.want("1", "2", "3", "4", "5")
	if !slices.Equal(places, []int64{0, 2, 4, 6, 8}) {
		t.Errorf("they stand at %v", places)
	}
}

func TestNoMoreLinesAreToldThanWhoIsToldWants(t *testing.T) {
	l := begin(t)
	l.write("1\n2\n3\n")
	for want := 1; want <= 3; want++ {
		n, err := l.f.Read(9, func(_ int64, line []byte) bool {
			l.got = append(l.got, string(line))
			return false
		})
		if err != nil || n != 1 || len(l.got) != want {
			t.Errorf("%d lines, %v: %v", n, err, l.got)
		}
		l.again()
	}
	l.want("1", "2", "3")
}
