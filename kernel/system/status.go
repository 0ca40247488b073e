package system

import (
	"context"
	"time"

	"linghang/kernel/health"
)

// TopicHealth tells browsers that a component's state changed.
const TopicHealth = "system.health"

// Status is how an installation is.
type Status struct {
	State      health.State    `json:"state" enum:"good,degraded,down" doc:"The worst of all components"`
	Version    string          `json:"version"`
	At         time.Time       `json:"at"`
	Replica    string          `json:"replica" doc:"The replica that answers"`
	StartedAt  time.Time       `json:"started_at"`
	Engine     string          `json:"engine" enum:"sqlite,postgres"`
	Components []health.Report `json:"components" nullable:"false" doc:"The worst first; as the answering replica sees them"`
	Replicas   []Replica       `json:"replicas" nullable:"false"`
}

// Replica is a process of this installation.
type Replica struct {
	ID        string       `json:"id"`
	Host      string       `json:"host"`
	Version   string       `json:"version"`
	StartedAt time.Time    `json:"started_at"`
	SeenAt    time.Time    `json:"seen_at"`
	State     health.State `json:"state" enum:"good,degraded,down" doc:"The worst of its components"`
	Silent    bool         `json:"silent" doc:"It has not been heard of for a while, and did not say goodbye"`
}

func (m *Room) health(ctx context.Context, _ nothing) (Status, error) { return m.status(ctx) }
