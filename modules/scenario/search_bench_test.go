package scenario

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// matter is what a synthetic scenario is about: a name and what is done, in both languages.
type matter struct {
	zh, en, does, doesEN, stage, mode, link, technology, value string
}

// matters are the trades of the synthetic catalogue, written by hand.
func matters() []matter {
	return []matter{
		{"外观缺陷机器视觉检测", "Machine-vision inspection of surface defects", "工业相机拍摄表面，模型识别划痕、气泡和杂质，替代人工目检", "Cameras and a model find scratches and bubbles instead of inspectors", "inspection", "smart_manufacturing", "quality", "vision", "quality"},
		{"关键设备预测性维护", "Predictive maintenance of key equipment", "采集振动和温度，提前发现轴承故障，减少非计划停机", "Vibration and temperature tell of bearing faults before the standstill", "maintenance", "smart_manufacturing", "equipment", "iot", "efficiency"},
		{"高级计划与排程", "Advanced planning and scheduling", "按产能、物料齐套和交期自动排产，插单后重排", "Orders are scheduled by capacity, material and due date", "planning", "digital_management", "scheduling", "optimisation", "delivery"},
		{"空压站节能联控", "Joint control of compressed-air stations", "联控多台空压机，按用气量启停，降低电耗", "Compressors start and stop by demand, which saves electricity", "environment", "smart_manufacturing", "energy", "iot", "green"},
		{"无人仓储与AGV配送", "Unmanned storage with AGV delivery", "立体仓库与移动机器人按工单配送物料到工位", "Mobile robots bring material from the high-bay store to the line", "logistics", "smart_manufacturing", "warehousing", "agv", "efficiency"},
		{"产品全生命周期追溯", "Traceability over the life of products", "为产品赋标识，供应商、生产和售后数据一码关联", "One identifier joins data of suppliers, production and service", "service", "networked_collaboration", "quality", "identifier", "quality"},
		{"云端协同设计", "Collaborative design in the cloud", "多地设计人员在同一模型上评审与变更，仿真任务上云", "Designers at several sites review one model; simulation runs in the cloud", "research", "platform_design", "product_design", "cloud", "innovation"},
		{"个性化定制下单", "Configured orders of single customers", "客户在线选配，订单自动转为物料清单和工艺路线", "Customers configure online; orders become bills of material", "sales", "customisation", "marketing", "bigdata", "revenue"},
		{"远程运维服务", "Remote operation and maintenance", "售出设备联网，远程诊断和升级，按运行时长收费", "Sold machines are diagnosed from afar and paid by the hour", "service", "servitisation", "after_sales", "5g", "revenue"},
		{"危化品重大危险源监测", "Monitoring of major hazards", "实时监测温度、压力和可燃气体，超限联动报警", "Temperature, pressure and gas are watched and raise alarms", "environment", "smart_manufacturing", "safety", "edge", "safety"},
		{"数字孪生产线", "Digital twin of a production line", "用三维模型映射产线状态，调试前先在虚拟产线验证节拍", "A model mirrors the line and checks its cycle before commissioning", "engineering", "platform_design", "process_design", "twin", "efficiency"},
		{"供应链采购协同", "Collaboration in purchasing", "供应商在线接单、发货和对账，缺料提前预警", "Suppliers confirm, deliver and settle online; shortages are told early", "procurement", "networked_collaboration", "purchasing", "blockchain", "cost"},
	}
}

// synthetic is n lines of a file of scenarios: every matter in every trade.
func synthetic(n int) string {
	trades := []struct{ code, zh, en string }{
		{"C29", "轮胎", "Tyres"},
		{"C36", "汽车零部件", "Car parts"},
		{"C38", "家电", "Appliances"},
		{"C34", "机床", "Machine tools"},
		{"C26", "化工", "Chemicals"},
		{"C18", "服装", "Apparel"},
		{"C13", "海产加工", "Seafood"},
		{"C37", "轨道车辆", "Rail cars"},
		{"C15", "啤酒", "Beer"},
		{"C35", "橡胶机械", "Rubber machines"},
		{"C31", "钢铁", "Steel"},
		{"C39", "显示面板", "Display panels"},
	}
	places := []string{"成型", "装配", "焊接", "涂装", "包装", "检验", "热处理", "注塑", "冲压", "机加工", "切割", "混炼", "硫化", "印染", "灌装", "铸造", "锻造", "研磨", "电镀", "清洗", "总装"}
	var b strings.Builder
	b.WriteString(head[:len(head)-1] + ",links,summary_en\n")
	all := matters()
	for i := range n {
		m, t, p := all[i%len(all)], trades[i/len(all)%len(trades)], places[i/len(all)/len(trades)%len(places)]
		fmt.Fprintf(&b, "%s%s%s,%s · %s,%s企业%s工序：%s。,%s,%s,%s,%s,%s,%s,%s,%s\n", t.zh, p, m.zh, t.en, m.en, t.zh, p, m.does, t.code, m.stage, m.mode, m.technology, m.value,
			[]string{"idea", "trial", "running", "replicated"}[i%4], m.link, m.doesEN)
	}
	return b.String()
}

