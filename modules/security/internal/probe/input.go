package probe

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"linghang/lib/icsdissect"
	"linghang/lib/icsdissect/capture"
)

// Input is where packets come from.
type Input struct {
	name  string
	key   string // the same for the same file
	file  bool   // has an end, and can be read again
	live  bool   // times are of this machine's clock
	next  func() (capture.Packet, error)
	lost  func() (uint64, error)
	close func()
}

// OpenInterface listens on a network interface.
func OpenInterface(name string, promiscuous bool) (*Input, error) {
	l, err := capture.Listen(name, promiscuous)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	return &Input{name: name, key: "interface " + name, live: true, next: l.Next, lost: l.Lost, close: l.Close}, nil
}

// OpenFile reads a capture file, a named pipe, or what r brings when the name is -.
func OpenFile(name string, r io.Reader) (*Input, error) {
	none := func() (uint64, error) { return 0, nil }
	if name == "-" {
		c, err := capture.Open(r)
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		return &Input{name: "-", key: "pipe", live: true, next: c.Next, lost: none, close: func() {}}, nil
	}
	f, err := os.Open(name) //nolint:gosec // the operator named it
	if err != nil {
		return nil, fmt.Errorf("open the capture: %w", err)
	}
	in := &Input{name: filepath.Base(name), lost: none, close: func() { _ = f.Close() }} // nothing was written
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() {
		in.file = true
		in.key, err = fingerprint(f)
	} else if err == nil {
		in.live, in.key = true, "pipe"
	}
	if err != nil {
		in.close()
		return nil, fmt.Errorf("open the capture: %w", err)
	}
	c, err := capture.Open(f)
	if err != nil {
		in.close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	in.next = c.Next
	return in, nil
}

// fingerprint knows a capture again by its beginning, whatever it is called and
// although it may have grown.
func fingerprint(f *os.File) (string, error) {
	h := sha256.New()
	if _, err := io.CopyN(h, f, 64<<10); err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read %s: %w", f.Name(), err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("read %s: %w", f.Name(), err)
	}
	return "file " + hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// queued are packets that wait for the meter.
const queued = 8192

// pump reads packets beside the meter, so that time goes on when none come. Of an
// interface packets are dropped and counted when the meter is behind; others wait.
type pump struct {
	packets chan capture.Packet
	buffers sync.Pool
	mu      sync.Mutex
	dropped uint64
	err     error
}

func startPump(in *Input, done <-chan struct{}) *pump {
	p := &pump{packets: make(chan capture.Packet, queued)}
	go p.run(in, done)
	return p
}

func (p *pump) run(in *Input, done <-chan struct{}) {
	defer close(p.packets)
	for {
		next, err := in.next()
		if err != nil {
			p.mu.Lock()
			p.err = err
			p.mu.Unlock()
			return
		}
		if in.lossy() && len(p.packets) == cap(p.packets) {
			p.mu.Lock()
			p.dropped++
			p.mu.Unlock()
			continue
		}
		select {
		case p.packets <- p.keep(next):
		case <-done:
			return
		}
	}
}

// lossy tells that packets do not wait: an interface goes on, whoever reads.
func (in *Input) lossy() bool { return in.live && in.key != "pipe" }

// keep copies a packet, whose octets are the reader's, into a buffer that is used again.
func (p *pump) keep(c capture.Packet) capture.Packet {
	buffer, ok := p.buffers.Get().(*[]byte)
	if !ok {
		buffer = new([]byte)
	}
	c.Octets = append((*buffer)[:0], c.Octets...)
	return c
}

func (p *pump) release(c capture.Packet) {
	b := c.Octets
	p.buffers.Put(&b)
}

// state returns how many packets were dropped, and why there are no more.
func (p *pump) state() (dropped uint64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dropped, p.err
}

// ended tells whether an error is the end of a capture: also one that was cut off
// while it was written.
func ended(err error) bool {
	return err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// linkKnown tells whether packets of a link type are read at all.
func linkKnown(l icsdissect.LinkType) bool {
	switch l {
	case icsdissect.LinkNull, icsdissect.LinkEthernet, icsdissect.LinkRaw, icsdissect.LinkLoop, icsdissect.LinkSLL, icsdissect.LinkIPv4, icsdissect.LinkIPv6, icsdissect.LinkSLL2:
		return true
	}
	return false
}
