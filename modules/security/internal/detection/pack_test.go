package detection

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"linghang/lib/icsdissect"
	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/probe"
	"linghang/modules/security/internal/zone"
)

// stage makes events of the lines of testdata/rules.txt. A line is
//
//	[xN] [+S] modbus|s7|dnp3|iec104|bacnet >|< HEX [to 10.0.0.*] [from 10.0.0.9]
//	[xN] [+S] {a record as JSON}
//	[xN] [+S] log KIND CLIENT SERVER PORT [PROTOCOL] NAME=VALUE…
//	zone ADDRESS NAME
//	conduit ZONE ZONE reads|commands [PROTOCOL…]
//
// that is N times, each S seconds after the one before (0.1). HEX is what the protocol's frame
// carries, which is put into a packet and read by icsdissect; *, and ** in HEX (one octet), is
// the number of the time. > is from the client, < from the server.
type stage struct {
	t    *testing.T
	at   time.Time
	seq  map[string]uint32
	out  []Event
	d    *icsdissect.Dissector
	sent int

	hosts zone.Hosts // the last two kinds of lines: what the enterprise declared, and enforces
	ways  []zone.Way
}

func newStage(t *testing.T) *stage {
	s := &stage{t: t, at: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), seq: map[string]uint32{}, hosts: zone.Hosts{}}
	s.d = icsdissect.New(icsdissect.Options{Record: func(r *icsdissect.Record) { s.put(probe.RecordOf(r, []string{batch.WhyFirstSeen})) }})
	return s
}

func (s *stage) put(r batch.Record) {
	s.out = append(s.out, Event{ID: fmt.Sprintf("e%d", len(s.out)), At: s.at, Client: r.Client, Server: r.Server, Port: int(r.Port), FromClient: r.FromClient, Record: r})
}

func (s *stage) line(text string) {
	if words := strings.Fields(text); words[0] == "zone" {
		s.hosts[words[1]] = zone.Host{Asset: words[1], Zone: words[2]}
		return
	} else if words[0] == "conduit" {
		s.ways = append(s.ways, zone.Way{ClientZone: words[1], ServerZone: words[2], Protocols: words[4:], Commands: words[3] == "commands"})
		return
	}
	times, pause := 1, 100*time.Millisecond
	for {
		word, rest, _ := strings.Cut(text, " ")
		n, err := strconv.ParseFloat(strings.TrimLeft(word, "x+"), 64)
		if err != nil || !strings.HasPrefix(word, "x") && !strings.HasPrefix(word, "+") {
			break
		}
		if word[0] == 'x' {
			times = int(n)
		} else {
			pause = time.Duration(n * float64(time.Second))
		}
		text = rest
	}
	for n := range times {
		s.at = s.at.Add(pause)
		one := strings.ReplaceAll(strings.ReplaceAll(text, "**", fmt.Sprintf("%02x", n+1)), "*", strconv.Itoa(n+1))
		if strings.HasPrefix(one, "{") {
			s.record(one)
			continue
		}
		if rest, log := strings.CutPrefix(one, "log "); log {
			s.log(rest)
			continue
		}
		s.frame(one)
	}
}

func (s *stage) record(text string) {
	r := batch.Record{Client: "10.0.0.9", Server: "10.0.0.1", Transport: "tcp", Orientation: "port", Confidence: 80, Why: []string{batch.WhyFirstSeen}, FromClient: true}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		s.t.Fatalf("%s: %v", text, err)
	}
	s.put(r)
}

// fieldStart is where a field of a log begins; values may have blanks.
var fieldStart = regexp.MustCompile(`(?:^| )((?:dns|tls|http|fileinfo)\.[a-z0-9_.]+|url)=`)

