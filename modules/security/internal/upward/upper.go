package upward

import (
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/modules/security/internal/peer"
	"linghang/modules/security/internal/rating"
	"linghang/modules/security/internal/second"
)

// Way is how the other side of a channel is reached.
type Way string

// The ways.
const (
	ByTAXII Way = "taxii"
	ByFile  Way = "file"
)

// Direction is where a channel leads to.
type Direction string

// The directions.
const (
	Up   Direction = "up"   // to an upper level (上报)
	Down Direction = "down" // to lower levels and enterprises (下发)
)

// UpperSpec is what a person says of an upper level.
type UpperSpec struct {
	Name string `json:"name" maxLength:"100" doc:"Who it is" title:"上级单位|Upper level"`
	Way  Way    `json:"way" enum:"taxii,file" doc:"By TAXII, or by signed files through a gateway of one direction; it cannot be changed later" title:"方式|Way"`
	// Direction is up where it is left out.
	Direction  Direction `json:"direction,omitempty" enum:"up,down" doc:"To an upper level, or down to lower levels and enterprises; it cannot be changed later" title:"方向|Direction"`
	Recipients []string  `json:"recipients,omitempty" maxItems:"200" doc:"Of a channel downward: the organisations that read what goes there, by ID. What is stricter than GREEN goes only to channels all of whose recipients are addressees of the notice"`
	peer.Server
	MostTLP rating.TLP     `json:"most_tlp" enum:"clear,green,amber,amber+strict,red" doc:"What is stricter is never reported" title:"最高共享标记|Strictest TLP"`
	Levels  []rating.Level `json:"levels" nullable:"false" maxItems:"4" doc:"Notices of these levels are reported without a release: 1 (Ⅰ) to 4 (Ⅳ)" title:"自动上报级别|Levels reported by rule"`
	Paused  bool           `json:"paused" title:"已暂停|Paused"`
}

// Upper is an upper level that notices are reported to.
type Upper struct {
	ID string `json:"id"`
	UpperSpec
	second.Hand
	SecretVersion int64      `json:"secret_version" doc:"How often a secret was set; 0 when there is none. The secret itself is never shown"`
	Sequence      int64      `json:"sequence" doc:"Number of the last file; 0: none" title:"文件编号|Files"`
	Open          int64      `json:"open" doc:"Reports that have not ended" title:"未完成|Open"`
	NextAt        *time.Time `json:"next_at,omitempty" doc:"When it is tried again, after something went wrong with the whole way" title:"下次重试|Next try"`
	RunAt         *time.Time `json:"run_at,omitempty" title:"最近上报|Last tried"`
	GoodAt        *time.Time `json:"good_at,omitempty" title:"最近成功|Last success"`
	Failures      int64      `json:"failures" doc:"One after the other" title:"连续失败|Failures"`
	Fault         string     `json:"fault" doc:"The class of what went wrong last; empty: nothing" title:"故障|Fault"`
	FaultText     string     `json:"fault_text" title:"故障说明|What went wrong"`
	CreatedAt     time.Time  `json:"created_at" title:"建立|Created"`
	Version       int64      `json:"version"`

	secret string // sealed
	digest string // of the last file
}

// ETag implements httpd.Versioned.
func (x Upper) ETag() int64 { return x.Version }

// Bounds of upper levels.
const (
	mostUppers  = 20 // of a direction
	mostTargets = 200
	mostOfTurn  = 200 // reports to one upper level, before others have their turn
	uppersAtATm = 4
	leaseFor    = 2 * time.Minute // more than one request may take
	giveUpAfter = 72 * time.Hour
	firstWait   = 15 * time.Second
	longestWait = time.Hour
	longestAsk  = 24 * time.Hour // that the other side may ask to wait
)

func wrongUpper() *fault.Error {
	return fault.New(fault.Invalid, "security.upper.invalid", "the upper level is incomplete or wrong")
}

// check trims what somebody said of an upper level, and says what is wrong with it.
func (s *UpperSpec) check() error {
	s.Name = strings.TrimSpace(s.Name)
	f := wrongUpper()
	if s.Name == "" {
		_ = f.At("body.name", "say who it is")
	}
	if s.Way == ByTAXII {
		s.Check(f)
	} else {
		s.Server = peer.Server{Auth: peer.NoAuth}
	}
	s.aim(f)
	if !s.MostTLP.Known() {
		_ = f.At("body.most_tlp", "choose the strictest TLP that may be reported")
	}
	slices.Sort(s.Levels)
	s.Levels = slices.Compact(s.Levels)
	for _, l := range s.Levels {
		if !l.Known() {
			_ = f.At("body.levels", "levels from 1 (Ⅰ) to 4 (Ⅳ)")
			break
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// asks tells whether a change needs a second person: it leads elsewhere, signs in in another
// way, or lets more go than before.
func (s UpperSpec) asks(before UpperSpec, secret bool) bool {
	more := func(list, known []rating.Level) bool {
		return slices.ContainsFunc(list, func(l rating.Level) bool { return !slices.Contains(known, l) })
	}
	return secret || s.Server != before.Server || !slices.Equal(s.Recipients, before.Recipients) || s.MostTLP.Stricter(before.MostTLP) || more(s.Levels, before.Levels)
}

// aim checks where a channel leads to.
func (s *UpperSpec) aim(f *fault.Error) {
	if s.Direction == "" {
		s.Direction = Up
	}
	slices.Sort(s.Recipients)
	s.Recipients = slices.DeleteFunc(slices.Compact(s.Recipients), func(id string) bool { return id == "" })
	switch {
	case s.Direction == Up:
		s.Recipients = nil
	case len(s.Recipients) == 0 || len(s.Recipients) > mostTargets:
		_ = f.At("body.recipients", "from 1 to 200 organisations that read what goes there")
	}
}

// backOff is how long to wait after so many failures: twice as long each time, and at least as
// long as the other side asks.
func backOff(failures int64, asked time.Duration) time.Duration {
	wait := longestWait
	if failures < 9 {
		wait = min(longestWait, firstWait<<max(0, failures-1))
	}
	return max(wait, min(asked, longestAsk))
}
