package kernel

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// bill is a software bill of materials in CycloneDX 1.6.
type bill struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     billMetadata `json:"metadata"`
	Components   []part       `json:"components"`
	Dependencies []dependsOn  `json:"dependencies"`
}

type billMetadata struct {
	Component part `json:"component"`
}

type part struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Scope      string     `json:"scope,omitempty"`
	Purl       string     `json:"purl"`
	Hashes     []partHash `json:"hashes,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type partHash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependsOn struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

func (c commands) sbom() *cobra.Command {
	var lock string
	cmd := &cobra.Command{
		Use: "sbom", Short: "Print what this program is made of, as CycloneDX", Args: cobra.NoArgs,
		Long: `Print a software bill of materials in CycloneDX 1.6, read from this very binary: the modules that were
linked into it, and the packages of the web inside when their lock file is given.`,
		Example: "  linghang sbom > linghang.cdx.json\n  linghang sbom --web-lock web/package-lock.json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find the program: %w", err)
			}
			info, err := buildinfo.ReadFile(path)
			if err != nil {
				return fmt.Errorf("read what the program was built from: %w", err)
			}
			b := goBill(info, c.house.Version)
			if b.Metadata.Component.Hashes, err = fileHash(path); err != nil {
				return err
			}
			if lock != "" {
				data, err := os.ReadFile(lock) //nolint:gosec // the file that the operator named
				if err != nil {
					return fmt.Errorf("read the lock file of the web: %w", err)
				}
				if err := b.addWeb(data); err != nil {
					return err
				}
			}
			b.close()
			enc := json.NewEncoder(cmd.OutOrStdout())
			enc.SetIndent("", "  ")
			return enc.Encode(b)
		},
	}
	cmd.Flags().StringVar(&lock, "web-lock", "", "package-lock.json of the web")
	return cmd
}

func fileHash(path string) (list []partHash, err error) {
	f, err := os.Open(path) //nolint:gosec // the program itself
	if err != nil {
		return nil, fmt.Errorf("open the program: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return nil, fmt.Errorf("read the program: %w", err)
	}
	return []partHash{{"SHA-256", hex.EncodeToString(sum.Sum(nil))}}, nil
}

// goBill lists the modules in a binary.
func goBill(info *debug.BuildInfo, version string) bill {
	b := bill{Format: "CycloneDX", Spec: "1.6", Version: 1}
	b.Metadata.Component = part{Type: "application", Name: "linghang", Version: version, Purl: "pkg:golang/linghang@" + version}
	for _, s := range info.Settings {
		if slices.Contains([]string{"GOOS", "GOARCH", "CGO_ENABLED", "-trimpath", "-tags", "vcs.revision", "vcs.modified"}, s.Key) {
			b.Metadata.Component.Properties = append(b.Metadata.Component.Properties, property{"linghang:build:" + s.Key, s.Value})
		}
	}
	b.Components = append(b.Components, part{
		Type: "library", Name: "std", Version: strings.TrimPrefix(info.GoVersion, "go"), Purl: "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go"),
	})
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		p := part{Type: "library", Name: m.Path, Version: m.Version, Scope: "required", Purl: "pkg:golang/" + m.Path + "@" + m.Version}
		if m.Sum != "" {
			// The sum of the Go checksum database, which is not one of the file.
			p.Properties = []property{{"linghang:go.sum", m.Sum}}
		}
		b.Components = append(b.Components, p)
	}
	return b
}

// addWeb adds the packages of a lock file that are in the built web.
func (b *bill) addWeb(lock []byte) error {
	var doc struct {
		Version  int `json:"lockfileVersion"`
		Packages map[string]struct {
			Version string `json:"version"`
			Dev     bool   `json:"dev"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(lock, &doc); err != nil {
		return fmt.Errorf("decode the lock file of the web: %w", err)
	}
	if doc.Version < 2 {
		return fmt.Errorf("the lock file of the web has version %d; npm 7 and later write 2 and 3", doc.Version)
	}
	for path, p := range doc.Packages {
		_, name, found := lastCut(path, "node_modules/")
		if !found || p.Dev {
			continue
		}
		b.Components = append(b.Components, part{
			Type: "library", Name: name, Version: p.Version, Scope: "required", Purl: "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + p.Version,
		})
	}
	return nil
}

func lastCut(text, mark string) (before, after string, found bool) {
	if i := strings.LastIndex(text, mark); i >= 0 {
		return text[:i], text[i+len(mark):], true
	}
	return text, "", false
}

// close gives every part its reference, each once, in order.
func (b *bill) close() {
	slices.SortFunc(b.Components, func(x, y part) int { return strings.Compare(x.Purl, y.Purl) })
	b.Components = slices.CompactFunc(b.Components, func(x, y part) bool { return x.Purl == y.Purl })
	root := dependsOn{Ref: b.Metadata.Component.Purl}
	b.Metadata.Component.Ref = root.Ref
	for i := range b.Components {
		b.Components[i].Ref = b.Components[i].Purl
		root.DependsOn = append(root.DependsOn, b.Components[i].Ref)
	}
	b.Dependencies = []dependsOn{root}
}
