package machine

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"

	"linghang/kernel/fault"
)

// Bounds of RSA keys: smaller ones are weak, larger ones cost us more than they bring.
const rsaLeast, rsaMost = 2048, 4096

// acceptable decides whether a request may become a certificate of the machine.
// Names come from the city, so a request that asks for others is refused rather
// than mended: whoever sends it expects something else.
func acceptable(r *x509.CertificateRequest, x Machine) error {
	f := fault.New(fault.Invalid, "machine.request.refused", "the request is not acceptable")
	checkKey(f, r)
	for _, n := range r.Subject.Names {
		text, _ := n.Value.(string)
		if !ownName(n.Type, text, x) {
			_ = f.At("csr.subject", "leave out %s=%.80s: the certificate's name is the machine's number %s", n.Type, text, x.ID)
		}
	}
	if len(r.DNSNames)+len(r.IPAddresses)+len(r.EmailAddresses) > 0 {
		_ = f.At("csr.subjectAltName", "leave out host names, addresses and mailboxes: a machine's certificate has none")
	}
	for _, u := range r.URIs {
		if u.String() != nameOf(x).String() {
			_ = f.At("csr.subjectAltName", "leave out the URI %.80s", u)
		}
	}
	checkExtensions(f, r)
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func checkKey(f *fault.Error, r *x509.CertificateRequest) {
	switch key := r.PublicKey.(type) {
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() && key.Curve != elliptic.P384() && key.Curve != elliptic.P521() {
			_ = f.At("csr.key", "use the curve P-256")
		}
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < rsaLeast || bits > rsaMost {
			_ = f.At("csr.key", "an RSA key has %d to %d bits, not %d; better use ECDSA P-256", rsaLeast, rsaMost, bits)
		}
	case ed25519.PublicKey:
	default:
		_ = f.At("csr.key", "use ECDSA P-256; this kind of key is not taken")
	}
}

// ownName reports whether a part of the subject says what the certificate will.
func ownName(kind asn1.ObjectIdentifier, text string, x Machine) bool {
	switch kind.String() {
	case "2.5.4.3": // common name
		return text == x.ID || text == x.Name || text == ""
	case "2.5.4.10": // organisation
		return text == x.OrganisationID
	case "2.5.4.11": // organisational unit
		return text == string(x.Kind)
	}
	return false
}

// checkExtensions refuses requests for more than proving who one is.
func checkExtensions(f *fault.Error, r *x509.CertificateRequest) {
	for _, e := range r.Extensions {
		switch e.Id.String() {
		case "2.5.29.19":
			checkConstraints(f, e.Value)
		case "2.5.29.15":
			checkUsage(f, e.Value)
		case "2.5.29.37":
			checkPurpose(f, e.Value)
		case "2.5.29.17", "2.5.29.14": // names are checked by themselves; the key's number is ours to give
		default:
			_ = f.At("csr.extensions", "leave out the extension %s", e.Id)
		}
	}
}

func checkConstraints(f *fault.Error, value []byte) {
	var c struct {
		IsCA bool `asn1:"optional"`
		Path int  `asn1:"optional,default:-1"`
	}
	if rest, err := asn1.Unmarshal(value, &c); err != nil || len(rest) > 0 || c.IsCA {
		_ = f.At("csr.basicConstraints", "a machine is no certificate authority")
	}
}

// checkUsage takes digitalSignature, and keyEncipherment or keyAgreement of old profiles.
func checkUsage(f *fault.Error, value []byte) {
	var bits asn1.BitString
	if _, err := asn1.Unmarshal(value, &bits); err != nil || bits.At(1) == 1 || bits.At(5) == 1 || bits.At(6) == 1 {
		_ = f.At("csr.keyUsage", "ask for digitalSignature only")
	}
}

func checkPurpose(f *fault.Error, value []byte) {
	var uses []asn1.ObjectIdentifier
	if _, err := asn1.Unmarshal(value, &uses); err != nil || len(uses) != 1 || uses[0].String() != "1.3.6.1.5.5.7.3.2" {
		_ = f.At("csr.extKeyUsage", "ask for clientAuth only")
	}
}
