package icsdissect

import "time"

// Conversation tells that two speak on TCP or UDP in no protocol that is
// read here. It is told once, with the first payload that says what it is, or
// at the third, or with the end of the conversation; connections without any
// payload are not told, and neither is what is said to everybody.
type Conversation struct {
	Time time.Time
	Flow Flow
	// Service is what runs there (tls, smb, ssh …), empty where neither content nor a
	// well-known port says so. ByContent: the payload said it.
	Service   string
	ByContent bool
}

// untold is how many payloads that nobody claims are waited for, when neither
// content nor port says what they are: the next one may be read after all.
const untold = 3

// unclaimed looks at a payload that is of no protocol.
func (d *Dissector) unclaimed(fl *flow, side uint8, b []byte) {
	if d.options.Conversation == nil || fl.told || fl.records > 0 {
		return
	}
	if toEverybody(fl) {
		fl.told = true
		return
	}
	s, sender := serviceOf(b, fl.key.proto == protoTCP)
	if sender != anyPart {
		client := side
		if sender == serverPart {
			client = 1 - side
		}
		fl.orient.vote(client)
	}
	name, at := d.servicePort(fl)
	content := s != ""
	switch {
	case content:
		s = refined(s, name)
	default:
		s = name
	}
	if fl.waited++; s == "" && fl.waited < untold {
		return
	}
	if name != "" && fl.orient.served == 0 {
		fl.orient.served = at + 1
		fl.orient.decide()
	}
	d.converse(fl, s, content)
}

// ended tells a conversation of which too little was said to know it.
func (d *Dissector) ended(fl *flow) {
	if d.options.Conversation != nil && !fl.told && fl.waited > 0 && fl.records == 0 && fl.protocol == nil {
		d.converse(fl, "", false)
	}
}

func (d *Dissector) converse(fl *flow, service string, content bool) {
	fl.told = true
	d.stats.Conversations++
	d.options.Conversation(&Conversation{d.now, fl.tell(), service, content})
}

// toEverybody tells chatter by which hosts find each other: whatever goes to a
// group, and the ports of NetBIOS names, DHCP, SSDP, WS-Discovery, mDNS and LLMNR.
func toEverybody(fl *flow) bool {
	for i := range fl.side {
		a := fl.side[i].Addr.Addr().Unmap()
		if fl.side[i].MAC[0]&1 != 0 || a.IsMulticast() || a.IsUnspecified() || a.Is4() && a.As4() == [4]byte{255, 255, 255, 255} {
			return true
		}
	}
	return fl.key.proto == protoUDP && (chatter(fl.key.pa) || chatter(fl.key.pb))
}

func chatter(port uint16) bool {
	switch port {
	case 67, 68, 137, 138, 546, 547, 1900, 3702, 5353, 5355:
		return true
	}
	return false
}

// servicePort is the service that a port promises, and on which side it is.
// Where both sides have one, it is that of the side that is asked, or the lower;
// of two that are the same, that of the side that was not seen first.
func (d *Dissector) servicePort(fl *flow) (name string, side uint8) {
	of := d.tcpServices
	if fl.key.proto == protoUDP {
		of = d.udpServices
	}
	a, b := of[fl.key.pa], of[fl.key.pb]
	asked := 1 - fl.orient.client
	switch {
	case a == "" && b == "":
		return "", 0
	case b == "":
		return a, 0
	case a == "":
		return b, 1
	case fl.orient.source == ByNothing && fl.key.pa < fl.key.pb || (fl.orient.source != ByNothing || fl.key.pa == fl.key.pb) && asked == 0:
		return a, 0
	}
	return b, 1
}

// refined is what runs above a protocol that carries others.
func refined(content, port string) string {
	if (content == "tls" || content == "http") && (port == "winrm" || port == "rdp") || content == "iso_tsap" && port == "rdp" {
		return port
	}
	return content
}
