package detection

import (
	"slices"
	"strconv"
	"time"

	"linghang/lib/sigma"
	"linghang/modules/security/internal/batch"
)

// aDay is how long a host that commands a device counts as new to it, and how long after its
// last command another one counts as the usual commander.
const aDay = 24 * time.Hour

// peers are what is known of the two of an event. A controller is a host that answers units of
// industrial protocols that only controllers answer.
type peers struct {
	client, server bool   // that is a controller
	speak          bool   // in industrial protocols with each other
	commander      string // who commanded the server before the client, which is new to that
}

// connects tells whether an event is a conversation of no industrial protocol.
func (e Event) connects() bool {
	return e.log == nil && batch.IsConnection(e.Record.Protocol, e.Record.Function)
}

// fields are those of an event that come of what is known.
func (p peers) fields(e Event) []sigma.Field {
	if e.connects() {
		return []sigma.Field{
			{Name: "certain", Value: strconv.FormatBool(e.sure())},
			{Name: "client_controller", Value: strconv.FormatBool(p.client)},
			{Name: "server_controller", Value: strconv.FormatBool(p.server)},
			{Name: "speak", Value: strconv.FormatBool(p.speak)},
		}
	}
	if p.commander == "" {
		return nil
	}
	return []sigma.Field{{Name: "other_commander", Value: p.commander}}
}

// span is when something was first and last.
type span struct{ first, last time.Time }

// acquaintance is who answers units, who speaks with whom and who commands whom.
type acquaintance struct {
	controllers map[string]bool
	speak       map[[2]string]bool
	commands    map[string]map[string]span // by server and client
}

func newAcquaintance() *acquaintance {
	return &acquaintance{map[string]bool{}, map[[2]string]bool{}, map[string]map[string]span{}}
}

// ofComputers tells of protocols that ordinary computers answer, too: control servers and gateways
// OPC UA, work stations of buildings BACnet, where everybody asks and tells everybody, and PROFINET
// DCP, by which engineers' computers are found like devices.
func ofComputers(protocol string) bool {
	return protocol == "opcua" || protocol == "bacnet" || protocol == "pn_dcp"
}

// hear takes in that a client spoke with a server by an industrial protocol.
func (a *acquaintance) hear(client, server, protocol, class string, first, last time.Time) {
	if !ofComputers(protocol) {
		a.controllers[server] = true
	}
	a.speak[[2]string{client, server}] = true
	if !batch.Commands(class) {
		return
	}
	if a.commands[server] == nil {
		a.commands[server] = map[string]span{}
	}
	s, known := a.commands[server][client]
	if !known || first.Before(s.first) {
		s.first = first
	}
	if last.After(s.last) {
		s.last = last
	}
	a.commands[server][client] = s
}

func (a *acquaintance) event(e Event) {
	if e.log == nil && !e.unreadable && e.sure() && e.Record.Class != "error" && batch.Industrial(e.Record.Protocol) {
		a.hear(e.Client, e.Server, e.Record.Protocol, e.Record.Class, e.At, e.At)
	}
}

// introduce puts what is known into events, of what came before them and with them.
func (a *acquaintance) introduce(earlier, events []Event) {
	for _, e := range slices.Concat(earlier, events) {
		a.event(e)
	}
	for i := range events {
		e := &events[i]
		switch {
		case e.connects():
			e.peers = peers{a.controllers[e.Client], a.controllers[e.Server], a.speak[[2]string{e.Client, e.Server}] || a.speak[[2]string{e.Server, e.Client}], ""}
		case e.FromClient:
			e.peers.commander = a.before(e.Client, e.Server, e.At)
		}
	}
}

// before is who commanded a server within the last day, before somebody who does so since less
// than a day; the newest of several.
func (a *acquaintance) before(client, server string, at time.Time) (who string) {
	own, is := a.commands[server][client]
	if !is || at.Sub(own.first) > aDay {
		return ""
	}
	var newest time.Time
	for other, s := range a.commands[server] {
		if other == client || !s.first.Before(own.first) || own.first.Sub(s.last) > aDay {
			continue
		}
		if s.first.After(newest) || s.first.Equal(newest) && other < who {
			who, newest = other, s.first
		}
	}
	return who
}
