package wire

import (
	"net/netip"
)

// Site is the data of HS_SITE and its kin: servers that share the handles of a
// service (RFC 3651, section 3.2.2).
type Site struct {
	Version      Version
	Serial       uint16
	Primary      bool // takes changes
	MultiPrimary bool // and is not the only one
	Hash         HashOption
	HashFilter   []byte // empty
	Attributes   []Attribute
	Servers      []Server
}

// Attribute is a name with a value, as desc, domain, alt_addr.
type Attribute struct{ Name, Value string }

// Server is one server of a site.
type Server struct {
	ID         uint32
	Address    netip.Addr
	PublicKey  []byte // a key record, see package auth
	Interfaces []Interface
}

// Service says what an interface of a server is for.
type Service uint8

// Services of an interface. Zero is out of service.
const (
	ServiceNone  Service = 0
	ServiceAdmin Service = 1
	ServiceQuery Service = 2
	ServiceBoth  Service = 3
)

// Protocol is how an interface of a server is spoken to.
type Protocol uint8

// Protocols of an interface.
const (
	UDP   Protocol = 0
	TCP   Protocol = 1
	HTTP  Protocol = 2
	HTTPS Protocol = 3
)

// String returns the protocol's name.
func (p Protocol) String() string {
	switch p {
	case UDP:
		return "udp"
	case TCP:
		return "tcp"
	case HTTP:
		return "http"
	case HTTPS:
		return "https"
	default:
		return "unknown"
	}
}

// Interface is a door of a server.
type Interface struct {
	Service  Service
	Protocol Protocol
	Port     uint32
}

const (
	siteFormat    = 1
	bitPrimary    = 0x80
	bitMulti      = 0x40
	attributeSize = 8
	serverSize    = 4 + 16 + 4 + 4
	interfaceSize = 6
)

// DecodeSite reads the data.
func DecodeSite(data []byte) (Site, error) {
	c := NewCursor(data)
	if c.Uint16() != siteFormat {
		c.Fail(errFormat)
	}
	s := Site{Version: Version{c.Uint8(), c.Uint8()}, Serial: c.Uint16()}
	flags := c.Uint8()
	s.Primary, s.MultiPrimary = flags&bitPrimary != 0, flags&bitMulti != 0
	s.Hash, s.HashFilter = HashOption(c.Uint8()), c.Bytes()
	for range c.Count(attributeSize) {
		s.Attributes = append(s.Attributes, Attribute{c.Text(), c.Text()})
	}
	for range c.Count(serverSize) {
		s.Servers = append(s.Servers, c.server())
		if c.err != nil {
			return Site{}, c.err
		}
	}
	if err := c.End(); err != nil {
		return Site{}, err
	}
	return s, nil
}

func (c *Cursor) server() Server {
	s := Server{ID: c.Uint32(), Address: address(c.Take(16)), PublicKey: c.Bytes()}
	for range c.Count(interfaceSize) {
		s.Interfaces = append(s.Interfaces, Interface{Service(c.Uint8()), Protocol(c.Uint8()), c.Uint32()})
	}
	return s
}

// address reads 16 octets, in which IPv4 has twelve zeros before it. RFC 3651
// would have it mapped; both are understood.
func address(b []byte) netip.Addr {
	a, ok := netip.AddrFromSlice(b)
	if !ok {
		return netip.Addr{}
	}
	low := [4]byte(b[12:])
	if [12]byte(b[:12]) == [12]byte{} && low != [4]byte{0, 0, 0, 1} {
		return netip.AddrFrom4(low)
	}
	return a.Unmap()
}

func appendAddress(dst []byte, a netip.Addr) []byte {
	var b [16]byte
	if a = a.Unmap(); a.Is4() {
		low := a.As4()
		copy(b[12:], low[:])
	} else if a.IsValid() {
		b = a.As16()
	}
	return append(dst, b[:]...)
}

// Append appends the data.
func (s *Site) Append(dst []byte) []byte {
	dst = appendUint16(dst, siteFormat)
	dst = append(dst, s.Version.Major, s.Version.Minor)
	dst = appendUint16(dst, s.Serial)
	var flags byte
	if s.Primary {
		flags |= bitPrimary
	}
	if s.MultiPrimary {
		flags |= bitMulti
	}
	dst = append(dst, flags, byte(s.Hash))
	dst = AppendBytes(dst, s.HashFilter)
	dst = appendCount(dst, len(s.Attributes))
	for _, a := range s.Attributes {
		dst = AppendBytes(AppendBytes(dst, a.Name), a.Value)
	}
	dst = appendCount(dst, len(s.Servers))
	for i := range s.Servers {
		dst = s.Servers[i].append(dst)
	}
	return dst
}

func (s *Server) append(dst []byte) []byte {
	dst = appendUint32(dst, s.ID)
	dst = appendAddress(dst, s.Address)
	dst = AppendBytes(dst, s.PublicKey)
	dst = appendCount(dst, len(s.Interfaces))
	for _, i := range s.Interfaces {
		dst = append(dst, byte(i.Service), byte(i.Protocol))
		dst = appendUint32(dst, i.Port)
	}
	return dst
}

// ServerFor returns the number in Servers of the one that is responsible for a
// handle, and false if the site has none.
func (s *Site) ServerFor(handle string) (int, bool) {
	if len(s.Servers) == 0 {
		return 0, false
	}
	return int(int64(Hash([]byte(handle), s.Hash)) % int64(len(s.Servers))), true
}

// Door returns where the server speaks a protocol for a service.
func (s *Server) Door(service Service, protocol Protocol) (netip.AddrPort, bool) {
	for _, i := range s.Interfaces {
		if i.Protocol == protocol && i.Service&service != 0 && i.Port > 0 && i.Port <= 0xffff && s.Address.IsValid() {
			return netip.AddrPortFrom(s.Address, uint16(i.Port)), true
		}
	}
	return netip.AddrPort{}, false
}
