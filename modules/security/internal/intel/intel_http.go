package intel

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"linghang/kernel/egress"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/stix"
	"linghang/modules/security/internal/detection"
	"linghang/modules/security/internal/exchange"
	"linghang/modules/security/internal/peer"
)

// The permissions of intelligence.
const (
	maySee    = "security.intel.view"
	mayManage = "security.intel.manage"

	topic     = "security.intel"
	jobFollow = "follow_intelligence"
	jobRead   = "read_feeds_now"
	lookedAt  = "intelligence"
)

// Looks notes that the caller looked at what is of a sensor of another organisation.
type Looks interface {
	Look(ctx context.Context, sensor, what string) error
}

// Finder raises what is found in what sensors told before.
type Finder interface {
	Find(ctx context.Context, sensor string, look func(ctx context.Context, tx *sqldb.Tx, s detection.Seen, rules detection.Rules) ([]detection.Finding, error)) error
}

// Exchange is what others handed in by TAXII, and where sightings are told.
type Exchange interface {
	Handed(ctx context.Context, id string) (exchange.ReceivedObject, error)
	Sight(ctx context.Context, tx *sqldb.Tx, s exchange.Sighting) error
	Deliver(ctx context.Context, tx *sqldb.Tx, objects [][]byte, name string) error
}

// Organisations is the register of organisations.
type Organisations interface {
	Organisation(ctx context.Context, id string) (identity.Organisation, error)
}

// Intel is the part of the room.
type Intel struct {
	kit           *module.Kit
	looks         Looks
	find          Finder
	exchange      Exchange
	organisations Organisations
	store         store
	checker       *stix.Checker
	guard         *egress.Guard
	broken        error

	// Clock is the city's.
	Clock func() time.Time

	mu  sync.RWMutex
	set *set // what is matched, as of a serial
}

// New returns the part of the room.
func New(kit *module.Kit, organisations Organisations, looks Looks, find Finder, e Exchange, set peer.Settings, clock func() time.Time) *Intel {
	m := &Intel{kit: kit, organisations: organisations, looks: looks, find: find, exchange: e, store: store{kit.DB}, Clock: clock, set: newSet()}
	var errChecker, errGuard error
	m.checker, errChecker = stix.NewChecker()
	m.guard, errGuard = set.Guard()
	m.broken = errors.Join(errChecker, errGuard)
	return m
}

// Broken is why nothing can be taken over; nil nearly always.
func (m *Intel) Broken() error { return m.broken }

func (m *Intel) now() time.Time { return m.Clock().UTC().Truncate(time.Millisecond) }

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: maySee, Title: lang.Text{ZH: "查看威胁情报", EN: "View threat intelligence"}, Roles: everyone},
		{ID: mayManage, Title: lang.Text{ZH: "导入和管理威胁情报", EN: "Import and manage threat intelligence"}, Roles: []identity.Role{identity.Officer}},
	}
}

// Topics are what browsers watch.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: maySee}} }

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "威胁情报", EN: "Threat intelligence"}, Path: "/security/intelligence", Icon: "intelligence", Permission: maySee}}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_intel_object", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"object_id", "source", "taken_at"}},
		{Table: "security_indicator", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"object_id", "source", "taken_at"}},
		{Table: "security_intel_feed", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"name", "created_at"}},
		{Table: "security_intel_step", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"indicator_id", "silenced", "at"}},
	}
}

// Jobs come around, or are asked for.
func (m *Intel) Jobs() []module.Job {
	return []module.Job{
		{Name: jobFollow, Title: lang.Text{ZH: "比对威胁情报", EN: "Hold what sensors sent against intelligence"}, Run: func(ctx context.Context, _ *jobs.Task) (any, error) { return nil, m.catchUp(ctx) }},
		{Name: "sweep_intelligence", Title: lang.Text{ZH: "遗漏的情报比对和目击上报", EN: "What was not held against intelligence yet, and sightings to tell"}, Every: sweepEvery, Do: m.catchUp},
		{Name: "read_feeds", Title: lang.Text{ZH: "读取情报订阅", EN: "Read feeds of intelligence"}, Every: time.Minute, Do: m.poll},
		{Name: jobRead, Title: lang.Text{ZH: "立即读取情报订阅", EN: "Read feeds of intelligence now"}, Run: func(ctx context.Context, _ *jobs.Task) (any, error) { return nil, m.poll(ctx) }, Tries: 1},
		{Name: "forget_intelligence", Title: lang.Text{ZH: "清理失效一年的威胁情报", EN: "Forget intelligence that ended a year ago"}, Every: 24 * time.Hour, Do: func(ctx context.Context) error { return m.store.forget(ctx, m.now()) }},
	}
}

