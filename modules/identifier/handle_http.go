package identifier

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
	"linghang/modules/identifier/internal/record"
	"linghang/modules/identifier/internal/template"
)

func (m *Module) handleRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /handles", Permission: "identifier.view", Summary: "Identifiers of a prefix that is hosted here", Handler: httpd.List(m.listHandles)},
		{Pattern: "GET /handle", Permission: "identifier.view", Summary: "One identifier that is hosted here, with all its values", Handler: httpd.JSON(m.readHandle)},
		{Pattern: "PUT /handle", Permission: "identifier.register", Summary: "Register an identifier, or replace its values", Handler: httpd.JSON(m.saveHandle)},
		{Pattern: "DELETE /handle", Permission: "identifier.register", Summary: "Remove an identifier", Handler: httpd.JSON(m.removeHandle)},
		{Pattern: "GET /resolve", Permission: "identifier.view", Summary: "Resolve an identifier from the root down, with every step", Handler: httpd.JSON(m.resolveHandle)},
	}
}

func (m *Module) listHandles(ctx context.Context, in handlesParams) (sqldb.Page[HandleView], error) {
	return m.projection.list(ctx, in)
}

// valuesOf returns the values of a record; there are none of no record.
func valuesOf(r *record.Record) ([]wire.Value, error) {
	if r == nil {
		return nil, nil
	}
	v, err := wire.DecodeValues(append(wire.AppendBytes(nil, r.Handle), r.Values...))
	return v.Values, err //nolint:wrapcheck // a record is what the store was given
}

// handleDetail is an identifier with its values.
type handleDetail struct {
	Handle    string      `json:"handle"`
	NodeID    string      `json:"node_id"`
	ChangedAt time.Time   `json:"changed_at"`
	Change    uint64      `json:"change" doc:"To be given back with an edit"`
	List      []valueView `json:"list" nullable:"false"`
	Yours     bool        `json:"yours" doc:"The caller may change it"`
}

type handleParams struct {
	Handle string `query:"handle" required:"true" minLength:"1" maxLength:"2048" doc:"As 88.101.5/T001"`
}

// owner returns the node whose identifier a handle is.
func (m *Module) owner(handle string) (node, error) {
	if err := wire.CheckHandle(handle); err != nil {
		return node{}, fault.New(fault.Invalid, "identifier.handle.invalid", "%s is no identifier: %v", handle, err).At("handle", "as 88.101.5/T001")
	}
	if err := m.ready(); err != nil {
		return node{}, err
	}
	for _, p := range m.posts {
		if home := p.engine.Of(handle); home != nil {
			n, ok := m.hosted.of(home.Node)
			if ok {
				return n, nil
			}
		}
	}
	return node{}, fault.New(fault.NotFound, "identifier.handle.elsewhere", "the home of %s is not here", handle).At("handle", "resolve it instead")
}

func (m *Module) readHandle(ctx context.Context, in handleParams) (handleDetail, error) {
	n, err := m.owner(in.Handle)
	if err != nil {
		return handleDetail{}, err
	}
	r, err := m.records.Load(ctx, in.Handle)
	if err != nil {
		return handleDetail{}, err
	}
	if r == nil {
		return handleDetail{}, fault.New(fault.NotFound, "identifier.handle.none", "there is no identifier %s", in.Handle)
	}
	return m.handleDetail(ctx, n, r)
}

// handleDetail shows who operates the node everything but secret keys, others what
// everybody may read.
func (m *Module) handleDetail(ctx context.Context, n node, r *record.Record) (handleDetail, error) {
	d := handleDetail{Handle: r.Handle, NodeID: n.ID, ChangedAt: time.UnixMilli(r.At).UTC(), Change: r.Change, List: []valueView{}, Yours: mine(ctx, n)}
	values, err := valuesOf(r)
	for i := range values {
		view := viewOf(&values[i])
		if !view.Public && !d.Yours {
			continue
		}
		if wire.Equal(view.Type, wire.TypeSecretKey) {
			view.Data, view.Octets = "", ""
		}
		d.List = append(d.List, view)
	}
	return d, err
}

