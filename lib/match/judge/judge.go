// Package judge measures rankings against grades that people gave: normalised discounted
// cumulative gain (K. Järvelin, J. Kekäläinen: Cumulated gain-based evaluation of IR
// techniques, 2002, with gain 2^grade − 1) and the reciprocal rank of the first hit that
// answers. It also reads the judged set of this library, testdata/judged.
package judge

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// ErrSet reports a judged set that cannot be read, with the line.
var ErrSet = errors.New("the judged set cannot be read")

// Answers is the least grade of a hit that answers: 2 of 3.
const Answers = 2

// Document is a document of the judged set.
type Document struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind"` // provider, scenario or need
	Title    string   `json:"title"`
	Tags     []string `json:"tags"`
	Body     string   `json:"body"`
	Topic    string   `json:"topic"`
	Second   string   `json:"second"` // another topic, or empty
	Industry string   `json:"industry"`
}

// Question is a question with the grades of the documents, 1 to 3; others have 0.
type Question struct {
	ID      string         `json:"id"`
	Wording string         `json:"wording"`
	Half    string         `json:"half"` // tune or report
	Text    string         `json:"text"`
	Topic   string         `json:"topic"`
	Grades  map[string]int `json:"grades"`
}

// maxLine bounds a line of a set, in octets.
const maxLine = 1 << 20

// Read reads lines of JSON, at most limit of them.
func Read[T Document | Question](r io.Reader, limit int) ([]T, error) {
	var list []T
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxLine)
	for scanner.Scan() {
		if len(list) == limit {
			return nil, fmt.Errorf("%w: more than %d lines", ErrSet, limit)
		}
		var one T
		if err := json.Unmarshal(scanner.Bytes(), &one); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrSet, len(list)+1, err)
		}
		list = append(list, one)
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("%w: after line %d: %w", ErrSet, len(list), err)
	}
	return list, nil
}

// Measures are the means of some questions.
type Measures struct {
	Questions int
	NDCG, MRR float64
	ndcg, mrr float64 // sums
}

// Add counts a question in: its ranking, best first, of which the first depth count.
func (m *Measures) Add(ranking []string, grades map[string]int, depth int) {
	m.Questions++
	m.ndcg += NDCG(ranking, grades, depth)
	m.mrr += ReciprocalRank(ranking, grades, depth)
	m.NDCG, m.MRR = m.ndcg/float64(m.Questions), m.mrr/float64(m.Questions)
}

// NDCG returns the discounted gain of the first depth of a ranking, as a share of what
// the best one has; 0 if no document has a grade.
func NDCG(ranking []string, grades map[string]int, depth int) float64 {
	gain := func(grade, rank int) float64 { return (math.Exp2(float64(grade)) - 1) / math.Log2(float64(rank)+2) }
	got := 0.0
	for rank, id := range ranking[:min(depth, len(ranking))] {
		got += gain(grades[id], rank)
	}
	ideal := make([]int, 0, len(grades))
	for _, g := range grades {
		ideal = append(ideal, g)
	}
	slices.SortFunc(ideal, func(a, b int) int { return b - a })
	best := 0.0
	for rank, g := range ideal[:min(depth, len(ideal))] {
		best += gain(g, rank)
	}
	if best == 0 {
		return 0
	}
	return got / best
}

// ReciprocalRank returns 1 ÷ the rank of the first hit that answers among the first depth.
func ReciprocalRank(ranking []string, grades map[string]int, depth int) float64 {
	for rank, id := range ranking[:min(depth, len(ranking))] {
		if grades[id] >= Answers {
			return 1 / float64(rank+1)
		}
	}
	return 0
}
