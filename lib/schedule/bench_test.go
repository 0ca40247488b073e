package schedule

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"linghang/lib/schedule/instance"
)

// group is instances that are reported together.
type group struct {
	name      string
	format    string
	instances []published
	others    string        // what other solvers reached, where it is not in the tables
	bar       float64       // mean gap in percent, 0: none
	limit     time.Duration // of each instance
	all       int           // instances that there are
}

// published is an instance with its best known bounds, and what two solvers reached in
// 600 s on 4 cores, if that is known.
type published struct {
	name, path         string
	lower, upper       float64
	cpsat, cpOptimizer float64
}

// BenchmarkPublished solves published instances and writes a page for each group as soon as it is solved, and one of all
// pages that are there: a whole run takes hours, and may be done in parts. The folder with the sets is LINGHANG_INSTANCES;
// LINGHANG_SCHEDULE_GROUPS is a pattern of the names of groups, LINGHANG_SCHEDULE_TIME the time of each instance in place of
// that of its bar, LINGHANG_SCHEDULE_SEED the seed, and of LINGHANG_SCHEDULE_EVERY each n-th instance is solved.
func BenchmarkPublished(b *testing.B) {
	folder := os.Getenv("LINGHANG_INSTANCES")
	if folder == "" {
		b.Skip("LINGHANG_INSTANCES names no folder")
	}
	seed, err := strconv.ParseUint(cmp.Or(os.Getenv("LINGHANG_SCHEDULE_SEED"), "1"), 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	every, err := strconv.Atoi(cmp.Or(os.Getenv("LINGHANG_SCHEDULE_EVERY"), "1"))
	if err != nil {
		b.Fatal(err)
	}
	chosen := regexp.MustCompile("^(" + cmp.Or(os.Getenv("LINGHANG_SCHEDULE_GROUPS"), ".*") + ")$")
	list := groups(b, folder)
	for b.Loop() {
		for _, g := range list {
			if chosen.MatchString(g.name) {
				g.thin(every)
				row, rows := g.run(b, Options{Time: g.limit, Seed: seed, Workers: 2})
				g.report(b, row, rows)
			}
		}
	}
	overview(b, list)
}

// thin leaves every n-th instance.
func (g *group) thin(every int) {
	var kept []published
	for k := 0; k < len(g.instances); k += every {
		kept = append(kept, g.instances[k])
	}
	g.instances = kept
}

// run solves the instances and returns the row of the group and those of its instances.
func (g group) run(b *testing.B, o Options) (mean, each string) {
	var page strings.Builder
	var gaps, cpsat, cpOptimizer, atBest float64
	for _, i := range g.instances {
		data, err := os.ReadFile(i.path)
		if err != nil {
			b.Fatal(err)
		}
		m, err := instance.Read(g.format, data)
		if err != nil {
			b.Fatal(err)
		}
		r, err := Solve(b.Context(), m, o)
		if err != nil {
			b.Fatal(err)
		}
		gap := 100 * (float64(r.Makespan)/i.upper - 1)
		gaps += gap
		if float64(r.Makespan) <= i.upper {
			atBest++
		}
		cpsat, cpOptimizer = cpsat+100*(i.cpsat/i.upper-1), cpOptimizer+100*(i.cpOptimizer/i.upper-1)
		best := strconv.FormatFloat(i.upper, 'f', -1, 64)
		if i.lower != i.upper {
			best = strconv.FormatFloat(i.lower, 'f', -1, 64) + "–" + best
		}
		row := fmt.Sprintf("| %s | %s | %d | %.2f | %.1f | %d | %d |\n", i.name, best, r.Makespan, gap, r.BestAfter, r.LowerBound, o.Seed)
		page.WriteString(row)
		fmt.Fprint(os.Stderr, row)
	}
	n := float64(len(g.instances))
	others := g.others
	if others == "" {
		others = fmt.Sprintf("CP-SAT %.2f, CP Optimizer %.2f", cpsat/n, cpOptimizer/n)
	}
	met := "met"
	switch {
	case g.bar == 0:
		met = "–"
	case gaps/n > g.bar:
		met = "**not met**"
	}
	bar := "–"
	if g.bar > 0 {
		bar = strconv.FormatFloat(g.bar, 'f', -1, 64)
	}
	mean = fmt.Sprintf("| %s | %d of %d | %.0f | %d | %.3f | %.0f | %s | %s | %s | %s |\n", g.name, len(g.instances), g.all, o.Time.Seconds(), o.Seed, gaps/n, atBest, bar, met, others, time.Now().UTC().Format("2006-01-02 15:04"))
	fmt.Fprint(os.Stderr, mean)
	return mean, page.String()
}

const (
	byHand = "<!-- Written by `make bench-schedule INSTANCES=folder`; not by hand. -->"
	means  = "| group | instances | seconds each | seed | mean gap, % | best known reached | bar, % | | published | ended, UTC |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
)

// pages is the folder with the pages of groups, or nothing.
func pages() string {
	dir := os.Getenv("LINGHANG_BENCH_DIR")
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "schedule")
}

