package text_test

import (
	"fmt"
	"strings"

	"linghang/lib/match/text"
)

// A question is cut into weighted terms; the concept finds it in other words.
func ExampleAnalyser_Ask() {
	trade, err := text.ReadTrade(strings.NewReader("aps | 高级计划与排程; 排产; APS"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, q := range text.New(trade).Ask("请问怎么排产") {
		fmt.Println(text.Shown(q.Term), q.Weight)
	}
	// Output:
	// 排产 1
	// aps 2
}
