package planned

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/modules/security/internal/asset"
)

const today = "2026-03-10"

func vendorOf(s string) string {
	if s == "西门子" {
		return "Siemens"
	}
	return s
}

// plannedAs is a line of a plan with an address.
func plannedAs(name string, a asset.Address, change ...func(x *Thing)) lineOfPlan {
	x := lineOfPlan{planID: "p", plan: "二号线", revision: 1, Thing: Thing{Name: name, Address: a}}
	for _, c := range change {
		c(&x.Thing)
	}
	return x
}

func declaredAs(name string, f asset.Facts, a ...asset.Address) asset.DeclaredAsset {
	f.Name, f.Addresses = name, a
	return asset.DeclaredAsset{ID: name, Facts: f}
}

func ip(addr, segment string) asset.Address { return asset.Address{IP: addr, Segment: segment} }

func seenAt(addr string, mac ...string) Observed {
	return Observed{Key: "k " + addr + strings.Join(mac, " "), Addrs: []string{addr}, MACs: mac, LastAt: time.Date(2026, 3, 9, 1, 0, 0, 0, time.UTC)}
}

func number(list []lineOfPlan) []lineOfPlan {
	for i := range list {
		list[i].Line = int64(i + 2)
	}
	return list
}

// told is what a comparison says, a line each.
func told(s sides) []string {
	var out []string
	for _, x := range s.compare() {
		text := fmt.Sprintf("%s %s", x.Name, x.State)
		for _, d := range x.Differences {
			text += " " + d.Field
		}
		if len(x.Rivals) > 0 {
			text += fmt.Sprintf(" by %s %s: %s", x.DoubtBy, x.DoubtValue, strings.Join(x.Rivals, ","))
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

func TestWhatIsPlannedDeclaredAndSeenIsCompared(t *testing.T) {
	from := func(day string) func(*Thing) { return func(x *Thing) { x.Commissioned = day } }
	until := func(day string) func(*Thing) { return func(x *Thing) { x.Decommissioned = day } }
	for name, test := range map[string]struct {
		planned  []lineOfPlan
		declared []asset.DeclaredAsset
		seen     []Observed
		plans    int
		blind    bool // no sensor saw anything
		want     []string
	}{
		"all three agree": {
			[]lineOfPlan{plannedAs("plc", ip("10.0.0.1", "a"))},
			[]asset.DeclaredAsset{declaredAs("plc", asset.Facts{}, ip("10.0.0.1", "A"))},
			[]Observed{seenAt("10.0.0.1")},
			1, false,
			[]string{"plc agrees"},
		},
		"fields differ, and spellings do not": {
			[]lineOfPlan{plannedAs("plc", asset.Address{Station: "plc-1"}, func(x *Thing) { x.Firmware, x.Vendor, x.OrderNumber = "V2.9", "西门子", "6ES7 515-2AM02" })},
			[]asset.DeclaredAsset{declaredAs("plc", asset.Facts{Firmware: "2.9", Vendor: "Siemens", OrderNumber: "6ES7515-2AM02", Zone: "z"}, asset.Address{Station: "plc-1"})},
			[]Observed{{Key: "k", Station: "PLC-1", Vendor: "Siemens AG", Firmware: "V2.8"}},
			1, false,
			[]string{"plc differs firmware"},
		},
		"one list each": {
			[]lineOfPlan{plannedAs("p", ip("10.0.0.1", "a")), plannedAs("bare", asset.Address{})},
			[]asset.DeclaredAsset{declaredAs("d", asset.Facts{}, ip("10.0.0.2", "a")), declaredAs("silent", asset.Facts{})},
			[]Observed{seenAt("10.0.0.3")},
			1, false,
			[]string{"10.0.0.3 unknown", "bare not_declared", "d not_planned", "p missing", "silent not_planned"},
		},
		"without a plan nobody is told of plans": {
			nil,
			[]asset.DeclaredAsset{declaredAs("d", asset.Facts{}, ip("10.0.0.2", "a")), declaredAs("seen", asset.Facts{}, ip("10.0.0.4", "")), declaredAs("silent", asset.Facts{})},
			[]Observed{seenAt("10.0.0.4")},
			0, false,
			[]string{"d not_seen", "seen agrees", "silent untold"},
		},
		"without sensors nobody is told what was not seen": {
			[]lineOfPlan{plannedAs("p", ip("10.0.0.1", "a")), plannedAs("both", ip("10.0.0.2", "a"))},
			[]asset.DeclaredAsset{declaredAs("both", asset.Facts{}, ip("10.0.0.2", "a"))},
			nil, 1, true,
			[]string{"both agrees", "p not_declared"},
		},
		"what comes later is no deviation until it is there": {
			[]lineOfPlan{plannedAs("later", ip("10.0.0.1", "a"), from("2026-03-11")), plannedAs("early", ip("10.0.0.2", "a"), from("2026-03-11")), plannedAs("due", ip("10.0.0.3", "a"), from(today))},
			nil,
			[]Observed{seenAt("10.0.0.2")},
			1, false,
			[]string{"due missing", "early not_declared", "later later"},
		},
		"what was taken away": {
			[]lineOfPlan{plannedAs("gone", ip("10.0.0.1", "a"), until(today)), plannedAs("back", ip("10.0.0.2", "a"), until("2026-03-09")), plannedAs("before", ip("10.0.0.3", "a"), until(today)), plannedAs("declared", ip("10.0.0.4", "a"), until(today))},
			[]asset.DeclaredAsset{declaredAs("declared", asset.Facts{}, ip("10.0.0.4", "a"))},
			[]Observed{seenAt("10.0.0.2"), seenAt("10.0.0.3")},
			1, false,
			[]string{"back should_be_gone", "before gone", "declared should_be_gone", "gone gone"},
		},
		"a successor has the address of what it replaces": {
			[]lineOfPlan{plannedAs("old", ip("10.0.0.1", "a"), until("2026-03-01")), plannedAs("new", ip("10.0.0.1", "a"), from("2026-03-01")), plannedAs("next", ip("10.0.0.1", "a"), from("2026-05-01"))},
			nil,
			[]Observed{seenAt("10.0.0.1")},
			1, false,
			[]string{"new not_declared", "next later", "old gone"},
		},
		"an address is one within its segment": {
			[]lineOfPlan{plannedAs("a", ip("10.0.0.1", "a")), plannedAs("b", ip("10.0.0.1", "b"))},
			[]asset.DeclaredAsset{declaredAs("a", asset.Facts{}, ip("10.0.0.1", "a")), declaredAs("b", asset.Facts{}, ip("10.0.0.1", "b"))},
			[]Observed{seenAt("10.0.0.1")},
			1, false,
			[]string{"10.0.0.1 ambiguous by ip 10.0.0.1: a,b", "a ambiguous by ip 10.0.0.1: 10.0.0.1", "b ambiguous by ip 10.0.0.1: 10.0.0.1"},
		},
		"an address without its segment leads to no declared asset": {
			[]lineOfPlan{plannedAs("p", ip("10.0.0.1", ""))},
			[]asset.DeclaredAsset{declaredAs("d", asset.Facts{}, ip("10.0.0.1", "a"))},
			nil, 1, false,
			[]string{"d ambiguous by ip 10.0.0.1: p", "p ambiguous by ip 10.0.0.1: d"},
		},
		"a surer key decides, and the address differs": {
			[]lineOfPlan{plannedAs("p", asset.Address{MAC: "02:00:00:00:00:01", IP: "10.0.0.1", Segment: "a"})},
			[]asset.DeclaredAsset{declaredAs("d", asset.Facts{}, asset.Address{MAC: "02:00:00:00:00:01", IP: "10.0.0.9", Segment: "a"})},
			[]Observed{seenAt("10.0.0.1", "02:00:00:00:00:01")},
			1, false,
			[]string{"d differs ip"},
		},
		"two of one list with one key are in doubt": {
			nil,
			[]asset.DeclaredAsset{declaredAs("x", asset.Facts{}, asset.Address{MAC: "02:00:00:00:00:01"}), declaredAs("y", asset.Facts{}, asset.Address{MAC: "02:00:00:00:00:01"})},
			[]Observed{seenAt("10.0.0.1", "02:00:00:00:00:01")},
			0, false,
			[]string{"10.0.0.1 ambiguous by mac 02:00:00:00:00:01: x,y", "x ambiguous by mac 02:00:00:00:00:01: 10.0.0.1", "y ambiguous by mac 02:00:00:00:00:01: 10.0.0.1"},
		},
		"a placeholder that many have tells nothing": {
			nil,
			[]asset.DeclaredAsset{
				declaredAs("1", asset.Facts{Vendor: "v", Serial: "0"}), declaredAs("2", asset.Facts{Vendor: "v", Serial: "0"}), declaredAs("3", asset.Facts{Vendor: "v", Serial: "0"}), declaredAs("4", asset.Facts{Vendor: "v", Serial: "0"}), declaredAs("5", asset.Facts{Vendor: "v", Serial: "0"}),
			},
			[]Observed{{Key: "k", Vendor: "v", Serial: "0"}},
			0, false,
			[]string{"1 not_seen", "2 not_seen", "3 not_seen", "4 not_seen", "5 not_seen", "k unknown"},
		},
		"an asset has several interfaces": {
			nil,
			[]asset.DeclaredAsset{declaredAs("d", asset.Facts{}, asset.Address{MAC: "02:00:00:00:00:01"}, asset.Address{MAC: "02:00:00:00:00:02"})},
			[]Observed{seenAt("10.0.0.1", "02:00:00:00:00:01"), seenAt("10.0.0.2", "02:00:00:00:00:02")},
			0, false,
			[]string{"d agrees"},
		},
		"units behind a gateway are one host": {
			nil,
			[]asset.DeclaredAsset{declaredAs("d", asset.Facts{}, ip("10.0.0.1", "a"))},
			[]Observed{seenAt("10.0.0.1", "02:00:00:00:00:01"), {Key: "unit 5", Addrs: []string{"10.0.0.1"}, MACs: []string{"02:00:00:00:00:01"}}, {Key: "behind a router", Addrs: []string{"10.0.0.1"}}},
			0, false,
			[]string{"d agrees"},
		},
		"two hosts with one address are in doubt": {
			nil,
			[]asset.DeclaredAsset{declaredAs("d", asset.Facts{}, asset.Address{MAC: "02:00:00:00:00:01", IP: "10.0.0.1"})},
			[]Observed{seenAt("10.0.0.1", "02:00:00:00:00:01"), seenAt("10.0.0.1", "02:00:00:00:00:02")},
			0, false,
			[]string{"10.0.0.1 ambiguous by ip 10.0.0.1: d", "d agrees"},
		},
	} {
		sensors := 1
		if test.blind {
			sensors = 0
		}
		s := sides{plans: test.plans, planned: number(test.planned), declared: test.declared, seen: test.seen, sensors: sensors, today: today, vendor: vendorOf}
		if got := told(s); !slices.Equal(got, test.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, test.want)
		}
	}
}

// few makes entries that share many keys, so that they meet, contradict and stay in doubt.
func few(r *rand.Rand) sides {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	address := func() asset.Address {
		return asset.Address{MAC: pick("", "", "02:00:00:00:00:01", "02:00:00:00:00:02"), IP: pick("", "10.0.0.1", "10.0.0.2", "10.0.0.3"), Segment: pick("", "a", "b"), Station: pick("", "", "s1", "s2"), BACnet: pick("", "", "", "7")}
	}
	s := sides{plans: 1, sensors: 1, today: today, vendor: vendorOf}
	for i := range r.IntN(7) {
		x := plannedAs(fmt.Sprint("p", i), address())
		x.Line, x.Vendor, x.Serial = int64(i), "v", pick("", "", "1", "2")
		x.Commissioned, x.Decommissioned = pick("", "", "2026-03-20"), pick("", "", "2026-03-01")
		s.planned = append(s.planned, x)
	}
	for i := range r.IntN(7) {
		s.declared = append(s.declared, declaredAs(fmt.Sprint("d", i), asset.Facts{Vendor: "v", Serial: pick("", "", "1", "2"), Firmware: pick("", "1", "2")}, address(), address()))
	}
	for i := range r.IntN(7) {
		a := address()
		o := Observed{Key: fmt.Sprint("k", i), Vendor: "v", Serial: pick("", "", "1", "2"), Station: a.Station, BACnet: a.BACnet, LastAt: time.Date(2026, 3, 1+r.IntN(9), 0, 0, 0, 0, time.UTC)}
		if a.MAC != "" {
			o.MACs = []string{a.MAC}
		}
		if a.IP != "" {
			o.Addrs = []string{a.IP}
		}
		s.seen = append(s.seen, o)
	}
	return s
}

func byID(list []ComparedLine) []ComparedLine {
	slices.SortFunc(list, func(a, b ComparedLine) int { return strings.Compare(a.ID, b.ID) })
	return list
}

func TestTheOrderOfTheListsChangesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		s := few(r)
		want := byID(s.compare())
		o := s
		o.planned, o.declared, o.seen = slices.Clone(s.planned), slices.Clone(s.declared), slices.Clone(s.seen)
		r.Shuffle(len(o.planned), func(i, j int) { o.planned[i], o.planned[j] = o.planned[j], o.planned[i] })
		r.Shuffle(len(o.declared), func(i, j int) { o.declared[i], o.declared[j] = o.declared[j], o.declared[i] })
		r.Shuffle(len(o.seen), func(i, j int) { o.seen[i], o.seen[j] = o.seen[j], o.seen[i] })
		if got := byID(o.compare()); !reflect.DeepEqual(got, want) {
			t.Fatalf("in another order:\n%+v\n%+v", got, want)
		}
	}
}

