package platforms

import (
	"context"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/probe"
)

func (m *Module) availabilityRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /status", Permission: "platforms.view", Summary: "Whether the city's platforms answer", Handler: httpd.JSON(m.cityStatus)},
		{Pattern: "GET /{id}/availability", Permission: "platforms.view", Summary: "What of a platform is looked at from outside, and how available it is", Handler: httpd.JSON(m.readAvailability)},
		{Pattern: "GET /{id}/availability/incidents", Permission: "platforms.view", Summary: "When targets of a platform were down", Handler: httpd.List(m.listIncidents)},
		{Pattern: "POST /{id}/availability/targets", Permission: "platforms.register", Summary: "Have a target of a platform looked at", Handler: httpd.Created(m.addTarget)},
		{Pattern: "PUT /{id}/availability/targets/{target}", Permission: "platforms.register", Summary: "Change a target", Handler: httpd.JSON(m.editTarget)},
		{Pattern: "DELETE /{id}/availability/targets/{target}", Permission: "platforms.register", Summary: "Look at a target no more; what was seen counts on", Handler: httpd.JSON(m.removeTarget)},
		{Pattern: "GET /{id}/availability/targets/{target}/looks", Permission: "platforms.view", Summary: "The looks at a target in the last day", Handler: httpd.JSON(m.listLooks)},
		{
			Pattern: "POST /{id}/availability/looks", Permission: "platforms.register", Recorded: "nothing is kept",
			Summary: "Look once at what a target would be, and keep nothing of it", Handler: httpd.JSON(m.tryTarget),
		},
		{Pattern: "POST /{id}/availability/windows", Permission: "platforms.register", Summary: "Announce maintenance of a platform", Handler: httpd.Created(m.addWindow)},
		{Pattern: "PUT /{id}/availability/windows/{window}", Permission: "platforms.register", Summary: "Change maintenance that has not begun", Handler: httpd.JSON(m.editWindow)},
		{Pattern: "DELETE /{id}/availability/windows/{window}", Permission: "platforms.register", Summary: "Take back maintenance that has not begun", Handler: httpd.JSON(m.removeWindow)},
	}
}

type lookView struct {
	probe.Look
	Stopped bool `json:"stopped" doc:"During maintenance; it does not count"`
}

type looksView struct {
	Items []lookView `json:"items" nullable:"false" doc:"The oldest first"`
}

// targetState is a target with what is thought of it.
type targetState struct {
	Target
	State  string       `json:"state" enum:"unknown,up,down"`
	Since  *time.Time   `json:"since,omitempty"`
	Look   *probe.Look  `json:"look,omitempty" doc:"The last one"`
	Days   []periodView `json:"days" nullable:"false" doc:"The last 90, the oldest first; days without looks are not there"`
	Months []periodView `json:"months" nullable:"false" doc:"The last twelve with looks, the newest first"`
}

// ETag implements httpd.Versioned.
func (t targetState) ETag() int64 { return t.Version }

func viewTarget(t Target) targetState {
	v := targetState{Target: t, State: t.standing.State, Days: []periodView{}, Months: []periodView{}}
	if v.State == "" {
		v.State = probe.Unknown
	}
	if t.standing.Since.UnixMilli() > 0 {
		v.Since = &t.standing.Since
	}
	if t.standing.Last.At.UnixMilli() > 0 {
		v.Look = &t.standing.Last
	}
	return v
}

type availabilityView struct {
	State       string        `json:"state" enum:"unknown,up,degraded,down,maintenance"`
	Targets     []targetState `json:"targets" nullable:"false"`
	TargetsMost int           `json:"targets_most"`
	Days        []periodView  `json:"days" nullable:"false" doc:"Of all targets together; the last 90, the oldest first"`
	Months      []periodView  `json:"months" nullable:"false" doc:"Of all targets together, those that were removed too; the last twelve, the newest first"`
	Windows     []window      `json:"windows" nullable:"false" doc:"Maintenance that is not over, and that of the last thirty days"`
	Probing     bool          `json:"probing" doc:"The platform is in trial or in service: its targets are looked at"`
}