// catchUp holds what waits against indicators, and tells sightings.
func (m *Intel) catchUp(ctx context.Context) error {
	return errors.Join(m.logs(ctx), m.past(ctx), m.sightings(ctx))
}

// Routes are the doors.
func (m *Intel) Routes() []module.Route {
	return slices.Concat(m.feedRoutes(), []module.Route{
		{Pattern: "GET /indicators", Permission: maySee, Summary: "Indicators of threat intelligence that the caller may know by their TLP", Handler: httpd.List(m.list)},
		{Pattern: "GET /indicators/{id}", Permission: maySee, Summary: "An indicator: what it says, the object as it came, what it points to, what was said of it", Handler: httpd.JSON(m.read)},
		{Pattern: "GET /indicators/{id}/hits", Permission: maySee, Sensitive: true, Summary: "What an indicator was seen in: of one's own, and of others as far as they consent", Handler: httpd.List(m.hits)},
		{Pattern: "POST /indicators/{id}/verdict", Permission: mayManage, Summary: "Silence an indicator whose hits are false, or hear it again, with why", Handler: httpd.JSON(m.judge)},
		{Pattern: "GET /indicator-sources", Permission: maySee, Summary: "Whose indicators there are", Handler: httpd.JSON(m.sources)},
		{
			Pattern: "POST /intelligence-import", Permission: mayManage, MaxBody: mostOctets, Stream: true,
			Summary: "Take over a bundle of STIX 2.1: ?source= whose it is, ?days= how long indicators live that do not say it (90)", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.importBundle)),
		},
		{Pattern: "POST /exchange/inbox/{id}/taking", Permission: mayManage, Summary: "Take over an object that was handed in by TAXII as intelligence", Handler: httpd.JSON(m.takeReceived)},
	})
}

func (m *Intel) list(ctx context.Context, in indicatorParams) (sqldb.Page[Indicator], error) {
	return m.store.list(ctx, in, m.now())
}

// IndicatorDetail is an indicator on its own page.
type IndicatorDetail struct {
	Indicator
	Description string          `json:"description"`
	Raw         string          `json:"raw" doc:"The object, octet for octet"`
	Points      []Pointed       `json:"points" nullable:"false" doc:"What relationships say it points to"`
	TakenBy     string          `json:"taken_by" doc:"The city alone sees it"`
	SilencedAt  *time.Time      `json:"silenced_at,omitempty"`
	SilencedWhy string          `json:"silenced_why"`
	Beyond      int64           `json:"beyond" doc:"Hits for which there was no room"`
	Steps       []IndicatorStep `json:"steps" nullable:"false" doc:"What was said of it, the newest first"`
	May         bool            `json:"may" doc:"The caller may silence it"`
}

func (m *Intel) read(ctx context.Context, in httpd.Object) (d IndicatorDetail, err error) {
	if d.Indicator, err = m.store.one(ctx, in.ID, m.now()); err != nil {
		return d, err
	}
	i := d.Indicator
	d.Description, d.TakenBy, d.SilencedWhy, d.Beyond, d.Steps, d.May = i.description, i.takenBy, i.silencedWhy, i.beyond, []IndicatorStep{}, identity.From(ctx).May(mayManage) && forCity(ctx)
	if !i.silencedAt.IsZero() {
		d.SilencedAt = &i.silencedAt
	}
	if d.Raw, err = m.store.raw(ctx, i.ObjectID); err != nil {
		return d, err
	}
	if d.Points, err = m.store.context(ctx, i.ObjectID); err != nil || !forCity(ctx) {
		return d, err
	}
	d.Steps, err = m.store.steps(ctx, i.ID)
	return d, err
}

type indicatorHitsInput struct {
	httpd.Object
	sqldb.ListParams
}

func (m *Intel) hits(ctx context.Context, in indicatorHitsInput) (sqldb.Page[IndicatorHit], error) {
	i, err := m.store.one(ctx, in.ID, m.now())
	if err != nil {
		return sqldb.Page[IndicatorHit]{Items: []IndicatorHit{}}, err
	}
	page, err := m.store.hits(ctx, i.ID, in.ListParams)
	if err != nil {
		return page, err
	}
	var sensors []string
	for _, h := range page.Items {
		if h.detail && h.organisation != identity.From(ctx).Organisation.ID && !slices.Contains(sensors, h.SensorID) {
			sensors = append(sensors, h.SensorID)
		}
	}
	for _, id := range sensors {
		if err := m.looks.Look(ctx, id, lookedAt); err != nil {
			return page, err
		}
	}
	return page, nil
}

type judgeIndicatorInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Silenced bool   `json:"silenced" doc:"Its hits are false and are not told any more; false: it is heard again"`
		Reason   string `json:"reason" maxLength:"1000" doc:"It stays with the indicator"`
	}
}

func (m *Intel) judge(ctx context.Context, in judgeIndicatorInput) (IndicatorDetail, error) {
	if err := cityOnly(ctx); err != nil {
		return IndicatorDetail{}, err
	}
	version, err := in.Expected()
	if err != nil {
		return IndicatorDetail{}, err
	}
	now := m.now()
	before, err := m.store.one(ctx, in.ID, now)
	if err != nil {
		return IndicatorDetail{}, err
	}
	reason := strings.TrimSpace(in.Body.Reason)
	switch {
	case before.Version != version:
		return IndicatorDetail{}, fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
	case reason == "":
		return IndicatorDetail{}, fault.New(fault.Invalid, "security.intel.reason", "it is not said why").At("body.reason", "say why; it stays with the indicator")
	case in.Body.Silenced == !before.silencedAt.IsZero():
		return IndicatorDetail{}, fault.New(fault.Conflict, "security.intel.same", "the indicator stands so already")
	}
	after := before
	after.silencedAt, after.silencedWhy = time.Time{}, ""
	if in.Body.Silenced {
		after.silencedAt, after.silencedWhy = now, reason
	}
	if err := m.store.silence(ctx, before, after, reason, now, m.start); err != nil {
		return IndicatorDetail{}, err
	}
	m.kit.Notify(topic, after.ID, "")
	return m.read(ctx, in.Object)
}

type nothing struct{}

// IndicatorSources are whose indicators there are.
type IndicatorSources struct {
	Items []string `json:"items" nullable:"false"`
}

func (m *Intel) sources(ctx context.Context, _ nothing) (IndicatorSources, error) {
	list, err := m.store.sources(ctx)
	return IndicatorSources{list}, err
}

// cityOnly refuses who does not see the whole city.
func cityOnly(ctx context.Context) error {
	if !forCity(ctx) {
		return fault.New(fault.Forbidden, "security.intel.city", "intelligence is taken over and judged by who sees the whole city")
	}
	return nil
}

func (m *Intel) importBundle(w http.ResponseWriter, r *http.Request) {
	v, err := m.readImport(r)
	httpd.Answer(w, r, http.StatusOK, v, err)
}

func (m *Intel) readImport(r *http.Request) (TakenBundle, error) {
	none := TakenBundle{Objects: []TakenObject{}}
	if err := cityOnly(r.Context()); err != nil {
		return none, err
	}
	days := 0
	if text := r.URL.Query().Get("days"); text != "" {
		var err error
		if days, err = strconv.Atoi(text); err != nil || days == 0 {
			days = -1
		}
	}
	f, err := checkFrom(r.URL.Query().Get("source"), days, "file")
	if err != nil {
		return none, err
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return none, err //nolint:wrapcheck // the door's own refusal
	}
	return m.bundle(r.Context(), data, f)
}

type takeReceivedInput struct {
	httpd.Object
	Body struct {
		Source string `json:"source" maxLength:"100" doc:"Whose intelligence it is"`
		Days   int    `json:"days,omitempty" minimum:"0" maximum:"3650" doc:"How long an indicator lives that does not say it; 90 when 0"`
	}
}

func (m *Intel) takeReceived(ctx context.Context, in takeReceivedInput) (TakenObject, error) {
	if err := cityOnly(ctx); err != nil {
		return TakenObject{}, err
	}
	f, err := checkFrom(in.Body.Source, in.Body.Days, "inbox")
	if err != nil {
		return TakenObject{}, inBody(err)
	}
	o, err := m.exchange.Handed(ctx, in.ID)
	if err != nil {
		return TakenObject{}, err
	}
	parsed, err := stix.Parse([]byte(o.Raw))
	if err != nil {
		return TakenObject{}, fault.New(fault.Invalid, "security.intel.bundle", "this is no object of STIX: %s", err).With("why", short(err.Error(), 300))
	}
	b, err := m.take(ctx, []*stix.Object{parsed}, f, nothingMore)
	if err != nil {
		return TakenObject{}, err
	}
	return b.Objects[0], nil
}

// inBody turns fields of a query into fields of a body.
func inBody(err error) error {
	if f, is := errors.AsType[*fault.Error](err); is {
		for i := range f.Fields {
			f.Fields[i].Location = strings.Replace(f.Fields[i].Location, "query.", "body.", 1)
		}
	}
	return err
}
