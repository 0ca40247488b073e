package notice

import (
	"strings"
	"time"

	"linghang/kernel/fault"
)

// Drill is a frame of notices that are not real.
type Drill struct {
	ID            string     `json:"id" title:"编号|ID"`
	Title         string     `json:"title" title:"演练名称|Title"`
	Plan          string     `json:"plan" doc:"What is played"`
	Pace          float64    `json:"pace" doc:"How many times faster than the wall its clocks run" title:"时间压缩|Pace"`
	Organisations []string   `json:"organisations" nullable:"false" doc:"IDs of those that take part; its notices go to nobody else"`
	By            string     `json:"by" title:"组织者|Held by"`
	CreatedAt     time.Time  `json:"created_at" title:"建立时间|Made"`
	EndedAt       *time.Time `json:"ended_at,omitempty" title:"结束时间|Ended"`
	Version       int64      `json:"version"`

	actor string
}

const (
	fastest     = 1000
	mostPlayers = 500
)

// check says what is wrong with a drill.
func (x Drill) check() (Drill, error) {
	x.Title, x.Plan, x.Organisations = strings.TrimSpace(x.Title), strings.TrimSpace(x.Plan), unique(x.Organisations)
	f := fault.New(fault.Invalid, "security.drill.invalid", "the drill is incomplete or wrong")
	if x.Title == "" || len([]rune(x.Title)) > longestTitle {
		_ = f.At("body.title", "a title of 1 to 120 characters")
	}
	if x.Plan == "" || len([]rune(x.Plan)) > longestAsk {
		_ = f.At("body.plan", "say what is played, in 4000 characters at most")
	}
	if x.Pace != x.Pace || x.Pace < 1 || x.Pace > fastest {
		_ = f.At("body.pace", "1 (as the wall) to 1000 times faster")
	}
	if len(x.Organisations) == 0 || len(x.Organisations) > mostPlayers {
		_ = f.At("body.organisations", "name 1 to 500 organisations that take part")
	}
	if len(f.Fields) > 0 {
		return x, f
	}
	return x, nil
}

// end ends a drill.
func (x Drill) end(at time.Time) (Drill, error) {
	if x.EndedAt != nil {
		return x, fault.New(fault.Conflict, "security.drill.ended", "the drill has ended")
	}
	x.EndedAt = &at
	return x, nil
}
