package system

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"linghang/kernel/fault"
	"linghang/kernel/files"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

const (
	rosterBytes    = 2 << 20  // of the file
	rosterUnpacked = 32 << 20 // of a workbook
)

func (m *Room) rosterRoutes() []module.Route {
	return []module.Route{{
		Pattern: "POST /persons/import", Permission: identity.EditPersons, StepUp: true, MaxBody: rosterBytes,
		Summary: "Bring persons in from CSV or XLSX: ?organisation_id=, ?name= of the file; says what becomes of each line, and with ?commit=true does it, all or nothing",
		Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.importPersons)),
	}}
}

type rosterView struct {
	Lines     []identity.RosterEntry `json:"lines"`
	Committed bool                   `json:"committed"`
	Links     []rosterLink           `json:"links"` // of new accounts, unless they were mailed; shown this once
}

type rosterLink struct {
	Name  string `json:"name"`
	Login string `json:"login"`
	Link  string `json:"link"`
}

func (m *Room) importPersons(w http.ResponseWriter, r *http.Request) {
	view, err := m.bringIn(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(view) // who has gone needs no answer
}

func (m *Room) bringIn(r *http.Request) (rosterView, error) {
	ctx, query := r.Context(), r.URL.Query()
	view := rosterView{Links: []rosterLink{}}
	data, err := io.ReadAll(io.LimitReader(r.Body, rosterBytes+1))
	if err != nil {
		return view, err
	}
	if len(data) > rosterBytes {
		return view, fault.New(fault.TooLarge, "system.roster.size", "the file is larger than %d bytes", rosterBytes).At("body", "bring in fewer persons at once")
	}
	kind, err := files.Inspect(ctx, bytes.NewReader(data), int64(len(data)), query.Get("name"), r.Header.Get("Content-Type"))
	if err != nil {
		return view, err
	}
	rows, err := readRoster(kind, data)
	if err != nil {
		return view, err
	}
	organisation := query.Get("organisation_id")
	if organisation == "" {
		organisation = identity.From(ctx).Organisation.ID
	}
	if query.Get("commit") != "true" {
		view.Lines, err = m.directory.PlanRoster(ctx, organisation, rows)
		return view, err
	}
	entries, prepared, err := m.directory.EnterRoster(ctx, organisation, rows, m.mailingAll(ctx))
	if err != nil {
		return view, err
	}
	view.Lines, view.Committed = entries, true
	for _, p := range prepared {
		if p.Invitation.Email == "" || !m.mails() {
			view.Links = append(view.Links, rosterLink{p.Name, p.Login, m.kit.Address() + "/invitation#" + p.Secret})
		}
	}
	return view, nil
}

// mailingAll sends the links that open new accounts.
func (m *Room) mailingAll(ctx context.Context) func([]identity.Prepared) (func(context.Context, *sqldb.Tx) error, error) {
	return func(list []identity.Prepared) (func(context.Context, *sqldb.Tx) error, error) {
		var notices []notice.Notice
		for _, p := range list {
			if p.Invitation.Email == "" || !m.mails() {
				continue
			}
			sealed, err := m.links.Seal(ctx, "link", []byte(p.Secret))
			if err != nil {
				return nil, err
			}
			o := p.Invitation.Organisation()
			notices = append(notices, notice.Notice{
				Kind: noticeInvitation, Link: "/invitation#", Secret: sealed,
				Title: lang.Text{ZH: "“" + o.ZH + "”已为您准备账户，请设置密码", EN: "An account for " + o.EN + " is prepared for you; set its password"},
				To:    notice.Audience{Addresses: []notice.Address{{Email: p.Invitation.Email, Language: p.Invitation.Language}}},
			})
		}
		return func(ctx context.Context, tx *sqldb.Tx) error { return m.kit.Notices.Send(ctx, tx, notices...) }, nil
	}
}

// rosterColumns are the names that a column may have.
func rosterColumns() map[string]string {
	return map[string]string{
		"name": "name", "姓名": "name", "login": "login", "登录名": "login", "email": "email", "e-mail": "email", "邮箱": "email", "电子邮箱": "email",
		"role": "role", "角色": "role", "language": "language", "语言": "language",
	}
}

// readRoster reads the lines of a list of persons.
func readRoster(kind string, data []byte) ([]identity.RosterRow, error) {
	var table [][]string
	var err error
	switch kind {
	case "csv", "text":
		table, err = readCSV(data)
	case "xlsx":
		table, err = readWorkbook(data)
	default:
		return nil, fault.New(fault.Unsupported, "system.roster.kind", "a list of persons is CSV or XLSX, not %s", kind).With("kind", kind).At("body", "save it as CSV in UTF-8, or as XLSX")
	}
	if err != nil {
		return nil, err
	}
	if len(table) == 0 {
		return nil, fault.New(fault.Invalid, "system.roster.empty", "the file has no lines").At("body", "begin with a line of column names: name, login, email, role, language")
	}
	columns, err := namedColumns(table[0])
	if err != nil {
		return nil, err
	}
	rows := []identity.RosterRow{}
	for n, cells := range table[1:] {
		if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			continue
		}
		if len(rows) == identity.RosterMax {
			return nil, fault.New(fault.TooLarge, "system.roster.long", "the file has more than %d persons", identity.RosterMax).With("limit", identity.RosterMax).At("body", "bring them in in parts")
		}
		rows = append(rows, rosterRow(n+2, columns, cells))
	}
	return rows, nil
}

