package identifier

import (
	"encoding/base64"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/lib/handle/auth"
	"linghang/lib/handle/hjson"
	"linghang/modules/identifier/internal/vouch"
)

// nodeInput is what founding or editing asks for.
type nodeInput struct {
	Role       role      `json:"role,omitempty" enum:"root,secondary,enterprise" doc:"Kept as it is when editing"`
	Prefix     string    `json:"prefix,omitempty" maxLength:"200" doc:"As 88.101.5; kept as it is when editing"`
	AboveID    string    `json:"above_id,omitempty" maxLength:"26" doc:"The node that allocates the prefix; kept as it is when editing"`
	Name       lang.Text `json:"name"`
	Industry   string    `json:"industry,omitempty" maxLength:"4"`
	District   string    `json:"district,omitempty" maxLength:"6"`
	OperatorID string    `json:"operator_id,omitempty" maxLength:"26" doc:"Default: the caller's organisation"`
	Operator   lang.Text `json:"operator_name,omitzero" doc:"Name of the operator; default: the caller's organisation"`
	Contact    contact   `json:"contact,omitzero"`
	Hosting    string    `json:"hosting" enum:"hosted,alone" doc:"Whether its handles are kept here, or at a site of its own"`
	Door       string    `json:"door,omitempty" maxLength:"40" doc:"At which door a hosted node answers; default: main"`
	Site       string    `json:"site,omitempty" maxLength:"20000" doc:"Text of the siteinfo.json of a node that is alone"`
	PublicKey  string    `json:"public_key,omitempty" maxLength:"20000" doc:"Key record of who administers the prefix over the protocol, base64"`
	Signs      string    `json:"signs,omitempty" enum:",rsa,sm2" doc:"What a hosted node signs its identifiers with; empty: it does not"`
	SigningKey string    `json:"signing_key,omitempty" maxLength:"20000" doc:"Public key by which a node that is alone signs, as its sign.pub has it"`
	ValidUntil time.Time `json:"valid_until,omitzero" doc:"End of the contract"`
	Synthetic  bool      `json:"synthetic,omitempty" doc:"Demonstration data; shown as such everywhere"`
}

func (in nodeInput) apply(n node) node {
	n.Name = in.Name
	if n.Name.ZH == "" {
		n.Name.ZH = in.Name.EN
	}
	if n.Name.EN == "" {
		n.Name.EN = in.Name.ZH
	}
	n.Industry, n.District, n.Contact, n.Hosting, n.Site, n.PublicKey = in.Industry, in.District, in.Contact, in.Hosting, in.Site, in.PublicKey
	n.Door, n.ValidUntil, n.Signs, n.SigningKey = in.Door, in.ValidUntil, vouch.Algorithm(in.Signs), ""
	if n.Hosting == alone {
		n.SigningKey = strings.TrimSpace(in.SigningKey)
	}
	if n.Door == "" {
		n.Door = mainDoor
	}
	return n
}

// checkOctets refuses a site or a key that clients could not read.
func (in nodeInput) checkOctets() error {
	f := fault.New(fault.Invalid, "identifier.node.invalid", "the node is incomplete or wrong")
	if _, err := hjson.ParseSite([]byte(in.Site)); in.Site != "" && err != nil {
		_ = f.At("body.site", "no siteinfo.json: %v", err)
	}
	for _, x := range [][2]string{{"public_key", in.PublicKey}, {"signing_key", strings.TrimSpace(in.SigningKey)}} {
		name, text := x[0], x[1]
		octets, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			_ = f.At("body."+name, "not base64: %v", err)
			continue
		}
		key, err := auth.DecodePublicKey(octets)
		if text != "" && err == nil && name == "signing_key" {
			_, err = vouch.KeyValue(key)
		}
		if text != "" && err != nil {
			_ = f.At("body."+name, "no public key record: %v", err)
		}
	}
	if len(f.Fields) == 0 {
		return nil
	}
	return f
}
