package planned

import (
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// The limits of an enterprise.
const (
	mostPlans     = 20
	mostRevisions = 50 // that a plan keeps
)

// AssetPlan is what the engineering of a plant says should be there, as an enterprise keeps it.
type AssetPlan struct {
	ID             string     `json:"id"`
	OrganisationID string     `json:"organisation_id"`
	Enterprise     lang.Text  `json:"enterprise" title:"企业|Enterprise"`
	Name           string     `json:"name" title:"名称|Name"`
	Note           string     `json:"note" title:"备注|Note"`
	Ended          bool       `json:"ended" title:"已结束|Ended" doc:"What it says counts no more"`
	Newest         int64      `json:"newest" title:"最新修订版|Newest revision" doc:"0: none yet"`
	Released       int64      `json:"released" title:"发布的修订版|Released revision" doc:"The one that counts; 0: none"`
	Things         int        `json:"things" title:"设备数|Things" doc:"Of the released revision"`
	ReleasedAt     *time.Time `json:"released_at,omitempty" title:"发布时间|Released"`
	ReleasedBy     string     `json:"released_by" title:"发布人|Released by"`
	Synthetic      bool       `json:"synthetic" title:"合成数据|Synthetic"`
	CreatedAt      time.Time  `json:"created_at" title:"建立时间|Made"`
	By             string     `json:"by" title:"建立人|Made by"`
	Version        int64      `json:"version"`
	actor          string
}

// ETag implements httpd.Versioned.
func (p AssetPlan) ETag() int64 { return p.Version }

// PlanRevision is a state of a plan, as a file said it.
type PlanRevision struct {
	Number     int64      `json:"number" title:"修订版|Revision"`
	File       string     `json:"file" title:"文件|File"`
	Note       string     `json:"note" title:"说明|Note"`
	Things     int        `json:"things" title:"设备数|Things"`
	ImportedAt time.Time  `json:"imported_at" title:"导入时间|Imported"`
	By         string     `json:"by" title:"导入人|Imported by"`
	ReleasedAt *time.Time `json:"released_at,omitempty" title:"发布时间|Released"`
	ReleasedBy string     `json:"released_by" title:"发布人|Released by"`
	Counts     bool       `json:"counts" title:"当前有效|Counts" doc:"It is the released one that counts"`
}

// PlanWords are the words on a plan.
type PlanWords struct {
	Name string `json:"name" maxLength:"120"`
	Note string `json:"note" maxLength:"500"`
}

func (x PlanWords) tidy() PlanWords {
	return PlanWords{strings.TrimSpace(x.Name), strings.TrimSpace(x.Note)}
}

func (x PlanWords) check() error {
	if n := len([]rune(x.Name)); n < 1 || n > 120 {
		return fault.New(fault.Invalid, "security.plan.invalid", "the plan needs a name").At("body.name", "a name of 1 to 120 characters, such as the part of the plant")
	}
	return nil
}

// release lets a revision of a plan count. Only a newer one takes the place of another.
func (p AssetPlan) release(number int64, planned int) (AssetPlan, error) {
	switch {
	case p.Ended:
		return p, ended(p)
	case number == p.Released:
		return p, fault.New(fault.Conflict, "security.plan.released", "revision %d is released already", number)
	case number < p.Released:
		return p, fault.New(fault.Conflict, "security.plan.older", "revision %d is older than %d, which is released; import it again as a new revision", number, p.Released).With("released", p.Released)
	case planned > mostRows:
		return p, tooMany(planned)
	}
	p.Released = number
	return p, nil
}

func tooMany(lines int) error {
	return fault.New(fault.Conflict, "security.plan.many", "the plans of an enterprise that count have %d lines at most together; with this one they would have %d; end one that is done", mostRows, lines).With("most", mostRows).With("lines", lines)
}

func ended(p AssetPlan) error {
	return fault.New(fault.Conflict, "security.plan.ended", "the plan %s has ended; take it up again first", p.Name)
}

// RevisionDifference is what one revision says otherwise than another.
type RevisionDifference struct {
	From    int64            `json:"from" doc:"0: nothing before"`
	To      int64            `json:"to"`
	Counts  DifferenceCounts `json:"counts"`
	Added   []Thing          `json:"added" nullable:"false" doc:"500 at most"`
	Removed []Thing          `json:"removed" nullable:"false" doc:"500 at most"`
	Changed []RevisionChange `json:"changed" nullable:"false" doc:"500 at most"`
}

// DifferenceCounts are how many lines a revision adds, takes away, changes and leaves.
type DifferenceCounts struct {
	Added   int `json:"added"`
	Removed int `json:"removed"`
	Changed int `json:"changed"`
	Same    int `json:"same"`
}

// RevisionChange is a thing of which another revision says something else.
type RevisionChange struct {
	Name   string        `json:"name"`
	Line   int64         `json:"line" doc:"In the later revision"`
	Fields []FieldChange `json:"fields" nullable:"false"`
}

// FieldChange is a field with what both revisions say.
type FieldChange struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// mostTold bounds each list of a difference.
const mostTold = 500

// difference compares two revisions: lines are one thing by what assets are known by, else by
// a name that one line alone has.
func difference(before, after []Thing, vendor func(string) string) RevisionDifference {
	out := RevisionDifference{Added: []Thing{}, Removed: []Thing{}, Changed: []RevisionChange{}}
	var things []thing
	for l, side := range [][]Thing{before, after} {
		for _, x := range side {
			traces := append(tracesOf(x.facts(), vendor), trace{byName, strings.ToLower(x.Name), ""})
			things = append(things, thing{list(l), traces})
		}
	}
	for _, s := range match(things) {
		was, is := s.members[inPlan], s.members[inInventory]
		switch {
		case len(was) == 0:
			out.Added = append(out.Added, after[is[0]-len(before)])
		case len(is) == 0:
			out.Removed = append(out.Removed, before[was[0]])
		default:
			a, b := before[was[0]], after[is[0]-len(before)]
			if fields := fieldChanges(a, b); len(fields) > 0 {
				out.Changed = append(out.Changed, RevisionChange{b.Name, b.Line, fields})
			} else {
				out.Counts.Same++
			}
		}
	}
	out.Counts.Added, out.Counts.Removed, out.Counts.Changed = len(out.Added), len(out.Removed), len(out.Changed)
	out.Added, out.Removed, out.Changed = out.Added[:min(len(out.Added), mostTold)], out.Removed[:min(len(out.Removed), mostTold)], out.Changed[:min(len(out.Changed), mostTold)]
	return out
}

func fieldChanges(a, b Thing) (out []FieldChange) {
	x, y := a.fields(), b.fields()
	for i := range x {
		if x[i][1] != y[i][1] {
			out = append(out, FieldChange{x[i][0], x[i][1], y[i][1]})
		}
	}
	return out
}
