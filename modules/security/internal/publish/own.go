package publish

import (
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// State is how an advisory stands.
type State string

// The states of an advisory. One that is published becomes a draft again when it is revised;
// what was published stays meanwhile.
const (
	Writing   State = "draft"
	InReview  State = "review"
	Published State = "published"
)

// Own is an advisory of the city's own.
type Own struct {
	ID          string     `json:"id"`
	Number      string     `json:"number" doc:"Tracking ID" title:"编号|Number"`
	State       State      `json:"state" enum:"draft,review,published" title:"状态|State"`
	Title       string     `json:"title" title:"标题|Title"`
	TLP         string     `json:"tlp" enum:"WHITE,GREEN,AMBER,RED" title:"TLP|TLP"`
	Revision    int64      `json:"revision" doc:"That is published; 0: none yet" title:"版次|Revision"`
	Reason      string     `json:"reason" doc:"Why it was returned"`
	Author      string     `json:"author" doc:"Who wrote it last" title:"拟稿人|Author" audit:"-"`
	PublishedAt *time.Time `json:"published_at,omitempty" doc:"The first revision" title:"首次发布|First published"`
	RevisedAt   *time.Time `json:"revised_at,omitempty" doc:"The newest revision" title:"最近发布|Last published"`
	CreatedAt   time.Time  `json:"created_at" title:"拟稿时间|Written"`
	ChangedAt   time.Time  `json:"changed_at"`
	Version     int64      `json:"version"`

	draft        Draft
	year, serial int
	actor        string
}

// ETag implements httpd.Versioned.
func (x Own) ETag() int64 { return x.Version }

// hand is who does something.
type hand struct{ actor, name string }

func numbered(year, serial int) string { return fmt.Sprintf("LH-SA-%d-%04d", year, serial) }

func wrongState(what string) error {
	return fault.New(fault.Conflict, "security.own.state", "an advisory in this state cannot be %s", what).With("what", what)
}

// write takes what somebody wrote.
func (x Own) write(d Draft, by hand, at time.Time) (Own, error) {
	if x.State != Writing {
		return x, wrongState("edited")
	}
	x.draft = d.tidy()
	if x.draft.Title == "" {
		return x, fault.New(fault.Invalid, "security.own.invalid", "the advisory is incomplete or wrong").At("body.title", "say what it is about")
	}
	x.Title, x.TLP, x.actor, x.Author, x.ChangedAt = x.draft.Title, x.draft.TLP, by.actor, by.name, at
	return x, nil
}

// submit hands a draft in to be published.
func (x Own) submit(at time.Time) (Own, error) {
	if x.State != Writing {
		return x, wrongState("submitted")
	}
	if err := x.draft.check(); err != nil {
		return x, err
	}
	if x.Revision > 0 && x.draft.Change == "" {
		return x, fault.New(fault.Invalid, "security.own.change", "say what is new").At("body.change", "what readers of the revision before should know")
	}
	x.State, x.Reason, x.ChangedAt = InReview, "", at
	return x, nil
}

// giveBack returns it to its writer.
func (x Own) giveBack(reason string, at time.Time) (Own, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case x.State != InReview:
		return x, wrongState("returned")
	case reason == "" || len([]rune(reason)) > 1000:
		return x, fault.New(fault.Invalid, "security.own.reason", "say why").At("body.reason", "a reason of 1 to 1000 characters")
	}
	x.State, x.Reason, x.ChangedAt = Writing, reason, at
	return x, nil
}

// mayPublish tells whether somebody may publish what its author wrote.
func (x Own) mayPublish(by hand) error {
	if by.actor == x.actor {
		return fault.New(fault.Forbidden, "security.own.own_hand", "who wrote it does not publish it: another person must")
	}
	return nil
}

// publish puts what was reviewed before the world.
func (x Own) publish(by hand, at time.Time) (Own, error) {
	if x.State != InReview {
		return x, wrongState("published")
	}
	if err := x.mayPublish(by); err != nil {
		return x, err
	}
	x.State, x.Revision, x.RevisedAt, x.ChangedAt = Published, x.Revision+1, &at, at
	if x.PublishedAt == nil {
		x.PublishedAt = &at
	}
	return x, nil
}

// revise begins the next revision.
func (x Own) revise(at time.Time) (Own, error) {
	if x.State != Published {
		return x, wrongState("revised")
	}
	x.State, x.draft.Change, x.ChangedAt = Writing, "", at
	return x, nil
}

// refused is that a document fails mandatory tests.
func refused(list []Failing) error {
	f := fault.New(fault.Invalid, "security.own.failing", "%d things in the document are not as CSAF demands, the first by %s: %s", len(list), list[0].Test, list[0].What).With("count", len(list))
	for i, x := range list {
		if i == 20 {
			break
		}
		_ = f.At("body", "%s %s: %s (%s)", x.Test, x.Title, x.What, x.Path)
	}
	return f
}
