package planned

import (
	"slices"
	"time"

	"linghang/modules/security/internal/asset"
)

// State is how what is planned, declared and seen of a thing stands together.
type State string

// The states, the most pressing first.
const (
	ShouldBeGone State = "should_be_gone" // the plan took it away, and it is declared or seen still
	Unknown      State = "unknown"        // seen, and neither planned nor declared
	NotDeclared  State = "not_declared"   // planned, and not declared
	Missing      State = "missing"        // planned for today, and neither declared nor seen
	NotSeen      State = "not_seen"       // declared, and never seen
	NotPlanned   State = "not_planned"    // declared, and no plan says so
	Ambiguous    State = "ambiguous"      // it cannot be told with what it goes
	Differs      State = "differs"        // one thing, of which different things are said
	Agrees       State = "agrees"
	Later        State = "later"  // planned for a day to come
	Gone         State = "gone"   // the plan took it away, and it is gone
	Untold       State = "untold" // declared without anything by which sensors could know it
)

// states are all states, the most pressing first.
func states() []State {
	return []State{ShouldBeGone, Unknown, NotDeclared, Missing, NotSeen, NotPlanned, Ambiguous, Differs, Agrees, Later, Gone, Untold}
}

// deviates tells that somebody has to do something.
func (s State) deviates() bool {
	return !slices.Contains([]State{Agrees, Later, Gone, Untold}, s)
}

// Observed is a device that sensors of the enterprise saw, by what it said or who spoke with it.
type Observed struct {
	Key         string
	SensorID    string // one that saw it speak; empty when none did
	MACs        []string
	Addrs       []string
	Vendor      string
	Model       string
	OrderNumber string
	Firmware    string
	Serial      string
	Station     string // PROFINET name of station
	BACnet      string // BACnet device instance
	FirstAt     time.Time
	LastAt      time.Time
}

// facts are what a device would be declared with.
func (o Observed) facts() asset.Facts {
	f := asset.Facts{Vendor: o.Vendor, Model: o.Model, OrderNumber: o.OrderNumber, Firmware: o.Firmware, Serial: o.Serial}
	for i := range max(len(o.MACs), len(o.Addrs)) {
		var a asset.Address
		if i < len(o.MACs) {
			a.MAC = o.MACs[i]
		}
		if i < len(o.Addrs) {
			a.IP = o.Addrs[i]
		}
		f.Addresses = append(f.Addresses, a)
	}
	if o.Station != "" || o.BACnet != "" {
		if len(f.Addresses) == 0 {
			f.Addresses = []asset.Address{{}}
		}
		f.Addresses[0].Station, f.Addresses[0].BACnet = o.Station, o.BACnet
	}
	return f.Tidy()
}

// lineOfPlan is where a plan says that a thing should be there.
type lineOfPlan struct {
	planID   string
	plan     string
	revision int64
	Thing
}

// ComparedDifference is a field of which different things are said; what is empty is not known.
type ComparedDifference struct {
	Field    string `json:"field" enum:"role,vendor,model,order_number,firmware,ip,mac,station,zone"`
	Planned  string `json:"planned"`
	Declared string `json:"declared"`
	Observed string `json:"observed"`
}

// ComparedLine is one thing, with where it is planned, declared and seen.
type ComparedLine struct {
	ID             string               `json:"id"`
	State          State                `json:"state" enum:"should_be_gone,unknown,not_declared,missing,not_seen,not_planned,ambiguous,differs,agrees,later,gone,untold" title:"状态|State"`
	Name           string               `json:"name" title:"名称|Name"`
	Role           asset.Role           `json:"role" title:"类型|Role"`
	Vendor         string               `json:"vendor" title:"厂商|Vendor"`
	Model          string               `json:"model" title:"型号|Model" doc:"Product and model, or order number"`
	Zone           string               `json:"zone" title:"区域|Zone"`
	Addresses      string               `json:"addresses" title:"地址|Addresses"`
	PlanID         string               `json:"plan_id"`
	Plan           string               `json:"plan" title:"计划|Plan" doc:"Empty: not planned"`
	Revision       int64                `json:"revision" title:"修订版|Revision"`
	PlanLine       int64                `json:"plan_line" title:"计划行|Line of the plan"`
	Commissioned   string               `json:"commissioned" title:"投运日期|Commissioned"`
	Decommissioned string               `json:"decommissioned" title:"退役日期|Decommissioned"`
	AssetID        string               `json:"asset_id" doc:"Empty: not declared"`
	Asset          string               `json:"asset" title:"登记资产|Declared asset"`
	Devices        int                  `json:"devices" title:"在线设备|Devices seen"`
	SensorID       string               `json:"sensor_id"`
	Host           string               `json:"host" doc:"An address by which the sensor's conversations are found"`
	LastAt         *time.Time           `json:"last_at,omitempty" title:"最近出现|Last seen"`
	Differences    []ComparedDifference `json:"differences" nullable:"false" title:"差异|Differences"`
	DoubtBy        string               `json:"doubt_by" enum:",serial,mac,bacnet,station,ip" title:"存疑依据|In doubt by" doc:"Of an ambiguous one: what several have"`
	DoubtValue     string               `json:"doubt_value" title:"存疑的值|Value in doubt"`
	Rivals         []string             `json:"rivals" nullable:"false" title:"可能对应|May go with" doc:"Names of what it could be, five at most"`
	facts          asset.Facts
	when           time.Time
}
