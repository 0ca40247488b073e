package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
)

// craft is what the scenarios of a trade are about: its products in English, in the order
// of the trade, and the processes by which they are made.
type craft struct {
	products  []string
	processes []text
}

// crafts are those of the trades, by their divisions of GB/T 4754-2017. No trade has more
// products than processes.
func crafts() map[string]craft {
	list := map[string]craft{}
	for line := range strings.SplitSeq(craftTable, "\n") {
		f := strings.Split(line, "|")
		c := craft{products: strings.Split(f[1], ",")}
		for p := range strings.SplitSeq(f[2], ",") {
			zh, en, _ := strings.Cut(p, "=")
			c.processes = append(c.processes, text{zh, en})
		}
		list[f[0]] = c
	}
	return list
}

const craftTable = `C34|speed reducers,bearings,valves,pumps,compressors,heat-treatment furnaces|齿面磨削=gear grinding,精密装配=precision assembly,铸件清理=fettling,密封试压=pressure testing,数控车削=turning,表面淬火=surface hardening
C33|fasteners,steel structures,stampings,metal containers|冷镦成形=cold heading,板材下料=plate cutting,焊接拼装=welding,热镀锌=galvanising
C38|refrigerator compressors,air-conditioner heat exchangers,transformers,switchgear,electric motors,smart refrigerators|绕线嵌线=winding,总装流水线=final assembly,真空检漏=leak testing,绝缘浸漆=varnishing,钣金喷涂=sheet-metal painting,门体发泡=door foaming
C35|rubber-forming machines,forging presses,textile machines,packaging lines|机架加工=frame machining,液压装调=hydraulics fitting,电控接线=control wiring,整机试车=trial running
C29|radial tyres,rubber seals,modified plastics,injection mouldings|密炼=mixing,压延挤出=calendering and extrusion,硫化定型=curing,修边包装=trimming and packing
C26|coatings,resins,additives,graphite anode material|投料配比=dosing,聚合反应=polymerisation,干燥粉碎=drying and milling,灌装=filling
C13|peanut oil,chilli products,seafood,frozen vegetables|原料分选=sorting,清洗预处理=washing,杀菌速冻=sterilising and freezing,定量包装=portioning
C18|made-to-measure suits,knitted underwear,children's wear,workwear|排料裁剪=laying and cutting,缝制吊挂=sewing,整烫后整=pressing,成衣入库=finished-goods storage
C37|bogies,car bodies,marine boilers,offshore modules|铝材焊接=aluminium welding,大件吊装=heavy lifting,喷砂涂装=blasting and coating,落成调试=commissioning
C36|axles,wiring harnesses,seats,battery trays|冲压=stamping,焊装=body welding,压接总成=crimping,终检下线=end-of-line checks
C39|sensors,circuit boards,camera modules,servers|贴片回流=surface mounting,点胶固化=dispensing,老化测试=burn-in,洁净封装=clean-room packaging
C27|marine drugs,medical dressings,drug substances|提取纯化=extraction,无菌灌封=aseptic filling,冻干=freeze-drying
I65|manufacturing execution systems,scheduling software,industrial apps,identifier middleware|需求建模=requirements modelling,持续集成=continuous integration,现场部署=deployment on site,运行值守=operation`

// deed is what a scenario does: one of the catalogue's words of each axis.
type deed struct {
	stage, mode, link, technology, value string
	text
	zhHow, enHow string
}

// deeds are what scenarios do, those of one stage apart from each other.
func deeds() []deed {
	var list []deed
	for line := range strings.SplitSeq(deedTable, "\n") {
		f := strings.Split(line, "|")
		code := strings.Fields(f[0])
		list = append(list, deed{code[0], code[1], code[2], code[3], code[4], text{f[1], f[2]}, f[3], f[4]})
	}
	return list
}

