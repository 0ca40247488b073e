package atlas

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Module) listRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /lists", Permission: "atlas.view", Summary: "Answers that one's own organisation kept; for the bureau all", Handler: httpd.List(m.listLists)},
		{Pattern: "POST /lists", Permission: "atlas.propose", Summary: "Ask a question and keep the answer as a list", Handler: httpd.Created(m.keepList)},
		{Pattern: "GET /lists/{id}", Permission: "atlas.view", Summary: "An answer that was kept, with reasons, ways and sources", Handler: httpd.JSON(m.readList)},
		{Pattern: "GET /lists/{id}/items", Permission: "atlas.view", Summary: "The items of an answer that was kept, for downloading", Handler: httpd.List(m.listItems)},
		{Pattern: "DELETE /lists/{id}", Permission: "atlas.propose", Summary: "Remove a list", Handler: httpd.JSON(m.removeList)},
	}
}

// AnswerListView is a kept answer as lists show it.
type AnswerListView struct {
	ID       string    `json:"id"`
	Title    string    `json:"title" title:"名单|List"`
	Question string    `json:"question" enum:"who,gaps,stop,candidates,way,similar,emerging" title:"问题|Question"`
	Items    int       `json:"items" title:"条数|Items"`
	Name     string    `json:"name" title:"保存人|Kept by"`
	At       time.Time `json:"at" title:"保存时间|Kept at"`
}

// AnswerListDetail is a kept answer.
type AnswerListDetail struct {
	AnswerListView
	Answer Answer `json:"answer"`
}

func viewList(x AnswerList) AnswerListView {
	return AnswerListView{x.ID, x.Title, x.Question, x.Items, x.By.name, x.At}
}

type listsInput struct {
	sqldb.ListParams
	Question string `query:"question" enum:"who,gaps,stop,candidates,way,similar,emerging"`
}

func (m *Module) listLists(ctx context.Context, in listsInput) (sqldb.Page[AnswerListView], error) {
	page, err := m.lists.lists(ctx, in.ListParams, in.Question)
	views := sqldb.Page[AnswerListView]{Items: []AnswerListView{}, NextCursor: page.NextCursor, Total: page.Total}
	for _, x := range page.Items {
		views.Items = append(views.Items, viewList(x))
	}
	return views, err
}

type keepListInput struct {
	Body struct {
		Title    string   `json:"title" minLength:"1" maxLength:"200"`
		Question Question `json:"question"`
		Day      string   `json:"day,omitempty" maxLength:"10"`
	}
}

func (m *Module) keepList(ctx context.Context, in keepListInput) (AnswerListDetail, error) {
	title := strings.TrimSpace(in.Body.Title)
	if title == "" {
		return AnswerListDetail{}, fault.New(fault.Invalid, "atlas.list.title", "name the list").At("body.title", "name the list")
	}
	c, err := OnDay{in.Body.Day}.city(ctx, m)
	if err != nil {
		return AnswerListDetail{}, err
	}
	id, q := identity.From(ctx), in.Body.Question
	q.bureau, q.Limit = id.Scope.All, mostItems
	if !known(q.Kind) {
		return AnswerListDetail{}, missingField("kind", "choose a question")
	}
	answer, err := m.answer(ctx, c, q)
	if err != nil {
		return AnswerListDetail{}, err
	}
	x := AnswerList{
		ID: newID(), OrganisationID: id.Organisation.ID, Title: title, Question: q.Kind, Asked: q, Answer: answer, Items: len(answer.Items),
		By: author{id.Actor(), id.Name}, At: time.Now().UTC().Truncate(time.Millisecond),
	}
	return AnswerListDetail{viewList(x), answer}, m.lists.keep(ctx, x)
}

func known(question string) bool {
	return strings.Contains(" who gaps stop candidates way similar emerging ", " "+question+" ") && question != ""
}

func (m *Module) readList(ctx context.Context, in httpd.Object) (AnswerListDetail, error) {
	x, err := m.lists.one(ctx, in.ID)
	return AnswerListDetail{viewList(x), x.Answer}, err
}

