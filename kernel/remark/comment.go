package remark

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

const (
	// editable is how long the author of a comment may edit it.
	editable = 15 * time.Minute
	// bodyLimit bounds what one comment says, in characters.
	bodyLimit = 4000
	// excerptLimit is how much of it a notice tells.
	excerptLimit = 200
	// mentionLimit bounds how many persons one comment mentions.
	mentionLimit = 20
	// fileLimit bounds how many files one comment has.
	fileLimit = 10
	// threadLimit bounds how many answers one thread has.
	threadLimit = 100
)

// Comment is what somebody said about an object.
type Comment struct {
	ID            string     `json:"id" title:"编号|ID"`
	ThreadID      string     `json:"thread_id" title:"主题编号|Thread" doc:"The comment that began the thread; its own ID for that one"`
	At            time.Time  `json:"at" title:"时间|At"`
	AuthorName    string     `json:"author_name" title:"作者|Author"`
	Organisation  lang.Text  `json:"organisation" title:"机构|Organisation" doc:"The author's, as it was called then"`
	Body          string     `json:"body" title:"内容|Text" doc:"Plain text; empty when removed"`
	EditedAt      *time.Time `json:"edited_at" title:"修改时间|Edited at"`
	RemovedAt     *time.Time `json:"removed_at" title:"删除时间|Removed at"`
	Own           bool       `json:"own" doc:"The caller said it"`
	EditableUntil *time.Time `json:"editable_until" doc:"Until when the caller may edit it"`
	Mentions      []mention  `json:"mentions" nullable:"false"`
	Files         []File     `json:"files" nullable:"false"`
	Version       int64      `json:"version"`

	kind, object, author string
}

// ETag implements httpd.Versioned.
func (c Comment) ETag() int64 { return c.Version }

// person is the author's ID, empty for a program.
func (c Comment) person() string {
	id, ok := strings.CutPrefix(c.author, "person:")
	if !ok {
		return ""
	}
	return id
}

// position sorts comments: threads by age, in each its first and then its answers.
func (c Comment) position() string {
	if c.ID == c.ThreadID {
		return c.ThreadID + "/"
	}
	return c.ThreadID + "/" + c.ID
}

// mayEdit returns until when the author may edit the comment.
func (c Comment) mayEdit(actor string, now time.Time) (until time.Time, ok bool) {
	until = c.At.Add(editable)
	return until, c.author == actor && c.RemovedAt == nil && now.Before(until)
}

// edit returns the comment with what it says from now on.
func (c Comment) edit(actor, body string, now time.Time) (Comment, error) {
	if err := c.mine(actor); err != nil {
		return c, err
	}
	if _, ok := c.mayEdit(actor, now); !ok {
		return c, fault.New(fault.Conflict, "remark.comment.late", "a comment can be edited for %d minutes", int(editable.Minutes())).With("minutes", int(editable.Minutes()))
	}
	c.Body, c.EditedAt = body, &now
	return c, nil
}

// mine refuses to change what somebody else said, or nobody says any more.
func (c Comment) mine(actor string) error {
	if c.author != actor {
		return fault.New(fault.Forbidden, "remark.comment.other", "this was said by somebody else")
	}
	if c.RemovedAt != nil {
		return fault.New(fault.Conflict, "remark.comment.removed", "the comment was removed")
	}
	return nil
}

// Said is what somebody says.
type Said struct {
	Body     string   `json:"body" maxLength:"16000" doc:"Plain text of at most 4000 characters"`
	Mentions []string `json:"mentions,omitempty" maxItems:"20" doc:"IDs of persons whom the text names as @name"`
	Files    []string `json:"files,omitempty" maxItems:"10" doc:"IDs of uploaded files"`
}

// check returns the text as it is kept.
func (s Said) check() (string, error) {
	text := clean(s.Body)
	f := fault.New(fault.Invalid, "remark.comment.invalid", "the comment is incomplete or too long")
	switch n := utf8.RuneCountInString(text); {
	case text == "" && len(s.Files) == 0:
		_ = f.At("body.body", "write something, or attach a file")
	case n > bodyLimit:
		_ = f.At("body.body", "%d characters are more than %d", n, bodyLimit)
	}
	if len(s.Mentions) > mentionLimit {
		_ = f.At("body.mentions", "mention at most %d persons", mentionLimit)
	}
	if len(s.Files) > fileLimit {
		_ = f.At("body.files", "attach at most %d files", fileLimit)
	}
	if len(f.Fields) > 0 {
		return "", f
	}
	return text, nil
}

// clean keeps letters, spaces and ends of lines, and drops what cannot be seen
// or turns the direction of writing.
func clean(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(text, ""))
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\u200d': // the last joins emoji
			return r
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
	return strings.TrimSpace(text)
}

// named refuses persons whom the text does not name.
func named(text string, people []mention) error {
	f := fault.New(fault.Invalid, "remark.mention.unnamed", "the text does not name who is mentioned")
	for i, p := range people {
		if !strings.Contains(text, "@"+p.Name) {
			_ = f.At(fmt.Sprintf("body.mentions[%d]", i), "write @%s in the text", p.Name)
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func shortened(text string) string {
	runes := []rune(text)
	if len(runes) <= excerptLimit {
		return text
	}
	return string(runes[:excerptLimit]) + "…"
}
