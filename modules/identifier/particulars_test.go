package identifier

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

const entered = `{"ownership":"private","address":{"province":"山东省","city":"青岛市","district":"崂山区","line":"松岭路1号"},
	"legal":{"name":"张三","document":{"kind":"居民身份证","number":"370202190001010016"},"phone":"0532-1","email":"zhang@a.example"},
	"contact_document":{"kind":"居民身份证","number":"370202190001010024"},"introduction":"制造企业","website":"https://a.example","registrar":"青岛市市场监督管理局","capital":"1000万元",
	"founded":"2016-05-01","until":"9999-12-31","registration":{"address":"青岛","ip":"192.0.2.1","port":2641},"data":{"cloud":"云"},"data_backup":{"cloud":"云"},"resolution":{"address":"青岛"},"resolution_backup":{"address":"济南"}}`

func (h *house) enter(t *testing.T, id, who, body string, version int64, want int, into any) {
	t.Helper()
	r := h.Send(t, "PUT", "/api/identifier/nodes/"+id+"/particulars", who, body, "If-Match", fmt.Sprintf("%q", fmt.Sprint(version)))
	if r.Status != want {
		t.Fatalf("enter particulars as %s: %d %s, want %d", who, r.Status, r.Body, want)
	}
	if into != nil {
		r.Decode(t, into)
	}
}

func TestWhoOperatesANodeIsEnteredAndWhatIsMissingIsTold(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		id := h.enterprise.ID
		var v particularsView
		h.do(t, "GET", "/nodes/"+id+"/particulars", "manager-theirs", "", http.StatusOK, &v)
		if v.Number != 0 || len(v.Missing) != 21 || v.Registered.Name.ZH != "他方平台公司" {
			t.Errorf("of nothing that was entered it tells %+v", v)
		}
		h.enter(t, id, "manager-theirs", `{"founded":"in May","registration":{"ip":"here"}}`, 0, http.StatusUnprocessableEntity, nil)
		h.enter(t, id, "manager-theirs", entered, 0, http.StatusOK, &v)
		if v.Number != 1 || v.Legal.Document.Number != "370202190001010016" || v.Registration.Port != 2641 {
			t.Errorf("entered %+v", v)
		}
		var left []string
		for _, m := range v.Missing {
			left = append(left, m.Field)
		}
		if got := strings.Join(left, " "); got != "uscc industry contact" {
			t.Errorf("missing is %s", got)
		}
		h.enter(t, id, "manager-theirs", entered, 0, http.StatusPreconditionFailed, nil)
		h.do(t, "GET", "/nodes/"+id+"/particulars", "viewer-theirs", "", http.StatusForbidden, nil)
		h.do(t, "GET", "/nodes/"+h.secondary.ID+"/particulars", "manager-theirs", "", http.StatusForbidden, nil)
		h.do(t, "GET", "/nodes/"+id+"/particulars", "manager-ours", "", http.StatusOK, nil) // who allocates the prefix

		row := string(h.Get(t, "/api/identifier/nodes/"+h.secondary.ID+"/tables/operators?below=true&export=csv", "manager-ours").Body)
		for _, want := range []string{"88.101.5,他方平台公司,private,山东省,青岛市,崂山区,松岭路1号", "青岛 192.0.2.1 2641", "统一社会信用代码;所属行业;联系人、电话和邮箱"} {
			if !strings.Contains(row, want) {
				t.Errorf("table 6 has no %q: %s", want, row)
			}
		}
		row = string(h.Get(t, "/api/identifier/nodes/"+h.secondary.ID+"/tables/operators?export=csv&lang=en", "manager-ours").Body)
		if !strings.Contains(row, "Domain licences; Who builds it") {
			t.Errorf("table 1 does not say what is missing: %s", row)
		}
		h.forgotten(t)
	})
}

// forgotten is that the documents are sealed where they are kept, and that who asks
// for it is forgotten.
func (h *house) forgotten(t *testing.T) {
	t.Helper()
	var legal, contact, phone string
	read := func() {
		t.Helper()
		err := h.module.kit.DB.QueryRow(t.Context(), `SELECT legal_document, contact_document, legal_phone FROM particulars WHERE node_id = $1`, h.enterprise.ID).Scan(&legal, &contact, &phone)
		if err != nil {
			t.Fatal(err)
		}
	}
	if read(); strings.Contains(legal+contact, "3702") || legal == "" || contact == "" {
		t.Errorf("kept as %q and %q", legal, contact)
	}
	if err := h.module.forgetPerson(t.Context(), identity.Subject{Email: "ZHANG@a.example"}); err != nil {
		t.Fatal(err)
	}
	if read(); legal != "" || contact == "" || phone != "" {
		t.Errorf("after forgetting: %q, %q, %q", legal, contact, phone)
	}
}

