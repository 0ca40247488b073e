package text

import (
	"bufio"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
)

// Limits of a table of trade terms.
const (
	maxConcepts  = 20_000
	maxNames     = 100
	maxNameWords = 16
	maxLine      = 16 << 10
)

// Trade is trade terms that mean the same: a concept with its names in any language,
// and the concepts above it. It does not change once it is read.
type Trade struct {
	folder   *Folder
	root     *step
	sounds   *step // names of Han characters by their syllables
	readings *Readings
	above    map[string][]string // of each concept, itself first, then all above it
	concepts int
	print    uint32
}

// step is what may follow in a name: a Han character or a word.
type step struct {
	next    map[string]*step
	concept string // of the name that ends here
}

// ReadTrade reads a table of lines "concept | name; name | concept above, …" in UTF-8;
// empty lines and those that begin with # say nothing. The concept above must stand in
// the table too. It reports ErrTrade with the line.
func ReadTrade(r io.Reader) (*Trade, error) {
	t := &Trade{folder: NewFolder(), root: &step{}, sounds: &step{}, readings: NewReadings(), above: map[string][]string{}}
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	scanner := bufio.NewScanner(io.TeeReader(r, sum))
	scanner.Buffer(nil, maxLine)
	parents := map[string][]string{}
	n := 0
	for scanner.Scan() {
		n++
		line := strings.TrimSpace(scanner.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := t.line(line, parents); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrTrade, n, err)
		}
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("%w: after line %d: %w", ErrTrade, n, err)
	}
	for concept := range parents {
		chain, err := climb(concept, parents)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTrade, err)
		}
		t.above[concept] = chain
	}
	t.print = sum.Sum32()
	return t, nil
}

func (t *Trade) line(line string, parents map[string][]string) error {
	parts := strings.Split(line, "|")
	if len(parts) < 2 || len(parts) > 3 {
		return fmt.Errorf("has %d parts between bars, not 2 or 3", len(parts))
	}
	concept := strings.TrimSpace(parts[0])
	if _, known := parents[concept]; known || concept == "" || len(concept) > 64 {
		return fmt.Errorf("the concept %.64q is empty, longer than 64 octets or there already", concept)
	}
	if t.concepts++; t.concepts > maxConcepts {
		return fmt.Errorf("more than %d concepts", maxConcepts)
	}
	parents[concept] = nil
	if len(parts) == 3 {
		for p := range strings.SplitSeq(parts[2], ",") {
			if p = strings.TrimSpace(p); p != "" {
				parents[concept] = append(parents[concept], p)
			}
		}
	}
	names := strings.Split(parts[1], ";")
	if len(names) > maxNames {
		return fmt.Errorf("%s has more than %d names", concept, maxNames)
	}
	for _, name := range names {
		if err := t.name(concept, name); err != nil {
			return err
		}
	}
	return nil
}

func (t *Trade) name(concept, name string) error {
	words := wordsOf(t.folder.Runs(name))
	if len(words) == 0 || len(words) > maxNameWords {
		return fmt.Errorf("the name %.80q of %s has %d characters and words, not 1 to %d", strings.TrimSpace(name), concept, len(words), maxNameWords)
	}
	at := t.root.reach(words, func(w part) string { return w.text })
	if at.concept != "" && at.concept != concept {
		return fmt.Errorf("the name %.80q belongs to %s and to %s", strings.TrimSpace(name), at.concept, concept)
	}
	at.concept = concept
	if slices.ContainsFunc(words, func(w part) bool { return t.sound(w) == "" }) {
		return nil
	}
	if at := t.sounds.reach(words, t.sound); at.concept == "" { // of names that sound alike the first counts
		at.concept = concept
	}
	return nil
}

// reach goes along a name, and makes the steps that are not there.
func (s *step) reach(words []part, key func(part) string) *step {
	for _, w := range words {
		if s.next == nil {
			s.next = map[string]*step{}
		}
		k := key(w)
		if s.next[k] == nil {
			s.next[k] = &step{}
		}
		s = s.next[k]
	}
	return s
}