func (s *stage) log(text string) {
	at := fieldStart.FindAllStringSubmatchIndex(text, -1)
	head := strings.Fields(text[:at[0][0]])
	port, err := strconv.Atoi(head[3])
	if err != nil {
		s.t.Fatal(err)
	}
	e := Event{ID: fmt.Sprintf("e%d", len(s.out)), At: s.at, Client: head[1], Server: head[2], Port: port, FromClient: true, log: &logged{kind: head[0]}}
	if e.Record.Protocol = head[0]; len(head) > 4 {
		e.Record.Protocol = head[4]
	}
	for i, f := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		e.log.fields = append(e.log.fields, batch.LogField{Name: text[f[2]:f[3]], Value: text[f[1]:end]})
	}
	s.out = append(s.out, e)
}

func (s *stage) frame(text string) {
	client, server := "10.0.0.9", "10.0.0.1"
	head, rest, _ := strings.Cut(text, " to ")
	text = head
	rest, from, _ := strings.Cut(rest, " from ")
	if rest != "" {
		server = rest
	}
	if from != "" {
		client = from
	}
	protocol, body, _ := strings.Cut(text, " ")
	way, digits, _ := strings.Cut(body, " ")
	var b []byte
	for i, part := range strings.Split(digits, "|") {
		octets, err := hex.DecodeString(strings.ReplaceAll(part, " ", ""))
		if err != nil {
			s.t.Fatalf("%s: %v", text, err)
		}
		if i == 0 {
			b = octets
		} else {
			b = s7(b, octets)
		}
	}
	request := way == ">"
	if request {
		s.sent++ // an answer has the number of its request
	}
	switch protocol {
	case "modbus":
		b = append([]byte{byte(s.sent >> 8), byte(s.sent), 0, 0, 0, byte(len(b))}, b...)
		s.tcp(client, server, 502, request, b)
	case "s7":
		if !strings.Contains(digits, "|") {
			b = s7(b, nil)
		}
		s.tcp(client, server, 102, request, b)
	case "dnp3":
		s.tcp(client, server, 20000, request, dnp3(b, request))
	case "iec104":
		s.tcp(client, server, 2404, request, append([]byte{0x68, byte(len(b))}, b...))
	case "bacnet":
		s.udp(client, server, 47808, append([]byte{0x81, 0x0a, 0, byte(4 + len(b))}, b...))
	default:
		s.t.Fatalf("%s: no such protocol", text)
	}
}

// s7 makes a job with parameters and data (RFC 1006, ISO 8073).
func s7(param, data []byte) []byte {
	b := []byte{0x32, 1, 0, 0, 0, 1, 0, byte(len(param)), 0, byte(len(data))}
	b = append(append(b, param...), data...)
	return append([]byte{3, 0, 0, byte(7 + len(b)), 2, 0xf0, 0x80}, b...)
}

// dnp3 makes a link frame between master 1 and outstation 10 (IEEE 1815, clause 9).
func dnp3(user []byte, request bool) []byte {
	sum := func(b []byte) []byte {
		var crc uint16
		for _, c := range b {
			crc ^= uint16(c)
			for range 8 {
				if crc&1 != 0 {
					crc = crc>>1 ^ 0xa6bc
				} else {
					crc >>= 1
				}
			}
		}
		return []byte{byte(^crc), byte(^crc >> 8)}
	}
	b := []byte{5, 0x64, byte(5 + len(user)), 0xc4, 10, 0, 1, 0}
	if !request {
		b[3], b[4], b[6] = 0x44, 1, 10
	}
	b = append(b, sum(b)...)
	for len(user) > 0 {
		n := min(16, len(user))
		b = append(append(b, user[:n]...), sum(user[:n])...)
		user = user[n:]
	}
	return b
}

func (s *stage) tcp(client, server string, port uint16, request bool, payload []byte) {
	b := make([]byte, 20, 20+len(payload))
	from, to := client, server
	binary.BigEndian.PutUint16(b, 40001)
	binary.BigEndian.PutUint16(b[2:], port)
	if !request {
		from, to = server, client
		binary.BigEndian.PutUint16(b, port)
		binary.BigEndian.PutUint16(b[2:], 40001)
	}
	key := from + ">" + to + strconv.Itoa(int(port))
	binary.BigEndian.PutUint32(b[4:], 1000+s.seq[key])
	s.seq[key] += uint32(len(payload))
	b[12], b[13] = 5<<4, 16
	s.ip(from, to, 6, append(b, payload...))
}

