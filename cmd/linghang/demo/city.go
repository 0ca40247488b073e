package demo

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// platform is one platform of the synthetic city: where it stands, how large
// it is, how it reports.
type platform struct {
	Code        string
	NameZH      string
	NameEN      string
	District    string // GB/T 2260
	Industry    string // GB/T 4754-2017; empty: cross-industry
	Class       string
	Protocol    protocol
	Devices     float64 // connected on the first of January 2026
	Enterprises float64 // served on that day
	Behaviour   behaviour
}

// protocol is how a platform reports.
type protocol string

const (
	signed      protocol = "signed"
	pushed      protocol = "json"
	remoteWrite protocol = "remotewrite"
	otlp        protocol = "otlp"
)

// behaviour is what is wrong with a platform.
type behaviour string

const (
	steady   behaviour = ""
	sleeping behaviour = "sleeping" // is silent for a third of the time
	faulty   behaviour = "faulty"   // sends values that cannot be
)

// table lists the synthetic platforms: district, industry (- for none), class,
// protocol, devices, enterprises, behaviour, names. Names are invented; no
// row stands for a real platform.
const table = `370212 -   leader      signed      186000 5200 - 海燕跨行业工业互联网平台|Haiyan cross-industry platform
370212 C38 specialised remotewrite  42000 1350 - 智能家电制造平台|Smart appliance manufacturing
370212 C39 specialised otlp          9800  210 - 电子组装协同平台|Electronics assembly collaboration
370212 C27 specialised json          2100   64 - 海洋医药生产平台|Marine pharmaceuticals
370211 C38 specialised remotewrite  31500  860 - 空调产业链平台|Air-conditioner supply chain
370211 C26 specialised signed       12400  190 - 精细化工安全生产平台|Fine chemicals safety
370211 C37 specialised remotewrite   8800  120 - 船舶海工建造平台|Shipbuilding and offshore
370211 C36 specialised otlp         15600  240 - 汽车零部件平台|Automotive parts
370211 C39 technology  json          5200  330 - 集成电路设计云平台|Integrated circuit design cloud
370211 -   region      signed       22000  940 - 西海岸园区赋能平台|West coast park services
370211 C25 specialised remotewrite   7400   48 - 石化装置运行平台|Petrochemical plant operation
370214 C37 specialised remotewrite  18200  150 - 轨道交通装备平台|Rail transit equipment
370214 C34 specialised json          6100  280 - 通用机械远程运维平台|General machinery remote service
370214 C21 specialised otlp          1900  130 - 家具定制平台|Made-to-order furniture
370214 C33 industry    signed        3300  410 - 金属制品订单平台|Metal products orders
370214 -   technology  json          4800  520 sleeping 低代码应用平台|Low-code applications
370214 C17 specialised remotewrite   5600  230 - 纺织智能排产平台|Textile production planning
370215 C18 specialised otlp         11200  640 - 服装大规模定制平台|Mass-customised apparel
370215 C18 industry    json          2700  380 - 童装产业带平台|Children's wear cluster
370215 C36 specialised remotewrite  20800  170 - 新能源汽车制造平台|New-energy vehicle manufacturing
370215 C26 industry    signed        1600   70 - 涂料配方平台|Coating formulas
370215 -   region      json          6900  450 - 即墨中小企业上云平台|Jimo SME cloud
370281 C29 specialised remotewrite  27300  260 faulty 橡胶轮胎智造平台|Rubber and tyre manufacturing
370281 C38 specialised otlp          8400  140 - 输变电设备运维平台|Power transmission service
370281 C33 specialised signed        3900  180 - 钢结构协同平台|Steel structures
370281 C24 industry    json          1300  210 - 锻压机械平台|Forging machinery
370281 C13 specialised remotewrite   2800  160 - 辣椒加工产业平台|Pepper processing
370281 -   region      signed        5100  390 - 上合示范区工业平台|SCO zone industry
370283 C13 specialised json          2400  190 - 农副产品加工平台|Agro-food processing
370283 C29 specialised remotewrite   9100   95 - 子午线轮胎平台|Radial tyres
370283 C34 industry    otlp          2200  120 sleeping 热力设备平台|Heating equipment
370283 C19 industry    signed         900  140 - 制鞋产业平台|Footwear
370285 C14 specialised remotewrite   3700  150 - 食品冷链追溯平台|Food cold chain tracing
370285 C36 specialised otlp          6600   60 - 新能源商用车平台|New-energy commercial vehicles
370285 C26 industry    json          1100   55 - 石墨新材料平台|Graphite materials
370213 C35 specialised remotewrite   7900  175 - 专用装备远程运维平台|Special equipment remote service
370213 C31 specialised signed       10500   42 - 特钢冶炼能效平台|Special steel energy
370213 -   technology  otlp          3000  290 - 工业视觉质检平台|Industrial vision inspection
370203 C15 specialised remotewrite   4300   38 - 啤酒酿造数字平台|Brewing
370203 -   technology  json          2600  460 - 工业知识服务平台|Industrial knowledge service
370203 C43 industry    signed        1800  220 - 设备维修共享平台|Shared equipment repair
370202 -   technology  otlp          2000  610 - 产业链金融协同平台|Supply-chain finance`

