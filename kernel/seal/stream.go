package seal

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
)

// streamMark begins every sealed stream, with the version of the form.
const streamMark = "lhs1 "

const (
	// pieceSize is how much of a stream is sealed at a time; of longer content no more is in memory.
	pieceSize = 64 << 10
	// pieceMore is by how much a piece grows: its nonce and its tag, in both suites.
	pieceMore = 12 + 16
)

// SealReader returns what r holds, sealed under the purpose's key as it is read, for content that
// is too long for Seal. A stream has a key of its own, which stands sealed at its beginning; each
// piece is bound to its place and to whether it is the last, so that none is missing, moved or
// repeated. Call it before a Write, not inside, as Seal.
func (k *Keyring) SealReader(ctx context.Context, purpose string, r io.Reader) (io.Reader, error) {
	key := make([]byte, k.suite.KeySize())
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("make key of a stream: %w", err)
	}
	head, err := k.Seal(ctx, purpose, key)
	if err != nil {
		return nil, err
	}
	s := &stream{src: bufio.NewReaderSize(r, pieceSize), size: pieceSize, turn: func(piece []byte, place string) ([]byte, error) { return k.suite.Seal(key, piece, place) }}
	return io.MultiReader(bytes.NewReader([]byte(streamMark+head+"\n")), s), nil
}

// OpenReader returns what SealReader was given, as it is read. What differs from it in anything is
// ErrSealed where that is read; what was returned until then is what was sealed.
func (k *Keyring) OpenReader(ctx context.Context, purpose string, r io.Reader) (io.Reader, error) {
	src := bufio.NewReaderSize(r, pieceSize+pieceMore)
	line, err := src.ReadSlice('\n')
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, fmt.Errorf("read sealed stream: %w", err)
	}
	head, ok := bytes.CutPrefix(bytes.TrimSuffix(line, []byte("\n")), []byte(streamMark))
	if err != nil || !ok {
		return nil, fmt.Errorf("open for %s: %w", purpose, ErrSealed)
	}
	text := string(head)
	t, err := ParseText(text)
	if err != nil {
		return nil, err
	}
	suite, err := ByName(t.Suite)
	if err != nil {
		return nil, err
	}
	key, err := k.Open(ctx, purpose, text)
	if err != nil {
		return nil, err
	}
	return &stream{src: src, size: pieceSize + pieceMore, turn: func(piece []byte, place string) ([]byte, error) { return suite.Open(key, piece, place) }}, nil
}

// stream turns what it reads piece by piece, into sealed ones or back.
type stream struct {
	src  *bufio.Reader
	size int // of a piece that is read; only the last is shorter
	turn func(piece []byte, place string) ([]byte, error)

	number int
	piece  []byte // is read into
	ready  []byte // was turned and not given yet
	err    error  // after what is ready
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	for len(s.ready) == 0 {
		if s.err != nil {
			return 0, s.err
		}
		s.next()
	}
	n := copy(p, s.ready)
	s.ready = s.ready[n:]
	return n, nil
}

// next reads and turns a piece.
func (s *stream) next() {
	if s.piece == nil {
		s.piece = make([]byte, s.size)
	}
	n, err := io.ReadFull(s.src, s.piece)
	if err == nil {
		_, err = s.src.Peek(1) // a piece is the last one when nothing follows
	}
	last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if err != nil && !last {
		s.err = err
		return
	}
	s.ready, s.err = s.turn(s.piece[:n], fmt.Sprintf("piece %d last %t", s.number, last))
	if s.number++; s.err == nil && last {
		s.err = io.EOF
	}
}
