package incident

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/sqldb"
)

// manifest says what a bundle holds.
type manifest struct {
	Number   string    `json:"number"`
	Title    string    `json:"title"`
	Drill    string    `json:"drill,omitempty"`
	Mark     string    `json:"tlp"`
	MadeAt   time.Time `json:"made_at"`
	Check    string    `json:"how_to_check"`
	Evidence []piece   `json:"evidence"`
}

// piece is evidence within a bundle.
type piece struct {
	Evidence
	File    string    `json:"file"` // within the bundle; empty when it was discarded
	Custody []Custody `json:"custody"`
}

// bundle writes a ZIP with all that is known of an incident: incident.json, timeline.json,
// manifest.json, evidence/… as it came, and SHA256SUMS over all of it in the form of
// sha256sum(1). Evidence whose content is not what its hash says breaks the bundle off.
func (m *Incidents) bundle(ctx context.Context, w io.Writer, d Detail, events []CaseEvent, pieces []piece, now time.Time) error {
	z := zip.NewWriter(w)
	sums := &bytes.Buffer{}
	put := func(name string, r io.Reader) (string, error) {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: now})
		if err != nil {
			return "", fmt.Errorf("write bundle: %w", err)
		}
		hash := sha256.New()
		if _, err := io.Copy(io.MultiWriter(f, hash), r); err != nil {
			return "", fmt.Errorf("write bundle: %w", err)
		}
		sum := hex.EncodeToString(hash.Sum(nil))
		fmt.Fprintf(sums, "%s  %s\n", sum, name)
		return sum, nil
	}
	for _, p := range pieces {
		if p.File == "" {
			continue
		}
		content, err := m.kit.Blobs.Get(ctx, p.SHA256)
		if err != nil {
			return fmt.Errorf("read evidence %s: %w", p.ID, err)
		}
		sum, err := put(p.File, content)
		_ = content.Close() // it was only read
		if err != nil {
			return err
		}
		if sum != p.SHA256 {
			return fault.New(fault.Internal, "security.incident.evidence_changed", "the evidence %s is not what was taken", p.ID)
		}
	}
	about := manifest{Number: d.Number, Title: d.Title, Drill: d.Drill, Mark: d.Mark, MadeAt: now, Check: "sha256sum -c SHA256SUMS", Evidence: pieces}
	for _, x := range []struct {
		name string
		what any
	}{{"incident.json", d}, {"timeline.json", events}, {"manifest.json", about}} {
		text, err := json.MarshalIndent(x.what, "", "  ")
		if err != nil {
			return fmt.Errorf("write %s: %w", x.name, err)
		}
		if _, err := put(x.name, bytes.NewReader(append(text, '\n'))); err != nil {
			return err
		}
	}
	f, err := z.Create("SHA256SUMS")
	if err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	if _, err := f.Write(sums.Bytes()); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	return nil
}

// plainName is a name that stands in a bundle: what checksums and shells stumble over is _.
func plainName(n int, name string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
	if runes := []rune(clean); len(runes) > 80 {
		clean = string(runes[len(runes)-80:])
	}
	return fmt.Sprintf("evidence/%03d-%s", n+1, clean)
}

// mostEvents bounds the timeline of a bundle.
const mostEvents = 5000

func (m *Incidents) serveBundle(w http.ResponseWriter, r *http.Request) {
	ctx, now := r.Context(), m.now()
	d, events, pieces, err := m.pack(ctx, r.PathValue("id"), now)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.Attach(w, "application/zip", d.CreatedAt.In(cityTime()).Format("20060102")+"-"+d.ID+".zip")
	if err := m.bundle(ctx, w, d, events, pieces, now); err != nil {
		panic(http.ErrAbortHandler) // the download has begun: breaking it off says that it is incomplete
	}
}

// pack gathers what goes into a bundle, and writes into custody that it was given out.
func (m *Incidents) pack(ctx context.Context, id string, now time.Time) (d Detail, events []CaseEvent, pieces []piece, err error) {
	i, from, err := m.store.seen(ctx, m.store.db, id, now)
	if err != nil {
		return d, nil, nil, err
	}
	if from == guest {
		return d, nil, nil, noSuch("bundle")
	}
	if d, err = m.detail(ctx, i, from, now); err != nil {
		return d, nil, nil, err
	}
	err = m.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, v := range d.Evidence {
			if v.DiscardedAt != nil {
				continue
			}
			if err := m.store.hand(ctx, tx, v, "exported", "", now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return d, nil, nil, err
	}
	if from != owner {
		if err := m.store.noteLook(ctx, "bundle", now, id); err != nil {
			return d, nil, nil, err
		}
	}
	for n, v := range d.Evidence {
		p := piece{Evidence: v}
		if v.DiscardedAt == nil {
			p.File = plainName(n, v.Name)
		}
		if p.Custody, err = m.store.custody(ctx, m.store.db, v.ID); err != nil {
			return d, nil, nil, err
		}
		pieces = append(pieces, p)
	}
	rows, err := m.store.db.Query(ctx, `SELECT `+eventColumns+` FROM security_incident_event e WHERE e.incident_id = $1 ORDER BY e.at, e.id LIMIT $2`, id, mostEvents)
	if err != nil {
		return d, nil, nil, fmt.Errorf("read timeline: %w", err)
	}
	events, err = sqldb.All(rows, scanEvent)
	return d, events, pieces, err
}
