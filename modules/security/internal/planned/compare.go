package planned

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"linghang/modules/security/internal/asset"
)

// sides are the three lists of an enterprise.
type sides struct {
	plans    int // that count
	planned  []lineOfPlan
	declared []asset.DeclaredAsset
	seen     []Observed
	sensors  int // that saw anything
	today    string
	vendor   func(string) string
}

// compare makes lines of the three lists: every entry stands in exactly one.
func (s sides) compare() []ComparedLine {
	boxes := hosts(s.seen)
	things, entries := s.things(boxes)
	sets := match(things)
	out := make([]ComparedLine, len(sets))
	for i, x := range sets {
		out[i] = s.line(x, entries, boxes)
	}
	for i, x := range sets {
		if x.doubt == nil || out[i].State == Gone || out[i].State == ShouldBeGone {
			continue
		}
		out[i].State, out[i].DoubtBy, out[i].DoubtValue = Ambiguous, kinds()[x.doubt.kind], x.doubt.value
		for _, r := range x.doubt.rivals {
			out[i].Rivals = append(out[i].Rivals, out[r].Name)
		}
		slices.Sort(out[i].Rivals)
		out[i].Rivals = out[i].Rivals[:min(len(out[i].Rivals), mostRivals)]
	}
	return out
}

// mostRivals bounds how many names an ambiguous line tells.
const mostRivals = 5

// plannedTraces are what planned things are known by. What has gone, or comes later, leaves
// its addresses to what is there.
func (s sides) plannedTraces() [][]trace {
	taken := map[trace]phase{}
	out := make([][]trace, len(s.planned))
	for _, ph := range []phase{due, gone, later} {
		for i, x := range s.planned {
			if x.phase(s.today) != ph {
				continue
			}
			for _, t := range tracesOf(x.facts(), s.vendor) {
				by, is := taken[t]
				if is && by != ph && t.kind != bySerial {
					continue
				}
				if !is {
					taken[t] = ph
				}
				out[i] = append(out[i], t)
			}
		}
	}
	return out
}

// things are all entries with what they are known by.
func (s sides) things(boxes [][]int) (things []thing, entries []int) {
	traces := s.plannedTraces()
	for i := range s.planned {
		things, entries = append(things, thing{inPlan, traces[i]}), append(entries, i)
	}
	for i, x := range s.declared {
		things, entries = append(things, thing{inInventory, tracesOf(x.Facts, s.vendor)}), append(entries, i)
	}
	for i, box := range boxes {
		var traces []trace
		for _, n := range box {
			for _, t := range tracesOf(s.seen[n].facts(), s.vendor) {
				if !slices.Contains(traces, t) {
					traces = append(traces, t)
				}
			}
		}
		things, entries = append(things, thing{onWire, traces}), append(entries, i)
	}
	return things, entries
}

// called is what a device is called by people who look at it.
func (o Observed) called() string {
	for _, list := range [][]string{{o.Station}, o.Addrs, o.MACs, {o.Key}} {
		if len(list) > 0 && list[0] != "" {
			return list[0]
		}
	}
	return "?"
}

// stand is what stands in one line.
type stand struct {
	planned  *lineOfPlan
	declared *asset.DeclaredAsset
	seen     []Observed
}

func (s sides) line(x set, entries []int, boxes [][]int) ComparedLine {
	var st stand
	for _, i := range x.members[inPlan] {
		st.planned = &s.planned[entries[i]]
	}
	for _, i := range x.members[inInventory] {
		st.declared = &s.declared[entries[i]]
	}
	for _, i := range x.members[onWire] {
		for _, n := range boxes[entries[i]] {
			st.seen = append(st.seen, s.seen[n])
		}
	}
	slices.SortFunc(st.seen, func(a, b Observed) int { return cmp.Or(b.LastAt.Compare(a.LastAt), cmp.Compare(a.Key, b.Key)) })
	out := st.line()
	out.Differences, out.Rivals = st.differences(s.vendor), []string{}
	out.State = s.state(st, len(out.Differences) > 0)
	return out
}

// line is what is told of a thing: what is declared, else planned, else seen.
func (st stand) line() (out ComparedLine) {
	var f asset.Facts
	for _, o := range slices.Backward(st.seen) {
		f = join(o.facts(), f)
		out.Name = o.called()
	}
	out.Devices = len(st.seen)
	if len(st.seen) > 0 {
		last := st.seen[0].LastAt
		out.ID = "s." + digest(slices.MinFunc(st.seen, func(a, b Observed) int { return cmp.Compare(a.Key, b.Key) }).Key)
		out.LastAt, out.when = &last, last
		if i := slices.IndexFunc(st.seen, func(o Observed) bool { return o.SensorID != "" && len(o.Addrs) > 0 }); i >= 0 {
			out.SensorID, out.Host = st.seen[i].SensorID, st.seen[i].Addrs[0]
		}
	}
	if d := st.declared; d != nil {
		f, out.Name, out.ID, out.AssetID, out.Asset = join(d.Facts, f), d.Name, "d."+d.ID, d.ID, d.Name
	}
	if p := st.planned; p != nil {
		if st.declared == nil {
			f, out.Name = join(p.facts(), f), p.Name
		}
		out.ID = "p." + p.planID + "." + strconv.FormatInt(p.Line, 10)
		out.PlanID, out.Plan, out.Revision, out.PlanLine, out.Commissioned, out.Decommissioned = p.planID, p.plan, p.revision, p.Line, p.Commissioned, p.Decommissioned
	}
	f.Name = out.Name
	out.facts = f
	out.Role, out.Vendor, out.Zone = f.Role, f.Vendor, f.Zone
	out.Model = cmp.Or(strings.TrimSpace(f.Product+" "+f.Model), f.OrderNumber)
	var addresses []string
	for _, a := range f.Addresses {
		addresses = append(addresses, a.String())
	}
	out.Addresses = strings.Join(addresses, "; ")
	return out
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:10])
}

// state tells how a line stands.
func (s sides) state(st stand, differs bool) State {
	ph := due
	if st.planned != nil {
		ph = st.planned.phase(s.today)
	}
	switch {
	case ph == gone:
		return st.goneState()
	case st.declared == nil:
		return s.undeclared(st, ph)
	case st.planned == nil && s.plans > 0:
		return NotPlanned
	}
	if len(st.seen) == 0 {
		switch {
		case ph == later:
			return Later
		case s.sensors > 0 && s.traceless(st):
			return Untold
		case s.sensors > 0:
			return NotSeen
		}
	}
	if differs {
		return Differs
	}
	return Agrees
}

// goneState is how a thing stands that the plan took away.
func (st stand) goneState() State {
	since := func(o Observed) bool { return dayOf(o.LastAt) >= st.planned.Decommissioned }
	if st.declared != nil || slices.ContainsFunc(st.seen, since) {
		return ShouldBeGone
	}
	return Gone
}

// undeclared is how a thing stands that is planned, seen or both.
func (s sides) undeclared(st stand, ph phase) State {
	switch {
	case st.planned == nil:
		return Unknown
	case len(st.seen) > 0:
		return NotDeclared
	case ph == later:
		return Later
	case s.sensors > 0 && len(tracesOf(st.planned.facts(), s.vendor)) > 0:
		return Missing
	}
	return NotDeclared
}

// traceless tells that sensors could not know a thing.
func (s sides) traceless(st stand) bool {
	return len(tracesOf(st.declared.Facts, s.vendor)) == 0 && (st.planned == nil || len(tracesOf(st.planned.facts(), s.vendor)) == 0)
}
