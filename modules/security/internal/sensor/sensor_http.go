package sensor

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// Permissions that sensors ask for.
const (
	maySee     = "security.sensor.view"
	mayManage  = "security.sensor.manage"
	mayConsent = "security.sensor.consent"
	maySend    = "security.sensor.send"

	topic = "security.sensors"
)

// Organisations is the register of organisations.
type Organisations interface {
	Organisation(ctx context.Context, id string) (identity.Organisation, error)
}

// Sensors is the part of the room.
type Sensors struct {
	kit           *module.Kit
	organisations Organisations
	store         store
	heard         Heard
	spoken        Spoken
	logged        []Logged
	holds         Holds
	around        Wanted

	// Clock is the city's.
	Clock func() time.Time

	mu      sync.Mutex
	telling map[string]struct{} // sensors of which browsers are about to be told
}

// New returns the part of the room.
func New(kit *module.Kit, organisations Organisations, clock func() time.Time) *Sensors {
	return &Sensors{kit: kit, organisations: organisations, store: store{kit.DB}, Clock: clock, telling: map[string]struct{}{}, holds: func(context.Context, time.Time) (Held, error) { return nil, nil }}
}

// Keep names who tells what is held beyond its time.
func (m *Sensors) Keep(holds Holds) { m.holds = holds }

// Tell names who is told of batches of records, and of aggregates.
func (m *Sensors) Tell(heard Heard, spoken Spoken, logged ...Logged) {
	m.heard, m.spoken, m.logged = heard, spoken, logged
}

// Ask names who knows what sensors are asked for around alerts.
func (m *Sensors) Ask(around Wanted) { m.around = around }

// Look notes that the caller, who is of another organisation, looked at what comes of a sensor.
func (m *Sensors) Look(ctx context.Context, sensor, what string) error {
	return m.store.look(ctx, sensor, what, m.Clock())
}

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: maySee, Title: lang.Text{ZH: "查看在线监测", EN: "View sensing"}, Roles: everyone},
		{ID: mayManage, Title: lang.Text{ZH: "登记和停用监测探针", EN: "Register and retire sensors"}, Roles: []identity.Role{identity.Officer, identity.Manager}},
		{ID: mayConsent, Title: lang.Text{ZH: "决定城市可见的监测内容", EN: "Say what the city sees of one's sensors"}, Roles: []identity.Role{identity.Manager}},
		{ID: maySend, Title: lang.Text{ZH: "探针上报", EN: "Send batches as a probe"}, Duty: identity.Security, Machines: []identity.MachineKind{identity.Probe}},
	}
}

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "在线监测", EN: "Sensing"}, Path: "/security/sensors", Icon: "sensing", Permission: maySee}}
}

// Topics are what browsers watch.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: maySee}} }

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_sensor", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "name", "created_at"}},
		{Table: "security_sensor_consent", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"sensor_id", "consent", "at"}},
		{Table: "security_sensor_look", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"sensor_id", "day", "what", "times"}},
	}
}

// Jobs come around.
func (m *Sensors) Jobs() []module.Job {
	return []module.Job{{
		Name: "sensors", Title: lang.Text{ZH: "汇总和清理监测数据", EN: "Roll up and forget what sensors sent"}, Every: 10 * time.Minute,
		Do: func(ctx context.Context) error { return m.store.rollUp(ctx, m.Clock(), m.holds) },
	}}
}

