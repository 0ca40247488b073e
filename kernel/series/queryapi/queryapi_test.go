package queryapi_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel/kerneltest"
	"linghang/kernel/series"
	"linghang/kernel/series/queryapi"
)

// start of the samples; whole minutes, so that expected times are easily read.
func start() time.Time { return time.Now().Add(-time.Hour).Truncate(time.Minute) }

// eachStore runs a test on series here and on those of a real VictoriaMetrics.
func eachStore(t *testing.T, test func(t *testing.T, e *series.Engine, settle func())) {
	t.Helper()
	open := func(t *testing.T, cfg series.Config) *series.Engine {
		t.Helper()
		e := series.New(cfg)
		if err := e.Open(slog.New(slog.DiscardHandler), prometheus.NewRegistry()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := e.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
		return e
	}
	t.Run("embedded", func(t *testing.T) { test(t, open(t, series.Config{Dir: t.TempDir()}), func() {}) })
	t.Run("victoria-metrics", func(t *testing.T) {
		v := kerneltest.StartVictoria(t)
		test(t, open(t, series.Config{URL: v.URL + "/api/v1/write", ReadURL: v.URL, Keeper: noKeeper{}}), v.Settle)
	})
}

// noKeeper keeps no positions: these tests have no ledger.
type noKeeper struct{}

func (noKeeper) Position(context.Context, string, string) (int64, error)   { return 0, nil }
func (noKeeper) KeepPosition(context.Context, string, string, int64) error { return nil }
func (noKeeper) Mine() bool                                                { return true }
func families(context.Context) []queryapi.Family {
	return []queryapi.Family{{Name: "devices", Type: "gauge", Help: "设备 | Devices", Unit: "devices"}, {Name: "calls", Type: "counter", Help: "调用 | Calls"}}
}

// serve answers for a room, narrowed.
func serve(t *testing.T, s *series.Store, only ...series.Only) string {
	t.Helper()
	api := queryapi.New(queryapi.Site{Reader: func(context.Context) (series.Reader, error) { return s.Reader(only...), nil }, Families: families})
	mux := http.NewServeMux()
	for _, e := range api.Endpoints() {
		mux.Handle("GET "+e.Path, e.Handler)
		if e.Posts {
			mux.Handle("POST "+e.Path, e.Handler)
		}
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// fill writes ten minutes of two platforms of a room, and one series of another.
func fill(t *testing.T, e *series.Engine, from time.Time) *series.Store {
	t.Helper()
	s := e.Room("ours")
	var list []series.Sample
	for i := range 41 {
		at := from.Add(time.Duration(i) * 15 * time.Second).UnixMilli()
		for k, platform := range []string{"one", "two"} {
			labels := []series.Label{{Name: "platform", Value: platform}, {Name: "industry", Value: "C34"}}
			list = append(list,
				series.Sample{Name: "devices", Labels: labels, At: at, Value: float64(100*(k+1) + i)},
				series.Sample{Name: "calls", Labels: labels, At: at, Value: float64(60 * (k + 1) * i)})
		}
	}
	if _, err := s.Append(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Room("theirs").Append(t.Context(), []series.Sample{{Name: "secret", Labels: []series.Label{{Name: "platform", Value: "three"}}, At: from.UnixMilli(), Value: 1}}); err != nil {
		t.Fatal(err)
	}
	return s
}

type reply struct {
	status int
	Status string          `json:"status"`
	Data   json.RawMessage `json:"data"`
	Type   string          `json:"errorType"`
	Error  string          `json:"error"`
}

func ask(t *testing.T, method, address string, form url.Values) reply {
	t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	} else {
		address += "?" + form.Encode()
	}
	req, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	r := reply{status: resp.StatusCode}
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
		t.Fatalf("%s %s: %v", method, address, err)
	}
	return r
}

// same compares JSON whatever the order of its keys.
func same(t *testing.T, got json.RawMessage, want string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatalf("%s: %v", got, err)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatalf("%s: %v", want, err)
	}
	x, _ := json.Marshal(a) //nolint:errchkjson // it came from JSON
	y, _ := json.Marshal(b) //nolint:errchkjson // it came from JSON
	if string(x) != string(y) {
		t.Errorf("got  %s\nwant %s", x, y)
	}
}

func TestAnswersHaveTheFormOfPrometheus(t *testing.T) {
	eachStore(t, func(t *testing.T, e *series.Engine, settle func()) {
		from := start()
		s := fill(t, e, from)
		settle()
		base := serve(t, s)
		sec := func(d time.Duration) string { return json.Number(jsonNumber(from.Add(d))).String() }
		window := url.Values{"start": {sec(0)}, "end": {sec(10 * time.Minute)}}
		with := func(more ...string) url.Values {
			form := url.Values{}
			maps.Copy(form, window)
			for i := 0; i < len(more); i += 2 {
				form.Add(more[i], more[i+1])
			}
			return form
		}
		tests := []struct {
			name, path, want string
			form             url.Values
		}{
			{
				"vector", "query", `{"resultType":"vector","result":[
				{"metric":{"__name__":"devices","industry":"C34","platform":"one"},"value":[` + sec(time.Minute) + `,"104"]},
				{"metric":{"__name__":"devices","industry":"C34","platform":"two"},"value":[` + sec(time.Minute) + `,"204"]}]}`,
				url.Values{"query": {"devices"}, "time": {sec(time.Minute)}},
			},
			{
				"matrix of an instant", "query", `{"resultType":"matrix","result":[
				{"metric":{"__name__":"devices","industry":"C34","platform":"one"},"values":[[` + sec(15*time.Second) + `,"101"],[` + sec(30*time.Second) + `,"102"]]}]}`,
				url.Values{"query": {`devices{platform="one"}[30s]`}, "time": {sec(30 * time.Second)}},
			},
			{
				"range", "query_range", `{"resultType":"matrix","result":[{"metric":{"industry":"C34"},"values":[[` + sec(0) + `,"300"],[` + sec(5*time.Minute) + `,"340"],[` + sec(10*time.Minute) + `,"380"]]}]}`,
				with("query", "sum by (industry) (devices)", "step", "5m"),
			},
			{
				"rate", "query_range", `{"resultType":"matrix","result":[{"metric":{"industry":"C34","platform":"two"},"values":[[` + sec(10*time.Minute) + `,"480"]]}]}`,
				url.Values{"query": {`calls{platform="two"} - calls{platform="two"} offset 1m`}, "start": {sec(10 * time.Minute)}, "end": {sec(10 * time.Minute)}, "step": {"15"}},
			},
			{"later", "query", `{"resultType":"vector","result":[{"metric":{},"value":[` + sec(time.Minute) + `,"316"]}]}`, url.Values{"query": {"sum(devices offset -1m)"}, "time": {sec(time.Minute)}}},
			{"at the end", "query_range", `{"resultType":"matrix","result":[{"metric":{},"values":[[` + sec(0) + `,"380"],[` + sec(10*time.Minute) + `,"380"]]}]}`, with("query", "sum(devices @ end())", "step", "10m")},
			{"nothing", "query", `{"resultType":"vector","result":[]}`, url.Values{"query": {"nowhere"}}},
			{"labels", "labels", `["__name__","industry","platform"]`, window},
			{"labels of a selector", "labels", `["__name__","industry","platform"]`, with("match[]", "devices")},
			{"values", "label/__name__/values", `["calls","devices"]`, window},
			{"values of selectors", "label/platform/values", `["one","two"]`, with("match[]", `devices{platform="one"}`, "match[]", `calls{platform="two"}`)},
			{"series", "series", `[{"__name__":"devices","industry":"C34","platform":"one"},{"__name__":"devices","industry":"C34","platform":"two"}]`, with("match[]", "devices")},
			{"metadata", "metadata", `{"calls":[{"type":"counter","help":"调用 | Calls","unit":""}],"devices":[{"type":"gauge","help":"设备 | Devices","unit":"devices"}]}`, nil},
			{"metadata of one", "metadata", `{"calls":[{"type":"counter","help":"调用 | Calls","unit":""}]}`, url.Values{"metric": {"calls"}}},
			{"exemplars", "query_exemplars", `[]`, with("query", "devices")},
			{"format", "format_query", `"sum by (platform) (devices)"`, url.Values{"query": {"sum(devices) by(platform)"}}},
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				got := ask(t, http.MethodGet, base+"/api/v1/"+test.path, test.form)
				if got.status != http.StatusOK || got.Status != "success" {
					t.Fatalf("%d %s %s", got.status, got.Type, got.Error)
				}
				same(t, got.Data, test.want)
			})
		}
	})
}

