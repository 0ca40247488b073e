package atlas

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"linghang/kernel/lang"
)

// grown is a city of n nodes and ten times as many edges, the same each time: half of the
// nodes are enterprises in groups of twenty that hold each other, a third are scenarios;
// of the edges a fifth is to technologies and a tenth are ties; the rest is other things.
func grown(n int) *city {
	r := rand.New(rand.NewPCG(6, uint64(n)))
	c := &city{day: "2026-11-29", nodes: make(map[string]Node, n), history: make([]Edge, 0, 10*n)}
	ids := make([]string, n)
	firms, technologies := n/2, n-max(2, min(2000, n/100))
	for i := range n {
		kind, node := kindScenario, Node{See: seePublic}
		switch {
		case i < firms:
			kind, node.Props = kindEnterprise, map[string]string{"code": fmt.Sprintf("9137%014d", i)}
		case i >= technologies:
			kind = kindTechnology
		}
		ids[i] = kind + "/" + strconv.Itoa(i)
		node.ID, node.Kind, node.Name = ids[i], kind, lang.Text{ZH: ids[i]}
		c.nodes[ids[i]] = node
	}
	days := make([]string, 2000)
	for i := range days {
		days[i] = time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i).Format(time.DateOnly)
	}
	for i := range 10 * n {
		firm := r.IntN(firms)
		e := Edge{ID: strconv.Itoa(i), Src: ids[firm], See: seePublic, From: days[r.IntN(len(days))], Weight: 1}
		switch i % 20 {
		case 0, 1, 2, 3:
			e.Kind, e.Dst = edgeUses, ids[technologies+r.IntN(n-technologies)]
			e.Src = ids[r.IntN(technologies)]
		case 4:
			e.Kind, e.Dst, e.Props = edgeHolds, ids[firm/20*20+r.IntN(20)], map[string]string{"share": "30"}
		case 5:
			e.Kind, e.Dst, e.See = edgeServed, ids[r.IntN(firms)], seeBureau
		default:
			e.Kind, e.Dst = edgeMakes, ids[firms+r.IntN(technologies-firms)]
		}
		c.history = append(c.history, e)
	}
	return c
}

// BenchmarkHistory measures what looks at the whole history, and not at a day, the first
// time after a change of the graph and again: LINGHANG_ATLAS_NODES=1000000 for a million nodes.
func BenchmarkHistory(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("LINGHANG_ATLAS_NODES"))
	if err != nil {
		n = 20_000
	}
	c := grown(n)
	codes := []string{}
	for i := range 60 {
		codes = append(codes, fmt.Sprintf("9137%014d", i*n/200))
	}
	for _, turn := range []string{"first", "again"} {
		began := time.Now()
		list, all := c.tiesOf(codes)
		b.ReportMetric(float64(time.Since(began).Milliseconds()), turn+"-ties-ms")
		began = time.Now()
		a, err := c.emerging(b.Context(), Question{bureau: true})
		b.ReportMetric(float64(time.Since(began).Milliseconds()), turn+"-emerging-ms")
		if err != nil || !all || len(list) == 0 || len(a.Items) == 0 {
			b.Fatal(len(list), all, len(a.Items), err)
		}
	}
}
