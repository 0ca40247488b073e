package pilot

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"linghang/kernel/attest"
	"linghang/kernel/blobs"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

func (m *Pilots) sealRoutes() []module.Route {
	return []module.Route{
		{Pattern: "POST /pilot/calls/{id}/seal", Permission: mayManage, Summary: "Seal a call whose deadline has passed, at once", Handler: httpd.JSON(forCity(m.sealCall))},
		{Pattern: "GET /pilot/calls/{id}/seals/{stage}", Permission: identity.Public, Summary: "A sealed manifest with its signature (ZIP), to check without the city", Handler: raw(m.serveSeal)},
		{Pattern: "GET /pilot/calls/{id}/check", Permission: maySeeAll, Summary: "Hold what is kept of a call against its seals, file by file", Handler: httpd.JSON(forCity(m.checkCall))},
		{Pattern: "POST /pilot/calls/{id}/verification", Permission: identity.Public, Summary: "Tell whether a document of an application is among those that were sealed", Handler: httpd.JSON(m.verifyDocument)},
	}
}

// sealDue seals every call whose deadline has passed.
func (m *Pilots) sealDue(ctx context.Context) error {
	list, err := m.calls.due(ctx, m.site.Now())
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := m.sealOne(ctx, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// sealOne seals the applications of a call whose deadline has passed.
func (m *Pilots) sealOne(ctx context.Context, call string) error {
	signer, err := m.kit.Seal.Signer(ctx, sealPurpose)
	if err != nil {
		return fmt.Errorf("find the key for seals: %w", err)
	}
	root, err := m.people.Root(ctx)
	if err != nil {
		return fmt.Errorf("find the city: %w", err)
	}
	return m.calls.db.Write(ctx, func(tx *sqldb.Tx) error {
		c, err := m.calls.locked(ctx, tx, call)
		if err != nil {
			return err
		}
		if !c.due(m.site.Now()) {
			return fault.New(fault.Conflict, "scenario.pilot.not_due", "the call is not over, or sealed already")
		}
		list, err := m.applications.ofCall(ctx, tx, call, Submitted)
		if err != nil {
			return err
		}
		documents := map[string]string{}
		for _, a := range list {
			documents[a.ID] = a.document
		}
		if err := m.keepSeal(ctx, tx, signer, c, StageApplications, documents); err != nil {
			return err
		}
		after := c
		after.State = CallChecking
		if err := m.calls.save(ctx, tx, c, after); err != nil {
			return err
		}
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeDue, Link: "/scenario/pilots/calls/" + c.ID, To: notice.Audience{Organisation: root.ID, Permission: mayManage},
			Title: lang.Text{ZH: "“" + c.Title.In("zh") + "”已截止并封存，请开始形式审查", EN: c.Title.In("en") + " is over and sealed: check who is eligible"},
			Body:  lang.Text{ZH: fmt.Sprintf("共 %d 份申报。", len(list)), EN: fmt.Sprintf("%d applications.", len(list))},
		})
	})
}

// keepSeal makes, signs and keeps a seal of documents, which come by application.
func (m *Pilots) keepSeal(ctx context.Context, tx *sqldb.Tx, signer *seal.Signer, c Call, stage Stage, documents map[string]string) error {
	list := []string{}
	for _, d := range documents {
		list = append(list, d)
	}
	x, err := c.seal(stage, list, m.site.Now())
	if err != nil {
		return err
	}
	return m.keepSigned(ctx, tx, signer, c, x, documents)
}

func (m *Pilots) keepSigned(ctx context.Context, tx *sqldb.Tx, signer *seal.Signer, c Call, x Seal, documents map[string]string) (err error) {
	if x.Signature, err = signer.Sign([]byte(x.Statement)); err != nil {
		return fmt.Errorf("sign a seal: %w", err)
	}
	x.Public = signer.Key.Public
	return m.seals.keep(ctx, tx, c, x, documents)
}

func (m *Pilots) sealCall(ctx context.Context, in httpd.Object) (CallDetail, error) {
	if err := m.sealOne(ctx, in.ID); err != nil {
		return CallDetail{}, err
	}
	return m.readCall(ctx, in)
}

// intact reads a kept file and tells whether it has its digest.
func intact(ctx context.Context, get contents, digest string) (bool, error) {
	content, err := get(ctx, digest)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("open a kept file: %w", err)
	}
	defer content.Close() //nolint:errcheck // it was only read
	sum := sha256.New()
	if _, err := io.Copy(sum, content); errors.Is(err, blobs.ErrDamaged) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("read a kept file: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)) == digest, nil
}

// Checkup is what holding a call against its seals came to.
type Checkup struct {
	At       time.Time `json:"at"`
	Seals    int       `json:"seals"`
	Checked  int       `json:"checked" doc:"Documents that were held against what is kept"`
	Whole    bool      `json:"whole"`
	Findings []Finding `json:"findings" nullable:"false"`
}

