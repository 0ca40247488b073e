package detection

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Detection) ownRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /rule-sets", Permission: maySee, Summary: "Sets of Sigma rules that one's own organisation brought, and those of the city", Handler: httpd.JSON(m.ruleSets)},
		{
			Pattern: "POST /rule-sets/preview", Permission: mayBring, MaxBody: maxRuleUpload, Stream: true, Recorded: "nothing is kept",
			Summary: "What a file of Sigma rules would become, with all that is refused: YAML of one or many documents, or a zip; ?name= of the file, ?set= the set that it would follow", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.previewRules)),
		},
		{
			Pattern: "POST /rule-sets", Permission: mayBring, MaxBody: maxRuleUpload, Stream: true,
			Summary: "Take a file of Sigma rules: ?title= of a new set, or ?set= with ?revision= that it follows; ?name= of the file, ?note=, ?sound=true leaves out what is refused; nothing is in use before it is switched on", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.takeRules)),
		},
		{Pattern: "GET /rule-sets/{id}", Permission: maySee, Summary: "A set of rules with its revisions and trials", Handler: httpd.JSON(m.ruleSet)},
		{Pattern: "DELETE /rule-sets/{id}", Permission: mayBring, Summary: "Remove a set of which no rule is in use", Handler: httpd.JSON(m.removeRules)},
		{Pattern: "GET /rule-sets/{id}/rules", Permission: maySee, Summary: "The rules of a set", Handler: httpd.List(m.rulesOfSet)},
		{Pattern: "POST /rule-sets/{id}/use", Permission: mayBring, Summary: "Put rules of a set in use, all of them where none is named", Handler: httpd.JSON(m.useRules)},
		{Pattern: "GET /rule-sets/{id}/files/{revision}", Permission: maySee, Summary: "The files of a revision as a zip; 0: of the newest", Handler: httpd.Raw("", http.HandlerFunc(m.serveRules))},
		{Pattern: "GET /own-rules/{id}", Permission: maySee, Summary: "A rule of a set with its text", Handler: httpd.JSON(m.ownRule)},
		{Pattern: "POST /rule-sets/{id}/trials", Permission: mayBring, Summary: "Try the rules of a set against the events of the last days that are kept", Handler: httpd.Created(m.tryRules)},
		{Pattern: "POST /rule-trials/{id}/cancel", Permission: mayBring, Summary: "Give up a trial", Handler: httpd.JSON(m.cancelTrial)},
	}
}

// RuleSetList are the sets that the caller sees.
type RuleSetList struct {
	Items []RuleSet `json:"items" nullable:"false"`
	May   bool      `json:"may" doc:"The caller may bring one"`
	City  bool      `json:"city" doc:"What the caller brings is for the whole city"`
}

// owns tells whether the caller brings rules for whom a set is.
func owns(ctx context.Context, x RuleSet) bool {
	id := identity.From(ctx)
	return id.May(mayBring) && id.Organisation.ID == x.owner
}

func (m *Detection) ruleSets(ctx context.Context, _ nothing) (out RuleSetList, err error) {
	id := identity.From(ctx)
	out = RuleSetList{May: id.May(mayBring), City: id.Scope.All}
	list, err := m.store.sets(ctx, m.now())
	for i := range list {
		list[i].May = owns(ctx, list[i])
	}
	out.Items = append([]RuleSet{}, list...)
	return out, err
}

// RuleSetDetail is a set on its own page.
type RuleSetDetail struct {
	RuleSet
	Revisions []Revision  `json:"revisions" nullable:"false" doc:"The newest first; ten are kept"`
	Trials    []RuleTrial `json:"trials" nullable:"false" doc:"The newest first, without their hits; of one's own"`
	Trial     *RuleTrial  `json:"trial,omitempty" doc:"The newest: how far it is, how often each rule hit, with examples"`
}

func (m *Detection) ruleSet(ctx context.Context, in httpd.Object) (d RuleSetDetail, err error) {
	if d.RuleSet, err = m.store.setSeen(ctx, in.ID, m.now()); err != nil {
		return d, err
	}
	d.May = owns(ctx, d.RuleSet)
	d.Trials = []RuleTrial{}
	if d.Revisions, err = m.store.revisions(ctx, in.ID); err != nil || !d.May {
		return d, err
	}
	if d.Trials, err = m.store.trials(ctx, in.ID); err != nil || len(d.Trials) == 0 {
		return d, err
	}
	t, err := m.trial(ctx, httpd.Object{ID: d.Trials[0].ID})
	d.Trial = &t
	return d, err
}

