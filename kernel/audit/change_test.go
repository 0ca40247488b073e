package audit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"linghang/kernel/audit"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

type inner struct {
	Phone string `json:"phone"`
}

type thing struct {
	ID           string    `json:"id"`
	Name         lang.Text `json:"name"`
	Goal         *float64  `yaml:"goal"`
	RedirectURIs []string
	Contact      inner  `audit:"hidden"`
	Owner        string `audit:"-"`
	ClientSecret string
	Until        time.Time
	Version      int64
	quiet        string
}

type somebody struct {
	ID   string
	Name string `audit:"personal"`
}

func (s somebody) Whom() string { return s.ID }

type reasoned struct {
	thing
	Reason string
}

func TestDifferencesTellWhatChangedAndNoSecrets(t *testing.T) {
	goal := 2.5
	until := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	f := func(what string, before, after any, want ...audit.Change) {
		t.Helper()
		got := audit.Differences([]sqldb.Changed{{Noun: "thing", ID: "1", Before: before, After: after}})
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(audit.Field{})); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	changed := func(fields ...audit.Field) audit.Change {
		return audit.Change{Noun: "thing", ID: "1", Act: "changed", Fields: fields}
	}
	f("nothing", thing{Version: 1, quiet: "a"}, thing{Version: 2, quiet: "b"})
	f("what is left out", thing{Owner: "a"}, thing{Owner: "b"})
	f("a text in two languages", thing{Name: lang.Text{ZH: "甲", EN: "A"}}, thing{Name: lang.Text{ZH: "乙", EN: "A"}}, changed(audit.Field{Name: "name.zh", Before: "甲", After: "乙"}))
	f("a number that was none", thing{}, thing{Goal: &goal}, changed(audit.Field{Name: "goal", After: "2.5"}))
	f("a list", thing{RedirectURIs: []string{"a"}}, thing{RedirectURIs: []string{"a", "b"}}, changed(audit.Field{Name: "redirect_uris", Before: `["a"]`, After: `["a","b"]`}))
	f("a time", thing{}, thing{Until: until}, changed(audit.Field{Name: "until", After: "2026-05-01T08:00:00Z"}))
	f("what is hidden", thing{Contact: inner{"13800000000"}}, thing{Contact: inner{"13900000000"}}, changed(audit.Field{Name: "contact.phone", Hidden: true}))
	f("a secret by its name", thing{ClientSecret: "a"}, thing{ClientSecret: "b"}, changed(audit.Field{Name: "client_secret", Hidden: true}))
	f("an object within", reasoned{}, reasoned{thing{Name: lang.Text{ZH: "甲"}}, "why"}, changed(audit.Field{Name: "name.zh", After: "甲"}, audit.Field{Name: "reason", After: "why"}))
	f("what was added", nil, thing{ID: "1", Name: lang.Text{ZH: "甲"}, Version: 1}, audit.Change{Noun: "thing", ID: "1", Act: "added", Fields: []audit.Field{{Name: "name.zh", After: "甲"}}})
	f("what is no more", thing{ID: "1", Name: lang.Text{ZH: "甲"}}, nil, audit.Change{Noun: "thing", ID: "1", Act: "removed", Fields: []audit.Field{{Name: "name.zh", Before: "甲"}}})
	f("somebody", somebody{"p1", "a"}, somebody{"p1", "b"}, audit.Change{Noun: "thing", ID: "1", Act: "changed", Person: "p1", Fields: []audit.Field{{Name: "name", Before: "a", After: "b"}}})
	f("somebody without a number", somebody{"", "a"}, somebody{"", "b"}, changed(audit.Field{Name: "name", Hidden: true}))
	f("bytes that are no text", thing{}, thing{RedirectURIs: nil, Name: lang.Text{ZH: "a\x00\xff"}}, changed(audit.Field{Name: "name.zh", After: "a\uFFFD\uFFFD"}))
}

func TestALongValueEndsWithItsDigest(t *testing.T) {
	long := strings.Repeat("字", 600)
	got := audit.Differences([]sqldb.Changed{{Noun: "thing", ID: "1", Before: thing{}, After: thing{Name: lang.Text{ZH: long}}}})
	after := got[0].Fields[0].After
	if !strings.HasPrefix(after, strings.Repeat("字", 500)+"… sha256:") || len(after) > 1700 {
		t.Errorf("got %d bytes: %s", len(after), after)
	}
}
