package ferry

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"linghang/kernel/attest"
	"linghang/kernel/fault"
	"linghang/kernel/seal"
)

// pair is a key of a suite, and a signer with it.
type pair struct {
	suite   seal.Suite
	private []byte
	public  string
}

func newPair(t testing.TB, name string) pair {
	t.Helper()
	suite, err := seal.ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	private, public, err := suite.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return pair{suite, private, public}
}

func (p pair) file(t testing.TB, h Head, bundle string) []byte {
	t.Helper()
	s := attest.Signed{Statement: h.Statement([]byte(bundle)), Public: p.public}
	data, err := p.suite.Sign(p.private, []byte(s.Statement))
	if err != nil {
		t.Fatal(err)
	}
	s.Signature = seal.Text{Suite: p.suite.Name(), Key: "01ARZ3NDEKTSV4RRFFQ69G5FAV", Data: data}.String()
	file, err := Write(s, []byte(bundle), h.CreatedAt)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

const someBundle = `{"type":"bundle","id":"bundle--7d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a01","objects":[{"type":"x","a":  1}]}`

func someHead() Head {
	return Head{"01ARZ3NDEKTSV4RRFFQ69G5FAW", 7, strings.Repeat("ab", 32), time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
}

func TestAFileIsReadAsItWasMade(t *testing.T) {
	for _, name := range seal.Names() {
		ours, other := newPair(t, name), newPair(t, name)
		f, err := Read(ours.file(t, someHead(), someBundle))
		if err != nil || f.Head != someHead() || string(f.Bundle) != someBundle {
			t.Fatalf("%s: %+v, %v", name, f, err)
		}
		if !f.Verify([]string{other.public, ours.public}) || f.Verify([]string{other.public}) || f.Verify(nil) {
			t.Errorf("%s: the signature says something else", name)
		}
		list, err := f.Objects()
		if err != nil || len(list) != 1 || string(list[0]) != `{"type":"x","a":  1}` {
			t.Errorf("%s: %s, %v", name, list, err)
		}
	}
}

// zipped is a ZIP of files by name, in their order.
func zipped(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		if err == nil {
			_, err = f.Write([]byte(parts[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsNoFileSaysWhy(t *testing.T) {
	signature := func(statement string) string {
		text, err := json.Marshal(attest.Signed{Statement: statement, Signature: "x"})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	good := someHead().Statement([]byte(someBundle))
	for want, data := range map[string][]byte{
		"no ZIP":                  []byte("PK?"),
		"1 files":                 zipped(t, BundleName, someBundle),
		"two files bundle":        zipped(t, BundleName, someBundle, BundleName, someBundle),
		`the file "../bundle`:     zipped(t, "../bundle.json", someBundle, attest.SignatureName, signature(good)),
		"no JSON":                 zipped(t, BundleName, someBundle, attest.SignatureName, "x"),
		"not one of a file":       zipped(t, BundleName, someBundle, attest.SignatureName, signature(good+"file more "+strings.Repeat("0", 64)+"\n")),
		"not the one that was":    zipped(t, BundleName, someBundle+" ", attest.SignatureName, signature(good)),
		"the time":                zipped(t, BundleName, someBundle, attest.SignatureName, signature(strings.Replace(good, "2026-03-01", "2026-13-01", 1))),
		"out of bounds":           zipped(t, BundleName, someBundle, attest.SignatureName, signature(strings.Replace(good, "sequence 7", "sequence 7000000000000", 1))),
		"larger than 65536":       zipped(t, BundleName, someBundle, attest.SignatureName, strings.Repeat(" ", mostSignature+1)),
		"larger than 16777216":    zipped(t, BundleName, strings.Repeat(" ", MostBundle+1), attest.SignatureName, signature(good)), // small as a file
		"the file is larger than": make([]byte, MostOctets+1),
	} {
		if _, err := Read(data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, and not %q", err, want)
		}
	}
	if _, err := (File{Bundle: []byte(`{"type":"report"}`)}).Objects(); err == nil {
		t.Error("what is no bundle has objects")
	}
}

func TestFilesComeOneAfterTheOther(t *testing.T) {
	digestOf := func(c string) string { return strings.Repeat(c, 64) }
	at := func(n int64, previous string) File { return File{Head: Head{Sequence: n, Previous: previous}} }
	fresh, fifth := NoticeSource{NoticeSourceSpec: NoticeSourceSpec{First: 1}}, NoticeSource{NoticeSourceSpec: NoticeSourceSpec{First: 1}, Last: 5, digest: digestOf("5")}
	midway := NoticeSource{NoticeSourceSpec: NoticeSourceSpec{First: 40}}
	for name, x := range map[string]struct {
		s     NoticeSource
		f     File
		known bool
		want  string
	}{
		"the first":                         {fresh, at(1, None), false, ""},
		"a first that follows something":    {fresh, at(1, digestOf("0")), false, "security.ferry.chain"},
		"the second before the first":       {fresh, at(2, digestOf("1")), false, "security.ferry.gap_one"},
		"the third before the first":        {fresh, at(3, digestOf("2")), false, "security.ferry.gap"},
		"the next":                          {fifth, at(6, digestOf("5")), false, ""},
		"the next of another chain":         {fifth, at(6, digestOf("4")), false, "security.ferry.chain"},
		"again":                             {fifth, at(5, digestOf("4")), true, "security.ferry.repeated"},
		"another of the same number":        {fifth, at(5, digestOf("4")), false, "security.ferry.old"},
		"too early":                         {fifth, at(9, digestOf("8")), false, "security.ferry.gap"},
		"where somebody began in the midst": {midway, at(40, digestOf("x")), false, ""},
		"from before it":                    {midway, at(39, digestOf("x")), false, "security.ferry.old"},
	} {
		err := x.s.follows(x.f, x.known)
		f, is := errors.AsType[*fault.Error](err)
		if x.want == "" && err != nil || x.want != "" && (!is || f.Key != x.want) {
			t.Errorf("%s: %v, not %q", name, err, x.want)
		}
	}
	fifth.Ahead = 9
	if got := fifth.missing(); len(got) != 3 || got[0] != 6 || got[2] != 8 {
		t.Errorf("missing are %v", got)
	}
	fifth.Ahead = 1 << 39
	if got := fifth.missing(); len(got) != mostMissing {
		t.Errorf("%d are named", len(got))
	}
}

func FuzzRead(f *testing.F) {
	p := newPair(f, seal.International)
	f.Add(p.file(f, someHead(), someBundle))
	f.Add(zipped(f, BundleName, someBundle, attest.SignatureName, `{"statement":"notices of Linghang by file\n"}`))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Read(data)
		if err != nil {
			return
		}
		if file.signed.Statement != file.Statement(file.Bundle) || file.Sequence < 1 || len(file.Bundle) > MostBundle {
			t.Fatalf("%+v is not what was signed", file.Head)
		}
		_, _ = file.Objects()
	})
}
