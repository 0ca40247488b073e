package assessment

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"linghang/kernel/fault"
)

// Answer is what was answered to one question: options, or a number.
type Answer struct {
	Options []string `json:"options,omitempty" maxItems:"50" maxLength:"40"`
	Number  *float64 `json:"number,omitempty"`
}

// Sheet is answers by the codes of questions; an unanswered question is not in it.
type Sheet map[string]Answer

// option returns an option by its code.
func (q Question) option(code string) (Option, bool) {
	i := slices.IndexFunc(q.Options, func(o Option) bool { return o.Code == code })
	if i < 0 {
		return Option{}, false
	}
	return q.Options[i], true
}

// Check returns an answer in its normal form, options in the order of the question,
// or says what is wrong with it.
func (q Question) Check(a Answer) (Answer, error) {
	f := fault.New(fault.Invalid, "enterprise.diagnosis.answer", "this does not answer the question %s", q.Code).With("question", q.Code)
	if q.Kind == Number {
		return q.checkNumber(a, f)
	}
	if a.Number != nil {
		return a, f.At("body.answer.number", "choose among the options")
	}
	out, exclusive := Answer{}, false
	for _, o := range q.Options {
		if slices.Contains(a.Options, o.Code) {
			out.Options = append(out.Options, o.Code)
			exclusive = exclusive || o.Exclusive
		}
	}
	switch {
	case len(out.Options) != len(a.Options):
		return a, f.At("body.answer.options", "name options of the question, each once")
	case len(out.Options) == 0:
		return a, f.At("body.answer.options", "choose an option")
	case q.Kind == Single && len(out.Options) > 1:
		return a, f.At("body.answer.options", "choose one option only")
	case exclusive && len(out.Options) > 1:
		return a, f.At("body.answer.options", "'none' does not go together with others")
	}
	return out, nil
}

func (q Question) checkNumber(a Answer, f *fault.Error) (Answer, error) {
	switch {
	case len(a.Options) > 0 || a.Number == nil:
		return a, f.At("body.answer.number", "answer with a number")
	case math.IsNaN(*a.Number) || *a.Number < 0 || *a.Number > q.Max:
		return a, f.With("most", q.Max).At("body.answer.number", "from 0 up to what the question allows")
	case q.Whole && *a.Number != math.Trunc(*a.Number):
		return a, f.At("body.answer.number", "a whole number")
	}
	return Answer{Number: a.Number}, nil
}

// sheetLimit bounds a sheet, in bytes.
const sheetLimit = 1 << 20

// ParseSheet reads a sheet (JSON, answers by question) and refuses what the template
// does not ask.
func (t *Template) ParseSheet(data []byte) (Sheet, error) {
	if len(data) > sheetLimit {
		return nil, fmt.Errorf("read sheet: more than %d bytes", sheetLimit)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var s Sheet
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("read sheet: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read sheet: more follows it")
	}
	out := Sheet{}
	for code, a := range s {
		q, ok := t.Question(code)
		if !ok {
			return nil, fmt.Errorf("read sheet: there is no question %q", code)
		}
		a, err := q.Check(a)
		if err != nil {
			return nil, fmt.Errorf("read sheet: %w", err)
		}
		out[code] = a
	}
	return out, nil
}

// points are what the chosen options give, in thousandths; none of an unanswered one.
func (q Question) points(a Answer) int64 {
	var sum int64
	for _, code := range a.Options {
		if o, ok := q.option(code); ok {
			sum += milli(o.Points)
		}
	}
	return sum
}

// Lack is a question that keeps a sheet from being handed in.
type Lack struct {
	Question string `json:"question"`
	Kind     string `json:"kind" enum:"answer,evidence"`
}

// Lacking lists what a sheet still needs: an answer to each question but raw figures,
// and evidence where what was chosen needs it. evidence counts files by question.
func (t *Template) Lacking(s Sheet, evidence map[string]int) []Lack {
	list := []Lack{}
	t.each(func(q Question) {
		a, ok := s[q.Code]
		if !ok && q.Kind != Number {
			list = append(list, Lack{q.Code, "answer"})
		}
		if ok && q.needsEvidence(a) && evidence[q.Code] == 0 {
			list = append(list, Lack{q.Code, "evidence"})
		}
	})
	return list
}

func (q Question) needsEvidence(a Answer) bool {
	p := q.points(a)
	return q.Evidence == "required" && p > 0 || q.EvidenceFrom > 0 && p >= milli(float64(q.EvidenceFrom))
}
