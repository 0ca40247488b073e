package security

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

// sm3Of is the SM3 of a text, in hex.
func sm3Of(text string) string {
	guomi, err := seal.ByName(seal.Guomi)
	if err != nil {
		return err.Error()
	}
	sum := guomi.Hash()
	_, _ = sum.Write([]byte(text))
	return hex.EncodeToString(sum.Sum(nil))
}

// disk is all that lies in a directory.
func disk(t *testing.T, dir string) (all []byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		all = append(all, content...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func maliceIsSealed(t *testing.T, x *caseTown) {
	const pattern = "X5O!P%@AP-A-PATTERN-THAT-SCANNERS-KNOW"
	i := x.report(t, "manager-ours", "")
	sample := strings.Repeat(pattern+"\x00", 5000) // more than a piece
	piece := x.upload(t, i, "name=sample.exe&what=sample&malicious=true", sample)
	x.upload(t, i, "name=log.txt&what=log", "a line that may be read\n")
	kept := disk(t, filepath.Join(x.data, "blobs"))
	if bytes.Contains(kept, []byte(pattern)) || !bytes.Contains(kept, []byte("a line that may be read")) {
		t.Error("what is malicious lies about unsealed, or the test looks at nothing")
	}
	// The digests and the size are those of what came, and so is what is given out.
	var d struct {
		Evidence []struct {
			ID, SHA256, SM3   string
			Size              int
			Sealed, Malicious bool
		}
	}
	x.do(t, "GET", "/"+i.ID, "manager-ours", "", 0, http.StatusOK, &d)
	v, sum := d.Evidence[0], sha256.Sum256([]byte(sample))
	if v.ID != piece || v.SHA256 != hex.EncodeToString(sum[:]) || v.SM3 != sm3Of(sample) || v.Size != len(sample) || !v.Sealed || !v.Malicious || d.Evidence[1].Sealed || d.Evidence[1].SM3 == "" {
		t.Errorf("it is %+v", d.Evidence)
	}
	if got := x.do(t, "GET", "/"+i.ID+"/evidence/"+piece, "officer", "", 0, http.StatusOK, nil); got != sample {
		t.Errorf("%d octets are given out, not %d", len(got), len(sample))
	}
	dir := unzip(t, x.Get(t, incidents+"/"+i.ID+"/bundle", "officer").Body)
	if got, err := os.ReadFile(filepath.Join(dir, "evidence", "001-sample.exe.malicious")); err != nil || string(got) != sample {
		t.Errorf("the bundle has %d octets, %v", len(got), err)
	}
	if r := x.Send(t, "POST", incidents+"/"+i.ID+"/evidence?name=a&what=a&malicious=true", "manager-ours", ""); r.Status != http.StatusUnprocessableEntity {
		t.Errorf("nothing at all is taken: %d %s", r.Status, r.Body)
	}
	x.keptBefore(t, i, pattern)
}

// keptBefore holds that what was kept before there were SM3 and sealing is given out as it was.
func (x *caseTown) keptBefore(t *testing.T, i openCase, pattern string) {
	t.Helper()
	sum, size, err := x.kit.Blobs.Put(t.Context(), strings.NewReader(pattern), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	err = x.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO security_incident_evidence (id, incident_id, organisation_id, name, what, media_type, size, sha256, malicious, hold, discarded_at, actor, actor_name, created_at)
			VALUES ('old', $1, $2, 'old.malicious', 'old', 'application/octet-stream', $3, $4, TRUE, FALSE, 0, '', '', 1)`, i.ID, x.Ours.ID, size, sum)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := x.do(t, "GET", "/"+i.ID+"/evidence/old", "manager-ours", "", 0, http.StatusOK, nil); got != pattern {
		t.Errorf("it is given out as %q", got)
	}
	dir := unzip(t, x.Get(t, incidents+"/"+i.ID+"/bundle", "officer").Body)
	about, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil || !bytes.Contains(about, []byte(`"sm3": ""`)) || !bytes.Contains(about, []byte(`"sealed": false`)) {
		t.Errorf("a digest that was not worked out is made up, or %v: %s", err, about)
	}
}
