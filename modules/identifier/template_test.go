package identifier

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"linghang/kernel/httpd"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sheet"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/template"
)

const bearingTemplate = `{"code":"bearing","name":{"zh":"轴承","en":"Bearing"},"industry":"C34","items":[
	{"name":"model","title":"型号","type":"text","required":true},
	{"name":"weight","title":"质量","type":"decimal","min":"0","unit":"kg"},
	{"name":"cost","title":"成本","type":"decimal","restricted":true}]}`

// published makes a template of ours and publishes it.
func (h *house) published(t *testing.T, body string) (made template.Template) {
	t.Helper()
	h.do(t, "POST", "/templates", "manager-ours", body, http.StatusCreated, &made)
	h.moveTemplate(t, &made, "manager-ours", "published", http.StatusOK)
	return made
}

func (h *house) moveTemplate(t *testing.T, made *template.Template, who, to string, want int) {
	t.Helper()
	r := h.Send(t, "POST", "/api/identifier/templates/"+made.ID+"/state", who, fmt.Sprintf(`{"to":%q}`, to), "If-Match", fmt.Sprintf(`"%d"`, made.Revision))
	if r.Status != want {
		t.Fatalf("move template to %s as %s: %d %s", to, who, r.Status, r.Body)
	}
	if want == http.StatusOK {
		r.Decode(t, made)
	}
}

func TestAPublishedTemplateNeverChanges(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		var made template.Template
		h.do(t, "POST", "/templates", "reporter-ours", bearingTemplate, http.StatusForbidden, nil)
		h.do(t, "POST", "/templates", "manager-ours", bearingTemplate, http.StatusCreated, &made)
		if made.Version != 1 || made.State != template.Draft || made.Items[2].Index != 2002 {
			t.Fatalf("made %+v", made)
		}
		path := "/api/identifier/templates/" + made.ID
		edit := strings.Replace(bearingTemplate, "型号", "规格型号", 1)
		put := func(who string, revision int64, want int) {
			t.Helper()
			if r := h.Send(t, "PUT", path, who, edit, "If-Match", fmt.Sprintf(`"%d"`, revision)); r.Status != want {
				t.Errorf("edit as %s: %d %s, want %d", who, r.Status, r.Body, want)
			}
		}
		h.do(t, "GET", "/templates/"+made.ID, "manager-theirs", "", http.StatusNotFound, nil) // a draft of ours
		put("manager-theirs", 1, http.StatusNotFound)
		put("manager-ours", 7, http.StatusPreconditionFailed)
		put("manager-ours", 1, http.StatusOK)
		made.Revision = 2
		h.moveTemplate(t, &made, "manager-ours", "published", http.StatusOK)
		put("manager-ours", 3, http.StatusConflict)
		put("manager-theirs", 3, http.StatusForbidden)
		h.do(t, "DELETE", "/templates/"+made.ID, "manager-ours", "", http.StatusConflict, nil)
		h.do(t, "POST", "/templates", "manager-theirs", bearingTemplate, http.StatusConflict, nil) // the code is taken
		var seen template.Template
		h.do(t, "GET", "/templates/"+made.ID, "manager-theirs", "", http.StatusOK, &seen)
		if seen.OperatorID != "" || seen.Items[0].Title != "规格型号" {
			t.Errorf("others see %+v", seen)
		}
		var next template.Template
		h.do(t, "POST", "/templates/"+made.ID+"/versions", "manager-theirs", "", http.StatusForbidden, nil)
		h.do(t, "POST", "/templates/"+made.ID+"/versions", "manager-ours", "", http.StatusCreated, &next)
		if next.Version != 2 || next.State != template.Draft || next.Items[0].Title != "规格型号" {
			t.Errorf("the next version is %+v", next)
		}
		var page sqldb.Page[template.Template]
		h.do(t, "GET", "/templates?code=bearing", "viewer-theirs", "", http.StatusOK, &page)
		if len(page.Items) != 1 {
			t.Errorf("others see %d versions", len(page.Items))
		}
		h.do(t, "DELETE", "/templates/"+next.ID, "manager-ours", "", http.StatusNoContent, nil)
		kerneltest.Wait(t, "the template to be found by an item", func() bool {
			r := h.Get(t, "/api/search?q="+url.QueryEscape("规格型号"), "viewer-theirs")
			return strings.Contains(string(r.Body), "/identifier/templates/"+made.ID)
		})
	})
}

// A draft of others is told of no more than a template that there is not.
func TestADraftOfOthersIsNoTemplate(t *testing.T) {
	h := city(t, kerneltest.Options{})
	h.found(t)
	h.move(t, "manager-ours", "trial", http.StatusOK)
	h.do(t, "POST", "/templates", "manager-ours", bearingTemplate, http.StatusCreated, nil)
	key := func(template string) string {
		r := h.Send(t, "PUT", "/api/identifier/handle", "reporter-theirs", fmt.Sprintf(`{"handle":"88.101.5/B1","template":%q,"items":{"no_such_item":"x"}}`, template))
		var p httpd.Problem
		r.Decode(t, &p)
		return p.Key
	}
	if there, none := key("bearing:1"), key("none:1"); there != none || none != "identifier.template.unusable" {
		t.Errorf("a draft is told as %q, none as %q", there, none)
	}
}

