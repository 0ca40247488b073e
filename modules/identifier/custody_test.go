package identifier

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/smx509"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/escrow"
	"linghang/modules/identifier/internal/station"
)

func TestAPackageIsDueOnceADay(t *testing.T) {
	at := func(text string) time.Time {
		x, err := time.ParseInLocation(time.DateTime, text, chinaTime())
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	c := custody{Certificate: "x", Hour: 8, FullEvery: 7}
	n := node{Prefix: "88.101"}
	for _, test := range []struct {
		now        string
		last, full Custody
		due        bool
		name, base string
	}{
		{"2026-03-01 07:59:00", Custody{}, Custody{}, false, "88.101-20260301-full", ""},
		{"2026-03-01 08:00:00", Custody{}, Custody{}, true, "88.101-20260301-full", ""},
		{"2026-03-01 09:00:00", Custody{Day: "2026-03-01", State: placed}, Custody{}, false, "88.101-20260301-full", ""},
		{"2026-03-01 09:00:00", Custody{Day: "2026-03-01", State: failed}, Custody{}, true, "88.101-20260301-full", ""},
		{"2026-03-02 08:00:00", Custody{Name: "f", Day: "2026-03-01", State: placed}, Custody{Name: "f", MadeAt: at("2026-03-01 08:05:00")}, true, "88.101-20260302-difference", "f"},
		{"2026-03-08 08:00:00", Custody{Name: "d", Day: "2026-03-07", State: placed}, Custody{Name: "f", MadeAt: at("2026-03-01 08:05:00")}, true, "88.101-20260308-full", ""},
	} {
		now := at(test.now)
		m := c.next(n, now, test.last, test.full)
		if c.due(now, test.last) != test.due || m.Name != test.name || m.Base != test.base {
			t.Errorf("at %s: due %t, %s from %q", test.now, c.due(now, test.last), m.Name, m.Base)
		}
	}
	for handle, want := range map[string]bool{"0.NA/88.101": true, "0.na/88.101.5": true, "88.101.5/T": true, "88.101/T": true, "0.NA/88.1010": false, "88.1010/T": false, "0.NA/88": false, "88.102/T": false} {
		if within("88.101", handle) != want {
			t.Errorf("%s is of 88.101: %t", handle, !want)
		}
	}
}

// escrowBody puts the certificate and the key of an escrow body into a directory.
func escrowBody(t *testing.T, dir string) (certificate, key string) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &smx509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "escrow"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(96 * time.Hour)}
	der, err := smx509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := smx509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(dir, "body.pem"), filepath.Join(dir, "body.key")
	for path, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}

// runEscrow runs a command of escrow.
func runEscrow(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := escrowCommand()
	cmd.PersistentFlags().String("data", "", "")
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// The drill: a full package and a difference are made, the city is asked no more, and
// another node that was restored from them answers for every route.
func TestANodeIsTakenOverFromWhatIsInEscrow(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		dir := t.TempDir()
		certificate, key := escrowBody(t, dir)
		by := custody{Certificate: certificate, Dir: filepath.Join(dir, "out"), Hour: 0, FullEvery: 7}
		var saved handleDetail
		h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, &saved)
		kerneltest.Wait(t, "the route to be there", func() bool {
			h.do(t, "GET", "/nodes/"+h.enterprise.ID, "officer", "", http.StatusOK, &h.enterprise)
			return h.enterprise.Site != ""
		})
		now := time.Now()
		for range 2 { // once a day
			if err := h.module.putInEscrow(t.Context(), by, now); err != nil {
				t.Fatal(err)
			}
		}
		h.do(t, "PUT", "/handle", "reporter-theirs", strings.Replace(url1, "T001", "T002", 1), http.StatusOK, nil)
		h.do(t, "DELETE", fmt.Sprint("/handle?handle=88.101.5/T001&was=", saved.Change), "reporter-theirs", "", http.StatusNoContent, nil)
		if err := h.module.putInEscrow(t.Context(), by, now.Add(24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		var page sqldb.Page[Custody]
		h.do(t, "GET", "/nodes/"+h.secondary.ID+"/escrow", "manager-ours", "", http.StatusOK, &page)
		h.do(t, "GET", "/nodes/"+h.secondary.ID+"/escrow", "manager-theirs", "", http.StatusForbidden, nil)
		if len(page.Items) != 2 || page.Items[1].Kind != escrow.Full || page.Items[0].Kind != escrow.Difference || page.Items[0].Base != page.Items[1].Name || page.Items[0].Records != 1 || page.Items[0].Removed != 1 {
			t.Fatalf("packages %+v", page.Items)
		}
		first, second := filepath.Join(dir, "out", page.Items[1].Name+".json"), filepath.Join(dir, "out", page.Items[0].Name+".json")
		if out, err := runEscrow(t, "verify", first); err != nil || !strings.Contains(out, "signature and slices hold") {
			t.Fatalf("verify: %s, %v", out, err)
		}
		opens := []string{"--certificate", certificate, "--key", key}
		over := filepath.Join(dir, "over")
		if _, err := runEscrow(t, append([]string{"restore", second, "--data", over}, opens...)...); err == nil {
			t.Error("a difference was restored alone")
		}
		if out, err := runEscrow(t, append([]string{"restore", first, second, "--data", over}, opens...)...); err != nil {
			t.Fatalf("restore: %s, %v", out, err)
		}
		if _, err := runEscrow(t, append([]string{"restore", first, "--data", over}, opens...)...); err == nil {
			t.Error("it was restored over another")
		}
		takenOver(t, over)
	})
}

