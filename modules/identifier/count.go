package identifier

import (
	"time"

	"linghang/modules/identifier/internal/tally"
)

// Kinds of what is counted.
const (
	resolutions   = "resolution"
	registrations = "registration"
)

// chinaTime is what days are told by: the contract with the national top node
// counts China's.
func chinaTime() *time.Location { return time.FixedZone("UTC+8", 8*60*60) }

func dayOf(t time.Time) string { return t.In(chinaTime()).Format(time.DateOnly) }

// counted is what was asked of a node since it was last written down.
type counted struct {
	nodeID string
	kind   string
	tally.Reading
}

// add puts two counts of the same together: prefixes of one node.
func (c counted) add(o tally.Reading) counted {
	c.Requests, c.Succeeded, c.Sum = c.Requests+o.Requests, c.Succeeded+o.Succeeded, c.Sum+o.Sum
	if !o.LeastAt.IsZero() && (c.LeastAt.IsZero() || o.Least < c.Least) {
		c.Least, c.LeastAt = o.Least, o.LeastAt
	}
	if !o.MostAt.IsZero() && o.Most >= c.Most {
		c.Most, c.MostAt = o.Most, o.MostAt
	}
	if o.Peak > c.Peak {
		c.Peak, c.PeakAt = o.Peak, o.PeakAt
	}
	return c
}

// scale is from when on a node counts as being in scaled use (规模化应用): it is in
// trial or in service, its prefix resolves now, and it has so many identifiers and
// was asked so often within thirty days. Of a node that is not hosted here the
// numbers are not known, and it does not count.
type scale struct {
	Identifiers int64 `json:"identifiers"`
	Resolutions int64 `json:"resolutions"`
}

// scaleDays is how long a resolution counts for scaled use.
const scaleDays = 30
