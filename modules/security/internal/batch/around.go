package batch

import "time"

// AroundHeader says that a probe answers what a city asks for in its answer to a batch.
const AroundHeader = "Linghang-Around"

// Bounds of what a city asks for.
const (
	MostAround = 16               // at once
	AroundSpan = time.Minute      // before and after an alert
	AroundFor  = 10 * time.Minute // that it is asked for, so that an answer may be lost
)

// Around is what a city asks a probe for: what two said to each other about the time of an alert.
type Around struct {
	Alert  string    `json:"alert"`
	Client string    `json:"client"`
	Server string    `json:"server"`
	From   time.Time `json:"from"` // by the probe's clock
	To     time.Time `json:"to"`
}

// Good tells whether it can be answered.
func (a *Around) Good() bool {
	return spoolName.MatchString(a.Alert) && host(a.Client) && host(a.Server) && sane(a.From) && sane(a.To) && a.To.After(a.From) && a.To.Sub(a.From) <= time.Hour
}
