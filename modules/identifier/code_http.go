package identifier

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/modules/identifier/internal/coding"
	"linghang/modules/identifier/internal/template"
)

func (m *Module) codeRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /rules", Permission: "identifier.register", Summary: "Code rules of nodes that the caller's organisation operates", Handler: httpd.List(m.codes.list)},
		{Pattern: "POST /nodes/{id}/rules", Permission: "identifier.template", Summary: "Make a code rule; from its first number on it never changes", Handler: httpd.Created(m.makeCode)},
		{Pattern: "POST /nodes/{id}/rules/example", Permission: "identifier.template", Recorded: "nothing is changed", Summary: "The first codes that a rule would make", Handler: httpd.JSON(m.exampleCode)},
		{Pattern: "GET /rules/{id}", Permission: "identifier.register", Summary: "One code rule", Handler: httpd.JSON(m.readCode)},
		{Pattern: "PUT /rules/{id}", Permission: "identifier.template", Summary: "Edit a code rule that has given out no number", Handler: httpd.JSON(m.editCode)},
		{Pattern: "POST /rules/{id}/stop", Permission: "identifier.template", Summary: "Stop a code rule, or take it into use again", Handler: httpd.JSON(m.stopCode)},
		{Pattern: "POST /rules/{id}/handles", Permission: "identifier.register", Summary: "Register one identifier with the next code of a rule", Handler: httpd.Created(m.registerCode)},
		{Pattern: "GET /rules/{id}/batches", Permission: "identifier.register", Summary: "Batches of a rule, the newest first", Handler: httpd.List(m.listBatches)},
		{Pattern: "POST /rules/{id}/batches", Permission: "identifier.register", Summary: "Register many identifiers with the next codes of a rule, as a job", Handler: httpd.Created(m.registerCodes)},
		{Pattern: "GET /batches/{id}", Permission: "identifier.register", Summary: "One batch of codes, and how far it is", Handler: httpd.JSON(m.readBatch)},
		{Pattern: "POST /batches/{id}/cancel", Permission: "identifier.register", Summary: "Stop a batch; what is registered stays", Handler: httpd.JSON(m.cancelBatch)},
		{Pattern: "GET /batches/{id}/codes", Permission: "identifier.register", Summary: "The identifiers of a batch as CSV", Handler: httpd.Raw("", http.HandlerFunc(m.serveCodes))},
	}
}

type ruleInput struct {
	coding.Rule
	Name       lang.Text `json:"name"`
	TemplateID string    `json:"template_id,omitempty" maxLength:"26"`
}

type makeCodeInput struct {
	httpd.Object
	Body ruleInput
}

func (m *Module) makeCode(ctx context.Context, in makeCodeInput) (codeRule, error) {
	n, err := m.ownNode(ctx, in.ID)
	if err != nil {
		return codeRule{}, err
	}
	c, err := m.settleCode(ctx, codeRule{ID: ulid.Make().String(), NodeID: n.ID, Prefix: n.Prefix, CreatedAt: time.Now().UTC(), Revision: 1}, in.Body)
	if err != nil {
		return c, err
	}
	return c, m.codes.insert(ctx, c)
}

// settleCode gives a rule what was asked for, if a rule can be so.
func (m *Module) settleCode(ctx context.Context, c codeRule, in ruleInput) (codeRule, error) {
	c.Name, c.TemplateID, c.Rule = in.Name, in.TemplateID, in.Rule
	if c.Name.ZH == "" && c.Name.EN == "" {
		return c, fault.New(fault.Invalid, "identifier.code.invalid", "the code rule is incomplete or wrong").At("body.name", "give a name")
	}
	return c, m.checkCode(ctx, c)
}

// checkCode refuses a rule that cannot be.
func (m *Module) checkCode(ctx context.Context, c codeRule) (err error) {
	var t template.Template
	if c.TemplateID != "" {
		if t, err = m.templates.get(ctx, c.TemplateID); err != nil {
			return err
		}
		if t.State != template.Published {
			return unusable(t.Ref())
		}
	}
	return c.Rule.Check(func(item string) bool {
		it, ok := t.Item(item)
		return ok && it.Name == item && it.Required && !it.Restricted
	})
}

type exampleInput struct {
	httpd.Object
	Body struct {
		coding.Rule
		TemplateID string            `json:"template_id,omitempty" maxLength:"26"`
		Items      map[string]string `json:"items,omitempty" doc:"Values of the items in the rule; where one is missing, the digit 0 stands"`
	}
}

// codeExample is what a rule would make.
type codeExample struct {
	Codes []string `json:"codes" nullable:"false" doc:"Of the first numbers"`
	Room  int64    `json:"room" doc:"How many numbers the rule has"`
}

// exampleCount is how many codes an example has.
const exampleCount = 3

