package explain

import (
	"cmp"
	"fmt"
	"strings"

	"linghang/lib/schedule/model"
)

// Words says a link in a language, zh or en.
func (l Link) Words(m *model.Model, language string) string {
	task, by, where := taskName(m, l.Task), "", ""
	if l.By != nil {
		by = taskName(m, *l.By)
	}
	if l.Resource != nil {
		where = cmp.Or(m.Resources[*l.Resource].Name, fmt.Sprintf("resources[%d]", *l.Resource))
	}
	if l.Tank != nil {
		where = cmp.Or(m.Tanks[*l.Tank].Name, fmt.Sprintf("tanks[%d]", *l.Tank))
	}
	if language == "zh" {
		return l.chinese(task, by, where)
	}
	return l.english(task, by, where)
}

func taskName(m *model.Model, task int) string {
	return cmp.Or(m.Tasks[task].Name, fmt.Sprintf("tasks[%d]", task))
}

// phrases are what follows the start of a task, for each code, with {by} and {where}.
func phrases(language string) map[Code]string {
	if language == "zh" {
		return map[Code]string{
			Release: "：此时才下达", Now: "：即当前时刻", Pinned: "：已锁定", After: "：等待 {by}",
			With: "：{by} 不能更早开始，且必须按时衔接", Machine: "：此前 {where} 被 {by} 占用",
			Changeover: "：{where} 的换产{after}此时完成", Cleaning: "：{where} 的清洗{after}此时完成", TankChange: "：{where} 的换品种{after}此时完成",
			Capacity: "：此前 {where} 能力不足", TankFull: "：{by} 结束时 {where} 才有空间", TankEmpty: "：{by} 结束时 {where} 才有足够物料",
			CleanHold: "：{where} 洁净放置超过时限，再次清洗此时完成", DirtyHold: "：{by} 或其清洗不能更早开始，而 {where} 用后放置不能超过时限",
			Skid: "：换产或清洗所需的 {where} 此前{busy}", Campaign: "：{where} 阶段性生产的批数要求排在 {by} 之后",
			Hold:     "：{by} 不能更早开始，而 {where} 中的物料不能存放更久",
			Calendar: "：此前 {where} 停工", Cheaper: "：没有约束限制，较晚开始可能使库存、能源、峰值或提前量更少", Choice: "：没有约束限制，延长求解可能更早",
		}
	}
	return map[Code]string{
		Release: ": it is released then", Now: ": that is now", Pinned: ", where it is pinned", After: ": it waits for {by}",
		With: ", because {by} cannot start earlier and must follow it in time", Machine: ": {by} has {where} until then",
		Changeover: ": the changeover of {where}{after} ends then", Cleaning: ": the cleaning of {where}{after} ends then", TankChange: ": the change of product of {where}{after} ends then",
		Capacity: ": {where} has too little before", TankFull: ": there is room in {where} when {by} ends", TankEmpty: ": there is enough in {where} when {by} ends",
		CleanHold: ": {where} was clean for longer than it may wait, and is clean again then", DirtyHold: ", because {by} or its cleaning cannot start earlier and {where} cannot be left dirty longer",
		Skid: ": its changeover or cleaning needs {where}, {busy}", Campaign: ": the length of campaigns on {where} has it come after {by}",
		Hold:     ", because {by} cannot start earlier and what is in {where} cannot wait longer",
		Calendar: ": {where} is closed before", Cheaper: "; nothing binds it there, stock, energy, a peak or earliness may be less so", Choice: "; nothing binds it there, a longer search may have it earlier",
	}
}

func (l Link) english(task, by, where string) string {
	switch {
	case l.Code == Late:
		return fmt.Sprintf("%s ends at %d, %d after its due date of %d", task, l.At, l.At-l.Due, l.Due)
	case l.Code == Rests:
		return fmt.Sprintf("%s ends at %d only, because it rests while something that it needs is closed", task, l.At)
	case l.Code == Capacity && by != "":
		return fmt.Sprintf("%s starts at %d: %s has too little before %s ends", task, l.At, where, by)
	}
	after, busy := "", "which is closed before"
	if by != "" {
		after, busy = " after "+by, "which is in use for "+by+" before"
	}
	return fmt.Sprintf("%s starts at %d", task, l.At) + strings.NewReplacer("{by}", by, "{where}", where, "{after}", after, "{busy}", busy).Replace(phrases("en")[l.Code])
}

