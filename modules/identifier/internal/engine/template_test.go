package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
)

// page is a template for pages of what has a web address.
const page = `<namespace><template delimiter="@"><foreach>
  <if value="type" test="equals" expression="URL">
    <if value="extension" test="matches" expression="p([0-9]+)" parameter="x"><value data="${data}#${x[1]}"/></if>
    <else><value data="${data}?${x}"/></else>
  </if>
  <else><value/></else>
</foreach></template></namespace>`

func namespaceValue(index int32, text string) wire.Value {
	return wire.Text(index, wire.TypeNamespace, text)
}

// told are the values of an answer.
func told(t *testing.T, res *server.Response) []string {
	t.Helper()
	if res.Code != wire.CodeSuccess {
		return []string{res.Code.String()}
	}
	v, err := wire.DecodeValues(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, value := range v.Values {
		if value.Type != wire.TypeAdmin {
			list = append(list, fmt.Sprintf("%d %s %s", value.Index, value.Type, value.Data))
		}
	}
	return list
}

func (e *office) resolve(t *testing.T, handle string) []string {
	t.Helper()
	return told(t, e.ask(wire.OpResolve, "", wire.FlagPublicOnly, queryOf(handle)))
}

// templated is an office whose prefix has a template.
func templated(t *testing.T) *office {
	t.Helper()
	e := open(t)
	e.put(t, prefixHandle, namespaceValue(400, page))
	hidden := wire.Text(3, wire.TypeURL, "http://secret.example")
	hidden.Permissions = wire.PermissionsSecret
	e.put(t, product, url(1), wire.Text(2, "EMAIL", "a@a.example"), hidden, secret(4), wire.Text(5, wire.TypeSignature, "x.y.z"), adminValue(100, "300:"+prefixHandle, wire.RightsAll))
	e.put(t, "88.101.5/M@P", url(1), adminValue(100, "300:"+prefixHandle, wire.RightsAll))
	return e
}

func TestAHandleThatIsNotThereIsComputed(t *testing.T) {
	e := templated(t)
	notFound := []string{"handle not found"}
	for handle, want := range map[string][]string{
		product:                {"1 URL http://a.example", "2 EMAIL a@a.example", "5 HS_SIGNATURE x.y.z"},
		product + "@p7":        {"1 URL http://a.example#7", "2 EMAIL a@a.example"},
		product + "@a=1&b=2@c": {"1 URL http://a.example?a=1&b=2@c", "2 EMAIL a@a.example"},
		"88.101.5/t001@P":      {"1 URL http://a.example?P", "2 EMAIL a@a.example"},
		"88.101.5/M@P":         {"1 URL http://a.example"}, // it is there
		"88.101.5/m@p":         {"1 URL http://a.example"},
		"88.101.5/NONE@p7":     notFound,
		"88.101.5/@p7":         notFound,
		"88.101.5/NONE":        notFound,
		"0.NA/88.101.5@p7":     notFound,
	} {
		for range 2 { // from what was kept, the second time
			if got := e.resolve(t, handle); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", handle, got, want)
			}
		}
	}
}

// What not everybody may read is not computed, whoever asks; and what is asked for is
// chosen as of any handle.
func TestComputedHandlesAreAskedForAsOthers(t *testing.T) {
	e := templated(t)
	all := e.ask(wire.OpResolve, "300:"+prefixHandle, 0, queryOf(product+"@p7"))
	if got := told(t, all); len(got) != 2 || strings.Contains(string(all.Body), "secret") {
		t.Errorf("as its administrator: %q", got)
	}
	typed := wire.NewQuery(product+"@p7", nil, []string{"EMAIL"})
	if got := told(t, e.ask(wire.OpResolve, "", 0, typed.Append(nil))); !slices.Equal(got, []string{"2 EMAIL a@a.example"}) {
		t.Errorf("by type: %q", got)
	}
	hidden := wire.NewQuery(product+"@p7", []int32{3}, nil)
	if res := e.ask(wire.OpResolve, "300:"+prefixHandle, 0, hidden.Append(nil)); res.Code != wire.CodeValuesNotFound {
		t.Errorf("a secret by its index: %s", res.Code)
	}
	for op, body := range map[wire.Op][]byte{
		wire.OpDelete:    wire.AppendHandle(nil, product+"@p7"),
		wire.OpAddValues: body(product+"@p7", url(9)),
	} {
		if res := e.ask(op, "300:"+prefixHandle, 0, body); res.Code != wire.CodeNotFound {
			t.Errorf("%s of what is computed: %s", op, res.Code)
		}
	}
	if res := e.ask(wire.OpCreate, "300:"+prefixHandle, 0, body(product+"@p7", wire.Text(1, wire.TypeURL, "http://b.example"))); res.Code != wire.CodeSuccess {
		t.Fatalf("create: %s", res.Code)
	}
	if got := e.resolve(t, product+"@p7"); !slices.Equal(got, []string{"1 URL http://b.example"}) {
		t.Errorf("after it was made: %q", got)
	}
}

