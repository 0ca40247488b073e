package identifier

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"linghang/kernel/attest"
	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/notice"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

func TestAMonthIsReportedOnceItIsOver(t *testing.T) {
	at := func(text string) time.Time {
		x, err := time.ParseInLocation(time.DateTime, text, chinaTime())
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, c := range []struct {
		now, month string
		ready      bool
	}{
		{"2026-03-01 00:30:00", "2026-02", false},
		{"2026-03-01 01:00:00", "2026-02", true},
		{"2026-03-31 23:00:00", "2026-02", true},
		{"2026-01-31 23:00:00", "2025-12", true},
	} {
		now := at(c.now)
		if months := ended(now); len(months) != 12 || (months[0] == c.month) != c.ready || months[0] > c.month {
			t.Errorf("at %s these may be asked for: %v", c.now, months)
		}
		if got := lastMonth(now).Format(monthFormat); got != c.month || reportable(now) != c.ready {
			t.Errorf("at %s: %s, %t", c.now, got, reportable(now))
		}
	}
}

func TestMonthlyReportsAreVersionsWithASignature(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "in_service", http.StatusOK)
		next := time.Now().In(chinaTime())
		next = time.Date(next.Year(), next.Month()+1, 1, 2, 0, 0, 0, chinaTime())
		list := func() []Version {
			var page sqldb.Page[Version]
			h.do(t, "GET", "/nodes/"+h.enterprise.ID+"/reports", "manager-theirs", "", http.StatusOK, &page)
			return page.Items
		}
		for range 2 { // the second time there is nothing to do
			if err := h.module.makeMonthly(t.Context(), next); err != nil {
				t.Fatal(err)
			}
		}
		made := list()
		if len(made) != 1 || made[0].Number != 1 || made[0].Month != lastMonth(next).Format(monthFormat) {
			t.Fatalf("made %+v", made)
		}
		h.told(t, made[0])
		h.verified(t, made[0])
		ctx := identity.With(t.Context(), identity.Identity{Scope: identity.Scope{All: true}})
		n, err := h.module.nodes.get(ctx, h.enterprise.ID)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.module.makeVersion(ctx, n, lastMonth(next), next.Add(time.Hour))
		if f := fault.As(err); f == nil || f.Key != "identifier.monthly.same" {
			t.Errorf("the same report was made again: %v", err)
		}
		begun := event{NodeID: n.ID, Kind: abnormal, At: next.Add(-48 * time.Hour), Cause: "network", Reason: "a cable"}
		if _, err := h.module.events.insert(ctx, []event{begun}, h.module.kit.Notices, func([]event) []notice.Notice { return nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := h.module.makeVersion(ctx, n, lastMonth(next), next.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if made = list(); len(made) != 2 || made[0].Number != 2 || made[0].Digest == made[1].Digest {
			t.Errorf("after an event: %+v", made)
		}
		h.do(t, "POST", "/nodes/"+n.ID+"/reports", "manager-theirs", fmt.Sprintf(`{"month":%q}`, time.Now().In(chinaTime()).Format(monthFormat)), http.StatusUnprocessableEntity, nil)
		h.do(t, "GET", "/reports/"+made[0].ID+"/verification", "manager-ours", "", http.StatusOK, nil) // who allocates the prefix
		h.do(t, "GET", "/nodes/"+h.secondary.ID+"/reports", "manager-theirs", "", http.StatusForbidden, nil)
	})
}

// told is that whoever operates the node has a notice of the report.
func (h *house) told(t *testing.T, v Version) {
	t.Helper()
	kerneltest.Wait(t, "the notice", func() bool {
		return strings.Contains(string(h.Get(t, "/api/notify/inbox", "manager-theirs").Body), v.Month+" 月报已生成")
	})
}

// verified is that a report is checked here, and without us, and that a change shows.
func (h *house) verified(t *testing.T, v Version) {
	t.Helper()
	var checked verification
	h.do(t, "GET", "/reports/"+v.ID+"/verification", "manager-theirs", "", http.StatusOK, &checked)
	if !checked.Signature || !checked.PDF || !checked.XLSX || !checked.English {
		t.Errorf("checked: %+v", checked)
	}
	if pdf := h.Get(t, "/api/identifier/reports/"+v.ID+"/pdf", "manager-theirs").Body; !strings.HasPrefix(string(pdf), "%PDF") {
		t.Errorf("the PDF begins with %.20q", pdf)
	}
	h.inBothLanguages(t, v)
	var apart attest.Signed
	if err := json.Unmarshal(h.Get(t, "/api/identifier/reports/"+v.ID+"/signature", "manager-theirs").Body, &apart); err != nil {
		t.Fatal(err)
	}
	if err := seal.VerifyText(apart.Public, []byte(apart.Statement), apart.Signature); err != nil {
		t.Errorf("without us: %v", err)
	}
	if seal.VerifyText(apart.Public, []byte(strings.Replace(apart.Statement, "version 1", "version 2", 1)), apart.Signature) == nil {
		t.Error("a changed statement fits")
	}
	err := h.module.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE monthly_report SET digest = 'another' WHERE id = $1`, v.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.do(t, "GET", "/reports/"+v.ID+"/verification", "manager-theirs", "", http.StatusOK, &checked)
	if checked.Signature {
		t.Error("a changed report passes")
	}
	err = h.module.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE monthly_report SET digest = $1 WHERE id = $2`, v.Digest, v.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// inBothLanguages is that the report is there in the language that is asked for, and
// that each file is one that was signed.
func (h *house) inBothLanguages(t *testing.T, v Version) {
	t.Helper()
	signature := h.Get(t, "/api/identifier/reports/"+v.ID+"/signature", "manager-theirs").Body
	b, err := attest.Read(bytes.NewReader(signature), int64(len(signature)))
	if err != nil || len(b.Files()) != 4 {
		t.Fatalf("the signature tells of %+v, %v", b, err)
	}
	seen := map[string]bool{}
	for _, c := range []struct{ query, sheet string }{
		{"pdf?lang=zh", ""}, {"pdf?lang=en", ""}, {"xlsx?lang=zh", "标识解析节点月度报告"}, {"xlsx?lang=en", "Monthly report of an identifier node"},
	} {
		r := h.Get(t, "/api/identifier/reports/"+v.ID+"/"+c.query, "manager-theirs")
		f, _, err := attest.Sum(c.query, bytes.NewReader(r.Body))
		if err != nil || r.Status != http.StatusOK || b.Identify(f).State != attest.Whole || seen[f.SHA256] {
			t.Errorf("%s: %d, %v", c.query, r.Status, b.Identify(f))
		}
		seen[f.SHA256] = true
		if c.sheet == "" {
			continue
		}
		book, err := excelize.OpenReader(bytes.NewReader(r.Body))
		if err != nil {
			t.Fatal(err)
		}
		if title, err := book.GetCellValue(book.GetSheetName(0), "A1"); err != nil || title != c.sheet {
			t.Errorf("%s begins with %q, %v", c.query, title, err)
		}
	}
}

// A version from before there were reports in English is as it was signed, says so
// when English is asked for, and is followed by one that has both.
func TestVersionsFromBeforeEnglishStayGood(t *testing.T) {
	v := Version{Prefix: "88.101", Month: "2026-01", Number: 1, MadeAt: time.Unix(0, 0), Digest: "d", PDF: "p", XLSX: "x"}
	const want = "linghang monthly report of an identifier node\nnode 88.101\nmonth 2026-01\nversion 1\nmade 1970-01-01T00:00:00Z\ndigest d\npdf p\nxlsx x\n"
	if got := string(v.statement()); got != want {
		t.Errorf("the statement is %q", got)
	}
	h := city(t, kerneltest.Options{})
	h.found(t)
	h.move(t, "manager-ours", "in_service", http.StatusOK)
	month := ended(time.Now())[0]
	body := fmt.Sprintf(`{"month":%q}`, month)
	h.do(t, "POST", "/nodes/"+h.enterprise.ID+"/reports", "manager-theirs", body, http.StatusCreated, &v)
	err := h.module.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE monthly_report SET digest_en = '', pdf_en = '', xlsx_en = '' WHERE id = $1`, v.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.do(t, "GET", "/reports/"+v.ID+"/pdf?lang=en", "manager-theirs", "", http.StatusNotFound, nil)
	h.do(t, "GET", "/reports/"+v.ID+"/pdf?lang=zh", "manager-theirs", "", http.StatusOK, nil)
	h.do(t, "POST", "/nodes/"+h.enterprise.ID+"/reports", "manager-theirs", body, http.StatusCreated, &v)
	h.do(t, "GET", "/reports/"+v.ID+"/pdf?lang=en", "manager-theirs", "", http.StatusOK, nil)
	h.do(t, "POST", "/nodes/"+h.enterprise.ID+"/reports", "manager-theirs", body, http.StatusConflict, nil)
}
