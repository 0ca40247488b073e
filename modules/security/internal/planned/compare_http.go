package planned

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/asset"
)

func (m *Planned) comparisonRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /inventory/comparison", Permission: mayView, Sensitive: true, Summary: "What an enterprise planned and declared beside what its sensors saw, thing by thing; enterprises are told in their access log when others look with their consent", Handler: httpd.List(m.compare)},
		{Pattern: "GET /inventory/comparison/figures", Permission: mayView, Sensitive: true, Summary: "How many things are in which state of the comparison", Handler: httpd.JSON(m.figures)},
		{Pattern: "POST /inventory/comparison/declaration", Permission: mayWrite, Summary: "Declare things of one's own comparison that were planned or seen, all or none", Handler: httpd.JSON(m.declare)},
	}
}

// compared are the lines of an enterprise with what they were made of.
type compared struct {
	ComparisonFigures
	lines []ComparedLine
}

// ComparisonFigures are a comparison in numbers.
type ComparisonFigures struct {
	Plans      int               `json:"plans" doc:"That count"`
	Planned    int               `json:"planned"`
	Declared   int               `json:"declared"`
	Observed   int               `json:"observed"`
	Sensors    int               `json:"sensors" doc:"That saw anything; without one nothing can be said of what was seen"`
	Hidden     int               `json:"hidden" doc:"Sensors that the enterprise did not open to who asks; what they saw is missing"`
	Beyond     int               `json:"beyond" doc:"Declared assets beyond what is compared"`
	Deviations int               `json:"deviations"`
	States     []ComparisonState `json:"states" nullable:"false" doc:"The most pressing first; those without a line are left out"`
}

// ComparisonState is how many lines are in a state.
type ComparisonState struct {
	State State `json:"state" enum:"should_be_gone,unknown,not_declared,missing,not_seen,not_planned,ambiguous,differs,agrees,later,gone,untold"`
	Lines int   `json:"lines"`
}

// of makes the comparison of an enterprise, if who asks may see it.
func (m *Planned) of(ctx context.Context, organisation string) (c compared, err error) {
	id, own, err := m.assets.Whose(ctx, organisation)
	if err != nil {
		return c, err //nolint:wrapcheck // a refusal
	}
	s := sides{today: dayOf(m.now()), vendor: m.vendor}
	if s.planned, s.plans, err = m.store.planned(ctx, id); err != nil {
		return c, err
	}
	declared, total, err := m.assets.Declared(ctx, id)
	if err != nil {
		return c, err //nolint:wrapcheck // it says all
	}
	s.declared = declared
	sight, err := m.wire(ctx, id, !own)
	if err != nil {
		return c, err
	}
	s.seen, s.sensors = sight.Devices, len(sight.Sensors)
	c.lines = s.compare()
	c.ComparisonFigures = ComparisonFigures{Plans: s.plans, Planned: len(s.planned), Declared: len(s.declared), Observed: len(s.seen), Sensors: s.sensors, Hidden: sight.Hidden, Beyond: total - len(s.declared)}
	c.count()
	if own {
		return c, nil
	}
	for _, sensor := range sight.Sensors {
		if err := m.look(ctx, sensor, "assets"); err != nil {
			return c, err
		}
	}
	return c, m.assets.Looked(ctx, asset.WayComparison, map[string]int{id: len(s.declared)})
}

func (c *compared) count() {
	of := map[State]int{}
	for i := range c.lines {
		of[c.lines[i].State]++
		if c.lines[i].State.deviates() {
			c.Deviations++
		}
	}
	c.States = []ComparisonState{}
	for _, s := range states() {
		if of[s] > 0 {
			c.States = append(c.States, ComparisonState{s, of[s]})
		}
	}
}

// ComparedEnterprise says whose comparison is asked for.
type ComparedEnterprise struct {
	Organisation string `query:"organisation" maxLength:"40" doc:"ID of an enterprise; nothing: one's own"`
}

func (m *Planned) figures(ctx context.Context, in ComparedEnterprise) (ComparisonFigures, error) {
	c, err := m.of(ctx, in.Organisation)
	return c.ComparisonFigures, err
}

type comparisonParams struct {
	sqldb.ListParams
	ComparedEnterprise
	State     State  `query:"state" enum:"should_be_gone,unknown,not_declared,missing,not_seen,not_planned,ambiguous,differs,agrees,later,gone,untold"`
	Deviation string `query:"deviation" enum:"yes,no" doc:"Somebody has to do something"`
	Lacks     string `query:"lacks" enum:"planned,declared,observed" doc:"Where it is not"`
	Plan      string `query:"plan" maxLength:"40" doc:"ID of a plan that it stands in"`
	Role      string `query:"role" maxLength:"30"`
}

