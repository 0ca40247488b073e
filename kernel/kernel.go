// Package kernel is the ground floor: it reads the configuration, opens what
// the rooms stand on, runs them, and stops everything in reverse order.
package kernel

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"linghang/kernel/audit"
	"linghang/kernel/blobs"
	"linghang/kernel/broker"
	"linghang/kernel/bus"
	"linghang/kernel/files"
	"linghang/kernel/health"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/letter"
	"linghang/kernel/live"
	"linghang/kernel/machine"
	"linghang/kernel/measure"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/oidc"
	"linghang/kernel/remark"
	"linghang/kernel/report"
	"linghang/kernel/seal"
	"linghang/kernel/search"
	"linghang/kernel/series"
	"linghang/kernel/share"
	"linghang/kernel/sqldb"
	"linghang/kernel/system"
	"linghang/kernel/trace"
	"linghang/lib/match/latent"
)

// House is what a binary consists of.
type House struct {
	Version string
	Rooms   func(k *Kernel) []module.Module
	Web     fs.FS // the built web, nil for none
}

// Kernel holds what the rooms stand on. New makes it, Open opens it, Run runs it.
type Kernel struct {
	cfg     Config
	house   House
	log     *slog.Logger
	metrics *prometheus.Registry
	sql     *sqldb.Engine
	series  *series.Engine
	// seriesTurn is whose turn it is to write series that replicas share.
	seriesTurn *turn
	shelf      *blobs.Shelf
	files      *files.Room
	search     *search.Room
	report     *report.Room
	remark     *remark.Room
	system     *system.Room
	machines   *machine.Room
	share      *share.Room
	secure     secured
	broker     *broker.Broker
	mqtt       mqttPorts
	oidc       *oidc.Room
	bus        *bus.Bus
	tracer     *trace.Tracer
	hub        *live.Hub
	measures   *measure.Register
	notices    *notice.Register
	directory  *identity.Directory
	audit      *audit.Log
	letters    *letter.Box
	desk       *jobs.Desk
	ring       *seal.Keyring
	server     *httpd.Server
	kits       map[string]*module.Kit
	rooms      []room
	listener   net.Listener
	health     *health.Register
	clock      *clock
	words      *latent.Model // nil without word vectors
	started    atomic.Bool
	instance   string // which replica this is
	startedAt  time.Time
	crowd      crowd
	seals      certificates
	outboxes   outboxes
	relays     sync.WaitGroup
}

// New builds the house without opening anything: enough to describe it. What
// is wrong with a Manifest shows here.
func New(cfg Config, house House, log *slog.Logger) (*Kernel, error) {
	shelf, err := blobs.Open(blobs.Config{Dir: cfg.path("blobs"), URL: cfg.BlobsURL})
	if err != nil {
		return nil, fmt.Errorf("configuration blobs-url: %w", err)
	}
	k := &Kernel{
		shelf: shelf, cfg: cfg, house: house, log: log, metrics: prometheus.NewRegistry(), instance: ulid.Make().String(), startedAt: time.Now().UTC(),
		sql:    sqldb.New(sqldb.Config{Dir: cfg.Data, DSN: cfg.DatabaseURL}),
		tracer: trace.New(trace.Config{URL: cfg.OTLPURL, Sample: cfg.TraceSample, Version: house.Version}, log.With("part", "trace")),
		hub:    live.NewHub(log), measures: measure.NewRegister(), notices: notice.NewRegister(), kits: map[string]*module.Kit{}, health: health.NewRegister(),
	}
	k.tracer.Name(k.instance)
	k.watchHealth()
	k.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	k.outboxes = newOutboxes(k.metrics)
	systemDB := k.sql.DB("system")
	k.clock = newClock(nil)
	if cfg.DatabaseURL != "" {
		k.clock = newClock(systemDB.Clock)
	}
	if cfg.SeriesURL != "" && cfg.DatabaseURL != "" {
		k.seriesTurn = newTurn("series")
	}
	k.series = series.New(series.Config{
		Dir: cfg.Data, Retention: cfg.Retention, URL: cfg.SeriesURL, ReadURL: cfg.SeriesRead, Keeper: positions{systemDB, k.seriesTurn},
	})
	k.ring = seal.New(systemDB, seal.Config{Suite: cfg.CryptoSuite, File: cfg.masterKeyFile()})
	systemKit := k.kit("system", systemDB)
	catalogue := &identity.Catalogue{}
	k.directory = identity.NewDirectory(systemKit.DB, catalogue)
	k.directory.At(k.Address)
	k.directory.Enforce(cfg.SignIn)
	k.directory.SealWith(systemKit.Seal)
	k.audit = audit.NewLog(systemKit.DB)
	k.audit.Certify(k.ring, cfg.AuditAnchor)
	k.audit.Conceal(systemKit.Seal)
	k.desk = jobs.NewDesk(systemKit.DB, jobs.Config{
		Trace:   k.tracer,
		Changed: func(j jobs.Job) { systemKit.Notify(system.TopicJobs, j.ID, j.OrganisationID) },
	}, log.With("part", "jobs"))
	systemKit.Jobs = k.desk.Room("system")
	k.letters = letter.NewBox(systemKit.DB, k.audit, letter.Config{
		RetryFor: cfg.RetryFor, Changed: func(id string) { systemKit.Notify(system.TopicLetters, id, "") },
	}, log.With("part", "letters"))
	k.server = httpd.New(httpd.Config{
		Directory: k.directory, Audit: k.audit, Seal: k.ring, Log: log, Metrics: k.metrics, Version: house.Version, TrustProxy: cfg.TrustProxy,
		Limits: cfg.Limits, Trace: k.tracer, Fit: k.clock.right,
	})
	k.broker = broker.New(broker.Config{Fit: k.clock.right, Log: log.With("part", "mqtt"), Metrics: prometheus.WrapRegistererWithPrefix("linghang_mqtt_", k.metrics)})
	own := k.ownRooms(systemKit)
	var permissions []module.Permission
	for i, m := range append(own, house.Rooms(k)...) {
		manifest := m.Manifest()
		if manifest.Name == "system" {
			manifest.Jobs = append(manifest.Jobs, k.pruning())
		}
		kit, ok := k.kits[manifest.Name]
		if !ok {
			return nil, fmt.Errorf("room %s was not made with the kit of that name", manifest.Name)
		}
		k.rooms = append(k.rooms, room{m, manifest, kit, i < len(own)})
		permissions = append(permissions, manifest.Permissions...)
	}
	if err := catalogue.Compile(permissions); err != nil {
		return nil, fmt.Errorf("compile permissions: %w", err)
	}
	k.addComponents()
	return k, errors.Join(k.checkRooms(), k.files.Check(), k.search.Check(), k.report.Check(), k.oidc.Check(), k.remark.Check(), k.machines.Check(), k.share.Check(), k.assemble())
}