func jsonNumber(t time.Time) string { b, _ := json.Marshal(t.Unix()); return string(b) } //nolint:errchkjson // a number

func TestQueriesComeByFormToo(t *testing.T) {
	eachStore(t, func(t *testing.T, e *series.Engine, settle func()) {
		from := start()
		s := fill(t, e, from)
		settle()
		form := url.Values{"query": {`sum(devices)`}, "time": {from.Add(time.Minute).Format(time.RFC3339)}, "timeout": {"5s"}}
		got := ask(t, http.MethodPost, serve(t, s)+"/api/v1/query", form)
		same(t, got.Data, `{"resultType":"vector","result":[{"metric":{},"value":[`+jsonNumber(from.Add(time.Minute))+`,"308"]}]}`)
	})
}

// Who sees one platform reaches no other, however the question is put.
func TestNobodyReachesWhatIsNotTheirs(t *testing.T) {
	eachStore(t, func(t *testing.T, e *series.Engine, settle func()) {
		from := start()
		s := fill(t, e, from)
		settle()
		base := serve(t, s, series.Only{Label: "platform", Values: []string{"one"}})
		at := jsonNumber(from.Add(time.Minute))
		window := url.Values{"start": {jsonNumber(from)}, "end": {jsonNumber(from.Add(10 * time.Minute))}}
		for _, query := range []string{
			"devices", `devices{platform="two"}`, `devices{platform!="one"}`, `devices{platform=~".*"} or calls`, `{__name__=~".+"}`, "secret", `{room="theirs", __name__="secret"}`,
			`secret{platform="three"}`, `max_over_time(devices[10m])`, `devices offset 1s`, `sum by (platform, room) (devices)`, `label_replace(devices, "who", "$1", "platform", "(.*)")`,
			`count_values("v", devices)`, `max_over_time((sum by (platform) (devices))[5m:1m])`, `devices and on() secret`, `devices or secret or calls`, `topk(10, {platform=~"t.*"})`,
		} {
			got := ask(t, http.MethodGet, base+"/api/v1/query", url.Values{"query": {query}, "time": {at}})
			if said := string(got.Data); got.status != http.StatusOK || strings.Contains(said, "two") || strings.Contains(said, "three") || strings.Contains(said, `"204"`) || strings.Contains(said, "room") {
				t.Errorf("%s answered %d %s%s", query, got.status, said, got.Error)
			}
		}
		for _, match := range []string{"devices", `{platform="two"}`, `{platform=~".+"}`, `{__name__="secret"}`, `{room="theirs"}`} {
			window["match[]"] = []string{match}
			for _, path := range []string{"series", "labels", "label/platform/values", "label/__name__/values", "label/room/values"} {
				got := ask(t, http.MethodGet, base+"/api/v1/"+path, window)
				if said := string(got.Data); strings.Contains(said, "two") || strings.Contains(said, "three") || strings.Contains(said, "secret") || strings.Contains(said, "room") || strings.Contains(said, "ours") {
					t.Errorf("%s of %s answered %s", path, match, said)
				}
			}
		}
		nobody := serve(t, s, series.Only{Label: "platform", Values: nil})
		delete(window, "match[]")
		for _, path := range []string{"labels", "label/__name__/values"} {
			if got := ask(t, http.MethodGet, nobody+"/api/v1/"+path, window); string(got.Data) != "[]" {
				t.Errorf("%s for who sees nothing answered %s", path, got.Data)
			}
		}
	})
}

