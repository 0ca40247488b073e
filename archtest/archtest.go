// Package archtest is the inspector: the rules of the house, read from the
// source and checked by one test. It parses in its own process, because the
// test cache sees the files that a test opens and not those that a child does.
//
// The three tables below are the rules: floors say who may import whom, owners
// who may use which library, parts what each file of a room may touch.
package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// house is the name of the Go module.
const house = "linghang/"

// floors lists which top folders each top folder may import from. A folder
// with Go code that is not listed is refused.
func floors() map[string][]string {
	return map[string][]string{
		"cmd":      {"cmd", "modules", "kernel", "lib", "web"},
		"modules":  {"kernel", "lib"},
		"kernel":   {"kernel", "lib"},
		"lib":      {}, // nothing of the house, not even another library
		"web":      {},
		"archtest": {},
	}
}

// owner names the folders that may import a library. Everybody may import one
// whose folders are nil; tests are further folders whose tests may.
type owner struct {
	library string
	folders []string
	tests   []string
}

func owners() []owner {
	everybody := []string(nil)
	return []owner{
		{"codeberg.org/go-pdf/fpdf", []string{"kernel/paper"}, nil},
		{"filippo.io/age", []string{"kernel/archive"}, []string{"cmd"}},
		{"github.com/boombuler/barcode", []string{"kernel/identity", "modules/identifier"}, nil},
		{"github.com/cockroachdb/pebble", []string{"modules/identifier"}, nil},
		{"github.com/coreos/go-oidc", []string{}, []string{"kernel/oidc"}},
		{"github.com/cedar-policy/cedar-go", []string{"kernel/share"}, nil},
		{"github.com/danielgtaylor/huma", []string{"kernel/httpd"}, nil},
		{"github.com/descope/virtualwebauthn", []string{}, []string{"kernel/system"}},
		{"github.com/go-json-experiment/json", []string{"modules/security"}, nil},
		{"github.com/go-jose/go-jose", []string{"kernel/oidc"}, nil},
		{"github.com/go-sql-driver/mysql", []string{"kernel/kerneltest", "modules/platforms"}, nil},
		{"github.com/go-webauthn/webauthn", []string{"kernel/identity"}, nil},
		{"github.com/emmansun/gmsm", []string{"kernel/seal", "lib/handle", "modules/identifier"}, nil},
		{"github.com/google/go-cmp", []string{}, []string{""}},
		{"github.com/google/uuid", []string{"modules/identifier"}, nil},
		{"github.com/gopacket/gopacket", []string{"lib/icsdissect/capture"}, nil},
		{"github.com/jackc/pgx", []string{"kernel/sqldb", "kernel/kerneltest", "modules/platforms"}, nil},
		{"github.com/klauspost/compress", []string{"lib/remotewrite", "modules/platforms", "kernel/archive", "kernel/series"}, []string{"cmd", "modules", "lib"}},
		{"github.com/miekg/dns", []string{"modules/identifier"}, nil},
		{"github.com/minio/minio-go", []string{"kernel/blobs"}, nil},
		{"github.com/mochi-mqtt/server", []string{"kernel/broker"}, nil},
		{"github.com/nats-io", []string{"kernel/bus"}, nil},
		{"github.com/oklog/ulid", everybody, nil},
		{"github.com/pandatix/go-cvss", []string{"lib/csaf"}, nil},
		{"github.com/ProtonMail/go-crypto", []string{"modules/security"}, nil},
		{"github.com/pquerna/otp", []string{}, []string{"kernel/system", "cmd"}},
		{"github.com/pressly/goose", []string{"kernel/sqldb"}, nil},
		{"github.com/prometheus/client_golang", []string{"kernel", "kernel/broker", "kernel/httpd", "kernel/machine", "kernel/module", "kernel/search", "kernel/series", "modules"}, nil},
		{"github.com/prometheus/common", []string{"kernel/series"}, nil},
		{"github.com/prometheus/prometheus", []string{"kernel/series", "modules/platforms"}, []string{"lib/remotewrite", "modules/platforms", "cmd"}},
		{"github.com/spf13/cobra", []string{"kernel", "cmd", "modules"}, nil},
		{"github.com/spf13/pflag", []string{"kernel"}, nil},
		{"github.com/tetratelabs/wazero", []string{"lib/schedule"}, nil},
		{"github.com/theory/jsonpath", []string{"modules/platforms"}, nil},
		{"github.com/xuri/excelize", []string{"kernel/httpd", "kernel/paper", "kernel/sheet", "kernel/system", "modules"}, []string{"kernel/files"}},
		{"github.com/standard-webhooks/standard-webhooks", []string{}, []string{"kernel/notify"}},
		{"github.com/wneessen/go-mail", []string{"kernel/notify"}, nil},
		{"github.com/zitadel/oidc", []string{"kernel/oidc"}, nil},
		{"go.opentelemetry.io/collector/pdata", []string{"lib/otlpmetrics"}, []string{"modules/platforms", "cmd"}},
		{"go.opentelemetry.io/otel", []string{"kernel/trace"}, nil},
		{"go.yaml.in/yaml", []string{"kernel", "lib/sigma", "modules"}, nil},
		{"golang.org/x/crypto", []string{"kernel/identity"}, nil},
		{"golang.org/x/image", []string{"kernel/paper"}, nil},
		{"golang.org/x/oauth2", []string{"kernel/oidc"}, nil},
		{"golang.org/x/sync", everybody, nil},
		{"golang.org/x/sys", []string{"lib/handle"}, []string{"modules/identifier"}},
		{"golang.org/x/text", []string{"lib/csaf", "lib/vulnlist"}, nil},
		{"golang.org/x/time", everybody, nil},
		{"google.golang.org/protobuf", []string{"lib"}, nil},
		{"gonum.org/v1/gonum", []string{"lib/graph/chain"}, []string{"cmd"}},
		{"modernc.org/sqlite", []string{"kernel/sqldb"}, []string{"lib/graph"}},
	}
}

