package wire

import (
	"crypto/md5"  //nolint:gosec // what clients of version 2.0 sent; never accepted as proof unless asked for
	"crypto/sha1" //nolint:gosec // what clients before version 2.7 send
	"crypto/sha256"
)

// DigestKind is the hash of a request's digest.
type DigestKind uint8

// Kinds of digest.
const (
	DigestMD5Old DigestKind = 0 // with a length before it
	DigestMD5    DigestKind = 1
	DigestSHA1   DigestKind = 2
	DigestSHA256 DigestKind = 3
)

// Digest is that of a request's header and body, which binds an answer or a
// challenge to it (RFC 3652, section 2.2.3).
type Digest struct {
	Kind DigestKind
	Sum  []byte
}

// DigestFor returns the digest of a request's header and body of the kind that a
// version uses.
func DigestFor(v Version, signed []byte) Digest {
	if v.AtLeast(2, 7) {
		sum := sha256.Sum256(signed)
		return Digest{DigestSHA256, sum[:]}
	}
	sum := sha1.Sum(signed) //nolint:gosec // what clients before version 2.7 send
	return Digest{DigestSHA1, sum[:]}
}

// AppendDigest appends the digest that DigestFor returns, as it stands before a
// body, without memory of its own.
func AppendDigest(dst []byte, v Version, signed []byte) []byte {
	if v.AtLeast(2, 7) {
		sum := sha256.Sum256(signed)
		return append(append(dst, byte(DigestSHA256)), sum[:]...)
	}
	sum := sha1.Sum(signed) //nolint:gosec // what clients before version 2.7 send
	return append(append(dst, byte(DigestSHA1)), sum[:]...)
}

// Of tells whether the digest is that of the header and body.
func (d Digest) Of(signed []byte) bool {
	switch d.Kind {
	case DigestMD5, DigestMD5Old:
		return string(d.Sum) == string(sumMD5(signed))
	case DigestSHA1:
		sum := sha1.Sum(signed) //nolint:gosec // what clients before version 2.7 send
		return string(d.Sum) == string(sum[:])
	case DigestSHA256:
		sum := sha256.Sum256(signed)
		return string(d.Sum) == string(sum[:])
	default:
		return false
	}
}

func sumMD5(b []byte) []byte {
	sum := md5.Sum(b) //nolint:gosec // what clients of version 2.0 sent
	return sum[:]
}

// Append appends the digest as it stands before a body.
func (d Digest) Append(dst []byte) []byte {
	dst = append(dst, byte(d.Kind))
	if d.Kind == DigestMD5Old {
		return AppendBytes(dst, d.Sum)
	}
	return append(dst, d.Sum...)
}

// CutDigest splits the digest off that stands before the body of an answer with
// FlagReturnDigest.
func CutDigest(body []byte) (Digest, []byte, error) {
	c := NewCursor(body)
	d := c.digest()
	if c.err != nil {
		return Digest{}, nil, c.err
	}
	return d, c.rest, nil
}

func (c *Cursor) digest() Digest {
	d := Digest{Kind: DigestKind(c.Uint8())}
	switch d.Kind {
	case DigestMD5Old:
		if d.Sum = c.Bytes(); len(d.Sum) != md5.Size {
			c.Fail(errDigest)
		}
	case DigestMD5:
		d.Sum = c.Take(md5.Size)
	case DigestSHA1:
		d.Sum = c.Take(sha1.Size)
	case DigestSHA256:
		d.Sum = c.Take(sha256.Size)
	default:
		c.Fail(errDigest)
	}
	return d
}
