package identifier

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
)

// design is one that prints twelve labels on a page.
const design = `"width":60,"height":30,"text":7,"paper":"a4","rows":4,"columns":3,"left":10,"top":10,"gap_x":2,"gap_y":2,"outline":true,"named":true`

// printed prints labels for a reporter of theirs and returns the file.
func (h *house) printed(t *testing.T, body string) (labelSheet, string) {
	t.Helper()
	const who = "reporter-theirs"
	var s labelSheet
	h.do(t, "POST", "/labels", who, body, http.StatusCreated, &s)
	kerneltest.Wait(t, "the labels to be printed", func() bool {
		h.do(t, "GET", "/labels/"+s.ID, who, "", http.StatusOK, &s)
		return s.State != importRunning
	})
	if s.State != importDone {
		t.Fatalf("the sheet is %s: %s", s.State, s.Reason)
	}
	file := filepath.Join(t.TempDir(), "labels.pdf")
	if err := os.WriteFile(file, h.Send(t, "GET", "/api/identifier/labels/"+s.ID+"/pdf", who, "").Body, 0o600); err != nil {
		t.Fatal(err)
	}
	return s, file
}

// labelAt is a picture of one label of a file, as the design places them: zbarimg
// finds only some of many on one picture.
func labelAt(t *testing.T, file string, place int) string {
	t.Helper()
	const dpi = 300
	dots := func(mm int) string { return strconv.Itoa(mm * dpi * 10 / 254) }
	page, column, row := strconv.Itoa(place/12+1), place%3, place%12/3
	base := fmt.Sprintf("%s-%d", strings.TrimSuffix(file, ".pdf"), place)
	run(t, "pdftoppm", "-r", strconv.Itoa(dpi), "-f", page, "-l", page, "-x", dots(10+62*column), "-y", dots(10+32*row), "-W", dots(60), "-H", dots(30), "-singlefile", "-gray", "-png", file, base)
	return base + ".png"
}

func scanQR(t *testing.T, picture string) string {
	t.Helper()
	return strings.TrimSuffix(run(t, "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture), "\n")
}

func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	program, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("make install brings it: %v", err)
	}
	out, err := exec.CommandContext(t.Context(), program, args...).Output()
	if err != nil {
		t.Fatalf("%s %v: %v", program, args, err)
	}
	return string(out)
}

func (h *house) registered(t *testing.T, handle, values string) {
	t.Helper()
	h.do(t, "PUT", "/handle", "reporter-theirs", fmt.Sprintf(`{"handle":%q,"values":[%s]}`, handle, values), http.StatusOK, nil)
}

func TestScannersReadTheLabelsOfASheet(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		var names []string
		for i := range 15 {
			name := fmt.Sprintf("88.101.5/L%03d", i)
			h.registered(t, name, `{"index":1,"type":"DESC","data":"深沟球轴承"}`)
			names = append(names, `"`+name+`"`)
		}
		list := strings.Join(names, ",")
		body := func(rest string) string {
			return `{"title":"货架","source":{"handles":[` + list + `,"88.101.5/NONE"]},"design":{` + design + `,"title":"甲公司","items":["DESC"],` + rest + `}}`
		}
		s, file := h.printed(t, body(`"symbol":"qr","carries":"handle"`))
		if s.Printed != 15 || s.LeftOut != 1 || s.Skipped[0].Name != "88.101.5/NONE" {
			t.Errorf("printed %+v", s)
		}
		for i := range 15 {
			if got, want := scanQR(t, labelAt(t, file, i)), fmt.Sprintf("88.101.5/L%03d", i); got != want {
				t.Errorf("label %d was read as %q", i, got)
			}
		}
		if text := run(t, "pdftotext", file, "-"); !strings.Contains(text, "深沟球轴承") || !strings.Contains(text, "88.101.5/L014") || !strings.Contains(text, "甲公司") {
			t.Errorf("the text is %.300s", text)
		}
		list = names[7]
		_, file = h.printed(t, body(`"symbol":"data_matrix","carries":"hdl"`))
		if got := run(t, "dmtxread", "-N1", "-m20000", labelAt(t, file, 0)); got != "hdl:88.101.5/L007" {
			t.Errorf("read %q", got)
		}
		h.do(t, "GET", "/labels/"+s.ID, "reporter-ours", "", http.StatusNotFound, nil)
		h.do(t, "GET", "/labels/"+s.ID+"/pdf", "reporter-ours", "", http.StatusNotFound, nil)
		h.do(t, "POST", "/labels", "reporter-ours", body(`"symbol":"qr","carries":"handle"`), http.StatusForbidden, nil)
		h.do(t, "POST", "/labels/"+s.ID+"/cancel", "reporter-theirs", "", http.StatusConflict, nil)
	})
}

