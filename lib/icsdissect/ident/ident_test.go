package ident_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"linghang/lib/icsdissect/ident"
)

func octets(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func told(f ident.Found, ok bool) string {
	if !ok {
		return ""
	}
	s := fmt.Sprintf("%s %x %s", f.Source, f.MAC, f.Addr)
	for _, x := range f.Facts {
		s += fmt.Sprintf(" %s=%s", x.Kind, x.Value)
	}
	return s
}

func check(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestARP(t *testing.T) {
	check(t, told(ident.ARP(octets(t, "0001 0800 06 04 0002 020000000001 0a000001 020000000002 0a000002"))), "arp 020000000001 10.0.0.1")
	check(t, told(ident.ARP(octets(t, "0001 0800 06 04 0001 020000000001 00000000 000000000000 0a000002"))), "") // a probe: nobody has it yet
	check(t, told(ident.ARP(octets(t, "0001 0800 06 04 0002 0200"))), "")
}

func dhcp(op byte, yours, options []byte) []byte {
	b := make([]byte, 240, 240+len(options))
	b[0], b[1], b[2] = op, 1, 6
	copy(b[16:], yours)
	copy(b[28:], []byte{2, 0, 0, 0, 0, 7})
	copy(b[236:], []byte{0x63, 0x82, 0x53, 0x63})
	return append(b, options...)
}

func TestDHCP(t *testing.T) {
	check(t, told(ident.DHCP(dhcp(1, nil, octets(t, "350103 0c05 706c632d31 3c04 41636d65 ff")))), "dhcp 020000000007 invalid IP name=plc-1 description=Acme")
	check(t, told(ident.DHCP(dhcp(2, []byte{10, 0, 0, 9}, octets(t, "350105 ff")))), "dhcp 020000000007 10.0.0.9")
	check(t, told(ident.DHCP(dhcp(2, []byte{10, 0, 0, 9}, octets(t, "350102 ff")))), "") // offered, not taken
	check(t, told(ident.DHCP(make([]byte, 300))), "")
}

func TestLLDP(t *testing.T) {
	check(t, told(ident.LLDP(octets(t, "0207 04 020000000001 0404 07 706f72 0602 0014 0a04 73772d31 0c04 41636d65 1009 05 01 0a000001 02 0000 0000"))),
		"lldp 020000000001 10.0.0.1 name=sw-1 description=Acme")
	check(t, told(ident.LLDP(octets(t, "0602 0014 0000"))), "")
	check(t, told(ident.LLDP(octets(t, "0207 04 0200"))), "")
}

func TestMDNS(t *testing.T) {
	head := "0000 8400 0000 0001 0000 0002"
	service := "055f68747470 045f746370 056c6f63616c 00"
	ptr := service + " 000c 0001 00000078 0009 06 72656c6179 31 c00c"
	txt := "c00c 0010 8001 00000078 000d 0c 6d6f64656c3d524c2d313030" // model=RL-100
	a := "06 72656c617931 056c6f63616c 00 0001 8001 00000078 0004 0a000005"
	check(t, told(ident.MDNS(octets(t, head+ptr+txt+a))), "mdns 000000000000 10.0.0.5 service=_http._tcp.local name=relay1 model=RL-100")
	check(t, told(ident.MDNS(octets(t, "0000 0000 0001 0000 0000 0000"+service+"000c 0001"))), "")
	check(t, told(ident.MDNS(octets(t, head+"c00c 000c 0001 00000078 0002 c00c"))), "") // a name that is its own end
}

func TestBanners(t *testing.T) {
	check(t, told(ident.Banner([]byte("SSH-2.0-dropbear_2019.78\r\n"))), "ssh 000000000000 invalid IP software=SSH-2.0-dropbear_2019.78")
	check(t, told(ident.Banner([]byte("HTTP/1.1 200 OK\r\nDate: x\r\nServer: A-B WWW/0.1\r\n\r\n"))), "http 000000000000 invalid IP software=A-B WWW/0.1")
	check(t, told(ident.Banner([]byte("220 VxWorks FTP server ready\r\n"))), "ftp 000000000000 invalid IP software=VxWorks FTP server ready")
	check(t, told(ident.Banner([]byte("GET / HTTP/1.1\r\n"))), "")
}

func FuzzAll(f *testing.F) {
	f.Add([]byte("\x00\x01\x08\x00\x06\x04\x00\x02\x02\x00\x00\x00\x00\x01\x0a\x00\x00\x01"))
	f.Add(dhcp(1, nil, []byte("\x35\x01\x03\x0c\x05plc-1\xff")))
	f.Add([]byte("\x02\x07\x04\x02\x00\x00\x00\x00\x01\x0a\x04sw-1\x00\x00"))
	f.Add([]byte("\x00\x00\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00\x05_http\x04_tcp\x05local\x00\x00\x0c\x00\x01\x00\x00\x00\x78\x00\x09\x06relay1\xc0\x0c"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nServer: x\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		was := bytes.Clone(b)
		for _, parse := range []func([]byte) (ident.Found, bool){ident.ARP, ident.DHCP, ident.LLDP, ident.MDNS, ident.Banner} {
			if found, ok := parse(b); ok && (found.Source == "" || len(found.Facts) > 16) {
				t.Fatalf("%+v", found)
			}
		}
		if !bytes.Equal(was, b) {
			t.Fatal("a parser wrote to the packet")
		}
	})
}
