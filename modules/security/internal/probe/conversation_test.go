package probe

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"linghang/lib/icsdissect/capture"
	"linghang/modules/security/internal/batch"
)

// metered reads a tape to its end.
func metered(t *testing.T, tape *tape) *Meter {
	t.Helper()
	in, err := capture.Open(bytes.NewReader(tape.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	m := newMeter(start{})
	for {
		p, err := in.Next()
		if err != nil {
			break
		}
		m.packet(p)
	}
	m.finish()
	return m
}

func TestConversationsOfOtherProtocolsAreCountedAndToldWhenTheyAreNew(t *testing.T) {
	tape := plant(3)
	for n := range uint16(5) {
		tape.tcp(party{1, 50000 + n}, party{2, 445}, append([]byte{0, 0, 0, 64, 0xfe, 'S', 'M', 'B'}, make([]byte, 60)...))
		tape.at = tape.at.Add(time.Millisecond)
	}
	m := metered(t, tape)
	var told []batch.Record
	for _, r := range m.records {
		if r.what.Function == batch.Connection {
			told = append(told, r.what)
		}
	}
	if len(told) != 1 || told[0].Client != "10.0.0.1" || told[0].Server != "10.0.0.2" || told[0].Protocol != "smb" || told[0].Class != "session" || told[0].Port != 445 || !slices.Equal(told[0].Why, []string{batch.WhyFirstSeen}) {
		t.Errorf("%+v", told)
	}
	var sums []batch.Aggregate
	for _, a := range m.aggregates {
		if a.what.Protocol == "smb" {
			sums = append(sums, a.what)
		}
	}
	if len(sums) != 1 || sums[0].Requests != 5 || sums[0].Octets != 0 || sums[0].Guess || sums[0].Function != batch.Connection {
		t.Errorf("%+v", sums)
	}
	b := batch.Batch{Records: told, Aggregates: sums}
	if talks := b.Talks(0); len(talks) != 1 || talks[0].Units != 5 {
		t.Errorf("%+v", talks)
	}
}

func TestOtherConversationsNeverCrowdOutIndustrialOnes(t *testing.T) {
	tape := newTape()
	tape.tcp(party{1, 40001}, party{2, 502}, modbus(1, 3, 0, 0, 0, 2))
	began := tape.at
	for n := range 3 * mostOther { // one host with ever other services of another
		from := party{byte(3 + n%250), uint16(30000 + n/250)}
		tape.tcp(from, party{byte(3 + (n+1+n/250)%250), 22}, []byte("SSH-2.0-x\r\n"))
		tape.at = began
	}
	tape.tcp(party{1, 40001}, party{2, 502}, modbus(2, 4, 0, 0, 0, 2))
	m := metered(t, tape)
	industrial, other := 0, 0
	for _, a := range m.aggregates {
		if batch.Industrial(a.what.Protocol) {
			industrial++
		} else {
			other++
		}
	}
	records := 0
	for _, r := range m.records {
		if r.what.Protocol == "ssh" {
			records++
		}
	}
	if industrial != 2 || other != mostOther || records != mostOtherTold || m.totals.Folded == 0 || m.totals.Limited == 0 {
		t.Errorf("%d industrial, %d others, %d records, %+v", industrial, other, records, m.totals)
	}
}
