package sensor

import (
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/security/internal/batch"
)

// Consent is what an enterprise lets the city see.
type Consent string

// The consents.
const (
	Asked   Consent = "asked" // the city registered the sensor and waits for the enterprise's word
	None    Consent = "none"
	Figures Consent = "figures"
	Detail  Consent = "detail"
)

// State is how a sensor is.
type State string

// The states.
const (
	Waiting State = "waiting" // nothing came yet
	Working State = "working"
	Silent  State = "silent" // nothing came for a while
	Retired State = "retired"
)

// silentAfter is how long a live sensor may say nothing: it says something each minute.
const silentAfter = 5 * time.Minute

// skewShown is how far a sensor's clock may be off before the page says so.
const skewShown = 30 * time.Second

// mostSkew is how far times are put right; a clock that is further off is wrong in another way.
const mostSkew = 25 * time.Hour

// Sensor is a machine of an enterprise that listens to its network.
type Sensor struct {
	ID             string    `json:"id" title:"编号|ID"`
	OrganisationID string    `json:"organisation_id" title:"机构编号|Organisation ID"`
	Organisation   lang.Text `json:"organisation" title:"企业|Enterprise"`
	MachineID      string    `json:"machine_id" title:"机器编号|Machine ID"`
	Name           string    `json:"name" title:"名称|Name"`
	Place          string    `json:"place" title:"位置|Place"`
	Consent        Consent   `json:"consent" enum:"asked,none,figures,detail" title:"对城市开放|What the city sees"`
	ByCity         bool      `json:"by_city" doc:"The city registered it" title:"由城市登记|Registered by the city"`
	Own            bool      `json:"own" doc:"It is the caller's own organisation's"`
	State          State     `json:"state" enum:"waiting,working,silent,retired" title:"状态|State"`
	SoftwareOf     string    `json:"software" title:"软件版本|Software"`
	Input          string    `json:"input" title:"来源|Input"`
	Live           bool      `json:"live" doc:"It listens now, and does not read a capture of before"`
	SeenAt         time.Time `json:"seen_at" title:"最近上报|Last batch"`
	PacketAt       time.Time `json:"packet_at" title:"最近数据时间|Newest data"`
	LagSeconds     int64     `json:"lag_seconds" doc:"Between when the newest batch was made and when it came" title:"延迟（秒）|Lag (s)"`
	SkewSeconds    int64     `json:"skew_seconds" doc:"How far the probe's clock is ahead of the city's" title:"时钟偏差（秒）|Clock ahead (s)"`
	ClockOff       bool      `json:"clock_off" title:"时钟有偏差|Clock is off"`
	NotAfter       time.Time `json:"not_after" doc:"End of the certificate that was shown last" title:"证书到期|Certificate ends"`
	Losses         Losses    `json:"losses"`
	CreatedAt      time.Time `json:"created_at" title:"登记时间|Registered"`
	CreatedBy      string    `json:"created_by" title:"登记人|Registered by" audit:"-"`
	RetiredAt      time.Time `json:"retired_at" title:"停用时间|Retired"`
	Synthetic      bool      `json:"synthetic" title:"合成数据|Synthetic"`
	Version        int64     `json:"version"`

	totals             batch.Totals
	repeated, refused  int64
	refusal            string
	refusedAt          time.Time
	pairs, pairsBeyond int64
	actor              string
}

// ETag implements httpd.Versioned.
func (s Sensor) ETag() int64 { return s.Version }

// Losses say what was lost on the way, from the network to the city's disk.
type Losses struct {
	batch.Totals
	Missing   int64     `json:"missing" doc:"Batches that were numbered and are not here, those that were given up among them"`
	Repeated  int64     `json:"repeated" doc:"Batches that came again and changed nothing"`
	Rejected  int64     `json:"rejected" doc:"Batches that the city refused"`
	Rejection string    `json:"rejection" doc:"Why the last one was"`
	At        time.Time `json:"rejected_at"`
	Unheld    int64     `json:"unheld" doc:"Pairs beyond the limit of a sensor, which are only in the aggregates"`
}

// state is how a sensor is at a time.
func (s Sensor) state(now time.Time) State {
	switch {
	case !s.RetiredAt.IsZero():
		return Retired
	case s.SeenAt.IsZero():
		return Waiting
	case s.Live && now.Sub(s.SeenAt) > silentAfter:
		return Silent
	}
	return Working
}

// told is a sensor as one sees it who is of its organisation, or not.
func (s Sensor) told(own bool, now time.Time) Sensor {
	s.Own, s.State = own, s.state(now)
	s.ClockOff = s.SkewSeconds > int64(skewShown/time.Second) || s.SkewSeconds < -int64(skewShown/time.Second)
	if !own && s.Consent != Figures && s.Consent != Detail { // registered by the city, which knows no more than that
		return Sensor{
			ID: s.ID, OrganisationID: s.OrganisationID, Organisation: s.Organisation, Name: s.Name, Place: s.Place, Consent: s.Consent, ByCity: s.ByCity,
			State: s.State, CreatedAt: s.CreatedAt, CreatedBy: s.CreatedBy, Synthetic: s.Synthetic, Version: s.Version,
		}
	}
	s.Losses.Totals, s.Losses.Repeated, s.Losses.Rejected, s.Losses.Rejection, s.Losses.At, s.Losses.Unheld = s.totals, s.repeated, s.refused, s.refusal, s.refusedAt, s.pairsBeyond
	return s
}

// visible tells whether somebody of another organisation above sees that there is such a sensor.
func (s Sensor) visible() bool {
	return s.Consent == Figures || s.Consent == Detail || s.Consent == Asked && s.ByCity
}

// takes refuses batches for a sensor that is not to send any.
func (s Sensor) takes() error {
	switch {
	case !s.RetiredAt.IsZero():
		return fault.New(fault.Forbidden, "security.sensor.retired", "this sensor was retired at %s; register another for this machine's successor", s.RetiredAt.UTC().Format(time.RFC3339))
	case s.Consent == Asked:
		return fault.New(fault.Conflict, "security.sensor.unanswered", "the city registered this sensor and the enterprise has not answered yet; batches wait at the probe until it does")
	}
	return nil
}

// offset is what is added to the times of a live capture.
func offset(skew time.Duration, live bool) time.Duration {
	if !live || skew < 2*time.Second && skew > -2*time.Second || skew > mostSkew || skew < -mostSkew {
		return 0
	}
	return -skew
}
