package icsdissect_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/lib/icsdissect"
)

// client and plc are the two ends of most tests.
func client() host { return host{1, "10.0.0.1", 50000} }
func plc() host    { return host{2, "10.0.0.2", 502} }

func read(t *testing.T, transaction, address byte) []byte {
	return octets(t, "00"+hex2(transaction)+"0000 0006 01 03 00"+hex2(address)+"0002")
}

func answer(t *testing.T, transaction byte) []byte {
	return octets(t, "00"+hex2(transaction)+"0000 0007 01 03 04 00010002")
}

func hex2(b byte) string { return string("0123456789abcdef"[b>>4]) + string("0123456789abcdef"[b&15]) }

const (
	askLine    = "10.0.0.1:50000>10.0.0.2:502 modbus request read_holding_registers holding_register:0:%d:0+2"
	answerLine = "10.0.0.2:502>10.0.0.1:50000 modbus response read_holding_registers holding_register:0:%d:0+2=00010002"
)

func asked(address string) string    { return strings.Replace(askLine, "%d", address, 1) }
func answered(address string) string { return strings.Replace(answerLine, "%d", address, 1) }

func TestAConversationIsReadFromItsHandshake(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	d.packet(tcp(client(), plc(), 99, 0, syn, nil))
	d.packet(tcp(plc(), client(), 499, 100, syn|ack, nil))
	d.packet(tcp(client(), plc(), 100, 500, ack, read(t, 1, 7)))
	d.packet(tcp(plc(), client(), 500, 112, ack, answer(t, 1)))
	d.want(t, asked("7"), answered("7"))
}

func TestAnAnswerSeenFirstIsAnAnswer(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	d.packet(tcp(plc(), client(), 500, 112, ack, octets(t, "0001 0000 0006 01 05 0001 ff00")))
	d.packet(tcp(client(), plc(), 112, 512, ack, octets(t, "0002 0000 0006 01 05 0001 0000")))
	d.want(t, "10.0.0.2:502>10.0.0.1:50000 modbus response write_single_coil coil:0:1:0+1=ff00",
		"10.0.0.1:50000>10.0.0.2:502 modbus request write_single_coil coil:0:1:0+1=0000")
}

func TestSeveralFramesOfOneSegmentAndOneFrameOfSeveral(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	three := slices.Concat(read(t, 1, 1), read(t, 2, 2), read(t, 3, 3))
	d.packet(tcp(client(), plc(), 100, 0, ack, three))
	d.want(t, asked("1"), asked("2"), asked("3"))
	for i, b := range slices.Concat(read(t, 4, 4), read(t, 5, 5)) {
		d.packet(tcp(client(), plc(), uint32(136+i), 0, ack, []byte{b}))
	}
	d.want(t, asked("4"), asked("5"))
	if d.Buffered() != 0 {
		t.Errorf("%d octets are left in buffers", d.Buffered())
	}
}

func TestAStreamJoinedInsideAFrameIsReadFromTheNext(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	half := answer(t, 9)[5:]
	d.packet(tcp(plc(), client(), 100, 0, ack, slices.Concat(half, answer(t, 1))))
	d.want(t, "10.0.0.2:502>10.0.0.1:50000 modbus response read_holding_registers holding_register:0:0:0+0=00010002")
}

func TestSegmentsOutOfOrderAndRepeated(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	d.packet(tcp(client(), plc(), 100, 0, ack, read(t, 1, 1)))
	d.packet(tcp(client(), plc(), 124, 0, ack, read(t, 3, 3)))
	d.packet(tcp(client(), plc(), 124, 0, ack, read(t, 3, 3)))
	d.packet(tcp(client(), plc(), 100, 0, ack, read(t, 1, 1)))
	d.want(t, asked("1"))
	d.packet(tcp(client(), plc(), 106, 0, ack, slices.Concat(read(t, 1, 1)[6:], read(t, 2, 2)))) // overlaps both
	d.want(t, asked("2"), asked("3"))
	if s := d.Stats(); s.Repeated != 2 || s.Reordered != 2 || s.Gaps != 0 || d.Buffered() != 0 {
		t.Errorf("%+v, %d buffered", s, d.Buffered())
	}
}

func TestSequenceNumbersWrapAround(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	start := uint32(0xfffffff8)
	d.packet(tcp(client(), plc(), start, 0, ack, read(t, 1, 1)))
	d.packet(tcp(client(), plc(), start+24, 0, ack, read(t, 3, 3)))
	d.packet(tcp(client(), plc(), start+12, 0, ack, read(t, 2, 2)))
	d.want(t, asked("1"), asked("2"), asked("3"))
}

