package wire_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"linghang/lib/handle/wire"
)

func TestAStreamIsReadAsItArrives(t *testing.T) {
	octets := recorded(t, "transactions.bin")
	want := 0
	for rest, more := octets[8:], true; more; want++ {
		var err error
		if _, rest, more, err = wire.DecodeChange(rest); err != nil {
			t.Fatal(err)
		}
	}
	s := wire.NewStreamReader(iotest.OneByteReader(bytes.NewReader(octets)))
	if status, err := s.Transactions(); err != nil || status != wire.StreamSending {
		t.Fatalf("status %d, %v", status, err)
	}
	got := 0
	for more := true; more; got++ {
		var err error
		if _, more, err = s.Change(); err != nil {
			t.Fatal(err)
		}
	}
	if got != want {
		t.Errorf("%d records were read, not %d", got, want)
	}
}

func TestAStreamThatEndsEarlyIsNotWhole(t *testing.T) {
	octets := recorded(t, "transactions.bin")
	for n := range len(octets) {
		s := wire.NewStreamReader(bytes.NewReader(octets[:n]))
		_, err := s.Transactions()
		for more := true; more && err == nil; {
			_, more, err = s.Change()
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("%d octets: %v", n, err)
		}
	}
}

func TestWhatIsNoStreamIsToldByName(t *testing.T) {
	change := func(s *wire.StreamReader) error { _, _, err := s.Change(); return err }
	head := func(s *wire.StreamReader) error { _, err := s.Transactions(); return err }
	dump := func(s *wire.StreamReader) error { _, err := s.DumpRecord(); return err }
	for name, c := range map[string]struct {
		read   func(*wire.StreamReader) error
		octets string
	}{
		"several queues":                {head, "0000000200000002"},
		"no status":                     {head, "0000000100000007"},
		"an unknown kind":               {change, "020000000000000000"},
		"a handle of four gigabytes":    {change, "010000000000000001ffffffff"},
		"a handle that is not UTF-8":    {change, "01000000000000000100000001ff020000000000000001"},
		"two billion values":            {change, "01000000000000000100000001610100000000000000017fffffff"},
		"a value of too many octets":    {change, "010000000000000001000000016101000000000000000100000001ffffffff"},
		"a value that is none":          {change, "01000000000000000100000001610100000000000000010000000100000001ff"},
		"a record of several primaries": {dump, "03"},
	} {
		err := c.read(wire.NewStreamReader(bytes.NewReader(octets(t, c.octets))))
		if !errors.Is(err, wire.ErrMalformed) && !errors.Is(err, wire.ErrHandle) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a stream is read as does not depend on how it arrives, and is written again
// as it was.
func FuzzStream(f *testing.F) {
	f.Add(append([]byte{0}, recorded(f, "transactions.bin")[8:]...))
	f.Add(append([]byte{1}, recorded(f, "dump.bin")[4:]...))
	f.Fuzz(func(t *testing.T, b []byte) {
		whole, dribbled := readStream(bytes.NewReader(b)), readStream(iotest.OneByteReader(bytes.NewReader(b)))
		if !bytes.Equal(whole, dribbled) {
			t.Fatalf("read as %x at once, as %x octet by octet", whole, dribbled)
		}
		if again := readStream(bytes.NewReader(whole)); !bytes.Equal(whole, again) {
			t.Fatalf("%x was written as %x", whole, again)
		}
	})
}

// readStream reads as much of a stream of either kind as there is, and writes it.
func readStream(r io.Reader) []byte {
	var head [1]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil
	}
	s := wire.NewStreamReader(r)
	out := head[:]
	if head[0]&1 == 0 {
		for {
			change, more, err := s.Change()
			switch {
			case err != nil:
				return out
			case !more:
				return wire.AppendEnd(out, change.Date)
			}
			out = change.Append(out)
		}
	}
	for {
		record, err := s.DumpRecord()
		if err != nil {
			return out
		}
		if out = record.Append(out); record.Kind == wire.DumpEnd {
			return out
		}
	}
}
