package notice

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/modules/security/internal/rating"
)

// Kind is what sort of document a notice is.
type Kind string

// The kinds.
const (
	Bulletin Kind = "notice"  // 通报
	Warning  Kind = "warning" // 预警
)

// State is where a notice is.
type State string

// The states of a notice.
const (
	Draft     State = "draft"
	InReview  State = "review"
	Signed    State = "signed"
	Issued    State = "issued"
	Closed    State = "closed"
	Reviewed  State = "reviewed"
	Withdrawn State = "withdrawn"
)

// Text is what a notice says.
type Text struct {
	Kind     Kind         `json:"kind" enum:"notice,warning" title:"类型|Kind"`
	Colour   string       `json:"colour" enum:",red,orange,yellow,blue" doc:"Of a warning" title:"预警颜色|Colour"`
	Title    string       `json:"title" maxLength:"400" title:"标题|Title"`
	Body     string       `json:"body" maxLength:"60000"`
	Ask      string       `json:"ask" maxLength:"12000" doc:"What addressees are asked to do"`
	Level    rating.Level `json:"level" minimum:"0" maximum:"4" doc:"1 (Ⅰ, gravest) to 4 (Ⅳ)" title:"级别|Level"`
	Category string       `json:"category" maxLength:"40" doc:"After GB/T 20986-2023" title:"事件类别|Category"`
	TLP      rating.TLP   `json:"tlp" enum:"clear,green,amber,amber+strict,red" doc:"Traffic Light Protocol 2.0" title:"共享标记|TLP"`
}

const (
	longestTitle = 120
	longestBody  = 20_000
	longestAsk   = 4_000
	longestWhy   = 1_000
)

// check trims what somebody wrote and says what is wrong with it.
func (x Text) check() (Text, *fault.Error) {
	x.Title, x.Body, x.Ask = strings.TrimSpace(x.Title), strings.TrimSpace(x.Body), strings.TrimSpace(x.Ask)
	f := fault.New(fault.Invalid, "security.notice.invalid", "the notice is incomplete or wrong")
	if x.Title == "" || len([]rune(x.Title)) > longestTitle {
		_ = f.At("body.title", "a title of 1 to 120 characters")
	}
	if x.Body == "" || len([]rune(x.Body)) > longestBody {
		_ = f.At("body.body", "say what is known, in 20000 characters at most")
	}
	if x.Ask == "" || len([]rune(x.Ask)) > longestAsk {
		_ = f.At("body.ask", "say what addressees are asked to do, in 4000 characters at most")
	}
	if !x.Level.Known() {
		_ = f.At("body.level", "choose a level from Ⅰ to Ⅳ")
	}
	if _, ok := rating.CategoryOf(x.Category); !ok {
		_ = f.At("body.category", "choose a category")
	}
	if !x.TLP.Known() {
		_ = f.At("body.tlp", "choose with whom it may be shared")
	}
	if (x.Kind == Warning) != slices.Contains([]string{"red", "orange", "yellow", "blue"}, x.Colour) {
		_ = f.At("body.colour", "a warning has a colour, and a notice has none")
	}
	return x, f
}

