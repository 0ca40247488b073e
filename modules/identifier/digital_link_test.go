package identifier

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/lib/codeid"
)

func (h *house) setCompanies(t *testing.T, id, who, prefixes string, want int) (v companiesView) {
	t.Helper()
	r := h.Send(t, "PUT", "/api/identifier/nodes/"+id+"/companies", who, `{"prefixes":[`+prefixes+`]}`)
	if r.Status != want {
		t.Fatalf("prefixes %s by %s: %d %s, want %d", prefixes, who, r.Status, r.Body, want)
	}
	if want == http.StatusOK {
		r.Decode(t, &v)
	}
	return v
}

func (h *house) register(t *testing.T, suffix string, pairs ...string) {
	t.Helper()
	type value struct {
		Index int    `json:"index"`
		Type  string `json:"type"`
		Data  string `json:"data"`
	}
	var values []value
	for i := 0; i < len(pairs); i += 2 {
		values = append(values, value{i + 1, pairs[i], pairs[i+1]})
	}
	body, err := json.Marshal(map[string]any{"handle": "88.101.5/" + suffix, "values": values})
	if err != nil {
		t.Fatal(err)
	}
	h.do(t, "PUT", "/handle", "reporter-theirs", string(body), http.StatusOK, nil)
}

// The statements of the conformance list of GS1-Conformant resolver 1.2.0, as the
// public test suite asks for them.
func TestTheCityIsAGS1ConformantResolver(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		const gtin, here = "01/09506000134352", "/id/01/09506000134352"
		ask := func(path string, header ...string) kerneltest.Reply { return h.Send(t, "GET", path, "", "", header...) }
		if r := ask(here); r.Status != http.StatusNotFound {
			t.Errorf("nobody's: %d %s", r.Status, r.Body)
		}
		h.setCompanies(t, h.enterprise.ID, "officer", `"9506000"`, http.StatusOK)
		if r := ask(here); r.Status != http.StatusNotFound || !strings.Contains(string(r.Body), "88.101.5/"+gtin) {
			t.Errorf("not registered: %d %s", r.Status, r.Body)
		}
		h.register(t, gtin, "URL", "https://brand.example/risotto", "DESC", "Risotto",
			"gs1:pip", `{"href":"https://brand.example/pip?a=1","title":"Product","type":"text/html","hreflang":["en"]}`,
			"gs1:pip", `{"href":"https://brand.example/zh","title":"产品","type":"text/html","hreflang":["zh"]}`)
		h.register(t, gtin+"/10/B1", "gs1:traceability", "https://brand.example/trace")

		root := h.module.resolverRoot()
		for name, c := range map[string]struct {
			path   string
			header []string
			status int
			to     string
		}{
			"the default":                   {here, nil, 307, "https://brand.example/risotto"},
			"a slash at the end":            {here + "/", nil, 307, "https://brand.example/risotto"},
			"the query is passed on":        {here + "?foo=bar", nil, 307, "https://brand.example/risotto?foo=bar"},
			"behind the query of the link":  {here + "?linkType=gs1:pip&17=261231", []string{"Accept-Language", "en"}, 307, "https://brand.example/pip?a=1&linkType=gs1:pip&17=261231"},
			"by language":                   {here + "?linkType=gs1:pip", []string{"Accept-Language", "zh-CN"}, 307, "https://brand.example/zh?linkType=gs1:pip"},
			"by full name of the type":      {here + "?linkType=https://ref.gs1.org/voc/pip", []string{"Accept-Language", "zh"}, 307, "https://brand.example/zh?linkType=https://ref.gs1.org/voc/pip"},
			"an unknown serial walks up":    {here + "/10/B1/21/S1", nil, 307, "https://brand.example/trace"},
			"an unknown batch walks up":     {here + "/10/B2", nil, 307, "https://brand.example/risotto"},
			"several that fit":              {here + "?linkType=gs1:pip", nil, 300, ""},
			"no Digital Link":               {"/id/01/09506000134353", nil, 400, ""},
			"qualifiers that are in no key": {here + "/254/X", nil, 400, ""},
			"nothing":                       {"/id/", nil, 400, ""},
			"another company":               {"/id/01/06901234567892", nil, 404, ""},
		} {
			r := ask(c.path, c.header...)
			if r.Status != c.status || r.Header.Get("Location") != c.to || r.Header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s: %d to %q, want %d to %q: %s", name, r.Status, r.Header.Get("Location"), c.status, c.to, r.Body)
			}
			if c.status == 307 && !strings.Contains(r.Header.Get("Link"), `?linkType=linkset>; rel="linkset"`) {
				t.Errorf("%s: no link to the link set: %q", name, r.Header.Get("Link"))
			}
		}
		for name, c := range map[string]struct{ path, accept, want string }{
			"by linkType":       {here + "?linkType=linkset", "text/html,*/*;q=0.8", "application/linkset+json"},
			"by its old name":   {here + "?linkType=all", "", "application/linkset+json"},
			"by Accept":         {here, "application/linkset+json", "application/linkset+json"},
			"by Accept as JSON": {here, "application/json", "application/json"},
		} {
			r := ask(c.path, "Accept", c.accept)
			var got struct {
				Linkset []map[string]any `json:"linkset"`
			}
			r.Decode(t, &got)
			if r.Status != 200 || r.Header.Get("Content-Type") != c.want || len(got.Linkset) != 1 || !strings.Contains(r.Header.Get("Link"), "linkset-context") {
				t.Fatalf("%s: %d %v %s", name, r.Status, r.Header, r.Body)
			}
			l := got.Linkset[0]
			if l["anchor"] != root+"/"+gtin || l["itemDescription"] != "Risotto" || len(l["https://ref.gs1.org/voc/pip"].([]any)) != 2 || len(l["https://ref.gs1.org/voc/defaultLink"].([]any)) != 1 {
				t.Errorf("%s: %s", name, r.Body)
			}
		}
		if r := ask(here + "/10/B1/21/S1?linkType=linkset"); !strings.Contains(string(r.Body), root+"/"+gtin+`/10/B1"`) || !strings.Contains(string(r.Body), root+"/"+gtin+`"`) {
			t.Errorf("the links of all levels: %s", r.Body)
		}
		if r := h.Send(t, "OPTIONS", here, "", ""); r.Status != http.StatusNoContent || r.Header.Get("Access-Control-Allow-Methods") != "GET, HEAD, OPTIONS" {
			t.Errorf("OPTIONS: %d %v", r.Status, r.Header)
		}
		if r := h.Send(t, "HEAD", here, "", ""); r.Status != 307 || len(r.Body) > 0 {
			t.Errorf("HEAD: %d %s", r.Status, r.Body)
		}
		want := fmt.Sprintf(`{"name":"Linghang 领航","resolverRoot":%q,"supportedPrimaryKeys":["all"],"supportedLinkType":[{"namespace":"https://ref.gs1.org/voc/","prefix":"gs1:"}],"linkTypeDefaultCanBeLinkset":false}`, root)
		if r := ask("/.well-known/gs1resolver"); r.Status != 200 || string(r.Body) != want {
			t.Errorf("the description: %d %s", r.Status, r.Body)
		}
		before := h.timesAsked(t)
		ask(here + "/10/B1/21/S1")
		if now := h.timesAsked(t); now != before+1 {
			t.Errorf("one question counts as %d resolutions", now-before)
		}
	})
}

