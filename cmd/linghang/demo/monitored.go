package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"linghang/lib/est"
)

// mostMonitored bounds how many enterprises have a probe.
const mostMonitored = 500

// plant is a monitored enterprise: who manages it, and where its probe keeps what it has.
type plant struct {
	firm
	n      int
	sensor string
	dir    string // of machine, spool and capture; empty: it has no probe
}

// monitor lets enterprises declare their assets, enrol a probe, and hear a synthetic
// capture. Without a TLS port there are assets and no probes.
func (d *demo) monitor(ctx context.Context) error {
	if d.Monitored < 0 || d.Monitored > min(mostMonitored, d.Directory) {
		return fmt.Errorf("--monitored is from 0 to %d, and at most the number of --enterprises, which is %d", mostMonitored, d.Directory)
	}
	if d.Monitored == 0 {
		return nil
	}
	began := time.Now()
	if err := d.advisories(ctx); err != nil {
		return err
	}
	d.plants = make([]plant, d.Monitored)
	var silent atomic.Int64
	err := together(ctx, d.Monitored, func(ctx context.Context, i int) error {
		p, err := d.plant(ctx, i)
		if err != nil {
			return fmt.Errorf("monitor %s: %w", enterpriseOf(i).code, err)
		}
		if d.plants[i] = p; p.dir == "" {
			silent.Add(1)
			return nil
		}
		if err := p.hear(ctx, time.Now()); err != nil {
			return fmt.Errorf("monitor %s: %w", p.code, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if silent.Load() > 0 {
		d.say("the installation has no TLS port (tls-listen), so that %d probes cannot enrol; their assets are there", silent.Load())
	}
	if err := d.answer(ctx); err != nil {
		return err
	}
	if err := d.workOut(ctx); err != nil {
		return err
	}
	d.say("%d enterprises are monitored, of which %d have a probe, with notices and incidents, after %s", d.Monitored, d.Monitored-int(silent.Load()), time.Since(began).Round(time.Second))
	return nil
}

// plant makes the n-th monitored enterprise, or finds it.
func (d *demo) plant(ctx context.Context, n int) (plant, error) {
	e := enterpriseOf(n)
	f, err := d.join(ctx, e)
	if err != nil {
		return plant{}, err
	}
	p := plant{firm: f, n: n}
	if err := p.api.send(ctx, http.MethodPost, "/api/security/asset-import?name=assets.csv&synthetic=true", "text/csv", assetsOf(n), nil, nil); err != nil {
		return p, fmt.Errorf("declare assets: %w", err)
	}
	if err := p.describe(ctx); err != nil {
		return p, err
	}
	if err := p.divide(ctx); err != nil {
		return p, fmt.Errorf("declare a conduit: %w", err)
	}
	if err := p.planAssets(ctx); err != nil {
		return p, fmt.Errorf("plan assets: %w", err)
	}
	return p, d.listen(ctx, &p)
}

// describe says of which industry the enterprise is; some let the city see their assets.
func (p plant) describe(ctx context.Context) error {
	var inventory struct {
		Consented bool `json:"consented"`
	}
	if err := p.api.call(ctx, http.MethodGet, "/api/security/inventory", nil, &inventory); err != nil {
		return err
	}
	if err := p.api.call(ctx, http.MethodPut, "/api/security/inventory", map[string]string{"industry": p.trade.code}, nil); err != nil {
		return fmt.Errorf("say the industry: %w", err)
	}
	if inventory.Consented || p.n%3 != 0 {
		return nil
	}
	return p.api.call(ctx, http.MethodPost, "/api/security/inventory/consent", map[string]string{"purpose": "演示 Demonstration"}, nil)
}

// divide declares that the operators' zone commands the controllers'; what the engineers' does
// there stays undeclared.
func (p plant) divide(ctx context.Context) error {
	var page struct {
		Total int `json:"total"`
	}
	if err := p.api.call(ctx, http.MethodGet, "/api/security/conduits?limit=1", nil, &page); err != nil || page.Total > 0 {
		return err
	}
	return p.api.call(ctx, http.MethodPost, "/api/security/conduits", map[string]any{"client_zone": zoneOf("hmi"), "server_zone": zoneOf("plc"), "protocols": []string{"modbus", "s7comm"}, "commands": true, "note": "合成数据 Synthetic", "responsible": ""}, nil)
}

// zoneOf is the zone in which assets of a role are.
func zoneOf(role string) string {
	switch role {
	case "hmi":
		return "监控区"
	case "workstation":
		return "工程区"
	}
	return "控制区"
}

// consentOf is what the n-th enterprise lets the city see of its probe.
func consentOf(n int) string {
	switch {
	case n%11 == 9:
		return "none"
	case n%5 == 4:
		return "figures"
	}
	return "detail"
}

// listen enrols the probe of a plant, of an earlier run anew: its key went with that run.
func (d *demo) listen(ctx context.Context, p *plant) error {
	var page struct {
		Items []struct {
			ID      string `json:"id"`
			Machine string `json:"machine_id"`
		} `json:"items"`
	}
	if err := p.api.call(ctx, http.MethodGet, "/api/security/sensors?limit=1", nil, &page); err != nil {
		return err
	}
	var m struct {
		ID          string `json:"id"`
		Token       string `json:"token"`
		URL         string `json:"url"`
		Fingerprint string `json:"fingerprint"`
	}
	path, in := "/api/machine/machines", map[string]string{"name": "演示探针 Demo probe", "kind": "probe", "organisation_id": p.organisation}
	if len(page.Items) > 0 {
		p.sensor = page.Items[0].ID
		path, in = path+"/"+page.Items[0].Machine+"/token", nil
	}
	if err := d.api.call(ctx, http.MethodPost, path, in, &m); err != nil {
		return fmt.Errorf("add a machine: %w", err)
	}
	if p.sensor == "" {
		var s object
		err := p.api.call(ctx, http.MethodPost, "/api/security/sensors", map[string]string{"name": "演示·产线探针", "place": "合成数据 Synthetic", "machine_id": m.ID, "consent": consentOf(p.n)}, &s)
		if err != nil {
			return fmt.Errorf("register a sensor: %w", err)
		}
		p.sensor = s.ID
	}
	if !strings.HasPrefix(m.URL, "https://") {
		return nil
	}
	p.dir = filepath.Join(d.dir, strconv.Itoa(p.n))
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return fmt.Errorf("make a directory for a probe: %w", err)
	}
	if _, err := (est.Keeper{Dir: filepath.Join(p.dir, "machine")}).Enrol(ctx, m.URL, m.Token, m.Fingerprint); err != nil {
		return fmt.Errorf("enrol a probe: %w", err)
	}
	text := "machine: machine\nspool: spool\nbudget: 16MiB\nread: heard.pcap\n"
	if err := os.WriteFile(filepath.Join(p.dir, "probe.yaml"), []byte(text), 0o600); err != nil {
		return fmt.Errorf("configure a probe: %w", err)
	}
	return nil
}

// mostHearing bounds how long a probe takes to deliver a capture.
const mostHearing = 2 * time.Minute

// hear lets the probe of a plant read a synthetic capture, and send what it finds: it is the
// probe that enterprises run.
func (p plant) hear(ctx context.Context, until time.Time) error {
	if err := os.WriteFile(filepath.Join(p.dir, "heard.pcap"), captureOf(p.n, until), 0o600); err != nil {
		return fmt.Errorf("write a capture: %w", err)
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	ctx, stop := context.WithTimeout(ctx, mostHearing)
	defer stop()
	out, err := exec.CommandContext(ctx, program, "probe", "run", "--config", filepath.Join(p.dir, "probe.yaml")).CombinedOutput() //nolint:gosec // this program
	if err != nil {
		return fmt.Errorf("run a probe: %w: %s", err, bytes.TrimSpace(out[:min(len(out), 500)]))
	}
	return nil
}

// between is how long it takes until every probe has heard its plant again.
const between = time.Hour

// hearOn lets probes hear their plants again and again until ctx ends, one after the other.
func (d *demo) hearOn(ctx context.Context) {
	var list []plant
	for _, p := range d.plants {
		if p.dir != "" {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return
	}
	tick := time.NewTicker(between / time.Duration(len(list)))
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if err := list[i%len(list)].hear(ctx, time.Now()); err != nil && ctx.Err() == nil {
			d.say("a probe failed: %s", err)
		}
	}
}

// assetsOf are what the n-th enterprise declares.
func assetsOf(n int) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(strings.Fields("name role vendor product firmware serial mac ip segment zone criticality reach site note")) // into memory
	add := func(name, role, product, firmware, ip string, criticality int, reach string) {
		mac := macOf(ip)
		_ = w.Write([]string{
			name, role, vendorName, product, firmware, fmt.Sprintf("DEMO-%04d-%s", n, role+ip[strings.LastIndexByte(ip, '.')+1:]),
			fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]), ip, "产线", zoneOf(role), strconv.Itoa(criticality), reach, "一号车间", "合成数据 Synthetic",
		})
	}
	for i := range plcsOf(n) {
		p, reach := productOf(n, i), "internal"
		if i == 0 && n%10 == 1 {
			reach = "internet"
		}
		if i == 1 && n%4 == 2 {
			p.firmware = "" // nobody knows
		}
		add(fmt.Sprintf("演示控制器%d", i+1), "plc", p.product, p.firmware, hostPLC(i), 2+(n+i)%3, reach)
	}
	add("演示操作屏", "hmi", "DC-View", "5.0", hostHMI, 2, "internal")
	add("演示工程师站", "workstation", "DC-Studio", []string{"3.1", "3.4"}[n%2], hostStation, 2, "remote")
	if n%2 == 0 {
		add("演示驱动控制器", "plc", "DC-S7", "4.0", hostS7, 3, "internal")
	}
	w.Flush()
	return b.Bytes()
}
