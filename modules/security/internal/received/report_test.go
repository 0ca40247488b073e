package received

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"linghang/modules/security/internal/rating"
)

const head = `{"type":"report","spec_version":"2.1","id":"report--00000000-0000-4000-8000-000000000000","created":"2026-03-01T00:00:00.000Z","modified":"2026-03-01T01:00:00.000Z","name":"通报","description":"正文","report_types":["threat-report"],"published":"2026-03-01T00:00:00.000Z","object_refs":["identity--7d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a01"]`

func TestAReportIsReadAsTheNoticeThatItIs(t *testing.T) {
	until := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	for name, x := range map[string]struct {
		more string
		want func(r Report) bool
	}{
		"nothing more: amber, and no level": {``, func(r Report) bool {
			return r.TLP == rating.Amber && r.Level == rating.Unrated && r.Kind == "notice" && !r.Exercise
		}},
		"of two levels the graver":           {`,"labels":["level-3","level-2"]`, func(r Report) bool { return r.Level == rating.Major }},
		"a warning that is lifted":           {`,"labels":["warning-red","LIFTED"]`, func(r Report) bool { return r.Kind == "warning" && r.Colour == "red" && r.Lifted }},
		"a colour that there is not":         {`,"labels":["warning-pink"]`, func(r Report) bool { return r.Kind == "notice" && r.Colour == "" }},
		"a level that there is not":          {`,"labels":["level-9","level-"]`, func(r Report) bool { return r.Level == rating.Unrated }},
		"a category that is not known":       {`,"labels":["gbt-20986-x"]`, func(r Report) bool { return r.Category == "" }},
		"an exercise as MISP has it":         {`,"labels":["exercise:generic=\"comcheck\""]`, func(r Report) bool { return r.Exercise }},
		"synthetic data are no real notice":  {`,"labels":["synthetic"]`, func(r Report) bool { return r.Exercise }},
		"until when it holds":                {`,"valid_until":"2026-04-01T00:00:00Z"`, func(r Report) bool { return r.ValidUntil != nil && r.ValidUntil.Equal(until) }},
		"the number is of the first that is": {`,"external_references":[{"source_name":"x"},{"source_name":"省","external_id":" 鲁工信安\n1号 "}]`, func(r Report) bool { return r.Number == "鲁工信安 1号" }},
		"revoked":                            {`,"revoked":true`, func(r Report) bool { return r.Revoked }},
		"red by the marking of TLP 1":        {`,"object_marking_refs":["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"]`, func(r Report) bool { return r.TLP == rating.Red }},
		"of a part that is red": {
			`,"object_marking_refs":["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"],"granular_markings":[{"marking_ref":"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1","selectors":["description"]}]`,
			func(r Report) bool { return r.TLP == rating.Red },
		},
	} {
		r, is, err := ReadReport([]byte(head + x.more + "}"))
		if err != nil || !is || !x.want(r) || r.Stamp != "2026-03-01T01:00:00.000Z" {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

func TestWhatIsNoNoticeSaysWhy(t *testing.T) {
	for want, raw := range map[string]string{
		"no title":                       strings.Replace(head, `"通报"`, `" "`, 1) + "}",
		"title has more than 400":        strings.Replace(head, `"通报"`, `"`+strings.Repeat("长", 401)+`"`, 1) + "}",
		"text has more than 60000":       strings.Replace(head, `"正文"`, `"`+strings.Repeat("长", 60_001)+`"`, 1) + "}",
		"number has more than 100":       head + `,"external_references":[{"source_name":"x","external_id":"` + strings.Repeat("1", 101) + `"}]}`,
		`valid_until "soon" is no time`:  head + `,"valid_until":"soon"}`,
		`published "2026" is no time`:    strings.Replace(head, `"published":"2026-03-01T00:00:00.000Z"`, `"published":"2026"`, 1) + "}",
		"a sign that is no text":         strings.Replace(head, `"正文"`, `"\u0000"`, 1) + "}",
		"cannot be read as a notice":     head + `,"labels":"exercise"}`,
		"read a report":                  `{"type":"report"`,
		`its version "2026-13-01" is no`: strings.Replace(head, `"modified":"2026-03-01T01:00:00.000Z"`, `"modified":"2026-13-01"`, 1) + "}",
	} {
		if _, _, err := ReadReport([]byte(raw)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, and not %q", err, want)
		}
	}
	if _, is, err := ReadReport([]byte(`{"type":"indicator","id":"indicator--00000000-0000-4000-8000-000000000000"}`)); is || err != nil {
		t.Errorf("an indicator is a notice: %v", err)
	}
}

func FuzzReadReport(f *testing.F) {
	for _, more := range []string{`}`, `,"labels":["level-1","exercise"],"valid_until":"2026-04-01T00:00:00Z"}`, `,"revoked":true,"external_references":[{"external_id":"1"}]}`, `,"labels":[null]}`, `,"name":"x"}`} {
		f.Add([]byte(head + more))
	}
	f.Add([]byte(`{"type":"report","id":"report--x","name":"\ud800","modified":"9999-12-31T23:59:59.999999999Z"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, is, err := ReadReport(raw)
		if err != nil || !is {
			return
		}
		if r.Title == "" || !r.TLP.Known() || r.Level < 0 || r.Level > 4 || r.Version.IsZero() || (r.Kind == "warning") != (r.Colour != "") || r.bounded() != nil {
			t.Fatalf("%+v", r)
		}
		if _, err := json.Marshal(UpperNotice{}.bring(r, 1, r.Version)); err != nil {
			t.Fatal(err)
		}
	})
}
