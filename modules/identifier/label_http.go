package identifier

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Module) labelRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /labels", Permission: "identifier.register", Summary: "Sheets of labels of the caller's organisation; they are kept for a week", Handler: httpd.List(m.listLabels)},
		{Pattern: "POST /labels", Permission: "identifier.register", Summary: "Print labels of identifiers, of a batch of codes or of an import, as a job", Handler: httpd.Created(m.makeLabels)},
		{Pattern: "POST /labels/preview", Permission: "identifier.register", Recorded: "nothing is changed", Summary: "The first label as SVG and PNG, and how many there will be", Handler: httpd.JSON(m.previewLabels)},
		{Pattern: "GET /labels/{id}", Permission: "identifier.register", Summary: "One sheet of labels, and how far it is", Handler: httpd.JSON(m.readLabels)},
		{Pattern: "POST /labels/{id}/cancel", Permission: "identifier.register", Summary: "Stop printing a sheet", Handler: httpd.JSON(m.cancelLabels)},
		{Pattern: "GET /labels/{id}/pdf", Permission: "identifier.register", Summary: "A sheet of labels as PDF", Handler: httpd.Raw("", http.HandlerFunc(m.serveLabels))},
	}
}

func (m *Module) listLabels(ctx context.Context, in sqldb.ListParams) (sqldb.Page[labelSheet], error) {
	return m.labels.list(ctx, in)
}

type labelsAskedInput struct{ Body labelAsk }

// checkLabels refuses what cannot be printed, or is not the caller's, and tells how
// many labels there will be.
func (m *Module) checkLabels(ctx context.Context, in labelAsk) (count int64, err error) {
	if err := m.ready(); err != nil {
		return 0, err
	}
	if err := in.Design.check(); err != nil {
		return 0, err
	}
	if count, err = m.sourceSize(ctx, in.Source); err != nil {
		return 0, err
	}
	if _, count = in.Source.span(count); count == 0 {
		return 0, noLabels()
	}
	return count, nil
}

// sourceSize is how many identifiers a source has, which is the caller's.
func (m *Module) sourceSize(ctx context.Context, s labelSource) (int64, error) {
	switch s.kind() {
	case sourceBatch:
		b, _, err := m.ownBatch(ctx, s.Batch)
		return b.Made, err
	case sourceImport:
		b, _, err := m.ownImport(ctx, s.Import)
		return b.Made, err
	case sourceHandles:
		return int64(len(s.Handles)), m.checkNames(ctx, s.Handles)
	default:
		return 0, fault.New(fault.Invalid, "identifier.label.source", "labels are printed of identifiers, of a batch or of an import").At("body.source", "give handles, batch or import, one of them")
	}
}

func noLabels() error {
	return fault.New(fault.Invalid, "identifier.label.none", "there is nothing to print a label of").At("body.source", "nothing was registered there")
}

