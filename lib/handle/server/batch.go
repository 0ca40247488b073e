//go:build linux

package server

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// batchSize is how many packets are read and written by one system call.
const batchSize = 64

// packetRoom is the room for a packet that comes in: one octet more than there
// may be, so that a longer one is seen.
const packetRoom = 1024

// mmsg is struct mmsghdr of recvmmsg(2).
type mmsg struct {
	head unix.Msghdr
	n    uint32
}

// packets reads and writes packets of a socket in batches, in memory that it
// keeps: the address of a sender is copied from what came in to what goes out
// and is never made an object.
type packets struct {
	raw syscall.RawConn

	in      [batchSize]mmsg
	inVec   [batchSize]unix.Iovec
	inName  [batchSize]unix.RawSockaddrInet6
	inRoom  [batchSize][packetRoom]byte
	out     [batchSize]mmsg
	outVec  [batchSize]unix.Iovec
	outName [batchSize]unix.RawSockaddrInet6
	outRoom [batchSize][packetRoom]byte

	queued   int
	sent     int
	received int
	fault    error
	read     func(fd uintptr) bool
	write    func(fd uintptr) bool
}

func newPackets(conn *net.UDPConn) (*packets, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("reach the socket: %w", err)
	}
	p := &packets{raw: raw}
	for i := range batchSize {
		p.inVec[i].Base = &p.inRoom[i][0]
		p.inVec[i].SetLen(packetRoom)
		p.in[i].head.Iov = &p.inVec[i]
		p.in[i].head.SetIovlen(1)
		p.in[i].head.Name = (*byte)(unsafe.Pointer(&p.inName[i])) //nolint:gosec // what the system call takes
		p.outVec[i].Base = &p.outRoom[i][0]
		p.out[i].head.Iov = &p.outVec[i]
		p.out[i].head.SetIovlen(1)
		p.out[i].head.Name = (*byte)(unsafe.Pointer(&p.outName[i])) //nolint:gosec // what the system call takes
	}
	p.read, p.write = p.readNow, p.writeNow
	return p, nil
}

// receive waits for packets and returns how many there are.
func (p *packets) receive() (int, error) {
	for i := range batchSize {
		p.in[i].head.Namelen = unix.SizeofSockaddrInet6
	}
	if err := p.raw.Read(p.read); err != nil {
		return 0, err //nolint:wrapcheck // net.ErrClosed and the deadline are told by it
	}
	return p.received, p.fault
}

func (p *packets) readNow(fd uintptr) bool {
	for {
		n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&p.in[0])), batchSize, unix.MSG_DONTWAIT, 0, 0) //nolint:gosec // the system call
		switch errno {
		case 0:
			p.received, p.fault = int(n), nil
			return true
		case unix.EAGAIN:
			return false
		case unix.EINTR:
		default:
			p.received, p.fault = 0, fmt.Errorf("receive packets: %w", errno)
			return true
		}
	}
}

// packet returns a packet that came in, empty if it was too long.
func (p *packets) packet(i int) []byte {
	n := min(int(p.in[i].n), packetRoom)
	if n == packetRoom {
		return nil
	}
	return p.inRoom[i][:n]
}

// from returns who sent a packet.
func (p *packets) from(i int) netip.AddrPort {
	name := &p.inName[i]
	octets := (*[2]byte)(unsafe.Pointer(&name.Port)) //nolint:gosec // in the network's order
	port := uint16(octets[0])<<8 | uint16(octets[1])
	if name.Family == unix.AF_INET {
		four := (*unix.RawSockaddrInet4)(unsafe.Pointer(name)) //nolint:gosec // the family says so
		return netip.AddrPortFrom(netip.AddrFrom4(four.Addr), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16(name.Addr).Unmap(), port)
}

// reply queues a packet to who sent packet i; full queues are sent.
func (p *packets) reply(i int, packet []byte) error {
	if p.queued == batchSize {
		if err := p.flush(); err != nil {
			return err
		}
	}
	q := p.queued
	n := copy(p.outRoom[q][:], packet)
	p.outVec[q].SetLen(n)
	p.outName[q] = p.inName[i]
	p.out[q].head.Namelen = p.in[i].head.Namelen
	p.queued++
	return nil
}

// flush sends what is queued. A packet that cannot be sent is lost, as packets
// are.
func (p *packets) flush() error {
	p.sent, p.fault = 0, nil
	for p.sent < p.queued {
		if err := p.raw.Write(p.write); err != nil {
			p.queued = 0
			return err //nolint:wrapcheck // net.ErrClosed is told by it
		}
	}
	p.queued = 0
	return nil
}

func (p *packets) writeNow(fd uintptr) bool {
	for p.sent < p.queued {
		n, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(&p.out[p.sent])), uintptr(p.queued-p.sent), unix.MSG_DONTWAIT, 0, 0) //nolint:gosec // the system call
		switch errno {
		case 0:
			p.sent += int(n)
		case unix.EAGAIN:
			return false
		case unix.EINTR:
		default:
			p.sent++
		}
	}
	return true
}

// shareport lets several sockets listen on one port: the system spreads packets
// over them.
func shareport(_, _ string, c syscall.RawConn) error {
	var fault error
	err := c.Control(func(fd uintptr) {
		fault = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	})
	if err != nil {
		return fmt.Errorf("reach the socket: %w", err)
	}
	if fault != nil {
		return fmt.Errorf("share the port: %w", fault)
	}
	return nil
}
