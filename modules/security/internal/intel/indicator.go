package intel

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"linghang/lib/stix"
	"linghang/modules/security/internal/rating"
)

// State is how an indicator stands.
type State string

// The states of an indicator.
const (
	Live        State = "live"
	Waiting     State = "waiting" // its time begins later
	Expired     State = "expired"
	Revoked     State = "revoked"
	Silenced    State = "silenced" // a person said that its hits are false
	Unmatchable State = "unmatchable"
)

// Bounds of intelligence.
const (
	mostKept    = 200_000 // objects
	mostTold    = 1_000   // outcomes of a file that are told one by one
	longestName = 200
	longestText = 4_000
	usualLife   = 90 // days
	longestLife = 3_650
)

// Indicator is an indicator of somebody, as it is kept.
type Indicator struct {
	ID          string     `json:"id"`
	ObjectID    string     `json:"object_id" title:"STIX 编号|STIX identifier"`
	Name        string     `json:"name" title:"名称|Name"`
	Pattern     string     `json:"pattern" title:"模式|Pattern"`
	PatternType string     `json:"pattern_type" title:"语言|Language"`
	Kind        string     `json:"kind" enum:"address,domain,url,hash,fingerprint,mixed,other" title:"类型|Type"`
	State       State      `json:"state" enum:"live,waiting,expired,revoked,silenced,unmatchable" title:"状态|State"`
	Trouble     Trouble    `json:"trouble" enum:",pattern_type,pattern,no_value,value,private,broad" doc:"Why it is not matched; empty: it is" title:"不能匹配的原因|Why it is not matched"`
	TroubleText string     `json:"trouble_text" doc:"What of it" title:"说明|What of it"`
	Source      string     `json:"source" title:"来源|Source"`
	Origin      string     `json:"origin" enum:"file,inbox,feed" title:"途径|Way"`
	Confidence  *int64     `json:"confidence,omitempty" doc:"0 to 100; absent: not told" title:"置信度|Confidence"`
	TLP         rating.TLP `json:"tlp" enum:"clear,green,amber,amber+strict,red" title:"TLP|TLP"`
	ValidFrom   time.Time  `json:"valid_from" title:"生效|Valid from"`
	ExpiresAt   time.Time  `json:"expires_at" doc:"By the indicator, or by the life that its source was given" title:"失效|Ends"`
	Hits        int64      `json:"hits" doc:"In sensors that let the caller know" title:"命中|Hits"`
	HitAt       *time.Time `json:"hit_at,omitempty" title:"最近命中|Last hit"`
	TakenAt     time.Time  `json:"taken_at" title:"入库|Taken"`
	Version     int64      `json:"version"`

	description string
	revoked     bool
	silencedAt  time.Time
	silencedWhy string
	beyond      int64
	takenBy     string
}

// ETag implements httpd.Versioned.
func (i Indicator) ETag() int64 { return i.Version }

// state is how it stands at a time.
func (i Indicator) state(now time.Time) State {
	switch {
	case i.revoked:
		return Revoked
	case !i.silencedAt.IsZero():
		return Silenced
	case i.Trouble != Matched:
		return Unmatchable
	case !i.ExpiresAt.After(now):
		return Expired
	case i.ValidFrom.After(now):
		return Waiting
	}
	return Live
}

// kept is an object as it is kept.
type kept struct {
	object    *stix.Object
	id        string
	typ       string
	version   time.Time // zero: it has none
	creator   string
	name      string
	from, to  string // of relationships
	tlp       rating.TLP
	indicator *Indicator
}

// labelOf is the label of an object; one without a mark is AMBER.
func labelOf(o *stix.Object) rating.TLP {
	switch o.TLP() {
	case stix.TLPClear:
		return rating.Clear
	case stix.TLPGreen:
		return rating.Green
	case stix.TLPAmberStrict:
		return rating.AmberStrict
	case stix.TLPRed:
		return rating.Red
	case stix.TLPNone, stix.TLPAmber:
	}
	return rating.Amber
}

// read takes from an object what is kept beside its octets.
func read(o *stix.Object, life time.Duration) (k kept, err error) {
	common, err := stix.As[stix.Common](o)
	if err != nil {
		return k, err //nolint:wrapcheck // it says the place
	}
	k = kept{object: o, id: string(o.ID()), typ: o.Type(), creator: string(common.CreatedByRef), tlp: labelOf(o)}
	if v := o.Version(); v != "" {
		if k.version, err = v.Time(); err != nil {
			return k, err //nolint:wrapcheck // it says what is wrong
		}
	}
	var more struct {
		Name string `json:"name"`
		From string `json:"source_ref"`
		To   string `json:"target_ref"`
	}
	if json.Unmarshal(o.Raw(), &more) == nil {
		k.name, k.from, k.to = short(more.Name, longestName), more.From, more.To
	}
	if k.typ == "indicator" {
		k.indicator, err = readIndicator(o, k.version, life)
	}
	return k, err
}

func readIndicator(o *stix.Object, version time.Time, life time.Duration) (*Indicator, error) {
	x, err := stix.As[stix.Indicator](o)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says the place
	}
	i := &Indicator{
		ObjectID: string(o.ID()), Name: short(x.Name, longestName), Pattern: x.Pattern, PatternType: x.PatternType, Kind: "other", Confidence: x.Confidence, TLP: labelOf(o), Version: 1,
		description: short(x.Description, longestText), revoked: x.Revoked,
	}
	if i.ValidFrom, err = x.ValidFrom.Time(); err != nil {
		return nil, err //nolint:wrapcheck // it says what is wrong
	}
	if x.ValidUntil != "" {
		if i.ExpiresAt, err = x.ValidUntil.Time(); err != nil {
			return nil, err //nolint:wrapcheck // it says what is wrong
		}
	} else {
		newest := i.ValidFrom
		if version.After(newest) {
			newest = version
		}
		i.ExpiresAt = newest.Add(life)
	}
	i.ValidFrom, i.ExpiresAt = i.ValidFrom.UTC().Truncate(time.Millisecond), i.ExpiresAt.UTC().Truncate(time.Millisecond)
	c, err := compile(i.Pattern, i.PatternType)
	var trouble *TroubleError
	switch {
	case errors.As(err, &trouble):
		i.Trouble, i.TroubleText = trouble.Trouble, short(trouble.Text, 500)
	case err != nil:
		return nil, err
	default:
		i.Kind = c.kind
	}
	if i.Name == "" {
		i.Name = short(i.Pattern, longestName)
	}
	return i, nil
}

// short keeps so many characters of a text.
func short(s string, most int) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\x00", ""))
	if list := []rune(s); len(list) > most {
		return string(list[:most-1]) + "…"
	}
	return s
}

// shared tells whether enterprises that an indicator was seen at may know it.
func shared(t rating.TLP) bool { return t.Known() && !t.Stricter(rating.Amber) }
