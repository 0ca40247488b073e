package security

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// goneStale makes every session's proof older than a fresh one is.
func goneStale(t *testing.T, data string) {
	t.Helper()
	rest := sqldb.New(sqldb.Config{Dir: data})
	db := rest.DB("system")
	err := db.Open(t.Context(), identity.Migrations())
	if err == nil {
		err = db.Write(t.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE session SET proven_at = proven_at - $1`, identity.Fresh.Milliseconds())
			return err
		})
	}
	if err := errors.Join(err, rest.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestWhoSignsForTheCityHasProvenAFactorLately(t *testing.T) {
	data := t.TempDir()
	x := newTown(t, kerneltest.Options{Data: data})
	var n numbered
	x.do(t, "POST", "/notices", "officer", `{"kind":"notice","colour":"","title":"t","body":"b","ask":"a","level":3,"category":"attack","tlp":"amber","audience":`+named(x.Ours.ID)+`}`, 0, http.StatusCreated, &n)
	x.do(t, "POST", "/notices/"+n.ID+"/submission", "officer", "{}", 1, http.StatusOK, nil)
	x.do(t, "GET", "/notices/"+n.ID, "leader", "", 0, http.StatusOK, nil)
	goneStale(t, data)

	acts := map[string]string{
		"/signature":          "{}",
		"/revision/signature": "{}",
		"/revision/refusal":   `{"reason":"no"}`,
		"/upward":             `{"upper":"01","follows":false}`,
	}
	for act, body := range acts {
		if said := x.do(t, "POST", "/notices/"+n.ID+act, "leader", body, 2, http.StatusForbidden, nil); !strings.Contains(said, `"kernel.step_up"`) {
			t.Errorf("%s with an old proof: %s", act, said)
		}
	}
	if r := x.Send(t, "POST", "/api/system/session/proof", "leader", `{"method":"password","code":"correct horse battery staple"}`); r.Status != http.StatusOK {
		t.Fatalf("prove: %d %s", r.Status, r.Body)
	}
	x.do(t, "POST", "/notices/"+n.ID+"/signature", "leader", "{}", 2, http.StatusOK, &n)
	if n.State != "signed" {
		t.Errorf("after the proof it is %s", n.State)
	}
	for act, body := range acts { // what is left is refused for its own reasons
		if act == "/signature" {
			continue
		}
		r := x.Send(t, "POST", "/api/security/notices/"+n.ID+act, "leader", body, "If-Match", `"3"`)
		if r.Status == http.StatusOK || strings.Contains(string(r.Body), "step_up") {
			t.Errorf("%s after the proof: %d %s", act, r.Status, r.Body)
		}
	}
}
