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
	return appendValuesApart(dst, v.Values)
}

// putLength writes the length of what follows the four octets at a place.
func putLength(b []byte, at int) {
	appendUint32(b[:at], uint32(len(b)-at-4)) //nolint:gosec // below MaxMessage
}

// AppendEnd appends the end of a stream of transactions: the date, in milliseconds
// since 1970, to ask from the next time.
func AppendEnd(dst []byte, date uint64) []byte { return appendUint64(append(dst, changeEnd), date) }

// DecodeTransactions reads the head of a stream of transactions and returns what
// follows.
func DecodeTransactions(b []byte) (status StreamStatus, rest []byte, err error) {
	c := NewCursor(b)
	if c.Uint32() != streamOneQueue {
		c.Fail(errFormat)
	}
	status = StreamStatus(c.Uint32())
	return status, c.rest, c.err
}

// DecodeChange reads the record at the start of b and returns what follows. At
// the end of the stream ok is false, and the change has a Date only.
func DecodeChange(b []byte) (v Change, rest []byte, ok bool, err error) {
	c := NewCursor(b)
	switch c.Uint8() {
	case changeEnd:
		v.Date = c.Uint64()
		return v, c.rest, false, c.err
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

// DumpKind is what a record of a dump holds.
type DumpKind uint8

// Kinds of records. Those with dates, 3 to 5, which several primaries send, are
// not read.
const (
	DumpSource DumpKind = 0    // first: who sends, with Date and Transaction
	DumpHandle DumpKind = 1    // Handle with its Values
	DumpHomed  DumpKind = 2    // Handle of a prefix whose home the source is
	DumpEnd    DumpKind = 0xff // last
)

// DumpRecord is a record in the answer to OpDump.
type DumpRecord struct {
	Kind        DumpKind
	Date        uint64 // milliseconds since 1970
	Transaction uint64 // the last that is in the dump
	Handle      string
	Values      []Value
}

// AppendDump appends the head of a dump.
func AppendDump(dst []byte) []byte { return appendUint32(dst, dumpVersion) }

// Append appends the record.
func (r *DumpRecord) Append(dst []byte) []byte {
	dst = append(dst, byte(r.Kind))
	switch r.Kind {
	case DumpSource:
		return appendUint64(appendUint64(dst, r.Date), r.Transaction)
	case DumpHandle:
		return appendValuesApart(AppendBytes(dst, r.Handle), r.Values)
	case DumpHomed:
		return AppendBytes(dst, r.Handle)
	default:
		return dst
	}
}

// DecodeDump reads the head of a dump and returns what follows.
func DecodeDump(b []byte) ([]byte, error) {
	c := NewCursor(b)
	if c.Uint32() != dumpVersion {
		c.Fail(errFormat)
	}
	return c.rest, c.err
}

// DecodeDumpRecord reads the record at the start of b and returns what follows.
func DecodeDumpRecord(b []byte) (DumpRecord, []byte, error) {
	c := NewCursor(b)
	r := DumpRecord{Kind: DumpKind(c.Uint8())}
	switch r.Kind {
	case DumpSource:
		r.Date, r.Transaction = c.Uint64(), c.Uint64()
	case DumpHandle:
		r.Handle, r.Values = string(c.Name()), c.valuesApart()
	case DumpHomed:
		r.Handle = string(c.Name())
	case DumpEnd:
	default:
		c.Fail(errFormat)
	}
	return r, c.rest, c.err
}

// appendValuesApart appends values each of which has its length before it.
func appendValuesApart(dst []byte, list []Value) []byte {
	dst = appendCount(dst, len(list))
	for i := range list {
		at := len(dst)
		dst = list[i].Append(append(dst, 0, 0, 0, 0))
		putLength(dst, at)
	}
	return dst
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
