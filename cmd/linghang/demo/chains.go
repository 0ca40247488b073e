package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// stage is one of a synthetic chain. Whoever of the directory makes its product stands there.
type stage struct {
	ID      string `json:"id"`
	Name    text   `json:"name"`
	Product string `json:"product"`
	End     bool   `json:"end,omitempty"`
}

type link struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type chain struct {
	name    text
	content struct {
		Stages []stage `json:"stages"`
		Links  []link  `json:"links"`
	}
}

// chainTable has a chain a paragraph: its name, then its stages with identifier, names,
// product and what they go into. Each has a stage whose product no trade makes.
const chainTable = `演示·智能家电产业链|Demo · Smart home appliances
metal|钣金与冲压|Sheet metal and stampings|冲压件|fridge
plastic|改性塑料|Modified plastics|改性塑料|fridge
chip|变频控制芯片|Inverter control chips|变频控制芯片|board
board|控制板|Control boards|电路板|fridge
sensor|传感器|Sensors|传感器|board
motor|电机|Motors|电机|compressor
compressor|压缩机|Compressors|冰箱压缩机|fridge
exchanger|换热器|Heat exchangers|空调换热器|fridge
fridge|整机总装|Final assembly|智能冰箱|

演示·轨道交通装备产业链|Demo · Rail transit equipment
bearing|轴承|Bearings|轴承|bogie
gear|齿轮传动|Gear drives|减速机|bogie
aluminium|大型铝型材|Large aluminium profiles|大型铝型材|body
motor|牵引电机|Traction motors|电机|bogie
sensor|状态监测|Condition monitoring|传感器|bogie
bogie|转向架|Bogies|转向架|body
seat|内装座椅|Seats|座椅|body
body|车体总成|Car bodies|车体|

演示·橡胶轮胎产业链|Demo · Rubber and tyres
natural|天然橡胶|Natural rubber|天然橡胶|tyre;seal
additive|橡胶助剂|Rubber additives|助剂|tyre;seal
press|成型与硫化设备|Forming and curing machines|橡胶成型机|tyre
software|制造执行系统|Manufacturing execution systems|制造执行系统|tyre
seal|密封制品|Seals|橡胶密封件|
tyre|子午线轮胎|Radial tyres|子午线轮胎|

演示·海洋装备产业链|Demo · Marine equipment
steel|钢结构|Steel structures|钢结构|module
valve|阀门|Valves|阀门|boiler;module
pump|泵|Pumps|泵|boiler;module
coating|防腐涂料|Anticorrosive coatings|涂料|module
boiler|船用锅炉|Marine boilers|船用锅炉|module
tree|水下采油树|Subsea trees|水下采油树|module
module|海工模块|Offshore modules|海工模块|`

func chains() []chain {
	var list []chain
	for paragraph := range strings.SplitSeq(chainTable, "\n\n") {
		lines := strings.Split(paragraph, "\n")
		var c chain
		c.name.ZH, c.name.EN, _ = strings.Cut(lines[0], "|")
		for _, line := range lines[1:] {
			f := strings.Split(line, "|")
			into := strings.FieldsFunc(f[4], func(r rune) bool { return r == ';' })
			c.content.Stages = append(c.content.Stages, stage{f[0], text{f[1], f[2]}, f[3], len(into) == 0})
			for _, to := range into {
				c.content.Links = append(c.content.Links, link{f[0], to})
			}
		}
		list = append(list, c)
	}
	return list
}

// places are the relations of the first n enterprises to the stages of the chains, as the
// atlas reads them from a file.
func places(n int) [][]string {
	var rows [][]string
	list := chains()
	for i := range n {
		e := enterpriseOf(i)
		for _, c := range list {
			for _, s := range c.content.Stages {
				if slices.Contains(e.products, s.Product) {
					rows = append(rows, []string{"at", e.code, s.Name.ZH, c.name.ZH, "合成数据 synthetic", "public", "yes"})
				}
			}
		}
	}
	return rows
}

// atlas enters the synthetic chains, and the enterprises of the directory at their stages.
func (d *demo) atlas(ctx context.Context) error {
	there, err := d.api.synthetic(ctx, "/api/atlas/chains")
	if err != nil {
		return fmt.Errorf("read chains: %w", err)
	}
	list := chains()
	if len(there) == 0 {
		for _, c := range list {
			in := map[string]any{"name": c.name, "content": c.content, "note": "合成数据，仅供演示。Synthetic data for demonstration only.", "synthetic": true}
			if err := d.api.call(ctx, http.MethodPost, "/api/atlas/chains", in, nil); err != nil {
				return fmt.Errorf("enter a chain: %w", err)
			}
		}
	}
	rows := places(d.Directory)
	if len(rows) == 0 {
		return nil
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(strings.Fields("relation from to chain source see synthetic")) // into memory
	_ = w.WriteAll(rows)
	if err := d.known(ctx, b.Bytes()); err != nil {
		return fmt.Errorf("place enterprises in chains: %w", err)
	}
	err = d.api.send(ctx, http.MethodPost, "/api/atlas/import/relations?name=relations.csv", "text/csv", b.Bytes(), nil, nil)
	if err != nil {
		return fmt.Errorf("place enterprises in chains: %w", err)
	}
	d.say("%d chains are in the atlas, with %d places of enterprises", len(list), len(rows))
	return nil
}

// triesUntilKnown is how many seconds the graph has to take over the directory.
const triesUntilKnown = 300

// known waits until the graph knows all enterprises of a file: it follows the directory a
// moment later.
func (d *demo) known(ctx context.Context, file []byte) error {
	for range triesUntilKnown {
		var v struct {
			Wrong []struct {
				Line int64 `json:"line"`
			} `json:"wrong"`
		}
		err := d.api.send(ctx, http.MethodPost, "/api/atlas/import/relations/preview?name=relations.csv", "text/csv", file, nil, &v)
		if err != nil || len(v.Wrong) == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err() //nolint:wrapcheck // the caller stopped it
		case <-time.After(time.Second):
		}
	}
	return errors.New("the graph does not know all enterprises of the directory yet; run the demonstration again later")
}
