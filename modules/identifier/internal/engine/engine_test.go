package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
	"linghang/modules/identifier/internal/record"
)

// office is an engine over a fresh store, the home of 88.101.5 and of the
// prefixes below 88.101.
type office struct {
	*engine.Engine
	store record.Store
}

const (
	prefixHandle = "0.NA/88.101.5"
	above        = "0.NA/88.101"
	product      = "88.101.5/T001"
)

func admin(reference string) wire.Reference {
	r, err := wire.ParseReference(reference)
	if err != nil {
		panic(err)
	}
	return r
}

// adminValue lets somebody have rights.
func adminValue(index int32, who string, rights wire.Rights) wire.Value {
	a := wire.Admin{Rights: rights, Reference: admin(who)}
	v := wire.Text(index, wire.TypeAdmin, "")
	v.Data = a.Append(nil)
	return v
}

func open(t *testing.T) *office {
	t.Helper()
	store, err := record.OpenFiles(t.TempDir(), record.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	o := engine.Options{Store: store, Name: "here", Administrators: []wire.Reference{admin("300:88.101.5/BOSS")}, Mirrors: []wire.Reference{admin("300:88.101.5/MIRROR")}}
	e := &office{engine.New(o), store}
	for _, prefix := range []string{prefixHandle, above} {
		if err := e.Settle(t.Context(), prefix, "here"); err != nil {
			t.Fatal(err)
		}
	}
	e.put(t, prefixHandle, adminValue(100, "300:"+prefixHandle, wire.RightsAll), adminValue(101, "200:88.101.5/GROUP", wire.RightAddHandle|wire.RightListHandles))
	group := wire.Text(200, wire.TypeVList, "")
	group.Data = wire.AppendVList(nil, []wire.Reference{admin("300:88.101.5/CLERK")})
	e.put(t, "88.101.5/GROUP", group, adminValue(100, "300:"+prefixHandle, wire.RightsAll))
	return e
}

func (e *office) put(t *testing.T, handle string, values ...wire.Value) {
	t.Helper()
	if err := e.Put(t.Context(), wire.Values{Handle: handle, Values: values}); err != nil {
		t.Fatal(err)
	}
}

// ask hands the engine a request by somebody; "" is nobody.
func (e *office) ask(op wire.Op, by string, flags wire.Flags, body []byte) *server.Response {
	req := &server.Request{
		Header: wire.Header{Op: op, Flags: flags}, Version: wire.Current(), Body: body,
		Remote: netip.MustParseAddrPort("192.0.2.7:4711"), Transport: wire.TCP, Received: time.Now(),
	}
	if by != "" {
		req.Identity = admin(by)
	}
	if op == wire.OpResolve {
		req.Query, _ = wire.DecodeQuery(body)
	}
	res := &server.Response{}
	e.Handle(context.Background(), req, res)
	return res
}

func (e *office) values(t *testing.T, handle string) []wire.Value {
	t.Helper()
	r, err := e.store.Load(t.Context(), handle)
	if err != nil || r == nil {
		return nil
	}
	v, err := wire.DecodeValues(append(wire.AppendBytes(nil, r.Handle), r.Values...))
	if err != nil {
		t.Fatal(err)
	}
	return v.Values
}

func body(handle string, values ...wire.Value) []byte {
	v := wire.Values{Handle: handle, Values: values}
	return v.Append(nil)
}

func indexes(list ...int32) []byte {
	v := wire.Indexes{Handle: product, Indexes: list}
	return v.Append(nil)
}

// url is a value that administrators may change; stone one that nobody may.
func url(index int32) wire.Value { return wire.Text(index, wire.TypeURL, "http://a.example") }

func stone(index int32) wire.Value {
	v := wire.Text(index, "STONE", "for ever")
	v.Permissions = wire.AdminRead | wire.PublicRead
	return v
}

func secret(index int32) wire.Value {
	return wire.Value{Index: index, TTL: 60, Permissions: wire.PermissionsSecret, Type: wire.TypeSecretKey, Data: []byte("a secret")}
}

// Every change asks for its own rights, and is refused without them before
// anything else is told.
func TestRightsAreThoseOfHSAdmin(t *testing.T) {
	const (
		owner = "300:" + prefixHandle
		clerk = "300:88.101.5/CLERK"
		other = "300:88.101.9/OTHER"
	)
	rights := map[string]wire.Rights{ // of the clerk on the record, beside those on the prefix
		"none": 0, "add": wire.RightAddValue, "modify": wire.RightModifyValue, "remove": wire.RightRemoveValue, "delete": wire.RightDeleteHandle,
		"add admin": wire.RightAddAdmin, "modify admin": wire.RightModifyAdmin, "remove admin": wire.RightRemoveAdmin, "read": wire.RightReadValue,
	}
	newAdmin := adminValue(110, other, wire.RightsAll)
	tests := []struct {
		name   string
		op     wire.Op
		flags  wire.Flags
		body   []byte
		needs  []string // any of these rights of the clerk is enough
		wanted wire.Code
	}{
		{"create", wire.OpCreate, 0, body("88.101.5/NEW", url(1)), []string{"none"}, wire.CodeSuccess},
		{"create what exists", wire.OpCreate, 0, body(product, url(1)), []string{"none"}, wire.CodeExists},
		{"add a value", wire.OpAddValues, 0, body(product, url(9)), []string{"add"}, wire.CodeSuccess},
		{"add at an index that is taken", wire.OpAddValues, 0, body(product, url(1)), []string{"add"}, wire.CodeValueExists},
		{"add an administrator", wire.OpAddValues, 0, body(product, newAdmin), []string{"add admin"}, wire.CodeSuccess},
		{"add where there is a value, overwriting", wire.OpAddValues, wire.FlagOverwrite, body(product, wire.Text(1, wire.TypeURL, "http://b.example")), []string{"modify"}, wire.CodeSuccess},
		{"add one, overwriting", wire.OpAddValues, wire.FlagOverwrite, body(product, url(9)), []string{"add"}, wire.CodeSuccess},
		{"modify a value", wire.OpModifyValues, 0, body(product, wire.Text(1, wire.TypeURL, "http://b.example")), []string{"modify"}, wire.CodeSuccess},
		{"modify none", wire.OpModifyValues, 0, body(product, url(9)), []string{"modify"}, wire.CodeValuesNotFound},
		{"modify what nobody may", wire.OpModifyValues, 0, body(product, wire.Text(3, "STONE", "")), []string{"modify"}, wire.CodeNoPermission},
		{"modify an administrator", wire.OpModifyValues, 0, body(product, adminValue(101, other, 0)), []string{"modify admin"}, wire.CodeSuccess},
		{"remove a value", wire.OpRemoveValues, 0, indexes(1), []string{"remove"}, wire.CodeSuccess},
		{"remove none", wire.OpRemoveValues, 0, indexes(9), []string{"remove"}, wire.CodeValuesNotFound},
		{"remove an administrator", wire.OpRemoveValues, 0, indexes(101), []string{"remove admin"}, wire.CodeSuccess},
		{"remove the last administrators", wire.OpRemoveValues, 0, indexes(100, 101), []string{"remove admin"}, wire.CodeInvalidValue},
		{"delete", wire.OpDelete, 0, wire.AppendHandle(nil, product), []string{"delete"}, wire.CodeSuccess},
		{"read a secret", wire.OpResolve, 0, queryOf(product), []string{"read"}, wire.CodeSuccess},
	}
	for _, test := range tests {
		for name, given := range rights {
			e := open(t)
			e.put(t, product, url(1), secret(2), stone(3), adminValue(100, owner, wire.RightsAll), adminValue(101, clerk, given))
			enough := slices.Contains(test.needs, name) || slices.Contains(test.needs, "none")
			want := test.wanted
			if !enough {
				want = wire.CodeNoPermission
			}
			if res := e.ask(test.op, clerk, test.flags, test.body); res.Code != want {
				t.Errorf("%s by who may %s: code %d, want %d", test.name, name, res.Code, want)
			}
			if enough && name != test.needs[0] {
				continue
			}
			if res := e.ask(test.op, "", test.flags, test.body); res.Code != wire.CodeAuthNeeded && !enough {
				t.Errorf("%s by nobody: code %d, want %d", test.name, res.Code, wire.CodeAuthNeeded)
			}
			if res := e.ask(test.op, other, test.flags, test.body); res.Code != wire.CodeNotAdmin && !enough {
				t.Errorf("%s by a stranger: code %d, want %d", test.name, res.Code, wire.CodeNotAdmin)
			}
		}
	}
}

func queryOf(handle string, types ...string) []byte {
	q := wire.NewQuery(handle, nil, types)
	return q.Append(nil)
}

func TestAnswersHaveWhatMayBeRead(t *testing.T) {
	e := open(t)
	hidden := url(4)
	hidden.Permissions = wire.AdminWrite
	e.put(t, product, url(1), secret(2), stone(3), hidden, adminValue(100, "300:"+prefixHandle, wire.RightsAll))
	tests := []struct {
		name  string
		by    string
		flags wire.Flags
		types []string
		code  wire.Code
		want  []int32
	}{
		{"all that is public", "", wire.FlagPublicOnly, nil, wire.CodeSuccess, []int32{1, 3, 100}},
		{"by type", "", wire.FlagPublicOnly, []string{"url"}, wire.CodeSuccess, []int32{1}},
		{"by another type", "", wire.FlagPublicOnly, []string{"EMAIL"}, wire.CodeValuesNotFound, nil},
		{"a secret for the public", "", wire.FlagPublicOnly, []string{wire.TypeSecretKey}, wire.CodeValuesNotFound, nil},
		{"a secret", "", 0, []string{wire.TypeSecretKey}, wire.CodeAuthNeeded, nil},
		{"all, for who administers it", "300:" + prefixHandle, 0, nil, wire.CodeSuccess, []int32{1, 2, 3, 100}},
		{"all, for a stranger", "300:88.101.9/X", 0, nil, wire.CodeNotAdmin, nil},
	}
	for _, test := range tests {
		res := e.ask(wire.OpResolve, test.by, test.flags, queryOf("88.101.5/t001", test.types...))
		if res.Code != test.code {
			t.Errorf("%s: code %d, want %d", test.name, res.Code, test.code)
			continue
		}
		if test.code != wire.CodeSuccess {
			continue
		}
		v, err := wire.DecodeValues(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		var got []int32
		for _, value := range v.Values {
			got = append(got, value.Index)
		}
		if !slices.Equal(got, test.want) || v.Handle != "88.101.5/t001" {
			t.Errorf("%s: %v of %s, want %v", test.name, got, v.Handle, test.want)
		}
	}
}

func TestWhatIsNotHereIsReferredOrTold(t *testing.T) {
	e := open(t)
	e.put(t, "0.NA/88.101.7", wire.Value{Index: 1, TTL: 60, Permissions: wire.PermissionsPublic, Type: wire.TypeSitePrefix, Data: (&wire.Site{Version: wire.Current()}).Append(nil)}, adminValue(100, "300:0.NA/88.101.7", wire.RightsAll))
	for handle, want := range map[string]wire.Code{
		"0.NA/88.101.7":   wire.CodeSuccess,
		"0.NA/88.101.7.1": wire.CodePrefixReferral,
		"0.NA/88.101.8":   wire.CodeNotFound,
		"0.NA/88.102":     wire.CodeNotResponsible,
		"0.NA/88.101":     wire.CodeNotResponsible, // who is the home of its children is not its own
		"88.101.8/X":      wire.CodeNotResponsible,
		"88.101.5/NONE":   wire.CodeNotFound,
		"/X":              wire.CodeInvalidHandle,
	} {
		if res := e.ask(wire.OpResolve, "", wire.FlagPublicOnly, queryOf(handle)); res.Code != want {
			t.Errorf("%s: code %d, want %d", handle, res.Code, want)
		}
	}
	if res := e.ask(wire.OpResolve, "", wire.FlagPublicOnly|wire.FlagNoReferral, queryOf("0.NA/88.101.7.1")); res.Code != wire.CodeNotFound {
		t.Errorf("without referral: code %d", res.Code)
	}
	if res := e.ask(wire.OpCreate, "", 0, body("0.NA/88.101.7.1", url(1))); res.Code != wire.CodePrefixReferral {
		t.Errorf("create below another's prefix: code %d", res.Code)
	}
}

func TestRecordsThatWouldHurtAreRefused(t *testing.T) {
	e := open(t)
	open := secret(1)
	open.Permissions |= wire.PublicRead
	broken := wire.Text(1, wire.TypeAdmin, "x")
	for name, values := range map[string][]wire.Value{
		"index 0":              {url(0)},
		"an index below 0":     {url(-5)},
		"a secret for all":     {open},
		"an unreadable admin":  {broken},
		"an unreadable site":   {wire.Text(1, wire.TypeSite, "x")},
		"an unreadable key":    {wire.Text(1, wire.TypePublicKey, "x")},
		"an alias to nowhere":  {wire.Text(1, wire.TypeAlias, "")},
		"a value without type": {wire.Text(1, "", "x")},
	} {
		if res := e.ask(wire.OpCreate, "300:"+prefixHandle, 0, body("88.101.5/BAD", values...)); res.Code != wire.CodeInvalidValue {
			t.Errorf("%s: code %d", name, res.Code)
		}
	}
	if res := e.ask(wire.OpCreate, "300:"+prefixHandle, 0, body("88.101.5/BAD", url(1), url(1))); res.Code != wire.CodeValueExists {
		t.Errorf("an index twice: code %d", res.Code)
	}
	if e.values(t, "88.101.5/BAD") != nil {
		t.Error("something of it was kept")
	}
	res := e.ask(wire.OpCreate, "300:88.101.5/CLERK", wire.FlagMint, body("88.101.5/", url(1)))
	handle, err := wire.DecodeHandle(res.Body)
	if res.Code != wire.CodeSuccess || err != nil || len(handle) != len("88.101.5/")+36 {
		t.Fatalf("minted %q: code %d, %v", handle, res.Code, err)
	}
	if !slices.ContainsFunc(e.values(t, handle), func(v wire.Value) bool { return v.Type == wire.TypeAdmin }) {
		t.Error("a record that nobody administers was made")
	}
}

// Many change one record at the same time; nothing that was acknowledged is lost.
func TestConcurrentChangesOfOneRecordAreAllMade(t *testing.T) {
	e := open(t)
	e.put(t, product, adminValue(100, "300:"+prefixHandle, wire.RightsAll))
	const each, workers = 20, 8
	var work sync.WaitGroup
	var mu sync.Mutex
	var made []int32
	for w := range workers {
		work.Go(func() {
			for i := range each {
				index := int32(1000 + w*each + i)
				if res := e.ask(wire.OpAddValues, "300:"+prefixHandle, 0, body(product, url(index))); res.Code == wire.CodeSuccess {
					mu.Lock()
					made = append(made, index)
					mu.Unlock()
				}
			}
		})
	}
	work.Wait()
	values := e.values(t, product)
	if len(values) != len(made)+1 || len(made) < each {
		t.Errorf("%d changes were acknowledged, the record has %d values", len(made), len(values))
	}
}

// A mirror gets everything at first, and then what changed.
func TestAMirrorFollows(t *testing.T) {
	e := open(t)
	e.put(t, product, url(1), adminValue(100, "300:"+prefixHandle, wire.RightsAll))
	dump := &wire.DumpQuery{Receiver: wire.Receiver{Hash: wire.HashAll, Servers: 1}}
	if res := e.ask(wire.OpDump, "300:"+prefixHandle, 0, dump.Append(nil)); res.Code != wire.CodeNotAdmin {
		t.Fatalf("a dump for who is no mirror: code %d", res.Code)
	}
	octets := e.stream(t, wire.OpDump, dump.Append(nil))
	rest, err := wire.DecodeDump(octets)
	if err != nil {
		t.Fatal(err)
	}
	var last uint64
	handles, homes := map[string]bool{}, 0
	for ended := false; !ended; {
		var r wire.DumpRecord
		if r, rest, err = wire.DecodeDumpRecord(rest); err != nil {
			t.Fatal(err)
		}
		switch r.Kind {
		case wire.DumpSource:
			last = r.Transaction
		case wire.DumpHandle:
			handles[r.Handle] = true
		case wire.DumpHomed:
			homes++
		case wire.DumpEnd:
			ended = true
		}
	}
	if !handles[product] || homes != 2 || len(rest) != 0 {
		t.Errorf("the dump has %v and %d homes", handles, homes)
	}
	e.put(t, product, wire.Text(1, wire.TypeURL, "http://b.example"))
	q := &wire.TransactionQuery{Last: last, Receiver: dump.Receiver}
	octets = e.stream(t, wire.OpTransactions, q.Append(nil, wire.Current()))
	status, rest, err := wire.DecodeTransactions(octets)
	if err != nil || status != wire.StreamSending {
		t.Fatalf("status %d, %v", status, err)
	}
	c, rest, ok, err := wire.DecodeChange(rest)
	if err != nil || !ok || c.Handle != product || c.Action != wire.ActionUpdate || !bytes.Contains(c.Values[0].Data, []byte("b.example")) {
		t.Errorf("the first change is %+v, %v", c, err)
	}
	if _, _, ok, err := wire.DecodeChange(rest); ok || err != nil {
		t.Errorf("more changes follow, %v", err)
	}
}

// lame is a store whose log cannot be read for a while.
type lame struct {
	record.Store
	faults atomic.Int32 // that are still to come
}

func (s *lame) Log(ctx context.Context, after uint64, most int) ([]record.Logged, error) {
	if s.faults.Add(-1) >= 0 {
		return nil, errors.New("the store is away")
	}
	return s.Store.Log(ctx, after, most) //nolint:wrapcheck // it is the store
}

// A node whose store was away still sees what others home.
func TestANodeFollowsAgainWhenTheStoreIsBack(t *testing.T) {
	e := open(t)
	store := &lame{Store: e.store}
	other := engine.New(engine.Options{Store: store, Name: "there", Log: slog.New(slog.DiscardHandler)})
	follows, end := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); other.Follow(follows) }()
	defer func() { end(); <-ended }()
	has := func(prefix string) bool {
		return slices.ContainsFunc(other.Homes(), func(h *engine.Home) bool { return h.Prefix == prefix })
	}
	kerneltest.Wait(t, "the homes to be read", func() bool { return has(above) })
	store.faults.Store(1)
	if err := e.Settle(t.Context(), "0.NA/88.102", "here"); err != nil {
		t.Fatal(err)
	}
	kerneltest.Wait(t, "the new home to be seen", func() bool { return has("0.NA/88.102") })
	if n := store.faults.Load(); n >= 0 {
		t.Errorf("%d faults did not happen", n+1)
	}
}

