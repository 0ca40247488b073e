package explain

import (
	"cmp"
	"fmt"

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

func (l Link) english(task, by, where string) string {
	starts := fmt.Sprintf("%s starts at %d", task, l.At)
	switch l.Code {
	case Late:
		return fmt.Sprintf("%s ends at %d, %d after its due date of %d", task, l.At, l.At-l.Due, l.Due)
	case Rests:
		return fmt.Sprintf("%s ends at %d only, because it rests while something that it needs is closed", task, l.At)
	case Release:
		return starts + ": it is released then"
	case Now:
		return starts + ": that is now"
	case Pinned:
		return starts + ", where it is pinned"
	case After:
		return starts + ": it waits for " + by
	case With:
		return starts + ", because " + by + " cannot start earlier and must follow it in time"
	case Machine:
		return starts + ": " + by + " has " + where + " until then"
	case Changeover, Cleaning, TankChange:
		what := map[Code]string{Changeover: "the changeover", Cleaning: "the cleaning", TankChange: "the change of product"}[l.Code]
		if by != "" {
			by = " after " + by
		}
		return starts + ": " + what + " of " + where + by + " ends then"
	case Capacity:
		if by == "" {
			return starts + ": " + where + " has too little before"
		}
		return starts + ": " + where + " has too little before " + by + " ends"
	case TankFull:
		return starts + ": there is room in " + where + " when " + by + " ends"
	case TankEmpty:
		return starts + ": there is enough in " + where + " when " + by + " ends"
	case Calendar:
		return starts + ": " + where + " is closed before"
	default:
		return starts + "; nothing binds it there, a longer search may have it earlier"
	}
}

func (l Link) chinese(task, by, where string) string {
	starts := fmt.Sprintf("%s 于 %d 开始", task, l.At)
	switch l.Code {
	case Late:
		return fmt.Sprintf("%s 于 %d 结束，比交货期 %d 晚 %d", task, l.At, l.Due, l.At-l.Due)
	case Rests:
		return fmt.Sprintf("%s 到 %d 才结束：所需资源停工期间暂停", task, l.At)
	case Release:
		return starts + "：此时才下达"
	case Now:
		return starts + "：即当前时刻"
	case Pinned:
		return starts + "：已锁定"
	case After:
		return starts + "：等待 " + by
	case With:
		return starts + "：" + by + " 不能更早开始，且必须按时衔接"
	case Machine:
		return starts + "：此前 " + where + " 被 " + by + " 占用"
	case Changeover, Cleaning, TankChange:
		what := map[Code]string{Changeover: "换产", Cleaning: "清洗", TankChange: "换品种"}[l.Code]
		if by != "" {
			by = "（在 " + by + " 之后）"
		}
		return starts + "：" + where + " 的" + what + by + "此时完成"
	case Capacity:
		if by == "" {
			return starts + "：此前 " + where + " 能力不足"
		}
		return starts + "：" + by + " 结束前 " + where + " 能力不足"
	case TankFull:
		return starts + "：" + by + " 结束时 " + where + " 才有空间"
	case TankEmpty:
		return starts + "：" + by + " 结束时 " + where + " 才有足够物料"
	case Calendar:
		return starts + "：此前 " + where + " 停工"
	default:
		return starts + "：没有约束限制，延长求解可能更早"
	}
}

// Words says a rule in a language, zh or en.
func (r Rule) Words(m *model.Model, language string) string {
	name, en, zh := "", "", ""
	switch r.Kind {
	case Deadline:
		name, en, zh = cmp.Or(m.Jobs[r.Index].Name, fmt.Sprintf("jobs[%d]", r.Index)), "the deadline of %s", "%s 的最后期限"
	case MaxLag, Blocking:
		p := m.Precedences[r.Index]
		name = taskName(m, p.Before) + " → " + taskName(m, p.After)
		en, zh = "the maximum lag %s", "最大间隔 %s"
		if r.Kind == Blocking {
			en, zh = "the blocking %s", "无中间存储 %s"
		}
	case Pin:
		name, en, zh = taskName(m, r.Index), "the pin of %s", "%s 的锁定"
	case Storage:
		name, en, zh = cmp.Or(m.Tanks[r.Index].Name, fmt.Sprintf("tanks[%d]", r.Index)), "the tank %s", "储罐 %s"
	case CampaignLength:
		name, en, zh = fmt.Sprintf("campaigns[%d]", r.Index), "the length of %s", "生产战役 %s 的长度"
	case Horizon:
		name, en, zh = fmt.Sprint(m.Horizon), "the horizon of %s", "计划期 %s"
	default:
		name = cmp.Or(m.Resources[r.Index].Name, fmt.Sprintf("resources[%d]", r.Index))
		en = map[Kind]string{Closing: "the calendar of %s", Cleanings: "the cleaning of %s", Changeovers: "the changeovers of %s"}[r.Kind]
		zh = map[Kind]string{Closing: "%s 的日历", Cleanings: "%s 的清洗", Changeovers: "%s 的换产"}[r.Kind]
	}
	if language == "zh" {
		return fmt.Sprintf(zh, name)
	}
	return fmt.Sprintf(en, name)
}
