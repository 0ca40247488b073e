package planned

import (
	"context"
	"strconv"

	"linghang/kernel/fault"
	"linghang/modules/security/internal/asset"
)

type takeComparedInput struct {
	Body struct {
		IDs         []string    `json:"ids" minItems:"1" maxItems:"500" doc:"IDs of lines of the comparison"`
		Role        asset.Role  `json:"role" maxLength:"30" doc:"Of those of which no plan says it; one of GET /assets/roles"`
		Criticality int         `json:"criticality" minimum:"1" maximum:"4" doc:"Of those of which no plan says it"`
		Reach       asset.Reach `json:"reach" enum:"internet,remote,internal,isolated,unknown"`
		Synthetic   bool        `json:"synthetic,omitempty" doc:"Demonstration data; shown as such everywhere"`
	}
}

// ComparedTaken is how many things were declared.
type ComparedTaken struct {
	Declared int `json:"declared"`
}

// declare takes what was planned or seen into the inventory.
func (m *Planned) declare(ctx context.Context, in takeComparedInput) (ComparedTaken, error) {
	if _, err := asset.Ours(ctx); err != nil {
		return ComparedTaken{}, err //nolint:wrapcheck // a refusal
	}
	c, err := m.of(ctx, "")
	if err != nil {
		return ComparedTaken{}, err
	}
	of := make(map[string]*ComparedLine, len(c.lines))
	for i := range c.lines {
		of[c.lines[i].ID] = &c.lines[i]
	}
	var list []asset.Facts
	taken := map[string]bool{}
	for i, id := range in.Body.IDs {
		at := "body.ids[" + strconv.Itoa(i) + "]"
		x := of[id]
		if x == nil {
			return ComparedTaken{}, fault.New(fault.Conflict, "security.comparison.gone", "a thing is not in the comparison any more; compare again").At(at, "an ID of the comparison as it is now")
		}
		if taken[id] {
			continue
		}
		taken[id] = true
		f, err := in.facts(x, at)
		if err != nil {
			return ComparedTaken{}, err
		}
		list = append(list, f)
	}
	return ComparedTaken{len(list)}, m.assets.Take(ctx, list, in.Body.Synthetic)
}

// facts are what is declared of a line.
func (in takeComparedInput) facts(x *ComparedLine, at string) (asset.Facts, error) {
	f := x.facts
	switch x.State {
	case NotDeclared, Missing, Unknown, Later:
	default:
		return f, fault.New(fault.Conflict, "security.comparison.state", "%s cannot be declared: it is declared already, in doubt, or to be gone", x.Name).With("name", x.Name).With("state", x.State).
			At(at, "things that are planned or seen, and not declared")
	}
	if f.Role == "" {
		f.Role = in.Body.Role
	}
	if f.Role == "" {
		return f, fault.New(fault.Invalid, "security.comparison.role", "no plan says what %s is", x.Name).With("name", x.Name).At("body.role", "one of the 18 types of assets")
	}
	if f.Criticality == 0 {
		f.Criticality = in.Body.Criticality
	}
	f.Reach = in.Body.Reach
	return f, nil
}
