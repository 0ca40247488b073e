package wire

import "strconv"

// Op is what a request asks for (RFC 3652, section 2.2.2.1).
type Op uint32

// Operations. Those from 606 to 609, 1004, 2000 and 2001 are China's.
const (
	OpResolve         Op = 1
	OpSiteInfo        Op = 2
	OpCreate          Op = 100
	OpDelete          Op = 101
	OpAddValues       Op = 102
	OpRemoveValues    Op = 103
	OpModifyValues    Op = 104
	OpListHandles     Op = 105
	OpListPrefixes    Op = 106
	OpChallengeAnswer Op = 200
	OpVerify          Op = 201
	OpHome            Op = 300
	OpUnhome          Op = 301
	OpListHomed       Op = 302
	OpSessionSetUp    Op = 400
	OpSessionEnd      Op = 401
	OpKeyExchange     Op = 402
	OpMetadataCreate  Op = 606
	OpMetadataRemove  Op = 607
	OpMetadataModify  Op = 608
	OpMetadataQuery   Op = 609
	OpNextTransaction Op = 1000
	OpTransactions    Op = 1001
	OpDump            Op = 1002
	OpBackup          Op = 1003
	OpUpdateNotice    Op = 1004
	OpLoginPassword   Op = 2000
	OpLoginKey        Op = 2001
)

// String returns the operation in words.
func (o Op) String() string {
	if s := o.name(); s != "" {
		return s
	}
	return "operation " + strconv.FormatUint(uint64(o), 10)
}

func (o Op) name() string {
	if o < OpHome {
		return o.basicName()
	}
	switch o {
	case OpHome:
		return "home prefix"
	case OpUnhome:
		return "unhome prefix"
	case OpListHomed:
		return "list homed prefixes"
	case OpSessionSetUp:
		return "set up session"
	case OpSessionEnd:
		return "end session"
	case OpKeyExchange:
		return "exchange key"
	case OpNextTransaction:
		return "next transaction"
	case OpTransactions:
		return "transactions"
	case OpDump:
		return "dump"
	case OpBackup:
		return "backup"
	case OpLoginPassword:
		return "log in with a password"
	case OpLoginKey:
		return "log in with a key"
	default:
		return ""
	}
}

func (o Op) basicName() string {
	switch o {
	case OpResolve:
		return "resolve"
	case OpSiteInfo:
		return "site info"
	case OpCreate:
		return "create handle"
	case OpDelete:
		return "delete handle"
	case OpAddValues:
		return "add values"
	case OpRemoveValues:
		return "remove values"
	case OpModifyValues:
		return "modify values"
	case OpListHandles:
		return "list handles"
	case OpListPrefixes:
		return "list prefixes"
	case OpChallengeAnswer:
		return "answer challenge"
	case OpVerify:
		return "verify challenge"
	default:
		return ""
	}
}

// Code is how a request went (RFC 3652, section 2.2.2.2); zero in requests.
type Code uint32

// Codes. 407, 408, 601 to 605 and 3001 are China's.
const (
	CodeSuccess            Code = 1
	CodeError              Code = 2
	CodeBusy               Code = 3
	CodeProtocolError      Code = 4
	CodeUnsupported        Code = 5
	CodeRecursionLimit     Code = 6
	CodeReadOnly           Code = 7
	CodeNotFound           Code = 100
	CodeExists             Code = 101
	CodeInvalidHandle      Code = 102
	CodeValuesNotFound     Code = 200
	CodeValueExists        Code = 201
	CodeInvalidValue       Code = 202
	CodeSiteOutdated       Code = 300
	CodeNotResponsible     Code = 301
	CodeServiceReferral    Code = 302
	CodePrefixReferral     Code = 303
	CodeNotAdmin           Code = 400
	CodeNoPermission       Code = 401
	CodeAuthNeeded         Code = 402
	CodeAuthFailed         Code = 403
	CodeInvalidCredential  Code = 404
	CodeAuthTimeout        Code = 405
	CodeAuthUnable         Code = 406
	CodeLoginAgain         Code = 407
	CodeLoginFirst         Code = 408
	CodeSessionTimeout     Code = 500
	CodeSessionFailed      Code = 501
	CodeSessionKey         Code = 502
	CodeSessionNeedsRSA    Code = 503
	CodeSessionSetUp       Code = 504
	CodeSessionReplay      Code = 505
	CodeChannelError       Code = 601
	CodeTimeout            Code = 602
	CodeDailyLimit         Code = 603
	CodeRegistrationLimit  Code = 604
	CodePrefixLimit        Code = 605
	CodeCredentialUnproven Code = 3001
)

