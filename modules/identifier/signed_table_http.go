package identifier

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/attest"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/module"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

// maxSigned is how many octets may be sent to be verified.
const maxSigned = 64 << 20

func (m *Module) signedTableRoutes() []module.Route {
	return []module.Route{
		{
			Pattern: "GET /nodes/{id}/tables/signed", Permission: "identifier.apply", Sensitive: true, Stream: true,
			Summary: "The tables 1 to 11 as a ZIP of CSV and XLSX with a signature over all of them: ?tables= numbers, as 3,8,9; ?day= as 2026-01-31 (UTC+8), default yesterday; ?lang= of the titles",
			Handler: httpd.Raw("", http.HandlerFunc(m.serveSignedTables)),
		},
		{
			Pattern: "POST /signatures/verification", Permission: "identifier.apply", MaxBody: maxSigned, Stream: true,
			Summary: "Whether a signature file of a monthly report, or a ZIP of tables, was signed here, and whether the files in it are those that were signed",
			Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.verifySigned)),
		},
	}
}

// nationalTable is one of the tables for a national top node.
type nationalTable struct {
	number int
	name   string
	below  bool
	open   func(context.Context, tableParams) (*httpd.Table, error)
}

// file names the file of the table.
func (t nationalTable) file(ending string) string {
	return fmt.Sprintf("table-%02d-%s.%s", t.number, t.name, ending)
}

func (m *Module) nationalTables() []nationalTable {
	operators, routes, statistics := tableOf(m.listOperatorTable), tableOf(m.listRouteTable), tableOf(m.listStatisticTable)
	templates, applications, identifiers := tableOf(m.listTemplateTable), tableOf(m.listApplicationTable), tableOf(m.listIdentifierTable)
	return []nationalTable{
		{1, "operator", false, operators},
		{2, "routes", false, routes},
		{3, "statistics", false, statistics},
		{4, "metadata", false, templates},
		{5, "applications", false, applications},
		{6, "enterprises", true, operators},
		{7, "enterprise-routes", true, routes},
		{8, "enterprise-statistics", true, statistics},
		{9, "enterprise-identifiers", true, identifiers},
		{10, "enterprise-applications", true, applications},
		{11, "enterprise-metadata", true, templates},
	}
}

func tableOf[T any](list func(context.Context, tableParams) (sqldb.Page[T], error)) func(context.Context, tableParams) (*httpd.Table, error) {
	return func(ctx context.Context, in tableParams) (*httpd.Table, error) {
		in.Limit = httpd.TablePage
		return httpd.OpenTable(func(cursor string) (sqldb.Page[T], error) {
			in.Cursor = cursor
			return list(ctx, in)
		})
	}
}

// wanted are the tables that are asked for by their numbers; all of them when none is named.
func (m *Module) wantedTables(numbers string) ([]nationalTable, error) {
	all := m.nationalTables()
	if numbers == "" {
		return all, nil
	}
	var list []nationalTable
	for word := range strings.SplitSeq(numbers, ",") {
		number, err := strconv.Atoi(strings.TrimSpace(word))
		at := slices.IndexFunc(all, func(t nationalTable) bool { return t.number == number })
		if err != nil || at < 0 {
			return nil, fault.New(fault.Invalid, "identifier.table.number", "%q is no table", word).At("query.tables", "numbers from 1 to 11, as 3,8,9")
		}
		if !slices.ContainsFunc(list, func(t nationalTable) bool { return t.number == number }) {
			list = append(list, all[at])
		}
	}
	return list, nil
}

