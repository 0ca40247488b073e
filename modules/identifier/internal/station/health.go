package station

import (
	"fmt"
	"time"
)

// Health is how a mirror is, as /healthz of its port for programs tells it.
type Health struct {
	State        string    `json:"state"` // ok, degraded
	Reason       string    `json:"reason,omitempty"`
	Mend         string    `json:"mend,omitempty"`
	Primary      string    `json:"primary"`
	Identity     string    `json:"identity"`
	Answers      bool      `json:"answers"` // everything was here once
	Connected    bool      `json:"connected"`
	Dumping      bool      `json:"dumping"`
	Dumped       uint64    `json:"dumped"`
	Behind       float64   `json:"behind_seconds"`
	Transactions uint64    `json:"behind_transactions"`
	Position     uint64    `json:"position"`
	Contact      time.Time `json:"last_contact,omitzero"`
	Fault        string    `json:"fault,omitempty"`
}

// behind returns since when something may be missing.
func (s *Station) behind(now time.Time) time.Duration {
	l := s.mirror.Lag()
	return l.Behind(now, s.started)
}

// Health tells how the mirror is.
func (s *Station) Health() Health { return s.health(time.Now()) }

// health tells how the mirror was at a time.
func (s *Station) health(now time.Time) Health {
	l := s.mirror.Lag()
	behind := l.Behind(now, s.started)
	h := Health{
		State: "ok", Primary: s.c.Primary, Identity: s.c.MirrorIdentity().String(), Answers: l.Whole, Connected: l.Connected, Dumping: l.Dumping(), Dumped: l.Dumped,
		Behind: behind.Seconds(), Transactions: l.Transactions(), Position: l.Position, Contact: l.Contact, Fault: l.Fault,
	}
	switch {
	case !l.Whole && l.Fault != "":
		h.State, h.Reason = "degraded", "it has nothing of its primary yet, and answers nothing: "+l.Fault
		h.Mend = fmt.Sprintf("at the primary, register this mirror's key (linghang node admit request.json) and start it with --mirror %s; see that its TCP port is reached from here", h.Identity)
	case !l.Whole:
		h.State, h.Reason = "degraded", "it is taking everything that its primary has, and answers nothing until that is here"
		h.Mend = "wait until it is; linghang node status tells how much there is"
	case behind > s.c.Behind:
		h.State = "degraded"
		h.Reason = fmt.Sprintf("what the primary changed in the last %s may be missing: %s", behind.Round(time.Second), l.Fault)
		h.Mend = "see that the primary runs and its TCP port is reached from here; when it is lost for good, make this mirror the primary (linghang node promote)"
	}
	return h
}
