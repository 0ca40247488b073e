package icsdissect

import "net/netip"

// Ends are the two that a packet goes between.
type Ends struct {
	SrcMAC, DstMAC MAC        // zero where the link has none
	Src, Dst       netip.Addr // invalid where it carries no IP
	// SrcPort and DstPort are of TCP and UDP, and zero in all but the first fragment of a packet.
	SrcPort, DstPort uint16
}

// EndsOf reads between whom a packet goes, as far as it can be read.
func EndsOf(link LinkType, octets []byte) Ends {
	var f frame
	f.take(link, octets)
	return Ends{f.srcMAC, f.dstMAC, f.src, f.dst, f.sport, f.dport}
}
