package capture_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linghang/lib/icsdissect"
	"linghang/lib/icsdissect/capture"
)

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 123456789, time.UTC)
	want := []capture.Packet{
		{Time: at, Link: icsdissect.LinkEthernet, Octets: []byte("first"), Wire: 5},
		{Time: at.Add(time.Nanosecond), Link: icsdissect.LinkRaw, Octets: []byte("of another link"), Wire: 15},
		{Time: at.Add(time.Second), Link: icsdissect.LinkEthernet, Octets: []byte("cut"), Wire: 1500},
		{Time: at.Add(time.Second), Link: icsdissect.LinkEthernet, Octets: bytes.Repeat([]byte{7}, capture.MaxPacket), Wire: capture.MaxPacket},
	}
	var file bytes.Buffer
	w := capture.NewWriter(&file, "a test")
	for _, p := range want {
		if err := w.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []uint64{3, 8} { // counts go on
		if err := w.Missed(at, icsdissect.LinkEthernet, n); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Missed(at, icsdissect.LinkRaw, 1); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(want[0]); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	r, err := capture.Open(&file)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range append(want, want[0]) {
		got, err := r.Next()
		got.Time = got.Time.UTC()
		if d := cmp.Diff(p, got); d != "" || err != nil {
			t.Errorf("%d: %v %s", i, err, d)
		}
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) || r.Missed() != 9 {
		t.Errorf("%v, %d missed", err, r.Missed())
	}
}

func TestAFileWithoutAPacketIsReadAsOne(t *testing.T) {
	var file bytes.Buffer
	if err := capture.NewWriter(&file, "a test").Flush(); err != nil {
		t.Fatal(err)
	}
	r, err := capture.Open(&file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}