// checkNames refuses identifiers of others, and what is none.
func (m *Module) checkNames(ctx context.Context, names []string) error {
	for i, name := range names {
		if isElements(name) {
			continue
		}
		n, err := m.owner(name)
		if err == nil && !mine(ctx, n) {
			err = fault.New(fault.Forbidden, "identifier.label.not_yours", "%s is an identifier of somebody else", name).With("handle", cut(name, maxLine))
		}
		if f := fault.As(err); f != nil {
			return f.At("body.source.handles["+strconv.Itoa(i)+"]", "%s", cut(name, maxLine))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// labelPreview is the first label of a sheet, and what the sheet will be.
type labelPreview struct {
	Name    string       `json:"name" doc:"Of what the label is"`
	Content string       `json:"content" doc:"What its code carries"`
	Modules int          `json:"modules" doc:"Of an edge of the code, without what stays light around"`
	Module  float64      `json:"module" doc:"Edge of a module in millimetres"`
	SVG     string       `json:"svg"`
	PNG     string       `json:"png" doc:"In base64, about 600 points to the inch"`
	Offers  []labelOffer `json:"offers" nullable:"false" doc:"Values that labels may show"`
	Count   int64        `json:"count" doc:"Labels"`
	Pages   int64        `json:"pages"`
}

func (m *Module) previewLabels(ctx context.Context, in labelsAskedInput) (labelPreview, error) {
	p := labelPreview{}
	var err error
	if p.Count, err = m.checkLabels(ctx, in.Body); err != nil {
		return p, err
	}
	face, err := m.typeface()
	if err != nil {
		return p, err
	}
	for name, err := range m.labelled(ctx, in.Body.Source) {
		if err != nil {
			return p, err
		}
		p.Name = name
		break
	}
	d := in.Body.Design
	s, err := m.subjectFor(ctx, followed{}, d, p.Name)
	if err != nil {
		return p, unlabelled(p.Name, err)
	}
	l, content, err := d.label(s, m.kit.Address(), face)
	if err != nil {
		return p, unlabelled(p.Name, err)
	}
	var svg, png bytes.Buffer
	if err := errors.Join(d.form().SVG(&svg, l, face), d.form().PNG(&png, l, face)); err != nil {
		return p, err
	}
	p.Content, p.Modules, p.Module = content, l.Code.Size, d.form().Module(l, face)
	p.SVG, p.PNG, p.Offers = svg.String(), base64.StdEncoding.EncodeToString(png.Bytes()), s.offers()
	sheet := d.sheet("")
	each := int64(sheet.Rows * sheet.Columns)
	p.Pages = (p.Count + each - 1) / each
	return p, nil
}

// unlabelled says why there is no label of a name.
func unlabelled(name string, err error) error {
	e, wrong := errors.AsType[rowError](err)
	if !wrong {
		return err
	}
	return fault.New(fault.Invalid, "identifier.label.content", "no label of %s: %s", name, e.EN).With("name", cut(name, maxLine)).With("why", e.Text)
}

func (m *Module) makeLabels(ctx context.Context, in labelsAskedInput) (labelSheet, error) {
	p, err := m.previewLabels(ctx, in)
	if err != nil {
		return labelSheet{}, err
	}
	s := labelSheet{
		ID: ulid.Make().String(), Title: in.Body.Title, Count: p.Count, Skipped: []skippedLabel{}, State: importRunning, CreatedAt: time.Now().UTC(),
		organisation: identity.From(ctx).Organisation.ID, asked: in.Body,
	}
	if s.Title == "" {
		s.Title = p.Name
	}
	return m.labels.begin(ctx, m.kit.Jobs, s)
}

// ownLabels returns a sheet of the caller's organisation.
func (m *Module) ownLabels(ctx context.Context, id string) (labelSheet, error) {
	s, err := m.labels.get(ctx, id)
	if err == nil {
		err = identity.From(ctx).Scope.Check(s.organisation)
	}
	return s, err
}

func (m *Module) readLabels(ctx context.Context, in httpd.Object) (labelSheet, error) {
	s, err := m.ownLabels(ctx, in.ID)
	if err != nil || s.State != importRunning {
		return s, err
	}
	job, err := m.kit.Jobs.Read(ctx, s.JobID)
	if fault.Is(err, fault.NotFound) {
		return s, nil // the desk has not heard of it yet
	}
	if err != nil {
		return s, err
	}
	if s.Progress = job.Fraction; job.State != jobs.Cancelled {
		return s, nil
	}
	return m.giveUpLabels(ctx, s)
}

// giveUpLabels ends a sheet whose job was cancelled before it began.
func (m *Module) giveUpLabels(ctx context.Context, s labelSheet) (labelSheet, error) {
	s.State = importCancelled
	if err := m.labels.end(ctx, s); err != nil {
		return s, err
	}
	return m.labels.get(ctx, s.ID)
}

func (m *Module) cancelLabels(ctx context.Context, in httpd.Object) (labelSheet, error) {
	s, err := m.ownLabels(ctx, in.ID)
	if err != nil {
		return s, err
	}
	if s.State != importRunning {
		return s, fault.New(fault.Conflict, "identifier.label.ended", "the sheet is printed or was given up already")
	}
	switch err := m.kit.Jobs.Cancel(ctx, s.JobID); {
	case fault.Is(err, fault.NotFound):
		return m.giveUpLabels(ctx, s) // the desk has not heard of it yet
	case err != nil:
		return s, err
	}
	return m.readLabels(ctx, in)
}

func (m *Module) serveLabels(w http.ResponseWriter, r *http.Request) {
	s, err := m.ownLabels(r.Context(), r.PathValue("id"))
	if err == nil && s.State != importDone {
		err = fault.New(fault.Conflict, "identifier.label.not_done", "the sheet is not printed")
	}
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	f, err := m.kit.Blobs.Get(r.Context(), s.file)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	defer func() { _ = f.Close() }() // it was only read
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="labels-`+s.ID+`.pdf"`)
	http.ServeContent(w, r, "", s.CreatedAt, f)
}
