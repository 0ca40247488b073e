package files

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// scanTime bounds one scan.
const scanTime = 2 * time.Minute

// scanner asks clamd (ClamAV) by its protocol: zINSTREAM, pieces that begin
// with their length, an empty one at the end, one line as the answer.
type scanner struct{ network, address string }

func newScanner(text string) (*scanner, error) {
	u, err := url.Parse(text)
	switch {
	case err == nil && u.Scheme == "unix" && u.Path+u.Opaque != "":
		return &scanner{"unix", u.Path + u.Opaque}, nil
	case err == nil && u.Scheme == "tcp" && u.Port() != "":
		return &scanner{"tcp", u.Host}, nil
	}
	return nil, fmt.Errorf("configuration [files] clamav: %q is neither unix:/path nor tcp://host:port", text)
}

// scan returns a fault for content in which clamd finds something, and for a
// clamd that does not say.
func (s *scanner) scan(ctx context.Context, r io.Reader) error {
	ctx, cancel := context.WithTimeout(ctx, scanTime)
	defer cancel()
	answer, err := s.ask(ctx, r)
	finding, found := strings.CutSuffix(strings.TrimPrefix(answer, "stream: "), " FOUND")
	switch {
	case err != nil:
	case answer == "stream: OK":
		return nil
	case found:
		return fault.New(fault.Invalid, "files.infected", "the virus scanner found %s", finding).With("finding", finding).
			At("body", "clean the machine that the file comes from")
	default:
		err = errors.New(answer)
	}
	return fmt.Errorf("scan for viruses: %w: %w", err,
		fault.New(fault.Unavailable, "files.scanner", "the virus scanner does not answer; nothing is released without it").After(60))
}

func (s *scanner) ask(ctx context.Context, r io.Reader) (answer string, err error) {
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, s.network, s.address)
	if err != nil {
		return "", err
	}
	defer conn.Close() //nolint:errcheck // the answer was read, or reading it failed
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return "", err
	}
	w := bufio.NewWriterSize(conn, 64<<10)
	if _, err := w.WriteString("zINSTREAM\x00"); err != nil {
		return "", err
	}
	piece := make([]byte, 4+32<<10)
	for {
		n, err := r.Read(piece[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(piece, uint32(n)) //nolint:gosec // at most the piece
			if _, err := w.Write(piece[:4+n]); err != nil {
				return "", err
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
	}
	if _, err := w.Write([]byte{0, 0, 0, 0}); err != nil {
		return "", err
	}
	if err := w.Flush(); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(io.LimitReader(conn, 4096)).ReadString(0)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(strings.TrimSuffix(line, "\x00")), nil
}
