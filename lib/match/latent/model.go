package latent

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"linghang/lib/match/text"
)

// ErrModel is that a file holds no word vectors that can be read.
var ErrModel = errors.New("the file of word vectors cannot be read")

// Bounds of a model.
const (
	mostWords   = 200_000   // the first of a file, which are the most frequent
	mostNumbers = 1024      // of a vector
	mostLine    = 256 << 10 // octets
	mostHan     = 8         // characters of a word that is looked for
	sif         = 1e-3      // Arora et al.: between 1e-3 and 1e-4 makes little difference
)

// Model is what words mean, read from a file of word vectors that somebody trained on
// much more text than one's own. It does not change, and is an Embedder.
//
// A text is cut into the words of the model so that they are likeliest together, and its
// vector is their mean, in which a word counts the less the more frequent it is: a/(a + p)
// with a = 0.001 (S. Arora, Y. Liang, T. Ma: A simple but tough-to-beat baseline for
// sentence embeddings, 2017). The mean of all texts is taken off, as it says nothing
// (J. Mu, P. Viswanath: All-but-the-top, 2018). How frequent a word is follows from its
// place in the file, by Zipf's law: word2vec, fastText and GloVe write them in that order.
type Model struct {
	folder     *text.Folder
	number     map[string]int32
	dimensions int
	harmonic   float64   // the sum of 1/rank over the words
	longest    int       // Han characters of the longest word
	vectors    []int8    // of the words, one after the other, of length 1 times their scale
	scale      []float32 // of each word: what a step of its numbers is worth
	mean       []float64 // of the texts that there are, by how frequent words are
}

// ReadModel reads word vectors as text: the format of word2vec and fastText (.vec), whose
// first line has how many words and how many numbers, or that of GloVe, without it; as it
// is or with gzip. Of more than 200 000 words the first are taken. Words that are no word
// here (marks, phrases, names with signs) are left out. It reports ErrModel with the line.
func ReadModel(ctx context.Context, r io.Reader, f *text.Folder) (*Model, error) {
	lines, err := unzipped(r)
	if err != nil {
		return nil, err
	}
	m := &Model{folder: f, number: map[string]int32{}}
	in := vectorLines{scanner: bufio.NewScanner(lines)}
	in.scanner.Buffer(make([]byte, 64<<10), mostLine)
	for in.next() {
		if in.line%4096 == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("read word vectors: %w", ctx.Err())
		}
		word, vector, err := in.vector()
		if err != nil {
			return nil, err
		}
		if word = m.word(word); word == "" {
			continue
		}
		if _, twice := m.number[word]; twice {
			continue
		}
		m.number[word] = int32(len(m.number)) //nolint:gosec // at most mostWords
		m.keep(vector)
		m.longest = max(m.longest, utf8.RuneCountInString(word))
	}
	if err := in.done(len(m.number)); err != nil {
		return nil, err
	}
	m.dimensions, m.longest = in.dimensions, min(m.longest, mostHan)
	m.settle()
	return m, nil
}

func unzipped(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	if magic, _ := b.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) { // a file of one octet is no model anyway
		return b, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, fmt.Errorf("%w: it begins as gzip and is none: %w", ErrModel, err)
	}
	return z, nil
}

// word is a word as texts have it after folding; empty if it is none.
func (m *Model) word(s string) string {
	runs := m.folder.Runs(s)
	if len(runs) != 1 || runs[0].From != 0 || runs[0].To != len(s) || !utf8.ValidString(s) {
		return ""
	}
	return string(runs[0].Text)
}

// vectorLines goes through the lines of a file of word vectors.
type vectorLines struct {
	scanner    *bufio.Scanner
	line       int
	dimensions int // 0 before the first line
	said, seen int // how many words the first line says, if it does, and how many were read
	fields     [][]byte
}

// next goes to the next line with a vector.
func (v *vectorLines) next() bool {
	for v.seen < mostWords && v.scanner.Scan() {
		v.line++
		v.fields = bytes.Fields(v.scanner.Bytes())
		if v.line == 1 && v.header() || len(v.fields) == 0 {
			continue
		}
		v.seen++
		return true
	}
	return false
}

// header takes a first line of two whole numbers.
func (v *vectorLines) header() bool {
	if len(v.fields) != 2 {
		return false
	}
	words, err := strconv.Atoi(string(v.fields[0]))
	numbers, bad := strconv.Atoi(string(v.fields[1]))
	if err != nil || bad != nil || words < 1 || numbers < 1 {
		return false
	}
	v.said, v.dimensions = words, numbers
	return true
}

// vector is the word and its vector of length 1, of a line; a word with spaces is empty.
func (v *vectorLines) vector() (word string, vector []float32, err error) {
	if v.dimensions == 0 {
		v.dimensions = len(v.fields) - 1
	}
	if v.dimensions < 2 || v.dimensions > mostNumbers {
		return "", nil, fmt.Errorf("%w: line %d: vectors have 2 to %d numbers, not %d; give the text format (.vec) of word2vec, fastText or GloVe", ErrModel, v.line, mostNumbers, v.dimensions)
	}
	at := len(v.fields) - v.dimensions
	if at < 0 || at == 0 && v.line == 1 {
		return "", nil, fmt.Errorf("%w: line %d has %d fields, not a word and %d numbers; give the text format (.vec) of word2vec, fastText or GloVe", ErrModel, v.line, len(v.fields), v.dimensions)
	}
	wide := make([]float64, v.dimensions)
	for i, f := range v.fields[at:] {
		x, err := strconv.ParseFloat(string(f), 32)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return "", nil, fmt.Errorf("%w: line %d: number %d is %.40q", ErrModel, v.line, i+1, f)
		}
		wide[i] = x
	}
	if at == 1 {
		word = string(v.fields[0])
	}
	return word, unit(wide), nil
}

