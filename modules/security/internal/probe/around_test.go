package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/modules/security/internal/batch"
)

// listened is a probe that heard a plant and keeps its packets, and answers the city.
func listened(t *testing.T, tape *tape) *Probe {
	t.Helper()
	c := Config{Machine: "m", Spool: t.TempDir(), Read: "-", Packets: "16MiB", AroundAlerts: true}
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	s, err := OpenSpool(c.Spool, c.budget)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	in, err := OpenFile("-", bytes.NewReader(tape.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	p := &Probe{c: c, spool: s, version: "1", log: slog.New(slog.DiscardHandler), asks: make(chan batch.Around, mostAsks)}
	if err := p.collect(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	return p
}

// answers answers what waits.
func (p *Probe) answers(t *testing.T) (n int) {
	t.Helper()
	for {
		select {
		case a := <-p.asks:
			n++
			if err := p.tellAround(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		default:
			return n
		}
	}
}

func TestWhatWasSaidAroundAnAlertIsToldOnceWhenTheCityAsks(t *testing.T) {
	tape := plant(100)
	p := listened(t, tape)
	before, _ := waits(t, p.c.Spool)
	at := time.Date(2026, 3, 1, 8, 0, 30, 0, time.UTC)
	ask := batch.Around{Alert: ulid.Make().String(), Client: "10.0.0.1", Server: "10.0.0.2", From: at.Add(-10 * time.Second), To: at.Add(10 * time.Second)}
	for range 3 { // with each batch, until it forgets
		p.asked(t.Context(), []batch.Around{ask})
	}
	if n := p.answers(t); n != 1 {
		t.Fatalf("answered %d times", n)
	}
	after, batches := waits(t, p.c.Spool)
	var told []batch.Record
	var last *batch.Batch
	for _, b := range batches {
		if b.Around == ask.Alert {
			told, last = append(told, b.Records...), b
		}
	}
	want := 0
	for _, x := range packetsOf(t, tape.Bytes()) { // of the station and the controller
		if from, to := x.Octets[29], x.Octets[33]; from+to == 3 && !x.Time.Before(ask.From) && !x.Time.After(ask.To) {
			want++
		}
	}
	if len(told) != want || want == 0 || len(after.records) != len(before.records)+want {
		t.Fatalf("%d units of %d are told", len(told), want)
	}
	for _, r := range told {
		if !slices.Equal(r.Why, []string{batch.WhyAround}) || r.Class != "read" || r.Client != "10.0.0.1" || r.At.Before(ask.From) || r.At.After(ask.To) {
			t.Errorf("%+v", r)
		}
	}
	if last.Totals.Packets == 0 || last.Totals != batches[len(batches)-1].Totals {
		t.Errorf("%+v", last.Totals)
	}
	if err := p.spool.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := OpenSpool(p.c.Spool, p.c.budget)
	if err != nil {
		t.Fatal(err)
	}
	p.spool = s
	p.asked(t.Context(), []batch.Around{ask})
	if n := p.answers(t); n != 0 {
		t.Error("it is answered once more after a start")
	}
}

// A batch that was kept just before the program ended is known to be an answer.
func TestAnAnswerThatWasKeptLastIsNotGivenAgain(t *testing.T) {
	p := listened(t, plant(10))
	ask := batch.Around{Alert: ulid.Make().String(), Client: "10.0.0.1", Server: "10.0.0.2", From: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 1, 8, 1, 0, 0, time.UTC)}
	place := p.spool.put
	puts := 0
	p.spool.put = func(path string, data []byte) error {
		if puts++; puts > 1 { // the batch, and not the state
			return errDied
		}
		return place(path, data)
	}
	if err := p.tellAround(t.Context(), ask); err == nil {
		t.Fatal("it did not die")
	}
	if err := p.spool.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := OpenSpool(p.c.Spool, p.c.budget)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // only the lock
	if !s.knows(ask.Alert) {
		t.Error("it is not known")
	}
}

func TestOfManyUnitsThoseNearestToTheAlertAreTold(t *testing.T) {
	w := newTape()
	began := w.at
	station, controller := party{1, 40001}, party{2, 502}
	for i := range 3 * batch.MaxRecords {
		w.tcp(station, controller, modbus(uint16(i), 3, 0, 0, 0, 2))
		w.at = began.Add(time.Duration(i+1) * 10 * time.Millisecond)
	}
	p := listened(t, w)
	middle := began.Add(40 * time.Second)
	near, err := p.around(t.Context(), batch.Around{Client: "10.0.0.1", Server: "10.0.0.2", From: middle.Add(-time.Minute), To: middle.Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	records, left := near.take()
	if len(records) != batch.MaxRecords || left != 2*batch.MaxRecords {
		t.Fatalf("%d records, %d left out", len(records), left)
	}
	for i, r := range records {
		if r.At.Sub(middle).Abs() > 11*time.Second || i > 0 && r.At.Before(records[i-1].At) {
			t.Fatalf("%d is of %s", i, r.At)
		}
	}
}

func TestWhatCannotBeAnsweredIsNotAsked(t *testing.T) {
	p := listened(t, plant(3))
	good := batch.Around{Alert: ulid.Make().String(), Client: "10.0.0.1", Server: "10.0.0.2", From: time.Now().Add(-time.Minute), To: time.Now()}
	for name, change := range map[string]func(*batch.Around){
		"no alert": func(a *batch.Around) { a.Alert = "../x" }, "no host": func(a *batch.Around) { a.Server = "controller" },
		"no time": func(a *batch.Around) { a.From = time.Time{} }, "backwards": func(a *batch.Around) { a.To = a.From.Add(-1) }, "a day": func(a *batch.Around) { a.From = a.To.Add(-24 * time.Hour) },
	} {
		a := good
		change(&a)
		if p.asked(context.Background(), []batch.Around{a}); len(p.asks) != 0 {
			t.Errorf("%s: it is taken", name)
		}
	}
	for range 2 * mostAsks {
		good.Alert = ulid.Make().String()
		p.asked(context.Background(), []batch.Around{good})
	}
	if len(p.asks) != mostAsks {
		t.Errorf("%d wait", len(p.asks))
	}
	p.asks = nil
	p.asked(context.Background(), []batch.Around{good}) // of who answers nothing
	if _, err := parse([]byte("machine: m\nspool: s\ninterface: e\naround_alerts: true")); err == nil {
		t.Error("it is taken without packets")
	}
}

// What a city asks for stands in its answer to any batch, to a probe that says that it answers.
func TestWhatTheCityAsksForComesWithItsAnswer(t *testing.T) {
	ask := batch.Around{Alert: ulid.Make().String(), Client: "10.0.0.1", Server: "10.0.0.2", From: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 1, 8, 2, 0, 0, time.UTC)}
	said := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		said[r.Header.Get(batch.AroundHeader)]++
		_ = json.NewEncoder(w).Encode(map[string]any{"state": "taken", "around": []batch.Around{ask}})
	}))
	defer server.Close()
	p := listened(t, plant(5))
	p.send = sender{file: identityFile(t), client: server.Client(), url: server.URL, around: true}
	if n, _, err := p.deliverAll(t.Context()); err != nil || n < 2 || said["1"] != n {
		t.Fatalf("%d batches, %v, %v", n, said, err)
	}
	if n := p.answers(t); n != 1 {
		t.Errorf("answered %d times", n)
	}
	if n, _, err := p.deliverAll(t.Context()); err != nil || n != 1 {
		t.Errorf("%d batches of an answer, %v", n, err)
	}
}
