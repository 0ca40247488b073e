package wire

// streamTLS says that TLS follows on the connection ("TLS" and a zero).
const streamTLS = 0x544c5300

// AppendStreamTLS appends what stands between the answer to OpTransactions or
// OpDump and TLS on the same connection, inside which the stream is.
func AppendStreamTLS(dst []byte) []byte { return appendUint32(dst, streamTLS) }

// DecodeStreamKind reads it; what is not TLS is refused.
func DecodeStreamKind(b []byte) error {
	c := NewCursor(b)
	if c.Uint32() != streamTLS {
		c.Fail(errFormat)
	}
	return c.End()
}

// StreamStatus says whether a mirror can follow from where it is.
type StreamStatus uint32

// Status of a stream of transactions.
const (
	StreamDumpAgain StreamStatus = 1
	StreamSending   StreamStatus = 2
)

const (
	streamOneQueue = 1
	dumpVersion    = 2
)

// AppendTransactions appends the head of a stream of transactions of one queue.
func AppendTransactions(dst []byte, status StreamStatus) []byte {
	return appendUint32(appendUint32(dst, streamOneQueue), uint32(status))
}

// Action is what a transaction did to a handle.
type Action uint8

// Actions.
const (
	ActionNone      Action = 0
	ActionCreate    Action = 1
	ActionDelete    Action = 2
	ActionUpdate    Action = 3
	ActionHome      Action = 4
	ActionUnhome    Action = 5
	ActionDeleteAll Action = 6
)

// Change is a transaction in a stream. Values are those of the handle now, for
// ActionCreate and ActionUpdate.
type Change struct {
	Transaction uint64
	Handle      string
	Action      Action
	Date        uint64 // milliseconds since 1970
	Values      []Value
}

const (
	changeEnd    = 0
	changeHandle = 1
)

// Append appends the transaction as a record of the stream.
func (v *Change) Append(dst []byte) []byte {
	dst = appendUint64(append(dst, changeHandle), v.Transaction)
	dst = append(AppendBytes(dst, v.Handle), byte(v.Action))
	dst = appendUint64(dst, v.Date)
	if v.Action != ActionCreate && v.Action != ActionUpdate {
		return dst
	}
	dst = appendCount(dst, len(v.Values))
	for i := range v.Values {
		at := len(dst)
		dst = v.Values[i].Append(append(dst, 0, 0, 0, 0))
		putLength(dst, at)
	}
	return dst
}

// putLength writes the length of what follows the four octets at a place.
func putLength(b []byte, at int) {
	appendUint32(b[:at], uint32(len(b)-at-4)) //nolint:gosec // below MaxMessage
}

// AppendEnd appends the end of a stream of transactions.
func AppendEnd(dst []byte) []byte { return append(dst, changeEnd) }

// DecodeChange reads the record at the start of b and returns what follows; at
// the end of the stream ok is false.
func DecodeChange(b []byte) (v Change, rest []byte, ok bool, err error) {
	c := NewCursor(b)
	switch c.Uint8() {
	case changeEnd:
		return Change{}, c.rest, false, c.err
	case changeHandle:
	default:
		c.Fail(errFormat)
	}
	v = Change{Transaction: c.Uint64(), Handle: string(c.Name()), Action: Action(c.Uint8()), Date: c.Uint64()}
	if v.Action == ActionCreate || v.Action == ActionUpdate {
		v.Values = c.valuesApart()
	}
	return v, c.rest, c.err == nil, c.err
}

// valuesApart reads values each of which has its length before it.
func (c *Cursor) valuesApart() []Value {
	n := c.Count(4 + valueSize)
	if n > MaxValues {
		c.Fail(errCount)
		return nil
	}
	list := make([]Value, 0, n)
	for range n {
		one := NewCursor(c.Bytes())
		list = append(list, one.value())
		if err := one.End(); err != nil {
			c.Fail(err)
		}
		if c.err != nil {
			return nil
		}
	}
	return list
}