// done tells whether the file was whole.
func (v *vectorLines) done(words int) error {
	err := v.scanner.Err()
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("%w: line %d has more than %d octets; give the text format (.vec) of word2vec, fastText or GloVe", ErrModel, v.line+1, mostLine)
	case err != nil:
		return fmt.Errorf("%w: after line %d: %w", ErrModel, v.line, err)
	case v.said > 0 && v.seen < min(v.said, mostWords):
		return fmt.Errorf("%w: it is cut off: the first line says %d words, there are %d", ErrModel, v.said, v.seen)
	case words < 2:
		return fmt.Errorf("%w: there are %d words in it", ErrModel, words)
	}
	return nil
}

// keep keeps a vector in one octet a number: a cosine changes by less than 0.01.
func (m *Model) keep(vector []float32) {
	most := float32(0)
	for _, x := range vector {
		most = max(most, x, -x)
	}
	m.scale = append(m.scale, most/127)
	for _, x := range vector {
		if most > 0 {
			x = x / most * 127
		}
		m.vectors = append(m.vectors, int8(math.Round(float64(x))))
	}
}

// settle finds out how frequent words are, and the mean of all texts.
func (m *Model) settle() {
	for i := range m.scale {
		m.harmonic += 1 / float64(i+1)
	}
	m.mean = make([]float64, m.dimensions)
	sum := 0.0
	for i := range m.scale {
		share := m.share(i) * m.weight(i)
		sum += share
		m.add(m.mean, i, share)
	}
	for j := range m.mean {
		m.mean[j] /= sum
	}
}

// add adds the vector of a word to a sum, so many times.
func (m *Model) add(to []float64, word int, times float64) {
	times *= float64(m.scale[word])
	for j, x := range m.vectors[word*m.dimensions : (word+1)*m.dimensions] {
		to[j] += times * float64(x)
	}
}

// share is how often a word stands in texts, by its place.
func (m *Model) share(i int) float64 { return 1 / (float64(i+1) * m.harmonic) }

// weight is what a word counts in a text.
func (m *Model) weight(i int) float64 { return sif / (sif + m.share(i)) }

// Dimensions implements Embedder.
func (m *Model) Dimensions() int { return m.dimensions }

// Words returns how many words the model knows.
func (m *Model) Words() int { return len(m.number) }

// Embed implements Embedder. Vectors have length 1, or are zeros where no word is known.
func (m *Model) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	return m.embed(ctx, texts, m.weight, nil)
}

// embed gives vectors of length 1, with weights of words; of each the mean of all texts is
// taken off, and what more is in common.
func (m *Model) embed(ctx context.Context, texts []string, weight func(word int) float64, common []float64) ([][]float32, error) {
	out := make([][]float32, len(texts))
	sum := make([]float64, m.dimensions)
	for i, t := range texts {
		if i%64 == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("embed texts: %w", ctx.Err())
		}
		clear(sum)
		total := 0.0
		m.each(t, func(word int) {
			w := weight(word)
			total += w
			m.add(sum, word, w)
		})
		if total > 0 {
			subtract(sum, m.mean, total)
		}
		out[i] = unit(sum)
		if known := slices.ContainsFunc(out[i], func(x float32) bool { return x != 0 }); known && common != nil {
			for j, x := range out[i] {
				sum[j] = float64(x)
			}
			subtract(sum, common, 1)
			out[i] = unit(sum)
		}
	}
	return out, nil
}

func subtract(from, what []float64, times float64) {
	for j, x := range what {
		from[j] -= times * x
	}
}

// each calls fn for the words of a text that the model knows.
func (m *Model) each(t string, fn func(word int)) {
	for _, r := range m.folder.Runs(t) {
		if r.Han {
			m.cut(r.Text, fn)
			continue
		}
		word := string(r.Text)
		i, known := m.number[word]
		if !known {
			i, known = m.number[text.Stem(r.Text)]
		}
		if known {
			fn(int(i))
		}
	}
}

// cut cuts Han characters into the words that are likeliest together.
func (m *Model) cut(han []rune, fn func(word int)) {
	unknown := math.Log(float64(len(m.number))*m.harmonic) + 2 // worse than the rarest
	cost, length := make([]float64, len(han)+1), make([]int, len(han)+1)
	for to := 1; to <= len(han); to++ {
		cost[to], length[to] = cost[to-1]+unknown, 1
		for n := 1; n <= min(m.longest, to); n++ {
			i, known := m.number[string(han[to-n:to])]
			if c := cost[to-n] - math.Log(m.share(int(i))); known && c < cost[to] {
				cost[to], length[to] = c, n
			}
		}
	}
	var words []int
	for to := len(han); to > 0; to -= length[to] {
		if i, known := m.number[string(han[to-length[to]:to])]; known {
			words = append(words, int(i))
		}
	}
	for _, word := range slices.Backward(words) {
		fn(word)
	}
}

// String tells what was read.
func (m *Model) String() string {
	return strings.Join([]string{strconv.Itoa(m.Words()), "words with", strconv.Itoa(m.dimensions), "numbers"}, " ")
}
