package scenario

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// Where a scenario, and a version of it, stands.
const (
	draft     = "draft"
	inReview  = "review"
	published = "published"
	revised   = "revised" // of a version only: a newer one is published
	withdrawn = "withdrawn"
)

// Where scenarios are from.
const (
	byHand   = "written"
	byImport = "import"
)

// Bounds of what a version says.
const (
	mostTerms    = 20
	mostFigures  = 30
	mostNames    = 50
	mostPictures = 20
	longestTitle = 120
	longestText  = 8000
)

// Cost is what carrying out a scenario costs.
type Cost struct {
	From     float64 `json:"from" doc:"In 10 000 CNY"`
	To       float64 `json:"to" doc:"In 10 000 CNY"`
	Evidence string  `json:"evidence" maxLength:"500" doc:"Where the figures are from"`
}

// Effect is what a scenario brought, as a figure.
type Effect struct {
	Kind     string    `json:"kind" maxLength:"20" doc:"A word of the axis value"`
	Name     lang.Text `json:"name"`
	Value    float64   `json:"value"`
	Before   *float64  `json:"before,omitempty" doc:"The figure before, in the same unit"`
	Unit     string    `json:"unit" maxLength:"20"`
	Evidence string    `json:"evidence" maxLength:"500" doc:"Where the figure is from"`
}

// Provider is who carries scenarios out.
type Provider struct {
	OrganisationID string    `json:"organisation_id" maxLength:"40"`
	Name           lang.Text `json:"name" doc:"Of the organisation, when the version was saved"`
}

// Picture is a picture in a version.
type Picture struct {
	ID      string    `json:"id" maxLength:"40"`
	Caption lang.Text `json:"caption,omitzero"`
}

// Content is what a version of a scenario says.
type Content struct {
	Title        lang.Text  `json:"title"`
	Summary      lang.Text  `json:"summary,omitzero"`
	Text         lang.Text  `json:"text,omitzero"`
	Industries   []string   `json:"industries" nullable:"false" maxItems:"20"`
	Stages       []string   `json:"stages" nullable:"false" maxItems:"20"`
	Modes        []string   `json:"modes" nullable:"false" maxItems:"20"`
	Links        []string   `json:"links" nullable:"false" maxItems:"20" doc:"Of the sixteen scenarios of the SME assessment"`
	Technologies []string   `json:"technologies" nullable:"false" maxItems:"20"`
	Values       []string   `json:"values" nullable:"false" maxItems:"20"`
	Maturity     string     `json:"maturity" maxLength:"20"`
	Cost         *Cost      `json:"cost,omitempty"`
	Effects      []Effect   `json:"effects" nullable:"false" maxItems:"30"`
	Providers    []Provider `json:"providers" nullable:"false" maxItems:"50"`
	Apps         []string   `json:"apps" nullable:"false" maxItems:"50"`
	Standards    []string   `json:"standards" nullable:"false" maxItems:"50"`
	Pictures     []Picture  `json:"pictures" nullable:"false" maxItems:"20"`
}

// classes are the words of a content by axis.
func (c Content) classes(axis string) []string {
	switch axis {
	case axisIndustry:
		return c.Industries
	case axisStage:
		return c.Stages
	case axisMode:
		return c.Modes
	case axisLink:
		return c.Links
	case axisTechnology:
		return c.Technologies
	case axisValue:
		return c.Values
	}
	if c.Maturity == "" {
		return nil
	}
	return []string{c.Maturity}
}

