package icsdissect_test

import (
	"slices"
	"testing"
	"time"

	"linghang/lib/icsdissect"
)

func TestWhatDevicesSayOfThemselvesIsToldOnce(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	arp := ethernet(plc(), client(), 0x0806, octets(t, "0001 0800 06 04 0002 020000000002 0a000002 020000000001 0a000001"))
	d.packet(arp)
	d.packet(arp)
	d.want(t, "identity arp 10.0.0.2")
	d.at = d.at.Add(11 * time.Minute)
	d.packet(arp)
	d.want(t, "identity arp 10.0.0.2")
	if s := d.Stats(); s.Suppressed != 1 {
		t.Errorf("%d suppressed", s.Suppressed)
	}
}

func TestIdentityOfModbus(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	d.packet(tcp(client(), plc(), 1, 0, ack, octets(t, "0001 0000 0005 01 2b 0e 01 00")))
	d.packet(tcp(plc(), client(), 1, 0, ack, octets(t, "0001 0000 0014 01 2b 0e 01 01 00 00 02 00 04 41636d65 02 04 56312e31")))
	d.want(t, "10.0.0.1:50000>10.0.0.2:502 modbus request read_device_identification",
		"identity modbus 10.0.0.2 vendor=Acme firmware=V1.1",
		"10.0.0.2:502>10.0.0.1:50000 modbus response read_device_identification")
}

func TestBannersAndDHCP(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	ssh := host{2, "10.0.0.2", 22}
	d.packet(tcp(ssh, client(), 1, 0, ack, []byte("SSH-2.0-OpenSSH_7.4\r\n")))
	d.want(t, "identity ssh 10.0.0.2 software=SSH-2.0-OpenSSH_7.4")
	offer := make([]byte, 240)
	offer[0], offer[1], offer[2], offer[16], offer[19], offer[28] = 2, 1, 6, 10, 7, 2
	copy(offer[236:], octets(t, "63825363"))
	d.packet(udp(host{3, "10.0.0.3", 67}, host{2, "10.0.0.7", 68}, slices.Concat(offer, octets(t, "350105ff"))))
	d.want(t, "identity dhcp 10.0.0.7")
}

func TestFramesOfPROFINET(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	d.packet(ethernet(client(), plc(), 0x8892, octets(t, "fefd 04 00 00000002 0000 0006 05 06 0002 0004")))
	d.packet(ethernet(client(), plc(), 0x8892, octets(t, "8001 0000 0000 0000 0000 0000")))
	d.want(t, "invalid AddrPort>invalid AddrPort pn_dcp request reset_to_factory dcp:5:6:0+0")
	if s := d.Stats(); s.Other != 1 {
		t.Errorf("%+v", s)
	}
}

// Every protocol is found by its content, on ports that nobody knows.
func TestProtocolsAreFoundByContent(t *testing.T) {
	f := func(want, text string) {
		t.Helper()
		d := newDesk(icsdissect.Limits{})
		d.packet(tcp(client(), host{2, "10.0.0.2", 40000}, 1, 0, ack, octets(t, text)))
		d.want(t, "10.0.0.1:50000>10.0.0.2:40000 "+want)
	}
	f("modbus request read_coils coil:0:1:0+1", "0001 0000 0006 01 01 0001 0001")
	f("dnp3 request link_reset", "0564 05c0 0100 0004 e921")
	f("enip request register_session", "6500 0400 00000000 00000000 0000000000000000 00000000 0100 0000")
	f("s7comm request setup_communication", "0300 0019 02f080 32 01 0000 0005 0008 0000 f000 0001 0001 01e0")
	f("iec104 request c_ic_na_1 ioa:0:0:0+1=14 text=activation", "680e 00000000 64 01 0600 0100 000000 14")
	f("opcua request hello text=x", "48454c46 21000000 00000000 00000000 00000000 00000000 00000000 01000000 78")
}
