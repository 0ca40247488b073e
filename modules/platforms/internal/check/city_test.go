package check

import (
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the fixture anew")

// The fixture is a city of twelve platforms over 182 days, made by this file and
// kept in testdata for others to use: clean.csv, and planted.csv with what each
// fault changes in it.
const (
	cityPlatforms = 12
	cityDays      = 182
	cityFrame     = 60000 // enterprises
	cityList      = "served_list"
)

var (
	zone      = time.FixedZone("Asia/Shanghai", 8*3600)
	cityStart = time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
	cityNow   = cityStart.AddDate(0, 0, cityDays).Add(8 * time.Hour)
	rules     = Rules{
		Bounds: []Bound{{"dev_active_30d", "dev_connected"}, {"app_active_30d", "app_total"}, {"user_dau", "user_mau"}, {"user_mau", "user_reg"}, {"ent_active_90d", "ent_served"}, {"ent_sme", "ent_served"}},
		Pairs:  []Pair{{"dev_active_30d", "dev_connected"}, {"data_points", "dev_connected"}, {"data_volume", "dev_active_30d"}, {"app_active_30d", "app_total"}, {"ent_active_90d", "ent_served"}},
		Served: "ent_served",
	}
)

func dueAt(g Grain, at time.Time) time.Time {
	if g == Month {
		return at.AddDate(0, 1, 7)
	}
	return at.AddDate(0, 0, 1).Add(6 * time.Hour)
}

type shape struct {
	code   string
	nature Nature
	grain  Grain
}

func shapes() []shape {
	return []shape{
		{"dev_connected", Gauge, Day},
		{"dev_active_30d", Gauge, Day},
		{"data_points", Gauge, Day},
		{"data_volume", Counter, Day},
		{"app_total", Gauge, Day},
		{"app_active_30d", Gauge, Day},
		{"component_total", Gauge, Day},
		{"user_reg", Gauge, Day},
		{"user_dau", Gauge, Day},
		{"ent_served", Gauge, Day},
		{"ent_active_90d", Gauge, Day},
		{"sec_event", Flow, Day},
		{"user_mau", Gauge, Month},
		{"ent_sme", Gauge, Month},
		{"txn_amount", Flow, Month},
	}
}

// cleanCity makes up a city without faults: levels of very different size, growth
// with noise and with projects that go live, weekends, a spring festival.
func cleanCity(seed uint64) []History {
	list := make([]History, cityPlatforms)
	for i := range list {
		list[i] = cleanPlatform(fmt.Sprintf("p%02d", i+1), rand.New(rand.NewPCG(seed, uint64(i+1))))
		list[i].handIn(rand.New(rand.NewPCG(seed, uint64(i+1001))))
	}
	return list
}

// handIn adds the lists that a platform hands in: of each month, a few days later, with
// a few enterprises less than its figure, because it was made on another day.
func (h *History) handIn(r *rand.Rand) {
	h.Frame = &Listing{cityStart, cityStart.AddDate(0, 1, 0), cityFrame}
	for _, s := range h.Series {
		if s.Code != "ent_sme" {
			continue
		}
		for _, m := range s.Points {
			p, _ := h.of("ent_served").newest(m.At.AddDate(0, 1, -1))
			h.Lists = append(h.Lists, Listing{m.At, m.First, math.Round(p.Value * (1 - 0.03*r.Float64()))})
		}
	}
}

func cleanPlatform(name string, r *rand.Rand) History {
	size := math.Exp(r.NormFloat64())
	h := History{Platform: name}
	for _, s := range shapes() {
		h.Series = append(h.Series, Series{Code: s.code, Nature: s.nature, Grain: s.grain})
	}
	put := func(code string, at, first time.Time, v float64) {
		for i := range h.Series {
			if h.Series[i].Code == code {
				h.Series[i].Points = append(h.Series[i].Points, Point{At: at, Value: math.Round(v), First: first})
			}
		}
	}
	level := map[string]float64{
		"dev_connected": 20000 * size, "data_points": 300000 * size, "app_total": 250 * size, "component_total": 400 * size, "user_reg": 15000 * size, "ent_served": 2500 * size,
		"data_volume": 40000 * size,
	}
	growth := map[string]float64{"dev_connected": 0.0015, "data_points": 0.0016, "app_total": 0.001, "component_total": 0.0006, "user_reg": 0.0012, "ent_served": 0.001}
	activeDev, activeApp, activeEnt, dau := 0.6+0.2*r.Float64(), 0.5, 0.5+0.3*r.Float64(), 0.06+0.04*r.Float64()
	weekend := 0.35 + 0.3*r.Float64()
	hour := 0.2 + 2*r.Float64()
	for d := range cityDays {
		day := cityStart.AddDate(0, 0, d)
		first := day.AddDate(0, 0, 1).Add(time.Duration((hour + 0.5*r.Float64()) * float64(time.Hour)))
		use := 1.0
		if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday {
			use = weekend
		}
		if d >= 46 && d < 54 { // the spring festival comes gradually
			use *= []float64{0.75, 0.55, 0.4, 0.35, 0.35, 0.4, 0.55, 0.75}[d-46]
		}
		for _, code := range []string{"dev_connected", "data_points", "app_total", "component_total", "user_reg", "ent_served"} {
			step := level[code] * growth[code] * math.Exp(0.6*r.NormFloat64())
			level[code] += math.Floor(step + r.Float64())
			put(code, day, first, level[code])
		}
		noise := func(sd float64) float64 { return math.Exp(sd * r.NormFloat64()) }
		level["data_volume"] += math.Round(300 * size * (0.5 + 0.5*use) * noise(0.08))
		put("data_volume", day, first, level["data_volume"])
		put("dev_active_30d", day, first, level["dev_connected"]*activeDev*noise(0.004))
		put("app_active_30d", day, first, level["app_total"]*activeApp*noise(0.02))
		put("ent_active_90d", day, first, level["ent_served"]*activeEnt*noise(0.005))
		put("user_dau", day, first, level["user_reg"]*dau*use*noise(0.06))
		put("sec_event", day, first, float64(poisson(r, 3*size)))
		h.Reports = append(h.Reports, Count{day, 1440 + math.Round(5*r.NormFloat64())})
		if next := day.AddDate(0, 0, 1); next.Day() == 1 {
			month := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, zone)
			late := next.AddDate(0, 0, 1+r.IntN(3)).Add(9 * time.Hour)
			put("user_mau", month, late, level["user_reg"]*0.4*noise(0.03))
			put("ent_sme", month, late, level["ent_served"]*0.8)
			put("txn_amount", month, late, 900*size*noise(0.3))
		}
	}
	return h
}

