package share

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/module"
)

// The entities of a policy: principal is an Organisation, action Action::"view",
// resource a <room>::<noun> with owner and the room's attributes, context.now the time.
const (
	typeOrganisation = "Organisation"
	actionView       = "view"
	maxPolicy        = 8000
)

func entityType(noun string) types.EntityType {
	return types.EntityType(strings.ReplaceAll(noun, "/", "::"))
}

// write makes the policy of a rule from its form.
func write(r Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "@id(%s)\npermit (\n  principal is %s,\n  action == Action::%s,\n  resource is %s\n)\nwhen {\n", quote(r.ID), typeOrganisation, quote(actionView), entityType(r.Noun))
	var conditions []string
	if !r.City {
		conditions = append(conditions, "resource.owner == "+typeOrganisation+"::"+quote(r.OrganisationID))
	}
	var audience []string
	if len(r.Audience.Organisations) > 0 {
		var list []string
		for _, id := range r.Audience.Organisations {
			list = append(list, typeOrganisation+"::"+quote(id))
		}
		audience = append(audience, "principal in ["+strings.Join(list, ", ")+"]")
	}
	if len(r.Audience.Kinds) > 0 {
		var list []string
		for _, k := range r.Audience.Kinds {
			list = append(list, string(k))
		}
		audience = append(audience, among(list)+".contains(principal.kind)")
	}
	if len(r.Audience.Districts) > 0 {
		audience = append(audience, among(r.Audience.Districts)+".contains(principal.district)")
	}
	conditions = append(conditions, "("+strings.Join(audience, " || ")+")")
	for _, name := range sortedKeys(r.Filters) {
		conditions = append(conditions, among(r.Filters[name])+".contains(resource."+name+")")
	}
	conditions = append(conditions, "context.now < datetime("+quote(r.Until.UTC().Format("2006-01-02T15:04:05Z"))+")")
	b.WriteString("  " + strings.Join(conditions, " &&\n  ") + "\n};\n")
	return b.String()
}

