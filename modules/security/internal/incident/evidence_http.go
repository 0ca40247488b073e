package incident

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/files"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// evidenceLimit bounds one file of evidence, in octets.
const evidenceLimit = 64 << 20

func (m *Incidents) evidenceRoutes() []module.Route {
	return []module.Route{
		{
			Pattern: "POST /incidents/{id}/evidence", Permission: mayView, MaxBody: evidenceLimit + 1,
			Summary: "Add evidence: ?name= of the file, &what= it is and where it is from, &malicious=true of what must not be opened", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.serveUpload)),
		},
		{Pattern: "GET /incidents/{id}/evidence/{evidence}", Permission: mayView, Summary: "Download evidence: always as a file, never shown", Handler: httpd.Raw("", http.HandlerFunc(m.serveEvidence))},
		{Pattern: "GET /incidents/{id}/evidence/{evidence}/custody", Permission: mayView, Summary: "In whose hands it was", Handler: httpd.JSON(m.custody)},
		{Pattern: "POST /incidents/{id}/evidence/{evidence}/hold", Permission: mayHandle, Summary: "Set or end the legal hold", Handler: httpd.JSON(m.hold)},
		{Pattern: "POST /incidents/{id}/evidence/{evidence}/discarding", Permission: mayView, Summary: "Give evidence out no longer; its hash and custody stay", Handler: httpd.JSON(m.discard)},
		{Pattern: "GET /incidents/{id}/bundle", Permission: mayView, Summary: "Everything as a ZIP that anybody checks with sha256sum -c SHA256SUMS, or with SM3SUMS", Handler: httpd.Raw("", http.HandlerFunc(m.serveBundle))},
	}
}

func (m *Incidents) serveUpload(w http.ResponseWriter, r *http.Request) {
	v, err := m.takeEvidence(r)
	httpd.Answer(w, r, http.StatusCreated, v, err)
}

func (m *Incidents) takeEvidence(r *http.Request) (Evidence, error) {
	ctx, q, id := r.Context(), r.URL.Query(), r.PathValue("id")
	may := func(db reader) (Case, error) {
		i, from, err := m.store.seen(ctx, db, id, m.now())
		if err != nil {
			return i, err
		}
		if err := need(identity.From(ctx), from); err != nil {
			return i, err
		}
		if i.State == Merged {
			return i, wrongState(i.State)
		}
		return i, nil
	}
	if _, err := may(m.store.db); err != nil { // before anything is read
		return Evidence{}, err
	}
	what := strings.TrimSpace(q.Get("what"))
	if what == "" || long(what, 1000) {
		return Evidence{}, fault.New(fault.Invalid, "security.incident.evidence", "say what it is").At("query.what", "what it is, and where it is from, in 1000 characters at most")
	}
	v, err := m.receive(r, q.Get("name"), q.Get("malicious") == "true")
	if err != nil {
		return v, err
	}
	who := identity.From(ctx)
	v.What, v.OrganisationID, v.By, v.actor = what, who.Organisation.ID, who.Name, who.Actor()
	return v, m.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := may(tx); err != nil {
			return err
		}
		list, err := m.store.evidence(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(list) >= mostEvidence {
			return tooMany(mostEvidence)
		}
		v.At = m.now()
		if err := m.store.addEvidence(ctx, tx, id, v); err != nil {
			return err
		}
		if err := m.store.hand(ctx, tx, v, "taken", v.What, v.At); err != nil {
			return err
		}
		event := CaseEvent{At: v.At, WrittenAt: v.At, Kind: "evidence", To: "taken", Text: v.Name + " · " + v.SHA256 + " · " + v.What, part: v.OrganisationID}
		if err := m.store.note(ctx, tx, id, event); err != nil {
			return err
		}
		return m.store.enter(ctx, tx, id)
	})
}

// receive takes the content.
func (m *Incidents) receive(r *http.Request, name string, malicious bool) (Evidence, error) {
	if malicious {
		return m.receiveMalicious(r, name)
	}
	d, err := newDigest(evidenceLimit + 1) // what is larger than the limit is refused where it is taken
	if err != nil {
		return Evidence{}, err
	}
	f, err := m.kit.Files.Take(r.Context(), module.Upload{Name: name, Declared: r.Header.Get("Content-Type"), Limit: evidenceLimit}, d.of(r.Body))
	return Evidence{ID: f.ID, Name: f.Name, MediaType: f.MediaType, Size: f.Size, SHA256: f.SHA256, SM3: d.SM3(), blob: f.SHA256}, err
}

// evidencePurpose is what malicious evidence is sealed for.
const evidencePurpose = "evidence"

// receiveMalicious takes what is looked into by nothing: examining it would refuse it, and might
// do what it was made for. It is sealed as it comes, so that whoever reads the disk, a scanner or a
// person, finds nothing that runs.
func (m *Incidents) receiveMalicious(r *http.Request, name string) (Evidence, error) {
	ctx := r.Context()
	d, err := newDigest(evidenceLimit)
	if err != nil {
		return Evidence{}, err
	}
	body := bufio.NewReader(d.of(r.Body))
	if _, err := body.Peek(1); errors.Is(err, io.EOF) {
		return Evidence{}, fault.New(fault.Invalid, "security.incident.evidence", "the file is empty").At("body", "a file with content")
	}
	sealed, err := m.kit.Seal.SealReader(ctx, evidencePurpose, body)
	if err != nil {
		return Evidence{}, fmt.Errorf("seal evidence: %w", err)
	}
	kept, _, err := m.kit.Blobs.Put(ctx, sealed, evidenceLimit+evidenceLimit/64) // the limit is the digest's; sealed it is a little more
	if err != nil {
		return Evidence{}, fmt.Errorf("keep evidence: %w", err)
	}
	return Evidence{
		ID: ulid.Make().String(), Name: files.CleanName(name) + ".malicious", MediaType: "application/octet-stream", Size: d.size, SHA256: d.SHA256(), SM3: d.SM3(),
		Malicious: true, Sealed: true, blob: kept,
	}, nil
}

