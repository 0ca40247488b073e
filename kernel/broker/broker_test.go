package broker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel/fault"
)

// gate is a room that takes what it is told to.
type gate struct {
	t       *testing.T
	broker  *Broker
	address string
	port    string
	stop    func()

	mu      sync.Mutex
	taken   []string
	closed  map[string]bool // who may send no longer
	answer  func(payload string) error
	entered chan struct{} // a publish is being taken
	hold    chan struct{} // Take waits for it when it is not nil
}

func open(t *testing.T) *gate {
	t.Helper()
	g := &gate{t: t, closed: map[string]bool{}, answer: func(string) error { return nil }, entered: make(chan struct{}, 100)}
	g.broker = New(Config{
		Fit: func(context.Context) error { return nil }, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
	})
	if err := g.broker.Add("gate", []Topic{{Pattern: "gate/{name}/in", Receipts: "gate/{name}/out", Limit: 100_000, Admit: g.admit, Check: g.check, Take: g.take}}); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g.broker.Listen(l)
	g.address = l.Addr().String()
	_, g.port, _ = net.SplitHostPort(g.address)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.broker.Serve(ctx, 10*time.Second) }()
	g.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		_ = g.broker.Close()
	})
	t.Cleanup(g.stop)
	return g
}

func (g *gate) admit(_ context.Context, user, password string) (string, error) {
	if password != "secret of "+user {
		return "", fault.New(fault.Unauthorized, "gate.key", "unknown")
	}
	return user, nil
}

func (g *gate) check(_ context.Context, name string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed[name] {
		return fault.New(fault.Forbidden, "gate.closed", "%s may send no longer", name)
	}
	return nil
}

func (g *gate) take(_ context.Context, name string, payload []byte) (any, error) {
	g.entered <- struct{}{}
	g.mu.Lock()
	hold, answer := g.hold, g.answer
	g.mu.Unlock()
	if hold != nil {
		<-hold
	}
	if err := answer(string(payload)); err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.taken = append(g.taken, name+": "+string(payload))
	return map[string]int{"number": len(g.taken)}, nil
}

func (g *gate) answers(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answer = func(string) error { return err }
}

func (g *gate) list() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.taken...)
}

