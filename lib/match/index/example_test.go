package index_test

import (
	"context"
	"fmt"
	"strings"

	"linghang/lib/match/index"
	"linghang/lib/match/text"
)

// A question in other words, with the reason for the first hit.
func Example() {
	trade, err := text.ReadTrade(strings.NewReader("aps | 高级计划与排程; 排产"))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	x, err := index.New(index.Schema{Fields: []index.Field{{Name: "title", Weight: 3, Spelled: true}}}, text.New(trade), index.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = x.Apply(ctx, index.Change{Put: []index.Document{
		{ID: "1", Texts: map[string]string{"title": "高级计划与排程服务"}},
		{ID: "2", Texts: map[string]string{"title": "刀具管理"}},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := x.Search(ctx, index.Query{Text: "怎么排产", Explain: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, h := range r.Hits {
		fmt.Println(h.ID, h.Reasons[0].Asked, "→", h.Reasons[0].Term, "in", h.Reasons[0].Field, h.Marks["title"])
	}
	// Output:
	// 1 排产 → aps in title [{0 21}]
}
