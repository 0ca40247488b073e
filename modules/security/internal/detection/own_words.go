package detection

import (
	"regexp"

	"linghang/kernel/lang"
)

// inBoth is what the engine says of a fault, in both languages. What is said seldom is told in
// English in both: it names places in a file that is in English itself.
func inBoth(words []faultWord, en string) lang.Text {
	for _, w := range words {
		if at := w.en.FindStringSubmatchIndex(en); at != nil {
			return lang.Text{ZH: string(w.en.ExpandString(nil, w.zh, en, at)), EN: en}
		}
	}
	return lang.Text{ZH: en, EN: en}
}

type faultWord struct {
	en *regexp.Regexp
	zh string
}

// faultWords are what is said most.
func faultWords() []faultWord {
	var out []faultWord
	for _, x := range [][2]string{
		{`^not YAML: (.*)$`, "不是 YAML：$1"},
		{`^no rule, correlation or filter in it$`, "文件中没有规则、关联或过滤器"},
		{`^(title|detection|condition|logsource|rules) is missing$`, "缺少 $1"},
		{`^say what the rule detects$`, "请用 title 说明规则检测什么"},
		{`^say what to look for$`, "请写明要查找什么"},
		{`^say which searches have to match$`, "请用 condition 写明哪些搜索项须匹配"},
		{`^give category, product or service$`, "请给出 category、product 或 service"},
		{`^the modifier "?([^" ]+)"? is (?:unknown|not supported|not known)(.*)$`, "不支持修饰符 $1"},
		{`^(level|status) "(.*)" is unknown$`, "$1 的取值 “$2” 不存在"},
		{`^use one of the specification's appendix of modifiers.*$`, "请使用规范 2.1 附录中的修饰符"},
		{`^use one of (.*)$`, "请使用其中之一：$1"},
		{`^timeframe belongs to aggregations.*$`, "timeframe 属于旧式聚合，规范 2 已取消"},
		{`^write a correlation rule$`, "请改写为关联规则"},
		{`^collections of rules with action.*$`, "带 action 的规则集合不属于规范 2"},
		{`^write each rule whole$`, "请把每条规则完整写出"},
		{`^aliases \((.*)\) are not supported$`, "不支持 YAML 别名（$1）"},
		{`^write the value out$`, "请直接写出取值"},
		{`^the key occurs twice.*$`, "同一个键出现两次，其中一个取值会丢失"},
		{`^give a list, or use a second search$`, "请写成列表，或另写一个搜索项"},
		{`^the correlation type ([^ ]+) is (?:not supported|unknown)$`, "不支持关联类型 $1"},
		{`^use event_count, value_count, temporal or temporal_ordered$`, "请使用 event_count、value_count、temporal 或 temporal_ordered"},
		{`^the correlation looks back longer than .*$`, "关联的时间跨度超过 15 分钟"},
		{`^lower the timespan to 15m$`, "请把 timespan 降到 15m 以内"},
		{`^its id, or its title where it has none, is that of the document at (.*)$`, "它的 id（没有 id 时为标题）与 $1 处的规则相同"},
		{`^leave one out, or give it an id of its own$`, "请删去一条，或为它另取 id"},
		{`^no pipeline is given for the taxonomy (.*)$`, "不认识分类法 $1"},
		{`^give one, or write the rule in the taxonomy sigma$`, "请用 sigma 分类法书写规则"},
		{`^there is no rule (.*)$`, "没有规则 $1"},
		{`^name a rule of the set by id or name$`, "请用 id 或 name 指明同一规则集中的规则"},
		{`^name rules by id or name$`, "请用 id 或 name 指明规则"},
		{`^leave it out, or give a list$`, "请删去，或写成列表"},
	} {
		out = append(out, faultWord{regexp.MustCompile(x[0]), x[1]})
	}
	return out
}
