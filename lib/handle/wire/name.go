package wire

import (
	"bytes"
	"crypto/md5" //nolint:gosec // the protocol's choice of server, no secret
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Names of the root.
const (
	NA         = "0.NA/"     // stands before a prefix in the handle of the prefix
	RootHandle = "0.NA/0.NA" // holds the sites of the root
)

// CheckHandle tells why a name cannot be that of a handle.
func CheckHandle(handle string) error {
	switch {
	case handle == "":
		return errEmptyName
	case len(handle) > MaxHandle:
		return errLongName
	case !utf8.ValidString(handle):
		return errUTF8
	}
	prefix, suffix, ok := strings.Cut(handle, "/")
	switch {
	case prefix == "":
		return errNoPrefix
	case ok && suffix == "":
		return errNoSuffix
	case strings.HasPrefix(prefix, ".") || strings.HasSuffix(prefix, ".") || strings.Contains(prefix, ".."):
		return errSegment
	}
	return nil
}

// Split cuts a handle at its first slash. A name without one is a prefix, whose
// handle is 0.NA/name.
func Split(handle string) (prefix, suffix string) {
	prefix, suffix, ok := strings.Cut(handle, "/")
	if !ok {
		return NA[:len(NA)-1], handle
	}
	return prefix, suffix
}

// PrefixHandle returns the handle of the prefix a handle is under.
func PrefixHandle(handle string) string {
	prefix, _ := Split(handle)
	return NA + prefix
}

// IsPrefixHandle tells whether the handle is that of a prefix, 0.NA/….
func IsPrefixHandle(handle string) bool {
	return len(handle) >= len(NA) && Equal(handle[:len(NA)], NA)
}

// Parent returns the handle of the prefix above a prefix's handle, as 0.NA/88 of
// 0.NA/88.101, and false at the top.
func Parent(prefixHandle string) (string, bool) {
	at := strings.LastIndexByte(prefixHandle, '.')
	if !IsPrefixHandle(prefixHandle) || at <= len(NA) {
		return "", false
	}
	return prefixHandle[:at], true
}

// Fold raises the ASCII letters of a handle: two handles are the same if they
// fold to the same.
func Fold(handle string) string {
	for i := range len(handle) {
		if isLower(handle[i]) {
			return string(AppendFold(make([]byte, 0, len(handle)), []byte(handle)))
		}
	}
	return handle
}

// FoldPrefix folds the prefix only, for services whose suffixes keep their case.
// Suffixes of 0.NA are prefixes.
func FoldPrefix(handle string) string {
	at := strings.IndexByte(handle, '/')
	if at < 0 || IsPrefixHandle(handle) {
		return Fold(handle)
	}
	return Fold(handle[:at]) + handle[at:]
}

// AppendFold appends the handle with its ASCII letters raised.
func AppendFold(dst, handle []byte) []byte {
	start := len(dst)
	dst = append(dst, handle...)
	for i := start; i < len(dst); i++ {
		dst[i] = upper(dst[i])
	}
	return dst
}

// Equal tells whether two handles, or two types, differ at most in the case of
// ASCII letters.
func Equal[A, B ~string | ~[]byte](a A, b B) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if upper(a[i]) != upper(b[i]) {
			return false
		}
	}
	return true
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

func upper(c byte) byte {
	if isLower(c) {
		return c - ('a' - 'A')
	}
	return c
}

// HashOption says which part of a handle chooses the server of a site.
type HashOption uint8

// Parts of a handle.
const (
	HashPrefix HashOption = 0
	HashSuffix HashOption = 1
	HashAll    HashOption = 2
)

// Hash returns the number that chooses a handle's server: the last four octets
// of the MD5 of the folded part, without their sign.
func Hash(handle []byte, option HashOption) uint32 {
	part := handle
	if prefix, suffix, ok := bytes.Cut(handle, []byte{'/'}); ok {
		switch option {
		case HashPrefix:
			part = prefix
		case HashSuffix:
			part = suffix
		default:
		}
	}
	var folded [MaxHandle]byte
	sum := md5.Sum(AppendFold(folded[:0], part)) //nolint:gosec // the protocol's choice of server, no secret
	n := binary.BigEndian.Uint32(sum[12:])
	if n > 1<<31 {
		return -n
	}
	return n
}

// Reference names a value of a handle; index 0 is any.
type Reference struct {
	Handle string
	Index  int32
}

// String returns the reference as index:handle.
func (r Reference) String() string { return strconv.Itoa(int(r.Index)) + ":" + r.Handle }

// Equal tells whether both name the same value.
func (r Reference) Equal(o Reference) bool { return r.Index == o.Index && Equal(r.Handle, o.Handle) }

// ParseReference reads index:handle.
func ParseReference(s string) (Reference, error) {
	index, handle, ok := strings.Cut(s, ":")
	n, err := strconv.ParseInt(index, 10, 32)
	if !ok || err != nil || n < 0 {
		return Reference{}, errReference
	}
	if err := CheckHandle(handle); err != nil {
		return Reference{}, err
	}
	return Reference{handle, int32(n)}, nil
}

func appendReference(dst []byte, r Reference) []byte {
	return appendInt32(AppendBytes(dst, r.Handle), r.Index)
}

// referenceSize is the least number of octets a reference takes.
const referenceSize = 8
