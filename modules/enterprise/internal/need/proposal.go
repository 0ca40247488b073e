package need

import (
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// ProposalState is where an offer is.
type ProposalState string

// The states of offers. Which one was chosen stands with the need.
const (
	Submitted ProposalState = "submitted"
	TakenBack ProposalState = "withdrawn"
)

const milestonesMost = 20

// Plan is what a provider offers.
type Plan struct {
	Text       string  `json:"text" maxLength:"8000"`
	Price      float64 `json:"price" doc:"In 10 000 CNY"`
	StartOn    string  `json:"start_on" maxLength:"10" doc:"The day on which work begins, as 2027-01-15"`
	Milestones []Goal  `json:"milestones" nullable:"false" maxItems:"20"`
}

// Goal is a milestone as it is offered.
type Goal struct {
	Title string `json:"title" maxLength:"200"`
	DueOn string `json:"due_on" maxLength:"10" doc:"As 2027-03-31"`
	Share int    `json:"share" minimum:"0" maximum:"100" doc:"Percent of the price"`
}

// Proposal is an offer of a provider for a need.
type Proposal struct {
	ID         string        `json:"id"`
	NeedID     string        `json:"need_id"`
	ProviderID string        `json:"provider_id"`
	State      ProposalState `json:"state" enum:"submitted,withdrawn"`
	Plan       Plan          `json:"plan" audit:"hidden"`
	At         time.Time     `json:"at"`
	ByName     string        `json:"by_name" audit:"-"`
	Version    int64         `json:"version"`

	organisation, actor string
}

// ETag implements httpd.Versioned.
func (p Proposal) ETag() int64 { return p.Version }

// check refuses an offer that could not become an agreement, naming every fault.
func (p Plan) check(now time.Time) error {
	f := fault.New(fault.Invalid, "enterprise.need.offer", "the offer is incomplete or wrong")
	if strings.TrimSpace(p.Text) == "" {
		_ = f.At("body.plan.text", "say how you would do it")
	}
	if !(p.Price >= 0 && p.Price <= 1e6) {
		_ = f.At("body.plan.price", "a price of 0 to 1 000 000 times 10 000 CNY")
	}
	start, err := time.Parse(time.DateOnly, p.StartOn)
	if err != nil || start.Before(now.AddDate(0, 0, -1)) || start.After(now.AddDate(3, 0, 0)) {
		_ = f.At("body.plan.start_on", "a day from today on, within three years, as 2027-01-15")
	}
	if len(p.Milestones) == 0 || len(p.Milestones) > milestonesMost {
		_ = f.At("body.plan.milestones", "1 to 20 milestones")
	}
	p.checkGoals(f)
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func (p Plan) checkGoals(f *fault.Error) {
	sum, last := 0, p.StartOn
	for i, g := range p.Milestones {
		at := fmt.Sprintf("body.plan.milestones[%d].", i)
		if strings.TrimSpace(g.Title) == "" {
			_ = f.At(at+"title", "say what is delivered")
		}
		if _, err := time.Parse(time.DateOnly, g.DueOn); err != nil || g.DueOn < last {
			_ = f.At(at+"due_on", "a day that follows the one before, as 2027-03-31")
		}
		last = g.DueOn
		sum += g.Share
	}
	if len(p.Milestones) > 0 && sum != 100 {
		_ = f.At("body.plan.milestones", "the shares of the price add up to 100 percent")
	}
}
