package identity

import (
	"context"
	"slices"

	"linghang/kernel/lang"
)

// MachineKind is what sort of machine holds a certificate of the city.
type MachineKind string

// The kinds of machines.
const (
	Gateway        MachineKind = "gateway"
	Probe          MachineKind = "probe"
	PlatformServer MachineKind = "platform"
	NodeServer     MachineKind = "node"
)

// MachineKindInfo describes a kind of machines to people.
type MachineKindInfo struct {
	ID    MachineKind `json:"id"`
	Title lang.Text   `json:"title"`
}

// MachineKinds lists all kinds of machines.
func MachineKinds() []MachineKindInfo {
	return []MachineKindInfo{
		{Gateway, lang.Text{ZH: "边缘网关", EN: "Edge gateway"}},
		{Probe, lang.Text{ZH: "监测探针", EN: "Probe"}},
		{PlatformServer, lang.Text{ZH: "平台服务器", EN: "Platform server"}},
		{NodeServer, lang.Text{ZH: "标识节点服务器", EN: "Identifier node server"}},
	}
}

// ValidMachineKind reports whether there is such a kind.
func ValidMachineKind(k MachineKind) bool {
	return slices.ContainsFunc(MachineKinds(), func(i MachineKindInfo) bool { return i.ID == k })
}

// Machine is a machine whose certificate was checked.
type Machine struct {
	ID, Name       string
	Kind           MachineKind
	OrganisationID string
}

// Machine returns who a machine stands for: its organisation, with what the
// permissions give to machines of its kind and nothing else. It sees the rows
// of its own organisation only, also where that is the city's bureau.
func (d *Directory) Machine(ctx context.Context, m Machine) (Identity, error) {
	o, err := d.Organisation(ctx, m.OrganisationID)
	if err != nil {
		return Identity{}, err
	}
	return Identity{
		MachineID: m.ID, Name: m.Name, Language: "zh", Organisation: o,
		Permissions: d.catalogue.machines[m.Kind], Scope: Scope{IDs: []string{o.ID}}, catalogue: d.catalogue,
	}, nil
}
