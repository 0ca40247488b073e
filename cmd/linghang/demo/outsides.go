package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// outsidesOf are how many enterprises outside could fill the gap of a chain.
const outsidesOf = 6

// outsideColumns are what the atlas reads of enterprises outside.
const outsideColumns = "name_zh name_en region products technologies positions supplies source see note synthetic"

// outsides are synthetic enterprises outside the city, as the atlas reads them from a file:
// all make what a chain lacks, some are named for the stage, supply an enterprise of the
// first n of the directory, or share a technology with one. The first ones are followed as
// leads.
func outsides(n int) [][]string {
	var rows [][]string
	for i, c := range chains() {
		gap := c.gap()
		buyers := c.buyers(gap, n)
		for k := range outsidesOf {
			name := gap.outside(k)
			row := []string{name.ZH, name.EN, origin(i + k), gap.Product, "", "", "", "合成数据 synthetic", "bureau", "合成数据，仅供演示。Synthetic data for demonstration only.", "yes"}
			if k < 2 {
				row[5] = c.name.ZH + "/" + gap.Name.ZH
			}
			if b := k - 1; b >= 0 && b < len(buyers) && k < 4 {
				row[4], row[6] = strings.Join(buyers[b].technologies, ";"), buyers[b].code
			}
			if k%2 == 1 {
				row[8] = "public" // what a published directory says
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// outside names a company outside that makes what a stage yields.
func (s stage) outside(k int) text {
	return text{fmt.Sprintf("演示·%s企业%d", s.Name.ZH, k+1), fmt.Sprintf("Demo · %s company %d", s.Name.EN, k+1)}
}

// origin is where companies outside are, in turn.
func origin(n int) string {
	list := []string{"江苏", "广东", "上海", "湖北"}
	return list[n%len(list)]
}

// buyers are some of the first n enterprises that stand where a stage goes into.
func (c chain) buyers(gap stage, n int) (list []enterprise) {
	var products []string
	for _, l := range c.content.Links {
		for _, s := range c.content.Stages {
			if l.From == gap.ID && l.To == s.ID {
				products = append(products, s.Product)
			}
		}
	}
	for i := range n {
		e := enterpriseOf(i)
		if slices.ContainsFunc(e.products, func(p string) bool { return slices.Contains(products, p) }) && len(list) < outsidesOf {
			list = append(list, e)
		}
	}
	return list
}

// candidates enters the enterprises outside. Those that are there already are the same.
func (d *demo) candidates(ctx context.Context) error {
	there, err := d.api.synthetic(ctx, "/api/atlas/outside")
	if err != nil || len(there) > 0 {
		return err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(strings.Fields(outsideColumns)) // into memory
	rows := outsides(d.Directory)
	_ = w.WriteAll(rows)
	if err := d.api.send(ctx, http.MethodPost, "/api/atlas/import/outside?name=outside.csv", "text/csv", b.Bytes(), nil, nil); err != nil {
		return fmt.Errorf("enter enterprises outside: %w", err)
	}
	d.say("%d enterprises outside could fill what the chains lack", len(rows))
	return nil
}
