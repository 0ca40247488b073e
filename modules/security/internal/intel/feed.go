package intel

import (
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/lib/stix"
	"linghang/modules/security/internal/peer"
)

// Bounds of feeds.
const (
	mostFeeds    = 50
	shortestTurn = 5           // minutes
	longestTurn  = 7 * 24 * 60 // minutes
	runsKept     = 50
	feedsAtOnce  = 4
)

// FeedSpec is what a person says of a feed.
type FeedSpec struct {
	Name string `json:"name" maxLength:"100" doc:"Whose intelligence it is; alerts name it" title:"名称|Name"`
	peer.Server
	Every  int64 `json:"every" minimum:"5" maximum:"10080" doc:"Minutes between two readings" title:"间隔（分钟）|Every (minutes)"`
	Days   int64 `json:"days" minimum:"1" maximum:"3650" doc:"How long an indicator lives that does not say it" title:"有效天数|Days"`
	Paused bool  `json:"paused" title:"已暂停|Paused"`
}

// Feed is a collection of somebody that the city reads.
type Feed struct {
	ID string `json:"id"`
	FeedSpec
	SecretVersion int64      `json:"secret_version" doc:"How often a secret was set; 0 when there is none. The secret itself is never shown"`
	Cursor        string     `json:"cursor" doc:"What was added after this was not read yet"`
	NextAt        time.Time  `json:"next_at" title:"下次读取|Next"`
	RunAt         *time.Time `json:"run_at,omitempty" title:"最近读取|Last read"`
	GoodAt        *time.Time `json:"good_at,omitempty" title:"最近成功|Last success"`
	Failures      int64      `json:"failures" doc:"One after the other" title:"连续失败|Failures"`
	Fault         string     `json:"fault" doc:"The class of what went wrong last; empty: nothing" title:"故障|Fault"`
	FaultText     string     `json:"fault_text" title:"故障说明|What went wrong"`
	Objects       int64      `json:"objects" doc:"New and newer ones since it is read" title:"对象|Objects"`
	CreatedAt     time.Time  `json:"created_at" title:"建立|Created"`
	Version       int64      `json:"version"`

	secret string // sealed
}

// ETag implements httpd.Versioned.
func (f Feed) ETag() int64 { return f.Version }

// check tells what of a feed is wrong.
func (s *FeedSpec) check() error {
	s.Name = strings.TrimSpace(s.Name)
	f := wrongFeed()
	if s.Name == "" {
		_ = f.At("body.name", "say whose intelligence it is")
	}
	s.Check(f)
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func wrongFeed() *fault.Error {
	return fault.New(fault.Invalid, "security.feed.invalid", "the feed is incomplete or wrong")
}

// reported are the types that people read: they are put into the inbox, too.
func reported(typ string) bool {
	switch typ {
	case "report", "note", "opinion", "incident", "course-of-action":
		return true
	}
	return false
}

// run is what a reading of a feed brought.
type run struct {
	pages                                   int64
	fresh, newer, known, refused, unmatched int64
	refusal                                 string // the first
}

func (r *run) add(b TakenBundle) {
	r.fresh, r.newer, r.known, r.refused, r.unmatched = r.fresh+int64(b.New), r.newer+int64(b.Newer), r.known+int64(b.Same+b.Older), r.refused+int64(b.Refused), r.unmatched+int64(b.Unmatchable)
	for _, o := range b.Objects {
		if o.Outcome == Refused {
			r.refuse(o.ObjectID + ": " + o.Why)
		}
	}
}

func (r *run) refuse(why string) {
	if r.refusal == "" {
		r.refusal = short(why, 500)
	}
}

// parsed reads the objects of a page; what is no object of STIX is counted.
func (r *run) parsed(list [][]byte) (out []*stix.Object) {
	for _, raw := range list {
		o, err := stix.Parse(raw)
		if err != nil {
			r.refused++
			r.refuse(err.Error())
			continue
		}
		out = append(out, o)
	}
	return out
}
