package atlas

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

// Kinds of files that the bureau brings in.
const (
	fileOutside   = "outside"   // enterprises outside the city
	fileRelations = "relations" // who stands where with which figures, who supplies whom, holds whom and works with whom
)

func outsideTable() []column {
	return []column{
		{"name_zh", "企业名称", true},
		{"name_en", "英文名称", false},
		{"code", "统一社会信用代码", false},
		{"region", "所在地区", false},
		{"products", "产品", false},
		{"technologies", "技术", false},
		{"positions", "产业链环节", false},
		{"supplies", "供应本地企业", false},
		{"source", "来源", true},
		{"see", "可见范围", false},
		{"note", "说明", false},
		{"synthetic", "合成数据", false},
	}
}

func relationTable() []column {
	return []column{
		{"relation", "关系", true},
		{"from", "企业", true},
		{"to", "对象", true},
		{"chain", "产业链", false},
		{"value", "金额（万元）", false},
		{"output", "产出（万元）", false},
		{"input", "投入（万元）", false},
		{"imported", "市外投入（万元）", false},
		{"share", "持股比例（%）", false},
		{"since", "起始日", false},
		{"until", "截止日", false},
		{"source", "来源", true},
		{"see", "可见范围", false},
		{"synthetic", "合成数据", false},
	}
}

// arrival is what a file brings: by owner, so that a second file of the same rows brings
// nothing new.
type arrival struct {
	told  []told
	wrong []sheet.Finding
	by    author
	now   time.Time
	city  *city
	code  map[string]string // node by code, name or ID
	stage map[string]string // node by position
}

func newArrival(c *city, by author, now time.Time) *arrival {
	a := &arrival{by: by, now: now, city: c, code: map[string]string{}, stage: c.aliases}
	for id, n := range c.nodes {
		if n.Kind != kindEnterprise && n.Kind != kindOutside {
			continue
		}
		for _, name := range []string{n.Props["code"], n.Name.ZH, n.Name.EN, id} {
			if name != "" {
				a.code[normal(name)] = id
			}
		}
	}
	return a
}

func (a *arrival) tell(line int64, column string, why lang.Text) {
	if len(a.wrong) < mostWrong {
		a.wrong = append(a.wrong, sheet.Finding{Line: line, Column: column, Why: why})
	}
}

// sight reads who may see a row; the bureau alone if nothing is said.
func (a *arrival) sight(r row) string {
	switch strings.ToLower(r.cells["see"]) {
	case "", seeBureau, "主管部门":
		return seeBureau
	case seePublic, "公开":
		return seePublic
	}
	a.tell(r.line, "see", because("应为 public 或 bureau", "public or bureau"))
	return seeBureau
}

// madeUp reads whether a row was made up for a demonstration.
func (a *arrival) madeUp(r row) bool {
	switch strings.ToLower(r.cells["synthetic"]) {
	case "", "no", "false", "否":
		return false
	case "yes", "true", "是":
		return true
	}
	a.tell(r.line, "synthetic", because("应为 yes 或 no", "yes or no"))
	return true
}

func (a *arrival) edge(owner, src, kind, dst string, r row, see string) Edge {
	return Edge{Owner: owner, Src: src, Kind: kind, Dst: dst, Weight: 1, See: see, Source: clip(r.cells["source"]), Synthetic: a.madeUp(r), actor: a.by.actor, ActorName: a.by.name, At: a.now}
}

// clip bounds what is kept of a cell.
func clip(text string) string {
	if runes := []rune(text); len(runes) > 300 {
		return string(runes[:300])
	}
	return text
}

// outside reads enterprises outside, a row each.
func (a *arrival) outside(rows []row) {
	seen := map[string]bool{}
	for _, r := range rows {
		key := normal(r.cells["code"])
		if key == "" {
			key = normal(r.cells["name_zh"])
		}
		if r.cells["name_zh"] == "" || len(key) > 200 {
			a.tell(r.line, "name_zh", because("缺少企业名称", "name the enterprise"))
			continue
		}
		if r.cells["source"] == "" {
			a.tell(r.line, "source", because("说明信息来源", "say where it is known from"))
		}
		if seen[key] {
			a.tell(r.line, "", because("该企业在文件中出现两次", "the file has this enterprise twice"))
		}
		seen[key] = true
		id, see := kindOutside+"/"+key, a.sight(r)
		t := told{owner: id}
		t.nodes = []Node{{
			ID: id, Owner: id, Kind: kindOutside, Name: lang.Text{ZH: clip(r.cells["name_zh"]), EN: clip(r.cells["name_en"])}, See: see, Source: clip(r.cells["source"]), Synthetic: a.madeUp(r), At: a.now,
			Props: map[string]string{"code": r.cells["code"], "region": clip(r.cells["region"]), "note": clip(r.cells["note"])},
		}}
		a.words(&t, r, edgeMakes, kindProduct, "products", see)
		a.words(&t, r, edgeUses, kindTechnology, "technologies", see)
		a.positions(&t, r, see)
		for _, name := range several(r.cells["supplies"]) {
			to, ok := a.code[normal(name)]
			if !ok {
				a.tell(r.line, "supplies", because("图谱中没有企业 %.60q", "the graph has no enterprise %.60q", name))
				continue
			}
			t.edges = append(t.edges, a.edge(id, id, edgeSupplies, to, r, see))
		}
		a.told = append(a.told, t)
	}
}