func (s *stage) udp(from, to string, port uint16, payload []byte) {
	b := make([]byte, 8, 8+len(payload))
	binary.BigEndian.PutUint16(b, 47809)
	binary.BigEndian.PutUint16(b[2:], port)
	binary.BigEndian.PutUint16(b[4:], uint16(8+len(payload)))
	s.ip(from, to, 17, append(b, payload...))
}

func (s *stage) ip(from, to string, proto byte, payload []byte) {
	b := make([]byte, 20, 20+len(payload))
	b[0], b[8], b[9] = 0x45, 64, proto
	binary.BigEndian.PutUint16(b[2:], uint16(20+len(payload)))
	copy(b[12:], netip.MustParseAddr(from).AsSlice())
	copy(b[16:], netip.MustParseAddr(to).AsSlice())
	s.d.Packet(s.at, icsdissect.LinkEthernet, append([]byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}, append(b, payload...)...))
}

// played is one story of testdata/rules.txt.
type played struct {
	rule   string
	hit    bool
	lines  []string
	number int
}

func stories(t *testing.T) []played {
	t.Helper()
	f, err := os.Open("testdata/rules.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was read only
	var list []played
	scan := bufio.NewScanner(f)
	for n := 1; scan.Scan(); n++ {
		text := strings.TrimSpace(scan.Text())
		word, rest, _ := strings.Cut(text, " ")
		switch {
		case text == "" || strings.HasPrefix(text, "#"):
		case word == "hit" || word == "miss":
			list = append(list, played{rule: rest, hit: word == "hit", number: n})
		default:
			list[len(list)-1].lines = append(list[len(list)-1].lines, text)
		}
	}
	return list
}

func packOf(t *testing.T) *Pack {
	t.Helper()
	p, err := readPack()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// found are the names of rules that find something, each once with its first finding.
func found(t *testing.T, p *Pack, events []Event) map[string]Finding {
	t.Helper()
	j := newJudge(p.taxonomy, nil, p.book())
	out := map[string]Finding{}
	newAcquaintance().introduce(nil, events)
	for _, e := range events {
		list, err := j.judge(e)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			if _, known := out[f.Rule.Name]; !known {
				out[f.Rule.Name] = f
			}
		}
	}
	return out
}

func TestEveryRuleFindsWhatItIsForAndNothingElse(t *testing.T) {
	p := packOf(t)
	told := map[string][2]int{}
	for _, s := range stories(t) {
		st := newStage(t)
		for _, l := range s.lines {
			st.line(l)
		}
		if len(st.out) == 0 {
			t.Errorf("line %d: no event comes of it", s.number)
		}
		pass(zone.NewPlan(st.hosts, st.ways), st.out)
		f, hit := found(t, p, st.out)[s.rule]
		if hit != s.hit {
			t.Errorf("line %d: %s: found %v, want %v; last event %+v", s.number, s.rule, hit, s.hit, st.out[len(st.out)-1].Record)
		}
		if hit && (strings.Contains(f.Why.ZH, "{") || strings.Contains(f.Why.EN, " - ")) {
			t.Errorf("line %d: the sentence has a gap: %s", s.number, f.Why.EN)
		}
		n := told[s.rule]
		n[map[bool]int{true: 0, false: 1}[s.hit]]++
		told[s.rule] = n
	}
	for _, r := range p.Rules {
		if r.Kind != "event" && r.Kind != "sequence" {
			continue
		}
		if n := told[r.Name]; n[0] == 0 || n[1] == 0 {
			t.Errorf("%s: %d stories that it finds and %d that it does not; each rule has both", r.Name, n[0], n[1])
		}
		delete(told, r.Name)
	}
	for name := range told {
		t.Errorf("%s: no such rule", name)
	}
	if len(p.Rules) < 60 {
		t.Errorf("%d rules", len(p.Rules))
	}
}