// readAvailability is for who operates the platform, and the city: what is looked
// at is nobody else's business.
func (m *Module) readAvailability(ctx context.Context, in httpd.Object) (availabilityView, error) {
	v := availabilityView{Targets: []targetState{}, TargetsMost: targetsMost}
	p, err := m.platforms.read(ctx, in.ID)
	if err != nil {
		return v, err
	}
	v.Probing = p.Status.reports()
	now := time.Now().UTC()
	targets, err := m.probes.list(ctx, p.ID)
	if err != nil {
		return v, err
	}
	if v.Windows, err = m.availability.windows(ctx, p.ID, now.Add(-windowsPastKept), now); err != nil {
		return v, err
	}
	first := now.In(cityTime()).AddDate(0, 1-monthsShown, 0).Format("2006-01") + "-01"
	sums, err := m.availability.days(ctx, p.ID, first)
	if err != nil {
		return v, err
	}
	from := dayOf(now.AddDate(0, 0, 1-stripDays))
	v.Days, v.Months = periods(sums, "", from)
	states := []string{}
	for _, t := range targets {
		one := viewTarget(t)
		one.Days, one.Months = periods(sums, t.ID, from)
		v.Targets = append(v.Targets, one)
		if t.Enabled {
			states = append(states, one.State)
		}
	}
	v.State = stateOf(states, lasting(v.Windows, now))
	return v, nil
}

// lasting tells whether one of some windows is now.
func lasting(windows []window, now time.Time) bool {
	for _, w := range windows {
		if !now.Before(w.From) && now.Before(w.To) {
			return true
		}
	}
	return false
}

// periods adds up the days of a target, or of all, by day and by month.
func periods(sums []daySum, targetID, from string) (days, months []periodView) {
	byDay, byMonth := map[string]lookSum{}, map[string]lookSum{}
	dayOrder, monthOrder := []string{}, []string{}
	add := func(at map[string]lookSum, order []string, period string, s lookSum) []string {
		before, there := at[period]
		at[period] = before.plus(s)
		if there {
			return order
		}
		return append(order, period)
	}
	for _, d := range sums {
		if targetID != "" && d.targetID != targetID {
			continue
		}
		if d.day >= from {
			dayOrder = add(byDay, dayOrder, d.day, d.lookSum)
		}
		monthOrder = add(byMonth, monthOrder, d.day[:len("2006-01")], d.lookSum)
	}
	days, months = make([]periodView, len(dayOrder)), make([]periodView, len(monthOrder))
	for i, day := range dayOrder {
		days[i] = byDay[day].view(day)
	}
	for i, month := range monthOrder {
		months[len(months)-1-i] = byMonth[month].view(month)
	}
	return days, months
}

func (m *Module) listIncidents(ctx context.Context, in incidentParams) (sqldb.Page[incident], error) {
	if _, err := m.platforms.read(ctx, in.ID); err != nil {
		return sqldb.Page[incident]{}, err
	}
	return m.availability.incidents(ctx, in, time.Now().UTC())
}

type targetInput struct {
	Name    string     `json:"name" maxLength:"100"`
	Spec    probe.Spec `json:"spec"`
	Enabled bool       `json:"enabled"`
}

func (in targetInput) apply(t Target) Target {
	t.Name, t.Spec, t.Enabled = strings.TrimSpace(in.Name), in.Spec.Fill(), in.Enabled
	return t
}

type addTargetInput struct {
	httpd.Object
	Body targetInput
}

func (m *Module) addTarget(ctx context.Context, in addTargetInput) (targetState, error) {
	p, err := m.platforms.read(ctx, in.ID)
	if err != nil {
		return targetState{}, err
	}
	now := time.Now().UTC()
	t := in.Body.apply(Target{ID: ulid.Make().String(), PlatformID: p.ID, Version: 1, createdAt: now, nextAt: now})
	if err := t.check(); err != nil {
		return targetState{}, err
	}
	if err := m.probes.insert(ctx, t); err != nil {
		return targetState{}, err
	}
	m.kit.Notify(topicList, p.ID, p.Operator.ID)
	return viewTarget(t), nil
}

