package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What fields of transactions are called: as EVE calls them.
const (
	DNSQuery    = "dns.rrname"
	DNSType     = "dns.rrtype"
	DNSAnswer   = "dns.rdata"
	DNSCode     = "dns.rcode"
	HTTPHost    = "http.hostname"
	HTTPMethod  = "http.http_method"
	HTTPURL     = "http.url" // what was asked for at the host
	HTTPWhole   = "url"      // with the host
	HTTPAgent   = "http.http_user_agent"
	HTTPType    = "http.http_content_type"
	HTTPRefer   = "http.http_refer"
	HTTPStatus  = "http.status"
	HTTPVersion = "http.protocol"
	HTTPLength  = "http.length"
	TLSName     = "tls.sni"
	TLSVersion  = "tls.version"
	TLSSubject  = "tls.subject"
	TLSIssuer   = "tls.issuerdn"
	TLSSerial   = "tls.serial"
	TLSPrint    = "tls.fingerprint"
	TLSNames    = "tls.subjectaltname"
	TLSFrom     = "tls.notbefore"
	TLSTo       = "tls.notafter"
	TLSJA3      = "tls.ja3.hash"
	TLSJA3S     = "tls.ja3s.hash"
	TLSJA4      = "tls.ja4"
	FileName    = "fileinfo.filename"
	FileSize    = "fileinfo.size"
	FileMagic   = "fileinfo.magic"
	FileState   = "fileinfo.state"
	FileMD5     = "fileinfo.md5"
	FileSHA1    = "fileinfo.sha1"
	FileSHA256  = "fileinfo.sha256"
)

// figure is a number that some versions write as a text.
type figure string

func (n *figure) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	if s == "null" {
		return nil
	}
	if _, err := strconv.ParseInt(s, 10, 64); err != nil {
		return errors.New("a number is wanted")
	}
	*n = figure(s)
	return nil
}

// eveRecord is one answer of DNS, or one question.
type eveRecord struct {
	Name string `json:"rrname"`
	Type string `json:"rrtype"`
	// Data is a text, or an object of the types that have several parts (SOA, SRV).
	Data json.RawMessage `json:"rdata"`
}

// eveDNS is a question or an answer: version 1 has one answer in each event, version 2 all of
// them (Suricata 4.1 to 7), version 3 (Suricata 8) the question in a list of its own.
type eveDNS struct {
	Code string `json:"rcode"`
	eveRecord
	Queries []eveRecord                  `json:"queries"`
	Answers []eveRecord                  `json:"answers"`
	Grouped map[string][]json.RawMessage `json:"grouped"`
}

// eveHTTP is a request with its answer; cookies, bodies and other headers are not read.
type eveHTTP struct {
	Host    string `json:"hostname"`
	Port    uint16 `json:"http_port"`
	URL     string `json:"url"`
	Agent   string `json:"http_user_agent"`
	Type    string `json:"http_content_type"`
	Refer   string `json:"http_refer"`
	Method  string `json:"http_method"`
	Version string `json:"protocol"`
	Status  figure `json:"status"`
	Length  figure `json:"length"`
}

// eveTLS is a handshake; certificates themselves are not read.
type eveTLS struct {
	Name    string   `json:"sni"`
	Version string   `json:"version"`
	Subject string   `json:"subject"`
	Issuer  string   `json:"issuerdn"`
	Serial  string   `json:"serial"`
	Print   string   `json:"fingerprint"`
	Names   []string `json:"subjectaltname"`
	From    string   `json:"notbefore"`
	To      string   `json:"notafter"`
	JA3     eveHash  `json:"ja3"`
	JA3S    eveHash  `json:"ja3s"`
	JA4     string   `json:"ja4"`
}

type eveHash struct {
	Hash string `json:"hash"`
}

// eveFile is what was seen of a file on its way; where Suricata stored it is not read.
type eveFile struct {
	Name   string `json:"filename"`
	Magic  string `json:"magic"`
	State  string `json:"state"`
	Size   figure `json:"size"`
	MD5    string `json:"md5"`
	SHA1   string `json:"sha1"`
	SHA256 string `json:"sha256"`
}

// evePart is what an event says of one kind.
type evePart struct {
	kind string
	text json.RawMessage
	read func(*Event, *fields) error
}

func (x *eve) parts() [4]evePart {
	return [4]evePart{{"dns", x.DNS, x.dns}, {"fileinfo", x.File, x.file}, {"http", x.HTTP, x.http}, {"tls", x.TLS, x.tls}}
}