func TestALabelCarriesGS1(t *testing.T) {
	h := city(t, kerneltest.Options{})
	h.found(t)
	h.move(t, "manager-ours", "trial", http.StatusOK)
	h.registered(t, "88.101.5/G1", `{"index":1,"type":"GS1","data":"(01)09506000134352(10)ABC(21)X1"}`)
	preview := func(names, rest string, want int) (p labelPreview) {
		t.Helper()
		into := any(&p)
		if want != http.StatusOK {
			into = nil
		}
		h.do(t, "POST", "/labels/preview", "reporter-theirs", `{"source":{"handles":[`+names+`]},"design":{`+design+`,`+rest+`}}`, want, into)
		return p
	}
	picture := func(p labelPreview) string {
		t.Helper()
		data, err := base64.StdEncoding.DecodeString(p.PNG)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "label.png")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for _, name := range []string{`"88.101.5/G1"`, `"(01)09506000134352(10)ABC(21)X1"`} {
		p := preview(name, `"symbol":"data_matrix","carries":"gs1"`, http.StatusOK)
		if got := run(t, "dmtxread", "-N1", "-m20000", "-G126", picture(p)); got != "~010950600013435210ABC~21X1" {
			t.Errorf("%s: read %q", name, got)
		}
		p = preview(name, `"symbol":"qr","carries":"gs1_link"`, http.StatusOK)
		if got := scanQR(t, picture(p)); got != "https://id.gs1.org/01/09506000134352/10/ABC/21/X1" {
			t.Errorf("%s: read %q", name, got)
		}
	}
	p := preview(`"88.101.5/G1"`, `"symbol":"qr","carries":"https","level":"H","quiet":6`, http.StatusOK)
	if got := scanQR(t, picture(p)); !strings.HasSuffix(got, "/identifier/resolve?handle=88.101.5%2FG1") {
		t.Errorf("read %q", got)
	}
	h.registered(t, "88.101.5/轴承", url1[strings.Index(url1, "{\"index\":1"):strings.Index(url1, ",{\"index\":2")])
	for rest, names := range map[string]string{
		`"symbol":"qr","carries":"gs1"`:                            `"88.101.5/G1"`,
		`"symbol":"qr","carries":"gs1_link"`:                       `"88.101.5/轴承"`,
		`"symbol":"data_matrix","carries":"handle"`:                `"88.101.5/轴承"`,
		`"symbol":"qr","carries":"handle","quiet":3`:               `"88.101.5/G1"`,
		`"symbol":"qr","carries":"handle","columns":4`:             `"88.101.5/G1"`,
		`"symbol":"qr","carries":"handle","rows":10`:               `"88.101.5/G1"`,
		`"symbol":"qr","carries":"https","width":8,"height":8`:     `"88.101.5/G1"`,
		`"symbol":"qr","carries":"handle","paper":"a4" `:           ``,
		`"symbol":"qr","carries":"handle","items":[] `:             `"(01)09506000134352"`,
		`"symbol":"data_matrix","carries":"gs1","paper":"a4"`:      `"(01)09506000134353"`,
		`"symbol":"data_matrix","carries":"gs1","paper":"roll"   `: `"(10)ABC"`,
	} {
		preview(names, rest, http.StatusUnprocessableEntity)
	}
	p = preview(`"88.101.5/轴承"`, `"symbol":"data_matrix","carries":"hdl"`, http.StatusOK)
	if got := run(t, "dmtxread", "-N1", "-m20000", picture(p)); got != "hdl:88.101.5/%E8%BD%B4%E6%89%BF" {
		t.Errorf("read %q", got)
	}
}