// valueInput is a value as people give it.
type valueInput struct {
	Index  int32  `json:"index" minimum:"1"`
	Type   string `json:"type" minLength:"1" maxLength:"200"`
	Data   string `json:"data" maxLength:"100000"`
	Base64 bool   `json:"base64,omitempty" doc:"Data is octets in base64"`
	TTL    int32  `json:"ttl,omitempty" minimum:"0" doc:"Seconds; default: a day"`
	Secret bool   `json:"secret,omitempty" doc:"Only administrators read it"`
}

type saveHandleInput struct {
	Body struct {
		Handle string       `json:"handle" minLength:"1" maxLength:"2048"`
		Was    uint64       `json:"was,omitempty" doc:"The change that the caller saw last; left out for a new identifier"`
		Values []valueInput `json:"values,omitempty" maxItems:"2048" nullable:"false"`

		Template string            `json:"template,omitempty" maxLength:"60" doc:"Code and version of the template that it follows, as bearing:2; its items stand beside the values"`
		Items    map[string]string `json:"items,omitempty" doc:"Values of the template's items by their names"`
	}
}

// saveHandle registers an identifier, or replaces the values of one. Values that
// the caller does not give, and may not see, stay.
func (m *Module) saveHandle(ctx context.Context, in saveHandleInput) (handleDetail, error) {
	n, err := m.change(ctx, in.Body.Handle)
	if err != nil {
		return handleDetail{}, err
	}
	values, err := m.valuesIn(ctx, in)
	if err != nil {
		return handleDetail{}, err
	}
	r, err := m.records.Load(ctx, in.Body.Handle)
	if err != nil {
		return handleDetail{}, err
	}
	before, err := valuesOf(r)
	if err != nil {
		return handleDetail{}, err
	}
	if err := m.conform(ctx, before, values); err != nil {
		return handleDetail{}, err
	}
	if err := m.save(ctx, n, engine.Edit{Handle: in.Body.Handle, Was: in.Body.Was, Values: keepSecrets(before, values)}, before); err != nil {
		return handleDetail{}, err
	}
	return m.readHandle(ctx, handleParams{in.Body.Handle})
}

// valuesIn are the values of an identifier that is saved, with those of its template.
func (m *Module) valuesIn(ctx context.Context, in saveHandleInput) ([]wire.Value, error) {
	values := make([]wire.Value, len(in.Body.Values), len(in.Body.Values)+len(in.Body.Items)+1)
	for i, v := range in.Body.Values {
		var err error
		if values[i], err = v.value(); err != nil {
			return nil, err
		}
	}
	if in.Body.Template != "" {
		t, err := m.templates.named(ctx, in.Body.Template)
		if fault.Is(err, fault.NotFound) || err == nil && t.State == template.Draft {
			err = unusable(in.Body.Template)
		}
		if err != nil {
			return nil, err
		}
		items, err := itemValues(t, in.Body.Items)
		if err != nil {
			return nil, err
		}
		values = append(values, items...)
	}
	if len(values) == 0 {
		return nil, fault.New(fault.Invalid, "identifier.value.none", "an identifier has at least one value").At("body.values", "give at least one value")
	}
	return values, nil
}

// keepSecrets adds the secret keys of a record that are not given again.
func keepSecrets(before, values []wire.Value) []wire.Value {
	for _, v := range before {
		given := slices.ContainsFunc(values, func(o wire.Value) bool { return o.Index == v.Index && len(o.Data) > 0 })
		if !given && wire.Equal(v.Type, wire.TypeSecretKey) {
			values = append(slices.DeleteFunc(values, func(o wire.Value) bool { return o.Index == v.Index }), v)
		}
	}
	return values
}

