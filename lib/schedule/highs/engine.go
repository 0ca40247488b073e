package highs

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed" // the binary
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// Version is that of HiGHS inside.
const Version = "1.15.1"

const (
	pageSize   = 64 << 10
	wasmLength = 16 << 20 // more than the unpacked binary has
)

//go:embed highs.wasm.gz
var packed []byte

//go:embed names.txt
var names string

//go:embed LICENSE
var licence string

//go:embed NOTICES
var notices string

// Licence is the text of the licence of HiGHS and of what it contains, which goes with
// every copy.
func Licence() string { return licence + "\n" + notices }

// Limits bound what an Engine uses. The zero value is the defaults.
type Limits struct {
	Instances int    // models at a time, others wait; 0 is 2
	Memory    int64  // octets of one instance; 0 is 1 GiB. At least 32 MiB, at most 4 GiB
	Cache     string // folder in which the compiled code is kept for the next process; empty is none
}

// Engine solves models, several at a time. Methods may be called by many goroutines.
type Engine struct {
	limits Limits
	slots  chan struct{}

	mu       sync.Mutex // guards what follows
	closed   bool
	runtime  wazero.Runtime
	cache    wazero.CompilationCache
	compiled wazero.CompiledModule
	exports  map[string]string
}

// New returns an engine, which compiles HiGHS when it is first needed.
func New(l Limits) *Engine {
	if l.Instances <= 0 {
		l.Instances = 2
	}
	if l.Memory <= 0 {
		l.Memory = 1 << 30
	}
	l.Memory = min(max(l.Memory, 32<<20), 4<<30)
	return &Engine{limits: l, slots: make(chan struct{}, l.Instances)}
}

// Close ends the engine and gives back what it holds. Models that are being solved fail.
func (e *Engine) Close(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	if e.runtime == nil {
		return nil
	}
	err := e.runtime.Close(ctx)
	if e.cache != nil {
		err = first(err, e.cache.Close(ctx))
	}
	e.runtime, e.compiled, e.cache = nil, nil, nil
	if err != nil {
		return fmt.Errorf("close the solver: %w", err)
	}
	return nil
}

// first is the first of two errors that is one.
func first(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// open compiles the binary, once.
func (e *Engine) open(ctx context.Context) (wazero.Runtime, wazero.CompiledModule, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, nil, errors.New("the solver is closed")
	}
	if e.runtime != nil {
		return e.runtime, e.compiled, nil
	}
	ctx = context.WithoutCancel(ctx) // who comes first compiles for all
	imports, exports := readNames()
	binary, err := unpack()
	if err != nil {
		return nil, nil, err
	}
	// Not WithCloseOnContextDone: its checks in every loop make HiGHS take 3.6 times as long. The clock stops it, see run.
	config := wazero.NewRuntimeConfig().
		WithMemoryLimitPages(uint32(e.limits.Memory / pageSize)) //nolint:gosec // New bounds it
	var cache wazero.CompilationCache
	if e.limits.Cache != "" {
		if cache, err = wazero.NewCompilationCacheWithDir(e.limits.Cache); err != nil {
			return nil, nil, fmt.Errorf("open the folder of compiled code: %w", err)
		}
		config = config.WithCompilationCache(cache)
	}
	r := wazero.NewRuntimeWithConfig(ctx, config)
	compiled, err := compile(ctx, r, binary, imports)
	if err != nil {
		_ = r.Close(ctx)
		return nil, nil, err
	}
	e.runtime, e.compiled, e.cache, e.exports = r, compiled, cache, exports
	return r, compiled, nil
}

func compile(ctx context.Context, r wazero.Runtime, binary []byte, imports map[string]string) (wazero.CompiledModule, error) {
	compiled, err := r.CompileModule(ctx, binary)
	if err != nil {
		return nil, fmt.Errorf("compile HiGHS: %w", err)
	}
	builder := r.NewHostModuleBuilder("a")
	for _, f := range compiled.ImportedFunctions() {
		_, short, _ := f.Import()
		host := hostFunction(imports[short])
		if host == nil {
			return nil, fmt.Errorf("HiGHS asks for a function %q (%s) that nobody provides", imports[short], short)
		}
		builder = builder.NewFunctionBuilder().WithGoModuleFunction(host, f.ParamTypes(), f.ResultTypes()).Export(short)
	}
	if _, err := builder.Instantiate(ctx); err != nil {
		return nil, fmt.Errorf("provide the functions that HiGHS asks for: %w", err)
	}
	return compiled, nil
}

func unpack() ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack HiGHS: %w", err)
	}
	binary, err := io.ReadAll(io.LimitReader(z, wasmLength))
	if err != nil {
		return nil, fmt.Errorf("unpack HiGHS: %w", err)
	}
	return binary, nil
}

// readNames reads which function has which short name inside the binary: imports by short
// name, exports by long name.
func readNames() (imports, exports map[string]string) {
	imports, exports = map[string]string{}, map[string]string{}
	for line := range strings.Lines(names) {
		word := strings.Fields(line)
		if len(word) != 3 {
			continue
		}
		if word[0] == "import" {
			imports[word[2]] = word[1]
			continue
		}
		exports[word[1]] = word[2]
	}
	return imports, exports
}

// instance is HiGHS in a memory of its own.
type instance struct {
	module  api.Module
	memory  api.Memory
	exports map[string]string
}

func (e *Engine) instantiate(ctx context.Context) (*instance, error) {
	r, compiled, err := e.open(ctx)
	if err != nil {
		return nil, err
	}
	module, err := r.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return nil, fmt.Errorf("start HiGHS: %w", err)
	}
	i := &instance{module, module.ExportedMemory(e.exports["memory"]), e.exports}
	if _, err := i.call(ctx, "construct"); err != nil {
		_ = module.Close(ctx)
		return nil, err
	}
	return i, nil
}