// city returns the synthetic platforms.
func city() ([]platform, error) {
	var list []platform
	for i, line := range strings.Split(table, "\n") {
		f := strings.Fields(line)
		if len(f) < 8 {
			return nil, fmt.Errorf("row %d of the synthetic city has %d columns", i+1, len(f))
		}
		devices, err := strconv.ParseFloat(f[4], 64)
		if err != nil {
			return nil, fmt.Errorf("row %d of the synthetic city: %w", i+1, err)
		}
		enterprises, err := strconv.ParseFloat(f[5], 64)
		if err != nil {
			return nil, fmt.Errorf("row %d of the synthetic city: %w", i+1, err)
		}
		zh, en, _ := strings.Cut(strings.Join(f[7:], " "), "|")
		p := platform{
			Code: fmt.Sprintf("%s%02d", codePrefix, i+1), NameZH: "演示·" + zh, NameEN: "Demo · " + en, District: f[0], Industry: strings.Trim(f[1], "-"),
			Class: f[2], Protocol: protocol(f[3]), Devices: devices, Enterprises: enterprises, Behaviour: behaviour(strings.Trim(f[6], "-")),
		}
		list = append(list, p)
	}
	return list, nil
}

// codePrefix begins the codes of all synthetic platforms.
const codePrefix = "demo-"

// cityTime is the time of day that the patterns follow.
func cityTime() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

// dice returns the platform's own source of chance for a purpose: the same
// each time it is asked, so that a day looks the same when it is sent again.
func (p platform) dice(purpose string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(p.Code + "/" + purpose))
	return rand.New(rand.NewPCG(h.Sum64(), 42)) //nolint:gosec // a pattern, not a secret
}

// grown is how much larger the platform is on a day than at the start of 2026.
func (p platform) grown(at time.Time) float64 {
	days := at.Sub(time.Date(2026, 1, 1, 0, 0, 0, 0, cityTime())).Hours() / 24
	rate := 0.0003 + 0.0009*p.dice("growth").Float64()
	return math.Max(0.2, 1+rate*math.Floor(days))
}

// activity is how much of the plant runs at a moment, from 0 to 1: a working
// day with a noon break, quiet weekends, and continuous processes that never stop.
func (p platform) activity(at time.Time) float64 {
	local := at.In(cityTime())
	hour := float64(local.Hour()) + float64(local.Minute())/60
	step := func(centre float64) float64 { return 1 / (1 + math.Exp(-2.2*(hour-centre))) }
	day := step(8) - 0.25*(step(11.8)-step(13.2)) - step(18.5) + 0.35*(step(19.5)-step(22.5))
	if wd := local.Weekday(); wd == time.Saturday || wd == time.Sunday {
		day *= 0.45
	}
	night := 0.08 + 0.1*p.dice("night").Float64()
	if p.Industry >= "C25" && p.Industry <= "C32" {
		night = 0.75 // process industries run around the clock
	}
	return math.Min(1, night+(1-night)*day)
}

// value is one item of a report.
type value struct {
	Code     string
	Industry string // breakdown, empty for the total
	Number   float64
}

// ofDay returns the figures of a day.
func (p platform) ofDay(at time.Time) []value {
	g := p.grown(at)
	devices, enterprises := math.Round(p.Devices*g), math.Round(p.Enterprises*g)
	chance := p.dice("day" + at.In(cityTime()).Format("2006-01-02"))
	jitter := func(x, spread float64) float64 { return math.Round(x * (1 + spread*(2*chance.Float64()-1))) }
	models := math.Round(40 + devices/220)
	apps := math.Round(12 + enterprises/9)
	values := []value{
		{"dev_connected", "", devices},
		{"dev_active_30d", "", jitter(devices*0.86, 0.01)},
		{"data_points", "", devices * 24},
		{"ent_served", "", enterprises},
		{"ent_active_90d", "", jitter(enterprises*0.71, 0.02)},
		{"model_total", "", models},
		{"model_called_30d", "", jitter(models*0.62, 0.03)},
		{"app_total", "", apps},
		{"app_active_30d", "", jitter(apps*0.58, 0.03)},
		{"user_reg", "", math.Round(enterprises * 14)},
	}
	if p.Industry != "" {
		values = append(values, value{"ent_served", p.Industry, math.Round(enterprises * 0.8)})
	}
	return values
}

// ofMoment returns the figures of a moment.
func (p platform) ofMoment(at time.Time) []value {
	devices := math.Round(p.Devices * p.grown(at))
	run := p.activity(at)
	chance := p.dice("moment" + strconv.FormatInt(at.Unix()/30, 10))
	jitter := func(x, spread float64) float64 { return math.Round(x * (1 + spread*(2*chance.Float64()-1))) }
	online := math.Min(devices, jitter(devices*(0.3+0.62*run), 0.015))
	return []value{
		{"heartbeat", "", 1}, {"dev_online", "", online}, {"data_rate", "", jitter(online*2.4, 0.03)}, {"api_p95", "", jitter(70+140*run, 0.12)},
	}
}

// rests tells whether the platform sends nothing at a moment: now and then a
// report is missing, and some platforms fall silent for half an hour.
func (p platform) rests(at time.Time) bool {
	if p.Behaviour == sleeping && (at.Unix()/60+int64(p.Devices))%90 < 30 {
		return true
	}
	return p.dice("missing"+strconv.FormatInt(at.Unix()/30, 10)).Float64() < 0.04
}

// wrong returns what a faulty sender adds: by turns a negative count, an
// indicator that does not exist, and more devices online than connected.
func (p platform) wrong(at time.Time) []value {
	if p.Behaviour != faulty {
		return nil
	}
	switch at.Unix() / 30 % 3 {
	case 0:
		return []value{{"dev_active_30d", "", -5}}
	case 1:
		return []value{{"happiness_index", "", 99}}
	default:
		return []value{{"data_rate", "C29", 12}}
	}
}