// content opens evidence as it came.
func (m *Incidents) content(ctx context.Context, v Evidence) (io.ReadCloser, error) {
	kept, err := m.kit.Blobs.Get(ctx, v.blob)
	if err != nil || !v.Sealed {
		return kept, err
	}
	plain, err := m.kit.Seal.OpenReader(ctx, evidencePurpose, kept)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open evidence %s: %w", v.ID, err), kept.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{plain, kept}, nil
}

// piece is evidence that who asks may have: of who was let in their own only.
func (m *Incidents) piece(ctx context.Context, db reader, incident, id string) (Evidence, side, error) {
	_, from, err := m.store.seen(ctx, db, incident, m.now())
	if err != nil {
		return Evidence{}, from, err
	}
	v, err := m.store.onePiece(ctx, db, incident, id)
	if err == nil && from == guest && v.OrganisationID != identity.From(ctx).Organisation.ID {
		return Evidence{}, from, noSuch("evidence")
	}
	return v, from, err
}

func (m *Incidents) serveEvidence(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	v, from, err := m.piece(ctx, m.store.db, r.PathValue("id"), r.PathValue("evidence"))
	if err == nil && v.DiscardedAt != nil {
		err = fault.New(fault.Gone, "security.incident.discarded", "it was discarded; its hash and custody stay")
	}
	if err == nil && from != owner {
		err = m.store.noteLook(ctx, "evidence", m.now(), r.PathValue("id"))
	}
	if err == nil {
		err = m.store.db.Write(ctx, func(tx *sqldb.Tx) error { return m.store.hand(ctx, tx, v, "read", "", m.now()) })
	}
	var content io.ReadCloser
	if err == nil {
		content, err = m.content(ctx, v)
	}
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	defer content.Close() //nolint:errcheck // it was only read
	httpd.ServeFile(w, v.Name, v.MediaType, v.Size, content)
}

// PieceAddress names a piece of evidence.
type PieceAddress struct {
	ID       string `path:"id" maxLength:"40"`
	Evidence string `path:"evidence" maxLength:"40"`
}

// Hands are in whose hands evidence was.
type Hands struct {
	Items []Custody `json:"items" nullable:"false"`
}

func (m *Incidents) custody(ctx context.Context, in PieceAddress) (Hands, error) {
	v, _, err := m.piece(ctx, m.store.db, in.ID, in.Evidence)
	if err != nil {
		return Hands{}, err
	}
	list, err := m.store.custody(ctx, m.store.db, v.ID)
	return Hands{list}, err
}

type holdIncidentInput struct {
	PieceAddress
	Body struct {
		Hold   bool   `json:"hold"`
		Reason string `json:"reason" maxLength:"2000"`
	}
}

func (m *Incidents) hold(ctx context.Context, in holdIncidentInput) (Detail, error) {
	what := map[bool]string{true: "held", false: "released"}[in.Body.Hold]
	err := m.keep(ctx, in.ID, in.Evidence, in.Body.Reason, []side{city}, what, func(tx *sqldb.Tx, v Evidence, _ time.Time) error { return m.store.hold(ctx, tx, v, in.Body.Hold) })
	return m.after(ctx, in.ID, err)
}

type discardIncidentInput struct {
	PieceAddress
	Body struct {
		Reason string `json:"reason" maxLength:"2000"`
	}
}

func (m *Incidents) discard(ctx context.Context, in discardIncidentInput) (Detail, error) {
	err := m.keep(ctx, in.ID, in.Evidence, in.Body.Reason, []side{owner, city}, "discarded", func(tx *sqldb.Tx, v Evidence, now time.Time) error { return m.store.discard(ctx, tx, v, now) })
	return m.after(ctx, in.ID, err)
}

// keep changes how evidence is kept, with the reason in its custody.
func (m *Incidents) keep(ctx context.Context, incident, id, reason string, may []side, what string, do func(tx *sqldb.Tx, v Evidence, now time.Time) error) error {
	return m.add(ctx, incident, may, func(ctx context.Context, tx *sqldb.Tx, i Case, _ side, now time.Time) error {
		if err := wantReason(reason); err != nil {
			return err
		}
		v, _, err := m.piece(ctx, tx, incident, id)
		if err != nil {
			return err
		}
		if err := do(tx, v, now); err != nil {
			return err
		}
		if err := m.store.hand(ctx, tx, v, what, strings.TrimSpace(reason), now); err != nil {
			return err
		}
		return m.store.note(ctx, tx, i.ID, CaseEvent{At: now, WrittenAt: now, Kind: "evidence", To: what, Text: v.Name + "：" + strings.TrimSpace(reason), part: v.OrganisationID})
	})
}
