package audit_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
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

// concerning is a person as the log's changes see one.
type concerning struct {
	ID       string
	Name     string `audit:"personal"`
	Disabled bool
}

func (c concerning) Whom() string { return c.ID }

// changing records that somebody changed a person, as the door does it.
func changing(t *testing.T, db *sqldb.DB, log *audit.Log, before, after concerning) {
	t.Helper()
	ctx := acting(t.Context(), "01LI", "李四")
	e, err := log.Concealed(ctx, audit.NewEntry(ctx, "PUT /persons/{id}", "/persons/"+after.ID, "done"))
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(ctx, func(tx *sqldb.Tx) error {
		tx.Changed("person", after.ID, before, after)
		e.Changes = audit.Differences(tx.Changes())
		return log.AppendTx(ctx, tx, e)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasChangedOfAPersonGoesWithTheirKey(t *testing.T) {
	kerneltest.EachEngine(t, identity.Migrations(), func(t *testing.T, db *sqldb.DB) {
		ring := seal.New(db, seal.Config{Suite: "international", File: filepath.Join(t.TempDir(), "master.key")})
		if err := ring.Unlock(t.Context()); err != nil {
			t.Fatal(err)
		}
		log := other(db, ring)
		changing(t, db, log, concerning{ID: "01WANG", Name: "王五"}, concerning{ID: "01WANG", Name: "王六", Disabled: true})
		changing(t, db, log, concerning{ID: "01ZHAO", Name: "赵七"}, concerning{ID: "01ZHAO", Name: "赵八"})
		var stored string
		if err := db.QueryRow(t.Context(), `SELECT changes FROM audit_entry WHERE seq = 1`).Scan(&stored); err != nil || strings.Contains(stored, "王") || !strings.Contains(stored, `"disabled"`) {
			t.Errorf("the table says %s, %v", stored, err)
		}
		fields := func(l *audit.Log, i int) []audit.Field {
			t.Helper()
			page, err := l.List(acting(t.Context(), "01LI", ""), audit.Params{})
			if err != nil || len(page.Items[i].Changes) != 1 {
				t.Fatalf("the list says %+v, %v", page.Items, err)
			}
			return page.Items[i].Changes[0].Fields
		}
		for _, l := range []*audit.Log{log, other(db, ring)} {
			if f := fields(l, 1); f[0].Before != "王五" || f[0].After != "王六" || f[1].After != "true" {
				t.Errorf("the list says %+v", f)
			}
		}
		if err := log.Erase(t.Context(), "01WANG"); err != nil {
			t.Fatal(err)
		}
		changing(t, db, log, concerning{ID: "01WANG", Name: "王六"}, concerning{ID: "01WANG", Name: "王九"})
		for _, l := range []*audit.Log{log, other(db, ring)} {
			if f := fields(l, 2); f[0].Before+f[0].After != "" || !f[0].Erased || f[1].After != "true" {
				t.Errorf("after erasing, the list says %+v", f)
			}
			if f := fields(l, 1); f[0].After != "赵八" {
				t.Errorf("of another the list says %+v", f)
			}
			if f := fields(l, 0); f[0].Before+f[0].After != "" || !f[0].Hidden {
				t.Errorf("of a change after erasing, the list says %+v", f)
			}
		}
		if v, err := log.Verify(t.Context()); err != nil || !v.OK || v.Count != 3 {
			t.Errorf("the chain: %+v, %v", v, err)
		}
		var file bytes.Buffer
		if err := log.Export(t.Context(), &file, time.Unix(0, 0), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if text := file.String(); strings.Contains(text, "王") || !strings.Contains(text, "赵八") {
			t.Errorf("the export says\n%s", text)
		}
		if p, err := audit.VerifyExport(&file, nil); err != nil || !p.OK || p.Count != 3 {
			t.Errorf("the export: %+v, %v", p, err)
		}
	})
}

// An export of the release before, whose entries had fewer fields, verifies as it did.
func TestAnEarlierExportStillVerifies(t *testing.T) {
	const entry = `{"seq":1,"id":"01A","at":"2026-03-01T12:00:00Z","actor":"nobody","actor_name":"","organisation_id":"","action":"act","object":"o","outcome":"done","ip":"","request_id":"","detail":"","hash":%q}`
	sum := sha256.Sum256([]byte("\n" + fmt.Sprintf(entry, "")))
	hash := hex.EncodeToString(sum[:])
	file := `{"header":{"form":"linghang-audit-export-1","first":1,"prev":""}}` + "\n" + `{"entry":` + fmt.Sprintf(entry, hash) + "}\n" + `{"end":{"count":1}}` + "\n"
	if p, err := audit.VerifyExport(strings.NewReader(file), nil); err != nil || !p.OK || p.Count != 1 {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestBytesThatAreNoTextDoNotBreakTheChain(t *testing.T) {
	each(t, func(t *testing.T, _ *sqldb.DB, log *audit.Log) {
		e := audit.NewEntry(t.Context(), "act", "/a\xff\x00b", "refused")
		e.Detail = "query \xfe"
		if err := log.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if v := verify(t, log); !v.OK {
			t.Errorf("the chain: %+v", v)
		}
		var file bytes.Buffer
		if err := log.Export(t.Context(), &file, time.Unix(0, 0), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if p, err := audit.VerifyExport(&file, nil); err != nil || !p.OK {
			t.Errorf("the export: %+v, %v", p, err)
		}
	})
}
