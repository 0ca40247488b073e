package assessment

import (
	"strings"
	"testing"
)

// What answers of part 1 give, from the questionnaire: the pieces that the sheets of the
// reference table are put together from.
const (
	net8     = "network: shopfloor application fiveg full; " // 4 × 2
	digital6 = "equip_digital: gt60; "
	linked6  = "equip_networked: gt60; "
	capture9 = "capture: product_design process_design marketing after_sales scheduling production quality equipment safety energy purchasing warehousing finance; " // 13 × 0.7 = 9.1
	capture  = "capture: product_design process_design marketing after_sales scheduling production quality equipment safety energy purchasing warehousing finance staff; "
	systems  = "systems: all; "                                                    // 10
	safe5    = "net_security: policy products assessment border; "                 // 4 × 1.25
	data5    = "data_security: policy products assessment inventory; "             // 4 × 1.25
	plan75   = "planning: learning; "                                              // 7.5
	plan6    = "planning: model; "                                                 // 6
	rules75  = "rules: transformation build_run data incentive; "                  // 4 × 1.875
	rule1    = "rules: transformation; "                                           // 1.875
	talent75 = "talent: staff post training pay ladder; "                          // 5 × 1.5
	talent3  = "talent: staff post; "                                              // 2 × 1.5
	spend75  = "spend: gt60; "                                                     // 7.5
	effect20 = "energy: better; quality: better; per_head: better; cost: better; " // 7 + 7 + 3 + 3

	base20  = systems + capture                                                    // 10 + 10
	miss20  = capture9 + digital6 + "per_head: better; " + rule1                   // 9.1 + 6 + 3 + 1.875 = 19.975
	base40  = base20 + net8 + digital6 + linked6                                   // 20 + 8 + 6 + 6
	miss40  = miss20 + net8 + linked6 + plan6                                      // 19.975 + 8 + 6 + 6 = 39.975
	base60  = base40 + safe5 + data5 + "energy: better; cost: better; "            // 40 + 5 + 5 + 7 + 3
	miss60  = miss40 + systems + safe5 + data5                                     // 39.975 + 10 + 5 + 5 = 59.975
	base80  = base60 + plan75 + rules75 + "quality: flat; per_head: flat; "        // 60 + 7.5 + 7.5 + 3.5 + 1.5
	miss80  = miss60 + "energy: better; quality: better; cost: better; " + talent3 // 59.975 + 7 + 7 + 3 + 3 = 79.975
	base100 = net8 + digital6 + linked6 + capture + systems + safe5 + data5 + plan75 + rules75 + talent75 + spend75 + effect20
)

