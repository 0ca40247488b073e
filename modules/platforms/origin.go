package platforms

import (
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// Origin is where a figure of a platform is from: what was reported for its periods, by
// whom and when, and what was corrected.
type Origin struct {
	PlatformID string         `json:"platform_id"`
	Platform   lang.Text      `json:"platform"`
	Operator   operator       `json:"operator"`
	Synthetic  bool           `json:"synthetic"`
	Indicator  indicator      `json:"indicator"`
	Catalogue  int            `json:"catalogue" doc:"Version of the indicator catalogue that defines it"`
	Dims       dims           `json:"dims"`
	Month      string         `json:"month" doc:"The month or quarter that the value is of; empty: it is of a day, a month or a moment as reported"`
	Rule       string         `json:"rule" enum:"reported,last,sum,rise,mean" doc:"How the value comes of the periods: as reported; the last, their sum, the rise of a counter since the last one before, their mean"`
	Value      *float64       `json:"value" doc:"Null: what there is gives no value, as a counter without the period before it"`
	Periods    []originPeriod `json:"periods" nullable:"false" doc:"The newest first"`
	More       bool           `json:"more" doc:"There are more revisions than are shown"`
	Own        bool           `json:"own" doc:"The caller may see the reports; others are told values and times only"`
}

// originPeriod is what was reported for a period.
type originPeriod struct {
	At        time.Time        `json:"at"`
	Moment    bool             `json:"moment" doc:"A reading of a moment, which nothing revises"`
	Revisions []originRevision `json:"revisions" nullable:"false" doc:"The newest first; the first stands"`
}

// originRevision is a value with the report that brought it.
type originRevision struct {
	Revision   int64     `json:"revision"`
	Value      float64   `json:"value"`
	ReceivedAt time.Time `json:"received_at"`
	Channel    string    `json:"channel" enum:"report,json,remotewrite,otlp,csv,pull,mqtt"`

	SentAt  time.Time `json:"sent_at,omitzero"`
	Receipt string    `json:"receipt,omitempty"`
	Seq     int64     `json:"seq,omitempty"`
	Revises int64     `json:"revises,omitempty" doc:"The seq of the report that this one corrects"`
	Reason  string    `json:"reason,omitempty" doc:"Why a person corrected the figure"`
	Sender  *sender   `json:"sender,omitempty"`

	at time.Time
}

// sender is who sent a report.
type sender struct {
	Kind        string `json:"kind" enum:"person,source,key" doc:"person: with a table; source: the city asked it; key: a machine with a key"`
	Name        string `json:"name" doc:"Of the person or the source; of a key its ID"`
	MachineID   string `json:"machine_id,omitempty"`
	Certificate string `json:"certificate,omitempty" doc:"Serial number of the certificate that the machine showed"`
}

func (s submission) sender() *sender {
	x := sender{Kind: "key", Name: s.keyID, MachineID: s.MachineID, Certificate: s.Certificate}
	switch {
	case s.Channel == channelCSV:
		x.Kind, x.Name = "person", s.Sender
	case s.Source != "":
		x.Kind, x.Name = "source", s.Source
	}
	return &x
}

// brought is a value as a report brought it.
func (s submission) brought(value float64, revision int64) originRevision {
	return originRevision{
		Revision: revision, Value: value, ReceivedAt: s.ReceivedAt, Channel: s.Channel, SentAt: s.SentAt,
		Receipt: s.ID, Seq: s.Seq, Revises: s.Revises, Reason: s.Reason, Sender: s.sender(),
	}
}

// veiled leaves values and times only: who was let look at a platform does not see
// its reports.
func (r originRevision) veiled() originRevision {
	return originRevision{Revision: r.Revision, Value: r.Value, ReceivedAt: r.ReceivedAt, Channel: r.Channel, at: r.at}
}

// inPeriods puts revisions, which are in the order of periods and revisions with the
// newest first, together by period.
func inPeriods(list []originRevision) []originPeriod {
	periods := []originPeriod{}
	for _, r := range list {
		if n := len(periods); n == 0 || !periods[n-1].At.Equal(r.at) {
			periods = append(periods, originPeriod{At: r.at, Revisions: []originRevision{}})
		}
		p := &periods[len(periods)-1]
		p.Revisions = append(p.Revisions, r)
	}
	return periods
}

// asked is which figure somebody asks about.
type asked struct {
	code  string
	dims  dims
	at    time.Time // zero: the newest
	month string    // the value of a month, of its facts
}

// check refuses what no figure can be.
func (a asked) check(c *catalogue) error {
	x, known := c.byCode[a.code]
	f := fault.New(fault.Invalid, "platforms.origin.invalid", "there is no such figure")
	switch {
	case !known:
		_ = f.At("query.code", "see the catalogue")
	case a.month != "" && (a.dims != dims{} || !a.at.IsZero()):
		_ = f.At("query.month", "values of months and quarters are totals: leave out the breakdown and the period")
	case a.month != "" && !c.ranks(a.code):
		_ = f.At("query.code", "choose an indicator of days or months from the catalogue")
	case !a.at.IsZero() && !x.periodic():
		_ = f.At("query.at", "only days and months have periods: leave it out for the newest reading")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// noFigure tells that nothing was reported.
func noFigure(a asked) error {
	return fault.New(fault.NotFound, "platforms.origin.none", "no figure of %s was reported for this", strings.TrimSuffix(a.code+" "+a.dims.key(), " "))
}
