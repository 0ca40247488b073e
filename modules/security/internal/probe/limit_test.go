package probe

import (
	"slices"
	"testing"

	"linghang/modules/security/internal/batch"
)

// s7Stop is the order to an S7 controller to stop.
func s7Stop(n uint16) []byte {
	head := []byte{3, 0, 0, 33, 2, 0xf0, 0x80, 0x32, 1, 0, 0, byte(n >> 8), byte(n), 0, 16, 0, 0, 0x29, 0, 0, 0, 0, 0, 9}
	return append(head, "P_PROGRAM"...)
}

// flood has so many writes and exceptions, and then so many orders to stop, within one window.
func flood(writes, stops int) *tape {
	w := newTape()
	began := w.at
	station, controller, engineer, s7 := party{1, 40001}, party{2, 502}, party{3, 40003}, party{4, 102}
	for i := range writes {
		w.tcp(station, controller, modbus(uint16(i), 6, 0, 4, byte(i>>8), byte(i)))
		w.tcp(controller, station, modbus(uint16(i), 0x86, 2))
		w.at = began
	}
	for i := range stops {
		w.tcp(engineer, s7, s7Stop(uint16(i)))
		w.at = began
	}
	w.tcp(party{9, 40009}, controller, modbus(1, 3, 0, 0, 0, 2)) // who never spoke before
	return w
}

func TestWritesAndErrorsNeverHideWhatIsGraver(t *testing.T) {
	const stops = 300
	f, totals := tell(t, flood(2*mostCheap, stops).Bytes())
	if n := f.why(batch.WhyControl); n != stops {
		t.Errorf("%d of %d orders to stop are told", n, stops)
	}
	if !slices.ContainsFunc(f.records, func(r batch.Record) bool { return r.Client == "10.0.0.9" }) {
		t.Error("a host that never spoke before is not told")
	}
	// Each write and each exception is a record; two of them are first seen as well.
	rows := 4*mostCheap + stops + 1
	if got := len(f.records) + int(totals.Limited); got != rows || f.why(batch.WhyWrite)+f.why(batch.WhyError) < mostCheap {
		t.Errorf("%d told and %d limited, want %d together", len(f.records), totals.Limited, rows)
	}
}

func TestOneKindOfGraveRecordsNeverHidesAnother(t *testing.T) {
	w := newTape()
	began := w.at
	for i := range 2 * mostGrave { // ever other units that were never seen
		w.tcp(party{1, uint16(40001 + i/200)}, party{byte(2 + i/200), 502}, append([]byte{0, 0, 0, 0, 0, 6, byte(i % 200)}, 3, 0, 0, 0, 2))
		w.at = began
	}
	w.tcp(party{1, 50001}, party{250, 102}, s7Stop(1))
	f, totals := tell(t, w.Bytes())
	if f.why(batch.WhyControl) != 1 {
		t.Error("an order to stop is hidden by what was never seen")
	}
	// The order to stop is first seen, too, and has the reserve of its own class.
	if n := f.why(batch.WhyFirstSeen); n != mostGrave+reserved+1 || totals.Limited != uint64(2*mostGrave+1-n) {
		t.Errorf("%d first seen, %d limited", n, totals.Limited)
	}
}
