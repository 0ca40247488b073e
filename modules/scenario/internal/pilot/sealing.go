package pilot

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/attest"
	"linghang/kernel/lang"
)

// Stage is what a seal is of.
type Stage string

// Applications are sealed at the deadline, supplements when reviews begin, and the list of
// pilots when it is published.
const (
	StageApplications Stage = "applications"
	StageSupplements  Stage = "supplements"
	StageList         Stage = "list"
)

const manifestName = "manifest.json"

// submitted is the document of an application: these fields in this order, without
// spaces, answers in the order of the criteria, files by digest and name.
type submitted struct {
	Format       string            `json:"format"`
	Call         string            `json:"call"`
	Application  string            `json:"application"`
	Organisation string            `json:"organisation"`
	USCC         string            `json:"uscc"`
	Project      string            `json:"project"`
	Fields       []string          `json:"fields"`
	At           string            `json:"submitted_at"`
	Answers      []submittedAnswer `json:"answers"`
	Salt         string            `json:"salt"`
}

type submittedAnswer struct {
	Code  string          `json:"code"`
	Text  string          `json:"text"`
	Files []submittedFile `json:"files"`
}

type submittedFile struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	Name   string `json:"name"`
}

// supplemented is the document of a supplement.
type supplemented struct {
	Format      string          `json:"format"`
	Call        string          `json:"call"`
	Application string          `json:"application"`
	At          string          `json:"supplemented_at"`
	Text        string          `json:"text"`
	Files       []submittedFile `json:"files"`
	Salt        string          `json:"salt"`
}

const instantForm = "2006-01-02T15:04:05.000Z"

func told(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(instantForm)
}

func filesOf(files map[string]File, ids []string) []submittedFile {
	list := []submittedFile{}
	for _, id := range ids {
		list = append(list, submittedFile{files[id].SHA256, files[id].Size, files[id].Name})
	}
	slices.SortFunc(list, func(p, q submittedFile) int {
		return cmp.Or(strings.Compare(p.SHA256, q.SHA256), strings.Compare(p.Name, q.Name))
	})
	return list
}

func (a Application) submitted(files map[string]File) submitted {
	s := submitted{"linghang-pilot-application-1", a.CallID, a.ID, a.organisation, a.USCC, a.Project, a.Fields, told(a.SubmittedAt), []submittedAnswer{}, a.salt}
	for _, x := range a.Answers {
		s.Answers = append(s.Answers, submittedAnswer{x.Code, x.Text, filesOf(files, x.Files)})
	}
	return s
}

func (a Application) supplemented(files map[string]File) supplemented {
	ids := []string{}
	for id, f := range files {
		if f.Part == partSupplement {
			ids = append(ids, id)
		}
	}
	return supplemented{"linghang-pilot-supplement-1", a.CallID, a.ID, told(a.SupplementedAt), a.Supplement, filesOf(files, ids), a.salt}
}