// part is what only some files of a room may import, told by the end of their names.
type part struct {
	imports string
	files   []string
}

func parts() []part {
	return []part{
		{"net/http", []string{"_http.go", "_client.go"}},
		{"net", []string{"_http.go", "_client.go", "_worker.go"}},
		{"database/sql", []string{"_store.go"}},
		{house + "kernel/sqldb", []string{"_store.go", "_http.go"}},
		{house + "kernel/httpd", []string{"_http.go", "module.go"}},
	}
}

// ruleKernel is what of the kernel a rule may know: a file of a room that is
// neither a part by its name nor module.go.
func ruleKernel() []string {
	return []string{"attest", "bus", "district", "fault", "industry", "lang", "paper", "sheet"}
}

// connecting are the ends of the names of files that are no rules.
func connecting() []string { return []string{"_store.go", "_http.go", "_client.go", "_worker.go"} }

// vague are names that say nothing about what is in a folder.
func vague() []string {
	return []string{"util", "utils", "common", "shared", "helper", "helpers", "base", "manager", "impl", "dto", "misc", "internal"}
}

var (
	sqlText    = regexp.MustCompile(`^\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX)\s|WITH\s+(RECURSIVE\s+)?\w+\s*(\(|AS\b))`)
	constraint = regexp.MustCompile(`_(aix|android|darwin|dragonfly|freebsd|illumos|ios|js|linux|netbsd|openbsd|plan9|solaris|wasip1|windows|386|amd64|arm|arm64|loong64|mips|mips64|ppc64|ppc64le|riscv64|s390x|wasm)(_test)?\.go$`)
)

// source is one parsed Go file.
type source struct {
	path   string // from the root, with slashes
	folder string
	test   bool
	file   *ast.File
	fset   *token.FileSet
}

func (s source) base() string { return path.Base(s.path) }

func (s source) top() string {
	top, _, _ := strings.Cut(s.folder, "/")
	return top
}

// room is the folder of the room that the file belongs to, or empty.
func (s source) room() string {
	if s.top() != "modules" {
		return ""
	}
	return firstTwo(s.folder)
}

func firstTwo(folder string) string {
	elements := strings.SplitN(folder, "/", 3)
	return strings.Join(elements[:min(2, len(elements))], "/")
}

func (s source) imports() []string {
	list := make([]string, len(s.file.Imports))
	for i, spec := range s.file.Imports {
		list[i] = strings.Trim(spec.Path.Value, `"`)
	}
	return list
}

// Inspect returns every breach of the rules below root, in order.
func Inspect(root string) ([]string, error) {
	sources, err := read(root)
	if err != nil {
		return nil, err
	}
	var faults []string
	for _, s := range sources {
		faults = append(faults, inspectFile(s)...)
	}
	faults = append(faults, loops(sources)...)
	faults = append(faults, undocumented(sources)...)
	web, err := inspectWeb(root, sources)
	if err != nil {
		return nil, err
	}
	faults = append(faults, web...)
	slices.Sort(faults)
	return slices.Compact(faults), nil
}

func read(root string) ([]source, error) {
	var list []source
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return fmt.Errorf("place %s: %w", name, err)
		}
		fset := token.NewFileSet()
		text, err := os.ReadFile(name) //nolint:gosec // the files of the tree that was named
		if err != nil {
			return fmt.Errorf("read source: %w", err)
		}
		file, err := parser.ParseFile(fset, rel, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("parse source: %w", err)
		}
		rel = filepath.ToSlash(rel)
		list = append(list, source{rel, path.Dir(rel), strings.HasSuffix(rel, "_test.go"), file, fset})
		return nil
	})
	return list, err
}
