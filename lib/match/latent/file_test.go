package latent_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"linghang/lib/match/internal/frame"
	"linghang/lib/match/latent"
	"linghang/lib/match/text"
)

func saved(t testing.TB) []byte {
	t.Helper()
	var file bytes.Buffer
	if n, err := train(t, topics()).WriteTo(&file); err != nil || n != int64(file.Len()) {
		t.Fatalf("%d octets of %d, %v", n, file.Len(), err)
	}
	return file.Bytes()
}

func TestASavedSpaceEmbedsAsItDid(t *testing.T) {
	file := saved(t)
	s, err := latent.ReadSpace(bytes.NewReader(file), text.New(nil))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := embed(t, train(t, topics()), topics()...), embed(t, s, topics()...); !reflect.DeepEqual(a, b) {
		t.Error("vectors differ")
	}
	trade, err := text.ReadTrade(strings.NewReader("a|b"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := latent.ReadSpace(bytes.NewReader(file), text.New(trade)); !errors.Is(err, latent.ErrStale) {
		t.Error(err)
	}
}

func FuzzReadSpace(f *testing.F) {
	body, err := frame.Read(bytes.NewReader(saved(f)), "LHSPACE1")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add(body[:40])
	f.Add([]byte{})
	a := text.New(nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		var file bytes.Buffer
		if _, err := frame.Write(&file, "LHSPACE1", body); err != nil {
			t.Fatal(err)
		}
		s, err := latent.ReadSpace(&file, a)
		if err != nil {
			if !errors.Is(err, latent.ErrFile) && !errors.Is(err, latent.ErrStale) {
				t.Fatal(err)
			}
			return
		}
		embed(t, s, "轴承振动，面料色差", "")
		if _, err := s.WriteTo(&file); err != nil {
			t.Fatal(err)
		}
	})
}
