package seal_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

func each(t *testing.T, test func(t *testing.T, db *sqldb.DB, file string)) {
	t.Helper()
	kerneltest.EachEngine(t, identity.Migrations(), func(t *testing.T, db *sqldb.DB) {
		test(t, db, filepath.Join(t.TempDir(), "keys", "master.key"))
	})
}

func unlocked(t testing.TB, db *sqldb.DB, suite, file string) *seal.Keyring {
	t.Helper()
	k := seal.New(db, seal.Config{Suite: suite, File: file})
	if err := k.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	return k
}

func sealed(t *testing.T, k *seal.Keyring, purpose, plain string) string {
	t.Helper()
	text, err := k.Seal(t.Context(), purpose, []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	if !seal.IsSealed(text) || strings.Contains(text, plain) {
		t.Errorf("sealed as %q", text)
	}
	return text
}

func opens(t *testing.T, k *seal.Keyring, purpose, text, want string) {
	t.Helper()
	if plain, err := k.Open(t.Context(), purpose, text); err != nil || string(plain) != want {
		t.Errorf("opened %q: %q, %v", text, plain, err)
	}
}

func TestWhatOneSuiteSealedAndSignedStaysGoodUnderTheOther(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB, file string) {
		var texts, signatures []string
		for _, suite := range append(seal.Names(), seal.International) {
			k := unlocked(t, db, suite, file).Room("room")
			text := sealed(t, k, "key", "a secret of "+suite)
			if !strings.Contains(text, "."+suite+".") {
				t.Errorf("%q does not name %s", text, suite)
			}
			signer, err := k.Signer(t.Context(), "papers")
			if err != nil {
				t.Fatal(err)
			}
			signature, err := signer.Sign([]byte("signed by " + suite))
			if err != nil {
				t.Fatal(err)
			}
			texts, signatures = append(texts, text), append(signatures, signature)
		}
		k := unlocked(t, db, seal.Guomi, file).Room("room")
		for i, suite := range append(seal.Names(), seal.International) {
			opens(t, k, "key", texts[i], "a secret of "+suite)
			if err := k.Verify(t.Context(), "papers", []byte("signed by "+suite), signatures[i]); err != nil {
				t.Error(err)
			}
			if err := k.Verify(t.Context(), "papers", []byte("signed by nobody"), signatures[i]); err == nil {
				t.Error("an altered message verifies")
			}
			if err := k.Verify(t.Context(), "others", []byte("signed by "+suite), signatures[i]); err == nil {
				t.Error("a signature for papers verifies for others")
			}
		}
		if keys, err := k.Keys(t.Context()); err != nil || len(keys) != 4 {
			t.Errorf("%d keys, %v", len(keys), err)
		}
	})
}

func TestARoomOpensWhatIsItsOwn(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB, file string) {
		k := unlocked(t, db, seal.International, file)
		text := sealed(t, k.Room("ours"), "key", "secret")
		opens(t, k.Room("ours"), "key", text, "secret")
		for _, c := range []struct{ room, purpose string }{{"theirs", "key"}, {"ours", "other"}} {
			if _, err := k.Room(c.room).Open(t.Context(), c.purpose, text); err == nil {
				t.Errorf("%s opens it for %s", c.room, c.purpose)
			}
		}
	})
}

func TestRenewedKeysOpenWhatTheOldOnesSealed(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB, file string) {
		k := unlocked(t, db, seal.International, file)
		serving := unlocked(t, db, seal.International, file)
		old := sealed(t, k, "key", "secret")
		opens(t, serving, "key", old, "secret")
		renewed, err := k.Renew(t.Context(), "")
		if err != nil || len(renewed) != 1 {
			t.Fatalf("renewed %v, %v", renewed, err)
		}
		again, done, err := k.Reseal(t.Context(), "key", old)
		if err != nil || !done || again == old {
			t.Fatalf("sealed again: %q, %v, %v", again, done, err)
		}
		opens(t, serving, "key", old, "secret")
		opens(t, serving, "key", again, "secret")
		if same, done, err := k.Reseal(t.Context(), "key", again); err != nil || done || same != again {
			t.Errorf("sealed a third time: %q, %v, %v", same, done, err)
		}
		if _, err := k.Renew(t.Context(), "nothing"); !fault.Is(err, fault.NotFound) {
			t.Errorf("renewed nothing: %v", err)
		}
	})
}

