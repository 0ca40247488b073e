package document_test

import (
	"strings"
	"testing"

	"linghang/lib/schedule/internal/document"
)

type box struct {
	Size  int    `json:"size"`
	Label string `json:"label,omitempty"`
}

func TestFaultsTellTheLine(t *testing.T) {
	for text, want := range map[string]string{
		`{"size": 1}`:                           "",
		"{\n \"size\": \"x\"}":                  "line 2: ",
		"{\n\n \"size\" 1}":                     "line 3: ",
		"{\n \"weight\": 1}":                    "unknown field",
		`{"size": 1} {}`:                        "something follows the box",
		`{"size": 1}` + strings.Repeat(" ", 30): "at most 40",
		"":                                      "line 1: EOF",
	} {
		var b box
		err := document.Decode([]byte(text), 40, "box", &b)
		if want == "" && (err != nil || b.Size != 1) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestSchemasThatDifferAreTold(t *testing.T) {
	type lid struct {
		Open bool `json:"open"`
	}
	good := `{"properties":{"size":{},"label":{}},"required":["size"],"$defs":{"lid":{"properties":{"open":{}},"required":["open"]}}}`
	if err := document.Differences([]byte(good), box{}, lid{}); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{
		strings.Replace(good, `,"label":{}`, ``, 1), strings.Replace(good, `["size"]`, `[]`, 1), strings.Replace(good, `"open":{}`, ``, 1), `{`,
	} {
		if document.Differences([]byte(bad), box{}, lid{}) == nil {
			t.Errorf("%s has no fault", bad)
		}
	}
}
