package chain_test

import (
	"context"
	"fmt"

	"linghang/lib/graph/chain"
)

// A place makes valves, but not what goes into them.
func Example() {
	c, err := chain.New(chain.Template{
		Stages: []chain.Stage{{ID: "铸件"}, {ID: "阀体"}, {ID: "阀门", Final: 50}},
		Links:  []chain.Link{{From: "铸件", To: "阀体"}, {From: "阀体", To: "阀门"}},
	}, []chain.Enterprise{
		{ID: "甲厂", Stage: "阀体", Output: 30, Input: 20},
		{ID: "乙厂", Stage: "阀门", Output: 60, Input: 40},
	}, chain.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	report, err := c.Analyse(ctx, chain.Thresholds{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range report.Stages {
		fmt.Println(f.Stage, f.State, f.Reasons[0].Code)
	}
	gaps, err := c.Rank(ctx, report, chain.RankOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(gaps[0].Stage, gaps[0].Criticality, report.Ends[0].Gaps)
	// Output:
	// 铸件 missing no-enterprise
	// 阀体 weak one-enterprise
	// 阀门 weak one-enterprise
	// 铸件 1 [铸件]
}
