package baseline

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// named are the assets of an enterprise, for itself: what it declares is shown to nobody here.
func (m *Baselines) named(ctx context.Context, b Baseline) (map[string]Place, error) {
	if !b.Own {
		return nil, nil
	}
	return m.places(ctx, b.OrganisationID)
}

func (m *Baselines) lines(ctx context.Context, in lineParams) (sqldb.Page[LearnedLine], error) {
	b, err := m.store.seen(ctx, in.ID)
	if err != nil {
		return sqldb.Page[LearnedLine]{}, err
	}
	page, err := m.store.lines(ctx, b, in)
	if err != nil {
		return page, err
	}
	places, err := m.named(ctx, b)
	if err != nil {
		return page, err
	}
	for i := range page.Items {
		l := &page.Items[i]
		l.ClientPlace, l.ServerPlace = places[l.Client], places[l.Server]
	}
	return page, m.looked(ctx, b)
}

// Network is what was learned, summed up by who speaks with whom.
type Network struct {
	Nodes  []Node `json:"nodes" nullable:"false" doc:"In the order of their addresses"`
	Links  []Link `json:"links" nullable:"false" doc:"The busiest first, 2000 at most"`
	Hidden int    `json:"hidden" doc:"Links that are not shown"`
}

// Node is somebody who speaks.
type Node struct {
	Addr  string `json:"addr"`
	Part  string `json:"part" enum:"asks,answers,both"`
	Place Place  `json:"place"`
}

// Link is what two say to each other, and how many of its lines stand how.
type Link struct {
	Client    string   `json:"client"`
	Server    string   `json:"server"`
	Protocols []string `json:"protocols" nullable:"false"`
	Classes   []string `json:"classes" nullable:"false"`
	Units     int64    `json:"units"`
	Verdict   Verdict  `json:"verdict" enum:"open,accepted,rejected,grouped" doc:"open when any line is, rejected when any is and none is open"`
}

const mostLinks = 2_000

func (m *Baselines) network(ctx context.Context, in httpd.Object) (n Network, err error) {
	b, err := m.store.seen(ctx, in.ID)
	if err != nil {
		return n, err
	}
	list, err := m.store.spoken(ctx, b)
	if err != nil {
		return n, err
	}
	places, err := m.named(ctx, b)
	if err != nil {
		return n, err
	}
	return network(list, places), m.looked(ctx, b)
}

// network sums what was spoken up.
func network(list []spoken, places map[string]Place) Network {
	links := map[[2]string]*Link{}
	weight := map[Verdict]int{Open: 3, Rejected: 2, Accepted: 1, Grouped: 1}
	for _, x := range list {
		k := [2]string{x.client, x.server}
		l := links[k]
		if l == nil {
			l = &Link{Client: x.client, Server: x.server, Verdict: Accepted}
			links[k] = l
		}
		l.Units += x.units
		l.Protocols, l.Classes = with(l.Protocols, x.protocol), with(l.Classes, x.class)
		if weight[x.verdict] > weight[l.Verdict] {
			l.Verdict = x.verdict
		}
	}
	sorted := slices.SortedFunc(maps.Values(links), func(a, b *Link) int {
		return cmp.Or(cmp.Compare(b.Units, a.Units), cmp.Compare(a.Client, b.Client), cmp.Compare(a.Server, b.Server))
	})
	n := Network{Nodes: []Node{}, Links: []Link{}, Hidden: max(len(sorted)-mostLinks, 0)}
	parts := map[string]string{}
	for _, l := range sorted[:min(len(sorted), mostLinks)] {
		n.Links = append(n.Links, *l)
		for addr, part := range map[string]string{l.Client: "asks", l.Server: "answers"} {
			if was := parts[addr]; was != "" && was != part {
				part = "both"
			}
			parts[addr] = part
		}
	}
	for _, addr := range slices.Sorted(maps.Keys(parts)) {
		n.Nodes = append(n.Nodes, Node{addr, parts[addr], places[addr]})
	}
	return n
}

