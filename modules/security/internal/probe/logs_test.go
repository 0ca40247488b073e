package probe

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/modules/security/internal/batch"
)

const (
	evAlert = `{"timestamp":"2026-03-01T08:00:%02d.000000+0000","event_type":"alert","src_ip":"10.0.0.3","dest_ip":"10.0.0.11","dest_port":502,"proto":"TCP","alert":{"gid":1,"signature_id":%d,"signature":"write","severity":1}}` + "\n"
	evFlow  = `{"timestamp":"2026-03-01T08:00:00.000000+0000","event_type":"flow","src_ip":"10.0.0.3","dest_ip":"10.0.0.11","proto":"TCP"}` + "\n"
	evStats = `{"timestamp":"2026-03-01T08:00:00.000000+0000","event_type":"stats","stats":{"capture":{"kernel_drops":7}}}` + "\n"
)

// logged opens a spool as a program does that was started, and follows a file of EVE.
func logged(t *testing.T, dir string) (*logging, func()) {
	t.Helper()
	s, err := OpenSpool(filepath.Join(dir, "spool"), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	p := &Probe{spool: s, version: "1", log: slog.New(slog.DiscardHandler)}
	l := p.newLogging(LogConfig{Format: "eve", File: filepath.Join(dir, "eve.json")})
	return l, func() {
		l.file.Close()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func appendTo(t *testing.T, name, text string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// drain returns all logs that a spool holds, and the newest word about its feed.
func drain(t *testing.T, s *Spool) (logs []batch.Log, last batch.Feed) {
	t.Helper()
	for {
		w, body, ok, err := s.next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return logs, last
		}
		b, err := batch.Read(body)
		if err != nil {
			t.Fatal(err)
		}
		logs, last = append(logs, b.Logs...), b.Feeds[0]
		if err := s.sent(w); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLogsAreToldOnceThroughRestartsAndMoves(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "eve.json")
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	var want []string
	for round := range 6 {
		line := fmt.Sprintf(evAlert, round, round)
		sum := sha256.Sum256([]byte(line[:len(line)-1]))
		want = append(want, hex.EncodeToString(sum[:]))
		appendTo(t, file, evFlow+line+"nonsense\n"+evStats)
		if round == 3 { // moved while nobody reads
			if err := os.Rename(file, filepath.Join(dir, "eve.json.1")); err != nil {
				t.Fatal(err)
			}
			continue
		}
		l, end := logged(t, dir)
		if _, fault, err := l.step(now.Add(time.Duration(round) * time.Minute)); fault != nil || err != nil {
			t.Fatal(fault, err)
		}
		end()
	}
	l, end := logged(t, dir)
	defer end()
	logs, last := drain(t, l.spool)
	if len(logs) != len(want) {
		t.Fatalf("%d logs, want %d: %+v", len(logs), len(want), logs)
	}
	for i, x := range logs {
		if x.Digest != want[i] || x.Code != fmt.Sprint("1:", i) || x.Client != "10.0.0.3" || x.Server != "10.0.0.11" || x.Severity != "high" || x.Feed != file {
			t.Errorf("log %d: %+v", i, x)
		}
	}
	original, err := os.ReadFile(filepath.Join(dir, "eve.json.1"))
	if err != nil {
		t.Fatal(err)
	}
	if x := logs[2]; string(original[x.Offset:x.Offset+x.Size])+"\n" != fmt.Sprintf(evAlert, 2, 2) {
		t.Errorf("the original does not stand at %d, %d octets", x.Offset, x.Size)
	}
	if last.Lines != 24 || last.Told != 6 || last.Unread != 6 || last.Dropped != 7 || last.Gone != 0 {
		t.Errorf("%+v", last)
	}
}

func TestLinesThatAreNotToldAreCountedNowAndThen(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	l, end := logged(t, dir)
	defer end()
	step := func(after time.Duration) int {
		t.Helper()
		if _, fault, err := l.step(now.Add(after)); fault != nil || err != nil {
			t.Fatal(fault, err)
		}
		n, _ := l.spool.Left()
		return n
	}
	if n := step(0); n != 0 {
		t.Errorf("%d batches of a file that is not there", n)
	}
	appendTo(t, l.c.File, evFlow+evFlow)
	if n := step(time.Second); n != 1 {
		t.Errorf("%d batches of what was counted first", n)
	}
	appendTo(t, l.c.File, evFlow)
	if n := step(2 * time.Second); n != 1 {
		t.Errorf("%d batches a second later", n)
	}
	if n := step(everyCount + time.Second); n != 2 {
		t.Errorf("%d batches ten seconds later", n)
	}
	if n := step(time.Hour); n != 2 {
		t.Errorf("%d batches of nothing", n)
	}
	if _, last := drain(t, l.spool); last.Lines != 3 || last.Told != 0 {
		t.Errorf("%+v", last)
	}
}

func TestLogsSayWhatPacketsSaidBeforeThem(t *testing.T) {
	s, err := OpenSpool(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	b := batch.Batch{Stream: batch.Records, MadeAt: time.Now().UTC(), Records: []batch.Record{{At: time.Now().UTC(), Why: []string{batch.WhyWrite}, Client: "10.0.0.1", Server: "10.0.0.2"}}}
	if err := s.Add(&b, batch.Totals{Packets: 9}); err != nil {
		t.Fatal(err)
	}
	b = batch.Batch{Stream: batch.Logs, MadeAt: time.Now().UTC(), Feeds: []batch.Feed{{Name: "x", Format: "eve", Lines: 1}}}
	if err := s.Add(&b, batch.Totals{}); err != nil {
		t.Fatal(err)
	}
	if b.Totals.Packets != 9 || s.at.Totals.Packets != 9 {
		t.Errorf("%+v", b.Totals)
	}
}

func TestAFileOfLogsThatIsNotThereIsTold(t *testing.T) {
	dir := t.TempDir()
	s, err := OpenSpool(filepath.Join(dir, "spool"), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	end()
	there := filepath.Join(dir, "eve.json")
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]bool{there: false, filepath.Join(dir, "evil.json"): true} {
		var said bytes.Buffer
		p := &Probe{spool: s, log: slog.New(slog.NewTextHandler(&said, nil))}
		if err := p.follow(ctx, LogConfig{Format: "eve", File: file}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(said.String(), "not there yet"); got != want {
			t.Errorf("%s: %s", filepath.Base(file), said.String())
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func evDNS(second int, name string) string {
	at := time.Date(2026, 3, 1, 8, 0, second, 0, time.UTC).Format("2006-01-02T15:04:05.000000-0700")
	return fmt.Sprintf(`{"timestamp":%q,"event_type":"dns","src_ip":"10.0.0.3","src_port":40003,"dest_ip":"10.0.0.53","dest_port":53,"proto":"UDP","dns":{"version":2,"type":"answer","rrname":%q,"rrtype":"A","rcode":"NOERROR","answers":[{"rrname":%q,"rrtype":"A","rdata":"10.0.0.9"}]}}`+"\n", at, name, name)
}

func TestTransactionsAreToldOnceInAWhileAndTheOthersAreCounted(t *testing.T) {
	dir := t.TempDir()
	l, end := logged(t, dir)
	defer end()
	var text strings.Builder
	for second := 0; second < 7200; second += 2 { // two names, all the time for two hours, and an alert each minute
		text.WriteString(evDNS(second, "hmi-1.plant.local") + evDNS(second, "hmi-2.plant.local"))
		if second%60 == 0 {
			fmt.Fprintf(&text, evAlert, second%60, 7)
		}
	}
	appendTo(t, l.c.File, text.String())
	for {
		n, fault, err := l.step(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		if fault != nil || err != nil {
			t.Fatal(fault, err)
		}
		if n == 0 {
			break
		}
	}
	if _, _, err := l.step(time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	logs, last := drain(t, l.spool)
	kinds := map[string]uint64{}
	for _, x := range logs {
		kinds[x.Kind] += 1 + x.Again
	}
	if kinds["alert"] != 120 || kinds["dns"] != 4 || last.Told != 124 || last.Repeated != 7196 || last.Limited != 0 || last.Lines != 7320 {
		t.Errorf("%v %+v", kinds, last)
	}
	if x := logs[0]; len(x.Fields) != 4 || x.Fields[0] != (batch.LogField{Name: "dns.rrname", Value: "hmi-1.plant.local"}) {
		t.Errorf("%+v", x)
	}
}

func TestAnAlertThatIsWrittenAgainAtOnceIsCounted(t *testing.T) {
	dir := t.TempDir()
	l, end := logged(t, dir)
	defer end()
	var text strings.Builder
	for _, second := range []int{0, 4, 10, 11, 30} { // the fourth is more than ten seconds after the first
		fmt.Fprintf(&text, evAlert, second, 7)
		fmt.Fprintf(&text, evAlert, second, 8)
	}
	appendTo(t, l.c.File, text.String())
	if _, fault, err := l.step(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)); fault != nil || err != nil {
		t.Fatal(fault, err)
	}
	logs, last := drain(t, l.spool)
	var got []string
	for _, x := range logs {
		until := "-"
		if !x.Until.IsZero() {
			until = x.Until.Format("05")
		}
		got = append(got, fmt.Sprintf("%s %s +%d %s", x.Code, x.At.Format("05"), x.Again, until))
	}
	want := []string{"1:7 00 +2 10", "1:8 00 +2 10", "1:7 11 +0 -", "1:8 11 +0 -", "1:7 30 +0 -", "1:8 30 +0 -"}
	if !slices.Equal(got, want) || last.Told != 10 {
		t.Errorf("%v, %d told; want %v, 10", got, last.Told, want)
	}
}

func TestMoreTransactionsThanAreToldAreCountedAndAlertsAreToldAllTheSame(t *testing.T) {
	dir := t.TempDir()
	l, end := logged(t, dir)
	defer end()
	const all = sieveBurst + 500
	var text strings.Builder
	for n := range all {
		text.WriteString(evDNS(0, fmt.Sprintf("h%d.example.com", n)))
	}
	appendTo(t, l.c.File, text.String()+fmt.Sprintf(evAlert, 0, 7)+evDNS(10, "later.example.com"))
	for now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC); ; now = now.Add(time.Minute) {
		n, fault, err := l.step(now)
		if fault != nil || err != nil {
			t.Fatal(fault, err)
		}
		if n == 0 {
			break
		}
	}
	logs, last := drain(t, l.spool)
	if len(logs) != sieveBurst+2 || last.Limited != 500 || last.Told != sieveBurst+2 {
		t.Errorf("%d logs, %+v", len(logs), last)
	}
	if logs[len(logs)-2].Kind != "alert" || logs[len(logs)-1].Title != "later.example.com" {
		t.Errorf("%+v", logs[len(logs)-2:])
	}
}

func TestBatchesOfTheLongestTransactionsAreTaken(t *testing.T) {
	dir := t.TempDir()
	l, end := logged(t, dir)
	defer end()
	var text strings.Builder
	for n := range 2 * batch.MaxLogs { // characters that JSON writes in six octets
		fmt.Fprintf(&text, `{"timestamp":"2026-03-01T08:00:00.000000+0000","event_type":"http","src_ip":"10.0.0.%d","src_port":40003,"dest_ip":"10.0.0.9","dest_port":80,"proto":"TCP","http":{"hostname":"h%d","url":"/%s","http_user_agent":"%s","http_refer":"%s"}}`+"\n",
			n%250, n, strings.Repeat("<", 1000), strings.Repeat(">", 1000), strings.Repeat("&", 1000))
	}
	appendTo(t, l.c.File, text.String())
	for {
		n, fault, err := l.step(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		if fault != nil || err != nil {
			t.Fatal(fault, err)
		}
		if n == 0 {
			break
		}
	}
	logs, last := drain(t, l.spool) // reads each as the city does
	if len(logs) != 2*batch.MaxLogs || last.Told != 2*batch.MaxLogs {
		t.Errorf("%d logs, %+v", len(logs), last)
	}
}
