package clock

import (
	"fmt"
	"strings"

	"linghang/kernel/lang"
	"linghang/modules/security/internal/rating"
)

// phrase is what people read of an obligation: its name, and what a time of a level says.
type phrase struct{ title, says lang.Text }

// phrases are those of the obligations whose times the city may set.
func phrases() map[string]phrase {
	return map[string]phrase{
		"notice.acknowledge":   {lang.Text{ZH: "签收通报", EN: "Acknowledge a notice"}, lang.Text{ZH: "{level}级通报{time}内签收", EN: "acknowledge level {level} within {time}"}},
		"notice.feedback":      {lang.Text{ZH: "通报首次反馈", EN: "First feedback on a notice"}, lang.Text{ZH: "{level}级通报签收后{time}内首次反馈", EN: "first feedback on level {level} within {time} of acknowledgement"}},
		"notice.handle":        {lang.Text{ZH: "通报处置完毕", EN: "Handle a notice"}, lang.Text{ZH: "{level}级通报签收后{time}内处置完毕", EN: "handled within {time} of acknowledgement (level {level})"}},
		"notice.verify":        {lang.Text{ZH: "核查反馈", EN: "Verify feedback"}, lang.Text{ZH: "{level}级通报反馈后{time}内核查", EN: "verify feedback on level {level} within {time}"}},
		"received.acknowledge": {lang.Text{ZH: "签收上级通报", EN: "Acknowledge a notice of an upper level"}, lang.Text{ZH: "上级{level}级通报收到后{time}内签收", EN: "a notice of an upper level of level {level} is acknowledged within {time} of receipt"}},
		"received.pass_on":     {lang.Text{ZH: "转发上级通报", EN: "Pass a notice of an upper level on"}, lang.Text{ZH: "上级{level}级通报收到后{time}内转发，或说明不转发", EN: "a notice of an upper level of level {level} is passed on, or settled with a reason, within {time} of receipt"}},
		"incident.review":      {lang.Text{ZH: "事件复盘", EN: "Review an incident"}, lang.Text{ZH: "事件关闭后{time}内复盘", EN: "reviewed within {time} of closing"}},
	}
}

// titleOf names an obligation.
func titleOf(obligation string) lang.Text {
	if p, known := phrases()[obligation]; known {
		return p.title
	}
	return lang.Text{ZH: obligation, EN: obligation}
}

// basisOf says a time in words, after an opening.
func basisOf(opening lang.Text, obligation string, level rating.Level, t LimitTime) lang.Text {
	p, known := phrases()[obligation]
	if !known {
		p.says = lang.Text{ZH: obligation + "：{time}", EN: obligation + ": {time}"}
	}
	length := wordsOf(t)
	say := func(opening, says, time string) string {
		return opening + strings.NewReplacer("{level}", numeral(level), "{time}", time).Replace(says)
	}
	return lang.Text{ZH: say(opening.ZH, p.says.ZH, length.ZH), EN: say(opening.EN, p.says.EN, length.EN)}
}

func numeral(l rating.Level) string {
	if !l.Known() {
		return ""
	}
	return string([]rune("ⅠⅡⅢⅣ")[l-1])
}

const (
	minutesOfHour = 60
	minutesOfDay  = 24 * minutesOfHour
	longestHours  = 3 * minutesOfDay // up to which whole days are said in hours, as limits are
)

// wordsOf is a length of time: 15 minutes, 72 hours, 7 days, 1 working day.
func wordsOf(t LimitTime) lang.Text {
	hours, rest := t.Minutes/minutesOfHour, t.Minutes%minutesOfHour
	switch {
	case t.WorkingDays > 0:
		return lang.Text{ZH: fmt.Sprintf("%d个工作日", t.WorkingDays), EN: count(t.WorkingDays, "working day")}
	case hours == 0:
		return lang.Text{ZH: fmt.Sprintf("%d分钟", rest), EN: count(rest, "minute")}
	case t.Minutes > longestHours && t.Minutes%minutesOfDay == 0:
		return lang.Text{ZH: fmt.Sprintf("%d日", t.Minutes/minutesOfDay), EN: count(t.Minutes/minutesOfDay, "day")}
	case rest == 0:
		return lang.Text{ZH: fmt.Sprintf("%d小时", hours), EN: count(hours, "hour")}
	}
	return lang.Text{ZH: fmt.Sprintf("%d小时%d分钟", hours, rest), EN: count(hours, "hour") + " " + count(rest, "minute")}
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
