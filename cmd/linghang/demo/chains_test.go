package demo

import "testing"

// Every synthetic chain has enterprises at its stages and one stage that nobody is at.
func TestSyntheticChainsHaveOneGap(t *testing.T) {
	at := map[[2]string]int{}
	for _, row := range places(2000) {
		at[[2]string{row[3], row[2]}]++
	}
	for _, c := range chains() {
		known, empty := map[string]bool{}, 0
		for _, s := range c.content.Stages {
			known[s.ID] = true
			if at[[2]string{c.name.ZH, s.Name.ZH}] == 0 {
				empty++
			}
		}
		if empty != 1 {
			t.Errorf("%s has %d stages that nobody is at", c.name.EN, empty)
		}
		for _, l := range c.content.Links {
			if !known[l.From] || !known[l.To] {
				t.Errorf("%s has a link from %s to %s", c.name.EN, l.From, l.To)
			}
		}
	}
}