// timesAsked is how often the enterprise node was asked, as written down.
func (h *house) timesAsked(t *testing.T) int64 {
	t.Helper()
	h.module.writeCounts(t.Context())
	var page sqldb.Page[dayCount]
	h.do(t, "GET", "/nodes/"+h.enterprise.ID+"/counts", "viewer-ours", "", http.StatusOK, &page)
	for _, c := range page.Items {
		if c.Kind == resolutions {
			return c.Requests
		}
	}
	return 0
}

func TestDigitalLinksOfOthersAreHandedOn(t *testing.T) {
	h := city(t, kerneltest.Options{})
	h.module.settings.Bridges = []bridge{{System: codeid.GS1, URL: "https://id.gs1.org/{path}"}}
	r := h.Get(t, "/id/01/06901234567892/21/a%2Fb?linkType=gs1:pip", "")
	const to = "https://id.gs1.org/01/06901234567892/21/a%2Fb?linkType=gs1:pip"
	if r.Status != http.StatusTemporaryRedirect || r.Header.Get("Location") != to || r.Header.Get("Link") != "<"+to+`>; rel="https://ref.gs1.org/voc/handledBy"` {
		t.Errorf("%d %v %s", r.Status, r.Header, r.Body)
	}
}

func TestAPrefixOfACompanyIsOneNodes(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		id := h.enterprise.ID
		h.setCompanies(t, id, "manager-ours", `"6901234"`, http.StatusForbidden) // not even who allocates the prefix
		h.setCompanies(t, id, "manager-theirs", `"6901234"`, http.StatusForbidden)
		for _, wrong := range []string{`"690"`, `"69012345678901"`, `"69O1234"`, `"6901234","69012"`} {
			h.setCompanies(t, id, "officer", wrong, http.StatusUnprocessableEntity)
		}
		if v := h.setCompanies(t, id, "officer", `"6909"," 6901234 ","6901234"`, http.StatusOK); len(v.Prefixes) != 2 || v.Prefixes[0] != "6901234" {
			t.Errorf("%+v", v)
		}
		for _, taken := range []string{`"6901234"`, `"690123"`, `"69012345"`} {
			h.setCompanies(t, h.secondary.ID, "officer", taken, http.StatusConflict)
		}
		h.setCompanies(t, h.secondary.ID, "officer", `"690123599"`, http.StatusOK)
		var v companiesView
		h.do(t, "GET", "/nodes/"+id+"/companies", "viewer-ours", "", http.StatusOK, &v)
		if len(v.Prefixes) != 2 || v.Yours {
			t.Errorf("%+v", v)
		}
		if v := h.setCompanies(t, id, "officer", ``, http.StatusOK); len(v.Prefixes) != 0 {
			t.Errorf("%+v", v)
		}
		h.setCompanies(t, h.secondary.ID, "officer", `"690123"`, http.StatusOK)
	})
}

