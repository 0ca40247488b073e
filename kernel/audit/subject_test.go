package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

func acting(ctx context.Context, id, name string) context.Context {
	return identity.With(ctx, identity.Identity{PersonID: id, Name: name, Scope: identity.Scope{All: true}})
}

// written returns all that the log's table says, as it is on the disk.
func written(t *testing.T, db *sqldb.DB) string {
	t.Helper()
	rows, err := db.Query(t.Context(), `SELECT actor_name, ip, detail, object FROM audit_entry ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := sqldb.All(rows, func(r sqldb.Row) (string, error) {
		var name, ip, detail, object string
		err := r.Scan(&name, &ip, &detail, &object)
		return name + " " + ip + " " + detail + " " + object, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

func TestAnErasedPersonCannotBeReadInTheLogAndTheChainHolds(t *testing.T) {
	for _, suite := range seal.Names() {
		t.Run(suite, func(t *testing.T) {
			kerneltest.EachEngine(t, identity.Migrations(), func(t *testing.T, db *sqldb.DB) {
				ring := seal.New(db, seal.Config{Suite: suite, File: filepath.Join(t.TempDir(), "master.key")})
				if err := ring.Unlock(t.Context()); err != nil {
					t.Fatal(err)
				}
				log := audit.NewLog(db)
				act := func(ctx context.Context, log *audit.Log) {
					t.Helper()
					e := audit.NewEntry(ctx, "act", "object", "done")
					e.IP = "192.0.2.7"
					if err := log.Append(ctx, e); err != nil {
						t.Fatal(err)
					}
				}
				li, wang := acting(t.Context(), "01LI", "李四"), acting(t.Context(), "01WANG", "王五")
				act(wang, log) // from before: in clear
				log.Certify(ring, "")
				log.Conceal(ring.Room("system"))
				act(li, log)
				act(wang, log)
				if text := written(t, db); strings.Contains(text, "李四") || strings.Count(text, "王五") != 1 || strings.Count(text, "192.0.2.7") != 1 {
					t.Errorf("the table says\n%s", text)
				}
				page, err := log.List(li, audit.Params{})
				if err != nil || page.Items[1].ActorName != "李四" || page.Items[1].IP != "192.0.2.7" || page.Items[2].ActorName != "王五" {
					t.Errorf("the list says %+v, %v", page.Items, err)
				}
				if err := log.Erase(t.Context(), "01LI"); err != nil {
					t.Fatal(err)
				}
				if err := log.Erase(t.Context(), "01LI"); err != nil {
					t.Errorf("once more: %v", err)
				}
				act(li, log) // a request that was on its way
				for _, l := range []*audit.Log{log, other(db, ring)} {
					page, err = l.List(li, audit.Params{})
					if err != nil || page.Items[2].ActorName != "" || !page.Items[2].Erased || page.Items[2].Actor != "person:01LI" || page.Items[1].ActorName != "王五" {
						t.Errorf("after erasing: %+v, %v", page.Items, err)
					}
				}
				if page.Items[0].ActorName != "" {
					t.Errorf("somebody erased acts as %+v", page.Items[0])
				}
				if v, err := log.Verify(t.Context()); err != nil || !v.OK || v.Count != 4 {
					t.Errorf("the chain: %+v, %v", v, err)
				}
				exported(t, log)
			})
		})
	}
}

// other is the log as another replica has it.
func other(db *sqldb.DB, ring *seal.Keyring) *audit.Log {
	log := audit.NewLog(db)
	log.Certify(ring, "")
	log.Conceal(ring.Room("system"))
	return log
}

// exported proves that an export verifies by itself, names who is not erased
// and nobody else.
func exported(t *testing.T, log *audit.Log) {
	t.Helper()
	var file bytes.Buffer
	if err := log.Export(t.Context(), &file, time.Unix(0, 0), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(file.String(), "李四") {
		t.Error("the export names who was erased")
	}
	var reads struct {
		Reads struct {
			ActorName string `json:"actor_name"`
			Erased    bool   `json:"erased"`
		} `json:"reads"`
	}
	names := ""
	for line := range strings.SplitSeq(strings.TrimSpace(file.String()), "\n") {
		reads.Reads.ActorName, reads.Reads.Erased = "", false
		if err := json.Unmarshal([]byte(line), &reads); err != nil {
			t.Fatal(err)
		}
		if reads.Reads.Erased {
			names += "?"
		}
		names += reads.Reads.ActorName
	}
	if names != "?王五" {
		t.Errorf("the export reads %s", names)
	}
	if p, err := audit.VerifyExport(&file, nil); err != nil || !p.OK || p.Count != 4 {
		t.Errorf("the export: %+v, %v", p, err)
	}
}