const deedTable = `inspection smart_manufacturing quality vision quality|外观缺陷视觉判定|Visual judgement of surface defects|用工业相机和识别模型逐件判定|cameras and a model judge every piece
maintenance servitisation equipment iot efficiency|关键设备预测性维护|Predictive maintenance of key machines|采集振动和温度，提前给出检修建议|vibration and temperature tell ahead of time what to repair
planning smart_manufacturing scheduling optimisation delivery|多约束自动排产|Automatic scheduling under constraints|以交期、换型和产能为约束求解计划|due dates, change-overs and capacity are solved for together
environment digital_management energy iot green|能耗分项计量与削峰|Sub-metering and peak shaving|按工序计量用能并错峰安排|energy is metered by step and moved off the peak
logistics smart_manufacturing warehousing agv efficiency|物料无人配送|Driverless delivery of material|移动机器人按工位叫料送达|mobile robots bring what a station calls for
research platform_design product_design simulation innovation|虚拟样机协同仿真|Joint simulation of a virtual prototype|各专业在同一模型上验证方案|all disciplines verify on one model
engineering platform_design process_design twin quality|参数寻优数字孪生|A digital twin that tunes parameters|在孪生体上试算后再下发参数|parameters are tried on the twin before they are set
procurement networked_collaboration purchasing cloud cost|供应商寻源比价|Sourcing and comparing of suppliers|在线征询报价并核对历史履约|quotations are asked for online and checked against past delivery
making smart_manufacturing production robot efficiency|人机协作换岗|Work shared with robots|由协作机器人承担重复动作|robots take over what repeats
sales customisation marketing cloud revenue|客户在线选配下单|Configuring and ordering online|客户自选规格，订单直达车间|customers choose the specification and the order reaches the shop floor
service servitisation after_sales identifier revenue|一物一码售后追踪|After-sales tracing by identifier|扫码即知批次、保修和维修记录|a scan tells batch, warranty and repairs
management digital_management decision bigdata efficiency|经营驾驶舱决策|A cockpit for decisions|汇总订单、成本和库存供当日决策|orders, cost and stock are together on the day
environment digital_management safety vision safety|违章行为智能识别|Recognition of unsafe acts|视频识别未戴护具和越界|video finds missing protection and trespass
planning networked_collaboration scheduling cloud delivery|跨厂订单分派|Sharing orders between plants|按各厂负荷分派订单并跟踪|orders go where there is capacity and are followed
making digital_management production edge quality|边缘侧过程监控|Process monitoring at the edge|就近计算并在超限前告警|computing beside the machine warns before limits are passed
inspection digital_management quality bigdata quality|统计过程控制预警|Warnings of statistical process control|由控制图识别漂移并锁定批次|control charts find drift and hold the batch
maintenance digital_management equipment xr efficiency|远程专家眼镜指导|Guidance by a remote expert|现场佩戴眼镜，专家远程标注|who is on site wears glasses and an expert draws on the picture
logistics networked_collaboration warehousing positioning delivery|在途车辆定位调度|Locating and dispatching trucks|北斗定位与到货窗口联动|positions and time windows of arrival are tied together
research customisation product_design ai innovation|配方与结构智能生成|Generated formulas and structures|由模型提出候选再做实验验证|a model proposes candidates and experiments verify them
procurement digital_management purchasing blockchain safety|来料凭证上链存证|Supply documents on a chain|合格证与检验单不可篡改|certificates cannot be altered
service servitisation after_sales iot revenue|按使用时长计费|Charging by hours of use|联网计量运行时长并自动结算|hours of running are metered and settled
management digital_management finance cloud cost|单件成本核算|Costing of single pieces|工时、材料和用能归集到件|hours, material and energy are booked to the piece
environment smart_manufacturing energy optimisation green|余热回收优化|Better use of waste heat|按负荷预测调节换热与储热|exchange and storage follow a forecast of load
making customisation production identifier delivery|小批量混线生产|Mixed lines for small batches|载具带码，工位自动切换工艺|carriers have codes and stations switch by themselves
engineering smart_manufacturing process_design ai quality|作业指导书自动编制|Automatic writing of work instructions|由图纸和历史工艺生成并复核|drawings and past routings give a draft that is reviewed
inspection networked_collaboration quality identifier safety|批次正反向追溯|Tracing batches both ways|从原料到客户逐环节关联|every step from material to customer is linked
maintenance smart_manufacturing equipment twin cost|备件寿命推演|Foreseeing the life of spare parts|按工况推算剩余寿命并备货|remaining life follows from duty and stock is kept to it
logistics digital_management warehousing iot cost|库存自动盘点|Stocktaking by itself|射频读取与称重互相核对|radio reading and weighing check each other
sales digital_management marketing bigdata revenue|需求波动预测|Forecasts of changing demand|结合渠道与季节预测销量|channels and seasons give a forecast
management digital_management staff ai efficiency|技能矩阵派工|Assigning work by skills|按资质和熟练度匹配岗位|qualification and practice are matched to stations
planning digital_management scheduling bigdata efficiency|产能瓶颈诊断|Finding bottlenecks of capacity|从节拍记录找出受限工位|records of cycle times show which station limits
research networked_collaboration product_design cloud innovation|异地联合评审|Reviews by several sites|在同一版本上批注和放行|remarks and releases are made on one version
making smart_manufacturing production 5g efficiency|5G 柔性产线重构|Rearranging a line over 5G|设备无线接入，换线不再布缆|machines are wireless and lines change without cables
environment digital_management safety positioning safety|人员定位应急疏散|Locating people in an emergency|实时掌握人数并规划路线|numbers are known and ways are planned
procurement networked_collaboration purchasing bigdata delivery|断供风险研判|Judging the risk of a missing supply|监测上游动态并给出替代名单|news from upstream lead to a list of substitutes
service servitisation after_sales ai quality|故障问答助手|An assistant for faults|依据手册与工单给出处置步骤|manuals and past orders give the steps
inspection smart_manufacturing quality ai cost|尺寸在线测量补偿|Measuring and correcting on line|测量结果回写机床补偿刀具|what is measured corrects the tool
maintenance networked_collaboration equipment cloud cost|共享维修班组|Repair crews that plants share|多家企业共用技师与工装|plants share technicians and tooling
engineering networked_collaboration process_design cloud efficiency|工艺知识库共享|A shared store of process knowledge|沉淀参数和案例供复用|parameters and cases are kept for the next use
logistics smart_manufacturing warehousing vision efficiency|装车码垛自动规划|Planning of stacks and loads|识别箱型并求解垛型|boxes are recognised and the stack is solved
sales networked_collaboration marketing blockchain revenue|分销渠道防窜货|Keeping goods in their channel|流向逐级登记并核验|each hand-over is registered and checked
management platform_design office cloud efficiency|低代码流程搭建|Building workflows with little code|业务人员自行配置表单与流转|those who do the work set up forms and flows
environment digital_management energy bigdata green|产品碳足迹核算|The carbon footprint of a product|按工序排放因子归集到产品|emission factors of steps add up to the product
making smart_manufacturing production security safety|工控网络安全监测|Watching the control network|识别异常指令并隔离|unusual commands are found and kept apart
planning customisation scheduling ai delivery|插单影响推演|What a rush order changes|先推演交期变化再答复客户|changes of due dates are known before the customer is answered
research platform_design product_design identifier cost|零部件选型复用|Reusing parts that exist|检索相似件，减少新增图号|similar parts are found and fewer numbers are made
inspection digital_management quality xr efficiency|首件检验辅助|Help with first-piece inspection|叠加图样提示检测点|the drawing is laid over and shows where to measure
maintenance digital_management equipment pon efficiency|点巡检无纸化|Inspection rounds without paper|扫码巡检并即时上传影像|rounds are scanned and pictures sent at once
logistics networked_collaboration warehousing identifier quality|冷热链温度随行|Temperature that travels along|温度记录随标识流转|the record of temperature goes with the identifier
service customisation after_sales twin innovation|客户现场孪生看护|A twin of the customer's site|运行数据驱动模型给出建议|running data drive a model that advises
management networked_collaboration finance blockchain cost|订单融资凭证流转|Passing on order finance|以真实订单拆分支付凭证|true orders back vouchers that can be split
procurement smart_manufacturing purchasing iot cost|寄售物料自动补货|Replenishing consigned material|货架称重触发补货|shelves that weigh call for more
engineering digital_management process_design simulation cost|材料利用率优化|Using more of the material|自动套料并复用余料|nesting is automatic and rests are used
environment smart_manufacturing safety edge safety|可燃气体联动处置|Acting on combustible gas|检测、通风与停机联动|detection, ventilation and stops are tied together
sales customisation marketing xr innovation|沉浸式产品展示|Showing products immersively|客户在虚拟空间查看配置效果|customers see their choice in virtual space
making networked_collaboration production bigdata delivery|外协进度透明|Seeing the progress of subcontractors|外协工序按件上报并预警|subcontractors report by piece and delays are warned of`

