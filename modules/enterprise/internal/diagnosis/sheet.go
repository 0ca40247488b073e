package diagnosis

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/enterprise/internal/assessment"
)

// State is where a sheet is in its life.
type State string

// The states of sheets.
const (
	Draft     State = "draft"
	Submitted State = "submitted"
)

// Share is what the bureau may see of a submitted sheet.
type Share string

// What enterprises share.
const (
	ShareResult  Share = "result"  // level, scores and gaps
	ShareAnswers Share = "answers" // answers and evidence, too; a review needs them
)

// Enterprise is whom a sheet is about, as the directory has it.
type Enterprise struct {
	ID             string    `json:"id"`
	Name           lang.Text `json:"name"`
	District       string    `json:"district"`
	Industry       string    `json:"industry"`
	OrganisationID string    `json:"-"`
	Synthetic      bool      `json:"-"`
}

// Sheet is one diagnosis of an enterprise. Name, district and industry are those that
// the enterprise had when it was submitted.
type Sheet struct {
	ID            string     `json:"id"`
	EntryID       string     `json:"entry_id"`
	Name          lang.Text  `json:"name" title:"企业|Enterprise"`
	District      string     `json:"district" title:"区市|District"`
	Industry      string     `json:"industry" title:"行业|Industry"`
	Template      string     `json:"template" title:"问卷|Questionnaire"`
	Edition       int        `json:"edition" title:"版本|Edition"`
	State         State      `json:"state" enum:"draft,submitted" title:"状态|State"`
	Share         Share      `json:"share" enum:",result,answers" doc:"What the bureau may see" title:"公开范围|Shared"`
	Level         int        `json:"level" doc:"0: none yet; of what was submitted" title:"等级|Level"`
	Score         float64    `json:"score" title:"得分|Score"`
	SelfLevel     int        `json:"self_level" doc:"By the enterprise's own answers" title:"自评等级|Own level"`
	SelfScore     float64    `json:"self_score" title:"自评得分|Own score"`
	Digest        string     `json:"digest" doc:"SHA-256 of what was submitted"`
	BegunAt       time.Time  `json:"begun_at" title:"开始时间|Begun"`
	BegunName     string     `json:"begun_name" title:"开始人|Begun by"`
	SubmittedAt   *time.Time `json:"submitted_at,omitempty" title:"提交时间|Submitted"`
	SubmittedName string     `json:"submitted_name" title:"提交人|Submitted by"`
	ReviewedAt    *time.Time `json:"reviewed_at,omitempty" title:"评审时间|Reviewed"`
	Synthetic     bool       `json:"synthetic"`
	Version       int64      `json:"version"`

	organisation, begunBy, submittedBy, submission string
	axes                                           []assessment.Axis
}

// Answered is an answer on a sheet, with who gave it.
type Answered struct {
	Question string            `json:"question"`
	Answer   assessment.Answer `json:"answer" doc:"Empty: taken back"`
	Version  int64             `json:"version"`
	Name     string            `json:"name" doc:"Who answered"`
	At       time.Time         `json:"at"`

	actor string
}

// ETag implements httpd.Versioned.
func (a Answered) ETag() int64 { return a.Version }

// blank tells whether an answer was taken back.
func blank(a assessment.Answer) bool { return len(a.Options) == 0 && a.Number == nil }

// sheetOf are the answers that count.
func sheetOf(answers []Answered) assessment.Sheet {
	s := assessment.Sheet{}
	for _, a := range answers {
		if !blank(a.Answer) {
			s[a.Question] = a.Answer
		}
	}
	return s
}

// editable refuses changes of what was submitted.
func (s Sheet) editable() error {
	if s.State != Draft {
		return fault.New(fault.Conflict, "enterprise.diagnosis.final", "the sheet was submitted and does not change any more; begin a new one")
	}
	return nil
}

// submitted is what a digest is made of.
type submitted struct {
	Sheet     string            `json:"sheet"`
	Entry     string            `json:"entry"`
	Template  string            `json:"template"`
	Edition   int               `json:"edition"`
	Answers   []submittedAnswer `json:"answers"`
	Evidence  []submittedFile   `json:"evidence"`
	Share     Share             `json:"share"`
	At        time.Time         `json:"at"`
	Submitter string            `json:"submitter"`
}

type submittedAnswer struct {
	Question string            `json:"question"`
	Answer   assessment.Answer `json:"answer"`
}

type submittedFile struct {
	Question string `json:"question"`
	Name     string `json:"name"`
	SHA256   string `json:"sha256"`
}

// submit makes a sheet final, if nothing is lacking. e is the enterprise as it is now.
func (s Sheet) submit(t *assessment.Template, e Enterprise, answers []Answered, files []File, share Share, by hand, now time.Time) (Sheet, error) {
	if err := s.editable(); err != nil {
		return s, err
	}
	count := map[string]int{}
	for _, f := range files {
		count[f.Question]++
	}
	sheet := sheetOf(answers)
	if lacking := t.Lacking(sheet, count); len(lacking) > 0 {
		f := fault.New(fault.Invalid, "enterprise.diagnosis.incomplete", "%d questions lack an answer or evidence", len(lacking)).With("count", len(lacking))
		for _, l := range lacking {
			_ = f.At("answers."+l.Question, "%s", map[string]string{"answer": "answer this question", "evidence": "attach evidence: this answer needs it"}[l.Kind])
		}
		return s, f
	}
	now = now.UTC().Truncate(time.Millisecond)
	s.State, s.Share, s.SubmittedAt, s.submittedBy, s.SubmittedName = Submitted, share, &now, by.actor, by.name
	s.Name, s.District, s.Industry, s.Synthetic = e.Name, e.District, e.Industry, e.Synthetic
	what := submitted{s.ID, s.EntryID, s.Template, s.Edition, []submittedAnswer{}, []submittedFile{}, share, now, by.actor}
	for _, a := range answers {
		if !blank(a.Answer) {
			what.Answers = append(what.Answers, submittedAnswer{a.Question, a.Answer})
		}
	}
	for _, f := range files {
		what.Evidence = append(what.Evidence, submittedFile{f.Question, f.Name, f.SHA256})
	}
	text, err := json.Marshal(what)
	if err != nil {
		return s, fmt.Errorf("write submission: %w", err)
	}
	sum := sha256.Sum256(text)
	s.submission, s.Digest = string(text), hex.EncodeToString(sum[:])
	r := t.Evaluate(sheet)
	s.SelfLevel, s.SelfScore = r.Level, r.Score
	return s.comesTo(r), nil
}

// comesTo keeps what a result is, for lists and comparison.
func (s Sheet) comesTo(r assessment.Result) Sheet {
	s.Level, s.Score, s.axes = r.Level, r.Score, r.Axes
	return s
}

// hand is who does something.
type hand struct{ actor, name string }

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

// staleBy is stale, and says who was first.
func staleBy(name string) error {
	return fault.New(fault.Precondition, "kernel.stale", "%s changed this meanwhile; read it again", name).With("by", name)
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}
