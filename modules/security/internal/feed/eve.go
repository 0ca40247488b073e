package feed

import (
	"encoding/json"
	"strconv"
	"strings"
)

// eve is an event of Suricata 6 to 8 as far as it is read here (Suricata User Guide, "Eve
// JSON Format").
type eve struct {
	Timestamp string `json:"timestamp"`
	Type      string `json:"event_type"`
	Host      string `json:"host"`
	SrcIP     string `json:"src_ip"`
	DestIP    string `json:"dest_ip"`
	SrcPort   uint16 `json:"src_port"`
	DestPort  uint16 `json:"dest_port"`
	Proto     string `json:"proto"`
	App       string `json:"app_proto"`
	Direction string `json:"direction"`
	Alert     *struct {
		Action    string `json:"action"`
		GID       uint64 `json:"gid"`
		ID        uint64 `json:"signature_id"`
		Signature string `json:"signature"`
		Category  string `json:"category"`
		Severity  int    `json:"severity"`
	} `json:"alert"`
	Anomaly *struct {
		Type  string `json:"type"`
		Event string `json:"event"`
		App   string `json:"app_proto"`
	} `json:"anomaly"`
	// Flow says who began, which src_ip does not: that is who sent the packet.
	Flow *struct {
		SrcIP    string `json:"src_ip"`
		DestIP   string `json:"dest_ip"`
		DestPort uint16 `json:"dest_port"`
	} `json:"flow"`
	DNS   json.RawMessage `json:"dns"`
	TLS   json.RawMessage `json:"tls"`
	HTTP  json.RawMessage `json:"http"`
	File  json.RawMessage `json:"fileinfo"`
	Ether eveEther        `json:"ether"`
	Stats *struct {
		Capture struct {
			Drops uint64 `json:"kernel_drops"`
		} `json:"capture"`
	} `json:"stats"`
}

// eveEther is who sent the packet of an event on Ethernet; of flows there are lists of another name.
type eveEther struct {
	Src  string `json:"src_mac"`
	Dest string `json:"dest_mac"`
}

// parseEVE tells alerts, and transactions of the protocols that a probe does not dissect: DNS,
// TLS, HTTP and files. Industrial transactions, flows and anomalies of the decoder are what a
// probe itself sees better and in less room, so they are counted.
func parseEVE(line []byte) (Event, error) {
	var x eve
	if err := object(line, &x); err != nil {
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
	switch {
	case x.Alert != nil:
		e.Told, e.Title, e.Detail, e.Severity = true, x.Alert.Signature, x.Alert.Category, eveSeverity(x.Alert.Severity)
		e.Code = strconv.FormatUint(x.Alert.GID, 10) + ":" + strconv.FormatUint(x.Alert.ID, 10)
		if x.Alert.Action == "blocked" {
			e.Kind = "alert blocked"
		}
	case x.Anomaly != nil:
		e.Title, e.Detail, e.Severity = x.Anomaly.Event, x.Anomaly.Type, Low
	case x.Stats != nil:
		e.Lost = x.Stats.Capture.Drops
	}
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
	case x.Flow != nil && x.Flow.SrcIP != "" && x.Flow.DestIP != "":
		e.Client, e.Server, e.Port = x.Flow.SrcIP, x.Flow.DestIP, x.Flow.DestPort
	case x.Direction == "to_client", x.Direction == "" && x.answered():
		e.Client, e.Server, e.Port = x.DestIP, x.SrcIP, x.SrcPort
	}
}

// eveSeverity is the priority of the class of a rule, of which 1 is the gravest.
func eveSeverity(n int) Severity {
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
