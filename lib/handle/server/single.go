//go:build !linux

package server

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
)

// packetRoom is the room for a packet: one octet more than there may be, so that
// a longer one is seen.
const packetRoom = 1024

// packets reads and writes the packets of a socket one by one, where there is no
// system call for many.
type packets struct {
	conn *net.UDPConn
	peer netip.AddrPort
	room [packetRoom]byte
	n    int
}

func newPackets(conn *net.UDPConn) (*packets, error) { return &packets{conn: conn}, nil }

func (p *packets) receive() (int, error) {
	n, peer, err := p.conn.ReadFromUDPAddrPort(p.room[:])
	if err != nil {
		return 0, err //nolint:wrapcheck // net.ErrClosed and the deadline are told by it
	}
	p.n, p.peer = n, peer
	return 1, nil
}

func (p *packets) packet(int) []byte {
	if p.n == packetRoom {
		return nil
	}
	return p.room[:p.n]
}

func (p *packets) from(int) netip.AddrPort {
	return netip.AddrPortFrom(p.peer.Addr().Unmap(), p.peer.Port())
}

func (p *packets) reply(_ int, packet []byte) error {
	if _, err := p.conn.WriteToUDPAddrPort(packet, p.peer); errors.Is(err, net.ErrClosed) {
		return net.ErrClosed
	}
	return nil
}

func (p *packets) flush() error { return nil }

// shareport lets several sockets listen on one port, where the system can.
func shareport(string, string, syscall.RawConn) error { return nil }