func (in valueInput) value() (wire.Value, error) {
	v := wire.Text(in.Index, in.Type, in.Data)
	if in.TTL > 0 {
		v.TTL = in.TTL
	}
	if in.Secret || wire.Equal(in.Type, wire.TypeSecretKey) {
		v.Permissions = wire.PermissionsSecret
	}
	switch {
	case in.Base64:
		octets, err := base64.StdEncoding.DecodeString(in.Data)
		if err != nil {
			return v, fault.New(fault.Invalid, "identifier.value.base64", "value %d is not base64", in.Index).At("body.values", "%v", err)
		}
		v.Data = octets
	case wire.Equal(in.Type, wire.TypeAdmin):
		return v, in.admin(&v)
	}
	return v, nil
}

// admin reads an administrator as pages show it: 300:0.NA/88.101.5 111111111111.
func (in valueInput) admin(v *wire.Value) error {
	who, rights, _ := strings.Cut(in.Data, " ")
	reference, err := wire.ParseReference(who)
	a := wire.Admin{Rights: wire.RightsAll, Reference: reference}
	if rights != "" && err == nil {
		a.Rights, err = wire.ParseRights(rights)
	}
	if err != nil {
		return fault.New(fault.Invalid, "identifier.value.admin", "value %d names no administrator", in.Index).At("body.values", "as 300:0.NA/88.101.5 111111111111")
	}
	v.Data = a.Append(nil)
	return nil
}

// change returns the node of a handle, if the caller may change its identifiers.
func (m *Module) change(ctx context.Context, handle string) (node, error) {
	n, err := m.owner(handle)
	if err != nil {
		return n, err
	}
	if wire.IsPrefixHandle(handle) {
		return n, fault.New(fault.Conflict, "identifier.handle.prefix", "%s is the handle of a prefix; edit its node", handle)
	}
	if !mine(ctx, n) {
		return n, fault.New(fault.Forbidden, "identifier.handle.not_yours", "the identifiers of %s are changed by who operates its node", n.Prefix)
	}
	return n, nil
}

// save makes an edit by the caller: first it is recorded who does it, then it is
// done.
func (m *Module) save(ctx context.Context, n node, e engine.Edit, before []wire.Value) error {
	id := identity.From(ctx)
	e.By, e.Via = id.Actor(), viaPeople // the audit log has the address, and can forget it
	p := m.post(n.Door)
	if p == nil {
		return fault.New(fault.Unavailable, "identifier.node.closed", "the node's door is closed at the moment").After(15)
	}
	if err := p.engine.Check(ctx, e); err != nil {
		return m.overtaken(ctx, e, problem(err))
	}
	d, err := m.edits.insert(ctx, n.ID, e, before)
	if err != nil {
		return err
	}
	return m.overtaken(ctx, e, m.makeEdit(ctx, d))
}

// overtaken says when and by whom an identifier was changed that the caller saw
// otherwise. Persons are not named: the audit log does, to those who may read it.
func (m *Module) overtaken(ctx context.Context, e engine.Edit, err error) error {
	if fault.KindOf(err) != fault.Conflict {
		return err
	}
	r, failed := m.records.Load(ctx, e.Handle)
	if failed != nil || r == nil || r.Change == e.Was {
		return err
	}
	if e.Was == 0 {
		return fault.New(fault.Conflict, "identifier.handle.exists", "there is an identifier %s already", e.Handle).At("body.handle", "choose another suffix")
	}
	by := lang.Text{ZH: "他人", EN: "somebody else"}
	if list, failed := m.records.Log(ctx, r.Change-1, 1); failed == nil && len(list) == 1 {
		switch l := &list[0]; {
		case l.By == e.By:
			by = lang.Text{ZH: "您自己（在另一处）", EN: "you, elsewhere"}
		case l.Via != viaPeople:
			by = lang.Text{ZH: l.By, EN: l.By}
		}
	}
	return fault.New(fault.Conflict, "identifier.handle.changed", "%s was changed meanwhile by %s", e.Handle, by.EN).With("by", by).With("change", r.Change)
}