// Routes are the doors.
func (m *Sensors) Routes() []module.Route {
	return []module.Route{
		{Pattern: "GET /sensors", Permission: maySee, Summary: "Sensors of one's own organisation, and of others as far as they consent", Handler: httpd.List(m.list)},
		{Pattern: "POST /sensors", Permission: mayManage, Summary: "Register a machine as a sensor; of another organisation it waits for that one's consent", Handler: httpd.Created(m.register)},
		{Pattern: "GET /sensors/{id}", Permission: maySee, Summary: "One sensor: how it is, what is lost on the way, what is missing", Handler: httpd.JSON(m.read)},
		{Pattern: "PUT /sensors/{id}/consent", Permission: mayConsent, Summary: "Say what the city sees of a sensor of one's own organisation", Handler: httpd.JSON(m.consent)},
		{Pattern: "POST /sensors/{id}/retirement", Permission: mayManage, Summary: "Retire a sensor of one's own organisation; what it sent stays", Handler: httpd.JSON(m.retire)},
		{Pattern: "GET /sensors/{id}/traffic", Permission: maySee, Summary: "How much of which protocol and class of functions, over time", Handler: httpd.JSON(m.traffic)},
		{Pattern: "GET /sensors/{id}/records", Permission: maySee, Sensitive: true, Summary: "Writes, control, errors and what was first seen, in full", Handler: httpd.List(m.records)},
		{Pattern: "GET /sensors/{id}/pairs", Permission: maySee, Sensitive: true, Summary: "Who speaks with whom, and since when", Handler: httpd.List(m.pairs)},
		{Pattern: "GET /sensors/{id}/network", Permission: maySee, Sensitive: true, Summary: "Who speaks with whom as a picture: nodes and links", Handler: httpd.JSON(m.network)},
		{Pattern: "GET /sensors/{id}/facts", Permission: maySee, Sensitive: true, Summary: "What devices said of themselves", Handler: httpd.List(m.facts)},
		{Pattern: "GET /sensors/{id}/assets", Permission: maySee, Sensitive: true, Summary: "Devices that the facts are of, with the evidence for each", Handler: httpd.JSON(m.assets)},
		{Pattern: "GET /sensors/{id}/logs", Permission: maySee, Sensitive: true, Summary: "What other sensors of the enterprise wrote: alerts of Suricata and Wazuh, notices of Zeek, syslog, events of Windows", Handler: httpd.List(m.logs)},
		{Pattern: "GET /sensors/{id}/looks", Permission: maySee, Summary: "Who of other organisations looked at the detail of a sensor", Handler: httpd.List(m.looks)},
		{
			Pattern: "POST /probe/batches", Permission: maySend, MaxBody: batch.MaxBody, Recorded: "the ledger of batches", Summary: "Take a signed batch of a probe, once",
			Handler: httpd.Raw(batch.MediaType, http.HandlerFunc(m.serveBatch)),
		},
	}
}

// noticeAfter is how long a notice waits for others of the same sensor: batches come in
// bursts, and the last of them is told, too.
const noticeAfter = time.Second

// changed tells browsers that a sensor is to be read again, once for all that comes within a while.
func (m *Sensors) changed(x Sensor) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, waits := m.telling[x.ID]; waits {
		return
	}
	m.telling[x.ID] = struct{}{}
	time.AfterFunc(noticeAfter, func() {
		m.mu.Lock()
		delete(m.telling, x.ID)
		m.mu.Unlock()
		m.kit.Notify(topic, x.ID, x.OrganisationID)
	})
}

func (m *Sensors) list(ctx context.Context, in params) (sqldb.Page[Sensor], error) {
	own, now := identity.From(ctx).Organisation.ID, m.Clock()
	page, err := m.store.list(ctx, in, now)
	for i, x := range page.Items {
		page.Items[i] = x.told(x.OrganisationID == own, now)
	}
	return page, err
}

type registerSensorInput struct {
	Body struct {
		Name           string  `json:"name" minLength:"1" maxLength:"80"`
		Place          string  `json:"place,omitempty" maxLength:"200" doc:"Where in the plant it listens"`
		MachineID      string  `json:"machine_id" minLength:"26" maxLength:"26" doc:"Of the enterprise, of the kind probe"`
		OrganisationID string  `json:"organisation_id,omitempty" maxLength:"26" doc:"Empty: the caller's own"`
		Consent        Consent `json:"consent,omitempty" enum:"none,figures,detail" doc:"What the city sees; of another organisation it is that one's to say"`
	}
}