func (m *Module) serveSignedTables(w http.ResponseWriter, r *http.Request) {
	d, err := m.openTables(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.Attach(w, "application/zip", d.set.name())
	if err := d.write(w); err != nil {
		m.kit.Log.WarnContext(r.Context(), "tables were not written to their end", "node", d.set.prefix, "error", err)
		panic(http.ErrAbortHandler) // the download has begun: breaking it off says that it is incomplete
	}
}

// tableDownload is tables of which the first rows were read, with who signs them.
type tableDownload struct {
	set    tableSet
	tables []nationalTable
	opened []*httpd.Table
	signer *seal.Signer
}

// openTables opens all tables that are asked for, so that what is refused is refused
// before anything is sent.
func (m *Module) openTables(r *http.Request) (*tableDownload, error) {
	ctx, query := r.Context(), r.URL.Query()
	in := tableParams{ID: r.PathValue("id"), Day: query.Get("day")}
	n, day, err := m.reporting(ctx, in)
	if err != nil {
		return nil, err
	}
	d := &tableDownload{set: tableSet{prefix: n.Prefix, day: day, made: time.Now(), language: httpd.Language(r)}}
	if d.tables, err = m.wantedTables(query.Get("tables")); err != nil {
		return nil, err
	}
	for _, t := range d.tables {
		in.Below = t.below
		opened, err := t.open(ctx, in)
		if err != nil {
			return nil, err
		}
		d.opened = append(d.opened, opened)
	}
	d.signer, err = m.kit.Seal.Signer(ctx, monthlyPurpose)
	return d, err
}

// write writes the ZIP; the signature comes last.
func (d *tableDownload) write(w io.Writer) error {
	archive := zip.NewWriter(w)
	for i, t := range d.tables {
		text, err := d.create(archive, t.file("csv"))
		if err != nil {
			return err
		}
		var book *summed
		rows, err := d.opened[i].Write(text, func() (io.Writer, error) {
			book, err = d.create(archive, t.file("xlsx"))
			return book, err
		}, d.set.language)
		if err != nil {
			return fmt.Errorf("write table %d: %w", t.number, err)
		}
		d.set.rows = append(d.set.rows, tableRows{t.number, rows})
		d.set.files = append(d.set.files, text.file(), book.file())
	}
	statement := d.set.statement()
	signature, err := d.signer.Sign([]byte(statement))
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(attest.Signed{Statement: statement, Signature: signature, Public: d.signer.Key.Public}, "", "  ")
	if err != nil {
		return fmt.Errorf("write signature: %w", err)
	}
	last, err := d.create(archive, attest.SignatureName)
	if err == nil {
		_, err = last.Write(text)
	}
	return errors.Join(err, archive.Close())
}

// summed is a file of a ZIP that is hashed as it is written.
type summed struct {
	io.Writer
	name string
	sum  hash.Hash
}

func (d *tableDownload) create(archive *zip.Writer, name string) (*summed, error) {
	w, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: d.set.made.In(chinaTime())})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	sum := sha256.New()
	return &summed{io.MultiWriter(w, sum), name, sum}, nil
}

func (s *summed) file() attest.File {
	return attest.File{Name: s.name, SHA256: hex.EncodeToString(s.sum.Sum(nil))}
}

// signedVerdict is what a signature, and files with it, were found to be.
type signedVerdict struct {
	Title     string         `json:"title"`
	Statement string         `json:"statement"`
	Signature bool           `json:"signature"` // this installation's, and it fits
	Key       string         `json:"key"`
	Suite     string         `json:"suite"`
	Files     []attest.Found `json:"files"`
}

// verifySigned looks at a signature file or a ZIP, and keeps nothing of it.
func (m *Module) verifySigned(w http.ResponseWriter, r *http.Request) {
	v, err := m.verdictOf(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}

func (m *Module) verdictOf(r *http.Request) (v signedVerdict, err error) {
	ctx := r.Context()
	staged, err := m.kit.Blobs.Stage(ctx, r.Body, maxSigned)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, staged.Close()) }()
	b, err := attest.Read(staged, staged.Size)
	if err != nil {
		return v, fault.New(fault.Invalid, "identifier.signature.file", "%s", err).At("body", "the ZIP of tables, or the signature file of a monthly report, as it was downloaded")
	}
	v = signedVerdict{Title: b.Title(), Statement: b.Statement, Files: b.Compare(), Signature: m.kit.Seal.Verify(ctx, monthlyPurpose, []byte(b.Statement), b.Signature) == nil}
	if t, err := seal.ParseText(b.Signature); err == nil {
		v.Key, v.Suite = t.Key, t.Suite
	}
	return v, nil
}
