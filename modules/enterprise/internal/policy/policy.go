package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"linghang/kernel/district"
	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/enterprise/internal/criterion"
)

// State is where a policy is in its life.
type State string

// The states of policies.
const (
	Draft     State = "draft"
	Published State = "published"
	Withdrawn State = "withdrawn"
)

// Question is something that the form asks beside the profile.
type Question struct {
	Code     string    `json:"code" maxLength:"40"`
	Title    lang.Text `json:"title"`
	Kind     string    `json:"kind" enum:"text,number,day"`
	Required bool      `json:"required"`
}

// Paper is a document that an application is to bring.
type Paper struct {
	Code     string    `json:"code" maxLength:"40"`
	Title    lang.Text `json:"title"`
	Required bool      `json:"required"`
}

// Content is what a policy says.
type Content struct {
	Number         string         `json:"number" required:"false" maxLength:"100" doc:"Of the document" title:"文号|Number"`
	Title          lang.Text      `json:"title" title:"名称|Title"`
	Issuer         lang.Text      `json:"issuer" title:"发布机关|Issuing body"`
	Level          string         `json:"level" enum:"national,provincial,city,district" title:"层级|Level"`
	Kind           string         `json:"kind" enum:"subsidy,award,loan,tax,talent,space,other" title:"类别|Kind"`
	District       string         `json:"district" required:"false" maxLength:"6" doc:"Of a district's policy" title:"区市|District"`
	Summary        lang.Text      `json:"summary" required:"false"`
	Text           lang.Text      `json:"text" required:"false" doc:"What the document says, in plain text"`
	Link           string         `json:"link" required:"false" maxLength:"500" doc:"To the official text"`
	EffectiveFrom  string         `json:"effective_from" maxLength:"10" title:"生效日期|In force from"`
	EffectiveUntil string         `json:"effective_until" required:"false" maxLength:"10" doc:"The last day; empty: without end" title:"有效期至|Until"`
	SupersededBy   string         `json:"superseded_by" required:"false" maxLength:"26" doc:"Policy that stands in its place"`
	Benefit        lang.Text      `json:"benefit" required:"false" doc:"What one gets"`
	AmountMost     *float64       `json:"amount_most,omitempty" doc:"In 10 000 CNY" title:"最高金额（万元）|At most (10 000 CNY)"`
	Conditions     criterion.Rule `json:"conditions" required:"false"`
	OpensAt        *time.Time     `json:"opens_at,omitempty" doc:"Applications are taken from then on; none: it takes none here" title:"申报开始|Opens"`
	ClosesAt       *time.Time     `json:"closes_at,omitempty" doc:"Applications are taken before this moment" title:"申报截止|Closes"`
	Questions      []Question     `json:"questions" required:"false" nullable:"false" maxItems:"50"`
	Papers         []Paper        `json:"papers" required:"false" nullable:"false" maxItems:"30"`
	Synthetic      bool           `json:"synthetic" required:"false" title:"合成数据|Synthetic"`
}

// Policy is one policy of the library.
type Policy struct {
	ID string `json:"id"`
	Content
	State       State      `json:"state" enum:"draft,published,withdrawn" title:"状态|State"`
	Edition     int        `json:"edition" doc:"0 before the first publication" title:"版本|Edition"`
	PublishedAt *time.Time `json:"published_at,omitempty" title:"发布时间|Published"`
	CreatedAt   time.Time  `json:"created_at"`
	UpdatedAt   time.Time  `json:"updated_at"`
	Version     int64      `json:"version"`
}

// ETag implements httpd.Versioned.
func (p Policy) ETag() int64 { return p.Version }

// inForce tells whether a policy holds on a day.
func (p Policy) inForce(day string) bool {
	return p.State == Published && p.SupersededBy == "" && p.EffectiveFrom <= day && (p.EffectiveUntil == "" || p.EffectiveUntil >= day)
}

// accepts tells whether applications are taken at a moment, which is the server's.
func (p Policy) accepts(now time.Time) bool {
	return p.inForce(dayOf(now)) && p.OpensAt != nil && !now.Before(*p.OpensAt) && (p.ClosesAt == nil || now.Before(*p.ClosesAt))
}

// dayOf is the day in the city.
func dayOf(now time.Time) string {
	return now.In(time.FixedZone("UTC+8", 8*60*60)).Format(time.DateOnly)
}

