package audit_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

func certified(t *testing.T, db *sqldb.DB, log *audit.Log, suite, anchor string) *seal.Keyring {
	t.Helper()
	ring := seal.New(db, seal.Config{Suite: suite, File: filepath.Join(t.TempDir(), "master.key")})
	if err := ring.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	log.Certify(ring, anchor)
	return ring
}

func more(t *testing.T, log *audit.Log, n int) {
	t.Helper()
	for range n {
		if err := log.Append(t.Context(), audit.NewEntry(t.Context(), "act", "more", "done")); err != nil {
			t.Fatal(err)
		}
	}
}

func checkpoint(t *testing.T, log *audit.Log) {
	t.Helper()
	if err := log.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func export(t *testing.T, log *audit.Log) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := log.Export(t.Context(), &b, time.Unix(0, 0), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAChainMadeAnewDoesNotFitItsCheckpoints(t *testing.T) {
	for _, suite := range seal.Names() {
		each(t, func(t *testing.T, db *sqldb.DB, log *audit.Log) {
			certified(t, db, log, suite, "")
			checkpoint(t, log)
			checkpoint(t, log) // no news, no checkpoint
			more(t, log, 3)
			checkpoint(t, log)
			if v := verify(t, log); !v.OK || v.Signed != 2 {
				t.Fatalf("got %+v", v)
			}
			// Whoever holds the database makes the chain anew: it is whole, and it is not what was signed.
			err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
				for _, q := range []string{`DELETE FROM audit_entry`, `UPDATE audit_head SET seq = 0, hash = ''`} {
					if _, err := tx.Exec(t.Context(), q); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			more(t, log, 15)
			if v := verify(t, log); v.OK || v.BrokenAt != 12 || v.Reason != "the entry does not fit its signed checkpoint" {
				t.Errorf("got %+v", v)
			}
		})
	}
}

func TestAnExportIsVerifiedWithoutTheDatabase(t *testing.T) {
	for _, suite := range seal.Names() {
		each(t, func(t *testing.T, db *sqldb.DB, log *audit.Log) {
			anchor := t.TempDir()
			ring := certified(t, db, log, suite, anchor)
			checkpoint(t, log)
			more(t, log, 3)
			whole := export(t, log)
			signer, err := ring.Signer(t.Context(), "audit.checkpoint")
			if err != nil {
				t.Fatal(err)
			}
			p, err := audit.VerifyExport(bytes.NewReader(whole), []string{signer.Key.Public})
			if err != nil || !p.OK || p.Count != 15 || p.Checkpoints != 2 || p.Unproven != 0 || !p.Trusted {
				t.Fatalf("got %+v, %v", p, err)
			}
			anchored, err := os.ReadFile(filepath.Join(anchor, "audit-checkpoints.jsonl"))
			if err != nil || bytes.Count(anchored, []byte("\n")) != 2 {
				t.Errorf("the second party has %q, %v", anchored, err)
			}
			s, err := seal.ByName(suite)
			if err != nil {
				t.Fatal(err)
			}
			_, foreign, err := s.Generate()
			if err != nil {
				t.Fatal(err)
			}
			if p, err := audit.VerifyExport(bytes.NewReader(whole), []string{foreign}); err != nil || p.OK || !strings.Contains(p.Reason, "none of the keys") {
				t.Errorf("under a foreign key: %+v, %v", p, err)
			}
			everyLineMatters(t, whole, signer.Key.Public)
		})
	}
}

// everyLineMatters takes each line away and alters each.
func everyLineMatters(t *testing.T, whole []byte, public string) {
	t.Helper()
	lines := bytes.SplitAfter(bytes.TrimSuffix(whole, []byte("\n")), []byte("\n"))
	for i, line := range lines {
		for name, put := range map[string][]byte{
			"missing": nil, "altered": bytes.Replace(bytes.Replace(line, []byte(`"act"`), []byte(`"forged"`), 1), []byte(`"seq":1`), []byte(`"seq":2`), 1),
		} {
			if bytes.Equal(put, line) || (name == "missing" && bytes.Contains(line, []byte(`"checkpoint"`)) && i < len(lines)-2) {
				continue // without a checkpoint in the middle, the next one proves as much
			}
			bent := bytes.Join(append(append(append([][]byte{}, lines[:i]...), put), lines[i+1:]...), nil)
			p, err := audit.VerifyExport(bytes.NewReader(bent), []string{public})
			if err == nil && p.OK && p.Unproven == 0 {
				t.Errorf("line %d %s: %+v", i+1, name, p)
			}
		}
	}
}

func FuzzVerifyExport(f *testing.F) {
	header, err := json.Marshal(map[string]any{"header": map[string]any{"form": "linghang-audit-export-1", "first": 1}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(header) + "\n" + `{"end":{"count":0}}`)
	f.Add(`{"checkpoint":{"seq":1,"signature":"lh1.guomi.x.AAAA"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := audit.VerifyExport(strings.NewReader(text), nil)
		if err == nil && p.OK && p.Count > 0 && p.First == 0 {
			t.Errorf("%q passes: %+v", text, p)
		}
	})
}