// Every number of points is a multiple of 0.025, so 19.975 is the largest below 20.
// Grades stand in the order of the questionnaire; ★ are those at the places marked:
//
//	★.★..★★★★★ ★★ ★...
func smallEnterprises() []reference {
	return []reference{
		// Nothing, and everything.
		{"an empty sheet", "", "", 0, 0},
		{"'none' everywhere", "network: none; equip_digital: le10; equip_networked: le10; capture: none; systems: none; net_security: none; data_security: none; planning: none; rules: none; talent: none; spend: le10; energy: worse; quality: worse; per_head: worse; cost: worse", "0000000000000000", 0, 0},
		{"a full sheet", base100, "4444444444444444", 100, 4}, // 50 + 30 + 20
		{"all of part 1, no scenario", base100, "0000000000000000", 100, 0},
		{"no part 1, all scenarios", "", "4444444444444444", 0, 0},
		// Level 1: 20 points; 6 scenarios at 1, of them 3 ★.
		{"level 1, just", base20, "1111110000000000", 20, 1},                                      // at 1: 6, ★ at places 1, 3, 6
		{"level 1, points just missed", miss20, "1111110000000000", 19.975, 0},                    // 19.975 < 20
		{"level 1, a scenario less", base20, "1111010000000000", 20, 0},                           // 5, of them 3 ★
		{"level 1, a ★ less", base20, "1111100000000100", 20, 0},                                  // 6, of them 2 ★
		{"level 1, points missed with all scenarios at 4", miss20, "4444444444444444", 19.975, 0}, // scenarios do not make up for points
		{"level 1, only ★", base20, "1010011110000000", 20, 1},                                    // 6 ★
		{"level 1, all points", base100, "1111110000000000", 100, 1},                              // 6 at 1, none at 2
		// Level 2: 40 points; 6 scenarios at 2, of them 3 ★.
		{"level 2, just", base40, "2222220000000000", 40, 2},
		{"level 2, points just missed", miss40, "2222220000000000", 39.975, 1},
		{"level 2, a scenario less", base40, "2222120000000000", 40, 1}, // 5 at 2, of them 3 ★; 6 at 1
		{"level 2, a ★ less", base40, "2222210000000200", 40, 1},        // 6 at 2, of them 2 ★; 7 at 1, of them 3 ★
		{"level 2, points missed with all scenarios at 4", miss40, "4444444444444444", 39.975, 1},
		{"level 2, all points", base100, "2222220000000000", 100, 2}, // 6 < 8 at 3
		// Level 3: 60 points; 8 scenarios at 3, of them 5 ★.
		{"level 3, just", base60, "3333333300000000", 60, 3}, // ★ at places 1, 3, 6, 7, 8
		{"level 3, points just missed", miss60, "3333333300000000", 59.975, 2},
		{"level 3, a scenario less", base60, "3333233300000000", 60, 2},                        // 7 at 3, of them 5 ★; 8 at 2
		{"level 3, a ★ less", base60, "3333333200000300", 60, 2},                               // 8 at 3, of them 4 ★
		{"level 3, 6 scenarios as the other source has it", base60, "3333330000000000", 60, 2}, // 6 at 3, of them 3 ★
		{"level 3, points missed with all scenarios at 4", miss60, "4444444444444444", 59.975, 2},
		{"level 3, all points", base100, "3333333333333333", 100, 3}, // none at 4
		// Level 4: 80 points; 10 scenarios at 4, of them 6 ★.
		{"level 4, just", base80, "4444444440000400", 80, 4}, // 9 from the left, ★ at 1, 3, 6, 7, 8, 9, and one more
		{"level 4, points just missed", miss80, "4444444440000400", 79.975, 3},
		{"level 4, a scenario less", base80, "4444444440000300", 80, 3}, // 9 at 4; 10 at 3
		{"level 4, a ★ less", base80, "4444444430000440", 80, 3},        // 10 at 4, of them 5 ★; 11 at 3
		{"level 4, points missed with all scenarios", miss80, "4444444444444444", 79.975, 3},
		// Between: points of a level, scenarios of another.
		{"points of 4, scenarios of 2", base80, "2222220000000000", 80, 2},
		{"points of 2, scenarios of 4", base40, "4444444440000400", 40, 2},
		{"points of 3, scenarios of 1", base60, "1111110000000000", 60, 1},
		{"many at 3, too few ★", base60, "0303300000003333", 60, 0}, // 7 at 3, of them 1 ★
		// Single and multiple choices add up.
		{"one of each", "network: fiveg; equip_digital: le20; equip_networked: le40; capture: staff; systems: one; net_security: border; data_security: inventory; planning: informed; rules: data; talent: pay; spend: le20; energy: flat; quality: flat; per_head: flat; cost: flat", "", 29.15, 0},
		// 2 + 1.5 + 3 + 0.9 + 2.5 + 1.25 + 1.25 = 12.4; 1.5 + 1.875 + 1.5 + 1.875 = 6.75; 3.5 + 3.5 + 1.5 + 1.5 = 10
		{"two of each", "network: shopfloor application; equip_digital: le40; equip_networked: le60; capture: energy finance; systems: several; net_security: policy products; data_security: policy products; planning: plan; rules: data incentive; talent: staff pay; spend: le40; energy: flat; quality: better; per_head: better; cost: worse", "", 49.9, 0},
		// 4 + 3 + 4.5 + 1.4 + 5 + 2.5 + 2.5 = 22.9; 3 + 3.75 + 3 + 3.75 = 13.5; 3.5 + 7 + 3 + 0 = 13.5
		{"raw figures give no points", "figure.equip_total: #100; figure.equip_digital_count: #80", "", 0, 0},
	}
}

// reference is a sheet with what it comes to, derived by hand.
type reference struct {
	name, answers, grades string
	score                 float64
	level                 int
}

