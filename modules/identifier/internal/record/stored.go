package record

import (
	"encoding/binary"
	"fmt"

	"linghang/lib/handle/wire"
)

// format is what Files writes; it reads no newer one. It is also raised when the
// tree below writes what older programs cannot read.
const format = 1

// Keys of the tree: a letter, then what it is about. Records and homes lie in
// the order of their folded handles, the log in that of its numbers.
const (
	keyCount  = 'c'
	keyHead   = 'e'
	keyHome   = 'h'
	keyLog    = 'l'
	keyMark   = 'm'
	keyRecord = 'r'
)

func keyOf[T ~string | ~[]byte](kind byte, about T) []byte {
	return append(append(make([]byte, 0, 1+len(about)), kind), about...)
}

func logKey(number uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{keyLog}, number)
}

// numberOf returns the number in a key of the log.
func numberOf(key []byte) uint64 {
	if len(key) != 9 {
		return 0
	}
	return binary.BigEndian.Uint64(key[1:])
}

// within returns the keys of a span of one kind.
func within(kind byte, s span) (from, to []byte) {
	if s.to == nil {
		return keyOf(kind, s.from), []byte{kind + 1}
	}
	return keyOf(kind, s.from), keyOf(kind, s.to)
}

func damaged(what string, key []byte) error {
	return fmt.Errorf("%w: the %s of %.80q is not one", errDamaged, what, key)
}

// appendRecord encodes a record. The handle is left out when it is its key.
func appendRecord(dst []byte, key string, r *Record) []byte {
	dst = binary.BigEndian.AppendUint64(dst, r.Change)
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.At)) //nolint:gosec // the same bits
	handle := r.Handle
	if handle == key {
		handle = ""
	}
	return append(wire.AppendBytes(dst, handle), r.Values...)
}

// decodeRecord decodes a record; it keeps nothing of b.
func decodeRecord(key, b []byte) (*Record, error) {
	c := wire.NewCursor(b)
	r := &Record{Change: c.Uint64(), At: int64(c.Uint64()), Handle: c.Text()} //nolint:gosec // the same bits
	if r.Handle == "" {
		r.Handle = string(key)
	}
	rest := c.Rest()
	if c.Err() != nil || len(rest) < 4 || !wire.Equal(r.Handle, key) {
		return nil, damaged("record", key)
	}
	r.Values = append(make([]byte, 0, len(rest)), rest...)
	return r, nil
}

func appendHome(dst []byte, h *Home) []byte {
	dst = binary.BigEndian.AppendUint64(dst, h.Change)
	return append(wire.AppendBytes(dst, h.Prefix), h.Node...)
}

func decodeHome(key, b []byte) (*Home, error) {
	c := wire.NewCursor(b)
	h := &Home{Change: c.Uint64(), Prefix: c.Text(), Node: string(c.Rest())}
	if c.Err() != nil || !wire.Equal(h.Prefix, key) {
		return nil, damaged("home", key)
	}
	return h, nil
}

// appendLogged encodes an entry of the log and when it was written, which is not
// always when it happened: a mirror writes what its primary did before.
func appendLogged(dst []byte, l *Logged, written int64) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(l.At))    //nolint:gosec // the same bits
	dst = binary.BigEndian.AppendUint64(dst, uint64(written)) //nolint:gosec // the same bits
	dst = append(dst, byte(l.Action))
	for _, text := range [...]string{l.Handle, l.By, l.From, l.Via} {
		dst = wire.AppendBytes(dst, text)
	}
	return dst
}

func decodeLogged(number uint64, b []byte) (l Logged, written int64, err error) {
	c := wire.NewCursor(b)
	l = Logged{Number: number, At: int64(c.Uint64())} //nolint:gosec // the same bits
	written = int64(c.Uint64())                       //nolint:gosec // the same bits
	l.Action, l.Handle, l.By, l.From, l.Via = wire.Action(c.Uint8()), c.Text(), c.Text(), c.Text(), c.Text()
	if c.End() != nil {
		return Logged{}, 0, damaged("logged change", logKey(number))
	}
	return l, written, nil
}

func appendHead(dst []byte, h head) []byte {
	dst = binary.BigEndian.AppendUint64(dst, h.last)
	return binary.BigEndian.AppendUint64(dst, uint64(h.written)) //nolint:gosec // the same bits
}

func decodeHead(b []byte) (head, error) {
	c := wire.NewCursor(b)
	h := head{last: c.Uint64(), written: int64(c.Uint64())} //nolint:gosec // the same bits
	if c.End() != nil {
		return head{}, damaged("head", []byte{keyHead})
	}
	return h, nil
}

// decodeNumber decodes a count or a mark.
func decodeNumber(key, b []byte) (uint64, error) {
	if len(b) != 8 {
		return 0, damaged("number", key)
	}
	return binary.BigEndian.Uint64(b), nil
}
