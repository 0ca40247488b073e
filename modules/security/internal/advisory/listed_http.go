package advisory

import (
	"context"
	"net/http"

	"linghang/kernel/httpd"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Advisories) listedRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /listed-vulnerabilities", Permission: mayView, Summary: "Entries of the national lists CNVD and CNNVD; those without a number of CVE are not compared with assets", Handler: httpd.List(m.listListed)},
		{Pattern: "GET /listed-vulnerabilities/{number}", Permission: mayView, Summary: "An entry of a national list: remedy, products and links as the list has them", Handler: httpd.JSON(m.readListed)},
		{
			Pattern: "POST /listed-import", Permission: mayImport, MaxBody: maxList, Stream: true,
			Summary: "Take a file of CNVD or CNNVD, whole or not at all: XML as its publisher gives it out (also gzip), or CSV or XLSX with a column 漏洞编号; ?name= of the file", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.takeList)),
		},
	}
}

func (m *Advisories) listListed(ctx context.Context, in listedParams) (sqldb.Page[ListedRow], error) {
	return m.store.listListed(ctx, in)
}

type listedInput struct {
	Number string `path:"number" maxLength:"30"`
}

func (m *Advisories) readListed(ctx context.Context, in listedInput) (ListedDetail, error) {
	return m.store.readListed(ctx, in.Number)
}

// listView is what came of a file of a national list.
type listView struct {
	Edition string        `json:"edition"`
	Entries int           `json:"entries" doc:"In the file, but for those that were skipped"`
	New     int           `json:"new"`
	Changed int           `json:"changed"`
	Same    int           `json:"same"`
	Older   int           `json:"older" doc:"What is kept was changed later"`
	WithCVE int           `json:"with_cve" doc:"Entries of the file that have a number of CVE"`
	Skips   int           `json:"skips" doc:"Entries that cannot be told from others or whose dates are none"`
	Skipped []skippedView `json:"skipped" doc:"The first 200 of them"`
	Mended  []mendedView  `json:"mended" doc:"Damage that files are known to have, which was mended"`
}

type skippedView struct {
	Line   int    `json:"line"`
	Reason string `json:"reason" enum:"no_number,number_form,date_form,not_an_entry,number_twice,not_text"`
	Text   string `json:"text"`
}

type mendedView struct {
	What  string `json:"what" enum:"ampersand,control,octet,block,cut"`
	Count int    `json:"count"`
	Line  int    `json:"line" doc:"Where first"`
}

func (m *Advisories) takeList(w http.ResponseWriter, r *http.Request) {
	v, err := m.readListFile(r)
	httpd.Answer(w, r, http.StatusOK, v, err)
}

func (m *Advisories) readListFile(r *http.Request) (v listView, err error) {
	ctx := r.Context()
	if err := cityOnly(ctx); err != nil {
		return v, err
	}
	read, err := readList(r.URL.Query().Get("name"), r.Body)
	if err != nil {
		return v, err
	}
	n, err := m.store.takeListed(ctx, read, handOf(ctx), m.now())
	if err != nil {
		return v, err
	}
	return read.view(n), nil
}

func (r *listReading) view(n listCounts) listView {
	v := listView{Edition: r.edition, Entries: len(r.entries), New: n.New, Changed: n.Changed, Same: n.Same, Older: n.Older, Skips: r.skips, Skipped: []skippedView{}, Mended: []mendedView{}}
	for _, e := range r.entries {
		if len(e.CVEs) > 0 {
			v.WithCVE++
		}
	}
	for _, s := range r.skipped {
		v.Skipped = append(v.Skipped, skippedView{s.Line, string(s.Reason), s.Text})
	}
	for _, x := range r.mended {
		v.Mended = append(v.Mended, mendedView{string(x.What), x.Count, x.Line})
	}
	return v
}
