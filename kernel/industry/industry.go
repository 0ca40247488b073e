// Package industry knows the divisions of manufacturing by their GB/T 4754-2017 codes.
package industry

import (
	"slices"
	"strings"

	"linghang/kernel/lang"
)

// Industry is a division.
type Industry struct {
	Code string    `json:"code"`
	Name lang.Text `json:"name"`
}

// All lists the divisions of manufacturing.
func All() []Industry {
	const table = `C13 农副食品加工业|Agro-food processing
C14 食品制造业|Food
C15 酒、饮料和精制茶制造业|Beverages and tea
C16 烟草制品业|Tobacco
C17 纺织业|Textiles
C18 纺织服装、服饰业|Apparel
C19 皮革、毛皮、羽毛及其制品和制鞋业|Leather and footwear
C20 木材加工和木、竹、藤、棕、草制品业|Wood products
C21 家具制造业|Furniture
C22 造纸和纸制品业|Paper
C23 印刷和记录媒介复制业|Printing
C24 文教、工美、体育和娱乐用品制造业|Culture and sports goods
C25 石油、煤炭及其他燃料加工业|Petroleum and fuels
C26 化学原料和化学制品制造业|Chemicals
C27 医药制造业|Pharmaceuticals
C28 化学纤维制造业|Chemical fibres
C29 橡胶和塑料制品业|Rubber and plastics
C30 非金属矿物制品业|Non-metallic minerals
C31 黑色金属冶炼和压延加工业|Ferrous metals
C32 有色金属冶炼和压延加工业|Non-ferrous metals
C33 金属制品业|Metal products
C34 通用设备制造业|General equipment
C35 专用设备制造业|Special equipment
C36 汽车制造业|Automobiles
C37 铁路、船舶、航空航天和其他运输设备制造业|Rail, ships and aerospace
C38 电气机械和器材制造业|Electrical machinery
C39 计算机、通信和其他电子设备制造业|Electronics
C40 仪器仪表制造业|Instruments
C41 其他制造业|Other manufacturing
C42 废弃资源综合利用业|Waste recycling
C43 金属制品、机械和设备修理业|Repair of machinery`
	var list []Industry
	for line := range strings.SplitSeq(table, "\n") {
		code, title, _ := strings.Cut(line, " ")
		zh, en, _ := strings.Cut(title, "|")
		list = append(list, Industry{code, lang.Text{ZH: zh, EN: en}})
	}
	return list
}

// NameOf is what an industry is called; what is no division of manufacturing has its code.
func NameOf(code string) lang.Text {
	list := All()
	i := slices.IndexFunc(list, func(x Industry) bool { return x.Code == code })
	if i < 0 {
		return lang.Text{ZH: code, EN: code}
	}
	return list[i].Name
}

// Known reports whether there is a division of that code.
func Known(code string) bool {
	return slices.ContainsFunc(All(), func(i Industry) bool { return i.Code == code })
}
