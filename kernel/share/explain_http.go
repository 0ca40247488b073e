package share

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

type objectView struct {
	ID      string      `json:"id" title:"编号|ID"`
	Kind    string      `json:"kind" title:"类别|Kind"`
	Title   lang.Text   `json:"title" title:"名称|Title"`
	Path    string      `json:"path"`
	OwnerID string      `json:"owner_id"`
	Owner   lang.Text   `json:"owner" title:"所属机构|Owner"`
	Rules   []lang.Text `json:"rules" nullable:"false" title:"依据的规则|Rules"`
	Purpose string      `json:"purpose" title:"用途|Purpose"`
	Until   time.Time   `json:"until" title:"截止|Until"`
}

type objectParams struct {
	sqldb.ListParams
	Kind string `query:"kind" maxLength:"80"`
}

// withUs lists what others share with the caller's organisation. It is worked
// out in memory: nobody is shared more with than sharedLimit objects of a kind.
func (m *Room) withUs(ctx context.Context, in objectParams) (sqldb.Page[objectView], error) {
	id := identity.From(ctx)
	list := []objectView{}
	for _, k := range m.kinds() {
		if !id.May(k.Permission) || in.Kind != "" && in.Kind != k.name() {
			continue
		}
		some, err := m.sharedObjects(ctx, k, id)
		if err != nil {
			return sqldb.Page[objectView]{}, err
		}
		list = append(list, some...)
	}
	if q := strings.ToLower(strings.TrimSpace(in.Q)); q != "" {
		list = slices.DeleteFunc(list, func(o objectView) bool {
			return !strings.Contains(strings.ToLower(o.Title.ZH+"\n"+o.Title.EN+"\n"+o.Owner.ZH+"\n"+o.Owner.EN), q)
		})
	}
	return paged(list, in.ListParams)
}

func (m *Room) sharedObjects(ctx context.Context, k Kind, id identity.Identity) ([]objectView, error) {
	s, err := m.shared(ctx, k.name())
	if err != nil || len(s.ids) == 0 {
		return nil, err
	}
	now := m.now()
	rules, err := m.inForce(ctx, now)
	if err != nil {
		return nil, err
	}
	v, err := m.viewer(ctx, id.Organisation)
	if err != nil {
		return nil, err
	}
	var list []objectView
	err = k.Walk(ctx, func(o module.ShareObject) error {
		if _, ok := slices.BinarySearch(s.ids, o.ID); !ok {
			return nil
		}
		x := objectView{ID: o.ID, Kind: k.name(), Title: o.Title, Path: o.Path, OwnerID: o.Organisation, Rules: []lang.Text{}}
		if owner, err := m.directory.Organisation(ctx, o.Organisation); err == nil {
			x.Owner = owner.Name
		}
		about := rules.about(o.Organisation, k.name())
		_, why := ask(rules.policiesOf(about), v, k.name(), o, now)
		for _, r := range about {
			if slices.ContainsFunc(why.Reasons, func(d reason) bool { return string(d.PolicyID) == r.ID }) {
				x.Rules = append(x.Rules, r.Title)
				x.Purpose = cmp.Or(x.Purpose, r.Purpose)
				if r.Until.After(x.Until) {
					x.Until = r.Until
				}
			}
		}
		list = append(list, x)
		return nil
	})
	return list, err
}