// with is a sorted set with one more.
func with(set []string, one string) []string {
	at, there := slices.BinarySearch(set, one)
	if there {
		return set
	}
	return slices.Insert(set, at, one)
}

// LinesJudged is how many lines a judgement changed.
type LinesJudged struct {
	Changed int    `json:"changed"`
	Counts  Counts `json:"counts" doc:"How the lines stand now"`
}

type judgeLinesInput struct {
	httpd.Object
	Body Judgement
}

func (m *Baselines) judge(ctx context.Context, in judgeLinesInput) (LinesJudged, error) {
	if _, err := m.mine(ctx, in.ID); err != nil {
		return LinesJudged{}, err
	}
	j := in.Body
	switch {
	case (len(j.Lines) == 0) == (j.Where == nil):
		return LinesJudged{}, fault.New(fault.Invalid, "security.baseline.which", "say which lines").At("body.lines", "IDs of lines, or body.where and no IDs")
	case j.Where != nil && *j.Where == Such{}:
		return LinesJudged{}, fault.New(fault.Invalid, "security.baseline.which", "all lines at once are no review").At("body.where", "a client, a server, a protocol or a class")
	}
	j.Note = strings.TrimSpace(j.Note)
	n, err := m.store.judge(ctx, in.ID, j, m.now())
	if err != nil {
		return LinesJudged{}, err
	}
	return m.judged(ctx, in.ID, n)
}

func (m *Baselines) judged(ctx context.Context, id string, n int) (LinesJudged, error) {
	b, err := m.store.one(ctx, id)
	if err != nil {
		return LinesJudged{}, err
	}
	m.kit.Notify(topic, id, b.OrganisationID)
	c, err := m.store.counts(ctx, b)
	return LinesJudged{n, c}, err
}

type groupLinesInput struct {
	httpd.Object
	Body Grouping
}

func (m *Baselines) group(ctx context.Context, in groupLinesInput) (LinesJudged, error) {
	if _, err := m.mine(ctx, in.ID); err != nil {
		return LinesJudged{}, err
	}
	g := in.Body
	g.Note = strings.TrimSpace(g.Note)
	if slices.ContainsFunc(g.Any, func(s string) bool { return !slices.Contains([]string{"port", "unit", "function"}, s) }) {
		return LinesJudged{}, fault.New(fault.Invalid, "security.baseline.any", "this cannot be any").At("body.any", "port, unit or function")
	}
	n, err := m.store.group(ctx, in.ID, g, m.now())
	if err != nil {
		return LinesJudged{}, err
	}
	return m.judged(ctx, in.ID, n)
}

func (m *Baselines) entries(ctx context.Context, in entryParams) (sqldb.Page[AllowedWay], error) {
	b, err := m.store.seen(ctx, in.ID)
	if err != nil {
		return sqldb.Page[AllowedWay]{}, err
	}
	if in.Edition > b.Edition {
		return sqldb.Page[AllowedWay]{}, fault.New(fault.NotFound, "security.baseline.edition", "there is no edition %d", in.Edition)
	}
	if err := m.looked(ctx, b); err != nil {
		return sqldb.Page[AllowedWay]{}, err
	}
	return m.store.entries(ctx, b, in)
}

func (m *Baselines) deviations(ctx context.Context, in deviationParams) (sqldb.Page[Deviation], error) {
	b, err := m.store.seen(ctx, in.ID)
	if err != nil {
		return sqldb.Page[Deviation]{}, err
	}
	fingerprint := ""
	if in.Alert != "" {
		a, err := m.alerts.Alert(ctx, in.Alert)
		if err != nil {
			return sqldb.Page[Deviation]{}, err
		}
		fingerprint = a.FingerprintOf()
	}
	page, err := m.store.deviations(ctx, b, in, fingerprint)
	if err != nil {
		return page, err
	}
	places, err := m.named(ctx, b)
	if err != nil {
		return page, err
	}
	for i := range page.Items {
		d := &page.Items[i]
		d.ClientPlace, d.ServerPlace = places[d.Client], places[d.Server]
	}
	return page, m.looked(ctx, b)
}

