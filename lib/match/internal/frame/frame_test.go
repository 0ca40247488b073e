package frame_test

import (
	"bytes"
	"errors"
	"testing"

	"linghang/lib/match/internal/frame"
)

func FuzzRead(f *testing.F) {
	var file bytes.Buffer
	if _, err := frame.Write(&file, "LHTEST01", []byte("body")); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add([]byte("LHTEST01\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		body, err := frame.Read(bytes.NewReader(data), "LHTEST01")
		if err != nil {
			if !errors.Is(err, frame.ErrFrame) {
				t.Fatal(err)
			}
			return
		}
		var again bytes.Buffer
		if n, err := frame.Write(&again, "LHTEST01", body); err != nil || n != int64(len(data)) || !bytes.Equal(again.Bytes(), data) {
			t.Fatalf("%q became %q, %d octets, %v", data, again.Bytes(), n, err)
		}
	})
}

func TestEveryChangedOctetIsNoticed(t *testing.T) {
	var file bytes.Buffer
	if _, err := frame.Write(&file, "LHTEST01", []byte("some body")); err != nil {
		t.Fatal(err)
	}
	for i := range file.Bytes() {
		bad := bytes.Clone(file.Bytes())
		bad[i] ^= 1
		if _, err := frame.Read(bytes.NewReader(bad), "LHTEST01"); !errors.Is(err, frame.ErrFrame) {
			t.Errorf("octet %d: %v", i, err)
		}
		if _, err := frame.Read(bytes.NewReader(file.Bytes()[:i]), "LHTEST01"); !errors.Is(err, frame.ErrFrame) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
	if _, err := frame.Read(bytes.NewReader(append(file.Bytes(), 0)), "LHTEST01"); !errors.Is(err, frame.ErrFrame) {
		t.Errorf("an octet more: %v", err)
	}
}
