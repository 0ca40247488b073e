package platforms

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/oklog/ulid/v2"
)

// Channels that data comes in through.
const (
	channelReport      = "report"      // signed JSON
	channelJSON        = "json"        // JSON with user name and password
	channelRemoteWrite = "remotewrite" // Prometheus
	channelOTLP        = "otlp"        // OpenTelemetry
	channelCSV         = "csv"         // back-fill by hand
)

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

	platformID string
	keyID      string
	bodyHash   string
	entries    []entry
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

// packer turns entries into the ledger's payload and back.
type packer struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

func newPacker() (*packer, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("make zstd encoder: %w", err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxDecoded))
	if err != nil {
		return nil, fmt.Errorf("make zstd decoder: %w", err)
	}
	return &packer{enc, dec}, nil
}

func (p *packer) pack(entries []entry) ([]byte, error) {
	data, err := json.Marshal(entries)
	if err != nil {
		return nil, fmt.Errorf("pack entries: %w", err)
	}
	return p.enc.EncodeAll(data, nil), nil
}

func (p *packer) unpack(payload []byte) ([]entry, error) {
	data, err := p.dec.DecodeAll(payload, nil)
	if err != nil {
		return nil, fmt.Errorf("unpack entries: %w", err)
	}
	var entries []entry
	if err := json.Unmarshal(data, &entries); err != nil {
		return nil, fmt.Errorf("unpack entries: %w", err)
	}
	return entries, nil
}