func TestABaseHandleMayHaveItsOwnTemplate(t *testing.T) {
	e := open(t)
	e.put(t, prefixHandle, namespaceValue(400, `<namespace><template delimiter="::"/></namespace>`))
	own := namespaceValue(9, `<namespace><template><value index="1" type="URL" data="https://arks.example/${extension}"/></template></namespace>`)
	e.put(t, product, url(1), own, adminValue(100, "300:"+prefixHandle, wire.RightsAll))
	e.put(t, "88.101.5/T002", url(1), adminValue(100, "300:"+prefixHandle, wire.RightsAll))
	if got := e.resolve(t, product+"::ark:/1"); !slices.Equal(got, []string{"1 URL https://arks.example/ark:/1"}) {
		t.Errorf("with its own: %q", got)
	}
	if got := e.resolve(t, "88.101.5/T002::x"); got[0] != "handle not found" {
		t.Errorf("without: %q", got)
	}
}

func TestTemplatesThatMakeTooMuchSaySo(t *testing.T) {
	e := open(t)
	e.put(t, prefixHandle, namespaceValue(400, page))
	many := []wire.Value{adminValue(1, "300:"+prefixHandle, wire.RightsAll)}
	for i := range int32(200) {
		many = append(many, url(i+2))
	}
	e.put(t, product, many...)
	res := e.ask(wire.OpResolve, "", 0, queryOf(product+"@p7"))
	if res.Code != wire.CodeError || !strings.Contains(string(res.Body), "100 values") {
		t.Errorf("%s: %s", res.Code, res.Body)
	}
}

// What a record may not hold is not computed either.
func TestWhatIsNoValueIsNotComputed(t *testing.T) {
	e := open(t)
	e.put(t, prefixHandle, namespaceValue(400, `<namespace><template delimiter="@">
		<value index="1" type="URL" data="x"/><value index="2" type="HS_SITE" data="${extension}"/><value index="3" type="HS_SECKEY" data="${extension}"/>
	</template></namespace>`))
	e.put(t, product, url(1), adminValue(100, "300:"+prefixHandle, wire.RightsAll))
	if got := e.resolve(t, product+"@p7"); !slices.Equal(got, []string{"1 URL x"}) {
		t.Errorf("%q", got)
	}
}

func TestANamespaceThatIsNoneIsNotWritten(t *testing.T) {
	e := open(t)
	e.put(t, product, url(1), adminValue(100, "300:"+prefixHandle, wire.RightsAll))
	res := e.ask(wire.OpAddValues, "300:"+prefixHandle, 0, body(product, namespaceValue(7, "<namespace>\n<template delimiter=\"@\"><if/></template></namespace>")))
	f, err := wire.DecodeFailure(res.Body)
	if err != nil || res.Code != wire.CodeInvalidValue || !slices.Equal(f.Indexes, []int32{7}) || !strings.Contains(f.Message, "line 2: <if> has no expression") {
		t.Errorf("%s: %+v, %v", res.Code, f, err)
	}
	if res := e.ask(wire.OpAddValues, "300:"+prefixHandle, 0, body(product, namespaceValue(7, "<namespace><status>active</status></namespace>"))); res.Code != wire.CodeSuccess {
		t.Errorf("one without a template: %s", res.Code)
	}
	e.put(t, prefixHandle, namespaceValue(400, "delimiter=@")) // came from elsewhere
	if got := e.resolve(t, product+"@p7"); got[0] != "handle not found" {
		t.Errorf("a namespace that is none: %q", got)
	}
}