// Refers tells whether an answer with the code leads to another service.
func (c Code) Refers() bool { return c == CodeServiceReferral || c == CodePrefixReferral }

// String returns the code in words.
func (c Code) String() string {
	s := c.name()
	if s == "" {
		s = c.authName()
	}
	if s == "" {
		s = c.nationalName()
	}
	if s == "" {
		return "code " + strconv.FormatUint(uint64(c), 10)
	}
	return s
}

func (c Code) name() string {
	switch c {
	case CodeSuccess:
		return "success"
	case CodeError:
		return "error"
	case CodeBusy:
		return "the server is too busy"
	case CodeProtocolError:
		return "protocol error"
	case CodeUnsupported:
		return "operation not supported"
	case CodeRecursionLimit:
		return "recursion count too high"
	case CodeReadOnly:
		return "the server is read-only for a backup"
	case CodeNotFound:
		return "handle not found"
	case CodeExists:
		return "handle already exists"
	case CodeInvalidHandle:
		return "invalid handle"
	case CodeValuesNotFound:
		return "values not found"
	case CodeValueExists:
		return "value already exists"
	case CodeInvalidValue:
		return "invalid value"
	default:
		return ""
	}
}

func (c Code) authName() string {
	switch c {
	case CodeSiteOutdated:
		return "site information is out of date"
	case CodeNotResponsible:
		return "the server is not responsible"
	case CodeServiceReferral:
		return "service referral"
	case CodePrefixReferral:
		return "prefix referral"
	case CodeNotAdmin:
		return "not an administrator of the handle"
	case CodeNoPermission:
		return "insufficient permissions"
	case CodeAuthNeeded:
		return "authentication needed"
	case CodeAuthFailed:
		return "authentication failed"
	case CodeInvalidCredential:
		return "invalid credential"
	case CodeAuthTimeout:
		return "authentication timed out"
	case CodeAuthUnable:
		return "unable to authenticate"
	case CodeSessionTimeout:
		return "the session timed out or is unknown"
	case CodeSessionFailed:
		return "the session could not be set up"
	default:
		return ""
	}
}

func (c Code) nationalName() string {
	switch c {
	case CodeSessionKey:
		return "invalid session key"
	case CodeSessionNeedsRSA:
		return "an RSA key is needed for the session"
	case CodeSessionSetUp:
		return "invalid session set-up request"
	case CodeSessionReplay:
		return "the session's message was seen before"
	case CodeLoginAgain:
		return "log in again"
	case CodeLoginFirst:
		return "log in first"
	case CodeChannelError:
		return "channel error"
	case CodeTimeout:
		return "timed out"
	case CodeDailyLimit:
		return "daily limit of requests reached"
	case CodeRegistrationLimit:
		return "limit of registrations reached"
	case CodePrefixLimit:
		return "limit of prefixes reached"
	case CodeCredentialUnproven:
		return "the credential could not be verified"
	default:
		return ""
	}
}

// For returns the code as a client of a version knows it.
func (c Code) For(v Version) Code {
	if c == CodeInvalidValue && !v.AtLeast(2, 5) {
		return CodeValueExists
	}
	return c
}

// Flags are the op flags of a header (RFC 3652, section 2.2.2.3).
type Flags uint32

// Op flags. The last three are China's.
const (
	FlagAuthoritative   Flags = 0x8000_0000 // ask a primary; the answer is a primary's
	FlagCertify         Flags = 0x4000_0000 // sign the answer
	FlagEncrypt         Flags = 0x2000_0000 // encrypt the answer
	FlagRecurse         Flags = 0x1000_0000 // ask others for me
	FlagCacheCertify    Flags = 0x0800_0000 // caches verify
	FlagContinued       Flags = 0x0400_0000 // more messages follow
	FlagKeepAlive       Flags = 0x0200_0000 // keep the connection
	FlagPublicOnly      Flags = 0x0100_0000 // public values only
	FlagReturnDigest    Flags = 0x0080_0000 // the answer begins with the request's digest
	FlagOverwrite       Flags = 0x0040_0000 // create even if it exists
	FlagMint            Flags = 0x0020_0000 // make up a suffix
	FlagNoReferral      Flags = 0x0010_0000 // answer yourself or not at all
	FlagRecurseWithAuth Flags = 0x0000_0004
	FlagTrustedQuery    Flags = 0x0000_0002
	FlagTrustedResult   Flags = 0x0000_0001
)

// Has tells whether all of the flags are set.
func (f Flags) Has(flags Flags) bool { return f&flags == flags }
