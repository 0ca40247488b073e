package security

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"

	"linghang/kernel/kerneltest"
	"linghang/lib/csaf"
)

const ownDraft = `{"title":"示例驱动器可被停机","summary":"驱动器 7 的 2.3 以前版本可被停机。","tlp":%q,"change":%q,
	"products":[{"vendor":"示例工厂","product":"Drive 7","version":"<2.3"},{"vendor":"示例工厂","product":"Drive 7","version":">=2.3"}],
	"vulnerabilities":[{"cve":"CVE-2026-0001","title":"停机","description":"未经认证即可停机。","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","impact":"",
		"statuses":[{"product":0,"status":"known_affected"},{"product":1,"status":"fixed"}],"remedies":[{"category":"vendor_fix","details":"升级到 2.3","url":"","products":[]}]}],
	"notes":[],"references":[{"summary":"厂商说明","url":"https://example.com/a"}]}`

type own struct {
	ID, Number, State, Public string
	Revision, Version         int64
	Failings                  []struct{ Test, What string }
	Missing, Acts             []string
}

// A second person publishes what was written; everybody reads it with its hashes and its
// signature, and assets are compared with it.
func TestOwnAdvisories(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.do(t, "POST", "/assets", "manager-ours", driveAsset, 0, http.StatusCreated, nil)
		open := func(path string, want int) string {
			t.Helper()
			r := x.Send(t, "GET", "/.well-known/csaf/"+path, "", "")
			if r.Status != want {
				t.Fatalf("%s: %d %s", path, r.Status, r.Body)
			}
			return string(r.Body)
		}
		open("provider-metadata.json", http.StatusNotFound)

		var a own
		x.do(t, "POST", "/own-advisories", "officer", `{"title":"未写完","summary":"","tlp":"WHITE","change":"","products":[],"vulnerabilities":[],"notes":[],"references":[]}`, 0, http.StatusCreated, &a)
		if len(a.Missing) != 3 || len(a.Acts) != 1 {
			t.Errorf("what is missing: %q, acts %q", a.Missing, a.Acts)
		}
		path := "/own-advisories/" + a.ID
		x.do(t, "POST", path+"/submission", "officer", "{}", a.Version, http.StatusUnprocessableEntity, nil)
		wrong := strings.Replace(fmt.Sprintf(ownDraft, "WHITE", ""), "https://example.com/a", "https://example.com/厂商说明", 1)
		x.do(t, "PUT", path, "officer", wrong, a.Version, http.StatusOK, &a)
		if len(a.Failings) != 1 || a.Failings[0].Test != "schema" || slices.Contains(a.Acts, "submit") {
			t.Errorf("an address that is none: %+v, acts %q", a.Failings, a.Acts)
		}
		x.do(t, "POST", path+"/submission", "officer", "{}", a.Version, http.StatusUnprocessableEntity, nil)
		x.do(t, "PUT", path, "officer", fmt.Sprintf(ownDraft, "WHITE", ""), a.Version, http.StatusOK, &a)
		if len(a.Failings)+len(a.Missing) != 0 {
			t.Fatalf("the document fails %+v, missing %q", a.Failings, a.Missing)
		}
		x.do(t, "POST", path+"/submission", "officer", "{}", a.Version, http.StatusOK, &a)
		if said := x.do(t, "POST", path+"/publication", "officer", "{}", a.Version, http.StatusForbidden, nil); !strings.Contains(said, "own_hand") {
			t.Errorf("its author publishes it: %s", said)
		}
		x.do(t, "GET", path, "manager-ours", "", 0, http.StatusForbidden, nil)
		x.do(t, "POST", path+"/publication", "leader", "{}", a.Version, http.StatusOK, &a)
		if a.State != "published" || a.Revision != 1 || !strings.HasSuffix(a.Public, "/.well-known/csaf/white/"+a.Number[6:10]+"/"+strings.ToLower(a.Number)+".json") {
			t.Fatalf("published it is %+v", a)
		}
		x.publishedFiles(t, a, open)

		kerneltest.Wait(t, "the asset to be affected", func() bool {
			var list page[exposed]
			x.do(t, "GET", "/exposures", "manager-ours", "", 0, http.StatusOK, &list)
			return len(list.Items) == 1 && list.Items[0].Answer == "affected"
		})

		// The next revision keeps the first in its history, and is not before everybody any more
		// when it is for fewer.
		x.do(t, "POST", path+"/revision", "officer", "{}", a.Version, http.StatusOK, &a)
		x.do(t, "PUT", path, "officer", fmt.Sprintf(ownDraft, "GREEN", ""), a.Version, http.StatusOK, &a)
		x.do(t, "POST", path+"/submission", "officer", "{}", a.Version, http.StatusUnprocessableEntity, nil)
		x.do(t, "PUT", path, "officer", fmt.Sprintf(ownDraft, "GREEN", "补充参考资料"), a.Version, http.StatusOK, &a)
		x.do(t, "POST", path+"/submission", "officer", "{}", a.Version, http.StatusOK, &a)
		x.do(t, "POST", path+"/return", "leader", `{"reason":"请补充"}`, a.Version, http.StatusOK, &a)
		x.do(t, "POST", path+"/submission", "officer", "{}", a.Version, http.StatusOK, &a)
		x.do(t, "POST", path+"/publication", "leader", "{}", a.Version, http.StatusOK, &a)
		second := x.do(t, "GET", path+"/document?revision=2", "officer", "", 0, http.StatusOK, nil)
		d, err := csaf.Read([]byte(second))
		if err != nil || d.Revision() != "2" || strings.Count(second, `"number"`) != 2 {
			t.Errorf("the second revision is %s, %v", second, err)
		}
		if a.Public != "" {
			t.Errorf("what is for fewer is at %s", a.Public)
		}
		open("white/index.txt", http.StatusNotFound)
		open("white/"+a.Number[6:10]+"/"+strings.ToLower(a.Number)+".json", http.StatusNotFound)
	})
}