func (m *Module) exampleCode(ctx context.Context, in exampleInput) (codeExample, error) {
	n, err := m.ownNode(ctx, in.ID)
	if err != nil {
		return codeExample{}, err
	}
	c := codeRule{TemplateID: in.Body.TemplateID, Rule: in.Body.Rule}
	if err := m.checkCode(ctx, c); err != nil {
		return codeExample{}, err
	}
	items := fieldItems(c.Rule, in.Body.Items)
	for name, value := range items {
		items[name] = cmp.Or(value, "0")
	}
	e := codeExample{Codes: []string{}, Room: c.Rule.Last()}
	for serial := int64(1); serial <= min(exampleCount, e.Room); serial++ {
		suffix, err := c.Rule.Suffix(time.Now(), serial, items)
		if err != nil {
			return e, err
		}
		e.Codes = append(e.Codes, n.Prefix+"/"+suffix)
	}
	return e, nil
}

type editCodeInput struct {
	httpd.Object
	httpd.IfMatch
	Body ruleInput
}

func (m *Module) editCode(ctx context.Context, in editCodeInput) (codeRule, error) {
	revision, err := in.Expected()
	if err != nil {
		return codeRule{}, err
	}
	before, err := m.readCode(ctx, in.Object)
	if err != nil {
		return codeRule{}, err
	}
	before.Revision = revision
	after, err := m.settleCode(ctx, before, in.Body)
	if err != nil {
		return codeRule{}, err
	}
	after.Revision++
	return after, m.codes.edit(ctx, before, after)
}

// readCode returns a rule of a node that the caller's organisation operates.
func (m *Module) readCode(ctx context.Context, in httpd.Object) (codeRule, error) {
	c, err := m.codes.get(ctx, in.ID)
	if err != nil {
		return c, err
	}
	if _, err := m.ownNode(ctx, c.NodeID); err != nil {
		return codeRule{}, err
	}
	return c, nil
}

type stopCodeInput struct {
	httpd.Object
	Body struct {
		Stopped bool `json:"stopped"`
	}
}

func (m *Module) stopCode(ctx context.Context, in stopCodeInput) (codeRule, error) {
	c, err := m.readCode(ctx, in.Object)
	if err != nil {
		return c, err
	}
	return m.codes.stop(ctx, c, in.Body.Stopped)
}

// Coded is what identifiers of a rule are registered with.
type Coded struct {
	Values []valueInput      `json:"values,omitempty" maxItems:"200" nullable:"false"`
	Items  map[string]string `json:"items,omitempty" doc:"Values of the template's items by their names"`
}

type registerCodeInput struct {
	httpd.Object
	Body Coded
}

// given checks what identifiers of a rule are to hold, before a number is given
// out for them.
func (m *Module) given(ctx context.Context, id string, with Coded) (codeRule, saveHandleInput, error) {
	var in saveHandleInput
	c, err := m.readCode(ctx, httpd.Object{ID: id})
	if err != nil {
		return c, in, err
	}
	if c.Stopped {
		return c, in, fault.New(fault.Conflict, "identifier.code.stopped", "the code rule was stopped")
	}
	n, err := m.importing(ctx, c.NodeID)
	if err != nil {
		return c, in, err
	}
	in.Body.Handle, in.Body.Values = n.Prefix+"/", with.Values
	if c.TemplateID != "" {
		t, err := m.templates.get(ctx, c.TemplateID)
		if err != nil {
			return c, in, err
		}
		in.Body.Template, in.Body.Items = t.Ref(), with.Items
	}
	values, err := m.valuesIn(ctx, in)
	if err != nil {
		return c, in, err
	}
	if err := m.conform(ctx, nil, values); err != nil {
		return c, in, err
	}
	_, err = c.Rule.Suffix(time.Now(), 1, with.Items)
	return c, in, err
}

// maxTaken is how many codes in a row may be taken by identifiers that were
// registered otherwise.
const maxTaken = 100

func (m *Module) registerCode(ctx context.Context, in registerCodeInput) (handleDetail, error) {
	c, save, err := m.given(ctx, in.ID, in.Body)
	if err != nil {
		return handleDetail{}, err
	}
	prefix := save.Body.Handle
	for range maxTaken {
		now := time.Now()
		serial, err := m.codes.take(ctx, c, now, 1)
		if err != nil {
			return handleDetail{}, err
		}
		suffix, err := c.Rule.Suffix(now, serial, in.Body.Items)
		if err != nil {
			return handleDetail{}, err
		}
		save.Body.Handle = prefix + suffix
		made, err := m.saveHandle(ctx, save)
		if f := fault.As(err); f == nil || f.Key != "identifier.handle.exists" {
			return made, err
		}
	}
	return handleDetail{}, fault.New(fault.Conflict, "identifier.code.taken", "the next %d codes are taken by identifiers that were registered otherwise", maxTaken)
}

type registerCodesInput struct {
	httpd.Object
	Body struct {
		Coded
		Count int64 `json:"count" minimum:"1" maximum:"1000000"`
	}
}
