package ring

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"linghang/lib/icsdissect"
	"linghang/lib/icsdissect/capture"
)

// Query says which packets are meant.
type Query struct {
	From, To time.Time // from the first on, up to and with the second; zero is no bound
	// Hosts are IP or MAC addresses: of one, what it sends and gets; of more, what they say to
	// each other.
	Hosts []string
	// Ports are of TCP or UDP, at either end; any of them.
	Ports []uint16

	ips  []netip.Addr
	macs []icsdissect.MAC
}

// Result is what was found.
type Result struct {
	Packets  uint64    `json:"packets"`
	Octets   uint64    `json:"octets"`
	First    time.Time `json:"first,omitzero"` // times of packets
	Last     time.Time `json:"last,omitzero"`
	Segments int       `json:"segments"` // that were read
	Missed   uint64    `json:"missed"`   // packets that are missing in them, whoever they were of: the disk was too slow or full
	Damaged  int       `json:"damaged"`  // segments that could not be read to their end
}

// Held is what a ring has.
type Held struct {
	Segments int   `json:"segments"`
	Octets   int64 `json:"octets"`
}

// Holds tells what stands in a directory.
func Holds(dir string) (Held, error) {
	all, err := list(dir)
	h := Held{Segments: len(all)}
	for _, s := range all {
		h.Octets += s.size
	}
	return h, err
}

// Cut copies the packets that are meant to a capture file, in the order in which they were kept.
// The program that keeps them may go on meanwhile.
func Cut(ctx context.Context, dir string, q Query, w io.Writer) (Result, error) {
	out := capture.NewWriter(w, "linghang probe packets")
	res, err := Each(ctx, dir, q, out.Write)
	if err != nil {
		return res, err
	}
	return res, out.Flush() //nolint:wrapcheck // it says all
}

// Each hands over the packets that are meant, in the order in which they were kept. Octets of a
// packet are good until do returns.
func Each(ctx context.Context, dir string, q Query, do func(capture.Packet) error) (Result, error) {
	var res Result
	if err := q.Check(); err != nil {
		return res, err
	}
	all, err := list(dir)
	if err != nil {
		return res, err
	}
	for _, s := range all {
		if !s.within(q.From, q.To) {
			continue
		}
		if err := q.segment(ctx, s, dir, do, &res); err != nil {
			return res, err
		}
	}
	return res, nil
}

// segment hands over what is meant of one segment.
func (q *Query) segment(ctx context.Context, s segment, dir string, do func(capture.Packet) error, res *Result) error {
	f, err := open1(s, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // given up just now
	}
	if err != nil {
		return fmt.Errorf("read the packets: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	res.Segments++
	in, err := capture.Open(f)
	if err != nil {
		if s.size > 0 {
			res.Damaged++
		}
		return nil
	}
	defer func() { res.Missed += in.Missed() }()
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err() //nolint:wrapcheck // it is told to end
		}
		p, err := in.Next()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF): // its last is being written
			return nil
		case err != nil:
			res.Damaged++
			return nil
		}
		if !q.means(&p) {
			continue
		}
		if err := do(p); err != nil {
			return err
		}
		res.add(&p)
	}
}

// open1 opens a segment, which may get its last name meanwhile.
func open1(s segment, dir string) (*os.File, error) {
	f, err := os.Open(s.path(dir))
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err //nolint:wrapcheck // its caller does
	}
	all, listed := list(dir)
	if listed != nil {
		return nil, listed
	}
	for _, now := range all {
		if now.sequence == s.sequence {
			return os.Open(now.path(dir)) //nolint:wrapcheck // its caller does
		}
	}
	return nil, err //nolint:wrapcheck // its caller does
}

func (r *Result) add(p *capture.Packet) {
	r.Packets++
	r.Octets += uint64(len(p.Octets))
	at := p.Time.UTC()
	if r.First.IsZero() || at.Before(r.First) {
		r.First = at
	}
	if at.After(r.Last) {
		r.Last = at
	}
}

// Check reads the hosts, and refuses what means nothing.
func (q *Query) Check() error {
	q.ips, q.macs = nil, nil
	for _, h := range q.Hosts {
		if a, err := netip.ParseAddr(strings.TrimSpace(h)); err == nil {
			q.ips = append(q.ips, a.Unmap().WithZone(""))
			continue
		}
		var m icsdissect.MAC
		if err := parseMAC(h, &m); err != nil {
			return err
		}
		q.macs = append(q.macs, m)
	}
	if !q.From.IsZero() && !q.To.IsZero() && q.To.Before(q.From) {
		return errors.New("the time ends before it begins")
	}
	return nil
}

// means tells whether a packet is meant.
func (q *Query) means(p *capture.Packet) bool {
	if !q.From.IsZero() && p.Time.Before(q.From) || !q.To.IsZero() && p.Time.After(q.To) {
		return false
	}
	if len(q.Hosts) == 0 && len(q.Ports) == 0 {
		return true
	}
	e := icsdissect.EndsOf(p.Link, p.Octets)
	if len(q.Ports) > 0 && !slices.Contains(q.Ports, e.SrcPort) && !slices.Contains(q.Ports, e.DstPort) {
		return false
	}
	from, to := q.is(e.Src, e.SrcMAC), q.is(e.Dst, e.DstMAC)
	switch len(q.Hosts) {
	case 0:
		return true
	case 1:
		return from || to
	}
	return from && to
}

func (q *Query) is(ip netip.Addr, mac icsdissect.MAC) bool {
	return slices.Contains(q.ips, ip.Unmap()) || slices.Contains(q.macs, mac)
}

func parseMAC(s string, m *icsdissect.MAC) error {
	hw, err := hex.DecodeString(strings.NewReplacer(":", "", "-", "").Replace(strings.TrimSpace(s)))
	if err != nil || len(hw) != len(m) {
		return fmt.Errorf("%q is no IP or MAC address", s)
	}
	copy(m[:], hw)
	return nil
}