// pub runs mosquitto_pub as a; what it says with -d is what went over the wire.
func (g *gate) pub(version, qos, topic, payload string, more ...string) (string, error) {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	args := append([]string{"-d", "-V", version, "-q", qos, "-h", "127.0.0.1", "-p", g.port, "-u", "a", "-P", "secret of a", "-t", topic, "-s"}, more...)
	cmd := exec.CommandContext(ctx, "mosquitto_pub", args...)
	cmd.Stdin = strings.NewReader(payload)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// sub runs mosquitto_sub and hands over each line that it prints.
func (g *gate) sub(topic string, more ...string) <-chan string {
	g.t.Helper()
	args := append([]string{"-d", "-h", "127.0.0.1", "-p", g.port, "-u", "a", "-P", "secret of a", "-q", "1", "-t", topic}, more...)
	// Into a pipe it would write whole buffers.
	cmd := exec.CommandContext(g.t.Context(), "stdbuf", append([]string{"-oL", "mosquitto_sub"}, args...)...)
	lines := make(chan string, 1000)
	w := &lineWriter{lines: lines}
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	go func() { _ = cmd.Wait(); close(lines) }()
	return lines
}

type lineWriter struct {
	rest  []byte
	lines chan<- string
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		line, rest, ok := bytes.Cut(w.rest, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		w.lines <- string(line)
		w.rest = append([]byte(nil), rest...)
	}
}

// next waits for a line with a text in it.
func (g *gate) next(lines <-chan string, text string) string {
	g.t.Helper()
	late := time.NewTimer(time.Minute)
	defer late.Stop()
	var said []string
	for {
		select {
		case line, ok := <-lines:
			said = append(said, line)
			if ok && strings.Contains(line, text) {
				return line
			}
			if !ok {
				g.t.Fatalf("it ended before %q: %q", text, said)
			}
		case <-late.C:
			g.t.Fatalf("waited for %q, heard %q", text, said)
		}
	}
}

func TestAPublishIsAcknowledgedOnceTheRoomHasIt(t *testing.T) {
	g := open(t)
	for _, version := range []string{"mqttv311", "mqttv5"} {
		for qos, word := range map[string]string{"0": "", "1": "PUBACK", "2": "PUBREC"} {
			before := len(g.list())
			out, err := g.pub(version, qos, "gate/a/in", "hello "+version+" "+qos, "-i", "a client with spaces")
			if err != nil || !strings.Contains(out, word) {
				t.Fatalf("%s at QoS %s: %v\n%s", version, qos, err, out)
			}
			if qos == "0" { // nobody says when it has arrived
				<-g.entered
				for len(g.list()) == before {
					runtime.Gosched()
				}
			}
			if list := g.list(); len(list) != before+1 || list[before] != "a: hello "+version+" "+qos {
				t.Errorf("the room has %q", list)
			}
		}
	}
}

func TestWhatTheRoomHasNotTakenIsNotAcknowledged(t *testing.T) {
	g := open(t)
	hold := make(chan struct{})
	g.hold = hold
	said := make(chan string, 1)
	go func() {
		out, _ := g.pub("mqttv311", "1", "gate/a/in", "slow")
		said <- out
	}()
	<-g.entered
	select {
	case out := <-said:
		t.Fatalf("it ended while the room was taking it:\n%s", out)
	default:
	}
	close(hold)
	if out := <-said; !strings.Contains(out, "received PUBACK") {
		t.Errorf("it was not acknowledged:\n%s", out)
	}
}

func TestWhatIsWrongInItselfIsAcknowledgedAndTold(t *testing.T) {
	g := open(t)
	lines := g.sub("gate/a/out")
	g.next(lines, "Subscribed")
	g.answers(fault.New(fault.Invalid, "gate.wrong", "the figure is wrong").At("body.x", "mend it"))
	for _, c := range []struct{ version, qos, want string }{
		{"mqttv311", "1", "received PUBACK (Mid: 1, RC:0)"},
		{"mqttv311", "2", "received PUBCOMP"},
		{"mqttv5", "1", "received PUBACK (Mid: 1, RC:153)"},
		{"mqttv5", "2", "received PUBREC (Mid: 1)"},
	} {
		out, _ := g.pub(c.version, c.qos, "gate/a/in", "wrong")
		if !strings.Contains(out, c.want) {
			t.Errorf("%s at QoS %s: want %q in\n%s", c.version, c.qos, c.want, out)
		}
		var m struct {
			Payload string
			Problem struct {
				Status int
				Key    string
				Errors []struct{ Location string }
			}
		}
		if err := json.Unmarshal([]byte(g.next(lines, "{")), &m); err != nil || m.Problem.Status != 422 || m.Problem.Key != "gate.wrong" || m.Problem.Errors[0].Location != "body.x" {
			t.Errorf("told %+v, %v", m, err)
		}
		if m.Payload != "8810ad581e59f2bc3928b261707a71308f7e139eb04820366dc4d5c18d980225" {
			t.Errorf("the payload is %s", m.Payload)
		}
	}
	g.answers(nil)
	if _, err := g.pub("mqttv311", "1", "gate/a/in", "right"); err != nil {
		t.Fatal(err)
	}
	if line := g.next(lines, "{"); !strings.Contains(line, `"receipt":{"number":1}`) {
		t.Errorf("told %s", line)
	}
}

func TestWhatMayPassAnotherTimeIsNotAcknowledged(t *testing.T) {
	g := open(t)
	for _, c := range []struct {
		err  error
		want string // to version 5
	}{
		{fault.New(fault.Unavailable, "gate.away", "away"), "(137)"},
		{fault.New(fault.Limited, "gate.much", "too much").After(3600), "(150)"},
		{errors.New("the disk is full"), "(128)"},
	} {
		for _, version := range []string{"mqttv311", "mqttv5"} {
			var times atomic.Int64
			g.mu.Lock()
			g.answer = func(string) error {
				if times.Add(1) == 1 {
					return c.err
				}
				return nil
			}
			g.mu.Unlock()
			before := len(g.list())
			// mosquitto_pub ends when its connection does, or comes again by itself.
			out, err := g.pub(version, "1", "gate/a/in", "again")
			if strings.Count(out, "received PUBACK") != len(g.list())-before {
				t.Errorf("%v, %s: acknowledged without being taken: %v\n%s", c.err, version, err, out)
			}
			if version == "mqttv5" && !strings.Contains(out, c.want) {
				t.Errorf("%v: want %q in\n%s", c.err, c.want, out)
			}
		}
	}
}

func TestAPublishBeyondTheRateWaitsForItsTurn(t *testing.T) {
	g := open(t)
	var times atomic.Int64
	g.answer = func(string) error {
		if times.Add(1) < 3 {
			return fault.New(fault.Limited, "gate.much", "too much").After(1)
		}
		return nil
	}
	out, err := g.pub("mqttv311", "1", "gate/a/in", "patience")
	if err != nil || !strings.Contains(out, "received PUBACK") || times.Load() != 3 {
		t.Errorf("asked %d times: %v\n%s", times.Load(), err, out)
	}
}

func TestNobodyReachesWhatIsOfOthers(t *testing.T) {
	g := open(t)
	if out, err := g.pub("mqttv311", "1", "gate/a/in", "x", "-P", "wrong"); err == nil || !strings.Contains(out, "not authori") {
		t.Errorf("a wrong password: %v\n%s", err, out)
	}
	if out, err := g.pub("mqttv5", "1", "gate/a/in", "x", "-u", "b"); err == nil || !strings.Contains(strings.ToLower(out), "bad user name or password") && !strings.Contains(out, "134") {
		t.Errorf("a wrong name: %v\n%s", err, out)
	}
	if out, _ := g.pub("mqttv5", "1", "gate/b/in", "x"); !strings.Contains(out, "RC:135") {
		t.Errorf("a foreign topic, version 5:\n%s", out)
	}
	if out, _ := g.pub("mqttv311", "1", "gate/b/in", "x"); strings.Contains(out, "received PUBACK") {
		t.Errorf("a foreign topic was acknowledged:\n%s", out)
	}
	if out, err := g.pub("mqttv311", "1", "gate/a/in", "x", "--will-topic", "gate/b/in", "--will-payload", "x"); err == nil {
		t.Errorf("a will:\n%s", out)
	}
	for _, topic := range []string{"gate/b/out", "gate/+/out", "#", "$SYS/#", "$share/x/gate/a/out", "gate/a/in"} {
		g.next(g.sub(topic), "Subscribed (mid: 1): 128")
	}
	if list := g.list(); len(list) != 0 {
		t.Errorf("the room has %q", list)
	}
}

func TestASessionOfSomebodyElseIsNotTakenOver(t *testing.T) {
	g := open(t)
	lines := g.sub("gate/a/out", "-i", "same", "-c")
	g.next(lines, "Subscribed")
	out, err := g.pub("mqttv311", "1", "gate/b/in", "x", "-u", "b", "-P", "secret of b", "-i", "same")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, err := g.pub("mqttv311", "1", "gate/a/in", "y"); err != nil {
		t.Fatal(err)
	}
	if line := g.next(lines, "{"); !strings.Contains(line, `"number":2`) { // of its own, and it is still there
		t.Errorf("told %s", line)
	}
}

func TestReceiptsWaitForWhoComesBack(t *testing.T) {
	g := open(t)
	g.next(g.sub("gate/a/out", "-i", "back", "-c", "-E"), "Subscribed")
	for range 3 {
		if _, err := g.pub("mqttv311", "1", "gate/a/in", "x"); err != nil {
			t.Fatal(err)
		}
	}
	lines := g.sub("gate/a/out", "-i", "back", "-c")
	for range 3 {
		g.next(lines, `"receipt"`)
	}
}

func TestACallerHasNoMoreSessionsThanItMay(t *testing.T) {
	g := open(t)
	for i := range maxSessions {
		g.next(g.sub("gate/a/out", "-i", fmt.Sprint(i)), "Subscribed")
	}
	if out, err := g.pub("mqttv311", "1", "gate/a/in", "x"); err == nil || !strings.Contains(out, "unavailable") {
		t.Errorf("one more: %v\n%s", err, out)
	}
	if _, err := g.pub("mqttv311", "1", "gate/b/in", "x", "-u", "b", "-P", "secret of b"); err != nil {
		t.Errorf("somebody else: %v", err)
	}
}

func TestALargePublishIsAnsweredAndAMuchLargerOneEndsTheConnection(t *testing.T) {
	g := open(t)
	lines := g.sub("gate/a/out")
	g.next(lines, "Subscribed")
	if out, err := g.pub("mqttv311", "1", "gate/a/in", strings.Repeat("x", 100_000)); err != nil || !strings.Contains(out, "received PUBACK") {
		t.Errorf("as large as may be: %v\n%.300s", err, out)
	}
	g.next(lines, `"receipt"`)
	if out, err := g.pub("mqttv311", "1", "gate/a/in", strings.Repeat("x", 100_001)); err != nil || !strings.Contains(out, "received PUBACK") {
		t.Errorf("too large: %v\n%.300s", err, out)
	}
	if line := g.next(lines, `"problem"`); !strings.Contains(line, `"status":413`) {
		t.Errorf("told %s", line)
	}
	if out, _ := g.pub("mqttv311", "1", "gate/a/in", strings.Repeat("x", 300_000)); strings.Contains(out, "received PUBACK") {
		t.Errorf("much too large:\n%.300s", out)
	}
	if list := g.list(); len(list) != 1 {
		t.Errorf("the room has %d", len(list))
	}
}

func TestWhoMaySendNoLongerIsDisconnected(t *testing.T) {
	g := open(t)
	lines := g.sub("gate/a/out", "-V", "mqttv5")
	g.next(lines, "Subscribed")
	g.mu.Lock()
	g.closed["a"] = true
	g.mu.Unlock()
	if out, _ := g.pub("mqttv311", "1", "gate/a/in", "x"); strings.Contains(out, "received PUBACK") {
		t.Errorf("it was acknowledged:\n%s", out)
	}
	g.broker.checkAll()
	g.next(lines, "DISCONNECT (135)")
	if list := g.list(); len(list) != 0 {
		t.Errorf("the room has %q", list)
	}
}

func TestStoppingAcknowledgesWhatIsBeingTaken(t *testing.T) {
	g := open(t)
	hold := make(chan struct{})
	g.hold = hold
	said := make(chan string, 1)
	go func() {
		out, _ := g.pub("mqttv311", "1", "gate/a/in", "last")
		said <- out
	}()
	<-g.entered
	stopped := make(chan struct{})
	go func() { g.stop(); close(stopped) }()
	for { // it takes no more connections, and goes on with the one that it has
		c, err := net.Dial("tcp", g.address)
		if err != nil {
			break
		}
		_ = c.Close()
	}
	close(hold)
	if out := <-said; !strings.Contains(out, "received PUBACK") {
		t.Errorf("it was not acknowledged:\n%s", out)
	}
	<-stopped
}

func TestAPanicOfARoomEndsNoProcess(t *testing.T) {
	g := open(t)
	g.answer = func(payload string) error {
		if payload == "bang" {
			panic("bang")
		}
		return nil
	}
	if out, _ := g.pub("mqttv5", "1", "gate/a/in", "bang"); strings.Contains(out, "received PUBACK") {
		t.Errorf("it was acknowledged:\n%s", out)
	}
	if _, err := g.pub("mqttv5", "1", "gate/a/in", "fine"); err != nil {
		t.Error(err)
	}
}

func TestThePacketsThemselvesAreNotInTheLog(t *testing.T) {
	var text bytes.Buffer
	log := slog.New(quiet{slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug})})
	log.With("packet", 1).Error("error processing packet", "error", "why", "pk", "figures", "packet", "figures", "will", "figures")
	if s := text.String(); !strings.Contains(s, "level=DEBUG") || !strings.Contains(s, "why") || strings.Contains(s, "figures") {
		t.Errorf("logged %s", s)
	}
}
