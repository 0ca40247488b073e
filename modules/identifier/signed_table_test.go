package identifier

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linghang/kernel/attest"
	"linghang/kernel/kerneltest"
)

// signedTables downloads tables with a signature.
func (h *house) signedTables(t *testing.T, who, query string, want int) []byte {
	t.Helper()
	r := h.Get(t, "/api/identifier/nodes/"+h.secondary.ID+"/tables/signed?"+query, who)
	if r.Status != want {
		t.Fatalf("signed tables %s: %d %s", query, r.Status, r.Body)
	}
	return r.Body
}

func (h *house) verdict(t *testing.T, file []byte, want int) (v signedVerdict) {
	t.Helper()
	r := h.Send(t, "POST", "/api/identifier/signatures/verification", "manager-ours", string(file), "Content-Type", "application/octet-stream")
	if r.Status != want {
		t.Fatalf("verify: %d %s", r.Status, r.Body)
	}
	if want == http.StatusOK {
		r.Decode(t, &v)
	}
	return v
}

// repack changes a ZIP.
func repack(t *testing.T, data []byte, change func(name, text string) (string, bool)) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		changed, keep := change(f.Name, string(text))
		if !keep {
			continue
		}
		out, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write([]byte(changed)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func notWhole(list []attest.Found) string {
	var text []string
	for _, f := range list {
		if f.State != attest.Whole {
			text = append(text, f.Name+" "+string(f.State))
		}
	}
	return strings.Join(text, ", ")
}

func TestTheTablesAreSignedAsMonthlyReportsAre(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, nil)
		day := dayOf(time.Now())
		var file []byte
		kerneltest.Wait(t, "the identifier to be in table 9", func() bool {
			file = h.signedTables(t, "manager-ours", "lang=en&day="+day, http.StatusOK)
			b, err := attest.Read(bytes.NewReader(file), int64(len(file)))
			return err == nil && strings.Contains(b.Statement, "table 9 rows 1\n")
		})
		v := h.verdict(t, file, http.StatusOK)
		if !v.Signature || len(v.Files) != 22 || notWhole(v.Files) != "" || v.Key == "" || !strings.HasPrefix(v.Statement, "linghang tables of an identifier node\nnode 88.101\nday "+day+"\n") {
			t.Errorf("verified: %+v", v)
		}
		repack(t, file, func(name, text string) (string, bool) {
			if name == "table-09-enterprise-identifiers.csv" && !strings.Contains(text, "\ufeffCode,Created,Metadata code,Operation\n88.101.5/T001,"+day+",,1\n") {
				t.Errorf("table 9 is %q", text)
			}
			return text, true
		})
		changed := repack(t, file, func(name, text string) (string, bool) {
			return strings.Replace(text, "T001", "T002", 1), name != "table-03-statistics.csv"
		})
		if v := h.verdict(t, changed, http.StatusOK); !v.Signature || notWhole(v.Files) != "table-09-enterprise-identifiers.csv changed, table-03-statistics.csv missing" {
			t.Errorf("what was changed: %+v", v)
		}
		forged := repack(t, file, func(_, text string) (string, bool) {
			return strings.Replace(text, "table 9 rows 1", "table 9 rows 7", 1), true
		})
		if v := h.verdict(t, forged, http.StatusOK); v.Signature {
			t.Error("a changed statement passes")
		}
		h.verdict(t, []byte("no ZIP"), http.StatusUnprocessableEntity)
		some := h.verdict(t, h.signedTables(t, "manager-ours", "tables=8,2&day="+day, http.StatusOK), http.StatusOK)
		if !some.Signature || len(some.Files) != 4 || some.Files[0].Name != "table-08-enterprise-statistics.csv" {
			t.Errorf("some tables: %+v", some)
		}
		h.signedTables(t, "manager-ours", "tables=12", http.StatusUnprocessableEntity)
		h.signedTables(t, "manager-ours", "day=tomorrow", http.StatusUnprocessableEntity)
		h.signedTables(t, "manager-theirs", "", http.StatusForbidden)
		h.checkedApart(t, file, changed)
	})
}

// checkedApart is that the command checks without the city what the city signed.
func (h *house) checkedApart(t *testing.T, file, changed []byte) {
	t.Helper()
	dir := t.TempDir()
	run := func(data []byte, more ...string) (string, error) {
		path := filepath.Join(dir, "tables.zip")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		cmd := signatureCommand()
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetOut(&out)
		cmd.SetArgs(append([]string{path}, more...))
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	said, err := run(file)
	if err != nil || !strings.Contains(said, "the signature holds") || !strings.Contains(said, "PUBLIC KEY") {
		t.Errorf("the command says %s, %v", said, err)
	}
	if said, err := run(changed); err == nil || !strings.Contains(said, "changed  table-09") {
		t.Errorf("of what was changed it says %s, %v", said, err)
	}
	other := filepath.Join(dir, "other.pem")
	if err := os.WriteFile(other, []byte("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := run(file, "--public", other); err == nil {
		t.Errorf("with the key of another: %s", said)
	}
}