func (m *Sensors) register(ctx context.Context, in registerSensorInput) (Sensor, error) {
	who, b := identity.From(ctx), in.Body
	if b.OrganisationID == "" {
		b.OrganisationID = who.Organisation.ID
	}
	if err := who.Scope.Check(b.OrganisationID); err != nil {
		return Sensor{}, err
	}
	o, err := m.organisations.Organisation(ctx, b.OrganisationID)
	if err != nil {
		return Sensor{}, err
	}
	name := strings.TrimSpace(b.Name)
	if name == "" {
		return Sensor{}, fault.New(fault.Invalid, "security.sensor.name", "the name is missing").At("body.name", "name the sensor as people on site do")
	}
	if _, err := ulid.ParseStrict(b.MachineID); err != nil {
		return Sensor{}, fault.New(fault.Invalid, "security.sensor.machine_id", "this is no machine").At("body.machine_id", "the ID of a machine of the kind probe, 26 characters")
	}
	own := o.ID == who.Organisation.ID
	x := Sensor{
		ID: ulid.Make().String(), OrganisationID: o.ID, Organisation: o.Name, MachineID: b.MachineID, Name: name, Place: strings.TrimSpace(b.Place),
		Consent: b.Consent, ByCity: !own, CreatedAt: m.Clock().UTC().Truncate(time.Millisecond), CreatedBy: who.Name, Synthetic: o.Synthetic, Version: 1, actor: who.Actor(),
	}
	switch {
	case !own && b.Consent != "":
		return Sensor{}, fault.New(fault.Invalid, "security.sensor.consent", "the enterprise says what the city sees of its sensors").At("body.consent", "leave this to the enterprise")
	case !own:
		x.Consent = Asked
	case x.Consent == "":
		x.Consent = None
	}
	if err := m.store.insert(ctx, x); err != nil {
		return Sensor{}, err
	}
	m.kit.Notify(topic, x.ID, x.OrganisationID)
	return x.told(own, m.Clock()), nil
}

type sensorView struct {
	Sensor
	Streams  []BatchStream `json:"streams" nullable:"false" doc:"How far the streams of its spools are, and what is missing in them"`
	Feeds    []LogFeed     `json:"feeds" nullable:"false" doc:"Files of logs that it follows; for whoever sees detail"`
	Consents []ConsentSaid `json:"consents" nullable:"false" doc:"What was said of what the city sees, the newest first; the enterprise reads it"`
}

func (m *Sensors) read(ctx context.Context, in httpd.Object) (sensorView, error) {
	x, own, err := m.store.read(ctx, in.ID)
	if err != nil {
		return sensorView{}, err
	}
	return m.view(ctx, x, own)
}

func (m *Sensors) view(ctx context.Context, x Sensor, own bool) (v sensorView, err error) {
	v = sensorView{x.told(own, m.Clock()), []BatchStream{}, []LogFeed{}, []ConsentSaid{}}
	if own {
		if v.Consents, err = m.store.consents(ctx, x.ID); err != nil {
			return v, err
		}
	}
	if own || x.Consent == Detail {
		if v.Feeds, err = m.store.feeds(ctx, x.ID); err != nil {
			return v, err
		}
	}
	if own || x.Consent == Figures || x.Consent == Detail {
		list, err := m.store.streams(ctx, x.ID)
		v.Streams = append(v.Streams, list...)
		return v, err
	}
	return v, nil
}

type sensorConsentInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Consent Consent `json:"consent" enum:"none,figures,detail"`
	}
}

// mine returns a sensor of the caller's own organisation, as it was read.
func (m *Sensors) mine(ctx context.Context, in httpd.Object, match httpd.IfMatch) (Sensor, error) {
	version, err := match.Expected()
	if err != nil {
		return Sensor{}, err
	}
	x, own, err := m.store.read(ctx, in.ID)
	switch {
	case err != nil:
		return x, err
	case !own:
		return x, fault.New(fault.Forbidden, "security.sensor.theirs", "this is for the enterprise to say, whose sensor it is")
	case x.Version != version:
		return x, stale()
	}
	return x, nil
}

func (m *Sensors) consent(ctx context.Context, in sensorConsentInput) (sensorView, error) {
	x, err := m.mine(ctx, in.Object, in.IfMatch)
	if err != nil {
		return sensorView{}, err
	}
	if err := m.store.consent(ctx, x, in.Body.Consent, m.Clock().UTC()); err != nil {
		return sensorView{}, err
	}
	m.kit.Notify(topic, x.ID, x.OrganisationID)
	return m.read(ctx, in.Object)
}

type retireSensorInput struct {
	httpd.Object
	httpd.IfMatch
}

func (m *Sensors) retire(ctx context.Context, in retireSensorInput) (sensorView, error) {
	x, err := m.mine(ctx, in.Object, in.IfMatch)
	if err != nil {
		return sensorView{}, err
	}
	if !x.RetiredAt.IsZero() {
		return sensorView{}, fault.New(fault.Conflict, "security.sensor.retired_before", "this sensor is retired already")
	}
	if err := m.store.retire(ctx, x, m.Clock().UTC()); err != nil {
		return sensorView{}, err
	}
	m.kit.Notify(topic, x.ID, x.OrganisationID)
	return m.read(ctx, in.Object)
}