// transaction tells what a transaction says; an alert has what its packet was part of.
func (x *eve) transaction(e *Event) error {
	if x.Alert.there && len(x.DNS)+len(x.File)+len(x.HTTP)+len(x.TLS) == 0 { // nearly always
		return nil
	}
	var f fields
	if x.Alert.there {
		for _, p := range x.parts() {
			if len(p.text) == 0 {
				continue
			}
			mine := Event{Port: e.Port}
			_ = p.read(&mine, &f) // the alert is told without what cannot be read
		}
		e.Fields = f.list
		return nil
	}
	parts := x.parts()
	i := slices.IndexFunc(parts[:], func(p evePart) bool { return p.kind == x.Type })
	if i < 0 {
		return nil
	}
	do := parts[i].read
	if err := do(e, &f); err != nil {
		return err
	}
	if x.Type == "fileinfo" {
		_ = x.http(&Event{Port: e.Port}, &f) // it is told without the request that it came by
	}
	e.Told, e.Transaction, e.Fields = true, true, f.list
	return nil
}

// part reads the object of a kind.
func part(text json.RawMessage, kind string, into any) error {
	if len(text) == 0 || bytes.Equal(text, []byte("null")) {
		return fmt.Errorf("there is no %s in an event of it", kind)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	return nil
}

func (x *eve) dns(e *Event, f *fields) error {
	var d eveDNS
	if err := part(x.DNS, "dns", &d); err != nil {
		return err
	}
	asked := d.Queries
	if len(asked) == 0 && d.Name != "" {
		asked = []eveRecord{d.eveRecord}
	}
	answers := d.Answers
	if len(answers) == 0 && len(d.Data) > 0 {
		answers = []eveRecord{d.eveRecord}
	}
	if len(asked) == 0 && len(answers) == 0 && len(d.Grouped) == 0 {
		return errors.New("dns: it asks for nothing and answers nothing")
	}
	for _, q := range asked[:min(len(asked), mostValues)] {
		f.add(DNSQuery, strings.TrimSuffix(q.Name, "."))
		f.add(DNSType, q.Type)
	}
	f.add(DNSCode, d.Code)
	for _, a := range answers[:min(len(answers), mostValues)] {
		f.add(DNSAnswer, dataOf(a.Data))
		x.named(e, a)
	}
	d.grouped(x, e, f, asked, len(answers) == 0 && len(asked) == 1)
	said := slices.Concat(asked, answers)
	if len(said) > 0 {
		e.Title, e.Detail = said[0].Name, strings.TrimSpace(said[0].Type+" "+d.Code)
	}
	return nil
}

// grouped takes answers by their types; they have no names of their own.
func (d *eveDNS) grouped(x *eve, e *Event, f *fields, asked []eveRecord, alone bool) {
	for _, kind := range slices.Sorted(maps.Keys(d.Grouped)) {
		for _, a := range d.Grouped[kind][:min(len(d.Grouped[kind]), mostValues)] {
			f.add(DNSAnswer, dataOf(a))
			if alone {
				x.named(e, eveRecord{asked[0].Name, kind, a})
			}
		}
	}
}

// named tells the name of a device of the plant.
func (x *eve) named(e *Event, a eveRecord) {
	addr := address(dataOf(a.Data))
	if (a.Type == "A" || a.Type == "AAAA") && ofPlant(addr) {
		x.fact(e, Fact{Addr: addr, Source: "dns", Kind: "name", Value: hostName(a.Name)})
	}
}

// dataOf is what an answer says: a text as it is, of an object the texts in it.
func dataOf(text json.RawMessage) string {
	var s string
	if json.Unmarshal(text, &s) == nil {
		return strings.TrimSuffix(s, ".")
	}
	var o map[string]any
	if json.Unmarshal(text, &o) != nil {
		return ""
	}
	for _, name := range []string{"name", "target", "mname"} {
		if v, ok := o[name].(string); ok {
			return strings.TrimSuffix(v, ".")
		}
	}
	return ""
}

func (x *eve) tls(e *Event, f *fields) error {
	var t eveTLS
	if err := part(x.TLS, "tls", &t); err != nil {
		return err
	}
	f.add(TLSName, strings.TrimSuffix(t.Name, "."))
	f.add(TLSVersion, t.Version)
	f.add(TLSPrint, hexadecimal(t.Print))
	f.add(TLSJA3, hexadecimal(t.JA3.Hash))
	f.add(TLSJA3S, hexadecimal(t.JA3S.Hash))
	f.add(TLSJA4, word(t.JA4))
	f.add(TLSSerial, hexadecimal(t.Serial))
	f.add(TLSSubject, t.Subject)
	f.add(TLSIssuer, t.Issuer)
	f.add(TLSFrom, t.From)
	f.add(TLSTo, t.To)
	f.add(TLSNames, t.Names...)
	if len(f.list) == 0 {
		return errors.New("tls: it says nothing of the handshake")
	}
	e.Title, e.Detail = t.Name, t.Version
	if e.Title == "" {
		e.Title = t.Subject
	}
	if t.Subject != "" {
		e.Detail = strings.TrimSpace(t.Version + " " + t.Subject)
		x.fact(e, Fact{MAC: x.server(e), Addr: e.Server, Source: "tls", Kind: "description", Value: t.Subject})
	}
	x.fact(e, Fact{MAC: x.server(e), Addr: e.Server, Source: "tls", Kind: "name", Value: hostName(t.Name)})
	return nil
}

func (x *eve) http(e *Event, f *fields) error {
	var h eveHTTP
	if err := part(x.HTTP, "http", &h); err != nil {
		return err
	}
	if h.Host == "" && h.URL == "" {
		return errors.New("http: it asks for nothing at no host")
	}
	h.URL = plainURL(h.URL)
	f.add(HTTPHost, h.Host)
	f.add(HTTPMethod, h.Method)
	f.add(HTTPURL, h.URL)
	f.add(HTTPWhole, h.whole(e.Port))
	f.add(HTTPAgent, h.Agent)
	f.add(HTTPStatus, string(h.Status))
	f.add(HTTPType, h.Type)
	f.add(HTTPRefer, plainURL(h.Refer))
	f.add(HTTPVersion, h.Version)
	f.add(HTTPLength, string(h.Length))
	e.Title, e.Detail = strings.TrimSpace(h.Method+" "+h.whole(e.Port)), h.Agent
	x.fact(e, Fact{MAC: x.client(e), Addr: e.Client, Source: "http", Kind: "software", Value: h.Agent})
	x.fact(e, Fact{MAC: x.server(e), Addr: e.Server, Source: "http", Kind: "name", Value: hostName(h.Host)})
	return nil
}

// withPort is a host with its port.
var withPort = regexp.MustCompile(`:[0-9]+$`)

// macForm is the address of one device, and of no group.
var macForm = regexp.MustCompile(`^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$`)

// whole is the URL with its host, as indicators have it.
func (h *eveHTTP) whole(port uint16) string {
	if strings.Contains(h.URL, "://") || h.Host == "" || !strings.HasPrefix(h.URL, "/") {
		return h.URL
	}
	if h.Port != 0 {
		port = h.Port
	}
	host := h.Host
	if a, err := netip.ParseAddr(host); err == nil && a.Is6() { // as URLs have it
		host = "[" + host + "]"
	}
	if !withPort.MatchString(host) && port != 80 && port != 0 {
		host += ":" + strconv.Itoa(int(port))
	}
	return "http://" + host + h.URL
}

func (x *eve) file(e *Event, f *fields) error {
	var i eveFile
	if err := part(x.File, "fileinfo", &i); err != nil {
		return err
	}
	if i.Name == "" && i.MD5+i.SHA1+i.SHA256 == "" {
		return errors.New("fileinfo: a file without a name and a hash")
	}
	i.Name = plainURL(i.Name)
	f.add(FileSHA256, hexadecimal(i.SHA256))
	f.add(FileSHA1, hexadecimal(i.SHA1))
	f.add(FileMD5, hexadecimal(i.MD5))
	f.add(FileName, i.Name)
	f.add(FileSize, string(i.Size))
	f.add(FileState, i.State)
	f.add(FileMagic, i.Magic)
	e.Title, e.Detail = path.Base(strings.ReplaceAll(i.Name, `\`, "/")), i.Magic
	return nil
}

// fact keeps what a device of the plant is found out to be.
func (x *eve) fact(e *Event, f Fact) {
	f.Addr, f.Value = address(f.Addr), clean(f.Value)
	if f.Value == "" || !ofPlant(f.Addr) || len(e.Facts) >= mostValues || slices.Contains(e.Facts, f) {
		return
	}
	e.Facts = append(e.Facts, f)
}

// client and server are MAC addresses, where Suricata tells them.
func (x *eve) client(e *Event) string { return x.mac(e.Client) }

func (x *eve) server(e *Event) string { return x.mac(e.Server) }

func (x *eve) mac(addr string) string {
	var text string
	switch addr {
	case x.SrcIP:
		text = x.Ether.Src
	case x.DestIP:
		text = x.Ether.Dest
	}
	if text = strings.ToLower(text); !macForm.MatchString(text) || text == "00:00:00:00:00:00" {
		return ""
	}
	return text
}
