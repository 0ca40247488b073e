package identity

import (
	"context"
	"strings"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// NewOrganisation is what creating a tenant asks for.
type NewOrganisation struct {
	ParentID  string    `json:"parent_id,omitempty" maxLength:"26" doc:"Empty: below the caller's own organisation"`
	Kind      Kind      `json:"kind" enum:"bureau,enterprise,operator,provider,node,park,responder"`
	Name      lang.Text `json:"name"`
	USCC      string    `json:"uscc,omitempty" maxLength:"18" doc:"Unified social credit code, GB 32100-2015"`
	District  string    `json:"district,omitempty" maxLength:"6" doc:"GB/T 2260 code"`
	Synthetic bool      `json:"synthetic,omitempty" doc:"Demonstration data; shown as such everywhere"`
}

// CreateOrganisation adds a tenant below one that the caller sees.
func (d *Directory) CreateOrganisation(ctx context.Context, in NewOrganisation) (Organisation, error) {
	id := From(ctx)
	if in.ParentID == "" {
		in.ParentID = id.Organisation.ID
	}
	if err := id.Scope.Check(in.ParentID); err != nil {
		return Organisation{}, err
	}
	if _, err := d.Organisation(ctx, in.ParentID); err != nil {
		return Organisation{}, err
	}
	if !validKind(in.Kind) {
		return Organisation{}, fault.New(fault.Invalid, "system.organisation.kind", "there is no kind %q", in.Kind).At("body.kind", "choose a kind")
	}
	name, err := fullName(in.Name)
	if err != nil {
		return Organisation{}, err
	}
	if in.USCC != "" && !ValidUSCC(in.USCC) {
		return Organisation{}, fault.New(fault.Invalid, "system.uscc.invalid", "%q is no unified social credit code", in.USCC).
			At("body.uscc", "18 characters with a check character (GB 32100-2015)")
	}
	o := Organisation{
		ID: ulid.Make().String(), ParentID: in.ParentID, Kind: in.Kind, Name: name,
		USCC: in.USCC, District: in.District, Synthetic: in.Synthetic, Version: 1,
	}
	return o, d.db.Write(ctx, func(tx *sqldb.Tx) error { return insertOrganisation(ctx, tx, o, d.now()) })
}

// fullName fills a missing language from the other one.
func fullName(t lang.Text) (lang.Text, error) {
	t.ZH, t.EN = strings.TrimSpace(t.ZH), strings.TrimSpace(t.EN)
	if t.ZH == "" && t.EN == "" {
		return t, fault.New(fault.Invalid, "system.name.missing", "the name is missing").At("body.name", "give a name")
	}
	return lang.Text{ZH: t.In("zh"), EN: t.In("en")}, nil
}

// ReadOrganisation returns a tenant within the caller's scope.
func (d *Directory) ReadOrganisation(ctx context.Context, id string) (Organisation, error) {
	if err := From(ctx).Scope.Check(id); err != nil {
		return Organisation{}, err
	}
	return d.Organisation(ctx, id)
}

// EditOrganisation changes name, code and district of a tenant.
func (d *Directory) EditOrganisation(ctx context.Context, id string, version int64, name lang.Text, uscc, district string) (Organisation, error) {
	before, err := d.ReadOrganisation(ctx, id)
	if err != nil {
		return before, err
	}
	o := before
	if o.Name, err = fullName(name); err != nil {
		return o, err
	}
	if uscc != "" && !ValidUSCC(uscc) {
		return o, fault.New(fault.Invalid, "system.uscc.invalid", "%q is no unified social credit code", uscc).
			At("body.uscc", "18 characters with a check character (GB 32100-2015)")
	}
	o.USCC, o.District = uscc, district
	if err := d.saveOrganisation(ctx, before, o, version); err != nil {
		return o, err
	}
	return d.Organisation(ctx, id)
}

// RemoveOrganisation deletes a tenant of the demonstration city. Others are
// kept: what they did stays on record.
func (d *Directory) RemoveOrganisation(ctx context.Context, id string) error {
	o, err := d.ReadOrganisation(ctx, id)
	if err != nil {
		return err
	}
	if !o.Synthetic {
		return fault.New(fault.Conflict, "system.organisation.kept", "only organisations of the demonstration city can be removed")
	}
	return d.removeOrganisation(ctx, o)
}

// ValidUSCC checks a unified social credit code (GB 32100-2015): 18 characters
// without I O S V Z, the last one a check character modulo 31.
func ValidUSCC(code string) bool {
	return len(code) == 18 && CompleteUSCC(code[:17]) == code
}

// CompleteUSCC adds the check character to the first 17 of a unified social credit code;
// empty if these cannot be.
func CompleteUSCC(body string) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	if len(body) != 17 {
		return ""
	}
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(alphabet, body[i])
		if v < 0 {
			return ""
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return body + alphabet[(31-sum%31)%31:][:1]
}