type acceptDeviationsInput struct {
	httpd.Object
	Body struct {
		Deviations []string `json:"deviations" minItems:"1" maxItems:"500" doc:"IDs of deviations that nobody agreed to yet"`
		Reason     string   `json:"reason" maxLength:"1000" doc:"Why they are wanted; it stays with the edition"`
	}
}

func (m *Baselines) accept(ctx context.Context, in acceptDeviationsInput) (Detail, error) {
	if _, err := m.mine(ctx, in.ID); err != nil {
		return Detail{}, err
	}
	if err := m.agree(ctx, in.ID, in.Body.Deviations, strings.TrimSpace(in.Body.Reason)); err != nil {
		return Detail{}, err
	}
	return m.changed(ctx, in.Object)
}

// agree makes the next edition, which allows what deviated.
func (m *Baselines) agree(ctx context.Context, id string, deviations []string, reason string) error {
	if reason == "" {
		return noReason()
	}
	now := m.now()
	was, err := m.store.one(ctx, id)
	if err != nil {
		return err
	}
	err = m.store.change(ctx, id, was.Version, reason, now, func(tx *sqldb.Tx, b Baseline) (Baseline, error) {
		if b.Edition == 0 || b.State == Ended {
			return b, fault.New(fault.Conflict, "security.baseline.no_edition", "no edition is in force that could be added to")
		}
		more, err := waysOf(ctx, tx, b, deviations)
		if err != nil {
			return b, err
		}
		return m.extend(ctx, tx, b, more, reason, now)
	})
	if err != nil {
		return err
	}
	m.alerts.Changed(was.OrganisationID)
	return nil
}

// AlertDeviations are what an alert is about.
type AlertDeviations struct {
	BaselineID string      `json:"baseline_id" doc:"Empty: the alert is about no baseline, or not any more"`
	Baseline   string      `json:"baseline"`
	Edition    int64       `json:"edition" doc:"In force now"`
	Deviations []Deviation `json:"deviations" nullable:"false"`
	May        bool        `json:"may" doc:"The caller may say that they are wanted"`
}

func (m *Baselines) about(ctx context.Context, in httpd.Object) (AlertDeviations, error) {
	out := AlertDeviations{Deviations: []Deviation{}}
	a, err := m.alerts.Alert(ctx, in.ID)
	if err != nil {
		return out, err
	}
	id, open, err := m.store.about(ctx, a.SensorID, a.FingerprintOf())
	if err != nil || id == "" {
		return out, err
	}
	b, err := m.store.seen(ctx, id)
	if err != nil {
		return out, err
	}
	page, err := m.store.deviations(ctx, b, deviationParams{ID: id, ListParams: sqldb.ListParams{Limit: mostOfAlert}, Open: "yes"}, a.FingerprintOf())
	if err != nil {
		return out, err
	}
	places, err := m.named(ctx, b)
	if err != nil {
		return out, err
	}
	for _, d := range page.Items {
		d.ClientPlace, d.ServerPlace = places[d.Client], places[d.Server]
		out.Deviations = append(out.Deviations, d)
	}
	out.BaselineID, out.Baseline, out.Edition, out.May = b.ID, b.Name, b.Edition, b.Own && len(open) > 0 && identity.From(ctx).May(mayReview)
	return out, m.looked(ctx, b)
}

type wantedAlertInput struct {
	httpd.Object
	Body struct {
		Reason string `json:"reason" maxLength:"1000" doc:"Why it is wanted; it stays with the edition and the alert"`
	}
}

