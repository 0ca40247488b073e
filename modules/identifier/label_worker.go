package identifier

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/jobs"
	"linghang/kernel/paper"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/template"
)

// maxSheet is how many octets the file of a sheet may have.
const maxSheet = 512 << 20

// printLabels makes the PDF of a sheet. A repeat after a crash begins again, and
// makes the same file.
func (m *Module) printLabels(ctx context.Context, t *jobs.Task) (any, error) {
	var in labelsInput
	if err := t.Decode(&in); err != nil {
		return nil, err
	}
	if err := m.ready(); err != nil {
		return nil, err
	}
	s, err := m.labels.get(ctx, in.Sheet)
	if err != nil {
		return nil, err
	}
	if s.State != importRunning {
		return nil, nil // it was given up before it began
	}
	err = m.printSheet(ctx, t, &s)
	switch {
	case err == nil:
		s.State = importDone
	case errors.Is(context.Cause(ctx), jobs.ErrCancelled):
		s.State = importCancelled
	case fault.KindOf(err) == fault.Invalid || t.Last:
		s.State, s.Reason = importFailed, err.Error()
	default:
		return nil, err // it is tried again
	}
	if noted := m.labels.end(context.WithoutCancel(ctx), s); noted != nil {
		return nil, errors.Join(err, noted)
	}
	m.kit.Notify(topicImports, s.ID, t.OrganisationID)
	return map[string]int64{"printed": s.Printed, "left_out": s.LeftOut}, err
}

func (m *Module) printSheet(ctx context.Context, t *jobs.Task, s *labelSheet) error {
	face, err := m.typeface()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	n, err := s.asked.Design.sheet(s.Title).PDF(&b, face, s.CreatedAt, m.sheetLabels(ctx, t, s, face))
	if err != nil {
		return err
	}
	if s.Printed = int64(n); n == 0 {
		return fault.New(fault.Invalid, "identifier.label.none", "there is nothing to print a label of")
	}
	s.file, s.Size, err = m.kit.Blobs.Put(ctx, &b, maxSheet)
	return err
}

// sheetLabels are the labels of a sheet. What none can be printed of is noted in it.
func (m *Module) sheetLabels(ctx context.Context, t *jobs.Task, s *labelSheet, face *paper.Typeface) iter.Seq2[paper.Label, error] {
	return func(yield func(paper.Label, error) bool) {
		templates, address, printed := followed{}, m.kit.Address(), 0
		for name, err := range m.labelled(ctx, s.asked.Source) {
			if err == nil {
				err = ctx.Err()
			}
			var l paper.Label
			if err == nil {
				l, _, err = m.labelOf(ctx, templates, s.asked.Design, name, address, face)
			}
			if e, wrong := errors.AsType[rowError](err); wrong {
				s.skip(name, e.Text)
				continue
			}
			if !yield(l, err) || err != nil {
				return
			}
			printed++
			t.Progress(float64(printed)/float64(max(1, s.Count)), say("已排版 %d", "%d printed", printed))
		}
	}
}

// labelOf makes the label of a name: that of an identifier, or elements of GS1. A
// rowError says why there is none.
func (m *Module) labelOf(ctx context.Context, templates followed, d labelDesign, name, address string, face *paper.Typeface) (paper.Label, string, error) {
	s, err := m.subjectFor(ctx, templates, d, name)
	if err != nil {
		return paper.Label{}, "", err
	}
	return d.label(s, address, face)
}

// subjectFor is a subject with where the Digital Link is resolved that its label
// carries: here, if a node of the city has it registered under its path, or resolves
// what is given as elements.
func (m *Module) subjectFor(ctx context.Context, templates followed, d labelDesign, name string) (subject, error) {
	s, err := m.subject(ctx, templates, name)
	if err != nil || d.Carries != carriesLink {
		return s, err
	}
	i, err := s.identification()
	if err != nil {
		return s, nil //nolint:nilerr // the label says so
	}
	n, ours, err := m.company(ctx, i)
	if ours && (s.handle == "" || wire.Equal(s.handle, companyHandle(n, i))) {
		s.resolver = m.resolverRoot()
	}
	return s, err
}

// isElements tells elements of GS1 from identifiers, which begin otherwise.
func isElements(name string) bool { return strings.HasPrefix(name, "(") }