func sortedKeys(m map[string][]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func among(list []string) string {
	quoted := make([]string, len(list))
	for i, v := range list {
		quoted[i] = quote(v)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// quote writes a string as Cedar reads it; what comes from people never ends it.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

var parsePlace = regexp.MustCompile(`at [^:]*:(\d+):(\d+) (.*)$`)

// read parses the one policy of a rule, and says with line and column what is
// wrong with it.
func read(text string, kind module.Shareable, noun string) (*cedar.Policy, error) {
	if len(text) > maxPolicy {
		return nil, policyFault(0, 0, "a policy has at most %d bytes", maxPolicy)
	}
	list, err := cedar.NewPolicyListFromBytes("policy", []byte(text))
	if err != nil {
		if m := parsePlace.FindStringSubmatch(err.Error()); m != nil {
			line, _ := strconv.Atoi(m[1])
			column, _ := strconv.Atoi(m[2])
			return nil, policyFault(line, column, "%s", m[3])
		}
		return nil, policyFault(0, 0, "%v", err)
	}
	if len(list) != 1 {
		return nil, policyFault(0, 0, "a rule has one policy, not %d", len(list))
	}
	return list[0], checkNames(list[0], text, kind, noun)
}

func policyFault(line, column int, format string, args ...any) error {
	what := fmt.Sprintf(format, args...)
	if line > 0 {
		what = fmt.Sprintf("line %d, column %d: %s", line, column, what)
	}
	return fault.New(fault.Invalid, "share.policy.invalid", "the policy cannot be used: %s", what).With("line", line).With("column", column).At("body.cedar", "%s", what)
}

// checkNames refuses names that no request has: Cedar would skip such a policy
// when it is evaluated, and nobody would know why.
func checkNames(p *cedar.Policy, text string, kind module.Shareable, noun string) error {
	data, err := p.MarshalJSON()
	if err != nil {
		return fmt.Errorf("take the policy apart: %w", err)
	}
	var tree map[string]any
	if err := json.Unmarshal(data, &tree); err != nil {
		return fmt.Errorf("take the policy apart: %w", err)
	}
	known := map[string][]string{"principal": {"id", "kind", "district"}, "resource": {"id", "owner"}, "context": {"now"}}
	for _, a := range kind.Attributes {
		known["resource"] = append(known["resource"], a.Name)
	}
	var bad error
	visit(tree, func(variable, attribute string) {
		if names, ok := known[variable]; ok && bad == nil && !slices.Contains(names, attribute) {
			line, column := placeOf(text, variable+"."+attribute)
			bad = policyFault(line, column, "there is no %s.%s; known are %s", variable, attribute, strings.Join(names, ", "))
		}
	})
	if bad != nil {
		return bad
	}
	return checkScope(tree, text, noun)
}

// checkScope wants the policy to be about viewing objects of the rule's kind.
func checkScope(tree map[string]any, text, noun string) error {
	resource, _ := tree["resource"].(map[string]any)
	if of, _ := resource["entity_type"].(string); of != string(entityType(noun)) {
		line, column := placeOf(text, "resource")
		return policyFault(line, column, "write `resource is %s`: the rule is about these", entityType(noun))
	}
	action, _ := tree["action"].(map[string]any)
	entity, _ := action["entity"].(map[string]any)
	if action["op"] != "==" || entity["type"] != "Action" || entity["id"] != actionView {
		line, column := placeOf(text, "action")
		return policyFault(line, column, `write action == Action::"%s": rules share nothing else`, actionView)
	}
	return nil
}

func placeOf(text, what string) (line, column int) {
	before, _, found := strings.Cut(text, what)
	if !found {
		return 0, 0
	}
	return strings.Count(before, "\n") + 1, len(before) - strings.LastIndexByte(before, '\n')
}

// visit calls found for every variable.attribute and `variable has attribute`.
func visit(node any, found func(variable, attribute string)) {
	switch n := node.(type) {
	case map[string]any:
		for _, op := range []string{".", "has"} {
			access, _ := n[op].(map[string]any)
			left, _ := access["left"].(map[string]any)
			variable, _ := left["Var"].(string)
			attribute, _ := access["attr"].(string)
			if variable != "" && attribute != "" {
				found(variable, attribute)
			}
		}
		for _, child := range n {
			visit(child, found)
		}
	case []any:
		for _, child := range n {
			visit(child, found)
		}
	}
}

// viewer is an organisation as policies see it.
type viewer struct {
	identity.Organisation
	above []string // ids of those above it, the nearest first
}

func organisationUID(id string) types.EntityUID {
	return types.NewEntityUID(typeOrganisation, types.String(id))
}

// entities hold who asks and the object, with everything that a policy may name.
func entities(v viewer, noun string, o module.ShareObject) types.EntityMap {
	var above []types.EntityUID
	for _, id := range v.above {
		above = append(above, organisationUID(id))
	}
	principal, resource := organisationUID(v.ID), types.NewEntityUID(entityType(noun), types.String(o.ID))
	attributes := types.RecordMap{"id": types.String(o.ID), "owner": organisationUID(o.Organisation)}
	for name, value := range o.Attributes {
		attributes[types.String(name)] = types.String(value)
	}
	return types.EntityMap{
		principal: {UID: principal, Parents: types.NewEntityUIDSet(above...), Attributes: types.NewRecord(types.RecordMap{
			"id": types.String(v.ID), "kind": types.String(string(v.Kind)), "district": types.String(v.District),
		})},
		resource: {UID: resource, Attributes: types.NewRecord(attributes)},
	}
}

// ask puts one question to policies.
func ask(policies cedar.PolicyMap, v viewer, noun string, o module.ShareObject, now time.Time) (bool, cedar.Diagnostic) {
	decision, why := cedar.Authorize(policies, entities(v, noun, o), cedar.Request{
		Principal: organisationUID(v.ID), Action: types.NewEntityUID("Action", actionView), Resource: types.NewEntityUID(entityType(noun), types.String(o.ID)),
		Context: types.NewRecord(types.RecordMap{"now": types.NewDatetime(now)}),
	})
	return decision == cedar.Allow, why
}

// reason names a policy that had a say; forbid is the effect that wins.
type reason = cedar.DiagnosticReason

const forbid = cedar.Forbid
