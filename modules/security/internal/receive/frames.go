package receive

import (
	"bufio"
	"errors"
	"io"
)

// frames takes messages out of a stream. Each begins with its length and a space (octet
// counting, RFC 6587, 3.4.1), or else ends with a line feed (non-transparent framing, 3.4.2).
type frames struct{ r *Receiver }

// mostDigits are those of a length: a message of 10 megabytes is passed over in step.
const mostDigits = 8

// read hands messages over until the stream ends, or put says so.
func (f frames) read(in io.Reader, put func(m []byte) bool) {
	b := bufio.NewReaderSize(in, 64<<10)
	for {
		m, err := f.next(b)
		if len(m) > 0 {
			f.r.received.Add(1)
			if !put(m) {
				return
			}
		}
		if err != nil {
			if errors.Is(err, errCut) {
				f.r.cut.Add(1)
			}
			return
		}
	}
}

// errCut is the end of a stream within a message.
var errCut = errors.New("the connection ends within a message")

// next reads one message; nil with no error: one that was too long.
func (f frames) next(b *bufio.Reader) ([]byte, error) {
	first, err := b.ReadByte()
	if err != nil {
		return nil, err //nolint:wrapcheck // the end of the stream
	}
	if first < '1' || first > '9' {
		return f.line(b, []byte{first})
	}
	head := []byte{first}
	length := int64(first - '0')
	for {
		c, err := b.ReadByte()
		if err != nil {
			return nil, errCut
		}
		head = append(head, c)
		if c == ' ' {
			break
		}
		if c < '0' || c > '9' || len(head) > mostDigits {
			if c == '\n' {
				return head[:len(head)-1], nil
			}
			return f.line(b, head) // it began with a digit, and is no length
		}
		length = 10*length + int64(c-'0')
	}
	if length > MostLine {
		f.r.received.Add(1)
		f.r.long.Add(1)
		if _, err := io.CopyN(io.Discard, b, length); err != nil {
			return nil, errCut
		}
		return nil, nil //nolint:nilnil // it was counted
	}
	m := make([]byte, length)
	if _, err := io.ReadFull(b, m); err != nil {
		return nil, errCut
	}
	return m, nil
}

// line reads to a line feed; head is what was read of it.
func (f frames) line(b *bufio.Reader, head []byte) ([]byte, error) {
	if head[0] == '\n' {
		return []byte{}, nil
	}
	m, long := head, false
	for {
		part, err := b.ReadSlice('\n')
		if !long {
			m = append(m, part...)
		}
		if len(m) > MostLine+1 {
			m, long = nil, true
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && long:
			f.r.received.Add(1)
			f.r.long.Add(1)
			return nil, errCut
		case err != nil && len(m) > 0:
			// The last message of a stream may have no line feed: many senders end so.
			return m, io.EOF
		case err != nil:
			return nil, io.EOF
		case long:
			f.r.received.Add(1)
			f.r.long.Add(1)
			return nil, nil //nolint:nilnil // it was counted
		}
		return m[:len(m)-1], nil
	}
}
