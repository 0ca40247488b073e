package advisory

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/csaf"
)

func (m *Advisories) importRoutes() []module.Route {
	return []module.Route{
		{
			Pattern: "POST /advisory-import/preview", Permission: mayImport, MaxBody: maxUpload, Stream: true, Recorded: "nothing is kept",
			Summary: "What documents in CSAF would become, with the mandatory tests that each fails: JSON, or a zip of many; ?name= of the file", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.previewImport)),
		},
		{
			Pattern: "POST /advisory-import", Permission: mayImport, MaxBody: maxUpload, Stream: true,
			Summary: "Take documents in CSAF: ?despite= why also those that fail mandatory tests are taken, ?synthetic=true of demonstration data", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.takeImport)),
		},
		{
			Pattern: "POST /threat-import/{source}", Permission: mayImport, MaxBody: maxUpload, Stream: true,
			Summary: "Take what a source says of vulnerabilities: kev (JSON of CISA), epss (CSV of FIRST, also gzip), ssvc (records of vulnrichment, JSON or a zip)", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.takeThreats)),
		},
		{Pattern: "GET /threat-sources", Permission: mayView, Summary: "Which editions of KEV, EPSS, SSVC, CNVD and CNNVD were taken", Handler: httpd.JSON(m.sources)},
	}
}

// Taken is what a document of a file becomes, or became.
type Taken struct {
	File       string    `json:"file"`
	TrackingID string    `json:"tracking_id"`
	Title      string    `json:"title"`
	Revision   string    `json:"revision"`
	Kept       string    `json:"kept" doc:"The revision that is kept already"`
	Outcome    string    `json:"outcome" enum:"new,newer,same,older,invalid,broken"`
	Why        string    `json:"why" doc:"Why it cannot be read"`
	Failings   []Failing `json:"failings" doc:"Mandatory tests that it fails; the first 50"`
	NotRun     []string  `json:"not_run" doc:"Mandatory tests that were not run"`
}

// importView is what a file becomes.
type importView struct {
	Documents []Taken `json:"documents" doc:"The first thousand, those with something to say first"`
	New       int     `json:"new"`
	Newer     int     `json:"newer"`
	Same      int     `json:"same"`
	Older     int     `json:"older"`
	Invalid   int     `json:"invalid" doc:"They fail mandatory tests"`
	Broken    int     `json:"broken" doc:"They cannot be read"`
	Passed    int     `json:"passed" doc:"Files that are no advisories, such as lists of a provider"`
	Done      bool    `json:"done"`
}

// mostTaken bounds the documents that are told one by one, and mostFailings the failings.
const (
	mostTaken    = 1000
	mostFailings = 50
)

func (v *importView) add(t Taken) {
	switch t.Outcome {
	case outcomeNew:
		v.New++
	case outcomeNewer:
		v.Newer++
	case outcomeSame:
		v.Same++
	case outcomeOlder:
		v.Older++
	case outcomeInvalid:
		v.Invalid++
	default:
		v.Broken++
	}
	if len(v.Documents) < mostTaken {
		v.Documents = append(v.Documents, t)
	}
}

func (m *Advisories) previewImport(w http.ResponseWriter, r *http.Request) {
	v, err := m.readImport(r, func(context.Context, Advisory, []byte, []Failing) (string, error) { return "", nil })
	httpd.Answer(w, r, http.StatusOK, v, err)
}

func (m *Advisories) takeImport(w http.ResponseWriter, r *http.Request) {
	synthetic := r.URL.Query().Get("synthetic") == "true"
	v, err := m.readImport(r, func(ctx context.Context, a Advisory, document []byte, failings []Failing) (string, error) {
		a.Synthetic = synthetic
		return m.store.take(ctx, a, document, failings, handOf(ctx))
	})
	if err == nil {
		v.Done = true
		err = m.kit.DB.Write(r.Context(), func(tx *sqldb.Tx) error { return m.Ask(r.Context(), tx) })
	}
	httpd.Answer(w, r, http.StatusOK, v, err)
}

// Take takes a document that the city published itself, in the transaction of that, and asks
// for it to be compared with assets.
func (m *Advisories) Take(ctx context.Context, tx *sqldb.Tx, document []byte) error {
	d, err := csaf.Read(document)
	if err != nil {
		return fmt.Errorf("read an advisory of one's own: %w", err)
	}
	a := about(d, document)
	a.TakenAt = m.now()
	if _, err := m.store.takeIn(ctx, tx, a, document, []Failing{}, handOf(ctx)); err != nil {
		return err
	}
	return m.Ask(ctx, tx)
}

// cityOnly refuses who does not see the whole city.
func cityOnly(ctx context.Context) error {
	if !identity.From(ctx).Scope.All {
		return fault.New(fault.Forbidden, "security.advisory.city", "advisories are imported by who sees the whole city")
	}
	return nil
}

