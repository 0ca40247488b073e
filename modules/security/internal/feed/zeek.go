package feed

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"time"
)

// zeek is a line of a log of Zeek in JSON (policy/tuning/json-logs.zeek) as far as it is
// read here. ts is in seconds, or as ISO 8601.
type zeek struct {
	TS      json.RawMessage `json:"ts"`
	Path    string          `json:"_path"`
	Orig    string          `json:"id.orig_h"`
	Resp    string          `json:"id.resp_h"`
	RespP   uint16          `json:"id.resp_p"`
	Src     string          `json:"src"`
	Dst     string          `json:"dst"`
	Port    uint16          `json:"p"`
	Proto   string          `json:"proto"`
	Service string          `json:"service"`
	Note    string          `json:"note"` // of notice.log
	Msg     string          `json:"msg"`
	Sub     string          `json:"sub"`
	Name    string          `json:"name"` // of weird.log
	Addl    string          `json:"addl"`
	Peer    string          `json:"peer"`
	Peer2   string          `json:"peer_descr"`
	Lost    json.RawMessage `json:"percent_lost"` // of capture_loss.log
}

// parseZeek tells notices and transactions; connections and what is not known are counted.
func parseZeek(line []byte) (Event, error) {
	var x zeek
	if err := object(line, &x); err != nil {
		return Event{}, err
	}
	at, err := zeekTime(x.TS)
	if err != nil {
		return Event{}, err
	}
	e := Event{At: at, Severity: Info, Host: x.Peer, Client: x.Orig, Server: x.Resp, Port: x.RespP, Protocol: x.Service}
	if e.Host == "" {
		e.Host = x.Peer2
	}
	if e.Protocol == "" {
		e.Protocol = x.Proto
	}
	if e.Client == "" {
		e.Client, e.Server, e.Port = x.Src, x.Dst, x.Port
	}
	switch {
	case x.Note != "":
		e.Kind, e.Told, e.Code, e.Title, e.Detail, e.Severity = "notice", true, x.Note, x.Msg, x.Sub, Medium
		var f fields
		f.add("note", x.Note)
		f.add("msg", x.Msg)
		f.add("sub", x.Sub)
		e.Fields = f.list
	case len(x.Lost) > 0:
		e.Kind, e.Told, e.Title, e.Detail, e.Severity = "capture_loss", lossy(x.Lost), "capture_loss", string(x.Lost)+" %", Low
	case x.Name != "" && (x.Path == "" || x.Path == "weird"):
		e.Kind, e.Title, e.Detail, e.Severity = "weird", x.Name, x.Addl, Low
	default:
		return zeekLog(e, x.Path, line)
	}
	return e, nil
}

// lossy tells that a loss is worth a word: a percentage that is above nothing.
func lossy(n json.RawMessage) bool {
	share, err := strconv.ParseFloat(string(n), 64)
	return err == nil && share >= 0.01
}

func zeekTime(ts json.RawMessage) (time.Time, error) {
	if len(ts) > 0 && ts[0] == '"' {
		var s string
		if err := json.Unmarshal(ts, &s); err != nil {
			return time.Time{}, errors.New("the time cannot be read")
		}
		return moment(s)
	}
	seconds, err := strconv.ParseFloat(string(ts), 64)
	if err != nil || math.Abs(seconds) > 1e10 {
		return time.Time{}, errors.New("the time cannot be read")
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e6)*1e3), nil
}
