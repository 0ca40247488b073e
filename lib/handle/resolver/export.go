package resolver

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/maphash"
	"io"
	"time"
	"unicode/utf8"

	"linghang/lib/handle/wire"
)

// A file of records is: "LHRC", the version as u16, u16 zero, when it was written
// as u64 milliseconds since 1970; records; u32 zero; their number as u64; the
// SHA-256 of all before. A record is its length as u32, then the handle (u16
// length), u32 code, u64 stored, u64 until, and the rest: values as wire.Values has
// them without the handle, or the message of a failure. All as the wire has it,
// the highest octet first.
const (
	fileMagic   = "LHRC"
	fileVersion = 1
	fileHead    = 4 + 2 + 2 + 8
	recordFixed = 2 + 4 + 8 + 8
	maxRecord   = recordFixed + wire.MaxHandle + wire.MaxMessage
	clockSlack  = 5 * time.Minute // that clocks may differ
)

// ErrFile is reported for a file that is none of records.
var ErrFile = errors.New("it is no file of records")

func badFile(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFile, fmt.Sprintf(format, args...))
}

// Export writes what is kept to a file. What changes in the meantime may be in it
// or not.
func (r *Resolver) Export(w io.Writer) (records int, err error) {
	sum := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(w, sum), 64<<10)
	head := append(make([]byte, 0, fileHead), fileMagic...)
	head = binary.BigEndian.AppendUint16(head, fileVersion)
	head = binary.BigEndian.AppendUint16(head, 0)
	if _, err := out.Write(appendTime(head, r.o.Now().UnixMilli())); err != nil {
		return 0, fmt.Errorf("write file: %w", err)
	}
	var octets []byte
	for e := range r.cache.all {
		octets = e.export(octets[:0])
		if _, err := out.Write(octets); err != nil {
			return records, fmt.Errorf("write record: %w", err)
		}
		records++
	}
	tail := binary.BigEndian.AppendUint64(make([]byte, 4, 12), uint64(records)) //nolint:gosec // a count
	if _, err := out.Write(tail); err != nil {
		return records, fmt.Errorf("write file: %w", err)
	}
	if err := out.Flush(); err != nil {
		return records, fmt.Errorf("write file: %w", err)
	}
	if _, err := w.Write(sum.Sum(nil)); err != nil {
		return records, fmt.Errorf("write file: %w", err)
	}
	return records, nil
}

func appendTime(dst []byte, ms int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(ms)) //nolint:gosec // after 1970
}

// export appends the entry as a record of a file.
func (e *entry) export(dst []byte) []byte {
	handle := e.handle()
	dst = append(dst, 0, 0, 0, 0)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(handle))) //nolint:gosec // a handle
	dst = append(dst, handle...)
	dst = binary.BigEndian.AppendUint32(dst, uint32(e.code))
	dst = appendTime(appendTime(dst, e.stored), e.until)
	if e.code != wire.CodeSuccess {
		dst = append(dst, e.rest()...)
	} else {
		dst = binary.BigEndian.AppendUint32(dst, uint32(e.count))
		for rest := e.rest(); len(rest) > 0; {
			var v wire.Encoded
			v, _, rest = cut(rest)
			dst = append(dst, v...)
		}
	}
	binary.BigEndian.PutUint32(dst, uint32(len(dst)-4)) //nolint:gosec // below maxRecord
	return dst
}

// Imported is what came of a file.
type Imported struct {
	Records int // that are kept now
	Old     int // whose time is over, stale or not
	Known   int // of which something newer is kept
	Large   int // that are too large to be kept
}

// Import keeps the records of a file that Export wrote. The whole file is read
// and checked before anything changes.
func (r *Resolver) Import(file io.ReadSeeker) (Imported, error) {
	start, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return Imported{}, fmt.Errorf("import records: %w", err)
	}
	if err := r.readFile(file, func(*record) {}); err != nil {
		return Imported{}, fmt.Errorf("import records: %w", err)
	}
	if _, err := file.Seek(start, io.SeekStart); err != nil {
		return Imported{}, fmt.Errorf("import records: %w", err)
	}
	var done Imported
	p, now := r.policy.Load(), r.o.Now()
	err = r.readFile(file, func(rec *record) {
		key := p.appendKey(nil, []byte(rec.handle))
		rec.key, rec.hash = string(key), maphash.Bytes(r.seed, key)
		e := newEntry(rec)
		old := r.cache.find(rec.hash, key)
		switch {
		case !e.usable(now.UnixMilli(), r.o.MaxStale):
			done.Old++
		case old != nil && old.stored >= e.stored:
			done.Known++
		case !r.cache.put(e, now.UnixMilli(), r.o.MaxStale):
			done.Large++
		default:
			done.Records++
		}
	})
	if err != nil {
		return done, fmt.Errorf("import records, again: %w", err) // it has changed since it was checked
	}
	return done, nil
}

