package detection

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"linghang/lib/sigma"
	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/zone"
)

// surelyDirected is the confidence, in percent, from which on who asked whom is more than a
// guess (see icsdissect.Source): below it nothing is told of a record.
const surelyDirected = 50

// Event is a record as rules see it: the log source is `product: ot, category: ot_command`.
// Client and server are as is known now, which may be other than the probe first said.
type Event struct {
	ID         string // of the record
	At         time.Time
	Client     string
	Server     string
	Port       int
	FromClient bool
	Record     batch.Record

	unreadable bool         // its record is spoilt in the database
	peers      peers        // what is known of the two
	passage    zone.Passage // between which zones, where conduits are enforced
	log        *logged      // in place of a record: a transaction that another sensor wrote
}

// source is the log source of records of units; of other conversations it is ot_connection.
func source() sigma.LogSource { return sigma.LogSource{Product: "ot", Category: "ot_command"} }

// sure tells whether who asked whom is known, and not guessed.
func (e Event) sure() bool { return e.Record.Confidence == 0 || e.Record.Confidence >= surelyDirected }

// events are what rules look at: one of a record, one for each log source of a transaction.
func (e Event) events(t *taxonomy) []sigma.Event {
	if e.log == nil {
		return []sigma.Event{e.sigma()}
	}
	fields := e.logFields()
	var out []sigma.Event
	for _, s := range t.sources(e.log) {
		out = append(out, sigma.Event{ID: e.ID, Time: e.At, Source: s, Fields: fields})
	}
	return out
}

// sigma gives the fields of an event. Objects give space, area, address, element, count, name
// and value (hexadecimal) as often as there are objects.
func (e Event) sigma() sigma.Event {
	r := e.Record
	from := source()
	if e.connects() { // rules about commands are not about these
		from.Category = "ot_connection"
	}
	out := sigma.Event{ID: e.ID, Time: e.At, Source: from, Fields: []sigma.Field{
		{Name: "protocol", Value: r.Protocol},
		{Name: "function", Value: r.Function},
		{Name: "class", Value: r.Class},
		{Name: "unit", Value: strconv.FormatUint(uint64(r.Unit), 10)},
		{Name: "client", Value: e.Client},
		{Name: "server", Value: e.Server},
		{Name: "port", Value: strconv.Itoa(e.Port)},
		{Name: "transport", Value: r.Transport},
		{Name: "from_client", Value: strconv.FormatBool(e.FromClient)},
		{Name: "client_public", Value: strconv.FormatBool(public(e.Client))},
		{Name: "server_public", Value: strconv.FormatBool(public(e.Server))},
	}}
	for _, f := range []sigma.Field{{Name: "exception", Value: r.Exception}, {Name: "malformed", Value: r.Malformed}, {Name: "text", Value: r.Text}} {
		if f.Value != "" {
			out.Fields = append(out.Fields, f)
		}
	}
	out.Fields = append(out.Fields, e.peers.fields(e)...)
	out.Fields = append(out.Fields, passageFields(e.passage)...)
	for _, why := range r.Why {
		out.Fields = append(out.Fields, sigma.Field{Name: "why", Value: why})
	}
	for _, o := range r.Objects {
		out.Fields = append(out.Fields, objectFields(o)...)
	}
	return out
}

// passageFields are those of an event between two zones whose enterprise enforces its conduits:
// conduit is open, reading (a command, where only reading passes) or none.
func passageFields(p zone.Passage) []sigma.Field {
	conduit := map[zone.Standing]string{zone.Covered: "open", zone.Reading: "reading", zone.Undeclared: "none"}[p.Standing]
	if conduit == "" {
		return nil
	}
	return []sigma.Field{{Name: "client_zone", Value: p.ClientZone}, {Name: "server_zone", Value: p.ServerZone}, {Name: "conduit", Value: conduit}}
}

// pass tells events between which zones they are.
func pass(plan zone.Plan, events []Event) {
	for i := range events {
		if e := &events[i]; e.log == nil && !e.unreadable {
			e.passage = plan.Judge(e.Client, e.Server, e.Record.Protocol, e.Record.Class)
		}
	}
}

func objectFields(o batch.Object) []sigma.Field {
	list := []sigma.Field{
		{Name: "space", Value: o.Space},
		{Name: "area", Value: strconv.FormatUint(uint64(o.Area), 10)},
		{Name: "address", Value: strconv.FormatUint(o.Address, 10)},
		{Name: "element", Value: strconv.FormatUint(uint64(o.Element), 10)},
		{Name: "count", Value: strconv.FormatUint(uint64(o.Count), 10)},
	}
	if o.Name != "" {
		list = append(list, sigma.Field{Name: "name", Value: o.Name})
	}
	if o.Value != "" {
		list = append(list, sigma.Field{Name: "value", Value: o.Value})
	}
	return list
}

// public tells whether an address is of the internet: no private, local or shared one.
func public(host string) bool {
	a, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	shared := netip.MustParsePrefix("100.64.0.0/10")
	return a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a)
}

// words are what the sentence of a rule may name of an event.
func (e Event) words() map[string]string {
	if e.log != nil {
		return e.logWords()
	}
	r := e.Record
	var objects []string
	for i, o := range r.Objects {
		if i == 3 {
			objects = append(objects, "…")
			break
		}
		objects = append(objects, objectText(o))
	}
	return map[string]string{
		"client": e.Client, "server": e.Server, "port": strconv.Itoa(e.Port), "protocol": r.Protocol, "function": r.Function, "class": r.Class,
		"unit": strconv.FormatUint(uint64(r.Unit), 10), "exception": r.Exception, "malformed": r.Malformed, "text": r.Text, "objects": strings.Join(objects, ", "), "other": e.peers.commander,
		"client_zone": e.passage.ClientZone, "server_zone": e.passage.ServerZone,
	}
}

func objectText(o batch.Object) string {
	text := o.Space
	if o.Name != "" {
		text += " " + o.Name
	} else {
		text += " " + strconv.FormatUint(o.Address, 10)
	}
	if o.Value != "" {
		text += "=" + o.Value
	}
	return strings.TrimSpace(text)
}