func (m *Module) removeList(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	x, err := m.lists.one(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.lists.remove(ctx, x)
}

// AnswerItemView is an item of a list for a file.
type AnswerItemView struct {
	Rank    int       `json:"rank" title:"序号|Rank"`
	Name    lang.Text `json:"name" title:"名称|Name"`
	Kind    string    `json:"kind" title:"类别|Kind"`
	Other   lang.Text `json:"other" title:"对应环节|Goes with"`
	State   string    `json:"state" title:"状态|State"`
	Score   float64   `json:"score" title:"得分|Score"`
	Reasons string    `json:"reasons" title:"理由|Reasons"`
	Way     string    `json:"way" title:"路径|Way"`
	Sources string    `json:"sources" title:"来源|Sources"`
	// Synthetic tells that it, or something on its way, was made up.
	Synthetic bool `json:"synthetic" title:"合成数据|Synthetic"`
}

type itemsInput struct {
	httpd.Object
	sqldb.ListParams
}

// listItems pages by rank; the list is bounded when it is kept.
func (m *Module) listItems(ctx context.Context, in itemsInput) (sqldb.Page[AnswerItemView], error) {
	x, err := m.lists.one(ctx, in.ID)
	if err != nil {
		return sqldb.Page[AnswerItemView]{}, err
	}
	from, _ := strconv.Atoi(in.Cursor) // what is no number is the beginning
	list := x.Answer.Items
	from = max(0, min(from, len(list)))
	to := min(len(list), from+cmp.Or(in.Limit, 50))
	page := sqldb.Page[AnswerItemView]{Items: []AnswerItemView{}, Total: len(list)}
	for i := from; i < to; i++ {
		page.Items = append(page.Items, viewItem(i+1, list[i], identity.From(ctx).Language))
	}
	if to < len(list) {
		page.NextCursor = strconv.Itoa(to)
	}
	return page, nil
}

func viewItem(rank int, i Item, language string) AnswerItemView {
	v := AnswerItemView{Rank: rank, Name: lang.Text{ZH: i.Node.ZH, EN: i.Node.EN}, Kind: i.Node.Kind, State: i.State, Score: i.Score, Synthetic: i.Node.Synthetic}
	if i.Other != nil {
		v.Other = lang.Text{ZH: i.Other.ZH, EN: i.Other.EN}
	}
	name := func(n NodeRef) string { return lang.Text{ZH: n.ZH, EN: n.EN}.In(language) }
	var reasons, way, sources []string
	for _, r := range i.Reasons {
		text := reasonWords(r.Code).In(language)
		if r.Node != nil {
			text += " " + name(*r.Node)
		}
		reasons = append(reasons, text)
	}
	for _, h := range i.Path {
		v.Synthetic = v.Synthetic || h.Synthetic
		way = append(way, name(h.From)+" -"+h.Kind+"-> "+name(h.To))
		if !strings.Contains(strings.Join(sources, ";"), h.Source) {
			sources = append(sources, h.Source)
		}
	}
	v.Reasons, v.Way, v.Sources = strings.Join(reasons, "; "), strings.Join(way, "; "), strings.Join(sources, "; ")
	return v
}

// reasonWords are the words of reasons in files; pages have their own.
func reasonWords(code string) lang.Text {
	words := map[string]lang.Text{
		"no-enterprise": {ZH: "本地无企业", EN: "no enterprise of the city"}, "no-demand": {ZH: "本地无需求", EN: "no demand here"}, "low-coverage": {ZH: "覆盖不足", EN: "low coverage"},
		"one-enterprise": {ZH: "仅一家企业", EN: "one enterprise only"}, "concentrated": {ZH: "集中度高", EN: "concentrated"}, "import-dependent": {ZH: "依赖市外投入", EN: "depends on input from outside"},
		"one-supplier": {ZH: "依赖单一供应商", EN: "depends on one supplier"}, "hangs": {ZH: "上下游依赖该环节", EN: "others hang on it"}, "breaks-end": {ZH: "终端产品断链", EN: "breaks an end product"},
		"needed": {ZH: "有需求", EN: "needed"}, "outside": {ZH: "有市外候选企业", EN: "candidates outside"}, "named-for-stage": {ZH: "已列为该环节企业", EN: "named for the stage"},
		"makes-product": {ZH: "生产该环节产品", EN: "makes the product"}, "supplies-local": {ZH: "已供应本地企业", EN: "supplies an enterprise here"}, "shares-technology": {ZH: "与相邻环节企业技术相同", EN: "shares a technology with neighbours"},
		"makes": {ZH: "生产", EN: "makes"}, "offers": {ZH: "提供服务", EN: "offers"}, "provides": {ZH: "实施场景", EN: "carries out the scenario"}, "uses": {ZH: "掌握技术", EN: "has the technology"}, "at": {ZH: "所处环节", EN: "is at the stage"}, "same-district": {ZH: "同区市", EN: "same district"},
		"shared": {ZH: "共同点", EN: "in common"}, "hops": {ZH: "步数", EN: "steps"}, "together": {ZH: "共现处数", EN: "places with both"}, "together-before": {ZH: "此前共现处数", EN: "places with both before"},
		"end-breaks": {ZH: "终端产品断链", EN: "the end product breaks"}, "was-sound": {ZH: "原为完整", EN: "was sound"}, "was-weak": {ZH: "原为薄弱", EN: "was weak"}, "was-missing": {ZH: "原为缺失", EN: "was missing"}, "buys": {ZH: "采购占比", EN: "share of its supplies"},
	}
	if t, ok := words[code]; ok {
		return t
	}
	return lang.Text{ZH: code, EN: code}
}
