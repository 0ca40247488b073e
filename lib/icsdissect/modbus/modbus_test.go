package modbus_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"linghang/lib/icsdissect/modbus"
	"linghang/lib/icsdissect/pdu"
)

func octets(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// told is a PDU in one line.
func told(p *pdu.PDU) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s %s %s unit=%d", p.Role, p.Function, p.Class, p.Unit)
	for _, o := range p.Objects {
		fmt.Fprintf(&s, " %s@%d.%d+%d=%x", o.Space, o.Area, o.Address, o.Count, o.Value)
	}
	for _, f := range p.Facts {
		fmt.Fprintf(&s, " %s=%s", f.Kind, f.Value)
	}
	if p.Exception != "" {
		fmt.Fprintf(&s, " exception=%s", p.Exception)
	}
	if p.Malformed != "" {
		fmt.Fprintf(&s, " malformed=%s", p.Malformed)
	}
	return s.String()
}

// The examples of the Application Protocol Specification V1.1b3, each behind a header of transaction 1, unit 17.
func TestExamplesOfTheSpecificationAreRead(t *testing.T) {
	f := func(frame, want string) {
		t.Helper()
		data := octets(t, frame)
		b := append([]byte{0, 1, 0, 0, 0, byte(len(data) + 1), 17}, data...)
		if n := modbus.Length(b); n != len(b) {
			t.Fatalf("%s: length %d, want %d", frame, n, len(b))
		}
		if !modbus.Strict(b) {
			t.Errorf("%s is not recognised", frame)
		}
		var list pdu.List
		modbus.Decode(b, pdu.Either, &list)
		if got := told(&list.All()[0]); got != want {
			t.Errorf("%s\n got %s\nwant %s", frame, got, want)
		}
	}
	f("01 0013 0013", "request read_coils read unit=17 coil@0.19+19=")                         // 6.1
	f("01 03 cd6b05", "response read_coils read unit=17 coil@0.0+0=cd6b05")                    // 6.1
	f("02 00c4 0016", "request read_discrete_inputs read unit=17 discrete_input@0.196+22=")    // 6.2
	f("03 006b 0003", "request read_holding_registers read unit=17 holding_register@0.107+3=") // 6.3
	f("03 06 022b 0000 0064", "response read_holding_registers read unit=17 holding_register@0.0+0=022b00000064")
	f("04 02 000a", "response read_input_registers read unit=17 input_register@0.0+0=000a")     // 6.4
	f("05 00ac ff00", "either write_single_coil write unit=17 coil@0.172+1=ff00")               // 6.5
	f("06 0001 0003", "either write_single_register write unit=17 holding_register@0.1+1=0003") // 6.6
	f("07", "request read_exception_status diagnostic unit=17")                                 // 6.7
	f("08 0000 a537", "either diagnostics_return_query_data diagnostic unit=17")                // 6.8
	f("08 0004 0000", "either diagnostics_force_listen_only control unit=17")                   // 6.8
	f("0b ffff 0108", "response get_comm_event_counter diagnostic unit=17")                     // 6.9
	f("0f 0013 000a 02 cd01", "request write_multiple_coils write unit=17 coil@0.19+10=cd01")   // 6.11
	f("0f 0013 000a", "response write_multiple_coils write unit=17 coil@0.19+10=")              // 6.11
	f("10 0001 0002 04 000a 0102", "request write_multiple_registers write unit=17 holding_register@0.1+2=000a0102")
	f("14 0e 06 0004 0001 0002 06 0003 0009 0002", "request read_file_record read unit=17 file@4.1+2= file@3.9+2=")
	f("14 0c 05 06 0dfe0020 05 06 33cd0040", "response read_file_record read unit=17 file@0.0+0=0dfe0020 file@0.0+0=33cd0040")
	f("15 0d 06 0004 0007 0003 06af 04be 100d", "either write_file_record write unit=17 file@4.7+3=06af04be100d")
	f("16 0004 00f2 0025", "either mask_write_register write unit=17 holding_register@0.4+1=00f20025") // 6.16
	f("17 0003 0006 000e 0003 06 00ff 00ff 00ff",
		"request read_write_multiple_registers write unit=17 holding_register@0.3+6= holding_register@0.14+3=00ff00ff00ff")
	f("18 04de", "request read_fifo_queue read unit=17 fifo@0.1246+1=")     // 6.18
	f("2b 0e 01 00", "request read_device_identification identity unit=17") // 6.21
	f("2b 0e 01 01 00 00 03 00 16 436f6d70616e79206964656e74696669636174696f6e 01 0f 50726f6475637420636f64652058 58 02 05 56322e3131",
		"response read_device_identification identity unit=17 vendor=Company identification order_number=Product code XX firmware=V2.11")
	f("81 02", "response read_coils read unit=17 exception=illegal_data_address") // 7
	f("5a 00 41 ff00", "request umas_stop control unit=17 umas@0.65+0=")
	f("5a 00 fe 00", "response umas_answer other unit=17")
}

