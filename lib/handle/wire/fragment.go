package wire

// Fragments returns how many UDP packets a message of n octets takes.
func Fragments(n int) int {
	if n <= MaxPayload {
		return 1
	}
	return (n + MaxPayload - 1) / MaxPayload
}

// AppendFragment appends packet i of the message, with its envelope. The
// envelope's Length, Sequence and Truncated are set.
func AppendFragment(dst []byte, e Envelope, message []byte, i int) []byte {
	start := i * MaxPayload
	end := min(start+MaxPayload, len(message))
	e.Length = uint32(len(message)) //nolint:gosec // below MaxMessage
	e.Sequence = uint32(i)          //nolint:gosec // below MaxMessage / MaxPayload
	e.Truncated = len(message) > MaxPayload
	return append(e.Append(dst), message[start:end]...)
}

// Assembly puts a message together from fragments in any order. It goes by the
// lengths: not all senders set the envelope's Truncated.
type Assembly struct {
	octets []byte
	have   []uint64 // a bit per fragment
	left   int
}

// NewAssembly returns an assembly for the message that a first fragment
// announces, of limit octets at the most. Its memory is what it announces.
func NewAssembly(e *Envelope, limit int) (*Assembly, error) {
	if e.Length == 0 {
		return nil, errShort
	}
	if uint64(e.Length) > uint64(max(limit, 0)) {
		return nil, errLong
	}
	n := Fragments(int(e.Length))
	return &Assembly{make([]byte, e.Length), make([]uint64, (n+63)/64), n}, nil
}

// Size returns how many octets the whole message has.
func (a *Assembly) Size() int { return len(a.octets) }

// Add takes a fragment and tells whether the message is whole. A fragment that
// came before is no error.
func (a *Assembly) Add(e *Envelope, payload []byte) (bool, error) {
	start, size := int64(e.Sequence)*MaxPayload, int64(len(a.octets))
	if int64(e.Length) != size || start >= size || int64(len(payload)) != min(MaxPayload, size-start) {
		return false, errSequence
	}
	word, bit := e.Sequence/64, uint64(1)<<(e.Sequence%64)
	if a.have[word]&bit == 0 {
		a.have[word] |= bit
		a.left--
		copy(a.octets[start:], payload)
	}
	return a.left == 0, nil
}

// Message returns the octets, complete once Add said so.
func (a *Assembly) Message() []byte { return a.octets }