// What people type leads to what they mean: by other words of the trade, in English, by
// pinyin and with a slip. top is a part of the title that the first hit must have.
func TestSearchFindsWhatIsMeant(t *testing.T) {
	x := newTown(t, kerneltest.Options{})
	x.upload(t, "/import?name=a.csv&synthetic=true", synthetic(1000), http.StatusOK, nil)
	for _, q := range []struct{ text, top string }{
		{"轮胎 外观检测", "外观缺陷"},
		{"机器视觉", "机器视觉"},
		{"AI质检", "机器视觉"},
		{"设备故障预警", "预测性维护"},
		{"排产", "排程"},
		{"APS", "排程"},
		{"压缩空气 节能", "空压站节能"},
		{"立体库", "仓储"},
		{"一物一码", "追溯"},
		{"啤酒 包装 节能", "啤酒包装空压站"},
		{"predictive maintenance", "预测性维护"},
		{"scheduling", "排程"},
		{"digital twin", "数字孪生"},
		{"tyres vision", "轮胎"},
		{"remote maintenance machine tools", "机床"},
		{"shuziluansheng", "数字孪生"},
		{"szls", "数字孪生"},
		{"数字栾生", "数字孪生"},
		{"prediktive maintenance", "预测性维护"},
		{"危险源", "危险源"},
		{"5G", "远程运维"},
		{"定制", "定制"},
	} {
		list, err := x.module.finder.find(t.Context(), question{text: q.text, sees: []string{everyone}, filters: map[string][]string{}})
		if err != nil || len(list) == 0 || !strings.Contains(list[0].Title.ZH, q.top) {
			first := "nothing"
			if len(list) > 0 {
				first = list[0].Title.ZH
			}
			t.Errorf("%q: %s is first of %d, not …%s… (%v)", q.text, first, len(list), q.top, err)
		}
	}
}

// BenchmarkList reads pages of a catalogue of 3 000 scenarios in the ways in which the
// page asks for them, and the facets beside them; p99-ms is of all of them.
func BenchmarkList(b *testing.B) {
	x := newTown(b, kerneltest.Options{})
	x.upload(b, "/import?name=a.csv&synthetic=true", synthetic(3000), http.StatusOK, nil)
	ctx := identity.With(b.Context(), identity.Identity{Scope: identity.Scope{IDs: []string{x.Theirs.ID}}})
	asks := []scenarioParams{
		{},
		{Industry: "C36"},
		{Mode: "smart_manufacturing", Technology: "vision,iot"},
		{ListParams: sqldb.ListParams{Q: "质检"}},
		{ListParams: sqldb.ListParams{Q: "predictive maintenance"}, Industry: "C29,C36"},
		{ListParams: sqldb.ListParams{Q: "shuziluansheng"}},
		{ListParams: sqldb.ListParams{Sort: "title", Limit: 100, Cursor: "1500"}},
	}
	var took, counted []time.Duration
	for n := 0; b.Loop(); n++ {
		in := asks[n%len(asks)]
		began := time.Now()
		page, err := x.module.listScenarios(ctx, in)
		if err != nil || len(page.Items) == 0 {
			b.Fatalf("%+v: %d, %v", in, len(page.Items), err)
		}
		took = append(took, time.Since(began))
		began = time.Now()
		if _, err := x.module.countFacets(ctx, in); err != nil {
			b.Fatal(err)
		}
		counted = append(counted, time.Since(began))
	}
	for name, list := range map[string][]time.Duration{"list": took, "facets": counted} {
		slices.Sort(list)
		b.ReportMetric(float64(list[len(list)/2].Microseconds())/1000, name+"-p50-ms")
		b.ReportMetric(float64(list[len(list)*99/100].Microseconds())/1000, name+"-p99-ms")
	}
}
