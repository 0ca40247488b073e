package identifier

import (
	"context"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/identifier/internal/template"
)

func (m *Module) templateRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /templates", Permission: "identifier.view", Summary: "Metadata templates: published ones, and those of the caller's organisation", Handler: httpd.List(m.listTemplates)},
		{Pattern: "POST /templates", Permission: "identifier.template", Summary: "Make a template; it is a draft until it is published", Handler: httpd.Created(m.makeTemplate)},
		{Pattern: "GET /templates/{id}", Permission: "identifier.view", Summary: "One version of a template", Handler: httpd.JSON(m.readTemplate)},
		{Pattern: "PUT /templates/{id}", Permission: "identifier.template", Summary: "Edit a draft", Handler: httpd.JSON(m.editTemplate)},
		{Pattern: "DELETE /templates/{id}", Permission: "identifier.template", Summary: "Remove a draft", Handler: httpd.JSON(m.removeTemplate)},
		{Pattern: "POST /templates/{id}/state", Permission: "identifier.template", Summary: "Publish a draft, which then never changes, or withdraw what is published", Handler: httpd.JSON(m.moveTemplate)},
		{Pattern: "POST /templates/{id}/versions", Permission: "identifier.template", Summary: "Make a draft of the next version", Handler: httpd.Created(m.nextTemplate)},
	}
}

// viewTemplate tells the number of the owner to those who act for it.
func viewTemplate(ctx context.Context, t template.Template) template.Template {
	if !ownTemplate(ctx, t) {
		t.OperatorID = ""
	}
	return t
}

func ownTemplate(ctx context.Context, t template.Template) bool {
	return identity.From(ctx).Scope.Allows(t.OperatorID)
}

func (m *Module) listTemplates(ctx context.Context, in templatesParams) (sqldb.Page[template.Template], error) {
	page, err := m.templates.list(ctx, in)
	for i := range page.Items {
		page.Items[i] = viewTemplate(ctx, page.Items[i])
	}
	return page, err
}

type templateInput struct {
	Code     string          `json:"code,omitempty" maxLength:"40" doc:"Small letters, digits, _ or -; kept as it is when editing"`
	Name     lang.Text       `json:"name"`
	Industry string          `json:"industry,omitempty" maxLength:"4" doc:"Division of GB/T 4754; empty for cross-industry"`
	Items    []template.Item `json:"items" minItems:"1" maxItems:"200" nullable:"false"`
}

func (in templateInput) apply(t template.Template) (template.Template, error) {
	t.Name, t.Industry, t.Items = in.Name, in.Industry, in.Items
	if t.Name.ZH == "" {
		t.Name.ZH = in.Name.EN
	}
	if t.Name.EN == "" {
		t.Name.EN = in.Name.ZH
	}
	t.Settle()
	return t, t.Check()
}

type makeTemplateInput struct{ Body templateInput }

func (m *Module) makeTemplate(ctx context.Context, in makeTemplateInput) (template.Template, error) {
	id := identity.From(ctx)
	t, err := in.Body.apply(template.Template{
		ID: ulid.Make().String(), Code: in.Body.Code, Version: 1, OperatorID: id.Organisation.ID, Operator: id.Organisation.Name,
		State: template.Draft, CreatedAt: time.Now().UTC(), Revision: 1,
	})
	if err != nil {
		return t, err
	}
	return m.templates.insert(ctx, t)
}

// readTemplate shows a template; drafts to those whose they are.
func (m *Module) readTemplate(ctx context.Context, in httpd.Object) (template.Template, error) {
	t, err := m.templates.get(ctx, in.ID)
	if err == nil && t.State == template.Draft && !ownTemplate(ctx, t) {
		return template.Template{}, noTemplate()
	}
	return viewTemplate(ctx, t), err
}

// theirTemplate returns a template that the caller may change.
func (m *Module) theirTemplate(ctx context.Context, id string) (template.Template, error) {
	t, err := m.readTemplate(ctx, httpd.Object{ID: id})
	if err == nil && !ownTemplate(ctx, t) {
		err = fault.New(fault.Forbidden, "identifier.template.not_yours", "a template is changed by whose it is")
	}
	return t, err
}

type editTemplateInput struct {
	httpd.Object
	httpd.IfMatch
	Body templateInput
}

func (m *Module) editTemplate(ctx context.Context, in editTemplateInput) (template.Template, error) {
	revision, err := in.Expected()
	if err != nil {
		return template.Template{}, err
	}
	if _, err := m.theirTemplate(ctx, in.ID); err != nil {
		return template.Template{}, err
	}
	return m.templates.change(ctx, in.ID, revision, func(t template.Template) (template.Template, error) {
		if t.State != template.Draft {
			return t, notDraft(t)
		}
		return in.Body.apply(t)
	})
}

func (m *Module) removeTemplate(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	t, err := m.theirTemplate(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.templates.remove(ctx, t)
}

type moveTemplateInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		To template.State `json:"to" enum:"published,withdrawn"`
	}
}

func (m *Module) moveTemplate(ctx context.Context, in moveTemplateInput) (template.Template, error) {
	revision, err := in.Expected()
	if err != nil {
		return template.Template{}, err
	}
	if _, err := m.theirTemplate(ctx, in.ID); err != nil {
		return template.Template{}, err
	}
	return m.templates.change(ctx, in.ID, revision, func(t template.Template) (template.Template, error) {
		return t.Move(in.Body.To, time.Now().UTC())
	})
}

func (m *Module) nextTemplate(ctx context.Context, in httpd.Object) (template.Template, error) {
	t, err := m.theirTemplate(ctx, in.ID)
	if err != nil {
		return t, err
	}
	t.ID, t.Version, t.State, t.CreatedAt, t.PublishedAt, t.Revision = ulid.Make().String(), 0, template.Draft, time.Now().UTC(), time.Time{}, 1
	return m.templates.insert(ctx, t)
}