// Address returns what this installation is reached under, without a slash at the end.
func (k *Kernel) Address() string {
	if k.cfg.PublicURL != "" {
		return strings.TrimSuffix(k.cfg.PublicURL, "/")
	}
	if k.listener == nil {
		return "http://" + k.cfg.HTTP
	}
	host, port, err := net.SplitHostPort(k.listener.Addr().String())
	if err != nil {
		return "http://" + k.cfg.HTTP
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// OpenData opens the databases only: enough for the commands that an operator
// runs beside a serving process.
func (k *Kernel) OpenData(ctx context.Context) error {
	for _, r := range k.rooms {
		if err := r.kit.DB.Open(ctx, r.manifest.Migrations); err != nil {
			return err
		}
	}
	if err := k.ring.Unlock(ctx); err != nil {
		return err
	}
	_, err := k.sealAll(ctx)
	return err
}

// Open opens everything that rooms stand on, in order, and takes the port.
func (k *Kernel) Open(ctx context.Context) error {
	if err := os.MkdirAll(k.cfg.Data, 0o700); err != nil {
		return fmt.Errorf("make data directory: %w", err)
	}
	if k.cfg.HTTP != "off" {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", k.cfg.HTTP)
		if err != nil {
			return fmt.Errorf("configuration http: %w", err)
		}
		k.listener = l
	}
	if err := k.tracer.Open(ctx); err != nil {
		return err
	}
	if err := k.OpenData(ctx); err != nil {
		return err
	}
	if err := k.readWords(ctx); err != nil {
		return err
	}
	if err := k.series.Open(k.log.With("part", "series"), prometheus.WrapRegistererWithPrefix("linghang_series_", k.metrics)); err != nil {
		return err
	}
	b, err := bus.Open(ctx, bus.Config{URL: k.cfg.NATSURL, Dir: filepath.Join(k.cfg.Data, "bus"), Trace: k.tracer, Park: k.letters.Park}, k.log.With("part", "bus"))
	if err != nil {
		return err
	}
	k.bus = b
	k.letters.Open(b)
	k.hub.Carry(b)
	if err := k.openSecured(ctx); err != nil {
		return err
	}
	return k.openMQTT(ctx)
}

// Close closes what Open opened, in reverse order.
func (k *Kernel) Close() error {
	if k.bus != nil {
		k.bus.Close()
	}
	errs := []error{k.broker.Close(), k.series.Close(), k.sql.Close()}
	for _, l := range []net.Listener{k.listener, k.secure.listener} {
		if l == nil {
			continue
		}
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Run serves until ctx ends, then stops in reverse order: the door first, so
// that nothing new comes in, then loops and handlers, then the relays.
func (k *Kernel) Run(ctx context.Context) error {
	below := context.WithoutCancel(ctx)
	relayCtx, stopRelays := context.WithCancel(below)
	defer stopRelays()
	loopCtx, stopLoops := context.WithCancel(below)
	defer stopLoops()

	k.relays.Go(func() { k.health.Run(relayCtx) })
	if err := k.bus.Hear(relayCtx, k.hub.Subject(), k.hub.Receive); err != nil {
		return err
	}
	if err := k.bus.Hear(relayCtx, beatSubject, k.crowd.receive); err != nil {
		return err
	}
	k.relays.Go(func() { k.beat(relayCtx) })
	for _, r := range k.rooms {
		if err := r.kit.DB.Resend(ctx, 5*time.Minute); err != nil {
			return fmt.Errorf("prepare outbox of %s: %w", r.manifest.Name, err)
		}
	}
	k.relays.Go(func() { k.relay(relayCtx) })
	var loops sync.WaitGroup
	for _, r := range k.rooms {
		if err := k.runRoom(loopCtx, &loops, r); err != nil {
			return err
		}
	}
	for _, run := range []func(context.Context){k.letters.Run, k.desk.Run} {
		loops.Go(func() {
			_ = k.clock.during(loopCtx, func(ctx context.Context) error { run(ctx); return nil })
		})
	}
	k.started.Store(true)
	loops.Go(func() { k.supervised(loopCtx, newSupervisor(os.LookupEnv)) })
	var err error
	if k.listener != nil {
		err = k.serve(ctx)
	} else {
		<-ctx.Done()
	}
	k.started.Store(false)
	stopLoops()
	loops.Wait()
	stopRelays()
	k.relays.Wait()
	if failed := k.tracer.Close(ctx); failed != nil {
		k.log.Debug("the last spans were lost", "error", failed)
	}
	return err
}

func (k *Kernel) runs(r room) bool {
	return r.own || len(k.cfg.Run) == 0 || slices.Contains(k.cfg.Run, r.manifest.Name)
}

func (k *Kernel) runRoom(ctx context.Context, loops *sync.WaitGroup, r room) error {
	if !k.runs(r) {
		return nil
	}
	for _, s := range r.manifest.Subscribes {
		k.letters.Serve(r.manifest.Name, s)
		if err := k.bus.Subscribe(ctx, r.manifest.Name, s); err != nil {
			return err
		}
	}
	if runner, ok := r.Module.(module.Runner); ok {
		loops.Go(func() { k.keepRunning(ctx, r.manifest.Name, runner) })
	}
	for _, j := range r.manifest.Jobs {
		k.desk.Serve(r.manifest.Name, j)
	}
	return nil
}

// keepRunning restarts a loop that fails, ever more slowly, and shows it on
// the health page meanwhile.
func (k *Kernel) keepRunning(ctx context.Context, name string, r module.Runner) {
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		start := time.Now()
		err := protect(func() error { return k.clock.during(ctx, r.Run) })
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			err = errors.New("the loop ended by itself")
		}
		k.health.Set(loopOf(name), loopFailed(err))
		k.log.Error("a room's loop failed; it is restarted", "room", name, "pause", pause, "error", err)
		if time.Since(start) > time.Minute {
			pause = time.Second
		}
		wait(ctx, pause)
		k.health.Set(loopOf(name), health.Finding{})
	}
}

// pruning forgets what need not be kept any longer.
func (k *Kernel) pruning() module.Job {
	return module.Job{Name: "prune", Title: lang.Text{ZH: "清理过期记录", EN: "Forget what is past its time"}, Every: time.Hour, Tries: 3, Do: k.prune}
}

func (k *Kernel) prune(ctx context.Context) error {
	for _, db := range k.sql.DBs() {
		if err := db.Prune(ctx, time.Now().Add(-bus.Retention)); err != nil {
			return err
		}
	}
	return errors.Join(k.letters.Prune(ctx), k.desk.Prune(ctx), k.shelf.Sweep(time.Now().Add(-24*time.Hour)))
}

func protect(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Handler returns the HTTP door; for tests that need no port.
func (k *Kernel) Handler() http.Handler { return k.server.Handler() }

// Directory returns the directory of organisations and persons.
func (k *Kernel) Directory() *identity.Directory { return k.directory }

// Inviting lets organisations in that the city names.
func (k *Kernel) Inviting() *system.Room { return k.system }

// Audit returns the audit log.
func (k *Kernel) Audit() *audit.Log { return k.audit }

// Desk returns the desk that hands out jobs.
func (k *Kernel) Desk() *jobs.Desk { return k.desk }

// Letters returns the box of deliveries that failed.
func (k *Kernel) Letters() *letter.Box { return k.letters }

// Health returns what the process knows about itself.
func (k *Kernel) Health() *health.Register { return k.health }

// Server returns the HTTP door.
func (k *Kernel) Server() *httpd.Server { return k.server }

// Machines returns the room of machines.
func (k *Kernel) Machines() *machine.Room { return k.machines }

// Manifests returns what the rooms declare, in their order.
func (k *Kernel) Manifests() []module.Manifest {
	list := make([]module.Manifest, len(k.rooms))
	for i, r := range k.rooms {
		list[i] = r.manifest
	}
	return list
}

// Databases returns the databases of all rooms.
func (k *Kernel) Databases() []*sqldb.DB { return k.sql.DBs() }
