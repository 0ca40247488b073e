package platforms

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/platforms/internal/bulletin"
	"linghang/modules/platforms/internal/opendata"
)

// openState is where a dataset is: what is published can be read by everybody, until it
// is withdrawn.
type openState string

const (
	openDraft     openState = "draft"
	openPublished openState = "published"
	openWithdrawn openState = "withdrawn"
)

// OpenDataset is a dataset that the bureau opens, or may (数据开放).
type OpenDataset struct {
	ID          string        `json:"id"`
	Slug        string        `json:"slug" doc:"Its name in addresses; it never changes" title:"地址代号|Name in addresses"`
	Spec        opendata.Spec `json:"spec"`
	State       openState     `json:"state" enum:"draft,published,withdrawn" title:"状态|State"`
	Reason      string        `json:"reason" doc:"Why it was withdrawn" title:"原因|Reason"`
	Edition     int64         `json:"edition" doc:"Number of the newest edition; 0: none" title:"版本|Edition"`
	By          string        `json:"by" title:"创建人|Made by"`
	CreatedAt   time.Time     `json:"created_at"`
	PublishedAt *time.Time    `json:"published_at,omitempty" doc:"First" title:"首次发布|First published"`
	ChangedAt   time.Time     `json:"changed_at" title:"更新时间|Changed"`
	Version     int64         `json:"version"`

	actor string
}

// openEdition is an edition as it is kept.
type openEdition struct {
	opendata.Edition
	spec  opendata.Spec
	files []openFile
}

type openFile struct {
	Name   string `json:"name" enum:"csv,json,xlsx"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

var slugForm = regexp.MustCompile(`^[a-z][a-z0-9-]{1,59}$`)

// check refuses a dataset that cannot be opened, naming every fault.
func (d OpenDataset) check(c *catalogue) error {
	f := fault.New(fault.Invalid, "platforms.open.invalid", "the dataset is incomplete or wrong")
	if !slugForm.MatchString(d.Slug) {
		_ = f.At("body.slug", "2 to 60 small letters, digits or -, beginning with a letter")
	}
	s := d.Spec
	for _, x := range []struct {
		place, hint string
		text        lang.Text
	}{
		{"body.spec.title", "name the dataset in Chinese and English", s.Title},
		{"body.spec.description", "describe the dataset in Chinese and English", s.Description},
		{"body.spec.licence", "say in Chinese and English what may be done with the data", s.Licence},
	} {
		if x.text.ZH == "" || x.text.EN == "" {
			_ = f.At(x.place, "%s", x.hint)
		}
	}
	if len(s.Indicators) == 0 {
		_ = f.At("body.spec.indicators", "choose at least one indicator")
	}
	for i, code := range s.Indicators {
		if !c.ranks(code) {
			_ = f.At(fmt.Sprintf("body.spec.indicators[%d]", i), "choose indicators of days or months")
		}
	}
	if s.LicenceURL != "" && !strings.HasPrefix(s.LicenceURL, "https://") && !strings.HasPrefix(s.LicenceURL, "http://") {
		_ = f.At("body.spec.licence_url", "begins with http:// or https://")
	}
	if strings.TrimSpace(s.Contact) == "" {
		_ = f.At("body.spec.contact", "name whom readers may ask")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// withdraw takes a dataset from the public, for a reason that it is told.
func (d OpenDataset) withdraw(reason string, now time.Time) (OpenDataset, error) {
	if d.State != openPublished {
		return d, fault.New(fault.Conflict, "platforms.open.state", "a dataset that is %s cannot be withdrawn", d.State).With("from", string(d.State))
	}
	if strings.TrimSpace(reason) == "" {
		return d, fault.New(fault.Invalid, "platforms.open.reason", "say why").At("body.reason", "whoever asks for the dataset is told the reason")
	}
	d.State, d.Reason, d.ChangedAt = openWithdrawn, reason, now
	return d, nil
}

// openAfter is how many days after its end a period is in datasets.
const openAfter = 10

// openSpans are the periods of a dataset at a time, newest first.
func openSpans(s opendata.Spec, now time.Time) []reportPeriod {
	x := reportPeriodAt(bulletin.Kind(s.Frequency), now).back(1)
	if now.Before(x.until.AddDate(0, 0, openAfter)) {
		x = x.back(1)
	}
	spans := make([]reportPeriod, max(1, s.Periods))
	for i := range spans {
		spans[i] = x.back(i)
	}
	return spans
}

// area is what a platform counts to.
func (p platform) area(by opendata.By) string {
	switch by {
	case opendata.District:
		return p.District
	case opendata.Industry:
		return p.Industry
	case opendata.Class:
		return p.Class
	default:
		return ""
	}
}

// openAreas are the words that a dataset divides by.
func openAreas(by opendata.By) []opendata.Word {
	terms := map[opendata.By][]term{opendata.District: districts(), opendata.Industry: append([]term{{"", lang.Text{ZH: "跨行业", EN: "Across industries"}}}, industries()...), opendata.Class: classes()}[by]
	list := []opendata.Word{}
	for _, t := range terms {
		list = append(list, opendata.Word{Code: t.Code, Title: t.Title})
	}
	return list
}

// openIndicators are those of a dataset.
func (c *catalogue) openIndicators(codes []string) []opendata.Indicator {
	list := []opendata.Indicator{}
	for _, code := range codes {
		x := c.byCode[code]
		list = append(list, opendata.Indicator{Code: x.Code, Title: x.Title, Unit: x.Unit, Mean: x.Across == acrossMean})
	}
	return list
}

func noDataset() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such dataset, or it is not yours to see")
}