// Pages show where an identification leads, and labels carry the city's own address
// of what leads somewhere here.
func TestWhatACompanyRegisteredIsShownAndPrinted(t *testing.T) {
	h := city(t, kerneltest.Options{})
	h.found(t)
	h.move(t, "manager-ours", "trial", http.StatusOK)
	var r recognition
	const elements, path = "(01)09506000134352(21)X1", "01/09506000134352"
	ask := url.QueryEscape(elements)
	h.do(t, "GET", "/recognition?text="+ask, "viewer-ours", "", http.StatusOK, &r)
	if r.List[0].Node != "" {
		t.Errorf("nobody has the prefix: %+v", r)
	}
	h.do(t, "GET", "/links?text="+ask, "viewer-ours", "", http.StatusNotFound, nil)
	h.setCompanies(t, h.enterprise.ID, "officer", `"9506000"`, http.StatusOK)
	h.do(t, "GET", "/recognition?text="+ask, "viewer-ours", "", http.StatusOK, &r)
	if r.List[0].Node != "88.101.5" {
		t.Errorf("%+v", r)
	}
	h.register(t, path, "DESC", "Risotto", "gs1:pip", "https://brand.example/pip")
	h.register(t, "T1", "GS1", elements)
	var v linksView
	h.do(t, "GET", "/links?text="+ask, "viewer-ours", "", http.StatusOK, &v)
	root := h.module.resolverRoot()
	if v.Node != "88.101.5" || v.Address != root+"/"+path+"/21/X1" || len(v.Levels) != 2 || len(v.Levels[0].Links) != 0 || v.Levels[0].Handle != "88.101.5/"+path+"/21/X1" {
		t.Fatalf("%+v", v)
	}
	if l := v.Levels[1]; l.Description != "Risotto" || len(l.Links) != 2 || l.Links[1].Type != "gs1:pip" || l.Links[1].Href != "https://brand.example/pip" || l.Links[0].Type != "gs1:defaultLink" {
		t.Errorf("%+v", l)
	}
	for name, want := range map[string]string{
		"88.101.5/" + path:   root + "/" + path,                       // it leads somewhere here
		elements:             root + "/" + path + "/21/X1",            // as does what is above it
		"88.101.5/T1":        "https://id.gs1.org/" + path + "/21/X1", // it is not registered under its path
		"(01)06901234567892": "https://id.gs1.org/01/06901234567892",  // somebody else's
	} {
		var p labelPreview
		body := fmt.Sprintf(`{"source":{"handles":[%q]},"design":{%s,"symbol":"qr","carries":"gs1_link"}}`, name, design)
		h.do(t, "POST", "/labels/preview", "reporter-theirs", body, http.StatusOK, &p)
		if p.Content != want {
			t.Errorf("the label of %s carries %s, want %s", name, p.Content, want)
		}
	}
}