// takenOver starts a new root and the restored node, and resolves what it has.
func takenOver(t *testing.T, dir string) {
	t.Helper()
	root := serve(t, station.Config{Role: station.Root, Dir: filepath.Join(dir, "root")})
	serve(t, station.Config{Role: station.Secondary, Prefix: "88.101", Dir: dir, Root: []wire.Site{root.Site()}})
	r, err := station.LoadRequest(filepath.Join(dir, "request.json"))
	if err != nil {
		t.Fatal(err)
	}
	admin, err := station.LoadKey(filepath.Join(dir, "root", "admin.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := client.New(client.Options{Root: []wire.Site{root.Site()}, Identity: &auth.Identity{Reference: wire.Reference{Index: 300, Handle: "0.NA/0.NA"}, Key: admin}})
	defer func() { _ = c.Close() }()
	if err := admit(t.Context(), c, r); err != nil {
		t.Fatal(err)
	}
	a, err := c.Resolve(t.Context(), "0.NA/88.101.5", client.Query{Types: []string{wire.TypeSite}})
	if err != nil || len(a.Values) == 0 {
		t.Fatalf("the route: %+v, %v", a, err)
	}
	if a, err = c.Resolve(t.Context(), "0.NA/88.101", client.Query{Types: []string{wire.TypeSite}}); err != nil || !strings.Contains(fmt.Sprint(a.Values), "HS_SITE") {
		t.Errorf("the node itself: %+v, %v", a, err)
	}
}

// serve runs a node alone until the test ends.
func serve(t *testing.T, c station.Config) *station.Station {
	t.Helper()
	c.Handle, c.HTTP, c.Memory = "127.0.0.1:0", "127.0.0.1:0", 1<<20
	s, err := station.Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		_ = s.Close()
	})
	return s
}

func TestAPackageThatCannotBeMadeIsTold(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		dir := t.TempDir()
		certificate, _ := escrowBody(t, dir)
		h.do(t, "GET", "/nodes", "manager-ours", "", http.StatusOK, nil) // there is somebody to be told
		in := filepath.Join(dir, "file")
		if err := os.WriteFile(in, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		by := custody{Certificate: certificate, Dir: in, Hour: 0, FullEvery: 7}
		if err := h.module.putInEscrow(t.Context(), by, time.Now()); err == nil || !strings.Contains(err.Error(), "make directory") || strings.Contains(err.Error(), "\n") {
			t.Errorf("it was put into a file: %v", err)
		}
		kerneltest.Wait(t, "the notice", func() bool {
			return strings.Contains(string(h.Get(t, "/api/notify/inbox", "manager-ours").Body), "托管数据包未生成")
		})
		by.Dir = filepath.Join(dir, "out")
		if err := h.module.putInEscrow(t.Context(), by, time.Now()); err != nil {
			t.Fatal(err)
		}
		var page sqldb.Page[Custody]
		h.do(t, "GET", "/nodes/"+h.secondary.ID+"/escrow", "manager-ours", "", http.StatusOK, &page)
		if len(page.Items) != 1 || page.Items[0].State != placed {
			t.Errorf("after it was mended: %+v", page.Items)
		}
	})
}
