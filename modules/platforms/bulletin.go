package platforms

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/platforms/internal/bulletin"
	"linghang/modules/platforms/internal/rank"
	"linghang/modules/platforms/internal/weight"
)

// bulletinState is where a monitoring report is: made as a draft, and released by a
// person. What is released stays; a correction is another version.
type bulletinState string

const (
	bulletinMaking   bulletinState = "making"
	bulletinFailed   bulletinState = "failed"
	bulletinDraft    bulletinState = "draft"
	bulletinReleased bulletinState = "released"
)

// Bulletin is a version of a monitoring report (监测报告).
type Bulletin struct {
	ID         string         `json:"id"`
	Kind       bulletin.Kind  `json:"kind" enum:"month,quarter" title:"类型|Kind"`
	Period     string         `json:"period" doc:"2026-10 or 2026Q3" title:"数据期|Period"`
	PlatformID string         `json:"platform_id" doc:"Empty: the city"`
	Platform   lang.Text      `json:"platform" title:"平台|Platform"`
	Number     int64          `json:"number" doc:"0 while it is made" title:"版本|Version"`
	State      bulletinState  `json:"state" enum:"making,failed,draft,released" title:"状态|State"`
	Progress   float64        `json:"progress" doc:"0 to 1"`
	Problem    string         `json:"problem,omitempty" doc:"Translation key of why it failed"`
	Reason     string         `json:"reason" doc:"Why this version was made; empty: by itself" title:"原因|Reason"`
	Changes    int            `json:"changes" doc:"In how much it differs from the version before" title:"差异数|Changes"`
	By         string         `json:"by" doc:"Who asked for it; empty: by itself" title:"生成人|Made by"`
	AskedAt    time.Time      `json:"asked_at"`
	MadeAt     *time.Time     `json:"made_at,omitempty" title:"生成时间|Made"`
	ReleasedBy string         `json:"released_by" title:"发布人|Released by"`
	ReleasedAt *time.Time     `json:"released_at,omitempty" title:"发布时间|Released"`
	Synthetic  bool           `json:"synthetic"`
	Digest     string         `json:"digest" doc:"SHA-256 of the data of the report" title:"数据摘要|Digest"`
	Files      []bulletinFile `json:"files" nullable:"false"`
	Key        string         `json:"key" title:"签名密钥|Key"`
	Suite      string         `json:"suite"`
	Public     string         `json:"public" doc:"Key that checks the signature, PEM"`
	Signature  string         `json:"signature"`
	Version    int64          `json:"version"`

	from, until  time.Time
	jobID, actor string
	code         string // of the platform
	organisation string // that operates the platform; empty: the city
}

