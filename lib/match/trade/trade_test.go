package trade_test

import (
	"testing"

	"linghang/lib/match/text"
	"linghang/lib/match/trade"
)

func TestOneConceptStandsForAllItsNames(t *testing.T) {
	terms, err := trade.Terms()
	if err != nil {
		t.Fatal(err)
	}
	a := text.New(terms)
	f := func(concept string, names ...string) {
		t.Helper()
		for _, name := range names {
			found := false
			a.Each(name, false, func(term text.Term) {
				found = found || text.KindOf(term.Text) == text.Concept && text.Shown(term.Text) == concept
			})
			if !found {
				t.Errorf("%s does not stand for %s", name, concept)
			}
		}
	}
	f("aps", "APS", "智能排产", "高级计划与排程", "Advanced Planning and Scheduling", "排單")
	f("预测性维护", "PHM", "故障预警", "predictive maintenance")
	f("设备管理", "设备稼动率", "点检") // what stands above
	f("5g", "5G专网", "５ｇ工厂")
}