// followed are templates by their references, as long as one sheet is printed; nil
// for those that are not there.
type followed map[string]*template.Template

// follow returns the template that an identifier names; nil if there is none.
func (m *Module) follow(ctx context.Context, known followed, ref string) (*template.Template, error) {
	if t, ok := known[ref]; ok {
		return t, nil
	}
	var found *template.Template
	t, err := m.templates.named(ctx, ref)
	switch {
	case fault.Is(err, fault.NotFound):
	case err != nil:
		return nil, err
	default:
		found = &t
	}
	if len(known) < maxKnown {
		known[ref] = found
	}
	return found, nil
}

func (m *Module) subject(ctx context.Context, templates followed, name string) (subject, error) {
	if isElements(name) {
		return subject{gs1: name}, nil
	}
	r, err := m.records.Load(ctx, name)
	if err != nil {
		return subject{}, fmt.Errorf("read %s: %w", name, err)
	}
	if r == nil {
		return subject{}, wrongRow("没有这个标识", "there is no such identifier")
	}
	s := subject{handle: r.Handle}
	if s.values, err = valuesOf(r); err != nil {
		return s, err
	}
	if ref := refOf(s.values); ref != "" {
		if s.template, err = m.follow(ctx, templates, ref); err != nil {
			return s, err
		}
	}
	return s, nil
}

// labelled are the names that a sheet has labels of.
func (m *Module) labelled(ctx context.Context, s labelSource) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		before, count := s.span(math.MaxInt64)
		for name, err := range m.allLabelled(ctx, s) {
			if err == nil && before > 0 {
				before--
				continue
			}
			if !yield(name, err) || err != nil {
				return
			}
			if count--; count == 0 {
				return
			}
		}
	}
}

func (m *Module) allLabelled(ctx context.Context, s labelSource) iter.Seq2[string, error] {
	switch s.kind() {
	case sourceBatch:
		return m.batchNames(ctx, s.Batch)
	case sourceImport:
		return m.importNames(ctx, s.Import)
	default:
		return func(yield func(string, error) bool) {
			for _, h := range s.Handles {
				if !yield(h, nil) {
					return
				}
			}
		}
	}
}

func (m *Module) batchNames(ctx context.Context, id string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		b, err := m.codes.batch(ctx, id)
		if err != nil {
			yield("", err)
			return
		}
		c, err := m.codes.get(ctx, b.RuleID)
		if err != nil {
			yield("", err)
			return
		}
		m.codesOf(ctx, b, c)(yield)
	}
}

var errEnough = errors.New("no more is wanted")

// importNames are the identifiers of a file that were registered.
func (m *Module) importNames(ctx context.Context, id string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		err := m.eachImported(ctx, id, func(handle string) error {
			if !yield(handle, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield("", err)
		}
	}
}

func (m *Module) eachImported(ctx context.Context, id string, each func(handle string) error) error {
	b, err := m.imports.get(ctx, id)
	if err != nil {
		return err
	}
	n, ok := m.hosted.of(b.NodeID)
	if !ok {
		return fault.New(fault.Invalid, "identifier.node.closed", "the node is not hosted here any more")
	}
	refused, err := m.imports.refusedLines(ctx, id)
	if err != nil {
		return err
	}
	b.TemplateID = "" // what stands in the rows was looked at before
	return m.readTable(ctx, b, n, func(t *table) error {
		t.model = nil
		for read := int64(0); read < b.Rows; read++ {
			r, err := t.next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if r.fault != nil || refused[r.line] {
				continue
			}
			if err := each(r.handle); err != nil {
				return err
			}
		}
		return nil
	})
}

// labelsKept is how long sheets are kept.
const labelsKept = 7 * 24 * time.Hour

// forgetLabels removes sheets that were printed long ago, with their files.
func (m *Module) forgetLabels(ctx context.Context) error {
	old, err := m.labels.old(ctx, time.Now().Add(-labelsKept))
	if err != nil {
		return err
	}
	for _, s := range old {
		shared, err := m.labels.remove(ctx, s)
		if err != nil {
			return err
		}
		if s.file == "" || shared {
			continue
		}
		if err := m.kit.Blobs.Remove(ctx, s.file); err != nil {
			return fmt.Errorf("remove file of labels: %w", err)
		}
	}
	return nil
}