// tidied trims texts, and leaves of lists what is there, each once.
func tidied(list []string) []string {
	out := []string{}
	for _, x := range list {
		if x = strings.TrimSpace(x); x != "" && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

func trimmed(t lang.Text) lang.Text {
	return lang.Text{ZH: strings.TrimSpace(t.ZH), EN: strings.TrimSpace(t.EN)}
}

func (c Content) tidy() Content {
	c.Title, c.Summary, c.Text = trimmed(c.Title), trimmed(c.Summary), trimmed(c.Text)
	for _, list := range []*[]string{&c.Industries, &c.Stages, &c.Modes, &c.Links, &c.Technologies, &c.Values, &c.Apps, &c.Standards} {
		*list = tidied(*list)
	}
	if c.Effects == nil {
		c.Effects = []Effect{}
	}
	if c.Providers == nil {
		c.Providers = []Provider{}
	}
	if c.Pictures == nil {
		c.Pictures = []Picture{}
	}
	return c
}

// check reports what of a content cannot stand, at the fields of a body. A draft need
// not be complete; what is handed in must be (whole).
func (c Content) check(t *Taxonomy, whole bool) error {
	f := fault.New(fault.Invalid, "scenario.content.invalid", "the scenario is incomplete or wrong")
	if c.Title.ZH == "" && c.Title.EN == "" {
		_ = f.At("body.title", "name the scenario")
	}
	if length(c.Title) > longestTitle {
		_ = f.At("body.title", "120 characters at most")
	}
	if length(c.Summary) > 500 || length(c.Text) > longestText {
		_ = f.At("body.text", "a summary of 500 characters and a text of 8000 at most")
	}
	c.checkClasses(f, t, whole)
	if whole && c.Summary.ZH == "" && c.Summary.EN == "" {
		_ = f.At("body.summary", "say in some sentences what it is")
	}
	c.checkFigures(f, t, whole)
	if max(len(c.Providers), len(c.Apps), len(c.Standards)) > mostNames || len(c.Pictures) > mostPictures {
		_ = f.At("body.providers", "50 providers, apps and standards and 20 pictures at most")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// checkClasses reports words that the taxonomy lacks, and axes without a word.
func (c Content) checkClasses(f *fault.Error, t *Taxonomy, whole bool) {
	fields := map[string]string{axisIndustry: "industries", axisStage: "stages", axisMode: "modes", axisLink: "links", axisTechnology: "technologies", axisValue: "values", axisMaturity: "maturity"}
	for _, axis := range axes() {
		list, at := c.classes(axis), "body."+fields[axis]
		if slices.ContainsFunc(list, func(code string) bool { return !t.knows(axis, code) }) {
			_ = f.At(at, "a word of the taxonomy")
		}
		if whole && len(list) == 0 && axis != axisLink && axis != axisTechnology {
			_ = f.At(at, "choose at least one")
		}
		if len(list) > mostTerms {
			_ = f.At(at, "20 at most")
		}
	}
}

// checkCost reports what of the cost cannot stand.
func (c Content) checkCost(f *fault.Error, whole bool) {
	x := c.Cost
	if x == nil {
		return
	}
	if !(0 <= x.From && x.From <= x.To && x.To <= 1e7) { // what is no number is refused too
		_ = f.At("body.cost", "from 0 to 10 000 000 times 10 000 CNY, in order")
	}
	if whole && strings.TrimSpace(x.Evidence) == "" {
		_ = f.At("body.cost.evidence", "say where the figures are from")
	}
}

func (c Content) checkFigures(f *fault.Error, t *Taxonomy, whole bool) {
	c.checkCost(f, whole)
	if len(c.Effects) > mostFigures {
		_ = f.At("body.effects", "30 figures at most")
	}
	for i, x := range c.Effects {
		at := fmt.Sprintf("body.effects[%d].", i)
		if !t.knows(axisValue, x.Kind) {
			_ = f.At(at+"kind", "a word of the axis value")
		}
		if trimmed(x.Name) == (lang.Text{}) || length(x.Name) > longestTitle {
			_ = f.At(at+"name", "name the figure in up to 120 characters")
		}
		if !finite(x.Value) || x.Before != nil && !finite(*x.Before) {
			_ = f.At(at+"value", "a number")
		}
		if whole && strings.TrimSpace(x.Evidence) == "" {
			_ = f.At(at+"evidence", "say where the figure is from")
		}
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func length(t lang.Text) int { return max(len([]rune(t.ZH)), len([]rune(t.EN))) }

// Scenario is one matter of the catalogue.
type Scenario struct {
	ID             string
	OrganisationID string    // owner; empty: the city
	Owner          lang.Text // name of the owner, when it was made
	Status         string
	Current, Open  int
	Origin         string
	Synthetic      bool
	Reason         string // why it was withdrawn
	TwinID         string // the scenario that is the same, of one that was withdrawn for it
	FirstPublished time.Time
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64
}

// Edition is a version of a scenario.
type Edition struct {
	Number     int       `json:"number" title:"版本|Version"`
	Status     string    `json:"status" enum:"draft,review,published,revised,withdrawn" title:"状态|Status"`
	Taxonomy   string    `json:"taxonomy" doc:"Edition of the taxonomy that it is classified by"`
	Content    Content   `json:"content"`
	Reason     string    `json:"reason" doc:"What to mend, where it was sent back"`
	AuthorName string    `json:"author_name" audit:"-"`
	WrittenAt  time.Time `json:"written_at"`
	DecidedBy  string    `json:"decided_by" doc:"Name of who decided" audit:"-"`
	DecidedAt  time.Time `json:"decided_at" doc:"0001-01-01: nobody has"`

	author, decider string
}

// hand is who does something.
type hand struct{ actor, name string }

func stands(status string) error {
	return fault.New(fault.Conflict, "scenario.status", "this cannot be done with a scenario that is %s", status).With("status", status)
}

// write saves what the open version says, or begins one.
func (s Scenario) write(open Edition, c Content, t *Taxonomy, by hand, now time.Time) (Scenario, Edition, error) {
	if s.Status == withdrawn {
		return s, open, stands(s.Status)
	}
	if s.Open > 0 && open.Status == inReview {
		return s, open, fault.New(fault.Conflict, "scenario.in_review", "this version waits for review; take it back to change it")
	}
	if err := c.check(t, false); err != nil {
		return s, open, err
	}
	if s.Open == 0 {
		s.Open = max(s.Current, open.Number) + 1
		open = Edition{Number: s.Open, Status: draft}
	}
	open.Content, open.Taxonomy, open.author, open.AuthorName, open.WrittenAt = c, t.Edition, by.actor, by.name, now
	s.UpdatedAt = now
	return s, open, nil
}

// submit hands the open version in for review.
func (s Scenario) submit(open Edition, t *Taxonomy, now time.Time) (Scenario, Edition, error) {
	if s.Open == 0 || open.Status != draft || s.Status == withdrawn {
		return s, open, fault.New(fault.Conflict, "scenario.no_draft", "there is no draft to hand in")
	}
	if err := open.Content.check(t, true); err != nil {
		return s, open, err
	}
	open.Status, open.Reason = inReview, ""
	s.UpdatedAt = now
	if s.Current == 0 {
		s.Status = inReview
	}
	return s, open, nil
}

// recall takes the version that waits for review back to its draft.
func (s Scenario) recall(open Edition, now time.Time) (Scenario, Edition, error) {
	if s.Open == 0 || open.Status != inReview {
		return s, open, fault.New(fault.Conflict, "scenario.not_in_review", "no version waits for review")
	}
	open.Status, s.UpdatedAt = draft, now
	if s.Current == 0 {
		s.Status = draft
	}
	return s, open, nil
}

// decide publishes the version that waits for review, or sends it back.
func (s Scenario) decide(open Edition, publish bool, reason string, by hand, now time.Time) (Scenario, Edition, error) {
	if s.Open == 0 || open.Status != inReview {
		return s, open, fault.New(fault.Conflict, "scenario.not_in_review", "no version waits for review")
	}
	if !publish && strings.TrimSpace(reason) == "" {
		return s, open, fault.New(fault.Invalid, "scenario.reason", "say why").At("body.reason", "tell the owner what to mend")
	}
	open.decider, open.DecidedBy, open.DecidedAt = by.actor, by.name, now
	s.UpdatedAt = now
	if !publish {
		open.Status, open.Reason = draft, strings.TrimSpace(reason)
		if s.Current == 0 {
			s.Status = draft
		}
		return s, open, nil
	}
	open.Status, open.Reason = published, ""
	s.Status, s.Current, s.Open = published, open.Number, 0
	if s.FirstPublished.IsZero() {
		s.FirstPublished = now
	}
	return s, open, nil
}

// withdraw takes a published scenario out of the catalogue; it stays readable.
func (s Scenario) withdraw(current Edition, reason, twin string, now time.Time) (Scenario, Edition, error) {
	if s.Status != published {
		return s, current, stands(s.Status)
	}
	if strings.TrimSpace(reason) == "" {
		return s, current, fault.New(fault.Invalid, "scenario.reason", "say why").At("body.reason", "whoever knew the scenario reads it")
	}
	s.Status, s.Reason, s.TwinID, s.UpdatedAt = withdrawn, strings.TrimSpace(reason), twin, now
	current.Status = withdrawn
	return s, current, nil
}

// restore puts a scenario that was withdrawn as a duplicate back.
func (s Scenario) restore(current Edition, now time.Time) (Scenario, Edition, error) {
	if s.Status != withdrawn || s.TwinID == "" {
		return s, current, stands(s.Status)
	}
	s.Status, s.Reason, s.TwinID, s.UpdatedAt = published, "", "", now
	current.Status = published
	return s, current, nil
}

// differs names the fields of a content that another has otherwise.
func (c Content) differs(o Content) []string {
	list := []string{}
	for _, x := range []struct {
		name string
		a, b any
	}{
		{"title", c.Title, o.Title},
		{"summary", c.Summary, o.Summary},
		{"text", c.Text, o.Text},
		{"industries", c.Industries, o.Industries},
		{"stages", c.Stages, o.Stages},
		{"modes", c.Modes, o.Modes},
		{"links", c.Links, o.Links},
		{"technologies", c.Technologies, o.Technologies},
		{"values", c.Values, o.Values},
		{"maturity", c.Maturity, o.Maturity},
		{"cost", deref(c.Cost), deref(o.Cost)},
		{"effects", spelled(c.Effects), spelled(o.Effects)},
		{"providers", c.Providers, o.Providers},
		{"apps", c.Apps, o.Apps},
		{"standards", c.Standards, o.Standards},
		{"pictures", c.Pictures, o.Pictures},
	} {
		if fmt.Sprintf("%#v", x.a) != fmt.Sprintf("%#v", x.b) {
			list = append(list, x.name)
		}
	}
	return list
}

func deref(c *Cost) Cost {
	if c == nil {
		return Cost{}
	}
	return *c
}

// spelled are effects without pointers, to be compared.
func spelled(list []Effect) []string {
	out := make([]string, len(list))
	for i, e := range list {
		before := "-"
		if e.Before != nil {
			before = fmt.Sprint(*e.Before)
		}
		out[i] = fmt.Sprintf("%q %q %v %s %q %q", e.Kind, e.Name, e.Value, before, e.Unit, e.Evidence)
	}
	return out
}

// cityTime is the time of the city, by which years are told.
func cityTime() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

// yearOf is the year of the city in which something was; 0 of never.
func yearOf(t time.Time) int {
	if t.IsZero() {
		return 0
	}
	return t.In(cityTime()).Year()
}

// quarterOf is the quarter of the city in which something was, such as 2026Q3.
func quarterOf(t time.Time) string {
	t = t.In(cityTime())
	return fmt.Sprintf("%dQ%d", t.Year(), (int(t.Month())+2)/3)
}
