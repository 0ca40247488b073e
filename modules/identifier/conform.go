package identifier

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"linghang/kernel/fault"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/template"
)

// refOf is what names the template of an identifier; empty where it follows none.
func refOf(values []wire.Value) string {
	for i := range values {
		if values[i].Index == template.RefIndex && wire.Equal(values[i].Type, template.RefType) {
			return string(values[i].Data)
		}
	}
	return ""
}

// examined are the values of an identifier as its template looks at them.
func examined(values []wire.Value) []template.Value {
	list := make([]template.Value, len(values))
	for i := range values {
		v := &values[i]
		list[i] = template.Value{Index: v.Index, Type: v.Type, Text: string(v.Data), Public: v.Permissions&wire.PublicRead != 0}
	}
	return list
}

// conform refuses values that are not as the template has them that they name. One
// that was withdrawn is good for identifiers that follow it already.
func (m *Module) conform(ctx context.Context, before, values []wire.Value) error {
	ref := refOf(values)
	if ref == "" {
		return nil
	}
	t, err := m.templates.named(ctx, ref)
	if err == nil && t.State == template.Published || err == nil && t.State == template.Withdrawn && refOf(before) == ref {
		return misfits(t.Examine(examined(values)))
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return unusable(ref)
}

func unusable(ref string) error {
	return fault.New(fault.Invalid, "identifier.template.unusable", "there is no published template %.80s", ref).With("ref", cut(ref, 80)).At("body.template", "choose a published template")
}

// misfits is a refusal that names every value that is wrong.
func misfits(faults []template.Fault) error {
	if len(faults) == 0 {
		return nil
	}
	f := fault.New(fault.Invalid, "identifier.template.values", "the values are not as the template has them")
	for _, x := range faults {
		_ = f.At("body.items."+x.Name, "%s", x.Text.EN)
	}
	return f
}

// itemValues are the values of a template's items by their names, and the one that
// names the template. Names that it does not have are refused.
func itemValues(t template.Template, items map[string]string) ([]wire.Value, error) {
	values := []wire.Value{wire.Text(template.RefIndex, template.RefType, t.Ref())}
	for _, name := range slices.Sorted(maps.Keys(items)) {
		it, ok := t.Item(name)
		if !ok {
			return nil, misfits([]template.Fault{{Name: name, Text: say("模板没有此项", "the template has no such item")}})
		}
		if items[name] != "" {
			values = append(values, itemValue(it, items[name]))
		}
	}
	return values, nil
}

func itemValue(it template.Item, text string) wire.Value {
	v := wire.Text(it.Index, it.Name, text)
	if it.Restricted {
		v.Permissions = wire.PermissionsSecret
	}
	return v
}

// model is the templates that the rows of a file follow: one that is given with the
// file, or those that rows name.
type model struct {
	ctx   context.Context //nolint:containedctx // lives as long as one file is read
	m     *Module
	given *template.Template
	known map[string]*template.Template // nil: there is none
}

func (m *Module) modelOf(ctx context.Context, b batch) (*model, error) {
	o := &model{ctx: ctx, m: m, known: map[string]*template.Template{}}
	if b.TemplateID == "" {
		return o, nil
	}
	t, err := m.templates.get(ctx, b.TemplateID)
	if err != nil {
		return nil, err
	}
	if t.State != template.Published {
		return nil, unusable(t.Ref())
	}
	o.given = &t
	return o, nil
}

// maxKnown is how many templates that rows name are remembered; further ones are
// looked up again.
const maxKnown = 100

func (o *model) named(ref string) (found *template.Template, err error) {
	if t, ok := o.known[ref]; ok {
		return t, nil
	}
	t, err := o.m.templates.named(o.ctx, ref)
	switch {
	case fault.Is(err, fault.NotFound), err == nil && t.State != template.Published:
	case err != nil:
		return nil, fmt.Errorf("read template of a row: %w", err)
	default:
		found = &t
	}
	if len(o.known) < maxKnown {
		o.known[ref] = found
	}
	return found, nil
}

// column finds the item that a column is named by.
func (o *model) column(name string) (column, bool) {
	if o == nil || o.given == nil {
		return column{}, false
	}
	it, ok := o.given.Item(name)
	return column{index: it.Index, typ: it.Name, name: name}, ok
}

// fit adds to a row what its template says, and tells what is not as it has it.
func (o *model) fit(t *table, r *row) error {
	if o == nil || r.fault != nil {
		return nil //nolint:nilerr // it is the row's
	}
	follows := o.given
	if ref := refOf(r.values); ref != "" {
		named, err := o.named(ref)
		if err != nil {
			return err
		}
		if named == nil {
			r.column, r.fault = t.nameAt(template.RefIndex), missingTemplate(ref)
			return nil
		}
		follows = named
	} else if follows != nil {
		r.values = append(r.values, wire.Text(template.RefIndex, template.RefType, follows.Ref()))
	}
	if follows == nil {
		return nil
	}
	for i := range r.values {
		if it, ok := follows.At(r.values[i].Index); ok && it.Restricted {
			r.values[i].Permissions = wire.PermissionsSecret
		}
	}
	if faults := follows.Examine(examined(r.values)); len(faults) > 0 {
		first := faults[0]
		r.column, r.fault = t.nameAt(first.Index), rowError{first.Text}
		if r.column == "" {
			r.column = first.Name
		}
	}
	return nil
}

func missingTemplate(ref string) error {
	return wrongRow("没有已发布的模板 %.80s", "there is no published template %.80s", ref)
}