// paged sorts and pages a list that is in memory as lists of the database are.
func paged(list []objectView, p sqldb.ListParams) (sqldb.Page[objectView], error) {
	order := cmp.Or(p.Sort, "title")
	field, down := strings.CutPrefix(order, "-")
	by := map[string]func(a, b objectView) int{
		"title": func(a, b objectView) int { return cmp.Compare(a.Title.ZH, b.Title.ZH) },
		"owner": func(a, b objectView) int { return cmp.Compare(a.Owner.ZH, b.Owner.ZH) },
		"until": func(a, b objectView) int { return a.Until.Compare(b.Until) },
	}[field]
	if by == nil {
		return sqldb.Page[objectView]{}, fault.New(fault.Invalid, "kernel.list.sort", "this list cannot be sorted by %q", field).At("query.sort", "use one of owner, title, until")
	}
	slices.SortFunc(list, func(a, b objectView) int {
		c := cmp.Or(by(a, b), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
		if down {
			return -c
		}
		return c
	})
	start := 0
	if p.Cursor != "" {
		at := slices.IndexFunc(list, func(o objectView) bool { return o.Kind+"/"+o.ID == p.Cursor })
		if at < 0 {
			return sqldb.Page[objectView]{}, fault.New(fault.Invalid, "kernel.list.cursor", "the cursor does not belong to this list").At("query.cursor", "start again without a cursor")
		}
		start = at + 1
	}
	page := sqldb.Page[objectView]{Total: len(list), Items: list[start:]}
	if limit := cmp.Or(p.Limit, 50); len(page.Items) > limit {
		page.Items = page.Items[:limit]
		last := page.Items[limit-1]
		page.NextCursor = last.Kind + "/" + last.ID
	}
	return page, nil
}

type explainInput struct {
	Organisation string `query:"organisation" required:"true" maxLength:"26"`
	Kind         string `query:"kind" required:"true" maxLength:"80"`
	Object       string `query:"object" required:"true" maxLength:"40"`
}

// verdict is what one rule says about an organisation and an object.
type verdict struct {
	RuleID string    `json:"rule_id"`
	Title  lang.Text `json:"title"`
	City   bool      `json:"city"`
	Custom bool      `json:"custom"`
	State  State     `json:"state"`
	Says   string    `json:"says" enum:"permits,forbids,nothing,error"`
	Why    lang.Text `json:"why"`
	Line   int       `json:"line" doc:"Where in its policy, 0 for nowhere"`
	Cedar  string    `json:"cedar"`
}

type explanationView struct {
	Organisation lang.Text `json:"organisation"`
	Object       lang.Text `json:"object"`
	Owner        lang.Text `json:"owner"`
	Sees         bool      `json:"sees"`
	By           string    `json:"by" enum:"city,scope,rule,none" doc:"city: the bureau sees all; scope: the owner is the organisation or below it"`
	Why          lang.Text `json:"why"`
	Rules        []verdict `json:"rules" nullable:"false"`
}

func (m *Room) explain(ctx context.Context, in explainInput) (explanationView, error) {
	k, ok := m.kind(in.Kind)
	if !ok {
		return explanationView{}, fault.New(fault.Invalid, "share.rule.invalid", "there is no kind %.80q", in.Kind).At("query.kind", "choose one that /api/share/vocabulary lists")
	}
	o, err := m.object(ctx, k, in.Object)
	if err != nil {
		return explanationView{}, err
	}
	owner, err := m.directory.Organisation(ctx, o.Organisation)
	if err != nil {
		return explanationView{}, err
	}
	about, err := m.directory.Organisation(ctx, in.Organisation)
	if err != nil {
		return explanationView{}, err
	}
	v, err := m.viewer(ctx, about)
	if err != nil {
		return explanationView{}, err
	}
	x := explanationView{Organisation: about.Name, Object: o.Title, Owner: owner.Name, By: "none", Rules: []verdict{}}
	if x.By, err = m.firstLock(ctx, v, o); err != nil {
		return x, err
	}
	return x, m.secondLock(ctx, &x, v, k, o)
}

// object finds one that the caller may see by their own right.
func (m *Room) object(ctx context.Context, k Kind, id string) (found module.ShareObject, err error) {
	err = k.Walk(ctx, func(o module.ShareObject) error {
		if o.ID == id {
			found = o
		}
		return nil
	})
	if err != nil {
		return found, err
	}
	if found.ID == "" {
		return found, fault.New(fault.NotFound, "kernel.not_found", "there is no such object, or it is not yours to see")
	}
	return found, identity.From(ctx).Scope.Check(found.Organisation)
}

// firstLock is row access: the owner, those above it, and the city's bureau.
func (m *Room) firstLock(ctx context.Context, v viewer, o module.ShareObject) (string, error) {
	if v.Kind == identity.Bureau && v.ParentID == "" {
		return "city", nil
	}
	if v.ID == o.Organisation {
		return "scope", nil
	}
	owner, err := m.directory.Organisation(ctx, o.Organisation)
	if err != nil {
		return "", err
	}
	above, err := m.viewer(ctx, owner)
	if err == nil && slices.Contains(above.above, v.ID) {
		return "scope", nil
	}
	return "none", err
}

func (m *Room) secondLock(ctx context.Context, x *explanationView, v viewer, k Kind, o module.ShareObject) error {
	now := m.now()
	rules, err := m.inForce(ctx, now)
	if err != nil {
		return err
	}
	about := rules.about(o.Organisation, k.name())
	allowed, why := ask(rules.policiesOf(about), v, k.name(), o, now)
	for _, r := range about {
		x.Rules = append(x.Rules, rules.verdict(r, v, k, o, now))
	}
	switch x.By {
	case "city":
		x.Why = lang.Text{ZH: "主管部门可看到全市数据，不需要规则。", EN: "The city's bureau sees all; no rule is needed."}
	case "scope":
		x.Why = lang.Text{ZH: "对象属于该机构或其下级机构，不需要规则。", EN: "The object is the organisation's own, or of one below it; no rule is needed."}
	default:
		x.Why = lang.Text{ZH: "没有规则共享给该机构；未经共享即不可见。", EN: "No rule shares it with the organisation; what is not shared is not seen."}
		if allowed {
			x.By = "rule"
			x.Why = lang.Text{ZH: fmt.Sprintf("有 %d 条规则允许，没有规则禁止。", len(why.Reasons)), EN: fmt.Sprintf("%d rules permit it, none forbids it.", len(why.Reasons))}
		} else if len(why.Reasons) > 0 {
			x.Why = lang.Text{ZH: "有规则禁止；禁止优先于允许。", EN: "A rule forbids it; that wins over what permits."}
		}
	}
	x.Sees = x.By != "none"
	return nil
}

// verdict asks one rule alone, and says in words why it answers so.
func (s *ruleSet) verdict(r Rule, v viewer, k Kind, o module.ShareObject, now time.Time) verdict {
	x := verdict{RuleID: r.ID, Title: r.Title, City: r.City, Custom: r.Custom, State: r.State, Says: "nothing", Cedar: r.Cedar}
	_, why := ask(s.policiesOf([]Rule{r}), v, k.name(), o, now)
	switch {
	case len(why.Errors) > 0:
		x.Says, x.Line = "error", why.Errors[0].Position.Line
		x.Why = lang.Text{ZH: "策略无法求值：" + why.Errors[0].Message, EN: "The policy cannot be evaluated: " + why.Errors[0].Message}
		return x
	case len(why.Reasons) > 0:
		x.Says, x.Line = "permits", why.Reasons[0].Position.Line
		if s.policies[r.ID].Effect() == forbid {
			x.Says = "forbids"
		}
	}
	if r.Custom {
		x.Why = customWhy(x.Says, x.Line)
		return x
	}
	x.Why = r.formWhy(v, k, o)
	return x
}

func customWhy(says string, line int) lang.Text {
	if says == "nothing" {
		return lang.Text{ZH: "手写策略的条件不满足。", EN: "The conditions of the hand-written policy are not met."}
	}
	return lang.Text{ZH: fmt.Sprintf("手写策略第 %d 行起的条件全部满足。", line), EN: fmt.Sprintf("All conditions of the hand-written policy from line %d are met.", line)}
}

// formWhy names the conditions of a form, met and not met.
func (r Rule) formWhy(v viewer, k Kind, o module.ShareObject) lang.Text {
	var zh, en []string
	say := func(met bool, z, e string) {
		if met {
			zh, en = append(zh, z+"：符合"), append(en, e+": fits")
			return
		}
		zh, en = append(zh, z+"：不符合"), append(en, e+": does not fit")
	}
	named := slices.ContainsFunc(append([]string{v.ID}, v.above...), func(id string) bool { return slices.Contains(r.Audience.Organisations, id) })
	say(named || slices.Contains(r.Audience.Kinds, v.Kind) || slices.Contains(r.Audience.Districts, v.District), "共享对象（机构、类别、区市）", "With whom (organisation, kind, district)")
	for _, name := range sortedKeys(r.Filters) {
		title := lang.Text{ZH: name, EN: name}
		if i := slices.IndexFunc(k.Attributes, func(a module.ShareAttribute) bool { return a.Name == name }); i >= 0 {
			title = k.Attributes[i].Title
		}
		say(slices.Contains(r.Filters[name], o.Attributes[name]), title.ZH, title.EN)
	}
	until := r.Until.Local().Format("2006-01-02 15:04")
	return lang.Text{ZH: strings.Join(zh, "；") + "；有效至 " + until + "。", EN: strings.Join(en, "; ") + "; until " + until + "."}
}