// report writes the page of a group.
func (g group) report(b *testing.B, mean, each string) {
	if pages() == "" {
		return
	}
	text := fmt.Sprintf("# Schedules of published instances: %s\n\n%s\n\n%s, %s, %d processors, 2 workers. The gap is that to the best known upper bound of August 2026.\n\n%s%s\n", g.name, byHand, processor(), runtime.Version(), runtime.NumCPU(), means, mean)
	text += "| instance | best known | ours | gap, % | time to best, s | lower bound | seed |\n| --- | --- | --- | --- | --- | --- | --- |\n" + each
	if err := os.MkdirAll(pages(), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(pages(), g.name+".md"), []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}

// processor is what this machine calls it.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	_, rest, _ := strings.Cut(string(text), "model name")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimLeft(line, "\t :")
}

// overview writes a page of the groups that have one.
func overview(b *testing.B, list []group) {
	if pages() == "" {
		return
	}
	var longest time.Duration
	for _, g := range list {
		longest += time.Duration(g.all) * g.limit
	}
	text := "# Schedules of published instances\n\n" + byHand + `

Each group has a page with its instances, machine and versions, written when it was solved. Again: ` + "`make bench-schedule INSTANCES=folder`" + `, all groups in
` + fmt.Sprintf("%.0f", longest.Hours()) + ` hours at most (what is proven ends before), or some of them with ` + "`GROUPS=pattern`" + `. Each instance has the time of its bar. The gap is that to the best known upper bound of August 2026. Published: mean gaps of
CP-SAT 9.15 and CP Optimizer 22.1.1 in 600 s on 4 cores, or what is said.

` + means
	for _, g := range list {
		page, err := os.ReadFile(filepath.Join(pages(), g.name+".md"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			b.Fatal(err)
		}
		for line := range strings.Lines(string(page)) {
			if rest, own := strings.CutPrefix(line, "| "+g.name+" |"); own {
				text += "| [" + g.name + "](schedule/" + g.name + ".md) |" + rest
				break
			}
		}
	}
	if err := os.WriteFile(pages()+".md", []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}

func groups(b *testing.B, folder string) []group {
	list := slices.Concat(jobGroups(b, folder), flexibleGroups(b, folder), flowGroups(folder), projectGroups(b, folder))
	for k := range list {
		g := &list[k]
		g.all = len(g.instances)
		switch g.name {
		case "ta51-60", "ta61-70", "ta71-80":
			g.limit = 20 * time.Second
		case "j30", "j60", "j120":
			g.limit = 30 * time.Second
		default:
			g.limit = time.Minute
		}
		if text := os.Getenv("LINGHANG_SCHEDULE_TIME"); text != "" {
			limit, err := time.ParseDuration(text)
			if err != nil {
				b.Fatal(err)
			}
			g.limit = limit
		}
	}
	return list
}

// rows reads a table, by its first column.
func rows(b *testing.B, path string) map[string][]string {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	by := map[string][]string{}
	for _, row := range all[1:] {
		by[strings.TrimSuffix(row[0], "js")] = row
	}
	return by
}

func value(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return f
}

func jobGroups(b *testing.B, folder string) []group {
	best := rows(b, filepath.Join(folder, "jobshop-best.csv"))
	var list []group
	for _, g := range []struct {
		set         string
		first, last int
		bar         float64
	}{
		{"abz", 5, 9, 0},
		{"la", 1, 40, 0},
		{"orb", 1, 10, 0},
		{"swv", 1, 5, 0},
		{"swv", 6, 10, 3.0},
		{"swv", 11, 15, 0},
		{"yn", 1, 4, 0},
		{"ta", 1, 10, 0},
		{"ta", 11, 20, 0.70},
		{"ta", 21, 30, 0.60},
		{"ta", 31, 40, 0.65},
		{"ta", 41, 50, 1.70},
		{"ta", 51, 60, 0.05},
		{"ta", 61, 70, 0.05},
		{"ta", 71, 80, 0.05},
		{"dmu", 1, 20, 0},
		{"dmu", 21, 40, 0},
		{"dmu", 41, 60, 4.5},
	} {
		made := group{name: fmt.Sprintf("%s%02d-%02d", g.set, g.first, g.last), format: "jobshop", bar: g.bar}
		for k := g.first; k <= g.last; k++ {
			file, name := fmt.Sprintf("%s%02d", g.set, k), fmt.Sprintf("%s%02d", g.set, k)
			if g.set == "yn" || g.set == "abz" {
				name = fmt.Sprintf("%s%d", g.set, k)
			}
			if g.set == "abz" {
				file = name
			}
			row := best[name]
			made.instances = append(made.instances, published{name, filepath.Join(folder, "jobshop", g.set, file+".txt"), value(row[2]), value(row[3]), value(row[4]), value(row[5])})
		}
		list = append(list, made)
	}
	return list
}

func flexibleGroups(b *testing.B, folder string) []group {
	best := rows(b, filepath.Join(folder, "flexible-best.csv"))
	var list []group
	add := func(name, others string, bar float64, files map[string]string) {
		g := group{name: name, format: "flexible", bar: bar, others: others}
		for _, instance := range slices.Sorted(maps.Keys(files)) {
			row := best[instance]
			g.instances = append(g.instances, published{name: instance, path: filepath.Join(folder, "flexible", files[instance]), lower: value(row[2]), upper: value(row[3])})
		}
		list = append(list, g)
	}
	brandimarte, large, dauzere, barnes, fattahi, behnke := map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}
	for k := 1; k <= 15; k++ {
		files := brandimarte
		if k > 10 {
			files = large
		}
		files[fmt.Sprintf("mk%02d", k)] = fmt.Sprintf("brandimarte/mk%02d.txt", k)
	}
	for k := 1; k <= 18; k++ {
		dauzere[fmt.Sprintf("dpp%02da", k)] = fmt.Sprintf("dauzere/%02da.txt", k)
	}
	for name := range strings.FieldsSeq("mt10c1 mt10cc mt10x mt10xx mt10xxx mt10xy mt10xyz setb4c9 setb4cc setb4x setb4xx setb4xxx setb4xy setb4xyz seti5c12 seti5cc seti5x seti5xx seti5xxx seti5xy seti5xyz") {
		barnes[name] = "barnes/" + name + ".txt"
	}
	for k := range 20 {
		fattahi[fmt.Sprintf("fattahi%d", k+1)] = fmt.Sprintf("fattahi/%s%02d.txt", []string{"sfjs", "mfjs"}[k/10], k%10+1)
	}
	for k := range 40 {
		behnke[fmt.Sprintf("behnke%d", k+1)] = fmt.Sprintf("behnke/%s%02d_%d.txt", []string{"sm", "med"}[k/20], k%20/5+1, k%5+1)
	}
	add("mk01-10", "CP Optimizer 2.14 in 10 s, 1.05 in 60 s, 0.56 in 600 s", 1.05, brandimarte)
	add("mk11-15", "none at hand", 0, large)
	add("dauzere", "CP Optimizer 2.89 in 10 s, 1.81 in 60 s, 1.27 in 600 s", 1.8, dauzere)
	add("barnes", "CP Optimizer at most 0.24 in 10 s, 0 in 60 s", 0, barnes)
	add("fattahi", "none at hand", 0, fattahi)
	add("behnke", "CP Optimizer 3.59 in 10 s, 1.91 in 60 s, 0.71 in 600 s, with 20 larger ones", 0, behnke)
	return append(list, hurinkGroup(folder))
}

// hurinkGroup is the set vdata of Hurink, Jurisch and Thole (1994), where an operation may go to half of the machines. The
// bounds are proven for all but abz8 (506), of the list of ScheduleOpt of August 2026.
func hurinkGroup(folder string) group {
	made := group{name: "hurink-vdata", format: "flexible", bar: 0.5, others: "CP Optimizer 0.5 in 60 s"}
	for _, set := range []struct {
		name  string
		first int
		best  []float64
	}{
		{"abz%d", 5, []float64{859, 742, 492, 507, 497}},
		{"car%d", 1, []float64{5005, 5929, 5597, 6514, 4909, 5486, 4281, 4613}},
		{"la%02d", 1, []float64{
			570, 529, 477, 502, 457, 799, 749, 765, 853, 804, 1071, 936, 1038, 1070, 1089, 717, 646, 663, 617, 756,
			800, 733, 809, 773, 751, 1052, 1084, 1069, 993, 1068, 1520, 1657, 1497, 1535, 1549, 948, 986, 943, 922, 955,
		}},
		{"mt06", 0, []float64{47}},
		{"mt10", 0, []float64{655}},
		{"mt20", 0, []float64{1022}},
		{"orb%d", 1, []float64{695, 620, 648, 753, 584, 715, 275, 573, 659, 681}},
	} {
		for k, upper := range set.best {
			name := set.name
			if strings.Contains(name, "%") {
				name = fmt.Sprintf(name, set.first+k)
			}
			lower := upper
			if name == "abz8" {
				lower = 506
			}
			made.instances = append(made.instances, published{name: name, path: filepath.Join(folder, "flexible", "hurink", "vdata_"+name+".txt"), lower: lower, upper: upper})
		}
	}
	return made
}

func flowGroups(folder string) []group {
	var list []group
	for _, g := range []struct {
		size string
		bar  float64
		best []float64
	}{
		{"20_5", 0, []float64{1278, 1359, 1081, 1293, 1235, 1195, 1234, 1206, 1230, 1108}},
		{"20_10", 0, []float64{1582, 1659, 1496, 1377, 1419, 1397, 1484, 1538, 1593, 1591}},
		{"20_20", 0, []float64{2297, 2099, 2326, 2223, 2291, 2226, 2273, 2200, 2237, 2178}},
		{"50_20", 0.8, []float64{3846, 3699, 3640, 3719, 3610, 3679, 3704, 3691, 3741, 3755}},
		{"100_20", 1.2, []float64{6173, 6183, 6252, 6254, 6285, 6331, 6223, 6372, 6247, 6404}},
		{"200_20", 1.1, []float64{11158, 11160, 11281, 11275, 11259, 11176, 11337, 11301, 11146, 11284}},
		{"500_20", 0.7, []float64{26040, 26500, 26371, 26456, 26334, 26469, 26389, 26560, 26005, 26457}},
	} {
		made := group{name: "flow" + g.size, format: "flowshop", bar: g.bar, others: "none at hand"}
		for k, upper := range g.best {
			name := fmt.Sprintf("tai%s_%d", g.size, k)
			made.instances = append(made.instances, published{name: name, path: filepath.Join(folder, "flowshop", "taillard", name+".fsp"), lower: upper, upper: upper})
		}
		list = append(list, made)
	}
	return list
}

func projectGroups(b *testing.B, folder string) []group {
	var list []group
	for _, g := range []struct {
		set    string
		sets   int
		bar    float64
		others string
	}{
		{"j30", 48, 0.0001, "CP Optimizer 0.000"}, {"j60", 48, 0.25, "CP Optimizer 0.080 of those it has bounds for"}, {"j120", 60, 1.5, "CP Optimizer 0.76 of those it has bounds for"},
	} {
		best := rows(b, filepath.Join(folder, "rcpsp-"+g.set+"-best.csv"))
		made := group{name: g.set, format: "rcpsp", bar: g.bar, others: g.others}
		for k := 1; k <= g.sets; k++ {
			for i := 1; i <= 10; i++ {
				bounds := best[fmt.Sprintf("%s%d_%d.sm", g.set, k, i)]
				if bounds == nil {
					continue
				}
				lower, upper, open := strings.Cut(bounds[1], "..")
				if !open {
					upper = lower
				}
				name := fmt.Sprintf("%s_%d_%d", g.set, k, i)
				made.instances = append(made.instances, published{name: name, path: filepath.Join(folder, "rcpsp", g.set, name+".rcp"), lower: value(lower), upper: value(upper)})
			}
		}
		list = append(list, made)
	}
	return list
}