func poisson(r *rand.Rand, mean float64) int {
	limit, p, n := math.Exp(-mean), 1.0, -1
	for p > limit {
		p *= r.Float64()
		n++
	}
	return n
}

// plant is one cell that a fault changes: another value, or "-" for none.
type plant struct {
	fault, platform, period, code, value, received string
}

// plants makes up the faults: twelve, each at a platform of its own, and three that are
// found by what else is known.
func plants(city []History) []plant {
	r := rand.New(rand.NewPCG(7, 7))
	var list []plant
	series := func(p int, code string) Series {
		for _, s := range city[p].Series {
			if s.Code == code {
				return s
			}
		}
		panic(code)
	}
	put := func(fault string, p, day int, code string, v float64) {
		list = append(list, plant{fault, city[p].Platform, cityStart.AddDate(0, 0, day).Format(time.DateOnly), code, strconv.FormatFloat(math.Round(v), 'f', -1, 64), ""})
	}
	daily := func(p int, do func(s Series)) {
		for _, s := range city[p].Series {
			if s.Grain == Day {
				do(s)
			}
		}
	}
	daily(0, func(s Series) {
		list = append(list, plant{"missing day", city[0].Platform, cityStart.AddDate(0, 0, 120).Format(time.DateOnly), s.Code, "-", ""})
	})
	for d := 150; d < 165; d++ {
		put("frozen value", 1, d, "user_dau", series(1, "user_dau").Points[150].Value)
	}
	for d := 130; d < 170; d++ { // with devices and points of its larger sister
		for _, code := range []string{"dev_connected", "data_points", "user_reg"} {
			source := series(3, code).Points[d]
			list = append(list, plant{"copy of another platform", city[2].Platform, cityStart.AddDate(0, 0, d).Format(time.DateOnly), code, strconv.FormatFloat(source.Value, 'f', -1, 64), source.First.Add(time.Hour).Format(time.RFC3339)})
		}
	}
	for d := 140; d < 144; d++ {
		put("unit change by 1,000", 4, d, "data_points", series(4, "data_points").Points[d].Value/1000)
	}
	daily(5, func(s Series) { put("double sending", 5, 141, s.Code, s.Points[140].Value) })
	daily(6, func(s Series) {
		for d := 160; d < cityDays; d++ {
			list = append(list, plant{"clock a day off", city[6].Platform, cityStart.AddDate(0, 0, d).Format(time.DateOnly), s.Code, strconv.FormatFloat(s.Points[d-1].Value, 'f', -1, 64), s.Points[d].First.AddDate(0, 0, -1).Format(time.RFC3339)})
		}
	})
	put("negative counter", 7, 135, "data_volume", -series(7, "data_volume").Points[135].Value)
	for d := 125; d < cityDays; d++ {
		s := series(8, "data_volume")
		put("reset", 8, d, "data_volume", s.Points[d].Value-s.Points[124].Value)
	}
	put("spike", 9, 144, "ent_active_90d", series(9, "ent_active_90d").Points[144].Value*1.3)
	for d := 110; d < cityDays; d++ {
		put("slow drift", 10, d, "user_reg", series(10, "user_reg").Points[d].Value*math.Pow(1.006, float64(d-110)))
	}
	for d := 150; d < cityDays; d++ {
		put("fabricated growth", 11, d, "dev_connected", series(11, "dev_connected").Points[149].Value*math.Pow(1.002, float64(d-149)))
	}
	for d := 120; d < cityDays; d++ { // devices that are counted and do nothing
		put("devices without data", 1, d, "dev_connected", series(1, "dev_connected").Points[d].Value*math.Pow(1.012, float64(d-120)))
	}
	list = append(list, plant{"more served than listed", city[2].Platform, "2026-04", cityList, strconv.FormatFloat(math.Round(0.6*city[2].Lists[3].N), 'f', -1, 64), ""})
	for d := 176; d < cityDays; d++ {
		put("more served than there are", 3, d, "ent_served", series(3, "ent_served").Points[d].Value+cityFrame)
	}
	put("one tenant flooding", 0, 171, "reports", 1440*100+float64(r.IntN(100)))
	return list
}

