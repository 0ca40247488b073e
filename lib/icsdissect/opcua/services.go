package opcua

import (
	"crypto/x509"

	"linghang/lib/icsdissect/pdu"
)

// Identifiers of the binary encodings of requests (OPC 10000-6, annex A.3); an
// answer has three more.
const (
	idFault         = 397
	idEndpoints     = 428
	idOpen          = 446
	idClose         = 452
	idCreateSession = 461
	answerOffset    = 3
)

func isRequest(id uint32) bool {
	name, _ := request(id)
	return name != ""
}

// service names a service by the type of its request or answer.
func service(id uint32) (string, pdu.Class) {
	if id == idFault {
		return "service_fault", pdu.Failure
	}
	if name, class := request(id); name != "" {
		return name, class
	}
	switch {
	case id == 12209 || id == 12212: // added later, their answers are the next numbers
		return request(id - 1)
	case id < answerOffset:
		return "", pdu.Other
	}
	return request(id - answerOffset)
}

func request(id uint32) (string, pdu.Class) {
	switch id {
	case 422:
		return "find_servers", pdu.Identity
	case idEndpoints:
		return "get_endpoints", pdu.Identity
	case 437, 12211:
		return "register_server", pdu.Config
	case idOpen:
		return "open_secure_channel", pdu.Session
	case idClose:
		return "close_secure_channel", pdu.Session
	case idCreateSession:
		return "create_session", pdu.Session
	case 467:
		return "activate_session", pdu.Session
	case 473:
		return "close_session", pdu.Session
	case 479:
		return "cancel", pdu.Session
	case 488:
		return "add_nodes", pdu.Config
	case 494:
		return "add_references", pdu.Config
	case 500:
		return "delete_nodes", pdu.Config
	case 506:
		return "delete_references", pdu.Config
	}
	return laterRequest(id)
}

func laterRequest(id uint32) (string, pdu.Class) {
	switch id {
	case 527:
		return "browse", pdu.Read
	case 533:
		return "browse_next", pdu.Read
	case 554:
		return "translate_browse_paths", pdu.Read
	case 560:
		return "register_nodes", pdu.Session
	case 566:
		return "unregister_nodes", pdu.Session
	case 615:
		return "query_first", pdu.Read
	case 631:
		return "read", pdu.Read
	case 664:
		return "history_read", pdu.Read
	case 673:
		return "write", pdu.Write
	case 700:
		return "history_update", pdu.Write
	case 712:
		return "call", pdu.Control
	case 12208:
		return "find_servers_on_network", pdu.Identity
	}
	return subscription(id)
}

func subscription(id uint32) (string, pdu.Class) {
	switch id {
	case 751:
		return "create_monitored_items", pdu.Read
	case 763:
		return "modify_monitored_items", pdu.Read
	case 769:
		return "set_monitoring_mode", pdu.Read
	case 775:
		return "set_triggering", pdu.Read
	case 781:
		return "delete_monitored_items", pdu.Read
	case 787:
		return "create_subscription", pdu.Session
	case 793:
		return "modify_subscription", pdu.Session
	case 799:
		return "set_publishing_mode", pdu.Session
	case 826:
		return "publish", pdu.Read
	case 832:
		return "republish", pdu.Read
	case 841:
		return "transfer_subscriptions", pdu.Session
	case 847:
		return "delete_subscriptions", pdu.Session
	}
	return "", pdu.Other
}

// certificate reads whose an application's certificate is: OPC 10000-6, 6.2.2.
func certificate(p *pdu.PDU, der []byte) {
	if len(der) == 0 || len(der) > 16<<10 {
		return
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return // some devices append their chain, or write what the library refuses
	}
	p.Fact(pdu.Name, []byte(cert.Subject.CommonName))
	if len(cert.URIs) > 0 {
		p.Fact(pdu.Software, []byte(cert.URIs[0].String()))
	}
}

// application reads who an application says that it is: OPC 10000-4, 7.2.
func application(p *pdu.PDU, r *pdu.Reader) {
	uri, product := text(r), text(r)
	name := localized(r)
	r.Skip(4)
	text(r)
	text(r)
	strings(r)
	if r.Short() {
		return
	}
	p.Fact(pdu.Name, name)
	p.Fact(pdu.Software, product)
	p.Fact(pdu.Description, uri)
}

// localized takes a text with its language: OPC 10000-6, 5.2.2.14.
func localized(r *pdu.Reader) []byte {
	mask := r.U8()
	if mask&1 != 0 {
		text(r)
	}
	if mask&2 != 0 {
		return text(r)
	}
	return nil
}

const mostOf = 32 // elements of an array that are read

func strings(r *pdu.Reader) {
	for n := array(r); n > 0 && !r.Short(); n-- {
		text(r)
	}
}

func array(r *pdu.Reader) uint32 {
	n := r.LE32()
	if n == 0xffffffff {
		return 0
	}
	if n > mostOf {
		r.Skip(1 << 30)
		return 0
	}
	return n
}

// endpoints reads which security a server offers: OPC 10000-4, 7.14. The
// first endpoint tells the application.
func endpoints(p *pdu.PDU, r *pdu.Reader) {
	stringTable(r)
	for n, first := array(r), true; n > 0 && !r.Short(); n-- {
		text(r)
		if first {
			application(p, r)
		} else {
			application(&pdu.PDU{}, r)
		}
		text(r)
		mode, policy := r.LE32(), text(r)
		for tokens := array(r); tokens > 0 && !r.Short(); tokens-- {
			text(r)
			r.Skip(4)
			text(r)
			text(r)
			text(r)
		}
		text(r)
		r.Skip(1)
		if r.Short() {
			return
		}
		p.Fact(pdu.Security, []byte(modeName(mode)+" "+policyName(policy)))
		first = false
	}
}

// stringTable passes over the rest of the head of an answer behind its result:
// diagnostic information, a table of strings, an additional header.
func stringTable(r *pdu.Reader) {
	if r.U8() != 0 { // diagnostic information is hardly ever sent, and not read
		r.Skip(1 << 30)
	}
	strings(r)
	extension(r)
}
