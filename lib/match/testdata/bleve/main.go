// Command bleve-rank indexes documents with Bleve and answers questions, for
// `make bench-match`: bleve-rank FOLDER docs.jsonl questions.jsonl writes
// {"index_seconds":…,"plain":{"id":["doc",…]},"boosted":{…},"milliseconds":[…]}.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/search/query"
)

type document struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Tags  string `json:"tags"`
	Body  string `json:"body"`
}

type question struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

type answer struct {
	IndexSeconds float64             `json:"index_seconds"`
	Plain        map[string][]string `json:"plain"`
	Boosted      map[string][]string `json:"boosted"`
	Milliseconds []float64           `json:"milliseconds"`
}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "bleve-rank:", err)
		os.Exit(1)
	}
}

func run(folder, docs, questions string) error {
	mapping := bleve.NewIndexMapping()
	mapping.DefaultAnalyzer = cjk.AnalyzerName
	mapping.ScoringModel = "bm25"
	index, err := bleve.New(filepath.Join(folder, "bleve"), mapping)
	if err != nil {
		return err
	}
	defer index.Close()
	began := time.Now()
	batch := index.NewBatch()
	err = lines(docs, func(d document) error {
		if err := batch.Index(d.ID, map[string]any{"title": d.Title, "tags": d.Tags, "body": d.Body}); err != nil || batch.Size() < 1000 {
			return err
		}
		defer batch.Reset()
		return index.Batch(batch)
	})
	if err != nil {
		return err
	}
	if err := index.Batch(batch); err != nil {
		return err
	}
	out := answer{IndexSeconds: time.Since(began).Seconds(), Plain: map[string][]string{}, Boosted: map[string][]string{}}
	err = lines(questions, func(q question) error {
		began := time.Now()
		hits, err := ask(index, bleve.NewMatchQuery(q.Text))
		out.Milliseconds = append(out.Milliseconds, float64(time.Since(began).Microseconds())/1000)
		if err != nil {
			return err
		}
		out.Plain[q.ID] = hits
		out.Boosted[q.ID], err = ask(index, boosted(q.Text))
		return err
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

// boosted weighs fields as our index does.
func boosted(text string) query.Query {
	field := func(name string, boost float64) query.Query {
		q := bleve.NewMatchQuery(text)
		q.SetField(name)
		q.SetBoost(boost)
		return q
	}
	return bleve.NewDisjunctionQuery(field("title", 3), field("tags", 2), field("body", 1))
}

func ask(index bleve.Index, q query.Query) ([]string, error) {
	result, err := index.Search(bleve.NewSearchRequestOptions(q, 10, 0, false))
	if err != nil {
		return nil, err
	}
	hits := []string{}
	for _, h := range result.Hits {
		hits = append(hits, h.ID)
	}
	return hits, nil
}

func lines[T any](name string, fn func(T) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 4<<20)
	for scanner.Scan() {
		var one T
		if strings.TrimSpace(scanner.Text()) == "" {
			continue
		}
		if err := json.Unmarshal(scanner.Bytes(), &one); err != nil {
			return err
		}
		if err := fn(one); err != nil {
			return err
		}
	}
	return scanner.Err()
}
