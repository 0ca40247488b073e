//go:build linux

package capture

import (
	"fmt"

	"github.com/gopacket/gopacket/pcapgo"

	"linghang/lib/icsdissect"
)

type packetSocket struct{ handle *pcapgo.EthernetHandle }

func listen(name string, promiscuous bool) (liveSource, error) {
	h, err := pcapgo.NewEthernetHandle(name)
	if err != nil {
		return nil, fmt.Errorf("listen on interface %s (is it there, and has this program CAP_NET_RAW?): %w", name, err)
	}
	if err := h.SetPromiscuous(promiscuous); err != nil {
		_ = h.Close() // it was never read
		return nil, fmt.Errorf("listen on interface %s: %w", name, err)
	}
	return packetSocket{h}, nil
}

func (s packetSocket) next() (Packet, error) {
	octets, info, err := s.handle.ZeroCopyReadPacketData()
	if err != nil {
		return Packet{}, fmt.Errorf("read a packet: %w", err)
	}
	return Packet{info.Timestamp, icsdissect.LinkEthernet, octets, info.Length}, nil
}

// lost asks for the kernel's counters, which it sets to zero when they are asked for.
func (s packetSocket) lost() (uint64, error) {
	stats, err := s.handle.Stats()
	if err != nil {
		return 0, fmt.Errorf("read counters of the packet socket: %w", err)
	}
	return uint64(stats.Drops), nil
}

func (s packetSocket) close() { _ = s.handle.Close() } // nothing is lost by it