// sound returns how a Han character is usually pronounced, or nothing.
func (t *Trade) sound(w part) string {
	if !w.han {
		return ""
	}
	if list := t.readings.Of([]rune(w.text)[0]); len(list) > 0 {
		return list[0]
	}
	return ""
}

// climb returns a concept and all above it, nearest first.
func climb(concept string, parents map[string][]string) ([]string, error) {
	chain := []string{concept}
	for i := 0; i < len(chain); i++ {
		for _, p := range parents[chain[i]] {
			if _, known := parents[p]; !known {
				return nil, fmt.Errorf("%s stands below %.64q, which is not in the table", chain[i], p)
			}
			if p == concept {
				return nil, fmt.Errorf("%s stands below itself", concept)
			}
			if !slices.Contains(chain, p) {
				chain = append(chain, p)
			}
		}
	}
	return chain, nil
}

// Above returns a concept and all above it, nearest first.
func (t *Trade) Above(concept string) []string { return t.above[concept] }

// part is a Han character or a word of the text.
type part struct {
	text     string
	run      int
	han      bool
	from, to int
}

func wordsOf(runs []Run) []part {
	var list []part
	for n, r := range runs {
		if !r.Han {
			list = append(list, part{Stem(r.Text), n, false, r.From, r.To})
			continue
		}
		for i, c := range r.Text {
			list = append(list, part{string(c), n, true, r.At[i], r.At[i+1]})
		}
	}
	return list
}

// find calls fn for the names in a text: the longest at each place, one after the other.
func (t *Trade) find(runs []Run, fn func(concept string, from, to int)) {
	if t == nil || t.concepts == 0 {
		return
	}
	t.walk(wordsOf(runs), t.longest, fn)
}

func (t *Trade) walk(words []part, longest func([]part) (string, int), fn func(concept string, from, to int)) {
	for i := 0; i < len(words); {
		concept, n := longest(words[i:])
		if n == 0 {
			i++
			continue
		}
		fn(concept, words[i].from, words[i+n-1].to)
		i += n
	}
}

func (t *Trade) longest(words []part) (concept string, n int) {
	at := t.root
	for i, w := range words {
		// A name of Han characters does not go over a comma.
		if i > 0 && w.han && words[i-1].han && w.run != words[i-1].run {
			break
		}
		if at = at.next[w.text]; at == nil {
			break
		}
		if at.concept != "" {
			concept, n = at.concept, i+1
		}
	}
	return concept, n
}

// leastHeard is how many characters a name has that is known by its sound alone.
const leastHeard = 3

// heard calls fn for the names that a question only sounds like: written with other
// characters, or in pinyin.
func (t *Trade) heard(runs []Run, fn func(concept string, from, to int)) {
	if t == nil || t.concepts == 0 {
		return
	}
	var words []part
	for n, r := range runs {
		if r.Han {
			words = append(words, wordsOf([]Run{r})...)
			for i := len(words) - len(r.Text); i < len(words); i++ {
				words[i].run, words[i].text = n, t.sound(words[i])
			}
			continue
		}
		syllables := t.readings.Split(string(r.Text))
		if syllables == nil {
			syllables = []string{""} // no name goes over it
		}
		for _, s := range syllables {
			words = append(words, part{s, n, false, r.From, r.To})
		}
	}
	t.walk(words, t.longestHeard, fn)
}

func (t *Trade) longestHeard(words []part) (concept string, n int) {
	at := t.sounds
	for i, w := range words {
		if i > 0 && w.run != words[i-1].run && (w.han || words[i-1].han) {
			break
		}
		if at = at.next[w.text]; at == nil {
			break
		}
		if at.concept != "" && (i+1 >= leastHeard || i == 1 && !w.han) {
			concept, n = at.concept, i+1
		}
	}
	return concept, n
}
