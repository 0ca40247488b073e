package resolver

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"testing"

	"linghang/lib/handle/wire"
)

// summed adds the sum that a file ends with, so that what is before it is looked
// at.
func summed(octets []byte) []byte {
	sum := sha256.Sum256(octets)
	return append(slices.Clone(octets), sum[:]...)
}

// FuzzImport reads files of strangers: no panic, and what is taken can be
// exported, read again and served.
func FuzzImport(f *testing.F) {
	var file bytes.Buffer
	if _, err := filled(f, 2, 1, Policy{}).Export(&file); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes()[:file.Len()-sha256.Size])
	f.Add([]byte("LHRC\x00\x01\x00\x00"))
	f.Fuzz(func(t *testing.T, octets []byte) {
		r := filled(t, 0, 1, Policy{})
		done, err := r.Import(bytes.NewReader(summed(octets)))
		if err != nil && done != (Imported{}) {
			t.Fatalf("a file with a fault was taken: %+v, %v", done, err)
		}
		for record := range r.Records(Filter{}) {
			if err := wire.CheckHandle(record.Handle); err != nil || record.Code == wire.CodeSuccess && len(record.Values) == 0 {
				t.Fatalf("record %+v: %v", record, err)
			}
			for _, v := range record.Values {
				if v.Permissions&wire.PublicRead == 0 {
					t.Fatalf("a secret value: %+v", v)
				}
			}
		}
		var again bytes.Buffer
		n, err := r.Export(&again)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := filled(t, 0, 1, Policy{}).Import(bytes.NewReader(again.Bytes())); err != nil || got.Records+got.Old != n {
			t.Fatalf("%d records became %+v, %v", n, got, err)
		}
	})
}
