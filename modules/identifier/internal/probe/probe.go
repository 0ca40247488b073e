// Package probe looks at nodes from outside: whether they resolve and register,
// and how long that takes. It also judges what several probes report: a node is
// abnormal when at least 51 of 100 of them see it so, which is when the contract with
// a national top node lets the escrow node take over.
package probe

import "time"

// Outcome is what one question came to.
type Outcome struct {
	OK    bool    `json:"ok"`
	Ms    float64 `json:"ms" minimum:"0" maximum:"600000" doc:"Until the answer, or until it was given up"`
	Fault string  `json:"fault,omitempty" maxLength:"500" doc:"Why it failed"`
}

// Registration is what registering, resolving and removing an identifier came to.
type Registration struct {
	OK        bool    `json:"ok"`
	Ms        float64 `json:"ms" minimum:"0" maximum:"600000" doc:"Until the registration was acknowledged"`
	VisibleMs float64 `json:"visible_ms" minimum:"0" maximum:"600000" doc:"From then until it resolved"`
	Fault     string  `json:"fault,omitempty" maxLength:"500"`
}

// Result is one look at a node.
type Result struct {
	NodeID string        `json:"node_id" maxLength:"26"`
	At     time.Time     `json:"at"`
	UDP    *Outcome      `json:"udp,omitempty" doc:"An identifier over UDP; left out where the node's site offers none"`
	TCP    *Outcome      `json:"tcp,omitempty" doc:"The same over TCP"`
	Prefix *Outcome      `json:"prefix,omitempty" doc:"The handle of its prefix at the node above"`
	Made   *Registration `json:"registration,omitempty" doc:"Left out when none was tried"`
	Asked  int64         `json:"asked" minimum:"0" maximum:"1000" doc:"Questions that were sent to the node itself"`
	Above  int64         `json:"asked_above" minimum:"0" maximum:"1000" doc:"Questions that were sent to the node above"`
}

// Resolves tells whether everything that was asked was answered: something was.
func (r *Result) Resolves() bool {
	asked := false
	for _, o := range []*Outcome{r.UDP, r.TCP, r.Prefix} {
		if o == nil {
			continue
		}
		if asked = true; !o.OK {
			return false
		}
	}
	return asked
}

// Ms is how long a resolution took: the first that was answered, UDP before TCP.
func (r *Result) Ms() (float64, bool) {
	for _, o := range []*Outcome{r.UDP, r.TCP} {
		if o != nil && o.OK {
			return o.Ms, true
		}
	}
	return 0, false
}

// Fault says what failed; empty when nothing did.
func (r *Result) Fault() string {
	for _, x := range []struct {
		name string
		o    *Outcome
	}{{"UDP", r.UDP}, {"TCP", r.TCP}, {"prefix", r.Prefix}} {
		if x.o != nil && !x.o.OK {
			return x.name + ": " + x.o.Fault
		}
	}
	if r.Made != nil && !r.Made.OK {
		return "registration: " + r.Made.Fault
	}
	return ""
}

// How many results in a row change what a probe thinks of a node: one answer that
// was lost is no outage, and one that came is no recovery.
const (
	downAfter = 3
	upAfter   = 2
)

// Standing is what one probe thinks of a node.
type Standing struct {
	Down   bool
	Streak int       // results in a row that say the contrary
	Since  time.Time // of the first result that made it so
	At     time.Time // of the last result
	Unmade bool      // the last registration that was tried failed
	Fault  string    // of the last result
}

// After is the standing after another result. Older results than the last change
// nothing.
func (s Standing) After(r *Result) Standing {
	if !r.At.After(s.At) {
		return s
	}
	if r.Made != nil {
		s.Unmade = !r.Made.OK
	}
	down := !r.Resolves() || s.Unmade
	if s.At.IsZero() {
		s.Since = r.At // the first result counts as nothing yet, and the node as up
	}
	s.At = r.At
	if fault := r.Fault(); fault != "" || !down {
		s.Fault = fault
	}
	if down == s.Down {
		s.Streak = 0
		return s
	}
	if s.Streak++; s.Streak < s.needed() {
		return s
	}
	s.Down, s.Streak, s.Since = down, 0, r.At
	return s
}

func (s Standing) needed() int {
	if s.Down {
		return upAfter
	}
	return downAfter
}

// Fresh is how long a standing counts: a probe that reports no more has no say.
const Fresh = 15 * time.Minute

// Quorum is how many of a hundred probes it takes.
const Quorum = 51

// Judge tells whether enough probes see a node down, of those that reported lately.
// Nobody knows when none did.
func Judge(list []Standing, now time.Time) (down, known bool) {
	all, against := 0, 0
	for _, s := range list {
		if now.Sub(s.At) > Fresh {
			continue
		}
		all++
		if s.Down {
			against++
		}
	}
	return all > 0 && against*100 >= Quorum*all, all > 0
}