func (m *Planned) compare(ctx context.Context, in comparisonParams) (sqldb.Page[ComparedLine], error) {
	order, down, err := orderOf(cmp.Or(in.Sort, "state"))
	if err != nil {
		return sqldb.Page[ComparedLine]{}, err
	}
	after, err := readCursor(in.Cursor)
	if err != nil {
		return sqldb.Page[ComparedLine]{}, err
	}
	c, err := m.of(ctx, in.Organisation)
	if err != nil {
		return sqldb.Page[ComparedLine]{}, err
	}
	list := slices.DeleteFunc(c.lines, func(x ComparedLine) bool { return !in.wants(x) })
	return pageOf(list, order, down, after, min(cmp.Or(in.Limit, 50), 500)), nil
}

// wants tells whether a line passes the filters.
func (in comparisonParams) wants(x ComparedLine) bool {
	lacks := map[string]bool{"": true, "planned": x.PlanID == "", "declared": x.AssetID == "", "observed": x.Devices == 0}
	text := strings.ToLower(strings.Join([]string{x.Name, x.Vendor, x.Model, x.Zone, x.Addresses, x.Plan, x.Asset, x.facts.OrderNumber, x.facts.Serial}, "\x1f"))
	return (in.State == "" || in.State == x.State) && (in.Deviation == "" || (in.Deviation == "yes") == x.State.deviates()) && lacks[in.Lacks] &&
		(in.Plan == "" || in.Plan == x.PlanID) && (in.Role == "" || in.Role == string(x.Role)) && strings.Contains(text, strings.ToLower(strings.TrimSpace(in.Q)))
}

// orderOf is the text by which lines are put in order; equal ones go by their ID.
func orderOf(sort string) (of func(x *ComparedLine) string, down bool, err error) {
	field, down := strings.CutPrefix(sort, "-")
	switch field {
	case "state":
		rank := map[State]string{}
		for i, s := range states() {
			rank[s] = string(rune('a' + i))
		}
		return func(x *ComparedLine) string { return rank[x.State] + x.Name }, down, nil
	case "name":
		return func(x *ComparedLine) string { return x.Name }, down, nil
	case "zone":
		return func(x *ComparedLine) string { return x.Zone }, down, nil
	case "last_at":
		return func(x *ComparedLine) string { return x.when.UTC().Format("2006-01-02T15:04:05.000") }, down, nil
	}
	return nil, false, fault.New(fault.Invalid, "kernel.list.sort", "this list cannot be sorted by %q", field).At("query.sort", "use one of last_at, name, state, zone")
}

// cursor is behind which line a page begins.
type cursor struct{ value, id string }

func (c cursor) compare(o cursor) int {
	return cmp.Or(strings.Compare(c.value, o.value), strings.Compare(c.id, o.id))
}

func readCursor(text string) (*cursor, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // there is none
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	value, id, found := strings.Cut(string(data), "\x1f")
	if err != nil || !found {
		return nil, fault.New(fault.Invalid, "kernel.list.cursor", "the cursor does not belong to this list").At("query.cursor", "start again without a cursor")
	}
	return &cursor{value, id}, nil
}

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(c.value + "\x1f" + c.id))
}

// pageOf puts lines in order and cuts a page out of them.
func pageOf(list []ComparedLine, order func(x *ComparedLine) string, down bool, after *cursor, limit int) sqldb.Page[ComparedLine] {
	keys := make(map[string]cursor, len(list))
	for i := range list {
		keys[list[i].ID] = cursor{order(&list[i]), list[i].ID}
	}
	turn := 1
	if down {
		turn = -1
	}
	slices.SortFunc(list, func(a, b ComparedLine) int { return turn * keys[a.ID].compare(keys[b.ID]) })
	page := sqldb.Page[ComparedLine]{Items: []ComparedLine{}, Total: len(list)}
	from := 0
	if after != nil {
		from, _ = slices.BinarySearchFunc(list, *after, func(x ComparedLine, c cursor) int { return cmp.Or(turn*keys[x.ID].compare(c), -1) }) // behind it
	}
	to := min(from+limit, len(list))
	if page.Items = append(page.Items, list[from:to]...); to < len(list) && to > from {
		page.NextCursor = keys[list[to-1].ID].String()
	}
	return page
}