func writeFixture(t *testing.T) {
	t.Helper()
	city := cleanCity(1)
	save(t, "testdata/planted.csv", func(w *csv.Writer) {
		_ = w.Write([]string{"fault", "platform", "period", "code", "value", "received"})
		for _, p := range plants(city) {
			_ = w.Write([]string{p.fault, p.platform, p.period, p.code, p.value, p.received})
		}
	})
	save(t, "testdata/clean.csv", func(w *csv.Writer) {
		head := []string{"platform", "period", "received", "reports"}
		for _, s := range shapes() {
			head = append(head, s.code)
		}
		_ = w.Write(append(head, cityList))
		for _, h := range city {
			for d := range cityDays {
				day := cityStart.AddDate(0, 0, d)
				writeRow(w, h, day, day.Format(time.DateOnly), Day, strconv.FormatFloat(h.Reports[d].N, 'f', -1, 64), "")
			}
			for m := range 6 {
				at := cityStart.AddDate(0, m, 0)
				writeRow(w, h, at, at.Format("2006-01"), Month, "", strconv.FormatFloat(h.Lists[m].N, 'f', -1, 64))
			}
		}
	})
}

func writeRow(w *csv.Writer, h History, at time.Time, period string, g Grain, reports, listed string) {
	row := []string{h.Platform, period, "", reports}
	for _, s := range h.Series {
		cell := ""
		for _, p := range s.Points {
			if s.Grain == g && p.At.Equal(at) {
				cell, row[2] = strconv.FormatFloat(p.Value, 'f', -1, 64), p.First.Format(time.RFC3339)
			}
		}
		row = append(row, cell)
	}
	_ = w.Write(append(row, listed))
}

func save(t *testing.T, name string, write func(w *csv.Writer)) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(f)
	write(w)
	w.Flush()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// readCity reads the fixture, with one of its faults or none.
func readCity(t *testing.T, fault string) []History {
	t.Helper()
	planted := map[[3]string]plant{}
	for _, row := range table(t, "testdata/planted.csv") {
		if row[0] == fault {
			planted[[3]string{row[1], row[2], row[3]}] = plant{row[0], row[1], row[2], row[3], row[4], row[5]}
		}
	}
	var city []History
	for _, row := range table(t, "testdata/clean.csv") {
		if len(city) == 0 || city[len(city)-1].Platform != row[0] {
			h := History{Platform: row[0], Frame: &Listing{cityStart, cityStart.AddDate(0, 1, 0), cityFrame}}
			for _, s := range shapes() {
				h.Series = append(h.Series, Series{Code: s.code, Nature: s.nature, Grain: s.grain})
			}
			city = append(city, h)
		}
		h := &city[len(city)-1]
		layout := time.DateOnly
		if len(row[1]) == len("2006-01") {
			layout = "2006-01"
		}
		at, err := time.ParseInLocation(layout, row[1], zone)
		if err != nil {
			t.Fatal(err)
		}
		cell := func(code, value, received string) (float64, time.Time, bool) {
			if p, ok := planted[[3]string{row[0], row[1], code}]; ok {
				if value = p.value; p.received != "" {
					received = p.received
				}
			}
			if value == "" || value == "-" {
				return 0, time.Time{}, false
			}
			v, err := strconv.ParseFloat(value, 64)
			if err != nil {
				t.Fatal(err)
			}
			first, err := time.Parse(time.RFC3339, received)
			if err != nil {
				t.Fatal(err)
			}
			return v, first, true
		}
		if n, _, ok := cell("reports", row[3], row[2]); ok {
			h.Reports = append(h.Reports, Count{at, n})
		}
		if n, came, ok := cell(cityList, row[len(row)-1], row[2]); ok {
			h.Lists = append(h.Lists, Listing{at, came, n})
		}
		for i := range h.Series {
			if v, first, ok := cell(h.Series[i].Code, row[4+i], row[2]); ok {
				// Every time comes with a zone of its own, as from a database.
				own := at.In(time.FixedZone("Asia/Shanghai", 8*3600))
				h.Series[i].Points = append(h.Series[i].Points, Point{At: own, Value: v, First: first})
			}
		}
	}
	return city
}

func table(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}
