package platforms

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"
)

func TestAPayloadReadsBackAsItWasWritten(t *testing.T) {
	a, b, fresh := &known{number: 3}, &known{number: 700}, &known{}
	numbers := map[*known]int64{fresh: 701}
	f := func(entries ...entry) {
		t.Helper()
		u, err := newUnpacker()
		if err != nil {
			t.Fatal(err)
		}
		got, err := u.unpack(pack(entries, numbers))
		if err != nil || len(got) != len(entries) {
			t.Fatalf("%+v reads back as %+v, %v", entries, got, err)
		}
		for i, e := range entries {
			v := got[i]
			if v.number != e.numberIn(numbers) || v.at != e.At || math.Float64bits(v.value) != math.Float64bits(e.Value) || v.period != e.Period {
				t.Errorf("entry %d %+v reads back as %+v", i, e, v)
			}
		}
	}
	f()
	f(entry{known: a, At: 1795486500000, Value: 12}, entry{known: b, At: 1795486500000, Value: 0}, entry{known: fresh, At: 1795486485000, Value: wholeLimit})
	f(entry{known: b, At: 1, Value: 0.1}, entry{known: a, At: math.MaxInt64 / 2, Value: math.MaxFloat64})
	f(entry{known: a, At: 5, Value: math.Copysign(0, -1)}, entry{known: b, At: 5, Value: 7, Period: true})
	many := make([]entry, 9)
	for i := range many {
		many[i] = entry{known: b, At: int64(i), Value: float64(i), Period: i%2 == 0}
	}
	f(many...)
}

// Payloads that earlier releases wrote stay readable.
func TestAPayloadOfAnEarlierReleaseIsRead(t *testing.T) {
	data, err := json.Marshal([]map[string]any{{"c": "dev_online", "d": "industry=C26;", "t": 1795486500000, "v": 4.5}, {"c": "ent_served", "t": 7, "v": 1, "p": true}})
	if err != nil {
		t.Fatal(err)
	}
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	u, err := newUnpacker()
	if err != nil {
		t.Fatal(err)
	}
	got, err := u.unpack(enc.EncodeAll(data, nil))
	want := []packed{{code: "dev_online", dims: "industry=C26;", at: 1795486500000, value: 4.5}, {code: "ent_served", at: 7, value: 1, period: true}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func FuzzPayload(f *testing.F) {
	f.Add(pack([]entry{{known: &known{number: 3}, At: 1795486500000, Value: 12, Period: true}, {known: &known{number: 9}, At: 7, Value: 0.5}}, nil))
	u, err := newUnpacker()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		if values, err := u.unpack(payload); err == nil && len(values) > len(payload) && payload[0] == payloadColumns {
			t.Errorf("%d bytes became %d values", len(payload), len(values))
		}
	})
}
