package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// eve is an event of Suricata 6 to 8 as far as it is read here (Suricata User Guide, "Eve
// JSON Format").
type eve struct {
	At                    time.Time
	Type, Host            string
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
	Code                        string // of both numbers
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

// read reads an event member by member: most of what Suricata writes of one is passed over.
func (x *eve) read(c *cursor) error {
	_, err := c.members(func(name []byte) error {
		switch string(name) {
		case "timestamp":
			return c.moment(&x.At)
		case "event_type":
			return c.string(&x.Type)
		case "host":
			return c.string(&x.Host)
		case "src_ip":
			return c.string(&x.SrcIP)
		case "dest_ip":
			return c.string(&x.DestIP)
		case "src_port":
			return whole(c, &x.SrcPort)
		case "dest_port":
			return whole(c, &x.DestPort)
		case "proto":
			return c.string(&x.Proto)
		case "app_proto":
			return c.string(&x.App)
		case "direction":
			return c.string(&x.Direction)
		}
		return x.object(c, name)
	})
	if err != nil {
		return err
	}
	return c.end()
}

// object reads what an event has an object of.
func (x *eve) object(c *cursor, name []byte) (err error) {
	switch string(name) {
	case "alert":
		err = x.alert(c)
	case "flow":
		_, err = c.members(func(name []byte) error { return x.Flow.member(c, name) })
	case "ether":
		_, err = c.members(func(name []byte) error { return x.Ether.member(c, name) })
	case "stats":
		_, err = c.members(func(name []byte) error { return x.counter(c, name) })
	case "dns":
		err = c.raw(&x.DNS)
	case "tls":
		err = c.raw(&x.TLS)
	case "http":
		err = c.raw(&x.HTTP)
	case "fileinfo":
		err = c.raw(&x.File)
	default:
		err = c.skip()
	}
	return err
}

// alert reads what an alert says of its rule. It is an object of its own, so that another that has the same
// octets says the same.
func (x *eve) alert(c *cursor) error {
	c.next()
	from := c.at
	known := c.recent.rule(c.text[from:])
	if known.begins(c.text[from:]) {
		c.at += len(known.text)
		x.Alert = known.rule
		return nil
	}
	a := eveAlert{}
	there, err := c.members(func(name []byte) error { return a.member(c, name) })
	if err != nil {
		return err
	}
	a.there = there
	var room [48]byte
	a.Code = string(strconv.AppendUint(append(strconv.AppendUint(room[:0], a.GID, 10), ':'), a.ID, 10))
	if x.Alert = a; there && c.at-from <= mostRule {
		known.text, known.rule = string(c.text[from:c.at]), a
	}
	return nil
}

func (a *eveAlert) member(c *cursor, name []byte) error {
	switch string(name) {
	case "action":
		return c.string(&a.Action)
	case "gid":
		return whole(c, &a.GID)
	case "signature_id":
		return whole(c, &a.ID)
	case "signature":
		return c.string(&a.Signature)
	case "category":
		return c.string(&a.Category)
	case "severity":
		return whole(c, &a.Severity)
	}
	return c.skip()
}

func (f *eveFlow) member(c *cursor, name []byte) error {
	switch string(name) {
	case "src_ip":
		return c.string(&f.SrcIP)
	case "dest_ip":
		return c.string(&f.DestIP)
	case "dest_port":
		return whole(c, &f.DestPort)
	}
	return c.skip()
}

func (t *eveEther) member(c *cursor, name []byte) error {
	switch string(name) {
	case "src_mac":
		return c.string(&t.Src)
	case "dest_mac":
		return c.string(&t.Dest)
	}
	return c.skip()
}

func (x *eve) counter(c *cursor, name []byte) error {
	if string(name) != "capture" {
		return c.skip()
	}
	_, err := c.members(func(name []byte) error {
		if string(name) == "kernel_drops" {
			return whole(c, &x.Drops)
		}
		return c.skip()
	})
	return err
}

// What stands before the kind of an event, in two parts: the second has a letter that is rare, and so is
// found quickly. In a text its quotes would have a backslash before them.
const (
	eveKindFirst = `"event`
	eveKindThen  = `_type":"`
)

// counted finds the kind of an event that only counts, without reading it: all but alerts, also
// of what was dropped, statistics, and what has transactions that are told. An event that Suricata
// would have written in another way is read.
func counted(line []byte) (kind string, is bool) {
	before, rest, _ := bytes.Cut(line, []byte(eveKindThen))
	name, _, found := bytes.Cut(rest[:min(len(rest), 32)], []byte(`"`))
	if !found || !bytes.HasSuffix(before, []byte(eveKindFirst)) {
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
func (x *eve) parse(c *cursor, line []byte, e *Event) error {
	*x = eve{}
	c.begin(line)
	if err := x.read(c); err != nil {
		return fmt.Errorf("the line is no JSON object: %w", err)
	}
	*e = Event{At: x.At, Kind: x.Type, Host: x.Host, Client: x.SrcIP, Server: x.DestIP, Port: x.DestPort, Protocol: x.App, Severity: Info, Title: x.Type}
	x.orient(e)
	if e.Protocol == "" || e.Protocol == "failed" {
		e.Protocol = strings.ToLower(x.Proto)
	}
	if x.Alert.there {
		e.Told, e.Code, e.Title, e.Detail, e.Severity = true, x.Alert.Code, x.Alert.Signature, x.Alert.Category, eveSeverity(x.Alert.Severity)
		if x.Alert.Action == "blocked" {
			e.Kind = "alert blocked"
		}
	}
	e.Lost = x.Drops
	return x.transaction(e)
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
