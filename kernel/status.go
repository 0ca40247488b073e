package kernel

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"linghang/kernel/health"
	"linghang/kernel/lang"
	"linghang/kernel/live"
	"linghang/kernel/system"
)

const (
	beatSubject = "health.replica"
	beatEvery   = 5 * time.Second
	// silentAfter is when a replica that has not been heard of is missed, and
	// forgottenAfter when it is taken off the list.
	silentAfter, forgottenAfter = 20 * time.Second, 15 * time.Minute
	// replicasShown bounds the list.
	replicasShown = 64
	// certificateEvery is how often certificates are looked at.
	certificateEvery = 10 * time.Minute
)

// crowd is who was heard of lately: the replicas of this installation.
type crowd struct {
	mu sync.Mutex
	by map[string]system.Replica
}

type beat struct {
	system.Replica
	Leaving bool `json:"leaving,omitempty"`
}

// receive takes a replica's word off the bus.
func (c *crowd) receive(data []byte) {
	var b beat
	if json.Unmarshal(data, &b) != nil || b.ID == "" || len(b.ID) > 40 || len(b.Host) > 255 || len(b.Version) > 100 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if b.Leaving {
		delete(c.by, b.ID)
		return
	}
	if c.by == nil {
		c.by = map[string]system.Replica{}
	}
	if _, known := c.by[b.ID]; !known && len(c.by) >= replicasShown {
		return
	}
	b.SeenAt = time.Now().UTC()
	c.by[b.ID] = b.Replica
}

// list returns the replicas, oldest first, and forgets those long gone.
func (c *crowd) list(now time.Time) []system.Replica {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := []system.Replica{}
	for id, r := range c.by {
		if now.Sub(r.SeenAt) > forgottenAfter {
			delete(c.by, id)
			continue
		}
		r.Silent = now.Sub(r.SeenAt) > silentAfter
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b system.Replica) int { return strings.Compare(a.ID, b.ID) })
	return list
}

// beat lets the other replicas know of this one until ctx ends.
func (k *Kernel) beat(ctx context.Context) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	b := beat{Replica: system.Replica{ID: k.instance, Host: host, Version: k.house.Version, StartedAt: k.startedAt}}
	say := func() {
		b.State = health.Worst(k.health.Last())
		data, err := json.Marshal(b)
		if err != nil {
			return
		}
		k.crowd.receive(data) // known here even while the bus is away
		if err := k.bus.Broadcast(beatSubject, data); err != nil {
			k.log.Debug("the other replicas were not told", "error", err)
		}
	}
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		say()
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.Leaving = true
			say()
			return
		}
	}
}

// watchHealth tells the health page whenever a component's state changes.
func (k *Kernel) watchHealth() {
	k.health.OnChange(func(r health.Report) { k.hub.Notify(live.Notice{Topic: system.TopicHealth, Kind: "changed", ID: r.ID}) })
}

// status is what the health page shows.
func (k *Kernel) status(ctx context.Context) (system.Status, error) {
	now := time.Now().UTC()
	s := system.Status{
		Version: k.house.Version, At: now, Replica: k.instance, StartedAt: k.startedAt, Engine: string(k.sql.Dialect()),
		Components: k.health.Read(ctx), Replicas: k.crowd.list(now),
	}
	b, found, err := k.lastBackup(ctx)
	if err != nil {
		return s, err
	}
	f := k.checkBackup(ctx)
	if f.State == "" {
		f.State = health.Good
	}
	report := health.Report{ID: "backup", Title: lang.Text{ZH: "备份", EN: "Backup"}, State: f.State, Note: f.Note, Mend: f.Mend, Since: k.startedAt}
	if found {
		report.Since = b.At
	}
	s.Components = append(s.Components, report)
	slices.SortStableFunc(s.Components, func(a, b health.Report) int { return b.State.Number() - a.State.Number() })
	s.State = health.Worst(s.Components)
	return s, nil
}

// certificates looks at certificates now and then, and answers from memory.
type certificates struct {
	mu sync.Mutex
	by map[string]seenCertificate
}

type seenCertificate struct {
	found health.Finding
	at    time.Time
}

func (c *certificates) check(host string) func(ctx context.Context) health.Finding {
	return func(ctx context.Context) health.Finding {
		c.mu.Lock()
		defer c.mu.Unlock()
		if seen, ok := c.by[host]; ok && time.Since(seen.at) < certificateEvery {
			return seen.found
		}
		f := certificate(ctx, host, nil)
		if f.State == health.Degraded && !strings.HasPrefix(f.Note.EN, "ends in") {
			// Many machines do not reach their own public address: no fault of the certificate.
			f = health.Finding{Note: lang.Text{ZH: "从本机无法查看", EN: "cannot be looked at from this machine"}}
		}
		if c.by == nil {
			c.by = map[string]seenCertificate{}
		}
		c.by[host] = seenCertificate{f, time.Now()}
		return f
	}
}
