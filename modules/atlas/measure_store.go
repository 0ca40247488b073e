package atlas

import (
	"context"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/measure"
	"linghang/kernel/module"
)

// measures are the numbers of the graph as it is today.
func (m *Module) measures() []module.Measure {
	of := func(pick func(tally) count) func(context.Context) (measure.Value, error) {
		return func(ctx context.Context) (measure.Value, error) {
			c, err := m.memory.recent(ctx)
			if err != nil {
				return measure.Value{}, err
			}
			x := pick(c.tally())
			return measure.Value{Number: float64(x.n), At: time.Now(), Known: true, Synthetic: x.synthetic}, nil
		}
	}
	around := func(kind string) func(context.Context) (measure.Value, error) {
		return of(func(t tally) count { return t.of[kind] })
	}
	unit, relations := func(zh, en string) lang.Text { return lang.Text{ZH: zh, EN: en} }, lang.Text{ZH: "条", EN: "relations"}
	today := lang.Text{ZH: "图谱中今天有效的关系", EN: "Relations of the graph that hold today"}
	by := func(zh, en string) lang.Text {
		return lang.Text{ZH: today.ZH + "，" + zh, EN: today.EN + en}
	}
	return []module.Measure{
		{
			ID: "atlas.chains", Title: lang.Text{ZH: "产业链数", EN: "Industrial chains"}, Unit: unit("条", "chains"), Page: "/atlas", Value: of(func(t tally) count { return t.chains }),
			Counts: lang.Text{ZH: "已录入的产业链，每条只计一次，不论有多少版本；未采纳的建议不计", EN: "Chains that were entered, each once, however many versions it has; proposals that were not accepted do not count"},
		},
		{
			ID: "atlas.stages", Title: lang.Text{ZH: "产业链环节数", EN: "Stages of chains"}, Unit: unit("个", "stages"), Page: "/atlas", Value: of(func(t tally) count { return t.stages }),
			Counts: lang.Text{ZH: "各产业链现行版本的环节，不同产业链的同名环节分别计", EN: "Stages of the present versions of all chains; stages of one name in several chains count each"},
		},
		{
			ID: "atlas.stages_without_local", Title: lang.Text{ZH: "无本市企业的环节数", EN: "Stages without an enterprise of the city"}, Unit: unit("个", "stages"), Page: "/atlas/questions?kind=gaps", Value: of(func(t tally) count { return t.without }),
			Counts: lang.Text{ZH: "各产业链现行版本中，今天没有一家企业名录中的企业处于其上的环节；市外企业不计，仅主管部门可见的关系计入", EN: "Stages of the present versions at which no enterprise of the directory stands today; enterprises outside do not count, relations for the bureau alone do"},
		},
		{
			ID: "atlas.outside", Title: lang.Text{ZH: "市外候选企业数", EN: "Enterprises outside"}, Unit: unit("家", "enterprises"), Page: "/atlas/import", Value: of(func(t tally) count { return t.outside }),
			Counts: lang.Text{ZH: "主管部门导入的市外企业，每家只计一次，不论公开与否", EN: "Enterprises outside that the bureau brought in, each once, whoever sees them"},
		},
		{
			ID: "atlas.nodes", Title: lang.Text{ZH: "图谱节点数", EN: "Nodes of the graph"}, Unit: unit("个", "nodes"), Page: "/atlas/explorer", Value: of(func(t tally) count { return t.nodes }),
			Counts: lang.Text{ZH: "图谱中今天有的节点；产品、技术等词语今天没有关系的不计", EN: "Nodes that are in the graph today; words such as products and technologies without a relation today do not count"},
		},
		{
			ID: "atlas.relations", Title: lang.Text{ZH: "图谱关系数", EN: "Relations of the graph"}, Unit: relations, Page: "/atlas/explorer", Value: of(func(t tally) count { return t.edges }),
			Counts: by("含仅主管部门可见的", ", with those for the bureau alone"),
		},
		{
			ID: "atlas.relations_scenario", Title: lang.Text{ZH: "全场景图谱关系数", EN: "Relations of the graph of scenarios"}, Unit: relations, Page: "/atlas/explorer?kinds=scenario,capability,technology", Value: around(kindScenario),
			Counts: by("一端是赋能场景的", ", of which one end is a scenario"),
		},
		{
			ID: "atlas.relations_capability", Title: lang.Text{ZH: "服务能力图谱关系数", EN: "Relations of the graph of capabilities"}, Unit: relations, Page: "/atlas/explorer?kinds=capability,enterprise", Value: around(kindCapability),
			Counts: by("一端是能力的；场景与能力的关系也计入全场景图谱", ", of which one end is a capability; those to scenarios also count in the graph of scenarios"),
		},
		{
			ID: "atlas.relations_technology", Title: lang.Text{ZH: "产业技术图谱关系数", EN: "Relations of the graph of technologies"}, Unit: relations, Page: "/atlas/explorer?kinds=technology,enterprise", Value: around(kindTechnology),
			Counts: by("一端是技术的；场景与技术的关系也计入全场景图谱", ", of which one end is a technology; those to scenarios also count in the graph of scenarios"),
		},
		{
			ID: "atlas.relations_industry", Title: lang.Text{ZH: "原生产业图谱关系数", EN: "Relations of the graph of the city's industry"}, Unit: relations, Page: "/atlas/explorer?kinds=chain,stage,product,enterprise", Value: around(kindStage),
			Counts: by("一端是产业链环节的：所处、上下游、产出、所属产业链", ", of which one end is a stage of a chain: who stands there, what feeds what, what it yields, whose part it is"),
		},
	}
}
