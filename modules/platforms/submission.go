package platforms

import (
	"slices"
	"time"

	"github.com/oklog/ulid/v2"
)

// Channels that data comes in through.
const (
	channelReport      = "report"      // signed JSON
	channelJSON        = "json"        // JSON with user name and password
	channelRemoteWrite = "remotewrite" // Prometheus
	channelOTLP        = "otlp"        // OpenTelemetry
	channelCSV         = "csv"         // back-fill by hand
	channelPull        = "pull"        // asked for by the city
	channelMQTT        = "mqtt"        // JSON published over MQTT
)

// channels lists them in the order of their numbers in newest values: new ones
// go to the end.
func channels() []string {
	return []string{channelReport, channelJSON, channelRemoteWrite, channelOTLP, channelCSV, channelPull, channelMQTT}
}

// submission is one row of the ledger.
type submission struct {
	ID         string    `json:"id" title:"回执|Receipt"`
	Seq        int64     `json:"seq" title:"序号|Seq"`
	Channel    string    `json:"channel" title:"通道|Channel"`
	ReceivedAt time.Time `json:"received_at" title:"接收时间|Received"`
	SentAt     time.Time `json:"sent_at" title:"发送时间|Sent"`
	Period     string    `json:"period" title:"数据期|Period"`
	Revises    int64     `json:"revises,omitempty" title:"更正序号|Revises"`
	Items      int       `json:"items" title:"条数|Items"`
	Accepted   int       `json:"accepted" title:"接受|Accepted"`
	Rejected   int       `json:"rejected" title:"拒绝|Rejected"`
	Status     string    `json:"status" enum:"accepted,partial,refused" title:"结果|Outcome"`
	Findings   []finding `json:"findings" nullable:"false"`
	Source     string    `json:"source,omitempty" doc:"Name of the source that it was pulled from" title:"采集源|Source"`
	Reason     string    `json:"reason,omitempty" doc:"Why a person corrected figures" title:"更正原因|Reason"`

	Sender      string `json:"sender,omitempty" doc:"The person whose table it came in with" title:"上报人|Sent by"`
	MachineID   string `json:"machine_id,omitempty" doc:"Which machine showed its certificate" title:"机器编号|Machine ID"`
	Certificate string `json:"certificate,omitempty" doc:"Serial number of the certificate that it came with" title:"证书序列号|Certificate"`

	platformID string
	keyID      string
	noteKey    bool // it was long ago that the key's use was noted
	bodyHash   string
	entries    []entry
	top        int64 // the highest number in the platform's roll when the entries were sifted
}

func newSubmission(p platform, k key, channel, bodyHash string, now time.Time) submission {
	return submission{
		ID: ulid.Make().String(), Channel: channel, ReceivedAt: now, SentAt: now, platformID: p.ID, keyID: k.ID, bodyHash: bodyHash, Findings: []finding{},
	}
}

func (s submission) outcome() string {
	switch {
	case s.Accepted == 0:
		return "refused"
	case s.Rejected > 0:
		return "partial"
	default:
		return "accepted"
	}
}

// finest returns the tier at which the submission shows its platform alive.
func (s submission) finest(c *catalogue) tier {
	if s.Channel == channelRemoteWrite || s.Channel == channelOTLP {
		return realTime // what is pushed comes by the minute, whatever it measures
	}
	var t tier
	for _, e := range s.entries {
		if x := c.byCode[e.Code].Tier; x.finer(t) {
			t = x
		}
	}
	return t
}

// refuse turns entries into findings where why says so.
func (s *submission) refuse(why func(e entry) *reason) {
	s.entries = slices.DeleteFunc(s.entries, func(e entry) bool {
		r := why(e)
		if r != nil {
			s.Findings = append(s.Findings, finding{int(e.index), e.Code, r.Key, r.Message})
		}
		return r != nil
	})
}
