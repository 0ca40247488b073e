package resolver

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"linghang/lib/handle/wire"
)

// summed adds the sum that a file ends with, so that what is before it is looked
// at.
func summed(octets []byte) []byte {
	sum := sha256.Sum256(octets)
	return append(slices.Clone(octets), sum[:]...)
}

// FuzzImport reads files of strangers: no panic, and what is taken has no secret
// and is the same when it is written and read again.
func FuzzImport(f *testing.F) {
	r := filled(f, 2, 1, Policy{})
	var file bytes.Buffer
	if _, err := r.Export(&file); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes()[fileHead : file.Len()-sha256.Size-12])
	f.Add(newEntry(&record{handle: "88.1/x", key: "88.1/X", code: wire.CodeNotFound, message: "x"}).export(nil))
	latest := time.Now().UnixMilli()
	f.Fuzz(func(t *testing.T, octets []byte) {
		if len(octets) < 4 {
			return
		}
		rec, err := readRecord(octets[4:], latest, 24*time.Hour)
		if err != nil {
			return
		}
		if err := wire.CheckHandle(rec.handle); err != nil || len(publicOnly(rec.values)) < len(rec.values) || (rec.code == wire.CodeSuccess) != (len(rec.values) > 0) {
			t.Fatalf("record %+v: %v", rec, err)
		}
		rec.key = wire.Fold(rec.handle)
		written := newEntry(rec).export(nil)
		again, err := readRecord(written[4:], latest, 24*time.Hour)
		if err != nil {
			t.Fatalf("%x became %x: %v", octets, written, err)
		}
		again.key = rec.key
		if twice := newEntry(again).export(nil); !bytes.Equal(twice, written) {
			t.Fatalf("%x became %x", written, twice)
		}
	})
}

// FuzzImportFile reads whole files, whose sum is right.
func FuzzImportFile(f *testing.F) {
	r := filled(f, 2, 1, Policy{})
	var file bytes.Buffer
	if _, err := r.Export(&file); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes()[:file.Len()-sha256.Size])
	f.Fuzz(func(t *testing.T, octets []byte) {
		n := 0
		if err := r.readFile(bytes.NewReader(summed(octets)), func(*record) { n++ }); err == nil && n > len(octets)/recordFixed {
			t.Fatalf("%d records in %d octets", n, len(octets))
		}
	})
}
