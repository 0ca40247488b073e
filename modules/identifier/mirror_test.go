package identifier

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/station"
)

// A mirror outside follows the door of hosted nodes; that it may is a setting, and
// its key a handle that people register.
func TestAMirrorOutsideFollowsHostedNodes(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, nil)
		dir := t.TempDir()
		file := filepath.Join(dir, "primary.siteinfo.json")
		kerneltest.Wait(t, "the node to be at home", func() bool {
			h.do(t, "GET", "/nodes/"+h.enterprise.ID, "officer", "", http.StatusOK, &h.enterprise)
			return h.enterprise.Site != ""
		})
		site := h.Get(t, "/api/identifier/nodes/"+h.enterprise.ID+"/siteinfo.json", "viewer-ours").Body
		if err := os.WriteFile(file, site, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := station.Open(t.Context(), station.Config{
			Role: station.Mirror, Prefix: "88.101.5", Dir: filepath.Join(dir, "mirror"), Primary: file, Handle: "127.0.0.1:0", HTTP: "127.0.0.1:0", Memory: 1 << 20,
		}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() {
			if err := s.Run(ctx); err != nil {
				t.Errorf("run: %v", err)
			}
		})
		defer func() {
			cancel()
			running.Wait()
			_ = s.Close()
		}()
		r, err := station.LoadRequest(filepath.Join(dir, "mirror", "request.json"))
		if err != nil {
			t.Fatal(err)
		}
		body := fmt.Sprintf(`{"handle":%q,"values":[{"index":%d,"type":"HS_PUBKEY","data":%q,"base64":true}]}`, r.Handle, r.Values[0].Index, base64.StdEncoding.EncodeToString(r.Values[0].Data))
		h.do(t, "PUT", "/handle", "reporter-theirs", body, http.StatusOK, nil)
		kerneltest.Wait(t, "the mirror to have everything", s.Whole)
		direct := client.New(client.Options{Resolver: []wire.Site{s.Site()}})
		defer func() { _ = direct.Close() }()
		if a, err := direct.Resolve(t.Context(), "88.101.5/T001", client.Query{Types: []string{wire.TypeURL}}); err != nil || a.Authoritative {
			t.Errorf("the mirror answers %+v, %v", a, err)
		}
		h.do(t, "PUT", "/handle", "reporter-theirs", `{"handle":"88.101.5/T002","values":[{"index":1,"type":"URL","data":"http://a.example/T002"}]}`, http.StatusOK, nil)
		kerneltest.Wait(t, "a change to come", func() bool {
			_, err := direct.Resolve(t.Context(), "88.101.5/T002", client.Query{})
			return err == nil
		})
	})
}

// A city keeps a mirror of a node elsewhere beside its own: it waits for its
// primary, says what is missing, and answers when it has everything.
func TestTheCityKeepsAMirrorOfANodeElsewhere(t *testing.T) {
	there := city(t, kerneltest.Options{})
	there.found(t)
	there.move(t, "manager-ours", "trial", http.StatusOK)
	there.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, nil)
	kerneltest.Wait(t, "the node to be at home", func() bool {
		there.do(t, "GET", "/nodes/"+there.enterprise.ID, "officer", "", http.StatusOK, &there.enterprise)
		return there.enterprise.Site != ""
	})
	file := filepath.Join(t.TempDir(), "primary.json")
	here := cityWith(t, kerneltest.Options{}, fmt.Sprintf(`"doors": [{"name": "main", "handle": "127.0.0.1:0", "http": "127.0.0.1:0"}],
		"mirror_of": [{"name": "theirs", "primary": %q, "prefix": "88.101.5", "handle": "127.0.0.1:0", "http": "127.0.0.1:0"}]`, file))
	here.foundRoot(t)
	says := func(what string) {
		t.Helper()
		kerneltest.Wait(t, "the health to say "+what, func() bool {
			return strings.Contains(string(here.Get(t, "/api/system/health", "administrator").Body), what)
		})
	}
	says("检查配置 identifier.mirror_of")
	site := there.Get(t, "/api/identifier/nodes/"+there.enterprise.ID+"/siteinfo.json", "viewer-ours").Body
	if err := os.WriteFile(file, site, 0o600); err != nil {
		t.Fatal(err)
	}
	says("linghang node admit")
	dir := filepath.Join(here.module.kit.Dir, "mirrors", "theirs")
	r, err := station.LoadRequest(filepath.Join(dir, "request.json"))
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"handle":%q,"values":[{"index":%d,"type":"HS_PUBKEY","data":%q,"base64":true}]}`, r.Handle, r.Values[0].Index, base64.StdEncoding.EncodeToString(r.Values[0].Data))
	there.do(t, "PUT", "/handle", "reporter-theirs", body, http.StatusOK, nil)
	says("落后主节点")
	own, err := station.LoadSite(filepath.Join(dir, "siteinfo.json"))
	if err != nil {
		t.Fatal(err)
	}
	direct := client.New(client.Options{Resolver: []wire.Site{own}})
	defer func() { _ = direct.Close() }()
	if a, err := direct.Resolve(t.Context(), "88.101.5/T001", client.Query{Types: []string{wire.TypeURL}}); err != nil || a.Authoritative {
		t.Errorf("the mirror answers %+v, %v", a, err)
	}
}

func TestSettingsOfMirrorsAreChecked(t *testing.T) {
	for text, list := range map[string][]mirrorOf{
		"mirror_of[0].name":           {{Name: "A B", Primary: "0.NA/1", Handle: "127.0.0.1:1", HTTP: "127.0.0.1:2"}},
		"mirror_of[1].name":           {{Name: "a", Primary: "0.NA/1", Handle: "127.0.0.1:1", HTTP: "127.0.0.1:2"}, {Name: "a", Primary: "0.NA/1", Handle: "127.0.0.1:3", HTTP: "127.0.0.1:4"}},
		"mirror_of[0].primary":        {{Name: "a", Handle: "127.0.0.1:1", HTTP: "127.0.0.1:2"}},
		"mirror_of[0].http":           {{Name: "a", Primary: "0.NA/1", Handle: "127.0.0.1:1", HTTP: "x"}},
		"mirror_of[0].public_address": {{Name: "a", Primary: "0.NA/1", Handle: "0.0.0.0:1", HTTP: "127.0.0.1:2"}},
	} {
		s := defaults()
		s.MirrorOf = list
		if err := s.check(); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%+v: %v, want %s", list, err, text)
		}
	}
}