func (m *Pilots) checkCall(ctx context.Context, in httpd.Object) (Checkup, error) {
	c, err := m.calls.read(ctx, m.calls.db, in.ID)
	if err != nil {
		return Checkup{}, err
	}
	if in, err := m.inside(ctx, c); err != nil || in {
		return Checkup{}, cmpErr(err, fault.New(fault.Forbidden, "scenario.pilot.inside", "who reviews in a blind call sees pseudonyms only"))
	}
	seals, err := m.seals.of(ctx, in.ID)
	if err != nil {
		return Checkup{}, err
	}
	v := Checkup{At: m.site.Now().UTC(), Seals: len(seals), Findings: []Finding{}}
	for _, x := range seals {
		v.Checked += x.Count
		if err := m.kit.Seal.Verify(ctx, sealPurpose, []byte(x.Statement), x.Signature); err != nil {
			v.Findings = append(v.Findings, Finding{What: "signature", Where: string(x.Stage)})
		}
		found, err := m.checkSeal(ctx, c, x)
		if err != nil {
			return v, err
		}
		v.Findings = append(v.Findings, found...)
	}
	v.Whole = len(v.Findings) == 0 && v.Seals > 0
	return v, nil
}

// checkSeal holds what is kept of a call against one of its seals.
func (m *Pilots) checkSeal(ctx context.Context, c Call, x Seal) ([]Finding, error) {
	if x.Stage != StageList {
		return m.seals.check(ctx, m.applications, x, c.ID, m.kit.Blobs.Get)
	}
	list, err := m.listings.ofCall(ctx, m.listings.db, c.ID)
	if err != nil {
		return nil, err
	}
	text, err := c.publishes(list)
	if err != nil || text == x.Manifest {
		return nil, err
	}
	return []Finding{{What: "row", Where: "list"}}, nil
}

// cmpErr is the first error, or else the second.
func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// serveSeal serves a manifest and its signature, as the command signature reads them.
func (m *Pilots) serveSeal(w http.ResponseWriter, r *http.Request) error {
	seals, err := m.seals.of(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	k := slices.IndexFunc(seals, func(s Seal) bool { return string(s.Stage) == r.PathValue("stage") })
	if k < 0 {
		return noSuch("seal")
	}
	x := seals[k]
	text, err := json.MarshalIndent(attest.Signed{Statement: x.Statement, Signature: x.Signature, Public: x.Public}, "", "  ")
	if err != nil {
		return fmt.Errorf("write signature: %w", err)
	}
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for _, f := range []struct{ name, text string }{{manifestName, x.Manifest}, {attest.SignatureName, string(text)}} {
		part, err := archive.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: x.SealedAt})
		if err != nil {
			return fmt.Errorf("write ZIP: %w", err)
		}
		if _, err := io.WriteString(part, f.text); err != nil {
			return fmt.Errorf("write ZIP: %w", err)
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("write ZIP: %w", err)
	}
	httpd.ServeFile(w, "pilots-"+r.PathValue("id")+"-"+string(x.Stage)+".zip", "application/zip", int64(b.Len()), &b)
	return nil
}

type verifyPilotInput struct {
	httpd.Object
	Body struct {
		Document string `json:"document" maxLength:"500000" doc:"The document as it was downloaded, octet by octet"`
	}
}

// Verification tells whether a document was sealed.
type Verification struct {
	Commitment string     `json:"commitment" doc:"SHA-256 of the document"`
	Stage      string     `json:"stage" enum:",applications,supplements,list" doc:"The seal that has it; empty: none"`
	SealedAt   *time.Time `json:"sealed_at,omitempty"`
	Signature  bool       `json:"signature" doc:"The signature of that seal holds"`
}

func (m *Pilots) verifyDocument(ctx context.Context, in verifyPilotInput) (Verification, error) {
	seals, err := m.seals.of(ctx, in.ID)
	if err != nil {
		return Verification{}, err
	}
	if len(seals) == 0 {
		return Verification{}, noSuch("seal")
	}
	v := Verification{Commitment: commitment(strings.TrimSuffix(in.Body.Document, "\n"))}
	for _, x := range seals {
		if set, whole := x.commitments(); whole && set[v.Commitment] {
			v.Stage, v.SealedAt = string(x.Stage), &x.SealedAt
			v.Signature = m.kit.Seal.Verify(ctx, sealPurpose, []byte(x.Statement), x.Signature) == nil
		}
	}
	return v, nil
}

// raw serves what is no JSON; a refusal comes as a problem.
func raw(serve func(w http.ResponseWriter, r *http.Request) error) httpd.Handler {
	return httpd.Raw("", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := serve(w, r); err != nil {
			httpd.Refuse(w, r, err)
		}
	}))
}
