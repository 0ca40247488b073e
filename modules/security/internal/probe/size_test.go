package probe

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"linghang/modules/security/internal/batch"
)

// largest are rows of which each text is as long, and written as long, as the format has it.
func largest() (batch.Record, batch.Fact, batch.Aggregate) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 123456789, time.UTC)
	word, text, mac, host := strings.Repeat("w", 64), strings.Repeat("<", batch.MaxText), "02:00:00:00:00:01", "2001:db8:1111:2222:3333:4444:5555:6666"
	r := batch.Record{
		At: at, Why: batch.Reasons(), Flow: 1 << 50, VLAN: 4095, Client: host, Server: host, ClientMAC: mac, ServerMAC: mac, Port: 65535, Transport: word, Orientation: word, Confidence: 100,
		Protocol: word, Function: word, Class: word, Unit: 1<<32 - 1, FromClient: false, More: 1 << 20, Exception: text, Malformed: text, Text: text,
	}
	for range batch.MaxObjects {
		r.Objects = append(r.Objects, batch.Object{Space: word, Area: 1<<32 - 1, Address: 1 << 62, Element: 1<<32 - 1, Count: 1<<32 - 1, Name: text, Value: strings.Repeat("f", 64)})
	}
	f := batch.Fact{At: at, MAC: mac, VLAN: 4095, Addr: host, Source: word, Unit: 1<<32 - 1, Kind: word, Value: text}
	a := batch.Aggregate{From: at, Seconds: 3600, Client: host, Server: host, Port: 65535, Protocol: word, Unit: 1<<32 - 1, Class: word, Function: word, Requests: 1 << 50, Responses: 1 << 50, Exceptions: 1 << 50, Octets: 1 << 50, Guess: true}
	return r, f, a
}

func octets(t *testing.T, v any) int {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return len(text)
}

func TestRowsAreNeverLargerThanTheyAreTakenFor(t *testing.T) {
	r, f, a := largest()
	small := batch.Record{At: r.At, Why: []string{batch.WhyWrite}, Client: "10.0.0.1", Server: "10.0.0.2", Objects: []batch.Object{{Address: 1, Value: "00ff"}}}
	for _, x := range []batch.Record{r, small} {
		if got, most := octets(t, x), sizeOfRecord(&x); got > most || most > 4*got {
			t.Errorf("a record has %d octets and is taken for %d", got, most)
		}
	}
	if got, most := octets(t, f), sizeOfFact(&f); got > most {
		t.Errorf("a fact has %d octets and is taken for %d", got, most)
	}
	if got := octets(t, a); got*mostAggregates > fullSize {
		t.Errorf("%d aggregates of %d octets are no batch", mostAggregates, got)
	}
	if n := sizeOfRecord(&r); n > batch.MaxBody-fullSize {
		t.Errorf("one record of %d octets more has no room", n)
	}
}

// lists are S7 controllers to which many variables are written at once, so that 2000 records are
// more octets than a batch may have.
func lists(n int) *tape {
	w := newTape()
	for i := range n {
		const items = 20
		var params, data bytes.Buffer
		for v := range byte(items) {
			params.Write([]byte{0x12, 10, 0x10, 2, 0, 16, 0, 1, 0x84, 0, v, 0})
			data.Write(append([]byte{0, 4, 0, 128}, bytes.Repeat([]byte{v}, 16)...))
		}
		head := []byte{0x32, 1, 0, 0, byte(i >> 8), byte(i), 0, byte(2 + params.Len()), byte(data.Len() >> 8), byte(data.Len()), 5, items}
		s7 := append(append(append([]byte{2, 0xf0, 0x80}, head...), params.Bytes()...), data.Bytes()...)
		w.tcp(party{1, 40001}, party{2, 102}, append([]byte{3, 0, byte((len(s7) + 4) >> 8), byte(len(s7) + 4)}, s7...))
		if i%100 == 0 {
			w.at = w.at.Add(time.Second)
		}
	}
	return w
}

func TestBatchesOfLongRecordsAreNoLargerThanTheCityTakes(t *testing.T) {
	const n = 3000
	w := lists(n)
	want, _ := tell(t, w.Bytes())
	if len(want.records) != n || octets(t, want.records[1])*batch.MaxRecords < batch.MaxBody {
		t.Fatalf("%d records of %d octets", len(want.records), octets(t, want.records[1]))
	}
	dir := t.TempDir()
	if err := collected(t, dir, w.file(t), 1<<30); err != nil {
		t.Fatal(err)
	}
	got, _ := waits(t, dir) // reads them as the city does
	same(t, "record", want.records, got.records)
}
