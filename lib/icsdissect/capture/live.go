package capture

import "time"

// Live reads packets from a network interface and never sends any: the socket
// is held here, and there is no method that writes to it.
type Live struct{ source liveSource }

// liveSource is what is used of a packet socket.
type liveSource interface {
	next() (Packet, error)
	lost() (uint64, error)
	close()
}

// Listen opens a packet socket (packet(7)) on the interface, which needs the
// capability CAP_NET_RAW; promiscuous also takes what is not for this machine,
// as a mirror port delivers it.
func Listen(name string, promiscuous bool) (*Live, error) {
	s, err := listen(name, promiscuous)
	if err != nil {
		return nil, err
	}
	return &Live{source: s}, nil
}

// Next waits for the next packet.
func (l *Live) Next() (Packet, error) {
	for {
		p, err := l.source.next()
		if err != nil || len(p.Octets) > 0 {
			if p.Time.IsZero() {
				p.Time = time.Now()
			}
			return p, err
		}
	}
}

// Lost is how many packets the kernel dropped since it was asked last, because
// nobody read them in time.
func (l *Live) Lost() (uint64, error) { return l.source.lost() }

// Close ends the capture; a Next that waits returns an error.
func (l *Live) Close() { l.source.close() }
