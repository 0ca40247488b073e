package incident

import (
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/modules/security/internal/rating"
)

// way is a step from one state to another, and of which sides it is.
type way struct {
	from State
	to   State
	of   []side
}

func ways() []way {
	both, authority := []side{owner, city}, []side{city}
	return []way{
		{Fresh, Triaged, authority},
		{Fresh, Rejected, authority},
		{Triaged, Confirmed, authority},
		{Triaged, Rejected, authority},
		{Confirmed, Contained, both},
		{Contained, Eradicated, both},
		{Eradicated, Recovered, both},
		{Recovered, Closed, authority},
		{Rejected, Triaged, authority}, // reopened
		{Closed, Confirmed, authority},
		{Reviewed, Confirmed, authority},
	}
}

// step is what somebody wants to become of an incident.
type step struct {
	to         State
	level      rating.Level // when it is confirmed
	resolution string       // when it is rejected
	reason     string
	at         time.Time // when it happened
	now        time.Time
}

// move brings an incident to another state. It decides only.
func (i Case) move(s step, who identity.Identity, from side) (Case, error) {
	at := slices.IndexFunc(ways(), func(w way) bool { return w.from == i.State && w.to == s.to })
	if at < 0 {
		return i, fault.New(fault.Conflict, "security.incident.state", "this cannot be done with an incident that is %s", i.State).With("state", string(i.State))
	}
	if !slices.Contains(ways()[at].of, from) {
		return i, fault.New(fault.Forbidden, "security.incident.side", "this is for the other side")
	}
	if err := wantReason(s.reason); err != nil {
		return i, err
	}
	if s.at.After(s.now) || s.at.Before(i.AwareAt) {
		return i, fault.New(fault.Invalid, "security.incident.at", "the time cannot be").At("body.at", "not before it was known, and not later than now")
	}
	switch {
	case s.to == Rejected:
		return i.reject(s)
	case i.over():
		return i.reopen(s)
	case s.to == Confirmed:
		return i.confirm(s, who)
	case s.to == Closed:
		return i.close(s, who)
	}
	i.State = s.to
	i.reached(s.to, s.at)
	if s.to == Triaged && i.handler == "" {
		i.handler, i.HandlerName = who.Actor(), who.Name
	}
	return i, nil
}

// reached notes when a state was come to.
func (i *Case) reached(s State, at time.Time) {
	if t := i.mark(s); t != nil {
		*t = &at
	}
}

func (i *Case) mark(s State) **time.Time {
	return map[State]**time.Time{
		Triaged: &i.TriagedAt, Confirmed: &i.ConfirmedAt, Contained: &i.ContainedAt, Eradicated: &i.EradicatedAt,
		Recovered: &i.RecoveredAt, Closed: &i.ClosedAt, Reviewed: &i.ReviewedAt,
	}[s]
}

func (i Case) reject(s step) (Case, error) {
	if !slices.Contains(resolutions(), s.resolution) {
		return i, fault.New(fault.Invalid, "security.incident.resolution", "say what it is instead").At("body.resolution", "false_positive, duplicate or test")
	}
	i.State, i.Resolution = Rejected, s.resolution
	if i.TriagedAt == nil {
		i.reached(Triaged, s.at)
	}
	return i, nil
}

// reopen lets work go on; what was reached before counts no more.
func (i Case) reopen(s step) (Case, error) {
	for _, x := range []State{Contained, Eradicated, Recovered, Closed, Reviewed} {
		*i.mark(x) = nil
	}
	i.State, i.Resolution, i.review, i.closingWriter = s.to, "", nil, ""
	i.Reopened++
	return i, nil
}

func (i Case) confirm(s step, who identity.Identity) (Case, error) {
	if !s.level.Known() {
		return i, fault.New(fault.Invalid, "security.incident.level", "say how grave it is").At("body.level", "a level of 1 to 4")
	}
	i.State, i.Level, i.levelSetter = Confirmed, s.level, who.Actor()
	i.reached(Confirmed, s.at)
	return i, nil
}

// close ends the work. Of what is 较大 or graver somebody else closes than who handled it
// and who wrote what is known at the end.
func (i Case) close(s step, who identity.Identity) (Case, error) {
	if i.closing == nil || i.closingWriter == "" { // of what was reopened it is written anew
		return i, fault.New(fault.Conflict, "security.incident.closing", "write down the cause, the impact, the measures, what was affected and the risk that remains first")
	}
	if reportable(i.Level) && (!second(who, i.handler) || !second(who, i.closingWriter)) {
		return i, fault.New(fault.Forbidden, "security.incident.four_eyes", "somebody else closes it than who handles it, and who wrote the closing")
	}
	i.State = Closed
	i.reached(Closed, s.at)
	return i, nil
}

