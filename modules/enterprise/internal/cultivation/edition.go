package cultivation

import (
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
)

// The states of an edition.
const (
	draft     = "draft"
	published = "published"
)

// Edition is one edition of a ladder that the bureau defined.
type Edition struct {
	Ladder  string `json:"ladder"`
	Edition int    `json:"edition"`
	State   string `json:"state" enum:"draft,published"`
	Content
	ChangedAt   time.Time  `json:"changed_at"`
	ChangedBy   string     `json:"changed_by"`
	PublishedAt *time.Time `json:"published_at,omitempty"`
	PublishedBy string     `json:"published_by"`
	Version     int64      `json:"version"`

	actor, publisher string
}

// ETag implements httpd.Versioned.
func (e Edition) ETag() int64 { return e.Version }

// person is who changed the edition last.
func (e Edition) person() string { return strings.TrimPrefix(e.actor, "person:") }

func (e Edition) published() Ladder {
	return Ladder{ID: e.Ladder, Edition: e.Edition, Own: true, Content: e.Content}
}

// publish puts a draft in force from its first day; who changed it last does not publish it.
func (e Edition) publish(by identity.Identity, now time.Time) (Edition, error) {
	if e.State != draft {
		return e, notDraft()
	}
	if !by.IsSecond(e.person()) {
		return e, fault.New(fault.Conflict, "enterprise.cultivation.four_eyes", "a second person publishes a ladder, not the one who changed it last")
	}
	e.State, e.PublishedAt, e.PublishedBy, e.publisher = published, &now, by.Name, by.Actor()
	return e, nil
}

func notDraft() error {
	return fault.New(fault.Conflict, "enterprise.cultivation.published", "an edition that was published is not changed; draft another one")
}

// inForce picks of each ladder the newest edition that holds on a day.
func inForce(list []Ladder, day string) []Ladder {
	at := map[string]int{}
	var out []Ladder
	for _, l := range list {
		if l.EffectiveFrom > day {
			continue
		}
		i, seen := at[l.ID]
		switch {
		case !seen:
			at[l.ID] = len(out)
			out = append(out, l)
		case l.Edition > out[i].Edition:
			out[i] = l
		}
	}
	return out
}