type trafficInput struct {
	httpd.Object
	Hours int `query:"hours" minimum:"1" maximum:"2160" default:"24" doc:"Until the newest data"`
}

type sensorTraffic struct {
	From   time.Time      `json:"from"`
	To     time.Time      `json:"to"`
	Step   int64          `json:"step" doc:"Seconds of a point"`
	Points []TrafficPoint `json:"points" nullable:"false"`
}

// traffic is a figure: it names no address.
func (m *Sensors) traffic(ctx context.Context, in trafficInput) (sensorTraffic, error) {
	x, own, err := m.store.read(ctx, in.ID)
	if err != nil {
		return sensorTraffic{}, err
	}
	v := sensorTraffic{Points: []TrafficPoint{}}
	if !own && x.Consent == Asked || x.PacketAt.IsZero() {
		return v, nil
	}
	step := slices.MinFunc([]time.Duration{10 * time.Second, time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}, func(a, b time.Duration) int {
		return int((a - time.Duration(in.Hours)*time.Hour/100).Abs() - (b - time.Duration(in.Hours)*time.Hour/100).Abs())
	})
	v.To = x.PacketAt.Truncate(step).Add(step)
	v.From, v.Step = v.To.Add(-time.Duration(in.Hours)*time.Hour), int64(step/time.Second)
	list, err := m.store.traffic(ctx, x.ID, v.From, v.To, step)
	v.Points = append(v.Points, list...)
	return v, err
}

// detail lets the enterprise look, and others with its consent, and notes that they did.
func (m *Sensors) detail(ctx context.Context, sensor, what string) error {
	x, own, err := m.store.read(ctx, sensor)
	if err != nil || own {
		return err
	}
	if x.Consent != Detail {
		return fault.New(fault.Forbidden, "security.sensor.figures", "the enterprise lets others see figures of this sensor and no detail")
	}
	return m.store.look(ctx, sensor, what, m.Clock())
}

func (m *Sensors) records(ctx context.Context, in recordParams) (sqldb.Page[UnitRecord], error) {
	var from time.Time
	if in.From != "" {
		var err error
		if from, err = time.Parse(time.RFC3339, in.From); err != nil {
			return sqldb.Page[UnitRecord]{}, fault.New(fault.Invalid, "security.sensor.from", "the time cannot be read").At("query.from", "a time as 2026-11-29T08:00:00Z")
		}
	}
	if err := m.detail(ctx, in.ID, "records"); err != nil {
		return sqldb.Page[UnitRecord]{}, err
	}
	return m.store.records(ctx, in, from)
}

func (m *Sensors) pairs(ctx context.Context, in pairParams) (sqldb.Page[TalkPair], error) {
	if err := m.detail(ctx, in.ID, "pairs"); err != nil {
		return sqldb.Page[TalkPair]{}, err
	}
	return m.store.pairList(ctx, in)
}

func (m *Sensors) network(ctx context.Context, in httpd.Object) (TalkNetwork, error) {
	if err := m.detail(ctx, in.ID, "pairs"); err != nil {
		return TalkNetwork{}, err
	}
	list, err := m.store.talk(ctx, in.ID)
	if err != nil {
		return TalkNetwork{}, err
	}
	return network(list), nil
}

func (m *Sensors) facts(ctx context.Context, in factParams) (sqldb.Page[DeviceFact], error) {
	if err := m.detail(ctx, in.ID, "facts"); err != nil {
		return sqldb.Page[DeviceFact]{}, err
	}
	return m.store.factList(ctx, in)
}

func (m *Sensors) logs(ctx context.Context, in logParams) (sqldb.Page[LogEntry], error) {
	if err := m.detail(ctx, in.ID, "logs"); err != nil {
		return sqldb.Page[LogEntry]{}, err
	}
	return m.store.logs(ctx, in)
}

func (m *Sensors) looks(ctx context.Context, in lookParams) (sqldb.Page[DetailLook], error) {
	x, own, err := m.store.read(ctx, in.ID)
	if err == nil && !own && x.Consent != Detail {
		err = fault.New(fault.Forbidden, "security.sensor.figures", "the enterprise lets others see figures of this sensor and no detail")
	}
	if err != nil {
		return sqldb.Page[DetailLook]{}, err
	}
	return m.store.looks(ctx, in)
}
