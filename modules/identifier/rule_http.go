package identifier

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/wire"
)

func (m *Module) ruleRoutes() []module.Route {
	const permission = "identifier.recursive"
	return []module.Route{
		{Pattern: "GET /recursive/settings", Permission: permission, Summary: "How the recursive node works", Handler: httpd.JSON(m.readSettings)},
		{Pattern: "PUT /recursive/settings", Permission: permission, Summary: "Change how the recursive node works; all replicas follow at once", Handler: httpd.JSON(m.saveSettings)},
		{Pattern: "GET /recursive/rules", Permission: permission, Summary: "What the recursive node refuses, answers by itself and asks elsewhere", Handler: httpd.List(m.listRules)},
		{Pattern: "POST /recursive/rules", Permission: permission, Summary: "Make a rule; all replicas follow at once", Handler: httpd.Created(m.makeRule)},
		{Pattern: "PUT /recursive/rules/{id}", Permission: permission, Summary: "Change a rule", Handler: httpd.JSON(m.editRule)},
		{Pattern: "DELETE /recursive/rules/{id}", Permission: permission, Summary: "Remove a rule", Handler: httpd.JSON(m.removeRule)},
		{Pattern: "GET /recursive/cache", Permission: permission, Summary: "What the replica that answers remembers", Handler: httpd.JSON(m.listCache)},
		{Pattern: "DELETE /recursive/cache", Permission: permission, Summary: "Have all replicas forget an identifier, or a prefix with what is below it", Handler: httpd.JSON(m.forgetCache)},
	}
}

func (m *Module) readSettings(ctx context.Context, _ nothing) (RecursiveSettings, error) {
	s, _, err := m.rules.all(ctx)
	return s, err
}

type saveSettingsInput struct {
	httpd.IfMatch
	Body RecursiveSettings
}

func (m *Module) saveSettings(ctx context.Context, in saveSettingsInput) (RecursiveSettings, error) {
	version, err := in.Expected()
	if err != nil {
		return in.Body, err
	}
	if in.Body.Demand && !in.Body.Trust {
		return in.Body, fault.New(fault.Invalid, "identifier.rule.invalid", "the settings do not go together").At("body.demand", "only where signatures are checked")
	}
	err = m.rules.decide(ctx, func(tx *sqldb.Tx, before RecursiveSettings, rules []RuleView) error {
		if before.Version-1 != version { // decide has raised it
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed the recursive node meanwhile; read it again")
		}
		if _, err := policyOf(in.Body, rules, nil); err != nil {
			return err
		}
		return m.rules.set(ctx, tx, before, in.Body)
	})
	if err != nil {
		return in.Body, err
	}
	if err := m.followRules(ctx); err != nil {
		return in.Body, err
	}
	return m.readSettings(ctx, nothing{})
}

func (m *Module) listRules(ctx context.Context, in rulesParams) (sqldb.Page[RuleView], error) {
	return m.rules.list(ctx, in)
}

type recursiveRuleInput struct {
	Kind ruleKind `json:"kind" enum:"block_handle,block_prefix,allow_source,block_source,answer,site,forward"`
	Note string   `json:"note,omitempty" maxLength:"200" doc:"Why"`
	RuleContent
}

// content returns what a rule of its kind has, spelled as it is kept.
func (in recursiveRuleInput) content() RuleContent {
	c := in.RuleContent
	c.Handle, c.Prefix = strings.TrimSpace(c.Handle), strings.TrimSpace(c.Prefix)
	switch in.Kind {
	case blockHandle:
		return RuleContent{Handle: c.Handle}
	case blockPrefix:
		return RuleContent{Prefix: c.Prefix}
	case allowSource:
		return RuleContent{Networks: c.Networks, Rate: c.Rate}
	case blockSource:
		return RuleContent{Networks: c.Networks}
	case forceAnswer:
		return RuleContent{Handle: c.Handle, Index: c.Index, Type: c.Type, Code: c.Code, Values: c.Values}
	case forceSite:
		return RuleContent{Prefix: c.Prefix, Below: c.Below, Site: c.Site}
	default:
		return RuleContent{Prefix: c.Prefix, Upstreams: c.Upstreams, Balance: c.Balance}
	}
}

type makeRuleInput struct{ Body recursiveRuleInput }

func (m *Module) makeRule(ctx context.Context, in makeRuleInput) (RuleView, error) {
	r := RuleView{ID: ulid.Make().String(), Kind: in.Body.Kind, Note: in.Body.Note, RuleContent: in.Body.content(), CreatedAt: time.Now().UTC().Truncate(time.Millisecond), Version: 1}
	err := m.rules.decide(ctx, func(tx *sqldb.Tx, settings RecursiveSettings, rules []RuleView) error {
		if err := r.checkAmong(settings, rules); err != nil {
			return err
		}
		return m.rules.put(ctx, tx, nil, r)
	})
	if err != nil {
		return r, err
	}
	return r, m.followRules(ctx)
}