// publishedFiles are those of a trusted provider.
func (x *town) publishedFiles(t *testing.T, a own, open func(path string, want int) string) {
	t.Helper()
	file := "white/" + a.Number[6:10] + "/" + strings.ToLower(a.Number) + ".json"
	document := open(file, http.StatusOK) + "\n" // helpers of tests trim the end
	d, err := csaf.Read([]byte(document))
	if err != nil || d.ID() != a.Number || len(d.Check(csaf.Data{}).Findings) != 0 {
		t.Errorf("the file is %s, %v", document, err)
	}
	sum := sha256.Sum256([]byte(document))
	if want := hex.EncodeToString(sum[:]) + "  " + strings.ToLower(a.Number) + ".json"; open(file+".sha256", http.StatusOK) != want {
		t.Errorf("the hash is not %q", want)
	}
	open(file+".sha512", http.StatusOK)
	metadata := open("provider-metadata.json", http.StatusOK)
	_, rest, _ := strings.Cut(metadata, `/openpgp/`)
	name, _, _ := strings.Cut(rest, `"`)
	keys, err := openpgp.ReadArmoredKeyRing(strings.NewReader(open("openpgp/"+name, http.StatusOK)))
	if err != nil || len(keys) != 1 {
		t.Fatal(keys, err)
	}
	if _, err := openpgp.CheckArmoredDetachedSignature(keys, strings.NewReader(document), strings.NewReader(open(file+".asc", http.StatusOK)), nil); err != nil {
		t.Errorf("the signature: %v", err)
	}
	if _, err := openpgp.CheckArmoredDetachedSignature(keys, strings.NewReader(document+" "), strings.NewReader(open(file+".asc", http.StatusOK)), nil); err == nil {
		t.Error("a changed file has a good signature")
	}
	if index := open("white/index.txt", http.StatusOK); index != strings.TrimPrefix(file, "white/") {
		t.Errorf("index.txt is %q", index)
	}
	if list := open("white/changes.csv", http.StatusOK); !strings.HasPrefix(list, strings.TrimPrefix(file, "white/")+",20") {
		t.Errorf("changes.csv is %q", list)
	}
	for _, path := range []string{"white/csaf-feed-tlp-white.json", "service.json"} {
		if text := open(path, http.StatusOK); !strings.Contains(text, "csaf-feed-tlp-white.json") {
			t.Errorf("%s is %s", path, text)
		}
	}
	open("white/category-white.json", http.StatusOK)
	if folder := open("white/"+a.Number[6:10]+"/", http.StatusOK); !strings.Contains(folder, `href="`+strings.ToLower(a.Number)+`.json"`) {
		t.Errorf("the folder is %s", folder)
	}
	open("white/2001/", http.StatusNotFound)
	open("white/2001/"+strings.ToLower(a.Number)+".json", http.StatusNotFound)
}