func TestReference(t *testing.T) {
	tmpl := template(t, "sme-2024")
	list := smallEnterprises()
	for _, c := range list {
		r := tmpl.Evaluate(sheet(t, tmpl, c.answers, c.grades))
		if r.Score != c.score || r.Level != c.level {
			t.Errorf("%s: %v points and level %d, want %v and %d", c.name, r.Score, r.Level, c.score, c.level)
		}
	}
	if len(list) < 36 {
		t.Errorf("the table has %d sheets", len(list))
	}
}

// Degrees of a stage, twenty sub-domains of the same weight: the sums of degrees are of 20.
const (
	just   = "dddddddddddddddddddd" // 20 × 0.8 = 16; 16 / 20 = 0.8
	just16 = "ffffffffffffffff0000" // 16 × 1 = 16; 0.8
	missed = "fffffffffffffdddh000" // 13 + 3 × 0.8 + 0.5 = 15.9; 15.9 / 20 = 0.795: degrees are tenths, none is nearer
	full   = "ffffffffffffffffffff"
	half   = "hhhhhhhhhhhhhhhhhhhh" // 0.5
	none   = "00000000000000000000"
)

func TestReferenceMaturity(t *testing.T) {
	tmpl := template(t, "maturity-2020")
	for _, c := range []struct {
		name   string
		stages []string
		score  float64
		level  int
	}{
		{"an empty sheet", nil, 0, 0},
		{"nothing met", []string{none, none, none, none, none}, 0, 0},
		{"level 1, just", []string{just}, 1, 1},
		{"level 1, sixteen of twenty", []string{just16}, 1, 1},
		{"level 1, just missed", []string{missed}, 0.795, 0},
		{"level 1 missed, all above met", []string{missed, full, full, full, full}, 0.795, 0}, // stage by stage
		{"level 1, half of stage 2", []string{full, half}, 1.5, 1},
		{"level 2, just", []string{full, just}, 2, 2},
		{"level 2, just missed", []string{just, missed}, 1.795, 1},
		{"level 3, just", []string{just, just, just}, 3, 3},
		{"level 3, just missed", []string{full, full, missed}, 2.795, 2},
		{"level 4, just", []string{just, just, just, just16}, 4, 4},
		{"level 4, just missed", []string{full, full, full, missed}, 3.795, 3},
		{"level 5, just", []string{just, just, just, just, just}, 5, 5},
		{"level 5, just missed", []string{full, full, full, full, missed}, 4.795, 4},
		{"a full sheet", []string{full, full, full, full, full}, 5, 5},
		{"stage 2 missed, stages 3 to 5 full", []string{just, half, full, full, full}, 1.5, 1},
	} {
		s := Sheet{}
		for n, degrees := range c.stages {
			i := 0
			for _, d := range tmpl.Ladder.Domains {
				for _, x := range d.Subdomains {
					s[stageCode(x.Code, n+1)] = Answer{Options: []string{map[byte]string{'0': "0", 'h': "0.5", 'd': "0.8", 'f': "1"}[degrees[i]]}}
					i++
				}
			}
			if i != 20 {
				t.Fatalf("%d sub-domains", i)
			}
		}
		if r := tmpl.Evaluate(s); r.Score != c.score || r.Level != c.level {
			t.Errorf("%s: %v and level %d, want %v and %d", c.name, r.Score, r.Level, c.score, c.level)
		}
	}
}

func template(t testing.TB, id string) *Template {
	t.Helper()
	l, err := NewLibrary()
	if err != nil {
		t.Fatal(err)
	}
	tmpl, ok := l.Newest(id)
	if !ok {
		t.Fatalf("there is no template %s", id)
	}
	return tmpl
}

// sheet makes a sheet of "question: option option; …" (#12 is a number) and of grades.
func sheet(t testing.TB, tmpl *Template, answers, grades string) Sheet {
	t.Helper()
	s := Sheet{}
	for line := range strings.SplitSeq(answers, ";") {
		code, options, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		s[code] = answer(t, options)
	}
	n := 0
	for _, g := range tmpl.Scenarios.Groups {
		for _, x := range g.Scenarios {
			if n < len(grades) {
				s[scenarioCode(x.Code)] = Answer{Options: []string{grades[n : n+1]}}
			}
			n++
		}
	}
	for code, a := range s {
		q, ok := tmpl.Question(code)
		if !ok {
			t.Fatalf("there is no question %s", code)
		}
		if _, err := q.Check(a); err != nil {
			t.Fatalf("%s: %v", code, err)
		}
	}
	return s
}
