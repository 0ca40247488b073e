package instance

import (
	"bytes"
	"fmt"
	"strconv"

	"linghang/lib/schedule/model"
)

// maxNumbers is how many numbers a text may have.
const maxNumbers = 16 << 20

type number struct {
	value int64
	line  int
}

// text is the numbers of a text, read from the left.
type text struct {
	numbers []number
	at      int
}

// lex reads the numbers. Before the first one, and if words, later too, lines with
// letters are skipped. A number of the first line may have a fraction, which says nothing.
func lex(data []byte, words bool) (*text, error) {
	if len(data) > model.MaxText {
		return nil, &Error{0, fmt.Sprintf("the text has %d octets; at most %d can be", len(data), model.MaxText)}
	}
	t := &text{}
	line := 0
	for row := range bytes.Lines(data) {
		line++
		if (words || len(t.numbers) == 0) && bytes.ContainsFunc(row, wordy) {
			continue
		}
		first := len(t.numbers) == 0 || t.numbers[0].line == line
		for field := range bytes.FieldsSeq(row) {
			if first {
				if whole, fraction, cut := bytes.Cut(field, []byte(".")); cut && len(t.numbers) > 1 && digits(fraction) {
					field = whole
				}
			}
			value, err := strconv.ParseInt(string(field), 10, 64)
			if err != nil {
				return nil, &Error{line, fmt.Sprintf("%.40q is no whole number", field)}
			}
			if len(t.numbers) == maxNumbers {
				return nil, &Error{line, fmt.Sprintf("is beyond %d numbers; that many can be", maxNumbers)}
			}
			t.numbers = append(t.numbers, number{value, line})
			first = len(t.numbers) > 0 && t.numbers[0].line == line
		}
	}
	return t, nil
}

func wordy(r rune) bool {
	return r == '#' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127
}

func digits(b []byte) bool {
	return !bytes.ContainsFunc(b, func(r rune) bool { return r < '0' || r > '9' })
}

// head reads the first line: two sizes, and perhaps a number more.
func head(data []byte) (t *text, a, b int, err error) {
	if t, err = lex(data, false); err != nil {
		return nil, 0, 0, err
	}
	a, b, err = t.sizes(3)
	return t, a, b, err
}

// sizes reads the first line, which has two sizes and up to most numbers.
func (t *text) sizes(most int) (a, b int, err error) {
	n := 0
	for n < len(t.numbers) && t.numbers[n].line == t.numbers[0].line {
		n++
	}
	if n < 2 || n > most {
		return 0, 0, &Error{t.line(), fmt.Sprintf("the first line has %d numbers; it has two sizes, and %d numbers at most", n, most)}
	}
	if a, err = t.upTo("the first size", model.MaxTasks); err != nil {
		return 0, 0, err
	}
	if b, err = t.upTo("the second size", model.MaxResources); err != nil {
		return 0, 0, err
	}
	t.at = n
	if a < 1 {
		return 0, 0, &Error{t.line(), "the first size is 0; one is needed at least"}
	}
	// What has no numbers to bear it out is not believed.
	if a > len(t.numbers) || b > len(t.numbers) {
		return 0, 0, &Error{t.line(), fmt.Sprintf("the first line says %d and %d; there are %d numbers in the whole text", a, b, len(t.numbers))}
	}
	return a, b, nil
}

// machined holds that a shop has machines.
func (t *text) machined(count int) error {
	if count < 1 {
		return &Error{t.line(), "the second size is 0; a shop needs a machine at least"}
	}
	return nil
}

// upTo reads a number from 0 to most.
func (t *text) upTo(what string, most int) (int, error) {
	if t.at == len(t.numbers) {
		return 0, &Error{t.line(), "the text ends where " + what + " follows"}
	}
	n := t.numbers[t.at]
	t.at++
	if n.value < 0 || n.value > int64(most) {
		return 0, &Error{n.line, fmt.Sprintf("%s is %d; it is 0 to %d", what, n.value, most)}
	}
	return int(n.value), nil
}

// rest are the numbers that were not read yet.
func (t *text) rest() []number { return t.numbers[t.at:] }

func (t *text) end() error {
	if t.at < len(t.numbers) {
		return &Error{t.numbers[t.at].line, fmt.Sprintf("%d numbers follow the end of the instance; a file holds one", len(t.numbers)-t.at)}
	}
	return nil
}

// line is where reading is.
func (t *text) line() int {
	if len(t.numbers) == 0 {
		return 0
	}
	return t.numbers[min(max(t.at-1, 0), len(t.numbers)-1)].line
}
