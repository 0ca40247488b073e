package scenario

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/paper"
)

// mostListed bounds a list.
const mostListed = 10_000

// Release is a list of scenarios that was released (年度清单). It never changes.
type Release struct {
	ID         string    `json:"id"`
	Year       int       `json:"year" title:"年度|Year"`
	Number     int       `json:"number" doc:"Of the list within its year" title:"批次|Number"`
	Entries    int       `json:"entries" title:"场景数|Scenarios"`
	Digest     string    `json:"digest" doc:"SHA-256 of its contents, in hexadecimal" title:"摘要|Digest"`
	Synthetic  bool      `json:"synthetic" title:"合成数据|Synthetic"`
	By         string    `json:"by" doc:"Name of who released it" title:"发布人|By" audit:"-"`
	ReleasedAt time.Time `json:"released_at" title:"发布时间|Released"`

	contents string // what the digest is of
}

// Listed is a scenario as it stands in a list.
type Listed struct {
	Place      int       `json:"place"`
	ScenarioID string    `json:"scenario_id"`
	Number     int       `json:"number"` // of the version
	Title      lang.Text `json:"title"`
	Owner      lang.Text `json:"owner"`
	Industries []string  `json:"industries"`
	Stages     []string  `json:"stages"`
	Modes      []string  `json:"modes"`
	Taxonomy   string    `json:"taxonomy"`
}

// contents is what a list says, in the form that its digest is of.
type contents struct {
	Format     string   `json:"format"`
	Year       int      `json:"year"`
	Number     int      `json:"number"`
	ReleasedAt string   `json:"released_at"`
	Entries    []Listed `json:"entries"`
}

// seal writes what a list says, and its digest.
func (r Release) seal(entries []Listed) (Release, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(contents{"linghang-scenario-list-1", r.Year, r.Number, r.ReleasedAt.Format("2006-01-02T15:04:05.000Z"), entries}); err != nil {
		return r, fmt.Errorf("write a list: %w", err)
	}
	r.contents, r.Entries = strings.TrimSuffix(b.String(), "\n"), len(entries)
	sum := sha256.Sum256([]byte(r.contents))
	r.Digest = hex.EncodeToString(sum[:])
	return r, nil
}

// entries reads what a list says.
func (r Release) entries() ([]Listed, error) {
	var c contents
	if err := json.Unmarshal([]byte(r.contents), &c); err != nil {
		return nil, fmt.Errorf("read a list: %w", err)
	}
	return c.Entries, nil
}

// document is a list as a paper in a language.
func (r Release) document(entries []Listed, t *Taxonomy, language string) paper.Document {
	say := func(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(language) }
	d := paper.Document{
		Title:    say("工业赋能场景清单", "List of industrial scenarios"),
		Subtitle: fmt.Sprintf(say("%d 年第 %d 批", "%d, list %d"), r.Year, r.Number),
		About: []paper.Fact{
			{Label: say("发布时间（UTC）", "Released (UTC)"), Value: r.ReleasedAt.Format(time.DateTime)},
			{Label: say("场景数", "Scenarios"), Value: strconv.Itoa(r.Entries)},
			{Label: say("内容摘要（SHA-256）", "Digest of the contents (SHA-256)"), Value: r.Digest},
		},
	}
	if r.Synthetic {
		d.About = append(d.About, paper.Fact{Label: say("数据", "Data"), Value: say("含合成数据，仅供演示", "With synthetic data, of the demonstration")})
	}
	table := paper.Table{Columns: []paper.Column{
		{Title: say("序号", "No."), Width: 1, Right: true},
		{Title: say("场景", "Scenario"), Width: 6},
		{Title: say("行业", "Industries"), Width: 3},
		{Title: say("业务环节", "Stages"), Width: 3},
		{Title: say("新模式", "Modes"), Width: 3},
		{Title: say("归属单位", "Owner"), Width: 3},
	}}
	titles := func(axis string, codes []string) string {
		list := make([]string, len(codes))
		for i, code := range codes {
			list[i] = t.title(axis, code).In(language)
		}
		return strings.Join(list, say("、", ", "))
	}
	for _, e := range entries {
		n := float64(e.Place)
		table.Rows = append(table.Rows, []paper.Cell{
			{Text: strconv.Itoa(e.Place), Number: &n}, {Text: e.Title.In(language)}, {Text: titles(axisIndustry, e.Industries)}, {Text: titles(axisStage, e.Stages)}, {Text: titles(axisMode, e.Modes)}, {Text: e.Owner.In(language)},
		})
	}
	d.Blocks = []paper.Block{{Table: &table}}
	return d
}