// TargetObject names a target of a platform.
type TargetObject struct {
	httpd.Object
	Target string `path:"target" maxLength:"26"`
}

type editTargetInput struct {
	TargetObject
	httpd.IfMatch
	Body targetInput
}

func (m *Module) editTarget(ctx context.Context, in editTargetInput) (targetState, error) {
	version, err := in.Expected()
	if err != nil {
		return targetState{}, err
	}
	p, err := m.platforms.read(ctx, in.ID)
	if err != nil {
		return targetState{}, err
	}
	t, err := m.probes.get(ctx, m.kit.DB, p.ID, in.Target)
	if err != nil {
		return targetState{}, err
	}
	t = in.Body.apply(t)
	if err := t.check(); err != nil {
		return targetState{}, err
	}
	if err := m.probes.edit(ctx, t, version, time.Now().UTC()); err != nil {
		return targetState{}, err
	}
	m.kit.Notify(topicList, p.ID, p.Operator.ID)
	t, err = m.probes.get(ctx, m.kit.DB, p.ID, in.Target)
	return viewTarget(t), err
}

func (m *Module) removeTarget(ctx context.Context, in TargetObject) (httpd.Nothing, error) {
	p, err := m.platforms.read(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	t, err := m.probes.get(ctx, m.kit.DB, p.ID, in.Target)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if err := m.probes.remove(ctx, t, time.Now().UTC()); err != nil {
		return httpd.Nothing{}, err
	}
	m.kit.Notify(topicList, p.ID, p.Operator.ID)
	return httpd.Nothing{}, nil
}

func (m *Module) listLooks(ctx context.Context, in TargetObject) (looksView, error) {
	p, err := m.platforms.read(ctx, in.ID)
	if err != nil {
		return looksView{}, err
	}
	t, err := m.probes.get(ctx, m.kit.DB, p.ID, in.Target)
	if err != nil {
		return looksView{}, err
	}
	items, err := m.probes.looks(ctx, t.ID, time.Now().Add(-24*time.Hour))
	return looksView{items}, err
}

type tryInput struct {
	httpd.Object
	Body struct {
		Spec probe.Spec `json:"spec"`
	}
}

// tryTarget looks once. It is bounded for all callers together, so that nobody
// uses the city to knock at doors.
func (m *Module) tryTarget(ctx context.Context, in tryInput) (probe.Look, error) {
	p, err := m.platforms.read(ctx, in.ID)
	if err != nil {
		return probe.Look{}, err
	}
	t := Target{Name: p.ID, Spec: in.Body.Spec.Fill()}
	if err := t.check(); err != nil {
		return probe.Look{}, err
	}
	if !m.prober.tries.Allow() {
		return probe.Look{}, fault.New(fault.Limited, "platforms.target.tries", "others test at this moment; try again").After(1)
	}
	return m.prober.look(ctx, t.Spec, time.Now().UTC())
}

type windowInput struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Reason string    `json:"reason" maxLength:"500"`
}

func (in windowInput) apply(w window) window {
	w.From, w.To, w.Reason = in.From.UTC().Truncate(time.Second), in.To.UTC().Truncate(time.Second), strings.TrimSpace(in.Reason)
	return w
}

type addWindowInput struct {
	httpd.Object
	Body windowInput
}

func (m *Module) addWindow(ctx context.Context, in addWindowInput) (window, error) {
	p, err := m.platforms.read(ctx, in.ID)
	if err != nil {
		return window{}, err
	}
	now := time.Now().UTC()
	w := in.Body.apply(window{ID: ulid.Make().String(), PlatformID: p.ID, CreatedAt: now, Version: 1})
	if err := w.check(now); err != nil {
		return window{}, err
	}
	if err := m.availability.announce(ctx, w, now); err != nil {
		return window{}, err
	}
	m.kit.Notify(topicList, p.ID, p.Operator.ID)
	return w, nil
}

// WindowObject names a maintenance window of a platform.
type WindowObject struct {
	httpd.Object
	Window string `path:"window" maxLength:"26"`
}

type editWindowInput struct {
	WindowObject
	httpd.IfMatch
	Body windowInput
}