// second tells whether a person asks, and another than who is named as person:<ID>.
func second(who identity.Identity, actor string) bool {
	return who.IsSecond(strings.TrimPrefix(actor, "person:"))
}

// relevel changes the confirmed level: up at once, down only by a second person.
func (i Case) relevel(level rating.Level, reason string, who identity.Identity) (Case, error) {
	switch {
	case i.over() || !i.Level.Known():
		return i, wrongState(i.State)
	case !level.Known() || level == i.Level:
		return i, fault.New(fault.Invalid, "security.incident.level", "say how grave it is").At("body.level", "another level of 1 to 4")
	case !level.GraverThan(i.Level) && !second(who, i.levelSetter):
		return i, fault.New(fault.Forbidden, "security.incident.lower", "a level is lowered by another person than who set it")
	}
	if err := wantReason(reason); err != nil {
		return i, err
	}
	i.Level, i.levelSetter = level, who.Actor()
	return i, nil
}

// respond starts a response level of the city's plan (应急响应), changes it, or ends it with 0.
func (i Case) respond(level rating.Level, reason string, now time.Time) (Case, error) {
	switch {
	case level == i.Response:
		return i, fault.New(fault.Invalid, "security.incident.response", "this response level holds already").At("body.level", "another level, or 0 to end it")
	case level != rating.Unrated && (i.over() || !i.Level.Known()):
		return i, wrongState(i.State)
	}
	if err := wantReason(reason); err != nil {
		return i, err
	}
	i.Response, i.ResponseAt = level, nil
	if level.Known() {
		i.ResponseAt = &now
	}
	return i, nil
}

// takeOver makes somebody the handler.
func (i Case) takeOver(note string, who identity.Identity) (Case, error) {
	switch {
	case i.over():
		return i, wrongState(i.State)
	case i.handler == who.Actor():
		return i, fault.New(fault.Conflict, "security.incident.handler", "you handle it already")
	case blank(note):
		return i, fault.New(fault.Invalid, "security.incident.reason", "say why").At("body.note", "say how it stands, and what is next")
	}
	i.handler, i.HandlerName = who.Actor(), who.Name
	return i, nil
}

// mergeInto lets an incident go on as another one of the same enterprise, which must be as
// grave: otherwise a time limit that the law sets would end unseen.
func (i Case) mergeInto(other Case) (Case, error) {
	f := fault.New(fault.Invalid, "security.incident.merge", "it cannot go on as that one")
	switch {
	case i.over() || i.State == Recovered:
		return i, wrongState(i.State)
	case other.ID == i.ID || other.OrganisationID != i.OrganisationID || other.Drill != i.Drill:
		return i, f.At("body.into", "another incident of the same enterprise and drill")
	case other.over():
		return i, f.At("body.into", "one that is still worked on")
	case i.weight().GraverThan(other.weight()):
		return i, f.At("body.into", "one that is at least as grave: raise its level first")
	}
	i.mergedFrom, i.State, i.MergedInto = i.State, Merged, other.ID
	return i, nil
}

// takeApart undoes a merge.
func (i Case) takeApart() (Case, error) {
	if i.State != Merged {
		return i, wrongState(i.State)
	}
	i.State, i.mergedFrom, i.MergedInto = i.mergedFrom, "", ""
	return i, nil
}

// conclude writes down what is known at the end.
func (i Case) conclude(c Closing, who identity.Identity) (Case, error) {
	if i.over() || !i.Level.Known() {
		return i, wrongState(i.State)
	}
	f := fault.New(fault.Invalid, "security.incident.conclusion", "the closing is incomplete")
	for _, x := range []struct{ at, text string }{{"cause", c.Cause}, {"impact", c.Impact}, {"measures", c.Measures}, {"assets", c.Assets}, {"residual", c.Residual}} {
		if blank(x.text) || long(x.text, longest) {
			_ = f.At("body."+x.at, "1 to 4000 characters; write that there is none if so")
		}
	}
	if len(f.Fields) > 0 {
		return i, f
	}
	i.closing, i.closingWriter = &c, who.Actor()
	return i, nil
}

// learn ends an incident with its review.
func (i Case) learn(r Review, now time.Time) (Case, error) {
	if i.State != Closed {
		return i, wrongState(i.State)
	}
	f := fault.New(fault.Invalid, "security.incident.review", "the review is incomplete")
	for _, x := range []struct{ at, text string }{{"detected", r.Detected}, {"should", r.Should}, {"lessons", r.Lessons}} {
		if blank(x.text) || long(x.text, longest) {
			_ = f.At("body."+x.at, "1 to 4000 characters; write that there is none if so")
		}
	}
	if len(f.Fields) > 0 {
		return i, f
	}
	i.State, i.review = Reviewed, &r
	i.reached(Reviewed, now)
	return i, nil
}
