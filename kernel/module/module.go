// Package module is the contract between the house and its rooms: the Kit that
// a room is given, narrowed to it, and the Manifest by which it says what it is.
package module

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel/blobs"
	"linghang/kernel/broker"
	"linghang/kernel/bus"
	"linghang/kernel/health"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/live"
	"linghang/kernel/measure"
	"linghang/kernel/notice"
	"linghang/kernel/seal"
	"linghang/kernel/series"
	"linghang/kernel/sqldb"
	"linghang/lib/match/latent"
)

// The words of a Manifest, each defined where it is acted upon.
type (
	// Permission is something a route asks for.
	Permission = identity.Permission
	// Route is one door into the room.
	Route = httpd.Route
	// Measure is one number that the room answers.
	Measure = measure.Measure
	// Topic is something a browser can watch.
	Topic = live.Topic
	// MQTTTopic is something that the room takes over MQTT.
	MQTTTopic = broker.Topic
	// Subscription is one handler of one event type.
	Subscription = bus.Subscription
	// Job is a kind of work that comes around or is asked for; one replica at a time does it.
	Job = jobs.Kind
)

// Module is a room.
type Module interface {
	Manifest() Manifest
}

// Runner is a room that also has a loop or serves a protocol, until ctx ends.
type Runner interface {
	Run(ctx context.Context) error
}

// Manifest is everything a room registers. It is a value: `linghang describe`
// prints it, tests read it, the kernel acts on it.
type Manifest struct {
	Name        string
	Title       lang.Text
	Migrations  fs.FS // numbered *.sql at its top
	Permissions []Permission
	Routes      []Route
	Publishes   []bus.Event
	Subscribes  []Subscription
	Measures    []Measure
	Topics      []Topic
	MQTT        []MQTTTopic
	Finds       []Find     // what can be found by the city's search
	Remarks     []Remarked // objects that people comment on
	Reports     []Report
	Shares      []Shareable // what organisations can share by rules
	Notices     []notice.Kind
	Jobs        []Job
	Nav         []NavItem
	Sealed      []Sealed
	Keeps       []Keep           // what it keeps in files of its own
	Personal    []sqldb.Personal // where something about persons is kept
	// Forget erases what Personal cannot name, such as contacts that are told by
	// their address; it may be called again after a crash.
	Forget func(ctx context.Context, s identity.Subject) error
}

// Sealed is a column that holds secrets, each sealed by the room's keyring for
// the purpose. What is still in clear is sealed at the start; all of it is
// sealed again when keys are renewed.
type Sealed struct {
	Purpose string
	Column  sqldb.Column
}

// NavItem is an entry of the menu, shown to those who hold the permission.
type NavItem struct {
	Section    lang.Text `json:"section"`
	Label      lang.Text `json:"label"`
	Path       string    `json:"path"`
	Icon       string    `json:"icon"`
	Permission string    `json:"permission"`
}

// Kit is what a room may use; each tool reaches only what is the room's own.
// The tools work once the house is open: keep them in New, use them later.
type Kit struct {
	Name     string
	DB       *sqldb.DB
	Dir      string // of the room's own in the data directory, for its Keeps; the room makes it
	Series   *series.Store
	Blobs    *blobs.Store
	Files    Files
	Search   *Search
	Shares   Shares
	Remarks  *Remarks
	Measures *measure.Register
	Live     *live.Hub
	Seal     *seal.Keyring
	Notices  *notice.Sender
	Health   *health.Room
	Jobs     *jobs.Room
	Log      *slog.Logger
	Metrics  prometheus.Registerer

	// Settings is the room's section of the configuration file as JSON.
	Settings json.RawMessage
	// Address is what browsers and platforms reach this installation under.
	Address func() string
	// MQTT is what programs reach MQTT under, such as mqtts://city.example:8883, the
	// encrypted way if there is one; empty when there is none.
	MQTT func() string
	// WordVectors is what words mean, by the file that the installation was given; nil
	// without one.
	WordVectors func() *latent.Model
	// Machines tells which machine shows its certificate, and where machines come.
	Machines Machines
	// Fit returns why this process cannot judge right now, and another could: its
	// clock is wrong. The door asks before each request.
	Fit func(ctx context.Context) error
}

// Machines is what a room asks of the room of machines: only the TLS connection itself
// tells who shows a certificate, never a header.
type Machines struct {
	// Of returns the machine that shows its certificate, nobody when none is shown, and why
	// a certificate is not good.
	Of func(r *http.Request) (identity.Identity, error)
	// Port returns the TLS port that machines reach, empty where there is none, and whether
	// it shows a certificate of the city's own authority.
	Port func() (address string, ours bool)
}

// Config reads the room's section of the configuration into c, whose present
// values are the defaults. Unknown keys are refused.
func (k *Kit) Config(c any) error {
	if len(k.Settings) == 0 {
		return nil
	}
	if err := DecodeStrict(k.Settings, c); err != nil {
		return fmt.Errorf("configuration [%s]: %w", k.Name, err)
	}
	return nil
}

// Notify tells browsers that watch the topic to read again.
func (k *Kit) Notify(topic, id, organisation string) {
	k.Live.Notify(live.Notice{Topic: topic, Kind: "changed", ID: id, Organisation: organisation})
}

// NotifyAfter tells them once a change is committed: told before, they would read what was
// there before it, and nobody would tell them again.
func (k *Kit) NotifyAfter(tx *sqldb.Tx, topic, id, organisation string) {
	tx.After(func() { k.Notify(topic, id, organisation) })
}

// Listen opens a TCP port for a protocol; ":0" takes a free one.
func (k *Kit) Listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for %s on %s: %w", k.Name, address, err)
	}
	return l, nil
}