// clock is the engine's time.
type clock struct{ seconds atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(c.seconds.Load(), 0) }

// A node asks for its prefix's record at the node above, once in a while; when that is
// away, what it knew still holds.
func TestANamespaceThatIsKeptElsewhereIsAskedForOnceInAWhile(t *testing.T) {
	e := open(t)
	var c clock
	c.seconds.Store(1_700_000_000)
	var asked atomic.Int32
	var mu sync.Mutex
	values, fault := []wire.Value(nil), error(nil)
	set := func(v []wire.Value, err error) {
		mu.Lock()
		defer mu.Unlock()
		values, fault = v, err
	}
	o := engine.Options{Store: e.store, Name: "there", Now: c.now, Serves: func(node string) bool { return node == "there" }}
	o.Remote = func(_ context.Context, handle string) ([]wire.Value, error) {
		if handle == "0.NA/88.101.6" {
			asked.Add(1)
		}
		mu.Lock()
		defer mu.Unlock()
		return values, fault
	}
	e.Engine = engine.New(o)
	if err := e.Settle(t.Context(), "0.NA/88.101.6", "there"); err != nil {
		t.Fatal(err)
	}
	e.put(t, "88.101.6/A", url(1))
	const computed = "88.101.6/A@p7"
	step := func(seconds int64, want string, questions int32) {
		t.Helper()
		c.seconds.Add(seconds)
		for range 3 {
			if got := e.resolve(t, computed); got[0] != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		if n := asked.Swap(0); n != questions {
			t.Errorf("the node above was asked %d times, want %d", n, questions)
		}
	}
	step(0, "handle not found", 1)
	set([]wire.Value{namespaceValue(400, page)}, nil)
	step(10, "handle not found", 0)
	step(31, "1 URL http://a.example#7", 1)
	set(nil, errors.New("the node above is away"))
	step(31, "1 URL http://a.example#7", 1)
	step(6, "1 URL http://a.example#7", 1)
	set(nil, nil)
	step(31, "handle not found", 1)
}

// A change of the prefix's record is seen at once by whoever follows the log.
func TestANamespaceThatChangesIsSeen(t *testing.T) {
	e := templated(t)
	follows, end := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); e.Follow(follows) }()
	defer func() { end(); <-ended }()
	if got := e.resolve(t, product+"@p7"); got[0] != "1 URL http://a.example#7" {
		t.Fatalf("%q", got)
	}
	e.put(t, prefixHandle, namespaceValue(400, strings.ReplaceAll(page, "@", "~")))
	kerneltest.Wait(t, "the change to be seen", func() bool { return e.resolve(t, product+"@p7")[0] == "handle not found" })
	if got := e.resolve(t, product+"~p7"); got[0] != "1 URL http://a.example#7" {
		t.Errorf("%q", got)
	}
}

// A template costs what is there, and what cannot be computed, nothing.
func TestATemplateCostsOthersNothing(t *testing.T) {
	e := templated(t)
	const missing = "88.101.5/MISSING"
	e.resolve(t, missing)
	e.resolve(t, product)
	ask := func(handle string) (*server.Request, *server.Response) {
		q := wire.NewQuery(handle, nil, nil)
		return &server.Request{Header: wire.Header{Op: wire.OpResolve, Flags: wire.FlagPublicOnly}, Query: q, Remote: netip.MustParseAddrPort("192.0.2.7:4711"), Received: time.Now()},
			&server.Response{Body: make([]byte, 0, 4096)}
	}
	for _, handle := range []string{product, missing} {
		req, res := ask(handle)
		n := testing.AllocsPerRun(1000, func() {
			res.Body = res.Body[:0]
			if !e.Resolve(req, res) {
				t.Fatalf("%s was not answered from memory", handle)
			}
		})
		if n > 0 {
			t.Errorf("a query for %s takes %.1f allocations", handle, n)
		}
	}
	if req, res := ask(product + "@p7"); e.Resolve(req, res) {
		t.Errorf("what is to be computed was answered at once: %s", res.Code)
	}
}
