package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// mqttRounds is how often the process is killed while reports are published.
const mqttRounds = 4

var (
	mqttForm = regexp.MustCompile(`(mqtts?)://[\w.]+:(\d+)`)
	ackForm  = regexp.MustCompile(`received PUBACK \(Mid: (\d+), RC:0\)`)
)

// brokered is a fresh city that takes reports over MQTT, plain and with TLS.
func brokered(t *testing.T) *house {
	t.Helper()
	return configuredHouse(t, "platforms:\n  limits: {requests_per_second: 10000, samples_per_minute: 10000000, series: 5000}\n",
		"--tls-listen", "127.0.0.1:0", "--mqtt-listen", "127.0.0.1:0", "--mqtt-tls-listen", "127.0.0.1:0")
}

// mqttPort is where the process takes MQTT; scheme is mqtt or mqtts.
func (h *house) mqttPort(scheme string) string {
	h.t.Helper()
	for _, m := range mqttForm.FindAllStringSubmatch(h.said.String(), -1) {
		if m[1] == scheme {
			return m[2]
		}
	}
	h.t.Fatalf("the program has not said where it takes %s:\n%s", scheme, h.said)
	return ""
}

// publish is mosquitto_pub with a key, and what it is fed line by line.
type publish struct {
	cmd  *exec.Cmd
	feed io.WriteCloser
	said *tail
}

func (h *house) publishing(k issued) *publish {
	h.t.Helper()
	p := &publish{said: &tail{}}
	// Into a pipe it would write whole buffers.
	p.cmd = exec.Command("stdbuf", "-oL", "mosquitto_pub", "-d", "-q", "1", "-l", "-h", "127.0.0.1", "-p", h.mqttPort("mqtt"), "-u", k.ID, "-P", k.Secret, "-t", "platforms/"+k.ID+"/report")
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.cmd.Stdout, p.cmd.Stderr = p.said, p.said
	var err error
	if p.feed, err = p.cmd.StdinPipe(); err != nil {
		h.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	return p
}

// acknowledged counts what was acknowledged: mosquitto_pub numbers its messages
// from 1, and the broker answers them in order.
func (p *publish) acknowledged() int64 {
	return int64(len(ackForm.FindAllString(p.said.String(), -1)))
}

func (p *publish) end() {
	_ = p.feed.Close()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

func reportLine(seq int64) string {
	return fmt.Sprintf(`{"schema":1,"seq":%d,"period":"%s","items":[{"code":"heartbeat","value":1},{"code":"dev_online","value":%d}]}`, seq, time.Now().UTC().Format("2006-01-02T15:04:00Z"), seq)
}

// The process is killed again and again while mosquitto publishes at QoS 1. What
// was acknowledged is there afterwards, once; what was not is published again.
func TestNothingAcknowledgedOverMQTTIsLost(t *testing.T) {
	h := brokered(t)
	k := h.platform("mqtt-sender")
	lines := map[int64]string{} // one that is sent again is sent as it was
	line := func(seq int64) string {
		if lines[seq] == "" {
			lines[seq] = reportLine(seq)
		}
		return lines[seq]
	}
	newest := int64(0)
	for range mqttRounds {
		p := h.publishing(k)
		feeding, fed := context.WithCancel(context.Background())
		var work sync.WaitGroup
		work.Go(func() {
			for seq := newest + 1; feeding.Err() == nil; seq++ {
				if _, err := io.WriteString(p.feed, line(seq)+"\n"); err != nil {
					return
				}
			}
		})
		kerneltest.Wait(t, "sixty reports to be acknowledged", func() bool { return p.acknowledged() >= 60 })
		h.kill()
		fed()
		p.end()
		work.Wait()
		newest += p.acknowledged()
		h.start()
	}
	p := h.publishing(k)
	const last = 30
	for seq := newest + 1; seq <= newest+last; seq++ {
		if _, err := io.WriteString(p.feed, line(seq)+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	kerneltest.Wait(t, "the last reports to be acknowledged", func() bool { return p.acknowledged() == last })
	p.end()
	newest += last
	h.checkPublished(k, lines, newest)
	t.Logf("%d kills, %d reports acknowledged, all found once", mqttRounds, newest)
}

// checkPublished finds each report that was acknowledged once, and none that was
// not published.
func (h *house) checkPublished(k issued, lines map[int64]string, acknowledged int64) {
	h.t.Helper()
	seen := map[int64]int{}
	for _, s := range h.submissions(k) {
		if seen[s.Seq]++; s.Channel != "mqtt" || lines[s.Seq] == "" {
			h.t.Errorf("report %d came by %q", s.Seq, s.Channel)
		}
	}
	for seq := int64(1); seq <= acknowledged; seq++ {
		if seen[seq] != 1 {
			h.t.Errorf("report %d was acknowledged and is in the ledger %d times", seq, seen[seq])
		}
	}
}

// published runs mosquitto_pub to its end.
func (h *house) published(scheme string, k issued, payload string, more ...string) (string, error) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	args := append([]string{"-d", "-h", "127.0.0.1", "-p", h.mqttPort(scheme), "-u", k.ID, "-P", k.Secret}, more...)
	cmd := exec.CommandContext(ctx, "mosquitto_pub", args...)
	cmd.Stdin = strings.NewReader(payload)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestReportsComeOverMQTTWithTheSameReceipts(t *testing.T) {
	h := brokered(t)
	k := h.platform("mqtt-pair")
	ca := filepath.Join(t.TempDir(), "ca.pem")
	r, err := http.Get(h.url + "/api/machine/ca")
	if err != nil {
		t.Fatal(err)
	}
	pem, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if err != nil || os.WriteFile(ca, pem, 0o600) != nil {
		t.Fatal("the authority's certificate cannot be had")
	}
	report, receipt := "platforms/"+k.ID+"/report", "platforms/"+k.ID+"/receipt"

	// A listener of its own, over TLS, is told of each report.
	w := &tail{}
	sub := exec.Command("stdbuf", "-oL", "mosquitto_sub", "-d", "-C", "6", "-V", "mqttv5", "--cafile", ca, "-h", "127.0.0.1", "-p", h.mqttPort("mqtts"), "-u", k.ID, "-P", k.Secret, "-q", "1", "-t", receipt)
	sub.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	sub.Stdout, sub.Stderr = w, w
	if err := sub.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sub.Process.Kill() })
	kerneltest.Wait(t, "the subscription", func() bool { return strings.Contains(w.String(), "Subscribed") })

	for i, c := range []struct{ scheme, version, qos, want string }{
		{"mqtt", "mqttv311", "1", "received PUBACK (Mid: 1, RC:0)"},
		{"mqtt", "mqttv5", "2", "received PUBCOMP"},
		{"mqtts", "mqttv311", "2", "received PUBCOMP"},
		{"mqtts", "mqttv5", "1", "received PUBACK (Mid: 1, RC:0)"},
	} {
		args := []string{"-V", c.version, "-q", c.qos, "-t", report, "-s", "-i", "a client of " + c.version}
		if c.scheme == "mqtts" {
			args = append(args, "--cafile", ca)
		}
		if out, err := h.published(c.scheme, k, reportLine(int64(i+1)), args...); err != nil || !strings.Contains(out, c.want) {
			t.Errorf("%+v: %v\n%s", c, err, out)
		}
	}
	// What is partly wrong is told item by item, as over HTTP; what is there already is another body.
	bad := strings.Replace(reportLine(5), "dev_online", "nonsense", 1)
	for payload, rc := range map[string]string{bad: "RC:153", reportLine(1) + " ": "RC:131"} {
		if out, _ := h.published("mqtt", k, payload, "-V", "mqttv5", "-q", "1", "-t", report, "-s"); !strings.Contains(out, rc) {
			t.Errorf("want %s:\n%s", rc, out)
		}
	}
	if err := sub.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, w)
	}
	h.checkReceipts(k, w.String())
	h.checkStrangers(k, report)
	h.checkMQTTMeters()
}