// mine reads a set that the caller may change.
func (m *Detection) mine(ctx context.Context, id string) (RuleSet, error) {
	x, err := m.store.setSeen(ctx, id, m.now())
	if err == nil && !owns(ctx, x) {
		err = fault.New(fault.Forbidden, "security.ruleset.theirs", "who brought a set of rules changes it; what it finds is switched off for oneself")
	}
	x.May = err == nil
	return x, err
}

func (m *Detection) rulesOfSet(ctx context.Context, in ownRuleParams) (sqldb.Page[OwnRule], error) {
	if _, err := m.store.setSeen(ctx, in.ID, m.now()); err != nil {
		return sqldb.Page[OwnRule]{}, err
	}
	return m.store.ownRules(ctx, in, m.now())
}

// OwnRuleText is a rule with its text.
type OwnRuleText struct {
	OwnRule
	Text string `json:"text" doc:"As it was brought"`
}

func (m *Detection) ownRule(ctx context.Context, in httpd.Object) (x OwnRuleText, err error) {
	if x.OwnRule, err = m.store.ownRule(ctx, in.ID, m.now()); err != nil {
		return x, err
	}
	files, err := m.store.filesOf(ctx, x.SetID, 0)
	if err != nil {
		return x, err
	}
	if i := slices.IndexFunc(files, func(f ruleFile) bool { return f.Name == x.File }); i >= 0 {
		x.Text = documentAt(linesOf(files[i].Text), int(x.Line))
	}
	return x, nil
}

type useRulesInput struct {
	httpd.Object
	Body struct {
		Rules  []string `json:"rules" maxItems:"500" doc:"IDs; none: all of the set"`
		Reason string   `json:"reason,omitempty" maxLength:"1000" doc:"It stays in the audit log"`
	}
}

func (m *Detection) useRules(ctx context.Context, in useRulesInput) (RuleSetDetail, error) {
	x, err := m.mine(ctx, in.ID)
	if err != nil {
		return RuleSetDetail{}, err
	}
	if err := m.store.use(ctx, x, in.Body.Rules, strings.TrimSpace(in.Body.Reason), m.now()); err != nil {
		return RuleSetDetail{}, err
	}
	m.kit.Notify(topic, "", x.owner)
	return m.ruleSet(ctx, in.Object)
}

// switchOwn switches a rule that somebody brought: who brought it for all that it judges, an
// enterprise a rule of the city for itself.
func (m *Detection) switchOwn(ctx context.Context, in switchRuleInput, reason string) error {
	r, err := m.store.ownRule(ctx, in.ID, m.now())
	if err != nil {
		return err
	}
	who := identity.From(ctx)
	if who.Organisation.Kind == identity.Bureau && r.owner != who.Organisation.ID {
		return fault.New(fault.Forbidden, "security.rule.theirs", "each enterprise switches rules for itself")
	}
	if r.owner == who.Organisation.ID && !in.Body.Off {
		return m.store.use(ctx, RuleSet{ID: r.SetID, Name: r.Set, owner: r.owner}, []string{r.ID}, reason, m.now())
	}
	return m.store.toggle(ctx, who.Organisation.ID, r.asRule(), in.Body.Off, reason, m.now(), func(ctx context.Context, tx *sqldb.Tx) error {
		return m.askOther(ctx, tx, who.Organisation.ID, maySwitch, "停用规则："+r.Title, "/security/rule-sets/"+r.SetID)
	})
}

type removed struct {
	ID string `json:"id"`
}

func (m *Detection) removeRules(ctx context.Context, in httpd.Object) (removed, error) {
	x, err := m.mine(ctx, in.ID)
	if err != nil {
		return removed{}, err
	}
	if err := m.store.removeSet(ctx, x); err != nil {
		return removed{}, err
	}
	m.kit.Notify(topic, "", x.owner)
	return removed{in.ID}, nil
}

// upload is a file of rules as it was understood, and what it would change.
type upload struct {
	ID       string        `json:"id,omitempty" doc:"Of the set, once it is taken"`
	Rules    int           `json:"rules" doc:"That are sound"`
	Refused  int           `json:"refused" doc:"Documents that are refused"`
	Silent   int           `json:"silent" doc:"Rules for events that no source delivers"`
	Added    int64         `json:"added"`
	Changed  int64         `json:"changed"`
	Removed  int64         `json:"removed"`
	Same     int64         `json:"same"`
	Findings []RuleFinding `json:"findings" doc:"The first 500"`
	Done     bool          `json:"done"`

	taking
}

