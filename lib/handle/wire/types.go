package wire

import (
	"errors"
	"strconv"
)

// Built-in types (RFC 3651, section 3.2).
const (
	TypeAdmin         = "HS_ADMIN"
	TypeVList         = "HS_VLIST"
	TypeSite          = "HS_SITE"
	TypeSite6         = "HS_SITE.6"
	TypeSitePrefix    = "HS_SITE.PREFIX"
	TypeNADelegate    = "HS_NA_DELEGATE" // what HS_SITE.PREFIX was
	TypeService       = "HS_SERV"
	TypeServicePrefix = "HS_SERV.PREFIX"
	TypePublicKey     = "HS_PUBKEY"
	TypeSecretKey     = "HS_SECKEY" //nolint:gosec // the name of a type
	TypeAlias         = "HS_ALIAS"
	TypeNamespace     = "HS_NAMESPACE"
	TypeCertificate   = "HS_CERT"
	TypeSignature     = "HS_SIGNATURE"
	TypeURL           = "URL"
	TypeEmail         = "EMAIL"
	TypeDescription   = "DESC"
	TypeLocations     = "10320/loc"
)

// IsSite tells whether values of the type hold a site.
func IsSite(typ string) bool {
	return Equal(typ, TypeSite) || Equal(typ, TypeSite6) || Equal(typ, TypeSitePrefix) || Equal(typ, TypeNADelegate)
}

// Rights are what an administrator may do.
type Rights uint16

// Rights in HS_ADMIN.
const (
	RightAddHandle           Rights = 0x0001
	RightDeleteHandle        Rights = 0x0002
	RightAddDerivedPrefix    Rights = 0x0004
	RightDeleteDerivedPrefix Rights = 0x0008
	RightModifyValue         Rights = 0x0010
	RightRemoveValue         Rights = 0x0020
	RightAddValue            Rights = 0x0040
	RightModifyAdmin         Rights = 0x0080
	RightRemoveAdmin         Rights = 0x0100
	RightAddAdmin            Rights = 0x0200
	RightReadValue           Rights = 0x0400
	RightListHandles         Rights = 0x0800
	RightListPrefixes        Rights = 0x1000 // of RFC 3652 and DO-IRP 3.0 only

	RightsAll Rights = 0x0fff
)

// Has tells whether all of the rights are given.
func (r Rights) Has(rights Rights) bool { return r&rights == rights }

// String returns the twelve rights as digits, the highest first, as REST
// interfaces show them; a thirteenth only if it is set.
func (r Rights) String() string {
	n := 12
	if r.Has(RightListPrefixes) {
		n = 13
	}
	text := make([]byte, n)
	for i := range text {
		text[i] = '0' + byte(r>>(n-1-i)&1)
	}
	return string(text)
}

// ParseRights reads rights as String writes them.
func ParseRights(s string) (Rights, error) {
	if len(s) != 12 && len(s) != 13 {
		return 0, errRights
	}
	n, err := strconv.ParseUint(s, 2, 16)
	if err != nil {
		return 0, errRights
	}
	return Rights(n), nil
}

var errRights = errors.New("rights are twelve digits, 0 or 1")

// Admin is the data of HS_ADMIN: whoever Reference names has the rights.
type Admin struct {
	Rights    Rights
	Reference Reference
}

// DecodeAdmin reads the data. Old records have two more octets.
func DecodeAdmin(data []byte) (Admin, error) {
	c := NewCursor(data)
	a := Admin{Rights: Rights(c.Uint16()), Reference: c.Reference()}
	if c.Len() == 2 {
		c.Take(2)
	}
	return a, c.End()
}

// Append appends the data.
func (a *Admin) Append(dst []byte) []byte {
	return appendReference(appendUint16(dst, uint16(a.Rights)), a.Reference)
}

// DecodeVList reads the data of HS_VLIST, a group of administrators.
func DecodeVList(data []byte) ([]Reference, error) {
	c := NewCursor(data)
	list := c.references()
	return list, c.End()
}

// AppendVList appends the data of HS_VLIST.
func AppendVList(dst []byte, list []Reference) []byte {
	dst = appendCount(dst, len(list))
	for _, r := range list {
		dst = appendReference(dst, r)
	}
	return dst
}
