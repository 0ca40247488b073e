package platforms

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/platforms/internal/reach"
)

// activeDays is how long ago an enterprise may have used a platform last to count as
// one that uses it.
const activeDays = 90

// reachVersion counts the definitions of the figure; a count says by which it was made.
const reachVersion = 1

type listKind string

const (
	listFrame  listKind = "frame"
	listServed listKind = "served"
)

type listState string

const (
	listLoading  listState = "loading"
	listCurrent  listState = "current"
	listReplaced listState = "replaced"
)

// ReachList is a list that was uploaded, without its rows.
type ReachList struct {
	ID           string    `json:"id"`
	Kind         listKind  `json:"kind" enum:"frame,served" title:"名单|List"`
	PlatformID   string    `json:"platform_id,omitempty"`
	PlatformName lang.Text `json:"platform_name" title:"平台|Platform"`
	Month        string    `json:"month" title:"月份|Month" doc:"2026-10"`
	State        listState `json:"state" enum:"current,replaced" title:"状态|State"`
	Enterprises  int       `json:"enterprises" title:"企业数|Enterprises"`
	File         string    `json:"file" title:"文件|File"`
	Hash         string    `json:"hash" title:"文件哈希|Hash of the file" doc:"SHA-256, hex"`
	By           string    `json:"by" title:"上传人|Uploaded by"`
	At           time.Time `json:"at" title:"上传时间|Uploaded"`
	actor        string
}

// Reach is how far platforms reach: what was counted of the newest lists.
type Reach struct {
	Month      string      `json:"month" doc:"Of which this is the last count"`
	CountedAt  time.Time   `json:"counted_at"`
	Version    int         `json:"version" doc:"Of the definition"`
	Platforms  int         `json:"platforms" doc:"In trial or in service"`
	Lists      int         `json:"lists" doc:"Of these, how many have sent what they serve"`
	Claims     int         `json:"claims" doc:"Enterprises of all lists together"`
	Served     int         `json:"served" doc:"Distinct enterprises"`
	Active     int         `json:"active" doc:"Distinct enterprises with evidence of use in the last 90 days"`
	ByNumber   []reachedBy `json:"by_number" nullable:"false" doc:"Distinct enterprises by how many platforms serve them"`
	FrameMonth string      `json:"frame_month" doc:"Empty without a frame"`
	Frame      int         `json:"frame"`
	Using      int         `json:"using" doc:"Enterprises of the frame with evidence of use in the last 90 days"`
	Rate       float64     `json:"rate" doc:"Using of frame, percent"`
	Industries []reachPart `json:"industries" nullable:"false"`
	Sizes      []reachPart `json:"sizes" nullable:"false"`
	Districts  []reachPart `json:"districts" nullable:"false"`
	Synthetic  bool        `json:"synthetic"`
}

type reachedBy struct {
	Platforms   int `json:"platforms"`
	Enterprises int `json:"enterprises"`
}

// reachPart is a part of the frame.
type reachPart struct {
	Code  string `json:"code"`
	Frame int    `json:"frame"`
	Using int    `json:"using"`
}

// reachCell is a part of the frame by all that it is divided by.
type reachCell struct {
	industry, size, district string
	frame, using             int
}

// rated fills in what follows from the counts.
func (r Reach) rated(cells []reachCell) Reach {
	for _, c := range cells {
		r.Frame += c.frame
		r.Using += c.using
	}
	if r.Frame > 0 {
		r.Rate = 100 * float64(r.Using) / float64(r.Frame)
	}
	r.Industries = partsBy(cells, func(c reachCell) string { return c.industry })
	r.Sizes = partsBy(cells, func(c reachCell) string { return c.size })
	r.Districts = partsBy(cells, func(c reachCell) string { return c.district })
	return r
}

func partsBy(cells []reachCell, of func(reachCell) string) []reachPart {
	list := []reachPart{}
	for _, c := range cells {
		i := slices.IndexFunc(list, func(p reachPart) bool { return p.Code == of(c) })
		if i < 0 {
			i, list = len(list), append(list, reachPart{Code: of(c)})
		}
		list[i].Frame += c.frame
		list[i].Using += c.using
	}
	slices.SortFunc(list, func(a, b reachPart) int { return cmp.Or(cmp.Compare(b.Frame, a.Frame), cmp.Compare(a.Code, b.Code)) })
	return list
}

// Survey is a sample survey of enterprises by strata, and what it comes to.
type Survey struct {
	ID       string          `json:"id"`
	Name     lang.Text       `json:"name"`
	Month    string          `json:"month" doc:"In which it was asked, 2026-10"`
	Strata   []reach.Stratum `json:"strata" nullable:"false"`
	Estimate reach.Estimate  `json:"estimate"`
	Hash     string          `json:"hash" doc:"SHA-256 of the file, hex"`
	By       string          `json:"by"`
	At       time.Time       `json:"at"`
	actor    string
}

// markOf is what stands for an enterprise in lists: it tells who is the same, and
// nothing to whoever does not have the key.
func markOf(key []byte, code string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(code))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// reachWord finds the code of a word of a frame.
func reachWord(dim, word string) (string, bool) {
	code := codeOfWord(dim, word)
	return code, inVocabulary(dim, code)
}

// listMonth reads the month of a list: one that has begun.
func listMonth(text string, now time.Time) (string, error) {
	at, err := time.ParseInLocation("2006-01", text, cityTime())
	if err != nil || at.After(now) {
		return "", fault.New(fault.Invalid, "platforms.reach.month", "%q is no month that has begun", text).At("query.month", "a month as 2026-10, not in the future")
	}
	return text, nil
}

// wrongRows refuses a list of which nothing was taken.
func wrongRows(wrong []reach.Wrong) error {
	return fault.New(fault.Invalid, "platforms.reach.rows", "%d rows are wrong, the first in line %d: %s; nothing was taken", len(wrong), wrong[0].Line, wrong[0].Why.EN).
		With("count", len(wrong)).With("rows", wrong)
}

func noTemplate(kind string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no template %q: frame, served, survey", kind)
}