func TestAHoleThatTheReceiverAcknowledgedIsGivenUp(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	d.packet(tcp(client(), plc(), 100, 0, ack, read(t, 1, 1)[:8]))
	d.packet(tcp(client(), plc(), 130, 0, ack, slices.Concat(read(t, 9, 9)[6:], read(t, 2, 2))))
	d.want(t)
	d.at = d.at.Add(100 * time.Millisecond)
	d.packet(tcp(plc(), client(), 500, 148, ack, nil))
	d.want(t, asked("2"))
	if s := d.Stats(); s.Gaps != 1 || s.GapOctets != 22 || d.Buffered() != 0 {
		t.Errorf("%+v, %d buffered", s, d.Buffered())
	}
}

func TestAPortTakenAgainIsANewConversation(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	d.packet(tcp(client(), plc(), 100, 0, ack, read(t, 1, 1)))
	d.packet(tcp(client(), plc(), 5000, 0, syn, nil))
	d.packet(tcp(client(), plc(), 5001, 0, ack, read(t, 2, 2)))
	d.want(t, asked("1"), asked("2"))
	if s := d.Stats(); s.Flows != 2 {
		t.Errorf("%d flows", s.Flows)
	}
}

// On a port that nobody knows, the answers alone turn a conversation round that began with one.
func TestLaterEvidenceTurnsAConversationRound(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	odd := host{2, "10.0.0.2", 40000}
	d.packet(tcp(odd, client(), 500, 0, ack, octets(t, "0001 0000 0006 01 06 0001 0007")))
	d.packet(tcp(odd, client(), 512, 0, ack, answer(t, 2)))
	d.packet(tcp(client(), odd, 100, 0, ack, read(t, 3, 3)))
	d.want(t, "10.0.0.2:40000>10.0.0.1:50000 modbus either write_single_register holding_register:0:1:0+1=0007",
		"correction client=10.0.0.1:50000 by=semantics records=1",
		"10.0.0.2:40000>10.0.0.1:50000 modbus response read_holding_registers holding_register:0:0:0+0=00010002",
		"10.0.0.1:50000>10.0.0.2:40000 modbus request read_holding_registers holding_register:0:3:0+2")
}

func TestSemanticsOverruleAPort(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	odd := host{2, "10.0.0.2", 40000}
	master := host{1, "10.0.0.1", 502} // the asker has the well-known port
	var seq uint32 = 1
	for i := range byte(3) {
		d.packet(tcp(master, odd, seq, 0, ack, read(t, i, 1)))
		seq += 12
	}
	last := d.lines[len(d.lines)-1]
	if d.lines[2] != "correction client=10.0.0.1:502 by=many_semantics records=2" || !strings.HasPrefix(last, "10.0.0.1:502>10.0.0.2:40000 modbus request") {
		t.Errorf("got %s", strings.Join(d.lines, "\n"))
	}
}

func TestOtherTrafficOnAKnownPortTellsNothing(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	text := []byte("GET / HTTP/1.1\r\nHost: 10.0.0.2\r\n\r\n")
	for i := range 40 {
		d.packet(tcp(client(), plc(), uint32(100+i*len(text)), 0, ack, text))
	}
	d.want(t)
	if s := d.Stats(); s.Guesses == 0 || s.Records != 0 {
		t.Errorf("%+v", s)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	d := newDesk(icsdissect.Limits{Flows: 50, FlowBuffer: 4096, Buffer: 65536})
	for i := range 3000 {
		c := client()
		c.port = uint16(10000 + i%200)
		d.packet(tcp(c, plc(), 100, 0, ack, read(t, 1, 1)))
		d.packet(tcp(c, plc(), uint32(100+200*(i+1)), 0, ack, make([]byte, 1000)))
		if d.Flows() > 50 || d.Buffered() > 65536 {
			t.Fatalf("%d flows, %d octets", d.Flows(), d.Buffered())
		}
	}
	if s := d.Stats(); s.Evicted == 0 {
		t.Errorf("nothing was evicted: %+v", s)
	}
}

func TestModbusOverUDP(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	d.packet(udp(client(), plc(), read(t, 1, 5)))
	d.packet(udp(plc(), client(), answer(t, 1)))
	d.packet(udp(client(), plc(), []byte("not modbus")))
	d.want(t, asked("5"), answered("5"))
}

func TestRequestsThatNobodyAnswersAreBounded(t *testing.T) {
	d := newDesk(icsdissect.Limits{})
	seq := uint32(100)
	for i := range byte(40) {
		d.packet(tcp(client(), plc(), seq, 0, ack, read(t, i, i)))
		seq += 12
	}
	d.lines = nil
	d.packet(tcp(plc(), client(), 500, 0, ack, slices.Concat(answer(t, 39), answer(t, 2))))
	d.want(t, answered("39"), strings.Replace(answered("0"), "0:0:0+2", "0:0:0+0", 1)) // the old one is forgotten
}
