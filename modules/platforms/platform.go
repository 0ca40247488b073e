package platforms

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/platforms/platformsevent"
)

// status is where a platform is in its life.
type status string

const (
	applied   status = "applied"
	reviewed  status = "reviewed"
	trial     status = "trial"
	inService status = "in_service"
	suspended status = "suspended"
	retired   status = "retired"
)

func statuses() []term {
	return []term{
		{string(applied), lang.Text{ZH: "已申请", EN: "Applied"}},
		{string(reviewed), lang.Text{ZH: "已审核", EN: "Reviewed"}},
		{string(trial), lang.Text{ZH: "试运行", EN: "Trial"}},
		{string(inService), lang.Text{ZH: "正式运行", EN: "In service"}},
		{string(suspended), lang.Text{ZH: "已暂停", EN: "Suspended"}},
		{string(retired), lang.Text{ZH: "已退出", EN: "Retired"}},
	}
}

// next lists where a platform may go from each status.
func (s status) next() []status {
	switch s {
	case applied:
		return []status{reviewed, retired}
	case reviewed:
		return []status{trial, retired}
	case trial:
		return []status{inService, suspended, retired}
	case inService:
		return []status{suspended, retired}
	case suspended:
		return []status{trial, inService, retired}
	default:
		return []status{}
	}
}

// reports tells whether data of a platform in this status is taken.
func (s status) reports() bool { return s == trial || s == inService }

// Freshness of a platform, derived from when it last reported.
const (
	freshNever     = "never"
	freshReporting = "reporting"
	freshLate      = "late"
	freshSilent    = "silent"
)

// due returns how long after a report of this tier a platform is late, and silent.
func (t tier) due() (late, silent time.Duration) {
	switch t {
	case realTime:
		return 3 * time.Minute, 15 * time.Minute
	case quarterly:
		return 30 * time.Minute, 2 * time.Hour
	case daily:
		return 30 * time.Hour, 72 * time.Hour
	default:
		return 36 * 24 * time.Hour, 62 * 24 * time.Hour
	}
}

type contact struct {
	Name  string `json:"name" maxLength:"100"`
	Phone string `json:"phone" maxLength:"40"`
	Email string `json:"email" maxLength:"200"`
}

type operator struct {
	ID   string    `json:"id"`
	Name lang.Text `json:"name"`
}

// platform is an entry of the registry.
type platform struct {
	ID           string
	Code         string
	Operator     operator
	Name         lang.Text
	Class        string
	Industry     string
	District     string
	Contact      contact `audit:"hidden"` // people without an account
	URL          string
	Description  string
	Status       status
	StatusReason string
	Synthetic    bool
	Tier         tier
	LastReportAt time.Time
	LateAt       time.Time
	SilentAt     time.Time
	CreatedAt    time.Time
	Version      int64
}

func (p platform) freshness(now time.Time) string {
	switch {
	case p.LastReportAt.UnixMilli() <= 0:
		return freshNever
	case now.Before(p.LateAt):
		return freshReporting
	case now.Before(p.SilentAt):
		return freshLate
	default:
		return freshSilent
	}
}

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)

// check refuses an entry that the registry cannot hold, naming every fault.
func (p platform) check() error {
	f := fault.New(fault.Invalid, "platforms.platform.invalid", "the entry is incomplete or wrong")
	if p.Name.ZH == "" && p.Name.EN == "" {
		_ = f.At("body.name", "name the platform")
	}
	if !codeForm.MatchString(p.Code) {
		_ = f.At("body.code", "2 to 40 small letters, digits or -, beginning with a letter")
	}
	if !has(classes(), p.Class) {
		_ = f.At("body.class", "choose one of the classes")
	}
	if p.Industry != "" && !has(industries(), p.Industry) {
		_ = f.At("body.industry", "choose a division of GB/T 4754, C13 to C43, or none for cross-industry")
	}
	if !has(districts(), p.District) {
		_ = f.At("body.district", "choose a district")
	}
	if p.URL != "" && !strings.HasPrefix(p.URL, "http://") && !strings.HasPrefix(p.URL, "https://") {
		_ = f.At("body.url", "begins with http:// or https://")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// move takes a platform to another status.
func (p platform) move(to status, why string, now time.Time) (platform, []bus.Event, error) {
	if !slices.Contains(p.Status.next(), to) {
		return p, nil, fault.New(fault.Conflict, "platforms.platform.status", "a platform that is %s cannot become %s", p.Status, to).
			With("from", string(p.Status)).With("to", string(to)).At("body.to", "possible: %s", fmt.Sprint(p.Status.next()))
	}
	if (to == suspended || to == retired) && strings.TrimSpace(why) == "" {
		return p, nil, fault.New(fault.Invalid, "platforms.platform.reason", "say why").At("body.reason", "a platform is not %s without a reason", to)
	}
	from := p.Status
	p.Status, p.StatusReason = to, why
	return p, []bus.Event{platformsevent.StatusChanged{PlatformID: p.ID, From: string(from), To: string(to), At: now}}, nil
}
