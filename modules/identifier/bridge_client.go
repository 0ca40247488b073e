package identifier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"linghang/kernel/fault"
	"linghang/lib/codeid"
	"linghang/modules/identifier/internal/ors"
)

const (
	bridgeTime   = 10 * time.Second
	bridgeOctets = 256 << 10 // of an answer that are read
	bridgeAtOnce = 32        // questions that are on their way
)

// bridgeClient asks resolvers of other systems.
type bridgeClient struct {
	http *http.Client
	turn chan struct{}
}

func newBridgeClient() bridgeClient {
	return bridgeClient{
		http: &http.Client{
			Timeout: bridgeTime,
			Transport: &http.Transport{
				Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: bridgeTime}).DialContext, TLSHandshakeTimeout: bridgeTime,
				MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10,
			},
			// Where a resolver leads is its answer, and for who asked to follow.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		turn: make(chan struct{}, bridgeAtOnce),
	}
}

// bridgeAnswer is what the resolver of another system answered.
type bridgeAnswer struct {
	System    string          `json:"system" enum:"gs1,did,oid,urn,ecode,vaa"`
	Canonical string          `json:"canonical" doc:"The identifier that was asked for"`
	Server    string          `json:"server" doc:"Host that was asked"`
	Status    int             `json:"status" doc:"Of HTTP: 2xx has a document, 3xx leads on"`
	Location  string          `json:"location" doc:"Where the answer leads; empty if nowhere"`
	Type      string          `json:"type" doc:"Media type of the document"`
	Document  string          `json:"document" doc:"At most 256 KiB; empty if it is no text"`
	Cut       bool            `json:"cut" doc:"The document has more"`
	Took      float64         `json:"took_ms"`
	Protocol  string          `json:"protocol" enum:"http,dns,local" doc:"How it was asked; local where the city itself tells of it"`
	Services  []bridgeService `json:"services" nullable:"false" doc:"What DNS, or the city, tells of an object identifier (X.672), in their order"`
	Hops      []bridgeHop     `json:"hops" nullable:"false" doc:"Who was asked, one after the other"`
}

// bridgeService is a service of an object identifier.
type bridgeService struct {
	Service    string `json:"service" doc:"COID canonical OID, CINF what is below, RINF who registered it, MINF module of ASN.1, UINF a URI, LINF registry of identifiers, or another; empty if the record is none of ORS"`
	Field      string `json:"field" doc:"As the record has it, as ORS+UINF"`
	Order      int    `json:"order"`
	Preference int    `json:"preference"`
	Flags      string `json:"flags"`
	Value      string `json:"value" doc:"What it tells; it was not fetched"`
	Fault      string `json:"fault" doc:"Why the rule of the record gives nothing"`
}

// bridgeHop is one question on the way.
type bridgeHop struct {
	Server        string  `json:"server"`
	Protocol      string  `json:"protocol" enum:"http,udp,tcp,local"`
	Name          string  `json:"name" doc:"What was asked for"`
	Code          string  `json:"code" doc:"As NOERROR or 200; empty when nobody answered"`
	Took          float64 `json:"took_ms"`
	Authenticated bool    `json:"authenticated" doc:"The resolver has checked the answer by DNSSEC, as it says"`
	Leads         string  `json:"leads" doc:"Name or address that it leads to; empty if nowhere"`
	Fault         string  `json:"fault" doc:"Why nobody answered"`
}

func newBridgeAnswer(system codeid.System, canonical, protocol string) bridgeAnswer {
	return bridgeAnswer{System: string(system), Canonical: canonical, Protocol: protocol, Services: []bridgeService{}, Hops: []bridgeHop{}}
}