// checkAmong tells why a rule cannot stand beside the others.
func (r *RuleView) checkAmong(settings RecursiveSettings, others []RuleView) error {
	if err := r.add(&resolver.Policy{}); err != nil {
		return err
	}
	same := 0
	for i := range others {
		if others[i].Kind == r.Kind {
			same++
		}
	}
	if same >= mostRules {
		return fault.New(fault.Conflict, "identifier.rule.many", "there are %d rules of the kind already, and may be no more", mostRules)
	}
	_, err := policyOf(settings, append(slices.Clone(others), *r), nil)
	return err
}

type editRuleInput struct {
	httpd.Object
	httpd.IfMatch
	Body recursiveRuleInput
}

func (m *Module) editRule(ctx context.Context, in editRuleInput) (RuleView, error) {
	version, err := in.Expected()
	if err != nil {
		return RuleView{}, err
	}
	var r RuleView
	err = m.rules.decide(ctx, func(tx *sqldb.Tx, settings RecursiveSettings, rules []RuleView) error {
		before, others, err := ruleAmong(rules, in.ID)
		if err != nil {
			return err
		}
		if before.Version != version {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this rule meanwhile; read it again")
		}
		r = before
		r.Kind, r.Note, r.RuleContent = in.Body.Kind, in.Body.Note, in.Body.content()
		if err := r.checkAmong(settings, others); err != nil {
			return err
		}
		return m.rules.put(ctx, tx, &before, r)
	})
	if err != nil {
		return r, err
	}
	r.Version++
	return r, m.followRules(ctx)
}

// ruleAmong takes a rule out of all.
func ruleAmong(rules []RuleView, id string) (RuleView, []RuleView, error) {
	i := slices.IndexFunc(rules, func(r RuleView) bool { return r.ID == id })
	if i < 0 {
		return RuleView{}, nil, noRule()
	}
	return rules[i], slices.Delete(slices.Clone(rules), i, i+1), nil
}

func (m *Module) removeRule(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	err := m.rules.decide(ctx, func(tx *sqldb.Tx, _ RecursiveSettings, rules []RuleView) error {
		r, _, err := ruleAmong(rules, in.ID)
		if err != nil {
			return err
		}
		return m.rules.remove(ctx, tx, r)
	})
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.followRules(ctx)
}

type cacheParams struct {
	Handle string `query:"handle" maxLength:"2048" doc:"As 88.101.5/T001"`
	Prefix string `query:"prefix" maxLength:"200" doc:"As 88.101, with what is below it"`
}

// rememberedMost is how many records of the cache are shown.
const rememberedMost = 200

// remembered is what the recursive node remembers of an identifier.
type remembered struct {
	Handle  string    `json:"handle"`
	Code    int       `json:"code"`
	Meaning string    `json:"meaning"`
	Values  int       `json:"values" doc:"How many"`
	Stored  time.Time `json:"stored"`
	Until   time.Time `json:"until"`
	Stale   bool      `json:"stale" doc:"Its time is over"`
	Octets  int64     `json:"octets"`
}

type cacheView struct {
	Items []remembered `json:"items" nullable:"false" doc:"200 at the most, in the order of identifiers"`
	More  bool         `json:"more" doc:"There are more; narrow the prefix"`
}

func (m *Module) listCache(_ context.Context, in cacheParams) (cacheView, error) {
	v := cacheView{Items: []remembered{}}
	r, err := m.recursive.resolver()
	if err != nil {
		return v, err
	}
	for record := range r.Records(resolver.Filter{Handle: in.Handle, Prefix: in.Prefix}) {
		if v.More = len(v.Items) == rememberedMost; v.More {
			break
		}
		v.Items = append(v.Items, remembered{
			Handle: record.Handle, Code: int(record.Code), Meaning: record.Code.String(), Values: len(record.Values),
			Stored: record.Stored.UTC(), Until: record.Until.UTC(), Stale: record.Stale, Octets: record.Octets,
		})
	}
	slices.SortFunc(v.Items, func(a, b remembered) int { return strings.Compare(wire.Fold(a.Handle), wire.Fold(b.Handle)) })
	return v, nil
}

func (m *Module) forgetCache(ctx context.Context, in cacheParams) (httpd.Nothing, error) {
	if (in.Handle == "") == (in.Prefix == "") {
		return httpd.Nothing{}, fault.New(fault.Invalid, "identifier.cache.what", "say what to forget").At("query.handle", "an identifier, or else a prefix")
	}
	if in.Handle != "" {
		if err := wire.CheckHandle(in.Handle); err != nil {
			return httpd.Nothing{}, fault.New(fault.Invalid, "identifier.handle.invalid", "%s is no identifier: %v", in.Handle, err).At("query.handle", "as 88.101.5/T001")
		}
	}
	if in.Prefix != "" && !segments.MatchString(in.Prefix) {
		return httpd.Nothing{}, fault.New(fault.Invalid, "identifier.cache.prefix", "%s is no prefix", in.Prefix).At("query.prefix", "as 88.101")
	}
	if err := m.rules.forget(ctx, forgetting{Handle: in.Handle, Prefix: in.Prefix}); err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.followRules(ctx)
}
