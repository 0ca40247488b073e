// Package symbol encodes what labels carry: QR Code (ISO/IEC 18004), Data Matrix
// ECC 200 (ISO/IEC 16022), and GS1 DataMatrix (GS1 General Specifications, section
// 5.6).
package symbol

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"strings"
	"unicode"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/datamatrix"
	"github.com/boombuler/barcode/qr"

	"linghang/kernel/paper"
	"linghang/lib/codeid/gs1"
)

// Kind is a symbology.
type Kind string

// The symbologies.
const (
	QR         Kind = "qr"
	DataMatrix Kind = "data_matrix"
)

// Quiet is the least quiet zone of a symbology, in modules (ISO/IEC 18004, section
// 6.3.8; ISO/IEC 16022, section 6.1.3).
func (k Kind) Quiet() int {
	if k == QR {
		return 4
	}
	return 1
}

// Level is how much of a QR Code may be damaged: about 7, 15, 25 or 30 %. A Data
// Matrix has one level.
type Level string

// The levels.
const (
	Low      Level = "L"
	Medium   Level = "M"
	Quartile Level = "Q"
	High     Level = "H"
)

// MaxContent is how many octets a symbol carries at most; more makes symbols that
// scanners have trouble with.
const MaxContent = 500

// Faults of what is to be encoded.
var (
	ErrLong  = fmt.Errorf("a symbol carries at most %d octets", MaxContent)
	ErrASCII = errors.New("a symbol carries ASCII only")
)

// Encode encodes a text. What is not ASCII is refused: without a mark of their code
// (ECI), which many scanners do not read, Chinese characters are read as others.
func Encode(k Kind, level Level, text string) (paper.Code, error) {
	if len(text) > MaxContent {
		return paper.Code{}, ErrLong
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		return paper.Code{}, ErrASCII
	}
	if k == QR {
		levels := map[Level]qr.ErrorCorrectionLevel{Low: qr.L, Medium: qr.M, Quartile: qr.Q, High: qr.H}
		return code(k)(qr.Encode(text, levels[level], qr.Auto))
	}
	return code(k)(datamatrix.Encode(text))
}

// EncodeGS1 encodes elements as a GS1 DataMatrix: FNC1 stands at the start, and
// behind elements of variable length (General Specifications, section 7.8).
func EncodeGS1(list []gs1.Element) (paper.Code, error) {
	text := gs1.Scanned(list)
	if len(text) > MaxContent {
		return paper.Code{}, ErrLong
	}
	fnc1 := string([]byte{datamatrix.FNC1})
	return code(DataMatrix)(datamatrix.Encode(fnc1 + strings.ReplaceAll(text, gs1.Separator, fnc1)))
}

func code(k Kind) func(b barcode.Barcode, err error) (paper.Code, error) {
	return func(b barcode.Barcode, err error) (paper.Code, error) {
		if err != nil {
			return paper.Code{}, fmt.Errorf("encode symbol: %w", err)
		}
		box := b.Bounds()
		return paper.Code{Size: box.Dx(), Quiet: k.Quiet(), Dark: dark(b, box)}, nil
	}
}

func dark(b barcode.Barcode, box image.Rectangle) func(x, y int) bool {
	return func(x, y int) bool {
		return color.GrayModel.Convert(b.At(box.Min.X+x, box.Min.Y+y)).(color.Gray).Y < 128 //nolint:forcetypeassert // of its model
	}
}