// Signature is that of somebody who signed.
type Signature struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`

	actor string
}

// Notice is a document of the city.
type Notice struct {
	ID         string    `json:"id" title:"编号|ID"`
	Number     string    `json:"number" doc:"Given when it is issued" title:"文号|Number"`
	Drill      string    `json:"drill" doc:"The drill that it belongs to; empty: it is real" title:"演练|Drill"`
	DrillTitle string    `json:"drill_title" title:"演练名称|Title of the drill"`
	Pace       float64   `json:"pace" doc:"How many times faster than the wall its clocks run: of drills, and of the demonstration"`
	Synthetic  bool      `json:"synthetic" doc:"Demonstration data: it goes to enterprises of the demonstration only" title:"合成数据|Synthetic"`
	Mark       string    `json:"mark" doc:"TLP, and that it is a drill, as written on what it marks" title:"标记|Mark"`
	State      State     `json:"state" enum:"draft,review,signed,issued,closed,reviewed,withdrawn" title:"状态|State"`
	Reason     string    `json:"reason" doc:"Why it was returned or withdrawn"`
	Review     string    `json:"review" doc:"What was learned, once it is reviewed"`
	Revision   int64     `json:"revision" title:"版次|Revision"`
	Author     string    `json:"author" doc:"Who wrote it last" title:"拟稿人|Author"`
	Audience   Audience  `json:"audience"`
	OriginID   string    `json:"origin_id" doc:"The notice of an upper level that it passes on; empty: none"`
	IncidentID string    `json:"incident_id" doc:"The incident because of which it is written; empty: none. Addressees are not told"`
	CreatedAt  time.Time `json:"created_at" title:"拟稿时间|Written"`
	Text
	IssuedAt   *time.Time `json:"issued_at,omitempty" title:"发布时间|Issued"`
	LiftedAt   *time.Time `json:"lifted_at,omitempty" title:"解除时间|Lifted"`
	ClosedAt   *time.Time `json:"closed_at,omitempty" title:"关闭时间|Closed"`
	ReviewedAt *time.Time `json:"reviewed_at,omitempty"`
	Version    int64      `json:"version"`

	actor string
	year  int
	serno int
}

// mark is what is written on whatever carries something of a notice.
func mark(drill string, synthetic bool, t rating.TLP) string {
	switch {
	case drill != "":
		return "演练 DRILL · " + t.Mark()
	case synthetic:
		return "合成 SYNTHETIC · " + t.Mark()
	}
	return t.Mark()
}

// numbered is the number of the nth notice of a year: drills have a series of their own, and
// so has the demonstration.
func numbered(drill string, synthetic bool, year, n int) string {
	s := fmt.Sprintf("%d-%03d", year, n)
	switch {
	case drill != "":
		return "演练-" + s
	case synthetic:
		return "合成-" + s
	}
	return s
}

// signers is how many must sign what is of a level.
func signers(l rating.Level) int {
	if l == rating.Extreme || l == rating.Major {
		return 2
	}
	return 1
}

func wrongState(what string) error {
	return fault.New(fault.Conflict, "security.notice.state", "a notice in this state cannot be %s", what).With("what", what)
}

// why is a reason that must be given.
func why(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || len([]rune(text)) > longestWhy {
		return "", fault.New(fault.Invalid, "security.notice.reason", "say why").At("body.reason", "a reason of 1 to 1000 characters")
	}
	return text, nil
}

// edit changes a draft.
func (n Notice) edit(x Text, a Audience) (Notice, error) {
	if n.State != Draft {
		return n, wrongState("edited")
	}
	x, f := x.check()
	a = a.check(x.TLP, f)
	if len(f.Fields) > 0 {
		return n, f
	}
	n.Text, n.Audience, n.Mark = x, a, mark(n.Drill, n.Synthetic, x.TLP)
	return n, nil
}

// submit hands a draft in to be signed.
func (n Notice) submit() (Notice, error) {
	if n.State != Draft {
		return n, wrongState("sent to review")
	}
	if n.Audience.empty() {
		return n, fault.New(fault.Invalid, "security.notice.no_addressee", "the notice has no addressee").At("body.audience", "choose addressees before it is sent to review")
	}
	n.State, n.Reason = InReview, ""
	return n, nil
}

// giveBack returns a notice to its author.
func (n Notice) giveBack(reason string) (_ Notice, err error) {
	if n.State != InReview && n.State != Signed {
		return n, wrongState("returned")
	}
	n.Reason, err = why(reason)
	n.State = Draft
	return n, err
}

// sign adds a signature to those that are there; the author does not sign, and nobody twice.
func (n Notice) sign(by Signature, there []Signature) (Notice, error) {
	if n.State != InReview {
		return n, wrongState("signed")
	}
	if err := mayHand(by, n.actor, there); err != nil {
		return n, err
	}
	if len(there)+1 >= signers(n.Level) {
		n.State = Signed
	}
	return n, nil
}

// mayHand tells whether somebody may sign what author wrote and others have signed.
func mayHand(by Signature, author string, there []Signature) error {
	if by.actor == author {
		return fault.New(fault.Forbidden, "security.notice.own_hand", "who wrote it does not sign it: another person must")
	}
	if slices.ContainsFunc(there, func(s Signature) bool { return s.actor == by.actor }) {
		return fault.New(fault.Conflict, "security.notice.signed_twice", "you have signed this already: another person must sign too")
	}
	return nil
}

// issue gives a signed notice its number.
func (n Notice) issue(year, serial int, at time.Time) (Notice, error) {
	if n.State != Signed {
		return n, wrongState("issued")
	}
	n.State, n.year, n.serno, n.Number, n.IssuedAt = Issued, year, serial, numbered(n.Drill, n.Synthetic, year, serial), &at
	return n, nil
}

// withdraw takes a notice back; what is not issued may be withdrawn too.
func (n Notice) withdraw(reason string, at time.Time) (_ Notice, err error) {
	if n.State == Closed || n.State == Reviewed || n.State == Withdrawn {
		return n, wrongState("withdrawn")
	}
	n.Reason, err = why(reason)
	n.State, n.ClosedAt = Withdrawn, &at
	return n, err
}

// lift says that the danger of a warning is over.
func (n Notice) lift(at time.Time) (Notice, error) {
	if n.State != Issued || n.Kind != Warning || n.LiftedAt != nil {
		return n, fault.New(fault.Conflict, "security.notice.lift", "only a warning that is issued and not lifted yet can be lifted")
	}
	n.LiftedAt = &at
	return n, nil
}

// shut closes an issued notice. open is how many addressees have not finished: then it needs a reason.
func (n Notice) shut(open int, reason string, at time.Time) (Notice, error) {
	if n.State != Issued {
		return n, wrongState("closed")
	}
	if open > 0 && strings.TrimSpace(reason) == "" {
		return n, fault.New(fault.Conflict, "security.notice.unfinished", "%d addressees have not finished; say why it is closed all the same", open).At("body.reason", "needed while addressees have not finished").With("open", open)
	}
	n.State, n.ClosedAt, n.Reason = Closed, &at, strings.TrimSpace(reason)
	return n, nil
}

// learn ends the course of a notice with what was learned from it.
func (n Notice) learn(text string, at time.Time) (Notice, error) {
	text = strings.TrimSpace(text)
	switch {
	case n.State != Closed:
		return n, wrongState("reviewed")
	case text == "" || len([]rune(text)) > longestAsk:
		return n, fault.New(fault.Invalid, "security.notice.review", "say what was learned").At("body.text", "what was learned, in 1 to 4000 characters")
	}
	n.State, n.Review, n.ReviewedAt = Reviewed, text, &at
	return n, nil
}

// change is a revision of what an issued notice says.
type change struct {
	act  string // revise, raise, lower, restrict, share
	text Text
	// byOne changes take effect at once; others when another person signs them.
	byOne bool
}

// relevel goes over to another level: to a graver one at once, to a lighter one when another signs.
func (n Notice) relevel(level rating.Level) (change, error) {
	if n.State != Issued {
		return change{}, wrongState("given another level")
	}
	if !level.Known() || level == n.Level {
		return change{}, fault.New(fault.Invalid, "security.notice.level", "the level is the same, or none").At("body.level", "choose another level from Ⅰ to Ⅳ")
	}
	c := change{act: "lower", text: n.Text}
	if level.GraverThan(n.Level) {
		c.act, c.byOne = "raise", true
	}
	c.text.Level = level
	return c, nil
}

// remark changes with whom a notice may be shared: with fewer at once, with more when another signs.
func (n Notice) remark(t rating.TLP) (change, error) {
	if n.State != Issued {
		return change{}, wrongState("given another TLP")
	}
	if !t.Known() || t == n.TLP {
		return change{}, fault.New(fault.Invalid, "security.notice.tlp", "the TLP is the same, or none").At("body.tlp", "choose another TLP")
	}
	c := change{act: "share", text: n.Text}
	if t.Stricter(n.TLP) {
		c.act, c.byOne = "restrict", true
	}
	c.text.TLP = t
	return c, nil
}

// rewrite proposes other words, and another colour of a warning.
func (n Notice) rewrite(x Text) (change, error) {
	if n.State != Issued {
		return change{}, wrongState("revised")
	}
	x.Kind, x.Level, x.Category, x.TLP = n.Kind, n.Level, n.Category, n.TLP
	x, f := x.check()
	if len(f.Fields) > 0 {
		return change{}, f
	}
	if x == n.Text {
		return change{}, fault.New(fault.Invalid, "security.notice.same", "nothing is changed").At("body.body", "change what it says")
	}
	return change{act: "revise", text: x}, nil
}