func TestApplicationsAndTemplatesAreInTheTables(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		path := "/nodes/" + h.enterprise.ID + "/applications"
		var a Application
		h.do(t, "POST", path, "manager-theirs", `{"name":"追溯","kind":2,"users":7,"recursive_address":"somewhere","recursive_port":3641}`, http.StatusUnprocessableEntity, nil)
		h.do(t, "POST", path, "manager-theirs", `{"name":"追溯","kind":2,"users":7,"recursive_address":"192.0.2.7","recursive_port":3641}`, http.StatusCreated, &a)
		h.do(t, "POST", "/nodes/"+h.secondary.ID+"/applications", "manager-theirs", `{"name":"x","kind":1}`, http.StatusForbidden, nil)
		edit := func(version, want int) {
			t.Helper()
			r := h.Send(t, "PUT", "/api/identifier/applications/"+a.ID, "manager-theirs", `{"name":"追溯","kind":3,"users":8}`, "If-Match", fmt.Sprintf(`"%d"`, version))
			if r.Status != want {
				t.Errorf("edit: %d %s", r.Status, r.Body)
			}
		}
		edit(1, http.StatusOK)
		edit(1, http.StatusPreconditionFailed)
		h.do(t, "DELETE", "/applications/"+a.ID, "manager-ours", "", http.StatusNoContent, nil) // who allocates the prefix speaks for it
		h.do(t, "POST", path, "manager-theirs", `{"name":"追溯","kind":2,"users":7,"recursive_address":"192.0.2.7","recursive_port":3641}`, http.StatusCreated, &a)

		body := `{"code":"bearing","name":{"zh":"轴承","en":""},"industry":"C34","items":[{"name":"Serial","title":"序列号","type":"text","required":true,"length":20},{"name":"Made","title":"生产日期","type":"date"}]}`
		var made struct {
			ID       string `json:"id"`
			Revision int64  `json:"revision"`
		}
		h.do(t, "POST", "/templates", "manager-theirs", body, http.StatusCreated, &made)
		if r := h.Send(t, "POST", "/api/identifier/templates/"+made.ID+"/state", "manager-theirs", `{"to":"published"}`, "If-Match", fmt.Sprintf(`"%d"`, made.Revision)); r.Status != http.StatusOK {
			t.Fatalf("publish: %d %s", r.Status, r.Body)
		}
		table := func(name, query string) string {
			r := h.Get(t, "/api/identifier/nodes/"+h.secondary.ID+"/tables/"+name+"?export=csv&"+query, "manager-ours")
			if r.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", name, r.Status, r.Body)
			}
			return string(r.Body)
		}
		for _, c := range []struct {
			name, query, want string
			there             bool
		}{
			{"applications", "below=true", "88.101.5,企业,追溯,2,,7,192.0.2.7,3641,,应用简介;开发单位", true},
			{"applications", "", "追溯", false},
			{"templates", "below=true", "bearing,1,轴承,他方平台公司,C,34,Serial:序列号:text:20;Made:生产日期:date,", true},
			{"templates", "", "bearing", false},
		} {
			if got := table(c.name, c.query); strings.Contains(got, c.want) != c.there {
				t.Errorf("%s %s: %q is there is not %t: %s", c.name, c.query, c.want, c.there, got)
			}
		}
		// An identifier that names a template brings it into the table of whoever has it.
		h.do(t, "PUT", "/handle", "reporter-theirs", `{"handle":"88.101.5/B1","values":[{"index":1000,"type":"TEMPLATE","data":"bearing:1"},{"index":2000,"type":"Serial","data":"S1"}]}`, http.StatusOK, nil)
		var rows sqldb.Page[identifierRow]
		kerneltest.Wait(t, "the identifier to be in table 9 with its template", func() bool {
			h.do(t, "GET", "/nodes/"+h.secondary.ID+"/tables/identifiers?day="+today(), "manager-ours", "", http.StatusOK, &rows)
			return len(rows.Items) == 1 && rows.Items[0].Metadata == "bearing:1"
		})
	})
}

func today() string { return dayOf(time.Now()) }
