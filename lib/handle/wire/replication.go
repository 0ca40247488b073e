package wire

// Receiver says which handles a mirror wants: those that hash to its server.
type Receiver struct {
	Hash    HashOption
	Servers uint32
	Server  uint32
}

func (c *Cursor) receiver() Receiver {
	return Receiver{HashOption(c.Uint8()), c.Uint32(), c.Uint32()}
}

func (r Receiver) append(dst []byte) []byte {
	return appendUint32(appendUint32(append(dst, byte(r.Hash)), r.Servers), r.Server)
}

// Wants tells whether a handle is among them.
func (r Receiver) Wants(handle string) bool {
	return r.Servers <= 1 || r.WantsFolded([]byte(handle))
}

// WantsFolded tells it of a folded handle (Fold); it allocates nothing.
func (r Receiver) WantsFolded(handle []byte) bool {
	return r.Servers <= 1 || uint64(Hash(handle, r.Hash))%uint64(r.Servers) == uint64(r.Server)
}

// TransactionQuery is the body of OpTransactions: what changed since? A mirror
// of several sources sends their State instead of Last and Date.
type TransactionQuery struct {
	Last     uint64 // number of the last transaction it has
	Date     uint64 // of the last query, milliseconds since 1970
	State    []byte // JSON
	Receiver Receiver
}

// DecodeTransactionQuery reads the body as a version writes it.
func DecodeTransactionQuery(v Version, body []byte) (TransactionQuery, error) {
	c := NewCursor(body)
	var q TransactionQuery
	kind := uint8(0)
	if v.AtLeast(2, 9) {
		kind = c.Uint8()
	}
	switch kind {
	case 0:
		q.Last, q.Date = c.Uint64(), c.Uint64()
	case 1:
		q.State = c.Bytes()
	default:
		c.Fail(errFormat)
	}
	q.Receiver = c.receiver()
	return q, c.End()
}

// Append appends the body as a version writes it.
func (q *TransactionQuery) Append(dst []byte, v Version) []byte {
	if v.AtLeast(2, 9) && len(q.State) > 0 {
		dst = AppendBytes(append(dst, 1), q.State)
		return q.Receiver.append(dst)
	}
	if v.AtLeast(2, 9) {
		dst = append(dst, 0)
	}
	return q.Receiver.append(appendUint64(appendUint64(dst, q.Last), q.Date))
}

// DumpQuery is the body of OpDump. Start and StartKind resume one.
type DumpQuery struct {
	Receiver  Receiver
	Start     []byte
	StartKind uint32
}

// DecodeDumpQuery reads the body.
func DecodeDumpQuery(body []byte) (DumpQuery, error) {
	c := NewCursor(body)
	q := DumpQuery{Receiver: c.receiver()}
	if c.Len() > 0 {
		q.Start, q.StartKind = c.Bytes(), c.Uint32()
	}
	return q, c.End()
}

// Append appends the body.
func (q *DumpQuery) Append(dst []byte) []byte {
	dst = q.Receiver.append(dst)
	if len(q.Start) == 0 {
		return dst
	}
	return appendUint32(AppendBytes(dst, q.Start), q.StartKind)
}
