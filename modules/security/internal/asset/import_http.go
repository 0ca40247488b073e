package asset

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/files"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sheet"
	"linghang/kernel/sqldb"
)

// maxImport bounds a file of assets, in octets.
const maxImport = 16 << 20

func (m *Assets) importRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /asset-import/template/{format}", Permission: mayWrite, Summary: "A file of assets to fill in, as csv or xlsx", Handler: httpd.Raw("", http.HandlerFunc(m.serveTemplate))},
		{
			Pattern: "POST /asset-import/preview", Permission: mayWrite, MaxBody: maxImport, Recorded: "nothing is kept",
			Summary: "What a file of assets as CSV or XLSX would change: ?name= of the file", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.previewImport)),
		},
		{
			Pattern: "POST /asset-import", Permission: mayWrite, MaxBody: maxImport, Stream: true,
			Summary: "Take the assets of a file as CSV or XLSX, all or none: ?name= of the file, ?synthetic=true of demonstration data", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.takeImport)),
		},
	}
}

// importView is what a file of assets changes, or changed.
type importView struct {
	New     int             `json:"new"`
	Changed int             `json:"changed" doc:"Assets that are known by a key, and of which the file says something else"`
	Same    int             `json:"same"`
	Wrong   []sheet.Finding `json:"wrong" doc:"With any, nothing is changed"`
	Changes []rowChange     `json:"changes" doc:"The first hundred"`
	Done    bool            `json:"done"`
}

// rowChange is what a row would change of an asset that is known.
type rowChange struct {
	Line   int64    `json:"line"`
	Name   string   `json:"name"`
	By     string   `json:"by" enum:"serial,mac,bacnet,station,address"`
	Fields []Change `json:"fields"`
}

// mostChanges bounds those that a preview tells.
const mostChanges = 100

// known is an asset that a row says something of.
type known struct {
	before, after Asset
}

func (m *Assets) previewImport(w http.ResponseWriter, r *http.Request) {
	v, _, _, err := m.readImport(r)
	httpd.Answer(w, r, http.StatusOK, v, err)
}

func (m *Assets) takeImport(w http.ResponseWriter, r *http.Request) {
	v, list, changed, err := m.readImport(r)
	if err == nil && len(v.Wrong) > 0 {
		err = fault.New(fault.Invalid, "security.asset.rows", "%d cells are wrong, the first in line %d: %s; nothing was changed", len(v.Wrong), v.Wrong[0].Line, v.Wrong[0].Why.EN).
			With("count", len(v.Wrong)).With("rows", v.Wrong)
	}
	if err == nil {
		err = m.enter(r.Context(), list, changed, r.URL.Query().Get("synthetic") == "true")
		v.Done = err == nil
	}
	httpd.Answer(w, r, http.StatusOK, v, err)
}

// readImport reads the file of a request. The file itself is not kept.
func (m *Assets) readImport(r *http.Request) (v importView, added []Facts, changed []known, err error) {
	ctx := r.Context()
	v = importView{Wrong: []sheet.Finding{}, Changes: []rowChange{}}
	o, err := Ours(ctx)
	if err != nil {
		return v, nil, nil, err
	}
	rows, err := files.Rows(r, maxImport)
	if err != nil {
		return v, nil, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	list, wrong, err := readRows(rows, m.store.vendor, m.macForm)
	if err != nil {
		return v, nil, nil, err
	}
	v.Wrong = append(v.Wrong, wrong...)
	there, err := m.store.byKey(ctx, m.kit.DB, o.ID)
	if err != nil {
		return v, nil, nil, err
	}
	taken := map[string]int64{}
	for _, x := range list {
		id, rank := there.find(x.row.keys(m.store.vendor))
		if id == "" {
			v.New, added = v.New+1, append(added, x.row.Facts)
			continue
		}
		if before, twice := taken[id]; twice {
			v.Wrong = append(v.Wrong, sheet.Finding{Line: x.at, Column: column(rank), Why: *sheet.Because("与第 %d 行是同一资产", "it is the same asset as line %d", before)})
			continue
		}
		taken[id] = x.at
		before, err := m.store.seen(ctx, m.kit.DB, id, m.now())
		if err != nil {
			return v, nil, nil, err
		}
		after := before
		after.Facts = before.over(x.row)
		fields := changes(before.Facts, after.Facts)
		if len(fields) == 0 {
			v.Same++
			continue
		}
		if v.Changed++; len(v.Changes) < mostChanges {
			v.Changes = append(v.Changes, rowChange{x.at, before.Name, by(rank), fields})
		}
		changed = append(changed, known{before, after})
	}
	return v, added, changed, nil
}

// keyed are the assets of an enterprise by their keys.
type keyed map[string]string

// find gives the asset that has the surest of keys.
func (k keyed) find(keys []Key) (id string, rank int) {
	for _, x := range keys {
		if id := k[x.Value]; id != "" {
			return id, x.Rank
		}
	}
	return "", 0
}

// enter keeps what a file says, as one change.
func (m *Assets) enter(ctx context.Context, added []Facts, changed []known, synthetic bool) error {
	o, now, who := identity.From(ctx).Organisation, m.now(), handOf(ctx)
	err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := begin(ctx, tx, o, now); err != nil {
			return err
		}
		for _, f := range added {
			a := Asset{ID: ulid.Make().String(), OrganisationID: o.ID, Facts: f, State: Active, Synthetic: synthetic || o.Synthetic, CreatedAt: now, UpdatedAt: now}
			if err := m.store.insert(ctx, tx, a, who); err != nil {
				return err
			}
		}
		for _, k := range changed {
			k.after.UpdatedAt = now
			if err := m.store.save(ctx, tx, k.before, k.after, "imported", who); err != nil {
				return err
			}
		}
		tx.Changed("security_asset_import", o.ID, nil, map[string]int{"new": len(added), "changed": len(changed)})
		return m.changed(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("take the assets of a file: %w", err)
	}
	return nil
}

// serveTemplate sends a file to fill in, with an example below its columns.
func (m *Assets) serveTemplate(w http.ResponseWriter, r *http.Request) {
	language := httpd.Language(r)
	example := []any{
		"一号线主控 PLC", "plc", "Siemens", "SIMATIC S7-1500", "CPU 1515-2 PN", "6ES7515-2AM02-0AB0", "V2.9.4", "S C-X4U421302009", "00:1b:1b:12:34:56", "192.168.10.11", "一号线控制网", "plc-line1", "",
		"一号线控制区", "2", "4", "internal", "", "一号车间", "",
	}
	httpd.ServeForm(w, r, "assets", append(httpd.FormSheets("assets", importColumns(), example, language), RoleSheet(language))...)
}

// RoleSheet tells in a file to fill in what roles there are.
func RoleSheet(language string) httpd.Sheet {
	var roles [][]any
	for _, x := range Roles() {
		roles = append(roles, []any{string(x.ID), x.Number, x.Title.In(language)})
	}
	say := func(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(language) }
	return httpd.Sheet{Name: say("类型", "Roles"), Titles: []string{say("代码", "Code"), "ATT&CK", say("名称", "Name")}, Widths: []float64{24, 12, 40}, Rows: httpd.Rows(roles...)}
}