// fileReader reads a file and sums it up.
type fileReader struct {
	in   *bufio.Reader
	sum  hash.Hash
	room []byte
}

func (f *fileReader) take(n int) ([]byte, error) {
	if cap(f.room) < n {
		f.room = make([]byte, n)
	}
	f.room = f.room[:n]
	if _, err := io.ReadFull(f.in, f.room); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, badFile("it ends early")
		}
		return nil, fmt.Errorf("read file: %w", err)
	}
	_, _ = f.sum.Write(f.room) // a hash takes everything
	return f.room, nil
}

// readFile calls the records of a file, each checked; the sum is checked at the
// end.
func (r *Resolver) readFile(file io.Reader, each func(*record)) error {
	f := &fileReader{in: bufio.NewReaderSize(file, 64<<10), sum: sha256.New()}
	head, err := f.take(fileHead)
	if err != nil {
		return err
	}
	if string(head[:4]) != fileMagic {
		return badFile("it does not begin with %s", fileMagic)
	}
	if v := binary.BigEndian.Uint16(head[4:]); v != fileVersion {
		return badFile("it is of version %d, and %d is read", v, fileVersion)
	}
	latest := r.o.Now().Add(clockSlack).UnixMilli()
	for n := uint64(0); ; n++ {
		head, err := f.take(4)
		if err != nil {
			return err
		}
		size := binary.BigEndian.Uint32(head)
		if size == 0 {
			return f.end(n)
		}
		if size > maxRecord {
			return badFile("record %d has %d octets", n+1, size)
		}
		octets, err := f.take(int(size))
		if err != nil {
			return err
		}
		rec, err := readRecord(octets, latest, r.o.MaxTTL)
		if err != nil {
			return badFile("record %d: %v", n+1, err)
		}
		each(rec)
	}
}

// end checks what follows the records.
func (f *fileReader) end(n uint64) error {
	octets, err := f.take(8)
	if err != nil {
		return err
	}
	if told := binary.BigEndian.Uint64(octets); told != n {
		return badFile("it has %d records and says %d", n, told)
	}
	sum := f.sum.Sum(nil)
	octets, err = f.take(sha256.Size)
	if err != nil {
		return err
	}
	if !bytes.Equal(octets, sum) {
		return badFile("its sum is another")
	}
	if _, err := f.in.ReadByte(); !errors.Is(err, io.EOF) {
		return badFile("octets follow its end")
	}
	return nil
}

// readRecord reads a record as a stranger's: what it says must be what could have
// been kept.
func readRecord(octets []byte, latest int64, maxTTL time.Duration) (*record, error) {
	c := wire.NewCursor(octets)
	rec := &record{handle: spell(string(c.Take(int(c.Uint16())))), code: wire.Code(c.Uint32())}
	stored, until := int64(c.Uint64()), int64(c.Uint64()) //nolint:gosec // a negative one is refused
	if err := c.Err(); err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	if err := wire.CheckHandle(rec.handle); err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	if stored < 0 || stored > latest || until < stored || until-stored > maxTTL.Milliseconds() {
		return nil, fmt.Errorf("%s: its times cannot be", rec.handle)
	}
	rec.stored, rec.until = time.UnixMilli(stored), time.UnixMilli(until)
	if rec.code != wire.CodeSuccess {
		rec.message = string(c.Rest())
		if !keepable(rec.code) || len(rec.message) > 4*maxMessage || !utf8.ValidString(rec.message) {
			return nil, fmt.Errorf("%s: code %d with such a message is not kept", rec.handle, uint32(rec.code))
		}
		return rec, nil
	}
	body := wire.AppendBytes(nil, rec.handle)
	values, err := wire.DecodeValues(append(body, c.Rest()...))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", rec.handle, err)
	}
	rec.values = values.Values
	if len(rec.values) == 0 || len(publicOnly(rec.values)) < len(rec.values) {
		return nil, fmt.Errorf("%s: it has no values, or such as are not public", rec.handle)
	}
	return rec, nil
}
