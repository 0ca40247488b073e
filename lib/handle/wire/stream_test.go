package wire_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"linghang/lib/handle/wire"
)

func recorded(t testing.TB, name string) []byte {
	t.Helper()
	octets, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

func TestTransactionsAreStreamedAsServersDo(t *testing.T) {
	octets := recorded(t, "transactions.bin")
	status, rest, err := wire.DecodeTransactions(octets)
	if err != nil || status != wire.StreamSending {
		t.Fatalf("status %d, %v", status, err)
	}
	again := wire.AppendTransactions(nil, status)
	var got []string
	for {
		change, left, ok, err := wire.DecodeChange(rest)
		if err != nil {
			t.Fatal(err)
		}
		rest = left
		if !ok {
			again = wire.AppendEnd(again, change.Date)
			break
		}
		again = change.Append(again)
		got = append(got, fmt.Sprintf("%d %s %d %d", change.Transaction, change.Handle, change.Action, len(change.Values)))
	}
	want := []string{
		"1 0.NA/0.NA 4 0", "11 88.101.5/23886fe0-90f3-4bad-87e0-c75f92298953 1 2",
		"15 0.NA/88.101.77 4 0", "16 0.NA/88.101.77 5 0", "17 88.101.5/G001 2 0",
	}
	if !slices.Equal(got, want) || len(rest) > 0 {
		t.Errorf("%v, %d octets left", got, len(rest))
	}
	if !bytes.Equal(again, octets) {
		t.Errorf("written otherwise\n got %x\nwant %x", again, octets)
	}
}

func TestDumpsAreStreamedAsServersDo(t *testing.T) {
	octets := recorded(t, "dump.bin")
	rest, err := wire.DecodeDump(octets)
	if err != nil {
		t.Fatal(err)
	}
	again := wire.AppendDump(nil)
	var got []string
	for len(rest) > 0 {
		r, left, err := wire.DecodeDumpRecord(rest)
		if err != nil {
			t.Fatal(err)
		}
		rest, again = left, r.Append(again)
		got = append(got, fmt.Sprintf("%d %s %d %d", r.Kind, r.Handle, r.Transaction, len(r.Values)))
	}
	want := []string{"0  89 0", "1 88.101.5/0E7D3B28-9D01-4A0B-AB91-BE29CA67B699 0 2", "2 0.NA/0.NA 0 0", "255  0 0"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if !bytes.Equal(again, octets) {
		t.Errorf("written otherwise\n got %x\nwant %x", again, octets)
	}
}