// askDNS asks DNS for an object identifier. Where it leads is told, and not followed.
func askDNS(ctx context.Context, b bridge, canonical string) (bridgeAnswer, error) {
	a := newBridgeAnswer(b.System, canonical, "dns")
	ctx, cancel := context.WithTimeout(ctx, bridgeTime)
	defer cancel()
	start := time.Now()
	got, err := b.client().Resolve(ctx, oidOf(canonical))
	a.Took, a.Server, a.Cut = milliseconds(time.Since(start)), b.zone(), got.More
	for _, h := range got.Hops {
		a.Hops = append(a.Hops, bridgeHop{Server: h.Server, Protocol: h.Protocol, Name: h.Name, Code: h.Code, Took: milliseconds(h.Took), Authenticated: h.Authenticated, Leads: h.Leads, Fault: h.Fault})
	}
	for _, r := range got.Records {
		a.Services = append(a.Services, bridgeService{Service: r.Service, Field: r.Field, Order: int(r.Order), Preference: int(r.Preference), Flags: r.Flags, Value: r.Value, Fault: r.Fault})
	}
	switch {
	case errors.Is(err, ors.ErrSilent):
		var asked []string
		for _, h := range got.Hops {
			asked = append(asked, h.Server+" ("+h.Fault+")")
		}
		return a, fault.New(fault.Unavailable, "identifier.bridge.silent", "%s does not answer: %s", b.zone(), strings.Join(asked, ", ")).With("server", b.zone())
	case errors.Is(err, ors.ErrLoop) || errors.Is(err, ors.ErrFar):
		return a, fault.New(fault.Unavailable, "identifier.bridge.loop", "%s below %s: %s", oidOf(canonical), b.zone(), err)
	case err != nil:
		return a, fault.New(fault.Unavailable, "identifier.bridge.dns", "%s cannot be resolved below %s: %s", oidOf(canonical), b.zone(), err).With("why", err.Error())
	case got.Code == "NXDOMAIN" || got.Code == "NOERROR" && len(a.Services) == 0:
		a.Status = http.StatusNotFound
	case got.Code != "NOERROR":
		a.Status = http.StatusBadGateway
	default:
		a.Status = http.StatusOK
	}
	return a, nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// tellLocal is what the city itself tells of an object identifier.
func tellLocal(o localOID, canonical string) bridgeAnswer {
	a := newBridgeAnswer(codeid.OID, canonical, "local")
	a.Status = http.StatusOK
	a.Hops = append(a.Hops, bridgeHop{Protocol: "local", Name: o.OID, Code: "NOERROR"})
	for i, name := range ors.Services() {
		if value := o.Services[name]; value != "" {
			a.Services = append(a.Services, bridgeService{Service: name, Field: "ORS+" + name, Order: i, Flags: "u", Value: value})
		}
	}
	return a
}

// ask asks for an identifier at the other end of a bridge.
func (c bridgeClient) ask(ctx context.Context, b bridge, canonical string) (bridgeAnswer, error) {
	a := newBridgeAnswer(b.System, canonical, "http")
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	default:
		return a, fault.New(fault.Unavailable, "identifier.bridge.busy", "too many identifiers of other systems are being asked for").After(5)
	}
	if b.byDNS() {
		return askDNS(ctx, b, canonical)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.address(canonical), nil)
	if err != nil {
		return a, fmt.Errorf("ask for %s: %w", canonical, err)
	}
	a.Server = req.URL.Host
	req.Header.Set("Accept", "*/*")
	if b.Accept != "" {
		req.Header.Set("Accept", b.Accept)
	}
	start := time.Now()
	res, err := c.http.Do(req)
	if err != nil {
		return a, fault.New(fault.Unavailable, "identifier.bridge.silent", "%s does not answer: %s", a.Server, cause(err)).With("server", a.Server)
	}
	defer func() { _ = res.Body.Close() }() // it was read
	text, err := io.ReadAll(io.LimitReader(res.Body, bridgeOctets+1))
	if err != nil {
		return a, fault.New(fault.Unavailable, "identifier.bridge.silent", "the answer of %s ends early: %s", a.Server, cause(err)).With("server", a.Server)
	}
	a.Took = float64(time.Since(start).Microseconds()) / 1000
	a.Status, a.Type = res.StatusCode, res.Header.Get("Content-Type")
	if to, err := res.Location(); err == nil {
		a.Location = to.String()
	}
	a.Hops = append(a.Hops, bridgeHop{Server: a.Server, Protocol: "http", Name: canonical, Code: strconv.Itoa(a.Status), Took: a.Took, Leads: a.Location})
	if a.Cut = len(text) > bridgeOctets; a.Cut {
		text = []byte(strings.ToValidUTF8(string(text[:bridgeOctets]), ""))
	}
	if utf8.Valid(text) && !strings.ContainsRune(string(text), 0) {
		a.Document = string(text)
	}
	return a, nil
}

// cause says why a call failed without its address, which the operator may keep
// from those who ask.
func cause(err error) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		if u.Timeout() {
			return "no answer in time"
		}
		err = u.Err
	}
	return err.Error()
}