// tidy leaves out blanks and gives a text in one language for the other.
func (c Content) tidy() Content {
	both := func(t lang.Text) lang.Text {
		t = lang.Text{ZH: strings.TrimSpace(t.ZH), EN: strings.TrimSpace(t.EN)}
		if t.ZH == "" {
			t.ZH = t.EN
		}
		if t.EN == "" {
			t.EN = t.ZH
		}
		return t
	}
	c.Number, c.Link = strings.TrimSpace(c.Number), strings.TrimSpace(c.Link)
	c.Title, c.Issuer, c.Summary, c.Text, c.Benefit = both(c.Title), both(c.Issuer), both(c.Summary), both(c.Text), both(c.Benefit)
	c.Questions, c.Papers = append([]Question{}, c.Questions...), append([]Paper{}, c.Papers...)
	for i := range c.Questions {
		c.Questions[i].Title = both(c.Questions[i].Title)
	}
	for i := range c.Papers {
		c.Papers[i].Title = both(c.Papers[i].Title)
	}
	c.OpensAt, c.ClosesAt = moment(c.OpensAt), moment(c.ClosesAt)
	return c
}

func moment(at *time.Time) *time.Time {
	if at == nil || at.IsZero() {
		return nil
	}
	t := at.UTC().Truncate(time.Millisecond)
	return &t
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

const longest = 100_000

// check refuses a policy that cannot be published, naming every fault.
func (c Content) check(words criterion.Vocabulary) error {
	f := fault.New(fault.Invalid, "enterprise.policy.invalid", "the policy is incomplete or wrong")
	for _, x := range []struct {
		wrong       bool
		at, message string
	}{
		{c.Title.ZH == "" || len(c.Title.ZH)+len(c.Title.EN) > 1000, "body.title", "name the policy, in 1000 octets at most"},
		{c.Issuer.ZH == "", "body.issuer", "name the issuing body"},
		{c.size() > longest, "body.text", "100 000 octets at most"},
		{c.Link != "" && !strings.HasPrefix(c.Link, "https://") && !strings.HasPrefix(c.Link, "http://"), "body.link", "begins with http:// or https://"},
		{!isDay(c.EffectiveFrom), "body.effective_from", "a day such as 2026-01-01"},
		{c.EffectiveUntil != "" && (!isDay(c.EffectiveUntil) || c.EffectiveUntil < c.EffectiveFrom), "body.effective_until", "a day that is not before the first one, or none"},
		{c.Level == "district" && !slices.ContainsFunc(district.All(), func(d district.District) bool { return d.Code == c.District }), "body.district", "choose the district"},
		{c.AmountMost != nil && (*c.AmountMost < 0 || *c.AmountMost > 1e8), "body.amount_most", "0 to 100 000 000 times 10 000 CNY"},
		{c.ClosesAt != nil && (c.OpensAt == nil || !c.OpensAt.Before(*c.ClosesAt)), "body.closes_at", "after applications are opened"},
	} {
		if x.wrong {
			_ = f.At(x.at, "%s", x.message)
		}
	}
	c.checkForm(f)
	c.Conditions.Check(f, "body.conditions", words)
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func (c Content) size() (n int) {
	for _, t := range []lang.Text{c.Text, c.Summary, c.Benefit, c.Issuer} {
		n += len(t.ZH) + len(t.EN)
	}
	return n
}

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

func (c Content) checkForm(f *fault.Error) {
	seen := map[string]bool{}
	one := func(at, code string, title lang.Text) {
		if !codeForm.MatchString(code) || seen[code] {
			_ = f.At(at+".code", "small letters, digits and _, each code once")
		}
		seen[code] = true
		if title.ZH == "" || len(title.ZH) > 1000 {
			_ = f.At(at+".title", "say what is asked, in 1000 octets at most")
		}
	}
	for i, q := range c.Questions {
		one(fmt.Sprintf("body.questions[%d]", i), q.Code, q.Title)
	}
	for i, p := range c.Papers {
		one(fmt.Sprintf("body.papers[%d]", i), p.Code, p.Title)
	}
}

// words are what lists search.
func (c Content) words() string {
	return strings.ToLower(strings.Join([]string{c.Title.ZH, c.Title.EN, c.Number, c.Issuer.ZH, c.Issuer.EN, c.Summary.ZH, c.Summary.EN}, " "))
}

// publish makes what a draft says hold; of a published policy it makes a new edition.
func (p Policy) publish(now time.Time) (Policy, error) {
	if p.State == Withdrawn {
		return p, fault.New(fault.Conflict, "enterprise.policy.withdrawn", "the policy was withdrawn")
	}
	p.State, p.Edition, p.UpdatedAt = Published, p.Edition+1, now
	if p.PublishedAt == nil {
		p.PublishedAt = &now
	}
	return p, nil
}
