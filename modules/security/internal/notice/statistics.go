package notice

import (
	"slices"
	"time"
)

// Statistics are what became of a notice, or of the notices of a drill, in figures.
type Statistics struct {
	Addressees   int `json:"addressees"`
	Delivered    int `json:"delivered"`
	Unreachable  int `json:"unreachable" doc:"It was tried, and nobody can be told"`
	Acknowledged int `json:"acknowledged"`
	InTime       int `json:"acknowledged_in_time"`
	Late         int `json:"acknowledged_late"`
	Affected     int `json:"affected"`
	NotAffected  int `json:"not_affected"`
	Unknown      int `json:"unknown"`
	FedBack      int `json:"fed_back" doc:"At least once"`
	Handled      int `json:"handled"`
	Verified     int `json:"verified"`
	Returned     int `json:"returned" doc:"Of which feedback was returned"`
	Overdue      int `json:"overdue" doc:"That owe something now whose time is over"`
	Escalated    int `json:"escalated"`
	Disputed     int `json:"disputed"`
	Released     int `json:"released"`

	ToAcknowledge Spread `json:"to_acknowledge" doc:"From delivery"`
	ToFeedBack    Spread `json:"to_feed_back" doc:"From acknowledgement to the first feedback"`
}

// Spread is how long something took, in seconds of the wall; of nothing it is 0.
type Spread struct {
	Count  int     `json:"count"`
	Median float64 `json:"median"`
	P90    float64 `json:"p90"`
	P99    float64 `json:"p99"`
}

// spread is that of durations; percentiles by the nearest rank.
func spread(list []time.Duration) Spread {
	if len(list) == 0 {
		return Spread{}
	}
	slices.Sort(list)
	at := func(percent int) float64 {
		i := (len(list)*percent+99)/100 - 1
		return list[max(i, 0)].Truncate(time.Millisecond).Seconds()
	}
	return Spread{len(list), at(50), at(90), at(99)}
}

// figures count assignments.
func figures(list []Assignment) (s Statistics) {
	var acknowledging, feeding []time.Duration
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	for _, a := range list {
		s.Addressees++
		count(&s.Delivered, a.DeliveredAt != nil)
		count(&s.Unreachable, a.Unreachable)
		count(&s.Acknowledged, a.AcknowledgedAt != nil)
		count(&s.InTime, a.AcknowledgedAt != nil && !a.LateToAck)
		count(&s.Late, a.LateToAck)
		count(&s.Affected, a.Assessment == affected)
		count(&s.NotAffected, a.Assessment == notAffected)
		count(&s.Unknown, a.Assessment == unknown)
		count(&s.FedBack, a.FeedbackAt != nil)
		count(&s.Handled, a.HandledAt != nil)
		count(&s.Verified, a.VerifiedAt != nil)
		count(&s.Returned, a.Returned > 0)
		count(&s.Overdue, a.Overdue)
		count(&s.Escalated, a.EscalatedAt != nil)
		count(&s.Disputed, a.Disputed != "")
		count(&s.Released, a.State == Released)
		if a.AcknowledgedAt == nil || a.DeliveredAt == nil {
			continue
		}
		acknowledging = append(acknowledging, a.AcknowledgedAt.Sub(*a.DeliveredAt))
		if a.FeedbackAt != nil {
			feeding = append(feeding, a.FeedbackAt.Sub(*a.AcknowledgedAt))
		}
	}
	s.ToAcknowledge, s.ToFeedBack = spread(acknowledging), spread(feeding)
	return s
}