// makeEdit makes an edit that is recorded, and forgets it.
func (m *Module) makeEdit(ctx context.Context, d edit) error {
	n, ok := m.hosted.of(d.NodeID)
	if !ok {
		return errors.Join(fault.New(fault.Conflict, "identifier.node.closed", "the node is not hosted here any more"), m.edits.remove(ctx, d.ID))
	}
	p := m.post(n.Door)
	if p == nil {
		return fault.New(fault.Unavailable, "identifier.node.closed", "the node's door is closed at the moment").After(15)
	}
	_, err := p.engine.Save(ctx, d.Edit)
	_, refused := errors.AsType[*engine.RefusalError](err)
	if err == nil || refused || fault.Is(err, fault.Invalid) {
		return errors.Join(problem(err), m.edits.remove(ctx, d.ID))
	}
	return err // the store is away; it is made later
}

// problem is a refusal of the engine as a fault.
func problem(err error) error {
	r, ok := errors.AsType[*engine.RefusalError](err)
	if !ok {
		return err
	}
	kind := fault.Invalid
	switch r.Code {
	case wire.CodeNotFound:
		kind = fault.NotFound
	case wire.CodeExists:
		kind = fault.Conflict
	case wire.CodeReadOnly, wire.CodeNotAdmin, wire.CodeNoPermission:
		kind = fault.Forbidden
	case wire.CodeRegistrationLimit, wire.CodePrefixLimit:
		return fault.New(fault.Conflict, "identifier.quota.used", "%s", r.Message).With("code", int(r.Code))
	case wire.CodeBusy:
		kind = fault.Unavailable
	default:
	}
	return fault.New(kind, "identifier.handle.refused", "%s", r.Message).With("code", int(r.Code)).At("handle", "%s", r.Code)
}

type removeHandleInput struct {
	Handle string `query:"handle" required:"true" minLength:"1" maxLength:"2048"`
	Was    uint64 `query:"was" required:"true" doc:"The change that the caller saw last"`
}

func (m *Module) removeHandle(ctx context.Context, in removeHandleInput) (httpd.Nothing, error) {
	n, err := m.change(ctx, in.Handle)
	if err != nil {
		return httpd.Nothing{}, err
	}
	r, err := m.records.Load(ctx, in.Handle)
	if err != nil {
		return httpd.Nothing{}, err
	}
	before, err := valuesOf(r)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.save(ctx, n, engine.Edit{Handle: in.Handle, Was: in.Was}, before)
}

// stepView is one step of a resolution.
type stepView struct {
	Kind     string   `json:"kind" enum:"policy,cache,ask,trust" doc:"Whether somebody was asked, or it was known"`
	Handle   string   `json:"handle" doc:"What was asked for"`
	Why      string   `json:"why"`
	Node     string   `json:"node" doc:"What the site says it is"`
	Server   string   `json:"server" doc:"Address and port"`
	Protocol string   `json:"protocol"`
	Took     float64  `json:"took_ms"`
	Code     int      `json:"code" doc:"0: no answer"`
	Meaning  string   `json:"meaning"`
	LeadsTo  []string `json:"leads_to" nullable:"false" doc:"Where a referral leads"`
	Signed   bool     `json:"signed" doc:"A signature was checked, and holds"`
	Fault    string   `json:"fault"`

	Rule *ruleHit `json:"rule,omitempty" doc:"By which it was not as usual, for who manages the recursive node"`

	Of *stepNode `json:"of,omitempty" doc:"Whose server was asked, if it is a node of the city that everybody sees"`
}

func viewStep(s *resolver.Step) stepView {
	v := stepView{
		Kind: s.Kind, Handle: s.Handle, Why: s.Why, Node: s.Node, Server: s.Server, Protocol: s.Protocol, Took: float64(s.Took.Microseconds()) / 1000,
		Code: int(s.Code), Meaning: s.CodeText, LeadsTo: []string{}, Signed: s.Signed, Fault: s.Fault,
	}
	v.LeadsTo = append(v.LeadsTo, s.LeadsTo...)
	return v
}

