package incident

import (
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"linghang/kernel/lang"
	"linghang/modules/security/internal/rating"
)

//go:embed data
var data embed.FS

// Playbook says what is done in a kind of incident (预案).
type Playbook struct {
	ID         string    `json:"id"`
	Title      lang.Text `json:"title"`
	Categories []string  `json:"categories" nullable:"false" doc:"For which it is meant"`
	Steps      []Move    `json:"steps" nullable:"false"`
}

// Move is a step of a playbook.
type Move struct {
	Who      string    `json:"who" enum:"owner,city"`
	Minutes  int       `json:"minutes" doc:"Within which it is done, from when the playbook is begun"`
	Title    lang.Text `json:"title"`
	What     lang.Text `json:"what"`
	Done     lang.Text `json:"done" doc:"When it counts as done"`
	Evidence lang.Text `json:"evidence" doc:"What is to show it"`
}

// Item is something that a report upward says.
type Item struct {
	ID       string    `json:"id"`
	First    bool      `json:"first" doc:"It stands in the first report already"`
	Only     string    `json:"only" doc:"The category that it is asked of; empty: all"`
	Optional bool      `json:"optional"`
	Name     lang.Text `json:"name"`
}

// pack is a file of data that holds from a day until a later one.
type pack struct {
	ID        string     `json:"id"`
	From      string     `json:"from"`
	Title     lang.Text  `json:"title"`
	Source    lang.Text  `json:"source"`
	Playbooks []Playbook `json:"playbooks"`
	Items     []Item     `json:"items"`
}

// shelf is the packs that come with the program.
type shelf struct{ playbooks, items []pack }

func readShelf() (s shelf, err error) {
	if s.playbooks, err = readPacks("playbooks"); err != nil {
		return s, err
	}
	s.items, err = readPacks("items")
	return s, err
}

// readPacks reads the packs of a kind, the oldest first.
func readPacks(kind string) (list []pack, err error) {
	names, err := fs.Glob(data, "data/"+kind+"-*.json")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("find packs of %s: %w", kind, err)
	}
	for _, name := range names {
		text, err := data.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		p := pack{}
		if err := json.Unmarshal(text, &p); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b pack) int { return cmp.Compare(a.From, b.From) })
	return list, nil
}

func (p pack) check() error {
	if _, err := time.Parse(time.DateOnly, p.From); err != nil {
		return fmt.Errorf("it holds from %q, which is no day such as 2026-01-01", p.From)
	}
	for _, b := range p.Playbooks {
		if err := b.check(); err != nil {
			return fmt.Errorf("playbook %s: %w", b.ID, err)
		}
	}
	for _, x := range p.Items {
		if x.ID == "" || !said(x.Name) {
			return fmt.Errorf("the item %q has no id, or no name in both languages", x.ID)
		}
	}
	return nil
}

func (b Playbook) check() error {
	if b.ID == "" || !said(b.Title) || len(b.Steps) == 0 {
		return errors.New("it has an id, a title in both languages, and steps")
	}
	for _, c := range b.Categories {
		if _, ok := rating.CategoryOf(c); !ok {
			return fmt.Errorf("there is no category %q", c)
		}
	}
	for i, s := range b.Steps {
		if s.Who != string(owner) && s.Who != string(city) || s.Minutes < 1 || !said(s.Title) || !said(s.What) || !said(s.Done) || !said(s.Evidence) {
			return fmt.Errorf("step %d says who, within how many minutes, and all its texts in both languages", i+1)
		}
	}
	return nil
}

func said(t lang.Text) bool { return t.ZH != "" && t.EN != "" }

// holding is the pack that holds at a moment.
func holding(list []pack, at time.Time) pack {
	today := at.In(cityTime()).Format(time.DateOnly)
	for _, p := range slices.Backward(list) {
		if p.From <= today {
			return p
		}
	}
	return pack{}
}

func cityTime() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

// asked are the items that a report about an incident of a category says.
func (s shelf) asked(category string, at time.Time) []Item {
	list := []Item{}
	for _, x := range holding(s.items, at).Items {
		if x.Only == "" || x.Only == category {
			list = append(list, x)
		}
	}
	return list
}

// missing are the items that are asked for and not said; of a first report only its own count.
func missing(items []Item, facts map[string]string, stage string) []Item {
	list := []Item{}
	for _, x := range items {
		if facts[x.ID] == "" && !x.Optional && (stage != First || x.First) {
			list = append(list, x)
		}
	}
	return list
}