func namedColumns(head []string) (map[string]int, error) {
	columns := map[string]int{}
	f := fault.New(fault.Invalid, "system.roster.columns", "the first line does not name the columns")
	for i, title := range head {
		title = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(title, "\ufeff")))
		name, ok := rosterColumns()[title]
		switch _, twice := columns[name]; {
		case title == "":
		case !ok:
			_ = f.At("body.column["+strconv.Itoa(i+1)+"]", "%q is none of name, login, email, role, language", title)
		case twice:
			_ = f.At("body.column["+strconv.Itoa(i+1)+"]", "there are two columns %s", name)
		default:
			columns[name] = i
		}
	}
	if _, ok := columns["name"]; !ok {
		_ = f.At("body", "a column with names is missing (name, 姓名)")
	}
	if len(f.Fields) > 0 {
		return nil, f
	}
	return columns, nil
}

func rosterRow(line int, columns map[string]int, cells []string) identity.RosterRow {
	at := func(name string) string {
		i, ok := columns[name]
		if !ok || i >= len(cells) {
			return ""
		}
		return strings.TrimSpace(cells[i])
	}
	row := identity.RosterRow{Line: line, Name: at("name"), Login: at("login"), Email: at("email"), Role: identity.Role(at("role")), Language: at("language")}
	for _, r := range identity.Roles() {
		if strings.EqualFold(string(row.Role), r.Title.EN) || string(row.Role) == r.Title.ZH {
			row.Role = r.ID
		}
	}
	switch strings.ToLower(row.Language) {
	case "中文", "chinese":
		row.Language = "zh"
	case "英文", "english":
		row.Language = "en"
	}
	return row
}

func readCSV(data []byte) ([][]string, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	var table [][]string
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return table, nil
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "files.csv", "the file is no CSV: %v", err).At("body", "save it as CSV in UTF-8")
		}
		line, _ := r.FieldPos(0)
		for len(table) < line-1 { // empty lines count, so that lines are those of the file
			table = append(table, nil)
		}
		table = append(table, cells)
	}
}

func readWorkbook(data []byte) (table [][]string, err error) {
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: rosterUnpacked, UnzipXMLSizeLimit: rosterUnpacked})
	if err != nil {
		return nil, fault.New(fault.Invalid, "files.damaged", "the workbook cannot be read: %v", err).With("kind", "xlsx").At("body", "save it again from the program that it was made with")
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	rows, err := book.Rows(book.GetSheetName(0))
	if err != nil {
		return nil, fault.New(fault.Invalid, "system.roster.empty", "the workbook has no sheet").At("body", "put the persons onto the first sheet")
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if len(table) > 2*identity.RosterMax {
			break
		}
		cells, err := rows.Columns()
		if err != nil {
			return nil, fault.New(fault.Invalid, "files.damaged", "the workbook cannot be read: %v", err).With("kind", "xlsx").At("body", "save it again from the program that it was made with")
		}
		table = append(table, cells[:min(len(cells), 50)])
	}
	return table, nil
}
