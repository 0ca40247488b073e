package vulnlist

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"unicode/utf8"
)

// Mend is a kind of damage that files are known to have.
type Mend string

// What is mended.
const (
	Ampersand Mend = "ampersand" // a & that begins no reference is taken as the sign
	Control   Mend = "control"   // a character that XML forbids becomes a blank
	Octet     Mend = "octet"     // an octet that is no text becomes U+FFFD
	Block     Mend = "block"     // a block PAV is left out
	Cut       Mend = "cut"       // an entry says more than is kept
)

// Mended is how often a kind of damage was mended, and where first.
type Mended struct {
	What  Mend
	Count int
	Line  int
}

const (
	mostEntry  = 8 << 20 // octets between the ends of two entries
	mostOctets = 1000    // octets that are no text: with more it is another encoding
	peek       = 16
)

var reference = regexp.MustCompile(`^&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});`)

// mender gives a file octet by octet as XML that a strict reader takes. Lines stay where they are.
type mender struct {
	in     *bufio.Reader
	out    []byte // what is given next, before the file goes on
	room   [32]byte
	until  string // the end of a section that is passed on as it is
	line   int
	left   int // octets that the entry may still have
	gb     bool
	mended map[Mend]*Mended
}

func newMender(in *bufio.Reader, gb bool) *mender {
	return &mender{in: in, line: 1, left: mostEntry, gb: gb, mended: map[Mend]*Mended{}}
}

func (m *mender) note(what Mend, line int) {
	x := m.mended[what]
	if x == nil {
		x = &Mended{What: what, Line: line}
		m.mended[what] = x
	}
	x.Count++
}

// Read implements io.Reader; the reader of XML asks octet by octet.
func (m *mender) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := m.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}

// ReadByte implements io.ByteReader.
func (m *mender) ReadByte() (byte, error) {
	for len(m.out) == 0 {
		if err := m.more(); err != nil {
			return 0, err
		}
	}
	b := m.out[0]
	m.out = m.out[1:]
	if b == '\n' {
		m.line++
	}
	if m.left--; m.left < 0 {
		return 0, &Error{Fault: TooLong, Line: m.line}
	}
	return b, nil
}

// more reads the next character, and whatever belongs to it.
func (m *mender) more() error {
	b, err := m.in.ReadByte()
	if err != nil {
		return err //nolint:wrapcheck // of a reader; io.EOF is one
	}
	m.out = append(m.room[:0], b)
	switch {
	case b >= utf8.RuneSelf:
		return m.character(b)
	case b < ' ' && b != '\t' && b != '\n' && b != '\r':
		m.note(Control, m.line)
		m.out[0] = ' '
	case m.until != "":
		m.ended()
	case b == '&':
		m.ampersand()
	case b == '<':
		return m.markup()
	}
	return nil
}

// character reads the rest of a character of several octets.
func (m *mender) character(first byte) error {
	rest, err := m.in.Peek(utf8.UTFMax - 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return err //nolint:wrapcheck // of a reader
	}
	r, n := utf8.DecodeRune(append([]byte{first}, rest...))
	if r != utf8.RuneError {
		m.out = append(m.out, rest[:n-1]...)
		_, err := m.in.Discard(n - 1)
		return err //nolint:wrapcheck // it was peeked at
	}
	if n == 3 { // it is U+FFFD itself: of GB 18030 it stands for octets that are none
		m.out = append(m.out, rest[:n-1]...)
		if _, err := m.in.Discard(n - 1); err != nil || !m.gb {
			return err //nolint:wrapcheck // it was peeked at
		}
	} else {
		m.out = utf8.AppendRune(m.out[:0], utf8.RuneError)
	}
	m.note(Octet, m.line)
	if m.mended[Octet].Count > mostOctets {
		return &Error{Fault: NotText, Line: m.line}
	}
	return nil
}

// ended looks whether a section that is passed on as it is ends here.
func (m *mender) ended() {
	if m.out[0] != m.until[0] {
		return
	}
	rest, _ := m.in.Peek(len(m.until) - 1) // fewer at the end of the file: then it does not end here
	if string(rest) != m.until[1:] {
		return
	}
	m.take(len(rest))
	m.until = ""
}

// take passes on n octets that were peeked at.
func (m *mender) take(n int) {
	rest, _ := m.in.Peek(n)
	m.out = append(m.out, rest...)
	_, _ = m.in.Discard(len(rest)) // they are in the buffer
}

func (m *mender) ampersand() {
	rest, _ := m.in.Peek(peek) // fewer at the end of the file
	if !reference.Match(append([]byte{'&'}, rest...)) {
		m.note(Ampersand, m.line)
		m.out = append(m.out, "amp;"...)
	}
}

// markup looks at what begins with <.
func (m *mender) markup() error {
	rest, _ := m.in.Peek(peek) // fewer at the end of the file
	switch {
	case bytes.HasPrefix(rest, []byte("![CDATA[")):
		m.take(len("![CDATA["))
		m.until = "]]>"
	case bytes.HasPrefix(rest, []byte("!--")):
		m.take(len("!--"))
		m.until = "-->"
	case bytes.HasPrefix(rest, []byte("PAV>")):
		return m.block()
	}
	return nil
}

// block leaves out a block PAV, but for the ends of its lines.
func (m *mender) block() error {
	const end = "/PAV>"
	first := m.line
	m.out = m.out[:0]
	for range mostEntry {
		b, err := m.in.ReadByte()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err //nolint:wrapcheck // of a reader
		}
		if b == '\n' {
			m.out = append(m.out, b)
		}
		if b != '<' {
			continue
		}
		if rest, _ := m.in.Peek(len(end)); string(rest) == end { // fewer at the end of the file
			_, _ = m.in.Discard(len(end)) // they are in the buffer
			m.note(Block, first)
			return nil
		}
	}
	return &Error{Fault: NotClosed, Line: first}
}