func TestIdentifiersAreHeldToTheirTemplate(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		made := h.published(t, bearingTemplate)
		save := func(body string, want int) []byte {
			t.Helper()
			r := h.Send(t, "PUT", "/api/identifier/handle", "reporter-theirs", body)
			if r.Status != want {
				t.Fatalf("save %s: %d %s", body, r.Status, r.Body)
			}
			return r.Body
		}
		told := string(save(`{"handle":"88.101.5/B1","template":"bearing:1","items":{"weight":"heavy"}}`, http.StatusUnprocessableEntity))
		if !strings.Contains(told, `"body.items.weight"`) || !strings.Contains(told, `"body.items.model"`) {
			t.Errorf("told %s", told)
		}
		save(`{"handle":"88.101.5/B1","template":"bearing:2","items":{"model":"6204"}}`, http.StatusUnprocessableEntity)
		save(`{"handle":"88.101.5/B1","template":"bearing:1","items":{"modl":"6204"}}`, http.StatusUnprocessableEntity)
		save(`{"handle":"88.101.5/B1"}`, http.StatusUnprocessableEntity)
		save(`{"handle":"88.101.5/B1","values":[{"index":1000,"type":"TEMPLATE","data":"bearing:1"},{"index":2000,"type":"model","data":"x"},{"index":2002,"type":"cost","data":"3"}]}`, http.StatusUnprocessableEntity)
		save(`{"handle":"88.101.5/B1","values":[{"index":1,"type":"URL","data":"http://a.example"}],"template":"bearing:1","items":{"model":"6204","weight":"0.1","cost":"7.5"}}`, http.StatusOK)
		var d handleDetail
		h.do(t, "GET", "/handle?handle=88.101.5/B1", "viewer-ours", "", http.StatusOK, &d)
		if len(d.List) != 5 || d.List[1].Index != 1000 || d.List[1].Data != "bearing:1" || d.List[3].Type != "weight" {
			t.Errorf("others see %+v", d.List)
		}
		h.moveTemplate(t, &made, "manager-ours", "withdrawn", http.StatusOK)
		save(`{"handle":"88.101.5/B2","template":"bearing:1","items":{"model":"6204"}}`, http.StatusUnprocessableEntity)
		h.do(t, "GET", "/handle?handle=88.101.5/B1", "reporter-theirs", "", http.StatusOK, &d)
		save(fmt.Sprintf(`{"handle":"88.101.5/B1","was":%d,"template":"bearing:1","items":{"model":"6205"}}`, d.Change), http.StatusOK)
	})
}

func TestAFileFollowsATemplate(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		made := h.published(t, bearingTemplate)
		blank := h.Get(t, "/api/identifier/nodes/"+h.enterprise.ID+"/imports/blank/csv?template="+made.ID, "reporter-theirs").Body
		if strings.TrimSpace(string(blank)) != "\ufeffhandle,model,weight,cost" {
			t.Errorf("the file to fill in is %q", blank)
		}
		book := h.Get(t, "/api/identifier/nodes/"+h.enterprise.ID+"/imports/blank/xlsx?template="+made.ID, "reporter-theirs").Body
		if s, err := sheet.Open(bytes.NewReader(book)); err != nil {
			t.Error(err)
		} else if cells, _, err := s.Next(); err != nil || strings.Join(cells, ",") != "handle,model,weight,cost" {
			t.Errorf("the workbook to fill in begins with %q, %v", cells, err)
		}
		rows := string(blank) + "\nB1,6204,0.1,7\nB2,,0.1,\nB3,6204,-1,\n"
		b := h.ended(t, h.upload(t, "name=a.csv&template="+made.ID, "text/csv", rows, http.StatusAccepted).ID)
		if b.Made != 1 || b.Refused != 2 || b.TemplateID != made.ID {
			t.Errorf("it ended as %+v", b)
		}
		var faults sqldb.Page[badRow]
		h.do(t, "GET", "/imports/"+b.ID+"/faults", "reporter-theirs", "", http.StatusOK, &faults)
		if len(faults.Items) != 2 || faults.Items[0].Column != "model" || faults.Items[1].Column != "weight" || faults.Items[1].Message.ZH != "不能小于 0" {
			t.Errorf("refused rows: %+v", faults.Items)
		}
		var d handleDetail
		h.do(t, "GET", "/handle?handle=88.101.5/B1", "viewer-ours", "", http.StatusOK, &d)
		if len(d.List) != 4 { // template, model, weight, the administrator; the cost is not everybody's
			t.Errorf("others see %+v", d.List)
		}
		h.resolves(t, "88.101.5/B1", wire.CodeSuccess)
		// Rows that name their own.
		rows = "handle,1000:TEMPLATE,2000:model\nC1,bearing:1,6204\nC2,bearing:9,6204\nC3,bearing:1,\nC4,,anything\n"
		b = h.ended(t, h.upload(t, "name=a.csv", "text/csv", rows, http.StatusAccepted).ID)
		if b.Made != 2 || b.Refused != 2 {
			t.Errorf("it ended as %+v", b)
		}
		h.upload(t, "name=a.csv&template=none", "text/csv", rows, http.StatusNotFound)
	})
}
