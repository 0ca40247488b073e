package attest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// pack makes a ZIP of names and contents, in turn.
func pack(t testing.TB, parts ...string) *bytes.Reader {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b.Bytes())
}

func signatureOf(t testing.TB, files ...string) string {
	t.Helper()
	statement := "linghang tables of an identifier node\nnode 88.101\n"
	for i := 0; i < len(files); i += 2 {
		f, _, err := Sum(files[i], strings.NewReader(files[i+1]))
		if err != nil {
			t.Fatal(err)
		}
		statement += f.Line()
	}
	text, err := json.Marshal(Signed{Statement: statement, Signature: "lh1.x.y.z", Public: "key"})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEachFileIsHeldAgainstWhatWasSigned(t *testing.T) {
	signature := signatureOf(t, "a.csv", "one", "b.csv", "two")
	for _, c := range []struct {
		parts []string
		want  string
	}{
		{[]string{"a.csv", "one", "b.csv", "two"}, "a.csv whole b.csv whole"},
		{[]string{"a.csv", "ONE", "b.csv", "two"}, "a.csv changed b.csv whole"},
		{[]string{"a.csv", "one"}, "a.csv whole b.csv missing"},
		{[]string{"a.csv", "one", "b.csv", "two", "c.csv", "one"}, "a.csv whole b.csv whole c.csv foreign"},
		{[]string{"b.csv", "one", "a.csv", "two"}, "b.csv changed a.csv changed"},
	} {
		r := pack(t, append(c.parts, SignatureName, signature)...)
		b, err := Read(r, r.Size())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range b.Compare() {
			got = append(got, f.Name, string(f.State))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%v: %s, want %s", c.parts, s, c.want)
		}
	}
}

func TestASignatureFileAloneTellsOfFilesByWhatIsInThem(t *testing.T) {
	f, _, err := Sum("of any name.pdf", strings.NewReader("a report"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(Signed{Statement: fmt.Sprintf("linghang monthly report of an identifier node\ndigest %064d\npdf %s\n", 0, f.SHA256), Signature: "x"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Read(bytes.NewReader(text), int64(len(text)))
	if err != nil || b.Here != nil || len(b.Files()) != 1 || b.Title() != "linghang monthly report of an identifier node" {
		t.Fatalf("%+v, %v", b, err)
	}
	if got := b.Identify(f); got.State != Whole {
		t.Errorf("the file is %s", got.State)
	}
	f.SHA256 = strings.Repeat("0", 64)
	if got := b.Identify(f); got.State != Foreign {
		t.Errorf("the digest passes for a file: %s", got.State)
	}
}

func TestWhatIsNoSignatureIsRefused(t *testing.T) {
	signature := signatureOf(t)
	for name, r := range map[string]*bytes.Reader{
		"nothing":       bytes.NewReader(nil),
		"no JSON":       bytes.NewReader([]byte("hello")),
		"no statement":  bytes.NewReader([]byte(`{"signature":"x"}`)),
		"an empty ZIP":  pack(t, "a", "b"),
		"two":           pack(t, SignatureName, signature, SignatureName, signature),
		"a broken ZIP":  bytes.NewReader([]byte("PK\x03\x04")),
		"too many":      pack(t, strings.Split(strings.Repeat("x y ", 65)+"x y", " ")...),
		"a large one":   bytes.NewReader([]byte(`{"statement":"` + strings.Repeat("x", maxSignature) + `","signature":"x"}`)),
		"wrong in ZIP ": pack(t, SignatureName, "{}"),
	} {
		if _, err := Read(r, r.Size()); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

func FuzzRead(f *testing.F) {
	signature := signatureOf(f, "a", "b")
	f.Add([]byte(signature))
	zipped := pack(f, "a", "b", SignatureName, signature)
	data := make([]byte, zipped.Size())
	_, _ = zipped.ReadAt(data, 0)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Read(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		if len(b.Compare()) > 2*maxFiles || b.Statement == "" {
			t.Errorf("%+v", b)
		}
	})
}
