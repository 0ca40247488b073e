package scenario

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"linghang/kernel/attest"
	"linghang/kernel/kerneltest"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
	"linghang/modules/scenario/internal/pilot"
)

func TestWhatWasSealedIsShownToBeWhole(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newContest(t, o)
		c := x.open(t)
		a, b := x.apply(t, c.ID, "child.manager", "项目甲"), x.apply(t, c.ID, "manager-theirs", "项目乙")
		document := string(x.Get(t, "/api/scenario"+pilotDoor+"/applications/"+a.ID+"/submission", "child.manager").Body)
		x.seal(t, c.ID)
		x.signed(t, c.ID, a.Commitment)

		verify := func(document string) (v pilot.Verification) {
			t.Helper()
			body, err := json.Marshal(map[string]string{"document": document})
			if err != nil {
				t.Fatal(err)
			}
			x.do(t, "POST", pilotDoor+"/calls/"+c.ID+"/verification", "", string(body), 0, http.StatusOK, &v)
			return v
		}
		if v := verify(document); v.Stage != "applications" || !v.Signature || v.Commitment != a.Commitment {
			t.Errorf("the document is not found: %+v", v)
		}
		if v := verify(strings.Replace(document, "全流程", "全部", 1)); v.Stage != "" {
			t.Errorf("a changed document is found: %+v", v)
		}
		check := func() (v pilot.Checkup) {
			t.Helper()
			x.do(t, "GET", pilotDoor+"/calls/"+c.ID+"/check", "officer", "", 0, http.StatusOK, &v)
			return v
		}
		if v := check(); !v.Whole || v.Checked != 2 {
			t.Fatalf("whole: %+v", v)
		}
		x.tamper(t, a.ID, x.see(t, b.ID, "officer").Files[0].SHA256)
		v := check()
		want := []pilot.Finding{{ApplicationID: a.ID, Project: "项目甲", What: "row", Where: "answers.depth.text"}, {ApplicationID: b.ID, Project: "项目乙", What: "file", Where: "secret-company.txt"}}
		if v.Whole || !slices.Equal(v.Findings, want) {
			t.Errorf("found %+v, want %+v", v.Findings, want)
		}
	})
}

// signed reads the manifest as anybody can, and checks it without the city.
func (x *contest) signed(t *testing.T, call, commitment string) {
	t.Helper()
	r := x.Get(t, "/api/scenario"+pilotDoor+"/calls/"+call+"/seals/applications", "")
	bundle, err := attest.Read(bytes.NewReader(r.Body), int64(len(r.Body)))
	if err != nil {
		t.Fatalf("read the seal: %v", err)
	}
	if err := seal.VerifyText(bundle.Public, []byte(bundle.Statement), bundle.Signature); err != nil {
		t.Errorf("the signature: %v", err)
	}
	if found := bundle.Compare(); len(found) != 1 || found[0].State != attest.Whole {
		t.Errorf("the manifest: %+v", found)
	}
	archive, err := zip.NewReader(bytes.NewReader(r.Body), int64(len(r.Body)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(archive, "manifest.json")
	if err != nil || !strings.Contains(string(text), commitment) || strings.Contains(string(text), "公司") || strings.Contains(string(text), x.Theirs.ID) {
		t.Errorf("the manifest: %s %v", text, err)
	}
}

// tamper changes an answer in the database and the content of a file.
func (x *contest) tamper(t *testing.T, application, file string) {
	t.Helper()
	err := x.module.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE pilot_application SET answers = REPLACE(answers, '全流程', '全部流程') WHERE id = $1`, application)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	swapped := 0
	err = filepath.WalkDir(x.data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() != file {
			return err
		}
		swapped++
		if err := os.Chmod(path, 0o600); err != nil {
			return err
		}
		return os.WriteFile(path, []byte("another proof"), 0o600)
	})
	if err != nil || swapped != 1 {
		t.Fatalf("swapped %d files: %v", swapped, err)
	}
}