func (a *arrival) words(t *told, r row, kind, of, column, see string) {
	for _, w := range several(r.cells[column]) {
		n := term(of, w)
		if len(n.ID) > 300 {
			a.tell(r.line, column, because("词语过长", "a word is too long"))
			continue
		}
		n.Source, n.At = clip(r.cells["source"]), a.now
		e := a.edge(t.owner, t.owner, kind, n.ID, r, see)
		if !slices.ContainsFunc(t.edges, e.same) {
			t.nodes, t.edges = append(t.nodes, n), append(t.edges, e)
		}
	}
}

// positions are written chain/stage.
func (a *arrival) positions(t *told, r row, see string) {
	for _, w := range several(r.cells["positions"]) {
		chain, stage, ok := strings.Cut(strings.ReplaceAll(w, "／", "/"), "/")
		id := a.stage[kindPosition+"/"+positionKey(chain, stage)]
		if !ok || id == "" {
			a.tell(r.line, "positions", because("没有产业链环节 %.60q；写作 产业链/环节", "there is no stage %.60q; write chain/stage", w))
			continue
		}
		t.edges = append(t.edges, a.edge(t.owner, t.owner, edgeAt, id, r, see))
	}
}

// Owners of what files tell of an enterprise: a later file counts for what it is about.
const (
	ownerRelations = "relations/" // where it stands, and whom it supplies
	ownerTies      = "ties/"      // whom it holds, and with whom it works
)

// relations reads who stands where, and who supplies, holds and works with whom.
func (a *arrival) relations(rows []row) {
	by := map[string]int{}
	for _, r := range rows {
		from, ok := a.code[normal(r.cells["from"])]
		if !ok {
			a.tell(r.line, "from", because("图谱中没有企业 %.60q", "the graph has no enterprise %.60q", r.cells["from"]))
			continue
		}
		if r.cells["source"] == "" {
			a.tell(r.line, "source", because("说明信息来源", "say where it is known from"))
		}
		e, ok := a.relation(from, r)
		if !ok {
			continue
		}
		if e.Dst == "" || e.Dst == from {
			a.tell(r.line, "to", because("图谱中没有 %.60q", "the graph has no %.60q", r.cells["to"]))
			continue
		}
		i, known := by[e.Owner]
		if !known {
			i = len(a.told)
			by[e.Owner], a.told = i, append(a.told, told{owner: e.Owner})
		}
		a.told[i].edges = append(a.told[i].edges, e)
	}
}

// relation reads one row about an enterprise.
func (a *arrival) relation(from string, r row) (Edge, bool) {
	e := a.edge(ownerRelations+from, from, strings.ToLower(r.cells["relation"]), a.code[normal(r.cells["to"])], r, a.sight(r))
	e.Props = map[string]string{}
	switch e.Kind {
	case edgeAt:
		e.Dst = a.stage[kindPosition+"/"+positionKey(r.cells["chain"], r.cells["to"])]
		for _, name := range []string{"output", "input", "imported"} {
			a.amount(&e, r, name, mostAmount)
		}
		if len(e.Props) > 0 {
			e.See = seeBureau // figures are
		}
	case edgeSupplies:
		a.amount(&e, r, "value", mostAmount)
		if v, err := strconv.ParseFloat(e.Props["value"], 64); err == nil {
			e.Weight = v
		}
	case edgeHolds, edgeCooperates:
		e.Owner = ownerTies + from
		e.From, e.To = a.day(r, "since"), a.day(r, "until")
		if e.To != "" && e.To <= e.From {
			a.tell(r.line, "until", because("应晚于起始日", "after the day of since"))
		}
		if e.Kind == edgeHolds {
			a.amount(&e, r, "share", 100)
		}
	default:
		a.tell(r.line, "relation", because("应为 at、supplies、holds 或 cooperates", "at, supplies, holds or cooperates"))
		return e, false
	}
	return e, true
}

// day reads a day that may be left out.
func (a *arrival) day(r row, name string) string {
	text := r.cells[name]
	if text == "" {
		return ""
	}
	if _, err := time.Parse(time.DateOnly, text); err != nil || text > a.city.day && name == "since" {
		a.tell(r.line, name, because("%.30q 不是日期，写作 2026-01-31；起始日不晚于今天", "%.30q is no day as 2026-01-31, or it begins later than today", text))
		return ""
	}
	return text
}

// mostAmount bounds an amount, in 10 000 CNY.
const mostAmount = 1e12

func (a *arrival) amount(e *Edge, r row, name string, most float64) {
	text := r.cells[name]
	if text == "" {
		return
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0 && v <= most) {
		a.tell(r.line, name, because("%.30q 不是 0 到 %g 的数", "%.30q is no number from 0 to %g", text, most))
		return
	}
	e.Props[name] = fmt.Sprint(v)
}