func TestEveryEntryStandsInOneLine(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		s := few(r)
		planned, declared, devices, ids := map[string]int{}, map[string]int{}, 0, map[string]int{}
		for _, x := range s.compare() {
			ids[x.ID]++
			devices += x.Devices
			if x.PlanID != "" {
				planned[fmt.Sprint(x.PlanID, x.PlanLine)]++
			}
			if x.AssetID != "" {
				declared[x.AssetID]++
			}
			if x.PlanID == "" && x.AssetID == "" && x.Devices == 0 {
				t.Fatalf("a line of nothing: %+v", x)
			}
		}
		for _, list := range []map[string]int{planned, declared, ids} {
			for key, n := range list {
				if n != 1 {
					t.Fatalf("%s stands in %d lines", key, n)
				}
			}
		}
		if len(planned) != len(s.planned) || len(declared) != len(s.declared) || devices != len(s.seen) {
			t.Fatalf("%d of %d planned, %d of %d declared, %d of %d seen", len(planned), len(s.planned), len(declared), len(s.declared), devices, len(s.seen))
		}
	}
}

func TestPagesHaveEveryLineOnce(t *testing.T) {
	s := sides{sensors: 1, today: today, vendor: vendorOf}
	for i := range 57 {
		s.seen = append(s.seen, seenAt(fmt.Sprintf("10.0.%d.1", i)))
	}
	for _, sort := range []string{"state", "-state", "name", "-name", "zone", "-last_at"} {
		order, down, err := orderOf(sort)
		if err != nil {
			t.Fatal(err)
		}
		got, cursor := map[string]bool{}, ""
		for range 10 {
			after, err := readCursor(cursor)
			if err != nil {
				t.Fatal(err)
			}
			page := pageOf(s.compare(), order, down, after, 10)
			for _, x := range page.Items {
				got[x.ID] = true
			}
			if cursor = page.NextCursor; cursor == "" {
				break
			}
		}
		if len(got) != 57 || cursor != "" {
			t.Errorf("by %s: %d lines, then %q", sort, len(got), cursor)
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	s := sides{plans: 1, sensors: 1, today: today, vendor: asset.Vendors().Lookup()}
	for i := range mostRows {
		addr := fmt.Sprintf("10.%d.%d.1", i/200, i%200)
		mac := fmt.Sprintf("02:00:00:00:%02x:%02x", i/256, i%256)
		x := plannedAs(fmt.Sprint("p", i), ip(addr, "a"))
		x.Line = int64(i)
		s.planned = append(s.planned, x)
		s.declared = append(s.declared, declaredAs(fmt.Sprint("d", i), asset.Facts{Vendor: "Siemens", Serial: fmt.Sprint(i)}, asset.Address{MAC: mac, IP: addr, Segment: "a"}))
		s.seen = append(s.seen, seenAt(addr, mac))
	}
	for b.Loop() {
		if n := len(s.compare()); n != mostRows {
			b.Fatal(n)
		}
	}
}
