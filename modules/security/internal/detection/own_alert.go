package detection

import (
	"strings"

	"linghang/kernel/lang"
)

// explain tells what people read of the rule of an alert: of the pack by the rule as it is now, of
// one that somebody brought by what it said when the alert was opened.
func (d *AlertDetail) explain(p *Pack) {
	if r, known := p.Rule(d.RuleID); known {
		d.TechniqueName, d.Matters, d.Do, d.Normal = r.Technique.Name, r.Why, r.Do, r.Normal
		return
	}
	if d.Origin == nil {
		return
	}
	said := func(text string) lang.Text { return lang.Text{ZH: text, EN: text} }
	d.TechniqueName = p.techniques[d.Technique].Name
	d.Matters, d.Normal = said(d.Origin.Description), said(strings.Join(d.Origin.FalsePositives, "; "))
}