// mostScenarios is how many scenarios can be made up that are no near duplicates: every
// product with every deed once.
func mostScenarios() int {
	n := 0
	for _, t := range trades() {
		n += len(t.products)
	}
	return n * len(deeds())
}

// servedBy is the division of a scenario: the catalogue is of manufacturing, so that what a
// software enterprise makes stands at a trade that it serves.
func servedBy(t trade, at int) string {
	if strings.HasPrefix(t.code, "C") {
		return t.code
	}
	list := trades()
	return list[at%(len(list)-1)].code
}

// scenarioRows are the rows of the first n scenarios. Two of one trade and deed are at
// different processes, so that no titles are alike.
func scenarioRows(n int) [][]string {
	var rows [][]string
	crafts := crafts()
	maturity := []string{"idea", "trial", "running", "running", "replicated"}
	for at, d := range deeds() {
		for _, t := range trades() {
			c := crafts[t.code]
			for i, product := range t.products {
				if len(rows) == n {
					return rows
				}
				process, k := c.processes[(i+at)%len(c.processes)], len(rows)
				cost := 20 + (k*37)%180
				rows = append(rows, []string{
					"演示·" + product + process.ZH + d.ZH, "Demo · " + d.EN + ": " + c.products[i] + ", " + process.EN,
					fmt.Sprintf("%s企业在%s的%s环节%s。合成数据，仅供演示。", t.zh, product, process.ZH, d.zhHow),
					fmt.Sprintf("%s, %s of %s: %s. Synthetic data for demonstration only.", t.en, process.EN, c.products[i], d.enHow),
					servedBy(t, at), d.stage, d.mode, d.link, d.technology, d.value, maturity[k%len(maturity)],
					fmt.Sprint(cost), fmt.Sprint(cost * 2), "合成数据 synthetic", "演示·" + d.ZH + "应用",
				})
			}
		}
	}
	return rows
}

// scenarios publishes the synthetic scenarios as a bureau does that has a table of them.
// Those that are there already stay as they are.
func (d *demo) scenarios(ctx context.Context) error {
	if d.Scenarios == 0 {
		return nil
	}
	if most := mostScenarios(); d.Scenarios < 0 || d.Scenarios > most {
		return fmt.Errorf("--scenarios is from 0 to %d", most)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(strings.Fields("title_zh title_en summary_zh summary_en industries stages modes links technologies values maturity cost_from cost_to cost_evidence apps")) // into memory
	_ = w.WriteAll(scenarioRows(d.Scenarios))
	var taken struct {
		New   int `json:"new"`
		Known int `json:"known"`
	}
	err := d.api.send(ctx, http.MethodPost, "/api/scenario/import?name=scenarios.csv&synthetic=true", "text/csv", b.Bytes(), nil, &taken)
	if err != nil {
		return fmt.Errorf("publish scenarios: %w", err)
	}
	d.say("%d scenarios are in the catalogue, %d of them new", taken.New+taken.Known, taken.New)
	return nil
}
