package index_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"linghang/lib/match/index"
)

// What opens answers without a panic, and is the same when it is saved and opened again.
func FuzzOpen(f *testing.F) {
	a := analyser(f)
	for _, n := range []int{0, 1, 5, 150} {
		x := empty(f)
		apply(f, x, index.Change{Put: random(rand.New(rand.NewPCG(3, uint64(n))), n, 0)})
		var file bytes.Buffer
		if _, err := x.WriteTo(&file); err != nil {
			f.Fatal(err)
		}
		f.Add(index.Body(file.Bytes()))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := index.Open(bytes.NewReader(body), schema(), a, index.Options{}); !errors.Is(err, index.ErrFile) {
			t.Fatalf("without a frame: %v", err)
		}
		x, err := index.Open(bytes.NewReader(index.Framed(body)), schema(), a, index.Options{})
		if err != nil {
			return
		}
		q := index.Query{Text: "工业互联网设备 mes", Facets: []string{"kind"}, Explain: true}
		before := search(t, x, q)
		var file bytes.Buffer
		if _, err := x.WriteTo(&file); err != nil {
			t.Fatal(err)
		}
		y, err := index.Open(&file, schema(), a, index.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if after := search(t, y, q); before.Total != after.Total || len(before.Hits) != len(after.Hits) {
			t.Fatalf("%+v became %+v", before, after)
		}
		apply(t, x, index.Change{Remove: ids(before)})
		search(t, x, q)
	})
}
