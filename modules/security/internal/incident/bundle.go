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
	Evidence []piece   `json:"evidence"`
}

// piece is evidence within a bundle.
type piece struct {
	Evidence
	File    string    `json:"file"` // within the bundle; empty when it was discarded
	Custody []Custody `json:"custody"`
}

// content opens what is kept under a hash.
type content func(ctx context.Context, sha256 string) (io.ReadSeekCloser, error)

// bundle writes a ZIP with all that is known of an incident: incident.json, timeline.json,
// manifest.json, evidence/… as it came, and SHA256SUMS over all of it in the form of
// sha256sum(1). Evidence whose content is not what its hash says breaks the bundle off.
func bundle(ctx context.Context, w io.Writer, kept content, d Detail, events []CaseEvent, pieces []piece, now time.Time) error {
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
		file, err := kept(ctx, p.SHA256)
		if err != nil {
			return fmt.Errorf("read evidence %s: %w", p.ID, err)
		}
		sum, err := put(p.File, file)
		_ = file.Close() // it was only read
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
