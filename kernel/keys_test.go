package kernel

import (
	"log/slog"
	"testing"
	"testing/fstest"
	"time"

	"linghang/kernel/module"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

// vault is a room that keeps a secret.
type vaultRoom struct{ kit *module.Kit }

func (r vaultRoom) Manifest() module.Manifest {
	return module.Manifest{
		Name: "vault",
		Migrations: fstest.MapFS{"0001_vault.sql": &fstest.MapFile{Data: []byte(
			"-- +goose Up\nCREATE TABLE thing (id TEXT PRIMARY KEY, secret TEXT NOT NULL);\nINSERT INTO thing VALUES ('1', 'in clear'), ('2', '');\n")}},
		Sealed: []module.Sealed{{Purpose: "thing", Column: sqldb.Column{Table: "thing", Key: "id", Name: "secret", Where: "secret <> ''"}}},
	}
}

func (r vaultRoom) secrets(t *testing.T) (one, two string) {
	t.Helper()
	err := r.kit.DB.QueryRow(t.Context(), `SELECT a.secret, b.secret FROM thing a, thing b WHERE a.id = '1' AND b.id = '2'`).Scan(&one, &two)
	if err != nil {
		t.Fatal(err)
	}
	return one, two
}

func TestSecretsOfAnEarlierReleaseAreSealedAtTheStartAndAgainWhenKeysAreRenewed(t *testing.T) {
	data := t.TempDir()
	open := func() (*Kernel, vaultRoom) {
		var room vaultRoom
		k, err := New(Config{Data: data, HTTP: "off", Retention: 24 * time.Hour, Grace: time.Second, CryptoSuite: seal.Guomi}, House{Rooms: func(k *Kernel) []module.Module {
			room = vaultRoom{k.Kit("vault")}
			return []module.Module{room}
		}}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if err := k.OpenData(t.Context()); err != nil {
			t.Fatal(err)
		}
		return k, room
	}
	check := func(room vaultRoom) string {
		t.Helper()
		one, two := room.secrets(t)
		if plain, err := room.kit.Seal.Open(t.Context(), "thing", one); err != nil || string(plain) != "in clear" || two != "" {
			t.Errorf("kept as %q and %q: %q, %v", one, two, plain, err)
		}
		return one
	}
	k, room := open()
	first := check(room)
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	k, room = open()
	if again := check(room); again != first {
		t.Error("a start sealed what was sealed")
	}
	if _, err := k.ring.Renew(t.Context(), "vault.thing"); err != nil {
		t.Fatal(err)
	}
	if n, err := k.sealAll(t.Context()); err != nil || n != 1 {
		t.Errorf("sealed %d again, %v", n, err)
	}
	if again := check(room); again == first {
		t.Error("it is sealed under the old key")
	}
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
}
