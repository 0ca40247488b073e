package symbol_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"linghang/kernel/paper"
	"linghang/lib/codeid/gs1"
	"linghang/modules/identifier/internal/symbol"
)

// scan reads a picture of a code with a decoder that is not ours: zbarimg of
// zbar-tools, or dmtxread of dmtx-utils.
func scan(t *testing.T, c paper.Code, program string, args ...string) string {
	t.Helper()
	program, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("make install brings it: %v", err)
	}
	data, err := paper.Font("")
	if err != nil {
		t.Fatal(err)
	}
	face, err := paper.NewTypeface(data)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	edge := float64(c.Size+2*c.Quiet)*0.25 + 2
	if err := (paper.LabelForm{Width: edge, Height: edge, Text: 6}).PNG(&b, paper.Label{Code: c}, face); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "code.png")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), program, append(args, file)...).Output()
	if err != nil {
		t.Fatalf("%s reads nothing: %v", program, err)
	}
	return string(out)
}

func TestScannersReadQRCodes(t *testing.T) {
	for _, text := range []string{"88.101.5/T001", "HDL:88.101.5/T001", "0123456789", "https://industry.example.cn/id/01/09506000134352/21/X1", strings.Repeat("x", symbol.MaxContent)} {
		for _, level := range []symbol.Level{symbol.Low, symbol.Medium, symbol.Quartile, symbol.High} {
			c, err := symbol.Encode(symbol.QR, level, text)
			if err != nil {
				t.Fatalf("%.40q: %v", text, err)
			}
			if got := scan(t, c, "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"); got != text+"\n" {
				t.Errorf("%s %.40q was read as %.60q", level, text, got)
			}
		}
	}
}

func TestScannersReadDataMatrix(t *testing.T) {
	for n := 1; n <= symbol.MaxContent; n += 1 + n/3 { // every size of symbols
		text := ("88.101.5/" + strings.Repeat("Ab1-", symbol.MaxContent))[:n]
		c, err := symbol.Encode(symbol.DataMatrix, "", text)
		if err != nil {
			t.Fatalf("%.40q: %v", text, err)
		}
		if got := scan(t, c, "dmtxread", "-N1", "-m5000"); got != text {
			t.Errorf("%d octets: %.40q was read as %.60q", n, text, got)
		}
	}
}

// The codewords are those of the General Specifications: 232 is FNC1, pairs of
// digits are their number and 130, other characters theirs and 1.
func TestAGS1DataMatrixBeginsWithFNC1(t *testing.T) {
	list, err := gs1.ParseElements("(01)09506000134352(10)ABC(21)X1")
	if err != nil {
		t.Fatal(err)
	}
	c, err := symbol.EncodeGS1(list)
	if err != nil {
		t.Fatal(err)
	}
	if got := scan(t, c, "dmtxread", "-N1", "-G126"); got != "~010950600013435210ABC~21X1" {
		t.Errorf("read %q", got)
	}
	words := strings.Fields(scan(t, c, "dmtxread", "-N1", "-c"))
	for i, want := range []string{"232", "131", "139", "180", "190", "130", "143", "173", "182", "140", "66", "67", "68", "232", "151", "89", "50"} {
		if !strings.HasSuffix(words[i], want) {
			t.Fatalf("codeword %d is %s, want %s: %v", i, words[i], want, words)
		}
	}
}

func TestWhatNoSymbolCarries(t *testing.T) {
	for _, kind := range []symbol.Kind{symbol.QR, symbol.DataMatrix} {
		if _, err := symbol.Encode(kind, symbol.Medium, strings.Repeat("x", symbol.MaxContent+1)); !errors.Is(err, symbol.ErrLong) {
			t.Errorf("%s: %v", kind, err)
		}
		if _, err := symbol.Encode(kind, symbol.Medium, "88.101.5/轴承"); !errors.Is(err, symbol.ErrASCII) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	var long []gs1.Element
	for i := range 30 {
		long = append(long, gs1.Element{AI: fmt.Sprint(91 + i%9), Value: strings.Repeat("x", 90)})
	}
	if _, err := symbol.EncodeGS1(long); !errors.Is(err, symbol.ErrLong) {
		t.Error(err)
	}
}
