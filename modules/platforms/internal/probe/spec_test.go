package probe

import (
	"strings"
	"testing"
	"time"
)

func TestASpecIsRefusedWithEveryFault(t *testing.T) {
	good := Spec{Kind: HTTP, Address: "https://a.example.cn/healthz", Interval: 60, Timeout: 10}
	change := func(f func(*Spec)) Spec {
		s := good
		f(&s)
		return s
	}
	for name, c := range map[string]struct {
		spec   Spec
		fields string
	}{
		"good":                      {good, ""},
		"other kind":                {change(func(s *Spec) { s.Kind = "icmp" }), "kind"},
		"no scheme":                 {change(func(s *Spec) { s.Address = "a.example.cn" }), "address"},
		"file":                      {change(func(s *Spec) { s.Address = "file:///etc/passwd" }), "address"},
		"password in the URL":       {change(func(s *Spec) { s.Address = "https://me:secret@a.example.cn/" }), "address"},
		"port 0":                    {change(func(s *Spec) { s.Address = "http://a.example.cn:0/" }), "address"},
		"no host":                   {change(func(s *Spec) { s.Address = "https:///x" }), "address"},
		"tcp":                       {Spec{Kind: TCP, Address: "[2001:db8::1]:1883", Interval: 30, Timeout: 1}, ""},
		"tcp without port":          {Spec{Kind: TCP, Address: "a.example.cn", Interval: 30, Timeout: 1}, "address"},
		"tls to a named port":       {Spec{Kind: TLS, Address: "a.example.cn:https", Interval: 30, Timeout: 1}, "address"},
		"statuses":                  {change(func(s *Spec) { s.Statuses = "200-299, 600" }), "statuses"},
		"HEAD has no body":          {change(func(s *Spec) { s.Method, s.Contains, s.Path = "HEAD", "x", "$.a" }), "contains path"},
		"a value without a path":    {change(func(s *Spec) { s.Value = "UP" }), "path"},
		"a path that is none":       {change(func(s *Spec) { s.Path = "$..a" }), "path"},
		"too often and too patient": {change(func(s *Spec) { s.Interval, s.Timeout = 29, 31 }), "interval timeout"},
		"later than the timeout":    {change(func(s *Spec) { s.MostMs = 10_001 }), "most_ms"},
	} {
		var fields []string
		for _, w := range c.spec.Fill().Check() {
			fields = append(fields, w.Field)
		}
		if got := strings.Join(fields, " "); got != c.fields {
			t.Errorf("%s: %q, not %q", name, got, c.fields)
		}
	}
}

func TestStatuses(t *testing.T) {
	set, err := ParseStatuses("200-204,301,401-403")
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[int]bool{200: true, 204: true, 205: false, 301: true, 302: false, 403: true, 500: false} {
		if set.Has(code) != want {
			t.Errorf("%d: %v", code, !want)
		}
	}
	for _, text := range []string{"", "20", "2xx", "299-200", "99", "600", "200,,", "+20", strings.Repeat("200,", 20) + "200"} {
		if _, err := ParseStatuses(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func TestPathsOfRFC9535(t *testing.T) {
	body := `{"status":"UP","n":3,"ok":true,"none":null,"a b":{"o'k":[1,{"z":"end"}]},"中文":"是","big":12345678901234567890}`
	for _, c := range []struct {
		path, value string
		want        bool
	}{
		{"$.status", "UP", true},
		{"$.status", `"UP"`, true},
		{"$.status", "DOWN", false},
		{"$.n", "3", true},
		{"$.n", "3.0", true},
		{"$.n", `"3"`, false},
		{"$.ok", "true", true},
		{"$.none", "null", true},
		{"$.none", "", false},
		{`$['a b']['o\'k'][1].z`, "end", true},
		{`$["a b"]["o'k"][-1]["z"]`, "end", true},
		{`$['a b']["o'k"][2]`, "1", false},
		{"$.中文", "是", true},
		{"$.missing", "x", false},
		{"$.status.deeper", "x", false},
		{"$.big", "12345678901234567890", true},
		{`$['a b']["o'k"]`, `[1, {"z": "end"}]`, true},
	} {
		path, err := ParsePath(c.path)
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		if got, why := path.holds([]byte(body), c.value); got != c.want || (!got && why == "") {
			t.Errorf("%s = %s: %v %s", c.path, c.value, got, why)
		}
	}
	for _, text := range []string{"", "status", "$.", "$..a", "$[*]", "$[0:1]", "$[?@.a]", "$['a", "$['a'", "$[01]", "$[-0]", "$[1e3]", "$.1a", "$.a b", "$a", `$['\u0041']`, "$" + strings.Repeat(".a", 33)} {
		if _, err := ParsePath(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	if ok, why := (Path{}).holds([]byte(`{"cut":`), "x"); ok || why != "the body is no JSON" {
		t.Errorf("half a body: %v %s", ok, why)
	}
}

// A path that is taken finds a value only where JSON has one, and an assertion
// never ends the process, whatever a server sends.
func FuzzAssertion(f *testing.F) {
	f.Add("$.a[0]['b']", []byte(`{"a":[{"b":1}]}`), "1")
	f.Add(`$["x"]`, []byte(`{"x":"y"}`), `"y"`)
	f.Add("$", []byte(`null`), "null")
	f.Fuzz(func(t *testing.T, text string, body []byte, want string) {
		path, err := ParsePath(text)
		if err != nil {
			return
		}
		if len(path) > stepsMost {
			t.Fatalf("%d steps", len(path))
		}
		ok, why := path.holds(body, want)
		if ok == (why != "") {
			t.Fatalf("%v %q", ok, why)
		}
		if ok && len(body) == 0 {
			t.Fatal("nothing has a value")
		}
	})
}

func FuzzStatuses(f *testing.F) {
	f.Add("200-299,401")
	f.Fuzz(func(t *testing.T, text string) {
		set, err := ParseStatuses(text)
		if err == nil && (set.Has(99) || set.Has(600)) {
			t.Fatalf("%q has codes that there are not", text)
		}
	})
}

func TestTwoLooksThatFailInARowAreDown(t *testing.T) {
	at := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
	s := Standing{State: Unknown}
	look := func(ok bool) {
		at = at.Add(time.Minute)
		s = s.After(Look{At: at, OK: ok, Fault: map[bool]string{false: FaultConnect}[ok]})
	}
	if look(false); s.State != Unknown {
		t.Errorf("one look: %+v", s)
	}
	if look(true); s.State != Up || !s.Since.Equal(at) {
		t.Errorf("a good look: %+v", s)
	}
	if look(false); s.State != Up || s.Bad != 1 {
		t.Errorf("one that failed: %+v", s)
	}
	first := at
	if look(false); s.State != Down || !s.Since.Equal(first) {
		t.Errorf("two that failed: %+v; it is down since the first", s)
	}
	if look(false); s.State != Down || !s.Since.Equal(first) || s.Bad != 3 {
		t.Errorf("three that failed: %+v", s)
	}
	if look(true); s.State != Up || !s.Since.Equal(at) || s.Bad != 0 {
		t.Errorf("recovered: %+v", s)
	}
}
