package match_test

import (
	"context"
	"fmt"

	"linghang/lib/match"
	"linghang/lib/match/index"
	"linghang/lib/match/text"
	"linghang/lib/match/trade"
)

// Who helps with planning: found by words, ranked by all that is known, with reasons.
func Example() {
	terms, err := trade.Terms()
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	x, err := index.New(index.Schema{Fields: []index.Field{{Name: "name", Weight: 3, Spelled: true}, {Name: "offer", Weight: 1}}}, text.New(terms), index.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = x.Apply(ctx, index.Change{Put: []index.Document{
		{ID: "a", Texts: map[string]string{"name": "海拓工业软件", "offer": "高级计划与排程，制造执行系统"}},
		{ID: "b", Texts: map[string]string{"name": "智行自动化", "offer": "APS生产计划优化"}},
		{ID: "c", Texts: map[string]string{"name": "云岳科技", "offer": "碳足迹核算"}},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	found, err := x.Search(ctx, index.Query{Text: "排产软件", Limit: 200})
	if err != nil {
		fmt.Println(err)
		return
	}
	need := match.Need{Taxonomy: []string{"link/计划排程"}, Qualifications: []string{"软件企业"}}
	known := map[string]match.Candidate{ // from the tables of the room
		"a": {Taxonomy: []string{"link/计划排程", "link/生产管控"}, Qualifications: []string{"软件企业"}, Ratings: 20, RatingSum: 19},
		"b": {Taxonomy: []string{"link/计划排程"}},
	}
	var candidates []match.Candidate
	for _, h := range found.Hits {
		c := known[h.ID]
		c.ID, c.Words = h.ID, h.Score/found.Self
		candidates = append(candidates, c)
	}
	matches, refused, err := match.Rank(need, candidates, match.Fixed())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range matches {
		fmt.Printf("%s:", m.ID)
		for _, r := range m.Reasons {
			fmt.Printf(" %s %.2f", r.Code, r.Value)
		}
		fmt.Println()
	}
	fmt.Println(refused)
	// Output:
	// a: words 0.52 taxonomy 0.67 record 0.95
	// [{b qualification [软件企业]}]
}
