package files_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"linghang/kernel"
	"linghang/kernel/fault"
	"linghang/kernel/files"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

// desk is a room that takes files.
type desk struct{ kit *module.Kit }

func (d desk) Manifest() module.Manifest {
	return module.Manifest{Name: "desk", Routes: []module.Route{{
		Pattern: "POST /files", Permission: identity.SignedIn, MaxBody: 24 << 20, Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(d.take)),
	}}}
}

func (d desk) take(w http.ResponseWriter, r *http.Request) {
	f, err := d.kit.Files.Take(r.Context(), module.Upload{Name: r.URL.Query().Get("name"), Declared: r.Header.Get("Content-Type"), Limit: 20 << 20}, r.Body)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	c, err := d.kit.Blobs.Get(r.Context(), f.SHA256)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	defer c.Close() //nolint:errcheck // only read
	httpd.ServeFile(w, f.Name, f.MediaType, f.Size, c)
}

type office struct {
	*kerneltest.City
	data string
}

func start(t *testing.T, o ...kerneltest.Options) office {
	t.Helper()
	dir := t.TempDir()
	if len(o) == 0 {
		o = []kerneltest.Options{{}}
	}
	o[0].Data = dir
	city := kerneltest.Start(t, func(k *kernel.Kernel) []module.Module { return []module.Module{desk{k.Kit("desk")}} }, o...)
	return office{city, dir}
}

func (o office) send(t *testing.T, name, media string, content []byte) kerneltest.Reply {
	t.Helper()
	r := httptest.NewRequest("POST", "/api/desk/files?name="+name, bytes.NewReader(content))
	r.Header.Set("Content-Type", media)
	r.Header.Set("Cookie", o.Cookie(t, "administrator"))
	r.Header.Set("X-Linghang-CSRF", "1")
	return o.Do(r)
}

// kept counts the files in the room's blobs, released or waiting.
func (o office) kept(t *testing.T) (n int) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(o.data, "blobs"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func packed(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i+1 < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func workbook(t *testing.T) []byte {
	t.Helper()
	book := excelize.NewFile()
	for i, v := range []any{"目标", 3.5, "=SUM(B1:B1)"} {
		if err := book.SetCellValue("Sheet1", fmt.Sprintf("%c1", 'A'+i), v); err != nil {
			t.Fatal(err)
		}
	}
	b, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func picture(t *testing.T, encode func(io.Writer, image.Image) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, image.NewPaletted(image.Rect(0, 0, 9, 7), color.Palette{color.Black})); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const pdf = "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

// bombOf is a ZIP archive whose one entry unpacks to n bytes of nothing.
func bombOf(t *testing.T, n int64) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestCompression) })
	f, err := w.Create("a.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(f, zeros{}, n); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// overlapping is an archive of n entries that are all the same bytes.
func overlapping(t *testing.T, n int) []byte {
	t.Helper()
	content := bytes.Repeat([]byte("same bytes "), 1000)
	var local bytes.Buffer
	header := &zip.FileHeader{Name: "a.txt", Method: zip.Store, CRC32: crc32.ChecksumIEEE(content), CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(len(content))}
	w := zip.NewWriter(&local)
	f, err := w.CreateRaw(header)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	one := local.Bytes()
	at := bytes.Index(one, []byte("PK\x01\x02"))
	end := bytes.Index(one, []byte("PK\x05\x06"))
	entry := one[at:end]
	tail := bytes.Clone(one[end:])
	for i, v := range []byte{byte(n), byte(n >> 8), byte(n), byte(n >> 8)} {
		tail[8+i] = v
	}
	size := n * len(entry)
	copy(tail[12:], []byte{byte(size), byte(size >> 8), byte(size >> 16), 0})
	return append(append(bytes.Clone(one[:at]), bytes.Repeat(entry, n)...), tail...)
}

func TestWhatIsTakenIsServedAsADownloadOnly(t *testing.T) {
	o := start(t)
	for _, c := range []struct {
		name, declared, media string
		content               []byte
	}{
		{"report.pdf", "application/pdf", "application/pdf", []byte(pdf)},
		{"picture.png", "", "image/png", picture(t, png.Encode)},
		{"photo.JPG", "image/jpg", "image/jpeg", picture(t, func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) })},
		{"table.xlsx", "application/octet-stream", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook(t)},
		{"all.zip", "application/x-zip-compressed", "application/zip", packed(t, "a/report.pdf", pdf, "b/table.xlsx", string(workbook(t)), "c/说明.txt", "数据来自统计公报")},
		{"page.ofd", "", "application/ofd", packed(t, "OFD.xml", "<?xml version=\"1.0\"?><ofd:OFD/>", "Doc_0/Document.xml", "<?xml version=\"1.0\"?><ofd:Document/>")},
		{"values.csv", "application/vnd.ms-excel", "text/csv", []byte("\xef\xbb\xbfcode,value\nA1,-5\nA2,+3.2%\nA3,-\n")},
		{"note.txt", "text/plain; charset=utf-8", "text/plain", []byte("MZ 这个缩写是什么意思？\n")},
		{"旧编码.txt", "text/plain", "text/plain", []byte("\xb2\xe2\xca\xd4")}, // GB 18030
	} {
		r, want := o.send(t, c.name, c.declared, c.content), c.content
		if strings.HasPrefix(c.media, "text/") {
			want = bytes.TrimSpace(want) // as the reply's
		}
		if r.Status != http.StatusOK || !bytes.Equal(r.Body, want) || r.Header.Get("Content-Type") != c.media {
			t.Errorf("%s: %d %s %.200s", c.name, r.Status, r.Header.Get("Content-Type"), r.Body)
		}
		h := r.Header
		if !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || h.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s would be shown: %v", c.name, h)
		}
	}
	rows := o.rows(t)
	if len(rows) != 9 || rows[0].Verdict != "released" || rows[0].SentByName != "管理员" || len(rows[0].SHA256) != 64 {
		t.Errorf("the manifest: %+v", rows)
	}
}