// bulletinFile is a file of a report: data, pdf, xlsx, pdf-en, xlsx-en.
type bulletinFile struct {
	Name   string `json:"name" enum:"data,pdf,xlsx,pdf-en,xlsx-en"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// subject is what the report is about, in names of files and statements.
func (b *Bulletin) subject() string {
	if b.PlatformID == "" {
		return "city"
	}
	return b.code
}

// statement is what is signed.
func (b *Bulletin) statement() []byte {
	made := ""
	if b.MadeAt != nil {
		made = b.MadeAt.UTC().Format(time.RFC3339)
	}
	text := fmt.Appendf(nil, "linghang monitoring report of platforms\nsubject %s\nperiod %s\nversion %d\nmade %s\n", b.subject(), b.Period, b.Number, made)
	for _, f := range b.Files {
		text = fmt.Appendf(text, "%s %s\n", f.Name, f.SHA256)
	}
	return text
}

// file returns a file of the report.
func (b *Bulletin) file(name string) (bulletinFile, bool) {
	i := slices.IndexFunc(b.Files, func(f bulletinFile) bool { return f.Name == name })
	if i < 0 {
		return bulletinFile{}, false
	}
	return b.Files[i], true
}

// fileName names a file for downloads.
func (b *Bulletin) fileName(ending string) string {
	return fmt.Sprintf("platforms-%s-%s-v%d.%s", b.subject(), b.Period, b.Number, ending)
}

// release shows a draft to the platform that it is about.
func (b *Bulletin) release(name string, now time.Time) (before Bulletin, err error) {
	before = *b
	if b.State != bulletinDraft {
		return before, fault.New(fault.Conflict, "platforms.bulletin.state", "a report that is %s cannot be released", b.State).With("from", string(b.State))
	}
	b.State, b.ReleasedBy, b.ReleasedAt = bulletinReleased, name, &now
	return before, nil
}

// BulletinPlan is when reports of a kind are made by themselves.
type BulletinPlan struct {
	Kind      bulletin.Kind `json:"kind" enum:"month,quarter"`
	Enabled   bool          `json:"enabled"`
	Days      int           `json:"days" minimum:"1" maximum:"60" doc:"After the end of the period"`
	Platforms bool          `json:"platforms" doc:"One of each platform too, beside that of the city"`
	Version   int64         `json:"version"`
}

// reportPeriod is a month or a quarter, in the city's time.
type reportPeriod struct {
	kind        bulletin.Kind
	from, until time.Time
}

// reportPeriodAt is the period that a time is in.
func reportPeriodAt(kind bulletin.Kind, at time.Time) reportPeriod {
	first := monthly.start(at)
	if kind == bulletin.Quarter {
		first = first.AddDate(0, -(int(first.Month())-1)%3, 0)
	}
	return reportPeriod{kind, first, first.AddDate(0, 12/kind.Year(), 0)}
}

// back is the period so many before.
func (s reportPeriod) back(n int) reportPeriod {
	months := 12 / s.kind.Year()
	return reportPeriod{s.kind, s.from.AddDate(0, -n*months, 0), s.until.AddDate(0, -n*months, 0)}
}

func (s reportPeriod) String() string {
	if s.kind == bulletin.Quarter {
		return fmt.Sprintf("%dQ%d", s.from.Year(), (int(s.from.Month())+2)/3)
	}
	return monthOf(s.from)
}

// has tells whether a period of days or months begins in the period.
func (s reportPeriod) has(at time.Time) bool { return !at.Before(s.from) && at.Before(s.until) }

// parsePeriod reads a month as 2026-10 or a quarter as 2026Q3.
func parsePeriod(text string) (reportPeriod, bool) {
	at, err := time.ParseInLocation("2006-01", text, cityTime())
	kind := bulletin.Month
	if strings.Contains(text, "Q") {
		var year, quarter int
		kind = bulletin.Quarter
		if _, err = fmt.Sscanf(text, "%4dQ%1d", &year, &quarter); err == nil {
			at = time.Date(year, time.Month(3*quarter-2), 1, 0, 0, 0, 0, cityTime())
		}
	}
	s := reportPeriodAt(kind, at)
	return s, err == nil && s.String() == text && s.from.Year() >= 2000
}

// readSpan reads a period that is over.
func readSpan(kind bulletin.Kind, text string, now time.Time) (reportPeriod, error) {
	s, ok := parsePeriod(text)
	if !ok || s.kind != kind || s.until.After(now) {
		return reportPeriod{}, fault.New(fault.Invalid, "platforms.bulletin.period", "%q is no period that is over", text).At("body.period", "a month as 2026-10 or a quarter as 2026Q3 that is over")
	}
	return s, nil
}

// readBegun reads the period of a value, which need not be over.
func readBegun(text string, now time.Time) (reportPeriod, error) {
	s, ok := parsePeriod(text)
	if !ok || s.from.After(now) {
		return reportPeriod{}, fault.New(fault.Invalid, "platforms.origin.period", "%q is no month or quarter that has begun", text).At("query.month", "a month as 2026-10 or a quarter as 2026Q3, not in the future")
	}
	return s, nil
}

// dueSpans are the periods whose reports are due at a time, the newest first: what an
// outage has left out is made up for.
func (p BulletinPlan) dueSpans(now time.Time) []reportPeriod {
	most := 3
	if p.Kind == bulletin.Quarter {
		most = 2
	}
	var list []reportPeriod
	for s := reportPeriodAt(p.Kind, now).back(1); len(list) < most; s = s.back(1) {
		if !now.Before(s.until.AddDate(0, 0, p.Days)) {
			list = append(list, s)
		} else if now.Sub(s.until) > 100*24*time.Hour {
			break
		}
	}
	return list
}

// bulletinKeys are the indicators that are told first, over time and by district.
func bulletinKeys() []string {
	return []string{"dev_connected", "ent_served", "app_total", "model_total", "user_reg", "data_volume", "txn_amount", "ent_active_90d"}
}

// bulletinIndicators are those with values of days or months, key ones first.
func (c *catalogue) bulletinIndicators() []bulletin.Indicator {
	groups := map[string]lang.Text{}
	for _, g := range c.Groups {
		groups[g.Code] = g.Title
	}
	keys := bulletinKeys()
	list := []bulletin.Indicator{}
	for _, x := range c.Indicators {
		if c.ranks(x.Code) {
			list = append(list, bulletin.Indicator{Code: x.Code, Title: x.Title, Unit: x.Unit, Group: groups[x.Group], Rule: x.monthRule(), Mean: x.Across == acrossMean, Key: slices.Contains(keys, x.Code)})
		}
	}
	place := func(x bulletin.Indicator) int {
		if i := slices.Index(keys, x.Code); i >= 0 {
			return i
		}
		return len(keys)
	}
	slices.SortStableFunc(list, func(a, b bulletin.Indicator) int { return cmp.Compare(place(a), place(b)) })
	return list
}

// history is what the ledger has of a platform's indicator over some periods, oldest
// first, each in its newest revision.
type history struct {
	facts       []monthFact
	corrections []bulletin.Correction
}

// of returns the facts of the period, of some that are oldest first, and the one before.
func (s reportPeriod) of(facts []monthFact) (in []monthFact, before *monthFact) {
	earlier := func(f monthFact, t time.Time) int { return f.at.Compare(t) }
	first, _ := slices.BinarySearchFunc(facts, s.from, earlier)
	after, _ := slices.BinarySearchFunc(facts, s.until, earlier)
	if first > 0 {
		before = &facts[first-1]
	}
	return facts[first:after], before
}

// bulletinFacts makes the figures of periods, of which the first is the newest.
func (x indicator) bulletinFacts(platform string, h history, spans []reportPeriod) []bulletin.Fact {
	var list []bulletin.Fact
	for back, s := range spans {
		of, before := s.of(h.facts)
		in, ok := x.monthValue(of, before)
		if !ok || in.Rule == "rise" && before == nil {
			continue // the rise of a part of a period is not that of the period
		}
		f := bulletin.Fact{Platform: platform, Code: x.Code, Back: back, Value: in.Value, Facts: in.Facts, Period: x.dated(in.Period)}
		for _, one := range of {
			f.Revision = max(f.Revision, one.revision)
			if !one.known.Before(f.Known) {
				f.Known, f.Submission = one.known, one.submissionID
			}
		}
		list = append(list, f)
	}
	return list
}

// dated writes the period of a value.
func (x indicator) dated(at time.Time) string {
	if x.Tier == monthly {
		return monthOf(at)
	}
	return dayOf(at)
}

// missing is what was due of an indicator in a period: all of it from the first report
// on; nil when nothing is missing.
func (x indicator) missing(platform string, facts []monthFact, s reportPeriod) *bulletin.Missing {
	if len(facts) == 0 || !facts[0].at.Before(s.until) {
		return nil
	}
	m := bulletin.Missing{Platform: platform, Code: x.Code}
	begin := s.from
	if facts[0].at.After(begin) {
		begin = x.Tier.start(facts[0].at)
	}
	for at := begin; at.Before(s.until); m.Due++ {
		if x.Tier == monthly {
			at = at.AddDate(0, 1, 0)
		} else {
			at = at.AddDate(0, 0, 1)
		}
	}
	for _, f := range facts {
		if s.has(f.at) {
			m.Received++
		}
	}
	if m.Received >= m.Due {
		return nil
	}
	return &m
}

// methodLine tells a method of ranking in one line.
func methodLine(m rank.Method, edition int64, title func(code string) lang.Text) lang.Text {
	weightings := map[rank.Weighting]lang.Text{
		rank.ByHand: {ZH: "直接赋权", EN: "weights by hand"}, rank.ByAHP: {ZH: "层次分析法（AHP）", EN: "AHP"}, rank.ByEntropy: {ZH: "熵权法", EN: "entropy"}, rank.ByAHPAndIt: {ZH: "AHP 与熵权组合", EN: "AHP and entropy"},
	}
	scalings := map[weight.Scaling]lang.Text{weight.MinMax: {ZH: "极差归一化", EN: "minimum to maximum"}, weight.ZScore: {ZH: "标准分", EN: "standard score"}, weight.Order: {ZH: "百分位名次", EN: "percentile"}}
	var zh, en []string
	for _, x := range m.Items {
		a := title(x.Code)
		if x.Per != "" {
			b := title(x.Per)
			a = lang.Text{ZH: a.ZH + "÷" + b.ZH, EN: a.EN + " ÷ " + b.EN}
		}
		zh, en = append(zh, a.ZH), append(en, a.EN)
	}
	by, scale := weightings[m.Weighting], scalings[m.Scaling]
	return lang.Text{
		ZH: fmt.Sprintf("方法第 %d 版：%s；%s，%s", edition, strings.Join(zh, "、"), by.ZH, scale.ZH),
		EN: fmt.Sprintf("Method version %d: %s; %s, %s", edition, strings.Join(en, ", "), by.EN, scale.EN),
	}
}

// bulletinDefinitions is how reports are made, as they say it.
func bulletinDefinitions(platform bool) []lang.Text {
	counted := lang.Text{
		ZH: "纳入平台：试运行或正式运行、且在本期结束前登记的平台，以及在本期有报送数据的其他平台。",
		EN: "Platforms that count: those in trial or in service that were registered before the period ended, and others that reported figures of it.",
	}
	if platform {
		counted = lang.Text{ZH: "本报告只含该平台的数据。", EN: "This report is of one platform only."}
	}
	return []lang.Text{
		counted,
		{ZH: "数据来源：平台向本市报送的日、月指标，取各期最新修订；每个数值的修订号、收到时间和回执见 XLSX“数据明细”。", EN: "Figures are what platforms report to the city for days and months, in the newest revision of each; the sheet “Figures” of the XLSX has revision, time of receipt and receipt of every value."},
		{ZH: "本报告由本市监测系统生成，反映平台报送情况，不是官方统计；更正后生成新版本，旧版本保留。", EN: "Made by the city's monitoring from what platforms report; not official statistics. Corrections make another version, and the older one stays."},
	}
}

// word is the title of a word of a vocabulary.
func word(terms []term, code string) bulletin.Word {
	for _, t := range terms {
		if t.Code == code {
			return bulletin.Word{Code: code, Title: t.Title}
		}
	}
	return bulletin.Word{Code: code}
}

func (p platform) bulletin() bulletin.Platform {
	return bulletin.Platform{ID: p.ID, Code: p.Code, Name: p.Name, Operator: p.Operator.Name, Class: word(classes(), p.Class), Industry: word(industries(), p.Industry), District: word(districts(), p.District)}
}

func noBulletin() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such report, or it is not yours to see")
}
