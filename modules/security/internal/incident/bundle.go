package incident

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
	"unicode"

	"linghang/kernel/fault"
)

// manifest says what a bundle holds.
type manifest struct {
	Number   string    `json:"number"`
	Title    string    `json:"title"`
	Drill    string    `json:"drill,omitempty"`
	Mark     string    `json:"tlp"`
	MadeAt   time.Time `json:"made_at"`
	Check    string    `json:"how_to_check"`
	CheckSM3 string    `json:"how_to_check_sm3"`
	Evidence []piece   `json:"evidence"`
}

// piece is evidence within a bundle.
type piece struct {
	Evidence
	File    string    `json:"file"` // within the bundle; empty when it was discarded
	Custody []Custody `json:"custody"`
}

// content opens evidence as it came.
type content func(ctx context.Context, v Evidence) (io.ReadCloser, error)

// parcel is a ZIP that is written, with the digests of what is in it.
type parcel struct {
	zip         *zip.Writer
	at          time.Time
	sha256, sm3 bytes.Buffer // in the form of sha256sum(1)
}

// put adds a file.
func (b *parcel) put(name string, r io.Reader) (*digest, error) {
	f, err := b.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: b.at})
	if err != nil {
		return nil, fmt.Errorf("write bundle: %w", err)
	}
	d, err := newDigest(math.MaxInt64)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(f, d.of(r)); err != nil {
		return nil, fmt.Errorf("write bundle: %w", err)
	}
	fmt.Fprintf(&b.sha256, "%s  %s\n", d.SHA256(), name)
	fmt.Fprintf(&b.sm3, "%s  %s\n", d.SM3(), name)
	return d, nil
}

// piece adds evidence; it fails when that is not what was taken.
func (b *parcel) piece(ctx context.Context, kept content, p piece) error {
	file, err := kept(ctx, p.Evidence)
	if err != nil {
		return fmt.Errorf("read evidence %s: %w", p.ID, err)
	}
	d, err := b.put(p.File, file)
	_ = file.Close() // it was only read
	if err != nil {
		return err
	}
	if d.SHA256() != p.SHA256 || p.SM3 != "" && d.SM3() != p.SM3 {
		return fault.New(fault.Internal, "security.incident.evidence_changed", "the evidence %s is not what was taken", p.ID)
	}
	return nil
}

// close adds the digests, and ends the ZIP.
func (b *parcel) close() error {
	for _, x := range []struct {
		name string
		sums *bytes.Buffer
	}{{"SHA256SUMS", &b.sha256}, {"SM3SUMS", &b.sm3}} {
		f, err := b.zip.Create(x.name)
		if err != nil {
			return fmt.Errorf("write bundle: %w", err)
		}
		if _, err := x.sums.WriteTo(f); err != nil {
			return fmt.Errorf("write bundle: %w", err)
		}
	}
	if err := b.zip.Close(); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	return nil
}

// packed is what goes into a bundle.
type packed struct {
	Detail
	events []CaseEvent
	pieces []piece
	stix   []byte // empty: who takes the bundle does not take it away so
}

// bundle writes a ZIP with all that is known of an incident: incident.json, timeline.json,
// manifest.json, incident.stix.json for programs, evidence/… as it came, and SHA256SUMS and SM3SUMS
// over all of it in the form of sha256sum(1). Evidence whose content is not what its hash says
// breaks the bundle off.
func bundle(ctx context.Context, w io.Writer, kept content, d packed, now time.Time) error {
	b := &parcel{zip: zip.NewWriter(w), at: now}
	for _, p := range d.pieces {
		if p.File == "" {
			continue
		}
		if err := b.piece(ctx, kept, p); err != nil {
			return err
		}
	}
	about := manifest{Number: d.Number, Title: d.Title, Drill: d.Drill, Mark: d.Mark, MadeAt: now, Check: "sha256sum -c SHA256SUMS", CheckSM3: "cksum -a sm3 -c SM3SUMS", Evidence: d.pieces}
	for _, x := range []struct {
		name string
		what any
	}{{"incident.json", d.Detail}, {"timeline.json", d.events}, {"manifest.json", about}} {
		text, err := json.MarshalIndent(x.what, "", "  ")
		if err != nil {
			return fmt.Errorf("write %s: %w", x.name, err)
		}
		if _, err := b.put(x.name, bytes.NewReader(append(text, '\n'))); err != nil {
			return err
		}
	}
	if len(d.stix) > 0 {
		if _, err := b.put("incident.stix.json", bytes.NewReader(d.stix)); err != nil {
			return err
		}
	}
	return b.close()
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