type row struct {
	Name, Verdict, Reason, SHA256, Kind string
	SentByName                          string `json:"sent_by_name"`
}

func (o office) rows(t *testing.T) []row {
	t.Helper()
	var page struct{ Items []row }
	o.Get(t, "/api/files?limit=200", "administrator").Decode(t, &page)
	return page.Items
}

func TestWhatIsNotTakenIsRefusedByNameAndLeavesNothing(t *testing.T) {
	o := start(t)
	jpegOf := func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }
	pngOf := picture(t, png.Encode)
	gifOf := picture(t, func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) })
	script := []byte("GIF89a/*" + strings.Repeat("\x00", 20) + "*/=1;alert(document.cookie)")
	book := workbook(t)
	for _, c := range []struct {
		name, declared, key string
		content             []byte
	}{
		{"empty.txt", "text/plain", "files.empty", nil},
		{"page.html", "text/html", "files.kind", []byte("<!DOCTYPE html><script>alert(1)</script>")},
		{"page.png", "image/png", "files.kind", []byte("\n <HTML><script>alert(1)</script>")},
		{"drawing.svg", "image/svg+xml", "files.kind", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)},
		{"moving.gif", "image/gif", "files.kind", gifOf},
		{"polyglot.gif", "image/gif", "files.kind", script},
		{"polyglot.js", "text/javascript", "files.kind", script},
		{"tool.exe", "application/octet-stream", "files.kind", []byte("MZ\x90\x00\x03\x00\x00\x00")},
		{"tool", "", "files.kind", []byte("\x7fELF\x02\x01\x01")},
		{"run.txt", "text/plain", "files.kind", []byte("#!/bin/sh\nrm -rf /\n")},
		{"old.doc", "application/msword", "files.kind", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest")},
		{"program.jar", "application/java-archive", "files.kind", packed(t, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")},
		{"data.gz", "application/gzip", "files.kind", []byte("\x1f\x8b\x08\x00")},
		{"noise.bin", "application/octet-stream", "files.kind", []byte("\x01\x02\x03\x04")},
		{"report.pdf", "image/png", "files.mismatch", []byte(pdf)},
		{"report.png", "", "files.mismatch", []byte(pdf)},
		{"letter.docx", "", "files.mismatch", book},
		{"data.json", "application/json", "files.mismatch", []byte(`{"a":1}`)},
		{"both.pdf", "application/pdf", "files.polyglot", append([]byte(pdf), packed(t, "a.txt", "x")...)},
		{"both.zip", "application/zip", "files.polyglot", zipWithPDF(t)},
		{"behind.zip", "application/zip", "files.mismatch", append(bytes.Clone(pngOf), packed(t, "a.txt", "x")...)},
		{"behind.png", "image/png", "files.polyglot", append(bytes.Clone(pngOf), packed(t, "a.txt", "x")...)},
		{"markup.png", "image/png", "files.polyglot", append(bytes.Clone(pngOf), "<script>alert(1)</script>"...)},
		{"markup.jpg", "image/jpeg", "files.polyglot", append(picture(t, jpegOf), "<html>"...)},
		{"program.jpg", "image/jpeg", "files.polyglot", append(picture(t, jpegOf), "\x7fELF"...)},
		{"half.png", "image/png", "files.damaged", pngOf[:len(pngOf)/2]},
		{"half.pdf", "application/pdf", "files.damaged", []byte("%PDF-1.7\n")},
		{"script.pdf", "application/pdf", "files.active", []byte("%PDF-1.7\n<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>\n%%EOF")},
		{"huge.png", "image/png", "files.pixels", hugePNG(pngOf)},
		{"text.txt", "text/plain", "files.text", []byte(strings.Repeat("text ", 1000) + "\x00")},
		{"formula.csv", "text/csv", "files.formula", []byte("name,value\nplain,1\n\"=cmd|' /C calc'!A0\",2\n")},
		{"formula2.csv", "", "files.formula", []byte("name\n@SUM(1+1)\n")},
		{"formula3.csv", "", "files.formula", []byte("name\n-2+3+cmd|' /C calc'!A0\n")},
		{"nested.zip", "application/zip", "files.archive.nested", packed(t, "inner.zip", string(packed(t, "inner.zip", string(packed(t, "a.txt", "x")))))},
		{"ratio.zip", "application/zip", "files.archive.ratio", bombOf(t, 150<<20)},
		{"size.zip", "application/zip", "files.archive.size", bombOf(t, 300<<20)},
		{"bomb.xlsx", "", "files.archive.ratio", sheetBomb(t, book)},
		{"overlap.zip", "application/zip", "files.archive.overlap", overlapping(t, 2000)},
		{"many.zip", "application/zip", "files.archive.entries", overlapping(t, 60000)},
		{"path.zip", "application/zip", "files.archive.path", packed(t, "../../etc/cron.d/x", "x")},
		{"program.zip", "application/zip", "files.archive.kind", packed(t, "setup.exe", "MZ\x90\x00\x03\x00")},
		{"page.zip", "application/zip", "files.archive.kind", packed(t, "index.html", "<html></html>")},
		{"macro.xlsx", "", "files.active", packed(t, "[Content_Types].xml", "<Types/>", "xl/workbook.xml", "<workbook/>", "xl/vbaProject.bin", "x")},
		{"linked.xlsx", "", "files.active", packed(t, "[Content_Types].xml", "<Types/>", "xl/workbook.xml", "<workbook/>", "xl/externalLinks/externalLink1.xml", "<ddeLink/>")},
		{"entity.docx", "", "files.active", packed(t, "[Content_Types].xml", "<Types/>", "word/document.xml", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`)},
		{"large.txt", "text/plain", "kernel.blob.too_large", bytes.Repeat([]byte("large "), 4<<20)},
	} {
		r := o.send(t, c.name, c.declared, c.content)
		var p httpd.Problem
		if err := json.Unmarshal(r.Body, &p); err != nil || p.Key != c.key || r.Status < 400 || r.Status >= 500 {
			t.Errorf("%s: %d %q, want %q: %.200s", c.name, r.Status, p.Key, c.key, r.Body)
		}
		if p.Key != "kernel.blob.too_large" && len(p.Errors) == 0 {
			t.Errorf("%s: the refusal does not say how to mend it", c.name)
		}
		if n := o.kept(t); n != 0 {
			t.Fatalf("%s: %d files are kept", c.name, n)
		}
	}
	for _, row := range o.rows(t) {
		if row.Verdict != "refused" || row.Reason == "" {
			t.Errorf("the manifest says of %s: %+v", row.Name, row)
		}
	}
}

// zipWithPDF is an archive whose first entry makes PDF readers read it.
func zipWithPDF(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.CreateHeader(&zip.FileHeader{Name: "a.pdf", Method: zip.Store})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, pdf); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func hugePNG(from []byte) []byte {
	b := bytes.Clone(from)
	copy(b[16:], []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff})
	return b
}

// sheetBomb is a workbook with one part more, which unpacks to 150 MiB.
func sheetBomb(t *testing.T, book []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range in.File {
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	f, err := w.Create("xl/worksheets/sheet9.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(f, zeros{}, 150<<20); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Examining costs the same memory whatever a file would unpack to.
func TestBombsCostNoMemory(t *testing.T) {
	o := start(t)
	o.send(t, "warm.txt", "text/plain", []byte("warm"))
	for name, content := range map[string][]byte{
		"ratio.zip": bombOf(t, 190<<20), "size.zip": bombOf(t, 1<<30), "many.zip": overlapping(t, 65000), "bomb.xlsx": sheetBomb(t, workbook(t)),
	} {
		grown := heapGrowth(func() { o.send(t, name, "", content) })
		if grown > 32<<20 {
			t.Errorf("%s of %d bytes: the heap grew by %d MiB", name, len(content), grown>>20)
		}
	}
}

// heapGrowth is by how much the live heap grows at most while do runs.
func heapGrowth(do func()) int64 {
	read := func() int64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	runtime.GC()
	before, most := read(), atomic.Int64{}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			most.Store(max(most.Load(), read()))
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	do()
	close(done)
	<-ended
	return most.Load() - before
}

func TestNamesAreMadeHarmless(t *testing.T) {
	o := start(t)
	for name, want := range map[string]string{
		"..%2F..%2Fetc%2Fpasswd": "passwd", "a%0D%0AX-Evil:1.txt": "a__X-Evil_1.txt", "report%E2%80%AEfdp.txt": "reportfdp.txt", "C:%5Cdir%5Cnote.txt": "note.txt", "": "file", "..": "file",
	} {
		r := o.send(t, name, "text/plain", []byte("x"))
		if d := r.Header.Get("Content-Disposition"); d != "attachment; filename="+want {
			t.Errorf("%s: %d %s", name, r.Status, d)
		}
	}
}

func TestTheManifestShowsOnlyOnesOwnOrganisations(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, opt kerneltest.Options) {
		o := start(t, opt)
		for _, who := range []string{"manager-ours", "manager-theirs"} {
			if r := o.Send(t, "POST", "/api/desk/files?name="+who+".txt", who, "text", "Content-Type", "text/plain"); r.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", who, r.Status, r.Body)
			}
		}
		var page struct{ Items []row }
		o.Get(t, "/api/files", "manager-ours").Decode(t, &page)
		if len(page.Items) != 1 || page.Items[0].Name != "manager-ours.txt" {
			t.Errorf("our manager sees %+v", page.Items)
		}
		if rows := o.rows(t); len(rows) != 2 {
			t.Errorf("the administrator sees %+v", rows)
		}
	})
}

func FuzzExaminingNeverFailsButByAFault(f *testing.F) {
	for _, seed := range [][]byte{[]byte(pdf), []byte("a,b\n=1,2\n"), []byte("\x89PNG\r\n\x1a\n"), []byte("\xff\xd8\xff\xe0\x00\x10JFIF"), []byte("RIFF\x00\x00\x00\x00WEBPVP8 "), []byte("PK\x03\x04PK\x05\x06")} {
		f.Add(seed, "a.csv", "")
	}
	f.Fuzz(func(t *testing.T, content []byte, name, media string) {
		k, err := files.Examine(t, content, name, media)
		if err != nil && fault.As(err) == nil {
			t.Errorf("%q: %v", content, err)
		}
		if err == nil && k == "" {
			t.Errorf("%q was taken as nothing", content)
		}
	})
}
