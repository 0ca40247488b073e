package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// trade is what synthetic enterprises of a division of GB/T 4754-2017 make, and by which
// technologies.
type trade struct {
	code         string
	zh, en       string
	products     []string
	technologies []string
}

// trades are the divisions of the synthetic enterprises, the frequent ones first.
func trades() []trade {
	return []trade{
		{"C34", "机械", "Machinery", []string{"减速机", "轴承", "阀门", "泵", "压缩机", "热处理设备"}, []string{"数控加工", "焊接机器人", "预测性维护"}},
		{"C33", "金属制品", "Metal products", []string{"紧固件", "钢结构", "冲压件", "金属容器"}, []string{"激光切割", "自动折弯", "视觉质检"}},
		{"C38", "电器", "Electrical", []string{"冰箱压缩机", "空调换热器", "变压器", "开关柜", "电机", "智能冰箱"}, []string{"柔性装配", "5G 专网", "数字孪生"}},
		{"C35", "专用设备", "Special machinery", []string{"橡胶成型机", "锻压机", "纺织机械", "包装线"}, []string{"远程运维", "运动控制", "仿真设计"}},
		{"C29", "橡塑", "Rubber and plastics", []string{"子午线轮胎", "橡胶密封件", "改性塑料", "注塑件"}, []string{"密炼配方优化", "能耗监测", "射频识别"}},
		{"C26", "化工", "Chemicals", []string{"涂料", "树脂", "助剂", "石墨负极材料"}, []string{"先进过程控制", "安全监测", "批次追溯"}},
		{"C13", "食品加工", "Food processing", []string{"花生油", "辣椒制品", "水产品", "冷冻蔬菜"}, []string{"冷链追溯", "光学分选", "自动包装"}},
		{"C18", "服装", "Apparel", []string{"定制西装", "针织内衣", "童装", "工装"}, []string{"大规模定制", "智能吊挂", "自动裁剪"}},
		{"C37", "轨道与船舶", "Rail and ships", []string{"转向架", "车体", "船用锅炉", "海工模块"}, []string{"焊接机器人", "无损检测", "数字孪生"}},
		{"C36", "汽车", "Automotive", []string{"车桥", "线束", "座椅", "电池托盘"}, []string{"排产优化", "焊装自动化", "质量追溯"}},
		{"C39", "电子", "Electronics", []string{"传感器", "电路板", "摄像模组", "服务器"}, []string{"贴片检测", "边缘计算", "工业视觉"}},
		{"C27", "医药", "Pharmaceuticals", []string{"海洋药物", "医用敷料", "原料药"}, []string{"批次追溯", "环境监测", "自动灯检"}},
		{"I65", "软件", "Software", []string{"制造执行系统", "排产软件", "工业 App", "标识解析中间件"}, []string{"云原生", "大模型", "低代码"}},
	}
}

// districtsOf are where they are, frequent ones several times (GB/T 2260).
func districtsOf() []string {
	return strings.Fields("370211 370211 370211 370212 370212 370214 370214 370214 370215 370215 370281 370281 370283 370283 370285 370213 370203 370202")
}

// enterprise is one synthetic enterprise: the same each time its number is asked for.
type enterprise struct {
	code, zh, en, district, size string
	founded                      string
	capital                      int // 10 000 CNY
	trade                        trade
	products, technologies       []string
}

func (e enterprise) row() []string {
	return []string{
		e.code, e.zh, e.en, e.district, e.trade.code, e.size, e.founded, strconv.Itoa(e.capital),
		strings.Join(e.products, ";"), strings.Join(e.technologies, ";"),
	}
}

// enterpriseOf makes up the n-th enterprise. Its code is one that platforms of the
// synthetic city say they serve.
func enterpriseOf(n int) enterprise {
	h := fnv.New64a()
	_, _ = h.Write([]byte("enterprise/" + strconv.Itoa(n)))
	dice := rand.New(rand.NewPCG(h.Sum64(), 42)) //nolint:gosec // a pattern, not a secret
	list, places := trades(), districtsOf()
	t := list[min(dice.IntN(len(list)), dice.IntN(len(list)))]
	year := 1985 + dice.IntN(39)
	e := enterprise{
		code: company(n), district: places[dice.IntN(len(places))], trade: t,
		size:     []string{"micro", "small", "small", "small", "small", "medium", "medium", "large"}[dice.IntN(8)],
		founded:  time.Date(year, time.Month(1+dice.IntN(12)), 1+dice.IntN(28), 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
		products: some(dice, t.products), technologies: some(dice, t.technologies),
	}
	e.capital = map[string]int{"micro": 50, "small": 300, "medium": 3000, "large": 20000}[e.size] * (1 + dice.IntN(5))
	e.zh, e.en = fmt.Sprintf("演示·%s企业%04d有限公司", t.zh, n), fmt.Sprintf("Demo · %s enterprise %04d", t.en, n)
	return e
}

// some is one or two of a list.
func some(dice *rand.Rand, list []string) []string {
	first := dice.IntN(len(list))
	if second := dice.IntN(len(list)); second != first {
		return []string{list[first], list[second]}
	}
	return []string{list[first]}
}

// directory enters the synthetic enterprises as a bureau does that has a table of them.
// Those that are there already stay as they are.
func (d *demo) directory(ctx context.Context) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(strings.Fields("code name_zh name_en district industry size founded_on capital products technologies")) // into memory
	for n := range d.Directory {
		_ = w.Write(enterpriseOf(n).row())
	}
	w.Flush()
	var taken struct {
		New   int `json:"new"`
		Known int `json:"known"`
	}
	err := d.api.send(ctx, http.MethodPost, "/api/enterprise/import?name=enterprises.csv&synthetic=true", "text/csv", b.Bytes(), nil, &taken)
	if err != nil {
		return fmt.Errorf("enter enterprises: %w", err)
	}
	d.say("%d enterprises are in the directory, %d of them new", taken.New+taken.Known, taken.New)
	return nil
}