func TestWhatCannotBeAnsweredIsRefusedAsPrometheusDoes(t *testing.T) {
	eachStore(t, func(t *testing.T, e *series.Engine, settle func()) {
		from := start()
		s := fill(t, e, from)
		settle()
		base := serve(t, s)
		whole := url.Values{"query": {"devices"}, "start": {"1700000000"}, "end": {"1700003600"}, "step": {"15"}}
		but := func(name, value string) url.Values {
			form := url.Values{}
			maps.Copy(form, whole)
			form.Set(name, value)
			return form
		}
		tests := []struct {
			name, path string
			form       url.Values
			status     int
			kind, says string
		}{
			{"no query", "query", nil, 400, "bad_data", ""},
			{"half a query", "query", url.Values{"query": {"sum("}}, 400, "bad_data", "unclosed left parenthesis"},
			{"everything", "query", url.Values{"query": {`{__name__=~".*"}`}}, 400, "bad_data", "must contain at least one non-empty matcher"},
			{"a time that is none", "query", url.Values{"query": {"1"}, "time": {"soon"}}, 400, "bad_data", `invalid parameter "time"`},
			{"a time beyond", "query", url.Values{"query": {"1"}, "time": {"1e300"}}, 400, "bad_data", `invalid parameter "time"`},
			{"no step", "query_range", but("step", ""), 400, "bad_data", "a start, an end and a step"},
			{"a step of zero", "query_range", but("step", "0"), 400, "bad_data", "zero or negative"},
			{"a step that is none", "query_range", but("step", "often"), 400, "bad_data", `invalid parameter "step"`},
			{"backwards", "query_range", but("end", "1600000000"), 400, "bad_data", "end timestamp must not be before start time"},
			{"too fine", "query_range", but("step", "0.1"), 400, "bad_data", "11,000 points"},
			{"a limit that is none", "labels", url.Values{"limit": {"-1"}}, 400, "bad_data", `invalid parameter "limit"`},
			{"series of nothing", "series", nil, 400, "bad_data", "no match[] parameter"},
			{"a selector that is none", "series", url.Values{"match[]": {"sum(x)"}}, 400, "bad_data", ""},
			{"two of one", "query", url.Values{"query": {"devices * on(industry) devices"}, "time": {jsonNumber(from.Add(time.Minute))}}, 422, "execution", ""},
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				got := ask(t, http.MethodGet, base+"/api/v1/"+test.path, test.form)
				if got.status != test.status || got.Status != "error" || got.Type != test.kind || !strings.Contains(got.Error, test.says) {
					t.Errorf("got %d %s %q, want %d %s with %q", got.status, got.Type, got.Error, test.status, test.kind, test.says)
				}
			})
		}
	})
}