func TestAServingReplicaFollowsARenewedMasterKey(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB, file string) {
		k := unlocked(t, db, seal.Guomi, file)
		serving := unlocked(t, db, seal.Guomi, file)
		one, two := sealed(t, k, "one", "secret"), sealed(t, k, "two", "secret")
		opens(t, serving, "one", one, "secret")
		before, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.RenewMaster(t.Context()); err != nil {
			t.Fatal(err)
		}
		opens(t, serving, "one", one, "secret")
		opens(t, serving, "two", two, "secret")
		opens(t, serving, "three", sealed(t, serving, "three", "secret"), "secret")
		opens(t, unlocked(t, db, seal.International, file), "two", two, "secret")
		if err := os.WriteFile(file, before, 0o600); err != nil {
			t.Fatal(err)
		}
		err = seal.New(db, seal.Config{Suite: seal.Guomi, File: file}).Unlock(t.Context())
		if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "master-key-file") {
			t.Errorf("the old master key: %v", err)
		}
	})
}

func TestAForeignMissingOrOpenMasterKeyIsRefused(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB, file string) {
		sealed(t, unlocked(t, db, seal.International, file), "key", "secret")
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the master key's file: %v, %v", info.Mode(), err)
		}
		try := func(file, want string) {
			t.Helper()
			err := seal.New(db, seal.Config{Suite: seal.International, File: file}).Unlock(t.Context())
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q in it", err, want)
			}
		}
		missing := filepath.Join(t.TempDir(), "master.key")
		try(missing, "there is none")
		if _, err := os.Stat(missing); err == nil {
			t.Error("a master key was made that nothing was sealed under")
		}
		kerneltest.EachEngine(t, identity.Migrations(), func(t *testing.T, db *sqldb.DB) { unlocked(t, db, seal.International, missing) })
		try(missing, "the key is ")
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
		try(file, "chmod 600")
		garbled := filepath.Join(t.TempDir(), "garbled.key")
		if err := os.WriteFile(garbled, []byte("# nothing\nlinghang-master-1 AAAA\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		try(garbled, "line 2")
	})
}

func TestASecretShowsItselfToNobody(t *testing.T) {
	const canary = "canary-7f3a"
	s := seal.NewSecret(canary)
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("it is", "secret", s, "in", struct{ S seal.Secret }{s})
	slog.New(slog.NewTextHandler(&log, nil)).Info("it is", "secret", s, "in", struct{ S seal.Secret }{s})
	data, err := json.Marshal(map[string]any{"s": s, "p": &s, "in": struct{ S seal.Secret }{s}})
	if err != nil {
		t.Fatal(err)
	}
	shown := log.String() + string(data) + fmt.Sprintf("%v %+v %#v %s %q %x %d %v %+v %#v", s, s, s, s, s, s, s, &s, struct{ S seal.Secret }{s}, struct{ S *seal.Secret }{&s})
	if strings.Contains(shown, canary) || strings.Contains(shown, fmt.Sprintf("%x", canary)) {
		t.Error(shown)
	}
	if s.Reveal() != canary || s.Empty() {
		t.Error("it cannot be revealed")
	}
}

func FuzzParseText(f *testing.F) {
	f.Add("lh1.guomi.01H.AAAA")
	f.Add("lh1.international.01H.")
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := seal.ParseText(text)
		if err != nil {
			return
		}
		again, err := seal.ParseText(parsed.String())
		if err != nil || again.Key != parsed.Key || string(again.Data) != string(parsed.Data) {
			t.Errorf("%q became %q: %v", text, parsed, err)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	for _, suite := range seal.Names() {
		b.Run(suite, func(b *testing.B) {
			db := kerneltest.Database(b, sqldb.Config{Dir: b.TempDir()}, identity.Migrations())
			k := unlocked(b, db, suite, filepath.Join(b.TempDir(), "master.key"))
			text, err := k.Seal(b.Context(), "key", []byte("a secret of the usual length of keys"))
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := k.Open(b.Context(), "key", text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