// readImport reads the documents of a file, and takes those that may be.
func (m *Advisories) readImport(r *http.Request, take func(ctx context.Context, a Advisory, document []byte, failings []Failing) (string, error)) (v importView, err error) {
	ctx := r.Context()
	v.Documents = []Taken{}
	if err := cityOnly(ctx); err != nil {
		return v, err
	}
	despite := strings.TrimSpace(r.URL.Query().Get("despite"))
	if n := len([]rune(despite)); n > 500 {
		return v, fault.New(fault.Invalid, "security.advisory.despite", "the reason is too long").At("query.despite", "500 characters at most")
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return v, fmt.Errorf("receive file: %w", err)
	}
	err = each(r.URL.Query().Get("name"), data, func(name string, document []byte) error {
		t, a, err := m.examine(ctx, name, document)
		if t.Outcome == "" || err != nil {
			v.Passed++
			return err
		}
		if t.Outcome == outcomeInvalid && despite != "" || t.Outcome == outcomeNew || t.Outcome == outcomeNewer {
			if t.Outcome == outcomeInvalid {
				a.Despite = despite
			}
			outcome, err := take(ctx, a, document, t.Failings)
			if err != nil {
				return err
			}
			if outcome != "" {
				t.Outcome = outcome
			}
		}
		v.add(t)
		return nil
	})
	return v, err
}

// examine says what a document is; no outcome: it is no advisory at all.
func (m *Advisories) examine(ctx context.Context, name string, document []byte) (t Taken, a Advisory, err error) {
	t = Taken{File: name[:min(len(name), 300)], Failings: []Failing{}, NotRun: []string{}}
	d, bad := csaf.Read(document)
	if bad != nil {
		if !strings.Contains(string(document[:min(len(document), 20_000)]), `"csaf_version"`) && strings.HasSuffix(name, ".json") && strings.Contains(name, "/") {
			return t, a, nil // it is one of the lists that lie beside advisories
		}
		t.Outcome, t.Why = outcomeBroken, bad.Error()
		return t, a, nil
	}
	a = about(d, document)
	a.TakenAt = m.now()
	t.TrackingID, t.Title, t.Revision = a.TrackingID, a.Title, a.Revision
	if bad := a.check(); bad != nil {
		t.Outcome, t.Why = outcomeBroken, bad.Error()
		return t, a, nil //nolint:nilerr // it is told as an outcome
	}
	report := d.Check(csaf.Data{})
	failed := append(m.structure.Check(d), report.Findings...)
	for _, f := range failed[:min(len(failed), mostFailings)] {
		t.Failings = append(t.Failings, Failing{f.Test.ID, f.Test.Title, f.Path, f.What})
	}
	for _, n := range report.NotRun {
		t.NotRun = append(t.NotRun, n.Test.ID)
	}
	before, there, err := kept(ctx, m.kit.DB, a.namespace, a.TrackingID)
	if err != nil {
		return t, a, err
	}
	t.Outcome = outcomeNew
	if there {
		t.Outcome, t.Kept = a.after(before), before.Revision
	}
	if len(t.Failings) > 0 && (t.Outcome == outcomeNew || t.Outcome == outcomeNewer) {
		t.Outcome = outcomeInvalid
	}
	return t, a, nil
}

// threatView is what came of a file of a source.
type threatView struct {
	Source  string `json:"source"`
	Edition string `json:"edition"`
	Entries int    `json:"entries"`
	Passed  int    `json:"passed" doc:"Records without a decision"`
}

func (m *Advisories) takeThreats(w http.ResponseWriter, r *http.Request) {
	v, err := m.readThreats(r)
	httpd.Answer(w, r, http.StatusOK, v, err)
}

func (m *Advisories) readThreats(r *http.Request) (v threatView, err error) {
	ctx, source := r.Context(), r.PathValue("source")
	if err := cityOnly(ctx); err != nil {
		return v, err
	}
	if source != sourceKEV && source != sourceEPSS && source != sourceSSVC {
		return v, noSuch("source")
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return v, fmt.Errorf("receive file: %w", err)
	}
	if data, err = plain(data); err != nil {
		return v, err
	}
	read, err := readThreats(source, r.URL.Query().Get("name"), data)
	if err != nil {
		return v, err
	}
	if err := m.store.takeThreats(ctx, read, handOf(ctx), m.now()); err != nil {
		return v, err
	}
	err = m.kit.DB.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error { return m.Ask(ctx, tx) })
	return threatView{source, read.edition, len(read.threats), read.passed}, err
}

// Source is the edition of a source that was taken.
type Source struct {
	Source  string    `json:"source" enum:"kev,epss,ssvc,cnvd,cnnvd"`
	Edition string    `json:"edition"`
	Entries int       `json:"entries"`
	TakenAt time.Time `json:"taken_at"`
}

type sourceList struct {
	Items []Source `json:"items" nullable:"false"`
}

type nothing struct{}
