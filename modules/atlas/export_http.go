package atlas

import (
	"fmt"
	"net/http"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
)

func (m *Module) exportRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /chains/{id}/export/{format}", Permission: "atlas.view", Summary: "A chain as csv, xlsx, ttl or graphml; csv, xlsx and ttl can be brought in again", Handler: httpd.Raw("", http.HandlerFunc(m.exportChain))},
		{Pattern: "GET /import/template/{what}/{format}", Permission: "atlas.propose", Summary: "A file to fill in for chain, outside or relations, as csv or xlsx", Handler: httpd.Raw("", http.HandlerFunc(m.serveTemplate))},
	}
}

func (m *Module) exportChain(w http.ResponseWriter, r *http.Request) {
	ctx, id := r.Context(), r.PathValue("id")
	c, err := m.chains.read(ctx, m.kit.DB, id)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	content, err := m.chains.content(ctx, id, 0)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	switch format := r.PathValue("format"); format {
	case "csv", "xlsx":
		sendTable(w, "chain."+format, format, chainTable(), chainRows(content), httpd.Language(r) == "en")
	case "ttl":
		httpd.Attach(w, "text/turtle; charset=utf-8", "chain.ttl")
		_ = writeTurtle(w, c, content) // the client may be gone
	case "graphml":
		graph, err := m.memory.now(ctx)
		if err != nil {
			httpd.Refuse(w, r, err)
			return
		}
		a, err := graph.analyse(ctx, id, content, identity.From(ctx).Scope.All)
		if err != nil {
			httpd.Refuse(w, r, err)
			return
		}
		httpd.Attach(w, "application/graphml+xml; charset=utf-8", "chain.graphml")
		_ = writeGraphML(w, content, a.stages) // the client may be gone
	default:
		httpd.Refuse(w, r, fault.New(fault.NotFound, "kernel.not_found", "a chain is sent as csv, xlsx, ttl or graphml"))
	}
}

// sendTable sends rows with the columns of a file as their first row.
func sendTable(w http.ResponseWriter, name, format string, columns []column, rows [][]any, english bool) {
	var titles []string
	for _, c := range columns {
		title := c.title
		if english {
			title = c.name
		}
		titles = append(titles, title)
	}
	if format == "xlsx" {
		httpd.ServeWorkbook(w, name, httpd.Sheet{Name: "Sheet1", Titles: titles, Widths: slices.Repeat([]float64{24}, len(titles)), Rows: httpd.Rows(rows...)})
		return
	}
	lines := [][]string{titles}
	for _, row := range rows {
		line := make([]string, len(row))
		for i, v := range row {
			line[i] = httpd.CSVCell(v)
		}
		lines = append(lines, line)
	}
	httpd.ServeCSV(w, name, lines...)
}

// serveTemplate sends a file to fill in, with an example below its columns.
func (m *Module) serveTemplate(w http.ResponseWriter, r *http.Request) {
	what, format := r.PathValue("what"), r.PathValue("format")
	columns := map[string][]column{"chain": chainTable(), fileOutside: outsideTable(), fileRelations: relationTable()}[what]
	if columns == nil || format != "csv" && format != "xlsx" {
		httpd.Refuse(w, r, fault.New(fault.NotFound, "kernel.not_found", "a file to fill in is of chain, outside or relations, as csv or xlsx"))
		return
	}
	example := map[string][][]any{
		"chain": {{"s1", "示例原料", "Example material", "", "s2:0.6", "", "", ""}, {"s2", "示例整机", "Example machine", "", "", "10000", "yes", ""}},
		fileOutside: {
			{"示例外地企业", "Example enterprise", "", "示例省示例市", "示例产品", "示例技术", "示例产业链/示例环节", "", "示例展会名录", "bureau", "", ""},
		},
		fileRelations: {
			{"at", "示例企业", "示例环节", "示例产业链", "", "5000", "2000", "800", "", "", "", "示例调研", "bureau", ""},
			{"supplies", "示例企业甲", "示例企业乙", "", "300", "", "", "", "", "", "", "示例调研", "bureau", ""},
			{"holds", "示例企业甲", "示例企业丙", "", "", "", "", "", "51", "2024-01-01", "", "示例登记信息", "bureau", ""},
			{"cooperates", "示例企业乙", "示例企业丙", "", "", "", "", "", "", "2025-03-01", "2025-12-31", "示例调研", "bureau", ""},
		},
	}[what]
	sendTable(w, fmt.Sprintf("%s.%s", what, format), format, columns, example, httpd.Language(r) == "en")
}