func (e *office) stream(t *testing.T, op wire.Op, body []byte) []byte {
	t.Helper()
	res := e.ask(op, "300:88.101.5/MIRROR", 0, body)
	if res.Code != wire.CodeSuccess || res.Stream == nil {
		t.Fatalf("%s: code %d", op, res.Code)
	}
	var b bytes.Buffer
	if err := res.Stream(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A query that is answered from memory takes no memory of its own.
func TestAQueryTakesNoMemory(t *testing.T) {
	e := open(t)
	e.put(t, product, url(1), adminValue(100, "300:"+prefixHandle, wire.RightsAll))
	if _, err := e.store.Load(t.Context(), product); err != nil {
		t.Fatal(err)
	}
	const missing = "88.101.5/MISSING"
	if res := e.ask(wire.OpResolve, "", 0, queryOf(missing)); res.Code != wire.CodeNotFound { // from now on its prefix is known to have no template
		t.Fatalf("code %d", res.Code)
	}
	for handle, code := range map[string]wire.Code{product: wire.CodeSuccess, missing: wire.CodeNotFound} {
		q, err := wire.DecodeQuery(queryOf(handle))
		if err != nil {
			t.Fatal(err)
		}
		req := &server.Request{Header: wire.Header{Op: wire.OpResolve, Flags: wire.FlagPublicOnly}, Query: q, Remote: netip.MustParseAddrPort("192.0.2.7:4711"), Received: time.Now()}
		res := &server.Response{Body: make([]byte, 0, 4096)}
		n := testing.AllocsPerRun(1000, func() {
			res.Body = res.Body[:0]
			if !e.Resolve(req, res) || res.Code != code {
				t.Fatalf("%s was not answered from memory, code %d", handle, res.Code)
			}
		})
		if n > 0 {
			t.Errorf("a query for %s takes %.1f allocations", handle, n)
		}
	}
}

func BenchmarkResolve(b *testing.B) {
	store, err := record.OpenFiles(b.TempDir(), record.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	e := engine.New(engine.Options{Store: store, Name: "here"})
	if err := e.Settle(b.Context(), prefixHandle, "here"); err != nil {
		b.Fatal(err)
	}
	const n = 10_000
	queries := make([]wire.Query, n)
	changes := make([]record.Change, n)
	for i := range n {
		handle := fmt.Sprintf("88.101.5/T%06d", i)
		v := wire.Values{Values: []wire.Value{url(1), adminValue(100, "300:"+prefixHandle, wire.RightsAll)}}
		changes[i] = record.Change{Action: wire.ActionCreate, Handle: handle, Values: v.Append(nil)[4:]}
		queries[i] = wire.NewQuery(handle, nil, nil)
	}
	if _, err := store.Apply(b.Context(), changes); err != nil {
		b.Fatal(err)
	}
	req := &server.Request{Header: wire.Header{Op: wire.OpResolve, Flags: wire.FlagPublicOnly}, Remote: netip.MustParseAddrPort("192.0.2.7:4711"), Received: time.Now()}
	res := &server.Response{Body: make([]byte, 0, 4096)}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		req.Query, res.Body = queries[i%n], res.Body[:0]
		if !e.Resolve(req, res) {
			b.Fatal("it was not answered from memory")
		}
	}
}
