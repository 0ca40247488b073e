package rest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"linghang/lib/handle/rest"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

func TestAReferralSaysWhomToAsk(t *testing.T) {
	referral := wire.Referral{Values: []wire.Value{wire.Text(1, wire.TypeServicePrefix, "88.101/SVC")}}
	d := newDesk(t, func(o *rest.Options) {
		o.Handler = server.HandlerFunc(func(_ context.Context, req *server.Request, res *server.Response) {
			if req.Header.Flags.Has(wire.FlagNoReferral) {
				res.Fail(wire.CodeNotFound, "")
				return
			}
			res.Refer(wire.CodePrefixReferral, &referral)
		})
	})
	const want = `{"responseCode":303,"values":[{"index":1,"type":"HS_SERV.PREFIX","data":{"format":"string","value":"88.101/SVC"},"ttl":86400,"timestamp":"1970-01-01T00:00:00Z"}],"handle":"88.101.5/T001"}`
	if w := d.ask("GET", "http://x/api/handles/88.101.5/T001", ""); w.Code != http.StatusMultipleChoices || w.Body.String() != want {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := d.ask("GET", "http://x/api/handles/88.101.5/T001?doNotRefer", ""); w.Code != http.StatusNotFound {
		t.Errorf("do not refer: %d %s", w.Code, w.Body)
	}
	referral = wire.Referral{Handle: "88.101/SVC"}
	if w := d.ask("DELETE", "https://x/api/handles/88.101.5/T001", ""); w.Code != http.StatusMultipleChoices || !strings.Contains(w.Body.String(), `"referral":"88.101/SVC"`) {
		t.Errorf("to a service: %d %s", w.Code, w.Body)
	}
	if w := d.ask("GET", "http://x/88.101.5/T001", ""); w.Code != http.StatusNotFound {
		t.Errorf("a page: %d %s", w.Code, w.Body)
	}
}

// TestWhatTheHandlerGetsWrong is answered as a fault of the server, in JSON.
func TestWhatTheHandlerGetsWrong(t *testing.T) {
	for _, body := range [][]byte{nil, {1}, wire.AppendBytes(nil, "88/1"), append(wire.AppendBytes(nil, "88/1"), 0, 0, 0, 9)} {
		d := newDesk(t, func(o *rest.Options) {
			o.Handler = server.HandlerFunc(func(_ context.Context, _ *server.Request, res *server.Response) {
				res.Code, res.Body = wire.CodeSuccess, append(res.Body, body...)
			})
		})
		if w := d.ask("GET", "http://x/api/handles/88/1", ""); w.Code != http.StatusInternalServerError || !strings.HasPrefix(w.Body.String(), `{"responseCode":2,"message":"the record cannot be read`) {
			t.Errorf("%x: %d %s", body, w.Code, w.Body)
		}
		d.ask("GET", "http://x/88/1", "") // does not fall over
	}
	d := newDesk(t, func(o *rest.Options) {
		o.Handler = server.HandlerFunc(func(context.Context, *server.Request, *server.Response) {})
	})
	for _, path := range []string{"/api/handles/88/1", "/api/handles?prefix=88", "/api/prefixes"} {
		if w := d.ask("GET", "https://x"+path, ""); w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), `{"responseCode":2,"message":"the handler gave no answer"`) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}