func (m *Module) editWindow(ctx context.Context, in editWindowInput) (window, error) {
	version, err := in.Expected()
	if err != nil {
		return window{}, err
	}
	p, err := m.platforms.read(ctx, in.ID)
	if err != nil {
		return window{}, err
	}
	now := time.Now().UTC()
	w, err := m.availability.window(ctx, m.kit.DB, p.ID, in.Window, now)
	if err != nil {
		return window{}, err
	}
	if w.Begun {
		return window{}, errBegun()
	}
	w = in.Body.apply(w)
	if err := w.check(now); err != nil {
		return window{}, err
	}
	if err := m.availability.move(ctx, w, version, now); err != nil {
		return window{}, err
	}
	w.Version = version + 1
	m.kit.Notify(topicList, p.ID, p.Operator.ID)
	return w, nil
}

func (m *Module) removeWindow(ctx context.Context, in WindowObject) (httpd.Nothing, error) {
	p, err := m.platforms.read(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if err := m.availability.cancel(ctx, p.ID, in.Window, time.Now().UTC()); err != nil {
		return httpd.Nothing{}, err
	}
	m.kit.Notify(topicList, p.ID, p.Operator.ID)
	return httpd.Nothing{}, nil
}

type incidentView struct {
	Target  string    `json:"target"`
	BeganAt time.Time `json:"began_at"`
	Fault   string    `json:"fault"`
}

// statusView is a platform on the city's status page.
type statusView struct {
	ID        string         `json:"id"`
	Name      lang.Text      `json:"name"`
	Synthetic bool           `json:"synthetic"`
	Yours     bool           `json:"yours" doc:"The caller may open the platform's page; of others, state and availability is all there is"`
	State     string         `json:"state" enum:"unknown,up,degraded,down,maintenance"`
	Month     periodView     `json:"month" doc:"This month"`
	Days      []periodView   `json:"days" nullable:"false" doc:"The last 90, the oldest first; days without looks are not there"`
	Incidents []incidentView `json:"incidents" nullable:"false" doc:"That last; of one's own platforms"`
	Windows   []window       `json:"windows" nullable:"false" doc:"Maintenance that is not over; of one's own platforms"`
}

type cityStatusView struct {
	At    time.Time    `json:"at"`
	Items []statusView `json:"items" nullable:"false"`
}

// cityStatus shows everybody of every platform its state and availability; what
// is behind them, only of their own.
func (m *Module) cityStatus(ctx context.Context, _ nothing) (cityStatusView, error) {
	now := time.Now().UTC()
	v := cityStatusView{At: now, Items: []statusView{}}
	from := dayOf(now.AddDate(0, 0, 1-stripDays))
	rows, err := m.availability.status(ctx, from)
	if err != nil {
		return v, err
	}
	windows, err := m.availability.windows(ctx, "", now, now)
	if err != nil {
		return v, err
	}
	byPlatform := map[string][]window{}
	for _, w := range windows {
		byPlatform[w.PlatformID] = append(byPlatform[w.PlatformID], w)
	}
	for _, r := range rows {
		v.Items = append(v.Items, r.view(byPlatform[r.id], owns(ctx, r.organisation), now))
	}
	return v, nil
}

func (r *statusRow) view(windows []window, own bool, now time.Time) statusView {
	v := statusView{
		ID: r.id, Name: r.name, Synthetic: r.synthetic, Yours: own, State: stateOf(r.states, lasting(windows, now)),
		Days: []periodView{}, Incidents: []incidentView{}, Windows: []window{},
	}
	month, sum := dayOf(now)[:len("2006-01")], lookSum{}
	for at := stripDays - 1; at >= 0; at-- {
		day := dayOf(now.AddDate(0, 0, -at))
		d, there := r.days[day]
		if !there {
			continue
		}
		v.Days = append(v.Days, d.view(day))
		if strings.HasPrefix(day, month) {
			sum = sum.plus(d)
		}
	}
	v.Month = sum.view(month)
	if own {
		v.Incidents, v.Windows = append(v.Incidents, r.open...), append(v.Windows, windows...)
	}
	return v
}