func (l Link) chinese(task, by, where string) string {
	switch {
	case l.Code == Late:
		return fmt.Sprintf("%s 于 %d 结束，比交货期 %d 晚 %d", task, l.At, l.Due, l.At-l.Due)
	case l.Code == Rests:
		return fmt.Sprintf("%s 到 %d 才结束：所需资源停工期间暂停", task, l.At)
	case l.Code == Capacity && by != "":
		return fmt.Sprintf("%s 于 %d 开始：%s 结束前 %s 能力不足", task, l.At, by, where)
	}
	after, busy := "", "停工"
	if by != "" {
		after, busy = "（在 "+by+" 之后）", "被 "+by+" 占用"
	}
	return fmt.Sprintf("%s 于 %d 开始", task, l.At) + strings.NewReplacer("{by}", by, "{where}", where, "{after}", after, "{busy}", busy).Replace(phrases("zh")[l.Code])
}

// Words says a rule in a language, zh or en.
func (r Rule) Words(m *model.Model, language string) string {
	form := ruleWords()[r.Kind]
	if language == "zh" {
		return fmt.Sprintf(form.zh, r.name(m))
	}
	return fmt.Sprintf(form.en, r.name(m))
}

// name is what a rule is about.
func (r Rule) name(m *model.Model) string {
	switch r.Kind {
	case Deadline, Released, KeptJob:
		return cmp.Or(m.Jobs[r.Index].Name, fmt.Sprintf("jobs[%d]", r.Index))
	case MaxLag, Blocking, Precedence:
		p := m.Precedences[r.Index]
		return taskName(m, p.Before) + " → " + taskName(m, p.After)
	case Pin, KeptTask:
		return taskName(m, r.Index)
	case Storage, HoldLimit:
		return cmp.Or(m.Tanks[r.Index].Name, fmt.Sprintf("tanks[%d]", r.Index))
	case CampaignLength:
		return fmt.Sprintf("campaigns[%d]", r.Index)
	case Today:
		return fmt.Sprint(m.Now)
	case Horizon:
		return fmt.Sprint(m.Horizon)
	default:
		return cmp.Or(m.Resources[r.Index].Name, fmt.Sprintf("resources[%d]", r.Index))
	}
}

// form is a rule in words, with a place for its name.
type form struct{ en, zh string }

func ruleWords() map[Kind]form {
	return map[Kind]form{
		Deadline: {"the deadline of %s", "%s 的最后期限"}, MaxLag: {"the maximum lag %s", "最大间隔 %s"}, Blocking: {"the blocking %s", "无中间存储 %s"},
		Closing: {"the calendar of %s", "%s 的日历"}, Cleanings: {"the cleaning of %s", "%s 的清洗"}, Changeovers: {"the changeovers of %s", "%s 的换产"},
		HoldTimes: {"the dirty and clean hold of %s", "%s 的脏放置和洁净放置时限"}, CampaignLength: {"the length of %s", "阶段性生产 %s 的批数"},
		Storage: {"the tank %s", "储罐 %s"}, HoldLimit: {"the hold of tank %s", "储罐 %s 的存放时限"}, Pin: {"the pin of %s", "%s 的锁定"}, Horizon: {"the horizon of %s", "计划期 %s"},
		Precedence: {"the order %s", "先后顺序 %s"}, Released: {"the release of %s", "%s 的下达时间"}, Amount: {"the capacity of %s", "%s 的能力"}, Today: {"it is %s now", "当前时刻为 %s"},
		KeptJob: {"%s ends no later than planned", "%s 不晚于计划完成"}, KeptTask: {"%s ends no later than planned", "%s 不晚于计划完成"},
	}
}

// Words says an answer in a language, zh or en; its rules have words of their own.
func (o Obstacles) Words(language string) string {
	chinese := language == "zh"
	switch {
	case o.Answer == Free && chinese:
		return fmt.Sprintf("可以提前到 %d 开始，且没有作业晚于计划完成", *o.Start)
	case o.Answer == Free:
		return fmt.Sprintf("it can start at %d, and no job ends later than planned", *o.Start)
	case o.Answer == Open && chinese:
		return "未能判断：储罐、换产、清洗、阶段性生产和暂停不在判断之内，模型也可能过大"
	case o.Answer == Open:
		return "it is not known: tanks, changeovers, cleanings, campaigns and rests are not looked at, or the model is too large"
	case chinese:
		return "不能更早开始，除非放宽下列之一："
	}
	return "it cannot start earlier, unless one of these gives way:"
}
