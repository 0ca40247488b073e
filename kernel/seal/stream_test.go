package seal_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

const piece, sealedPiece = 64 << 10, 64<<10 + 28

func sqlite(t testing.TB) *sqldb.DB {
	t.Helper()
	return kerneltest.Database(t, sqldb.Config{Dir: t.TempDir()}, identity.Migrations())
}

func stream(t *testing.T, k *seal.Keyring, plain []byte) []byte {
	t.Helper()
	r, err := k.SealReader(t.Context(), "file", bytes.NewReader(plain))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func unstream(t *testing.T, k *seal.Keyring, purpose string, r io.Reader) ([]byte, error) {
	t.Helper()
	opened, err := k.OpenReader(t.Context(), purpose, r)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(opened)
}

func TestAStreamOpensAsWhatWasSealed(t *testing.T) {
	db, file := sqlite(t), filepath.Join(t.TempDir(), "keys", "master.key")
	for _, suite := range seal.Names() {
		k := unlocked(t, db, suite, file).Room("room")
		other := unlocked(t, db, seal.International, file).Room("room") // the suite that is configured later
		for _, size := range []int{0, 1, piece - 1, piece, piece + 1, 3 * piece, 3*piece + 17} {
			plain := bytes.Repeat([]byte("EICAR-TEST-PATTERN "), size/19+1)[:size]
			sealed := stream(t, k, plain)
			if size > 40 && bytes.Contains(sealed, []byte("EICAR-TEST")) {
				t.Errorf("%s, %d octets: it can be read", suite, size)
			}
			for how, r := range map[string]io.Reader{"whole": bytes.NewReader(sealed), "by halves": iotest.HalfReader(bytes.NewReader(sealed)), "with its end": iotest.DataErrReader(bytes.NewReader(sealed))} {
				if got, err := unstream(t, other, "file", r); err != nil || !bytes.Equal(got, plain) {
					t.Errorf("%s, %d octets, %s: %d octets, %v", suite, size, how, len(got), err)
				}
			}
			if _, err := unstream(t, k, "another purpose", bytes.NewReader(sealed)); err == nil {
				t.Errorf("%s: it opens for another purpose", suite)
			}
		}
	}
}

func TestAStreamThatWasAlteredDoesNotOpen(t *testing.T) {
	db, file := sqlite(t), filepath.Join(t.TempDir(), "keys", "master.key")
	k := unlocked(t, db, "", file).Room("room")
	plain := make([]byte, 3*piece+100)
	random := rand.NewChaCha8(sha256.Sum256([]byte("plain")))
	_, _ = random.Read(plain)
	sealed, beside := stream(t, k, plain), stream(t, k, plain)
	head := bytes.IndexByte(sealed, '\n') + 1
	at := func(n int) int { return head + n*sealedPiece }
	changed := func(i int) []byte {
		out := bytes.Clone(sealed)
		out[i] ^= 1
		return out
	}
	for what, bad := range map[string][]byte{
		"empty":                 nil,
		"without its beginning": sealed[head:],
		"only its beginning":    sealed[:head],
		"no end of its line":    bytes.Repeat([]byte("a"), 2*sealedPiece),
		"another mark":          changed(1),
		"another key":           changed(head - 3),
		"an octet":              changed(at(1) + 100),
		"the last octet":        changed(len(sealed) - 1),
		"cut in a piece":        sealed[:len(sealed)-1],
		"cut between pieces":    sealed[:at(2)],
		"without a piece":       slices.Concat(sealed[:at(1)], sealed[at(2):]),
		"a piece twice":         slices.Concat(sealed[:at(2)], sealed[at(1):]),
		"pieces exchanged":      slices.Concat(sealed[:at(0)], sealed[at(1):at(2)], sealed[at(0):at(1)], sealed[at(2):]),
		"a piece of another":    slices.Concat(sealed[:at(1)], beside[at(1):at(2)], sealed[at(2):]),
		"with more at its end":  append(bytes.Clone(sealed), 0),
	} {
		got, err := unstream(t, k, "file", bytes.NewReader(bad))
		if err == nil || !bytes.HasPrefix(plain, got) {
			t.Errorf("%s: %d octets, %v", what, len(got), err)
		}
	}
}

func TestAStreamThatBreaksOffSaysSo(t *testing.T) {
	db, file := sqlite(t), filepath.Join(t.TempDir(), "keys", "master.key")
	k := unlocked(t, db, "", file).Room("room")
	gone := errors.New("the sender has gone")
	for _, size := range []int{0, 10, piece, 2 * piece} {
		r, err := k.SealReader(t.Context(), "file", io.MultiReader(strings.NewReader(strings.Repeat("a", size)), iotest.ErrReader(gone)))
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := io.ReadAll(r)
		if !errors.Is(err, gone) {
			t.Errorf("%d octets are sealed as if they were all: %v", size, err)
		}
		if got, err := unstream(t, k, "file", bytes.NewReader(sealed)); err == nil {
			t.Errorf("%d octets that broke off open as %d", size, len(got))
		}
	}
}

func BenchmarkSealReader(b *testing.B) {
	db, file := sqlite(b), filepath.Join(b.TempDir(), "keys", "master.key")
	const size = 64 << 20
	for _, suite := range seal.Names() {
		k := unlocked(b, db, suite, file)
		b.Run(suite, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				r, err := k.SealReader(b.Context(), "file", io.LimitReader(zeros{}, size))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

type zeros struct{}

// Read implements io.Reader.
func (zeros) Read(p []byte) (int, error) { return len(p), nil }
