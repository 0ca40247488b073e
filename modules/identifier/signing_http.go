package identifier

import (
	"context"
	"net/http"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/jobs"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/trust"
	"linghang/modules/identifier/internal/vouch"
)

// signatureView is what a signature of an identifier's values was found to be.
type signatureView struct {
	Index    int32        `json:"index" doc:"Of the value that holds it"`
	Chain    []string     `json:"chain" nullable:"false" doc:"Who signed, from the values upwards, as far as the chain leads"`
	Signed   []int32      `json:"signed" nullable:"false" doc:"Values that are as they were signed"`
	Unsigned []int32      `json:"unsigned" nullable:"false" doc:"Values that it says nothing about"`
	Missing  []int32      `json:"missing" nullable:"false" doc:"Values that were signed and did not come"`
	Until    *time.Time   `json:"until,omitempty" doc:"When the first of the chain expires"`
	Reason   trust.Reason `json:"reason" enum:"holds,unreadable,signature,digest,time,permission,certificate,root,unanswered" doc:"holds, or where the chain breaks"`
	Fault    string       `json:"fault"`
}

func viewSignature(s *resolver.Signature) signatureView {
	v := signatureView{
		Index: s.Index, Chain: append([]string{}, s.Chain...), Signed: append([]int32{}, s.Signed...), Unsigned: append([]int32{}, s.Unsigned...),
		Missing: append([]int32{}, s.Missing...), Reason: s.Reason, Fault: s.Fault,
	}
	if !s.Until.IsZero() {
		v.Until = &s.Until
	}
	return v
}

// serveTrust gives the key of a root by which others trust it.
func (m *Module) serveTrust(w http.ResponseWriter, r *http.Request) {
	n, err := m.visible(r.Context(), r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	signer, err := m.signers.of(r.Context(), &n)
	if err == nil && (signer == nil || n.Role != rootNode) {
		err = fault.New(fault.Invalid, "identifier.node.unsigned", "%s is no root that signs", n.Prefix).At("path.id", "a root that is hosted here and signs")
	}
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	text, err := vouch.RootFile(signer.Root())
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="trust.json"`)
	_, _ = w.Write(text) //nolint:gosec // a download in JSON; the client may be gone
}

// signLater has all identifiers of a node signed again, if it signs otherwise than before.
func (m *Module) signLater(ctx context.Context, tx *sqldb.Tx, before, after node) error {
	if before.Signs == after.Signs || after.Hosting != hosted {
		return nil
	}
	_, err := m.kit.Jobs.StartTx(ctx, tx, jobs.Order{Kind: jobSign, Input: signInput{after.ID}})
	return err
}