func (m *Baselines) wanted(ctx context.Context, in wantedAlertInput) (AlertDeviations, error) {
	a, err := m.alerts.Alert(ctx, in.ID)
	if err != nil {
		return AlertDeviations{}, err
	}
	if a.OrganisationID != identity.From(ctx).Organisation.ID {
		return AlertDeviations{}, fault.New(fault.Forbidden, "security.baseline.theirs", "each enterprise learns and reviews its own baselines")
	}
	id, open, err := m.store.about(ctx, a.SensorID, a.FingerprintOf())
	if err != nil {
		return AlertDeviations{}, err
	}
	if id == "" {
		return AlertDeviations{}, fault.New(fault.Conflict, "security.baseline.no_deviation", "the alert is about no deviation that is open")
	}
	if err := m.agree(ctx, id, open, strings.TrimSpace(in.Body.Reason)); err != nil {
		return AlertDeviations{}, err
	}
	m.kit.Notify(topic, id, a.OrganisationID)
	return m.about(ctx, in.Object)
}

type maintainInput struct {
	httpd.Object
	Body struct {
		From   time.Time `json:"from"`
		To     time.Time `json:"to" doc:"30 days after from at most"`
		Hosts  []string  `json:"hosts,omitempty" maxItems:"50" doc:"Addresses of clients that work then; none: any"`
		Reason string    `json:"reason" maxLength:"500" doc:"The order of work"`
	}
}

const longestWindow = 30 * day

// checked is the window that somebody asked for.
func (in maintainInput) checked(now time.Time) (Window, error) {
	x := in.Body
	w := Window{ID: ulid.Make().String(), From: x.From.UTC().Truncate(time.Millisecond), To: x.To.UTC().Truncate(time.Millisecond), Hosts: append([]string{}, x.Hosts...), Reason: strings.TrimSpace(x.Reason), CreatedAt: now}
	f := fault.New(fault.Invalid, "security.baseline.window", "the window of maintenance is incomplete or wrong")
	if w.Reason == "" {
		_ = f.At("body.reason", "name the order of work")
	}
	if !w.To.After(w.From) || !w.To.After(now) || w.To.Sub(w.From) > longestWindow {
		_ = f.At("body.to", "after its beginning and after now, 30 days after its beginning at most")
	}
	mac := regexp.MustCompile(`^[0-9a-f]{2}(:[0-9a-f]{2}){5}$`)
	for i, h := range w.Hosts {
		a, err := netip.ParseAddr(h)
		if err != nil && !mac.MatchString(h) {
			_ = f.At(fmt.Sprintf("body.hosts[%d]", i), "an IP address, or a MAC address in small letters")
			continue
		}
		if err == nil {
			w.Hosts[i] = a.Unmap().WithZone("").String()
		}
	}
	if len(f.Fields) > 0 {
		return w, f
	}
	return w, nil
}

func (m *Baselines) maintain(ctx context.Context, in maintainInput) (Detail, error) {
	if _, err := m.mine(ctx, in.ID); err != nil {
		return Detail{}, err
	}
	w, err := in.checked(m.now())
	if err != nil {
		return Detail{}, err
	}
	hosts, err := json.Marshal(w.Hosts)
	if err != nil {
		return Detail{}, fmt.Errorf("write hosts of a window: %w", err)
	}
	if err := m.store.maintain(ctx, in.ID, w, string(hosts)); err != nil {
		return Detail{}, err
	}
	return m.changed(ctx, in.Object)
}

type endWindowInput struct {
	httpd.Object
	Window string `path:"window" maxLength:"40"`
}

func (m *Baselines) endWindow(ctx context.Context, in endWindowInput) (Detail, error) {
	if _, err := m.mine(ctx, in.ID); err != nil {
		return Detail{}, err
	}
	if err := m.store.endWindow(ctx, in.ID, in.Window, m.now()); err != nil {
		return Detail{}, err
	}
	return m.changed(ctx, in.Object)
}
