package feed

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// eve is an event of Suricata 6 to 8 as far as it is read here (Suricata User Guide, "Eve
// JSON Format").
type eve struct {
	Timestamp, Type, Host string
	SrcIP, DestIP         string
	SrcPort, DestPort     uint16
	Proto, App, Direction string
	Alert                 eveAlert
	Flow                  eveFlow
	DNS, TLS, HTTP, File  json.RawMessage
	Ether                 eveEther
	Drops                 uint64 // packets that the kernel did, of stats
}

// eveAlert is which rule matched.
type eveAlert struct {
	there                       bool
	Action, Signature, Category string
	GID, ID                     uint64
	Severity                    uint64
}

// eveFlow says who began, which src_ip does not: that is who sent the packet.
type eveFlow struct {
	SrcIP, DestIP string
	DestPort      uint16
}

// eveEther is who sent the packet of an event on Ethernet; of flows there are lists of another name.
type eveEther struct{ Src, Dest string }

// UnmarshalJSONFrom reads an event member by member: most of what Suricata writes of one is passed
// over, and there are many.
func (x *eve) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	_, err := members(d, func(name []byte) error {
		switch string(name) {
		case "timestamp":
			return text(d, &x.Timestamp)
		case "event_type":
			return text(d, &x.Type)
		case "host":
			return text(d, &x.Host)
		case "src_ip":
			return text(d, &x.SrcIP)
		case "dest_ip":
			return text(d, &x.DestIP)
		case "src_port":
			return whole(d, &x.SrcPort)
		case "dest_port":
			return whole(d, &x.DestPort)
		case "proto":
			return text(d, &x.Proto)
		case "app_proto":
			return text(d, &x.App)
		case "direction":
			return text(d, &x.Direction)
		}
		return x.object(d, name)
	})
	return err
}

// object reads what an event has an object of.
func (x *eve) object(d *jsontext.Decoder, name []byte) (err error) {
	switch string(name) {
	case "alert":
		x.Alert.there, err = members(d, func(name []byte) error { return x.Alert.member(d, name) })
	case "flow":
		_, err = members(d, func(name []byte) error { return x.Flow.member(d, name) })
	case "ether":
		_, err = members(d, func(name []byte) error { return x.Ether.member(d, name) })
	case "stats":
		_, err = members(d, func(name []byte) error { return x.counter(d, name) })
	case "dns":
		err = raw(d, &x.DNS)
	case "tls":
		err = raw(d, &x.TLS)
	case "http":
		err = raw(d, &x.HTTP)
	case "fileinfo":
		err = raw(d, &x.File)
	default:
		err = d.SkipValue()
	}
	return err
}

func (a *eveAlert) member(d *jsontext.Decoder, name []byte) error {
	switch string(name) {
	case "action":
		return text(d, &a.Action)
	case "gid":
		return whole(d, &a.GID)
	case "signature_id":
		return whole(d, &a.ID)
	case "signature":
		return text(d, &a.Signature)
	case "category":
		return text(d, &a.Category)
	case "severity":
		return whole(d, &a.Severity)
	}
	return d.SkipValue()
}

func (f *eveFlow) member(d *jsontext.Decoder, name []byte) error {
	switch string(name) {
	case "src_ip":
		return text(d, &f.SrcIP)
	case "dest_ip":
		return text(d, &f.DestIP)
	case "dest_port":
		return whole(d, &f.DestPort)
	}
	return d.SkipValue()
}

func (t *eveEther) member(d *jsontext.Decoder, name []byte) error {
	switch string(name) {
	case "src_mac":
		return text(d, &t.Src)
	case "dest_mac":
		return text(d, &t.Dest)
	}
	return d.SkipValue()
}

func (x *eve) counter(d *jsontext.Decoder, name []byte) error {
	if string(name) != "capture" {
		return d.SkipValue()
	}
	_, err := members(d, func(name []byte) error {
		if string(name) == "kernel_drops" {
			return whole(d, &x.Drops)
		}
		return d.SkipValue()
	})
	return err
}

// eveKind stands before the kind of an event. In a text its quotes would have a backslash before them.
const eveKind = `"event_type":"`

// counted finds the kind of an event that only counts, without reading it: all but alerts, also
// of what was dropped, statistics, and what has transactions that are told. An event that Suricata
// would have written in another way is read.
func counted(line []byte) (kind string, is bool) {
	_, rest, _ := bytes.Cut(line, []byte(eveKind))
	name, _, found := bytes.Cut(rest[:min(len(rest), 32)], []byte(`"`))
	if !found {
		return "", false
	}
	switch string(name) {
	case "", "alert", "dns", "drop", "fileinfo", "http", "stats", "tls":
		return "", false
	}
	return word(string(name)), true
}

// parse tells alerts, and transactions of the protocols that a probe does not dissect: DNS,
// TLS, HTTP and files. Industrial transactions, flows and anomalies of the decoder are what a
// probe itself sees better and in less room, so they are counted.
func (x *eve) parse(line []byte) (Event, error) {
	*x = eve{}
	if err := object(line, x, jsontext.AllowDuplicateNames(true)); err != nil { // the last counts: to look for others takes a fifth of the time
		return Event{}, err
	}
	at, err := moment(x.Timestamp)
	if err != nil {
		return Event{}, err
	}
	e := Event{At: at, Kind: x.Type, Host: x.Host, Client: x.SrcIP, Server: x.DestIP, Port: x.DestPort, Protocol: x.App, Severity: Info, Title: x.Type}
	x.orient(&e)
	if e.Protocol == "" || e.Protocol == "failed" {
		e.Protocol = strings.ToLower(x.Proto)
	}
	if x.Alert.there {
		e.Told, e.Title, e.Detail, e.Severity = true, x.Alert.Signature, x.Alert.Category, eveSeverity(x.Alert.Severity)
		var room [48]byte
		e.Code = string(strconv.AppendUint(append(strconv.AppendUint(room[:0], x.Alert.GID, 10), ':'), x.Alert.ID, 10))
		if x.Alert.Action == "blocked" {
			e.Kind = "alert blocked"
		}
	}
	e.Lost = x.Drops
	err = x.transaction(&e)
	return e, err
}

// answered tells by ports that the source is the server: a file goes from who has it, and old
// versions write answers of DNS as packets went. All other transactions begin with the client.
func (x *eve) answered() bool {
	return x.Type == "fileinfo" && x.SrcPort < x.DestPort || x.Type == "dns" && x.SrcPort == 53 && x.DestPort != 53
}

// orient finds who began.
func (x *eve) orient(e *Event) {
	switch {
	case x.Flow.SrcIP != "" && x.Flow.DestIP != "":
		e.Client, e.Server, e.Port = x.Flow.SrcIP, x.Flow.DestIP, x.Flow.DestPort
	case x.Direction == "to_client", x.Direction == "" && x.answered():
		e.Client, e.Server, e.Port = x.DestIP, x.SrcIP, x.SrcPort
	}
}

// eveSeverity is the priority of the class of a rule, of which 1 is the gravest.
func eveSeverity(n uint64) Severity {
	switch n {
	case 1:
		return High
	case 2:
		return Medium
	case 3:
		return Low
	}
	return Info
}