func TestAnswersAreCutAtALimit(t *testing.T) {
	eachStore(t, func(t *testing.T, e *series.Engine, settle func()) {
		from := start()
		s := fill(t, e, from)
		settle()
		base := serve(t, s)
		form := url.Values{"query": {"devices"}, "match[]": {"devices"}, "limit": {"1"}, "time": {jsonNumber(from.Add(time.Minute))}, "start": {jsonNumber(from)}, "end": {jsonNumber(from.Add(10 * time.Minute))}}
		for _, path := range []string{"query", "series", "labels", "label/platform/values"} {
			got := ask(t, http.MethodGet, base+"/api/v1/"+path, form)
			var list []any
			if err := json.Unmarshal(got.Data, &list); err != nil {
				var data struct{ Result []any }
				if err := json.Unmarshal(got.Data, &data); err != nil {
					t.Fatal(err)
				}
				list = data.Result
			}
			if len(list) != 1 {
				t.Errorf("%s answered %s", path, got.Data)
			}
		}
	})
}

// The version that is told is the one that go.mod has.
func TestTheVersionIsThatOfTheLibrary(t *testing.T) {
	text, err := os.ReadFile("../../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version, minor, _ := strings.Cut(series.PrometheusVersion, ".")
	if want := "github.com/prometheus/prometheus v0." + version + minor; !strings.Contains(string(text), want) {
		t.Errorf("go.mod has no %s", want)
	}
}
