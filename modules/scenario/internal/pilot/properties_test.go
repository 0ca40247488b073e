package pilot

import (
	"archive/zip"
	"bytes"
	"testing"
)

func office(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPropertiesOfADocumentThatNameTheApplicantAreFound(t *testing.T) {
	names := []string{"海湾机械有限公司", "Bay Machinery", "", "91370200MAEXAMPLEB"}
	wide := "%PDF-1.7 /Info << /Author (\xfe\xff\x6d\x77\x6e\x7e\x67\x3a\x68\xb0\x67\x09\x96\x50\x51\x6c\x53\xf8) >>"
	for name, x := range map[string]struct {
		data  []byte
		tells bool
	}{
		"the company of a document":     {office(t, map[string]string{"word/document.xml": "方案", "docProps/app.xml": "<Company>海湾机械有限公司</Company>"}), true},
		"the author of a document":      {office(t, map[string]string{"docProps/core.xml": "<dc:creator>Bay Machinery</dc:creator>"}), true},
		"the author of an OpenDocument": {office(t, map[string]string{"meta.xml": "91370200MAEXAMPLEB"}), true},
		"the author of a PDF":           {[]byte("%PDF-1.7 /Author (Bay Machinery)"), true},
		"in UTF-16":                     {[]byte(wide), true},
		"somebody else":                 {office(t, map[string]string{"docProps/app.xml": "<Company>别的公司</Company>"}), false},
		"the text of a document":        {office(t, map[string]string{"word/document.xml": "海湾机械有限公司"}), false},
		"no document":                   {[]byte("海湾机械有限公司"), false},
		"a torn document":               {[]byte("PK torn 海湾机械有限公司"), false},
		"nothing":                       {nil, false},
	} {
		if got := tells(x.data, names); got != x.tells {
			t.Errorf("%s: %v", name, got)
		}
	}
}