func TestRolesThatOctetsDoNotTellAreTheCallersHint(t *testing.T) {
	b := octets(t, "0007 0000 0006 01 05 00ac ff00")
	for _, hint := range []pdu.Role{pdu.Request, pdu.Response} {
		var list pdu.List
		modbus.Decode(b, hint, &list)
		if p := list.All()[0]; p.Role != hint || p.Certain {
			t.Errorf("hint %s: role %s, certain %v", hint, p.Role, p.Certain)
		}
	}
}

func TestWhatIsNotModbusIsRefused(t *testing.T) {
	f := func(text string, want int, strict bool) {
		t.Helper()
		b := octets(t, text)
		if got := modbus.Length(b); got != want {
			t.Errorf("%s: length %d, want %d", text, got, want)
		}
		if got := modbus.Strict(b); got != strict {
			t.Errorf("%s: strict %v", text, got)
		}
	}
	f("0001 00", 0, false)
	f("0001 0001 0006 01 03 0000 0001", -1, false)    // protocol identifier
	f("0001 0000 0001 01", -1, false)                 // no room for a function
	f("0001 0000 01ff 01", -1, false)                 // longer than the largest ADU
	f("4745 5420 2f20", -1, false)                    // GET /
	f("0001 0000 0006 01 00 0000 0001", -1, false)    // function 0
	f("0001 0000 0006 01 03 0000 0000", 12, false)    // quantity 0
	f("0001 0000 0007 01 03 0000 0001 00", 13, false) // an octet too many
	f("0001 0000 0003 01 83 09", 9, false)            // no such exception
}

func TestAFrameOfTheWrongLengthIsMalformed(t *testing.T) {
	var list pdu.List
	modbus.Decode(octets(t, "0001 0000 0004 01 03 0000"), pdu.Request, &list)
	if p := list.All()[0]; p.Malformed == "" || len(p.Objects) != 0 {
		t.Errorf("got %s", told(&p))
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x00\x01\x00\x00\x00\x06\x01\x03\x00\x00\x00\x01"))
	f.Add([]byte("\x00\x01\x00\x00\x00\x05\x01\x2b\x0e\x01\x00"))
	f.Add([]byte("\x00\x01\x00\x00\x00\x05\x01\x5a\x00\x41\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		n := modbus.Length(b)
		if n > 266 || n < -1 {
			t.Fatalf("length %d", n)
		}
		var list pdu.List
		for _, hint := range []pdu.Role{pdu.Either, pdu.Request, pdu.Response} {
			list.Reset()
			modbus.Decode(b, hint, &list)
			if len(list.All()) != 1 {
				t.Fatal("one frame is one PDU")
			}
		}
		if modbus.Strict(b) && list.All()[0].Malformed != "" {
			t.Fatalf("%x is strict and malformed: %s", b, list.All()[0].Malformed)
		}
	})
}