// checkReceipts reads what a listener was told: four receipts that the ledger
// has, and two problems.
func (h *house) checkReceipts(k issued, heard string) {
	h.t.Helper()
	kept, keys := 0, map[string]bool{}
	for line := range strings.Lines(heard) {
		var m struct {
			Receipt struct {
				Receipt  string
				Accepted int
			}
			Problem struct{ Key string }
		}
		if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &m) != nil {
			continue
		}
		if m.Problem.Key != "" {
			keys[m.Problem.Key] = true
			continue
		}
		kept++
		r, err := http.NewRequest(http.MethodGet, h.url+"/api/platforms/ingest/v1/reports/"+m.Receipt.Receipt, nil)
		if err != nil {
			h.t.Fatal(err)
		}
		r.SetBasicAuth(k.ID, k.Secret)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			h.t.Fatal(err)
		}
		if _ = resp.Body.Close(); resp.StatusCode != http.StatusOK || m.Receipt.Accepted != 2 {
			h.t.Errorf("receipt %+v answers %d", m.Receipt, resp.StatusCode)
		}
	}
	if kept != 4 || !keys["platforms.report.partial"] || !keys["platforms.report.seq_taken"] {
		h.t.Errorf("heard %d receipts and the problems %v:\n%s", kept, keys, heard)
	}
}

// checkStrangers tries what is refused.
func (h *house) checkStrangers(k issued, report string) {
	h.t.Helper()
	other := h.platform("mqtt-other")
	wrong := issued{ID: k.ID, Secret: other.Secret}
	if out, err := h.published("mqtt", wrong, "x", "-q", "1", "-t", report, "-s"); err == nil {
		h.t.Errorf("a wrong password:\n%s", out)
	}
	if out, _ := h.published("mqtt", other, reportLine(9), "-V", "mqttv5", "-q", "1", "-t", report, "-s"); !strings.Contains(out, "RC:135") {
		h.t.Errorf("a foreign topic:\n%s", out)
	}
	h.call("DELETE", "/api/platforms/"+k.Platform+"/keys/"+k.ID, "", nil)
	if out, err := h.published("mqtt", k, reportLine(9), "-q", "1", "-t", report, "-s"); err == nil {
		h.t.Errorf("a revoked key:\n%s", out)
	}
}

// checkMQTTMeters reads how the way in is.
func (h *house) checkMQTTMeters() {
	h.t.Helper()
	if s := h.component("mqtt"); s != "good" {
		h.t.Errorf("the component is %q", s)
	}
	text := ""
	kerneltest.Wait(h.t, "all connections to be gone", func() bool {
		r, err := http.Get(h.url + "/metrics")
		if err != nil {
			return false
		}
		body, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		text = string(body)
		return err == nil && strings.Contains(text, "linghang_mqtt_connections 0\n")
	})
	for _, want := range []string{
		`linghang_mqtt_publishes_total{outcome="taken",room="platforms"} 4`, `linghang_mqtt_publishes_total{outcome="wrong",room="platforms"} 2`,
		`linghang_mqtt_refused_total{what="topic"} 1`, `linghang_mqtt_refused_total{what="key"} 2`,
	} {
		if !strings.Contains(text, want+"\n") {
			h.t.Errorf("/metrics has no %s", want)
		}
	}
}
