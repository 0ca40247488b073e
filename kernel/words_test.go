package kernel

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linghang/kernel/module"
)

func TestWordVectorsAreReadBeforeTheHouseOpens(t *testing.T) {
	for name, c := range map[string]struct {
		file  string
		says  string // of the error; empty for none
		words int
	}{
		"two words":   {"2 2\n轴承 1 2\n机床 2 1\n", "", 2},
		"a cut file":  {"3 2\n轴承 1 2\n机床 2 1\n", "configuration word-vectors: FILE: the file of word vectors cannot be read: it is cut off", 0},
		"a bad value": {"2 2\n轴承 1 2\n机床 2 x\n", "line 3: number 2", 0},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := Defaults()
			cfg.Data, cfg.HTTP, cfg.WordVectors = t.TempDir(), "off", filepath.Join(t.TempDir(), "a.vec")
			if err := os.WriteFile(cfg.WordVectors, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			var kit *module.Kit
			rooms := func(k *Kernel) []module.Module { kit = k.Kit("stage"); return []module.Module{stage{kit}} }
			k, err := New(cfg, House{Rooms: rooms}, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = k.Close() }) // of a house that may never have opened
			err = k.Open(t.Context())
			switch {
			case c.says != "":
				if err == nil || !strings.Contains(err.Error(), strings.ReplaceAll(c.says, "FILE", cfg.WordVectors)) {
					t.Errorf("%v, want %s", err, c.says)
				}
			case err != nil:
				t.Error(err)
			case kit.WordVectors().Words() != c.words:
				t.Errorf("%s", kit.WordVectors())
			}
		})
	}
}

func TestAFileOfWordVectorsThatIsNotThereIsNamed(t *testing.T) {
	if _, err := configure(t, "", nil, "--word-vectors", "/nowhere/a.vec"); err == nil || !strings.Contains(err.Error(), "configuration word-vectors: stat /nowhere/a.vec") {
		t.Errorf("%v", err)
	}
}