func TestLabelsOfABatchAndOfAnImport(t *testing.T) {
	h := city(t, kerneltest.Options{})
	h.found(t)
	h.move(t, "manager-ours", "trial", http.StatusOK)
	var c codeRule
	h.do(t, "POST", "/nodes/"+h.enterprise.ID+"/rules", "manager-theirs", `{"name":{"zh":"批","en":""},"segments":[{"kind":"constant","text":"B"},{"kind":"serial","width":4}]}`, http.StatusCreated, &c)
	h.registered(t, "88.101.5/B0003", `{"index":1,"type":"URL","data":"http://a.example"}`)
	var b codeBatch
	h.do(t, "POST", "/rules/"+c.ID+"/batches", "reporter-theirs", `{"count":40,"values":[{"index":1,"type":"URL","data":"http://a.example"}]}`, http.StatusCreated, &b)
	kerneltest.Wait(t, "the codes to be made", func() bool {
		h.do(t, "GET", "/batches/"+b.ID, "reporter-theirs", "", http.StatusOK, &b)
		return b.State == importDone
	})
	s, file := h.printed(t, `{"source":{"batch":"`+b.ID+`","first":2,"count":4},"design":{`+design+`,"symbol":"qr","carries":"handle"}}`)
	var read []string
	for i := range 4 {
		read = append(read, scanQR(t, labelAt(t, file, i)))
	}
	if s.Printed != 4 || !slices.Equal(read, []string{"88.101.5/B0002", "88.101.5/B0004", "88.101.5/B0005", "88.101.5/B0006"}) {
		t.Errorf("printed %d: %v", s.Printed, read)
	}
	var i batch
	r := h.Send(t, "POST", "/api/identifier/nodes/"+h.enterprise.ID+"/imports?name=a.csv", "reporter-theirs", "handle,URL\nI1,http://a.example\nB0001,http://a.example\n88.102/I3,http://a.example\nI4,http://a.example\n", "Content-Type", "text/csv")
	if r.Status != http.StatusAccepted {
		t.Fatalf("import: %d %s", r.Status, r.Body)
	}
	r.Decode(t, &i)
	kerneltest.Wait(t, "the import to end", func() bool {
		h.do(t, "GET", "/imports/"+i.ID, "reporter-theirs", "", http.StatusOK, &i)
		return i.State == importDone
	})
	s, file = h.printed(t, `{"source":{"import":"`+i.ID+`"},"design":{`+design+`,"symbol":"qr","carries":"handle"}}`)
	read = []string{scanQR(t, labelAt(t, file, 0)), scanQR(t, labelAt(t, file, 1))}
	if s.Printed != 2 || !slices.Equal(read, []string{"88.101.5/I1", "88.101.5/I4"}) {
		t.Errorf("printed %v", read)
	}
	h.do(t, "POST", "/labels/preview", "reporter-ours", `{"source":{"batch":"`+b.ID+`"},"design":{`+design+`,"symbol":"qr","carries":"handle"}}`, http.StatusNotFound, nil)
	h.do(t, "POST", "/labels/preview", "reporter-theirs", `{"source":{"batch":"`+b.ID+`","import":"`+i.ID+`"},"design":{`+design+`,"symbol":"qr","carries":"handle"}}`, http.StatusUnprocessableEntity, nil)
}
