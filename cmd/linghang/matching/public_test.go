package matching_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// publicSets are those of the folder LINGHANG_MATCH_SETS that are there.
func publicSets(b *testing.B) []set {
	folder := os.Getenv("LINGHANG_MATCH_SETS")
	if folder == "" {
		return nil
	}
	var list []set
	if title, keywords, ok := csl(b, filepath.Join(folder, "CSL", "benchmark")); ok {
		list = append(list, title, keywords)
	}
	if s, ok := reader(b, filepath.Join(folder, "DuReader", "DuReader-2.0", "data", "demo")); ok {
		list = append(list, s)
	}
	return list
}

// eachLine calls fn with the lines of a file; false if it is not there.
func eachLine(b *testing.B, name string, fn func(string)) bool {
	b.Helper()
	f, err := os.Open(name)
	if os.IsNotExist(err) {
		return false
	}
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 16<<20)
	for scanner.Scan() {
		fn(scanner.Text())
	}
	if err := scanner.Err(); err != nil {
		b.Fatal(err)
	}
	return true
}

// csl reads abstracts that are asked for by their titles and by their keywords: lines of
// a task, the abstract, and the title or the keywords.
func csl(b *testing.B, folder string) (titles, keywords set, ok bool) {
	titles.name, keywords.name = "CSL title → abstract", "CSL keywords → abstract"
	var abstracts []string
	for _, part := range []string{"dev", "test"} {
		there := eachLine(b, filepath.Join(folder, "ts", part+".tsv"), func(line string) {
			f := strings.Split(line, "\t")
			if len(f) != 3 {
				b.Fatalf("a line of ts has %d parts", len(f))
			}
			id := fmt.Sprintf("d%d", len(abstracts))
			titles.questions = append(titles.questions, question{ID: "q" + id, Text: f[2], grades: map[string]int{id: 3}})
			titles.documents = append(titles.documents, document{ID: id, Body: f[1]})
			abstracts = append(abstracts, f[1])
		})
		if !there {
			return titles, keywords, false
		}
	}
	keywords.documents = titles.documents
	n := 0
	for _, part := range []string{"dev", "test"} {
		eachLine(b, filepath.Join(folder, "kg", part+".tsv"), func(line string) {
			f := strings.Split(line, "\t")
			if n >= len(abstracts) || len(f) != 3 || !strings.HasPrefix(f[1], abstracts[n]) {
				b.Fatalf("line %d of kg is not of the abstract of ts", n)
			}
			id := fmt.Sprintf("d%d", n)
			keywords.questions = append(keywords.questions, question{ID: "q" + id, Text: strings.ReplaceAll(f[2], "_", " "), grades: map[string]int{id: 3}})
			n++
		})
	}
	return titles, keywords, n == len(abstracts)
}

// reader reads questions with the pages of each.
func reader(b *testing.B, folder string) (set, bool) {
	s := set{name: "DuReader demo, question → its pages"}
	for _, name := range []string{"trainset/search.train.json", "devset/search.dev.json", "testset/search.test.json"} {
		there := eachLine(b, filepath.Join(folder, name), func(line string) {
			var one struct {
				Question  string `json:"question"`
				Documents []struct {
					Title      string   `json:"title"`
					Paragraphs []string `json:"paragraphs"`
				} `json:"documents"`
			}
			if err := json.Unmarshal([]byte(line), &one); err != nil {
				b.Fatalf("read %s: %v", name, err)
			}
			q := question{ID: fmt.Sprintf("q%d", len(s.questions)), Text: one.Question, grades: map[string]int{}}
			for i, d := range one.Documents {
				id := fmt.Sprintf("%s-%d", q.ID, i)
				q.grades[id] = 2
				s.documents = append(s.documents, document{ID: id, Title: d.Title, Body: strings.Join(d.Paragraphs, " ")})
			}
			s.questions = append(s.questions, q)
		})
		if !there {
			return s, false
		}
	}
	return s, true
}

// sameField asks with titles for abstracts of the same discipline, their own left out:
// the same matter in other words.
func sameField(b *testing.B) []string {
	folder := filepath.Join(os.Getenv("LINGHANG_MATCH_SETS"), "CSL", "benchmark")
	s, _, ok := csl(b, folder)
	if !ok {
		return nil
	}
	var fields []string
	for _, part := range []string{"dev", "test"} {
		ok = ok && eachLine(b, filepath.Join(folder, "cls_dcp", part+".tsv"), func(line string) {
			f := strings.Split(line, "\t")
			if n := len(fields); n >= len(s.documents) || len(f) != 3 || !strings.HasPrefix(f[1], s.documents[n].Body) {
				b.Fatalf("line %d of cls_dcp is not of the abstract of ts", n)
			}
			fields = append(fields, f[2])
		})
	}
	if !ok || len(fields) != len(s.documents) {
		return nil
	}
	for i := range s.questions {
		clear(s.questions[i].grades)
		for j, d := range s.documents {
			if i != j && fields[i] == fields[j] {
				s.questions[i].grades[d.ID] = 2
			}
		}
	}
	others := func(a answers) answers {
		out := answers{}
		for q, ranking := range a {
			out[q] = slices.DeleteFunc(ranking, func(id string) bool { return "q"+id == q })
		}
		return out
	}
	space, vectors := latentOf(b, tradeTerms(b), s.documents)
	fused, words := s.ours(b, tradeTerms(b))
	row := func(name string, a answers) string {
		m := s.measure(others(a))
		return fmt.Sprintf("| %s | %.3f | %.3f |", name, m.NDCG, m.MRR)
	}
	return []string{
		"Matching instead of search: CSL, titles → abstracts of the same discipline, their own left out.", "", "| ours | nDCG@10 | MRR@10 |", "| --- | --- | --- |",
		row("by words", words), row("by words + latent", fused), row("latent alone", s.nearest(b, space, vectors)), "",
	}
}