// readUpload reads the file of a request; it keeps nothing.
func (m *Detection) readUpload(r *http.Request) (u upload, err error) {
	ctx, query := r.Context(), r.URL.Query()
	id := identity.From(ctx)
	u.Findings = []RuleFinding{}
	u.taking = taking{most: mostOwnRules, note: strings.TrimSpace(query.Get("note")), set: RuleSet{owner: id.Organisation.ID, City: id.Scope.All, Name: strings.TrimSpace(query.Get("title"))}}
	if u.set.City {
		u.most = mostCityRules
	}
	if len([]rune(u.note)) > 1000 {
		return u, fault.New(fault.Invalid, "security.ruleset.note", "the note is too long").At("query.note", "1000 characters at most")
	}
	if set := query.Get("set"); set != "" {
		if u.set, err = m.mine(ctx, set); err != nil {
			return u, err
		}
		u.expected = u.set.Revision
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return u, fmt.Errorf("receive file: %w", err)
	}
	files, err := unpackRules(query.Get("name"), data)
	if err != nil {
		return u, err
	}
	if u.brought, err = m.pack.bring(files, u.most); err != nil {
		return u, err
	}
	u.Rules, u.Refused, u.Silent, u.Findings = len(u.brought.rules), u.brought.refused, u.brought.silent, u.brought.findings
	return u, m.store.compareWith(ctx, &u)
}

func (m *Detection) previewRules(w http.ResponseWriter, r *http.Request) {
	u, err := m.readUpload(r)
	httpd.Answer(w, r, http.StatusOK, u, err)
}

func (m *Detection) takeRules(w http.ResponseWriter, r *http.Request) {
	u, err := m.takeUpload(r)
	httpd.Answer(w, r, http.StatusOK, u, err)
}

func (m *Detection) takeUpload(r *http.Request) (u upload, err error) {
	ctx, query := r.Context(), r.URL.Query()
	if u, err = m.readUpload(r); err != nil {
		return u, err
	}
	if err := u.check(query.Get("sound") == "true"); err != nil {
		return u, err
	}
	if u.set.ID != "" {
		if u.expected, err = strconv.ParseInt(query.Get("revision"), 10, 64); err != nil {
			return u, fault.New(fault.Invalid, "security.ruleset.revision", "say which revision it follows").At("query.revision", "the number of the revision that was read")
		}
	}
	u.ID, err = m.store.takeSet(ctx, u.taking, m.now(), func(ctx context.Context, tx *sqldb.Tx, c compared) error {
		if len(c.liveChanged) == 0 {
			return nil
		}
		return m.askOther(ctx, tx, u.set.owner, mayBring, "启用中的规则已修改："+u.set.Name, "/security/rule-sets/"+u.set.ID)
	})
	if err != nil {
		return u, err
	}
	u.Done = true
	m.kit.Notify(topic, "", u.set.owner)
	return u, nil
}

// check tells whether an upload may be taken.
func (u upload) check(sound bool) error {
	switch n := len([]rune(u.set.Name)); {
	case n == 0 || n > 100:
		return fault.New(fault.Invalid, "security.ruleset.title", "a new set of rules has a name").At("query.title", "1 to 100 characters")
	case u.Rules == 0:
		return fault.New(fault.Invalid, "security.ruleset.none", "no rule of the file is sound; nothing was kept").With("findings", u.Findings[:min(len(u.Findings), 20)]).At("body", "mend what is refused")
	case u.Refused > 0 && !sound:
		return fault.New(fault.Invalid, "security.ruleset.refused", "%d documents are refused; nothing was kept", u.Refused).With("count", u.Refused).With("findings", u.Findings[:min(len(u.Findings), 20)]).At("query.sound", "true takes the others only")
	}
	return nil
}

// serveRules gives the files of a revision.
func (m *Detection) serveRules(w http.ResponseWriter, r *http.Request) {
	data, name, err := m.archive(r.Context(), r.PathValue("id"), r.PathValue("revision"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeFile(w, name, "application/zip", int64(len(data)), bytes.NewReader(data))
}

func (m *Detection) archive(ctx context.Context, id, revision string) (data []byte, name string, err error) {
	x, err := m.store.setSeen(ctx, id, m.now())
	if err != nil {
		return nil, "", err
	}
	n, err := strconv.ParseInt(revision, 10, 64)
	if err != nil || n < 0 {
		return nil, "", noSuch("revision")
	}
	files, err := m.store.filesOf(ctx, id, n)
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		part, err := z.Create(f.Name)
		if err != nil {
			return nil, "", fmt.Errorf("write an archive of rules: %w", err)
		}
		if _, err := io.WriteString(part, f.Text); err != nil {
			return nil, "", fmt.Errorf("write an archive of rules: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, "", fmt.Errorf("write an archive of rules: %w", err)
	}
	if n == 0 {
		n = x.Revision
	}
	return b.Bytes(), fmt.Sprintf("rules-%s-%d.zip", x.ID, n), nil
}