// resolution is what a search from the root down found, and how.
type resolution struct {
	Handle  string      `json:"handle" doc:"Whose values they are, after aliases"`
	Aliases []string    `json:"aliases" nullable:"false" doc:"That were followed, the one asked for first"`
	Code    int         `json:"code" doc:"Of the last answer; 1: found"`
	Meaning string      `json:"meaning"`
	Values  []valueView `json:"values" nullable:"false"`
	Cached  bool        `json:"cached" doc:"Nobody was asked for the values"`
	Stale   bool        `json:"stale" doc:"They are older than they may be: their service does not answer"`
	Trusted bool        `json:"trusted" doc:"Signatures up to a root hold for all of them"`
	Rooted  bool        `json:"rooted" doc:"There is a root of trust, up to which signatures were checked"`

	Signatures []signatureView `json:"signatures" nullable:"false" doc:"What each signature of the record was found to be"`

	Fault string     `json:"fault"`
	Steps []stepView `json:"steps" nullable:"false" doc:"Every step, in order"`
	Took  float64    `json:"took_ms"`
}

type resolveParams struct {
	Handle string `query:"handle" required:"true" minLength:"1" maxLength:"2048" doc:"As 88.101.5/T001"`
	Fresh  bool   `query:"fresh" doc:"Ask everybody on the way, whatever is remembered"`
}

func (m *Module) resolveHandle(ctx context.Context, in resolveParams) (resolution, error) {
	res := resolution{Handle: in.Handle, Aliases: []string{}, Values: []valueView{}, Steps: []stepView{}, Signatures: []signatureView{}}
	if err := wire.CheckHandle(in.Handle); err != nil {
		return res, fault.New(fault.Invalid, "identifier.handle.invalid", "%s is no identifier: %v", in.Handle, err).At("query.handle", "as 88.101.5/T001")
	}
	r, err := m.recursive.resolver()
	if err != nil {
		return res, err
	}
	t := r.Trace(ctx, in.Handle, resolver.Query{PastCache: in.Fresh, Fresh: in.Fresh, Trusted: true})
	res.Rooted = r.Policy().Trust.On
	res.Handle, res.Code, res.Meaning, res.Cached, res.Stale, res.Trusted, res.Fault = t.Handle, int(t.Code), t.Message, t.Cached, t.Stale, t.Trusted, t.Fault
	if res.Meaning == "" {
		res.Meaning = t.Code.String()
	}
	res.Aliases, res.Took = append(res.Aliases, t.Aliases...), float64(t.Took.Microseconds())/1000
	for i := range t.Values {
		res.Values = append(res.Values, viewOf(&t.Values[i]))
	}
	for i := range t.Signatures {
		res.Signatures = append(res.Signatures, viewSignature(&t.Signatures[i]))
	}
	for i := range t.Steps {
		res.Steps = append(res.Steps, viewStep(&t.Steps[i]))
		if s := &res.Steps[i]; identity.From(ctx).May("identifier.recursive") {
			s.Rule = m.recursive.ruleOf(s)
		}
	}
	prefixes := prefixesAsked(res.Steps)
	nodes, err := m.nodes.open(ctx, prefixes)
	if err != nil {
		return res, err
	}
	res.name(prefixes, nodes)
	return res, nil
}

// root returns where a search begins: at the root that the settings name, or that
// is hosted here.
func (m *Module) root() ([]wire.Site, error) {
	if len(m.elsewhere) > 0 {
		return m.elsewhere, nil
	}
	if err := m.ready(); err != nil {
		return nil, err
	}
	for _, n := range m.hosted.all() {
		if n.Role != rootNode {
			continue
		}
		octets, err := m.siteOf(n)
		if err != nil {
			return nil, err
		}
		if site, err := wire.DecodeSite(octets); err == nil {
			return []wire.Site{site}, nil
		}
	}
	return nil, fault.New(fault.Unavailable, "identifier.root.none", "no root is known; found a root node, or name one in the configuration")
}
