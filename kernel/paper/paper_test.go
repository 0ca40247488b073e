package paper_test

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"linghang/kernel/paper"
)

func sample() paper.Document {
	rows := make([][]paper.Cell, 70)
	for i := range rows {
		rows[i] = []paper.Cell{{Text: fmt.Sprintf("第%d项：标识解析二级节点规模化应用 Secondary nodes in scaled use", i+1)}, {Text: "1,234.5", Number: new(1234.5)}, {Text: "滞后", Tone: paper.Bad}, {Text: "=SUM(A1)"}}
	}
	return paper.Document{
		Title: "行动计划季度报告 Quarterly report", Subtitle: "青岛 · 2024年第1季度",
		About: []paper.Fact{{Label: "数据截至", Value: "2024-03-31"}, {Label: "来源", Value: strings.Repeat("统计公报，", 30)}},
		Blocks: []paper.Block{
			paper.Head(1, "一、总体情况"),
			{Figures: []paper.Figure{{Label: "目标总数", Value: "23"}, {Label: "已达成", Value: "7", Tone: paper.Good}, {Label: "滞后", Value: "3", Tone: paper.Bad}, {Label: "有风险", Value: "2", Tone: paper.Warn}, {Label: "已过", Value: "75%"}}},
			paper.Say(strings.Repeat("截至报告期末，各项目标进展正常 (on track)。", 12)),
			{Chart: &paper.Chart{Title: "各行动的目标状态", Kind: paper.Bar, Unit: "项", Labels: []string{"新技术", "新业态", "新模式", "新产业"}, Series: []paper.Series{
				{Name: "已达成", Values: []*float64{new(float64(3)), new(float64(2)), nil, new(float64(1))}}, {Name: "滞后", Values: []*float64{new(float64(1)), new(float64(0)), new(float64(2)), new(float64(4))}},
			}}},
			{Chart: &paper.Chart{Title: "完成程度", Kind: paper.Line, Labels: []string{"2023-10", "2023-11", "2023-12", "2024-01"}, Series: []paper.Series{
				{Name: "5G基站", Values: []*float64{new(float64(60)), new(72.5), nil, new(float64(91))}}, {Name: "Gazelle enterprises", Values: []*float64{nil, new(float64(20)), new(float64(35)), new(float64(38))}},
			}}},
			{Table: &paper.Table{Title: "各项目标", Columns: []paper.Column{{Title: "目标", Width: 50}, {Title: "现值", Width: 15, Right: true}, {Title: "状态", Width: 12}, {Title: "说明", Width: 20}}, Rows: rows}},
			{Table: &paper.Table{Title: "空表", Columns: []paper.Column{{Title: "目标", Width: 1}}, Empty: "没有"}},
			{Note: "数据来源：统计公报。"},
		},
	}
}

func frame(t *testing.T, d paper.Document) paper.Frame {
	t.Helper()
	digest, err := d.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return paper.Frame{Language: "zh", At: time.Date(2024, 4, 1, 8, 0, 0, 0, time.UTC), Digest: digest, Foot: "青岛"}
}

func pdf(t *testing.T, d paper.Document) []byte {
	t.Helper()
	font, err := paper.Font("")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := d.PDF(&b, font, frame(t, d)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTheSameDocumentIsTheSameFile(t *testing.T) {
	d := sample()
	if !bytes.Equal(pdf(t, d), pdf(t, d)) {
		t.Error("two PDF files of one document differ")
	}
}

// Text can be extracted from a page that shows boxes: pages are looked at. A
// line of Chinese, Latin and digits leaves ink of different shape for each
// character, a line of boxes the same shape again and again.
func TestPagesShowCharactersAndNoBoxes(t *testing.T) {
	program, err := exec.LookPath("pdftoppm")
	if err != nil {
		t.Fatalf("make install brings it: %v", err)
	}
	dir := t.TempDir()
	if keep, ok := os.LookupEnv("LINGHANG_PAGES"); ok {
		dir = keep // to look at them
	}
	show := func(name string, d paper.Document) [][]byte {
		file := filepath.Join(dir, name+".pdf")
		if err := os.WriteFile(file, pdf(t, d), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(program, "-r", "70", "-png", file, filepath.Join(dir, name)).CombinedOutput(); err != nil {
			t.Fatalf("render: %v: %s", err, out)
		}
		names, err := filepath.Glob(filepath.Join(dir, name+"-*.png"))
		if err != nil {
			t.Fatal(err)
		}
		var pages [][]byte
		for _, n := range names {
			data, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			pages = append(pages, data)
		}
		return pages
	}
	if pages := show("sample", sample()); len(pages) < 3 {
		t.Errorf("%d pages", len(pages))
	}
	seen := map[int]string{}
	for _, text := range []string{"工", "业", "互", "联", "网", "A", "g", "7", "%", "。"} {
		pages := show("one", paper.Document{Title: " ", Blocks: []paper.Block{paper.Say(strings.Repeat(text, 200))}})
		n := ink(t, pages[0])
		if other, same := seen[n]; same {
			t.Errorf("%s and %s leave the same ink: boxes", text, other)
		}
		seen[n] = text
	}
	blank := ink(t, show("one", paper.Document{Title: " ", Blocks: []paper.Block{paper.Say(" ")}})[0])
	for n, text := range seen {
		if n <= blank {
			t.Errorf("%s leaves no ink", text)
		}
	}
}

// ink sums how dark a page is.
func ink(t *testing.T, page []byte) (sum int) {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
			r, g, b, _ := m.At(x, y).RGBA()
			sum += int(0xffff*3-r-g-b) >> 8
		}
	}
	return sum
}

func TestTheWorkbookHoldsNumbersTextAndNativeCharts(t *testing.T) {
	d := sample()
	var b bytes.Buffer
	if err := d.XLSX(&b, frame(t, d)); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close() //nolint:errcheck // only read
	cell := func(sheet, at string) string {
		v, err := book.GetCellValue(sheet, at)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := cell("各项目标", "B2"); v != "1234.5" {
		t.Errorf("the number is %q", v)
	}
	if f, err := book.GetCellFormula("各项目标", "D2"); err != nil || f != "" || cell("各项目标", "D2") != "=SUM(A1)" {
		t.Errorf("text became the formula %q, %v", f, err)
	}
	if v := cell("完成程度", "B3"); v != "72.5" || cell("完成程度", "B4") != "" {
		t.Errorf("the chart's data: %q, %q", v, cell("完成程度", "B4"))
	}
	if !bytes.Contains(b.Bytes(), []byte("xl/charts/chart2.xml")) {
		t.Error("there are no two native charts")
	}
}

func TestAFontThatCannotBeUsedIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "font.otf")
	if err := os.WriteFile(file, []byte("OTTO"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := paper.Font(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("an OpenType font: %v", err)
	}
	if _, err := paper.Font(file + "x"); err == nil {
		t.Error("a missing font was taken")
	}
}
