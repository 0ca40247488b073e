package detection

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"linghang/kernel/fault"
	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/feed"
)

func testPack(t testing.TB) *Pack {
	t.Helper()
	p, err := readPack()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// all is an upload as a book of which every rule is told.
func (b *brought) all() book {
	x := &shelved{set: b.set, rules: map[string]Rule{}}
	ids := map[string]string{}
	for _, r := range b.rules {
		r.rule.own.Set = "test"
		x.rules[r.key], ids[r.key] = r.rule, r.key
	}
	return x.bookOf(ids)
}

// hostEvent is what rules are asked about of a line of a log.
func hostEvent(t testing.TB, format feed.Format, line string) Event {
	t.Helper()
	e, err := new(feed.Reader).Parse(format, []byte(line), time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	out := Event{ID: "e", At: e.At, Client: e.Client, Server: e.Server, Port: int(e.Port), FromClient: true, log: &logged{format: string(format), kind: e.Kind, code: e.Code, title: e.Title, detail: e.Detail, host: e.Host}}
	out.Record.Protocol = e.Protocol
	for _, f := range e.Fields {
		out.log.fields = append(out.log.fields, batch.LogField{Name: f.Name, Value: f.Value})
	}
	return out
}

const ownRules = `title: Encoded PowerShell
id: 11111111-1111-4111-8111-111111111111
status: test
author: A. Author
license: DRL-1.1
level: high
tags: [attack.execution, attack.t1059.001]
falsepositives: [Scripts of administrators]
logsource: {product: windows, category: process_creation}
detection:
  selection:
    Image|endswith: '\powershell.exe'
    CommandLine|contains: ' -enc'
  condition: selection
---
title: Log on from elsewhere
id: 22222222-2222-4222-8222-222222222222
logsource: {product: windows, service: security}
detection:
  selection: {EventID: 4625, LogonType: 3}
  condition: selection
---
title: Autostart
id: 33333333-3333-4333-8333-333333333333
logsource: {product: windows, category: registry_set}
detection:
  selection:
    TargetObject|contains: '\CurrentVersion\Run'
  condition: selection
---
title: Root logs on
id: 44444444-4444-4444-8444-444444444444
logsource: {product: linux, service: sshd}
detection:
  keywords: ['*Accepted publickey for root*']
  condition: keywords
---
title: Remote service by Zeek
id: 55555555-5555-4555-8555-555555555555
logsource: {product: zeek, service: dce_rpc}
detection:
  selection: {endpoint: svcctl, operation: CreateServiceW}
  condition: selection
---
title: All of Windows
id: 66666666-6666-4666-8666-666666666666
logsource: {product: windows}
detection:
  selection: {EventID: 13}
  condition: selection
`

func TestEventsHaveTheNamesThatPublicRulesExpect(t *testing.T) {
	b, err := testPack(t).bring([]ruleFile{{"own.yml", ownRules}}, 100)
	if err != nil || b.refused != 0 {
		t.Fatalf("%v %+v", err, b)
	}
	for name, c := range map[string]struct {
		format feed.Format
		line   string
		want   string
	}{
		"Sysmon by Winlogbeat":     {feed.Windows, `{"@timestamp":"2026-01-02T08:00:00.000Z","message":"Process Create:","winlog":{"event_id":"1","channel":"Microsoft-Windows-Sysmon/Operational","provider_name":"Microsoft-Windows-Sysmon","computer_name":"hmi-1","event_data":{"Image":"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe","CommandLine":"powershell -enc AAAA","ParentImage":"C:\\Windows\\explorer.exe"}}}`, "Encoded PowerShell"},
		"4688 by NXLog":            {feed.Windows, `{"EventTime":"2026-01-02 08:00:00","Hostname":"hmi-1","Severity":"INFO","EventID":4688,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","Message":"A new process has been created.","NewProcessName":"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\PowerShell.exe","CommandLine":"powershell -ENC AAAA","SubjectUserName":"li"}`, "Encoded PowerShell"},
		"4625 by Wazuh":            {feed.Wazuh, `{"timestamp":"2026-01-02T08:00:00.123+0000","rule":{"level":5,"description":"Logon failure","id":"60122","groups":["windows"]},"agent":{"name":"hmi-1"},"data":{"win":{"system":{"eventID":"4625","channel":"Security","providerName":"Microsoft-Windows-Security-Auditing","computer":"hmi-1"},"eventdata":{"logonType":"3","ipAddress":"192.0.2.7"}}}}`, "Log on from elsewhere"},
		"the log's own XML":        {feed.Windows, `{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":13,"Level":4,"TimeCreated":{"#attributes":{"SystemTime":"2026-01-02T08:00:00.000Z"}},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"hmi-1"},"EventData":{"TargetObject":"HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\x","Details":"c:\\x.exe"}}}`, "All of Windows, Autostart"},
		"4657 as a registry event": {feed.Windows, `{"@timestamp":"2026-01-02T08:00:00.000Z","message":"m","winlog":{"event_id":4657,"channel":"Security","event_data":{"ObjectName":"\\REGISTRY\\MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run","ObjectValueName":"x","NewValue":"c:\\x.exe"}}}`, "Autostart"},
		"sshd by syslog":           {feed.Syslog, `<86>Jan  2 07:59:01 gw sshd[4711]: Accepted publickey for root`, "Root logs on"},
		"sshd by Wazuh":            {feed.Wazuh, `{"timestamp":"2026-01-02T08:00:00.123+0000","rule":{"level":3,"description":"sshd: authentication success","id":"5715","groups":["sshd"]},"agent":{"name":"gw"},"predecoder":{"program_name":"sshd"},"decoder":{"name":"sshd"},"data":{"srcip":"192.0.2.7"},"full_log":"Jan  2 07:59:01 gw sshd[4711]: Accepted publickey for root","location":"/var/log/auth.log"}`, "Root logs on"},
		"Zeek without _path":       {feed.Zeek, `{"ts":1767340800.25,"uid":"C1","id.orig_h":"10.0.0.3","id.resp_h":"10.0.0.11","id.resp_p":445,"endpoint":"svcctl","operation":"CreateServiceW","named_pipe":"\\pipe\\svcctl"}`, "Remote service by Zeek"},
		"another event":            {feed.Windows, `{"@timestamp":"2026-01-02T08:00:00.000Z","message":"m","winlog":{"event_id":7036,"channel":"System"}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := testPack(t)
			book := b.all()
			list, err := newJudge(p.taxonomy, nil, book).judge(hostEvent(t, c.format, c.line))
			var got []string
			for _, f := range list {
				got = append(got, f.Rule.Title.EN)
			}
			if strings.Contains(c.want, ", ") && len(got) == 2 && got[0] > got[1] {
				got[0], got[1] = got[1], got[0]
			}
			if err != nil || strings.Join(got, ", ") != c.want {
				t.Errorf("%v: %v, want %s", err, got, c.want)
			}
			for _, f := range list {
				if f.Count != 1 || f.Why.ZH == "" || len(f.Reasons) == 0 || f.Rule.Level.rank() == 0 {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

func TestWhatIsRefusedIsNamedAndWhatIsSoundIsTaken(t *testing.T) {
	const one = "title: Sound\nid: a\nlogsource: {product: windows, service: security}\ndetection:\n  selection: {EventID: 1}\n  condition: selection\n"
	for name, c := range map[string]struct {
		text           string
		sound, refused int
		line           int
		part, zh, kind string
		silent         int
	}{
		"sound":              {text: one, sound: 1},
		"a modifier":         {text: one + "---\ntitle: Bad\nlogsource: {product: windows}\ndetection:\n  selection:\n    Image|frobnicate: x\n  condition: selection\n", sound: 1, refused: 1, line: 12, part: "frobnicate", kind: "refused"},
		"look-around":        {text: "title: Bad\nlogsource: {product: windows}\ndetection:\n  selection:\n    Image|re: '(?=x)y'\n  condition: selection\n", refused: 1, line: 5, part: "Image|re", kind: "refused"},
		"no detection":       {text: one + "---\ntitle: Bad\nlogsource: {product: windows}\n", sound: 1, refused: 1, line: 8, part: "detection", zh: "缺少 detection", kind: "refused"},
		"the same id":        {text: one + "---\n" + one, sound: 1, refused: 1, line: 8, part: "id", zh: "相同", kind: "refused"},
		"a source of nobody": {text: "title: Cloud\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  selection: {a: b}\n  condition: selection\n", sound: 1, silent: 1, line: 1, part: "logsource", zh: "不会命中", kind: "silent"},
		"a long correlation": {text: one + "---\ntitle: Long\nid: b\ncorrelation:\n  type: event_count\n  rules: [a]\n  group-by: [Computer]\n  timespan: 1d\n  condition: {gte: 3}\n", sound: 1, refused: 1, line: 8, part: "correlation.timespan", zh: "15 分钟", kind: "refused"},
		"what it is called":  {text: strings.Replace(one, "id: a", "id: a\nstatus: deprecated", 1), sound: 1, line: 1, part: "status", zh: "deprecated", kind: "status"},
		"not YAML":           {text: "a: [", refused: 1, zh: "不是 YAML", kind: "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := testPack(t).bring([]ruleFile{{"x.yml", c.text}}, 100)
			if err != nil {
				t.Fatal(err)
			}
			if len(b.rules) != c.sound || b.refused != c.refused || b.silent != c.silent {
				t.Errorf("%d sound, %d refused, %d silent: %+v", len(b.rules), b.refused, b.silent, b.findings)
			}
			if c.kind == "" {
				return
			}
			if len(b.findings) == 0 {
				t.Fatal("nothing is told")
			}
			f := b.findings[0]
			if f.Kind != c.kind || f.File != "x.yml" || f.Line != c.line || !strings.Contains(f.Part, c.part) || !strings.Contains(f.What.ZH, c.zh) || f.What.EN == "" {
				t.Errorf("%+v", f)
			}
		})
	}
}

func zipped(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestUploadsAreUnpackedWithinBounds(t *testing.T) {
	good, err := unpackRules("x.zip", zipped(t, map[string]string{"a/b.yml": "title: x", "readme.md": "no", "c.YAML": "title: y"}))
	if err != nil || len(good) != 2 {
		t.Errorf("%v %+v", err, good)
	}
	for name, c := range map[string]struct {
		data []byte
		key  string
	}{
		"a bomb":           {zipped(t, map[string]string{"a.yml": strings.Repeat("a", maxRuleText+1)}), "security.ruleset.large"},
		"a damaged one":    {[]byte("PK\x03\x04 no"), "security.ruleset.zip"},
		"one name for two": {zipped(t, map[string]string{"a/x.yml": "title: x", "b/../a/x.yml": "title: y"}), "security.ruleset.zip"},
		"without rules":    {zipped(t, map[string]string{"a.txt": "x"}), "security.ruleset.empty"},
		"not text":         {[]byte{0xff, 0xfe, 0}, "security.ruleset.text"},
	} {
		_, err := unpackRules("x", c.data)
		if f := fault.As(err); f == nil || f.Key != c.key {
			t.Errorf("%s: %v", name, err)
		}
	}
	if one, err := unpackRules("..", []byte("title: x")); err != nil || one[0].Name != "rules.yml" {
		t.Errorf("a name that leads elsewhere: %+v, %v", one, err)
	}
	if _, err := testPack(t).bring([]ruleFile{{"own.yml", ownRules}}, 3); fault.As(err) == nil || fault.As(err).Key != "security.ruleset.many" {
		t.Errorf("too many: %v", err)
	}
}

func TestACorrelationCountsAnEventOnce(t *testing.T) {
	p := testPack(t)
	text := "title: Fails\nid: a\nname: fails\nlogsource: {product: windows}\ndetection:\n  selection: {EventID: 13}\n  condition: selection\n---\ntitle: Many\nid: b\nlevel: high\ncorrelation:\n  type: event_count\n  rules: [fails]\n  group-by: [Computer]\n  timespan: 10m\n  condition: {gte: 3}\n"
	b, err := p.bring([]ruleFile{{"x.yml", text}}, 10)
	if err != nil || b.refused > 0 {
		t.Fatalf("%v %+v", err, b)
	}
	book := b.all()
	j := newJudge(p.taxonomy, nil, book)
	line := `{"@timestamp":"2026-01-02T08:00:00.000Z","message":"m","winlog":{"event_id":13,"channel":"Microsoft-Windows-Sysmon/Operational","computer_name":"hmi-1"}}`
	for n := range 3 {
		e := hostEvent(t, feed.Windows, line) // of two categories
		e.ID, e.At = string(rune('a'+n)), e.At.Add(time.Duration(n)*time.Second)
		list, err := j.judge(e)
		if err != nil || len(list) != n/2 {
			t.Errorf("%d: %v %+v", n, err, list)
		}
	}
}

func FuzzOwnRules(f *testing.F) {
	p := testPack(f)
	f.Add([]byte(ownRules))
	f.Add([]byte("a: ["))
	f.Add(zipped(f, map[string]string{"a.yml": "title: x"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := unpackRules("x.yml", data)
		if err != nil {
			if fault.As(err) == nil {
				t.Errorf("a refusal that says nothing: %v", err)
			}
			return
		}
		b, err := p.bring(files, 50)
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, r := range b.rules {
			if seen[r.key] || r.key == "" || r.rule.Title.EN == "" || r.rule.Level.rank() == 0 {
				t.Errorf("%+v", r)
			}
			seen[r.key] = true
		}
		book := b.all()
		if _, err := newJudge(p.taxonomy, nil, book).judge(hostEvent(t, feed.Syslog, `<86>Jan  2 07:59:01 gw sshd[4711]: Accepted publickey for root`)); err != nil {
			t.Error(err)
		}
	})
}

// The public rules are not part of the repository (Detection Rule License). With SIGMAHQ=<folder of
// github.com/SigmaHQ/sigma> their own events go through the probe's reader and the room's names.
func TestPublicRulesFindTheirOwnEvents(t *testing.T) {
	root := os.Getenv("SIGMAHQ")
	if root == "" {
		t.Skip("SIGMAHQ names no folder with the public rules")
	}
	p := testPack(t)
	var files []ruleFile
	walk := func(folder, ext string, do func(path string, data []byte)) {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ext {
				return err
			}
			data, err := os.ReadFile(path)
			if err == nil {
				do(path, data)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{"rules", "rules-emerging-threats", "rules-threat-hunting"} {
		walk(folder, ".yml", func(path string, data []byte) {
			files = append(files, ruleFile{strings.TrimPrefix(path, root), string(data)})
		})
	}
	b, err := p.bring(files, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rules, %d refused, %d of no source", len(b.rules), b.refused, b.silent)
	book := b.all()
	cases, right := 0, 0
	walk("regression_data", ".json", func(path string, data []byte) {
		var about struct {
			Rules []struct {
				ID string `yaml:"id"`
			} `yaml:"rule_metadata"`
		}
		info, err := os.ReadFile(filepath.Join(filepath.Dir(path), "info.yml"))
		if err != nil || yaml.Unmarshal(info, &about) != nil || len(about.Rules) == 0 {
			return
		}
		cases++
		decoder := json.NewDecoder(bytes.NewReader(data))
		for decoder.More() {
			var line json.RawMessage
			if err := decoder.Decode(&line); err != nil {
				t.Fatal(errors.Join(errors.New(path), err))
			}
			var flat bytes.Buffer
			if err := json.Compact(&flat, line); err != nil {
				t.Fatal(err)
			}
			list, err := newJudge(p.taxonomy, nil, book).judge(hostEvent(t, feed.Windows, flat.String()))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range list {
				if f.Rule.own.SigmaID == about.Rules[0].ID {
					right++
					return
				}
			}
		}
		t.Logf("missed: %s", path)
	})
	t.Logf("%d of %d regression cases", right, cases)
	if right*100 < cases*95 {
		t.Errorf("%d of %d regression cases", right, cases)
	}
}
