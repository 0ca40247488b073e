package probe

import (
	"time"

	"linghang/kernel/egress"
)

// Faults of a look.
const (
	FaultName     = egress.ClassName
	FaultForbid   = egress.ClassForbid
	FaultConnect  = egress.ClassConnect
	FaultTimeout  = egress.ClassTimeout
	FaultTLS      = egress.ClassTLS
	FaultProtocol = egress.ClassProtocol // redirects without end too
	FaultStatus   = "status"             // another status code than expected
	FaultBody     = "body"               // the body does not say what it should
	FaultSlow     = "slow"               // an answer later than allowed
)

// Look is what was seen at one time.
type Look struct {
	At     time.Time  `json:"at"`
	OK     bool       `json:"ok"`
	Ms     float64    `json:"ms" doc:"Milliseconds until the answer was read"`
	Status int        `json:"status,omitempty" doc:"HTTP status code"`
	Until  *time.Time `json:"until,omitempty" doc:"When the certificate ends, or the first of its chain that does"`
	Fault  string     `json:"fault,omitempty" enum:"name,forbid,connect,timeout,tls,protocol,status,body,slow"`
	Detail string     `json:"detail,omitempty"`
}

func (l *Look) fail(fault, detail string) {
	l.OK, l.Fault, l.Detail = false, fault, cut(detail, 300)
}

// States of a target.
const (
	Unknown = "unknown"
	Up      = "up"
	Down    = "down"
)

// Standing is what is thought of a target after the looks so far.
type Standing struct {
	State string
	Bad   int       // looks that failed in a row
	Since time.Time // when the state began
	First time.Time // the first of the looks that failed in a row
	Last  Look
}

// BadMost is how many looks in a row fail before a target is down: one may be
// the network's.
const BadMost = 2

// After returns the standing after a look.
func (s Standing) After(l Look) Standing {
	n := Standing{State: s.State, Since: s.Since, Last: l}
	if n.Last.Until == nil && !l.OK {
		n.Last.Until = s.Last.Until // it was not seen this time
	}
	if l.OK {
		if s.State != Up {
			n.State, n.Since = Up, l.At
		}
		return n
	}
	n.Bad, n.First = s.Bad+1, s.First
	if s.Bad == 0 {
		n.First = l.At
	}
	if n.Bad >= BadMost && s.State != Down {
		n.State, n.Since = Down, n.First
	}
	return n
}