// canonical writes a document: fields in their order, without spaces or escapes of HTML.
func canonical(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", fmt.Errorf("write a document: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// commitment is the digest of a document. Its salt keeps others from finding out, with a
// file that they have, whose it is.
func commitment(document string) string {
	sum := sha256.Sum256([]byte(document))
	return hex.EncodeToString(sum[:])
}

// manifest is what a seal is of: who has a document finds its commitment here.
type manifest struct {
	Format      string    `json:"format"`
	Call        string    `json:"call"`
	Title       lang.Text `json:"title"`
	Stage       Stage     `json:"stage"`
	ClosedAt    string    `json:"closed_at"`
	SealedAt    string    `json:"sealed_at"`
	Count       int       `json:"count"`
	Commitments []string  `json:"commitments"`
}

// Seal is a signed manifest.
type Seal struct {
	Stage     Stage     `json:"stage" enum:"applications,supplements,list"`
	Manifest  string    `json:"manifest" doc:"JSON with the commitments, sorted, or the list of pilots; its SHA-256 is in the statement"`
	Digest    string    `json:"digest" doc:"SHA-256 of the manifest"`
	Count     int       `json:"count" doc:"Documents that it commits to"`
	Statement string    `json:"statement" doc:"What is signed"`
	Signature string    `json:"signature"`
	Public    string    `json:"public" doc:"Key that it is signed with, PEM"`
	SealedAt  time.Time `json:"sealed_at"`
}

// seal makes the manifest of documents, unsigned.
func (c Call) seal(stage Stage, documents []string, now time.Time) (Seal, error) {
	now = now.UTC().Truncate(time.Millisecond)
	m := manifest{"linghang-pilot-manifest-1", c.ID, c.Title, stage, told(&c.ClosesAt), told(&now), len(documents), []string{}}
	for _, d := range documents {
		m.Commitments = append(m.Commitments, commitment(d))
	}
	slices.Sort(m.Commitments)
	text, err := canonical(m)
	if err != nil {
		return Seal{}, err
	}
	return c.stated(stage, text, len(documents), now), nil
}

// stated says what is signed of a manifest.
func (c Call) stated(stage Stage, text string, count int, now time.Time) Seal {
	s := Seal{Stage: stage, Manifest: text, Digest: commitment(text), Count: count, SealedAt: now}
	s.Statement = fmt.Sprintf("pilots of Linghang, call %s, %s\ndeadline %s\nsealed %s\n%s", c.ID, stage, told(&c.ClosesAt), told(&now), attest.File{Name: manifestName, SHA256: s.Digest}.Line())
	return s
}

// published is the list of pilots of a call, in the order of their numbers.
type published struct {
	Format string            `json:"format"`
	Call   string            `json:"call"`
	Title  lang.Text         `json:"title"`
	On     string            `json:"published_on"`
	Pilots []publishedListed `json:"pilots"`
}

type publishedListed struct {
	Number       string    `json:"number"`
	Organisation lang.Text `json:"organisation"`
	USCC         string    `json:"uscc"`
	Project      string    `json:"project"`
}

// publishes writes the list of pilots of a call.
func (c Call) publishes(list []Pilot) (string, error) {
	p := published{Format: "linghang-pilot-list-1", Call: c.ID, Title: c.Title, Pilots: []publishedListed{}}
	for _, l := range list {
		p.On = l.PublishedOn
		p.Pilots = append(p.Pilots, publishedListed{l.Number, l.Organisation, l.USCC, l.Project})
	}
	return canonical(p)
}

// commitments are those that the manifest of a seal lists, if it is the one that was signed.
func (s Seal) commitments() (map[string]bool, bool) {
	var m manifest
	if json.Unmarshal([]byte(s.Manifest), &m) != nil || !strings.Contains(s.Statement, attest.File{Name: manifestName, SHA256: commitment(s.Manifest)}.Line()) {
		return nil, false
	}
	set := map[string]bool{}
	for _, c := range m.Commitments {
		set[c] = true
	}
	return set, true
}

// Finding is a difference between what was sealed and what is there.
type Finding struct {
	ApplicationID string `json:"application_id"`
	Project       string `json:"project"`
	What          string `json:"what" enum:"signature,manifest,document,missing,row,file"`
	Where         string `json:"where" doc:"The field or the file, such as answers.depth.text"`
}

// differences names the fields in which the row of an application is not what was sealed.
func differences(sealed, row submitted) []string {
	var list []string
	note := func(where string, same bool) {
		if !same {
			list = append(list, where)
		}
	}
	note("organisation", sealed.Organisation == row.Organisation)
	note("uscc", sealed.USCC == row.USCC)
	note("project", sealed.Project == row.Project)
	note("fields", slices.Equal(sealed.Fields, row.Fields))
	note("submitted_at", sealed.At == row.At)
	note("salt", sealed.Salt == row.Salt)
	for _, x := range sealed.Answers {
		k := slices.IndexFunc(row.Answers, func(y submittedAnswer) bool { return y.Code == x.Code })
		if k < 0 {
			list = append(list, "answers."+x.Code)
			continue
		}
		note("answers."+x.Code+".text", row.Answers[k].Text == x.Text)
		note("answers."+x.Code+".files", slices.Equal(row.Answers[k].Files, x.Files))
	}
	note("answers", len(sealed.Answers) == len(row.Answers))
	return list
}
